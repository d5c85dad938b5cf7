/*
 * config - Istio's configuration as `injector` gets it: the injection Config
 * (policy, templates, ...), the MeshConfig, the values.
 *
 * Each file may be the bare data (`config`, `mesh`, `values`), the ConfigMap
 * that holds it as kubectl prints it, YAML or JSON, a List of such objects, or
 * several documents in one file; for the injection Config a bare template
 * too; an IstioOperator gives values and mesh.
 *
 * What is read lives in the struct's arena and is immutable; texts that are
 * passed in must outlive it.
 */
#ifndef ISTIO_CONFIG_H
#define ISTIO_CONFIG_H

#include "istio/mesh.h"
#include "tree/node.h"

struct config_file {
	const char *name;		/* for messages */
	const char *text;
	size_t length;
};

/* A template of the injection Config. */
struct config_template {
	str name;			/* "sidecar" */
	str text;
	/* Where its text begins in which file: templates' errors name it. */
	struct pos pos;
};

struct inject_config {
	str policy;			/* "enabled", "disabled", else illegal */
	const struct node *default_templates;	/* a list of names, or NULL */
	const struct node *aliases;		/* name: [names], or NULL */
	const struct node *never, *always;	/* lists of label selectors */
	const struct node *injected_annotations;	/* map, or NULL */
	struct config_template *templates;	/* in order of name */
	uint32_t n_templates;
};

typedef void config_warn_fn(void *ctx, struct pos pos, const char *text);

/* What a reader needs: memory that lives as long as the configuration, and
 * whom to warn (may be NULL). */
struct config_reader {
	struct arena *arena;
	config_warn_fn *warn;
	void *ctx;
};

/* --injectConfigFile. 0, or -1 with the error and its place. */
int config_read_inject(const struct config_reader *r,
		       const struct config_file *file,
		       struct inject_config *out, struct err *e);
/* --valuesFile, --values: a map.  What the file holds, not merged. */
int config_read_values(const struct config_reader *r,
		       const struct config_file *file,
		       const struct node **out, struct err *e);
/* --meshConfigFile: the bare MeshConfig tree, for mesh_read(). */
int config_read_mesh(const struct config_reader *r,
		     const struct config_file *file,
		     const struct node **out, struct err *e);
/* --operatorFileName: an IstioOperator's values and meshConfig (either may
 * come out NULL). */
int config_read_operator(const struct config_reader *r,
			 const struct config_file *file,
			 const struct node **values, const struct node **mesh,
			 struct err *e);

/* The template of that name, or NULL. */
const struct config_template *config_template(const struct inject_config *c,
					      str name);

#endif

/*
 * config - Istio's configuration as `injector` gets it: the injection Config
 * (policy, templates, ...), the MeshConfig, the values.
 *
 * What a file may be.  As for kube-inject: the bare data, or for the injection
 * Config a bare template, which then is the one named "sidecar".  Beyond that:
 * a ConfigMap that holds the data as text in data.config, data.mesh or
 * data.values, as kubectl prints it, YAML or JSON, or its `data` alone; Lists;
 * and several documents in one file, so that one file can be given to all
 * three options.  Of several things
 *   1. a ConfigMap that has the wanted key comes first; of two of them the one
 *      that has the name it has without a revision (istio-sidecar-injector,
 *      istio), else that is an error;
 *   2. then a document without `kind`.  Where there are more, the injection
 *      Config is the one with a field of it at the root (`templates`), the
 *      values are the one with `global`, the MeshConfig is what is neither;
 *      none or two of them are an error;
 *   3. other objects are passed over; but where nothing has a field of the
 *      injection Config, the whole file is a bare template.
 * A file that cannot be read as YAML is a bare template if it has `{{`, unless
 * a line of it begins like a Config's or a ConfigMap's.
 *
 * Places.  What stands in a literal block of a ConfigMap is read where it
 * stands, so lines and columns are those of the file.  A text in quotes has
 * lines of its own: its places are in the file "FILE, data.config".
 *
 * What is read lives in the reader's arena and is immutable; texts that are
 * passed in must outlive it.
 */
#ifndef ISTIO_CONFIG_H
#define ISTIO_CONFIG_H

#include "mesh/mesh.h"
#include "tree/node.h"

struct config_file {
	const char *name; /* for messages */
	const char *text;
	size_t length;
};

/* A template of the injection Config. */
struct config_template {
	str name; /* "sidecar" */
	str text;
	/* Where the first character of its text stands, if that is a literal
	 * block or the whole file, else where the scalar does. */
	struct pos pos;
	bool block;	 /* line for line as in the file */
	uint32_t indent; /* of the block */
};

struct inject_config {
	str policy; /* "enabled", "disabled", else illegal */
	const struct node *policy_at; /* where it stands, or NULL */
	const struct node *default_templates;	 /* a list of names; NULL where
						  * there is none: [sidecar] */
	const struct node *aliases;		 /* name: [names], or NULL */
	const struct node *never, *always;	 /* lists of label selectors */
	const struct node *injected_annotations; /* map, or NULL */
	struct config_template *templates;	 /* in order of name */
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

/* --injectConfigFile. 0, or -1 with the error and its place.  A Config without
 * templates has a warning, as in Istio; with the old `template` an error. */
int config_read_inject(const struct config_reader *r,
		       const struct config_file *file,
		       struct inject_config *out, struct err *e);
/* The same of the tree of an injection Config. */
int config_inject_of(const struct config_reader *r, const struct node *root,
		     struct inject_config *out, struct err *e);
/* --valuesFile, --values: a map.  What the file holds, not merged. */
int config_read_values(const struct config_reader *r,
		       const struct config_file *file, const struct node **out,
		       struct err *e);
/* --meshConfigFile: the bare MeshConfig tree, for mesh_read(). */
int config_read_mesh(const struct config_reader *r,
		     const struct config_file *file, const struct node **out,
		     struct err *e);
/* --operatorFileName: an IstioOperator's values, with what istioctl makes
 * values of (hub, tag, revision, meshConfig, ...), and its meshConfig, or NULL
 * where it has none.  Both come before what other files say. */
int config_read_operator(const struct config_reader *r,
			 const struct config_file *file,
			 const struct node **values, const struct node **mesh,
			 struct err *e);

/* The template of that name, or NULL. */
const struct config_template *config_template(const struct inject_config *c,
					      str name);
/* The place in the file of a line and column of the template's text, both from
 * 1; column 0: not known.  In a text that is no literal block all lines are
 * that of the scalar, and columns 0. */
struct pos config_template_pos(const struct config_template *t, uint32_t line,
			       uint32_t column);

#endif

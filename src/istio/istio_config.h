/*
 * istio_config - Istio's configuration: the injection Config (policy,
 * templates, ...), the MeshConfig and the values.
 *
 * What a file may contain.  The bare data, as for kube-inject; for the
 * injection Config also a bare template, which is then the template named
 * "sidecar".  Beyond that:
 * - a ConfigMap with the data as text in data.config, data.mesh or
 *   data.values, as kubectl prints it, in YAML or JSON, or its `data` alone;
 * - Lists, and several documents, so that one file can be passed to all three
 *   options.
 * If a file has several candidates:
 *   1. A ConfigMap with the wanted key comes first.  Of two, the one with the
 *      name used without a revision (istio-sidecar-injector, istio) wins;
 *      otherwise it is an error.
 *   2. A document without `kind` comes next.  Of several, the injection Config
 *      is the one with a field of it at the root (`templates`), the values are
 *      the one with `global`, and the MeshConfig is the one with neither; none
 *      or two of them are an error.
 *   3. Other objects are ignored.  For the injection Config, a file in which
 *      nothing has one of its fields is a bare template.
 * A file that is not valid YAML is a bare template if it contains `{{`, unless
 * one of its lines starts like a Config or a ConfigMap.
 *
 * Positions.  A literal block of a ConfigMap is read in place, so lines and
 * columns are those of the file.  A quoted text has lines of its own: its
 * positions are in the file "FILE, data.config".
 *
 * Results live in the reader's arena and are immutable; the texts that are
 * passed in must outlive them.
 */
#ifndef ISTIO_ISTIO_CONFIG_H
#define ISTIO_ISTIO_CONFIG_H

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
	str text; /* see config_template_text() */
	/* Position of the first character of the text if it is a literal block
	 * or the whole file, else of the scalar. */
	struct pos pos;
	bool block;	 /* the text has the lines of the file */
	bool raw;	 /* `text` has the block's indentation */
	uint32_t indent; /* of the block */
};

struct inject_config {
	str policy; /* "enabled" or "disabled"; anything else is invalid */
	const struct node *policy_at;		 /* its node, or NULL */
	const struct node *default_templates;	 /* a list of names; NULL if
						  * absent: [sidecar] */
	const struct node *aliases;		 /* name: [names], or NULL */
	const struct node *never, *always;	 /* lists of label selectors */
	const struct node *injected_annotations; /* map, or NULL */
	const struct node *labels;	/* of the ConfigMap it is in, or NULL */
	struct config_template *templates;	 /* sorted by name */
	uint32_t n_templates;
};

typedef void config_warn_fn(void *ctx, struct pos pos, const char *text);

/* What a reader needs: memory that lives as long as the configuration, and a
 * callback for warnings (may be NULL). */
struct config_reader {
	struct arena *arena;
	config_warn_fn *warn;
	void *ctx;
};

/* Read --injectConfigFile: 0, or -1 with the error and its position.  A Config
 * without templates is a warning, as in Istio; with only the former field
 * `template` it is an error. */
int config_read_inject(const struct config_reader *r,
		       const struct config_file *file,
		       struct inject_config *out, struct err *e);
/* The same for the tree of an injection Config. */
int config_inject_of(const struct config_reader *r, const struct node *root,
		     struct inject_config *out, struct err *e);
/* Have the values that are read here, and not by a template, their types? */
int config_check_values(const struct node *values, struct err *e);
/* Read --valuesFile or --values, a map: the file's own values, not merged; NULL
 * if there are none, not even {}. */
int config_read_values(const struct config_reader *r,
		       const struct config_file *file, const struct node **out,
		       struct err *e);
/* Read --meshConfigFile: the bare MeshConfig tree, for mesh_read(), or NULL. */
int config_read_mesh(const struct config_reader *r,
		     const struct config_file *file, const struct node **out,
		     struct err *e);
/* ---- config_operator.c ---- */

/* The only IstioOperator of a file. */
struct config_operator {
	const struct node *object;
	/* Its values with those that istioctl derives from other fields (hub,
	 * tag, revision, meshConfig, ...), its own alone, and its mesh; NULL if
	 * it has none. */
	const struct node *values, *own, *mesh;
};

/* Read --operatorFileName.  Other files override its values, and are
 * overridden by its mesh. */
int config_read_operator(const struct config_reader *r,
			 const struct config_file *file,
			 struct config_operator *out, struct err *e);
/* Refuse fields that are unknown, as istioctl did until 1.23: then only its own
 * values counted.  The schema of the values themselves is not checked. */
int config_check_operator(struct arena *a, struct release release,
			  const struct config_operator *o, struct err *e);

/* The template with this name, or NULL. */
const struct config_template *config_template(const struct inject_config *c,
					      str name);
/* Its text, in the arena if it had to be made: of a Config's templates few are
 * used. */
str config_template_text(struct arena *a, const struct config_template *t);
/* The position in the file of a line and column (from 1; column 0: unknown) of
 * a template's text.  In a text that is not a literal block all lines have the
 * position of the scalar, and columns are 0. */
struct pos config_template_pos(const struct config_template *t, uint32_t line,
			       uint32_t column);

/* ---- between istio_config.c and config_documents.c, which finds the data
 * in a file ---- */

enum config_kind {
	CONFIG_INJECT,
	CONFIG_VALUES,
	CONFIG_MESH,
};

/* Fields of the injection Config. */
enum inject_field {
	FIELD_POLICY,
	FIELD_DEFAULTS,
	FIELD_TEMPLATES,
	FIELD_ALIASES,
	FIELD_NEVER,
	FIELD_ALWAYS,
	FIELD_ANNOTATIONS,
	FIELDS,
};

/* The roots of a file's documents, with Lists replaced by their items. */
struct config_objects {
	const struct node **items;
	size_t n, capacity;
};

/* Where the lines of a scalar's text are in the file. */
struct config_lines {
	struct pos pos; /* as in struct config_template */
	bool block;
	uint32_t indent;
	size_t offset; /* of the first line, in the node's source */
};

/* Read all documents of a file: 0, or -1 with the error.  Literal blocks below
 * the key `raw` may become NODE_RAW, as with yaml_read_quickly(). */
int config_objects(const struct config_reader *r,
		   const struct config_file *file, str raw,
		   struct config_objects *out, struct err *e);
/* Data that was found, and the object that has it as text in its `data`, or
 * NULL. */
struct config_found {
	const struct node *root, *object;
};

/* Find the data of that kind: 0, or -1 with the error.  The root is NULL if the
 * file is empty, or has nothing that looks like an injection Config. */
int config_find(const struct config_reader *r,
		const struct config_objects *objects, enum config_kind kind,
		struct config_found *out, struct err *e);
/* The lines of a scalar's text. */
struct config_lines config_lines(const struct node *text);
/* The field with this name, in any case, as encoding/json matches it; or
 * FIELDS. */
enum inject_field config_inject_field(str name);
/* The name of a field. */
str config_inject_field_name(enum inject_field field);

#endif

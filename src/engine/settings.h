/*
 * settings - a handle: the templates and everything that they see, read and
 * checked once (settings.c), with the built-in texts and Istio's default
 * profile (builtin.c, profile.c).
 *
 * A handle owns copies of all texts and does not change after settings_init().
 */
#ifndef ENGINE_SETTINGS_H
#define ENGINE_SETTINGS_H

#include "check/warnings.h"
#include "injector.h"
#include "istio/render.h"
#include "k8s/selection.h"
#include "k8s/workload.h"

struct strategy;

/* Templates in the order in which they are merged. */
struct template_list {
	struct template **at;
	uint32_t n;
};

struct injector {
	struct mem_pool pool;	/* holds what the handle points to */
	struct arena arena;
	const struct strategy *strategy;	/* see strategy.h */
	bool builtin;			/* use Istio's default profile */
	const struct workload *kinds;	/* of the options, or NULL */
	struct object_filter filter;		/* which workloads */
	const struct skip_rule *skip_rules;	/* not for Istio's templates */
	struct istio istio;
	const char *release_from;	/* what told istio.release, or NULL */
	struct injector_rules rules;	/* the same in words, if `text` */
	struct template_list templates;
	bool reads_pods;	/* one of them is more than plain YAML */
	struct template_list former;	/* of an earlier injection, or none */
	str tag, former_tag;	/* name the templates in undo notes */
	/* For warnings: the built-in values, and those of the options. */
	const struct node *profile, *given;
	struct func_env env;
	uint32_t warnings_off;		/* see warn_has() */
	/* During settings_init(): who receives warnings. */
	const struct injector_options *options;
	size_t max_document, max_memory;
	enum injector_format format;
	bool verify, render, explain, undo;
	enum injector_task task;
};

/* Fill *in, which is all zero, with memory of its pool.  options->istio is not
 * NULL.  0, or -1 with *error filled; to be released in either case. */
int settings_init(struct injector *in, const struct injector_options *options,
		  struct injector_error *error);
void settings_release(struct injector *in);

/* ---- for strategies, while a handle is made ---- */

/* Warnings go to the options' report function. */
struct config_reader settings_reader(struct injector *in);
/* A copy of what the caller passed, unless that stays. */
struct config_file settings_copy(struct injector *in,
				 const struct injector_text *t);
/* Templates that are not parsed yet; `configs` live as long as the handle. */
struct template_list settings_templates(struct injector *in,
					enum template_sort sort,
					const struct config_template *configs,
					uint32_t n);

/* Report a warning that has no place in a manifest. */
void settings_warn(const struct injector *in, enum warning which,
		   struct pos pos, const char *text);

/* ---- which_release.c ---- */

/* A release, and what told it: NULL if nothing did. */
struct release_told {
	struct release release;
	const char *from;
};

/* The first of the ways below that answers, but for the option; else the newest
 * known. */
struct release_told release_ask(const struct inject_config *config,
				const struct node *values);

/*
 * Set in->istio.release, in->release_from and in->rules.  The first of these
 * that names a release of Istio decides:
 *
 *	--istio-version
 *	global.tag in `values`, those of the user
 *	the labels of the ConfigMap of in->istio.inject
 *	marks in its templates: texts that came with a release and stayed
 *
 * Without any, and without Istio's templates, it is the newest known.  Of a
 * release that is not known the nearest is followed, with a warning; so is a
 * tag that is far from the templates.
 */
void release_find(struct injector *in, const struct node *values);

/* ---- builtin.c and profile.c ---- */

/* A condition about Istio's release in a text of templates/istio: where it is,
 * and what it is with the newest. */
struct builtin_condition {
	uint32_t at, length;
	bool newest;
	const char *feature;	/* in istio/releases; NULL: the end */
};

/* A text of templates/istio.  Its conditions are words, true or false, that
 * fill the place of what templates/istio/releases.yaml describes. */
struct builtin_text {
	struct injector_builtin row;
	const struct builtin_condition *conditions;
};

/* One by its file's name without its ending, such as "istio/sidecar". */
const struct builtin_text *builtin_istio(const char *name);

/*
 * Istio's default profile as configuration: what its Helm charts make of their
 * values for the injector (manifests/charts/istio-control in Istio's
 * repository), from the texts of templates/istio, as it is in istio->release.
 * First the values, over which others are merged; then, from the merged values,
 * the mesh and the injection Config.
 */
/* Set in->istio.values to the built-in ones, with the revision if there is one.
 * Warns if the release is older than the profiles. */
int profile_values(struct injector *in, struct err *e);
/* The MeshConfig for mesh_read(): where istiod is, then meshConfig of the
 * values, then `given` (or NULL), each overriding the one before. */
const struct node *profile_mesh(struct arena *a, const struct istio *istio,
				const struct node *given);
/* Set istio->inject, and the revision if none was given. */
int profile_inject(const struct config_reader *r, struct istio *istio,
		   struct err *e);

/* ---- unused_values.c ---- */

struct unused_values {
	/* All templates; only if there are names that are not the profile's,
	 * they are parsed for what they use. */
	const struct template_list *lists[2];
	struct arena *arena;
	const struct node *profile;	/* names that are used, or NULL */
	config_warn_fn *warn;
	void *ctx;
};

/* Warn about values that neither the profile nor a template reads. */
void unused_values_find(const struct unused_values *in,
			const struct node *given);

/* ---- errors ---- */

/* An error as the library's caller sees it. */
void error_fill(struct injector_error *error, enum injector_code code,
		const struct err *e);

#endif

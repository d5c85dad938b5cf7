/*
 * configuration - from the command line to injector_options: reads every file
 * that is named, puts the settings into helm's order, and adds what comes from
 * a cluster and, for Istio, from the environment.
 *
 * A file that is named twice is read twice, but for that of --mesh, which may
 * be a pipe; `-` is stdin, once.
 *
 * The argument of -t is a file if it has a `/` or ends in .yaml, .yml or .json;
 * otherwise a built-in template of that name; otherwise a file of that name in
 * this folder.  So a file that happens to have the name of a built-in template
 * is never used by accident: write ./otel-collector.
 *
 * The built-in name `istio` is not a template but Istio's default profile,
 * whose templates are chosen by annotation.  It cannot be combined with others.
 */
#ifndef CLI_CONFIGURATION_H
#define CLI_CONFIGURATION_H

#include "cli/cluster.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "injector.h"

/* What -t or --was names. */
struct templates {
	struct injector_text *at;
	struct buf *texts;	/* of those read from files */
	size_t n;
	bool istio;		/* Istio's default profile, n being 0 */
};

struct configuration {
	struct injector_options options;
	struct injector_istio istio;	/* of the options */
	struct templates templates, former;
	struct cluster cluster;
	const char *mesh_path;
	const struct injector_text *mesh;	/* of it, once it is read */
	struct injector_text *texts;	/* what options points to */
	struct buf *bufs;		/* their bytes, by the same index */
	size_t n;
	struct injector_setting *settings;
	struct reporting *reporting;
};

/* Prints what is wrong.  Call configuration_release() in any case. */
enum status configuration_load(struct configuration *c,
			       const struct options *o,
			       struct reporting *reporting);
void configuration_release(struct configuration *c);

/* What -t knows by name; NULL after the last. */
const struct injector_builtin *templates_named(size_t i);
/* The one with that name, or NULL. */
const struct injector_builtin *templates_find(const char *name);
/* There is neither a built-in template of that name nor, if `or_file`, a file.
 * STATUS_MISUSE. */
enum status templates_unknown(const char *name, bool or_file);
/* Is this argument of -t a file, whether it exists or not? */
bool templates_is_path(const char *word);

#endif

/*
 * configuration - from the command line to injector_options: every file that
 * is named read, the settings in helm's order, what is asked of a cluster, what
 * Istio takes from the environment.
 *
 * A file that is named twice (one that holds all three of Istio's ConfigMaps)
 * is read twice; `-` is stdin, once.
 */
#ifndef CLI_CONFIGURATION_H
#define CLI_CONFIGURATION_H

#include "base/str.h"
#include "cli/cluster.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "injector.h"

struct templates {
	struct injector_text *at;
	struct buf *texts;	/* of those that came from files */
	size_t n;
	bool istio;		/* there is none but that */
};

/* What -t knows by name; NULL after the last. */
const struct injector_builtin *templates_named(size_t i);

/* Fills *t for injector_options; says what is wrong.  Released in any case. */
enum status templates_load(struct templates *t, const struct words *words,
			   const struct reporting *reporting);
void templates_release(struct templates *t);
/* Is it a file, there or not? */
bool templates_is_path(const char *word);

struct configuration {
	struct injector_options options;
	struct templates templates;
	struct cluster cluster;
	struct injector_text *texts;
	struct buf *bufs;
	size_t n, room;
	struct injector_setting *settings;
	struct reporting *reporting;
};

/* Says what is wrong.  Released in any case. */
enum status configuration_load(struct configuration *c,
			       const struct options *o,
			       struct reporting *reporting);
void configuration_release(struct configuration *c);

#endif

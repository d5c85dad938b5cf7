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

#include "cli/cluster.h"
#include "cli/options.h"
#include "cli/reporting.h"
#include "cli/templates.h"
#include "injector.h"

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

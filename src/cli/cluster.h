/*
 * cluster - Istio's configuration from where it is installed.
 *
 * A cluster is asked only where the command line says so: by --from-cluster,
 * or by an option that tells where in a cluster something is for which no file
 * is named.  Then the two ConfigMaps are read that istiod reads itself, as far
 * as files do not stand for them.  Options about how to reach a cluster alone
 * do not ask it.
 */
#ifndef CLI_CLUSTER_H
#define CLI_CLUSTER_H

#include "base/str.h"
#include "cli/options.h"
#include "injector.h"

/* A ConfigMap, in JSON. */
struct config_map {
	struct injector_text text;	/* text.name NULL: was not read */
	struct buf name, json;
};

struct cluster {
	struct config_map injection, mesh;
};

#define CLUSTER_INIT \
	{ { { NULL, NULL, 0 }, BUF_INIT, BUF_INIT }, \
	  { { NULL, NULL, 0 }, BUF_INIT, BUF_INIT } }

/* Read what is asked for and no file has: nothing, mostly.  Says what is
 * wrong.  Released in any case. */
enum status cluster_load(struct cluster *c, const struct options *o);
/* Read both, whatever files are named. */
enum status cluster_load_all(struct cluster *c, const struct options *o);
/* For injector_capture(). */
struct injector_captured cluster_captured(const struct cluster *c);
void cluster_release(struct cluster *c);

#endif

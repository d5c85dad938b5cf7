/*
 * cluster - Istio's configuration from the cluster where it is installed.
 *
 * A cluster is contacted only on request: with --from-cluster, or with an
 * option that says where in the cluster something is for which no file is
 * given.  Then the two ConfigMaps that istiod uses are read, each unless files
 * replace it.  Options about how to reach a cluster do not contact it.
 */
#ifndef CLI_CLUSTER_H
#define CLI_CLUSTER_H

#include "base/str.h"
#include "cli/options.h"
#include "engine/capture.h"

/* A ConfigMap, as JSON. */
struct config_map {
	struct injector_text text;	/* text.name NULL: not read */
	struct buf name, json;
};

struct cluster {
	struct config_map injection, mesh;
};

#define CLUSTER_INIT \
	{ { { NULL, NULL, 0 }, BUF_INIT, BUF_INIT }, \
	  { { NULL, NULL, 0 }, BUF_INIT, BUF_INIT } }

/* Do the options ask for anything? */
bool cluster_is_read(const struct options *o);
/* Read what the options ask for, which is mostly nothing.  Prints what is
 * wrong.  Call cluster_release() in any case. */
enum status cluster_load(struct cluster *c, const struct options *o);
/* Read both, whatever files are given. */
enum status cluster_load_all(struct cluster *c, const struct options *o);
/* For capture_write(). */
struct captured cluster_captured(const struct cluster *c);
void cluster_release(struct cluster *c);

#endif

/*
 * mesh_check - what Istio refuses in a MeshConfig that reads well, with its
 * words; what it only logs is let through.
 *
 * 0, or -1 with the first error at the node that is at fault.
 */
#ifndef MESH_MESH_CHECK_H
#define MESH_MESH_CHECK_H

#include "tree/node.h"

/* A canonical MeshConfig (agent.ValidateMeshConfig). */
int mesh_check(const struct node *config, struct err *e);
/* A canonical ProxyConfig (agent.ValidateMeshConfigProxyConfig). */
int mesh_check_proxy(const struct node *proxy, struct err *e);
/* Its localityLbSetting, which may be NULL. */
int mesh_check_locality(const struct node *setting, struct err *e);

#endif

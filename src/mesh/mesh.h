/*
 * mesh - a MeshConfig and the ProxyConfig in it, defaults and the pod's own
 * settings applied, as istio.io/istio pkg/config/mesh does it.
 *
 * Trees are canonical (proto.h), so that node_find(mesh.proxy, "statusPort")
 * finds what is set.
 */
#ifndef MESH_MESH_H
#define MESH_MESH_H

#include "mesh/proto.h"

struct mesh {
	const struct node *config;	/* MeshConfig */
	const struct node *proxy;	/* its defaultConfig; never NULL */
};

/* What an empty MeshConfig means, with `given` (a tree that was read, or NULL)
 * over it, as mesh.ApplyMeshConfig: fields replace those of the defaults, but
 * defaultConfig, its proxyMetadata and extensionProviders (by name) are merged,
 * and what Istio would refuse is an error. */
int mesh_read(struct arena *a, struct mesh *out, const struct node *given,
	      proto_warn_fn *warn, void *ctx, struct err *e);
/* The mesh as a pod sees it whose annotation proxy.istio.io/config has this
 * value, as mesh.ApplyProxyConfig; errors stand at the annotation.  NULL: it
 * has none. */
int mesh_of_pod(struct arena *a, struct mesh *out, const struct mesh *mesh,
		const struct node *annotation, struct err *e);

/* Fields of a canonical tree by dotted path, zero values where absent: an
 * enum's first value too is "". */
int64_t mesh_int(const struct node *message, const char *path);
bool mesh_bool(const struct node *message, const char *path);
str mesh_str(const struct node *message, const char *path);

/* For templates: *MeshConfig and *ProxyConfig. */
struct value mesh_config_value(struct arena *a, const struct mesh *mesh);
struct value mesh_proxy_value(struct arena *a, const struct mesh *mesh);

/* A canonical ProxyConfig without what equals the defaults: what protoToJSON
 * writes of one (template.go: cleanProxyConfig). */
const struct node *mesh_proxy_changes(struct arena *a,
				      const struct node *proxy);

#endif

/*
 * mesh - a MeshConfig and its ProxyConfig with the defaults and the Pod's own
 * settings applied, as in istio.io/istio pkg/config/mesh.
 *
 * Trees are canonical (proto.h), so that node_find(mesh.proxy, "statusPort")
 * finds what is set.
 */
#ifndef MESH_MESH_H
#define MESH_MESH_H

#include "mesh/proto.h"
#include "mesh/release.h"

struct mesh {
	const struct node *config;	/* MeshConfig */
	const struct node *proxy;	/* its defaultConfig; never NULL */
	struct release release;		/* whose defaults they have */
};

/* The default MeshConfig of that release with `given` (a tree that was read, or
 * NULL) applied, as mesh.ApplyMeshConfig: its fields replace the defaults, but
 * defaultConfig, its proxyMetadata and extensionProviders (by name) are merged.
 * What Istio rejects is an error. */
int mesh_read(struct arena *a, struct mesh *out, struct release release,
	      const struct node *given, proto_warn_fn *warn, void *ctx,
	      struct err *e);
/* The mesh with the value of a Pod's annotation proxy.istio.io/config applied,
 * as mesh.ApplyProxyConfig; errors have the annotation's position.  NULL: the
 * Pod has no such annotation.  Unknown fields are reported to `warn`, unless it
 * is NULL, with their line if the annotation is a literal block. */
int mesh_of_pod(struct arena *a, struct mesh *out, const struct mesh *mesh,
		const struct node *annotation, proto_warn_fn *warn, void *ctx,
		struct err *e);

/* Fields of a canonical tree by dotted path, zero values if absent; the first
 * value of an enum is "" as well. */
int64_t mesh_int(const struct node *message, const char *path);
bool mesh_bool(const struct node *message, const char *path);
str mesh_str(const struct node *message, const char *path);

/* For templates: *MeshConfig and *ProxyConfig. */
struct value mesh_config_value(struct arena *a, const struct mesh *mesh);
struct value mesh_proxy_value(struct arena *a, const struct mesh *mesh);

/* A canonical ProxyConfig without the fields that equal the defaults of the
 * release: what protoToJSON writes (template.go: cleanProxyConfig). */
const struct node *mesh_proxy_changes(struct arena *a, struct release release,
				      const struct node *proxy);

/* ---- mesh_check.c: what Istio rejects in a MeshConfig, with its messages
 * ---- */

/* Check a canonical MeshConfig as that release does
 * (agent.ValidateMeshConfig): 0, or -1 with the first error at the node it is
 * about. */
int mesh_check(const struct node *config, struct release release,
	       struct err *e);
/* The same for a canonical ProxyConfig
 * (agent.ValidateMeshConfigProxyConfig). */
int mesh_check_proxy(const struct node *proxy, struct err *e);

#endif

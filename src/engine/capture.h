/*
 * capture - the configuration of Istio's injector in a cluster, as one file.
 *
 * The ConfigMaps come as `kubectl get configmap NAME -o json` prints them, with
 * data that belongs to that cluster alone (uid, resourceVersion, managedFields,
 * annotations with a copy of the whole).  The file has what istio/config.h
 * looks for, each ConfigMap a YAML document; multi-line texts become literal
 * blocks, so that places in later messages are lines of the file.  The
 * configuration is read before it is written: an invalid one is an error.
 *
 * For the command only; not part of the library's interface.
 */
#ifndef ENGINE_CAPTURE_H
#define ENGINE_CAPTURE_H

#include "injector.h"

/* Each may be NULL.  These texts are also valid for injector_istio and as
 * values. */
struct captured {
	const struct injector_text *injection;	/* istio-sidecar-injector */
	const struct injector_text *mesh;	/* istio */
};

/* Check that they are ConfigMaps with data.config and data.values, and with
 * data.mesh.  0 or -1; `error` may be NULL. */
int capture_check(const struct captured *captured,
		  struct injector_error *error);
/* Write the file, under a comment that describes it.  It is valid as
 * inject_config, as mesh_config and as values.  `write` is that of
 * injector_stream. */
int capture_write(const struct captured *captured,
		  int (*write)(void *ctx, const void *p, size_t n),
		  void *ctx, struct injector_error *error);

#endif

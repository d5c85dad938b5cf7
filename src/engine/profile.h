/*
 * profile - Istio's default profile as configuration: what its Helm charts make
 * of their values for the injector (manifests/charts/istio-control in Istio's
 * repository), from the texts of templates/istio.
 *
 * The values come first, for others to be merged over; then, from what they
 * have become, the mesh and the injection Config.
 */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include "istio/injection.h"

/* istio->values: those built-in, with the revision if one was named. */
int profile_values(const struct config_reader *r, struct istio *istio,
		   struct err *e);
/* The MeshConfig for mesh_read(): where istiod is, what the values have as
 * meshConfig, and `given` (or NULL) over that. */
const struct node *profile_mesh(struct arena *a, const struct istio *istio,
				const struct node *given);
/* istio->inject, and the revision where none was named. */
int profile_inject(const struct config_reader *r, struct istio *istio,
		   struct err *e);

#endif

/*
 * sidecars - the templates of files, all of them, for a pod.
 *
 * What a template sees is the pod without what these templates give: else one
 * that walks .Spec.Containers would see its own container the next time, and
 * injecting twice would change something.  Nothing in a pod tells where a
 * container or volume came from, so it is tried: what is rendered all the same
 * when the pod has it not was given, what is not was the pod's, and the
 * template changed it.  All is merged into the whole pod.
 */
#ifndef ENGINE_PLAIN_H
#define ENGINE_PLAIN_H

#include "engine/settings.h"
#include "k8s/merge.h"

/* What can be told of a pod that got sidecars. */
struct sidecars_past {
	bool was;	/* it had them before, perhaps of another version */
	bool same;	/* without them it would be what it was */
};

/* The pod in->pod with what all templates of the handle give; NULL with the
 * error set.  `rendered`, if not NULL, is told of each in turn.
 * *past is filled. */
const struct node *sidecars_add(const struct injector *handle,
				struct injection *in,
				const struct merge_options *options,
				rendered_fn *rendered, void *ctx,
				struct sidecars_past *past, struct err *e);

/* The way back: in->pod without what all templates give, or the very same, with
 * *found false, where it is not there. */
const struct node *sidecars_remove(const struct injector *handle,
				   struct injection *in, bool *found,
				   struct err *e);

#endif

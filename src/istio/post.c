/*
 * The order of the steps, as webhook.go has it: injectPod goes through
 * reapplyOverwrittenContainers and postProcessPod.
 *
 * Injecting what was injected changes nothing.  Istio comes close to that by
 * looking at what the earlier injection left: the status annotation, the
 * rewritten probes and prometheus annotations, the environment of the proxy.
 * Where it does not get there (order of lists that were merged, a user's
 * settings, the proxy's change between containers and initContainers) the
 * steps do more; each says so at its place.
 */
#include "istio/post_step.h"

#include "json/scan.h"

const struct post_step post_steps[] = {
	{ "overrides", post_overrides },
	{ "user", post_user },
	{ "cluster", post_cluster },
	{ "prometheus", post_prometheus },
	{ "probes", post_probes },
	{ "metadata", post_metadata },
	{ "settle", post_settle },
	{ "order", post_order },
	{ NULL, NULL },
};

const struct node *note_json(const struct injection *in,
			     const struct node *note, struct err *e)
{
	struct source *source = arena_new(in->arena, struct source);
	str text = pod_text(in->arena, note);
	struct err inner = ERR_INIT;
	const struct node *root;

	if (!text.p)
		text = STR("");
	*source = (struct source){ "", text, 1, 1, true };
	if (json_scan(in->arena, source, 0, &root, &inner)) {
		err_set(e, node_pos(note), "%s", inner.text);
		return NULL;
	}
	return root;
}

/*
 * injection - annotations and labels of a pod.
 *
 * Values are text, but in a manifest `true` may stand without its quotes; Go
 * reads it into a string then.
 */
#include "istio/injection.h"

#include "tree/scalar.h"

/* A view, so a number is given as it is written. */
static str text_of(const struct node *n)
{
	if (!n)
		return STR_NONE;
	if (n->kind == NODE_BOOL)
		return scalar_bool(n) ? STR("true") : STR("false");
	if (n->kind == NODE_NULL || !node_is_scalar(n))
		return STR("");
	return node_text(n);
}

str pod_annotation(const struct node *pod, str name)
{
	const struct node *meta = injection_meta(pod);

	return text_of(node_get(node_get(meta, STR("annotations")), name));
}

str pod_label(const struct node *pod, str name)
{
	const struct node *meta = injection_meta(pod);

	return text_of(node_get(node_get(meta, STR("labels")), name));
}

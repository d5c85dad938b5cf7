#include "sidecars.h"

#include "istio/data.h"

/* What counts as given by a template: items of these lists, by name. */
static const char *const lists[] = {
	"containers", "initContainers", "volumes",
};

#define N_LISTS (sizeof(lists) / sizeof(*lists))

static const struct node *list_in(const struct node *pod, const char *name)
{
	const struct node *list = node_get(node_get(pod, STR("spec")),
					   str_of(name));

	return list && list->kind == NODE_LIST ? list : NULL;
}

static bool names(const struct node *list, str name)
{
	for (uint32_t i = 0; list && i < list->n; i++)
		if (str_eq(node_string(node_get(list->items[i], STR("name"))),
			   name))
			return true;
	return false;
}

/* Containers may stand in either list, as native sidecars and as others. */
static bool is_given(const struct node *overlay, const char *list, str name)
{
	if (!name.n)
		return false;
	if (strcmp(list, "volumes") == 0)
		return names(list_in(overlay, list), name);
	return names(list_in(overlay, "containers"), name) ||
	       names(list_in(overlay, "initContainers"), name);
}

/* The pod without the items of a list that the overlay gives. */
static const struct node *without_list(struct arena *a, const struct node *pod,
				       const struct node *overlay,
				       const char *name)
{
	const struct node *list = list_in(pod, name);
	const struct node **items;
	uint32_t n = 0;

	if (!list)
		return pod;
	items = arena_array(a, const struct node *, list->n);
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *item = list->items[i];

		if (!is_given(overlay, name,
			      node_string(node_get(item, STR("name")))))
			items[n++] = item;
	}
	if (n == list->n)
		return pod;
	return node_with(a, pod, STR("spec"),
			 node_with(a, node_get(pod, STR("spec")),
				   str_of(name),
				   node_new_list(a, list, items, n)));
}

static const struct node *without(struct arena *a, const struct node *pod,
				  const struct node *overlay)
{
	for (size_t i = 0; i < N_LISTS; i++)
		pod = without_list(a, pod, overlay, lists[i]);
	return pod;
}

static int render_all(const struct injector *handle, struct injection *in,
		      struct rendering *out, struct err *e)
{
	struct value data = template_data(in);

	for (uint32_t i = 0; i < handle->n_templates; i++)
		if (template_render(handle->templates[i], in, data,
				    &handle->env, &out[i], e))
			return -1;
	return 0;
}

static int render(const struct injector *handle, struct injection *in,
		  struct rendering *out, struct err *e)
{
	const struct node *seen = in->pod;

	if (injection_mesh(in, e) || render_all(handle, in, out, e))
		return -1;
	for (uint32_t i = 0; i < handle->n_templates; i++)
		seen = without(in->arena, seen, out[i].overlay);
	if (seen == in->pod || !handle->runs_templates)
		return 0;
	in->stripped = seen;
	return render_all(handle, in, out, e);
}

const struct node *sidecars_add(const struct injector *handle,
				struct injection *in,
				const struct merge_options *options,
				rendered_fn *rendered, void *ctx,
				struct err *e)
{
	struct rendering *renderings = arena_array(in->arena, struct rendering,
						   handle->n_templates);
	const struct node *pod = in->pod;

	injection_prepare(in);
	if (render(handle, in, renderings, e))
		return NULL;
	for (uint32_t i = 0; pod && i < handle->n_templates; i++) {
		if (rendered)
			rendered(ctx, handle->templates[i], &renderings[i]);
		pod = merge_pod(in->arena, pod, renderings[i].overlay, options,
				e);
	}
	return pod;
}

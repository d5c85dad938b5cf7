#include "sidecars.h"

#include "istio/data.h"

/* Containers may stand in either list, as native sidecars and as others. */
static const char *const container_lists[] = {
	"containers", "initContainers", NULL,
};
static const char *const volume_lists[] = { "volumes", NULL };

/* An item that a pod has and a template renders, too. */
struct item {
	const char *const *lists;	/* where it may stand */
	str name;
};

/* Each costs an execution of all templates. */
#define ITEMS_MAX 32

struct items_tried {
	struct item at[ITEMS_MAX];
	uint32_t n;
};

static const struct node *list_in(const struct node *pod, const char *name)
{
	const struct node *list = node_get(node_get(pod, STR("spec")),
					   str_of(name));

	return list && list->kind == NODE_LIST ? list : NULL;
}

static str name_of(const struct node *item)
{
	return node_string(node_get(item, STR("name")));
}

static bool has(const struct node *pod, const struct item *item)
{
	for (const char *const *name = item->lists; *name; name++) {
		const struct node *list = list_in(pod, *name);

		for (uint32_t i = 0; list && i < list->n; i++)
			if (str_eq(name_of(list->items[i]), item->name))
				return true;
	}
	return false;
}

static const struct node *without_in(struct arena *a, const struct node *pod,
				     const char *name, str item)
{
	const struct node *list = list_in(pod, name);
	const struct node **items;
	uint32_t n = 0;

	if (!list)
		return pod;
	items = arena_array(a, const struct node *, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		if (!str_eq(name_of(list->items[i]), item))
			items[n++] = list->items[i];
	if (n == list->n)
		return pod;
	return node_with(a, pod, STR("spec"),
			 node_with(a, node_get(pod, STR("spec")),
				   str_of(name),
				   node_new_list(a, list, items, n)));
}

static const struct node *without(struct arena *a, const struct node *pod,
				  const struct item *item)
{
	for (const char *const *name = item->lists; *name; name++)
		pod = without_in(a, pod, *name, item->name);
	return pod;
}

/* The items of the overlay that the pod has. */
static void find_items(struct items_tried *tried, const struct node *pod,
		       const struct node *overlay, const char *const *lists)
{
	for (const char *const *name = lists; *name; name++) {
		const struct node *list = list_in(overlay, *name);

		for (uint32_t i = 0; list && i < list->n; i++) {
			struct item item = { lists, name_of(list->items[i]) };

			if (item.name.n && tried->n < ITEMS_MAX &&
			    has(pod, &item))
				tried->at[tried->n++] = item;
		}
	}
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

/* Would the templates render it for a pod that has it not? */
static bool is_given(const struct injector *handle, struct injection *in,
		     const struct item *item)
{
	struct rendering *out = arena_array(in->arena, struct rendering,
					    handle->n_templates);
	bool given = false;

	if (render_all(handle, in, out, NULL))
		return false;
	for (uint32_t i = 0; i < handle->n_templates && !given; i++)
		given = has(out[i].overlay, item);
	return given;
}

/* What the templates see: the pod without what they give. */
static const struct node *strip(const struct injector *handle,
				struct injection *in,
				const struct items_tried *tried)
{
	const struct node *seen = in->pod;

	for (uint32_t i = 0; i < tried->n; i++) {
		in->stripped = without(in->arena, seen, &tried->at[i]);
		if (is_given(handle, in, &tried->at[i]))
			seen = in->stripped;
	}
	return seen;
}

static int render(const struct injector *handle, struct injection *in,
		  struct rendering *out, struct err *e)
{
	struct items_tried tried = { .n = 0 };

	if (injection_mesh(in, e) || render_all(handle, in, out, e))
		return -1;
	for (uint32_t i = 0; i < handle->n_templates; i++) {
		if (template_is_plain(handle->templates[i]))
			continue;
		find_items(&tried, in->pod, out[i].overlay, container_lists);
		find_items(&tried, in->pod, out[i].overlay, volume_lists);
	}
	if (!tried.n)
		return 0;
	in->stripped = strip(handle, in, &tried);
	return in->stripped == in->pod ? 0 : render_all(handle, in, out, e);
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

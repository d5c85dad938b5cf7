#include "engine/plain.h"

#include "istio/data.h"
#include "k8s/unmerge.h"

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

static const struct node *find(const struct node *pod, const struct item *item)
{
	for (const char *const *name = item->lists; *name; name++) {
		const struct node *list = list_in(pod, *name);

		for (uint32_t i = 0; list && i < list->n; i++)
			if (str_eq(name_of(list->items[i]), item->name))
				return list->items[i];
	}
	return NULL;
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
			    find(pod, &item))
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
		given = find(out[i].overlay, item);
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

/* ---- the way back ---- */

/* The image without tag and digest. */
static str repository(const struct node *container)
{
	str image = node_string(node_get(container, STR("image")));
	size_t n = str_find(image, 0, '@');

	image = str_sub(image, 0, n);
	while (n && image.p[n - 1] != ':' && image.p[n - 1] != '/')
		n--;
	return n && image.p[n - 1] == ':' ? str_sub(image, 0, n - 1) : image;
}

/* Has the pod's container the fields that a template gives it? */
static bool has_fields(const struct node *own, const struct node *given)
{
	for (uint32_t i = 0; i < given->n; i++)
		if (!node_get(own, node_text(given->entries[i].key)))
			return false;
	return true;
}

/* How many of the overlay's containers in that list the pod has: those with an
 * image with that image, perhaps of another version, the others with all
 * fields.  UINT32_MAX where one is not there. */
static uint32_t count_containers(const struct node *pod,
				 const struct node *overlay, const char *name)
{
	const struct node *list = list_in(overlay, name);
	uint32_t n = 0;

	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct node *given = list->items[i], *own;
		struct item item = { container_lists, name_of(given) };
		str image = repository(given);

		own = find(pod, &item);
		if (!own || !(image.n ? str_eq(repository(own), image) :
					has_fields(own, given)))
			return UINT32_MAX;
		n += image.n > 0;
	}
	return n;
}

/* Has the pod all containers of the templates, and others?  Then these came by
 * an injection, perhaps with another version of the templates.  All that it has
 * are more likely the user's, to which the templates do something. */
static bool has_all_containers(const struct injector *handle,
			       const struct injection *in,
			       const struct rendering *renderings)
{
	const struct node *list = list_in(in->pod, "containers");
	uint32_t n = 0, plain = 0;

	for (uint32_t i = 0; i < handle->n_templates; i++) {
		for (const char *const *name = container_lists; *name; name++) {
			uint32_t k = count_containers(in->pod,
						      renderings[i].overlay,
						      *name);

			if (k == UINT32_MAX)
				return false;
			n += k;
			plain += name == container_lists ? k : 0;
		}
	}
	return n && list && plain < list->n;
}

/* Were these merged into the pod before, by this or another version of the
 * templates? */
static bool was_added(const struct injector *handle,
		      const struct injection *in,
		      const struct rendering *renderings)
{
	const struct merge_options quiet = { .warn = NULL };
	const struct node *again = in->pod;

	if (has_all_containers(handle, in, renderings))
		return true;
	for (uint32_t i = 0; again && i < handle->n_templates; i++)
		again = merge_pod(in->arena, again, renderings[i].overlay,
				  &quiet, NULL);
	return again && node_equal(again, in->pod);
}

static const struct node *unmerge(const struct injector *handle,
				  struct arena *a, const struct node *pod,
				  const struct rendering *renderings)
{
	for (uint32_t i = handle->n_templates; i-- > 0;)
		pod = unmerge_pod(a, pod, renderings[i].overlay);
	return pod;
}

const struct node *sidecars_remove(const struct injector *handle,
				   struct injection *in, bool *found,
				   struct err *e)
{
	struct rendering *renderings = arena_array(in->arena, struct rendering,
						   handle->n_templates);

	injection_prepare(in);
	if (render(handle, in, renderings, e))
		return NULL;
	*found = was_added(handle, in, renderings);
	return *found ? unmerge(handle, in->arena, in->pod, renderings) :
			in->pod;
}

static void look_back(const struct injector *handle,
		      const struct injection *in,
		      const struct rendering *renderings,
		      const struct node *pod, struct sidecars_past *past)
{
	past->was = has_all_containers(handle, in, renderings);
	past->same = node_equal(unmerge(handle, in->arena, pod, renderings),
				in->pod);
}

const struct node *sidecars_add(const struct injector *handle,
				struct injection *in,
				const struct merge_options *options,
				rendered_fn *rendered, void *ctx,
				struct sidecars_past *past, struct err *e)
{
	struct rendering *renderings = arena_array(in->arena, struct rendering,
						   handle->n_templates);
	const struct node *pod = in->pod;

	*past = (struct sidecars_past){ .was = false, .same = true };
	injection_prepare(in);
	if (render(handle, in, renderings, e))
		return NULL;
	for (uint32_t i = 0; pod && i < handle->n_templates; i++) {
		if (rendered)
			rendered(ctx, handle->templates[i], &renderings[i]);
		pod = merge_pod(in->arena, pod, renderings[i].overlay, options,
				e);
	}
	if (pod && pod != in->pod)
		look_back(handle, in, renderings, pod, past);
	return pod;
}

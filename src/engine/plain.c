/*
 * Injection with templates from files: all of them, into each Pod.
 *
 * A template sees the Pod without the items that the templates add; otherwise a
 * template that walks .Spec.Containers would see its own container the next
 * time, and injecting twice would change something.  A Pod does not say where a
 * container or volume came from, so this is found out by trial: an item that
 * the templates render for a Pod without it is theirs; one that they do not
 * render then is the Pod's, and a template modified it.  Example, with a
 * template that adds a container `log` and sets the image of each container:
 *
 *	Pod	containers: web, log
 *	tried	without log: the templates render web and log	log is theirs
 *		without web: they render log			web is the Pod's
 *	seen	containers: web
 *
 * The same is done with fields, labels and annotations (istio/seen.c).
 *
 * Where an undo note tells what an earlier injection added, the Pod without
 * that takes the place of the Pod in all of this, so that the trials have the
 * same answers as in the first injection.  The overlays are merged into the
 * whole Pod.
 */
#include "engine/strategy.h"

#include "base/array.h"
#include "istio/render.h"
#include "k8s/strategic_merge.h"

/* ---- options ---- */

/* Where no other strategy is. */
static bool wanted(const struct injector_options *options)
{
	(void)options;
	return true;
}

/* Errors in a named file are found before any input is read. */
static int load_list(struct injector *in, const struct injector_text *texts,
		     size_t n, struct template_list *out, struct err *e)
{
	struct config_template *configs = arena_array(&in->arena,
						struct config_template, n);

	for (size_t i = 0; i < n; i++) {
		const struct config_file t = settings_copy(in, &texts[i]);

		configs[i] = (struct config_template){
			.name = str_of(t.name),
			.text = { t.text, t.length },
			.pos = { t.name, 1, 1 },
			.block = true,
		};
	}
	*out = settings_templates(in, TEMPLATE_FILE, configs, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		if (template_prepare(out->at[i], e))
			return -1;
	return 0;
}

static int load(struct injector *in, const struct injector_options *options,
		struct err *e)
{
	if (load_list(in, options->templates, options->n_templates,
		      &in->templates, e))
		return -1;
	for (uint32_t i = 0; i < in->templates.n; i++)
		in->reads_pods |= !template_is_plain(in->templates.at[i]);
	return load_list(in, options->former, options->n_former, &in->former,
			 e);
}

static struct verdict skip(struct pod_task *t)
{
	const struct node *pod = t->in.pod;
	const struct skip_rule *rule = skip_rule_match(t->injector->skip_rules,
						       pod, t->namespace);

	if (!rule)
		return (struct verdict){ .reason = STR("nothing excludes it") };
	return (struct verdict){
		.skip = true,
		.reason = str_of(rule->reason),
		.at = skip_rule_node(rule, t->in.object, pod),
	};
}

/* ---- rendering ---- */

/* A container may be in either list: native sidecars are init containers. */
static const char *const container_lists[] = {
	"containers", "initContainers", NULL,
};
static const char *const volume_lists[] = { "volumes", NULL };

static bool has_named_items(const struct node *key)
{
	str name = node_text(key);

	return str_eq(name, STR("containers")) ||
	       str_eq(name, STR("initContainers")) ||
	       str_eq(name, STR("volumes"));
}

/* An item that a Pod has and a template renders. */
struct item {
	const char *const *lists;	/* where to look for it */
	str name;
};

/* Each costs one execution of all templates. */
#define ITEMS_MAX 32

struct shared_items {
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

/* The items of those lists by name; of equal names the first. */
static const struct node *named_items(struct arena *a, const struct node *pod,
				      const char *const *lists)
{
	struct entry *entries;
	uint32_t n = 0, left;

	for (const char *const *name = lists; *name; name++) {
		const struct node *list = list_in(pod, *name);

		n += list ? list->n : 0;
	}
	entries = arena_array(a, struct entry, n);
	left = n;
	/* of equal keys a map finds the last */
	for (const char *const *name = lists; *name; name++) {
		const struct node *list = list_in(pod, *name);

		for (uint32_t i = 0; list && i < list->n; i++)
			entries[--left] = (struct entry){
				node_new_string(a, name_of(list->items[i])),
				list->items[i] };
	}
	return node_new_map(a, NULL, entries, n);
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

/* Add the items of the overlay that the Pod has, too. */
static void find_shared(struct arena *a, struct shared_items *shared,
			const struct node *pod, const struct node *overlay,
			const char *const *lists)
{
	const struct node *named = named_items(a, pod, lists);

	for (const char *const *name = lists; *name; name++) {
		const struct node *list = list_in(overlay, *name);

		for (uint32_t i = 0; list && i < list->n; i++) {
			struct item item = { lists, name_of(list->items[i]) };

			if (item.name.n && shared->n < ITEMS_MAX &&
			    node_get(named, item.name))
				shared->at[shared->n++] = item;
		}
	}
}

/* The templates to render, and what they may use. */
struct templates {
	const struct template_list *list;
	const struct func_env *env;
};

static struct templates current(const struct pod_task *t)
{
	return (struct templates){ &t->injector->templates, &t->injector->env };
}

static int render_all(const struct templates *ts, struct injection *in,
		      struct rendering *out, struct err *e)
{
	struct value data = template_data(in);

	for (uint32_t i = 0; i < ts->list->n; i++)
		if (template_render(ts->list->at[i], in, data,
				    ts->env, &out[i], e))
			return -1;
	return 0;
}

/* Do the templates render the item for a Pod without it? */
static bool is_given(const struct templates *ts, struct injection *in,
		     const struct item *item)
{
	struct rendering *out = arena_array(in->arena, struct rendering,
					    ts->list->n);
	bool given = false;

	if (render_all(ts, in, out, NULL))
		return false;
	for (uint32_t i = 0; i < ts->list->n && !given; i++)
		given = node_get(named_items(in->arena, out[i].overlay,
					     item->lists), item->name);
	return given;
}

/* What the templates see: the Pod without the items that they add. */
static const struct node *strip(const struct templates *ts,
				struct injection *in,
				const struct shared_items *shared)
{
	const struct node *seen = in->stripped;

	for (uint32_t i = 0; i < shared->n; i++) {
		in->stripped = without(in->arena, seen, &shared->at[i]);
		if (is_given(ts, in, &shared->at[i]))
			seen = in->stripped;
	}
	return seen;
}

/* The Pod without the containers and volumes that the templates add. */
static const struct node *strip_items(const struct templates *ts,
				      struct injection *in,
				      const struct rendering *renderings,
				      bool *shares_item)
{
	const struct node *pod = in->stripped;
	struct shared_items shared = { .n = 0 };

	for (uint32_t i = 0; i < ts->list->n; i++) {
		const struct node *overlay = renderings[i].overlay;

		find_shared(in->arena, &shared, pod, overlay,
			    container_lists);
		find_shared(in->arena, &shared, pod, overlay, volume_lists);
	}
	*shares_item = shared.n > 0;
	return shared.n ? strip(ts, in, &shared) : pod;
}

/* All overlays as one; NULL if one cannot be merged. */
static const struct node *merge_overlays(struct arena *a, uint32_t n,
					 const struct rendering *renderings)
{
	const struct merge_options quiet = { .warn = NULL, .nameless = true };
	const struct node *all = n == 1 ? renderings[0].overlay :
					  node_new(a, NODE_MAP);

	for (uint32_t i = 0; all && n > 1 && i < n; i++)
		all = merge_pod(a, all, renderings[i].overlay, &quiet, NULL);
	return all;
}

struct attempt {
	const struct templates *ts;
	struct injection *in;
};

static const struct node *try_templates(void *ctx, const struct node *seen)
{
	struct attempt *t = ctx;
	struct arena *a = t->in->arena;
	const uint32_t n = t->ts->list->n;
	struct rendering *out = arena_array(a, struct rendering, n);

	t->in->stripped = seen;
	return render_all(t->ts, t->in, out, NULL) ? NULL :
						     merge_overlays(a, n, out);
}

/* Do both have a field, or an entry of a map such as labels, of one name?  Of
 * containers and volumes it is known whether an item is shared. */
static bool shares_entry(const struct node *a, const struct node *b,
			 bool shares_item)
{
	for (uint32_t i = 0; a && b && b->kind == NODE_MAP && i < b->n; i++) {
		const struct node *other = b->entries[i].value;
		const struct node *own = node_get(a,
						  node_text(b->entries[i].key));

		if (own && other->kind != NODE_MAP &&
		    (shares_item || !has_named_items(b->entries[i].key)))
			return true;
		if (own && other->kind == NODE_MAP)
			for (uint32_t k = 0; k < other->n; k++)
				if (node_get(own,
					     node_text(other->entries[k].key)))
					return true;
	}
	return false;
}

static bool shares_field(const struct node *pod, const struct node *overlay,
			 bool shares_item)
{
	static const str parts[] = { STR("metadata"), STR("spec") };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (shares_entry(node_get(pod, parts[i]),
				 node_get(overlay, parts[i]), shares_item))
			return true;
	return false;
}

/* The Pod without the fields, labels and annotations that they set. */
static const struct node *strip_fields(const struct templates *ts,
				       struct injection *in,
				       const struct rendering *renderings,
				       bool *shares_item)
{
	const struct node *pod = in->stripped, *all;
	struct attempt attempt = { ts, in };
	const struct trial trial = {
		in->arena, ts->list->at, ts->list->n, try_templates, &attempt,
	};
	const uint32_t n = ts->list->n;
	bool shares = false;

	for (uint32_t i = 0; i < n && !shares; i++)
		shares = shares_field(pod, renderings[i].overlay, *shares_item);
	all = shares ? merge_overlays(in->arena, n, renderings) : NULL;
	return all ? seen_without_own(&trial, pod, all) : pod;
}

static bool any_reads_pods(const struct template_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (!template_is_plain(list->at[i]))
			return true;
	return false;
}

/* Render the templates for what they see of in->pod: in->stripped. */
static int render(const struct templates *ts, struct injection *in,
		  struct rendering *out, struct err *e)
{
	static const struct node *(*const strips[])(
		const struct templates *, struct injection *,
		const struct rendering *, bool *) = {
		strip_items, strip_fields,
	};
	bool shares_item;

	in->stripped = injection_without_note(in, in->pod);
	if (injection_mesh(in, e) || render_all(ts, in, out, e))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(strips) && any_reads_pods(ts->list);
	     i++) {
		const struct node *before = in->stripped;
		const struct node *seen = strips[i](ts, in, out,
							&shares_item);

		in->stripped = seen;
		if (seen != before && render_all(ts, in, out, e))
			return -1;
	}
	return 0;
}

/* `spec: {containers: []}` is nothing, too. */
static bool is_nothing(const struct node *overlay)
{
	if (node_is_scalar(overlay) ||
	    (overlay->kind == NODE_LIST && overlay->n))
		return false;
	for (uint32_t i = 0; i < overlay->n; i++)
		if (!is_nothing(overlay->entries[i].value))
			return false;
	return true;
}

static bool renders_nothing(const struct templates *ts,
			    const struct rendering *renderings)
{
	for (uint32_t i = 0; i < ts->list->n; i++)
		if (!is_nothing(renderings[i].overlay))
			return false;
	return true;
}

/* ---- removing ---- */

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

/* Does the Pod's container have all fields that the template gives it? */
static bool has_fields(const struct node *own, const struct node *given)
{
	for (uint32_t i = 0; i < given->n; i++)
		if (!node_get(own, node_text(given->entries[i].key)))
			return false;
	return true;
}

/* The number of containers with an image in that list of the overlay, if the
 * Pod, whose containers are `named`, has all of the list's: with the same
 * image, in any version, or all fields if the overlay has no image.  UINT32_MAX
 * if one is missing. */
static uint32_t count_containers(const struct node *named,
				 const struct node *overlay, const char *name)
{
	const struct node *list = list_in(overlay, name);
	uint32_t n = 0;

	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct node *given = list->items[i];
		const struct node *own = node_get(named, name_of(given));
		str image = repository(given);

		if (!own || !(image.n ? str_eq(repository(own), image) :
					has_fields(own, given)))
			return UINT32_MAX;
		n += image.n > 0;
	}
	return n;
}

/* Does the Pod have all containers of the templates, and others?  Then they
 * were injected, perhaps by another version of the templates.  If it has no
 * others, they are more likely the user's, and the templates modify them. */
static bool has_all_containers(const struct templates *ts,
			       const struct injection *in,
			       const struct rendering *renderings)
{
	const struct node *list = list_in(in->pod, "containers");
	const struct node *named = named_items(in->arena, in->pod,
					       container_lists);
	uint32_t n = 0, plain = 0;

	for (uint32_t i = 0; i < ts->list->n; i++) {
		for (const char *const *name = container_lists; *name; name++) {
			uint32_t k = count_containers(named,
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

/* Was the Pod injected, by this or another version of the templates? */
static bool was_added(const struct templates *ts,
		      const struct injection *in,
		      const struct rendering *renderings)
{
	const struct merge_options quiet = { .warn = NULL };
	const struct node *again = in->pod;

	if (has_all_containers(ts, in, renderings))
		return true;
	for (uint32_t i = 0; again && i < ts->list->n; i++)
		again = merge_pod(in->arena, again, renderings[i].overlay,
				  &quiet, NULL);
	return again && node_equal(again, in->pod);
}

static const struct node *unmerge(const struct templates *ts,
				  struct arena *a, const struct node *pod,
				  const struct rendering *renderings)
{
	for (uint32_t i = ts->list->n; i-- > 0;)
		pod = unmerge_pod(a, pod, renderings[i].overlay);
	return pod;
}

/* The templates of the earlier injection: those that the caller says, else
 * today's. */
static struct templates former(const struct pod_task *t)
{
	struct templates ts = current(t);

	if (t->injector->former.n)
		ts.list = &t->injector->former;
	return ts;
}

static const struct node *remove_sidecars(struct pod_task *t,
					  struct verdict *v, struct err *e)
{
	const struct templates ts = former(t);
	struct injection *in = &t->in;
	struct rendering *renderings = arena_array(in->arena, struct rendering,
						   ts.list->n);

	/* Rules decide who gets a sidecar, not who keeps one. */
	if (!node_get(in->pod, STR("spec"))) {
		*v = skip(t);
		return in->pod;
	}
	injection_prepare(in);
	if (render(&ts, in, renderings, e))
		return NULL;
	v->skip = renders_nothing(&ts, renderings) ||
		  !was_added(&ts, in, renderings);
	v->reason = STR("sidecar not found");
	return v->skip ? in->pod :
			 unmerge(&ts, in->arena, in->pod, renderings);
}

/* ---- injecting ---- */

static void note_history(struct pod_task *t,
			 const struct rendering *renderings)
{
	const struct templates ts = current(t);

	t->history->injected_before |= has_all_containers(&ts, &t->in,
							  renderings);
}

static const struct node *inject(struct pod_task *t, struct verdict *v,
				 struct err *e)
{
	const struct templates ts = current(t);
	struct injection *in = &t->in;
	const struct merge_options options = {
		.warn = in->warn_merge,
		.ctx = in->ctx,
		.nameless = in->nameless,
		.by_protocol = true,
		.path = t->path,
	};
	struct rendering *renderings = arena_array(in->arena, struct rendering,
						   ts.list->n);
	const struct node *pod = in->pod;

	if (in->original)
		in->pod = in->original;
	injection_prepare(in);
	if (render(&ts, in, renderings, e))
		return NULL;
	in->pod = pod;
	for (uint32_t i = 0; pod && i < ts.list->n; i++) {
		if (t->rendered)
			t->rendered(in->ctx, ts.list->at[i], &renderings[i]);
		pod = merge_pod(in->arena, pod, renderings[i].overlay, &options,
				e);
	}
	if (t->history && pod && pod != in->pod)
		note_history(t, renderings);
	if (pod && renders_nothing(&ts, renderings) &&
	    node_equal(pod, in->pod))
		*v = (struct verdict){
			.skip = true, .reason = STR("template renders nothing"),
		};
	return pod;
}

const struct strategy strategy_plain = {
	.records = true,
	.wanted = wanted,
	.load = load,
	.skip = skip,
	.inject = inject,
	.remove = remove_sidecars,
};

#include "istio/pod_tree.h"

#include "base/array.h"
#include "k8s/schema.h"
#include "tree/scalar.h"

str pod_list_key(enum pod_list list)
{
	return list == POD_CONTAINERS ? STR("containers")
				      : STR("initContainers");
}

str pod_text(struct arena *a, const struct node *n)
{
	struct buf b = BUF_INIT;
	str text;

	if (!n || !node_is_scalar(n))
		return STR_NONE;
	if (n->kind == NODE_STRING)
		return n->n ? node_text(n) : STR("");
	if (n->kind == NODE_NULL)
		return STR("");
	scalar_json(&b, n);
	text = arena_str(a, buf_str(&b));
	buf_release(&b);
	return text;
}

bool pod_text_is(const struct node *n, str text)
{
	struct buf b = BUF_INIT;
	bool is;

	if (!n || !node_is_scalar(n))
		return false;
	if (n->kind == NODE_STRING)
		return str_eq(node_text(n), text);
	if (n->kind == NODE_NULL)
		return text.n == 0;
	scalar_json(&b, n);
	is = str_eq(buf_str(&b), text);
	buf_release(&b);
	return is;
}

bool pod_parse_bool(str text, bool *out)
{
	static const char *const words[] = {
		"0", "f", "F", "false", "FALSE", "False",
		"1", "t", "T", "true", "TRUE", "True",
	};
	const size_t n = ARRAY_SIZE(words);

	for (size_t i = 0; i < n; i++) {
		if (str_eq(text, str_of(words[i]))) {
			*out = i >= n / 2;
			return true;
		}
	}
	return false;
}

str pod_trim(str text)
{
	static const char blanks[] = " \t\n\v\f\r";

	while (text.n && memchr(blanks, text.p[0], sizeof(blanks) - 1))
		text = str_sub(text, 1, text.n);
	while (text.n && memchr(blanks, text.p[text.n - 1],
				sizeof(blanks) - 1))
		text.n--;
	return text;
}

bool pod_get_int(const struct node *n, int64_t *out)
{
	double d;

	if (n && n->kind == NODE_INT)
		return scalar_int64(n, out);
	if (!n || n->kind != NODE_FLOAT)
		return false;
	d = scalar_double(n);
	/* beyond that a double has no fractions, and ports and users end */
	if (!(d > -1e15 && d < 1e15) || d != (double)(int64_t)d)
		return false;
	*out = (int64_t)d;
	return true;
}

struct node *pod_int(struct arena *a, int64_t i)
{
	str text = arena_printf(a, "%lld", (long long)i);
	struct node *n = node_new(a, NODE_INT);

	n->text = text.p;
	n->n = (uint32_t)text.n;
	return n;
}

/* The index at which a new key is inserted. */
static uint32_t place_of(const struct node *map, const char *type, str key)
{
	const struct schema_type *t = type ? schema_type(str_of(type)) : NULL;
	int order = t ? schema_order(t, key) : -1, nearest = -1;
	uint32_t at = map->n;

	for (uint32_t i = 0; order >= 0 && i < map->n; i++) {
		int o = schema_order(t, node_text(map->entries[i].key));

		if (o > nearest && o < order) {
			nearest = o;
			at = i + 1;
		}
	}
	return at;
}

const struct node *pod_put(struct arena *a, const char *type,
			   const struct node *map, str key,
			   const struct node *value)
{
	bool is_map = map && map->kind == NODE_MAP;
	int64_t i = is_map ? node_index(map, key) : -1;
	uint32_t n = is_map ? map->n : 0, at;
	struct entry *entries;

	if (i >= 0)
		return map->entries[i].value == value ?
		       map : node_with(a, map, key, value);
	if (!value)
		return map;
	entries = arena_array(a, struct entry, n + 1);
	at = is_map ? place_of(map, type, key) : 0;
	for (uint32_t k = 0; k < n; k++)
		entries[k + (k >= at)] = map->entries[k];
	entries[at] = (struct entry){ node_new_string(a, key), value };
	return node_new_map(a, map, entries, n + 1);
}

const struct node *pod_note(const struct node *pod, str name)
{
	return node_get(node_find(pod, "metadata.annotations"), name);
}

/* metadata.FIELD.NAME */
static const struct node *put_meta(struct arena *a, const struct node *pod,
				   str field, str name, str value)
{
	const struct node *meta = node_get(pod, STR("metadata"));
	const struct node *map = node_get(meta, field);
	const struct node *old = node_get(map, name), *new;

	/* a bool or number with that text becomes a text */
	if (value.p ? old && old->kind == NODE_STRING &&
		      str_eq(node_text(old), value) : !old)
		return pod;
	new = value.p ? node_new_string(a, value) : NULL;
	map = pod_put(a, NULL, map, name, new);
	meta = pod_put(a, "ObjectMeta", meta, field, map);
	return pod_put(a, "Pod", pod, STR("metadata"), meta);
}

const struct node *pod_annotate(struct arena *a, const struct node *pod,
				str name, str value)
{
	return put_meta(a, pod, STR("annotations"), name, value);
}

const struct node *pod_label_with(struct arena *a, const struct node *pod,
				  str name, str value)
{
	return put_meta(a, pod, STR("labels"), name, value);
}

const struct node *pod_prune(struct arena *a, const struct node *pod)
{
	static const char *const fields[] = { "labels", "annotations" };
	const struct node *meta = node_get(pod, STR("metadata"));

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct node *map = node_get(meta, str_of(fields[i]));

		if (map && map->kind == NODE_MAP && !map->n)
			meta = node_with(a, meta, str_of(fields[i]), NULL);
	}
	if (!meta || meta == node_get(pod, STR("metadata")))
		return pod;
	return node_with(a, pod, STR("metadata"), meta->n ? meta : NULL);
}

const struct node *pod_containers(const struct node *pod, enum pod_list list)
{
	const struct node *n = node_get(node_get(pod, STR("spec")),
					pod_list_key(list));

	return n && n->kind == NODE_LIST ? n : NULL;
}

static struct pod_place find_in(const struct node *containers,
				enum pod_list list, str name)
{
	for (uint32_t i = 0; i < pod_count(containers); i++) {
		const struct node *c = node_item(containers, i);

		if (pod_text_is(node_get(c, STR("name")), name))
			return (struct pod_place){ list, i, c };
	}
	return (struct pod_place){ list, 0, NULL };
}

const struct node *pod_named(const struct node *containers, str name)
{
	return find_in(containers, POD_CONTAINERS, name).container;
}

struct pod_place pod_find_in(const struct node *pod, enum pod_list list,
			     str name)
{
	return find_in(pod_containers(pod, list), list, name);
}

struct pod_place pod_find(const struct node *pod, str name)
{
	struct pod_place place = pod_find_in(pod, POD_CONTAINERS, name);

	if (place.container)
		return place;
	return pod_find_in(pod, POD_INIT_CONTAINERS, name);
}

/* A new version of a list that Kubernetes merges by name, or itself. */
static const struct node *with_items(struct arena *a, const struct node *list,
				     const struct node **items, uint32_t n)
{
	struct node *new;
	uint32_t same = 0;

	while (same < n && same < pod_count(list) &&
	       items[same] == list->items[same])
		same++;
	if (list && list->kind == NODE_LIST && same == n && same == list->n)
		return list;
	new = node_new_list(a, list, items, n);
	node_extra(a, new)->merge_key = "name";
	return new;
}

const struct node *pod_with_list(struct arena *a, const struct node *pod,
				 enum pod_list list,
				 const struct node **items, uint32_t n)
{
	const struct node *spec = node_get(pod, STR("spec"));
	const struct node *old = node_get(spec, pod_list_key(list));
	const struct node *new = with_items(a, old, items, n);

	if (new != old && !n && list == POD_INIT_CONTAINERS)
		new = NULL;
	spec = pod_put(a, "PodSpec", spec, pod_list_key(list), new);
	return pod_put(a, "Pod", pod, STR("spec"), spec);
}

/* A copy of the items with space for one more. */
static const struct node **copy_items(struct arena *a, const struct node *list)
{
	uint32_t n = pod_count(list);
	const struct node **items = arena_array(a, const struct node *, n + 1);

	for (uint32_t i = 0; i < n; i++)
		items[i] = list->items[i];
	return items;
}

const struct node *pod_replace(struct arena *a, const struct node *pod,
			       const struct pod_place *place,
			       const struct node *container)
{
	const struct node *old = pod_containers(pod, place->list);
	const struct node **items = copy_items(a, old);
	uint32_t n = old->n;

	items[place->at] = container;
	if (!container) {
		n--;
		for (uint32_t i = place->at; i < n; i++)
			items[i] = items[i + 1];
	}
	return pod_with_list(a, pod, place->list, items, n);
}

const struct node *pod_append(struct arena *a, const struct node *pod,
			      enum pod_list list, const struct node *container)
{
	const struct node *old = pod_containers(pod, list);
	const struct node **items = copy_items(a, old);
	uint32_t n = pod_count(old);

	items[n] = container;
	return pod_with_list(a, pod, list, items, n + 1);
}

const struct node *pod_env(const struct node *container, str name)
{
	return pod_named(node_get(container, STR("env")), name);
}

const struct node *pod_with_env(struct arena *a, const struct node *container,
				str name, str value, bool replace)
{
	const struct node *env = node_get(container, STR("env"));
	struct pod_place old = find_in(env, POD_CONTAINERS, name);
	const struct node **items = copy_items(a, env);
	struct entry *entries = arena_array(a, struct entry, 2);
	uint32_t n = pod_count(env);

	replace = replace && old.container;
	if (replace && old.container->n == 2 &&
	    pod_text_is(node_get(old.container, STR("value")), value))
		return container;
	entries[0] = (struct entry){ node_new_string(a, STR("name")),
				     node_new_string(a, name) };
	entries[1] = (struct entry){ node_new_string(a, STR("value")),
				     node_new_string(a, value) };
	items[replace ? old.at : n] =
		node_new_map(a, replace ? old.container : NULL, entries, 2);
	env = with_items(a, env, items, replace ? n : n + 1);
	return pod_put(a, "Container", container, STR("env"), env);
}

/* ---- restoring a part of a Pod ---- */

/* The item of `list` with the name of `item`, or equal to it. */
static const struct node *same_item(const struct node *list,
				    const struct node *item)
{
	const struct node *name = node_get(item, STR("name"));

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *other = list->items[i];

		if (name ? node_get(other, STR("name")) &&
			   node_equal(node_get(other, STR("name")), name) :
			   node_equal(other, item))
			return other;
	}
	return NULL;
}

static const struct node *restore_list(struct arena *a, const struct node *now,
				       const struct node *was)
{
	const struct node **items = arena_array(a, const struct node *, was->n);

	for (uint32_t i = 0; i < was->n; i++) {
		const struct node *item = same_item(now, was->items[i]);

		items[i] = item ? pod_restore(a, item, was->items[i]) :
				  was->items[i];
	}
	return node_new_list(a, now, items, was->n);
}

static const struct node *restore_map(struct arena *a, const struct node *now,
				      const struct node *was)
{
	struct entry *entries = arena_array(a, struct entry, now->n + was->n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < now->n; i++) {
		struct entry e = now->entries[i];
		const struct node *value = node_get(was, node_text(e.key));

		if (!value)
			continue;
		e.value = pod_restore(a, e.value, value);
		entries[n++] = e;
	}
	for (uint32_t i = 0; i < was->n; i++)
		if (!node_get(now, node_text(was->entries[i].key)))
			entries[n++] = was->entries[i];
	return node_new_map(a, now, entries, n);
}

const struct node *pod_restore(struct arena *a, const struct node *now,
				const struct node *was)
{
	if (node_equal(now, was))
		return now;
	if (now->kind != was->kind || node_is_scalar(now))
		return was;
	return now->kind == NODE_MAP ? restore_map(a, now, was) :
				       restore_list(a, now, was);
}

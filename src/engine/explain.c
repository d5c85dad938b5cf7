/*
 * Two maps are compared by key, in the order of the new one, with what is gone
 * last.  A list whose items have a key is made a map of them first; what that
 * would hide, items that only changed places, is told last of all.
 */
#include "engine/explain.h"

#include <string.h>

#include "base/array.h"
#include "tree/scalar.h"

/* ---- keeping ---- */

/* An array with room for one more. */
static void *grown(struct arena *a, void *at, size_t n, size_t *room,
		   size_t size)
{
	void *more;

	if (n < *room)
		return at;
	*room = *room ? *room * 2 : 8;
	more = arena_alloc(a, *room * size);
	if (n)
		memcpy(more, at, n * size);
	return more;
}

void summary_template(struct summary *s, str name)
{
	for (size_t i = 0; i < s->n_templates; i++)
		if (str_eq(str_of(s->templates[i]), name))
			return;
	s->templates = grown(s->arena, s->templates, s->n_templates,
			     &s->templates_room, sizeof(*s->templates));
	s->templates[s->n_templates++] = arena_str(s->arena, name).p;
}

static const char *copy(struct summary *s, str text)
{
	return text.p ? arena_str(s->arena, text).p : NULL;
}

/* What is compared: a thing of one name in both pods. */
struct thing {
	enum injector_part part;
	str container, name;	/* container STR_NONE: the pod's */
	const struct node *was, *now;
};

static void keep(struct summary *s, const struct thing *t, str from, str to)
{
	struct pos pos = lines_pos(s->lines, t->was);

	s->changes = grown(s->arena, s->changes, s->n_changes,
			   &s->changes_room, sizeof(*s->changes));
	s->changes[s->n_changes++] = (struct injector_change){
		.part = t->part,
		.action = !t->was ? INJECTOR_ADDED :
			  !t->now ? INJECTOR_REMOVED : INJECTOR_CHANGED,
		.pod = s->pod,
		.container = copy(s, t->container),
		.name = arena_str(s->arena, t->name).p,
		.from = copy(s, from),
		.to = copy(s, to),
		.place = { pos.file, pos.line, pos.column },
	};
}

/* ---- what is shown of a node ---- */

/* A scalar as it reads; STR_NONE for anything else. */
static str scalar_shown(struct summary *s, const struct node *n)
{
	struct buf b = BUF_INIT;
	str text;

	if (!n || !node_is_scalar(n))
		return STR_NONE;
	if (n->kind == NODE_STRING)
		return n->n ? node_text(n) : STR("\"\"");
	scalar_json(&b, n);
	text = arena_str(s->arena, buf_str(&b));
	buf_release(&b);
	return text;
}

static str field_shown(struct summary *s, const struct node *map,
		       const char *key)
{
	return scalar_shown(s, node_get(map, str_of(key)));
}

static str image_of(struct summary *s, const struct node *container)
{
	return field_shown(s, container, "image");
}

/* "httpGet :8080/ready", "tcpSocket :3306", "exec". */
static str probe_shown(struct summary *s, const struct node *probe)
{
	static const char *const actions[] = {
		"httpGet", "tcpSocket", "grpc", "exec", "sleep",
	};

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		const struct node *a = node_get(probe, str_of(actions[i]));
		str port = field_shown(s, a, "port");
		str path = field_shown(s, a, "path");

		if (!a)
			continue;
		return arena_printf(s->arena, "%s%s%.*s%.*s", actions[i],
				    port.n ? " :" : "", STR_ARG(port),
				    STR_ARG(path));
	}
	return STR_NONE;
}

/* What fills a volume: its first key that is not its name. */
static str volume_shown(struct summary *s, const struct node *volume)
{
	(void)s;
	for (uint32_t i = 0; volume && volume->kind == NODE_MAP &&
			     i < volume->n; i++) {
		str key = node_text(volume->entries[i].key);

		if (!str_eq(key, STR("name")))
			return key;
	}
	return STR_NONE;
}

static str port_shown(struct summary *s, const struct node *port)
{
	return field_shown(s, port, "name");
}

static str nothing_shown(struct summary *s, const struct node *n)
{
	(void)s;
	(void)n;
	return STR_NONE;
}

/* ---- lists as maps ---- */

static str own_name(struct summary *s, const struct node *item)
{
	return field_shown(s, item, "name");
}

static str mount_path(struct summary *s, const struct node *item)
{
	return field_shown(s, item, "mountPath");
}

static str port_name(struct summary *s, const struct node *item)
{
	str port = field_shown(s, item, "containerPort");
	str protocol = field_shown(s, item, "protocol");

	if (!port.p)
		return STR_NONE;
	return arena_printf(s->arena, "%.*s/%.*s", STR_ARG(port),
			    STR_ARG(protocol.n ? protocol : STR("TCP")));
}

typedef str name_fn(struct summary *s, const struct node *item);
typedef str show_fn(struct summary *s, const struct node *n);

/* Items by name; those that have none, or are no list, are left out. */
static const struct node *named(struct summary *s, const struct node *list,
				name_fn *name)
{
	bool is_list = list && list->kind == NODE_LIST;
	struct entry *entries = arena_array(s->arena, struct entry,
					    is_list ? list->n : 0);
	uint32_t n = 0;

	for (uint32_t i = 0; is_list && i < list->n; i++) {
		str text = name(s, list->items[i]);

		if (text.p)
			entries[n++] = (struct entry){
				node_new_string(s->arena, text),
				list->items[i],
			};
	}
	return node_new_map(s->arena, NULL, entries, n);
}

/* ---- walking ---- */

static bool differs(const struct thing *t)
{
	return t->was != t->now &&
	       (!t->was || !t->now || !node_equal(t->was, t->now));
}

static bool is_map(const struct node *n)
{
	return n && n->kind == NODE_MAP;
}

/* Every key of either map, as far as their values differ.  What `t` has of
 * part and container holds for all. */
static void each(struct summary *s, const struct node *was,
		 const struct node *now, const struct thing *t,
		 void (*tell)(struct summary *s, const struct thing *t,
			      const void *arg), const void *arg)
{
	struct thing one = *t;

	for (uint32_t i = 0; is_map(now) && i < now->n; i++) {
		one.name = node_text(now->entries[i].key);
		one.now = now->entries[i].value;
		one.was = node_get(was, one.name);
		if (differs(&one))
			tell(s, &one, arg);
	}
	one.now = NULL;
	for (uint32_t i = 0; is_map(was) && i < was->n; i++) {
		one.name = node_text(was->entries[i].key);
		one.was = was->entries[i].value;
		if (!node_get(now, one.name))
			tell(s, &one, arg);
	}
}

/* How the items of a list are told of. */
struct items {
	enum injector_part part;
	name_fn *name;
	show_fn *show;
	const char *prefix;	/* of their names: "env " */
};

static void tell_item(struct summary *s, const struct thing *t,
		      const void *arg)
{
	const struct items *items = arg;
	struct thing one = *t;

	one.name = arena_printf(s->arena, "%s%.*s", items->prefix,
				STR_ARG(t->name));
	keep(s, &one, t->was ? items->show(s, t->was) : STR_NONE,
	     t->now ? items->show(s, t->now) : STR_NONE);
}

static void compare_items(struct summary *s, const struct thing *t,
			  const struct items *items)
{
	struct thing of = { .part = items->part, .container = t->container };

	each(s, named(s, t->was, items->name), named(s, t->now, items->name),
	     &of, tell_item, items);
}

/* Lists whose items have names, wherever such a field stands. */
static const struct {
	const char *field;
	struct items items;
} lists[] = {
	{ "ports", { INJECTOR_PORT, port_name, port_shown, "" } },
	{ "volumes", { INJECTOR_VOLUME, own_name, volume_shown, "" } },
	{ "env", { INJECTOR_FIELD, own_name, nothing_shown, "env " } },
	{ "volumeMounts", { INJECTOR_FIELD, mount_path, port_shown,
			    "volumeMounts " } },
	{ "imagePullSecrets", { INJECTOR_FIELD, own_name, nothing_shown,
				"imagePullSecrets " } },
};

static const struct items *items_of(const struct thing *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (str_eq(t->name, str_of(lists[i].field)))
			return &lists[i].items;
	return NULL;
}

/* A field that is nothing in particular: of two maps, what differs in them. */
static void tell_field(struct summary *s, const struct thing *t,
		       const void *arg)
{
	const char *parent = arg;
	struct thing one = *t;

	if (parent)
		one.name = arena_printf(s->arena, "%s.%.*s", parent,
					STR_ARG(t->name));
	if (is_map(t->was) && is_map(t->now))
		each(s, t->was, t->now, &one, tell_field,
		     arena_str(s->arena, one.name).p);
	else
		keep(s, &one, scalar_shown(s, t->was),
		     scalar_shown(s, t->now));
}

/* ---- containers ---- */

static bool is_probe(str name)
{
	return str_eq(name, STR("livenessProbe")) ||
	       str_eq(name, STR("readinessProbe")) ||
	       str_eq(name, STR("startupProbe"));
}

static void tell_probe(struct summary *s, const struct thing *t,
		       const void *arg)
{
	struct thing one = *t;

	one.part = INJECTOR_PROBE;
	if (arg)
		one.name = arena_printf(s->arena, "%s.%.*s", (const char *)arg,
					STR_ARG(t->name));
	keep(s, &one, probe_shown(s, t->was), probe_shown(s, t->now));
}

static void tell_container_field(struct summary *s, const struct thing *t,
				 const void *arg)
{
	const struct items *items = items_of(t);

	(void)arg;
	if (items)
		compare_items(s, t, items);
	else if (is_probe(t->name))
		tell_probe(s, t, NULL);
	else if (str_eq(t->name, STR("lifecycle")))
		each(s, t->was, t->now, t, tell_probe, "lifecycle");
	else
		tell_field(s, t, NULL);
}

/* Of a container that is new or gone its ports tell enough. */
static void tell_container(struct summary *s, const struct thing *t,
			   const void *arg)
{
	struct thing in = { .part = INJECTOR_FIELD, .container = t->name };
	struct thing ports = {
		.container = t->name,
		.name = STR("ports"),
		.was = node_get(t->was, STR("ports")),
		.now = node_get(t->now, STR("ports")),
	};
	bool both = t->was && t->now;

	(void)arg;
	keep(s, t, both ? STR_NONE : image_of(s, t->was),
	     both ? STR_NONE : image_of(s, t->now));
	if (both)
		each(s, t->was, t->now, &in, tell_container_field, NULL);
	else
		compare_items(s, &ports, items_of(&ports));
}

static bool is_containers(const struct thing *t, enum injector_part *part)
{
	bool init = str_eq(t->name, STR("initContainers"));

	*part = init ? INJECTOR_INIT_CONTAINER : INJECTOR_CONTAINER;
	return init || str_eq(t->name, STR("containers"));
}

/* ---- the pod ---- */

static void tell_value(struct summary *s, const struct thing *t,
		       const void *arg)
{
	(void)arg;
	keep(s, t, scalar_shown(s, t->was), scalar_shown(s, t->now));
}

static void tell_spec(struct summary *s, const struct thing *t,
		      const void *arg)
{
	const struct items *items = items_of(t);
	struct thing in = *t;

	(void)arg;
	if (is_containers(t, &in.part))
		each(s, named(s, t->was, own_name), named(s, t->now, own_name),
		     &in, tell_container, NULL);
	else if (items)
		compare_items(s, t, items);
	else
		tell_field(s, t, NULL);
}

static void tell_metadata(struct summary *s, const struct thing *t,
			  const void *arg)
{
	struct thing in = *t;

	(void)arg;
	if (str_eq(t->name, STR("labels")))
		in.part = INJECTOR_LABEL;
	else if (str_eq(t->name, STR("annotations")))
		in.part = INJECTOR_ANNOTATION;
	else
		in.part = INJECTOR_FIELD;
	if (in.part == INJECTOR_FIELD)
		tell_field(s, t, "metadata");
	else
		each(s, t->was, t->now, &in, tell_value, NULL);
}

void summary_pod(struct summary *s, const struct node *was,
		 const struct node *now)
{
	struct thing in = { .part = INJECTOR_FIELD, .was = was, .now = now };
	size_t before = s->n_changes;

	if (differs(&in)) {
		each(s, node_get(was, STR("spec")), node_get(now, STR("spec")),
		     &in, tell_spec, NULL);
		each(s, node_get(was, STR("metadata")),
		     node_get(now, STR("metadata")), &in, tell_metadata, NULL);
		in.name = STR("order of lists");
		if (s->n_changes == before)
			keep(s, &in, STR_NONE, STR_NONE);
	}
	s->pod++;
}

/*
 * The difference between two versions of a Pod.  Maps are compared by key, in
 * the order of the new one, then the keys that are gone.  A list whose items
 * have a key is made a map by that key first.  For example,
 *
 *	old	ports: [{containerPort: 80}]
 *	new	ports: [{containerPort: 80, name: x}, {containerPort: 81}]
 *
 * is compared as {80/TCP: ...} with {80/TCP: ..., 81/TCP: ...}, which gives one
 * changed port and one added.  If nothing but the order of items differs, that
 * is the only change.
 */
#include "engine/run.h"

#include "base/array.h"
#include "json/text.h"
#include "tree/scalar.h"

/* ---- changes ---- */

void summary_template(struct summary *s, str name)
{
	for (size_t i = 0; i < s->n_templates; i++)
		if (str_eq(str_of(s->templates[i]), name))
			return;
	s->templates = arena_extend(s->arena, s->templates, s->n_templates,
				    &s->templates_max, sizeof(*s->templates));
	s->templates[s->n_templates++] = arena_str(s->arena, name).p;
}

static const char *copy(struct summary *s, str text)
{
	return text.p ? arena_str(s->arena, text).p : NULL;
}

/* Something with one name in both Pods; NULL where it is missing. */
struct difference {
	enum injector_part part;
	str container, name;	/* container STR_NONE: the Pod's */
	const struct node *old, *new;
};

static void add_change(struct summary *s, const struct difference *t,
		       str from, str to)
{
	struct pos pos = node_pos(t->old);

	s->changes = arena_extend(s->arena, s->changes, s->n_changes,
				  &s->changes_max, sizeof(*s->changes));
	s->changes[s->n_changes++] = (struct injector_change){
		.part = t->part,
		.action = !t->old ? INJECTOR_ADDED :
			  !t->new ? INJECTOR_REMOVED : INJECTOR_CHANGED,
		.pod = s->pod,
		.container = copy(s, t->container),
		.name = arena_str(s->arena, t->name).p,
		.from = copy(s, from),
		.to = copy(s, to),
		.place = { pos.file, pos.line, pos.column },
	};
}

/* ---- short forms of values ---- */

/* A scalar as in YAML, unquoted; STR_NONE for other nodes. */
static str show_scalar(struct summary *s, const struct node *n)
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

static str show_field(struct summary *s, const struct node *map,
		       const char *key)
{
	return show_scalar(s, node_get(map, str_of(key)));
}

static str show_image(struct summary *s, const struct node *container)
{
	return show_field(s, container, "image");
}

/* "httpGet :8080/ready", "tcpSocket :3306", "exec"; several handlers, of which
 * Kubernetes accepts one, joined by " + ". */
static str show_probe(struct summary *s, const struct node *probe)
{
	static const char *const actions[] = {
		"httpGet", "tcpSocket", "grpc", "exec", "sleep",
	};

	str text = STR_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		const struct node *a = node_get(probe, str_of(actions[i]));
		str port = show_field(s, a, "port");
		str path = show_field(s, a, "path");

		if (!a || a->kind == NODE_NULL)
			continue;
		text = arena_printf(s->arena, "%.*s%s%s%s%.*s%.*s",
				    STR_ARG(text), text.n ? " + " : "",
				    actions[i], port.n ? " :" : "",
				    STR_ARG(port), STR_ARG(path));
	}
	return text;
}

/* The kind of a volume: its keys other than the name, normally one. */
static str show_volume(struct summary *s, const struct node *volume)
{
	str text = STR_NONE;

	for (uint32_t i = 0; volume && volume->kind == NODE_MAP &&
			     i < volume->n; i++) {
		const struct entry *e = &volume->entries[i];
		str key = node_text(e->key);

		if (str_eq(key, STR("name")) || e->value->kind == NODE_NULL)
			continue;
		text = arena_printf(s->arena, "%.*s%s%.*s", STR_ARG(text),
				    text.n ? " + " : "", STR_ARG(key));
	}
	return text;
}

static str show_port(struct summary *s, const struct node *port)
{
	return show_field(s, port, "name");
}

static str show_nothing(struct summary *s, const struct node *n)
{
	(void)s;
	(void)n;
	return STR_NONE;
}

/* ---- named_lists as maps ---- */

static str own_name(struct summary *s, const struct node *item)
{
	return show_field(s, item, "name");
}

static str mount_path(struct summary *s, const struct node *item)
{
	return show_field(s, item, "mountPath");
}

static str port_name(struct summary *s, const struct node *item)
{
	str port = show_field(s, item, "containerPort");
	str protocol = show_field(s, item, "protocol");

	if (!port.p)
		return STR_NONE;
	return arena_printf(s->arena, "%.*s/%.*s", STR_ARG(port),
			    STR_ARG(protocol.n ? protocol : STR("TCP")));
}

typedef str name_fn(struct summary *s, const struct node *item);
typedef str show_fn(struct summary *s, const struct node *n);

/* The list as a map by name, without items that have none; an empty map if it
 * is not a list.  Of names in the map `twice` the key is the name, a NUL and
 * the item as JSON: shown, only the name. */
static const struct node *by_name(struct summary *s, const struct node *list,
				  name_fn *name, const struct node *twice)
{
	bool is_list = list && list->kind == NODE_LIST;
	struct entry *entries = arena_array(s->arena, struct entry,
					    is_list ? list->n : 0);
	struct buf b = BUF_INIT;
	uint32_t n = 0;

	for (uint32_t i = 0; is_list && i < list->n; i++) {
		str text = name(s, list->items[i]);

		if (text.p && node_get(twice, text)) {
			buf_clear(&b);
			buf_adds(&b, text);
			buf_addc(&b, '\0');
			json_write(&b, list->items[i]);
			text = arena_str(s->arena, buf_str(&b));
		}
		if (text.p)
			entries[n++] = (struct entry){
				node_new_string(s->arena, text),
				list->items[i],
			};
	}
	buf_release(&b);
	return node_new_map(s->arena, NULL, entries, n);
}

/* Two lists as maps by name. */
struct named {
	const struct node *old, *new;
};

/* Append the entries of keys that the map has more than once. */
static uint32_t find_twice(const struct node *map, struct entry *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < map->n; i++) {
		const struct entry *e = &map->entries[i];

		if (node_get(map, node_text(e->key)) != e->value)
			out[n++] = *e;
	}
	return n;
}

/* Items correspond by name.  If a name occurs twice in a list, only equal items
 * do: the others are removed and added. */
static struct named by_names(struct summary *s, const struct difference *t,
			     name_fn *name)
{
	struct named m = {
		by_name(s, t->old, name, NULL),
		by_name(s, t->new, name, NULL),
	};
	struct entry *twice = arena_array(s->arena, struct entry,
					  m.old->n + m.new->n);
	uint32_t n = find_twice(m.old, twice);
	const struct node *names;

	n += find_twice(m.new, twice + n);
	if (!n)
		return m;
	names = node_new_map(s->arena, NULL, twice, n);
	return (struct named){
		by_name(s, t->old, name, names),
		by_name(s, t->new, name, names),
	};
}

/* ---- walking ---- */

static bool differs(const struct difference *t)
{
	return t->old != t->new &&
	       (!t->old || !t->new || !node_equal(t->old, t->new));
}

static bool is_map(const struct node *n)
{
	return n && n->kind == NODE_MAP;
}

/* Call `add` for each key of either map whose values differ, with the part and
 * container of `t`. */
static void compare_maps(struct summary *s, const struct node *old,
		 const struct node *new, const struct difference *t,
		 void (*add)(struct summary *s, const struct difference *t,
			      const void *arg), const void *arg)
{
	struct difference one = *t;

	for (uint32_t i = 0; is_map(new) && i < new->n; i++) {
		one.name = node_text(new->entries[i].key);
		one.new = new->entries[i].value;
		one.old = node_get(old, one.name);
		if (differs(&one))
			add(s, &one, arg);
	}
	one.new = NULL;
	for (uint32_t i = 0; is_map(old) && i < old->n; i++) {
		one.name = node_text(old->entries[i].key);
		one.old = old->entries[i].value;
		if (!node_get(new, one.name))
			add(s, &one, arg);
	}
}

/* How the items of a list are named and shown. */
struct named_items {
	enum injector_part part;
	name_fn *name;
	show_fn *show;
	const char *prefix;	/* of their names: "env " */
};

static void add_item(struct summary *s, const struct difference *t,
		      const void *arg)
{
	const struct named_items *items = arg;
	struct difference one = *t;

	one.name = arena_printf(s->arena, "%s%.*s", items->prefix,
				STR_ARG(t->name));
	add_change(s, &one, t->old ? items->show(s, t->old) : STR_NONE,
	     t->new ? items->show(s, t->new) : STR_NONE);
}

static void compare_items(struct summary *s, const struct difference *t,
			  const struct named_items *items)
{
	struct difference of = {
		.part = items->part, .container = t->container,
	};

	const struct named m = by_names(s, t, items->name);

	compare_maps(s, m.old, m.new, &of, add_item, items);
}

/* Fields whose items have names, at any place. */
static const struct {
	const char *field;
	struct named_items items;
} named_lists[] = {
	{ "ports", { INJECTOR_PORT, port_name, show_port, "" } },
	{ "volumes", { INJECTOR_VOLUME, own_name, show_volume, "" } },
	{ "env", { INJECTOR_FIELD, own_name, show_nothing, "env " } },
	{ "volumeMounts", { INJECTOR_FIELD, mount_path, show_port,
			    "volumeMounts " } },
	{ "imagePullSecrets", { INJECTOR_FIELD, own_name, show_nothing,
				"imagePullSecrets " } },
};

static const struct named_items *named_list(const struct difference *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(named_lists); i++)
		if (str_eq(t->name, str_of(named_lists[i].field)))
			return &named_lists[i].items;
	return NULL;
}

/* Any other field; of two maps, the fields that differ in them. */
static void add_field(struct summary *s, const struct difference *t,
		       const void *arg)
{
	const char *parent = arg;
	struct difference one = *t;

	if (parent)
		one.name = arena_printf(s->arena, "%s.%.*s", parent,
					STR_ARG(t->name));
	if (is_map(t->old) && is_map(t->new))
		compare_maps(s, t->old, t->new, &one, add_field,
		     arena_str(s->arena, one.name).p);
	else
		add_change(s, &one, show_scalar(s, t->old),
		     show_scalar(s, t->new));
}

/* ---- containers ---- */

static bool is_probe(str name)
{
	return str_eq(name, STR("livenessProbe")) ||
	       str_eq(name, STR("readinessProbe")) ||
	       str_eq(name, STR("startupProbe"));
}

static void add_probe(struct summary *s, const struct difference *t,
		       const void *arg)
{
	struct difference one = *t;

	one.part = INJECTOR_PROBE;
	if (arg)
		one.name = arena_printf(s->arena, "%s.%.*s", (const char *)arg,
					STR_ARG(t->name));
	add_change(s, &one, show_probe(s, t->old), show_probe(s, t->new));
}

static void add_container_field(struct summary *s, const struct difference *t,
				 const void *arg)
{
	const struct named_items *items = named_list(t);

	(void)arg;
	if (items)
		compare_items(s, t, items);
	else if (is_probe(t->name))
		add_probe(s, t, NULL);
	else if (str_eq(t->name, STR("lifecycle")))
		compare_maps(s, t->old, t->new, t, add_probe, "lifecycle");
	else
		add_field(s, t, NULL);
}

/* Of a container that is new or gone its ports add enough. */
static void add_container(struct summary *s, const struct difference *t,
			   const void *arg)
{
	struct difference in = { .part = INJECTOR_FIELD, .container = t->name };
	struct difference ports = {
		.container = t->name,
		.name = STR("ports"),
		.old = node_get(t->old, STR("ports")),
		.new = node_get(t->new, STR("ports")),
	};
	bool both = t->old && t->new;

	(void)arg;
	add_change(s, t, both ? STR_NONE : show_image(s, t->old),
	     both ? STR_NONE : show_image(s, t->new));
	if (both)
		compare_maps(s, t->old, t->new, &in, add_container_field,
			     NULL);
	else
		compare_items(s, &ports, named_list(&ports));
}

static bool is_containers(const struct difference *t, enum injector_part *part)
{
	bool init = str_eq(t->name, STR("initContainers"));

	*part = init ? INJECTOR_INIT_CONTAINER : INJECTOR_CONTAINER;
	return init || str_eq(t->name, STR("containers"));
}

/* ---- the Pod ---- */

static void add_value(struct summary *s, const struct difference *t,
		       const void *arg)
{
	(void)arg;
	add_change(s, t, show_scalar(s, t->old), show_scalar(s, t->new));
}

static void add_spec_field(struct summary *s, const struct difference *t,
		      const void *arg)
{
	const struct named_items *items = named_list(t);
	struct difference in = *t;

	(void)arg;
	if (is_containers(t, &in.part)) {
		const struct named m = by_names(s, t, own_name);

		compare_maps(s, m.old, m.new, &in, add_container, NULL);
	} else if (items) {
		compare_items(s, t, items);
	} else {
		add_field(s, t, NULL);
	}
}

static void add_metadata_field(struct summary *s, const struct difference *t,
			  const void *arg)
{
	struct difference in = *t;

	(void)arg;
	if (str_eq(t->name, STR("labels")))
		in.part = INJECTOR_LABEL;
	else if (str_eq(t->name, STR("annotations")))
		in.part = INJECTOR_ANNOTATION;
	else
		in.part = INJECTOR_FIELD;
	if (in.part == INJECTOR_FIELD)
		add_field(s, t, "metadata");
	else
		compare_maps(s, t->old, t->new, &in, add_value, NULL);
}

/* ---- the picture of a Pod ---- */

/* "8080 53/UDP" */
static const char *all_ports(struct summary *s, const struct node *container)
{
	const struct node *ports = node_get(container, STR("ports"));
	struct buf b = BUF_INIT;
	const char *text;

	for (uint32_t i = 0; ports && ports->kind == NODE_LIST &&
			     i < ports->n; i++) {
		str port = port_name(s, ports->items[i]);

		if (str_ends(port, STR("/TCP")))
			port.n -= strlen("/TCP");
		if (port.n)
			buf_printf(&b, "%s%.*s", b.n ? " " : "",
				   STR_ARG(port));
	}
	text = arena_str(s->arena, buf_str(&b)).p;
	buf_release(&b);
	return text;
}

static const char *all_probes(struct summary *s, const struct node *container)
{
	static const struct {
		const char *field, *name;
	} probes[] = {
		{ "startupProbe", "startup" },
		{ "readinessProbe", "ready" },
		{ "livenessProbe", "live" },
	};
	str text = STR("");

	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		const struct node *probe = node_get(container,
						    str_of(probes[i].field));

		if (is_map(probe))
			text = arena_printf(s->arena, "%.*s%s%s",
					    STR_ARG(text), text.n ? " " : "",
					    probes[i].name);
	}
	return copy(s, text);
}

static void add_mounts(struct summary *s, struct injector_container *c,
		       const struct node *container)
{
	const struct node *list = node_get(container, STR("volumeMounts"));
	bool is_list = list && list->kind == NODE_LIST;
	struct injector_mount *mounts = arena_array(
		s->arena, struct injector_mount, is_list ? list->n : 0);

	for (uint32_t i = 0; is_list && i < list->n; i++) {
		const struct node *mount = list->items[i];
		str name = show_field(s, mount, "name");
		str read_only = show_field(s, mount, "readOnly");

		if (name.n)
			mounts[c->n_mounts++] = (struct injector_mount){
				copy(s, name),
				str_eq(read_only, STR("true")),
			};
	}
	c->mounts = mounts;
}

static void add_containers(struct summary *s, const struct node *pod,
			   const char *field)
{
	const struct node *list = node_find(pod, field);
	bool init = strcmp(field, "spec.initContainers") == 0;

	for (uint32_t i = 0; list && list->kind == NODE_LIST && i < list->n;
	     i++) {
		const struct node *container = list->items[i];
		str name = show_field(s, container, "name");
		str policy = show_field(s, container, "restartPolicy");
		struct injector_container c = {
			.pod = s->pod,
			.name = copy(s, name.n ? name : STR("")),
			.init = init,
			.native = init && str_eq(policy, STR("Always")),
			.ports = all_ports(s, container),
			.probes = all_probes(s, container),
		};

		add_mounts(s, &c, container);
		s->containers = arena_extend(s->arena, s->containers,
					     s->n_containers,
					     &s->containers_max,
					     sizeof(*s->containers));
		s->containers[s->n_containers++] = c;
	}
}

void summary_pod(struct summary *s, const struct node *old,
		 const struct node *new)
{
	struct difference in = {
		.part = INJECTOR_FIELD, .old = old, .new = new,
	};
	size_t n = s->n_changes;

	if (differs(&in)) {
		compare_maps(s, node_get(old, STR("spec")),
			     node_get(new, STR("spec")), &in, add_spec_field,
			     NULL);
		compare_maps(s, node_get(old, STR("metadata")),
			     node_get(new, STR("metadata")), &in,
			     add_metadata_field, NULL);
		in.name = STR("order of lists");
		if (s->n_changes == n)
			add_change(s, &in, STR_NONE, STR_NONE);
		add_containers(s, new, "spec.initContainers");
		add_containers(s, new, "spec.containers");
	}
	s->pod++;
}

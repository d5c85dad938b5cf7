/*
 * The rules of the judge: one row for a type and a field of it, or for the type
 * as a whole.  They follow pkg/apis/core/validation/validation.go of Kubernetes
 * 1.36, after the defaults of pkg/apis/core/v1/defaults.go.
 *
 * To add a rule: a row in `rules`, with a function that exists or a new one, a
 * line in tests/test_check.c.
 */
#include "check/judge.h"

#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "k8s/gojson.h"
#include "tree/scalar.h"

struct rule;

/* `e`: the entry of rule->key, which has a value, or NULL. */
typedef void rule_fn(const struct judging *w, const struct step *at,
		     const struct entry *e, const struct rule *rule);

struct rule {
	enum schema_type_number type;
	str key;			/* "": the whole map */
	rule_fn *check;
	str arg;			/* keys or values, blanks between */
};

/* ---- values ---- */

/* Is it absent to Go: null, or an empty text? */
static bool is_unset(const struct node *n)
{
	return !n || n->kind == NODE_NULL || (n->kind == NODE_STRING && !n->n);
}

static const struct entry *entry_of(const struct node *map, str key)
{
	int64_t i = map->kind == NODE_MAP ? node_index(map, key) : -1;

	return i < 0 ? NULL : &map->entries[i];
}

bool judge_has_variable(const struct node *n)
{
	str text = node_string(n);

	return decode_is_variable(n) ||
	       (text.n && (memmem(text.p, text.n, "$(", 2) ||
			   memmem(text.p, text.n, "{{", 2)));
}

/* Is `word` among the words? */
static bool is_one_of(str words, str word)
{
	str rest = words, next;

	while (rest.n) {
		str_cut(rest, ' ', &next, &rest);
		if (str_eq(next, word))
			return true;
	}
	return false;
}

/* arg: the key that must have a value. */
static void check_required(const struct judging *w, const struct step *at,
			   const struct entry *e, const struct rule *rule)
{
	(void)e;
	if (!is_unset(node_get(at->node, rule->arg)))
		return;
	/* a custom kind may have defaults */
	if (w->judge->workload->type || judge_is_given(w, at, NULL))
		judge_report(w, WARN_MISSING_FIELD, at, NULL, "missing %.*s",
			     STR_ARG(rule->arg));
}

static void check_image(const struct judging *w, const struct step *at,
			const struct entry *e, const struct rule *rule)
{
	str name = node_string(node_get(at->node, STR("name")));

	(void)e;
	(void)rule;
	if (!is_unset(node_get(at->node, STR("image"))))
		return;
	if (judge_is_given(w, at, NULL))
		judge_report(w, WARN_MISSING_FIELD, at, NULL, "no image: the "
			     "workload has no container \"%.*s\" for the "
			     "template to change, and a new one needs an image",
			     STR_ARG(name));
	else if (w->judge->workload->type)
		judge_report(w, WARN_MISSING_FIELD, at, NULL, "no image");
}

static void check_one_of(const struct judging *w, const struct step *at,
			 const struct entry *e, const struct rule *rule)
{
	if (e->value->kind == NODE_STRING &&
	    !is_one_of(rule->arg, node_text(e->value)) &&
	    !judge_has_variable(e->value))
		judge_report(w, WARN_INVALID_VALUE, at, e,
			     "\"%.*s\" is not one of: %.*s",
			     STR_ARG(node_text(e->value)), STR_ARG(rule->arg));
}

/* ---- names ---- */

static bool is_lower_alnum(char c)
{
	return is_lower(c) || is_digit(c);
}

/* A label of RFC 1123. */
static bool is_label(str s)
{
	if (!s.n || s.n > 63 || !is_lower_alnum(s.p[0]) ||
	    !is_lower_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_lower_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static void check_label(const struct judging *w, const struct step *at,
			const struct entry *e, const struct rule *rule)
{
	(void)rule;
	if (e->value->kind == NODE_STRING &&
	    !is_label(node_text(e->value)) && !judge_has_variable(e->value))
		judge_report(w, WARN_INVALID_VALUE, at, e, "\"%.*s\" is not "
			     "a valid name: at most 63 of a-z, 0-9 and \"-\", "
			     "which is neither the first nor the last",
			     STR_ARG(node_text(e->value)));
}

/* A service name of RFC 6335. */
static bool is_port_name(str s)
{
	bool letter = false;

	if (!s.n || s.n > 15 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		letter = letter || is_lower(s.p[i]);
		if (s.p[i] == '-' ? s.p[i - 1] == '-' : !is_lower_alnum(s.p[i]))
			return false;
	}
	return letter;
}

static void check_port_name(const struct judging *w, const struct step *at,
			    const struct entry *e, const struct rule *rule)
{
	(void)rule;
	if (e->value->kind == NODE_STRING &&
	    !is_port_name(node_text(e->value)) &&
	    !judge_has_variable(e->value))
		judge_report(w, WARN_INVALID_VALUE, at, e, "\"%.*s\" is not "
			     "a valid port name: at most 15 of a-z, 0-9 and "
			     "single \"-\" between them, with a letter",
			     STR_ARG(node_text(e->value)));
}

static void check_env_name(const struct judging *w, const struct step *at,
			   const struct entry *e, const struct rule *rule)
{
	(void)rule;
	if (str_find(node_string(e->value), 0, '=') <
	    node_string(e->value).n)
		judge_report(w, WARN_INVALID_VALUE, at, e, "\"%.*s\" is not "
			     "a valid name: it has a \"=\"",
			     STR_ARG(node_text(e->value)));
}

/* ---- numbers ---- */

/* arg: the least number, 0 where that means none. */
static void check_port(const struct judging *w, const struct step *at,
		       const struct entry *e, const struct rule *rule)
{
	int64_t least = rule->arg.p[0] - '0', port;

	if (e->value->kind == NODE_STRING) {
		check_port_name(w, at, e, rule);
		return;
	}
	if (e->value->kind == NODE_INT && scalar_int64(e->value, &port) &&
	    (port < least || port > 65535))
		judge_report(w, WARN_INVALID_VALUE, at, e,
			     "%lld is not between 1 and 65535",
			     (long long)port);
}

static void check_not_negative(const struct judging *w, const struct step *at,
			       const struct entry *e, const struct rule *rule)
{
	str rest = rule->arg, key;
	int64_t number;

	while (rest.n) {
		str_cut(rest, ' ', &key, &rest);
		e = entry_of(at->node, key);
		if (e && e->value->kind == NODE_INT &&
		    scalar_int64(e->value, &number) && number < 0)
			judge_report(w, WARN_INVALID_VALUE, at, e,
				     "%lld is negative", (long long)number);
	}
}

/* Of a probe that succeeds once. */
static void check_threshold(const struct judging *w, const struct step *at,
			    const struct entry *e, const struct rule *rule)
{
	const struct step probe = step_key(at, node_text(e->key), e->value,
					   NULL);
	const struct entry *threshold = entry_of(e->value,
						 STR("successThreshold"));
	int64_t number;

	(void)rule;
	if (threshold && threshold->value->kind == NODE_INT &&
	    scalar_int64(threshold->value, &number) && number > 1)
		judge_report(w, WARN_INVALID_VALUE, &probe, threshold,
			     "%lld is not 1, as it has to be here",
			     (long long)number);
}

/* ---- unions ---- */

/* Is the key a member of the union?  arg "*": all fields but the name. */
static bool is_member(const struct schema_type *type, str members, str key)
{
	if (members.p[0] != '*')
		return is_one_of(members, key);
	return !str_eq(key, STR("name")) && schema_field(type, key);
}

/* Has the map two entries besides a name? */
static bool may_have_two(const struct node *map)
{
	return map->n > 2 ||
	       (map->n == 2 &&
		!str_eq(node_text(map->entries[0].key), STR("name")) &&
		!str_eq(node_text(map->entries[1].key), STR("name")));
}

static void check_union(const struct judging *w, const struct step *at,
			const struct entry *e, const struct rule *rule)
{
	const struct schema_type *type;
	const struct entry *members[2] = { NULL, NULL };
	int n = 0, at_fault;
	bool given[2];

	if (!may_have_two(at->node))
		return;
	type = schema_type_at(rule->type);
	for (uint32_t i = 0; i < at->node->n && n < 2; i++) {
		e = &at->node->entries[i];
		if (!is_unset(e->value) &&
		    is_member(type, rule->arg, node_text(e->key)))
			members[n++] = e;
	}
	if (n < 2)
		return;
	for (int i = 0; i < 2; i++)
		given[i] = judge_is_given(w, at, members[i]);
	at_fault = given[1] || !given[0];
	e = members[!at_fault];
	if (given[0] != given[1])
		judge_report(w, WARN_UNION, at, members[at_fault],
			     "Kubernetes does not allow it beside %.*s; the "
			     "template can remove that with \"%.*s: null\"",
			     STR_ARG(node_text(e->key)),
			     STR_ARG(node_text(e->key)));
	else
		judge_report(w, WARN_UNION, at, members[at_fault],
			     "Kubernetes does not allow it beside %.*s",
			     STR_ARG(node_text(e->key)));
}

/* ---- what must be unique ---- */

/* Items by name: a hash table. */
struct named {
	str name;
	const struct node *item;
	const struct step *list;	/* which it is in */
	uint32_t index;
};

struct names {
	struct named *slots;	/* item NULL: free */
	uint32_t mask;
};

static struct names *names_new(struct arena *a, uint32_t n)
{
	struct names *names = arena_new(a, struct names);
	uint32_t slots = 8;

	while (slots < n * 2)
		slots *= 2;
	names->slots = arena_zalloc(a, slots * sizeof(*names->slots));
	names->mask = slots - 1;
	return names;
}

/* The slot of that name; free if there is none. */
static struct named *names_slot(const struct names *names, str name)
{
	uint32_t i = str_hash_local(name) & names->mask;

	while (names->slots[i].item && !str_eq(names->slots[i].name, name))
		i = (i + 1) & names->mask;
	return &names->slots[i];
}

static struct step item_of(const struct named *n)
{
	return step_item(n->list, n->index);
}

/* Two items have the same name: the template's is at fault, or else the second
 * one. */
static void report_same(const struct judging *w, enum warning which,
			const struct named *first, const struct named *second,
			str key)
{
	struct step a = item_of(first), b = item_of(second);
	const struct entry *of_a = entry_of(a.node, key);
	const struct entry *of_b = entry_of(b.node, key);
	bool given = judge_is_given(w, &b, of_b);
	bool swap = !given && judge_is_given(w, &a, of_a);
	const struct step *at = swap ? &a : &b;
	const struct entry *e = swap ? of_a : of_b;
	struct pos other = node_pos(swap ? of_b->value : of_a->value);

	judge_report(w, which, at, e, "\"%.*s\" is also at %s:%u:%u; change "
		     "or remove one of them", STR_ARG(node_text(e->value)),
		     other.file ? other.file : "", other.line, other.column);
}

/* Add the items of a list by `key`, and report those that are there already. */
static void add_unique(const struct judging *w, struct names *names,
		       const struct step *list, enum warning which,
		       str key)
{
	for (uint32_t i = 0; list->node && list->node->kind == NODE_LIST &&
			     i < list->node->n; i++) {
		const struct node *item = list->node->items[i];
		const struct node *value = node_get(item, key);
		struct named new = { node_string(value), item, list, i };
		struct named *slot;

		if (!new.name.n)
			continue;
		slot = names_slot(names, new.name);
		if (slot->item)
			report_same(w, which, slot, &new, key);
		else
			*slot = new;
	}
}

/* The value of a field as a step; node NULL where it has none. */
static struct step field_step(const struct step *at,
			      enum schema_type_number type, str key)
{
	return step_key(at, key, node_get(at->node, key),
			schema_field(schema_type_at(type), key));
}

static uint32_t length(const struct step *list)
{
	return list->node && list->node->kind == NODE_LIST ? list->node->n : 0;
}

static void check_container_names(const struct judging *w,
				  const struct step *at,
				  const struct entry *e,
				  const struct rule *rule)
{
	static const str lists[] = {
		STR("containers"), STR("initContainers"),
		STR("ephemeralContainers"),
	};
	struct step of[ARRAY_SIZE(lists)];
	struct names *names;
	uint32_t n = 0;

	(void)e;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		of[i] = field_step(at, rule->type, lists[i]);
		n += length(&of[i]);
	}
	names = names_new(w->judge->arena, n);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		add_unique(w, names, &of[i], WARN_DUPLICATE_NAME,
			   STR("name"));
}

/* arg: the key whose value is unique in the list. */
static void check_unique(const struct judging *w, const struct step *at,
			 const struct entry *e, const struct rule *rule)
{
	struct step list = field_step(at, rule->type, rule->key);

	(void)e;
	if (length(&list) > 1)
		add_unique(w, names_new(w->judge->arena, length(&list)), &list,
			   WARN_DUPLICATE_NAME, rule->arg);
}

/* What makes a port the same to the API server, as a text. */
static str port_text(struct arena *a, const struct node *port)
{
	static const str keys[] = {
		STR("containerPort"), STR("protocol"), STR("hostIP"),
		STR("hostPort"),
	};
	struct buf b = BUF_INIT;
	str text;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct node *n = node_get(port, keys[i]);

		if (!is_unset(n) && node_is_scalar(n))
			buf_printf(&b, "%.*s/", STR_ARG(node_text(n)));
		else
			buf_addz(&b, i == 1 ? "TCP/" : "/");
	}
	text = arena_str(a, buf_str(&b));
	buf_release(&b);
	return text;
}

static void check_ports(const struct judging *w, const struct step *at,
			const struct entry *e, const struct rule *rule)
{
	struct step list = field_step(at, rule->type, rule->key);
	struct arena *a = w->judge->arena;
	struct names *names;

	(void)e;
	if (length(&list) < 2)
		return;
	names = names_new(a, length(&list));
	for (uint32_t i = 0; i < list.node->n; i++) {
		const struct node *port = list.node->items[i];
		struct named new = { port_text(a, port), port, &list, i };
		struct named *slot = names_slot(names, new.name);

		if (is_unset(node_get(port, STR("containerPort"))))
			continue;
		if (slot->item)
			report_same(w, WARN_DUPLICATE_PORT, slot, &new,
				    STR("containerPort"));
		else
			*slot = new;
	}
}

/* ---- volumes ---- */

static const struct node *claim_templates(const struct node *map)
{
	const struct node *list = node_get(map, STR("volumeClaimTemplates"));

	return list && list->kind == NODE_LIST ? list : NULL;
}

/* The maps on the way to the Pod may have claims that become its volumes:
 * spec.volumeClaimTemplates of a StatefulSet.  Count them and, unless names is
 * NULL, add them. */
static void add_claims(const struct judge *j, struct names *names, uint32_t *n)
{
	const struct node *map = j->object, *list;
	str rest = str_of(j->path), key;

	for (; map; map = node_get(map, key)) {
		list = claim_templates(map);
		for (uint32_t i = 0; list && i < list->n; i++) {
			str name = node_string(node_find(list->items[i],
							 "metadata.name"));
			struct named *slot = names ? names_slot(names, name) :
						     NULL;

			++*n;
			if (slot && !slot->item)
				*slot = (struct named){ .name = name,
						.item = list->items[i] };
		}
		if (!rest.n)
			break;
		str_cut(rest, '.', &key, &rest);
	}
}

static struct names *all_volumes(const struct judge *j)
{
	const struct node *list = node_find(j->in.pod, "spec.volumes");
	uint32_t n = list && list->kind == NODE_LIST ? list->n : 0, claims = n;
	struct names *volumes;

	add_claims(j, NULL, &claims);
	volumes = names_new(j->arena, claims);
	for (uint32_t i = 0; i < n; i++) {
		str name = node_string(node_get(list->items[i], STR("name")));
		struct named *slot = names_slot(volumes, name);

		if (!slot->item)
			*slot = (struct named){ .name = name,
						.item = list->items[i] };
	}
	add_claims(j, volumes, &claims);
	return volumes;
}

static void check_volume(const struct judging *w, const struct step *at,
			 const struct entry *e, const struct rule *rule)
{
	(void)rule;
	if (w->judge->own_kind || e->value->kind != NODE_STRING ||
	    names_slot(w->volumes, node_text(e->value))->item ||
	    judge_has_variable(e->value))
		return;
	judge_report(w, WARN_MISSING_VOLUME, at, e, "the Pod has no volume "
		     "\"%.*s\"", STR_ARG(node_text(e->value)));
}

/* ---- init containers ---- */

static void check_init(const struct judging *w, const struct step *at,
		       const struct entry *e, const struct rule *rule)
{
	static const str keys[] = {
		STR("lifecycle"), STR("livenessProbe"), STR("readinessProbe"),
		STR("startupProbe"),
	};
	const struct step list = field_step(at, rule->type, rule->key);

	for (uint32_t i = 0; i < length(&list); i++) {
		const struct step item = step_item(&list, i);

		if (warn_runs_on(item.node, rule->key.p))
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
			e = entry_of(item.node, keys[k]);
			if (e && !is_unset(e->value))
				judge_report(w, WARN_INVALID_VALUE, &item, e,
					     "not allowed in an init container "
					     "without \"restartPolicy: "
					     "Always\"");
		}
	}
}

/* ---- the table ---- */

#define RULE(type, key, check, arg) \
	{ SCHEMA_TYPE_##type, STR(key), check, STR(arg) }

/* Sorted by type. */
static const struct rule rules[] = {
	RULE(Container, "", check_required, "name"),
	RULE(Container, "", check_image, ""),
	RULE(Container, "imagePullPolicy", check_one_of,
	     "Always IfNotPresent Never"),
	RULE(Container, "livenessProbe", check_threshold, ""),
	RULE(Container, "name", check_label, ""),
	RULE(Container, "ports", check_ports, ""),
	RULE(Container, "ports", check_unique, "name"),
	RULE(Container, "startupProbe", check_threshold, ""),
	RULE(Container, "volumeMounts", check_unique, "mountPath"),
	RULE(ContainerPort, "", check_required, "containerPort"),
	RULE(ContainerPort, "containerPort", check_port, "1"),
	RULE(ContainerPort, "hostPort", check_port, "0"),
	RULE(ContainerPort, "name", check_port_name, ""),
	RULE(ContainerPort, "protocol", check_one_of, "SCTP TCP UDP"),
	RULE(EnvFromSource, "", check_union, "configMapRef secretRef"),
	RULE(EnvVar, "", check_required, "name"),
	RULE(EnvVar, "", check_union, "value valueFrom"),
	RULE(EnvVar, "name", check_env_name, ""),
	RULE(EnvVarSource, "", check_union, "*"),
	RULE(GRPCAction, "port", check_port, "1"),
	RULE(HTTPGetAction, "port", check_port, "1"),
	RULE(LifecycleHandler, "", check_union, "*"),
	RULE(PodSpec, "", check_container_names, ""),
	RULE(PodSpec, "initContainers", check_init, ""),
	RULE(PodSpec, "volumes", check_unique, "name"),
	RULE(Probe, "", check_union, "exec grpc httpGet tcpSocket"),
	RULE(Probe, "", check_not_negative,
	     "failureThreshold initialDelaySeconds periodSeconds "
	     "successThreshold timeoutSeconds"),
	RULE(TCPSocketAction, "port", check_port, "1"),
	RULE(Volume, "", check_required, "name"),
	RULE(Volume, "", check_union, "*"),
	RULE(Volume, "name", check_label, ""),
	RULE(VolumeDevice, "", check_required, "name"),
	RULE(VolumeDevice, "", check_required, "devicePath"),
	RULE(VolumeDevice, "name", check_volume, ""),
	RULE(VolumeMount, "", check_required, "name"),
	RULE(VolumeMount, "", check_required, "mountPath"),
	RULE(VolumeMount, "name", check_volume, ""),
	RULE(VolumeProjection, "", check_union, "*"),
};

_Static_assert(ARRAY_SIZE(rules) < UINT8_MAX, "judging.first has bytes");

void rules_apply(const struct judging *w, const struct schema_type *type,
		 const struct step *at)
{
	size_t i = w->first[type->number];

	if (!i)
		return;
	for (i--; i < ARRAY_SIZE(rules) && rules[i].type == type->number; i++) {
		const struct rule *rule = &rules[i];
		const struct entry *e = NULL;

		if (rule->key.n)
			e = entry_of(at->node, rule->key);
		if (!rule->key.n || (e && !is_unset(e->value)))
			rule->check(w, at, e, rule);
	}
}

void rules_begin(struct judging *w)
{
	for (size_t i = ARRAY_SIZE(rules); i-- > 0;)
		w->first[rules[i].type] = (uint8_t)(i + 1);
	w->volumes = all_volumes(w->judge);
}

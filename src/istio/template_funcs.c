/* The tables of a template's functions, and those on text, maps and lists. */
#include "istio/render.h"

#include <stdlib.h>

#include "go/goyaml.h"
#include "go/unicode.h"
#include "sprig/sprig.h"
#include "tmpl/printf.h"
#include "tree/utf8.h"
#include "yaml/read.h"

const struct func_table *const istio_tables[] = {
	&sprig_strings, &sprig_case, &sprig_regex, &sprig_encoding,
	&sprig_lists, &sprig_dicts, &sprig_math, &sprig_dates, &sprig_semver,
	&sprig_paths, &sprig_json, &sprig_misc, &sprig_refused,
	&sprig_absent, &istio_text_funcs, &istio_data_funcs, &istio_pod_funcs,
	NULL,
};

str trim_space(str s)
{
	str rest = s;

	while (rest.n && char_is_space(char_next(&rest)))
		s = rest;
	rest = s;
	while (rest.n && char_is_space(char_last(&rest)))
		s = rest;
	return s;
}

/* A variable that is no secret, since it switches something in the templates of
 * some releases; "" if it is not set or another. */
static str known_variable(const struct istio *istio, str name)
{
	if (istio && str_eq(name, STR("ENABLE_NATIVE_SIDECARS")))
		return istio->native_variable;
	if (istio && str_eq(name, STR("PILOT_ENABLE_INBOUND_PASSTHROUGH")))
		return istio->inbound_variable;
	return STR("");
}

static str any_variable(struct call *c, str name)
{
	struct buf b = BUF_INIT;
	const char *value = NULL;

	buf_adds(&b, name);
	if (c->env->allow_env && name.n && !memchr(name.p, '\0', name.n))
		value = getenv(buf_z(&b));
	buf_release(&b);
	return value ? arena_str(c->arena, str_of(value)) : STR("");
}

/*
 * A variable of the control plane's environment, or the default.  If access to
 * the environment is not allowed it looks empty, but for a few variables, so
 * that templates with a default work and render the same everywhere.  Without a
 * default it is sprig's env, which templates of other injectors call.
 */
static int env(struct call *c, struct value *out)
{
	str value;

	if (c->n == 1)
		return sprig_env(c, out);
	value = known_variable(call_istio(c), call_str(c, 0));
	if (!value.n)
		value = any_variable(c, call_str(c, 0));
	*out = value.n ? value_str(value) : c->args[1];
	return 0;
}

/* The directory of path.Split, with its slash. */
static int directory(struct call *c, struct value *out)
{
	str s = call_str(c, 0);

	while (s.n && s.p[s.n - 1] != '/')
		s.n--;
	*out = value_str(s);
	return 0;
}

/* The needle first, unlike sprig's order for pipelines. */
static int contains(struct call *c, struct value *out)
{
	str needle = call_str(c, 0), s = call_str(c, 1);

	*out = value_bool(needle.n == 0 ||
			  (s.n && memmem(s.p, s.n, needle.p, needle.n)));
	return 0;
}

static int to_lower(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	str s = call_str(c, 0);

	while (s.n)
		utf8_add(&b, char_lower(char_next(&s)));
	return call_return_buf(c, out, &b);
}

/* Indents all lines but the first; `spaces` may be negative, as in Go's %-4s of
 * an empty text. */
static int indent(struct call *c, struct value *out)
{
	uint64_t spaces = (uint64_t)llabs(call_int(c, 0));
	struct buf b = BUF_INIT;
	str rest = call_str(c, 1), line;
	bool more = true;

	while (more) {
		more = str_cut(rest, '\n', &line, &rest);
		buf_adds(&b, line);
		if (!more)
			break;
		if (call_charge(c, spaces, 1) != 0) {
			buf_release(&b);
			return -1;
		}
		buf_addc(&b, '\n');
		buf_fill(&b, ' ', (size_t)spaces);
	}
	return call_return_buf(c, out, &b);
}

/* Kept by Istio for old templates: the text itself. */
static int same_text(struct call *c, struct value *out)
{
	*out = c->args[0];
	return 0;
}

static int value_or_default(struct call *c, struct value *out)
{
	const struct value *v = &c->args[0];
	bool none = value_is_nothing(v) ||
		    (v->type == &type_string && v->n == 0);

	*out = c->args[none ? 1 : 0];
	return 0;
}

/* ---- lists of ports ---- */

/* Append the list without blanks and empty parts, and the port; false, and b is
 * invalid, if the list has it already. */
static bool add_port(struct buf *b, str list, str port)
{
	bool more = true;
	str part;

	while (more) {
		more = str_cut(list, ',', &part, &list);
		if (str_eq(part, port))
			return false;
		part = trim_space(part);
		if (!part.n)
			continue;
		buf_adds(b, part);
		buf_addc(b, ',');
	}
	buf_adds(b, port);
	return true;
}

static int exclude_inbound_port(struct call *c, struct value *out)
{
	struct buf text = BUF_INIT, b = BUF_INIT;
	str list = call_str(c, 1), port;
	int rc = 0;

	*out = c->args[1];
	if (call_add_printed(c, &text, &c->args[0], 1) != 0) {
		buf_release(&text);
		return -1;
	}
	port = trim_space(buf_str(&text));
	if (port.n && !str_eq(port, STR("0")) && add_port(&b, list, port))
		rc = call_return_buf(c, out, &b);
	buf_release(&text);
	buf_release(&b);
	return rc;
}

/* ---- networks of Multus ---- */

struct network {
	str namespace, name;
};

/* "name" or "namespace/name"; anything after a second slash is ignored.  In
 * some releases it is a name whatever it contains. */
static struct network network_of(struct release release, str s)
{
	struct network net = { STR(""), s };
	str rest;

	if (release_has(release, RULE_MULTUS_NAMESPACE) &&
	    str_cut(s, '/', &net.namespace, &rest))
		str_cut(rest, '/', &net.name, &rest);
	else
		net.namespace = STR("");
	return net;
}

static bool has_text(struct map *m, str key, str text)
{
	struct value v;

	if (!map_get(m, key, &v) || value_is_nothing(&v))
		return text.n == 0 && str_eq(key, STR("namespace"));
	return v.type == &type_string && str_eq(value_text(&v), text);
}

/* Is it a list of maps, as Go would decode it into one? */
static bool is_network_list(const struct value *v)
{
	uint32_t i;

	if (value_is_nothing(v))
		return true;
	if (v->type != &type_list)
		return false;
	for (i = 0; i < v->n; i++)
		if (!value_is_nothing(&v->items[i]) &&
		    v->items[i].type != &type_map)
			return false;
	return true;
}

/* A namespace is compared only if the release splits names. */
static bool network_listed(const struct value *list, const struct network *net,
			   bool any_namespace)
{
	uint32_t i;

	if (value_is_nothing(list))
		return false;
	for (i = 0; i < list->n; i++)
		if (!value_is_nothing(&list->items[i]) &&
		    has_text(list->items[i].map, STR("name"), net->name) &&
		    (any_namespace || has_text(list->items[i].map,
					       STR("namespace"),
					       net->namespace)))
			return true;
	return false;
}

/* `end`: the offset of the list's bracket.  A text that is not a list of
 * networks stays as it is. */
static int append_to_json(struct call *c, struct value *out, str list,
			  size_t end)
{
	struct release release = call_release(c);
	struct network net = network_of(release, call_str(c, 1));
	struct buf why = BUF_INIT, b = BUF_INIT;
	struct value networks;
	int rc = sprig_unmarshal(&networks, c->arena, list, &why);

	buf_release(&why);
	if (rc != 0 || !is_network_list(&networks) ||
	    network_listed(&networks, &net,
			   !release_has(release, RULE_MULTUS_NAMESPACE)))
		return 0;
	buf_adds(&b, str_sub(list, 0, end));
	buf_printf(&b, ", {\"name\": \"%.*s\"", STR_ARG(net.name));
	if (net.namespace.n)
		buf_printf(&b, ", \"namespace\": \"%.*s\"",
			   STR_ARG(net.namespace));
	buf_addc(&b, '}');
	buf_adds(&b, str_sub(list, end, list.n));
	return call_return_buf(c, out, &b);
}

static int append_multus_network(struct call *c, struct value *out)
{
	str list = call_str(c, 0), network = call_str(c, 1), rest, part;
	struct buf b = BUF_INIT;
	size_t end = list.n;
	bool more = true;

	*out = c->args[list.n ? 0 : 1];
	while (end > 0 && list.p[end - 1] != ']')
		end--;
	if (!list.n)
		return 0;
	if (end > 0)
		return append_to_json(c, out, list, end - 1);
	for (rest = list; more; ) {
		more = str_cut(rest, ',', &part, &rest);
		if (str_eq(trim_space(part), network))
			return 0;
	}
	buf_adds(&b, list);
	buf_addz(&b, ", ");
	buf_adds(&b, network);
	return call_return_buf(c, out, &b);
}

static const struct func text_rows[] = {
	{ "env", "(string, ...string) string", env },
	{ "directory", "(string) string", directory },
	{ "contains", "(string, string) bool", contains },
	{ "toLower", "(string) string", to_lower },
	{ "indent", "(int, string) string", indent },
	{ "kubevirtInterfaces", "(string) string", same_text },
	{ "excludeInterfaces", "(string) string", same_text },
	{ "valueOrDefault",
	  "(interface {}, interface {}) interface {}", value_or_default },
	{ "excludeInboundPort", "(interface {}, string) string",
	  exclude_inbound_port },
	{ "appendMultusNetwork", "(string, string) string",
	  append_multus_network },
};

const struct func_table istio_text_funcs = FUNC_TABLE(text_rows);

/* ---- JSON and YAML ---- */

/* Append json.Marshal to b: 0; 1 if it fails in Go; -1 with our error. */
static int marshal(struct call *c, struct buf *b, const struct value *v)
{
	struct buf why = BUF_INIT;
	int rc = sprig_marshal(c, b, v, &why);

	if (rc != 0 && why.n)
		rc = 1;
	buf_release(&why);
	return rc;
}

/* json.Marshal; `failed` if the value cannot be marshaled. */
static int return_json(struct call *c, struct value *out,
		       const struct value *v, str failed)
{
	struct buf b = BUF_INIT;
	int rc = marshal(c, &b, v);

	if (rc == 0)
		return call_return_buf(c, out, &b);
	buf_release(&b);
	*out = value_str(failed);
	return rc > 0 ? 0 : -1;
}

static int to_json(struct call *c, struct value *out)
{
	*out = value_str(STR("{}"));
	return call_map(c, 0) ? return_json(c, out, &c->args[0], STR("{}")) :
				0;
}

static int struct_to_json(struct call *c, struct value *out)
{
	*out = value_str(STR("{}"));
	return value_is_nothing(&c->args[0]) ? 0 :
		return_json(c, out, &c->args[0], STR("{}"));
}

static int from_json(struct call *c, struct value *out)
{
	struct buf why = BUF_INIT;

	if (call_charge(c, call_str(c, 0).n, 4) != 0)
		return -1;
	if (sprig_unmarshal(out, c->arena, call_str(c, 0), &why) != 0)
		*out = value_str(STR("{}"));
	buf_release(&why);
	return 0;
}

/*
 * JSON, read as YAML, written as YAML, like sigs.k8s.io/yaml; so it fails for a
 * text with a DEL, which is valid in JSON but not in YAML.
 */
static int to_yaml(struct call *c, struct value *out)
{
	struct buf text = BUF_INIT, b = BUF_INIT;
	struct document doc;
	struct source source;
	int rc = marshal(c, &text, &c->args[0]);
	/* what marshal() makes stays: a map keeps its entries */
	const struct arena before = *c->arena;

	source = (struct source)SOURCE_YAML("JSON", buf_str(&text));
	if (rc == 0 && yaml_read(c->arena, &source, &doc, NULL) == 0)
		goyaml_write(&b, doc.root);
	arena_rewind(c->arena, &before);
	buf_release(&text);
	if (rc < 0) {
		buf_release(&b);
		return -1;
	}
	return call_return_buf(c, out, &b);
}

/* ---- maps of texts ---- */

static int isset(struct call *c, struct value *out)
{
	*out = value_bool(map_has(call_map(c, 0), call_str(c, 1)));
	return 0;
}

static int strdict(struct call *c, struct value *out)
{
	struct map *m = map_new(c->arena, &type_string_map);
	uint32_t i;

	for (i = 0; i < c->n; i += 2)
		map_set(m, call_str(c, i), i + 1 < c->n ? c->args[i + 1] :
			value_str(STR("")));
	*out = value_of_map(m, &type_string_map);
	return 0;
}

static int add_all(struct call *c, struct map *to, struct map *from)
{
	const struct map_entry *e;
	uint32_t i, n = map_len(from);

	if (call_charge(c, n, sizeof(*e)) != 0)
		return -1;
	e = n ? map_sorted(c->arena, from) : NULL;
	for (i = 0; i < n; i++)
		map_set(to, e[i].key, e[i].value);
	return 0;
}

/* Later maps override earlier ones; nil without any. */
static int merge_maps(struct call *c, struct value *out)
{
	struct map *m = c->n ? map_new(c->arena, &type_string_map) : NULL;
	uint32_t i;

	for (i = 0; i < c->n; i++)
		if (add_all(c, m, call_map(c, i)) != 0)
			return -1;
	*out = value_of_map(m, &type_string_map);
	return 0;
}

static int to_json_map(struct call *c, struct value *out)
{
	struct value merged;

	if (merge_maps(c, &merged) != 0)
		return -1;
	return return_json(c, out, &merged, STR(""));
}

static int omit(struct call *c, struct value *out)
{
	struct map *m = map_new(c->arena, &type_string_map);
	uint32_t i;

	if (add_all(c, m, call_map(c, 0)) != 0)
		return -1;
	for (i = 1; i < c->n; i++)
		map_delete(m, call_str(c, i));
	*out = value_of_map(m, &type_string_map);
	return 0;
}

/* ---- without nil ---- */

struct omission {
	struct call *call;
	uint32_t depth;
	bool failed;		/* with the call's error */
};

static struct value without_nil(struct omission *o, const struct value *v,
				bool *changed);

/* The new value of a child; nothing if it is omitted. */
static struct value child_without(struct omission *o, const struct value *v,
				  bool *changed)
{
	struct value child;

	if (++o->depth > SPRIG_NEST_MAX) {
		call_fail(o->call, "nested too deeply");
		o->failed = true;
		return VALUE_NIL;
	}
	child = without_nil(o, v, changed);
	o->depth--;
	return child;
}

static struct value map_without(struct omission *o, const struct value *v,
				bool *changed)
{
	struct map *m = map_new(o->call->arena, &type_map);
	uint32_t i, n = map_len(v->map);
	const struct map_entry *e;
	struct value child;

	if (call_charge(o->call, n, 2 * sizeof(*e)) != 0)
		o->failed = true;
	e = n && !o->failed ? map_sorted(o->call->arena, v->map) : NULL;
	for (i = 0; i < n && !o->failed; i++) {
		child = child_without(o, &e[i].value, changed);
		if (!value_is_nothing(&child))
			map_set(m, e[i].key, child);
	}
	if (!*changed)
		return *v;
	return map_len(m) ? value_of_map(m, &type_map) : VALUE_NIL;
}

static struct value list_without(struct omission *o, const struct value *v,
				 bool *changed)
{
	struct items items = ITEMS_INIT(o->call->arena);
	struct value child;
	uint32_t i;

	if (call_charge(o->call, v->n, sizeof(child)) != 0)
		o->failed = true;
	for (i = 0; i < v->n && !o->failed; i++) {
		child = child_without(o, &v->items[i], changed);
		if (!value_is_nothing(&child))
			items_add(&items, child);
	}
	if (!*changed)
		return *v;
	return items.n ? items_list(&items, &type_list) : VALUE_NIL;
}

/* A value without nil stays the same; one that would be empty is omitted. */
static struct value without_nil(struct omission *o, const struct value *v,
				bool *changed)
{
	bool here = false;
	struct value result = value_concrete(*v);

	if (value_is_nothing(v))
		here = true;
	else if (v->type == &type_map)
		result = map_without(o, v, &here);
	else if (v->type == &type_list)
		result = list_without(o, v, &here);
	*changed |= here;
	return value_concrete(result);
}

static int omit_nil(struct call *c, struct value *out)
{
	struct omission o = { .call = c };
	bool changed = false;

	*out = without_nil(&o, &c->args[0], &changed);
	return o.failed ? -1 : 0;
}

static const struct func data_rows[] = {
	{ "toJSON", "(map[string]string) string", to_json },
	{ "structToJSON", "(interface {}) string", struct_to_json },
	{ "fromJSON", "(string) interface {}", from_json },
	{ "toYaml", "(interface {}) string", to_yaml },
	{ "isset", "(map[string]string, string) bool", isset },
	{ "strdict", "(...string) map[string]string", strdict },
	{ "mergeMaps", "(...map[string]string) map[string]string",
	  merge_maps },
	{ "toJsonMap", "(...map[string]string) string", to_json_map },
	{ "omit", "(map[string]string, ...string) map[string]string", omit },
	{ "omitNil", "(interface {}) interface {}", omit_nil },
};

const struct func_table istio_data_funcs = FUNC_TABLE(data_rows);

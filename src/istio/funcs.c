/* funcs - the list of the tables, and functions on texts. */
#include "istio/funcs.h"

#include <stdlib.h>

#include "sprig/sprig.h"
#include "go/unicode.h"
#include "tmpl/printf.h"
#include "tree/utf8.h"

const struct func_table *const istio_tables[] = {
	&sprig_strings, &sprig_case, &sprig_regex, &sprig_encoding,
	&sprig_lists, &sprig_dicts, &sprig_math, &sprig_dates, &sprig_semver,
	&sprig_paths, &sprig_json, &sprig_misc, &sprig_refused,
	&istio_text_funcs, &istio_data_funcs, &istio_pod_funcs, NULL,
};

str funcs_trim(str s)
{
	str rest = s;

	while (rest.n && char_is_space(char_next(&rest)))
		s = rest;
	rest = s;
	while (rest.n && char_is_space(char_last(&rest)))
		s = rest;
	return s;
}

/*
 * A variable of the control plane's environment, or the default.  Who may not
 * see the environment sees an empty one, so that templates which name a
 * default work, and make the same everywhere.  Without a default it is sprig's
 * env, which templates of other injectors call.
 */
static int env(struct call *c, struct value *out)
{
	struct buf name = BUF_INIT;
	const char *value = NULL;

	if (c->n == 1)
		return sprig_env(c, out);
	*out = c->args[1];
	buf_adds(&name, call_str(c, 0));
	if (c->env->allow_env && name.n && !memchr(name.p, '\0', name.n))
		value = getenv(buf_z(&name));
	if (value && value[0])
		*out = value_str(arena_str(c->arena, str_of(value)));
	buf_release(&name);
	return 0;
}

/* path.Split's folder, with its slash. */
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

/* All lines but the first, in either sign of `spaces`, as Go's %-4s has it of
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

/* fmt.Sprint of a value. */
static int sprint(struct call *c, struct buf *b, const struct value *v)
{
	struct print to = { b, c->budget, c->arena };
	struct err e = ERR_INIT;

	if (print_all(&to, v, 1, &e) == 0)
		return 0;
	return call_fail(c, "%s", e.text);
}

/* The list without blanks and empty parts, and the port at its end; false,
 * and b of no use, where the list has it already. */
static bool add_port(struct buf *b, str list, str port)
{
	bool more = true;
	str part;

	while (more) {
		more = str_cut(list, ',', &part, &list);
		if (str_eq(part, port))
			return false;
		part = funcs_trim(part);
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
	if (sprint(c, &text, &c->args[0]) != 0) {
		buf_release(&text);
		return -1;
	}
	port = funcs_trim(buf_str(&text));
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

/* "name" or "namespace/name"; what is behind a second slash does not count. */
static struct network network_of(str s)
{
	struct network net = { STR(""), s };
	str rest;

	if (str_cut(s, '/', &net.namespace, &rest))
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

static bool network_listed(const struct value *list, const struct network *net)
{
	uint32_t i;

	if (value_is_nothing(list))
		return false;
	for (i = 0; i < list->n; i++)
		if (!value_is_nothing(&list->items[i]) &&
		    has_text(list->items[i].map, STR("name"), net->name) &&
		    has_text(list->items[i].map, STR("namespace"),
			     net->namespace))
			return true;
	return false;
}

/* `end`: where the list's bracket stands.  What is no list of networks stays
 * as it is. */
static int append_to_json(struct call *c, struct value *out, str list,
			  size_t end)
{
	struct network net = network_of(call_str(c, 1));
	struct buf why = BUF_INIT, b = BUF_INIT;
	struct value networks;
	int rc = sprig_unmarshal(&networks, c->arena, list, &why);

	buf_release(&why);
	if (rc != 0 || !is_network_list(&networks) ||
	    network_listed(&networks, &net))
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
		if (str_eq(funcs_trim(part), network))
			return 0;
	}
	buf_adds(&b, list);
	buf_addz(&b, ", ");
	buf_adds(&b, network);
	return call_return_buf(c, out, &b);
}

static const struct func rows[] = {
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

const struct func_table istio_text_funcs = FUNC_TABLE(rows);

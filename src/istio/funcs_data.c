/*
 * funcs_data - functions on maps and lists: as JSON, as YAML, merged, without
 * some keys, without what is nil.
 */
#include "istio/funcs.h"

#include "go/goyaml.h"
#include "sprig/sprig.h"
#include "yaml/read.h"

/* ---- JSON and YAML ---- */

/* json.Marshal, appended to b: 0; 1 where Go has an error; -1 with ours. */
static int marshal(struct call *c, struct buf *b, const struct value *v)
{
	struct buf why = BUF_INIT;
	int rc = sprig_marshal(c, b, v, &why);

	if (rc != 0 && why.n)
		rc = 1;
	buf_release(&why);
	return rc;
}

/* json.Marshal; what cannot be written is `failed`. */
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
 * JSON, read as YAML, written as YAML: so does sigs.k8s.io/yaml, and so a DEL
 * in a text, which JSON may have and YAML may not, makes it fail.
 */
static int to_yaml(struct call *c, struct value *out)
{
	struct buf text = BUF_INIT, b = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct document doc;
	struct source source;
	int rc = marshal(c, &text, &c->args[0]);

	source = (struct source){ "JSON", buf_str(&text), 1, 1, false };
	if (rc == 0 && yaml_read(&a, &source, &doc, NULL) == 0)
		goyaml_write(&b, doc.root);
	arena_release(&a);
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

/* The later ones over the earlier; nil without any. */
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

/* The child as it is to be; nothing where it goes. */
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

/* What holds no nil stays the very same; what would be empty goes. */
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

static const struct func rows[] = {
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

const struct func_table istio_data_funcs = FUNC_TABLE(rows);

#include "tmpl/printer.h"

#include <stdlib.h>

#include "tmpl/map.h"
#include "tree/utf8.h"

/* `depth`: how deep v stands in the value that is printed. */
static void put_value(struct printer *p, const struct value *v, uint32_t verb,
		      int depth);

void printer_z(struct printer *p, const char *z)
{
	format_z(&p->f, z);
}

void printer_bang(struct printer *p, uint32_t verb)
{
	struct buf *b = &p->f.scratch;

	buf_clear(b);
	buf_addz(b, "%!");
	utf8_add(b, verb);
	format_bytes(&p->f, buf_str(b));
}

/* "%!d(string=a)": the type has no such verb. */
static void bad_verb(struct printer *p, const struct value *v, uint32_t verb)
{
	printer_bang(p, verb);
	printer_z(p, "(");
	if (value_is_nothing(v)) {
		printer_z(p, "<nil>");
	} else {
		p->erroring = true;
		printer_z(p, value_type_name(v));
		printer_z(p, "=");
		printer_arg(p, v, 'v');
		p->erroring = false;
	}
	printer_z(p, ")");
}

/* ---- basic types ---- */

static void put_bool(struct printer *p, const struct value *v, uint32_t verb)
{
	if (verb == 't' || verb == 'v')
		format_padded(&p->f, v->b ? STR("true") : STR("false"));
	else
		bad_verb(p, v, verb);
}

static void put_0x(struct printer *p, uint64_t u, bool prefix)
{
	bool sharp = p->f.spec.sharp;

	p->f.spec.sharp = prefix;
	format_integer(&p->f, u, false, 16, 'v');
	p->f.spec.sharp = sharp;
}

static void put_integer(struct printer *p, const struct value *v,
			uint32_t verb)
{
	bool is_signed = kind_is_int(v->type->kind);
	struct format *f = &p->f;
	uint64_t u = is_signed ? (uint64_t)v->i : v->u;

	switch (verb) {
	case 'v':
		if (f->spec.sharp_v && !is_signed) {
			put_0x(p, u, true);
			break;
		}
		/* fall through */
	case 'd':
		format_integer(f, u, is_signed, 10, verb);
		break;
	case 'b':
		format_integer(f, u, is_signed, 2, verb);
		break;
	case 'o':
	case 'O':
		format_integer(f, u, is_signed, 8, verb);
		break;
	case 'x':
	case 'X':
		format_integer(f, u, is_signed, 16, verb);
		break;
	case 'c':
		format_rune(f, u);
		break;
	case 'q':
		format_quoted_rune(f, u);
		break;
	case 'U':
		format_unicode(f, u);
		break;
	default:
		bad_verb(p, v, verb);
	}
}

/* False where floats have no such verb. */
static bool put_double(struct printer *p, double d, uint32_t verb)
{
	switch (verb) {
	case 'v':
		format_float(&p->f, d, 'g', -1);
		return true;
	case 'b':
	case 'g':
	case 'G':
	case 'x':
	case 'X':
		format_float(&p->f, d, (char)verb, -1);
		return true;
	case 'e':
	case 'E':
	case 'f':
	case 'F':
		format_float(&p->f, d, verb == 'F' ? 'f' : (char)verb, 6);
		return true;
	}
	return false;
}

static void put_float(struct printer *p, const struct value *v, uint32_t verb)
{
	if (!put_double(p, v->f, verb))
		bad_verb(p, v, verb);
}

static void put_complex(struct printer *p, const struct value *v,
			uint32_t verb)
{
	bool plus = p->f.spec.plus;

	if (!verb || verb > 'x' || !strchr("vbgGxXfFeE", (int)verb)) {
		bad_verb(p, v, verb);
		return;
	}
	printer_z(p, "(");
	put_double(p, v->complex[0], verb);
	p->f.spec.plus = true;
	put_double(p, v->complex[1], verb);
	p->f.spec.plus = plus;
	printer_z(p, "i)");
}

/* False where texts have no such verb. */
static bool put_text(struct printer *p, str s, uint32_t verb)
{
	switch (verb) {
	case 'v':
		if (p->f.spec.sharp_v)
			format_quoted(&p->f, s);
		else
			format_text(&p->f, s);
		return true;
	case 's':
		format_text(&p->f, s);
		return true;
	case 'x':
	case 'X':
		format_hex(&p->f, s, verb == 'X');
		return true;
	case 'q':
		format_quoted(&p->f, s);
		return true;
	}
	return false;
}

static void put_string(struct printer *p, const struct value *v,
		       uint32_t verb)
{
	if (!put_text(p, value_text(v), verb))
		bad_verb(p, v, verb);
}

/* ---- lists, maps, structs ---- */

/* "[1 2]", "map[a:1 b:2]", "{1 2}"; with %#v "[]int{1, 2}". */
static void put_open(struct printer *p, const struct value *v,
		     const char *plain)
{
	if (p->f.spec.sharp_v) {
		printer_z(p, v->type->name);
		printer_z(p, "{");
	} else {
		printer_z(p, plain);
	}
}

static void put_close(struct printer *p, const char *plain)
{
	printer_z(p, p->f.spec.sharp_v ? "}" : plain);
}

static void put_between(struct printer *p, uint32_t i)
{
	if (i > 0)
		printer_z(p, p->f.spec.sharp_v ? ", " : " ");
}

/* With %#v, what is nil: "[]string(nil)". */
static bool put_typed_nil(struct printer *p, const struct value *v)
{
	if (!p->f.spec.sharp_v || !value_is_nil(v))
		return false;
	printer_z(p, v->type->name);
	printer_z(p, "(nil)");
	return true;
}

static void put_list(struct printer *p, const struct value *v, uint32_t verb,
		     int depth)
{
	if (put_typed_nil(p, v))
		return;
	put_open(p, v, "[");
	for (uint32_t i = 0; i < v->n && !p->f.full; i++) {
		put_between(p, i);
		put_value(p, &v->items[i], verb, depth + 1);
	}
	put_close(p, "]");
}

static int by_key(const void *a, const void *b)
{
	return str_cmp((*(const struct map_entry *const *)a)->key,
		       (*(const struct map_entry *const *)b)->key);
}

/* The entries in order; not map_sorted(), for what it gives stays in the
 * arena, and a map may be printed often.  The caller frees it. */
static const struct map_entry **in_order(struct map *m, uint32_t n)
{
	const struct map_entry **sorted = mem_alloc(n * sizeof(*sorted));
	const struct map_entry *entries = map_entries(m);

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = &entries[i];
	qsort(sorted, n, sizeof(*sorted), by_key);
	return sorted;
}

static void put_map(struct printer *p, const struct value *v, uint32_t verb,
		    int depth)
{
	uint32_t n = map_len(v->map);
	const struct map_entry **entries;

	if (put_typed_nil(p, v))
		return;
	put_open(p, v, "map[");
	entries = n ? in_order(v->map, n) : NULL;
	for (uint32_t i = 0; i < n && !p->f.full; i++) {
		struct value key = value_str(entries[i]->key);

		put_between(p, i);
		put_value(p, &key, verb, depth + 1);
		printer_z(p, ":");
		put_value(p, &entries[i]->value, verb, depth + 1);
	}
	free(entries);
	put_close(p, "]");
}

static void put_struct(struct printer *p, const struct value *v, uint32_t verb,
		       int depth)
{
	const struct type_ops *ops = v->type->ops;
	bool names = p->f.spec.plus_v || p->f.spec.sharp_v;
	struct value field;
	str name;

	put_open(p, v, "{");
	for (uint32_t i = 0; ops && ops->field_at && !p->f.full &&
			     ops->field_at(&field, &name, p->arena, v, i);
	     i++) {
		put_between(p, i);
		if (names) {
			format_bytes(&p->f, name);
			printer_z(p, ":");
		}
		put_value(p, &field, verb, depth + 1);
	}
	put_close(p, "}");
}

/* The address itself is nothing to rely on, here as in Go. */
static void put_address(struct printer *p, const struct value *v,
			const void *address, uint32_t verb)
{
	bool prefix = !p->f.spec.sharp;
	uint64_t u = (uint64_t)(uintptr_t)address;
	struct value number = { .type = &type_uint64, .u = u };

	if (verb == 'p' || (verb == 'v' && u && !p->f.spec.sharp_v)) {
		put_0x(p, u, prefix);
	} else if (verb == 'v' && !p->f.spec.sharp_v) {
		format_padded(&p->f, STR("<nil>"));
	} else if (verb == 'v') {
		printer_z(p, "(");
		printer_z(p, v->type->name);
		printer_z(p, ")(");
		if (u)
			put_0x(p, u, true);
		else
			printer_z(p, "nil");
		printer_z(p, ")");
	} else if (verb && verb < 0x80 && strchr("bodxX", (int)verb)) {
		put_integer(p, &number, verb);
	} else {
		bad_verb(p, v, verb);
	}
}

/* &{1 2}, but only as an argument: inside of something it is an address. */
static void put_pointer(struct printer *p, const struct value *v,
			uint32_t verb, int depth)
{
	struct value target = *v;

	target.type = v->type->elem;
	if (depth == 0 && v->object && value_kind(&target) == KIND_STRUCT) {
		printer_z(p, "&");
		put_value(p, &target, verb, depth + 1);
	} else {
		put_address(p, v, v->object, verb);
	}
}

/* ---- values ---- */

/* Types with a String method print as what it says: true if done. */
static bool put_by_method(struct printer *p, const struct value *v,
			  uint32_t verb)
{
	const struct type_ops *ops = v->type ? v->type->ops : NULL;
	struct buf text = BUF_INIT;

	if (p->erroring)
		return false;
	if (verb == 'w') {
		bad_verb(p, v, verb);
		return true;
	}
	if (!ops || !ops->text || p->f.spec.sharp_v || !verb || verb > 'x' ||
	    !strchr("vsxXq", (int)verb))
		return false;
	if (value_is_nil(v)) {
		if (ops->nil_text)
			put_text(p, str_of(ops->nil_text), verb);
		else
			printer_z(p, "<nil>");
		return true;
	}
	ops->text(&text, v);
	put_text(p, buf_str(&text), verb);
	buf_release(&text);
	return true;
}

/* An interface {} that holds nothing. */
static void put_nil(struct printer *p)
{
	printer_z(p, p->f.spec.sharp_v ? "interface {}(nil)" : "<nil>");
}

static void put_kind(struct printer *p, const struct value *v, uint32_t verb,
		     int depth)
{
	switch (v->type->kind) {
	case KIND_BOOL:
		put_bool(p, v, verb);
		break;
	case KIND_FLOAT64:
		put_float(p, v, verb);
		break;
	case KIND_COMPLEX128:
		put_complex(p, v, verb);
		break;
	case KIND_STRING:
		put_string(p, v, verb);
		break;
	case KIND_SLICE:
		put_list(p, v, verb, depth);
		break;
	case KIND_MAP:
		put_map(p, v, verb, depth);
		break;
	case KIND_STRUCT:
		put_struct(p, v, verb, depth);
		break;
	case KIND_PTR:
		put_pointer(p, v, verb, depth);
		break;
	case KIND_INVALID:
	case KIND_INTERFACE:
		put_nil(p);
		break;
	default:
		put_integer(p, v, verb);
	}
}

static void put_value(struct printer *p, const struct value *v, uint32_t verb,
		      int depth)
{
	if (depth > PRINTER_DEPTH) {
		p->too_deep = p->f.full = true;
		return;
	}
	if (value_is_nothing(v))
		put_nil(p);
	else if (depth == 0 || !put_by_method(p, v, verb))
		put_kind(p, v, verb, depth);
}

/* %p: of lists, maps and pointers. */
static void put_place(struct printer *p, const struct value *v)
{
	switch (v->type->kind) {
	case KIND_SLICE:
		put_address(p, v, v->items, 'p');
		break;
	case KIND_MAP:
		put_address(p, v, v->map, 'p');
		break;
	case KIND_PTR:
		put_address(p, v, v->object, 'p');
		break;
	default:
		bad_verb(p, v, 'p');
	}
}

void printer_arg(struct printer *p, const struct value *v, uint32_t verb)
{
	if (value_is_nothing(v)) {
		if (verb == 'v' || verb == 'T')
			format_padded(&p->f, STR("<nil>"));
		else
			bad_verb(p, v, verb);
	} else if (verb == 'T') {
		format_text(&p->f, str_of(value_type_name(v)));
	} else if (verb == 'p') {
		put_place(p, v);
	} else if (!put_by_method(p, v, verb)) {
		put_value(p, v, verb, 0);
	}
}

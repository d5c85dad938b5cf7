/*
 * printf - Go's fmt: walking values, and reading formats (its print.go).
 *
 * Which verbs a type has, how lists, maps, structs and pointers are written,
 * and the text for a verb that a type does not have.  Errors in a format are
 * reported in the text: BADINDEX, BADWIDTH, BADPREC, MISSING, NOVERB, EXTRA.
 *
 * Go writes a map that holds itself until its stack overflows; here a value may
 * be nested PRINTER_DEPTH deep.
 */
#include "tmpl/printf.h"

#include <stdlib.h>

#include "base/chars.h"
#include "tmpl/format.h"
#include "tree/utf8.h"

/* Widths, precisions and argument numbers past it are refused; a number with
 * more digits makes the format invalid. */
#define NUMBER_MAX 1000000

#define PRINTER_DEPTH 1000

struct printer {
	struct format f;	/* f.full: stop */
	struct arena *arena;	/* for the fields of structs */
	uint32_t *nothing;
	bool erroring;		/* inside %!v(...): String methods are off */
	bool too_deep;		/* why f.full is set */
};

/* `depth` is that of v in the printed value. */
static void put_value(struct printer *p, const struct value *v, uint32_t verb,
		      int depth);
static void printer_arg(struct printer *p, const struct value *v,
			uint32_t verb);

static void printer_z(struct printer *p, const char *z)
{
	format_z(&p->f, z);
}

/* "%!" and the verb. */
static void printer_bang(struct printer *p, uint32_t verb)
{
	struct buf *b = &p->f.scratch;

	buf_clear(b);
	buf_addz(b, "%!");
	utf8_add(b, verb);
	format_bytes(&p->f, buf_str(b));
}

/* "%!d(string=a)": the type does not have the verb. */
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

/* False if floats have no such verb. */
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

/* False if texts have no such verb. */
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

/* The entries in order, to be freed; not map_sorted(), whose result stays in
 * the arena, since a map may be printed often. */
static const struct map_entry **in_order(struct map *m, uint32_t n)
{
	const struct map_entry **sorted = mem_alloc_array(n, sizeof(*sorted));
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
	mem_free(entries);
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

/* The address itself is not reliable, here as in Go. */
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

/* &{1 2}, but only as an argument: inside another value it is an address. */
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

/* Print by the String method, if the type has one: true if done. */
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

/* A value under a verb and the flags of f.spec. */
static void printer_arg(struct printer *p, const struct value *v,
			uint32_t verb)
{
	if (value_is_nothing(v)) {
		if (p->nothing)
			++*p->nothing;
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

/* ---- formats ---- */

/* A format being read. */
struct format_reader {
	struct printer *p;
	str format;
	size_t at;
	const struct value *args;
	uint32_t n, next;	/* arguments, the next one */
	bool reordered;		/* the format has a [n] */
	bool unclosed;		/* no ] is ahead */
	bool good_number;	/* every [n] of the directive is in range */
	bool after_index;	/* right after a [n] */
};

static bool reader_is(const struct format_reader *r, char c)
{
	return r->at < r->format.n && r->format.p[r->at] == c;
}

/* Read digits from *at up to `end`: false if there are none; an overlong number
 * consumes the whole format. */
static bool read_number(str s, size_t *at, size_t end, int *out)
{
	size_t i;

	*out = 0;
	for (i = *at; i < end && is_digit(s.p[i]); i++) {
		if (*out > NUMBER_MAX) {
			*out = 0;
			*at = end;
			return false;
		}
		*out = *out * 10 + (s.p[i] - '0');
	}
	if (i == *at)
		return false;
	*at = i;
	return true;
}

static void read_flags(struct format_reader *r, struct spec *spec)
{
	for (; r->at < r->format.n; r->at++)
		switch (r->format.p[r->at]) {
		case '#':
			spec->sharp = true;
			break;
		case '0':
			spec->zero = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case '-':
			spec->minus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		default:
			return;
		}
}

/* The offset after the ] that closes a [; if there is none, after the [. */
static size_t index_end(struct format_reader *r)
{
	size_t close = r->format.n;

	if (!r->unclosed)
		close = str_find(r->format, r->at, ']');
	r->unclosed = close == r->format.n;
	/* as Go's, which looks for no [n] in the last two bytes */
	if (r->unclosed || r->at + 2 >= r->format.n)
		return r->at + 1;
	return close + 1;
}

/* "[3]": the argument to continue with. */
static void read_index(struct format_reader *r)
{
	size_t i = r->at + 1, close;
	int number = 0;

	r->after_index = false;
	if (!reader_is(r, '['))
		return;
	r->reordered = true;
	r->at = index_end(r);
	close = r->at - 1;
	r->after_index = read_number(r->format, &i, close, &number) &&
			 i == close;
	if (r->after_index && number > 0 && (uint32_t)number <= r->n)
		r->next = (uint32_t)number - 1;
	else
		r->good_number = false;
}

/* "*": the next argument; false if it is not an integer. */
static bool read_star(struct format_reader *r, int *out)
{
	const struct value *v;
	int64_t i;

	*out = 0;
	r->at++;
	r->after_index = false;
	if (r->next >= r->n)
		return false;
	v = &r->args[r->next++];
	if (kind_is_int(value_kind(v)))
		i = v->i;
	else if (kind_is_uint(value_kind(v)) && v->u <= INT64_MAX)
		i = (int64_t)v->u;
	else
		return false;
	if (i > NUMBER_MAX || i < -NUMBER_MAX)
		return false;
	*out = (int)i;
	return true;
}

static void read_width(struct format_reader *r)
{
	struct spec *spec = &r->p->f.spec;

	if (!reader_is(r, '*')) {
		spec->has_width = read_number(r->format, &r->at, r->format.n,
					      &spec->width);
		if (r->after_index && spec->has_width)
			r->good_number = false;
		return;
	}
	spec->has_width = read_star(r, &spec->width);
	if (!spec->has_width)
		printer_z(r->p, "%!(BADWIDTH)");
	if (spec->width < 0) {
		spec->width = -spec->width;
		spec->minus = true;
		spec->zero = false;
	}
}

/* A dot with nothing after it is a precision of 0; one that ends the format is
 * a verb. */
static void read_precision(struct format_reader *r)
{
	struct spec *spec = &r->p->f.spec;

	if (!reader_is(r, '.') || r->at + 1 >= r->format.n)
		return;
	r->at++;
	if (r->after_index)
		r->good_number = false;
	read_index(r);
	if (!reader_is(r, '*')) {
		read_number(r->format, &r->at, r->format.n, &spec->precision);
		spec->has_precision = true;
		return;
	}
	spec->has_precision = read_star(r, &spec->precision);
	if (spec->precision < 0) {
		spec->precision = 0;
		spec->has_precision = false;
	}
	if (!spec->has_precision)
		printer_z(r->p, "%!(BADPREC)");
}

/* %+v and %#v are verbs of their own, not flags for the values inside. */
static void own_flags_of_v(struct spec *spec)
{
	spec->sharp_v = spec->sharp;
	spec->sharp = false;
	spec->plus_v = spec->plus;
	spec->plus = false;
}

static void put_verb(struct format_reader *r, uint32_t verb)
{
	struct printer *p = r->p;

	if (verb == '%') {
		printer_z(p, "%");
	} else if (!r->good_number) {
		printer_bang(p, verb);
		printer_z(p, "(BADINDEX)");
	} else if (r->next >= r->n) {
		printer_bang(p, verb);
		printer_z(p, "(MISSING)");
	} else {
		if (verb == 'v' || verb == 'w')
			own_flags_of_v(&p->f.spec);
		printer_arg(p, &r->args[r->next++], verb);
	}
}

/* What follows a %. */
static void put_directive(struct format_reader *r)
{
	struct printer *p = r->p;
	uint32_t verb;

	p->f.spec = (struct spec){ .width = 0 };
	r->good_number = true;
	r->after_index = false;
	read_flags(r, &p->f.spec);
	read_index(r);
	read_width(r);
	read_precision(r);
	if (!r->after_index)
		read_index(r);
	if (r->at >= r->format.n) {
		printer_z(p, "%!(NOVERB)");
		return;
	}
	r->at += utf8_decode(str_sub(r->format, r->at, r->format.n), &verb);
	put_verb(r, verb);
}

/* "%!(EXTRA int=1)" */
static void put_extra(const struct format_reader *r)
{
	struct printer *p = r->p;

	p->f.spec = (struct spec){ .width = 0 };
	printer_z(p, "%!(EXTRA ");
	for (uint32_t i = r->next; i < r->n; i++) {
		const struct value *v = &r->args[i];

		if (i > r->next)
			printer_z(p, ", ");
		if (!value_is_nothing(v)) {
			printer_z(p, value_type_name(v));
			printer_z(p, "=");
		}
		printer_arg(p, v, 'v');
	}
	printer_z(p, ")");
}

/* ---- interface ---- */

static struct printer printer(const struct print *to)
{
	return (struct printer){
		.f = { .out = to->out, .limit = to->limit },
		.arena = to->arena,
		.nothing = to->nothing,
	};
}

static int finish(struct printer *p, struct err *e)
{
	buf_release(&p->f.scratch);
	if (p->too_deep)
		return err_set(e, POS_NONE,
			       "a value nested more than %d deep cannot be "
			       "printed", PRINTER_DEPTH);
	if (p->f.full)
		return err_set(e, POS_NONE, "text is longer than %zu bytes",
			       p->f.limit);
	return 0;
}

int print_f(const struct print *to, str format, const struct value *args,
	    uint32_t n, struct err *e)
{
	struct printer p = printer(to);
	struct format_reader r = { .p = &p, .format = format, .args = args,
	.n = n };

	while (r.at < format.n && !p.f.full) {
		size_t percent = str_find(format, r.at, '%');

		format_bytes(&p.f, str_sub(format, r.at, percent));
		r.at = percent + 1;
		if (percent < format.n)
			put_directive(&r);
	}
	if (!r.reordered && r.next < n)
		put_extra(&r);
	return finish(&p, e);
}

static int put_all(const struct print *to, const struct value *args,
		   uint32_t n, struct value (*as)(const struct value *),
		   struct err *e)
{
	struct printer p = printer(to);
	bool after_text = true;

	for (uint32_t i = 0; i < n && !p.f.full; i++) {
		struct value v = as(&args[i]);
		bool text = value_is_string(&v);

		if (!text && !after_text)
			printer_z(&p, " ");
		printer_arg(&p, &v, 'v');
		after_text = text;
	}
	return finish(&p, e);
}

static struct value as_it_is(const struct value *v)
{
	return *v;
}

/* A pointer shows what it points to, unless it has a String method. */
static struct value as_action_shows(const struct value *v)
{
	const struct type_ops *ops = v->type ? v->type->ops : NULL;

	if (value_is_nothing(v))
		return value_z("<no value>");
	if (value_kind(v) == KIND_PTR && v->object && !(ops && ops->text))
		return value_deref(v);
	return *v;
}

int print_all(const struct print *to, const struct value *args, uint32_t n,
	      struct err *e)
{
	return put_all(to, args, n, as_it_is, e);
}

/* What most calls print: nothing but texts. */
static bool join_texts(struct call *c, struct value *out,
		       const struct value *args, uint32_t n)
{
	size_t length = 0;
	char *p;

	for (uint32_t i = 0; i < n; i++) {
		if (args[i].type != &type_string)
			return false;
		length += args[i].n;
	}
	if (n == 1) {
		*out = value_str(value_text(&args[0]));
		return true;
	}
	if (length > c->budget)
		return false;
	c->budget -= length;
	p = arena_alloc(c->arena, length);
	*out = value_str((str){ p, length });
	for (uint32_t i = 0; i < n; p += args[i++].n)
		if (args[i].n)
			memcpy(p, args[i].s, args[i].n);
	return true;
}

int call_add_printed(struct call *c, struct buf *b, const struct value *args,
		     uint32_t n)
{
	struct print to = print_for(c, b);
	struct err e;

	e.set = false;	/* its text is too long to clear for each value */
	if (print_all(&to, args, n, &e) < 0)
		return call_fail(c, "%s", e.text);
	return 0;
}

int call_print(struct call *c, struct value *out, const struct value *args,
	       uint32_t n)
{
	struct buf b = BUF_INIT;

	if (join_texts(c, out, args, n))
		return 0;
	if (!call_add_printed(c, &b, args, n))
		return call_return_buf(c, out, &b);
	buf_release(&b);
	return -1;
}

int print_values(const struct print *to, const struct value *args, uint32_t n,
		 struct err *e)
{
	return put_all(to, args, n, as_action_shows, e);
}

int print_line(const struct print *to, const struct value *args, uint32_t n,
	       struct err *e)
{
	struct printer p = printer(to);

	for (uint32_t i = 0; i < n && !p.f.full; i++) {
		if (i > 0)
			printer_z(&p, " ");
		printer_arg(&p, &args[i], 'v');
	}
	printer_z(&p, "\n");
	return finish(&p, e);
}

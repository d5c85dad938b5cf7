/*
 * The half of Go's fmt that reads formats, and its faces (in its print.go).
 * What is wrong with a format is said in the text: BADINDEX, BADWIDTH,
 * BADPREC, MISSING, NOVERB, EXTRA.
 */
#include "tmpl/printf.h"

#include "tmpl/printer.h"
#include "tree/utf8.h"

/* Widths, precisions and argument numbers past it are refused, and digits
 * after it make nonsense of a format. */
#define NUMBER_MAX 1000000

/* A format on its way. */
struct reader {
	struct printer *p;
	str format;
	size_t at;
	const struct value *args;
	uint32_t n, next;	/* arguments, the next one */
	bool reordered;		/* the format has a [n] */
	bool unclosed;		/* no ] is ahead */
	bool good_number;	/* every [n] of this directive is in range */
	bool after_index;	/* one stands right before */
};

static bool reader_is(const struct reader *r, char c)
{
	return r->at < r->format.n && r->format.p[r->at] == c;
}

/* Digits from *at up to `end`: false where there are none; an overlong number
 * takes all of the format with it. */
static bool read_number(str s, size_t *at, size_t end, int *out)
{
	size_t i;

	*out = 0;
	for (i = *at; i < end && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
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

static void read_flags(struct reader *r, struct spec *spec)
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

/* Behind the ] that closes a [; where there is none, behind the [. */
static size_t index_end(struct reader *r)
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

/* "[3]": the argument to go on with. */
static void read_index(struct reader *r)
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

/* "*": the next argument, an integer.  False where it is none. */
static bool read_star(struct reader *r, int *out)
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

static void read_width(struct reader *r)
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

/* A dot with nothing behind it is a precision of 0; one that ends the format
 * is a verb. */
static void read_precision(struct reader *r)
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

/* %+v and %#v are verbs of their own, not flags of what is inside. */
static void own_flags_of_v(struct spec *spec)
{
	spec->sharp_v = spec->sharp;
	spec->sharp = false;
	spec->plus_v = spec->plus;
	spec->plus = false;
}

static void put_verb(struct reader *r, uint32_t verb)
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

/* What begins behind a %. */
static void put_directive(struct reader *r)
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
static void put_extra(const struct reader *r)
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

/* ---- the face ---- */

static struct printer printer(const struct print *to)
{
	return (struct printer){
		.f = { .out = to->out, .limit = to->limit },
		.arena = to->arena,
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
	struct reader r = { .p = &p, .format = format, .args = args, .n = n };

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

/* A pointer shows what it points to, unless it has words of its own. */
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

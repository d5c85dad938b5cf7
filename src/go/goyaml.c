/*
 * goyaml - collections, numbers, and the order of keys.
 *
 * Columns and the two flags of struct goyaml are those of libyaml's emitter,
 * which go-yaml is a port of; its oddities (no indentation of a list in a map,
 * but in a list, and behind a `?`) follow from them.
 */
#include "go/goyaml.h"

#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "go/unicode.h"
#include "tree/scalar.h"

/* Longer keys get a `?`. */
#define SIMPLE_KEY_MAX 128

void goyaml_indent(struct goyaml *y, size_t column)
{
	if (!y->fresh || y->column > column ||
	    (y->column == column && !y->blank)) {
		buf_addc(y->b, '\n');
		y->column = 0;
	}
	buf_fill(y->b, ' ', column - y->column);
	y->column = column;
	y->blank = true;
	y->fresh = true;
}

static void put_blank(struct goyaml *y)
{
	if (!y->blank) {
		buf_addc(y->b, ' ');
		y->column++;
	}
}

void goyaml_mark(struct goyaml *y, const char *mark, bool is_indentation)
{
	put_blank(y);
	buf_addz(y->b, mark);
	y->column += strlen(mark);
	y->blank = false;
	y->fresh = y->fresh && is_indentation;
}

/* ---- the order of keys ---- */

/* The number that begins at the front of s; Go's sum wraps around. */
static uint64_t front_number(str s, uint64_t n, size_t *characters)
{
	uint32_t c;

	*characters = 0;
	while (s.n) {
		c = char_next(&s);
		if (!char_is_digit(c))
			break;
		n = n * 10 + (c - '0');
		(*characters)++;
	}
	return n;
}

/* Does a number other than 0 end where `before` ends? */
static bool behind_number(str before)
{
	uint32_t c;

	while (before.n) {
		c = char_last(&before);
		if (!char_is_digit(c))
			return false;
		if (c != '0')
			return true;
	}
	return false;
}

/* Both from the first character in which they differ, the two of them in ca
 * and cb; `before` is what they have in common. */
static int compare_difference(str before, str a, str b, uint32_t ca,
			      uint32_t cb)
{
	bool letter_a = char_is_letter(ca), letter_b = char_is_letter(cb);
	uint64_t na, nb, start = 0;
	size_t digits_a, digits_b;

	if (letter_a != letter_b)
		return letter_b ? -1 : 1;
	if (!letter_a) {
		if (ca == '0' || cb == '0')
			start = behind_number(before);
		na = front_number(a, start, &digits_a);
		nb = front_number(b, start, &digits_b);
		if (na != nb)
			return (int64_t)na < (int64_t)nb ? -1 : 1;
		if (digits_a != digits_b)
			return digits_a < digits_b ? -1 : 1;
	}
	return ca < cb ? -1 : 1;
}

/* go-yaml's keyList.Less: letters last, numbers by value. */
static int compare_keys(const void *x, const void *y)
{
	str a = node_text(((const struct entry *)x)->key);
	str b = node_text(((const struct entry *)y)->key), whole = a;
	str rest_a, rest_b;
	uint32_t ca, cb;

	while (a.n && b.n) {
		rest_a = a;
		rest_b = b;
		ca = char_next(&a);
		cb = char_next(&b);
		if (ca != cb)
			return compare_difference(
				str_sub(whole, 0, whole.n - rest_a.n),
				rest_a, rest_b, ca, cb);
	}
	return a.n ? 1 : b.n ? -1 : 0;
}

/* ---- numbers ---- */

/* strconv.FormatFloat(d, 'g', -1, 64) */
static void add_float(struct buf *b, double d)
{
	struct decimal dec;

	if (signbit(d))
		buf_addc(b, '-');
	decimal_shortest(&dec, fabs(d), false);
	if (dec.point - 1 < -4 || dec.point - 1 >= 6)
		decimal_spell_e(b, &dec, 'e', 2);
	else
		decimal_spell_f(b, &dec);
}

static void write_plain(struct goyaml *y, const struct node *n)
{
	size_t before;

	put_blank(y);
	before = y->b->n;
	if (n->kind == NODE_FLOAT)
		add_float(y->b, scalar_double(n));
	else
		scalar_json(y->b, n);
	y->column += y->b->n - before;
	y->blank = y->fresh = false;
}

/* ---- collections ---- */

/* Where a value stands. */
enum place { AT_ROOT, IN_LIST, IN_MAP };

static void write_node(struct goyaml *y, const struct node *n, size_t column,
		       enum place place);

static void write_key(struct goyaml *y, str key, size_t column)
{
	bool simple = !goyaml_has_break(key) && key.n <= SIMPLE_KEY_MAX;

	goyaml_indent(y, column);
	if (!simple)
		goyaml_mark(y, "?", true);
	goyaml_text(y, key, column + GOYAML_STEP, simple);
	if (simple) {
		buf_addc(y->b, ':');
		y->column++;
		y->blank = y->fresh = false;
	} else {
		goyaml_indent(y, column);
		goyaml_mark(y, ":", true);
	}
}

static void write_map(struct goyaml *y, const struct node *n, size_t column,
		      enum place place)
{
	struct entry *sorted = mem_alloc(n->n * sizeof(*sorted));
	uint32_t i;

	if (place != AT_ROOT)
		column += GOYAML_STEP;
	memcpy(sorted, n->entries, n->n * sizeof(*sorted));
	qsort(sorted, n->n, sizeof(*sorted), compare_keys);
	for (i = 0; i < n->n; i++) {
		write_key(y, node_text(sorted[i].key), column);
		write_node(y, sorted[i].value, column, IN_MAP);
	}
	free(sorted);
}

static void write_list(struct goyaml *y, const struct node *n, size_t column,
		       enum place place)
{
	uint32_t i;

	if (place == IN_LIST || (place == IN_MAP && y->fresh))
		column += GOYAML_STEP;
	for (i = 0; i < n->n; i++) {
		goyaml_indent(y, column);
		goyaml_mark(y, "-", true);
		write_node(y, n->items[i], column, IN_LIST);
	}
}

/* `column`: of the collection around it. */
static void write_node(struct goyaml *y, const struct node *n, size_t column,
		       enum place place)
{
	if (n->kind == NODE_STRING)
		goyaml_text(y, node_text(n), column + GOYAML_STEP, false);
	else if (node_is_scalar(n))
		write_plain(y, n);
	else if (n->n == 0)
		goyaml_mark(y, n->kind == NODE_MAP ? "{}" : "[]", false);
	else if (n->kind == NODE_MAP)
		write_map(y, n, column, place);
	else
		write_list(y, n, column, place);
}

void goyaml_write(struct buf *b, const struct node *n)
{
	struct goyaml y = { .b = b, .blank = true, .fresh = true };

	write_node(&y, n, 0, AT_ROOT);
	goyaml_indent(&y, 0);
}

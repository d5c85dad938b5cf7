/*
 * hunks - compare texts by units: lines, or parts of long lines.
 *
 * Both texts are nearly equal.  Where they differ, the nearest place is
 * searched at which they agree again, by units skipped in both together:
 *
 *	from	A B C D E F		A equal; at B and x: skip 1 + 0, 0 + 1,
 *	to	A x D E F		2 + 0, ..., 2 + 1: D E agrees with D E
 *
 * so the time depends on the size of the differences, and is linear in that of
 * the text.  Each hunk becomes "B C replaced by x", without the bytes that both
 * have in common.
 */
#include "edit/hunks.h"

#include "base/chars.h"

struct unit {
	size_t at;
	uint32_t line, part;
	uint32_t hash;
};

struct units {
	str text;
	struct unit *list;	/* n, and one for the end of the text */
	size_t n;
};

static size_t unit_end(str t, size_t at, bool parts)
{
	for (; at < t.n; at++) {
		char c = t.p[at];

		if (c == '\n' || (parts && (c == ',' || c == '{' || c == '[')))
			return at + 1;
	}
	return t.n;
}

static uint32_t add_line(struct units *u, size_t at, size_t end, uint32_t line)
{
	bool parts = end - at > HUNKS_LINE;
	uint32_t part = 0;

	while (at < end) {
		size_t next = unit_end(u->text, at, parts);

		if (u->list)
			u->list[u->n] = (struct unit){
				at, line, ++part,
				str_hash(str_sub(u->text, at, next)),
			};
		u->n++;
		at = next;
	}
	return line + 1;
}

/* The first pass counts units, the second stores them. */
static struct units units_of(struct arena *a, str text)
{
	struct units u = { .text = text };
	uint32_t line;

	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			u.list = arena_array(a, struct unit, u.n + 1);
		u.n = 0;
		line = 1;
		for (size_t at = 0, end; at < text.n; at = end) {
			end = unit_end(text, at, false);
			line = add_line(&u, at, end, line);
		}
	}
	u.list[u.n] = (struct unit){ text.n, line, 1, 0 };
	return u;
}

static str unit_text(const struct units *u, size_t i)
{
	return str_sub(u->text, u->list[i].at, u->list[i + 1].at);
}

/* ---- places ---- */

/* Bytes [at, end) of a text, in units [first, behind). */
struct place {
	size_t at, end;
	size_t first, behind;
};

/* The unit that contains byte `at`. */
static size_t unit_at(const struct units *u, size_t at)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t mid = (low + high + 1) / 2;

		if (u->list[mid].at <= at)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

static struct place place_at(const struct units *u, size_t at, size_t end)
{
	struct place p = { at, end, unit_at(u, at), 0 };

	p.behind = unit_at(u, end);
	p.behind += u->list[p.behind].at < end;
	return p;
}

static uint32_t mix(uint32_t sum, uint32_t more)
{
	for (int i = 0; i < 4; i++, more >>= 8)
		sum = hash32_add(sum, more & 0xff);
	return sum;
}

/* The checksum of a place and `n` units on each side; the ends of the text
 * count as units. */
static uint32_t checksum(const struct units *u, const struct place *p, size_t n)
{
	uint32_t sum = HASH32;

	for (size_t i = 1; i <= n; i++) {
		sum = mix(sum, i <= p->first ? u->list[p->first - i].hash : 1);
		sum = mix(sum, p->behind + i <= u->n ?
				       u->list[p->behind + i - 1].hash : 2);
	}
	for (size_t i = p->first; i < p->behind; i++)
		sum = mix(sum, u->list[i].hash);
	sum = mix(sum, (uint32_t)(p->at - u->list[p->first].at));
	sum = mix(sum, (uint32_t)(p->end - p->at));
	return (sum ^ sum >> 24) & 0xffffff;
}

/* The same place relative to unit `first`; false if there is none. */
static bool move_place(const struct units *u, const struct place *p,
		       size_t first, struct place *out)
{
	size_t into = p->at - u->list[p->first].at, at;

	if (first > u->n)
		return false;
	at = u->list[first].at + into;
	if (into && (first == u->n || at >= u->list[first + 1].at))
		return false;
	if (at + (p->end - p->at) > u->text.n)
		return false;
	*out = place_at(u, at, at + (p->end - p->at));
	return true;
}

/* How far away, in units, similar places are considered; the most units that a
 * checksum covers on each side. */
#define NEARBY 400
#define SIDE_MAX 8

/* How many units on each side distinguish the place from those nearby: 0 if the
 * removed text suffices. */
static size_t side_of(const struct units *u, const struct place *p)
{
	size_t from = p->first > NEARBY ? p->first - NEARBY : 0;
	struct place other;
	size_t n = p->first == p->behind;

	for (size_t i = from; i <= p->first + NEARBY && n < SIDE_MAX; i++) {
		if (i == p->first || !move_place(u, p, i, &other))
			continue;
		while (n < SIDE_MAX &&
		       checksum(u, p, n) == checksum(u, &other, n))
			n = n ? n * 2 : 1;
	}
	return n;
}

/* ---- writing ---- */

static bool is_word(char c)
{
	return is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Drop what two texts have in common at both ends, except parts of words. */
static void trim(str *from, str *to, size_t *at)
{
	size_t head = 0, tail = 0, least = from->n < to->n ? from->n : to->n;

	while (head < least && from->p[head] == to->p[head])
		head++;
	while (tail < least - head &&
	       from->p[from->n - 1 - tail] == to->p[to->n - 1 - tail])
		tail++;
	while (head && is_word(from->p[head - 1]))
		head--;
	while (tail && is_word(from->p[from->n - tail]))
		tail--;
	*at += head;
	*from = str_sub(*from, head, from->n - tail);
	*to = str_sub(*to, head, to->n - tail);
}

/* True if a character that begins with this byte may be forbidden in a YAML
 * comment, as U+0085, U+2028 and U+FEFF are. */
static bool is_rare(unsigned char c)
{
	return c < ' ' || c == 0x7f || c == 0xc2 || c == 0xe2 || c == 0xef;
}

/* Append a text in double quotes, on one line. */
static void write_text(struct buf *b, str t)
{
	bool rare = false;

	buf_addc(b, '"');
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if ((c & 0xc0) != 0x80)
			rare = is_rare(c);
		if (c == '\n')
			buf_addz(b, "\\n");
		else if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (rare)
			buf_printf(b, "\\x%02x", c);
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

static void write_hunk(const struct units *u, size_t i, size_t n, str to,
		       struct buf *out)
{
	size_t at = u->list[i].at, side;
	str from = str_sub(u->text, at, u->list[i + n].at);
	const struct unit *unit;
	struct place p;

	if (from.n && to.n)
		trim(&from, &to, &at);
	p = place_at(u, at, at + from.n);
	unit = &u->list[p.first];
	side = side_of(u, &p);
	buf_printf(out, "%s%u", out->n ? " " : "", unit->line);
	if (unit->part > 1)
		buf_printf(out, ".%u", unit->part);
	buf_printf(out, ":%zu", at - unit->at + 1);
	if (from.n)
		buf_printf(out, "-%zu", from.n);
	if (to.n) {
		buf_addc(out, '=');
		write_text(out, to);
	}
	buf_printf(out, "~%zu.%06x", side, (unsigned)checksum(u, &p, side));
}

/* ---- comparing ---- */

/* The most units skipped, and how many equal units count as agreement. */
#define SKIP_MAX 3000
#define AGREE 2

static bool same_unit(const struct units *x, size_t i, const struct units *y,
		      size_t k)
{
	return i < x->n && k < y->n && x->list[i].hash == y->list[k].hash &&
	       str_eq(unit_text(x, i), unit_text(y, k));
}

/* True if the texts agree in the next units, or end. */
static bool agree(const struct units *x, size_t i, const struct units *y,
		 size_t k)
{
	for (size_t n = 0; n < AGREE; n++) {
		if (i + n == x->n || k + n == y->n)
			return i + n == x->n && k + n == y->n;
		if (!same_unit(x, i + n, y, k + n))
			return false;
	}
	return true;
}

/* How many units differ from i and k on; all, if too many. */
static void count_different(const struct units *x, size_t i,
			    const struct units *y, size_t k, size_t *n,
			    size_t *m)
{
	for (size_t d = 1; d < SKIP_MAX; d++) {
		for (size_t of = 0; of <= d; of++) {
			if (i + of > x->n || k + d - of > y->n)
				continue;
			if (agree(x, i + of, y, k + d - of)) {
				*n = of;
				*m = d - of;
				return;
			}
		}
	}
	*n = x->n - i;
	*m = y->n - k;
}

void hunks_write(struct arena *a, str from, str to, struct buf *out)
{
	struct units x, y;
	struct buf hunks = BUF_INIT;
	size_t i = 0, k = 0, n, m;

	if (str_eq(from, to))
		return;
	x = units_of(a, from);
	y = units_of(a, to);
	while (i < x.n || k < y.n) {
		if (same_unit(&x, i, &y, k)) {
			i++;
			k++;
			continue;
		}
		count_different(&x, i, &y, k, &n, &m);
		write_hunk(&x, i, n,
			   str_sub(to, y.list[k].at, y.list[k + m].at),
			   &hunks);
		i += n;
		k += m;
	}
	buf_adds(out, buf_str(&hunks));
	buf_release(&hunks);
}

/* ---- reading ---- */

struct hunk {
	uint32_t line, part;
	size_t column, n;	/* column from 0; bytes removed */
	str text;		/* added; escaped, without the quotes */
	size_t side;
	uint32_t sum;
};

static bool take_number(str *s, size_t *out)
{
	size_t i = 0;

	for (*out = 0; i < s->n && is_digit(s->p[i]) && *out < UINT32_MAX;
	     i++)
		*out = *out * 10 + (size_t)(s->p[i] - '0');
	*s = str_sub(*s, i, s->n);
	return i && *out <= UINT32_MAX;
}

static bool take_char(str *s, char c)
{
	if (!s->n || *s->p != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

/* The width of the character or escape at i; 0 for an unfinished escape. */
static size_t escape_width(str s, size_t i)
{
	if (s.p[i] != '\\')
		return 1;
	if (i + 1 == s.n)
		return 0;
	if (s.p[i + 1] != 'x')
		return 2;
	return i + 3 < s.n && hex_value(s.p[i + 2]) >= 0 &&
	       hex_value(s.p[i + 3]) >= 0 ? 4 : 0;
}

static bool take_text(str *s, str *out)
{
	size_t i = 0, width;

	if (!take_char(s, '"'))
		return false;
	for (; i < s->n && s->p[i] != '"'; i += width) {
		width = escape_width(*s, i);
		if (!width)
			return false;
	}
	if (i >= s->n)
		return false;
	*out = str_sub(*s, 0, i);
	*s = str_sub(*s, i + 1, s->n);
	return true;
}

static bool take_sum(str *s, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 6; i++) {
		int digit = s->n ? hex_value(*s->p) : -1;

		if (digit < 0)
			return false;
		*out = *out * 16 + (uint32_t)digit;
		*s = str_sub(*s, 1, s->n);
	}
	return true;
}

static bool take_hunk(str *s, struct hunk *h)
{
	size_t line, part = 1;

	*h = (struct hunk){ .n = 0 };
	if (!take_number(s, &line) ||
	    (take_char(s, '.') && !take_number(s, &part)) ||
	    !take_char(s, ':') || !take_number(s, &h->column) || !h->column ||
	    (take_char(s, '-') && !take_number(s, &h->n)) ||
	    (take_char(s, '=') && !take_text(s, &h->text)) ||
	    !take_char(s, '~') || !take_number(s, &h->side) ||
	    h->side > SIDE_MAX || !take_char(s, '.') || !take_sum(s, &h->sum))
		return false;
	h->line = (uint32_t)line;
	h->part = (uint32_t)part;
	h->column--;
	return !s->n || take_char(s, ' ');
}

static void read_text(struct buf *out, str t)
{
	for (size_t i = 0; i < t.n; i++) {
		char c = t.p[i];

		if (c == '\\') {
			c = t.p[++i];
			if (c == 'n') {
				c = '\n';
			} else if (c == 'x') {
				c = (char)(hex_value(t.p[i + 1]) * 16 +
					   hex_value(t.p[i + 2]));
				i += 2;
			}
		}
		buf_addc(out, c);
	}
}

/* ---- applying ---- */

/* True if the hunk matches at a unit, not before byte `least`. */
static bool fits(const struct units *u, const struct hunk *h, size_t unit,
		 size_t least, struct place *p)
{
	size_t at;

	if (unit > u->n)
		return false;
	at = u->list[unit].at + h->column;
	if (at < least || at + h->n > u->text.n ||
	    (h->column && (unit == u->n || at >= u->list[unit + 1].at)))
		return false;
	*p = place_at(u, at, at + h->n);
	return checksum(u, p, h->side) == h->sum;
}

/* The unit that the hunk names. */
static size_t expected(const struct units *u, const struct hunk *h)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct unit *unit = &u->list[mid];

		if (unit->line < h->line ||
		    (unit->line == h->line && unit->part < h->part))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The nearest place that matches, not before byte `least`; *shift is how far,
 * in units, the hunk before was from the place it names. */
static bool find_place(const struct units *u, const struct hunk *h,
		       int64_t *shift, size_t least, struct place *p)
{
	int64_t start = (int64_t)expected(u, h), at = start + *shift;
	int64_t n = (int64_t)u->n;

	for (int64_t d = 0; d <= n; d++) {
		for (int side = 0; side < 2; side++) {
			int64_t unit = side ? at + d : at - d;

			if (unit < 0 || !fits(u, h, (size_t)unit, least, p))
				continue;
			*shift = unit - start;
			return true;
		}
	}
	return false;
}

static int apply(struct arena *a, str hunks, str from, struct buf *out,
		 size_t *left_out, struct err *e)
{
	struct units u = units_of(a, from);
	struct hunk h;
	struct place p;
	size_t at = 0;
	int64_t shift = 0;

	*left_out = 0;
	while (hunks.n) {
		if (!take_hunk(&hunks, &h))
			return err_set(e, POS_NONE, "it is malformed");
		if (!find_place(&u, &h, &shift, at, &p)) {
			if (!(*left_out)++)
				err_set(e, POS_NONE, "the text around line %u "
					"of the original has been edited",
					h.line);
			continue;
		}
		buf_adds(out, str_sub(from, at, p.at));
		read_text(out, h.text);
		at = p.end;
	}
	buf_adds(out, str_sub(from, at, from.n));
	return 0;
}

/* Append the text with its line ends turned into CRLF, or into LF. */
static void convert(struct buf *out, str text, bool crlf)
{
	size_t at = 0;

	while (at < text.n) {
		size_t end = str_find(text, at, '\n');
		size_t line = end;

		if (end < text.n && end > at && text.p[end - 1] == '\r')
			line--;
		buf_adds(out, str_sub(text, at, line));
		if (end < text.n)
			buf_addz(out, crlf ? "\r\n" : "\n");
		at = end + (end < text.n);
	}
}

static bool has_crlf(str text)
{
	size_t at = str_find(text, 0, '\n');

	return at && at < text.n && text.p[at - 1] == '\r';
}

int hunks_apply(struct arena *a, str hunks, str from, struct buf *out,
		size_t *left_out, struct err *e)
{
	struct buf as_is = BUF_INIT, other = BUF_INIT, converted = BUF_INIT;
	size_t n = 0, n_other = 0;
	bool crlf = has_crlf(from);
	int status = apply(a, hunks, from, &as_is, &n, e);

	if (!status && n) {
		convert(&other, from, !crlf);
		status = apply(a, hunks, buf_str(&other), &converted, &n_other,
			       NULL);
	}
	if (!status && n_other < n) {
		n = n_other;
		buf_clear(&as_is);
		convert(&as_is, buf_str(&converted), crlf);
	}
	if (n && !left_out)
		status = -1;
	if (!status)
		buf_adds(out, buf_str(&as_is));
	if (left_out)
		*left_out = n;
	buf_release(&as_is);
	buf_release(&other);
	buf_release(&converted);
	return status;
}

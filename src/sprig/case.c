/*
 * case - sprig's functions that change the case of letters, and those that
 * join words in one of the ways programmers do.
 *
 * title is strings.Title, untitle and swapcase are goutils', snakecase,
 * kebabcase and camelcase are xstrings' (ToSnakeCase, ToKebabCase,
 * ToPascalCase), which cut a text into words by kinds of characters.
 */
#include "base/array.h"
#include "sprig/sprig.h"

#include "go/unicode.h"
#include "tree/utf8.h"

#define BAD_CHAR 0xfffdu

/* ---- letter by letter ---- */

/* Change every character; bytes that form none become U+FFFD. */
static int map_chars(struct call *c, struct value *out,
		     uint32_t (*change)(uint32_t c))
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;

	while (s.n)
		utf8_add(&b, change(char_next(&s)));
	return call_return_buf(c, out, &b);
}

static int fn_upper(struct call *c, struct value *out)
{
	return map_chars(c, out, char_upper);
}

static int fn_lower(struct call *c, struct value *out)
{
	return map_chars(c, out, char_lower);
}

/* Does a word end at this character, for strings.Title? */
static bool ends_word(uint32_t c)
{
	if (c < 0x80)
		return !(c == '_' || char_is_letter(c) || char_is_digit(c));
	return char_is_space(c);
}

static int fn_title(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;
	bool start = true;

	while (s.n) {
		uint32_t ch = char_next(&s);

		utf8_add(&b, start ? char_title(ch) : ch);
		start = ends_word(ch);
	}
	return call_return_buf(c, out, &b);
}

static int fn_untitle(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;
	bool start = true;

	while (s.n) {
		uint32_t ch = char_next(&s);
		bool space = char_is_space(ch);

		utf8_add(&b, start && !space ? char_lower(ch) : ch);
		start = space;
	}
	return call_return_buf(c, out, &b);
}

/* A small letter after a blank becomes a title one, elsewhere a capital. */
static uint32_t swap_case(uint32_t c, bool *after_space)
{
	bool start = *after_space;

	if (char_is_upper(c) || char_is_title(c)) {
		*after_space = false;
		return char_lower(c);
	}
	if (char_is_lower(c)) {
		*after_space = false;
		return start ? char_title(c) : char_upper(c);
	}
	*after_space = char_is_space(c);
	return c;
}

static int fn_swapcase(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;
	bool after_space = true;

	while (s.n)
		utf8_add(&b, swap_case(char_next(&s), &after_space));
	return call_return_buf(c, out, &b);
}

/* ---- words ---- */

static bool is_connector(uint32_t c)
{
	return c == '-' || c == '_' || char_is_space(c);
}

/* A letter of a script whose words consist of letters: not Chinese, in the
 * ranges xstrings knows. */
static bool is_alphabet(uint32_t c)
{
	static const uint32_t cjk[][2] = {
		{ 0x3400, 0x4d85 }, { 0x4e00, 0x9fcc }, { 0x20000, 0x2b81d },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cjk); i++)
		if (c >= cjk[i][0] && c <= cjk[i][1])
			return false;
	return char_is_letter(c);
}

static bool is_small(uint32_t c)
{
	return is_alphabet(c) && !char_is_upper(c);
}

enum word_kind {
	WORD_NONE,		/* the end, or nothing but bad bytes */
	WORD_NUMBER,
	WORD_UPPER,		/* begins with a capital */
	WORD_SMALL,
	WORD_CONNECTOR,
	WORD_PUNCT,
	WORD_OTHER,
};

struct word {
	enum word_kind kind;
	str text;
};

/* Cut the next valid character off *s, with invalid ones before it; `before` if
 * only invalid ones are left. */
static uint32_t next_valid(str *s, uint32_t before)
{
	while (s->n) {
		uint32_t c = char_next(s);

		if (c != BAD_CHAR)
			return c;
	}
	return before;
}

static bool is_other(uint32_t c)
{
	return !is_connector(c) && !is_alphabet(c) && !char_is_number(c) &&
	       !char_is_punct(c);
}

/* Cut characters off *s as long as they are `of_kind`; the last one seen. */
static uint32_t take_while(str *s, uint32_t c, bool (*of_kind)(uint32_t c))
{
	while (s->n) {
		str rest = *s;

		c = next_valid(&rest, c);
		if (!of_kind(c))
			break;
		*s = rest;
	}
	return c;
}

/* What follows a capital: "HTTPServer" is HTTP and Server, so a run of
 * capitals leaves its last one to the small letters after it. */
static void take_upper(str *s, uint32_t first)
{
	str before = *s, rest = *s, one;
	uint32_t c;

	if (!rest.n)
		return;
	c = next_valid(&rest, first);
	if (!char_is_upper(c)) {
		if (is_alphabet(c)) {
			*s = rest;
			take_while(s, c, is_small);
		}
		return;
	}
	for (*s = rest; s->n; *s = rest) {
		one = *s;
		rest = one;
		c = next_valid(&rest, c);
		if (!char_is_upper(c))
			break;
		before = one;
	}
	if (s->n && is_alphabet(c))
		*s = before;
}

static struct word next_word(str *s)
{
	static const struct {
		bool (*of_kind)(uint32_t c);
		enum word_kind kind;
	} kinds[] = {	/* the first that fits */
		{ is_connector, WORD_CONNECTOR },
		{ char_is_punct, WORD_PUNCT },
		{ char_is_upper, WORD_UPPER },
		{ is_small, WORD_SMALL },
		{ char_is_number, WORD_NUMBER },
		{ is_other, WORD_OTHER },
	};
	str start = *s;
	struct word w = { WORD_NONE, STR_NONE };
	uint32_t c;
	size_t i = 0;

	if (!s->n)
		return w;
	c = next_valid(s, BAD_CHAR);
	if (c != BAD_CHAR) {
		while (!kinds[i].of_kind(c))
			i++;
		w.kind = kinds[i].kind;
		if (w.kind == WORD_UPPER)
			take_upper(s, c);
		else
			take_while(s, c, kinds[i].of_kind);
	}
	w.text = (str){ start.p, start.n - s->n };
	return w;
}

static void add_lower(struct buf *b, struct word w, char connector)
{
	str s = w.text;

	if (w.kind != WORD_UPPER && w.kind != WORD_CONNECTOR) {
		buf_adds(b, s);
		return;
	}
	while (s.n) {
		uint32_t c = char_next(&s);

		if (is_connector(c))
			buf_addc(b, connector);
		else
			utf8_add(b, char_is_upper(c) ? char_lower(c) : c);
	}
}

/* Words that belong to the number before them: the small letters of "2nd". */
static struct word add_number_tail(struct buf *b, struct word w, str *rest,
				   char connector)
{
	while (w.kind == WORD_SMALL || w.kind == WORD_NUMBER) {
		add_lower(b, w, connector);
		w = next_word(rest);
	}
	if (w.kind != WORD_NONE && w.kind != WORD_CONNECTOR &&
	    w.kind != WORD_PUNCT)
		buf_addc(b, connector);
	return w;
}

/* w follows a word of letters.  A number belongs to that word ("bld4"), unless
 * small letters follow, which form a word with it ("20x"). */
static struct word after_letters(struct buf *b, struct word w, str *rest,
				 char connector)
{
	struct word number = w;

	if (w.kind != WORD_NUMBER) {
		if (w.kind != WORD_CONNECTOR && w.kind != WORD_PUNCT)
			buf_addc(b, connector);
		return w;
	}
	if (!rest->n)
		return w;
	w = next_word(rest);
	if (w.kind != WORD_SMALL) {
		add_lower(b, number, connector);
		if (w.kind != WORD_CONNECTOR && w.kind != WORD_PUNCT)
			buf_addc(b, connector);
		return w;
	}
	buf_addc(b, connector);
	add_lower(b, number, connector);
	return add_number_tail(b, w, rest, connector);
}

static int join_lower(struct call *c, struct value *out, char connector)
{
	str rest = call_str(c, 0);
	struct buf b = BUF_INIT;
	struct word w = next_word(&rest);

	while (rest.n) {
		struct word before = w;

		if (w.kind != WORD_CONNECTOR)
			add_lower(&b, w, connector);
		w = next_word(&rest);
		if (before.kind == WORD_NUMBER)
			w = add_number_tail(&b, w, &rest, connector);
		else if (before.kind == WORD_CONNECTOR)
			add_lower(&b, before, connector);
		else if (before.kind != WORD_PUNCT)
			w = after_letters(&b, w, &rest, connector);
	}
	add_lower(&b, w, connector);
	return call_return_buf(c, out, &b);
}

static int fn_snakecase(struct call *c, struct value *out)
{
	return join_lower(c, out, '_');
}

static int fn_kebabcase(struct call *c, struct value *out)
{
	return join_lower(c, out, '-');
}

/* ---- camelcase ---- */

/* Copy connectors before the first word, and return the character after them.
 * Without a word the last connector is returned too, and so is doubled in the
 * result ("_" becomes "__"), as in xstrings. */
static uint32_t skip_connectors(struct buf *b, str *rest)
{
	uint32_t c = char_next(rest);

	while (is_connector(c)) {
		utf8_add(b, c);
		if (!rest->n)
			break;
		c = char_next(rest);
	}
	return c;
}

/* A connector between words is dropped, a capital follows; of several the last
 * is dropped.  Capitals after a word's first one become small. */
static int fn_camelcase(struct call *c, struct value *out)
{
	str rest = call_str(c, 0);
	struct buf b = BUF_INIT;
	bool acronym;
	uint32_t last, ch;

	if (!rest.n) {
		*out = value_str(rest);
		return 0;
	}
	ch = skip_connectors(&b, &rest);
	acronym = char_is_upper(ch);
	if (!is_connector(ch))
		ch = char_upper(ch);
	while (rest.n) {
		last = ch;
		ch = char_next(&rest);
		if (is_connector(last) && !is_connector(ch)) {
			acronym = char_is_upper(ch);
			ch = char_upper(ch);
			continue;
		}
		if (!is_connector(last) && acronym) {
			acronym = char_is_upper(ch);
			if (acronym)
				ch = char_lower(ch);
		}
		utf8_add(&b, last);
	}
	utf8_add(&b, ch);
	return call_return_buf(c, out, &b);
}

static const struct func rows[] = {
	{ "camelcase", "(string) string", fn_camelcase },
	{ "kebabcase", "(string) string", fn_kebabcase },
	{ "lower", "(string) string", fn_lower },
	{ "snakecase", "(string) string", fn_snakecase },
	{ "swapcase", "(string) string", fn_swapcase },
	{ "title", "(string) string", fn_title },
	{ "untitle", "(string) string", fn_untitle },
	{ "upper", "(string) string", fn_upper },
};

const struct func_table sprig_case = FUNC_TABLE(rows);

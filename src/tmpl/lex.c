/*
 * lex - tokens and numbers.
 *
 * The states are those of text/template/parse/lex.go.  A state function either
 * sets l->token and returns true, or skips something and returns false, and the
 * caller continues with the next state.  The rules of numbers are strconv's.
 */
#include "tmpl/lex.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/chars.h"
#include "go/strconv.h"
#include "go/unicode.h"
#include "tree/utf8.h"

#define END_OF_INPUT UINT32_MAX

/* The most frequent first. */
static const struct {
	str word;
	enum token_kind kind;
} keywords[] = {
	{ { "if", 2 }, TOKEN_IF },
	{ { "end", 3 }, TOKEN_END },
	{ { "else", 4 }, TOKEN_ELSE },
	{ { "range", 5 }, TOKEN_RANGE },
	{ { "with", 4 }, TOKEN_WITH },
	{ { "true", 4 }, TOKEN_BOOL },
	{ { "false", 5 }, TOKEN_BOOL },
	{ { "template", 8 }, TOKEN_TEMPLATE },
	{ { "define", 6 }, TOKEN_DEFINE },
	{ { "block", 5 }, TOKEN_BLOCK },
	{ { "break", 5 }, TOKEN_BREAK },
	{ { "continue", 8 }, TOKEN_CONTINUE },
	{ { "nil", 3 }, TOKEN_NIL },
};

/* What an ASCII character is inside an action. */
enum {
	BLANK = 1,
	NAME = 2,	/* part of a name */
	BEHIND = 4,	/* may follow a name */
};

static const unsigned char classes[256] = {
	[' '] = BLANK | BEHIND, ['\t'] = BLANK | BEHIND,
	['\r'] = BLANK | BEHIND, ['\n'] = BLANK | BEHIND,
	['.'] = BEHIND, [','] = BEHIND, ['|'] = BEHIND, [':'] = BEHIND,
	['('] = BEHIND, [')'] = BEHIND,
	['0'] = NAME, ['1'] = NAME, ['2'] = NAME, ['3'] = NAME, ['4'] = NAME,
	['5'] = NAME, ['6'] = NAME, ['7'] = NAME, ['8'] = NAME, ['9'] = NAME,
	['a'] = NAME, ['b'] = NAME, ['c'] = NAME, ['d'] = NAME, ['e'] = NAME,
	['f'] = NAME, ['g'] = NAME, ['h'] = NAME, ['i'] = NAME, ['j'] = NAME,
	['k'] = NAME, ['l'] = NAME, ['m'] = NAME, ['n'] = NAME, ['o'] = NAME,
	['p'] = NAME, ['q'] = NAME, ['r'] = NAME, ['s'] = NAME, ['t'] = NAME,
	['u'] = NAME, ['v'] = NAME, ['w'] = NAME, ['x'] = NAME, ['y'] = NAME,
	['z'] = NAME, ['A'] = NAME, ['B'] = NAME, ['C'] = NAME, ['D'] = NAME,
	['E'] = NAME, ['F'] = NAME, ['G'] = NAME, ['H'] = NAME, ['I'] = NAME,
	['J'] = NAME, ['K'] = NAME, ['L'] = NAME, ['M'] = NAME, ['N'] = NAME,
	['O'] = NAME, ['P'] = NAME, ['Q'] = NAME, ['R'] = NAME, ['S'] = NAME,
	['T'] = NAME, ['U'] = NAME, ['V'] = NAME, ['W'] = NAME, ['X'] = NAME,
	['Y'] = NAME, ['Z'] = NAME, ['_'] = NAME,
};

void lexer_init(struct lexer *l, struct arena *a, str input)
{
	*l = (struct lexer){ .arena = a, .input = input };
}

/* ---- characters ---- */

static str rest(const struct lexer *l)
{
	return str_sub(l->input, l->pos, l->input.n);
}

/* Are these two bytes at this distance ahead? */
static bool starts(const struct lexer *l, size_t ahead, const char two[3])
{
	size_t at = l->pos + ahead;

	return at + 1 < l->input.n && l->input.p[at] == two[0] &&
	       l->input.p[at + 1] == two[1];
}

static unsigned class_of(char c)
{
	return classes[(unsigned char)c];
}

/* The class of the next character, where the end of the input is one that may
 * follow a name. */
static unsigned next_class(const struct lexer *l)
{
	return l->pos < l->input.n ? class_of(l->input.p[l->pos]) : BEHIND;
}

/* Skip the characters of a class. */
static void skip(struct lexer *l, unsigned class)
{
	uint32_t at = l->pos;

	while (at < l->input.n && class_of(l->input.p[at]) & class)
		at++;
	l->pos = at;
}

/* A character that is not ASCII.  On its own, so that next_char() is short
 * enough to be inlined. */
__attribute__((noinline)) static uint32_t next_wide(struct lexer *l)
{
	uint32_t c;

	l->pos += (uint32_t)utf8_decode(rest(l), &c);
	return c;
}

static uint32_t next_char(struct lexer *l)
{
	if (l->pos >= l->input.n)
		return END_OF_INPUT;
	if ((unsigned char)l->input.p[l->pos] >= 0x80)
		return next_wide(l);
	return (unsigned char)l->input.p[l->pos++];
}

static uint32_t peek_char(struct lexer *l)
{
	uint32_t pos = l->pos, c = next_char(l);

	l->pos = pos;
	return c;
}

/* [A-Za-z0-9_] and the letters and digits of other scripts. */
static bool is_name_char(uint32_t c)
{
	if (c < 0x80)
		return classes[c] & NAME;
	return c != END_OF_INPUT && (char_is_letter(c) || char_is_digit(c));
}

static void skip_name(struct lexer *l)
{
	for (skip(l, NAME); is_name_char(peek_char(l)); skip(l, NAME))
		next_char(l);
}

/* Can a name end here?  `$x+2` is refused, in case it becomes arithmetic some
 * day. */
static bool at_terminator(const struct lexer *l)
{
	return next_class(l) & BEHIND || starts(l, 0, "}}");
}

static bool accept(struct lexer *l, const char *set)
{
	char c = l->pos < l->input.n ? l->input.p[l->pos] : '\0';

	if (!c || !strchr(set, c))
		return false;
	l->pos++;
	return true;
}

static void accept_run(struct lexer *l, const char *set)
{
	while (accept(l, set))
		;
}

/* ---- tokens ---- */

static bool emit(struct lexer *l, enum token_kind kind)
{
	l->token = (struct token){ kind, l->start, l->spaced,
				   str_sub(l->input, l->start, l->pos) };
	l->start = l->pos;
	return true;
}

/* An error ends the input. */
static bool fail(struct lexer *l, str text)
{
	l->token = (struct token){ TOKEN_ERROR, l->start, l->spaced, text };
	l->pos = l->start;
	l->input.n = l->start;
	return true;
}

/* "bad character U+003D '='" */
static bool fail_char(struct lexer *l, const char *what, uint32_t c)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s U+%04X", what, (unsigned)c);
	if (char_prints(c)) {
		buf_addz(&b, " '");
		utf8_add(&b, c);
		buf_addc(&b, '\'');
	}
	fail(l, arena_str(l->arena, buf_str(&b)));
	buf_release(&b);
	return true;
}

static bool fail_number(struct lexer *l)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, "bad number syntax: ");
	quote_text(&b, str_sub(l->input, l->start, l->pos), false);
	fail(l, arena_str(l->arena, buf_str(&b)));
	buf_release(&b);
	return true;
}

/* ---- text, delimiters, comments ---- */

/* Behind the right delimiter, which trims the text after it or not. */
static void leave_action(struct lexer *l, bool trim)
{
	if (trim)
		skip(l, BLANK);
	l->start = l->pos;
	l->in_action = false;
}

/* At " -}}", whose first character is any blank? */
static bool trims_right(const struct lexer *l)
{
	return next_class(l) & BLANK && starts(l, 1, "-}") &&
	       starts(l, 2, "}}");
}

static bool lex_comment(struct lexer *l)
{
	const char *end = NULL;
	bool trim;

	l->start = l->pos;
	l->pos += 2;
	if (l->pos < l->input.n)
		end = memmem(l->input.p + l->pos, l->input.n - l->pos, "*/", 2);
	if (!end)
		return fail(l, STR("unclosed comment"));
	l->pos = (uint32_t)(end - l->input.p) + 2;
	trim = trims_right(l);
	if (!trim && !starts(l, 0, "}}"))
		return fail(l, STR("comment ends before closing delimiter"));
	l->pos += trim ? 4 : 2;
	leave_action(l, trim);
	return false;
}

/* At "- ", behind a left delimiter? */
static bool trims_left(str s)
{
	return s.n >= 2 && s.p[0] == '-' && class_of(s.p[1]) & BLANK;
}

static bool lex_left_delim(struct lexer *l)
{
	uint32_t marker;

	l->pos += 2;
	marker = trims_left(rest(l)) ? 2 : 0;
	if (starts(l, marker, "/*")) {
		l->pos += marker;
		return lex_comment(l);
	}
	emit(l, TOKEN_LEFT_DELIM);
	l->pos += marker;
	l->start = l->pos;
	l->in_action = true;
	l->parens = 0;
	return true;
}

/* Where the next "{{" is, or the input ends. */
static uint32_t find_left_delim(struct lexer *l)
{
	size_t at = l->pos;

	while ((at = str_find(l->input, at, '{')) + 1 < l->input.n &&
	       l->input.p[at + 1] != '{')
		at++;
	return (uint32_t)(at + 1 < l->input.n ? at : l->input.n);
}

static bool lex_text(struct lexer *l)
{
	uint32_t delim = find_left_delim(l);

	if (l->pos == l->input.n)
		return emit(l, TOKEN_EOF);
	l->pos = delim;
	if (trims_left(str_sub(l->input, delim + 2, l->input.n)))
		while (l->pos > l->start &&
		       class_of(l->input.p[l->pos - 1]) & BLANK)
			l->pos--;
	emit(l, TOKEN_TEXT);
	l->start = l->pos = delim;
	return l->token.text.n || lex_left_delim(l);
}

/* ---- inside an action ---- */

/* "}}", or with `trim` "-}}". */
static bool lex_right_delim(struct lexer *l, bool trim)
{
	if (l->parens) {
		l->start -= trim;	/* the blank is part of it */
		return fail(l, STR("unclosed left paren"));
	}
	l->start += trim;
	l->pos = l->start + 2;
	emit(l, TOKEN_RIGHT_DELIM);
	leave_action(l, trim);
	return true;
}

/* The name after a dot or a dollar sign, which has been read. */
static bool lex_name(struct lexer *l, enum token_kind kind)
{
	if (at_terminator(l))
		return emit(l, kind == TOKEN_FIELD ? TOKEN_DOT : kind);
	skip_name(l);
	if (!at_terminator(l))
		return fail_char(l, "bad character", peek_char(l));
	return emit(l, kind);
}

static enum token_kind kind_of_word(str word)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (keywords[i].word.n == word.n &&
		    bytes_eq(keywords[i].word.p, word.p, word.n))
			return keywords[i].kind;
	return TOKEN_IDENTIFIER;
}

static bool lex_identifier(struct lexer *l)
{
	skip_name(l);
	if (!at_terminator(l))
		return fail_char(l, "bad character", peek_char(l));
	return emit(l, kind_of_word(str_sub(l->input, l->start, l->pos)));
}

/* Pass what is nothing but itself in a constant. */
static void skip_plain(struct lexer *l)
{
	const char *p = l->input.p;

	while (l->pos < l->input.n && p[l->pos] >= ' ' &&
	       p[l->pos] != '"' && p[l->pos] != '\'' && p[l->pos] != '\\')
		l->pos++;
}

/* A string or character constant up to its closing quote, on one line. */
static bool lex_quoted(struct lexer *l, uint32_t quote, enum token_kind kind,
		       str unterminated)
{
	uint32_t c;

	do {
		skip_plain(l);
		c = next_char(l);
		if (c == '\\') {
			c = next_char(l);
			if (c != END_OF_INPUT && c != '\n')
				c = 0;
		}
		if (c == END_OF_INPUT || c == '\n')
			return fail(l, unterminated);
	} while (c != quote);
	return emit(l, kind);
}

static bool lex_raw_string(struct lexer *l)
{
	size_t end = str_find(l->input, l->pos, '`');

	if (end == l->input.n)
		return fail(l, STR("unterminated raw quoted string"));
	l->pos = (uint32_t)end + 1;
	return emit(l, TOKEN_RAW_STRING);
}

/* Accepts more than numbers; reading the value finds the errors. */
static bool scan_number(struct lexer *l)
{
	const char *digits = "0123456789_", *exponent = "eE";

	accept(l, "+-");
	if (accept(l, "0")) {
		if (accept(l, "xX")) {
			digits = "0123456789abcdefABCDEF_";
			exponent = "pP";
		} else if (accept(l, "oO")) {
			digits = "01234567_";
			exponent = "";
		} else if (accept(l, "bB")) {
			digits = "01_";
			exponent = "";
		}
	}
	accept_run(l, digits);
	if (accept(l, "."))
		accept_run(l, digits);
	if (accept(l, exponent)) {
		accept(l, "+-");
		accept_run(l, "0123456789_");
	}
	accept(l, "i");
	if (!is_name_char(peek_char(l)))
		return true;
	next_char(l);
	return false;
}

static bool lex_number(struct lexer *l)
{
	uint32_t sign;

	if (!scan_number(l))
		return fail_number(l);
	sign = peek_char(l);
	if (sign != '+' && sign != '-')
		return emit(l, TOKEN_NUMBER);
	if (!scan_number(l) || l->input.p[l->pos - 1] != 'i')
		return fail_number(l);
	return emit(l, TOKEN_COMPLEX);
}

/* Tokens that start with a mark, c, which has been read. */
static bool lex_mark(struct lexer *l, uint32_t c)
{
	switch (c) {
	case '=':
		return emit(l, TOKEN_ASSIGN);
	case ':':
		if (next_char(l) != '=')
			return fail(l, STR("expected :="));
		return emit(l, TOKEN_DECLARE);
	case '|':
		return emit(l, TOKEN_PIPE);
	case '"':
		return lex_quoted(l, c, TOKEN_STRING,
				  STR("unterminated quoted string"));
	case '\'':
		return lex_quoted(l, c, TOKEN_CHAR_CONSTANT,
				  STR("unterminated character constant"));
	case '`':
		return lex_raw_string(l);
	case '$':
		return lex_name(l, TOKEN_VARIABLE);
	case '(':
		l->parens++;
		return emit(l, TOKEN_LEFT_PAREN);
	case ')':
		if (!l->parens)
			return fail(l, STR("unexpected right paren"));
		l->parens--;
		return emit(l, TOKEN_RIGHT_PAREN);
	case END_OF_INPUT:
		return fail(l, STR("unclosed action"));
	}
	if (c > ' ' && c < 0x7f)
		return emit(l, TOKEN_CHAR);
	return fail_char(l, "unrecognized character in action:", c);
}

static bool lex_action(struct lexer *l)
{
	uint32_t c;
	char ahead;

	skip(l, BLANK);
	l->spaced = l->pos > l->start;
	l->start = l->pos;
	if (starts(l, 0, "}}"))
		return lex_right_delim(l, false);
	if (l->spaced && starts(l, 0, "-}") && starts(l, 1, "}}"))
		return lex_right_delim(l, true);
	c = next_char(l);
	ahead = l->pos < l->input.n ? l->input.p[l->pos] : '0';
	if (c == '.' && !is_digit(ahead))
		return lex_name(l, TOKEN_FIELD);
	if (c == '.' || c == '+' || c == '-' || is_digit(c)) {
		l->pos = l->start;
		return lex_number(l);
	}
	if (is_name_char(c))
		return lex_identifier(l);
	return lex_mark(l, c);
}

const struct token *lexer_next(struct lexer *l)
{
	while (!(l->in_action ? lex_action(l) : lex_text(l)))
		;
	return &l->token;
}

/* The length in bytes of the first n characters. */
static size_t first_chars(str s, uint32_t n)
{
	size_t at = 0;
	uint32_t c;

	for (; n && at < s.n; n--)
		at += utf8_decode(str_sub(s, at, s.n), &c);
	return at;
}

void token_describe(struct buf *out, const struct token *t)
{
	if (t->kind == TOKEN_EOF) {
		buf_addz(out, "EOF");
	} else if (t->kind == TOKEN_ERROR) {
		buf_adds(out, t->text);
	} else if (t->kind > TOKEN_KEYWORD) {
		buf_printf(out, "<%.*s>", STR_ARG(t->text));
	} else {
		quote_text(out, str_sub(t->text, 0, t->text.n <= 10 ?
					t->text.n :
					first_chars(t->text, 10)), false);
		if (t->text.n > 10)
			buf_addz(out, "...");
	}
}

/* ---- numbers ---- */

/* 99 if c is not a digit. */
static int digit(char c)
{
	int d = hex_value(c);

	return d < 0 ? 99 : d;
}

/* Cut a prefix off, and return the base it names. */
static unsigned cut_base(str *s)
{
	char c = s->n > 2 ? (char)(s->p[1] | 0x20) : '\0';
	unsigned base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;

	if (s->n < 2 || s->p[0] != '0')
		return 10;
	*s = str_sub(*s, base ? 2 : 1, s->n);
	return base ? base : 8;
}

/* strconv.ParseUint(s, 0, 64) */
static bool read_uint(str s, uint64_t *out)
{
	unsigned base = cut_base(&s);
	uint64_t u = 0;
	size_t i;
	int d;

	*out = 0;
	if (!s.n)
		return false;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '_')
			continue;
		d = digit(s.p[i]);
		if (d >= (int)base ||
		    __builtin_mul_overflow(u, base, &u) ||
		    __builtin_add_overflow(u, (unsigned)d, &u))
			return false;
	}
	*out = u;
	return true;
}

/* Set the integers equal to the float, if it is whole. */
static void integers_of_float(struct number *n)
{
	double whole = trunc(n->f);
	bool is_whole = whole <= n->f && whole >= n->f;

	if (!n->is_int && is_whole && n->f >= -0x1p63 && n->f < 0x1p63) {
		n->is_int = true;
		n->i = (int64_t)n->f;
	}
	if (!n->is_uint && is_whole && n->f >= 0 && n->f < 0x1p64) {
		n->is_uint = true;
		n->u = (uint64_t)n->f;
	}
}

/* A complex constant without imaginary part fits all other types too. */
static void set_complex(struct number *n, double re, double im)
{
	n->is_complex = true;
	n->complex[0] = re;
	n->complex[1] = im;
	n->is_float = fpclassify(im) == FP_ZERO;
	if (n->is_float) {
		n->f = re;
		integers_of_float(n);
	}
}

/* As int and uint; only an int has a sign, but -0 is 0. */
static void read_integers(struct number *n, str text)
{
	bool sign = text.p[0] == '-' || text.p[0] == '+';
	bool negative = text.p[0] == '-';
	uint64_t u;

	if (!underscores_fit(str_sub(text, sign, text.n)) ||
	    !read_uint(str_sub(text, sign, text.n), &u))
		return;
	n->is_uint = !sign || !u;
	n->u = n->is_uint ? u : 0;
	if (negative && u <= (uint64_t)INT64_MAX + 1)
		n->i = (int64_t)(0 - u);
	else if (!negative && u <= INT64_MAX)
		n->i = (int64_t)u;
	else
		return;
	n->is_int = true;
}

static bool has_any(str s, const char *set)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr(set, s.p[i]))
			return true;
	return false;
}

static int refuse(struct buf *why, const char *what, str text)
{
	buf_addz(why, what);
	quote_text(why, text, false);
	return -1;
}

int number_read(struct number *n, str text, struct buf *why)
{
	double f;

	*n = (struct number){ .text = text };
	if (text.p[text.n - 1] == 'i' &&
	    parse_float(str_sub(text, 0, text.n - 1), &f)) {
		set_complex(n, 0, f);
		return 0;
	}
	read_integers(n, text);
	n->is_float = n->is_int || n->is_uint;
	if (n->is_float) {
		n->f = n->is_int ? (double)n->i : (double)n->u;
		return 0;
	}
	if (!parse_float(text, &n->f))
		return refuse(why, "illegal number syntax: ", text);
	if (!has_any(text, ".eEpP"))
		return refuse(why, "integer overflow: ", text);
	n->is_float = true;
	integers_of_float(n);
	return 0;
}

int number_read_complex(struct number *n, str text, struct buf *why)
{
	size_t cut = text.n - 1;
	double re, im;

	*n = (struct number){ .text = text };
	/* The last sign that does not belong to an exponent. */
	while (cut > 1 && !((text.p[cut] == '+' || text.p[cut] == '-') &&
			    !strchr("eEpP", text.p[cut - 1])))
		cut--;
	if (!parse_float(str_sub(text, 0, cut), &re) ||
	    !parse_float(str_sub(text, cut, text.n - 1), &im)) {
		buf_addz(why, "syntax error scanning complex number");
		return -1;
	}
	set_complex(n, re, im);
	return 0;
}

int number_read_char(struct number *n, str text, struct buf *why)
{
	str s = str_sub(text, 1, text.n);
	uint32_t c;
	bool byte;

	*n = (struct number){ .text = text };
	if (!unquote_char(&s, '\'', &c, &byte)) {
		buf_addz(why, "invalid syntax");
		return -1;
	}
	if (!str_eq(s, STR("'"))) {
		buf_printf(why, "malformed character constant: %.*s",
			   STR_ARG(text));
		return -1;
	}
	n->is_int = n->is_uint = n->is_float = true;
	n->i = c;
	n->u = c;
	n->f = c;
	return 0;
}

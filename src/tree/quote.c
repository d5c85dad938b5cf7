/*
 * quote - does a text need quotes to be read back as text?
 *
 * Not only sigs.k8s.io/yaml reads what is written: other tools have the types
 * of YAML 1.1 (yaml.org/type: sexagesimal numbers, dates, `=`) or those of
 * YAML 1.2's core schema (`0o7`), and implementations stretch both (commas in
 * numbers, words in any case).  A needless quote costs nothing, a missing one
 * changes the value: where in doubt this says yes.  But `1.2.3`, `10.0.0.1`,
 * `100m` and `8080-tcp` are text to everybody and stay as they are.
 */
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "tree/scalar.h"

static const str typed_words[] = {
	STR("null"), STR("true"), STR("false"), STR("yes"),   STR("no"),
	STR("on"),   STR("off"),  STR("y"),	STR("n"),     STR("~"),
	STR("<<"),   STR("="),	  STR(".inf"),	STR(".nan"),  STR("+.inf"),
	STR("-.inf"), STR("."),
};

#define TYPED_WORD_LONGEST 5

/* What begins with any other byte is text to everybody. */
static const bool typed_lead[256] = {
	['n'] = true, ['N'] = true, ['t'] = true, ['T'] = true, ['f'] = true,
	['F'] = true, ['y'] = true, ['Y'] = true, ['o'] = true, ['O'] = true,
	['~'] = true, ['<'] = true, ['='] = true, ['.'] = true, ['+'] = true,
	['-'] = true, ['_'] = true, ['0'] = true, ['1'] = true, ['2'] = true,
	['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true,
	['8'] = true, ['9'] = true,
};

static bool typed_word(str s)
{
	if (s.n > TYPED_WORD_LONGEST)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(typed_words); i++)
		if (typed_words[i].n == s.n &&
		    strncasecmp(typed_words[i].p, s.p, s.n) == 0)
			return true;
	return false;
}

/* The rest of s behind its first bytes that are among `set`. */
static str skip(str s, const char *set)
{
	size_t i = 0;

	while (i < s.n && s.p[i] && strchr(set, s.p[i]))
		i++;
	return str_sub(s, i, s.n);
}

static bool has(str s, char c)
{
	return s.n && s.p[0] == c;
}

/* 0x1F, 0o17, 0b01 with underscores, any case. */
static bool prefixed_number(str s)
{
	if (s.n < 3 || s.p[0] != '0')
		return false;
	switch (s.p[1]) {
	case 'x':
	case 'X':
		return !skip(str_sub(s, 2, s.n), "0123456789abcdefABCDEF_").n;
	case 'o':
	case 'O':
		return !skip(str_sub(s, 2, s.n), "01234567_").n;
	case 'b':
	case 'B':
		return !skip(str_sub(s, 2, s.n), "01_").n;
	default:
		return false;
	}
}

/* Digits, at most one point, an exponent; or 190:20:30.15. */
static bool decimal_number(str s)
{
	static const char digits[] = "0123456789_,";
	str rest = skip(s, digits);
	size_t n = s.n - rest.n;

	if (n && has(rest, ':')) {
		while (has(rest, ':'))
			rest = skip(str_sub(rest, 1, rest.n), digits);
		if (has(rest, '.'))
			rest = skip(str_sub(rest, 1, rest.n), digits);
		return !rest.n;
	}
	if (has(rest, '.')) {
		str after = skip(str_sub(rest, 1, rest.n), digits);

		n += rest.n - after.n - 1;
		rest = after;
	}
	if (!n)
		return false;
	if (has(rest, 'e') || has(rest, 'E')) {
		rest = str_sub(rest, 1, rest.n);
		if (has(rest, '+') || has(rest, '-'))
			rest = str_sub(rest, 1, rest.n);
		rest = skip(rest, digits);
	}
	return !rest.n;
}

/* 2001-12-14, with a time behind it or not. */
static bool date(str s)
{
	static const char digits[] = "0123456789";
	str rest = skip(s, digits);

	if (s.n - rest.n != 4)
		return false;
	for (int part = 0; part < 2; part++) {
		str before = str_sub(rest, 1, rest.n);

		if (!has(rest, '-'))
			return false;
		rest = skip(before, digits);
		if (before.n == rest.n || before.n - rest.n > 2)
			return false;
	}
	return !rest.n || strchr("Tt \t", rest.p[0]);
}

bool scalar_needs_quotes(str text)
{
	str s = text;

	if (text.n && !typed_lead[(unsigned char)text.p[0]])
		return false;
	if (scalar_kind(text) != NODE_STRING || typed_word(text))
		return true;
	if (has(s, '+') || has(s, '-'))
		s = str_sub(s, 1, s.n);
	return s.n && (memchr("0123456789._", s.p[0], 12) != NULL) &&
	       (prefixed_number(s) || decimal_number(s) || date(s));
}

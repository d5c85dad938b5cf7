/*
 * regex_class - characters, escapes and classes of regular expressions.
 *
 *	class:   "[" [ "^" ] item { item } "]"
 *	item:    "[:" name ":]" | named | char [ "-" char ]
 *	named:   "\d" | "\pN" | "\p{Name}" ...
 *
 * Perl's and POSIX' sets are ASCII; under (?i) two characters outside ASCII
 * fold to letters of them: the long s and the Kelvin sign.
 */
#include "go/regex_parse.h"

#include <strings.h>

#include "base/array.h"
#include "base/chars.h"
#include "go/unicode.h"
#include "tree/utf8.h"

#define CHAR_MAX_CODE 0x10ffffu
#define BAD_RANGE "invalid character class range"
#define LONG_S 0x17fu
#define KELVIN 0x212au
/* Nothing past it has another case. */
#define FOLD_MAX 0x1e943u

/* ---- reading ---- */

int read_fail(struct regex_reader *r, const char *what, size_t from, size_t to)
{
	str part = str_sub(r->text, from, to);
	struct buf b = BUF_INIT;

	buf_printf(&b, "error parsing regexp: %s: `", what);
	buf_adds(&b, part);
	buf_addc(&b, '`');
	*r->error = arena_str(r->arena, buf_str(&b));
	buf_release(&b);
	return -1;
}

/* Go quotes everything from the first bad byte on. */
int read_check(struct regex_reader *r, size_t from, size_t to)
{
	str s = str_sub(r->text, from, to);
	uint32_t c;

	while (s.n) {
		size_t n = utf8_decode(s, &c);

		if (n == 1 && c == 0xfffd)
			return read_fail(r, "invalid UTF-8", to - s.n, to);
		s = str_sub(s, n, s.n);
	}
	return 0;
}

size_t read_find(const struct regex_reader *r, size_t from, str s)
{
	const char *at = memmem(r->text.p + from, r->text.n - from, s.p, s.n);

	return at ? (size_t)(at - r->text.p) : NOWHERE;
}

int read_char(struct regex_reader *r, uint32_t *c)
{
	size_t n;

	*c = 0xfffd;
	if (read_at_end(r))
		return 0;
	n = utf8_decode(str_sub(r->text, r->at, r->text.n), c);
	if (n == 1 && *c == 0xfffd)
		return read_fail(r, "invalid UTF-8", r->at, r->text.n);
	r->at += n;
	return 0;
}

/* ---- escapes ---- */

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static int bad_escape(struct regex_reader *r, size_t from)
{
	return read_fail(r, "invalid escape sequence", from, r->at);
}

/* \x{10FFFF}, after the brace. */
static int braced_hex(struct regex_reader *r, size_t from, uint32_t *out)
{
	uint32_t c, code = 0;
	bool any = false;

	for (;;) {
		if (read_at_end(r))
			return bad_escape(r, from);
		if (read_char(r, &c) < 0)
			return -1;
		if (c == '}')
			break;
		if (hex_value(c) < 0)
			return bad_escape(r, from);
		code = code * 16 + (uint32_t)hex_value(c);
		if (code > CHAR_MAX_CODE)
			return bad_escape(r, from);
		any = true;
	}
	if (!any)
		return bad_escape(r, from);
	*out = code;
	return 0;
}

static int hex_escape(struct regex_reader *r, size_t from, uint32_t *out)
{
	uint32_t c, d;

	if (read_at_end(r))
		return bad_escape(r, from);
	if (read_char(r, &c) < 0)
		return -1;
	if (c == '{')
		return braced_hex(r, from, out);
	if (read_char(r, &d) < 0)
		return -1;
	if (hex_value(c) < 0 || hex_value(d) < 0)
		return bad_escape(r, from);
	*out = (uint32_t)(hex_value(c) * 16 + hex_value(d));
	return 0;
}

/* Up to three octal digits; a single one other than 0 would be a
 * back-reference, which RE2 does not have. */
static int octal_escape(struct regex_reader *r, size_t from, uint32_t first,
			uint32_t *out)
{
	uint32_t code = first - '0';

	if (first != '0' && !is_octal(read_peek(r, 0)))
		return bad_escape(r, from);
	for (int i = 1; i < 3 && is_octal(read_peek(r, 0)); i++)
		code = code * 8 + (uint32_t)(r->text.p[r->at++] - '0');
	*out = code;
	return 0;
}

int read_escape(struct regex_reader *r, uint32_t *out)
{
	static const char letters[] = "afnrtv", codes[] = "\a\f\n\r\t\v";
	size_t from = r->at++;
	const char *at;
	uint32_t c;

	if (read_at_end(r))
		return read_fail(r, "trailing backslash at end of expression",
				 r->at, r->at);
	if (read_char(r, &c) < 0)
		return -1;
	if (c < 0x80 && !is_alnum(c)) {
		*out = c;
		return 0;
	}
	if (c >= '0' && c <= '7')
		return octal_escape(r, from, c, out);
	if (c == 'x')
		return hex_escape(r, from, out);
	at = c < 0x80 ? strchr(letters, (int)c) : NULL;
	if (!at)
		return bad_escape(r, from);
	*out = (unsigned char)codes[at - letters];
	return 0;
}

/* ---- parts of a class ---- */

static struct class_part *add_part(struct regex_class *k)
{
	k->parts = arena_extend(k->arena, k->parts, k->n, &k->cap,
				sizeof(*k->parts));
	k->parts[k->n] = (struct class_part){ .property = NULL };
	return &k->parts[k->n++];
}

static void class_add_range(struct regex_class *k, uint32_t from, uint32_t to,
			    bool folds)
{
	struct class_part *p = add_part(k);

	p->from = from;
	p->to = to;
	p->folds = folds;
}

/* ---- sets of ASCII ---- */

struct ascii_set {
	char name[8];
	const char *ranges;	/* pairs of characters, both included */
	uint8_t n;
};

#define SET(name, ranges) { name, ranges, (sizeof(ranges) - 1) / 2 }

static const struct ascii_set posix_sets[] = {
	SET("alnum", "09AZaz"),
	SET("alpha", "AZaz"),
	SET("ascii", "\0\x7f"),
	SET("blank", "\t\t  "),
	SET("cntrl", "\0\x1f\x7f\x7f"),
	SET("digit", "09"),
	SET("graph", "!~"),
	SET("lower", "az"),
	SET("print", " ~"),
	SET("punct", "!/:@[`{~"),
	SET("space", "\t\r  "),
	SET("upper", "AZ"),
	SET("word", "09AZ__az"),
	SET("xdigit", "09AFaf"),
};

static const struct ascii_set perl_sets[] = {
	SET("d", "09"),
	SET("s", "\t\n\f\r  "),
	SET("w", "09AZ__az"),
};

static bool set_has(const struct ascii_set *set, uint32_t c)
{
	for (size_t i = 0; i < set->n; i++)
		if (c >= (unsigned char)set->ranges[2 * i] &&
		    c <= (unsigned char)set->ranges[2 * i + 1])
			return true;
	return false;
}

static bool set_has_letter(const struct ascii_set *set, char small)
{
	return set_has(set, (unsigned char)small) ||
	       set_has(set, (unsigned char)small - 0x20u);
}

/* Is c in the set, or, if it folds, another case of it? */
static bool set_matches(const struct ascii_set *set, uint32_t c, bool fold)
{
	if (!fold)
		return c < 0x80 && set_has(set, c);
	if (c == LONG_S)
		return set_has_letter(set, 's');
	if (c == KELVIN)
		return set_has_letter(set, 'k');
	return c < 0x80 && (set_has(set, c) || set_has(set, char_lower(c)) ||
			    set_has(set, char_upper(c)));
}

static void add_complement(struct regex_class *k, const struct ascii_set *set,
			   bool fold)
{
	uint32_t from = 0;

	for (uint32_t i = 0; i < 0x82; i++) {
		uint32_t c = i < 0x80 ? i : i == 0x80 ? LONG_S : KELVIN;

		if (!set_matches(set, c, fold))
			continue;
		if (from < c)
			class_add_range(k, from, c - 1, false);
		from = c + 1;
	}
	class_add_range(k, from, CHAR_MAX_CODE, false);
}

static void add_set(struct regex_class *k, const struct ascii_set *set,
		    bool negated, bool fold)
{
	if (negated) {
		add_complement(k, set, fold);
		return;
	}
	for (size_t i = 0; i < set->n; i++)
		class_add_range(k, (unsigned char)set->ranges[2 * i],
				(unsigned char)set->ranges[2 * i + 1], true);
}

/* \d, \S and the like by their letter; false if there is no such set. */
static bool class_add_perl(struct regex_class *k, char letter, bool fold)
{
	for (size_t i = 0; i < ARRAY_SIZE(perl_sets); i++) {
		char small = perl_sets[i].name[0];
		bool negated = letter == small - 0x20;

		if (letter != small && !negated)
			continue;
		add_set(k, &perl_sets[i], negated, fold);
		return true;
	}
	return false;
}

/* [:alpha:] and the like by name; false if there is no such set. */
static bool class_add_posix(struct regex_class *k, str name, bool negated,
			    bool fold)
{
	size_t n = ARRAY_SIZE(posix_sets);

	for (size_t i = 0; i < n; i++) {
		if (!str_eq(name, str_of(posix_sets[i].name)))
			continue;
		add_set(k, &posix_sets[i], negated, fold);
		return true;
	}
	return false;
}

/* ---- Unicode's properties ---- */

/* A property's name in Go's tables, in small letters, and in PCRE2. */
struct property {
	const char *name, *pcre;
};

static const struct property categories[] = {
	{ "c", "C" }, { "cc", "Cc" }, { "cf", "Cf" }, { "cn", "Cn" },
	{ "co", "Co" }, { "cs", "Cs" }, { "l", "L" }, { "lc", "L&" },
	{ "ll", "Ll" }, { "lm", "Lm" }, { "lo", "Lo" }, { "lt", "Lt" },
	{ "lu", "Lu" }, { "m", "M" }, { "mc", "Mc" }, { "me", "Me" },
	{ "mn", "Mn" }, { "n", "N" }, { "nd", "Nd" }, { "nl", "Nl" },
	{ "no", "No" }, { "p", "P" }, { "pc", "Pc" }, { "pd", "Pd" },
	{ "pe", "Pe" }, { "pf", "Pf" }, { "pi", "Pi" }, { "po", "Po" },
	{ "ps", "Ps" }, { "s", "S" }, { "sc", "Sc" }, { "sk", "Sk" },
	{ "sm", "Sm" }, { "so", "So" }, { "z", "Z" }, { "zl", "Zl" },
	{ "zp", "Zp" }, { "zs", "Zs" },
	{ "casedletter", "L&" }, { "closepunctuation", "Pe" },
	{ "cntrl", "Cc" }, { "combiningmark", "M" },
	{ "connectorpunctuation", "Pc" }, { "control", "Cc" },
	{ "currencysymbol", "Sc" }, { "dashpunctuation", "Pd" },
	{ "decimalnumber", "Nd" }, { "digit", "Nd" },
	{ "enclosingmark", "Me" }, { "finalpunctuation", "Pf" },
	{ "format", "Cf" }, { "initialpunctuation", "Pi" },
	{ "letter", "L" }, { "letternumber", "Nl" },
	{ "lineseparator", "Zl" }, { "lowercaseletter", "Ll" },
	{ "mark", "M" }, { "mathsymbol", "Sm" }, { "modifierletter", "Lm" },
	{ "modifiersymbol", "Sk" }, { "nonspacingmark", "Mn" },
	{ "number", "N" }, { "openpunctuation", "Ps" }, { "other", "C" },
	{ "otherletter", "Lo" }, { "othernumber", "No" },
	{ "otherpunctuation", "Po" }, { "othersymbol", "So" },
	{ "paragraphseparator", "Zp" }, { "privateuse", "Co" },
	{ "punct", "P" }, { "punctuation", "P" }, { "separator", "Z" },
	{ "spaceseparator", "Zs" }, { "spacingmark", "Mc" },
	{ "surrogate", "Cs" }, { "symbol", "S" },
	{ "titlecaseletter", "Lt" }, { "unassigned", "Cn" },
	{ "uppercaseletter", "Lu" },
};

/* The scripts Go 1.26 finds.  It drops `_` from the name it looks for but not
 * from its own names, so those of two words (Old_Italic) are unknown. */
static const char *const scripts[] = {
	"Adlam", "Ahom", "Arabic", "Armenian", "Avestan", "Balinese", "Bamum",
	"Batak", "Bengali", "Bhaiksuki", "Bopomofo", "Brahmi", "Braille",
	"Buginese", "Buhid", "Carian", "Chakma", "Cham", "Cherokee",
	"Chorasmian", "Common", "Coptic", "Cuneiform", "Cypriot", "Cyrillic",
	"Deseret", "Devanagari", "Dogra", "Duployan", "Elbasan", "Elymaic",
	"Ethiopic", "Georgian", "Glagolitic", "Gothic", "Grantha", "Greek",
	"Gujarati", "Gurmukhi", "Han", "Hangul", "Hanunoo", "Hatran",
	"Hebrew", "Hiragana", "Inherited", "Javanese", "Kaithi", "Kannada",
	"Katakana", "Kawi", "Kharoshthi", "Khmer", "Khojki", "Khudawadi",
	"Lao", "Latin", "Lepcha", "Limbu", "Lisu", "Lycian", "Lydian",
	"Mahajani", "Makasar", "Malayalam", "Mandaic", "Manichaean",
	"Marchen", "Medefaidrin", "Miao", "Modi", "Mongolian", "Mro",
	"Multani", "Myanmar", "Nabataean", "Nandinagari", "Newa", "Nko",
	"Nushu", "Ogham", "Oriya", "Osage", "Osmanya", "Palmyrene",
	"Phoenician", "Rejang", "Runic", "Samaritan", "Saurashtra", "Sharada",
	"Shavian", "Siddham", "Sinhala", "Sogdian", "Soyombo", "Sundanese",
	"Syriac", "Tagalog", "Tagbanwa", "Takri", "Tamil", "Tangsa", "Tangut",
	"Telugu", "Thaana", "Thai", "Tibetan", "Tifinagh", "Tirhuta", "Toto",
	"Ugaritic", "Vai", "Vithkuqi", "Wancho", "Yezidi", "Yi",
};

/* Scripts and categories, other than the cases, that (?i) extends by characters
 * that fold to members. */
static const struct {
	const char *pcre;
	uint32_t also[CLASS_ALSO_MAX];
} folded[] = {
	{ "L", { 0x345 } },
	{ "M", { 0x399, 0x3b9, 0x1fbe } },
	{ "Mn", { 0x399, 0x3b9, 0x1fbe } },
	{ "sc:Common", { 0x39c, 0x3bc } },
	{ "sc:Greek", { 0xb5, 0x345 } },
	{ "sc:Inherited", { 0x399, 0x3b9, 0x1fbe } },
};

static const uint32_t *folds_also(const char *pcre)
{
	for (size_t i = 0; i < ARRAY_SIZE(folded); i++)
		if (strcmp(pcre, folded[i].pcre) == 0)
			return folded[i].also;
	return NULL;
}

static bool (*case_test(const char *pcre))(uint32_t c)
{
	return strcmp(pcre, "Lu") == 0 ? char_is_upper :
	       strcmp(pcre, "Ll") == 0 ? char_is_lower :
	       strcmp(pcre, "Lt") == 0 ? char_is_title : NULL;
}

/* Does c, or a character that folds to the same, pass the test?  These are the
 * other cases of c and those of its capital, which leads from a final sigma to
 * the usual one.  Sharp s folds like a capital that is not its own; the Turkish
 * dotless i and dotted I fold like nothing else. */
static bool any_case_is(bool (*test)(uint32_t c), uint32_t c)
{
	uint32_t big = char_upper(c), small = char_lower(c);

	if (c == 0x130 || c == 0x131)
		return test(c);
	if (c == 0xdf && test(0x1e9e))
		return true;
	return test(c) || test(big) || test(small) || test(char_title(c)) ||
	       test(char_lower(big)) || test(char_title(big)) ||
	       test(char_upper(small));
}

/* Letters of one case under (?i), or all others, one by one: rarely used, and
 * a millisecond's work. */
static void add_cases(struct regex_class *k, bool (*test)(uint32_t c),
		      bool negated)
{
	uint32_t from = 0;

	for (uint32_t c = 0; c <= FOLD_MAX + 1; c++) {
		if (c <= FOLD_MAX && any_case_is(test, c) != negated)
			continue;
		if (from < c)
			class_add_range(k, from, c - 1, false);
		from = c + 1;
	}
	if (negated)
		class_add_range(k, FOLD_MAX + 1, CHAR_MAX_CODE, false);
}

static bool add_fixed(struct regex_class *k, str name, bool negated,
		      bool fold)
{
	static const struct ascii_set ascii = SET("ascii", "\0\x7f");

	if (str_eq(name, STR("any"))) {
		if (!negated)
			class_add_range(k, 0, CHAR_MAX_CODE, false);
		return true;
	}
	if (str_eq(name, STR("ascii"))) {
		add_set(k, &ascii, negated, fold);
		return true;
	}
	return false;
}

/* The name of a property in PCRE2, or NULL. */
static const char *find_property(struct arena *a, str name)
{
	size_t n = ARRAY_SIZE(categories);

	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_of(categories[i].name)))
			return categories[i].pcre;
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++)
		if (name.n == strlen(scripts[i]) &&
		    strncasecmp(name.p, scripts[i], name.n) == 0)
			return arena_printf(a, "sc:%s", scripts[i]).p;
	return NULL;
}

/* The name without `_`, `-` and blanks, in small letters. */
static str plain_name(struct arena *a, str name)
{
	char *text = arena_alloc(a, name.n);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '_' || c == '-' || c == ' ')
			continue;
		text[n++] = is_upper(c) ? (char)(c | 0x20) : c;
	}
	return (str){ text, n };
}

/* \p{Name}: a category or a script; false if Go has none of this name. */
static bool class_add_property(struct regex_class *k, str name, bool negated,
			       bool fold)
{
	struct class_part *p;
	const char *pcre;

	name = plain_name(k->arena, name);
	if (add_fixed(k, name, negated, fold))
		return true;
	if (str_eq(name, STR("assigned"))) {
		name = STR("cn");
		negated = !negated;
	}
	pcre = find_property(k->arena, name);
	if (!pcre)
		return false;
	if (fold && case_test(pcre)) {
		add_cases(k, case_test(pcre), negated);
		return true;
	}
	p = add_part(k);
	p->property = pcre;
	p->negated = negated;
	p->also = fold ? folds_also(pcre) : NULL;
	return true;
}

/* ---- classes in an expression ---- */

struct regex_class *read_class_new(struct regex_reader *r)
{
	struct regex_class *k = arena_new(r->arena, struct regex_class);

	k->arena = r->arena;
	return k;
}

/* Read \pN or \p{Name}. */
static int property_name(struct regex_reader *r, str *name)
{
	size_t from = r->at, end;
	uint32_t c;

	r->at += 2;
	if (read_char(r, &c) < 0)
		return -1;
	*name = str_sub(r->text, from + 2, r->at);
	if (c != '{')
		return 0;
	end = read_find(r, from, STR("}"));
	if (end == NOWHERE) {
		if (read_check(r, from, r->text.n) < 0)
			return -1;
		return read_fail(r, BAD_RANGE, from, r->text.n);
	}
	if (read_check(r, from + 3, end) < 0)
		return -1;
	*name = str_sub(r->text, from + 3, end);
	r->at = end + 1;
	return 0;
}

static int parse_property(struct regex_reader *r, struct regex_class *k)
{
	size_t from = r->at;
	bool negated = read_peek(r, 1) == 'P';
	str name;

	if (property_name(r, &name) < 0)
		return -1;
	if (str_starts(name, STR("^"))) {
		negated = !negated;
		name = str_sub(name, 1, name.n);
	}
	if (!class_add_property(k, name, negated, r->flags & REGEX_FOLD))
		return read_fail(r, BAD_RANGE, from, r->at);
	return 0;
}

int read_named(struct regex_reader *r, struct regex_class *k)
{
	char c = read_peek(r, 1);

	if (read_peek(r, 0) != '\\')
		return 0;
	if (c == 'p' || c == 'P')
		return parse_property(r, k) < 0 ? -1 : 1;
	if (!class_add_perl(k, c, r->flags & REGEX_FOLD))
		return 0;
	r->at += 2;
	return 1;
}

/* [:alpha:] or [:^alpha:]; the results of read_named(). */
static int parse_posix(struct regex_reader *r, struct regex_class *k)
{
	size_t from = r->at, end;
	bool negated;
	str name;

	if (!read_looking_at(r, STR("[:")))
		return 0;
	end = read_find(r, from + 2, STR(":]"));
	if (end == NOWHERE)
		return 0;
	name = str_sub(r->text, from + 2, end);
	negated = str_starts(name, STR("^"));
	if (negated)
		name = str_sub(name, 1, name.n);
	r->at = end + 2;
	if (!class_add_posix(k, name, negated, r->flags & REGEX_FOLD))
		return read_fail(r, BAD_RANGE, from, r->at);
	return 1;
}

static int class_char(struct regex_reader *r, size_t class_from, uint32_t *c)
{
	if (read_at_end(r))
		return read_fail(r, "missing closing ]", class_from, r->text.n);
	if (read_peek(r, 0) == '\\')
		return read_escape(r, c);
	return read_char(r, c);
}

/* A character or a range; [a-] has no range. */
static int class_range(struct regex_reader *r, size_t class_from,
		       struct regex_class *k)
{
	size_t from = r->at;
	uint32_t lo, hi;

	if (class_char(r, class_from, &lo) < 0)
		return -1;
	hi = lo;
	if (read_peek(r, 0) == '-' && read_peek(r, 1) != ']' &&
	    r->at + 1 < r->text.n) {
		r->at++;
		if (class_char(r, class_from, &hi) < 0)
			return -1;
		if (hi < lo)
			return read_fail(r, BAD_RANGE, from, r->at);
	}
	class_add_range(k, lo, hi, true);
	return 0;
}

int read_brackets(struct regex_reader *r, struct regex_class *k)
{
	size_t from = r->at++;
	bool first = true;
	int found;

	if (read_peek(r, 0) == '^') {
		k->negated = true;
		r->at++;
	}
	/* A leading ] is one of the characters. */
	while (first || read_peek(r, 0) != ']') {
		first = false;
		found = parse_posix(r, k);
		if (!found)
			found = read_named(r, k);
		if (found < 0 || (!found && class_range(r, from, k) < 0))
			return -1;
	}
	r->at++;
	return 0;
}

/*
 * regex_class - the named sets of characters of RE2's syntax.
 *
 * Perl's and POSIX' sets are ASCII; under (?i) two characters outside fold to
 * letters of them, the long s and the Kelvin sign.
 */
#include "base/array.h"
#include "go/regex_parse.h"

#include <strings.h>

#include "go/unicode.h"

#define CHAR_MAX_CODE 0x10ffffu
#define LONG_S 0x17fu
#define KELVIN 0x212au
/* Nothing past it has another case. */
#define FOLD_MAX 0x1e943u

static struct class_part *add_part(struct regex_class *k)
{
	if (k->n == k->cap) {
		uint32_t cap = k->cap ? 2 * k->cap : 8;
		struct class_part *parts =
			arena_array(k->arena, struct class_part, cap);

		if (k->n)
			memcpy(parts, k->parts, k->n * sizeof(*parts));
		k->parts = parts;
		k->cap = cap;
	}
	k->parts[k->n] = (struct class_part){ .property = NULL };
	return &k->parts[k->n++];
}

void class_add_range(struct regex_class *k, uint32_t from, uint32_t to,
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

bool class_add_perl(struct regex_class *k, char letter, bool fold)
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

bool class_add_posix(struct regex_class *k, str name, bool negated, bool fold)
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

/* What Go's tables call a property, all in small letters, and what PCRE2
 * does. */
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

/* The scripts that Go 1.26 finds.  It drops `_` from what is asked for, not
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

/* Scripts and categories but those of cases that (?i) makes larger: by these
 * characters, which fold to ones inside. */
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

/* Does c, or what folds to the same as c, pass the test?  These are c's other
 * cases and those of its capital, which leads from a final sigma to the usual
 * one.  Sharp s folds like a capital that is not its own; the Turkish i
 * without a dot and I with one fold like nothing else. */
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

/* Letters of one case under (?i), or all but these, one by one: seldom asked
 * for, and a millisecond's work. */
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

/* What PCRE2 calls a property, or NULL. */
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
		text[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 0x20) : c;
	}
	return (str){ text, n };
}

bool class_add_property(struct regex_class *k, str name, bool negated,
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

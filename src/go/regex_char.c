/*
 * regex_char - which characters a literal or a class of a regular expression
 * matches.  The only file that includes <pcre2.h>.
 *
 * What needs Unicode's tables, properties and the folding of case, is written
 * as a pattern for PCRE2 that matches one character: by their code, and classes
 * as ranges, so that as little as possible is left to PCRE2's own rules.  It is
 * asked once for each ASCII character, and for others as they come.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "go/regex_parse.h"

#include <pcre2.h>

#include "base/chars.h"
#include "tree/utf8.h"

#define SURROGATE_FIRST 0xd800u
#define SURROGATE_LAST 0xdfffu

static void add_code(struct buf *b, uint32_t c)
{
	buf_printf(b, "\\x{%x}", c);
}

/* ---- classes ---- */

/* Surrogates are in no text, and PCRE2 refuses them. */
static void add_range(struct buf *b, uint32_t from, uint32_t to)
{
	if (from >= SURROGATE_FIRST && from <= SURROGATE_LAST)
		from = SURROGATE_LAST + 1;
	if (to >= SURROGATE_FIRST && to <= SURROGATE_LAST)
		to = SURROGATE_FIRST - 1;
	if (from > to)
		return;
	add_code(b, from);
	if (from < to) {
		buf_addc(b, '-');
		add_code(b, to);
	}
}

static void add_property(struct buf *b, const struct class_part *p)
{
	buf_printf(b, "\\%c{%s}", p->negated ? 'P' : 'p', p->property);
}

/* A negated property that excludes a few more characters. */
static bool is_exception(const struct class_part *p)
{
	return p->property && p->negated && p->also;
}

static void add_also(struct buf *b, const uint32_t *also)
{
	for (; also && *also; also++)
		add_code(b, *also);
}

/* The parts that fold, or those that do not, without their brackets. */
static void add_parts(struct buf *b, const struct regex_class *k, bool folding)
{
	for (uint32_t i = 0; i < k->n; i++) {
		const struct class_part *p = &k->parts[i];

		if (p->folds != folding || is_exception(p))
			continue;
		if (!p->property) {
			add_range(b, p->from, p->to);
			continue;
		}
		add_property(b, p);
		add_also(b, p->also);
	}
}

/* Put a bar between two alternatives. */
static void next_alternative(struct buf *b, bool *any)
{
	if (*any)
		buf_addc(b, '|');
	*any = true;
}

static void add_exceptions(struct buf *b, const struct regex_class *k,
			   bool *any)
{
	for (uint32_t i = 0; i < k->n; i++) {
		const struct class_part *p = &k->parts[i];

		if (!is_exception(p))
			continue;
		next_alternative(b, any);
		buf_addz(b, "(?![");
		add_also(b, p->also);
		buf_addz(b, "])");
		add_property(b, p);
	}
}

/* One character of a class under (?i): a choice, since some parts fold case and
 * some do not. */
static void add_union(struct buf *b, const struct regex_class *k)
{
	struct buf folding = BUF_INIT, fixed = BUF_INIT;
	bool any = false;

	add_parts(&folding, k, true);
	add_parts(&fixed, k, false);
	buf_addz(b, "(?:");
	if (folding.n) {
		next_alternative(b, &any);
		buf_printf(b, "[%.*s]", STR_ARG(buf_str(&folding)));
	}
	if (fixed.n) {
		next_alternative(b, &any);
		buf_printf(b, "(?-i:[%.*s])", STR_ARG(buf_str(&fixed)));
	}
	add_exceptions(b, k, &any);
	if (!any)
		buf_addz(b, "(?!)");
	buf_addc(b, ')');
	buf_release(&folding);
	buf_release(&fixed);
}

static bool all_fold(const struct regex_class *k)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (!k->parts[i].folds)
			return false;
	return true;
}

static void add_brackets(struct buf *b, const struct regex_class *k)
{
	struct buf parts = BUF_INIT;

	add_parts(&parts, k, true);
	add_parts(&parts, k, false);
	if (parts.n)
		buf_printf(b, "[%s%.*s]", k->negated ? "^" : "",
			   STR_ARG(buf_str(&parts)));
	else
		buf_addz(b, k->negated ? "." : "(?!)");
	buf_release(&parts);
}

static void emit_class(struct buf *b, const struct regex_node *n)
{
	const struct regex_class *k = n->cls;

	if (!n->fold || all_fold(k)) {
		add_brackets(b, k);
		return;
	}
	if (!k->negated) {
		add_union(b, k);
		return;
	}
	buf_addz(b, "(?:(?!");
	add_union(b, k);
	buf_addz(b, ").)");
}

/* ---- without PCRE2 ---- */

#define KELVIN 0x212au		/* folds to k */
#define LONG_S 0x17fu		/* folds to s */

/* Can ranges alone tell?  Of folding, they can if it stays within ASCII. */
static bool is_simple(const struct regex_node *n)
{
	if (n->op == RE_LITERAL)
		return !n->fold || n->c < 128 ||
		       (n->c >= SURROGATE_FIRST && n->c <= SURROGATE_LAST);
	if (n->op != RE_CLASS)
		return true;
	for (uint32_t i = 0; i < n->cls->n; i++) {
		const struct class_part *p = &n->cls->parts[i];

		if (p->property || (n->fold && p->folds && p->to >= 128))
			return false;
	}
	return true;
}

/* The other character of ASCII that is the same but for its case; or c. */
static uint32_t other_case(uint32_t c)
{
	if (c == KELVIN)
		return 'k';
	if (c == LONG_S)
		return 's';
	if (c >= 128)
		return c;
	return is_upper((char)c) ? c + ('a' - 'A') :
	       is_lower((char)c) ? c - ('a' - 'A') : c;
}

static bool is_in(uint32_t c, uint32_t from, uint32_t to, bool folds)
{
	uint32_t other = folds ? other_case(c) : c;

	if ((c >= from && c <= to) || (other >= from && other <= to))
		return true;
	/* K and S have two others */
	other = other_case(other);
	return folds && other >= from && other <= to;
}

static bool simple_test(const struct regex_node *n, uint32_t c)
{
	const struct regex_class *k = n->cls;

	if (n->op == RE_LITERAL)
		return is_in(c, n->c, n->c, n->fold);
	if (n->op != RE_CLASS)
		return n->op == RE_ANY || c != '\n';
	for (uint32_t i = 0; i < k->n; i++)
		if (is_in(c, k->parts[i].from, k->parts[i].to,
			  n->fold && k->parts[i].folds))
			return !k->negated;
	return k->negated;
}

/* ---- with PCRE2 ---- */

enum answer { UNKNOWN, NO, YES };

struct regex_char {
	const struct regex_node *node;
	struct regex_char *next;
	unsigned char ascii[128];	/* enum answer */
	pcre2_general_context *memory;	/* NULL: a simple one */
	pcre2_code *code;
	pcre2_match_data *data;
};

/* PCRE2's memory is the library's, so that it is counted and freed with it. */
static void *pcre_alloc(size_t n, void *ctx)
{
	(void)ctx;
	return mem_try(n);
}

static void pcre_free(void *p, void *ctx)
{
	(void)ctx;
	mem_free(p);
}

static void compile(struct regex_char *rc, const struct buf *pattern)
{
	uint32_t options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_ANCHORED;
	size_t offset;
	int code;

	if (rc->node->fold)
		options |= PCRE2_CASELESS;
	rc->memory = pcre2_general_context_create(pcre_alloc, pcre_free, NULL);
	if (rc->memory)
		rc->data = pcre2_match_data_create(1, rc->memory);
	if (rc->data) {
		pcre2_compile_context *context =
			pcre2_compile_context_create(rc->memory);

		if (context)
			rc->code = pcre2_compile((PCRE2_SPTR)pattern->p,
						 pattern->n, options, &code,
						 &offset, context);
		pcre2_compile_context_free(context);
	}
	if (!rc->code)
		mem_fail();
}

static bool ask(struct regex_char *rc, uint32_t c)
{
	struct buf b = BUF_INIT;
	int n;

	if (!rc->memory)
		return simple_test(rc->node, c);
	utf8_add(&b, c);
	n = pcre2_match(rc->code, (PCRE2_SPTR)b.p, b.n, 0, PCRE2_NO_UTF_CHECK,
			rc->data, NULL);
	buf_release(&b);
	if (n == PCRE2_ERROR_NOMEMORY)
		mem_fail();
	return n >= 0;
}

struct regex_char *regex_char_open(struct arena *a, const struct regex_node *n,
				   struct regex_char **all)
{
	struct regex_char *rc = arena_new(a, struct regex_char);
	struct buf pattern = BUF_INIT;

	rc->node = n;
	rc->next = *all;
	*all = rc;
	if (is_simple(n))
		return rc;
	if (n->op == RE_LITERAL)
		add_code(&pattern, n->c);
	else
		emit_class(&pattern, n);
	compile(rc, &pattern);
	buf_release(&pattern);
	return rc;
}

bool regex_char_is(struct regex_char *rc, uint32_t c)
{
	if (c >= 128)
		return ask(rc, c);
	if (rc->ascii[c] == UNKNOWN)
		rc->ascii[c] = ask(rc, c) ? YES : NO;
	return rc->ascii[c] == YES;
}

void regex_chars_close(struct regex_char *all)
{
	for (; all; all = all->next) {
		if (!all->memory)
			continue;
		pcre2_match_data_free(all->data);
		pcre2_code_free(all->code);
		pcre2_general_context_free(all->memory);
	}
}

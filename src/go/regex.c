/*
 * regex - a regular expression's tree as a pattern for PCRE2, and the search.
 * The only file that includes <pcre2.h>.
 *
 * The pattern leaves as little as possible to PCRE2's own rules: characters are
 * written by their code, classes as ranges, line edges as look-arounds (PCRE2's
 * multi-line ^ does not match after a final newline, Go's does).  Only folding
 * case is left to PCRE2; (?i) and (?-i) are put where it changes, and last to
 * the end of the group, in both.
 *
 *	(?i)a[^b]*$	(?i)\x{61}[^\x{62}]{0,}\z
 *
 * One difference remains.  If the body of a repetition can match nothing, and
 * prefers that to something, as in (?:a?b??)*, PCRE2 leaves the loop at the
 * first round that matches nothing; RE2 goes on to what else the body matches.
 * Groups inside such a body may differ likewise.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "go/regex.h"

#include <pcre2.h>

#include "go/regex_parse.h"

/* Steps from one starting place (PCRE2's own default), and memory. */
#define STEPS_MAX 10000000
#define HEAP_MAX_KIB (64 * 1024)
/* The emitted pattern has two groups at most where the tree has a level. */
#define NEST_MAX (2 * REGEX_HEIGHT_MAX + 16)

#define SURROGATE_FIRST 0xd800u
#define SURROGATE_LAST 0xdfffu

struct emitter {
	struct buf *out;
	bool fold;		/* what holds here */
};

static void emit(struct emitter *e, const struct regex_node *n);

static void set_fold(struct emitter *e, bool fold)
{
	if (e->fold != fold)
		buf_addz(e->out, fold ? "(?i)" : "(?-i)");
	e->fold = fold;
}

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

static void emit_class(struct emitter *e, const struct regex_node *n)
{
	const struct regex_class *k = n->cls;

	set_fold(e, n->fold);
	if (!n->fold || all_fold(k)) {
		add_brackets(e->out, k);
		return;
	}
	if (!k->negated) {
		add_union(e->out, k);
		return;
	}
	buf_addz(e->out, "(?:(?!");
	add_union(e->out, k);
	buf_addz(e->out, ").)");
}

/* ---- the rest ---- */

static void emit_literal(struct emitter *e, const struct regex_node *n)
{
	if (n->c >= SURROGATE_FIRST && n->c <= SURROGATE_LAST) {
		buf_addz(e->out, "(?!)");
		return;
	}
	set_fold(e, n->fold);
	add_code(e->out, n->c);
}

static const char *fixed_text(enum regex_op op)
{
	switch (op) {
	case RE_ANY:
		return ".";
	case RE_ANY_IN_LINE:
		return "[^\\n]";
	case RE_TEXT_START:
		return "\\A";
	case RE_TEXT_END:
		return "\\z";
	case RE_LINE_START:
		return "(?<![^\\n])";
	case RE_LINE_END:
		return "(?![^\\n])";
	case RE_WORD_EDGE:
		return "\\b";
	case RE_NO_WORD_EDGE:
		return "\\B";
	default:
		return "";
	}
}

/* The flags set inside end with the group. */
static void emit_group(struct emitter *e, const char *open,
		       const struct regex_node *n)
{
	bool fold = e->fold;

	buf_addz(e->out, open);
	emit(e, n);
	buf_addc(e->out, ')');
	e->fold = fold;
}

static bool is_one_char(const struct regex_node *n)
{
	return n->op == RE_LITERAL || n->op == RE_CLASS || n->op == RE_ANY ||
	       n->op == RE_ANY_IN_LINE;
}

static void emit_repeat(struct emitter *e, const struct regex_node *n)
{
	/* Never taken, but its groups count.  Not PCRE2's {0}: that takes an
	 * anchor inside for one of the whole pattern. */
	if (n->max == 0) {
		buf_addz(e->out, "(?:|(?!)");
		emit_group(e, "(?:", n->children);
		buf_addc(e->out, ')');
		return;
	}
	if (is_one_char(n->children) || n->children->op == RE_CAPTURE)
		emit(e, n->children);
	else
		emit_group(e, "(?:", n->children);
	if (n->max < 0)
		buf_printf(e->out, "{%d,}", n->min);
	else
		buf_printf(e->out, "{%d,%d}", n->min, n->max);
	if (n->lazy)
		buf_addc(e->out, '?');
}

static void emit_concat(struct emitter *e, const struct regex_node *n)
{
	for (const struct regex_node *k = n->children; k; k = k->next) {
		if (k->op == RE_ALTERNATE)
			emit_group(e, "(?:", k);
		else
			emit(e, k);
	}
}

static void emit_alternate(struct emitter *e, const struct regex_node *n)
{
	for (const struct regex_node *k = n->children; k; k = k->next) {
		if (k != n->children)
			buf_addc(e->out, '|');
		if (k->op == RE_ALTERNATE)
			emit_group(e, "(?:", k);
		else
			emit(e, k);
	}
}

/* As deep as the tree is high, REGEX_HEIGHT_MAX. */
static void emit(struct emitter *e, const struct regex_node *n)
{
	switch (n->op) {
	case RE_LITERAL:
		emit_literal(e, n);
		break;
	case RE_CLASS:
		emit_class(e, n);
		break;
	case RE_REPEAT:
		emit_repeat(e, n);
		break;
	case RE_CAPTURE:
		emit_group(e, "(", n->children);
		break;
	case RE_CONCAT:
		emit_concat(e, n);
		break;
	case RE_ALTERNATE:
		emit_alternate(e, n);
		break;
	default:
		buf_addz(e->out, fixed_text(n->op));
	}
}

/* Append the pattern, which is meant for PCRE2_UTF and PCRE2_DOTALL without
 * PCRE2_UCP; nothing else in it depends on options.  Groups keep their numbers
 * but have no names. */
static void emit_tree(struct buf *b, const struct regex_tree *tree)
{
	struct emitter e = { b, false };

	emit(&e, tree->root);
}

/* ---- matching ---- */

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

struct regex_pcre {
	pcre2_general_context *memory;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

/* Compile the emitted pattern.  Only its size can be wrong here: PCRE2 has
 * lower limits than RE2. */
static int compile(struct arena *a, struct regex_pcre *p, str expression,
		   const struct buf *pattern, str *error)
{
	pcre2_compile_context *context =
		pcre2_compile_context_create(p->memory);
	int code = 0;
	size_t offset;

	if (!context)
		mem_fail();
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(context, NEST_MAX);
	p->code = pcre2_compile((PCRE2_SPTR)pattern->p, pattern->n,
				PCRE2_UTF | PCRE2_DOTALL, &code, &offset,
				context);
	if (!p->code && code == PCRE2_ERROR_HEAP_FAILED)
		mem_fail();
	pcre2_compile_context_free(context);
	if (p->code)
		return 0;
	*error = arena_printf(a, "error parsing regexp: expression too large: "
			      "`%.*s`", STR_ARG(expression));
	return -1;
}

static void prepare(struct regex_pcre *p)
{
	p->data = pcre2_match_data_create_from_pattern(p->code, p->memory);
	p->limits = pcre2_match_context_create(p->memory);
	if (!p->data || !p->limits)
		mem_fail();
	pcre2_set_match_limit(p->limits, STEPS_MAX);
	pcre2_set_heap_limit(p->limits, HEAP_MAX_KIB);
}

int regex_open(struct arena *a, str expression, struct regex *re, str *error)
{
	struct buf pattern = BUF_INIT;
	struct regex_tree tree;
	int result;

	*re = (struct regex){ .pcre = arena_new(a, struct regex_pcre) };
	if (regex_parse(a, expression, &tree, error) < 0)
		return -1;
	re->pcre->memory = pcre2_general_context_create(pcre_alloc, pcre_free,
							NULL);
	if (!re->pcre->memory)
		mem_fail();
	re->names = tree.names;
	re->groups = tree.groups;
	emit_tree(&pattern, &tree);
	buf_z(&pattern);
	result = compile(a, re->pcre, expression, &pattern, error);
	buf_release(&pattern);
	if (result < 0) {
		pcre2_general_context_free(re->pcre->memory);
		return -1;
	}
	prepare(re->pcre);
	return 0;
}

int regex_match(struct regex *re, str s, size_t from, str *error)
{
	struct regex_pcre *p = re->pcre;
	int n = pcre2_match(p->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, from,
			    PCRE2_NO_UTF_CHECK, p->data, p->limits);

	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
	if (n == PCRE2_ERROR_NOMEMORY)
		mem_fail();
	if (n < 0) {
		*error = STR("regexp: the search takes too many steps");
		return -1;
	}
	re->at = pcre2_get_ovector_pointer(p->data);
	return 1;
}

void regex_close(struct regex *re)
{
	pcre2_match_data_free(re->pcre->data);
	pcre2_match_context_free(re->pcre->limits);
	pcre2_code_free(re->pcre->code);
	pcre2_general_context_free(re->pcre->memory);
}

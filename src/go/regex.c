/* regex - see regex.h.  The only file that includes <pcre2.h>. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "go/regex.h"

#include <pcre2.h>

#include "go/regex_emit.h"

/* Steps from one starting place (PCRE2's own default), and memory. */
#define STEPS_MAX 10000000
#define HEAP_MAX_KIB (64 * 1024)
/* The emitted pattern has two groups at most where the tree has a level. */
#define NEST_MAX (2 * REGEX_HEIGHT_MAX + 16)

struct regex_pcre {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

/* Compile what was emitted.  Only an expression's size can be wrong here: PCRE2
 * holds less than RE2. */
static int compile(struct arena *a, struct regex_pcre *p, str expression,
		   const struct buf *pattern, str *error)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	int code = 0;
	size_t offset;

	if (context) {
		pcre2_set_newline(context, PCRE2_NEWLINE_LF);
		pcre2_set_parens_nest_limit(context, NEST_MAX);
		p->code = pcre2_compile((PCRE2_SPTR)pattern->p, pattern->n,
					PCRE2_UTF | PCRE2_DOTALL, &code,
					&offset, context);
	}
	pcre2_compile_context_free(context);
	if (p->code)
		return 0;
	*error = arena_printf(a, "error parsing regexp: expression too large: "
			      "`%.*s`", STR_ARG(expression));
	return -1;
}

static int prepare(struct arena *a, struct regex_pcre *p, str *error)
{
	p->data = pcre2_match_data_create_from_pattern(p->code, NULL);
	p->limits = pcre2_match_context_create(NULL);
	if (!p->data || !p->limits) {
		*error = arena_printf(a, "out of memory");
		return -1;
	}
	pcre2_set_match_limit(p->limits, STEPS_MAX);
	pcre2_set_heap_limit(p->limits, HEAP_MAX_KIB);
	return 0;
}

int regex_open(struct arena *a, str expression, struct regex *re, str *error)
{
	struct buf pattern = BUF_INIT;
	int result;

	*re = (struct regex){ .pcre = arena_new(a, struct regex_pcre) };
	if (regex_parse(a, expression, &re->tree, error) < 0)
		return -1;
	regex_emit(&pattern, &re->tree);
	buf_z(&pattern);
	result = compile(a, re->pcre, expression, &pattern, error);
	buf_release(&pattern);
	return result < 0 ? -1 : prepare(a, re->pcre, error);
}

int regex_match(struct regex *re, str s, size_t from, str *error)
{
	struct regex_pcre *p = re->pcre;
	int n = pcre2_match(p->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, from,
			    PCRE2_NO_UTF_CHECK, p->data, p->limits);

	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
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
}

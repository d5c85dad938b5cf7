/* scope - the parser's state: errors, tokens, nodes, variables. */
#include "tmpl/scope.h"

#include <stdio.h>

#include "go/strconv.h"

/* ---- errors ---- */

void *scope_fail(struct scope *s, const char *fmt, ...)
{
	char text[sizeof(s->p->e->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(s->p->e, POS_NONE, "template: %.*s:%u: %s",
		STR_ARG(s->p->tmpl->name), s->token[0].line, text);
	return NULL;
}

void *scope_fail_quoted(struct scope *s, const char *what, str name,
			const char *behind)
{
	struct buf b = BUF_INIT;

	quote_text(&b, name, false);
	scope_fail(s, "%s %s%s", what, buf_z(&b), behind);
	buf_release(&b);
	return NULL;
}

void *scope_fail_node(struct scope *s, const char *what,
		      const struct ast *n)
{
	struct buf b = BUF_INIT;

	ast_write(&b, n);
	scope_fail(s, "%s %s", what, buf_z(&b));
	buf_release(&b);
	return NULL;
}

void *scope_unexpected(struct scope *s, struct token t, const char *context)
{
	struct buf b = BUF_INIT;
	bool elsewhere = s->action_line && s->action_line != t.line;

	token_describe(&b, &t);
	if (t.kind != TOKEN_ERROR)
		scope_fail(s, "unexpected %s in %s", buf_z(&b), context);
	else if (elsewhere)
		scope_fail(s, "%s%s started at %.*s:%u", buf_z(&b),
			   str_ends(t.text, STR(" action")) ? "" :
			   " in action", STR_ARG(s->p->tmpl->name),
			   s->action_line);
	else
		scope_fail(s, "%s", buf_z(&b));
	buf_release(&b);
	return NULL;
}

bool scope_enter(struct scope *s)
{
	if (s->p->depth == PARSE_DEPTH_MAX) {
		scope_fail(s, "max expression depth exceeded");
		return false;
	}
	s->p->depth++;
	return true;
}

/* ---- tokens ---- */

struct token scope_next(struct scope *s)
{
	if (s->peeked)
		s->peeked--;
	else
		s->token[0] = lexer_next(&s->p->lexer);
	return s->token[s->peeked];
}

void scope_back(struct scope *s)
{
	s->peeked++;
}

struct token scope_peek(struct scope *s)
{
	struct token t = scope_next(s);

	scope_back(s);
	return t;
}

struct token scope_next_word(struct scope *s)
{
	struct token t;

	do
		t = scope_next(s);
	while (t.kind == TOKEN_SPACE);
	return t;
}

struct token scope_peek_word(struct scope *s)
{
	struct token t = scope_next_word(s);

	scope_back(s);
	return t;
}

bool scope_expect(struct scope *s, enum token_kind kind, const char *context)
{
	struct token t = scope_next_word(s);

	if (t.kind == kind)
		return true;
	scope_unexpected(s, t, context);
	return false;
}

/* ---- nodes ---- */

struct ast *scope_node(struct scope *s, enum ast_kind kind, uint32_t pos)
{
	struct ast *n = arena_new(s->p->arena, struct ast);

	n->kind = kind;
	n->pos = pos;
	return n;
}

/* Make space for one more in an array whose capacity has 32 bits: that keeps
 * nodes small, and most have one or two children. */
static void *grow(struct arena *a, void *at, uint32_t n, uint32_t *cap,
		  size_t size)
{
	void *more;

	if (n < *cap)
		return at;
	*cap = *cap ? 2 * *cap : 2;	/* most have one or two */
	more = arena_alloc_array(a, *cap, size);
	if (n)
		memcpy(more, at, n * size);
	return more;
}

void scope_append(struct scope *s, struct ast_list *l, const struct ast *n)
{
	l->at = grow(s->p->arena, l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n++] = n;
}

void scope_append_name(struct scope *s, struct str_list *l, str name)
{
	l->at = grow(s->p->arena, l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n++] = name;
}

uint32_t scope_variable(struct scope *s, str name)
{
	struct str_list *l = &s->p->variables;
	uint32_t i;

	for (i = l->n; i > 0; i--)
		if (str_eq(l->at[i - 1], name))
			return i - 1;
	scope_append_name(s, l, name);
	return l->n - 1;
}

void scope_know(struct scope *s, uint32_t id)
{
	s->known = grow(s->p->arena, s->known, s->n_known, &s->cap_known,
			sizeof(*s->known));
	s->known[s->n_known++] = id;
}

bool scope_knows(const struct scope *s, uint32_t id)
{
	uint32_t i;

	for (i = s->n_known; i > 0; i--)
		if (s->known[i - 1] == id)
			return true;
	return false;
}

void scope_init(struct scope *s, struct parser *p)
{
	*s = (struct scope){ .p = p };
	scope_know(s, 0);
}

/* scope - the parser's state: errors, tokens, nodes, variables. */
#include "tmpl/scope.h"

#include <stdio.h>

#include "go/strconv.h"

/* ---- errors ---- */

static uint32_t line_of(const struct scope *s, uint32_t pos)
{
	return tmpl_line(s->p->tmpl, pos, NULL);
}

void *scope_fail(struct scope *s, const char *fmt, ...)
{
	char text[sizeof(s->p->e->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(s->p->e, POS_NONE, "template: %.*s:%u: %s",
		STR_ARG(s->p->tmpl->name), line_of(s, s->token[0].pos), text);
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

void *scope_unexpected(struct scope *s, const struct token *t,
		       const char *context)
{
	struct buf b = BUF_INIT;
	uint32_t line = line_of(s, s->action_pos);

	token_describe(&b, t);
	if (t->kind != TOKEN_ERROR)
		scope_fail(s, "unexpected %s in %s", buf_z(&b), context);
	else if (s->in_action && line != line_of(s, t->pos))
		scope_fail(s, "%s%s started at %.*s:%u", buf_z(&b),
			   str_ends(t->text, STR(" action")) ? "" :
			   " in action", STR_ARG(s->p->tmpl->name), line);
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

void scope_fill(struct scope *s)
{
	s->token[s->peeked++] = *lexer_next(&s->p->lexer);
}

bool scope_expect(struct scope *s, enum token_kind kind, const char *context)
{
	const struct token *t = scope_next(s);

	if (t->kind == kind)
		return true;
	scope_unexpected(s, t, context);
	return false;
}

/* ---- nodes ---- */

struct ast *scope_node(struct scope *s, enum ast_kind kind, uint32_t pos)
{
	struct ast *n = arena_alloc(s->p->arena, sizeof(*n));

	memset(n, 0, sizeof(*n));	/* by the compiler, not by a call */
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

void scope_append_name(struct scope *s, struct name_list *l, str text)
{
	l->at = grow(s->p->arena, l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n++] = (struct name){ .text = text };
}

/* ---- names by number ---- */

static uint32_t *slot_of(const struct numbers *n, str name)
{
	uint32_t at = str_hash(name) & n->mask;

	while (n->slots[at] && !str_eq(n->names[n->slots[at] - 1], name))
		at = (at + 1) & n->mask;
	return &n->slots[at];
}

/* Half of the slots stay free. */
static void make_slots(struct arena *a, struct numbers *n)
{
	uint32_t size = n->slots ? 2 * (n->mask + 1) : 32;

	n->slots = arena_zarray(a, uint32_t, size);
	n->mask = size - 1;
	for (uint32_t i = 0; i < n->n; i++)
		*slot_of(n, n->names[i]) = i + 1;
}

static uint32_t find_number(const struct numbers *n, str name)
{
	return n->slots ? *slot_of(n, name) - 1 : NUMBER_NONE;
}

static uint32_t add_number(struct scope *s, struct numbers *n, str name)
{
	if (!n->slots || 2 * (n->n + 1) > n->mask)
		make_slots(s->p->arena, n);
	n->names = grow(s->p->arena, n->names, n->n, &n->cap,
			sizeof(*n->names));
	n->names[n->n++] = name;
	*slot_of(n, name) = n->n;
	return n->n - 1;
}

struct definition *scope_definition(const struct parser *p, str name)
{
	uint32_t number = find_number(&p->defined, name);

	return number == NUMBER_NONE ? NULL : p->by_number[number];
}

struct definition *scope_define(struct scope *s, str name)
{
	struct parser *p = s->p;
	struct definition *d = arena_new(p->arena, struct definition);
	uint32_t number = add_number(s, &p->defined, name);

	d->name = name;
	d->next = p->definitions;
	p->definitions = d;
	p->by_number = grow(p->arena, p->by_number, number,
			    &p->cap_definitions, sizeof(*p->by_number));
	p->by_number[number] = d;
	return d;
}

/* ---- variables ---- */

uint32_t scope_variable(struct scope *s, str name)
{
	uint32_t number = find_number(&s->p->variables, name);

	return number == NUMBER_NONE ?
		       add_number(s, &s->p->variables, name) : number;
}

void scope_know(struct scope *s, uint32_t id)
{
	uint32_t had = s->cap_times;

	while (id >= s->cap_times)
		s->times = grow(s->p->arena, s->times, s->cap_times,
				&s->cap_times, sizeof(*s->times));
	if (had < s->cap_times)
		memset(s->times + had, 0,
		       (s->cap_times - had) * sizeof(*s->times));
	s->times[id]++;
	s->known = grow(s->p->arena, s->known, s->n_known, &s->cap_known,
			sizeof(*s->known));
	s->known[s->n_known++] = id;
}

bool scope_knows(const struct scope *s, uint32_t id)
{
	return id < s->cap_times && s->times[id] > 0;
}

void scope_forget(struct scope *s, uint32_t n)
{
	while (s->n_known > n)
		s->times[s->known[--s->n_known]]--;
}

void scope_init(struct scope *s, struct parser *p)
{
	*s = (struct scope){ .p = p };
	scope_know(s, 0);
}

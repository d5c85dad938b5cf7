/*
 * scope - the parser's state, below the grammar: the text being parsed, and one
 * template in it.
 */
#ifndef TMPL_SCOPE_H
#define TMPL_SCOPE_H

#include "tmpl/ast.h"

/* How deeply parentheses and control structures may nest. */
#define PARSE_DEPTH_MAX 1000u

/* Names, each of which has its place as a number. */
struct numbers {
	str *names;
	uint32_t n, cap;
	uint32_t *slots;	/* number + 1 by hash; 0: free */
	uint32_t mask;
};

#define NUMBER_NONE UINT32_MAX

/* For the whole text. */
struct parser {
	struct arena *arena;
	struct tmpl *tmpl;
	struct lexer lexer;
	struct definition *definitions;	/* the newest first */
	struct numbers defined;		/* their names */
	struct definition **by_number;
	uint32_t cap_definitions;
	struct bound *bound;
	struct ast_list calls;		/* template nodes, for their targets */
	struct numbers variables;
	uint32_t depth;
	struct err *e;
};

/* For one template in it. */
struct scope {
	struct parser *p;
	struct token token[2];		/* [0] is the one read last */
	uint32_t peeked;		/* how many of them are unread */
	uint32_t *known;		/* numbers of variables */
	uint32_t n_known, cap_known;
	uint32_t *times;		/* by number: how often it is known */
	uint32_t cap_times;
	bool in_action;
	uint32_t action_pos;		/* where it started */
	uint32_t ranges;		/* surrounding this place */
};

void scope_init(struct scope *s, struct parser *p);

/* "template: NAME:LINE: " and the text; always NULL. */
void *scope_fail(struct scope *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same with a quoted text, or a node, after `what`. */
void *scope_fail_quoted(struct scope *s, const char *what, str name,
			const char *behind);
void *scope_fail_node(struct scope *s, const char *what,
		      const struct ast *n);
/* Fail at an unexpected token; if it is an error, with its text. */
void *scope_unexpected(struct scope *s, const struct token *t,
		       const char *context);
/* One level deeper; false, with an error, if there are too many.  To leave the
 * level: p->depth--. */
bool scope_enter(struct scope *s);

/* Make the next token of the text an unread one; for scope_peek() only. */
void scope_fill(struct scope *s);
/* The next token, which stays unread.  The pointer is valid until another token
 * is read from the text; so is that of scope_next(). */
static inline const struct token *scope_peek(struct scope *s)
{
	if (!s->peeked)
		scope_fill(s);
	return &s->token[s->peeked - 1];
}
/* Read the next token; put the token back that was read last. */
static inline const struct token *scope_next(struct scope *s)
{
	const struct token *t = scope_peek(s);

	s->peeked--;
	return t;
}
static inline void scope_back(struct scope *s)
{
	s->peeked++;
}
/* Put a token back before the one that is unread. */
static inline void scope_back_before(struct scope *s, struct token t)
{
	s->token[s->peeked++] = t;
}
bool scope_expect(struct scope *s, enum token_kind kind,
		  const char *context);

/* Make a node, append it to a list, append a name to a path. */
struct ast *scope_node(struct scope *s, enum ast_kind kind, uint32_t pos);
void scope_append(struct scope *s, struct ast_list *l, const struct ast *n);
void scope_append_name(struct scope *s, struct name_list *l, str text);

/* The definition of that name, or NULL; and a new one. */
struct definition *scope_definition(const struct parser *p, str name);
struct definition *scope_define(struct scope *s, str name);

/* Variables by their number, which scope_variable() finds or assigns. */
uint32_t scope_variable(struct scope *s, str name);
void scope_know(struct scope *s, uint32_t id);
bool scope_knows(const struct scope *s, uint32_t id);
/* Forget all but the first n of those that are known. */
void scope_forget(struct scope *s, uint32_t n);

#endif

/*
 * scope - what the parts of the parser share: the text being parsed, and the
 * state of one template in it.
 */
#ifndef TMPL_SCOPE_H
#define TMPL_SCOPE_H

#include "tmpl/lex.h"
#include "tmpl/parse.h"

struct str_list {
	str *at;
	uint32_t n, cap;
};

/* For the whole text. */
struct parser {
	struct arena *arena;
	struct tmpl *tmpl;
	struct lexer lexer;
	struct definition *definitions;
	struct bound *bound;
	struct ast_list calls;		/* template nodes, for their targets */
	struct str_list variables;	/* names by number */
	uint32_t depth;
	struct err *e;
};

/* For one template in it. */
struct scope {
	struct parser *p;
	struct token token[3];		/* [0] is the one read last */
	uint32_t peeked;		/* so many of them are yet to come */
	uint32_t *known;		/* numbers of variables */
	uint32_t n_known, cap_known;
	uint32_t action_line;		/* where the action began, or 0 */
	uint32_t ranges;		/* around this place */
};

void scope_init(struct scope *s, struct parser *p);

/* "template: NAME:LINE: " and the text; always NULL. */
void *scope_fail(struct scope *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The same with a name or text in quotes, or a node, between two parts. */
void *scope_fail_quoted(struct scope *s, const char *what, str name,
			const char *behind);
void *scope_fail_node(struct scope *s, const char *what,
		      const struct ast *n);
/* A token that may not stand here; its own words if it is an error. */
void *scope_unexpected(struct scope *s, struct token t, const char *context);
/* One level deeper; false, with an error, if there are too many.  Coming back
 * is p->depth--. */
bool scope_enter(struct scope *s);

/* Tokens; a word is any but blanks, which are dropped on the way to it. */
struct token scope_next(struct scope *s);
void scope_back(struct scope *s);
struct token scope_peek(struct scope *s);
struct token scope_next_word(struct scope *s);
struct token scope_peek_word(struct scope *s);
bool scope_expect(struct scope *s, enum token_kind kind,
		  const char *context);

struct ast *scope_node(struct scope *s, enum ast_kind kind, uint32_t pos);
void scope_append(struct scope *s, struct ast_list *l, const struct ast *n);
void scope_append_name(struct scope *s, struct str_list *l, str name);

/* Variables by their number, which scope_variable() finds or gives. */
uint32_t scope_variable(struct scope *s, str name);
void scope_know(struct scope *s, uint32_t id);
bool scope_knows(const struct scope *s, uint32_t id);

/* parse_pipe.c: a pipeline up to the token `end`, which is read; NULL after
 * an error. */
const struct ast *parse_pipeline(struct scope *s, const char *context,
				 enum token_kind end);

#endif

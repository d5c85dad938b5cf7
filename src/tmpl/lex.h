/*
 * lex - a template as tokens, one at a time.
 *
 * Where a token starts, the line that an error names and the words of the
 * errors are part of what Go's text/template promises to its users, so the
 * lexer keeps count of lines the way its lexer does: a token carries the line
 * that the text before it ended on.
 */
#ifndef TMPL_LEX_H
#define TMPL_LEX_H

#include "base/arena.h"
#include "base/str.h"

enum token_kind {
	TOKEN_ERROR,		/* text says what is wrong */
	TOKEN_BOOL,
	TOKEN_CHAR,		/* any other printable ASCII, as a comma */
	TOKEN_CHAR_CONSTANT,
	TOKEN_COMPLEX,		/* 1+2i; a lone 2i is a number */
	TOKEN_ASSIGN,		/* = */
	TOKEN_DECLARE,		/* := */
	TOKEN_EOF,
	TOKEN_FIELD,		/* .name */
	TOKEN_IDENTIFIER,
	TOKEN_LEFT_DELIM,
	TOKEN_LEFT_PAREN,
	TOKEN_NUMBER,
	TOKEN_PIPE,
	TOKEN_RAW_STRING,	/* quotes included */
	TOKEN_RIGHT_DELIM,
	TOKEN_RIGHT_PAREN,
	TOKEN_SPACE,
	TOKEN_STRING,		/* quotes included */
	TOKEN_TEXT,
	TOKEN_VARIABLE,		/* $ or $name */
	TOKEN_KEYWORD,		/* none: those from here on are keywords */
	TOKEN_BLOCK,
	TOKEN_BREAK,
	TOKEN_CONTINUE,
	TOKEN_DOT,
	TOKEN_DEFINE,
	TOKEN_ELSE,
	TOKEN_END,
	TOKEN_IF,
	TOKEN_NIL,
	TOKEN_RANGE,
	TOKEN_TEMPLATE,
	TOKEN_WITH,
};

struct token {
	enum token_kind kind;
	uint32_t pos;		/* byte offset in the template */
	uint32_t line;
	str text;
};

struct lexer {
	struct arena *arena;	/* for the texts of errors */
	str input;
	uint32_t pos, start;	/* now; where the token began */
	uint32_t line, start_line;
	uint32_t parens;
	bool in_action;
	struct token token;
};

void lexer_init(struct lexer *l, struct arena *a, str input);
struct token lexer_next(struct lexer *l);
/* How an error names the token: its text in quotes, cut after ten characters;
 * <if> for a keyword. */
void token_describe(struct buf *out, const struct token *t);

#endif

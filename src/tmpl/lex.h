/*
 * lex - a template as tokens, one at a time, and the values of numbers.
 *
 * Where a token starts and the words of errors are part of what Go's
 * text/template promises to its users.  The line that an error names is that of
 * a token's position; only errors count lines.
 */
#ifndef TMPL_LEX_H
#define TMPL_LEX_H

#include "base/arena.h"
#include "base/str.h"

enum token_kind {
	TOKEN_ERROR,		/* its text is the error */
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
	TOKEN_STRING,		/* quotes included */
	TOKEN_TEXT,
	TOKEN_VARIABLE,		/* $ or $name */
	TOKEN_KEYWORD,		/* not a token: keywords follow */
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
	bool spaced;		/* in an action: blanks come before it */
	str text;
};

struct lexer {
	struct arena *arena;	/* for the texts of errors */
	str input;
	uint32_t pos, start;	/* of the lexer, of the token */
	uint32_t parens;
	bool in_action, spaced;
	struct token token;
};

/* Start at the beginning of the input. */
void lexer_init(struct lexer *l, struct arena *a, str input);
/* Read the next token, which lasts until another is read. */
const struct token *lexer_next(struct lexer *l);
/* Append the token as errors name it: its text in quotes, cut after ten
 * characters; <if> for a keyword. */
void token_describe(struct buf *out, const struct token *t);

/* ---- numbers ---- */

/* A constant has no type before it is used; it is kept as every type it fits
 * ("ideal constants"). */
struct number {
	bool is_int, is_uint, is_float, is_complex;
	int64_t i;
	uint64_t u;
	double f;
	double complex[2];	/* real, imaginary */
	str text;		/* as written */
};

/* Read a number as the lexer found it: 0, or -1 with the error text appended to
 * `why`. */
int number_read(struct number *n, str text, struct buf *why);
/* The same for a complex number (1+2i), and for a character constant ('a'). */
int number_read_complex(struct number *n, str text, struct buf *why);
int number_read_char(struct number *n, str text, struct buf *why);

#endif

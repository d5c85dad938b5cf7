/*
 * ast - a parsed template: nodes as in text/template/parse/node.go.
 *
 * Nodes are immutable, but for name.found, and live in the template's arena.
 * `pos` is the byte errors name, the same as in Go: an if is at its pipeline, a
 * chain at its first field.
 *
 * Nodes are small, and close to their children in memory: a large template does
 * not fit the nearest cache.
 */
#ifndef TMPL_AST_H
#define TMPL_AST_H

#include <stdatomic.h>

#include "tmpl/lex.h"
#include "tmpl/tmpl.h"

enum ast_kind {
	AST_TEXT,
	AST_ACTION,
	AST_IF,
	AST_RANGE,
	AST_WITH,
	AST_TEMPLATE,
	AST_BREAK,
	AST_CONTINUE,
	AST_ELSE,	/* AST_ELSE and AST_END: only while parsing */
	AST_END,
	AST_PIPE,
	AST_COMMAND,
	AST_BOOL,
	AST_CHAIN,
	AST_DOT,
	AST_FIELD,
	AST_FUNCTION,
	AST_NIL,
	AST_NUMBER,
	AST_STRING,
	AST_VARIABLE,
};

struct ast;

struct ast_list {
	const struct ast **at;
	uint32_t n, cap;
};

/* A name of a path, and where it was found the last time: all but few are there
 * again, in the next execution as well.  Executions share that, and only write
 * what differs. */
struct name {
	str text;
	_Atomic uint32_t found;
};

struct name_list {
	struct name *at;
	uint32_t n, cap;
};

/* Variables are numbered by name: the same name has the same number in the
 * whole text.  `$` is 0. */
struct declared {
	uint32_t id;
	str name;
};

/* A template in the text: the text itself, a define or a block. */
struct definition {
	str name;
	struct ast_list body;
	const struct definition *next;
};

struct ast {
	enum ast_kind kind;
	uint32_t pos;
	union {
		str text;		/* of a text */
		bool truth;		/* of a bool */
		struct ast_list args;	/* of a command */
		const struct ast *action;	/* pipeline of an action */
		const struct bound *function;
		const struct number *number;
		struct {
			str quoted, text;
		} string;
		struct {		/* if, range, with */
			const struct ast *pipe;
			const struct ast_list *body;
			const struct ast_list *otherwise;	/* or NULL */
		} branch;
		struct {
			str name;
			const struct ast *pipe;		/* or NULL */
			const struct definition *target;	/* or NULL */
		} template;
		struct {
			struct ast_list commands;
			struct declared *declared;	/* up to 2 */
			uint32_t n_declared;
			bool assigns;		/* =, not := */
		} pipe;
		struct {
			struct name_list fields;
			union {
				const struct ast *base;	/* of a chain */
				const struct declared *variable;
			};
		} path;			/* chain, field, variable */
	};
};

/* Append the node as errors show it: the source with blanks normalised. */
void ast_write(struct buf *out, const struct ast *n);

struct tmpl {
	str name, text;
	const struct definition *main;
	struct func_tables tables;
	uint32_t n_variables;		/* names of variables */
};

/* The line of a byte of the template, from 1; and its column in bytes, from 0,
 * if `column` is not NULL. */
uint32_t tmpl_line(const struct tmpl *t, uint32_t pos, uint32_t *column);

#endif

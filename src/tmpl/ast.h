/*
 * ast - a parsed template: nodes as text/template/parse/node.go has them.
 *
 * Nodes are immutable and live in the template's arena.  `pos` is the byte
 * that errors name, which is Go's: an if is at its pipeline, a chain at its
 * first field.
 *
 * They are kept small, and near to what they consist of: a large template is
 * more than the nearest cache holds.
 */
#ifndef TMPL_AST_H
#define TMPL_AST_H

#include "tmpl/literal.h"
#include "tmpl/signature.h"

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

struct names {
	const str *at;
	uint32_t n;
};

/* A variable's number stands for its name: the same name has the same number
 * in the whole text.  `$` is 0. */
struct declared {
	uint32_t id;
	str name;
};

/* A template within the text: the text itself, define and block. */
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
			struct names fields;
			union {
				const struct ast *base;	/* of a chain */
				const struct declared *variable;
			};
		} path;			/* chain, field, variable */
	};
};

/* The node as an error shows it: what was written, with blanks normalised. */
void ast_write(struct buf *out, const struct ast *n);

#endif

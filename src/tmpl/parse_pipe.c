/*
 * parse_pipe - the part of the grammar between delimiters (see parse.c):
 * pipelines, commands, operands, terms.
 */
#include "tmpl/literal.h"
#include "go/strconv.h"
#include "tmpl/scope.h"

/* ---- terms ---- */

static const struct ast *parse_function(struct scope *s, struct token t)
{
	struct parser *p = s->p;
	struct ast *n = scope_node(s, AST_FUNCTION, t.pos);
	const struct func *f;
	struct bound *b;

	for (b = p->bound; b; b = (struct bound *)b->next)
		if (str_eq(str_of(b->func->name), t.text))
			break;
	if (!b) {
		f = func_find(&p->tmpl->tables, t.text);
		if (!f)
			return scope_fail_quoted(s, "function", t.text,
						 " not defined");
		b = arena_new(p->arena, struct bound);
		func_bind(b, p->arena, f, &p->tmpl->tables);
		b->next = p->bound;
		p->bound = b;
	}
	n->function = b;
	return n;
}

static const struct ast *parse_number(struct scope *s, struct token t)
{
	struct ast *n = scope_node(s, AST_NUMBER, t.pos);
	struct number *number = arena_new(s->p->arena, struct number);
	struct buf why = BUF_INIT;
	int rc;

	if (t.kind == TOKEN_CHAR_CONSTANT)
		rc = number_read_char(number, t.text, &why);
	else if (t.kind == TOKEN_COMPLEX)
		rc = number_read_complex(number, t.text, &why);
	else
		rc = number_read(number, t.text, &why);
	if (rc < 0)
		scope_fail(s, "%s", buf_z(&why));
	buf_release(&why);
	n->number = number;
	return rc < 0 ? NULL : n;
}

static const struct ast *parse_string(struct scope *s, struct token t)
{
	struct ast *n = scope_node(s, AST_STRING, t.pos);

	n->string.quoted = t.text;
	if (unquote(&n->string.text, s->p->arena, t.text) < 0)
		return scope_fail(s, "invalid syntax");
	return n;
}

static const struct ast *parse_variable(struct scope *s, struct token t)
{
	struct ast *n = scope_node(s, AST_VARIABLE, t.pos);
	struct declared *variable = arena_new(s->p->arena, struct declared);

	variable->id = scope_variable(s, t.text);
	variable->name = t.text;
	n->path.variable = variable;
	if (!scope_knows(s, variable->id))
		return scope_fail_quoted(s, "undefined variable", t.text, "");
	return n;
}

static const struct ast *parse_field(struct scope *s, struct token t)
{
	struct ast *n = scope_node(s, AST_FIELD, t.pos);
	str *name = arena_new(s->p->arena, str);

	*name = str_sub(t.text, 1, t.text.n);
	n->path.fields = (struct names){ name, 1 };
	return n;
}

static const struct ast *parse_parens(struct scope *s)
{
	const struct ast *n;

	if (!scope_enter(s))
		return NULL;
	n = parse_pipeline(s, "parenthesized pipeline", TOKEN_RIGHT_PAREN);
	s->p->depth--;
	return n;
}

/* 1 and a term, 0 if the next token begins none, -1. */
static int parse_term(struct scope *s, const struct ast **out)
{
	struct token t = scope_next_word(s);
	struct ast *n;

	switch (t.kind) {
	case TOKEN_IDENTIFIER:
		*out = parse_function(s, t);
		break;
	case TOKEN_DOT:
		*out = scope_node(s, AST_DOT, t.pos);
		break;
	case TOKEN_NIL:
		*out = scope_node(s, AST_NIL, t.pos);
		break;
	case TOKEN_VARIABLE:
		*out = parse_variable(s, t);
		break;
	case TOKEN_FIELD:
		*out = parse_field(s, t);
		break;
	case TOKEN_BOOL:
		n = scope_node(s, AST_BOOL, t.pos);
		n->truth = t.text.p[0] == 't';
		*out = n;
		break;
	case TOKEN_CHAR_CONSTANT:
	case TOKEN_COMPLEX:
	case TOKEN_NUMBER:
		*out = parse_number(s, t);
		break;
	case TOKEN_LEFT_PAREN:
		*out = parse_parens(s);
		break;
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
		*out = parse_string(s, t);
		break;
	default:
		scope_back(s);
		return 0;
	}
	return *out ? 1 : -1;
}

/* A term with fields behind it.  Fields of fields and of variables make one
 * longer path, which stands where the fields begin. */
static const struct ast *parse_chain(struct scope *s, const struct ast *term)
{
	struct ast *n = scope_node(s, AST_CHAIN, scope_peek(s).pos);
	struct str_list fields = { NULL, 0, 0 };
	str text;

	if (term->kind == AST_FIELD)
		scope_append_name(s, &fields, term->path.fields.at[0]);
	while (scope_peek(s).kind == TOKEN_FIELD) {
		text = scope_next(s).text;
		scope_append_name(s, &fields, str_sub(text, 1, text.n));
	}
	n->path.fields = (struct names){ fields.at, fields.n };
	switch (term->kind) {
	case AST_VARIABLE:
		n->path.variable = term->path.variable;
		n->kind = AST_VARIABLE;
		return n;
	case AST_FIELD:
		n->kind = AST_FIELD;
		return n;
	case AST_BOOL:
	case AST_STRING:
	case AST_NUMBER:
	case AST_NIL:
	case AST_DOT:
		break;
	default:
		n->path.base = term;
		return n;
	}
	return NULL;
}

/* As parse_term. */
static int parse_operand(struct scope *s, const struct ast **out)
{
	const struct ast *term;
	struct buf b = BUF_INIT;
	int rc = parse_term(s, out);

	if (rc <= 0 || scope_peek(s).kind != TOKEN_FIELD)
		return rc;
	term = *out;
	*out = parse_chain(s, term);
	if (*out)
		return 1;
	ast_write(&b, term);
	scope_fail_quoted(s, "unexpected . after term", buf_str(&b), "");
	buf_release(&b);
	return -1;
}

/* ---- pipelines ---- */

static const struct ast *parse_command(struct scope *s)
{
	struct ast *n = scope_node(s, AST_COMMAND, scope_peek_word(s).pos);
	const struct ast *operand;
	struct token t;
	int rc;

	do {
		scope_peek_word(s);
		rc = parse_operand(s, &operand);
		if (rc < 0)
			return NULL;
		if (rc)
			scope_append(s, &n->args, operand);
		t = scope_next(s);
	} while (t.kind == TOKEN_SPACE);
	if (t.kind == TOKEN_RIGHT_DELIM || t.kind == TOKEN_RIGHT_PAREN)
		scope_back(s);
	else if (t.kind != TOKEN_PIPE)
		return scope_unexpected(s, t, "operand");
	if (!n->args.n)
		return scope_fail(s, "empty command");
	return n;
}

static void declare(struct scope *s, struct ast *pipe, struct token variable)
{
	uint32_t id = scope_variable(s, variable.text);

	if (!pipe->pipe.n_declared)
		pipe->pipe.declared = arena_array(s->p->arena,
						  struct declared, 2);
	pipe->pipe.declared[pipe->pipe.n_declared++] =
		(struct declared){ id, variable.text };
	scope_know(s, id);
}

/* Behind "$x,": 1 if another variable may follow, -1. */
static int parse_comma(struct scope *s, const struct ast *pipe,
		       const char *context)
{
	enum token_kind kind;

	if (strcmp(context, "range") || pipe->pipe.n_declared > 1) {
		scope_fail(s, "too many declarations in %s", context);
		return -1;
	}
	kind = scope_peek_word(s).kind;
	if (kind == TOKEN_VARIABLE || kind == TOKEN_RIGHT_DELIM ||
	    kind == TOKEN_RIGHT_PAREN)
		return 1;
	scope_fail(s, "range can only initialize variables");
	return -1;
}

/* The variables before := or =, if there are any.  Whether `$x` is one shows
 * only behind the blanks that follow it; if not, all is put back. */
static int parse_declared(struct scope *s, struct ast *pipe,
			  const char *context)
{
	struct token variable, behind, t;

	for (;;) {
		variable = scope_peek_word(s);
		if (variable.kind != TOKEN_VARIABLE)
			return 0;
		scope_next(s);
		behind = scope_peek(s);
		t = scope_peek_word(s);
		if (t.kind == TOKEN_ASSIGN || t.kind == TOKEN_DECLARE) {
			pipe->pipe.assigns = t.kind == TOKEN_ASSIGN;
			scope_next_word(s);
			declare(s, pipe, variable);
			return 0;
		}
		if (t.kind != TOKEN_CHAR || t.text.p[0] != ',')
			break;
		scope_next_word(s);
		declare(s, pipe, variable);
		if (parse_comma(s, pipe, context) < 0)
			return -1;
	}
	if (behind.kind == TOKEN_SPACE) {
		s->token[1] = behind;
		s->token[2] = variable;
		s->peeked = 3;
	} else {
		s->token[1] = variable;
		s->peeked = 2;
	}
	return 0;
}

static bool starts_command(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_BOOL:
	case TOKEN_CHAR_CONSTANT:
	case TOKEN_COMPLEX:
	case TOKEN_DOT:
	case TOKEN_FIELD:
	case TOKEN_IDENTIFIER:
	case TOKEN_NUMBER:
	case TOKEN_NIL:
	case TOKEN_RAW_STRING:
	case TOKEN_STRING:
	case TOKEN_VARIABLE:
	case TOKEN_LEFT_PAREN:
		return true;
	default:
		return false;
	}
}

/* A value can only begin a pipeline, not be a later stage. */
static const struct ast *check_pipeline(struct scope *s, const struct ast *n,
					const char *context)
{
	enum ast_kind kind;
	uint32_t i;

	if (!n->pipe.commands.n)
		return scope_fail(s, "missing value for %s", context);
	for (i = 1; i < n->pipe.commands.n; i++) {
		kind = n->pipe.commands.at[i]->args.at[0]->kind;
		if (kind == AST_BOOL || kind == AST_DOT || kind == AST_NIL ||
		    kind == AST_NUMBER || kind == AST_STRING)
			return scope_fail(s, "non executable command in "
					  "pipeline stage %u", i + 1);
	}
	return n;
}

const struct ast *parse_pipeline(struct scope *s, const char *context,
				 enum token_kind end)
{
	struct ast *n = scope_node(s, AST_PIPE, scope_peek_word(s).pos);
	const struct ast *command;
	struct token t;

	if (parse_declared(s, n, context) < 0)
		return NULL;
	for (;;) {
		t = scope_next_word(s);
		if (t.kind == end)
			return check_pipeline(s, n, context);
		if (!starts_command(t.kind))
			return scope_unexpected(s, t, context);
		scope_back(s);
		command = parse_command(s);
		if (!command)
			return NULL;
		scope_append(s, &n->pipe.commands, command);
	}
}

/*
 * ast - nodes as text, for errors.
 *
 * Errors blame small nodes: a branch is shown by its pipeline, not as a whole.
 */
#include "tmpl/ast.h"

#include "go/strconv.h"

static void write_list(struct buf *out, const struct ast_list *l,
		       const char *between)
{
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		if (i)
			buf_addz(out, between);
		ast_write(out, l->at[i]);
	}
}

static void write_operand(struct buf *out, const struct ast *n)
{
	if (n->kind == AST_PIPE)
		buf_addc(out, '(');
	ast_write(out, n);
	if (n->kind == AST_PIPE)
		buf_addc(out, ')');
}

static void write_command(struct buf *out, const struct ast *n)
{
	uint32_t i;

	for (i = 0; i < n->args.n; i++) {
		if (i)
			buf_addc(out, ' ');
		write_operand(out, n->args.at[i]);
	}
}

static void write_pipe(struct buf *out, const struct ast *n)
{
	uint32_t i;

	for (i = 0; i < n->pipe.n_declared; i++) {
		if (i)
			buf_addz(out, ", ");
		buf_adds(out, n->pipe.declared[i].name);
	}
	if (i)
		buf_addz(out, n->pipe.assigns ? " = " : " := ");
	write_list(out, &n->pipe.commands, " | ");
}

static void write_path(struct buf *out, const struct ast *n)
{
	uint32_t i;

	if (n->kind == AST_CHAIN)
		write_operand(out, n->path.base);
	else if (n->kind == AST_VARIABLE)
		buf_adds(out, n->path.variable->name);
	for (i = 0; i < n->path.fields.n; i++) {
		buf_addc(out, '.');
		buf_adds(out, n->path.fields.at[i].text);
	}
}

static void write_template(struct buf *out, const struct ast *n)
{
	buf_addz(out, "{{template ");
	quote_text(out, n->template.name, false);
	if (n->template.pipe) {
		buf_addc(out, ' ');
		ast_write(out, n->template.pipe);
	}
	buf_addz(out, "}}");
}

static void write_branch(struct buf *out, const struct ast *n)
{
	const char *word = n->kind == AST_IF ? "if" :
			   n->kind == AST_RANGE ? "range" : "with";

	buf_printf(out, "{{%s ", word);
	ast_write(out, n->branch.pipe);
	buf_addz(out, "}}");
	write_list(out, n->branch.body, "");
	if (n->branch.otherwise) {
		buf_addz(out, "{{else}}");
		write_list(out, n->branch.otherwise, "");
	}
	buf_addz(out, "{{end}}");
}

void ast_write(struct buf *out, const struct ast *n)
{
	switch (n->kind) {
	case AST_TEXT:
		buf_adds(out, n->text);
		break;
	case AST_ACTION:
		buf_addz(out, "{{");
		ast_write(out, n->action);
		buf_addz(out, "}}");
		break;
	case AST_IF:
	case AST_RANGE:
	case AST_WITH:
		write_branch(out, n);
		break;
	case AST_TEMPLATE:
		write_template(out, n);
		break;
	case AST_BREAK:
		buf_addz(out, "{{break}}");
		break;
	case AST_CONTINUE:
		buf_addz(out, "{{continue}}");
		break;
	case AST_ELSE:
		buf_addz(out, "{{else}}");
		break;
	case AST_END:
		buf_addz(out, "{{end}}");
		break;
	case AST_PIPE:
		write_pipe(out, n);
		break;
	case AST_COMMAND:
		write_command(out, n);
		break;
	case AST_BOOL:
		buf_addz(out, n->truth ? "true" : "false");
		break;
	case AST_DOT:
		buf_addc(out, '.');
		break;
	case AST_FUNCTION:
		buf_addz(out, n->function->func->name);
		break;
	case AST_NIL:
		buf_addz(out, "nil");
		break;
	case AST_NUMBER:
		buf_adds(out, n->number->text);
		break;
	case AST_STRING:
		buf_adds(out, n->string.quoted);
		break;
	case AST_CHAIN:
	case AST_FIELD:
	case AST_VARIABLE:
		write_path(out, n);
		break;
	}
}

uint32_t tmpl_line(const struct tmpl *t, uint32_t pos, uint32_t *column)
{
	uint32_t line = 1, start = 0;

	for (uint32_t i = 0; i < pos; i++) {
		if (t->text.p[i] != '\n')
			continue;
		line++;
		start = i + 1;
	}
	if (column)
		*column = pos - start;
	return line;
}

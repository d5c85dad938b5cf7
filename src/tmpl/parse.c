/*
 * parse - tokens to nodes, by recursive descent.
 *
 *	text      = { TEXT | action | define }
 *	define    = "{{define" STRING "}}" list "{{end}}"
 *	list      = { TEXT | action }
 *	action    = "{{" ( pipeline | control | "break" | "continue"
 *	                 | "template" STRING [ pipeline ] ) "}}"
 *	control   = ( "if" | "range" | "with" ) pipeline "}}" list
 *	            [ "{{else" ( "}}" list | control ) ] "{{end"
 *	          | "block" STRING pipeline "}}" list "{{end"
 *	pipeline  = [ declared ( ":=" | "=" ) ] command { "|" command }
 *	command   = operand { " " operand }
 *	operand   = term { FIELD }
 *	term      = literal | FUNCTION | "." | FIELD | VARIABLE
 *	          | "(" pipeline ")"
 *
 * How far the parser looks ahead shows in the line of an error, so look-ahead,
 * order of checks and two oddities are those of text/template/parse/parse.go:
 * each define and block has a look-ahead and known variables of its own, and an
 * assignment makes its variable known.
 */
#include "tmpl/scope.h"

#include "go/strconv.h"
#include "go/unicode.h"

static const struct ast *parse_pipeline(struct scope *s, const char *context,
					enum token_kind end);
static int parse_list(struct scope *s, struct ast_list *l,
		      const struct ast **end);
static const struct ast *parse_control(struct scope *s, enum ast_kind kind);
static void append_item(struct scope *s, struct ast_list *l,
			const struct ast *n);

/* ---- terms ---- */

static const struct ast *no_function(struct scope *s, str name)
{
	const char *instead = func_instead(&s->p->tmpl->tables, name);
	struct buf b = BUF_INIT;

	buf_printf(&b, " not defined%s%s", instead ? ": " : "",
		   instead ? instead : "");
	scope_fail_quoted(s, "function", name, buf_z(&b));
	buf_release(&b);
	return NULL;
}

static const struct ast *parse_function(struct scope *s, const struct token *t)
{
	struct parser *p = s->p;
	struct ast *n = scope_node(s, AST_FUNCTION, t->pos);
	const struct func *f;
	struct bound *b;

	for (b = p->bound; b; b = (struct bound *)b->next)
		if (func_is(b->func, t->text))
			break;
	if (!b) {
		f = func_find(&p->tmpl->tables, t->text);
		if (!f)
			return no_function(s, t->text);
		b = arena_new(p->arena, struct bound);
		func_bind(b, p->arena, f, &p->tmpl->tables);
		b->next = p->bound;
		p->bound = b;
	}
	n->function = b;
	return n;
}

static const struct ast *parse_number(struct scope *s, const struct token *t)
{
	struct ast *n = scope_node(s, AST_NUMBER, t->pos);
	struct number *number = arena_new(s->p->arena, struct number);
	struct buf why = BUF_INIT;
	int rc;

	if (t->kind == TOKEN_CHAR_CONSTANT)
		rc = number_read_char(number, t->text, &why);
	else if (t->kind == TOKEN_COMPLEX)
		rc = number_read_complex(number, t->text, &why);
	else
		rc = number_read(number, t->text, &why);
	if (rc < 0)
		scope_fail(s, "%s", buf_z(&why));
	buf_release(&why);
	n->number = number;
	return rc < 0 ? NULL : n;
}

static const struct ast *parse_string(struct scope *s, const struct token *t)
{
	struct ast *n = scope_node(s, AST_STRING, t->pos);

	n->string.quoted = t->text;
	if (unquote(&n->string.text, s->p->arena, t->text) < 0)
		return scope_fail(s, "invalid syntax");
	return n;
}

static bool field_follows(struct scope *s)
{
	const struct token *t = scope_peek(s);

	return t->kind == TOKEN_FIELD && !t->spaced;
}

static void add_field(struct scope *s, struct ast *path, const struct token *t)
{
	scope_append_name(s, &path->path.fields,
			  str_sub(t->text, 1, t->text.n));
}

/* Add the fields that follow a term.  The first of them is where errors find
 * the whole path. */
static const struct ast *add_fields(struct scope *s, struct ast *path)
{
	if (field_follows(s))
		path->pos = scope_peek(s)->pos;
	while (field_follows(s))
		add_field(s, path, scope_next(s));
	return path;
}

static const struct ast *parse_variable(struct scope *s, const struct token *t)
{
	struct ast *n = scope_node(s, AST_VARIABLE, t->pos);
	struct declared *variable = arena_new(s->p->arena, struct declared);

	variable->id = scope_variable(s, t->text);
	variable->name = t->text;
	n->path.variable = variable;
	if (!scope_knows(s, variable->id))
		return scope_fail_quoted(s, "undefined variable", t->text, "");
	return add_fields(s, n);
}

static const struct ast *parse_field(struct scope *s, const struct token *t)
{
	struct ast *n = scope_node(s, AST_FIELD, t->pos);

	add_field(s, n, t);
	return add_fields(s, n);
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

/* Read a term: 1, 0 if the next token does not start one, or -1. */
static int parse_term(struct scope *s, const struct ast **out)
{
	const struct token *t = scope_next(s);
	struct ast *n;

	switch (t->kind) {
	case TOKEN_IDENTIFIER:
		*out = parse_function(s, t);
		break;
	case TOKEN_DOT:
		*out = scope_node(s, AST_DOT, t->pos);
		break;
	case TOKEN_NIL:
		*out = scope_node(s, AST_NIL, t->pos);
		break;
	case TOKEN_VARIABLE:
		*out = parse_variable(s, t);
		break;
	case TOKEN_FIELD:
		*out = parse_field(s, t);
		break;
	case TOKEN_BOOL:
		n = scope_node(s, AST_BOOL, t->pos);
		n->truth = t->text.p[0] == 't';
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

/* Has neither fields nor arguments? */
static bool is_plain(enum ast_kind kind)
{
	return kind == AST_BOOL || kind == AST_DOT || kind == AST_NIL ||
	       kind == AST_NUMBER || kind == AST_STRING;
}

/* A term and the fields of its result.  As parse_term. */
static int parse_operand(struct scope *s, const struct ast **out)
{
	struct buf b = BUF_INIT;
	struct ast *chain;
	int rc = parse_term(s, out);

	if (rc <= 0 || !field_follows(s))
		return rc;
	if (!is_plain((*out)->kind)) {
		chain = scope_node(s, AST_CHAIN, 0);
		chain->path.base = *out;
		*out = add_fields(s, chain);
		return 1;
	}
	ast_write(&b, *out);
	scope_fail_quoted(s, "unexpected . after term", buf_str(&b), "");
	buf_release(&b);
	return -1;
}

/* ---- pipelines ---- */

static const struct ast *parse_command(struct scope *s)
{
	struct ast *n = scope_node(s, AST_COMMAND, scope_peek(s)->pos);
	const struct ast *operand;
	const struct token *t;
	int rc;

	do {
		rc = parse_operand(s, &operand);
		if (rc < 0)
			return NULL;
		if (rc)
			scope_append(s, &n->args, operand);
	} while (rc && scope_peek(s)->spaced);
	t = scope_next(s);
	if (t->kind == TOKEN_RIGHT_DELIM || t->kind == TOKEN_RIGHT_PAREN)
		scope_back(s);
	else if (t->kind != TOKEN_PIPE)
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

/* After "$x,": 1 if another variable may follow, or -1. */
static int parse_comma(struct scope *s, const struct ast *pipe,
		       const char *context)
{
	enum token_kind kind;

	if (strcmp(context, "range") || pipe->pipe.n_declared > 1) {
		scope_fail(s, "too many declarations in %s", context);
		return -1;
	}
	kind = scope_peek(s)->kind;
	if (kind == TOKEN_VARIABLE || kind == TOKEN_RIGHT_DELIM ||
	    kind == TOKEN_RIGHT_PAREN)
		return 1;
	scope_fail(s, "range can only initialize variables");
	return -1;
}

/* The variables before := or =, if any.  What follows `$x` tells whether it is
 * one; if not, both are put back. */
static int parse_declared(struct scope *s, struct ast *pipe,
			  const char *context)
{
	const struct token *t;
	struct token variable;

	while (scope_peek(s)->kind == TOKEN_VARIABLE) {
		variable = *scope_next(s);
		t = scope_peek(s);
		if (t->kind == TOKEN_ASSIGN || t->kind == TOKEN_DECLARE) {
			pipe->pipe.assigns = t->kind == TOKEN_ASSIGN;
			scope_next(s);
			declare(s, pipe, variable);
			return 0;
		}
		if (t->kind != TOKEN_CHAR || t->text.p[0] != ',') {
			scope_back_before(s, variable);
			return 0;
		}
		scope_next(s);
		declare(s, pipe, variable);
		if (parse_comma(s, pipe, context) < 0)
			return -1;
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

/* A value can only start a pipeline, not be a later stage. */
static const struct ast *check_pipeline(struct scope *s, const struct ast *n,
					const char *context)
{
	uint32_t i;

	if (!n->pipe.commands.n)
		return scope_fail(s, "missing value for %s", context);
	for (i = 1; i < n->pipe.commands.n; i++)
		if (is_plain(n->pipe.commands.at[i]->args.at[0]->kind))
			return scope_fail(s, "non executable command in "
					  "pipeline stage %u", i + 1);
	return n;
}

/* A pipeline up to the token `end`, which is read; NULL after an error. */
static const struct ast *parse_pipeline(struct scope *s, const char *context,
					enum token_kind end)
{
	struct ast *n = scope_node(s, AST_PIPE, scope_peek(s)->pos);
	const struct ast *command;
	const struct token *t;

	if (parse_declared(s, n, context) < 0)
		return NULL;
	for (;;) {
		t = scope_next(s);
		if (t->kind == end)
			return check_pipeline(s, n, context);
		if (!starts_command(t->kind))
			return scope_unexpected(s, t, context);
		scope_back(s);
		command = parse_command(s);
		if (!command)
			return NULL;
		scope_append(s, &n->pipe.commands, command);
	}
}

/* ---- templates in the text ---- */

static bool is_white(str s)
{
	while (s.n)
		if (!char_is_space(char_next(&s)))
			return false;
	return true;
}

static bool is_empty(const struct ast_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->at[i]->kind != AST_TEXT || !is_white(l->at[i]->text))
			return false;
	return true;
}

/* Of two definitions with one name the one that is not empty wins. */
static int add_definition(struct scope *s, str name,
			  const struct ast_list *body)
{
	struct parser *p = s->p;
	struct definition *d = scope_definition(p, name);

	if (!d) {
		d = scope_define(s, name);
	} else if (!is_empty(&d->body)) {
		if (is_empty(body))
			return 0;
		scope_fail_quoted(s, "template: multiple definition of "
				  "template", name, "");
		return -1;
	}
	d->body = *body;
	return 0;
}

static int parse_name(struct scope *s, str *name, const char *context)
{
	const struct token *t = scope_next(s);

	if (t->kind != TOKEN_STRING && t->kind != TOKEN_RAW_STRING) {
		scope_unexpected(s, t, context);
		return -1;
	}
	if (unquote(name, s->p->arena, t->text) == 0)
		return 0;
	scope_fail(s, "invalid syntax");
	return -1;
}

static int parse_define(struct parser *p)
{
	static const char context[] = "define clause";
	struct ast_list body = { NULL, 0, 0 };
	const struct ast *end;
	struct scope s;
	str name;

	scope_init(&s, p);
	if (parse_name(&s, &name, context) < 0 ||
	    !scope_expect(&s, TOKEN_RIGHT_DELIM, context) ||
	    parse_list(&s, &body, &end) < 0)
		return -1;
	if (end->kind != AST_END) {
		scope_fail(&s, "unexpected {{else}} in %s", context);
		return -1;
	}
	return add_definition(&s, name, &body);
}

static const struct ast *new_call(struct scope *s, uint32_t pos, str name,
				  const struct ast *pipe)
{
	struct ast *n = scope_node(s, AST_TEMPLATE, pos);

	n->template.name = name;
	n->template.pipe = pipe;
	scope_append(s, &s->p->calls, n);
	return n;
}

static const struct ast *parse_block(struct scope *s)
{
	static const char context[] = "block clause";
	uint32_t pos = scope_peek(s)->pos;
	struct ast_list body = { NULL, 0, 0 };
	const struct ast *pipe, *end;
	struct scope inner;
	str name;

	if (parse_name(s, &name, context) < 0)
		return NULL;
	pipe = parse_pipeline(s, context, TOKEN_RIGHT_DELIM);
	if (!pipe || !scope_enter(s))
		return NULL;
	scope_init(&inner, s->p);
	if (parse_list(&inner, &body, &end) < 0)
		return NULL;
	s->p->depth--;
	if (end->kind != AST_END)
		return scope_fail(s, "unexpected {{else}} in %s", context);
	if (add_definition(&inner, name, &body) < 0)
		return NULL;
	return new_call(s, pos, name, pipe);
}

static const struct ast *parse_template(struct scope *s)
{
	static const char context[] = "template clause";
	uint32_t pos = scope_peek(s)->pos;
	const struct ast *pipe = NULL;
	str name;

	if (parse_name(s, &name, context) < 0)
		return NULL;
	if (scope_next(s)->kind != TOKEN_RIGHT_DELIM) {
		scope_back(s);
		pipe = parse_pipeline(s, context, TOKEN_RIGHT_DELIM);
		if (!pipe)
			return NULL;
	}
	return new_call(s, pos, name, pipe);
}

/* ---- control structures ---- */

static const char *control_word(enum ast_kind kind)
{
	return kind == AST_IF ? "if" : kind == AST_RANGE ? "range" : "with";
}

static const struct ast *parse_break(struct scope *s, uint32_t pos,
				     enum ast_kind kind)
{
	const char *name = kind == AST_BREAK ? "{{break}}" : "{{continue}}";

	if (!scope_expect(s, TOKEN_RIGHT_DELIM, name))
		return NULL;
	if (!s->ranges)
		return scope_fail(s, "%s outside {{range}}", name);
	return scope_node(s, kind, pos);
}

/* {{else}} and {{end}} close a list of nodes and are not part of it. */
static const struct ast closing_else = { .kind = AST_ELSE };
static const struct ast closing_end = { .kind = AST_END };

/* `else if` means an else with an if in it that has the same end; `else with`
 * likewise.  The second word is left to be read. */
static const struct ast *parse_else(struct scope *s)
{
	enum token_kind word = scope_peek(s)->kind;

	return word == TOKEN_IF || word == TOKEN_WITH ||
	       scope_expect(s, TOKEN_RIGHT_DELIM, "else") ? &closing_else :
							    NULL;
}

static int parse_otherwise(struct scope *s, enum ast_kind kind,
			   struct ast_list *l)
{
	enum token_kind word = scope_peek(s)->kind;
	const struct ast *n;

	if ((kind == AST_IF && word == TOKEN_IF) ||
	    (kind == AST_WITH && word == TOKEN_WITH)) {
		scope_next(s);
		n = parse_control(s, kind);
		if (!n)
			return -1;
		append_item(s, l, n);
		return 0;
	}
	if (parse_list(s, l, &n) < 0)
		return -1;
	if (n->kind == AST_END)
		return 0;
	scope_fail_node(s, "expected end; found", n);
	return -1;
}

static int parse_branches(struct scope *s, struct ast *n)
{
	struct ast_list *body = arena_new(s->p->arena, struct ast_list);
	struct ast_list *otherwise;
	const struct ast *end;
	int rc;

	s->ranges += n->kind == AST_RANGE;
	rc = parse_list(s, body, &end);
	s->ranges -= n->kind == AST_RANGE;
	n->branch.body = body;
	if (rc < 0 || end->kind == AST_END)
		return rc;
	otherwise = arena_new(s->p->arena, struct ast_list);
	n->branch.otherwise = otherwise;
	return parse_otherwise(s, n->kind, otherwise);
}

static const struct ast *parse_control(struct scope *s, enum ast_kind kind)
{
	struct ast *n = scope_node(s, kind, 0);
	uint32_t known = s->n_known;

	if (!scope_enter(s))
		return NULL;
	n->branch.pipe = parse_pipeline(s, control_word(kind),
					TOKEN_RIGHT_DELIM);
	if (!n->branch.pipe)
		return NULL;
	n->pos = n->branch.pipe->pos;
	if (parse_branches(s, n) < 0)
		return NULL;
	scope_forget(s, known);
	s->p->depth--;
	return n;
}

static const struct ast *parse_simple(struct scope *s)
{
	struct ast *n;

	scope_back(s);
	n = scope_node(s, AST_ACTION, scope_peek(s)->pos);
	n->action = parse_pipeline(s, "command", TOKEN_RIGHT_DELIM);
	return n->action ? n : NULL;
}

static const struct ast *parse_action(struct scope *s)
{
	const struct token *t = scope_next(s);

	switch (t->kind) {
	case TOKEN_BLOCK:
		return parse_block(s);
	case TOKEN_BREAK:
		return parse_break(s, t->pos, AST_BREAK);
	case TOKEN_CONTINUE:
		return parse_break(s, t->pos, AST_CONTINUE);
	case TOKEN_ELSE:
		return parse_else(s);
	case TOKEN_END:
		return scope_expect(s, TOKEN_RIGHT_DELIM, "end") ?
			       &closing_end : NULL;
	case TOKEN_IF:
		return parse_control(s, AST_IF);
	case TOKEN_RANGE:
		return parse_control(s, AST_RANGE);
	case TOKEN_TEMPLATE:
		return parse_template(s);
	case TOKEN_WITH:
		return parse_control(s, AST_WITH);
	default:
		return parse_simple(s);
	}
}

static const struct ast *parse_item(struct scope *s)
{
	const struct token *t = scope_next(s);
	const struct ast *action;
	struct ast *n;

	if (t->kind == TOKEN_TEXT) {
		n = scope_node(s, AST_TEXT, t->pos);
		n->text = t->text;
		return n;
	}
	if (t->kind != TOKEN_LEFT_DELIM)
		return scope_unexpected(s, t, "input");
	s->in_action = true;
	s->action_pos = t->pos;
	action = parse_action(s);
	s->in_action = false;
	return action;
}

/* ---- conditions that are constant ---- */

/* Does the list declare variables, which end with it? */
static bool declares(const struct ast_list *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct ast *n = l->at[i];

		if (n->kind == AST_ACTION && n->action->pipe.n_declared &&
		    !n->action->pipe.assigns)
			return true;
	}
	return false;
}

static const struct ast_list nothing = { NULL, 0, 0 };

/* What an if leads to whose condition is a literal true or false; else NULL. */
static const struct ast_list *constant_branch(const struct ast *n)
{
	const struct ast *pipe = n->kind == AST_IF ? n->branch.pipe : NULL;
	const struct ast *command;

	if (!pipe || pipe->pipe.n_declared || pipe->pipe.commands.n != 1)
		return NULL;
	command = pipe->pipe.commands.at[0];
	if (command->args.n != 1 || command->args.at[0]->kind != AST_BOOL)
		return NULL;
	if (command->args.at[0]->truth)
		return n->branch.body;
	return n->branch.otherwise ? n->branch.otherwise : &nothing;
}

/* The same if without what it never leads to. */
static const struct ast *with_branch(struct scope *s, const struct ast *n,
				     const struct ast_list *branch)
{
	bool body = branch == n->branch.body;
	struct ast *copy = scope_node(s, AST_IF, n->pos);

	*copy = *n;
	copy->branch.body = body ? branch : &nothing;
	copy->branch.otherwise = body ? NULL : branch;
	return copy;
}

/* Append an item; of an if with a constant condition what it leads to, so that
 * such a condition costs nothing when the template is executed.  The if stays
 * where it ends the life of variables, or where it tells that a template is not
 * empty: see add_definition(). */
static void append_item(struct scope *s, struct ast_list *l,
			const struct ast *n)
{
	const struct ast_list *branch = constant_branch(n);

	if (!branch) {
		scope_append(s, l, n);
		return;
	}
	if (declares(branch) || (is_empty(l) && is_empty(branch))) {
		scope_append(s, l, with_branch(s, n, branch));
		return;
	}
	for (uint32_t i = 0; i < branch->n; i++)
		scope_append(s, l, branch->at[i]);
}

/* Up to the end or else that closes the list, which is not part of it. */
static int parse_list(struct scope *s, struct ast_list *l,
		      const struct ast **end)
{
	const struct ast *n;

	while (scope_peek(s)->kind != TOKEN_EOF) {
		n = parse_item(s);
		if (!n)
			return -1;
		if (n->kind == AST_END || n->kind == AST_ELSE) {
			*end = n;
			return 0;
		}
		append_item(s, l, n);
	}
	scope_fail(s, "unexpected EOF");
	return -1;
}

/* ---- the whole ---- */

/* Read a define if it is next: 1, 0 or -1. */
static int try_define(struct scope *s)
{
	struct token delim;

	if (scope_peek(s)->kind != TOKEN_LEFT_DELIM)
		return 0;
	delim = *scope_next(s);
	if (scope_next(s)->kind == TOKEN_DEFINE)
		return parse_define(s->p) < 0 ? -1 : 1;
	scope_back(s);
	scope_back_before(s, delim);
	return 0;
}

static int parse_text(struct scope *s, struct ast_list *body)
{
	const struct ast *n;
	int rc;

	while (scope_peek(s)->kind != TOKEN_EOF) {
		rc = try_define(s);
		if (rc < 0)
			return -1;
		if (rc)
			continue;
		n = parse_item(s);
		if (!n)
			return -1;
		if (n->kind == AST_END || n->kind == AST_ELSE) {
			scope_fail_node(s, "unexpected", n);
			return -1;
		}
		append_item(s, body, n);
	}
	return add_definition(s, s->p->tmpl->name, body);
}

/* A template may be called before it is defined. */
static void find_targets(const struct parser *p)
{
	struct ast *n;
	uint32_t i;

	for (i = 0; i < p->calls.n; i++) {
		n = (struct ast *)p->calls.at[i];
		n->template.target = scope_definition(p, n->template.name);
	}
}

struct tmpl *tmpl_parse(struct arena *a, str name, str text,
			const struct func_table *const *tables,
			uint32_t n_tables, struct err *e)
{
	struct tmpl *t = arena_new(a, struct tmpl);
	struct parser p = { .arena = a, .tmpl = t, .e = e };
	struct ast_list body = { NULL, 0, 0 };
	struct scope s;

	t->name = name;
	t->text = text;
	t->tables = (struct func_tables){ tables, n_tables };
	lexer_init(&p.lexer, a, text);
	scope_init(&s, &p);
	scope_variable(&s, STR("$"));
	if (parse_text(&s, &body) < 0)
		return NULL;
	find_targets(&p);
	t->main = scope_definition(&p, name);
	t->n_variables = p.variables.n;
	return t;
}

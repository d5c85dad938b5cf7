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
 * Which token is looked at ahead of need shows in the line of an error, so
 * the looking ahead, the order of checks and two oddities are those of
 * text/template/parse/parse.go: each define and block has a look-ahead and
 * known variables of its own, and an assignment enters its variable among
 * the known ones.
 */
#include "go/strconv.h"
#include "go/unicode.h"
#include "tmpl/scope.h"

static int parse_list(struct scope *s, struct ast_list *l,
		      const struct ast **end);
static const struct ast *parse_control(struct scope *s, enum ast_kind kind);

/* ---- templates in the text ---- */

static bool is_blank_text(str s)
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
		if (l->at[i]->kind != AST_TEXT || !is_blank_text(l->at[i]->text))
			return false;
	return true;
}

static struct definition *find_definition(const struct parser *p, str name)
{
	struct definition *d = p->definitions;

	while (d && !str_eq(d->name, name))
		d = (struct definition *)d->next;
	return d;
}

/* Of two with one name the one that is not empty counts. */
static int add_definition(struct scope *s, str name,
			  const struct ast_list *body)
{
	struct parser *p = s->p;
	struct definition *d = find_definition(p, name);

	if (!d) {
		d = arena_new(p->arena, struct definition);
		d->name = name;
		d->next = p->definitions;
		p->definitions = d;
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
	struct token t = scope_next_word(s);

	if (t.kind != TOKEN_STRING && t.kind != TOKEN_RAW_STRING) {
		scope_unexpected(s, t, context);
		return -1;
	}
	if (unquote(name, s->p->arena, t.text) == 0)
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
	uint32_t pos = scope_peek_word(s).pos;
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
	uint32_t pos = scope_peek_word(s).pos;
	const struct ast *pipe = NULL;
	str name;

	if (parse_name(s, &name, context) < 0)
		return NULL;
	if (scope_next_word(s).kind != TOKEN_RIGHT_DELIM) {
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

static const struct ast *parse_break(struct scope *s, struct token word,
				     enum ast_kind kind)
{
	const char *name = kind == AST_BREAK ? "{{break}}" : "{{continue}}";

	if (!scope_expect(s, TOKEN_RIGHT_DELIM, name))
		return NULL;
	if (!s->ranges)
		return scope_fail(s, "%s outside {{range}}", name);
	return scope_node(s, kind, word.pos);
}

/* `else if` stands for an else with an if in it that ends with the same end;
 * `else with` likewise.  Their second word is left to be read. */
static const struct ast *parse_else(struct scope *s)
{
	struct token t = scope_peek_word(s);

	if (t.kind != TOKEN_IF && t.kind != TOKEN_WITH &&
	    !scope_expect(s, TOKEN_RIGHT_DELIM, "else"))
		return NULL;
	return scope_node(s, AST_ELSE, t.pos);
}

static int parse_otherwise(struct scope *s, enum ast_kind kind,
			   struct ast_list *l)
{
	enum token_kind word = scope_peek(s).kind;
	const struct ast *n;

	if ((kind == AST_IF && word == TOKEN_IF) ||
	    (kind == AST_WITH && word == TOKEN_WITH)) {
		scope_next(s);
		n = parse_control(s, kind);
		if (!n)
			return -1;
		scope_append(s, l, n);
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
	s->n_known = known;
	s->p->depth--;
	return n;
}

static const struct ast *parse_simple(struct scope *s)
{
	struct ast *n;

	scope_back(s);
	n = scope_node(s, AST_ACTION, scope_peek(s).pos);
	n->action = parse_pipeline(s, "command", TOKEN_RIGHT_DELIM);
	return n->action ? n : NULL;
}

static const struct ast *parse_action(struct scope *s)
{
	struct token t = scope_next_word(s);

	switch (t.kind) {
	case TOKEN_BLOCK:
		return parse_block(s);
	case TOKEN_BREAK:
		return parse_break(s, t, AST_BREAK);
	case TOKEN_CONTINUE:
		return parse_break(s, t, AST_CONTINUE);
	case TOKEN_ELSE:
		return parse_else(s);
	case TOKEN_END:
		if (!scope_expect(s, TOKEN_RIGHT_DELIM, "end"))
			return NULL;
		return scope_node(s, AST_END, t.pos);
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
	struct token t = scope_next_word(s);
	const struct ast *action;
	struct ast *n;

	if (t.kind == TOKEN_TEXT) {
		n = scope_node(s, AST_TEXT, t.pos);
		n->text = t.text;
		return n;
	}
	if (t.kind != TOKEN_LEFT_DELIM)
		return scope_unexpected(s, t, "input");
	s->action_line = t.line;
	action = parse_action(s);
	s->action_line = 0;
	return action;
}

/* Up to the end or else that closes the list, which is not part of it. */
static int parse_list(struct scope *s, struct ast_list *l,
		      const struct ast **end)
{
	const struct ast *n;

	while (scope_peek_word(s).kind != TOKEN_EOF) {
		n = parse_item(s);
		if (!n)
			return -1;
		if (n->kind == AST_END || n->kind == AST_ELSE) {
			*end = n;
			return 0;
		}
		scope_append(s, l, n);
	}
	scope_fail(s, "unexpected EOF");
	return -1;
}

/* ---- the whole ---- */

/* Read a define if one comes next: 1, 0 or -1. */
static int try_define(struct scope *s)
{
	struct token delim;

	if (scope_peek(s).kind != TOKEN_LEFT_DELIM)
		return 0;
	delim = scope_next(s);
	if (scope_next_word(s).kind == TOKEN_DEFINE)
		return parse_define(s->p) < 0 ? -1 : 1;
	s->token[1] = delim;
	s->peeked = 2;
	return 0;
}

static int parse_text(struct scope *s, struct ast_list *body)
{
	const struct ast *n;
	int rc;

	while (scope_peek(s).kind != TOKEN_EOF) {
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
		scope_append(s, body, n);
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
		n->template.target = find_definition(p, n->template.name);
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
	t->main = find_definition(&p, name);
	return t;
}

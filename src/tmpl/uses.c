#include "tmpl/tmpl.h"

#include <stdlib.h>
#include <string.h>

#include "tmpl/ast.h"

/* ---- sets ---- */

static void set_add(struct arena *a, struct name_set *s, str name)
{
	if (s->n == s->room) {
		uint32_t room = s->room ? s->room * 2 : 64;
		str *at = arena_array(a, str, room);

		if (s->n)
			memcpy(at, s->at, s->n * sizeof(*at));
		s->at = at;
		s->room = room;
	}
	s->at[s->n++] = name;
}

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

static void set_sort(struct name_set *s)
{
	if (s->n)
		qsort(s->at, s->n, sizeof(*s->at), compare);
}

static bool set_has(const struct name_set *s, str name)
{
	return s->n && bsearch(&name, s->at, s->n, sizeof(*s->at), compare);
}

/* ---- one template ---- */

/* A value that has another name: `$v := .Values.a`, or the dot of a `with`. */
struct alias {
	uint32_t variable;
	str name;
	const struct alias *next;
};

struct passed {
	const struct definition *to;
	const struct passed *next;
};

struct walk {
	struct tmpl_uses *uses;
	const struct alias *aliases;
	/* Of the `with` around; the text is NULL where the dot is the data. */
	str dot;
	/* This definition prints the dot it is called with. */
	bool whole_dot;
	/* Definitions that are called with the data, or may be. */
	const struct passed *passed;
};

static void walk(struct walk *w, const struct ast *n);

static void walk_list(struct walk *w, const struct ast_list *list)
{
	for (uint32_t i = 0; list && i < list->n; i++)
		walk(w, list->at[i]);
}

static void use_whole(struct walk *w, str name)
{
	set_add(w->uses->arena, &w->uses->whole, name);
}

/* The last name of a path, or STR_NONE. */
static str add_fields(struct walk *w, const struct ast *n)
{
	const struct name_list *fields = &n->path.fields;

	for (uint32_t i = 0; i < fields->n; i++)
		set_add(w->uses->arena, &w->uses->names, fields->at[i].text);
	return fields->n ? fields->at[fields->n - 1].text : STR_NONE;
}

static void use_dot(struct walk *w)
{
	if (w->dot.p)
		use_whole(w, w->dot);
	else
		w->whole_dot = true;
}

static void use_variable(struct walk *w, uint32_t id)
{
	if (!id)
		w->uses->all = true;
	for (const struct alias *a = w->aliases; a; a = a->next)
		if (a->variable == id)
			use_whole(w, a->name);
}

static bool is_path(const struct ast *n)
{
	return (n->kind == AST_FIELD || n->kind == AST_VARIABLE) &&
	       n->path.fields.n;
}

static bool is_default(const struct ast *n)
{
	return n->kind == AST_FUNCTION &&
	       strcmp(n->function->func->name, "default") == 0;
}

/* The path that a pipeline is, perhaps with a default: `.a`, `.a | default
 * dict`, `default dict .a`.  NULL: it is something else. */
static const struct ast *path_of(const struct ast *pipe)
{
	const struct ast_list *commands = &pipe->pipe.commands;
	const struct ast *command = commands->at[0];

	for (uint32_t i = 1; i < commands->n; i++)
		if (!is_default(commands->at[i]->args.at[0]))
			return NULL;
	if (command->args.n == 3 && is_default(command->args.at[0]))
		return is_path(command->args.at[2]) ? command->args.at[2] :
						      NULL;
	return command->args.n == 1 && is_path(command->args.at[0]) ?
		       command->args.at[0] : NULL;
}

/* A pipeline whose value gets another name: its last name, or STR_NONE, which
 * counts as used as a whole. */
static str walk_named(struct walk *w, const struct ast *pipe)
{
	const struct ast *path = path_of(pipe);

	if (!path) {
		walk_list(w, &pipe->pipe.commands);
		return STR_NONE;
	}
	return add_fields(w, path);
}

static void walk_pipe(struct walk *w, const struct ast *n)
{
	str name;

	if (!n->pipe.n_declared) {
		walk_list(w, &n->pipe.commands);
		return;
	}
	name = walk_named(w, n);
	for (uint32_t i = 0; name.p && i < n->pipe.n_declared; i++) {
		struct alias *a = arena_new(w->uses->arena, struct alias);

		*a = (struct alias){ n->pipe.declared[i].id, name, w->aliases };
		w->aliases = a;
	}
}

static void walk_with(struct walk *w, const struct ast *n)
{
	str around = w->dot, name;

	if (n->branch.pipe->pipe.n_declared) {
		walk_pipe(w, n->branch.pipe);
		name = path_of(n->branch.pipe) && w->aliases ?
			       w->aliases->name : STR("");
	} else {
		name = walk_named(w, n->branch.pipe);
	}
	w->dot = name.p ? name : STR("");
	walk_list(w, n->branch.body);
	w->dot = around;
	walk_list(w, n->branch.otherwise);
}

/* A range uses its value as a whole: its keys are not known. */
static void walk_range(struct walk *w, const struct ast *n)
{
	str around = w->dot;

	walk_list(w, &n->branch.pipe->pipe.commands);
	w->dot = STR("");
	walk_list(w, n->branch.body);
	w->dot = around;
	walk_list(w, n->branch.otherwise);
}

static void walk_if(struct walk *w, const struct ast *n)
{
	if (n->branch.pipe->pipe.n_declared)
		walk_pipe(w, n->branch.pipe);
	else
		walk_named(w, n->branch.pipe);
	walk_list(w, n->branch.body);
	walk_list(w, n->branch.otherwise);
}

/* Is it all of the data? */
static bool is_data(const struct walk *w, const struct ast *n)
{
	return (n->kind == AST_DOT && !w->dot.p) ||
	       (n->kind == AST_VARIABLE && !n->path.fields.n &&
		!n->path.variable->id);
}

/* Does the function make text of its arguments?  Others pass the data on, to
 * where its names are used. */
static bool prints(const struct ast *function)
{
	static const char *const begin[] = {
		"to", "mustTo", "print", "quote", "squote", "html", "js",
	};
	const char *name = function->function->func->name;

	for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++)
		if (strncmp(name, begin[i], strlen(begin[i])) == 0)
			return true;
	return false;
}

static bool is_literal(const struct ast *n)
{
	return n->kind == AST_STRING || n->kind == AST_NUMBER ||
	       n->kind == AST_BOOL;
}

/* Does it look up literal keys, as `index .a "b"` and `dig "b" "" .a`?  Then it
 * reads these and not all of .a. */
static bool looks_up(const struct ast *command)
{
	static const char *const names[] = { "dig", "get", "hasKey", "index" };
	const struct ast_list *args = &command->args;
	uint32_t others = 0;
	bool is = false;

	if (args->at[0]->kind != AST_FUNCTION)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		is |= strcmp(args->at[0]->function->func->name, names[i]) == 0;
	for (uint32_t i = 1; i < args->n; i++)
		others += !is_literal(args->at[i]);
	return is && others == 1;
}

static void walk_lookup(struct walk *w, const struct ast *n)
{
	for (uint32_t i = 1; i < n->args.n; i++) {
		const struct ast *arg = n->args.at[i];

		if (arg->kind == AST_FIELD || arg->kind == AST_VARIABLE)
			add_fields(w, arg);
		else if (arg->kind != AST_DOT)
			walk(w, arg);
	}
}

static void walk_command(struct walk *w, const struct ast *n)
{
	const struct ast *first = n->args.at[0];
	bool passes = n->args.n > 1 && first->kind == AST_FUNCTION &&
		      !prints(first);

	if (looks_up(n)) {
		walk_lookup(w, n);
		return;
	}
	for (uint32_t i = 0; i < n->args.n; i++)
		if (!passes || !is_data(w, n->args.at[i]))
			walk(w, n->args.at[i]);
}

static void walk_call(struct walk *w, const struct ast *n)
{
	const struct ast_list *commands;
	struct passed *p;

	if (!n->template.pipe)
		return;
	commands = &n->template.pipe->pipe.commands;
	if (commands->n != 1 || commands->at[0]->args.n != 1 ||
	    !is_data(w, commands->at[0]->args.at[0])) {
		walk(w, n->template.pipe);
		return;
	}
	p = arena_new(w->uses->arena, struct passed);
	*p = (struct passed){ n->template.target, w->passed };
	w->passed = p;
}

static void walk_path(struct walk *w, const struct ast *n)
{
	str last = add_fields(w, n);

	if (last.p)
		use_whole(w, last);
	if (n->kind == AST_CHAIN)
		walk(w, n->path.base);
	else if (n->kind == AST_VARIABLE && !last.p)
		use_variable(w, n->path.variable->id);
}

static void walk(struct walk *w, const struct ast *n)
{
	switch (n->kind) {
	case AST_ACTION:
		walk(w, n->action);
		break;
	case AST_IF:
		walk_if(w, n);
		break;
	case AST_RANGE:
		walk_range(w, n);
		break;
	case AST_WITH:
		walk_with(w, n);
		break;
	case AST_TEMPLATE:
		walk_call(w, n);
		break;
	case AST_PIPE:
		walk_pipe(w, n);
		break;
	case AST_COMMAND:
		walk_command(w, n);
		break;
	case AST_DOT:
		use_dot(w);
		break;
	case AST_STRING:
		set_add(w->uses->arena, &w->uses->names, n->string.text);
		use_whole(w, n->string.text);
		break;
	case AST_CHAIN:
	case AST_FIELD:
	case AST_VARIABLE:
		walk_path(w, n);
		break;
	default:
		break;
	}
}

static bool has(const struct passed *p, const struct definition *d)
{
	for (; p; p = p->next)
		if (p->to == d)
			return true;
	return false;
}

/* The main text is called with the data; another one if a call passes it. */
void tmpl_uses_add(struct tmpl_uses *u, const struct tmpl *t)
{
	struct walk w = { .uses = u };
	const struct passed *printing = NULL;

	for (const struct definition *d = t->main; d; d = d->next) {
		w.dot = STR_NONE;
		w.whole_dot = false;
		walk_list(&w, &d->body);
		if (w.whole_dot && d == t->main)
			u->all = true;
		if (w.whole_dot) {
			struct passed *p = arena_new(u->arena, struct passed);

			*p = (struct passed){ d, printing };
			printing = p;
		}
	}
	for (; printing; printing = printing->next)
		u->all |= has(w.passed, printing->to);
}

void tmpl_uses_end(struct tmpl_uses *u)
{
	set_sort(&u->names);
	set_sort(&u->whole);
	u->all |= set_has(&u->whole, STR("Values"));
}

bool tmpl_uses_name(const struct tmpl_uses *u, str name)
{
	return u->all || set_has(&u->names, name);
}

bool tmpl_uses_whole(const struct tmpl_uses *u, str name)
{
	return u->all || set_has(&u->whole, name);
}

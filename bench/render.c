#include "render.h"

#include "base/io.h"
#include "view/view.h"
#include "json/scan.h"
#include "sprig/sprig.h"
#include "tmpl/ast.h"

/* A file and the source that names it, for ever. */
static int slurp(struct arena *a, struct source *source, const char *path,
		 struct err *e)
{
	struct buf b = BUF_INIT;

	if (io_slurp(path, &b, e) < 0)
		return -1;
	*source = (struct source)SOURCE_JSON(path, arena_str(a, buf_str(&b)));
	buf_release(&b);
	return 0;
}

int render_load(struct render *r, const char *template, const char *data,
		struct err *e)
{
	struct source *text = arena_new(&r->perm, struct source);
	struct source *json = arena_new(&r->perm, struct source);
	uint32_t n = 0;

	if (slurp(&r->perm, text, template, e) < 0 ||
	    slurp(&r->perm, json, data, e) < 0 ||
	    json_scan(&r->perm, json, 0, &r->data, e) < 0)
		return -1;
	while (sprig_tables[n])
		n++;
	r->tmpl = tmpl_parse(&r->perm, STR("sidecar"), text->text,
			     sprig_tables, n, e);
	return r->tmpl ? 0 : -1;
}

/* ---- counting ---- */

static void count_list(struct render_counts *c, const struct ast_list *l);

static void count_operand(struct render_counts *c, const struct ast *n)
{
	uint32_t i;

	if (!n)
		return;
	if (n->kind == AST_FUNCTION)
		c->calls++;
	else if (n->kind == AST_CHAIN)
		count_operand(c, n->path.base);
	else if (n->kind == AST_COMMAND)
		for (i = 0; i < n->args.n; i++)
			count_operand(c, n->args.at[i]);
	else if (n->kind == AST_PIPE)
		for (i = 0; i < n->pipe.commands.n; i++)
			count_operand(c, n->pipe.commands.at[i]);
}

static void count_node(struct render_counts *c, const struct ast *n)
{
	switch (n->kind) {
	case AST_IF:
	case AST_RANGE:
	case AST_WITH:
		c->actions++;
		c->branches++;
		count_operand(c, n->branch.pipe);
		count_list(c, n->branch.body);
		if (n->branch.otherwise)
			count_list(c, n->branch.otherwise);
		break;
	case AST_ACTION:
		c->actions++;
		count_operand(c, n->action);
		break;
	case AST_TEMPLATE:
		c->actions++;
		count_operand(c, n->template.pipe);
		break;
	default:
		break;
	}
}

static void count_list(struct render_counts *c, const struct ast_list *l)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		count_node(c, l->at[i]);
}

struct render_counts render_count(const struct render *r)
{
	struct render_counts c = { 0, 0, 0 };

	count_list(&c, &r->tmpl->main->body);
	return c;
}

/* ---- executing ---- */

/* Each execution gets data of its own, as each workload does. */
static struct value data_of(struct arena *a, const struct node *parts)
{
	struct map *m = map_new(a, &type_map);
	const struct node *part;
	struct value v;
	uint32_t i;
	str name;

	for (i = 0; i < parts->n; i++) {
		name = node_text(parts->entries[i].key);
		part = parts->entries[i].value;
		if (str_eq(name, STR("ObjectMeta")))
			v = view_of(a, "ObjectMeta", part);
		else if (str_eq(name, STR("Spec")))
			v = view_of(a, "PodSpec", part);
		else
			v = value_of_node(a, &type_interface, part, false);
		map_set(m, name, v);
	}
	return value_of_map(m, &type_map);
}

int render_once(struct render *r, struct err *e)
{
	struct tmpl_context context = { .arena = &r->doc,
					.limits = TMPL_LIMITS };

	arena_reset(&r->doc);
	buf_clear(&r->out);
	return tmpl_exec(r->tmpl, &r->out, data_of(&r->doc, r->data),
			 &context, e);
}

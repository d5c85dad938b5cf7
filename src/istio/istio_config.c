/*
 * The injection Config (inject.Config of istio.io/istio pkg/kube/inject), the
 * values and the MeshConfig.
 *
 * They are read as by sigs.k8s.io/yaml: field names in any case, null for
 * nothing, and any scalar where text is wanted.
 */
#include "istio/istio_config.h"

#include <stdlib.h>

#include "base/array.h"
#include "json/scan.h"
#include "k8s/typed.h"
#include "yaml/read.h"

enum shape {
	SHAPE_TEXT,
	SHAPE_TEXTS,	 /* a list of texts */
	SHAPE_TEXT_MAP,	 /* a map of texts */
	SHAPE_TEXTS_MAP, /* a map of lists of texts */
	SHAPE_SELECTORS, /* a list of label selectors */
};

static const enum shape shapes[FIELDS] = {
	[FIELD_POLICY] = SHAPE_TEXT,
	[FIELD_DEFAULTS] = SHAPE_TEXTS,
	[FIELD_TEMPLATES] = SHAPE_TEXT_MAP,
	[FIELD_ALIASES] = SHAPE_TEXTS_MAP,
	[FIELD_NEVER] = SHAPE_SELECTORS,
	[FIELD_ALWAYS] = SHAPE_SELECTORS,
	[FIELD_ANNOTATIONS] = SHAPE_TEXT_MAP,
};

static int wrong(const struct node *n, const char *path, const char *want,
		 struct err *e)
{
	return err_set(e, node_pos(n), "%s: expected %s, found %s", path, want,
		       node_kind_name(n));
}

static int check(const struct node *n, enum shape shape, const char *path,
		 struct err *e);

static int check_list(const struct node *n, enum shape items, const char *path,
		      struct err *e)
{
	struct buf at = BUF_INIT;
	int failed = 0;

	if (n->kind != NODE_LIST)
		return wrong(n, path, "a list", e);
	for (uint32_t i = 0; i < n->n && !failed; i++) {
		buf_clear(&at);
		buf_printf(&at, "%s[%u]", path, i);
		failed = check(n->items[i], items, buf_z(&at), e);
	}
	buf_release(&at);
	return failed;
}

static int check_map(const struct node *n, enum shape values, const char *path,
		     struct err *e)
{
	struct buf at = BUF_INIT;
	int failed = 0;

	if (n->kind != NODE_MAP)
		return wrong(n, path, "a map", e);
	for (uint32_t i = 0; i < n->n && !failed; i++) {
		buf_clear(&at);
		buf_printf(&at, "%s.", path);
		buf_adds(&at, node_text(n->entries[i].key));
		failed = check(n->entries[i].value, values, buf_z(&at), e);
	}
	buf_release(&at);
	return failed;
}

static int check_selectors(const struct node *n, const char *path,
			   struct err *e)
{
	if (n->kind != NODE_LIST)
		return wrong(n, path, "a list", e);
	for (uint32_t i = 0; i < n->n; i++) {
		const struct node *item = n->items[i];
		struct err own = ERR_INIT;

		if (item->kind != NODE_MAP && item->kind != NODE_NULL)
			return err_set(e, node_pos(item),
				       "%s[%u]: expected a map, "
				       "found %s",
				       path, i, node_kind_name(item));
		if (typed_check("LabelSelector", item, NULL, &own))
			return err_set(e, own.pos, "%s[%u].%s", path, i,
				       own.text);
	}
	return 0;
}

static int check(const struct node *n, enum shape shape, const char *path,
		 struct err *e)
{
	if (n->kind == NODE_NULL)
		return 0;
	switch (shape) {
	case SHAPE_TEXTS:
		return check_list(n, SHAPE_TEXT, path, e);
	case SHAPE_TEXT_MAP:
		return check_map(n, SHAPE_TEXT, path, e);
	case SHAPE_TEXTS_MAP:
		return check_map(n, SHAPE_TEXTS, path, e);
	case SHAPE_SELECTORS:
		return check_selectors(n, path, e);
	default:
		return node_is_scalar(n) ? 0 : wrong(n, path, "text", e);
	}
}

/* The only template of releases before 1.9.  Beside `templates` it has a text
 * that fails in those releases, and no other effect. */
#define FORMER_TEMPLATE STR("template")

/* The value of each field, NULL if absent or null. */
static int read_fields(const struct config_reader *r, const struct node *root,
		       const struct node *values[FIELDS], struct err *e)
{
	for (uint32_t i = 0; i < root->n; i++) {
		const struct entry *entry = &root->entries[i];
		str name = node_text(entry->key);
		enum inject_field field = config_inject_field(name);

		if (str_eq(name, FORMER_TEMPLATE))
			continue;
		if (field == FIELDS) {
			if (r->warn)
				r->warn(r->ctx, node_pos(entry->key),
					arena_printf(r->arena,
						     "unknown field "
						     "\"%.*s\" of the "
						     "injection Config",
						     STR_ARG(name))
						.p);
			continue;
		}
		if (check(entry->value, shapes[field],
			  config_inject_field_name(field).p, e))
			return -1;
		values[field] =
			entry->value->kind == NODE_NULL ? NULL : entry->value;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct config_template *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static void read_templates(const struct config_reader *r,
			   const struct node *map, struct inject_config *out)
{
	out->templates = arena_array(r->arena, struct config_template, map->n);
	out->n_templates = map->n;
	for (uint32_t i = 0; i < map->n; i++) {
		const struct node *text = map->entries[i].value;
		struct config_lines lines = config_lines(text);

		out->templates[i] = (struct config_template){
			.name = node_text(map->entries[i].key),
			.text = text->kind == NODE_NULL ? STR("")
							: node_text(text),
			.pos = lines.pos,
			.block = lines.block,
			.raw = text->flags & NODE_RAW,
			.indent = lines.indent,
		};
	}
	if (map->n)
		qsort(out->templates, map->n, sizeof(*out->templates), by_name);
}

int config_inject_of(const struct config_reader *r, const struct node *root,
		     struct inject_config *out, struct err *e)
{
	const struct node *values[FIELDS] = { NULL };
	const struct node *old = node_get(root, FORMER_TEMPLATE);
	const struct node *defaults;

	*out = (struct inject_config){ .policy = STR("") };
	if (root->kind != NODE_MAP)
		return err_set(e, node_pos(root),
			       "the injection Config is %s, "
			       "not a map",
			       node_kind_name(root));
	if (old && !node_get(root, STR("templates")))
		return err_set(e, node_pos(old),
			       "the injection Config has "
			       "the former field `template`, but no "
			       "`templates`");
	if (read_fields(r, root, values, e))
		return -1;
	defaults = values[FIELD_DEFAULTS];
	out->policy_at = values[FIELD_POLICY];
	if (out->policy_at)
		out->policy = node_text(out->policy_at);
	out->default_templates = defaults && defaults->n ? defaults : NULL;
	out->aliases = values[FIELD_ALIASES];
	out->never = values[FIELD_NEVER];
	out->always = values[FIELD_ALWAYS];
	out->injected_annotations = values[FIELD_ANNOTATIONS];
	if (values[FIELD_TEMPLATES])
		read_templates(r, values[FIELD_TEMPLATES], out);
	if (!out->n_templates && r->warn)
		r->warn(r->ctx, node_pos(root),
			"the injection Config has no templates");
	return 0;
}

/* The whole file, but for a BOM, is the template. */
static int bare_template(const struct config_reader *r,
			 const struct config_file *file,
			 struct inject_config *out)
{
	str text = { file->text, file->length };

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.n);
	out->policy = STR("enabled");
	out->templates = arena_new(r->arena, struct config_template);
	out->n_templates = 1;
	out->templates[0] = (struct config_template){
		.name = STR("sidecar"),
		.text = text,
		.pos = { file->name, 1, 1 },
		.block = true,
	};
	return 0;
}

/* Of a text that is not YAML: is it a template? */
static bool may_be_template(str text)
{
	static const char *const lines[] = {
		"templates:", "data:", "items:", "{\"", "{\n", "{\r", "{ ",
	};
	size_t at = 0;

	if (!text.n || !memmem(text.p, text.n, "{{", 2))
		return false;
	for (; at < text.n; at = str_find(text, at, '\n') + 1)
		for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
			if (str_starts(str_sub(text, at, text.n),
				       str_of(lines[i])))
				return false;
	return true;
}

int config_read_inject(const struct config_reader *r,
		       const struct config_file *file,
		       struct inject_config *out, struct err *e)
{
	struct err own = ERR_INIT;
	struct config_objects objects;
	struct config_found found;

	*out = (struct inject_config){ .policy = STR("") };
	if (config_objects(r, file, config_inject_field_name(FIELD_TEMPLATES),
			   &objects, &own)) {
		if (may_be_template((str){ file->text, file->length }))
			return bare_template(r, file, out);
		return err_set(e, own.pos, "%s", own.text);
	}
	if (!objects.n)
		return err_set(e, (struct pos){ file->name, 0, 0 },
			       "expected an injection Config or a template, "
			       "but the file is empty");
	if (config_find(r, &objects, CONFIG_INJECT, &found, e))
		return -1;
	if (!found.root)
		return bare_template(r, file, out);
	if (config_inject_of(r, found.root, out, e))
		return -1;
	out->labels = node_find(found.object, "metadata.labels");
	return 0;
}

const struct config_template *config_template(const struct inject_config *c,
					      str name)
{
	for (uint32_t i = 0; i < c->n_templates; i++)
		if (str_eq(c->templates[i].name, name))
			return &c->templates[i];
	return NULL;
}

str config_template_text(struct arena *a, const struct config_template *t)
{
	return t->raw ? yaml_unindent(a, t->text, t->indent) : t->text;
}

struct pos config_template_pos(const struct config_template *t, uint32_t line,
			       uint32_t column)
{
	struct pos pos = t->pos;

	if (!t->block) {
		pos.column = 0;
		return pos;
	}
	pos.line += line - 1;
	pos.column = column ? column + t->indent : 0;
	return pos;
}

/* ---- values and MeshConfig ---- */

/* The map in a file; NULL if there is nothing. */
static int read_map(const struct config_reader *r,
		    const struct config_file *file, enum config_kind kind,
		    const char *what, const struct node **out, struct err *e)
{
	struct config_objects objects;
	struct config_found found;

	if (config_objects(r, file, STR_NONE, &objects, e) ||
	    config_find(r, &objects, kind, &found, e))
		return -1;
	*out = found.root;
	if (*out && (*out)->kind == NODE_NULL)
		*out = NULL;
	if (*out && (*out)->kind != NODE_MAP)
		return err_set(e, node_pos(*out), "%s %s, not a map", what,
			       node_kind_name(*out));
	return 0;
}

/* Istio reads values into a struct as well (operator/pkg/apis: Values), and
 * what does not fit is refused. */
int config_check_values(const struct node *values, struct err *e)
{
	static const struct {
		const char *path;
		uint8_t kind;	/* enum node_kind, as a node has it */
	} types[] = {
		{ "global", NODE_MAP },
		{ "global.hub", NODE_STRING },
		{ "global.variant", NODE_STRING },
		{ "global.network", NODE_STRING },
		{ "global.multiCluster", NODE_MAP },
		{ "global.multiCluster.clusterName", NODE_STRING },
		{ "global.proxy", NODE_MAP },
		{ "global.proxy.image", NODE_STRING },
		{ "global.proxy.holdApplicationUntilProxyStarts", NODE_BOOL },
		{ "global.proxy_init", NODE_MAP },
		{ "global.proxy_init.image", NODE_STRING },
		{ "sidecarInjectorWebhook", NODE_MAP },
		{ "sidecarInjectorWebhook.rewriteAppHTTPProbe", NODE_BOOL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct node *n = node_find(values, types[i].path);
		const struct node want = { .kind = types[i].kind };

		if (n && n->kind != NODE_NULL && n->kind != want.kind)
			return err_set(e, node_pos(n), "could not parse "
				       "configuration values: %s: expected "
				       "%s, found %s", types[i].path,
				       node_kind_name(&want),
				       node_kind_name(n));
	}
	return 0;
}

int config_read_values(const struct config_reader *r,
		       const struct config_file *file, const struct node **out,
		       struct err *e)
{
	return read_map(r, file, CONFIG_VALUES, "the values are", out, e);
}

int config_read_mesh(const struct config_reader *r,
		     const struct config_file *file, const struct node **out,
		     struct err *e)
{
	return read_map(r, file, CONFIG_MESH, "the MeshConfig is", out, e);
}

/*
 * The injection Config (inject.Config of istio.io/istio pkg/kube/inject), the
 * values, the MeshConfig and the IstioOperator.
 *
 * They are read as by sigs.k8s.io/yaml: field names in any case, null for
 * nothing, and any scalar where text is wanted.
 */
#include "istio/istio_config.h"

#include <stdlib.h>

#include "base/array.h"
#include "helm/helm.h"
#include "json/scan.h"
#include "k8s/typed.h"

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
	if (config_objects(r, file, &objects, &own)) {
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

/* ---- values, MeshConfig and IstioOperator ---- */

/*
 * Values, MeshConfig and IstioOperator.
 */

static int read_map(const struct config_reader *r,
		    const struct config_file *file, enum config_kind kind,
		    const char *what, const struct node **out, struct err *e)
{
	struct config_objects objects;
	struct config_found found;

	if (config_objects(r, file, &objects, e) ||
	    config_find(r, &objects, kind, &found, e))
		return -1;
	*out = found.root;
	if (!*out || (*out)->kind == NODE_NULL)
		*out = node_new_map(r->arena, NULL, NULL, 0);
	if ((*out)->kind != NODE_MAP)
		return err_set(e, node_pos(*out), "%s %s, not a map", what,
			       node_kind_name(*out));
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

/* The one IstioOperator; like istioctl, no kind at all will do. */
static const struct node *find_operator(const struct config_file *file,
					const struct config_objects *objects,
					struct err *e)
{
	static const str wanted = STR("IstioOperator");
	const struct node *found = NULL;

	for (uint32_t i = 0; i < objects->n; i++) {
		const struct node *object = objects->items[i];
		const struct node *kind = node_get(object, STR("kind"));

		if (object->kind != NODE_MAP ||
		    (kind && !str_eq(node_string(kind), wanted)))
			continue;
		if (found) {
			err_set(e, node_pos(object), "a second "
				"IstioOperator; only one is allowed");
			return NULL;
		}
		found = object;
	}
	if (!found)
		err_set(e, (struct pos){ file->name, 0, 0 },
			"no IstioOperator found in this file");
	return found;
}

/* The values of istioctl's profiles/default.yaml, which it uses for any
 * profile, without hub and tag, which depend on its build. */
static const struct node *operator_defaults(struct arena *a)
{
	static const struct source source = SOURCE_JSON(
		"the default profile",
		STR("{\"defaultRevision\":\"default\",\"global\":{"
		    "\"istioNamespace\":\"istio-system\","
		    "\"configValidation\":true},"
		    "\"pilot\":{\"enabled\":true,\"cni\":{\"enabled\":false}}"
		    "}"));
	const struct node *values = NULL;

	json_scan(a, &source, 0, &values, NULL);
	return values;
}

/* The map {a: {b: value}} for the path "a.b". */
static const struct node *map_at(struct arena *a, str path,
				 const struct node *value)
{
	struct entry *entry = arena_new(a, struct entry);
	str key, rest;

	entry->value = value;
	if (str_cut(path, '.', &key, &rest))
		entry->value = map_at(a, rest, value);
	entry->key = node_new_string(a, key);
	return node_new_map(a, NULL, entry, 1);
}

/* As istioctl's operator/pkg/render has it (translateIstioOperatorToHelm):
 * fields of the spec that are values, too. */
static const struct node *translate(struct arena *a, const struct node *spec)
{
	static const struct {
		const char *field;
		str value;
	} rules[] = {
		{ "hub", STR("global.hub") },
		{ "tag", STR("global.tag") },
		{ "revision", STR("revision") },
		{ "meshConfig", STR("meshConfig") },
		{ "compatibilityVersion", STR("compatibilityVersion") },
		{ "components.pilot.enabled", STR("pilot.enabled") },
		{ "components.cni.enabled", STR("pilot.cni.enabled") },
	};
	const struct node *values = operator_defaults(a);

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct node *n = node_find(spec, rules[i].field);

		if (n && n->kind != NODE_NULL)
			values = values_merge(a, values,
					      map_at(a, rules[i].value, n));
	}
	return values;
}

/* A part of the spec that is a map: 0 with it, or with NULL if absent. */
static int get_map(const struct node *map, const char *path, const char *key,
		   const struct node **out, struct err *e)
{
	*out = node_get(map, str_of(key));
	if (*out && (*out)->kind == NODE_NULL)
		*out = NULL;
	if (*out && (*out)->kind != NODE_MAP)
		return err_set(e, node_pos(*out),
			       "%s%s: expected a map, found %s", path, key,
			       node_kind_name(*out));
	return 0;
}

int config_read_operator(const struct config_reader *r,
			 const struct config_file *file,
			 const struct node **values, const struct node **mesh,
			 struct err *e)
{
	struct config_objects objects;
	const struct node *object, *spec, *own;
	str profile;

	if (config_objects(r, file, &objects, e))
		return -1;
	object = find_operator(file, &objects, e);
	if (!object || node_check(object, e) ||
	    get_map(object, "", "spec", &spec, e) ||
	    get_map(spec, "spec.", "values", &own, e) ||
	    get_map(spec, "spec.", "meshConfig", mesh, e))
		return -1;
	profile = node_string(node_get(spec, STR("profile")));
	if (r->warn && profile.n && !str_eq(profile, STR("default")))
		r->warn(r->ctx, node_pos(node_get(spec, STR("profile"))),
			arena_printf(r->arena,
				     "the values of the profile "
				     "\"%.*s\" are not known here",
				     STR_ARG(profile))
				.p);
	*values = values_merge(r->arena, translate(r->arena, spec), own);
	return 0;
}

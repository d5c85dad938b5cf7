/*
 * Values, MeshConfig and IstioOperator.
 */
#include "base/array.h"
#include "istio/config_file.h"
#include "helm/values.h"
#include "json/scan.h"

static int read_map(const struct config_reader *r,
		    const struct config_file *file, enum config_kind kind,
		    const char *what, const struct node **out, struct err *e)
{
	struct config_objects objects;

	if (config_objects(r, file, &objects, e) ||
	    config_choose(r, &objects, kind, out, e))
		return -1;
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
			err_set(e, node_pos(object), "a second IstioOperator");
			return NULL;
		}
		found = object;
	}
	if (!found)
		err_set(e, (struct pos){ file->name, 0, 0 },
			"there is no IstioOperator in it");
	return found;
}

/* What istioctl has under an IstioOperator, hub and tag aside, which are of the
 * day it was built: profiles/default.yaml, for any profile. */
static const struct node *operator_defaults(struct arena *a)
{
	static const struct source source = {
		"the default profile",
		STR("{\"defaultRevision\":\"default\",\"global\":{"
		    "\"istioNamespace\":\"istio-system\","
		    "\"configValidation\":true},"
		    "\"pilot\":{\"enabled\":true,\"cni\":{\"enabled\":false}}"
		    "}"),
		1,
		1,
		true,
	};
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

/* A part of the spec that is a map: 0 with it, or NULL where it has none. */
static int get_map(const struct node *map, const char *path, const char *key,
		   const struct node **out, struct err *e)
{
	*out = node_get(map, str_of(key));
	if (*out && (*out)->kind == NODE_NULL)
		*out = NULL;
	if (*out && (*out)->kind != NODE_MAP)
		return err_set(e, node_pos(*out), "%s%s: want a map, found %s",
			       path, key, node_kind_name(*out));
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

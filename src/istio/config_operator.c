/*
 * The IstioOperator, which has values among other things.  Releases read it
 * differently: see config_read_operator().
 */
#include "istio/istio_config.h"

#include "base/array.h"
#include "helm/helm.h"
#include "json/scan.h"

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
			 struct config_operator *out, struct err *e)
{
	struct config_objects objects;
	const struct node *spec;
	str profile;

	*out = (struct config_operator){ NULL, NULL, NULL, NULL };
	if (config_objects(r, file, STR_NONE, &objects, e))
		return -1;
	out->object = find_operator(file, &objects, e);
	if (!out->object || node_check(out->object, e) ||
	    get_map(out->object, "", "spec", &spec, e) ||
	    get_map(spec, "spec.", "values", &out->own, e) ||
	    get_map(spec, "spec.", "meshConfig", &out->mesh, e))
		return -1;
	profile = node_string(node_get(spec, STR("profile")));
	if (r->warn && profile.n && !str_eq(profile, STR("default")))
		r->warn(r->ctx, node_pos(node_get(spec, STR("profile"))),
			arena_printf(r->arena,
				     "the values of the profile "
				     "\"%.*s\" are not known here",
				     STR_ARG(profile))
				.p);
	out->values = values_merge(r->arena, translate(r->arena, spec),
				   out->own);
	return 0;
}

/* ---- until 1.23: nothing unknown ---- */

/* Fields of the messages of istio.io/api operator/v1alpha1 in these releases,
 * as far as a mistake in them is likely; below, anything goes.  `at` is a path
 * in the object, in which a `*` is any item. */
static const struct known {
	const char *at, *fields;
} known_fields[] = {
	{ "", "apiVersion kind metadata spec status" },
	{ "spec", "profile installPackagePath hub tag resourceSuffix namespace "
	  "revision defaultRevision compatibilityVersion meshConfig components "
	  "addonComponents values unvalidatedValues" },
	{ "spec.components", "base pilot cni ztunnel istiodRemote "
	  "ingressGateways egressGateways" },
	{ "spec.components.base", "enabled k8s" },
	{ "spec.components.pilot", "enabled namespace hub tag spec k8s" },
	{ "spec.components.cni", "enabled namespace hub tag spec k8s" },
	{ "spec.components.ztunnel", "enabled namespace hub tag spec k8s" },
	{ "spec.components.istiodRemote",
	  "enabled namespace hub tag spec k8s" },
};

static bool is_listed(const char *words, str word)
{
	str head, rest = str_of(words);

	while (rest.n) {
		str_cut(rest, ' ', &head, &rest);
		if (str_eq(head, word))
			return true;
	}
	return false;
}

static int check_fields(const struct node *map, const struct known *known,
			struct err *e)
{
	for (uint32_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		const struct node *key = map->entries[i].key;

		if (!is_listed(known->fields, node_text(key)))
			return err_set(e, node_pos(key), "unknown field "
				       "\"%s%s%.*s\" of the IstioOperator: "
				       "before Istio 1.24 that is an error",
				       known->at, *known->at ? "." : "",
				       STR_ARG(node_text(key)));
	}
	return 0;
}

/* The first field of the mesh that is unknown. */
static void take_unknown(void *ctx, struct pos pos, const char *text)
{
	err_set(ctx, pos, "spec.meshConfig: %s", text);
}

int config_check_operator(struct arena *a, struct release release,
			  const struct config_operator *o, struct err *e)
{
	struct err unknown = ERR_INIT;
	struct mesh mesh;

	for (size_t i = 0; i < ARRAY_SIZE(known_fields); i++) {
		const struct known *k = &known_fields[i];

		if (check_fields(*k->at ? node_find(o->object, k->at) :
					  o->object, k, e))
			return -1;
	}
	if (o->mesh && !mesh_read(a, &mesh, release, o->mesh, take_unknown,
				  &unknown, NULL) && unknown.set)
		return err_set(e, unknown.pos, "%s", unknown.text);
	return 0;
}

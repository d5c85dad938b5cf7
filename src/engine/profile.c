#include "engine/settings.h"

#include "base/array.h"
#include "helm/helm.h"

static const char *const template_names[] = {
	"gateway", "grpc-agent", "grpc-simple", "sidecar",
};

#define N_TEMPLATES (ARRAY_SIZE(template_names))

/* The name of the revision that has none. */
#define NO_REVISION STR("default")

static str value_at(const struct istio *istio, const char *path)
{
	return node_string(node_find(istio->values, path));
}

/* ---- values ---- */

int profile_values(const struct config_reader *r, struct istio *istio,
		   struct err *e)
{
	const struct injector_builtin *b = builtin_istio("istio/values");
	const struct config_file file = { b->name, b->text, b->length };

	if (config_read_values(r, &file, &istio->values, e))
		return -1;
	if (istio->revision.n && !str_eq(istio->revision, NO_REVISION))
		istio->values = node_with(r->arena, istio->values,
					  STR("revision"),
					  node_new_string(r->arena,
							  istio->revision));
	return 0;
}

/* ---- mesh ---- */

static const struct node *discovery_address(struct arena *a,
					    const struct istio *istio)
{
	str revision = value_at(istio, "revision");
	str namespace = value_at(istio, "global.istioNamespace");

	if (!namespace.n)
		namespace = STR("istio-system");
	return node_new_string(a, arena_printf(a,
					       "istiod%s%.*s.%.*s.svc:15012",
					       revision.n ? "-" : "",
					       STR_ARG(revision),
					       STR_ARG(namespace)));
}

const struct node *profile_mesh(struct arena *a, const struct istio *istio,
				const struct node *given)
{
	const struct node *empty = node_new(a, NODE_MAP);
	const struct node *proxy = node_with(a, empty, STR("discoveryAddress"),
					     discovery_address(a, istio));
	const struct node *mesh = node_with(a, empty, STR("defaultConfig"),
					    proxy);

	mesh = values_merge(a, mesh, node_get(istio->values,
					      STR("meshConfig")));
	return values_merge(a, mesh, given);
}

/* ---- the injection Config ---- */

static const struct node *templates(struct arena *a, const struct istio *istio)
{
	const struct node *map = node_new(a, NODE_MAP);

	for (size_t i = 0; i < N_TEMPLATES; i++) {
		const char *name = arena_printf(a, "istio/%s",
						template_names[i]).p;
		const struct injector_builtin *b = builtin_istio(name);

		map = node_with(a, map, str_of(template_names[i]),
				node_new_string(a, (str){ b->text,
							  b->length }));
	}
	return values_merge(a, map,
			    node_find(istio->values,
				      "sidecarInjectorWebhook.templates"));
}

/* Places in a built-in template are places in its file. */
static void name_templates(struct arena *a, struct inject_config *config)
{
	for (uint32_t i = 0; i < config->n_templates; i++) {
		struct config_template *t = &config->templates[i];

		if (t->pos.file)
			continue;
		t->pos = (struct pos){
			arena_printf(a, "istio/%.*s", STR_ARG(t->name)).p, 1, 1
		};
		t->block = true;
	}
}

int profile_inject(const struct config_reader *r, struct istio *istio,
		   struct err *e)
{
	static const struct {
		str field;
		const char *value;
	} fields[] = {
		{ STR("policy"), "global.proxy.autoInject" },
		{ STR("defaultTemplates"),
		  "sidecarInjectorWebhook.defaultTemplates" },
		{ STR("neverInjectSelector"),
		  "sidecarInjectorWebhook.neverInjectSelector" },
		{ STR("alwaysInjectSelector"),
		  "sidecarInjectorWebhook.alwaysInjectSelector" },
		{ STR("injectedAnnotations"),
		  "sidecarInjectorWebhook.injectedAnnotations" },
	};
	const struct node *config = node_new(r->arena, NODE_MAP);

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct node *value = node_find(istio->values,
						     fields[i].value);

		if (value)
			config = node_with(r->arena, config, fields[i].field,
					   value);
	}
	config = node_with(r->arena, config, STR("templates"),
			   templates(r->arena, istio));
	if (config_inject_of(r, config, &istio->inject, e))
		return -1;
	name_templates(r->arena, &istio->inject);
	if (!istio->revision.n)
		istio->revision = value_at(istio, "revision");
	if (!istio->revision.n)
		istio->revision = NO_REVISION;
	return 0;
}

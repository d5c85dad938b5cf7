#include "engine/settings.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "helm/helm.h"

/*
 * The texts of templates/istio are those of the newest release; "releases"
 * among them tells what an earlier one does not have.
 */

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

static int read_text(const struct config_reader *r, const char *name,
		     const struct node **out, struct err *e)
{
	const struct injector_builtin *b = &builtin_istio(name)->row;
	const struct config_file file = { b->name, b->text, b->length };

	return config_read_values(r, &file, out, e);
}

/* ---- releases ---- */

struct profile {
	struct release release;
	const struct node *known;	/* NULL: nothing differs */
};

static int read_profile(const struct config_reader *r, struct release release,
			struct profile *out, struct err *e)
{
	*out = (struct profile){ release, NULL };
	if (!release_is_older(release, RELEASE_NEWEST))
		return 0;
	return read_text(r, "istio/releases", &out->known, e);
}

static struct release release_of(const struct node *text)
{
	struct release release = RELEASE_NEWEST;
	bool valid = release_read(node_string(text), &release);

	assert(valid);
	(void)valid;
	return release;
}

/* Does the release have what came with the first of the list, a minor release,
 * and with the patches of earlier ones that follow? */
static bool is_since(struct release release, const struct node *list)
{
	if (!release_is_older(release, release_of(node_item(list, 0))))
		return true;
	for (uint32_t i = 1; i < list->n; i++) {
		struct release patch = release_of(node_item(list, i));

		if (release.minor == patch.minor)
			return release.patch >= patch.patch;
	}
	return false;
}

static bool supports(const struct profile *p, str feature)
{
	const struct node *features = node_get(p->known, STR("features"));
	const struct node *since = node_get(features, feature);

	assert(since);
	return is_since(p->release, since);
}

/* The text of a template, its conditions as they are with the release. */
static str decide(struct arena *a, const struct profile *p,
		  const struct builtin_text *t)
{
	const struct builtin_condition *c;
	size_t n = t->row.length;
	char *text;

	if (!p->known)
		return (str){ t->row.text, n };
	text = arena_array(a, char, n);
	memcpy(text, t->row.text, n);
	for (c = t->conditions; c->feature; c++) {
		bool holds = supports(p, str_of(c->feature)) == c->newest;

		memset(text + c->at, ' ', c->length);
		memcpy(text + c->at, holds ? "true" : "false", holds ? 4 : 5);
	}
	return (str){ text, n };
}

/* ---- values ---- */

/* The tag of the images: the release, or its last patch. */
static str tag_of(const struct profile *p, struct arena *a)
{
	const struct node *last = node_get(p->known, STR("releases"));
	int patch = p->release.patch;

	if (patch == RELEASE_LAST_PATCH)
		patch = 0;
	for (uint32_t i = 0; last && i < last->n; i++) {
		struct release known = release_of(node_item(last, i));

		if (p->release.patch == RELEASE_LAST_PATCH &&
		    known.minor == p->release.minor)
			patch = known.patch;
	}
	return arena_printf(a, "1.%d.%d", p->release.minor, patch);
}

/* The values as they were in an earlier release. */
static const struct node *values_before(const struct profile *p,
					struct arena *a,
					const struct node *values)
{
	const struct node *list = node_get(p->known, STR("values"));

	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct node *item = node_item(list, i);
		struct release since = release_of(node_get(item,
							   STR("before")));

		if (release_is_older(p->release, since))
			values = values_merge(a, values,
					      node_get(item, STR("values")));
	}
	return values;
}

static const struct node *with_tag(struct arena *a, const struct node *values,
				   str tag)
{
	const struct node *global = node_get(values, STR("global"));

	global = node_with(a, global, STR("tag"), node_new_string(a, tag));
	return node_with(a, values, STR("global"), global);
}

/* The profile of the oldest release stands for those before it. */
static void warn_older(struct injector *in, const struct profile *p)
{
	const struct node *all = node_get(p->known, STR("releases"));
	struct release oldest;

	if (!all)
		return;
	oldest = release_of(node_item(all, all->n - 1));
	if (!release_is_older(p->release, oldest))
		return;
	settings_warn(in, WARN_ISTIO_RELEASE, POS_NONE,
		      arena_printf(&in->arena,
				   "the built-in profiles begin with Istio "
				   "1.%d, and that is used for 1.%d; with "
				   "--injectConfigFile use its own",
				   oldest.minor, p->release.minor).p);
}

int profile_values(struct injector *in, struct err *e)
{
	const struct config_reader r = settings_reader(in);
	struct istio *istio = &in->istio;
	struct arena *a = &in->arena;
	struct profile p;

	if (read_text(&r, "istio/values", &istio->values, e) ||
	    read_profile(&r, istio->release, &p, e))
		return -1;
	warn_older(in, &p);
	istio->values = values_before(&p, a, istio->values);
	if (p.known || p.release.patch != RELEASE_LAST_PATCH)
		istio->values = with_tag(a, istio->values, tag_of(&p, a));
	if (istio->revision.n && !str_eq(istio->revision, NO_REVISION))
		istio->values = node_with(a, istio->values, STR("revision"),
					  node_new_string(a, istio->revision));
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

static const struct node *templates(struct arena *a, const struct profile *p,
				    const struct istio *istio)
{
	const struct node *map = node_new(a, NODE_MAP);

	for (size_t i = 0; i < N_TEMPLATES; i++) {
		const char *name = arena_printf(a, "istio/%s",
						template_names[i]).p;
		map = node_with(a, map, str_of(template_names[i]),
				node_new_string(a, decide(a, p,
						builtin_istio(name))));
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
	struct profile p;

	if (read_profile(r, istio->release, &p, e))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct node *value = node_find(istio->values,
						     fields[i].value);

		if (value)
			config = node_with(r->arena, config, fields[i].field,
					   value);
	}
	config = node_with(r->arena, config, STR("templates"),
			   templates(r->arena, &p, istio));
	if (config_inject_of(r, config, &istio->inject, e))
		return -1;
	name_templates(r->arena, &istio->inject);
	if (!istio->revision.n)
		istio->revision = value_at(istio, "revision");
	if (!istio->revision.n)
		istio->revision = NO_REVISION;
	return 0;
}

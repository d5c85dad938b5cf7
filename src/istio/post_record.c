/*
 * What an injection records about itself in the Pod, and what the next one, or
 * the removal, does with it:
 *
 *	sidecar.istio.io/status    names of the containers, volumes and pull
 *	                           secrets that the templates define
 *	proxy.istio.io/overrides   the user's settings of containers that a
 *	                           template defines, too, as Go's JSON
 *
 * Steps: metadata (writes the status), overrides (the user's settings override
 * the template's).  The next injection takes out this one in post_strip.c.
 */
#include "istio/post.h"

#include "base/array.h"
#include "json/text.h"
#include "k8s/gojson.h"
#include "k8s/schema.h"
#include "k8s/strategic_merge.h"
#include "k8s/typed.h"

/* ---- status and metadata ---- */

/*
 * inject.go: SidecarInjectionStatus, injectionStatus; webhook.go:
 * getInjectionStatus, parseStatus, applyMetadata.
 *
 * It lists the names in the merged templates, including the user's containers
 * that a template changes.
 */

#define LABEL_NETWORK STR("topology.istio.io/network")

/* In the order of Go's struct. */
static const char *const status_lists[] = {
	"initContainers", "containers", "volumes", "imagePullSecrets",
};

#define N_STATUS_LISTS (ARRAY_SIZE(status_lists))

/* Absent, null, or a list of texts and nulls. */
static bool is_names(const struct node *n)
{
	if (!n || n->kind == NODE_NULL)
		return true;
	if (n->kind != NODE_LIST)
		return false;
	for (uint32_t i = 0; i < n->n; i++)
		if (n->items[i]->kind != NODE_STRING &&
		    n->items[i]->kind != NODE_NULL)
			return false;
	return true;
}

struct injected injected_read(const struct injection *in)
{
	const struct node *note = pod_note(in->pod, NOTE_STATUS);
	struct injected injected = { note != NULL, NULL };
	const struct node *status = note ? note_json(in, note, NULL) : NULL;

	if (!status || status->kind != NODE_MAP)
		return injected;
	for (size_t i = 0; i < N_STATUS_LISTS; i++)
		if (!is_names(node_get(status, str_of(status_lists[i]))))
			return injected;
	injected.status = status;
	return injected;
}

bool injected_has(const struct injected *injected, enum pod_list list, str name)
{
	const struct node *names = node_get(injected->status,
					    pod_list_key(list));

	for (uint32_t i = 0; i < pod_count(names); i++)
		if (pod_text_is(node_item(names, i), name))
			return true;
	return false;
}

/* ["a","b"], or null if there are none, as Go's nil slice. */
static void write_names(struct arena *a, struct buf *b,
			const struct node *list)
{
	if (!pod_count(list)) {
		buf_addz(b, "null");
		return;
	}
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *name = node_get(node_item(list, i),
						   STR("name"));

		buf_addc(b, i ? ',' : '[');
		json_write_text_go(b, pod_text(a, name));
	}
	buf_addc(b, ']');
}

static str status_text(const struct injection *in)
{
	const struct node *spec = node_get(in->rendered, STR("spec"));
	str revision = in->istio->revision, text;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < N_STATUS_LISTS; i++) {
		buf_addz(&b, i ? ",\"" : "{\"");
		buf_addz(&b, status_lists[i]);
		buf_addz(&b, "\":");
		write_names(in->arena, &b,
			    node_get(spec, str_of(status_lists[i])));
	}
	buf_addz(&b, ",\"revision\":");
	json_write_text_go(&b, revision.n ? revision : STR("default"));
	buf_addc(&b, '}');
	text = arena_str(in->arena, buf_str(&b));
	buf_release(&b);
	return text;
}

const struct node *post_metadata(const struct injection *in,
				 const struct node *pod, struct err *e)
{
	const struct node *more = in->istio->inject.injected_annotations;
	str network = proxy_env(&in->envs, STR("ISTIO_META_NETWORK"));
	struct arena *a = in->arena;

	(void)e;
	if (network.p)
		pod = pod_label_with(a, pod, LABEL_NETWORK, network);
	pod = pod_annotate(a, pod, NOTE_STATUS, status_text(in));
	/* kube-inject ignores them */
	if (!in->istio->policy || !more || more->kind != NODE_MAP)
		return pod;
	for (uint32_t i = 0; i < more->n; i++)
		pod = pod_annotate(a, pod, node_text(more->entries[i].key),
				   pod_text(a, more->entries[i].value));
	return pod;
}

/* ---- shapes of containers ---- */

static const struct node *common(struct arena *a,
				 const struct schema_type *type,
				 const struct node *now,
				 const struct node *shape);

/* The items of `list` by their merge keys. */
static const struct node *by_key(struct arena *a, const struct node *list,
				 str key)
{
	struct entry *entries = arena_array(a, struct entry, list->n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *k = node_get(list->items[i], key);

		if (k && node_is_scalar(k))
			entries[n++] = (struct entry){ k, list->items[i] };
	}
	return node_new_map(a, NULL, entries, n);
}

static const struct node *common_items(struct arena *a,
				       const struct schema_field *f,
				       const struct node *now,
				       const struct node *shape)
{
	str key = str_of(schema_text(f->merge_key));
	const struct node **items, *shapes;
	uint32_t n = 0;

	if (!(f->flags & SCHEMA_MERGE) || !key.n)
		return now;
	items = arena_array(a, const struct node *, now->n);
	shapes = by_key(a, shape, key);
	for (uint32_t i = 0; i < now->n; i++) {
		const struct node *k = node_get(now->items[i], key);
		const struct node *s = k && node_is_scalar(k) ?
			node_get(shapes, node_text(k)) : NULL;

		if (s)
			items[n++] = common(a, schema_struct(f),
					    now->items[i], s);
	}
	return node_new_list(a, now, items, n);
}

static const struct node *common_value(struct arena *a,
				       const struct schema_field *f,
				       const struct node *now,
				       const struct node *shape)
{
	if (!f || now->kind != shape->kind)
		return now;
	if (now->kind == NODE_LIST)
		return common_items(a, f, now, shape);
	if (now->kind == NODE_MAP)
		return common(a, f->shape == SCHEMA_ONE ? schema_struct(f) :
			      NULL, now, shape);
	return now;
}

/* The keys that both maps have, with the values of `now`; type NULL: a map of
 * scalars. */
static const struct node *common(struct arena *a,
				 const struct schema_type *type,
				 const struct node *now,
				 const struct node *shape)
{
	struct entry *entries;
	uint32_t n = 0;

	if (now->kind != NODE_MAP || shape->kind != NODE_MAP)
		return now;
	entries = arena_array(a, struct entry, now->n);
	for (uint32_t i = 0; i < now->n; i++) {
		struct entry e = now->entries[i];
		str key = node_text(e.key);
		const struct node *s = node_get(shape, key);

		if (!s)
			continue;
		e.value = common_value(a, type ? schema_field(type, key) : NULL,
				       e.value, s);
		entries[n++] = e;
	}
	return node_new_map(a, now, entries, n);
}

const struct node *container_common(struct arena *a, const struct node *now,
				    const struct node *shape)
{
	return common(a, schema_type(STR("Container")), now, shape);
}

/* ---- overrides ---- */

/*
 * Containers that both the user and a template define: the user's settings
 * override the template's (webhook.go: reapplyOverwrittenContainers).
 *
 * Istio writes the annotation at the first injection and ignores it at the
 * second, which merges the template over the user's settings.  Here they are
 * applied again: the annotation says which fields are the user's, the Pod what
 * their values are now, so that later changes in the injected manifest are
 * kept, too; and a container that the user defined later is added to the
 * annotation.
 */

/* A placeholder for the template's image. */
#define IMAGE_AUTO STR("auto")

static int check_containers(const struct node *list, struct err *e)
{
	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return err_set(e, POS_NONE,
			       "expected a list of containers, found "
			       "%s",
			       node_kind_name(list));
	for (uint32_t i = 0; i < list->n; i++)
		if (typed_check("Container", list->items[i], NULL, e))
			return -1;
	return 0;
}

int overrides_read(const struct injection *in, struct overrides *out,
		   struct err *e)
{
	const struct node *note = pod_note(in->pod, NOTE_OVERRIDES);
	struct err inner = ERR_INIT;

	out->all = note ? note_json(in, note, &inner) : NULL;
	if (!note || (out->all && out->all->kind == NODE_NULL))
		return 0;
	if (out->all && out->all->kind != NODE_MAP)
		err_set(&inner, POS_NONE, "expected a map, found %s",
			node_kind_name(out->all));
	for (enum pod_list list = 0; !inner.set && list < POD_LISTS; list++)
		check_containers(node_get(out->all, pod_list_key(list)),
				 &inner);
	if (!inner.set)
		return 0;
	return err_set(e, node_pos(note), "annotation %.*s: %s",
		       STR_ARG(NOTE_OVERRIDES), inner.text);
}

const struct node *overrides_find(const struct overrides *o,
				  enum pod_list list, str name)
{
	const struct node *c = pod_named(overrides_list(o, list), name);

	return c ? c : pod_named(overrides_list(o, pod_other(list)), name);
}

struct reapply {
	const struct injection *in;
	struct injected injected;
	struct overrides overrides;
	const struct node *pod;			/* so far */
	/* To be added to the annotation. */
	const struct node **found[POD_LISTS];
	uint32_t n[POD_LISTS];
};

static bool was_injected(const struct reapply *r, enum pod_list list, str name)
{
	return injected_has(&r->injected, list, name) ||
	       injected_has(&r->injected, pod_other(list), name);
}

/* The user's settings for a container of the first injection, or NULL. */
static const struct node *first_overlay(const struct reapply *r,
					enum pod_list list, str name)
{
	const struct node *c = pod_named(overrides_list(&r->overrides, list),
					 name);

	if (c)
		return c;
	/* a native sidecar may be set in `containers`, too */
	if (list == POD_INIT_CONTAINERS)
		return pod_find(r->in->pod, name).container;
	return pod_find_in(r->in->pod, list, name).container;
}

/* The same for one that was injected before.  Istio takes one that becomes a
 * native sidecar for the user's, as it is, since it searches the status for it
 * in one list only, but the Pod in both. */
static const struct node *later_overlay(const struct reapply *r,
					enum pod_list list, str name)
{
	const struct node *shape = overrides_find(&r->overrides, list, name);
	const struct node *pod = r->in->pod, *now;

	now = pod_find_in(pod, list, name).container;
	if (!now)
		now = pod_find_in(pod, pod_other(list), name).container;
	if (shape)
		return now ? container_common(r->in->arena, now, shape) :
		       shape;
	return list == POD_INIT_CONTAINERS &&
	       !injected_has(&r->injected, list, name) ? now : NULL;
}

/* The pod with the overlay merged over that list. */
static const struct node *apply(const struct injection *in,
				const struct node *pod, enum pod_list list,
				const struct node *overlay, struct err *e)
{
	const struct merge_options lenient = { .strict = false };
	const struct node **items = arena_array(in->arena, const struct node *,
						1);
	const struct node *patch, *merged;
	struct err inner = ERR_INIT;

	items[0] = overlay;
	patch = pod_put(in->arena, NULL, NULL, pod_list_key(list),
			node_new_list(in->arena, NULL, items, 1));
	patch = pod_put(in->arena, NULL, NULL, STR("spec"), patch);
	merged = merge_pod(in->arena, pod, patch, &lenient, &inner);
	if (!merged)
		err_set(e, inner.pos, "failed to apply sidecar %scontainer: "
			"strategic merge: %s",
			list == POD_CONTAINERS ? "" : "init ", inner.text);
	return merged;
}

/* Is it in the annotation already? */
static bool is_kept(const struct reapply *r, enum pod_list list, str name)
{
	return r->injected.before &&
	       pod_named(overrides_list(&r->overrides, list), name);
}

/* The ids that OpenShift gives to all containers of a Pod are not the proxy's:
 * webhook.go: resetFieldsInAutoImageContainer, until the ids of the user's own
 * proxy won. */
static const struct node *without_user(const struct injection *in,
				       const struct node *overlay,
				       const struct node *template)
{
	const struct node *security = node_get(overlay,
					       STR("securityContext"));
	int64_t id;

	if (!release_has(in->istio->release, RULE_PROXY_USER_RESET) ||
	    release_has(in->istio->release, RULE_OWN_PROXY_USER) ||
	    !security || security->kind != NODE_MAP ||
	    !pod_get_int(node_find(template, "securityContext.runAsUser"),
			 &id) || id == PROXY_ID)
		return overlay;
	security = node_with(in->arena, security, STR("runAsUser"), NULL);
	security = node_with(in->arena, security, STR("runAsGroup"), NULL);
	return node_with(in->arena, overlay, STR("securityContext"), security);
}

/* The container as the templates rendered it, and what the user set in it. */
static int reapply_one(struct reapply *r, enum pod_list list,
		       const struct node *template, struct err *e)
{
	str name = pod_text(r->in->arena, node_get(template, STR("name")));
	struct arena *a = r->in->arena;
	bool injected = was_injected(r, list, name);
	const struct node *overlay = injected ? later_overlay(r, list, name)
					      : first_overlay(r, list, name);

	if (!overlay)
		return 0;
	if (pod_text_is(node_get(overlay, STR("image")), IMAGE_AUTO))
		overlay = node_with(a, overlay, STR("image"), NULL);
	if (!injected)
		overlay = without_user(r->in, overlay, template);
	if (!injected && !is_kept(r, list, name))
		r->found[list][r->n[list]++] = overlay;
	/* without nulls and zero values, which Go's type omits */
	overlay = typed_patch(a, "Container", overlay, TYPED_ZERO_OMITTED);
	r->pod = apply(r->in, r->pod, list, overlay, e);
	return r->pod ? 0 : -1;
}

static int reapply_list(struct reapply *r, enum pod_list list, struct err *e)
{
	const struct node *of = pod_containers(r->in->rendered, list);
	uint32_t n = pod_count(of);

	r->found[list] = arena_array(r->in->arena, const struct node *, n);
	for (uint32_t i = 0; i < n; i++) {
		if (reapply_one(r, list, of->items[i], e))
			return -1;
	}
	return 0;
}

/* The recorded ones first, if the annotation keeps them, then the new ones. */
static void write_list(const struct reapply *r, enum pod_list list,
		       struct buf *b)
{
	const struct node *known = overrides_list(&r->overrides, list);
	uint32_t n = r->injected.before ? pod_count(known) : 0;
	str key = pod_list_key(list);

	if (!n && !r->n[list])
		return;
	buf_printf(b, "%c\"%.*s\":", b->n ? ',' : '{', STR_ARG(key));
	for (uint32_t i = 0; i < n + r->n[list]; i++) {
		buf_addc(b, i ? ',' : '[');
		gojson_write(b, "Container", i < n ? known->items[i] :
			     r->found[list][i - n]);
	}
	buf_addc(b, ']');
}

static str overrides_text(const struct reapply *r)
{
	struct buf b = BUF_INIT;
	str text;

	for (enum pod_list list = 0; list < POD_LISTS; list++)
		write_list(r, list, &b);
	buf_addc(&b, '}');
	text = arena_str(r->in->arena, buf_str(&b));
	buf_release(&b);
	return text;
}

const struct node *post_overrides(const struct injection *in,
				  const struct node *pod, struct err *e)
{
	struct reapply r = { .in = in, .pod = pod };

	r.injected = injected_read(in);
	if (overrides_read(in, &r.overrides, e))
		return NULL;
	for (enum pod_list list = 0; list < POD_LISTS; list++)
		if (reapply_list(&r, list, e))
			return NULL;
	if (!r.n[POD_CONTAINERS] && !r.n[POD_INIT_CONTAINERS])
		return r.pod;
	return pod_annotate(in->arena, r.pod, NOTE_OVERRIDES,
			    overrides_text(&r));
}

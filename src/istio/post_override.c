/*
 * Containers that both the user and a template have: the template gives way to
 * the user (webhook.go: reapplyOverwrittenContainers).
 *
 * What the user had set is kept in an annotation, as Go's JSON of the
 * container.  Istio writes it at the first injection and forgets it at the
 * second, which merges the template over the user's settings.  Here they are
 * applied again: the annotation says which fields are the user's, the pod what
 * they are by now, so that also what was changed since, in the injected
 * manifest, stays; and a container that came to be the user's later is added to
 * the annotation.
 */
#include "istio/post_step.h"

#include "k8s/gojson.h"
#include "k8s/merge.h"
#include "k8s/typed.h"

/* An image by this name is a place holder: the template's is wanted. */
#define IMAGE_AUTO STR("auto")

static int check_containers(const struct node *list, struct err *e)
{
	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return err_set(e, POS_NONE, "want a list of containers, found "
			       "%s", node_kind_name(list));
	for (uint32_t i = 0; i < list->n; i++)
		if (typed_check("Container", list->items[i], e))
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
		err_set(&inner, POS_NONE, "want a map, found %s",
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

/* On its way through the containers of the templates. */
struct reapply {
	const struct injection *in;
	struct injected injected;
	struct overrides overrides;
	const struct node *pod;			/* so far */
	/* What is new for the annotation. */
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
	/* a native sidecar is set in `containers`, too */
	if (list == POD_INIT_CONTAINERS)
		return pod_find(r->in->pod, name).container;
	return pod_find_in(r->in->pod, list, name).container;
}

/* The same for one that was injected before.  One that becomes a native sidecar
 * Istio takes for the user's as it is, since it looks for it in the status of
 * the one list only, and in the pod in both. */
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

/* Does the annotation, which stays after a first injection, have it? */
static bool is_kept(const struct reapply *r, enum pod_list list, str name)
{
	return r->injected.before &&
	       pod_named(overrides_list(&r->overrides, list), name);
}

static int reapply_one(struct reapply *r, enum pod_list list, str name,
		       struct err *e)
{
	struct arena *a = r->in->arena;
	bool injected = was_injected(r, list, name);
	const struct node *overlay = injected ? later_overlay(r, list, name)
					      : first_overlay(r, list, name);

	if (!overlay)
		return 0;
	if (pod_text_is(node_get(overlay, STR("image")), IMAGE_AUTO))
		overlay = node_with(a, overlay, STR("image"), NULL);
	if (!injected && !is_kept(r, list, name))
		r->found[list][r->n[list]++] = overlay;
	overlay = container_as_sent(a, overlay);
	r->pod = apply(r->in, r->pod, list, overlay, e);
	return r->pod ? 0 : -1;
}

static int reapply_list(struct reapply *r, enum pod_list list, struct err *e)
{
	const struct node *of = pod_containers(r->in->rendered, list);
	uint32_t n = pod_count(of);

	r->found[list] = arena_array(r->in->arena, const struct node *, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct node *name = node_get(of->items[i], STR("name"));

		if (reapply_one(r, list, pod_text(r->in->arena, name), e))
			return -1;
	}
	return 0;
}

/* Known ones first, where the annotation is to keep them, then the new. */
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

/*
 * origin - compare a node with what the templates rendered at its place.
 */
#include "check/judge.h"

/* Where a walk through the Pod and an overlay at once has arrived. */
struct walk {
	const struct node *pod, *given;		/* NULL: there is none */
	const struct node *other_list;		/* of containers; or NULL */
	const struct schema_type *type;		/* of a map; or NULL */
	const struct schema_field *field;	/* of this list; or NULL */
};

static const struct node *keyed_item(const struct node *list, str key,
				     const struct node *value)
{
	if (!list || list->kind != NODE_LIST)
		return NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *other = node_get(list->items[i], key);

		if (other && node_equal(other, value))
			return list->items[i];
	}
	return NULL;
}

/* The item of the overlay that merges with this item of the Pod. */
static const struct node *same_item(const struct walk *w,
				    const struct node *item, uint32_t index)
{
	str key = str_of(w->field ? schema_text(w->field->merge_key) : "");
	const struct node *value = key.n ? node_get(item, key) : NULL;
	const struct node *found;

	if (value) {
		found = keyed_item(w->given, key, value);
		return found ? found : keyed_item(w->other_list, key, value);
	}
	if (!w->given || w->given->kind != NODE_LIST || index >= w->given->n)
		return NULL;
	return w->given->items[index];
}

/* A step of Istio's moves a container of the template to the other list. */
static const struct node *other_list(const struct node *given, str key)
{
	if (str_eq(key, STR("containers")))
		return node_get(given, STR("initContainers"));
	if (str_eq(key, STR("initContainers")))
		return node_get(given, STR("containers"));
	return NULL;
}

static struct walk walk_key(const struct walk *w, str key)
{
	const struct schema_field *field = schema_field(w->type, key);

	return (struct walk){
		.pod = node_get(w->pod, key),
		.given = node_get(w->given, key),
		.other_list = other_list(w->given, key),
		.type = field ? schema_struct(field) : NULL,
		.field = field,
	};
}

static struct walk walk_item(const struct walk *w, uint32_t index)
{
	struct walk next = { .type = w->type };

	if (!w->pod || w->pod->kind != NODE_LIST || index >= w->pod->n)
		return next;
	next.pod = w->pod->items[index];
	next.given = same_item(w, next.pod, index);
	return next;
}

static struct walk walk_to(const struct injected *in,
			   const struct node *overlay,
			   const struct place *place)
{
	struct walk up;

	if (!place->up)
		return (struct walk){
			.pod = in->pod,
			.given = overlay,
			.type = schema_type(STR("PodTemplateSpec")),
		};
	up = walk_to(in, overlay, place->up);
	return place->key.p ? walk_key(&up, place->key) :
			      walk_item(&up, place->index);
}

static struct origin by_source(const struct injected *in, const struct node *n)
{
	const struct node *read = node_origin(n);
	const struct source *source = read ? read->source : NULL;

	if (source && source->template.p)
		return (struct origin){ AUTHOR_TEMPLATE, source->template, n };
	return (struct origin){
		source && source == in->manifest ? AUTHOR_MANIFEST :
						   AUTHOR_INJECTOR,
		STR_NONE, n,
	};
}

struct origin origin_of(const struct injected *in, const struct node *n,
			const struct place *place)
{
	struct origin own = by_source(in, n);

	if (own.author == AUTHOR_TEMPLATE || !place)
		return own;
	for (uint32_t i = in->n_given; i-- > 0;) {
		struct walk w = walk_to(in, in->given[i], place);

		if (w.given && node_equal(w.given, n))
			return by_source(in, w.given);
	}
	return own;
}

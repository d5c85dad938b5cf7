/*
 * A template that reads what it adds must see the same in the second run as in
 * the first: the Pod without that.  Where no undo note says what was added, it
 * is found by trial.  Example, with a template that sets the label `team` and
 * writes all labels into a variable:
 *
 *	Pod	labels: app, team
 *	overlay	labels: team			in common: team
 *	tried	without team: they render it again, so it is theirs
 *	seen	labels: app
 *
 * What the templates render only because they see it, or with another value, is
 * the Pod's, and what is left of the common part is tried again, until nothing
 * more is left out.  A label may be a checksum of the Pod, so those, and the
 * variables of a container, are tried by their names.  Of a field like
 * terminationGracePeriodSeconds the value must be that of the overlay: a
 * template that adds 30 to it would else take a value that it would have given
 * for its own.
 */
#include "istio/render.h"

#include "k8s/schema.h"
#include "k8s/strategic_merge.h"

/* Each trial executes all templates. */
#define TRIALS 4

/* ---- what a template may read ---- */

/* Go's name of the field; that of a field that the API does not have is not
 * known to templates either. */
static str go_name(const struct schema_type *type, str key)
{
	const struct schema_field *f = schema_field(type, key);

	return f ? str_of(schema_text(f->go)) : STR_NONE;
}

/* The members of the Pod's metadata or spec that a template may read. */
static const struct node *read_members(struct arena *a,
				       const struct node *part,
				       const char *type, str name,
				       const struct tmpl_uses *uses)
{
	const struct schema_type *schema = schema_type(str_of(type));
	struct entry *entries;
	uint32_t n = 0;

	if (!part || part->kind != NODE_MAP || tmpl_uses_whole(uses, name))
		return part;
	entries = arena_array(a, struct entry, part->n);
	for (uint32_t i = 0; i < part->n; i++) {
		str field = go_name(schema, node_text(part->entries[i].key));

		if (field.n && tmpl_uses_name(uses, field))
			entries[n++] = part->entries[i];
	}
	return n ? node_new_map(a, part, entries, n) : NULL;
}

/* NULL if they read nothing of it. */
static const struct node *read_parts(const struct trial *t,
				     const struct node *common)
{
	struct tmpl_uses uses = { .arena = t->arena };
	const struct node *meta, *spec, *pod = node_new_map(t->arena, NULL,
							    NULL, 0);

	for (uint32_t i = 0; i < t->n; i++)
		template_uses(t->templates[i], &uses);
	tmpl_uses_end(&uses);
	meta = read_members(t->arena, node_get(common, STR("metadata")),
			    "ObjectMeta", STR("ObjectMeta"), &uses);
	spec = read_members(t->arena, node_get(common, STR("spec")), "PodSpec",
			    STR("Spec"), &uses);
	if (meta)
		pod = node_with(t->arena, pod, STR("metadata"), meta);
	if (spec)
		pod = node_with(t->arena, pod, STR("spec"), spec);
	return pod->n ? pod : NULL;
}

/* ---- trials ---- */

const struct node *seen_without_own(const struct trial *t,
				    const struct node *pod,
				    const struct node *overlay)
{
	const struct node *own = merge_shared(t->arena, pod, overlay);

	own = own ? read_parts(t, own) : NULL;
	for (int i = 0; own && i < TRIALS; i++) {
		const struct node *seen = unmerge_pod(t->arena, pod, own);
		const struct node *again = t->render(t->ctx, seen);

		again = again ? merge_common(t->arena, own, again) : NULL;
		if (again && node_equal(again, own))
			return seen;
		own = again;
	}
	return pod;
}

/*
 * The walk over a Pod, and where a fault comes from; rules.c has the rules.
 */
#include "check/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- who brought it ---- */

/* The place of an unknown field is its key, and of a map or list, which may
 * begin on a line below. */
static struct pos pos_of(const struct entry *e, const struct node *at,
			 bool by_key)
{
	const struct node *key = e ? node_origin(e->key) : NULL;
	const struct node *value = node_origin(at);

	if (key && value && (by_key || !node_is_scalar(at)) &&
	    key->source == value->source)
		return node_pos(key);
	return value ? node_pos(value) : POS_NONE;
}

/* Who brought the map, or its entry, and the place there. */
static enum author author_of(const struct judge *j, const struct step *at,
			     const struct entry *e, bool by_key,
			     struct pos *pos)
{
	struct place place;
	struct origin origin;

	if (e) {
		place = place_key(&at->place, node_text(e->key));
		origin = origin_of(&j->in, e->value, &place);
	} else {
		/* what a map lacks is the fault of who began it */
		origin = origin_of(&j->in, at->node, NULL);
	}
	*pos = pos_of(e, origin.at, by_key);
	return origin.author;
}

bool judge_is_given(const struct judging *w, const struct step *at,
		    const struct entry *e)
{
	struct pos pos;

	return author_of(w->judge, at, e, false, &pos) != AUTHOR_MANIFEST;
}

/* The Pod's annotation whose value is that text, or has it in quotes. */
static const struct entry *annotation_with(const struct judge *j, str text)
{
	const struct node *notes = node_find(j->in.pod, "metadata.annotations");
	str quoted = arena_printf(j->arena, "\"%.*s\"", STR_ARG(text));

	for (uint32_t i = 0; notes && notes->kind == NODE_MAP && i < notes->n;
	     i++) {
		const struct node *value = notes->entries[i].value;
		const struct node *origin = node_origin(value);

		if (value->kind != NODE_STRING || !origin ||
		    origin->source != j->in.manifest)
			continue;
		if (str_eq(node_text(value), text) ||
		    (value->n && memmem(value->text, value->n, quoted.p,
					quoted.n)))
			return &notes->entries[i];
	}
	return NULL;
}

/* ---- reports ---- */

/* An item by its name: containers[web]. */
static void add_item(struct buf *b, const struct step *at)
{
	str key = str_of(schema_text(at->field->merge_key));
	const struct node *name = key.n ? node_get(at->node, key) : NULL;

	if (name && node_is_scalar(name) && name->n)
		buf_printf(b, "[%.*s]", STR_ARG(node_text(name)));
	else
		buf_printf(b, "[%u]", at->place.index);
}

static void add_path(struct buf *b, const struct judge *j,
		     const struct step *at)
{
	if (!at->up) {
		buf_addz(b, j->path);
		return;
	}
	add_path(b, j, at->up);
	if (!at->place.key.p) {
		add_item(b, at);
		return;
	}
	if (b->n)
		buf_addc(b, '.');
	buf_adds(b, at->place.key);
}

/* istioctl makes such Pods as well: its templates are merged into lists that it
 * does not compare and volumes of another source, it takes annotations at their
 * word, it drops fields that it does not know, and its own steps do as they do.
 */
static bool is_istios_way(enum author author, enum warning which)
{
	return author == AUTHOR_INJECTOR || which == WARN_DUPLICATE_NAME ||
	       which == WARN_MISSING_FIELD || which == WARN_MISSING_VOLUME ||
	       which == WARN_UNION || which == WARN_UNKNOWN_FIELD;
}

void judge_report(const struct judging *w, enum warning which,
		  const struct step *at, const struct entry *e,
		  const char *fmt, ...)
{
	const struct judge *j = w->judge;
	const struct entry *note = NULL;
	struct finding f = { .which = which };
	enum author author;
	struct buf b = BUF_INIT;
	char text[400];
	va_list ap;

	/* of a patch for kustomize, which is no part of a Pod */
	if (node_get(at->node, STR("$patch")))
		return;
	author = author_of(j, at, e, which == WARN_UNKNOWN_FIELD, &f.pos);
	if (author == AUTHOR_TEMPLATE && e && e->value->kind == NODE_STRING &&
	    e->value->n)
		note = annotation_with(j, node_text(e->value));
	if (note)
		f.pos = node_pos(note->value);
	f.is_error = author != AUTHOR_MANIFEST &&
		     !(j->istio && is_istios_way(author, which));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_path(&b, j, at);
	if (e)
		buf_printf(&b, "%s%.*s", b.n ? "." : "",
			   STR_ARG(node_text(e->key)));
	buf_printf(&b, ": %s", text);
	if (note)
		buf_printf(&b, " (from annotation %.*s)",
			   STR_ARG(node_text(note->key)));
	f.text = buf_z(&b);
	j->found(j->ctx, &f);
	buf_release(&b);
}

/* ---- the walk ---- */

/* A field that is in no schema, if it is the template's; the manifest's were
 * found when its types were checked. */
static void unknown_field(const struct judging *w,
			  const struct schema_type *type,
			  const struct step *at, const struct entry *e)
{
	const struct judge *j = w->judge;
	struct buf b = BUF_INIT;

	if (j->any_field || str_starts(node_text(e->key), STR("$")) ||
	    workload_has_field(j->workload, node_text(e->key)) ||
	    !judge_is_given(w, at, e))
		return;
	warn_no_field(&b, type, e->key);
	judge_report(w, WARN_UNKNOWN_FIELD, at, e, "%s", buf_z(&b));
	buf_release(&b);
}

static void walk_struct(const struct judging *w, const struct schema_type *type,
			const struct step *at);

/* A field whose value, or each element, is a struct. */
static void walk_field(const struct judging *w, const struct schema_field *f,
		       const struct step *at, const struct entry *e)
{
	const struct schema_type *type = schema_struct(f);
	struct step here = step_key(at, node_text(e->key), e->value, f);

	if (f->shape == SCHEMA_ONE)
		walk_struct(w, type, &here);
	if (f->shape != SCHEMA_LIST || e->value->kind != NODE_LIST)
		return;
	for (uint32_t i = 0; i < e->value->n; i++) {
		struct step item = step_item(&here, i);

		walk_struct(w, type, &item);
	}
}

static void walk_struct(const struct judging *w, const struct schema_type *type,
			const struct step *at)
{
	const struct node *map = at->node;

	if (map->kind != NODE_MAP)
		return;
	rules_apply(w, type, at);
	for (uint32_t i = 0; i < map->n; i++) {
		const struct entry *e = &map->entries[i];
		const struct schema_field *f = schema_field(type,
							    node_text(e->key));

		if (!f)
			unknown_field(w, type, at, e);
		else if (f->kind == SCHEMA_STRUCT)
			walk_field(w, f, at, e);
	}
}

void judge_pod(const struct judge *j)
{
	const struct step root = { PLACE_ROOT, NULL, j->in.pod, NULL };
	struct judging w = { .judge = j };

	rules_begin(&w);
	walk_struct(&w, schema_type_at(SCHEMA_TYPE_Pod), &root);
}

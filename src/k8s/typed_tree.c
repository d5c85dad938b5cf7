/*
 * New versions of trees by the schema's types; typed.c has the checks.
 */
#include "k8s/typed.h"

#include <string.h>

#include "k8s/gojson.h"
#include "tree/scalar.h"

/* ---- patches ---- */

struct typing {
	struct arena *arena;
	enum typed_zero zero;
	const struct node *null;	/* what deletes */
};

/* A field that encoding/json leaves out for its zero value. */
static bool left_out(const struct schema_field *f, const struct node *value)
{
	int64_t i;

	if (!(f->flags & SCHEMA_OMITEMPTY))
		return false;
	if (f->shape != SCHEMA_ONE)
		return value->n == 0;
	if (f->flags & SCHEMA_POINTER)
		return false;
	switch ((enum node_kind)value->kind) {
	case NODE_STRING:
		return value->n == 0;
	case NODE_BOOL:
		return !scalar_bool(value);
	case NODE_INT:
		return scalar_int64(value, &i) && i == 0;
	default:
		return false;
	}
}

/* Does merging an empty value change nothing? */
static bool merges(const struct schema_field *f)
{
	return f->shape == SCHEMA_MAP || f->flags & SCHEMA_MERGE;
}

static const struct node *as_struct(struct typing *t,
				    const struct schema_type *type,
				    const struct node *map);

static const struct node *as_list(struct typing *t,
				  const struct schema_type *type,
				  const struct node *list)
{
	const struct node **items = NULL;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *item = as_struct(t, type, list->items[i]);

		if (!items && item != list->items[i]) {
			items = arena_array(t->arena, const struct node *,
					    list->n);
			memcpy(items, list->items, list->n * sizeof(*items));
		}
		if (items)
			items[i] = item;
	}
	return items ? node_new_list(t->arena, list, items, list->n) : list;
}

/* The value of a field in the patch, of an unknown one if `f` is NULL; NULL: it
 * is left out. */
static const struct node *as_value(struct typing *t,
				   const struct schema_field *f,
				   const struct node *value)
{
	const struct schema_type *of;

	if (value->kind == NODE_NULL)
		return t->zero == TYPED_ZERO_OMITTED ? NULL : value;
	if (!f)
		return value;
	of = schema_struct(f);
	if (left_out(f, value))
		return t->zero == TYPED_ZERO_OMITTED || merges(f) ? NULL :
								 t->null;
	if (of && value->kind == NODE_LIST)
		return as_list(t, of, value);
	if (of && f->shape == SCHEMA_ONE)
		return as_struct(t, of, value);
	return value;
}

static const struct node *as_struct(struct typing *t,
				    const struct schema_type *type,
				    const struct node *map)
{
	struct entry *entries = NULL;
	uint32_t n = 0;

	if (map->kind != NODE_MAP)
		return map;
	for (uint32_t i = 0; i < map->n; i++) {
		struct entry e = map->entries[i];

		e.value = as_value(t, schema_field(type, node_text(e.key)),
				   e.value);
		if (!entries && e.value != map->entries[i].value) {
			entries = arena_array(t->arena, struct entry, map->n);
			memcpy(entries, map->entries, i * sizeof(*entries));
			n = i;
		}
		if (entries && e.value)
			entries[n++] = e;
	}
	return entries ? node_new_map(t->arena, map, entries, n) : map;
}

const struct node *typed_patch(struct arena *a, const char *type,
			       const struct node *n, enum typed_zero zero)
{
	struct typing t = { a, zero, NULL };

	if (zero == TYPED_ZERO_DELETES)
		t.null = node_new(a, NODE_NULL);
	return as_struct(&t, schema_type(str_of(type)), n);
}

/* ---- quantities ---- */

static const struct node *keep_struct(struct arena *a,
				      const struct schema_type *type,
				      const struct node *old,
				      const struct node *new);

static bool same_quantity(const struct node *a, const struct node *b)
{
	struct buf text[2] = { BUF_INIT, BUF_INIT };
	struct quantity q[2];
	bool valid = !decode_quantity(&q[0], a, &text[0], NULL);

	valid = !decode_quantity(&q[1], b, &text[1], NULL) && valid;
	valid = valid && quantity_equal(&q[0], &q[1]);
	for (int i = 0; i < 2; i++) {
		quantity_release(&q[i]);
		buf_release(&text[i]);
	}
	return valid;
}

/* One value, or one element of a map. */
static const struct node *keep_one(struct arena *a,
				   const struct schema_field *f,
				   const struct node *old,
				   const struct node *new)
{
	if (!old || old == new || old->kind == NODE_NULL)
		return new;
	if (f->kind == SCHEMA_STRUCT)
		return keep_struct(a, schema_struct(f), old, new);
	if (f->kind != SCHEMA_QUANTITY || !node_is_scalar(old) ||
	    !node_is_scalar(new) || new->kind == NODE_NULL)
		return new;
	return same_quantity(old, new) ? old : new;
}

/* The items of a list by the value of their key, as a map. */
static const struct node *by_key(struct arena *a, const struct node *list,
				 str key)
{
	struct entry *entries = arena_array(a, struct entry, list->n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *name = node_get(list->items[i], key);

		if (name && name->kind == NODE_STRING)
			entries[n++] = (struct entry){ name, list->items[i] };
	}
	return node_new_map(a, NULL, entries, n);
}

/* Of items without a name nothing is kept. */
static const struct node *keep_list(struct arena *a,
				    const struct schema_field *f,
				    const struct node *old,
				    const struct node *new)
{
	str key = str_of(schema_text(f->merge_key));
	const struct node **items, *map;
	struct node *list;
	bool same = true;

	if (!key.n || old->kind != NODE_LIST || new->kind != NODE_LIST)
		return new;
	map = by_key(a, old, key);
	items = arena_array(a, const struct node *, new->n);
	for (uint32_t i = 0; i < new->n; i++) {
		str name = node_string(node_get(new->items[i], key));

		items[i] = keep_one(a, f, node_get(map, name), new->items[i]);
		same = same && items[i] == new->items[i];
	}
	if (same)
		return new;
	list = node_new_list(a, new, items, new->n);
	list->extra = new->extra;
	return list;
}

static const struct node *keep_field(struct arena *a,
				     const struct schema_field *f,
				     const struct node *old,
				     const struct node *new);

/* The map with each value as keep_field() returns it; `f` is the field of all
 * of them, or NULL: that of the type with their key. */
static const struct node *keep_map(struct arena *a,
				   const struct schema_type *type,
				   const struct schema_field *f,
				   const struct node *old,
				   const struct node *new)
{
	struct entry *entries = NULL;

	if (old->kind != NODE_MAP || new->kind != NODE_MAP)
		return new;
	for (uint32_t i = 0; i < new->n; i++) {
		struct entry e = new->entries[i];
		str key = node_text(e.key);
		const struct node *value = node_get(old, key);

		if (!value || value == e.value)
			continue;
		if (f)
			value = keep_one(a, f, value, e.value);
		else
			value = keep_field(a, schema_field(type, key), value,
					   e.value);
		if (value == e.value)
			continue;
		if (!entries) {
			entries = arena_array(a, struct entry, new->n);
			memcpy(entries, new->entries,
			       new->n * sizeof(*entries));
		}
		entries[i].value = value;
	}
	return entries ? node_new_map(a, new, entries, new->n) : new;
}

static const struct node *keep_field(struct arena *a,
				     const struct schema_field *f,
				     const struct node *old,
				     const struct node *new)
{
	if (!f || (f->kind != SCHEMA_STRUCT && f->kind != SCHEMA_QUANTITY))
		return new;
	if (f->shape == SCHEMA_LIST)
		return keep_list(a, f, old, new);
	if (f->shape == SCHEMA_MAP)
		return keep_map(a, NULL, f, old, new);
	return keep_one(a, f, old, new);
}

static const struct node *keep_struct(struct arena *a,
				      const struct schema_type *type,
				      const struct node *old,
				      const struct node *new)
{
	return keep_map(a, type, NULL, old, new);
}

const struct node *typed_keep_quantities(struct arena *a, const char *type,
					 const struct node *old,
					 const struct node *new)
{
	if (!old || !new || old == new)
		return new;
	return keep_struct(a, schema_type(str_of(type)), old, new);
}

/* ---- keys and texts ---- */

struct rewrite {
	struct arena *arena;
	bool fold;			/* keys of fields in another case */
	typed_text_fn *text;		/* not NULL: scalars become text */
	void *ctx;
};

static const struct node *rewrite_struct(const struct rewrite *w,
					 const struct schema_type *type,
					 const struct node *map,
					 const struct place *place);

/* The text as which sigs.k8s.io/yaml reads a scalar for a Go string. */
static const struct node *as_text(const struct rewrite *w,
				  const struct node *n,
				  const struct place *place)
{
	struct buf spelled = BUF_INIT;
	struct node *text;

	text = node_new_string(w->arena,
			       arena_str(w->arena, decode_text(n, &spelled)));
	text->origin = node_origin(n);
	buf_release(&spelled);
	w->text(w->ctx, n, node_text(text), place);
	return text;
}

/* A value, or one element of a list or map. */
static const struct node *rewrite_one(const struct rewrite *w,
				      const struct schema_field *f,
				      const struct node *n,
				      const struct place *place)
{
	if (f->kind == SCHEMA_STRUCT)
		return rewrite_struct(w, schema_struct(f), n, place);
	if (!w->text || f->kind != SCHEMA_STRING || !node_is_scalar(n) ||
	    n->kind == NODE_STRING || n->kind == NODE_NULL)
		return n;
	return as_text(w, n, place);
}

static const struct node *rewrite_list(const struct rewrite *w,
				       const struct schema_field *f,
				       const struct node *list,
				       const struct place *place)
{
	const struct node **items = NULL;
	struct node *new;

	for (uint32_t i = 0; list->kind == NODE_LIST && i < list->n; i++) {
		struct place here = place_item(place, i);
		const struct node *item = rewrite_one(w, f, list->items[i],
						      &here);

		if (item == list->items[i])
			continue;
		if (!items) {
			items = arena_array(w->arena, const struct node *,
					    list->n);
			memcpy(items, list->items, list->n * sizeof(*items));
		}
		items[i] = item;
	}
	if (!items)
		return list;
	new = node_new_list(w->arena, list, items, list->n);
	if (list->extra && list->extra->merge_key)
		node_extra(w->arena, new)->merge_key = list->extra->merge_key;
	return new;
}

/* Entry i of a map that has changed until now only if *entries is not NULL. */
static void set_entry(struct arena *a, const struct node *map,
		      struct entry **entries, uint32_t i, struct entry e)
{
	if (e.key == map->entries[i].key && e.value == map->entries[i].value)
		return;
	if (!*entries) {
		*entries = arena_array(a, struct entry, map->n);
		memcpy(*entries, map->entries, map->n * sizeof(**entries));
	}
	(*entries)[i] = e;
}

static const struct node *rewrite_map(const struct rewrite *w,
				      const struct schema_field *f,
				      const struct node *map,
				      const struct place *place)
{
	struct entry *entries = NULL;

	for (uint32_t i = 0; map->kind == NODE_MAP && i < map->n; i++) {
		struct entry e = map->entries[i];
		struct place here = place_key(place, node_text(e.key));

		e.value = rewrite_one(w, f, e.value, &here);
		set_entry(w->arena, map, &entries, i, e);
	}
	return entries ? node_new_map(w->arena, map, entries, map->n) : map;
}

static const struct node *rewrite_field(const struct rewrite *w,
					const struct schema_field *f,
					const struct node *n,
					const struct place *place)
{
	if (f->kind != SCHEMA_STRUCT && !w->text)
		return n;
	if (f->shape == SCHEMA_LIST)
		return rewrite_list(w, f, n, place);
	if (f->shape == SCHEMA_MAP)
		return rewrite_map(w, f, n, place);
	return rewrite_one(w, f, n, place);
}

/* The field's own key for one that differs from it in case. */
static const struct node *own_key(const struct rewrite *w,
				  const struct schema_field *f,
				  const struct node *key)
{
	struct node *own = node_new_string(w->arena,
					   str_of(schema_text(f->json)));

	own->origin = node_origin(key);
	return own;
}

/* Has another key of `map` become that of entry i in `entries`, and is behind
 * it in byte order?  Then encoding/json uses that one. */
static bool is_replaced(const struct node *map, const struct entry *entries,
			uint32_t i)
{
	for (uint32_t k = 0; k < map->n; k++)
		if (k != i &&
		    str_eq(node_text(entries[i].key),
			   node_text(entries[k].key)) &&
		    str_cmp(node_text(map->entries[i].key),
			    node_text(map->entries[k].key)) < 0)
			return true;
	return false;
}

static const struct node *drop_replaced(struct arena *a,
					const struct node *map,
					const struct entry *entries)
{
	struct entry *kept = arena_array(a, struct entry, map->n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < map->n; i++)
		if (!is_replaced(map, entries, i))
			kept[n++] = entries[i];
	return node_new_map(a, map, kept, n);
}

static const struct node *rewrite_struct(const struct rewrite *w,
					 const struct schema_type *type,
					 const struct node *map,
					 const struct place *place)
{
	struct entry *entries = NULL;
	bool folded = false;

	for (uint32_t i = 0; map->kind == NODE_MAP && i < map->n; i++) {
		struct entry e = map->entries[i];
		str key = node_text(e.key);
		const struct schema_field *f = schema_field(type, key);
		struct place here = place_key(place, key);

		if (!f && w->fold) {
			f = schema_field_fold(type, key);
			e.key = f ? own_key(w, f, e.key) : e.key;
			folded = folded || f;
		}
		if (f)
			e.value = rewrite_field(w, f, e.value, &here);
		set_entry(w->arena, map, &entries, i, e);
	}
	if (!entries)
		return map;
	if (folded)
		return drop_replaced(w->arena, map, entries);
	return node_new_map(w->arena, map, entries, map->n);
}

const struct node *typed_fold_keys(struct arena *a, const char *type,
				   const struct node *n)
{
	const struct rewrite w = { .arena = a, .fold = true };
	struct place root = PLACE_ROOT;

	return rewrite_struct(&w, schema_type(str_of(type)), n, &root);
}

const struct node *typed_text(struct arena *a, const char *type,
			      const struct node *n, typed_text_fn *text,
			      void *ctx)
{
	const struct rewrite w = { a, false, text, ctx };
	struct place root = PLACE_ROOT;

	return rewrite_struct(&w, schema_type(str_of(type)), n, &root);
}

/*
 * view_text - how a struct prints by its String method, which is generated
 * for k8s.io/api by gogo/protobuf: &EnvVar{Name:a,Value:b,ValueFrom:nil,}.
 *
 * What is a struct of its own package, or a list of them, prints that way
 * within it; for all else fmt's %v is asked, also where that is less helpful.
 */
#include "base/array.h"
#include "view/view_value.h"
#include "tmpl/value.h"
#include "tmpl/printf.h"

/* Fields stand in the order of their numbers in the API's protocol buffers,
 * which is that of their declaration but for these structs. */
static const struct {
	const char *name;
	uint8_t numbers[44];
} orders[] = {
	{ "ClusterTrustBundleProjection", { 1, 2, 3, 5, 4 } },
	{ "Container", { 1, 2, 3, 4, 5, 6, 19, 7, 8, 23, 24, 25, 9, 21, 10, 11,
			 22, 12, 13, 20, 14, 15, 16, 17, 18 } },
	{ "EphemeralContainerCommon",
	  { 1, 2, 3, 4, 5, 6, 19, 7, 8, 23, 24, 25, 9, 21, 10, 11, 22, 12, 13,
	    20, 14, 15, 16, 17, 18 } },
	{ "ISCSIVolumeSource", { 1, 2, 3, 4, 5, 6, 7, 8, 11, 10, 12 } },
	{ "OwnerReference", { 5, 1, 3, 4, 6, 7 } },
	{ "PersistentVolumeClaimSpec", { 1, 4, 2, 3, 5, 6, 7, 8, 9 } },
	{ "PodSecurityContext", { 1, 8, 2, 6, 3, 4, 12, 5, 7, 9, 10, 11, 13 } },
	{ "PodSpec", { 1, 20, 2, 34, 3, 4, 5, 6, 7, 8, 9, 21, 10, 11, 12, 13,
		       27, 14, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26, 28, 29,
		       30, 31, 32, 33, 35, 36, 37, 38, 39, 40, 41, 43 } },
	{ "SecurityContext", { 1, 2, 3, 10, 4, 8, 5, 6, 7, 9, 11, 12 } },
	{ "VolumeMount", { 1, 2, 7, 3, 4, 5, 6 } },
	{ "VolumeSource", { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
			    16, 17, 18, 19, 20, 21, 22, 23, 26, 24, 25, 27,
			    28, 29, 30 } },
};

struct writer {
	struct buf *out;
	struct arena *arena;
};

static void put_struct(struct writer *w, const struct value *v);

static void put_verbatim(struct writer *w, const struct value *v)
{
	struct print to = { w->out, SIZE_MAX, w->arena };
	struct err e = ERR_INIT;

	print_f(&to, STR("%v"), v, 1, &e);
}

/* Those of apimachinery's meta/v1; all others are of one package. */
static bool is_meta(const struct view_struct *s)
{
	static const char *const names[] = {
		"LabelSelector", "LabelSelectorRequirement",
		"ManagedFieldsEntry", "ObjectMeta", "OwnerReference",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(s->name, names[i]) == 0)
			return true;
	return false;
}

/* A pointer: to a struct of the same package, of another, or to a scalar. */
static void put_pointer(struct writer *w, const struct view_struct *in,
			const struct value *v)
{
	const struct view_struct *s = v->type->elem->detail;
	struct value to;

	if (v->type->elem->kind != KIND_STRUCT) {
		buf_addz(w->out, v->object ? "*" : "nil");
		if (!v->object)
			return;
		to = value_deref(v);
		put_verbatim(w, &to);
	} else if (s && v->object && is_meta(s) != is_meta(in)) {
		buf_addz(w->out, "&v1.");
		put_struct(w, v);
	} else if (s && v->object) {
		buf_addz(w->out, "&");
		put_struct(w, v);
	} else {
		put_verbatim(w, v);
	}
}

static void put_list(struct writer *w, const struct value *v)
{
	if (v->type->elem->kind != KIND_STRUCT) {
		put_verbatim(w, v);
		return;
	}
	buf_printf(w->out, "[]%s{", strchr(v->type->elem->name, '.') + 1);
	for (uint32_t i = 0; i < v->n; i++) {
		put_struct(w, &v->items[i]);
		buf_addc(w->out, ',');
	}
	buf_addc(w->out, '}');
}

static void put_map(struct writer *w, const struct value *v)
{
	const struct map_entry *entries = map_sorted(w->arena, v->map);
	const char *dot = strchr(v->type->name, '.');

	buf_printf(w->out, "%s{", dot ? dot + 1 : v->type->name);
	for (uint32_t i = 0; i < map_len(v->map); i++) {
		buf_adds(w->out, entries[i].key);
		buf_addz(w->out, ": ");
		put_verbatim(w, &entries[i].value);
		buf_addc(w->out, ',');
	}
	buf_addc(w->out, '}');
}

static void put_field(struct writer *w, const struct view_struct *in,
		      const struct value *v)
{
	const struct view_struct *s = v->type->detail;

	switch (v->type->kind) {
	case KIND_STRUCT:
		if (s && is_meta(s) == is_meta(in))
			put_struct(w, v);
		else
			put_verbatim(w, v);
		break;
	case KIND_PTR:
		put_pointer(w, in, v);
		break;
	case KIND_SLICE:
		put_list(w, v);
		break;
	case KIND_MAP:
		put_map(w, v);
		break;
	default:
		put_verbatim(w, v);
	}
}

static const uint8_t *numbers_of(const struct view_struct *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		if (strcmp(s->name, orders[i].name) == 0)
			return orders[i].numbers;
	return NULL;
}

/* Which field has the next number after *number? */
static uint32_t next_field(const struct view_struct *s, const uint8_t *numbers,
			   uint8_t *number)
{
	uint32_t found = s->n;

	for (uint32_t i = 0; i < s->n; i++)
		if (numbers[i] > *number &&
		    (found == s->n || numbers[i] < numbers[found]))
			found = i;
	*number = numbers[found];
	return found;
}

/* Without the & in front. */
static void put_struct(struct writer *w, const struct value *v)
{
	const struct view_struct *s = view_struct_of(v);
	struct value self = value_object(s->type, v->object), field;
	const uint8_t *numbers = numbers_of(s);
	uint8_t number = 0;
	str name;

	buf_printf(w->out, "%s{", s->name);
	for (uint32_t i = 0; i < s->n; i++) {
		s->type->ops->field_at(&field, &name, w->arena, &self, numbers ?
				       next_field(s, numbers, &number) : i);
		buf_adds(w->out, name);
		buf_addc(w->out, ':');
		put_field(w, s, &field);
		buf_addc(w->out, ',');
	}
	buf_addc(w->out, '}');
}

void view_struct_text(struct buf *out, const struct value *v)
{
	struct arena a = ARENA_INIT;
	struct writer w = { out, &a };

	buf_addc(out, '&');
	put_struct(&w, v);
	arena_release(&a);
}

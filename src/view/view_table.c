/*
 * The GO_ sections of k8s/schema.inc as tables.
 *
 * Each Go type is an object of its own, so that rows can name each other.  A
 * field is found by a hash of its name and its struct's number, in a table
 * that scripts/gen-schema has filled.
 */
#include "view/view_table.h"

#include "base/array.h"

static const struct view_struct structs[] = {
#define GO_STRUCT(id, number, first, n, methods, ops) \
	{ #id, &go_##id, number, first, n },
#include "k8s/schema.inc"
#undef GO_STRUCT
};

#define GO_STRUCT(id, number, first, n, methods, ops) \
	const struct type go_##id = { "v1." #id, KIND_STRUCT, NULL, NULL, \
		&view_ops_##ops, view_methods_##methods, &structs[number] };
#define GO_TEXT(id, name) \
	const struct type go_##id = { name, KIND_STRING, NULL, NULL, NULL, \
		NULL, NULL };
#define GO_LIST(id, name) \
	const struct type go_list_##id = { name, KIND_SLICE, &go_##id, NULL, \
		NULL, NULL, NULL };
#define GO_POINTER(id, name, ops) \
	const struct type go_to_##id = { name, KIND_PTR, &go_##id, NULL, \
		&view_ops_to_##ops, NULL, NULL };
#include "k8s/schema.inc"
#undef GO_STRUCT
#undef GO_TEXT
#undef GO_LIST
#undef GO_POINTER

static const struct view_field fields[] = {
#define GO_FIELD(owner, row, via, id) { &go_##id, owner, row, via },
#include "k8s/schema.inc"
#undef GO_FIELD
};

/* The number of a field + 1, or 0. */
static const uint16_t slots[] = {
#define GO_SLOTS(...) __VA_ARGS__,
#include "k8s/schema.inc"
#undef GO_SLOTS
};

#define N_SLOTS (ARRAY_SIZE(slots))

_Static_assert((N_SLOTS & (N_SLOTS - 1)) == 0, "slots are found by a mask");

const struct view_struct *view_struct(str name)
{
	size_t low = 0, high = ARRAY_SIZE(structs);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(name, str_of(structs[mid].name));

		if (!c)
			return &structs[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct view_field *view_field(const struct view_struct *s, str name)
{
	uint32_t at = str_hash(name) ^ s->number * 0x9e3779b1u;

	for (;; at++) {
		uint16_t slot = slots[at & (N_SLOTS - 1)];
		const struct view_field *f;
		const char *have;

		if (!slot)
			return NULL;
		f = &fields[slot - 1];
		have = view_field_name(f);
		if (f->owner == s->number &&
		    strncmp(have, name.p, name.n) == 0 && !have[name.n])
			return f;
	}
}

const struct view_field *view_field_at(const struct view_struct *s, uint32_t i)
{
	return &fields[s->first + i];
}

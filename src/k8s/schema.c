/*
 * The rows of schema.inc as tables.
 *
 * All texts are in one struct, a member each, so that a text's offset is a
 * constant that the compiler knows and a row can name it: a table of pointers
 * would have to be relocated at every startup.  Types are sorted by name.
 */
#include "k8s/schema.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

#include "base/array.h"

struct texts {
#define TEXT(id, text) char t_##id[sizeof(text)];
#include "k8s/schema.inc"
#undef TEXT
};

static const struct texts texts = {
#define TEXT(id, text) text,
#include "k8s/schema.inc"
#undef TEXT
};

_Static_assert(sizeof(struct texts) <= UINT16_MAX, "offsets are 16 bits wide");

static const struct schema_type types[] = {
#define TYPE(name, first, n) \
	{ offsetof(struct texts, t_##name), SCHEMA_TYPE_##name, first, n },
#include "k8s/schema.inc"
#undef TYPE
};

static const struct schema_field fields[] = {
#define FIELD(json, go, go_type, shape, kind, of, merge_key, flags) \
	{ offsetof(struct texts, t_##json), offsetof(struct texts, t_##go), \
	  offsetof(struct texts, t_##go_type), \
	  offsetof(struct texts, t_##merge_key), SCHEMA_TYPE_##of, \
	  sizeof(texts.t_##json) - 1, SCHEMA_##kind, SCHEMA_##shape, flags },
#include "k8s/schema.inc"
#undef FIELD
};

/* A key of a type, its own or embedded: open addressing by key_hash(), at most
 * a quarter full. */
static const struct key_slot {
	uint16_t type;
	uint16_t row;		/* of the field, + 1; 0: free */
} slots[] = {
#define KEY_SLOTS(...) __VA_ARGS__,
#include "k8s/schema.inc"
#undef KEY_SLOTS
};

#define SLOT_MASK (ARRAY_SIZE(slots) - 1)

_Static_assert((ARRAY_SIZE(slots) & SLOT_MASK) == 0,
	       "slots are found by a mask");

const char schema_version[] = SCHEMA_VERSION;

/* Inner fields count between the field that embeds them and the next. */
#define ORDER_STEP 256

const char *schema_text(uint16_t offset)
{
	return (const char *)&texts + offset;
}

const struct schema_type *schema_type(str name)
{
	size_t low = 0, high = ARRAY_SIZE(types);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(name, str_of(schema_text(types[mid].name)));

		if (!c)
			return &types[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct schema_type *schema_type_at(enum schema_type_number number)
{
	return &types[number];
}

const struct schema_type *schema_struct(const struct schema_field *field)
{
	return field->of == SCHEMA_TYPE_NONE ? NULL : &types[field->of];
}

const struct schema_field *schema_fields(const struct schema_type *type,
					 uint32_t *n)
{
	*n = type->n;
	return fields + type->first;
}

const struct schema_field *schema_row(uint32_t row)
{
	return fields + row;
}

/* The byte at s[*i], lower case; and the two letters outside ASCII that
 * encoding/json takes for k and s when it ignores case. */
static char folded(str s, size_t *i)
{
	static const struct {
		char text[4], letter;
	} odd[] = { { "\u212a", 'k' }, { "\u017f", 's' } };
	char c = s.p[*i];

	for (size_t k = 0; k < 2; k++) {
		size_t n = strlen(odd[k].text);

		if (s.n - *i >= n && memcmp(s.p + *i, odd[k].text, n) == 0) {
			*i += n;
			return odd[k].letter;
		}
	}
	++*i;
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool schema_same_key(str a, str b)
{
	size_t i = 0, j = 0;

	while (i < a.n && j < b.n)
		if (folded(a, &i) != folded(b, &j))
			return false;
	return i == a.n && j == b.n;
}

static bool equal(str a, str b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* The first field whose key is the `same`, with its index added to *order;
 * embedded structs are searched in place. */
static const struct schema_field *find(const struct schema_type *type, str key,
				       bool (*same)(str, str), int *order)
{
	for (uint32_t i = 0; i < type->n; i++) {
		const struct schema_field *f = &fields[type->first + i];
		const struct schema_field *inner;
		str name = { schema_text(f->json), f->json_length };
		int below = 0;

		*order += ORDER_STEP;
		if (!(f->flags & SCHEMA_INLINE)) {
			if (same(name, key))
				return f;
			continue;
		}
		inner = find(schema_struct(f), key, same, &below);
		if (inner) {
			*order += below / ORDER_STEP;
			return inner;
		}
	}
	return NULL;
}

/* As scripts/gen-schema has it.  Keys of a type that begin and end alike are
 * few. */
static uint32_t key_hash(uint32_t type, str key)
{
	const unsigned char *p = (const void *)key.p;
	uint32_t first, last;

	if (key.n < 4) {
		first = p[0] | (uint32_t)p[key.n / 2] << 8 |
			(uint32_t)p[key.n - 1] << 16;
		last = 0;
	} else {
		memcpy(&first, p, 4);
		memcpy(&last, p + key.n - 4, 4);
		first = le32toh(first);
		last = le32toh(last);
	}
	return (first * 0x9e3779b1u + last * 0x85ebca77u +
		type * 0xc2b2ae3du) >> 16;
}

/* Every walk by the schema asks this for every key. */
const struct schema_field *schema_field(const struct schema_type *type, str key)
{
	const struct key_slot *slot;
	const struct schema_field *f;

	if (!type || !key.n)
		return NULL;
	for (uint32_t at = key_hash(type->number, key);; at++) {
		slot = &slots[at & SLOT_MASK];
		if (!slot->row)
			return NULL;
		f = &fields[slot->row - 1];
		if (slot->type == type->number && f->json_length == key.n &&
		    bytes_eq(schema_text(f->json), key.p, key.n))
			return f;
	}
}

const struct schema_field *schema_field_fold(const struct schema_type *type,
					     str key)
{
	const struct schema_field *f = schema_field(type, key);
	int order = 0;

	if (f || !type || !key.n)
		return f;
	return find(type, key, schema_same_key, &order);
}

int schema_order(const struct schema_type *type, str key)
{
	const struct schema_field *f = schema_field(type, key);
	int order = 0;

	if (!f)
		return -1;
	if (f >= &fields[type->first] && f < &fields[type->first] + type->n)
		return (int)(f - &fields[type->first] + 1) * ORDER_STEP;
	find(type, key, equal, &order);
	return order;
}

/*
 * istio/values: a setting, carried out on a small base as each of the three
 * options, and merges of what comes out.
 *
 * Besides not failing in any other way than by an error:
 *   - what a setting gives can be found: each key of a map under its name,
 *     and no map it made has a null;
 *   - a merge is idempotent, and a tree merged over itself stays equal.
 */
#include <stdlib.h>

#include "helm/helm.h"
#include "json/scan.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

/* Without a null or one key twice in a map. */
static void sound(const struct node *n)
{
	for (uint32_t i = 0; n->kind == NODE_LIST && i < n->n; i++)
		sound(n->items[i]);
	for (uint32_t i = 0; n->kind == NODE_MAP && i < n->n; i++) {
		MUST(n->entries[i].value->kind != NODE_NULL);
		MUST(node_index(n, node_text(n->entries[i].key)) == i);
		sound(n->entries[i].value);
	}
}

static void merge(struct arena *a, const struct node *base,
		  const struct node *over)
{
	const struct node *once = values_merge(a, base, over);

	sound(once);
	MUST(node_equal(values_merge(a, once, over), once));
	MUST(node_equal(values_merge(a, over, over), over));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] =
		"{\"a\":{\"b\":1,\"c\":[]},\"l\":[1,{\"b\":2},[3]]}";
	struct source source = SOURCE_JSON("base", STR_NONE);
	struct arena a = ARENA_INIT;
	const struct node *base, *got[3];
	str setting = { (const char *)data, size };

	/* each `[65536]=` makes a list of half a megabyte */
	if (size > 512)
		return 0;
	source.text = str_of(text);
	MUST(!json_scan(&a, &source, 0, &base, NULL));
	for (int kind = SETTING; kind <= SETTING_JSON; kind++) {
		struct values v = VALUES_INIT(&a, base);
		struct err e = ERR_INIT;
		bool set = !values_set(&v, (enum setting_kind)kind, setting,
				       &e);

		got[kind] = set ? values_done(&v) : NULL;
		MUST(got[kind] || e.set);
		if (got[kind])
			sound(got[kind]);
		if (got[kind])
			merge(&a, base, got[kind]);
	}
	if (got[SETTING] && got[SETTING_JSON])
		merge(&a, got[SETTING_JSON], got[SETTING]);
	arena_release(&a);
	return 0;
}

/*
 * k8s/merge: two JSON documents, parted by a NUL or by a line `---`, merged in
 * both modes.
 *
 * Besides not failing in any other way than by an error:
 *   - the result is sound: every node has a kind, every key is a text, and a
 *     merged list names its key;
 *   - strict and lenient agree wherever strict has an answer;
 *   - a patch without directives and without nulls in it is idempotent:
 *     merged into the result once more it changes nothing, or fails (on items
 *     without a key, taken as they are where base had no list).
 *     (With nulls it is not: an item new to base is taken with its nulls, and
 *     only the second merge removes what they name.  Duplicates in one list
 *     are out for a like reason: taken as they are at first, merged later.)
 */
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "k8s/strategic_merge.h"

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

static void sound(const struct node *n)
{
	MUST(n->kind <= NODE_LIST);
	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->n; i++)
			sound(n->items[i]);
		if (n->extra && n->extra->merge_key && *n->extra->merge_key)
			for (uint32_t i = 0; i < n->n; i++)
				MUST(node_get(n->items[i],
					      str_of(n->extra->merge_key)));
	}
	for (uint32_t i = 0; n->kind == NODE_MAP && i < n->n; i++) {
		MUST(n->entries[i].key->kind == NODE_STRING);
		MUST(node_index(n, node_text(n->entries[i].key)) == i);
		sound(n->entries[i].value);
	}
}

static bool same_key(const struct node *a, const struct node *b)
{
	static const char *const keys[] = {
		"name", "containerPort", "mountPath", "devicePath", "ip",
		"topologyKey", "uid", "type",
	};

	if (node_is_scalar(a) || node_is_scalar(b))
		return node_is_scalar(a) && node_is_scalar(b) &&
		       node_equal(a, b);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct node *x = node_get(a, str_of(keys[i]));
		const struct node *y = node_get(b, str_of(keys[i]));

		if (x && y && node_equal(x, y))
			return true;
	}
	return false;
}

/* Without `$` keys, nulls, and items that might be merged with one another. */
static bool plain(const struct node *n)
{
	if (n->kind == NODE_NULL)
		return false;
	for (uint32_t i = 0; n->kind == NODE_LIST && i < n->n; i++) {
		if (!plain(n->items[i]))
			return false;
		for (uint32_t k = 0; k < i; k++)
			if (same_key(n->items[i], n->items[k]))
				return false;
	}
	for (uint32_t i = 0; n->kind == NODE_MAP && i < n->n; i++)
		if (str_starts(node_text(n->entries[i].key), STR("$")) ||
		    !plain(n->entries[i].value))
			return false;
	return true;
}

/* Where one document ends and the other begins. */
static void part(str text, str *base, str *patch)
{
	static const char mark[] = "\n---\n";
	const char *at;

	if (str_cut(text, '\0', base, patch))
		return;
	at = memmem(text.p, text.n, mark, strlen(mark));
	if (!at)
		return;
	*base = str_sub(text, 0, (size_t)(at - text.p));
	*patch = str_sub(text, (size_t)(at - text.p) + strlen(mark), text.n);
}

static void merge_both(struct arena *a, const struct node *base,
		       const struct node *patch)
{
	static const struct merge_options strict = { .strict = true };
	static const struct merge_options lenient = { .strict = false };
	struct err e = ERR_INIT, e2 = ERR_INIT, e3 = ERR_INIT;
	const struct node *s = merge_pod(a, base, patch, &strict, &e);
	const struct node *l = merge_pod(a, base, patch, &lenient, &e2);
	const struct node *again;

	MUST(s || e.set);
	MUST(l || e2.set);
	if (s) {
		sound(s);
		/* lenient, directives and nulls do not come through */
		MUST(l && (!plain(patch) || node_equal(s, l)));
	}
	if (!l)
		return;
	sound(l);
	if (!plain(patch))
		return;
	again = merge_pod(a, l, patch, &lenient, &e3);
	MUST(!again || node_equal(again, l));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str base = STR_NONE, patch = STR_NONE;
	struct arena a = ARENA_INIT;
	struct source sources[2];
	const struct node *into, *from;

	part((str){ (const char *)data, size }, &base, &patch);
	sources[0] = (struct source)SOURCE_JSON("base", base);
	sources[1] = (struct source)SOURCE_JSON("patch", patch);
	if (base.p && patch.p &&
	    !json_scan(&a, &sources[0], 0, &into, NULL) &&
	    !json_scan(&a, &sources[1], 0, &from, NULL))
		merge_both(&a, into, from);
	arena_release(&a);
	return 0;
}

/*
 * json/scan on any bytes: never a fault, an error has its place inside the
 * text, and what is accepted has spans inside their parents' and means the
 * same after json_write.
 */
#include <stdlib.h>

#include "json/scan.h"
#include "json/text.h"
#include "tree/scalar.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_spans(const struct node *n, uint32_t from, uint32_t to)
{
	uint32_t at = n->start + 1;

	require(n->start >= from && n->start < n->end && n->end <= to);
	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->n; i++) {
			check_spans(n->items[i], at, n->end - 1);
			at = n->items[i]->end;
		}
	} else if (n->kind == NODE_MAP) {
		for (uint32_t i = 0; i < n->n; i++) {
			const struct entry *entry = &n->entries[i];

			check_spans(entry->key, at, n->end - 1);
			at = entry->key->end;
			check_spans(entry->value, at, n->end - 1);
			at = entry->value->end;
		}
	}
}

/* Go spells a large float by its shortest digits, and those without point or
 * exponent are read again as another whole number. */
static bool exact(const struct node *n)
{
	if (n->kind == NODE_FLOAT)
		return scalar_double(n) > -0x1p53 && scalar_double(n) < 0x1p53;
	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->n; i++)
			if (!exact(n->items[i]))
				return false;
	} else if (n->kind == NODE_MAP) {
		for (uint32_t i = 0; i < n->n; i++)
			if (!exact(n->entries[i].value))
				return false;
	}
	return true;
}

/* The tree after json_write and json_scan. */
static const struct node *again(struct arena *a, const struct node *n)
{
	struct source *source = arena_new(a, struct source);
	struct buf text = BUF_INIT;
	const struct node *root;

	json_write(&text, n);
	*source = (struct source)SOURCE_JSON("again.json",
					arena_str(a, buf_str(&text)));
	require(!json_scan(a, source, 0, &root, NULL));
	buf_release(&text);
	return root;
}

static void check_again(struct arena *a, const struct node *root)
{
	const struct node *second = again(a, root);

	if (exact(root))
		require(node_equal(root, second) && node_equal(second, root));
	require(node_equal(second, again(a, second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const str text = { (const char *)data, size };
	struct source source = SOURCE_JSON("fuzz.json", text);
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	const struct node *root;

	if (!size)
		source.text.p = "";
	if (json_scan(&a, &source, 0, &root, &e)) {
		require(e.set && e.pos.line >= 1 && e.pos.column >= 1 &&
			e.pos.line + e.pos.column <= size + 2);
	} else {
		check_spans(root, 0, (uint32_t)size);
		if (!node_check(root, NULL))	/* no number is out of range */
			check_again(&a, root);
	}
	arena_release(&a);
	return 0;
}

/*
 * edit/patch: any document, and a version of it drawn from its hash.  The patch
 * from one to the other, applied, gives the other; from one to itself, it is
 * empty.
 */
#include <stdlib.h>

#include "../edits.h"
#include "../jsonpatch.h"
#include "edit/json_patch.h"

#define ROUNDS 3
#define MUST(condition) do { if (!(condition)) abort(); } while (0)

static void patch_to(struct arena *a, const struct node *old,
		     const struct node *wanted)
{
	struct buf out = BUF_INIT;
	const struct node *now;

	MUST((json_patch_write(a, old, wanted, &out) == 0) ==
	     node_equal(old, wanted));
	now = jsonpatch_apply(a, old, buf_str(&out));
	MUST(now && node_equal(now, wanted));
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	str text = { (const char *)data, size };
	struct source source = SOURCE_YAML("fuzz", text);
	struct document doc;

	if (!wanted_read_any(&a, &source, &doc, NULL) &&
	    !node_check(doc.root, NULL)) {
		patch_to(&a, doc.root, doc.root);
		for (uint64_t i = 0; i < ROUNDS; i++) {
			const struct node *wanted =
				edits_draw(&a, doc.root, (str_hash(text) + i) *
					   0x9e3779b97f4a7c15u);

			if (wanted)
				patch_to(&a, doc.root, wanted);
		}
	}
	arena_release(&a);
	return 0;
}

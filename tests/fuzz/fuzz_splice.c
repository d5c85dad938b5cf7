/*
 * Random edits on any document, as tests/edits.h has them.
 *
 * The input is the document; the edits are drawn from its hash, so that the
 * fuzzer's mutations vary both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../edits.h"
#include "yaml/stream.h"

#define ROUNDS 3

static void edit_text(str text)
{
	struct arena a = ARENA_INIT;
	struct source source = SOURCE_YAML("fuzz", text);
	const char *fault = NULL;
	struct document doc;
	uint64_t seed = str_hash(text);

	if (!wanted_read_any(&a, &source, &doc, NULL) &&
	    !node_check(doc.root, NULL)) {
		if (diff(&a, &doc, doc.root)->n)
			abort();
		for (uint64_t i = 0; i < ROUNDS && !fault; i++)
			fault = edits_fault(&a, &doc,
					    (seed + i) * 0x9e3779b97f4a7c15u);
	}
	if (fault) {
		fputs(fault, stderr);
		abort();
	}
	arena_release(&a);
}

/* The first document of the input. */
static int64_t read_text(void *ctx, void *p, size_t n)
{
	str *left = ctx;
	str head = str_sub(*left, 0, n);

	if (head.n)
		memcpy(p, head.p, head.n);
	*left = str_sub(*left, n, left->n);
	return (int64_t)head.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str left = { (const char *)data, size };
	struct stream *stream = stream_new(read_text, &left, "fuzz", 1 << 20);
	struct piece piece;

	while (stream_next(stream, &piece, NULL) > 0)
		edit_text(piece.text);
	stream_free(stream);
	return 0;
}

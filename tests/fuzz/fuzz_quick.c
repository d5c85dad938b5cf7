/*
 * What yaml/quick takes is read as libyaml reads it: the input, and a text put
 * together from pieces of YAML, which chance alone seldom makes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../same_tree.h"
#include "yaml/build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const pieces[] = {
	"a:", "a: b", "- ", "- a: b", "- - c", "-", "|\n", "|-\n", "a: |\n",
	"'x''y'", "\"x\\ny\"", "{}", "[]", "[a, b]", "{a: b, \"c\":d}",
	"{a: 1,", "}", "]", " # c", "#c", "---", "...", "\n", "\n\n", " ",
	"  ", "    ", ": ", "a:b", "null", "~", "<<: {a: 1}", "1.5", "-1",
	"--x", "\"a\": b", "? a", "&a", "*a", "!t", "\t", "a b: c d", "a : b",
	"\xc3\xa9", ", ", "\n  ", "\n- ", "\n  - ", "\n    ", "\na: ",
	"key", "- |\n  ", "a:\n- b",
};

#define N_PIECES (sizeof(pieces) / sizeof(pieces[0]))

/* Bytes from 128 on stand for pieces. */
static void pick(struct buf *b, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] < 128)
			buf_addc(b, (char)data[i]);
		else
			buf_addz(b, pieces[(data[i] - 128) % N_PIECES]);
}

static void compare(str text)
{
	struct arena a = ARENA_INIT;
	const struct source source = SOURCE_YAML("fuzz", text);
	struct document quick = { .source = &source }, fully;
	struct build b;
	struct err e = ERR_INIT;

	build_init(&b, &a, &source, &quick, NULL);
	if (quick_read(&b)) {
		build_finish(&b);
		if (yaml_read_fully(&a, &source, &fully, &e) ||
		    !same_document(&quick, &fully)) {
			fprintf(stderr, "%s\n%.*s\n", e.text, STR_ARG(text));
			abort();
		}
	}
	build_release(&b);
	arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = BUF_INIT;

	compare((str){ (const char *)data, size });
	pick(&b, data, size);
	compare(buf_str(&b));
	buf_release(&b);
	return 0;
}

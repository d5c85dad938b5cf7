/*
 * tmpl with sprig: a template, and behind a NUL or a line `---` the JSON it is
 * executed on.
 *
 * Besides not failing in any other way than by an error, within bounds: a
 * second execution on the same data makes the same, so nothing that the first
 * did to maps is left over, and nothing is made after an error.
 */
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "sprig/sprig.h"
#include "tmpl/tmpl.h"

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

/* Each in an arena of its own: how much of the memory's limit is used depends
 * on what an arena holds already. */
static void execute(const struct tmpl *t, const struct node *data)
{
	static const struct tmpl_limits small = { 2000, 20000, 1 << 20,
						  16 << 20 };
	struct buf out[2] = { BUF_INIT, BUF_INIT };
	struct err e[2] = { ERR_INIT, ERR_INIT };
	int i, rc[2];

	for (i = 0; i < 2; i++) {
		struct arena a = ARENA_INIT;
		struct tmpl_context context = {
			.arena = &a, .limits = small,
			.env = { .fixed_clock = true },
		};

		rc[i] = tmpl_exec(t, &out[i],
				  value_of_node(&a, &type_interface, data,
						true), &context, &e[i]);
		MUST((rc[i] < 0) == e[i].set);
		MUST(rc[i] == 0 || out[i].n == 0);
		arena_release(&a);
	}
	MUST(rc[0] == rc[1] && str_eq(buf_str(&out[0]), buf_str(&out[1])) &&
	     !strcmp(e[0].text, e[1].text));
	buf_release(&out[0]);
	buf_release(&out[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, size }, json = STR_NONE;
	const char *mark = size ? memmem(data, size, "\n---\n", 5) : NULL;
	struct arena a = ARENA_INIT;
	struct source source;
	const struct node *root = NULL;
	const struct tmpl *t;
	struct err e = ERR_INIT;
	uint32_t n = 0;

	if (mark) {
		json = str_sub(text, (size_t)(mark - text.p) + 5, text.n);
		text.n = (size_t)(mark - text.p) + 1;
	} else {
		str_cut(text, '\0', &text, &json);
	}
	while (sprig_tables[n])
		n++;
	source = (struct source)SOURCE_JSON("data", json);
	if (!json.n || json_scan(&a, &source, 0, &root, NULL) < 0)
		root = NULL;
	t = tmpl_parse(&a, STR("t"), text, sprig_tables, n, &e);
	MUST(t ? !e.set : e.set);
	if (t)
		execute(t, root);
	arena_release(&a);
	return 0;
}

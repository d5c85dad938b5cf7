/*
 * istio/annotations: a line with an annotation's name, and its value behind
 * that.
 *
 * Besides not failing in any other way than by an error that names it:
 *   - a list of ports that is taken has digits, commas and blanks only, one of
 *     ranges nothing but addresses, commas and slashes;
 *   - what is taken alone is taken beside others, and what is refused, too.
 */
#include <stdlib.h>
#include <string.h>

#include "istio/injection.h"

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

static const struct node *meta_with(struct arena *a, str name, str value,
				    bool more)
{
	struct entry *entries = arena_array(a, struct entry, 2);
	struct entry *notes = arena_array(a, struct entry, 1);
	uint32_t n = 0;

	if (more) {
		entries[n].key = node_new_string(a, STR("a"));
		entries[n++].value = node_new_string(a, STR("b"));
	}
	entries[n].key = node_new_string(a, name);
	entries[n++].value = node_new_string(a, value);
	notes[0].key = node_new_string(a, STR("annotations"));
	notes[0].value = node_new_map(a, NULL, entries, n);
	return node_new_map(a, NULL, notes, 1);
}

/* Past ASCII there are blanks, too, which Go trims. */
static bool made_of(str s, const char *characters)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!s.p[i] || ((unsigned char)s.p[i] < 0x80 &&
				!strchr(characters, s.p[i])))
			return false;
	return true;
}

static void taken(str name, str value)
{
	static const struct {
		str name;
		const char *characters;
	} lists[] = {
		{ STR("excludeInboundPorts"), "0123456789, \t\n\v\f\r" },
		{ STR("excludeOutboundPorts"), "0123456789, \t\n\v\f\r" },
		{ STR("excludeOutboundIPRanges"),
		  "0123456789abcdefABCDEF.:,/" },
	};
	static const str traffic = STR("traffic.sidecar.istio.io/");
	size_t i;

	if (!str_starts(name, traffic))
		return;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (str_eq(str_sub(name, traffic.n, name.n), lists[i].name))
			MUST(made_of(value, lists[i].characters));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str name, value = STR_NONE;
	struct err e = ERR_INIT, e2 = ERR_INIT;
	struct arena a = ARENA_INIT;
	int rc;

	if (str_cut((str){ (const char *)data, size }, '\n', &name, &value)) {
		rc = annotations_check(meta_with(&a, name, value, false),
				       RELEASE_NEWEST, &e);
		MUST(e.set == (rc != 0));
		MUST(annotations_check(meta_with(&a, name, value, true),
				       RELEASE_NEWEST, &e2) == rc);
		MUST(!strcmp(e.text, e2.text));
		if (rc != 0)
			MUST(str_starts(str_of(e.text),
					STR("invalid value '")));
		else
			taken(name, value);
	}
	arena_release(&a);
	return 0;
}

#include "k8s/place.h"

/* Keys with dots or slashes would be misread: annotations["a.b/c"]. */
static bool needs_quotes(str key)
{
	if (!key.n)
		return true;
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (c <= ' ' || c == '.' || c == '/' || c == '[' || c == '"')
			return true;
	}
	return false;
}

static void step_text(struct buf *b, const struct place *place)
{
	if (!place->key.p) {
		buf_printf(b, "[%u]", place->index);
	} else if (needs_quotes(place->key)) {
		buf_addz(b, "[\"");
		buf_adds(b, place->key);
		buf_addz(b, "\"]");
	} else {
		if (place->up->up)
			buf_addc(b, '.');
		buf_adds(b, place->key);
	}
}

static void path_text(struct buf *b, const struct place *place)
{
	if (!place->up)
		return;
	path_text(b, place->up);
	step_text(b, place);
}

void place_text(struct buf *b, const struct place *place)
{
	if (place->up)
		path_text(b, place);
	else
		buf_addz(b, "the document");
}

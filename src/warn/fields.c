/*
 * Fields that a type of the Kubernetes API does not have.
 */
#include "base/spelling.h"
#include "warn/warn.h"

struct guess {
	const char *field;	/* NULL: none */
	uint32_t distance;
};

static void guess_field(struct guess *best, const struct schema_type *type,
			str key)
{
	uint32_t n;
	const struct schema_field *fields = schema_fields(type, &n);

	for (uint32_t i = 0; i < n; i++) {
		const char *name = schema_text(fields[i].json);
		uint32_t d;

		if (fields[i].flags & SCHEMA_INLINE) {
			guess_field(best, schema_struct(&fields[i]), key);
			continue;
		}
		d = near_distance(key, str_of(name));
		if (d < best->distance)
			*best = (struct guess){ name, d };
	}
}

void warn_field(struct buf *out, const char *path,
		const struct schema_type *type, const struct node *key,
		const struct place *place)
{
	struct guess best = { NULL, NEAR_FAR };

	guess_field(&best, type, node_text(key));
	buf_addz(out, path);
	if (*path)
		buf_addc(out, '.');
	place_text(out, place);
	buf_addz(out, ": not a known field");
	if (best.field)
		buf_printf(out, "; did you mean %s?", best.field);
}

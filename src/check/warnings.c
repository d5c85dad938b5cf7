#include "check/warnings.h"

#include <stdlib.h>

#include "base/spelling.h"

static int no_such(str name, struct err *e)
{
	struct buf names = BUF_INIT;

	for (int i = 0; i < N_WARNINGS; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", warn_table[i].name);
	err_set(e, POS_NONE, "unknown warning \"%.*s\" (expected %s)",
		STR_ARG(name), buf_z(&names));
	buf_release(&names);
	return -1;
}

int warn_named(uint32_t *set, str name, struct err *e)
{
	for (int i = 0; i < N_WARNINGS; i++) {
		if (str_eq(str_of(warn_table[i].name), name)) {
			*set |= (uint32_t)1 << i;
			return 0;
		}
	}
	return no_such(name, e);
}

void warn_emit(const struct warn *w, enum warning which, const struct node *at,
	       struct buf *text)
{
	w->emit(w->ctx, which, at, buf_z(text));
	buf_release(text);
}

const struct node *warn_list(const struct node *pod, const char *name)
{
	const struct node *list = node_get(node_get(pod, STR("spec")),
					   str_of(name));

	return list && list->kind == NODE_LIST ? list : NULL;
}

str warn_name(const struct node *container)
{
	return node_string(node_get(container, STR("name")));
}

bool warn_runs_on(const struct node *container, const char *list)
{
	return strcmp(list, WARN_CONTAINERS) == 0 ||
	       str_eq(node_string(node_get(container, STR("restartPolicy"))),
		      STR("Always"));
}

/* ---- unknown fields ---- */

struct field_guess {
	const char *field;	/* NULL: none */
	uint32_t distance;
};

static void guess_field(struct field_guess *best,
			const struct schema_type *type, str key)
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
		d = spelling_distance(key, str_of(name));
		if (d < best->distance)
			*best = (struct field_guess){ name, d };
	}
}

void warn_no_field(struct buf *out, const struct schema_type *type,
		const struct node *key)
{
	struct field_guess best = { NULL, SPELLING_FAR };

	guess_field(&best, type, node_text(key));
	buf_addz(out, "unknown field");
	if (best.field)
		buf_printf(out, "; did you mean %s?", best.field);
}

void warn_field(struct buf *out, const char *path,
		const struct schema_type *type, const struct node *key,
		const struct place *place)
{
	buf_addz(out, path);
	if (*path)
		buf_addc(out, '.');
	place_text(out, place);
	buf_addz(out, ": ");
	warn_no_field(out, type, key);
}

/* ---- warnings that were emitted already ---- */

#define SLOTS ((uint32_t)1 << 13)
/* Beyond that the set is cleared, at worst repeating a warning. */
#define MOST (SLOTS / 4 * 3)

uint64_t warned_key(struct pos pos, const char *text)
{
	uint64_t h = hash64(HASH64, text, strlen(text));

	h = hash64(h, &pos.line, sizeof(pos.line));
	h = hash64(h, &pos.column, sizeof(pos.column));
	if (pos.file)
		h = hash64(h, pos.file, strlen(pos.file));
	return h ? h : 1;
}

bool warned_first(struct warned *t, uint64_t key)
{
	uint32_t i = (uint32_t)key & (SLOTS - 1);

	if (!t->slots)
		t->slots = mem_alloc_array(SLOTS, sizeof(*t->slots));
	if (!t->n || t->n == MOST) {
		memset(t->slots, 0, SLOTS * sizeof(*t->slots));
		t->n = 0;
	}
	for (; t->slots[i]; i = (i + 1) & (SLOTS - 1))
		if (t->slots[i] == key)
			return false;
	t->slots[i] = key;
	t->n++;
	return true;
}

void warned_release(struct warned *t)
{
	mem_free(t->slots);
}

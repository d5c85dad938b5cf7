/*
 * jsonpatch - apply a JSON Patch as RFC 6902 has it, for tests and the fuzzer.
 *
 * Strict: the target of "remove" and "replace" must exist, an index must be
 * within the list, and nothing can be moved into itself.
 */
#ifndef TESTS_JSONPATCH_H
#define TESTS_JSONPATCH_H

#include <string.h>

#include "base/array.h"
#include "json/scan.h"

enum jsonpatch_op { JSONPATCH_ADD, JSONPATCH_REMOVE, JSONPATCH_REPLACE };

static inline str jsonpatch_token(struct arena *a, str token)
{
	char *p = arena_alloc(a, token.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] != '~') {
			p[n++] = token.p[i];
			continue;
		}
		i++;
		if (i == token.n || (token.p[i] != '0' && token.p[i] != '1'))
			return STR_NONE;
		p[n++] = token.p[i] == '0' ? '~' : '/';
	}
	return (str){ p, n };
}

/* An index as RFC 6901 writes it, up to `limit`; else UINT32_MAX. */
static inline uint32_t jsonpatch_index(str token, uint32_t limit)
{
	uint32_t n = 0;

	if (!token.n || token.n > 9 || (token.n > 1 && token.p[0] == '0'))
		return UINT32_MAX;
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] < '0' || token.p[i] > '9')
			return UINT32_MAX;
		n = n * 10 + (uint32_t)(token.p[i] - '0');
	}
	return n <= limit ? n : UINT32_MAX;
}

static inline const struct node *
jsonpatch_at(struct arena *a, enum jsonpatch_op op, const struct node *n,
	     str path, const struct node *value);

static inline const struct node *
jsonpatch_in_list(struct arena *a, enum jsonpatch_op op, const struct node *n,
		  str token, str rest, const struct node *value)
{
	bool here = !rest.n, adds = here && op == JSONPATCH_ADD;
	bool removes = here && op == JSONPATCH_REMOVE;
	uint32_t at = jsonpatch_index(token, n->n), k = 0;
	const struct node **items =
		arena_array(a, const struct node *, n->n + 1);

	if (at == UINT32_MAX || (at == n->n && !adds))
		return NULL;
	for (uint32_t i = 0; i <= n->n; i++) {
		if (adds && i == at)
			items[k++] = value;
		if (i == n->n || (removes && i == at))
			continue;
		items[k] = n->items[i];
		if (i == at && !adds)
			items[k] = jsonpatch_at(a, op, items[k], rest, value);
		if (!items[k++])
			return NULL;
	}
	return node_new_list(a, NULL, items, k);
}

static inline const struct node *
jsonpatch_in_map(struct arena *a, enum jsonpatch_op op, const struct node *n,
		 str key, str rest, const struct node *value)
{
	const struct node *old = node_get(n, key), *now = value;

	if (!old && (rest.n || op != JSONPATCH_ADD))
		return NULL;
	if (rest.n)
		now = jsonpatch_at(a, op, old, rest, value);
	if (rest.n && !now)
		return NULL;
	return node_with(a, n, key,
			 !rest.n && op == JSONPATCH_REMOVE ? NULL : now);
}

/* NULL where it cannot be done. */
static inline const struct node *
jsonpatch_at(struct arena *a, enum jsonpatch_op op, const struct node *n,
	     str path, const struct node *value)
{
	size_t end;
	str token, rest;

	if (!path.n)
		return value;
	if (path.p[0] != '/')
		return NULL;
	end = str_find(path, 1, '/');
	token = jsonpatch_token(a, str_sub(path, 1, end));
	rest = str_sub(path, end, path.n);
	if (!token.p)
		return NULL;
	if (n->kind == NODE_LIST)
		return jsonpatch_in_list(a, op, n, token, rest, value);
	return n->kind == NODE_MAP ?
		       jsonpatch_in_map(a, op, n, token, rest, value) : NULL;
}

static inline const struct node *jsonpatch_get(struct arena *a,
					       const struct node *n, str path)
{
	while (n && path.n) {
		size_t end = str_find(path, 1, '/');
		str token = jsonpatch_token(a, str_sub(path, 1, end));
		uint32_t i;

		path = str_sub(path, end, path.n);
		if (n->kind == NODE_MAP) {
			n = node_get(n, token);
			continue;
		}
		i = n->kind == NODE_LIST ? jsonpatch_index(token, n->n) :
					   UINT32_MAX;
		n = i < n->n ? n->items[i] : NULL;
	}
	return n;
}

static inline const struct node *
jsonpatch_step(struct arena *a, const struct node *n, const struct node *step)
{
	static const char *const names[] = { "add", "remove", "replace" };
	str op = node_string(node_get(step, STR("op")));
	str path = node_string(node_get(step, STR("path")));
	const struct node *value = node_get(step, STR("value"));

	if (str_eq(op, STR("move"))) {
		str from = node_string(node_get(step, STR("from")));

		value = jsonpatch_get(a, n, from);
		if (!value || (str_starts(path, from) &&
			       (path.n == from.n || path.p[from.n] == '/')))
			return NULL;
		n = jsonpatch_at(a, JSONPATCH_REMOVE, n, from, NULL);
		return n ? jsonpatch_at(a, JSONPATCH_ADD, n, path, value)
			 : NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!str_eq(op, str_of(names[i])))
			continue;
		if (!value != (i == JSONPATCH_REMOVE))
			return NULL;
		return jsonpatch_at(a, (enum jsonpatch_op)i, n, path, value);
	}
	return NULL;
}

/* The tree after the patch, which is JSON text; NULL where it does not fit. */
static inline const struct node *
jsonpatch_apply(struct arena *a, const struct node *n, str patch)
{
	struct source *source = arena_new(a, struct source);
	const struct node *steps;

	*source = (struct source)SOURCE_JSON("patch.json", patch);
	if (json_scan(a, source, 0, &steps, NULL) || steps->kind != NODE_LIST)
		return NULL;
	for (uint32_t i = 0; n && i < steps->n; i++)
		n = jsonpatch_step(a, n, steps->items[i]);
	return n;
}

#endif

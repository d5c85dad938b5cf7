/*
 * The names of a setting, "a.b[0].c", step by step down the tree.
 *
 * The rules are those of helm.sh/helm/v3 pkg/strvals, its odd ones too: a
 * name without a `=` is an error, but not where it ends in `]` or a dot; and
 * `a[0].b=` is lost where a has no item yet.  In these the text ends where
 * helm wants more of it, which it takes for the end of all: STEP_END here.
 */
#include "helm/strvals.h"

#include <inttypes.h>
#include <stdlib.h>

/* Of helm: MaxNestedNameLevel. */
#define LEVEL_MAX 30

static enum step set_name(struct setter *s, struct node *map, unsigned level);

/* name.NEXT... */
static enum step set_in_map(struct setter *s, struct node *map, str name,
			    unsigned level)
{
	const struct node *old = node_get(map, name);
	struct node *inner;
	enum step step;

	if (++level > LEVEL_MAX)
		return strvals_fail(s, "more than %d names in one", LEVEL_MAX);
	if (old && old->kind != NODE_MAP)
		return strvals_fail(s, "'%.*s' is %s, not a map", STR_ARG(name),
				    node_kind_name(old));
	inner = strvals_own(s, old, NODE_MAP);
	step = set_name(s, inner, level);
	if (step == STEP_NEXT && !inner->n)
		return strvals_fail(s, "'%.*s.' has no name behind it",
				    STR_ARG(name));
	if (inner->n)
		strvals_put_key(s, map, name, inner);
	return step;
}

/* The number in brackets, behind the first. */
static enum step read_index(struct setter *s, uint32_t *out)
{
	str text;
	char *end;
	long i;

	if (strvals_word(s, "]", &text) == STOP_END)
		return strvals_fail(s, "'[' without its ']'");
	i = strtol(text.p, &end, 10);
	if (!text.n || !strchr("+-0123456789", text.p[0] ? text.p[0] : 'x') ||
	    end == text.p || end != text.p + text.n)
		return strvals_fail(s, "'%.*s' is no index", STR_ARG(text));
	if (i < 0)
		return strvals_fail(s, "index %ld is below 0", i);
	*out = i > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)i;
	return STEP_NEXT;
}

static enum step set_item(struct setter *s, struct node *list, uint32_t i,
			  unsigned level);

/* name[0][NEXT...: an item that was there keeps what is done to it, also where
 * the text ends. */
static enum step set_in_item_list(struct setter *s, struct node *list,
				  uint32_t i, unsigned level)
{
	const struct node *old = i < list->n ? list->items[i] : NULL;
	struct node *inner;
	uint32_t next;
	enum step step = read_index(s, &next);

	if (step != STEP_NEXT)
		return step;
	if (old && old->kind == NODE_NULL)
		old = NULL;
	if (old && old->kind != NODE_LIST)
		return strvals_fail(s, "item %" PRIu32 " is %s, not a list", i,
				    node_kind_name(old));
	inner = strvals_own(s, old, NODE_LIST);
	step = set_item(s, inner, next, level);
	if (step == STEP_NEXT || (step == STEP_END && old))
		return strvals_put_item(s, list, i, inner) ? STEP_FAILED : step;
	return step;
}

/* name[0].NEXT...: an item that is no map is replaced. */
static enum step set_in_item_map(struct setter *s, struct node *list,
				 uint32_t i, unsigned level)
{
	const struct node *old = i < list->n ? list->items[i] : NULL;
	struct node *inner;
	enum step step;

	if (old && old->kind != NODE_MAP)
		inner = strvals_own(s, NULL, NODE_MAP);
	else
		inner = strvals_own(s, old, NODE_MAP);
	step = set_name(s, inner, level);
	if (step == STEP_NEXT || (step == STEP_END && old))
		return strvals_put_item(s, list, i, inner) ? STEP_FAILED : step;
	return step;
}

/* What stands behind an index. */
static enum step set_item(struct setter *s, struct node *list, uint32_t i,
			  unsigned level)
{
	const struct node *value;
	enum step step;
	str text;
	char stop = strvals_word(s, "[.=", &text);

	if (text.n)
		return strvals_fail(s, "'%.*s' behind an index", STR_ARG(text));
	if (++s->depth > NODE_DEPTH_MAX)
		return strvals_fail(s, "nested more than %d times",
				    NODE_DEPTH_MAX);
	if (stop == STOP_END)
		step = STEP_END;
	else if (stop == '[')
		step = set_in_item_list(s, list, i, level);
	else if (stop == '.')
		step = set_in_item_map(s, list, i, level);
	else if (strvals_value(s, &value) == STEP_FAILED)
		step = STEP_FAILED;
	else
		step = strvals_put_item(s, list, i, value);
	s->depth--;
	return step;
}

/* name[NEXT... */
static enum step set_in_list(struct setter *s, struct node *map, str name,
			     unsigned level)
{
	const struct node *old = node_get(map, name);
	struct node *list;
	uint32_t i;
	enum step step = read_index(s, &i);

	if (step != STEP_NEXT)
		return step;
	if (old && old->kind != NODE_LIST)
		return strvals_fail(s, "'%.*s' is %s, not a list",
				    STR_ARG(name), node_kind_name(old));
	list = strvals_own(s, old, NODE_LIST);
	step = set_item(s, list, i, level);
	strvals_put_key(s, map, name, list);
	return step;
}

/* One name=value below `map`. */
static enum step set_name(struct setter *s, struct node *map, unsigned level)
{
	const struct node *value;
	enum step step;
	str name;

	switch (strvals_word(s, "=[,.", &name)) {
	case '[':
		return set_in_list(s, map, name, level);
	case '.':
		return set_in_map(s, map, name, level);
	case '=':
		step = strvals_value(s, &value);
		if (step != STEP_FAILED)
			strvals_put_key(s, map, name, value);
		return step;
	case STOP_END:
		if (!name.n)
			return STEP_END;
		break;
	default:
		break;
	}
	return strvals_fail(s, "'%.*s' has no value", STR_ARG(name));
}

const struct node *values_set(struct arena *a, const struct node *base,
			      enum setting_kind kind, str setting,
			      struct err *e)
{
	struct setter s = { .a = a, .kind = kind, .text = setting, .e = e };
	enum step step = STEP_NEXT;
	const struct node *map;
	struct node *root;
	int is_map;

	s.own = (struct ptrmap)PTRMAP_INIT(a);
	s.null = node_new(a, NODE_NULL);
	if (!base || base->kind == NODE_NULL)
		base = node_new_map(a, NULL, NULL, 0);
	if (base->kind != NODE_MAP) {
		strvals_fail(&s, "the values are %s, not a map",
			     node_kind_name(base));
		return NULL;
	}
	is_map = kind == SETTING_JSON ? strvals_json_map(&s, &map) : 0;
	if (is_map)
		return is_map > 0 ? values_merge(a, base, map) : NULL;
	root = strvals_own(&s, base, NODE_MAP);
	while (step == STEP_NEXT)
		step = set_name(&s, root, 0);
	if (step == STEP_FAILED)
		return NULL;
	strvals_settle(&s, root);
	return root;
}

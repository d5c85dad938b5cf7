/*
 * helm - what is Helm's: values, and telling templates of charts.
 *
 * Values are what templates see as .Values: files merged over each other, then
 * settings of the command line, by helm's rules.
 *
 * Files: maps are merged key by key, other values are replaced, null removes a
 * key (helm's coalescing).  A file that is merged over nothing is not changed.
 *
 * Settings: helm's strvals, "a.b[0].c=1,d={x,y}"; a \ escapes a character.
 * --set guesses types (true, null, integers), --set-string does not, --set-json
 * takes JSON values, or a single JSON map that is merged like a file.  null
 * removes a key here too.  Values of settings are in no file, so their nodes
 * have no origin.
 *
 * The caller applies them in helm's order: files, --set-json, --set,
 * --set-string.
 */
#ifndef HELM_HELM_H
#define HELM_HELM_H

#include "base/ptrmap.h"
#include "tree/node.h"

/* ---- values.c ---- */

/*
 * Values in the making: what is added later overrides what was there.
 *
 * The trees that are added stay as they are.  What changes is copied once, on
 * the way from the root, and then changed in place, so that a file or a setting
 * costs no more than its own length, however many came before.
 */
struct values {
	struct arena *arena;
	const struct node *root;	/* NULL or null: nothing yet */
	struct ptrmap own;		/* which of the copies a node is */
	struct values_copy *copies;
	size_t n_copies, copies_capacity;
	const struct node *removed;	/* instead of a value: no such key */
	uint32_t filled;		/* items that no setting named */
};

/* To begin with `base` (any value, or NULL). */
#define VALUES_INIT(a, base) \
	{ .arena = (a), .root = (base), .own = PTRMAP_INIT(a) }

/* Merge a file's values; ignored if NULL or null (an empty file). */
void values_add(struct values *v, const struct node *over);
/* All of it; NULL if nothing was added.  Nothing can be added any more. */
const struct node *values_done(struct values *v);
/* `over` merged over `base`; either may be NULL. */
const struct node *values_merge(struct arena *a, const struct node *base,
				const struct node *over);

/* For settings: a copy of `old` (NULL: an empty one) that may be changed, and
 * access to one. */
struct node *values_own(struct values *v, const struct node *old,
			enum node_kind kind);
const struct node *values_get(const struct values *v, const struct node *map,
			      str key);
void values_put(struct values *v, struct node *map, str key,
		const struct node *value);
void values_remove(struct values *v, struct node *map, str key);
bool values_empty(const struct values *v, const struct node *map);
/* Items missing before item i become `missing`.  At most VALUES_FILLED_MAX in
 * all; -1 if there would be more. */
int values_put_item(struct values *v, struct node *list, uint32_t i,
		    const struct node *value, const struct node *missing);
#define VALUES_FILLED_MAX (1u << 20)

/* ---- strvals.c ---- */

enum setting_kind {
	SETTING,		/* --set */
	SETTING_STRING,		/* --set-string */
	SETTING_JSON,		/* --set-json */
};

/* Apply one argument of --set, --set-string or --set-json.  The error quotes
 * the setting and has no place. */
int values_set(struct values *v, enum setting_kind kind, str setting,
	       struct err *e);

/* ---- chart.c ---- */

/*
 * Tell templates of Helm charts from manifests.
 *
 * A template is not YAML until Helm has rendered it, even if it happens to
 * parse as YAML.  The sign is an action, `{{ ... }}`, outside of comments,
 * quotes and block scalars.  In a file that does not parse, any action counts;
 * in one that parses, only an action with one of Helm's own objects, since
 * alerting rules have `{{ $value }}` in plain text.
 *
 * True with the offset of the action.  `parses`: the text is valid YAML.
 */
bool chart_is_template(str text, bool parses, size_t *at);

#endif

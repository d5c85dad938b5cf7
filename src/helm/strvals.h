/*
 * strvals - the parts of values_set() among themselves: strvals.c goes through
 * names, strvals_value.c reads what stands behind their `=`, strvals_tree.c
 * changes the tree.
 *
 * The tree that is passed in stays as it is.  What a setting changes is copied
 * once, on the way from the root, and then changed in place, so that a long
 * setting costs no more than its length: `own` knows the copies, and how many
 * children they have room for.
 */
#ifndef HELM_STRVALS_H
#define HELM_STRVALS_H

#include "base/ptrmap.h"
#include "helm/values.h"

struct setter {
	struct arena *a;
	enum setting_kind kind;
	str text;
	size_t at;
	struct ptrmap own;
	/* What null sets: an item of a list, or a key that goes in the end,
	 * since for helm it is there while it reads on. */
	const struct node *null;
	uint32_t depth;
	struct err *e;
};

enum step {
	STEP_FAILED = -1,
	STEP_NEXT, /* the next setting may begin */
	STEP_END,  /* the text ended, and nothing more is to be done */
};

#define STOP_END 0 /* instead of the character that ended a word */

/* Set the error, which quotes the setting; always STEP_FAILED. */
enum step strvals_fail(struct setter *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Up to one of `stops`, which is passed and returned, or STOP_END; each
 * character behind a \ is itself. */
char strvals_word(struct setter *s, const char *stops, str *out);
/* The value behind a `=`, and the comma behind it.  STEP_END where the text
 * ended before it; then it is the empty text. */
enum step strvals_value(struct setter *s, const struct node **out);
/* Is the setting one JSON map? 1 with the map, 0 where it is none, or -1. */
int strvals_json_map(struct setter *s, const struct node **out);

/* A copy of `old` (NULL: an empty one) that may be changed. */
struct node *strvals_own(struct setter *s, const struct node *old,
			 enum node_kind kind);
/* As in helm, nothing is set under an empty name. */
void strvals_put_key(struct setter *s, struct node *map, str key,
		     const struct node *value);
/* Items that are missing before it become null. */
enum step strvals_put_item(struct setter *s, struct node *list, uint32_t i,
			   const struct node *value);
/* What was changed takes its final form: without the keys that null removes,
 * and with the index of a large map. */
void strvals_settle(struct setter *s, const struct node *node);

#endif

/*
 * values - what templates see as .Values: files over one another, then
 * settings of the command line over them, by helm's rules.
 *
 * Files: maps are merged key by key, anything else is replaced, null removes a
 * key (helm's coalescing); a file that is merged over nothing is left as it is.
 *
 * Settings: helm's strvals, "a.b[0].c=1,d={x,y}", with \ before a character
 * that is to mean itself; --set guesses types (true, null, whole numbers),
 * --set-string does not, --set-json takes JSON values, or one JSON map that is
 * merged like a file.  null removes a key here, too.  What a setting gives has
 * no place in a file, so its nodes have no origin.
 *
 * The caller goes through them in helm's order: files, --set-json, --set,
 * --set-string.
 */
#ifndef HELM_VALUES_H
#define HELM_VALUES_H

#include "tree/node.h"

enum setting_kind {
	SETTING,		/* --set */
	SETTING_STRING,		/* --set-string */
	SETTING_JSON,		/* --set-json */
};

/* `over` merged over `base`; either may be NULL, or null as an empty file is,
 * and then counts for nothing. */
const struct node *values_merge(struct arena *a, const struct node *base,
				const struct node *over);
/* One argument of --set and its kin carried out on `base` (NULL: {}); NULL with
 * the error, which quotes the setting and has no place. */
const struct node *values_set(struct arena *a, const struct node *base,
			      enum setting_kind kind, str setting,
			      struct err *e);

#endif

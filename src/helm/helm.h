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

#include "tree/node.h"

/* ---- values.c, strvals.c ---- */

enum setting_kind {
	SETTING,		/* --set */
	SETTING_STRING,		/* --set-string */
	SETTING_JSON,		/* --set-json */
};

/* `over` merged over `base`; either may be NULL or null (an empty file), and is
 * then ignored. */
const struct node *values_merge(struct arena *a, const struct node *base,
				const struct node *over);
/* Apply one argument of --set, --set-string or --set-json to `base` (NULL: {}).
 * NULL after an error, which quotes the setting and has no place. */
const struct node *values_set(struct arena *a, const struct node *base,
			      enum setting_kind kind, str setting,
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

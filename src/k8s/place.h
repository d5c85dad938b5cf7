/*
 * place - where in an object a walk has come to, for messages.
 *
 * Each step of a recursive walk keeps one of these on its stack; only an error
 * makes a text of them: spec.containers[1].env.
 */
#ifndef K8S_PLACE_H
#define K8S_PLACE_H

#include "base/str.h"

struct place {
	const struct place *up;		/* NULL at the root */
	str key;			/* key.p is NULL for a list's item */
	uint32_t index;
};

#define PLACE_ROOT ((struct place){ NULL, STR_NONE, 0 })

static inline struct place place_key(const struct place *up, str key)
{
	return (struct place){ up, key, 0 };
}

static inline struct place place_item(const struct place *up, uint32_t index)
{
	return (struct place){ up, STR_NONE, index };
}

/* Appends the path; of the root: "the document". */
void place_text(struct buf *b, const struct place *place);

#endif

/*
 * decode - what a node is once it was read into a Go type of k8s.io/api.
 *
 * kube-inject reads a workload by sigs.k8s.io/yaml, which makes JSON of it
 * (where text is wanted, numbers and bools become text) and gives that to
 * encoding/json: keys match without regard to case, of several the last in
 * the order of bytes counts, null leaves the zero value.  The tree passed
 * typed_check(); what did not counts as absent.
 */
#ifndef K8S_DECODE_H
#define K8S_DECODE_H

#include "k8s/quantity.h"
#include "k8s/schema.h"
#include "tree/node.h"

/* The value of a field with this key; NULL where there is none, or null. */
const struct node *decode_key(const struct node *map, str key);
/* The same for a row of the schema that is not SCHEMA_INLINE, whose node is
 * `map` itself. */
static inline const struct node *decode_field(const struct node *map,
					      const struct schema_field *f)
{
	return decode_key(map, (str){ schema_text(f->json), f->json_length });
}

/* n may be NULL in all of these: the zero value. */
bool decode_bool(const struct node *n);
int64_t decode_int(const struct node *n);
/* Of a number or bool the text is put into `spelled`, else it is the node's
 * own. */
str decode_text(const struct node *n, struct buf *spelled);
/* 0, or -1 where it is none and *q zero.  A number's text, which *q may refer
 * to, is put into `spelled`. */
int decode_quantity(struct quantity *q, const struct node *n,
		    struct buf *spelled);
/* Seconds since 1970 of a metav1.Time; false where it is zero, or no time at
 * all. */
bool decode_time(const struct node *n, int64_t *sec);

#endif

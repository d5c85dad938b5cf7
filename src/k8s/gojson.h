/*
 * gojson - nodes decoded into the Go types of k8s.io/api, and the JSON that
 * encoding/json makes of the result.
 *
 * Decoding.  kube-inject reads a workload with sigs.k8s.io/yaml, which converts
 * it to JSON (where text is wanted, numbers and bools become text) and passes
 * that to encoding/json: keys match regardless of case, of several the last in
 * byte order counts, null leaves the zero value.  The tree passed
 * typed_check(); what does not fit its type counts as absent.
 *
 * A variable that another program replaces later, `${NAME}` of Flux or envsubst
 * or `${{NAME}}` of an OpenShift template, may stand where a number or bool is
 * wanted.  It counts as absent, but is encoded as it is, so that what replaces
 * it has the right type.
 *
 * Encoding.  Fields in the order of declaration, unknown ones dropped, zero
 * values unless omitempty leaves them out, quantities and times in their
 * canonical form, <, >, & escaped.  It is for annotations, environment
 * variables and template data; nothing of it is written into a manifest.
 */
#ifndef K8S_GOJSON_H
#define K8S_GOJSON_H

#include "k8s/quantity.h"
#include "k8s/schema.h"
#include "tree/node.h"

/* ---- decoding; n may be NULL: the zero value ---- */

/* The value of a field with this key; NULL if there is none, or null. */
const struct node *decode_key(const struct node *map, str key);
/* The same for a row of the schema that is not SCHEMA_INLINE, whose node is
 * `map` itself. */
static inline const struct node *decode_field(const struct node *map,
					      const struct schema_field *f)
{
	return decode_key(map, (str){ schema_text(f->json), f->json_length });
}

/* Does the text have such a variable? */
bool decode_is_variable(const struct node *n);
bool decode_bool(const struct node *n);
int64_t decode_int(const struct node *n);
/* The text of a number or bool is put into `spelled`, any other is the node's
 * own. */
str decode_text(const struct node *n, struct buf *spelled);
/* 0, or -1 with Go's words if it is invalid and *q zero.  The text of a number,
 * which *q may refer to, is put into `spelled`. */
int decode_quantity(struct quantity *q, const struct node *n,
		    struct buf *spelled, struct err *e);
/* Is it a time as metav1.Time reads it? */
bool decode_is_time(const struct node *n);

/* ---- encoding ---- */

/* Append n as the struct type "PodSpec", "ObjectMeta", "Container", ...; NULL:
 * its zero value. */
void gojson_write(struct buf *b, const char *type, const struct node *n);
/* Append n as one value of a kind other than SCHEMA_STRUCT; NULL: its zero
 * value. */
void gojson_write_value(struct buf *b, enum schema_kind kind,
			const struct node *n);

#endif

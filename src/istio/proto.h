/*
 * proto - the messages of istio.io/api below MeshConfig, and proto JSON.
 *
 * A message is a tree in canonical form: keys are the camelCase names in the
 * order of the message's fields; enums are their names, durations "10s" as
 * protojson writes them, wrappers (Int32Value) their bare values; what has its
 * zero value, and is no wrapper or message, is absent.  The table comes from
 * the descriptors of istio.io/api: see scripts/gen-proto.
 */
#ifndef ISTIO_PROTO_H
#define ISTIO_PROTO_H

#include "tmpl/value.h"

struct proto_message;

/* "istio.mesh.v1alpha1.MeshConfig"; NULL for what the table has not. */
const struct proto_message *proto_message(const char *name);

typedef void proto_warn_fn(void *ctx, struct pos pos, const char *text);

/* A tree that was read, by the rules of protojson (both spellings of names,
 * enums by number, numbers as texts, ...), in canonical form.  NULL with the
 * error and its place for what protojson refuses; unknown fields are left out
 * and, with `warn`, told.  n NULL or null: the empty message. */
const struct node *proto_read(struct arena *a, const struct proto_message *m,
			      const struct node *n, proto_warn_fn *warn,
			      void *ctx, struct err *e);
/* A pointer to the message's Go struct as templates see it: Go's field names,
 * its Get methods, String of enums.  n NULL: a nil pointer. */
struct value proto_view(struct arena *a, const struct proto_message *m,
			const struct node *n);
/* A canonical tree as compact protojson text (istio's protomarshal.ToJSON). */
void proto_json(struct buf *b, const struct proto_message *m,
		const struct node *n);

#endif

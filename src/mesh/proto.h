/*
 * proto - the messages of istio.io/api below MeshConfig, and their JSON.
 *
 * A message is a tree in canonical form: keys are the camelCase names in the
 * order of the message's fields; enums are their names (a number that has none
 * stays one), durations "10s" as they are printed, wrappers (Int32Value) their
 * bare values, numbers and bools spelled as JSON has them; what has its zero
 * value, and is no wrapper, message or member of a oneof, is absent.  The table
 * comes from the descriptors of istio.io/api: see scripts/gen-proto.
 *
 * The rules are those of Istio's protomarshal (ApplyYAML, ToJSON), which goes
 * by github.com/golang/protobuf's old jsonpb and not by protojson: a duration
 * is read as Go's time.ParseDuration does ("1m30s"), of two spellings of one
 * field the camelCase one counts, of a oneof's members the last declared, null
 * in a list is a zero value.
 */
#ifndef MESH_PROTO_H
#define MESH_PROTO_H

#include "tmpl/value.h"

struct proto_message;

/* "istio.mesh.v1alpha1.MeshConfig"; NULL for what the table has not. */
const struct proto_message *proto_message(const char *name);

typedef void proto_warn_fn(void *ctx, struct pos pos, const char *text);

/* A tree that was read in canonical form.  NULL with the error and its place
 * for what jsonpb refuses, in encoding/json's words and with the path of the
 * field; unknown fields are left out and, with `warn`, told.  n NULL or null:
 * the empty message.  What is canonical already keeps its nodes, the rest
 * derives from them. */
const struct node *proto_read(struct arena *a, const struct proto_message *m,
			      const struct node *n, proto_warn_fn *warn,
			      void *ctx, struct err *e);
/* The same onto a canonical message `base` (or NULL): every field that is set
 * replaces that of base, also by its zero value; null leaves it as it is. */
const struct node *proto_apply(struct arena *a, const struct proto_message *m,
			       const struct node *base, const struct node *n,
			       proto_warn_fn *warn, void *ctx, struct err *e);
/* The same where the fields of `over`, a map, have canonical values (zero ones
 * too). */
const struct node *proto_overlay(struct arena *a,
				 const struct proto_message *m,
				 const struct node *base,
				 const struct node *over);
/* A pointer to the message's Go struct as templates see it: Go's field names,
 * its Get methods, String of enums.  n NULL: a nil pointer. */
struct value proto_view(struct arena *a, const struct proto_message *m,
			const struct node *n);
/* Is v a pointer to a message, nil perhaps (*n is NULL then)? */
bool proto_of_value(const struct value *v, const struct proto_message **m,
		    const struct node **n);
/* The type *durationpb.Duration. */
const struct type *proto_duration_type(void);
/* What a Duration's node holds; 0 for NULL. */
void proto_duration(const struct node *n, int64_t *seconds, int32_t *nanos);
/* A canonical tree as compact jsonpb text (istio's protomarshal.ToJSON). */
void proto_json(struct buf *b, const struct proto_message *m,
		const struct node *n);

#endif

/*
 * proto - the messages of istio.io/api below MeshConfig, and their JSON.
 *
 * A message is a tree in canonical form.  Keys are the camelCase names in the
 * order of the message's fields; enums are their names (numbers without a name
 * stay numbers), durations are printed ("10s"), wrappers (Int32Value) are their
 * bare values, numbers and bools are spelled as in JSON.  A field with its zero
 * value is absent unless it is a wrapper, a message or a member of a oneof.
 * The table comes from the descriptors of istio.io/api: see scripts/gen-proto.
 *
 * The rules are those of Istio's protomarshal (ApplyYAML, ToJSON), which uses
 * the old jsonpb of github.com/golang/protobuf and not protojson: a duration is
 * read by Go's time.ParseDuration ("1m30s"); of two spellings of one field the
 * camelCase one counts, of a oneof's members the last declared; null in a list
 * is a zero value.
 */
#ifndef MESH_PROTO_H
#define MESH_PROTO_H

#include "tmpl/value.h"

struct proto_message;

/* "istio.mesh.v1alpha1.MeshConfig"; NULL for an unknown message. */
const struct proto_message *proto_message(const char *name);

typedef void proto_warn_fn(void *ctx, struct pos pos, const char *text);

/* A tree that was read, in canonical form.  NULL with the error and its
 * position for what jsonpb rejects, in the words of encoding/json and with the
 * path of the field; unknown fields are dropped and, if `warn` is set, reported
 * to it.  n NULL or null: the empty message.  Nodes that are canonical already
 * are kept, the others derive from them. */
const struct node *proto_read(struct arena *a, const struct proto_message *m,
			      const struct node *n, proto_warn_fn *warn,
			      void *ctx, struct err *e);
/* The same applied to a canonical message `base` (or NULL): every field that
 * is set replaces that of base, even with its zero value; null keeps it. */
const struct node *proto_apply(struct arena *a, const struct proto_message *m,
			       const struct node *base, const struct node *n,
			       proto_warn_fn *warn, void *ctx, struct err *e);
/* The same for a map `over` whose fields have canonical values (including zero
 * values). */
const struct node *proto_overlay(struct arena *a,
				 const struct proto_message *m,
				 const struct node *base,
				 const struct node *over);
/* A pointer to the message's Go struct as templates see it: Go's field names,
 * its Get methods, String of enums.  n NULL: a nil pointer. */
struct value proto_view(struct arena *a, const struct proto_message *m,
			const struct node *n);
/* Is v a pointer to a message?  If it is nil, *n is NULL. */
bool proto_of_value(const struct value *v, const struct proto_message **m,
		    const struct node **n);
/* The type *durationpb.Duration. */
const struct type *proto_duration_type(void);
/* The value of a Duration's node; 0 for NULL. */
void proto_duration(const struct node *n, int64_t *seconds, int32_t *nanos);
/* A canonical tree as compact jsonpb text (istio's protomarshal.ToJSON). */
void proto_json(struct buf *b, const struct proto_message *m,
		const struct node *n);

#endif

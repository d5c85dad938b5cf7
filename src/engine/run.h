/*
 * run - what the parts of a run share: inject.c (streams and documents),
 * run_object.c (objects and pods), run_tell.c (events and warnings), and the
 * way back in uninject.c and refresh.c; for nobody else.
 */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "base/holdback.h"
#include "engine/batch.h"
#include "engine/settings.h"
#include "k8s/pods.h"
#include "engine/explain.h"
#include "tree/lines.h"
#include "warn/warn.h"
#include "yaml/read.h"
#include "yaml/stream.h"

/* A field that the object's type has not; told if the object is injected. */
struct unknown {
	const struct node *key;
	const char *text;
	struct unknown *next;
};

/* More templates than a pod has. */
#define GIVEN_MAX 64

struct run {
	const struct injector *injector;
	const struct injector_stream *stream;
	struct injector_batch *batch;
	struct arena doc;
	struct arena values;		/* of templates, for one pod */
	struct lines lines;		/* of the document */
	struct hold out;
	struct err err;
	enum injector_code code;	/* of err */
	/* The object that is being visited. */
	const struct node *object;
	const struct workload *workload;
	str namespace;
	const char *skipped;	/* why the first of its pods was */
	const char *notice;	/* and what istioctl says of it */
	const char *injected;	/* why the first of the others was not */
	const struct node *skipped_at, *injected_at;	/* what said so */
	struct summary summary;		/* where the handle is to explain */
	bool left_out;		/* by choice, all of it */
	bool has_sidecar;	/* one of its pods has what it is to have */
	struct unknown *unknown, **unknown_end;
	const char *path;	/* of the pod that is visited */
	/* What the templates gave for it. */
	const struct node *given[GIVEN_MAX];
	uint32_t n_given;
	/* Of the document's injection, for the way back. */
	bool quiet;		/* nothing is told */
	bool was;		/* a pod had been injected before */
	bool same;		/* the trees lead back by themselves */
	/* Notes about the way back (undo_note.h). */
	bool noted;
	str note;
	struct pos note_pos;
};

typedef const struct node *run_pod_fn(void *ctx, const struct node *pod,
				      const char *path, struct err *e);

/* ---- run_tell.c ---- */

/* Kind and name of the object; the name may be what one begins with. */
const char *run_kind(struct run *r);
const char *run_name(struct run *r);
/* An event; `warning` is the name of one, or NULL. */
void run_report(struct run *r, enum injector_outcome outcome, struct pos pos,
		const char *text, const char *warning);
void run_warn(struct run *r, enum warning which, struct pos pos,
	      const char *text);
/* As merging and Istio's injection want to warn; ctx is the run. */
void run_warn_istio(void *ctx, struct pos pos, const char *text);
void run_warn_merge(void *ctx, struct pos pos, const char *text);
/* Mistyped names of labels and annotations of an object or pod. */
void run_warn_metadata(struct run *r, const struct node *object);
/* What will go wrong with a pod that has its sidecar. */
void run_warn_injected(struct run *r, const struct node *pod);
/* The fields that run_check_types() did not know. */
void run_warn_unknown(struct run *r);
/* Keys that stand twice in a document. */
void run_warn_duplicates(struct run *r, const struct document *doc);
/* typed_check() of what stands at `path` in the object. */
int run_check_types(struct run *r, const char *type, const struct node *object,
		    const char *path, struct err *e);

/* ---- run_object.c ---- */

/* The root with what `pod` makes of its pods; NULL with r->err. */
const struct node *run_pods(struct run *r, const struct node *root,
			    run_pod_fn *pod);
/* The same with injected pods. */
const struct node *run_inject_pods(struct run *r, const struct node *root);
/* Is it a pod, as far as its fields are known?  False with the error set. */
bool run_pod_is_sound(struct run *r, const struct node *pod, const char *path,
		      struct err *e);
struct injection run_injection(struct run *r, const struct node *pod);
/* The first reason why nothing happens to the object, and what says so. */
void run_skip(struct run *r, const char *reason, const char *notice,
	      const struct node *at);
/* ---- run.c ---- */

/* All documents of a stream; 0 or -1 with *error filled. */
int run_stream(struct injector_batch *batch,
	       const struct injector_stream *stream,
	       struct injector_error *error);
/* An attempt failed that need not succeed. */
void run_forget_error(struct run *r);

/* The document's tree. */
int run_read(struct run *r, struct source *source, const struct piece *piece,
	     struct document *doc);
/* Is what was written what was meant?  Reads it again. */
int run_verify(struct run *r, const struct document *was,
	       const struct piece *piece, str text, const struct node *wanted);
/* To the output: not the text, edited, but what the trees say. */
int run_write_formatted(struct run *r, const struct document *doc,
			const struct node *wanted);
/* Behind a `---`: where the value starts on its line, else the next line. */
size_t run_behind_mark(const struct piece *piece);

#endif

/*
 * run - what the files share that handle one stream.  run.c, the pipeline, is
 * the first to read.
 *
 * State has three lifetimes: struct run is the stream's, struct visit the
 * object's, struct undo the document's.  Calls go one way: each file below
 * calls those above it in this header, and strategy.h.
 */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "base/holdback.h"
#include "engine/event_queue.h"
#include "engine/settings.h"
#include "engine/strategy.h"
#include "k8s/workload.h"
#include "tree/node.h"
#include "check/judge.h"
#include "check/namespaces.h"
#include "check/warnings.h"
#include "yaml/read.h"
#include "yaml/stream.h"

/* ---- batch.c ---- */

/*
 * What is remembered from one stream of a batch to the next.
 *
 * It grows with the number of namespaces and of different warnings, up to a
 * limit, and not with the length of the streams.
 */
struct injector_batch {
	struct mem_pool pool;	/* of all that follows, and of the runs */
	bool abandoned;		/* a run was; what follows is not valid */
	const struct injector *injector;
	struct arena arena;
	bool *matched;		/* by index of injector->filter.rules */
	struct namespaces namespaces;
	struct warned warned;	/* warnings that were reported */
	uint64_t valid_names[WARN_VALID_NAMES];
};

/* Fill *b, which is all zero but for the handle, with memory of its pool. */
void batch_init(struct injector_batch *b);
/* The warnings that need all streams. */
void batch_report(const struct injector_batch *b, injector_report_fn *report,
		  void *ctx);
void batch_release(struct injector_batch *b);

/* ---- a stream ---- */

/* More templates than one Pod has. */
#define RENDERED_MAX 64

/* A warning about an object, which is emitted if the object is injected. */
struct found {
	enum warning which;
	const struct node *at;
	const char *text;
	struct found *next;
};

/* What happened to an object's Pods, with `explain`: see explain.c. */
struct summary {
	struct arena *arena;
	unsigned pod;			/* the number of Pods so far */
	const char **templates;
	size_t n_templates, templates_max;
	struct injector_change *changes;
	size_t n_changes, changes_max;
	struct injector_container *containers;	/* of Pods that changed */
	size_t n_containers, containers_max;
};

#define SUMMARY_INIT(memory) { .arena = (memory) }

/* Why something was decided, and the node that decided (NULL: the default). */
struct reason {
	const char *text;	/* NULL: not decided */
	const struct node *at;
};

/* The object being visited, and the Pod template in it. */
struct visit {
	const struct node *object;	/* NULL: none is visited */
	const struct workload *workload;
	str namespace;
	bool excluded;		/* all of it, by the options */
	bool passed;		/* all of it, by these or as partial */
	bool has_sidecar;	/* one of its Pods does, from now on */
	struct reason skipped;	/* of the first Pod that is skipped */
	const char *notice;	/* istioctl's message for that, or NULL */
	struct reason injected;	/* of the first that is not; with `explain` */
	struct summary summary;	/* with `explain` */
	struct found *found, **found_end;
	bool not_text;		/* has a bool or number where text is wanted */
	/* The Pod. */
	const char *path;
	const struct node *rendered[RENDERED_MAX];	/* by the templates */
	uint32_t n_rendered;
};

/* What an undo note says; undo_note.c has the format. */
struct undo_note {
	size_t from, to;	/* the line, with its line break */
	int version;
	str added;		/* all fields with `+`, or "" */
	str amends;		/* with `/` */
	bool layout;		/* the hunks change no value */
	str hunks;
};

/* What the injection added to one Pod that it changed: additions_write(). */
struct record {
	uint32_t pod;		/* its number in the document, from 0 */
	str text;
	struct record *next;
};

/* A probe that the removal leaves at Istio's agent. */
struct lost {
	const struct node *path;	/* where it asks */
	const char *text;
	struct lost *next;
};

/* Whether the document is a whole manifest (partial.c). */
struct partial {
	const struct node *root;
	bool is_template;	/* of a Helm chart, if it is a workload */
	struct pos action;	/* which makes it one */
	bool is_dropped;	/* a workload of it is skipped as partial */
};

/* How to undo the document's injection. */
struct undo {
	struct history history;
	struct record *records, **records_end;	/* of this injection */
	const struct record *last_record;
	/* The note of these templates that the document has. */
	bool noted;
	struct undo_note note;
	struct pos note_pos;
	str other;		/* without one: the tag of another note */
	struct lost *lost, **lost_end;
	/* Of strategies with records: by which to remove; see undo.c. */
	bool by_record, writing;
	str added;		/* all records of the note, or of the one that
				 * is being written */
	str rest;		/* from the Pod that is visited on */
	/* What was assumed of the first Pod without a record, and where. */
	enum { ASSUMED_NOTHING, ASSUMED_TODAY, ASSUMED_NEW } assumed;
	struct pos assumed_pos;
};

/* Called for a Pod, ctx being the run: the Pod to use instead. */
typedef const struct node *pod_fn(void *ctx, const struct node *pod,
				  const char *path, struct err *e);

/* An admission request, as far as its injection depends on it. */
struct review {
	struct proxy_envs path_envs;
	const struct node *namespace_object;	/* or NULL */
};

/* The document as a call of a KRM function: see function.c. */
struct function {
	const struct node *list;	/* the ResourceList; NULL: it is none */
	const struct node **results;	/* of this injection, so far */
	size_t n, capacity;
	bool failed;	/* what is pending ends with the answer to a failure */
};

/* The Pods of a document, in the order of their numbers. */
struct document_pods {
	const struct node **at;
	size_t n, capacity;
};

/* What the document was before its injection, for templates that read what they
 * add.  Nothing where no note tells it. */
struct originals {
	bool noteless;		/* the document has no UNDO_WORD */
	struct document_pods pods;	/* all of them, or none: then by */
	str added;		/* the records of Pods, from this one on */
};

struct run {
	const struct injector *injector;
	const struct injector_stream *stream;
	struct injector_batch *batch;
	struct arena doc;		/* reset after each document */
	/* The same, for a List of which list.c takes one item after the other;
	 * `doc` is then reset after each item. */
	struct arena outline;
	bool by_item;			/* the document is such a List */
	struct arena values;		/* of templates, for one Pod */
	const struct source *source;	/* of the tree that is visited */
	struct holdback out;
	struct event_queue events;	/* of documents that are in `out` */
	uint64_t document;		/* its number, from 1; marks events */
	uint64_t safe;			/* `out.safe` ends before this one */
	bool quiet;			/* report nothing: a trial */
	bool draft;			/* events are kept: see draft.c */
	bool holding;			/* report nothing yet */
	bool injecting;			/* the document is */
	unsigned earlier;		/* what its Pods have: enum earlier */
	bool stale;			/* of a Pod: see struct pod_task */
	/* The Pods with the earlier injection, while the document without it is
	 * injected; or NULL. */
	const struct document_pods *former;
	pod_fn *pod;			/* of object_visit_pods() */
	struct document_pods *listed;	/* of object_list_pods() */
	/* The document was refreshed, and visited for its events: the Pods as
	 * they are now, NULL for those that did not change. */
	const struct document_pods *refreshed;
	uint32_t n_pods;		/* of the document, so far */
	uint32_t pod_number;		/* of the one that is visited */
	const struct review *review;	/* of an admission, or NULL */
	struct crew *crew;		/* whose threads are free, or NULL */
	struct err err;
	enum injector_code code;	/* of err */
	struct visit visit;
	struct partial partial;
	struct undo undo;
	struct function function;
	struct originals originals;
};

/* The arena of what lives as long as the document. */
static inline struct arena *run_arena(struct run *r)
{
	return r->by_item ? &r->outline : &r->doc;
}

/* Drop the error of a trial. */
static inline void run_forget_error(struct run *r)
{
	r->err = (struct err)ERR_INIT;
	r->code = INJECTOR_INVALID;
}

/* ---- explain.c: what happened to an object's Pods ---- */

/*
 * The templates that were merged, and the difference between the old and the
 * new Pod.  It is the difference in meaning: list items correspond by the key
 * that Kubernetes merges them by, and style does not count.  Values are shown
 * in a short form, and those of environment variables not at all.
 */

/* Add a template that was merged, unless it is known. */
void summary_template(struct summary *s, str name);
/* Add the object's next Pod, {metadata, spec}, as it was and as it is now. */
void summary_pod(struct summary *s, const struct node *old,
		 const struct node *new);

/* ---- function.c: ResourceLists of KRM functions ---- */

/* Before the objects of a document are visited. */
void function_begin(struct run *r, const struct document *doc);
/* An event, as a result of the function. */
void function_event(struct run *r, const struct injector_event *event);
/* The root with the results. */
const struct node *function_answer(struct run *r, const struct node *root);
/* The document failed with r->err: replace what it wrote, from byte `from` of
 * the output on, by its old text with the error among the results. */
void function_fail(struct run *r, const struct document *doc, size_t from);

/* ---- events.c: what is reported ---- */

/* Kind and name of the object; the name may be a generateName. */
const char *run_kind(struct run *r);
const char *run_name(struct run *r);
/* An event; `warning` is the name of a warning, or NULL.  It may be held until
 * what is in r->out has been written. */
void run_report(struct run *r, enum injector_outcome outcome, struct pos pos,
		const char *text, const char *warning);
/* The same for an event of a draft: what depends on earlier documents is
 * decided now.  ctx is the run. */
void run_take_event(void *ctx, const struct injector_event *event,
		    const struct event_keys *keys);
void run_warn(struct run *r, enum warning which, struct pos pos,
	      const char *text);
/* Warnings of Istio's injection and of the merge; ctx is the run. */
void run_warn_istio(void *ctx, struct pos pos, const char *text);
void run_warn_merge(void *ctx, struct pos pos, const char *text);
void run_warn_config(void *ctx, struct pos pos, const char *text);
/* Misspelled labels and annotations of an object or Pod. */
void run_warn_metadata(struct run *r, const struct node *object);
/* Labels and annotations of the workload that belong to its Pods. */
void run_warn_misplaced(struct run *r);
/* An object that is not a workload, but seems to be one. */
void run_warn_passed(struct run *r, const struct node *object);
/* What will go wrong with a Pod that has its sidecar. */
void run_warn_injected(struct run *r, const struct node *pod);
/* Would the cluster accept the Pod at `path` after its injection?  0, or -1
 * with the error if the injection is to blame. */
int run_judge(struct run *r, const struct node *pod, const char *path,
	      struct err *e);
/* What was found in the object before its injection. */
void run_warn_found(struct run *r);
/* Duplicate keys of a document. */
void run_warn_duplicates(struct run *r, const struct document *doc);
/* Compare the part of the object at `path` with its type.  For an injection,
 * *part becomes a version that has text where text is wanted.  0 or -1 with
 * the error. */
int run_check_types(struct run *r, const char *type, const struct node **part,
		    const char *path, struct err *e);

/* ---- document.c: one document, read and written ---- */

/* Read the document's tree; 0 or -1 with r->err. */
int document_read(struct run *r, struct source *source,
		  const struct piece *piece, struct document *doc);
/* The same into r->outline, but leave out what the sieve does not keep. */
int document_read_sieved(struct run *r, struct source *source,
			 const struct piece *piece, struct sieve *sieve,
			 struct document *doc);
/* Read `text` in the place of the piece, and fail with r->err unless it has
 * the tree `new`. */
int document_verify(struct run *r, const struct document *old,
		    const struct piece *piece, str text,
		    const struct node *new);
/* Append the trees to the output in a format other than INJECTOR_YAML. */
int document_format(struct run *r, const struct document *old,
		    const struct node *new);
/* The offset behind a `---`: the value on its line, or else the next line,
 * behind a BOM. */
size_t document_start(const struct piece *piece);

/* ---- partial.c: documents that are not whole manifests ---- */

/* Is the document, which cannot be read, a template of a Helm chart?  Then it
 * is reported and copied, and the error is dropped. */
bool partial_unreadable(struct run *r, const struct source *source);
/* Before the objects of a document are visited. */
void partial_begin(struct run *r, const struct document *doc);
/* Why the workload that is visited is left alone: it is part of a template or
 * a patch.  Reports it; NULL: it is neither. */
const char *partial_reason(struct run *r);
/* Why a Pod of it is left alone: it was found, not named, and is only a
 * fragment.  Reports it; NULL: it is whole. */
const char *partial_fragment(struct run *r, const struct node *pod);
/* Is the document written, or left out with `manifests_only`? */
bool partial_is_written(const struct run *r);

/* ---- object.c: the objects and Pods of a document ---- */

/* The root with `pod` applied to each Pod, ctx being the run, and an event for
 * each object; NULL with r->err. */
const struct node *object_visit_pods(struct run *r, const struct node *root,
				     pod_fn *pod);
/* The same without numbering the Pods from 0 again: for the next item of a
 * List. */
const struct node *object_visit_more(struct run *r, const struct node *root,
				     pod_fn *pod);
/* The Pods of a document; 0 or -1 with r->err. */
int object_list_pods(struct run *r, const struct node *root,
		     struct document_pods *out);
/* The root with injected Pods; r->undo.history and r->undo.records are
 * updated. */
const struct node *object_inject(struct run *r, const struct node *root);
/* The same in parts: begin, then the root with each item of a List. */
void object_inject_begin(struct run *r);
const struct node *object_inject_more(struct run *r, const struct node *root);
/* Does the document have Pods that were injected before, and can that be
 * removed from all of them? */
bool object_is_removable(struct run *r, const struct document *doc);
/* May it have such Pods?  And the same item by item: add those of the next one
 * to r->earlier, r->quiet being set. */
bool object_may_be_removable(const struct run *r, str text);
void object_look_at_more(struct run *r, const struct node *root);
/* For a pod_fn: the Pod without its sidecar; NULL with the error set. */
const struct node *object_remove_sidecar(struct run *r, const struct node *pod,
					 const char *path, struct err *e);
void object_forget_records(struct run *r);
/* The next items of a List were injected in a draft: take over what it noted of
 * their Pods. */
void object_take_items(struct run *r, const struct run *draft);
/* Add what `new` has and `old` does not to r->undo.records, for the Pod of that
 * number; does removing that lead back to `old`? */
bool object_record(struct run *r, uint32_t number, const struct node *old,
		   const struct node *new);
/* For a pod_fn: the Pod without what the record names; without one (NULL) it
 * has no sidecar.  NULL with the error set if the record is malformed. */
const struct node *object_remove_recorded(struct run *r,
					  const struct node *pod,
					  const str *record, struct err *e);
/* For a pod_fn: is the Pod to be left alone, or invalid?  Then it returns
 * *result.  Else *pod becomes the version of it to inject. */
bool object_rejects(struct run *r, const struct node **pod, const char *path,
		    const struct node **result, struct err *e);

/* ---- undo_note.c: undo notes in texts and annotations ---- */

/*
 *	# injector-undo: v2 TAG {+RECORD} {/AMENDMENT} [layout] {HUNK}
 *
 * A note is one comment line at the document's end, for one set of templates,
 * which the tag names.  JSON has no comments: there the part from v2 on is a
 * line of the annotation injector/undo of the first injected Pod.  Fields are
 * separated by blanks; a field has none outside of double quotes, in which a
 * backslash escapes.  Each may be missing:
 *
 *	+volumes[cache],containers[log,web{env[LOG_LEVEL]}]
 *		what the injection added to the Pod: additions_write().  A
 *		document of several Pods has `+N:...` or `+N-M:...` for those
 *		with these numbers, from 0, in order.
 *	/spec/containers[web]/readinessProbe/httpGet/port="http"~3fa9c1
 *		what a tree without sidecar lacks of the original tree
 *		(edit/hunks.h): applied to the tree, so that no formatting of
 *		the text disturbs it.
 *	37:19-4="http"~1.3fa9c1
 *		what is then left to do to the text (edit/hunks.h).  Behind
 *		`layout` hunks change no value: one that no longer fits may be
 *		left out.  Without it all must fit.
 *
 * Notes of v1 (earlier versions) have hunks only, which must all fit.
 */
#define UNDO_ANNOTATION STR("injector/undo")
/* Part of each note, in a comment or an annotation. */
#define UNDO_WORD STR("injector")

/* Find the comment with that tag; false if there is none. */
bool undo_note_find(str text, str tag, struct undo_note *out);
/* The tag of the first comment; empty if there is none. */
str undo_note_tag(str text);
/* Append the fields with the records of a document of so many Pods. */
void undo_records_write(struct buf *out, const struct record *records,
			uint32_t n_pods);
/* The record of a Pod; false if it has none.  `*added` is left at it: Pods are
 * asked for in the order of their numbers. */
bool undo_record_find(str *added, uint32_t pod, str *record);
bool undo_note_is_empty(const struct undo_note *note);
bool undo_note_equal(const struct undo_note *a, const struct undo_note *b);
/* Add the note in a comment at the end of the text from byte `from` on. */
void undo_note_add(struct buf *out, size_t from, str tag,
		   const struct undo_note *note);
/* The same for the value of the annotation. */
bool undo_value_find(str value, str tag, struct undo_note *out);
/* Append the value with another note for that tag; with none if it is NULL or
 * empty. */
void undo_value_put(struct buf *out, str value, str tag,
		    const struct undo_note *note);

/* ---- undo.c: removing sidecars, writing notes ---- */

/* Append the document without sidecar to the output. */
int undo_document(struct run *r, const struct piece *piece,
		  struct document *doc);
/* Append the text before the injection; -1 with r->err, also if the note does
 * not fit the text. */
int undo_text(struct run *r, const struct piece *piece,
	      const struct document *doc, struct buf *out);
/* The Pod without the note of these templates in its annotation. */
const struct node *undo_strip_annotation(struct run *r,
					 const struct node *pod);
/* Read the document without its undo comment, which goes to r->undo. */
int undo_strip_note(struct run *r, const struct piece *piece,
		    const struct document *doc, struct document *out);
/* Warn if a sidecar was removed by what the templates render now. */
void undo_warn_assumed(struct run *r);
/* The output from byte `from` on is the injected document, which is undone by
 * r->undo.records alone: add the comment with these. */
void undo_add_records(struct run *r, size_t from);
/* Before object_inject(): find out what the document was before the injection
 * that its note records, into r->originals. */
void undo_find_originals(struct run *r, const struct piece *piece,
			 const struct document *doc);
/* Does that need the text of then, and so the whole document? */
bool undo_needs_text(struct run *r, const struct document *doc);
/* The Pod that is visited as it was then; NULL if no note tells. */
const struct node *undo_original(struct run *r, const struct node *pod);
/* Does a part of the document have a note of these templates in an annotation?
 */
bool undo_has_annotation(struct run *r, const struct node *n);
/* Does the document have notes of these templates? */
bool undo_has_note(struct run *r, const struct document *doc);
/* Append the new text to the output, with a note that leads back to the old
 * one. */
void undo_write_noted(struct run *r, const struct piece *piece, str new_text,
		      str old_text);
/*
 * For a List, of which list.c takes one item after the other, and finds out
 * itself which amendments lead back to its text.  Begin with the records that
 * were made, and the first item; are there any?
 */
bool undo_items_begin(struct run *r);
/* The next item begins with the Pod of this number. */
void undo_items_from(struct run *r, uint32_t pod);
/* The root, with one item, without sidecars; NULL with r->err. */
const struct node *undo_item(struct run *r, const struct node *root);
/* The root with the note in the item's first Pod that has a sidecar; NULL if
 * none has. */
const struct node *undo_annotate_item(struct run *r, const struct node *root,
				      str amends);
/* The output from byte `from` on is the injected document: add the comment. */
void undo_items_comment(struct run *r, str amends, size_t from);
/* The output from byte `from` on is the injected document: add the note that
 * leads back to its text. */
void undo_add_note(struct run *r, const struct piece *piece,
		   const struct document *doc, size_t from);

/* ---- list.c: a long List, item by item ---- */

/* document_read(), or with r->by_item set an outline of the document. */
int list_read(struct run *r, struct source *source, const struct piece *piece,
	      struct document *doc);

enum list_result {
	LIST_DONE,
	LIST_FAILED,		/* with r->err */
	LIST_REPORTED,		/* all events were, but the document has to be
				 * injected as a whole */
	LIST_STALE,		/* it has to be renewed */
};

/* Append the injected document to the output, of which `doc` is the outline. */
enum list_result list_inject(struct run *r, const struct piece *piece,
			     const struct document *doc);

/* ---- refresh.c ---- */

/*
 * Uninject and inject a document again, as edits of its present text: what
 * stays the same keeps its comments and order, and after an upgrade of the
 * templates only what they changed is edited.
 */
int refresh_document(struct run *r, const struct piece *piece,
		     struct document *doc);
/*
 * The same for an injection of what was injected before, perhaps by another
 * release: but what the user has changed in the sidecar since is kept.  0; or
 * -1 with r->err if the document cannot be uninjected or injected so.
 */
int renew_document(struct run *r, const struct piece *piece,
		   struct document *doc);

/* ---- review.c: admission ---- */

/* What injector_admit() does; the answer is appended.  0, or -1 with *error
 * filled. */
int review_answer(const struct injector *in, str request,
		  const struct injector_admission *admission,
		  struct buf *answer, struct injector_error *error);
/* Only tell the host about a request that was given up because of `why`: all
 * but the Pod is read again.  -1 if even that cannot be read. */
int review_abandon(const struct injector *in, str request,
		   const struct injector_admission *admission,
		   const struct injector_error *why);
/* Only allow the request, which could not be answered because of `why`. */
int review_allow(const struct injector *in, str request, const char *why,
		 struct buf *answer);

/* ---- run.c: the pipeline ---- */

/* What the next document begins with. */
struct opening {
	bool json, marked;
	size_t start;		/* its mark, and the line break behind that */
};

struct opening run_opening(const struct piece *piece);
/* A document begins: what is pending may go, as far as this one shows. */
void run_open(struct run *r, const struct opening *opening);
/* What to do with its text, which is appended to the output: 0 or -1 with
 * r->err.  For a draft 1 if that cannot be done ahead; then nothing is. */
int run_document(struct run *r, const struct piece *piece);
/* All of that for one document; 0 or -1 with r->err. */
int run_piece(struct run *r, const struct piece *piece);
/* The document is written: let go of what may go; 0 or -1 with r->err. */
int run_settle(struct run *r);
/* Write text of which nothing has to be held back; 0 or -1 with r->err. */
int run_write(struct run *r, str text);

/* Cuts the stream of the run into documents. */
struct stream *run_cut(struct run *r);
/* Receives the documents of a stream one way or another: 0, or -1 with r->err.
 */
typedef int run_feed_fn(struct run *r, void *ctx);
/* A stream whose documents are passed by `feed`; 0 or -1 with *error filled. */
int run_fed(struct injector_batch *batch, const struct injector_stream *stream,
	    run_feed_fn *feed, void *ctx, struct injector_error *error);
/* All documents of a stream, one by one, in the same way. */
int run_stream(struct injector_batch *batch,
	       const struct injector_stream *stream,
	       struct injector_error *error);

/* ---- draft.c: documents ahead of their turn ---- */

/*
 * Nearly all that happens to a document depends on this document alone, so that
 * threads can do it for several at once.  The rest is left open by a draft: the
 * output is not written, warnings are kept even if they were reported before,
 * and what is remembered for the end of the batch is kept apart.
 * draft_take() continues from there, in the order of the stream.
 *
 * A draft belongs to one thread at a time, and its memory to its own pool.
 */
struct drafted {
	struct opening opening;
	size_t end;		/* of its output */
	bool failed;
};

struct injector_draft {
	struct mem_pool pool;		/* of all that follows */
	const struct injector *injector;
	struct injector_batch batch;	/* what these documents tell */
	struct run run;			/* its output and events */
	struct drafted *at;
	size_t n, capacity;
	bool taken;			/* by the batch */
	bool failed;			/* the last one did, or what follows
					 * cannot be read: run.err */
};

/* Fill *d, which is all zero but for the handle.  The stream tells how its
 * documents are treated; it is not read. */
void draft_init(struct injector_draft *d,
		const struct injector_stream *stream);
/* The next document.  False if it has to be done in its turn, or the one before
 * it failed. */
bool draft_document(struct injector_draft *d, const struct piece *piece);
/* All documents of the stream; false if one has to be done in its turn. */
bool draft_stream(struct injector_draft *d);
/* Forget the documents; the memory is kept for later ones of the batch. */
void draft_clear(struct injector_draft *d);
/* The documents of the draft are the next of this run; 0, or -1 with r->err. */
int draft_take(struct run *r, struct injector_draft *d);
/* The same for all documents of the run: the output need not be held back. */
int draft_take_all(struct run *r, struct injector_draft *d);
/* The same for a draft of a part of the document: its output and events. */
void draft_take_part(struct run *r, struct injector_draft *d);
/* The draft failed: the error becomes that of the run.  -1. */
int draft_take_error(struct run *r, const struct injector_draft *d);

/* ---- crew.c: several threads ---- */

#define CREW_MOST 256

/* A document in parts: `make` is called for each in any thread, with a draft
 * for it that is empty; then `take` in their order, in the thread of the run,
 * with that draft, or NULL if memory ran out.  Not 0 ends it. */
struct crew_task {
	void (*make)(void *ctx, uint32_t part, struct injector_draft *d);
	int (*take)(void *ctx, uint32_t part, struct injector_draft *d);
	void *ctx;
};

/* Do n parts with the threads of the crew: what `take` returned. */
int crew_do(struct crew *c, const struct crew_task *task, uint32_t n);

/* run_stream() with as many threads as the stream may have. */
int crew_stream(struct injector_batch *batch,
		const struct injector_stream *stream,
		struct injector_error *error);

#endif

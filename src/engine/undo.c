#include "engine/undo.h"

#include "edit/hunks.h"
#include "edit/layout.h"
#include "edit/splice.h"
#include "istio/pod.h"
#include "istio/uninject.h"
#include "engine/plain.h"
#include "engine/undo_note.h"

/* ---- pods ---- */

/* The pod without what the annotation with notes has for these templates, which
 * goes to r->note. */
static const struct node *take_note(struct run *r, const struct node *pod)
{
	const struct node *value = pod_note(pod, UNDO_ANNOTATION);
	struct undo_note note;
	struct buf b = BUF_INIT;

	if (!value || !undo_value_find(node_string(value), r->injector->tag,
				       &note))
		return pod;
	if (!r->noted) {
		r->noted = true;
		r->note = note.hunks;
		r->note_pos = node_pos(value);
	}
	undo_value_put(&b, node_string(value), r->injector->tag, STR_NONE);
	pod = pod_annotate(&r->doc, pod, UNDO_ANNOTATION,
			   b.n ? arena_str(&r->doc, buf_str(&b)) : STR_NONE);
	buf_release(&b);
	return pod_prune(&r->doc, pod);
}

static const struct node *remove_sidecars(struct run *r,
					  struct injection *injection,
					  struct err *e)
{
	const struct select_rule *rule;
	const struct node *pod;
	bool found;

	rule = select_skips(r->injector->rules, injection->pod, r->namespace);
	if (rule) {
		run_skip(r, rule->reason, NULL,
			 select_place(rule, r->object, injection->pod));
		return injection->pod;
	}
	pod = sidecars_remove(r->injector, injection, &found, e);
	if (pod && !found)
		run_skip(r, "it has not got this sidecar", NULL, NULL);
	return pod;
}

static const struct node *uninject_pod(void *ctx, const struct node *pod,
				       const char *path, struct err *e)
{
	struct run *r = ctx;
	struct injection injection;

	if (r->left_out)
		return pod;
	if (!run_pod_is_sound(r, pod, path, e))
		return NULL;
	pod = take_note(r, pod);
	injection = run_injection(r, pod);
	if (!r->injector->as_istio)
		return remove_sidecars(r, &injection, e);
	if (!istio_was_injected(pod))
		run_skip(r, "it has not got Istio's sidecar", NULL, NULL);
	return istio_uninject(&injection, e);
}

void uninject_foresee(struct run *r, const struct injection *in,
		      const struct node *pod)
{
	struct injection back = *in;
	const struct node *before = in->pod;

	back.pod = pod;
	r->was = r->was || istio_was_injected(before);
	if (!r->was && r->same) {
		pod = istio_uninject(&back, NULL);
		r->same = pod && node_equal(pod, before);
	}
}

/* ---- documents ---- */

static bool find_comment(struct run *r, str text, struct undo_note *out)
{
	return undo_note_find(text, r->injector->tag, out);
}

/* The document without the comment with notes, which go to r->note: as it was
 * when they were made.  -1 if it cannot be read. */
int uninject_bare(struct run *r, const struct piece *piece,
		  const struct document *doc, struct document *out)
{
	struct source *source = arena_new(&r->doc, struct source);
	str text = doc->source->text;
	struct piece again = *piece;
	struct undo_note note;
	struct buf b = BUF_INIT;

	*out = *doc;
	r->noted = find_comment(r, text, &note);
	r->note = STR_NONE;
	if (!r->noted)
		return 0;
	r->note = note.hunks;
	r->note_pos = source_pos(doc->source, note.from);
	buf_adds(&b, str_sub(text, 0, note.from));
	buf_adds(&b, str_sub(text, note.to, text.n));
	*source = *doc->source;
	again.text = source->text = arena_str(&r->doc, buf_str(&b));
	buf_release(&b);
	return run_read(r, source, &again, out);
}

/* Append the text without the sidecar, as far as the pods tell; what the notes
 * say is left in r->note. */
static int lead_back(struct run *r, const struct piece *piece,
		     const struct document *noted, struct buf *out)
{
	const struct node *wanted;
	size_t from = out->n;
	struct document doc;

	if (uninject_bare(r, piece, noted, &doc))
		return -1;
	wanted = run_pods(r, doc.root, uninject_pod);
	if (!wanted)
		return -1;
	if (wanted == doc.root) {
		buf_adds(out, doc.source->text);
		return 0;
	}
	splice_bare(&r->doc, &doc, diff(&r->doc, &doc, wanted), out);
	if (!r->injector->verify && !splice_is_delicate(&doc))
		return 0;
	return run_verify(r, &doc, piece, str_sub(buf_str(out), from, out->n),
			  wanted);
}

/* Append the text from before the injection. */
int uninject_text(struct run *r, const struct piece *piece,
		  const struct document *doc, struct buf *out)
{
	struct buf b = BUF_INIT;
	struct err why = ERR_INIT;
	int status = lead_back(r, piece, doc, &b);

	if (status || !r->noted || !r->injector->undo) {
		buf_adds(out, buf_str(&b));
	} else if (hunks_apply(&r->doc, r->note, buf_str(&b), out, &why)) {
		r->code = INJECTOR_CANNOT_EDIT;
		status = err_set(&r->err, r->note_pos,
				 "cannot be undone as this note says, since "
				 "%s; --no-undo removes the sidecar without it",
				 why.text);
	}
	buf_release(&b);
	return status;
}

int uninject_document(struct run *r, const struct piece *piece,
		      struct document *doc)
{
	struct source source = *doc->source;
	struct piece again = *piece;
	struct buf b = BUF_INIT;
	struct document before;
	int status;

	if (r->injector->format == INJECTOR_YAML)
		return uninject_text(r, piece, doc, &r->out.pending);
	status = uninject_text(r, piece, doc, &b);
	again.text = source.text = buf_str(&b);
	if (!status)
		status = run_read(r, &source, &again, &before);
	if (!status)
		status = run_write_formatted(r, doc, before.root);
	buf_release(&b);
	return status;
}

/* ---- notes ---- */

static bool has_note(const struct run *r, const struct node *n)
{
	struct undo_note note;

	if (n->kind == NODE_LIST)
		for (uint32_t i = 0; i < n->n; i++)
			if (has_note(r, n->items[i]))
				return true;
	if (n->kind != NODE_MAP)
		return false;
	for (uint32_t i = 0; i < n->n; i++) {
		const struct node *value = n->entries[i].value;

		if (str_eq(node_text(n->entries[i].key), UNDO_ANNOTATION) ?
			    undo_value_find(node_string(value),
					    r->injector->tag, &note) :
			    has_note(r, value))
			return true;
	}
	return false;
}

bool uninject_is_noted(struct run *r, const struct document *doc)
{
	struct undo_note note;

	return doc->source->json ? has_note(r, doc->root) :
				   find_comment(r, doc->source->text, &note);
}

/* Put r->note into the first pod that has a sidecar. */
static const struct node *annotate_pod(void *ctx, const struct node *pod,
				       const char *path, struct err *e)
{
	struct run *r = ctx;
	str note = r->note;
	const struct node *was = pod_note(pod, UNDO_ANNOTATION), *bare;
	struct buf b = BUF_INIT;

	if (r->noted)
		return pod;
	bare = uninject_pod(ctx, pod, path, e);
	r->noted = bare && bare != pod;
	r->note = note;
	if (!r->noted)
		return bare;
	undo_value_put(&b, node_string(was), r->injector->tag, note);
	pod = pod_annotate(&r->doc, pod, UNDO_ANNOTATION,
			   b.n ? arena_str(&r->doc, buf_str(&b)) : STR_NONE);
	buf_release(&b);
	return pod_prune(&r->doc, pod);
}

/* Append the text with the notes in an annotation. */
static int annotate(struct run *r, const struct document *doc, str hunks,
		    struct buf *out)
{
	const struct node *wanted;

	r->note = hunks;
	r->noted = false;
	wanted = run_pods(r, doc->root, annotate_pod);
	if (!wanted)
		return -1;
	splice(&r->doc, doc, diff(&r->doc, doc, wanted), out);
	return 0;
}

/* Where the comment stands if it must not stand at the end: SIZE_MAX if it
 * may.  A line break behind a last block scalar could become part of it. */
static size_t comment_start(const struct piece *piece,
			    const struct document *doc)
{
	str t = doc->source->text;

	if (t.n && t.p[t.n - 1] != '\n' && splice_ends_in_block(doc->root))
		return line_start(t, run_behind_mark(piece));
	return SIZE_MAX;
}

/* Append the text with the notes in a comment. */
static int comment(struct run *r, const struct piece *piece,
		   const struct document *noted, str hunks, struct buf *out)
{
	struct document doc;

	if (uninject_bare(r, piece, noted, &doc))
		return -1;
	/* a comment behind a rare break is none of this document's for all */
	if (hunks.n && !lines_are_rare(doc.source->text))
		undo_note_add(out, doc.source->text, r->injector->tag, hunks,
			      comment_start(piece, &doc));
	else
		buf_adds(out, doc.source->text);
	return 0;
}

/* An annotation may change the way back, so it is tried again until it stays
 * the same. */
#define TRIES 4

static int add_note(struct run *r, const struct piece *piece, str now, str was,
		    struct buf *out)
{
	struct source source = {
		r->stream->name, now, piece->line, piece->column, piece->json,
	};
	struct buf back = BUF_INIT, hunks = BUF_INIT, text = BUF_INIT;
	struct piece again = *piece;
	struct document doc;
	int status = 0;

	for (int i = 0; i < TRIES; i++) {
		buf_clear(&back);
		buf_clear(&hunks);
		buf_clear(&text);
		again.text = source.text;
		status = run_read(r, &source, &again, &doc);
		if (status || (status = lead_back(r, &again, &doc, &back)))
			break;
		if (r->injector->undo)
			hunks_write(&r->doc, buf_str(&back), was, &hunks);
		if (!source.json) {
			status = comment(r, &again, &doc, buf_str(&hunks),
					 &text);
			break;
		}
		buf_adds(&text, source.text);
		if (str_eq(r->note, buf_str(&hunks)))
			break;
		buf_clear(&text);
		status = annotate(r, &doc, buf_str(&hunks), &text);
		if (status)
			break;
		source.text = arena_str(&r->doc, buf_str(&text));
	}
	buf_adds(out, status ? now : buf_str(&text));
	buf_release(&back);
	buf_release(&hunks);
	buf_release(&text);
	return status;
}

void uninject_lead_back(struct run *r, const struct piece *piece, str now,
			str before)
{
	if (r->injector->undo)
		add_note(r, piece, now, before, &r->out.pending);
	else
		buf_adds(&r->out.pending, now);
	run_forget_error(r);
}

int uninject_note(struct run *r, const struct piece *piece,
		  struct document *doc, size_t from)
{
	struct buf *out = &r->out.pending, before = BUF_INIT;
	str now = arena_str(&r->doc, str_sub(buf_str(out), from, out->n));
	bool again = r->was || uninject_is_noted(r, doc);

	r->quiet = true;
	out->n = from;
	/* where there is no way back, what there is of notes stays */
	if (again && uninject_text(r, piece, doc, &before))
		buf_adds(out, now);
	else
		add_note(r, piece, now,
			 again ? buf_str(&before) : doc->source->text, out);
	buf_release(&before);
	run_forget_error(r);
	r->quiet = false;
	return 0;
}

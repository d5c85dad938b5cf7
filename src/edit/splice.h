/*
 * splice - apply edits to the text of a document.
 *
 * Invariant: every byte outside the edits is kept, and reading the result
 * gives a tree equal to the wanted one.
 *
 * Each edit becomes cuts, which replace bytes [from, to) of the old text.  For
 * example, EDIT_ADD of "labels" after entry 0 of the map in "metadata":
 *
 *	metadata:
 *	  name: web
 *	  # still about the name
 *	< insert "  labels:\n    app: web\n" here >
 *	# about the spec
 *	spec:
 *
 * Where new text goes, and what is removed with old text:
 *  - a new key gets lines of its own after the entry that the edit names and
 *    the comments that belong to it: those indented deeper than the keys, and
 *    after the last entry those at the column of the keys; comments at the
 *    column of a list's dashes stay last in the list;
 *  - a new first item goes above the comments of the old first item;
 *  - removed text takes the comments directly above it along, and the blank
 *    lines above if there are blank lines, or nothing, below;
 *  - an item that moves keeps its own lines, indented differently; between
 *    flow and block style it is written again;
 *  - flow collections, JSON included, stay in flow style, with their commas;
 *    empty ones and null become block collections in block context;
 *  - if a line of YAML in flow style would have more than EMIT_WIDTH columns,
 *    what is new goes on lines of its own, broken at about that width; JSON on
 *    one line stays on one line;
 *  - a comment behind a value stays behind the new value;
 *  - a block scalar that ends the text without a line break gets one, unless
 *    its header has `-`: kubectl reads it so already, other readers do not.
 */
#ifndef EDIT_SPLICE_H
#define EDIT_SPLICE_H

#include "edit/diff.h"
#include "yaml/emit.h"

/* The style of a document, of the whole of it. */
struct emit_style splice_style(const struct document *doc);

/*
 * A part of a document that is edited by itself: bytes [from, to) of its text,
 * in the style of the whole.
 */
struct splice_part {
	struct emit_style style;
	size_t from, to;
	bool bare;		/* as splice_bare() does */
	bool parted;		/* set: see splice() */
};

/* Append the part with its edits made.  False if an edit reaches beyond it; the
 * text is not right then. */
bool splice_part(struct arena *a, const struct document *doc,
		 const struct edits *edits, struct splice_part *part,
		 struct buf *out);

/* Append the edited text to out.  The arena is used for working memory.
 * Returns true if text beside the edits was changed as well: comments or blank
 * lines below a new block scalar, which would have become part of it. */
bool splice(struct arena *a, const struct document *doc,
	    const struct edits *edits, struct buf *out);

/* The same, but removed text leaves comments and blank lines in place: so that
 * removing what splice() added restores the text. */
void splice_bare(struct arena *a, const struct document *doc,
		 const struct edits *edits, struct buf *out);

/* True if splice_bare() of the reverse edits is sure to restore the text (that
 * is not delicate): the edits only add whole lines between lines of a block,
 * and replace scalars which are written as the emitter writes them. */
bool splice_is_plain(const struct document *doc, const struct edits *edits);

/* True if only reading the result again shows that a splice was right: the text
 * has aliases, `?` keys, tabs or rare line breaks. */
bool splice_is_delicate(const struct document *doc);

#endif

/*
 * emit - write a tree as YAML or JSON, in the style of its surroundings.
 *
 * YAML 1.1 and YAML 1.2 readers read the result as the same value: text that
 * either would resolve to another type is quoted; bare CR, NEL and control
 * characters are written in double quotes only; text of several lines becomes
 * a literal block where a block is possible.  Numbers and bools are written as
 * in JSON, aliases as their values.
 *
 * All functions append to b.
 */
#ifndef YAML_EMIT_H
#define YAML_EMIT_H

#include "tree/node.h"

/* How to write.  Set what is used, or start from EMIT_STYLE_DEFAULT. */
struct emit_style {
	uint32_t step;		/* columns a map or block text is indented */
	uint32_t list_offset;	/* dashes from the key above them: 0 or more */
	uint32_t item_offset;	/* an item's content from its dash: 2 or more */
	bool json;		/* flow, every text and key in double quotes */
	bool tight;		/* JSON without blanks after `:` and `,` */
	char quote;		/* for texts, not keys: " or ', 0 as needed */
	bool quoted_keys;	/* flow: keys too */
	bool cuddled;		/* flow lines: [{ and }, { on one line */
	bool flat;		/* no literal blocks */
	bool breaks;		/* flow: with marks for emit_fill() */
	str eol;		/* "\n" or "\r\n" */
	/* If not NULL, called before an item of a block list is written, with
	 * the column of its dash.  It may write the item itself, from the start
	 * of its line to its end without a line break, and return true. */
	bool (*item)(void *ctx, struct buf *b, const struct node *item,
		     uint32_t column);
	void *ctx;
};

#define EMIT_STYLE_DEFAULT \
	{ .step = 2, .list_offset = 0, .item_offset = 2, .eol = { "\n", 1 } }

/* A value after the `:` of a key at `column`: begins with " text", " {}", or a
 * line break and lines of its own; ends without a line break. */
void emit_value(struct buf *b, const struct node *n, uint32_t column,
		const struct emit_style *style);
/* A value after the dash at `column`: a map or list begins on its line. */
void emit_item(struct buf *b, const struct node *n, uint32_t column,
	       const struct emit_style *style);
/* A key and its value.  The text in b is at `column` already; ends without a
 * line break. */
void emit_entry(struct buf *b, str key, const struct node *value,
		uint32_t column, const struct emit_style *style);
/* The value of a whole document from column 0; ends without a line break. */
void emit_document(struct buf *b, const struct node *n,
		   const struct emit_style *style);

/* In flow context, on one line. */
void emit_flow(struct buf *b, const struct node *n,
	       const struct emit_style *style);
/* The comma between two children on one line. */
void emit_comma(struct buf *b, const struct emit_style *style);
/* Break what `breaks` marked, b from byte `from` on, which begins at `column`,
 * where a line would have more than EMIT_WIDTH columns: after commas, and in
 * long texts in double quotes.  This removes the marks. */
void emit_fill(struct buf *b, size_t from, size_t column, str indent, str eol);
#define EMIT_WIDTH 100
/* A key and its value in a flow map. */
void emit_flow_entry(struct buf *b, str key, const struct node *value,
		     const struct emit_style *style);

/* In flow context, over several lines. */
struct emit_lines {
	str indent;		/* before the closing bracket */
	str unit;		/* more for each level */
	bool trailing_comma;
};
/* Begins where the text is, ends with the closing bracket. */
void emit_flow_lines(struct buf *b, const struct node *n,
		     const struct emit_lines *lines,
		     const struct emit_style *style);
/* A key and its value, without a comma. */
void emit_flow_lines_entry(struct buf *b, str key, const struct node *value,
			   const struct emit_lines *lines,
			   const struct emit_style *style);

/* Text as one scalar on one line, quoted if necessary. */
void emit_text(struct buf *b, str text, bool flow,
	       const struct emit_style *style);
/* The longest key, in bytes, that libyaml accepts without a `?`. */
#define EMIT_SIMPLE_KEY_MAX 1000

#endif

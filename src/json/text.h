/*
 * text - trees as JSON text for programs to read: template data, annotations,
 * tests.  Into a file that people read, yaml/emit writes; text to trees is
 * json/scan.
 */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include "tree/node.h"

/* Compact JSON, keys in the tree's order, appended to b.  UTF-8 stays as it
 * is; only what JSON asks for is escaped. */
void json_write(struct buf *b, const struct node *n);
/* As encoding/json marshals a map: keys in byte order, <, >, & and U+2028/9
 * escaped, bad UTF-8 as \ufffd. */
void json_write_go(struct buf *b, const struct node *n);
/* One text in double quotes, in either manner. */
void json_write_text(struct buf *b, str text);
void json_write_text_go(struct buf *b, str text);

#endif

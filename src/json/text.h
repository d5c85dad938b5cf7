/*
 * text - write trees as compact JSON, for programs to read: template data,
 * annotations, patches.
 *
 * yaml/emit writes JSON into the files of users; json/scan reads JSON.  All
 * functions append to b.
 */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include "tree/node.h"

/* Keys in the order of the tree; only what JSON requires is escaped. */
void json_write(struct buf *b, const struct node *n);
/* As encoding/json marshals a map: keys sorted by byte; <, >, & and U+2028/9
 * escaped, invalid UTF-8 as \ufffd. */
void json_write_go(struct buf *b, const struct node *n);
/* A string in double quotes, in either way. */
void json_write_text(struct buf *b, str text);
void json_write_text_go(struct buf *b, str text);
/* How many of the n bytes at p stand for themselves in a string: up to a quote,
 * a backslash, a control character, or the first that is not ASCII. */
size_t json_plain_run(const char *p, size_t n);

#endif

/*
 * goyaml - a tree as sigs.k8s.io/yaml marshals it: the output of toYaml.
 *
 * It is go-yaml v2's block style byte for byte: keys in its natural order (a2
 * before a10), a list at its key's column, text of several lines as a literal
 * block, other text on lines broken at the first blank past 80 columns.  It is
 * for templates, whose output is read again; manifests are written by
 * yaml/emit.
 */
#ifndef GO_GOYAML_H
#define GO_GOYAML_H

#include "tree/node.h"

/* Append the document, including the end of its last line. */
void goyaml_write(struct buf *b, const struct node *n);

#endif

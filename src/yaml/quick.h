/*
 * quick - the YAML that manifests are mostly written in, read without libyaml.
 *
 * What it takes: one document of maps and lists, in block or flow style, whose
 * keys and scalars stand on one line each, literal blocks, comments.  What it
 * does not know for certain it leaves alone: tabs, CR and other rare breaks,
 * anchors, aliases, tags, directives, `?`, folded text, scalars over several
 * lines, unusual escapes, and everything that is wrong.
 *
 * Invariant: what it takes gives the events that libyaml gives, so that the
 * verdict on a text, its errors and its tree are libyaml's either way.
 */
#ifndef YAML_QUICK_H
#define YAML_QUICK_H

#include "yaml/build.h"

/* Hand the events of b's source to b.  False: libyaml has to read it, with a
 * builder made anew. */
bool quick_read(struct build *b);

#endif

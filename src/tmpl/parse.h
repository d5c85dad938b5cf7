/*
 * parse - a template's text as nodes.
 */
#ifndef TMPL_PARSE_H
#define TMPL_PARSE_H

#include "tmpl/ast.h"
#include "tmpl/tmpl.h"

/* How deep parentheses and control structures may nest. */
#define PARSE_DEPTH_MAX 1000u

struct tmpl {
	str name, text;
	const struct definition *main;
	struct func_tables tables;
};

#endif

/*
 * escape - text for HTML, JavaScript and the query of a URL, as the template
 * functions html, js and urlquery have it.
 *
 * Each appends to out at most six bytes for one of s.
 */
#ifndef TMPL_ESCAPE_H
#define TMPL_ESCAPE_H

#include "base/str.h"

/* < > & " ' and NUL. */
void escape_html(struct buf *out, str s);
/* For the inside of a quoted string: quotes, backslash, < > & =, control and
 * other characters that do not show. */
void escape_js(struct buf *out, str s);
#endif

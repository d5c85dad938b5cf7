/*
 * helm - is this text a template of a Helm chart, rather than a manifest?
 *
 * Such a file is not YAML until helm has run it, even where it happens to parse
 * as YAML.  What tells is an action, `{{ ... }}`, outside of comments, quoted
 * texts and block scalars: in a file that does not parse any action, and in one
 * that does only an action with one of Helm's own objects, since `{{ $value }}`
 * in plain text is what alerting rules are made of.
 */
#ifndef FILES_HELM_H
#define FILES_HELM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* parses: is it known to be YAML?  true with the line of the action. */
bool helm_is_template(str text, bool parses, uint32_t *line);

#endif

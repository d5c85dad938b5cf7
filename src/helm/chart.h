/*
 * chart - tell templates of Helm charts from manifests.
 *
 * A template is not YAML until Helm has rendered it, even if it happens to
 * parse as YAML.  The sign is an action, `{{ ... }}`, outside of comments,
 * quotes and block scalars.  In a file that does not parse, any action counts;
 * in one that parses, only an action with one of Helm's own objects, since
 * alerting rules have `{{ $value }}` in plain text.
 */
#ifndef HELM_CHART_H
#define HELM_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* True with the offset of the action.  `parses`: the text is valid YAML. */
bool chart_is_template(str text, bool parses, size_t *at);

#endif

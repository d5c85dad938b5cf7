/*
 * zone_rule - the rule that holds after the last transition of a zone file.
 */
#ifndef GO_ZONE_RULE_H
#define GO_ZONE_RULE_H

#include "go/zone.h"

/* What a POSIX TZ text ("CET-1CEST,M3.5.0,M10.5.0/3") says of a moment;
 * `from` is the last transition before it.  False where it is malformed. */
bool zone_rule_at(str rule, int64_t from, int64_t sec, struct zone_span *out);

#endif

/*
 * security - what the Pod Security Standards forbid, and a pod asks for.
 *
 * As kubernetes.io, "Pod Security Standards", for Linux; SELinux, AppArmor and
 * sysctls, which no sidecar sets, are not looked at.
 */
#ifndef WARN_SECURITY_H
#define WARN_SECURITY_H

#include "tree/node.h"

enum security_level { SECURITY_BASELINE, SECURITY_RESTRICTED, SECURITY_LEVELS };

extern const char *const security_level_names[SECURITY_LEVELS];

/* What of the pod the level forbids, "istio-init: adds NET_ADMIN; ...", the
 * first few; appended to `out`.  False where it forbids nothing. */
bool security_forbids(enum security_level level, const struct node *pod,
		      struct buf *out);

#endif

/*
 * annotations - the pod annotations that Istio validates before it injects
 * (pkg/kube/inject/validate.go), with its words.
 */
#ifndef ISTIO_ANNOTATIONS_H
#define ISTIO_ANNOTATIONS_H

#include "tree/node.h"

/* `meta` is the pod's metadata or NULL.  0; or -1 with the error at the
 * annotation. All that are wrong are named, as Istio has it. */
int annotations_check(const struct node *meta, struct err *e);

#endif

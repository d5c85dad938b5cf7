/*
 * labels - label selectors, and labels and annotations as Go reads them.
 *
 * A selector is a metav1.LabelSelector: matchLabels, and matchExpressions with
 * In, NotIn, Exists and DoesNotExist, all of which must hold.  One that
 * Kubernetes refuses matches nothing and is reported: an operator that it does
 * not know, a key or value that no label may have, values where there should be
 * none (apimachinery: LabelSelectorAsSelector, NewRequirement).
 */
#ifndef K8S_LABELS_H
#define K8S_LABELS_H

#include "tree/node.h"

/* A value of a map[string]string: null is "", a number or bool the text that
 * sigs.k8s.io/yaml makes of it, which may be put into `room`. */
str labels_text(const struct node *value, struct buf *room);

/* May a label have this key, this value?  "" is a value. */
bool labels_is_key(str key);
bool labels_is_value(str value);

/* A selector as kubectl's -l takes it, "a=b,c!=d,e in (x,y),!f", in its
 * structured form; NULL with the error, which names the text. */
const struct node *labels_selector_of(struct arena *a, str text,
				      struct err *e);

/* Has the selector nothing to say?  It would match everything. */
bool labels_selector_empty(const struct node *selector);
/* Do the labels (a map, or NULL) match?  1 or 0; -1 with the error where the
 * selector is at fault, whatever the labels are. */
int labels_match(const struct node *selector, const struct node *labels,
		 struct err *e);

#endif

/*
 * select - does this pod get the sidecar, and if not, why?
 *
 * Rules as data: the first that holds decides.  The default set skips, in this
 * order: the label, then the annotation sidecar.istio.io/inject that says no,
 * host networking, the namespaces of the system, a missing pod spec.  A
 * template may bring rules of its own.
 *
 * Labels and annotations are read as Istio does (inject.go: injectRequired):
 * y, yes, true and on, in any case, say yes; the empty text says nothing; all
 * else says no, also "off", "0" and "disabled".  Where both are there the
 * label alone speaks, even an empty one: label "true" overrules annotation
 * "false".  A yes overrules nothing that follows.
 */
#ifndef K8S_SELECT_H
#define K8S_SELECT_H

#include "tree/node.h"

enum select_what {
	SELECT_NO_SPEC,		/* no pod spec */
	SELECT_LABEL,		/* pod label `name` has `value` */
	SELECT_ANNOTATION,	/* pod annotation `name` has `value`, and no
				 * label has that name */
	SELECT_NAMESPACE,	/* the object's namespace is `value` */
	SELECT_FIELD,		/* pod spec field `name` (dotted) has `value` */
};

/* One rule: pods for which it holds are skipped.  Values compare as text:
 * "true", "15".  `value` NULL: any that says no, as above. */
struct select_rule {
	enum select_what what;
	const char *name, *value;
	const char *reason;	/* for people: "host networking" */
};

/* Rules end with one that has no reason. */
extern const struct select_rule select_default[];

/* The first rule that keeps this pod out, or NULL: inject.  `pod` has metadata
 * and spec (NULL: neither); `namespace` is the object's. */
const struct select_rule *select_skips(const struct select_rule *rules,
				       const struct node *pod, str namespace);
/* What the rule looks at in the pod, or in the object for its namespace; NULL:
 * it has none. */
const struct node *select_place(const struct select_rule *rule,
				const struct node *object,
				const struct node *pod);

#endif

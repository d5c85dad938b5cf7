/*
 * selection - which objects get the sidecar: by the options of the command
 * (object filters) and by the Pod itself (skip rules).
 */
#ifndef K8S_SELECTION_H
#define K8S_SELECTION_H

#include "tree/node.h"

/* ---- object filters: --only, --skip and --selector ---- */

/*
 * Patterns name objects as KIND/NAME, NAME or NAMESPACE/KIND/NAME, each part a
 * glob; selectors match the labels of the object itself, like kubectl get -l.
 * An object passes if it matches one of the FILTER_ONLY patterns, if there are
 * any, none of the FILTER_SKIP patterns, and all selectors.
 *
 * KIND is the object's kind in any case, also in the plural or in kubectl's
 * short form (deploy, sts), and may have the API group after a dot
 * (deployment.apps).
 */
enum filter_sort { FILTER_ONLY, FILTER_SKIP, FILTER_SELECTOR, FILTER_SORTS };

struct filter_rule {
	enum filter_sort sort;
	const char *text;		/* as given */
	/* Globs; NULL: any. */
	const char *namespace, *kind, *group, *name;
	const struct node *selector;
};

struct object_filter {
	struct filter_rule *rules;	/* allocated for all of them */
	uint32_t n;
	bool only;			/* there is a FILTER_ONLY rule */
};

/* What a filter looks at; the texts may be empty. */
struct filter_object {
	const char *group, *kind, *namespace, *name;
	const struct node *labels;
};

/* The option that a rule comes from: "--only". */
extern const char *const filter_options[FILTER_SORTS];

/* Add a rule; `text` must outlive it.  0, or -1 with the error. */
int filter_add(struct arena *a, struct object_filter *f,
	       enum filter_sort sort, const char *text, struct err *e);
/* NULL if the object passes, else the reason why not.  Sets matched[] at the
 * index of each rule that matches. */
const char *filter_skips(const struct object_filter *f,
			 const struct filter_object *object, bool *matched);

/* ---- skip rules: does this Pod get the sidecar? ---- */

/*
 * Rules as data: the first that holds decides.  The default rules skip, in this
 * order: a Pod whose label, else annotation, injector/inject is false; without
 * either, one whose label sidecar.istio.io/inject is false; host networking,
 * the system namespaces, a missing Pod spec.  Istio's annotation of that name,
 * with which Jobs stay out of a mesh, is only about Istio's sidecar.  The rules
 * are for other templates; those for Istio's are in istio/policy.
 *
 * Labels and annotations are read as in Istio (inject.go: injectRequired): y,
 * yes, true and on, in any case, are true; the empty text has no effect; all
 * else is false, also "off", "0" and "disabled".  If both are present only the
 * label counts, even if it is empty: label "true" overrides annotation "false".
 * A true value does not override the rules that follow, except that
 * injector/inject overrides Istio's label.
 */
enum skip_when {
	SKIP_NO_SPEC,		/* the Pod has no spec */
	SKIP_LABEL,		/* Pod label `name` has `value` */
	SKIP_ANNOTATION,	/* Pod annotation `name` has `value`, and no
				 * label has that name */
	SKIP_ISTIO_LABEL,	/* as SKIP_LABEL, and neither a label nor an
				 * annotation is called injector/inject */
	SKIP_NAMESPACE,		/* the object's namespace is `value` */
	SKIP_FIELD,		/* Pod spec field `name` (dotted) has `value` */
};

/* Pods for which the rule holds are skipped.  Values compare as text: "true",
 * "15".  `value` NULL: any that is false, as above. */
struct skip_rule {
	enum skip_when what;
	const char *name, *value;
	const char *reason;	/* for people: "host networking" */
	/* The name by which --no-skip drops the rule; several rules may have
	 * the same.  NULL: it cannot be dropped. */
	const char *group;
};

/* The label or annotation by which a Pod opts out. */
#define SKIP_INJECT "injector/inject"

/* The last one has no reason. */
extern const struct skip_rule skip_rules_default[];

/* The default rules without those of the group, or of several, "a,b": in the
 * arena, from the rules that an earlier call returned.  NULL with the error
 * if no rule has such a name. */
const struct skip_rule *skip_rules_without(struct arena *a,
					   const struct skip_rule *rules,
					   str groups, struct err *e);

/* The first rule that holds for a Pod, or NULL: inject.  `pod` is {metadata,
 * spec} or NULL; `namespace` is the object's. */
const struct skip_rule *skip_rule_match(const struct skip_rule *rules,
					const struct node *pod, str namespace);
/* The node that the rule looks at, in the Pod, or in the object for its
 * namespace; NULL if there is none. */
const struct node *skip_rule_node(const struct skip_rule *rule,
				  const struct node *object,
				  const struct node *pod);

#endif

/*
 * judge - would the cluster accept a Pod after its injection?
 *
 * One walk over the Pod by the schema, with a table of rules for the types that
 * it meets (rules.c): those parts of Kubernetes' validation
 * (pkg/apis/core/validation) that an injection can break.  What the API server
 * fills in before it validates is not missing here, either: the protocol of a
 * port, the source of a volume.
 *
 * A fault is the business of whoever brought it.  What the injection added,
 * from a template or through it from values and annotations, is an error at its
 * place there; what was in the manifest is a warning.  A Pod that was injected
 * before has the parts of the templates in its own text: a part that equals
 * what a template renders counts as the template's, so the tenth injection
 * finds what the first did.
 *
 * The judge prints nothing and changes nothing.
 */
#ifndef CHECK_JUDGE_H
#define CHECK_JUDGE_H

#include "check/warnings.h"
#include "k8s/typed.h"
#include "k8s/workload.h"

/* ---- origin.c: who wrote a node of an injected Pod ---- */

/*
 * After a first injection the source of a node shows that.  When the Pod is
 * injected again, the sidecar is in the manifest, so the source alone would
 * name another author.  This rule makes both runs agree: a node that a template
 * renders at the same place of the Pod with the same value is the template's.
 * The same place means the same keys, and in lists that are merged by key
 * (containers, env, volumes, ...) the item with that key, else the same index.
 * What was edited since the first injection has another value, and is the
 * manifest's.
 */
enum author {
	AUTHOR_MANIFEST,
	AUTHOR_TEMPLATE,
	/* A step after the templates, or the injector's configuration.  Such a
	 * node may have no position. */
	AUTHOR_INJECTOR,
};

/* An injected Pod and what it was made of. */
struct injected {
	const struct source *manifest;	/* the text the Pod was read from */
	const struct node *pod;		/* {metadata, spec} */
	/* What the templates rendered for it, in the order of merging. */
	const struct node *const *given;
	uint32_t n_given;
};

struct origin {
	enum author author;
	str template;			/* its name; else STR_NONE */
	/* What has the position: the node itself, or the template's node. */
	const struct node *at;
};

/* The origin of node n, which is at `place` in the Pod.  Without a place only
 * the node itself is asked, as for keys. */
struct origin origin_of(const struct injected *in, const struct node *n,
			const struct place *place);

/* ---- judge.c ---- */

struct finding {
	bool is_error;
	enum warning which;
	struct pos pos;		/* POS_NONE: the object's */
	const char *text;	/* "PATH: what is wrong; the next step" */
};

/* The finding is valid until the function returns. */
typedef void finding_fn(void *ctx, const struct finding *f);

struct judge {
	struct arena *arena;
	struct injected in;
	const struct node *object;
	const struct workload *workload;
	const char *path;		/* of the Pod in its object */
	/* With Istio's templates faults that istioctl makes, too, are
	 * warnings: see judge.c. */
	bool istio;
	/* A kind of the user's own, whose controller may add volumes. */
	bool own_kind;
	/* Templates may have fields that the schema does not know. */
	bool any_field;
	finding_fn *found;
	void *ctx;
};

void judge_pod(const struct judge *j);
/* Does another tool (envsubst, kustomize, Helm) replace a part of the text
 * before Kubernetes sees it?  Then nothing can be said of it. */
bool judge_has_variable(const struct node *n);

/* ---- between judge.c and rules.c ---- */

/* A value on the walk, and how the walk came to it. */
struct step {
	struct place place;
	const struct step *up;		/* NULL: the Pod */
	const struct node *node;
	const struct schema_field *field;	/* whose value it is */
};

struct names;

struct judging {
	const struct judge *judge;
	/* The first rule of each type, + 1; 0: the type has none. */
	uint8_t first[SCHEMA_TYPE_NONE];
	struct names *volumes;	/* of the Pod and its StatefulSet */
};

static inline struct step step_key(const struct step *up, str key,
				   const struct node *node,
				   const struct schema_field *field)
{
	return (struct step){ place_key(&up->place, key), up, node, field };
}

static inline struct step step_item(const struct step *list, uint32_t index)
{
	return (struct step){ place_item(&list->place, index), list,
			      list->node->items[index], list->field };
}

/* Before the walk. */
void rules_begin(struct judging *w);
/* Apply the rules for a type to the struct at a step. */
void rules_apply(const struct judging *w, const struct schema_type *type,
		 const struct step *at);

/* Report a fault of the map at a step, or of its entry `e` if that is not
 * NULL. */
void judge_report(const struct judging *w, enum warning which,
		  const struct step *at, const struct entry *e,
		  const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Is the map, or its entry, the template's? */
bool judge_is_given(const struct judging *w, const struct step *at,
		    const struct entry *e);

#endif

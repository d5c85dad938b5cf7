/*
 * strategy - a way to inject sidecars: which Pods get one, how it is merged in,
 * and how it is removed again.
 *
 *	istio.c	Istio's configuration, as `istioctl kube-inject` applies it
 *	plain.c	templates from files, all of them, into every Pod that no rule
 *		excludes
 *
 * To add one, write a file with a `const struct strategy`, declare it below,
 * and add it to strategies[] in settings.c.  Nothing else knows which strategy
 * a handle has.
 */
#ifndef ENGINE_STRATEGY_H
#define ENGINE_STRATEGY_H

#include "engine/settings.h"

/* What an injection reveals about undoing it. */
struct history {
	bool injected_before;	/* perhaps by other versions of the templates */
	bool reversible;	/* `remove` turns the injected tree into the
				 * original one */
};

/* One Pod template, and what a strategy may need to know. */
struct pod_task {
	const struct injector *injector;
	struct injection in;	/* in.pod is the Pod, in.ctx the receiver of
				 * warnings and renderings */
	str namespace;		/* of the object; "default" if it names none */
	const char *path;	/* of the Pod in its object, for messages */
	rendered_fn *rendered;	/* receives what each template rendered, before
				 * it is merged; may be NULL */
	struct history *history;	/* updated by `inject`; may be NULL */
	bool stale;		/* set by `inject`: it left something that only
				 * an earlier injection has */
};

/* What a Pod has of an earlier injection. */
enum earlier {
	EARLIER_NONE,
	EARLIER_REMOVABLE = 1,	/* it can be removed before the next one */
	EARLIER_KEPT = 2,	/* the next one is merged over it */
};

/* Whether a Pod is skipped, and why (not). */
struct verdict {
	bool skip;
	str reason;		/* "host networking" */
	str notice;		/* istioctl's message if skipped, or "" */
	const struct node *at;	/* the node that decided; NULL: the default */
};

struct strategy {
	/* The templates' name in undo notes; NULL: the names of their files. */
	const char *tag;
	/* Visit the kinds that kube-inject knows, as it does (see
	 * k8s/pods.h). */
	bool istio_kinds;
	/* Read mesh defaults even where no mesh configuration is given. */
	bool needs_mesh;
	/* A Pod does not tell what was added: undo notes record it. */
	bool records;
	/* The sidecar is Istio's: warn of labels that inject it again. */
	bool istio_sidecar;

	/* Do the options (whose `istio` is not NULL) ask for this strategy? */
	bool (*wanted)(const struct injector_options *options);
	/* Read what the release of Istio may follow from; may be NULL. */
	int (*read)(struct injector *in, const struct injector_options *options,
		    struct err *e);
	/* Read the templates, after mesh and values. */
	int (*load)(struct injector *in, const struct injector_options *options,
		    struct err *e);
	struct verdict (*skip)(struct pod_task *t);
	/* The Pod with its sidecars, or t->in.pod itself if it has them
	 * already or, with the verdict filled, gets none; NULL with the error
	 * set.  After `skip`, which said no. */
	const struct node *(*inject)(struct pod_task *t, struct verdict *v,
				     struct err *e);
	/* What becomes of an earlier injection of the Pod; NULL: `inject` takes
	 * care of it. */
	enum earlier (*earlier)(struct pod_task *t);
	/* The Pod without its sidecars; t->in.pod itself, with the verdict
	 * filled, if it has none; NULL with the error set. */
	const struct node *(*remove)(struct pod_task *t, struct verdict *v,
				     struct err *e);
};

extern const struct strategy strategy_istio, strategy_plain;

#endif

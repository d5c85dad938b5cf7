/*
 * handle - what a struct injector is made of: the templates of a run and all
 * that they see, read and checked once.
 */
#ifndef ENGINE_SETTINGS_H
#define ENGINE_SETTINGS_H

#include "injector.h"
#include "istio/inject.h"
#include "k8s/choose.h"
#include "k8s/select.h"
#include "k8s/workload.h"

struct injector {
	struct arena arena;
	/* As kube-inject: istio.inject says what, istio/policy for whom.  Else
	 * all of `templates`, for whom `rules` do not leave out. */
	bool as_istio, builtin;
	const struct select_rule *rules;
	const struct workload *kinds;	/* of the user's own, or NULL */
	struct choose choose;		/* and for whom of those */
	struct istio istio;
	struct template **templates;
	uint32_t n_templates;
	str tag;		/* of notes about the way back */
	struct func_env env;
	uint32_t warnings_off;		/* see warn_has() */
	/* While it is made: who hears of warnings. */
	const struct injector_options *options;
	size_t max_document;
	enum injector_format format;
	bool verify, render, explain, undo;
	enum injector_task task;
};

/* Which workloads and warnings; before handle_init().  -1 with the error where
 * the options make no sense. */
int handle_choose(struct injector *in, const struct injector_options *options,
		  struct err *e);
/* The rest from the options; -1 with the error and its place.  Released in any
 * case. */
int handle_init(struct injector *in, const struct injector_options *options,
		struct err *e);
void handle_release(struct injector *in);
/* An error as the library's caller sees it. */
void handle_tell(struct injector_error *error, const struct err *e);

#endif

/*
 * settings - a handle: the templates and everything that they see, read and
 * checked once (settings.c), with the built-in texts and Istio's default
 * profile (builtin.c, profile.c).
 *
 * A handle owns copies of all texts and does not change after settings_new().
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
	/* As kube-inject: istio.inject has the templates, istio/policy decides
	 * for which Pods.  Otherwise all of `templates`, for Pods that `rules`
	 * do not skip. */
	bool as_istio, builtin;
	const struct select_rule *rules;
	const struct workload *kinds;	/* of the options, or NULL */
	struct choose choose;		/* which workloads */
	struct istio istio;
	struct template **templates;
	uint32_t n_templates;
	str tag;		/* of undo records */
	struct func_env env;
	uint32_t warnings_off;		/* see warn_has() */
	/* During settings_new(): who receives warnings. */
	const struct injector_options *options;
	size_t max_document, max_memory;
	enum injector_format format;
	bool verify, render, explain, undo;
	enum injector_task task;
};

/* NULL with *error filled. */
struct injector *settings_new(const struct injector_options *options,
			      struct injector_error *error);
void settings_free(struct injector *in);
/* An error as the library's caller sees it. */
void error_fill(struct injector_error *error, enum injector_code code,
		const struct err *e);

#endif

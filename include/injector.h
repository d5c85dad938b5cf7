/*
 * injector - add sidecars to Kubernetes manifests by editing their text.
 *
 * This is the only public header of libinjector; the command `injector` uses
 * the same functions.  An example that adds a sidecar to one Pod:
 *
 *	#include <stdio.h>
 *	#include <string.h>
 *	#include <injector.h>
 *
 *	int main(void)
 *	{
 *		const char *sidecar =
 *			"spec: {containers: [{name: log, image: log}]}\n";
 *		const char *pod =
 *			"apiVersion: v1\n"
 *			"kind: Pod\n"
 *			"metadata: {name: web}\n"
 *			"spec: {containers: [{name: web, image: web}]}\n";
 *		struct injector_text template_ = {
 *			"log.yaml", sidecar, strlen(sidecar)
 *		};
 *		struct injector_text input = { "pod.yaml", pod, strlen(pod) };
 *		struct injector_options options = INJECTOR_OPTIONS_INIT;
 *		struct injector_error error;
 *		struct injector *in;
 *		char *output = NULL;
 *
 *		options.templates = &template_;
 *		options.n_templates = 1;
 *		in = injector_new(&options, &error);
 *		if (!in || injector_inject_text(in, &input, &output, NULL,
 *						NULL, NULL, &error)) {
 *			fprintf(stderr, "%s:%u:%u: %s\n", error.file,
 *				error.line, error.column, error.text);
 *			injector_free(in);
 *			return 1;
 *		}
 *		fputs(output, stdout);
 *		injector_free_text(output);
 *		injector_free(in);
 *		return 0;
 *	}
 *
 * Ownership: arguments stay the caller's, and the library keeps no pointer to
 * them after a call returns; injector_new() copies what it needs (but see
 * `texts_stay`).  What an injector_event points to is valid until the report
 * function returns.
 *
 * Threads: a handle does not change after injector_new(), so any number of
 * threads may use one at the same time.  A batch belongs to one thread at a
 * time.  The library makes threads of its own only where it is asked to.
 *
 * Errors: functions return NULL or -1 and fill *error (which may be NULL).
 * The library never prints, and never ends the process.
 *
 * Structs and versions: injector_options, injector_istio, injector_stream and
 * injector_admission begin with their size.  Set it by initializing with
 * INJECTOR_OPTIONS_INIT and its like, or with
 * `.size = sizeof(struct injector_options)`.  Later versions append fields, and
 * a library reads only as many bytes as the caller has: fields that the caller
 * does not know have their defaults, which is 0, false or NULL throughout.
 * Fields that are unknown to an older library must be 0; otherwise the call
 * fails with INJECTOR_MISUSE.  Of the other structs, injector_event and
 * injector_decision may grow at their end; the rest do not change.
 */
#ifndef INJECTOR_H
#define INJECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define INJECTOR_INIT_(type) { sizeof(type) }
#else
#define INJECTOR_INIT_(type) { .size = sizeof(type) }
#endif

/* The library hides all functions but those of this header. */
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* The version of this header. */
#define INJECTOR_VERSION "0.1.0"
/* The version of the library, "MAJOR.MINOR.PATCH". */
const char *injector_version(void);

struct injector;

/* ---- errors ---- */

/* The kind of failure. */
enum injector_code {
	INJECTOR_OK,
	INJECTOR_INVALID,	/* a manifest, template or configuration is
				 * wrong: see file, line and column */
	INJECTOR_MISUSE,	/* the options make no sense: an unknown name,
				 * a malformed pattern, a struct's size */
	INJECTOR_CANNOT_EDIT,	/* valid input, but the library cannot edit
				 * this text safely, or cannot undo an
				 * injection that was edited afterwards */
	INJECTOR_IO,		/* `read` or `write` of the stream failed */
	INJECTOR_NO_MEMORY,	/* out of memory, or over `max_memory` */
	INJECTOR_BAD_REQUEST,	/* not an AdmissionReview with a request */
	INJECTOR_FAILED,	/* the injection fails whatever Pod it gets:
				 * a template or the configuration is wrong */
};

struct injector_error {
	enum injector_code code;
	char file[256];		/* as named by the caller; of a longer name
				 * ".../" and the tail */
	unsigned line, column;	/* from 1, columns in characters; 0: unknown */
	char text[1000];
};

/* ---- options ---- */

/* The content of a file: a manifest, a template, a piece of configuration. */
struct injector_text {
	const char *name;	/* for messages */
	const char *text;
	size_t length;
};

/* How to read the value of an injector_setting. */
enum injector_setting_kind {
	INJECTOR_SET,		/* true, null and integers have their type */
	INJECTOR_SET_STRING,	/* all values are strings */
	INJECTOR_SET_JSON,	/* the value is JSON */
};

/* Template values in the syntax of helm's --set: "a.b[0]=c,d={x,y}". */
struct injector_setting {
	enum injector_setting_kind kind;
	const char *text;
};

/* Where a kind that is not built in has its Pod template.  It is then injected
 * like the built-in kinds, with either strategy.  A row for a built-in kind
 * replaces that.  For several templates in one kind, pass several rows. */
struct injector_kind {
	const char *group;	/* "" for the core group; any version */
	const char *kind;
	const char *path;	/* "spec.template"; a segment "*" stands for
				 * each item of a list; "": the object itself
				 * is a Pod */
};

/*
 * Istio's configuration.  With inject_config, or with `builtin`, the handle
 * injects as `istioctl kube-inject` does.  Without either, the other fields
 * only provide what templates see as .MeshConfig, .ProxyConfig and so on.
 * Each text is either the bare data, a ConfigMap as kubectl prints it, or a
 * file of several objects that contains it.
 */
struct injector_istio {
	size_t size;
	bool builtin;		/* use Istio's default profile if inject_config
				 * is NULL */
	bool native_sidecars;	/* as istiod's ENABLE_NATIVE_SIDECARS */
	bool policy;		/* apply the policy, selectors, aliases and
				 * default templates of inject_config, as the
				 * webhook does; kube-inject ignores them */
	/* Each of these may be NULL. */
	const struct injector_text *inject_config;
	const struct injector_text *mesh_config;
	/* An IstioOperator.  Its mesh configuration, if it has one, takes the
	 * place of mesh_config; options.values override its values. */
	const struct injector_text *iop;
	const char *revision;
	const char *compliance_policy;	/* as istiod's COMPLIANCE_POLICY */
	/* The release of Istio whose rules to follow, and whose profile
	 * `builtin` is: "1.24" (its last patch) or "1.24.6".  NULL: that of
	 * global.tag in the values, of the labels of inject_config's ConfigMap,
	 * or of its templates; else the newest known. */
	const char *version;
	/* As istiod's ENABLE_NATIVE_SIDECARS, read as the release does; also
	 * what templates read.  NULL, or with `native_sidecars`: that says
	 * it. */
	const char *native;
	/* As istiod's PILOT_ENABLE_INBOUND_PASSTHROUGH, for templates. */
	const char *inbound_passthrough;
};

#define INJECTOR_ISTIO_INIT INJECTOR_INIT_(struct injector_istio)

/* The output. */
enum injector_format {
	INJECTOR_YAML,		/* the input text, edited; JSON stays JSON */
	INJECTOR_JSON,		/* each document as one line of JSON */
	INJECTOR_PATCH,		/* one line for each object that changes: its
				 * apiVersion, kind, namespace and name, as far
				 * as it has them, and a JSON Patch (RFC 6902)
				 */
};

/*
 * What to do.  An injection records what cannot be recovered from the
 * manifest: in a comment `# injector-undo:` at the end of the document, or in
 * JSON in the annotation injector/undo.  With the same templates, values and
 * settings, INJECTOR_UNINJECT then restores the original text.
 *
 * A ResourceList of config.kubernetes.io, the input and output of KRM
 * functions, is injected without such a record.  Skipped objects and warnings
 * become its `results`; if an object of it fails, so does the call, but the
 * document is written as it was, with the error among the results.
 */
enum injector_task {
	INJECTOR_INJECT,
	INJECTOR_UNINJECT,
	INJECTOR_REFRESH,	/* uninject, then inject; edits only what that
				 * changes */
};

enum injector_outcome {
	INJECTOR_INJECTED,	/* the object changed */
	INJECTOR_UNCHANGED,	/* the object was injected already */
	INJECTOR_SKIPPED,	/* `text` is the reason */
	INJECTOR_WARNING,	/* `text` is the warning; kind may be NULL */
	INJECTOR_PASSED,	/* not a workload; only with `explain` */
	INJECTOR_ERROR,		/* never emitted by the library, which returns
				 * its errors; for callers that report both in
				 * the same way */
	INJECTOR_UNINJECTED,	/* the sidecar was removed */
	INJECTOR_RULES,		/* never emitted by the library; `rules` are
				 * those of the handle */
};

struct injector_place {
	const char *file;
	unsigned line, column;	/* 0: unknown */
};

/* The part of a Pod template that changed. */
enum injector_part {
	INJECTOR_CONTAINER,
	INJECTOR_INIT_CONTAINER,
	INJECTOR_VOLUME,
	INJECTOR_PORT,		/* "8080/TCP" */
	INJECTOR_PROBE,		/* "livenessProbe", "lifecycle.preStop" */
	INJECTOR_LABEL,
	INJECTOR_ANNOTATION,
	INJECTOR_FIELD,		/* any other: "securityContext.fsGroup" */
};

enum injector_action {
	INJECTOR_ADDED,
	INJECTOR_CHANGED,
	INJECTOR_REMOVED,
};

struct injector_change {
	enum injector_part part;
	enum injector_action action;
	unsigned pod;		/* index of the object's Pod template */
	const char *container;	/* to which a port, probe or field belongs;
				 * NULL: to the Pod */
	const char *name;
	/* A short form of the value: the image of a container, the address of
	 * a probe, the value of a label.  NULL: none.  Environment variables
	 * are never shown. */
	const char *from, *to;
	struct injector_place place;	/* in the input; unknown if added */
};

struct injector_mount {
	const char *volume;
	bool read_only;
};

/* A container of a Pod template that changed, as it is then. */
struct injector_container {
	unsigned pod;		/* index of the object's Pod template */
	const char *name;
	bool init;
	bool native;		/* an init container that keeps running */
	const char *ports;	/* "8080 53/UDP"; "": none */
	const char *probes;	/* "startup ready live", likewise */
	const struct injector_mount *mounts;
	size_t n_mounts;
};

/* What happened to an object, or a warning. */
struct injector_event {
	enum injector_outcome outcome;
	const char *file;
	unsigned line, column;
	const char *kind, *namespace_, *name;	/* of the object; "" unknown */
	const char *text;
	const char *warning;	/* the name of a warning, or NULL */
	/* The message of istioctl for a skipped object, or NULL. */
	const char *notice;
	/* The rest is set only with `explain`, which also sets `text` to the
	 * reason why an object is injected.  `decided` is the place of what
	 * decided; line 0: the default did. */
	struct injector_place decided;
	const char *const *templates;	/* that were merged */
	size_t n_templates;
	const struct injector_change *changes;
	size_t n_changes;
	/* Of a skipped object: because of `only`, `skip` or `selectors`. */
	bool excluded;
	const struct injector_rules *rules;	/* of INJECTOR_RULES */
	/* With `explain`: those of Pod templates that changed. */
	const struct injector_container *containers;
	size_t n_containers;
};

/* The release of Istio whose rules a handle follows. */
struct injector_rules {
	const char *text;	/* "rules of Istio 1.24, from global.tag" */
	const char *release;	/* "1.24"; "1.24.6" if the patch is known */
	const char *from;	/* "--istio-version", "global.tag", "the
				 * ConfigMap's labels", "the templates"; "" if
				 * nothing tells, and it is the newest known */
};

/* Events come in the order of the objects.  That an object was injected or
 * uninjected is reported after its document was passed to `write`, and not at
 * all if a failure prevents that; events that follow it wait as well. */
typedef void injector_report_fn(void *ctx, const struct injector_event *event);

struct injector_options {
	size_t size;
	enum injector_task task;
	enum injector_format format;
	bool no_undo;		/* write no undo notes, ignore existing ones */
	bool allow_env;		/* templates may read the environment */
	bool render;		/* write what the templates render for each
				 * Pod instead of the documents */
	bool explain;		/* report more: see injector_event */
	bool verify;		/* read each changed document again, and fail
				 * unless it has the intended content */
	/* The sidecars, merged in this order, unless `istio` provides
	 * templates.  Each is YAML of a partial Pod ({metadata, spec}), or a
	 * Go template that renders such. */
	const struct injector_text *templates;
	size_t n_templates;
	/* .Values in templates: files, each overriding those before it, then
	 * settings in order. */
	const struct injector_text *values;
	size_t n_values;
	const struct injector_setting *settings;
	size_t n_settings;
	const struct injector_istio *istio;	/* may be NULL */
	/* Which workloads: those that match one of `only` (if there are any),
	 * none of `skip`, and all of `selectors`.  Patterns are KIND/NAME,
	 * NAME or NAMESPACE/KIND/NAME, each part a glob.  Selectors have
	 * kubectl's syntax and apply to the labels of the object itself. */
	const char *const *only, *const *skip, *const *selectors;
	size_t n_only, n_skip, n_selectors;
	const struct injector_kind *kinds;
	size_t n_kinds;
	/* Names of warnings to suppress; "a,b" is two. */
	const char *const *no_warnings;
	size_t n_no_warnings;
	size_t max_document;	/* bytes, at most 4 GiB - 1;
				 * 0: INJECTOR_MAX_DOCUMENT */
	size_t max_memory;	/* bytes that one run may allocate;
				 * 0: unlimited.  A run that needs more fails
				 * with INJECTOR_NO_MEMORY. */
	injector_report_fn *report;	/* receives warnings about the
					 * configuration; may be NULL */
	void *ctx;
	/* Reasons that do not skip a Pod: "host-network", "system-namespace";
	 * "a,b" is two.  Not for Istio's templates, whose rules are Istio's. */
	const char *const *no_skip;
	size_t n_no_skip;
	/* The templates of the earlier injection, for INJECTOR_UNINJECT and
	 * INJECTOR_REFRESH of documents that have no record of it; if none are
	 * given, `templates` are assumed. */
	const struct injector_text *former;
	size_t n_former;
	/* The bytes of each injector_text above stay as they are until
	 * injector_free(), so that they need not be copied. */
	bool texts_stay;
};

#define INJECTOR_OPTIONS_INIT INJECTOR_INIT_(struct injector_options)
#define INJECTOR_MAX_DOCUMENT ((size_t)256 << 20)

/* ---- injecting ---- */

/* NULL if the options make no sense (INJECTOR_MISUSE), or a template or
 * configuration is invalid. */
struct injector *injector_new(const struct injector_options *options,
			      struct injector_error *error);
/* `in` may be NULL. */
void injector_free(struct injector *in);
/* Whose rules the handle follows, valid until it is freed; NULL if its
 * templates are not Istio's. */
const struct injector_rules *injector_rules(const struct injector *in);

/*
 * Inject (or do the task of the options with) all documents of a text.  *text
 * becomes the new text, also if nothing changed, with a NUL at its end that
 * *length (which may be NULL) does not count; the caller frees it with
 * injector_free_text().  `report` receives events and may be NULL.  On failure,
 * -1, *text is NULL.
 */
int injector_inject_text(const struct injector *in,
			 const struct injector_text *input,
			 char **text, size_t *length,
			 injector_report_fn *report, void *ctx,
			 struct injector_error *error);
/* `text` may be NULL. */
void injector_free_text(char *text);

/*
 * A stream of documents of any length.  `read` returns up to n bytes, 0 at the
 * end, or -1 with errno set.  `write` receives the output in order and returns
 * 0, or -1 with errno set.  Output is held back until the input ends or 4 MiB
 * are pending.  Each `write` but the last ends at a document mark, or between
 * two JSON values, so what was written before an error is whole documents.
 */
struct injector_stream {
	size_t size;
	const char *name;	/* the file, for messages */
	int64_t (*read)(void *ctx, void *p, size_t n);
	int (*write)(void *ctx, const void *p, size_t n);
	injector_report_fn *report;	/* may be NULL */
	void *ctx;
	/* What is known about the file.  `found`: nobody named it, it was found
	 * by searching a folder; what is only a patch or a fragment of a
	 * workload is then skipped, otherwise injected with a warning. */
	bool found;
	/* Write only manifests that are for a cluster: no documents without
	 * apiVersion and kind, and none that are skipped as templates of a Helm
	 * chart, patches or fragments. */
	bool manifests_only;
	/* A kustomization lists the file as a resource, so that it need not be
	 * complete. */
	bool resource;
	const char *patch_of;	/* the kustomization that lists it as a patch,
				 * or NULL */
	/* How many threads may inject documents at the same time, with the
	 * caller's, which alone calls the functions above: the library makes
	 * threads only if this is more than 1, and ends them before it returns.
	 * Output and events are the same.  Worth while from a megabyte on.
	 * Without effect if the handle has a `max_memory`, and for a draft. */
	unsigned threads;
};

#define INJECTOR_STREAM_INIT INJECTOR_INIT_(struct injector_stream)

/* 0, or -1; error->line is 0 if reading or writing failed. */
int injector_run(const struct injector *in,
		 const struct injector_stream *stream,
		 struct injector_error *error);

/*
 * A batch is several streams that belong together, such as the files of one
 * application, run one after the other.  Some warnings need all of them: the
 * manifest of a namespace may be in another file than its workloads, and so may
 * the workload that a pattern names.  They are reported by
 * injector_batch_end(), which also frees the batch; with a NULL report it only
 * frees.  injector_run() is a batch of one stream.
 */
struct injector_batch;
/* NULL if there is no memory. */
struct injector_batch *injector_batch_new(const struct injector *in);
int injector_batch_run(struct injector_batch *batch,
		       const struct injector_stream *stream,
		       struct injector_error *error);
/* `batch` may be NULL. */
void injector_batch_end(struct injector_batch *batch,
			injector_report_fn *report, void *ctx);

/*
 * A draft is a stream that was injected ahead of its turn in the batch.  Any
 * number of threads may make drafts of the same handle; the output and events
 * are kept in memory until injector_batch_run_draft().  That calls `write` and
 * `report` as injector_batch_run() would have done, whatever was run before it,
 * and returns the same, in little time.
 *
 * NULL if there is no memory (or `max_memory` is too little), the stream is
 * invalid, or has a document that depends on those before it, a ResourceList:
 * then use injector_batch_run(), which needs all that `read` gives.  The
 * stream's `name` must live as long as the draft, which belongs to one thread
 * at a time.
 */
struct injector_draft;
struct injector_draft *injector_draft_new(
	const struct injector *in, const struct injector_stream *stream);
/* The same in the memory of a draft that was run in the batch that this one is
 * for, which is faster; that one is freed in any case, and may be NULL. */
struct injector_draft *injector_draft_again(
	struct injector_draft *used, const struct injector *in,
	const struct injector_stream *stream);
/* `read` of the stream is not called.  To be called once for a draft. */
int injector_batch_run_draft(struct injector_batch *batch,
			     struct injector_draft *draft,
			     const struct injector_stream *stream,
			     struct injector_error *error);
/* All that will be passed to `write`, valid until the draft is run or freed;
 * NULL if the run will fail. */
const char *injector_draft_output(const struct injector_draft *draft,
				  size_t *length);
/* `draft` may be NULL. */
void injector_draft_free(struct injector_draft *draft);

/* ---- admission ---- */

/*
 * The body of a mutating admission webhook: an AdmissionReview in, one out, as
 * kube-apiserver sends and expects them.  Nothing is read or written elsewhere,
 * so a dry run needs no special care, and the answer depends on nothing but the
 * handle and the arguments.
 *
 * Only the CREATE of a Pod (core/v1, no subresource) is injected; any other
 * request is allowed as it is.  So is a Pod that has its sidecars already, that
 * the rules of the handle skip (for Istio with `policy`, those of the injection
 * Config), that a kubelet mirrors (annotation kubernetes.io/config.mirror), or
 * whose label or annotation injector/inject is "false" where the templates are
 * files.  With these, any other Pod is injected: the webhook's configuration
 * selects what is sent here, since only it sees the labels of namespaces.
 *
 * The Pod is in the namespace of the request if it names none, and its
 * metadata.managedFields are passed over unread.  The options `task`, `format`,
 * `render` and `no_undo` have no effect: no undo note is ever written, and
 * admitting the result again changes nothing.
 *
 * Who is at fault decides how it ends:
 *
 *	the Pod		0; the answer denies it: code 422, reason Invalid, the
 *			message as Istio words it
 *	the client	-1, INJECTOR_BAD_REQUEST: answer 400
 *	anybody else	-1, any other code, mostly INJECTOR_FAILED: answer 500,
 *			and the webhook's failurePolicy decides; 0 with
 *			`allow_errors`
 *
 * An error that names no place in the request is the Pod's if the same
 * templates can be injected into a Pod with one plain container.
 */

/* What was decided about one request.  Texts are "" if unknown. */
struct injector_decision {
	/* INJECTOR_INJECTED, _UNCHANGED, _SKIPPED; or INJECTOR_ERROR: `code` is
	 * INJECTOR_INVALID for a Pod that is denied, else that of the call. */
	enum injector_outcome outcome;
	enum injector_code code;
	/* For people, and of few values that do not depend on the Pod, such as
	 * "host networking" or "policy enabled": fit for a metric's label. */
	const char *reason;
	const char *text;	/* of an error: its message; else the reason */
	const char *uid, *namespace_;
	const char *name;	/* or the generateName */
	const char *owner_kind, *owner;	/* the workload the Pod belongs to */
	const char *revision;	/* Istio's */
	const char *const *templates;	/* that were merged */
	size_t n_templates;
	bool dry_run;
	const char *rules;	/* injector_rules()->text, or "" */
	const char *status;	/* as in the audit annotations, or "error" */
};

typedef void injector_decision_fn(void *ctx,
				  const struct injector_decision *decision);

struct injector_admission {
	size_t size;
	/* Of the request, in messages; NULL: "AdmissionReview". */
	const char *name;
	/* The path of the request's URL without its query, or NULL.  What
	 * follows its first segment sets variables of Istio's proxy, as istiod
	 * reads it: "/inject/cluster/C/net/N" sets ISTIO_META_CLUSTER_ID and
	 * ISTIO_META_NETWORK; any other key is a variable's name in upper case,
	 * "--slash--" in a value is "/", a last key without a value is ignored.
	 * The older form is "/inject/:ENV:cluster=C:ENV:net=N". */
	const char *path;
	/* The Namespace of the request as YAML or JSON, or NULL.  From its
	 * annotations come the user and group of Istio's proxy on OpenShift
	 * (openshift.io/sa.scc.uid-range, .supplemental-groups), 1337 without;
	 * its label injector/inject is that of Pods without one. */
	const struct injector_text *namespace_;
	bool warnings;		/* those of the handle become warnings of the
				 * answer, at most 120 characters each */
	/* Called once, also if the call fails, but for INJECTOR_MISUSE; may be
	 * NULL. */
	injector_decision_fn *decided;
	void *ctx;
	/* Looks up the Namespace if `namespace_` is NULL; NULL: it is not
	 * known.  What it returns is valid until injector_admit() returns.  May
	 * be NULL. */
	const struct injector_text *(*find_namespace)(void *ctx,
						      const char *name);
	/* Where anybody but the Pod and the client is at fault, allow the Pod
	 * as it is, with a warning that says why. */
	bool allow_errors;
};

#define INJECTOR_ADMISSION_INIT INJECTOR_INIT_(struct injector_admission)

/*
 * Answer a review of admission.k8s.io/v1 or v1beta1 in the same version.
 * *answer becomes JSON, with a NUL that *length (which may be NULL) does not
 * count, to be freed with injector_free_text().  Besides the patch it has audit
 * annotations: `status` (injected, unchanged, skipped, denied, error),
 * `reason`, and `revision` and `templates` if there are any, each at most 1
 * KiB.  `admission` may be NULL.  On failure, -1, *answer is NULL.  Any number
 * of threads may share the handle.
 */
int injector_admit(const struct injector *in, const char *request,
		   size_t request_length,
		   const struct injector_admission *admission,
		   char **answer, size_t *length, struct injector_error *error);

/* ---- tables ---- */

struct injector_warning {
	const char *name, *summary;
	const char *about, *fix;	/* sentences: what it means, what to do
					 * about it */
};
/* The warnings, ordered by name: start with i = 0; NULL after the last. */
const struct injector_warning *injector_warning(size_t i);

struct injector_builtin {
	const char *name, *summary;
	const char *text;
	size_t length;
	const char *purpose;	/* what to look for it under: "logs"; or NULL */
};
/* The built-in templates, in the same way. */
const struct injector_builtin *injector_builtin(size_t i);
/* The values of Istio's default profile, with their defaults.  Its templates
 * are not among the above. */
const struct injector_builtin *injector_builtin_values(void);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif

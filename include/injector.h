/*
 * injector - put sidecars into Kubernetes manifests by editing their text.
 *
 * The only public header of libinjector.a; the command `injector`, its tests
 * and its fuzz targets are users of it.
 *
 *	struct injector_text t = { "sidecar.yaml", text, length };
 *	struct injector_options options = { .templates = &t, .n_templates = 1 };
 *	struct injector_error error;
 *	struct injector *in = injector_new(&options, &error);
 *
 *	if (!in || injector_run(in, &stream, &error))
 *		fprintf(stderr, "%s:%u:%u: %s\n", error.file, error.line,
 *			error.column, error.text);
 *	injector_free(in);
 *
 * Ownership: what is passed in stays the caller's and must outlive the call
 * (texts: outlive the handle); an injector_error and what an
 * injector_event points to belong to the call, so copy what you keep.
 * Threads: a handle does not change after injector_new(), so any number of
 * threads may run it at once.
 * Errors: NULL or -1 with *error filled; nothing is ever printed.
 * Out of memory: the process is ended with a message.
 */
#ifndef INJECTOR_H
#define INJECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INJECTOR_VERSION "0.1.0"

struct injector;

struct injector_error {
	char file[256];		/* as it was named in options or stream */
	unsigned line, column;	/* from 1, columns in characters; 0: none */
	char text[1000];
	bool misuse;		/* the options are at fault, not a file */
};

/* What a file holds: a template, a piece of configuration. */
struct injector_text {
	const char *name;	/* for messages */
	const char *text;
	size_t length;
};

/* Values of a template by helm's rules: "a.b[0]=c,d={x,y}". */
enum injector_setting_kind {
	INJECTOR_SET,		/* true, null and whole numbers are that */
	INJECTOR_SET_STRING,	/* all is text */
	INJECTOR_SET_JSON,
};

struct injector_setting {
	enum injector_setting_kind kind;
	const char *text;
};

struct injector_place {
	const char *file;
	unsigned line, column;	/* 0: none */
};

/* What happened to an object, or a warning about a place. */
enum injector_outcome {
	INJECTOR_INJECTED,	/* the document changed */
	INJECTOR_UNCHANGED,	/* it had everything already */
	INJECTOR_SKIPPED,	/* `text` says why */
	INJECTOR_WARNING,	/* `text` is the warning; kind may be NULL */
	INJECTOR_PASSED,	/* it is no workload; only with `explain` */
	INJECTOR_ERROR,		/* never told by the library, which returns its
				 * errors: for those who report them alike */
	INJECTOR_UNINJECTED,	/* the document lost its sidecar */
};

/* What became different in a Pod template, and how. */
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
	unsigned pod;		/* which of the object's templates, from 0 */
	const char *container;	/* whose port, probe or field it is; NULL:
				 * the Pod's */
	const char *name;
	/* In short: the image of a container, the address of a probe, the
	 * value of a label.  NULL: nothing to say.  Never that of a variable of
	 * the environment. */
	const char *from, *to;
	struct injector_place place;	/* of what changed; new: none */
};

struct injector_event {
	enum injector_outcome outcome;
	const char *file;
	unsigned line, column;
	const char *kind, *namespace_, *name;	/* of the object; "" unknown */
	const char *text;
	const char *warning;	/* of one: its name, see injector_warning() */
	/* Of what was skipped: what istioctl says of it, or NULL. */
	const char *notice;
	/* Only with `explain`, when `text` says of every workload why it is
	 * injected or not: where that stands (line 0: it is so by default);
	 * which templates were merged; what is different for it. */
	struct injector_place decided;
	const char *const *templates;
	size_t n_templates;
	const struct injector_change *changes;
	size_t n_changes;
};

typedef void injector_report_fn(void *ctx, const struct injector_event *event);

/*
 * How Istio is configured.  With inject_config the handle injects as
 * `istioctl kube-inject` does, with `built-in` as that does where Istio's
 * default profile is installed; without either, the others are only what
 * templates see as .MeshConfig, .ProxyConfig and so on.  Each file may be the
 * bare data, a ConfigMap as kubectl prints it, or hold several objects.
 */
struct injector_istio {
	bool builtin;		/* where inject_config is NULL */
	const struct injector_text *inject_config;	/* each may be NULL */
	const struct injector_text *mesh_config;
	const struct injector_text *iop;		/* an IstioOperator */
	const char *revision;			/* these too */
	const char *compliance_policy;		/* COMPLIANCE_POLICY */
	bool native_sidecars;
	bool policy;		/* obey the policy, selectors, aliases, ... of
				 * inject_config, as the webhook does */
};

/* In what form the manifests come out: but for the first, a line each. */
enum injector_format {
	INJECTOR_YAML,		/* the text that came in, edited; JSON, too */
	INJECTOR_JSON,		/* each document, in JSON */
	INJECTOR_PATCH,		/* for each object that changes, its apiVersion,
				 * kind, namespace and name, as far as it has
				 * them, and a JSON Patch (RFC 6902) */
};

/* Where a kind of the user's own keeps its Pod template.  It is injected like
 * those that are built in, and by Istio's way too; one that is built in is
 * read by what is said here instead.  Of several templates each has one of
 * these. */
struct injector_kind {
	const char *group;	/* "" for the core group; any version */
	const char *kind;
	const char *path;	/* "spec.template"; a part "*" is each item of
				 * a list; "": the object is a Pod itself */
};

/*
 * What is to be done.  What an injection did that the objects cannot tell is
 * written into the document, as a comment `# injector-undo:` at its end, in
 * JSON as the annotation injector/undo; so that INJECTOR_UNINJECT, with the
 * same templates, values and settings, gives the text from before.
 */
enum injector_task {
	INJECTOR_INJECT,
	INJECTOR_UNINJECT,
	INJECTOR_REFRESH,	/* the one after the other */
};

struct injector_options {
	enum injector_task task;
	bool no_undo;		/* write no such notes, and obey none */
	/* The sidecars to add, merged in turn, where it is not Istio that
	 * injects: YAML of a piece of a Pod ({metadata, spec}), or a template
	 * of Go's that gives such. */
	const struct injector_text *templates;
	size_t n_templates;
	/* .Values: files, each over those before, then settings in turn. */
	const struct injector_text *values;
	size_t n_values;
	const struct injector_setting *settings;
	size_t n_settings;
	struct injector_istio istio;
	/* Which workloads: those that one of `only` names (none: all), none of
	 * `skip` does and all of `selectors` match.  Names are KIND/NAME, NAME
	 * or NAMESPACE/KIND/NAME, each part a glob; selectors are kubectl's,
	 * for the labels of the object itself. */
	const char *const *only, *const *skip, *const *selectors;
	size_t n_only, n_skip, n_selectors;
	const struct injector_kind *kinds;
	size_t n_kinds;
	/* Names of warnings that are not wanted; "a,b" are two. */
	const char *const *no_warnings;
	size_t n_no_warnings;
	bool allow_env;		/* templates may read the environment */
	bool render;		/* write what the templates render for each
				 * pod, not the documents */
	enum injector_format format;
	size_t max_document;	/* bytes, at most 4 GiB - 1;
				 * 0: INJECTOR_MAX_DOCUMENT */
	bool explain;		/* tell more of each object: see the event */
	bool verify;		/* read every changed document again and
				 * compare it with what was meant */
	injector_report_fn *report;	/* warnings about the configuration;
					 * may be NULL */
	void *ctx;
};

#define INJECTOR_MAX_DOCUMENT ((size_t)256 << 20)

/*
 * One run: input in, output out.  `read` gives up to n bytes, 0 at the end, -1
 * with errno set.  `write` gets bytes in order and returns 0, or -1 with errno
 * set.  Output is held back until the input ends or 4 MiB wait; each call of
 * `write` but the last ends at a document mark (or, between JSON values that
 * follow one another without marks, at the end of one), so what was written
 * before an error are whole documents.
 */
struct injector_stream {
	const char *name;	/* the file, for messages */
	int64_t (*read)(void *ctx, void *p, size_t n);
	int (*write)(void *ctx, const void *p, size_t n);
	injector_report_fn *report;	/* may be NULL */
	void *ctx;
};

struct injector *injector_new(const struct injector_options *options,
			      struct injector_error *error);
/* 0; or -1 for bad input (error->line is set), for a failed read or write
 * (line 0, the text says which and why), or for what cannot be edited. */
int injector_run(const struct injector *in,
		 const struct injector_stream *stream,
		 struct injector_error *error);
void injector_free(struct injector *in);

/*
 * What Istio's injector works with in a cluster: its two ConfigMaps, each in
 * JSON as `kubectl get configmap NAME -o json` prints it.  Such a text is good
 * for injector_istio and for values as it is.
 */
struct injector_captured {
	const struct injector_text *injection;	/* istio-sidecar-injector */
	const struct injector_text *mesh;	/* istio; each may be NULL */
};

/* Are they ConfigMaps with what is needed, data.config and data.values, and
 * data.mesh?  0 or -1. */
int injector_captured_check(const struct injector_captured *captured,
			    struct injector_error *error);
/* Both as YAML without what belongs to that cluster alone, under a comment
 * that tells what is in them: one file that can be given as inject_config,
 * mesh_config and values alike.  `write` is that of injector_stream. */
int injector_capture(const struct injector_captured *captured,
		     int (*write)(void *ctx, const void *p, size_t n),
		     void *ctx, struct injector_error *error);

/*
 * Streams that belong together, such as the files of one application, run one
 * after the other.  Some warnings take all of them: the manifest of a namespace
 * may be in another file than its workloads, and so may what a pattern names.
 * They come with the end, which also frees the batch (NULL: nothing is done);
 * without a report it only frees.  injector_run() is a batch of one stream.
 */
struct injector_batch;
struct injector_batch *injector_batch_new(const struct injector *in);
int injector_batch_run(struct injector_batch *batch,
			const struct injector_stream *stream,
			struct injector_error *error);
void injector_batch_end(struct injector_batch *batch,
			 injector_report_fn *report, void *ctx);

/* The warnings there are, in order of name; NULL ends the walk from i = 0. */
struct injector_warning {
	const char *name, *summary;
};
const struct injector_warning *injector_warning(size_t i);

/* The templates built into the library; NULL ends the walk from i = 0. */
struct injector_builtin {
	const char *name, *summary;
	const char *text;
	size_t length;
};
const struct injector_builtin *injector_builtin(size_t i);

#ifdef __cplusplus
}
#endif

#endif

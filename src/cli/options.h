/*
 * options - the command line.
 *
 * One table (option_table.c) makes the parser, --help and `injector help
 * TOPIC`.  tests/docs.sh compares the manual page with it, and for the options
 * that istioctl has as well docs/coming-from-istioctl.md.  To add an option: a
 * field here, a row there, a paragraph in man/injector.1.  To add a command: a
 * row in option_commands, a case in main.c.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "injector.h"
#include "project/setting.h"

/* Exit statuses; EXIT STATUS in man/injector.1 has the same list. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,	/* bad input or configuration, failed I/O */
	STATUS_MISUSE = 2,	/* wrong command line */
	STATUS_FINDING = 3,	/* --check, --fail-on-skip, --fail-on-empty;
				 * a Pod that admit denies; with --exit-code 1,
				 * and 2 what is 1 otherwise */
	STATUS_PIPE = 141,	/* nobody reads stdout any more: what a shell
				 * shows for a program ended by SIGPIPE */
};

/* The programs that have this command line. */
enum program {
	PROGRAM_INJECTOR,
	PROGRAM_WEBHOOK,	/* injector-webhook: src/webhook */
};

enum command {
	COMMAND_INJECT,
	COMMAND_RENDER,		/* print the overlays, not the manifests */
	COMMAND_EXPLAIN,	/* report what would happen, and why */
	COMMAND_UNINJECT,	/* remove the sidecar */
	COMMAND_ADMIT,		/* answer an admission request */
	COMMAND_CAPTURE,	/* write a cluster's configuration as a file */
	COMMAND_COMPLETION,	/* print a script for a shell */
	COMMAND_CONFIG,		/* print the effective options */
	COMMAND_SERVE,		/* answer an API server */
	COMMAND_CERTS,		/* print certificates for that */
	COMMAND_MANIFESTS,	/* print an installation of it */
	/* Those from here on read no .injector.yaml. */
	COMMAND_LIST_TEMPLATES,
	COMMAND_TEMPLATE,	/* print a built-in template, or list them */
	COMMAND_HELP,
	COMMAND_VERSION,
};

struct words {
	const char **at;
	size_t n, capacity;
};

/* What --kind says: where custom kinds have their Pod templates. */
struct kinds {
	struct injector_kind *at;
	size_t n, capacity;
};

struct options {
	enum program program;
	enum command command;
	const char *word;	/* that selected it; NULL: none did */
	struct words files;	/* in the order given; "-" is stdin */
	struct words templates;	/* names and paths, in the order given */
	struct words former;	/* the same, of an earlier injection */
	const char *output;	/* NULL: stdout */
	unsigned format;	/* enum injector_format */
	size_t max_document;	/* bytes; 0: the library's default */
	unsigned jobs;		/* threads; 0: one per core for much work */
	bool verbose, quiet, verify, refresh, no_undo;
	bool fail_on_skip, fail_on_empty;
	const char *report, *report_file;	/* or NULL */

	/* which workloads to inject, which warnings to suppress */
	struct words only, skip, selectors, no_skip, no_warn;
	struct kinds kinds;

	/* files edited one by one: see cli/rewrite.h */
	bool write, check, diff, exit_code;
	const char *backup;	/* suffix, or NULL */
	unsigned color;		/* enum color */
	bool recursive;
	bool hook;		/* a program lists the files, not a person */
	struct words include, exclude;

	/* what templates can use */
	struct words values;	/* files, in the order given */
	struct words set, set_string, set_json;
	bool allow_env;

	/* Istio's configuration */
	const char *mesh;	/* stands for the first three where they are
				 * not given */
	const char *inject_config, *mesh_config, *values_file, *operator_file;
	const char *revision, *istio_version;
	const char *native_sidecars;	/* true, false, auto; NULL: not said */
	bool policy;

	/* Istio's configuration from a cluster: see cli/cluster.h */
	bool from_cluster;
	const char *inject_map, *mesh_map, *istio_namespace;
	const char *kubeconfig, *context, *as, *as_uid;
	struct words as_group;
	uint64_t kube_timeout;	/* milliseconds; 0: no limit */

	/* injector-webhook: see src/webhook/webhook.h */
	const char *listen, *admin_listen;	/* HOST:PORT */
	const char *tls_cert, *tls_key, *client_ca, *namespace_file;
	size_t max_body, max_memory;		/* bytes, of one request */
	unsigned max_connections, workers;	/* 0 workers: one per core */
	uint64_t drain;				/* milliseconds */
	unsigned log_format;			/* 0: json, 1: text */
	unsigned on_error;			/* 0: fail, 1: allow */
	bool admission_warnings;

	/* certs and manifests: see src/webhook/install.h */
	const char *service, *image, *ca;
	unsigned replicas, days;
	struct words tags;
	bool fail_open, cert_manager;

	/* where all of it comes from: see cli/precedence.h */
	const char *config;
	bool no_config;
	bool by_file;		/* files go by the project of their folder */
	str function;		/* or a ResourceList, whose functionConfig takes
				 * the place of the file */
	struct buf project;	/* the path of the file */
	struct words extended;	/* those of files that it extends, in turn */
	struct project_settings settings;
	struct project_options known;		/* by index in option_rows */
	int argc;
	char **argv;
};

#define OPTIONS_INIT { .command = COMMAND_INJECT, .kube_timeout = 30000 }
#define OPTIONS_INIT_WEBHOOK { \
	.program = PROGRAM_WEBHOOK, .command = COMMAND_SERVE, \
	.listen = ":8443", .admin_listen = ":8081", \
	.max_body = (size_t)8 << 20, .max_memory = (size_t)64 << 20, \
	.max_connections = 512, .drain = 15000, \
	.service = "injector/injector-webhook", \
	.image = "injector-webhook:" INJECTOR_VERSION, .replicas = 2, \
}

/* Read the command line, the environment and .injector.yaml.  Prints what is
 * wrong: STATUS_MISUSE, or STATUS_FAILED where the file is wrong.  Texts point
 * into argv and into memory that *o owns. */
enum status options_parse(struct options *o, int argc, char **argv);
/* The same command line and environment with the file of another project. */
enum status options_parse_project(struct options *o, const struct options *main,
				  const char *project);
/* The same with the functionConfig of a ResourceList on stdin. */
enum status options_parse_function(struct options *o,
				   const struct options *main, str list);
void options_release(struct options *o);

/* Append a word, which must outlive *w.  w->at is the caller's to free(). */
void words_add(struct words *w, const char *word);

/* For completion: what a command line of the command may have, without the
 * options that have no effect.  False after the last. */
struct option_about {
	const char *name, *help;
	const char *arg;	/* FILE, json|yaml, ...; NULL: none */
	char letter;		/* 0: none */
	unsigned commands;	/* that take it: bits by enum command */
};
bool options_option(size_t i, struct option_about *out);
/* The commands and the topics of help: NULL after the last. */
const char *options_command(size_t i);
const char *options_topic(size_t i);

#endif

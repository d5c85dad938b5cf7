/*
 * options - the command line, from one table.
 *
 * The table in option_table.c makes the parser, --help and `injector help
 * TOPIC`; tests/docs.sh compares the manual page with it, and README.md for the
 * options that istioctl has too.  To add an option: a field here, a row there,
 * a paragraph in man/injector.1.  To add a command: a row in option_table.c
 * (option_commands), a case in main.c.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "injector.h"
#include "project/setting.h"

struct kinds {
	struct injector_kind *at;
	size_t n;
};

/* 0, or -1 with the error, without a place.  Texts live in the arena, the
 * array in the heap. */
int kinds_add(struct kinds *kinds, struct arena *a, const char *text,
	      struct err *e);

/* Exit statuses; man/injector.1, EXIT STATUS, is their other half. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,	/* bad input or configuration, failed I/O */
	STATUS_MISUSE = 2,
	STATUS_WOULD_CHANGE = 3, /* --check */
	STATUS_PIPE = 141,	/* nobody reads stdout any more: what a shell
				 * shows for a program ended by SIGPIPE */
};

enum command {
	COMMAND_INJECT,
	COMMAND_RENDER,		/* the overlays instead of the manifests */
	COMMAND_EXPLAIN,	/* what would happen, and why */
	COMMAND_UNINJECT,	/* the sidecar comes out again */
	COMMAND_CAPTURE,	/* a cluster's configuration as a file */
	COMMAND_COMPLETION,	/* a script for a shell */
	COMMAND_CONFIG,		/* what is in force, and who says so */
	COMMAND_LIST_TEMPLATES,
	COMMAND_HELP,
	COMMAND_VERSION,
};

struct words {
	const char **at;
	size_t n;
};

struct options {
	enum command command;
	struct words files;	/* in the order given; "-" is stdin */
	struct words templates;	/* names and paths, in the order given */
	const char *output;	/* NULL: stdout */
	unsigned format;	/* enum injector_format */
	size_t max_document;	/* 0: the library's */
	bool verbose, quiet, verify, refresh, no_undo;
	const char *report, *report_file;	/* or NULL */

	/* which workloads, which warnings not */
	struct words only, skip, selectors, no_warn;
	struct kinds kinds;

	/* files one by one: see cli/rewrite.h */
	bool write, check, diff;
	const char *backup;	/* suffix, or NULL */
	const char *color;	/* always, never, auto; NULL is auto */
	bool recursive;
	struct words include, exclude;

	/* what templates see */
	struct words values;	/* files, in the order given */
	struct words set, set_string, set_json;
	bool allow_env;

	/* Istio's configuration */
	const char *inject_config, *mesh_config, *values_file, *operator_file;
	const char *revision;
	bool native_sidecars, policy;

	/* where else it may come from: see cli/cluster.h */
	bool from_cluster;
	const char *inject_map, *mesh_map, *istio_namespace;
	const char *kubeconfig, *context, *as, *as_uid;
	struct words as_group;
	uint64_t kube_timeout;	/* milliseconds; 0: as long as it takes */

	/* where all of it was said: see cli/levels.h */
	const char *config;
	bool no_config;
	struct buf project, project_text;	/* the file: path, content */
	struct project_settings settings;
	struct project_options known;
};

#define OPTIONS_INIT { .command = COMMAND_INJECT, .kube_timeout = 30000 }

/* The command line, the environment and the project's file.  What is wrong is
 * said on stderr: STATUS_MISUSE, or STATUS_FAILED where it is in the file.
 * Words point into argv and what is kept here. */
enum status options_parse(struct options *o, int argc, char **argv);
void options_release(struct options *o);
/* What the command line may have, for completion: false after the last.
 * Options without effect are not among them. */
struct option_about {
	const char *name, *help;
	const char *arg;	/* FILE, json|yaml, ...; NULL: it takes none */
	char letter;		/* 0: none */
};
bool options_option(size_t i, struct option_about *out);
/* Commands, and what `injector help` takes: NULL after the last. */
const char *options_command(size_t i);
const char *options_topic(size_t i);
/* The text of --help, at most 24 lines of 80 columns; with a topic, that of
 * `injector help TOPIC`. */
enum status options_help(const char *topic);

#endif

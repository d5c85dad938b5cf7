/*
 * process - one input through the library, with its events reported, and the
 * handles for that.
 *
 * A file that -R found need not be a manifest: if it cannot be read and has no
 * apiVersion and kind it is skipped with a warning.  Warnings about the
 * templates of a Helm chart become one warning for each chart.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <sys/stat.h>

#include "cli/configuration.h"
#include "cli/input.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "injector.h"

/* A chart in which -R found templates. */
struct chart {
	const char *folder;
	const char *last;	/* template that was counted */
	size_t n;
};

/* What all inputs of a run have in common. */
struct session {
	const struct options *options;
	struct reporting *reporting;
	struct jobs *jobs;		/* or NULL */
	struct arena arena;		/* names of charts */
	struct chart *charts;
	size_t n_charts, capacity;
};

/* One input and where its output goes. */
struct run {
	struct session *session;
	const struct target *target;
	struct input *input;
	struct injector_draft *draft;	/* or NULL */
	int (*write)(void *to, const void *p, size_t n);
	void *to;
	bool joins;		/* its output to that of other files */
};

enum run_end {
	RUN_DONE,
	RUN_SKIPPED,		/* no manifest; what was written is void */
	RUN_FAILED,		/* *error is set and not yet printed */
};

/* A `write` that drops the output. */
int run_discard(void *to, const void *p, size_t n);
enum run_end run_input(const struct run *run, struct injector_error *error);
/* Its injection, ahead of its turn and in any thread; NULL: it has to wait.
 * The input is whole, and to be read again after that.  The run's draft is
 * one that was used for another input, or NULL: it becomes this one, or is
 * freed. */
struct injector_draft *run_draft(const struct run *run);
/* Report the charts, at the end of a session. */
void session_report_charts(struct session *s);

/* ---- jobs.c: threads that are ahead ---- */

/* A file that was opened, and injected if all is well, ahead of its turn. */
struct ahead {
	/* The same for all files of a run: */
	struct session *session;
	bool joins;			/* as in struct run */
	void (*more)(struct ahead *a);	/* what else a thread can do; or NULL */

	const struct target *target;
	struct input input;
	struct injector_draft *draft;	/* NULL: none */
	struct injector_draft *used;	/* of another file; or NULL */
	struct buf diff, report_diff;	/* made by `more` */
};

/* How many threads the options ask for; without --jobs one, unless there is
 * much to do. */
unsigned jobs_wanted(const struct options *o, bool much);
/* Start threads, if that is worth while: else NULL.  The functions below take
 * that, too. */
struct jobs *jobs_begin(const struct ahead *like, const struct inputs *in);
/* This input, if it is the next one and a thread could do it; else NULL.  What
 * was taken before is gone then. */
struct ahead *jobs_take(struct jobs *j, const struct target *t);
/* As input_open_target(), for what that returned.  *in is to be closed before
 * the next one is taken. */
int jobs_open(struct ahead *a, const struct target *t, const struct options *o,
	      struct input *in, struct err *e);
void jobs_end(struct jobs *j);

/* ---- handles.c ---- */

/*
 * An injector for each project whose files are processed.
 *
 * A file goes by the .injector.yaml nearest to its own folder, whatever folder
 * the command runs in; stdin and addresses, and files that have none, by that
 * of the working directory.  So the same file gets the same sidecars from
 * wherever it is named.  Each distinct .injector.yaml gives one handle: the
 * command line and the environment with that file below them.  How files are
 * searched, written and reported is decided once, by the handle of the working
 * directory.  With --config or --no-config that one is the only handle.
 *
 * A ResourceList on stdin is a call as a KRM function: then its functionConfig
 * is that file.
 */
struct handle {
	const struct options *options;
	struct options own;		/* where they are not the main ones */
	struct configuration configuration;
	struct injector *injector;	/* NULL: could not be made */
	struct injector_batch *batch;
	struct stat project;		/* its file */
	struct handle *next;
};

struct handles {
	struct handle main;		/* of the working directory; first */
	struct reporting *reporting;
	const char *folder;		/* the last that was asked for */
	size_t folder_length;
	struct handle *of_folder;
	bool told;		/* which configuration the default is */
};

/* Make the main handle.  Prints what is wrong.  Call handles_end() in any
 * case. */
enum status handles_begin(struct handles *h, const struct options *o,
			  struct reporting *reporting);
/* Append the path of the .injector.yaml that a file goes by; nothing if there
 * is none, or all files go by one.  A folder stands for the files in it. */
enum status handles_project_of(struct buf *path, const struct options *o,
			       const char *file);
/* Tell whose rules of Istio the handle follows, if any. */
void handles_tell_rules(struct reporting *reporting, const struct handle *h);
/* Set the handle of each input, opening stdin to see what it is, and leave out
 * files that the configuration of one of them uses; tell the handles' rules. */
enum status handles_assign(struct handles *h, struct inputs *in);
/* Free all of it; if the run is complete, report first what only all files
 * together tell. */
void handles_end(struct handles *h, bool complete);
/* Is a part of the configuration on standard input, which can be read only
 * once? */
bool handles_read_stdin(const struct options *o);
/* Do these options say where the sidecars come from without contradiction? */
enum status handles_check_options(const struct options *o);

#endif

/*
 * project - settings from a project's file and from the environment.
 *
 * See project/setting.h for what a setting is and which one is effective.
 */
#ifndef PROJECT_PROJECT_H
#define PROJECT_PROJECT_H

#include <stdbool.h>
#include <sys/types.h>

#include "project/setting.h"

#define PROJECT_FILE_NAME ".injector.yaml"

/* ---- find.c ---- */

/*
 * Find the project's file, .injector.yaml, in a folder or above.
 *
 * The nearest one counts, alone, unless it extends another.  The search ends
 *   - at the root of a repository, the first directory that has a .git;
 *   - below a directory of another file system;
 *   - below a directory of another user, or that everybody may write to: a
 *     file that a stranger puts into /tmp must not affect those who work in
 *     /tmp/x.
 *
 * It costs a few system calls per directory.  `folder` is "", the working
 * directory, or ends with a slash.  1, having appended the path, such as
 * "../.injector.yaml"; 0 if there is none, or none that may be read; -1 if that
 * cannot be said.
 */
int project_find(struct buf *path, str folder, struct err *e);

/* Is a file that another one extends, which nobody named, one of the folders
 * that are searched from there, or below?  Each folder that leads to it has to
 * be trusted as the search trusts those above.  0, or -1 with the reason. */
int project_check_extended(const char *path, const char *from, struct err *e);

/* Append the real path, with a slash at its end, of the repository that a file
 * is in; of its folder if it is in none.  0, or -1 with errno. */
int project_root(struct buf *root, const char *path);
/* The same for a folder. */
int project_root_of_folder(struct buf *root, const char *folder);

/* ---- file.c ---- */

/*
 * Read .injector.yaml: a map whose keys are long names of options.
 *
 * A flag is true or false; an option that may be repeated has a list, or a
 * single argument; some accept a map (enum project_map).  A key without a
 * value is ignored.  Relative paths are relative to the file.
 *
 * The file comes with a checkout, so it is not trusted with everything: an
 * option with a reason in `refused` is an error, as is an unknown one.
 *
 * The key `extends` names a file whose options hold where this one does not set
 * them; reading it is up to the caller.  After all are read, project_inherit()
 * combines them.
 *
 * Returns 0, or -1 with the error and its place.
 *
 * With `found`, nobody named the file: it may be a stranger's, and what it
 * names ends up in the output.  It may then name only regular files, none
 * larger than PROJECT_NAMED_MAX, in its repository or, if it is in none, in its
 * folder; links are followed first.
 */
struct project_file {
	const char *path;	/* for messages and relative paths */
	str text;		/* both have to outlive the settings */
	bool found;
	unsigned depth;		/* how many files extend it */
	/* What it extends, set by project_read_file(); NULL: nothing. */
	const char *extends;
	struct pos extends_pos;
};

int project_read_file(struct project_settings *s,
		      const struct project_options *options,
		      struct project_file *file, struct err *e);

#define PROJECT_NAMED_MAX ((off_t)16 << 20)

/*
 * Read the functionConfig of a ResourceList, the input of KRM functions, which
 * takes the place of .injector.yaml: either an object of kind Injector whose
 * `spec` is such a map of options, or a ConfigMap whose `data` are options with
 * texts, several arguments being lines.  It is trusted as a file that was
 * found.
 * Relative paths are relative to the working directory.
 *
 * `text` is YAML or JSON; `name`, for messages, must outlive *s.  Returns 0, or
 * -1 with the error.  *found: there is one; false also for a text that cannot
 * be read.
 */
int project_read_function(struct project_settings *s,
			  const struct project_options *options,
			  const char *name, str text, bool *found,
			  struct err *e);

/* ---- environment.c ---- */

/*
 * The variable of an option is INJECTOR_ and its long name in upper case, with
 * `_` for `-`: INJECTOR_NO_WARN.  Several arguments are lines of one variable;
 * blank lines and empty variables are ignored.
 *
 * Other variables with that prefix are ignored: Kubernetes gives containers
 * INJECTOR_SERVICE_HOST and more if a Service is called injector.
 */

/* Append the name of the variable of an option. */
void project_variable(struct buf *out, const char *option);
/* Read the settings of an environment such as environ(7); it must outlive *s.
 */
void project_read_environment(struct project_settings *s,
			      const struct project_options *options,
			      char *const *environment);

/* ---- show.c ---- */

/*
 * Append an option and where its value comes from, as lines of a project's file
 * with comments.  They can be read again, but values from the environment,
 * which may be secrets, are not shown.  `initial` is the value if nothing sets
 * it; NULL: none.
 */
void project_show(struct buf *b, const struct project_settings *s,
		  const struct project_options *options, size_t option,
		  const char *initial);

#endif

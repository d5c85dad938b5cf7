/*
 * setting - the settings of a run, where they come from, and their precedence.
 *
 * An option may be set in a project's file, in the environment and on the
 * command line.  The later of these takes precedence and replaces the others,
 * lists too: so a command line means the same in every project.
 *
 * The command has the table of options; this module knows of each what struct
 * project_option says.
 */
#ifndef PROJECT_SETTING_H
#define PROJECT_SETTING_H

#include "base/arena.h"
#include "base/err.h"

/* What kind of argument an option takes. */
enum project_shape {
	PROJECT_NONE,		/* only for the command line */
	PROJECT_FLAG,
	PROJECT_WORD,
	PROJECT_WORDS,
};

/* What a map in the file means for an option. */
enum project_map {
	PROJECT_NO_MAP,
	PROJECT_PAIRS,		/* an argument KEY=VALUE for each entry */
	PROJECT_JSON,		/* one argument, the map in JSON */
};

/* What is known of an option. */
struct project_option {
	const char *name;	/* the long form, without dashes */
	enum project_shape shape;
	enum project_map map;
	/* True if this argument is a path.  NULL: never. */
	bool (*is_path)(const char *word);
	/* Why a file may not set it; NULL: it may. */
	const char *refused;
};

/* All options. */
struct project_options {
	const struct project_option *at;
	size_t n;
};

/* Where a setting comes from, in order of precedence. */
enum project_level {
	PROJECT_DEFAULT,
	PROJECT_FILE,
	PROJECT_ENVIRONMENT,
	PROJECT_COMMAND_LINE,
};

/* An argument of an option; of a flag it is "true" or "false". */
struct project_setting {
	size_t option;		/* its index */
	enum project_level level;
	const char *text;
	/* Its place in a file; or pos.file is the name of the variable. */
	struct pos pos;
	unsigned depth;		/* of its file: how many extend that */
};

/* Settings in the order in which they are found. */
struct project_settings {
	struct project_setting *at;
	size_t n, capacity;
	struct arena arena;	/* of texts that are made here */
};

#define PROJECT_SETTINGS_INIT { NULL, 0, 0, ARENA_INIT }

/* Append a setting, which is copied. */
void project_add(struct project_settings *s,
		 const struct project_setting *setting);
/* Of files that extend each other: drop what a nearer one replaces, and put
 * those of the nearest last.  Options that take a map are combined, others are
 * not. */
void project_inherit(struct project_settings *s,
		     const struct project_options *options);
/* Keep only the settings of each option that have the highest level, in their
 * order; sorted by level. */
void project_settle(struct project_settings *s, size_t n_options);
/* Remove the settings of an option below a level. */
void project_drop(struct project_settings *s, size_t option,
		  enum project_level below);
/* The setting of an option, the last of several, or NULL. */
const struct project_setting *project_last(const struct project_settings *s,
					   size_t option);
/* Free everything. */
void project_release(struct project_settings *s);

/* Parse true, yes, on, 1, t, y and their opposites, in any case; false for
 * other texts. */
bool project_bool(const char *text, bool *out);

#endif

/*
 * setting - what a run is told, by whom, and who is to be believed.
 *
 * An option may be set in a project's file, in the environment and on the
 * command line; the later of these counts, and counts alone: a list is
 * replaced, not added to, so that what a command line says is what happens.
 *
 * The options themselves are the command's (one table there); this room knows
 * of each what struct project_option says.
 */
#ifndef PROJECT_SETTING_H
#define PROJECT_SETTING_H

#include "base/arena.h"
#include "base/err.h"

enum project_shape {
	PROJECT_NONE,		/* for the command line alone */
	PROJECT_FLAG,
	PROJECT_WORD,
	PROJECT_WORDS,
};

/* What a map stands for, where the file may have one. */
enum project_map {
	PROJECT_NO_MAP,
	PROJECT_PAIRS,		/* an argument KEY=VALUE for each entry */
	PROJECT_JSON,		/* one argument, the map in JSON */
};

struct project_option {
	const char *name;	/* the long form, without dashes */
	enum project_shape shape;
	enum project_map map;
	/* Is this argument a path?  NULL: never. */
	bool (*is_path)(const char *word);
	/* Why a file may not set it; NULL: it may. */
	const char *refused;
};

struct project_options {
	const struct project_option *at;
	size_t n;
};

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
	/* In a file; or pos.file is the variable's name; else none. */
	struct pos pos;
};

struct project_settings {
	struct project_setting *at;
	size_t n, room;
	struct arena arena;	/* of the texts that had to be made */
};

#define PROJECT_SETTINGS_INIT { NULL, 0, 0, ARENA_INIT }

void project_add(struct project_settings *s,
		 const struct project_setting *setting);
/* Keep of each option what the highest level says, in the order it was said;
 * sorted by level. */
void project_settle(struct project_settings *s, size_t n_options);
/* Forget what is said of an option below a level. */
void project_drop(struct project_settings *s, size_t option,
		  enum project_level below);
/* What an option is set to: NULL, or the last of several. */
const struct project_setting *project_last(const struct project_settings *s,
					   size_t option);
void project_release(struct project_settings *s);

/* true, yes, on, 1, t, y and their contraries, in any case; false: neither. */
bool project_bool(const char *text, bool *out);

#endif

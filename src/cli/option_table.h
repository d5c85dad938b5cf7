/*
 * option_table - the tables of options, commands and help topics, for both
 * programs: the command and the webhook's server, which shares the options that
 * say what is injected.
 *
 * Everything that knows an option by name reads its row: the parser
 * (options.c), the environment and .injector.yaml (precedence.c), --help
 * (help.c) and completion.  tests/docs.sh compares the manual pages with them.
 */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "cli/options.h"

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_AUTO,		/* const char *: true, false or auto; true if
				 * no argument is given */
	OPTION_WORD,		/* const char * */
	OPTION_WORDS,		/* struct words; each argument adds one */
	OPTION_KINDS,		/* struct kinds; likewise */
	OPTION_CHOICE,		/* unsigned: the number of a word in `arg` */
	OPTION_SIZE,		/* size_t, in bytes */
	OPTION_NUMBER,		/* unsigned */
	OPTION_DURATION,	/* uint64_t, in milliseconds */
	OPTION_COMMAND,		/* selects a command; has no field */
	OPTION_IGNORED,		/* istioctl's, without effect */
	OPTION_REFUSED,		/* istioctl's, an error */
};

/* The page of `injector help TOPIC` that describes an option. */
enum option_topic {
	TOPIC_MAIN,
	TOPIC_FILES,
	TOPIC_CHOOSE,
	TOPIC_TEMPLATES,
	TOPIC_REPORT,
	TOPIC_ISTIO,
	TOPIC_CLUSTER,
	TOPIC_CONFIG,
	TOPIC_WARNINGS,
	TOPIC_ISTIOCTL,
	TOPIC_SERVER,		/* injector-webhook has no topics: all of its */
	TOPIC_INSTALL,		/* options are on one page */
	N_TOPICS,
};

/* Which programs have a row: only the command unless it says otherwise. */
enum option_sharing {
	COMMAND_ONLY,
	WEBHOOK_TOO,
	WEBHOOK_ONLY,
};

struct option_row {
	enum option_topic topic;
	const char *name;
	char letter;		/* 0: long form only */
	enum option_kind kind;
	size_t field;		/* offset in struct options */
	enum command command;	/* of OPTION_COMMAND */
	/* What --help calls the argument, NULL for none; of OPTION_CHOICE the
	 * words to choose from, separated by |. */
	const char *arg;
	const char *help;	/* ignored and refused: the reason */
	bool in_istioctl;	/* istioctl has it with the same meaning */
	/* .injector.yaml may set it.  That file comes with what somebody
	 * checked out, so this excludes whatever reads or writes files that
	 * nobody asked for, runs a program or shows the environment. */
	bool in_file;
	enum option_sharing sharing;
	bool first_page;	/* it is on the page of --help as well */
	unsigned commands;	/* that take it, a bit for each; 0: those of
				 * the topic */
	/* Of OPTION_WORD: is this an argument that the option cannot mean?
	 * 0, or -1 with what was expected, and the option that is meant. */
	int (*check)(const struct options *o, const char *arg, struct err *e);
};

/* In the order of --help. */
extern const struct option_row option_rows[];
extern const size_t option_n_rows;
/* The row of the files to read, to which operands belong as well. */
#define OPTION_ROW_FILES 0

/* Does the program of these options have the row? */
bool option_exists(const struct options *o, const struct option_row *row);
/* What project/ needs to know of a row. */
struct project_option option_for_project(const struct option_row *row);

/* Does the command take the option? */
bool option_is_for(const struct option_row *row, enum command command);

/* By enum option_topic. */
struct topic_about {
	const char *name, *title, *about;
	unsigned commands;	/* that take its options: a bit for each */
};
extern const struct topic_about option_topics[N_TOPICS];

/* The first operand may be one of these; options may precede it, as in
 * istioctl. */
struct command_word {
	const char *name;
	enum command command;
	const char *usage;	/* what follows the name */
	const char *line;	/* for --help; NULL: another name of one */
	const char *about;	/* for its own help, without the last period */
	const char *examples;	/* two lines; NULL: none */
	enum option_sharing sharing;
};
extern const struct command_word option_commands[];
extern const size_t option_n_commands;
bool option_has_command(const struct options *o,
			const struct command_word *command);
/* The command of that name that the program has, or NULL. */
const struct command_word *option_command(const struct options *o,
					  const char *name);

/* ---- suggest.c: what to type instead ---- */

/* What an option of another program, without dashes, or a word in place of a
 * command means here, such as "-w"; NULL: unknown. */
const char *suggest_option(str name);
const char *suggest_command(str word);
/* For option_row.check. */
int suggest_namespace(const struct options *o, const char *arg, struct err *e);
int suggest_output(const struct options *o, const char *arg, struct err *e);
int suggest_revision(const struct options *o, const char *arg, struct err *e);
/* Append the command that edits a file as this run would, or if it is NULL all
 * files of this run.  Template values on the command line are left out. */
void suggest_fix(struct buf *b, const struct options *o, const char *file);

#endif

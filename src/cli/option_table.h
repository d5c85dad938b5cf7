/*
 * option_table - the tables of options, commands and help topics.
 *
 * Everything that knows an option by name goes by its row: the parser and the
 * other levels (options.c), --help (help.c), completion.
 */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "cli/options.h"

enum row_kind {
	FLAG, WORD, WORDS, KINDS, CHOICE, SIZE, DURATION, COMMAND, IGNORED,
	REFUSED,
};

/* What the rows of --help are about; the others have a page each. */
enum topic {
	MAIN, FILES, CHOOSE, TEMPLATES, REPORT, ISTIO, CLUSTER, CONFIG,
	WARNINGS, ISTIOCTL,
	N_TOPICS,
};

/* With a row's topic: istioctl has this option, too. */
#define SAME 0x100
/* With a row's topic: .injector.yaml may set it.  That file comes with what
 * somebody checked out, so nothing that reads what is not asked for, writes,
 * runs a program or shows the environment. */
#define IN_FILE 0x200

struct row {
	unsigned topic;
	const char *name;
	char letter;		/* 0: long form only */
	enum row_kind kind;
	size_t field;		/* of struct options; COMMAND: which one */
	const char *arg;	/* what --help calls the argument, or NULL;
				 * CHOICE: one of these words, by its number */
	const char *help;	/* IGNORED, REFUSED: why */
};

/* In the order of --help; the first is that of the files to read. */
extern const struct row option_rows[];
extern const size_t option_n_rows;

enum topic row_topic(const struct row *row);
/* What project/ is to know of it. */
struct project_option row_describe(const struct row *row);

/* By enum topic. */
struct topic_about {
	const char *name, *about;
};
extern const struct topic_about option_topics[N_TOPICS];

/* The first word that is no option may be one of these; istioctl takes options
 * before it, too. */
struct command_word {
	const char *name;
	enum command command;
	const char *usage;	/* what follows the name */
	const char *about;	/* for `injector help NAME` */
};
extern const struct command_word option_commands[];
extern const size_t option_n_commands;

#endif

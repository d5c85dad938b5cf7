/*
 * commands - one function for each thing the program can do.  Each prints what
 * went wrong and returns the exit status.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

/* inject, and also render, explain and uninject */
enum status cmd_inject(const struct options *o);
enum status cmd_capture(const struct options *o);
/* in admit.c */
enum status cmd_admit(const struct options *o);
enum status cmd_config(const struct options *o);
enum status cmd_list_templates(void);
enum status cmd_template(const struct options *o);
/* in completion.c */
enum status cmd_completion(const struct options *o);
/* in help.c: --help, at most 24 lines of 80 columns, or help on o->files */
enum status cmd_help(const struct options *o);
/* in show_version.c: as text, or as JSON where o->output is "json" */
enum status cmd_version(const struct options *o);

/* ---- start.c ---- */

/* All of a program, but for the name in its messages: read the command line,
 * with these options before it, and run() what it asks for.  The exit status;
 * STATUS_FAILED after one line if memory runs out. */
int start_program(const struct options *initial,
		  enum status (*run)(const struct options *o), int argc,
		  char **argv);

#endif

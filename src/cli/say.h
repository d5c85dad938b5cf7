/*
 * say - the only words of the program to people.
 *
 * Each message is one line, written at once, in the form
 * "FILE:LINE:COL: text"; what is not known is left out.  Control characters
 * are shown as \xNN: names and texts come from files, and a terminal obeys
 * them.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include "base/err.h"
#include "base/str.h"
#include "cli/options.h"
#include "injector.h"

/* Text asked for (--help, a list), on stdout. */
enum status say_out(str text);
/* "injector: text" and where to find help.  STATUS_MISUSE. */
enum status say_misuse(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
/* Only where to find help, after getopt's own message. */
enum status say_try_help(void);
/* An error, with its place.  STATUS_FAILED. */
enum status say_error(const char *file, unsigned line, unsigned column,
		      const char *text);
enum status say_err(const struct err *e);
/* What happened to an object, or a warning. */
void say_event(const struct injector_event *event);
/* The event's notice. */
void say_notice(const struct injector_event *event);

#endif

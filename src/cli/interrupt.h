/*
 * interrupt - files replaced so that no signal leaves anything behind.
 *
 * Around base/io's replacements: while one has a file with a name of its own,
 * that name is known to the handler of SIGHUP, SIGINT, SIGQUIT and SIGTERM,
 * which takes the file away and lets the signal end the program.  Signals wait
 * while a file gets or loses its name.  Against SIGKILL nothing helps: then a
 * hidden file .injector-PID-N may stay, next to a file that is old or new.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include "base/err.h"
#include "base/io.h"

/* As io_replace_like(), io_replace_commit(), io_replace_abandon(); at most
 * three replacements at a time: a file, its backup, a report. */
int interrupt_replace(struct replacement *r, const char *path,
		      const char *like, struct err *e);
int interrupt_commit(struct replacement *r, struct err *e);
void interrupt_abandon(struct replacement *r);
/* Take away what there is, before the program ends on its own. */
void interrupt_tidy(void);

#endif

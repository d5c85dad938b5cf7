/*
 * refresh - a document uninjected and injected again, as edits of its text as
 * it is: what comes to be the same stays, whatever comments and order it has by
 * now, and after an upgrade of the templates only that changes which they
 * changed.
 */
#ifndef REFRESH_H
#define REFRESH_H

#include "run.h"

int refresh_document(struct run *r, const struct piece *piece,
		     struct document *doc);

#endif

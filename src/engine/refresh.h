/*
 * refresh - a document uninjected and injected again, as edits of its text as
 * it is: what comes to be the same stays, whatever comments and order it has by
 * now, and after an upgrade of the templates only that changes which they
 * changed.
 */
#ifndef ENGINE_REFRESH_H
#define ENGINE_REFRESH_H

#include "engine/run.h"

int refresh_document(struct run *r, const struct piece *piece,
		     struct document *doc);

#endif

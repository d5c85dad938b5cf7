/*
 * anchors - keep every alias meaning what it is meant to, after a diff.
 *
 * For nobody but edit/diff.
 */
#ifndef EDIT_ANCHORS_H
#define EDIT_ANCHORS_H

#include "edit/diff_walk.h"

/* Before the next: note where anchors and their uses stand. */
void anchors_note(struct diff *d);
/* May the text of a node be moved about?  Not if it defines an anchor that is
 * used, or uses one. */
bool anchors_may_move(const struct diff *d, const struct node *n);
/* Add the edits that give each alias the value it is to have, where the other
 * edits changed or removed its anchor. */
void anchors_settle(struct diff *d);

#endif

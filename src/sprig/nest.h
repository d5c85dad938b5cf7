/*
 * nest - how deep lists and maps may nest that sprig's functions walk down.
 *
 * A template can put a map into itself.  Go then runs until its memory ends,
 * or says that it met a cycle; here what nests deeper than this is refused.
 */
#ifndef SPRIG_NEST_H
#define SPRIG_NEST_H

#define NEST_MAX 1000

#endif

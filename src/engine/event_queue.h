/*
 * event_queue - events that are held until what they say is true: an object is
 * injected when its text has been written, not before.
 *
 * A queue copies its events.  All of them keep their order, so an event that
 * could be reported at once waits as well if others are before it.  Each has a
 * mark, a number that does not decrease, up to which queue_report() reports.
 */
#ifndef ENGINE_EVENT_QUEUE_H
#define ENGINE_EVENT_QUEUE_H

#include <stdint.h>

#include "base/arena.h"
#include "injector.h"

struct queued_event;

struct event_queue {
	struct arena arena, spare;
	struct queued_event *first, *last;
};

#define EVENT_QUEUE_INIT { ARENA_INIT, ARENA_INIT, NULL, NULL }

/* Does the event say that something was written? */
static inline bool event_needs_writing(const struct injector_event *event)
{
	return event->outcome == INJECTOR_INJECTED ||
	       event->outcome == INJECTOR_UNINJECTED;
}

/* How a warning is known, so that it is reported only once: by its place and
 * text and, if `file` is not 0, by its file and text before. */
struct event_keys {
	uint64_t file, place;
};

void queue_add(struct event_queue *q, const struct injector_event *event,
	       uint64_t mark);
/* The same for a warning with its keys; NULL: it has none. */
void queue_add_keyed(struct event_queue *q, const struct injector_event *event,
		     uint64_t mark, const struct event_keys *keys);
/* Report the events up to this mark, and forget them. */
void queue_report(struct event_queue *q, uint64_t mark,
		  injector_report_fn *report, void *ctx);
/* Nothing more is written: report the others, except those that need it. */
void queue_report_unwritten(struct event_queue *q, injector_report_fn *report,
			    void *ctx);
/* `keys` is NULL where there are none. */
typedef void queue_take_fn(void *ctx, const struct injector_event *event,
			   const struct event_keys *keys);
/* Pass on the events up to this mark with their keys.  Their memory stays until
 * queue_clear(). */
void queue_take(struct event_queue *q, uint64_t mark, queue_take_fn *take,
		void *ctx);
/* Forget all events. */
void queue_clear(struct event_queue *q);
/* The end of the queue, and forgetting what came after it, except warnings. */
struct queued_event *queue_end(struct event_queue *q);
void queue_forget(struct event_queue *q, struct queued_event *end);
/* How many bytes the queue holds. */
size_t queue_size(const struct event_queue *q);
void queue_release(struct event_queue *q);

#endif

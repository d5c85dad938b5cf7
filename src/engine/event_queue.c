#include "engine/event_queue.h"

struct queued_event {
	struct injector_event event;
	uint64_t mark;
	bool keyed;
	struct event_keys keys;
	struct queued_event *next;
};

/* ---- copies ---- */

static const char *copy(struct arena *a, const char *text)
{
	return text ? arena_str(a, str_of(text)).p : NULL;
}

static const char *const *copy_texts(struct arena *a, const char *const *from,
				     size_t n)
{
	const char **texts = arena_array(a, const char *, n);

	for (size_t i = 0; i < n; i++)
		texts[i] = copy(a, from[i]);
	return texts;
}

static const struct injector_change *copy_changes(
	struct arena *a, const struct injector_change *from, size_t n)
{
	struct injector_change *changes =
		arena_array(a, struct injector_change, n);

	for (size_t i = 0; i < n; i++) {
		struct injector_change *c = &changes[i];

		*c = from[i];
		c->container = copy(a, c->container);
		c->name = copy(a, c->name);
		c->from = copy(a, c->from);
		c->to = copy(a, c->to);
		c->place.file = copy(a, c->place.file);
	}
	return changes;
}

static const struct injector_container *copy_containers(
	struct arena *a, const struct injector_container *from, size_t n)
{
	struct injector_container *containers =
		arena_array(a, struct injector_container, n);

	for (size_t i = 0; i < n; i++) {
		struct injector_container *c = &containers[i];
		struct injector_mount *mounts = arena_array(
			a, struct injector_mount, from[i].n_mounts);

		*c = from[i];
		c->name = copy(a, c->name);
		c->ports = copy(a, c->ports);
		c->probes = copy(a, c->probes);
		for (size_t j = 0; j < c->n_mounts; j++) {
			mounts[j] = from[i].mounts[j];
			mounts[j].volume = copy(a, mounts[j].volume);
		}
		c->mounts = mounts;
	}
	return containers;
}

static struct injector_event copy_event(struct arena *a,
					const struct injector_event *from)
{
	struct injector_event e = *from;

	e.file = copy(a, e.file);
	e.kind = copy(a, e.kind);
	e.namespace_ = copy(a, e.namespace_);
	e.name = copy(a, e.name);
	e.text = copy(a, e.text);
	e.warning = copy(a, e.warning);
	e.notice = copy(a, e.notice);
	e.decided.file = copy(a, e.decided.file);
	e.templates = copy_texts(a, e.templates, e.n_templates);
	e.changes = copy_changes(a, e.changes, e.n_changes);
	e.containers = copy_containers(a, e.containers, e.n_containers);
	return e;
}

/* ---- the queue ---- */

void queue_add_keyed(struct event_queue *q, const struct injector_event *event,
		     uint64_t mark, const struct event_keys *keys)
{
	struct queued_event *new = arena_new(&q->arena, struct queued_event);

	new->event = copy_event(&q->arena, event);
	new->mark = mark;
	new->keyed = keys;
	if (keys)
		new->keys = *keys;
	if (q->last)
		q->last->next = new;
	else
		q->first = new;
	q->last = new;
}

void queue_add(struct event_queue *q, const struct injector_event *event,
	       uint64_t mark)
{
	queue_add_keyed(q, event, mark, NULL);
}

/* Move what is left to the other arena, so that this one can be reset.  That
 * is little: the events of one document. */
static void compact(struct event_queue *q)
{
	const struct queued_event *left = q->first;
	struct arena old = q->arena;

	q->arena = q->spare;
	q->first = q->last = NULL;
	for (; left; left = left->next)
		queue_add(q, &left->event, left->mark);
	arena_reset(&old);
	q->spare = old;
}

void queue_report(struct event_queue *q, uint64_t mark,
		  injector_report_fn *report, void *ctx)
{
	if (!q->first || q->first->mark > mark)
		return;
	for (; q->first && q->first->mark <= mark; q->first = q->first->next)
		report(ctx, &q->first->event);
	compact(q);
}

void queue_take(struct event_queue *q, uint64_t mark, queue_take_fn *take,
		void *ctx)
{
	for (; q->first && q->first->mark <= mark; q->first = q->first->next)
		take(ctx, &q->first->event,
		     q->first->keyed ? &q->first->keys : NULL);
	if (!q->first)
		q->last = NULL;
}

void queue_report_unwritten(struct event_queue *q, injector_report_fn *report,
			    void *ctx)
{
	for (; q->first; q->first = q->first->next)
		if (!event_needs_writing(&q->first->event))
			report(ctx, &q->first->event);
	compact(q);
}

void queue_clear(struct event_queue *q)
{
	arena_reset(&q->arena);
	q->first = q->last = NULL;
}

struct queued_event *queue_end(struct event_queue *q)
{
	return q->last;
}

void queue_forget(struct event_queue *q, struct queued_event *end)
{
	struct queued_event **next = end ? &end->next : &q->first;

	q->last = end;
	while (*next) {
		if ((*next)->event.outcome == INJECTOR_WARNING) {
			q->last = *next;
			next = &(*next)->next;
		} else {
			*next = (*next)->next;
		}
	}
}

size_t queue_size(const struct event_queue *q)
{
	return q->first ? q->arena.used : 0;
}

void queue_release(struct event_queue *q)
{
	arena_release(&q->arena);
	arena_release(&q->spare);
}

#include "engine/run.h"

void batch_init(struct injector_batch *b)
{
	uint32_t n = b->injector->filter.n;

	b->namespaces = (struct namespaces)NAMESPACES_INIT(&b->arena);
	b->warned = (struct warned)WARNED_INIT;
	b->matched = arena_zalloc_array(&b->arena, n, sizeof(*b->matched));
}

/* Where warnings go at the end of a batch. */
struct ending {
	const struct injector *injector;
	injector_report_fn *report;
	void *ctx;
};

static void warn(void *ctx, enum warning which, struct pos pos,
		 const char *text)
{
	const struct ending *ending = ctx;
	const struct injector_event event = {
		.outcome = INJECTOR_WARNING,
		.file = pos.file,
		.line = pos.line,
		.column = pos.column,
		.text = text,
		.warning = warn_table[which].name,
	};

	if (!warn_has(ending->injector->warnings_off, which))
		ending->report(ending->ctx, &event);
}

/* Patterns that matched no workload of the batch. */
static void warn_unmatched(const struct injector_batch *b,
			   struct ending *ending)
{
	const struct object_filter *filter = &b->injector->filter;
	struct buf text = BUF_INIT;

	for (uint32_t i = 0; i < filter->n; i++) {
		if (b->matched[i])
			continue;
		buf_clear(&text);
		buf_printf(&text, "%s %s: no workload matches",
			   filter_options[filter->rules[i].sort],
			   filter->rules[i].text);
		warn(ending, WARN_NO_MATCH, POS_NONE, buf_z(&text));
	}
	buf_release(&text);
}

void batch_report(const struct injector_batch *b, injector_report_fn *report,
		  void *ctx)
{
	struct ending ending = { b->injector, report, ctx };

	warn_unmatched(b, &ending);
	namespaces_end(&b->namespaces, warn, &ending);
}

void batch_release(struct injector_batch *b)
{
	warned_release(&b->warned);
	arena_release(&b->arena);
}

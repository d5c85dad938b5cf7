/*
 * GitLab's Code Quality report: a JSON array of issues (docs.gitlab.com, "Code
 * Quality report format").
 *
 * GitLab compares issues of two branches by their fingerprints.  So those of
 * an object do not count its line, and stay the same when something above it
 * is changed; others are told apart by their place.
 */
#include "report/writer.h"

#include <stdlib.h>

/* FNV-1a; the byte between two texts is none that UTF-8 has. */
static uint64_t hash(uint64_t h, const char *text)
{
	for (; text && *text; text++)
		h = hash64_add(h, (unsigned char)*text);
	return hash64_add(h, 0xff);
}

static uint64_t fingerprint(const struct injector_event *event,
			    const char *check, const char *text)
{
	uint64_t h = hash(hash(HASH64, check), event->file);

	if (event->kind) {
		h = hash(hash(h, event->kind), event->namespace_);
		h = hash(h, event->name);
	} else {
		h = hash64_add(h, event->line);
		h = hash64_add(h, event->column);
	}
	return hash(h, text);
}

/* GitLab wants paths from the repository's root. */
static const char *path_of(const struct injector_event *event)
{
	const char *path = or_else(event->file, "injector");

	while (path[0] == '.' && path[1] == '/')
		path += 2;
	return path;
}

static void gitlab_begin(struct report *r)
{
	buf_addc(&r->out, '[');
}

static void gitlab_event(struct report *r, const struct injector_event *event)
{
	const char *check = or_else(event->warning, report_outcome(r, event));
	bool fails = report_fails(r, event);
	struct buf text = BUF_INIT;
	struct buf *b = &r->out;

	if (!fails && event->outcome != INJECTOR_WARNING)
		return;
	report_add_message(&text, r, event);
	buf_printf(b, "%s\n{\"description\":", r->any ? "," : "");
	r->any = true;
	report_add_json(b, buf_z(&text));
	buf_addz(b, ",\"check_name\":");
	report_add_json(b, check);
	buf_printf(b, ",\"fingerprint\":\"%016llx\"", (unsigned long long)
		   fingerprint(event, check, buf_z(&text)));
	buf_printf(b, ",\"severity\":\"%s\"", fails ? "major" : "minor");
	buf_addz(b, ",\"location\":{\"path\":");
	report_add_json(b, path_of(event));
	buf_printf(b, ",\"lines\":{\"begin\":%u}}}",
		   event->line ? event->line : 1);
	buf_release(&text);
}

static void gitlab_end(struct report *r)
{
	buf_addz(&r->out, "\n]\n");
}

const struct report_format report_gitlab = {
	"gitlab", gitlab_begin, gitlab_event, gitlab_end,
};

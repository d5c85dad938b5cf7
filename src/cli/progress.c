#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"

enum { FIRST = 1000, AGAIN = 100 };	/* milliseconds */

static uint64_t now(void)
{
	struct timespec t = { .tv_sec = 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/* Do manifests, differences or a report go to the terminal, too? */
static bool is_in_the_way(const struct options *o)
{
	bool silent = o->output || (o->write && !o->diff);

	return (o->report && !o->report_file) ||
	       (!silent && isatty(STDOUT_FILENO));
}

void progress_begin(struct progress *p, const struct options *o)
{
	const char *term = getenv("TERM");

	*p = (struct progress){
		.wanted = !o->quiet && isatty(STDERR_FILENO) &&
			  !is_in_the_way(o) && !is_set("CI") &&
			  !(term && strcmp(term, "dumb") == 0),
	};
	if (p->wanted)
		p->next = now() + FIRST;
}

void progress_files(struct progress *p, size_t n)
{
	p->n_files = n;
}

/* The cursor to the first column, what stands there erased. */
#define ERASE "\r\033[K"

static void show(struct progress *p)
{
	struct buf b = BUF_INIT;
	uint64_t time;

	if (!p->wanted)
		return;
	time = now();
	if (time < p->next)
		return;
	if (p->n_files > 1)
		buf_printf(&b, ERASE "injector: %zu of %zu files", p->files,
			   p->n_files);
	else
		buf_printf(&b, ERASE "injector: %.1f MiB",
			   (double)p->bytes / (1 << 20));
	(void)io_write(STDERR_FILENO, b.p, b.n);
	buf_release(&b);
	p->shown = true;
	p->next = time + AGAIN;
}

void progress_read(struct progress *p, size_t bytes)
{
	p->bytes += bytes;
	show(p);
}

void progress_file_done(struct progress *p)
{
	p->files++;
	show(p);
}

void progress_hide(struct progress *p)
{
	const str erase = STR(ERASE);

	if (p->shown)
		(void)io_write(STDERR_FILENO, erase.p, erase.n);
	p->shown = false;
}

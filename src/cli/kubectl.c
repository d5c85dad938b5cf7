#include "cli/kubectl.h"

#include <string.h>

#include "cli/child.h"

/* A ConfigMap has at most 1 MiB; in JSON it may be six times that. */
#define OUTPUT_MAX ((size_t)16 << 20)
/* How much of its complaints goes into a message. */
#define COMPLAINT_MAX 600

static void add_command(struct buf *b, const char *const *argv)
{
	for (size_t i = 0; argv[i]; i++)
		buf_printf(b, "%s%s", i ? " " : "", argv[i]);
}

/* A line of its log, "E1123 04:05:45.730910 ...", which repeats in more words
 * what it says at the end. */
static bool is_log(str line)
{
	return line.n > 5 && memchr("EWIF", *line.p, 4) &&
	       strspn(line.p + 1, "0123456789") == 4;
}

static void add_lines(struct buf *b, struct buf *said, bool log)
{
	str line, rest = { buf_z(said), said->n };

	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (!line.n || is_log(line) != log)
			continue;
		if (b->n)
			buf_addz(b, "; ");
		buf_adds(b, line);
	}
}

/* Its lines in one, or the end of them; those of its log where there is
 * nothing else. */
static void add_complaint(struct buf *b, struct buf *said)
{
	struct buf lines = BUF_INIT;

	add_lines(&lines, said, false);
	if (!lines.n)
		add_lines(&lines, said, true);
	if (lines.n > COMPLAINT_MAX) {
		buf_drop(&lines, lines.n - COMPLAINT_MAX);
		memcpy(lines.p, "...", 3);
	}
	if (lines.n)
		buf_printf(b, ": %s", buf_z(&lines));
	buf_release(&lines);
}

static int fail(const char *const *argv, struct buf *why, struct err *e)
{
	struct buf command = BUF_INIT;

	add_command(&command, argv);
	err_set(e, POS_NONE, "%s: %s", buf_z(&command), buf_z(why));
	buf_release(&command);
	buf_release(why);
	return -1;
}

static int not_started(const char *const *argv, int why, struct err *e)
{
	return err_set(e, POS_NONE, "cannot run %s, which is what asks the "
		       "cluster: %s", argv[0], strerror(why));
}

int kubectl_run(const char *const *argv, uint64_t timeout, struct buf *out,
		struct err *e)
{
	const struct child_limits limits = { timeout, OUTPUT_MAX };
	struct buf said = BUF_INIT, why = BUF_INIT;
	int code;
	enum child_end end = child_run(argv, &limits, out, &said, &code);

	switch (end) {
	case CHILD_DONE:
	case CHILD_NOT_STARTED:
		break;
	case CHILD_FAILED:
		buf_printf(&why, "exit status %d", code);
		break;
	case CHILD_KILLED:
		buf_printf(&why, "killed by signal %d", code);
		break;
	case CHILD_TOO_SLOW:
		buf_printf(&why, "no answer in %g s (--kubeclient-timeout)",
			   (double)timeout / 1000);
		break;
	case CHILD_SAID_TOO_MUCH:
		buf_printf(&why, "answered with more than %zu bytes",
			   OUTPUT_MAX);
		break;
	}
	add_complaint(&why, &said);
	buf_release(&said);
	if (end == CHILD_DONE || end == CHILD_NOT_STARTED)
		buf_release(&why);
	if (end == CHILD_NOT_STARTED)
		return not_started(argv, code, e);
	return end == CHILD_DONE ? 0 : fail(argv, &why, e);
}

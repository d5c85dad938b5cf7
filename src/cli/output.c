/*
 * The library knows that a write failed, but reports it under the name of the
 * input; what failed is remembered here, so that the message names the output.
 */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/say.h"

int output_open(struct output *out, const char *path, struct err *e)
{
	*out = (struct output){
		.name = path ? path : "<stdout>",
		.to_file = path != NULL,
		.fd = STDOUT_FILENO,
		.join = JOIN_INIT,
	};
	if (!path)
		return 0;
	if (interrupt_replace(&out->file, path, NULL, e) < 0)
		return -1;
	out->fd = out->file.fd;
	return 0;
}

void output_next_file(struct output *out)
{
	out->file_begins = true;
}

static int put(struct output *out, str bytes)
{
	if (io_write(out->fd, bytes.p, bytes.n) < 0) {
		out->why = errno;
		return -1;
	}
	join_wrote(&out->join, bytes);
	return 0;
}

int output_write(void *ctx, const void *p, size_t n)
{
	struct output *out = ctx;
	str bytes = { p, n };

	if (out->file_begins && n) {
		out->file_begins = false;
		if (put(out, join_between(&out->join, &bytes)) < 0)
			return -1;
	}
	return put(out, bytes);
}

enum status output_failed(const struct output *out)
{
	char text[160];

	if (out->why == EPIPE)
		return STATUS_PIPE;
	snprintf(text, sizeof(text), "cannot write: %s", strerror(out->why));
	return say_error(out->name, 0, 0, text);
}

int output_commit(struct output *out, struct err *e)
{
	return out->to_file ? interrupt_commit(&out->file, e) : 0;
}

void output_abandon(struct output *out)
{
	if (out->to_file)
		interrupt_abandon(&out->file);
}

/*
 * start - what both programs do before and after their work.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/os.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/output.h"

struct program_call {
	const struct options *initial;
	enum status (*run)(const struct options *o);
	int argc;
	char **argv;
	enum status status;
};

/* Messages are made in memory, of which there is none. */
static void out_of_memory(void *ctx)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%s: out of memory\n",
			 messages_program());

	(void)ctx;
	(void)io_write(STDERR_FILENO, line, (size_t)n);
	interrupt_tidy();
}

static void run_program(void *ctx)
{
	struct program_call *p = ctx;
	struct options o = *p->initial;
	struct mem_cleanup cleanup;
	enum status status;

	mem_defer(&cleanup, out_of_memory, NULL);
	status = options_parse(&o, p->argc, p->argv);
	if (status == STATUS_DONE)
		status = p->run(&o);
	options_release(&o);
	mem_settle(&cleanup);
	p->status = status;
}

int start_program(const struct options *initial,
		  enum status (*run)(const struct options *o), int argc,
		  char **argv)
{
	struct program_call call = { initial, run, argc, argv, STATUS_FAILED };
	struct mem_pool pool = MEM_POOL_INIT;

	io_claim_standard();
	/* one file after another takes the same memory */
	os_keep_memory(1);
	/* A write to a closed pipe or connection must fail and not end the
	 * program, which may have a temporary file to remove, or others to
	 * serve. */
	signal(SIGPIPE, SIG_IGN);
	/* Nor must a write beyond the limit of a file's size (ulimit -f). */
	signal(SIGXFSZ, SIG_IGN);
	mem_protect(&pool, 0, run_program, &call);
	mem_pool_release(&pool);
	return (int)call.status;
}

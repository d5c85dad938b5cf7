/*
 * injector - put sidecars into Kubernetes manifests by editing their text.
 *
 * The command is a user of include/injector.h.  Only this folder prints, exits
 * or reads the command line.
 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "injector.h"

/* Prints without messages.h, which needs memory. */
static void out_of_memory(void *ctx)
{
	const str line = STR("injector: out of memory\n");

	(void)ctx;
	(void)io_write(STDERR_FILENO, line.p, line.n);
	interrupt_tidy();
}

static enum status run(const struct options *o)
{
	switch (o->command) {
	case COMMAND_HELP:
		return cmd_help(o);
	case COMMAND_VERSION:
		return cmd_version(o);
	case COMMAND_ADMIT:
		return cmd_admit(o);
	case COMMAND_CAPTURE:
		return cmd_capture(o);
	case COMMAND_CONFIG:
		return cmd_config(o);
	case COMMAND_LIST_TEMPLATES:
		return cmd_list_templates();
	case COMMAND_TEMPLATE:
		return cmd_template(o);
	case COMMAND_COMPLETION:
		return cmd_completion(o);
	case COMMAND_SERVE:
	case COMMAND_CERTS:
	case COMMAND_MANIFESTS:
		break;	/* of injector-webhook */
	case COMMAND_INJECT:
	case COMMAND_RENDER:
	case COMMAND_EXPLAIN:
	case COMMAND_UNINJECT:
		break;
	}
	return cmd_inject(o);
}

struct arguments {
	int argc;
	char **argv;
	enum status status;
};

static void run_program(void *ctx)
{
	struct arguments *p = ctx;
	struct options o = OPTIONS_INIT;
	struct mem_cleanup cleanup;
	enum status status;

	mem_defer(&cleanup, out_of_memory, NULL);
	status = options_parse(&o, p->argc, p->argv);
	if (status == STATUS_DONE)
		status = run(&o);
	options_release(&o);
	mem_settle(&cleanup);
	p->status = status;
}

/* kubectl runs a program of this name as `kubectl inject`. */
static bool is_kubectl_plugin(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;

	return program &&
	       strcmp(slash ? slash + 1 : program, "kubectl-inject") == 0;
}

int main(int argc, char **argv)
{
	struct arguments arguments = { argc, argv, STATUS_FAILED };
	struct mem_pool pool = MEM_POOL_INIT;

	io_claim_standard();
	/* A write to a closed pipe must fail and not end the program, which
	 * may have a temporary file to remove. */
	signal(SIGPIPE, SIG_IGN);
	if (is_kubectl_plugin(argv[0]))
		messages_begin("kubectl inject", NULL, NULL);
	mem_protect(&pool, 0, run_program, &arguments);
	mem_pool_release(&pool);
	return (int)arguments.status;
}

/*
 * injector - put sidecars into Kubernetes manifests by editing their text.
 *
 * The command is a user of include/injector.h.  Only this folder, and
 * src/webhook with its help, print, exit or read the command line.
 */
#include <stdbool.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/options.h"

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

/* kubectl runs a program of this name as `kubectl inject`. */
static bool is_kubectl_plugin(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;

	return program &&
	       strcmp(slash ? slash + 1 : program, "kubectl-inject") == 0;
}

int main(int argc, char **argv)
{
	const struct options initial = OPTIONS_INIT;

	if (is_kubectl_plugin(argv[0]))
		messages_begin("kubectl inject", NULL, NULL);
	return start_program(&initial, run, argc, argv);
}

/*
 * `injector capture`: a cluster's configuration as one file.
 */
#include "cli/cluster.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/say.h"

static enum status write_to(const struct options *o,
			    const struct injector_captured *captured)
{
	struct injector_error error = { .line = 0 };
	struct err e = ERR_INIT;
	struct output out;
	enum status status = STATUS_DONE;

	if (output_open(&out, o->output, &e) < 0)
		return say_err(&e);
	output_next_file(&out);
	if (injector_capture(captured, output_write, &out, &error) < 0)
		status = out.why ? output_failed(&out)
				 : say_error(error.file, error.line,
					     error.column, error.text);
	if (status != STATUS_DONE)
		output_abandon(&out);
	else if (output_commit(&out, &e) < 0)
		status = say_err(&e);
	return status;
}

enum status cmd_capture(const struct options *o)
{
	struct cluster c = CLUSTER_INIT;
	struct injector_captured captured;
	enum status status;

	if (o->files.n)
		return say_misuse("capture reads from a cluster, not from "
				  "files (`%s')", o->files.at[0]);
	status = cluster_load_all(&c, o);
	captured = cluster_captured(&c);
	if (status == STATUS_DONE)
		status = write_to(o, &captured);
	cluster_release(&c);
	return status;
}

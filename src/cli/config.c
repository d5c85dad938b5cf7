/*
 * `injector config`: every option that is in force, and who says so, in the
 * form of the project's file.
 */
#include "base/str.h"
#include "cli/commands.h"
#include "cli/say.h"
#include "project/find.h"
#include "project/show.h"

/* What an option is where nothing is said; NULL: nothing. */
static const char *initial(const struct project_option *o)
{
	if (strcmp(o->name, "max-document") == 0)
		return "256Mi";
	return o->shape == PROJECT_FLAG ? "false" : NULL;
}

enum status cmd_config(const struct options *o)
{
	struct buf b = BUF_INIT;
	enum status status;

	if (!o->project.n)
		buf_addz(&b, "# no " PROJECT_FILE_NAME "\n");
	for (size_t i = 0; i < o->known.n; i++) {
		const struct project_option *known = &o->known.at[i];

		if (known->shape && (!known->refused ||
				     project_last(&o->settings, i)))
			project_show(&b, &o->settings, &o->known, i,
				     initial(known));
	}
	status = say_out(buf_str(&b));
	buf_release(&b);
	return status;
}

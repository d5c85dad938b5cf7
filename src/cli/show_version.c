/*
 * `injector version`, `injector --version` and `injector-webhook --version`.
 * The first line of the text is only name and version.
 */
#include <string.h>

#include "base/str.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "injector.h"
#include "mesh/release.h"

#include "commit.inc"

static const char text[] =
"%s " INJECTOR_VERSION "\n"
"commit: " COMMIT "\n"
"Istio: 1.%d\n";

static const char json[] =
"{\"name\": \"%s\", \"version\": \"" INJECTOR_VERSION "\", "
"\"commit\": \"" COMMIT "\", \"istio\": \"1.%d\"}\n";

enum status cmd_version(const struct options *o)
{
	bool webhook = o->program == PROGRAM_WEBHOOK;
	bool as_json = o->output && strcmp(o->output, "json") == 0;
	struct buf b = BUF_INIT;
	enum status status;

	if (o->output && !as_json)
		return usage_error("the version cannot be written as \"%s\": "
				   "expected -o json", o->output);
	buf_printf(&b, as_json ? json : text,
		   webhook ? "injector-webhook" : "injector",
		   RELEASE_NEWEST.minor);
	status = print_stdout(buf_str(&b));
	buf_release(&b);
	return status;
}

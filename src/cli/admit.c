/*
 * `injector admit`: what the webhook would answer for one request or Pod, to
 * see why a rule does not do what it should.
 */
#include "cli/commands.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/input.h"
#include "cli/messages.h"
#include "cli/process.h"
#include "injector.h"

/* ---- the request ---- */

/* YAML or JSON as one line of JSON, freed with injector_free_text(): by an
 * injector that skips everything. */
static char *to_json(const struct injector_text *text,
		     struct injector_error *error)
{
	static const char *const all[] = { "*" };
	const struct injector_text none = { "none", "{}", 2 };
	const struct injector_options options = {
		.size = sizeof(options), .format = INJECTOR_JSON,
		.no_undo = true, .templates = &none, .n_templates = 1,
		.skip = all, .n_skip = 1,
	};
	struct injector *in = injector_new(&options, error);
	char *json = NULL;

	if (in && injector_inject_text(in, text, &json, NULL, NULL, NULL,
				       error))
		json = NULL;
	injector_free(in);
	return json;
}

/* A review as it is; any other object in a review of its creation. */
static void write_request(struct buf *b, const char *json)
{
	if (strstr(json, "\"kind\":\"AdmissionReview\"")) {
		buf_addz(b, json);
		return;
	}
	buf_printf(b, "{\"kind\":\"AdmissionReview\","
		   "\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{"
		   "\"uid\":\"\",\"kind\":{\"group\":\"\",\"version\":\"v1\","
		   "\"kind\":\"Pod\"},\"operation\":\"CREATE\","
		   "\"object\":%s}}", json);
}

/* ---- the answer ---- */

struct admission {
	const char *file;
	struct reporting *reporting;
	bool denied;
};

static void report(void *ctx, const struct injector_decision *d)
{
	struct admission *a = ctx;
	const struct injector_event event = {
		.outcome = d->outcome,
		.file = a->file,
		.kind = "Pod",
		.namespace_ = *d->namespace_ ? d->namespace_ : "default",
		.name = d->name,
		.text = d->reason,
	};

	a->denied = d->code == INJECTOR_INVALID;
	if (a->denied)
		(void)print_error(a->file, 0, 0, d->text);
	else if (d->code == INJECTOR_OK)
		reporting_event(a->reporting, &event);
}

static enum status answer(const struct injector *in, struct admission *a,
			  const char *json)
{
	const struct injector_admission admission = {
		.size = sizeof(admission),
		.name = a->file,
		.warnings = a->reporting->options->verbose,
		.decided = report,
		.ctx = a,
	};
	struct buf request = BUF_INIT, line = BUF_INIT;
	struct injector_error error;
	char *text;
	enum status status;

	write_request(&request, json);
	if (injector_admit(in, request.p, request.n, &admission, &text, NULL,
			   &error)) {
		/* places are those of the line of JSON */
		status = print_error(a->file, 0, 0, error.text);
	} else {
		buf_printf(&line, "%s\n", text);
		status = print_stdout(buf_str(&line));
		if (status == STATUS_DONE && a->denied)
			status = STATUS_FINDING;
		injector_free_text(text);
	}
	buf_release(&request);
	buf_release(&line);
	return status;
}

static enum status admit_input(const struct injector *in, struct input *input,
			       struct reporting *reporting)
{
	const struct injector_text text = {
		input->name, input->head.p, input->head.n,
	};
	struct admission a = { input->name, reporting, false };
	struct injector_error error;
	char *json = to_json(&text, &error);
	enum status status;

	if (!json)
		return print_error(error.file, error.line, error.column,
				   error.text);
	if (!*json || strchr(json, '\n') != json + strlen(json) - 1)
		status = print_error(input->name, 0, 0, "expected one "
			"AdmissionReview or Pod; give each in a file of its "
			"own");
	else
		status = answer(in, &a, json);
	injector_free_text(json);
	return status;
}

static enum status admit(const struct options *o, struct reporting *reporting)
{
	const char *word = o->files.n ? o->files.at[0] : "-";
	struct handles handles;
	struct input input;
	struct err e = ERR_INIT;
	enum status status = handles_begin(&handles, o, reporting);

	if (status == STATUS_DONE) {
		handles_tell_rules(reporting, &handles.main);
		if (input_open(&input, word, o, &e) < 0 ||
		    input_read_all(&input, &e) < 0)
			status = print_err(&e);
		else
			status = admit_input(handles.main.injector, &input,
					     reporting);
		input_close(&input);
	}
	handles_end(&handles, false);
	return status;
}

enum status cmd_admit(const struct options *o)
{
	struct reporting reporting;
	struct progress progress;
	enum status status = handles_check_options(o);

	if (status != STATUS_DONE)
		return status;
	if (o->files.n > 1)
		return usage_error("admit takes one file (found also \"%s\")",
				   o->files.at[1]);
	if (!o->files.n && isatty(STDIN_FILENO))
		return usage_error("no file given, and stdin is a terminal; "
				   "use -f - to read it anyway");
	progress_begin(&progress, o);
	status = reporting_open(&reporting, o, &progress);
	if (status != STATUS_DONE)
		return status;
	return reporting_close(&reporting, admit(o, &reporting));
}

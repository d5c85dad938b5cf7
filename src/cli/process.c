/*
 * run_* are the callbacks of an injector_stream; their ctx is the struct run.
 */
#include "cli/process.h"

#include "files/chart.h"

static int64_t run_read(void *ctx, void *p, size_t n)
{
	const struct run *run = ctx;
	int64_t got = input_read(run->input, p, n);

	if (got > 0)
		progress_read(run->session->reporting->progress, (size_t)got);
	return got;
}

static int run_write(void *ctx, const void *p, size_t n)
{
	const struct run *run = ctx;

	return run->write(run->to, p, n);
}

static void run_report(void *ctx, const struct injector_event *event)
{
	reporting_event(((const struct run *)ctx)->session->reporting, event);
}

int run_discard(void *to, const void *p, size_t n)
{
	(void)to;
	(void)p;
	(void)n;
	return 0;
}

/* Can it be read and edited? */
static bool is_manifest(const struct run *run)
{
	const struct injector_stream stream = {
		.size = sizeof(stream),
		.name = run->input->name,
		.read = run_read,
		.write = run_discard,
		.ctx = (void *)(uintptr_t)run,
	};
	bool is = injector_run(run->session->injector, &stream, NULL) == 0;

	run->input->at = 0;
	return is;
}

static bool is_chart_template(const struct run *run, uint32_t *line)
{
	str text = buf_str(&run->input->head);

	if (!run->input->whole || !chart_is_template(text, false, line))
		return false;
	return chart_is_template(text, true, line) || !is_manifest(run);
}

enum run_end run_input(const struct run *run, struct injector_error *error)
{
	const struct injector_stream stream = {
		.size = sizeof(stream),
		.name = run->input->name,
		.read = run_read,
		.write = run_write,
		.report = run_report,
		.ctx = (void *)(uintptr_t)run,
	};
	struct injector_event skipped = {
		.outcome = INJECTOR_WARNING,
		.file = run->input->name,
		.text = "skipped: looks like a Helm template ({{ outside "
			"quotes); pipe the output of `helm template` instead",
	};

	if (is_chart_template(run, &skipped.line)) {
		run_report((void *)(uintptr_t)run, &skipped);
		return RUN_SKIPPED;
	}
	if (injector_batch_run(run->session->batch, &stream, error) < 0)
		return RUN_FAILED;
	return RUN_DONE;
}

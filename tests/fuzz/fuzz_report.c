/*
 * report: events of any bytes.  The input is cut at NULs into the texts of the
 * events, in turn; the first byte of each event says what it is.
 *
 *   - json and gitlab are JSON arrays, sarif is a JSON object;
 *   - junit is well-formed XML;
 *   - github is lines that are commands, text, line and markdown have no
 *     control characters, and rows of markdown have four columns.
 */
#include <stdlib.h>

#include "../xml.h"
#include "json/scan.h"
#include "report/report.h"

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

static int take(void *ctx, const void *p, size_t n)
{
	buf_add(ctx, p, n);
	return 0;
}

/* The next text of the input, which ends with a NUL. */
static const char *next_text(str *rest)
{
	const char *text = rest->p;

	*rest = str_sub(*rest, str_find(*rest, 0, '\0') + 1, rest->n);
	return text;
}

/* False at the end. */
static bool next_event(str *rest, struct injector_event *event,
		       struct injector_change *change,
		       const char **template)
{
	unsigned char what;

	if (!rest->n)
		return false;
	what = (unsigned char)*rest->p;
	*rest = str_sub(*rest, 1, rest->n);
	*event = (struct injector_event){
		.outcome = what % (INJECTOR_ERROR + 1),
		.line = what >> 4,
		.column = what >> 5,
		.file = rest->n ? next_text(rest) : NULL,
		.kind = what & 8 && rest->n ? next_text(rest) : NULL,
	};
	if (rest->n)
		event->namespace_ = event->name = next_text(rest);
	if (rest->n)
		event->text = event->warning = next_text(rest);
	if (event->outcome != INJECTOR_INJECTED || !rest->n)
		return true;
	*template = next_text(rest);
	*change = (struct injector_change){
		.part = what % (INJECTOR_FIELD + 1),
		.action = what % (INJECTOR_REMOVED + 1),
		.pod = what & 1,
		.name = *template,
		.to = *template,
		.container = event->name,
	};
	event->templates = template;
	event->changes = change;
	event->n_templates = event->n_changes = 1;
	return true;
}

static void make_report(struct buf *out, const char *format, str input)
{
	const struct report_options options = {
		.format = format,
		.verbose = true,
		.check = input.n % 2,
		.write = take,
		.ctx = out,
	};
	struct report *r = report_new(&options);
	struct injector_event event;
	struct injector_change change;
	const char *template;

	buf_clear(out);
	while (next_event(&input, &event, &change, &template))
		report_event(r, &event);
	MUST(report_end(r) == 0);
}

static void must_be_json(str text, enum node_kind kind)
{
	struct arena a = ARENA_INIT;
	const struct source source = SOURCE_JSON("report", text);
	const struct node *root;

	MUST(!json_scan(&a, &source, 0, &root, NULL));
	MUST(root->kind == kind);
	arena_release(&a);
}

static void must_be_lines(str text, bool commands)
{
	str line;

	MUST(!text.n || text.p[text.n - 1] == '\n');
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		MUST(!commands || str_starts(line, STR("::error")) ||
		     str_starts(line, STR("::warning")));
		for (size_t i = 0; i < line.n; i++)
			MUST((unsigned char)line.p[i] >= ' ');
	}
}

static void must_be_table(str text)
{
	str line;

	while (text.n) {
		size_t bars = 0;

		str_cut(text, '\n', &line, &text);
		for (size_t i = 0; i < line.n; i++)
			bars += line.p[i] == '|';
		MUST(bars == 0 || (bars == 5 && line.p[0] == '|'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf copy = BUF_INIT, out = BUF_INIT;
	unsigned cases;
	str input;

	buf_add(&copy, data, size);
	buf_addc(&copy, '\0');
	input = (str){ copy.p, size };
	make_report(&out, "json", input);
	must_be_json(buf_str(&out), NODE_LIST);
	make_report(&out, "gitlab", input);
	must_be_json(buf_str(&out), NODE_LIST);
	make_report(&out, "sarif", input);
	must_be_json(buf_str(&out), NODE_MAP);
	make_report(&out, "markdown", input);
	must_be_lines(buf_str(&out), false);
	must_be_table(buf_str(&out));
	make_report(&out, "line", input);
	must_be_lines(buf_str(&out), false);
	make_report(&out, "junit", input);
	MUST(xml_is_sound(buf_str(&out), "testcase", &cases));
	make_report(&out, "github", input);
	must_be_lines(buf_str(&out), true);
	make_report(&out, "text", input);
	must_be_lines(buf_str(&out), false);
	buf_release(&copy);
	buf_release(&out);
	return 0;
}

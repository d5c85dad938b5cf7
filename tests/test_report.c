/*
 * report: each format is well-formed whatever the texts of the events are, and
 * complete.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/io.h"
#include "json/scan.h"
#include "json_schema.h"
#include "report/report.h"
#include "xml.h"

static struct arena arena = ARENA_INIT;

struct sink {
	struct buf text;
	unsigned writes;
	int error;		/* errno of every write; 0: none fails */
};

static int take(void *ctx, const void *p, size_t n)
{
	struct sink *w = ctx;

	w->writes++;
	if (w->error) {
		errno = w->error;
		return -1;
	}
	buf_add(&w->text, p, n);
	return 0;
}

static void fix(void *ctx, struct buf *b, const char *file)
{
	(void)ctx;
	buf_printf(b, "fix %s", file ? file : "all");
}

static struct report *open_report(const char *format, bool check,
				  struct sink *w)
{
	const struct report_options options = {
		.format = format, .check = check, .write = take, .fix = fix,
		.ctx = w,
	};

	*w = (struct sink){ .text = BUF_INIT };
	return report_new(&options);
}

/* The report of some events in a format. */
static str report_of(const char *format, bool check,
		     const struct injector_event *events, size_t n)
{
	struct sink w;
	struct report *r = open_report(format, check, &w);
	str text;

	ck_assert_ptr_nonnull(r);
	for (size_t i = 0; i < n; i++)
		report_event(r, &events[i]);
	ck_assert_int_eq(report_end(r), 0);
	text = arena_str(&arena, buf_str(&w.text));
	buf_release(&w.text);
	return text;
}

static const struct node *json_of(str text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root;

	*source = (struct source)SOURCE_JSON("report", text);
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %s",
		      e.text, text.p);
	return root;
}

static void keeps_to(const char *schema, const struct node *report)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct json_schema s = { .err = &e };

	ck_assert_int_eq(io_slurp(schema, &text, &e), 0);
	s.root = json_of(arena_str(&arena, buf_str(&text)));
	buf_release(&text);
	ck_assert_msg(json_schema_holds(&s, s.root, report), "%u: %s",
		      e.pos.line, e.text);
}

static void keeps_to_schema(const struct node *report)
{
	keeps_to("docs/report.schema.json", report);
}

/* ---- texts that nobody would write ---- */

#define NASTY \
	"a\x01\n\r\t\"<&>]]>'%:,\\\x7f\xc2\x85\xff\xef\xbf\xbf" \
	"\xf0\x9f\x98\x80::"

static const char *const nasty_templates[] = { NASTY, "" };

static const struct injector_change nasty_changes[] = {
	{ .part = INJECTOR_CONTAINER, .action = INJECTOR_ADDED, .name = NASTY,
	  .to = NASTY },
	{ .part = INJECTOR_PROBE, .action = INJECTOR_CHANGED, .pod = 1,
	  .container = NASTY, .name = NASTY, .from = NASTY, .to = "",
	  .place = { NASTY, 4, 5 } },
	{ .part = INJECTOR_FIELD, .action = INJECTOR_REMOVED, .pod = 1,
	  .name = "" },
};

static const struct injector_mount nasty_mounts[] = {
	{ NASTY, true }, { "", false }, { NASTY NASTY, false },
};

static const struct injector_container nasty_containers[] = {
	{ .name = NASTY, .ports = NASTY, .probes = NASTY,
	  .mounts = nasty_mounts, .n_mounts = 3 },
	{ .pod = 1, .name = "", .init = true, .ports = "", .probes = "",
	  .mounts = nasty_mounts, .n_mounts = 3 },
	{ .pod = 1, .name = NASTY NASTY NASTY, .init = true, .native = true,
	  .ports = NASTY NASTY NASTY, .probes = NASTY NASTY NASTY,
	  .mounts = nasty_mounts, .n_mounts = 3 },
};

#define NASTY_OBJECT(what) { \
	.outcome = (what), .file = NASTY, .line = 3, .column = 2, \
	.kind = NASTY, .namespace_ = NASTY, .name = NASTY, .text = NASTY, \
	.decided = { NASTY, 7, 1 }, .templates = nasty_templates, \
	.n_templates = 2, .changes = nasty_changes, .n_changes = 3, \
	.containers = nasty_containers, .n_containers = 3, \
}

static const struct injector_event nasty[] = {
	{ .outcome = INJECTOR_WARNING, .file = NASTY, .text = NASTY,
	  .warning = NASTY },
	{ .outcome = INJECTOR_WARNING, .file = NASTY, .line = 1, .column = 1,
	  .kind = NASTY, .name = "", .text = NASTY },
	NASTY_OBJECT(INJECTOR_INJECTED),
	NASTY_OBJECT(INJECTOR_UNCHANGED),
	NASTY_OBJECT(INJECTOR_SKIPPED),
	{ .outcome = INJECTOR_ERROR, .file = "", .text = NASTY },
	{ .outcome = INJECTOR_WARNING, .text = NULL },
};

#define N_NASTY ARRAY_SIZE(nasty)

START_TEST(test_json)
{
	const struct node *report = json_of(report_of("json", _i, nasty,
						      N_NASTY));

	ck_assert_uint_eq(report->n, N_NASTY);
	keeps_to_schema(report);
	keeps_to_schema(json_of(report_of("json", _i, NULL, 0)));
}
END_TEST

/* Only what RFC 3986 allows in a path, or a scheme before it. */
static bool is_uri(str uri)
{
	for (size_t i = 0; i < uri.n; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			    "wxyz0123456789-._~/%:", uri.p[i]))
			return false;
	return uri.n > 0;
}

static bool has_rule(const struct node *run, const struct node *id)
{
	const struct node *rules = node_find(run, "tool.driver.rules");

	for (uint32_t i = 0; i < rules->n; i++)
		if (node_equal(node_get(rules->items[i], STR("id")), id))
			return true;
	return false;
}

START_TEST(test_sarif)
{
	const struct node *log = json_of(report_of("sarif", _i, nasty,
						   N_NASTY));
	const struct node *run = node_get(log, STR("runs"))->items[0];
	const struct node *results = node_get(run, STR("results"));
	const struct node *notes = node_get(run, STR("invocations"));

	keeps_to("tests/sarif.schema.json", log);
	ck_assert_uint_eq(results->n, _i ? 3 : 2);
	for (uint32_t i = 0; i < results->n; i++) {
		const struct node *places = node_get(results->items[i],
						     STR("locations"));
		const struct node *uri = node_find(places->items[0],
			"physicalLocation.artifactLocation.uri");

		ck_assert(is_uri(node_string(uri)));
	}
	/* what is about no file */
	notes = node_get(notes->items[0], STR("toolExecutionNotifications"));
	ck_assert_uint_eq(notes->n, 2);
	keeps_to("tests/sarif.schema.json",
		 json_of(report_of("sarif", _i, NULL, 0)));
}
END_TEST

START_TEST(test_sarif_rules)
{
	const struct injector_event found[] = {
		{ .outcome = INJECTOR_WARNING, .file = "a.yaml", .line = 1,
		  .text = "x", .warning = "job-sidecar" },
		{ .outcome = INJECTOR_WARNING, .file = "/a b.yaml",
		  .text = "no manifests" },
		{ .outcome = INJECTOR_ERROR, .file = "https://x/a",
		  .text = "x" },
		{ .outcome = INJECTOR_UNINJECTED, .file = "./a:b.yaml",
		  .line = 2, .kind = "Pod", .name = "p" },
	};
	static const char *const uris[] = {
		"a.yaml", "file:///a%20b.yaml", "https://x/a", "a%3Ab.yaml",
	};
	const struct node *log = json_of(report_of("sarif", true, found, 4));
	const struct node *run = node_get(log, STR("runs"))->items[0];
	const struct node *results = node_get(run, STR("results"));

	ck_assert_uint_eq(results->n, 4);
	for (uint32_t i = 0; i < 4; i++) {
		const struct node *one = results->items[i];
		const struct node *place = node_get(one, STR("locations"));
		const struct node *artifact = node_find(place->items[0],
			"physicalLocation.artifactLocation");

		ck_assert(has_rule(run, node_get(one, STR("ruleId"))));
		ck_assert(str_eq(node_string(node_get(artifact, STR("uri"))),
				 str_of(uris[i])));
		ck_assert_int_eq(node_get(artifact, STR("uriBaseId")) != NULL,
				 i == 0 || i == 3);
	}
}
END_TEST

/* Outside of code, nothing that GitHub would make a link of. */
static bool has_link(str text)
{
	for (size_t i = 0; i + 1 < text.n; i++) {
		str rest = str_sub(text, i + 1, text.n);

		if (strchr("@#", text.p[i]) &&
		    !str_starts(rest, STR("<!-- -->")))
			return true;
		if (str_starts(str_sub(text, i, text.n), STR("://")))
			return true;
	}
	return false;
}

/* The table has four columns whatever is in it, and no other tags than its own.
 */
START_TEST(test_markdown)
{
	str text = report_of("markdown", _i, nasty, N_NASTY);
	str line, rest = text;
	unsigned rows = 0;

	ck_assert(str_starts(text, STR("### injector: 3 workloads: 1 ")));
	while (rest.n) {
		unsigned bars = 0;

		str_cut(rest, '\n', &line, &rest);
		for (size_t i = 0; i < line.n; i++) {
			str tag = str_sub(line, i, line.n);

			ck_assert((unsigned char)line.p[i] >= ' ');
			bars += line.p[i] == '|';
			ck_assert(line.p[i] != '<' ||
				  str_starts(tag, STR("<code>")) ||
				  str_starts(tag, STR("</code>")) ||
				  str_starts(tag, STR("<!-- -->")));
		}
		ck_assert_uint_eq(bars, line.p[0] == '|' ? 5 : 0);
		rows += bars == 5;
	}
	/* an unchanged workload is only counted */
	ck_assert_uint_eq(rows, 2 + N_NASTY - 1);
}
END_TEST

START_TEST(test_markdown_links)
{
	const struct injector_event mention = {
		.outcome = INJECTOR_WARNING, .file = "a.yaml",
		.text = "@octocat fixes #12, see https://x.example and "
			"www.x.example",
	};
	str text = report_of("markdown", false, &mention, 1);
	size_t row = str_find(text, 0, '@');

	ck_assert(!has_link(str_sub(text, row, text.n)));
	ck_assert_ptr_null(strstr(text.p, "www.x"));
}
END_TEST

static str with_diffs(const char *format, unsigned n, const char *diff)
{
	struct sink w;
	struct report *r = open_report(format, true, &w);
	str text;

	for (unsigned i = 0; i < n; i++)
		report_diff(r, "a<b.yaml", str_of(diff));
	ck_assert_int_eq(report_end(r), 0);
	text = arena_str(&arena, buf_str(&w.text));
	buf_release(&w.text);
	return text;
}

/* A fence that is longer than any in the text; and an end to it all. */
START_TEST(test_diffs)
{
	str text = with_diffs("markdown", 1, "+a\tb\n+````\x01\n");
	struct buf large = BUF_INIT;

	ck_assert_str_eq(strstr(text.p, "<details>"),
			 "<details><summary><code>a&#60;b.yaml</code>"
			 "</summary>\n\n`````diff\n+a      b\n+````\\x01\n"
			 "`````\n\n</details>\n\n");
	buf_fill(&large, 'x', 200000);
	text = with_diffs("markdown", 9, buf_z(&large));
	ck_assert_uint_lt(text.n, 1 << 20);
	ck_assert_ptr_nonnull(strstr(text.p, "\n7 more differences are left "
					     "out.\n"));
	buf_release(&large);
	keeps_to_schema(json_of(with_diffs("json", 2, "+\n")));
	ck_assert_str_eq(with_diffs("text", 1, "+\n").p, "+\n");
	ck_assert_str_eq(with_diffs("github", 1, "+\n").p, "");
}
END_TEST

START_TEST(test_rows_left_out)
{
	struct sink w;
	struct report *r = open_report("markdown", true, &w);

	for (int i = 0; i < 9000; i++)
		report_event(r, &nasty[2]);
	ck_assert_int_eq(report_end(r), 0);
	buf_z(&w.text);
	ck_assert_uint_lt(w.text.n, 1 << 20);
	ck_assert_ptr_nonnull(strstr(w.text.p, " more rows are left out.\n"));
	buf_release(&w.text);
}
END_TEST

START_TEST(test_gitlab)
{
	const struct node *report = json_of(report_of("gitlab", _i, nasty,
						      N_NASTY));

	ck_assert_uint_eq(report->n, _i ? 5 : 4);
	for (uint32_t i = 0; i < report->n; i++) {
		const struct node *issue = report->items[i];
		const struct node *begin = node_find(issue,
						     "location.lines.begin");
		int64_t line = 0;

		ck_assert(scalar_int64(begin, &line));
		ck_assert_int_ge(line, 1);
		ck_assert(node_string(node_get(issue, STR("fingerprint"))).n);
	}
}
END_TEST

START_TEST(test_junit)
{
	str text = report_of("junit", _i, nasty, N_NASTY);
	unsigned cases, failures;

	ck_assert_msg(xml_is_sound(text, "testcase", &cases), "%s", text.p);
	ck_assert_uint_eq(cases, 7);
	ck_assert(xml_is_sound(text, "failure", &failures));
	ck_assert_uint_eq(failures, _i ? 2 : 1);
	text = report_of("junit", _i, NULL, 0);
	ck_assert(xml_is_sound(text, "testcase", &cases) && !cases);
}
END_TEST

/* Each command is one line of characters that can be seen. */
START_TEST(test_lines)
{
	static const char *const formats[] = { "github", "text", "line" };
	str text = report_of(formats[_i], true, nasty, N_NASTY);
	str line, rest = text;

	ck_assert(text.n && text.p[text.n - 1] == '\n');
	while (rest.n) {
		size_t columns = 0, length;
		uint32_t c;

		str_cut(rest, '\n', &line, &rest);
		ck_assert(_i || str_starts(line, STR("::error ")) ||
			  str_starts(line, STR("::error::")) ||
			  str_starts(line, STR("::warning ")) ||
			  str_starts(line, STR("::warning::")));
		for (; line.n; line = str_sub(line, length, line.n)) {
			length = utf8_decode(line, &c);
			ck_assert(c >= ' ' && utf8_printable(c));
			ck_assert(length > 1 || c != 0xfffd);
			columns++;
		}
		ck_assert(_i != 1 || columns <= 80);
	}
}
END_TEST

/* ---- what they say ---- */

#define WEB .kind = "Deployment", .namespace_ = "shop", .name = "web"

static const char *const two_templates[] = { "a", "b" };

static const struct injector_change changes[] = {
	{ .part = INJECTOR_PORT, .action = INJECTOR_ADDED, .name = "1/TCP" },
	{ .part = INJECTOR_CONTAINER, .action = INJECTOR_ADDED, .name = "x",
	  .to = "x:1" },
	{ .part = INJECTOR_PROBE, .action = INJECTOR_CHANGED, .name = "p" },
	{ .part = INJECTOR_INIT_CONTAINER, .action = INJECTOR_ADDED,
	  .name = "y" },
	{ .part = INJECTOR_VOLUME, .action = INJECTOR_ADDED, .name = "v" },
	{ .part = INJECTOR_PORT, .action = INJECTOR_ADDED, .name = "2/TCP" },
};

static const struct injector_event events[] = {
	{ .outcome = INJECTOR_WARNING, .file = "./a,b.yaml", .line = 9,
	  .column = 3, WEB, .text = "50% off:\nor not", .warning = "odd" },
	{ .outcome = INJECTOR_INJECTED, .file = "./a,b.yaml", .line = 2,
	  .column = 1, WEB, .text = "policy enabled",
	  .templates = two_templates, .n_templates = 2,
	  .changes = changes, .n_changes = ARRAY_SIZE(changes) },
	{ .outcome = INJECTOR_PASSED, .file = "./a,b.yaml", .kind = "Secret",
	  .name = "s" },
	{ .outcome = INJECTOR_SKIPPED, .file = "<stdin>", .line = 1,
	  .column = 1, .kind = "Pod", .namespace_ = "default", .name = "p",
	  .text = "host networking" },
	{ .outcome = INJECTOR_ERROR, .file = "<stdin>", .line = 4,
	  .column = 2, .text = "bad" },
};

#define MISSING "Deployment shop/web: sidecar missing (adds container x " \
	"x:1, init container y, 1 volume, 2 ports; changes 1 probe). Fix: " \
	"fix ./a,b.yaml"

/* ---- the picture of a Pod ---- */

static const struct injector_mount two_mounts[] = {
	{ "logs", false }, { "tmp", false },
};
static const struct injector_mount shipper_mounts[] = {
	{ "state", false }, { "logs", true },
};

static const struct injector_container pod[] = {
	{ .name = "setup", .init = true, .ports = "", .probes = "" },
	{ .name = "shipper", .init = true, .native = true, .ports = "2020",
	  .probes = "startup live", .mounts = shipper_mounts, .n_mounts = 2 },
	{ .name = "web", .ports = "8080 53/UDP", .probes = "ready",
	  .mounts = two_mounts, .n_mounts = 2 },
	{ .name = "cache-with-a-name-that-is-long", .ports = "", .probes = "",
	  .mounts = &two_mounts[1], .n_mounts = 1 },
	{ .pod = 1, .name = "bare", .ports = "", .probes = "" },
};

static const struct injector_change pod_changes[] = {
	{ .part = INJECTOR_INIT_CONTAINER, .action = INJECTOR_ADDED,
	  .name = "shipper" },
	{ .part = INJECTOR_CONTAINER, .action = INJECTOR_CHANGED,
	  .name = "web" },
	{ .part = INJECTOR_VOLUME, .action = INJECTOR_ADDED, .name = "state",
	  .to = "emptyDir" },
	{ .part = INJECTOR_VOLUME, .action = INJECTOR_ADDED, .name = "logs",
	  .to = "emptyDir" },
	{ .part = INJECTOR_LABEL, .action = INJECTOR_ADDED, .pod = 1,
	  .name = "l" },
};

static const struct injector_event pictured = {
	.outcome = INJECTOR_INJECTED, .file = "a.yaml", .line = 1,
	.kind = "Job", .name = "j", .changes = pod_changes,
	.n_changes = ARRAY_SIZE(pod_changes), .containers = pod,
	.n_containers = ARRAY_SIZE(pod),
};

START_TEST(test_picture)
{
	str text = report_of("text", false, &pictured, 1);

	ck_assert_str_eq(text.p,
		"a.yaml\n"
		"  1 Job j: injected\n"
		"    pod template 1\n"
		"    init        + shipper\n"
		"    containers  ~ web\n"
		"    volumes     + state emptyDir\n"
		"                + logs emptyDir\n"
		"    pod                 container                 ports"
		"        probes        tmp\n"
		"                  init  setup\n"
		"                + side  shipper                   2020"
		"         startup live\n"
		"                ~       web                       8080 53/UDP"
		"  ready         rw\n"
		"                        cache-with-a-name-that-i"
		"                             rw\n"
		"                also shared: logs\n"
		"                mounted by one container: state\n"
		"    pod template 2\n"
		"    labels      + l\n"
		"    pod         container\n"
		"                bare\n");
}
END_TEST

static const struct {
	const char *format;
	bool check;
	const char *report;
} said[] = {
	{ "text", false,
	  "./a,b.yaml\n"
	  "  9:3 warning: 50% off:\\x0aor not [odd]\n"
	  "  2:1 Deployment shop/web: injected\n"
	  "    because     policy enabled\n"
	  "    templates   a, b\n"
	  "    init        + y\n"
	  "    containers  + x x:1\n"
	  "    ports       + 1/TCP\n"
	  "                + 2/TCP\n"
	  "    probes      ~ p\n"
	  "    volumes     + v\n"
	  "<stdin>\n"
	  "  1:1 Pod default/p: skipped\n"
	  "    because     host networking\n"
	  "  4:2 error: bad\n"
	  "\n2 workloads: 1 injected, 1 skipped; 1 warning, 1 error\n" },
	{ "line", false,
	  "./a,b.yaml:9:3: warning: 50% off:\\x0aor not [odd]\n"
	  "./a,b.yaml:2:1: Deployment shop/web: injected with a, b: adds "
	  "container x x:1, init container y, 1 volume, 2 ports; changes 1 "
	  "probe\n"
	  "<stdin>:1:1: Pod default/p: skipped: host networking\n"
	  "<stdin>:4:2: error: bad\n" },
	{ "github", false,
	  "::warning file=./a%2Cb.yaml,line=9,col=3,title=odd::50%25 "
	  "off:%0Aor not\n"
	  "::error::bad\n" },
	{ "github", true,
	  "::warning file=./a%2Cb.yaml,line=9,col=3,title=odd::50%25 "
	  "off:%0Aor not\n"
	  "::error file=./a%2Cb.yaml,line=2,col=1,title=sidecar missing::"
	  "Deployment shop/web: sidecar missing (adds container x x:1, init "
	  "container y, 1 volume, 2 ports; changes 1 probe). Fix: fix "
	  "./a,b.yaml\n"
	  "::error::bad\n" },
	{ "junit", true,
	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	  "<testsuites name=\"injector\">\n"
	  "<testsuite name=\"./a,b.yaml\">\n"
	  "<testcase classname=\"./a,b.yaml\" name=\"Deployment shop/web\" "
	  "file=\"./a,b.yaml\" line=\"2\" time=\"0\">"
	  "<failure message=\"" MISSING "\" type=\"would-change\">"
	  "./a,b.yaml:2:1: " MISSING "</failure>"
	  "<system-out>./a,b.yaml:9:3: warning: 50% off:&#10;or not [odd]&#10;"
	  "</system-out></testcase>\n"
	  "</testsuite>\n"
	  "<testsuite name=\"&lt;stdin&gt;\">\n"
	  "<testcase classname=\"&lt;stdin&gt;\" name=\"Pod default/p\" "
	  "file=\"&lt;stdin&gt;\" line=\"1\" time=\"0\">"
	  "<skipped message=\"host networking\"/></testcase>\n"
	  "<testcase classname=\"&lt;stdin&gt;\" name=\"error\" "
	  "file=\"&lt;stdin&gt;\" line=\"4\" time=\"0\">"
	  "<failure message=\"bad\" type=\"error\">&lt;stdin&gt;:4:2: bad"
	  "</failure></testcase>\n"
	  "</testsuite>\n"
	  "</testsuites>\n" },
};

START_TEST(test_said)
{
	str text = report_of(said[_i].format, said[_i].check, events,
			     ARRAY_SIZE(events));

	ck_assert_str_eq(text.p, said[_i].report);
}
END_TEST

/* Warnings that come after all objects, as those about a whole stream do. */
START_TEST(test_late_warnings)
{
	const struct injector_event late[] = {
		events[1], events[0], events[0], events[3], events[0],
	};
	str text = report_of("junit", false, late, 5);
	unsigned cases;

	ck_assert(xml_is_sound(text, "testcase", &cases));
	ck_assert_uint_eq(cases, 4);
	ck_assert_ptr_nonnull(strstr(text.p,
				     "\"Deployment shop/web: warnings\""));
}
END_TEST

static str fingerprint(const struct injector_event *event)
{
	const struct node *report = json_of(report_of("gitlab", false, event,
						      1));

	return node_string(node_get(report->items[0], STR("fingerprint")));
}

START_TEST(test_fingerprints)
{
	struct injector_event below = events[0], other = events[0];
	struct injector_event free = events[4], free_below = events[4];

	below.line = 20;
	other.text = "another text";
	free_below.line = 20;
	ck_assert(str_eq(fingerprint(&events[0]), fingerprint(&below)));
	ck_assert(!str_eq(fingerprint(&events[0]), fingerprint(&other)));
	ck_assert(!str_eq(fingerprint(&free), fingerprint(&free_below)));
}
END_TEST

START_TEST(test_gitlab_path)
{
	const struct node *report = json_of(report_of("gitlab", false, events,
						      1));
	const struct node *issue = report->items[0];

	ck_assert(str_eq(node_string(node_find(issue, "location.path")),
			 STR("a,b.yaml")));
	ck_assert(str_eq(node_string(node_get(issue, STR("check_name"))),
			 STR("odd")));
}
END_TEST

/* ---- how they write ---- */

/* Nothing waits for the end, but the table of Markdown. */
START_TEST(test_streams)
{
	for (size_t i = 0; report_format(i); i++) {
		struct sink w;
		struct report *r = open_report(report_format(i), true, &w);
		size_t before;

		if (strcmp(report_format(i), "markdown") == 0) {
			report_drop(r);
			continue;
		}
		for (int n = 0; n < 10; n++)
			report_event(r, &events[1]);
		ck_assert_uint_eq(w.writes, 10);
		before = w.text.n;
		ck_assert_int_eq(report_end(r), 0);
		ck_assert_uint_le(w.text.n - before, 96);
		buf_release(&w.text);
	}
}
END_TEST

START_TEST(test_failed_write)
{
	struct sink w;
	struct report *r = open_report("json", false, &w);

	w.error = ENOSPC;
	report_event(r, &events[1]);
	w.error = EIO;
	report_event(r, &events[1]);
	ck_assert_uint_eq(w.writes, 1);
	ck_assert_int_eq(report_end(r), -1);
	ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(test_no_format)
{
	struct sink w;

	ck_assert_ptr_null(open_report("yaml", false, &w));
	report_drop(open_report("json", false, &w));
	ck_assert_uint_eq(w.writes, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("report");
	TCase *tc = tcase_create("formats");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_json, 0, 2);
	tcase_add_loop_test(tc, test_gitlab, 0, 2);
	tcase_add_loop_test(tc, test_junit, 0, 2);
	tcase_add_loop_test(tc, test_lines, 0, 3);
	tcase_add_loop_test(tc, test_sarif, 0, 2);
	tcase_add_test(tc, test_sarif_rules);
	tcase_add_loop_test(tc, test_markdown, 0, 2);
	tcase_add_test(tc, test_markdown_links);
	tcase_add_test(tc, test_diffs);
	tcase_add_test(tc, test_rows_left_out);
	tcase_add_loop_test(tc, test_said, 0, ARRAY_SIZE(said));
	tcase_add_test(tc, test_picture);
	tcase_add_test(tc, test_late_warnings);
	tcase_add_test(tc, test_fingerprints);
	tcase_add_test(tc, test_gitlab_path);
	tcase_add_test(tc, test_streams);
	tcase_add_test(tc, test_failed_write);
	tcase_add_test(tc, test_no_format);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

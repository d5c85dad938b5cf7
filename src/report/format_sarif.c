/*
 * format_sarif - SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange
 * Format"), for code scanning: a rule for each named warning, a result for each
 * finding at a place in a file, a notification for what is about no file.
 *
 * What a run found about no file is in r->held until the end, since
 * notifications are members of another object.
 */
#include "report/writer.h"

#include "base/chars.h"
#include "base/mem.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/" \
	"schemas/sarif-schema-2.1.0.json"

/* Rules besides the named warnings. */
static const struct injector_warning rules[] = {
	{ .name = "would-change",
	  .summary = "a workload whose sidecar is missing or out of date",
	  .about = "The file is not what injector makes of it: a workload in "
		   "it lacks a sidecar, has that of another version of the "
		   "template, or has one that is to be removed.",
	  .fix = "Run the command that the message ends with, and commit the "
		 "file." },
	{ .name = "error",
	  .summary = "a manifest that cannot be injected",
	  .about = "The file is not valid YAML or JSON, or a workload in it is "
		   "not valid.",
	  .fix = "Correct the file." },
	{ .name = "warning",
	  .summary = "a file or folder that is skipped",
	  .about = "A file is not read, because it is not a manifest or cannot "
		   "be read, or a folder has no manifests.",
	  .fix = "Exclude it, or correct it." },
};

#define N_RULES (sizeof(rules) / sizeof(rules[0]))

static json_t *text_of(const char *text)
{
	json_t *object = json_object();

	report_set(object, "text", report_json_text(text));
	return object;
}

static json_t *rule_of(const struct injector_warning *w, const char *level)
{
	json_t *rule = json_object(), *configuration = json_object();
	struct buf help = BUF_INIT;

	report_set(rule, "id", report_json_text(w->name));
	report_set(rule, "shortDescription", text_of(w->summary));
	report_set(rule, "fullDescription", text_of(w->about));
	buf_printf(&help, "%s %s", w->about, w->fix);
	report_set(rule, "help", text_of(buf_z(&help)));
	report_set(configuration, "level", report_json_text(level));
	report_set(rule, "defaultConfiguration", configuration);
	buf_release(&help);
	return rule;
}

static json_t *driver(void)
{
	json_t *object = json_object(), *list = json_array();
	const struct injector_warning *w;

	report_set(object, "name", report_json_text("injector"));
	report_set(object, "semanticVersion",
		   report_json_text(INJECTOR_VERSION));
	for (size_t i = 0; i < N_RULES; i++)
		report_append(list, rule_of(&rules[i], i + 1 < N_RULES ?
							"error" : "warning"));
	for (size_t i = 0; (w = injector_warning(i)); i++)
		report_append(list, rule_of(w, "warning"));
	report_set(object, "rules", list);
	return object;
}

static void sarif_begin(struct report *r)
{
	buf_addz(&r->out, "{\"$schema\":\"" SCHEMA "\",\n"
		 "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":");
	report_dump_json(&r->out, driver());
	buf_addz(&r->out, "},\n\"columnKind\":\"unicodeCodePoints\","
		 "\"results\":[");
}

/* ---- where ---- */

/* A path as a URI reference; that of an address is one. */
static void add_uri(struct buf *b, const char *file)
{
	if (strstr(file, "://")) {
		buf_addz(b, file);
		return;
	}
	while (file[0] == '.' && file[1] == '/')
		file += 2;
	if (*file == '/')
		buf_addz(b, "file://");
	for (; *file; file++) {
		char c = *file;

		if (is_alpha(c) || is_digit(c) || strchr("/-._~", c))
			buf_addc(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned char)c);
	}
}

static json_t *artifact_of(const struct injector_event *event)
{
	json_t *artifact = json_object();
	struct buf uri = BUF_INIT;

	add_uri(&uri, event->file);
	report_set(artifact, "uri", report_json_text(buf_z(&uri)));
	if (str_find(buf_str(&uri), 0, ':') == uri.n)
		report_set(artifact, "uriBaseId",
			   report_json_text("%SRCROOT%"));
	buf_release(&uri);
	return artifact;
}

static json_t *location_of(const struct injector_event *event)
{
	json_t *location = json_object(), *physical = json_object();

	report_set(physical, "artifactLocation", artifact_of(event));
	if (event->line) {
		json_t *region = json_object();

		report_set(region, "startLine", json_integer(event->line));
		if (event->column)
			report_set(region, "startColumn",
				   json_integer(event->column));
		report_set(physical, "region", region);
	}
	report_set(location, "physicalLocation", physical);
	return location;
}

/* "Deployment shop/web" */
static void set_object(json_t *location, const struct injector_event *event)
{
	json_t *logical = json_object(), *list = json_array();
	struct buf name = BUF_INIT;

	report_add_object(&name, event);
	report_set(logical, "fullyQualifiedName",
		   report_json_text(buf_z(&name)));
	report_set(logical, "kind", report_json_text("resource"));
	report_append(list, logical);
	report_set(location, "logicalLocations", list);
	buf_release(&name);
}

/* ---- what ---- */

static void add_result(struct report *r, const struct injector_event *event,
		       const char *rule, const char *text)
{
	json_t *result = json_object(), *locations = json_array();
	json_t *location = location_of(event), *fingerprints = json_object();
	char print[REPORT_FINGERPRINT];

	report_fingerprint(print, r, event);
	report_set(result, "ruleId", report_json_text(rule));
	report_set(result, "level",
		   report_json_text(report_fails(r, event) ? "error" :
							     "warning"));
	report_set(result, "message", text_of(text));
	if (event->kind)
		set_object(location, event);
	report_append(locations, location);
	report_set(result, "locations", locations);
	report_set(fingerprints, "injector/v1", report_json_text(print));
	report_set(result, "partialFingerprints", fingerprints);
	report_add_json(r, result);
}

static void hold_notification(struct report *r,
			      const struct injector_event *event,
			      const char *rule, const char *text)
{
	json_t *notification = json_object(), *descriptor = json_object();

	report_set(descriptor, "id", report_json_text(rule));
	report_set(notification, "associatedRule", descriptor);
	report_set(notification, "level",
		   report_json_text(report_fails(r, event) ? "error" :
							     "warning"));
	report_set(notification, "message", text_of(text));
	buf_addz(&r->held, r->held.n ? ",\n" : "\n");
	report_dump_json(&r->held, notification);
}

static void sarif_event(struct report *r, const struct injector_event *event)
{
	const char *rule = or_else(event->warning, report_outcome(r, event));
	struct buf text = BUF_INIT;

	if (!report_fails(r, event) && event->outcome != INJECTOR_WARNING)
		return;
	report_add_message(&text, r, event);
	if (report_has_file(event))
		add_result(r, event, rule, buf_z(&text));
	else
		hold_notification(r, event, rule, buf_z(&text));
	buf_release(&text);
}

static void sarif_end(struct report *r)
{
	buf_printf(&r->out, "\n],\"invocations\":[{\"executionSuccessful\":%s,"
		   "\"toolExecutionNotifications\":[",
		   r->totals.errors ? "false" : "true");
	buf_adds(&r->out, buf_str(&r->held));
	buf_addz(&r->out, "]}]}]}\n");
}

const struct report_format report_sarif = {
	.name = "sarif",
	.begin = sarif_begin,
	.event = sarif_event,
	.end = sarif_end,
};

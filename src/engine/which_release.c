/*
 * The release of Istio that a configuration belongs to.
 *
 * A cluster's configuration names it in the tag of the images.  Where that is
 * somebody's own, the chart's labels and the templates tell.
 */
#include "engine/strategy.h"

#include <stdlib.h>

#include "base/array.h"

/*
 * Texts of the sidecar template that came with a minor release and are in all
 * later ones, among them those before its first patch and its last one: the
 * last that is found names the release.  (Not .CompliancePolicy, which came
 * with 1.20.4, nor the template agentgateway, with 1.28.6.)
 */
static const struct mark {
	int minor;
	str text;
} marks[] = {
	{ 20, STR("env \"ENABLE_NATIVE_SIDECARS\"") },
	{ 21, STR("--debug-port=") },
	{ 22, STR(".InboundTrafficPolicyMode") },
	{ 23, STR("outlierLogPath") },
	{ 24, STR("forceApplyIptables") },
	{ 25, STR("service.istio.io/workload-name") },
	{ 26, STR("$noInitContainer") },
	{ 27, STR(".NativeSidecars") },
	{ 28, STR("seccompProfile") },
	{ 29, STR("divisor: \"1\"") },
	{ 30, STR("otelResourceAttributes") },
	{ 31, STR(".ProxyInitImage") },
};

static bool has(str text, str part)
{
	return text.n && memmem(text.p, text.n, part.p, part.n);
}

static str sidecar_of(const struct inject_config *config)
{
	const struct config_template *t = config_template(config,
							  STR("sidecar"));

	return t ? t->text : STR_NONE;
}

/* The last mark in the template, or NULL. */
static const struct mark *last_mark(str sidecar)
{
	for (size_t i = ARRAY_SIZE(marks); i-- > 0;)
		if (has(sidecar, marks[i].text))
			return &marks[i];
	return NULL;
}

/* Are all earlier marks there, too?  Then it is Istio's template, not one of
 * somebody who left out a part.  The first was removed later. */
static bool has_all_before(str sidecar, const struct mark *last)
{
	for (const struct mark *mark = marks + 1; mark < last; mark++)
		if (!has(sidecar, mark->text))
			return false;
	return true;
}

/* istiod-1.24.0; a chart that was never released has the version 1.0.0. */
static bool of_labels(const struct node *labels, struct release *out)
{
	static const struct release placeholder = { 0, 0 };
	str version = node_string(node_get(labels,
					   STR("app.kubernetes.io/version")));
	str chart = node_string(node_get(labels, STR("helm.sh/chart")));
	const str prefix = STR("istiod-");

	if (release_read(version, out) &&
	    release_is_older(placeholder, *out))
		return true;
	return str_starts(chart, prefix) &&
	       release_read(str_sub(chart, prefix.n, chart.n), out) &&
	       release_is_older(placeholder, *out);
}

/* A tag may be written as a number. */
static bool of_tag(const struct node *values, struct release *out)
{
	const struct node *tag = node_find(values, "global.tag");

	return tag && node_is_scalar(tag) && release_read(node_text(tag), out);
}

static void warn_unknown(struct injector *in)
{
	const struct release found = in->istio.release;
	const struct release known = release_known(found);
	bool older = release_is_older(found, known);

	if (found.minor == known.minor)
		return;
	settings_warn(in, WARN_ISTIO_RELEASE, POS_NONE,
		      arena_printf(&in->arena, "Istio 1.%d, from %s, is %s "
				   "than the releases whose rules are known; "
				   "those of 1.%d are followed%s", found.minor,
				   in->release_from, older ? "older" : "newer",
				   known.minor,
				   older ? ", which was never checked" :
					   "").p);
}

/* Of release_told.from, which is compared by its address. */
static const char from_templates[] = "the templates";

static void warn_apart(struct injector *in)
{
	int minor = in->istio.release.minor;
	str sidecar = sidecar_of(&in->istio.inject);
	const struct mark *last;

	if (!in->release_from || in->release_from == from_templates)
		return;
	last = last_mark(sidecar);
	if (!last || abs(minor - last->minor) < 2 ||
	    !has_all_before(sidecar, last))
		return;
	settings_warn(in, WARN_ISTIO_RELEASE, POS_NONE,
		      arena_printf(&in->arena, "the templates are those of "
				   "Istio 1.%d, but %s names 1.%d, whose rules "
				   "are followed", last->minor,
				   in->release_from, minor).p);
}

struct release_told release_ask(const struct inject_config *config,
				const struct node *values)
{
	struct release_told told = { RELEASE_NEWEST, NULL };
	const struct mark *last;

	if (of_tag(values, &told.release)) {
		told.from = "global.tag";
	} else if (of_labels(config->labels, &told.release)) {
		told.from = "the ConfigMap's labels";
	} else {
		last = last_mark(sidecar_of(config));
		if (!last)
			return (struct release_told){ RELEASE_NEWEST, NULL };
		told.release.minor = last->minor;
		told.release.patch = RELEASE_LAST_PATCH;
		told.from = from_templates;
	}
	return told;
}

static void put_in_words(struct injector *in)
{
	const struct release r = in->istio.release;
	const char *from = in->release_from;
	struct buf b = BUF_INIT;

	release_add(&b, r);
	in->rules.from = from ? from : "";
	in->rules.release = arena_str(&in->arena, buf_str(&b)).p;
	in->rules.text = arena_printf(&in->arena, "rules of Istio 1.%d, %s%s",
				      r.minor, from ? "from " :
				      "the newest known", in->rules.from).p;
	buf_release(&b);
}

void release_find(struct injector *in, const struct node *values)
{
	struct release_told told;

	if (!in->strategy->istio_sidecar) {
		in->istio.release = release_known(in->istio.release);
		return;
	}
	if (!in->release_from) {
		told = release_ask(&in->istio.inject, values);
		in->istio.release = told.release;
		in->release_from = told.from;
	}
	warn_unknown(in);
	warn_apart(in);
	in->istio.release = release_known(in->istio.release);
	put_in_words(in);
}

/*
 * Everything is read before the first manifest, so that a mistake in it is
 * found while nothing is written yet.
 */
#include "cli/configuration.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/io.h"
#include "base/spelling.h"
#include "cli/messages.h"
#include "cli/programs.h"

/* ---- templates ---- */

static const struct injector_builtin istio_profile = {
	.name = "istio",
	.summary = "sidecars and gateways of Istio 1.24 to 1.31",
	.purpose = "mesh",
};

/* Istio comes first because it is the default. */
const struct injector_builtin *templates_named(size_t i)
{
	return i ? injector_builtin(i - 1) : &istio_profile;
}

const struct injector_builtin *templates_find(const char *name)
{
	const struct injector_builtin *t;

	for (size_t i = 0; (t = templates_named(i)); i++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

static bool looks_like_path(const char *word)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json" };

	if (strchr(word, '/'))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (str_ends(str_of(word), str_of(endings[i])))
			return true;
	return false;
}

bool templates_is_path(const char *word)
{
	return looks_like_path(word) || !templates_find(word);
}

/* The built-in name that was probably meant: one begins with the other ("otel",
 * "fluent-bit-sidecar"), or a few letters differ. */
static const char *closest(const char *word)
{
	struct spelling nearest = SPELLING(str_of(word));
	const struct injector_builtin *t;

	for (size_t i = 0; *word && (t = templates_named(i)); i++) {
		str name = str_of(t->name);

		if (str_starts(name, nearest.word) ||
		    str_starts(nearest.word, name))
			return t->name;
		spelling_try(&nearest, t->name);
	}
	return nearest.found;
}

enum status templates_unknown(const char *word, bool or_file)
{
	const char *meant = closest(word);
	struct buf b = BUF_INIT;
	enum status status;

	buf_printf(&b, "no built-in template %s\"%s\"",
		   or_file ? "or file " : "", word);
	if (meant)
		buf_printf(&b, "; did you mean %s?", meant);
	buf_addz(&b, " (\"injector template\" lists the built-in ones)");
	status = usage_error("%s", buf_z(&b));
	buf_release(&b);
	return status;
}

static enum status load_template(struct injector_text *t, struct buf *text,
			const char *word, struct reporting *reporting)
{
	bool path = looks_like_path(word);
	const struct injector_builtin *builtin = path ? NULL
						      : templates_find(word);
	struct err e = ERR_INIT;

	t->name = word;
	if (builtin) {
		t->text = builtin->text;
		t->length = builtin->length;
		return STATUS_DONE;
	}
	if (fetch_is_url(word))
		return usage_error("-t takes a name or a file, not an "
				   "address; download the template first");
	if (strcmp(word, "-") == 0)
		return usage_error("-t takes a name or a file, not standard "
				   "input");
	if (!path && access(word, F_OK) < 0)
		return templates_unknown(word, true);
	if (io_slurp(word, text, &e) < 0)
		return reporting_err(reporting, &e);
	t->text = buf_z(text);
	t->length = text->n;
	return STATUS_DONE;
}

/* It is also the default. */
static enum status find_istio(bool *found, const struct words *words)
{
	*found = words->n == 0;
	for (size_t i = 0; i < words->n; i++)
		*found |= strcmp(words->at[i], istio_profile.name) == 0;
	if (*found && words->n > 1)
		return usage_error("-t istio cannot be combined with another "
				   "-t; inject a second time, or add a "
				   "template to its values "
				   "(sidecarInjectorWebhook.templates)");
	return STATUS_DONE;
}

/* --was goes with templates from files, and with what removes a sidecar. */
static enum status check_former(const struct configuration *c,
				const struct options *o)
{
	if (!o->former.n)
		return STATUS_DONE;
	if (c->templates.istio || o->inject_config || o->inject_map)
		return usage_error("--was needs -t: a Pod tells what Istio's "
				   "templates added to it");
	for (size_t i = 0; i < o->former.n; i++)
		if (strcmp(o->former.at[i], istio_profile.name) == 0)
			return usage_error("--was istio: a Pod tells what "
					   "Istio's templates added to it; "
					   "use \"uninject\" without -t");
	if (o->command != COMMAND_UNINJECT && !o->refresh)
		return usage_error("--was needs --refresh or \"uninject\"");
	return STATUS_DONE;
}

static enum status templates_load(struct templates *t,
				  const struct words *words,
				  struct reporting *reporting)
{
	enum status status = STATUS_DONE;

	t->n = t->istio ? 0 : words->n;
	t->at = mem_alloc_array(t->n, sizeof(*t->at));
	t->texts = mem_alloc_array(t->n, sizeof(*t->texts));
	for (size_t i = 0; i < t->n; i++)
		t->texts[i] = (struct buf)BUF_INIT;
	for (size_t i = 0; i < t->n && status == STATUS_DONE; i++)
		status = load_template(&t->at[i], &t->texts[i], words->at[i],
			      reporting);
	return status;
}

static void templates_release(struct templates *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_release(&t->texts[i]);
	mem_free(t->texts);
	mem_free(t->at);
}

/* ---- files ---- */

static enum status read_text(struct configuration *c, const char *path,
			     const struct injector_text **out)
{
	struct injector_text *t = &c->texts[c->n];
	struct buf *b = &c->bufs[c->n];
	bool is_stdin = strcmp(path, "-") == 0;
	struct err e = ERR_INIT;

	/* it is the same pointer: the option stands for three */
	if (path == c->mesh_path && c->mesh) {
		*b = (struct buf)BUF_INIT;
		c->n++;
		*t = *c->mesh;
		if (out)
			*out = t;
		return STATUS_DONE;
	}
	*b = (struct buf)BUF_INIT;
	c->n++;
	if (io_slurp(is_stdin ? "/dev/stdin" : path, b, &e) < 0)
		return reporting_err(c->reporting, &e);
	t->name = is_stdin ? "<stdin>" : path;
	t->text = buf_z(b);
	t->length = b->n;
	if (out)
		*out = t;
	if (path == c->mesh_path)
		c->mesh = t;
	return STATUS_DONE;
}

/* One whose bytes are kept elsewhere. */
static void add_text(struct configuration *c, const struct injector_text *t)
{
	c->bufs[c->n] = (struct buf)BUF_INIT;
	c->texts[c->n++] = *t;
}

/* ---- values ---- */

/* A file, or a map in the argument itself. */
static enum status read_values(struct configuration *c, const char *arg)
{
	const struct injector_text map = { "--values", arg, strlen(arg) };

	if (*arg != '{')
		return read_text(c, arg, NULL);
	add_text(c, &map);
	return STATUS_DONE;
}

static enum status load_values(struct configuration *c, const struct options *o)
{
	const struct captured captured = cluster_captured(&c->cluster);
	enum status status = STATUS_DONE;
	size_t before = c->n;

	c->options.values = &c->texts[c->n];
	if (o->values_file && o->operator_file)
		reporting_warn(c->reporting,
			       (struct pos){ o->values_file, 0, 0 },
			       "configuration", "these values are not used: "
			       "those of --operatorFileName take their place, "
			       "as with istioctl; use --values to override "
			       "single ones");
	else if (o->values_file)
		status = read_text(c, o->values_file, NULL);
	else if (captured.injection && !o->operator_file)
		add_text(c, captured.injection);
	for (size_t i = 0; i < o->values.n && status == STATUS_DONE; i++)
		status = read_values(c, o->values.at[i]);
	c->options.n_values = c->n - before;
	return status;
}

static void add_settings(struct configuration *c, const struct words *words,
			 enum injector_setting_kind kind)
{
	for (size_t i = 0; i < words->n; i++)
		c->settings[c->options.n_settings++] =
			(struct injector_setting){ kind, words->at[i] };
}

/* In helm's order, not in that of the command line. */
static void load_settings(struct configuration *c, const struct options *o)
{
	size_t n = o->set.n + o->set_string.n + o->set_json.n;

	c->settings = mem_alloc_array(n, sizeof(*c->settings));
	add_settings(c, &o->set_json, INJECTOR_SET_JSON);
	add_settings(c, &o->set, INJECTOR_SET);
	add_settings(c, &o->set_string, INJECTOR_SET_STRING);
	c->options.settings = c->settings;
}

/* ---- Istio ---- */

/* A file takes precedence over the cluster. */
static void take_captured(struct configuration *c, const struct options *o)
{
	const struct captured captured = cluster_captured(&c->cluster);
	struct injector_istio *istio = &c->istio;

	if (!o->inject_config && !o->templates.n)
		istio->inject_config = captured.injection;
	if (!o->mesh_config)
		istio->mesh_config = captured.mesh;
}

static enum status load_istio(struct configuration *c, const struct options *o)
{
	struct injector_istio *istio = &c->istio;
	const struct {
		const char *path;
		const struct injector_text **to;
	} files[] = {
		{ o->inject_config, &istio->inject_config },
		{ o->mesh_config, &istio->mesh_config },
		{ o->operator_file, &istio->iop },
	};
	enum status status = STATUS_DONE;

	take_captured(c, o);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i].path && status == STATUS_DONE)
			status = read_text(c, files[i].path, files[i].to);
	istio->builtin = c->templates.istio && !istio->inject_config;
	istio->revision = o->revision;
	istio->version = o->istio_version;
	istio->policy = o->policy || o->program == PROGRAM_WEBHOOK;
	istio->native = o->native_sidecars ? o->native_sidecars :
					     getenv("ENABLE_NATIVE_SIDECARS");
	istio->inbound_passthrough =
		getenv("PILOT_ENABLE_INBOUND_PASSTHROUGH");
	istio->compliance_policy = getenv("COMPLIANCE_POLICY");
	return status;
}

/* Options that are lists of words. */
static void load_lists(struct injector_options *options,
		       const struct options *o)
{
	options->only = o->only.at;
	options->n_only = o->only.n;
	options->skip = o->skip.at;
	options->n_skip = o->skip.n;
	options->selectors = o->selectors.at;
	options->n_selectors = o->selectors.n;
	options->kinds = o->kinds.at;
	options->n_kinds = o->kinds.n;
	options->no_warnings = o->no_warn.at;
	options->n_no_warnings = o->no_warn.n;
	options->no_skip = o->no_skip.at;
	options->n_no_skip = o->no_skip.n;
}

enum status configuration_load(struct configuration *c,
			       const struct options *o,
			       struct reporting *reporting)
{
	/* --values, the three files of load_istio() and --valuesFile */
	const size_t max = o->values.n + 4;
	enum status status;

	*c = (struct configuration){
		.cluster = CLUSTER_INIT, .reporting = reporting,
		.mesh_path = o->mesh,
	};
	c->texts = mem_alloc_array(max, sizeof(*c->texts));
	c->bufs = mem_alloc_array(max, sizeof(*c->bufs));
	c->istio = (struct injector_istio)INJECTOR_ISTIO_INIT;
	c->options = (struct injector_options){
		.size = sizeof(c->options),
		.istio = &c->istio,
		.allow_env = o->allow_env,
		.task = o->command == COMMAND_UNINJECT ? INJECTOR_UNINJECT :
			o->refresh ? INJECTOR_REFRESH : INJECTOR_INJECT,
		.no_undo = o->no_undo,
		.render = o->command == COMMAND_RENDER,
		.format = (enum injector_format)o->format,
		.max_document = o->max_document,
		.max_memory = o->max_memory,
		/* a file that is replaced is read again and compared */
		.verify = o->verify || o->output || o->write ||
			  o->check || o->diff,
		.explain = reporting->report != NULL,
		.report = reporting_event,
		.ctx = reporting,
	};
	load_lists(&c->options, o);
	status = find_istio(&c->templates.istio, &o->templates);
	if (status == STATUS_DONE)
		status = check_former(c, o);
	if (status == STATUS_DONE)
		status = templates_load(&c->templates, &o->templates,
					reporting);
	if (status == STATUS_DONE)
		status = templates_load(&c->former, &o->former, reporting);
	c->options.templates = c->templates.at;
	c->options.n_templates = c->templates.n;
	c->options.former = c->former.at;
	c->options.n_former = c->former.n;
	load_settings(c, o);
	if (status == STATUS_DONE)
		status = cluster_load(&c->cluster, o);
	if (status == STATUS_DONE)
		status = load_values(c, o);
	if (status == STATUS_DONE)
		status = load_istio(c, o);
	return status;
}

void configuration_release(struct configuration *c)
{
	templates_release(&c->templates);
	templates_release(&c->former);
	cluster_release(&c->cluster);
	for (size_t i = 0; i < c->n; i++)
		buf_release(&c->bufs[i]);
	mem_free(c->bufs);
	mem_free(c->texts);
	mem_free(c->settings);
}

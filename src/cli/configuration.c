#include "cli/configuration.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/io.h"
#include "cli/say.h"

static enum status read_text(struct configuration *c, const char *path,
			     const struct injector_text **out)
{
	struct injector_text *t = &c->texts[c->n];
	struct buf *b = &c->bufs[c->n];
	bool is_stdin = strcmp(path, "-") == 0;
	struct err e = ERR_INIT;

	*b = (struct buf)BUF_INIT;
	c->n++;
	if (io_slurp(is_stdin ? "/dev/stdin" : path, b, &e) < 0)
		return reporting_err(c->reporting, &e);
	t->name = is_stdin ? "<stdin>" : path;
	t->text = buf_z(b);
	t->length = b->n;
	if (out)
		*out = t;
	return STATUS_DONE;
}

/* One that is kept elsewhere. */
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
	const struct injector_captured captured = cluster_captured(&c->cluster);
	enum status status = STATUS_DONE;
	size_t before = c->n;

	c->options.values = &c->texts[c->n];
	if (o->values_file)
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

/* As helm has it, whatever their order on the command line. */
static void load_settings(struct configuration *c, const struct options *o)
{
	size_t n = o->set.n + o->set_string.n + o->set_json.n;

	c->settings = mem_alloc(n * sizeof(*c->settings));
	add_settings(c, &o->set_json, INJECTOR_SET_JSON);
	add_settings(c, &o->set, INJECTOR_SET);
	add_settings(c, &o->set_string, INJECTOR_SET_STRING);
	c->options.settings = c->settings;
}

/* ---- Istio ---- */

/* What Go's strconv.ParseBool takes for true. */
static bool is_true(const char *text)
{
	static const char *const words[] = {
		"1", "t", "T", "true", "TRUE", "True",
	};

	for (size_t i = 0; text && i < ARRAY_SIZE(words); i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

/* What has a file keeps it. */
static void take_captured(struct configuration *c, const struct options *o)
{
	const struct injector_captured captured = cluster_captured(&c->cluster);
	struct injector_istio *istio = &c->options.istio;

	if (!o->inject_config && !o->templates.n)
		istio->inject_config = captured.injection;
	if (!o->mesh_config)
		istio->mesh_config = captured.mesh;
}

static enum status load_istio(struct configuration *c, const struct options *o)
{
	struct injector_istio *istio = &c->options.istio;
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
	istio->policy = o->policy;
	istio->native_sidecars = o->native_sidecars ||
				 is_true(getenv("ENABLE_NATIVE_SIDECARS"));
	istio->compliance_policy = getenv("COMPLIANCE_POLICY");
	return status;
}

enum status configuration_load(struct configuration *c,
			       const struct options *o,
			       struct reporting *reporting)
{
	enum status status;

	*c = (struct configuration){
		.cluster = CLUSTER_INIT, .reporting = reporting,
	};
	c->room = o->values.n + 4;
	c->texts = mem_alloc(c->room * sizeof(*c->texts));
	c->bufs = mem_alloc(c->room * sizeof(*c->bufs));
	c->options = (struct injector_options){
		.only = o->only.at,
		.n_only = o->only.n,
		.skip = o->skip.at,
		.n_skip = o->skip.n,
		.selectors = o->selectors.at,
		.n_selectors = o->selectors.n,
		.kinds = o->kinds.at,
		.n_kinds = o->kinds.n,
		.no_warnings = o->no_warn.at,
		.n_no_warnings = o->no_warn.n,
		.allow_env = o->allow_env,
		.task = o->command == COMMAND_UNINJECT ? INJECTOR_UNINJECT :
			o->refresh ? INJECTOR_REFRESH : INJECTOR_INJECT,
		.no_undo = o->no_undo,
		.render = o->command == COMMAND_RENDER,
		.format = (enum injector_format)o->format,
		.max_document = o->max_document,
		/* A file that is replaced is not to be seen again. */
		.verify = o->verify || o->output || o->write ||
			  o->check || o->diff,
		.explain = reporting->report != NULL,
		.report = reporting_event,
		.ctx = reporting,
	};
	status = templates_load(&c->templates, &o->templates, reporting);
	c->options.templates = c->templates.at;
	c->options.n_templates = c->templates.n;
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
	cluster_release(&c->cluster);
	for (size_t i = 0; i < c->n; i++)
		buf_release(&c->bufs[i]);
	free(c->bufs);
	free(c->texts);
	free(c->settings);
}

#include "engine/strategy.h"

#include <stdlib.h>
#include <string.h>

#include "helm/helm.h"
#include "check/warnings.h"

/* ---- copies of what the caller passed ---- */

static str copy_str(struct injector *in, const char *text)
{
	return arena_str(&in->arena, text ? str_of(text) : STR(""));
}

static const char *copy(struct injector *in, const char *text)
{
	return copy_str(in, text).p;
}

struct config_file settings_copy(struct injector *in,
				 const struct injector_text *t)
{
	str text = { t->text, t->length };

	if (!in->options->texts_stay)
		text = arena_str(&in->arena, text);
	return (struct config_file){ copy(in, t->name), text.p, text.n };
}

/* ---- which workloads and warnings ---- */

static int add_rules(struct injector *in, enum filter_sort sort,
		     const char *const *texts, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (filter_add(&in->arena, &in->filter, sort,
			       copy(in, texts[i]), e))
			return -1;
	return 0;
}

static int warnings_off(const struct injector_options *options, uint32_t *off,
			struct err *e)
{
	for (size_t i = 0; i < options->n_no_warnings; i++) {
		str name, rest = str_of(options->no_warnings[i]);
		bool more = true;

		while (more) {
			more = str_cut(rest, ',', &name, &rest);
			if (warn_named(off, name, e))
				return -1;
		}
	}
	return 0;
}

static int read_skip_rules(struct injector *in,
			   const struct injector_options *options,
			   struct err *e)
{
	in->skip_rules = skip_rules_default;
	for (size_t i = 0; i < options->n_no_skip && in->skip_rules; i++)
		in->skip_rules = skip_rules_without(&in->arena, in->skip_rules,
						    str_of(options->no_skip[i]),
						    e);
	return in->skip_rules ? 0 : -1;
}

/* Values that no enum of this version has. */
static int check_enums(const struct injector_options *options, struct err *e)
{
	if ((unsigned)options->task > INJECTOR_REFRESH)
		return err_set(e, POS_NONE, "unknown task %u",
			       (unsigned)options->task);
	if ((unsigned)options->format > INJECTOR_PATCH)
		return err_set(e, POS_NONE, "unknown format %u",
			       (unsigned)options->format);
	for (size_t i = 0; i < options->n_settings; i++)
		if ((unsigned)options->settings[i].kind > INJECTOR_SET_JSON)
			return err_set(e, POS_NONE, "unknown kind %u of "
				       "setting \"%s\"",
				       (unsigned)options->settings[i].kind,
				       options->settings[i].text);
	return 0;
}

/* Of a text that names no release: -1. */
static int read_version(struct injector *in, const char *version,
			struct err *e)
{
	in->istio.release = RELEASE_NEWEST;
	if (!version)
		return 0;
	in->release_from = "--istio-version";
	if (release_read(str_of(version), &in->istio.release))
		return 0;
	return err_set(e, POS_NONE, "invalid --istio-version \"%s\": expected "
		       "a release of Istio, such as 1.24 or 1.24.6", version);
}

/* Options that are wrong only by misuse. */
static int read_choice(struct injector *in,
		       const struct injector_options *options, struct err *e)
{
	size_t n = options->n_only + options->n_skip + options->n_selectors;

	if (check_enums(options, e))
		return -1;
	in->filter.rules = arena_array(&in->arena, struct filter_rule, n);
	if (add_rules(in, FILTER_ONLY, options->only, options->n_only, e) ||
	    add_rules(in, FILTER_SKIP, options->skip, options->n_skip, e) ||
	    add_rules(in, FILTER_SELECTOR, options->selectors,
		      options->n_selectors, e) ||
	    read_skip_rules(in, options, e))
		return -1;
	return read_version(in, options->istio->version, e) ||
	       warnings_off(options, &in->warnings_off, e) ? -1 : 0;
}

/* ---- warnings about configuration ---- */

void settings_warn(const struct injector *in, enum warning which,
		   struct pos pos, const char *text)
{
	const struct injector_options *options = in->options;
	const struct injector_event event = {
		.outcome = INJECTOR_WARNING,
		.file = pos.file,
		.line = pos.line,
		.column = pos.column,
		.text = text,
		.warning = warn_table[which].name,
	};

	if (options->report && !warn_has(in->warnings_off, which))
		options->report(options->ctx, &event);
}

static void warn(void *ctx, struct pos pos, const char *text)
{
	settings_warn(ctx, WARN_CONFIGURATION, pos, text);
}

struct config_reader settings_reader(struct injector *in)
{
	return (struct config_reader){ &in->arena, warn, in };
}

/* ---- values and mesh ---- */

static const enum setting_kind setting_kinds[] = {
	[INJECTOR_SET] = SETTING,
	[INJECTOR_SET_STRING] = SETTING_STRING,
	[INJECTOR_SET_JSON] = SETTING_JSON,
};

static int set_all(struct injector *in, const struct injector_options *options,
		   struct values *v, struct err *e)
{
	for (size_t i = 0; i < options->n_settings; i++) {
		const struct injector_setting *s = &options->settings[i];

		if (values_set(v, setting_kinds[s->kind],
			       copy_str(in, s->text), e))
			return -1;
	}
	return 0;
}

/* What the user gave, before it is merged over built-in values. */
struct given {
	const struct node **files;	/* of options->values */
	struct config_operator iop;
};

static int read_given(struct injector *in,
		      const struct injector_options *options,
		      struct given *given, struct err *e)
{
	struct config_reader r = settings_reader(in);
	struct values v = VALUES_INIT(&in->arena, NULL);
	struct config_file file;

	if (options->istio->iop) {
		file = settings_copy(in, options->istio->iop);
		if (config_read_operator(&r, &file, &given->iop, e))
			return -1;
	}
	given->files = arena_array(&in->arena, const struct node *,
				   options->n_values);
	for (size_t i = 0; i < options->n_values; i++) {
		file = settings_copy(in, &options->values[i]);
		if (config_read_values(&r, &file, &given->files[i], e))
			return -1;
		values_add(&v, given->files[i]);
	}
	/* What is wrong with a setting is said where it is applied to all
	 * values. */
	set_all(in, options, &v, NULL);
	in->given = values_done(&v);
	return 0;
}

/* istioctl wants a file; here none at all is fine. */
static int check_no_values(const struct injector *in,
			   const struct injector_options *options,
			   struct err *e)
{
	size_t n = options->n_values;

	if (!n || !in->strategy->istio_sidecar ||
	    !release_has(in->istio.release, RULE_VALUES_REQUIRED))
		return 0;
	return err_set(e, (struct pos){ options->values[n - 1].name, 0, 0 },
		       "no values in this file; Istio's templates need a map, "
		       "such as {}");
}

/* Until 1.23, an IstioOperator is decoded strictly, and only its own values
 * count. */
static int settle_operator(struct injector *in, struct config_operator *iop,
			   struct err *e)
{
	if (!iop->object || in->builtin || !in->strategy->istio_sidecar ||
	    release_has(in->istio.release, RULE_OPERATOR_LENIENT))
		return 0;
	iop->values = iop->own;
	return config_check_operator(&in->arena, in->istio.release, iop, e);
}

/* The values that istiod keeps in its ConfigMap: all of its charts', which know
 * better than the templates which names there are. */
static bool is_of_mesh(const struct node *values)
{
	return node_find(values, "global.istioNamespace") &&
	       node_find(values, "global.proxy.image") &&
	       node_find(values, "global.proxy_init");
}

/* Values override each other in this order: built-in, of an IstioOperator, of
 * files, settings. */
static int merge_values(struct injector *in,
			const struct injector_options *options,
			const struct given *given, struct err *e)
{
	struct values v;

	if (in->builtin && profile_values(in, e))
		return -1;
	in->profile = in->istio.values;
	v = (struct values)VALUES_INIT(&in->arena, in->profile);
	values_add(&v, given->iop.values);
	for (size_t i = 0; i < options->n_values; i++) {
		values_add(&v, given->files[i]);
		if (!in->profile && in->strategy->istio_sidecar &&
		    is_of_mesh(given->files[i]))
			in->profile = given->files[i];
	}
	if (set_all(in, options, &v, e))
		return -1;
	in->istio.values = values_done(&v);
	if (!in->istio.values)
		return check_no_values(in, options, e);
	/* removing needs no values */
	return in->strategy->istio_sidecar &&
			       options->task != INJECTOR_UNINJECT ?
		       config_check_values(in->istio.values, e) : 0;
}

/* The mesh configuration, or an IstioOperator's, in whose place istioctl does
 * not look at the other. */
static int given_mesh(struct injector *in,
		      const struct injector_options *options,
		      const struct given *given, const struct node **mesh,
		      struct err *e)
{
	const struct injector_text *text = options->istio->mesh_config;
	const struct config_reader r = settings_reader(in);
	struct config_file file;

	*mesh = given->iop.mesh;
	if (!text)
		return 0;
	if (*mesh) {
		settings_warn(in, WARN_CONFIGURATION,
			      (struct pos){ text->name, 0, 0 },
			      "this mesh configuration is not used: that of "
			      "the IstioOperator takes its place, as with "
			      "istioctl");
		return 0;
	}
	file = settings_copy(in, text);
	return config_read_mesh(&r, &file, mesh, e);
}

static int read_mesh(struct injector *in,
		     const struct injector_options *options,
		     const struct given *given, struct err *e)
{
	const struct config_reader r = settings_reader(in);
	const struct node *mesh;

	if (given_mesh(in, options, given, &mesh, e))
		return -1;
	if (in->builtin)
		mesh = profile_mesh(&in->arena, &in->istio, mesh);
	if (!mesh && !in->strategy->needs_mesh) {
		in->istio.mesh.config = in->istio.mesh.proxy =
			node_new(&in->arena, NODE_MAP);
		return 0;
	}
	return mesh_read(&in->arena, &in->istio.mesh, in->istio.release, mesh,
			 warn, r.ctx, e);
}

/* What Go's strconv.ParseBool accepts as true or false. */
static bool is_go_bool(str text, bool *value)
{
	static const char *const words[][2] = {
		{ "0", "1" }, { "f", "t" }, { "F", "T" }, { "false", "true" },
		{ "FALSE", "TRUE" }, { "False", "True" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words) * 2; i++) {
		*value = i % 2;
		if (str_eq(text, str_of(words[i / 2][i % 2])))
			return true;
	}
	return false;
}

/* ENABLE_NATIVE_SIDECARS as the release reads it.  `auto` asks the nodes of a
 * cluster; without, it is off. */
static bool native_sidecars(struct injector *in)
{
	const str text = in->istio.native_variable;
	bool exact = release_has(in->istio.release, RULE_NATIVE_AUTO);
	bool on = false;

	if (!text.n || str_eq(text, STR("auto")) || str_eq(text, STR("false")))
		return false;
	if (exact ? str_eq(text, STR("true")) : is_go_bool(text, &on))
		return exact || on;
	warn(in, POS_NONE,
	     arena_printf(&in->arena, "unknown value \"%.*s\" of "
			  "ENABLE_NATIVE_SIDECARS: expected %s; native "
			  "sidecars stay off", STR_ARG(text),
			  exact ? "true, false or auto" : "true or false").p);
	return false;
}

/* The release decides which built-in values there are, and what an empty mesh
 * means. */
static int read_values_and_mesh(struct injector *in,
				const struct injector_options *options,
				struct err *e)
{
	struct given given = { .files = NULL };

	if (read_given(in, options, &given, e) ||
	    (in->strategy->read && in->strategy->read(in, options, e)))
		return -1;
	release_find(in, values_merge(&in->arena, given.iop.values, in->given));
	in->istio.native = native_sidecars(in);
	return settle_operator(in, &given.iop, e) ||
	       merge_values(in, options, &given, e) ||
	       read_mesh(in, options, &given, e) ? -1 : 0;
}

/* ---- templates ---- */

struct template_list settings_templates(struct injector *in,
					enum template_sort sort,
					const struct config_template *configs,
					uint32_t n)
{
	struct template_list list = {
		arena_array(&in->arena, struct template *, n), n,
	};

	for (uint32_t i = 0; i < n; i++)
		list.at[i] = template_new(&in->arena, sort, &configs[i]);
	return list;
}

/* ---- kinds ---- */

static const struct workload *own_kinds(struct injector *in,
					const struct injector_options *options)
{
	size_t n = options->n_kinds;
	struct workload *rows;

	if (!n)
		return NULL;
	rows = arena_array(&in->arena, struct workload, n + 1);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct workload){
			.group = copy(in, options->kinds[i].group),
			.kind = copy(in, options->kinds[i].kind),
			.path = copy(in, options->kinds[i].path),
		};
	workload_sort(rows, n);
	rows[n] = (struct workload){ NULL, NULL, NULL, NULL };
	return rows;
}

/* The name of the templates in undo notes: "log-shipper", or "a,b" for two. */
static str tag_of(struct injector *in, const struct template_list *list)
{
	struct buf b = BUF_INIT;
	str tag;

	for (uint32_t i = 0; i < list->n; i++) {
		str name = template_name(list->at[i]);
		size_t from = name.n, end;

		while (from && name.p[from - 1] != '/')
			from--;
		name = str_sub(name, from, name.n);
		end = str_find(name, 0, '.');
		if (i)
			buf_addc(&b, ',');
		for (size_t k = 0; k < end; k++)
			buf_addc(&b, (unsigned char)name.p[k] > ' ' &&
				     (unsigned char)name.p[k] < 0x7f ?
					     name.p[k] : '_');
	}
	tag = arena_str(&in->arena, buf_str(&b));
	buf_release(&b);
	return tag;
}

static void read_flags(struct injector *in,
		       const struct injector_options *options)
{
	in->env.allow_env = options->allow_env;
	in->max_document = options->max_document ? options->max_document :
						   INJECTOR_MAX_DOCUMENT;
	/* places in a text have 32 bits */
	if (in->max_document > UINT32_MAX)
		in->max_document = UINT32_MAX;
	in->max_memory = options->max_memory;
	in->verify = options->verify;
	in->render = options->render;
	in->format = options->format;
	in->explain = options->explain;
	in->undo = !options->no_undo;
	in->task = options->task;
}

static void read_istio_flags(struct injector *in,
			     const struct injector_istio *istio)
{
	in->builtin = istio->builtin && !istio->inject_config;
	in->istio.revision = copy_str(in, istio->revision);
	in->istio.compliance_policy = copy_str(in, istio->compliance_policy);
	in->istio.native_variable =
		istio->native_sidecars ? STR("true") :
					 copy_str(in, istio->native);
	in->istio.inbound_variable = copy_str(in, istio->inbound_passthrough);
	in->istio.policy = istio->policy;
}

/* The first that is wanted; the last always is. */
static const struct strategy *const strategies[] = {
	&strategy_istio, &strategy_plain,
};

static const struct strategy *choose_strategy(
	const struct injector_options *options)
{
	size_t i = 0;

	while (!strategies[i]->wanted(options))
		i++;
	return strategies[i];
}

static void check_values(struct injector *in)
{
	if (!in->given || warn_has(in->warnings_off, WARN_CONFIGURATION))
		return;
	unused_values_find(&(struct unused_values){
		{ &in->templates, &in->former }, &in->arena, in->profile,
		warn, in,
	}, in->given);
}

static int read_all(struct injector *in, const struct injector_options *options,
		    struct err *e)
{
	read_flags(in, options);
	read_istio_flags(in, options->istio);
	in->strategy = choose_strategy(options);
	if (options->n_no_skip && in->strategy->istio_sidecar)
		warn(in, POS_NONE, "--no-skip has no effect on Istio's "
		     "sidecar, which follows Istio's rules");
	in->kinds = own_kinds(in, options);
	if (read_values_and_mesh(in, options, e) ||
	    in->strategy->load(in, options, e))
		return -1;
	check_values(in);
	in->tag = in->strategy->tag ? str_of(in->strategy->tag) :
				      tag_of(in, &in->templates);
	in->former_tag = tag_of(in, &in->former);
	return 0;
}

static void release_list(const struct template_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		template_release(list->at[i]);
}

static void release_templates(void *ctx)
{
	const struct injector *in = ctx;

	release_list(&in->templates);
	release_list(&in->former);
}

/* Templates have pools of their own. */
int settings_init(struct injector *in, const struct injector_options *options,
		  struct injector_error *error)
{
	struct mem_cleanup cleanup;
	struct err e = ERR_INIT;
	enum injector_code code = INJECTOR_MISUSE;
	int result;

	in->options = options;
	in->env.host = &in->istio;
	mem_defer(&cleanup, release_templates, in);
	result = read_choice(in, options, &e);
	if (!result) {
		code = INJECTOR_INVALID;
		result = read_all(in, options, &e);
	}
	mem_settle(&cleanup);
	in->options = NULL;
	if (result)
		error_fill(error, code, &e);
	return result;
}

void settings_release(struct injector *in)
{
	release_templates(in);
	arena_release(&in->arena);
}

/* ---- errors ---- */

/* The name, or the tail of a long one: after a slash if there is one, and
 * never from the middle of a character. */
static void fill_name(char *out, size_t size, const char *name)
{
	static const char mark[] = ".../";
	size_t n = strlen(name);
	const char *tail, *slash;

	if (n < size) {
		memcpy(out, name, n + 1);
		return;
	}
	tail = name + n - (size - sizeof(mark));
	slash = strchr(tail, '/');
	if (slash && slash[1])
		tail = slash + 1;
	while (((unsigned char)*tail & 0xc0) == 0x80)
		tail++;
	memcpy(out, mark, sizeof(mark) - 1);
	memcpy(out + sizeof(mark) - 1, tail, strlen(tail) + 1);
}

void error_fill(struct injector_error *error, enum injector_code code,
		const struct err *e)
{
	*error = (struct injector_error){
		.code = code, .line = e->pos.line, .column = e->pos.column,
	};
	if (e->pos.file)
		fill_name(error->file, sizeof(error->file), e->pos.file);
	memcpy(error->text, e->text, sizeof(error->text));
}

/*
 * `injector-webhook manifests` and `certs`: from the command line to an
 * installation.
 *
 * The server of the installation gets the options that the command has, with
 * each file that they name in a ConfigMap.  The files are read, and the
 * templates prepared, as the server would do it; so what it would refuse is
 * refused here.
 */
#include "webhook/install.h"

#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "base/io.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "cli/precedence.h"
#include "cli/process.h"
#include "tree/scalar.h"
#include "tree/utf8.h"
#include "yaml/read.h"

/* What a ConfigMap may hold in all. */
#define CONFIG_MAX ((size_t)1 << 20)

/* Seconds for what a server does after the drain, at most 10. */
#define GRACE 15

struct plan {
	const struct options *options;
	const struct configuration *configuration;
	struct arena arena;
	struct manifests m;
	struct certs certs;
	struct words args, sidecars;
	struct injector_text *files;	/* named by their keys */
	const char **paths;		/* by the same index */
	size_t n_files, size;
	struct err e;
};

/* ---- checks ---- */

/* A name that is a label of DNS, and in YAML a string. */
static bool is_label(str text)
{
	size_t i = 0;

	while (i < text.n && (is_lower(text.p[i]) || is_digit(text.p[i]) ||
			      (text.p[i] == '-' && i && i + 1 < text.n)))
		i++;
	return i && i == text.n && i <= 63;
}

static bool is_name(str text)
{
	return is_label(text) && is_lower(*text.p) &&
	       !scalar_needs_quotes(text);
}

static enum status set_service(struct plan *p)
{
	const char *service = p->options->service;
	str namespace, name;

	if (!str_cut(str_of(service), '/', &namespace, &name) ||
	    !is_name(namespace) || !is_name(name))
		return usage_error("invalid --service \"%s\": expected "
				   "NAMESPACE/NAME, for example "
				   "injector/injector-webhook", service);
	p->m.namespace_ = arena_str(&p->arena, namespace).p;
	p->m.name = arena_str(&p->arena, name).p;
	return STATUS_DONE;
}

static enum status check_revisions(const struct plan *p)
{
	const struct options *o = p->options;

	if (!p->m.istio && o->tags.n)
		return usage_error("--tag cannot be combined with -t: tags "
				   "are of Istio's revisions");
	if (p->m.istio && o->revision && !is_label(str_of(o->revision)))
		return usage_error("invalid --revision \"%s\": expected a DNS "
				   "label", o->revision);
	for (size_t i = 0; i < o->tags.n; i++) {
		const char *tag = o->tags.at[i];

		if (!is_label(str_of(tag)))
			return usage_error("invalid --tag \"%s\": expected a "
					   "DNS label", tag);
		/* its Pods would be sent twice */
		if (strcmp(tag, o->revision ? o->revision : "default") == 0)
			return usage_error("--tag %s: the revision is called "
					   "that", tag);
	}
	return STATUS_DONE;
}

/* What is the same in each installation. */
static const char *const fixed[] = {
	"listen", "admin-listen", "tls-cert", "tls-key",
};

static bool is_fixed(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		if (strcmp(option, fixed[i]) == 0)
			return true;
	return false;
}

static enum status check_options(const struct options *o)
{
	bool certs = o->command == COMMAND_CERTS;

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		if (precedence_given(o, fixed[i]))
			return usage_error("--%s cannot be used with \"%s\"",
					   fixed[i], certs ? "certs" :
							     "manifests");
	if (o->cert_manager && certs)
		return usage_error("--cert-manager cannot be used with "
				   "\"certs\"; use \"manifests\"");
	if (o->cert_manager && o->ca)
		return usage_error("--cert-manager and --ca cannot be "
				   "combined");
	if (!o->replicas)
		return usage_error("invalid --replicas 0: expected 1 or more");
	return handles_check_options(o);
}

enum status install_check_unused(const struct options *o)
{
	for (size_t i = 0; i < option_n_rows; i++)
		if (option_rows[i].topic == TOPIC_INSTALL &&
		    precedence_given(o, option_rows[i].name))
			return usage_error("--%s needs \"manifests\" or "
					   "\"certs\"", option_rows[i].name);
	return STATUS_DONE;
}

/* ---- files ---- */

/* What was read of a path already; NULL: nothing. */
static const struct injector_text *find_text(const struct plan *p,
					     const char *path)
{
	const struct configuration *c = p->configuration;
	const char *name = strcmp(path, "-") ? path : "<stdin>";

	for (size_t i = 0; i < c->templates.n; i++)
		if (strcmp(c->templates.at[i].name, path) == 0)
			return &c->templates.at[i];
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->texts[i].name, name) == 0)
			return &c->texts[i];
	return NULL;
}

static bool is_key(const struct plan *p, const char *key)
{
	for (size_t i = 0; i < p->n_files; i++)
		if (strcmp(p->files[i].name, key) == 0)
			return true;
	return false;
}

/* The name of the file, in characters that keys may have, and unique. */
static const char *make_key(struct plan *p, const char *path)
{
	const char *slash = strrchr(path, '/');
	str name = str_of(strcmp(path, "-") == 0 ? "stdin" :
			  slash ? slash + 1 : path);
	struct buf b = BUF_INIT;
	const char *key;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		buf_addc(&b, is_alnum(c) || c == '-' || c == '_' ||
			     (c == '.' && i) ? c : '_');
	}
	key = arena_str(&p->arena, buf_str(&b)).p;
	for (unsigned n = 2; is_key(p, key); n++)
		key = arena_printf(&p->arena, "%u-%s", n, buf_z(&b)).p;
	buf_release(&b);
	return key;
}

static bool is_text(str text)
{
	size_t i = 0;

	while (i < text.n) {
		uint32_t c;
		size_t n = utf8_decode(str_sub(text, i, text.n), &c);

		if (!c || (c == 0xfffd && n == 1))
			return false;
		i += n;
	}
	return true;
}

static int read_file(struct plan *p, const char *path,
		     struct injector_text *out)
{
	const struct injector_text *known = find_text(p, path);
	struct buf b = BUF_INIT;
	str text;

	if (known) {
		*out = *known;
		return 0;
	}
	if (io_slurp(path, &b, &p->e)) {
		buf_release(&b);
		return -1;
	}
	text = arena_str(&p->arena, buf_str(&b));
	buf_release(&b);
	*out = (struct injector_text){ path, text.p, text.n };
	return 0;
}

/* The key under which the installation has the file, or NULL. */
static const char *add_file(struct plan *p, const char *path)
{
	struct injector_text *file = &p->files[p->n_files];
	const struct pos pos = { path, 0, 0 };

	for (size_t i = 0; i < p->n_files; i++)
		if (strcmp(p->paths[i], path) == 0)
			return p->files[i].name;
	if (read_file(p, path, file))
		return NULL;
	file->name = make_key(p, path);
	p->paths[p->n_files++] = path;
	p->size += strlen(file->name) + file->length;
	if (!is_text((str){ file->text, file->length })) {
		err_set(&p->e, pos, "not UTF-8 text, which a ConfigMap needs");
		return NULL;
	}
	if (p->size > CONFIG_MAX) {
		err_set(&p->e, pos, "more than 1 MiB with the files before "
			"it, too much for a ConfigMap");
		return NULL;
	}
	return file->name;
}

/* ---- the server's options ---- */

static void add_arg(struct plan *p, const char *name, const char *value)
{
	str arg = strcmp(value, "true") == 0 ?
		  arena_printf(&p->arena, "--%s", name) :
		  arena_printf(&p->arena, "--%s=%s", name, value);

	words_add(&p->args, arg.p);
}

static bool is_path(const struct project_option *option, const char *text)
{
	return option->is_path && option->is_path(text) &&
	       !(option->map == PROJECT_JSON && *text == '{');
}

static int add_setting(struct plan *p, const struct project_setting *s)
{
	const struct project_option *option = &p->options->known.at[s->option];
	const char *key;

	if (option->shape == PROJECT_NONE || is_fixed(option->name) ||
	    option_rows[s->option].topic == TOPIC_INSTALL)
		return 0;
	if (!is_path(option, s->text)) {
		add_arg(p, option->name, s->text);
		return 0;
	}
	key = add_file(p, s->text);
	if (!key)
		return -1;
	add_arg(p, option->name, arena_printf(&p->arena, "%s/%s",
					      MANIFESTS_CONFIG, key).p);
	return 0;
}

static int add_settings(struct plan *p)
{
	const struct project_settings *all = &p->options->settings;

	p->files = arena_array(&p->arena, struct injector_text, all->n + 1);
	p->paths = arena_array(&p->arena, const char *, all->n + 1);
	add_arg(p, "tls-cert", MANIFESTS_TLS "/tls.crt");
	add_arg(p, "tls-key", MANIFESTS_TLS "/tls.key");
	/* for the limit of memory in templates/webhook/server.yaml; enough for
	 * thousands of Pods a second */
	add_arg(p, "workers", "2");
	for (size_t i = 0; i < all->n; i++)
		if (add_setting(p, &all->at[i]))
			return -1;
	return 0;
}

/* ---- which containers are sidecars ---- */

#define APP "app"

static void add_containers(struct plan *p, const struct node *list)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		str name = node_string(node_get(list->items[i], STR("name")));

		if (name.n && !str_eq(name, STR(APP)))
			words_add(&p->sidecars, arena_str(&p->arena, name).p);
	}
}

/* Those that a Pod gets that has nothing but one container. */
static int find_sidecars(struct plan *p, const struct injector *in)
{
	static const char pod[] = "apiVersion: v1\nkind: Pod\n"
		"metadata: {name: " APP "}\n"
		"spec: {containers: [{name: " APP ", image: " APP "}]}\n";
	const struct injector_text text = { "<Pod>", pod, sizeof(pod) - 1 };
	struct injector_error error;
	struct source source;
	struct document doc;
	char *out;
	int result;

	if (injector_inject_text(in, &text, &out, NULL, NULL, NULL, &error))
		return err_set(&p->e, POS_NONE, "%s", error.text);
	source = (struct source)SOURCE_YAML("<Pod>",
				arena_str(&p->arena, str_of(out)));
	injector_free_text(out);
	result = yaml_read_first(&p->arena, &source, &doc, &p->e);
	if (!result) {
		add_containers(p, node_find(doc.root, "spec.initContainers"));
		add_containers(p, node_find(doc.root, "spec.containers"));
	}
	return result;
}

/* ---- the whole ---- */

static bool uses_host_network(const struct options *o)
{
	for (size_t i = 0; i < o->no_skip.n; i++)
		if (strstr(o->no_skip.at[i], "host-network"))
			return true;
	return false;
}

static bool is_istio(const struct options *o)
{
	return o->inject_config || !o->templates.n ||
	       strcmp(o->templates.at[0], "istio") == 0;
}

static enum status set_all(struct plan *p)
{
	const struct options *o = p->options;
	enum status status = set_service(p);

	p->m.image = o->image;
	p->m.replicas = o->replicas;
	p->m.grace = (unsigned)(o->drain / 1000) + GRACE;
	p->m.istio = is_istio(o);
	p->m.revision = o->revision;
	p->m.tags = o->tags.at;
	p->m.n_tags = o->tags.n;
	p->m.host_network = uses_host_network(o);
	p->m.fail_open = o->fail_open;
	p->m.cert_manager = o->cert_manager;
	p->m.only_certs = o->command == COMMAND_CERTS;
	return status == STATUS_DONE ? check_revisions(p) : status;
}

static int make_certs(struct plan *p)
{
	const struct certs_request request = {
		.service = p->m.name,
		.namespace_ = p->m.namespace_,
		.days = p->options->days,
		.ca_file = p->options->ca,
	};

	if (p->m.cert_manager)
		return 0;
	p->m.certs = &p->certs;
	return certs_make(&p->certs, &request, &p->e);
}

static enum status print(struct plan *p)
{
	struct buf out = BUF_INIT;
	enum status status;

	p->m.args = p->args.at;
	p->m.n_args = p->args.n;
	p->m.files = p->files;
	p->m.n_files = p->n_files;
	p->m.sidecars = p->sidecars.at;
	p->m.n_sidecars = p->sidecars.n;
	if (make_certs(p) || manifests_write(&out, &p->m, &p->e))
		status = print_err(&p->e);
	else
		status = print_stdout(buf_str(&out));
	buf_release(&out);
	if (status == STATUS_DONE && p->m.certs && !p->options->ca)
		(void)print_error(NULL, 0, 0, "note: the CA is new, and its "
			"key is not kept; --ca FILE keeps it, so that a later "
			"run can use it");
	return status;
}

static enum status print_everything(struct plan *p,
				    struct reporting *reporting)
{
	struct handles handles;
	enum status status = handles_begin(&handles, p->options, reporting);

	p->configuration = &handles.main.configuration;
	handles_tell_rules(reporting, &handles.main);
	if (status == STATUS_DONE &&
	    (add_settings(p) ||
	     (p->m.fail_open && !p->m.istio &&
	      find_sidecars(p, handles.main.injector))))
		status = print_err(&p->e);
	if (status == STATUS_DONE)
		status = print(p);
	handles_end(&handles, false);
	return status;
}

static enum status plan_run(struct plan *p)
{
	struct reporting reporting;
	struct progress progress;
	enum status status;

	if (p->m.only_certs)
		return print(p);
	progress_begin(&progress, p->options);
	status = reporting_open(&reporting, p->options, &progress);
	if (status == STATUS_DONE)
		status = print_everything(p, &reporting);
	return reporting_close(&reporting, status);
}

enum status install_print(const struct options *o)
{
	struct plan p = {
		.options = o, .arena = ARENA_INIT, .certs = CERTS_INIT,
		.e = ERR_INIT,
	};
	enum status status = check_options(o);

	if (status == STATUS_DONE)
		status = set_all(&p);
	if (status == STATUS_DONE)
		status = plan_run(&p);
	certs_release(&p.certs);
	mem_free(p.args.at);
	mem_free(p.sidecars.at);
	arena_release(&p.arena);
	return status;
}

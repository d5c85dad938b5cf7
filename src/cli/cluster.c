/*
 * Names and namespace are those of istioctl (kubeinject.go): the default name
 * of a ConfigMap ends in the revision.
 */
#include "cli/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "cli/messages.h"
#include "cli/programs.h"

static const char *namespace_of(const struct options *o)
{
	return o->istio_namespace ? o->istio_namespace : "istio-system";
}

/* ---- what to read ---- */

struct wants {
	bool injection, mesh;
};

static struct wants wants(const struct options *o)
{
	/* -t needs no injection configuration, but its templates can use
	 * values and mesh */
	bool no_config = !o->inject_config && !o->templates.n;
	bool no_values = !o->values_file && !o->operator_file;
	bool no_mesh = !o->mesh_config;
	struct wants w = { .injection = no_config || no_values,
			   .mesh = no_mesh };

	if (!o->from_cluster && !(o->inject_map && w.injection) &&
	    !(o->mesh_map && w.mesh) && !o->istio_namespace)
		w = (struct wants){ false, false };
	return w;
}

/* The name is an argument of kubectl, which must not take it for an option. */
static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", s.p[i]))
			return false;
	return s.n && s.n <= 253 && *s.p != '-';
}

static enum status make_name(struct buf *name, const char *named,
			     const char *usual, const char *revision)
{
	if (named)
		buf_addz(name, named);
	else if (revision)
		buf_printf(name, "%s-%s", usual, revision);
	else
		buf_addz(name, usual);
	if (is_name(buf_str(name)))
		return STATUS_DONE;
	return usage_error("invalid ConfigMap name \"%s\": expected lower-case "
			   "letters, digits, \"-\" and \".\"", buf_z(name));
}

/* ---- kubectl ---- */

/* The words of a command, each followed by a NUL in `text`. */
struct invocation {
	struct buf text;
	struct words argv;
};

static void add(struct invocation *c, const char *option, const char *value)
{
	buf_printf(&c->text, "%s%s", option, value);
	buf_addc(&c->text, '\0');
}

static void add_given(struct invocation *c, const char *option,
		      const char *value)
{
	if (value)
		add(c, option, value);
}

static void make_command(struct invocation *c, const struct options *o,
			 const char *name)
{
	static const char *const words[] = {
		"kubectl", "get", "configmap",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		add(c, words[i], "");
	add(c, name, "");
	add(c, "-o", "");
	add(c, "json", "");
	add(c, "-n", "");
	add(c, namespace_of(o), "");
	add_given(c, "--kubeconfig=", o->kubeconfig);
	add_given(c, "--context=", o->context);
	add_given(c, "--as=", o->as);
	add_given(c, "--as-uid=", o->as_uid);
	for (size_t i = 0; i < o->as_group.n; i++)
		add(c, "--as-group=", o->as_group.at[i]);
	buf_printf(&c->text, "--request-timeout=%llums",
		   (unsigned long long)o->kube_timeout);
	buf_addc(&c->text, '\0');
}

static void make_argv(struct invocation *c)
{
	str rest = buf_str(&c->text);

	/* each word has at least its NUL */
	c->argv.at = mem_alloc_array(rest.n + 1, sizeof(*c->argv.at));
	while (rest.n) {
		c->argv.at[c->argv.n++] = rest.p;
		rest = str_sub(rest, str_find(rest, 0, '\0') + 1, rest.n);
	}
	c->argv.at[c->argv.n] = NULL;
}

static int ask(struct buf *json, const struct options *o, const char *name,
	       struct err *e)
{
	struct invocation command = { BUF_INIT, { .n = 0 } };
	int result;

	make_command(&command, o, name);
	make_argv(&command);
	result = kubectl_run(command.argv.at, o->kube_timeout, json, e);
	mem_free(command.argv.at);
	buf_release(&command.text);
	return result;
}

static enum status read_map(struct config_map *m, const struct options *o,
			    const char *name)
{
	struct err e = ERR_INIT;

	if (ask(&m->json, o, name, &e) < 0)
		return print_err(&e);
	buf_printf(&m->name, "configmap %s/%s", namespace_of(o), name);
	m->text = (struct injector_text){ buf_z(&m->name), buf_z(&m->json),
					  m->json.n };
	return STATUS_DONE;
}

static enum status load_map(struct config_map *m, const struct options *o,
			    const char *named, const char *usual)
{
	struct buf name = BUF_INIT;
	enum status status = make_name(&name, named, usual, o->revision);

	if (status == STATUS_DONE)
		status = read_map(m, o, buf_z(&name));
	buf_release(&name);
	return status;
}

/* ---- both ---- */

/* kubectl may have printed anything; check it before it is parsed as a
 * template. */
static enum status check(const struct cluster *c)
{
	const struct captured captured = cluster_captured(c);
	struct injector_error error = { .line = 0 };
	struct buf text = BUF_INIT;
	enum status status;

	if (capture_check(&captured, &error) == 0)
		return STATUS_DONE;
	buf_printf(&text, "unexpected answer from kubectl: %s", error.text);
	status = print_error(error.file, error.line, error.column,
			   buf_z(&text));
	buf_release(&text);
	return status;
}

static enum status load(struct cluster *c, const struct options *o,
			struct wants w)
{
	enum status status = STATUS_DONE;

	if (w.injection)
		status = load_map(&c->injection, o, o->inject_map,
				  "istio-sidecar-injector");
	if (w.mesh && status == STATUS_DONE)
		status = load_map(&c->mesh, o, o->mesh_map, "istio");
	return status == STATUS_DONE ? check(c) : status;
}

bool cluster_is_read(const struct options *o)
{
	const struct wants w = wants(o);

	return w.injection || w.mesh;
}

enum status cluster_load(struct cluster *c, const struct options *o)
{
	return load(c, o, wants(o));
}

enum status cluster_load_all(struct cluster *c, const struct options *o)
{
	return load(c, o, (struct wants){ true, true });
}

struct captured cluster_captured(const struct cluster *c)
{
	return (struct captured){
		.injection = c->injection.text.name ? &c->injection.text : NULL,
		.mesh = c->mesh.text.name ? &c->mesh.text : NULL,
	};
}

void cluster_release(struct cluster *c)
{
	buf_release(&c->injection.name);
	buf_release(&c->injection.json);
	buf_release(&c->mesh.name);
	buf_release(&c->mesh.json);
}

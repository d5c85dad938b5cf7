/*
 * manifests - the objects of an installation, as YAML.
 *
 * What they say is in templates/webhook: Go templates like any others, executed
 * on a map with the names of struct manifests.  `rows` is not an object
 * but data: rendered for each webhook configuration, it gives its rows.
 */
#include "webhook/install.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "injector.h"
#include "istio/render.h"
#include "tmpl/tmpl.h"
#include "yaml/read.h"

static const struct injector_builtin texts[] = {
#include "manifests.inc"
};

struct writer {
	const struct manifests *m;
	struct arena arena;
	struct map *data;
	struct buf *out;
	struct err *e;
};

/* ---- templates ---- */

static str text_of(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(texts) && strcmp(texts[i].name, name))
		i++;
	assert(i < ARRAY_SIZE(texts));
	return (str){ texts[i].text, texts[i].length };
}

static int execute(struct writer *w, struct buf *out, const char *name)
{
	const struct tmpl_context context = {
		.arena = &w->arena, .limits = TMPL_LIMITS,
	};
	uint32_t n = 0;
	struct tmpl *t;

	while (istio_tables[n])
		n++;
	t = tmpl_parse(&w->arena, str_of(name), text_of(name), istio_tables, n,
		       w->e);
	if (!t)
		return -1;
	return tmpl_exec(t, out, value_of_map(w->data, &type_map), &context,
			 w->e);
}

/* An object or several, as documents of the stream. */
static int write_objects(struct writer *w, const char *name)
{
	if (w->out->n)
		buf_addz(w->out, "---\n");
	return execute(w, w->out, name);
}

/* ---- data ---- */

static void set(struct writer *w, const char *key, struct value v)
{
	map_set(w->data, str_of(key), value_as_elem(v, &type_interface));
}

static void set_text(struct writer *w, const char *key, const char *text)
{
	set(w, key, value_z(text ? text : ""));
}

static void set_buf(struct writer *w, const char *key, const struct buf *text)
{
	set(w, key, value_str(buf_str(text)));
}

static struct value words(struct writer *w, const char *const *at, size_t n)
{
	struct items items = ITEMS_INIT(&w->arena);

	for (size_t i = 0; i < n; i++)
		items_add(&items, value_z(at[i]));
	return items_list(&items, &type_list);
}

static struct value files(struct writer *w)
{
	struct map *map = map_new(&w->arena, &type_map);

	for (size_t i = 0; i < w->m->n_files; i++) {
		const struct injector_text *file = &w->m->files[i];
		str text = { file->text, file->length };

		map_set(map, str_of(file->name),
			value_as_elem(value_str(text), &type_interface));
	}
	return value_of_map(map, &type_map);
}

static void set_all(struct writer *w)
{
	const struct manifests *m = w->m;
	const struct certs *certs = m->certs;

	set_text(w, "name", m->name);
	set_text(w, "namespace", m->namespace_);
	set(w, "host", value_str(arena_printf(&w->arena, "%s.%s.svc", m->name,
					      m->namespace_)));
	set_text(w, "image", m->image);
	set(w, "replicas", value_int(m->replicas));
	set(w, "grace", value_int(m->grace));
	set(w, "args", words(w, m->args, m->n_args));
	set(w, "files", files(w));
	set(w, "istio", value_bool(m->istio));
	set(w, "hostNetwork", value_bool(m->host_network));
	set(w, "failOpen", value_bool(m->fail_open));
	set(w, "certManager", value_bool(m->cert_manager));
	set(w, "sidecars", words(w, m->sidecars, m->n_sidecars));
	if (!certs)
		return;
	set_buf(w, "ca", &certs->ca);
	set_buf(w, "certificate", &certs->certificate);
	set_buf(w, "key", &certs->key);
}

/* ---- webhook configurations ---- */

/* One, {name, rows}, for a revision or a tag. */
static int add_webhook(struct writer *w, struct items *items, str name,
		       const char *revision)
{
	struct map *webhook = map_new(&w->arena, &type_map);
	struct buf b = BUF_INIT;
	struct source *source = arena_new(&w->arena, struct source);
	struct document doc;
	int result;

	set_text(w, "revision", revision);
	result = execute(w, &b, "rows");
	*source = (struct source)SOURCE_YAML("rows",
				arena_str(&w->arena, buf_str(&b)));
	buf_release(&b);
	if (result || yaml_read_first(&w->arena, source, &doc, w->e))
		return -1;
	map_set(webhook, STR("name"), value_as_elem(value_str(name),
						    &type_interface));
	map_set(webhook, STR("rows"), value_of_node(&w->arena, &type_interface,
						    doc.root, true));
	items_add(items, value_of_map(webhook, &type_map));
	return 0;
}

static int set_webhooks(struct writer *w)
{
	const struct manifests *m = w->m;
	struct items items = ITEMS_INIT(&w->arena);
	str host = arena_printf(&w->arena, "%s.%s.svc", m->name,
				m->namespace_);

	if (add_webhook(w, &items, host,
			m->revision ? m->revision : "default"))
		return -1;
	for (size_t i = 0; i < m->n_tags; i++) {
		str name = arena_printf(&w->arena, "%s-tag-%s.%s.svc",
					m->name, m->tags[i], m->namespace_);

		if (add_webhook(w, &items, name, m->tags[i]))
			return -1;
	}
	set(w, "webhooks", items_list(&items, &type_list));
	return 0;
}

/* ---- the whole ---- */

/* The configuration comes first: where a certificate of a new CA is not known
 * in all Pods yet, both CAs are trusted already. */
static int write_certs(struct writer *w)
{
	if (write_objects(w, "webhook"))
		return -1;
	return w->m->certs && w->m->certs->key.n ? write_objects(w, "secret")
						 : 0;
}

/* The configuration comes last: from then on, Pods wait for the server. */
static int write_everything(struct writer *w)
{
	const struct manifests *m = w->m;

	if (write_objects(w, "server") ||
	    (m->n_files && write_objects(w, "config")) ||
	    (m->certs && m->certs->key.n && write_objects(w, "secret")) ||
	    (m->cert_manager && write_objects(w, "cert-manager")) ||
	    (m->fail_open && write_objects(w, "report")))
		return -1;
	return write_objects(w, "webhook");
}

int manifests_write(struct buf *out, const struct manifests *m, struct err *e)
{
	struct writer w = {
		.m = m, .arena = ARENA_INIT, .out = out, .e = e,
	};
	int result;

	w.data = map_new(&w.arena, &type_map);
	set_all(&w);
	result = set_webhooks(&w);
	if (!result)
		result = m->only_certs ? write_certs(&w) :
					 write_everything(&w);
	arena_release(&w.arena);
	return result;
}

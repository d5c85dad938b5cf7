#include "engine/capture.h"

#include <errno.h>

#include "engine/settings.h"
#include "istio/istio_config.h"
#include "json/scan.h"
#include "yaml/emit.h"

/* A ConfigMap. */
struct map {
	const struct injector_text *text; /* NULL: not given */
	str keys[2];			  /* of its data; "" for none */
	const struct node *root;
};

struct capture {
	struct arena arena;
	struct map injection, mesh;
};

static struct pos whole(const struct map *m)
{
	return (struct pos){ m->text->name, 0, 0 };
}

static int read_map(struct arena *a, struct map *m, struct err *e)
{
	struct source *source = arena_new(a, struct source);

	if (!m->text)
		return 0;
	*source = (struct source)SOURCE_JSON(m->text->name, STR_NONE);
	source->text = (str){ m->text->text, m->text->length };
	if (json_scan(a, source, 0, &m->root, e))
		return -1;
	if (!str_eq(node_string(node_get(m->root, STR("kind"))),
		    STR("ConfigMap")))
		return err_set(e, whole(m), "not a ConfigMap");
	for (size_t i = 0; i < 2 && m->keys[i].n; i++) {
		const struct node *data = node_get(m->root, STR("data"));

		if (!node_string(node_get(data, m->keys[i])).n)
			return err_set(e, whole(m), "has no data.%.*s",
				       STR_ARG(m->keys[i]));
	}
	return 0;
}

static int read_maps(struct capture *c,
		     const struct captured *captured, struct err *e)
{
	*c = (struct capture){
		.arena = ARENA_INIT,
		.injection = { .text = captured->injection,
			       .keys = { STR("config"), STR("values") } },
		.mesh = { .text = captured->mesh, .keys = { STR("mesh") } },
	};
	return read_map(&c->arena, &c->injection, e) ||
	       read_map(&c->arena, &c->mesh, e) ? -1 : 0;
}

int capture_check(const struct captured *captured, struct injector_error *error)
{
	struct err e = ERR_INIT;
	struct capture c;
	int result = read_maps(&c, captured, &e);

	if (result && error)
		error_fill(error, INJECTOR_INVALID, &e);
	arena_release(&c.arena);
	return result;
}

/* ---- the comment at the head ---- */

/* A text from the cluster, without line breaks: it must not end the comment. */
static void add_words(struct buf *b, str words)
{
	for (size_t i = 0; i < words.n; i++)
		buf_addc(b, (unsigned char)words.p[i] < ' ' ? '?' :
							       words.p[i]);
}

static void add_fact(struct buf *b, const char *name, str fact)
{
	if (!fact.n)
		return;
	buf_printf(b, "#   %-10s ", name);
	add_words(b, fact);
	buf_addc(b, '\n');
}

/* Tags may be numbers. */
static str text_at(const struct node *n, const char *path)
{
	n = node_find(n, path);
	return n && node_is_scalar(n) && n->kind != NODE_NULL ? node_text(n) :
								STR_NONE;
}

static str label(const struct map *m, str name)
{
	return node_string(node_get(node_find(m->root, "metadata.labels"),
				    name));
}

static str revision_of(const struct capture *c, const struct node *values)
{
	str revision = text_at(values, "revision");

	if (!revision.n)
		revision = label(&c->injection, STR("istio.io/rev"));
	if (!revision.n)
		revision = label(&c->mesh, STR("istio.io/rev"));
	return revision.n ? revision : STR("default");
}

/* As in Istio's templates: an image with a slash is complete. */
static str proxy_image(struct arena *a, const struct node *values)
{
	str image = text_at(values, "global.proxy.image");
	str hub = text_at(values, "global.hub");
	str tag = text_at(values, "global.tag");

	if (!image.n || !hub.n || memchr(image.p, '/', image.n))
		return image;
	return arena_printf(a, "%.*s/%.*s:%.*s", STR_ARG(hub), STR_ARG(image),
			    STR_ARG(tag));
}

static str template_names(struct arena *a, const struct inject_config *config)
{
	struct buf b = BUF_INIT;
	str names;

	for (uint32_t i = 0; i < config->n_templates; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "",
			   STR_ARG(config->templates[i].name));
	names = arena_str(a, buf_str(&b));
	buf_release(&b);
	return names;
}

/* The first image in the template that is written without an action. */
static void add_images(struct buf *b, struct arena *a,
		       const struct config_template *t)
{
	str line, rest = config_template_text(a, t);

	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		while (line.n && strchr(" -", *line.p))
			line = str_sub(line, 1, line.n);
		if (!str_starts(line, STR("image: ")) ||
		    memmem(line.p, line.n, "{{", 2))
			continue;
		buf_addz(b, "#   image      ");
		add_words(b, str_sub(line, strlen("image: "), line.n));
		buf_addz(b, ", in the template ");
		add_words(b, t->name);
		buf_addc(b, '\n');
		return;
	}
}

/* "1.24, from global.tag" */
static void add_rules(struct buf *b, const struct release_told *told)
{
	if (told->from)
		buf_printf(b, "#   rules      those of Istio 1.%d, from %s\n",
			   told->release.minor, told->from);
}

/* With the release, unless the tag tells it, which is part of the values. */
static void add_use(struct buf *b, str revision,
		    const struct release_told *told)
{
	bool is_default = str_eq(revision, STR("default"));
	bool is_told = told->from && strcmp(told->from, "global.tag") != 0;

	buf_addz(b, "# To use this file, FILE:\n"
		    "#   injector --mesh FILE");
	if (!is_default) {
		buf_addz(b, " \\\n#     --revision ");
		add_words(b, revision);
	}
	if (is_told) {
		buf_addz(b, " \\\n#     --istio-version ");
		release_add(b, told->release);
	}
	buf_addc(b, '\n');
}

static void add_head(struct buf *b, struct capture *c,
		     const struct inject_config *config,
		     const struct node *values)
{
	str revision = revision_of(c, values);
	struct release_told told = release_ask(config, values);

	buf_addz(b, "# The configuration of Istio's injector in a cluster:\n");
	add_fact(b, "namespace", text_at(c->injection.root ? c->injection.root
							   : c->mesh.root,
					 "metadata.namespace"));
	add_fact(b, "revision", revision);
	add_fact(b, "version", label(&c->injection,
				     STR("app.kubernetes.io/version")));
	add_fact(b, "hub", text_at(values, "global.hub"));
	add_fact(b, "tag", text_at(values, "global.tag"));
	add_fact(b, "proxy", proxy_image(&c->arena, values));
	add_fact(b, "templates", template_names(&c->arena, config));
	for (uint32_t i = 0; i < config->n_templates; i++)
		add_images(b, &c->arena, &config->templates[i]);
	add_rules(b, &told);
	add_use(b, revision, &told);
}

/* ---- the documents ---- */

static void add_entry(struct arena *a, struct entry *entries, uint32_t *n,
		      str key, const struct node *value)
{
	if (value)
		entries[(*n)++] = (struct entry){ node_new_string(a, key),
						  value };
}

/* The map with only these keys, in this order. */
static const struct node *part(struct arena *a, const struct node *map,
			       const str *keys, size_t n_keys)
{
	struct entry *entries = arena_array(a, struct entry, n_keys);
	uint32_t n = 0;

	for (size_t i = 0; i < n_keys; i++)
		add_entry(a, entries, &n, keys[i], node_get(map, keys[i]));
	return node_new_map(a, NULL, entries, n);
}

static void add_document(struct arena *a, struct buf *b, const struct map *m)
{
	static const struct emit_style style = EMIT_STYLE_DEFAULT;
	static const str keys[] = {
		STR("apiVersion"), STR("kind"), STR("metadata"), STR("data"),
	};
	static const str meta_keys[] = {
		STR("name"), STR("namespace"), STR("labels"),
	};
	const struct node *meta, *data, *map;

	if (!m->root)
		return;
	meta = part(a, node_get(m->root, STR("metadata")), meta_keys, 3);
	data = part(a, node_get(m->root, STR("data")), m->keys, 2);
	map = part(a, m->root, keys, 4);
	map = node_with(a, map, STR("metadata"), meta);
	map = node_with(a, map, STR("data"), data);
	buf_addz(b, "---\n");
	emit_document(b, map, &style);
	buf_addc(b, '\n');
}

/* Read it, so that an invalid configuration is an error now. */
static int read_config(struct capture *c, struct inject_config *config,
		       const struct node **values, struct err *e)
{
	const struct config_reader r = { &c->arena, NULL, NULL };
	const struct injector_text *t = c->injection.text;
	struct config_file file;
	const struct node *mesh;

	if (t) {
		file = (struct config_file){ t->name, t->text, t->length };
		if (config_read_inject(&r, &file, config, e) ||
		    config_read_values(&r, &file, values, e))
			return -1;
	}
	t = c->mesh.text;
	if (t) {
		file = (struct config_file){ t->name, t->text, t->length };
		return config_read_mesh(&r, &file, &mesh, e);
	}
	return 0;
}

static int capture(struct capture *c, const struct captured *captured,
		   struct buf *b, struct err *e)
{
	struct inject_config config = { .n_templates = 0 };
	const struct node *values = NULL;

	if (read_maps(c, captured, e) || read_config(c, &config, &values, e))
		return -1;
	add_head(b, c, &config, values);
	add_document(&c->arena, b, &c->injection);
	add_document(&c->arena, b, &c->mesh);
	return 0;
}

int capture_write(const struct captured *captured,
		  int (*write)(void *ctx, const void *p, size_t n),
		  void *ctx, struct injector_error *error)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct capture c;
	int result = capture(&c, captured, &b, &e);
	enum injector_code code = INJECTOR_INVALID;

	if (!result && write(ctx, b.p, b.n)) {
		code = INJECTOR_IO;
		result = err_set(&e, POS_NONE, "cannot write: %s",
				 strerror(errno));
	}
	if (result && error)
		error_fill(error, code, &e);
	buf_release(&b);
	arena_release(&c.arena);
	return result;
}

/*
 * From the text of a template to the overlay for a Pod.
 *
 *	text without {{   read_plain(), once                    -> overlay
 *	text with {{      parse(), once; execute(), per Pod     -> YAML text
 *	                  read_overlay() of that text           -> overlay
 *
 *	TEMPLATE_FILE     read_file(): one document, only metadata and spec,
 *	                  typed as a Pod
 *	TEMPLATE_ISTIO    read_istio(): the first document, with Go's rules
 *	                  for zero values
 *
 * A broken template text is an error at its own position; a broken output is
 * one at the Pod, with the line of the output in question.
 */
#include "istio/render.h"

#include <pthread.h>

#include "base/array.h"
#include "base/chars.h"
#include "json/scan.h"
#include "k8s/typed.h"
#include "yaml/read.h"
#include "yaml/stream.h"

/*
 * Several threads may use different templates at once, so what is made on first
 * use is in an arena of the template, under its lock.
 */
struct template {
	enum template_sort sort;
	const struct config_template *config;
	pthread_mutex_t lock;
	/* Made on first use: */
	struct mem_pool pool;
	struct arena arena;
	bool prepared;
	struct source source;
	const struct node *overlay;	/* of plain YAML */
	const struct tmpl *tmpl;	/* of anything else */
};

struct template *template_new(struct arena *a, enum template_sort sort,
			      const struct config_template *config)
{
	struct template *t = arena_new(a, struct template);

	t->sort = sort;
	t->config = config;
	t->pool = (struct mem_pool)MEM_POOL_INIT;
	t->arena = (struct arena)ARENA_INIT;
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void template_release(struct template *t)
{
	arena_release(&t->arena);
	pthread_mutex_destroy(&t->lock);
}

str template_name(const struct template *t)
{
	return t->config->name;
}

/* ---- a text of YAML or JSON as an overlay ---- */

/* The text of a template, as stream_read_fn wants it. */
struct text_reader {
	str left;
};

static int64_t read_text(void *ctx, void *p, size_t n)
{
	struct text_reader *reader = ctx;
	str head = str_sub(reader->left, 0, n);

	if (head.n)
		memcpy(p, head.p, head.n);
	reader->left = str_sub(reader->left, n, reader->left.n);
	return (int64_t)head.n;
}

/* Merging an empty `spec:` would delete the Pod's. */
static int check_parts(const struct node *root, struct err *e)
{
	for (uint32_t i = 0; i < root->n; i++) {
		const struct node *value = root->entries[i].value;

		if (value->kind == NODE_NULL)
			return err_set(e, node_pos(value), "%.*s: is "
				       "empty", STR_ARG(node_text(
						root->entries[i].key)));
	}
	return 0;
}

static int check_keys(const struct node *root, struct err *e)
{
	static const char *const known[] = {
		"metadata", "spec", "apiVersion", "kind",
	};

	for (uint32_t i = 0; i < root->n; i++) {
		str key = node_text(root->entries[i].key);
		size_t k = 0;

		while (k < ARRAY_SIZE(known) &&
		       !str_eq(key, str_of(known[k])))
			k++;
		if (k == ARRAY_SIZE(known))
			return err_set(
				e, node_pos(root->entries[i].key),
				"a template is a part of a Pod: expected "
				"`metadata` or `spec`, found `%.*s`",
				STR_ARG(key));
	}
	return 0;
}

static int check_file(const struct node *root, struct err *e)
{
	if (root->kind != NODE_MAP)
		return err_set(e, node_pos(root), "a template must be a map "
			       "with `metadata` or `spec` of a Pod, not %s",
			       node_kind_name(root));
	if (node_check(root, e) || check_keys(root, e) ||
	    typed_check_json("Pod", root, e))
		return -1;
	return check_parts(root, e);
}

/* The identity of a whole Pod is not merged into another one. */
static const struct node *without_name(struct arena *a, const struct node *root)
{
	static const char *const own[] = {
		"name", "generateName", "namespace",
	};
	const struct node *meta = node_get(root, STR("metadata"));

	if (meta && node_get(root, STR("kind"))) {
		for (size_t i = 0; i < ARRAY_SIZE(own); i++)
			meta = node_with(a, meta, str_of(own[i]), NULL);
		root = node_with(a, root, STR("metadata"),
				 meta->n ? meta : NULL);
	}
	root = node_with(a, root, STR("apiVersion"), NULL);
	return node_with(a, root, STR("kind"), NULL);
}

static int read_piece(struct arena *a, struct source *source,
		      const struct piece *piece, const struct node **out,
		      struct err *e)
{
	struct document doc;

	source->text = arena_str(a, piece->text);
	source->line = piece->line;
	source->column = piece->column;
	source->json = piece->json;
	if (piece->json && !json_scan(a, source, 0, out, NULL))
		return 0;
	source->json = false;
	if (yaml_read(a, source, &doc, e))
		return -1;
	*out = doc.root;
	return 0;
}

/* The one document of a stream; NULL if there is none. */
static int read_single(struct arena *a, struct source *source,
		       struct stream *stream, const struct node **out,
		       struct err *e)
{
	struct piece piece;
	int more;

	*out = NULL;
	while ((more = stream_next(stream, &piece, e)) > 0) {
		if (piece.blank)
			continue;
		if (*out)
			return err_set(e, (struct pos){ source->name,
							piece.line,
							piece.column },
				       "a template must be a single document; "
				       "here a second one starts");
		if (read_piece(a, source, &piece, out, e))
			return -1;
	}
	return more;
}

static int read_only(struct arena *a, struct source *source, str text,
		     const struct node **out, struct err *e)
{
	struct text_reader reader = { text };
	struct stream *stream = stream_new(read_text, &reader, source->name,
					   UINT32_MAX);
	int result = read_single(a, source, stream, out, e);

	stream_free(stream);
	return result;
}

static int read_file(const struct template *t, struct arena *a,
		     struct source *source, str text,
		     const struct node **out, struct err *e)
{
	if (read_only(a, source, text, out, e))
		return -1;
	if (!*out && !t->tmpl)
		return err_set(e, (struct pos){ source->name, 1, 1 },
			       "this template is empty");
	if (!*out) {	/* nothing for this workload */
		*out = node_new(a, NODE_MAP);
		return 0;
	}
	if ((*out)->kind == NODE_MAP)
		*out = typed_fold_keys(a, "Pod", *out);
	if (check_file(*out, e))
		return -1;
	*out = without_name(a, *out);
	return 0;
}

/* As applyOverlayYAML: the first document; an empty one changes nothing. */
static int read_istio(struct arena *a, struct source *source, str text,
		      const struct node **out, struct err *e)
{
	struct document doc;

	source->text = text;
	if (yaml_read_first(a, source, &doc, e) || node_check(doc.root, e))
		return -1;
	*out = doc.root->kind == NODE_NULL ? node_new(a, NODE_MAP) : doc.root;
	if ((*out)->kind != NODE_MAP)
		return err_set(e, node_pos(*out), "expected a map, found %s",
			       node_kind_name(*out));
	*out = typed_fold_keys(a, "Pod", *out);
	if (typed_check_json("Pod", *out, e))
		return -1;
	*out = typed_patch(a, "Pod", *out, TYPED_ZERO_DELETES);
	return 0;
}

static int read_overlay(const struct template *t, struct arena *a,
			struct source *source, str text,
			const struct node **out, struct err *e)
{
	source->line = source->column = 1;
	return t->sort == TEMPLATE_FILE ?
		       read_file(t, a, source, text, out, e) :
		       read_istio(a, source, text, out, e);
}

/* ---- preparing ---- */

static str go_name(const struct template *t)
{
	return t->sort == TEMPLATE_ISTIO ? STR("inject") : t->config->name;
}

/* The position in the file of Go's "template: NAME:LINE:COLUMN: ...", whose
 * columns count from 0. */
static struct pos go_pos(const struct template *t, str text)
{
	uint32_t place[2] = { 0, 0 };
	size_t at = STR("template: ").n + go_name(t).n;

	for (int i = 0; i < 2 && at < text.n && text.p[at] == ':'; i++) {
		size_t digit = at + 1;

		for (; digit < text.n && is_digit(text.p[digit]); digit++)
			place[i] = place[i] * 10 +
				   (uint32_t)(text.p[digit] - '0');
		if (digit > at + 1 && i == 1)
			place[i]++;
		at = digit;
	}
	return config_template_pos(t->config, place[0], place[1]);
}

static uint32_t count_tables(void)
{
	uint32_t n = 0;

	while (istio_tables[n])
		n++;
	return n;
}

static int parse(struct template *t, struct err *e)
{
	struct err inner = ERR_INIT;

	t->tmpl = tmpl_parse(&t->arena, go_name(t), t->config->text,
			     istio_tables, count_tables(), &inner);
	if (t->tmpl)
		return 0;
	return err_set(e, go_pos(t, str_of(inner.text)), "%s", inner.text);
}

static int read_plain(struct template *t, struct err *e)
{
	t->source.name = t->config->pos.file;
	return read_overlay(t, &t->arena, &t->source, t->config->text,
			    &t->overlay, e);
}

struct preparation {
	struct template *t;
	struct err *e;
	int result;
};

static void prepare(void *ctx)
{
	struct preparation *p = ctx;
	str text = p->t->config->text;

	p->result = text.n && memmem(text.p, text.n, "{{", 2) ?
			    parse(p->t, p->e) : read_plain(p->t, p->e);
}

/* What is made stays with the template, so that its memory must not be that of
 * the run which happens to come first. */
static enum mem_result prepare_locked(struct preparation *p)
{
	enum mem_result how = mem_protect(&p->t->pool, 0, prepare, p);

	if (how != MEM_OK || p->result) {
		mem_pool_release(&p->t->pool);
		p->t->arena = (struct arena)ARENA_INIT;
	} else {
		p->t->prepared = true;
	}
	return how;
}

int template_prepare(struct template *t, struct err *e)
{
	struct preparation p = { t, e, 0 };
	enum mem_result how = MEM_OK;

	pthread_mutex_lock(&t->lock);
	if (!t->prepared)
		how = prepare_locked(&p);
	pthread_mutex_unlock(&t->lock);
	if (how != MEM_OK)
		mem_fail();
	return p.result;
}

bool template_is_plain(const struct template *t)
{
	return t->overlay;
}

/* ---- rendering ---- */

#define SHOWN_MAX 120

static str shown_line(str text, uint32_t line)
{
	str at = STR_NONE;

	while (line-- && text.n)
		str_cut(text, '\n', &at, &text);
	at = str_sub(at, skip_blanks(at, 0), at.n);
	return str_sub(at, 0, SHOWN_MAX);
}

/* An error in the output of a template, with the line in question. */
static int bad_text(const struct template *t, const struct injection *in,
		    str text, const struct err *inner, struct err *e)
{
	str line = shown_line(text, inner->pos.line);

	return err_set(e, node_pos(in->pod), "%s%.*s: line %u of its "
		       "output: %s: \"%.*s\"", t->sort == TEMPLATE_ISTIO ?
		       "template " : "", STR_ARG(template_name(t)),
		       inner->pos.line, inner->text, STR_ARG(line));
}

/* Go's message only names "inject"; add the position in the file. */
static int failed(const struct template *t, const struct injection *in,
		  const char *text, struct err *e)
{
	struct pos pos = go_pos(t, str_of(text));

	if (t->sort == TEMPLATE_FILE)
		return err_set(e, node_pos(in->pod), "%s", text);
	return err_set(e, node_pos(in->pod), "%s:%u: template %.*s: %s",
		       pos.file, pos.line, STR_ARG(template_name(t)), text);
}

static int execute(const struct template *t, const struct injection *in,
		   struct value data, const struct func_env *env, str *text,
		   struct err *e)
{
	const struct tmpl_context context = { in->values, TMPL_LIMITS, *env };
	struct err inner = ERR_INIT;
	struct buf out = BUF_INIT;
	int result = tmpl_exec(t->tmpl, &out, data, &context, &inner);

	*text = arena_str(in->arena, buf_str(&out));
	buf_release(&out);
	return result ? failed(t, in, inner.text, e) : 0;
}

int template_render(struct template *t, const struct injection *in,
		    struct value data, const struct func_env *env,
		    struct rendering *out, struct err *e)
{
	struct source *source = arena_new(in->arena, struct source);
	struct err inner = ERR_INIT;

	if (template_prepare(t, e))
		return -1;
	if (t->overlay) {
		*out = (struct rendering){ t->config->text, t->overlay };
		return 0;
	}
	if (execute(t, in, data, env, &out->text, e))
		return -1;
	source->name = arena_printf(in->arena, "%.*s (rendered)",
				    STR_ARG(template_name(t))).p;
	if (read_overlay(t, in->arena, source, out->text, &out->overlay,
			 &inner))
		return bad_text(t, in, out->text, &inner, e);
	return 0;
}

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
#include <stdatomic.h>

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
	atomic_bool prepared;
	str text;
	struct source source;		/* the text, as part of its file */
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

/*
 * A text that becomes an overlay.  While it is read, errors have their position
 * in the text.  When it is read, the source gets the map, and the positions of
 * nodes are those in the template.
 */
struct reading {
	const struct template *template;
	struct arena *arena;
	str text;
	const struct source_map *map;
	struct source *source;		/* of the document in the text */
};

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

/* A workload instead of the Pod in it; a Pod may have its kind. */
static int check_whole(const struct node *root, struct err *e)
{
	const struct node *kind = node_get(root, STR("kind"));
	str name = node_string(kind);

	if (name.n && !str_eq(name, STR("Pod")))
		return err_set(e, node_pos(kind), "this is a whole workload, a "
			       "%.*s; a template is a part of a Pod: keep "
			       "only what is below its spec.template",
			       STR_ARG(name));
	return 0;
}

static int check_file(const struct node *root, struct err *e)
{
	if (root->kind != NODE_MAP)
		return err_set(e, node_pos(root), "a template must be a map "
			       "with `metadata` or `spec` of a Pod, not %s",
			       node_kind_name(root));
	if (node_check(root, e) || check_whole(root, e) ||
	    check_keys(root, e) ||
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

/* ---- actions that print "<no value>" ---- */

static const struct source_part *no_value_in(const struct reading *r,
					     const struct node *n);

/* The action that printed "<no value>" into a scalar. */
static const struct source_part *no_value_in_scalar(const struct reading *r,
						    const struct node *n)
{
	const struct source_map *map = r->map;
	size_t start = r->source->offset + n->start;
	size_t end = r->source->offset + n->end;

	for (size_t i = source_map_part(map, start);
	     i < map->n && map->parts[i].at < end; i++)
		if (map->parts[i].no_value && map->parts[i].at >= start)
			return &map->parts[i];
	return NULL;
}

static const struct source_part *no_value_in(const struct reading *r,
					     const struct node *n)
{
	const struct source_part *found = NULL;

	if (n->flags & NODE_ALIAS)
		return NULL;
	if (node_is_scalar(n))
		return no_value_in_scalar(r, n);
	for (uint32_t i = 0; i < n->n && !found; i++) {
		if (n->kind == NODE_LIST) {
			found = no_value_in(r, n->items[i]);
			continue;
		}
		found = no_value_in(r, n->entries[i].key);
		if (!found)
			found = no_value_in(r, n->entries[i].value);
	}
	return found;
}

/* The text of the action at a byte of the template: ".Values.tag | quote". */
static str action_text(str template, size_t at)
{
	size_t end = at;
	char quote = 0;

	for (; end < template.n; end++) {
		char c = template.p[end];

		if (quote) {
			end += c == '\\' && quote == '"';
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '`') {
			quote = c;
		} else if (str_starts(str_sub(template, end, template.n),
				      STR("}}"))) {
			break;
		}
	}
	template = str_sub(template, at, end);
	if (str_ends(template, STR(" -")))
		template.n--;
	return trim_space(template);
}

#define VALUES STR(".Values.")

/* In a comment it does no harm. */
static int check_values(const struct reading *r, const struct node *root,
			struct err *e)
{
	const struct source_part *part;
	struct pos pos;
	str action;
	size_t i = 0;

	while (i < r->map->n && !r->map->parts[i].no_value)
		i++;
	part = i < r->map->n ? no_value_in(r, root) : NULL;
	if (!part)
		return 0;
	pos = source_pos(r->source, part->at - r->source->offset);
	action = action_text(r->map->template->text, part->from);
	if (!str_starts(action, VALUES) ||
	    str_find(action, 0, ' ') < action.n)
		return err_set(e, pos, "\"%.*s\" has no value; use \"default\" "
			       "or \"if\" where that is intended",
			       STR_ARG(action));
	return err_set(e, pos, "\"%.*s\" has no value; set it with --set "
		       "%.*s=...", STR_ARG(action),
		       STR_ARG(str_sub(action, VALUES.n, action.n)));
}

/* ---- documents ---- */

static int read_piece(const struct reading *r, size_t at,
		      const struct piece *piece, const struct node **out,
		      struct err *e)
{
	struct source *source = r->source;
	struct document doc;

	/* the stream's own copy does not last */
	source->text = str_sub(r->text, at, at + piece->text.n);
	source->offset = at;
	source->line = piece->line;
	source->column = piece->column;
	source->json = piece->json;
	if (piece->json && !json_scan(r->arena, source, 0, out, NULL))
		return 0;
	source->json = false;
	if (yaml_read(r->arena, source, &doc, e))
		return -1;
	*out = doc.root;
	return 0;
}

/* The only document of the text; NULL if there is none. */
static int read_only(const struct reading *r, const struct node **out,
		     struct err *e)
{
	struct text_reader reader = { r->text };
	struct stream *stream = stream_new(read_text, &reader, r->source->name,
					   UINT32_MAX);
	struct piece piece;
	size_t at = 0;
	int more;

	*out = NULL;
	while ((more = stream_next(stream, &piece, e)) > 0) {
		if (!piece.blank && *out)
			more = err_set(e, (struct pos){ r->source->name,
					       piece.line, piece.column },
				       "a template must be a single "
				       "document; here a second one starts");
		else if (!piece.blank)
			more = read_piece(r, at, &piece, out, e);
		if (more < 0)
			break;
		at += piece.text.n;
	}
	stream_free(stream);
	return more;
}

static int read_file(const struct reading *r, const struct node **out,
		     struct err *e)
{
	if (read_only(r, out, e))
		return -1;
	if (!*out && !r->template->tmpl)
		return err_set(e, (struct pos){ r->source->name, 1, 1 },
			       "this template is empty");
	if (!*out) {	/* nothing for this workload */
		*out = node_new(r->arena, NODE_MAP);
		return 0;
	}
	if (check_values(r, *out, e))
		return -1;
	if ((*out)->kind == NODE_MAP)
		*out = typed_fold_keys(r->arena, "Pod", *out);
	if (check_file(*out, e))
		return -1;
	*out = without_name(r->arena, *out);
	return 0;
}

/* As applyOverlayYAML: the first document; nothing at all changes nothing. */
static int read_istio(const struct reading *r, const struct node **out,
		      struct err *e)
{
	struct document doc;

	r->source->text = r->text;
	r->source->line = r->source->column = 1;
	if (yaml_read_first(r->arena, r->source, &doc, e) ||
	    check_values(r, doc.root, e) ||
	    (doc.bad && node_check(doc.root, e)))
		return -1;
	*out = doc.root->kind == NODE_NULL ? node_new(r->arena, NODE_MAP) :
					     doc.root;
	if ((*out)->kind != NODE_MAP)
		return err_set(e, node_pos(*out), "expected a map, found %s",
			       node_kind_name(*out));
	if (typed_check_folded(r->arena, "Pod", out, e))
		return -1;
	*out = typed_patch(r->arena, "Pod", *out, TYPED_ZERO_DELETES);
	return 0;
}

/* The first byte of that line and column of a text. */
static size_t offset_of(str text, struct pos pos)
{
	size_t at = 0;

	for (uint32_t line = 1; line < pos.line && at < text.n; line++)
		at = str_find(text, at, '\n') + 1;
	if (!at && str_starts(text, STR("\xef\xbb\xbf")))
		at = 3;
	for (uint32_t column = 1; column < pos.column && at < text.n; column++)
		do
			at++;
		while (at < text.n &&
		       ((unsigned char)text.p[at] & 0xc0) == 0x80);
	return at < text.n ? at : text.n;
}

/* The overlay that the text is.  An error has its position in the template, and
 * *at is that in the text. */
static int read_overlay(const struct template *t, struct arena *a, str text,
			const struct source_map *map, const struct node **out,
			size_t *at, struct err *e)
{
	struct reading r = { t, a, text, map, arena_new(a, struct source) };
	struct err inner = ERR_INIT;
	int failed;

	r.source->name = t->source.name;
	failed = t->sort == TEMPLATE_FILE ? read_file(&r, out, &inner) :
					    read_istio(&r, out, &inner);
	r.source->template = template_name(t);
	r.source->map = map;
	if (!failed)
		return 0;
	*at = offset_of(text, inner.pos);
	r.source->text = text;
	r.source->offset = 0;
	return err_set(e, source_pos(r.source, *at), "%s", inner.text);
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

	t->tmpl = tmpl_parse(&t->arena, go_name(t), t->text,
			     istio_tables, count_tables(), &inner);
	if (t->tmpl)
		return 0;
	return err_set(e, go_pos(t, str_of(inner.text)), "%s", inner.text);
}

static void set_source(struct template *t)
{
	const struct config_template *config = t->config;

	t->source = (struct source){
		.name = config->pos.file,
		.text = t->text,
		.line = config->pos.line,
		.column = config->pos.column,
		.template = config->name,
		.indent = config->indent,
		.one_place = !config->block,
	};
}

/* All of it is copied from the template. */
static int read_plain(struct template *t, struct err *e)
{
	static const struct source_part whole = { .copied = true };
	struct source_map *map = arena_new(&t->arena, struct source_map);
	size_t at;

	*map = (struct source_map){ &t->source, &whole, 1 };
	return read_overlay(t, &t->arena, t->text, map, &t->overlay,
			    &at, e);
}

struct preparation {
	struct template *t;
	struct err *e;
	int result;
};

static void prepare(void *ctx)
{
	struct preparation *p = ctx;
	struct template *t = p->t;

	t->text = config_template_text(&t->arena, t->config);
	set_source(t);
	p->result = t->text.n && memmem(t->text.p, t->text.n, "{{", 2) ?
			    parse(t, p->e) : read_plain(t, p->e);
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
		atomic_store_explicit(&p->t->prepared, true,
				      memory_order_release);
	}
	return how;
}

int template_prepare(struct template *t, struct err *e)
{
	struct preparation p = { t, e, 0 };
	enum mem_result how = MEM_OK;

	/* without a lock that all threads would write to for each Pod */
	if (atomic_load_explicit(&t->prepared, memory_order_acquire))
		return 0;
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

void template_uses(struct template *t, struct tmpl_uses *u)
{
	if (template_prepare(t, NULL))
		u->all = true;
	else if (t->tmpl)
		tmpl_uses_add(u, t->tmpl);
}

/* ---- rendering ---- */

#define SHOWN_MAX 120

/* The line around a byte, without blanks. */
static str line_around(str text, size_t at)
{
	size_t start = at;

	while (start && text.p[start - 1] != '\n')
		start--;
	return trim_space(str_sub(text, start, str_find(text, at, '\n')));
}

/* May what the action printed be a value?  A value may be a secret, and errors
 * end up in logs.  A dot alone or a variable may be anything. */
static bool may_be_value(str action)
{
	static const char *const words[] = {
		".Values", "$", "template", "include", "tpl",
	};
	size_t dot = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (memmem(action.p, action.n, words[i], strlen(words[i])))
			return true;
	while ((dot = str_find(action, dot, '.')) < action.n) {
		dot++;
		if (dot == action.n || strchr(" )|", action.p[dot]))
			return true;
	}
	return false;
}

/* Append bytes [from, to) of a part, or instead of a value its action. */
static void show_part(struct buf *b, const struct source_map *map, str text,
		      const struct source_part *part, size_t from, size_t to)
{
	str action = action_text(map->template->text, part->from);

	if (part->copied || part->no_value || !may_be_value(action))
		buf_adds(b, str_sub(text, from, to));
	else if (from < to)
		buf_printf(b, "{{ %.*s }}", STR_ARG(action));
}

/* Append the line around a byte as far as it can be shown. */
static void show_line(struct buf *b, const struct source_map *map, str text,
		      size_t at)
{
	str line = line_around(text, at);
	size_t from = (size_t)(line.p - text.p), end = from + line.n;

	for (size_t i = map->n && line.n ? source_map_part(map, from) : map->n;
	     i < map->n && map->parts[i].at < end; i++) {
		size_t to = i + 1 < map->n ? map->parts[i + 1].at : end;

		if (to > end)
			to = end;
		if (from < to)
			show_part(b, map, text, &map->parts[i], from, to);
		from = to;
	}
}

/* What is wrong with the rendered text: the line at byte `at`, and the Pod. */
static int bad_text(const struct injection *in, str text,
		    const struct source_map *map, size_t at,
		    const struct err *inner, struct err *e)
{
	struct pos pod = node_pos(in->pod);
	struct buf b = BUF_INIT, line = BUF_INIT;
	str shown;

	show_line(&line, map, text, at);
	shown = str_sub(buf_str(&line), 0, SHOWN_MAX);
	buf_printf(&b, "%s (rendered for %.*s %.*s", inner->text,
		   STR_ARG(in->kind), STR_ARG(in->name));
	if (pod.file)
		buf_printf(&b, " at %s:%u:%u", pod.file, pod.line, pod.column);
	if (shown.n)
		buf_printf(&b, ": \"%.*s\"", STR_ARG(shown));
	err_set(e, inner->pos, "%s)", buf_z(&b));
	buf_release(&line);
	buf_release(&b);
	return -1;
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
		   struct source_map *map, struct err *e)
{
	struct tmpl_parts parts = { NULL, 0, 0 };
	const struct tmpl_context context = { in->values, TMPL_LIMITS, *env,
					      &parts };
	struct err inner = ERR_INIT;
	struct buf out = BUF_INIT;
	struct source_part *copy;
	int result;

	buf_reserve(&out, t->text.n);	/* about as long */
	result = tmpl_exec(t->tmpl, &out, data, &context, &inner);
	copy = arena_array(in->arena, struct source_part, parts.n);
	*text = arena_str(in->arena, buf_str(&out));
	buf_release(&out);
	if (parts.n)
		memcpy(copy, parts.at, parts.n * sizeof(*copy));
	mem_free(parts.at);
	*map = (struct source_map){ &t->source, copy, parts.n };
	return result ? failed(t, in, inner.text, e) : 0;
}

int template_render(struct template *t, const struct injection *in,
		    struct value data, const struct func_env *env,
		    struct rendering *out, struct err *e)
{
	struct source_map *map;
	struct err inner = ERR_INIT;
	size_t at;

	if (template_prepare(t, e))
		return -1;
	if (t->overlay) {
		*out = (struct rendering){ t->text, t->overlay };
		return 0;
	}
	map = arena_new(in->arena, struct source_map);
	if (execute(t, in, data, env, &out->text, map, e))
		return -1;
	if (read_overlay(t, in->arena, out->text, map, &out->overlay, &at,
			 &inner))
		return bad_text(in, out->text, map, at, &inner, e);
	return 0;
}

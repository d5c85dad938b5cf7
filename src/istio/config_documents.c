/*
 * The rules by which an object is found are those of config.h; istioctl knows
 * only the bare data (kubeinject.go: readInjectConfigFile, mesh.ReadMeshConfig)
 * and the ConfigMap in a cluster, whose keys these are.
 */
#include "istio/istio_config.h"

#include <strings.h>

#include "base/array.h"
#include "base/chars.h"
#include "json/scan.h"
#include "tree/utf8.h"
#include "yaml/read.h"
#include "yaml/stream.h"

/* What is searched for, in the order of enum config_kind. */
static const struct {
	str key;	  /* in a ConfigMap's data */
	str name;	  /* of the ConfigMap, without a revision */
	const char *what; /* for people */
} kinds[] = {
	{ STR("config"), STR("istio-sidecar-injector"),
	  "the injection Config" },
	{ STR("values"), STR("istio-sidecar-injector"), "the values" },
	{ STR("mesh"), STR("istio"), "the MeshConfig" },
};

static bool is_later(struct pos a, struct pos b)
{
	return a.line > b.line || (a.line == b.line && a.column > b.column);
}

/* Read JSON if the text looks like it, else YAML.  Of two errors the one
 * further down is that of the language that was meant. */
static int read_text(const struct config_reader *r, struct source *source,
		     size_t from, bool json, const struct node **out,
		     struct err *e)
{
	struct err json_error = ERR_INIT, yaml_error = ERR_INIT;
	struct document doc;

	source->json = json;
	if (json && !json_scan(r->arena, source, from, out, &json_error))
		return 0;
	source->json = false;
	if (!yaml_read_first(r->arena, source, &doc, &yaml_error)) {
		*out = doc.root;
		return 0;
	}
	if (json && !is_later(yaml_error.pos, json_error.pos))
		yaml_error = json_error;
	return err_set(e, yaml_error.pos, "%s", yaml_error.text);
}

/* The text that the stream reads. */
struct memory {
	const char *p;
	size_t n;
};

static int64_t read_memory(void *ctx, void *p, size_t n)
{
	struct memory *m = ctx;

	if (n > m->n)
		n = m->n;
	if (n)
		memcpy(p, m->p, n);
	m->p += n;
	m->n -= n;
	return (int64_t)n;
}

static str kind_of(const struct node *object)
{
	return node_string(node_get(object, STR("kind")));
}

static void add(struct arena *a, struct config_objects *objects,
		const struct node *root)
{
	const struct node *items = node_get(root, STR("items"));

	if (str_ends(kind_of(root), STR("List")) && items &&
	    items->kind == NODE_LIST) {
		for (uint32_t i = 0; i < items->n; i++)
			add(a, objects, items->items[i]);
		return;
	}
	if (root->kind == NODE_NULL)
		return;
	objects->items = arena_extend(a, objects->items, objects->n,
				      &objects->capacity,
				      sizeof(*objects->items));
	objects->items[objects->n++] = root;
}

/* A part of the file, which begins at this place. */
static struct source *source_of(const struct config_reader *r,
				const struct config_file *file, str text,
				uint32_t line, uint32_t column)
{
	struct source *source = arena_new(r->arena, struct source);

	*source = (struct source){ .name = file->name, .text = text,
				   .line = line, .column = column };
	/* threads share the configuration, so the index is filled now */
	source_index(r->arena, source);
	(void)source_pos(source, text.n);
	return source;
}

/* The whole file is one object, as nearly always; false if it may have to be
 * cut first, and to say what is wrong with it. */
static bool is_one_object(const struct config_reader *r,
			  const struct config_file *file, str raw,
			  struct config_objects *out)
{
	const str text = { file->text, file->length };
	struct source *source;
	struct err ignored = ERR_INIT;
	struct document doc;

	/* neither a mark, a directive, a BOM nor another encoding */
	if (!text.n || (!is_alpha(text.p[0]) && text.p[0] != '{'))
		return false;
	source = source_of(r, file, text, 1, 1);
	source->json = text.p[0] == '{';
	if (source->json ? json_scan(r->arena, source, 0, &doc.root, &ignored)
			 : !yaml_read_quickly(r->arena, source, raw, &doc))
		return false;
	add(r->arena, out, doc.root);
	return true;
}

int config_objects(const struct config_reader *r,
		   const struct config_file *file, str raw,
		   struct config_objects *out, struct err *e)
{
	struct memory memory = { file->text, file->length };
	struct stream *stream;
	struct piece piece;
	size_t at = 0;
	int found;

	*out = (struct config_objects){ NULL, 0, 0 };
	if (is_one_object(r, file, raw, out))
		return 0;
	stream = stream_new(read_memory, &memory, file->name, file->length + 1);
	while ((found = stream_next(stream, &piece, e)) > 0) {
		/* the stream's copy is only valid until the next piece */
		const str text = { file->text + at, piece.text.n };
		struct source *source = source_of(r, file, text, piece.line,
						  piece.column);
		const struct node *root;

		at += piece.text.n;
		if (piece.blank)
			continue;
		found = read_text(r, source, piece.mark, piece.json, &root, e);
		if (found)
			break;
		add(r->arena, out, root);
	}
	stream_free(stream);
	return found;
}

static size_t spaces_at(str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == ' ')
		n++;
	return n;
}

/* How many more spaces the file has before the first line that is not
 * blank. */
static uint32_t block_indent(str text, str file)
{
	while (text.n && file.n) {
		size_t ours = spaces_at(text), theirs = spaces_at(file);

		if (text.p[0] == '\n') {
			text = str_sub(text, 1, text.n);
			file = str_sub(file, str_find(file, 0, '\n') + 1,
				       file.n);
			continue;
		}
		return theirs > ours ? (uint32_t)(theirs - ours) : 0;
	}
	return 0;
}

struct config_lines config_lines(const struct node *text)
{
	const struct node *n =
		text->flags & NODE_ALIAS ? text->extra->target : text;
	struct config_lines lines = { .pos = node_pos(n) };
	size_t at = n->extra ? n->extra->content : n->start;
	bool raw = n->flags & NODE_RAW;
	str file;

	/* else lines of the text are not those of the file */
	if (n->style != STYLE_LITERAL ||
	    (!raw &&
	     utf8_has_rare_breaks(str_sub(n->source->text, at, n->end))))
		return lines;
	at = str_find(n->source->text, at, '\n') + 1;
	if (at > n->end || at >= n->source->text.n)
		return lines;
	lines.block = true;
	lines.offset = at;
	file = str_sub(n->source->text, at, n->end);
	/* the first line of a raw one is not blank */
	lines.indent = raw ? (uint32_t)spaces_at(file) :
			     block_indent(node_text(n), file);
	lines.pos = source_pos(n->source, at);
	lines.pos.column += lines.indent;
	return lines;
}

/* Is there a line that would be a mark or directive without indentation? */
static bool has_marks(str text)
{
	static const char *const marks[] = { "\n---", "\n...", "\n%" };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (str_starts(text, str_of(marks[i] + 1)) ||
		    memmem(text.p, text.n, marks[i], strlen(marks[i])))
			return true;
	return false;
}

/* The lines of a literal block as they are in the file, with the last line
 * break if the text has it. */
static str block_text(const struct node *block, size_t from)
{
	const struct node *n =
		block->flags & NODE_ALIAS ? block->extra->target : block;
	size_t to = n->end;

	if (str_ends(node_text(n), STR("\n")))
		to = str_find(n->source->text, to ? to - 1 : 0, '\n') + 1;
	return str_sub(n->source->text, from, to);
}

/* The text of data.KEY as a document. */
static int read_data(const struct config_reader *r, const struct node *data,
		     str key, const struct node **out, struct err *e)
{
	struct source *source = arena_new(r->arena, struct source);
	struct config_lines lines = config_lines(data);
	str text = node_text(data);
	size_t blank = 0;
	bool json;

	if (data->kind != NODE_STRING)
		return err_set(e, node_pos(data),
			       "data.%.*s: expected text, "
			       "found %s",
			       STR_ARG(key), node_kind_name(data));
	while (blank < text.n && strchr(" \t\r\n", text.p[blank]))
		blank++;
	json = blank < text.n && strchr("{[", text.p[blank]);
	if (lines.block && !has_marks(text)) {
		*source = (struct source){
			.name = data->source->name,
			.text = block_text(data, lines.offset),
			.line = lines.pos.line,
			.column = 1,
		};
	} else {
		str name = arena_printf(r->arena, "%s, data.%.*s",
					data->source->name, STR_ARG(key));

		*source = (struct source)SOURCE_YAML(name.p, text);
	}
	return read_text(r, source, 0, json, out, e);
}

/* Its data.KEY, or NULL.  The object may be the data alone, as `kubectl get -o
 * jsonpath={.data}` prints it. */
static const struct node *data_of(const struct node *object, str key)
{
	const struct node *value;

	if (str_eq(kind_of(object), STR("ConfigMap"))) {
		value = node_get(node_get(object, STR("data")), key);
		return value && value->kind != NODE_NULL ? value : NULL;
	}
	value = node_get(object, STR("kind")) ? NULL : node_get(object, key);
	return value && value->kind == NODE_STRING ? value : NULL;
}

/* The object with the data, the one ConfigMap; NULL without an error if there
 * is none. */
static const struct node *choose_object(const struct config_objects *objects,
					enum config_kind kind, struct err *e)
{
	const struct node *any = NULL, *named = NULL, *last = NULL;
	uint32_t n = 0, n_named = 0;

	for (uint32_t i = 0; i < objects->n; i++) {
		const struct node *object = objects->items[i];
		const struct node *data = data_of(object, kinds[kind].key);
		str name = node_string(node_find(object, "metadata.name"));

		if (!data)
			continue;
		any = object;
		last = data;
		n++;
		if (str_eq(name, kinds[kind].name)) {
			named = object;
			n_named++;
		}
	}
	if (n > 1 && n_named != 1)
		err_set(e, node_pos(last),
			"the second of %u ConfigMaps with "
			"data.%.*s, of which %s is named %.*s",
			n, STR_ARG(kinds[kind].key),
			n_named ? "more than one" : "none",
			STR_ARG(kinds[kind].name));
	return n > 1 ? named : any;
}

static const str field_names[FIELDS] = {
	[FIELD_POLICY] = STR("policy"),
	[FIELD_DEFAULTS] = STR("defaultTemplates"),
	[FIELD_TEMPLATES] = STR("templates"),
	[FIELD_ALIASES] = STR("aliases"),
	[FIELD_NEVER] = STR("neverInjectSelector"),
	[FIELD_ALWAYS] = STR("alwaysInjectSelector"),
	[FIELD_ANNOTATIONS] = STR("injectedAnnotations"),
};

str config_inject_field_name(enum inject_field field)
{
	return field_names[field];
}

enum inject_field config_inject_field(str name)
{
	int i = 0;

	while (i < FIELDS && (name.n != field_names[i].n ||
			      strncasecmp(name.p, field_names[i].p, name.n)))
		i++;
	return (enum inject_field)i;
}

/* Does it have a field of the injection Config, be it the former one? */
static bool is_inject_config(const struct node *root)
{
	if (root->kind != NODE_MAP)
		return false;
	for (uint32_t i = 0; i < root->n; i++)
		if (config_inject_field(node_text(root->entries[i].key)) !=
		    FIELDS)
			return true;
	return node_string(node_get(root, STR("template"))).p;
}

static bool has_shape(const struct node *root, enum config_kind kind)
{
	bool global = node_get(root, STR("global"));

	if (kind == CONFIG_INJECT)
		return is_inject_config(root);
	if (kind == CONFIG_VALUES)
		return global;
	return !global && !is_inject_config(root);
}

/* The one document without a kind; NULL without an error as in
 * config_find(). */
static const struct node *choose_bare(const struct config_objects *objects,
				      enum config_kind kind, struct err *e)
{
	const struct node *bare = NULL, *shaped = NULL;
	uint32_t n = 0, n_shaped = 0;

	for (uint32_t i = 0; i < objects->n; i++) {
		if (node_get(objects->items[i], STR("kind")))
			continue;
		bare = objects->items[i];
		n++;
		if (has_shape(bare, kind)) {
			shaped = bare;
			n_shaped++;
		}
	}
	if (n_shaped > 1 || (n > 1 && !n_shaped && kind != CONFIG_INJECT))
		err_set(e, node_pos(n_shaped ? shaped : bare),
			"%s of the %u documents without a kind here could be "
			"%s",
			n_shaped ? "more than one" : "none", n,
			kinds[kind].what);
	if (kind == CONFIG_INJECT || n > 1)
		return shaped;
	return bare;
}

/* None of the objects matches. */
static int nothing_found(const struct config_objects *objects,
			 enum config_kind kind, struct err *e)
{
	str key = kinds[kind].key;

	for (uint32_t i = 0; i < objects->n; i++)
		if (str_eq(kind_of(objects->items[i]), STR("ConfigMap")))
			return err_set(e, node_pos(objects->items[i]),
				       "no ConfigMap here has data.%.*s",
				       STR_ARG(key));
	if (!objects->n || kind == CONFIG_INJECT)
		return 0;
	return err_set(e, node_pos(objects->items[0]),
		       "expected %s or a ConfigMap "
		       "with data.%.*s, found kind %.*s",
		       kinds[kind].what, STR_ARG(key),
		       STR_ARG(kind_of(objects->items[0])));
}

int config_find(const struct config_reader *r,
		  const struct config_objects *objects, enum config_kind kind,
		  struct config_found *out, struct err *e)
{
	struct err own = ERR_INIT;
	str key = kinds[kind].key;

	*out = (struct config_found){ NULL, choose_object(objects, kind,
							  &own) };
	if (out->object && !own.set) {
		if (read_data(r, data_of(out->object, key), key, &out->root, e))
			return -1;
		return node_check(out->root, e);
	}
	if (!own.set)
		out->root = choose_bare(objects, kind, &own);
	if (own.set)
		return err_set(e, own.pos, "%s", own.text);
	if (!out->root)
		return nothing_found(objects, kind, e);
	return node_check(out->root, e);
}

/*
 * A document: its tree from its text, and its text checked or written from its
 * tree.
 */
#include "edit/layout.h"
#include "edit/json_patch.h"
#include "engine/run.h"
#include "json/scan.h"
#include "json/text.h"
#include "k8s/workload.h"
#include "tree/utf8.h"

/* ---- reading ---- */

size_t document_start(const struct piece *piece)
{
	str text = piece->text;
	size_t at = piece->mark;

	if (!at || !blank_behind(text, at))
		return at;
	at = line_next(text, at);
	return str_starts(str_sub(text, at, text.n), STR(UTF8_BOM)) ? at + 3 :
								      at;
}

/* Read it as JSON: an object of Kubernetes, or anything in a .json file.  Other
 * flow collections must be valid YAML, as in any YAML file. */
static bool is_json(const struct source *source, const struct node *root)
{
	return node_get(root, STR("kind")) || node_get(root, STR("items")) ||
	       str_ends(str_of(source->name), STR(".json"));
}

static int read_json(struct arena *a, const struct source *source, size_t from,
		     struct sieve *sieve, const struct node **root,
		     struct err *e)
{
	return sieve ? json_scan_sieved(a, source, from, sieve, root, e) :
		       json_scan(a, source, from, root, e);
}

static int read_yaml(struct arena *a, const struct source *source,
		     struct sieve *sieve, struct document *doc, struct err *e)
{
	return sieve ? yaml_read_sieved(a, source, sieve, doc, e) :
		       yaml_read_lines(a, source, doc, e);
}

/* JSON first if the text looks like it; what is not JSON may be YAML in flow
 * style. */
static int read_into(struct run *r, struct arena *a, struct source *source,
		     const struct piece *piece, struct sieve *sieve,
		     struct document *doc)
{
	struct err json_error = ERR_INIT;

	*doc = (struct document){ .source = source };
	source_index(a, source);
	source->json = piece->json;
	if (piece->json && !read_json(a, source, document_start(piece), sieve,
				      &doc->root, &json_error) &&
	    is_json(source, doc->root))
		return 0;
	source->json = false;
	if (!read_yaml(a, source, sieve, doc, &r->err))
		return 0;
	if (json_error.set && str_ends(str_of(source->name), STR(".json")))
		r->err = json_error;
	return -1;
}

int document_read(struct run *r, struct source *source,
		  const struct piece *piece, struct document *doc)
{
	return read_into(r, &r->doc, source, piece, NULL, doc);
}

int document_read_sieved(struct run *r, struct source *source,
			 const struct piece *piece, struct sieve *sieve,
			 struct document *doc)
{
	return read_into(r, &r->outline, source, piece, sieve, doc);
}

int document_verify(struct run *r, const struct document *old,
		    const struct piece *piece, str text,
		    const struct node *new)
{
	struct source source = *old->source;
	struct piece again = *piece;
	struct document reread;

	again.text = source.text = text;
	if (!document_read(r, &source, &again, &reread) &&
	    node_equal(reread.root, new))
		return 0;
	run_forget_error(r);
	r->code = INJECTOR_CANNOT_EDIT;
	return err_set(&r->err, node_pos(old->root),
		       "cannot edit this document safely, so nothing was "
		       "changed; write it in a simpler YAML style");
}

/* ---- formats other than the text, edited ---- */

/* The document as a line of JSON; an empty one is nothing. */
static void format_json(struct buf *out, const struct node *root)
{
	if (root->kind == NODE_NULL)
		return;
	json_write(out, root);
	buf_addc(out, '\n');
}

static void add_text(struct buf *out, const char *key, str text)
{
	if (!text.n)
		return;
	buf_printf(out, "\"%s\":", key);
	json_write_text(out, text);
	buf_addc(out, ',');
}

/* The kind of the items of a typed list, which may omit it. */
struct item_type {
	str api_version, kind;
};

static str or_else(str text, str otherwise)
{
	return text.n ? text : otherwise;
}

static void add_object(struct arena *a, const struct node *old,
		       const struct node *new, struct item_type in,
		       struct buf *out)
{
	const struct node *meta = node_get(old, STR("metadata"));
	str api_version = node_string(node_get(old, STR("apiVersion")));
	str kind = node_string(node_get(old, STR("kind")));
	size_t start = out->n;

	buf_addc(out, '{');
	add_text(out, "apiVersion", or_else(api_version, in.api_version));
	add_text(out, "kind", or_else(kind, in.kind));
	add_text(out, "namespace", node_string(node_get(meta,
							STR("namespace"))));
	add_text(out, "name", node_string(node_get(meta, STR("name"))));
	buf_addz(out, "\"patch\":");
	if (json_patch_write(a, old, new, out))
		buf_addz(out, "}\n");
	else
		out->n = start;
}

static void add_objects(struct arena *a, const struct node *old,
			const struct node *new, struct item_type in,
			struct buf *out)
{
	const struct workload *item;
	const struct node *from, *to;

	if (old == new)
		return;
	if (!workload_is_list(old, &item)) {
		add_object(a, old, new, in, out);
		return;
	}
	if (item) {
		in.kind = str_of(item->kind);
		in.api_version = node_string(node_get(old,
						      STR("apiVersion")));
	}
	from = node_get(old, workload_items_key(old));
	to = node_get(new, workload_items_key(old));
	for (uint32_t i = 0; i < from->n; i++)
		add_objects(a, from->items[i], to->items[i], in, out);
}

/* A line for each object that differs: what it is, as far as the document says,
 * and the JSON Patch.  Items of a List are objects. */
static void format_patches(struct arena *a, const struct node *old,
			   const struct node *new, struct buf *out)
{
	const struct item_type none = { STR_NONE, STR_NONE };

	add_objects(a, old, new, none, out);
}

int document_format(struct run *r, const struct document *old,
		    const struct node *new)
{
	struct buf *out = &r->out.pending;

	if (r->injector->format == INJECTOR_PATCH)
		format_patches(&r->doc, old->root, new, out);
	else if (node_check(old->root, &r->err))
		return -1;
	else
		format_json(out, new);
	return 0;
}

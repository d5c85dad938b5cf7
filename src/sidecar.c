#include "sidecar.h"

#include <string.h>

#include "json/scan.h"
#include "k8s/typed.h"
#include "yaml/read.h"
#include "yaml/stream.h"

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

/* An empty `spec:` would be merged as what it is: delete the Pod's. */
static int check_parts(const struct node *root, struct err *e)
{
	for (uint32_t i = 0; i < root->n; i++) {
		const struct node *value = root->entries[i].value;

		if (value->kind == NODE_NULL)
			return err_set(e, node_pos(value), "%.*s: has nothing "
				       "in it", STR_ARG(node_text(
						root->entries[i].key)));
	}
	return 0;
}

static int check(const struct sidecar *sidecar, struct err *e)
{
	static const char *const known[] = {
		"metadata", "spec", "apiVersion", "kind",
	};
	const struct node *root = sidecar->overlay;

	if (root->kind != NODE_MAP)
		return err_set(e, node_pos(root), "a template is a map with "
			       "`metadata` or `spec` of a Pod, this is %s",
			       node_kind_name(root));
	if (node_check(root, e))
		return -1;
	for (uint32_t i = 0; i < root->n; i++) {
		str key = node_text(root->entries[i].key);
		size_t k = 0;

		while (k < sizeof(known) / sizeof(*known) &&
		       !str_eq(key, str_of(known[k])))
			k++;
		if (k == sizeof(known) / sizeof(*known))
			return err_set(e, node_pos(root->entries[i].key),
				       "a template is a piece of a Pod: want "
				       "`metadata` or `spec`, found `%.*s`",
				       STR_ARG(key));
	}
	return typed_check("Pod", root, e) || check_parts(root, e) ? -1 : 0;
}

/* What makes a whole Pod the one that it is is not for merging. */
static const struct node *without_name(struct arena *a, const struct node *root)
{
	static const char *const own[] = {
		"name", "generateName", "namespace",
	};
	const struct node *meta = node_get(root, STR("metadata"));

	if (meta && node_get(root, STR("kind"))) {
		for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
			meta = node_with(a, meta, str_of(own[i]), NULL);
		root = node_with(a, root, STR("metadata"),
				 meta->n ? meta : NULL);
	}
	root = node_with(a, root, STR("apiVersion"), NULL);
	return node_with(a, root, STR("kind"), NULL);
}

static int read_piece(struct sidecars *s, struct sidecar *sidecar,
		      const struct piece *piece, struct err *e)
{
	struct source *source = &sidecar->source;
	struct document doc;

	source->text = arena_str(&s->arena, piece->text);
	source->line = piece->line;
	source->column = piece->column;
	source->json = piece->json;
	if (piece->json &&
	    !json_scan(&s->arena, source, 0, &sidecar->overlay, NULL))
		return 0;
	source->json = false;
	if (yaml_read(&s->arena, source, &doc, e))
		return -1;
	sidecar->overlay = doc.root;
	return 0;
}

static int read_one(struct sidecars *s, struct sidecar *sidecar,
		    const struct injector_template *t, struct err *e)
{
	struct text_reader reader = { { t->text, t->length } };
	struct stream *stream = stream_new(read_text, &reader, t->name,
					   INJECTOR_MAX_DOCUMENT);
	struct piece piece;
	int more, result = -1;

	sidecar->source.name = t->name;
	while ((more = stream_next(stream, &piece, e)) > 0) {
		if (piece.blank)
			continue;
		if (sidecar->overlay) {
			err_set(e, (struct pos){ t->name, piece.line,
					      piece.column },
				"a template is one document, here is another");
			goto out;
		}
		if (read_piece(s, sidecar, &piece, e))
			goto out;
	}
	if (more < 0)
		goto out;
	if (!sidecar->overlay) {
		err_set(e, (struct pos){ t->name, 1, 1 },
			"this template is empty");
		goto out;
	}
	result = check(sidecar, e);
	if (!result)
		sidecar->overlay = without_name(&s->arena, sidecar->overlay);
out:
	stream_free(stream);
	return result;
}

int sidecars_read(struct sidecars *s, const struct injector_template *templates,
		  size_t n, struct err *e)
{
	*s = (struct sidecars){ .arena = ARENA_INIT, .rules = select_default };
	s->list = arena_zalloc(&s->arena, n * sizeof(*s->list));
	s->n = n;
	for (size_t i = 0; i < n; i++)
		if (read_one(s, &s->list[i], &templates[i], e))
			return -1;
	return 0;
}

void sidecars_release(struct sidecars *s)
{
	arena_release(&s->arena);
}

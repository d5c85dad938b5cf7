#include "engine/formats.h"

#include "edit/json_patch.h"
#include "json/text.h"
#include "k8s/workload.h"

void format_json(struct buf *out, const struct node *root)
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

/* Where an object is: in a typed list it may leave out what it is. */
struct within {
	str api_version, kind;
};

static str or_else(str text, str otherwise)
{
	return text.n ? text : otherwise;
}

static void add_object(struct arena *a, const struct node *old,
		       const struct node *now, struct within in,
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
	if (json_patch_write(a, old, now, out))
		buf_addz(out, "}\n");
	else
		out->n = start;
}

static void add_objects(struct arena *a, const struct node *old,
			const struct node *now, struct within in,
			struct buf *out)
{
	const struct workload *item;
	const struct node *was, *is;

	if (old == now)
		return;
	if (!workload_is_list(old, &item)) {
		add_object(a, old, now, in, out);
		return;
	}
	if (item) {
		in.kind = str_of(item->kind);
		in.api_version = node_string(node_get(old,
						      STR("apiVersion")));
	}
	was = node_get(old, STR("items"));
	is = node_get(now, STR("items"));
	for (uint32_t i = 0; i < was->n; i++)
		add_objects(a, was->items[i], is->items[i], in, out);
}

void format_patches(struct arena *a, const struct node *old,
		    const struct node *now, struct buf *out)
{
	const struct within nothing = { STR_NONE, STR_NONE };

	add_objects(a, old, now, nothing, out);
}

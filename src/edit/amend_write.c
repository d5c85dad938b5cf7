/*
 * amend_write - write the amendments of one tree to another, in the order of
 * the trees: so those of one collection are adjacent.
 */
#include "edit/hunks.h"

#include <string.h>

#include "base/chars.h"
#include "json/text.h"
#include "tree/utf8.h"

struct writer {
	struct arena *arena;
	struct buf out, path;
};

static bool is_bare(str key)
{
	bool letter = false;

	for (size_t i = 0; i < key.n; i++) {
		if (!is_alnum(key.p[i]) && !strchr("_-.", key.p[i]))
			return false;
		letter = letter || !is_digit(key.p[i]);
	}
	return letter;
}

static void add_key(struct buf *b, str key)
{
	if (is_bare(key))
		buf_adds(b, key);
	else
		json_write_text(b, key);
}

static void begin(struct writer *w)
{
	if (w->out.n)
		buf_addc(&w->out, ' ');
	buf_adds(&w->out, buf_str(&w->path));
}

static void add_sum(struct writer *w, const struct node *old)
{
	buf_printf(&w->out, "~%06x", (unsigned)amend_sum(old));
}

static void add_value(struct writer *w, const struct node *n,
		      const struct node *twin);

/* A reference, or a text that looks like one, begins with an `@` more. */
static void add_marked(struct writer *w, str text)
{
	struct buf b = BUF_INIT;

	buf_addc(&b, '@');
	buf_adds(&b, text);
	json_write_text(&w->out, buf_str(&b));
	buf_release(&b);
}

/* True if a reference to the twin can stand for the value. */
static bool is_there(const struct node *n, const struct node *twin)
{
	return twin && !node_is_scalar(n) && n->n && node_equal(n, twin);
}

static void add_items(struct writer *w, const struct node *list,
		      const struct node *twin)
{
	const struct node *names = amend_names(w->arena, twin);

	buf_addc(&w->out, '[');
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *item = list->items[i], *other;
		str name = amend_name(w->arena, item);

		other = name.n ? node_get(names, name) : NULL;
		if (i)
			buf_addc(&w->out, ',');
		if (is_there(item, other))
			add_marked(w, name);
		else
			add_value(w, item, other);
	}
	buf_addc(&w->out, ']');
}

/* `twin` is what the present tree has in the same place, or NULL. */
static void add_value(struct writer *w, const struct node *n,
		      const struct node *twin)
{
	if (str_starts(node_string(n), STR("@"))) {
		add_marked(w, node_string(n));
	} else if (node_is_scalar(n)) {
		json_write(&w->out, n);
	} else if (is_there(n, twin)) {
		add_marked(w, STR(""));
	} else if (n->kind == NODE_LIST) {
		add_items(w, n, twin);
	} else {
		buf_addc(&w->out, '{');
		for (uint32_t i = 0; i < n->n; i++) {
			str key = node_text(n->entries[i].key);

			if (i)
				buf_addc(&w->out, ',');
			json_write_text(&w->out, key);
			buf_addc(&w->out, ':');
			add_value(w, n->entries[i].value, node_get(twin, key));
		}
		buf_addc(&w->out, '}');
	}
}

static size_t enter_key(struct writer *w, str key)
{
	size_t outside = w->path.n;

	buf_addc(&w->path, '/');
	add_key(&w->path, key);
	return outside;
}

static size_t enter_item(struct writer *w, str name)
{
	size_t outside = w->path.n;

	buf_addc(&w->path, '[');
	add_key(&w->path, name);
	buf_addc(&w->path, ']');
	return outside;
}

static void leave(struct writer *w, size_t outside)
{
	w->path.n = outside;
}

static void write_set(struct writer *w, const struct node *from,
		      const struct node *to, const struct node *twin)
{
	begin(w);
	buf_addc(&w->out, '=');
	add_value(w, to, twin);
	add_sum(w, from);
}

static void write_remove(struct writer *w, const struct node *old)
{
	begin(w);
	buf_addc(&w->out, '!');
	add_sum(w, old);
}

static void write_add(struct writer *w, uint32_t at, const struct node *to,
		      const struct node *twin)
{
	begin(w);
	buf_printf(&w->out, "+%u=", at);
	add_value(w, to, twin);
}

static void write_changes(struct writer *w, const struct node *from,
			  const struct node *to, const struct node *twin);

static void write_map(struct writer *w, const struct node *from,
		      const struct node *to, const struct node *twin)
{
	size_t outside;

	for (uint32_t i = 0; i < from->n; i++) {
		str key = node_text(from->entries[i].key);

		outside = enter_key(w, key);
		if (!node_get(to, key))
			write_remove(w, from->entries[i].value);
		else
			write_changes(w, from->entries[i].value,
				      node_get(to, key), node_get(twin, key));
		leave(w, outside);
	}
	for (uint32_t i = 0; i < to->n; i++) {
		str key = node_text(to->entries[i].key);

		outside = enter_key(w, key);
		if (!node_get(from, key))
			write_add(w, i, to->entries[i].value,
				  node_get(twin, key));
		leave(w, outside);
	}
}

/* Are the items that both lists have in the same order in both? */
static bool same_order(const struct node *from, const struct node *to)
{
	int64_t last = -1;

	for (uint32_t i = 0; i < from->n; i++) {
		int64_t at = node_index(to, node_text(from->entries[i].key));

		if (at >= 0 && at < last)
			return false;
		last = at >= 0 ? at : last;
	}
	return true;
}

static void write_order(struct writer *w, const struct node *names)
{
	begin(w);
	buf_addz(&w->out, "*=[");
	for (uint32_t i = 0; i < names->n; i++) {
		if (i)
			buf_addc(&w->out, ',');
		json_write_text(&w->out, node_text(names->entries[i].key));
	}
	buf_addc(&w->out, ']');
}

/* Lists as maps by name. */
static void write_named(struct writer *w, const struct node *from,
			const struct node *to, const struct node *twin)
{
	size_t outside;

	for (uint32_t i = 0; i < from->n; i++) {
		str name = node_text(from->entries[i].key);

		outside = enter_item(w, name);
		if (!node_get(to, name))
			write_remove(w, from->entries[i].value);
		else
			write_changes(w, from->entries[i].value,
				      node_get(to, name), node_get(twin, name));
		leave(w, outside);
	}
	for (uint32_t i = 0; i < to->n; i++) {
		str name = node_text(to->entries[i].key);

		outside = enter_item(w, name);
		if (!node_get(from, name))
			write_add(w, i, to->entries[i].value,
				  node_get(twin, name));
		leave(w, outside);
	}
	if (!same_order(from, to))
		write_order(w, to);
}

static void write_list(struct writer *w, const struct node *from,
		       const struct node *to, const struct node *twin)
{
	const struct node *old = amend_names(w->arena, from);
	const struct node *new = amend_names(w->arena, to);

	if (old && new && old->n && new->n) {
		write_named(w, old, new, amend_names(w->arena, twin));
		return;
	}
	if (from->n != to->n) {
		write_set(w, from, to, twin);
		return;
	}
	for (uint32_t i = 0; i < from->n; i++) {
		size_t outside = w->path.n;

		buf_printf(&w->path, "[%u]", i);
		write_changes(w, from->items[i], to->items[i], NULL);
		leave(w, outside);
	}
}

static void write_changes(struct writer *w, const struct node *from,
			  const struct node *to, const struct node *twin)
{
	if (node_equal(from, to))
		return;
	if (from->kind != to->kind || node_is_scalar(from))
		write_set(w, from, to, twin);
	else if (from->kind == NODE_MAP)
		write_map(w, from, to, twin);
	else
		write_list(w, from, to, twin);
}

/* Only texts in quotes have characters that are not printable. */
static void escape_rare(struct buf *out, str text)
{
	for (size_t i = 0, n; i < text.n; i += n) {
		str rest = str_sub(text, i, text.n);
		uint32_t c;

		n = utf8_decode(rest, &c);
		if (c < 0x7f || (c > 0x7f && utf8_printable(c)))
			buf_add(out, rest.p, n);
		else
			buf_printf(out, "\\u%04x", (unsigned)c);
	}
}

void amend_write(struct arena *a, const struct node *from,
		 const struct node *to, const struct node *present,
		 struct buf *out)
{
	struct writer w = { a, BUF_INIT, BUF_INIT };

	if (from->kind == NODE_MAP && to->kind == NODE_MAP)
		write_changes(&w, from, to, present);
	escape_rare(out, buf_str(&w.out));
	buf_release(&w.out);
	buf_release(&w.path);
}

/*
 * istio/config: the bytes as each of the four kinds of file.
 *
 * Besides not failing in any other way than by an error:
 *   - templates come in order of name, and a template's place is in the file:
 *     where it is a block, each of its lines stands at its place there;
 *   - values and MeshConfig are maps;
 *   - values that stand in a literal block of a ConfigMap are what they are by
 *     themselves, unless they cannot stand in one.
 */
#include <stdlib.h>

#include "istio/istio_config.h"
#include "json/scan.h"
#include "yaml/read.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

static void warn(void *ctx, struct pos pos, const char *text)
{
	(void)pos;
	MUST(text);
	++*(unsigned *)ctx;
}

static str file_line(const struct config_file *file, uint32_t line)
{
	str text = { file->text, file->length };
	size_t at = 0;

	for (; line > 1 && at < text.n; line--)
		at = str_find(text, at, '\n') + 1;
	return str_sub(text, at,
		       str_find(text, at < text.n ? at : text.n, '\n'));
}

/* Of a text in the file itself, not of one in quotes in it. */
static void in_place(const struct config_file *file,
		     const struct config_template *t, str text)
{
	uint32_t line = 1;

	for (size_t at = 0, to; at < text.n; at = to + 1, line++) {
		struct pos pos = config_template_pos(t, line, 1);
		str ours, theirs = file_line(file, pos.line);

		to = str_find(text, at, '\n');
		ours = str_sub(text, at, to);
		/* libyaml has more line breaks than \n, and a BOM may stand
		 * at the start of a block's line */
		if (memchr(theirs.p ? theirs.p : "", '\r', theirs.n) ||
		    memmem(theirs.p, theirs.n, "\xc2\x85", 2) ||
		    memmem(theirs.p, theirs.n, "\xe2\x80", 2) ||
		    memmem(theirs.p, theirs.n, "\xef\xbb\xbf", 3))
			return;
		MUST(!ours.n ||
		     str_eq(str_sub(theirs, pos.column - 1, theirs.n), ours));
	}
}

static void templates(const struct config_reader *r,
		      const struct config_file *file)
{
	struct inject_config c;
	struct err e = ERR_INIT;

	if (config_read_inject(r, file, &c, &e)) {
		MUST(e.set && *e.text);
		return;
	}
	MUST(!e.set);
	for (uint32_t i = 0; i < c.n_templates; i++) {
		const struct config_template *t = &c.templates[i];

		MUST(i == 0 || str_cmp(t[-1].name, t->name) < 0);
		MUST(config_template(&c, t->name) == t);
		MUST(t->pos.file && t->pos.line);
		if (t->block && t->pos.file == file->name)
			in_place(file, t, config_template_text(r->arena, t));
	}
}

static bool is_plain(str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < ' ' && c != '\n') || c > '~')
			return false;
	}
	return true;
}

/* The bytes as data.values of a ConfigMap. */
static void in_block(const struct config_reader *r,
		     const struct config_file *file, const struct node *bare)
{
	struct buf b = BUF_INIT;
	str text = { file->text, file->length };
	struct config_file map = { "map", NULL, 0 };
	const struct node *values;

	buf_addz(&b, "kind: ConfigMap\ndata:\n  values: |3+\n");
	for (size_t at = 0, to; at < text.n; at = to) {
		to = str_find(text, at, '\n') + 1;
		buf_addz(&b, "     ");
		buf_adds(&b, str_sub(text, at, to));
	}
	map.text = buf_z(&b);
	map.length = b.n;
	MUST(!config_read_values(r, &map, &values, NULL));
	MUST(node_equal(values, bare));
	buf_release(&b);
}

/* Are the bytes one document, the values, without marks? */
static bool is_bare(struct arena *a, str text, const struct node *values)
{
	struct source source = SOURCE_JSON("bare", text);
	const struct node *root;
	struct document doc;

	if (json_scan(a, &source, 0, &root, NULL)) {
		source.json = false;
		if (yaml_read(a, &source, &doc, NULL))
			return false;
		root = doc.root;
	}
	return node_equal(root, values) && !memmem(text.p, text.n, "---", 3) &&
	       !memmem(text.p, text.n, "...", 3) &&
	       !memchr(text.p, '%', text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_file file = { "fuzz", (const char *)data, size };
	str text = { (const char *)data, size };
	struct arena a = ARENA_INIT;
	unsigned warned = 0;
	struct config_reader r = { &a, warn, &warned };
	const struct node *values, *mesh;
	struct config_operator o;
	struct err e = ERR_INIT, e2 = ERR_INIT, e3 = ERR_INIT;

	templates(&r, &file);
	if (!config_read_values(&r, &file, &values, &e)) {
		MUST(!values || values->kind == NODE_MAP);
		if (values && is_plain(text) && is_bare(&a, text, values))
			in_block(&r, &file, values);
	} else {
		MUST(e.set);
	}
	if (config_read_mesh(&r, &file, &mesh, &e2))
		MUST(e2.set);
	else
		MUST(!mesh || mesh->kind == NODE_MAP);
	if (config_read_operator(&r, &file, &o, &e3))
		MUST(e3.set);
	else
		MUST(o.values->kind == NODE_MAP &&
		     (!o.mesh || o.mesh->kind == NODE_MAP));
	arena_release(&a);
	return 0;
}

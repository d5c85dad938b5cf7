#include "files/walk.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/io.h"
#include "tree/node.h"
#include "yaml/read.h"

/* A larger file is no kustomization. */
#define FILE_MAX ((off_t)1 << 20)

/* The first one counts. */
enum use {
	USE_RESOURCE,
	USE_PATCH,
	USE_SETTING,
};

/* A file that a kustomization lists. */
struct kustomize_use {
	dev_t dev;
	ino_t ino;
	enum use use;
	const char *by;		/* path of the kustomization */
};

/* A kustomization that is read. */
struct reading {
	struct kustomize *k;
	const char *folder;	/* "" or with a slash at its end */
	const char *path;
};

/* False: there is no such thing, or that cannot be said, which is a problem.
 * A path in a kustomization may be anything. */
static bool look_at(struct kustomize *k, const char *path, struct stat *st)
{
	struct err e = ERR_INIT;

	if (stat(path, st) == 0)
		return true;
	if (io_is_absent(errno) || errno == ENAMETOOLONG || errno == ELOOP)
		return false;
	io_cannot_look(path, &e);
	k->problem(k->ctx, &e);
	return false;
}

static void add(const struct reading *r, const struct node *path, enum use use)
{
	struct kustomize *k = r->k;
	str text = node_string(path);
	struct stat st;

	/* text of several lines is a patch itself */
	if (!text.n || str_find(text, 0, '\n') < text.n ||
	    !look_at(k, arena_printf(k->arena, "%s%.*s",
				     text.p[0] == '/' ? "" : r->folder,
				     STR_ARG(text)).p, &st) ||
	    !S_ISREG(st.st_mode))
		return;
	k->uses = arena_extend(k->arena, k->uses, k->n, &k->capacity,
			       sizeof(*k->uses));
	k->uses[k->n++] = (struct kustomize_use){
		st.st_dev, st.st_ino, use, r->path,
	};
}

static int read_root(const struct reading *r, const char *path,
		     const struct node **root, struct err *e)
{
	struct arena *a = r->k->arena;
	struct source *source = arena_new(a, struct source);
	struct buf text = BUF_INIT;
	struct document doc;
	int result = io_slurp(path, &text, e);

	*source = (struct source){ .name = path, .line = 1, .column = 1,
				   .text = arena_str(a, buf_str(&text)) };
	if (result == 0)
		result = yaml_read_first(a, source, &doc, e);
	if (result == 0)
		*root = doc.root;
	buf_release(&text);
	return result;
}

/* A patch transformer is an object of its own that names patches. */
static void add_transformer(const struct reading *r, const struct node *path)
{
	const char *file = arena_printf(r->k->arena, "%s%.*s", r->folder,
					STR_ARG(node_string(path))).p;
	const struct node *root, *paths;
	struct stat st;

	add(r, path, USE_SETTING);
	if (!node_string(path).n || stat(file, &st) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_size > FILE_MAX ||
	    read_root(r, file, &root, NULL) < 0)
		return;
	add(r, node_get(root, STR("path")), USE_PATCH);
	paths = node_get(root, STR("paths"));
	for (uint32_t i = 0; paths && paths->kind == NODE_LIST && i < paths->n;
	     i++)
		add(r, paths->items[i], USE_PATCH);
}

static void add_resource(const struct reading *r, const struct node *item)
{
	add(r, item, USE_RESOURCE);
}

/* {path, target}, or just a path. */
static void add_patch(const struct reading *r, const struct node *item)
{
	add(r, item->kind == NODE_MAP ? node_get(item, STR("path")) : item,
	    USE_PATCH);
}

static void add_setting(const struct reading *r, const struct node *item)
{
	add(r, item, USE_SETTING);
}

static const struct {
	const char *name;
	void (*add)(const struct reading *r, const struct node *item);
} fields[] = {
	{ "resources", add_resource },
	{ "bases", add_resource },
	{ "patches", add_patch },
	{ "patchesStrategicMerge", add_patch },
	{ "patchesJson6902", add_patch },
	{ "transformers", add_transformer },
	{ "generators", add_setting },
	{ "validators", add_setting },
	{ "configurations", add_setting },
};

static void read_fields(const struct reading *r, const struct node *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct node *list = node_get(root,
						   str_of(fields[i].name));

		for (uint32_t j = 0; list && list->kind == NODE_LIST &&
				     j < list->n; j++)
			fields[i].add(r, list->items[j]);
	}
}

static void read_file(const struct reading *r)
{
	const struct node *root = NULL;
	struct err e = ERR_INIT;

	if (read_root(r, r->path, &root, &e) == 0)
		read_fields(r, root);
	else
		r->k->problem(r->k->ctx, &e);
}

void kustomize_enter(struct kustomize *k, const char *folder)
{
	static const char *const names[] = {
		"kustomization.yaml", "kustomization.yml", "Kustomization",
	};
	struct stat st;

	folder = arena_str(k->arena, str_of(folder)).p;
	if (!look_at(k, *folder ? folder : ".", &st) ||
	    seen_before(&k->seen, &st))
		return;
	k->sorted = false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct reading r = {
			.k = k,
			.folder = folder,
			.path = arena_printf(k->arena, "%s%s", folder,
					     names[i]).p,
		};

		if (!look_at(k, r.path, &st) || !S_ISREG(st.st_mode) ||
		    st.st_size > FILE_MAX)
			continue;
		read_file(&r);
		return;
	}
}

void kustomize_above(struct kustomize *k, const char *folder)
{
	struct buf path = BUF_INIT;
	struct stat st;

	buf_addz(&path, folder);
	do {
		size_t n = path.n;
		bool is_root;

		kustomize_enter(k, buf_z(&path));
		buf_addz(&path, ".git");
		is_root = lstat(buf_z(&path), &st) == 0;
		path.n = n;
		if (is_root)
			break;
	} while (io_parent(&path) > 0);
	buf_release(&path);
}

/* ---- questions ---- */

static int by_file(const void *a, const void *b)
{
	const struct kustomize_use *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return (int)x->use - (int)y->use;
}

static size_t first_use(const struct kustomize *k, const struct stat *st)
{
	const struct kustomize_use want = {
		st->st_dev, st->st_ino, USE_RESOURCE, NULL,
	};
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_file(&k->uses[middle], &want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct kustomize_role kustomize_role(struct kustomize *k,
				     const struct stat *st)
{
	struct kustomize_role role = { NULL, false, false };
	const struct kustomize_use *use;
	size_t i;

	if (!k->sorted && k->n)
		qsort(k->uses, k->n, sizeof(*k->uses), by_file);
	k->sorted = true;
	i = first_use(k, st);
	use = i < k->n ? &k->uses[i] : NULL;
	if (!use || use->dev != st->st_dev || use->ino != st->st_ino)
		return role;
	role.resource = use->use == USE_RESOURCE;
	role.setting = use->use == USE_SETTING;
	role.patch_of = use->use == USE_PATCH ? use->by : NULL;
	return role;
}

void kustomize_release(struct kustomize *k)
{
	seen_release(&k->seen);
}

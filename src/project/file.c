#include "project/project.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/spelling.h"
#include "json/scan.h"
#include "json/text.h"
#include "yaml/read.h"

struct reading {
	struct project_settings *out;
	const struct project_options *options;
	str folder;		/* "", or with a slash at its end */
	/* Where files that it names have to be; empty: anywhere. */
	str root;
	bool is_function;	/* it is a functionConfig */
	const struct project_option *option;	/* whose value is read */
	struct project_file *file;	/* NULL: a functionConfig */
	struct err *err;
};

static int wrong(struct reading *r, const struct node *n,
		 const char *expected)
{
	return err_set(r->err, node_pos(n), "%s: expected %s, found %s",
		       r->option->name, expected, node_kind_name(n));
}

static void add(struct reading *r, const struct node *n, const char *text)
{
	const struct project_setting setting = {
		.option = (size_t)(r->option - r->options->at),
		.level = PROJECT_FILE,
		.depth = r->file ? r->file->depth : 0,
		.text = text,
		.pos = node_pos(n),
	};

	project_add(r->out, &setting);
}

/* ---- one argument ---- */

static int check_text(struct reading *r, const struct node *n, str text)
{
	if (!text.n)
		return err_set(r->err, node_pos(n), "%s: the text is empty",
			       r->option->name);
	/* arguments of a command cannot */
	if (str_find(text, 0, '\0') < text.n)
		return err_set(r->err, node_pos(n),
			       "%s: the text contains a NUL byte",
			       r->option->name);
	return 0;
}

static bool is_address(str path)
{
	for (size_t i = 0; i + 2 < path.n; i++)
		if (memcmp(path.p + i, "://", 3) == 0)
			return true;
	return false;
}

static int refuse_path(struct reading *r, const struct node *n, const char *why)
{
	return err_set(r->err, node_pos(n), "%s: %s; name it on the command "
		       "line%s", r->option->name, why, r->is_function ? "" :
		       ", or this file with --config");
}

/* What does not exist is reported by who reads it. */
static int check_path(struct reading *r, const struct node *n, const char *path)
{
	char *real = r->root.n ? realpath(path, NULL) : NULL;
	struct stat st;
	bool inside;

	if (!r->root.n || (!real && io_is_absent(errno)))
		return 0;
	/* a path may be too long for this, and yet not for open(2) */
	if (!real)
		return refuse_path(r, n, strerror(errno));
	inside = str_starts(str_of(real), r->root);
	free(real);
	if (!inside)
		return refuse_path(r, n, r->is_function ?
				   "the file is outside of the repository or "
				   "working directory" :
				   "the file is outside of the repository or "
				   "folder of " PROJECT_FILE_NAME);
	if (stat(path, &st) < 0 || S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode))
		return refuse_path(r, n, "not a regular file");
	if (st.st_size > PROJECT_NAMED_MAX)
		return refuse_path(r, n, "the file is larger than 16 MiB");
	return 0;
}

static int refuse_address(struct reading *r, const struct node *n)
{
	return err_set(r->err, node_pos(n),
		       "%s: %s cannot trigger network access; pass this "
		       "address on the command line", r->option->name,
		       r->is_function ? "a functionConfig" :
					PROJECT_FILE_NAME);
}

/* Relative to the file.  "-" is not a file, and what begins with a brace is a
 * map itself. */
static int add_path(struct reading *r, const struct node *n, str path)
{
	struct arena *a = &r->out->arena;
	bool is_map = path.p[0] == '{', is_stdin = str_eq(path, STR("-"));

	if (!is_map && is_address(path))
		return refuse_address(r, n);
	if (is_map || path.p[0] == '/' || is_stdin)
		path = arena_str(a, path);
	else
		path = arena_printf(a, "%.*s%.*s", STR_ARG(r->folder),
				    STR_ARG(path));
	if (!is_map && !is_stdin && check_path(r, n, path.p))
		return -1;
	add(r, n, path.p);
	return 0;
}

static int add_argument(struct reading *r, const struct node *n, str text)
{
	const struct project_option *o = r->option;

	text = arena_str(&r->out->arena, text);
	if (check_text(r, n, text))
		return -1;
	if (o->is_path && o->is_path(text.p))
		return add_path(r, n, text);
	add(r, n, text.p);
	return 0;
}

static int read_text(struct reading *r, const struct node *n)
{
	if (!node_is_scalar(n) || n->kind == NODE_NULL)
		return wrong(r, n, "text");
	return add_argument(r, n, node_text(n));
}

/* ---- maps ---- */

/* KEY=VALUE, with commas, backslashes and a first brace escaped. */
static int read_pair(struct reading *r, const struct entry *entry)
{
	str value = entry->value->kind == NODE_NULL ? STR("null") :
						      node_text(entry->value);
	struct buf b = BUF_INIT;
	str text;

	if (!node_is_scalar(entry->value))
		return wrong(r, entry->value, "text");
	buf_adds(&b, node_text(entry->key));
	buf_addc(&b, '=');
	for (size_t i = 0; i < value.n; i++) {
		if (strchr(i ? ",\\" : ",\\{", value.p[i]) && value.p[i])
			buf_addc(&b, '\\');
		buf_addc(&b, value.p[i]);
	}
	text = arena_str(&r->out->arena, buf_str(&b));
	buf_release(&b);
	if (check_text(r, entry->value, text))
		return -1;
	add(r, entry->key, text.p);
	return 0;
}

static int read_pairs(struct reading *r, const struct node *map)
{
	for (uint32_t i = 0; i < map->n; i++)
		if (read_pair(r, &map->entries[i]))
			return -1;
	return 0;
}

static int read_json(struct reading *r, const struct node *map)
{
	struct buf b = BUF_INIT;

	json_write(&b, map);
	add(r, map, arena_str(&r->out->arena, buf_str(&b)).p);
	buf_release(&b);
	return 0;
}

/* ---- a key's value ---- */

static int read_word(struct reading *r, const struct node *n)
{
	if (n->kind != NODE_MAP)
		return read_text(r, n);
	switch (r->option->map) {
	case PROJECT_PAIRS:
		return read_pairs(r, n);
	case PROJECT_JSON:
		return read_json(r, n);
	case PROJECT_NO_MAP:
		break;
	}
	return wrong(r, n, "text");
}

static int read_value(struct reading *r, const struct node *n)
{
	if (n->kind == NODE_NULL)
		return 0;
	if (r->option->shape == PROJECT_FLAG) {
		bool on;

		/* only YAML's bools: not 1 or t, which are numbers and text */
		if (n->kind != NODE_BOOL ||
		    !project_bool(arena_str(&r->out->arena,
					    node_text(n)).p, &on))
			return wrong(r, n, "true or false");
		add(r, n, on ? "true" : "false");
		return 0;
	}
	if (n->kind != NODE_LIST || r->option->shape != PROJECT_WORDS)
		return read_word(r, n);
	for (uint32_t i = 0; i < n->n; i++)
		if (read_word(r, n->items[i]))
			return -1;
	return 0;
}

/* ---- another file ---- */

/* Not an option: only a file has it. */
static const struct project_option extends = {
	.name = "extends", .shape = PROJECT_WORD,
};

/* A path relative to the file, without `..` where that can be: messages have
 * it. */
static const char *beside(struct reading *r, str path)
{
	struct buf at = BUF_INIT;
	const char *whole;

	buf_adds(&at, r->folder);
	while (str_starts(path, STR("../")) && io_parent(&at) > 0)
		path = str_sub(path, strlen("../"), path.n);
	buf_adds(&at, path);
	whole = arena_str(&r->out->arena, buf_str(&at)).p;
	buf_release(&at);
	return whole;
}

static int read_extends(struct reading *r, const struct node *n)
{
	str path = arena_str(&r->out->arena, node_text(n));

	r->option = &extends;
	if (n->kind == NODE_NULL)
		return 0;
	if (n->kind != NODE_STRING)
		return wrong(r, n, "the path of a file");
	if (check_text(r, n, path))
		return -1;
	if (is_address(path))
		return refuse_address(r, n);
	r->file->extends = path.p[0] == '/' ? path.p : beside(r, path);
	r->file->extends_pos = node_pos(n);
	return 0;
}

/* ---- keys ---- */

static const struct project_option *find(const struct project_options *options,
					 str name)
{
	for (size_t i = 0; i < options->n; i++)
		if (str_eq(str_of(options->at[i].name), name))
			return &options->at[i];
	return NULL;
}

/* Only options that can be set here are suggested. */
static int unknown(struct reading *r, const struct node *key)
{
	str name = node_text(key);
	struct spelling nearest = SPELLING(name);

	for (size_t i = 0; i < r->options->n; i++)
		if (r->options->at[i].shape && !r->options->at[i].refused)
			spelling_try(&nearest, r->options->at[i].name);
	if (r->file)
		spelling_try(&nearest, extends.name);
	return err_set(r->err, node_pos(key),
		       "unknown option \"%.*s\"%s%s%s", STR_ARG(name),
		       nearest.found ? "; did you mean \"" : "",
		       nearest.found ? nearest.found : "",
		       nearest.found ? "\"?" : "");
}

/* Select the option of the entry. */
static int choose_option(struct reading *r, const struct entry *entry)
{
	const struct project_option *o = find(r->options,
					      node_text(entry->key));

	if (!o)
		return unknown(r, entry->key);
	if (o->refused)
		return err_set(r->err, node_pos(entry->key),
			       "%s cannot be set in this file: %s", o->name,
			       o->refused);
	r->option = o;
	return 0;
}

static int read_options(struct reading *r, const struct node *map)
{
	for (uint32_t i = 0; i < map->n; i++) {
		const struct entry *entry = &map->entries[i];
		bool other = r->file && str_eq(node_text(entry->key),
					       str_of(extends.name));

		if (other ? read_extends(r, entry->value) :
			    choose_option(r, entry) ||
				    read_value(r, entry->value))
			return -1;
	}
	return 0;
}

static int read_root(struct reading *r, const struct document *doc)
{
	const struct node *root = doc->root;

	if (root->kind == NODE_NULL)
		return 0;
	if (root->kind != NODE_MAP)
		return err_set(r->err, node_pos(root),
			       "expected a map of options, found %s",
			       node_kind_name(root));
	if (node_check(root, r->err))
		return -1;
	if (doc->n_duplicates)
		return err_set(r->err, node_pos(doc->duplicates[0]),
			       "duplicate option \"%.*s\"",
			       STR_ARG(node_text(doc->duplicates[0])));
	return read_options(r, root);
}

static str folder_of(const char *path)
{
	str s = str_of(path);

	while (s.n && s.p[s.n - 1] != '/')
		s.n--;
	return s;
}

int project_read_file(struct project_settings *s,
		      const struct project_options *options,
		      struct project_file *file, struct err *e)
{
	struct source source = SOURCE_YAML(file->path, file->text);
	struct buf root = BUF_INIT;
	struct reading r = { .out = s, .options = options, .err = e,
			     .folder = folder_of(file->path), .file = file };
	struct document doc;
	int result;

	file->extends = NULL;
	/* each setting has a place */
	source_index(&s->arena, &source);
	/* texts that are kept are copied from the tree */
	if (yaml_read(&s->arena, &source, &doc, e))
		return -1;
	if (file->found && project_root(&root, file->path) < 0)
		return err_set(e, (struct pos){ file->path, 0, 0 },
			       "cannot find its folder: %s", strerror(errno));
	r.root = buf_str(&root);
	result = read_root(&r, &doc);
	buf_release(&root);
	return result;
}

/* ---- functionConfig ---- */

/* The data of a ConfigMap are texts, as variables of the environment are:
 * arguments are lines. */
static int read_data(struct reading *r, const struct entry *entry)
{
	str rest = node_text(entry->value), line;
	bool on;

	if (choose_option(r, entry))
		return -1;
	if (!node_is_scalar(entry->value))
		return wrong(r, entry->value, "text");
	while (rest.n && rest.p[rest.n - 1] == '\n')
		rest.n--;
	if (r->option->shape == PROJECT_FLAG &&
	    !project_bool(arena_str(&r->out->arena, rest).p, &on))
		return wrong(r, entry->value, "true or false");
	if (r->option->shape != PROJECT_WORDS)
		return rest.n ? add_argument(r, entry->value, rest) : 0;
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (line.n && add_argument(r, entry->value, line))
			return -1;
	}
	return 0;
}

static int read_map_of(struct reading *r, const struct node *config,
		       const char *key, const struct node **map)
{
	*map = node_get(config, str_of(key));
	if (*map && (*map)->kind == NODE_NULL)
		*map = NULL;
	if (*map && (*map)->kind != NODE_MAP)
		return err_set(r->err, node_pos(*map), "functionConfig.%s: "
			       "expected a map of options, found %s", key,
			       node_kind_name(*map));
	return 0;
}

static int read_function(struct reading *r, const struct node *config)
{
	str kind = node_string(node_get(config, STR("kind")));
	const struct node *map;

	if (str_eq(kind, STR("Injector")))
		return read_map_of(r, config, "spec", &map) ||
		       (map && read_options(r, map)) ? -1 : 0;
	if (!str_eq(kind, STR("ConfigMap")))
		return err_set(r->err, node_pos(config), "functionConfig: "
			       "expected an object of kind Injector with "
			       "options in spec, or a ConfigMap with options "
			       "in data");
	if (read_map_of(r, config, "data", &map))
		return -1;
	for (uint32_t i = 0; map && i < map->n; i++)
		if (read_data(r, &map->entries[i]))
			return -1;
	return 0;
}

/* NULL: there is none, or the text cannot be read, which is reported by who
 * injects it. */
static const struct node *function_config(struct arena *a,
					  const struct source *source)
{
	struct err ignored = ERR_INIT;
	const struct node *root, *config;
	struct source *json = arena_new(a, struct source);
	struct document doc;

	*json = *source;
	json->json = true;
	if (json_scan(a, json, 0, &root, &ignored)) {
		ignored = (struct err)ERR_INIT;
		if (yaml_read(a, source, &doc, &ignored))
			return NULL;
		root = doc.root;
	}
	config = node_get(root, STR("functionConfig"));
	return config && config->kind != NODE_NULL ? config : NULL;
}

int project_read_function(struct project_settings *s,
			  const struct project_options *options,
			  const char *name, str text, bool *found,
			  struct err *e)
{
	struct arena *a = &s->arena;
	struct source *source = arena_new(a, struct source);
	struct buf root = BUF_INIT;
	struct reading r = { .out = s, .options = options, .err = e,
			     .is_function = true };
	const struct node *config;
	int result;

	*source = (struct source)SOURCE_YAML(name, text);
	source_index(a, source);
	config = function_config(a, source);
	*found = config != NULL;
	if (!config)
		return 0;
	if (project_root_of_folder(&root, ".") < 0)
		return err_set(e, POS_NONE, "cannot find the working "
			       "directory \".\": %s", strerror(errno));
	r.root = buf_str(&root);
	result = read_function(&r, config);
	buf_release(&root);
	return result;
}

#include "cli/precedence.h"

#include <errno.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "cli/messages.h"
#include "project/project.h"

/* A larger file, or a device, is not a list of options. */
#define FILE_MAX ((off_t)1 << 20)

static size_t index_of(const struct options *o, const char *name)
{
	size_t i = 0;

	while (i < o->known.n && strcmp(o->known.at[i].name, name) != 0)
		i++;
	return i;
}

static const struct project_setting *setting_of(const struct options *o,
						const char *name)
{
	return project_last(&o->settings, index_of(o, name));
}

static enum project_level level_of(const struct options *o, const char *name)
{
	const struct project_setting *s = setting_of(o, name);

	return s ? s->level : PROJECT_DEFAULT;
}

/* Set o->project to the path of the file; empty: there is none. */
static enum status choose_file(struct options *o)
{
	const struct project_setting *named = setting_of(o, "config");
	const struct project_setting *off = setting_of(o, "no-config");
	struct err e = ERR_INIT;
	bool none = false;

	/* a server works in no project */
	if (o->program == PROGRAM_WEBHOOK)
		return STATUS_DONE;
	/* of another folder: options_parse_project() */
	if (o->project.n)
		return STATUS_DONE;
	if (off && !project_bool(off->text, &none))
		return STATUS_DONE;	/* options_parse() reports it later */
	if (none && named && named->level == off->level)
		return usage_error("--config and --no-config cannot be "
				   "combined");
	if (named && (!none || named->level > off->level))
		buf_addz(&o->project, named->text);
	else if (!none && project_find(&o->project, STR_NONE, &e) < 0)
		return print_err(&e);
	o->by_file = !named && !none;
	return STATUS_DONE;
}

static int check_file(const char *path, bool found, struct err *e)
{
	const struct pos pos = { path, 0, 0 };
	struct stat st;

	if (stat(path, &st) < 0 || S_ISDIR(st.st_mode))
		return 0;	/* reading it fails with the reason */
	/* A pipe is fine if it was named: --config <(...) */
	if (found && !S_ISREG(st.st_mode))
		return err_set(e, pos, "not a regular file");
	if (st.st_size > FILE_MAX)
		return err_set(e, pos, "larger than 1 MiB");
	return 0;
}

/* ---- files that extend each other ---- */

/* As many as nobody needs. */
#define EXTENDED_MAX 16

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_ino == y.st_ino &&
	       x.st_dev == y.st_dev;
}

static int wrong_extends(const struct project_file *file, const char *why,
			 struct err *e)
{
	return err_set(e, file->extends_pos, "extends: %s", why);
}

static int cannot_open_extended(const struct project_file *file, struct err *e)
{
	return err_set(e, file->extends_pos, "extends: cannot open the file: "
		       "%s", strerror(errno));
}

/* May the file that this one extends be read? */
static int check_extends(struct options *o, const struct project_file *file,
			 struct err *e)
{
	const char *first = buf_z(&o->project);
	struct err why = ERR_INIT;
	bool again = is_same_file(file->extends, first);
	struct stat st;

	if (stat(file->extends, &st) < 0)
		return cannot_open_extended(file, e);
	if (S_ISDIR(st.st_mode))
		return wrong_extends(file, "this is a folder; name the file, "
				     "for example ../" PROJECT_FILE_NAME, e);
	for (size_t i = 0; i < o->extended.n; i++)
		again |= is_same_file(file->extends, o->extended.at[i]);
	if (again || o->extended.n == EXTENDED_MAX)
		return wrong_extends(file, again ? "the file extends itself" :
						   "too many files", e);
	if (file->found && project_check_extended(file->extends, first, &why))
		return wrong_extends(file, why.text, e);
	return 0;
}

static int read_one(struct options *o, struct project_file *file,
		    struct err *e)
{
	struct buf text = BUF_INIT;
	int result = check_file(file->path, file->found, e);

	if (result == 0)
		result = io_slurp(file->path, &text, e);
	if (result == 0) {
		file->text = arena_str(&o->settings.arena, buf_str(&text));
		result = project_read_file(&o->settings, &o->known, file, e);
	}
	buf_release(&text);
	return result;
}

static enum status read_files(struct options *o)
{
	struct project_file file = { .found = !setting_of(o, "config") };
	struct err e = ERR_INIT;

	if (!o->project.n)
		return STATUS_DONE;
	file.path = buf_z(&o->project);
	for (;;) {
		if (read_one(o, &file, &e))
			return print_err(&e);
		if (!file.extends)
			break;
		if (check_extends(o, &file, &e))
			return print_err(&e);
		words_add(&o->extended, file.extends);
		file.path = file.extends;
		file.depth++;
	}
	project_inherit(&o->settings, &o->known);
	return STATUS_DONE;
}

/* The functionConfig, or else the file. */
static enum status read_project(struct options *o)
{
	bool found = false;
	struct err e = ERR_INIT;
	enum status status;

	if (o->function.n &&
	    project_read_function(&o->settings, &o->known, "<stdin>",
				  o->function, &found, &e))
		return print_err(&e);
	if (found)
		return STATUS_DONE;
	status = choose_file(o);
	return status == STATUS_DONE ? read_files(o) : status;
}

/* These options answer one question, where the sidecars come from.  If the
 * command line sets one of them, the file's setting of another is dropped. */
static void settle_sidecars(struct options *o)
{
	static const char *const names[] = {
		"template", "injectConfigFile", "injectConfigMapName",
	};
	const size_t n = ARRAY_SIZE(names);
	enum project_level highest = level_of(o, "mesh");

	for (size_t i = 0; i < n; i++)
		if (level_of(o, names[i]) > highest)
			highest = level_of(o, names[i]);
	for (size_t i = 0; i < n; i++)
		project_drop(&o->settings, index_of(o, names[i]), highest);
}

/* --mesh takes the place of what a lower level says of parts of it, and the
 * cluster that of a file of a lower level. */
static void settle_mesh(struct options *o)
{
	static const char *const parts[] = {
		"meshConfigFile", "valuesFile", "operatorFileName",
		"meshConfigMapName",
	};

	project_drop(&o->settings, index_of(o, "mesh"),
		     level_of(o, "from-cluster"));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		project_drop(&o->settings, index_of(o, parts[i]),
			     level_of(o, "mesh"));
}

enum status precedence_load(struct options *o)
{
	enum status status;

	project_read_environment(&o->settings, &o->known, environ);
	status = read_project(o);
	project_settle(&o->settings, o->known.n);
	settle_mesh(o);
	settle_sidecars(o);
	return status;
}

bool precedence_given(const struct options *o, const char *name)
{
	const struct project_setting *s = setting_of(o, name);

	return s && s->level == PROJECT_COMMAND_LINE;
}

enum status precedence_error(const struct options *o,
			     const struct project_setting *s,
			     const struct err *e)
{
	const char *name = o->known.at[s->option].name;
	struct buf b = BUF_INIT;
	enum status status;

	if (s->level == PROJECT_COMMAND_LINE)
		return usage_error("invalid --%s \"%s\": %s", name, s->text,
				   e->text);
	if (s->level == PROJECT_ENVIRONMENT)
		return usage_error("invalid %s \"%s\": %s", s->pos.file,
				   s->text, e->text);
	buf_printf(&b, "invalid %s \"%s\": %s", name, s->text, e->text);
	status = print_error(s->pos.file, s->pos.line, s->pos.column,
			     buf_z(&b));
	buf_release(&b);
	return status;
}

#include "cli/precedence.h"

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

/* Set o->project to the path of the file; empty: there is none. */
static enum status choose_file(struct options *o)
{
	const struct project_setting *named = setting_of(o, "config");
	const struct project_setting *off = setting_of(o, "no-config");
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
	else if (!none)
		project_find(&o->project, STR_NONE);
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

static enum status read_file(struct options *o)
{
	bool found = !setting_of(o, "config");
	struct err e = ERR_INIT;
	const char *path;

	if (!o->project.n)
		return STATUS_DONE;
	path = buf_z(&o->project);
	if (check_file(path, found, &e) ||
	    io_slurp(path, &o->project_text, &e) ||
	    project_read_file(&o->settings, &o->known, path,
			      buf_str(&o->project_text), found, &e))
		return print_err(&e);
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
	return status == STATUS_DONE ? read_file(o) : status;
}

/* These options answer one question, where the sidecars come from.  If the
 * command line sets one of them, the file's setting of another is dropped. */
static void settle_sidecars(struct options *o)
{
	static const char *const names[] = {
		"template", "injectConfigFile", "injectConfigMapName",
	};
	const size_t n = ARRAY_SIZE(names);
	enum project_level highest = PROJECT_DEFAULT;

	for (size_t i = 0; i < n; i++) {
		const struct project_setting *s = setting_of(o, names[i]);

		if (s && s->level > highest)
			highest = s->level;
	}
	for (size_t i = 0; i < n; i++)
		project_drop(&o->settings, index_of(o, names[i]), highest);
}

enum status precedence_load(struct options *o)
{
	enum status status;

	project_read_environment(&o->settings, &o->known, environ);
	status = read_project(o);
	project_settle(&o->settings, o->known.n);
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

#include "cli/precedence.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "cli/messages.h"
#include "project/environment.h"
#include "project/file.h"
#include "project/find.h"

/* What somebody made too large to be a list of options, or a device. */
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

/* Which file, o->project being empty for none. */
static enum status choose_file(struct options *o)
{
	const struct project_setting *named = setting_of(o, "config");
	const struct project_setting *not = setting_of(o, "no-config");
	bool none = false;

	if (not && !project_bool(not->text, &none))
		return STATUS_DONE;	/* is told when settings are taken */
	if (none && named && named->level == not->level)
		return usage_error("either --config or --no-config");
	if (named && (!none || named->level > not->level))
		buf_addz(&o->project, named->text);
	else if (!none)
		project_find(&o->project);
	return STATUS_DONE;
}

static int check_file(const char *path, bool found, struct err *e)
{
	const struct pos pos = { path, 0, 0 };
	struct stat st;

	if (stat(path, &st) < 0 || S_ISDIR(st.st_mode))
		return 0;	/* reading it says why it cannot be read */
	/* A pipe is fine where it was named: --config <(...) */
	if (found && !S_ISREG(st.st_mode))
		return err_set(e, pos, "is no regular file");
	if (st.st_size > FILE_MAX)
		return err_set(e, pos, "is larger than 1 MiB");
	return 0;
}

static enum status read_file(struct options *o)
{
	struct err e = ERR_INIT;
	const char *path;

	if (!o->project.n)
		return STATUS_DONE;
	path = buf_z(&o->project);
	if (check_file(path, !setting_of(o, "config"), &e) ||
	    io_slurp(path, &o->project_text, &e) ||
	    project_read_file(&o->settings, &o->known, path,
			      buf_str(&o->project_text), &e))
		return print_err(&e);
	return STATUS_DONE;
}

/* Where sidecars come from is one question, which these options answer: what is
 * said of one of them on the command line leaves nothing of the file's answer,
 * though that was to another. */
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
	status = choose_file(o);
	if (status == STATUS_DONE)
		status = read_file(o);
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
		       const struct project_setting *s, const struct err *e)
{
	const char *name = o->known.at[s->option].name;
	struct buf b = BUF_INIT;
	enum status status;

	if (s->level == PROJECT_COMMAND_LINE)
		return usage_error("--%s: %s", name, e->text);
	if (s->level == PROJECT_ENVIRONMENT)
		return usage_error("%s: %s", s->pos.file, e->text);
	buf_printf(&b, "%s: %s", name, e->text);
	status = print_error(s->pos.file, s->pos.line, s->pos.column,
			     buf_z(&b));
	buf_release(&b);
	return status;
}

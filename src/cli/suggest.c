/*
 * What to type instead: of a word of another tool, and of --check.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/chars.h"
#include "cli/messages.h"
#include "cli/option_table.h"

/* ---- words of other tools ---- */

struct suggestion {
	const char *word, *meant;
};

/* Of sed, yq, kubectl, helm, kustomize, linters and formatters. */
static const struct suggestion for_options[] = {
	{ "apply", "-w, or injector ... | kubectl apply -f -" },
	{ "debug", "-v" },
	{ "directory", "-R" },
	{ "dry-run", "--check or --diff" },
	{ "file", "-f" },
	{ "files", "-f" },
	{ "fix", "-w" },
	{ "format", "--output-format or --report" },
	{ "ignore", "--skip or --exclude" },
	{ "in-place", "-w" },
	{ "inplace", "-w" },
	{ "input", "-f" },
	{ "json", "--output-format json" },
	{ "label", "--selector" },
	{ "labels", "--selector" },
	{ "lint", "--check" },
	{ "list", "--list-templates" },
	{ "list-different", "--check" },
	{ "no-color", "--color never" },
	{ "no-colors", "--color never" },
	{ "out", "-o" },
	{ "overwrite", "-w" },
	{ "recurse", "-R" },
	{ "replace", "-w" },
	{ "save", "-w" },
	{ "set-file", "--set-string or --values" },
	{ "show-only", "--only" },
	{ "sidecar", "-t" },
	{ "silent", "-q" },
	{ "strict", "--fail-on-skip and --fail-on-empty" },
	{ "templates", "-t or --list-templates" },
	{ "test", "--check" },
	{ "update", "--refresh" },
	{ "upgrade", "--refresh" },
	{ "value", "--set or --values" },
	{ "value-files", "--values" },
	{ "verbosity", "-v" },
	{ "yaml", "--output-format yaml" },
};

static const struct suggestion for_commands[] = {
	{ "add", "inject" },
	{ "analyze", "explain" },
	{ "apply", "injector ... | kubectl apply -f -" },
	{ "build", "render" },
	{ "check", "--check" },
	{ "check-inject", "explain" },
	{ "delete", "uninject" },
	{ "describe", "explain" },
	{ "diff", "--diff" },
	{ "dry-run", "--check or --diff" },
	{ "eject", "uninject" },
	{ "fix", "-w" },
	{ "fmt", "-w" },
	{ "format", "-w" },
	{ "install", "the program injector-webhook" },
	{ "lint", "--check" },
	{ "list", "--list-templates" },
	{ "ls", "--list-templates" },
	{ "patch", "--output-format patch" },
	{ "refresh", "--refresh" },
	{ "remove", "uninject" },
	{ "report", "--report" },
	{ "revert", "uninject" },
	{ "serve", "the program injector-webhook" },
	{ "templates", "--list-templates" },
	{ "test", "--check" },
	{ "undo", "uninject" },
	{ "update", "--refresh" },
	{ "upgrade", "--refresh" },
	{ "validate", "--check" },
	{ "verify", "--check" },
	{ "webhook", "the program injector-webhook" },
	{ "why", "explain" },
	{ "write", "-w" },
};

static const char *find(const struct suggestion *at, size_t n, str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(at[i].word), word))
			return at[i].meant;
	return NULL;
}

const char *suggest_option(str name)
{
	return find(for_options, ARRAY_SIZE(for_options), name);
}

const char *suggest_command(str word)
{
	return find(for_commands, ARRAY_SIZE(for_commands), word);
}

/* ---- arguments of letters that mean something else in another tool ---- */

static bool has_ending(const char *arg)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json" };

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (str_ends(str_of(arg), str_of(endings[i])))
			return true;
	return false;
}

static bool is_path(const char *arg)
{
	return strchr(arg, '/') || strcmp(arg, ".") == 0 || has_ending(arg);
}

/* -i edits in place with sed and yq. */
int suggest_namespace(const struct options *o, const char *arg, struct err *e)
{
	(void)o;
	if (!is_path(arg))
		return 0;
	return err_set(e, POS_NONE, "expected the namespace of Istio; did you "
		       "mean -w, which edits files in place?");
}

/* -r reads folders with many. */
int suggest_revision(const struct options *o, const char *arg, struct err *e)
{
	(void)o;
	if (!is_path(arg))
		return 0;
	return err_set(e, POS_NONE, "expected the revision of a control plane; "
		       "did you mean -R, which reads folders?");
}

/* -o is a format with kubectl, and so it is for --version. */
int suggest_output(const struct options *o, const char *arg, struct err *e)
{
	static const char *const formats[] = {
		"json", "jsonpatch", "name", "patch", "text", "wide", "yaml",
		"yml",
	};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (o->command != COMMAND_VERSION &&
		    strcmp(arg, formats[i]) == 0)
			return err_set(e, POS_NONE, "expected a file, for "
				       "example ./%s; did you mean "
				       "--output-format or --report?", arg);
	return 0;
}

/* ---- the command that fixes what --check found ---- */

/* Options that say how a run checks and reports, not what it does. */
static bool is_about_checking(const struct option_row *row)
{
	static const char *const names[] = {
		"backup", "check", "color", "diff", "exit-code",
		"fail-on-empty", "fail-on-skip", "filename", "jobs", "output",
		"quiet", "recursive", "report", "report-file", "verbose",
		"write",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(row->name, names[i]) == 0)
			return true;
	return false;
}

/* A word as a shell reads it. */
static void add_shell_word(struct buf *b, str word)
{
	bool safe = word.n > 0;

	for (size_t i = 0; i < word.n && safe; i++) {
		char c = word.p[i];

		safe = is_digit(c) || is_upper(c) || is_lower(c) ||
		       (c && strchr("_./:=,@%+-", c));
	}
	buf_addc(b, ' ');
	if (!safe)
		buf_addc(b, '\'');
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '\'')
			buf_addz(b, "'\\''");
		else
			buf_addc(b, word.p[i]);
	if (!safe)
		buf_addc(b, '\'');
}

/* Values may be secrets of the job whose log this is. */
static void add_argument(struct buf *b, const struct option_row *row,
			 const char *arg)
{
	str name, value;

	str_cut(str_of(arg), '=', &name, &value);
	if (*arg == '{')
		buf_addz(b, " {...}");
	else if (strncmp(row->arg, "PATH=", 5) == 0)
		buf_printf(b, " %.*s=...", STR_ARG(name));
	else
		add_shell_word(b, str_of(arg));
}

static void add_options(struct buf *b, const struct options *o)
{
	for (size_t i = 0; i < o->settings.n; i++) {
		const struct project_setting *s = &o->settings.at[i];
		const struct option_row *row = &option_rows[s->option];

		if (s->level != PROJECT_COMMAND_LINE || is_about_checking(row))
			continue;
		if (row->letter)
			buf_printf(b, " -%c", row->letter);
		else
			buf_printf(b, " --%s", row->name);
		if (row->arg)
			add_argument(b, row, s->text);
		else if (strcmp(s->text, "true") != 0)
			buf_printf(b, "=%s", s->text);
	}
}

void suggest_fix(struct buf *b, const struct options *o, const char *file)
{
	buf_addz(b, messages_program());
	if (o->command == COMMAND_UNINJECT)
		buf_addz(b, " uninject");
	add_options(b, o);
	buf_addz(b, " -w");
	if (!file && o->recursive)
		buf_addz(b, " -R");
	if (file)
		add_shell_word(b, str_of(file));
	for (size_t i = 0; !file && i < o->files.n; i++)
		add_shell_word(b, str_of(o->files.at[i]));
}

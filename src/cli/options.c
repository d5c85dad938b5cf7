/*
 * Parsing is that of getopt_long(3), so options may be abbreviated and may
 * follow files.
 */
#include "cli/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/spelling.h"
#include "base/str.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "cli/precedence.h"

/* ---- sizes and durations ---- */

/* Quantities as Kubernetes writes them: M is 10^6, Mi is 2^20. */
static const struct unit {
	const char *suffix;
	uint64_t factor;
} units[] = {
	{ "", 1 },
	{ "k", 1000 }, { "K", 1000 }, { "Ki", 1 << 10 },
	{ "M", 1000000 }, { "Mi", 1 << 20 },
	{ "G", 1000000000 }, { "Gi", 1 << 30 },
};

/* Places in a document are kept in 32 bits. */
#define SIZE_LARGEST UINT32_MAX

static bool parse_size(const char *word, size_t *out)
{
	uint64_t n = 0;
	const char *p = word;

	while (*p >= '0' && *p <= '9' && n <= SIZE_LARGEST)
		n = n * 10 + (uint64_t)(*p++ - '0');
	if (p == word || n == 0 || n > SIZE_LARGEST)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(p, units[i].suffix) != 0)
			continue;
		n *= units[i].factor;
		*out = (size_t)n;
		return n <= SIZE_LARGEST;
	}
	return false;
}

/* Times as Go writes them: 1m30s, 1.5h. */
static const struct {
	const char *suffix;
	double milliseconds;
} time_units[] = {
	{ "ns", 1e-6 }, { "us", 1e-3 }, { "\xc2\xb5s", 1e-3 }, { "ms", 1 },
	{ "s", 1e3 }, { "m", 60e3 }, { "h", 3600e3 },
};

/* The unit that a text begins with, which is taken off; 0: none. */
static double take_unit(const char **p)
{
	const size_t n_units = ARRAY_SIZE(time_units);

	for (size_t i = 0; i < n_units; i++) {
		size_t n = strlen(time_units[i].suffix);

		if (strncmp(*p, time_units[i].suffix, n) != 0)
			continue;
		*p += n;
		return time_units[i].milliseconds;
	}
	return 0;
}

static bool parse_duration(const char *word, uint64_t *out)
{
	const char *p = word;
	double total = 0;

	while (*p && strcmp(word, "0") != 0) {
		size_t digits = strspn(p, "0123456789.");
		char *end;
		double n = strtod(p, &end), unit;

		if (!digits || end != p + digits)
			return false;
		p = end;
		unit = take_unit(&p);
		if (unit == 0)
			return false;
		total += n * unit;
	}
	/* poll(2) counts milliseconds in an int */
	if (!*word || total > INT_MAX)
		return false;
	*out = total > 0 && total < 1 ? 1 : (uint64_t)total;
	return true;
}

/* ---- kinds ---- */

static bool is_path(str path)
{
	bool more = true;
	str key;

	while (more) {
		more = str_cut(path, '.', &key, &path);
		if (!key.n)
			return false;
	}
	return true;
}

int kinds_add(struct kinds *kinds, struct arena *a, const char *text,
	      struct err *e)
{
	str name, path, group, kind;

	if (!str_cut(str_of(text), '=', &name, &path))
		return err_set(e, POS_NONE, "`%s' has no `=' and path to the "
			       "Pod template behind the kind", text);
	if (!str_cut(name, '/', &group, &kind)) {
		kind = group;
		group = STR("");
	}
	if (!kind.n || str_find(kind, 0, '/') < kind.n)
		return err_set(e, POS_NONE, "`%.*s' is no GROUP/KIND (any "
			       "version of the group is meant)",
			       STR_ARG(name));
	if (!is_path(path))
		return err_set(e, POS_NONE, "`%.*s' is no path such as "
			       "spec.template", STR_ARG(path));
	kinds->at = mem_realloc(kinds->at,
				(kinds->n + 1) * sizeof(*kinds->at));
	kinds->at[kinds->n++] = (struct injector_kind){
		.group = arena_str(a, group).p,
		.kind = arena_str(a, kind).p,
		.path = arena_str(a, path).p,
	};
	return 0;
}

static void add_word(struct words *w, const char *word)
{
	w->at = mem_realloc(w->at, (w->n + 1) * sizeof(*w->at));
	w->at[w->n++] = word;
}

/* The number of a word in "a|b|c"; -1 for none of them. */
static int choice(const char *word, const char *choices)
{
	str head, rest = str_of(choices);

	for (int i = 0; rest.n; i++) {
		str_cut(rest, '|', &head, &rest);
		if (str_eq(head, str_of(word)))
			return i;
	}
	return -1;
}

static int take_choice(unsigned *field, const struct row *row,
		       const char *arg, struct err *e)
{
	int i = choice(arg, row->arg);

	if (i < 0)
		return err_set(e, POS_NONE, "`%s' is none of %s", arg,
			       row->arg);
	*field = (unsigned)i;
	return 0;
}

static enum status refuse(const struct row *row)
{
	struct buf why = BUF_INIT;
	enum status status;

	for (const char *p = row->help; *p; p++)
		buf_addc(&why, *p == '\n' ? ' ' : *p);
	status = usage_error("--%s: %s", row->name, buf_z(&why));
	buf_release(&why);
	return status;
}

/* An argument that the row cannot have sets the error, without a place. */
static int take(struct options *o, const struct row *row, const char *arg,
		struct err *e)
{
	void *field = (char *)o + row->field;

	switch (row->kind) {
	case FLAG:
		if (!project_bool(arg, field))
			return err_set(e, POS_NONE,
				       "`%s' is neither true nor false", arg);
		break;
	case WORD:
		*(const char **)field = arg;
		break;
	case WORDS:
		add_word(field, arg);
		break;
	case KINDS:
		return kinds_add(field, &o->settings.arena, arg, e);
	case CHOICE:
		return take_choice(field, row, arg, e);
	case SIZE:
		if (!parse_size(arg, field))
			return err_set(e, POS_NONE, "`%s' is no size between "
				       "1 and 4Gi - 1, such as 64M or 1Gi",
				       arg);
		break;
	case DURATION:
		if (!parse_duration(arg, field))
			return err_set(e, POS_NONE, "`%s' is no time such as "
				       "30s or 1m30s", arg);
		break;
	case COMMAND:
	case IGNORED:
	case REFUSED:
		break;	/* no settings: see give() */
	}
	return 0;
}

/* ---- the command line ---- */

static void set(struct options *o, const struct row *row, const char *text)
{
	const struct project_setting setting = {
		.option = (size_t)(row - option_rows),
		.level = PROJECT_COMMAND_LINE,
		.text = text,
	};

	project_add(&o->settings, &setting);
}

/* An option of the command line, with its argument or NULL. */
static enum status give(struct options *o, const struct row *row,
			const char *arg)
{
	switch (row->kind) {
	case IGNORED:
		break;
	case REFUSED:
		return refuse(row);
	case COMMAND:
		/* Where several are given, the first. */
		if (o->command < COMMAND_LIST_TEMPLATES)
			o->command = (enum command)row->field;
		break;
	case WORD:
		/* as if it was not there: istioctl in scripts, -r "$REV" */
		if (*arg)
			set(o, row, arg);
		break;
	case FLAG:
	case WORDS:
	case KINDS:
	case CHOICE:
	case SIZE:
	case DURATION:
		set(o, row, arg ? arg : "true");
		break;
	}
	return STATUS_DONE;
}

/* What getopt_long() knows a row by: values past those of characters. */
#define ROW_VALUE(i) (int)(UCHAR_MAX + 1 + (i))

/* Istioctl takes --insecure=true; what is refused is, in any form.  Flags are
 * turned off so that something else has turned on. */
static int has_arg(const struct row *row)
{
	if (row->arg)
		return required_argument;
	return row_topic(row) == ISTIOCTL || row->kind == FLAG ?
		       optional_argument : no_argument;
}

static void make_getopt(struct option *longs, char *letters)
{
	/* Operands come in turn with the options, as the argument of 1, so
	 * that files are read in the order given. */
	*letters++ = '-';
	for (size_t i = 0; i < option_n_rows; i++) {
		longs[i] = (struct option){
			.name = option_rows[i].name,
			.has_arg = has_arg(&option_rows[i]),
			.val = ROW_VALUE(i),
		};
		if (!option_rows[i].letter)
			continue;
		*letters++ = option_rows[i].letter;
		if (option_rows[i].arg)
			*letters++ = ':';
	}
	longs[option_n_rows] = (struct option){ 0 };
	*letters = '\0';
}

static const struct row *row_of(int value)
{
	if (value >= ROW_VALUE(0))
		return &option_rows[value - ROW_VALUE(0)];
	for (size_t i = 0; i < option_n_rows; i++)
		if (option_rows[i].letter && option_rows[i].letter == value)
			return &option_rows[i];
	return NULL;
}

static bool take_command(struct options *o, const char *word)
{
	for (size_t i = 0; i < option_n_commands; i++) {
		if (strcmp(word, option_commands[i].name) != 0)
			continue;
		if (o->command == COMMAND_INJECT)
			o->command = option_commands[i].command;
		return true;
	}
	return false;
}

/* A file that is not there, with almost the name of a command. */
static enum status misspelt_command(const char *word)
{
	struct nearest nearest = NEAREST(str_of(word));

	if (access(word, F_OK) == 0)
		return STATUS_DONE;
	for (size_t i = 0; i < option_n_commands; i++)
		near_try(&nearest, option_commands[i].name);
	return nearest.found ?
		       usage_error("no command and no file `%s'; did you mean "
				  "%s?", word, nearest.found) :
		       STATUS_DONE;
}

static enum status take_operand(struct options *o, const char *word,
				bool may_be_command)
{
	if (may_be_command && take_command(o, word))
		return STATUS_DONE;
	set(o, &option_rows[0], word);
	return may_be_command ? misspelt_command(word) : STATUS_DONE;
}

/* getopt_long() has said what is wrong with a word. */
static enum status bad_option(const char *word)
{
	str name = str_of(word), rest;
	struct nearest nearest;

	if (!str_starts(name, STR("--")))
		return say_try_help();
	str_cut(str_sub(name, 2, name.n), '=', &name, &rest);
	nearest = (struct nearest)NEAREST(name);
	for (size_t i = 0; i < option_n_rows; i++) {
		/* it was an option, though not used in the right way */
		if (str_starts(str_of(option_rows[i].name), name))
			return say_try_help();
		near_try(&nearest, option_rows[i].name);
	}
	return nearest.found ? usage_error("did you mean --%s?", nearest.found)
			     : say_try_help();
}

/* The argument of a letter, behind it in one word: istioctl takes -f=x. */
static const char *without_equals(const char *arg, int c, const char *word)
{
	bool attached = c < ROW_VALUE(0) && arg && arg != word;

	return attached && *arg == '=' ? arg + 1 : arg;
}

static enum status parse_words(struct options *o, int argc, char **argv)
{
	struct arena *a = &o->settings.arena;
	struct option *longs = arena_array(a, struct option,
					   option_n_rows + 1);
	char *letters = arena_alloc(a, 2 * option_n_rows + 2);
	enum status status = STATUS_DONE;
	bool may_be_command = true;
	int c;

	make_getopt(longs, letters);
	while (status == STATUS_DONE) {
		const struct row *row;

		c = getopt_long(argc, argv, letters, longs, NULL);
		if (c < 0)
			break;
		row = row_of(c);
		if (c == 1) {
			status = take_operand(o, optarg, may_be_command);
			may_be_command = false;
		} else if (row) {
			status = give(o, row, without_equals(optarg, c,
							     argv[optind - 1]));
		} else {
			status = bad_option(argv[optind - 1]);
		}
	}
	for (; status == STATUS_DONE && optind < argc; optind++)
		set(o, &option_rows[0], argv[optind]);
	return status;
}

/* ---- the other levels ---- */

static void describe_all(struct options *o)
{
	struct project_option *known;

	known = arena_array(&o->settings.arena, struct project_option,
			    option_n_rows);
	for (size_t i = 0; i < option_n_rows; i++)
		known[i] = row_describe(&option_rows[i]);
	o->known = (struct project_options){ known, option_n_rows };
}

static enum status take_all(struct options *o)
{
	for (size_t i = 0; i < o->settings.n; i++) {
		const struct project_setting *s = &o->settings.at[i];
		struct err e = ERR_INIT;

		if (take(o, &option_rows[s->option], s->text, &e))
			return precedence_error(o, s, &e);
	}
	return STATUS_DONE;
}

enum status options_parse(struct options *o, int argc, char **argv)
{
	enum status status = parse_words(o, argc, argv);

	describe_all(o);
	/* a mistake in a file shall not be in the way of --help */
	if (status == STATUS_DONE && o->command < COMMAND_LIST_TEMPLATES)
		status = precedence_load(o);
	if (status == STATUS_DONE)
		status = take_all(o);
	if (o->output && strcmp(o->output, "-") == 0)
		o->output = NULL;
	/* its other name is none, as in istioctl */
	if (o->revision && strcmp(o->revision, "default") == 0)
		o->revision = NULL;
	return status;
}

void options_release(struct options *o)
{
	for (size_t i = 0; i < option_n_rows; i++) {
		char *field = (char *)o + option_rows[i].field;

		if (option_rows[i].kind == WORDS)
			free(((struct words *)field)->at);
	}
	free(o->kinds.at);
	buf_release(&o->project);
	buf_release(&o->project_text);
	project_release(&o->settings);
}

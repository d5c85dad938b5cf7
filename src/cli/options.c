/*
 * Parsing is that of getopt_long(3), so options may follow files; the messages
 * are our own.  Long options cannot be abbreviated: a script that did would
 * break when an option is added.
 *
 * Arguments are read in two steps.  First every option of the command line
 * becomes a setting, then precedence.c adds those of the environment and of
 * .injector.yaml and keeps the effective ones, and only these are interpreted
 * and stored in struct options.
 */
#include "cli/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/chars.h"
#include "base/spelling.h"
#include "base/str.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "cli/precedence.h"

/* ---- arguments ---- */

/* Quantities as Kubernetes writes them: M is 10^6, Mi is 2^20. */
static const struct {
	const char *suffix;
	uint64_t factor;
} size_units[] = {
	{ "", 1 },
	{ "k", 1000 }, { "K", 1000 }, { "Ki", 1 << 10 },
	{ "M", 1000000 }, { "Mi", 1 << 20 },
	{ "G", 1000000000 }, { "Gi", 1 << 30 },
};

/* Offsets in a document have 32 bits. */
#define SIZE_LARGEST UINT32_MAX

static bool parse_size(const char *word, size_t *out)
{
	uint64_t n = 0;
	const char *p = word;

	while (is_digit(*p) && n <= SIZE_LARGEST)
		n = n * 10 + (uint64_t)(*p++ - '0');
	if (p == word || n == 0 || n > SIZE_LARGEST)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(size_units); i++) {
		if (strcmp(p, size_units[i].suffix) != 0)
			continue;
		n *= size_units[i].factor;
		*out = (size_t)n;
		return n <= SIZE_LARGEST;
	}
	return false;
}

/* Durations as Go writes them: 1m30s, 1.5h. */
static const struct {
	const char *suffix;
	double milliseconds;
} time_units[] = {
	{ "ns", 1e-6 }, { "us", 1e-3 }, { "\xc2\xb5s", 1e-3 }, { "ms", 1 },
	{ "s", 1e3 }, { "m", 60e3 }, { "h", 3600e3 },
};

/* Move *p past the unit it begins with, and return that; 0: none. */
static double take_unit(const char **p)
{
	for (size_t i = 0; i < ARRAY_SIZE(time_units); i++) {
		size_t n = strlen(time_units[i].suffix);

		if (strncmp(*p, time_units[i].suffix, n) != 0)
			continue;
		*p += n;
		return time_units[i].milliseconds;
	}
	return 0;
}

/* In milliseconds, at least one for a duration above zero. */
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

/* Enough for any count of things in one process. */
#define NUMBER_LARGEST 65535

static bool parse_number(const char *word, unsigned *out)
{
	unsigned n = 0;
	const char *p = word;

	while (is_digit(*p) && n <= NUMBER_LARGEST)
		n = n * 10 + (unsigned)(*p++ - '0');
	*out = n;
	return p != word && !*p && n <= NUMBER_LARGEST;
}

/* Keys separated by dots, none of them empty. */
static bool is_key_path(str path)
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

/* GROUP/KIND=PATH; of the core group KIND=PATH or /KIND=PATH. */
static bool parse_kind(struct kinds *kinds, struct arena *a, const char *text)
{
	str name, path, group, kind;

	if (!str_cut(str_of(text), '=', &name, &path))
		return false;
	if (!str_cut(name, '/', &group, &kind)) {
		kind = group;
		group = STR("");
	}
	if (!kind.n || str_find(kind, 0, '/') < kind.n || !is_key_path(path))
		return false;
	kinds->at = mem_extend(kinds->at, kinds->n, &kinds->capacity,
			       sizeof(*kinds->at));
	kinds->at[kinds->n++] = (struct injector_kind){
		.group = arena_str(a, group).p,
		.kind = arena_str(a, kind).p,
		.path = arena_str(a, path).p,
	};
	return true;
}

/* The number of a word in "a|b|c". */
static bool parse_choice(const char *word, const char *choices, unsigned *out)
{
	str head, rest = str_of(choices);

	for (unsigned i = 0; rest.n; i++) {
		str_cut(rest, '|', &head, &rest);
		if (!str_eq(head, str_of(word)))
			continue;
		*out = i;
		return true;
	}
	return false;
}

static bool parse_auto(const char *word, const char **out)
{
	bool on;

	if (project_bool(word, &on))
		*out = on ? "true" : "false";
	else if (strcmp(word, "auto") == 0)
		*out = "auto";
	else
		return false;
	return true;
}

void words_add(struct words *w, const char *word)
{
	w->at = mem_extend(w->at, w->n, &w->capacity, sizeof(*w->at));
	w->at[w->n++] = word;
}

/* "expected a, b or c" of "a|b|c" */
static int expected_choice(const char *choices, struct err *e)
{
	struct buf b = BUF_INIT;
	str head, rest = str_of(choices);

	while (rest.n) {
		str_cut(rest, '|', &head, &rest);
		if (b.n)
			buf_addz(&b, rest.n ? ", " : " or ");
		buf_adds(&b, head);
	}
	err_set(e, POS_NONE, "expected %s", buf_z(&b));
	buf_release(&b);
	return -1;
}

/* Store an argument in its field: 0, or -1 with what was expected in *e. */
static int store(struct options *o, const struct option_row *row,
		 const char *arg, struct err *e)
{
	void *field = (char *)o + row->field;

	switch (row->kind) {
	case OPTION_FLAG:
		return project_bool(arg, field) ? 0 :
		       err_set(e, POS_NONE, "expected true or false");
	case OPTION_AUTO:
		return parse_auto(arg, field) ? 0 :
		       err_set(e, POS_NONE, "expected true, false or auto");
	case OPTION_WORD:
		*(const char **)field = arg;
		return row->check ? row->check(o, arg, e) : 0;
	case OPTION_WORDS:
		words_add(field, arg);
		return 0;
	case OPTION_KINDS:
		return parse_kind(field, &o->settings.arena, arg) ? 0 :
		       err_set(e, POS_NONE, "expected [GROUP/]KIND=PATH, for "
			       "example example.com/Widget=spec.template");
	case OPTION_CHOICE:
		return parse_choice(arg, row->arg, field) ? 0 :
		       expected_choice(row->arg, e);
	case OPTION_SIZE:
		return parse_size(arg, field) ? 0 :
		       err_set(e, POS_NONE, "expected 1 to 4Gi-1, for example "
			       "64M or 1Gi");
	case OPTION_NUMBER:
		return parse_number(arg, field) ? 0 :
		       err_set(e, POS_NONE, "expected 0 to %d",
			       NUMBER_LARGEST);
	case OPTION_DURATION:
		return parse_duration(arg, field) ? 0 :
		       err_set(e, POS_NONE, "expected a duration, for example "
			       "30s or 1m30s");
	case OPTION_COMMAND:
	case OPTION_IGNORED:
	case OPTION_REFUSED:
		break;	/* never become settings: see give() */
	}
	return 0;
}

/* ---- the command line ---- */

static void add_setting(struct options *o, const struct option_row *row,
			const char *text)
{
	const struct project_setting setting = {
		.option = (size_t)(row - option_rows),
		.level = PROJECT_COMMAND_LINE,
		.text = text,
	};

	project_add(&o->settings, &setting);
}

static enum status refuse(const struct option_row *row)
{
	struct buf why = BUF_INIT;
	enum status status;

	for (const char *p = row->help; *p; p++)
		buf_addc(&why, *p == '\n' ? ' ' : *p);
	status = usage_error("--%s is not supported: %s", row->name,
			     buf_z(&why));
	buf_release(&why);
	return status;
}

/* An option of the command line, with its argument or NULL. */
static enum status give(struct options *o, const struct option_row *row,
			const char *arg)
{
	switch (row->kind) {
	case OPTION_IGNORED:
		break;
	case OPTION_REFUSED:
		return refuse(row);
	case OPTION_COMMAND:
		/* the first of several wins, but for --help */
		if (o->command < COMMAND_LIST_TEMPLATES ||
		    row->command == COMMAND_HELP)
			o->command = row->command;
		break;
	case OPTION_WORD:
		/* empty is as good as absent, as in istioctl: -r "$REV" */
		if (*arg)
			add_setting(o, row, arg);
		break;
	case OPTION_FLAG:
	case OPTION_AUTO:
	case OPTION_WORDS:
	case OPTION_KINDS:
	case OPTION_CHOICE:
	case OPTION_SIZE:
	case OPTION_NUMBER:
	case OPTION_DURATION:
		add_setting(o, row, arg ? arg : "true");
		break;
	}
	return STATUS_DONE;
}

/* The value that getopt_long() returns for a row, above all characters. */
#define ROW_VALUE(i) (int)(UCHAR_MAX + 1 + (i))

/* Istioctl accepts --insecure=true, and a flag may be switched off. */
static int has_arg(const struct option_row *row)
{
	if (row->arg)
		return required_argument;
	return row->topic == TOPIC_ISTIOCTL || row->kind == OPTION_FLAG ||
	       row->kind == OPTION_AUTO ?
		       optional_argument : no_argument;
}

static void make_getopt(const struct options *o, struct option *longs,
			char *letters)
{
	/* "-": operands come in turn with the options, as the argument of 1,
	 * so that files are read in the order given.  ":": a missing argument
	 * returns ':' and not '?'. */
	*letters++ = '-';
	*letters++ = ':';
	for (size_t i = 0; i < option_n_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (!option_exists(o, row))
			continue;
		*longs++ = (struct option){
			.name = row->name,
			.has_arg = has_arg(row),
			.val = ROW_VALUE(i),
		};
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->arg)
			*letters++ = ':';
	}
	*longs = (struct option){ 0 };
	*letters = '\0';
}

static const struct option_row *row_of(int value)
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
	const struct command_word *command = option_command(o, word);

	if (!command)
		return false;
	o->word = command->name;
	if (command->command != COMMAND_HELP)
		messages_command(command->name);
	if (o->command == COMMAND_INJECT || o->command == COMMAND_SERVE)
		o->command = command->command;
	return true;
}

/* A first operand that is neither a command nor a file, and does not look like
 * a file's name. */
static enum status unknown_command(const struct options *o, const char *word)
{
	struct spelling nearest = SPELLING(str_of(word));
	const char *meant = suggest_command(str_of(word));

	if (o->program == PROGRAM_WEBHOOK)
		meant = NULL;
	for (size_t i = 0; !meant && i < option_n_commands; i++)
		if (option_has_command(o, &option_commands[i]))
			spelling_try(&nearest, option_commands[i].name);
	if (!meant)
		meant = nearest.found;
	if (meant)
		return usage_error("no command or file \"%s\"; did you mean "
				   "%s?", word, meant);
	return usage_error("no command or file \"%s\"", word);
}

static enum status take_operand(struct options *o, const char *word,
				bool may_be_command)
{
	if (may_be_command && take_command(o, word))
		return STATUS_DONE;
	add_setting(o, &option_rows[OPTION_ROW_FILES], word);
	if (!may_be_command || strpbrk(word, "./") || strcmp(word, "-") == 0 ||
	    !*word || access(word, F_OK) == 0)
		return STATUS_DONE;
	return unknown_command(o, word);
}

static enum status unknown_option(const struct options *o, str name)
{
	struct spelling nearest = SPELLING(name);
	const char *meant = suggest_option(name);
	struct buf like = BUF_INIT;
	enum status status;

	for (size_t i = 0; !meant && i < option_n_rows; i++) {
		const char *known = option_rows[i].name;

		if (!option_exists(o, &option_rows[i]))
			continue;
		if (name.n && str_starts(str_of(known), name))
			buf_printf(&like, "%s--%s", like.n ? ", " : "", known);
		spelling_try(&nearest, known);
	}
	if (!meant && !like.n && nearest.found)
		buf_printf(&like, "--%s", nearest.found);
	if (!meant && like.n)
		meant = buf_z(&like);
	if (meant)
		status = usage_error("unknown option \"--%.*s\"; did you mean "
				     "%s?", STR_ARG(name), meant);
	else
		status = usage_error("unknown option \"--%.*s\"",
				     STR_ARG(name));
	buf_release(&like);
	return status;
}

/* What getopt_long() reads next, unless letters are left of the last word. */
static const char *next_word(int argc, char **argv)
{
	int next = optind ? optind : 1;

	return next < argc ? argv[next] : "";
}

/* Is the word a long option that no row has by its full name? */
static bool is_unknown(const struct options *o, const char *word, str *name)
{
	str rest;

	if (strncmp(word, "--", 2) != 0 || !word[2])
		return false;
	str_cut(str_of(word + 2), '=', name, &rest);
	for (size_t i = 0; i < option_n_rows; i++)
		if (option_exists(o, &option_rows[i]) &&
		    str_eq(str_of(option_rows[i].name), *name))
			return false;
	return true;
}

/* What getopt_long() means by ':' or '?', with optopt. */
static enum status bad_option(int c)
{
	const struct option_row *row = row_of(optopt);

	if (c == ':' && row)
		return usage_error("--%s requires an argument (%s)", row->name,
				   row->arg);
	if (row)
		return usage_error("--%s takes no argument", row->name);
	return usage_error("unknown option \"-%c\"", optopt);
}

/* The argument of a letter in the same word: istioctl takes -f=x. */
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
	char *letters = arena_alloc(a, 2 * option_n_rows + 3);
	enum status status = STATUS_DONE;
	bool may_be_command = true;
	int c;

	make_getopt(o, longs, letters);
	opterr = 0;
	while (status == STATUS_DONE) {
		const char *word;
		str name;

		if (is_unknown(o, next_word(argc, argv), &name))
			return unknown_option(o, name);
		c = getopt_long(argc, argv, letters, longs, NULL);
		if (c < 0)
			break;
		word = argv[optind - 1];
		if (c == 1) {
			status = take_operand(o, optarg, may_be_command);
			may_be_command = false;
		} else if (c == '?' || c == ':') {
			status = bad_option(c);
		} else {
			status = give(o, row_of(c),
				      without_equals(optarg, c, word));
		}
	}
	for (; status == STATUS_DONE && optind < argc; optind++)
		add_setting(o, &option_rows[OPTION_ROW_FILES], argv[optind]);
	return status;
}

/* ---- all settings ---- */

static void describe_all(struct options *o)
{
	struct project_option *known;

	known = arena_array(&o->settings.arena, struct project_option,
			    option_n_rows);
	for (size_t i = 0; i < option_n_rows; i++)
		if (option_exists(o, &option_rows[i]))
			known[i] = option_for_project(&option_rows[i]);
		else
			known[i] = (struct project_option){ .name = "" };
	o->known = (struct project_options){ known, option_n_rows };
}

static enum status store_all(struct options *o)
{
	for (size_t i = 0; i < o->settings.n; i++) {
		const struct project_setting *s = &o->settings.at[i];
		struct err e = ERR_INIT;

		if (store(o, &option_rows[s->option], s->text, &e))
			return precedence_error(o, s, &e);
	}
	return STATUS_DONE;
}

static void expand_mesh(struct options *o)
{
	if (!o->mesh)
		return;
	/* with -t only values and mesh configuration are used */
	if (!o->inject_config && !o->inject_map && !o->templates.n)
		o->inject_config = o->mesh;
	if (!o->mesh_config && !o->mesh_map)
		o->mesh_config = o->mesh;
	if (!o->values_file)
		o->values_file = o->mesh;
}

enum status options_parse(struct options *o, int argc, char **argv)
{
	enum status status;

	o->argc = argc;
	o->argv = argv;
	/* from the start: the GNU library allows for a second time */
	optind = 0;
	status = parse_words(o, argc, argv);
	describe_all(o);
	/* a mistake in the file must not break --help */
	if (status == STATUS_DONE && o->command < COMMAND_LIST_TEMPLATES)
		status = precedence_load(o);
	if (status == STATUS_DONE)
		status = store_all(o);
	messages_color((enum color)o->color);
	expand_mesh(o);
	if (o->output && strcmp(o->output, "-") == 0)
		o->output = NULL;
	/* istioctl's name for having no revision */
	if (o->revision && strcmp(o->revision, "default") == 0)
		o->revision = NULL;
	return status;
}

enum status options_parse_project(struct options *o, const struct options *main,
				  const char *project)
{
	buf_addz(&o->project, project);
	return options_parse(o, main->argc, main->argv);
}

enum status options_parse_function(struct options *o,
				   const struct options *main, str list)
{
	o->function = list;
	return options_parse(o, main->argc, main->argv);
}

void options_release(struct options *o)
{
	for (size_t i = 0; i < option_n_rows; i++) {
		char *field = (char *)o + option_rows[i].field;

		if (option_rows[i].kind == OPTION_WORDS)
			mem_free(((struct words *)field)->at);
	}
	mem_free(o->kinds.at);
	buf_release(&o->project);
	mem_free(o->extended.at);
	project_release(&o->settings);
}

/*
 * `injector --help`, and `injector help WORD` with all that has the name WORD:
 * a command, a topic, a built-in template, a warning or an option.  All of it
 * comes from tables.
 *
 * The first page fits a screen of 80 columns and 24 lines.
 * `injector-webhook --help` is one page.
 */
#include <string.h>

#include "base/spelling.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/configuration.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "injector.h"

static const char intro[] =
"usage: injector [COMMAND] [-t TEMPLATE] [OPTION]... [FILE]...\n"
"\n";

static const char examples[] =
"\n"
"  injector -t otel-collector web.yaml | kubectl apply -f -\n"
"  injector -t otel-collector -w -R deploy\n"
"\n";

static const char outro[] =
".  Exit status: 0 success, 1 error, 2 misuse, 3 check failed.";

static const char webhook_intro[] =
"usage: injector-webhook [-t TEMPLATE] [OPTION]...\n"
"       injector-webhook certs ... | manifests ... | config | help [COMMAND]\n"
"\n"
"An admission webhook that puts sidecars into the Pods that a Kubernetes API\n"
"server creates.\n"
"\n";

static const char webhook_outro[] =
"\nEach option can also be set in the environment (INJECTOR_LISTEN=...).\n"
"Exit status: 0 success, 1 error, 2 misuse.  Manual: man injector-webhook\n";

#define HELP_COLUMN 27
#define COLUMNS 80

/* "  -f, --filename FILE      what it does", continued in the same column. */
static void help_row(struct buf *b, const struct option_row *row, str help)
{
	size_t start = b->n;
	str line, rest = help;

	if (row->letter)
		buf_printf(b, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(b, "      --%s", row->name);
	if (row->arg)
		buf_printf(b, " %s", row->arg);
	if (b->n - start >= HELP_COLUMN) {
		buf_addc(b, '\n');
		start = b->n;
	}
	while (rest.n) {
		buf_fill(b, ' ', start + HELP_COLUMN - b->n);
		str_cut(rest, '\n', &line, &rest);
		buf_adds(b, line);
		buf_addc(b, '\n');
		start = b->n;
	}
}

/* Only the first line of it, which is a sentence of its own. */
static void help_row_short(struct buf *b, const struct option_row *row)
{
	str line, rest;

	str_cut(str_of(row->help), '\n', &line, &rest);
	while (line.n && strchr(";:,", line.p[line.n - 1]))
		line.n--;
	help_row(b, row, line);
}

/* One or more paragraphs, in lines. */
static void add_wrapped(struct buf *b, const char *text)
{
	str word, rest = str_of(text);
	size_t start = b->n;

	while (rest.n) {
		str_cut(rest, ' ', &word, &rest);
		if (b->n > start && b->n - start + 1 + word.n > COLUMNS) {
			buf_addc(b, '\n');
			start = b->n;
		} else if (b->n > start) {
			buf_addc(b, ' ');
		}
		buf_adds(b, word);
	}
	buf_addc(b, '\n');
}

/* A blank line between two parts of a page. */
static void add_gap(struct buf *b)
{
	if (b->n)
		buf_addc(b, '\n');
}

/* The row of `injector help istioctl`. */
static void compare_row(struct buf *b, const struct option_row *row)
{
	struct buf help = BUF_INIT;

	if (row->kind == OPTION_IGNORED)
		buf_printf(&help, "no effect: %s", row->help);
	else if (row->kind == OPTION_REFUSED)
		buf_printf(&help, "refused: %s", row->help);
	else if (row->topic == TOPIC_CLUSTER)
		buf_addz(&help, "the same, when reading from a cluster");
	else
		buf_addz(&help, "the same");
	help_row(b, row, buf_str(&help));
	buf_release(&help);
}

static void help_rows(struct buf *b, enum option_topic topic)
{
	for (size_t i = 0; i < option_n_rows; i++) {
		const struct option_row *row = &option_rows[i];

		if (topic == TOPIC_ISTIOCTL &&
		    (row->in_istioctl || row->topic == TOPIC_ISTIOCTL))
			compare_row(b, row);
		else if (row->topic == topic)
			help_row(b, row, str_of(row->help));
	}
}

/* What the webhook does first, then what it injects. */
static void help_webhook(struct buf *b, const struct options *o)
{
	buf_addz(b, webhook_intro);
	help_rows(b, TOPIC_SERVER);
	for (size_t i = 0; i < option_n_rows; i++)
		if (option_exists(o, &option_rows[i]) &&
		    option_rows[i].sharing != WEBHOOK_ONLY)
			help_row(b, &option_rows[i],
				 str_of(option_rows[i].help));
	buf_addz(b, "\nFor manifests and certs:\n");
	help_rows(b, TOPIC_INSTALL);
	buf_addz(b, webhook_outro);
}

static void help_warnings(struct buf *b)
{
	const struct injector_warning *w;

	buf_addc(b, '\n');
	for (size_t i = 0; (w = injector_warning(i)); i++)
		buf_printf(b, "  %-18s %s\n", w->name, w->summary);
}

/* ---- the first page ---- */

static void add_commands(struct buf *b)
{
	for (size_t i = 0; i < option_n_commands; i++)
		if (option_commands[i].line)
			buf_printf(b, "  %-11s %s\n", option_commands[i].name,
				   option_commands[i].line);
}

static void first_page(struct buf *b)
{
	struct buf topics = BUF_INIT;
	const char *name;

	buf_addz(b, intro);
	add_commands(b);
	buf_addc(b, '\n');
	for (size_t i = 0; i < option_n_rows; i++)
		if (option_rows[i].first_page)
			help_row_short(b, &option_rows[i]);
	buf_addz(&topics, "Topics:");
	for (size_t i = 0; (name = options_topic(i)); i++)
		buf_printf(&topics, " %s", name);
	buf_addz(&topics, outro);
	buf_addz(b, examples);
	add_wrapped(b, buf_z(&topics));
	buf_release(&topics);
}

/* ---- commands ---- */

/* Its options, by topic. */
static void command_options(struct buf *b, const struct options *o,
			    const struct command_word *command)
{
	for (enum option_topic t = TOPIC_MAIN; t < N_TOPICS; t++) {
		bool any = false;

		for (size_t i = 0; i < option_n_rows; i++) {
			const struct option_row *row = &option_rows[i];

			if (row->topic != t || !option_exists(o, row) ||
			    !option_is_for(row, command->command))
				continue;
			if (!any)
				buf_printf(b, "\n%s:\n",
					   option_topics[t].title);
			any = true;
			help_row(b, row, str_of(row->help));
		}
	}
}

static void help_command(struct buf *b, const struct options *o,
			 const struct command_word *command)
{
	str line, rest = str_of(command->examples ? command->examples : "");

	add_gap(b);
	buf_printf(b, "usage: injector %s%s%s\n\n%s.\n", command->name,
		   *command->usage ? " " : "", command->usage, command->about);
	command_options(b, o, command);
	if (rest.n)
		buf_addz(b, "\nExamples:\n");
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		buf_printf(b, "  %.*s\n", STR_ARG(line));
	}
}

/* ---- other words ---- */

static void help_topic(struct buf *b, size_t topic)
{
	add_gap(b);
	buf_printf(b, "%s.\n\n", option_topics[topic].about);
	help_rows(b, (enum option_topic)topic);
	if (topic == TOPIC_WARNINGS)
		help_warnings(b);
}

static void help_warning(struct buf *b, const struct injector_warning *w)
{
	add_gap(b);
	buf_printf(b, "Warning %s: %s.\n\n", w->name, w->summary);
	add_wrapped(b, w->about);
	add_wrapped(b, w->fix);
	buf_printf(b, "\nTo suppress it: --no-warn %s, or in .injector.yaml "
		   "no-warn: %s\n", w->name, w->name);
}

/* The comment behind the first lines of a template, which has its values. */
static str head_of(const struct injector_builtin *t)
{
	const str begin = STR("{{- /*\n"), end = STR("*/");
	str line, rest = { t->text, t->length };
	size_t n = 0;

	while (rest.n && rest.p[0] == '#')
		str_cut(rest, '\n', &line, &rest);
	if (!str_starts(rest, begin))
		return STR_NONE;
	rest = str_sub(rest, begin.n, rest.n);
	while (n < rest.n && !str_starts(str_sub(rest, n, rest.n), end))
		n++;
	return str_sub(rest, 0, n);
}

static void help_template(struct buf *b, const struct injector_builtin *t)
{
	str head = head_of(t);

	add_gap(b);
	buf_printf(b, "Template %s: %s.\n", t->name, t->summary);
	add_gap(b);
	buf_adds(b, head);
	if (head.n)
		add_gap(b);
	buf_printf(b, "To print it: injector template %s\n", t->name);
}

static void help_option(struct buf *b, const struct option_row *row)
{
	help_row(b, row, str_of(row->help));
	buf_printf(b, "\nMore like it: injector help %s\n",
		   option_topics[row->topic].name);
}

/* ---- words ---- */

static bool is_word(const char *name, const char *word)
{
	return strcmp(name, word) == 0;
}

/* All that has this name. */
static void help_word(struct buf *b, const struct options *o, const char *word)
{
	const struct command_word *command = option_command(o, word);
	const struct injector_builtin *t;
	const struct injector_warning *w;
	const char *topic;

	if (command)
		help_command(b, o, command);
	for (size_t i = 0; (topic = options_topic(i)); i++)
		if (is_word(topic, word))
			help_topic(b, i);
	for (size_t i = 0; (t = templates_named(i)); i++)
		if (is_word(t->name, word))
			help_template(b, t);
	for (size_t i = 0; (w = injector_warning(i)); i++)
		if (is_word(w->name, word))
			help_warning(b, w);
	for (size_t i = 0; i < option_n_rows && !b->n; i++)
		if (option_exists(o, &option_rows[i]) &&
		    is_word(option_rows[i].name, word))
			help_option(b, &option_rows[i]);
}

static const char *nearest_word(const char *word)
{
	struct spelling nearest = SPELLING(str_of(word));
	const struct injector_builtin *t;
	const struct injector_warning *w;
	const char *name;

	for (size_t i = 0; (name = options_command(i)); i++)
		spelling_try(&nearest, name);
	for (size_t i = 0; (name = options_topic(i)); i++)
		spelling_try(&nearest, name);
	for (size_t i = 0; (t = templates_named(i)); i++)
		spelling_try(&nearest, t->name);
	for (size_t i = 0; (w = injector_warning(i)); i++)
		spelling_try(&nearest, w->name);
	for (size_t i = 0; i < option_n_rows; i++)
		if (option_rows[i].sharing != WEBHOOK_ONLY)
			spelling_try(&nearest, option_rows[i].name);
	return nearest.found;
}

static void add_names(struct buf *b, const char *(*list)(size_t i))
{
	const char *name;

	for (size_t i = 0; (name = list(i)); i++)
		buf_printf(b, "%s%s", i ? ", " : "", name);
}

static enum status unknown_word(const char *word)
{
	const char *nearest = nearest_word(word);
	struct buf text = BUF_INIT;
	enum status status;

	buf_printf(&text, "no help on \"%s\"", word);
	if (nearest)
		buf_printf(&text, "; did you mean %s?", nearest);
	buf_addz(&text, " (commands: ");
	add_names(&text, options_command);
	buf_addz(&text, "; topics: ");
	add_names(&text, options_topic);
	buf_addc(&text, ')');
	status = usage_error("%s", buf_z(&text));
	buf_release(&text);
	return status;
}

static void help_of_webhook(struct buf *b, const struct options *o,
			    const char *word)
{
	const struct command_word *command = option_command(o, word);

	if (command)
		help_command(b, o, command);
	else if (!word)
		help_webhook(b, o);
}

/* Print what was written about "injector" under the name that the program has
 * in messages: injector-webhook, or "kubectl inject". */
static enum status print_page(struct buf *b)
{
	static const char name[] = "injector ";
	const char *at, *rest = buf_z(b);
	struct buf page = BUF_INIT;
	enum status status;

	for (; (at = strstr(rest, name)); rest = at + strlen(name)) {
		buf_add(&page, rest, (size_t)(at - rest));
		buf_printf(&page, "%s ", messages_program());
	}
	buf_addz(&page, rest);
	status = print_stdout(buf_str(&page));
	buf_release(&page);
	return status;
}

/* `help WORD`, or `COMMAND --help` */
static const char *word_of(const struct options *o)
{
	if (o->files.n && (!o->word || is_word(o->word, "help")))
		return o->files.at[0];
	return o->word && !is_word(o->word, "help") ? o->word : NULL;
}

enum status cmd_help(const struct options *o)
{
	const char *word = word_of(o);
	struct buf b = BUF_INIT;
	enum status status;

	if (o->program == PROGRAM_WEBHOOK)
		help_of_webhook(&b, o, word);
	else if (word)
		help_word(&b, o, word);
	else
		first_page(&b);
	if (b.n)
		status = print_page(&b);
	else if (o->program == PROGRAM_WEBHOOK)
		status = usage_error("no help on \"%s\"", word);
	else
		status = unknown_word(word);
	buf_release(&b);
	return status;
}

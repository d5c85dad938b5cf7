/*
 * `injector --help` and `injector help TOPIC`, from the tables.  The first page
 * fits a screen of 80 columns and 24 lines; further options are in topics.
 * `injector-webhook --help` is one page.
 */
#include <string.h>

#include "base/spelling.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "injector.h"

static const char intro[] =
"usage: injector [-t TEMPLATE] [OPTION]... [FILE]...\n"
"       injector uninject ... | explain ... | render ... | capture ...\n"
"       injector config | help [TOPIC|COMMAND]\n"
"\n"
"Put sidecars into Kubernetes manifests (FILEs, or stdin) and write the\n"
"result to stdout, or back to the files with -w.  No other line changes.\n"
"\n";

static const char outro[] =
"Exit status: 0 success, 1 error, 2 misuse, 3 check failed.  "
"Manual: man injector\n";

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

/* "  -f, --filename FILE      what it does", continued in the same column. */
static void help_row(struct buf *b, const struct option_row *row,
		     const char *help)
{
	size_t start = b->n;
	str line, rest = str_of(help);

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
	help_row(b, row, buf_z(&help));
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
			help_row(b, row, row->help);
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
			help_row(b, &option_rows[i], option_rows[i].help);
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

static void add_topics(struct buf *b, const char *between)
{
	const char *name;

	for (size_t i = 0; (name = options_topic(i)); i++)
		buf_printf(b, "%s%s", i ? between : "", name);
}

static enum status unknown_topic(const char *topic)
{
	struct spelling nearest = SPELLING(str_of(topic));
	struct buf text = BUF_INIT;
	enum status status;
	const char *name;

	for (size_t i = 0; (name = options_topic(i)); i++)
		spelling_try(&nearest, name);
	buf_printf(&text, "unknown help topic \"%s\"", topic);
	if (nearest.found)
		buf_printf(&text, "; did you mean %s?", nearest.found);
	buf_addz(&text, " (topics: ");
	add_topics(&text, ", ");
	buf_addc(&text, ')');
	status = usage_error("%s", buf_z(&text));
	buf_release(&text);
	return status;
}

static const struct command_word *command_named(const struct options *o,
						const char *name)
{
	for (size_t i = 0; name && i < option_n_commands; i++)
		if (option_has_command(o, &option_commands[i]) &&
		    strcmp(name, option_commands[i].name) == 0)
			return &option_commands[i];
	return NULL;
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
	buf_release(b);
	return status;
}

static enum status help_command(const struct command_word *command)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "usage: injector %s %s\n\n%s.\n", command->name,
		   command->usage, command->about);
	return print_page(&b);
}

static enum status help_topic(size_t which)
{
	struct buf b = BUF_INIT;

	if (which == TOPIC_MAIN)
		buf_addz(&b, intro);
	else
		buf_printf(&b, "%s.\n\n", option_topics[which].about);
	help_rows(&b, (enum option_topic)which);
	if (which == TOPIC_MAIN) {
		buf_addz(&b, "\nTopics: ");
		add_topics(&b, " ");
		buf_addz(&b, ".\n");
		buf_addz(&b, outro);
	}
	if (which == TOPIC_WARNINGS)
		help_warnings(&b);
	return print_page(&b);
}

static enum status help_of_webhook(const struct options *o,
				   const struct command_word *command)
{
	struct buf b = BUF_INIT;

	if (command)
		return help_command(command);
	if (o->files.n)
		return usage_error("no help on \"%s\"", o->files.at[0]);
	help_webhook(&b, o);
	return print_page(&b);
}

enum status cmd_help(const struct options *o)
{
	const char *topic = o->files.n ? o->files.at[0] : NULL;
	const struct command_word *command = command_named(o, topic);
	size_t which = TOPIC_MAIN;

	if (o->program == PROGRAM_WEBHOOK)
		return help_of_webhook(o, command);
	while (topic && which < TOPIC_SERVER &&
	       strcmp(topic, option_topics[which].name) != 0)
		which++;
	if (which < TOPIC_SERVER)
		return help_topic(which);
	return command ? help_command(command) : unknown_topic(topic);
}

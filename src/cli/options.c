/*
 * The table, what it makes of a command line, and --help.  Parsing is that of
 * getopt_long(3), so options may be shortened and stand after files.
 */
#include "cli/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "cli/say.h"

enum kind { FLAG, WORD, WORDS, SIZE, COMMAND };

/* What the rows of --help are about; the others have a page each. */
enum topic { MAIN, TEMPLATES, ISTIO };

static const struct {
	const char *name, *about;
} topics[] = {
	[MAIN] = { "options", NULL },
	[TEMPLATES] = { "templates",
			"What templates see and may do: injector-template(5)" },
	[ISTIO] = { "istio",
		    "Inject as `istioctl kube-inject` does, from its files" },
};

#define N_TOPICS (sizeof(topics) / sizeof(topics[0]))

struct row {
	enum topic topic;
	const char *name;
	char letter;		/* 0: long form only */
	enum kind kind;
	size_t field;		/* of struct options; COMMAND: which one */
	const char *arg;	/* what --help calls the argument, or NULL */
	const char *help;
};

#define FIELD(name) offsetof(struct options, name)

/* In the order of --help. */
static const struct row rows[] = {
	{ MAIN, "filename", 'f', WORDS, FIELD(files), "FILE",
	  "manifests to read, - for stdin; may be repeated" },
	{ MAIN, "template", 't', WORDS, FIELD(templates), "TEMPLATE",
	  "sidecar to add: a bundled name (default istio) or a\n"
	  "file; may be repeated, then merged in that order" },
	{ MAIN, "list-templates", 0, COMMAND, COMMAND_LIST_TEMPLATES, NULL,
	  "name the bundled templates" },
	{ MAIN, "set", 0, WORDS, FIELD(set), "PATH=VALUE",
	  "a value for templates, as helm's --set" },
	{ MAIN, "values", 0, WORDS, FIELD(values), "FILE",
	  "values for templates; may be repeated" },
	{ MAIN, "output", 'o', WORD, FIELD(output), "FILE",
	  "write to FILE, which may be the input; - for stdout" },
	{ MAIN, "verbose", 'v', FLAG, FIELD(verbose), NULL,
	  "say on stderr what happened to each object" },
	{ MAIN, "quiet", 'q', FLAG, FIELD(quiet), NULL, "no warnings" },
	{ MAIN, "verify", 0, FLAG, FIELD(verify), NULL,
	  "read changed documents again and compare" },
	{ MAIN, "max-document", 0, SIZE, FIELD(max_document), "SIZE",
	  "refuse larger documents (64M, 1Gi; default 256Mi)" },
	{ MAIN, "help", 'h', COMMAND, COMMAND_HELP, NULL, "print this" },
	{ MAIN, "version", 'V', COMMAND, COMMAND_VERSION, NULL,
	  "print the version" },

	{ TEMPLATES, "set-string", 0, WORDS, FIELD(set_string), "PATH=VALUE",
	  "as --set, but the value is text whatever it looks like" },
	{ TEMPLATES, "set-json", 0, WORDS, FIELD(set_json), "PATH=JSON",
	  "as --set, the value being JSON" },
	{ TEMPLATES, "allow-env", 0, FLAG, FIELD(allow_env), NULL,
	  "let env and expandenv read the environment" },

	{ ISTIO, "injectConfigFile", 0, WORD, FIELD(inject_config), "FILE",
	  "the injection configuration (ConfigMap\n"
	  "istio-sidecar-injector, or what is in its `config`)" },
	{ ISTIO, "meshConfigFile", 0, WORD, FIELD(mesh_config), "FILE",
	  "the mesh configuration (ConfigMap istio, or its `mesh`)" },
	{ ISTIO, "valuesFile", 0, WORD, FIELD(values_file), "FILE",
	  "the injection values (`values` in the ConfigMap)" },
	{ ISTIO, "operatorFileName", 0, WORD, FIELD(operator_file), "FILE",
	  "an IstioOperator, for its values and mesh" },
	{ ISTIO, "revision", 'r', WORD, FIELD(revision), "NAME",
	  "the control plane's revision" },
	{ ISTIO, "native-sidecars", 0, FLAG, FIELD(native_sidecars), NULL,
	  "as ENABLE_NATIVE_SIDECARS=true: the proxy is an init\n"
	  "container that restarts" },
	{ ISTIO, "policy", 0, FLAG, FIELD(policy), NULL,
	  "obey the configuration's policy, selectors, aliases and\n"
	  "default templates, as automatic injection does" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char intro[] =
"usage: injector [-t TEMPLATE] [OPTION]... [FILE]...\n"
"       injector render ... | help [templates|istio]\n"
"\n"
"Put sidecars into Kubernetes manifests (FILEs, or stdin) and write them to\n"
"stdout.  Lines that need not change stay as they are.\n"
"\n";

static const char outro[] =
"\n"
"Exit status: 0 done, 1 bad input, 2 misuse.  More: man injector\n";

/* The first word of the command line may be one of these. */
static const struct {
	const char *name;
	enum command command;
} commands[] = {
	{ "inject", COMMAND_INJECT },
	{ "kube-inject", COMMAND_INJECT },
	{ "render", COMMAND_RENDER },
	{ "help", COMMAND_HELP },
};

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
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(p, units[i].suffix) != 0)
			continue;
		n *= units[i].factor;
		*out = (size_t)n;
		return n <= SIZE_LARGEST;
	}
	return false;
}

static void add_word(struct words *w, const char *word)
{
	w->at = mem_realloc(w->at, (w->n + 1) * sizeof(*w->at));
	w->at[w->n++] = word;
}

static enum status take(struct options *o, const struct row *row,
			const char *arg)
{
	void *field = (char *)o + row->field;

	switch (row->kind) {
	case FLAG:
		*(bool *)field = true;
		break;
	case WORD:
		*(const char **)field = arg;
		break;
	case WORDS:
		add_word(field, arg);
		break;
	case SIZE:
		if (!parse_size(arg, field))
			return say_misuse("--%s: `%s' is no size between 1 "
					  "and 4Gi - 1, such as 64M or 1Gi",
					  row->name, arg);
		break;
	case COMMAND:
		/* Where several are given, the first. */
		if (o->command == COMMAND_INJECT ||
		    o->command == COMMAND_RENDER)
			o->command = (enum command)row->field;
		break;
	}
	return STATUS_DONE;
}

/* What getopt_long() knows a row by: values past those of characters. */
#define ROW_VALUE(i) (int)(UCHAR_MAX + 1 + (i))

static void make_getopt(struct option *longs, char *letters)
{
	/* Operands come in turn with the options, as the argument of 1, so
	 * that files are read in the order given. */
	*letters++ = '-';
	for (size_t i = 0; i < N_ROWS; i++) {
		longs[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].arg ? required_argument
					       : no_argument,
			.val = ROW_VALUE(i),
		};
		if (!rows[i].letter)
			continue;
		*letters++ = rows[i].letter;
		if (rows[i].arg)
			*letters++ = ':';
	}
	longs[N_ROWS] = (struct option){ 0 };
	*letters = '\0';
}

static const struct row *row_of(int value)
{
	if (value >= ROW_VALUE(0))
		return &rows[value - ROW_VALUE(0)];
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].letter && rows[i].letter == value)
			return &rows[i];
	return NULL;
}

static bool take_command(struct options *o, const char *word)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(word, commands[i].name) != 0)
			continue;
		o->command = commands[i].command;
		return true;
	}
	return false;
}

enum status options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[N_ROWS + 1];
	char letters[2 * N_ROWS + 2];
	enum status status = STATUS_DONE;
	int c;

	if (argc > 1 && take_command(o, argv[1]))
		optind = 2;
	make_getopt(longs, letters);
	while (status == STATUS_DONE) {
		const struct row *row;

		c = getopt_long(argc, argv, letters, longs, NULL);
		if (c < 0)
			break;
		row = row_of(c);
		if (c == 1)
			add_word(&o->files, optarg);
		else if (row)
			status = take(o, row, optarg);
		else	/* getopt_long() has said what is wrong */
			status = say_try_help();
	}
	for (; status == STATUS_DONE && optind < argc; optind++)
		add_word(&o->files, argv[optind]);
	if (o->output && strcmp(o->output, "-") == 0)
		o->output = NULL;
	return status;
}

void options_release(struct options *o)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].kind == WORDS)
			free(((struct words *)((char *)o + rows[i].field))->at);
}

#define HELP_COLUMN 27

/* "  -f, --filename FILE      what it does", later lines of it below. */
static void help_row(struct buf *b, const struct row *row)
{
	size_t start = b->n;
	str line, rest = str_of(row->help);

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

static enum status unknown_topic(const char *topic)
{
	struct buf names = BUF_INIT;
	enum status status;

	for (size_t i = MAIN + 1; i < N_TOPICS; i++)
		buf_printf(&names, "%s%s", names.n ? ", " : "",
			   topics[i].name);
	status = say_misuse("no help on `%s'; there is help on: %s", topic,
			    buf_z(&names));
	buf_release(&names);
	return status;
}

enum status options_help(const char *topic)
{
	struct buf b = BUF_INIT;
	enum status status;
	size_t which = MAIN;

	while (topic && which < N_TOPICS &&
	       strcmp(topic, topics[which].name) != 0)
		which++;
	if (which == N_TOPICS)
		return unknown_topic(topic);
	if (which == MAIN)
		buf_addz(&b, intro);
	else
		buf_printf(&b, "%s.\n\n", topics[which].about);
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].topic == which)
			help_row(&b, &rows[i]);
	if (which == MAIN)
		buf_addz(&b, outro);
	status = say_out(buf_str(&b));
	buf_release(&b);
	return status;
}

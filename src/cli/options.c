/*
 * The table, what it makes of a command line, and --help.  Parsing is that of
 * getopt_long(3), so options may be shortened and stand after files.
 */
#include "cli/options.h"

#include <assert.h>
#include <getopt.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "cli/say.h"

enum kind { FLAG, WORD, WORDS, SIZE, COMMAND };

struct row {
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
	{ "filename", 'f', WORDS, FIELD(files), "FILE",
	  "manifests to read, - for stdin; may be repeated" },
	{ "template", 't', WORDS, FIELD(templates), "TEMPLATE",
	  "sidecar to add: a bundled name or a file; may be\n"
	  "repeated, then they are merged in that order" },
	{ "list-templates", 0, COMMAND, COMMAND_LIST_TEMPLATES, NULL,
	  "name the bundled templates" },
	{ "output", 'o', WORD, FIELD(output), "FILE",
	  "write to FILE, which may be the input; - for stdout" },
	{ "verbose", 'v', FLAG, FIELD(verbose), NULL,
	  "say on stderr what happened to each object" },
	{ "quiet", 'q', FLAG, FIELD(quiet), NULL, "no warnings" },
	{ "verify", 0, FLAG, FIELD(verify), NULL,
	  "read changed documents again and compare" },
	{ "max-document", 0, SIZE, FIELD(max_document), "SIZE",
	  "refuse larger documents (64M, 1Gi; default 256Mi)" },
	{ "help", 'h', COMMAND, COMMAND_HELP, NULL, "print this" },
	{ "version", 'V', COMMAND, COMMAND_VERSION, NULL,
	  "print the version" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char intro[] =
"usage: injector -t TEMPLATE [OPTION]... [FILE]...\n"
"\n"
"Put sidecars into Kubernetes manifests (FILEs, or stdin) and write them to\n"
"stdout.  Lines that need not change stay as they are.\n"
"\n";

static const char outro[] =
"\n"
"Exit status: 0 done, 1 bad input, 2 misuse.  More: man injector\n";

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
		if (o->command == COMMAND_INJECT)
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

enum status options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[N_ROWS + 1];
	char letters[2 * N_ROWS + 2];
	enum status status = STATUS_DONE;
	int c;

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
	free(o->files.at);
	free(o->templates.at);
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
	assert(b->n - start < HELP_COLUMN);
	while (rest.n) {
		buf_fill(b, ' ', start + HELP_COLUMN - b->n);
		str_cut(rest, '\n', &line, &rest);
		buf_adds(b, line);
		buf_addc(b, '\n');
		start = b->n;
	}
}

enum status options_help(void)
{
	struct buf b = BUF_INIT;
	enum status status;

	buf_addz(&b, intro);
	for (size_t i = 0; i < N_ROWS; i++)
		help_row(&b, &rows[i]);
	buf_addz(&b, outro);
	status = say_out(buf_str(&b));
	buf_release(&b);
	return status;
}

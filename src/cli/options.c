/*
 * The table, what it makes of a command line, and --help.  Parsing is that of
 * getopt_long(3), so options may be shortened and stand after files.
 *
 * Every option that `istioctl kube-inject` takes (kubeinject.go, clioptions,
 * cli/option.go, pkg/log of istio) is one here: the same, without effect where
 * there is nothing for it to do, or refused with the reason.
 */
#include "cli/options.h"

#include <getopt.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/near.h"
#include "base/str.h"
#include "cli/kinds.h"
#include "cli/levels.h"
#include "cli/say.h"
#include "cli/templates.h"
#include "cli/units.h"
#include "injector.h"

enum kind {
	FLAG, WORD, WORDS, KINDS, CHOICE, SIZE, DURATION, COMMAND, IGNORED,
	REFUSED,
};

/* What the rows of --help are about; the others have a page each. */
enum topic {
	MAIN, FILES, CHOOSE, TEMPLATES, REPORT, ISTIO, CLUSTER, CONFIG, WARNINGS,
	ISTIOCTL,
};

static const struct {
	const char *name, *about;
} topics[] = {
	[MAIN] = { "options", NULL },
	[CHOOSE] = { "choose",
		     "Inject some of the workloads; the rest is copied" },
	[FILES] = { "files", "Edit files in place, check them, see "
		    "differences; read folders;\nwrite JSON" },
	[TEMPLATES] = { "templates",
			"What templates see and may do: injector-template(5)" },
	[REPORT] = { "report",
		     "What happens to each object, and why, for programs "
		     "and people.\n`injector explain' reports, and does "
		     "nothing else" },
	[ISTIO] = { "istio",
		    "Inject as `istioctl kube-inject` does, from its files" },
	[CLUSTER] = { "cluster",
		      "Read by kubectl from a cluster what no file is named "
		      "for.\nThat happens with --from-cluster, "
		      "--injectConfigMapName,\n--meshConfigMapName, "
		      "--istioNamespace or `injector capture` only" },
	[CONFIG] = { "config",
		     "Every option may also stand in the environment "
		     "(INJECTOR_NO_WARN=...)\nand many in .injector.yaml, "
		     "here or in a folder above: injector.yaml(5).\n"
		     "`injector config' prints what is in force, and who says "
		     "so" },
	[ISTIOCTL] = { "istioctl",
		       "The options of `istioctl kube-inject`, and what they "
		       "are here" },
	[WARNINGS] = { "warnings", "Warnings end with their name" },
};

#define N_TOPICS (sizeof(topics) / sizeof(topics[0]))

/* With a row's topic: istioctl has this option, too. */
#define SAME 0x100
/* With a row's topic: .injector.yaml may set it.  That file comes with what
 * somebody checked out, so nothing that reads what is not asked for, writes,
 * runs a program or shows the environment. */
#define IN_FILE 0x200

struct row {
	unsigned topic;
	const char *name;
	char letter;		/* 0: long form only */
	enum kind kind;
	size_t field;		/* of struct options; COMMAND: which one */
	const char *arg;	/* what --help calls the argument, or NULL: one
				 * of a|b; CHOICE is kept by its number */
	const char *help;	/* IGNORED, REFUSED: why */
};

static enum topic topic_of(const struct row *row)
{
	return (enum topic)(row->topic & (SAME - 1));
}

#define FIELD(name) offsetof(struct options, name)

#define WITH_XDS "with --xds-address; there is --from-cluster"
#define NO_LOG "there is no log; see -v and -q"

/* In the order of --help. */
static const struct row rows[] = {
	{ MAIN | SAME, "filename", 'f', WORDS, FIELD(files), "FILE",
	  "manifests to read, - for stdin; may be repeated" },
	{ MAIN | IN_FILE, "template", 't', WORDS, FIELD(templates), "TEMPLATE",
	  "sidecar to add: a bundled name (default istio) or a\n"
	  "file; may be repeated, then merged in that order" },
	{ MAIN, "list-templates", 0, COMMAND, COMMAND_LIST_TEMPLATES, NULL,
	  "name the bundled templates" },
	{ MAIN | IN_FILE, "set", 0, WORDS, FIELD(set), "PATH=VALUE",
	  "a value for templates, as helm's --set" },
	{ MAIN | IN_FILE, "values", 0, WORDS, FIELD(values), "FILE",
	  "values for templates, or a map {..}; may be repeated" },
	{ MAIN | SAME, "output", 'o', WORD, FIELD(output), "FILE",
	  "write to FILE, which may be the input; - for stdout" },
	{ MAIN | IN_FILE, "verbose", 'v', FLAG, FIELD(verbose), NULL,
	  "say on stderr what happened to each object" },
	{ MAIN | IN_FILE, "quiet", 'q', FLAG,
	  FIELD(quiet), NULL, "no warnings" },
	{ MAIN | IN_FILE, "verify", 0, FLAG, FIELD(verify), NULL,
	  "read changed documents again and compare" },
	{ MAIN | IN_FILE, "max-document", 0, SIZE, FIELD(max_document), "SIZE",
	  "refuse larger documents (64M, 1Gi; default 256Mi)" },
	{ MAIN | SAME, "help", 'h', COMMAND, COMMAND_HELP, NULL,
	  "print this" },
	{ MAIN, "version", 'V', COMMAND, COMMAND_VERSION, NULL,
	  "print the version" },

	{ CHOOSE | IN_FILE, "only", 0, WORDS, FIELD(only), "KIND/NAME",
	  "these alone; either may be a glob: deploy/web, web-*,\n"
	  "*/web, shop/deploy/* (NAMESPACE/KIND/NAME)" },
	{ CHOOSE | IN_FILE, "skip", 0, WORDS, FIELD(skip), "KIND/NAME",
	  "all but these" },
	{ CHOOSE | IN_FILE, "selector", 'l', WORDS,
	  FIELD(selectors), "SELECTOR",
	  "those whose own labels match, as with kubectl get -l" },
	{ CHOOSE | IN_FILE, "kind", 0, KINDS, FIELD(kinds), "KIND=PATH",
	  "a kind of your own and its Pod template, such as\n"
	  "example.com/Widget=spec.template; * is any list item" },

	{ FILES, "write", 'w', FLAG, FIELD(write), NULL,
	  "rewrite the files that change; nothing on stdout" },
	{ FILES, "check", 0, FLAG, FIELD(check), NULL,
	  "write nothing, name the files that would change, and\n"
	  "exit with 3 if there are any" },
	{ FILES, "diff", 0, FLAG, FIELD(diff), NULL,
	  "print what changes as a unified diff" },
	{ FILES, "backup", 0, WORD, FIELD(backup), "SUFFIX",
	  "with -w: keep the old file as NAME and SUFFIX" },
	{ FILES, "color", 0, WORD, FIELD(color),
	  "auto|always|never",
	  "colors in differences; auto: on a terminal, unless\n"
	  "NO_COLOR is set" },
	{ FILES, "recursive", 'R', FLAG, FIELD(recursive), NULL,
	  "of a folder, read all *.yaml, *.yml and *.json in it\n"
	  "and below, except hidden ones, vendor, node_modules\n"
	  "and what .gitignore leaves out" },
	{ FILES | IN_FILE, "include", 0, WORDS, FIELD(include), "GLOB",
	  "with -R: read these instead; may be repeated" },
	{ FILES | IN_FILE, "exclude", 0, WORDS, FIELD(exclude), "GLOB",
	  "with -R: leave these out; may be repeated" },
	{ FILES, "output-format", 0, CHOICE, FIELD(format), "yaml|json|patch",
	  "yaml (the default): the text that came in, edited;\n"
	  "json: manifests in JSON, a line each; patch: a JSON\n"
	  "Patch for each object that changes, a line each" },

	{ TEMPLATES | IN_FILE, "set-string", 0, WORDS,
	  FIELD(set_string), "PATH=VALUE",
	  "as --set, but the value is text whatever it looks like" },
	{ TEMPLATES | IN_FILE, "set-json", 0, WORDS,
	  FIELD(set_json), "PATH=JSON",
	  "as --set, the value being JSON" },
	{ TEMPLATES, "allow-env", 0, FLAG, FIELD(allow_env), NULL,
	  "let env and expandenv read the environment" },

	{ REPORT, "report", 0, WORD, FIELD(report),
	  "text|json|github|gitlab|junit",
	  "report, besides what else is done: json is one array,\n"
	  "github annotations, gitlab Code Quality; in place of\n"
	  "the messages on stderr" },
	{ REPORT, "report-file", 0, WORD, FIELD(report_file), "FILE",
	  "write the report there; - for stdout" },

	{ ISTIO | SAME | IN_FILE, "injectConfigFile", 0, WORD,
	  FIELD(inject_config), "FILE",
	  "the injection configuration (ConfigMap\n"
	  "istio-sidecar-injector, or what is in its `config`)" },
	{ ISTIO | SAME | IN_FILE, "meshConfigFile", 0, WORD,
	  FIELD(mesh_config), "FILE",
	  "the mesh configuration (ConfigMap istio, or what is\n"
	  "in its `mesh`)" },
	{ ISTIO | SAME | IN_FILE, "valuesFile", 0, WORD,
	  FIELD(values_file), "FILE",
	  "the injection values (`values` in the ConfigMap)" },
	{ ISTIO | SAME | IN_FILE, "operatorFileName", 0, WORD,
	  FIELD(operator_file), "FILE",
	  "an IstioOperator, for its values and mesh" },
	{ ISTIO | SAME | IN_FILE, "revision", 'r', WORD,
	  FIELD(revision), "NAME",
	  "the control plane's revision" },
	{ ISTIO | IN_FILE, "native-sidecars", 0, FLAG,
	  FIELD(native_sidecars), NULL,
	  "as ENABLE_NATIVE_SIDECARS=true: the proxy is an init\n"
	  "container that restarts" },
	{ ISTIO | IN_FILE, "policy", 0, FLAG, FIELD(policy), NULL,
	  "obey the configuration's policy, selectors, aliases\n"
	  "and default templates, as automatic injection does" },

	{ CLUSTER, "from-cluster", 0, FLAG, FIELD(from_cluster), NULL,
	  "read the ConfigMaps of the istiod that is installed" },
	{ CLUSTER | SAME, "injectConfigMapName", 0, WORD, FIELD(inject_map),
	  "NAME",
	  "instead of istio-sidecar-injector[-REVISION]" },
	{ CLUSTER | SAME, "meshConfigMapName", 0, WORD, FIELD(mesh_map), "NAME",
	  "instead of istio[-REVISION]" },
	{ CLUSTER | SAME, "istioNamespace", 'i', WORD, FIELD(istio_namespace),
	  "NAMESPACE", "where they are, instead of istio-system" },
	{ CLUSTER | SAME, "kubeconfig", 'c', WORD, FIELD(kubeconfig), "FILE",
	  "as kubectl's --kubeconfig" },
	{ CLUSTER | SAME, "context", 0, WORD, FIELD(context), "NAME",
	  "as kubectl's --context" },
	{ CLUSTER | SAME, "as", 0, WORD, FIELD(as), "USER",
	  "as kubectl's --as" },
	{ CLUSTER | SAME, "as-group", 0, WORDS, FIELD(as_group), "GROUP",
	  "as kubectl's --as-group; may be repeated" },
	{ CLUSTER | SAME, "as-uid", 0, WORD, FIELD(as_uid), "UID",
	  "as kubectl's --as-uid" },
	{ CLUSTER | SAME, "kubeclient-timeout", 0, DURATION,
	  FIELD(kube_timeout),
	  "TIME",
	  "give up after 15s, 1m30s, ... (default 30s; 0 never)" },

	{ CONFIG, "config", 0, WORD, FIELD(config), "FILE",
	  "options from FILE, not from the nearest .injector.yaml" },
	{ CONFIG, "no-config", 0, FLAG, FIELD(no_config), NULL,
	  "options from no file" },

	{ WARNINGS | IN_FILE, "no-warn", 0, WORDS, FIELD(no_warn), "NAMES",
	  "not these, with commas between; -q: none at all" },

	{ ISTIOCTL, "namespace", 'n', IGNORED, 0, "NAMESPACE",
	  "kube-inject does not look at it either" },
	{ ISTIOCTL, "webhookConfig", 0, REFUSED, 0, "NAME",
	  "no webhook is called; --from-cluster reads\n"
	  "the configuration that it works with" },
	{ ISTIOCTL, "xds-address", 0, REFUSED, 0, "ADDRESS",
	  "no istiod is called; --from-cluster reads\n"
	  "the configuration that it works with" },
	{ ISTIOCTL, "xds-label", 0, REFUSED, 0, "LABEL", WITH_XDS },
	{ ISTIOCTL, "xds-port", 0, REFUSED, 0, "PORT", WITH_XDS },
	{ ISTIOCTL, "cert-dir", 0, REFUSED, 0, "FOLDER", WITH_XDS },
	{ ISTIOCTL, "authority", 0, REFUSED, 0, "NAME", WITH_XDS },
	{ ISTIOCTL, "insecure", 0, REFUSED, 0, NULL, WITH_XDS },
	{ ISTIOCTL, "plaintext", 0, REFUSED, 0, NULL, WITH_XDS },
	{ ISTIOCTL, "timeout", 0, REFUSED, 0, "TIME",
	  "of calls to istiod; see --kubeclient-timeout" },
	{ ISTIOCTL, "vklog", 0, IGNORED, 0, "LEVEL", NO_LOG },
	{ ISTIOCTL, "log_as_json", 0, IGNORED, 0, NULL, NO_LOG },
	{ ISTIOCTL, "log_caller", 0, IGNORED, 0, "SCOPES", NO_LOG },
	{ ISTIOCTL, "log_output_level", 0, IGNORED, 0, "LEVELS", NO_LOG },
	{ ISTIOCTL, "log_rotate", 0, IGNORED, 0, "FILE", NO_LOG },
	{ ISTIOCTL, "log_rotate_max_age", 0, IGNORED, 0, "DAYS", NO_LOG },
	{ ISTIOCTL, "log_rotate_max_backups", 0, IGNORED, 0, "N", NO_LOG },
	{ ISTIOCTL, "log_rotate_max_size", 0, IGNORED, 0, "MB", NO_LOG },
	{ ISTIOCTL, "log_stacktrace_level", 0, IGNORED, 0, "LEVELS", NO_LOG },
	{ ISTIOCTL, "log_target", 0, IGNORED, 0, "FILE", NO_LOG },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char intro[] =
"usage: injector [-t TEMPLATE] [OPTION]... [FILE]...\n"
"       injector explain ... | render ... | capture ... | config | help [TOPIC]\n"
"\n"
"Put sidecars into Kubernetes manifests (FILEs, or stdin) and write them to\n"
"stdout, or back with -w.  Lines that need not change stay as they are.\n"
"\n";

static const char outro[] =
"Exit status: 0 done, 1 bad input, 2 misuse, 3 --check.  "
"Manual: man injector\n";

/* The first word that is no option may be one of these; istioctl takes options
 * before it, too. */
static const struct {
	const char *name;
	enum command command;
} commands[] = {
	{ "inject", COMMAND_INJECT },
	{ "kube-inject", COMMAND_INJECT },
	{ "render", COMMAND_RENDER },
	{ "explain", COMMAND_EXPLAIN },
	{ "capture", COMMAND_CAPTURE },
	{ "config", COMMAND_CONFIG },
	{ "completion", COMMAND_COMPLETION },
	{ "help", COMMAND_HELP },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

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
	status = say_misuse("--%s: %s", row->name, buf_z(&why));
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
		.option = (size_t)(row - rows),
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
	return topic_of(row) == ISTIOCTL || row->kind == FLAG ?
		       optional_argument : no_argument;
}

static void make_getopt(struct option *longs, char *letters)
{
	/* Operands come in turn with the options, as the argument of 1, so
	 * that files are read in the order given. */
	*letters++ = '-';
	for (size_t i = 0; i < N_ROWS; i++) {
		longs[i] = (struct option){
			.name = rows[i].name,
			.has_arg = has_arg(&rows[i]),
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
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(word, commands[i].name) != 0)
			continue;
		if (o->command == COMMAND_INJECT)
			o->command = commands[i].command;
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
	for (size_t i = 0; i < N_COMMANDS; i++)
		near_try(&nearest, commands[i].name);
	return nearest.found ?
		       say_misuse("no command and no file `%s'; did you mean "
				  "%s?", word, nearest.found) :
		       STATUS_DONE;
}

static enum status take_operand(struct options *o, const char *word,
				bool may_be_command)
{
	if (may_be_command && take_command(o, word))
		return STATUS_DONE;
	set(o, &rows[0], word);
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
	for (size_t i = 0; i < N_ROWS; i++) {
		/* it was an option, though not used in the right way */
		if (str_starts(str_of(rows[i].name), name))
			return say_try_help();
		near_try(&nearest, rows[i].name);
	}
	return nearest.found ? say_misuse("did you mean --%s?", nearest.found)
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
	struct option longs[N_ROWS + 1];
	char letters[2 * N_ROWS + 2];
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
		set(o, &rows[0], argv[optind]);
	return status;
}

/* ---- the other levels ---- */

static const char *why_not_in_file(const struct row *row)
{
	if (row->topic & IN_FILE)
		return NULL;
	if (topic_of(row) == CLUSTER)
		return "what comes with a checkout asks no cluster";
	if (topic_of(row) == ISTIOCTL)
		return "it is there for scripts made for istioctl";
	if (row->kind == COMMAND)
		return "it is for the command line";
	return "what is read, written and shown is for the command line and "
	       "the environment to say";
}

static enum project_shape shape_of(const struct row *row)
{
	switch (row->kind) {
	case FLAG:
		return PROJECT_FLAG;
	case WORDS:
	case KINDS:
		return PROJECT_WORDS;
	case WORD:
	case CHOICE:
	case SIZE:
	case DURATION:
		return PROJECT_WORD;
	case COMMAND:
	case IGNORED:
	case REFUSED:
		break;
	}
	return PROJECT_NONE;
}

static bool is_file(const char *word)
{
	(void)word;
	return true;
}

/* By what --help calls an argument. */
static struct project_option describe(const struct row *row)
{
	struct project_option known = {
		.name = row->name,
		.shape = shape_of(row),
		.refused = why_not_in_file(row),
	};
	const char *arg = row->arg ? row->arg : "";

	if (strcmp(arg, "FILE") == 0)
		known.is_path = is_file;
	else if (strcmp(arg, "TEMPLATE") == 0)
		known.is_path = templates_is_path;
	if (strcmp(arg, "PATH=JSON") == 0 || row->field == FIELD(values))
		known.map = PROJECT_JSON;
	else if (strchr(arg, '='))
		known.map = PROJECT_PAIRS;
	return known;
}

static void describe_all(struct options *o)
{
	struct project_option *known;

	known = arena_array(&o->settings.arena, struct project_option, N_ROWS);
	for (size_t i = 0; i < N_ROWS; i++)
		known[i] = describe(&rows[i]);
	o->known = (struct project_options){ known, N_ROWS };
}

static enum status take_all(struct options *o)
{
	for (size_t i = 0; i < o->settings.n; i++) {
		const struct project_setting *s = &o->settings.at[i];
		struct err e = ERR_INIT;

		if (take(o, &rows[s->option], s->text, &e))
			return levels_say(o, s, &e);
	}
	return STATUS_DONE;
}

enum status options_parse(struct options *o, int argc, char **argv)
{
	enum status status = parse_words(o, argc, argv);

	describe_all(o);
	/* a mistake in a file shall not be in the way of --help */
	if (status == STATUS_DONE && o->command < COMMAND_LIST_TEMPLATES)
		status = levels_load(o);
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
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].kind == WORDS)
			free(((struct words *)((char *)o + rows[i].field))->at);
	free(o->kinds.at);
	buf_release(&o->project);
	buf_release(&o->project_text);
	project_release(&o->settings);
}

bool options_option(size_t i, struct option_about *out)
{
	for (size_t k = 0; k < N_ROWS; k++) {
		const struct row *row = &rows[k];

		if (row->kind == IGNORED || row->kind == REFUSED || i-- > 0)
			continue;
		*out = (struct option_about){ row->name, row->help, row->arg,
					      row->letter };
		return true;
	}
	return false;
}

const char *options_command(size_t i)
{
	return i < N_COMMANDS ? commands[i].name : NULL;
}

const char *options_topic(size_t i)
{
	return i + 1 < N_TOPICS ? topics[i + 1].name : NULL;
}

#define HELP_COLUMN 27

/* "  -f, --filename FILE      what it does", later lines of it below. */
static void help_row(struct buf *b, const struct row *row, const char *help)
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

/* The same of an option of istioctl, compared. */
static void compare_row(struct buf *b, const struct row *row)
{
	struct buf help = BUF_INIT;

	if (row->kind == IGNORED)
		buf_printf(&help, "no effect: %s", row->help);
	else if (row->kind == REFUSED)
		buf_printf(&help, "refused: %s", row->help);
	else if (topic_of(row) == CLUSTER)
		buf_addz(&help, "the same, if a cluster is asked");
	else
		buf_addz(&help, "the same");
	help_row(b, row, buf_z(&help));
	buf_release(&help);
}

static void help_rows(struct buf *b, enum topic topic)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct row *row = &rows[i];

		if (topic == ISTIOCTL && (row->topic & SAME ||
					  topic_of(row) == ISTIOCTL))
			compare_row(b, row);
		else if (topic_of(row) == topic)
			help_row(b, row, row->help);
	}
}

static void help_warnings(struct buf *b)
{
	const struct injector_warning *w;

	buf_addc(b, '\n');
	for (size_t i = 0; (w = injector_warning(i)); i++)
		buf_printf(b, "  %-18s %s\n", w->name, w->summary);
}

static void add_topics(struct buf *b)
{
	const char *name;

	for (size_t i = 0; (name = options_topic(i)); i++)
		buf_printf(b, "%s%s", i ? ", " : "", name);
}

static enum status unknown_topic(const char *topic)
{
	struct nearest nearest = NEAREST(str_of(topic));
	struct buf text = BUF_INIT;
	enum status status;
	const char *name;

	for (size_t i = 0; (name = options_topic(i)); i++)
		near_try(&nearest, name);
	buf_printf(&text, "no help on `%s'", topic);
	if (nearest.found)
		buf_printf(&text, "; did you mean %s?", nearest.found);
	buf_addz(&text, " (there is help on ");
	add_topics(&text);
	buf_addc(&text, ')');
	status = say_misuse("%s", buf_z(&text));
	buf_release(&text);
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
	help_rows(&b, (enum topic)which);
	if (which == MAIN) {
		buf_addz(&b, "\nTopics: ");
		add_topics(&b);
		buf_addz(&b, ".\n");
		buf_addz(&b, outro);
	}
	if (which == WARNINGS)
		help_warnings(&b);
	status = say_out(buf_str(&b));
	buf_release(&b);
	return status;
}

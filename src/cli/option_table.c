/*
 * Every option that `istioctl kube-inject` takes (kubeinject.go, clioptions,
 * cli/option.go, pkg/log of istio) is one here: the same, without effect where
 * there is nothing for it to do, or refused with the reason.
 */
#include "cli/option_table.h"

#include <string.h>

#include "base/array.h"
#include "cli/configuration.h"

const struct topic_about option_topics[N_TOPICS] = {
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

#define FIELD(name) offsetof(struct options, name)

#define WITH_XDS "with --xds-address; there is --from-cluster"
#define NO_LOG "there is no log; see -v and -q"

const struct row option_rows[] = {
	{ MAIN | SAME, "filename", 'f', WORDS, FIELD(files), "FILE",
	  "manifests to read, - for stdin; may be repeated" },
	{ MAIN | IN_FILE, "template", 't', WORDS, FIELD(templates), "TEMPLATE",
	  "sidecar to add: a built-in name (default istio) or a\n"
	  "file; may be repeated, then merged in that order" },
	{ MAIN, "list-templates", 0, COMMAND, COMMAND_LIST_TEMPLATES, NULL,
	  "name the built-in templates" },
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
	{ TEMPLATES, "refresh", 0, FLAG, FIELD(refresh), NULL,
	  "take the sidecar out and put it in anew, where\n"
	  "templates or values have changed since" },
	{ TEMPLATES | IN_FILE, "no-undo", 0, FLAG, FIELD(no_undo), NULL,
	  "leave no notes for `injector uninject' (and there,\n"
	  "do without them)" },

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

const size_t option_n_rows = ARRAY_SIZE(option_rows);

#define FILES_USAGE "[-t TEMPLATE] [OPTION]... [FILE]..."

const struct command_word option_commands[] = {
	{ "inject", COMMAND_INJECT, FILES_USAGE,
	  "Put sidecars into manifests: what happens without a command.\n"
	  "Options: injector --help, and the topics named there" },
	{ "kube-inject", COMMAND_INJECT, FILES_USAGE,
	  "The same as `injector inject', by its name in istioctl.\n"
	  "Options: injector help istio, istioctl and cluster" },
	{ "render", COMMAND_RENDER, FILES_USAGE,
	  "Write what each template renders for each workload, and nothing\n"
	  "else: for those who write templates.  injector-template(5)\n"
	  "Options: injector help templates" },
	{ "uninject", COMMAND_UNINJECT, FILES_USAGE,
	  "Take sidecars out again: Istio's, or with -t those of the\n"
	  "templates that put them in, given the same values.  What injector\n"
	  "put in and nobody edited comes out byte for byte.\n"
	  "Options: injector --help; help files for -w, --check and --diff" },
	{ "explain", COMMAND_EXPLAIN, FILES_USAGE,
	  "Say of each object whether it is injected, why, and what changes;\n"
	  "write no manifests.  Options: injector help report" },
	{ "capture", COMMAND_CAPTURE, "[-i NAMESPACE] [-r NAME] [OPTION]...",
	  "Write a cluster's configuration of Istio as one file, for\n"
	  "--injectConfigFile, --meshConfigFile and --valuesFile alike.\n"
	  "Options: injector help cluster" },
	{ "config", COMMAND_CONFIG, "[OPTION]...",
	  "Print the options that are in force, and who says so" },
	{ "completion", COMMAND_COMPLETION, "bash|zsh|fish",
	  "Print a script that completes the command line in that shell" },
	{ "help", COMMAND_HELP, "[TOPIC|COMMAND]",
	  "Print what there is to know of a topic or command" },
};

const size_t option_n_commands =
	ARRAY_SIZE(option_commands);

/* ---- what is known of a row ---- */

enum topic row_topic(const struct row *row)
{
	return (enum topic)(row->topic & (SAME - 1));
}

static const char *why_not_in_file(const struct row *row)
{
	if (row->topic & IN_FILE)
		return NULL;
	if (row_topic(row) == CLUSTER)
		return "what comes with a checkout asks no cluster";
	if (row_topic(row) == ISTIOCTL)
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
struct project_option row_describe(const struct row *row)
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

bool options_option(size_t i, struct option_about *out)
{
	for (size_t k = 0; k < option_n_rows; k++) {
		const struct row *row = &option_rows[k];

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
	return i < option_n_commands ? option_commands[i].name : NULL;
}

const char *options_topic(size_t i)
{
	return i + 1 < N_TOPICS ? option_topics[i + 1].name : NULL;
}

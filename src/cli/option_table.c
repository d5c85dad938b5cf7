/*
 * Every option of `istioctl kube-inject` (kubeinject.go, clioptions,
 * cli/option.go, pkg/log of istio) is here: with the same meaning, ignored
 * where it has nothing to act on, or refused with the reason.
 */
#include "cli/option_table.h"

#include <string.h>

#include "base/array.h"
#include "cli/configuration.h"

#define FOR(command) (1u << COMMAND_##command)

/* Those that read manifests, those of them that print or rewrite manifests,
 * and all that read .injector.yaml. */
#define READERS (FOR(INJECT) | FOR(RENDER) | FOR(EXPLAIN) | FOR(UNINJECT))
#define EDITORS (FOR(INJECT) | FOR(UNINJECT))
#define INJECTORS (FOR(INJECT) | FOR(RENDER) | FOR(EXPLAIN) | FOR(ADMIT) | \
		   FOR(SERVE) | FOR(MANIFESTS))
#define ALL (~0u)
#define CONFIGURED (READERS | INJECTORS | FOR(CAPTURE) | FOR(CONFIG))

const struct topic_about option_topics[N_TOPICS] = {
	[TOPIC_MAIN] = {
		"common", "Options",
		"Options of most commands",
		READERS | INJECTORS,
	},
	[TOPIC_CHOOSE] = {
		"choose", "Selecting workloads",
		"Inject some of the workloads and copy the rest",
		READERS,
	},
	[TOPIC_FILES] = {
		"files", "Files",
		"Edit files in place, check them, show differences; read "
		"folders; write JSON",
		EDITORS,
	},
	[TOPIC_TEMPLATES] = {
		"templates", "Templates",
		"What templates can use and do: injector-template(5)",
		READERS | INJECTORS,
	},
	[TOPIC_REPORT] = {
		"report", "Reports",
		"Report what happens to each object, and why, to programs and "
		"people.\n"
		"`injector explain` writes a report and nothing else",
		READERS,
	},
	[TOPIC_ISTIO] = {
		"istio", "Istio",
		"Inject as `istioctl kube-inject` does, from Istio's "
		"configuration files",
		INJECTORS,
	},
	[TOPIC_CLUSTER] = {
		"cluster", "Cluster",
		"Read configuration from the cluster (with kubectl) unless a "
		"file is given.\n"
		"Only --from-cluster, --injectConfigMapName, "
		"--meshConfigMapName,\n"
		"--istioNamespace and `injector capture` do so",
		FOR(INJECT) | FOR(RENDER) | FOR(EXPLAIN) | FOR(ADMIT) |
			FOR(CAPTURE),
	},
	[TOPIC_CONFIG] = {
		"config", "Configuration",
		"Every option can also be set in the environment "
		"(INJECTOR_NO_WARN=...),\n"
		"and many in .injector.yaml, here or in a folder above: "
		"injector.yaml(5).\n"
		"`injector config` prints the effective options and where each "
		"comes from",
		CONFIGURED,
	},
	[TOPIC_ISTIOCTL] = {
		"istioctl", NULL,
		"The options of `istioctl kube-inject`, and what they do here",
		0,
	},
	[TOPIC_WARNINGS] = {
		"warnings", "Warnings",
		"Each warning ends with its name, which `injector help NAME` "
		"explains;\n-q suppresses all",
		READERS | INJECTORS,
	},
	[TOPIC_SERVER] = { "server", "Server", NULL,
			   FOR(SERVE) | FOR(MANIFESTS) },
	[TOPIC_INSTALL] = { "install", "Installation", NULL,
			    FOR(CERTS) | FOR(MANIFESTS) },
};

#define FIELD(name) offsetof(struct options, name)

#define WITH_XDS "needs --xds-address; use --from-cluster"
#define NO_LOG "there is no log; see -v and -q"

const struct option_row option_rows[] = {
	{ .topic = TOPIC_MAIN, .name = "filename", .letter = 'f',
	  .kind = OPTION_WORDS, .field = FIELD(files), .arg = "FILE",
	  .in_istioctl = true,
	  .commands = READERS | FOR(ADMIT),
	  .help = "manifests to read, - for stdin; may be repeated" },
	{ .topic = TOPIC_MAIN, .name = "template", .letter = 't',
	  .kind = OPTION_WORDS, .field = FIELD(templates), .arg = "TEMPLATE",
	  .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .first_page = true,
	  .help = "sidecar to add: a file, or a built-in name;\n"
		  "if repeated, merged in that order (default istio)" },
	{ .topic = TOPIC_MAIN, .name = "list-templates",
	  .kind = OPTION_COMMAND, .command = COMMAND_LIST_TEMPLATES,
	  .commands = FOR(INJECT),
	  .help = "list the built-in ones; \"template NAME\" prints one" },
	{ .topic = TOPIC_MAIN, .name = "set", .kind = OPTION_WORDS,
	  .field = FIELD(set), .arg = "PATH=VALUE", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "set a template value, as helm's --set does" },
	{ .topic = TOPIC_MAIN, .name = "values", .kind = OPTION_WORDS,
	  .field = FIELD(values), .arg = "FILE", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "template values, a file or a map {..}; repeatable" },
	{ .topic = TOPIC_MAIN, .name = "output", .letter = 'o',
	  .kind = OPTION_WORD, .field = FIELD(output), .arg = "FILE",
	  .in_istioctl = true,
	  .commands = FOR(INJECT) | FOR(RENDER) | FOR(UNINJECT) | FOR(CAPTURE) |
		      FOR(VERSION),
	  .check = suggest_output,
	  .help = "write to FILE, which may be the input; - for stdout" },
	{ .topic = TOPIC_MAIN, .name = "verbose", .letter = 'v',
	  .kind = OPTION_FLAG, .field = FIELD(verbose), .in_file = true,
	  .commands = READERS | FOR(ADMIT),
	  .help = "print what happened to each object, on stderr" },
	{ .topic = TOPIC_MAIN, .name = "quiet", .letter = 'q',
	  .kind = OPTION_FLAG, .field = FIELD(quiet), .in_file = true,
	  .commands = READERS | FOR(ADMIT),
	  .help = "suppress all warnings" },
	{ .topic = TOPIC_MAIN, .name = "verify", .kind = OPTION_FLAG,
	  .field = FIELD(verify), .in_file = true,
	  .commands = EDITORS,
	  .help = "read changed documents again and compare" },
	{ .topic = TOPIC_MAIN, .name = "max-document", .kind = OPTION_SIZE,
	  .field = FIELD(max_document), .arg = "SIZE", .in_file = true,
	  .commands = READERS | FOR(ADMIT),
	  .help = "reject larger documents (64M, 1Gi; default 256Mi)" },
	{ .topic = TOPIC_MAIN, .name = "jobs", .letter = 'j',
	  .kind = OPTION_NUMBER, .field = FIELD(jobs), .arg = "N",
	  .commands = READERS,
	  .help = "use N threads (default: all cores if there is much)" },
	{ .topic = TOPIC_MAIN, .name = "help", .letter = 'h',
	  .kind = OPTION_COMMAND, .command = COMMAND_HELP, .in_istioctl = true,
	  .sharing = WEBHOOK_TOO,
	  .commands = ALL,
	  .help = "print this help" },
	{ .topic = TOPIC_MAIN, .name = "version", .letter = 'V',
	  .kind = OPTION_COMMAND, .command = COMMAND_VERSION,
	  .sharing = WEBHOOK_TOO,
	  .commands = FOR(INJECT) | FOR(SERVE),
	  .help = "print the version" },

	{ .topic = TOPIC_CHOOSE, .name = "only", .kind = OPTION_WORDS,
	  .field = FIELD(only), .arg = "KIND/NAME", .in_file = true,
	  .help = "inject only these; globs are allowed: deploy/web,\n"
		  "web-*, */web, shop/deploy/* (NAMESPACE/KIND/NAME)" },
	{ .topic = TOPIC_CHOOSE, .name = "skip", .kind = OPTION_WORDS,
	  .field = FIELD(skip), .arg = "KIND/NAME", .in_file = true,
	  .help = "inject all but these" },
	{ .topic = TOPIC_CHOOSE, .name = "selector", .letter = 'l',
	  .kind = OPTION_WORDS, .field = FIELD(selectors), .arg = "SELECTOR",
	  .in_file = true,
	  .help = "inject those whose own labels match (kubectl get -l)" },
	{ .topic = TOPIC_CHOOSE, .name = "kind", .kind = OPTION_KINDS,
	  .field = FIELD(kinds), .arg = "KIND=PATH", .in_file = true,
	  .help = "a kind of your own and where its Pod template is:\n"
		  "example.com/Widget=spec.template; * is any item" },

	{ .topic = TOPIC_CHOOSE, .name = "no-skip", .kind = OPTION_WORDS,
	  .field = FIELD(no_skip), .arg = "REASONS", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .commands = INJECTORS,
	  .help = "with -t: do not skip because of host-network or\n"
		  "system-namespace; comma-separated" },
	{ .topic = TOPIC_CHOOSE, .name = "fail-on-skip", .kind = OPTION_FLAG,
	  .field = FIELD(fail_on_skip), .in_file = true,
	  .help = "exit with 3 if a workload is skipped" },
	{ .topic = TOPIC_CHOOSE, .name = "fail-on-empty", .kind = OPTION_FLAG,
	  .field = FIELD(fail_on_empty), .in_file = true,
	  .help = "exit with 3 if there is no workload" },

	{ .topic = TOPIC_FILES, .name = "write", .letter = 'w',
	  .kind = OPTION_FLAG, .field = FIELD(write),
	  .first_page = true,
	  .help = "rewrite the files that change;\n"
		  "nothing goes to stdout" },
	{ .topic = TOPIC_FILES, .name = "check", .kind = OPTION_FLAG,
	  .field = FIELD(check),
	  .first_page = true,
	  .help = "list the files that would change, and exit with 3;\n"
		  "write nothing" },
	{ .topic = TOPIC_FILES, .name = "diff", .kind = OPTION_FLAG,
	  .field = FIELD(diff),
	  .first_page = true,
	  .help = "print changes as a unified diff" },
	{ .topic = TOPIC_FILES, .name = "exit-code", .kind = OPTION_FLAG,
	  .field = FIELD(exit_code),
	  .help = "with --diff: exit with 1 if there are changes, and\n"
		  "with 2 after an error, as diff does" },
	{ .topic = TOPIC_FILES, .name = "backup", .kind = OPTION_WORD,
	  .field = FIELD(backup), .arg = "SUFFIX",
	  .help = "with -w: keep the old file as NAME plus SUFFIX" },
	{ .topic = TOPIC_FILES, .name = "color", .kind = OPTION_CHOICE,
	  .field = FIELD(color), .arg = "auto|always|never",
	  .commands = READERS,
	  .help = "color messages, differences and reports; auto: on a\n"
		  "terminal, unless NO_COLOR is set" },
	{ .topic = TOPIC_FILES, .name = "recursive", .letter = 'R',
	  .kind = OPTION_FLAG, .field = FIELD(recursive),
	  .commands = READERS,
	  .first_page = true,
	  .help = "read the manifests in folders, at any depth:\n"
		  "*.yaml, *.yml and *.json, except hidden files,\n"
		  "vendor, node_modules and what .gitignore excludes" },
	{ .topic = TOPIC_FILES, .name = "include", .kind = OPTION_WORDS,
	  .field = FIELD(include), .arg = "GLOB", .in_file = true,
	  .commands = READERS,
	  .help = "with -R: read matching files only; may be repeated" },
	{ .topic = TOPIC_FILES, .name = "exclude", .kind = OPTION_WORDS,
	  .field = FIELD(exclude), .arg = "GLOB", .in_file = true,
	  .commands = READERS,
	  .help = "with -R: exclude matching files; may be repeated" },
	{ .topic = TOPIC_FILES, .name = "hook", .kind = OPTION_FLAG,
	  .field = FIELD(hook), .commands = READERS,
	  .help = "a program lists the files: skip what is not a whole\n"
		  "manifest, and fail unless a template is named" },
	{ .topic = TOPIC_FILES, .name = "output-format", .kind = OPTION_CHOICE,
	  .field = FIELD(format), .arg = "yaml|json|patch",
	  .help = "yaml (default): the input text, edited; json: each\n"
		  "manifest as a line of JSON; patch: a line with a JSON\n"
		  "Patch for each object that changes" },

	{ .topic = TOPIC_TEMPLATES, .name = "set-string", .kind = OPTION_WORDS,
	  .field = FIELD(set_string), .arg = "PATH=VALUE", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "as --set, but the value is always a string" },
	{ .topic = TOPIC_TEMPLATES, .name = "set-json", .kind = OPTION_WORDS,
	  .field = FIELD(set_json), .arg = "PATH=JSON", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "as --set, with a JSON value" },
	{ .topic = TOPIC_TEMPLATES, .name = "allow-env", .kind = OPTION_FLAG,
	  .field = FIELD(allow_env),
	  .sharing = WEBHOOK_TOO,
	  .help = "let env and expandenv read the environment" },
	{ .topic = TOPIC_TEMPLATES, .name = "refresh", .kind = OPTION_FLAG,
	  .field = FIELD(refresh),
	  .commands = FOR(INJECT) | FOR(EXPLAIN),
	  .help = "remove the sidecar and inject it again, after\n"
		  "templates or values have changed" },
	{ .topic = TOPIC_TEMPLATES, .name = "was", .kind = OPTION_WORDS,
	  .field = FIELD(former), .arg = "TEMPLATE",
	  .commands = EDITORS | FOR(EXPLAIN),
	  .help = "with --refresh or uninject: the template of the\n"
		  "earlier injection, for files without a record of it" },
	{ .topic = TOPIC_TEMPLATES, .name = "no-undo", .kind = OPTION_FLAG,
	  .field = FIELD(no_undo), .in_file = true,
	  .commands = EDITORS,
	  .help = "do not write undo notes; with uninject, ignore them" },

	{ .topic = TOPIC_REPORT, .name = "report", .kind = OPTION_WORD,
	  .field = FIELD(report),
	  .arg = "text|line|json|github|gitlab|junit|sarif|markdown",
	  .help = "write a report, on stdout unless manifests go there:\n"
		  "text, line and markdown for people, json an array,\n"
		  "github annotations, gitlab Code Quality, sarif for\n"
		  "code scanning; there it replaces the messages" },
	{ .topic = TOPIC_REPORT, .name = "report-file", .kind = OPTION_WORD,
	  .field = FIELD(report_file), .arg = "FILE",
	  .help = "write the report to FILE; - for stdout" },

	{ .topic = TOPIC_ISTIO, .name = "mesh", .kind = OPTION_WORD,
	  .field = FIELD(mesh), .arg = "FILE", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "a mesh's configuration, as `capture` writes it: the\n"
		  "same file for the next three options" },
	{ .topic = TOPIC_ISTIO, .name = "injectConfigFile",
	  .kind = OPTION_WORD, .field = FIELD(inject_config), .arg = "FILE",
	  .in_istioctl = true, .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "injection configuration (ConfigMap\n"
		  "istio-sidecar-injector, or its `config`)" },
	{ .topic = TOPIC_ISTIO, .name = "meshConfigFile", .kind = OPTION_WORD,
	  .field = FIELD(mesh_config), .arg = "FILE", .in_istioctl = true,
	  .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "mesh configuration (ConfigMap istio, or its `mesh`)" },
	{ .topic = TOPIC_ISTIO, .name = "valuesFile", .kind = OPTION_WORD,
	  .field = FIELD(values_file), .arg = "FILE", .in_istioctl = true,
	  .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "injection values (`values` in the ConfigMap)" },
	{ .topic = TOPIC_ISTIO, .name = "operatorFileName",
	  .kind = OPTION_WORD, .field = FIELD(operator_file), .arg = "FILE",
	  .in_istioctl = true, .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "an IstioOperator, for its values and mesh" },
	{ .topic = TOPIC_ISTIO, .name = "revision", .letter = 'r',
	  .kind = OPTION_WORD, .field = FIELD(revision), .arg = "NAME",
	  .in_istioctl = true, .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .commands = INJECTORS | FOR(CAPTURE),
	  .check = suggest_revision,
	  .help = "control plane revision" },
	{ .topic = TOPIC_ISTIO, .name = "istio-version", .kind = OPTION_WORD,
	  .field = FIELD(istio_version), .arg = "VERSION", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "follow the rules of this release, such as 1.24 or\n"
		  "1.24.6 (default: that of the configuration)" },
	{ .topic = TOPIC_ISTIO, .name = "native-sidecars", .kind = OPTION_AUTO,
	  .field = FIELD(native_sidecars), .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "run the proxy as a restartable init container, as\n"
		  "ENABLE_NATIVE_SIDECARS=true does; or =false, =auto" },
	{ .topic = TOPIC_ISTIO, .name = "policy", .kind = OPTION_FLAG,
	  .field = FIELD(policy), .in_file = true,
	  .help = "apply the configuration's policy, selectors, aliases\n"
		  "and default templates, as automatic injection does" },

	{ .topic = TOPIC_CLUSTER, .name = "from-cluster", .kind = OPTION_FLAG,
	  .field = FIELD(from_cluster),
	  .commands = INJECTORS,
	  .help = "read the ConfigMaps of the installed istiod" },
	{ .topic = TOPIC_CLUSTER, .name = "injectConfigMapName",
	  .kind = OPTION_WORD, .field = FIELD(inject_map), .arg = "NAME",
	  .in_istioctl = true,
	  .help = "instead of istio-sidecar-injector[-REVISION]" },
	{ .topic = TOPIC_CLUSTER, .name = "meshConfigMapName",
	  .kind = OPTION_WORD, .field = FIELD(mesh_map), .arg = "NAME",
	  .in_istioctl = true,
	  .help = "instead of istio[-REVISION]" },
	{ .topic = TOPIC_CLUSTER, .name = "istioNamespace", .letter = 'i',
	  .kind = OPTION_WORD, .field = FIELD(istio_namespace),
	  .arg = "NAMESPACE", .in_istioctl = true,
	  .check = suggest_namespace,
	  .help = "their namespace (default istio-system)" },
	{ .topic = TOPIC_CLUSTER, .name = "kubeconfig", .letter = 'c',
	  .kind = OPTION_WORD, .field = FIELD(kubeconfig), .arg = "FILE",
	  .in_istioctl = true,
	  .help = "passed to kubectl" },
	{ .topic = TOPIC_CLUSTER, .name = "context", .kind = OPTION_WORD,
	  .field = FIELD(context), .arg = "NAME", .in_istioctl = true,
	  .help = "passed to kubectl" },
	{ .topic = TOPIC_CLUSTER, .name = "as", .kind = OPTION_WORD,
	  .field = FIELD(as), .arg = "USER", .in_istioctl = true,
	  .help = "passed to kubectl" },
	{ .topic = TOPIC_CLUSTER, .name = "as-group", .kind = OPTION_WORDS,
	  .field = FIELD(as_group), .arg = "GROUP", .in_istioctl = true,
	  .help = "passed to kubectl; may be repeated" },
	{ .topic = TOPIC_CLUSTER, .name = "as-uid", .kind = OPTION_WORD,
	  .field = FIELD(as_uid), .arg = "UID", .in_istioctl = true,
	  .help = "passed to kubectl" },
	{ .topic = TOPIC_CLUSTER, .name = "kubeclient-timeout",
	  .kind = OPTION_DURATION, .field = FIELD(kube_timeout), .arg = "TIME",
	  .in_istioctl = true,
	  .help = "give up after 15s, 1m30s, ... (default 30s; 0: never)" },

	{ .topic = TOPIC_CONFIG, .name = "config", .kind = OPTION_WORD,
	  .field = FIELD(config), .arg = "FILE",
	  .help = "read options from FILE, not from .injector.yaml" },
	{ .topic = TOPIC_CONFIG, .name = "no-config", .kind = OPTION_FLAG,
	  .field = FIELD(no_config),
	  .help = "do not read .injector.yaml" },

	{ .topic = TOPIC_WARNINGS, .name = "no-warn", .kind = OPTION_WORDS,
	  .field = FIELD(no_warn), .arg = "NAMES", .in_file = true,
	  .sharing = WEBHOOK_TOO,
	  .help = "comma-separated warnings to suppress" },

	{ .topic = TOPIC_ISTIOCTL, .name = "namespace", .letter = 'n',
	  .kind = OPTION_IGNORED, .arg = "NAMESPACE",
	  .help = "kube-inject does not use it either" },
	{ .topic = TOPIC_ISTIOCTL, .name = "webhookConfig",
	  .kind = OPTION_REFUSED, .arg = "NAME",
	  .help = "no webhook is called; --from-cluster\n"
		  "reads the configuration it uses" },
	{ .topic = TOPIC_ISTIOCTL, .name = "xds-address",
	  .kind = OPTION_REFUSED, .arg = "ADDRESS",
	  .help = "istiod is not called; --from-cluster\n"
		  "reads the configuration it uses" },
	{ .topic = TOPIC_ISTIOCTL, .name = "xds-label", .kind = OPTION_REFUSED,
	  .arg = "LABEL", .help = WITH_XDS },
	{ .topic = TOPIC_ISTIOCTL, .name = "xds-port", .kind = OPTION_REFUSED,
	  .arg = "PORT", .help = WITH_XDS },
	{ .topic = TOPIC_ISTIOCTL, .name = "cert-dir", .kind = OPTION_REFUSED,
	  .arg = "FOLDER", .help = WITH_XDS },
	{ .topic = TOPIC_ISTIOCTL, .name = "authority", .kind = OPTION_REFUSED,
	  .arg = "NAME", .help = WITH_XDS },
	{ .topic = TOPIC_ISTIOCTL, .name = "insecure", .kind = OPTION_REFUSED,
	  .help = WITH_XDS },
	{ .topic = TOPIC_ISTIOCTL, .name = "plaintext", .kind = OPTION_REFUSED,
	  .help = WITH_XDS },
	{ .topic = TOPIC_ISTIOCTL, .name = "timeout", .kind = OPTION_REFUSED,
	  .arg = "TIME",
	  .help = "applies to istiod; see --kubeclient-timeout" },
	{ .topic = TOPIC_ISTIOCTL, .name = "vklog", .kind = OPTION_IGNORED,
	  .arg = "LEVEL", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_as_json",
	  .kind = OPTION_IGNORED, .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_caller",
	  .kind = OPTION_IGNORED, .arg = "SCOPES", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_output_level",
	  .kind = OPTION_IGNORED, .arg = "LEVELS", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_rotate",
	  .kind = OPTION_IGNORED, .arg = "FILE", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_rotate_max_age",
	  .kind = OPTION_IGNORED, .arg = "DAYS", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_rotate_max_backups",
	  .kind = OPTION_IGNORED, .arg = "N", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_rotate_max_size",
	  .kind = OPTION_IGNORED, .arg = "MB", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_stacktrace_level",
	  .kind = OPTION_IGNORED, .arg = "LEVELS", .help = NO_LOG },
	{ .topic = TOPIC_ISTIOCTL, .name = "log_target",
	  .kind = OPTION_IGNORED, .arg = "FILE", .help = NO_LOG },

	{ .topic = TOPIC_SERVER, .name = "listen", .kind = OPTION_WORD,
	  .field = FIELD(listen), .arg = "ADDRESS", .sharing = WEBHOOK_ONLY,
	  .help = "HTTPS for the API server (default :8443)" },
	{ .topic = TOPIC_SERVER, .name = "admin-listen", .kind = OPTION_WORD,
	  .field = FIELD(admin_listen), .arg = "ADDRESS",
	  .sharing = WEBHOOK_ONLY,
	  .help = "HTTP for probes and metrics (default :8081)" },
	{ .topic = TOPIC_SERVER, .name = "tls-cert", .kind = OPTION_WORD,
	  .field = FIELD(tls_cert), .arg = "FILE", .sharing = WEBHOOK_ONLY,
	  .help = "the server's certificate chain, PEM" },
	{ .topic = TOPIC_SERVER, .name = "tls-key", .kind = OPTION_WORD,
	  .field = FIELD(tls_key), .arg = "FILE", .sharing = WEBHOOK_ONLY,
	  .help = "its private key, PEM" },
	{ .topic = TOPIC_SERVER, .name = "client-ca", .kind = OPTION_WORD,
	  .field = FIELD(client_ca), .arg = "FILE", .sharing = WEBHOOK_ONLY,
	  .help = "accept only clients with a certificate of one of\n"
		  "these authorities, PEM" },
	{ .topic = TOPIC_SERVER, .name = "namespace-file",
	  .kind = OPTION_WORD, .field = FIELD(namespace_file), .arg = "FILE",
	  .sharing = WEBHOOK_ONLY,
	  .help = "Namespaces as YAML or JSON, for their annotations on\n"
		  "OpenShift and their label injector/inject" },
	{ .topic = TOPIC_SERVER, .name = "max-body", .kind = OPTION_SIZE,
	  .field = FIELD(max_body), .arg = "SIZE", .sharing = WEBHOOK_ONLY,
	  .help = "refuse larger requests (default 8Mi)" },
	{ .topic = TOPIC_SERVER, .name = "max-memory", .kind = OPTION_SIZE,
	  .field = FIELD(max_memory), .arg = "SIZE", .sharing = WEBHOOK_ONLY,
	  .help = "that one request may take (default 64Mi)" },
	{ .topic = TOPIC_SERVER, .name = "max-connections",
	  .kind = OPTION_NUMBER, .field = FIELD(max_connections),
	  .arg = "N", .sharing = WEBHOOK_ONLY,
	  .help = "at the same time (default 512)" },
	{ .topic = TOPIC_SERVER, .name = "workers", .kind = OPTION_NUMBER,
	  .field = FIELD(workers), .arg = "N", .sharing = WEBHOOK_ONLY,
	  .help = "injections at the same time (default: as many as cores)" },
	{ .topic = TOPIC_SERVER, .name = "drain", .kind = OPTION_DURATION,
	  .field = FIELD(drain), .arg = "TIME", .sharing = WEBHOOK_ONLY,
	  .help = "after SIGTERM continue to serve for so long\n"
		  "(default 15s)" },
	{ .topic = TOPIC_SERVER, .name = "on-error", .kind = OPTION_CHOICE,
	  .field = FIELD(on_error), .arg = "fail|allow",
	  .sharing = WEBHOOK_ONLY,
	  .help = "a Pod that cannot be injected, and that is not at\n"
		  "fault: fail (default) leaves it to the failurePolicy,\n"
		  "allow admits it with a warning, without sidecar" },
	{ .topic = TOPIC_SERVER, .name = "warnings", .kind = OPTION_FLAG,
	  .field = FIELD(admission_warnings), .sharing = WEBHOOK_ONLY,
	  .help = "return warnings about Pods to whoever creates them" },
	{ .topic = TOPIC_SERVER, .name = "log", .kind = OPTION_CHOICE,
	  .field = FIELD(log_format), .arg = "json|text",
	  .sharing = WEBHOOK_ONLY,
	  .help = "a line for each decision, on stderr" },

	{ .topic = TOPIC_INSTALL, .name = "service", .kind = OPTION_WORD,
	  .field = FIELD(service), .arg = "NAMESPACE/NAME",
	  .sharing = WEBHOOK_ONLY,
	  .help = "where and by what name it is installed\n"
		  "(default injector/injector-webhook)" },
	{ .topic = TOPIC_INSTALL, .name = "image", .kind = OPTION_WORD,
	  .field = FIELD(image), .arg = "IMAGE", .sharing = WEBHOOK_ONLY,
	  .help = "(default injector-webhook:" INJECTOR_VERSION ")" },
	{ .topic = TOPIC_INSTALL, .name = "replicas", .kind = OPTION_NUMBER,
	  .field = FIELD(replicas), .arg = "N", .sharing = WEBHOOK_ONLY,
	  .help = "(default 2)" },
	{ .topic = TOPIC_INSTALL, .name = "tag", .kind = OPTION_WORDS,
	  .field = FIELD(tags), .arg = "TAG", .sharing = WEBHOOK_ONLY,
	  .help = "of Istio's revision, with labels like its own;\n"
		  "repeatable" },
	{ .topic = TOPIC_INSTALL, .name = "fail-open", .kind = OPTION_FLAG,
	  .field = FIELD(fail_open), .sharing = WEBHOOK_ONLY,
	  .help = "while it is not available, Pods start without sidecar\n"
		  "and are reported" },
	{ .topic = TOPIC_INSTALL, .name = "cert-manager", .kind = OPTION_FLAG,
	  .field = FIELD(cert_manager), .sharing = WEBHOOK_ONLY,
	  .help = "leave certificates to cert-manager" },
	{ .topic = TOPIC_INSTALL, .name = "ca", .kind = OPTION_WORD,
	  .field = FIELD(ca), .arg = "FILE", .sharing = WEBHOOK_ONLY,
	  .help = "certificate and key of the CA that signs, PEM; made\n"
		  "if there is no such file; without a key nothing is\n"
		  "signed (default: a new CA, whose key is not kept)" },
	{ .topic = TOPIC_INSTALL, .name = "days", .kind = OPTION_NUMBER,
	  .field = FIELD(days), .arg = "N", .sharing = WEBHOOK_ONLY,
	  .help = "until the certificate expires (default: with the CA)" },
};

const size_t option_n_rows = ARRAY_SIZE(option_rows);

#define FILES_USAGE "[-t TEMPLATE] [OPTION]... [FILE]..."

/* The two lines of examples are run by tests/docs.sh. */
const struct command_word option_commands[] = {
	{ .name = "inject", .command = COMMAND_INJECT, .usage = FILES_USAGE,
	  .line = "put sidecars into manifests, and change no other line "
		"(default)",
	  .about = "Put sidecars into manifests (FILEs, or stdin) and write "
		"the result to stdout,\nor with -w back to the files.  No "
		"other line changes",
	  .examples =
		"injector inject -t otel-collector web.yaml | kubectl apply "
		"-f -\n"
		"injector inject -t ./sidecar.yaml -w -R deploy" },
	{ .name = "kube-inject", .command = COMMAND_INJECT,
	  .usage = FILES_USAGE,
	  .about = "The same as `injector inject`, under its name in "
		"istioctl.  What istioctl's\noptions do: injector help "
		"istioctl",
	  .examples =
		"injector kube-inject -f web.yaml | kubectl apply -f -\n"
		"injector kube-inject --from-cluster -f web.yaml -o "
		"injected.yaml" },
	{ .name = "uninject", .command = COMMAND_UNINJECT,
	  .usage = FILES_USAGE,
	  .line = "remove them",
	  .about = "Remove sidecars: Istio's, or with -t those of the given "
		"templates, with the\nsame values.  What injector added and "
		"nobody edited is removed byte for byte",
	  .examples =
		"injector uninject -w -R deploy\n"
		"injector uninject -t otel-collector web.yaml" },
	{ .name = "explain", .command = COMMAND_EXPLAIN, .usage = FILES_USAGE,
	  .line = "report what would happen to each object, and why",
	  .about = "Report for each object whether it is injected, why, and "
		"what changes; write no\nmanifests",
	  .examples =
		"injector explain -t otel-collector -R deploy\n"
		"injector explain -v --report json web.yaml" },
	{ .name = "render", .command = COMMAND_RENDER, .usage = FILES_USAGE,
	  .line = "print what the templates render for each workload",
	  .about = "Print what each template renders for each workload, for "
		"authors of templates:\ninjector-template(5)",
	  .examples =
		"injector render -t ./sidecar.yaml web.yaml\n"
		"injector render -t otel-collector --set "
		"otelCollector.memory=64 web.yaml" },
	{ .name = "admit", .command = COMMAND_ADMIT,
	  .usage = "[-t TEMPLATE] [OPTION]... [FILE]",
	  .line = "print what an admission webhook would answer",
	  .about = "Print what an admission webhook with these options "
		"answers for one\nAdmissionReview, or for the creation of one "
		"Pod; -v says why.  The exit status\nis 3 if it denies the Pod",
	  .examples =
		"injector admit -v -t otel-collector pod.yaml\n"
		"kubectl get pod web -o yaml | injector admit -v --policy" },
	{ .name = "capture", .command = COMMAND_CAPTURE,
	  .usage = "[-i NAMESPACE] [-r NAME] [OPTION]...",
	  .line = "save a cluster's Istio configuration as a file",
	  .about = "Write a cluster's Istio configuration as one file, for "
		"--mesh",
	  .examples =
		"injector capture -o mesh.yaml && injector --mesh mesh.yaml "
		"web.yaml\n"
		"injector capture --context staging -r canary -o canary.yaml" },
	{ .name = "config", .command = COMMAND_CONFIG,
	  .usage = "[OPTION]... [FILE]...",
	  .line = "print the effective options and where each comes from",
	  .about = "Print the effective options and where each comes from: "
		"the command line, the\nenvironment, .injector.yaml or the "
		"default.  With files, those of each, which\nneed not exist.  "
		"It takes all options",
	  .examples =
		"injector config\n"
		"injector config deploy/web.yaml",
	  .sharing = WEBHOOK_TOO },
	{ .name = "template", .command = COMMAND_TEMPLATE, .usage = "[NAME]",
	  .line = "print a built-in template with its values, or list them",
	  .about = "Print a built-in template: what it needs, its values and "
		"their defaults; a\nstart for your own.  For istio, print the "
		"values alone.  Without a name, list\nthe templates by purpose",
	  .examples =
		"injector template\n"
		"injector template fluent-bit >shipper.yaml" },
	{ .name = "completion", .command = COMMAND_COMPLETION,
	  .usage = "bash|zsh|fish|powershell",
	  .line = "print a script that completes command lines in your shell",
	  .about = "Print a script that completes command lines in that shell",
	  .examples =
		"source <(injector completion bash)\n"
		"injector completion fish | source" },
	{ .name = "help", .command = COMMAND_HELP, .usage = "[WORD]",
	  .line = "describe a command, topic, template, warning or option",
	  .about = "Describe a command, a topic, a built-in template, a "
		"warning or an option",
	  .examples =
		"injector help files\n"
		"injector help job-sidecar",
	  .sharing = WEBHOOK_TOO },
	{ .name = "version", .command = COMMAND_VERSION, .usage = "[-o json]",
	  .about = "Print the version, the commit that was built, and the "
		"newest release of Istio\nwhose rules are known; with -o json "
		"as JSON",
	  .examples =
		"injector version\n"
		"injector version -o json" },
	{ .name = "version", .command = COMMAND_VERSION, .usage = "",
	  .about = "Print the version, the commit that was built, and the "
		"newest release of Istio\nwhose rules are known",
	  .sharing = WEBHOOK_ONLY },
	{ .name = "serve", .command = COMMAND_SERVE,
	  .usage = "[-t TEMPLATE] [OPTION]...",
	  .about = "Answer the admission requests of an API server over "
		"HTTPS.  This is the default\ncommand",
	  .sharing = WEBHOOK_ONLY },
	{ .name = "manifests", .command = COMMAND_MANIFESTS,
	  .usage = "[-t TEMPLATE] [OPTION]...",
	  .about = "Print a complete installation as YAML, for kubectl apply "
		"-f -.  Its server has\nthese options, and the files that "
		"they name",
	  .sharing = WEBHOOK_ONLY },
	{ .name = "certs", .command = COMMAND_CERTS,
	  .usage = "[-t TEMPLATE] [OPTION]...",
	  .about = "Print what is about certificates in that: the webhook "
		"configuration with its\ncaBundle, and the Secret",
	  .sharing = WEBHOOK_ONLY },
};

const size_t option_n_commands = ARRAY_SIZE(option_commands);

/* ---- what follows from a row ---- */

static bool exists(enum program program, enum option_sharing sharing)
{
	return sharing == WEBHOOK_TOO ||
	       (sharing == WEBHOOK_ONLY) == (program == PROGRAM_WEBHOOK);
}

bool option_exists(const struct options *o, const struct option_row *row)
{
	return exists(o->program, row->sharing);
}

bool option_has_command(const struct options *o,
			const struct command_word *command)
{
	return exists(o->program, command->sharing);
}

const struct command_word *option_command(const struct options *o,
					  const char *name)
{
	for (size_t i = 0; name && i < option_n_commands; i++)
		if (option_has_command(o, &option_commands[i]) &&
		    strcmp(name, option_commands[i].name) == 0)
			return &option_commands[i];
	return NULL;
}

static unsigned commands_of(const struct option_row *row)
{
	return row->commands ? row->commands :
			       option_topics[row->topic].commands;
}

bool option_is_for(const struct option_row *row, enum command command)
{
	return commands_of(row) >> command & 1;
}

/* NULL: .injector.yaml may set it. */
static const char *why_not_in_file(const struct option_row *row)
{
	if (row->in_file)
		return NULL;
	if (row->topic == TOPIC_CLUSTER)
		return "this file cannot trigger network access; use the "
		       "command line or the environment";
	if (row->topic == TOPIC_ISTIOCTL)
		return "it exists only for scripts written for istioctl";
	if (row->kind == OPTION_COMMAND)
		return "use the command line";
	if (row->field == FIELD(refresh) || row->field == FIELD(former))
		return "it is for one run; use the command line";
	if (row->field == FIELD(allow_env))
		return "this file cannot show the environment to templates; "
		       "use the command line";
	return "this file cannot control what is read, written or shown; use "
	       "the command line or the environment";
}

static enum project_shape shape_of(const struct option_row *row)
{
	switch (row->kind) {
	case OPTION_FLAG:
		return PROJECT_FLAG;
	case OPTION_WORDS:
	case OPTION_KINDS:
		return PROJECT_WORDS;
	case OPTION_AUTO:
	case OPTION_WORD:
	case OPTION_CHOICE:
	case OPTION_SIZE:
	case OPTION_NUMBER:
	case OPTION_DURATION:
		return PROJECT_WORD;
	case OPTION_COMMAND:
	case OPTION_IGNORED:
	case OPTION_REFUSED:
		break;
	}
	return PROJECT_NONE;
}

static bool is_file(const char *word)
{
	(void)word;
	return true;
}

/* What an argument is follows from its name in --help. */
struct project_option option_for_project(const struct option_row *row)
{
	struct project_option option = {
		.name = row->name,
		.shape = shape_of(row),
		.refused = why_not_in_file(row),
	};
	const char *arg = row->arg ? row->arg : "";

	if (strcmp(arg, "FILE") == 0)
		option.is_path = is_file;
	else if (strcmp(arg, "TEMPLATE") == 0)
		option.is_path = templates_is_path;
	if (strcmp(arg, "PATH=JSON") == 0 ||
	    (row->kind == OPTION_WORDS && row->field == FIELD(values)))
		option.map = PROJECT_JSON;
	else if (strchr(arg, '='))
		option.map = PROJECT_PAIRS;
	return option;
}

bool options_option(size_t i, struct option_about *out)
{
	for (size_t k = 0; k < option_n_rows; k++) {
		const struct option_row *row = &option_rows[k];

		if (row->kind == OPTION_IGNORED ||
		    row->kind == OPTION_REFUSED ||
		    row->sharing == WEBHOOK_ONLY || i-- > 0)
			continue;
		*out = (struct option_about){ row->name, row->help, row->arg,
					      row->letter, commands_of(row) };
		return true;
	}
	return false;
}

const char *options_command(size_t i)
{
	for (size_t k = 0; k < option_n_commands; k++)
		if (option_commands[k].sharing != WEBHOOK_ONLY && i-- == 0)
			return option_commands[k].name;
	return NULL;
}

const char *options_topic(size_t i)
{
	return i < TOPIC_SERVER ? option_topics[i].name : NULL;
}

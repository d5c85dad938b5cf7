/*
 * `injector completion bash`, zsh, fish or powershell: a script that completes
 * command lines in that shell, made from the table of options.  It holds all
 * names, so completing runs nothing.
 *
 * What an option's argument may be follows from its name in --help: FILE,
 * yaml|json, KIND/NAME.  For a name that is not in `offers` nothing is offered.
 */
#include <string.h>

#include "base/array.h"
#include "cli/commands.h"
#include "cli/configuration.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "injector.h"

enum offer {
	OFFER_NOTHING,
	OFFER_FILES,
	OFFER_FOLDERS,
	OFFER_WORDS,		/* one of struct argument's words */
	OFFER_WORDS_AND_FILES,
};

struct argument {
	enum offer offer;
	struct buf words;	/* separated by spaces */
};

static void add_word(struct buf *b, str word)
{
	if (b->n)
		buf_addc(b, ' ');
	buf_adds(b, word);
}

static const char *template_name(size_t i)
{
	const struct injector_builtin *t = templates_named(i);

	return t ? t->name : NULL;
}

/* Unless it is there. */
static void add_new_word(struct buf *b, const char *name)
{
	str word, rest = buf_str(b);

	while (rest.n) {
		str_cut(rest, ' ', &word, &rest);
		if (str_eq(word, str_of(name)))
			return;
	}
	add_word(b, str_of(name));
}

static void add_templates(struct buf *b)
{
	const char *name;

	for (size_t i = 0; (name = template_name(i)); i++)
		add_word(b, str_of(name));
}

static void add_warnings(struct buf *b)
{
	const struct injector_warning *w;

	for (size_t i = 0; (w = injector_warning(i)); i++)
		add_word(b, str_of(w->name));
}

/* The API's own kinds, in lower case as kubectl completes them. */
static void add_kinds(struct buf *b)
{
	static const char *const kinds[] = {
		"deployment/", "statefulset/", "daemonset/", "replicaset/",
		"job/", "cronjob/", "pod/", "podtemplate/",
		"replicationcontroller/",
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		add_word(b, str_of(kinds[i]));
}

static void add_choices(struct buf *b, str choices)
{
	str head;

	while (choices.n) {
		str_cut(choices, '|', &head, &choices);
		add_word(b, head);
	}
}

static const struct {
	const char *arg;
	enum offer offer;
	void (*add)(struct buf *b);
} offers[] = {
	{ "FILE", OFFER_FILES, NULL },
	{ "FOLDER", OFFER_FOLDERS, NULL },
	{ "TEMPLATE", OFFER_WORDS_AND_FILES, add_templates },
	{ "KIND/NAME", OFFER_WORDS, add_kinds },
	{ "NAMES", OFFER_WORDS, add_warnings },
};

static struct argument argument_of(const struct option_about *option)
{
	struct argument argument = { OFFER_NOTHING, BUF_INIT };

	if (strchr(option->arg, '|')) {
		argument.offer = OFFER_WORDS;
		add_choices(&argument.words, str_of(option->arg));
	}
	for (size_t i = 0; i < ARRAY_SIZE(offers); i++) {
		if (strcmp(option->arg, offers[i].arg) != 0)
			continue;
		argument.offer = offers[i].offer;
		if (offers[i].add)
			offers[i].add(&argument.words);
	}
	return argument;
}

/* Append all names of a list that ends with NULL. */
static void add_list(struct buf *b, const char *(*list)(size_t i))
{
	const char *name;
	struct buf words = BUF_INIT;

	for (size_t i = 0; (name = list(i)); i++)
		add_word(&words, str_of(name));
	buf_adds(b, buf_str(&words));
	buf_release(&words);
}

/* What `injector help` describes, but for options. */
static void add_help_words(struct buf *b)
{
	struct buf words = BUF_INIT;
	const struct injector_builtin *t;
	const struct injector_warning *w;
	const char *name;

	for (size_t i = 0; (name = options_command(i)); i++)
		add_new_word(&words, name);
	for (size_t i = 0; (name = options_topic(i)); i++)
		add_new_word(&words, name);
	for (size_t i = 0; (t = templates_named(i)); i++)
		add_new_word(&words, t->name);
	for (size_t i = 0; (w = injector_warning(i)); i++)
		add_new_word(&words, w->name);
	buf_adds(b, buf_str(&words));
	buf_release(&words);
}

static const char *completion_shell(size_t i);

/* Text for single quotes, with `quote` for each quote in it and a backslash
 * before each character of `special`. */
static void add_quoted(struct buf *b, str text, const char *special,
		       const char *quote)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i] == '\n' ? ' ' : text.p[i];

		if (c == '\'') {
			buf_addz(b, quote);
			continue;
		}
		if (strchr(special, c))
			buf_addc(b, '\\');
		buf_addc(b, c);
	}
}

/* ---- bash ---- */

static const char bash_head[] =
"# bash completion for injector; in ~/.bashrc:\n"
"#   source <(injector completion bash)\n"
"_injector()\n"
"{\n"
"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
"\tlocal command='' words='' files='' i\n"
"\t# --option=value comes as three words\n"
"\tif [[ $cur == = ]]; then\n"
"\t\tcur=\n"
"\telif [[ $prev == = ]]; then\n"
"\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
"\tfi\n"
"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
"\t\tcase ${COMP_WORDS[i]} in\n"
"\t\t=) ;;\n";

/* Goes between the options that take an argument and their arguments. */
static const char bash_arguments[] =
"\t\t\t[[ ${COMP_WORDS[i+1]} == = ]] && ((i++))\n"
"\t\t\t((i++)) ;;\n"
"\t\t-*) ;;\n"
"\t\t*) command=${COMP_WORDS[i]}; break ;;\n"
"\t\tesac\n"
"\tdone\n"
"\tCOMPREPLY=()\n"
"\tcase $prev in\n";

static const char bash_operands[] =
"\t*)\n"
"\t\tcase $cur,$command in\n";

static const char bash_tail[] =
"\t\t*) files=f ;;\n"
"\t\tesac ;;\n"
"\tesac\n"
"\tif [[ $words ]]; then\n"
"\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
"\t\t[[ ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null\n"
"\tfi\n"
"\tif [[ $files ]]; then\n"
"\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(\n"
"\t\t\tcompgen -\"$files\" -- \"$cur\")\n"
"\t\tcompopt -o filenames 2>/dev/null\n"
"\tfi\n"
"}\n"
"complete -F _injector injector\n";

/* -f|--filename */
static void bash_pattern(struct buf *b, const struct option_about *option)
{
	if (option->letter)
		buf_printf(b, "-%c|", option->letter);
	buf_printf(b, "--%s", option->name);
}

static void bash_takes_argument(struct buf *b)
{
	struct option_about option;
	bool any = false;

	buf_addz(b, "\t\t");
	for (size_t i = 0; options_option(i, &option); i++) {
		if (!option.arg)
			continue;
		if (any)
			buf_addz(b, "|\\\n\t\t");
		bash_pattern(b, &option);
		any = true;
	}
	buf_addz(b, ")\n");
}

static void bash_argument(struct buf *b, const struct option_about *option)
{
	struct argument argument = argument_of(option);

	buf_addc(b, '\t');
	bash_pattern(b, option);
	buf_addc(b, ')');
	if (argument.words.n)
		buf_printf(b, " words='%s'", buf_z(&argument.words));
	if (argument.words.n && argument.offer == OFFER_WORDS_AND_FILES)
		buf_addc(b, ';');
	if (argument.offer == OFFER_FILES ||
	    argument.offer == OFFER_WORDS_AND_FILES)
		buf_addz(b, " files=f");
	if (argument.offer == OFFER_FOLDERS)
		buf_addz(b, " files=d");
	buf_addz(b, " ;;\n");
	buf_release(&argument.words);
}

/* Those that a command takes; all, if none is typed yet. */
static void bash_options(struct buf *b, unsigned commands)
{
	struct option_about option;

	buf_addz(b, "words='");
	for (size_t i = 0; options_option(i, &option); i++) {
		if (!(option.commands & commands))
			continue;
		if (option.letter)
			buf_printf(b, "-%c ", option.letter);
		buf_printf(b, "--%s ", option.name);
	}
	buf_addz(b, "' ;;\n");
}

static void bash_options_of_commands(struct buf *b)
{
	buf_addz(b, "\t\t-*,) ");
	bash_options(b, ~0u);
	for (size_t i = 0; i < option_n_commands; i++) {
		const struct command_word *command = &option_commands[i];

		if (command->sharing == WEBHOOK_ONLY ||
		    command->command == COMMAND_INJECT)
			continue;
		buf_printf(b, "\t\t-*,%s) ", command->name);
		bash_options(b, 1u << command->command);
	}
	buf_addz(b, "\t\t-*) ");
	bash_options(b, 1u << COMMAND_INJECT);
}

static void bash_script(struct buf *b)
{
	struct option_about option;

	buf_addz(b, bash_head);
	bash_takes_argument(b);
	buf_addz(b, bash_arguments);
	for (size_t i = 0; options_option(i, &option); i++)
		if (option.arg)
			bash_argument(b, &option);
	buf_addz(b, bash_operands);
	bash_options_of_commands(b);
	buf_addz(b, "\t\t*,help) words='");
	add_help_words(b);
	buf_addz(b, "' ;;\n\t\t*,completion) words='");
	add_list(b, completion_shell);
	buf_addz(b, "' ;;\n\t\t*,template) words='");
	add_list(b, template_name);
	buf_addz(b, "' ;;\n\t\t*,) words='");
	add_list(b, options_command);
	buf_addz(b, "'; files=f ;;\n");
	buf_addz(b, bash_tail);
}

/* ---- zsh ---- */

static const char zsh_head[] =
"#compdef injector\n"
"# zsh completion for injector; in ~/.zshrc, after compinit:\n"
"#   source <(injector completion zsh)\n"
"_injector()\n"
"{\n"
"\tlocal -a options\n"
"\toptions=(\n";

static const char zsh_tail[] =
"\tesac\n"
"}\n"
"if [[ $funcstack[1] == _injector ]]; then\n"
"\t_injector \"$@\"\n"
"else\n"
"\tcompdef _injector injector\n"
"fi\n";

static void zsh_help(struct buf *b, const char *help)
{
	buf_addc(b, '[');
	add_quoted(b, str_of(help), "[]:\\", "'\\''");
	buf_addc(b, ']');
}

/* :NAME:what */
static void zsh_argument(struct buf *b, const struct option_about *option)
{
	struct argument argument = argument_of(option);

	buf_printf(b, ":%s:", strchr(option->arg, '|') ? option->name
						       : option->arg);
	switch (argument.offer) {
	case OFFER_NOTHING:
		buf_addc(b, ' ');
		break;
	case OFFER_FILES:
		buf_addz(b, "_files");
		break;
	case OFFER_FOLDERS:
		buf_addz(b, "_directories");
		break;
	case OFFER_WORDS:
		/* no space after a word that ends in a slash */
		if (strchr(option->arg, '/'))
			buf_printf(b, "compadd -S \"\" %s",
				   buf_z(&argument.words));
		else
			buf_printf(b, "(%s)", buf_z(&argument.words));
		break;
	case OFFER_WORDS_AND_FILES:
		/* the leading space keeps _arguments from adding options
		 * of its own */
		buf_printf(b, " _alternative \"words\\:name\\:(%s)\" "
			   "\"files\\:file\\:_files\"",
			   buf_z(&argument.words));
		break;
	}
	buf_release(&argument.words);
}

/* '*-f+[help]:FILE:_files' */
static void zsh_option(struct buf *b, const struct option_about *option,
		       bool letter)
{
	buf_addz(b, "\t\t'*");
	if (letter)
		buf_printf(b, "-%c%s", option->letter, option->arg ? "+" : "");
	else
		buf_printf(b, "--%s%s", option->name, option->arg ? "=" : "");
	zsh_help(b, option->help);
	if (option->arg)
		zsh_argument(b, option);
	buf_addz(b, "'\n");
}

/* name\:"what it does" */
static void zsh_commands(struct buf *b)
{
	for (size_t i = 0; i < option_n_commands; i++) {
		const struct command_word *command = &option_commands[i];

		if (command->sharing == WEBHOOK_ONLY)
			continue;
		buf_printf(b, "%s%s", i ? " " : "", command->name);
		if (!command->line)
			continue;
		buf_addz(b, "\\:\"");
		add_quoted(b, str_of(command->line), "\"\\$`", "'\\''");
		buf_addc(b, '"');
	}
}

/* Remove the options that the command does not take from the array, whose
 * entries are such as '*--filename=[help]'. */
static void zsh_without(struct buf *b, const struct command_word *command)
{
	struct option_about option;
	bool any = false;

	buf_printf(b, "\t%s) options=(${options:#\\*(", command->name);
	for (size_t i = 0; options_option(i, &option); i++) {
		if (option.commands >> command->command & 1)
			continue;
		buf_printf(b, "%s--%s", any ? "|" : "", option.name);
		if (option.letter)
			buf_printf(b, "|-%c", option.letter);
		any = true;
	}
	buf_addz(b, ")(+|=|)\\[*}) ;;\n");
}

static void zsh_filter(struct buf *b)
{
	buf_addz(b, "\tcase ${words[(r)(");
	for (size_t i = 0; i < option_n_commands; i++)
		if (option_commands[i].sharing != WEBHOOK_ONLY)
			buf_printf(b, "%s%s", i ? "|" : "",
				   option_commands[i].name);
	buf_addz(b, ")]} in\n");
	for (size_t i = 0; i < option_n_commands; i++)
		if (option_commands[i].sharing != WEBHOOK_ONLY)
			zsh_without(b, &option_commands[i]);
	buf_addz(b, "\tesac\n");
}

static void zsh_script(struct buf *b)
{
	struct option_about option;

	buf_addz(b, zsh_head);
	for (size_t i = 0; options_option(i, &option); i++) {
		if (option.letter)
			zsh_option(b, &option, true);
		zsh_option(b, &option, false);
	}
	buf_addz(b, "\t)\n");
	zsh_filter(b);
	buf_addz(b, "\tlocal state line\n"
		 "\t_arguments -s $options '1: :->first' '*: :->rest'\n"
		 "\tcase $state,$line[1] in\n"
		 "\tfirst,*) _alternative 'commands:command:((");
	zsh_commands(b);
	buf_addz(b, "))' 'files:file:_files' ;;\n\trest,help) compadd ");
	add_help_words(b);
	buf_addz(b, " ;;\n\trest,completion) compadd ");
	add_list(b, completion_shell);
	buf_addz(b, " ;;\n\trest,template) compadd ");
	add_list(b, template_name);
	buf_addz(b, " ;;\n\trest,*) _files ;;\n");
	buf_addz(b, zsh_tail);
}

/* ---- fish ---- */

/* Not behind a command that does not take it. */
static void fish_condition(struct buf *b, const struct option_about *option)
{
	bool any = false;

	for (size_t i = 0; i < option_n_commands; i++) {
		const struct command_word *command = &option_commands[i];

		if (command->sharing == WEBHOOK_ONLY ||
		    option->commands >> command->command & 1)
			continue;
		if (!any)
			buf_addz(b, " -n 'not __fish_seen_subcommand_from");
		buf_printf(b, " %s", command->name);
		any = true;
	}
	if (any)
		buf_addc(b, '\'');
}

/* With what each is for. */
static void fish_templates(struct buf *b)
{
	const struct injector_builtin *t;

	for (size_t i = 0; (t = templates_named(i)); i++) {
		buf_printf(b, "%s%s\\t\"", i ? " " : "", t->name);
		add_quoted(b, str_of(t->summary), "\"\\$", "\\'");
		buf_addc(b, '"');
	}
}

static void fish_option(struct buf *b, const struct option_about *option)
{
	struct argument argument = { OFFER_NOTHING, BUF_INIT };

	buf_addz(b, "complete -c injector");
	fish_condition(b, option);
	if (option->letter)
		buf_printf(b, " -s %c", option->letter);
	buf_printf(b, " -l %s", option->name);
	if (option->arg) {
		argument = argument_of(option);
		if (argument.offer == OFFER_FILES ||
		    argument.offer == OFFER_WORDS_AND_FILES)
			buf_addz(b, " -r -F");
		else if (argument.offer == OFFER_FOLDERS)
			buf_addz(b, " -x -a '(__fish_complete_directories)'");
		else
			buf_addz(b, " -x");
	}
	if (option->arg && strcmp(option->arg, "TEMPLATE") == 0) {
		buf_addz(b, " -a '");
		fish_templates(b);
		buf_addc(b, '\'');
	} else if (argument.words.n) {
		buf_printf(b, " -a '%s'", buf_z(&argument.words));
	}
	buf_addz(b, " -d '");
	add_quoted(b, str_of(option->help), "\\", "\\'");
	buf_addz(b, "'\n");
	buf_release(&argument.words);
}

static void fish_operands(struct buf *b, const char *when,
			  void (*add)(struct buf *b))
{
	buf_printf(b, "complete -c injector -n '%s' -f -a '", when);
	add(b);
	buf_addz(b, "'\n");
}

static void add_shells(struct buf *b)
{
	add_list(b, completion_shell);
}

static void fish_commands(struct buf *b)
{
	for (size_t i = 0; i < option_n_commands; i++) {
		const struct command_word *command = &option_commands[i];

		if (command->sharing == WEBHOOK_ONLY)
			continue;
		buf_printf(b, "complete -c injector -n __fish_is_first_token "
			   "-a %s", command->name);
		if (command->line) {
			buf_addz(b, " -d '");
			add_quoted(b, str_of(command->line), "\\", "\\'");
			buf_addc(b, '\'');
		}
		buf_addc(b, '\n');
	}
}

static void fish_script(struct buf *b)
{
	struct option_about option;

	buf_addz(b, "# fish completion for injector; in "
		 "~/.config/fish/config.fish:\n"
		 "#   injector completion fish | source\n");
	fish_commands(b);
	fish_operands(b, "__fish_seen_subcommand_from help", add_help_words);
	fish_operands(b, "__fish_seen_subcommand_from completion", add_shells);
	fish_operands(b, "__fish_seen_subcommand_from template",
		      fish_templates);
	for (size_t i = 0; options_option(i, &option); i++)
		fish_option(b, &option);
}

/* ---- PowerShell ---- */

static const char ps_head[] =
"# PowerShell completion for injector; in $PROFILE:\n"
"#   injector completion powershell | Out-String | Invoke-Expression\n"
"Register-ArgumentCompleter -Native -CommandName injector -ScriptBlock {\n"
"\tparam($word, $ast)\n"
"\t# Names, help, commands; what is offered for the argument, if any.\n"
"\t$options = @(\n";

static const char ps_tail[] =
"\t$before = @($ast.CommandElements | Select-Object -Skip 1 |\n"
"\t\tForEach-Object { \"$_\" })\n"
"\tif ($word) { $before = @($before | Select-Object -SkipLast 1) }\n"
"\t$named = { $_.Names -ccontains $args[0] -and $_.ContainsKey('Offer') }\n"
"\t$command = ''\n"
"\t$option = $null\n"
"\tforeach ($name in $before) {\n"
"\t\tif ($option) {\n"
"\t\t\t$option = $null\n"
"\t\t} elseif ($name.StartsWith('-')) {\n"
"\t\t\t$option = $options | Where-Object { & $named $name }\n"
"\t\t} elseif (-not $command) {\n"
"\t\t\t$command = $name\n"
"\t\t}\n"
"\t}\n"
"\t$prefix = ''\n"
"\tif (-not $option -and $word -cmatch '^(--[^=]+=)(.*)$') {\n"
"\t\t$prefix, $word = $Matches[1], $Matches[2]\n"
"\t\t$name = $prefix.TrimEnd('=')\n"
"\t\t$option = $options | Where-Object { & $named $name }\n"
"\t}\n"
"\t$result = { [Management.Automation.CompletionResult]::new(\n"
"\t\t$prefix + $args[0], $args[1], $args[2], $args[3]) }\n"
"\t$offer, $found = 'files', @{}\n"
"\tif ($option) {\n"
"\t\t$offer, $found = $option.Offer, $option.Words\n"
"\t} elseif ($word -like '-*') {\n"
"\t\t$offer = 'words'\n"
"\t\t$found = [Collections.Specialized.OrderedDictionary]::new()\n"
"\t\t$by = if ($commands.Contains($command)) { $command } else { 'inject' }\n"
"\t\t$options | Where-Object { -not $command -or $_.For -contains $by } |\n"
"\t\t\tForEach-Object { foreach ($n in $_.Names) { $found[$n] = $_.Help } }\n"
"\t} elseif ($operands.Contains($command)) {\n"
"\t\t$offer, $found = 'words', $operands[$command]\n"
"\t} elseif (-not $command) {\n"
"\t\t$offer, $found = 'both', $commands\n"
"\t}\n"
"\t$results = @($found.Keys |\n"
"\t\tWhere-Object { $_.StartsWith($word, 'Ordinal') } | ForEach-Object {\n"
"\t\t\t& $result $_ $_ 'ParameterValue' \"$_ $($found[$_])\" })\n"
"\tif ($offer -in 'files', 'folders', 'both') {\n"
"\t\t$files = [Management.Automation.CompletionCompleters]\n"
"\t\t$results += @($files::CompleteFilename($word) | Where-Object {\n"
"\t\t\t$offer -ne 'folders' -or $_.ResultType -eq 'ProviderContainer'\n"
"\t\t} | ForEach-Object {\n"
"\t\t\t& $result $_.CompletionText $_.ListItemText $_.ResultType $_.ToolTip\n"
"\t\t})\n"
"\t}\n"
"\t# without any the shell would offer files\n"
"\tif ($results) { $results } else { '' }\n"
"}\n";

/* 'TEXT' */
static void ps_text(struct buf *b, const char *text)
{
	buf_addc(b, '\'');
	add_quoted(b, str_of(text ? text : ""), "", "''");
	buf_addc(b, '\'');
}

/* 'NAME' = 'HELP'; */
static void ps_entry(struct buf *b, const char *name, const char *help)
{
	ps_text(b, name);
	buf_addz(b, " = ");
	ps_text(b, help);
	buf_addz(b, "; ");
}

static void ps_templates(struct buf *b)
{
	const struct injector_builtin *t;

	for (size_t i = 0; (t = templates_named(i)); i++)
		ps_entry(b, t->name, t->summary);
}

static void ps_words(struct buf *b, str words)
{
	str word;

	while (words.n) {
		str_cut(words, ' ', &word, &words);
		buf_printf(b, "'%.*s' = ''; ", STR_ARG(word));
	}
}

static void ps_argument(struct buf *b, const struct option_about *option)
{
	static const char *const names[] = {
		[OFFER_NOTHING] = "nothing", [OFFER_FILES] = "files",
		[OFFER_FOLDERS] = "folders", [OFFER_WORDS] = "words",
		[OFFER_WORDS_AND_FILES] = "both",
	};
	struct argument argument = argument_of(option);

	buf_printf(b, "\n\t\t\tOffer = '%s'; Words = [ordered]@{ ",
		   names[argument.offer]);
	if (strcmp(option->arg, "TEMPLATE") == 0)
		ps_templates(b);
	else
		ps_words(b, buf_str(&argument.words));
	buf_addc(b, '}');
	buf_release(&argument.words);
}

static void ps_option(struct buf *b, const struct option_about *option)
{
	bool any = false;

	buf_addz(b, "\t\t@{ Names = @(");
	if (option->letter)
		buf_printf(b, "'-%c', ", option->letter);
	buf_printf(b, "'--%s'); Help = ", option->name);
	ps_text(b, option->help);
	buf_addz(b, "\n\t\t\tFor = @(");
	for (size_t i = 0; i < option_n_commands; i++) {
		const struct command_word *command = &option_commands[i];

		if (command->sharing == WEBHOOK_ONLY ||
		    !(option->commands >> command->command & 1))
			continue;
		buf_printf(b, "%s'%s'", any ? ", " : "", command->name);
		any = true;
	}
	buf_addc(b, ')');
	if (option->arg)
		ps_argument(b, option);
	buf_addz(b, " }\n");
}

static void ps_commands(struct buf *b)
{
	for (size_t i = 0; i < option_n_commands; i++)
		if (option_commands[i].sharing != WEBHOOK_ONLY)
			ps_entry(b, option_commands[i].name,
				 option_commands[i].line);
}

static void ps_operands(struct buf *b)
{
	struct buf words = BUF_INIT;

	buf_addz(b, "\t$operands = @{\n\t\thelp = [ordered]@{ ");
	add_help_words(&words);
	ps_words(b, buf_str(&words));
	buf_clear(&words);
	buf_addz(b, "}\n\t\tcompletion = [ordered]@{ ");
	add_list(&words, completion_shell);
	ps_words(b, buf_str(&words));
	buf_addz(b, "}\n\t\ttemplate = [ordered]@{ ");
	ps_templates(b);
	buf_addz(b, "}\n\t}\n");
	buf_release(&words);
}

static void powershell_script(struct buf *b)
{
	struct option_about option;

	buf_addz(b, ps_head);
	for (size_t i = 0; options_option(i, &option); i++)
		ps_option(b, &option);
	buf_addz(b, "\t)\n\t$commands = [ordered]@{ ");
	ps_commands(b);
	buf_addz(b, "}\n");
	ps_operands(b);
	buf_addz(b, ps_tail);
}

/* ---- the command ---- */

static const struct {
	const char *name;
	void (*script)(struct buf *b);
} shells[] = {
	{ "bash", bash_script },
	{ "zsh", zsh_script },
	{ "fish", fish_script },
	{ "powershell", powershell_script },
};

#define N_SHELLS (ARRAY_SIZE(shells))

/* The names of the shells; NULL after the last. */
static const char *completion_shell(size_t i)
{
	return i < N_SHELLS ? shells[i].name : NULL;
}

/* The script for a shell: 0, or -1 for an unknown one. */
static int completion_script(struct buf *out, const char *shell)
{
	for (size_t i = 0; i < N_SHELLS; i++) {
		if (strcmp(shell, shells[i].name) != 0)
			continue;
		shells[i].script(out);
		return 0;
	}
	return -1;
}

enum status cmd_completion(const struct options *o)
{
	struct buf b = BUF_INIT;
	enum status status;

	if (o->files.n != 1)
		return usage_error("completion needs the name of a shell: "
				   "bash, zsh, fish or powershell");
	if (completion_script(&b, o->files.at[0]))
		status = usage_error("unknown shell \"%s\" (expected bash, "
				     "zsh, fish or powershell)",
				     o->files.at[0]);
	else
		status = print_stdout(buf_str(&b));
	buf_release(&b);
	return status;
}

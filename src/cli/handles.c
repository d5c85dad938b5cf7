#include "cli/process.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cli/precedence.h"
#include "cli/programs.h"
#include "project/project.h"

/* ---- making one ---- */

enum status handles_check_options(const struct options *o)
{
	if (o->templates.n && (o->inject_config || o->inject_map))
		return usage_error("-t and --injectConfig%s cannot be "
				   "combined: annotations choose from the "
				   "templates of an injection configuration",
				   o->inject_config ? "File" : "MapName");
	if (precedence_given(o, "mesh") && precedence_given(o, "from-cluster"))
		return usage_error("--mesh and --from-cluster cannot be "
				   "combined");
	if (o->command == COMMAND_RENDER && o->format != INJECTOR_YAML)
		return usage_error("--output-format cannot be used with "
				   "\"render\", which writes no manifests");
	return STATUS_DONE;
}

static enum status open_handle(struct handle *h, struct reporting *reporting)
{
	struct injector_error error = { .line = 0 };
	enum status status = configuration_load(&h->configuration, h->options,
						reporting);

	if (status != STATUS_DONE)
		return status;
	h->configuration.options.texts_stay = true;
	h->injector = injector_new(&h->configuration.options, &error);
	if (error.code == INJECTOR_MISUSE)
		return usage_error("%s", error.text);
	if (!h->injector)
		return reporting_error(reporting, &error);
	h->batch = injector_batch_new(h->injector);
	return STATUS_DONE;
}

enum status handles_begin(struct handles *h, const struct options *o,
			  struct reporting *reporting)
{
	*h = (struct handles){ .reporting = reporting };
	h->main.options = o;
	if (!o->project.n || stat(o->project.p, &h->main.project) < 0)
		h->main.project = (struct stat){ .st_ino = 0 };
	return open_handle(&h->main, reporting);
}

bool handles_read_stdin(const struct options *o)
{
	const char *const files[] = {
		o->inject_config, o->mesh_config, o->values_file,
		o->operator_file,
	};
	const struct words *const lists[] = { &o->templates, &o->values };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i] && strcmp(files[i], "-") == 0)
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (size_t j = 0; j < lists[i]->n; j++)
			if (strcmp(lists[i]->at[j], "-") == 0)
				return true;
	return false;
}

static struct handle *append(struct handles *h, const struct stat *project)
{
	struct handle *new = mem_alloc(sizeof(*new)), **last = &h->main.next;

	*new = (struct handle){ .project = *project, .own = OPTIONS_INIT };
	new->options = &new->own;
	while (*last)
		last = &(*last)->next;
	return *last = new;
}

/* Its options were parsed with this status, from `source`. */
static enum status open_added(struct handles *h, struct handle *new,
			      enum status status, const char *source)
{
	new->own.format = h->main.options->format;
	if (status == STATUS_DONE)
		status = handles_check_options(&new->own);
	if (status == STATUS_DONE && handles_read_stdin(&new->own))
		status = print_error(source, 0, 0, "cannot be used for its "
			"files, because the configuration on standard input "
			"can be read only once; choose with --config or "
			"--no-config");
	return status == STATUS_DONE ? open_handle(new, h->reporting) : status;
}

static enum status add_handle(struct handles *h, const char *project,
			      const struct stat *st, struct handle **added)
{
	struct handle *new = *added = append(h, st);

	return open_added(h, new,
			  options_parse_project(&new->own, h->main.options,
						project), project);
}

/* Of a call as a KRM function, by the functionConfig in its ResourceList. */
static enum status add_function(struct handles *h, const struct input *in,
				struct handle **added)
{
	const struct stat none = { .st_ino = 0 };
	struct handle *new = *added = append(h, &none);
	str list = buf_str(&in->head);

	return open_added(h, new,
			  options_parse_function(&new->own, h->main.options,
						 list), in->name);
}

/* ---- which one ---- */

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static enum status handle_of_project(struct handles *h, const char *project,
				     struct handle **out)
{
	struct stat st;

	if (stat(project, &st) < 0)
		st = (struct stat){ .st_ino = 0 };
	for (*out = &h->main; *out; *out = (*out)->next)
		if (st.st_ino && is_same(&st, &(*out)->project))
			return STATUS_DONE;
	return add_handle(h, project, &st, out);
}

static enum status handle_of_folder(struct handles *h, str folder,
				    struct handle **out)
{
	struct buf path = BUF_INIT;
	struct err e = ERR_INIT;
	int found = project_find(&path, folder, &e);
	enum status status = STATUS_DONE;

	*out = &h->main;
	if (found < 0)
		status = reporting_err(h->reporting, &e);
	else if (found)
		status = handle_of_project(h, buf_z(&path), out);
	buf_release(&path);
	return status;
}

/* What stdin is decides; so it is opened, once. */
static enum status handle_of_stdin(struct handles *h, struct inputs *in,
				   struct target *target, struct handle **out)
{
	struct input *ahead = &in->ahead;
	struct err e = ERR_INIT;

	*out = &h->main;
	if (ahead->name)
		return STATUS_DONE;
	target->ahead = ahead;
	if (input_open(ahead, target->word, h->main.options, &e) < 0)
		return reporting_err(h->reporting, &e);
	if (!input_is_function_call(ahead))
		return STATUS_DONE;
	if (input_read_all(ahead, &e) < 0)
		return reporting_err(h->reporting, &e);
	return add_function(h, ahead, out);
}

/* With --hook a template has to be named: a hook without one would add Istio's
 * sidecar to all files of a repository. */
static enum status check_template(const struct target *target)
{
	const struct options *o = target->handle->options;

	if (!o->hook || o->command == COMMAND_UNINJECT || o->templates.n ||
	    o->inject_config || o->inject_map || o->from_cluster)
		return STATUS_DONE;
	print_error(target->word, 0, 0, "no template is named for this file; "
		    "use -t NAME, or template in .injector.yaml (for Istio's "
		    "sidecar the name is istio)");
	return STATUS_MISUSE;
}

static enum status handle_of(struct handles *h, const struct target *target,
			     struct handle **out)
{
	const char *slash = strrchr(target->word, '/');
	str folder = { target->word,
		       slash ? (size_t)(slash + 1 - target->word) : 0 };
	str last = { h->folder, h->folder_length };
	enum status status;

	*out = &h->main;
	if (!target->is_file || !h->main.options->by_file)
		return STATUS_DONE;
	if (h->of_folder && str_eq(folder, last)) {
		*out = h->of_folder;
		return STATUS_DONE;
	}
	status = handle_of_folder(h, folder, out);
	h->folder = folder.p;
	h->folder_length = folder.n;
	h->of_folder = *out;
	return status;
}

enum status handles_project_of(struct buf *path, const struct options *o,
			       const char *file)
{
	const char *slash = strrchr(file, '/');
	size_t n = slash ? (size_t)(slash + 1 - file) : 0;
	struct buf folder = BUF_INIT;
	struct err e = ERR_INIT;
	struct stat st;
	int found;

	if (!o->by_file || strcmp(file, "-") == 0 || fetch_is_url(file))
		return STATUS_DONE;
	buf_add(&folder, file, n);
	if (stat(file, &st) == 0 && S_ISDIR(st.st_mode)) {
		buf_clear(&folder);
		buf_printf(&folder, "%s/", file);
	}
	found = project_find(path, buf_str(&folder), &e);
	buf_release(&folder);
	return found < 0 ? print_err(&e) : STATUS_DONE;
}

void handles_tell_rules(struct reporting *reporting, const struct handle *h)
{
	/* a removal follows no rules */
	if (h->injector && h->options->command != COMMAND_UNINJECT)
		reporting_rules(reporting, injector_rules(h->injector));
}

/* Whoever comes from istioctl, which asks a cluster, learns which configuration
 * this is. */
static void tell_default(struct handles *h, const struct handle *handle)
{
	const struct options *o = handle->options;
	const struct injector_rules *rules = injector_rules(handle->injector);
	struct buf b = BUF_INIT;

	if (h->told || !rules || !o->word ||
	    strcmp(o->word, "kube-inject") != 0 || o->templates.n ||
	    o->values_file || o->operator_file ||
	    !handle->configuration.istio.builtin)
		return;
	h->told = true;
	buf_printf(&b, "no configuration is given: injecting as the default "
		   "profile of Istio %s does; --from-cluster uses that of your "
		   "mesh, --mesh FILE a captured one", rules->release);
	reporting_hint(h->reporting, buf_z(&b));
	buf_release(&b);
}

enum status handles_assign(struct handles *h, struct inputs *in)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < in->n && status == STATUS_DONE; i++) {
		struct target *t = &in->at[i];

		if (strcmp(t->word, "-") == 0 && h->main.options->by_file)
			status = handle_of_stdin(h, in, t, &t->handle);
		else
			status = handle_of(h, t, &t->handle);
		if (status == STATUS_DONE)
			status = check_template(t);
		if (status != STATUS_DONE)
			break;
		handles_tell_rules(h->reporting, t->handle);
		tell_default(h, t->handle);
	}
	for (const struct handle *one = &h->main;
	     one && status == STATUS_DONE; one = one->next)
		status = inputs_drop_own(in, one->options, h->reporting);
	return status;
}

/* ---- the end ---- */

/* Patterns that matched no workload of one handle, and may match in another. */
struct unmatched {
	struct handles *handles;
	struct arena arena;
	struct unmatched_text {
		const char *text;
		size_t n;	/* handles in which nothing matched */
	} *at;
	size_t n, capacity;
};

static void note(struct unmatched *u, const char *text)
{
	for (size_t i = 0; i < u->n; i++) {
		if (strcmp(u->at[i].text, text) == 0) {
			u->at[i].n++;
			return;
		}
	}
	u->at = arena_extend(&u->arena, u->at, u->n, &u->capacity,
			     sizeof(*u->at));
	u->at[u->n++] = (struct unmatched_text){
		arena_str(&u->arena, str_of(text)).p, 1,
	};
}

static void end_event(void *ctx, const struct injector_event *event)
{
	struct unmatched *u = ctx;

	if (event->warning && strcmp(event->warning, "no-match") == 0)
		note(u, event->text);
	else
		reporting_event(u->handles->reporting, event);
}

/* Do the options have the pattern that the text begins with? */
static bool has_pattern(const struct options *o, const char *text)
{
	const struct words *const lists[] = { &o->only, &o->skip,
					      &o->selectors };
	struct buf start = BUF_INIT;
	bool has = false;

	text = strchr(text, ' ');
	for (size_t i = 0; text && i < ARRAY_SIZE(lists); i++) {
		for (size_t j = 0; j < lists[i]->n && !has; j++) {
			buf_clear(&start);
			buf_printf(&start, " %s: ", lists[i]->at[j]);
			has = str_starts(str_of(text), buf_str(&start));
		}
	}
	buf_release(&start);
	return has;
}

static void report_unmatched(const struct unmatched *u)
{
	for (size_t i = 0; i < u->n; i++) {
		size_t n = 0;

		for (const struct handle *h = &u->handles->main; h; h = h->next)
			n += has_pattern(h->options, u->at[i].text);
		if (u->at[i].n >= n)
			reporting_warn(u->handles->reporting, POS_NONE,
				       "no-match", u->at[i].text);
	}
}

void handles_end(struct handles *h, bool complete)
{
	struct unmatched u = { .handles = h, .arena = ARENA_INIT };
	struct handle *one, *next;

	for (one = &h->main; one; one = next) {
		next = one->next;
		if (one->injector)
			injector_batch_end(one->batch,
					   complete ? end_event : NULL, &u);
		injector_free(one->injector);
		configuration_release(&one->configuration);
	}
	if (complete)
		report_unmatched(&u);
	for (one = h->main.next; one; one = next) {
		next = one->next;
		options_release(&one->own);
		mem_free(one);
	}
	arena_release(&u.arena);
}

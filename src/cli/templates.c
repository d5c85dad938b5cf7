/*
 * Templates are read whole, before any manifest: a mistake in one is found
 * while nothing is written yet.
 */
#include "cli/templates.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/err.h"
#include "base/io.h"
#include "base/spelling.h"
#include "cli/commands.h"
#include "cli/say.h"

static const struct injector_builtin istio = {
	.name = "istio",
	.summary = "Istio's sidecars and gateways, as in its default profile",
};

/* All that -t knows by name: Istio first, which is what it is if it is not
 * said. */
const struct injector_builtin *templates_named(size_t i)
{
	return i ? injector_builtin(i - 1) : &istio;
}

static const struct injector_builtin *find_builtin(const char *name)
{
	const struct injector_builtin *t;

	for (size_t i = 0; (t = templates_named(i)); i++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

static bool looks_like_path(const char *word)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json" };

	if (strchr(word, '/'))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (str_ends(str_of(word), str_of(endings[i])))
			return true;
	return false;
}

bool templates_is_path(const char *word)
{
	return looks_like_path(word) || !find_builtin(word);
}

/* The built-in name that was probably meant: it begins with the word or the
 * word with it ("otel", "fluent-bit-sidecar"), or a few letters differ. */
static const char *closest(const char *word)
{
	struct nearest nearest = NEAREST(str_of(word));
	const struct injector_builtin *t;

	for (size_t i = 0; *word && (t = templates_named(i)); i++) {
		str name = str_of(t->name);

		if (str_starts(name, nearest.word) ||
		    str_starts(nearest.word, name))
			return t->name;
		near_try(&nearest, t->name);
	}
	return nearest.found;
}

static void add_names(struct buf *b)
{
	const struct injector_builtin *t;

	for (size_t i = 0; (t = templates_named(i)); i++)
		buf_printf(b, "%s%s", i ? ", " : "", t->name);
}

static enum status unknown(const char *word)
{
	const char *meant = closest(word);
	struct buf b = BUF_INIT;
	enum status status;

	buf_printf(&b, "no template and no file `%s'", word);
	if (meant)
		buf_printf(&b, "; did you mean %s?", meant);
	buf_addz(&b, " (built-in: ");
	add_names(&b);
	buf_addc(&b, ')');
	status = say_misuse("%s", buf_z(&b));
	buf_release(&b);
	return status;
}

static enum status load(struct injector_text *t, struct buf *text,
			const char *word, const struct reporting *reporting)
{
	bool path = looks_like_path(word);
	const struct injector_builtin *builtin = path ? NULL
						      : find_builtin(word);
	struct err e = ERR_INIT;

	t->name = word;
	if (builtin) {
		t->text = builtin->text;
		t->length = builtin->length;
		return STATUS_DONE;
	}
	if (!path && access(word, F_OK) < 0)
		return unknown(word);
	if (io_slurp(word, text, &e) < 0)
		return reporting_err(reporting, &e);
	t->text = buf_z(text);
	t->length = text->n;
	return STATUS_DONE;
}

/* No word at all means it, too. */
static enum status find_istio(bool *found, const struct words *words)
{
	*found = words->n == 0;
	for (size_t i = 0; i < words->n; i++)
		*found |= strcmp(words->at[i], istio.name) == 0;
	if (*found && words->n > 1)
		return say_misuse("-t istio goes with no other -t: to add "
				  "more, inject once more, or name a template "
				  "of your own in its values");
	return STATUS_DONE;
}

enum status templates_load(struct templates *t, const struct words *words,
			   const struct reporting *reporting)
{
	enum status status = find_istio(&t->istio, words);

	t->n = t->istio ? 0 : words->n;
	t->at = mem_alloc(t->n * sizeof(*t->at));
	t->texts = mem_alloc(t->n * sizeof(*t->texts));
	for (size_t i = 0; i < t->n; i++)
		t->texts[i] = (struct buf)BUF_INIT;
	for (size_t i = 0; i < t->n && status == STATUS_DONE; i++)
		status = load(&t->at[i], &t->texts[i], words->at[i],
			      reporting);
	return status;
}

void templates_release(struct templates *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_release(&t->texts[i]);
	free(t->texts);
	free(t->at);
}

enum status cmd_list_templates(void)
{
	const struct injector_builtin *t;
	struct buf b = BUF_INIT;
	enum status status;

	for (size_t i = 0; (t = templates_named(i)); i++)
		buf_printf(&b, "%-16s %s\n", t->name, t->summary);
	status = say_out(buf_str(&b));
	buf_release(&b);
	return status;
}

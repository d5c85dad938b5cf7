/*
 * project/file: any bytes as a project's file.
 *
 * Either it is refused, with a place in it, or
 *   - nothing is set that a file may not set, and each text can be an argument;
 *   - what is shown of it reads as the same settings, comments left out.
 *
 * The same bytes as a ResourceList with a functionConfig: the former.
 */
#include <stdlib.h>
#include <string.h>

#include "project/project.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

static bool is_file(const char *word)
{
	return word != NULL;
}

static const struct project_option table[] = {
	{ "f", PROJECT_FLAG, PROJECT_NO_MAP, NULL, NULL },
	{ "w", PROJECT_WORD, PROJECT_NO_MAP, NULL, NULL },
	{ "l", PROJECT_WORDS, PROJECT_NO_MAP, is_file, NULL },
	{ "set", PROJECT_WORDS, PROJECT_PAIRS, NULL, NULL },
	{ "values", PROJECT_WORDS, PROJECT_JSON, is_file, NULL },
	{ "output", PROJECT_WORD, PROJECT_NO_MAP, is_file, "no" },
};

static const struct project_options options = {
	table, sizeof(table) / sizeof(table[0]),
};

static void same(const struct project_settings *a,
		 const struct project_settings *b)
{
	MUST(a->n == b->n);
	for (size_t i = 0; i < a->n; i++)
		MUST(a->at[i].option == b->at[i].option &&
		     strcmp(a->at[i].text, b->at[i].text) == 0);
}

/* In order of the table, as they are shown. */
static void sort(struct project_settings *s)
{
	struct project_settings sorted = PROJECT_SETTINGS_INIT;

	for (size_t i = 0; i < options.n; i++)
		for (size_t j = 0; j < s->n; j++)
			if (s->at[j].option == i)
				project_add(&sorted, &s->at[j]);
	mem_free(s->at);
	s->at = sorted.at;
}

static void show_and_read(struct project_settings *s)
{
	struct project_settings again = PROJECT_SETTINGS_INIT;
	struct project_file file = { .path = "f" };
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;

	sort(s);
	for (size_t i = 0; i < options.n; i++)
		project_show(&b, s, &options, i, NULL);
	file.text = buf_str(&b);
	MUST(!project_read_file(&again, &options, &file, &e));
	same(s, &again);
	buf_release(&b);
	project_release(&again);
}

static void read_function(str text)
{
	struct project_settings s = PROJECT_SETTINGS_INIT;
	struct err e = ERR_INIT;
	bool found;

	if (project_read_function(&s, &options, "f", text, &found, &e))
		MUST(found && e.set && *e.text);
	for (size_t i = 0; i < s.n; i++)
		MUST(found && !table[s.at[i].option].refused &&
		     s.at[i].level == PROJECT_FILE && s.at[i].pos.line &&
		     *s.at[i].text);
	project_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct project_settings s = PROJECT_SETTINGS_INIT;
	struct err e = ERR_INIT;
	str text = { (const char *)data, size };
	struct project_file file = { .path = "f", .text = text };

	read_function(text);
	if (project_read_file(&s, &options, &file, &e)) {
		MUST(e.set && *e.text);
	} else {
		for (size_t i = 0; i < s.n; i++)
			MUST(!table[s.at[i].option].refused &&
			     s.at[i].level == PROJECT_FILE &&
			     s.at[i].pos.line && *s.at[i].text);
		MUST(!file.extends || (*file.extends && file.extends_pos.line));
		show_and_read(&s);
	}
	project_release(&s);
	return 0;
}

#include "project/setting.h"

#include <limits.h>
#include <stdlib.h>
#include <strings.h>

#include "base/array.h"

void project_add(struct project_settings *s,
		 const struct project_setting *setting)
{
	s->at = mem_extend(s->at, s->n, &s->capacity, sizeof(*s->at));
	s->at[s->n++] = *setting;
}

void project_settle(struct project_settings *s, size_t n_options)
{
	enum project_level *highest =
		mem_alloc_array(n_options, sizeof(*highest));
	struct project_setting *kept = mem_alloc_array(s->n, sizeof(*kept));
	size_t n = 0;

	for (size_t i = 0; i < n_options; i++)
		highest[i] = PROJECT_DEFAULT;
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].level > highest[s->at[i].option])
			highest[s->at[i].option] = s->at[i].level;
	for (int level = PROJECT_FILE; level <= PROJECT_COMMAND_LINE; level++)
		for (size_t i = 0; i < s->n; i++)
			if ((int)s->at[i].level == level &&
			    s->at[i].level == highest[s->at[i].option])
				kept[n++] = s->at[i];
	mem_free(highest);
	mem_free(s->at);
	s->at = kept;
	s->n = s->capacity = n;
}

/* The depth of the nearest file that sets an option, for each. */
static unsigned *nearest_files(const struct project_settings *s,
			       size_t n_options)
{
	unsigned *depths = mem_alloc_array(n_options, sizeof(*depths));

	for (size_t i = 0; i < n_options; i++)
		depths[i] = UINT_MAX;
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].level == PROJECT_FILE &&
		    s->at[i].depth < depths[s->at[i].option])
			depths[s->at[i].option] = s->at[i].depth;
	return depths;
}

void project_inherit(struct project_settings *s,
		     const struct project_options *options)
{
	unsigned *nearest = nearest_files(s, options->n);
	struct project_setting *kept = mem_alloc_array(s->n, sizeof(*kept));
	size_t n = 0;
	unsigned deepest = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].level == PROJECT_FILE && s->at[i].depth > deepest)
			deepest = s->at[i].depth;
	for (unsigned depth = deepest + 1; depth-- > 0;) {
		for (size_t i = 0; i < s->n; i++) {
			const struct project_setting *one = &s->at[i];
			bool adds = options->at[one->option].map !=
				    PROJECT_NO_MAP;

			if (one->level == PROJECT_FILE &&
			    one->depth == depth &&
			    (adds || nearest[one->option] == depth))
				kept[n++] = *one;
		}
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].level != PROJECT_FILE)
			kept[n++] = s->at[i];
	mem_free(nearest);
	mem_free(s->at);
	s->at = kept;
	s->n = s->capacity = n;
}

void project_drop(struct project_settings *s, size_t option,
		  enum project_level below)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].option != option || s->at[i].level >= below)
			s->at[n++] = s->at[i];
	s->n = n;
}

const struct project_setting *project_last(const struct project_settings *s,
					   size_t option)
{
	const struct project_setting *found = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i].option == option &&
		    (!found || s->at[i].level >= found->level))
			found = &s->at[i];
	return found;
}

void project_release(struct project_settings *s)
{
	mem_free(s->at);
	arena_release(&s->arena);
}

bool project_bool(const char *text, bool *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "true", true }, { "false", false },
		{ "yes", true }, { "no", false },
		{ "on", true }, { "off", false },
		{ "1", true }, { "0", false },
		{ "t", true }, { "f", false },
		{ "y", true }, { "n", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasecmp(text, words[i].word) == 0) {
			*out = words[i].value;
			return true;
		}
	return false;
}

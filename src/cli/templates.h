/*
 * templates - what -t names: a built-in template or a file.
 *
 * Among the built-in is `istio`, which is no template but Istio's default
 * profile: it chooses its templates by annotation, and stands alone.
 *
 * A word is a file where it has a `/` or ends in .yaml, .yml or .json; else a
 * built-in template of that name; else a file of that name in this folder.  So
 * a file that happens to be called like a built-in template never takes its
 * place by surprise: write ./otel-collector.
 */
#ifndef CLI_TEMPLATES_H
#define CLI_TEMPLATES_H

#include "base/str.h"
#include "cli/options.h"
#include "cli/reporting.h"
#include "injector.h"

struct templates {
	struct injector_text *at;
	struct buf *texts;	/* of those that came from files */
	size_t n;
	bool istio;		/* there is none but that */
};

/* What -t knows by name; NULL after the last. */
const struct injector_builtin *templates_named(size_t i);

/* Fills *t for injector_options; says what is wrong.  Released in any case. */
enum status templates_load(struct templates *t, const struct words *words,
			   const struct reporting *reporting);
void templates_release(struct templates *t);
/* Is it a file, there or not? */
bool templates_is_path(const char *word);

#endif

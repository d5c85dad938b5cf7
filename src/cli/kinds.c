#include "cli/kinds.h"

#include <string.h>

static bool is_path(str path)
{
	bool more = true;
	str key;

	while (more) {
		more = str_cut(path, '.', &key, &path);
		if (!key.n)
			return false;
	}
	return true;
}

int kinds_add(struct kinds *kinds, struct arena *a, const char *text,
	      struct err *e)
{
	str name, path, group, kind;

	if (!str_cut(str_of(text), '=', &name, &path))
		return err_set(e, POS_NONE, "`%s' has no `=' and path to the "
			       "Pod template behind the kind", text);
	if (!str_cut(name, '/', &group, &kind)) {
		kind = group;
		group = STR("");
	}
	if (!kind.n || str_find(kind, 0, '/') < kind.n)
		return err_set(e, POS_NONE, "`%.*s' is no GROUP/KIND (any "
			       "version of the group is meant)",
			       STR_ARG(name));
	if (!is_path(path))
		return err_set(e, POS_NONE, "`%.*s' is no path such as "
			       "spec.template", STR_ARG(path));
	kinds->at = mem_realloc(kinds->at,
				(kinds->n + 1) * sizeof(*kinds->at));
	kinds->at[kinds->n++] = (struct injector_kind){
		.group = arena_str(a, group).p,
		.kind = arena_str(a, kind).p,
		.path = arena_str(a, path).p,
	};
	return 0;
}

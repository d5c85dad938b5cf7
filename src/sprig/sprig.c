/* sprig - the list of the tables. */
#include "sprig/sprig.h"

const struct func_table *const sprig_tables[] = {
	&sprig_strings, &sprig_join, &sprig_wrap, &sprig_case, &sprig_regex,
	&sprig_encoding, &sprig_hash, &sprig_refused, &sprig_lists,
	&sprig_dicts, &sprig_math, &sprig_dates, &sprig_semver, &sprig_paths,
	&sprig_url, &sprig_reflect, &sprig_json, &sprig_misc, NULL,
};

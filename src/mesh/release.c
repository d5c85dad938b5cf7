#include "mesh/release.h"

#include "base/chars.h"

/* More than the minor releases that one rule was backported to. */
#define BACKPORTS 4

/*
 * The first minor release with the rule, and the patch of each earlier one that
 * has it as well.
 */
static const struct {
	int minor;
	struct release backports[BACKPORTS];	/* the last one has minor 0 */
} rules[RELEASE_RULES] = {
	[RULE_ALWAYS] = { .minor = 0 },
	[RULE_PROXY_USER_RESET] = { 21, { { 20, 1 } } },
	[RULE_OWNER_IS_CONTROLLER] = { .minor = 21 },
	[RULE_FIELDS_1_21] = { .minor = 21 },
	[RULE_OWNER_ROLLOUT] = { .minor = 22 },
	[RULE_SHORT_DEPLOYMENT_META] = { .minor = 22 },
	[RULE_NO_DEFAULT_TRACER] = { .minor = 22 },
	[RULE_INBOUND_PASSTHROUGH] = { .minor = 22 },
	[RULE_VARIANT_OF_VALUES] = { .minor = 22 },
	[RULE_OWN_PROXY_USER] = { 23, { { 20, 7 }, { 21, 3 }, { 22, 1 } } },
	[RULE_VALUES_REQUIRED] = { .minor = 23 },
	[RULE_NATIVE_ANNOTATION] = { .minor = 24 },
	[RULE_FIELDS_1_24] = { .minor = 24 },
	[RULE_OPERATOR_LENIENT] = { .minor = 24 },
	[RULE_OPENSHIFT_USER] = { 24, { { 23, 1 } } },
	[RULE_NO_CORE_DUMP] = { .minor = 25 },
	[RULE_FIELDS_1_25] = { .minor = 25 },
	[RULE_AGENT_HOOKS] = { .minor = 25 },
	[RULE_DNS_AUTO_DEPRECATED] = { .minor = 25 },
	[RULE_MULTUS_NAMESPACE] = { 26, { { 23, 6 }, { 24, 4 }, { 25, 1 } } },
	[RULE_INJECT_EXACT] = { .minor = 27 },
	[RULE_NATIVE_AUTO] = { .minor = 27 },
	[RULE_OPENSHIFT_INIT_USER] = { .minor = 27 },
	[RULE_FIELDS_1_28] = { .minor = 28 },
	[RULE_FIELDS_1_29] = { .minor = 29 },
	[RULE_QUANTITIES_CHECKED] = { 29, { { 27, 6 }, { 28, 4 } } },
	[RULE_INTERFACES_CHECKED] = { .minor = 30 },
	[RULE_FIELDS_1_31] = { .minor = 31 },
	[RULE_VARIANT_IF_EMPTY] = { .minor = 31 },
	[RULE_PROXY_INIT_IMAGE] = { .minor = 31 },
	[RULE_AGENT_SCRAPE_TARGETS] = { .minor = 31 },
	[RULE_SCRAPE_PORTS_CHECKED] = { .minor = 31 },
	[RULE_AGENT_SECURE_PORT] = { .minor = 31 },
};

bool release_has(struct release release, enum release_rule rule)
{
	const struct release *b = rules[rule].backports;

	if (release.minor >= rules[rule].minor)
		return true;
	for (; b->minor; b++)
		if (b->minor == release.minor)
			return release.patch >= b->patch;
	return false;
}

/* ---- reading ---- */

/* More digits than Istio's numbers have. */
#define DIGITS 3

/* The number at *at, which moves behind it; -1 if there is none. */
static int number_at(str text, size_t *at)
{
	size_t start = *at;
	int n = 0;

	while (*at < text.n && *at - start <= DIGITS && is_digit(text.p[*at]))
		n = n * 10 + (text.p[(*at)++] - '0');
	return *at > start && *at - start <= DIGITS ? n : -1;
}

static bool skip(str text, size_t *at, char c)
{
	if (*at >= text.n || text.p[*at] != c)
		return false;
	++*at;
	return true;
}

bool release_read(str text, struct release *out)
{
	struct release found = { 0, RELEASE_LAST_PATCH };
	size_t at = 0;

	if (!str_starts(text, STR("1.")))
		return false;
	at = 2;
	found.minor = number_at(text, &at);
	if (found.minor < 0)
		return false;
	if (skip(text, &at, '.')) {
		found.patch = number_at(text, &at);
		if (found.patch < 0)
			return false;
	}
	if (at < text.n && text.p[at] != '-')
		return false;
	*out = found;
	return true;
}

bool release_of_image(str image, struct release *out)
{
	size_t slash = str_find_last(image, '/');
	str name, tag;

	image = str_sub(image, slash < image.n ? slash : 0, image.n);
	image = str_sub(image, 0, str_find(image, 0, '@'));
	return str_cut(image, ':', &name, &tag) && release_read(tag, out);
}

void release_add(struct buf *b, struct release release)
{
	buf_printf(b, "1.%d", release.minor);
	if (release.patch != RELEASE_LAST_PATCH)
		buf_printf(b, ".%d", release.patch);
}

struct release release_known(struct release release)
{
	if (release_is_older(release, RELEASE_OLDEST))
		return RELEASE_OLDEST;
	if (release_is_older(RELEASE_NEWEST, release))
		return RELEASE_NEWEST;
	return release;
}

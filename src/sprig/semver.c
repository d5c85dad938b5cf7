/*
 * semver - versions in templates: sprig's semver and semverCompare, and the
 * methods of their results.
 *
 * Methods that change a version return a Version, which has fewer methods than
 * the *Version that semver returns.
 */
#include "base/array.h"
#include "json/text.h"
#include "sprig/sprig.h"

static const struct version zero;
const void *const sprig_version_zero = &zero;

static const struct version *version_of(const struct value *v)
{
	return v->object;
}

/* Fail with the text of the buffer, which is released. */
static int fail(struct call *c, struct buf *why)
{
	call_fail(c, "%s", buf_z(why));
	buf_release(why);
	return -1;
}

static int return_version(struct call *c, struct value *out,
			  const struct type *t, const struct version *v)
{
	struct version *copy = arena_new(c->arena, struct version);

	*copy = *v;
	*out = value_object(t, copy);
	return 0;
}

static int semver(struct call *c, struct value *out)
{
	struct buf why = BUF_INIT;
	struct version v;

	if (version_parse(&v, call_str(c, 0), &why) != 0)
		return fail(c, &why);
	return return_version(c, out, &sprig_version_ptr, &v);
}

/* An invalid constraint is reported before an invalid version. */
static int semver_compare(struct call *c, struct value *out)
{
	struct buf why = BUF_INIT, why_not = BUF_INIT;
	struct version v;
	bool passes = false;
	int bad = version_parse(&v, call_str(c, 1), &why_not);

	if (constraint_check(&passes, c->arena, call_str(c, 0), &v,
			     &why) != 0) {
		buf_release(&why_not);
		return fail(c, &why);
	}
	if (bad)
		return fail(c, &why_not);
	buf_release(&why_not);
	*out = value_bool(passes);
	return 0;
}

/* ---- methods ---- */

/* The version of argument i; NULL, and an error, if it is nil. */
static const struct version *version_arg(struct call *c, uint32_t i)
{
	const struct version *v = version_of(&c->args[i]);

	if (!v)
		call_fail(c, "runtime error: invalid memory address or "
			     "nil pointer dereference");
	return v;
}

static int text(struct call *c, struct value *out)
{
	const struct version *v = version_arg(c, 0);
	struct buf b = BUF_INIT;

	if (!v)
		return -1;
	version_text(&b, v);
	return call_return_buf(c, out, &b);
}

static int number(struct call *c, struct value *out, size_t field)
{
	const struct version *v = version_arg(c, 0);

	if (!v)
		return -1;
	*out = value_uint64(*(const uint64_t *)((const char *)v + field));
	return 0;
}

static int major_of(struct call *c, struct value *out)
{
	return number(c, out, offsetof(struct version, major));
}

static int minor_of(struct call *c, struct value *out)
{
	return number(c, out, offsetof(struct version, minor));
}

static int patch_of(struct call *c, struct value *out)
{
	return number(c, out, offsetof(struct version, patch));
}

static int prerelease(struct call *c, struct value *out)
{
	const struct version *v = version_arg(c, 0);

	if (v)
		*out = value_str(v->pre);
	return v ? 0 : -1;
}

static int metadata(struct call *c, struct value *out)
{
	const struct version *v = version_arg(c, 0);

	if (v)
		*out = value_str(v->metadata);
	return v ? 0 : -1;
}

static int original(struct call *c, struct value *out)
{
	const struct version *v = version_arg(c, 0);

	if (v)
		*out = value_str(v->original);
	return v ? 0 : -1;
}

static int compare(struct call *c, int *out)
{
	const struct version *a = version_arg(c, 0);
	const struct version *b = a ? version_arg(c, 1) : NULL;

	if (!b)
		return -1;
	*out = version_cmp(a, b);
	return 0;
}

static int compare_of(struct call *c, struct value *out)
{
	int d = 0;

	if (compare(c, &d) != 0)
		return -1;
	*out = value_int(d);
	return 0;
}

/* Equal, unlike the others, takes nil. */
static int equal(struct call *c, struct value *out)
{
	const struct version *a = version_of(&c->args[0]);
	const struct version *b = version_of(&c->args[1]);

	*out = value_bool(a == b || (a && b && version_cmp(a, b) == 0));
	return 0;
}

static int less_than(struct call *c, struct value *out)
{
	int d = 0, r = compare(c, &d);

	*out = value_bool(d < 0);
	return r;
}

static int less_than_equal(struct call *c, struct value *out)
{
	int d = 0, r = compare(c, &d);

	*out = value_bool(d <= 0);
	return r;
}

static int greater_than(struct call *c, struct value *out)
{
	int d = 0, r = compare(c, &d);

	*out = value_bool(d > 0);
	return r;
}

static int greater_than_equal(struct call *c, struct value *out)
{
	int d = 0, r = compare(c, &d);

	*out = value_bool(d >= 0);
	return r;
}

/* ---- changed versions ---- */

/* Return the result, whose original text is made new, with the v of the old
 * one. */
static int return_changed(struct call *c, struct value *out,
			  const struct version *old, struct version changed)
{
	struct buf b = BUF_INIT;

	if (str_starts(old->original, STR("v")))
		buf_addc(&b, 'v');
	version_text(&b, &changed);
	changed.original = arena_str(c->arena, buf_str(&b));
	buf_release(&b);
	return return_version(c, out, &sprig_version, &changed);
}

/* A prerelease becomes the release that it precedes. */
static int inc_patch(struct call *c, struct value *out)
{
	const struct version *old = version_arg(c, 0);

	if (!old)
		return -1;
	return return_changed(c, out, old, (struct version){
		.major = old->major, .minor = old->minor,
		.patch = old->patch + (old->pre.n == 0) });
}

static int inc_minor(struct call *c, struct value *out)
{
	const struct version *old = version_arg(c, 0);

	if (!old)
		return -1;
	return return_changed(c, out, old, (struct version){
		.major = old->major, .minor = old->minor + 1 });
}

static int inc_major(struct call *c, struct value *out)
{
	const struct version *old = version_arg(c, 0);

	if (!old)
		return -1;
	return return_changed(c, out, old, (struct version){
		.major = old->major + 1 });
}

static int set_prerelease(struct call *c, struct value *out)
{
	const struct version *old = version_arg(c, 0);
	struct buf why = BUF_INIT;
	struct version v;

	if (!old)
		return -1;
	if (version_check_pre(call_str(c, 1), &why) != 0)
		return fail(c, &why);
	v = *old;
	v.pre = call_str(c, 1);
	return return_changed(c, out, old, v);
}

static int set_metadata(struct call *c, struct value *out)
{
	const struct version *old = version_arg(c, 0);
	struct buf why = BUF_INIT;
	struct version v;

	if (!old)
		return -1;
	if (version_check_metadata(call_str(c, 1), &why) != 0)
		return fail(c, &why);
	v = *old;
	v.metadata = call_str(c, 1);
	return return_changed(c, out, old, v);
}

/* ---- types ---- */

static void add_text(struct buf *out, const struct value *v)
{
	version_text(out, version_of(v));
}

static int add_json(struct buf *out, const struct value *v, struct buf *why)
{
	struct buf b = BUF_INIT;

	(void)why;
	version_text(&b, version_of(v));
	json_write_text_go(out, buf_str(&b));
	buf_release(&b);
	return 0;
}

static bool field_at(struct value *out, str *name, struct arena *a,
		     const struct value *of, uint32_t i)
{
	static const char *const names[] = { "major", "minor", "patch", "pre",
					     "metadata", "original" };
	const struct version *v = version_of(of);

	(void)a;
	if (i >= ARRAY_SIZE(names))
		return false;
	*name = str_of(names[i]);
	switch (i) {
	case 0:
		*out = value_uint64(v->major);
		break;
	case 1:
		*out = value_uint64(v->minor);
		break;
	case 2:
		*out = value_uint64(v->patch);
		break;
	default:
		*out = value_str(i == 3 ? v->pre
				 : i == 4 ? v->metadata : v->original);
		break;
	}
	return true;
}

/* Go's ==, which compares the private parts too. */
static bool same(const struct value *a, const struct value *b)
{
	const struct version *v = version_of(a), *w = version_of(b);

	return v->major == w->major && v->minor == w->minor &&
	       v->patch == w->patch && str_eq(v->pre, w->pre) &&
	       str_eq(v->metadata, w->metadata) &&
	       str_eq(v->original, w->original);
}

static const struct type_ops ops = {
	.text = add_text,
	.field_at = field_at,
	.equal = same,
	.json = add_json,
};

#define VALUE_METHODS \
	{ "String", "() string", text }, \
	{ "Major", "() uint64", major_of }, \
	{ "Minor", "() uint64", minor_of }, \
	{ "Patch", "() uint64", patch_of }, \
	{ "Prerelease", "() string", prerelease }, \
	{ "Metadata", "() string", metadata }, \
	{ "IncPatch", "() semver.Version", inc_patch }, \
	{ "IncMinor", "() semver.Version", inc_minor }, \
	{ "IncMajor", "() semver.Version", inc_major }, \
	{ "SetPrerelease", "(string) (semver.Version, error)", \
	  set_prerelease }, \
	{ "SetMetadata", "(string) (semver.Version, error)", set_metadata }

static const struct func value_methods[] = {
	VALUE_METHODS,
	{ NULL, NULL, NULL },
};

static const struct func pointer_methods[] = {
	VALUE_METHODS,
	{ "Original", "() string", original },
	{ "Compare", "(*semver.Version) int", compare_of },
	{ "Equal", "(*semver.Version) bool", equal },
	{ "LessThan", "(*semver.Version) bool", less_than },
	{ "LessThanEqual", "(*semver.Version) bool", less_than_equal },
	{ "GreaterThan", "(*semver.Version) bool", greater_than },
	{ "GreaterThanEqual", "(*semver.Version) bool", greater_than_equal },
	{ NULL, NULL, NULL },
};

const struct type sprig_version = { .name = "semver.Version",
				    .kind = KIND_STRUCT, .ops = &ops,
				    .methods = value_methods };
const struct type sprig_version_ptr = { .name = "*semver.Version",
					.kind = KIND_PTR,
					.elem = &sprig_version, .ops = &ops,
					.methods = pointer_methods };

static const struct type *const types[] = { &sprig_version,
					    &sprig_version_ptr };

static const struct func rows[] = {
	{ "semver", "(string) (*semver.Version, error)", semver },
	{ "semverCompare", "(string, string) (bool, error)", semver_compare },
};

const struct func_table sprig_semver = FUNC_TABLE_TYPES(rows, types);

/*
 * sprig: limits on output, and the system's time zones, clock and environment.
 */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "sprig/sprig.h"
#include "tmpl/tmpl.h"

struct row {
	const char *template, *want;
	bool fails;	/* want is what stands behind "error calling" */
};

/* Those that Go has no answer to: it runs out of memory or of stack. */
static const struct row bounds[] = {
	{ "{{ until 1000000000000 }}", "until: result too large", true },
	{ "{{ seq 1000000000000 }}", "seq: result too large", true },
	{ "{{ $a := list 1 2 }}{{ range until 60 }}"
	  "{{ $a = concat $a $a }}{{ end }}",
	  "concat: result too large", true },
	{ "{{ $a := list 1 }}{{ range until 60 }}{{ $a = list $a $a }}"
	  "{{ end }}{{ toJson $a }}", "toJson: result too large", true },
	{ "{{ $a := list 1 }}{{ range until 60 }}{{ $a = list $a $a }}"
	  "{{ end }}{{ deepCopy $a }}", "deepCopy: result too large", true },
	{ "{{ $a := list }}{{ range until 100000 }}{{ $a = list $a }}"
	  "{{ end }}{{ deepCopy $a }}",
	  "deepCopy: lists and maps nest too deep to be copied", true },
	{ "{{ $a := dict }}{{ $b := dict }}{{ $_ := set $a \"x\" $a }}"
	  "{{ $_ := set $b \"x\" $b }}{{ merge $a $b }}",
	  "merge: maps nest too deep to be merged", true },
	{ "{{ $a := dict }}{{ $_ := set $a \"x\" $a }}{{ mustToJson $a }}",
	  "mustToJson: json: unsupported value: encountered a cycle via "
	  "map[string]interface {}", true },
	{ "{{ mustFromJson (repeat 100000 \"[\") }}",
	  "mustFromJson: exceeded max depth", true },
	{ "{{ env \"HOME\" }}",
	  "env: reading the environment is not allowed (see --allow-env)",
	  true },
};

/* Rows about zones need the system's database of them. */
static const struct row zones[] = {
	{ "{{ dateInZone \"2006-01-02 15:04:05 MST -07:00\" 1711846799 "
	  "\"Europe/Berlin\" }} {{ dateInZone \"15:04 MST\" 1711846800 "
	  "\"Europe/Berlin\" }}",
	  "2024-03-31 01:59:59 CET +01:00 03:00 CEST", false },
	{ "{{ dateInZone \"15:04 MST Z07:00\" 4102444800 "
	  "\"America/St_Johns\" }} {{ dateInZone \"15:04 MST\" 4118000000 "
	  "\"America/St_Johns\" }}",
	  "20:30 NST -03:30 22:23 NDT", false },
	{ "{{ dateInZone \"15:04 MST\" -3000000000 \"Europe/Dublin\" }} {{ "
	  "dateInZone \"-070000\" -3000000000 \"Europe/Dublin\" }} {{ "
	  "dateInZone \"MST\" 4118000000 \"Europe/Dublin\" }}",
	  "18:14 LMT -002521 IST", false },
	{ "{{ dateInZone \"15:04 MST\" 1700000000 \"Australia/Lord_Howe\" }} "
	  "{{ dateInZone \"15:04 MST\" 4118000000 \"Australia/Lord_Howe\" }} "
	  "{{ dateInZone \"MST\" 0 \"../etc/passwd\" }}",
	  "09:13 +11 11:23 +1030 UTC", false },
};

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static int render(struct arena *a, const char *template, struct func_env env,
		  struct buf *out, struct err *e)
{
	struct tmpl_context context = { .arena = a,
					.limits = TMPL_LIMITS,
					.env = env };
	struct value data = value_of_map(map_new(a, &type_map), &type_map);
	const struct tmpl *t;
	uint32_t n = 0;

	context.limits.memory = (size_t)16 << 20;	/* soon reached */
	while (sprig_tables[n])
		n++;
	t = tmpl_parse(a, STR("t"), str_of(template), sprig_tables, n, e);
	return t ? tmpl_exec(t, out, data, &context, e) : -1;
}

static void check_row(const struct row *row)
{
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	int rc = render(&a, row->template, (struct func_env){ false }, &out,
			&e);
	const char *behind = strstr(e.text, "error calling ");
	const char *got = rc == 0 ? buf_z(&out) : e.text;

	if (rc != 0 && behind)
		got = behind + strlen("error calling ");
	ck_assert_msg((rc != 0) == row->fails && strcmp(got, row->want) == 0,
		      "%s\n got  %s\n want %s", row->template, got, row->want);
	buf_release(&out);
	arena_release(&a);
}

START_TEST(is_bounded)
{
	check_row(&bounds[_i]);
}
END_TEST

START_TEST(knows_zones)
{
	if (access("/usr/share/zoneinfo/Europe/Dublin", R_OK) == 0)
		check_row(&zones[_i]);
}
END_TEST

/* With a clock that stands still, and the variables of this process. */
START_TEST(world)
{
	static const char template[] =
		"{{ now | unixEpoch }} {{ ago 1700000000 }} "
		"{{ dateInZone \"15:04:05\" nil \"UTC\" }} "
		"{{ env \"SPRIG_TEST\" }} {{ env \"\" }}|"
		"{{ expandenv \"$SPRIG_TEST ${SPRIG_TEST}s $ $+ ${} ${x\" }}";
	struct func_env env = { .allow_env = true, .fixed_clock = true,
				.now = { 1700003661, 600000000 } };
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;

	setenv("SPRIG_TEST", "value", 1);
	ck_assert_msg(render(&a, template, env, &out, &e) == 0, "%s", e.text);
	ck_assert_str_eq(buf_z(&out), "1700003661 1h1m2s 23:14:21 value |"
				      "value values $ $+  x");
	buf_release(&out);
	arena_release(&a);
}
END_TEST

/* TZ decides over what has no zone; here it is one that has two names. */
START_TEST(local_zone)
{
	struct row row = {
		"{{ toDate \"2006-01-02\" \"2024-07-01\" }} "
		"{{ date \"15:04 MST\" 0 }} "
		"{{ toDate \"2006-01-02 MST\" \"2024-01-01 EDT\" }}",
		"2024-07-01 00:00:00 -0400 EDT 19:00 EST "
		"2023-12-31 23:00:00 -0500 EST", false };

	if (access("/usr/share/zoneinfo/America/New_York", R_OK) != 0)
		return;
	setenv("TZ", ":America/New_York", 1);
	check_row(&row);
	setenv("TZ", "UTC", 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("sprig_world");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, is_bounded, 0, COUNT(bounds));
	tcase_add_loop_test(tc, knows_zones, 0, COUNT(zones));
	tcase_add_test(tc, world);
	tcase_add_test(tc, local_zone);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *sr = srunner_create(suite());
	int failed;

	setenv("TZ", "UTC", 1);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* k8s/typed: which values are valid for the fields of the schema. */
#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
#include "json/text.h"
#include "k8s/typed.h"

static struct arena arena;

static void setup(void)
{
	arena = (struct arena)ARENA_INIT;
}

static void teardown(void)
{
	arena_release(&arena);
}

static const struct node *json(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root = NULL;

	*source = (struct source)SOURCE_JSON("pod.json", str_of(text));
	if (json_scan(&arena, source, 0, &root, &e))
		ck_abort_msg("%s: %s", text, e.text);
	return root;
}

static int check(const char *type, const char *text, struct err *e)
{
	const struct node *root = json(text);

	return typed_check(type, root, NULL, e);
}

static const struct {
	const char *type, *text;
} right[] = {
	{ "Pod", "{}" },
	{ "Pod", "null" },
	{ "Pod", "{\"spec\":null,\"metadata\":{\"labels\":null}}" },
	{ "PodSpec", "{\"containers\":[null,{\"name\":\"a\"}],\"foo\":[{}]}" },
	{ "PodSpec", "{\"Containers\":{},\"volumes\":[]}" },
	{ "PodSpec", "{\"hostname\":1,\"nodeName\":true}" },
	{ "PodSpec", "{\"priority\":1.0,\"activeDeadlineSeconds\":3e1}" },
	{ "PodSpec", "{\"overhead\":{\"cpu\":1,\"memory\":\"1Gi\"}}" },
	{ "PodSpec", "{\"overhead\":{\"cpu\":0.5}}" },
	{ "ObjectMeta", "{\"labels\":{\"a\":1,\"b\":true,\"c\":null}}" },
	{ "ObjectMeta", "{\"creationTimestamp\":\"2026-01-01T00:00:00Z\"}" },
	{ "ObjectMeta", "{\"creationTimestamp\":\"0001-01-01T00:00:00Z\"}" },
	{ "PodSpec", "{\"overhead\":{\"cpu\":\"${CPU:-1}\",\"a\":\" 1 \"}}" },
	{ "ManagedFieldsEntry", "{\"fieldsV1\":{\"f:spec\":[1]}}" },
	{ "HTTPGetAction", "{\"port\":80}" },
	{ "HTTPGetAction", "{\"port\":\"http\"}" },
	{ "SecurityContext", "{\"runAsUser\":9223372036854775807}" },
	{ "ContainerPort", "{\"containerPort\":-2147483648}" },
	{ "Volume", "{\"name\":\"v\",\"emptyDir\":{\"sizeLimit\":\"1Gi\"}}" },
	{ "Widget", "[1]" },

	/* variables that are replaced later */
	{ "Deployment", "{\"spec\":{\"replicas\":\"${REPLICAS}\"}}" },
	{ "ContainerPort", "{\"containerPort\":\"${PORT:=80}\"}" },
	{ "PodSpec", "{\"hostNetwork\":\"${{HOST}}\"}" },
	{ "PodSpec", "{\"overhead\":{\"cpu\":\"${CPU}m\"}}" },
};

START_TEST(test_right)
{
	struct err e = ERR_INIT;

	if (check(right[_i].type, right[_i].text, &e))
		ck_abort_msg("%s: %s", right[_i].text, e.text);
}
END_TEST

static const struct {
	const char *type, *text;
	unsigned column;
	const char *message;
} wrong[] = {
	{ "Pod", "[]", 1, "the document: expected a map, found a list" },
	{ "Deployment", "{\"spec\":{\"replicas\":\"3\"}}", 21,
	  "spec.replicas: expected a whole number, found text" },
	{ "Deployment", "{\"spec\":{\"replicas\":1.5}}", 21,
	  "spec.replicas: expected a whole number of 32 bits, found 1.5" },
	{ "Deployment", "{\"spec\":{\"replicas\":2147483648}}", 21,
	  "spec.replicas: expected a whole number of 32 bits, "
	  "found 2147483648" },
	{ "Deployment",
	  "{\"spec\":{\"template\":{\"spec\":{\"containers\":{}}}}}", 43,
	  "spec.template.spec.containers: expected a list, found a map" },
	{ "PodSpec", "{\"containers\":[{},{\"image\":[]}]}", 28,
	  "containers[1].image: expected text, found a list" },
	{ "PodSpec", "{\"containers\":[{\"env\":[1]}]}", 24,
	  "containers[0].env[0]: expected a map, found 1" },
	{ "PodSpec", "{\"hostNetwork\":\"true\"}", 16,
	  "hostNetwork: expected true or false, found text" },
	{ "PodSpec", "{\"hostNetwork\":1}", 16,
	  "hostNetwork: expected true or false, found 1" },
	{ "PodSpec", "{\"volumes\":\"\"}", 12,
	  "volumes: expected a list, found text" },
	{ "PodSpec", "{\"overhead\":{\"cpu\":true}}", 20,
	  "overhead.cpu: expected a quantity, found true or false" },
	{ "PodSpec", "{\"overhead\":{\"cpu\":\"1 Gi\"}}", 20,
	  "overhead.cpu: \"1 Gi\": quantities must match the regular "
	  "expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'" },
	{ "ObjectMeta", "{\"creationTimestamp\":\"2026-02-30T00:00:00Z\"}", 22,
	  "creationTimestamp: \"2026-02-30T00:00:00Z\": a time is written as "
	  "2006-01-02T15:04:05Z" },
	{ "ObjectMeta", "{\"annotations\":{\"a.b/c\":{}}}", 25,
	  "annotations[\"a.b/c\"]: expected text, found a map" },
	{ "ObjectMeta", "{\"labels\":[]}", 11,
	  "labels: expected a map, found a list" },
	{ "ObjectMeta", "{\"creationTimestamp\":1}", 22,
	  "creationTimestamp: expected a time in quotes, found 1" },
	{ "HTTPGetAction", "{\"port\":true}", 9,
	  "port: expected a whole number or text, found true or false" },
	{ "HTTPGetAction", "{\"port\":3000000000}", 9,
	  "port: expected a whole number of 32 bits or text, "
	  "found 3000000000" },
	{ "SecurityContext", "{\"runAsUser\":9223372036854775808}", 14,
	  "runAsUser: expected a whole number of 64 bits, found "
	  "9223372036854775808" },
	{ "Volume", "{\"emptyDir\":[]}", 13,
	  "emptyDir: expected a map, found a list" },
	{ "Deployment", "{\"spec\":{\"replicas\":\"$REPLICAS\"}}", 21,
	  "spec.replicas: expected a whole number, found text" },
	{ "Deployment", "{\"spec\":{\"replicas\":\"${1}\"}}", 21,
	  "spec.replicas: expected a whole number, found text" },
	{ "Deployment", "{\"spec\":{\"replicas\":\"${A\"}}", 21,
	  "spec.replicas: expected a whole number, found text" },
	{ "PodSpec", "{\"containers\":\"${ALL}\"}", 15,
	  "containers: expected a list, found text" },
	{ "Pod", "{\"kind\":{}}", 9, "kind: expected text, found a map" },
};

START_TEST(test_wrong)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(check(wrong[_i].type, wrong[_i].text, &e), -1);
	ck_assert_str_eq(e.text, wrong[_i].message);
	ck_assert_str_eq(e.pos.file, "pod.json");
	ck_assert_uint_eq(e.pos.column, wrong[_i].column);
}
END_TEST

/* ---- new versions ---- */

static void check_tree(const struct node *n, const char *want)
{
	struct buf b = BUF_INIT;

	json_write(&b, n);
	ck_assert_str_eq(buf_z(&b), want);
	buf_release(&b);
}

static const struct {
	const char *have, *want;	/* of a Pod; NULL: the same node */
} folded[] = {
	{ "{\"spec\":{\"hostNetwork\":true}}", NULL },
	{ "{\"spec\":{\"hostnetwork\":true}}",
	  "{\"spec\":{\"hostNetwork\":true}}" },
	/* the last in byte order counts */
	{ "{\"spec\":{\"hostnetwork\":1,\"HOSTNETWORK\":2,\"hostNetwork\":3}}",
	  "{\"spec\":{\"hostNetwork\":1}}" },
	{ "{\"spec\":{\"containers\":[{\"Name\":\"a\"},{\"name\":\"b\"}]}}",
	  "{\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}}" },
	/* no fields: keys of labels, unknown ones, text */
	{ "{\"metadata\":{\"labels\":{\"Name\":\"Image\"}},"
	  "\"Foo\":{\"Spec\":1}}", NULL },
	/* the Kelvin sign is a k to Go */
	{ "{\"\u212aind\":\"Pod\"}", "{\"kind\":\"Pod\"}" },
};

START_TEST(test_folded)
{
	const struct node *have = json(folded[_i].have);
	const struct node *now = typed_fold_keys(&arena, "Pod", have);

	if (folded[_i].want)
		check_tree(now, folded[_i].want);
	else
		ck_assert_ptr_eq(now, have);
}
END_TEST

static void log_text(void *ctx, const struct node *n, str text,
		     const struct place *place)
{
	(void)n;
	place_text(ctx, place);
	buf_printf(ctx, "=%.*s ", STR_ARG(text));
}

START_TEST(test_text)
{
	const struct node *pod = json(
		"{\"metadata\":{\"labels\":{\"a\":1.5,\"b\":\"c\"}},"
		"\"spec\":{\"hostNetwork\":true,\"priority\":1,"
		"\"containers\":[{\"args\":[\"a\",1,true,null],"
		"\"ports\":[{\"containerPort\":1}]}],\"foo\":1}}");
	struct buf log = BUF_INIT;
	const struct node *now = typed_text(&arena, "Pod", pod, log_text,
					    &log);

	check_tree(now, "{\"metadata\":{\"labels\":{\"a\":\"1.5\",\"b\":\"c\"}}"
		   ",\"spec\":{\"hostNetwork\":true,\"priority\":1,"
		   "\"containers\":[{\"args\":[\"a\",\"1\",\"true\",null],"
		   "\"ports\":[{\"containerPort\":1}]}],\"foo\":1}}");
	ck_assert_str_eq(buf_z(&log), "metadata.labels.a=1.5 "
			 "spec.containers[0].args[1]=1 "
			 "spec.containers[0].args[2]=true ");
	ck_assert_ptr_eq(typed_text(&arena, "Pod", now, log_text, &log), now);
	buf_release(&log);
}
END_TEST

#define LIMIT(name, cpu) "{\"name\":\"" name "\",\"resources\":{" \
	"\"limits\":{\"cpu\":" cpu "}}}"

START_TEST(test_keep_quantities)
{
	const struct node *old = json("{\"spec\":{\"containers\":["
		LIMIT("a", "\"2\"") "," LIMIT("b", "1") "]}}");
	const struct node *new = json("{\"spec\":{\"containers\":["
		LIMIT("b", "\"1000m\"") "," LIMIT("a", "\"2001m\"") ","
		LIMIT("c", "\"1000m\"") "]}}");

	check_tree(typed_keep_quantities(&arena, "Pod", old, new),
		   "{\"spec\":{\"containers\":[" LIMIT("b", "1") ","
		   LIMIT("a", "\"2001m\"") "," LIMIT("c", "\"1000m\"") "]}}");
	ck_assert_ptr_eq(typed_keep_quantities(&arena, "Pod", NULL, new), new);
	ck_assert_ptr_eq(typed_keep_quantities(&arena, "Pod", new, new), new);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(*(table)))

int main(void)
{
	Suite *s = suite_create("typed");
	TCase *t = tcase_create("typed");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_right, 0, ROWS(right));
	tcase_add_loop_test(t, test_wrong, 0, ROWS(wrong));
	tcase_add_loop_test(t, test_folded, 0, ROWS(folded));
	tcase_add_test(t, test_text);
	tcase_add_test(t, test_keep_quantities);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* k8s/typed: which values fit the fields that the schema knows. */
#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
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

static int check(const char *type, const char *text, struct err *e)
{
	struct source *source = arena_new(&arena, struct source);
	const struct node *root = NULL;

	*source = (struct source)SOURCE_JSON("pod.json", str_of(text));
	if (json_scan(&arena, source, 0, &root, e))
		ck_abort_msg("%s: %s", text, e->text);
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
	  "spec.replicas: expected a whole number of 32 bits, found 2147483648" },
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
	{ "ObjectMeta", "{\"annotations\":{\"a.b/c\":{}}}", 25,
	  "annotations[\"a.b/c\"]: expected text, found a map" },
	{ "ObjectMeta", "{\"labels\":[]}", 11,
	  "labels: expected a map, found a list" },
	{ "ObjectMeta", "{\"creationTimestamp\":1}", 22,
	  "creationTimestamp: expected a time in quotes, found 1" },
	{ "HTTPGetAction", "{\"port\":true}", 9,
	  "port: expected a whole number or text, found true or false" },
	{ "HTTPGetAction", "{\"port\":3000000000}", 9,
	  "port: expected a whole number of 32 bits or text, found 3000000000" },
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
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#include <check.h>
#include <stdlib.h>

#include "k8s/gojson.h"
#include "yaml/read.h"

static struct arena arena = ARENA_INIT;

static const struct node *yaml(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct document doc;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_YAML("test.yaml", str_of(text));
	ck_assert_msg(!yaml_read(&arena, source, &doc, &e), "%s: %s", text,
		      e.text);
	return doc.root;
}

static const struct {
	const char *type, *yaml, *json;
} cases[] = {
	/* zero values: what has omitempty goes, structs never do */
	{ "Container", "{}", "{\"name\":\"\",\"resources\":{}}" },
	{ "Container", "", "{\"name\":\"\",\"resources\":{}}" },
	{ "PodSpec", "{}", "{\"containers\":null}" },
	{ "PodSpec", "containers: []", "{\"containers\":[]}" },
	{ "ObjectMeta", "{}", "{}" },
	{ "EnvVar", "{name: a, value: ''}", "{\"name\":\"a\"}" },
	{ "Deployment", "{}", "{\"metadata\":{},\"spec\":{\"selector\":null,"
	  "\"template\":{\"metadata\":{},\"spec\":{\"containers\":null}},"
	  "\"strategy\":{}},\"status\":{}}" },
	{ "SecurityContext", "{privileged: false, runAsUser: 0, runAsGroup: "
	  "null}", "{\"privileged\":false,\"runAsUser\":0}" },
	{ "Volume", "{name: a, emptyDir: {}}",
	  "{\"name\":\"a\",\"emptyDir\":{}}" },
	{ "Volume", "{name: a, emptyDir: null}", "{\"name\":\"a\"}" },

	/* order of declaration, unknown fields, embedded structs */
	{ "Container", "{tty: true, new: 1, image: b, name: a}",
	  "{\"name\":\"a\",\"image\":\"b\",\"resources\":{},\"tty\":true}" },
	{ "Probe", "{periodSeconds: 3, exec: {command: [a]}}",
	  "{\"exec\":{\"command\":[\"a\"]},\"periodSeconds\":3}" },

	/* without regard to case; the last in order of bytes counts */
	{ "EnvVar", "{NAME: a, valuE: b}", "{\"name\":\"a\",\"value\":\"b\"}" },
	{ "EnvVar", "{name: a, Name: b}", "{\"name\":\"a\"}" },
	{ "EnvVar", "{name: a, nam\xc3\xa9: b}", "{\"name\":\"a\"}" },
	{ "HostAlias", "{hostname\xc5\xbf: [a]}",
	  "{\"ip\":\"\",\"hostnames\":[\"a\"]}" },

	/* scalars */
	{ "EnvVar", "{name: 1_000, value: 017}",
	  "{\"name\":\"1000\",\"value\":\"15\"}" },
	{ "EnvVar", "{name: yes, value: 1.50}",
	  "{\"name\":\"true\",\"value\":\"1.5\"}" },
	{ "EnvVar", "{name: '<a&b>', value: \"\\u2028\\t\"}",
	  "{\"name\":\"\\u003ca\\u0026b\\u003e\","
	  "\"value\":\"\\u2028\\t\"}" },
	{ "ContainerPort", "{containerPort: 8e1}", "{\"containerPort\":80}" },
	{ "ContainerPort", "{containerPort: 0x50, hostPort: 0}",
	  "{\"containerPort\":80}" },
	{ "HTTPGetAction", "{port: 80}", "{\"port\":80}" },
	{ "HTTPGetAction", "{port: '80'}", "{\"port\":\"80\"}" },
	{ "HTTPGetAction", "{}", "{\"port\":0}" },

	/* maps in the order of keys, null values */
	{ "ObjectMeta", "{labels: {b: x, a: null, B: 1}}",
	  "{\"labels\":{\"B\":\"1\",\"a\":\"\",\"b\":\"x\"}}" },
	{ "ObjectMeta", "{labels: {}, finalizers: [null, a]}",
	  "{\"finalizers\":[\"\",\"a\"]}" },

	/* quantities; what is none stays */
	{ "ResourceRequirements", "{limits: {memory: 1.5Gi, cpu: 0.5}, "
	  "requests: {cpu: 1e3, memory: ' 1000 ', x: null, z: soon}}",
	  "{\"limits\":{\"cpu\":\"500m\",\"memory\":\"1536Mi\"},"
	  "\"requests\":{\"cpu\":\"1k\",\"memory\":\"1k\",\"x\":\"0\","
	  "\"z\":\"soon\"}}" },
	{ "ResourceFieldSelector", "{resource: limits.cpu}",
	  "{\"resource\":\"limits.cpu\",\"divisor\":\"0\"}" },
	{ "EmptyDirVolumeSource", "{sizeLimit: 1024Mi}",
	  "{\"sizeLimit\":\"1Gi\"}" },

	/* times */
	{ "ObjectMeta", "{creationTimestamp: null}", "{}" },
	{ "ObjectMeta", "{creationTimestamp: '2020-02-29T23:30:00.5+01:30'}",
	  "{\"creationTimestamp\":\"2020-02-29T22:00:00Z\"}" },
	{ "ObjectMeta", "{creationTimestamp: '0001-01-01T00:00:00Z', "
	  "deletionTimestamp: '0001-01-01T00:00:00Z'}",
	  "{\"deletionTimestamp\":null}" },
	{ "ObjectMeta", "{creationTimestamp: '1600-03-01T07:00:00Z'}",
	  "{\"creationTimestamp\":\"1600-03-01T07:00:00Z\"}" },
	{ "ObjectMeta", "{creationTimestamp: '2020-02-30T07:00:00Z'}", "{}" },
	{ "PodCondition", "{type: a, status: b}",
	  "{\"type\":\"a\",\"status\":\"b\",\"lastProbeTime\":null,"
	  "\"lastTransitionTime\":null}" },

	/* managed fields are any JSON */
	{ "ContainerPort", "{containerPort: '${PORT:-80}', hostPort: '${A}'}",
	  "{\"hostPort\":${A},\"containerPort\":${PORT:-80}}" },
	{ "HTTPGetAction", "{port: '${PORT}', path: '${PATH}'}",
	  "{\"path\":\"${PATH}\",\"port\":${PORT}}" },
	{ "ManagedFieldsEntry", "{fieldsV1: {'f:b': {}, 'f:a': [1.0, '<']}}",
	  "{\"fieldsV1\":{\"f:a\":[1,\"\\u003c\"],\"f:b\":{}}}" },
};

START_TEST(test_struct)
{
	struct buf b = BUF_INIT;

	gojson_write(&b, cases[_i].type, yaml(cases[_i].yaml));
	ck_assert_str_eq(buf_z(&b), cases[_i].json);
	buf_release(&b);
}
END_TEST

START_TEST(test_value)
{
	struct buf b = BUF_INIT;

	gojson_write_value(&b, SCHEMA_QUANTITY, yaml("2048Ki"));
	gojson_write_value(&b, SCHEMA_QUANTITY, NULL);
	gojson_write_value(&b, SCHEMA_TIME, NULL);
	gojson_write_value(&b, SCHEMA_INT_OR_STRING, yaml("http"));
	gojson_write_value(&b, SCHEMA_RAW, yaml("null"));
	gojson_write(&b, "EnvVar", NULL);
	ck_assert_str_eq(buf_z(&b), "\"2Mi\"\"0\"null\"http\"null"
				    "{\"name\":\"\"}");
	buf_release(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gojson");
	TCase *tc = tcase_create("gojson");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_struct, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc, test_value);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

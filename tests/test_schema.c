/*
 * k8s/schema: the look-ups, and the rows compared with the tables of
 * CONFORMANCE about k8s.io/api.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "json/scan.h"
#include "k8s/schema.h"

static const struct schema_field *field(const char *type, const char *key)
{
	return schema_field(schema_type(str_of(type)), str_of(key));
}

START_TEST(test_types)
{
	static const char *const known[] = {
		"AWSElasticBlockStoreVolumeSource", "Container", "Pod",
		"PodSpec", "PodTemplateSpec", "WindowsSecurityContextOptions",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const struct schema_type *t = schema_type(str_of(known[i]));

		ck_assert_ptr_nonnull(t);
		ck_assert_str_eq(schema_text(t->name), known[i]);
	}
	ck_assert_ptr_null(schema_type(STR("pod")));
	ck_assert_ptr_null(schema_type(STR("")));
	ck_assert_ptr_null(schema_type(STR("Zebra")));
	ck_assert_ptr_null(schema_field(NULL, STR("spec")));
}
END_TEST

START_TEST(test_columns)
{
	const struct schema_field *f = field("PodSpec", "volumes");

	ck_assert_str_eq(schema_text(f->go), "Volumes");
	ck_assert_str_eq(schema_text(f->go_type), "[]Volume");
	ck_assert_str_eq(schema_text(f->merge_key), "name");
	ck_assert_str_eq(schema_text(schema_struct(f)->name), "Volume");
	ck_assert_int_eq(f->shape, SCHEMA_LIST);
	ck_assert_int_eq(f->kind, SCHEMA_STRUCT);
	ck_assert_int_eq(f->flags, SCHEMA_OMITEMPTY | SCHEMA_MERGE |
				   SCHEMA_RETAIN_KEYS);

	f = field("ResourceRequirements", "limits");
	ck_assert_int_eq(f->shape, SCHEMA_MAP);
	ck_assert_int_eq(f->kind, SCHEMA_QUANTITY);
	ck_assert_ptr_null(schema_struct(f));

	f = field("SecurityContext", "runAsUser");
	ck_assert_int_eq(f->kind, SCHEMA_INT64);
	ck_assert(f->flags & SCHEMA_POINTER);

	f = field("ObjectMeta", "finalizers");
	ck_assert(f->flags & SCHEMA_MERGE);
	ck_assert_str_eq(schema_text(f->merge_key), "");
	ck_assert(field("ObjectMeta", "creationTimestamp")->flags &
		  SCHEMA_OMITZERO);
}
END_TEST

START_TEST(test_embedded_structs)
{
	const struct schema_type *pod = schema_type(STR("Pod"));
	const struct schema_type *volume = schema_type(STR("Volume"));
	const struct schema_field *rows;
	uint32_t n;

	ck_assert_str_eq(schema_text(field("Pod", "kind")->go), "Kind");
	ck_assert_str_eq(schema_text(field("Volume", "emptyDir")->go_type),
			 "EmptyDirVolumeSource");
	ck_assert_str_eq(schema_text(field("EphemeralContainer",
					   "env")->merge_key), "name");
	ck_assert_ptr_nonnull(field("Probe", "httpGet"));
	ck_assert_int_lt(schema_order(pod, STR("kind")),
			 schema_order(pod, STR("apiVersion")));
	ck_assert_int_lt(schema_order(pod, STR("apiVersion")),
			 schema_order(pod, STR("metadata")));
	ck_assert_int_lt(schema_order(volume, STR("hostPath")),
			 schema_order(volume, STR("emptyDir")));
	ck_assert_int_eq(schema_order(volume, STR("EmptyDir")), -1);
	ck_assert_int_eq(schema_order(NULL, STR("a")), -1);
	rows = schema_fields(volume, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert(rows[1].flags & SCHEMA_INLINE);
	ck_assert_str_eq(schema_text(rows[1].go), "VolumeSource");
	ck_assert_ptr_null(schema_field(volume, STR("")));
}
END_TEST

START_TEST(test_case)
{
	const struct schema_type *spec = schema_type(STR("PodSpec"));
	const struct schema_field *f = schema_field(spec, STR("containers"));

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_null(schema_field(spec, STR("Containers")));
	ck_assert_ptr_eq(schema_field_fold(spec, STR("CONTAINERS")), f);
	ck_assert_ptr_eq(schema_field_fold(spec, STR("container\u017f")), f);
	ck_assert_ptr_null(schema_field_fold(spec, STR("container")));
	ck_assert_ptr_null(schema_field_fold(spec, STR("containerss")));
	ck_assert_ptr_eq(schema_field_fold(schema_type(STR("Pod")),
					   STR("\u212aind")),
			 field("Pod", "kind"));
}
END_TEST

/* Is each field of `in` found by its key as one of `type`? */
static void find_all(const struct schema_type *type,
		     const struct schema_type *in)
{
	uint32_t n;
	const struct schema_field *rows = schema_fields(in, &n);

	for (uint32_t i = 0; i < n; i++) {
		str key = str_of(schema_text(rows[i].json));

		if (rows[i].flags & SCHEMA_INLINE) {
			find_all(type, schema_struct(&rows[i]));
			continue;
		}
		ck_assert_ptr_eq(schema_field(type, key), &rows[i]);
		ck_assert_ptr_null(schema_field(type, str_sub(key, 1, key.n)));
	}
}

START_TEST(test_keys)
{
	for (int i = 0; i < SCHEMA_TYPE_NONE; i++) {
		const struct schema_type *t =
			schema_type_at((enum schema_type_number)i);

		ck_assert_int_eq(t->number, i);
		ck_assert_ptr_eq(schema_type(str_of(schema_text(t->name))), t);
		find_all(t, t);
	}
}
END_TEST

static bool flag(const struct node *f, const char *key)
{
	return node_get(f, str_of(key)) != NULL;
}

static void same_row(const struct schema_field *row, const struct node *f)
{
	str strategy = node_string(node_get(f, STR("patchStrategy")));
	str key = node_string(node_get(f, STR("patchMergeKey")));

	ck_assert(str_eq(str_of(schema_text(row->json)),
			 node_string(node_get(f, STR("json")))));
	ck_assert(str_eq(str_of(schema_text(row->go)),
			 node_string(node_get(f, STR("go")))));
	ck_assert(str_eq(str_of(schema_text(row->go_type)),
			 node_string(node_get(f, STR("type")))));
	ck_assert(str_eq(str_of(schema_text(row->merge_key)), key));
	ck_assert_uint_eq(row->json_length, strlen(schema_text(row->json)));
	ck_assert_int_eq(!!(row->flags & SCHEMA_POINTER), flag(f, "pointer"));
	ck_assert_int_eq(!!(row->flags & SCHEMA_OMITEMPTY),
			 flag(f, "omitempty"));
	ck_assert_int_eq(!!(row->flags & SCHEMA_OMITZERO),
			 flag(f, "omitzero"));
	ck_assert_int_eq(!!(row->flags & SCHEMA_INLINE), flag(f, "inline"));
	ck_assert_int_eq(!!(row->flags & SCHEMA_MERGE),
			 str_starts(strategy, STR("merge")));
	ck_assert_int_eq(!!(row->flags & SCHEMA_RETAIN_KEYS),
			 str_ends(strategy, STR("retainKeys")));
}

START_TEST(test_rows)
{
	const char *folder = getenv("CONFORMANCE");
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct source source;
	const struct node *root, *types;
	unsigned fields = 0;
	char path[4096];

	if (!folder) {
		printf("skipped: CONFORMANCE is not set\n");
		return;
	}
	snprintf(path, sizeof(path), "%s/schema/pod.json", folder);
	if (io_slurp(path, &text, &e))
		ck_abort_msg("%s", e.text);
	source = (struct source)SOURCE_JSON(path, buf_str(&text));
	if (json_scan(&arena, &source, 0, &root, &e))
		ck_abort_msg("%s", e.text);
	ck_assert(str_eq(str_of(schema_version),
			 node_string(node_get(root, STR("version")))));
	types = node_get(root, STR("types"));
	for (uint32_t i = 0; i < types->n; i++) {
		str name = node_text(types->entries[i].key);
		const struct node *list = types->entries[i].value;
		const struct schema_type *t = schema_type(name);
		const struct schema_field *rows;
		uint32_t n;

		ck_assert_ptr_nonnull(t);
		rows = schema_fields(t, &n);
		ck_assert_uint_eq(n, list->n);
		for (uint32_t k = 0; k < n; k++)
			same_row(&rows[k], node_item(list, k));
		fields += n;
	}
	printf("schema: %u types, %u fields\n", types->n, fields);
	buf_release(&text);
	arena_release(&arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("schema");
	TCase *t = tcase_create("schema");
	SRunner *sr;
	int failed;

	tcase_add_test(t, test_types);
	tcase_add_test(t, test_columns);
	tcase_add_test(t, test_embedded_structs);
	tcase_add_test(t, test_keys);
	tcase_add_test(t, test_case);
	tcase_add_test(t, test_rows);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

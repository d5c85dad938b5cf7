#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
#include "k8s/workload.h"

static struct arena arena = ARENA_INIT;

static const struct node *json(str text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root;

	*source = (struct source)SOURCE_JSON("test.json", text);
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%.*s: %s",
		      STR_ARG(text), e.text);
	return root;
}

static const struct node *object(const char *api, const char *kind)
{
	return json(arena_printf(&arena,
				 "{\"apiVersion\":\"%s\",\"kind\":\"%s\"}",
				 api, kind));
}

/* An object, its templates (with spaces between) and its schema row. */
static const struct {
	const char *api, *kind, *paths, *type;
} kinds[] = {
	{ "v1", "Pod", "", "Pod" },
	{ "v1", "PodTemplate", "template", "PodTemplate" },
	{ "v1", "ReplicationController", "spec.template",
	  "ReplicationController" },
	{ "apps/v1", "Deployment", "spec.template", "Deployment" },
	{ "apps/v1beta1", "Deployment", "spec.template", "Deployment" },
	{ "extensions/v1beta1", "Deployment", "spec.template", "Deployment" },
	{ "apps/v1", "StatefulSet", "spec.template", "StatefulSet" },
	{ "apps/v1", "DaemonSet", "spec.template", "DaemonSet" },
	{ "extensions/v1beta1", "DaemonSet", "spec.template", "DaemonSet" },
	{ "apps/v1", "ReplicaSet", "spec.template", "ReplicaSet" },
	{ "extensions/v1beta1", "ReplicaSet", "spec.template", "ReplicaSet" },
	{ "batch/v1", "Job", "spec.template", "Job" },
	{ "extensions/v1beta1", "Job", "spec.template", "Job" },
	{ "batch/v1", "CronJob", "spec.jobTemplate.spec.template", "CronJob" },
	{ "batch/v2alpha1", "CronJob", "spec.jobTemplate.spec.template",
	  "CronJob" },
	{ "apps.openshift.io/v1", "DeploymentConfig", "spec.template", NULL },
	{ "v1", "DeploymentConfig", "spec.template", NULL },
	{ "argoproj.io/v1alpha1", "Rollout", "spec.template", NULL },
	{ "serving.knative.dev/v1", "Service", "spec.template", NULL },
	{ "serving.knative.dev/v1", "Configuration", "spec.template", NULL },
	{ "apps.kruise.io/v1alpha1", "CloneSet", "spec.template", NULL },
	{ "apps.kruise.io/v1beta1", "StatefulSet", "spec.template", NULL },
	{ "apps.kruise.io/v1alpha1", "DaemonSet", "spec.template", NULL },
	{ "apps.kruise.io/v1alpha1", "BroadcastJob", "spec.template", NULL },
	{ "apps.kruise.io/v1alpha1", "AdvancedCronJob",
	  "spec.template.jobTemplate.spec.template "
	  "spec.template.broadcastJobTemplate.spec.template", NULL },
	{ "apps.kruise.io/v1alpha1", "UnitedDeployment",
	  "spec.template.statefulSetTemplate.spec.template "
	  "spec.template.advancedStatefulSetTemplate.spec.template "
	  "spec.template.cloneSetTemplate.spec.template "
	  "spec.template.deploymentTemplate.spec.template", NULL },
	{ "jobset.x-k8s.io/v1alpha2", "JobSet",
	  "spec.replicatedJobs.*.template.spec.template", NULL },
	{ "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet",
	  "spec.leaderWorkerTemplate.leaderTemplate "
	  "spec.leaderWorkerTemplate.workerTemplate", NULL },
};

#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

START_TEST(test_kind)
{
	const struct node *o = object(kinds[_i].api, kinds[_i].kind);
	const struct workload *w = workload_find(o), *item;
	struct buf paths = BUF_INIT;

	ck_assert_msg(w, "%s %s", kinds[_i].api, kinds[_i].kind);
	for (; w; w = workload_next(w)) {
		if (paths.n)
			buf_addc(&paths, ' ');
		buf_addz(&paths, w->path);
		ck_assert_pstr_eq(w->type, kinds[_i].type);
	}
	ck_assert_str_eq(buf_z(&paths), kinds[_i].paths);
	ck_assert(!workload_is_list(o, &item));
	buf_release(&paths);
}
END_TEST

/* The group counts; without an apiVersion nothing is known. */
START_TEST(test_other_objects)
{
	static const char *const others[] = {
		"{\"apiVersion\":\"v1\",\"kind\":\"Service\"}",
		"{\"apiVersion\":\"v1\",\"kind\":\"Deployment\"}",
		"{\"apiVersion\":\"apps/v1\",\"kind\":\"Pod\"}",
		"{\"apiVersion\":\"apps/v1\",\"kind\":\"deployment\"}",
		"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deploymen\"}",
		"{\"apiVersion\":\"apps/v1\",\"kind\":\"ControllerRevision\"}",
		"{\"apiVersion\":\"apps/v1\"}",
		"{\"apiVersion\":\"apps/\",\"kind\":\"Deployment\"}",
		"{\"apiVersion\":1,\"kind\":\"Pod\"}",
		"{\"apiVersion\":\"v1\",\"kind\":[\"Pod\"]}",
		"{\"apiVersion\":\"\",\"kind\":\"Pod\"}",
		"{\"kind\":\"Pod\"}",
		"{\"apiVersion\":\"apps.kruise.io/v1\",\"kind\":\"Pod\"}",
		"{\"apiVersion\":\"example.com/v1\",\"kind\":\"Rollout\"}",
		"{}", "[]", "null", "\"Pod\"",
	};
	const struct workload *item;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const struct node *o = json(str_of(others[i]));

		ck_assert_msg(!workload_find(o), "%s", others[i]);
		ck_assert_msg(!workload_is_list(o, &item), "%s", others[i]);
	}
}
END_TEST

/* A kind of the table plus "List", in its group, is a list of it. */
START_TEST(test_typed_list)
{
	str kind = arena_printf(&arena, "%sList", kinds[_i].kind);
	const struct node *list = object(kinds[_i].api, kind.p);
	const struct workload *item = NULL;

	ck_assert(workload_is_list(list, &item));
	ck_assert_ptr_eq(item, workload_find(object(kinds[_i].api,
						    kinds[_i].kind)));
	ck_assert(!workload_find(list));
}
END_TEST

START_TEST(test_lists)
{
	static const struct {
		const char *api, *kind;
		bool is;
	} lists[] = {
		{ "v1", "List", true },
		{ "apps/v1", "List", false },
		{ "v1", "DeploymentList", false },
		{ "v1", "ServiceList", false },
		{ "apps/v1", "PodList", false },
		{ "v1", "ListPod", false },
		{ "v1", "PodListList", false },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const struct workload *item = workload_table;

		ck_assert_int_eq(workload_is_list(object(lists[i].api,
							 lists[i].kind),
						  &item), lists[i].is);
		ck_assert_ptr_null(item);
	}
}
END_TEST

/* Rows of a kind stand together, else workload_next would miss some; and each
 * is in the table of this test. */
START_TEST(test_table)
{
	const struct workload *w;
	size_t rows = 0, seen = 0;

	for (w = workload_table; w->kind; w++)
		rows++;
	for (size_t i = 0; i < N_KINDS; i++) {
		bool again = false;

		w = workload_find(object(kinds[i].api, kinds[i].kind));
		for (size_t j = 0; j < i; j++)
			again |= workload_find(object(kinds[j].api,
						      kinds[j].kind)) == w;
		for (; !again && w; w = workload_next(w))
			seen++;
	}
	ck_assert_uint_eq(seen, rows);
}
END_TEST

/* Rows of somebody's own: each kind's together, as they were. */
START_TEST(test_own_table)
{
	struct workload rows[] = {
		{ "b", "Two", "x", NULL },
		{ "a", "Two", "y", NULL },
		{ "b", "One", "z", NULL },
		{ "b", "Two", "a", NULL },
		{ "", "Two", "c", NULL },
		{ "b", "Two", "x", NULL },
		{ NULL, NULL, NULL, NULL },
	};
	static const char *const paths[] = { "c", "y", "z", "x", "a", "x" };
	const struct workload *w, *item;

	workload_sort(rows, sizeof(rows) / sizeof(*rows) - 1);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		ck_assert_str_eq(rows[i].path, paths[i]);
	w = workload_find_in(rows, object("b/v1", "Two"));
	ck_assert_ptr_eq(w, &rows[3]);
	ck_assert_ptr_eq(workload_next(w), &rows[4]);
	ck_assert_ptr_eq(workload_next(&rows[4]), &rows[5]);
	ck_assert(!workload_next(&rows[5]));
	ck_assert_ptr_eq(workload_find_in(rows, object("v1", "Two")),
			 &rows[0]);
	ck_assert(!workload_find_in(rows, object("apps/v1", "Deployment")));
	ck_assert(workload_is_list_in(rows, object("b/v1", "OneList"), &item));
	ck_assert_ptr_eq(item, &rows[2]);
	ck_assert(!workload_is_list_in(rows, object("v1", "PodList"), &item));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("workload");
	TCase *tc = tcase_create("table");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_kind, 0, (int)N_KINDS);
	tcase_add_loop_test(tc, test_typed_list, 0, (int)N_KINDS);
	tcase_add_test(tc, test_other_objects);
	tcase_add_test(tc, test_lists);
	tcase_add_test(tc, test_table);
	tcase_add_test(tc, test_own_table);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

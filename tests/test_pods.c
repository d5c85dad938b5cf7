#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "k8s/workload.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct arena arena = ARENA_INIT;

static const struct node *json(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root;

	*source = (struct source)SOURCE_JSON("test.json", str_of(text));
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %s", text,
		      e.text);
	return root;
}

/* A visitor that records what it sees and adds the field "new" to each Pod
 * template, unless its name is "keep", or "refuse", which is an error. */
struct visitor {
	struct buf log;
	const struct node *object;
};

static void log_word(struct visitor *v, const char *word, str name)
{
	if (v->log.n)
		buf_addc(&v->log, ' ');
	buf_printf(&v->log, "%s%.*s", word, STR_ARG(name));
}

static str name_of(const struct node *object)
{
	return node_string(node_find(object, "metadata.name"));
}

static const struct node *see_object(void *ctx, const struct node *object,
				     const struct workload *w, struct err *e)
{
	struct visitor *v = ctx;

	ck_assert_ptr_nonnull(w);
	v->object = object;
	log_word(v, w->kind, STR(""));
	log_word(v, "", name_of(object));
	if (!str_eq(name_of(object), STR("bad")))
		return object;
	err_set(e, node_pos(object), "a bad object");
	return NULL;
}

static const struct node *see_pod(void *ctx, const struct node *pod,
				  const char *path, struct err *e)
{
	struct visitor *v = ctx;

	ck_assert_int_eq(pod->kind, NODE_MAP);
	ck_assert_ptr_nonnull(path);
	log_word(v, "pod:", name_of(pod));
	if (str_eq(name_of(pod), STR("refuse"))) {
		err_set(e, node_pos(pod), "a bad pod");
		return NULL;
	}
	if (str_eq(name_of(pod), STR("keep")))
		return pod;
	return node_with(&arena, pod, STR("new"), json("true"));
}

static void see_missing(void *ctx)
{
	log_word(ctx, "missing", STR(""));
}

static const struct node *see_done(void *ctx, const struct node *old,
				   const struct node *now)
{
	log_word(ctx, now != old ? "changed" : "same", STR(""));
	return now;
}

static const struct node *visit_as(bool istio, const char *text,
				   struct buf *log, struct err *e)
{
	struct visitor v = { .log = BUF_INIT };
	const struct pods_visitor visitor = {
		istio, see_object, see_pod, see_missing, see_done, &v,
		NULL, NULL,
	};
	const struct node *root = json(text);
	const struct node *now = pods_visit(&arena, root, &visitor, e);

	*log = v.log;
	if (now && !strstr(buf_z(log), "changed"))
		ck_assert_ptr_eq(now, root);
	return now;
}

static const struct node *visit(const char *text, struct buf *log,
				struct err *e)
{
	return visit_as(false, text, log, e);
}

#define META(name) "\"metadata\":{\"name\":\"" name "\"}"
#define POD(name) "{" META(name) "}"
#define DONE(name) "{" META(name) ",\"new\":true}"
#define CORE(kind) "\"apiVersion\":\"v1\",\"kind\":\"" kind "\","
#define APPS(kind) "\"apiVersion\":\"apps/v1\",\"kind\":\"" kind "\","
#define KRUISE(kind) \
	"\"apiVersion\":\"apps.kruise.io/v1alpha1\",\"kind\":\"" kind "\","
#define SET "\"apiVersion\":\"jobset.x-k8s.io/v1\",\"kind\":\"JobSet\","
#define JOB(template) \
	"{\"template\":{\"spec\":{\"template\":" template "}}}"

/* An object, what the visitor sees, and what becomes of it (NULL: nothing). */
static const struct {
	const char *text, *log, *wanted;
} visits[] = {
	{ "{" CORE("Pod") META("p") "}", "Pod p pod:p changed",
	  "{" CORE("Pod") META("p") ",\"new\":true}" },
	{ "{" CORE("Pod") META("keep") "}", "Pod keep pod:keep same", NULL },
	{ "{" CORE("PodTemplate") META("t") ",\"template\":" POD("p") "}",
	  "PodTemplate t pod:p changed",
	  "{" CORE("PodTemplate") META("t") ",\"template\":" DONE("p") "}" },
	{ "{" APPS("Deployment") META("d")
	  ",\"spec\":{\"a\":1,\"template\":" POD("p") ",\"b\":2}}",
	  "Deployment d pod:p changed",
	  "{" APPS("Deployment") META("d")
	  ",\"spec\":{\"a\":1,\"template\":" DONE("p") ",\"b\":2}}" },
	{ "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"spec\":"
	  "{\"jobTemplate\":{\"spec\":{\"template\":" POD("p") "}}}}",
	  "CronJob  pod:p changed",
	  "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"spec\":"
	  "{\"jobTemplate\":{\"spec\":{\"template\":" DONE("p") "}}}}" },

	/* nothing there */
	{ "{" APPS("Deployment") META("d") "}", "Deployment d missing same",
	  NULL },
	{ "{" APPS("Deployment") "\"spec\":{}}", "Deployment  missing same",
	  NULL },
	{ "{" CORE("Service") "\"spec\":{\"template\":" POD("p") "}}", "",
	  NULL },
	{ "{" CORE("ConfigMap") "\"data\":{\"pod\":\"{\\\"kind\\\":"
	  "\\\"Pod\\\",\\\"apiVersion\\\":\\\"v1\\\"}\"}}", "", NULL },
	{ "{}", "", NULL },
	{ "[]", "", NULL },
	{ "null", "", NULL },
	{ "\"Pod\"", "", NULL },
	{ "[{" CORE("Pod") META("p") "}]", "", NULL },

	/* several templates: each row, each item */
	{ "{" KRUISE("UnitedDeployment") META("u") ",\"spec\":{\"template\":{"
	  "\"cloneSetTemplate\":{\"spec\":{\"template\":" POD("a") "}},"
	  "\"statefulSetTemplate\":{\"spec\":{\"template\":" POD("b") "}}}}}",
	  "UnitedDeployment u pod:b pod:a changed",
	  "{" KRUISE("UnitedDeployment") META("u") ",\"spec\":{\"template\":{"
	  "\"cloneSetTemplate\":{\"spec\":{\"template\":" DONE("a") "}},"
	  "\"statefulSetTemplate\":{\"spec\":{\"template\":" DONE("b")
	  "}}}}}" },
	{ "{" SET META("s") ",\"spec\":{\"replicatedJobs\":["
	  JOB(POD("a")) "," JOB(POD("keep")) ",{}," JOB(POD("b")) "]}}",
	  "JobSet s pod:a pod:keep pod:b changed",
	  "{" SET META("s") ",\"spec\":{\"replicatedJobs\":["
	  JOB(DONE("a")) "," JOB(POD("keep")) ",{}," JOB(DONE("b")) "]}}" },
	{ "{" SET "\"spec\":{\"replicatedJobs\":[]}}", "JobSet  missing same",
	  NULL },
	{ "{" SET "\"spec\":{\"replicatedJobs\":[" JOB(POD("keep")) "]}}",
	  "JobSet  pod:keep same", NULL },

	/* lists */
	{ "{" CORE("List") "\"items\":[{" CORE("Pod") META("a") "},"
	  "{" CORE("Service") META("s") "},{" APPS("Deployment") META("d") "},"
	  "{" CORE("Pod") META("keep") "},{" CORE("Pod") META("b") "}]}",
	  "Pod a pod:a changed Deployment d missing same "
	  "Pod keep pod:keep same Pod b pod:b changed",
	  "{" CORE("List") "\"items\":[{" CORE("Pod") META("a")
	  ",\"new\":true},{" CORE("Service") META("s") "},{"
	  APPS("Deployment") META("d") "},{" CORE("Pod") META("keep") "},{"
	  CORE("Pod") META("b") ",\"new\":true}]}" },
	{ "{" CORE("List") "\"items\":[{" CORE("List") "\"items\":[{"
	  CORE("Pod") META("a") "}]}]}", "Pod a pod:a changed",
	  "{" CORE("List") "\"items\":[{" CORE("List") "\"items\":[{"
	  CORE("Pod") META("a") ",\"new\":true}]}]}" },
	{ "{" CORE("List") "\"items\":[1,null,\"Pod\",[{" CORE("Pod")
	  META("a") "}]]}", "", NULL },
	{ "{" CORE("List") "\"items\":[]}", "", NULL },
	{ "{" CORE("List") "\"items\":null}", "", NULL },
	{ "{" CORE("List") "\"items\":{\"a\":{" CORE("Pod") META("a") "}}}",
	  "", NULL },
	{ "{" CORE("List") "\"item\":[{" CORE("Pod") META("a") "}]}", "",
	  NULL },

	/* typed lists: items may leave out what the list says */
	{ "{" CORE("PodList") "\"items\":[" POD("a") ",{" CORE("Pod")
	  META("b") "},{" CORE("Service") META("c") "}]}",
	  "Pod a pod:a changed Pod b pod:b changed",
	  "{" CORE("PodList") "\"items\":[" DONE("a") ",{" CORE("Pod")
	  META("b") ",\"new\":true},{" CORE("Service") META("c") "}]}" },
	{ "{" APPS("DeploymentList") "\"items\":[{" META("d")
	  ",\"spec\":{\"template\":" POD("p") "}}]}",
	  "Deployment d pod:p changed",
	  "{" APPS("DeploymentList") "\"items\":[{" META("d")
	  ",\"spec\":{\"template\":" DONE("p") "}}]}" },
	{ "{" APPS("PodList") "\"items\":[" POD("a") "]}", "", NULL },
	{ "{" CORE("ServiceList") "\"items\":[{" CORE("Pod") META("a")
	  "}]}", "", NULL },
};

/* The same for kube-inject. */
static const struct {
	const char *text, *log, *wanted;
} istio[] = {
	{ "{" CORE("Pod") META("p") "}", "Pod p pod:p changed",
	  "{" CORE("Pod") META("p") ",\"new\":true}" },
	/* the kind counts, not its group */
	{ "{\"apiVersion\":\"apps/v1beta1\",\"kind\":\"Deployment\","
	  "\"spec\":{\"template\":" POD("p") "}}", "Deployment  pod:p changed",
	  "{\"apiVersion\":\"apps/v1beta1\",\"kind\":\"Deployment\","
	  "\"spec\":{\"template\":" DONE("p") "}}" },
	{ "{\"kind\":\"StatefulSet\",\"apiVersion\":\"x.example/v1\","
	  "\"spec\":{\"template\":" POD("p") "}}", "StatefulSet  pod:p changed",
	  "{\"kind\":\"StatefulSet\",\"apiVersion\":\"x.example/v1\","
	  "\"spec\":{\"template\":" DONE("p") "}}" },
	{ "{\"kind\":\"Job\",\"apiVersion\":\"x.example/v1\","
	  "\"spec\":{\"tasks\":[]}}", "", NULL },
	{ "{\"apiVersion\":\"argoproj.io/v1\",\"kind\":\"Rollout\","
	  "\"spec\":{\"template\":" POD("p") "}}", "", NULL },
	{ "{" CORE("PodTemplate") "\"template\":" POD("p") "}", "", NULL },
	{ "{" CORE("PodList") "\"items\":[" POD("p") "]}", "", NULL },
	{ "{" CORE("List") "\"items\":[{" CORE("Pod") META("a") "},{"
	  SET "\"spec\":{}}]}", "Pod a pod:a changed",
	  "{" CORE("List") "\"items\":[{" CORE("Pod") META("a")
	  ",\"new\":true},{" SET "\"spec\":{}}]}" },
	/* what is missing is there, empty */
	{ "{" APPS("Deployment") META("d") "}", "Deployment d pod: changed",
	  "{" APPS("Deployment") META("d")
	  ",\"spec\":{\"template\":{\"new\":true}}}" },
	/* whose metadata count */
	{ "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"spec\":"
	  "{\"jobTemplate\":{" META("job") ",\"spec\":{\"template\":"
	  POD("pod") "}}}}", "CronJob  pod:job changed",
	  "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"spec\":"
	  "{\"jobTemplate\":{" META("job") ",\"spec\":{\"template\":"
	  DONE("pod") "}}}}" },
	{ "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"spec\":"
	  "{\"jobTemplate\":{\"spec\":{\"template\":" POD("pod") "}}}}",
	  "CronJob  pod: changed",
	  "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"spec\":"
	  "{\"jobTemplate\":{\"spec\":{\"template\":" DONE("pod") "}}}}" },
};

START_TEST(test_istio)
{
	struct buf log;
	struct err e = ERR_INIT;
	const struct node *now = visit_as(true, istio[_i].text, &log, &e);
	const char *wanted = istio[_i].wanted;

	ck_assert_msg(now, "%s: %s", istio[_i].text, e.text);
	ck_assert_str_eq(buf_z(&log), istio[_i].log);
	ck_assert_msg(node_equal(now, json(wanted ? wanted : istio[_i].text)),
		      "%s", istio[_i].text);
	buf_release(&log);
}
END_TEST

/* The template of a ReplicationController is a pointer in Go. */
START_TEST(test_istio_required)
{
	struct buf log;
	struct err e = ERR_INIT;

	ck_assert(!visit_as(true, "{" CORE("ReplicationController") META("r")
			    "}", &log, &e));
	ck_assert_str_eq(e.text, "spec.template is required value");
	buf_release(&log);
}
END_TEST

START_TEST(test_visit)
{
	struct buf log;
	struct err e = ERR_INIT;
	const struct node *now = visit(visits[_i].text, &log, &e);
	const char *wanted = visits[_i].wanted;

	ck_assert_msg(now, "%s: %s", visits[_i].text, e.text);
	ck_assert(!e.set);
	ck_assert_str_eq(buf_z(&log), visits[_i].log);
	ck_assert_msg(node_equal(now, json(wanted ? wanted : visits[_i].text)),
		      "%s", visits[_i].text);
	buf_release(&log);
}
END_TEST

/* What stops the visit: the message, its place, which is behind `before`, and
 * what was seen until then. */
static const struct {
	const char *text, *log, *message, *before;
} errors[] = {
	{ "{" APPS("Deployment") "\"spec\":{\"template\":[]}}",
	  "Deployment ", "spec.template: expected a map, found a list",
	  "\"template\":" },
	{ "{" APPS("Deployment") "\"spec\":\"x\"}", "Deployment ",
	  "spec: expected a map, found text", "\"spec\":" },
	{ "{" SET "\"spec\":{\"replicatedJobs\":{}}}", "JobSet ",
	  "spec.replicatedJobs: expected a list, found a map",
	  "\"replicatedJobs\":" },
	{ "{" SET "\"spec\":{\"replicatedJobs\":[1]}}", "JobSet ",
	  "spec.replicatedJobs.*: expected a map, found a number", ":[" },
	{ "{" SET "\"spec\":{\"replicatedJobs\":[" JOB("7") "]}}", "JobSet ",
	  "spec.replicatedJobs.*.template.spec.template: expected a map, "
	  "found a number", "{\"spec\":{\"template\":" },
	{ "{" CORE("List") "\"items\":[{" CORE("Pod") META("refuse") "},{"
	  CORE("Pod") META("b") "}]}", "Pod refuse pod:refuse", "a bad pod",
	  ":[" },
	{ "{" CORE("List") "\"items\":[{" CORE("Pod") META("bad") "},{"
	  CORE("Pod") META("b") "}]}", "Pod bad", "a bad object", ":[" },
};

START_TEST(test_error)
{
	struct buf log;
	struct err e = ERR_INIT;
	const char *before = errors[_i].before;
	const char *at = strstr(errors[_i].text, before) + strlen(before);

	ck_assert(!visit(errors[_i].text, &log, &e));
	ck_assert_str_eq(e.text, errors[_i].message);
	ck_assert_str_eq(e.pos.file, "test.json");
	ck_assert_uint_eq(e.pos.line, 1);
	ck_assert_uint_eq(e.pos.column, (size_t)(at - errors[_i].text) + 1);
	ck_assert_str_eq(buf_z(&log), errors[_i].log);
	buf_release(&log);
}
END_TEST

/* What did not change is shared, what did remembers where it was. */
START_TEST(test_shares)
{
	const struct node *root = json(
		"{" CORE("List") "\"items\":[{" CORE("Service") META("s")
		"},{" APPS("Deployment") META("d") ",\"spec\":{\"template\":"
		POD("p") "}}]}");
	struct visitor v = { .log = BUF_INIT };
	const struct pods_visitor visitor = {
		false, see_object, see_pod, see_missing, see_done, &v,
		NULL, NULL,
	};
	const struct node *now = pods_visit(&arena, root, &visitor, NULL);
	const struct node *old_items = node_get(root, STR("items"));
	const struct node *items = node_get(now, STR("items"));

	ck_assert_ptr_eq(node_origin(now), root);
	ck_assert_ptr_eq(node_origin(items), old_items);
	ck_assert_ptr_eq(node_item(items, 0), node_item(old_items, 0));
	ck_assert_ptr_eq(node_origin(node_item(items, 1)),
			 node_item(old_items, 1));
	ck_assert_ptr_eq(node_find(node_item(items, 1), "metadata"),
			 node_find(node_item(old_items, 1), "metadata"));
	ck_assert_ptr_eq(
		node_origin(node_find(node_item(items, 1), "spec.template")),
		node_find(node_item(old_items, 1), "spec.template"));
	buf_release(&v.log);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pods");
	TCase *tc = tcase_create("visit");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_istio, 0,
			    sizeof(istio) / sizeof(*istio));
	tcase_add_test(tc, test_istio_required);
	tcase_add_loop_test(tc, test_visit, 0, COUNT(visits));
	tcase_add_loop_test(tc, test_error, 0, COUNT(errors));
	tcase_add_test(tc, test_shares);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

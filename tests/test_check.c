#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
#include "check/judge.h"
#include "check/namespaces.h"
#include "check/warnings.h"

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

/* ---- names ---- */

START_TEST(test_table)
{
	uint32_t set = 0;
	struct err e = ERR_INIT;

	for (int i = 0; i < N_WARNINGS; i++) {
		ck_assert(i == 0 || strcmp(warn_table[i - 1].name,
					   warn_table[i].name) < 0);
		ck_assert_ptr_eq(injector_warning((size_t)i), &warn_table[i]);
		/* sentences */
		ck_assert(str_ends(str_of(warn_table[i].about), STR(".")));
		ck_assert(str_ends(str_of(warn_table[i].fix), STR(".")));
		ck_assert(!str_ends(str_of(warn_table[i].summary), STR(".")));
	}
	ck_assert_ptr_null(injector_warning(N_WARNINGS));
	ck_assert_int_eq(warn_named(&set, STR("job-sidecar"), &e), 0);
	ck_assert(warn_has(set, WARN_JOB_SIDECAR));
	ck_assert(!warn_has(set, WARN_ISTIO));
	ck_assert_int_eq(warn_named(&set, STR("job"), &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "label-value"));
}
END_TEST

/* ---- pod security ---- */

#define GOOD "\"allowPrivilegeEscalation\":false," \
	"\"capabilities\":{\"drop\":[\"ALL\"]}"
#define POD_GOOD "\"securityContext\":{\"runAsNonRoot\":true," \
	"\"seccompProfile\":{\"type\":\"RuntimeDefault\"}}"
#define POD(fields, context) "{\"spec\":{" fields ",\"containers\":[{" \
	"\"name\":\"c\",\"securityContext\":{" context "}}]}}"

/* What the levels say; NULL: nothing. */
static const struct {
	const char *pod, *baseline, *restricted;
} pods[] = {
	{ POD(POD_GOOD, GOOD), NULL, NULL },
	{ POD("\"hostPID\":false", GOOD), NULL,
	  "c: no seccompProfile; c: no runAsNonRoot" },
	{ POD(POD_GOOD, GOOD ",\"runAsUser\":0"), NULL, "c: runAsUser 0" },
	{ POD(POD_GOOD, GOOD ",\"runAsNonRoot\":false"), NULL,
	  "c: runAsNonRoot: false" },
	{ POD(POD_GOOD, GOOD ",\"privileged\":true"), "c: privileged",
	  "c: privileged" },
	{ POD(POD_GOOD, GOOD ",\"procMount\":\"Unmasked\""),
	  "c: procMount Unmasked", "c: procMount Unmasked" },
	{ POD(POD_GOOD, GOOD ",\"seccompProfile\":{\"type\":\"Unconfined\"}"),
	  "c: seccompProfile Unconfined", "c: seccompProfile Unconfined" },
	{ POD(POD_GOOD, "\"allowPrivilegeEscalation\":false,"
	      "\"capabilities\":{\"drop\":[\"all\"],\"add\":[\"NET_RAW\","
	      "\"CHOWN\",\"NET_BIND_SERVICE\"]}"),
	  "c: adds NET_RAW",
	  "c: adds NET_RAW; c: adds CHOWN; c: does not drop ALL capabilities" },
	{ POD(POD_GOOD, "\"capabilities\":{\"drop\":[\"ALL\"]}"), NULL,
	  "c: allows privilege escalation" },
	{ POD("\"hostNetwork\":true,\"hostPID\":true," POD_GOOD, GOOD),
	  "hostNetwork: true; hostPID: true",
	  "hostNetwork: true; hostPID: true" },
	{ POD("\"volumes\":[{\"name\":\"a\",\"hostPath\":{}},{\"name\":\"b\","
	      "\"nfs\":{}},{\"name\":\"c\",\"emptyDir\":{}}]," POD_GOOD, GOOD),
	  "a volume of type hostPath",
	  "a volume of type hostPath; a volume of type nfs" },
	{ "{\"spec\":{" POD_GOOD ",\"initContainers\":[{\"name\":\"i\","
	  "\"ports\":[{\"hostPort\":0},{\"hostPort\":80}],"
	  "\"securityContext\":{" GOOD "}}]}}",
	  "i: hostPort 80", "i: hostPort 80" },
	/* of the pod, though the container has its own */
	{ POD("\"securityContext\":{\"runAsNonRoot\":false,\"runAsUser\":0,"
	      "\"seccompProfile\":{\"type\":\"Unconfined\"}}",
	      GOOD ",\"runAsNonRoot\":true,\"runAsUser\":1,"
	      "\"seccompProfile\":{\"type\":\"Localhost\"}"),
	  "seccompProfile Unconfined",
	  "seccompProfile Unconfined; runAsUser 0; runAsNonRoot: false" },
	{ "{}", NULL, NULL },
};

static void check_level(enum security_level level, const char *pod,
			const char *want)
{
	struct buf b = BUF_INIT;
	bool forbids = security_forbids(level, json(pod), &b);

	ck_assert_msg(forbids == (want != NULL), "%s: %s", pod, buf_z(&b));
	ck_assert_str_eq(buf_z(&b), want ? want : "");
	buf_release(&b);
}

START_TEST(test_security)
{
	check_level(SECURITY_BASELINE, pods[_i].pod, pods[_i].baseline);
	check_level(SECURITY_RESTRICTED, pods[_i].pod, pods[_i].restricted);
}
END_TEST

/* Many faults are cut short. */
START_TEST(test_many_faults)
{
	check_level(SECURITY_RESTRICTED, POD("\"hostIPC\":true", ""),
		    "hostIPC: true; c: no seccompProfile; c: no runAsNonRoot; "
		    "c: does not drop ALL capabilities; ...");
}
END_TEST

/* ---- namespaces ---- */

static void note(void *ctx, enum warning which, struct pos pos,
		 const char *text)
{
	buf_printf(ctx, "%u:%u %s: %s\n", pos.line, pos.column,
		   warn_table[which].name, text);
}

#define NAMESPACE(name, labels) "{\"kind\":\"Namespace\",\"metadata\":{" \
	"\"name\":\"" name "\",\"labels\":{" labels "}}}"

/* More than the table begins with, each with one label. */
START_TEST(test_namespaces)
{
	struct namespaces all = NAMESPACES_INIT(&arena);
	struct buf log = BUF_INIT;

	for (int i = 0; i < 100; i++) {
		str name = arena_printf(&arena, "ns-%d", i);
		const struct warn w = { .kind = "Pod", .name = "p",
					.namespace = name.p,
					.pod = json("{}") };
		str text = arena_printf(&arena, "{\"kind\":\"List\",\"items\":"
					"[" NAMESPACE("ns-%d", "\"%s\":\"%s\"")
					"]}", i, "istio-injection",
					i == 70 ? "enabled" :
					i == 71 ? "disabled" : "");

		namespaces_injected(&all, &w, true);
		namespaces_read(&all, json(text.p));
	}
	ck_assert_uint_eq(all.n, 100);
	namespaces_end(&all, note, &log);
	ck_assert_str_eq(buf_z(&log),
			 "1:100 double-injection: namespace ns-70 has label "
			 "istio-injection=enabled: the cluster injects Pod "
			 "ns-70/p again, with its own configuration over this "
			 "one\n"
			 "1:100 namespace-disabled: namespace ns-71 has label "
			 "istio-injection=disabled, but Pod ns-71/p was "
			 "injected, since only the cluster reads that label; "
			 "use --skip 'ns-71/*/*' to leave its workloads "
			 "alone\n");
	buf_release(&log);
}
END_TEST

/* A revision counts where istio-injection says nothing, not even no. */
START_TEST(test_revision)
{
	static const char *const namespaces[] = {
		NAMESPACE("a", "\"istio.io/rev\":\"canary\""),
		NAMESPACE("b", "\"istio.io/rev\":\"canary\","
			       "\"istio-injection\":\"disabled\""),
		NAMESPACE("c", "\"istio.io/rev\":\"\""),
		NAMESPACE("d", "\"istio-injection\":\"Enabled\""),
	};
	struct namespaces all = NAMESPACES_INIT(&arena);

	for (size_t i = 0; i < 4; i++)
		namespaces_read(&all, json(namespaces[i]));
	ck_assert_str_eq(all.at[0].injects.text, "istio.io/rev=canary");
	for (uint32_t i = 1; i < 4; i++)
		ck_assert_ptr_null(all.at[i].injects.text);
}
END_TEST

/* ---- told ---- */

static bool is_new(struct warned *t, struct pos pos, const char *text)
{
	return warned_first(t, warned_key(pos, text));
}

START_TEST(test_told)
{
	struct warned t = WARNED_INIT;
	struct pos pos = { "a.yaml", 1, 2 };

	ck_assert(is_new(&t, pos, "text"));
	ck_assert(!is_new(&t, pos, "text"));
	ck_assert(is_new(&t, pos, "other"));
	pos.file = "b.yaml";
	ck_assert(is_new(&t, pos, "text"));
	/* more than are remembered */
	for (pos.line = 10; pos.line < 20000; pos.line++)
		ck_assert(is_new(&t, pos, "text"));
	warned_release(&t);
}
END_TEST

/* ---- the judge ---- */

#define ONE(fields) "{\"spec\":{\"containers\":[{\"name\":\"a\"," \
	"\"image\":\"i\"," fields "}]}}"
#define SPEC(fields) "{\"spec\":{\"containers\":[{\"name\":\"a\"," \
	"\"image\":\"i\"}]," fields "}}"
#define LETTERS_21 "aaaaaaaaaaaaaaaaaaaaa"
#define LETTERS_63 LETTERS_21 LETTERS_21 LETTERS_21
#define VOLUMES ",\"volumes\":[{\"name\":\"v\"}]}"

/* What is found in a Pod of the manifest; "" for nothing. */
static const struct {
	const char *pod, *log;
} judged[] = {
	{ "{}", "" },
	{ "{\"spec\":null,\"metadata\":{\"labels\":null}}", "" },
	{ "{\"spec\":{\"containers\":[{}]}}",
	  "missing-field containers[0]: missing name;"
	  "missing-field containers[0]: no image;" },
	{ "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"\"}]}}",
	  "missing-field containers[a]: no image;" },
	{ "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\" \"}]}}",
	  "" },
	{ "{\"spec\":{\"containers\":[{\"$patch\":\"delete\","
	  "\"name\":\"a\"}]}}", "" },
	/* names */
	{ SPEC("\"initContainers\":[{\"name\":\"a\",\"image\":\"i\"}]"),
	  "duplicate-name initContainers[a].name: \"a\" is also;" },
	{ SPEC("\"ephemeralContainers\":[{\"name\":\"a\"}]"),
	  "duplicate-name ephemeralContainers[a].name: \"a\" is also;" },
	{ SPEC("\"volumes\":[{\"name\":\"-v\"},{\"name\":\"V\"},"
	       "{\"name\":\"v-1\"},{\"name\":\"0\"}]"),
	  "invalid-value volumes[-v].name: \"-v\";"
	  "invalid-value volumes[V].name: \"V\";" },
	{ SPEC("\"volumes\":[{\"name\":\"" LETTERS_63 "\"},"
	       "{\"name\":\"${NAME}\"},{\"name\":\"b" LETTERS_63 "\"}]"),
	  "invalid-value volumes[b" LETTERS_63 "].name: \"ba;" },
	{ ONE("\"env\":[{\"name\":\"\"},{\"name\":\"a b\"},"
	      "{\"name\":\"=\"}]"),
	  "missing-field containers[a].env[0]: missing name;"
	  "invalid-value containers[a].env[=].name: \"=\";" },
	/* ports */
	{ ONE("\"ports\":[{\"containerPort\":1},{\"containerPort\":65535,"
	      "\"hostPort\":0},{\"containerPort\":65536}]"),
	  "invalid-value containers[a].ports[65536].containerPort: 65536;" },
	{ ONE("\"ports\":[{\"containerPort\":1,\"name\":\"a-1\"},"
	      "{\"containerPort\":2,\"name\":\"1-2\"},"
	      "{\"containerPort\":3,\"name\":\"a--b\"},"
	      "{\"containerPort\":4,\"name\":\"abcdefghijklmnop\"}]"),
	  "invalid-value containers[a].ports[2].name: \"1-2\";"
	  "invalid-value containers[a].ports[3].name: \"a--b\";"
	  "invalid-value containers[a].ports[4].name: \"abc;" },
	{ ONE("\"ports\":[{\"containerPort\":1},{\"containerPort\":1,"
	      "\"protocol\":\"UDP\"},{\"containerPort\":1,"
	      "\"protocol\":\"TCP\"}]"),
	  "duplicate-port containers[a].ports[1].containerPort: \"1\" is;" },
	{ ONE("\"ports\":[{\"containerPort\":1,\"hostPort\":1},"
	      "{\"containerPort\":1,\"hostPort\":2}]"), "" },
	{ ONE("\"livenessProbe\":{\"httpGet\":{\"port\":\"http\"}}"), "" },
	{ ONE("\"livenessProbe\":{\"tcpSocket\":{\"port\":\"80\"}}"),
	  "invalid-value containers[a].livenessProbe.tcpSocket.port: \"80;" },
	{ ONE("\"readinessProbe\":{\"successThreshold\":3}"), "" },
	/* unions */
	{ ONE("\"env\":[{\"name\":\"a\",\"value\":\"\",\"valueFrom\":{"
	      "\"fieldRef\":{\"fieldPath\":\"a\"}}}]"), "" },
	{ ONE("\"readinessProbe\":{\"exec\":null,\"grpc\":{\"port\":1}}"), "" },
	{ ONE("\"lifecycle\":{\"preStop\":{\"exec\":{},\"sleep\":{}}}"),
	  "union containers[a].lifecycle.preStop.sleep: Kubernetes;" },
	{ SPEC("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{},"
	       "\"ofTomorrow\":{}}]"), "" },
	{ SPEC("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{},"
	       "\"nfs\":{}}]"), "union volumes[v].nfs: Kubernetes;" },
	/* mounts */
	{ "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\","
	  "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/v\"},"
	  "{\"name\":\"claim\",\"mountPath\":\"/c\"},"
	  "{\"name\":\"w\",\"mountPath\":\"/w\"}]}]" VOLUMES "}",
	  "missing-volume containers[a].volumeMounts[/w].name: the;" },
	{ "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\","
	  "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/v\"},"
	  "{\"name\":\"v\",\"mountPath\":\"/v\"}]}]" VOLUMES "}",
	  "duplicate-name containers[a].volumeMounts[/v].mountPath: \"/v;" },
	/* init containers */
	{ SPEC("\"initContainers\":[{\"name\":\"b\",\"image\":\"i\","
	       "\"lifecycle\":{}},{\"name\":\"c\",\"image\":\"i\","
	       "\"restartPolicy\":\"Always\",\"lifecycle\":{}}]"),
	  "invalid-value initContainers[b].lifecycle: not allowed;" },
};

/* Log "NAME PATH: TEXT;", an error with a "!". */
static void log_finding(void *ctx, const struct finding *f)
{
	const char *text = f->text + strlen("spec.template.spec.");

	buf_printf(ctx, "%s%s %s;", f->is_error ? "!" : "",
		   warn_table[f->which].name, text);
}

static void judge_text(const char *pod, const char *given, bool istio,
		       struct buf *log)
{
	static const struct workload web = { "apps", "StatefulSet",
					     "spec.template", "StatefulSet" };
	const struct node *n = json(pod);
	const struct node *overlay = given ? json(given) : NULL;
	const struct judge judge = {
		.arena = &arena,
		.in = { n->source, n, &overlay, given != NULL },
		.object = json("{\"spec\":{\"volumeClaimTemplates\":[{"
			       "\"metadata\":{\"name\":\"claim\"}}]}}"),
		.workload = &web,
		.path = "spec.template",
		.istio = istio,
		.found = log_finding,
		.ctx = log,
	};

	if (overlay)
		((struct source *)overlay->source)->template = STR("t");
	buf_clear(log);
	judge_pod(&judge);
}

/* Are the findings those of `want`, each of which is a beginning? */
static bool same_log(const char *have, const char *want)
{
	while (*want) {
		size_t n = strcspn(want, ";");

		if (strncmp(have, want, n) != 0)
			return false;
		want += n + 1;
		have += strcspn(have, ";");
		/* a fix follows */
		while (*have == ';' && have[1] == ' ')
			have += 1 + strcspn(have + 1, ";");
		have += *have == ';';
	}
	return !*have;
}

START_TEST(test_judge)
{
	struct buf log = BUF_INIT;

	judge_text(judged[_i].pod, NULL, false, &log);
	ck_assert_msg(same_log(buf_z(&log), judged[_i].log), "%s: %s",
		      judged[_i].pod, buf_z(&log));
	buf_release(&log);
}
END_TEST

#define MOUNT ONE("\"volumeMounts\":[{\"name\":\"w\"," \
		  "\"mountPath\":\"/w\"}]")

/* What a template renders, too, is its fault, and what is edited since is not;
 * with Istio's templates only what istioctl would not make. */
START_TEST(test_judge_given)
{
	struct buf log = BUF_INIT;

	judge_text(MOUNT, MOUNT, false, &log);
	ck_assert(same_log(buf_z(&log), "!missing-volume containers[a].volume"
			   "Mounts[/w].name: the Pod has no volume \"w\";"));
	judge_text(MOUNT, MOUNT, true, &log);
	ck_assert(same_log(buf_z(&log), "missing-volume ;"));
	judge_text(MOUNT, ONE("\"volumeMounts\":[{\"name\":\"x\","
			      "\"mountPath\":\"/w\"}]"), false, &log);
	ck_assert(same_log(buf_z(&log), "missing-volume ;"));
	judge_text(ONE("\"tyt\":1"), ONE("\"tyt\":1"), false, &log);
	ck_assert(same_log(buf_z(&log), "!unknown-field containers[a].tyt: "
			   "unknown field;"));
	judge_text(ONE("\"tyt\":1"), ONE("\"tyt\":1"), true, &log);
	ck_assert(same_log(buf_z(&log), "unknown-field ;"));
	judge_text(ONE("\"tyt\":1"), NULL, false, &log);
	ck_assert_str_eq(buf_z(&log), "");
	buf_release(&log);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check");
	TCase *tc = tcase_create("warn");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_test(tc, test_table);
	tcase_add_loop_test(tc, test_security, 0,
			    sizeof(pods) / sizeof(*pods));
	tcase_add_test(tc, test_many_faults);
	tcase_add_test(tc, test_namespaces);
	tcase_add_test(tc, test_revision);
	tcase_add_test(tc, test_told);
	tcase_add_loop_test(tc, test_judge, 0,
			    sizeof(judged) / sizeof(*judged));
	tcase_add_test(tc, test_judge_given);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

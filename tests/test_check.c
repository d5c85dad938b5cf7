#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
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

START_TEST(test_told)
{
	struct warned t = WARNED_INIT;
	struct pos pos = { "a.yaml", 1, 2 };

	ck_assert(warned_first(&t, pos, "text"));
	ck_assert(!warned_first(&t, pos, "text"));
	ck_assert(warned_first(&t, pos, "other"));
	pos.file = "b.yaml";
	ck_assert(warned_first(&t, pos, "text"));
	/* more than are remembered */
	for (pos.line = 10; pos.line < 20000; pos.line++)
		ck_assert(warned_first(&t, pos, "text"));
	warned_release(&t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("warn");
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
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

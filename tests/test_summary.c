/*
 * The summary of two versions of a Pod, one line per change:
 * "action part container: name from -> to @line".
 */
#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
#include "engine/run.h"

static struct arena arena = ARENA_INIT;

static const struct node *json(const struct source *source)
{
	struct err e = ERR_INIT;
	const struct node *root;

	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %s",
		      source->text.p, e.text);
	return root;
}

static void add_line(struct buf *b, const struct injector_change *c)
{
	static const char *const parts[] = {
		"container", "init", "volume", "port", "probe", "label",
		"annotation", "field",
	};

	buf_printf(b, "%c%s ", "+~-"[c->action], parts[c->part]);
	if (c->container)
		buf_printf(b, "%s: ", c->container);
	buf_addz(b, c->name);
	if (c->from)
		buf_printf(b, " %s", c->from);
	if (c->to)
		buf_printf(b, " -> %s", c->to);
	if (c->place.line)
		buf_printf(b, " @%u", c->place.line);
	buf_addc(b, '\n');
}

#define POD(spec) "{\"spec\":{" spec "}}"
#define META(meta) "{\"metadata\":{" meta "}}"
#define WEB(fields) POD("\"containers\":[\n{\"name\":\"web\"," fields "}]")

static const struct {
	const char *was, *now, *lines;
} cases[] = {
	{ POD("\"a\":1"), POD("\"a\":1"), "" },
	{ POD("\"a\":1,\"b\":true"), POD("\"b\":true,\"a\":1"), "" },
	{ POD(""), POD("\"a\":1"), "+field a -> 1\n" },
	{ POD("\"a\":\n1"), POD("\"a\":\"\""), "~field a 1 -> \"\" @2\n" },
	{ POD("\"a\":{\"b\":1,\"c\":2}"), POD("\"a\":{\"c\":3,\"d\":[4]}"),
	  "~field a.c 2 -> 3 @1\n+field a.d\n-field a.b 1 @1\n" },
	{ POD("\"a\":[1]"), POD("\"a\":[2]"), "~field a @1\n" },
	{ POD("\"a\":[1]"), "{}", "-field a @1\n" },

	/* a name twice: what stays is no change */
	{ WEB("\"env\":[{\"name\":\"X\",\"value\":\"1\"},"
	      "{\"name\":\"X\",\"value\":\"2\"}]"),
	  WEB("\"env\":[{\"name\":\"X\",\"value\":\"1\"},"
	      "{\"name\":\"X\",\"value\":\"2\"},{\"name\":\"Y\"}]"),
	  "~container web @2\n+field web: env Y\n" },
	{ WEB("\"env\":[{\"name\":\"X\",\"value\":\"1\"},"
	      "{\"name\":\"X\",\"value\":\"2\"}]"),
	  WEB("\"env\":[{\"name\":\"X\",\"value\":\"2\"}]"),
	  "~container web @2\n-field web: env X @2\n" },
	/* unions are shown whole */
	{ WEB("\"livenessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":80}}"),
	  WEB("\"livenessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":80},"
	      "\"tcpSocket\":{\"port\":81}}"),
	  "~container web @2\n~probe web: livenessProbe httpGet :80/ -> "
	  "httpGet :80/ + tcpSocket :81 @2\n" },
	{ POD("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]"),
	  POD("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{},\"secret\":{}}]"),
	  "~volume v emptyDir -> emptyDir + secret @1\n" },

	{ POD(""), POD("\"containers\":[{\"name\":\"p\",\"image\":\"i:1\","
		       "\"env\":[{\"name\":\"A\",\"value\":\"secret\"}],"
		       "\"ports\":[{\"containerPort\":53,"
		       "\"protocol\":\"UDP\",\"name\":\"dns\"}]}]"),
	  "+container p -> i:1\n+port p: 53/UDP -> dns\n" },
	{ POD("\"initContainers\":[{\"name\":\"p\",\"image\":\"i:1\"}]"),
	  POD("\"initContainers\":[]"), "-init p i:1 @1\n" },
	{ WEB("\"image\":\"a\""), WEB("\"image\":\"b\""),
	  "~container web @2\n~field web: image a -> b @2\n" },
	{ WEB("\"env\":[{\"name\":\"A\",\"value\":\"x\"},{\"name\":\"C\"}]"),
	  WEB("\"env\":[{\"name\":\"A\",\"value\":\"y\"},{\"name\":\"B\"}]"),
	  "~container web @2\n~field web: env A @2\n+field web: env B\n"
	  "-field web: env C @2\n" },
	{ WEB("\"ports\":[{\"containerPort\":80}]"),
	  WEB("\"ports\":[{\"containerPort\":80,\"name\":\"http\"},"
	      "{\"name\":\"odd\"},{\"containerPort\":81}]"),
	  "~container web @2\n~port web: 80/TCP -> http @2\n"
	  "+port web: 81/TCP\n" },
	{ WEB("\"readinessProbe\":{\"httpGet\":{\"port\":\"http\","
	      "\"path\":\"/r\"}},\"livenessProbe\":{\"exec\":{}}"),
	  WEB("\"readinessProbe\":{\"httpGet\":{\"port\":15020,"
	      "\"path\":\"/a\"}},\"startupProbe\":{\"tcpSocket\":"
	      "{\"port\":1}}"),
	  "~container web @2\n"
	  "~probe web: readinessProbe httpGet :http/r -> httpGet :15020/a @2\n"
	  "+probe web: startupProbe -> tcpSocket :1\n"
	  "-probe web: livenessProbe exec @2\n" },
	{ WEB("\"lifecycle\":{\"preStop\":{\"exec\":{}}}"),
	  WEB("\"lifecycle\":{\"preStop\":{\"httpGet\":{\"port\":1}}}"),
	  "~container web @2\n"
	  "~probe web: lifecycle.preStop exec -> httpGet :1 @2\n" },
	{ WEB("\"volumeMounts\":[]"),
	  WEB("\"volumeMounts\":[{\"mountPath\":\"/m\",\"name\":\"v\"}]"),
	  "~container web @2\n+field web: volumeMounts /m -> v\n" },
	{ POD("\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]"),
	  POD("\"containers\":[{\"name\":\"b\"},{\"name\":\"a\"}]"),
	  "~field order of lists @1\n" },
	{ POD(""), POD("\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}},"
		       "{\"name\":\"w\"}],"
		       "\"imagePullSecrets\":[{\"name\":\"s\"}]"),
	  "+volume v -> emptyDir\n+volume w\n+field imagePullSecrets s\n" },

	{ META("\"labels\":{\"a\":\"1\",\n\"b\":\"2\"}"),
	  META("\"labels\":{\"a\":\"1\",\"b\":\"3\"},"
	       "\"annotations\":{\"c\":\"\"},\"name\":\"n\""),
	  "~label b 2 -> 3 @2\n+annotation c -> \"\"\n"
	  "+field metadata.name -> n\n" },
	{ META("\"labels\":null"), META("\"labels\":{\"a\":\"1\"}"),
	  "+label a -> 1\n" },
};

START_TEST(test_pod)
{
	const struct source was = SOURCE_JSON("was", str_of(cases[_i].was));
	const struct source now = SOURCE_JSON("now", str_of(cases[_i].now));
	struct summary s = SUMMARY_INIT(&arena);
	struct buf text = BUF_INIT;

	summary_pod(&s, json(&was), json(&now));
	for (size_t i = 0; i < s.n_changes; i++)
		add_line(&text, &s.changes[i]);
	ck_assert_str_eq(buf_z(&text), cases[_i].lines);
	buf_release(&text);
}
END_TEST

START_TEST(test_several)
{
	const struct source was = SOURCE_JSON("was", STR("{}"));
	const struct source now = SOURCE_JSON("now", STR(POD("\"a\":1")));
	struct summary s = SUMMARY_INIT(&arena);

	for (unsigned i = 0; i < 20; i++) {
		summary_pod(&s, json(&was), json(&now));
		summary_template(&s, i % 2 ? STR("one") : STR("two"));
	}
	ck_assert_uint_eq(s.n_changes, 20);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_uint_eq(s.changes[i].pod, i);
	ck_assert_uint_eq(s.n_templates, 2);
	ck_assert_str_eq(s.templates[0], "two");
}
END_TEST

static void add_container(struct buf *b, const struct injector_container *c)
{
	buf_printf(b, "%s%s ports=%s probes=%s", c->native ? "side " :
		   c->init ? "init " : "", c->name, c->ports, c->probes);
	for (size_t i = 0; i < c->n_mounts; i++)
		buf_printf(b, " %s%s", c->mounts[i].volume,
			   c->mounts[i].read_only ? ":ro" : "");
	buf_addc(b, '\n');
}

START_TEST(test_containers)
{
	const struct source was = SOURCE_JSON("was", STR(POD("")));
	const struct source now = SOURCE_JSON("now", STR(
		"{\"spec\":{\"containers\":[{\"name\":\"web\",\"ports\":["
		"{\"containerPort\":80},{\"containerPort\":53,"
		"\"protocol\":\"UDP\"},{}],\"livenessProbe\":{},"
		"\"startupProbe\":{},\"readinessProbe\":null,"
		"\"volumeMounts\":[{\"name\":\"v\",\"readOnly\":true},"
		"{\"name\":\"w\"},{}]},{}],"
		"\"initContainers\":[{\"name\":\"a\"},{\"name\":\"b\","
		"\"restartPolicy\":\"Always\"},7]}}"));
	struct summary s = SUMMARY_INIT(&arena);
	struct buf text = BUF_INIT;

	summary_pod(&s, json(&was), json(&was));
	ck_assert_uint_eq(s.n_containers, 0);
	summary_pod(&s, json(&was), json(&now));
	for (size_t i = 0; i < s.n_containers; i++) {
		ck_assert_uint_eq(s.containers[i].pod, 1);
		add_container(&text, &s.containers[i]);
	}
	ck_assert_str_eq(buf_z(&text),
			 "init a ports= probes=\n"
			 "side b ports= probes=\n"
			 "init  ports= probes=\n"
			 "web ports=80 53/UDP probes=startup live v:ro w\n"
			 " ports= probes=\n");
	buf_release(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("summary");
	TCase *tc = tcase_create("pods");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_pod, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(tc, test_several);
	tcase_add_test(tc, test_containers);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

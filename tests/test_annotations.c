#include <check.h>
#include <stdlib.h>

#include "istio/injection.h"
#include "json/scan.h"
#include "json/text.h"

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

/* An annotation's value, and the message; NULL: the value is valid. */
static const char *check_one(const char *name, const char *value)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	const char *all;
	str head;

	buf_addz(&b, "{\"annotations\":{\"");
	buf_addz(&b, name);
	buf_addz(&b, "\":");
	json_write_text(&b, str_of(value));
	buf_addz(&b, "}}");
	all = arena_str(&arena, buf_str(&b)).p;
	buf_release(&b);
	if (annotations_check(json(all), RELEASE_NEWEST, &e) == 0)
		return NULL;
	head = arena_printf(&arena, "invalid value '%s' for annotation '%s': ",
			    value, name);
	ck_assert_msg(str_starts(str_of(e.text), head), "%s", e.text);
	return arena_str(&arena, str_of(e.text + head.n)).p;
}

#define MODE "sidecar.istio.io/interceptionMode"
#define STATUS "status.sidecar.istio.io/port"
#define DELAY "readiness.status.sidecar.istio.io/initialDelaySeconds"
#define PERIOD "readiness.status.sidecar.istio.io/periodSeconds"
#define FAILURES "readiness.status.sidecar.istio.io/failureThreshold"
#define TRAFFIC "traffic.sidecar.istio.io/"
#define MERGE "prometheus.istio.io/merge-metrics"
#define PROXY "proxy.istio.io/config"
#define PROXY_OF "sidecar.istio.io/proxy"
#define REROUTE "istio.io/reroute-virtual-interfaces"
#define QUANTITY_FORM "quantities must match the regular expression " \
	"'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

static const struct {
	const char *name, *value, *text;
} cases[] = {
	{ MODE, "REDIRECT", NULL },
	{ MODE, "TPROXY", NULL },
	{ MODE, "NONE", NULL },
	{ MODE, "redirect",
	  "interceptionMode invalid, use REDIRECT,TPROXY,NONE: redirect" },

	{ STATUS, "15020", NULL },
	{ STATUS, "0", NULL },
	{ STATUS, " 65535\t", NULL },
	{ STATUS, "65536", "excludeInboundPorts invalid: failed parsing port "
	  "'65536': strconv.ParseUint: parsing \"65536\": value out of "
	  "range" },
	{ STATUS, "", "excludeInboundPorts invalid: failed parsing port '': "
	  "strconv.ParseUint: parsing \"\": invalid syntax" },

	{ DELAY, "4294967295", NULL },
	{ DELAY, "4294967296", "strconv.ParseUint: parsing \"4294967296\": "
	  "value out of range" },
	{ PERIOD, "-1", "strconv.ParseUint: parsing \"-1\": invalid syntax" },
	{ FAILURES, " 1", "strconv.ParseUint: parsing \" 1\": invalid "
	  "syntax" },
	/* what is at fault first */
	{ FAILURES, "42949672961x", "strconv.ParseUint: parsing "
	  "\"42949672961x\": value out of range" },

	{ TRAFFIC "includeOutboundIPRanges", "*", NULL },
	{ TRAFFIC "includeOutboundIPRanges", "", NULL },
	{ TRAFFIC "includeOutboundIPRanges", "10.0.0.0/8,fd00::/64", NULL },
	{ TRAFFIC "includeOutboundIPRanges", "::ffff:1.2.3.4/128", NULL },
	{ TRAFFIC "includeOutboundIPRanges", "10.0.0.0/8, 1.2.3.4/32",
	  "includeIPRanges invalid: failed parsing cidr ' 1.2.3.4/32': "
	  "netip.ParsePrefix(\" 1.2.3.4/32\"): ParseAddr(\" 1.2.3.4\"): "
	  "unexpected character (at \" 1.2.3.4\")" },
	{ TRAFFIC "excludeOutboundIPRanges", "*",
	  "excludeIPRanges invalid: failed parsing cidr '*': "
	  "netip.ParsePrefix(\"*\"): no '/'" },
	{ TRAFFIC "excludeOutboundIPRanges", "1.2.3.4/33",
	  "excludeIPRanges invalid: failed parsing cidr '1.2.3.4/33': "
	  "netip.ParsePrefix(\"1.2.3.4/33\"): prefix length out of range" },
	{ TRAFFIC "excludeOutboundIPRanges", "1.2.3.4/08",
	  "excludeIPRanges invalid: failed parsing cidr '1.2.3.4/08': "
	  "netip.ParsePrefix(\"1.2.3.4/08\"): bad bits after slash: "
	  "\"08\"" },
	{ TRAFFIC "excludeOutboundIPRanges", "1.2.3.4/",
	  "excludeIPRanges invalid: failed parsing cidr '1.2.3.4/': "
	  "netip.ParsePrefix(\"1.2.3.4/\"): bad bits after slash: \"\"" },
	{ TRAFFIC "excludeOutboundIPRanges", "fe80::1%eth0/64",
	  "excludeIPRanges invalid: failed parsing cidr 'fe80::1%eth0/64': "
	  "netip.ParsePrefix(\"fe80::1%eth0/64\"): IPv6 zones cannot be "
	  "present in a prefix" },

	{ TRAFFIC "includeInboundPorts", "*", NULL },
	{ TRAFFIC "includeInboundPorts", "", NULL },
	{ TRAFFIC "includeInboundPorts", " 80, 443 ", NULL },
	{ TRAFFIC "includeInboundPorts", "80,,443", "includeInboundPorts "
	  "invalid: failed parsing port '': failed parsing port '': "
	  "strconv.ParseUint: parsing \"\": invalid syntax" },
	{ TRAFFIC "excludeInboundPorts", "*", "excludeInboundPorts invalid: "
	  "failed parsing port '*': failed parsing port '*': "
	  "strconv.ParseUint: parsing \"*\": invalid syntax" },
	{ TRAFFIC "excludeOutboundPorts", "1,a b", "excludeOutboundPorts "
	  "invalid: failed parsing port 'a b': failed parsing port 'a b': "
	  "strconv.ParseUint: parsing \"a b\": invalid syntax" },
	/* not among those that are looked at */
	{ TRAFFIC "includeOutboundPorts", "x", NULL },

	{ TRAFFIC "excludeInterfaces", "", NULL },
	{ TRAFFIC "excludeInterfaces", "eth0, net_1.2-x", NULL },
	{ TRAFFIC "excludeInterfaces", "eth0,,eth1", "empty interface name" },
	{ TRAFFIC "excludeInterfaces", "eth0,", "empty interface name" },
	{ TRAFFIC "kubevirtInterfaces", "abcdefghijklmno", NULL },
	{ TRAFFIC "kubevirtInterfaces", "abcdefghijklmnop", "interface name "
	  "\"abcdefghijklmnop\" too long (max 15 chars)" },
	/* bytes count */
	{ TRAFFIC "kubevirtInterfaces", "\303\244\303\244\303\244\303\244"
	  "\303\244\303\244\303\244\303\244", "interface name "
	  "\"\303\244\303\244\303\244\303\244\303\244\303\244\303\244"
	  "\303\244\" too long (max 15 chars)" },
	{ REROUTE, "0eth", "interface name \"0eth\" contains invalid "
	  "characters" },
	{ REROUTE, "eth0 eth1", "interface name \"eth0 eth1\" contains "
	  "invalid characters" },
	{ REROUTE, "eth*", "interface name \"eth*\" contains invalid "
	  "characters" },

	{ PROXY_OF "CPU", "0.5", NULL },
	{ PROXY_OF "CPULimit", "1e3", NULL },
	{ PROXY_OF "Memory", "128Mi", NULL },
	{ PROXY_OF "CPU", "", QUANTITY_FORM },
	{ PROXY_OF "CPU", " 1", QUANTITY_FORM },
	{ PROXY_OF "CPU", "1 core", QUANTITY_FORM },
	{ PROXY_OF "CPULimit", "1e2m", QUANTITY_FORM },
	{ PROXY_OF "CPULimit", "1Gm", "unable to parse quantity's suffix" },
	{ PROXY_OF "MemoryLimit", "1Gb", QUANTITY_FORM },
	{ PROXY_OF "Memory", "1\n", "value contains control characters" },
	{ PROXY_OF "MemoryLimit", "1\177", "value contains control "
	  "characters" },
	{ PROXY_OF "MemoryLimit", "1\302\205", "value contains control "
	  "characters" },
	/* no control character: a no-break space */
	{ PROXY_OF "MemoryLimit", "1\302\240", QUANTITY_FORM },

	{ MERGE, "true", NULL },
	{ MERGE, "F", NULL },
	{ MERGE, "yes", "strconv.ParseBool: parsing \"yes\": invalid "
	  "syntax" },

	{ PROXY, "concurrency: 2", NULL },
	{ PROXY, "{}", NULL },
	{ PROXY, "unknown: 1", NULL },
	{ PROXY, "statusPort: 70000", "invalid status port: port number 70000 "
	  "must be in the range 1..65535" },
	{ PROXY, "discoveryAddress: istiod.istio-system.svc",
	  "invalid discovery address: unable to split "
	  "\"istiod.istio-system.svc\": address istiod.istio-system.svc: "
	  "missing port in address" },
};

START_TEST(test_value)
{
	ck_assert_pstr_eq(check_one(cases[_i].name, cases[_i].value),
			  cases[_i].text);
}
END_TEST

/* What cannot be read at all, in whatever words. */
START_TEST(test_proxy_unreadable)
{
	static const char *const values[] = {
		"a: [", "concurrency: [1]", "interceptionMode: no-such-mode",
	};
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		ck_assert(str_starts(str_of(check_one(PROXY, values[i])),
				     STR("failed to convert to apply proxy "
					 "config: ")));
}
END_TEST

START_TEST(test_nothing)
{
	ck_assert_int_eq(annotations_check(NULL, RELEASE_NEWEST, NULL), 0);
	ck_assert_int_eq(annotations_check(json("{}"), RELEASE_NEWEST,
					   NULL), 0);
	ck_assert_int_eq(annotations_check(json("{\"annotations\":null}"),
					   RELEASE_NEWEST, NULL), 0);
}
END_TEST

/* Numbers and bools as Go reads them into a string, which is what counts. */
START_TEST(test_no_text)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(annotations_check(
		json("{\"annotations\":{\"" STATUS "\":15020,\"" MERGE
		     "\":true}}"), RELEASE_NEWEST, &e), 0);
	ck_assert_int_eq(annotations_check(
		json("{\"annotations\":{\"" STATUS "\":1.5}}"), RELEASE_NEWEST,
		&e), -1);
	ck_assert(str_starts(str_of(e.text), STR("invalid value '1.5' ")));
}
END_TEST

/* All errors are reported together, in the order of the text, at the place of
 * the first. */
START_TEST(test_several)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(annotations_check(
		json("{\"annotations\":{\n\"a\":\"b\",\n\"" MERGE
		     "\":\"x\",\n\"" DELAY "\":\"y\"}}"), RELEASE_NEWEST,
		     &e), -1);
	ck_assert_str_eq(e.text,
		"2 errors occurred: invalid value 'x' for annotation '" MERGE
		"': strconv.ParseBool: parsing \"x\": invalid syntax; invalid "
		"value 'y' for annotation '" DELAY "': strconv.ParseUint: "
		"parsing \"y\": invalid syntax");
	ck_assert_uint_eq(e.pos.line, 3);
	ck_assert_uint_eq(e.pos.column, 37);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("annotations");
	TCase *tc = tcase_create("values");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_value, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(tc, test_proxy_unreadable);
	tcase_add_test(tc, test_nothing);
	tcase_add_test(tc, test_no_text);
	tcase_add_test(tc, test_several);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

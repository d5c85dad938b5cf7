/*
 * The AnnotationValidation of Istio's validate.go, with the rules of the
 * functions named there, in the words of Go (strconv, net/netip) and of
 * Kubernetes (resource.ParseQuantity).
 *
 * Istio lists the errors in the random order of a map; here it is that of the
 * text, and several errors are on one line.
 */
#include "istio/injection.h"

#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "go/strconv.h"
#include "go/net.h"
#include "istio/pod_tree.h"
#include "istio/render.h"
#include "k8s/labels.h"
#include "k8s/quantity.h"
#include "mesh/mesh.h"
#include "sprig/sprig.h"
#include "yaml/read.h"

/* A rule: 0, or -1 with what is wrong appended to *why. */
typedef int rule_fn(str value, const char *name, struct buf *why);

/* ---- numbers ---- */

static int number_error(struct buf *why, const char *function, str s,
			const char *what)
{
	buf_printf(why, "strconv.%s: parsing ", function);
	quote_text(why, s, false);
	buf_printf(why, ": %s", what);
	return -1;
}

/* strconv.ParseUint in base 10: the first invalid character decides, whether it
 * is not a digit or one digit too many. */
static int check_uint(str s, uint64_t max, struct buf *why)
{
	uint64_t u = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			break;
		u = u * 10 + (uint64_t)(s.p[i] - '0');
		if (u > max)
			return number_error(why, "ParseUint", s,
					    "value out of range");
	}
	if (i == s.n && s.n)
		return 0;
	return number_error(why, "ParseUint", s, "invalid syntax");
}

static int rule_uint32(str value, const char *name, struct buf *why)
{
	(void)name;
	return check_uint(value, UINT32_MAX, why);
}

static int rule_bool(str value, const char *name, struct buf *why)
{
	bool b;

	(void)name;
	if (pod_parse_bool(value, &b))
		return 0;
	return number_error(why, "ParseBool", value, "invalid syntax");
}

/* ---- ports ---- */

static int check_port(str port, struct buf *why)
{
	size_t before = why->n;

	buf_printf(why, "failed parsing port '%.*s': ", STR_ARG(port));
	if (check_uint(trim_space(port), UINT16_MAX, why) != 0)
		return -1;
	why->n = before;
	return 0;
}

static int rule_ports(str value, const char *name, struct buf *why)
{
	str rest = trim_space(value), port;
	bool more = rest.n > 0;
	size_t before = why->n;

	while (more) {
		more = str_cut(rest, ',', &port, &rest);
		/* Istio repeats itself here. */
		buf_printf(why, "%s invalid: failed parsing port '%.*s': ",
			   name, STR_ARG(port));
		if (check_port(port, why) != 0)
			return -1;
		why->n = before;
	}
	return 0;
}

static int rule_ports_or_all(str value, const char *name, struct buf *why)
{
	return str_eq(value, STR("*")) ? 0 : rule_ports(value, name, why);
}

static int rule_port(str value, const char *name, struct buf *why)
{
	size_t before = why->n;

	buf_printf(why, "%s invalid: ", name);
	if (check_port(value, why) != 0)
		return -1;
	why->n = before;
	return 0;
}

/* ---- ranges of addresses ---- */

/* The length of a prefix as in netip: no sign, no leading zero. */
static const char *bits_error(str bits, int64_t max)
{
	int64_t value;

	if ((bits.n > 1 && (bits.p[0] < '1' || bits.p[0] > '9')) ||
	    !parse_int(bits, 10, &value))
		return "bad bits after slash: ";
	return value > max ? "prefix length out of range" : NULL;
}

/* netip.ParsePrefix */
static int check_prefix(str s, struct buf *why)
{
	size_t slash = s.n, before = why->n;
	const char *error;
	str address, bits;
	bool is_4;

	while (slash > 0 && s.p[slash - 1] != '/')
		slash--;
	buf_addz(why, "netip.ParsePrefix(");
	quote_text(why, s, false);
	buf_addz(why, "): ");
	if (slash == 0) {
		buf_addz(why, "no '/'");
		return -1;
	}
	address = str_sub(s, 0, slash - 1);
	bits = str_sub(s, slash, s.n);
	if (ip_check(address, &is_4, why) != 0)
		return -1;
	if (str_find(address, 0, '%') < address.n) {
		buf_addz(why, "IPv6 zones cannot be present in a prefix");
		return -1;
	}
	error = bits_error(bits, is_4 ? 32 : 128);
	if (!error) {
		why->n = before;
		return 0;
	}
	buf_addz(why, error);
	if (error[0] == 'b')
		quote_text(why, bits, false);
	return -1;
}

static int rule_ranges(str value, const char *name, struct buf *why)
{
	bool more = value.n > 0;
	size_t before = why->n;
	str range;

	while (more) {
		more = str_cut(value, ',', &range, &value);
		buf_printf(why, "%s invalid: failed parsing cidr '%.*s': ",
			   name, STR_ARG(range));
		if (check_prefix(range, why) != 0)
			return -1;
		why->n = before;
	}
	return 0;
}

static int rule_ranges_or_all(str value, const char *name, struct buf *why)
{
	return str_eq(value, STR("*")) ? 0 : rule_ranges(value, name, why);
}

/* ---- resources and interfaces ---- */

/* unicode.IsControl of any character: the ranges C0 and C1, and DEL. */
static bool has_control(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return true;
		if (c == 0xc2 && i + 1 < s.n &&
		    (unsigned char)s.p[i + 1] < 0xa0)
			return true;
	}
	return false;
}

static int rule_quantity(str value, const char *name, struct buf *why)
{
	struct quantity q = QUANTITY_ZERO;
	struct err e = ERR_INIT;
	int status;

	(void)name;
	if (has_control(value)) {
		buf_addz(why, "value contains control characters");
		return -1;
	}
	status = quantity_parse(&q, value, &e);
	if (status)
		buf_addz(why, e.text);
	quantity_release(&q);
	return status;
}

/* The longest name of an interface in Linux. */
#define INTERFACE_MAX 15

/* What is wrong with the name of a network interface, or NULL. */
static const char *interface_error(str name)
{
	if (name.n > INTERFACE_MAX)
		return " too long (max 15 chars)";
	if (!is_alpha(name.p[0]))
		return " contains invalid characters";
	for (size_t i = 1; i < name.n; i++)
		if (!is_alnum(name.p[i]) && !strchr("_.-", name.p[i]))
			return " contains invalid characters";
	return NULL;
}

/* pkg/util/net: ValidateInterfaceNames */
static int rule_interfaces(str value, const char *name, struct buf *why)
{
	bool more = value.n > 0;
	const char *error;
	str one;

	(void)name;
	while (more) {
		more = str_cut(value, ',', &one, &value);
		one = trim_space(one);
		if (!one.n) {
			buf_addz(why, "empty interface name");
			return -1;
		}
		error = interface_error(one);
		if (!error)
			continue;
		buf_addz(why, "interface name ");
		quote_text(why, one, false);
		buf_addz(why, error);
		return -1;
	}
	return 0;
}

/* ---- the rest ---- */

static int rule_mode(str value, const char *name, struct buf *why)
{
	if (str_eq(value, STR("REDIRECT")) || str_eq(value, STR("TPROXY")) ||
	    str_eq(value, STR("NONE")))
		return 0;
	buf_printf(why, "%s invalid, use REDIRECT,TPROXY,NONE: %.*s", name,
		   STR_ARG(value));
	return -1;
}

/* The text applied to Istio's default ProxyConfig, whatever the mesh has.  What
 * the defaults of releases differ in is valid in all. */
static int check_proxy(struct arena *a, str text, struct buf *why)
{
	const struct proto_message *m =
		proto_message("istio.mesh.v1alpha1.ProxyConfig");
	struct source source = SOURCE_YAML("", text);
	const struct node *proxy;
	struct err e = ERR_INIT;
	struct document doc;
	struct mesh mesh;

	if (mesh_read(a, &mesh, RELEASE_NEWEST, NULL, NULL, NULL, &e) != 0 ||
	    yaml_read_first(a, &source, &doc, &e) != 0 ||
	    !(proxy = proto_apply(a, m, mesh.proxy, doc.root, NULL, NULL,
				  &e))) {
		buf_printf(why, "failed to convert to apply proxy config: %s",
			   e.text);
		return -1;
	}
	if (mesh_check_proxy(proxy, &e) == 0)
		return 0;
	buf_addz(why, e.text);
	return -1;
}

static int rule_proxy(str value, const char *name, struct buf *why)
{
	struct arena a = ARENA_INIT;
	int rc = check_proxy(&a, value, why);

	(void)name;
	arena_release(&a);
	return rc;
}

/* The name of the status port, excludeInboundPorts, is a mistake of Istio. */
static const struct rule {
	const char *annotation, *name;
	rule_fn *check;
	/* The releases that check it: with `since`, until they have `until`
	 * (RULE_ALWAYS: all later ones). */
	enum release_rule since, until;
} rules[] = {
	{ "sidecar.istio.io/interceptionMode", "interceptionMode",
	  .check = rule_mode },
	{ "status.sidecar.istio.io/port", "excludeInboundPorts",
	  .check = rule_port },
	{ "readiness.status.sidecar.istio.io/initialDelaySeconds", NULL,
	  .check = rule_uint32 },
	{ "readiness.status.sidecar.istio.io/periodSeconds", NULL,
	  .check = rule_uint32 },
	{ "readiness.status.sidecar.istio.io/failureThreshold", NULL,
	  .check = rule_uint32 },
	{ "traffic.sidecar.istio.io/includeOutboundIPRanges",
	  "includeIPRanges", .check = rule_ranges_or_all },
	{ "traffic.sidecar.istio.io/excludeOutboundIPRanges",
	  "excludeIPRanges", .check = rule_ranges },
	{ "traffic.sidecar.istio.io/includeInboundPorts",
	  "includeInboundPorts", .check = rule_ports_or_all },
	{ "traffic.sidecar.istio.io/excludeInboundPorts",
	  "excludeInboundPorts", .check = rule_ports },
	{ "traffic.sidecar.istio.io/excludeOutboundPorts",
	  "excludeOutboundPorts", .check = rule_ports },
	{ "traffic.sidecar.istio.io/excludeInterfaces", NULL,
	  .check = rule_interfaces, .since = RULE_INTERFACES_CHECKED },
	{ "traffic.sidecar.istio.io/kubevirtInterfaces", NULL,
	  .check = rule_interfaces, .since = RULE_INTERFACES_CHECKED },
	{ "istio.io/reroute-virtual-interfaces", NULL, .check = rule_interfaces,
	  .since = RULE_INTERFACES_CHECKED },
	{ "sidecar.istio.io/proxyCPU", NULL, .check = rule_quantity,
	  .since = RULE_QUANTITIES_CHECKED },
	{ "sidecar.istio.io/proxyMemory", NULL, .check = rule_quantity,
	  .since = RULE_QUANTITIES_CHECKED },
	{ "sidecar.istio.io/proxyCPULimit", NULL, .check = rule_quantity,
	  .since = RULE_QUANTITIES_CHECKED },
	{ "sidecar.istio.io/proxyMemoryLimit", NULL, .check = rule_quantity,
	  .since = RULE_QUANTITIES_CHECKED },
	{ "sidecar.istio.io/enableCoreDump", NULL, .check = rule_bool,
	  .until = RULE_NO_CORE_DUMP },
	{ "prometheus.istio.io/merge-metrics", NULL, .check = rule_bool },
	{ "proxy.istio.io/config", NULL, .check = rule_proxy },
};

static const struct rule *rule_find(str annotation)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (str_eq(annotation, str_of(rules[i].annotation)))
			return &rules[i];
	return NULL;
}

static bool applies(const struct rule *rule, struct release release)
{
	return release_has(release, rule->since) &&
	       (rule->until == RULE_ALWAYS ||
		!release_has(release, rule->until));
}

struct findings {
	struct release release;
	struct buf text;
	uint32_t n;
	struct pos first;
};

static void check_entry(struct findings *f, const struct entry *e)
{
	const struct rule *rule = rule_find(node_text(e->key));
	struct buf room = BUF_INIT, why = BUF_INIT;
	str value;

	if (!rule || !applies(rule, f->release))
		return;
	value = labels_text(e->value, &room);
	if (rule->check(value, rule->name, &why) != 0) {
		if (f->n++ == 0)
			f->first = node_pos(e->value);
		buf_printf(&f->text, "%sinvalid value '%.*s' for annotation "
			   "'%s': %s", f->n > 1 ? "; " : "", STR_ARG(value),
			   rule->annotation, buf_z(&why));
	}
	buf_release(&room);
	buf_release(&why);
}

int annotations_check(const struct node *meta, struct release release,
		      struct err *e)
{
	const struct node *notes = node_get(meta, STR("annotations"));
	struct findings f = { release, BUF_INIT, 0, POS_NONE };
	uint32_t i;
	int rc = 0;

	if (!notes || notes->kind != NODE_MAP)
		return 0;
	for (i = 0; i < notes->n; i++)
		check_entry(&f, &notes->entries[i]);
	if (f.n == 1)
		rc = err_set(e, f.first, "%s", buf_z(&f.text));
	else if (f.n)
		rc = err_set(e, f.first, "%u errors occurred: %s", f.n,
			     buf_z(&f.text));
	buf_release(&f.text);
	return rc;
}

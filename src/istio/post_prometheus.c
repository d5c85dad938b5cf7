/*
 * One address to scrape for application, agent and Envoy (webhook.go:
 * applyPrometheusMerge): the values of the prometheus.io annotations are passed
 * to the agent in the proxy's environment, and the annotations then point to
 * the agent:
 *
 *	before                         after
 *	prometheus.io/port: "8080"     prometheus.io/port: "15020"
 *	                               prometheus.io/path: /stats/prometheus
 *	                               env ISTIO_PROMETHEUS_ANNOTATIONS:
 *	                                 {"scrape":"","path":"","port":"8080"}
 *
 * Prometheus turns annotations into label names, so prometheus.io/port,
 * prometheus.io.port and prometheus/io/port are the same.
 *
 * The annotation prometheus.istio.io/scrape-targets, "8080:/metrics,9100",
 * names several ports of the application; it is removed.  The first of them
 * replaces the other annotations' port and path, for agents that scrape only
 * one.  If a target has no port, Istio ignores them all.
 *
 * Annotations that point to the agent since an earlier injection only follow
 * the agent to another port.
 *
 * If the agent also answers by mutual TLS, as ENVOY_SECURE_MERGED_METRICS_PORT
 * in its environment says, prometheus.istio.io/secure-port has that port.
 *
 * An agent that knows no targets or secure port is not told of them, and their
 * annotations are left alone.
 */
#include "istio/post.h"

#include "base/array.h"
#include "base/chars.h"
#include "go/strconv.h"
#include "istio/render.h"
#include "json/text.h"

#define AGENT_PATH STR("/stats/prometheus")
#define DEFAULT_PATH STR("/metrics")

#define NOTE_SECURE STR("prometheus.istio.io/secure-port")
#define ENV_SECURE STR("ENVOY_SECURE_MERGED_METRICS_PORT")

enum note { NOTE_SCRAPE, NOTE_PATH, NOTE_PORT, NOTE_TARGETS, NOTES };

/* Their label names in Prometheus, and the annotations that are set. */
static const struct {
	const char *label, *name;
} notes[NOTES] = {
	[NOTE_SCRAPE] = { "prometheus_io_scrape", "prometheus.io/scrape" },
	[NOTE_PATH] = { "prometheus_io_path", "prometheus.io/path" },
	[NOTE_PORT] = { "prometheus_io_port", "prometheus.io/port" },
	[NOTE_TARGETS] = { "prometheus_istio_io_scrape_targets",
			   "prometheus.istio.io/scrape-targets" },
};

/* Ports of the data plane itself, in the words of the agent's server.go:
 * IstioReservedPortReason. */
static const struct {
	int64_t port;
	const char *reason;
} reserved[] = {
	{ 15000, "Envoy admin" },
	{ 15001, "outbound traffic capture" },
	{ 15004, "pilot debug" },
	{ 15006, "inbound traffic capture" },
	{ 15008, "HBONE tunnel" },
	{ 15020, "pilot-agent status / merged Prometheus" },
	{ 15021, "Envoy health" },
	{ 15053, "DNS proxy" },
	{ 15090, "Envoy Prometheus (already merged)" },
};

/* Does strutil.SanitizeLabelName turn the name into the label?  It replaces all
 * characters but letters, digits and _ by a _. */
static bool has_label(str name, const char *label)
{
	size_t k = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if ((c & 0xc0) == 0x80)
			continue;
		if (label[k++] != (is_alnum(c) ? c : '_'))
			return false;
	}
	return label[k] == '\0';
}

/* Which of the first `n` annotations a name is, or n. */
static enum note note_of(str name, enum note n)
{
	enum note note = 0;

	while (note < n && !has_label(name, notes[note].label))
		note++;
	return note;
}

/* The annotations that mean something to an agent: only some know targets. */
static enum note known_notes(struct release agent)
{
	return release_has(agent, RULE_AGENT_SCRAPE_TARGETS) ? NOTES :
							       NOTE_TARGETS;
}

/* The values, STR_NONE if absent; of several spellings the last. */
struct scrape {
	str values[NOTES];
	const struct node *at[NOTES];	/* the annotations, or NULL */
	enum note n;			/* how many are known */
};

static struct scrape scrape_read(const struct injection *in,
				 const struct node *pod, enum note n)
{
	const struct node *map = node_find(pod, "metadata.annotations");
	struct scrape s = { { STR_NONE }, { NULL }, n };

	for (uint32_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		enum note note = note_of(node_text(map->entries[i].key), n);

		if (note == n)
			continue;
		s.values[note] = pod_text(in->arena, map->entries[i].value);
		s.at[note] = map->entries[i].value;
	}
	return s;
}

/* The Pod without the first n of them; `spare`: except for those that will be
 * set again. */
static const struct node *clear(struct arena *a, const struct node *pod,
				enum note n, bool spare)
{
	const struct node *map = node_find(pod, "metadata.annotations");

	for (uint32_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		str name = node_text(map->entries[i].key);
		enum note note = note_of(name, n);

		if (note == n || (spare && note != NOTE_TARGETS &&
				  str_eq(name, str_of(notes[note].name))))
			continue;
		pod = pod_annotate(a, pod, name, STR_NONE);
	}
	return pod;
}

static str agent_port(const struct injection *in)
{
	return arena_printf(in->arena, "%lld", (long long)
			    mesh_int(in->mesh.proxy, "statusPort"));
}

const struct node *prometheus_strip(const struct injection *in,
				    const struct node *pod)
{
	struct scrape s = scrape_read(in, pod, known_notes(in->istio->release));

	if (!s.values[NOTE_PORT].p ||
	    !str_eq(s.values[NOTE_PORT], agent_port(in)))
		return pod;
	return clear(in->arena, pod, s.n, false);
}

static bool wanted(const struct injection *in, const struct scrape *s,
		   const struct node *pod)
{
	str own = note_text(in, pod, STR("prometheus.istio.io/merge-metrics"));
	const struct node *of_mesh = node_get(in->mesh.config,
					      STR("enablePrometheusMerge"));
	bool yes;

	if (pod_parse_bool(s->values[NOTE_SCRAPE], &yes) && !yes)
		return false;
	if (pod_parse_bool(own, &yes))
		return yes;
	return !of_mesh || mesh_bool(in->mesh.config, "enablePrometheusMerge");
}

/* Is this a port of the application?  `is_target`: of scrape-targets. */
static int check_port(const struct injection *in, const struct node *at,
		      bool is_target, str port, struct err *e)
{
	const char *head = is_target ?
		"invalid prometheus scrape targets" :
		"invalid prometheus scrape configuration";
	const char *what = is_target ? "target port" : "port";
	int64_t number;

	if (!parse_int(port, 10, &number) || number < 1 || number > 65535) {
		struct buf quoted = BUF_INIT;

		quote_text(&quoted, port, false);
		err_set(e, node_pos(at), "%s: invalid %s %s", head, what,
			buf_z(&quoted));
		buf_release(&quoted);
		return -1;
	}
	if (number == mesh_int(in->mesh.proxy, "statusPort"))
		return err_set(e, node_pos(at), "%s: %s %.*s conflicts with "
			       "agent port", head, what, STR_ARG(port));
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (number == reserved[i].port)
			return err_set(e, node_pos(at), "%s: %s %.*s is "
				       "reserved for Istio (%s) and cannot be "
				       "scraped", head, what, STR_ARG(port),
				       reserved[i].reason);
	return 0;
}

/* The next target of a list, PORT or PORT:PATH between commas; false at the
 * end. */
static bool next_target(str *rest, str *one, str *port, str *path)
{
	do {
		if (!rest->n)
			return false;
		str_cut(*rest, ',', one, rest);
		*one = trim_space(*one);
	} while (!one->n);
	str_cut(*one, ':', port, path);
	*port = trim_space(*port);
	*path = trim_space(*path);
	if (!path->n)
		*path = DEFAULT_PATH;
	return true;
}

/* Does each target have a port?  A warning if not. */
static bool have_ports(const struct injection *in, const struct scrape *s)
{
	str rest = s->values[NOTE_TARGETS], one, port, path;
	struct buf why = BUF_INIT;

	while (next_target(&rest, &one, &port, &path)) {
		if (port.n)
			continue;
		buf_printf(&why, "failed to parse %s annotation: empty port in "
			   "scrape target ", notes[NOTE_TARGETS].name);
		quote_text(&why, one, false);
		buf_addz(&why, "; none of the targets will be scraped");
		in->warn(in->ctx, node_pos(s->at[NOTE_TARGETS]),
			 arena_str(in->arena, buf_str(&why)).p);
		buf_release(&why);
		return false;
	}
	return true;
}

/* Append the targets as JSON, [{"port":"8080","path":"/metrics"}], and let the
 * first one replace port and path. */
static int write_targets(const struct injection *in, struct scrape *s,
			 struct buf *b, struct err *e)
{
	str rest = s->values[NOTE_TARGETS], one, port, path;

	if (!have_ports(in, s))
		return 0;
	while (next_target(&rest, &one, &port, &path)) {
		if (check_port(in, s->at[NOTE_TARGETS], true, port, e))
			return -1;
		if (!b->n) {
			s->values[NOTE_PORT] = port;
			s->values[NOTE_PATH] = path;
		}
		buf_addz(b, b->n ? ",{\"port\":" : "[{\"port\":");
		json_write_text_go(b, port);
		buf_addz(b, ",\"path\":");
		json_write_text_go(b, path);
		buf_addc(b, '}');
	}
	if (b->n)
		buf_addc(b, ']');
	return 0;
}

/* Append what the user's annotations say, and the targets, if there are any. */
static void write_scrape(struct buf *b, const struct scrape *s, str targets)
{
	static const struct { const char *key; int note; } values[] = {
		{ "{\"scrape\":", NOTE_SCRAPE },
		{ ",\"path\":", NOTE_PATH },
		{ ",\"port\":", NOTE_PORT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		buf_addz(b, values[i].key);
		json_write_text_go(b, s->values[values[i].note]);
	}
	if (targets.n)
		buf_addz(b, ",\"targets\":");
	buf_adds(b, targets);
	buf_addc(b, '}');
}

/* The environment's value, "" if there is nothing to scrape. */
static int scrape_json(const struct injection *in, struct scrape *s, str *out,
		       struct err *e)
{
	struct buf targets = BUF_INIT, b = BUF_INIT;
	int status = write_targets(in, s, &targets, e);

	if (!status && !targets.n && s->values[NOTE_PORT].n &&
	    release_has(in->istio->release, RULE_SCRAPE_PORTS_CHECKED))
		status = check_port(in, s->at[NOTE_PORT], false,
				    s->values[NOTE_PORT], e);
	if (!status && (targets.n || s->values[NOTE_SCRAPE].n ||
			s->values[NOTE_PATH].n || s->values[NOTE_PORT].n))
		write_scrape(&b, s, buf_str(&targets));
	*out = b.n ? arena_str(in->arena, buf_str(&b)) : STR("");
	buf_release(&targets);
	buf_release(&b);
	return status;
}

static const struct node *lead_to_agent(const struct injection *in,
					const struct node *pod, enum note n)
{
	const str values[] = {
		[NOTE_SCRAPE] = STR("true"),
		[NOTE_PATH] = AGENT_PATH,
		[NOTE_PORT] = agent_port(in),
	};

	pod = clear(in->arena, pod, n, true);
	for (enum note note = 0; note < NOTE_TARGETS; note++)
		pod = pod_annotate(in->arena, pod, str_of(notes[note].name),
				   values[note]);
	return pod;
}

/* Do the annotations point to the agent since an earlier injection? */
static bool is_ours(const struct injection *in, const struct scrape *s)
{
	return pod_note(in->pod, NOTE_STATUS) &&
	       str_eq(s->values[NOTE_PATH], AGENT_PATH);
}

const struct node *post_prometheus(const struct injection *in,
				   const struct node *pod, struct err *e)
{
	struct pod_place sidecar = pod_find(pod, PROXY_CONTAINER);
	struct release agent = agent_release(in, sidecar.container);
	struct scrape s = scrape_read(in, pod, known_notes(agent));
	bool at_agent = s.values[NOTE_PORT].p &&
			(is_ours(in, &s) || str_eq(s.values[NOTE_PORT],
						   agent_port(in)));
	str value;

	if (!wanted(in, &s, pod))
		return pod;
	if (at_agent && !is_ours(in, &s))
		return pod;
	if (at_agent && !s.at[NOTE_TARGETS])
		return lead_to_agent(in, pod, s.n);
	if (at_agent)
		s.values[NOTE_PORT] = s.values[NOTE_PATH] = STR_NONE;
	if (scrape_json(in, &s, &value, e))
		return NULL;
	if (sidecar.container && value.n)
		pod = pod_replace(in->arena, pod, &sidecar,
				  pod_with_env(in->arena, sidecar.container,
					       ENV_PROMETHEUS, value,
					       pod_note(in->pod, NOTE_STATUS)));
	return lead_to_agent(in, pod, s.n);
}

/* ---- the port with mutual TLS ---- */

/* What the proxy of a Pod is told, if that is a port. */
static str secure_port(const struct injection *in, const struct node *pod)
{
	const struct node *env = pod_env(pod_find(pod, PROXY_CONTAINER)
						 .container, ENV_SECURE);
	str port = pod_text(in->arena, node_get(env, STR("value")));

	return port.n && !str_eq(port, STR("0")) ? port : STR_NONE;
}

/* The annotation in any spelling, or NULL. */
static const struct entry *secure_note(const struct node *pod)
{
	const struct node *map = node_find(pod, "metadata.annotations");

	for (uint32_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++)
		if (has_label(node_text(map->entries[i].key),
			      "prometheus_istio_io_secure_port"))
			return &map->entries[i];
	return NULL;
}

/* webhook.go: applySecurePrometheusAnnotation.  An annotation is the user's,
 * unless it has the value that an earlier injection passed to the proxy. */
const struct node *post_secure_port(const struct injection *in,
				    const struct node *pod, struct err *e)
{
	const struct node *sidecar = pod_find(pod, PROXY_CONTAINER).container;
	const struct entry *old = secure_note(pod);
	str former = secure_port(in, in->pod), port = STR_NONE;

	(void)e;
	if (old && !(pod_note(in->pod, NOTE_STATUS) && former.n &&
		     str_eq(node_text(old->key), NOTE_SECURE) &&
		     str_eq(pod_text(in->arena, old->value), former)))
		return pod;
	if (release_has(agent_release(in, sidecar), RULE_AGENT_SECURE_PORT))
		port = secure_port(in, pod);
	return old || port.p ? pod_annotate(in->arena, pod, NOTE_SECURE, port) :
			       pod;
}

/* ---- restoring ---- */

/* 8080:/metrics,9100:/metrics */
static str targets_text(const struct injection *in, const struct node *list)
{
	struct buf b = BUF_INIT;
	str text;

	for (uint32_t i = 0; i < pod_count(list); i++) {
		const struct node *one = list->items[i];

		if (i)
			buf_addc(&b, ',');
		buf_adds(&b, pod_text(in->arena, node_get(one, STR("port"))));
		buf_addc(&b, ':');
		buf_adds(&b, pod_text(in->arena, node_get(one, STR("path"))));
	}
	text = arena_str(in->arena, buf_str(&b));
	buf_release(&b);
	return text;
}

const struct node *prometheus_restore(const struct injection *in,
				      const struct node *pod,
				      const struct node *known)
{
	static const char *const keys[] = {
		[NOTE_SCRAPE] = "scrape",
		[NOTE_PATH] = "path",
		[NOTE_PORT] = "port",
	};
	struct scrape s = scrape_read(in, pod, NOTES);
	const struct node *targets = node_get(known, STR("targets"));
	str port = secure_port(in, in->pod);
	str secure = note_text(in, pod, NOTE_SECURE);

	if (!str_eq(s.values[NOTE_PATH], AGENT_PATH))
		return pod;
	for (enum note note = 0; note < NOTE_TARGETS; note++) {
		str value = node_string(node_get(known, str_of(keys[note])));

		/* those of the first target */
		if (targets && note != NOTE_SCRAPE)
			value = STR_NONE;
		pod = pod_annotate(in->arena, pod, str_of(notes[note].name),
				   value.n ? value : STR_NONE);
	}
	if (targets)
		pod = pod_annotate(in->arena, pod,
				   str_of(notes[NOTE_TARGETS].name),
				   targets_text(in, targets));
	if (port.n && str_eq(port, secure))
		pod = pod_annotate(in->arena, pod, NOTE_SECURE, STR_NONE);
	return pod_prune(in->arena, pod);
}

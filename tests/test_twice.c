/*
 * Twice changes nothing, and undo leads back: manifests are made at random, in
 * any style, and injected with templates that read what they add.
 *
 *	inject, inject, compare		the same bytes
 *	uninject, compare		the original bytes
 *
 * A manifest is a tree: a base to which parts of Pods were added, removed,
 * renamed, repeated or emptied, alone or in a List, and which is then written
 * in block style, flow style or JSON, with comments, anchors, duplicate keys,
 * directives and other line ends.  All of it follows from a number, so what is
 * found can be repeated.
 *
 * TWICE_RUNS in the environment says how many manifests, TWICE_FIRST the number
 * of the first.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "injector.h"
#include "json/text.h"
#include "yaml/read.h"

#define RUNS 100

static uint32_t seed;

static uint32_t below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (seed >> 4) % n;
}

/* So that numbers that follow one another give unlike manifests. */
static void start(uint32_t number, uint32_t way)
{
	seed = (number * 2654435761u ^ way * 40503u) | 1u << 31;
	for (int i = 0; i < 8; i++)
		below(2);
}

static bool once_in(uint32_t n)
{
	return below(n) == 0;
}

/* ---- trees ---- */

static const struct node *parse(struct arena *a, const char *text)
{
	struct source *source = arena_new(a, struct source);
	struct document *doc = arena_new(a, struct document);
	struct err e = ERR_INIT;

	*source = (struct source){ .name = "part", .text = str_of(text),
				   .line = 1, .column = 1 };
	doc->source = source;
	ck_assert_msg(!yaml_read_lines(a, source, doc, &e), "%s\n%s", e.text,
		      text);
	return doc->root;
}

#define HEAD "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
#define PROBE "readinessProbe: {httpGet: {path: /ready, port: http}}"

static const char *const bases[] = {
	HEAD "spec: {template: {metadata: {labels: {app: web}}, spec: {"
	"containers: [{name: web, image: 'web:1', ports: [{name: http, "
	"containerPort: 8080}], " PROBE "}]}}}\n",
	"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
	"spec: {containers: [{name: a, image: a}, {name: b, image: b, "
	"env: [{name: A, value: '1'}]}], volumes: [{name: data, emptyDir: "
	"{}}]}\n",
	"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\n"
	"spec: {schedule: '* * * * *', jobTemplate: {spec: {template: {spec: "
	"{restartPolicy: Never, containers: [{name: job, image: j}]}}}}}\n",
	HEAD "spec: {template: {spec: {containers: [{name: w, image: w}]}}}\n",
};

/* What is added to a map, by what tells such maps: a key that it has. */
static const struct part {
	const char *at, *yaml;
} parts[] = {
	{ "containers", "dnsPolicy: Default" },
	{ "containers", "dnsPolicy: None" },
	{ "containers", "terminationGracePeriodSeconds: 60" },
	{ "containers", "terminationGracePeriodSeconds: 90" },
	{ "containers", "securityContext: {fsGroup: 1000}" },
	{ "containers", "securityContext: {runAsUser: 7}" },
	{ "containers", "securityContext: {}" },
	{ "containers", "volumes: []" },
	{ "containers", "volumes: [{name: logs, emptyDir: {}}]" },
	{ "containers", "volumes: [{name: x, hostPath: {path: /x}}]" },
	{ "containers", "initContainers: [{name: setup, image: s}]" },
	{ "containers", "initContainers: [{name: side, image: s, "
			"restartPolicy: Always}]" },
	{ "containers", "hostAliases: [{ip: 10.0.0.1, hostnames: [db]}]" },
	{ "containers", "nodeSelector: {disk: ssd}" },
	{ "containers", "imagePullSecrets: [{name: mine}]" },
	{ "containers", "tolerations: [{key: a, operator: Exists}]" },
	{ "containers", "serviceAccountName: web" },
	{ "image", "env: [{name: LOGS, value: mine}]" },
	{ "image", "env: [{name: A, value: a}, {name: B, value: b}]" },
	{ "image", "env: []" },
	{ "image", PROBE },
	{ "image", "livenessProbe: {httpGet: {path: /, port: 8080}, "
		   "periodSeconds: 3}" },
	{ "image", "startupProbe: {tcpSocket: {port: 81}}" },
	{ "image", "livenessProbe: {grpc: {port: 9000}}" },
	{ "image", "ports: [{name: http, containerPort: 8080}]" },
	{ "image", "ports: [{containerPort: 53, protocol: UDP}, "
		   "{containerPort: 53}]" },
	{ "image", "volumeMounts: [{name: logs, mountPath: /logs}]" },
	{ "image", "resources: {limits: {cpu: 1000m, memory: 1Gi}}" },
	{ "image", "args: [a, '', 'no', '# b', \"two\\nlines\\n\"]" },
	{ "template", "replicas: 2" },
	{ "kind", "metadata: {name: other, annotations: {a: b}}" },
};

/* Of the Pod template or Pod. */
static const char *const metadata[] = {
	"labels: {}", "labels: {team: shop}", "labels: {logs: 'on', app: x}",
	"labels: {app: web, version: v1}", "annotations: {}",
	"annotations: {note: \"two\\nlines\\n\"}",
	"annotations: {example.com/logs: 'on'}",
	"annotations: {prometheus.io/scrape: 'true', prometheus.io/port: '80'}",
	"annotations: {proxy.istio.io/config: '{concurrency: 2}'}",
	"annotations: {rare: \"a\\u2028b\\u0085c\"}",
};

/* ---- mutations ---- */

struct mutation {
	struct arena *arena;
	uint32_t left;		/* nodes to pass until the one that changes */
	bool done;
};

static const struct node *add_all(struct arena *a, const struct node *map,
				  const struct node *more)
{
	for (uint32_t i = 0; i < more->n; i++)
		map = node_with(a, map, node_text(more->entries[i].key),
				more->entries[i].value);
	return map;
}

static const struct node *add_metadata(struct arena *a, const struct node *map)
{
	const struct node *meta = node_get(map, STR("metadata"));
	const struct node *more = parse(a,
		metadata[below(ARRAY_SIZE(metadata))]);

	if (!meta || meta->kind != NODE_MAP)
		meta = node_new_map(a, NULL, NULL, 0);
	return node_with(a, map, STR("metadata"), add_all(a, meta, more));
}

static const struct node *add_part(struct arena *a, const struct node *map)
{
	if (node_find(map, "spec.containers") && once_in(2))
		return add_metadata(a, map);
	for (int i = 0; i < 40; i++) {
		const struct part *p = &parts[below(ARRAY_SIZE(parts))];

		if (node_get(map, str_of(p->at)))
			return add_all(a, map, parse(a, p->yaml));
	}
	return map;
}

static const struct node *change_map(struct arena *a, const struct node *map)
{
	static const char *const names[] = {
		"web", "log", "a", "logs", "istio-proxy", "x y", "'8080'",
	};
	const struct entry *e = &map->entries[below(map->n)];
	str key = node_text(e->key);

	switch (below(7)) {
	case 0: return node_with(a, map, key, NULL);
	case 1: return node_with(a, map, key, node_new(a, NODE_NULL));
	case 2:
		if (node_get(map, STR("name")))
			return node_with(a, map, STR("name"),
				parse(a, names[below(ARRAY_SIZE(names))]));
		return map;
	case 3:		/* to another place */
		return node_with(a, node_with(a, map, key, NULL), key,
				 e->value);
	default:
		return add_part(a, map);
	}
}

static const struct node *change_list(struct arena *a, const struct node *list)
{
	const struct node **items = arena_array(a, const struct node *,
						list->n + 1);
	uint32_t n = list->n, at = below(n), other = below(n);

	memcpy(items, list->items, n * sizeof(*items));
	switch (below(6)) {
	case 4:		/* as another, under its own name */
	case 5:
		if (items[at]->kind == NODE_MAP &&
		    items[other]->kind == NODE_MAP &&
		    node_get(items[at], STR("name")))
			items[at] = node_with(a, items[other], STR("name"),
				node_get(items[at], STR("name")));
		break;
	case 0:		/* repeated */
		items[n++] = items[at];
		break;
	case 1:		/* the same under another name */
		items[n++] = items[at]->kind == NODE_MAP ?
			node_with(a, items[at], STR("name"),
				  parse(a, once_in(2) ? "second" : "log")) :
			items[at];
		break;
	case 2:
		items[at] = items[other];
		items[other] = list->items[at];
		break;
	default:
		items[at] = items[--n];
	}
	return node_new_list(a, list, items, n);
}

static const struct node *mutate(struct mutation *m, const struct node *node)
{
	if (node_is_scalar(node) || !node->n || m->done)
		return node;
	if (!m->left--) {
		m->done = true;
		return node->kind == NODE_MAP ? change_map(m->arena, node) :
						change_list(m->arena, node);
	}
	for (uint32_t i = 0; i < node->n && !m->done; i++) {
		bool map = node->kind == NODE_MAP;
		const struct node *old = map ? node->entries[i].value :
					       node->items[i];
		const struct node *new = mutate(m, old), **items;

		if (new == old)
			continue;
		if (map)
			return node_with(m->arena, node,
					 node_text(node->entries[i].key), new);
		items = arena_array(m->arena, const struct node *, node->n);
		memcpy(items, node->items, node->n * sizeof(*items));
		items[i] = new;
		return node_new_list(m->arena, node, items, node->n);
	}
	return node;
}

/* ---- writing ---- */

struct writer {
	struct buf *out;
	bool json, comments, anchors;
	uint32_t n_anchors;
	const struct node *anchored[4];	/* by the number of their anchor */
};

/* Is it a text without quotes, to YAML 1.1? */
static bool is_plain(str text)
{
	static const str others[] = {
		STR("y"), STR("n"), STR("yes"), STR("no"), STR("on"),
		STR("off"), STR("true"), STR("false"), STR("null"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (str_eq(text, others[i]))
			return false;
	for (size_t i = 0; i < text.n; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyzACIMNPS/.", text.p[i],
			    35))
			return false;
	return text.n && *text.p != '.' && *text.p != '/';
}

static void write_scalar(struct writer *w, const struct node *n)
{
	str text = node_text(n);

	if (n->kind != NODE_STRING) {
		buf_addz(w->out, n->kind == NODE_NULL ? "null" : "");
		if (n->kind != NODE_NULL)
			buf_adds(w->out, text);
		return;
	}
	if (!w->json && is_plain(text) && below(5))
		buf_adds(w->out, text);
	else if (!w->json && !memchr(text.p, '\n', text.n) && once_in(2))
		buf_printf(w->out, "'%.*s'", STR_ARG(text));
	else
		json_write_text(w->out, text);
}

static void write_key(struct writer *w, str key)
{
	if (w->json || !is_plain(key) || once_in(40))
		json_write_text(w->out, key);
	else
		buf_adds(w->out, key);
}

static void new_line(struct writer *w, uint32_t indent)
{
	if (w->comments && once_in(8))
		buf_addz(w->out, once_in(2) ? " # why" : "   # a: b");
	buf_addc(w->out, '\n');
	if (w->comments && once_in(10))
		buf_printf(w->out, "%*s# about it\n", (int)indent, "");
	if (w->comments && once_in(20))
		buf_addc(w->out, '\n');
	buf_printf(w->out, "%*s", (int)indent, "");
}

static void write_flow(struct writer *w, const struct node *n, bool lines,
		       uint32_t indent)
{
	const bool map = n->kind == NODE_MAP;

	if (node_is_scalar(n)) {
		write_scalar(w, n);
		return;
	}
	buf_addc(w->out, map ? '{' : '[');
	for (uint32_t i = 0; i < n->n; i++) {
		if (i)
			buf_addz(w->out, lines ? "," : ", ");
		if (lines)
			buf_printf(w->out, "\n%*s", (int)indent + 2, "");
		if (map) {
			write_key(w, node_text(n->entries[i].key));
			buf_addz(w->out, ": ");
		}
		write_flow(w, map ? n->entries[i].value : n->items[i], lines,
			   indent + 2);
	}
	if (lines && n->n)
		buf_printf(w->out, "\n%*s", (int)indent, "");
	buf_addc(w->out, map ? '}' : ']');
}

/* An alias in place of what has an anchor; else perhaps an anchor. */
static bool write_anchor(struct writer *w, const struct node *n)
{
	for (uint32_t i = 0; i < w->n_anchors; i++) {
		if (node_equal(w->anchored[i], n)) {
			buf_printf(w->out, " *a%u", i);
			return true;
		}
	}
	if (w->anchors && w->n_anchors < ARRAY_SIZE(w->anchored) &&
	    !node_is_scalar(n) && n->n && once_in(3)) {
		buf_printf(w->out, " &a%u", w->n_anchors);
		w->anchored[w->n_anchors] = n;
	}
	return false;
}

/* The text ends with a line break, which the caller writes. */
static void write_literal(struct writer *w, str text, uint32_t indent)
{
	str line;

	buf_addz(w->out, " |");
	text.n--;
	for (bool more = true; more;) {
		more = str_cut(text, '\n', &line, &text);
		buf_printf(w->out, "\n%*s%.*s", (int)indent, "",
			   STR_ARG(line));
	}
}

static void write_block(struct writer *w, const struct node *n, uint32_t indent,
			bool first);

/* Behind "key:" or "-". */
static void write_value(struct writer *w, const struct node *n, uint32_t indent,
			bool item)
{
	const uint32_t anchors = w->n_anchors;
	bool anchored;

	if (write_anchor(w, n))
		return;
	anchored = anchors < ARRAY_SIZE(w->anchored) && w->anchored[anchors];
	if (n->kind == NODE_STRING && str_ends(node_text(n), STR("\n")) &&
	    once_in(2)) {
		write_literal(w, node_text(n), indent + 2);
	} else if (node_is_scalar(n) || !n->n || once_in(10)) {
		buf_addc(w->out, ' ');
		write_flow(w, n, once_in(4) && indent > 0, indent);
	} else if (item && n->kind == NODE_MAP && !anchored) {
		buf_addc(w->out, ' ');
		write_block(w, n, indent + 2, true);
	} else {
		/* a list may be at the column of its key */
		write_block(w, n, n->kind == NODE_LIST && !item && once_in(2) ?
					  indent : indent + 2, false);
	}
	/* aliases may follow now */
	w->n_anchors += anchored && w->n_anchors == anchors;
}

static void write_block(struct writer *w, const struct node *n, uint32_t indent,
			bool first)
{
	for (uint32_t i = 0; i < n->n; i++) {
		if (i || !first)
			new_line(w, indent);
		if (n->kind == NODE_LIST) {
			buf_addc(w->out, '-');
			write_value(w, n->items[i], indent, true);
			continue;
		}
		/* the last of duplicate keys counts */
		if (w->comments && once_in(60)) {
			buf_adds(w->out, node_text(n->entries[i].key));
			buf_addz(w->out, ": null");
			new_line(w, indent);
		}
		write_key(w, node_text(n->entries[i].key));
		buf_addc(w->out, ':');
		write_value(w, n->entries[i].value, indent, false);
	}
}

static void write_document(struct buf *out, const struct node *root)
{
	struct writer w = {
		.out = out, .json = once_in(5), .comments = once_in(2),
		.anchors = once_in(4),
	};

	if (w.json)
		write_flow(&w, root, once_in(2), 0);
	else
		write_block(&w, root, 0, true);
	if (below(8))
		buf_addc(out, '\n');
	else if (!w.json && once_in(2))
		buf_addz(out, once_in(2) ? "\n..." : "\n...\n");
}

/* Every line with CRLF. */
static void with_crlf(struct buf *out, str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			buf_addc(out, '\r');
		buf_addc(out, text.p[i]);
	}
}

static const struct node *make_object(struct arena *a)
{
	const struct node *root = parse(a, bases[below(ARRAY_SIZE(bases))]);

	for (uint32_t i = below(12); i--;) {
		struct mutation m = { a, below(30), false };

		root = mutate(&m, root);
	}
	return root;
}

static void make_manifest(struct buf *out)
{
	struct arena a = ARENA_INIT;
	struct buf text = BUF_INIT;
	uint32_t n = once_in(4) ? 2 + below(2) : 1;

	if (once_in(8))
		buf_addz(&text, once_in(2) ? "%YAML 1.1\n---\n" : "---\n");
	for (uint32_t i = 0; i < n; i++) {
		const struct node *root = make_object(&a);
		const struct node *items[2];

		if (once_in(6)) {
			items[0] = root;
			items[1] = make_object(&a);
			root = node_with(&a, parse(&a, "apiVersion: v1\n"
						      "kind: List\n"),
					 STR("items"),
					 node_new_list(&a, NULL, items, 2));
		}
		if (i)
			buf_addz(&text, text.p[text.n - 1] == '\n' ?
						"---\n" : "\n---\n");
		write_document(&text, root);
	}
	if (once_in(6))
		with_crlf(out, buf_str(&text));
	else
		buf_adds(out, buf_str(&text));
	buf_release(&text);
	arena_release(&a);
}

/* ---- handles ---- */

/* Each writes what it sees of the Pod, and sets that. */
static const char *const templates[] = {
	"metadata: {labels: {logs: 'on'}}\n"
	"spec:\n"
	"  containers:\n"
	"  - name: log\n"
	"    image: log\n"
	"    env: [{name: META, value: {{ toJSON .ObjectMeta.Labels | quote "
	"}}}]\n",
	"metadata:\n"
	"  labels: {team: ops}\n"
	"  annotations:\n"
	"    example.com/sum: '{{ toYaml .Spec | sha256sum | trunc 9 }}'\n"
	"    example.com/seen: {{ toJSON .ObjectMeta.Annotations | quote }}\n"
	"spec:\n"
	"  dnsPolicy: None\n"
	"  terminationGracePeriodSeconds: 60\n"
	"  securityContext: {fsGroup: 1000}\n"
	"  nodeSelector: {disk: hdd}\n"
	"  initContainers: [{name: side, image: s, restartPolicy: Always}]\n"
	"  containers:\n"
	"  - name: log\n"
	"    image: log\n"
	"    args: ['{{ .Spec.DNSPolicy }}', '{{ len .Spec.Volumes }}']\n"
	"  volumes: [{name: logs, emptyDir: {}}]\n",
	"spec:\n"
	"  containers:\n"
	"  - name: log\n"
	"    image: log\n"
	"  {{- range .Spec.Containers }}\n"
	"  - name: {{ .Name | quote }}\n"
	"    env: [{name: LOGS, value: '{{ range .Env }}{{ .Name }} {{ end "
	"}}'}]\n"
	"    volumeMounts: [{name: logs, mountPath: /logs}]\n"
	"  {{- end }}\n"
	"  volumes: [{name: logs, emptyDir: {}}]\n",
};

static const char more[] =
	"spec: {containers: [{name: more, image: m}], volumes: [{name: x, "
	"emptyDir: {}}]}\n";

static const char config[] =
	"templates:\n"
	"  sidecar: |\n"
	"    metadata:\n"
	"      labels: {logs: 'on'}\n"
	"      annotations: {example.com/mesh: east}\n"
	"    spec:\n"
	"      dnsPolicy: None\n"
	"      initContainers: [{name: istio-init, image: i}]\n"
	"      containers:\n"
	"      - name: istio-proxy\n"
	"        image: i\n"
	"        env:\n"
	"        - name: SEEN\n"
	"          value: '{{ toJSON .ObjectMeta.Labels }}{{ len "
	".Spec.Containers }}{{ len .Spec.Volumes }}'\n"
	"      volumes: [{name: istio-x, emptyDir: {}}]\n";

/* Own templates, then Istio's configuration and profile. */
#define N_OWN ARRAY_SIZE(templates)
#define N_WAYS (N_OWN + 2)

static struct injector *handle(uint32_t way, enum injector_task task)
{
	const char *text = way < N_OWN ? templates[way] : config;
	const struct injector_text files[] = {
		{ "side.yaml", text, strlen(text) },
		{ "more.yaml", more, sizeof(more) - 1 },
	};
	struct injector_istio istio = {
		.size = sizeof(istio), .builtin = way > N_OWN,
		.inject_config = way == N_OWN ? files : NULL,
	};
	struct injector_options options = {
		.size = sizeof(options), .task = task,
		.templates = files,
		/* the last of them with another, which it sees nothing of */
		.n_templates = way < N_OWN ? 1 + (way == N_OWN - 1) : 0,
		.istio = way < N_OWN ? NULL : &istio,
	};
	struct injector_error e;
	struct injector *in = injector_new(&options, &e);

	ck_assert_msg(in != NULL, "%s", e.text);
	return in;
}

static void forget(void *ctx, const struct injector_event *event)
{
	(void)ctx;
	(void)event;
}

/* NULL if that is an error. */
static char *run(const struct injector *in, const char *text)
{
	const struct injector_text input = { "in.yaml", text, strlen(text) };
	struct injector_error e;
	char *out = NULL;

	return injector_inject_text(in, &input, &out, NULL, forget, NULL, &e) ?
		       NULL : out;
}

/* ---- the property ---- */

static struct {
	unsigned injected, refused, differences;
} count;

/* Too long for a message of Check's. */
static void differs(uint32_t number, const char *what, const char *text,
		    const char *first, const char *other)
{
	count.differences++;
	if (count.differences < 5)
		printf("--- number %u: %s differs\n%s\n--- injected\n%s\n"
		       "--- then\n%s\n", number, what, text, first,
		       other ? other : "an error");
}

static void twice(struct injector *const in[2], const char *text,
		  uint32_t number)
{
	char *first = run(in[0], text), *second, *back;

	if (!first || !strcmp(first, text)) {
		count.refused++;
		injector_free_text(first);
		return;
	}
	count.injected++;
	second = run(in[0], first);
	back = run(in[1], first);
	if (!second || strcmp(second, first))
		differs(number, "the second run", text, first, second);
	if (!back || strcmp(back, text))
		differs(number, "the way back", text, first, back);
	injector_free_text(first);
	injector_free_text(second);
	injector_free_text(back);
}

static uint32_t from_environment(const char *name, uint32_t otherwise)
{
	const char *value = getenv(name);

	return value ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

START_TEST(changes_nothing)
{
	const uint32_t way = (uint32_t)_i;
	const uint32_t first = from_environment("TWICE_FIRST", 0);
	const uint32_t runs = from_environment("TWICE_RUNS", RUNS);
	struct injector *in[2] = {
		handle(way, INJECTOR_INJECT), handle(way, INJECTOR_UNINJECT),
	};
	struct buf text = BUF_INIT;

	for (uint32_t i = first; i < first + runs; i++) {
		start(i, way);
		buf_clear(&text);
		make_manifest(&text);
		twice(in, buf_z(&text), i);
	}
	printf("way %u: %u injected, %u not, %u differences\n", way,
	       count.injected, count.refused, count.differences);
	ck_assert_uint_eq(count.differences, 0);
	/* most of what is made can be injected */
	ck_assert(runs < 50 || count.injected > runs / 3);
	buf_release(&text);
	injector_free(in[0]);
	injector_free(in[1]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("twice");
	TCase *tc = tcase_create("twice");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(tc, changes_nothing, 0, (int)N_WAYS);
	tcase_set_timeout(tc, 3600);
	suite_add_tcase(suite, tc);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

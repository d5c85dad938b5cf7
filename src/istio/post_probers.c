/*
 * The JSON of app_probe.go's KubeAppProbers: a map from the path at which the
 * kubelet asks the agent to the Prober that says how to ask the application.
 *
 * A prober is a tree {httpGet | tcpSocket | grpc, timeoutSeconds}, which is
 * what a probe and what parsed JSON are: the writer takes of it what Go's
 * struct has.
 */
#include "base/array.h"
#include "istio/post_step.h"

#include <stdlib.h>
#include <string.h>

#include "json/text.h"
#include "k8s/gojson.h"

struct prober {
	str path;
	const struct node *node;
	uint32_t at;			/* the later one counts */
};

struct probers {
	struct arena *arena;
	struct prober *list;
	uint32_t n, cap;
};

struct probers *probers_new(struct arena *a)
{
	struct probers *p = arena_new(a, struct probers);

	p->arena = a;
	return p;
}

void probers_add(struct probers *p, str path, const struct node *prober)
{
	struct prober *grown;

	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 8;
		grown = arena_array(p->arena, struct prober, p->cap);
		if (p->n)
			memcpy(grown, p->list, p->n * sizeof(*grown));
		p->list = grown;
	}
	p->list[p->n] = (struct prober){ path, prober, p->n };
	p->n++;
}

static int compare(const void *a, const void *b)
{
	const struct prober *x = a, *y = b;
	int by_path = str_cmp(x->path, y->path);

	return by_path ? by_path : (x->at > y->at) - (x->at < y->at);
}

static void write_prober(struct buf *b, const struct node *prober)
{
	static const struct { const char *key, *type; } actions[] = {
		{ "httpGet", "HTTPGetAction" },
		{ "tcpSocket", "TCPSocketAction" },
		{ "grpc", "GRPCAction" },
	};
	const struct node *timeout = node_get(prober, STR("timeoutSeconds"));
	int64_t seconds = 0;
	bool first = true;

	if (prober->kind == NODE_NULL) {
		buf_addz(b, "null");
		return;
	}
	buf_addc(b, '{');
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		const struct node *action = node_get(prober,
						     str_of(actions[i].key));

		if (!action || action->kind != NODE_MAP)
			continue;
		buf_printf(b, "%s\"%s\":", first ? "" : ",", actions[i].key);
		gojson_write(b, actions[i].type, action);
		first = false;
	}
	if (pod_get_int(timeout, &seconds) && seconds)
		buf_printf(b, "%s\"timeoutSeconds\":%lld", first ? "" : ",",
			   (long long)seconds);
	buf_addc(b, '}');
}

str probers_json(struct probers *p)
{
	struct buf b = BUF_INIT;
	str text;

	if (!p->n)
		return STR("");
	qsort(p->list, p->n, sizeof(*p->list), compare);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct prober *one = &p->list[i];

		if (i + 1 < p->n && str_eq(one->path, one[1].path))
			continue;
		buf_addc(&b, b.n ? ',' : '{');
		json_write_text_go(&b, one->path);
		buf_addc(&b, ':');
		write_prober(&b, one->node);
	}
	buf_addc(&b, '}');
	text = arena_str(p->arena, buf_str(&b));
	buf_release(&b);
	return text;
}

#include "gen.h"

#include <stdio.h>
#include <string.h>

/* The i-th number of a sequence without memory (splitmix64). */
static uint64_t number(uint64_t i)
{
	i = (i + 1) * 0x9e3779b97f4a7c15;
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9;
	i = (i ^ i >> 27) * 0x94d049bb133111eb;
	return i ^ i >> 31;
}

static void line(struct buf *b, int in, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void line(struct buf *b, int in, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_fill(b, ' ', (size_t)in);
	buf_addz(b, text);
	buf_addc(b, '\n');
}

static const char *const words[] = {
	"orders", "carts", "billing", "search", "mail", "stock", "users",
	"media", "gateway", "reports", "prices", "tax", "labels", "audit",
};

static const char *word(uint64_t r)
{
	return words[r % (sizeof(words) / sizeof(words[0]))];
}

static void head(struct buf *b, const char *api, const char *kind, uint64_t i)
{
	uint64_t r = number(i);

	if (r % 5 == 0)
		line(b, 0, "# %s: ask the %s team first.", kind, word(r >> 8));
	line(b, 0, "apiVersion: %s", api);
	line(b, 0, "kind: %s", kind);
	line(b, 0, "metadata:");
	line(b, 2, "name: %s-%llu", word(r), (unsigned long long)i);
	line(b, 2, "namespace: %s", word(r >> 16));
	line(b, 2, "labels:");
	line(b, 4, "app: %s-%llu", word(r), (unsigned long long)i);
	line(b, 4, "tier: \"%u\"", (unsigned)(r >> 24) % 4);
}

static void config_map(struct buf *b, uint64_t i)
{
	uint64_t r = number(i * 3 + 1);

	head(b, "v1", "ConfigMap", i);
	line(b, 0, "data:");
	for (unsigned k = 0; k < 3 + r % 5; k++)
		line(b, 2, "%s.%u: \"%llx\"  # set by hand", word(r >> k), k,
		     (unsigned long long)(r >> k));
	line(b, 2, "%s.conf: |", word(r >> 7));
	for (unsigned k = 0; k < 2 + r % 6; k++)
		line(b, 4, "%s = %u", word(r >> (k + 9)), k);
}

static void service(struct buf *b, uint64_t i)
{
	uint64_t r = number(i * 3 + 2);

	head(b, "v1", "Service", i);
	line(b, 0, "spec:");
	line(b, 2, "selector: {app: %s-%llu}", word(r), (unsigned long long)i);
	line(b, 2, "ports:");
	for (unsigned k = 0; k < 1 + r % 3; k++) {
		line(b, 2, "- name: port-%u", k);
		line(b, 4, "port: %u", 8000 + (unsigned)(r >> k) % 1000);
		line(b, 4, "targetPort: %u", 8000 + k);
	}
}

static void container(struct buf *b, int in, uint64_t r, unsigned k)
{
	if (r % 3 == 0)
		line(b, in, "# The %s of it.", word(r >> 3));
	line(b, in, "- name: %s-%u", word(r >> 5), k);
	line(b, in + 2, "image: registry.example.com/%s:%u.%u", word(r >> 5),
	     (unsigned)(r >> 9) % 10, (unsigned)(r >> 13) % 30);
	if (r % 2) {
		line(b, in + 2, "args: [\"--mode=%s\", --port, \"%u\"]",
		     word(r >> 17), 8000 + k);
		line(b, in + 2, "ports:");
		line(b, in + 2, "- containerPort: %u", 8000 + k);
	}
	line(b, in + 2, "env:");
	for (unsigned e = 0; e < 1 + (r >> 21) % 6; e++) {
		line(b, in + 2, "- name: SETTING_%u", e);
		line(b, in + 4, "value: '%s'", word(r >> (e + 22)));
	}
	line(b, in + 2, "resources:");
	line(b, in + 4, "requests: {cpu: %um, memory: %uMi}",
	     10 + (unsigned)(r >> 27) % 500, 16 + (unsigned)(r >> 33) % 999);
}

static void pod(struct buf *b, int in, const char *app, uint64_t i)
{
	uint64_t r = number(i * 7 + 5);

	line(b, in, "metadata:");
	line(b, in + 2, "labels:");
	line(b, in + 4, "app: %s-%llu", app, (unsigned long long)i);
	line(b, in, "spec:");
	if (r % 3 == 0)
		line(b, in + 2, "serviceAccountName: %s   # may read secrets",
		     word(r >> 11));
	if (r % 4 == 0) {
		line(b, in + 2, "initContainers:");
		container(b, in + 2, number(r), 9);
	}
	line(b, in + 2, "containers:");
	for (unsigned k = 0; k < 1 + (r >> 15) % 3; k++)
		container(b, in + 2, number(r + k), k);
	if (r % 2) {
		buf_addc(b, '\n');
		line(b, in + 2, "volumes:");
		line(b, in + 2, "- name: scratch");
		line(b, in + 4, "emptyDir: {}");
	}
}

static const struct {
	const char *api, *kind;
	int in;		/* columns of the pod template's fields */
} kinds[] = {
	{ "apps/v1", "Deployment", 4 },
	{ "apps/v1", "StatefulSet", 4 },
	{ "apps/v1", "DaemonSet", 4 },
	{ "batch/v1", "Job", 4 },
	{ "batch/v1", "CronJob", 8 },
};

static void workload(struct buf *b, unsigned which, uint64_t i)
{
	const char *app = word(number(i));

	head(b, kinds[which].api, kinds[which].kind, i);
	line(b, 0, "spec:");
	if (kinds[which].in == 8) {
		line(b, 2, "schedule: \"%u * * * *\"", (unsigned)i % 60);
		line(b, 2, "jobTemplate:");
		line(b, 4, "spec:");
	} else if (!strcmp(kinds[which].api, "apps/v1")) {
		line(b, 2, "selector:");
		line(b, 4, "matchLabels:");
		line(b, 6, "app: %s-%llu", app, (unsigned long long)i);
	}
	line(b, kinds[which].in - 2, "template:");
	pod(b, kinds[which].in, app, i);
}

void gen_document(struct buf *b, enum gen_kind kind, uint64_t i)
{
	switch (kind) {
	case GEN_PLAIN:
		if (i % 2)
			service(b, i);
		else
			config_map(b, i);
		break;
	case GEN_WORKLOADS:
		workload(b, (unsigned)(i % 5), i);
		break;
	case GEN_DEPLOYMENTS:
		workload(b, 0, i);
		break;
	}
}

/* The document as an item: "- " before its first line, blanks before others,
 * none before an empty one, nor before the comment above. */
static void add_item(struct buf *b, str document)
{
	bool first = true;
	str rest;

	for (; document.n; document = rest) {
		bool comment;
		str text;

		str_cut(document, '\n', &text, &rest);
		comment = first && str_starts(text, STR("#"));
		if (text.n && !comment)
			buf_addz(b, first ? "- " : "  ");
		first = comment;
		buf_adds(b, text);
		buf_addc(b, '\n');
	}
}

static void next(struct gen *g)
{
	buf_clear(&g->ready);
	buf_clear(&g->scratch);
	g->taken = 0;
	gen_document(&g->scratch, g->kind, g->i);
	if (g->list) {
		if (g->i == 0)
			buf_addz(&g->ready,
				 "apiVersion: v1\nkind: List\nitems:\n");
		add_item(&g->ready, buf_str(&g->scratch));
	} else {
		buf_addz(&g->ready, "---\n");
		buf_adds(&g->ready, buf_str(&g->scratch));
	}
	g->i++;
	g->given += g->ready.n;
}

int64_t gen_read(void *ctx, void *p, size_t n)
{
	struct gen *g = ctx;
	size_t got = 0;

	while (got < n) {
		size_t some = g->ready.n - g->taken;

		if (some == 0) {
			if (g->given >= g->bytes)
				break;
			next(g);
			continue;
		}
		if (some > n - got)
			some = n - got;
		memcpy((char *)p + got, g->ready.p + g->taken, some);
		g->taken += some;
		got += some;
	}
	return (int64_t)got;
}

void gen_release(struct gen *g)
{
	buf_release(&g->ready);
	buf_release(&g->scratch);
}

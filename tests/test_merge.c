/*
 * k8s/strategic_merge: results of Kubernetes (the `merge` table of
 * CONFORMANCE), and what these do not show: origins, sharing, positions of
 * keys, errors.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "json/scan.h"
#include "json/text.h"
#include "k8s/strategic_merge.h"
#include "yaml/read.h"

static struct arena arena;

static void setup(void)
{
	arena = (struct arena)ARENA_INIT;
}

static void teardown(void)
{
	arena_release(&arena);
}

static const struct node *parse(str text, const char *name)
{
	struct source *source = arena_new(&arena, struct source);
	const struct node *root = NULL;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_JSON(name, text);
	if (json_scan(&arena, source, 0, &root, &e))
		ck_abort_msg("%.*s: %s", STR_ARG(text), e.text);
	return root;
}

static const struct node *parse_yaml(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct document doc;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_YAML("base", str_of(text));
	if (yaml_read(&arena, source, &doc, &e))
		ck_abort_msg("%s: %s", text, e.text);
	return doc.root;
}

static const struct merge_options strict = { .strict = true };
static const struct merge_options lenient = { .strict = false };

static const struct node *merge(const struct node *base, const char *patch)
{
	struct err e = ERR_INIT;
	const struct node *n = merge_pod(&arena, base,
					 parse(str_of(patch), "patch"),
					 &lenient, &e);

	if (!n)
		ck_abort_msg("%s: %s", patch, e.text);
	return n;
}

/* The result with its keys in their order. */
static void becomes(const char *base, const char *patch, const char *result)
{
	struct buf b = BUF_INIT;

	json_write(&b, merge(parse(str_of(base), "base"), patch));
	ck_assert_str_eq(buf_z(&b), result);
	buf_release(&b);
}

static void fails(const char *base, const char *patch,
		  const struct merge_options *options, const char *file,
		  unsigned column, const char *text)
{
	struct err e = ERR_INIT;

	ck_assert_ptr_null(merge_pod(&arena, parse(str_of(base), "base"),
				     parse(str_of(patch), "patch"), options,
				     &e));
	ck_assert_str_eq(e.text, text);
	ck_assert_str_eq(e.pos.file, file);
	ck_assert_uint_eq(e.pos.column, column);
}

/*
 * The table
 */

static bool case_passes(const struct node *c)
{
	const struct node *want = node_get(c, STR("result"));
	struct err e = ERR_INIT;
	const struct node *n = merge_pod(&arena, node_get(c, STR("base")),
					 node_get(c, STR("patch")), &strict,
					 &e);
	struct buf b = BUF_INIT;

	if (!want && !n)
		return e.set && e.text[0];
	if (want && n && node_equal(n, want))
		return true;
	if (n)
		json_write(&b, n);
	fprintf(stderr, "merge: %.*s: %s\n",
		STR_ARG(node_string(node_get(c, STR("name")))),
		n ? buf_z(&b) : e.text);
	buf_release(&b);
	return false;
}

START_TEST(test_table)
{
	const char *folder = getenv("CONFORMANCE");
	unsigned passed = 0, failed = 0;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	char path[4096];
	str rest, line;

	if (!folder) {
		printf("skipped: CONFORMANCE is not set\n");
		return;
	}
	snprintf(path, sizeof(path), "%s/merge/cases.jsonl", folder);
	if (io_slurp(path, &text, &e))
		ck_abort_msg("%s", e.text);
	for (rest = buf_str(&text); rest.n;) {
		str_cut(rest, '\n', &line, &rest);
		if (!line.n)
			continue;
		if (case_passes(parse(line, path)))
			passed++;
		else
			failed++;
		arena_reset(&arena);
	}
	buf_release(&text);
	printf("merge: %u passed, %u failed\n", passed, failed);
	fflush(stdout);	/* a failed assertion ends the process at once */
	ck_assert_uint_gt(passed, 0);
	ck_assert_uint_eq(failed, 0);
}
END_TEST

/*
 * Sharing and origins
 */

START_TEST(test_unchanged_is_the_base)
{
	const struct node *base = parse(STR(
		"{\"metadata\":{\"labels\":{\"a\":\"1\"},"
		"\"finalizers\":[\"x\",\"y\"]},"
		"\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\","
		"\"args\":[\"x\"],\"ports\":[{\"containerPort\":80}]}]}}"),
		"base");

	ck_assert_ptr_eq(merge(base, "{}"), base);
	ck_assert_ptr_eq(merge(base, "null"), base);
	ck_assert_ptr_eq(merge(base,
		"{\"spec\":{\"containers\":[{"
		"\"ports\":[{\"containerPort\":80}],"
		"\"args\":[\"x\"],\"name\":\"a\",\"image\":\"i\"}],"
		"\"volumes\":null},\"metadata\":{\"labels\":{\"a\":\"1\"},"
		"\"finalizers\":[\"y\"]}}"), base);
	ck_assert_ptr_eq(merge(base, "{\"metadata\":{\"labels\":"
				     "{\"$patch\":\"replace\",\"a\":\"1\"}}}"),
			 base);
}
END_TEST

START_TEST(test_origins)
{
	const struct node *base = parse(STR(
		"{\"metadata\":{\"labels\":{}},"
		"\"spec\":{\"containers\":[{\"name\":\"a\",\"env\":[]},"
		"{\"name\":\"b\"}],\"volumes\":[{\"name\":\"v\"}]}}"), "base");
	const struct node *n = merge(base,
		"{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"i\"},"
		"{\"name\":\"c\"}]}}");
	const struct node *old = node_find(base, "spec.containers");
	const struct node *list = node_find(n, "spec.containers");

	ck_assert(n->flags & NODE_DERIVED);
	ck_assert_ptr_eq(n->origin, base);
	ck_assert_ptr_eq(node_find(n, "spec")->origin, node_find(base, "spec"));
	ck_assert_ptr_eq(list->origin, old);
	ck_assert_str_eq(list->extra->merge_key, "name");
	ck_assert_uint_eq(list->n, 3);
	ck_assert_ptr_eq(node_item(list, 0), node_item(old, 0));
	ck_assert_ptr_eq(node_item(list, 1)->origin, node_item(old, 1));
	ck_assert_ptr_eq(node_origin(node_item(list, 2)), node_item(list, 2));
	ck_assert_str_eq(node_pos(node_item(list, 2)).file, "patch");
	ck_assert_ptr_eq(node_get(n, STR("metadata")),
			 node_get(base, STR("metadata")));
	ck_assert_ptr_eq(node_find(n, "spec.volumes"),
			 node_find(base, "spec.volumes"));
}
END_TEST

START_TEST(test_pruned_values)
{
	const struct node *n = merge(parse(STR("{}"), "base"),
		"{\"metadata\":{\"labels\":{\"a\":null},\"name\":\"n\"},"
		"\"spec\":{\"hostname\":\"h\"}}");
	const struct node *metadata = node_get(n, STR("metadata"));

	ck_assert_ptr_null(node_find(n, "metadata.labels.a"));
	ck_assert_str_eq(node_pos(metadata).file, "patch");
	ck_assert(metadata->flags & NODE_DERIVED);
	ck_assert(!(node_get(n, STR("spec"))->flags & NODE_DERIVED));
}
END_TEST

START_TEST(test_merge_key_of_sets)
{
	const struct node *n = merge(
		parse(STR("{\"metadata\":{\"finalizers\":[\"a\"]}}"), "base"),
		"{\"metadata\":{\"finalizers\":[\"b\"]}}");
	const struct node *list = node_find(n, "metadata.finalizers");

	ck_assert_str_eq(list->extra->merge_key, "");
	n = merge(parse(STR("{\"spec\":{\"tolerations\":[]}}"), "base"),
		  "{\"spec\":{\"tolerations\":[{\"key\":\"b\"}]}}");
	list = node_find(n, "spec.tolerations");
	ck_assert(!list->extra || !list->extra->merge_key);
}
END_TEST

START_TEST(test_alias_is_its_content)
{
	const struct node *base = parse_yaml(
		"metadata:\n  labels: &l\n    a: '1'\n"
		"  annotations: *l\n"
		"spec:\n  containers: &c\n  - name: a\n"
		"  initContainers: *c\n");
	const struct node *n = merge(base,
		"{\"metadata\":{\"annotations\":{\"b\":\"2\"}},"
		"\"spec\":{\"initContainers\":[{\"name\":\"a\","
		"\"image\":\"i\"}]}}");
	const struct node *origin =
		node_find(n, "metadata.annotations")->origin;

	ck_assert(origin->flags & NODE_ALIAS);
	ck_assert_ptr_eq(node_find(n, "metadata.labels"),
			 node_find(base, "metadata.labels"));
	ck_assert_ptr_eq(node_find(n, "spec.containers"),
			 node_find(base, "spec.containers"));
	ck_assert_ptr_nonnull(node_get(
		node_item(node_find(n, "spec.initContainers"), 0),
		STR("image")));
	ck_assert_ptr_eq(merge(base, "{\"metadata\":{\"annotations\":"
				     "{\"a\":\"1\"}}}"), base);
}
END_TEST

START_TEST(test_yaml_numbers_as_keys)
{
	/* 80.0 is 80 by the time Go sees the YAML; 8e1 and 0x50 as well */
	const struct node *base = parse_yaml(
		"spec: {containers: [{name: a, ports: [{containerPort: 80.0},"
		" {containerPort: 0x51}]}]}");
	const struct node *n = merge(base,
		"{\"spec\":{\"containers\":[{\"name\":\"a\",\"ports\":["
		"{\"containerPort\":80,\"name\":\"x\"},"
		"{\"containerPort\":81,\"name\":\"y\"}]}]}}");
	const struct node *ports = node_get(
		node_item(node_find(n, "spec.containers"), 0), STR("ports"));

	ck_assert_uint_eq(ports->n, 2);
	ck_assert(str_eq(node_string(node_get(node_item(ports, 0),
					      STR("name"))), STR("x")));
}
END_TEST

/*
 * Where keys go
 */

START_TEST(test_key_places)
{
	becomes("{\"spec\":{\"containers\":[],\"hostNetwork\":true},"
		"\"kind\":\"Pod\"}",
		"{\"metadata\":{},\"apiVersion\":\"v1\",\"spec\":"
		"{\"hostPID\":true,\"restartPolicy\":\"Never\","
		"\"volumes\":[]}}",
		/* nothing that comes before volumes is there: last */
		"{\"spec\":{\"containers\":[],\"restartPolicy\":\"Never\","
		"\"hostNetwork\":true,\"hostPID\":true,\"volumes\":[]},"
		"\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{}}");
	becomes("{\"spec\":{\"volumes\":[],\"nodeName\":\"n\"}}",
		"{\"spec\":{\"containers\":[],\"initContainers\":[],"
		"\"foo\":1,\"bar\":2}}",
		"{\"spec\":{\"volumes\":[],\"initContainers\":[],"
		"\"containers\":[],\"nodeName\":\"n\",\"foo\":1,\"bar\":2}}");
	becomes("{\"metadata\":{\"labels\":{\"m\":\"1\"}}}",
		"{\"metadata\":{\"labels\":{\"z\":\"1\",\"a\":\"2\"}}}",
		"{\"metadata\":{\"labels\":{\"m\":\"1\",\"z\":\"1\","
		"\"a\":\"2\"}}}");
	becomes("{\"spec\":{\"volumes\":[{\"name\":\"a\",\"secret\":{},"
		"\"x\":1}]}}",
		"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"configMap\":{},"
		"\"emptyDir\":{}}]}}",
		"{\"spec\":{\"volumes\":[{\"name\":\"a\",\"emptyDir\":{},"
		"\"secret\":{},\"configMap\":{},\"x\":1}]}}");
}
END_TEST

START_TEST(test_replaced_key_keeps_its_place)
{
	becomes("{\"spec\":{\"nodeName\":\"a\",\"hostname\":\"b\","
		"\"volumes\":null}}",
		"{\"spec\":{\"volumes\":[{\"name\":\"v\"}],"
		"\"nodeName\":\"c\"}}",
		"{\"spec\":{\"nodeName\":\"c\",\"hostname\":\"b\","
		"\"volumes\":[{\"name\":\"v\"}]}}");
}
END_TEST

/*
 * Where Go shows through: it merges in base's own arrays, and its comparison
 * of items is no order.  Answers of apimachinery 0.36.1.
 */

static const struct {
	const char *base, *patch, *result;
} oddities[] = {
	{ "{\"metadata\":{\"finalizers\":[\"d\",\"d\",\"a\",\"b\"]}}",
	  "{\"metadata\":{\"finalizers\":[]}}",
	  "{\"metadata\":{\"finalizers\":[\"d\",\"b\",\"a\"]}}" },
	{ "{\"metadata\":{\"finalizers\":[\"a\",\"b\",\"a\"]}}",
	  "{\"metadata\":{\"finalizers\":[\"d\"]}}",
	  "{\"metadata\":{\"finalizers\":[\"a\",\"b\",\"d\"]}}" },
	{ "{\"metadata\":{}}",
	  "{\"metadata\":{\"finalizers\":[\"d\"],"
	  "\"$deleteFromPrimitiveList/finalizers\":null,"
	  "\"$setElementOrder/finalizers\":[]}}",
	  "{\"metadata\":{}}" },
	{ "{\"spec\":{\"volumes\":[{\"name\":\"d\"},{\"name\":\"b\"},"
	  "{\"name\":\"c\"}]}}",
	  "{\"spec\":{\"volumes\":[{\"name\":\"a\"},"
	  "{\"name\":\"d\",\"$patch\":\"delete\"},{\"name\":\"x\"}],"
	  "\"$setElementOrder/volumes\":[{\"name\":\"a\"},"
	  "{\"name\":\"x\"}]}}",
	  "{\"spec\":{\"volumes\":[{\"name\":\"b\"},{\"name\":\"c\"},"
	  "{\"name\":\"a\"},{\"name\":\"x\"}]}}" },
	{ "{\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}}",
	  "{\"spec\":{\"containers\":[{\"name\":\"b\","
	  "\"$patch\":\"delete\"},{\"name\":\"b\",\"image\":\"i\"}],"
	  "\"$setElementOrder/containers\":[{\"name\":\"b\"}]}}",
	  "{\"spec\":{\"containers\":[{\"name\":\"a\"},"
	  "{\"name\":\"b\",\"image\":\"i\"}]}}" },
	{ "{\"spec\":{}}",
	  "{\"spec\":{\"containers\":[{\"name\":\"x\"},{\"name\":\"y\"},"
	  "{\"name\":\"z\"}],\"$setElementOrder/containers\":[]}}",
	  "{\"spec\":{\"containers\":[{\"name\":\"z\"},{\"name\":\"y\"},"
	  "{\"name\":\"x\"}]}}" },
	{ "{\"spec\":{\"containers\":[{\"name\":\"a\",\"env\":["
	  "{\"name\":\"A\",\"$patch\":\"delete\"},{\"name\":\"B\"}]}]}}",
	  "{\"spec\":{\"containers\":[{\"name\":\"a\",\"env\":[]}]}}",
	  "{\"spec\":{\"containers\":[{\"name\":\"a\",\"env\":["
	  "{\"name\":\"B\"},{\"name\":\"A\",\"$patch\":\"delete\"}]}]}}" },
};

START_TEST(test_oddities)
{
	becomes(oddities[_i].base, oddities[_i].patch, oddities[_i].result);
}
END_TEST

/*
 * Fields that the schema does not know
 */

struct warnings {
	unsigned n;
	struct pos pos;
	char text[200];
};

static void warned(void *ctx, struct pos pos, const char *text)
{
	struct warnings *w = ctx;

	w->n++;
	w->pos = pos;
	snprintf(w->text, sizeof(w->text), "%s", text);
}

static void warns(const char *base, const char *patch, const char *result,
		  const char *text)
{
	struct warnings w = { 0 };
	struct merge_options options = { .warn = warned, .ctx = &w };
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	const struct node *n = merge_pod(&arena, parse(str_of(base), "base"),
					 parse(str_of(patch), "patch"),
					 &options, &e);

	ck_assert_msg(n, "%s", e.text);
	json_write(&b, n);
	ck_assert_str_eq(buf_z(&b), result);
	ck_assert_uint_eq(w.n, 1);
	ck_assert_str_eq(w.text, text);
	ck_assert_str_eq(w.pos.file, "patch");
	ck_assert_uint_eq(w.pos.line, 1);
	buf_release(&b);
}

START_TEST(test_unknown_fields)
{
	warns("{\"spec\":{\"foo\":{\"a\":1,\"b\":{\"c\":[1]}}}}",
	      "{\"spec\":{\"foo\":{\"a\":2,\"b\":{\"c\":[2],\"d\":3}}}}",
	      "{\"spec\":{\"foo\":{\"a\":2,\"b\":{\"c\":[2],\"d\":3}}}}",
	      "spec.foo: unknown field: merged key by key");
	warns("{\"spec\":{\"containers\":[{\"name\":\"a\",\"foo\":[1]}]}}",
	      "{\"spec\":{\"containers\":[{\"name\":\"a\",\"foo\":[2]}]}}",
	      "{\"spec\":{\"containers\":[{\"name\":\"a\",\"foo\":[2]}]}}",
	      "spec.containers[0].foo: unknown field: its list is replaced");
	fails("{\"spec\":{\"foo\":[1]}}", "{\"spec\":{\"foo\":[2]}}", &strict,
	      "patch", 16, "spec.foo: not a field of PodSpec");
}
END_TEST

/*
 * Errors
 */

START_TEST(test_items_without_a_key)
{
	const char *nameless =
		"{\"spec\":{\"containers\":[{\"name\":\"a\"},"
		"{\"image\":\"i\"}]}}";
	const char *named = "{\"spec\":{\"containers\":[{\"name\":\"b\"}]}}";
	const char *text = "spec.containers[1]: missing \"name\", the "
			   "merge key of this list";

	fails(nameless, named, &lenient, "base", 37, text);
	fails(named, nameless, &lenient, "patch", 37, text);
	fails(named, nameless, &strict, "patch", 37, text);
	fails("{\"spec\":{\"containers\":[{\"name\":null}]}}",
	      "{\"spec\":{\"containers\":[{\"name\":null}]}}", &strict,
	      "base", 24, "spec.containers[0]: missing \"name\", the "
	      "merge key of this list");
	fails("{\"spec\":{\"containers\":[{\"name\":{}}]}}", named, &strict,
	      "base", 32, "spec.containers[0]: \"name\" cannot be a map: "
	      "it is the merge key of this list");
}
END_TEST

START_TEST(test_error_places)
{
	fails("[]", "{}", &lenient, "base", 1,
	      "the document: expected a map, found a list");
	fails("{}", "1", &lenient, "patch", 1,
	      "the document: expected a map, found a number");
	fails("{\"spec\":{\"containers\":[{\"name\":\"a\"},null]}}",
	      "{\"spec\":{\"containers\":[{\"name\":\"a\"}]}}", &lenient,
	      "base", 37, "spec.containers[1]: null cannot be an item of a "
	      "list that Kubernetes merges");
	fails("{\"metadata\":{\"finalizers\":[\"a\"]}}",
	      "{\"metadata\":{\"finalizers\":[1]}}", &lenient, "patch", 28,
	      "metadata.finalizers[0]: found a whole number in a list whose "
	      "first item is text");
	fails("{\"metadata\":{\"annotations\":{\"a.b/c\":{}}}}",
	      "{\"metadata\":{\"annotations\":{\"a.b/c\":{\"x\":{}}}}}",
	      &lenient, "patch", 37, "metadata.annotations[\"a.b/c\"]: "
	      "Kubernetes cannot merge a map here: it has no such field");
	fails("{\"spec\":{\"nodeName\":[1]}}", "{\"spec\":{\"nodeName\":[2]}}",
	      &lenient, "patch", 21,
	      "spec.nodeName: nodeName is not a list in the Kubernetes API");
	fails("{\"spec\":{\"a\":1e999}}", "{}", &strict, "base", 14,
	      "the number is out of range");
}
END_TEST

START_TEST(test_errors_of_directives)
{
	const char *base = "{\"spec\":{\"containers\":[{\"name\":\"a\"}],"
			   "\"tolerations\":[{\"key\":\"a\"}],"
			   "\"securityContext\":{}}}";

	fails(base, "{\"spec\":{\"securityContext\":{\"$patch\":\"x\"}}}",
	      &lenient, "patch", 38, "spec.securityContext: $patch of a map "
	      "must be \"delete\" or \"replace\"");
	fails(base, "{\"spec\":{\"containers\":[{\"$patch\":\"merge\"}]}}",
	      &lenient, "patch", 34, "spec.containers[0]: $patch of an item "
	      "must be \"delete\" or \"replace\"");
	fails(base, "{\"spec\":{\"$retainKeys\":[{}]}}", &lenient, "patch",
	      24, "spec: $retainKeys must be a list of keys");
	fails(base, "{\"spec\":{\"$retainKeys\":[],\"nodeName\":\"n\"}}",
	      &lenient, "patch", 27, "spec: nodeName is set, but $retainKeys "
	      "does not list it");
	fails(base, "{\"spec\":{\"$setElementOrder/tolerations\":[{}]}}",
	      &lenient, "patch", 42, "spec.tolerations[0]: an item cannot be "
	      "a map: it is the merge key of this list");
	fails(base, "{\"spec\":{\"$setElementOrder/containers\":null}}",
	      &lenient, "patch", 40,
	      "spec.containers: expected a list, found nothing");
	fails(base, "{\"spec\":{\"$deleteFromPrimitiveListX/args\":[]}}",
	      &lenient, "patch", 10, "spec: expected $deleteFromPrimitiveList/"
	      "FIELD, found $deleteFromPrimitiveListX/args");
}
END_TEST

/*
 * The order of items, against a direct reading of the rule
 */

#define LETTERS 12

static uint32_t random_below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

/* Some different letters in random order. */
static uint32_t random_list(uint32_t *seed, char *out)
{
	char all[LETTERS];
	uint32_t n = random_below(seed, LETTERS + 1);

	for (uint32_t i = 0; i < LETTERS; i++)
		all[i] = (char)('a' + i);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = i + random_below(seed, LETTERS - i);
		char c = all[k];

		all[k] = all[i];
		all[i] = out[i] = c;
	}
	out[n] = '\0';
	return n;
}

static void model(const char *base, const char *patch, char *out)
{
	char rest[LETTERS + 1], *s = rest;

	for (const char *b = base; *b; b++)
		if (!strchr(patch, *b))
			*s++ = *b;
	*s = '\0';
	for (s = rest; *s || *patch;) {
		const char *p = *patch ? strchr(base, *patch) : NULL;

		if (*s && (!*patch || (p && strchr(base, *s) < p)))
			*out++ = *s++;
		else
			*out++ = *patch++;
	}
	*out = '\0';
}

static const struct node *pod_of(const char *letters, const char *name)
{
	struct buf b = BUF_INIT;
	str text;

	buf_addz(&b, "{\"spec\":{\"containers\":[");
	for (const char *c = letters; *c; c++)
		buf_printf(&b, "%s{\"name\":\"%c\"}", c > letters ? "," : "",
			   *c);
	buf_addz(&b, "]}}");
	text = arena_str(&arena, buf_str(&b));
	buf_release(&b);
	return parse(text, name);
}

START_TEST(test_order_of_items)
{
	uint32_t seed = 20260801;

	for (int round = 0; round < 20000; round++) {
		char base[LETTERS + 1], patch[LETTERS + 1];
		char want[2 * LETTERS + 1], got[2 * LETTERS + 1];
		struct err e = ERR_INIT;
		const struct node *n, *list;

		random_list(&seed, base);
		random_list(&seed, patch);
		model(base, patch, want);
		n = merge_pod(&arena, pod_of(base, "base"),
			      pod_of(patch, "patch"), &strict, &e);
		ck_assert_msg(n, "%s", e.text);
		list = node_find(n, "spec.containers");
		for (uint32_t i = 0; i < list->n; i++)
			got[i] = node_get(node_item(list, i),
					  STR("name"))->text[0];
		got[list->n] = '\0';
		ck_assert_msg(!strcmp(got, want), "%s + %s: %s, want %s", base,
			      patch, got, want);
		arena_reset(&arena);
	}
}
END_TEST

/* More items than any linear search should see, every third of them new. */
START_TEST(test_long_lists)
{
	enum { N = 60000 };
	struct buf b = BUF_INIT;
	const struct node *base, *n, *env;
	str half[2];

	for (int side = 0; side < 2; side++) {
		buf_clear(&b);
		buf_addz(&b, "{\"spec\":{\"containers\":[{\"name\":\"a\","
			     "\"env\":[");
		for (int i = 0; i < N; i++)
			buf_printf(&b, "%s{\"name\":\"V%d\",\"value\":\"%d\"}",
				   i ? "," : "", side ? i * 3 / 2 : i, i);
		buf_addz(&b, "]}]}}");
		half[side] = arena_str(&arena, buf_str(&b));
	}
	buf_release(&b);
	base = parse(half[0], "base");
	n = merge(base, half[1].p);
	env = node_get(node_item(node_find(n, "spec.containers"), 0),
		       STR("env"));
	/* the patch names 2 of 3 below N, and N/3 beyond */
	ck_assert_uint_eq(env->n, N + N / 3);
	ck_assert_ptr_eq(merge(n, half[1].p), n);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("merge");
	TCase *t = tcase_create("merge");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_table);
	tcase_add_test(t, test_unchanged_is_the_base);
	tcase_add_test(t, test_origins);
	tcase_add_test(t, test_pruned_values);
	tcase_add_test(t, test_merge_key_of_sets);
	tcase_add_test(t, test_alias_is_its_content);
	tcase_add_test(t, test_yaml_numbers_as_keys);
	tcase_add_test(t, test_key_places);
	tcase_add_test(t, test_replaced_key_keeps_its_place);
	tcase_add_loop_test(t, test_oddities, 0,
			    sizeof(oddities) / sizeof(*oddities));
	tcase_add_test(t, test_unknown_fields);
	tcase_add_test(t, test_items_without_a_key);
	tcase_add_test(t, test_error_places);
	tcase_add_test(t, test_errors_of_directives);
	tcase_add_test(t, test_order_of_items);
	tcase_add_test(t, test_long_lists);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

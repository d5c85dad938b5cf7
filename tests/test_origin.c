#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "check/judge.h"
#include "yaml/read.h"

static struct arena arena = ARENA_INIT;

static const struct node *tree(const char *text, str template,
			       const struct source **out)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	struct document doc;

	*source = (struct source)SOURCE_YAML("f", str_of(text));
	source->template = template;
	ck_assert_msg(!yaml_read(&arena, source, &doc, &e), "%s", e.text);
	if (out)
		*out = source;
	return doc.root;
}

#define POD "metadata: {labels: {app: web, team: a}}\n" \
	"spec:\n" \
	"  containers:\n" \
	"  - {name: web, image: 'web:1', args: [a, b]}\n" \
	"  - name: proxy\n" \
	"    image: proxy:1\n" \
	"    env: [{name: A, value: x}, {name: B, value: y}]\n" \
	"    ports: [{containerPort: 80, name: edited}]\n" \
	"  initContainers:\n" \
	"  - {name: agent, image: 'agent:1'}\n"
#define PROXY "metadata: {labels: {team: a}}\n" \
	"spec:\n" \
	"  containers:\n" \
	"  - {name: agent, image: 'agent:1'}\n" \
	"  - name: proxy\n" \
	"    image: proxy:1\n" \
	"    env: [{name: B, value: y}, {name: A, value: z}]\n" \
	"    ports: [{containerPort: 80, name: http}]\n"
#define TUNED "spec: {containers: [{name: web, args: [a]}, " \
	"{name: proxy, env: [{name: A, value: x}]}]}\n"

/* A path: keys and indices of items, separated by dots. */
static const struct {
	const char *path;
	const char *template;		/* NULL: the manifest's */
} cases[] = {
	{ "metadata.labels.app", NULL },
	{ "metadata.labels.team", "proxy" },
	{ "spec.containers.0.image", NULL },
	{ "spec.containers.0.args.0", "tuned" },
	{ "spec.containers.0.args.1", NULL },
	{ "spec.containers.0.args", NULL },
	{ "spec.containers.1.image", "proxy" },
	{ "spec.containers.1.name", "tuned" },	/* both; the last counts */
	{ "spec.containers.1.env.0.value", "tuned" },
	{ "spec.containers.1.env.1.value", "proxy" },
	{ "spec.containers.1.env.1", "proxy" },
	{ "spec.containers.1.ports.0.containerPort", "proxy" },
	{ "spec.containers.1.ports.0.name", NULL },
	{ "spec.initContainers.0.image", "proxy" },	/* was moved */
	{ "spec.initContainers.0", "proxy" },
};

static struct origin at_path(const struct injected *in, str path,
			     const struct node *n, const struct place *up)
{
	struct place here;
	str step, rest;

	if (!path.n)
		return origin_of(in, n, up);
	str_cut(path, '.', &step, &rest);
	if (n->kind == NODE_LIST) {
		here = place_item(up, (uint32_t)(*step.p - '0'));
		return at_path(in, rest, n->items[here.index], &here);
	}
	here = place_key(up, step);
	return at_path(in, rest, node_get(n, step), &here);
}

START_TEST(test_second_injection)
{
	const struct source *manifest;
	const struct node *pod = tree(POD, STR_NONE, &manifest);
	const struct node *const given[] = {
		tree(PROXY, STR("proxy"), NULL),
		tree(TUNED, STR("tuned"), NULL),
	};
	const struct injected in = { manifest, pod, given, 2 };
	const struct place root = PLACE_ROOT;
	struct origin o = at_path(&in, str_of(cases[_i].path), pod, &root);

	ck_assert_int_eq(o.author, cases[_i].template ? AUTHOR_TEMPLATE :
							AUTHOR_MANIFEST);
	if (cases[_i].template) {
		ck_assert(str_eq(o.template, str_of(cases[_i].template)));
		ck_assert_ptr_ne(node_origin(o.at)->source, manifest);
	} else {
		ck_assert_ptr_eq(node_origin(o.at)->source, manifest);
	}
}
END_TEST

START_TEST(test_own_source)
{
	const struct source *manifest;
	const struct node *pod = tree(POD, STR_NONE, &manifest);
	const struct node *overlay = tree(PROXY, STR("proxy"), NULL);
	const struct injected in = { manifest, pod, NULL, 0 };
	const struct node *made = node_new_string(&arena, STR("x"));
	const struct node *map = node_with(&arena, overlay, STR("x"), made);

	ck_assert_int_eq(origin_of(&in, pod, NULL).author, AUTHOR_MANIFEST);
	ck_assert_int_eq(origin_of(&in, overlay, NULL).author,
			 AUTHOR_TEMPLATE);
	ck_assert_int_eq(origin_of(&in, map, NULL).author, AUTHOR_TEMPLATE);
	ck_assert_int_eq(origin_of(&in, made, NULL).author, AUTHOR_INJECTOR);
	ck_assert_int_eq(origin_of(&in, tree("a: 1", STR_NONE, NULL),
				   NULL).author, AUTHOR_INJECTOR);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("origin");
	TCase *tc = tcase_create("origin");
	SRunner *r;
	int failed;

	tcase_add_loop_test(tc, test_second_injection, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, test_own_source);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

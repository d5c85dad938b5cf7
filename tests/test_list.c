/*
 * Long Lists, which the engine takes apart: the result is that of the items in
 * short Lists, which it does not take apart, in little memory.
 */
#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/str.h"
#include "injector.h"

/* ---- Lists ---- */

#define ITEMS 1200		/* of a long List */
#define FEW 30			/* of a short one */

/* Item number %1$u, with the blanks of its style.  A port by name and an empty
 * map need amendments to be restored. */
#define YAML_ITEM \
	"# item %1$u\n" \
	"- apiVersion: apps/v1\n" \
	"  kind: Deployment\n" \
	"  metadata: {name: web-%1$u, namespace: shop}\n" \
	"  spec:\n" \
	"    selector:\n" \
	"      matchLabels:\n" \
	"        app: web-%1$u\n" \
	"    template:\n" \
	"      metadata:\n" \
	"        labels:\n" \
	"          app: web-%1$u\n" \
	"      spec:\n" \
	"        containers:\n" \
	"        - name: web    # the only one\n" \
	"          image: example.com/web:%1$u\n" \
	"          args: ['--number', '%1$u']\n" \
	"          ports:\n" \
	"          - containerPort: 8080\n" \
	"            name: http\n" \
	"\n"

#define COMPACT_ITEM \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{" \
	"\"name\":\"web-%1$u\",\"namespace\":\"shop\"},\"spec\":{" \
	"\"selector\":{\"matchLabels\":{\"app\":\"web-%1$u\"}}," \
	"\"template\":{\"metadata\":{\"labels\":{\"app\":\"web-%1$u\"}}," \
	"\"spec\":{\"containers\":[{\"name\":\"web\"," \
	"\"image\":\"example.com/web:%1$u\"}]}}}}"

#define PRETTY_ITEM \
	"    {\n" \
	"      \"apiVersion\": \"v1\",\n" \
	"      \"kind\": \"Pod\",\n" \
	"      \"metadata\": {\n" \
	"        \"name\": \"web-%1$u\",\n" \
	"        \"namespace\": \"shop\",\n" \
	"        \"annotations\": {}\n" \
	"      },\n" \
	"      \"spec\": {\n" \
	"        \"containers\": [\n" \
	"          {\n" \
	"            \"name\": \"web\",\n" \
	"            \"image\": \"example.com/web:%1$u\",\n" \
	"            \"ports\": [\n" \
	"              {\"name\": \"http\", \"containerPort\": 80}\n" \
	"            ],\n" \
	"            \"livenessProbe\": {\"httpGet\": {\"port\": \"http\"}}\n" \
	"          }\n" \
	"        ]\n" \
	"      }\n" \
	"    }"

struct form {
	const char *head, *item, *between, *tail;
};

static const struct form forms[] = {
	{ "apiVersion: v1\nkind: List\nitems:\n", YAML_ITEM, "", "" },
	{ "apiVersion: v1\nitems:\n", YAML_ITEM, "",
	  "# the end\nkind: List\nmetadata:\n  resourceVersion: ''\n" },
	{ "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[",
	  COMPACT_ITEM, ",", "]}\n" },
	{ "{\n  \"apiVersion\": \"v1\",\n  \"items\": [\n", PRETTY_ITEM,
	  ",\n", "\n  ],\n  \"kind\": \"List\"\n}\n" },
};

static const struct {
	const char *name, *text;	/* NULL: Istio's profile */
} templates[] = {
	{ "plain", "spec:\n  containers:\n  - name: log\n    image: log:1\n"
		   "  volumes:\n  - name: logs\n    emptyDir: {}\n" },
	{ "language", "metadata:\n  annotations:\n"
		      "    who: {{ .ObjectMeta.Name }}\nspec:\n"
		      "  initContainers:\n  - name: init\n    image: init:1\n"
		      "    args: [{{ (index .Spec.Containers 0).Image }}]\n" },
	{ "istio", NULL },
};

static struct buf list_of(const struct form *f, unsigned from, unsigned n)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, f->head);
	for (unsigned i = from; i < from + n; i++) {
		if (i > from)
			buf_addz(&b, f->between);
		buf_printf(&b, f->item, i);
	}
	buf_addz(&b, f->tail);
	return b;
}

enum { NO_UNDO = 1, VERIFY = 2 };

static struct injector *handle(size_t template, enum injector_task task,
			       unsigned how, size_t max_memory)
{
	struct injector_istio istio = INJECTOR_ISTIO_INIT;
	const char *text = templates[template].text;
	const struct injector_text file = {
		templates[template].name, text, text ? strlen(text) : 0,
	};
	struct injector_options options = INJECTOR_OPTIONS_INIT;
	struct injector_error error;
	struct injector *in;

	istio.builtin = true;
	options.task = task;
	options.templates = &file;
	options.n_templates = text != NULL;
	options.istio = text ? NULL : &istio;
	options.no_undo = how & NO_UNDO;
	options.verify = how & VERIFY;
	options.max_memory = max_memory;
	in = injector_new(&options, &error);
	ck_assert_msg(in, "%s", error.text);
	return in;
}

/* What becomes of the text. */
static struct buf become(struct injector *in, const struct buf *text)
{
	const struct injector_text input = { "list", text->p, text->n };
	struct injector_error error;
	struct buf b = BUF_INIT;
	size_t n;
	char *out;

	ck_assert_msg(!injector_inject_text(in, &input, &out, &n, NULL, NULL,
					    &error), "%s", error.text);
	buf_add(&b, out, n);
	injector_free_text(out);
	injector_free(in);
	return b;
}

static void assert_same(const struct buf *got, const struct buf *wanted)
{
	size_t i = 0;

	while (i < got->n && i < wanted->n && got->p[i] == wanted->p[i])
		i++;
	ck_assert_msg(i == got->n && i == wanted->n,
		      "byte %zu: got \"%.60s\", expected \"%.60s\"", i,
		      i < got->n ? got->p + i : "", i < wanted->n ?
		      wanted->p + i : "");
}

/* ---- tests ---- */

#define CASES (ARRAY_SIZE(forms) * ARRAY_SIZE(templates))

/* The items of short Lists, injected, in the head and tail of one. */
static struct buf pieced(const struct form *f, size_t template)
{
	struct buf all = BUF_INIT;
	size_t head = strlen(f->head), tail = strlen(f->tail);

	buf_addz(&all, f->head);
	for (unsigned from = 0; from < ITEMS; from += FEW) {
		struct buf few = list_of(f, from, FEW);
		struct buf out = become(handle(template, INJECTOR_INJECT,
					       NO_UNDO, 0), &few);

		ck_assert_uint_gt(out.n, few.n);
		ck_assert_uint_lt(few.n, 32768);
		if (from)
			buf_addz(&all, f->between);
		buf_add(&all, out.p + head, out.n - head - tail);
		buf_release(&few);
		buf_release(&out);
	}
	buf_addz(&all, f->tail);
	return all;
}

START_TEST(same_as_short_ones)
{
	const struct form *f = &forms[(size_t)_i % ARRAY_SIZE(forms)];
	size_t template = (size_t)_i / ARRAY_SIZE(forms);
	struct buf text = list_of(f, 0, ITEMS), wanted = pieced(f, template);
	struct buf got = become(handle(template, INJECTOR_INJECT, NO_UNDO, 0),
				&text);

	assert_same(&got, &wanted);
	buf_release(&text);
	buf_release(&wanted);
	buf_release(&got);
}
END_TEST

/* Three times what goes in and out is enough, and the note leads back. */
START_TEST(in_little_memory)
{
	const struct form *f = &forms[(size_t)_i % ARRAY_SIZE(forms)];
	size_t template = (size_t)_i / ARRAY_SIZE(forms);
	struct buf text = list_of(f, 0, ITEMS), back;
	struct buf once = become(handle(template, INJECTOR_INJECT, 0, 0),
				 &text);
	struct buf got = become(handle(template, INJECTOR_INJECT, VERIFY,
				       3 * (text.n + once.n)), &text);

	assert_same(&got, &once);
	back = become(handle(template, INJECTOR_UNINJECT, 0, 0), &got);
	assert_same(&back, &text);
	buf_release(&text);
	buf_release(&once);
	buf_release(&got);
	buf_release(&back);
}
END_TEST

/* A second injection changes nothing, in as little memory: unless it takes the
 * text before the first one, which is that of the whole document. */
START_TEST(again_in_little_memory)
{
	const struct form *f = &forms[(size_t)_i % ARRAY_SIZE(forms)];
	size_t template = (size_t)_i / ARRAY_SIZE(forms);
	struct buf text = list_of(f, 0, ITEMS);
	struct buf once = become(handle(template, INJECTOR_INJECT, 0, 0),
				 &text);
	bool takes_text = str_eq(str_of(templates[template].name),
				 STR("language")) &&
			  str_eq(str_of(f->item), str_of(PRETTY_ITEM));
	struct buf twice = become(handle(template, INJECTOR_INJECT, 0,
					 takes_text ? 0 : 6 * once.n), &once);

	assert_same(&twice, &once);
	buf_release(&text);
	buf_release(&once);
	buf_release(&twice);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("list");
	TCase *tc = tcase_create("list");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, same_as_short_ones, 0, CASES);
	tcase_add_loop_test(tc, in_little_memory, 0, CASES);
	tcase_add_loop_test(tc, again_in_little_memory, 0, CASES);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

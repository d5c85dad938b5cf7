/*
 * Which files kustomizations list as patches, resources and settings.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "files/walk.h"

static char work[sizeof("/tmp/injector-kustomize-XXXXXX")];

/* Files of a folder "k", and what is to be known of each. */
static const struct {
	const char *name;	/* of the kustomization */
	const char *text;
	const char *patches, *resources, *settings;	/* letters of files */
} cases[] = {
	{ "kustomization.yaml", "resources: [a.yaml, ./b.yaml]\n",
	  "", "ab", "" },
	{ "kustomization.yml", "patches:\n- path: a.yaml\n"
	  "- {path: ../k/b.yaml, target: {kind: Pod}}\n"
	  "- patch: |\n    c.yaml\n", "ab", "", "" },
	{ "Kustomization", "kind: Component\npatches: [a.yaml]\n", "a", "",
	  "" },
	{ "kustomization.yaml", "patchesStrategicMerge:\n- a.yaml\n- |\n"
	  "  kind: Pod\n- {b: 1}\n- 7\n", "a", "", "" },
	{ "kustomization.yaml", "patchesJson6902: [{path: b.yaml}, {patch: "
	  "'[]'}, {}]\n", "b", "", "" },
	{ "kustomization.yaml",
	  "transformers: [t.yaml]\ngenerators: [c.yaml]\n",
	  "ab", "", "ct" },
	{ "kustomization.yaml", "bases: [sub]\nresources: [a.yaml, none.yaml, "
	  "'https://example.com/x']\npatches: [{path: a.yaml}]\n",
	  "", "a", "" },
	{ "kustomization.yaml", "patches: {path: a.yaml}\nresources: a.yaml\n",
	  "", "", "" },
	{ "kustomization.yaml", "---\n# words\npatches: [path: a.yaml]\n---\n"
	  "patches: [path: b.yaml]\n", "a", "", "" },
	{ "kustomization.yaml", "", "", "", "" },
	{ "other.yaml", "patches: [path: a.yaml]\n", "", "", "" },
};

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void make_folder(void)
{
	strcpy(work, "/tmp/injector-kustomize-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(work));
	ck_assert_int_eq(chdir(work), 0);
	ck_assert(!mkdir(".git", 0777) && !mkdir("k", 0777) &&
		  !mkdir("k/sub", 0777));
	for (const char *c = "abc"; *c; c++)
		write_file((char[]){ 'k', '/', *c, '.', 'y', 'a', 'm', 'l', 0 },
			   "");
	write_file("k/t.yaml", "kind: PatchTransformer\npath: a.yaml\n"
		   "paths: [b.yaml]\n");
}

static void remove_folder(void)
{
	char command[sizeof(work) + 10];

	snprintf(command, sizeof(command), "rm -rf %s", work);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(system(command), 0);
}

static void count_problem(void *ctx, const struct err *e)
{
	ck_assert(e->set);
	++*(int *)ctx;
}

static void check_roles(struct kustomize *k, size_t i)
{
	for (const char *c = "abct"; *c; c++) {
		char path[] = { 'k', '/', *c, '.', 'y', 'a', 'm', 'l', 0 };
		struct kustomize_role role;
		struct stat st;

		ck_assert_int_eq(stat(path, &st), 0);
		role = kustomize_role(k, &st);
		ck_assert_msg(!role.patch_of == !strchr(cases[i].patches, *c),
			      "%s, patch: %s", cases[i].text, path);
		ck_assert_msg(!role.resource == !strchr(cases[i].resources, *c),
			      "%s, resource: %s", cases[i].text, path);
		ck_assert_msg(!role.setting == !strchr(cases[i].settings, *c),
			      "%s, setting: %s", cases[i].text, path);
	}
}

START_TEST(roles)
{
	struct arena a = ARENA_INIT;
	int problems = 0;
	struct kustomize k = KUSTOMIZE_INIT(&a, count_problem, &problems);
	struct buf path = BUF_INIT;

	make_folder();
	buf_printf(&path, "k/%s", cases[_i].name);
	write_file(buf_z(&path), cases[_i].text);
	kustomize_above(&k, "k/sub/");
	check_roles(&k, (size_t)_i);
	ck_assert_int_eq(problems, 0);
	kustomize_release(&k);
	buf_release(&path);
	arena_release(&a);
	remove_folder();
}
END_TEST

START_TEST(unreadable)
{
	struct arena a = ARENA_INIT;
	int problems = 0;
	struct kustomize k = KUSTOMIZE_INIT(&a, count_problem, &problems);

	make_folder();
	write_file("k/kustomization.yaml", "patches: [\n");
	kustomize_enter(&k, "k/");
	kustomize_enter(&k, "k/../k/");
	ck_assert_int_eq(problems, 1);
	check_roles(&k, 9);
	kustomize_release(&k);
	arena_release(&a);
	remove_folder();
}
END_TEST

/* The first name of a folder counts; nothing above the repository does. */
START_TEST(which)
{
	struct arena a = ARENA_INIT;
	int problems = 0;
	struct kustomize k = KUSTOMIZE_INIT(&a, count_problem, &problems);
	struct stat st;

	make_folder();
	write_file("k/kustomization.yaml", "patches: [{path: a.yaml}]\n");
	write_file("k/Kustomization", "patches: [{path: b.yaml}]\n");
	write_file("kustomization.yaml", "patches: [{path: k/c.yaml}]\n");
	ck_assert_int_eq(mkdir("k/.git", 0777), 0);
	kustomize_above(&k, "k/");
	ck_assert_int_eq(stat("k/a.yaml", &st), 0);
	ck_assert_str_eq(kustomize_role(&k, &st).patch_of,
			 "k/kustomization.yaml");
	ck_assert_int_eq(stat("k/b.yaml", &st), 0);
	ck_assert_ptr_null(kustomize_role(&k, &st).patch_of);
	ck_assert_int_eq(stat("k/c.yaml", &st), 0);
	ck_assert_ptr_null(kustomize_role(&k, &st).patch_of);
	kustomize_release(&k);
	arena_release(&a);
	remove_folder();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("kustomize");
	TCase *t = tcase_create("kustomize");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, roles, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, unreadable);
	tcase_add_test(t, which);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

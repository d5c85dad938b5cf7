/*
 * replay - run a fuzz target over saved inputs, without libFuzzer.
 *
 * Each argument is a file; with none, those of testdata/fuzz/TARGET, TARGET
 * being the program's name after "fuzz_".  The empty input goes first, always.
 * A fault ends the program; so the line of totals, written as Check writes it
 * for scripts/check, means that every input went well.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t n = 0, cap = 0;

	if (!f) {
		perror(path);
		exit(1);
	}
	do {
		cap = cap ? cap * 2 : 4096;
		data = realloc(data, cap);
		if (!data)
			abort();
		n += fread(data + n, 1, cap - n, f);
	} while (n == cap);
	fclose(f);
	/* In a block of its exact size, so that reading past it shows. */
	data = realloc(data, n ? n : 1);
	if (!data)
		abort();
	LLVMFuzzerTestOneInput(data, n);
	free(data);
}

static int no_dot(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int replay_folder(const char *program)
{
	const char *target = strstr(program, "fuzz_");
	char folder[256], path[512 + 2];
	struct dirent **list;
	int i, n;

	snprintf(folder, sizeof(folder), "testdata/fuzz/%s",
		 target ? target + 5 : program);
	n = scandir(folder, &list, no_dot, alphasort);
	if (n < 0)
		return 0;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		replay(path);
		free(list[i]);
	}
	free(list);
	return n;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	int i, n = 1;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (i = 1; i < argc; i++, n++)
		replay(argv[i]);
	if (argc == 1)
		n += replay_folder(slash ? slash + 1 : argv[0]);
	printf("100%%: Checks: %d, Failures: 0, Errors: 0\n", n);
	return 0;
}

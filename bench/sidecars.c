#include "sidecars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/io.h"
#include "figure.h"

/* Istio's own case `hello`: the default profile as istioctl renders it. */
static const struct {
	const char *option, *path;
} istio_files[] = {
	{ "--injectConfigFile", "istio/config/4373d74c35c6.yaml" },
	{ "--meshConfigFile", "istio/mesh/02fcb0177e07.yaml" },
	{ "--valuesFile", "istio/values/a5d5b1a0223c.json" },
};

#define N_ISTIO_FILES (sizeof(istio_files) / sizeof(istio_files[0]))

bool sidecar_there(enum sidecar s)
{
	const char *folder = getenv("CONFORMANCE");

	if (s != SIDECAR_ISTIO || (folder && *folder))
		return true;
	puts("with Istio's own files: left out, CONFORMANCE is not set");
	return false;
}

/* What is made here lives until the program ends. */
static const char *istio_path(size_t i)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s/%s", getenv("CONFORMANCE"), istio_files[i].path);
	return buf_z(&b);
}

static struct injector_text text_of_file(const char *path)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	if (io_slurp(path, &b, &e) < 0)
		die(e.text);
	return (struct injector_text){ path, buf_z(&b), b.n };
}

static struct injector_text builtin(const char *name)
{
	const struct injector_builtin *b;

	for (size_t i = 0; (b = injector_builtin(i)); i++)
		if (!strcmp(b->name, name))
			return (struct injector_text){ b->name, b->text,
						       b->length };
	die("no such built-in template");
}

static struct injector *new_injector(enum sidecar s, bool verify,
				      enum injector_task task)
{
	struct injector_text *t = mem_alloc(N_ISTIO_FILES * sizeof(*t));
	struct injector_options options = INJECTOR_OPTIONS_INIT;
	struct injector_istio istio = INJECTOR_ISTIO_INIT;
	struct injector_error error;
	struct injector *in;

	options.verify = verify;
	options.task = task;
	options.istio = &istio;
	switch (s) {
	case SIDECAR_PLAIN:
	case SIDECAR_LANGUAGE:
		*t = s == SIDECAR_PLAIN ? text_of_file("bench/plain.yaml") :
					  builtin("otel-collector");
		options.templates = t;
		options.n_templates = 1;
		break;
	case SIDECAR_BUILTIN:
		istio.builtin = true;
		break;
	case SIDECAR_ISTIO:
		for (size_t i = 0; i < N_ISTIO_FILES; i++)
			t[i] = text_of_file(istio_path(i));
		istio.inject_config = &t[0];
		istio.mesh_config = &t[1];
		options.values = &t[2];
		options.n_values = 1;
		break;
	}
	in = injector_new(&options, &error);
	if (!in)
		die(error.text);
	return in;
}

struct injector *sidecar_injector(enum sidecar s, bool verify)
{
	return new_injector(s, verify, INJECTOR_INJECT);
}

struct injector *sidecar_task(enum sidecar s, enum injector_task task)
{
	return new_injector(s, false, task);
}

void sidecar_arguments(enum sidecar s, const char **argv, unsigned at)
{
	if (s == SIDECAR_PLAIN || s == SIDECAR_LANGUAGE) {
		argv[at++] = "-t";
		argv[at++] = s == SIDECAR_PLAIN ? "bench/plain.yaml" :
						  "otel-collector";
	} else if (s == SIDECAR_ISTIO) {
		for (size_t i = 0; i < N_ISTIO_FILES; i++) {
			argv[at++] = istio_files[i].option;
			argv[at++] = istio_path(i);
		}
	}
	argv[at] = NULL;
}

/*
 * sidecars - what is injected while something is measured.
 */
#ifndef BENCH_SIDECARS_H
#define BENCH_SIDECARS_H

#include <stdbool.h>

#include "injector.h"

enum sidecar {
	SIDECAR_PLAIN,		/* plain YAML: bench/plain.yaml */
	SIDECAR_LANGUAGE,	/* Go's language: the built-in otel-collector */
	SIDECAR_BUILTIN,	/* Istio's default profile, the built-in one */
	SIDECAR_ISTIO,		/* a full configuration of Istio's own, from
				 * the folder in $CONFORMANCE */
};

/* Can it be had?  Says so where it cannot. */
bool sidecar_there(enum sidecar s);
struct injector *sidecar_injector(enum sidecar s, bool verify);
/* For another task than INJECTOR_INJECT. */
struct injector *sidecar_task(enum sidecar s, enum injector_task task);

#define SIDECAR_ARGUMENTS 8
/* The command line that has it, from argv[at] on; ends in NULL. */
void sidecar_arguments(enum sidecar s, const char **argv, unsigned at);

#endif

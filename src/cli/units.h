/*
 * units - sizes as Kubernetes writes them (64M, 1Gi) and times as Go does
 * (1m30s).
 */
#ifndef CLI_UNITS_H
#define CLI_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From 1 to 4 GiB - 1; false: it is none. */
bool parse_size(const char *word, size_t *out);
/* In milliseconds, at least one where the text says more than nothing. */
bool parse_duration(const char *word, uint64_t *out);

#endif

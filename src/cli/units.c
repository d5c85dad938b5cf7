#include "cli/units.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* Quantities as Kubernetes writes them: M is 10^6, Mi is 2^20. */
static const struct unit {
	const char *suffix;
	uint64_t factor;
} units[] = {
	{ "", 1 },
	{ "k", 1000 }, { "K", 1000 }, { "Ki", 1 << 10 },
	{ "M", 1000000 }, { "Mi", 1 << 20 },
	{ "G", 1000000000 }, { "Gi", 1 << 30 },
};

/* Places in a document are kept in 32 bits. */
#define SIZE_LARGEST UINT32_MAX

bool parse_size(const char *word, size_t *out)
{
	uint64_t n = 0;
	const char *p = word;

	while (*p >= '0' && *p <= '9' && n <= SIZE_LARGEST)
		n = n * 10 + (uint64_t)(*p++ - '0');
	if (p == word || n == 0 || n > SIZE_LARGEST)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(p, units[i].suffix) != 0)
			continue;
		n *= units[i].factor;
		*out = (size_t)n;
		return n <= SIZE_LARGEST;
	}
	return false;
}

/* Times as Go writes them: 1m30s, 1.5h. */
static const struct {
	const char *suffix;
	double milliseconds;
} time_units[] = {
	{ "ns", 1e-6 }, { "us", 1e-3 }, { "\xc2\xb5s", 1e-3 }, { "ms", 1 },
	{ "s", 1e3 }, { "m", 60e3 }, { "h", 3600e3 },
};

/* The unit that a text begins with, which is taken off; 0: none. */
static double take_unit(const char **p)
{
	const size_t n_units = ARRAY_SIZE(time_units);

	for (size_t i = 0; i < n_units; i++) {
		size_t n = strlen(time_units[i].suffix);

		if (strncmp(*p, time_units[i].suffix, n) != 0)
			continue;
		*p += n;
		return time_units[i].milliseconds;
	}
	return 0;
}

bool parse_duration(const char *word, uint64_t *out)
{
	const char *p = word;
	double total = 0;

	while (*p && strcmp(word, "0") != 0) {
		size_t digits = strspn(p, "0123456789.");
		char *end;
		double n = strtod(p, &end), unit;

		if (!digits || end != p + digits)
			return false;
		p = end;
		unit = take_unit(&p);
		if (unit == 0)
			return false;
		total += n * unit;
	}
	/* poll(2) counts milliseconds in an int */
	if (!*word || total > INT_MAX)
		return false;
	*out = total > 0 && total < 1 ? 1 : (uint64_t)total;
	return true;
}

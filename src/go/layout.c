/*
 * layout - the elements of Go's time layouts.
 *
 * A layout is an example: the moment 2006-01-02 15:04:05.0 MST, in whatever
 * form it stands there, is what every other moment will be written as.  So the
 * elements are the words of that example, and everything else is text.
 */
#include "base/array.h"
#include "go/gotime.h"

struct word {
	const char *text;
	uint8_t element;
	/* Not where a small letter follows: "Month" has no "Mon" in it. */
	bool whole;
	bool zulu, minutes, seconds, colon;
};

/* Of two words that begin alike the longer one comes first. */
static const struct word words[] = {
	{ "January", LAYOUT_LONG_MONTH, 0, 0, 0, 0, 0 },
	{ "Jan", LAYOUT_MONTH, true, 0, 0, 0, 0 },
	{ "Monday", LAYOUT_LONG_WEEKDAY, 0, 0, 0, 0, 0 },
	{ "Mon", LAYOUT_WEEKDAY, true, 0, 0, 0, 0 },
	{ "MST", LAYOUT_ZONE_NAME, 0, 0, 0, 0, 0 },
	{ "01", LAYOUT_ZERO_MONTH, 0, 0, 0, 0, 0 },
	{ "02", LAYOUT_ZERO_DAY, 0, 0, 0, 0, 0 },
	{ "03", LAYOUT_ZERO_HOUR12, 0, 0, 0, 0, 0 },
	{ "04", LAYOUT_ZERO_MINUTE, 0, 0, 0, 0, 0 },
	{ "05", LAYOUT_ZERO_SECOND, 0, 0, 0, 0, 0 },
	{ "06", LAYOUT_YEAR, 0, 0, 0, 0, 0 },
	{ "002", LAYOUT_ZERO_YDAY, 0, 0, 0, 0, 0 },
	{ "15", LAYOUT_HOUR, 0, 0, 0, 0, 0 },
	{ "1", LAYOUT_NUM_MONTH, 0, 0, 0, 0, 0 },
	{ "2006", LAYOUT_LONG_YEAR, 0, 0, 0, 0, 0 },
	{ "2", LAYOUT_DAY, 0, 0, 0, 0, 0 },
	{ "_2", LAYOUT_UNDER_DAY, 0, 0, 0, 0, 0 },
	{ "__2", LAYOUT_UNDER_YDAY, 0, 0, 0, 0, 0 },
	{ "3", LAYOUT_HOUR12, 0, 0, 0, 0, 0 },
	{ "4", LAYOUT_MINUTE, 0, 0, 0, 0, 0 },
	{ "5", LAYOUT_SECOND, 0, 0, 0, 0, 0 },
	{ "PM", LAYOUT_PM, 0, 0, 0, 0, 0 },
	{ "pm", LAYOUT_LOWER_PM, 0, 0, 0, 0, 0 },
	{ "-070000", LAYOUT_OFFSET, 0, false, true, true, false },
	{ "-07:00:00", LAYOUT_OFFSET, 0, false, true, true, true },
	{ "-0700", LAYOUT_OFFSET, 0, false, true, false, false },
	{ "-07:00", LAYOUT_OFFSET, 0, false, true, false, true },
	{ "-07", LAYOUT_OFFSET, 0, false, false, false, false },
	{ "Z070000", LAYOUT_OFFSET, 0, true, true, true, false },
	{ "Z07:00:00", LAYOUT_OFFSET, 0, true, true, true, true },
	{ "Z0700", LAYOUT_OFFSET, 0, true, true, false, false },
	{ "Z07:00", LAYOUT_OFFSET, 0, true, true, false, true },
	{ "Z07", LAYOUT_OFFSET, 0, true, false, false, false },
};

static const struct word *word_at(str s)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		const struct word *w = &words[i];

		if (w->text[0] != s.p[0])
			continue;
		n = strlen(w->text);
		if (s.n < n || memcmp(s.p, w->text, n) != 0)
			continue;
		if (w->whole && s.n > n && s.p[n] >= 'a' && s.p[n] <= 'z')
			continue;
		return w;
	}
	return NULL;
}

/* ".000" or ",999", with no other digit behind it: its length, or 0. */
static size_t fraction_at(str s)
{
	size_t i = 1;

	if ((s.p[0] != '.' && s.p[0] != ',') || s.n < 2 ||
	    (s.p[1] != '0' && s.p[1] != '9'))
		return 0;
	while (i < s.n && s.p[i] == s.p[1])
		i++;
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9' ? 0 : i;
}

static struct layout_chunk chunk(str layout, size_t at, size_t n,
				 enum layout_element element)
{
	return (struct layout_chunk){
		.prefix = str_sub(layout, 0, at),
		.element = element,
		.text = str_sub(layout, at, at + n),
		.rest = str_sub(layout, at + n, layout.n),
	};
}

struct layout_chunk layout_next(str layout)
{
	struct layout_chunk c;
	const struct word *w;
	size_t i, n;

	for (i = 0; i < layout.n; i++) {
		str s = str_sub(layout, i, layout.n);

		n = fraction_at(s);
		if (n)
			return chunk(layout, i, n,
				     s.p[1] == '0' ? LAYOUT_FRACTION_0
						   : LAYOUT_FRACTION_9);
		/* "_2006" is an underscore and a year */
		if (str_starts(s, STR("_2006")))
			continue;
		w = word_at(s);
		if (!w)
			continue;
		c = chunk(layout, i, strlen(w->text), w->element);
		c.zulu = w->zulu;
		c.minutes = w->minutes;
		c.seconds = w->seconds;
		c.colon = w->colon;
		return c;
	}
	return chunk(layout, layout.n, 0, LAYOUT_NONE);
}

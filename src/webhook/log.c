#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json/text.h"
#include "tree/utf8.h"
#include "webhook/webhook.h"

/* Longer values are cut, so that a line has room for all its keys. */
#define VALUE_MAX 600
#define CUT "..."
/* A character, escaped, and what may have to follow it. */
#define CHARACTER_MAX (6 + sizeof(CUT) + 1)

static bool as_json = true;

void log_begin(bool json)
{
	as_json = json;
}

/* ---- text ---- */

/* The end of a line, a brace and a line feed, always has room. */
static bool has_room(const struct log_line *line, size_t n)
{
	return line->n + n + 2 <= sizeof(line->text);
}

/* The caller has seen to the room. */
static void add(struct log_line *line, const char *text, size_t n)
{
	memcpy(line->text + line->n, text, n);
	line->n += n;
}

static void add_z(struct log_line *line, const char *text)
{
	add(line, text, strlen(text));
}

/* Control characters could be taken for lines, or for commands of a terminal;
 * bytes that are not UTF-8 would not be JSON. */
static void add_character(struct log_line *line, str c, uint32_t code)
{
	char escape[8];

	if (code == '"' || code == '\\') {
		escape[0] = '\\';
		escape[1] = (char)code;
		add(line, escape, 2);
	} else if (code < ' ' || (code >= 0x7f && code < 0xa0)) {
		snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)code);
		add(line, escape, 6);
	} else if (code == 0xfffd && c.n == 1) {
		add_z(line, "\\ufffd");
	} else {
		add(line, c.p, c.n);
	}
}

/* How many bytes from the start are written as they are. */
static size_t plain_run(str s)
{
	const size_t n = json_plain_run(s.p, s.n);
	const char *delete = memchr(s.p, 0x7f, n);

	return delete ? (size_t)(delete - s.p) : n;
}

/* The first character of a text that is not empty, or some of them that have at
 * most so many bytes: how many bytes. */
static size_t add_some(struct log_line *line, str text, size_t most)
{
	size_t n = plain_run(str_sub(text, 0, most));
	uint32_t code;

	if (n) {
		const size_t room = sizeof(line->text) - line->n;

		if (n > room - CHARACTER_MAX)
			n = room - CHARACTER_MAX;
		add(line, text.p, n);
		return n;
	}
	n = utf8_decode(text, &code);
	add_character(line, str_sub(text, 0, n), code);
	return n;
}

static void add_quoted(struct log_line *line, str value)
{
	size_t i = 0;

	add(line, "\"", 1);
	while (i < value.n && i < VALUE_MAX && has_room(line, CHARACTER_MAX))
		i += add_some(line, str_sub(value, i, value.n), VALUE_MAX - i);
	if (i < value.n)
		add_z(line, CUT);
	add(line, "\"", 1);
}

/* True if there is room for it, and for a short value. */
static bool add_key(struct log_line *line, const char *key)
{
	if (!has_room(line, strlen(key) + 2 * CHARACTER_MAX + 30))
		return false;
	if (line->n > 1)
		add(line, as_json ? "," : " ", 1);
	if (as_json) {
		add(line, "\"", 1);
		add_z(line, key);
		add(line, "\":", 2);
	} else {
		add_z(line, key);
		add(line, "=", 1);
	}
	return true;
}

/* ---- values ---- */

void log_text(struct log_line *line, const char *key, const char *value)
{
	if (*value && add_key(line, key))
		add_quoted(line, str_of(value));
}

/* At least so many digits. */
static void add_digits(struct log_line *line, uint64_t value, size_t least)
{
	char text[20];
	size_t at = sizeof(text);

	while (value || sizeof(text) - at < least) {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	}
	add(line, text + at, sizeof(text) - at);
}

void log_number(struct log_line *line, const char *key, int64_t value)
{
	if (!add_key(line, key))
		return;
	if (value < 0)
		add(line, "-", 1);
	add_digits(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

void log_ms(struct log_line *line, const char *key, uint64_t ns)
{
	if (!add_key(line, key))
		return;
	add_digits(line, ns / 1000000, 1);
	add(line, ".", 1);
	add_digits(line, ns / 1000 % 1000, 3);
}

/* ---- lines ---- */

/* A thread makes date and time of day once a second. */
static void add_time(struct log_line *line)
{
	static _Thread_local time_t second = -1;
	static _Thread_local char text[64];
	static _Thread_local size_t n;
	struct timespec now = { .tv_sec = 0 };
	struct tm parts;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != second) {
		gmtime_r(&now.tv_sec, &parts);
		n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
		second = now.tv_sec;
	}
	snprintf(text + n, sizeof(text) - n, ".%03dZ",
		 (int)(now.tv_nsec / 1000000));
	log_text(line, "time", text);
}

void log_open(struct log_line *line, enum message_level level,
	      const char *message)
{
	static const char *const levels[] = {
		[MESSAGE_INFO] = "info",
		[MESSAGE_WARNING] = "warning",
		[MESSAGE_ERROR] = "error",
	};

	line->n = 0;
	line->urgent = level != MESSAGE_INFO;
	if (as_json)
		add(line, "{", 1);
	add_time(line);
	log_text(line, "level", levels[level]);
	log_text(line, "message", message);
}

void log_write(struct log_line *line)
{
	if (as_json)
		line->text[line->n++] = '}';
	line->text[line->n++] = '\n';
	log_send(line->text, line->n, line->urgent);
}

void log_message(enum message_level level, const char *message)
{
	struct log_line line;

	log_open(&line, level, message);
	log_write(&line);
}

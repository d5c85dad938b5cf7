#include "yaml/json_cut.h"

#include <ctype.h>
#include <string.h>

void json_cut_init(struct json_cut *j)
{
	*j = (struct json_cut){ JSON_BETWEEN, 0, 0, NULL };
}

static bool among(unsigned char c, const char *set)
{
	return c && strchr(set, c);
}

/* The first byte of a token. */
static void token(struct json_cut *j, unsigned char c)
{
	static const char *const words[] = { "true", "false", "null" };

	if (among(c, "{[")) {
		j->depth++;
	} else if (among(c, "}]")) {
		j->state = --j->depth ? JSON_BETWEEN : JSON_DONE;
	} else if (c == '"') {
		j->state = JSON_STRING;
	} else if (c == '-' || isdigit(c)) {
		j->state = JSON_NUMBER;
	} else if (!among(c, " \t\r\n,:")) {
		j->state = JSON_OFF;
		for (size_t i = 0; i < 3; i++)
			if (c == (unsigned char)words[i][0]) {
				j->word = words[i] + 1;
				j->state = JSON_WORD;
			}
	}
}

static void string(struct json_cut *j, unsigned char c)
{
	if (c == '"')
		j->state = JSON_BETWEEN;
	else if (c == '\\')
		j->state = JSON_ESCAPE;
	else if (c < 0x20)
		j->state = JSON_OFF;
}

static void escape(struct json_cut *j, unsigned char c)
{
	j->state = JSON_OFF;
	if (among(c, "\"\\/bfnrt"))
		j->state = JSON_STRING;
	if (c == 'u') {
		j->state = JSON_HEX;
		j->hex = 4;
	}
}

static void hex(struct json_cut *j, unsigned char c)
{
	if (!isxdigit(c))
		j->state = JSON_OFF;
	else if (--j->hex == 0)
		j->state = JSON_STRING;
}

/* Behind a token there is another kind of one, or a blank. */
static void token_end(struct json_cut *j, unsigned char c)
{
	j->state = JSON_OFF;
	if (among(c, " \t\r\n,:]}")) {
		j->state = JSON_BETWEEN;
		token(j, c);
	}
}

bool json_cut_step(struct json_cut *j, unsigned char c)
{
	switch (j->state) {
	case JSON_OFF:
		break;
	case JSON_BETWEEN:
		token(j, c);
		break;
	case JSON_STRING:
		string(j, c);
		break;
	case JSON_ESCAPE:
		escape(j, c);
		break;
	case JSON_HEX:
		hex(j, c);
		break;
	case JSON_NUMBER:
		if (!isdigit(c) && !among(c, "+-.eE"))
			token_end(j, c);
		break;
	case JSON_WORD:
		if (!*j->word)
			token_end(j, c);
		else if (c != (unsigned char)*j->word++)
			j->state = JSON_OFF;
		break;
	case JSON_DONE:
		if (among(c, "{["))
			return true;
		if (!among(c, " \t\r\n"))
			j->state = JSON_OFF;
		break;
	}
	return false;
}

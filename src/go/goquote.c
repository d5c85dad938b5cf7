/*
 * Escapes as Go's strconv/quote.go makes them: \a \b \f \n \r \t \v, \xNN for
 * the other ASCII control characters and for bytes that are no UTF-8, \uNNNN
 * or \UNNNNNNNN for what does not print.  The tables of Unicode are those of
 * utf8proc, which agree with Go's where both have the same version of it.
 */
#include "go/goquote.h"

#include <utf8proc.h>

#include "tree/utf8.h"

#define RUNE_ERROR 0xfffdu
#define RUNE_MAX 0x10ffffu
#define BYTE_ORDER_MARK 0xfeffu

static const char short_escapes[] = {
	['\a'] = 'a', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',
	['\r'] = 'r', ['\t'] = 't', ['\v'] = 'v',
};

bool rune_prints(uint32_t c)
{
	utf8proc_category_t category;

	if (c < 0x80)
		return c >= ' ' && c < 0x7f;
	category = utf8proc_category((utf8proc_int32_t)c);
	return category >= UTF8PROC_CATEGORY_LU &&
	       category <= UTF8PROC_CATEGORY_SO;
}

static void add_escape(struct buf *out, uint32_t c)
{
	if (c < sizeof(short_escapes) && short_escapes[c]) {
		buf_addc(out, '\\');
		buf_addc(out, short_escapes[c]);
	} else if (c < 0x80) {
		buf_printf(out, "\\x%02x", c);
	} else if (c < 0x10000) {
		buf_printf(out, "\\u%04x", c);
	} else {
		buf_printf(out, "\\U%08x", c);
	}
}

static void add_rune(struct buf *out, uint32_t c, char mark, bool ascii)
{
	if (c == (unsigned char)mark || c == '\\') {
		buf_addc(out, '\\');
		buf_addc(out, (char)c);
	} else if ((c < 0x80 || !ascii) && rune_prints(c)) {
		utf8_add(out, c);
	} else {
		add_escape(out, c);
	}
}

/* How many bytes from i on stand for themselves in double quotes. */
static size_t plain_run(str s, size_t i)
{
	size_t from = i;

	while (i < s.n && s.p[i] >= ' ' && s.p[i] < 0x7f && s.p[i] != '"' &&
	       s.p[i] != '\\')
		i++;
	return i - from;
}

void quote_text(struct buf *out, str s, bool ascii)
{
	uint32_t c;
	size_t n;

	buf_reserve(out, s.n + 2);
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i += n) {
		n = plain_run(s, i);
		if (n) {
			buf_add(out, s.p + i, n);
			continue;
		}
		n = utf8_decode(str_sub(s, i, s.n), &c);
		if (n == 1 && c == RUNE_ERROR)
			buf_printf(out, "\\x%02x", (unsigned char)s.p[i]);
		else
			add_rune(out, c, '"', ascii);
	}
	buf_addc(out, '"');
}

void quote_rune(struct buf *out, uint32_t c, bool ascii)
{
	if (c > RUNE_MAX || (c >= 0xd800 && c < 0xe000))
		c = RUNE_ERROR;
	buf_addc(out, '\'');
	add_rune(out, c, '\'', ascii);
	buf_addc(out, '\'');
}

bool quote_can_raw(str s)
{
	uint32_t c;
	size_t n;

	for (size_t i = 0; i < s.n; i += n) {
		n = utf8_decode(str_sub(s, i, s.n), &c);
		if ((c < ' ' && c != '\t') || c == '`' || c == 0x7f ||
		    c == BYTE_ORDER_MARK || (n == 1 && c == RUNE_ERROR))
			return false;
	}
	return true;
}

#include "tree/utf8.h"

#include "base/array.h"
#include "base/chars.h"

size_t utf8_decode(str s, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = (unsigned char)s.p[0];
	size_t n = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 :
		   lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
	uint32_t code = n == 1 ? lead : lead & (0xffu >> (n + 1));

	if (n == 1) {
		*c = lead;
		return 1;
	}
	*c = 0xfffd;
	if (!n || n > s.n)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 1;
		code = code << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 1;
	*c = code;
	return n;
}

bool utf8_printable(uint32_t c)
{
	if (c < 0xa0)
		return c < 0x7f;
	return c != 0x2028 && c != 0x2029 && c != 0xfeff &&
	       !(c >= 0xd800 && c < 0xe000) && c != 0xfffe && c != 0xffff;
}

void utf8_add(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_addc(b, (char)(0xe0 | c >> 12));
		} else {
			buf_addc(b, (char)(0xf0 | c >> 18));
			buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_addc(b, (char)(0x80 | (c & 0x3f)));
}

bool utf8_has_rare_breaks(str text)
{
	static const str rare[] = {
		STR("\xc2\x85"), STR("\xe2\x80\xa8"), STR("\xe2\x80\xa9"),
	};

	/* by the first byte, which is rare: faster than memmem */
	for (size_t i = 0; i < ARRAY_SIZE(rare); i++)
		for (size_t at = 0;
		     (at = str_find(text, at, *rare[i].p)) < text.n; at++)
			if (str_starts(str_sub(text, at, text.n), rare[i]))
				return true;
	for (size_t at = 0; (at = str_find(text, at, '\r')) < text.n; at++)
		if (at + 1 == text.n || text.p[at + 1] != '\n')
			return true;
	return false;
}

void utf8_repair(struct buf *b, str text)
{
	while (text.n) {
		uint32_t c;
		size_t n = utf8_decode(text, &c);

		utf8_add(b, c);
		text = str_sub(text, n, text.n);
	}
}

/* Which of eight bytes are below 0x20, or above 0x7e? */
static uint64_t odd(uint64_t w)
{
	return bytes_below(w, 0x20) | bytes_that_are(w, 0x7f) |
	       bytes_beyond(w);
}

size_t utf8_plain_run(str s)
{
	size_t i = 0;

	for (; s.n - i >= 8; i += 8) {
		uint64_t found = odd(bytes_at(s.p + i));

		if (found)
			return i + bytes_first(found);
	}
	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f)
		i++;
	return i;
}

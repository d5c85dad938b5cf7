/* template.HTMLEscapeString, template.JSEscapeString and url.QueryEscape. */
#include "tmpl/escape.h"

#include "go/unicode.h"
#include "tree/utf8.h"

/* What stands for a byte; NULL: the byte itself. */
static const char *const html[256] = {
	['\0'] = "\xef\xbf\xbd", ['"'] = "&#34;", ['\''] = "&#39;",
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;",
};

static const char *const js[256] = {
	['\\'] = "\\\\", ['\''] = "\\'", ['"'] = "\\\"", ['<'] = "\\u003C",
	['>'] = "\\u003E", ['&'] = "\\u0026", ['='] = "\\u003D",
};

void escape_html(struct buf *out, str s)
{
	size_t done = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *instead = html[(unsigned char)s.p[i]];

		if (!instead)
			continue;
		buf_add(out, s.p + done, i - done);
		buf_addz(out, instead);
		done = i + 1;
	}
	buf_adds(out, str_sub(s, done, s.n));
}

/* One character, of more than a byte or a broken one, which stays. */
static size_t js_wide(struct buf *out, str s)
{
	uint32_t c;
	size_t n = utf8_decode(s, &c);

	if (char_prints(c))
		buf_add(out, s.p, n);
	else
		buf_printf(out, "\\u%04X", c);
	return n;
}

void escape_js(struct buf *out, str s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80) {
			i += js_wide(out, str_sub(s, i, s.n));
			continue;
		}
		if (js[c])
			buf_addz(out, js[c]);
		else if (c < ' ')
			buf_printf(out, "\\u%04X", c);
		else
			buf_addc(out, (char)c);
		i++;
	}
}

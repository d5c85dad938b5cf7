#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "json/scan.h"
#include "json/text.h"
#include "tree/scalar.h"

static struct arena arena = ARENA_INIT;

static int scan(str text, const struct node **root, struct err *e)
{
	struct source *source = arena_new(&arena, struct source);

	*source = (struct source)SOURCE_JSON("test.json", text);
	return json_scan(&arena, source, 0, root, e);
}

static const struct node *json(const char *text)
{
	struct err e = ERR_INIT;
	const struct node *root = NULL;

	ck_assert_msg(!scan(str_of(text), &root, &e), "%s: %u:%u: %s", text,
		      e.pos.line, e.pos.column, e.text);
	return root;
}

static void check_write(void (*write)(struct buf *, const struct node *),
			const struct node *n, const char *expected)
{
	struct buf b = BUF_INIT;

	write(&b, n);
	ck_assert_str_eq(buf_z(&b), expected);
	buf_release(&b);
}

/* A text, and the same value in compact form. */
static const struct {
	const char *text, *compact;
} accepted[] = {
	{ "null", "null" },
	{ " true\r\n", "true" },
	{ "\t[ ]\n", "[]" },
	{ "{\n}", "{}" },
	{ "\xef\xbb\xbf{\"a\"\n:\n1}", "{\"a\":1}" },
	{ "[1, -2,\t3.5 ,-0.25, 1e2, 1E-2, 1.5e+3]",
	  "[1,-2,3.5,-0.25,100,0.01,1500]" },
	{ "[0, 18446744073709551615, -9223372036854775808]",
	  "[0,18446744073709551615,-9223372036854775808]" },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
	{ "\"\\u0041\\u00e9\\u20ac\"", "\"A\xc3\xa9\xe2\x82\xac\"" },
	{ "\"\\uD83D\\ude00\"", "\"\xf0\x9f\x98\x80\"" },
	{ "\"\\u0000\\u001F\"", "\"\\u0000\\u001f\"" },
	{ "\"\x7f\"", "\"\x7f\"" },
	{ "\"<&>\xe2\x80\xa8\"", "\"<&>\xe2\x80\xa8\"" },
	{ "\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"",
	  "\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"" },
	/* surrogates without a partner */
	{ "\"\\ud800\"", "\"\xef\xbf\xbd\"" },
	{ "\"\\udc00\\ud800\"", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "\"\\ud800\\u0041\"", "\"\xef\xbf\xbd" "A\"" },
	{ "\"\\ud800\\ud83d\\ude00\"", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\"" },
	{ "\"\\ud800x\\udc00\"", "\"\xef\xbf\xbdx\xef\xbf\xbd\"" },
	{ "{\"b\": {\"c\": []}, \"a\": [{}, [[]]]}",
	  "{\"b\":{\"c\":[]},\"a\":[{},[[]]]}" },
	{ "{\"a\": 1, \"b\": 2, \"a\": 3}", "{\"b\":2,\"a\":3}" },
	{ "{\"\": {\"\\u0061\": 1, \"a\": 2}}", "{\"\":{\"a\":2}}" },
};

START_TEST(test_accepted)
{
	check_write(json_write, json(accepted[_i].text),
		    accepted[_i].compact);
}
END_TEST

/* A text, the place of the byte that is at fault, and the error. */
static const struct {
	const char *text;
	unsigned line, column;
	const char *words;
} refused[] = {
	{ "", 1, 1, "expected a value, found the end" },
	{ " \n ", 2, 2, "expected a value, found the end" },
	{ "{", 1, 2, "expected a key in double quotes, found the end" },
	{ "[", 1, 2, "expected a value, found the end" },
	{ "[1,]", 1, 4, "expected a value, found `]`" },
	{ "[,1]", 1, 2, "expected a value, found `,`" },
	{ "[1 2]", 1, 4, "expected `,` or `]`, found `2`" },
	{ "[1}", 1, 3, "expected `,` or `]`, found `}`" },
	{ "[\n  1\n", 3, 1, "expected `,` or `]`, found the end" },
	{ "{\"a\":1,}", 1, 8, "expected a key in double quotes, found `}`" },
	{ "{a:1}", 1, 2, "expected a key in double quotes, found `a`" },
	{ "{'a':1}", 1, 2, "expected a key in double quotes, found `'`" },
	{ "{\"a\" 1}", 1, 6, "expected `:` after the key, found `1`" },
	{ "{\"a\":}", 1, 6, "expected a value, found `}`" },
	{ "{\"a\":1 \"b\":2}", 1, 8, "expected `,` or `}`, found `\"`" },
	{ "1 2", 1, 3, "expected nothing after the value, found `2`" },
	{ "{} // x", 1, 4, "expected nothing after the value, found `/`" },
	{ "[/* x */]", 1, 2, "expected a value, found `/`" },
	{ "\xef\xbb\xbf\xef\xbb\xbf" "1", 1, 1,
	  "expected a value, found `\xef\xbb\xbf`" },
	{ "[\n\xe2\x80\x9c" "a\"]", 2, 1,
	  "expected a value, found `\xe2\x80\x9c`" },
	{ "nul", 1, 4, "expected `null`, found the end" },
	{ "nil", 1, 2, "expected `null`, found `i`" },
	{ "tRUE", 1, 2, "expected `true`, found `R`" },
	{ "[fals]", 1, 6, "expected `false`, found `]`" },
	{ "truer", 1, 5, "expected nothing after the value, found `r`" },
	{ "NaN", 1, 1, "expected a value, found `N`" },
	{ "-", 1, 2, "expected a digit, found the end" },
	{ "+1", 1, 1, "expected a value, found `+`" },
	{ ".5", 1, 1, "expected a value, found `.`" },
	{ "-Infinity", 1, 2, "expected a digit, found `I`" },
	{ "01", 1, 2, "expected no digit after a leading 0, found `1`" },
	{ "-00", 1, 3, "expected no digit after a leading 0, found `0`" },
	{ "0x1F", 1, 2, "expected nothing after the value, found `x`" },
	{ "1.", 1, 3, "expected a digit, found the end" },
	{ "[1.e2]", 1, 4, "expected a digit, found `e`" },
	{ "1e", 1, 3, "expected a digit, found the end" },
	{ "[1e+]", 1, 5, "expected a digit, found `]`" },
	{ "\"a", 1, 3, "expected a closing quote, found the end" },
	{ "\"a\nb\"", 1, 3, "expected a closing quote, found a line break" },
	{ "\"12345678\tb\"", 1, 10,
	  "expected a closing quote, found byte 0x09" },
	{ "\"\\", 1, 3,
	  "expected one of \"\\/bfnrtu after a backslash, found the end" },
	{ "\"\\'\"", 1, 3,
	  "expected one of \"\\/bfnrtu after a backslash, found `'`" },
	{ "\"\\u12g4\"", 1, 6,
	  "expected four hex digits after \\u, found `g`" },
	{ "\"\\u12", 1, 6,
	  "expected four hex digits after \\u, found the end" },
	{ "\"\\U0041\"", 1, 3,
	  "expected one of \"\\/bfnrtu after a backslash, found `U`" },
	{ "\"\xc3\xa9\xff\"", 1, 3, "expected UTF-8, found byte 0xff" },
	{ "\"\xc0\x80\"", 1, 2, "expected UTF-8, found byte 0xc0" },
	{ "\"\xe0\x80\x80\"", 1, 2, "expected UTF-8, found byte 0xe0" },
	{ "\"\xed\xa0\x80\"", 1, 2, "expected UTF-8, found byte 0xed" },
	{ "\"\xf4\x90\x80\x80\"", 1, 2, "expected UTF-8, found byte 0xf4" },
	{ "\"\xe2\x82\"", 1, 2, "expected UTF-8, found byte 0xe2" },
	{ "[\x7f]", 1, 2, "expected a value, found byte 0x7f" },
	{ "[\xc2\xa0]", 1, 2, "expected a value, found `\xc2\xa0`" },
};

START_TEST(test_refused)
{
	struct err e = ERR_INIT;
	const struct node *root;
	const char *text = refused[_i].text;

	ck_assert_msg(scan(str_of(text), &root, &e) == -1, "%s", text);
	ck_assert_str_eq(e.pos.file, "test.json");
	ck_assert_msg(e.pos.line == refused[_i].line &&
		      e.pos.column == refused[_i].column, "%s: %u:%u", text,
		      e.pos.line, e.pos.column);
	ck_assert(!strncmp(e.text, "invalid JSON: ", 14));
	ck_assert_str_eq(e.text + 14, refused[_i].words);
}
END_TEST

START_TEST(test_nul)
{
	struct err e = ERR_INIT, f = ERR_INIT;
	const struct node *root;

	ck_assert_int_eq(scan(STR("\"a\0b\""), &root, &e), -1);
	ck_assert_str_eq(e.text, "invalid JSON: expected a closing quote, "
			 "found byte 0x00");
	ck_assert_int_eq(scan(STR("\"\\\0\""), &root, &f), -1);
	ck_assert_uint_eq(f.pos.column, 3);
}
END_TEST

/* A text that is a later piece of its file. */
START_TEST(test_place_in_file)
{
	struct source source = { .name = "f", .text = STR("[x\n"),
				 .line = 7, .column = 5, .json = true };
	struct err e = ERR_INIT, f = ERR_INIT;
	const struct node *root;

	ck_assert_int_eq(json_scan(&arena, &source, 0, &root, &e), -1);
	ck_assert_uint_eq(e.pos.line, 7);
	ck_assert_uint_eq(e.pos.column, 6);
	source.text = STR("[\n\"\xc3\xa9\" x");
	ck_assert_int_eq(json_scan(&arena, &source, 0, &root, &f), -1);
	ck_assert_uint_eq(f.pos.line, 8);
	ck_assert_uint_eq(f.pos.column, 5);
	source.text = STR(" 1");
	ck_assert_int_eq(json_scan(&arena, &source, 0, &root, NULL), 0);
	ck_assert_uint_eq(node_pos(root).column, 6);
}
END_TEST

/* Spans are bytes, quotes and brackets in them. */
START_TEST(test_spans)
{
	static const char text[] =
		" {\"a\\n\": [1.5, true],\r\n \"\xc3\xa9\": {}}";
	static const char *const pieces[] = {
		"{\"a\\n\": [1.5, true],\r\n \"\xc3\xa9\": {}}",
		"\"a\\n\"", "[1.5, true]", "1.5", "true", "\"\xc3\xa9\"", "{}",
	};
	const struct node *root = json(text);
	const struct entry *entries = root->entries;
	const struct node *const nodes[] = {
		root, entries[0].key, entries[0].value,
		entries[0].value->items[0], entries[0].value->items[1],
		entries[1].key, entries[1].value,
	};

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		const struct node *n = nodes[i];

		ck_assert(str_eq(str_sub(n->source->text, n->start, n->end),
				 str_of(pieces[i])));
	}
	ck_assert_uint_eq(node_pos(entries[1].key).line, 2);
	ck_assert_uint_eq(node_pos(entries[1].value).column, 7);
	/* no escapes, no copy */
	ck_assert_ptr_eq(entries[1].key->text,
			 text + entries[1].key->start + 1);
	ck_assert_ptr_eq(entries[0].value->items[1]->text,
			 text + entries[0].value->items[1]->start);
}
END_TEST

START_TEST(test_flags)
{
	const struct node *root = json("[{}, \"a\", 1, null]");

	ck_assert_uint_eq(root->flags, NODE_FLOW);
	ck_assert_uint_eq(root->items[0]->flags, NODE_FLOW);
	ck_assert_uint_eq(root->items[1]->flags, 0);
	ck_assert_uint_eq(root->items[1]->style, STYLE_DOUBLE);
	ck_assert_uint_eq(root->items[2]->style, STYLE_PLAIN);
	ck_assert_ptr_null(root->items[0]->extra);
}
END_TEST

/* Kinds of numbers go by their spelling. */
START_TEST(test_number_kinds)
{
	static const struct {
		const char *text;
		enum node_kind kind;
	} numbers[] = {
		{ "0", NODE_INT },
		{ "-0", NODE_INT },
		{ "999999999999999999", NODE_INT },
		{ "9223372036854775807", NODE_INT },
		{ "-9223372036854775808", NODE_INT },
		{ "9223372036854775808", NODE_UINT },
		{ "18446744073709551615", NODE_UINT },
		{ "18446744073709551616", NODE_FLOAT },
		{ "-9223372036854775809", NODE_FLOAT },
		{ "1.0", NODE_FLOAT },
		{ "1e3", NODE_FLOAT },
		{ "1e-400", NODE_FLOAT },
		{ "1.7976931348623157e308", NODE_FLOAT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const struct node *n = json(numbers[i].text);

		ck_assert_msg(n->kind == numbers[i].kind, "%s",
			      numbers[i].text);
		ck_assert(!node_check(n, NULL));
	}
}
END_TEST

/* Read, so that it can be copied; refused where its meaning counts. */
START_TEST(test_number_out_of_range)
{
	struct buf digits = BUF_INIT;
	struct err e = ERR_INIT;

	ck_assert(node_check(json("{\"a\":\n[-1e400]}"), &e));
	ck_assert_str_eq(e.text, "the number is out of range");
	ck_assert_uint_eq(e.pos.line, 2);
	ck_assert_uint_eq(e.pos.column, 2);
	buf_fill(&digits, '9', 310);
	ck_assert_uint_eq(json(buf_z(&digits))->flags, NODE_BAD);
	buf_release(&digits);
}
END_TEST

/* The last of equal keys counts; the others are kept in the text. */
START_TEST(test_duplicates)
{
	const struct node *map = json("{\"a\":1,\"b\":2,\"a\":3,"
				      "\"c\":4,\"b\":5}");
	const struct written *w = map->extra->written;
	static const uint32_t from[] = { 2, 3, 4 };

	ck_assert_uint_eq(map->n, 3);
	ck_assert_uint_eq(w->n, 5);
	ck_assert(!w->merges);
	for (uint32_t i = 0; i < map->n; i++) {
		ck_assert_uint_eq(w->from[i], from[i]);
		ck_assert_ptr_eq(map->entries[i].value,
				 w->entries[from[i]].value);
	}
	ck_assert(node_equal(map, json("{\"c\":4,\"a\":3,\"b\":5}")));
}
END_TEST

/* As large as look-up tables need, twice over, then each key once. */
START_TEST(test_large_maps)
{
	enum { N = 2000 };
	struct buf text = BUF_INIT, key = BUF_INIT;
	const struct node *map;

	buf_addc(&text, '{');
	for (int i = 0; i < 2 * N; i++)
		buf_printf(&text, "%s\"key%d\":%d", i ? "," : "", i % N, i);
	buf_addc(&text, '}');
	map = json(buf_z(&text));
	ck_assert_uint_eq(map->n, N);
	ck_assert_uint_eq(map->extra->written->n, 2 * N);
	for (uint32_t i = 0; i < N; i++) {
		int64_t value = 0;

		buf_clear(&key);
		buf_printf(&key, "key%u", i);
		ck_assert_int_eq(node_index(map, buf_str(&key)), i);
		ck_assert(scalar_int64(node_get(map, buf_str(&key)), &value));
		ck_assert_int_eq(value, N + i);
	}
	/* what is left is small: no table that counts the dropped ones */
	buf_clear(&text);
	buf_addc(&text, '{');
	for (int i = 0; i < N; i++)
		buf_printf(&text, "\"a\":%d,", i);
	buf_addz(&text, "\"b\":1}");
	map = json(buf_z(&text));
	ck_assert_uint_eq(map->n, 2);
	ck_assert_int_eq(node_index(map, STR("a")), 0);
	ck_assert_int_eq(node_index(map, STR("b")), 1);
	buf_release(&text);
	buf_release(&key);
}
END_TEST

START_TEST(test_depth)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	const struct node *root;

	buf_fill(&text, '[', NODE_DEPTH_MAX);
	buf_fill(&text, ']', NODE_DEPTH_MAX);
	ck_assert(!scan(buf_str(&text), &root, NULL));
	buf_clear(&text);
	buf_fill(&text, '[', 1000000);
	ck_assert(scan(buf_str(&text), &root, &e));
	ck_assert_uint_eq(e.pos.column, NODE_DEPTH_MAX + 1);
	ck_assert_str_eq(e.text,
			 "invalid JSON: nested more than 500 levels deep");
	buf_clear(&text);
	buf_addc(&text, '[');
	for (int i = 0; i < 1000; i++)	/* many, but not deep */
		buf_addz(&text, "[{}],");
	buf_addz(&text, "0]");
	ck_assert(!scan(buf_str(&text), &root, NULL));
	buf_release(&text);
}
END_TEST

START_TEST(test_too_large)
{
	struct source source = { .name = "f",
				 .text = { "1", (size_t)UINT32_MAX + 1 } };
	const struct node *root;

	ck_assert_int_eq(json_scan(&arena, &source, 0, &root, NULL), -1);
}
END_TEST

/* What Go 1.26's json.Marshal answers for the same value. */
static const struct {
	const char *text, *go;
} go_cases[] = {
	{ "{\"b\":1,\"a\":{\"d\":[],\"c\":{}},\"\":null,\"B\":true}",
	  "{\"\":null,\"B\":true,\"a\":{\"c\":{},\"d\":[]},\"b\":1}" },
	{ "\"<a href='x'>&\"", "\"\\u003ca href='x'\\u003e\\u0026\"" },
	{ "\"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\xe3\x80\xa8\"",
	  "\"\\u2028\\u2029\xe2\x80\xaa\xe3\x80\xa8\"" },
	{ "\"\\u0000\\u0008\\u000b\\u000c\\n\\r\\t\\u001f\x7f\\\"\\\\/\"",
	  "\"\\u0000\\b\\u000b\\f\\n\\r\\t\\u001f\x7f\\\"\\\\/\"" },
	{ "[\"\xef\xbf\xbd\", \"\xf0\x9f\x98\x80\"]",
	  "[\"\xef\xbf\xbd\",\"\xf0\x9f\x98\x80\"]" },
	{ "{\"\xf0\x9f\x98\x80\":1,\"\xef\xbf\xbd\":2,\"z\":3,\"<\":4}",
	  "{\"\\u003c\":4,\"z\":3,\"\xef\xbf\xbd\":2,\"\xf0\x9f\x98\x80\":1}" },
	{ "[1.50, 1e21, 1e-7, 100000000000000000000, -0.0]",
	  "[1.5,1e+21,1e-7,100000000000000000000,-0]" },
};

START_TEST(test_go)
{
	check_write(json_write_go, json(go_cases[_i].text), go_cases[_i].go);
}
END_TEST

/* Text that did not come from a file may hold anything. */
START_TEST(test_bad_utf8)
{
	const struct node *n = node_new_string(
		&arena, STR("a\xff<\xe2\x80\xed\xa0\x80\xc3"));
	struct buf text = BUF_INIT;

	check_write(json_write_go, n, "\"a\\ufffd\\u003c\\ufffd\\ufffd"
		    "\\ufffd\\ufffd\\ufffd\\ufffd\"");
	json_write_text(&text, STR("\xff\n"));
	ck_assert_str_eq(buf_z(&text), "\"\xff\\n\"");
	buf_release(&text);
}
END_TEST

/*
 * jansson as an oracle
 */

/* Refused by jansson alone: whole numbers past int64, doubles out of range,
 * surrogates without a partner. */
static bool only_here(const json_error_t *e)
{
	static const char *const reasons[] = {
		"too big integer", "too big negative integer",
		"real number overflow", "invalid Unicode '\\u",
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (!strncmp(e->text, reasons[i], strlen(reasons[i])))
			return true;
	return false;
}

static bool same_value(const struct node *n, const json_t *j);

static bool same_map(const struct node *n, const json_t *j)
{
	bool same = n->n == json_object_size(j);

	for (uint32_t i = 0; same && i < n->n; i++) {
		str key = node_text(n->entries[i].key);
		const json_t *value = json_object_getn(j, key.p, key.n);

		same = value && same_value(n->entries[i].value, value);
	}
	return same;
}

static bool same_list(const struct node *n, const json_t *j)
{
	bool same = n->n == json_array_size(j);

	for (uint32_t i = 0; same && i < n->n; i++)
		same = same_value(n->items[i], json_array_get(j, i));
	return same;
}

static bool same_value(const struct node *n, const json_t *j)
{
	int64_t whole;

	switch (json_typeof(j)) {
	case JSON_OBJECT:
		return n->kind == NODE_MAP && same_map(n, j);
	case JSON_ARRAY:
		return n->kind == NODE_LIST && same_list(n, j);
	case JSON_STRING:
		return n->kind == NODE_STRING &&
		       str_eq(node_text(n), (str){ json_string_value(j),
						   json_string_length(j) });
	case JSON_INTEGER:
		return scalar_int64(n, &whole) &&
		       whole == json_integer_value(j);
	case JSON_REAL:
		return n->kind == NODE_FLOAT &&
		       !(scalar_double(n) < json_real_value(j)) &&
		       !(scalar_double(n) > json_real_value(j));
	case JSON_NULL:
		return n->kind == NODE_NULL;
	default:
		return n->kind == NODE_BOOL &&
		       scalar_bool(n) == json_is_true(j);
	}
}

static void compare(str text)
{
	json_error_t je;
	json_t *j = json_loadb(text.p, text.n,
			       JSON_DECODE_ANY | JSON_ALLOW_NUL, &je);
	const struct node *n;
	struct err e = ERR_INIT;

	if (!scan(text, &n, &e))
		ck_assert_msg(j ? same_value(n, j) : only_here(&je),
			      "%.*s: jansson: %s", STR_ARG(text),
			      j ? "another value" : je.text);
	else
		ck_assert_msg(!j, "%.*s: jansson takes it, %s", STR_ARG(text),
			      e.text);
	json_decref(j);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* One to four edits: a byte changed, put in, or taken out. */
static void mutate(struct buf *b, uint32_t *state)
{
	static const char bytes[] = "{}[]:,\"\\/u0123456789dD8cCeE+-. \n\t\r"
				    "truefalsn\x01\x7f\x80\xc3\xe2\xed\xf0";

	for (uint32_t n = 1 + next_random(state) % 4; n && b->n; n--) {
		size_t at = next_random(state) % b->n;
		char c = bytes[next_random(state) % (sizeof(bytes) - 1)];

		switch (next_random(state) % 3) {
		case 0:
			b->p[at] = c;
			break;
		case 1:
			buf_addc(b, c);
			memmove(b->p + at + 1, b->p + at, b->n - at - 1);
			b->p[at] = c;
			break;
		default:
			memmove(b->p + at, b->p + at + 1, b->n - at - 1);
			b->n--;
		}
	}
}

START_TEST(test_against_jansson)
{
	static const char *const seeds[] = {
		"{\"a\":[1,-0.5e3,true,null],\"b\":{\"c\":\"x\\u00e9\"}}",
		"[\"\\ud83d\\ude00\\n\", \"\xe2\x82\xac\xf0\x9f\x98\x80\", 12]",
		"{ \"k\" : { } , \"k\" : [ false , 9223372036854775807 ] }",
	};
	struct buf b = BUF_INIT;
	uint32_t state = (uint32_t)_i;

	for (int round = 0; round < 4000; round++) {
		buf_clear(&b);
		buf_addz(&b, seeds[_i]);
		mutate(&b, &state);
		compare(buf_str(&b));
		arena_reset(&arena);
	}
	buf_release(&b);
}
END_TEST

/* The value at a path is read like any other, and then null; what has the same
 * key elsewhere stays. */
START_TEST(test_without)
{
	static const char *const path[] = { "a", "b", NULL };
	static const struct {
		const char *text, *compact;	/* NULL: refused */
	} cases[] = {
		{ "{\"a\":{\"b\":[{\"a\":{\"b\":1e999}}],\"c\":\"\\u0041\"}}",
		  "{\"a\":{\"b\":null,\"c\":\"A\"}}" },
		{ "{\"a\":{\"b\":1},\"a\":{\"b\":{\"x\":\"\\n\"},\"b\":2}}",
		  "{\"a\":{\"b\":null}}" },
		{ "{\"b\":{\"a\":{\"b\":1}}}", "{\"b\":{\"a\":{\"b\":1}}}" },
		{ "{\"a\":[{\"b\":1}],\"b\":2}",
		  "{\"a\":[{\"b\":1}],\"b\":2}" },
		{ "[{\"a\":{\"b\":1}}]", "[{\"a\":{\"b\":1}}]" },
		{ "{\"a\":1,\"c\":{\"b\":1}}", "{\"a\":1,\"c\":{\"b\":1}}" },
		{ "{\"a\":{\"b\":[1,]}}", NULL },
		{ "{\"a\":{\"b\":{\"c\"}}}", NULL },
		{ "{\"a\":{\"b\":", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct source source = SOURCE_JSON("test.json",
						   str_of(cases[i].text));
		struct err e = ERR_INIT;
		const struct node *root;
		int rc = json_scan_without(&arena, &source, path, &root, &e);

		ck_assert_int_eq(rc, cases[i].compact ? 0 : -1);
		ck_assert_int_eq(e.set, rc != 0);
		if (!rc)
			check_write(json_write, root, cases[i].compact);
	}
}
END_TEST

static void add_scan_tests(TCase *tc)
{
	tcase_add_loop_test(tc, test_accepted, 0, ARRAY_SIZE(accepted));
	tcase_add_loop_test(tc, test_refused, 0, ARRAY_SIZE(refused));
	tcase_add_test(tc, test_nul);
	tcase_add_test(tc, test_place_in_file);
	tcase_add_test(tc, test_spans);
	tcase_add_test(tc, test_flags);
	tcase_add_test(tc, test_number_kinds);
	tcase_add_test(tc, test_number_out_of_range);
	tcase_add_test(tc, test_duplicates);
	tcase_add_test(tc, test_large_maps);
	tcase_add_test(tc, test_depth);
	tcase_add_test(tc, test_too_large);
	tcase_add_test(tc, test_without);
	tcase_add_loop_test(tc, test_against_jansson, 0, 3);
}

int main(void)
{
	Suite *suite = suite_create("json");
	TCase *scan_case = tcase_create("scan"), *text = tcase_create("text");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_set_timeout(scan_case, 60);	/* sanitizers take their time */
	add_scan_tests(scan_case);
	tcase_add_loop_test(text, test_go, 0, ARRAY_SIZE(go_cases));
	tcase_add_test(text, test_bad_utf8);
	suite_add_tcase(suite, scan_case);
	suite_add_tcase(suite, text);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

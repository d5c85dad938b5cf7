/*
 * tmpl: the engine without sprig.  The results in `language` are Go's; the rest
 * tests limits, the caller's functions, values and maps.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "json/scan.h"
#include "tmpl/tmpl.h"

static struct arena arena;

static void setup(void)
{
	arena = (struct arena)ARENA_INIT;
}

static void teardown(void)
{
	arena_release(&arena);
}

static const struct node *json(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	const struct node *root = NULL;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_JSON("data.json", str_of(text));
	if (json_scan(&arena, source, 0, &root, &e) < 0)
		ck_abort_msg("%s: %s", text, e.text);
	return root;
}

static struct value data_of(const char *text)
{
	return value_of_node(&arena, &type_interface, json(text), true);
}

/* The output of a template for data, or its error; in the arena. */
static const char *run_with(const char *template, struct value data,
			    const struct func_table *const *tables,
			    uint32_t n_tables,
			    const struct tmpl_limits *limits)
{
	struct tmpl_context context = { .arena = &arena, .limits = *limits };
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	const struct tmpl *t;
	str made;

	context.env.allow_env = true;
	t = tmpl_parse(&arena, STR("t"), str_of(template), tables, n_tables,
		       &e);
	if (!t || tmpl_exec(t, &out, data, &context, &e) < 0) {
		ck_assert(e.set);
		ck_assert_uint_eq(out.n, 0);
	}
	made = arena_str(&arena, e.set ? str_of(e.text) : buf_str(&out));
	buf_release(&out);
	return made.p;
}

static const struct tmpl_limits normal = TMPL_LIMITS;

static const char *run(const char *template, struct value data)
{
	return run_with(template, data, NULL, 0, &normal);
}

static void expect(const char *template, struct value data, const char *want)
{
	const char *got = run(template, data);

	ck_assert_msg(!strcmp(got, want), "%s\nmakes %s\ninstead of %s",
		      template, got, want);
}

/* ---- the language ---- */

static const char data[] =
	"{\"a\":1,\"s\":\"str\",\"l\":[1,\"x\",null,[2]],"
	"\"m\":{\"k\":\"v\",\"n\":null,\"d\":{\"e\":\"f\"}},"
	"\"t\":true,\"f\":1.5,\"e\":{},\"z\":[],\"nil\":null,"
	"\"w\":[[],[1],[2,3]]}";

static const struct {
	const char *template, *want;
} language[] = {
	{ "{{ range .w }}[{{ range . }}{{ . }}{{ else }}{{ break }}{{ end }}"
	  "]{{ end }}",
	  "[][1][23]" },
	{ "{{ range .w }}[{{ range . }}{{ . }}{{ else }}{{ continue }}{{ end"
	  " }}]{{ end }}",
	  "[[1][23]" },
	{ "{{ 1+2i }} {{ 2i }} {{ 0i }} {{ printf \"%v %T\" 1+0i 1+0i }}",
	  "(1+2i) (0+2i) (0+0i) (1+0i) complex128" },
	{ "{{ 1.5e3+2.5e-1i }}",
	  "(1500+0.25i)" },
	{ "{{ 1+2 }}",
	  "template: t:1: bad number syntax: \"1+2\"" },
	{ "{{ if 0i }}a{{ else }}b{{ end }}",
	  "b" },
	{ "{{ eq 1+2i 1+2i }}{{ eq 1i 2i }}",
	  "truefalse" },
	{ "{{ lt 1i 2i }}",
	  "template: t:1:3: executing \"t\" at <lt 1i 2i>: error calling lt: i"
	  "nvalid type for comparison" },
	{ "{{ index \"abc\" 1 }}{{ index .l 3 0 }}{{ index .m \"d\" \"e\" }}",
	  "982f" },
	{ "{{ index .m 1 }}",
	  "template: t:1:3: executing \"t\" at <index .m 1>: error calling ind"
	  "ex: value has type int; should be string" },
	{ "{{ index .m nil }}",
	  "template: t:1:3: executing \"t\" at <index .m nil>: error calling i"
	  "ndex: value is nil; should be of type string" },
	{ "{{ index .l nil }}",
	  "template: t:1:3: executing \"t\" at <index .l nil>: error calling i"
	  "ndex: cannot index slice/array with nil" },
	{ "{{ index .m \"zz\" \"y\" }}",
	  "template: t:1:3: executing \"t\" at <index .m \"zz\" \"y\">: error "
	  "calling index: index of nil pointer" },
	{ "{{ index .a 1 }}",
	  "template: t:1:3: executing \"t\" at <index .a 1>: error calling ind"
	  "ex: can't index item of type int" },
	{ "{{ slice \"hello\" 1 3 }}{{ slice \"abc\" }}{{ slice \"abc\" 3 }}",
	  "elabc" },
	{ "{{ slice \"hello\" 3 1 }}",
	  "template: t:1:3: executing \"t\" at <slice \"hello\" 3 1>: error ca"
	  "lling slice: invalid slice index: 3 > 1" },
	{ "{{ slice \"hello\" 1 2 3 }}",
	  "template: t:1:3: executing \"t\" at <slice \"hello\" 1 2 3>: error "
	  "calling slice: cannot 3-index slice a string" },
	{ "{{ slice .l 1 }} {{ slice .l 1 2 }} {{ slice .l 1 2 2 }}",
	  "[x <nil> [2]] [x] [x]" },
	{ "{{ slice .l 1 3 2 }}",
	  "template: t:1:3: executing \"t\" at <slice .l 1 3 2>: error calling"
	  " slice: invalid slice index: 3 > 2" },
	{ "{{ slice .l 1 2 3 4 }}",
	  "template: t:1:3: executing \"t\" at <slice .l 1 2 3 4>: error calli"
	  "ng slice: too many slice indexes: 4" },
	{ "{{ slice .m 1 }}",
	  "template: t:1:3: executing \"t\" at <slice .m 1>: error calling sli"
	  "ce: can't slice item of type map[string]interface {}" },
	{ "{{ slice nil }}",
	  "template: t:1:3: executing \"t\" at <slice nil>: error calling slic"
	  "e: slice of untyped nil" },
	{ "{{ len 3 }}",
	  "template: t:1:3: executing \"t\" at <len 3>: error calling len: len"
	  " of type int" },
	{ "{{ .a | and 1 }}{{ .zz | or 0 }}{{ 5 | or 3 }}",
	  "1<no value>3" },
	{ "{{ or 1 (index .l 99) }}",
	  "1" },
	{ "{{ eq .l .m }}",
	  "template: t:1:3: executing \"t\" at <eq .l .m>: error calling eq: n"
	  "on-comparable types [%!s(int=1) x <nil> [%!s(int=2)]]: []interface "
	  "{}, map[string]interface {}: map[d:map[e:f] k:v n:<nil>]" },
	{ "{{ eq .nil nil }}{{ eq nil nil }}{{ eq .zz nil 1 }}{{ eq 1 nil }}"
	  "{{ eq .l nil }}{{ eq nil .l }}",
	  "truetruetruefalsefalsefalse" },
	{ "{{ lt true false }}",
	  "template: t:1:3: executing \"t\" at <lt true false>: error calling "
	  "lt: invalid type for comparison" },
	{ "{{ eq (index \"abc\" 0) 97 }}{{ lt (index \"abc\" 0) -1 }}{{ lt -"
	  "1 (index \"abc\" 0) }}{{ eq -1 (index \"abc\" 0) }}",
	  "truefalsetruefalse" },
	{ "{{ html \"<a>\" 1 2 .nil }} {{ js \"it's\" }} {{ urlquery \"a b&c"
	  "\" }}",
	  "&lt;a&gt;1 2&lt;no value&gt; it\\'s a+b%26c" },
	{ "{{ call print }}",
	  "template: t:1:3: executing \"t\" at <call print>: error calling cal"
	  "l: non-function print of type string" },
	{ "{{ .zz | call }}",
	  "template: t:1:9: executing \"t\" at <call>: error calling call: cal"
	  "l of nil" },
	{ "{{ if $y := .zz }}{{ else }}[{{ $y }}]{{ end }}",
	  "[<no value>]" },
	{ "{{ $x = 2 }}",
	  "template: t:1:8: executing \"t\" at <2>: undefined variable: $x" },
	{ "{{ range $i := 3 }}{{ $i }}{{ end }}{{ range 0 }}x{{ else }}y{{ e"
	  "nd }}{{ range -2 }}x{{ end }}",
	  "012y" },
	{ "{{ range $i, $j := 3 }}{{ end }}",
	  "template: t:1:19: executing \"t\" at <3>: can't use 3 to iterate ov"
	  "er more than one variable" },
	{ "{{ range true }}{{ end }}",
	  "template: t:1:9: executing \"t\" at <true>: range can't iterate ove"
	  "r true" },
	{ "{{ $k := \"\" }}{{ $v := \"\" }}{{ range $k, $v = .m }}{{ end }}{"
	  "{ $k }}{{ $v }}",
	  "n<no value>" },
	{ "{{ $v := \"\" }}{{ range $v = .l }}{{ break }}{{ end }}{{ $v }}",
	  "1" },
	{ "{{ range $v = .l }}{{ end }}",
	  "template: t:1:14: executing \"t\" at <.l>: undefined variable: $v" },
	{ "{{ define \"x\" }}{{ $ }}{{ . }}{{ end }}{{ template \"x\" .a }}{"
	  "{ template \"x\" }}{{ range .l }}{{ template \"x\" . }}{{ end }}",
	  "11<no value><no value>11xx<no value><no value>[2][2]" },
	{ "{{ define \"x\" }}{{ template \"x\" }}{{ end }}{{ template \"x\" "
	  "}}",
	  "template: t:1:28: executing \"x\" at <{{template \"x\"}}>: exceeded"
	  " maximum template depth (100000)" },
	{ "{{ define \"x\" }}{{ if . }}{{ template \"x\" (slice . 1) }}{{ en"
	  "d }}{{ . }};{{ end }}{{ template \"x\" \"abcdef\" }}",
	  ";f;ef;def;cdef;bcdef;abcdef;" },
	{ "{{ define \"x\" }} {{ end }}{{ define \"x\" }}b{{ end }}{{ define"
	  " \"x\" }}{{/* c */}}{{ end }}{{ template \"x\" }}",
	  "b" },
	{ "{{ define \"t\" }}main{{ end }}",
	  "main" },
	{ "{{ define \"t\" }}main{{ end }}x",
	  "template: t:1: template: multiple definition of template \"t\"" },
	{ "{{ block \"x\" . }}{{ else }}{{ end }}",
	  "template: t:1: unexpected {{else}} in block clause" },
	{ "{{ define x }}{{ end }}",
	  "template: t:1: unexpected \"x\" in define clause" },
	{ "{{ define \"\\q\" }}{{ end }}",
	  "template: t:1: invalid syntax" },
	{ "{{ template \"x\" 1 | }}",
	  "template: t:1:12: executing \"t\" at <{{template \"x\" 1}}>: templa"
	  "te \"x\" not defined" },
	{ "{{ range .l }}{{ if true }}{{ break 1 }}{{ end }}{{ end }}",
	  "template: t:1: unexpected \"1\" in {{break}}" },
	{ "{{ with 1 }}{{ else if 1 }}{{ end }}{{ end }}",
	  "template: t:1: unexpected <if> in input" },
	{ "{{ \"a\\",
	  "template: t:1: unterminated quoted string" },
	{ "{{ ( }}",
	  "template: t:1: unclosed left paren" },
	{ "{{ (1) 2 }}",
	  "template: t:1:3: executing \"t\" at <(1) 2>: can't give argument to"
	  " non-function 1" },
	{ "{{ 1 | (print 2) }}",
	  "template: t:1:3: executing \"t\" at <1>: can't give argument to non"
	  "-function print 2" },
	{ "{{ (.s).k }}",
	  "template: t:1:4: executing \"t\" at <.s>: can't evaluate field k in"
	  " type string" },
	{ "{{ .m.n.x }}",
	  "template: t:1:5: executing \"t\" at <.m.n.x>: nil pointer evaluatin"
	  "g interface {}.x" },
	{ "{{ nil.x }}",
	  "template: t:1: unexpected . after term \"nil\"" },
	{ "{{ true.x }}",
	  "template: t:1: unexpected . after term \"true\"" },
	{ "{{ print.x }}",
	  "template: t:1:3: executing \"t\" at <print>: can't evaluate field x"
	  " in type string" },
	{ "{{ print nil.x }}",
	  "template: t:1: unexpected . after term \"nil\"" },
	{ "{{ range $x, $y, $z := .l }}{{ end }}",
	  "template: t:1: too many declarations in range" },
	{ "{{ range $x, 1 }}{{ end }}",
	  "template: t:1: range can only initialize variables" },
	{ "{{ print ($x := 5) $x }}{{ $x }}",
	  "5 55" },
	{ "{{ 0x1.8p1 }}{{ 0X1P+2 }}{{ 0x1p-2 }}",
	  "340.25" },
	{ "{{ 0x1.8 }}",
	  "template: t:1: illegal number syntax: \"0x1.8\"" },
	{ "{{ 1__0 }}",
	  "template: t:1: illegal number syntax: \"1__0\"" },
	{ "{{ 1_e3 }}",
	  "template: t:1: illegal number syntax: \"1_e3\"" },
	{ "{{ '\\ud800' }}",
	  "template: t:1: invalid syntax" },
	{ "{{ '\\400' }}",
	  "template: t:1: invalid syntax" },
	{ "{{ \"\\u00e9\\x41\\101\\n\\t\\\\\\\"\" }}",
	  "éAA\n\t\\\"" },
	{ "{{ \"\\'\" }}",
	  "template: t:1: invalid syntax" },
	{ "{{ é }}",
	  "template: t:1: function \"é\" not defined" },
	{ "{{ .é }}{{ $é := 1 }}{{ $é }}",
	  "<no value>1" },
	{ "{{ € }}",
	  "template: t:1: unrecognized character in action: U+20AC '€'" },
	{ "{{ template \"a\" }}{{ define \"a\" }}{{ .x.y }}{{ end }}",
	  "<no value>" },
	{ "{{ define \"a\" }}{{ .x.y }}{{ end }}{{ template \"a\" \"str\" }}",
	  "template: t:1:21: executing \"a\" at <.x.y>: can't evaluate field x"
	  " in type string" },
	{ "{{ print 1\n  2\n  nope }}",
	  "template: t:3: function \"nope\" not defined" },
	{ "{{ (\n\n",
	  "template: t:3: unclosed action started at t:1" },
	{ "a\n{{ if 1 }}\n{{ index .l\n 99 }}",
	  "template: t:4: unexpected EOF" },
	{ "{{ 1\n|\n| }}",
	  "template: t:3: unexpected \"|\" in command" },
	{ "{{- 1\n-}}\n\n{{ nope",
	  "template: t:4: function \"nope\" not defined" },
	{ "{{ print\r\n1 -}}\r\n x",
	  "1x" },
	{ "{{ if 1 }}\n{{ else }}\n\n",
	  "template: t:4: unexpected EOF" },
	{ "{{ true.a\n\n}}",
	  "template: t:1: unexpected . after term \"true\"" },
	{ "\n{{ (1\n-}}",
	  "template: t:2: unclosed left paren" },
	{ "{{ (1 \n -}}",
	  "template: t:2: unclosed left paren in action started at t:1" },
	{ "{{ `\n\n`\n\" }}",
	  "template: t:4: unterminated quoted string in action started at "
	  "t:1" },
	{ "{{ range $a,\n\n$b,\n\n$c }}",
	  "template: t:3: too many declarations in range" },
	{ "{{ $x\n:= }}",
	  "template: t:2: missing value for command" },
	{ "{{\n\n'a",
	  "template: t:3: unterminated character constant in action started at"
	  " t:1" },
};

START_TEST(go_says_the_same)
{
	expect(language[_i].template, data_of(data), language[_i].want);
}
END_TEST

START_TEST(a_template_runs_often)
{
	static const char text[] = "{{ range . }}{{ . }},{{ end }}";
	struct tmpl_context context = { .arena = &arena, .limits = normal };
	struct buf out = BUF_INIT;
	const struct tmpl *t = tmpl_parse(&arena, STR("t"), str_of(text), NULL,
					  0, NULL);

	ck_assert(t);
	buf_addz(&out, "kept ");
	ck_assert(!tmpl_exec(t, &out, data_of("[1,2]"), &context, NULL));
	ck_assert(tmpl_exec(t, &out, data_of("1.5"), &context, NULL) < 0);
	ck_assert(!tmpl_exec(t, &out, data_of("{\"b\":1}"), &context, NULL));
	ck_assert_str_eq(buf_z(&out), "kept 1,2,1,");
	buf_release(&out);
}
END_TEST

/* ---- bounds ---- */

static const char *bounded(const char *template, struct tmpl_limits limits)
{
	return run_with(template, VALUE_MISSING, NULL, 0, &limits);
}

/* Conditions that are decided by the parser, as Go decides them later. */
static const struct {
	const char *template, *want;
} constants[] = {
	{ "a{{ if true }}b{{ else }}c{{ end }}d", "abd" },
	{ "a{{ if false }}b{{ else }}c{{ end }}d", "acd" },
	{ "a{{ if false }}b{{ end }}d", "ad" },
	{ "{{ if false }}a{{ else if true }}b{{ else }}c{{ end }}", "b" },
	{ "{{ if .x }}a{{ else if false }}b{{ else if true }}c{{ end }}", "c" },
	{ "{{ if true }}{{ if false }}a{{ else }}b{{ end }}{{ end }}", "b" },
	/* a variable lives until the end, an assignment stays */
	{ "{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1" },
	{ "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2" },
	{ "{{ range .l }}{{ if true }}{{ break }}{{ end }}a{{ end }}b", "b" },
	/* what is never executed is parsed all the same */
	{ "{{ if false }}{{ no }}{{ end }}",
	  "template: t:1: function \"no\" not defined" },
	{ "{{ if false }}{{ $x := 1 }}{{ end }}{{ $x }}",
	  "template: t:1: undefined variable \"$x\"" },
	/* and is not nothing */
	{ "{{ define \"d\" }}{{ if false }}a{{ end }}{{ end }}"
	  "{{ define \"d\" }}b{{ end }}",
	  "template: t:1: template: multiple definition of template \"d\"" },
	{ "{{ define \"d\" }}{{ if true }} {{ end }}{{ end }}"
	  "{{ define \"d\" }}b{{ end }}",
	  "template: t:1: template: multiple definition of template \"d\"" },
};

START_TEST(constant_conditions)
{
	expect(constants[_i].template, data_of("{\"x\":false,\"l\":[1,2]}"),
	       constants[_i].want);
}
END_TEST

START_TEST(loops_end)
{
	struct tmpl_limits limits = normal;

	limits.steps = 1000;
	ck_assert_ptr_nonnull(strstr(bounded("{{ range 1000000000 }}{{ end }}",
					     limits),
				     "maximum number of steps (1000)"));
	ck_assert_str_eq(bounded("{{ range 900 }}{{ end }}", limits), "");
}
END_TEST

START_TEST(output_ends)
{
	struct tmpl_limits limits = normal;

	limits.output = 100;
	ck_assert_ptr_nonnull(strstr(bounded("{{ range 101 }}x{{ end }}",
					     limits), "(100 bytes)"));
	ck_assert_uint_eq(strlen(bounded("{{ range 100 }}x{{ end }}",
					 limits)), 100);
	ck_assert_ptr_nonnull(strstr(bounded("{{ printf \"%101d\" 1 }}",
					     limits), "executing \"t\""));
}
END_TEST

START_TEST(memory_ends)
{
	struct tmpl_limits limits = normal;

	limits.memory = 1 << 20;
	ck_assert_ptr_nonnull(strstr(
		bounded("{{ $x := \"a\" }}{{ range 64 }}"
			"{{ $x = print $x $x }}{{ end }}", limits),
		"executing \"t\" at"));
	ck_assert_ptr_nonnull(strstr(
		bounded("{{ range 1000000 }}{{ $x := eq . 1 }}{{ end }}",
			limits),
		"maximum memory (1048576 bytes)"));
}
END_TEST

START_TEST(recursion_ends)
{
	struct tmpl_limits limits = normal;
	static const char deep[] =
		"{{ define \"r\" }}{{ if . }}{{ with . }}{{ range . }}"
		"{{ template \"r\" . }}{{ end }}{{ end }}{{ end }}{{ end }}"
		"{{ template \"r\" 1 }}";

	ck_assert_str_eq(bounded(deep, limits), "");
	limits.calls = 10;
	ck_assert_str_eq(
		bounded("{{ define \"r\" }}{{ template \"r\" }}{{ end }}"
			"{{ template \"r\" }}", limits),
		"template: t:1:28: executing \"r\" at <{{template \"r\"}}>: "
		"exceeded maximum template depth (10)");
}
END_TEST

/* n times `open`, the middle, n times `close`. */
static const char *nest(unsigned n, const char *open, const char *middle,
			const char *close)
{
	struct buf b = BUF_INIT;
	str text;
	unsigned i;

	for (i = 0; i < n; i++)
		buf_addz(&b, open);
	buf_addz(&b, middle);
	for (i = 0; i < n; i++)
		buf_addz(&b, close);
	text = arena_str(&arena, buf_str(&b));
	buf_release(&b);
	return text.p;
}

START_TEST(nesting_ends)
{
	static const char too_deep[] =
		"template: t:1: max expression depth exceeded";
	struct buf b = BUF_INIT;

	expect(nest(999, "{{ if 1 }}", "x", "{{ end }}"), VALUE_MISSING, "x");
	expect(nest(1001, "{{ if 1 }}", "x", "{{ end }}"), VALUE_MISSING,
	       too_deep);
	buf_printf(&b, "{{ %s }}", nest(1000, "(", "1", ")"));
	expect(buf_z(&b), VALUE_MISSING, "1");
	buf_clear(&b);
	buf_printf(&b, "{{ %s }}", nest(1001, "(", "1", ")"));
	expect(buf_z(&b), VALUE_MISSING, too_deep);
	expect(nest(100000, "{{ range . }}", "", ""), VALUE_MISSING, too_deep);
	buf_release(&b);
}
END_TEST

/* ---- functions of the caller ---- */

static int fn_repeat(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	int64_t i;

	if (call_int(c, 0) < 0)
		return call_fail(c, "negative: %lld",
				 (long long)call_int(c, 0));
	if (call_charge(c, (size_t)call_int(c, 0), call_str(c, 1).n))
		return -1;
	for (i = 0; i < call_int(c, 0); i++)
		buf_adds(&b, call_str(c, 1));
	return call_return_buf(c, out, &b);
}

/* The Go type of each argument. */
static int fn_types(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		ck_assert(!c->args[i].iface);
		buf_printf(&b, "%s,", value_type_name(&c->args[i]));
	}
	return call_return_buf(c, out, &b);
}

static int fn_put(struct call *c, struct value *out)
{
	map_set(call_map(c, 0), call_str(c, 1), c->args[2]);
	*out = c->args[0];
	return 0;
}

static int fn_any(struct call *c, struct value *out)
{
	*out = c->n ? c->args[0] : VALUE_NIL;
	return 0;
}

static int fn_env(struct call *c, struct value *out)
{
	*out = value_bool(c->env->allow_env);
	return 0;
}

static const struct func rows[] = {
	{ "repeat", "(int, string) (string, error)", fn_repeat },
	{ "types", "(...interface {}) string", fn_types },
	{ "float", "(float64) string", fn_types },
	{ "uint", "(uint64) string", fn_types },
	{ "bool", "(bool) string", fn_types },
	{ "complex", "(complex128) string", fn_types },
	{ "list", "([]interface {}) string", fn_types },
	{ "strings", "([]string) string", fn_types },
	{ "put", "(map[string]interface {}, string, interface {}) "
	  "map[string]interface {}", fn_put },
	{ "any", "(...interface {}) interface {}", fn_any },
	{ "allowed", "() bool", fn_env },
	{ "len", "(string) string", fn_types },
};
static const struct func_table table = FUNC_TABLE(rows);

static const struct func second_rows[] = {
	{ "bool", "(int) string", fn_types },
};
static const struct func_table second_table = FUNC_TABLE(second_rows);
static const struct func_table *const tables[] = { &table, &second_table };

#define AT(column, node) \
	"template: t:1:" #column ": executing \"t\" at <" node ">: "

static const struct {
	const char *template, *want;
} calls[] = {
	{ "{{ repeat 2 \"ab\" }}", "abab" },
	{ "{{ repeat -1 \"ab\" }}", AT(3, "repeat -1 \"ab\"")
	  "error calling repeat: negative: -1" },
	{ "{{ repeat 9223372036854775807 \"ab\" }}",
	  AT(3, "repeat 9223372036854775807 \"ab\"")
	  "error calling repeat: result too large" },
	{ "{{ repeat 2 }}", AT(3, "repeat")
	  "wrong number of args for repeat: want 2 got 1" },
	{ "{{ repeat .f \"a\" }}", AT(10, ".f")
	  "wrong type for value; expected int; got float64" },
	{ "{{ repeat 1.5 \"a\" }}", AT(10, "1.5")
	  "expected integer; found 1.5" },
	{ "{{ repeat 1 2 }}", AT(12, "2") "expected string; found 2" },
	{ "{{ repeat .zz \"a\" }}", AT(10, ".zz")
	  "invalid value; expected int" },
	{ "{{ repeat .nil \"a\" }}", AT(10, ".nil")
	  "wrong type for value; expected int; got interface {}" },
	{ "{{ repeat (.nil) \"a\" }}", AT(11, ".nil")
	  "invalid value; expected int" },
	{ "{{ repeat nil \"a\" }}", AT(10, "nil") "cannot assign nil to int" },
	{ "{{ types 1 1.0 'a' 1i \"s\" true nil .zz .nil .a .l .m . }}",
	  "int,float64,int,complex128,string,bool,<nil>,<nil>,<nil>,int,"
	  "[]interface {},map[string]interface {},map[string]interface {},"
	},
	{ "{{ float 1 }}{{ float 1e3 }}{{ float 'a' }}",
	  "float64,float64,float64," },
	{ "{{ float \"1\" }}", AT(9, "\"1\"") "expected float; found \"1\"" },
	{ "{{ float .a }}", AT(9, ".a")
	  "wrong type for value; expected float64; got int" },
	{ "{{ uint 18446744073709551615 }}{{ uint -0 }}", "uint64,uint64," },
	{ "{{ uint -1 }}", AT(8, "-1")
	  "expected unsigned integer; found -1" },
	{ "{{ complex 1i }}", "complex128," },
	{ "{{ complex 1 }}", AT(11, "1") "expected complex; found 1" },
	{ "{{ list .l }}{{ list nil }}{{ list .zz }}",
	  "[]interface {},[]interface {},[]interface {}," },
	{ "{{ list 1 }}", AT(8, "1")
	  "can't handle 1 for arg of type []interface {}" },
	{ "{{ strings .l }}", AT(11, ".l")
	  "wrong type for value; expected []string; got []interface {}" },
	{ "{{ .m | put \"x\" 1 }}", AT(12, "\"x\"")
	  "can't handle \"x\" for arg of type map[string]interface {}" },
	{ "{{ 5 | put .m \"x\" }}{{ .m.x }}{{ $m := .m }}{{ $m.x }}",
	  "map[d:map[e:f] k:v n:<nil> x:5]55" },
	{ "{{ $d := .m.d }}{{ $_ := put $d \"g\" 1 }}{{ .m }}{{ .m.d.g }}",
	  "map[d:map[e:f g:1] k:v n:<nil>]1" },
	{ "{{ (any .m).k }}{{ any }}{{ print any }}{{ (any nil) | print }}",
	  "v<no value><nil><nil>" },
	{ "{{ (any .nil).k }}", "<no value>" },
	{ "{{ any.k }}", AT(3, "any")
	  "nil pointer evaluating interface {}.k" },
	{ "{{ allowed }}", "true" },
	{ "{{ len \"abc\" }}{{ bool 1 }}", "string,int," },
	{ "{{ bool true }}", AT(8, "true")
	  "expected integer; found true" },
};

START_TEST(signatures_are_checked)
{
	const char *got = run_with(calls[_i].template, data_of(data), tables,
				   2, &normal);

	ck_assert_msg(!strcmp(got, calls[_i].want),
		      "%s\nmakes %s\ninstead of %s", calls[_i].template, got,
		      calls[_i].want);
}
END_TEST

/* What a template does to a map is gone with the execution. */
START_TEST(data_stays_as_it_was)
{
	const struct node *n = json("{\"m\":{\"a\":1}}");
	static const char text[] = "{{ $_ := put .m \"b\" 2 }}{{ .m }}";
	int i;

	for (i = 0; i < 2; i++)
		ck_assert_str_eq(run_with(text,
					  value_of_node(&arena, &type_map, n,
							true),
					  tables, 1, &normal),
				 "map[a:1 b:2]");
	ck_assert_uint_eq(node_get(n, STR("m"))->n, 1);
}
END_TEST

START_TEST(long_errors_are_cut)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, "{{ index . `");
	buf_fill(&b, 'x', 2000);
	buf_addz(&b, "` }}");
	ck_assert_ptr_nonnull(strstr(run(buf_z(&b), value_int(1)),
				     "executing \"t\" at <index . `xxx"));
	buf_release(&b);
}
END_TEST

/* ---- structs, pointers, methods ---- */

static const struct type type_spec, type_spec_ptr, type_int_ptr, type_phase;

/* The fields of a struct that a node stands for. */
static bool spec_field(struct value *out, struct arena *a,
		       const struct value *v, str name, uint32_t *hint)
{
	static const struct {
		const char *name, *json;
		const struct type *type;
	} fields[] = {
		{ "Name", "name", &type_string },
		{ "Labels", "labels", &type_string_map },
		{ "Args", "args", &type_strings },
		{ "Grace", "grace", &type_int_ptr },
		{ "Next", "next", &type_spec_ptr },
		{ "Phase", "phase", &type_phase },
	};
	const struct node *n = v->object;
	size_t i;

	(void)hint;
	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!str_eq(name, str_of(fields[i].name)))
			continue;
		n = node_get(n, str_of(fields[i].json));
		*out = value_of_node(a, fields[i].type, n, false);
		return true;
	}
	return false;
}

static int fn_describe(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s+%.*s", value_type_name(&c->args[0]),
		   STR_ARG(call_str(c, 1)));
	return call_return_buf(c, out, &b);
}

static const struct func spec_methods[] = {
	{ "Describe", "(string) string", fn_describe },
	{ NULL, NULL, NULL },
};
static void phase_text(struct buf *out, const struct value *v)
{
	buf_printf(out, "phase %.*s", STR_ARG(value_text(v)));
}

static const struct type_ops spec_ops = { .field = spec_field };
static const struct type_ops phase_ops = { .text = phase_text };
static const struct type type_spec = { .name = "v1.Spec",
				       .kind = KIND_STRUCT,
				       .ops = &spec_ops };
static const struct type type_spec_ptr = { .name = "*v1.Spec",
					   .kind = KIND_PTR,
					   .elem = &type_spec,
					   .methods = spec_methods };
static const struct type type_int_ptr = { .name = "*int64",
					  .kind = KIND_PTR,
					  .elem = &type_int64 };
static const struct type type_phase = { .name = "v1.Phase",
					.kind = KIND_STRING,
					.ops = &phase_ops };

static const struct {
	const char *template, *want;
} structs[] = {
	{ "{{ .Name }}{{ .Labels.app }}{{ .Labels.zz }}{{ .Args }}",
	  "aweb<no value>[x y]" },
	{ "{{ range $k, $v := .Labels }}{{ $k }}={{ $v }};{{ end }}",
	  "app=web;tier=1;" },
	{ "{{ if .Grace }}{{ .Grace }}{{ end }}", "30" },
	{ "{{ .Next.Name }}{{ .Next.Args }}{{ if .Next.Grace }}x{{ end }}",
	  "b[]" },
	{ "{{ .Next.Next.Name }}", AT(8, ".Next.Next.Name")
	  "nil pointer evaluating *v1.Spec.Name" },
	{ "{{ .Next.Next.Nope }}", AT(8, ".Next.Next.Nope")
	  "can't evaluate field Nope in type *v1.Spec" },
	{ "{{ .name }}", AT(3, ".name")
	  "can't evaluate field name in type v1.Spec" },
	{ "{{ .Args.x }}", AT(8, ".Args.x")
	  "can't evaluate field x in type []string" },
	{ "{{ .Name 1 }}", AT(3, ".Name")
	  "Name has arguments but cannot be invoked as function" },
	{ "{{ .Next.Describe \"z\" }}", "*v1.Spec+z" },
	{ "{{ \"z\" | .Next.Describe }}", "*v1.Spec+z" },
	{ "{{ .Next.Describe }}", AT(8, ".Next.Describe")
	  "wrong number of args for Describe: want 1 got 0" },
	{ "{{ .Next.Describe 1 }}", AT(18, "1")
	  "expected string; found 1" },
	{ "{{ .Phase }}", "phase Running" },
	{ "{{ with .Next }}{{ eq . . }}{{ eq . $.Next }}{{ eq . nil }}"
	  "{{ end }}", "truetruefalse" },
	{ "{{ eq .Next .Next.Next }}{{ eq .Next.Next nil }}", "falsetrue" },
	{ "{{ eq . . }}", "true" },
	{ "{{ eq .Labels .Args }}", AT(3, "eq .Labels .Args")
	  "error calling eq: non-comparable types map[app:web tier:1]: "
	  "map[string]string, []string: [x y]" },
	{ "{{ len .Next }}", AT(3, "len .Next")
	  "error calling len: len of type v1.Spec" },
	{ "{{ len .Next.Next }}", AT(3, "len .Next.Next")
	  "error calling len: len of nil pointer" },
	{ "{{ index .Args 1 }}{{ index .Labels \"zz\" }}", "y" },
	{ "{{ lt .Phase \"S\" }}", "true" },
};

START_TEST(structs_have_fields)
{
	const struct node *n = json(
		"{\"name\":\"a\",\"labels\":{\"tier\":\"1\",\"app\":\"web\"},"
		"\"args\":[\"x\",\"y\"],\"grace\":30,\"phase\":\"Running\","
		"\"next\":{\"name\":\"b\",\"next\":null}}");

	expect(structs[_i].template, value_object(&type_spec, n),
	       structs[_i].want);
}
END_TEST

/* ---- values and maps ---- */

static str key_of(uint32_t i)
{
	return arena_printf(&arena, "key%u", i);
}

START_TEST(maps_of_many_keys)
{
	struct map *m = map_new(&arena, &type_map);
	const struct map_entry *sorted;
	struct value v;
	uint32_t i;

	for (i = 0; i < 5000; i++)
		map_set(m, key_of(i), value_int(i));
	for (i = 0; i < 5000; i += 2)
		map_set(m, key_of(i), value_int(-(int64_t)i));
	for (i = 0; i < 5000; i += 3)
		map_delete(m, key_of(i));
	map_delete(m, STR("key0"));
	ck_assert_uint_eq(map_len(m), 5000 - 1667);
	for (i = 0; i < 5000; i++) {
		ck_assert_int_eq(map_get(m, key_of(i), &v), i % 3 != 0);
		if (i % 3)
			ck_assert_int_eq(v.i, i % 2 ? i : -(int64_t)i);
	}
	sorted = map_sorted(&arena, m);
	for (i = 1; i < map_len(m); i++)
		ck_assert_int_lt(str_cmp(sorted[i - 1].key, sorted[i].key), 0);
}
END_TEST

/* A path remembers where its names were found: elsewhere in the next map. */
START_TEST(names_are_found_anywhere)
{
	expect("{{ range . }}{{ .a.b }} {{ end }}",
	       data_of("[{\"a\":{\"b\":1,\"c\":2}},{\"x\":0,\"a\":{\"c\":3,"
		       "\"b\":4}},{\"a\":{\"c\":5}},{\"a\":{}},{\"x\":6,"
		       "\"y\":7,\"a\":{\"d\":8,\"c\":9,\"b\":10}},"
		       "{\"a\":{\"b\":11}}]"),
	       "1 4 <no value> <no value> 10 11 ");
}
END_TEST

START_TEST(maps_of_nodes_read_once)
{
	struct value v = data_of("{\"a\":{\"b\":1},\"c\":null}");
	struct value first, second;

	ck_assert(map_get(v.map, STR("a"), &first));
	ck_assert(map_get(v.map, STR("a"), &second));
	ck_assert_ptr_eq(first.map, second.map);
	ck_assert(first.iface);
	ck_assert_uint_eq(map_len(v.map), 2);
	ck_assert_ptr_nonnull(map_entries(v.map));
	ck_assert(map_get(v.map, STR("a"), &second));
	ck_assert_ptr_eq(first.map, second.map);
	ck_assert(map_get(v.map, STR("c"), &second));
	ck_assert(value_is_nothing(&second) && second.iface);
	ck_assert(!map_get(v.map, STR("d"), &second));
	ck_assert(value_is_nothing(&second) && !second.iface);
	ck_assert(!map_get(NULL, STR("d"), &second));
	ck_assert_uint_eq(map_len(NULL), 0);
	ck_assert_ptr_null(map_sorted(&arena, NULL));
}
END_TEST

static bool same(const char *a, const char *b)
{
	struct value x = data_of(a), y = data_of(b);

	return value_deep_equal(&x, &y);
}

START_TEST(equality_goes_deep)
{
	struct map *m = map_new(&arena, &type_map);
	struct map *n = map_new(&arena, &type_map);
	struct value x = value_of_map(m, &type_map);
	struct value y = value_of_map(n, &type_map);
	struct value nan_value = value_float((double)NAN);
	struct value nil_list = value_zero(&type_list), empty = data_of("[]");

	ck_assert(same(data, data));
	ck_assert(same("{\"a\":[1,{}],\"b\":null}",
		       "{\"b\":null,\"a\":[1,{}]}"));
	ck_assert(!same("{\"a\":1}", "{\"a\":1.5}"));
	ck_assert(!same("{\"a\":1}", "{\"b\":1}"));
	ck_assert(!same("[1]", "[1,2]"));
	ck_assert(!same("[1]", "[2]"));
	ck_assert(!same("1", "\"1\""));
	ck_assert(!same("[]", "{}"));
	ck_assert(!same("[true]", "[false]"));
	ck_assert(!value_deep_equal(&nan_value, &nan_value));
	empty.iface = false;
	ck_assert(!value_deep_equal(&nil_list, &empty));
	/* Maps that hold themselves, and one another. */
	map_set(m, STR("a"), x);
	map_set(m, STR("b"), x);
	map_set(n, STR("a"), y);
	map_set(n, STR("b"), x);
	ck_assert(value_deep_equal(&x, &y));
}
END_TEST

START_TEST(truth_is_not_being_zero)
{
	static const char *const no[] = { "null", "false", "0", "0.0", "\"\"",
					  "[]", "{}", "-0.0" };
	static const char *const yes[] = { "true", "1", "-1", "0.5", "\"0\"",
					   "[null]", "{\"a\":null}" };
	struct value v = value_object(&type_spec, NULL);
	size_t i;

	for (i = 0; i < sizeof(no) / sizeof(*no); i++)
		expect("{{ if . }}y{{ else }}n{{ end }}", data_of(no[i]), "n");
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		expect("{{ if . }}y{{ else }}n{{ end }}", data_of(yes[i]),
		       "y");
	ck_assert(value_true(&v));
	v.type = &type_spec_ptr;
	ck_assert(!value_true(&v));
	v = value_float((double)NAN);
	ck_assert(value_true(&v));
}
END_TEST

START_TEST(numbers_without_ints_are_floats)
{
	struct value v = value_of_node(&arena, &type_list,
				       json("[1,-2,18446744073709551615]"),
				       false);
	uint32_t i;

	for (i = 0; i < v.n; i++)
		ck_assert_ptr_eq(v.items[i].type, &type_float64);
	v = value_of_node(&arena, &type_ints, json("[1,-2]"), false);
	ck_assert_ptr_eq(v.items[1].type, &type_int);
	ck_assert_int_eq(v.items[1].i, -2);
	ck_assert(!v.items[1].iface);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tmpl");
	TCase *tc = tcase_create("tmpl");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, go_says_the_same, 0,
			    sizeof(language) / sizeof(*language));
	tcase_add_test(tc, a_template_runs_often);
	tcase_add_loop_test(tc, constant_conditions, 0,
			    (int)ARRAY_SIZE(constants));
	tcase_add_test(tc, loops_end);
	tcase_add_test(tc, output_ends);
	tcase_add_test(tc, memory_ends);
	tcase_add_test(tc, recursion_ends);
	tcase_add_test(tc, nesting_ends);
	tcase_add_loop_test(tc, signatures_are_checked, 0,
			    sizeof(calls) / sizeof(*calls));
	tcase_add_test(tc, data_stays_as_it_was);
	tcase_add_test(tc, long_errors_are_cut);
	tcase_add_loop_test(tc, structs_have_fields, 0,
			    sizeof(structs) / sizeof(*structs));
	tcase_add_test(tc, maps_of_many_keys);
	tcase_add_test(tc, names_are_found_anywhere);
	tcase_add_test(tc, maps_of_nodes_read_once);
	tcase_add_test(tc, equality_goes_deep);
	tcase_add_test(tc, truth_is_not_being_zero);
	tcase_add_test(tc, numbers_without_ints_are_floats);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

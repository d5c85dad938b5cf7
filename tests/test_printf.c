/*
 * tmpl/printf: formats with matching and other values, and text/template's
 * escapers.  The expected texts are the output of Go 1.26.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "tmpl/func.h"
#include "tmpl/printf.h"
#include "go/net.h"
#include "go/strconv.h"
#include "go/unicode.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define LIMIT ((size_t)1 << 20)

/* Values, as constants. */
#define I(x) { .type = &type_int, .i = (x) }
#define L(x) { .type = &type_int64, .i = (x) }
#define U(x) { .type = &type_uint64, .u = (x) }
#define F(x) { .type = &type_float64, .f = (x) }
#define B(x) { .type = &type_bool, .b = (x) }
#define C(re, im) \
	{ .type = &type_complex128, .complex = (const double[]){ re, im } }
#define S(z) { .type = &type_string, .n = sizeof(z) - 1, .s = "" z }
#define NIL { .iface = true }
#define LIST(t, a) { .type = &t, .n = COUNT(a), .items = (a) }
#define EMPTY_LIST { .type = &type_list, .items = VALUE_EMPTY }
#define NIL_LIST(t) { .type = &t, .items = NULL }
#define NIL_MAP(t) { .type = &t, .map = NULL }
#define ELEM(kind, member, x) \
	{ .type = &kind, .iface = true, .member = (x) }

#define ARGS(...) \
	COUNT(((const struct value[]){ __VA_ARGS__ })), \
	(const struct value[]){ __VA_ARGS__ }
#define NO_ARGS 0, NULL

static const struct value ab[] = { S("a"), S("b") };
static const struct value numbers[] = { I(0), I(1), I(2) };
static const struct value truth[] = { ELEM(type_bool, b, true) };
static const struct value only_a[] = {
	{ .type = &type_string, .iface = true, .n = 1, .s = "a" },
};
static const struct value mixed[] = {
	{ .type = &type_string, .iface = true, .n = 1, .s = "a" },
	ELEM(type_float64, f, 1.0),
	NIL,
	{ .type = &type_list, .iface = true, .n = 1, .items = truth },
};
static const struct value lists[] = { LIST(type_list, only_a), EMPTY_LIST };

static const struct {
	const char *format;
	uint32_t n;
	const struct value *args;
	const char *want;
} formats[] = {
	{ "%d", ARGS(I(42)), "42" },
	{ "%5d", ARGS(I(42)), "   42" },
	{ "%-5d|", ARGS(I(42)), "42   |" },
	{ "%05d", ARGS(I(42)), "00042" },
	{ "%+d", ARGS(I(42)), "+42" },
	{ "% d", ARGS(I(42)), " 42" },
	{ "%.3d", ARGS(I(42)), "042" },
	{ "%8.3d", ARGS(I(42)), "     042" },
	{ "%-8.3d|", ARGS(I(42)), "042     |" },
	{ "%08.3d", ARGS(I(42)), "     042" },
	{ "%+05d", ARGS(I(42)), "+0042" },
	{ "% 05d", ARGS(I(42)), " 0042" },
	{ "%x", ARGS(I(42)), "2a" },
	{ "%X", ARGS(I(42)), "2A" },
	{ "%#x", ARGS(I(42)), "0x2a" },
	{ "%#X", ARGS(I(42)), "0X2A" },
	{ "%o", ARGS(I(42)), "52" },
	{ "%#o", ARGS(I(42)), "052" },
	{ "%O", ARGS(I(42)), "0o52" },
	{ "%b", ARGS(I(42)), "101010" },
	{ "%#b", ARGS(I(42)), "0b101010" },
	{ "%v", ARGS(I(42)), "42" },
	{ "%#v", ARGS(I(42)), "42" },
	{ "%+v", ARGS(I(42)), "42" },
	{ "%d", ARGS(I(-42)), "-42" },
	{ "%05d", ARGS(I(-42)), "-0042" },
	{ "%x", ARGS(I(-42)), "-2a" },
	{ "%#x", ARGS(I(-42)), "-0x2a" },
	{ "%b", ARGS(I(-42)), "-101010" },
	{ "%o", ARGS(I(-42)), "-52" },
	{ "%+d", ARGS(I(-42)), "-42" },
	{ "% d", ARGS(I(-42)), "-42" },
	{ "%v", ARGS(I(-42)), "-42" },
	{ "%6d|", ARGS(I(-42)), "   -42|" },
	{ "%-06d|", ARGS(I(-42)), "-42   |" },
	{ "%X", ARGS(I(-42)), "-2A" },
	{ "%.0d|", ARGS(I(0)), "|" },
	{ "%5.0d|", ARGS(I(0)), "     |" },
	{ "%05.0d|", ARGS(I(0)), "     |" },
	{ "%-5.0d|", ARGS(I(0)), "     |" },
	{ "%d", ARGS(I(0)), "0" },
	{ "%d %x %b", ARGS(I(INT64_MIN), I(INT64_MIN), I(INT64_MIN)),
	  "-9223372036854775808 -8000000000000000 -100000000000000000"
	  "0000000000000000000000000000000000000000000000" },
	{ "%d %#v %x", ARGS(U(UINT64_MAX), U(UINT64_MAX), U(UINT64_MAX)),
	  "18446744073709551615 0xffffffffffffffff ffffffffffffffff" },
	{ "%#v %#v %v", ARGS(U(7), L(7), L(7)), "0x7 7 7" },
	{ "%T %T %T %T %T", ARGS(I(5), L(7), U(7), F(1.5), S("x")),
	  "int int64 uint64 float64 string" },
	{ "%c", ARGS(I(0x4e16)), "\344\270\226" },
	{ "%q", ARGS(I(0x4e16)), "'\344\270\226'" },
	{ "%+q", ARGS(I(0x4e16)), "'\\u4e16'" },
	{ "%U", ARGS(I(0x4e16)), "U+4E16" },
	{ "%#U", ARGS(I(0x4e16)), "U+4E16 '\344\270\226'" },
	{ "%8c|", ARGS(I(0x4e16)), "       \344\270\226|" },
	{ "%-8q|", ARGS(I(0x4e16)), "'\344\270\226'     |" },
	{ "%.6U", ARGS(I(0x4e16)), "U+004E16" },
	{ "%#.6U|%12U", ARGS(I(0x4e16), I(0x4e16)),
	  "U+004E16 '\344\270\226'|      U+4E16" },
	{ "%c %q %+q %U %#U", ARGS(I(97), I(97), I(97), I(97), I(97)),
	  "a 'a' 'a' U+0061 U+0061 'a'" },
	{ "%c %q %+q %U %#U", ARGS(I(39), I(39), I(39), I(39), I(39)),
	  "' '\\'' '\\'' U+0027 U+0027 '''" },
	{ "%c %q %+q %U %#U", ARGS(I(10), I(10), I(10), I(10), I(10)),
	  "\n '\\n' '\\n' U+000A U+000A" },
	{ "%c %q %+q %U %#U",
	  ARGS(I(0x200b), I(0x200b), I(0x200b), I(0x200b), I(0x200b)),
	  "\342\200\213 '\\u200b' '\\u200b' U+200B U+200B" },
	{ "%c %q %+q %U %#U",
	  ARGS(I(0x1f389), I(0x1f389), I(0x1f389), I(0x1f389), I(0x1f389)),
	  "\360\237\216\211 '\360\237\216\211' '\\U0001f389' U+1F389 "
	  "U+1F389 '\360\237\216\211'" },
	{ "%c %q %+q %U %#U",
	  ARGS(I(0xd800), I(0xd800), I(0xd800), I(0xd800), I(0xd800)),
	  "\357\277\275 '\357\277\275' '\\ufffd' U+D800 U+D800" },
	{ "%c %q %+q %U %#U",
	  ARGS(I(0x110000), I(0x110000), I(0x110000), I(0x110000), I(0x110000)),
	  "\357\277\275 '\357\277\275' '\\ufffd' U+110000 U+110000" },
	{ "%c %q %+q %U %#U", ARGS(I(-1), I(-1), I(-1), I(-1), I(-1)),
	  "\357\277\275 '\357\277\275' '\\ufffd' U+FFFFFFFFFFFFFFFF U"
	  "+FFFFFFFFFFFFFFFF" },
	{ "%z %t", ARGS(I(5), I(5)), "%!z(int=5) %!t(int=5)" },
	{ "%z %t", ARGS(F(1.5), F(1.5)), "%!z(float64=1.5) %!t(float64=1.5)" },
	{ "%z %t", ARGS(S("x"), S("x")), "%!z(string=x) %!t(string=x)" },
	{ "%z %t", ARGS(B(true), B(true)), "%!z(bool=true) true" },
	{ "%z %t", ARGS(NIL, NIL), "%!z(<nil>) %!t(<nil>)" },
	{ "%z %t", ARGS(LIST(type_list, mixed), LIST(type_list, mixed)),
	  "[%!z(string=a) %!z(float64=1) <nil> [%!z(bool=true)]] [%!t"
	  "(string=a) %!t(float64=1) <nil> [true]]" },
	{ "%z %t", ARGS(C(1, 2), C(1, 2)),
	  "%!z(complex128=(1+2i)) %!t(complex128=(1+2i))" },
	{ "%s %e", ARGS(I(5), I(5)), "%!s(int=5) %!e(int=5)" },
	{ "%!", ARGS(I(5)), "%!!(int=5)" },
	{ "%\303\251", ARGS(I(5)), "%!\303\251(int=5)" },
	{ "%w", ARGS(I(5)), "%!w(int=5)" },
	{ "%w", ARGS(S("x")), "%!w(string=x)" },
	{ "%w", ARGS(LIST(type_list, mixed)),
	  "%!w([]interface {}=[a 1 <nil> [true]])" },
	{ "%w", ARGS(NIL), "%!w(<nil>)" },
	{ "%s", ARGS(S("abc")), "abc" },
	{ "%5s|", ARGS(S("abc")), "  abc|" },
	{ "%-5s|", ARGS(S("abc")), "abc  |" },
	{ "%05s", ARGS(S("abc")), "00abc" },
	{ "%.2s|", ARGS(S("abc")), "ab|" },
	{ "%5.1s|", ARGS(S("abc")), "    a|" },
	{ "%-5.1s|", ARGS(S("abc")), "a    |" },
	{ "%v", ARGS(S("abc")), "abc" },
	{ "%#v", ARGS(S("abc")), "\"abc\"" },
	{ "%10.2v|", ARGS(S("abc")), "        ab|" },
	{ "%q", ARGS(S("abc")), "\"abc\"" },
	{ "%8q|", ARGS(S("abc")), "   \"abc\"|" },
	{ "%-8q|", ARGS(S("abc")), "\"abc\"   |" },
	{ "%.2q", ARGS(S("abc")), "\"ab\"" },
	{ "%#q", ARGS(S("abc")), "`abc`" },
	{ "%x", ARGS(S("abc")), "616263" },
	{ "%X", ARGS(S("abc")), "616263" },
	{ "%#x", ARGS(S("abc")), "0x616263" },
	{ "% x", ARGS(S("abc")), "61 62 63" },
	{ "%# x", ARGS(S("abc")), "0x61 0x62 0x63" },
	{ "%# X", ARGS(S("abc")), "0X61 0X62 0X63" },
	{ "%.2x", ARGS(S("abc")), "6162" },
	{ "%8x|", ARGS(S("abc")), "  616263|" },
	{ "%-8x|", ARGS(S("abc")), "616263  |" },
	{ "%08x|", ARGS(S("abc")), "00616263|" },
	{ "%+v", ARGS(S("abc")), "abc" },
	{ "%T", ARGS(S("abc")), "string" },
	{ "%.2T|", ARGS(S("abc")), "st|" },
	{ "%q %+q %#q",
	  ARGS(S("a\"\\\n\001\303\251\342\200\213"),
	       S("a\"\\\n\001\303\251\342\200\213"),
	       S("a\"\\\n\001\303\251\342\200\213")),
	  "\"a\\\"\\\\\\n\\x01\303\251\\u200b\" \"a\\\"\\\\\\n\\x01"
	  "\\u00e9\\u200b\" \"a\\\"\\\\\\n\\x01\303\251\\u200b\"" },
	{ "%q %+q %#q", ARGS(S("a`b"), S("a`b"), S("a`b")),
	  "\"a`b\" \"a`b\" \"a`b\"" },
	{ "%q %+q %#q",
	  ARGS(S("\303\251\344\270\226\360\237\216\211"),
	       S("\303\251\344\270\226\360\237\216\211"),
	       S("\303\251\344\270\226\360\237\216\211")),
	  "\"\303\251\344\270\226\360\237\216\211\" \"\\u00e9\\u4e16"
	  "\\U0001f389\" `\303\251\344\270\226\360\237\216\211`" },
	{ "%q %+q %#q", ARGS(S("a\tb"), S("a\tb"), S("a\tb")),
	  "\"a\\tb\" \"a\\tb\" `a\tb`" },
	{ "%q %+q %#q", ARGS(S("a\nb"), S("a\nb"), S("a\nb")),
	  "\"a\\nb\" \"a\\nb\" \"a\\nb\"" },
	{ "%q %+q %#q", ARGS(S("a\xff" "b"), S("a\xff" "b"), S("a\xff" "b")),
	  "\"a\\xffb\" \"a\\xffb\" \"a\\xffb\"" },
	{ "%q %+q %#q", ARGS(S(""), S(""), S("")), "\"\" \"\" ``" },
	{ "%5s|%-5s|%.2s|%5.2s|",
	  ARGS(S("\303\251\344\270\226\360\237\216\211"),
	       S("\303\251\344\270\226\360\237\216\211"),
	       S("\303\251\344\270\226\360\237\216\211"),
	       S("\303\251\344\270\226\360\237\216\211")),
	  "  \303\251\344\270\226\360\237\216\211|\303\251\344\270"
	  "\226\360\237\216\211  |\303\251\344\270\226|   \303\251"
	  "\344\270\226|" },
	{ "%x %X",
	  ARGS(S("\303\251\344\270\226\360\237\216\211"),
	       S("\303\251\344\270\226\360\237\216\211")),
	  "c3a9e4b896f09f8e89 C3A9E4B896F09F8E89" },
	{ "%s%.2s|", ARGS(S("a\xff" "b"), S("a\xff" "b")), "a\377ba\377|" },
	{ "%5x|%05x|%x|", ARGS(S(""), S(""), S("")), "     |00000||" },
	{ "%d %c %U", ARGS(S("x"), S("x"), S("x")),
	  "%!d(string=x) %!c(string=x) %!U(string=x)" },
	{ "%5d", ARGS(S("x")), "%!d(string=    x)" },
	{ "%p", ARGS(S("x")), "%!p(string=x)" },
	{ "%t", ARGS(S("x")), "%!t(string=x)" },
	{ "%t %t %v %5t|%-6v|",
	  ARGS(B(true), B(false), B(true), B(true), B(false)),
	  "true false true  true|false |" },
	{ "%d %s %q", ARGS(B(true), B(true), B(true)),
	  "%!d(bool=true) %!s(bool=true) %!q(bool=true)" },
	{ "%#v", ARGS(B(true)), "true" },
	{ "%v %5v| %-7v| %#v %+v %T", ARGS(NIL, NIL, NIL, NIL, NIL, NIL),
	  "<nil> <nil>| <nil>  | <nil> <nil> <nil>" },
	{ "%d %s %5d %q", ARGS(NIL, NIL, NIL, NIL),
	  "%!d(<nil>) %!s(<nil>) %!d(<nil>) %!q(<nil>)" },
	{ "%v", ARGS(F(3.14159)), "3.14159" },
	{ "%f", ARGS(F(3.14159)), "3.141590" },
	{ "%.2f", ARGS(F(3.14159)), "3.14" },
	{ "%6.1f|", ARGS(F(3.14159)), "   3.1|" },
	{ "%-8.2f|", ARGS(F(3.14159)), "3.14    |" },
	{ "%08.3f", ARGS(F(3.14159)), "0003.142" },
	{ "%+.1f", ARGS(F(3.14159)), "+3.1" },
	{ "% .1f", ARGS(F(3.14159)), " 3.1" },
	{ "%e", ARGS(F(3.14159)), "3.141590e+00" },
	{ "%E", ARGS(F(3.14159)), "3.141590E+00" },
	{ "%.3e", ARGS(F(3.14159)), "3.142e+00" },
	{ "%.0e", ARGS(F(3.14159)), "3e+00" },
	{ "%#.0e", ARGS(F(3.14159)), "3.e+00" },
	{ "%g", ARGS(F(3.14159)), "3.14159" },
	{ "%G", ARGS(F(3.14159)), "3.14159" },
	{ "%.3g", ARGS(F(3.14159)), "3.14" },
	{ "%#g", ARGS(F(3.14159)), "3.14159" },
	{ "%#.3g", ARGS(F(3.14159)), "3.14" },
	{ "%F", ARGS(F(3.14159)), "3.141590" },
	{ "%x", ARGS(F(3.14159)), "0x1.921f9f01b866ep+01" },
	{ "%X", ARGS(F(3.14159)), "0X1.921F9F01B866EP+01" },
	{ "%.2x", ARGS(F(3.14159)), "0x1.92p+01" },
	{ "%#x", ARGS(F(3.14159)), "0x1.921f9f01b866ep+01" },
	{ "%b", ARGS(F(3.14159)), "7074231776675438p-51" },
	{ "%.0f", ARGS(F(3.14159)), "3" },
	{ "%#.0f", ARGS(F(3.14159)), "3." },
	{ "%12.4g|", ARGS(F(3.14159)), "       3.142|" },
	{ "%-12v|", ARGS(F(3.14159)), "3.14159     |" },
	{ "%012v", ARGS(F(3.14159)), "000003.14159" },
	{ "%+v", ARGS(F(3.14159)), "3.14159" },
	{ "%#v", ARGS(F(3.14159)), "3.14159" },
	{ "%d", ARGS(F(3.14159)), "%!d(float64=3.14159)" },
	{ "%s", ARGS(F(3.14159)), "%!s(float64=3.14159)" },
	{ "%q", ARGS(F(3.14159)), "%!q(float64=3.14159)" },
	{ "%v", ARGS(F(-3.14159)), "-3.14159" },
	{ "%08.3f", ARGS(F(-3.14159)), "-003.142" },
	{ "% f", ARGS(F(-3.14159)), "-3.141590" },
	{ "%+f", ARGS(F(-3.14159)), "-3.141590" },
	{ "%x", ARGS(F(-3.14159)), "-0x1.921f9f01b866ep+01" },
	{ "%b", ARGS(F(-3.14159)), "-7074231776675438p-51" },
	{ "%e", ARGS(F(-3.14159)), "-3.141590e+00" },
	{ "%v %g %#g %G", ARGS(F(1.0), F(1.0), F(1.0), F(1.0)),
	  "1 1 1.00000 1" },
	{ "%v %g %#g %G", ARGS(F(-0.0), F(-0.0), F(-0.0), F(-0.0)),
	  "-0 -0 -0.00000 -0" },
	{ "%v %g %#g %G", ARGS(F(0.0), F(0.0), F(0.0), F(0.0)),
	  "0 0 0.00000 0" },
	{ "%v %g %#g %G", ARGS(F(1e6), F(1e6), F(1e6), F(1e6)),
	  "1e+06 1e+06 1.00000e+06 1E+06" },
	{ "%v %g %#g %G",
	  ARGS(F(999999.0), F(999999.0), F(999999.0), F(999999.0)),
	  "999999 999999 999999. 999999" },
	{ "%v %g %#g %G",
	  ARGS(F(100000.5), F(100000.5), F(100000.5), F(100000.5)),
	  "100000.5 100000.5 100000.5 100000.5" },
	{ "%v %g %#g %G", ARGS(F(1e20), F(1e20), F(1e20), F(1e20)),
	  "1e+20 1e+20 1.00000e+20 1E+20" },
	{ "%v %g %#g %G", ARGS(F(1e21), F(1e21), F(1e21), F(1e21)),
	  "1e+21 1e+21 1.00000e+21 1E+21" },
	{ "%v %g %#g %G", ARGS(F(1e-4), F(1e-4), F(1e-4), F(1e-4)),
	  "0.0001 0.0001 0.000100000 0.0001" },
	{ "%v %g %#g %G", ARGS(F(1e-5), F(1e-5), F(1e-5), F(1e-5)),
	  "1e-05 1e-05 1.00000e-05 1E-05" },
	{ "%v %g %#g %G",
	  ARGS(F(12345678.0), F(12345678.0), F(12345678.0), F(12345678.0)),
	  "1.2345678e+07 1.2345678e+07 1.2345678e+07 1.2345678E+07" },
	{ "%v %g %#g %G", ARGS(F(1.0 / 3), F(1.0 / 3), F(1.0 / 3), F(1.0 / 3)),
	  "0.3333333333333333 0.3333333333333333 0.3333333333333333 0"
	  ".3333333333333333" },
	{ "%v %g %#g %G",
	  ARGS(F(INFINITY), F(INFINITY), F(INFINITY), F(INFINITY)),
	  "+Inf +Inf +Inf +Inf" },
	{ "%v %g %#g %G",
	  ARGS(F(-INFINITY), F(-INFINITY), F(-INFINITY), F(-INFINITY)),
	  "-Inf -Inf -Inf -Inf" },
	{ "%v %g %#g %G", ARGS(F(NAN), F(NAN), F(NAN), F(NAN)),
	  "NaN NaN NaN NaN" },
	{ "%v %g %#g %G", ARGS(F(5e-324), F(5e-324), F(5e-324), F(5e-324)),
	  "5e-324 5e-324 5.00000e-324 5E-324" },
	{ "%v %g %#g %G", ARGS(F(0.1), F(0.1), F(0.1), F(0.1)),
	  "0.1 0.1 0.100000 0.1" },
	{ "%v %g %#g %G", ARGS(F(1e23), F(1e23), F(1e23), F(1e23)),
	  "1e+23 1e+23 1.00000e+23 1E+23" },
	{ "%v %g %#g %G", ARGS(F(0x1p54), F(0x1p54), F(0x1p54), F(0x1p54)),
	  "1.8014398509481984e+16 1.8014398509481984e+16 1.8014398509"
	  "481984e+16 1.8014398509481984E+16" },
	{ "%v %g %#g %G", ARGS(F(0x1p-44), F(0x1p-44), F(0x1p-44), F(0x1p-44)),
	  "5.684341886080802e-14 5.684341886080802e-14 5.684341886080"
	  "802e-14 5.684341886080802E-14" },
	{ "%6.1f|%-6f|%06f|%+f|% f|%+06v|",
	  ARGS(F(INFINITY), F(INFINITY), F(INFINITY), F(INFINITY), F(INFINITY),
	       F(INFINITY)),
	  "  +Inf|+Inf  |  +Inf|+Inf| Inf|  +Inf|" },
	{ "%6.1f|%-6f|%06f|%+f|% f|%+06v|",
	  ARGS(F(-INFINITY), F(-INFINITY), F(-INFINITY), F(-INFINITY),
	       F(-INFINITY), F(-INFINITY)),
	  "  -Inf|-Inf  |  -Inf|-Inf|-Inf|  -Inf|" },
	{ "%6.1f|%-6f|%06f|%+f|% f|%+06v|",
	  ARGS(F(NAN), F(NAN), F(NAN), F(NAN), F(NAN), F(NAN)),
	  "   NaN|NaN   |   NaN|+NaN| NaN|   NaN|" },
	{ "%x %.0x %.1x %.3X %.20x %b %#x",
	  ARGS(F(0.0), F(0.0), F(0.0), F(0.0), F(0.0), F(0.0), F(0.0)),
	  "0x0p+00 0x0p+00 0x0.0p+00 0X0.000P+00 0x0.0000000000000000"
	  "0000p+00 0p-1074 0x0.0000p+00" },
	{ "%x %.0x %.1x %.3X %.20x %b %#x",
	  ARGS(F(1.0), F(1.0), F(1.0), F(1.0), F(1.0), F(1.0), F(1.0)),
	  "0x1p+00 0x1p+00 0x1.0p+00 0X1.000P+00 0x1.0000000000000000"
	  "0000p+00 4503599627370496p-52 0x1.0000p+00" },
	{ "%x %.0x %.1x %.3X %.20x %b %#x",
	  ARGS(F(5e-324), F(5e-324), F(5e-324), F(5e-324), F(5e-324), F(5e-324),
	       F(5e-324)),
	  "0x1p-1074 0x1p-1074 0x1.0p-1074 0X1.000P-1074 0x1.00000000"
	  "000000000000p-1074 1p-1074 0x1.0000p-1074" },
	{ "%x %.0x %.1x %.3X %.20x %b %#x",
	  ARGS(F(1.96875), F(1.96875), F(1.96875), F(1.96875), F(1.96875),
	       F(1.96875), F(1.96875)),
	  "0x1.f8p+00 0x1p+01 0x1.0p+01 0X1.F80P+00 0x1.f800000000000"
	  "0000000p+00 8866461766385664p-52 0x1.f800p+00" },
	{ "%x %.0x %.1x %.3X %.20x %b %#x",
	  ARGS(F(-0.0), F(-0.0), F(-0.0), F(-0.0), F(-0.0), F(-0.0), F(-0.0)),
	  "-0x0p+00 -0x0p+00 -0x0.0p+00 -0X0.000P+00 -0x0.00000000000"
	  "000000000p+00 -0p-1074 -0x0.0000p+00" },
	{ "%.3g %.10g %.0g %#.10g",
	  ARGS(F(1234.5678), F(1234.5678), F(1234.5678), F(1234.5678)),
	  "1.23e+03 1234.5678 1e+03 1234.567800" },
	{ "%e %E", ARGS(F(123456.789), F(123456.789)),
	  "1.234568e+05 1.234568E+05" },
	{ "%.0f %.0f %.1f", ARGS(F(2.5), F(1.5), F(0.1)), "2 2 0.1" },
	{ "%.30f", ARGS(F(0.1)), "0.100000000000000005551115123126" },
	{ "%.25g", ARGS(F(0.1)), "0.1000000000000000055511151" },
	{ "%5.3v|%05v|% v", ARGS(F(1.5), F(1.5), F(1.5)), "  1.5|001.5| 1.5" },
	{ "%v %.1f %g %8.2f|", ARGS(C(1, 2), C(1, 2), C(1, 2), C(1, 2)),
	  "(1+2i) (1.0+2.0i) (1+2i) (    1.00   +2.00i)|" },
	{ "%v %+v %x",
	  ARGS(C(-1.5, -INFINITY), C(-1.5, -INFINITY), C(-1.5, -INFINITY)),
	  "(-1.5-Infi) (-1.5-Infi) (-0x1.8p+00-Infi)" },
	{ "%d", ARGS(C(1, 2)), "%!d(complex128=(1+2i))" },
	{ "%T", ARGS(C(1, 2)), "complex128" },
	{ "%v", ARGS(LIST(type_list, mixed)), "[a 1 <nil> [true]]" },
	{ "%s", ARGS(LIST(type_list, mixed)),
	  "[a %!s(float64=1) <nil> [%!s(bool=true)]]" },
	{ "%d", ARGS(LIST(type_list, mixed)),
	  "[%!d(string=a) %!d(float64=1) <nil> [%!d(bool=true)]]" },
	{ "%q", ARGS(LIST(type_list, mixed)),
	  "[\"a\" %!q(float64=1) <nil> [%!q(bool=true)]]" },
	{ "%x", ARGS(LIST(type_list, mixed)),
	  "[61 0x1p+00 <nil> [%!x(bool=true)]]" },
	{ "%#v", ARGS(LIST(type_list, mixed)),
	  "[]interface {}{\"a\", 1, interface {}(nil), []interface {}{true}}" },
	{ "%+v", ARGS(LIST(type_list, mixed)), "[a 1 <nil> [true]]" },
	{ "%5v|", ARGS(LIST(type_list, mixed)),
	  "[    a     1 <nil> [ true]]|" },
	{ "%T", ARGS(LIST(type_list, mixed)), "[]interface {}" },
	{ "%t", ARGS(LIST(type_list, mixed)),
	  "[%!t(string=a) %!t(float64=1) <nil> [true]]" },
	{ "%.1f", ARGS(LIST(type_list, mixed)),
	  "[%!f(string=a) 1.0 <nil> [%!f(bool=true)]]" },
	{ "%v", ARGS(LIST(type_strings, ab)), "[a b]" },
	{ "%s", ARGS(LIST(type_strings, ab)), "[a b]" },
	{ "%d", ARGS(LIST(type_strings, ab)), "[%!d(string=a) %!d(string=b)]" },
	{ "%q", ARGS(LIST(type_strings, ab)), "[\"a\" \"b\"]" },
	{ "%x", ARGS(LIST(type_strings, ab)), "[61 62]" },
	{ "%#v", ARGS(LIST(type_strings, ab)), "[]string{\"a\", \"b\"}" },
	{ "%4s|", ARGS(LIST(type_strings, ab)), "[   a    b]|" },
	{ "%-4q|", ARGS(LIST(type_strings, ab)), "[\"a\"  \"b\" ]|" },
	{ "%T", ARGS(LIST(type_strings, ab)), "[]string" },
	{ "%v", ARGS(LIST(type_ints, numbers)), "[0 1 2]" },
	{ "%03d", ARGS(LIST(type_ints, numbers)), "[000 001 002]" },
	{ "%#x", ARGS(LIST(type_ints, numbers)), "[0x0 0x1 0x2]" },
	{ "%#v", ARGS(LIST(type_ints, numbers)), "[]int{0, 1, 2}" },
	{ "%q", ARGS(LIST(type_ints, numbers)), "['\\x00' '\\x01' '\\x02']" },
	{ "%s", ARGS(LIST(type_ints, numbers)),
	  "[%!s(int=0) %!s(int=1) %!s(int=2)]" },
	{ "%T", ARGS(LIST(type_ints, numbers)), "[]int" },
	{ "%U", ARGS(LIST(type_ints, numbers)), "[U+0000 U+0001 U+0002]" },
	{ "%v %#v %T %s",
	  ARGS(LIST(type_lists, lists), LIST(type_lists, lists),
	       LIST(type_lists, lists), LIST(type_lists, lists)),
	  "[[a] []] [][]interface {}{[]interface {}{\"a\"}, []interfa"
	  "ce {}{}} [][]interface {} [[a] []]" },
	{ "%v %s %#v %T",
	  ARGS(NIL_LIST(type_list), NIL_LIST(type_list), NIL_LIST(type_list),
	       NIL_LIST(type_list)),
	  "[] [] []interface {}(nil) []interface {}" },
	{ "%v %s %#v %T",
	  ARGS(NIL_LIST(type_strings), NIL_LIST(type_strings),
	       NIL_LIST(type_strings), NIL_LIST(type_strings)),
	  "[] [] []string(nil) []string" },
	{ "%v %s %#v %T",
	  ARGS(NIL_MAP(type_map), NIL_MAP(type_map), NIL_MAP(type_map),
	       NIL_MAP(type_map)),
	  "map[] map[] map[string]interface {}(nil) map[string]interface {}" },
	{ "%v %s %#v %T", ARGS(EMPTY_LIST, EMPTY_LIST, EMPTY_LIST, EMPTY_LIST),
	  "[] [] []interface {}{} []interface {}" },
	{ "%p", ARGS(NIL_LIST(type_list)), "0x0" },
	{ "%[2]d %[1]d", ARGS(I(5), I(6)), "6 5" },
	{ "%[2]d %d", ARGS(I(5), I(6)), "6 %!d(MISSING)" },
	{ "%[1]d %d %[1]x", ARGS(I(8), I(42)), "8 42 8" },
	{ "%[3]d", ARGS(I(5), I(6)), "%!d(BADINDEX)" },
	{ "%[0]d", ARGS(I(5)), "%!d(BADINDEX)" },
	{ "%[x]d", ARGS(I(5)), "%!d(BADINDEX)" },
	{ "%[]d", ARGS(I(5)), "%!d(BADINDEX)" },
	{ "%[1d", ARGS(I(5)), "%!d(BADINDEX)" },
	{ "%[", ARGS(I(5)), "%!(NOVERB)" },
	{ "%[1]", ARGS(I(5)), "%!(NOVERB)" },
	{ "%[-1]d", ARGS(I(5)), "%!d(BADINDEX)" },
	{ "%[2]*[1]d|", ARGS(I(5), I(6)), "     5|" },
	{ "%[1]*d|", ARGS(I(6), I(42)), "    42|" },
	{ "%[3]*.[2]*[1]f|", ARGS(F(3.14159), I(5), I(8)), " 3.14159|" },
	{ "%.[2]*f", ARGS(F(3.14159), I(5)), "%!f(MISSING)" },
	{ "%[1]5d", ARGS(I(5)), "%!d(BADINDEX)" },
	{ "%[1].2f", ARGS(F(3.14159)), "%!f(BADINDEX)" },
	{ "%.[1]2f", ARGS(F(3.14159)), "3.14" },
	{ "%[9999999999]d", ARGS(I(5)), "%!d(BADINDEX)" },
	{ "%[2]s", ARGS(S("x")), "%!s(BADINDEX)" },
	{ "%[1]d", ARGS(I(5), I(6)), "5" },
	{ "%*d|", ARGS(I(6), I(42)), "    42|" },
	{ "%*d|", ARGS(I(-6), I(42)), "42    |" },
	{ "%-*d|", ARGS(I(6), I(42)), "42    |" },
	{ "%0*d", ARGS(I(6), I(42)), "000042" },
	{ "%0*d|", ARGS(I(-6), I(42)), "42    |" },
	{ "%*d", ARGS(S("x"), I(42)), "%!(BADWIDTH)42" },
	{ "%*d", ARGS(I(2000000), I(42)), "%!(BADWIDTH)42" },
	{ "%*d", NO_ARGS, "%!(BADWIDTH)%!d(MISSING)" },
	{ "%*d", ARGS(I(5)), "%!d(MISSING)" },
	{ "%.*f", ARGS(I(6), F(3.14159)), "3.141590" },
	{ "%.*f", ARGS(I(-1), F(3.14159)), "%!(BADPREC)3.141590" },
	{ "%.*f", ARGS(S("x"), F(3.14159)), "%!(BADPREC)3.141590" },
	{ "%.*d", ARGS(I(2000000), I(5)), "%!(BADPREC)5" },
	{ "%*.*f|", ARGS(I(10), I(6), F(3.14159)), "  3.141590|" },
	{ "%*d", ARGS(U(7), I(5)), "      5" },
	{ "%*d", ARGS(L(7), I(5)), "      5" },
	{ "%*d", ARGS(U(UINT64_MAX), I(5)), "%!(BADWIDTH)5" },
	{ "%.*s|", ARGS(I(-1), S("abc")), "%!(BADPREC)abc|" },
	{ "%.f", ARGS(F(2.5)), "2" },
	{ "%5.f|", ARGS(F(2.5)), "    2|" },
	{ "%20000000d|", ARGS(I(5)), "%!(NOVERB)%!(EXTRA int=5)" },
	{ "%.20000000d|", ARGS(I(5)), "%!(NOVERB)%!(EXTRA int=5)" },
	{ "%d%%", ARGS(I(5)), "5%" },
	{ "%5%|", NO_ARGS, "%|" },
	{ "%", NO_ARGS, "%!(NOVERB)" },
	{ "a%", NO_ARGS, "a%!(NOVERB)" },
	{ "a%-", NO_ARGS, "a%!(NOVERB)" },
	{ "%5", NO_ARGS, "%!(NOVERB)" },
	{ "%.", NO_ARGS, "%!.(MISSING)" },
	{ "%.", ARGS(I(5)), "%!.(int=5)" },
	{ "%d", NO_ARGS, "%!d(MISSING)" },
	{ "%d %d", ARGS(I(5)), "5 %!d(MISSING)" },
	{ "a", ARGS(I(5)), "a%!(EXTRA int=5)" },
	{ "a", ARGS(I(5), S("x"), NIL, F(1.5), LIST(type_list, mixed)),
	  "a%!(EXTRA int=5, string=x, <nil>, float64=1.5, []interface"
	  " {}=[a 1 <nil> [true]])" },
	{ "%d", ARGS(I(5), S("x")), "5%!(EXTRA string=x)" },
	{ "%s", NO_ARGS, "%!s(MISSING)" },
	{ "%[1]d %[2]d", ARGS(I(5), I(6), I(8)), "5 6" },
	{ "", NO_ARGS, "" },
	{ "", ARGS(I(5)), "%!(EXTRA int=5)" },
	{ "\303\251%s\344\270\226", ARGS(S("x")), "\303\251x\344\270\226" },
	{ "%5.", ARGS(I(5)), "%!.(int=    5)" },
	{ "%!d", ARGS(I(5)), "%!!(int=5)d" },
	{ "% +-#0d|", ARGS(I(5)), "+5|" },
	{ "%v%v", ARGS(I(5)), "5%!v(MISSING)" },
	{ "%#+v", ARGS(S("x")), "\"x\"" },
	{ "%+q %#q", ARGS(S("x"), S("x")), "\"x\" `x`" },
	{ "%-010d|", ARGS(I(5)), "5         |" },
	{ "%+#v", ARGS(LIST(type_list, mixed)),
	  "[]interface {}{\"a\", 1, interface {}(nil), []interface {}{true}}" },
};

static struct arena arena = ARENA_INIT;

static void finish(void)
{
	arena_release(&arena);
}

static void want_text(struct buf *b, const char *what, const char *want)
{
	ck_assert_msg(str_eq(buf_str(b), str_of(want)),
		      "%s: \"%s\" instead of \"%s\"", what, buf_z(b), want);
	buf_release(b);
}

static void want_format(const char *format, const struct value *args,
			uint32_t n, const char *want)
{
	struct buf b = BUF_INIT;
	struct print to = { &b, LIMIT, &arena, NULL };
	struct err e = ERR_INIT;

	ck_assert_int_eq(print_f(&to, str_of(format), args, n, &e), 0);
	want_text(&b, format, want);
}

START_TEST(formatted)
{
	want_format(formats[_i].format, formats[_i].args, formats[_i].n,
		    formats[_i].want);
}
END_TEST

static struct value some_map(void)
{
	static const struct value one_x[] = {
		ELEM(type_int, i, 1),
		{ .type = &type_string, .iface = true, .n = 1, .s = "x" },
	};
	struct map *m = map_new(&arena, &type_map);

	map_set(m, STR("b"), value_int(1));
	map_set(m, STR("a"), value_list(&type_list, one_x, 2));
	map_set(m, STR("B"), VALUE_NIL);
	return value_of_map(m, &type_map);
}

START_TEST(maps)
{
	static const char *const want[][2] = {
		{ "%v", "map[B:<nil> a:[1 x] b:1]" },
		{ "%s", "map[B:<nil> a:[%!s(int=1) x] b:%!s(int=1)]" },
		{ "%#v", "map[string]interface {}{\"B\":interface {}(nil), "
			 "\"a\":[]interface {}{1, \"x\"}, \"b\":1}" },
		{ "%+v", "map[B:<nil> a:[1 x] b:1]" },
		{ "%d", "map[%!d(string=B):<nil> %!d(string=a):[1 "
			"%!d(string=x)] %!d(string=b):1]" },
		{ "%q", "map[\"B\":<nil> \"a\":['\\x01' \"x\"] "
			"\"b\":'\\x01']" },
		{ "%3v", "map[  B:<nil>   a:[  1   x]   b:  1]" },
	};
	struct value v = some_map();
	struct map *m = map_new(&arena, &type_string_map);

	for (size_t i = 0; i < COUNT(want); i++)
		want_format(want[i][0], &v, 1, want[i][1]);
	map_set(m, STR("y"), value_z("1"));
	map_set(m, STR("x"), value_z(""));
	v = value_of_map(m, &type_string_map);
	want_format("%v", &v, 1, "map[x: y:1]");
	want_format("%#v", &v, 1,
		    "map[string]string{\"x\":\"\", \"y\":\"1\"}");
	want_format("%v %#v", (const struct value[]){ NIL_MAP(type_map),
						      NIL_MAP(type_map) },
		    2, "map[] map[string]interface {}(nil)");
	finish();
}
END_TEST

/* ---- types of the caller ---- */

struct pair {
	int a;
	const char *b;
};

static bool pair_field(struct value *out, str *name, struct arena *a,
		       const struct value *v, uint32_t i)
{
	const struct pair *pair = v->object;

	(void)a;
	*name = i ? STR("B") : STR("A");
	*out = i ? value_z(pair->b) : value_int(pair->a);
	return i < 2;
}

static void month_text(struct buf *out, const struct value *v)
{
	buf_addz(out, v->i == 3 ? "March" : "May");
}

static const struct type_ops pair_ops = { .field_at = pair_field };
static const struct type_ops month_ops = { .text = month_text };
static const struct type pair_type = {
	.name = "main.pair", .kind = KIND_STRUCT, .ops = &pair_ops,
};
static const struct type pointer_type = {
	.name = "*main.pair", .kind = KIND_PTR, .elem = &pair_type,
};
static const struct type month_type = {
	.name = "time.Month", .kind = KIND_INT, .ops = &month_ops,
};

START_TEST(structs)
{
	static const char *const want[][2] = {
		{ "%v", "&{1 x}{1 x}" },
		{ "%+v", "&{A:1 B:x}{A:1 B:x}" },
		{ "%#v", "&main.pair{A:1, B:\"x\"}main.pair{A:1, B:\"x\"}" },
		{ "%d", "&{1 %!d(string=x)}{1 %!d(string=x)}" },
		{ "%s", "&{%!s(int=1) x}{%!s(int=1) x}" },
	};
	static const struct pair pair = { 1, "x" };
	struct value v[] = { value_object(&pointer_type, &pair),
			     value_object(&pair_type, &pair) };
	struct value none = value_object(&pointer_type, NULL);
	struct buf b = BUF_INIT;
	struct print to = { &b, LIMIT, &arena, NULL };

	for (size_t i = 0; i < COUNT(want); i++) {
		buf_printf(&b, "%s%s", want[i][0], want[i][0]);
		want_format(buf_z(&b), v, 2, want[i][1]);
		buf_clear(&b);
	}
	want_format("%#v %v %s",
		    (const struct value[]){ none, none, none }, 3,
		    "(*main.pair)(nil) <nil> %!s(*main.pair=<nil>)");
	ck_assert_int_eq(print_values(&to, v, 1, NULL), 0);
	want_text(&b, "an action", "{1 x}");
}
END_TEST

START_TEST(methods)
{
	static const char *const want[][2] = {
		{ "%v", "March" },     { "%s", "March" },
		{ "%d", "3" },	       { "%x", "4d61726368" },
		{ "%q", "\"March\"" }, { "%5v|", "March|" },
		{ "%#v", "3" },	       { "%-5.2s|", "Ma   |" },
		{ "%T", "time.Month" }, { "%z", "%!z(time.Month=3)" },
		{ "%w", "%!w(time.Month=3)" },
	};
	const struct value month = { .type = &month_type, .i = 3 };
	const struct value element = { .type = &month_type, .i = 3,
				       .iface = true };
	const struct value list = value_list(&type_list, &element, 1);

	for (size_t i = 0; i < COUNT(want); i++)
		want_format(want[i][0], &month, 1, want[i][1]);
	want_format("%v %d", (const struct value[]){ list, list }, 2,
		    "[March] [3]");
}
END_TEST

/* ---- print, println, actions ---- */

static const struct {
	uint32_t n;
	const struct value *args;
	const char *print, *line, *action;
} prints_of[] = {
	{ NO_ARGS, "", "\n", "" },
	{ ARGS(S("a")), "a", "a\n", "a" },
	{ ARGS(I(1), I(2)), "1 2", "1 2\n", "1 2" },
	{ ARGS(S("a"), I(1), S("b"), I(2), I(3)), "a1b2 3",
	  "a 1 b 2 3\n", "a1b2 3" },
	{ ARGS(S("a"), S("b")), "ab", "a b\n", "ab" },
	{ ARGS(NIL, I(1), S("a"), NIL), "<nil> 1a<nil>",
	  "<nil> 1 a <nil>\n", "<no value>1a<no value>" },
	{ ARGS(B(true), F(1e6), LIST(type_list, mixed)),
	  "true 1e+06 [a 1 <nil> [true]]",
	  "true 1e+06 [a 1 <nil> [true]]\n",
	  "true 1e+06 [a 1 <nil> [true]]" },
};

START_TEST(prints)
{
	struct buf b = BUF_INIT;
	struct print to = { &b, LIMIT, &arena, NULL };

	for (size_t i = 0; i < COUNT(prints_of); i++) {
		print_all(&to, prints_of[i].args, prints_of[i].n, NULL);
		want_text(&b, "print", prints_of[i].print);
		print_line(&to, prints_of[i].args, prints_of[i].n, NULL);
		want_text(&b, "println", prints_of[i].line);
		print_values(&to, prints_of[i].args, prints_of[i].n, NULL);
		want_text(&b, "an action", prints_of[i].action);
	}
}
END_TEST

/* ---- what would never end ---- */

static void want_failure(const struct print *to, const char *format,
			 struct value v, const char *want)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(print_f(to, str_of(format), &v, 1, &e), -1);
	ck_assert_str_eq(e.text, want);
	ck_assert_uint_le(to->out->n, to->limit);
	buf_release(to->out);
}

START_TEST(limits)
{
	static const char too_long[] = "text is longer than 100 bytes";
	struct buf b = BUF_INIT;
	struct print to = { &b, 100, &arena, NULL };
	struct print wide = { &b, LIMIT, &arena, NULL };
	struct map *m = map_new(&arena, &type_map);
	struct value self = value_of_map(m, &type_map);
	char long_text[102] = "";

	want_format("%100d", (const struct value[]){ I(1) }, 1,
		    "                                                  "
		    "                                                 1");
	want_failure(&to, "%101d", value_int(1), too_long);
	want_failure(&to, "%-101q", value_z("a"), too_long);
	want_failure(&to, "%.101d", value_int(1), too_long);
	want_failure(&to, "%.99f", value_float(1.5), too_long);
	want_failure(&to, "%40d", value_list(&type_ints, numbers, 3),
		     too_long);
	memset(long_text, 'a', sizeof(long_text) - 1);
	want_failure(&to, "%s", value_z(long_text), too_long);
	want_failure(&to, "%q", value_z(long_text), too_long);
	want_failure(&to, "%x", value_z(long_text + 50), too_long);
	map_set(m, STR("self"), value_as_elem(self, &type_interface));
	want_failure(&wide, "%v", self,
		     "a value nested more than 1000 deep cannot be printed");
	finish();
}
END_TEST

/* ---- escapes ---- */

START_TEST(escapes)
{
	struct buf b = BUF_INIT;

	escape_html(&b, STR("<a href='x'>\"&\"\0\303\251"));
	want_text(&b, "html", "&lt;a href=&#39;x&#39;&gt;&#34;&amp;&#34;"
			      "\357\277\275\303\251");
	escape_js(&b, STR("<a href='x'>\"&\"\\\0\n\037\177\303\251"
			  "\342\200\213\342\200\250\363\240\200\201\377="));
	want_text(&b, "js", "\\u003Ca href\\u003D\\'x\\'\\u003E\\\"\\u0026"
			    "\\\"\\\\\\u0000\\u000A\\u001F\177\303\251"
			    "\\u200B\\u2028\\uE0001\377\\u003D");
	url_escape_query(&b, STR("a b&c=d/e?f+\303\251-_.~*'()!%\377"));
	want_text(&b, "query", "a+b%26c%3Dd%2Fe%3Ff%2B%C3%A9-_.~%2A%27%28%29"
			       "%21%25%FF");
}
END_TEST

START_TEST(quotes)
{
	struct buf b = BUF_INIT;

	quote_text(&b, STR("\a\b\f\n\r\t\v\0'\"\\\033\177"), false);
	want_text(&b, "quote", "\"\\a\\b\\f\\n\\r\\t\\v\\x00'\\\"\\\\"
			       "\\x1b\\x7f\"");
	quote_rune(&b, '\'', false);
	quote_rune(&b, '"', false);
	quote_rune(&b, 0x110000, false);
	quote_rune(&b, 0xd800, true);
	want_text(&b, "rune", "'\\'''\"''\357\277\275''\\ufffd'");
	ck_assert(quote_can_raw(STR("a\t\303\251\"")));
	ck_assert(!quote_can_raw(STR("a\n")));
	ck_assert(!quote_can_raw(STR("\357\273\277a")));
	ck_assert(!quote_can_raw(STR("\377")));
	ck_assert(char_prints(' ') && char_prints(0x301));
	ck_assert(!char_prints(0xa0) && !char_prints(0xad));
	ck_assert(!char_prints(0xe000) && !char_prints(0x110000));
}
END_TEST

/* ---- digits ---- */

START_TEST(shortest)
{
	static const struct {
		double d;
		const char *f, *e, *g;
	} rows[] = {
		{ 0, "0", "0E+00", "0" },
		{ 1.5, "1.5", "1.5E+00", "1.5" },
		{ 1e21, "1000000000000000000000", "1E+21", "1E+21" },
		{ 1e-7, "0.0000001", "1E-07", "1E-07" },
		{ 123456789, "123456789", "1.23456789E+08", "1.23456789E+08" },
		{ 0.1, "0.1", "1E-01", "0.1" },
		{ -INFINITY, "-Inf", "-Inf", "-Inf" },
		{ NAN, "NaN", "NaN", "NaN" },
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < COUNT(rows); i++) {
		float_text(&b, rows[i].d, 'f', -1);
		want_text(&b, "f", rows[i].f);
		float_text(&b, rows[i].d, 'E', -1);
		want_text(&b, "E", rows[i].e);
		float_text(&b, rows[i].d, 'G', -1);
		want_text(&b, "G", rows[i].g);
	}
}
END_TEST

START_TEST(narrow)
{
	static const struct {
		double d;
		const char *want;
	} rows[] = {
		{ 0, "0e+00" },
		{ 0.1f, "1e-01" },
		{ 5.5, "5.5e+00" },
		{ 16777215, "1.6777215e+07" },
		{ 16777216, "1.6777216e+07" },
		{ 3.4028235e38f, "3.4028235e+38" },
		{ 1e-45f, "1e-45" },
	};
	struct decimal dec;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < COUNT(rows); i++) {
		decimal_shortest(&dec, rows[i].d, true);
		decimal_spell_e(&b, &dec, 'e', 2);
		want_text(&b, "float", rows[i].want);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("printf");
	TCase *tc = tcase_create("printf");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, formatted, 0, (int)COUNT(formats));
	tcase_add_test(tc, maps);
	tcase_add_test(tc, structs);
	tcase_add_test(tc, methods);
	tcase_add_test(tc, prints);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, escapes);
	tcase_add_test(tc, quotes);
	tcase_add_test(tc, shortest);
	tcase_add_test(tc, narrow);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

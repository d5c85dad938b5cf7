/*
 * edit/splice: an example for each rule of edit/splice.h, and random edits on
 * every manifest of testdata for the invariant.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
#include "edits.h"
#include "yaml/stream.h"

static struct arena arena = ARENA_INIT;

/* What is wanted, in the notation of wanted.h, and what comes out. */
static const struct {
	const char *in, *wanted, *out;
} cases[] = {
	/* where new text goes */
	{ "a: 1 # x\n# y\n\n# z\nb: 2\n",
	  "{a: $a, k: 3, b: $b}",
	  "a: 1 # x\nk: 3\n# y\n\n# z\nb: 2\n" },
	{ "a: 1\n# y\n\n  # z\n\n",
	  "{a: $a, k: 3}",
	  "a: 1\n# y\n\n  # z\nk: 3\n\n" },
	{ "m:\n  a: 1\n\n  # was: 2\n\n# about b\nb: 1\n",
	  "{m: {a: $m.a, k: 3}, b: $b}",
	  "m:\n  a: 1\n\n  # was: 2\n  k: 3\n\n# about b\nb: 1\n" },
	{ "m:\n  a: 1\n  # at the keys\n# left\nb: 1\n",
	  "{m: {a: $m.a, k: 3}, b: $b}",
	  "m:\n  a: 1\n  # at the keys\n  k: 3\n# left\nb: 1\n" },
	{ "a: 1\n\nb: 2\n\nc: 3\n",
	  "{a: $a, k: {z: 1}, b: $b, c: $c}",
	  "a: 1\nk:\n  z: 1\n\nb: 2\n\nc: 3\n" },
	{ "l:\n  # one\n  - a\n",
	  "{l: [k, $l.0]}",
	  "l:\n  - k\n  # one\n  - a\n" },
	{ "l:\n  - a\n    # deeper\n  # at the dashes\n# left\nb: 1\n",
	  "{l: [$l.0, k], b: $b}",
	  "l:\n  - a\n    # deeper\n  - k\n  # at the dashes\n# left\nb: 1\n" },
	{ "- - a\n  - b\n- c\n",
	  "[[k, $0.0, $0.1, z], $1, [$1, x]]",
	  "- - k\n  - a\n  - b\n  - z\n- c\n- - c\n  - x\n" },
	{ "l:\n- a: 1\n",
	  "{l: [{k: 3, a: $l.0.a}]}",
	  "l:\n- a: 1\n  k: 3\n" },
	{ "a:\n    b:\n        c: 1\nl:\n  -   a: 1\n      b: 2\n",
	  "{$: '', a: {$: a, k: {z: {x: 1}}}, l: [$l.0, {k: [1, [2, 3]]}]}",
	  "a:\n    b:\n        c: 1\n    k:\n        z:\n            x: 1\n"
	  "l:\n  -   a: 1\n      b: 2\n  -   k:\n        -   1\n"
	  "        -   -   2\n            -   3\n" },
	{ "a:\n  - b\n",
	  "{a: [$a.0, {k: [1]}], z: [2]}",
	  "a:\n  - b\n  - k:\n      - 1\nz:\n  - 2\n" },
	/* values that change */
	{ "a:   1   # x\nb:\n  two   # y\n",
	  "{a: 2, b: 3}",
	  "a:   2   # x\nb:\n  3   # y\n" },
	{ "a: one\n  two # x\nb: 'it\n  is' # y\n",
	  "{a: 2, b: 3}",
	  "a: 2 # x\nb: 3 # y\n" },
	{ "k:   # x\n  \"a\n  b\"\nl: 1\n",
	  "{k: {z: 1}, l: $l}",
	  "k:   # x\n  z: 1\nl: 1\n" },
	{ "k:   # x\n  # y\n  - 1\nl: 1\n",
	  "{k: {z: 1}, l: $l}",
	  "k:   # x\n  # y\n  z: 1\nl: 1\n" },
	{ "a: {} # x\nb: []\nc: ~\nd:\ne: null # y\n",
	  "{a: {k: 1}, b: [1], c: {k: [1]}, d: [{k: 1}], e: {k: 1}}",
	  "a: # x\n  k: 1\nb:\n- 1\nc:\n  k:\n  - 1\nd:\n- k: 1\ne: # y\n"
	  "  k: 1\n" },
	{ "a: # x\n  k: 1\nb:\n  # y\n  k: 1\n  # z\nc: 1\n",
	  "{a: {}, b: text, c: $c}",
	  "a: {} # x\nb: text\n  # z\nc: 1\n" },
	{ "a: 1\nb: 2 # x\n",
	  "{a: \"two\\nlines\\n\", b: \"two\\nlines\"}",
	  "a: |\n  two\n  lines\nb: |- # x\n  two\n  lines\n" },
	{ "a:\n  1 # x\nb: 2\n",
	  "{a: \"two\\nlines\\n\", b: $b}",
	  "a:\n  \"two\\nlines\\n\" # x\nb: 2\n" },
	{ "- 1\n- 2 # x\n",
	  "[\"two\\nlines\\n\", {k: \"a\\n b\", z: 1}]",
	  "- |\n  two\n  lines\n- k: |- # x\n    a\n     b\n  z: 1\n" },
	{ "a: |2- # x\n   one\n\nb: >+\n  two\n\nc: |\n  three\n",
	  "{a: 1, b: {k: 1}, c: [1]}",
	  "a: 1 # x\n\nb:\n  k: 1\nc:\n- 1\n" },
	{ "a:\n  |\n  one\nb: 1\n",
	  "{a: 2, b: $b}",
	  "a: 2\nb: 1\n" },
	{ "a:\n  |\n  one\nb: 1\n",
	  "{a: {k: 1}, b: $b}",
	  "a:\n  k: 1\nb: 1\n" },
	/* missing values */
	{ "a:\nb: # x\nc:  \n",
	  "{a: 1, b: 2, c: 3}",
	  "a: 1\nb: 2 # x\nc: 3\n" },
	{ "a:\nb: # x\n  # y\nc:  \n",
	  "{a: [1], b: {k: 1}, c: [{k: 1}]}",
	  "a:\n- 1\nb: # x\n  k: 1\n  # y\nc:\n- k: 1\n" },
	{ "-\n- # x\n-   \n",
	  "[1, {k: [z]}, [1, 2]]",
	  "- 1\n- k: # x\n  - z\n- - 1\n  - 2\n" },
	{ "? a\n? b\n? c # x\n",
	  "{a: 1, b: {k: 1}, c: [1]}",
	  "? a\n: 1\n? b\n:\n  k: 1\n? c # x\n:\n- 1\n" },
	{ "a:",
	  "{a: \"two\\nlines\\n\"}",
	  "a: |\n  two\n  lines\n" },
	/* keys with a question mark */
	{ "? a\n: 1\n? b\n: 2\n",
	  "{a: 5, b: $b, k: 6}",
	  "? a\n: 5\n? b\n: 2\nk: 6\n" },
	{ "? a\n: 1\n? b\n: 2\n",
	  "{b: $b}",
	  "? b\n: 2\n" },
	{ "l:\n- ? a\n  : 1\n  ? b\n  : 2\n",
	  "{l: [{b: 2}]}",
	  "l:\n- ? b\n  : 2\n" },
	{ "? |\n  a\n: 1\nb: 2\n",
	  "{b: $b}",
	  "b: 2\n" },
	{ "? >-\n  a\n\n: - 1\n",
	  "{a: [1, 2]}",
	  "? >-\n  a\n\n: - 1\n  - 2\n" },
	/* what goes */
	{ "# x\n\n# about a\na: 1 # y\n# about b\nb: 2\n",
	  "{b: $b}",
	  "# x\n\n# about b\nb: 2\n" },
	{ "a:\n  k: 1\n    # deeper\n  # at the keys\nb: 2\n",
	  "{b: $b}",
	  "    # deeper\n  # at the keys\nb: 2\n" },
	{ "l:\n- a\n  # below a\n- b\n  # below b\n# at the dashes\nz: 1\n",
	  "{l: [$l.1], z: $z}",
	  "l:\n  # below a\n- b\n  # below b\n# at the dashes\nz: 1\n" },
	{ "l:\n- a: 1 # x\n  b: 2\n- a: 1\n\n  b: 2\n",
	  "{l: [{b: 2}, {b: 2}]}",
	  "l:\n- b: 2\n- b: 2\n" },
	{ "l:\n- a: 1 # x\n  # about b\n  b: 2\n  c: 3\n",
	  "{l: [{b: 2, c: 3}]}",
	  "l:\n-\n  # about b\n  b: 2\n  c: 3\n" },
	{ "l:\n-   a:\n      k: 1\n    b: 2\n",
	  "{l: [{b: 2}]}",
	  "l:\n-   b: 2\n" },
	{ "- - a\n  - b\n  - c\n- d\n",
	  "[[$0.2], $1]",
	  "- - c\n- d\n" },
	{ "a: 1\n\nb: 2\n\nc: 3\n",
	  "{a: $a, c: $c}",
	  "a: 1\n\nc: 3\n" },
	{ "a: 1\n\n# about b\nb: 2\n\n# about c\nc: 3\nd: 4\n",
	  "{a: $a, d: $d}",
	  "a: 1\n\nd: 4\n" },
	{ "m:\n  a: 1\n\n  b: 2\n",
	  "{m: {a: 1}}",
	  "m:\n  a: 1\n" },
	{ "a: |+\n  x\n\nb: 1\n\nc: 2\n",
	  "{a: $a, c: $c}",
	  "a: |+\n  x\n\nc: 2\n" },
	{ "a: |\n  x\nb: 1\n    # deeper\nc: 2\n",
	  "{a: $a, c: $c}",
	  "a: |\n  x\n# deeper\nc: 2\n" },
	{ "a: 1\nb: 2\na: 3\n",
	  "{b: 2}",
	  "b: 2\n" },
	{ "a: 1\nb: 2\na: 3\n",
	  "{a: 4, b: $b}",
	  "a: 1\nb: 2\na: 4\n" },
	/* items that move */
	{ "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # end\ni:\n- name: z\nlast: 1\n",
	  "{$: '', c: [$c.1], i: [$i.0, $c.0]}",
	  "c:\n    # below a\n  - name: b\n    t: |\n      one\n        two\n"
	  "\n      three\n  # end\ni:\n- name: z\n# about a\n- name: a # x\n"
	  "  v: 1\nlast: 1\n" },
	{ "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # end\ni:\n- name: z\nlast: 1\n",
	  "{$: '', c: [$c.0], i: [$c.1, $i.0]}",
	  "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  # end\ni:\n- name: b\n  t: |\n    one\n      two\n\n    three\n"
	  "- name: z\nlast: 1\n" },
	{ "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # end\ni:\n- name: z\nlast: 1\n",
	  "{$: '', c: [$c.1, $c.0]}",
	  "c:\n  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # about a\n  - name: a # x\n    v: 1\n    # below a\n  # end\n"
	  "i:\n- name: z\nlast: 1\n" },
	{ "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # end\ni:\n- name: z\nlast: 1\n",
	  "{$: '', c: $-, i: [$c.0, $i.0, $c.1]}",
	  "  # end\ni:\n# about a\n- name: a # x\n  v: 1\n- name: z\n"
	  "- name: b\n  t: |\n    one\n      two\n\n    three\nlast: 1\n" },
	{ "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # end\ni:\n- name: z\nlast: 1\n",
	  "{$: '', c: [$c.0, $i.0, $c.1], i: $-}",
	  "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: z\n  - name: b\n    t: |\n      one\n        two\n\n"
	  "      three\n  # end\nlast: 1\n" },
	{ "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # end\ni:\n- name: z\nlast: 1\n",
	  "{$: '', c: [$c.1], i: [$i.0, {$: c.0, v: 2, w: 3}]}",
	  "c:\n    # below a\n  - name: b\n    t: |\n      one\n        two\n"
	  "\n      three\n  # end\ni:\n- name: z\n# about a\n- name: a # x\n"
	  "  v: 2\n  w: 3\nlast: 1\n" },
	{ "c:\n  # about a\n  - name: a # x\n    v: 1\n    # below a\n"
	  "  - name: b\n    t: |\n      one\n        two\n\n      three\n"
	  "  # end\ni:\n- name: z\nlast: 1\n",
	  "{$: '', c: [$c.1], k: {q: [$c.0]}}",
	  "c:\n    # below a\n  - name: b\n    t: |\n      one\n        two\n"
	  "\n      three\n  # end\ni:\n- name: z\nlast: 1\nk:\n  q:\n"
	  "    # about a\n    - name: a # x\n      v: 1\n" },
	{ "l:\n- - x\n  - z\n- u\n",
	  "{l: [$l.1, $l.0]}",
	  "l:\n- u\n- - x\n  - z\n" },
	{ "l:\n- - x\n  - z\n- u\n",
	  "{l: [[$l.0.1, $l.0.0], $l.1]}",
	  "l:\n- - z\n  - x\n- u\n" },
	{ "l:\n-\n  x: 1\n-\n  # deep\n  z: 1\n",
	  "{l: [$l.1, $l.0]}",
	  "l:\n-\n  # deep\n  z: 1\n-\n  x: 1\n" },
	{ "l:\n- x\n\n- z\n\n- u\n",
	  "{l: [$l.2, $l.0, $l.1]}",
	  "l:\n- u\n- x\n\n- z\n" },
	{ "f: [x, z]\nb:\n- u\n",
	  "{f: [$b.0, $f.0], b: [$f.1]}",
	  "f: [u, x]\nb:\n- z\n" },
	{ "f: {k: [x, z]}\nb:\n  - u: 1\n    # why\n    v: 'w'\n",
	  "{f: {k: [$b.0, $f.k.0]}, b: [3]}",
	  "f: {k: [{u: 1, v: w}, x]}\nb:\n  - 3\n" },
	{ "f: [{x: 1}, {z: 1}]\nb:\n- u\n",
	  "{f: [$f.1], b: [$f.0, $b.0]}",
	  "f: [{z: 1}]\nb:\n- x: 1\n- u\n" },
	{ "- x\n- z",
	  "[$1, $0]",
	  "- z\n- x\n" },
	{ "- x\n- |\n  z",
	  "[$1, $0]",
	  "- |\n  z\n- x\n" },
	{ "- |+\n  x\n- z\n\n- u\n",
	  "[$1, $0, $2]",
	  "- z\n- |+\n  x\n- u\n" },
	{ "- >-\n  x\n\n- z\n",
	  "[$1, new, $0]",
	  "- z\n- new\n- >-\n  x\n" },
	{ "- x: 1\n  # at the keys\n- z\n",
	  "[$1, {$: '0', w: 1}]",
	  "- z\n- x: 1\n  # at the keys\n  w: 1\n" },
	/* flow collections */
	{ "a: {b: 1, c: 2}\n",
	  "{a: {c: 2}}",
	  "a: {c: 2}\n" },
	{ "a: {b: 1, c: 2}\n",
	  "{a: {b: 1}}",
	  "a: {b: 1}\n" },
	{ "a: {b: 1, c: 2, }\n",
	  "{a: {b: 1}}",
	  "a: {b: 1, }\n" },
	{ "a: {b: 1, c: 2, }\n",
	  "{a: {b: 1, c: 2, k: [3, {z: 1}]}}",
	  "a: {b: 1, c: 2, k: [3, {z: 1}], }\n" },
	{ "a: [b, c, d] # x\n",
	  "{a: [$a.0, $a.2]}",
	  "a: [b, d] # x\n" },
	{ "a: [ b, c ]\n",
	  "{a: [$a.0, $a.1, e]}",
	  "a: [ b, c, e ]\n" },
	{ "a: [ b, c ]\n",
	  "{a: [e, $a.0, $a.1]}",
	  "a: [ e, b, c ]\n" },
	{ "a: [\n  b, # x\n  c # z\n]\n",
	  "{a: [$a.0]}",
	  "a: [\n  b # x\n]\n" },
	{ "a: [\n  b,\n  c # z\n]\n",
	  "{a: [$a.0, $a.1, {k: 1}]}",
	  "a: [\n  b,\n  c, # z\n  {\n    k: 1\n  }\n]\n" },
	{ "a: [\n  b,\n  # z\n  c,\n]\n",
	  "{a: [$a.0, $a.1, {k: 1}]}",
	  "a: [\n  b,\n  # z\n  c,\n  {\n    k: 1,\n  },\n]\n" },
	{ "a: [\n  b,\n  # z\n  c,\n]\n",
	  "{a: [$a.0]}",
	  "a: [\n  b,\n]\n" },
	{ "a: {b: , c, 'd':, e: }\n",
	  "{a: {b: 1, c: 2, d: 3, e: 4}}",
	  "a: {b: 1, c: 2, 'd': 3, e: 4 }\n" },
	{ "a: {b: , c}\n",
	  "{a: {b: null, c: null, d: 1}}",
	  "a: {b: , c, d: 1}\n" },
	{ "a: [b: 1, c]\n",
	  "{a: [{b: 2}, c]}",
	  "a: [{b: 2}, c]\n" },
	{ "a: {\n  }\nb: [ ] # x\n",
	  "{a: {x: {z: 1}}, b: [1]}",
	  "a:\n  x:\n    z: 1\nb: # x\n- 1\n" },
	{ "a: [{\n  b: 1,\n}, {\n  b: 2,\n}]\n",
	  "{a: [$a.0, $a.1, {b: 3}]}",
	  "a: [{\n  b: 1,\n}, {\n  b: 2,\n}, {\n  b: 3,\n}]\n" },
	{ "{a: 1}\n",
	  "{a: 1, b: {c: [d]}}",
	  "{a: 1, b: {c: [d]}}\n" },
	{ "{\"a\": 1, \"b\": [2]}\n",
	  "{a: 1, b: [2, 'true'], c: {d: 1}}",
	  "{\"a\": 1, \"b\": [2, \"true\"], \"c\": {\"d\": 1}}\n" },
	{ "{\n  \"a\": {},\n  \"b\": []\n}\n",
	  "{a: {x: {z: 1}}, b: []}",
	  "{\n  \"a\": {\n    \"x\": {\n      \"z\": 1\n    }\n  },\n"
	  "  \"b\": []\n}\n" },
	{ "{\n  \"a\": {},\n  \"b\": []\n}\n",
	  "{b: []}",
	  "{\n  \"b\": []\n}\n" },
	{ "{\n  \"a\": {},\n  \"b\": []\n}\n",
	  "{a: {}}",
	  "{\n  \"a\": {}\n}\n" },
	{ "{\"a\":1,\"b\":[2]}",
	  "{a: 1, b: [2, {c: d}]}",
	  "{\"a\":1,\"b\":[2,{\"c\":\"d\"}]}" },
	/* long lines in flow style */
	{ "a: {k: [x]}\n",
	  "{a: {k: [x, {p: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
	  "q: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}]}}",
	  "a: {k: [x,\n  {p: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n"
	  "    q: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}]}\n" },
	{ "- a: {k: {u: 1}}\n",
	  "[{a: {k: {u: 1, v: \"a  bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccccccc"
	  "ccccccc\\n  ddddddddddddddddddddddd \\n eeeeeeeeeeeeeeeeeeee\"}}}]",
	  "- a: {k: {u: 1,\n    v: \"a  bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb "
	  "cccccccccccccccccc\\n  ddddddddddddddddddddddd \\n \\\n"
	  "      eeeeeeeeeeeeeeeeeeee\"}}\n" },
	{ "{\"a\": {\"k\": [1]}}\n",
	  "{a: {k: [1, \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]}}",
	  "{\"a\": {\"k\": [1, \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaa aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "\"]}}\n" },
	/* line breaks */
	{ "a: 1\r\nl:\r\n- x\r\n",
	  "{a: 1, l: [$l.0, {p: 1, q: \"one\\ntwo\\n\"}], k: 3}",
	  "a: 1\r\nl:\r\n- x\r\n- p: 1\r\n  q: |\r\n    one\r\n    two\r\n"
	  "k: 3\r\n" },
	{ "a: 1\r\nb: |\r\n  x",
	  "{$: '', k: 3}",
	  "a: 1\r\nb: |\r\n  x\r\nk: 3" },
	{ "a: |\r\n  x\r\n\r\nb: 1\r\n",
	  "{a: one, b: 1}",
	  "a: one\r\n\r\nb: 1\r\n" },
	{ "- x\r\n- z\r\n",
	  "[$1, $0]",
	  "- z\r\n- x\r\n" },
	{ "a: 1",
	  "{a: 1, k: 3}",
	  "a: 1\nk: 3" },
	{ "a: 1 # x",
	  "{a: 1, k: 3}",
	  "a: 1 # x\nk: 3" },
	{ "a: >\n  x",
	  "{$: '', k: 3}",
	  "a: >\n  x\nk: 3" },
	{ "a: |+\n  x",
	  "{$: '', k: 3}",
	  "a: |+\n  x\nk: 3" },
	{ "a: |-\n  x",
	  "{$: '', k: 3}",
	  "a: |-\n  x\nk: 3" },
	{ "a: 1\nb: |\n  x",
	  "{a: 2, b: \"x\\n\"}",
	  "a: 2\nb: |\n  x\n" },
	{ "a: 1\nb: |+\n  x\n ",
	  "{a: 2, b: \"x\\n\\n\"}",
	  "a: 2\nb: |+\n  x\n \n" },
	{ "a: 1\nb: >-\n  x",
	  "{a: 2, b: x}",
	  "a: 2\nb: >-\n  x" },
	{ "a: |2\n  x",
	  "{$: '', k: 3}",
	  "a: |2\n  x\nk: 3" },
	{ "a: | # x\n  x",
	  "{$: '', k: 3}",
	  "a: | # x\n  x\nk: 3" },
	{ "a: |+\n  x\n\n",
	  "{$: '', k: 3}",
	  "a: |+\n  x\n\nk: 3\n" },
	{ "l:\n- |\n  x",
	  "{l: [$l.0, z]}",
	  "l:\n- |\n  x\n- z" },
	{ "a: 1\nb: 2",
	  "{a: 1}",
	  "a: 1\n" },
	{ "a: 1\nb: 2",
	  "{b: 2}",
	  "b: 2" },
	{ "a: 1\nb: 2",
	  "{a: 1, b: \"one\\ntwo\\n\"}",
	  "a: 1\nb: |\n  one\n  two\n" },
	{ "a: 1\nb: 2",
	  "{a: 1, b: \"one\\ntwo\"}",
	  "a: 1\nb: |-\n  one\n  two" },
	{ "a: 1",
	  "{a: 1, k: \"one\\ntwo\\n\"}",
	  "a: 1\nk: |\n  one\n  two\n" },
	{ "\xef\xbb\xbf" "a: 1\n",
	  "{b: 2, a: 3}",
	  "\xef\xbb\xbf" "a: 3\nb: 2\n" },
	{ "\xef\xbb\xbf# x\na: 1\nb: 2\n",
	  "{b: 2}",
	  "\xef\xbb\xbf" "b: 2\n" },
	/* anchors and tags */
	{ "a: !!str 1\nb: &x\n  k: v\nc: &z [1]\n",
	  "{a: 2, b: {q: 1}, c: {k: 1}}",
	  "a: 2\nb: &x\n  q: 1\nc: &z\n  k: 1\n" },
	{ "a: !!map\n  k: v\nb: &x !!map\n  k: v\nc: !t\n- 1\n",
	  "{a: [1], b: [1], c: text}",
	  "a:\n- 1\nb: &x\n- 1\nc: text\n" },
	{ "- &x\n  k: v\n- &z a: 1\n- *x\n",
	  "[[1], {b: 1}, {k: v}]",
	  "- &x\n  - 1\n- b: 1\n- k: v\n" },
	{ "a: &x\n  k: v\nb: *x\n",
	  "{a: {k: w}, b: {k: v}}",
	  "a: &x\n  k: w\nb:\n  k: v\n" },
	{ "a: &x\n  k: v\nb: *x\nc: *x\n",
	  "{a: {k: w}, b: {k: v}, c: {k: v}}",
	  "a: &x\n  k: w\nb:\n  k: v\nc:\n  k: v\n" },
	{ "a: &x\n  k: v\nb: *x # x\nc: *x\n",
	  "{b: $b, c: $c}",
	  "b: &x # x\n  k: v\nc: *x\n" },
	{ "a: &x\n  k: v\nb: *x\nc: *x\n",
	  "{a: {k: w}, b: {k: w}, c: {k: w}}",
	  "a: &x\n  k: w\nb: *x\nc: *x\n" },
	{ "a: &x\n  k: v\nb: *x\nc: *x\n",
	  "{a: $a, b: {k: v, w: 1}, c: $c}",
	  "a: &x\n  k: v\nb:\n  k: v\n  w: 1\nc: *x\n" },
	{ "a: &x {k: v, l: 1}\nb:\n  <<: *x # x\n  w: 1\n",
	  "{a: $a, b: {l: 1, w: 1}}",
	  "a: &x {k: v, l: 1}\nb:\n  l: 1 # x\n  w: 1\n" },
	{ "a: &x {k: v, l: 1}\nb:\n  <<: *x # x\n  w: 1\n",
	  "{a: $a, b: {k: z, l: 1, w: 1}}",
	  "a: &x {k: v, l: 1}\nb:\n  <<: *x # x\n  w: 1\n  k: z\n" },
	{ "a: &x {k: v}\nb:\n  <<: *x\n  w: 1\n",
	  "{a: $a, b: {w: 1}}",
	  "a: &x {k: v}\nb:\n  w: 1\n" },
	{ "a: &x {k: v}\nb:\n  <<: *x\n  w: 1\n",
	  "{b: {k: v, w: 1}}",
	  "b:\n  k: v\n  w: 1\n" },
	{ "a: &x {k: 1, l: 2}\nb: {<<: *x, m: 3}\n",
	  "{a: {k: 2}, b: {k: 1, l: 2, m: 3}}",
	  "a: &x {k: 2}\nb: {<<: {k: 1, l: 2}, m: 3}\n" },
	{ "a: &x {k: 1}\nb: {<<: [*x, {z: 1}], m: 1}\n",
	  "{a: {k: 2}, b: {k: 3, z: 1, m: 1}}",
	  "a: &x {k: 2}\nb: {<<: {z: 1}, m: 1, k: 3}\n" },
	{ "a: &x {}\nl:\n- b: 1\n  <<: *x\n  c: 2\n",
	  "{l: [{c: 2}]}",
	  "l:\n- <<: {}\n  c: 2\n" },
	{ "a: &x {k: 1}\nl:\n- <<: *x # x\n  b: 1\n  c: 2\n",
	  "{a: $a, l: [{c: 2}]}",
	  "a: &x {k: 1}\nl:\n- c: 2\n" },
	{ "a: &x k\n*x : 1\nb: 2\n",
	  "{a: z, k: 1, b: 2}",
	  "a: &x z\nk : 1\nb: 2\n" },
	/* the root */
	{ "",
	  "{a: 1}",
	  "a: 1" },
	{ "# x\n",
	  "{a: 1}",
	  "# x\na: 1" },
	{ "# x\n---\n# z\n",
	  "{a: 1}",
	  "# x\n---\na: 1\n# z\n" },
	{ "---\n",
	  "[1]",
	  "---\n- 1\n" },
	{ "--- text # x\n",
	  "{a: 1}",
	  "---\na: 1 # x\n" },
	{ "---   |\n  x\n",
	  "{a: 1}",
	  "---\na: 1\n" },
	{ "--- # x\na: 1\n...\n",
	  "[x]",
	  "--- # x\n- x\n...\n" },
	{ "# x\na: 1 # y\n# z\n",
	  "[1, 2]",
	  "# x\n- 1\n- 2 # y\n# z\n" },
	{ "a: 1\nb:\n- x\n",
	  "\"one\\ntwo\\n\"",
	  "\"one\\ntwo\\n\"\n" },
	{ "{} # x\n",
	  "{a: 1}",
	  "a: 1 # x\n" },
	{ "{}\n",
	  "{a: 1}",
	  "{\"a\": 1}\n" },
	{ "[\n  1\n]\n",
	  "{a: [1, 2]}",
	  "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n" },
	{ "%YAML 1.1\n---\na: 1\n",
	  "{b: 1}",
	  "%YAML 1.1\n---\nb: 1\n" },
};

static void change(const struct document *doc, const struct node *tree,
		   struct buf *out)
{
	struct edits *edits = diff(&arena, doc, tree);

	splice(&arena, doc, edits, out);
}

START_TEST(examples)
{
	struct document doc = wanted_document(&arena, str_of(cases[_i].in));
	const struct node *tree =
		wanted_from(&arena, doc.root, cases[_i].wanted);
	struct buf out = BUF_INIT;
	struct document again;

	change(&doc, tree, &out);
	ck_assert_msg(!strcmp(buf_z(&out), cases[_i].out),
		      "%s\nto be %s\nbecame\n%s\nnot\n%s", cases[_i].in,
		      cases[_i].wanted, buf_z(&out), cases[_i].out);
	again = wanted_document(&arena, buf_str(&out));
	ck_assert(node_equal(again.root, tree));
	buf_release(&out);
	arena_reset(&arena);
}
END_TEST

/* Put in and taken out again: the text is what it was. */
START_TEST(there_and_back)
{
	static const char *const texts[] = {
		"l:\n- a\n\n# x\n- b\n  # y\n# z\n\nm: 1\n",
		"l:\n\n  # x\n\n  # y\n  - a\n\nm: 1\n\n\n",
		"# x\nl:\n- a\n# y\n\n\n- b\n\n",
		"l:\r\n- a\r\n\r\n- b # x\r\n",
		"l: [a, b] # x\n",
		"l: [\n  # x\n  a,\n  b, # y\n]\n",
		"{\n  \"l\": [\n    1\n  ]\n}\n",
		"l:\n  - a: |+\n      x\n\n  # y\n  - b\n",
	};
	struct document doc = wanted_document(&arena, str_of(texts[_i]));
	const struct node *list = node_get(doc.root, STR("l"));
	const struct node *k = node_new_string(&arena, STR("k"));

	for (uint32_t at = 0; at <= list->n; at++) {
		const struct node **items = arena_array(
			&arena, const struct node *, list->n + 1);
		const struct node *tree;
		struct buf there = BUF_INIT, back = BUF_INIT;
		struct document changed_doc;

		memcpy(items, list->items, at * sizeof(*items));
		items[at] = k;
		memcpy(items + at + 1, list->items + at,
		       (list->n - at) * sizeof(*items));
		tree = node_with(&arena, doc.root, STR("l"),
				 node_new_list(&arena, list, items,
					       list->n + 1));
		tree = node_with(&arena, tree, STR("k"), k);
		change(&doc, tree, &there);
		changed_doc = wanted_document(&arena, buf_str(&there));
		change(&changed_doc, doc.root, &back);
		ck_assert_msg(!strcmp(buf_z(&back), texts[_i]),
			      "%s\nby\n%s\nbecame\n%s", texts[_i],
			      buf_z(&there), buf_z(&back));
		buf_release(&there);
		buf_release(&back);
	}
	arena_reset(&arena);
}
END_TEST

/* How many edited documents were judged. */
struct tally {
	uint32_t done;
	struct arena arena;
};

static void edit_text(struct tally *t, str text, uint32_t rounds)
{
	struct source source = SOURCE_YAML("in.yaml", text);
	struct document doc;

	if (!wanted_read_any(&t->arena, &source, &doc, NULL) &&
	    !node_check(doc.root, NULL)) {
		ck_assert_uint_eq(diff(&t->arena, &doc, doc.root)->n, 0);
		for (uint64_t i = 0; i < rounds; i++, t->done++) {
			const char *fault = edits_fault(
				&t->arena, &doc,
				(str_hash(text) + i) * 0x9e3779b97f4a7c15u);

			ck_assert_msg(!fault, "%s", fault);
		}
	}
	arena_reset(&t->arena);
}

static int64_t read_text(void *ctx, void *p, size_t n)
{
	str *left = ctx, head = str_sub(*left, 0, n);

	if (head.n)
		memcpy(p, head.p, head.n);
	*left = str_sub(*left, head.n, left->n);
	return (int64_t)head.n;
}

static void edit_file(struct tally *t, const char *path, uint32_t rounds)
{
	struct buf b = BUF_INIT;
	struct stream *stream;
	struct piece piece;
	str left;

	ck_assert(!io_slurp(path, &b, NULL));
	left = buf_str(&b);
	stream = stream_new(read_text, &left, path, 1 << 20);
	while (stream_next(stream, &piece, NULL) > 0)
		edit_text(t, piece.text, rounds);
	stream_free(stream);
	buf_release(&b);
}

/* All files below a folder, or only the inputs of golden cases. */
static void edit_folder(struct tally *t, const char *folder, bool inputs,
			uint32_t rounds)
{
	DIR *dir = opendir(folder);
	struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir))) {
		char path[1024];

		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
		if (d->d_type == DT_DIR)
			edit_folder(t, path, inputs, rounds);
		else if (!inputs || !strcmp(d->d_name, "input.yaml"))
			edit_file(t, path, rounds);
	}
	closedir(dir);
}

START_TEST(random_edits_of_cases)
{
	struct tally t = { .arena = ARENA_INIT };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		edit_text(&t, str_of(cases[i].in), 150);
	ck_assert_uint_gt(t.done, 10000);
	edit_folder(&t, "testdata", true, 30);
	ck_assert_uint_gt(t.done, 12000);
	printf("random edits: %u of the cases and testdata\n", t.done);
	arena_release(&t.arena);
}
END_TEST

START_TEST(random_edits_of_manifests)
{
	struct tally t = { .arena = ARENA_INIT };
	const char *folder = getenv("CONFORMANCE");
	char path[1024];

	if (!folder) {
		puts("skipped: CONFORMANCE is not set");
		return;
	}
	snprintf(path, sizeof(path), "%s/manifests/input", folder);
	edit_folder(&t, path, false, 10);
	snprintf(path, sizeof(path), "%s/yaml-suite", folder);
	edit_folder(&t, path, false, 15);
	printf("random edits: %u of manifests and yaml-suite\n", t.done);
	ck_assert_uint_gt(t.done, 0);
	arena_release(&t.arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("splice");
	TCase *tc = tcase_create("splice");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, examples, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, there_and_back, 0, 8);
	tcase_add_test(tc, random_edits_of_cases);
	tcase_add_test(tc, random_edits_of_manifests);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed != 0;
}

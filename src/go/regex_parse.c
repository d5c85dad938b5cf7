/*
 * regex_parse - the grammar of regular expressions, and the tree.
 *
 *	alternate:  concat { "|" concat }
 *	concat:     { atom [ repeat [ "?" ] ] }
 *	repeat:     "*" | "+" | "?" | "{" n [ "," [ m ] ] "}"
 *	atom:       char | escape | class | "." | "^" | "$" | group
 *	group:      "(" [ "?" flags ":" | "?" [ "P" ] "<" name ">" ]
 *	            alternate ")"
 *
 * Characters, escapes and classes are read in regex_class.c.  Open groups are
 * kept in a list, not on C's stack.  An operator applies to the last atom, also
 * across "(?i)" and "\Q\E", as in Go.
 */
#include "go/regex_parse.h"

#include "base/array.h"
#include "base/chars.h"

#define REPEAT_MAX 1000

/* An open group; the outermost one is the whole expression. */
struct group {
	struct group *up;
	unsigned flags;			/* before it */
	uint32_t capture;		/* 0: none */
	struct regex_node *done;	/* alternatives, the last one first */
	uint32_t n_done;
	struct regex_node *items;	/* of the concat, the last one first */
	uint32_t n_items;
};

struct parser {
	struct regex_reader in;
	struct group *group;
	str *names;
	uint32_t n_names;
	size_t cap_names;
};

/* ---- building ---- */

static struct regex_node *node_make(struct parser *p, enum regex_op op)
{
	struct regex_node *n = arena_new(p->in.arena, struct regex_node);

	n->op = op;
	n->fold = p->in.flags & REGEX_FOLD;
	n->height = 1;
	n->repeats = 1;
	return n;
}

static void adopt(struct regex_node *n, struct regex_node *child)
{
	child->next = n->children;
	n->children = child;
	if (child->repeats > n->repeats)
		n->repeats = child->repeats;
	if (child->height >= n->height)
		n->height = (uint16_t)(child->height + 1);
}

static int check_height(struct parser *p, const struct regex_node *n)
{
	if (n->height <= REGEX_HEIGHT_MAX)
		return 0;
	return read_fail(&p->in, "expression nests too deeply", 0,
			 p->in.text.n);
}

static void push(struct parser *p, struct regex_node *n)
{
	n->next = p->group->items;
	p->group->items = n;
	p->group->n_items++;
}

static void push_op(struct parser *p, enum regex_op op)
{
	push(p, node_make(p, op));
}

static void push_literal(struct parser *p, uint32_t c)
{
	struct regex_node *n = node_make(p, RE_LITERAL);

	n->c = c;
	push(p, n);
}

/* Make a list, which is in reverse order, the children of a node; a single node
 * needs none around it. */
static struct regex_node *gather(struct parser *p, enum regex_op op,
				 struct regex_node *last, uint32_t n)
{
	struct regex_node *all;

	if (n == 1)
		return last;
	all = node_make(p, n ? op : RE_EMPTY);
	while (last) {
		struct regex_node *before = last->next;

		adopt(all, last);
		last = before;
	}
	return all;
}

/* The concat read so far becomes an alternative. */
static int close_concat(struct parser *p)
{
	struct group *g = p->group;
	struct regex_node *n = gather(p, RE_CONCAT, g->items, g->n_items);

	n->next = g->done;
	g->done = n;
	g->n_done++;
	g->items = NULL;
	g->n_items = 0;
	return check_height(p, n);
}

static int close_group(struct parser *p, struct regex_node **out)
{
	struct group *g = p->group;
	struct regex_node *n, *capture;

	if (close_concat(p) < 0)
		return -1;
	n = gather(p, RE_ALTERNATE, g->done, g->n_done);
	if (g->capture) {
		capture = node_make(p, RE_CAPTURE);
		capture->number = g->capture;
		adopt(capture, n);
		n = capture;
	}
	*out = n;
	return check_height(p, n);
}

static void open_group(struct parser *p, uint32_t capture)
{
	struct group *g = arena_new(p->in.arena, struct group);

	g->up = p->group;
	g->flags = p->in.flags;
	g->capture = capture;
	p->group = g;
}

/* The number of a new capture. */
static uint32_t new_capture(struct parser *p, str name)
{
	p->names = arena_extend(p->in.arena, p->names, p->n_names,
				&p->cap_names, sizeof(*p->names));
	p->names[p->n_names] = name;
	return p->n_names++;
}

static void push_class(struct parser *p, struct regex_class *k)
{
	struct regex_node *n = node_make(p, RE_CLASS);

	n->cls = k;
	push(p, n);
}

/* ---- groups ---- */

static bool is_capture_name(str name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c != '_' && !is_alnum(c))
			return false;
	}
	return name.n > 0;
}

/* (?P<name> or (?<name>; the name starts at byte `start`. */
static int named_group(struct parser *p, size_t start)
{
	struct regex_reader *r = &p->in;
	size_t from = r->at, end = read_find(r, from, STR(">"));
	str name;

	if (end == NOWHERE) {
		if (read_check(r, from, r->text.n) < 0)
			return -1;
		return read_fail(r, "invalid named capture", from, r->text.n);
	}
	if (read_check(r, from + start, end) < 0)
		return -1;
	name = str_sub(r->text, from + start, end);
	if (!is_capture_name(name))
		return read_fail(r, "invalid named capture", from, end + 1);
	open_group(p, new_capture(p, name));
	r->at = end + 1;
	return 0;
}

static unsigned flag_of(uint32_t c)
{
	switch (c) {
	case 'i':
		return REGEX_FOLD;
	case 'm':
		return REGEX_MULTI_LINE;
	case 's':
		return REGEX_DOT_ALL;
	case 'U':
		return REGEX_LAZY;
	}
	return 0;
}

/* (?i-s) changes the flags to the end of the group around it, (?i-s: those of
 * the group that it opens. */
static int parse_flags(struct parser *p)
{
	struct regex_reader *r = &p->in;
	size_t from = r->at;
	unsigned flags = r->flags, flag;
	bool minus = false, any = false;
	uint32_t c;

	r->at += 2;
	while (!read_at_end(r)) {
		if (read_char(r, &c) < 0)
			return -1;
		flag = flag_of(c);
		if (flag) {
			flags = minus ? flags & ~flag : flags | flag;
			any = true;
		} else if (c == '-' && !minus) {
			minus = true;
			any = false;
		} else if ((c == ':' || c == ')') && (any || !minus)) {
			if (c == ':')
				open_group(p, 0);
			r->flags = flags;
			return 0;
		} else {
			break;
		}
	}
	return read_fail(r, "invalid or unsupported Perl syntax", from, r->at);
}

static int parse_open(struct parser *p)
{
	struct regex_reader *r = &p->in;
	size_t left = r->text.n - r->at;

	if (read_looking_at(r, STR("(?P<")) && left > 4)
		return named_group(p, 4);
	if (read_looking_at(r, STR("(?<")) && left > 3)
		return named_group(p, 3);
	if (read_looking_at(r, STR("(?")))
		return parse_flags(p);
	open_group(p, new_capture(p, STR_NONE));
	r->at++;
	return 0;
}

static int parse_close(struct parser *p)
{
	struct group *g = p->group;
	struct regex_node *n;

	if (!g->up)
		return read_fail(&p->in, "unexpected )", 0, p->in.text.n);
	if (close_group(p, &n) < 0)
		return -1;
	p->in.flags = g->flags;
	p->group = g->up;
	push(p, n);
	p->in.at++;
	return 0;
}

/* ---- repetition ---- */

/* A number without leading zeros; -1 if it is far too large. */
static bool parse_count(struct parser *p, int *out)
{
	struct regex_reader *r = &p->in;
	int n = 0;
	char c = read_peek(r, 0);

	if (!is_digit(c) || (c == '0' && is_digit(read_peek(r, 1))))
		return false;
	for (; is_digit(c); c = read_peek(r, 0)) {
		if (n >= 0)
			n = n > REPEAT_MAX ? -1 : n * 10 + (c - '0');
		r->at++;
	}
	*out = n;
	return true;
}

/* {n}, {n,} or {n,m}; anything else is the character {, and nothing is read. */
static bool parse_counts(struct parser *p, int *min, int *max)
{
	struct regex_reader *r = &p->in;
	size_t from = r->at++;
	bool ok = parse_count(p, min);

	*max = *min;
	if (ok && read_peek(r, 0) == ',') {
		r->at++;
		*max = -1;
		ok = read_peek(r, 0) == '}' || parse_count(p, max);
		if (ok && r->text.p[r->at - 1] != ',' && *max < 0)
			*min = -1;
	}
	if (ok && read_peek(r, 0) == '}') {
		r->at++;
		return true;
	}
	r->at = from;
	return false;
}

/* How many copies there are of the innermost node repeated by a count. */
static uint32_t copies(const struct regex_node *n, bool counted)
{
	int count = n->max < 0 ? n->min : n->max;

	if (!counted || count <= 0)
		return n->children->repeats;
	return n->children->repeats * (uint32_t)count;
}

/* An operator that starts at `from`, and has been read; `last` is the start of
 * the operator right before it, or NOWHERE. */
static int repeat(struct parser *p, size_t from, size_t last, int min,
		  int max)
{
	struct regex_reader *r = &p->in;
	struct group *g = p->group;
	bool counted = r->text.p[from] == '{';
	struct regex_node *n = node_make(p, RE_REPEAT), *child = g->items;

	n->lazy = r->flags & REGEX_LAZY;
	if (read_peek(r, 0) == '?') {
		n->lazy = !n->lazy;
		r->at++;
	}
	if (last != NOWHERE)
		return read_fail(r, "invalid nested repetition operator", last,
				 r->at);
	if (!child)
		return read_fail(r, "missing argument to repetition operator",
				 from, r->at);
	n->min = min;
	n->max = max;
	g->items = child->next;
	g->n_items--;
	adopt(n, child);
	n->repeats = copies(n, counted);
	push(p, n);
	if (n->repeats > REPEAT_MAX)
		return read_fail(r, "invalid repeat count", from, r->at);
	return check_height(p, n);
}

/* A `{` may be a character: then *from is NOWHERE. */
static int parse_braces(struct parser *p, size_t last, size_t *from)
{
	struct regex_reader *r = &p->in;
	int min = 0, max = 0;
	size_t start = r->at;

	*from = NOWHERE;
	if (!parse_counts(p, &min, &max)) {
		push_literal(p, '{');
		r->at++;
		return 0;
	}
	if (min < 0 || min > REPEAT_MAX || max > REPEAT_MAX ||
	    (max >= 0 && min > max))
		return read_fail(r, "invalid repeat count", start, r->at);
	*from = start;
	return repeat(p, start, last, min, max);
}

/* ---- atoms ---- */

/* \Q...\E, or up to the end. */
static int parse_quoted(struct parser *p)
{
	struct regex_reader *r = &p->in;
	size_t end = read_find(r, r->at + 2, STR("\\E"));
	size_t stop = end == NOWHERE ? r->text.n : end;
	uint32_t c;

	r->at += 2;
	while (r->at < stop) {
		if (read_char(r, &c) < 0)
			return -1;
		push_literal(p, c);
	}
	if (end != NOWHERE)
		r->at = stop + 2;
	return 0;
}

static int parse_backslash(struct parser *p)
{
	static const struct {
		char letter;
		enum regex_op op;
	} edges[] = {
		{ 'A', RE_TEXT_START }, { 'z', RE_TEXT_END },
		{ 'b', RE_WORD_EDGE }, { 'B', RE_NO_WORD_EDGE },
	};
	struct regex_reader *r = &p->in;
	struct regex_class *k;
	char letter = read_peek(r, 1);
	uint32_t c;
	int found;

	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		if (letter != edges[i].letter)
			continue;
		push_op(p, edges[i].op);
		r->at += 2;
		return 0;
	}
	if (letter == 'Q')
		return parse_quoted(p);
	if (letter == 'C')	/* any byte: not in Go */
		return read_fail(r, "invalid escape sequence", r->at,
				 r->at + 2);
	k = read_class_new(r);
	found = read_named(r, k);
	if (found < 0)
		return -1;
	if (found) {
		push_class(p, k);
		return 0;
	}
	if (read_escape(r, &c) < 0)
		return -1;
	push_literal(p, c);
	return 0;
}

/* `.`, `^` or `$`: 1 where it was one of them. */
static int parse_sign(struct parser *p)
{
	struct regex_reader *r = &p->in;
	bool lines = r->flags & REGEX_MULTI_LINE;

	switch (read_peek(r, 0)) {
	case '.':
		push_op(p, r->flags & REGEX_DOT_ALL ? RE_ANY : RE_ANY_IN_LINE);
		break;
	case '^':
		push_op(p, lines ? RE_LINE_START : RE_TEXT_START);
		break;
	case '$':
		push_op(p, lines ? RE_LINE_END : RE_TEXT_END);
		break;
	default:
		return 0;
	}
	r->at++;
	return 1;
}

static int parse_atom(struct parser *p)
{
	struct regex_class *k;
	uint32_t c;

	switch (read_peek(&p->in, 0)) {
	case '(':
		return parse_open(p);
	case ')':
		return parse_close(p);
	case '|':
		p->in.at++;
		return close_concat(p);
	case '[':
		k = read_class_new(&p->in);
		if (read_brackets(&p->in, k) < 0)
			return -1;
		push_class(p, k);
		return 0;
	case '\\':
		return parse_backslash(p);
	}
	if (parse_sign(p))
		return 0;
	if (read_char(&p->in, &c) < 0)
		return -1;
	push_literal(p, c);
	return 0;
}

static int parse_all(struct parser *p)
{
	struct regex_reader *r = &p->in;
	size_t last = NOWHERE, from;
	int result = 0;

	while (result == 0 && !read_at_end(r)) {
		char c = read_peek(r, 0);

		from = r->at;
		if (c == '*' || c == '+' || c == '?') {
			r->at++;
			result = repeat(p, from, last, c == '+',
					c == '?' ? 1 : -1);
		} else if (c == '{') {
			result = parse_braces(p, last, &from);
		} else {
			from = NOWHERE;
			result = parse_atom(p);
		}
		last = from;
	}
	return result;
}

int regex_parse(struct arena *a, str expression, struct regex_tree *out,
		str *error)
{
	struct parser p = {
		.in = { .arena = a, .text = expression, .error = error },
	};

	if (!expression.n)
		p.in.text = STR("");
	new_capture(&p, STR_NONE);
	open_group(&p, 0);
	if (parse_all(&p) < 0)
		return -1;
	if (p.group->up)
		return read_fail(&p.in, "missing closing )", 0,
				 p.in.text.n);
	if (close_group(&p, &out->root) < 0)
		return -1;
	out->names = p.names;
	out->groups = p.n_names;
	return 0;
}

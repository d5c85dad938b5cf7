/*
 * regex - a regular expression's tree as a program, and the search: Pike's
 * virtual machine, as Go's regexp has it.
 *
 * All ways to match are followed at the same time, character by character, so a
 * search takes time in proportion to the text times the program, whatever the
 * expression.  A thread is a place in the program with the bounds of groups so
 * far.  Threads are in order of preference: what an earlier one comes to, a
 * later one need not try.  The first that matches ends those after it.
 *
 *	a(b|c)*	0 save 0; 1 char a; 2 split 3, 8; 3 save 2; 4 split 5, 6 ...
 *
 * The program is the one of Go's regexp/syntax: counts are written out, and a
 * loop whose body may be empty is (?:x+)?, which is what decides which bounds
 * such a body has.
 */
#include "go/regex.h"

#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "go/regex_parse.h"
#include "tree/utf8.h"

/* Instructions, with the counts written out; and instructions times groups,
 * which is what threads take. */
#define PROGRAM_MAX 200000
#define BOUNDS_MAX (1 << 20)

enum inst_op {
	INST_CHAR,		/* one that `chars` has */
	INST_SPLIT,		/* to x, which is preferred, or to y */
	INST_SAVE,		/* where the text is, as bound x */
	INST_ASSERT,		/* what `assertion` says */
	INST_MATCH,
};

struct inst {
	enum inst_op op;
	enum regex_op assertion;
	uint32_t x, y;		/* CHAR, SAVE, ASSERT continue at y */
	struct regex_char *chars;
};

/* A thread is known by its instruction: there is one at most for each. */
struct threads {
	uint32_t *at;		/* their instructions, in order of preference */
	uint32_t n;
	uint32_t *turns;	/* by instruction: the turn it was added in */
	uint32_t turn;
	size_t *bounds;		/* by instruction: n_bounds of them */
};

/* What is still to be followed: an instruction; or a bound that has to be as it
 * was before. */
struct pending {
	uint32_t at;		/* NO_INST: a bound */
	uint32_t bound;
	size_t was;
};

#define NO_INST UINT32_MAX

struct regex_program {
	struct arena *arena;
	struct inst *inst;
	uint32_t n;
	size_t cap;
	bool too_large;
	struct regex_char *chars;	/* all of them */
	uint32_t n_bounds;		/* of a thread */
	struct threads lists[2];
	size_t *bounds, *found;		/* of the thread that is added; of the
					 * best match */
	struct pending *stack;
	size_t stack_n, stack_cap;
};

/* ---- compiling ---- */

static uint32_t add(struct regex_program *p, enum inst_op op)
{
	if (p->n >= PROGRAM_MAX) {
		p->too_large = true;
		return 0;
	}
	p->inst = arena_extend(p->arena, p->inst, p->n, &p->cap,
			       sizeof(*p->inst));
	p->inst[p->n] = (struct inst){ .op = op, .y = p->n + 1 };
	return p->n++;
}

static void compile(struct regex_program *p, struct regex_node *n);

/* May it match without taking a character? */
static bool may_be_empty(const struct regex_node *n)
{
	const struct regex_node *k = n->children;

	switch (n->op) {
	case RE_LITERAL:
	case RE_CLASS:
	case RE_ANY:
	case RE_ANY_IN_LINE:
		return false;
	case RE_REPEAT:
		return n->min == 0 || may_be_empty(k);
	case RE_CAPTURE:
		return may_be_empty(k);
	case RE_CONCAT:
		while (k && may_be_empty(k))
			k = k->next;
		return !k;
	case RE_ALTERNATE:
		while (k && !may_be_empty(k))
			k = k->next;
		return k;
	default:
		return true;
	}
}

/* Of the two ways of a split one is into x, the other past it; a lazy one
 * prefers the latter. */
static void set_split(struct regex_program *p, uint32_t at, uint32_t in,
		      uint32_t out, bool lazy)
{
	p->inst[at].x = lazy ? out : in;
	p->inst[at].y = lazy ? in : out;
}

/* x+: once, then again as long as it is preferred. */
static void compile_plus(struct regex_program *p, struct regex_node *n)
{
	uint32_t start = p->n, split;

	compile(p, n->children);
	split = add(p, INST_SPLIT);
	if (!p->too_large)
		set_split(p, split, start, p->n, n->lazy);
}

static void compile_optional(struct regex_program *p, struct regex_node *n,
			     bool plus)
{
	uint32_t split = add(p, INST_SPLIT);

	if (plus)
		compile_plus(p, n);
	else
		compile(p, n->children);
	if (!p->too_large)
		set_split(p, split, split + 1, p->n, n->lazy);
}

static void compile_star(struct regex_program *p, struct regex_node *n)
{
	uint32_t split, back;

	if (may_be_empty(n->children)) {
		compile_optional(p, n, true);
		return;
	}
	split = add(p, INST_SPLIT);
	compile(p, n->children);
	back = add(p, INST_SPLIT);
	if (p->too_large)
		return;
	p->inst[back].x = p->inst[back].y = split;
	set_split(p, split, split + 1, p->n, n->lazy);
}

/* x{2,5} is xx(?:x(?:x(?:x)?)?)?, whose splits all lead to the end. */
static void compile_more(struct regex_program *p, struct regex_node *n)
{
	uint32_t first = p->n;
	int more = n->max - n->min;

	for (int i = 0; i < more && !p->too_large; i++) {
		add(p, INST_SPLIT);
		compile(p, n->children);
	}
	if (p->too_large)
		return;
	/* those of the body lead somewhere already */
	for (uint32_t i = first, size = (p->n - first) / (uint32_t)more;
	     i < p->n; i += size)
		set_split(p, i, i + 1, p->n, n->lazy);
}

static void compile_repeat(struct regex_program *p, struct regex_node *n)
{
	for (int i = 0; i < n->min - (n->max < 0) && !p->too_large; i++)
		compile(p, n->children);
	if (n->max < 0 && n->min == 0)
		compile_star(p, n);
	else if (n->max < 0)
		compile_plus(p, n);
	else if (n->max > n->min)
		compile_more(p, n);
}

static void compile_capture(struct regex_program *p, struct regex_node *n)
{
	uint32_t at = add(p, INST_SAVE);

	p->inst[at].x = 2 * n->number;
	compile(p, n->children);
	at = add(p, INST_SAVE);
	p->inst[at].x = 2 * n->number + 1;
}

/* Each alternative but the last: a split to it or to what follows, and a jump
 * to the end. */
static void compile_alternate(struct regex_program *p, struct regex_node *n)
{
	uint32_t jumps = 0, at;

	for (struct regex_node *k = n->children; k && !p->too_large;
	     k = k->next) {
		uint32_t split = k->next ? add(p, INST_SPLIT) : 0;

		compile(p, k);
		if (!k->next)
			break;
		at = add(p, INST_SPLIT);
		if (p->too_large)
			break;
		/* a list of jumps whose place is not known yet */
		p->inst[at].x = jumps;
		jumps = at;
		set_split(p, split, split + 1, p->n, false);
	}
	while (jumps && !p->too_large) {
		at = jumps;
		jumps = p->inst[at].x;
		p->inst[at].x = p->inst[at].y = p->n;
	}
}

static void compile_char(struct regex_program *p, struct regex_node *n)
{
	uint32_t at = add(p, INST_CHAR);

	/* counts make several instructions of one node */
	if (!n->chars)
		n->chars = regex_char_open(p->arena, n, &p->chars);
	p->inst[at].chars = n->chars;
}

/* As deep as the tree is high, REGEX_HEIGHT_MAX. */
static void compile(struct regex_program *p, struct regex_node *n)
{
	uint32_t at;

	switch (n->op) {
	case RE_EMPTY:
		break;
	case RE_LITERAL:
	case RE_CLASS:
	case RE_ANY:
	case RE_ANY_IN_LINE:
		compile_char(p, n);
		break;
	case RE_REPEAT:
		compile_repeat(p, n);
		break;
	case RE_CAPTURE:
		compile_capture(p, n);
		break;
	case RE_CONCAT:
		for (struct regex_node *k = n->children; k; k = k->next)
			compile(p, k);
		break;
	case RE_ALTERNATE:
		compile_alternate(p, n);
		break;
	default:
		at = add(p, INST_ASSERT);
		p->inst[at].assertion = n->op;
	}
}

static struct threads new_threads(struct regex_program *p)
{
	return (struct threads){
		.at = arena_array(p->arena, uint32_t, p->n),
		.turns = arena_zarray(p->arena, uint32_t, p->n),
		.bounds = arena_array(p->arena, size_t,
				      (size_t)p->n * p->n_bounds),
	};
}

static int too_large(struct arena *a, str expression, str *error)
{
	*error = arena_printf(a, "error parsing regexp: expression too large: "
			      "`%.*s`", STR_ARG(expression));
	return -1;
}

int regex_open(struct arena *a, str expression, struct regex *re, str *error)
{
	struct regex_program *p = arena_new(a, struct regex_program);
	struct regex_tree tree;
	uint32_t last;

	*re = (struct regex){ .program = p, .work = UINT64_MAX };
	if (regex_parse(a, expression, &tree, error) < 0)
		return -1;
	p->arena = a;
	p->n_bounds = 2 * tree.groups;
	add(p, INST_SAVE);
	compile(p, tree.root);
	last = add(p, INST_SAVE);
	p->inst[last].x = 1;
	add(p, INST_MATCH);
	if (p->too_large || (uint64_t)p->n * p->n_bounds > BOUNDS_MAX)
		return too_large(a, expression, error);
	re->names = tree.names;
	re->groups = tree.groups;
	p->lists[0] = new_threads(p);
	p->lists[1] = new_threads(p);
	p->bounds = arena_array(a, size_t, p->n_bounds);
	re->at = p->found = arena_array(a, size_t, p->n_bounds);
	return 0;
}

void regex_close(struct regex *re)
{
	regex_chars_close(re->program->chars);
}

/* ---- searching ---- */

static bool is_word(str s, size_t at)
{
	return at < s.n && (is_alnum(s.p[at]) || s.p[at] == '_');
}

static bool is_word_edge(str s, size_t at)
{
	return (at && is_word(s, at - 1)) != is_word(s, at);
}

static bool holds(enum regex_op assertion, str s, size_t at)
{
	switch (assertion) {
	case RE_TEXT_START:
		return at == 0;
	case RE_TEXT_END:
		return at == s.n;
	case RE_LINE_START:
		return at == 0 || s.p[at - 1] == '\n';
	case RE_LINE_END:
		return at == s.n || s.p[at] == '\n';
	case RE_WORD_EDGE:
		return is_word_edge(s, at);
	default:
		return !is_word_edge(s, at);
	}
}

static void defer(struct regex_program *p, struct pending next)
{
	p->stack = arena_extend(p->arena, p->stack, p->stack_n, &p->stack_cap,
				sizeof(*p->stack));
	p->stack[p->stack_n++] = next;
}

/* Follow an instruction that takes no character, by putting what comes after it
 * on the stack; the last one that is put there is first. */
static void follow(struct regex_program *p, uint32_t i, str s, size_t at)
{
	const struct inst *inst = &p->inst[i];

	switch (inst->op) {
	case INST_SPLIT:
		defer(p, (struct pending){ .at = inst->y });
		defer(p, (struct pending){ .at = inst->x });
		break;
	case INST_SAVE:
		defer(p, (struct pending){ NO_INST, inst->x,
					   p->bounds[inst->x] });
		p->bounds[inst->x] = at;
		defer(p, (struct pending){ .at = inst->y });
		break;
	case INST_ASSERT:
		if (holds(inst->assertion, s, at))
			defer(p, (struct pending){ .at = inst->y });
		break;
	case INST_CHAR:
	case INST_MATCH:
		break;
	}
}

/* Add the threads that begin at an instruction, with p->bounds, which are the
 * same afterwards. */
static void add_threads(struct regex_program *p, struct threads *list,
			uint32_t first, str s, size_t at)
{
	defer(p, (struct pending){ .at = first });
	while (p->stack_n) {
		const struct pending next = p->stack[--p->stack_n];

		if (next.at == NO_INST) {
			p->bounds[next.bound] = next.was;
			continue;
		}
		if (list->turns[next.at] == list->turn)
			continue;
		list->turns[next.at] = list->turn;
		if (p->inst[next.at].op == INST_CHAR ||
		    p->inst[next.at].op == INST_MATCH) {
			list->at[list->n++] = next.at;
			memcpy(list->bounds + (size_t)next.at * p->n_bounds,
			       p->bounds, p->n_bounds * sizeof(*p->bounds));
		}
		follow(p, next.at, s, at);
	}
}

static void clear(struct threads *list)
{
	list->n = 0;
	list->turn++;
}

/* Let each thread take the character c, of `width` bytes at `at`; 0: the end.
 * True if one of them matched. */
static bool step(struct regex_program *p, const struct threads *now,
		 struct threads *next, str s, size_t at, uint32_t c,
		 size_t width)
{
	const size_t size = p->n_bounds * sizeof(*p->bounds);

	for (uint32_t i = 0; i < now->n; i++) {
		const struct inst *inst = &p->inst[now->at[i]];
		const size_t *bounds = now->bounds +
				       (size_t)now->at[i] * p->n_bounds;

		if (inst->op == INST_MATCH) {
			memcpy(p->found, bounds, size);
			return true;
		}
		if (!width || !regex_char_is(inst->chars, c))
			continue;
		memcpy(p->bounds, bounds, size);
		add_threads(p, next, inst->y, s, at + width);
	}
	return false;
}

static int out_of_work(str *error)
{
	*error = STR("regexp: the search takes too many steps");
	return -1;
}

int regex_match(struct regex *re, str s, size_t from, str *error)
{
	struct regex_program *p = re->program;
	struct threads *now = &p->lists[0], *next = &p->lists[1], *other;
	bool matched = false;
	size_t width = 1;

	clear(now);
	for (size_t at = from; width && (now->n || !matched); at += width) {
		uint32_t c = 0;

		if (!matched) {
			memset(p->bounds, 0xff,
			       p->n_bounds * sizeof(*p->bounds));
			add_threads(p, now, 0, s, at);
		}
		if (re->work < now->n + 1)
			return out_of_work(error);
		re->work -= now->n + 1;
		width = at < s.n ? utf8_decode(str_sub(s, at, s.n), &c) : 0;
		clear(next);
		matched |= step(p, now, next, s, at, c, width);
		other = now;
		now = next;
		next = other;
	}
	return matched;
}

#include "k8s/labels.h"

#include "base/chars.h"
#include "tree/scalar.h"

enum {
	NAME_MAX_LENGTH = 63,		/* of a name and of a value */
	PREFIX_MAX_LENGTH = 253,
};

str labels_text(const struct node *value, struct buf *room)
{
	size_t from = room->n;

	if (value->kind == NODE_STRING)
		return node_text(value);
	if (value->kind == NODE_BOOL)
		return scalar_bool(value) ? STR("true") : STR("false");
	if (value->kind == NODE_NULL || !node_is_scalar(value))
		return STR("");
	/* sigs.k8s.io/yaml converts numbers as it does in keys */
	scalar_key_text(room, value);
	return str_sub(buf_str(room), from, room->n);
}

/* ---- what may be a label ---- */

/* ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9] */
static bool is_name(str s)
{
	size_t i;

	if (!s.n || s.n > NAME_MAX_LENGTH || !is_alnum(s.p[0]) ||
	    !is_alnum(s.p[s.n - 1]))
		return false;
	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !strchr("-_.", s.p[i]))
			return false;
	return true;
}

/* A part of a DNS name: [a-z0-9]([-a-z0-9]*[a-z0-9])? */
static bool is_dns_part(str s)
{
	size_t i;

	if (!s.n || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '-' && !is_lower(s.p[i]) && !is_digit(s.p[i]))
			return false;
	return true;
}

static bool is_dns_name(str s)
{
	bool more = s.n <= PREFIX_MAX_LENGTH;
	str part;

	while (more) {
		more = str_cut(s, '.', &part, &s);
		if (!is_dns_part(part))
			return false;
		if (!more)
			return true;
	}
	return false;
}

bool labels_is_key(str s)
{
	str prefix, name;

	if (!str_cut(s, '/', &prefix, &name))
		return is_name(s);
	return is_dns_name(prefix) && is_name(name);
}

bool labels_is_value(str value)
{
	return !value.n || is_name(value);
}

/* ---- requirements ---- */

enum operator { IN, NOT_IN, EXISTS, DOES_NOT_EXIST, N_OPERATORS };

static const char *const operators[N_OPERATORS] = {
	[IN] = "In",
	[NOT_IN] = "NotIn",
	[EXISTS] = "Exists",
	[DOES_NOT_EXIST] = "DoesNotExist",
};

struct match {
	const struct node *labels;
	struct buf room;	/* for texts that the tree has not */
	struct err *e;
};

static uint32_t count(const struct node *n, enum node_kind kind)
{
	return n && n->kind == kind ? n->n : 0;
}

static int check_key(struct match *m, const struct node *at, str key)
{
	if (labels_is_key(key))
		return 0;
	return err_set(m->e, node_pos(at),
		       "\"%.*s\" is not a valid label key", STR_ARG(key));
}

static int check_value(struct match *m, const struct node *at, str value)
{
	if (labels_is_value(value))
		return 0;
	return err_set(m->e, node_pos(at),
		       "\"%.*s\" is not a valid label value", STR_ARG(value));
}

/* Is the label's value this one? */
static bool equals(struct match *m, const struct node *label,
		   const struct node *value)
{
	struct buf room = BUF_INIT;
	bool same;

	buf_clear(&m->room);
	same = str_eq(labels_text(label, &m->room),
		      labels_text(value, &room));
	buf_release(&room);
	return same;
}

/* A pair of matchLabels. */
static int match_pair(struct match *m, const struct entry *pair)
{
	str key = node_text(pair->key);
	const struct node *label = node_get(m->labels, key);

	buf_clear(&m->room);
	if (check_key(m, pair->key, key) != 0 ||
	    check_value(m, pair->value, labels_text(pair->value,
						    &m->room)) != 0)
		return -1;
	return label && equals(m, label, pair->value);
}

/* N_OPERATORS, with the error set, if it is invalid. */
static enum operator read_operator(struct match *m,
				   const struct node *expression)
{
	const struct node *n = node_get(expression, STR("operator"));
	str text = node_string(n);
	int i = 0;

	while (i < N_OPERATORS && !str_eq(text, str_of(operators[i])))
		i++;
	if (i == N_OPERATORS)
		err_set(m->e, node_pos(n ? n : expression),
			"\"%.*s\" is not a valid label selector operator",
			STR_ARG(text));
	return (enum operator)i;
}

/* Check the number of values for the operator, and that they are valid. */
static int check_values(struct match *m, const struct node *expression,
			const struct node *values, enum operator operator)
{
	bool wants = operator == IN || operator == NOT_IN;
	uint32_t i, n = count(values, NODE_LIST);

	if (wants != (n > 0))
		return err_set(m->e, node_pos(values ? values : expression),
			       wants ? "operator %s needs values" :
			       "operator %s takes no values",
			       operators[operator]);
	for (i = 0; i < n; i++) {
		buf_clear(&m->room);
		if (check_value(m, values->items[i],
				labels_text(values->items[i], &m->room)) != 0)
			return -1;
	}
	return 0;
}

static bool has_value(struct match *m, const struct node *label,
		      const struct node *values)
{
	uint32_t i;

	for (i = 0; label && i < values->n; i++)
		if (equals(m, label, values->items[i]))
			return true;
	return false;
}

static int match_expression(struct match *m, const struct node *expression)
{
	const struct node *key = node_get(expression, STR("key"));
	const struct node *values = node_get(expression, STR("values"));
	const struct node *label = node_get(m->labels, node_string(key));
	enum operator operator = read_operator(m, expression);

	if (operator == N_OPERATORS ||
	    check_key(m, key ? key : expression, node_string(key)) != 0 ||
	    check_values(m, expression, values, operator) != 0)
		return -1;
	switch (operator) {
	case IN:
		return has_value(m, label, values);
	case NOT_IN:
		return !has_value(m, label, values);
	case EXISTS:
		return label != NULL;
	default:
		return label == NULL;
	}
}

/* ---- selectors ---- */

bool labels_selector_empty(const struct node *selector)
{
	const struct node *pairs = node_get(selector, STR("matchLabels"));
	const struct node *expressions = node_get(selector,
						  STR("matchExpressions"));

	return !count(pairs, NODE_MAP) && !count(expressions, NODE_LIST);
}

/* All are checked, since an invalid one makes the selector invalid. */
static int match_all(struct match *m, const struct node *selector)
{
	const struct node *pairs = node_get(selector, STR("matchLabels"));
	const struct node *expressions = node_get(selector,
						  STR("matchExpressions"));
	int all = 1, one;
	uint32_t i;

	for (i = 0; i < count(pairs, NODE_MAP); i++) {
		one = match_pair(m, &pairs->entries[i]);
		if (one < 0)
			return -1;
		all &= one;
	}
	for (i = 0; i < count(expressions, NODE_LIST); i++) {
		one = match_expression(m, expressions->items[i]);
		if (one < 0)
			return -1;
		all &= one;
	}
	return all;
}

int labels_match(const struct node *selector, const struct node *labels,
		 struct err *e)
{
	struct match m = { .labels = labels, .room = BUF_INIT, .e = e };
	int result = match_all(&m, selector);

	buf_release(&m.room);
	return result;
}

/* ---- selectors as text ---- */

/*
 * The grammar of apimachinery's labels.Parse, which kubectl uses:
 *
 *	selector     requirement ("," requirement)*, or empty
 *	requirement  ["!"] KEY | KEY operation
 *	operation    ("=" | "==" | "!=") VALUE | ("in" | "notin") values
 *	values       "(" VALUE ("," VALUE)* ")"
 *
 * A VALUE may be empty.  The operators < and >, which compare numbers, have no
 * structured form and are rejected.
 */

struct parser {
	struct arena *arena;
	str text;
	size_t at;
	const char *wrong;		/* what is, NULL while nothing is */
};

#define BLANKS " \t\r\n"

static char peek(struct parser *p)
{
	while (p->at < p->text.n && strchr(BLANKS, p->text.p[p->at]))
		p->at++;
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static bool accept(struct parser *p, char c)
{
	if (peek(p) != c)
		return false;
	p->at++;
	return true;
}

/* The same without skipping blanks. */
static bool accept_next(struct parser *p, char c)
{
	return p->at < p->text.n && p->text.p[p->at] == c && accept(p, c);
}

/* A word up to a blank or an operator; may be empty. */
static str word(struct parser *p)
{
	size_t from;

	peek(p);
	from = p->at;
	while (p->at < p->text.n && p->text.p[p->at] &&
	       !strchr(BLANKS "=!(),<>", p->text.p[p->at]))
		p->at++;
	return str_sub(p->text, from, p->at);
}

static const struct node *text_node(struct parser *p, str text)
{
	return node_new_string(p->arena, text);
}

static const struct node *expression(struct parser *p, str key,
				     const char *operator,
				     const struct node *values)
{
	const struct node *n = node_new(p->arena, NODE_MAP);

	n = node_with(p->arena, n, STR("key"), text_node(p, key));
	n = node_with(p->arena, n, STR("operator"),
		      text_node(p, str_of(operator)));
	return values ? node_with(p->arena, n, STR("values"), values) : n;
}

/* The number of requirements: that of commas plus one. */
static uint32_t values_most(const struct parser *p)
{
	uint32_t n = 1;

	for (size_t i = p->at; i < p->text.n; i++)
		n += p->text.p[i] == ',';
	return n;
}

static const struct node *one_value(struct parser *p)
{
	const struct node **item = arena_array(p->arena, const struct node *,
					       1);

	item[0] = text_node(p, word(p));
	return node_new_list(p->arena, NULL, item, 1);
}

static const struct node *values(struct parser *p)
{
	const struct node **items = arena_array(p->arena, const struct node *,
						values_most(p));
	uint32_t n = 0;

	if (!accept(p, '('))
		p->wrong = "expected ( after in or notin";
	else do
		items[n++] = text_node(p, word(p));
	while (accept(p, ','));
	if (!p->wrong && !accept(p, ')'))
		p->wrong = "expected ) or a comma in a list of values";
	return node_new_list(p->arena, NULL, items, n);
}

static const struct node *operation(struct parser *p, str key)
{
	char c = peek(p);
	str name;

	if (c == '\0' || c == ',')
		return expression(p, key, "Exists", NULL);
	if (accept(p, '!')) {
		if (!accept_next(p, '='))
			p->wrong = "expected = after !";
		return expression(p, key, "NotIn", one_value(p));
	}
	if (accept(p, '=')) {
		accept_next(p, '=');
		return expression(p, key, "In", one_value(p));
	}
	name = word(p);
	if (str_eq(name, STR("in")))
		return expression(p, key, "In", values(p));
	if (str_eq(name, STR("notin")))
		return expression(p, key, "NotIn", values(p));
	p->wrong = "expected one of =, ==, !=, in, notin";
	return NULL;
}

static const struct node *requirement(struct parser *p)
{
	bool absent = accept(p, '!');
	str key = word(p);

	if (!key.n)
		p->wrong = "expected a label key";
	return absent ? expression(p, key, "DoesNotExist", NULL) :
			operation(p, key);
}

const struct node *labels_selector_of(struct arena *a, str text, struct err *e)
{
	struct parser p = { .arena = a, .text = text };
	const struct node **items = arena_array(a, const struct node *,
						values_most(&p));
	const struct node *selector = node_new(a, NODE_MAP);
	struct err why = ERR_INIT;
	uint32_t n = 0;

	while (peek(&p) && !p.wrong) {
		items[n++] = requirement(&p);
		if (!p.wrong && peek(&p) && !accept(&p, ','))
			p.wrong = "expected a comma";
		else if (!p.wrong && p.text.p[p.at - 1] == ',' && !peek(&p))
			p.wrong = "ends in a comma";
	}
	if (!p.wrong) {
		selector = node_with(a, selector, STR("matchExpressions"),
				     node_new_list(a, NULL, items, n));
		/* this checks keys and values */
		if (labels_match(selector, NULL, &why) < 0)
			p.wrong = why.text;
	}
	if (!p.wrong)
		return selector;
	err_set(e, POS_NONE, "invalid label selector \"%.*s\": %s",
		STR_ARG(text), p.wrong);
	return NULL;
}

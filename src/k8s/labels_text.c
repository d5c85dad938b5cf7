/*
 * Label selectors as people write them, by the grammar of apimachinery's
 * labels.Parse, which kubectl uses:
 *
 *	selector     requirement ("," requirement)*, or nothing at all
 *	requirement  ["!"] KEY | KEY operation
 *	operation    ("=" | "==" | "!=") VALUE | ("in" | "notin") values
 *	values       "(" VALUE ("," VALUE)* ")"
 *
 * A VALUE may be empty.  The orders < and >, which compare numbers, have no
 * structured form and are refused.
 */
#include "k8s/labels.h"

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

/* The same, but right here. */
static bool accept_next(struct parser *p, char c)
{
	return p->at < p->text.n && p->text.p[p->at] == c && accept(p, c);
}

/* Up to a blank or a sign; may be empty. */
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

/* As many as there are commas, and one. */
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
		p->wrong = "want ( behind in or notin";
	else do
		items[n++] = text_node(p, word(p));
	while (accept(p, ','));
	if (!p->wrong && !accept(p, ')'))
		p->wrong = "want ) or a comma in a list of values";
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
			p->wrong = "want = behind !";
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
	p->wrong = "want one of =, ==, !=, in, notin";
	return NULL;
}

static const struct node *requirement(struct parser *p)
{
	bool absent = accept(p, '!');
	str key = word(p);

	if (!key.n)
		p->wrong = "want a label's key";
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
			p.wrong = "want a comma";
		else if (!p.wrong && p.text.p[p.at - 1] == ',' && !peek(&p))
			p.wrong = "ends in a comma";
	}
	if (!p.wrong) {
		selector = node_with(a, selector, STR("matchExpressions"),
				     node_new_list(a, NULL, items, n));
		/* keys and values are checked whatever they are compared to */
		if (labels_match(selector, NULL, &why) < 0)
			p.wrong = why.text;
	}
	if (!p.wrong)
		return selector;
	err_set(e, POS_NONE, "`%.*s' is no label selector: %s", STR_ARG(text),
		p.wrong);
	return NULL;
}

/*
 * layout - looks at little of the text at a time, since lines may be as long
 * as the document: JSON often has one line only.
 */
#include "edit/layout.h"

#include <string.h>

#include "edit/diff.h"
#include "tree/utf8.h"

/* How many collections vote on the indentation, and how deep one may be. */
#define SAMPLES 64
#define WIDEST 16
/* How far away line_break_at() looks. */
#define BREAK_DISTANCE 4096

/* True if a line ends between the bytes at - 1 and at. */
static bool breaks_before(str t, size_t at)
{
	char c = t.p[at - 1];

	return c == '\n' || (c == '\r' && (at == t.n || t.p[at] != '\n'));
}

/* The start of a line, or the byte behind its BOM. */
static size_t skip_bom(str t, size_t start)
{
	return str_starts(str_sub(t, start, t.n), STR(UTF8_BOM)) ? start + 3 :
								   start;
}

size_t line_start(str t, size_t at)
{
	while (at > 0 && !breaks_before(t, at))
		at--;
	return skip_bom(t, at);
}

size_t line_end(str t, size_t at)
{
	while (at < t.n && t.p[at] != '\n' && t.p[at] != '\r')
		at++;
	return at;
}

size_t line_next(str t, size_t at)
{
	at = line_end(t, at);
	if (at < t.n && t.p[at] == '\r')
		at++;
	if (at < t.n && t.p[at] == '\n' )
		at++;
	return at;
}

uint32_t line_column(str t, size_t at)
{
	uint32_t n = 0;

	for (; at > 0 && !breaks_before(t, at); at--)
		n += ((unsigned char)t.p[at - 1] & 0xc0) != 0x80;
	return n && skip_bom(t, at) > at ? n - 1 : n;
}

size_t skip_gap(str t, size_t at, bool commas)
{
	for (; at < t.n; at++) {
		if (t.p[at] == '#')
			at = line_end(t, at);
		if (at == t.n)
			break;
		if (!strchr(" \t\r\n", t.p[at]) && !(commas && t.p[at] == ','))
			break;
	}
	return at;
}

bool blank_before(str t, size_t at)
{
	while (at > 0 && is_blank(t.p[at - 1]))
		at--;
	return at == 0 || breaks_before(t, at) ||
	       (at >= 3 && skip_bom(t, at - 3) == at &&
		(at == 3 || breaks_before(t, at - 3)));
}

bool blank_behind(str t, size_t at)
{
	at = skip_blanks(t, at);
	return at == t.n || strchr("\r\n#", t.p[at]);
}

/* Looks at the end of the previous line, or else of this one. */
str line_break_at(str t, size_t at)
{
	size_t low = at > BREAK_DISTANCE ? at - BREAK_DISTANCE : 0, i = at;

	while (i > low && t.p[i - 1] != '\n')
		i--;
	if (i == low)
		i = at + 1 +
		    str_find(str_sub(t, at, at + BREAK_DISTANCE), 0, '\n');
	if (i >= 2 && i <= t.n && t.p[i - 1] == '\n' && t.p[i - 2] == '\r')
		return STR("\r\n");
	return STR("\n");
}

bool spans_lines(str t, const struct node *n)
{
	return str_find(str_sub(t, n->start, n->end), 0, '\n') <
	       n->end - n->start;
}

size_t comments_above(str t, size_t start, size_t floor)
{
	uint32_t column = line_column(t, start);
	size_t line = line_start(t, start);

	while (line > floor) {
		size_t above = line_start(t, line - 1);
		size_t text = skip_blanks(t, above);

		if (above >= line || above < floor || t.p[text] != '#' ||
		    line_column(t, text) != column)
			break;
		line = above;
	}
	return line;
}

size_t behind_comments(str t, size_t end, uint32_t least)
{
	size_t behind = line_next(t, end), at = behind;

	while (at < t.n) {
		size_t text = skip_blanks(t, at);

		if (text < t.n && t.p[text] == '#') {
			if (line_column(t, text) < least)
				break;
			at = behind = line_next(t, text);
		} else if (text < t.n && strchr("\r\n", t.p[text])) {
			at = line_next(t, text);
		} else {
			break;
		}
	}
	return behind;
}

size_t content_start(const struct node *n)
{
	return n->extra && n->extra->content > n->start ? n->extra->content :
							  n->start;
}

uint32_t child_count(const struct node *in)
{
	uint32_t n = in->n;

	if (in->kind == NODE_MAP)
		written_entries(in, &n);
	return n;
}

const struct node *child_value(const struct node *in, uint32_t k)
{
	uint32_t n;

	return in->kind == NODE_LIST ? in->items[k] :
				       written_entries(in, &n)[k].value;
}

size_t child_end(const struct node *in, uint32_t k)
{
	return child_value(in, k)->end;
}

size_t child_start(str t, const struct node *in, uint32_t k)
{
	bool flow = in->flags & NODE_FLOW;

	if (k)
		return skip_gap(t, child_end(in, k - 1), flow);
	if (in->flags & NODE_NO_BRACE || !flow)
		return content_start(in);
	return skip_gap(t, content_start(in) + 1, false);
}

size_t colon_end(str t, const struct node *map, uint32_t k)
{
	uint32_t n;
	const struct entry *e = &written_entries(map, &n)[k];

	if (e->value->flags & NODE_NO_COLON)
		return 0;
	return skip_gap(t, e->key->end, false) + 1;
}

size_t comma_behind(str t, const struct node *in, uint32_t k)
{
	size_t at = skip_gap(t, child_end(in, k), false);

	return at < t.n && t.p[at] == ',' ? at : t.n;
}

uint32_t child_column(str t, const struct node *in)
{
	return line_column(t, child_start(t, in, 0));
}

char quote_of(const struct node *n)
{
	if (n->kind != NODE_STRING || n->flags & NODE_ALIAS)
		return 0;
	return n->style == STYLE_DOUBLE ? '"' :
	       n->style == STYLE_SINGLE ? '\'' : 0;
}

/* How many collections are indented by 0, 1, 2 ... columns: maps under a key,
 * dashes under a key, contents behind a dash. */
struct vote {
	str text;
	uint32_t samples;
	uint32_t step[WIDEST], list[WIDEST], item[WIDEST];
};

static void count_vote(uint32_t *votes, uint32_t from, uint32_t to)
{
	if (to >= from && to - from < WIDEST)
		votes[to - from]++;
}

static void ask(struct vote *v, const struct node *n, uint32_t column);

static void ask_child(struct vote *v, const struct node *in, uint32_t column,
		      const struct node *child)
{
	size_t content = content_start(child);
	bool is_list = in->kind == NODE_LIST;
	uint32_t at;

	if (child->flags & (NODE_ALIAS | NODE_FLOW) ||
	    child->start == child->end || (!is_list && node_is_scalar(child)))
		return;
	at = line_column(v->text, content);
	if (blank_before(v->text, content) != is_list)
		count_vote(is_list ? v->item :
			   child->kind == NODE_MAP ? v->step : v->list,
			   column, at);
	ask(v, child, at);
}

/* A collection whose children are at `column`. */
static void ask(struct vote *v, const struct node *n, uint32_t column)
{
	uint32_t count;

	if (node_is_scalar(n) || n->flags & (NODE_ALIAS | NODE_FLOW) || !n->n ||
	    v->samples++ > SAMPLES)
		return;
	count = child_count(n);
	for (uint32_t i = 0; i < count && v->samples < SAMPLES; i++)
		ask_child(v, n, column, child_value(n, i));
}

/* The most frequent, the smallest of equals; `otherwise` without votes. */
static uint32_t winner(const uint32_t *votes, uint32_t otherwise)
{
	uint32_t best = otherwise;

	for (uint32_t i = 0; i < WIDEST; i++)
		if (votes[i] && (best == otherwise || votes[i] > votes[best]))
			best = i;
	return best;
}

void layout_style(str t, const struct node *root, struct emit_style *style)
{
	struct vote v = { .text = t };

	ask(&v, root, line_column(t, content_start(root)));
	v.step[0] = 0;
	v.item[0] = v.item[1] = 0;
	style->item_offset = winner(v.item, 2);
	style->list_offset = winner(v.list, 0);
	style->step = winner(v.step, style->list_offset ? style->list_offset :
							  2);
}

/* The first list whose first item is a map over several lines, or NULL. */
static const struct node *list_of_maps(str t, const struct node *n)
{
	const struct node *found = NULL;

	if (node_is_scalar(n) || n->flags & NODE_ALIAS || !n->n ||
	    !spans_lines(t, n))
		return NULL;
	if (n->kind == NODE_LIST && n->items[0]->kind == NODE_MAP &&
	    spans_lines(t, n->items[0]))
		return n;
	for (uint32_t i = 0; i < child_count(n) && !found; i++)
		found = list_of_maps(t, child_value(n, i));
	return found;
}

/* The first value that is text, or NULL. */
static const struct node *first_text(const struct node *n)
{
	const struct node *found = NULL;

	if (n->flags & NODE_ALIAS)
		return NULL;
	if (node_is_scalar(n))
		return n->kind == NODE_STRING ? n : NULL;
	for (uint32_t i = 0; i < child_count(n) && !found; i++)
		found = first_text(child_value(n, i));
	return found;
}

void layout_flow_style(str t, const struct node *root,
		       struct emit_style *style)
{
	const struct node *list = list_of_maps(t, root);
	const struct node *text = first_text(root);
	size_t colon = root->kind == NODE_MAP && root->n ?
			       colon_end(t, root, 0) : 0;

	style->tight = style->json && colon && colon < t.n &&
		       !strchr(" \t\r\n", t.p[colon]);
	style->quote = text && text->style == STYLE_DOUBLE ? '"' : 0;
	style->quoted_keys = root->kind == NODE_MAP && root->n &&
			     root->entries[0].key->style == STYLE_DOUBLE;
	style->cuddled = list ? !blank_before(t, list->items[0]->start) :
				style->quote && !style->json;
}

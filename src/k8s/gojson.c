/* gojson - see gojson.h. */
#include "k8s/gojson.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "json/text.h"
#include "k8s/decode.h"

static void write_struct(struct buf *b, const struct schema_type *type,
			 const struct node *n);

/* ---- one value; n NULL: its zero value ---- */

static void write_text(struct buf *b, const struct node *n)
{
	struct buf spelled = BUF_INIT;

	json_write_text_go(b, decode_text(n, &spelled));
	buf_release(&spelled);
}

static void write_bool(struct buf *b, const struct node *n)
{
	buf_addz(b, decode_bool(n) ? "true" : "false");
}

static void write_int(struct buf *b, const struct node *n)
{
	buf_printf(b, "%lld", (long long)decode_int(n));
}

static void write_int_or_text(struct buf *b, const struct node *n)
{
	if (n && n->kind == NODE_STRING)
		write_text(b, n);
	else
		write_int(b, n);
}

/* What is none stays as it is: the API server will have its say. */
static void write_quantity(struct buf *b, const struct node *n)
{
	struct buf spelled = BUF_INIT, text = BUF_INIT;
	struct quantity q;

	if (decode_quantity(&q, n, &spelled))
		buf_adds(&text, decode_text(n, &spelled));
	else
		quantity_text(&text, &q);
	json_write_text_go(b, buf_str(&text));
	quantity_release(&q);
	buf_release(&spelled);
	buf_release(&text);
}

static void write_time(struct buf *b, const struct node *n)
{
	int64_t sec;
	time_t t;
	struct tm tm;

	if (!decode_time(n, &sec)) {
		buf_addz(b, "null");
		return;
	}
	t = (time_t)sec;
	gmtime_r(&t, &tm);
	buf_printf(b, "\"%04d-%02d-%02dT%02d:%02d:%02dZ\"", tm.tm_year + 1900,
		   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		   tm.tm_sec);
}

static void write_raw(struct buf *b, const struct node *n)
{
	if (n)
		json_write_go(b, n);
	else
		buf_addz(b, "null");
}

static void (*const writers[])(struct buf *b, const struct node *n) = {
	[SCHEMA_STRING] = write_text,
	[SCHEMA_BOOL] = write_bool,
	[SCHEMA_INT32] = write_int,
	[SCHEMA_INT64] = write_int,
	[SCHEMA_INT_OR_STRING] = write_int_or_text,
	[SCHEMA_QUANTITY] = write_quantity,
	[SCHEMA_TIME] = write_time,
	[SCHEMA_RAW] = write_raw,
};

/* The value, or one element. */
static void write_one(struct buf *b, const struct schema_field *f,
		      const struct node *n)
{
	if (n && n->kind == NODE_NULL)
		n = NULL;
	if (f->kind == SCHEMA_STRUCT)
		write_struct(b, schema_struct(f), n);
	else
		writers[f->kind](b, n);
}

/* ---- lists and maps ---- */

static void write_list(struct buf *b, const struct schema_field *f,
		       const struct node *n)
{
	buf_addc(b, '[');
	for (uint32_t i = 0; i < n->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		write_one(b, f, n->items[i]);
	}
	buf_addc(b, ']');
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(node_text(((const struct entry *)a)->key),
		       node_text(((const struct entry *)b)->key));
}

static void write_map(struct buf *b, const struct schema_field *f,
		      const struct node *n)
{
	struct entry *sorted = mem_alloc(n->n * sizeof(*sorted) + 1);

	if (n->n) {
		memcpy(sorted, n->entries, n->n * sizeof(*sorted));
		qsort(sorted, n->n, sizeof(*sorted), by_key);
	}
	buf_addc(b, '{');
	for (uint32_t i = 0; i < n->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		json_write_text_go(b, node_text(sorted[i].key));
		buf_addc(b, ':');
		write_one(b, f, sorted[i].value);
	}
	buf_addc(b, '}');
	free(sorted);
}

/* ---- fields ---- */

static bool is_list_or_map(const struct schema_field *f, const struct node *n)
{
	return n && n->kind == (f->shape == SCHEMA_LIST ? NODE_LIST : NODE_MAP);
}

/* Is it what omitempty leaves out?  Never a struct, so neither a quantity. */
static bool is_empty(const struct schema_field *f, const struct node *n)
{
	struct buf spelled = BUF_INIT;
	bool empty;

	if (f->shape != SCHEMA_ONE)
		return !is_list_or_map(f, n) || !n->n;
	if (f->flags & SCHEMA_POINTER)
		return !n;
	switch (f->kind) {
	case SCHEMA_STRING:
		empty = !decode_text(n, &spelled).n;
		buf_release(&spelled);
		return empty;
	case SCHEMA_BOOL:
		return !decode_bool(n);
	case SCHEMA_INT32:
	case SCHEMA_INT64:
		return !decode_int(n);
	default:
		return false;
	}
}

static bool is_omitted(const struct schema_field *f, const struct node *n)
{
	int64_t sec;

	if ((f->flags & SCHEMA_OMITEMPTY) && is_empty(f, n))
		return true;
	return (f->flags & SCHEMA_OMITZERO) && f->kind == SCHEMA_TIME &&
	       !decode_time(n, &sec);
}

static void write_value(struct buf *b, const struct schema_field *f,
			const struct node *n)
{
	if (f->shape == SCHEMA_ONE && (n || !(f->flags & SCHEMA_POINTER)))
		write_one(b, f, n);
	else if (f->shape == SCHEMA_ONE || !is_list_or_map(f, n))
		buf_addz(b, "null");
	else if (f->shape == SCHEMA_LIST)
		write_list(b, f, n);
	else
		write_map(b, f, n);
}

/* Embedded structs stand where they are declared, without braces. */
static void write_fields(struct buf *b, const struct schema_type *type,
			 const struct node *n, size_t start)
{
	uint32_t count;
	const struct schema_field *f = schema_fields(type, &count);

	for (; count; count--, f++) {
		const struct node *value;

		if (f->flags & SCHEMA_INLINE) {
			write_fields(b, schema_struct(f), n, start);
			continue;
		}
		value = decode_field(n, f);
		if (is_omitted(f, value))
			continue;
		if (b->n > start)
			buf_addc(b, ',');
		json_write_text(b, (str){ schema_text(f->json),
					  f->json_length });
		buf_addc(b, ':');
		write_value(b, f, value);
	}
}

static void write_struct(struct buf *b, const struct schema_type *type,
			 const struct node *n)
{
	buf_addc(b, '{');
	write_fields(b, type, n, b->n);
	buf_addc(b, '}');
}

void gojson_write_value(struct buf *b, enum schema_kind kind,
			const struct node *n)
{
	if (n && n->kind == NODE_NULL)
		n = NULL;
	writers[kind](b, n);
}

void gojson_write(struct buf *b, const char *type, const struct node *n)
{
	const struct schema_type *t = schema_type(str_of(type));

	assert(t);
	if (n && n->kind == NODE_NULL)
		n = NULL;
	write_struct(b, t, n);
}

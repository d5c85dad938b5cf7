#include "k8s/typed.h"

#include <math.h>

#include "k8s/gojson.h"
#include "k8s/schema.h"
#include "tree/scalar.h"

/* ---- places ---- */

/* Keys with dots or slashes are quoted: annotations["a.b/c"]. */
static bool needs_quotes(str key)
{
	if (!key.n)
		return true;
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (c <= ' ' || c == '.' || c == '/' || c == '[' || c == '"')
			return true;
	}
	return false;
}

static void step_text(struct buf *b, const struct place *place)
{
	if (!place->key.p) {
		buf_printf(b, "[%u]", place->index);
	} else if (needs_quotes(place->key)) {
		buf_addz(b, "[\"");
		buf_adds(b, place->key);
		buf_addz(b, "\"]");
	} else {
		if (place->up->up)
			buf_addc(b, '.');
		buf_adds(b, place->key);
	}
}

static void path_text(struct buf *b, const struct place *place)
{
	if (!place->up)
		return;
	path_text(b, place->up);
	step_text(b, place);
}

void place_text(struct buf *b, const struct place *place)
{
	if (place->up)
		path_text(b, place);
	else
		buf_addz(b, "the document");
}

/* ---- checks ---- */

static bool is_number(const struct node *n)
{
	return n->kind == NODE_INT || n->kind == NODE_UINT ||
	       n->kind == NODE_FLOAT;
}

static int wrong(const struct node *n, const struct place *place,
		 const char *want, struct err *e)
{
	struct buf path = BUF_INIT;

	place_text(&path, place);
	if (is_number(n))
		err_set(e, node_pos(n), "%s: expected %s, found %.*s",
			buf_z(&path), want, STR_ARG(node_text(n)));
	else
		err_set(e, node_pos(n), "%s: expected %s, found %s",
			buf_z(&path), want, node_kind_name(n));
	buf_release(&path);
	return -1;
}

/* The whole number of the node's JSON: 1.0 and 1e3 of YAML become 1 and 1000,
 * and from 1e21 on they have an exponent. */
static bool whole(const struct node *n, int64_t low, int64_t high)
{
	int64_t i;
	double d;

	if (n->kind == NODE_INT)
		return scalar_int64(n, &i) && i >= low && i <= high;
	if (n->kind != NODE_FLOAT)
		return false;
	d = scalar_double(n);
	return d == floor(d) && fabs(d) < 9.2e18 && (int64_t)d >= low &&
	       (int64_t)d <= high;
}

static bool is_text(const struct node *n)
{
	return n->kind == NODE_STRING;
}

static bool is_bool(const struct node *n)
{
	return n->kind == NODE_BOOL;
}

static bool is_int32(const struct node *n)
{
	return whole(n, INT32_MIN, INT32_MAX);
}

static bool is_int64(const struct node *n)
{
	return whole(n, INT64_MIN, INT64_MAX);
}

static bool is_int_or_text(const struct node *n)
{
	return is_text(n) || is_int32(n);
}

static bool is_quantity(const struct node *n)
{
	return is_text(n) || is_number(n);
}

static const struct {
	bool (*right)(const struct node *n);
	const char *want;
	const char *want_number;	/* where a number was found */
} kinds[] = {
	[SCHEMA_STRING] = { node_is_scalar, "text", "text" },
	[SCHEMA_BOOL] = { is_bool, "true or false", "true or false" },
	[SCHEMA_INT32] = { is_int32, "a whole number",
			   "a whole number of 32 bits" },
	[SCHEMA_INT64] = { is_int64, "a whole number",
			   "a whole number of 64 bits" },
	[SCHEMA_INT_OR_STRING] = { is_int_or_text, "a whole number or text",
				   "a whole number of 32 bits or text" },
	[SCHEMA_QUANTITY] = { is_quantity, "a quantity", "a quantity" },
	[SCHEMA_TIME] = { is_text, "a time", "a time in quotes" },
};

struct check {
	bool json;		/* only text is text */
	struct typed_hooks hooks;
	struct err *err;
};

/* ---- quantities and times ---- */

static bool is_valid_quantity(const struct node *n, struct err *why)
{
	struct buf spelled = BUF_INIT;
	struct quantity q;
	bool valid = !decode_quantity(&q, n, &spelled, why);

	quantity_release(&q);
	buf_release(&spelled);
	return valid;
}

/* As the UnmarshalJSON of resource.Quantity and metav1.Time. */
static int check_syntax(const struct schema_field *field,
			const struct node *n, const struct place *place,
			const struct check *c)
{
	struct err why = ERR_INIT;
	struct buf path = BUF_INIT;
	bool valid = field->kind == SCHEMA_QUANTITY ?
			     is_valid_quantity(n, &why) : decode_is_time(n);

	if (valid)
		return 0;
	if (field->kind == SCHEMA_TIME)
		err_set(&why, POS_NONE, "a time is written as "
			"2006-01-02T15:04:05Z");
	if (c->hooks.invalid) {
		c->hooks.invalid(c->hooks.ctx, n, place, why.text);
		return 0;
	}
	place_text(&path, place);
	err_set(c->err, node_pos(n), "%s: \"%.*s\": %s", buf_z(&path),
		STR_ARG(node_text(n)), why.text);
	buf_release(&path);
	return -1;
}

/* ---- the walk ---- */

static int check_struct(const struct schema_type *type, const struct node *n,
			const struct place *place, const struct check *c);

/* A value, or one element of a list or map. */
static int check_one(const struct schema_field *field, const struct node *n,
		     const struct place *place, const struct check *c)
{
	if (field->kind == SCHEMA_STRING && is_text(n))
		return 0;	/* as most are */
	if (n->kind == NODE_NULL || field->kind == SCHEMA_RAW)
		return 0;
	if (field->kind == SCHEMA_STRUCT)
		return check_struct(schema_struct(field), n, place, c);
	if (field->kind != SCHEMA_STRING && decode_is_variable(n))
		return 0;
	if (kinds[field->kind].right(n) &&
	    !(c->json && field->kind == SCHEMA_STRING)) {
		if (field->kind == SCHEMA_STRING && c->hooks.not_text)
			c->hooks.not_text(c->hooks.ctx);
		return field->kind == SCHEMA_QUANTITY ||
		       field->kind == SCHEMA_TIME ?
			       check_syntax(field, n, place, c) : 0;
	}
	return wrong(n, place, is_number(n) ? kinds[field->kind].want_number
					    : kinds[field->kind].want, c->err);
}

static int check_field(const struct schema_field *field, const struct node *n,
		       const struct place *place, const struct check *c)
{
	if (field->shape == SCHEMA_ONE || n->kind == NODE_NULL)
		return check_one(field, n, place, c);
	if (field->shape == SCHEMA_LIST && n->kind != NODE_LIST)
		return wrong(n, place, "a list", c->err);
	if (field->shape == SCHEMA_MAP && n->kind != NODE_MAP)
		return wrong(n, place, "a map", c->err);
	for (uint32_t i = 0; i < n->n; i++) {
		struct place here = place_item(place, i);
		const struct node *element;

		if (field->shape == SCHEMA_MAP) {
			here = place_key(place, node_text(n->entries[i].key));
			element = n->entries[i].value;
		} else {
			element = n->items[i];
		}
		if (check_one(field, element, &here, c))
			return -1;
	}
	return 0;
}

static int check_struct(const struct schema_type *type, const struct node *n,
			const struct place *place, const struct check *c)
{
	if (n->kind != NODE_MAP)
		return wrong(n, place, "a map", c->err);
	for (uint32_t i = 0; i < n->n; i++) {
		str key = node_text(n->entries[i].key);
		const struct schema_field *field = schema_field(type, key);
		struct place here = place_key(place, key);

		if (!field && c->hooks.unknown)
			c->hooks.unknown(c->hooks.ctx, type,
					 n->entries[i].key, &here);
		if (field && check_field(field, n->entries[i].value, &here, c))
			return -1;
	}
	return 0;
}

static int check(const char *type, const struct node *object,
		 const struct check *c)
{
	const struct schema_type *t = type ? schema_type(str_of(type)) : NULL;
	struct place root = PLACE_ROOT;

	if (!t || object->kind == NODE_NULL)
		return 0;
	return check_struct(t, object, &root, c);
}

int typed_check(const char *type, const struct node *object,
		const struct typed_hooks *hooks, struct err *e)
{
	struct check c = { .err = e };

	if (hooks)
		c.hooks = *hooks;
	return check(type, object, &c);
}

int typed_check_json(const char *type, const struct node *object,
		     struct err *e)
{
	const struct check c = { .json = true, .err = e };

	return check(type, object, &c);
}

static void note_unknown(void *ctx, const struct schema_type *type,
			 const struct node *key, const struct place *place)
{
	(void)type;
	(void)key;
	(void)place;
	*(bool *)ctx = true;
}

int typed_check_folded(struct arena *a, const char *type,
		       const struct node **object, struct err *e)
{
	bool unknown = false;
	const struct check c = { .json = true,
				 .hooks = { .unknown = note_unknown,
					    .ctx = &unknown } };

	if (!check(type, *object, &c) && !unknown)
		return 0;
	*object = typed_fold_keys(a, type, *object);
	return typed_check_json(type, *object, e);
}

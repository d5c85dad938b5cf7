/*
 * json_schema - validate a tree against a JSON Schema.
 *
 * Knows the keywords that docs/report.schema.json and tests/sarif.schema.json
 * use; a schema with any other keyword rejects everything.
 */
#ifndef TESTS_JSON_SCHEMA_H
#define TESTS_JSON_SCHEMA_H

#include "base/array.h"
#include "tree/node.h"
#include "tree/scalar.h"

struct json_schema {
	const struct node *root;	/* of the schema */
	struct err *err;		/* the first that is wrong */
};

static inline bool json_schema_holds(const struct json_schema *s,
				     const struct node *schema,
				     const struct node *n);

static inline bool json_schema_wrong(const struct json_schema *s,
				     const struct node *n, const char *what)
{
	return err_set(s->err, node_pos(n), "%s", what) == 0;
}

static inline bool json_schema_type(const struct json_schema *s,
				    const struct node *type,
				    const struct node *n)
{
	static const char *const names[] = {
		[NODE_NULL] = "null", [NODE_BOOL] = "boolean",
		[NODE_INT] = "integer", [NODE_UINT] = "integer",
		[NODE_FLOAT] = "number", [NODE_STRING] = "string",
		[NODE_MAP] = "object", [NODE_LIST] = "array",
	};

	return str_eq(node_text(type), str_of(names[n->kind])) ||
	       json_schema_wrong(s, n, "type");
}

static inline bool json_schema_enum(const struct json_schema *s,
				    const struct node *values,
				    const struct node *n)
{
	for (uint32_t i = 0; i < values->n; i++)
		if (node_equal(values->items[i], n))
			return true;
	return json_schema_wrong(s, n, "enum");
}

static inline bool json_schema_required(const struct json_schema *s,
					const struct node *keys,
					const struct node *n)
{
	for (uint32_t i = 0; i < keys->n; i++)
		if (!node_get(n, node_text(keys->items[i])))
			return json_schema_wrong(s, n, "required");
	return true;
}

/* With additionalProperties false, which all of them have. */
static inline bool json_schema_properties(const struct json_schema *s,
					  const struct node *known,
					  const struct node *n)
{
	for (uint32_t i = 0; i < n->n; i++) {
		str key = node_text(n->entries[i].key);
		const struct node *schema = node_get(known, key);

		if (!schema)
			return json_schema_wrong(s, n, "a property too many");
		if (!json_schema_holds(s, schema, n->entries[i].value))
			return false;
	}
	return true;
}

static inline bool json_schema_items(const struct json_schema *s,
				     const struct node *schema,
				     const struct node *n)
{
	for (uint32_t i = 0; i < n->n; i++)
		if (!json_schema_holds(s, schema, n->items[i]))
			return false;
	return true;
}

static inline bool json_schema_any(const struct json_schema *s,
				   const struct node *schemas,
				   const struct node *n)
{
	const struct json_schema quiet = { s->root, NULL };

	for (uint32_t i = 0; i < schemas->n; i++)
		if (json_schema_holds(&quiet, schemas->items[i], n))
			return true;
	return json_schema_wrong(s, n, "anyOf");
}

/* "#/$defs/name" */
static inline bool json_schema_ref(const struct json_schema *s,
				   const struct node *ref,
				   const struct node *n)
{
	str name = str_sub(node_text(ref), strlen("#/$defs/"), ref->n);
	const struct node *defs = node_get(s->root, STR("$defs"));

	return json_schema_holds(s, node_get(defs, name), n);
}

static inline bool json_schema_minimum(const struct json_schema *s,
				       const struct node *least,
				       const struct node *n)
{
	return scalar_double(n) >= scalar_double(least) ||
	       json_schema_wrong(s, n, "minimum");
}

static inline bool json_schema_nothing(const struct json_schema *s,
				       const struct node *value,
				       const struct node *n)
{
	(void)s;
	(void)value;
	(void)n;
	return true;
}

static inline bool json_schema_holds(const struct json_schema *s,
				     const struct node *schema,
				     const struct node *n)
{
	static const struct {
		const char *word;
		bool (*holds)(const struct json_schema *s,
			      const struct node *value, const struct node *n);
	} words[] = {
		{ "type", json_schema_type },
		{ "enum", json_schema_enum },
		{ "required", json_schema_required },
		{ "properties", json_schema_properties },
		{ "items", json_schema_items },
		{ "anyOf", json_schema_any },
		{ "$ref", json_schema_ref },
		{ "minimum", json_schema_minimum },
		{ "additionalProperties", json_schema_nothing },
		{ "$schema", json_schema_nothing },
		{ "title", json_schema_nothing },
		{ "description", json_schema_nothing },
		{ "$defs", json_schema_nothing },
	};

	for (uint32_t i = 0; i < schema->n; i++) {
		str word = node_text(schema->entries[i].key);
		const struct node *value = schema->entries[i].value;
		size_t w = 0;

		while (w < ARRAY_SIZE(words) &&
		       !str_eq(word, str_of(words[w].word)))
			w++;
		if (w == ARRAY_SIZE(words))
			return json_schema_wrong(s, n, "an unknown word");
		if (!words[w].holds(s, value, n))
			return false;
	}
	return true;
}

#endif

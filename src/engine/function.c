/*
 * The document as a call of a KRM function (the KRM Functions Specification of
 * kustomize and kpt): a ResourceList, in which skipped workloads, warnings and
 * an error become `results` for the program that calls.  Its items are injected
 * like those of any list (k8s/workload); its functionConfig is for the command
 * (project/file.c).
 *
 *	results:
 *	- message: 'skipped: host networking'
 *	  severity: info
 *	  resourceRef: {apiVersion: apps/v1, kind: Deployment, name: web}
 *	  file: {path: web.yaml, index: 0}
 *
 * Undo notes are left out: the items are sent to files of their own, or to a
 * cluster, and the text around them is gone by then.
 */
#include "edit/diff.h"
#include "edit/splice.h"
#include "engine/run.h"
#include "k8s/workload.h"

void function_begin(struct run *r, const struct document *doc)
{
	const struct injector *in = r->injector;
	bool answers = in->task == INJECTOR_INJECT && !in->render &&
		       in->format == INJECTOR_YAML &&
		       workload_is_resource_list(doc->root);

	r->function = (struct function){ .list = answers ? doc->root : NULL };
}

/* ---- a result ---- */

static const struct node *add(struct run *r, const struct node *map,
			      const char *key, const struct node *value)
{
	return node_with(&r->doc, map, str_of(key), value);
}

static const struct node *add_text(struct run *r, const struct node *map,
				   const char *key, str text)
{
	if (!text.n)
		return map;
	return add(r, map, key,
		   node_new_string(&r->doc, arena_str(&r->doc, text)));
}

static const struct node *reference(struct run *r, const struct node *object)
{
	const struct node *ref = node_new(&r->doc, NODE_MAP);
	str namespace = node_string(node_find(object, "metadata.namespace"));

	ref = add_text(r, ref, "apiVersion",
		       node_string(node_get(object, STR("apiVersion"))));
	ref = add_text(r, ref, "kind", str_of(run_kind(r)));
	ref = add_text(r, ref, "namespace", namespace);
	return add_text(r, ref, "name", str_of(run_name(r)));
}

/* An annotation that says which file the object is of.  The caller's are
 * internal since v1; older ones are without that. */
static str file_annotation(const struct node *object, const char *name)
{
	const struct node *all = node_find(object, "metadata.annotations");
	const struct node *value;
	struct buf key = BUF_INIT;

	buf_printf(&key, "internal.config.kubernetes.io/%s", name);
	value = node_get(all, buf_str(&key));
	if (!value)
		value = node_get(all, str_sub(buf_str(&key),
					      STR("internal.").n, key.n));
	buf_release(&key);
	return node_string(value);
}

static bool is_index(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return text.n && text.n < 10;
}

/* NULL: the object is of no file. */
static const struct node *file_of(struct run *r, const struct node *object)
{
	str path = file_annotation(object, "path");
	str index = file_annotation(object, "index");
	const struct node *file = node_new(&r->doc, NODE_MAP);
	struct node *number;

	if (!path.n)
		return NULL;
	file = add_text(r, file, "path", path);
	if (!is_index(index))
		return file;
	number = node_new(&r->doc, NODE_INT);
	number->text = index.p;
	number->n = (uint32_t)index.n;
	return add(r, file, "index", number);
}

static void add_result(struct run *r, const char *severity, str message,
		       const char *warning)
{
	struct function *f = &r->function;
	const struct node *object = r->visit.object, *file = NULL;
	const struct node *result = node_new(&r->doc, NODE_MAP);
	const struct node *tags = node_new(&r->doc, NODE_MAP);

	result = add_text(r, result, "message", message);
	result = add_text(r, result, "severity", str_of(severity));
	if (object) {
		result = add(r, result, "resourceRef", reference(r, object));
		file = file_of(r, object);
	}
	if (file)
		result = add(r, result, "file", file);
	if (warning)
		result = add(r, result, "tags",
			     add_text(r, tags, "warning", str_of(warning)));
	f->results = arena_extend(&r->doc, f->results, f->n, &f->capacity,
				  sizeof(*f->results));
	f->results[f->n++] = result;
}

void function_event(struct run *r, const struct injector_event *event)
{
	if (event->outcome == INJECTOR_WARNING)
		add_result(r, "warning", str_of(event->text), event->warning);
	else if (event->outcome == INJECTOR_SKIPPED && !event->excluded)
		add_result(r, "info", arena_printf(&r->doc, "skipped: %s",
						   event->text), NULL);
}

/* ---- the answer ---- */

/* Do the last results of the list say the same already? */
static bool has_results(const struct node *list, const struct function *f)
{
	if (list->n < f->n)
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!node_equal(list->items[list->n - f->n + i],
				f->results[i]))
			return false;
	return true;
}

/* Those of functions that ran before are kept. */
const struct node *function_answer(struct run *r, const struct node *root)
{
	const struct function *f = &r->function;
	const struct node *old = node_get(root, STR("results")), *list;
	const struct node **items;
	uint32_t n = old && old->kind == NODE_LIST ? old->n : 0;

	if (!f->n || (n && has_results(old, f)))
		return root;
	items = arena_array(&r->doc, const struct node *, n + f->n);
	for (uint32_t i = 0; i < n; i++)
		items[i] = old->items[i];
	for (size_t i = 0; i < f->n; i++)
		items[n + i] = f->results[i];
	list = node_new_list(&r->doc, n ? old : NULL, items,
			     n + (uint32_t)f->n);
	return add(r, root, "results", list);
}

void function_fail(struct run *r, const struct document *doc, size_t from)
{
	if (!r->function.list || splice_is_delicate(doc))
		return;
	r->out.pending.n = from;
	add_result(r, "error", str_of(r->err.text), NULL);
	splice(&r->doc, doc,
	       diff(&r->doc, doc, function_answer(r, doc->root)),
	       &r->out.pending);
	r->function.failed = true;
}

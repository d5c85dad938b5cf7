/*
 * Which Namespaces the webhook serves: the namespaceSelectors of Istio's
 * MutatingWebhookConfiguration.  Pods that opt out were not injected here
 * either.  A second injection starts from the Pod as it is (webhook.go:
 * injectPod): the cluster's templates are merged over the results of these.
 */
#include "check/namespaces.h"

#include "base/array.h"
#include "k8s/workload.h"

static uint32_t *slot_of(const struct namespaces *all, str name)
{
	uint32_t i = str_hash(name) & all->mask;

	while (all->slots[i] &&
	       !str_eq(all->at[all->slots[i] - 1].name, name))
		i = (i + 1) & all->mask;
	return &all->slots[i];
}

/* The old array stays in the arena: at most as much memory again. */
static void grow(struct namespaces *all)
{
	uint32_t room = all->room ? all->room * 2 : 8;
	struct namespace *at = arena_array(all->arena, struct namespace, room);

	if (all->n)
		memcpy(at, all->at, all->n * sizeof(*at));
	all->at = at;
	all->room = room;
	all->mask = room * 2 - 1;
	all->slots = arena_zalloc_array(all->arena, room * 2,
					sizeof(*all->slots));
	for (uint32_t i = 0; i < all->n; i++)
		*slot_of(all, at[i].name) = i + 1;
}

/* The namespace with that name, a new one if needed; NULL if there are too
 * many. */
static struct namespace *get(struct namespaces *all, str name)
{
	uint32_t *slot;

	if (all->n == all->room)
		grow(all);
	slot = slot_of(all, name);
	if (!*slot) {
		if (all->n == all->most)
			return NULL;
		all->at[all->n++] = (struct namespace){
			.name = arena_str(all->arena, name) };
		*slot = all->n;
	}
	return &all->at[*slot - 1];
}

/* ---- manifests of namespaces ---- */

static struct namespace_label label_at(struct arena *a, const char *key,
				       const struct node *value)
{
	struct namespace_label label = {
		arena_printf(a, "%s=%.*s", key, STR_ARG(node_text(value))).p,
		node_pos(value),
	};

	/* the reader's file name does not live as long */
	if (label.pos.file)
		label.pos.file = arena_str(a, str_of(label.pos.file)).p;
	return label;
}

#define INJECTION "istio-injection"
#define REVISION "istio.io/rev"
#define ENFORCE "pod-security.kubernetes.io/enforce"

/* istio-injection overrides the revision, whatever its value. */
static void read_injection(struct arena *a, struct namespace *n,
			   const struct node *labels)
{
	const struct node *injection = node_get(labels, STR(INJECTION));
	const struct node *revision = node_get(labels, STR(REVISION));

	if (str_eq(node_string(injection), STR("enabled")))
		n->injects = label_at(a, INJECTION, injection);
	else if (node_string(injection).n)
		n->refuses = label_at(a, INJECTION, injection);
	else if (!injection && node_string(revision).n)
		n->injects = label_at(a, REVISION, revision);
}

static void read_namespace(struct namespaces *all, const struct node *object)
{
	const struct node *meta = node_get(object, STR("metadata"));
	const struct node *labels = node_get(meta, STR("labels"));
	const struct node *enforce = node_get(labels, STR(ENFORCE));
	str name = node_string(node_get(meta, STR("name")));
	struct namespace *n = name.n && labels ? get(all, name) : NULL;

	if (!n)
		return;
	read_injection(all->arena, n, labels);
	if (node_string(enforce).n)
		n->enforces = label_at(all->arena, ENFORCE, enforce);
}

void namespaces_read(struct namespaces *all, const struct node *object)
{
	str kind = node_string(node_get(object, STR("kind")));
	const struct workload *item;
	const struct node *items;

	if (str_eq(kind, STR("Namespace"))) {
		read_namespace(all, object);
		return;
	}
	if (!str_eq(kind, STR("List")) && !str_eq(kind, STR("NamespaceList")) &&
	    !workload_is_list(object, &item))
		return;
	items = node_get(object, workload_items_key(object));
	for (uint32_t i = 0; items && items->kind == NODE_LIST && i < items->n;
	     i++)
		namespaces_read(all, items->items[i]);
}

/* ---- injected pods ---- */

static void record_security(struct namespaces *all, struct namespace *n,
			  const struct warn *w)
{
	struct buf b = BUF_INIT;

	for (enum security_level i = 0; i < SECURITY_LEVELS; i++) {
		if (n->forbidden[i])
			continue;
		buf_clear(&b);
		if (security_forbids(i, w->pod, &b))
			n->forbidden[i] = arena_printf(all->arena,
				"%s %s/%s: %s", w->kind, w->namespace,
				w->name, buf_z(&b)).p;
	}
	buf_release(&b);
}

static const char *object_name(struct namespaces *all, const struct warn *w)
{
	return arena_printf(all->arena, "%s %s/%s", w->kind, w->namespace,
			    w->name).p;
}

/* Does the Pod itself ask for Istio's sidecar? */
static bool says_yes(const struct node *pod)
{
	static const char *const maps[] = { "labels", "annotations" };
	const struct node *meta = node_get(pod, STR("metadata"));

	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		const struct node *map = node_get(meta, str_of(maps[i]));

		if (str_eq(node_string(node_get(map,
						STR("sidecar.istio.io/inject"))),
			   STR("true")))
			return true;
	}
	return false;
}

void namespaces_injected(struct namespaces *all, const struct warn *w,
			 bool istio)
{
	struct namespace *n = get(all, str_of(w->namespace));

	if (!n)
		return;
	if (istio && !n->injected)
		n->injected = object_name(all, w);
	if (istio && !n->unasked && !says_yes(w->pod))
		n->unasked = object_name(all, w);
	if (!warn_has(w->off, WARN_RESTRICTED))
		record_security(all, n, w);
}

/* ---- what was recorded elsewhere ---- */

static void merge_text(struct arena *a, const char **to, const char *from)
{
	if (!*to && from)
		*to = arena_str(a, str_of(from)).p;
}

/* The last manifest decides. */
static void merge_label(struct arena *a, struct namespace_label *to,
			const struct namespace_label *from)
{
	if (!from->text)
		return;
	*to = *from;
	to->text = arena_str(a, str_of(from->text)).p;
	if (from->pos.file)
		to->pos.file = arena_str(a, str_of(from->pos.file)).p;
}

void namespaces_merge(struct namespaces *all, const struct namespaces *later)
{
	struct arena *a = all->arena;

	for (uint32_t i = 0; i < later->n; i++) {
		const struct namespace *from = &later->at[i];
		struct namespace *to = get(all, from->name);

		if (!to)
			continue;
		merge_label(a, &to->injects, &from->injects);
		merge_label(a, &to->refuses, &from->refuses);
		merge_label(a, &to->enforces, &from->enforces);
		merge_text(a, &to->injected, from->injected);
		merge_text(a, &to->unasked, from->unasked);
		for (size_t k = 0; k < ARRAY_SIZE(to->forbidden); k++)
			merge_text(a, &to->forbidden[k], from->forbidden[k]);
	}
}

/* Each merge goes through all of them. */
#define MERGED_MOST 16

/* A label overrides those that were merged before, and another workload as an
 * example is not needed. */
bool namespaces_merged(struct namespaces *all)
{
	const struct namespace_label none = { .text = NULL };

	for (uint32_t i = 0; i < all->n; i++) {
		struct namespace *n = &all->at[i];

		n->injects = n->refuses = n->enforces = none;
	}
	return all->n <= MERGED_MOST;
}

/* ---- at the end ---- */

static void emit_injected(const struct namespace *n, namespaces_emit_fn *emit,
			  void *ctx)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "namespace %.*s has label %s: the cluster injects %s "
		   "again, with its own configuration over this one",
		   STR_ARG(n->name), n->injects.text, n->injected);
	emit(ctx, WARN_DOUBLE_INJECTION, n->injects.pos, buf_z(&b));
	buf_release(&b);
}

static void emit_disabled(const struct namespace *n, namespaces_emit_fn *emit,
			  void *ctx)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "namespace %.*s has label %s, but %s was injected, "
		   "since only the cluster reads that label; use --skip "
		   "'%.*s/*/*' to leave its workloads alone",
		   STR_ARG(n->name), n->refuses.text, n->unasked,
		   STR_ARG(n->name));
	emit(ctx, WARN_NAMESPACE_DISABLED, n->refuses.pos, buf_z(&b));
	buf_release(&b);
}

static void emit_forbidden(const struct namespace *n, namespaces_emit_fn *emit,
			   void *ctx)
{
	const char *level = strchr(n->enforces.text, '=') + 1;
	struct buf b = BUF_INIT;

	for (enum security_level i = 0; i < SECURITY_LEVELS; i++) {
		if (strcmp(level, security_level_names[i]) != 0 ||
		    !n->forbidden[i])
			continue;
		buf_printf(&b, "namespace %.*s enforces pod security %s, "
			   "which rejects %s", STR_ARG(n->name), level,
			   n->forbidden[i]);
		emit(ctx, WARN_RESTRICTED, n->enforces.pos, buf_z(&b));
	}
	buf_release(&b);
}

void namespaces_end(const struct namespaces *all, namespaces_emit_fn *emit,
		    void *ctx)
{
	for (uint32_t i = 0; i < all->n; i++) {
		const struct namespace *n = &all->at[i];

		if (n->injects.text && n->injected)
			emit_injected(n, emit, ctx);
		if (n->refuses.text && n->unasked)
			emit_disabled(n, emit, ctx);
		if (n->enforces.text)
			emit_forbidden(n, emit, ctx);
	}
}

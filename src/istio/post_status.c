/*
 * The annotation that says what was injected, and the metadata that goes with
 * it (inject.go: SidecarInjectionStatus, injectionStatus; webhook.go:
 * getInjectionStatus, parseStatus, applyMetadata).
 *
 * What it lists are the names in the templates' sum, those of the user's
 * containers that a template changes included.
 */
#include "base/array.h"
#include "istio/post_step.h"

#include "json/text.h"

#define LABEL_NETWORK STR("topology.istio.io/network")

/* In the order of Go's struct. */
static const char *const status_lists[] = {
	"initContainers", "containers", "volumes", "imagePullSecrets",
};

#define N_STATUS_LISTS (ARRAY_SIZE(status_lists))

/* Absent, null, or a list of texts and nulls. */
static bool is_names(const struct node *n)
{
	if (!n || n->kind == NODE_NULL)
		return true;
	if (n->kind != NODE_LIST)
		return false;
	for (uint32_t i = 0; i < n->n; i++)
		if (n->items[i]->kind != NODE_STRING &&
		    n->items[i]->kind != NODE_NULL)
			return false;
	return true;
}

struct injected injected_read(const struct injection *in)
{
	const struct node *note = pod_note(in->pod, NOTE_STATUS);
	struct injected injected = { note != NULL, NULL };
	const struct node *status = note ? note_json(in, note, NULL) : NULL;

	if (!status || status->kind != NODE_MAP)
		return injected;
	for (size_t i = 0; i < N_STATUS_LISTS; i++)
		if (!is_names(node_get(status, str_of(status_lists[i]))))
			return injected;
	injected.status = status;
	return injected;
}

bool injected_has(const struct injected *injected, enum pod_list list, str name)
{
	const struct node *names = node_get(injected->status,
					    pod_list_key(list));

	for (uint32_t i = 0; i < pod_count(names); i++)
		if (pod_text_is(node_item(names, i), name))
			return true;
	return false;
}

/* ["a","b"], or null where there is none, as Go's nil slice. */
static void write_names(struct arena *a, struct buf *b,
			const struct node *list)
{
	if (!pod_count(list)) {
		buf_addz(b, "null");
		return;
	}
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *name = node_get(node_item(list, i),
						   STR("name"));

		buf_addc(b, i ? ',' : '[');
		json_write_text_go(b, pod_text(a, name));
	}
	buf_addc(b, ']');
}

static str status_text(const struct injection *in)
{
	const struct node *spec = node_get(in->rendered, STR("spec"));
	str revision = in->istio->revision, text;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < N_STATUS_LISTS; i++) {
		buf_printf(&b, "%c\"%s\":", i ? ',' : '{', status_lists[i]);
		write_names(in->arena, &b,
			    node_get(spec, str_of(status_lists[i])));
	}
	buf_addz(&b, ",\"revision\":");
	json_write_text_go(&b, revision.n ? revision : STR("default"));
	buf_addc(&b, '}');
	text = arena_str(in->arena, buf_str(&b));
	buf_release(&b);
	return text;
}

const struct node *post_metadata(const struct injection *in,
				 const struct node *pod, struct err *e)
{
	const struct node *more = in->istio->inject.injected_annotations;
	struct arena *a = in->arena;

	(void)e;
	if (in->network.n)
		pod = pod_label_with(a, pod, LABEL_NETWORK, in->network);
	pod = pod_annotate(a, pod, NOTE_STATUS, status_text(in));
	/* kube-inject passes none of them on */
	if (!in->istio->policy || !more || more->kind != NODE_MAP)
		return pod;
	for (uint32_t i = 0; i < more->n; i++)
		pod = pod_annotate(a, pod, node_text(more->entries[i].key),
				   pod_text(a, more->entries[i].value));
	return pod;
}

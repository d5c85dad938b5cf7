/*
 * istio/mesh: a MeshConfig, and behind a line `---` what a pod's annotation
 * says.
 *
 * Besides not failing in any other way than by an error:
 *   - what was read is canonical: read once more it is the same, and its JSON
 *     means the same;
 *   - a mesh that was made can be read as a file;
 *   - an annotation that was applied changes nothing when applied again.
 */
#include <stdlib.h>
#include <string.h>

#include "mesh/mesh.h"
#include "json/scan.h"
#include "yaml/read.h"

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

static void canonical(struct arena *a, const char *name, const struct node *n)
{
	const struct proto_message *m = proto_message(name);
	const struct node *again = proto_read(a, m, n, NULL, NULL, NULL);
	struct source source = SOURCE_JSON("json", STR_NONE);
	struct buf b = BUF_INIT, c = BUF_INIT;

	MUST(again && node_equal(n, again));
	proto_json(&b, m, n);
	source.text = buf_str(&b);
	MUST(!json_scan(a, &source, 0, &again, NULL));
	again = proto_read(a, m, again, NULL, NULL, NULL);
	MUST(again);
	proto_json(&c, m, again);
	MUST(str_eq(buf_str(&b), buf_str(&c)));
	buf_release(&b);
	buf_release(&c);
}

static void check_pod(struct arena *a, const struct mesh *mesh, str text)
{
	const struct node *annotation = node_new_string(a, text);
	struct err e = ERR_INIT;
	struct mesh pod, again;

	if (mesh_of_pod(a, &pod, mesh, annotation, NULL, NULL, &e) < 0) {
		MUST(e.set);
		return;
	}
	canonical(a, "istio.mesh.v1alpha1.ProxyConfig", pod.proxy);
	MUST(!mesh_of_pod(a, &again, &pod, annotation, NULL, NULL, &e));
	MUST(node_equal(again.proxy, pod.proxy));
	MUST(mesh_proxy_changes(a, mesh->release, pod.proxy));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n---\n";
	str text = { (const char *)data, size }, pod = STR_NONE;
	const char *at = size ? memmem(data, size, mark, strlen(mark)) : NULL;
	struct arena a = ARENA_INIT;
	struct source source = SOURCE_YAML("mesh", text);
	struct err e = ERR_INIT;
	struct document doc;
	struct mesh mesh, again;

	if (at) {
		source.text = str_sub(text, 0, (size_t)(at - text.p) + 1);
		pod = str_sub(text, (size_t)(at - text.p) + strlen(mark),
			      size);
	}
	if (!yaml_read(&a, &source, &doc, NULL)) {
		const struct release r = { 20 + (int)(size % 12), 0 };

		if (mesh_read(&a, &mesh, r, doc.root, NULL, NULL, &e) < 0) {
			MUST(e.set);
			mesh_read(&a, &mesh, r, NULL, NULL, NULL, NULL);
		}
		canonical(&a, "istio.mesh.v1alpha1.MeshConfig", mesh.config);
		MUST(!mesh_read(&a, &again, r, mesh.config, NULL, NULL, NULL));
		check_pod(&a, &mesh, pod);
	}
	arena_release(&a);
	return 0;
}

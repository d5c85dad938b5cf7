/*
 * inject.go's SidecarTemplateData: the fields of a struct.  Each is made on
 * first use and kept until the Pod is done, so that what a template sets in a
 * map is still there later.
 */
#include "istio/render.h"

#include "base/array.h"
#include "base/chars.h"
#include "json/text.h"
#include "tmpl/value.h"
#include "tmpl/printf.h"
#include "view/view.h"

#define N_FIELDS 15

struct data {
	const struct injection *in;
	struct value made[N_FIELDS];
	bool is_made[N_FIELDS];
};

static struct value text_or_empty(str s)
{
	return value_str(s.p ? s : STR(""));
}

/* ---- structs of two texts: metav1.TypeMeta, types.NamespacedName ---- */

struct pair {
	str text[2];
};

static const char *const type_meta_names[] = { "Kind", "APIVersion" };
static const char *const namespaced_names[] = { "Namespace", "Name" };

static bool pair_field_at(struct value *out, str *name, struct arena *a,
			  const struct value *v, uint32_t i)
{
	const char *const *names = v->type->detail;
	const struct pair *pair = v->object;

	(void)a;
	if (i >= 2)
		return false;
	*name = str_of(names[i]);
	*out = text_or_empty(pair ? pair->text[i] : STR_NONE);
	return true;
}

static bool pair_field(struct value *out, struct arena *a,
		       const struct value *v, str name, uint32_t *hint)
{
	str at;

	(void)hint;
	for (uint32_t i = 0; pair_field_at(out, &at, a, v, i); i++)
		if (str_eq(at, name))
			return true;
	return false;
}

static bool pair_equal(const struct value *a, const struct value *b)
{
	const struct pair *p = a->object, *q = b->object;

	return str_eq(p->text[0], q->text[0]) && str_eq(p->text[1], q->text[1]);
}

static int write_json(struct buf *out, const struct value *v,
		      const char *const keys[2], bool omit_empty)
{
	const struct pair *pair = v->object;
	bool first = true;

	buf_addc(out, '{');
	for (uint32_t i = 0; i < 2; i++) {
		if (omit_empty && !pair->text[i].n)
			continue;
		buf_printf(out, "%s\"%s\":", first ? "" : ",", keys[i]);
		json_write_text_go(out, pair->text[i]);
		first = false;
	}
	buf_addc(out, '}');
	return 0;
}

static int type_meta_json(struct buf *out, const struct value *v,
			  struct buf *why)
{
	static const char *const keys[] = { "kind", "apiVersion" };

	(void)why;
	return write_json(out, v, keys, true);
}

static int namespaced_json(struct buf *out, const struct value *v,
			   struct buf *why)
{
	(void)why;
	return write_json(out, v, namespaced_names, false);
}

/* NamespacedName's String method. */
static void namespaced_text(struct buf *out, const struct value *v)
{
	const struct pair *pair = v->object;

	buf_printf(out, "%.*s/%.*s", STR_ARG(pair->text[0]),
		   STR_ARG(pair->text[1]));
}

static const struct type_ops type_meta_ops = {
	.field = pair_field,
	.field_at = pair_field_at,
	.equal = pair_equal,
	.json = type_meta_json,
};

static const struct type_ops namespaced_ops = {
	.text = namespaced_text,
	.field = pair_field,
	.field_at = pair_field_at,
	.equal = pair_equal,
	.json = namespaced_json,
};

static const struct type type_type_meta = {
	.name = "v1.TypeMeta",
	.kind = KIND_STRUCT,
	.ops = &type_meta_ops,
	.detail = type_meta_names,
};

static const struct type type_namespaced = {
	.name = "types.NamespacedName",
	.kind = KIND_STRUCT,
	.ops = &namespaced_ops,
	.detail = namespaced_names,
};

static struct value pair_value(const struct injection *in,
			       const struct type *type, str first, str second)
{
	struct pair *pair = arena_new(in->values, struct pair);

	pair->text[0] = first;
	pair->text[1] = second;
	return value_object(type, pair);
}

/* ---- the fields ---- */

static struct value make_type_meta(const struct injection *in)
{
	return pair_value(in, &type_type_meta, in->kind, in->api_version);
}

static const struct node *with_text(const struct injection *in,
				    const struct node *map, str key, str text)
{
	return node_with(in->values, map, key,
			 text.n ? node_new_string(in->values, text) : NULL);
}

static bool is_bare_pod(const struct injection *in)
{
	return !in->object ||
	       str_eq(node_string(node_get(in->object, STR("kind"))),
		      STR("Pod"));
}

/* Until 1.21: all metadata of the workload; of a bare Pod without what leads to
 * its owner, if that is asked for. */
static struct value make_whole_meta(const struct injection *in)
{
	const struct node *meta = node_get(in->object ? in->object : in->pod,
					   STR("metadata"));
	const struct node *labels = node_get(meta, STR("labels"));

	if (!meta || meta->kind != NODE_MAP)
		meta = node_new(in->values, NODE_MAP);
	meta = with_text(in, meta, STR("name"), in->name);
	meta = with_text(in, meta, STR("namespace"), in->namespace);
	if (!is_bare_pod(in) || !injection_asks_owner(in))
		return view_of(in->values, "ObjectMeta", meta);
	meta = node_with(in->values, meta, STR("managedFields"), NULL);
	meta = node_with(in->values, meta, STR("ownerReferences"), NULL);
	if (str_eq(in->kind, STR("DeploymentConfig")))
		meta = node_with(in->values, meta, STR("labels"),
				 node_with(in->values, labels,
					   STR("deploymentconfig"), NULL));
	return view_of(in->values, "ObjectMeta", meta);
}

static struct value make_deployment_meta(const struct injection *in)
{
	if (!release_has(in->istio->release, RULE_SHORT_DEPLOYMENT_META))
		return make_whole_meta(in);
	return pair_value(in, &type_namespaced, in->namespace, in->name);
}

static struct value make_object_meta(const struct injection *in)
{
	return view_of(in->values, "ObjectMeta",
		       node_get(in->stripped, STR("metadata")));
}

static struct value make_spec(const struct injection *in)
{
	return view_of(in->values, "PodSpec",
		       node_get(in->stripped, STR("spec")));
}

static struct value make_proxy_config(const struct injection *in)
{
	return mesh_proxy_value(in->values, &in->mesh);
}

static struct value make_mesh_config(const struct injection *in)
{
	return mesh_config_value(in->values, &in->mesh);
}

static struct value make_values(const struct injection *in)
{
	const struct node *values = in->istio->values;

	if (!values)
		return value_of_map(map_new(in->values, &type_map), &type_map);
	return value_of_node(in->values, &type_map, values, false);
}

static struct value make_revision(const struct injection *in)
{
	return text_or_empty(in->istio->revision);
}

static struct value make_native(const struct injection *in)
{
	return value_bool(in->istio->native);
}

/* The number at *s after blanks, which moves past it; false if there is none,
 * or it exceeds 32 bits. */
static bool take_id(str *s, uint32_t *id)
{
	uint64_t n = 0;
	size_t i = 0;

	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = str_sub(*s, 1, s->n);
	while (i < s->n && is_digit(s->p[i]) && n <= UINT32_MAX)
		n = n * 10 + (uint64_t)(s->p[i++] - '0');
	*s = str_sub(*s, i, s->n);
	*id = (uint32_t)n;
	return i && n <= UINT32_MAX;
}

/* The last id of "FIRST/COUNT" or "FIRST-LAST" (openshift.go: ParseBlock). */
static bool last_id(str range, uint32_t *last)
{
	uint32_t first;
	char sep;

	if (!take_id(&range, &first) || !range.n)
		return false;
	sep = range.p[0];
	range = str_sub(range, 1, range.n);
	if ((sep != '/' && sep != '-') || !take_id(&range, last))
		return false;
	if (sep == '/')
		*last += first - 1;
	return true;
}

static str namespace_note(const struct injection *in, str name)
{
	return node_string(node_get(node_find(in->namespace_object,
					      "metadata.annotations"), name));
}

#define UID_RANGE STR("openshift.io/sa.scc.uid-range")
#define GROUPS STR("openshift.io/sa.scc.supplemental-groups")

bool injection_on_openshift(const struct injection *in)
{
	return namespace_note(in, UID_RANGE).p;
}

/* inject.go: GetProxyIDs */
static struct value make_proxy_uid(const struct injection *in)
{
	uint32_t id;

	return value_int64(last_id(namespace_note(in, UID_RANGE), &id) ?
				   id : PROXY_ID);
}

/* The last of the first range; without groups, of the user ids. */
static struct value make_proxy_gid(const struct injection *in)
{
	str groups = namespace_note(in, GROUPS), range;
	uint32_t id, gid = PROXY_ID;
	bool more = true;

	if (!groups.p)
		groups = namespace_note(in, UID_RANGE);
	for (bool first = true; more; first = false) {
		more = str_cut(groups, ',', &range, &groups);
		if (!last_id(range, &id))
			return value_int64(PROXY_ID);
		if (first)
			gid = id;
	}
	return value_int64(gid);
}

/* inject.go: InboundTrafficPolicyMode */
static struct value make_inbound_mode(const struct injection *in)
{
	str mode = mesh_str(in->mesh.config, "inboundTrafficPolicy.mode");

	return value_z(str_eq(mode, STR("LOCALHOST")) ? "localhost" :
							"passthrough");
}

static struct value make_compliance(const struct injection *in)
{
	return text_or_empty(in->istio->compliance_policy);
}

/* inject.go: updateImageTypeIfPresent */
static str tag_of_type(struct arena *a, str tag, str type)
{
	static const char *const known[] = { "-distroless", "-debug" };

	if (!type.n)
		return tag;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!str_ends(tag, str_of(known[i])))
			continue;
		tag.n -= strlen(known[i]);
		break;
	}
	if (str_eq(type, STR("default")))
		return tag;
	return arena_printf(a, "%.*s-%.*s", STR_ARG(tag), STR_ARG(type));
}

/* A value as Go prints it: a tag may be a number. */
static str printed_value(const struct injection *in, const char *path)
{
	const struct value v = value_of_node(in->values, &type_interface,
					     node_find(in->istio->values,
						       path), false);
	struct buf b = BUF_INIT;
	str text;

	print_all(&(struct print){ &b, SIZE_MAX, in->values, NULL }, &v, 1,
		  NULL);
	text = arena_str(in->values, buf_str(&b));
	buf_release(&b);
	return text;
}

/* inject.go: ProxyImage.  `image` is the path of the image's name in the
 * values, `type` the type of image unless the Pod's annotation sets one. */
static struct value make_image(const struct injection *in, const char *image,
			       str type)
{
	const struct node *values = in->istio->values;
	const struct node *meta = node_get(in->stripped, STR("metadata"));
	const struct node *annotation = node_get(
		node_get(meta, STR("annotations")),
		STR("sidecar.istio.io/proxyImageType"));
	str hub = node_string(node_find(values, "global.hub"));
	str tag = node_find(values, "global.tag") ?
		printed_value(in, "global.tag") : STR("");
	str name = node_string(node_find(values, image));

	if (annotation)
		type = node_text(annotation);
	if (!name.n)
		name = STR("proxyv2");
	tag = tag_of_type(in->values, tag, type);
	return value_str(arena_printf(in->values, "%.*s/%.*s:%.*s",
				      STR_ARG(hub), STR_ARG(name),
				      STR_ARG(tag)));
}

static str variant(const struct injection *in)
{
	return node_string(node_find(in->istio->values, "global.variant"));
}

/* A mesh with an image, even without a type, has none of the values' until
 * 1.30; nor has any until 1.21. */
static struct value make_proxy_image(const struct injection *in)
{
	const struct release release = in->istio->release;
	str type = mesh_str(in->mesh.proxy, "image.imageType");
	bool has = node_get(in->mesh.proxy, STR("image")) &&
		   !release_has(release, RULE_VARIANT_IF_EMPTY);

	if (!type.n && !has && release_has(release, RULE_VARIANT_OF_VALUES))
		type = variant(in);
	return make_image(in, "global.proxy.image", type);
}

static struct value make_init_image(const struct injection *in)
{
	if (!release_has(in->istio->release, RULE_PROXY_INIT_IMAGE))
		return make_proxy_image(in);
	return make_image(in, "global.proxy_init.image", variant(in));
}

static const struct {
	str name;
	struct value (*make)(const struct injection *in);
} fields[] = {
	{ STR("TypeMeta"), make_type_meta },
	{ STR("DeploymentMeta"), make_deployment_meta },
	{ STR("ObjectMeta"), make_object_meta },
	{ STR("Spec"), make_spec },
	{ STR("ProxyConfig"), make_proxy_config },
	{ STR("MeshConfig"), make_mesh_config },
	{ STR("Values"), make_values },
	{ STR("Revision"), make_revision },
	{ STR("NativeSidecars"), make_native },
	{ STR("ProxyImage"), make_proxy_image },
	{ STR("ProxyInitImage"), make_init_image },
	{ STR("ProxyUID"), make_proxy_uid },
	{ STR("ProxyGID"), make_proxy_gid },
	{ STR("InboundTrafficPolicyMode"), make_inbound_mode },
	{ STR("CompliancePolicy"), make_compliance },
};

_Static_assert(ARRAY_SIZE(fields) <= N_FIELDS,
	       "a place for each field");

static bool data_field_at(struct value *out, str *name, struct arena *a,
			  const struct value *v, uint32_t i)
{
	/* values have a pointer to const; the fields are a cache */
	struct data *data = (struct data *)(uintptr_t)v->object;

	(void)a;
	if (i >= ARRAY_SIZE(fields))
		return false;
	if (!data->is_made[i]) {
		data->made[i] = fields[i].make(data->in);
		data->is_made[i] = true;
	}
	*name = fields[i].name;
	*out = data->made[i];
	return true;
}

static bool data_field(struct value *out, struct arena *a,
		       const struct value *v, str name, uint32_t *hint)
{
	uint32_t at = hint && *hint < ARRAY_SIZE(fields) ? *hint : 0;

	for (uint32_t n = 0; n < ARRAY_SIZE(fields); n++, at++) {
		if (at == ARRAY_SIZE(fields))
			at = 0;
		if (fields[at].name.n != name.n ||
		    !bytes_eq(fields[at].name.p, name.p, name.n))
			continue;
		if (hint)
			*hint = at;
		return !v->object || data_field_at(out, &name, a, v, at);
	}
	return false;
}

static const struct type_ops data_ops = {
	.field = data_field,
	.field_at = data_field_at,
};

static const struct type type_data = {
	.name = "inject.SidecarTemplateData",
	.kind = KIND_STRUCT,
	.ops = &data_ops,
};

static const struct type type_data_pointer = {
	.name = "*inject.SidecarTemplateData",
	.kind = KIND_PTR,
	.elem = &type_data,
};

struct value template_data(const struct injection *in)
{
	struct data *data;

	arena_reset(in->values);
	data = arena_new(in->values, struct data);
	data->in = in;
	return value_object(&type_data_pointer, data);
}

#include <check.h>
#include <stdlib.h>

#include "view/view.h"
#include "view/view_types.h"
#include "sprig/sprig.h"
#include "tmpl/tmpl.h"
#include "yaml/read.h"

static struct arena arena = ARENA_INIT;

static const char pod[] =
	"metadata:\n"
	"  name: web\n"
	"  creationTimestamp: 2024-05-06T07:08:09Z\n"
	"  labels: {app: web, tier: 1}\n"
	"spec:\n"
	"  dnsPolicy: ClusterFirst\n"
	"  hostNetwork: true\n"
	"  terminationGracePeriodSeconds: 30\n"
	"  securityContext: {fsGroup: 7, supplementalGroups: [1, 2]}\n"
	"  futureField: 1\n"
	"  tolerations:\n"
	"  - {key: a, tolerationSeconds: 5}\n"
	"  volumes:\n"
	"  - {name: tmp, emptyDir: {sizeLimit: 1024Mi}}\n"
	"  - {name: cm, configMap: {name: c}}\n"
	"  containers:\n"
	"  - name: app\n"
	"    image: app:1\n"
	"    args: [a, b]\n"
	"    ports:\n"
	"    - {containerPort: 80, protocol: TCP}\n"
	"    resources:\n"
	"      limits: {memory: 1.5Gi, cpu: 100m}\n"
	"    livenessProbe: {httpGet: {port: http}, periodSeconds: 3}\n"
	"  - name: side\n"
	"    livenessProbe: {tcpSocket: {port: 8080}}\n";

/* .S and .M as a struct has them, so that errors name their types. */
struct data {
	struct value spec, meta;
};

static bool data_field(struct value *out, struct arena *a,
		       const struct value *v, str name, uint32_t *hint)
{
	const struct data *data = v->object;

	(void)a;
	(void)hint;
	*out = str_eq(name, STR("S")) ? data->spec : data->meta;
	return true;
}

static const struct type_ops data_ops = { .field = data_field };
static const struct type data_type = {
	.name = "data", .kind = KIND_STRUCT, .ops = &data_ops };

static const struct node *yaml(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct document doc;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_YAML("test.yaml", str_of(text));
	ck_assert_msg(!yaml_read(&arena, source, &doc, &e), "%s", e.text);
	return doc.root;
}

/* The output of a template for the Pod, or its error. */
static str run(const char *text, const struct node *root)
{
	const struct func_table *const tables[] = {
		&sprig_strings, &sprig_misc, &sprig_json, &sprig_lists,
		&sprig_dicts, &sprig_math,
	};
	const struct tmpl_context context = {
		.arena = &arena,
		.limits = TMPL_LIMITS,
	};
	struct data data = {
		view_of(&arena, "PodSpec", node_get(root, STR("spec"))),
		view_of(&arena, "ObjectMeta", node_get(root, STR("metadata"))),
	};
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	struct tmpl *t = tmpl_parse(&arena, STR("t"), str_of(text), tables,
				    sizeof(tables) / sizeof(tables[0]), &e);
	str result;

	ck_assert_msg(t != NULL, "%s: %s", text, e.text);
	if (tmpl_exec(t, &out, value_object(&data_type, &data), &context, &e))
		return arena_str(&arena, str_of(e.text));
	result = arena_str(&arena, buf_str(&out));
	buf_release(&out);
	return result;
}

/* Words after "error:" are the end of an error. */
struct example {
	const char *template, *result;
};

static const struct example examples[] = {
	{ "{{ .M.Name }} {{ .M.GetName }} {{ .M.Labels.tier }}", "web web 1" },
	{ "{{ .M.Labels }} {{ index .M.Labels \"app\" }}",
	  "map[app:web tier:1] web" },
	{ "{{ .M.Annotations.none }}{{ len .M.Annotations }}", "<no value>0" },
	{ "{{ range $i, $c := .S.Containers }}{{ $i }}{{ $c.Name }} {{ end }}",
	  "0app 1side " },
	{ "{{ (index .S.Containers 0).Args }} {{ len .S.Containers }}",
	  "[a b] 2" },
	{ "{{ with index .S.Containers 1 }}{{ .Image }}|{{ .Args }}{{ end }}",
	  "|[]" },
	{ "{{ range .S.InitContainers }}{{ else }}none{{ end }}", "none" },
	{ "{{ if .S.HostNetwork }}y{{ end }}{{ if .S.HostPID }}n{{ end }}",
	  "y" },
	{ "{{ .S.FutureField }}",
	  "error:can't evaluate field FutureField in type v1.PodSpec" },
	{ "{{ .S.containers }}",
	  "error:can't evaluate field containers in type v1.PodSpec" },

	/* types and kinds */
	{ "{{ typeOf .S }} {{ kindOf .S }} {{ typeOf .S.Containers }}",
	  "v1.PodSpec struct []v1.Container" },
	{ "{{ typeOf .S.DNSPolicy }} {{ kindOf .S.DNSPolicy }} "
	  "{{ eq .S.DNSPolicy \"ClusterFirst\" }}",
	  "v1.DNSPolicy string true" },
	{ "{{ trim .S.DNSPolicy }}",
	  "error:wrong type for value; expected string; got v1.DNSPolicy" },
	{ "{{ typeOf .M.Labels }} {{ typeOf .M.UID }} {{ typeOf .M.Name }}",
	  "map[string]string types.UID string" },
	{ "{{ range .S.Containers }}{{ typeOf .Resources.Limits }}|"
	  "{{ typeOf .LivenessProbe }};{{ end }}",
	  "v1.ResourceList|*v1.Probe;v1.ResourceList|*v1.Probe;" },

	/* pointers */
	{ "{{ .S.TerminationGracePeriodSeconds }} "
	  "{{ typeOf .S.TerminationGracePeriodSeconds }}", "30 *int64" },
	{ "{{ .S.SecurityContext | toPrettyJson }}",
	  "{\n  \"supplementalGroups\": [\n    1,\n    2\n  ],\n  "
	  "\"fsGroup\": 7\n}" },
	{ "{{ (index .S.Volumes 0) | toPrettyJson }}", "{\n  \"name\": "
	  "\"tmp\",\n  \"emptyDir\": {\n    \"sizeLimit\": \"1Gi\"\n  }"
	  "\n}" },
	{ "{{ (index .S.Containers 1).Resources | toPrettyJson }}", "{}" },
	{ "{{ add .S.TerminationGracePeriodSeconds 1 }} "
	  "{{ addf .S.SecurityContext.FSGroup 0.5 }} {{ int .S.Priority }}",
	  "31 7.5 0" },
	{ "{{ .S.Priority }} {{ if not .S.Affinity }}no{{ end }} "
	  "{{ .S.Affinity }}", "<nil> no nil" },
	{ "{{ .S.Affinity.NodeAffinity }}",
	  "error:nil pointer evaluating *v1.Affinity.NodeAffinity" },
	{ "{{ .S.Affinity.Foo }}",
	  "error:can't evaluate field Foo in type *v1.Affinity" },
	{ "{{ .S.SecurityContext.FSGroup }} {{ .S.Affinity.String }}",
	  "7 nil" },
	{ "{{ with .M.DeletionTimestamp }}gone{{ end }}"
	  "{{ .M.DeletionTimestamp.IsZero }}", "true" },

	/* what is embedded */
	{ "{{ range .S.Volumes }}{{ with .EmptyDir }}{{ .SizeLimit }}{{ end }}"
	  "{{ with .VolumeSource.ConfigMap }}{{ .Name }}{{ end }};{{ end }}",
	  "1Gi;c;" },
	{ "{{ range .S.Containers }}{{ .LivenessProbe.ProbeHandler.TCPSocket "
	  "| not }} {{ end }}", "true false " },

	/* with an address, and without */
	{ "{{ range .S.Containers }}{{ with .LivenessProbe.HTTPGet }}"
	  "{{ .Port }} {{ .Port.String }} {{ .Port.Type }} "
	  "{{ printf \"%v\" .Port }}{{ end }}{{ end }}",
	  "http http 1 {1 0 http}" },
	{ "{{ (index .S.Containers 1).LivenessProbe.TCPSocket.Port.IntValue }}",
	  "8080" },
	{ "{{ (index .S.Containers 0).Resources.Limits }}",
	  "map[cpu:{{100 -3} {<nil>} 100m DecimalSI} "
	  "memory:{{0 0} {" },
	{ "{{ range $k, $q := (index .S.Containers 0).Resources.Limits }}"
	  "{{ if eq $k \"cpu\" }}{{ $q }} {{ typeOf $k }}{{ end }}{{ end }}",
	  "{{100 -3} {<nil>} 100m DecimalSI} v1.ResourceName" },
	{ "{{ with (index .S.Containers 0).Resources.Limits }}{{ .Memory }} "
	  "{{ .Cpu.MilliValue }} {{ .Storage }} {{ .Memory.Format }}{{ end }}",
	  "1536Mi 100 0 BinarySI" },
	{ "{{ (index .S.Containers 0).Resources.Limits.cpu }}",
	  "error:can't evaluate field cpu in type v1.ResourceList" },
	{ "{{ index (index .S.Containers 0).Resources.Limits \"cpu\" }}",
	  "error:value has type string; should be v1.ResourceName" },
	{ "{{ range (index .S.Containers 0).Resources.Limits }}{{ .String }}"
	  "{{ end }}",
	  "error:can't evaluate field String in type resource.Quantity" },
	{ "{{ index .S.Tolerations 0 }}", "&Toleration{Key:a,Operator:,Value:,"
	  "Effect:,TolerationSeconds:*5,}" },
	{ "{{ printf \"%+v\" (index (index .S.Containers 0).Ports 0) }}",
	  "{Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:}" },
	{ "{{ .S.SecurityContext }}",
	  "&PodSecurityContext{SELinuxOptions:nil,RunAsUser:nil,"
	  "RunAsNonRoot:nil,SupplementalGroups:[1 2],FSGroup:*7,"
	  "RunAsGroup:nil,Sysctls:[]Sysctl{},WindowsOptions:nil,"
	  "FSGroupChangePolicy:nil,SeccompProfile:nil,AppArmorProfile:nil,"
	  "SupplementalGroupsPolicy:nil,SELinuxChangePolicy:nil,}" },

	/* times */
	{ "{{ .M.CreationTimestamp.Year }} "
	  "{{ .M.CreationTimestamp.UTC.Format \"15:04\" }}", "2024 07:08" },
	{ "{{ .M.CreationTimestamp.UTC }}", "2024-05-06 07:08:09 +0000 UTC" },
	{ "{{ .M.DeletionTimestamp }}", "<nil>" },

	/* JSON, equality */
	{ "{{ toJson .S.SecurityContext }}",
	  "{\"supplementalGroups\":[1,2],\"fsGroup\":7}" },
	{ "{{ range .S.Containers }}{{ toJson .Resources }}{{ end }}",
	  "{\"limits\":{\"cpu\":\"100m\",\"memory\":\"1536Mi\"}}{}" },
	{ "{{ toJson .M }}", "{\"name\":\"web\",\"creationTimestamp\":"
	  "\"2024-05-06T07:08:09Z\",\"labels\":{\"app\":\"web\","
	  "\"tier\":\"1\"}}" },
	{ "{{ toJson .S.Affinity }} {{ toJson .S.Volumes }}",
	  "null [{\"name\":\"tmp\",\"emptyDir\":{\"sizeLimit\":\"1Gi\"}},"
	  "{\"name\":\"cm\",\"configMap\":{\"name\":\"c\"}}]" },
	{ "{{ $p := index (index .S.Containers 0).Ports 0 }}{{ eq $p $p }}",
	  "true" },
	{ "{{ eq .M.Labels .M.Labels }}", "error:app:web tier:1]: "
	  "map[string]string" },
	{ "{{ deepEqual .S.Volumes .S.Volumes }}", "true" },
};

static void check(const struct example *ex, const struct node *root)
{
	str got = run(ex->template, root), want = str_of(ex->result);

	if (str_starts(want, STR("error:"))) {
		want = str_sub(want, strlen("error:"), want.n);
		ck_assert_msg(str_starts(got, STR("template: t:1:")) &&
			      str_ends(got, want), "%s: %s", ex->template,
			      got.p);
	} else if (str_ends(want, STR("{"))) {
		/* an address follows */
		ck_assert_msg(str_starts(got, want), "%s: %s", ex->template,
			      got.p);
	} else {
		ck_assert_str_eq(got.p, want.p);
	}
}

START_TEST(test_example)
{
	check(&examples[_i], yaml(pod));
}
END_TEST

/* == is not for structs with lists or maps in them. */
START_TEST(test_incomparable)
{
	str got = run("{{ eq .S .S }}", yaml("spec: {}"));

	ck_assert_msg(str_starts(got, STR("template: t:1:3: executing \"t\" "
					  "at <eq .S .S>: error calling eq: "
					  "non-comparable type")), "%s",
		      got.p);
}
END_TEST

/* Nothing there, or null: zero values all the way. */
START_TEST(test_zero)
{
	static const struct example zero[] = {
		{ "{{ .M.Name }}{{ .M.Labels }}{{ .S.Volumes }}", "map[][]" },
		{ "{{ toJson .M }}{{ toJson .S }}", "{}{\"containers\":null}" },
		{ "{{ .M.CreationTimestamp }}",
		  "0001-01-01 00:00:00 +0000 UTC" },
		{ "{{ if .S }}y{{ end }}{{ .S.RestartPolicy }}", "y" },
		{ "{{ .S.Overhead.Memory }} {{ .S.Overhead.Cpu.IsZero }}",
		  "0 true" },
	};
	size_t i;

	for (i = 0; i < sizeof(zero) / sizeof(zero[0]); i++) {
		check(&zero[i], yaml("{}"));
		check(&zero[i], yaml("{metadata: null, spec: {}}"));
	}
}
END_TEST

/* Each field is found by its name, and has the type that it is declared
 * with. */
static uint32_t count_fields(const struct type *t)
{
	struct value v = value_zero(t), at, by_name;
	uint32_t i;
	str name;

	for (i = 0; t->ops->field_at(&at, &name, &arena, &v, i); i++) {
		ck_assert(t->ops->field(&by_name, &arena, &v, name, NULL));
		ck_assert_ptr_eq(at.type, by_name.type);
	}
	return i;
}

START_TEST(test_fields)
{
	static const char *const names[] = {
		"PodSpec", "ObjectMeta", "Container", "Volume", "VolumeSource",
		"Probe", "SecurityContext", "PodTemplateSpec", "EnvVar",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct view_struct *s = view_struct(str_of(names[i]));

		ck_assert(s != NULL);
		ck_assert_uint_eq(count_fields(s->type), s->n);
		ck_assert(view_field(s, STR("")) == NULL);
		ck_assert(view_field(s, STR("Nothing")) == NULL);
	}
	ck_assert(view_struct(STR("Pods")) == NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view");
	TCase *tc = tcase_create("view");
	SRunner *sr = srunner_create(suite);
	int failed;

	setenv("TZ", "UTC", 1);
	tcase_add_loop_test(tc, test_example, 0,
			    sizeof(examples) / sizeof(examples[0]));
	tcase_add_test(tc, test_incomparable);
	tcase_add_test(tc, test_zero);
	tcase_add_test(tc, test_fields);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

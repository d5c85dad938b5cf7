/*
 * The rules that changed between releases of Istio: for each row, what a Pod
 * becomes by the last release without the rule and by the first with it,
 * through the library.  docs/istio-releases.md names the rows.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "injector.h"

/* A template with one container; values: tag (of its image), as (its user). */
#define PROXY \
	"spec:\n" \
	"  containers:\n" \
	"  - name: istio-proxy\n" \
	"    image: hub/proxyv2:{{ .Values.tag | default `own` }}\n" \
	"    env:\n" \
	"    - name: PROXY_CONFIG\n" \
	"      value: '{{ protoToJSON .ProxyConfig }}'\n"
/* A template that shows a text. */
#define SHOW(text) "metadata: {annotations: {shown: '" text "'}}\n" PROXY
#define REWRITE "sidecarInjectorWebhook: {rewriteAppHTTPProbe: true}\n"

#define DEPLOYMENT(meta, spec) \
	"apiVersion: apps/v1\n" \
	"kind: Deployment\n" \
	"metadata: {name: web, labels: {app: shop}}\n" \
	"spec:\n" \
	"  selector: {}\n" \
	"  template:\n" \
	"    metadata: {" meta "}\n" \
	"    spec: {" spec "}\n"
#define WEB "containers: [{name: web, image: web}]"
#define NOTE(note) DEPLOYMENT("annotations: {" note "}", WEB)
#define MESH(proxy) "defaultConfig: {" proxy "}\n"
#define OWNED(kind, name, labels) \
	"apiVersion: v1\n" \
	"kind: Pod\n" \
	"metadata:\n" \
	"  generateName: made-\n" \
	"  labels: {" labels "}\n" \
	"  ownerReferences:\n" \
	"  - {apiVersion: apps/v1, kind: " kind ", name: " name \
	", controller: true, uid: u}\n" \
	"spec: {" WEB "}\n"
#define OWNER SHOW("{{ .TypeMeta.APIVersion }} {{ .TypeMeta.Kind }} " \
		   "{{ .DeploymentMeta.Name }}.")

#define NATIVE \
	"spec:\n" \
	"  initContainers:\n" \
	"  - {name: istio-proxy, image: proxy, restartPolicy: Always}\n"
#define OWN_PROXY WEB ", containers: [{name: web, image: web}, " \
		      "{name: istio-proxy, image: auto, tty: true}]"

#define USERS \
	"spec:\n" \
	"  initContainers:\n" \
	"  - {name: istio-validation, image: i, args: [-u, '1337']}\n" \
	"  containers:\n" \
	"  - name: istio-proxy\n" \
	"    image: proxy\n" \
	"    securityContext: {runAsUser: {{ .Values.as }}}\n"
#define OWN_USER DEPLOYMENT("", "containers: [{name: web, image: web}, " \
	"{name: istio-proxy, image: auto, securityContext: " \
	"{runAsUser: 77, runAsGroup: 78}}]")

#define HOOK DEPLOYMENT("", "containers: [{name: web, image: web, " \
	"lifecycle: {preStop: {httpGet: {path: /bye, port: 80}}}}]")
#define SECURE MESH("proxyMetadata: {ENVOY_SECURE_MERGED_METRICS_PORT: " \
		    "'15091'}")
#define SECURE_PROXY PROXY \
	"    - {name: ENVOY_SECURE_MERGED_METRICS_PORT, value: '15091'}\n"

#define INTERFACE(note) NOTE(note ": 'eth0, far-too-long-name0'")
#define MULTUS "metadata:\n  annotations:\n    n: '{{ appendMultusNetwork " \
	"`[{\"name\":\"a\"}]` `ns/cni` }}'\n" PROXY
#define CPU SHOW("") \
	"    resources: {requests: {cpu: '{{ annotation .ObjectMeta " \
	"`sidecar.istio.io/proxyCPU` `1` }}'}}\n"

/*
 * A fragment of what comes of it.  It begins with + (in the output), - (not in
 * it), ! (in the message of the error) or ? (in a warning); NULL: nothing to
 * look for.
 */
struct outcome {
	const char *fragments[3];
};

struct row {
	const char *name;
	/* "1.24:1.25 ...": a release without and one with the rule. */
	const char *edges;
	/* Of an agent: the releases are tags of the proxy's image, under the
	 * rules of the other release. */
	bool agent;
	const char *template, *values, *mesh, *pod;
	struct outcome before, since;
	const char *native;	/* ENABLE_NATIVE_SIDECARS */
	const char *policy;	/* of the configuration, which is honored */
	const char *operator;
};

static const struct row rows[] = {
	{ "1 hooks, of the agent", "1.24.6:1.25.0 1.20.0:1.31.0", true, PROXY,
	  REWRITE, NULL, HOOK,
	  { { "+path: /bye, port: 80", "-ISTIO_KUBE_APP_PROBERS" } },
	  { { "+/app-lifecycle/web/prestopz", "+ISTIO_KUBE_APP_PROBERS" } },
	  NULL, NULL, NULL },
	{ "1 hooks, of an image without a release", "1.24:1.25", false, PROXY,
	  REWRITE, NULL, HOOK, { { "+path: /bye, port: 80" } },
	  { { "+/app-lifecycle/web/prestopz" } }, NULL, NULL, NULL },
	{ "1 hooks, of the image that an annotation names", "1.24:1.24", false,
	  "spec:\n  containers:\n  - name: istio-proxy\n    image: '{{ "
	  "annotation .ObjectMeta `sidecar.istio.io/proxyImage` `p` }}'\n",
	  REWRITE, NULL, DEPLOYMENT("annotations: "
	  "{sidecar.istio.io/proxyImage: 'r/p:1.25.1-debug@sha256:0'}",
	  "containers: [{name: web, image: web, lifecycle: {postStart: "
	  "{tcpSocket: {port: 80}}}}]"),
	  { { "+/app-lifecycle/web/poststartz" } },
	  { { "+/app-lifecycle/web/poststartz" } }, NULL, NULL, NULL },
	{ "1 exec stays", "1.24:1.25", false, PROXY, REWRITE, NULL,
	  DEPLOYMENT("", "containers: [{name: web, image: web, lifecycle: "
		     "{preStop: {exec: {command: [bye]}}}}]"),
	  { { "-PROBERS", "+exec: {command: [bye]}" } },
	  { { "-PROBERS", "+exec: {command: [bye]}" } }, NULL, NULL, NULL },

	{ "2 a word that is a no", "1.26:1.27", false, PROXY, NULL, NULL,
	  NOTE("sidecar.istio.io/inject: 'off'"), { { "-istio-proxy" } },
	  { { "+istio-proxy", "?Invalid value for sidecar.istio.io/inject: "
	      "\"off\"" } }, NULL, NULL, NULL },
	{ "2 a word that is a yes", "1.26:1.27", false, PROXY, NULL, NULL,
	  NOTE("sidecar.istio.io/inject: 'YES'"), { { "+istio-proxy" } },
	  { { "-istio-proxy", "?Invalid value" } }, NULL, "disabled", NULL },
	{ "2 no word", "1.26:1.27", false, PROXY, NULL, NULL,
	  NOTE("sidecar.istio.io/inject: ''"), { { "+istio-proxy" } },
	  { { "+istio-proxy" } }, NULL, NULL, NULL },

	{ "3 a Go bool", "1.26:1.27", false, SHOW("n{{ .NativeSidecars }}"),
	  NULL, NULL, NOTE(""), { { "+shown: ntrue" } },
	  { { "+shown: nfalse", "?unknown value \"T\" of "
	      "ENABLE_NATIVE_SIDECARS: expected true, false or auto" } },
	  "T", NULL, NULL },
	{ "3 true", "1.26:1.27", false, SHOW("n{{ .NativeSidecars }} "
	  "{{ env `ENABLE_NATIVE_SIDECARS` `no` }}"), NULL, NULL, NOTE(""),
	  { { "+shown: ntrue true" } }, { { "+shown: ntrue true" } }, "true",
	  NULL, NULL },
	{ "3 auto, without nodes to ask", "1.26:1.27", false,
	  SHOW("n{{ .NativeSidecars }}"), NULL, NULL, NOTE(""),
	  { { "+shown: nfalse" } }, { { "+shown: nfalse" } }, "auto", NULL,
	  NULL },
	{ "3 what templates read is the variable", "1.26:1.27", false,
	  SHOW("n{{ env `ENABLE_NATIVE_SIDECARS` `none` }}"), NULL, NULL,
	  NOTE(""), { { "+shown: n1" } }, { { "+shown: n1" } }, "1", NULL,
	  NULL },
	{ "3 a word that is none", "1.26:1.27", false,
	  SHOW("n{{ .NativeSidecars }}"), NULL, NULL, NOTE(""),
	  { { "+shown: nfalse", "?expected true or false" } },
	  { { "+shown: nfalse", "?expected true, false or auto" } }, "perhaps",
	  NULL, NULL },

	{ "4 the annotation moves the user's proxy", "1.23:1.24", false, NATIVE,
	  NULL, NULL, DEPLOYMENT("annotations: "
	  "{sidecar.istio.io/nativeSidecar: 'true'}", OWN_PROXY),
	  { { "+name: istio-proxy, image: auto" } },
	  { { "-image: auto", "+tty: true" } }, NULL, NULL, NULL },
	{ "4 the annotation leaves it", "1.23:1.24", false, NATIVE, NULL, NULL,
	  DEPLOYMENT("annotations: {sidecar.istio.io/nativeSidecar: 'false'}",
		     OWN_PROXY), { { "-image: auto" } },
	  { { "+name: istio-proxy, image: auto" } }, "true", NULL, NULL },
	{ "4 any other word has no effect on the move", "1.23:1.24", false,
	  NATIVE, NULL, NULL, DEPLOYMENT("annotations: "
	  "{sidecar.istio.io/nativeSidecar: 'no'}", OWN_PROXY),
	  { { "-image: auto" } }, { { "-image: auto" } }, "true", NULL, NULL },

	{ "5 the tracer of an empty mesh", "1.21:1.22", false,
	  SHOW("t{{ with .ProxyConfig.Tracing }}{{ .GetZipkin.Address }}"
	       "{{ end }}."), NULL, NULL, NOTE(""),
	  { { "+tzipkin.istio-system:9411.", "+value: \"{}\"" } },
	  { { "+shown: t." } }, NULL, NULL, NULL },
	{ "5 the tracer that was the default", "1.21:1.22", false, PROXY, NULL,
	  MESH("tracing: {zipkin: {address: 'zipkin.istio-system:9411'}}"),
	  NOTE(""), { { "+value: \"{}\"" } },
	  { { "+\"zipkin\":{\"address\":\"zipkin.istio-system:9411\"}" } },
	  NULL, NULL, NULL },
	{ "5 a Pod's tracing replaces it", "1.21:1.22", false, PROXY, NULL,
	  NULL, NOTE("proxy.istio.io/config: 'tracing: {sampling: 12.5}'"),
	  { { "+{\"tracing\":{\"sampling\":12.5}}" } },
	  { { "+{\"tracing\":{\"sampling\":12.5}}" } }, NULL, NULL, NULL },

	{ "6 the inbound policy of an empty mesh", "1.21:1.22", false,
	  SHOW("p{{ with .MeshConfig.InboundTrafficPolicy }}{{ .Mode }}"
	       "{{ end }}."), NULL, NULL, NOTE(""), { { "+shown: p." } },
	  { { "+shown: pPASSTHROUGH." } }, NULL, NULL, NULL },

	{ "7 fields of 1.21", "1.20:1.21", false, PROXY, NULL,
	  MESH("privateKeyProvider: {cryptomb: {pollDelay: 1s, fallback: "
	       "true}}"), NOTE(""), { { "-fallback", "+pollDelay", "?"
	  "privateKeyProvider.cryptomb.fallback is dropped: Istio 1.20 does not"
	  } }, { { "+fallback" } }, NULL, NULL, NULL },
	{ "7 fields of 1.24", "1.23:1.24", false, PROXY, NULL,
	  MESH("proxyHeaders: {setCurrentClientCertDetails: {dns: true}}"),
	  NOTE(""), { { "-setCurrent", "+{\"proxyHeaders\":{}}", "?dropped" } },
	  { { "+\"setCurrentClientCertDetails\":{\"dns\":true}" } }, NULL, NULL,
	  NULL },
	{ "7 fields of 1.25, of a Pod", "1.24:1.25", false, PROXY, NULL, NULL,
	  NOTE("proxy.istio.io/config: 'tracing: {enableIstioTags: true}'"),
	  { { "+{\"tracing\":{}}", "?tracing.enableIstioTags is dropped" } },
	  { { "+{\"tracing\":{\"enableIstioTags\":true}}" } }, NULL, NULL,
	  NULL },
	{ "7 fields of 1.25", "1.24:1.25", false, PROXY, NULL,
	  MESH("proxyHeaders: {preserveHttp1HeaderCase: true}"), NOTE(""),
	  { { "-\"preserve" } }, { { "+\"preserve" } }, NULL, NULL, NULL },
	{ "7 fields of 1.28", "1.27:1.28", false, PROXY, NULL,
	  MESH("proxyHeaders: {xForwardedHost: {enabled: true}, "
	       "xForwardedPort: {enabled: true}}"), NOTE(""),
	  { { "-\"xForwardedHost", "-\"xForwardedPort" } },
	  { { "+\"xForwardedHost", "+\"xForwardedPort" } }, NULL, NULL, NULL },
	{ "7 fields of 1.29", "1.28:1.29", false, PROXY, NULL,
	  MESH("statsCompression: true, fileFlushInterval: 2s, "
	       "fileFlushMinSizeKb: 3"), NOTE(""),
	  { { "-\"statsCompression", "-\"fileFlushInterval",
	      "-\"fileFlushMinSizeKb" } },
	  { { "+\"statsCompression", "+\"fileFlushInterval",
	      "+\"fileFlushMinSizeKb" } }, NULL, NULL, NULL },
	{ "7 fields of 1.31", "1.30:1.31", false, PROXY, NULL,
	  MESH("connectionSettings: {httpMergeSlashes: true}"), NOTE(""),
	  { { "-connectionS" } }, { { "+\"connectionSettings\"" } }, NULL, NULL,
	  NULL },

	{ "7 settings of the mesh in 1.31", "1.30:1.31", false, PROXY, NULL,
	  "defaultTrafficPolicy: {connectionPool: {}}\n", NOTE(""),
	  { { "+istio-proxy" } }, { { "!connection pool must have at least" } },
	  NULL, NULL, NULL },

	{ "8 the variant of the values", "1.21:1.22", false,
	  SHOW("{{ .ProxyImage }}."), "global: {hub: h, tag: '7', variant: "
	  "distroless}\n", NULL, NOTE(""), { { "+h/proxyv2:7." } },
	  { { "+h/proxyv2:7-distroless." } }, NULL, NULL, NULL },
	{ "8 an image without a type", "1.30:1.31", false,
	  SHOW("{{ .ProxyImage }}."), "global: {hub: h, tag: '7', variant: "
	  "distroless}\n", MESH("image: {}"), NOTE(""),
	  { { "+h/proxyv2:7." } },
	  { { "+h/proxyv2:7-distroless." } }, NULL, NULL, NULL },
	{ "8 the type of the mesh, in all", "1.20:1.31", false,
	  SHOW("{{ .ProxyImage }}."), "global: {hub: h, tag: '7', variant: "
	  "distroless}\n", MESH("image: {imageType: debug}"), NOTE(""),
	  { { "+h/proxyv2:7-debug." } },
	  { { "+h/proxyv2:7-debug." } }, NULL, NULL, NULL },

	{ "9 the image of istio-init", "1.30:1.31", false,
	  SHOW("{{ .ProxyInitImage }}."), "global: {hub: h, tag: '7', "
	  "proxy_init: {image: init}}\n", MESH("image: {imageType: debug}"),
	  NOTE(""), { { "+h/proxyv2:7-debug." } },
	  { { "+h/init:7." } }, NULL, NULL, NULL },

	{ "10 a bare Pod's owner", "1.20:1.21", false, OWNER, NULL, NULL,
	  OWNED("ReplicaSet", "web-5d", "pod-template-hash: 5d"),
	  { { "+shown: v1 Pod .\n" } },
	  { { "+shown: apps/v1 Deployment web.\n" } }, NULL, NULL, NULL },
	{ "10 a Rollout", "1.21:1.22", false, OWNER, NULL, NULL,
	  OWNED("ReplicaSet", "web-5d", "rollouts-pod-template-hash: 5d"),
	  { { "+shown: apps/v1 ReplicaSet web-5d.\n" } },
	  { { "+shown: v1alpha1 Rollout web.\n" } }, NULL, NULL, NULL },
	{ "10 a CronJob's API", "1.21:1.22", false, OWNER, NULL, NULL,
	  OWNED("Job", "daily-12345678", ""),
	  { { "+shown: batch/v1beta1 CronJob daily.\n" } },
	  { { "+shown: batch/v1 CronJob daily.\n" } }, NULL, NULL, NULL },

	{ "11 labels of the workload", "1.21:1.22", false,
	  SHOW("{{ .DeploymentMeta.Labels.app }}/{{ .DeploymentMeta.Name }}"),
	  NULL, NULL, NOTE(""), { { "+shown: shop/web," } },
	  { { "!can't evaluate field Labels" } }, NULL, NULL, NULL },
	{ "11 labels of a bare Pod", "1.20:1.21", false,
	  SHOW("{{ .DeploymentMeta.Labels }}{{ .DeploymentMeta.OwnerReferences "
	       "| len }}"), NULL, NULL,
	  OWNED("ReplicationController", "rc", "deploymentconfig: web, a: b"),
	  { { "+map[a:b deploymentconfig:web]1" } },
	  { { "+map[a:b]0" } }, NULL, NULL, NULL },

	{ "12 the user's ids against the template's", "1.20.6:1.20.7 "
	  "1.21.2:1.21.3 1.22.0:1.22.1 1.22.0:1.23.0", false, USERS, "as: 5\n",
	  NULL, OWN_USER,
	  { { "-runAsUser: 77", "+runAsUser: 5", "+\"1337\"" } },
	  { { "-runAsUser: 5", "+runAsUser: 77", "+\"77\"" } }, NULL, NULL,
	  NULL },
	{ "12 ids were kept by the first release", "1.20.0:1.20.1", false,
	  USERS, "as: 5\n", NULL, OWN_USER,
	  { { "+runAsUser: 77", "+\"1337\"" } },
	  { { "+runAsUser: 5" } }, NULL, NULL, NULL },
	{ "12 the usual user gives way", "1.22.0:1.22.1", false, USERS,
	  "as: 1337\n", NULL, OWN_USER, { { "+runAsUser: 77", "+\"1337\"" } },
	  { { "+runAsUser: 77", "+\"77\"" } }, NULL, NULL, NULL },
	{ "12 TPROXY runs as root", "1.22.0:1.22.1", false, USERS,
	  "as: 1337\n", NULL, DEPLOYMENT("annotations: "
	  "{sidecar.istio.io/interceptionMode: TPROXY}", "containers: "
	  "[{name: istio-proxy, image: auto, securityContext: "
	  "{runAsUser: 77}}]"), { { "+runAsUser: 77" } },
	  { { "+runAsUser: 0" } }, NULL, NULL, NULL },

	{ "13 probes of a Pod that was injected", "1.20:1.27", false, PROXY,
	  REWRITE, NULL, DEPLOYMENT("annotations: {sidecar.istio.io/status: "
	  "'{\"containers\":[\"istio-proxy\"]}'}", "containers: [{name: web, "
	  "image: web, livenessProbe: {httpGet: {port: 80}}}, {name: "
	  "istio-proxy, image: p}]"), { { "+ISTIO_KUBE_APP_PROBERS" } },
	  { { "+ISTIO_KUBE_APP_PROBERS" } }, NULL, NULL, NULL },

	{ "14 a network with a namespace", "1.22:1.26 1.23.5:1.23.6 "
	  "1.24.3:1.24.4 1.25.0:1.25.1", false, MULTUS, NULL, NULL, NOTE(""),
	  { { "+{\"name\": \"ns/cni\"}" } },
	  { { "+{\"name\": \"cni\", \"namespace\": \"ns\"}" } }, NULL, NULL,
	  NULL },
	{ "14 it is there", "1.25.0:1.26", false, SHOW("{{ appendMultusNetwork "
	  "`[{\"name\":\"ns/cni\"}]` `ns/cni` }}"), NULL, NULL, NOTE(""),
	  { { "-namespace" } }, { { "+\"namespace\": \"ns\"" } }, NULL, NULL,
	  NULL },
	{ "14 it is there in two parts", "1.25.0:1.26", false,
	  SHOW("{{ appendMultusNetwork `[{\"name\":\"cni\",\"namespace\":"
	       "\"ns\"}]` `ns/cni` }}"), NULL, NULL, NOTE(""),
	  { { "+\"ns/cni\"" } }, { { "-ns/cni" } }, NULL, NULL, NULL },

	{ "15 targets, of the agent", "1.30.3:1.31.0", true, PROXY, NULL, NULL,
	  NOTE("prometheus.istio.io/scrape-targets: '8080:/m,9090'"),
	  { { "+scrape-targets: '8080:/m,9090'", "-ISTIO_PROMETHEUS" } },
	  { { "-scrape-targets: '8080:/m,9090'", "+\"targets\":[{\"port\":"
	      "\"8080\",\"path\":\"/m\"}", "+\"port\":\"8080\",\"targets\"" } },
	  NULL, NULL, NULL },
	{ "15 targets of an image without a release", "1.30:1.31", false, PROXY,
	  NULL, NULL, NOTE("prometheus.istio.io/scrape-targets: '8080'"),
	  { { "-ISTIO_PROMETHEUS" } }, { { "+ISTIO_PROMETHEUS" } }, NULL, NULL,
	  NULL },

	{ "16 a port that cannot be scraped", "1.30:1.31", false, PROXY, NULL,
	  NULL, NOTE("prometheus.io/port: '15090'"),
	  { { "+\"port\":\"15090\"" } }, { { "!port 15090 is reserved" } },
	  NULL, NULL, NULL },
	{ "16 what is no port", "1.30:1.31", false, PROXY, NULL, NULL,
	  NOTE("prometheus.io/port: http"), { { "+\"port\":\"http\"" } },
	  { { "!invalid port \"http\"" } }, NULL, NULL, NULL },

	{ "17 the secure port, of the agent", "1.30.3:1.31.0", true,
	  SECURE_PROXY, NULL, SECURE, NOTE(""), { { "-secure-port" } },
	  { { "+prometheus.istio.io/secure-port: \"15091\"" } }, NULL, NULL,
	  NULL },
	{ "17 whatever is merged", "1.30:1.31", false, SECURE_PROXY, NULL, NULL,
	  NOTE("prometheus.istio.io/merge-metrics: 'false'"),
	  { { "-secure-port" } }, { { "+secure-port" } }, NULL, NULL, NULL },

	{ "18 core dumps", "1.24:1.25", false, PROXY, NULL, NULL,
	  NOTE("sidecar.istio.io/enableCoreDump: maybe"),
	  { { "!strconv.ParseBool: parsing \"maybe\"" } },
	  { { "+istio-proxy" } }, NULL, NULL, NULL },

	{ "19 a quantity", "1.26:1.29 1.27.5:1.27.6 1.28.3:1.28.4", false, CPU,
	  NULL, NULL, NOTE("sidecar.istio.io/proxyCPU: 1e2m"),
	  { { "!quantities must match the regular expression" } },
	  { { "!invalid value '1e2m' for annotation "
	      "'sidecar.istio.io/proxyCPU'" } }, NULL, NULL, NULL },
	{ "19 control characters", "1.26:1.29", false, PROXY, NULL, NULL,
	  NOTE("sidecar.istio.io/proxyMemory: \"1\\t\""),
	  { { "+istio-proxy" } },
	  { { "!control characters" } }, NULL, NULL, NULL },

	{ "20 excludeInterfaces", "1.29:1.30", false, PROXY, NULL, NULL,
	  INTERFACE("traffic.sidecar.istio.io/excludeInterfaces"),
	  { { "+istio-proxy" } }, { { "!\"far-too-long-name0\" too long" } },
	  NULL, NULL, NULL },
	{ "20 kubevirtInterfaces", "1.29:1.30", false, PROXY, NULL, NULL,
	  INTERFACE("traffic.sidecar.istio.io/kubevirtInterfaces"),
	  { { "+istio-proxy" } }, { { "!too long" } }, NULL, NULL, NULL },
	{ "20 reroute-virtual-interfaces", "1.29:1.30", false, PROXY, NULL,
	  NULL, INTERFACE("istio.io/reroute-virtual-interfaces"),
	  { { "+istio-proxy" } }, { { "!too long" } }, NULL, NULL, NULL },

	{ "21 DNS auto allocation", "1.24:1.25", false, PROXY, NULL,
	  MESH("proxyMetadata: {ISTIO_META_DNS_AUTO_ALLOCATE: 'true'}"),
	  NOTE(""), { { "+istio-proxy" } },
	  { { "+istio-proxy", "?ISTIO_META_DNS_AUTO_ALLOCATE is deprecated" } },
	  NULL, NULL, NULL },

	{ "22 a file without values", "1.22:1.23", false, PROXY, "# none\n",
	  NULL, NOTE(""), { { "+istio-proxy" } },
	  { { "!no values in this file" } }, NULL, NULL, NULL },
	{ "22 an empty map of values", "1.22:1.23", false, PROXY, "{}\n", NULL,
	  NOTE(""), { { "+istio-proxy" } }, { { "+istio-proxy" } }, NULL, NULL,
	  NULL },

	{ "23 an unknown field of an IstioOperator", "1.23:1.24", false, PROXY,
	  NULL, NULL, NOTE(""), { { "!\"spec.hubs\"" } },
	  { { "+istio-proxy" } }, NULL, NULL,
	  "kind: IstioOperator\nspec: {hubs: h}\n" },
	{ "23 values of other fields", "1.23:1.24", false,
	  SHOW("h{{ .Values.global.hub }}"), "global: {a: b}\n", NULL, NOTE(""),
	  { { "!\".Values.global.hub\" has no value" } },
	  { { "+shown: hub1," } },
	  NULL, NULL, "kind: IstioOperator\nspec: {hub: ub1}\n" },
};

struct heard {
	struct buf warnings;
};

static void hear(void *ctx, const struct injector_event *event)
{
	struct heard *h = ctx;

	if (event->outcome == INJECTOR_WARNING)
		buf_printf(&h->warnings, "%s\n", event->text);
}

static struct injector_text text_of(const char *name, const char *text)
{
	return (struct injector_text){ name, text, text ? strlen(text) : 0 };
}

/* The config that has the template, each line indented. */
static void write_config(struct buf *b, const struct row *row)
{
	str line, rest = str_of(row->template);

	buf_printf(b, "policy: %s\ntemplates:\n  sidecar: |\n",
		   row->policy ? row->policy : "enabled");
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		buf_printf(b, "    %.*s\n", STR_ARG(line));
	}
}

/* ---- which release ---- */

#define MARKS_1_23 \
	"metadata: {annotations: {--debug-port=: " \
	"'.InboundTrafficPolicyMode', outlierLogPath: ''}}\n"
#define LABELS(version, chart) \
	"metadata:\n  labels: {app.kubernetes.io/version: " version \
	", helm.sh/chart: " chart "}\n"

/* Who says what, and whose rules are followed. */
static const struct which {
	const char *option, *tag, *labels, *template, *rules;
	/* A fragment of the warning; NULL: none. */
	const char *warning;
} whiches[] = {
	{ NULL, NULL, "", PROXY, "rules of Istio 1.31, the newest known",
	  NULL },
	{ "1.26", "1.24.0", LABELS("1.23.0", "a"), MARKS_1_23,
	  "rules of Istio 1.26, from --istio-version",
	  "templates are those of Istio 1.23, but --istio-version names 1.26" },
	{ NULL, "1.24.0", LABELS("1.22.0", "a"), MARKS_1_23,
	  "rules of Istio 1.24, from global.tag", NULL },
	{ NULL, "1.24-alpha.0123", "", PROXY,
	  "rules of Istio 1.24, from global.tag", NULL },
	{ NULL, "1.25.2", LABELS("1.22.0", "a"), MARKS_1_23,
	  "rules of Istio 1.25, from global.tag",
	  "templates are those of Istio 1.23, but global.tag names 1.25" },
	{ NULL, "latest", LABELS("1.24.1", "a"), MARKS_1_23,
	  "rules of Istio 1.24, from the ConfigMap's labels", NULL },
	{ NULL, "company-7", LABELS("1.0.0", "istiod-1.24.1"), PROXY,
	  "rules of Istio 1.24, from the ConfigMap's labels", NULL },
	{ NULL, "sha256:0", LABELS("1.0.0", "istiod-1.0.0"), MARKS_1_23,
	  "rules of Istio 1.23, from the templates", NULL },
	{ NULL, "latest", "", SHOW("{{ env `A` `seccompProfile` }}"),
	  "rules of Istio 1.28, from the templates", NULL },
	/* one mark of a template that is somebody's own says little */
	{ NULL, "1.24.0", "", SHOW("{{ env `A` `seccompProfile` }}"),
	  "rules of Istio 1.24, from global.tag", NULL },
	{ NULL, "1.32.0", "", PROXY, "rules of Istio 1.31, from global.tag",
	  "Istio 1.32, from global.tag, is newer than the releases whose rules "
	  "are known; those of 1.31 are followed" },
	{ NULL, "1.19.4", "", PROXY, "rules of Istio 1.20, from global.tag",
	  "Istio 1.19, from global.tag, is older than the releases whose rules "
	  "are known; those of 1.20 are followed, which was never checked" },
	{ "1.9", "1.24.0", "", PROXY,
	  "rules of Istio 1.20, from --istio-version",
	  "Istio 1.9, from --istio-version, is older" },
};

/* ---- running one ---- */

/* What happened. */
struct result {
	struct buf output, warnings;
	struct injector_error error;
};

static void run_handle(const struct row *row, const struct injector *in,
		       struct result *r)
{
	const struct injector_text pod = text_of("pod.yaml", row->pod);
	struct heard heard = { BUF_INIT };
	char *text = NULL;

	if (!injector_inject_text(in, &pod, &text, NULL, hear, &heard,
				  &r->error))
		buf_addz(&r->output, text);
	injector_free_text(text);
	buf_adds(&r->warnings, buf_str(&heard.warnings));
	buf_release(&heard.warnings);
}

/* `version`: whose rules; `tag`: of the proxy's image, or NULL. */
static struct result run(const struct row *row, const char *version,
			 const char *tag)
{
	struct buf config = BUF_INIT, set = BUF_INIT;
	struct heard heard = { BUF_INIT };
	struct result r = { BUF_INIT, BUF_INIT, { .line = 0 } };
	const struct injector_text values = text_of("values.yaml", row->values);
	const struct injector_text mesh = text_of("mesh.yaml", row->mesh);
	const struct injector_text iop = text_of("iop.yaml", row->operator);
	struct injector_setting setting = { INJECTOR_SET_STRING, NULL };
	struct injector_text inject;
	const struct injector_istio istio = {
		.size = sizeof(istio), .inject_config = &inject,
		.mesh_config = row->mesh ? &mesh : NULL,
		.iop = row->operator ? &iop : NULL, .policy = row->policy,
		.version = version, .native = row->native,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio, .values = &values,
		.n_values = row->values != NULL, .settings = &setting,
		.n_settings = tag != NULL, .no_undo = true, .report = hear,
		.ctx = &heard,
	};
	struct injector *in;

	write_config(&config, row);
	inject = text_of("config.yaml", buf_z(&config));
	buf_printf(&set, "tag=%s", tag ? tag : "");
	setting.text = buf_z(&set);
	in = injector_new(&options, &r.error);
	buf_adds(&r.warnings, buf_str(&heard.warnings));
	if (in)
		run_handle(row, in, &r);
	injector_free(in);
	buf_release(&heard.warnings);
	buf_release(&config);
	buf_release(&set);
	return r;
}

static bool holds(struct result *r, const char *fragment)
{
	switch (*fragment++) {
	case '!':
		return strstr(r->error.text, fragment);
	case '?':
		return strstr(buf_z(&r->warnings), fragment);
	case '-':
		return !*r->error.text &&
		       !strstr(buf_z(&r->output), fragment);
	default:
		return strstr(buf_z(&r->output), fragment);
	}
}

static void assert_outcome(const struct row *row, const char *release,
			   const struct outcome *wanted, struct result *r)
{
	for (size_t i = 0; i < 3 && wanted->fragments[i]; i++)
		ck_assert_msg(holds(r, wanted->fragments[i]),
			      "%s: %s: %s in\n%s%s%s", row->name, release,
			      wanted->fragments[i], buf_z(&r->output),
			      r->error.text, buf_z(&r->warnings));
	buf_release(&r->output);
	buf_release(&r->warnings);
}

static void check_edge(const struct row *row, str edge)
{
	struct buf before = BUF_INIT, since = BUF_INIT;
	struct result r;
	str a, b;

	ck_assert(str_cut(edge, ':', &a, &b));
	buf_adds(&before, a);
	buf_adds(&since, b);
	if (row->agent)
		r = run(row, buf_z(&since), buf_z(&before));
	else
		r = run(row, buf_z(&before), NULL);
	assert_outcome(row, buf_z(&before), &row->before, &r);
	if (row->agent)
		r = run(row, buf_z(&before), buf_z(&since));
	else
		r = run(row, buf_z(&since), NULL);
	assert_outcome(row, buf_z(&since), &row->since, &r);
	buf_release(&before);
	buf_release(&since);
}

START_TEST(row_has_its_edges)
{
	const struct row *row = &rows[_i];
	str edge, rest = str_of(row->edges);
	bool more = true;

	while (more) {
		more = str_cut(rest, ' ', &edge, &rest);
		check_edge(row, edge);
	}
}
END_TEST

/* A ConfigMap with the labels. */
static void write_map(struct buf *b, const struct which *w)
{
	const struct row row = { .template = w->template };
	struct buf config = BUF_INIT;
	str line, rest;

	write_config(&config, &row);
	buf_printf(b, "apiVersion: v1\nkind: ConfigMap\n%s", w->labels);
	buf_addz(b, "data:\n  config: |\n");
	for (rest = buf_str(&config); rest.n; ) {
		str_cut(rest, '\n', &line, &rest);
		buf_printf(b, "    %.*s\n", STR_ARG(line));
	}
	buf_release(&config);
}

START_TEST(release_is_found)
{
	const struct which *w = &whiches[_i];
	struct buf map = BUF_INIT, set = BUF_INIT;
	struct heard heard = { BUF_INIT };
	struct injector_setting setting = { INJECTOR_SET_STRING, NULL };
	struct injector_text inject;
	const struct injector_istio istio = {
		.size = sizeof(istio), .inject_config = &inject,
		.version = w->option,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
		.settings = &setting, .n_settings = w->tag != NULL,
		.report = hear, .ctx = &heard,
	};
	struct injector_error error = { .line = 0 };
	struct injector *in;

	write_map(&map, w);
	inject = text_of("map.yaml", buf_z(&map));
	buf_printf(&set, "global.tag=%s", w->tag ? w->tag : "");
	setting.text = buf_z(&set);
	in = injector_new(&options, &error);
	ck_assert_msg(in != NULL, "%s", error.text);
	ck_assert_str_eq(injector_rules(in)->text, w->rules);
	if (w->warning)
		ck_assert_msg(strstr(buf_z(&heard.warnings), w->warning) !=
			      NULL, "%s", buf_z(&heard.warnings));
	else
		ck_assert_str_eq(buf_z(&heard.warnings), "");
	injector_free(in);
	buf_release(&heard.warnings);
	buf_release(&map);
	buf_release(&set);
}
END_TEST

START_TEST(plain_templates_have_no_rules)
{
	const struct injector_text template = text_of("t.yaml", "spec: {}\n");
	const struct injector_options options = {
		.size = sizeof(options), .templates = &template,
		.n_templates = 1,
	};
	struct injector *in = injector_new(&options, NULL);

	ck_assert(in != NULL);
	ck_assert_ptr_null(injector_rules(in));
	injector_free(in);
}
END_TEST

START_TEST(version_is_checked)
{
	const struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true, .version = "1.x",
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};
	struct injector_error error = { .line = 0 };

	ck_assert_ptr_null(injector_new(&options, &error));
	ck_assert_int_eq(error.code, INJECTOR_MISUSE);
	ck_assert_str_eq(error.text, "invalid --istio-version \"1.x\": "
			 "expected a release of Istio, such as 1.24 or "
			 "1.24.6");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rules");
	TCase *tc = tcase_create("rows");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, row_has_its_edges, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tc, release_is_found, 0,
			    (int)ARRAY_SIZE(whiches));
	tcase_add_test(tc, plain_templates_have_no_rules);
	tcase_add_test(tc, version_is_checked);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

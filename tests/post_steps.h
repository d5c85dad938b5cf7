/*
 * The cases of test_post.c for single steps: a pod, a step, the pod after it.
 */
#ifndef TESTS_POST_STEPS_H
#define TESTS_POST_STEPS_H

#include <stdbool.h>
#include <stddef.h>

/* What a case may say besides its pod. */
struct setting {
	const char *rendered, *values, *proxy, *mesh;
	const char *revision, *cluster, *network, *annotations;
	bool native;
};

/* One step on a pod; want NULL: the very same pod comes back. */
struct step_case {
	const char *name, *step, *pod, *want;
	struct setting set;
};

#define DEFAULT .rendered = NULL
#define REWRITE .values = "{sidecarInjectorWebhook: " \
			  "{rewriteAppHTTPProbe: true}}"
#define STATUS "sidecar.istio.io/status: '{}'"
#define PROXY_ENV(env) "{name: istio-proxy, env: [" env "]}"
#define SECURE(port) PROXY_ENV("{name: ENVOY_SECURE_MERGED_METRICS_PORT, " \
			       "value: '" port "'}")
#define PROBERS(json) "{name: ISTIO_KUBE_APP_PROBERS, value: '" json "'}"
#define AGENT(probe) "httpGet: {path: /app-health/a/" probe ", port: 15020}"

static const struct step_case steps[] = {
	/* probes */
	{ "no probes", "probes",
	  "spec: {containers: [{name: a}, {name: istio-proxy}]}", NULL,
	  { REWRITE } },
	{ "not asked for", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", {name: istio-proxy}]}", NULL, { DEFAULT } },
	{ "no proxy", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: "
	  "{port: 80}}}]}", NULL, { REWRITE } },
	{ "the annotation says no", "probes",
	  "metadata: {annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "
	  "'f'}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", {name: istio-proxy}]}", NULL, { REWRITE } },
	{ "the annotation is no bool", "probes",
	  "metadata: {annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "
	  "maybe}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", {name: istio-proxy}]}", NULL, { DEFAULT } },
	{ "the annotation says yes, as a bool", "probes",
	  "metadata: {annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "
	  "true}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", {name: istio-proxy}]}",
	  "metadata: {annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "
	  "true}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80}}}")) "]}", { DEFAULT } },
	{ "all three probes, in byte order", "probes",
	  "spec: {containers: [{name: a, "
	  "startupProbe: {httpGet: {path: /s, port: 1}, timeoutSeconds: 3}, "
	  "readinessProbe: {httpGet: {path: /r?a=1&b=<2>, port: 2}}, "
	  "livenessProbe: {httpGet: {port: 3, host: h}, periodSeconds: 9}}, "
	  "{name: istio-proxy}]}",
	  "spec: {containers: [{name: a, "
	  "startupProbe: {" AGENT("startupz") ", timeoutSeconds: 3}, "
	  "readinessProbe: {" AGENT("readyz") "}, "
	  "livenessProbe: {httpGet: {path: /app-health/a/livez, port: 15020, "
	  "host: h}, periodSeconds: 9}}, "
	  PROXY_ENV(PROBERS("{"
	  "\"/app-health/a/livez\":{\"httpGet\":{\"port\":3,\"host\":\"h\"}},"
	  "\"/app-health/a/readyz\":{\"httpGet\":{\"path\":\"/r?a=1\\u0026b="
	  "\\u003c2\\u003e\",\"port\":2}},"
	  "\"/app-health/a/startupz\":{\"httpGet\":{\"path\":\"/s\",\"port\":1}"
	  ",\"timeoutSeconds\":3}}")) "]}", { REWRITE } },
	{ "https becomes http for the kubelet", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 443, "
	  "scheme: HTTPS}}}, {name: istio-proxy}]}",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {path: "
	  "/app-health/a/livez, port: 15020, scheme: HTTP}}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "443,\"scheme\":\"HTTPS\"}}}")) "]}", { REWRITE } },
	{ "http headers go along and stay", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80, "
	  "httpHeaders: [{name: X, value: v}]}}}, {name: istio-proxy}]}",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {path: "
	  "/app-health/a/livez, port: 15020, httpHeaders: [{name: X, value: "
	  "v}]}}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80,\"httpHeaders\":[{\"name\":\"X\",\"value\":"
			    "\"v\"}]}}}")) "]}", { REWRITE } },
	{ "named port", "probes",
	  "spec: {containers: [{name: a, ports: [{name: web, containerPort: 81}"
	  "], livenessProbe: {httpGet: {port: web}}}, {name: istio-proxy}]}",
	  "spec: {containers: [{name: a, ports: [{name: web, containerPort: 81}"
	  "], livenessProbe: {" AGENT("livez") "}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "81}}}")) "]}", { REWRITE } },
	{ "a port of another container is none", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: web}}}"
	  ", {name: b, ports: [{name: web, containerPort: 81}]}, "
	  "{name: istio-proxy}]}",
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}}, "
	  "{name: b, ports: [{name: web, containerPort: 81}]}, "
	  "{name: istio-proxy}]}", { REWRITE } },
	{ "tcp becomes http", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {failureThreshold: 2, "
	  "tcpSocket: {port: 5, host: h}, timeoutSeconds: 0}}, "
	  "{name: istio-proxy}]}",
	  "spec: {containers: [{name: a, livenessProbe: {failureThreshold: 2, "
	  AGENT("livez") ", timeoutSeconds: 0}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"tcpSocket\":{\"port\""
			    ":5,\"host\":\"h\"}}}")) "]}", { REWRITE } },
	{ "tcp by name", "probes",
	  "spec: {containers: [{name: a, ports: [{name: t, containerPort: 6}], "
	  "livenessProbe: {tcpSocket: {port: t}}}, {name: istio-proxy}]}",
	  "spec: {containers: [{name: a, ports: [{name: t, containerPort: 6}], "
	  "livenessProbe: {" AGENT("livez") "}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"tcpSocket\":{\"port\""
			    ":6}}}")) "]}", { REWRITE } },
	{ "grpc becomes http", "probes",
	  "spec: {containers: [{name: a, readinessProbe: {grpc: {port: 7, "
	  "service: s}, timeoutSeconds: 4}}, {name: istio-proxy}]}",
	  "spec: {containers: [{name: a, readinessProbe: {" AGENT("readyz")
	  ", timeoutSeconds: 4}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/readyz\":{\"grpc\":{\"port\":7,"
			    "\"service\":\"s\"},\"timeoutSeconds\":4}}"))
	  "]}", { REWRITE } },
	{ "exec stays", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {exec: {command: [x]}}}"
	  ", {name: istio-proxy}]}", NULL, { REWRITE } },
	{ "null probe, null action", "probes",
	  "spec: {containers: [{name: a, livenessProbe: null, readinessProbe: "
	  "{httpGet: null}, lifecycle: null}, {name: istio-proxy}]}", NULL,
	  { REWRITE } },
	{ "the proxy's own probes stay", "probes",
	  "spec: {containers: [{name: istio-proxy, readinessProbe: {httpGet: "
	  "{port: 15021}}}]}", NULL, { REWRITE } },
	{ "lifecycle handlers", "probes",
	  "spec: {containers: [{name: a, lifecycle: {preStop: {httpGet: {path: "
	  "/bye, port: 80}}, postStart: {tcpSocket: {port: 81}}}}, "
	  "{name: istio-proxy}]}",
	  "spec: {containers: [{name: a, lifecycle: {preStop: {httpGet: {path: "
	  "/app-lifecycle/a/prestopz, port: 15020}}, postStart: {httpGet: "
	  "{path: /app-lifecycle/a/poststartz, port: 15020}}}}, "
	  PROXY_ENV(PROBERS("{\"/app-lifecycle/a/poststartz\":{\"tcpSocket\":"
			    "{\"port\":81}},\"/app-lifecycle/a/prestopz\":{"
			    "\"httpGet\":{\"path\":\"/bye\",\"port\":80}}}"))
	  "]}", { REWRITE } },
	{ "lifecycle exec and sleep stay", "probes",
	  "spec: {containers: [{name: a, lifecycle: {preStop: {exec: {command: "
	  "[x]}}, postStart: {sleep: {seconds: 1}}}}, {name: istio-proxy}]}",
	  NULL, { REWRITE } },
	{ "init containers, native proxy", "probes",
	  "spec: {initContainers: [{name: i, restartPolicy: Always, "
	  "startupProbe: {httpGet: {port: 8}}}, {name: istio-proxy}], "
	  "containers: [{name: a}]}",
	  "spec: {initContainers: [{name: i, restartPolicy: Always, "
	  "startupProbe: {httpGet: {path: /app-health/i/startupz, port: 15020}}"
	  "}, " PROXY_ENV(PROBERS("{\"/app-health/i/startupz\":{\"httpGet\":{"
				  "\"port\":8}}}")) "], "
	  "containers: [{name: a}]}", { REWRITE } },
	{ "behind the env that is there", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", " PROXY_ENV("{name: X, value: y}") "]}",
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}}, "
	  PROXY_ENV("{name: X, value: y}, "
		    PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80}}}")) "]}", { REWRITE } },
	{ "no injection before: what is there stays", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", " PROXY_ENV(PROBERS("{}")) "]}",
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}}, "
	  PROXY_ENV(PROBERS("{}") ", "
		    PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80}}}")) "]}", { REWRITE } },
	{ "the pod's own status port", "probes",
	  "metadata: {annotations: {status.sidecar.istio.io/port: '15999'}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", {name: istio-proxy}]}",
	  "metadata: {annotations: {status.sidecar.istio.io/port: '15999'}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {path: "
	  "/app-health/a/livez, port: 15999}}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80}}}")) "]}", { REWRITE } },
	{ "status port 0", "probes",
	  "metadata: {annotations: {status.sidecar.istio.io/port: '0'}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 80}}}"
	  ", {name: istio-proxy}]}",
	  "metadata: {annotations: {status.sidecar.istio.io/port: '0'}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {path: "
	  "/app-health/a/livez, port: 0}}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80}}}")) "]}", { REWRITE } },
	{ "rewritten before, by the mesh's port", "probes",
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}}, "
	  "{name: istio-proxy}]}", NULL, { REWRITE } },
	{ "rewritten before to another port", "probes",
	  "metadata: {annotations: {status.sidecar.istio.io/port: 15999, "
	  STATUS "}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {path: "
	  "/app-health/a/livez, port: 15999}}}, {name: istio-proxy}]}", NULL,
	  { REWRITE } },
	{ "a new probe joins the known ones", "probes",
	  "metadata: {annotations: {" STATUS "}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}, "
	  "readinessProbe: {tcpSocket: {port: 5}}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"path\":"
			    "\"/x\",\"port\":80}}}")
		    ", {name: Z, value: z}") "]}",
	  "metadata: {annotations: {" STATUS "}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}, "
	  "readinessProbe: {" AGENT("readyz") "}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"path\":"
			    "\"/x\",\"port\":80}},\"/app-health/a/readyz\":{"
			    "\"tcpSocket\":{\"port\":5}}}")
		    ", {name: Z, value: z}") "]}", { REWRITE } },
	{ "a known one goes before a new one", "probes",
	  "metadata: {annotations: {" STATUS "}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {httpGet: {port: 99}}}"
	  ", " PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{"
				 "\"port\":80}}}")) "]}",
	  "metadata: {annotations: {" STATUS "}}\n"
	  "spec: {containers: [{name: a, livenessProbe: {" AGENT("livez") "}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80}}}")) "]}", { REWRITE } },
	{ "unknown fields stay", "probes",
	  "extra: 1\nspec: {future: [x], containers: [{name: a, gpu: {n: 2}, "
	  "livenessProbe: {newer: true, httpGet: {port: 80, http3: true}}}, "
	  "{name: istio-proxy}]}",
	  "extra: 1\nspec: {future: [x], containers: [{name: a, gpu: {n: 2}, "
	  "livenessProbe: {newer: true, httpGet: {path: /app-health/a/livez, "
	  "port: 15020, http3: true}}}, "
	  PROXY_ENV(PROBERS("{\"/app-health/a/livez\":{\"httpGet\":{\"port\":"
			    "80}}}")) "]}", { REWRITE } },

	/* prometheus */
	{ "nothing to tell", "prometheus",
	  "spec: {containers: [{name: istio-proxy}]}",
	  "metadata: {annotations: {prometheus.io/port: '15020', "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: [{name: istio-proxy}]}", { DEFAULT } },
	{ "port, path and scrape", "prometheus",
	  "metadata: {annotations: {prometheus.io/port: 9001, "
	  "prometheus.io/path: /m, prometheus.io/scrape: true}}\n"
	  "spec: {containers: [{name: istio-proxy}]}",
	  "metadata: {annotations: {prometheus.io/port: '15020', "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: [" PROXY_ENV(
	  "{name: ISTIO_PROMETHEUS_ANNOTATIONS, value: '{\"scrape\":\"true\","
	  "\"path\":\"/m\",\"port\":\"9001\"}'}") "]}", { DEFAULT } },
	{ "other spellings", "prometheus",
	  "metadata: {annotations: {prometheus.io.port: '1', "
	  "prometheus-io/path: /m, x: y}}\n"
	  "spec: {containers: [{name: istio-proxy}]}",
	  "metadata: {annotations: {prometheus.io/port: '15020', x: y, "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: [" PROXY_ENV(
	  "{name: ISTIO_PROMETHEUS_ANNOTATIONS, value: '{\"scrape\":\"\","
	  "\"path\":\"/m\",\"port\":\"1\"}'}") "]}", { DEFAULT } },
	{ "scrape: false", "prometheus",
	  "metadata: {annotations: {prometheus.io/scrape: 'false'}}\n"
	  "spec: {containers: [{name: istio-proxy}]}", NULL, { DEFAULT } },
	{ "scrape: 0, as a number", "prometheus",
	  "metadata: {annotations: {prometheus.io/scrape: 0}}\n"
	  "spec: {containers: [{name: istio-proxy}]}", NULL, { DEFAULT } },
	{ "the mesh says no", "prometheus",
	  "spec: {containers: [{name: istio-proxy}]}", NULL,
	  { .mesh = "{enablePrometheusMerge: false}" } },
	{ "the pod says no", "prometheus",
	  "metadata: {annotations: {prometheus.istio.io/merge-metrics: "
	  "'false'}}\nspec: {containers: [{name: istio-proxy}]}", NULL,
	  { .mesh = "{enablePrometheusMerge: true}" } },
	{ "the pod says yes, the mesh no", "prometheus",
	  "metadata: {annotations: {prometheus.istio.io/merge-metrics: "
	  "'1'}}\nspec: {}",
	  "metadata: {annotations: {prometheus.istio.io/merge-metrics: '1', "
	  "prometheus.io/port: '15020', prometheus.io/path: "
	  "/stats/prometheus, prometheus.io/scrape: 'true'}}\nspec: {}",
	  { .mesh = "{enablePrometheusMerge: false}" } },
	{ "at the agent by the user's own hand", "prometheus",
	  "metadata: {annotations: {prometheus.io/port: '15020', "
	  "prometheus.io/path: /own}}\n"
	  "spec: {containers: [{name: istio-proxy}]}", NULL, { DEFAULT } },
	{ "ours follow the agent to its port", "prometheus",
	  "metadata: {annotations: {" STATUS ", prometheus.io/port: '15020', "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: [{name: istio-proxy}]}",
	  "metadata: {annotations: {" STATUS ", prometheus.io/port: '16020', "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: [{name: istio-proxy}]}",
	  { .proxy = "{statusPort: 16020}" } },
	{ "set anew after an injection: told anew", "prometheus",
	  "metadata: {annotations: {" STATUS ", prometheus.io/port: '99'}}\n"
	  "spec: {containers: [" PROXY_ENV(
	  "{name: ISTIO_PROMETHEUS_ANNOTATIONS, value: old}") "]}",
	  "metadata: {annotations: {" STATUS ", prometheus.io/port: '15020', "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: [" PROXY_ENV(
	  "{name: ISTIO_PROMETHEUS_ANNOTATIONS, value: '{\"scrape\":\"\","
	  "\"path\":\"\",\"port\":\"99\"}'}") "]}", { DEFAULT } },
	{ "several targets", "prometheus",
	  "metadata: {annotations: {prometheus.io/scrape: 'true', "
	  "prometheus.istio.io/scrape-targets: ' 8080:/m , 9100,,81:'}}\n"
	  "spec: {containers: [{name: istio-proxy}]}",
	  "metadata: {annotations: {prometheus.io/port: '15020', "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: [" PROXY_ENV(
	  "{name: ISTIO_PROMETHEUS_ANNOTATIONS, value: '{\"scrape\":\"true\","
	  "\"path\":\"/m\",\"port\":\"8080\",\"targets\":[{\"port\":\"8080\","
	  "\"path\":\"/m\"},{\"port\":\"9100\",\"path\":\"/metrics\"},{"
	  "\"port\":\"81\",\"path\":\"/metrics\"}]}'}") "]}", { DEFAULT } },
	{ "the port with mutual TLS", "secure port",
	  "spec: {containers: [" SECURE("15091") "]}",
	  "metadata: {annotations: {prometheus.istio.io/secure-port: "
	  "'15091'}}\nspec: {containers: [" SECURE("15091") "]}", { DEFAULT } },
	{ "the port with mutual TLS, of a native sidecar", "secure port",
	  "spec: {initContainers: [" SECURE("15091") "]}",
	  "metadata: {annotations: {prometheus.istio.io/secure-port: "
	  "'15091'}}\nspec: {initContainers: [" SECURE("15091") "]}",
	  { DEFAULT } },
	{ "the port with mutual TLS, the user's", "secure port",
	  "metadata: {annotations: {prometheus.istio.io/secure-port: '7'}}\n"
	  "spec: {containers: [" SECURE("15091") "]}", NULL, { DEFAULT } },
	{ "the port with mutual TLS, in another spelling", "secure port",
	  "metadata: {annotations: {prometheus/istio/io/secure-port: '7'}}\n"
	  "spec: {containers: [" SECURE("15091") "]}", NULL, { DEFAULT } },
	{ "no port with mutual TLS: 0", "secure port",
	  "spec: {containers: [" SECURE("0") "]}", NULL, { DEFAULT } },
	{ "no port with mutual TLS: empty", "secure port",
	  "spec: {containers: [" SECURE("") "]}", NULL, { DEFAULT } },
	{ "the port with mutual TLS, the user's, empty, once more",
	  "secure port",
	  "metadata: {annotations: {prometheus.istio.io/secure-port: '', "
	  STATUS "}}\n"
	  "spec: {containers: [{name: istio-proxy}]}", NULL, { DEFAULT } },
	{ "the port with mutual TLS, the user's, off, once more",
	  "secure port",
	  "metadata: {annotations: {prometheus.istio.io/secure-port: '0', "
	  STATUS "}}\n"
	  "spec: {containers: [" SECURE("0") "]}", NULL, { DEFAULT } },
	{ "no proxy, no port with mutual TLS", "secure port",
	  "spec: {containers: [{name: a}]}", NULL, { DEFAULT } },
	{ "an agent without port for mutual TLS", "secure port",
	  "metadata: {annotations: {a: b}}\n"
	  "spec: {containers: [{name: istio-proxy, image: "
	  "'proxyv2:1.30.3', env: [{name: ENVOY_SECURE_MERGED_METRICS_PORT, "
	  "value: '1'}]}]}", NULL, { DEFAULT } },
	{ "annotations: null", "prometheus",
	  "metadata: {annotations: null}\nspec: {containers: []}",
	  "metadata: {annotations: {prometheus.io/port: '15020', "
	  "prometheus.io/path: /stats/prometheus, prometheus.io/scrape: "
	  "'true'}}\nspec: {containers: []}", { DEFAULT } },

	/* cluster */
	{ "no names", "cluster", "spec: {containers: [{name: istio-proxy}]}",
	  NULL, { DEFAULT } },
	{ "no proxy", "cluster", "spec: {containers: [{name: a}]}", NULL,
	  { .cluster = "c", .network = "n" } },
	{ "both names, at the end", "cluster",
	  "spec: {containers: [" PROXY_ENV(
	  "{name: ISTIO_META_CLUSTER_ID, value: old}, {name: X, value: x}")
	  "]}",
	  "spec: {containers: [" PROXY_ENV(
	  "{name: X, value: x}, {name: ISTIO_META_CLUSTER_ID, value: c}, "
	  "{name: ISTIO_META_NETWORK, value: w}") "]}",
	  { .cluster = "c", .network = "w" } },
	{ "env: null", "cluster",
	  "spec: {initContainers: [{name: istio-proxy, env: null}]}",
	  "spec: {initContainers: [" PROXY_ENV(
	  "{name: ISTIO_META_NETWORK, value: w}") "]}", { .network = "w" } },

	/* metadata */
	{ "an empty status", "metadata", "spec: {}",
	  "metadata: {annotations: {sidecar.istio.io/status: '{"
	  "\"initContainers\":null,\"containers\":null,\"volumes\":null,"
	  "\"imagePullSecrets\":null,\"revision\":\"default\"}'}}\nspec: {}",
	  { DEFAULT } },
	{ "what is in a status", "metadata", "metadata: null\nspec: {}",
	  "metadata: {annotations: {sidecar.istio.io/status: '{"
	  "\"initContainers\":[\"i\",\"j\"],\"containers\":[\"c\"],"
	  "\"volumes\":[\"v\\u003c\"],\"imagePullSecrets\":[\"p\"],"
	  "\"revision\":\"canary\"}'}}\nspec: {}",
	  { .revision = "canary", .rendered =
	  "spec: {initContainers: [{name: i}, {name: j}], containers: "
	  "[{name: c}], volumes: [{name: 'v<'}], imagePullSecrets: "
	  "[{name: p}]}" } },
	{ "the same status", "metadata",
	  "metadata: {annotations: {sidecar.istio.io/status: '{"
	  "\"initContainers\":null,\"containers\":null,\"volumes\":null,"
	  "\"imagePullSecrets\":null,\"revision\":\"default\"}'}}", NULL,
	  { DEFAULT } },
	{ "the network's label", "metadata",
	  "metadata: {annotations: {sidecar.istio.io/status: '{"
	  "\"initContainers\":null,\"containers\":null,\"volumes\":null,"
	  "\"imagePullSecrets\":null,\"revision\":\"default\"}'}}",
	  "metadata: {labels: {topology.istio.io/network: w}, annotations: "
	  "{sidecar.istio.io/status: '{"
	  "\"initContainers\":null,\"containers\":null,\"volumes\":null,"
	  "\"imagePullSecrets\":null,\"revision\":\"default\"}'}}",
	  { .network = "w" } },
	{ "annotations of the configuration", "metadata", "metadata: {}",
	  "metadata: {annotations: {sidecar.istio.io/status: '{"
	  "\"initContainers\":null,\"containers\":null,\"volumes\":null,"
	  "\"imagePullSecrets\":null,\"revision\":\"default\"}', a: b, "
	  "n: '1'}}", { .annotations = "{a: b, n: 1}" } },

	/* order */
	{ "the proxy last", "order",
	  "spec: {containers: [{name: istio-proxy}, {name: a}, {name: b}]}",
	  "spec: {containers: [{name: a}, {name: b}, {name: istio-proxy}]}",
	  { DEFAULT } },
	{ "in order", "order",
	  "spec: {containers: [{name: a}, {name: istio-proxy}], "
	  "initContainers: [{name: i}, {name: istio-init}]}", NULL,
	  { DEFAULT } },
	{ "the proxy first: the mesh", "order",
	  "spec: {containers: [{name: a}, {name: istio-proxy}]}",
	  "spec: {containers: [{name: istio-proxy}, {name: a}]}",
	  { .proxy = "{holdApplicationUntilProxyStarts: true}" } },
	{ "the proxy first: the values", "order",
	  "spec: {containers: [{name: a}, {name: istio-proxy}]}",
	  "spec: {containers: [{name: istio-proxy}, {name: a}]}",
	  { .values = "{global: {proxy: {holdApplicationUntilProxyStarts: "
	    "true}}}" } },
	{ "init containers without native sidecars", "order",
	  "spec: {initContainers: [{name: enable-core-dump}, {name: "
	  "istio-init}, {name: i}, {name: istio-validation}, {name: j}]}",
	  "spec: {initContainers: [{name: istio-validation}, {name: i}, "
	  "{name: j}, {name: istio-init}, {name: enable-core-dump}]}",
	  { DEFAULT } },
	{ "init containers with native sidecars", "order",
	  "spec: {initContainers: [{name: i}, {name: enable-core-dump}, "
	  "{name: istio-proxy}, {name: j}, {name: istio-init}, "
	  "{name: istio-validation}]}",
	  "spec: {initContainers: [{name: istio-init}, {name: "
	  "istio-validation}, {name: istio-proxy}, {name: enable-core-dump}, "
	  "{name: i}, {name: j}]}", { DEFAULT } },
	{ "nothing there", "order", "spec: null", NULL, { DEFAULT } },
	{ "lists that are none", "order",
	  "spec: {containers: null, initContainers: null}", NULL, { DEFAULT } },

	/* user */
	{ "no proxy of the user", "user",
	  "spec: {initContainers: [{name: istio-init, args: [-u, '1337']}], "
	  "containers: [{name: a, securityContext: {runAsUser: 5}}]}", NULL,
	  { DEFAULT } },
	{ "the argument -u", "user",
	  "spec: {initContainers: [{name: istio-init, args: [-p, '1', -u, "
	  "'1337', -m]}], containers: [{name: istio-proxy, securityContext: "
	  "{runAsUser: 55}}]}",
	  "spec: {initContainers: [{name: istio-init, args: [-p, '1', -u, "
	  "'55', -m]}], containers: [{name: istio-proxy, securityContext: "
	  "{runAsUser: 55}}]}", { DEFAULT } },
	{ "the argument -u, the last one", "user",
	  "spec: {initContainers: [{name: istio-init, args: [-u]}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: "
	  "55}}]}", NULL, { DEFAULT } },
	{ "user 0 is never let through", "user",
	  "spec: {initContainers: [{name: istio-init, args: [-u, '1337']}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: "
	  "0}}]}", NULL, { DEFAULT } },
	{ "istio-validation runs as the proxy", "user",
	  "spec: {initContainers: [{name: istio-validation, args: [-u, '1']}, "
	  "{name: istio-proxy, securityContext: {runAsUser: 5, runAsGroup: 6}}"
	  "]}",
	  "spec: {initContainers: [{name: istio-validation, args: [-u, '5'], "
	  "securityContext: {runAsUser: 5, runAsGroup: 6}}, "
	  "{name: istio-proxy, securityContext: {runAsUser: 5, runAsGroup: 6}}"
	  "]}", { DEFAULT } },
	{ "a group alone", "user",
	  "spec: {initContainers: [{name: istio-validation, args: [-u, '1'], "
	  "securityContext: {runAsUser: 1337}}], containers: [{name: "
	  "istio-proxy, securityContext: {runAsGroup: 6}}]}",
	  "spec: {initContainers: [{name: istio-validation, args: [-u, '1'], "
	  "securityContext: {runAsUser: 1337, runAsGroup: 6}}], containers: "
	  "[{name: istio-proxy, securityContext: {runAsGroup: 6}}]}",
	  { DEFAULT } },
	{ "TPROXY runs as root", "user",
	  "spec: {initContainers: [{name: istio-init, args: [-u, '1337']}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: 5}}]}",
	  "spec: {initContainers: [{name: istio-init, args: [-u, '5']}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: 0}}]}",
	  { .proxy = "{interceptionMode: TPROXY}" } },
	{ "TPROXY by annotation, validation untouched", "user",
	  "metadata: {annotations: {sidecar.istio.io/interceptionMode: TPROXY}}"
	  "\nspec: {initContainers: [{name: istio-validation}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: 5}}]}",
	  "metadata: {annotations: {sidecar.istio.io/interceptionMode: TPROXY}}"
	  "\nspec: {initContainers: [{name: istio-validation}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: 0}}]}",
	  { DEFAULT } },
	{ "an injected proxy is not the user's", "user",
	  "metadata: {annotations: {sidecar.istio.io/status: '{\"containers\":"
	  "[\"istio-proxy\"]}'}}\n"
	  "spec: {initContainers: [{name: istio-init, args: [-u, '1337']}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: 5}}]}",
	  NULL, { DEFAULT } },
	{ "what the user set before the injection", "user",
	  "metadata: {annotations: {sidecar.istio.io/status: '{\"containers\":"
	  "[\"istio-proxy\"]}', proxy.istio.io/overrides: '{\"containers\":[{"
	  "\"name\":\"istio-proxy\",\"securityContext\":{\"runAsUser\":5}}]}'}}"
	  "\nspec: {initContainers: [{name: istio-init, args: [-u, '1337']}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: 7}}]}",
	  "metadata: {annotations: {sidecar.istio.io/status: '{\"containers\":"
	  "[\"istio-proxy\"]}', proxy.istio.io/overrides: '{\"containers\":[{"
	  "\"name\":\"istio-proxy\",\"securityContext\":{\"runAsUser\":5}}]}'}}"
	  "\nspec: {initContainers: [{name: istio-init, args: [-u, '7']}], "
	  "containers: [{name: istio-proxy, securityContext: {runAsUser: 7}}]}",
	  { DEFAULT } },
};

#endif

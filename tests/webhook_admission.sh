#!/bin/sh
# injector-webhook behind kube-apiserver's own admission chain (see
# scripts/admit): Istio's Pods (A1, with CONFORMANCE), the other plugins (A2),
# Istio's labels (A3), other webhooks (A10), and what a user sees (A11).
. "$(dirname "$0")/command.inc"
. "$root/tests/webhook/server.inc"

has_admit 'A1, A2, A3, A10, A11' || exit 0
make_ca ca
make_cert server 1
serve()
{
	start server --tls-cert server.crt --tls-key server.key "$@"
}

# of FILE EXPRESSION: of the JSON in a file, where `it` is the root, `containers` all
# of a Pod by their names, and `notes` the audit annotations
of()
{
	python3 - "$1" "$2" <<-'PY'
	import json, sys
	it = json.load(open(sys.argv[1]))
	containers = {c["name"]: c for kind in ("initContainers", "containers")
	              for c in it.get("spec", {}).get(kind, [])}
	notes = it.get("auditAnnotations", {})
	print(eval(sys.argv[2]))
	PY
}

# is NAME FILE EXPRESSION: it is true
is()
{
	ok "$1" [ "$(of "$2" "bool($3)" 2>of.err)" = True ]
	[ ! -s of.err ] || { tail -n 1 of.err; cat "$2"; }
}

# admit ARGUMENTS...: result files in out
admit()
{
	rm -rf out
	"$ADMIT" -ca ca.pem -address "127.0.0.1:$port" -out out "$@" >admitted
	status=$?
}
configuration Fail >mwc.yaml

# --- A1 --------------------------------------------------------------------------
cat >namespaces.yaml <<'EOF'
apiVersion: v1
kind: Namespace
metadata: {name: sample}
---
apiVersion: v1
kind: Namespace
metadata:
  name: test-ns
  annotations: {openshift.io/sa.scc.uid-range: 1000620000/10000}
EOF

cases()
{
	python3 "$helpers/cases.py" split "$CONFORMANCE" cases || return
	for group in cases/*; do
		# names and values without blanks
		set -- $(cat "$group/env")
		for setting; do
			export "${setting?}"
		done
		set -- $(cat "$group/args")
		serve --namespace-file namespaces.yaml "$@"
		for setting in $(cat "$group/env"); do
			unset "${setting%%=*}"
		done
		admit -config mwc.yaml -namespaces namespaces.yaml \
			-pods "$group/pods" -again
		mv out "$group/out"
		admit -config namespaces.yaml -pods "$group/wanted"
		mv out "$group/out-wanted"
		stop "$pid"
	done
	python3 "$helpers/cases.py" compare cases >compared
}
if [ "${CONFORMANCE:-}" ] && [ -e "$CONFORMANCE/webhook/cases.jsonl" ]; then
	case $CONFORMANCE in
	/*) ;;
	*) CONFORMANCE=$root/$CONFORMANCE ;;
	esac
	cases
	ok "Istio's Pods" [ $? -eq 0 ]
	cat compared
else
	echo "skipped: A1: CONFORMANCE is not set"
fi

# --- A2 --------------------------------------------------------------------------
cat >plugins.yaml <<'END'
apiVersion: v1
kind: Namespace
metadata: {name: limited}
---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: limited}
spec:
  limits:
  - type: Container
    default: {cpu: 300m, memory: 200Mi, ephemeral-storage: 2Gi}
    defaultRequest: {cpu: 30m, memory: 20Mi}
---
apiVersion: v1
kind: Namespace
metadata:
  name: baseline
  labels: {pod-security.kubernetes.io/enforce: baseline}
---
apiVersion: v1
kind: Namespace
metadata:
  name: restricted
  labels: {pod-security.kubernetes.io/enforce: restricted}
END
for name in limited baseline restricted; do
	cat >pod-$name.yaml <<-END
	apiVersion: v1
	kind: Pod
	metadata: {name: $name, namespace: $name}
	spec:
	  securityContext:
	    runAsNonRoot: true
	    runAsUser: 1000
	    seccompProfile: {type: RuntimeDefault}
	  containers:
	  - name: web
	    image: example.com/web:1
	    securityContext:
	      allowPrivilegeEscalation: false
	      capabilities: {drop: [ALL]}
	END
done
pods=pod-limited.yaml,pod-baseline.yaml,pod-restricted.yaml

# completed NAME: sidecars have the token's mount and the LimitRange's limits
completed()
{
	is "$1: every container has a token and limits" out/pod-limited.json '
all(any(m["name"].startswith("kube-api-access-") for m in c["volumeMounts"])
    and c["resources"]["limits"]["ephemeral-storage"] == "2Gi"
    and {"cpu", "memory"} <= c["resources"]["limits"].keys()
    for c in containers.values()) and len(containers) >= 2'
}
serve -t istio
admit -config mwc.yaml,plugins.yaml -pods $pods -plugins all -again
completed "Istio"
is "a second admission changes nothing" out/pod-limited.result.json \
	'it["again"] == "same"'
for name in baseline restricted; do
	is "$name refuses what Istio needs" out/pod-$name.result.json \
		'not it["allowed"] and it["code"] == 403 and
"violates PodSecurity" in it["error"] and "istio-init" in it["error"]'
done
stop "$pid"
for options in '-t istio --set pilot.cni.enabled=true' '-t otel-collector'; do
	# shellcheck disable=SC2086
	serve $options
	admit -config mwc.yaml,plugins.yaml -pods $pods -plugins all -again
	ok "$options: all are admitted" [ "$status" -eq 0 ]
	completed "$options"
	stop "$pid"
done
echo "A2 other plugins: 9 Pods with LimitRange and PodSecurity, 7 admitted with" \
	"token and limits, 2 that run istio-init as root refused"

# --- A3 --------------------------------------------------------------------------
python3 "$helpers/matrix.py" write labels.yaml labels

# labels KIND REVISION... -- OPTIONS...: the installation that is printed
labels()
{
	kind=$1
	shift
	revisions=
	while [ "$1" != -- ]; do
		revisions="$revisions $1"
		shift
	done
	shift
	"$WEBHOOK" manifests --service sys/injector "$@" >installed.yaml \
		2>notes || { cat notes; return 1; }
	for key in tls.crt tls.key; do
		python3 "$helpers/secret.py" installed.yaml $key >"$key"
	done
	start labels --tls-cert tls.crt --tls-key tls.key
	rm -rf out
	"$ADMIT" -config installed.yaml -namespaces labels.yaml -pods labels \
		-address "127.0.0.1:$port" -out out >admitted
	stop "$pid"
	# shellcheck disable=SC2086
	python3 "$helpers/matrix.py" check out $kind $revisions
}
ok "labels of the default revision" labels default default --
tail -n 1 .why
ok "of a revision and its tag" labels revision canary prod -- \
	--revision canary --tag prod
tail -n 1 .why

# --- A10 -------------------------------------------------------------------------
python3 "$helpers/second.py" server.crt server.key >second.port &
second=$!
pids="$pids $second"
await 10 [ -s second.port ]
for policy in IfNeeded Never; do
	configuration Fail | sed "s/IfNeeded/$policy/" >mwc-$policy.yaml
	cat >>mwc-$policy.yaml <<-END
	---
	apiVersion: admissionregistration.k8s.io/v1
	kind: MutatingWebhookConfiguration
	metadata: {name: later}
	webhooks:
	- name: late.example.com
	  clientConfig: {url: "https://localhost:$(cat second.port)/"}
	  rules:
	  - {operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}
	  admissionReviewVersions: [v1]
	  sideEffects: None
	END
done
cat >own.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: own, annotations: {proxy.istio.io/config: "concurrency: 3"}}
spec:
  serviceAccountName: default
  initContainers:
  - name: istio-proxy
    image: example.com/my-proxy:2
    restartPolicy: Always
    securityContext: {runAsUser: 4321}
  containers:
  - name: web
    image: example.com/web:1
    readinessProbe: {httpGet: {path: /web, port: 8080}}
END
serve -t istio --native-sidecars
for policy in Never IfNeeded; do
	admit -config mwc-$policy.yaml -pods own.yaml -again
	ok "$policy: admitted" [ "$status" -eq 0 ]
	is "$policy: the user's own settings stay" out/own.json '
containers["istio-proxy"]["image"] == "example.com/my-proxy:2" and
containers["istio-proxy"]["securityContext"]["runAsUser"] == 4321'
	is "$policy: the first container's probe is Istio's" out/own.json '
containers["web"]["readinessProbe"]["httpGet"]["path"] ==
"/app-health/web/readyz"'
done
is "two calls, then ours again" out/own.result.json 'len(it["calls"]) == 3'
is "the second admission changes nothing" out/own.result.json \
	'it["again"] == "same"'
is "so is that of the container that came later" out/own.json '
containers["late"]["readinessProbe"]["httpGet"]["path"] ==
"/app-health/late/readyz" and
containers["late"]["readinessProbe"]["httpGet"]["port"] == 15020'
is "and the proxy knows it" out/own.json '
any(e["name"] == "ISTIO_KUBE_APP_PROBERS" and "/app-health/late/readyz" in
e["value"] and "/app-health/web/readyz" in e["value"]
for e in containers["istio-proxy"]["env"])'
echo "A10 reinvocation: a container that a later webhook adds has its probe" \
	"rewritten, the user's image and user stay"
kill $second
forget $second

# --- A11 -------------------------------------------------------------------------
cat >good.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: good}
spec:
  serviceAccountName: default
  containers: [{name: web, image: "example.com/web:1"}]
END
sed 's/name: good/&, annotations: {sidecar.istio.io\/proxyCPU: much}/' good.yaml \
	>denied.yaml
sed 's/name: good/&, annotations: {sidecar.istio.io\/injct: "true"}/' good.yaml \
	>mistyped.yaml
sed 's/name: good/&, labels: {sidecar.istio.io\/inject: "false"}/' good.yaml \
	>skipped.yaml
webhook=sidecar.injector.example
admit -config mwc.yaml -pods good.yaml,denied.yaml,mistyped.yaml,skipped.yaml
is "audit annotations" out/good.result.json "
notes['$webhook/status'] == 'injected' and
notes['$webhook/revision'] == 'default' and
'sidecar' in notes['$webhook/templates'] and notes['$webhook/reason']"
is "of a Pod that is skipped" out/skipped.result.json "
notes['$webhook/status'] == 'skipped' and
'sidecar.istio.io/inject' in notes['$webhook/reason']"
is "a Pod's own mistake is a denial, in Istio's words" out/denied.result.json "
it['code'] == 422 and it['error'].startswith(
'admission webhook \"$webhook\" denied the request: ') and
'proxyCPU' in it['error']"
is "no warnings unless they are wanted" out/mistyped.result.json \
	'not it.get("warnings")'
admit -config mwc.yaml -pods good.yaml -dry-run
is "a dry run is admitted" out/good.result.json \
	'it["allowed"] and len(it["calls"]) == 1'
ok "and marked in the log" grep -q '"dry_run":"true"' server.log
stop "$pid"
serve -t istio --warnings
admit -config mwc.yaml -pods mistyped.yaml
is "a warning" out/mistyped.result.json '
len(it["warnings"]) == 1 and "injct" in it["warnings"][0] and
len(it["warnings"][0]) <= 120'
stop "$pid"

# A template that fails for each Pod: not the Pod's fault.
echo '{{ fail "out of order" }}' >broken.yaml
serve -t broken.yaml
admit -config mwc.yaml -pods good.yaml
is "an error of ours: Fail refuses" out/good.result.json '
not it["allowed"] and it["code"] == 500 and "out of order" in it["error"] and
it["error"].startswith("Internal error occurred: failed calling webhook")'
configuration Ignore >ignore.yaml
admit -config ignore.yaml -pods good.yaml
is "Ignore admits" out/good.result.json '
it["allowed"] and any(k.startswith("failed-open.mutation.webhook") for k in notes)'
stop "$pid"
serve -t broken.yaml --on-error allow
admit -config mwc.yaml -pods good.yaml
is "--on-error allow admits, and says so" out/good.result.json '
it["allowed"] and it["warnings"] and "out of order" in it["warnings"][0]'
ok "the log has all three" [ "$(grep -c '"result":"error"' server.log)" -eq 1 ]
stop "$pid"
echo "A11 what a user sees: dry run, audit annotations, warnings, a denial with" \
	"422, an error with 500: refused by Fail, admitted by Ignore and by" \
	"--on-error allow"

finish_servers

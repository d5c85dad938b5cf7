#!/bin/sh
# deploy/: it is what `injector-webhook manifests` prints, kubectl builds each
# kustomization, no selector has the webhook wait for itself, and kube-apiserver
# (scripts/admit: its admission as a command) accepts the configurations and calls for
# the right Pods.  Prints one `ok` or `not ok` line for each check.
INJECTOR=${BUILD:-build}/injector-webhook
if [ ! -x "$INJECTOR" ]; then
	echo "skipped: no $INJECTOR"
	exit 0
fi
. "$(dirname "$0")/command.inc"
evidence=
cp -R "$root/deploy" deploy

# --- the generated files -----------------------------------------------------
"$root/scripts/gen-deploy" "$INJECTOR" made 2>err
ok "gen-deploy says nothing" [ ! -s err ]
(cd made && find . -name '*.yaml') >names
ok "gen-deploy makes files" [ -s names ]
while read -r name; do
	ok "deploy/${name#./} is as made" diff -u "deploy/$name" "made/$name"
done <names

# --- which namespaces are left out --------------------------------------------
# out_of_reach FILE: each of its webhooks or bindings leaves out what has to start
# before the webhook, and the webhook itself.
out_of_reach()
{
	selectors=$(grep -c '^ *namespaceSelector:' "$1")
	left_out=$(awk '/- key: kubernetes.io\/metadata.name/ { on = 3 }
		on-- > 0 { line = line " " $0 }
		on == 0 { gsub(/  */, " ", line); print line; line = "" }' "$1" |
		grep -c ' operator: NotIn values: \[kube-system, kube-node-lease, injector\]$')
	[ "$selectors" -gt 0 ] && [ "$selectors" -eq "$left_out" ]
}
for file in deploy/overlays/*/webhook.yaml deploy/overlays/*/report.yaml; do
	ok "$file leaves out kube-system and itself" out_of_reach "$file"
done

# --- the image ------------------------------------------------------------------
image=$root/packaging/Containerfile
tr -s ' \t' '\n' <"$image" | grep '^lib\|^gcc$\|^make$\|-dev$\|^pkg-config$' |
	sort -u >packages
sed -n 's/^needs=.//; s/^\(build\|webhook\) [a-z]* [^ ]* \([^ ]*\) .*/\2/p' \
	"$root/scripts/deps" | sort -u >wanted
ok "the image is built with what scripts/deps names" \
	[ -z "$(comm -23 wanted packages)" ]
ok "which is something" [ -s wanted ]

# Sanitizers bring libraries of their own.
linked_to_packages()
{
	readelf -d "$INJECTOR" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	while read -r name; do
		dpkg -S "*/$name" | sed -n 's/:.*//p' | sort -u |
			grep -qxFf packages -e libc6 || echo "$name"
	done >missing
	cat missing
	[ ! -s missing ]
}
if [ "$(cut -d. -f1 /etc/debian_version 2>.log)" != 12 ] ||
	! command -v readelf >.log || [ "${SAN:-}" ]; then
	echo "# skipped: the image's libraries: not on Debian 12"
else
	ok "the image has the libraries" linked_to_packages
fi

# --- kustomize -------------------------------------------------------------------
if ! kubectl kustomize --help >.log 2>&1; then
	echo "# skipped: no kubectl with kustomize"
	finish
fi

# build FOLDER: in out
build()
{
	kubectl kustomize "$1" >out && grep -q '^kind: ' out
}

# printed OPTION...: what manifests prints, in out, as kustomize writes it, without
# what is about certificates of its own.
printed()
{
	mkdir -p printed
	printf 'resources: [all.yaml]\n' >printed/kustomization.yaml
	"$INJECTOR" manifests "$@" >all 2>err || return 1
	awk '/^# [a-z-]*: / { on = $0 !~ /^# secret:/ }
		on && !/^ *caBundle: /' all >printed/all.yaml
	kubectl kustomize printed >out
}

# same FOLDER OPTION...
same()
{
	folder=$1
	shift
	build "deploy/$folder" && mv out built && printed "$@" &&
		diff -u built out
}
for folder in base overlays/generic overlays/istio overlays/istio-tag \
	overlays/fail-open overlays/cert-manager; do
	ok "deploy/$folder builds" build "deploy/$folder"
done
ok "overlays/generic is manifests -t otel-collector" \
	same overlays/generic -t otel-collector
ok "overlays/istio is manifests" same overlays/istio
ok "overlays/fail-open is --fail-open" \
	same overlays/fail-open -t otel-collector --fail-open
ok "overlays/cert-manager is --cert-manager" \
	same overlays/cert-manager -t otel-collector --cert-manager

# A kustomization as docs/webhook.md shows it.
mkdir mine
cat >mine/kustomization.yaml <<'END'
resources: [../deploy/overlays/istio, ../deploy/overlays/istio-tag]
components: [../deploy/components/cert-manager, ../deploy/components/monitor]
END
ok "components go with another overlay" build mine
ok "with certificates for both configurations" [ "$(grep -c \
	'inject-ca-from: injector/injector-webhook-tls' out)" = 2 ]
ok "with a ServiceMonitor" grep -q '^kind: ServiceMonitor' out
"$INJECTOR" certs -t otel-collector --ca ca.pem >mine/tls.yaml
printf 'resources: [../deploy/base, tls.yaml]\n' >mine/kustomization.yaml
ok "the base with the output of certs builds" build mine
ok "and is complete" [ "$(grep -c '^    caBundle: \|^  tls.crt: ' out)" = 3 ]

# --- kube-apiserver -----------------------------------------------------------------
has_admit "what kube-apiserver accepts and calls for" || finish

# Nothing listens there: a call fails, and the error names the webhook.
nowhere=127.0.0.1:1
while IFS=';' read -r name labels; do
	printf -- '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n' \
		"$name"
	printf '  labels: {%s}\n' "$labels"
done >namespaces.yaml <<'END'
plain
kube-system;injector/inject: "true", istio-injection: enabled
injector;injector/inject: "true", istio-injection: enabled
in;injector/inject: "true"
out;injector/inject: "false"
enabled;istio-injection: enabled
disabled;istio-injection: disabled
rev;istio.io/rev: default
tag;istio.io/rev: stable
END

# pod NAMESPACE METADATA SPEC: in pod.yaml
pod()
{
	{
		echo 'apiVersion: v1'
		echo 'kind: Pod'
		echo "metadata: {name: p, namespace: $1${2:+, $2}}"
		echo "spec: {containers: [{name: a, image: a}]${3:+, $3}}"
	} >pod.yaml
}

# calls WEBHOOK|- NAMESPACE [METADATA [SPEC]]: the one that is called for a Pod
calls()
{
	webhook=$1
	shift
	pod "$@"
	"$ADMIT" -config "$config" -namespaces namespaces.yaml -pods pod.yaml \
		-address $nowhere >out 2>&1
	case $? in 0 | 1) ;; *) cat out; return 1 ;; esac
	if [ "$webhook" = - ]; then
		grep -q '0 call' out && ! grep -q 'calling webhook' out
	else
		grep -q '1 call.*' out &&
			grep -q "calling webhook .*$webhook" out
	fi || { cat out; return 1; }
}

# configuration FOLDER: without the Namespace, of which there is one above
configuration()
{
	echo ---
	kubectl kustomize "$1" | awk '
	function flush() { if (text !~ /kind: Namespace\n/) printf "%s", text }
	/^---$/ { flush(); text = "" }
	{ text = text $0 "\n" }
	END { flush() }'
}

configuration deploy/overlays/generic >generic.yaml
config=generic.yaml
yes='labels: {injector/inject: "true"}' no='labels: {injector/inject: "false"}'
ns=namespace.injector-webhook.injector.svc
object=object.injector-webhook.injector.svc
while IFS=';' read -r webhook namespace meta spec; do
	ok "generic: $namespace, ${meta:-no label}${spec:+, }$spec: $webhook" \
		calls "$webhook" "$namespace" "$meta" "$spec"
done <<END
-;plain
$object;plain;$yes
-;plain;$no
$ns;in
$ns;in;$yes
-;in;$no
-;out
$object;out;$yes
-;kube-system;$yes
-;injector;$yes
-;in;;hostNetwork: true
-;in;annotations: {kubernetes.io/config.mirror: x}
END

{
	configuration deploy/overlays/istio
	configuration deploy/overlays/istio-tag
} >istio.yaml
config=istio.yaml
no='labels: {sidecar.istio.io/inject: "false"}'
yes='labels: {sidecar.istio.io/inject: "true"}'
rev='labels: {istio.io/rev: default}'
while IFS=';' read -r webhook namespace meta spec; do
	webhook=${webhook:+$webhook.sidecar-injector.istio.io}
	ok "istio: $namespace, ${meta:-no label}${spec:+, }$spec: ${webhook:--}" \
		calls "${webhook:--}" "$namespace" "$meta" "$spec"
done <<END
;plain
object;plain;$yes
rev.object;plain;$rev
;plain;$no
namespace;enabled
namespace;enabled;$yes
;enabled;$no
;disabled
;disabled;$yes
rev.namespace;rev
;rev;$no
rev.namespace;rev;$yes
rev.namespace;tag
;kube-system;$yes
;injector;$yes
;enabled;;hostNetwork: true
END

configuration deploy/overlays/fail-open >open.yaml
pod in
"$ADMIT" -config open.yaml -namespaces namespaces.yaml -pods pod.yaml \
	-address $nowhere >out 2>&1
ok "fail-open: a Pod is admitted without the webhook" grep -q 'admitted' out
finish

#!/bin/sh
# `injector-webhook manifests` and `certs`: options of the server and their files,
# certificates as openssl sees them, a server that has both, and what is refused.  What is the same in all
# installations is compared with deploy/ (deploy.sh).  Prints one `ok` or `not ok`
# line for each check.
INJECTOR=${BUILD:-build}/injector-webhook
if [ ! -x "$INJECTOR" ]; then
	echo "skipped: no $INJECTOR"
	exit 0
fi
. "$(dirname "$0")/command.inc"

# document KIND: the object in out
document()
{
	awk -v kind="$1" '
	function flush() { if (text ~ "\nkind: " kind "\n") printf "%s", text }
	/^---$/ { flush(); text = ""; next }
	{ text = text $0 "\n" }
	END { flush() }' out
}

# args: those of the server, one a line
args()
{
	document Deployment | awk '
	/^        args:$/ { on = 1; next }
	on && !/^        - / { exit }
	on { print substr($0, 11) }'
}

# --- the server's options ------------------------------------------------------
cat >mine.yaml <<'END'
# A sidecar.
spec:
  containers:
  - name: log
    image: "{{ .Values.image }}"
END
mkdir sub
printf 'image: log:1\n' >values.yaml
printf 'image: log:2\nnote: "a\\tb"   \n\n' >sub/values.yaml
run manifests -t ./mine.yaml -t otel-collector --values values.yaml \
	--values sub/values.yaml --values values.yaml --set a=b,c=d \
	--set-json 'e={"f": 1}' --no-warn=configuration --log text \
	--on-error allow --drain 5s --ca ca.pem
ends "options with files" 0
ok "nothing on stderr" [ ! -s err ]
cat >expected <<'END'
--tls-cert=/etc/injector-webhook/tls/tls.crt
--tls-key=/etc/injector-webhook/tls/tls.key
--workers=2
--template=/etc/injector-webhook/config/mine.yaml
--template=otel-collector
--values=/etc/injector-webhook/config/values.yaml
--values=/etc/injector-webhook/config/2-values.yaml
--values=/etc/injector-webhook/config/values.yaml
--set=a=b,c=d
'--set-json=e={"f": 1}'
--no-warn=configuration
--log=text
--on-error=allow
--drain=5s
END
args | sort >args
sort expected >sorted
ok "the server has the options" diff sorted args
ok "the grace period is longer than the drain" grep -q \
	'terminationGracePeriodSeconds: 20$' out
document ConfigMap | sed '1,/^data:/d' >data
cat >expected <<'END'
  2-values.yaml: "image: log:2\nnote: \"a\\tb\"   \n\n"
  mine.yaml: |
    # A sidecar.
    spec:
      containers:
      - name: log
        image: "{{ .Values.image }}"
  values.yaml: |
    image: log:1
END
ok "the files are in a ConfigMap" diff expected data
ok "which is mounted as a folder" grep -q \
	'mountPath: /etc/injector-webhook/config' out

run manifests -t fluent-bit --ca ca.pem
ends "a built-in template" 0
ok "needs no ConfigMap" not grep -q ConfigMap out
ok "nor a folder for it" not grep -q injector-webhook/config out

INJECTOR_TEMPLATE=fluent-bit "$INJECTOR" manifests --ca ca.pem >out
ok "options of the environment are the server's" \
	grep -q -e '- --template=fluent-bit' out

run manifests -t otel-collector --service mesh/otel --replicas 1 \
	--image registry.example.com/i@sha256:0 --ca ca.pem
ends "another place" 0
ok "its names" grep -q '^  name: otel.mesh.svc$' out
ok "its own namespace is left out" [ "$(grep -c \
	'values: \[kube-system, kube-node-lease, mesh\]' out)" = 2 ]
ok "a namespace of somebody else is not printed" \
	not grep -q '^kind: Namespace' out
ok "the image" grep -q 'image: registry.example.com/i@sha256:0$' out
ok "one replica cannot be kept by a disruption budget" \
	not grep -q PodDisruptionBudget out

run manifests -t otel-collector --no-skip host-network --ca ca.pem
ends "with Pods on the node's network" 0
ok "these are sent" not grep -q no-host-network out
ok "and the server injects them" grep -q -e '- --no-skip=host-network' out

cat >two.yaml <<'END'
spec:
  containers: [{name: log, image: log}]
  initContainers: [{name: begin, image: begin}]
END
run manifests -t ./two.yaml --fail-open --ca ca.pem
ends "fail-open" 0
ok "asks for each container that is added" [ "$(document \
	ValidatingAdmissionPolicy | grep -c \
	"initContainers.exists(c, c.name == '\(log\|begin\)')")" = 2 ]
ok "fails open" [ "$(grep -c 'failurePolicy: Ignore' out)" = 3 ]

# --- Istio -----------------------------------------------------------------------
rows()
{
	document MutatingWebhookConfiguration | sed -n \
		's/^  - name: \(.*\)\.sidecar-injector.istio.io$/\1/p
		s/^  name: /config /p'
}
run manifests --revision 1-29 --tag prod --tag default --ca ca.pem
ends "Istio's default profile" 0
cat >expected <<'END'
config injector-webhook.injector.svc
rev.namespace
rev.object
config injector-webhook-tag-prod.injector.svc
rev.namespace
rev.object
config injector-webhook-tag-default.injector.svc
rev.namespace
rev.object
namespace
object
END
rows >rows
ok "has Istio's matrix, and one for each tag" diff expected rows
run manifests --revision 1-30 --ca ca.pem
ends "a revision" 0
ok "has its own rows only" [ "$(rows | wc -l)" = 3 ]
ok "for its own label" [ "$(grep -cx '        - 1-30' out)" = 2 ]
run manifests --revision default --ca ca.pem
ok "the default revision has all of them" [ "$(rows | wc -l)" = 5 ]
ok "no label has istiod patch the caBundle" not grep -q '^    istio.io/rev:' out

# --- certificates -----------------------------------------------------------------
# pem KEY: a value of the Secret in out
pem()
{
	sed -n "s/^  $1: //p" out | base64 -d
}

# signed NAME: the certificate in out is good for the caBundle, for this name
signed()
{
	pem tls.crt >tls.crt
	sed -n 's/^ *caBundle: //p' out | sort -u >bundles
	[ "$(wc -l <bundles)" = 1 ] && base64 -d <bundles >bundle &&
		openssl verify -x509_strict -purpose sslserver \
			-verify_hostname "$1" -CAfile bundle tls.crt
}

# fits: the key in out is the certificate's
fits()
{
	pem tls.key >tls.key && pem tls.crt >tls.crt &&
		openssl pkey -in tls.key -pubout >one &&
		openssl x509 -in tls.crt -noout -pubkey >two && cmp one two
}

run certs -t otel-collector
ends "certs" 0 'the CA is new, and its key is not kept'
sed -n 's/^kind: //p' out >kinds
printf 'MutatingWebhookConfiguration\nSecret\n' >expected
ok "prints the configuration before the Secret" diff expected kinds
ok "of type kubernetes.io/tls" grep -q '^type: kubernetes.io/tls$' out
ok "a private key once, and no CA's" [ "$(grep -c LS0tLS1CRUdJTiBQUklWQV out)" = 1 ]
if command -v openssl >.log; then
	ok "openssl verifies it" signed injector-webhook.injector.svc
	ok "not for another name" not signed other.injector.svc
	ok "the key fits" fits
	run certs --service shop/web --days 30 --ca ca.pem
	ends "certs for another Service" 0
	ok "openssl verifies that" signed web.shop.svc
	ok "it ends in 30 days" openssl x509 -in tls.crt -noout \
		-checkend $((29 * 86400))
	ok "and not later" not openssl x509 -in tls.crt -noout \
		-checkend $((31 * 86400))
	ok "manifests has the same CA" "$INJECTOR" manifests --ca ca.pem
	run manifests --service shop/web --ca ca.pem
	ok "openssl verifies the certificate of manifests" signed web.shop.svc
	ok "the CA's key is nowhere" not grep -q "$(openssl pkey -in ca.pem \
		-outform DER | base64 -w0 | cut -c1-60)" out
else
	echo "# skipped: no openssl"
fi

# A second CA, with the first one still trusted.
run certs --ca new.pem
openssl x509 -in ca.pem >>new.pem 2>.log || cat ca.pem >>new.pem
run certs --ca new.pem
ends "a CA in rotation" 0
ok "both are trusted" [ "$(sed -n 's/^ *caBundle: //p' out | head -1 |
	base64 -d | grep -c 'BEGIN CERT')" = 2 ]

# Only what is public: the Secret in the cluster stays.
sed -n '/BEGIN CERT/,/END CERT/p' ca.pem >public.pem
run manifests --ca public.pem
ends "a CA without its key" 0
ok "prints no Secret" not grep -q '^kind: Secret' out
ok "but the caBundle" grep -q '^      caBundle: ' out
ok "without a note" [ ! -s err ]

run manifests --cert-manager
ends "cert-manager" 0
ok "leaves both to it" not grep -q '^kind: Secret\|caBundle: ' out
ok "certificates for the Service" grep -q \
	'^  - injector-webhook.injector.svc$' out

# --- the whole: a server with the options, files and certificate that manifests
# printed, called as its configuration says ----------------------------------------
"$INJECTOR" manifests -t ./mine.yaml --values '{image: log:1}' --ca ca.pem >all
mkdir tls config
cp mine.yaml config
for key in tls.crt tls.key; do
	sed -n "s/^  $key: //p" all | base64 -d >tls/$key
done
sed -n "s|^        - '\{0,1\}\(--.*[^']\)'\{0,1\}$|\1|p" all |
	sed "s|=/etc/injector-webhook/|=$work/|" >options
set --
while read -r option; do
	set -- "$@" "$option"
done <options
"$INJECTOR" "$@" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --drain 0 \
	2>log &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 50); do
	! grep -q '"message":"ready"' log || break
	sleep 0.2
done
ok "a server starts with the options of manifests" \
	grep -q '"message":"ready"' log
port=$(sed -n 's/.*HTTPS.*"port":\([0-9]*\).*/\1/p' log)
awk '/^---$/ { on = 0 } /^# webhook:/ { on = 1 } on' all >installed.yaml
if has_admit "kube-apiserver's trust"; then
	cat >pod.yaml <<-'END'
	apiVersion: v1
	kind: Pod
	metadata: {name: p, namespace: shop, labels: {injector/inject: "true"}}
	spec: {containers: [{name: a, image: a}]}
	END
	printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n' \
		>namespaces.yaml
	"$ADMIT" -config installed.yaml -namespaces namespaces.yaml \
		-pods pod.yaml -address "127.0.0.1:$port" -out admitted \
		>out 2>err
	ok "kube-apiserver trusts it, and has its patch" \
		grep -q '"image": *"log:1"' admitted/pod.json
fi
kill $server
wait $server
ok "it ends in peace" [ $? -eq 0 ]
trap 'rm -rf "$work"' EXIT

# --- what is refused ---------------------------------------------------------------
run manifests -t ./absent.yaml
ends "a template that is not there" 1 'absent.yaml'
printf '{{ .Values.x' >broken.yaml
run manifests -t ./broken.yaml
ends "a broken template" 1 'broken.yaml'
printf 'spec: {}\n\377\n' >latin1.yaml
run manifests -t otel-collector --namespace-file latin1.yaml
ends "a file that is not UTF-8" 1 'not UTF-8'
awk 'BEGIN { for (i = 0; i < 40000; i++)
	print "# a line that makes the file large" }' >large.yaml
run manifests -t otel-collector --namespace-file large.yaml
ends "a file for which a ConfigMap is too small" 1 '1 MiB'
for service in web /web shop/ shop/Web shop/web.x shop/-a yes/web 1/web; do
	run manifests --service "$service"
	ends "--service $service" 2 'expected NAMESPACE/NAME'
done
run manifests --replicas 0
ends "no replicas" 2 'expected 1 or more'
run manifests -t otel-collector --tag prod
ends "a tag without Istio" 2 'cannot be combined with -t'
run manifests --tag Prod
ends "an invalid tag" 2 'invalid --tag'
run manifests --tag default
ends "a tag called as the revision" 2 'the revision is called that'
run manifests --revision a_b
ends "an invalid revision" 2 'invalid --revision'
run manifests --listen :9443
ends "an address" 2 'cannot be used with "manifests"'
run certs --tls-key x
ends "a key" 2 'cannot be used with "certs"'
run certs --cert-manager
ends "certs from cert-manager" 2 'cannot be used with "certs"'
run manifests --cert-manager --ca ca.pem
ends "two CAs" 2 'cannot be combined'
run manifests -t otel-collector --injectConfigFile x
ends "two kinds of templates" 2 'cannot be combined'
finish

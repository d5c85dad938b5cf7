#!/bin/sh
# $INJECTOR (default build/injector) as a replacement for `istioctl kube-inject`:
# all its options, and configuration from a cluster, with a fake kubectl.  Prints
# one `ok` or `not ok` line for each check, and fails if one is not ok.
. "$(dirname "$0")/command.inc"

# --- a kubectl, which does as $work/mode says, and a mesh -------------------------
mkdir bin
PATH=$work/bin:$PATH
export PATH work
cat >bin/kubectl <<'END'
#!/bin/sh
echo "$*" >>"$work/asked"
case $(cat "$work/mode") in
maps)
	cat >/dev/null
	case $3 in
	*injector*) cat "$work/injection.json" ;;
	*) cat "$work/mesh.json" ;;
	esac ;;
noisy)
	i=0
	while [ $i -lt 3000 ]; do
		echo "warning: a line that fills the pipe, number $i" >&2
		i=$((i + 1))
	done
	cat "$work/mesh.json" ;;
denied)
	echo 'E1123 04:05:45.730910 27190 x.go:26] "Unhandled"' >&2
	echo 'Error from server (Forbidden): no, and' >&2
	echo 'once more: no' >&2
	exit 3 ;;
late) cat "$work/mesh.json"; echo 'then it broke' >&2; exit 1 ;;
slow) echo 'still trying' >&2; exec sleep 20 ;;
# a credential plugin, and one that leaves the process group
family)
	(sleep 20; sleep 20) &
	echo $! >>children
	command -v setsid >/dev/null && setsid sh -c 'echo $$ >>children; sleep 20' &
	until [ "$(wc -l <children)" -eq 2 ]; do sleep 0.01; done
	sleep 20 ;;
verbose)
	i=0
	while [ $i -lt 100 ]; do
		echo "reason number $i"
		i=$((i + 1))
	done >&2
	exit 1 ;;
dies) kill -9 $$ ;;
garbage) echo '<html>Please log in {{ now }}</html>' ;;
nothing) ;;
logs) echo 'E1123 04:05:45.7 27190 x.go:26] "Unhandled"' >&2; exit 1 ;;
secret) echo '{"kind": "Secret", "data": {"config": "a", "values": "b"}}' ;;
keyless) echo '{"kind": "ConfigMap", "data": {"other": "a"}}' ;;
esac
END
chmod +x bin/kubectl

cat >config.yaml <<'END'
policy: enabled
templates:
  sidecar: |
    spec:
      containers:
      - name: proxy
        image: {{ .Values.global.hub }}/proxy:{{ .Values.global.tag }}
        args:
        - {{ .MeshConfig.TrustDomain }}
        - "of {{ .Revision }}"
  static: |
    spec:
      containers:
      - name: static
        image: example.com/static:1
END
cat >values.json <<'END'
{
  "global": {
    "hub": "example.com/istio",
    "tag": "1.31.4",
    "proxy": {"image": "proxyv2"}
  },
  "revision": "canary"
}
END
echo 'trustDomain: captured.example' >mesh.yaml

# A file as JSON text.
quoted()
{
	sed 's/\\/\\\\/g; s/"/\\"/g; s/$/\\n/' "$1" | tr -d '\n'
}

cat >injection.json <<END
{"apiVersion": "v1", "kind": "ConfigMap",
 "metadata": {"name": "istio-sidecar-injector", "namespace": "istio-system",
  "labels": {"istio.io/rev": "canary"}, "uid": "0-1", "resourceVersion": "12",
  "annotations": {"last": "x"}, "managedFields": [{"manager": "helm"}]},
 "data": {"config": "$(quoted config.yaml)",
  "values": "$(quoted values.json)"}}
END
cat >mesh.json <<END
{"apiVersion": "v1", "kind": "ConfigMap",
 "metadata": {"name": "istio", "namespace": "istio-system", "uid": "0-2"},
 "data": {"mesh": "$(quoted mesh.yaml)", "meshNetworks": "networks: {}"}}
END
cat >web.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: app     # the program
        image: example.com/app:1
END
files='--injectConfigFile config.yaml --valuesFile values.json
	--meshConfigFile mesh.yaml'

# asked NAME LINES...: kubectl's command lines since the last time
asked()
{
	name=$1
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" >want
	[ $# -gt 0 ] || : >want
	[ -e asked ] || : >asked
	ok "$name" cmp -s asked want
	rm -f asked
}

get='get configmap'
usual='-o json -n istio-system --request-timeout=30000ms'

# --- an IstioOperator ---------------------------------------------------------------
cat >operator.yaml <<'END'
kind: IstioOperator
spec:
  hub: example.com/operator
  tag: 1.31.2
  meshConfig: {trustDomain: operator.example}
END
run kube-inject $files --operatorFileName operator.yaml -f web.yaml
ok "operator: exit 0" [ $status -eq 0 ]
ok "operator: its values, not those of the file" \
	grep -q 'image: example.com/operator/proxy:1.31.2' out
ok "operator: its mesh, not the file's" grep -q -- '- operator.example' out
for file in values.json mesh.yaml; do
	ok "operator: $file is not used, and that is said" \
		grep -q "^$file: warning: .* not used" err
done
run kube-inject $files --operatorFileName operator.yaml -f web.yaml \
	--no-warn no-match,configuration
ok "operator: --no-warn silences that" [ $status -eq 0 -a ! -s err ]
run kube-inject $files --operatorFileName operator.yaml -f web.yaml \
	--values '{global: {hub: example.com/mine}}' --set global.tag=1.31.3
ok "operator: --values and --set override it" \
	grep -q 'image: example.com/mine/proxy:1.31.3' out
sed -i '/meshConfig/d' operator.yaml
run kube-inject $files --operatorFileName operator.yaml -f web.yaml
ok "operator: the file's mesh where it has none" \
	grep -q -- '- captured.example' out

# --- all options of istioctl ------------------------------------------------------
echo maps >mode
while read -r option verdict; do
	case $option in
	*=*) run kube-inject $files "$option" -f web.yaml ;;
	*) run kube-inject $files "$option" word -f web.yaml ;;
	esac
	case $verdict in
	taken)
		ends "$option" 0
		ok "$option: injected" grep -q 'captured.example' out ;;
	refused) ends "$option" 2 "^injector: ${option%%=*} is not supported: " ;;
	esac
done <<'END'
--revision taken
-r taken
--istioNamespace taken
-i taken
--namespace taken
-n taken
--kubeconfig taken
-c taken
--context taken
--as taken
--as-group taken
--as-uid taken
--kubeclient-timeout=10s taken
--injectConfigMapName=x taken
--meshConfigMapName=x taken
--vklog taken
--log_as_json=true taken
--log_caller taken
--log_output_level taken
--log_rotate taken
--log_rotate_max_age taken
--log_rotate_max_backups taken
--log_rotate_max_size taken
--log_stacktrace_level taken
--log_target taken
--webhookConfig refused
--xds-address refused
--xds-label refused
--xds-port refused
--cert-dir refused
--authority refused
--insecure=true refused
--plaintext=true refused
--timeout refused
END
asked "whatever has a file is not asked for"
run --plaintext -f web.yaml
ends "--plaintext" 2 '^injector: --plaintext is not supported: .*--from-cluster'
for time in 0 1s 1.5h 1m30s 300ms; do
	run --kubeclient-timeout $time web.yaml
	ends "--kubeclient-timeout $time" 0
done
for time in 5 1x -1s s 1e3s 0x1s 1.2.3s 9999h ''; do
	run --kubeclient-timeout "$time" web.yaml
	ends "--kubeclient-timeout '$time'" 2 'expected a duration'
done
for page in istio cluster istioctl; do
	run help $page
	ends "help $page" 0
	ok "help $page fits 80 columns" awk 'length > 80 { exit 1 }' out
done

# --- as istioctl reads its command line ---------------------------------------------
run $files web.yaml
cp out injected
ok "the mesh of the files" grep -q 'captured.example' out
run -n shop --log_target stderr kube-inject $files -f web.yaml
ends "options before kube-inject" 0
ok "options before kube-inject: the same" cmp -s out injected
run kube-inject $files -f=web.yaml
ok "-f=FILE" cmp -s out injected
run kube-inject $files -f web.yaml -r "" -o "" -i "" -c "" --context ""
ok "an empty argument counts as absent" cmp -s out injected
run kube-inject $files -f web.yaml -r default
ok "the revision default counts as absent" cmp -s out injected
run kube-inject $files -f web.yaml -r canary
ok "another revision counts" grep -q 'of canary' out
run -t ./config.yaml -- kube-inject
ends "no commands after --" 1 'kube-inject: .*No such file'
asked "none of this asks a cluster"
run -c x --context y --as z --as-group g --as-uid 1 -n shop -r canary web.yaml
ends "how to reach a cluster" 0
asked "does not ask it"

# --- releases and switches ------------------------------------------------------------
run $files -v web.yaml
ok "-v says whose rules are followed" \
	grep -qx 'injector: rules of Istio 1.31, from global.tag' err
run $files -v --istio-version 1.24.6 web.yaml
ok "--istio-version comes first" \
	grep -qx 'injector: rules of Istio 1.24, from --istio-version' err
run $files --istio-version next web.yaml
ends "--istio-version of nothing" 2 'expected a release of Istio'
INJECTOR_ISTIO_VERSION=1.27 "$INJECTOR" $files config >out 2>err
ok "config says so, too" \
	grep -qx '# rules of Istio 1.27, from --istio-version' out
run uninject -v injected
ok "a removal follows nobody's rules" not grep -q 'rules of' err
cat >switch.yaml <<'END'
templates:
  sidecar: |
    metadata:
      annotations:
        switch: "{{ env "ENABLE_NATIVE_SIDECARS" "unset" }}"
        inbound: "{{ env "PILOT_ENABLE_INBOUND_PASSTHROUGH" "unset" }}"
        other: "{{ env "HOME" "unset" }}"
        native: "{{ .NativeSidecars }}"
END
# switched NAME SWITCH NATIVE ARGUMENTS...: what the template sees
switched()
{
	run --injectConfigFile switch.yaml web.yaml $4
	ok "$1" grep -q "switch: \"*$2\"*\$" out
	ok "$1: native" grep -q "native: \"$3\"" out
}
switched "no switch" unset false ''
switched "--native-sidecars" true true --native-sidecars
switched "--native-sidecars=false" false false --native-sidecars=false
switched "--native-sidecars=auto" auto false --native-sidecars=auto
ok "other variables are not seen" grep -q 'other: unset' out
run --native-sidecars=perhaps web.yaml
ends "--native-sidecars=perhaps" 2 'expected true, false or auto'
ENABLE_NATIVE_SIDECARS=true PILOT_ENABLE_INBOUND_PASSTHROUGH=no
export ENABLE_NATIVE_SIDECARS PILOT_ENABLE_INBOUND_PASSTHROUGH
switched "the variable" true true ''
ok "the other variable" grep -q 'inbound: "*no' out
switched "the option comes first" false false --native-sidecars=false
ENABLE_NATIVE_SIDECARS=1
switched "a Go bool, until 1.26" 1 true '--istio-version 1.26'
switched "no Go bool, from 1.27 on" 1 false '--istio-version 1.27'
ok "that is a warning" grep -q 'unknown value "1" of ENABLE_NATIVE' err
unset ENABLE_NATIVE_SIDECARS PILOT_ENABLE_INBOUND_PASSTHROUGH
asked "none of this asks a cluster, either"

# --- from a cluster -------------------------------------------------------------------
run --from-cluster web.yaml
ends "--from-cluster" 0
ok "--from-cluster: the objects of the files" cmp -s out injected
asked "--from-cluster: two ConfigMaps" \
	"$get istio-sidecar-injector $usual" "$get istio $usual"
"$INJECTOR" --from-cluster <web.yaml >out 2>err
ok "kubectl leaves stdin alone" cmp -s out injected
rm asked
run render --from-cluster web.yaml
ok "render --from-cluster" grep -q '^# sidecar for Deployment' out
rm asked
run -i mesh -r canary web.yaml
asked "-i and -r name them" \
	"$get istio-sidecar-injector-canary -o json -n mesh\
 --request-timeout=30000ms" \
	"$get istio-canary -o json -n mesh --request-timeout=30000ms"
ok "-r is the revision as well" grep -q 'of canary' out
run -r default --injectConfigMapName my-injector web.yaml
asked "--injectConfigMapName" "$get my-injector $usual" "$get istio $usual"
run -r canary --meshConfigMapName my.mesh web.yaml
asked "--meshConfigMapName" "$get istio-sidecar-injector-canary $usual" \
	"$get my.mesh $usual"
run --from-cluster -c kube.conf --context blue --as me --as-group a \
	--as-group b --as-uid 7 --kubeclient-timeout 1m30s \
	--injectConfigFile config.yaml --valuesFile values.json web.yaml
asked "how to reach it" "$get istio -o json -n istio-system\
 --kubeconfig=kube.conf --context=blue --as=me --as-uid=7 --as-group=a\
 --as-group=b --request-timeout=90000ms"
run -i istio-system --meshConfigFile mesh.yaml web.yaml
asked "a file is not read from there" "$get istio-sidecar-injector $usual"
echo '{"global": {"hub": "example.com/mine", "tag": 2}}' >mine.json
run --from-cluster --valuesFile mine.json web.yaml
ok "a values file counts" grep -q 'image: example.com/mine/proxy:2$' out
rm asked
run --from-cluster --set global.tag=7 --values mine.json web.yaml
ok "values and settings are over it" grep -q 'example.com/mine/proxy:7$' out
rm asked
printf 'spec: {containers: [{name: s, image: "i:{{ %s }}"}]}\n' \
	.Values.global.tag >own.yaml
run -t own.yaml --from-cluster web.yaml
ok "the user's template sees the values" grep -q 'i:1.31.4' out
rm asked
run -t own.yaml --injectConfigMapName x web.yaml
ends "two kinds of templates" 2 '-t and --injectConfigMapName cannot be combined'
for name in -x 'a b' X a/b; do
	run "--injectConfigMapName=$name" web.yaml
	ends "a ConfigMap '$name'" 2 '^injector: invalid ConfigMap name '
done
asked "these are not asked for"

# --- what can go wrong -------------------------------------------------------------------
# broken MODE PATTERN [ARGUMENTS]
broken()
{
	echo "$1" >mode
	why=$2
	shift 2
	run --from-cluster --injectConfigFile config.yaml \
		--valuesFile values.json "$@" web.yaml
	ends "$(cat mode)" 1 "$why"
	ok "$(cat mode): one line" [ "$(wc -l <err)" -eq 1 ]
}
broken denied "^injector: kubectl $get istio .*: exit status 3: Error from \
server (Forbidden): no, and; once more: no\$"
broken logs 'exit status 1: E1123 .*Unhandled'
broken verbose 'exit status 1: \.\.\..*reason number 99$'
broken late 'exit status 1: then it broke'
broken dies 'killed by signal 9'
broken slow 'no answer in 0.3 s (--kubeclient-timeout): still trying' \
	--kubeclient-timeout 300ms
broken family 'no answer in 0.5 s' --kubeclient-timeout 500ms
left=
# The build with sanitizers has the portable form, which kills only kubectl.
if [ -e /proc/thread-self/children ] && [ -z "${SAN:-}" ]; then
	while read -r child; do
		! kill -0 "$child" 2>/dev/null || left="$left $child"
	done <children
	ok "a killed kubectl leaves nothing" [ -z "$left" ]
	ok "a killed kubectl: its children were there" [ -s children ]
fi
broken garbage '^configmap istio-system/istio:1:1: unexpected answer from kubectl'
broken nothing '^configmap istio-system/istio.*: unexpected answer from kubectl'
broken secret '^configmap istio-system/istio: .*: not a ConfigMap'
broken keyless '^configmap istio-system/istio: .*: has no data.mesh'
echo noisy >mode
run --from-cluster --injectConfigFile config.yaml --valuesFile values.json \
	web.yaml
ends "a kubectl that warns a lot" 0
ok "a kubectl that warns a lot: injected" cmp -s out injected
mkdir empty
PATH=$work/empty "$INJECTOR" --from-cluster web.yaml >out 2>err
status=$?
ends "no kubectl" 1 '^injector: cannot run kubectl to read from the cluster: No such file'
rm -f asked

# --- capture -----------------------------------------------------------------------------
echo maps >mode
run capture
ends "capture" 0
asked "capture: two ConfigMaps" "$get istio-sidecar-injector $usual" \
	"$get istio $usual"
cp out captured.yaml
for word in uid resourceVersion managedFields annotations meshNetworks; do
	ok "capture: no $word" [ "$(grep -c "$word" out)" = 0 ]
done
for fact in 'revision *canary' 'tag *1.31.4' 'namespace *istio-system' \
	'rules *those of Istio 1.31, from global.tag' \
	'proxy *example.com/istio/proxyv2:1.31.4' 'templates *sidecar, static' \
	'image *example.com/static:1, in the template static'; do
	ok "capture says: $fact" grep -qx "#   $fact" out
done
ok "capture: prints how to use it" grep -q -- '--revision canary$' out
run --injectConfigFile captured.yaml --meshConfigFile captured.yaml \
	--valuesFile captured.yaml web.yaml
ends "captured" 0
ok "captured: the objects of the files" cmp -s out injected
asked "captured: no cluster is asked"
run --mesh captured.yaml web.yaml
ends "--mesh" 0
ok "--mesh: the same" cmp -s out injected
asked "--mesh: no cluster is asked"
"$INJECTOR" --mesh - web.yaml <captured.yaml >out 2>err
ok "--mesh -: the same" cmp -s out injected
mkfifo pipe
cat captured.yaml >pipe &
run --mesh pipe web.yaml
ok "--mesh of a pipe, which can be read once: the same" cmp -s out injected
wait
sed 's/trustDomain:.*/trustDomain: other.example/' mesh.yaml >other-mesh.yaml
run --mesh captured.yaml --meshConfigFile other-mesh.yaml web.yaml
ends "--mesh, but for the mesh configuration" 0
cp out both
run --injectConfigFile captured.yaml --meshConfigFile other-mesh.yaml \
	--valuesFile captured.yaml web.yaml
ok "--mesh stands for what is not given" cmp -s out both
run --mesh captured.yaml --from-cluster web.yaml
ends "--mesh and a cluster" 2 '--mesh and --from-cluster cannot be combined'
run --mesh none.yaml web.yaml
ends "--mesh without a file" 1 '^none.yaml: cannot open'
cat >values-of-mesh.yaml <<'END'
spec:
  containers:
  - {name: x, image: "x:{{ .Values.global.tag }}"}
END
run -t ./values-of-mesh.yaml --mesh captured.yaml web.yaml
ends "-t and --mesh" 0
ok "-t and --mesh: its values" grep -q 'x:1.31.4' out
ok "-t and --mesh: not its templates" not grep -q 'name: istio-proxy' out

# --- without configuration --------------------------------------------------------
hint='^injector: no configuration is given: injecting as the default profile of '
run kube-inject -f web.yaml web.yaml
ends "kube-inject without configuration" 0 "${hint}Istio 1.[0-9]*"
ok "it is said once" [ "$(grep -c "$hint" err)" = 1 ]
ok "and what to use" grep -q -e '--from-cluster .* --mesh FILE' err
for options in '-q' '-t istio' '--mesh captured.yaml' \
	'--valuesFile captured.yaml' "$files"; do
	# shellcheck disable=SC2086
	run kube-inject $options -f web.yaml
	ok "kube-inject $options: silence about that" not grep -q "$hint" err
done
run -f web.yaml
ok "inject: silence about that" not grep -q "$hint" err
run capture -i mesh --context blue -r canary -o capture.out
ends "capture -o" 0
ok "capture -o writes there" cmp -s capture.out captured.yaml
asked "capture: options" "$get istio-sidecar-injector-canary -o json -n mesh\
 --context=blue --request-timeout=30000ms" \
	"$get istio-canary -o json -n mesh --context=blue\
 --request-timeout=30000ms"
run capture web.yaml
ends "capture with a file" 2 'capture reads a cluster and takes no files'
asked "capture with a file asks nobody"
echo denied >mode
run capture -o never.yaml
ends "capture, denied" 1 'exit status 3'
ok "capture, denied: no file" [ ! -e never.yaml ]
echo maps >mode
cp injection.json whole.json
sed 's/policy: enabled/policy: [/' whole.json >injection.json
run capture
ends "capture of what cannot be used" 1 'data.config'
cp whole.json injection.json

finish

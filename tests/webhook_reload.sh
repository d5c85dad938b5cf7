#!/bin/sh
# injector-webhook while its files change: the certificate (A6) and the
# configuration (A7), in folders as Kubernetes mounts Secrets and ConfigMaps, under
# load.  LONG=yes for 100 swaps.
. "$(dirname "$0")/command.inc"
. "$root/tests/webhook/server.inc"

make_ca ca
for name in one two; do
	make_cert $name 1
	mkdir $name
	cp $name.crt $name/tls.crt
	cp $name.key $name/tls.key
done

# A configuration whose parts have to be of one revision: each leaves a mark.
revision()
{
	mkdir -p "$1"
	cat >"$1/config" <<-END
	policy: enabled
	defaultTemplates: [sidecar]
	templates:
	  sidecar: |
	    metadata:
	      annotations:
	        mark-config: "$1"
	        mark-values: "{{ .Values.global.tag }}"
	        mark-mesh: "{{ .MeshConfig.TrustDomain }}"
	    spec:
	      containers:
	      - name: istio-proxy
	        image: example.com/proxy:1
	END
	echo "{\"global\": {\"tag\": \"$1\"}}" >"$1/values"
	echo "trustDomain: $1" >"$1/mesh"
}
revision a
revision b

swap certs one/*
swap config a/*
start server --tls-cert certs/tls.crt --tls-key certs/tls.key \
	--injectConfigFile config/config --valuesFile config/values \
	--meshConfigFile config/mesh

# A new version of a folder; where the system does not tell of it (-DOS_PORTABLE),
# a signal does.
notify=:
case ${SAN:-} in
*OS_PORTABLE*) notify="kill -HUP $pid" ;;
esac
change()
{
	swap "$@"
	$notify
}

fingerprint()
{
	openssl x509 -in "$1" -noout -fingerprint -sha256 |
		sed 's/.*=//; s/://g' | tr A-F a-f
}

# The certificate that new connections get.
served()
{
	python3 "$helpers/fingerprint.py" "$port"
}

serves()
{
	[ "$(served)" = "$1" ]
}

one=$(fingerprint one.crt) two=$(fingerprint two.crt)
pause=.005
[ -z "$LONG" ] || pause=0
load()
{
	rm -f enough
	python3 "$helpers/load.py" "$port" ca.pem -d 600 -c 4 --each 50 \
		--stop enough --pause $pause "$@" >load &
	load=$!
	pids="$pids $load"
}

# end_load NAME: it had no errors
end_load()
{
	touch enough
	wait $load
	ok "$1: no request is lost" [ $? -eq 0 ]
	forget $load
	cat load
}

# --- A6 --------------------------------------------------------------------------
ok "the first certificate" serves "$one"
load --figures 'A6 under load'
swaps=0 slowest=0 times=2
[ -z "$LONG" ] || times=20
until [ $swaps -eq $times ]; do
	[ "$(served)" = "$one" ] && next=two || next=one
	eval "wanted=\$$next"
	# shellcheck disable=SC2154
	took=$(python3 "$helpers/fingerprint.py" "$port" "$wanted" 5 \
		sh -c ". '$helpers/swap.inc'; swap certs $next/*; $notify")
	[ -n "$took" ] || break
	[ "$took" -le "$slowest" ] || slowest=$took
	swaps=$((swaps + 1))
done
ok "each new certificate is served" [ $swaps -eq $times ]
ok "within a second" [ "$slowest" -lt 1000 ]
echo "A6 certificates: $swaps swaps, each new one served after at most" \
	"$slowest ms"
ok "the folder is swapped" [ "$(readlink certs/tls.crt)" = ..data/tls.crt ]
ok "the log says which" grep -q "\"fingerprint\":\"$two\"" server.log

failures()
{
	metric 'injector_certificate_reloads_total{result="failure"}'
}

# stays NAME WHY: the certificate in use, since the new one is of no use
stays()
{
	# shellcheck disable=SC2154
	ok "$1: noticed" await 5 metric \
		injector_certificate_last_reload_successful 0
	ok "$1: the old certificate is served" serves "$kept"
	ok "$1: still ready" get /readyz
	ok "$1: the log says why" grep -q "\"level\":\"error\".*$2" server.log
	echo "A6 $1: the old one stays, $(failures) failures counted"
	change certs one/*
	ok "$1: and is replaced later" await 5 serves "$one"
	await 5 metric injector_certificate_last_reload_successful 1
}

change certs one/*
await 5 serves "$one"
kept=$one
mkdir bad
cp two.crt bad/tls.crt
cp one.key bad/tls.key
change certs bad/*
stays "a key of another" 'key'
make_cert expired 0
cp expired.crt bad/tls.crt
cp expired.key bad/tls.key
sleep 1
change certs bad/*
stays "an expired certificate" 'expired'
echo nonsense >bad/tls.crt
change certs bad/*
stays "not a certificate" 'tls.crt'
: >bad/tls.crt
change certs bad/*
stays "an empty file" 'tls.crt'
cp two.crt bad/tls.crt
change certs bad/tls.crt
stays "a file that is gone" 'tls.key'
end_load A6
ok "failures are counted" [ "$(failures)" -ge 5 ]

# --- A7 --------------------------------------------------------------------------
load --marks --figures 'A7 under load'
times=10 swaps=0
[ -z "$LONG" ] || times=100
while [ $swaps -lt $times ]; do
	change config b/*
	sleep 0.15
	change config a/*
	sleep 0.15
	swaps=$((swaps + 2))
done
loads=$(metric 'injector_config_reloads_total{result="success"}')

# broken NAME WHY: what is in use goes on, and is replaced once it is mended
broken()
{
	await 5 metric injector_config_last_reload_successful 1
	change config bad/*
	ok "$1: noticed" await 5 metric \
		injector_config_last_reload_successful 0
	ok "$1: still ready" get /readyz
	ok "$1: the log says why" grep -q "\"level\":\"error\".*$2" server.log
	change config a/*
	ok "$1: mended" await 5 metric injector_config_last_reload_successful 1
	rm -rf bad
	cp -r a bad
}
rm -rf bad
cp -r a bad
echo 'global: [' >bad/values
broken "values that are not YAML" config/values
echo 'trustDomain: {}' >bad/mesh
broken "a mesh of the wrong type" config/mesh
echo 'policy: enabled' >bad/config
rm bad/mesh
broken "a file that is gone" config/mesh
end_load A7
ok "both were used" grep -q ' of a, [0-9]* of b' load
echo "A7 configuration: $swaps swaps, $loads loads, then 3 broken ones: the old" \
	"one stays in use, the server ready"

finish_servers

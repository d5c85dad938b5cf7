#!/bin/sh
# injector-webhook ends without a failed admission (A8), and an idle connection
# outlives kube-apiserver's 90 s (A9).  With LONG=yes, 20 restarts of two servers
# under kube-apiserver's admission, and a wait of two minutes.
. "$(dirname "$0")/command.inc"
. "$root/tests/webhook/server.inc"

make_ca ca
make_cert server 1
up()
{
	start "$@" -t otel-collector --tls-cert server.crt --tls-key server.key
}

# --- one server ------------------------------------------------------------------
# A client that opens connections all the time: during the drain all requests are
# answered, and told to go.
up one --drain 10m
python3 "$helpers/load.py" "$port" ca.pem -d 600 -c 4 --each 5 --pause .005 \
	--stop drained --figures 'A8 clients that come during the drain' \
	>load &
load=$!
pids="$pids $load"
await 10 [ -e review.json ]
kill -TERM "$pid"
await 10 grep -q '"draining"' one.log
ok "not ready any more" not get /readyz
ok "but alive" get /healthz
ok "and in the metrics" metric injector_draining 1
python3 "$helpers/goodbye.py" "$port" ca.pem >goodbye
ok "an answer says Connection: close" [ $? -eq 0 ]
cat goodbye
sleep 0.3
touch drained
wait $load
ok "all requests are answered" [ $? -eq 0 ]
forget $load
cat load
stop "$pid"
ok "a second SIGTERM ends it now" [ "$status" -eq 1 ]

up two --drain 1s
stop "$pid"
ok "in the end it exits with 0" [ "$status" -eq 0 ]
ok "the last line of the log" grep -q '"message":"stopped"' two.log

# --- A8 --------------------------------------------------------------------------
cat >pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {generateName: web-}
spec:
  serviceAccountName: default
  containers:
  - name: web
    image: example.com/web:1
    ports: [{containerPort: 8080}]
    readinessProbe: {httpGet: {path: /ready, port: 8080}}
END
configuration Fail >mwc.yaml

endpoints()
{
	echo "$*" >endpoints.new
	mv endpoints.new endpoints
}

# restarts N ARGUMENTS...: so many under load, then admit's figures
restarts()
{
	left=$1 n=2
	shift
	up server1 --drain 3s
	pid_a=$pid port_a=$port
	up server2 --drain 3s
	pid_b=$pid port_b=$port
	endpoints 127.0.0.1:"$port_a",127.0.0.1:"$port_b"
	"$ADMIT" -config mwc.yaml -ca ca.pem -address @endpoints \
		-pods pod.yaml -load -c 16 -n 100000000 \
		-d "$((left * 4 + 1))s" "$@" >load &
	load=$!
	pids="$pids $load"
	sleep 1
	ended=0
	while [ "$left" -gt 0 ]; do
		# of the two, the older one
		kill -TERM "$pid_a"
		sleep 1
		endpoints 127.0.0.1:"$port_b"
		wait "$pid_a" || ended=$((ended + 1))
		forget "$pid_a"
		pid_a=$pid_b port_a=$port_b
		n=$((n + 1))
		up server$n --drain 3s
		pid_b=$pid port_b=$port
		endpoints 127.0.0.1:"$port_a",127.0.0.1:"$port_b"
		left=$((left - 1))
	done
	loaded=0
	running $load || loaded=1
	wait $load
	admitted=$?
	forget $load
	stop "$pid_a"
	stop "$pid_b"
}

times=1
[ -z "$LONG" ] || times=${RESTARTS:-20}
if has_admit A8; then
	for sticky in '' -sticky; do
		# shellcheck disable=SC2086
		restarts "$times" $sticky
		ok "no Pod fails over $times restarts $sticky" [ $admitted -eq 0 ]
		[ $admitted -eq 0 ] || cat load
		ok "there was load until the end" [ $loaded -eq 0 ]
		ok "each server ends well" [ $ended -eq 0 ]
		echo "A8 drain${sticky:+ $sticky}: $times restarts," \
			"$(awk '$1 == "admission" { print $2 + 0 }' load)" \
			"admissions, $(awk '$1 == "errors" { print $2 }' load)" \
			"errors"
	done
fi

# --- A9 --------------------------------------------------------------------------
if [ "$LONG" ]; then
	up idle
	python3 "$helpers/idle.py" "$port" ca.pem >idle
	ok "idle connections" [ $? -eq 0 ]
	cat idle
fi

finish_servers

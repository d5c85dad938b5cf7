#!/bin/sh
# injector-webhook and what may come over HTTP: bodies by hand (A4), slow clients
# (A5), nonsense, and an end at any time (A14).  LONG=yes for those that take
# longer than seconds.
. "$(dirname "$0")/command.inc"
. "$root/tests/webhook/server.inc"

make_ca ca
make_cert server 1
start http -t otel-collector --tls-cert server.crt --tls-key server.key

# --- A4 --------------------------------------------------------------------------
python3 "$helpers/bodies.py" "$port" ca.pem >bodies
ok "bodies by hand" [ $? -eq 0 ]
grep -v '^ok' bodies
ok "the server goes on" running "$pid"
ok "it is ready" get /readyz
ok "what is refused is counted" [ "$(metric injector_requests_refused_total)" -ge 10 ]

# --- A14 -------------------------------------------------------------------------
seconds=3
[ -z "$LONG" ] || seconds=${FUZZ_SECONDS:-600}
python3 "$helpers/nonsense.py" "$port" ca.pem $seconds >nonsense
ok "nonsense" [ $? -eq 0 ]
cat nonsense
ok "the server goes on" running "$pid"
ok "no sanitizer has complained" not grep -q 'ERROR\|WARNING: \|runtime error' \
	http.log

# Each line of the log is JSON with the same first members, and none has more
# than 4096 bytes.
log_is_json()
{
	python3 - "$1" <<-'PY'
	import json, sys
	lines = open(sys.argv[1], "rb").read().split(b"\n")
	assert lines.pop() == b"", "the last line has no end"
	for line in lines:
	    assert len(line) < 4096, line
	    assert list(json.loads(line))[:3] == ["time", "level", "message"], line
	    assert line.isascii() or line.decode(), line
	PY
}
ok "each line of the log is JSON" log_is_json http.log

# --- A5 --------------------------------------------------------------------------
# Where the system does not tell that a request has begun, one may take longer.
slow=$LONG
case ${SAN:-} in
*OS_PORTABLE*) slow= ;;
esac
if [ "$slow" ]; then
	python3 "$helpers/slow.py" "$port" ca.pem >slow
	ok "slow clients" [ $? -eq 0 ]
	grep -v '^ok' slow
	ok "those that waited are counted" \
		[ "$(metric injector_timeouts_total)" -ge 3 ]
fi
stop "$pid"
ok "it ends" [ "$status" -eq 0 ]

# --- other limits ----------------------------------------------------------------
make_cert client 1
start limits -t otel-collector --tls-cert server.crt --tls-key server.key \
	--client-ca ca.pem --max-body 1Mi --max-memory 8Mi --workers 1
python3 "$helpers/limits.py" "$port" ca.pem client.crt client.key >limits
ok "limits" [ $? -eq 0 ]
grep -v '^ok' limits
ok "what exceeds the memory is in the log" grep -q \
	'"level":"error".*"reason":"out of memory".*"uid":"[^"]' limits.log
ok "and in the metrics" metric \
	'injector_admission_total{result="error",reason="out of memory"}' 1
stop "$pid"

"$WEBHOOK" -t otel-collector --tls-cert server.crt --tls-key server.key \
	--max-connections 0 2>none
ok "no connections" [ $? -eq 2 ]
ok "it says so" grep -q 'max-connections 0 would' none

# --- A14: killed under load, nothing stays behind --------------------------------
mkdir here tmp
left_behind()
{
	find here tmp ! -type d
}
killed=0 rounds=2
[ -z "$LONG" ] || rounds=20
while [ $killed -lt $rounds ]; do
	cd here || exit 1
	TMPDIR=$work/tmp
	export TMPDIR
	start ../killed -t otel-collector --tls-cert ../server.crt \
		--tls-key ../server.key
	unset TMPDIR
	cd ..
	rm -f dead
	python3 "$helpers/load.py" "$port" ca.pem -d 60 -c 4 --stop dead \
		>load &
	load=$!
	await 10 grep -q '"admission"' killed.log
	sleep "0.$((killed % 10))"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	forget "$pid"
	touch dead
	wait $load
	killed=$((killed + 1))
done
ok "kill -9 leaves nothing on disk" [ -z "$(left_behind)" ]
ok "the log is whole until then" log_is_json killed.log
echo "A14 kill -9: $killed times under load, $(left_behind | grep -c .) files" \
	"left"

finish_servers

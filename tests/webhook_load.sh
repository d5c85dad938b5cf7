#!/bin/sh
# injector-webhook under load (A12), and what the command does not link (A15).
# LONG=yes: a million reviews, and 100,000 for each program in $SANITIZED, builds
# of the server with sanitizers.
. "$(dirname "$0")/command.inc"

# --- A15 -------------------------------------------------------------------------
if command -v ldd >/dev/null; then
	ldd "$INJECTOR" >libraries
	ok "the command does not load what only the server needs" \
		not grep -E 'microhttpd|gnutls' libraries
	echo "A15 the command: $(grep -c '=>' libraries) libraries," \
		"$(grep -cE 'microhttpd|gnutls' libraries) of the server's"
fi

. "$root/tests/webhook/server.inc"
make_ca ca
make_cert server 1

# --- A12 -------------------------------------------------------------------------
requests=0
# under_load NAME FIGURES ARGUMENTS...: of load.py
under_load()
{
	load_name=$1
	shift
	python3 "$helpers/load.py" "$port" ca.pem -c 8 --figures "$@" >load
	ok "$load_name" [ $? -eq 0 ]
	cat load
	requests=$((requests + $(sed -n '1s/.*: \([0-9]*\) requests.*/\1/p' \
		load)))
}

# Bytes of memory; the server decides when it gives some back, so the least of a
# few.
resident()
{
	least=
	for _ in 1 2 3; do
		now=$(metric process_resident_memory_bytes)
		[ "$least" ] && [ "$least" -le "$now" ] || least=$now
	done
	echo "$least"
}

seconds=1
[ -z "$LONG" ] || seconds=20
start server -t istio --tls-cert server.crt --tls-key server.key
under_load "a first load" 'A12 kept connections' -d $seconds
before=$(resident)
under_load "more of it" 'A12 new connections' -d $seconds --each 3
under_load "and more" 'A12 kept connections again' -d $seconds
after=$(resident)
if [ "${SAN:-}" ]; then
	echo 'skipped: memory: sanitizers keep what was freed'
else
	ok "memory does not grow" [ $((after - before)) -lt 4000000 ]
fi
echo "A12 memory: $((before / 1024)) KiB, then $((after / 1024)) KiB"
ok "every request is in the metrics" \
	metric sidecar_injection_success_total "$requests"
ok "and in the histogram" metric injector_admission_seconds_count "$requests"
stop "$pid"
ok "it ends" [ "$status" -eq 0 ]
ok "a line for each decision" [ "$(grep -c '"message":"admission"' \
	server.log)" -eq "$requests" ]

if [ "$LONG" ]; then
	bench=$(dirname "$WEBHOOK")/bench/admission
	if [ -x "$bench" ]; then
		BENCH_REVIEWS=${BENCH_REVIEWS:-333333} "$bench" "$WEBHOOK" \
			server.crt server.key >figures
		ok "the budget" [ $? -eq 0 ]
		sed 's/^/A12 /' figures
	else
		echo "skipped: $bench is not built"
	fi
fi

for each in ${SANITIZED:-}; do
	case $each in
	/*) WEBHOOK=$each ;;
	*) WEBHOOK=$root/$each ;;
	esac
	name=$(basename "$(dirname "$each")")
	n=1000
	[ -z "$LONG" ] || n=${SANITIZED_REVIEWS:-100000}
	TSAN_OPTIONS=halt_on_error=0:exitcode=66
	ASAN_OPTIONS=detect_leaks=1
	export TSAN_OPTIONS ASAN_OPTIONS
	swap config "$root/templates/otel-collector.yaml"
	start "$name" -t config/otel-collector.yaml --tls-cert server.crt \
		--tls-key server.key
	python3 "$helpers/bodies.py" "$port" ca.pem >bodies
	ok "$name: bodies by hand" [ $? -eq 0 ]
	under_load "$name: load" "A12 $name" -d 3600 -n "$n" --each 100
	kill -HUP "$pid"
	under_load "$name: load after a reload" "A12 $name, reloaded" \
		-d 3600 -n $((n / 10)) --each 10
	stop "$pid"
	ok "$name: ends without a complaint" [ "$status" -eq 0 ]
	ok "$name: nor in its log" not grep 'Sanitizer\|runtime error' \
		"$name.log"
done

finish_servers

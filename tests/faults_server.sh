#!/bin/sh
# injector-webhook that cannot open or read its files when they have changed: what
# is in use stays in use, the log names the file and the cause, and the server is
# ready.
. "$(dirname "$0")/command.inc"
. "$root/tests/webhook/server.inc"
. "$root/tests/faults/faults.inc"
needs_preload

make_ca ca
make_cert one 1
# the template is in a folder of its own, since the server watches it
mkdir certs config
cp one.crt certs/tls.crt
cp one.key certs/tls.key

# The server, with a fault.
cat >server <<END
#!/bin/sh
exec env FAULT="\$FAULT" FAULT_PATH=side.yaml FAULT_LOG="$work/fired" \
	LD_PRELOAD="$PRELOAD" \
	"$WEBHOOK" "\$@"
END
chmod +x server
WEBHOOK=$work/server

# serve FAULT: starts it
serve()
{
	sidecar a >config/side.yaml
	: >fired
	FAULT=$1
	export FAULT
	start log --tls-cert certs/tls.crt --tls-key certs/tls.key -t config/side.yaml
}

has_failed()
{
	metric 'injector_config_reloads_total{result="failure"}' 1
}

# How many calls the start makes: a reload makes the next.
serve ''
cp fired calls
stop "$pid"

# fault NAME ERROR TEXT: in the first call that a reload makes on the template
fault()
{
	serve "$1:$(($(grep -c "^$1 " calls) + 1)):$2"
	sidecar b >config/side.yaml
	kill -HUP "$pid"
	ok "$1, $2: noticed" await 5 has_failed
	ok "$1, $2: in the template" grep -q 'side.yaml' fired
	ok "$1, $2: the log says why" \
		grep -q "\"level\":\"error\".*side.yaml.*$3" log.log
	ok "$1, $2: still ready" get /readyz
	kill -HUP "$pid"
	ok "$1, $2: mended" await 5 metric \
		injector_config_last_reload_successful 1
	stop "$pid"
}

fault open EMFILE 'Too many open files'
fault open EACCES 'Permission denied'
fault read EIO 'Input/output error'
finish_servers

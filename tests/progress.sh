#!/bin/sh
# The progress line: only on a terminal, only after a second, and erased at the
# end.  Prints one `ok` or `not ok` line for each check; skipped without
# script(1), which provides the terminal.
. "$(dirname "$0")/command.inc"
TERM=xterm
export TERM INJECTOR
unset CI
NO_COLOR=1
export NO_COLOR
evidence=seen
if ! script -qec true /dev/null >/dev/null 2>&1; then
	echo "skipped: script(1) is not installed"
	exit
fi

pod()
{
	cat <<-END
	apiVersion: v1
	kind: Pod
	metadata: {name: $1}
	spec:
	  containers:
	  - {name: app, image: "example.com/app:1"}
	END
}

cat >sidecar.yaml <<'END'
spec:
  containers:
  - name: helper
    image: example.com/helper:1
END
for i in 1 2 3; do
	pod web-$i >web-$i.yaml
done
pod slow >text

# at_terminal SECONDS ARGUMENTS...: what a terminal sees while the second of
# four files takes so long; manifests go to `out`
at_terminal()
{
	seconds=$1
	shift
	rm -f slow.yaml
	mkfifo slow.yaml
	(
		sleep "$seconds"
		cat text
	) >slow.yaml &
	script -qec "$INJECTOR -t sidecar.yaml $* \
		web-1.yaml slow.yaml web-2.yaml web-3.yaml >out" seen \
		</dev/null >/dev/null
	wait
}

# sees PATTERN: on the terminal, where <> is a line that is taken away
sees()
{
	tr -d '\033' <seen | tr '\r' '~' | sed 's/~\[K/<>/g' | grep -q -e "$1"
}

missing()
{
	! sees "$1"
}

at_terminal 1.2
ok "a long run shows progress" sees '<>injector: 1 of 4 files'
ok "the line is erased at the end" sees 'files<>$'
ok "the manifests are unaffected" [ "$(grep -c 'helper$' out)" -eq 4 ]
at_terminal 0
ok "a short run shows none" missing 'of 4'
at_terminal 1.2 -q
ok "nor with -q" missing 'of 4'
CI=true
export CI
at_terminal 1.2
ok "nor in CI" missing 'of 4'
unset CI
echo 'kind: [Pod' >>web-3.yaml
at_terminal 1.2
ok "an error has its own line" \
	sees 'files<>web-3.yaml:[0-9]'

# A stream: two megabytes, a while, the rest.
pod large >large.yaml
awk 'BEGIN { for (i = 0; i < 40000; i++) print "# " i " ...................." \
	".............................." }' >>large.yaml
script -qec "(cat large.yaml; sleep 1.2; echo ---; cat text) |
	$INJECTOR -t sidecar.yaml >out" seen </dev/null >/dev/null
ok "bytes of a stream" sees '<>injector: [0-9.]* MiB<>$'

finish

#!/bin/sh
# A disk that is full, and a limit on the size of files: every file is the old one,
# nothing is left beside it, and a message says why.
#
# The full disk is a tmpfs in a mount namespace of its own, where there can be one:
# for root, or where users may have namespaces.
if [ -z "${IN_NAMESPACE:-}" ]; then
	for options in -m -rm; do
		if unshare $options mount -t tmpfs tmpfs /mnt 2>/dev/null; then
			IN_NAMESPACE=yes exec unshare $options sh "$0"
		fi
	done
	IN_NAMESPACE=no
fi
. "$(dirname "$0")/command.inc"
. "$root/tests/faults/faults.inc"

# run ARGUMENTS...: stdout in out, stderr in err, exit status in $status
run()
{
	"$INJECTOR" -q -t "$work/side.yaml" "$@" >"$work/out" 2>"$work/err" \
		</dev/null
	status=$?
}

# fails NAME PATTERN: the last run, with exit 1 and such a message
fails()
{
	ok "$1: exit 1" [ "$status" = 1 ]
	ok "$1: says why" grep -q -e "$2" "$work/err"
}

sidecar helper >side.yaml
pod web >old.yaml
run -o new.yaml old.yaml

# --- a device without room ------------------------------------------------------------
if [ -c /dev/full ]; then
	cp old.yaml a.yaml
	"$INJECTOR" -q -t side.yaml --check a.yaml >/dev/full 2>err
	status=$?
	fails "--check on a full device" '^<stdout>: .*No space left on device'
	run -w --report json --report-file /dev/full a.yaml
	fails "--report-file on a full device" \
		'^/dev/full: .*No space left on device'
	ok "the file was edited before that" cmp -s new.yaml a.yaml
fi

# --- a limit on the size --------------------------------------------------------------
mkdir limit
cp old.yaml limit/a.yaml
awk 'BEGIN { for (i = 0; i < 9000; i++) print "# a long comment" }' \
	>>limit/a.yaml
cp limit/a.yaml large.yaml
# limited ARGUMENTS...: files have at most 8 blocks, of 512 or 1,024 bytes
limited()
{
	(
		ulimit -f 8
		exec "$INJECTOR" -q -t side.yaml "$@" 2>err </dev/null
	)
	status=$?
}
limited -w limit/a.yaml
fails "-w beyond the limit" '^limit/a.yaml: .*File too large'
ok "-w beyond the limit: the old file" cmp -s large.yaml limit/a.yaml
limited -o limit/b.yaml limit/a.yaml
fails "-o beyond the limit" '^limit/b.yaml: .*File too large'
limited limit/a.yaml >limit/out
fails "stdout beyond the limit" '^<stdout>: .*File too large'
rm -f limit/out
ok "beyond the limit: nothing else is there" [ "$(ls -A limit)" = a.yaml ]

# --- a full disk ----------------------------------------------------------------------
if [ "$IN_NAMESPACE" = no ]; then
	echo "# skipped: no file system can be mounted here, so no disk is full"
	finish
fi
mkdir disk
mount -t tmpfs -o size=200k tmpfs disk || exit 1
trap 'umount "$work/disk"; rm -rf "$work"' EXIT
mkdir disk/tree
i=0
while [ $i -lt 20 ]; do
	cp old.yaml disk/tree/$i.yaml
	i=$((i + 1))
done
dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null
ok "the disk is full" [ "$(df --output=avail disk | tail -n 1)" -eq 0 ]

# all_are FILE: so is each file, and no other is there
all_are()
{
	for file in disk/tree/*.yaml; do
		cmp "$1" "$file" || return
	done
	[ "$(find disk/tree -type f | wc -l)" = 20 ]
}

run -w -R disk/tree
fails "-w -R" '^disk/tree/7.yaml: .*No space left on device'
ok "-w -R: each file is named" [ "$(grep -c 'No space left' err)" = 20 ]
ok "-w -R: all are old, and nothing is left" all_are old.yaml
run -w --backup .bak -R disk/tree
fails "--backup" '^disk/tree/7.yaml: .*No space left on device'
ok "--backup: all are old, and nothing is left" all_are old.yaml
run -o disk/new.yaml old.yaml
fails "-o" '^disk/new.yaml: .*No space left on device'
ok "-o: there is no file" [ ! -e disk/new.yaml ]
run -o new-too.yaml --report json --report-file disk/report old.yaml
fails "--report-file" '^disk/report: .*No space left on device'
ok "--report-file: there is no file" [ ! -e disk/report ]
"$INJECTOR" -q -t side.yaml old.yaml >disk/out 2>err
status=$?
fails "stdout" '^<stdout>: .*No space left on device'
rm disk/out

# With room for one more file there is room for all, one after the other.
truncate -s -4096 disk/filler
run -w -R disk/tree
ok "room for one: exit 0" [ "$status" = 0 ]
ok "room for one: all are new" all_are new.yaml
finish

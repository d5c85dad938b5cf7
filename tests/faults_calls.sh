#!/bin/sh
# What the command makes of system calls that fail.  Each command line is run
# once to see which calls it makes; then again and again, with one of them failing,
# or all from there on.  Whatever fails:
#
#  - the exit status is that of the run without a fault, and so is all that it
#    made, to the byte and the mode; or it is 1, and a message names the file and
#    the cause.  Where the result is another one, a warning says so;
#  - every file is the old or the new one, and no other is there;
#  - stdout has whole documents;
#  - what was interrupted, or came in part, is finished.
#
# The short form tries some of the faults, evenly spread; LONG=yes all of them.
# ONLY=NAME runs one command line.

# In memory, where there is such a file system, it takes half the time.
[ ! -w /dev/shm ] || TMPDIR=${TMPDIR:-/dev/shm}
[ -z "${TMPDIR:-}" ] || export TMPDIR
. "$(dirname "$0")/command.inc"
. "$root/tests/faults/faults.inc"
needs_preload
ONLY=${ONLY:-}
most=25
[ -z "$LONG" ] || most=100000

# What each function can fail with.  `write+`: and so do all that follow.
cat >errors <<'END'
access EACCES EIO
close EIO EINTR
fchmod EPERM EIO
fchown EPERM EIO
fsetxattr ENOSPC EPERM
fstat EIO
fstatat EIO
fsync EIO ENOSPC EINTR
getxattr EIO
linkat EPERM ENOSPC
lstat EIO ESTALE
message EIO EINTR EAGAIN short
open EMFILE EACCES EIO EINTR ENFILE
open+ EMFILE
openat ENOSPC EMFILE
openat+ ENOSPC EACCES
opendir EMFILE EACCES EIO
opendir+ EMFILE
pipe2 EMFILE
poll EINTR
pread EIO EINTR short
pread+ EIO
read EIO EINTR EAGAIN short
read+ EIO
readdir EIO
realpath EIO
renameat EPERM EIO
renameat+ EROFS
renameat2 EPERM EIO
spawn EAGAIN
stat EIO ESTALE
stat+ EIO
thread EAGAIN
thread+ EAGAIN
unlink EIO
unlinkat EIO
waitpid EINTR
write ENOSPC EIO EINTR EAGAIN short
write+ ENOSPC EDQUOT
END

# strerror(3) of these.
cat >texts <<'END'
EACCES Permission denied
EAGAIN Resource temporarily unavailable
EDQUOT Disk quota exceeded
EINTR Interrupted system call
EIO Input/output error
EMFILE Too many open files
ENFILE Too many open files in system
ENOSPC No space left on device
EPERM Operation not permitted
EROFS Read-only file system
ESTALE Stale file handle
END

# --- the files -----------------------------------------------------------------
mkdir tree tree/sub tree/.git tree/.git/info tree/chart tree/chart/templates
(
	cd tree || exit 1
	sidecar helper >side.yaml
	sidecar '{{ .Values.name }}' >named.yaml
	echo 'name: helper' >values.yaml
	echo 'template: side.yaml' >.injector.yaml
	echo 'ignored.yaml' >.gitignore
	echo '/sub/ignored-too.yaml' >.git/info/exclude
	pod web >web.yaml
	pod ignored >ignored.yaml
	pod ignored >sub/ignored-too.yaml
	pod db >sub/db.yaml
	ln -s sub/db.yaml link.yaml
	chmod 640 web.yaml
	chmod 755 sub/db.yaml
	printf '%s' '{"apiVersion": "v1", "kind": "Pod", "metadata": ' \
		'{"name": "j"}, "spec": {"containers": [{"name": "a", ' \
		'"image": "example.com/a"}]}}' >sub/pod.json
	printf 'kind: Kustomization\nresources: [web.yaml]\n%s\n' \
		'patches: [{path: patch.yaml}]' >kustomization.yaml
	pod web >patch.yaml
	printf 'name: c\nversion: 0.1.0\n' >chart/Chart.yaml
	pod '{{ .Values.x }}' >chart/templates/a.yaml
	"$INJECTOR" -q -t side.yaml -o injected.yaml web.yaml
	echo '[]' >report
) || exit 1
# Read as a stream, and written in parts.
{
	for name in one two three; do
		echo ---
		pod $name
		awk 'BEGIN { for (i = 0; i < 20000; i++)
			print "# as many comments as make a large file, so that" \
				" it is not held in memory" }'
	done
} >large.txt
cat >list.yaml <<'END'
apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig:
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: f}
  data: {template: otel-collector}
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: web}
  spec: {containers: [{name: app, image: example.com/app}]}
END
mkdir bin
cat >bin/curl <<'END'
#!/bin/sh
cat web.yaml
END
chmod +x bin/curl
PATH=$work/bin:$PATH
# so that calls come in the same order each time
INJECTOR_JOBS=1
export INJECTOR_JOBS

# --- one command line --------------------------------------------------------------
restore()
{
	rm -rf "$work/t"
	cp -a "$work/tree" "$work/t"
	case $label in
	*large*) cp -p "$work/large.txt" "$work/t" ;;
	esac
	cd "$work/t" || exit 1
}

# once FAULT ARGUMENTS...: sets $status; out, err and now are what came of it
once()
{
	fault=$1
	shift
	restore
	: >"$work/fired"
	timeout -s KILL 20 env FAULT="$fault" FAULT_LOG="$work/fired" \
		LD_PRELOAD="$PRELOAD" "$INJECTOR" "$@" \
		<"$stdin" >"$work/out" 2>"$work/err"
	status=$?
	# it has the errors as well
	! tail -n 1 report | grep -qx ']' || echo '[]' >report
	snapshot >"$work/now"
	cd "$work" || exit 1
}

# All faults for the calls in `calls`, or about $most, evenly spread but with each
# function among them, whose errors take turns: lines of FUNCTION:N:ERROR and a
# path.
plan()
{
	awk -v most="$most" -v turn="$turn" '
	FILENAME == "errors" {
		on = sub(/[+]$/, "", $1) ? "+" : ""
		for (i = 2; i <= NF; i++)
			how[$1, ++n_how[$1]] = on ":" $i
		next
	}
	{
		calls[$1]++
		path = $0
		sub(/^[^ ]* [^ ]* /, "", path)
		paths[$1, calls[$1]] = path
	}
	END {
		for (f in calls)
			total += all[f] = calls[f] * n_how[f]
		for (f in calls) {
			n = total <= most ? all[f] : all[f] * most / total
			if (n < 1)
				n = 1
			for (i = 0; i < n; i++) {
				k = int(i * all[f] / n)
				call = int(k / n_how[f]) + 1
				e = (n < all[f] ? turn + i : k) % n_how[f] + 1
				split(how[f, e], parts, ":")
				print f ":" call parts[1] ":" parts[2], \
					paths[f, call]
			}
		}
	}' errors calls
}

# What is on stdout is all, or ends before a document mark; of names or
# differences it is some lines; explain says what went wrong.
whole_documents()
{
	cmp -s out want.out && return
	[ -s out ] || return 0
	case $label in
	explain) return ;;
	check | diff)
		! grep -vxFf want.out out
		return ;;
	esac
	size=$(wc -c <out)
	head -c "$size" want.out | cmp -s - out || return
	[ "$(tail -n 1 out)" = --- ] ||
		tail -c +$((size + 1)) want.out | head -n 1 | grep -q '^---'
}

# Files that are neither old nor new, or gone; what a message says is left.
other_files()
{
	awk -v name="$name" -v kind="$kind" '
	# An access list that is not known closes a file to its group.
	name ~ /xattr|fchown/ { sub(/^[0-7]+ [0-9]/, "") }
	FILENAME == "want.now" || FILENAME == "old.now" {
		known[$0] = 1
		names[$NF] = 1
		if (FILENAME == "old.now")
			old[$NF] = 1
		next
	}
	FILENAME == "err" {
		if (match($0, /is left in "[^"]*"/))
			left = substr($0, RSTART + 12, RLENGTH - 13)
		next
	}
	{ delete old[$NF] }
	left != "" && index($NF, left) { next }
	!(kind == "warned" ? $NF in names : $0 in known) {
		print "neither old nor new: " $0
	}
	END { for (f in old) print "gone: " f }' want.now old.now err now
}

# Prints what is wrong after a fault.
judge()
{
	cause=${fault##*:}
	name=${fault%%:*}
	kind=wrong
	# how often a child is waited for depends on the child
	[ -s fired ] || [ "$label" = address ] ||
		echo "the fault did not happen"
	if [ "$status" = "$normal" ] && cmp -s want.now now &&
		cmp -s want.out out
	then
		echo "$label $name absorbed" >>tally
		return
	fi
	text=$(sed -n "s/^$cause //p" texts)
	case $status in
	"$normal")
		if [ -z "$(other_files)" ] && cmp -s want.out out; then
			kind=narrowed
		elif grep -q "warning: .*$text" err out; then
			kind=warned
		else
			echo "exit $status, with another result"
		fi ;;
	1)
		kind=failed
		grep -v '^injector: [^"]*$' err | grep -q ": .*$text" ||
			echo "no message with a file and \"$text\"" ;;
	*) echo "exit $status" ;;
	esac
	other_files
	[ $kind = warned ] || whole_documents ||
		echo "half a document on stdout"
	case $cause/$name in
	EINTR/* | short/* | EAGAIN/read | EAGAIN/write)
		echo "not finished, but $kind" ;;
	esac
	echo "$label $name $kind" >>tally
}

turn=0
# sweep LABEL ARGUMENTS...: with $stdin
sweep()
{
	label=$1
	shift
	[ -z "$ONLY" ] || [ "$ONLY" = "$label" ] || return 0
	restore
	snapshot >"$work/old.now"
	once '' "$@"
	normal=$status
	mv now want.now
	mv out want.out
	mv fired calls
	turn=$((turn + 1))
	plan >faults
	bad=0 n=0
	while read -r fault path; do
		once "$fault" "$@"
		judge >wrong
		n=$((n + 1))
		[ -s wrong ] || continue
		bad=$((bad + 1))
		echo "# $label: $fault $path"
		sed 's/^/#   /' wrong err
	done <faults
	ok "$label: $n faults" [ $bad = 0 ]
}

stdin=$work/tree/web.yaml
sweep stdin -t side.yaml
stdin=$work/list.yaml
sweep function
stdin=/dev/null
sweep stdout --values values.yaml -t named.yaml web.yaml sub/pod.json
sweep large large.txt
sweep output -o injected.yaml web.yaml
sweep new-output -o sub/new.yaml web.yaml
sweep write -w web.yaml
sweep write-large -w large.txt
sweep folder -w -R .
sweep jobs -j 3 -w -R .
sweep large-jobs -j 3 large.txt
sweep backup -w --backup .bak web.yaml
sweep check --check -R .
sweep diff --diff -R .
sweep uninject uninject -w injected.yaml
sweep report --report json --report-file report -w -R .
# whether there is a Chart.yaml only decides which warning there is
sweep explain explain -R --exclude chart .
sweep admit admit web.yaml
sweep config config sub/db.yaml
sweep address https://example.com/web.yaml

# --- would it be noticed? -----------------------------------------------------------
# Each function was made to fail; but a list of access and the removal of a backup
# take more than one fault, or a file system that has lists.
if [ -z "$ONLY" ]; then
	sed 's/[+]* .*//' errors | sort -u | while read -r name; do
		grep -q " $name " tally || echo "$name"
	done >never
	ok "all functions failed" [ -z "$(grep -vx 'fsetxattr\|unlink' never)" ]
fi

# notices WHAT: judge() does, with $status, out, err and now as they are
notices()
{
	judge >wrong
	ok "noticed: $1" [ -s wrong ]
}

# Evidence of a failure that is as it should be, then one thing wrong at a time.
evidence_of()
{
	fault=$1 status=$2 normal=0 label=none
	echo 'write 1 a.yaml' >fired
	printf '644 0:0 f ./a.yaml\n0123  ./a.yaml\n' | tee old.now >now
	printf '644 0:0 f ./a.yaml\n4567  ./a.yaml\n' >want.now
	printf 'a: 1\n---\nb: 2\n' >want.out
	: >out
	echo 'a.yaml: cannot write: Input/output error' >err
}
cp tally tally.before
evidence_of write:1:EIO 1
judge >wrong
ok "a failure as it should be" [ ! -s wrong ]
evidence_of write:1:EIO 0
notices "success that is none"
evidence_of write:1:EIO 1
echo '89ab  ./a.yaml' >>now
notices "half a file"
evidence_of write:1:EIO 1
echo '600 0:0 f ./.injector-1-0' >>now
notices "a temporary file"
evidence_of write:1:EIO 1
: >now
notices "a file that is gone"
evidence_of write:1:EIO 1
sed -i s/644/666/ now
notices "another mode"
evidence_of write:1:EIO 1
echo 'injector: failed: Input/output error' >err
notices "a message without a file"
evidence_of write:1:ENOSPC 1
notices "a message with another cause"
evidence_of write:1:EIO 1
printf 'a: 1\n---\nb:' >out
notices "half a document"
evidence_of write:1:EIO 139
notices "a crash"
evidence_of write:1:EINTR 1
echo 'a.yaml: cannot write: Interrupted system call' >err
notices "an interrupt that is not finished"
evidence_of write:1:EIO 1
: >fired
notices "a fault that did not happen"
mv tally.before tally

# --- totals ------------------------------------------------------------------------
for by in 1 2; do
	echo
	awk -v by=$by '
	{ n[$by]++; count[$by, $3]++ }
	END {
		for (x in n)
			printf "# %-12s %6d faults: %5d absorbed %4d warned " \
				"%4d narrowed %5d failed %3d wrong\n", x, \
				n[x], count[x, "absorbed"], \
				count[x, "warned"], count[x, "narrowed"], \
				count[x, "failed"], count[x, "wrong"]
	}' tally | sort
done
finish

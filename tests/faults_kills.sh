#!/bin/sh
# -w -R over 200 files, ended by signals at random moments.  Afterwards each file is
# the old or the new one; a temporary file is left only by SIGKILL, and under the
# name that the manual gives.  Every second run makes backups, which are whole, too.
#
# The short form ends 48 runs, LONG=yes 1,000.

# In memory, where there is such a file system, it takes half the time.
[ ! -w /dev/shm ] || TMPDIR=${TMPDIR:-/dev/shm}
[ -z "${TMPDIR:-}" ] || export TMPDIR
. "$(dirname "$0")/command.inc"
. "$root/tests/faults/faults.inc"
rounds=48
[ -z "$LONG" ] || rounds=1000

sidecar helper >side.yaml
pod web >old.yaml
"$INJECTOR" -q -t side.yaml -o new.yaml old.yaml
mkdir -p pristine/a/b
awk '{ text = text $0 "\n" }
END {
	for (i = 0; i < 200; i++) {
		file = "pristine/" (i % 2 ? "a/" : "") (i % 3 ? "a/b/" : "")
		sub(/a\/a\//, "a/", file)
		file = file i ".yaml"
		printf "%s", text >file
		close(file)
	}
}' old.yaml

old=$(md5sum <old.yaml)
new=$(md5sum <new.yaml)
restore()
{
	rm -rf tree
	cp -r pristine tree
}

# The time that a run takes, in microseconds: the signals come within it.
restore
before=$(date +%s%N)
"$INJECTOR" -q -t side.yaml -w -R tree
lasts=$((($(date +%s%N) - before) / 1000))
awk -v n="$rounds" -v lasts="$lasts" 'BEGIN {
	srand()
	split("INT TERM HUP KILL", signals, " ")
	for (i = 0; i < n; i++)
		printf "%s %.6f %s\n", signals[i % 4 + 1], \
			(.2 + .9 * rand()) * lasts / 1e6, \
			int(i / 4) % 2 ? "--backup=.bak" : "--progress"
}' >plan

# The sums of all files, against what may be there: lines of what is wrong, and
# in `state` how far the run came.
examine()
{
	find tree -type f -exec md5sum {} + | awk -v old="${old%% *}" \
		-v new="${new%% *}" -v signal="$signal" '
	$2 ~ /\/[.]injector-[0-9]+-[0-9]+$/ {
		left++
		if (signal != "KILL")
			print signal " left " $2
		next
	}
	$2 ~ /[.]yaml[.]bak$/ {
		if ($1 != old)
			print "not a backup: " $2
		next
	}
	$2 !~ /[.]yaml$/ { print "what is " $2 "?"; next }
	$1 == old { n_old++; next }
	$1 == new { n_new++; next }
	{ print "neither old nor new: " $2 }
	END {
		if (n_old + n_new != 200)
			print n_old + n_new " of 200 files"
		print (n_old && n_new ? "midway" : n_new ? "done" : "begun"), \
			left + 0 >"state"
	}'
}

: >wrong
: >states
while read -r signal after option; do
	restore
	timeout -s "$signal" "$after" "$INJECTOR" -q -t side.yaml "$option" \
		-w -R tree >out 2>err </dev/null
	examine >>wrong
	echo "$signal $(cat state)" >>states
done <plan
head -n 20 wrong
awk '{ n[$2]++; left[$1] += $3 } END {
	printf "# %d runs ended: %d midway, %d before the first file, %d after " \
		"the last; SIGKILL left %d files, other signals %d\n", NR, \
		n["midway"], n["begun"], n["done"], left["KILL"], \
		left["INT"] + left["TERM"] + left["HUP"]
}' states
ok "each file is old or new, and nothing is left but by SIGKILL" [ ! -s wrong ]
ok "many came midway" \
	[ "$(grep -c midway states)" -gt $((rounds / 8)) ]
finish

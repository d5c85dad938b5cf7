#!/bin/sh
# Several programs write to the same files while -w edits them: no edit is lost,
# unless the program that would lose it says so, with exit 1 and the name of the
# file.
#
# The short form has 2 rounds with 200 files, LONG=yes 15.
. "$(dirname "$0")/command.inc"
. "$root/tests/faults/faults.inc"
needs_preload
rounds=2
[ -z "$LONG" ] || rounds=15

sidecar one >one.yaml
sidecar two >two.yaml
pod web >web.yaml

# --- at the worst moment -----------------------------------------------------------
# The command is stopped when it has asked for the last time and is about to
# exchange the names.
# meanwhile NAME PROGRAM...: which then runs
meanwhile()
{
	name=$1
	shift
	cp web.yaml a.yaml
	stop_at_exchange
	"$@"
	kill -CONT "$pid"
	wait "$pid"
	status=$?
	ok "$name: exit 0" [ "$status" = 0 ]
	ok "$name: edited" grep -q 'name: one' a.yaml
	ok "$name: the other edit is there" grep -q '# other' a.yaml
	ok "$name: nothing is left" [ -z "$(find . -name '.injector-*')" ]
}

# Sets $pid; returns when it is stopped.
stop_at_exchange()
{
	env FAULT=renameat2:1:stop FAULT_LOG=fired LD_PRELOAD="$PRELOAD" \
		"$INJECTOR" -q -t one.yaml -w a.yaml 2>err &
	pid=$!
	tries=500
	until grep -q '^State:.*stopped' "/proc/$pid/status" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || break
		sleep 0.01
	done
	ok "$name: is at work" [ $tries -gt 0 ]
}

appends()
{
	echo '# other' >>a.yaml
}

replaces()
{
	{ cat web.yaml; echo '# other'; } >other
	mv other a.yaml
}

meanwhile "appended to" appends
meanwhile "replaced" replaces
# Where names cannot be exchanged, as on some networks, a rename does it.
cp web.yaml a.yaml
: >fired
env FAULT=renameat2:1+:EINVAL FAULT_LOG=fired LD_PRELOAD="$PRELOAD" \
	"$INJECTOR" -q -t one.yaml -w a.yaml 2>err
ok "no exchange: exit 0" [ $? = 0 ]
ok "no exchange: there was none" grep -q '^renameat2 1 ' fired
ok "no exchange: edited" grep -q 'name: one' a.yaml
ok "no exchange: nothing is left" [ -z "$(find . -name '.injector-*')" ]

# Open for writing elsewhere, as by a program that logs to it; a reader is none.
cp web.yaml a.yaml
exec 3>>a.yaml
"$INJECTOR" -q -t one.yaml -w a.yaml 2>err
status=$?
exec 3>&-
ok "open elsewhere: exit 1" [ "$status" = 1 ]
ok "open elsewhere: says so" grep -q '^a.yaml: left unchanged.*open' err
ok "open elsewhere: left unchanged" cmp -s web.yaml a.yaml
exec 3<a.yaml
"$INJECTOR" -q -t one.yaml -w a.yaml 2>err
status=$?
exec 3<&-
ok "read elsewhere: exit 0" [ "$status" = 0 ]
ok "read elsewhere: edited" grep -q 'name: one' a.yaml

# Removed while it is edited: it does not come back.
cp web.yaml a.yaml
name=removed
stop_at_exchange
rm a.yaml
kill -CONT "$pid"
wait "$pid"
status=$?
ok "removed: exit 1" [ "$status" = 1 ]
ok "removed: it is named" grep -q '^a.yaml: ' err
ok "removed: it stays away" [ ! -e a.yaml ]
ok "removed: nothing is left" [ -z "$(find . -name '.injector-*')" ]

# --- two injectors, and one that appends ---------------------------------------------
# lacks TEXT MESSAGES: files without a line that ends in TEXT, and that are not named
# in the messages of the program that had to write it
lacks()
{
	find tree -type f -name '*.yaml' -exec grep -L "$1\$" {} + |
		while read -r file; do
			grep -q "^$file: " "$2" || echo "$file lacks $1"
		done
}

fill()
{
	rm -rf tree
	mkdir tree
	awk '{ text = text $0 "\n" }
	END {
		for (i = 0; i < 200; i++) {
			file = "tree/" i ".yaml"
			printf "%s", text >file
			close(file)
		}
	}' web.yaml
}

# A line at the end of each file, over and over.
append()
{
	k=0
	while [ -e running ]; do
		k=$((k + 1))
		for file in tree/*.yaml; do
			echo "# line $k" >>"$file"
			echo "$file line $k" >>appended
		done
	done
}

lost=0 said=0 round=0
while [ $round -lt "$rounds" ]; do
	fill
	"$INJECTOR" -q -t one.yaml -w -R tree 2>err.one &
	one=$!
	"$INJECTOR" -q -t two.yaml -w -R tree 2>err.two
	wait $one
	{
		lacks 'name: one' err.one
		lacks 'name: two' err.two
	} >lacking
	cat lacking
	lost=$((lost + $(wc -l <lacking)))
	said=$((said + $(cat err.one err.two | wc -l)))
	find tree -type f ! -name '*.yaml' >>left
	round=$((round + 1))
done
echo "# two injectors: $rounds rounds of 200 files, $lost edits lost," \
	"$said refused"
ok "two injectors: no edit is lost" [ $lost = 0 ]

lost=0 said=0 appended=0 round=0
while [ $round -lt "$rounds" ]; do
	fill
	: >running
	: >appended
	append &
	other=$!
	"$INJECTOR" -q -t one.yaml -w -R tree 2>err.one
	rm running
	wait $other
	grep -H '^# line' tree/*.yaml | sed 's/:# / /' | sort >present
	sort appended | comm -23 - present >missing
	# said by the program, of this file
	while read -r file rest; do
		grep -q "^$file: " err.one || {
			echo "$file lost: $rest"
			lost=$((lost + 1))
		}
	done <missing
	lacks 'name: one' err.one >lacking
	cat lacking
	lost=$((lost + $(wc -l <lacking)))
	said=$((said + $(wc -l <err.one)))
	appended=$((appended + $(wc -l <appended)))
	find tree -type f ! -name '*.yaml' >>left
	round=$((round + 1))
done
echo "# while $appended lines were appended: $rounds rounds of 200 files," \
	"$lost edits lost, $said refused"
ok "appended lines: none is lost" [ $lost = 0 ]
ok "nothing is left" [ ! -s left ]
finish

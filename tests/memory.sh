#!/bin/sh
# The command when memory runs out: one message, status 1, files unchanged.
set -u

if [ "${SAN:-}" ]; then
	echo 'skipped: sanitizers need more memory than a limit leaves'
	exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$dir/work"
cd "$dir/work" || exit 1

echo 'spec: {containers: [{name: side, image: "{{ list 1 2 | len }}"}]}' \
	>../template.yaml
i=0
while [ $i -lt 4000 ]; do
	printf -- '---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d}\nspec:\n' $i
	printf '  containers:\n  - {name: app, image: "a:%d"} # it\n' $i
	i=$((i + 1))
done >../input.yaml
# one large document, in a style that libyaml reads
{
	printf -- '---\n? kind\n: Pod\napiVersion: v1\nspec:\n  containers:\n'
	sed -n 's/ *- \({name: app, .*}\) .*/\1/p' ../input.yaml |
		awk '{ sub(/app/, "app" NR); print "  - " $0 }'
} >>../input.yaml
"$INJECTOR" -f ../input.yaml -t ../template.yaml >../expected.yaml || exit 1
echo 'old' >../old.yaml

failed=0 out=0 done=0

# check LIMIT STATUS FILE BEFORE: what a run left behind.
check()
{
	case $2 in
	0)
		done=$((done + 1))
		cmp -s "$3" ../expected.yaml && [ ! -s ../log ] && return
		;;
	1)
		out=$((out + 1))
		cmp -s "$3" "$4" &&
			[ "$(cat ../log)" = 'injector: out of memory' ] && return
		;;
	*)
		# the dynamic linker's, which comes before
		grep -q 'shared librar\|initial thread' ../log && return
		;;
	esac
	failed=$((failed + 1))
	echo "not ok - $1 KiB: exit $2"
	sed 's/^/#   /' ../log
}

starts()
{
	{
		(ulimit -v "$1" && exec "$INJECTOR" --version)
	} >/dev/null 2>&1
}

# With less than it takes to be loaded, the kernel ends a program.
limit=1000
while ! starts $limit && [ $limit -lt 400000 ]; do
	limit=$((limit + 100))
done
limit=$((limit + limit / 40))
while [ $done -lt 6 ] && [ $limit -lt 400000 ]; do
	cp ../input.yaml in.yaml
	(ulimit -v $limit && exec "$INJECTOR" -q -w -f in.yaml \
		-t ../template.yaml) >/dev/null 2>../log
	check $limit $? in.yaml ../input.yaml
	cp ../old.yaml out.yaml
	(ulimit -v $limit && exec "$INJECTOR" -f ../input.yaml \
		-t ../template.yaml -o out.yaml) >/dev/null 2>../log
	check $limit $? out.yaml ../old.yaml
	limit=$((limit + limit / 40))
done
rm -f in.yaml out.yaml
if [ "$(ls -A)" ]; then
	failed=$((failed + 1))
	echo "not ok - files are left behind:"
	ls -A
fi
echo "# $out runs out of memory, $done not, $failed wrong"
[ "$failed" -eq 0 ] && [ "$done" -gt 0 ] && [ "$out" -gt 3 ]

#!/bin/sh
# The symbols that the archive and the shared library export: the functions of
# include/injector.h and nothing else.
set -u

BUILD=${BUILD:-build}
CC=${CC:-cc}
header=$(scripts/symbols)
libs=$(pkg-config --libs yaml-0.1 libpcre2-8 nettle libutf8proc)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0

# ok NAME COMMAND...
ok()
{
	name=$1
	shift
	if "$@" >"$dir/log" 2>&1; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		sed 's/^/#   /' "$dir/log"
	fi
}

# same NM-OPTION FILE: it defines the functions of the header.  What sanitizers
# add for themselves does not count.
same()
{
	printf '%s\n' "$header" >"$dir/header"
	nm "$1" --defined-only "$BUILD/$2" | awk 'NF == 3 &&
		$2 ~ /[A-TV-Z]/ && $2 != "A" &&
		$3 !~ /^_?_?(asan|tsan|ubsan|odr_asan|init|fini)/ {
			sub(/@.*/, "", $3); print $3 }' | sort -u >"$dir/found"
	[ -s "$dir/found" ] && diff "$dir/header" "$dir/found"
}

soname()
{
	objdump -p "$BUILD/libinjector.so.0" |
		grep -q '^ *SONAME *libinjector\.so\.0$'
}

ok 'the archive defines what the header declares' same -g libinjector.a
ok 'so does the shared library' same -D libinjector.so.0
ok 'its name is libinjector.so.0' soname

# A host with functions that have the names of ours.
cat >"$dir/host.c" <<'END'
#include <stdio.h>
#include <string.h>
#include <injector.h>

int diff(int a) { return a - 1; }
int splice(void) { return 5; }
int buf_add(void) { return 6; }
int mem_alloc(void) { return 7; }
const char *arena_grow = "text";

int main(void)
{
	struct injector_text t = {
		"t.yaml", "spec: {containers: [{name: s, image: s}]}\n", 42
	};
	struct injector_text pod = {
		"p.yaml", "apiVersion: v1\nkind: Pod\n"
		"spec: {containers: [{name: a, image: a}]}\n", 0
	};
	struct injector_options options = INJECTOR_OPTIONS_INIT;
	struct injector_error error;
	struct injector *in;
	char *text;

	pod.length = strlen(pod.text);
	options.templates = &t;
	options.n_templates = 1;
	in = injector_new(&options, &error);
	if (!in || injector_inject_text(in, &pod, &text, NULL, NULL, NULL,
					&error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	fputs(text, stdout);
	injector_free_text(text);
	injector_free(in);
	return diff(1) + splice() + buf_add() + mem_alloc() - 18 +
		(*arena_grow != 't');
}
END
printf '%s\n' 'apiVersion: v1' 'kind: Pod' \
	'spec: {containers: [{name: s, image: s}, {name: a, image: a}]}' \
	'# injector-undo: v2 t +containers[s]' >"$dir/expected"

# runs LIBRARY...: the host, linked with it.
runs()
{
	# shellcheck disable=SC2086
	$CC ${SAN:-} -Iinclude -o "$dir/host" "$dir/host.c" "$@" &&
		LD_LIBRARY_PATH=$BUILD "$dir/host" >"$dir/out" &&
		diff "$dir/expected" "$dir/out"
}
# shellcheck disable=SC2086
ok 'a host that defines diff() links the archive' \
	runs "$BUILD/libinjector.a" $libs -lm -pthread
ok 'and the shared library' runs "$BUILD/libinjector.so.0"

# What `make install` puts there is enough to link with.
pc_links()
{
	make -s BUILD="$BUILD" DESTDIR= PREFIX="$dir/usr" DEPS=no install \
		>"$dir/install" 2>&1 || { cat "$dir/install"; return 1; }
	export PKG_CONFIG_PATH="$dir/usr/lib/pkgconfig"
	# shellcheck disable=SC2046
	runs $(pkg-config --cflags --libs injector) &&
		[ "$(readlink "$dir/usr/lib/libinjector.so")" = \
			libinjector.so.0 ] &&
		ldd "$dir/host" | grep -q libinjector.so.0
}
if [ "${SAN:-}" ]; then
	echo 'skipped: installing a build with sanitizers'
else
	ok 'pkg-config links what was installed' pc_links
fi

echo "# $passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/sh
# The library from other programs: the example in include/injector.h compiles
# without a warning as C and C++ and adds its sidecar, and Python can call the
# shared library.
set -eu

BUILD=${BUILD:-build}
CC=${CC:-cc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

# ok NAME COMMAND...
ok()
{
	name=$1
	shift
	if "$@" >"$dir/log" 2>&1; then
		echo "ok - $name"
		passed=$((passed + 1))
	else
		sed 's/^/# /' "$dir/log"
		echo "not ok - $name"
		failed=$((failed + 1))
	fi
}

# From the comment at the head of the header.
awk '/^ \*\t#include <stdio.h>/ { on = 1 }
	on && /^ \*(\t|$)/ { sub(/^ \*\t?/, ""); print }
	on && /^}/ { exit }' include/injector.h >"$dir/example.c"
cp "$dir/example.c" "$dir/example.cc"
cat >"$dir/expected" <<'END'
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: log, image: log}, {name: web, image: web}]}
# injector-undo: v2 log +containers[log]
END

# runs COMPILER STANDARD FILE: the example, compiled as that.
runs()
{
	$1 -std="$2" -Wall -Wextra -Wno-missing-field-initializers -pedantic \
		-Werror ${SAN:-} -Iinclude -c -o "$3.o" "$3" &&
		$1 ${SAN:-} -o "$3.exe" "$3.o" "$BUILD/libinjector.a" \
			$(pkg-config --libs yaml-0.1 libpcre2-8 nettle \
				libutf8proc) -lm -pthread &&
		"$3.exe" >"$3.out" && diff "$dir/expected" "$3.out"
}
ok 'the example as C99' runs "$CC" c99 "$dir/example.c"
ok 'the example as C11' runs "$CC" c11 "$dir/example.c"
if command -v "${CXX:=c++}" >"$dir/log"; then
	ok 'the example as C++17' runs "$CXX" c++17 "$dir/example.cc"
else
	echo "skipped: the example as C++17: no $CXX"
fi

python()
{
	python3 tests/embed.py "$BUILD/libinjector.so.0" >"$dir/python.out" &&
		diff "$dir/expected" "$dir/python.out"
}
if ! [ -e "$BUILD/libinjector.so.0" ]; then
	echo "skipped: Python: no $BUILD/libinjector.so.0"
elif [ "${SAN:-}" ]; then
	echo "skipped: Python: cannot load a library with sanitizers"
elif ! python3 -c 'import ctypes' >"$dir/log" 2>&1; then
	echo "skipped: Python: no python3 with ctypes"
else
	ok 'Python, through ctypes' python
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

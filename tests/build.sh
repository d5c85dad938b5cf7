#!/bin/sh
# The Makefile and scripts/ do what CONTRIBUTING.md says: missing libraries are
# named before anything is compiled, one test can be selected, and the style
# checks find violations.  Prints one `ok` or `not ok` line for each check.
. "$(dirname "$0")/command.inc"
evidence=log

# --- what is missing, and how to install it --------------------------------------
# A machine with the usual tools, but neither compiler nor pkg-config.
mkdir bin
for tool in sh env id sed awk make find mkdir touch dirname cat; do
	path=$(command -v $tool) && ln -s "$path" bin/$tool
done
printf '#!/bin/sh\nexit 0\n' >bin/apt-get
chmod +x bin/apt-get

bare()
{
	env -u MAKEFLAGS -u MAKELEVEL -u CC -u BUILD PATH="$work/bin" "$@" \
		>log 2>&1
}
bare "$root/scripts/deps" --check
ok "deps --check: exit 1" [ $? -eq 1 ]
ok "deps --check names what is missing" grep -q \
	'^missing: gcc .*pkg-config libyaml-dev .*libjansson-dev .*libgnutls28-dev check$' log
ok "deps --check: the command that installs it" grep -q \
	'^install with: .*apt-get install -y gcc .* check$' log
bare "$root/scripts/deps" --check build
ok "deps --check build: not what only the tests need" \
	[ "$(grep -c ' check$' log)" -eq 0 ]
bare env DEPS=no "$root/scripts/deps"
ok "DEPS=no: nothing is installed" grep -q '^missing: ' log
bare "$root/scripts/deps" nonsense
ok "deps: an unknown group" grep -q 'unknown group "nonsense"' log
bare make -C "$root" --no-print-directory BUILD="$work/build"
ok "make: fails" [ $? -ne 0 ]
ok "make: begins with what is missing" [ "$(sed -n '/^missing: gcc /=' log)" = 1 ]
ok "make: compiles nothing" [ "$(grep -c '  CC ' log)" -eq 0 ]
for target in check demo; do
	bare make -C "$root" --no-print-directory BUILD="$work/build" DEPS=no \
		$target
	ok "make $target DEPS=no: names what is missing" grep -q \
		'^missing: gcc ' log
done

# --- without the webhook's libraries ------------------------------------------------
env -u MAKEFLAGS -u MAKELEVEL PKG_CONFIG_LIBDIR="$work" make -n -C "$root" \
	--no-print-directory BUILD="$work/build" all >log 2>&1
ok "make all: leaves injector-webhook out" [ "$(grep -c 'LINK.*webhook' log)" = 0 ]
ok "make all: says so" grep -q 'injector-webhook is left out' log
ok "make all: the command is built" grep -q 'LINK .*/injector$' log

# --- one test ----------------------------------------------------------------------
# plan T: the line that runs the tests, without running anything
plan()
{
	env -u MAKEFLAGS -u MAKELEVEL -u T make -n -C "$root" \
		--no-print-directory BUILD="$work/build" run-check T="$1" 2>&1 |
		sed -n '/^CASE=/,$p' | tr -d '\\\n' | tr -s ' \t' ' ' >log
}
plan manual
ok "T=manual: one program" grep -q 'check [^ ]*/tests/test_manual$' log
plan 'manual api'
ok "T='manual api': two programs, no golden case" grep -q \
	'check [^ ]*/tests/test_api [^ ]*/tests/test_manual$' log
plan kinds
ok "T=kinds: the golden cases of that suite" \
	grep -q "^CASE='kinds' .*/tests/test_golden$" log
plan splice
ok "T=splice: a test program" grep -q '/tests/test_splice ' log
ok "T=splice: a fuzz target's inputs" grep -q '/replay/fuzz_splice' log
plan docs
ok "T=docs: a script" grep -q 'tests/docs\.sh$' log
env -u MAKEFLAGS -u MAKELEVEL make -n -C "$root" run-check T=nonsense >log 2>&1
ok "T=nonsense: says which there are" grep -q \
	'no test is called nonsense; there are .*manual' log

# --- editors, form, layers ---------------------------------------------------------
(cd "$root" && env -u MAKEFLAGS make -n --no-print-directory \
	compile_commands.json) >log 2>&1
ok "compile_commands.json: every source" [ "$(grep -o '[a-z0-9_/]*\.c\>' log |
	sort -u | wc -l)" -ge "$(cd "$root" && find src tests bench -name '*.c' |
	wc -l)" ]
printf 'static int f(int a)\n{\n\tif(a)\n\t\treturn a+1;\n\treturn 0;\n}\n' >odd.c
if (cd "$root" && scripts/fmt-check "$work/odd.c") >log 2>&1; then
	ok "fmt-check: skipped without clang-format 14" grep -q skipped log
else
	ok "fmt-check: names the file" grep -q "odd.c: " log
fi
mkdir -p layers/src/base layers/scripts layers/include
cp "$root/scripts/layers" layers/scripts
printf '#include "yaml/read.h"\n' >layers/src/base/str.c
ok "layers: an include against the layers" \
	[ "$(cd layers && scripts/layers 2>&1)" = \
	'src/base/str.c:1: src/base must not include "yaml/read.h"' ]

# --- help --------------------------------------------------------------------------
env -u MAKEFLAGS make -s -C "$root" help >log
sed 's/ .*//' log | sort >listed
sed -n '/^\.PHONY:/,/[^\\]$/p' "$root/Makefile" | sed 's/^\.PHONY://; s/\\$//' |
	tr -s ' \t' '\n' | grep . | grep -v '^run-\|^FORCE:*$' | sort >phony
ok "make help lists every target" diff -u phony listed

# --- protection of the built program -----------------------------------------------
# What CFLAGS and HARDEN_LINK ask for is in the program.  Sanitizers replace some
# of it, and a build with other CFLAGS is somebody's decision.
if [ "${SAN:-}" ] || ! command -v readelf >/dev/null; then
	echo "skipped: protection of the built program"
	finish
fi
readelf -hldW "$INJECTOR" >log
ok "position-independent" grep -q 'Type: *DYN' log
ok "tables of addresses are read-only" grep -q 'GNU_RELRO' log
ok "they are filled at the start" grep -q 'FLAGS.*NOW' log
ok "no stack is executable" grep -q 'GNU_STACK.* RW ' log
# Each library that is loaded costs time at every start.
for library in yaml pcre2-8 nettle utf8proc jansson; do
	[ ! -f "$(cc -print-file-name="lib$library.a")" ] ||
		ok "lib$library is linked from its archive" \
			not grep -q "NEEDED.*lib$library" log
done
nm -D --undefined-only "$INJECTOR" >log
ok "overflows of the stack are noticed" grep -q ' __stack_chk_fail' log
ok "overflows of copies are noticed" grep -q ' __[a-z]*_chk\>' log
case $(uname -m) in
x86_64) jump=endbr64 ;;
aarch64) jump='bti\|paciasp' ;;
*) jump= ;;
esac
if [ -n "$jump" ]; then
	objdump -d --no-show-raw-insn --disassemble=main "$INJECTOR" >log
	ok "functions begin where jumps may end" grep -q "$jump" log
fi

finish

#!/bin/sh
# `injector explain` and --report of $INJECTOR (default build/injector): where
# reports and other output go, and that other programs can read reports.  Prints
# one `ok` or `not ok` line for each check, and fails if one is not ok.
. "$(dirname "$0")/command.inc"

# run STATUS ARGUMENTS...: stdout in out, stderr in err
run()
{
	want=$1
	shift
	"$INJECTOR" "$@" >out 2>err </dev/null
	status=$?
	ok "$*: exit $want" [ "$status" -eq "$want" ]
}

cat >sidecar.yaml <<'END'
spec:
  containers:
  - name: helper
    image: example.com/helper:1
END
cat >web.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: web, name: web}
spec:
  containers: [{name: web, image: web}]
END
cat >bad.yaml <<'END'
apiVersion: v1
kind: Pod
spec: {containers: none}
END
cat >secret.yaml <<'END'
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {password: hunter2, password: hunter3}
END
cp web.yaml web.was

# --- explain ---------------------------------------------------------------------
run 0 explain -t ./sidecar.yaml web.yaml
ok "explain reports on stdout" grep -q '+ helper example.com/helper:1' out
ok "explain: warnings are in the report" grep -q 'warning: duplicate key "name"' out
ok "explain prints nothing else" [ ! -s err ]
ok "explain changes nothing" cmp -s web.yaml web.was
run 1 explain -t ./sidecar.yaml bad.yaml none.yaml web.yaml
ok "explain goes on after an error" grep -q 'Pod default/web: injected' out
ok "explain: the errors are in the report" [ "$(grep -c error: out)" -eq 2 ]
ok "explain: they are on stderr, too" grep -q '^bad.yaml:3:' err
run 0 explain -q -t ./sidecar.yaml web.yaml
ok "explain -q: no warnings" [ "$(grep -c warning out)" -eq 0 ]
run 0 explain -t ./sidecar.yaml secret.yaml
ok "explain: other objects are not reported" \
	[ "$(grep -c 'not a workload' out)" -eq 0 ]
run 0 explain -v -t ./sidecar.yaml secret.yaml
ok "explain -v: it is" grep -q 'Secret login: not a workload' out
ok "nothing of a Secret is shown" [ "$(grep -c hunter out)" -eq 0 ]
run 0 explain --report json --report-file it.json -t ./sidecar.yaml web.yaml
ok "explain: the report in a file" grep -q '"outcome":"injected"' it.json
ok "explain: nothing on stdout then" [ ! -s out ]
run 2 explain -o x.yaml web.yaml
ok "explain has no -o" [ ! -e x.yaml ]
"$INJECTOR" explain --report json web.yaml 2>err | :
ok "explain to /dev/null is silent" [ ! -s err ]

# --- what is said and what is done agree -----------------------------------------
for input in "$root"/testdata/istio/*/input.yaml \
	"$root"/testdata/builtin/*/input.yaml; do
	"$INJECTOR" --policy "$input" >once.yaml 2>err || continue
	"$INJECTOR" explain --report json --policy once.yaml >out 2>err
	name=${input#"$root"/testdata/}
	ok "${name%/*}: injected once, it is not said to be again" \
		[ "$(grep -c '"outcome":"injected"' out)" -eq 0 ]
done

# --- a report besides the manifests ----------------------------------------------
"$INJECTOR" -t ./sidecar.yaml web.yaml >plain 2>/dev/null
for format in text line json github gitlab junit sarif markdown; do
	run 0 --report $format -t ./sidecar.yaml web.yaml
	ok "$format: the manifests are the same" cmp -s out plain
	ok "$format: it is on stderr" [ -s err ]
	[ $format = line ] || ok "$format: in place of the messages" \
		[ "$(grep -c '^web.yaml:3:.*warning' err)" -eq 0 ]
	mv err alone
	run 0 --report $format --report-file it -t ./sidecar.yaml web.yaml
	ok "$format: in a file" cmp -s it alone
	ok "$format: the messages then are on stderr" \
		grep -q '^web.yaml:3:.*warning' err
done
run 1 --report json --report-file it -t ./sidecar.yaml bad.yaml
ok "an error is in the report" grep -q '"type":"error","file":"bad.yaml"' it
ok "and on stderr" grep -q '^bad.yaml:3:' err
run 1 --report json --report-file it -t ./none.yaml web.yaml
ok "so is an error in a template" grep -q '"file":"./none.yaml"' it
run 1 --report json --report-file it --values none.yaml web.yaml
ok "and one in values" grep -q '"file":"none.yaml"' it
run 0 --report json --report-file it -t ./sidecar.yaml /dev/null
ok "no event: an empty array" [ "$(tr -d '\n' <it)" = '[]' ]
for file in '' '--report-file -'; do
	# shellcheck disable=SC2086
	run 0 --report text $file -o x.yaml -t ./sidecar.yaml web.yaml
	ok "on stdout, where the manifests are not" grep -q '^  1:1 Pod' out
	ok "in place of the messages" [ ! -s err ]
done
run 0 render --report json --report-file it -t ./sidecar.yaml web.yaml
ok "of render, too" grep -q '"outcome":"injected"' it

# --- --check, --diff and -w ------------------------------------------------------
for format in text line json github gitlab junit sarif markdown; do
	run 3 --check --report $format --report-file it -t ./sidecar.yaml \
		web.yaml
	ok "$format: what would change" grep -q 'would.change\|sidecar missing' it
	ok "--check names the file on stdout" [ "$(cat out)" = web.yaml ]
	run 3 --check --report $format -t ./sidecar.yaml web.yaml
	ok "$format: alone on stdout" cmp -s out it
	ok "$format: nothing on stderr" [ ! -s err ]
	run 1 --check --report $format -t ./sidecar.yaml bad.yaml web.yaml
	ok "$format: an error is on stderr as well" grep -q '^bad.yaml:3:' err
	run 0 --diff --report $format -t ./sidecar.yaml web.yaml
	ok "$format: --diff writes nothing" cmp -s web.yaml web.was
	cp web.yaml new.yaml
	run 0 -w --report $format -t ./sidecar.yaml new.yaml
	ok "$format: -w, too" [ -s out ]
	ok "$format: -w, alone" [ ! -s err ]
	ok "$format: -w wrote" grep -q helper new.yaml
done
fix='Fix: injector -t ./sidecar.yaml -w web.yaml'
for format in github gitlab junit sarif; do
	run 3 --check --report $format -t ./sidecar.yaml web.yaml
	ok "$format: what is missing" grep -q \
		'Pod default/web: sidecar missing (adds container helper exa' out
	ok "$format: what fixes it" grep -q "$fix" out
done
run 3 --check --report junit -t ./sidecar.yaml web.yaml
ok "--check: a test fails for it" grep -q '<failure message="Pod default/web' out
run 3 --check --report github -t ./sidecar.yaml web.yaml
ok "github: it has a title" grep -q ',title=sidecar missing::Pod' out
run 3 --check --report json -t ./sidecar.yaml web.yaml
ok "json: what fixes it" grep -q '"fix":"injector -t ./sidecar.yaml -w web' out
cp web.yaml new.yaml
"$INJECTOR" -q -w -t ./sidecar.yaml new.yaml
sed 's/helper:1/helper:2/' sidecar.yaml >dir.new
mkdir later && mv dir.new later/sidecar.yaml
run 3 --check --refresh --report github -t later/sidecar.yaml new.yaml
ok "an older sidecar" grep -q 'title=sidecar out of date::' out
run 3 uninject --check --report github -t ./sidecar.yaml new.yaml
ok "one to remove" grep -q ',title=sidecar to remove::' out
ok "how" grep -q 'Fix: injector uninject -t ./sidecar.yaml -w new.yaml' out
"$INJECTOR" --check --report github -t ./sidecar.yaml <web.yaml >out
ok "nothing fixes stdin" not grep -q Fix: out
run 0 --check --report junit --report-file it -t ./sidecar.yaml new.yaml
ok "--check: no failure if nothing changes" [ "$(grep -c '<failure' it)" -eq 0 ]

# differences are in the formats that have a place for them
"$INJECTOR" -q --diff -t ./sidecar.yaml web.yaml >diff
run 3 --check --diff --report markdown -t ./sidecar.yaml web.yaml
sed -n '/^```diff$/,/^```$/p' out | sed '1d; $d' >in-details
ok "markdown: the difference, to unfold" cmp -s diff in-details
ok "markdown: the table" grep -q \
	'^| <code>web.yaml:1</code> | <code>Pod default/web</code> | sidecar mi' out
ok "markdown: the fix" grep -qx 'injector -t ./sidecar.yaml -w web.yaml' out
run 0 --diff --report text -t ./sidecar.yaml web.yaml
ok "text: the difference, behind the objects" [ \
	"$(sed -n '/^---/,$p' out)" = "$(cat diff)" ]
run 0 --diff --report json -t ./sidecar.yaml web.yaml
ok "json: the difference" grep -q '"type":"diff","file":"web.yaml","text":"---' out
run 0 -w --diff --report text -t ./sidecar.yaml --report-file it web.yaml
ok "-w: in a file as well as on stdout" cmp -s out diff
ok "-w: behind the objects" [ "$(sed -n '/^---/,$p' it)" = "$(cat diff)" ]
cp web.was web.yaml

# --- the status of --diff ----------------------------------------------------------
run 0 --diff -t ./sidecar.yaml web.yaml
run 1 --diff --exit-code -t ./sidecar.yaml web.yaml
ok "--exit-code: the difference" cmp -s out diff
run 0 --diff --exit-code -t ./sidecar.yaml new.yaml
run 2 --diff --exit-code -t ./sidecar.yaml bad.yaml web.yaml
ok "--exit-code: an error is trouble" grep -q '^bad.yaml:3:' err
ok "--exit-code: the other file" cmp -s out diff
run 2 --exit-code -t ./sidecar.yaml web.yaml
ok "--exit-code needs --diff" grep -q 'needs --diff' err
run 2 --check --diff --exit-code -t ./sidecar.yaml web.yaml
ok "--exit-code and --check" grep -q 'cannot be combined' err

# --- misuse ----------------------------------------------------------------------
echo old >it
run 2 --report yaml --report-file it web.yaml
ok "formats are named" grep -q \
	'text, line, json, github, gitlab, junit, sarif, markdown' err
run 2 --report json --report-file it -t nothing-like-it web.yaml
ok "after misuse an old report stays" [ "$(cat it)" = old ]
run 2 --report json --report-file - web.yaml
ok "stdout is taken by manifests" grep -q 'needs a free stdout' err
run 1 --report json --report-file none/it web.yaml
ok "a report that cannot be written" grep -q '^none/it: ' err

# --- other readers ---------------------------------------------------------------
if python3 -c 'import jsonschema' 2>/dev/null; then
	"$INJECTOR" explain -v --report json "$root"/testdata/[a-q]*/*/input.* \
		>it 2>/dev/null
	ok "Python's jsonschema finds nothing wrong" python3 -c '
import json, sys, jsonschema
schema, report = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.validate(report, schema)
assert len(report) > 100' "$root/docs/report.schema.json" it
	"$INJECTOR" --check --report sarif "$root"/testdata/[a-q]*/*/input.* \
		>it 2>/dev/null
	ok "nor with SARIF" python3 -c '
import json, sys, jsonschema
schema, report = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.validate(report, schema)
assert len(report["runs"][0]["results"]) > 100
' "$root/tests/sarif.schema.json" it
else
	echo "# skipped: no jsonschema for Python"
fi
"$INJECTOR" explain -v --report junit "$root"/testdata/[a-q]*/*/input.* \
	>it 2>/dev/null
if command -v xmllint >/dev/null 2>&1; then
	ok "xmllint finds nothing wrong" xmllint --noout it
elif python3 -c 'import xml.dom.minidom' 2>/dev/null; then
	ok "Python reads the XML" python3 -c '
import sys, xml.dom.minidom
report = xml.dom.minidom.parse(sys.argv[1])
assert len(report.getElementsByTagName("testcase")) > 100' it
else
	echo "# skipped: no xmllint and no Python"
fi

finish

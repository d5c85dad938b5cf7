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
for format in text json github gitlab junit; do
	run 0 --report $format -t ./sidecar.yaml web.yaml
	ok "$format: the manifests are the same" cmp -s out plain
	ok "$format: it is on stderr" [ -s err ]
	ok "$format: in place of the messages" \
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
run 0 --report-file - -o x.yaml -t ./sidecar.yaml web.yaml
ok "on stdout, where the manifests are not" grep -q '^  1:1 Pod' out
run 0 render --report json --report-file it -t ./sidecar.yaml web.yaml
ok "of render, too" grep -q '"outcome":"injected"' it

# --- --check and -w --------------------------------------------------------------
for format in text json github gitlab junit; do
	run 3 --check --report $format --report-file it -t ./sidecar.yaml \
		web.yaml
	ok "$format: what would change" grep -q 'would.change' it
	ok "--check names the file on stdout" [ "$(cat out)" = web.yaml ]
done
ok "--check: a test fails for it" grep -q '<failure message="Pod default/web' it
cp web.yaml new.yaml
run 0 -w --report json --report-file - -t ./sidecar.yaml new.yaml
ok "-w: the report may go to stdout" grep -q '"outcome":"injected"' out
run 0 --check --report junit --report-file it -t ./sidecar.yaml new.yaml
ok "--check: no failure if nothing changes" [ "$(grep -c '<failure' it)" -eq 0 ]
run 2 --check --report json --report-file - web.yaml

# --- misuse ----------------------------------------------------------------------
echo old >it
run 2 --report yaml --report-file it web.yaml
ok "formats are named" grep -q 'text, json, github, gitlab, junit' err
run 2 --report json --report-file it -t nothing-like-it web.yaml
ok "after misuse an old report stays" [ "$(cat it)" = old ]
run 2 --report json --report-file - web.yaml
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

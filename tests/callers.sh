#!/bin/sh
# The program called by other tools: a ResourceList on stdin, and the recipes of
# docs/callers.md, by the tools themselves.  Prints one `ok` or `not ok` line for
# each check.
#
# In docs/callers.md a fenced block after `<!-- file: NAME -->` is that file; in
# ```console blocks, lines after "$ " are run and what follows must be their
# output.  `<!-- needs: TOOL... -->` says what the blocks after it need, up to
# the next heading; without that tool they are skipped.  Each section begins in
# an empty folder with the files that come before the first one.
. "$(dirname "$0")/command.inc"
evidence="out err"

# call: the ResourceList in list.yaml
call()
{
	"$INJECTOR" "$@" <list.yaml >out 2>err
	status=$?
}

# --- KRM functions ---------------------------------------------------------------
cat >sidecar.yaml <<'END'
spec:
  containers:
  - name: helper
    image: helper:1
END
cat >items.yaml <<'END'
apiVersion: config.kubernetes.io/v1   # as kustomize and kpt write it
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: settings}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    annotations:
      config.kubernetes.io/index: '0'
      internal.config.kubernetes.io/index: '0'
      internal.config.kubernetes.io/path: 'web.yaml'
  spec:
    template:
      spec:
        containers:
        - {name: web, image: "web:1"}   # the program
- apiVersion: batch/v1
  kind: Job
  metadata:
    name: node
    namespace: tools
    annotations:
      config.kubernetes.io/index: '3'
      config.kubernetes.io/path: 'jobs/node.yaml'
  spec:
    template:
      spec:
        hostNetwork: true
        containers:
        - name: node
          image: node:1
END
cat >options.yaml <<'END'
functionConfig:
  apiVersion: injector/v1
  kind: Injector
  metadata: {name: sidecars}
  spec:
    template: sidecar.yaml   # ours
END
cat items.yaml options.yaml >list.yaml
cat >want <<'END'
--- old
+++ new
@@ -17,4 +17,6 @@
       spec:
         containers:
+        - name: helper
+          image: helper:1
         - {name: web, image: "web:1"}   # the program
 - apiVersion: batch/v1
@@ -39,2 +41,13 @@
   spec:
     template: sidecar.yaml   # ours
+results:
+- message: "skipped: host networking"
+  severity: info
+  resourceRef:
+    apiVersion: batch/v1
+    kind: Job
+    namespace: tools
+    name: node
+  file:
+    path: jobs/node.yaml
+    index: 3
END
call
ok "a function call: exit 0" [ $status -eq 0 ]
diff -U2 --label old --label new list.yaml out >got
ok "a function call: sidecar and results, nothing else" diff -u want got
cp out list.yaml
call
ok "a second call changes nothing" cmp -s list.yaml out

# Beside results of other functions, and again.
{
	cat items.yaml options.yaml
	printf 'results:\n- {message: hello, severity: info}\n'
} >list.yaml
call
ok "results of other functions stay" grep -q '^- {message: hello' out
ok "and there are ours" grep -q 'message: "skipped: host networking"' out
cp out list.yaml
call
ok "they are not repeated" cmp -s list.yaml out

# Warnings; the same in JSON, with sorted keys.
cat >warn.json <<'END'
{
  "apiVersion": "config.kubernetes.io/v1",
  "functionConfig": {
    "apiVersion": "v1", "kind": "ConfigMap",
    "data": {"template": "./sidecar.yaml\n", "no-undo": "true",
             "only": "web\nhook"}
  },
  "items": [
    {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "hook"},
     "spec": {"template": {"spec": {"containers": [
       {"name": "a", "image": "a:1"}]}}}},
    {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "other"},
     "spec": {"template": {"spec": {"containers": [
       {"name": "a", "image": "a:1"}]}}}}
  ],
  "kind": "ResourceList"
}
END
cp warn.json list.yaml
call
ok "JSON: exit 0" [ $status -eq 0 ]
ok "JSON: options of a ConfigMap" [ "$(grep -c helper out)" -eq 2 ]
ok "JSON: a warning is a result" grep -q '"warning": "job-sidecar"' out
ok "JSON: with its severity" grep -q '"severity": *"warning"' out
ok "JSON: no undo note" not grep -q injector.undo out
ok "what options exclude is no result" not grep -q excluded out

# --output-format and explain go by it too.
cat items.yaml options.yaml >list.yaml
call --output-format patch
ok "patches of a function call" [ "$(grep -c '"kind":"Deployment"' out)" -eq 1 ]
call explain
ok "explain goes by functionConfig" grep -q '+ helper helper:1' out
call --check
ok "--check goes by functionConfig: exit 3" [ $status -eq 3 ]
call uninject
ok "uninject: exit 0" [ $status -eq 0 ]

# Precedence.
cat >other.yaml <<'END'
spec:
  containers:
  - name: other
    image: other:1
END
call -t other.yaml
ok "the command line takes precedence" grep -q 'name: other' out
echo 'template: other.yaml' >.injector.yaml
call
ok "functionConfig takes the place of .injector.yaml" grep -q helper out
call --no-config
ok "--no-config switches it off" not grep -q helper out
cp items.yaml list.yaml
call
ok "without functionConfig .injector.yaml counts" grep -q 'name: other' out
rm .injector.yaml
printf 'functionConfig: null\n' | cat items.yaml - >list.yaml
call -t other.yaml
ok "functionConfig may be null" grep -q 'name: other' out

# Errors: exit 1, the items as they were, the error among the results.
cat items.yaml options.yaml | sed 's/hostNetwork: true/hostNetwork: 7/' >list.yaml
call
ok "an invalid object: exit 1" [ $status -eq 1 ]
ok "an invalid object: on stderr" grep -q '^<stdin>:31:22: .*hostNetwork' err
sed '/^results:/,$d' out >items
ok "an invalid object: nothing is injected" cmp -s list.yaml items
cat >want <<'END'
results:
- message: "spec.template.spec.hostNetwork: expected true or false, found 7"
  severity: error
  resourceRef:
    apiVersion: batch/v1
    kind: Job
    namespace: tools
    name: node
  file:
    path: jobs/node.yaml
    index: 3
END
sed -n '/^results:/,$p' out >results
ok "an invalid object: a result" diff -u want results

# refused NAME SED PATTERN: functionConfig, edited
refused()
{
	sed "$2" options.yaml | cat items.yaml - >list.yaml
	call
	ok "$1: refused" [ $status -ne 0 ]
	ok "$1: says why" grep -q -e "$3" err
	ok "$1: no items" [ ! -s out ]
}
mkdir -p repo/.git repo/deploy
echo '{}' >outside.yaml
cp sidecar.yaml items.yaml options.yaml repo/deploy
cp sidecar.yaml repo
ln -s ../../outside.yaml repo/deploy/link.yaml
cd repo/deploy || exit 1
refused "a file outside" 's|: sidecar|: ../../sidecar|' \
	'template: the file is outside of the repository or working'
refused "a link to outside" 's|sidecar.yaml|./link.yaml|' 'file is outside'
refused "an address" 's|sidecar.yaml|https://example.com/a.yaml|' \
	'cannot trigger network access'
refused "an unknown option" 's/template:/tempalte:/' \
	'unknown option "tempalte"; did you mean "template"?'
refused "an option that writes" 's/template: sidecar.yaml/write: true/' \
	'write cannot be set in this file'
refused "another kind" 's/kind: Injector/kind: Istio/' 'expected an object of kind'
refused "a spec that is not a map" 's/  spec:/  spec: [x]/; /template/d' \
	'functionConfig.spec: expected a map'
sed 's|: sidecar|: ../sidecar|' options.yaml | cat items.yaml - >list.yaml
call
ok "a file of the repository" grep -q helper out
cd ../.. || exit 1

# --- docs/callers.md -------------------------------------------------------------
mkdir "$work/bin" "$work/docs"
ln -s "$INJECTOR" "$work/bin/injector"
PATH=$work/bin:$PATH
HOME=$work
export HOME

# Files, and console blocks as N.sh, N.want, N.needs, N.section.
awk -v dir="$work/docs/" '
BEGIN { section = 0; system("mkdir -p " dir 0) }
/^## / {
	section++
	needs = ""
	system("cp -r " dir "0 " dir section)
	print substr($0, 4) >(dir section ".title")
}
/^<!-- file: .* -->$/ { file = dir section "/" $3; next }
/^<!-- needs: .* -->$/ {
	needs = $0
	gsub(/^<!-- needs: | -->$/, "", needs)
	next
}
/^```/ {
	if (on) {
		on = 0
	} else if (file != "") {
		on = 1
		system("mkdir -p $(dirname " file ")")
	} else if ($0 == "```console") {
		on = 2
	}
	if (!on) {
		if (file != "")
			close(file)
		file = ""
	}
	next
}
on == 1 { print >file }
on == 2 && /^\$ / {
	n++
	print substr($0, 3) >(dir n ".sh")
	printf "" >(dir n ".want")
	print needs >(dir n ".needs")
	print section >(dir n ".section")
	next
}
on == 2 { print >(dir n ".want") }
' "$root/docs/callers.md"

# has TOOL: is it here?
has()
{
	command -v "$1" >/dev/null 2>&1
}

n=1
while [ -e "$work/docs/$n.sh" ]; do
	section=$(cat "$work/docs/$n.section")
	title=$(cat "$work/docs/$section.title")
	name=$(tr -d '\\' <"$work/docs/$n.sh")
	missing=
	for tool in $(cat "$work/docs/$n.needs"); do
		has "$tool" || missing="$missing $tool"
	done
	if [ -n "$missing" ]; then
		echo "# skipped: $title, without$missing: $name"
	else
		cd "$work/docs/$section" || exit 1
		sh "../$n.sh" >"$work/got" 2>&1 </dev/null
		ok "$title: $name" diff -u "../$n.want" "$work/got"
	fi
	n=$((n + 1))
done
cd "$work" || exit 1
ok "docs/callers.md has examples" [ $n -gt 5 ]

finish

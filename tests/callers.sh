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

# --- Helm 4 knows by an annotation which file a document is of ----------------------
cd "$work" || exit 1
cat >rendered.yaml <<'END'
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    postrenderer.helm.sh/postrender-filename: 'shop/templates/web.yaml'
spec:
  containers:
  - name: web
    image: web:1
END
"$INJECTOR" --no-undo -t sidecar.yaml <rendered.yaml >out 2>err
{
	sed '/^  containers:/q' rendered.yaml
	sed -n 's/^  - name: helper/&/p; s/^    image: helper:1/&/p' out
	sed '1,/^  containers:/d' rendered.yaml
} >want
ok "a document of Helm's: injected" grep -q 'name: helper' out
ok "a document of Helm's: nothing else changes" diff -u want out

# --- a released binary, as CI installs it ---------------------------------------
version=$(sed -n 's/^.define INJECTOR_VERSION "\(.*\)"/\1/p' \
	"$root/include/injector.h")
case $(uname -s)/$(uname -m) in
Linux/x86_64) machine=linux-amd64 ;;
Linux/aarch64) machine=linux-arm64 ;;
*) machine= ;;
esac
if [ -z "$machine" ] || ! command -v curl >/dev/null 2>&1; then
	echo "# skipped: installing a release, without curl or a release"
	machine=
fi

mkdir -p "$work/ci/deploy" "$work/releases/v$version" && cd "$work/ci" || exit 1
cp ../sidecar.yaml .
printf '%s\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: web}' \
	'spec: {containers: [{name: web, image: "web:1"}]}' >deploy/web.yaml
INJECTOR_RELEASES=file://$work/releases
export INJECTOR_RELEASES

# try STATUS NAME COMMAND...
try()
{
	want=$1 name=$2
	shift 2
	"$@" >out 2>err </dev/null
	status=$?
	ok "$name: exit $want" [ $status -eq "$want" ]
}

# steps FILE BEGIN END INDENT: blocks of commands in a file of YAML, as N.sh
steps()
{
	rm -f [0-9].sh
	awk -v begin="$2" -v end="$3" -v indent="$4" '
	$0 ~ begin { n++; on = 1; next }
	on && $0 ~ end { on = 0 }
	on { print substr($0, indent + 1) >(n ".sh") }' "$1"
	ok "$1 has commands" [ -s 1.sh ]
}

if [ -n "$machine" ]; then
	release=injector-$version-$machine
	archive=$work/releases/v$version/$release.tar.gz
	mkdir -p "../$release/bin"
	cp "$INJECTOR" "../$release/bin/injector"
	tar -czf "$archive" -C .. "$release"
	(cd "$work/releases/v$version" && sha256sum *.gz >SHA256SUMS)
	install=$root/scripts/install-release
	try 0 "install-release" "$install" $version ../i1
	ok "install-release: it runs" ../i1/bin/injector version
	sum=$(sha256sum "$archive" | sed 's/ .*//')
	try 0 "install-release, a checksum" "$install" $version ../i2 $sum
	try 1 "install-release, another checksum" "$install" $version ../i3 \
		$(echo $sum | tr 0-9a 1-9ab)
	ok "install-release, another checksum: says so" grep -q checksum err
	ok "install-release, another checksum: nothing is installed" \
		[ ! -e ../i3/bin ]
	ok "install-release, no such release: fails" \
		not "$install" 0.0.0 ../i4

	# The steps of the action.
	steps "$root/action.yml" '^    run: [|]' '^  ? ? ?[^ ]' 6
	GITHUB_PATH=$work/path RUNNER_TEMP=$work/temp
	GITHUB_STEP_SUMMARY=$work/summary.md
	export GITHUB_STEP_SUMMARY
	VERSION='' SHA256='' REPOSITORY=OWNER/injector ACTION=$root
	ARGS='-t sidecar.yaml' FILES=deploy
	export GITHUB_PATH RUNNER_TEMP VERSION SHA256 REPOSITORY ACTION ARGS FILES
	try 0 "action.yml, install" sh -e ./1.sh
	ok "action.yml: the program is in PATH" [ -x "$(cat ../path)/injector" ]
	PATH=$(cat ../path):$PATH
	try 3 "action.yml, check" sh -e ./2.sh
	ok "action.yml: an annotation" grep -q '^::error file=deploy/web.yaml' out
	ok "action.yml: a summary" grep -q '^|.*deploy/web.yaml' "$work/summary.md"
	ok "action.yml: the differences" grep -q '^+.*helper' "$work/summary.md"
	# The job of the component.
	steps "$root/packaging/gitlab/check.yml" '^  - [|>]' '^  ([^ ]|- )' 4
	tr '\n' ' ' <2.sh | sed 's/\$\[\[ inputs.args \]\]/-t sidecar.yaml/
		s/\$\[\[ inputs.path \]\]/deploy/' >3.sh
	INJECTOR_VERSION=$version INJECTOR_SHA256=
	export INJECTOR_VERSION INJECTOR_SHA256
	try 0 "GitLab, install" sh ./1.sh
	try 3 "GitLab, check" sh ./3.sh
	ok "GitLab: a report" grep -q '"path":"deploy/web.yaml"' \
		gl-code-quality-report.json
	INJECTOR_SHA256=$(echo $sum | tr 0-9a 1-9ab)
	try 1 "GitLab, another checksum" sh ./1.sh
	unset INJECTOR_VERSION INJECTOR_SHA256
fi
ok "packaging/gitlab: the version" \
	grep -q "default: \"$version\"" "$root/packaging/gitlab/check.yml"
ok "packaging/helm: the version" \
	grep -qx "version: $version" "$root/packaging/helm/plugin.yaml"

# --- Argo CD ---------------------------------------------------------------------
mkdir "$work/bin" "$work/argo" && cd "$work/argo" || exit 1
ln -s "$INJECTOR" "$work/bin/injector"
PATH=$work/bin:$PATH
steps "$root/packaging/argocd/plugin.yaml" '^    - [|]' '^  ? ? ?[^ ]' 6
cp ../sidecar.yaml .
cp ../ci/deploy/web.yaml .
printf 'template: sidecar.yaml\n' >.injector.yaml
printf 'replicas: 2\n' >values.yaml
ARGOCD_APP_NAME=shop ARGOCD_APP_NAMESPACE=shop
export ARGOCD_APP_NAME ARGOCD_APP_NAMESPACE
try 0 "Argo CD, a folder" sh -eu ./1.sh
ok "Argo CD, a folder: injected" grep -q helper out
ok "Argo CD, a folder: manifests alone" not grep -q 'replicas\|undo' out
if command -v kustomize >/dev/null 2>&1; then
	printf 'resources: [web.yaml]\nnamePrefix: my-\n' >kustomization.yaml
	try 0 "Argo CD, kustomize" sh -eu ./1.sh
	ok "Argo CD, kustomize: injected" grep -q helper out
	ok "Argo CD, kustomize: rendered" grep -q 'name: my-web' out
	echo 'resources: [missing.yaml]' >kustomization.yaml
	try 1 "Argo CD, kustomize fails" sh -eu ./1.sh
	ok "Argo CD, kustomize fails: nothing to apply" [ ! -s out ]
else
	echo "# skipped: Argo CD with kustomize, which is not installed"
fi
if command -v kubectl >/dev/null 2>&1; then
	cat >server.yaml <<-'END'
	apiVersion: apps/v1
	kind: Deployment
	metadata: {name: argocd-repo-server}
	spec:
	  template:
	    spec:
	      containers: [{name: argocd-repo-server, image: argocd}]
	      volumes: [{name: var-files, emptyDir: {}}, {name: plugins, emptyDir: {}}]
	END
	try 0 "Argo CD, the patch" kubectl patch --local -f server.yaml -o yaml \
		--patch-file "$root/packaging/argocd/repo-server.yaml"
	ok "Argo CD, the patch: both containers" \
		[ "$(grep -c '^      - command:\|image: argocd$' out)" -ge 2 ]
else
	echo "# skipped: the patch for Argo CD, without kubectl"
fi

# --- docs/callers.md -------------------------------------------------------------
mkdir "$work/docs"
HOME=$work
export HOME
unset MAKEFLAGS MAKELEVEL MFLAGS

# Files, and console blocks as N.sh, N.want, N.needs, N.section.
awk -v dir="$work/docs/" -v root="$root" '
BEGIN {
	section = 0
	system("mkdir -p " dir 0 " && ln -s " root "/packaging " dir 0)
}
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

# has TOOL: is it here?  helm3 and helm4 may be called helm.
has()
{
	case $1 in
	helm[34]) ;;
	*)
		command -v "$1" >/dev/null 2>&1
		return ;;
	esac
	for program in "$1" helm; do
		found=$(command -v $program) || continue
		$found version 2>/dev/null | grep -q "Version:\"v${1#helm}" ||
			continue
		mkdir -p "$work/$1"
		ln -sf "$found" "$work/$1/helm"
		return 0
	done
	return 1
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
		PATH=$work/$(cat "../$n.needs"):$PATH sh "../$n.sh" \
			>"$work/got" 2>&1 </dev/null
		ok "$title: $name" diff -u "../$n.want" "$work/got"
	fi
	n=$((n + 1))
done
cd "$work/docs/$section" || exit 1
# What Bazel would run, with its words replaced.
sed -n 's/^    cmd = "\(.*\)",$/\1/p' BUILD.bazel |
	sed 's/\$(location \([^)]*\))/\1/g; s/\$@/bazel.yaml/' >bazel.sh
ok "the command for Bazel" sh -e ./bazel.sh
ok "the command for Bazel: injects" grep -q 'name: helper' bazel.yaml
cd "$work" || exit 1
ok "docs/callers.md has examples" [ $n -gt 5 ]

finish

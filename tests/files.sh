#!/bin/sh
# Everyday use of $INJECTOR (default build/injector) on files: -w, --check and
# --diff, folders, charts, URLs.  Prints one `ok` or `not ok` line for each
# check, and fails if one is not ok.  tests/faults_*.sh have what goes wrong around
# it.
. "$(dirname "$0")/command.inc"
TERM=xterm
export TERM
unset NO_COLOR
evidence='out err'

# run ARGUMENTS...: stdout in out, stderr in err, exit status in $status
run()
{
	"$INJECTOR" -t "$work/sidecar.yaml" "$@" >"$work/out" 2>"$work/err" \
		</dev/null
	status=$?
}

# The line that ends a run.
summary='^injector: [0-9]* files\{0,1\}: '

# ends NAME STATUS [STDERR-PATTERN]: the last run; without one, in silence but
# for the summary
ends()
{
	ok "$1: exit $2" [ "$status" -eq "$2" ]
	if [ $# -gt 2 ]; then
		ok "$1: says why" grep -q -e "$3" "$work/err"
	else
		ok "$1: in silence" [ -z "$(grep -v "$summary" "$work/err")" ]
	fi
}

# prints NAME TEXT: the last run, on stdout
prints()
{
	printf '%s' "$2" >want
	ok "$1" cmp -s want "$work/out"
}

cat >sidecar.yaml <<'END'
spec:
  containers:
  - name: helper
    image: example.com/helper:1
END

pod()
{
	cat <<END
apiVersion: v1
kind: Pod
metadata: {name:   $1}
spec:
  containers:
  - name: app     # the program
    image: "example.com/app:1"
END
}

pod web >old.yaml
run old.yaml
cp out new.yaml
ok "there is something to do" not cmp -s old.yaml new.yaml
printf 'kind: Pod\nspec:\n  containers: {' >broken.yaml
printf 'kind: ConfigMap\napiVersion: v1\n' >other.yaml

# --- -w -----------------------------------------------------------------------
mkdir w
cp old.yaml w/a.yaml
cp new.yaml w/b.yaml
cp other.yaml w/c.yaml
cp old.yaml w/d.yaml
touch -d '2001-01-01' w/*.yaml
chmod 640 w/a.yaml
run -w w/a.yaml w/b.yaml w/c.yaml
ends "-w" 0
prints "-w writes nothing on stdout" ""
ok "-w rewrites a file" cmp -s new.yaml w/a.yaml
ok "-w keeps the mode" [ "$(stat -c %a w/a.yaml)" = 640 ]
ok "-w leaves a file that does not change" \
	[ "$(find w -newermt 2002-01-01 -name '[bc].yaml' | wc -l)" = 0 ]
ok "-w leaves nothing behind" [ "$(find w -type f | wc -l)" = 4 ]
ok "-w says how many files and workloads" grep -qx \
	'injector: 3 files: 1 injected, 1 unchanged' err
run --write w/a.yaml
ends "-w again" 0
ok "-w again: a file, in the singular" grep -qx \
	'injector: 1 file: 1 unchanged' err
run -q -w w/a.yaml
ok "-q -w says nothing" [ ! -s err ]
ok "-w again changes nothing" cmp -s new.yaml w/a.yaml
run -v -w w/d.yaml
ok "-w reports what it does" \
	grep -qx 'w/d.yaml: Pod default/web injected' err

cp old.yaml w/a.yaml
cp broken.yaml w/b.yaml
cp old.yaml w/c.yaml
run -w w/a.yaml w/b.yaml absent.yaml w/c.yaml
ends "-w with a bad file" 1 '^w/b.yaml:[0-9]*:[0-9]*: '
ok "-w with a missing file: an error" grep -q '^absent.yaml: ' err
ok "files before an invalid one are done" cmp -s new.yaml w/a.yaml
ok "files after it, too" cmp -s new.yaml w/c.yaml
ok "a bad file stays" cmp -s broken.yaml w/b.yaml

cp old.yaml w/a.yaml
ln -s a.yaml w/link.yaml
run -w w/link.yaml
ends "-w follows a link" 0
ok "a link stays a link" [ -L w/link.yaml ]
ok "the target of a link is new" cmp -s new.yaml w/a.yaml
rm w/link.yaml

cp old.yaml w/a.yaml
ln w/a.yaml w/hard.yaml
run -w w/a.yaml
ends "-w of a hard link" 1 '^w/a.yaml: has another name (hard link)'
ok "a hard link stays" cmp -s old.yaml w/hard.yaml
rm w/hard.yaml

chmod 444 w/a.yaml
run -w w/a.yaml
ends "-w of a read-only file" 1 '^w/a.yaml: file is read-only'
ok "a read-only file stays" cmp -s old.yaml w/a.yaml
chmod 644 w/a.yaml

run -w w/a.yaml w/a.yaml ./w/a.yaml -v
ok "a file that is named twice is done once" grep -qx \
	'injector: 1 file: 1 injected' err
mkfifo pipe
cat old.yaml >pipe &
run -w pipe
ends "-w of a pipe" 1 '^pipe: not a regular file'

# larger than what is read ahead
awk '{ pod = pod $0 "\n" }
END { for (i = 0; i < 3000; i++) printf "---\n%s# %0200d\n", pod, i }' \
	new.yaml >large.yaml
cp large.yaml large-old.yaml
run -q -w large.yaml
ends "-w of a large file" 0
ok "a large unchanged file stays" cmp -s large.yaml large-old.yaml
{
	echo ---
	cat old.yaml
} >>large-old.yaml
cp large-old.yaml large.yaml
run -q large-old.yaml
cp out large-new.yaml
run -q -w large.yaml
ends "-w of a large file that changes" 0
ok "a large file is written" cmp -s large.yaml large-new.yaml
run -q --check large-old.yaml large.yaml
prints "--check of large files" "large-old.yaml
"
{
	cat large-old.yaml
	echo '{'
} >large.yaml
cp large.yaml large-old.yaml
run -w large.yaml
ends "-w of a large file with an error at its end" 1 '^large.yaml:'
ok "it stays" cmp -s large.yaml large-old.yaml
rm large*

# --- -R: what cannot be looked at is an error ---------------------------------------
name=$(printf '%0250d' 0)
mkdir deep
(
	cd deep || exit 1
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		mkdir "$name" && cd "$name" || exit 1
	done
	# the folder's path is short enough, that of the file is not
	mkdir 12345678901234567890 && cd 12345678901234567890 || exit 1
	cp "$work/old.yaml" "$(printf '%0100d' 1).yaml"
)
run -R --check deep
ends "-R: a path that is too long" 1 'cannot look at it: File name too long'
rm -r deep

# --- --backup -----------------------------------------------------------------
cp old.yaml w/a.yaml
chmod 600 w/a.yaml
run -w --backup .orig w/a.yaml
ends "--backup" 0
ok "--backup: the file is new" cmp -s new.yaml w/a.yaml
ok "--backup: the old text is kept" cmp -s old.yaml w/a.yaml.orig
ok "--backup: and its mode" [ "$(stat -c %a w/a.yaml.orig)" = 600 ]
run -w --backup .orig w/a.yaml
ok "--backup: none of an unchanged file" cmp -s old.yaml w/a.yaml.orig
cp old.yaml w/a.yaml
echo other >w/a.yaml.orig
run -w --backup .orig w/a.yaml
ends "--backup: there is one" 1 'cannot back up to "w/a.yaml.orig": .*File exists'
ok "--backup: it stays" [ "$(cat w/a.yaml.orig)" = other ]
ok "--backup: and so does the file" cmp -s old.yaml w/a.yaml
echo precious >victim
for to in ../victim ../nowhere; do
	ln -sfn $to w/a.yaml.orig
	run -w --backup .orig w/a.yaml
	ends "--backup: a link to $to" 1 'File exists'
done
ok "--backup: links are not followed" [ "$(cat victim)" = precious ]
ok "--backup: nothing is made behind a link" [ ! -e nowhere ]
rm w/a.yaml.orig victim
run -w --backup .orig w/a.yaml
ends "--backup: the name is free again" 0
cp old.yaml w/a.yaml
rm w/a.yaml.orig
mkdir w/a.yaml.orig
run -w --backup .orig w/a.yaml
ends "--backup cannot be written" 1 '^w/a.yaml: cannot back up to "w/a.yaml.orig": '
ok "without a backup the file stays" cmp -s old.yaml w/a.yaml
rmdir w/a.yaml.orig

# --- names that terminals and runners take for commands ------------------------------
mkdir names
csi=$(printf '\302\2332J')
for name in '::stop-commands::x' "$csi" "$(printf 'a\nb')" "$(printf 'esc\0331m')" \
	"$(printf '\377')"; do
	cp old.yaml "names/$name.yaml"
done
(cd names && "$INJECTOR" --no-config -t "$work/sidecar.yaml" --check -R . >../out 2>../err)
status=$?
ends "--check of odd names" 3
ok "--check: a line for each" [ "$(wc -l <out)" -eq 5 ]
ok "--check: none is a workflow command" not grep -q '^::' out
ok "--check: that one is still a path" grep -qxF './::stop-commands::x.yaml' out
ok "--check: no controls" not grep -q "$(printf '[\001-\010\033\233]')" out
printf 'a: [' >'names/::error::x.yaml'
printf 'a: [' >"names/$csi.yaml"
run --check 'names/::error::x.yaml' "names/$csi.yaml"
ends "messages about odd names" 1 '^names/::error::x.yaml:'
(cd names && "$INJECTOR" --no-config -t "$work/sidecar.yaml" --check '::error::x.yaml' \
	"$csi.yaml" >../out 2>../err)
status=$?
ends "messages about odd names there" 1 '^\./::error::x.yaml:'
ok "messages: no C1 controls" not grep -q "$(printf '\302\233')" err
ok "messages: they are shown" grep -qF '\xc2\x9b2J.yaml:' err
rm -r names

# --- --check ------------------------------------------------------------------
cp new.yaml w/b.yaml
cp old.yaml w/c.yaml
run --check w/a.yaml w/b.yaml w/c.yaml
ends "--check" 3
prints "--check names the files" "w/a.yaml
w/c.yaml
"
ok "--check writes nothing" cmp -s old.yaml w/a.yaml
run --check w/b.yaml other.yaml
ends "--check of what does not change" 0
prints "--check names nothing" ""
run --check broken.yaml w/a.yaml
ends "--check with a bad file" 1 '^broken.yaml:'
prints "--check of the others" "w/a.yaml
"
cp old.yaml "w/it's.yaml"
"$INJECTOR" --check -v -t sidecar.yaml --report-file x --skip 'a b' \
	--set password=hush --values '{a: hush}' --no-undo=no \
	"w/it's.yaml" >out 2>err
ok "--check: how to fix it, without values" grep -qxF "injector: 1 file: 1 \
would be injected; to fix: injector -t sidecar.yaml --skip 'a b' --set \
password=... --values {...} --no-undo=no -w 'w/it'\\''s.yaml'" err
rm "w/it's.yaml"
"$INJECTOR" uninject --check -t sidecar.yaml new.yaml >out 2>err
ok "uninject --check: how to fix it" grep -qx "injector: 1 file: 1 would be \
uninjected; to fix: injector uninject -t sidecar.yaml -w new.yaml" err
"$INJECTOR" -t sidecar.yaml --check -R w >out 2>err
ok "--check -R: how to fix it" \
	grep -q 'to fix: injector -t sidecar.yaml -w -R w$' err
"$INJECTOR" -t sidecar.yaml --check <old.yaml >out 2>err
status=$?
ends "--check of stdin" 3
ok "--check of stdin: no command fixes that" not grep -q 'to fix' err
prints "--check names stdin" "<stdin>
"
"$INJECTOR" -t sidecar.yaml --check w/a.yaml >/dev/full 2>err
status=$?
ends "--check on a full disk" 1 'No space left'

# --- --diff -------------------------------------------------------------------
patch_of="--- a/w/a.yaml
+++ b/w/a.yaml
@@ -3,5 +3,8 @@
 metadata: {name:   web}
 spec:
   containers:
+  - name: helper
+    image: example.com/helper:1
   - name: app     # the program
     image: \"example.com/app:1\"
+# injector-undo: v2 sidecar +containers[helper]
"
run --diff w/a.yaml w/b.yaml
ends "--diff" 0
prints "--diff prints a patch" "$patch_of"
ok "--diff writes nothing" cmp -s old.yaml w/a.yaml
if command -v patch >/dev/null; then
	cp old.yaml patched.yaml
	ok "the patch can be applied" patch -s patched.yaml out
	ok "to the same end" cmp -s new.yaml patched.yaml
fi
run --diff "$work/w/a.yaml"
ok "--diff: a/ and an absolute path" grep -q "^--- a$work/w/a.yaml" out
run --diff --check w/a.yaml w/b.yaml
ends "--diff --check" 3
prints "--diff --check prints a patch" "$patch_of"
run --diff --color=always w/a.yaml
ok "--color=always" grep -q '^.\[32m+  - name: helper.\[m$' out
run --diff --color=auto w/a.yaml
prints "--color=auto, on no terminal" "$patch_of"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
	command="'$INJECTOR' -t sidecar.yaml --diff w/a.yaml"
	script -qec "$command" /dev/null >out 2>&1 </dev/null
	ok "color on a terminal" grep -q '\[32m+' out
	NO_COLOR=1 script -qec "$command" /dev/null >out 2>&1 </dev/null
	ok "NO_COLOR" not grep -q '\[32m+' out
	NO_COLOR=1 script -qec "$command --color=always" /dev/null >out 2>&1 \
		</dev/null
	ok "--color is over NO_COLOR" grep -q '\[32m+' out
	command="'$INJECTOR' -t sidecar.yaml --check w/a.yaml broken.yaml"
	script -qec "$command" /dev/null >out 2>&1 </dev/null
	ok "an error is red on a terminal" \
		grep -q '\[1;31mbroken.yaml:[0-9:]* .\[m[^ ]' out
	TERM=dumb script -qec "$command" /dev/null >out 2>&1 </dev/null
	ok "no color on a dumb terminal" grep -q '^broken.yaml:[0-9:]* [^ ]' out
	command="'$INJECTOR' -t sidecar.yaml explain w/a.yaml"
	script -qec "$command" /dev/null >out 2>&1 </dev/null
	ok "color of explain" grep -q '\[32m+ helper ' out
fi
sed 's/^spec:/spec:\n  imag: x/' old.yaml >warned.yaml
run --color=always warned.yaml
ok "a warning is colored" grep -q \
	'^.\[1mwarned.yaml:[0-9:]* .\[m.\[1;35mwarning:.\[m ' err
printf 'kind: Pod\napiVersion: v1\nmetadata: {name: "\\e[31m"}\nspec: {}\n' \
	>escape.yaml
run --color=always -v escape.yaml
ok "a name is shown, not sent" grep -q '\\x1b\[31m' err
run -w --diff w/a.yaml
ends "-w --diff" 0
prints "-w --diff prints a patch" "$patch_of"
ok "-w --diff writes" cmp -s new.yaml w/a.yaml

# --- misuse -------------------------------------------------------------------
cp old.yaml w/a.yaml
misuse()
{
	what=$1
	why=$2
	shift 2
	run "$@"
	ends "$what" 2 "$why"
}
misuse "-w and stdin" '-w needs files; standard input' -w
misuse "-w and -" '-w needs files; standard input' -w w/a.yaml -
misuse "-w and -o" '-w and -o cannot be combined' -w -o x w/a.yaml
misuse "-w and --check" '-w and --check cannot be combined' -w --check w/a.yaml
misuse "--check and -o" 'cannot be combined with -o' --check -o x w/a.yaml
misuse "-w and an address" '-w needs files; https://x/y' -w https://u:p@x/y
ok "no password is printed" not grep -q 'u:p' err
misuse "render -w" 'cannot be used with "render"' render -w w/a.yaml
misuse "explain --check" 'cannot be used with "explain"' explain --check w/a.yaml
misuse "-w as JSON" 'output-format' -w --output-format json w/a.yaml
misuse "--backup without -w" 'needs -w' --backup .x w/a.yaml
misuse "--backup elsewhere" 'without' -w --backup /x w/a.yaml
misuse "--color=pink" 'expected auto, always or never' --diff --color=pink w/a.yaml
misuse "-R without a folder" 'needs a folder' -R
misuse "--exclude without -R" 'need -R' --exclude x w/a.yaml
ok "misuse writes nothing" cmp -s old.yaml w/a.yaml

# --- folders ------------------------------------------------------------------
mkdir -p tree/b/c tree/.hidden tree/vendor tree/node_modules tree/empty
for f in tree/z.yaml tree/a.yml tree/b/c/y.yaml tree/.hidden/h.yaml \
	tree/.h.yaml tree/vendor/v.yaml tree/node_modules/n.yaml; do
	cp old.yaml $f
done
echo '{"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [
  {"name": "app", "image": "app"}]}}' >tree/b/x.json
echo 'not: {yaml' >tree/README.md
run tree
ends "a folder without -R" 1 '^tree: is a folder; use -R'
run --check -R tree
ends "-R" 3
prints "-R: manifests, in order" "tree/a.yml
tree/b/c/y.yaml
tree/b/x.json
tree/z.yaml
"
cp out found
(cd tree && "$INJECTOR" -t ../sidecar.yaml --check -R . >../out)
prints "-R of this folder" "a.yml
b/c/y.yaml
b/x.json
z.yaml
"
run --check -R tree/
ok "-R with a slash" cmp -s found out
run -q -R tree
ends "-R to stdout" 0
ok "-R to stdout: all in one" [ "$(grep -c helper out)" -gt 3 ]
run --check -R tree tree/vendor tree/.hidden/h.yaml tree/b
ends "-R and what is named" 3
ok "named files are read once" [ "$(sed -n 5,9p out | tr '\n' ' ')" = \
	"tree/vendor/v.yaml tree/.hidden/h.yaml " ]
run --check -R --include '*.yml' --include 'b/**/*.yaml' tree
prints "--include" "tree/a.yml
tree/b/c/y.yaml
"
run --check -R --exclude b/ --exclude 'z*' tree
prints "--exclude" "tree/a.yml
"
run --check -R --exclude '/b/*' --exclude '!/b/c' tree
prints "--exclude, but not that" "tree/a.yml
tree/b/c/y.yaml
tree/z.yaml
"
run -R tree/empty
ends "-R of an empty folder" 0 '^tree/empty: warning: no manifests'
prints "-R of an empty folder: nothing" ""
run -R tree/none
ends "-R of nothing" 1 '^tree/none: .*No such file'

# links: the file has its own name, once; none out of the folder
mkdir -p links/in/b links/in/.data links/out
cp old.yaml links/in/b/web.yaml
cp old.yaml links/in/.data/hidden.yaml
cp old.yaml links/in/.data/excluded.yaml
cp old.yaml links/out/web.yaml
ln -s b links/in/also
ln -s b/web.yaml links/in/a.yaml
ln -s .. links/in/b/up
ln -s .data/hidden.yaml links/in/c.yaml
ln -s .data/excluded.yaml links/in/d.yaml
ln -s nowhere links/in/nowhere.yaml
ln -s ../out links/in/out
ln -s ../out/web.yaml links/in/out.yaml
ln -s ../out links/in/out.txt
ln -s nowhere links/in/nowhere.txt
run --check -R --exclude excluded.yaml links/in
prints "-R: links name no file" "links/in/b/web.yaml
links/in/.data/hidden.yaml
"
run -w -R links/in
ends "-R and links that lead out" 0 \
	'^links/in/out.yaml: warning: skipped: symbolic link out of links/in'
ok "a folder out of it, too" grep -q '^links/in/out: warning: ' err
ok "a dangling link is skipped" grep -q \
	'^links/in/nowhere.yaml: warning: skipped: dangling symbolic link' err
ok "each is named once" [ "$(grep -vc "$summary" err)" = 4 ]
ok "nothing is written out of the folder" cmp -s old.yaml links/out/web.yaml
ok "links stay links" [ -L links/in/a.yaml -a -L links/in/c.yaml ]
run --check links/in/nowhere.yaml
ends "a dangling link by its name" 1 '^links/in/nowhere.yaml: .*No such file'
ln -s links/in linked
run --check -R linked links/in/out
prints "a link to a folder by its name is followed" "links/in/out/web.yaml
"

printf 'b/\n' >tree/.gitignore
run --check -R tree
prints ".gitignore" "tree/a.yml
tree/z.yaml
"
run --check -R tree/b
ok ".gitignore, but it is named" grep -q '^tree/b/x.json$' out
run -w -R tree
ends "-w -R" 0
run --check -R tree
ends "-w -R does it all" 0
ok "what is ignored stays" not grep -q helper tree/b/x.json

# --- charts -------------------------------------------------------------------
mkdir -p chart/templates
cat >chart/templates/web.yaml <<'END'
{{- if .Values.on }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
  - name: app
    image: "{{ .Values.image }}"
{{- end }}
END
pod 'x-{{ .Release.Name }}' | sed 's/{name: *\(.*\)}/\n  name: \1/' \
	>chart/templates/parses.yaml
pod web | sed 's/app:1/{{ .Values.tag }}/' >quoted.yaml
cat >alerts.yaml <<'END'
kind: PrometheusRule
apiVersion: monitoring.coreos.com/v1
spec:
  summary: {{ $labels.pod }} is down
END
sed 's/: {{/: it is {{/' alerts.yaml >alert.yaml
for t in web parses; do
	run chart/templates/$t.yaml
	ends "a chart's template, $t" 0 \
		"^chart/templates/$t.yaml:[0-9]*:[0-9]*: warning: skipped: looks like"
	ok "it has a name, $t" grep -q '\[helm-template\]$' err
	ok "a chart's template is copied, $t" \
		cmp -s out chart/templates/$t.yaml
done
"$INJECTOR" -t sidecar.yaml <chart/templates/web.yaml >out 2>err
status=$?
ends "a chart's template on stdin" 0 '^<stdin>:1:1: warning: '
ok "it is copied" cmp -s out chart/templates/web.yaml
run -w -R chart old.yaml
ends "-w of a folder with templates" 0 'looks like a Helm template'
pod web >old.yaml
touch chart/Chart.yaml
run -w -R chart old.yaml
ends "-w of a chart" 0 '^chart/: warning: skipped 2 templates of this Helm chart'
ok "a chart is one line" [ "$(grep -c warning err)" = 1 ]
run --no-warn helm-template -w -R chart
ends "-w of a chart, and no warning" 0 "1 skipped; -v for reasons"
ok "no warning" not grep -q warning err
ok "a chart stays" [ "$(cat chart/templates/*.yaml | grep -c helper)" = 0 ]
ok "other files are done" cmp -s old.yaml new.yaml
pod web >old.yaml
run -q chart/templates/web.yaml
ends "a chart, and no warnings" 0
run -q render chart/templates/web.yaml
prints "render of a chart" ""
run --check quoted.yaml
ends "an action inside quotes is not a chart" 3
run --check alert.yaml
ends "nor are templates of another program" 0 'no workload found'
run alerts.yaml
ends "unless it is not YAML" 0 'looks like a Helm template'
# document by document
sed 's/^kind.*/kind: HelmRelease/; s/summary:.*/url: a{{ .Release.Name }}/' \
	alerts.yaml >release.yaml
{ cat old.yaml; echo ---; cat release.yaml; } >mixed.yaml
{ cat new.yaml; echo ---; cat release.yaml; } >mixed-new.yaml
run mixed.yaml
ends "what is no workload is no template" 0
ok "the workload beside it is injected" cmp -s out mixed-new.yaml
{ cat old.yaml; echo ---; cat chart/templates/parses.yaml; } >mixed.yaml
{ cat new.yaml; echo ---; cat chart/templates/parses.yaml; } >mixed-new.yaml
run mixed.yaml
ends "a template behind a workload" 0 '^mixed.yaml:12:11: warning: skipped: looks'
ok "only the template is skipped" cmp -s out mixed-new.yaml
run -v mixed.yaml
ok "the template is told, too" grep -q 'Pod default/x-{{.* skipped: looks' err
{ cat old.yaml; echo ---; cat chart/templates/web.yaml; } >mixed.yaml
{ cat new.yaml; echo ---; cat chart/templates/web.yaml; } >mixed-new.yaml
run mixed.yaml
ends "a template that is no YAML" 0 '^mixed.yaml:9:1: warning: skipped: looks'
ok "only that is skipped" cmp -s out mixed-new.yaml
run uninject mixed-new.yaml
ok "and the other way round" cmp -s out mixed.yaml
printf 'a: "{{ .Values.x }}"\nb: {\n' >bad.yaml
run bad.yaml
ends "nor is bad YAML" 1 '^bad.yaml:'

# --- what -R finds and what it is ----------------------------------------------
mkdir -p r/base r/over/patches r/data r/sub
deployment()
{
	cat <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
END
}
deployment web >r/base/web.yaml
grep -v selector r/base/web.yaml >r/base/labelled.yaml
printf 'resources: [web.yaml, labelled.yaml]\ncommonLabels: {app: web}\n' \
	>r/base/kustomization.yaml
cp r/base/web.yaml r/over/patches/one.yaml
cp r/base/web.yaml r/over/two.yaml
cp r/base/web.yaml r/over/three.yaml
cp r/base/web.yaml r/over/four.yaml
cat >r/over/kustomization.yml <<'END'
resources: [../base, four.yaml]
patches:
- path: ./patches/one.yaml
- path: four.yaml
- patch: |
    kind: Deployment
patchesStrategicMerge:
- two.yaml
- |-
  kind: Deployment
transformers: [transform.yaml]
END
cat >r/over/transform.yaml <<'END'
apiVersion: builtin
kind: PatchTransformer
metadata: {name: x}
path: three.yaml
END
sed '/selector/d; /image/d; s/containers:/&\n      - {name: x}/' \
	r/base/web.yaml >r/sub/fragment.yaml
printf '{"a": 1} // words\n' >r/data/tsconfig.json
printf '\377\376{\0"\0a\0"\0:\0001\0}\0' >r/data/utf16.json
printf '\0\1\2' >r/data/binary.yaml
printf 'a: [\nkind of: b\n' >r/data/test.yaml
printf 'a: 1\n' >r/values.yaml
printf '{"name": "x"}\n' >r/package.json
printf 'apiVersion: skaffold/v4beta6\nkind: Config\n' >r/skaffold.yaml
cp -R r r-old
run --check -R r
ends "-R of a repository" 3 \
	'^r/over/patches/one.yaml:1:1: .* skipped: a patch of r/over/kustomization.yml \[partial\]$'
prints "-R finds what is a workload" "r/base/labelled.yaml
r/base/web.yaml
r/over/four.yaml
"
for f in over/two over/three; do
	ok "a patch: $f" grep -q "^r/$f.yaml:1:1: .*a patch of r/over/k" err
done
ok "a fragment" grep -q \
	'^r/sub/fragment.yaml:1:1: .*skipped: only a fragment: no image for' err
for f in tsconfig.json utf16.json binary.yaml test.yaml; do
	ok "no manifest: $f" grep -q "^r/data/$f:.* skipped: not a manifest: " err
done
ok "a summary" grep -q \
	'^injector: 16 files: 3 would be injected, 4 skipped;.* to fix: ' err
ok "and that is all" [ "$(wc -l <err)" = 9 ]
run -q --check -R r
ends "-R and no warnings" 3
run -v --check -R r
ok "why a patch is skipped" grep -q \
	': Deployment default/web skipped: patch of r/over/kustomization.yml$' err
run --check -R r/over/patches
ends "-R below a kustomization" 0 'a patch of r/over/kustomization.yml'
run --check r/over/two.yaml
ends "a patch by its name" 3 '^r/over/two.yaml:1:1: warning: a patch of r/over/kust'
run --check r/sub/fragment.yaml
ok "a fragment by its name is injected" [ "$status" = 3 ]
for f in tsconfig.json utf16.json binary.yaml test.yaml; do
	run --check r/data/$f
	ends "by its name: $f" 1 "^r/data/$f:"
done
run -q -R r
ok "stdout of -R has manifests only" [ "$(grep -c '^kind: ' out)" = 3 ]
ok "and nothing else" not grep -q 'skaffold\|^a: 1\|^resources\|Transformer' out
run --output-format json -q -R r
ok "also as JSON" [ "$(wc -l <out)" = 3 ]
run -q -w -R r
ok "-w changes workloads only" [ "$(diff -rq r r-old | wc -l)" = 3 ]
cp r/base/web.yaml r/over/two.yaml
run -q uninject -w -R r
ok "uninject reaches patches" cmp -s r/over/two.yaml r-old/base/web.yaml
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: x\n' >r/data/bad.yaml
run --check -R r/data
ends "a broken manifest is an error" 1 '^r/data/bad.yaml:'
printf '{\n  "apiVersion" : "v1",\n  "kind": "Pod",\n' >r/data/bad.yaml
run --check -R r/data
ends "a broken one in JSON, too" 1 '^r/data/bad.yaml:'
printf 'resources: {\n' >r/data/kustomization.yaml
rm r/data/bad.yaml
run --check -R r/data
ends "a kustomization that cannot be read" 0 '^r/data/kustomization.yaml:[0-9:]* warn'

# the command's own files
mkdir own
cp sidecar.yaml own/template.yaml
cp old.yaml own/web.yaml
"$INJECTOR" --check -t own/../own/template.yaml -R own >out 2>err
status=$?
ends "-R of a folder with the template" 3
prints "a template is no manifest" "own/web.yaml
"
echo 'x: 1' >own/values.yaml
cp old.yaml own/pod.yaml
run -w -t own/pod.yaml --values own/values.yaml -R own
ok "nor is it injected" cmp -s old.yaml own/pod.yaml
run -t own/pod.yaml own/pod.yaml
ok "unless it is named" grep -q helper out
pod web >own/web.yaml
run -o own/all.yaml -R own
run -o own/all.yaml -R own
ok "the output is no input" [ "$(grep -c '^kind: Pod' own/all.yaml)" = 2 ]

# what git tracks
if git --version >/dev/null 2>&1; then
	mkdir -p git/build/deep git/.hidden
	(
		unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
		cd git && git init -q . && echo build >.gitignore &&
			cp ../old.yaml build/deep/a.yaml &&
			cp ../old.yaml build/b.yaml && cp ../old.yaml c.yaml &&
			git add -f c.yaml build/deep
	) || exit 1
	run --check -R git
	ends "-R of a repository of git" 3
	prints "what git tracks is read" "git/build/deep/a.yaml
git/c.yaml
"
	echo damage >git/.git/index
	run --check -R git
	ends "-R with a damaged index" 3 \
		'/.git/index: warning: cannot read this index of git'
	prints "then .gitignore alone tells" "git/c.yaml
"
fi

# --- addresses: a curl that tells what it was asked ----------------------------
mkdir bin
cat >bin/curl <<'END'
#!/bin/sh
printf '%s\n' "$@" >curl.args
for url; do :; done
case $url in
*/web.yaml) cat old.yaml ;;
*/chart.yaml) cat chart/templates/web.yaml ;;
*/part.yaml) cat old.yaml; echo "curl: (18) transfer closed" >&2; exit 18 ;;
*/large.yaml) i=0; while [ $i -lt 200 ]; do cat old.yaml; i=$((i + 1)); done ;;
*) echo "curl: (22) The requested URL returned error: 404" >&2; exit 22 ;;
esac
END
chmod +x bin/curl
PATH=$work/bin:$PATH
run https://example.com/web.yaml
ends "an address" 0
ok "what is there is injected" cmp -s out new.yaml
ok "no .curlrc, no other protocol" [ "$(head -1 curl.args)$(grep -c \
	'^=https$' curl.args)" = --disable2 ]
run --check https://example.com/web.yaml https://user:secret@example.com/web.yaml
ends "--check of an address" 3
prints "an address is named without a password" \
	"https://example.com/web.yaml
https://example.com/web.yaml
"
run https://example.com/chart.yaml
ends "a chart's template at an address" 0 'looks like a Helm template'
run https://example.com/none.yaml
ends "404" 1 '^https://example.com/none.yaml: cannot fetch: The .* 404$'
run https://example.com/part.yaml
ends "half an answer" 1 'cannot fetch: transfer closed$'
prints "half an answer: no output" ""
run --max-document 1k https://example.com/large.yaml
ends "too much" 1 'more than 1000 bytes'
run http://example.com/web.yaml
ends "http://" 1 '^http://example.com/web.yaml: cannot fetch without encryption'
with_curl=$PATH
PATH=$work/w
run https://example.com/web.yaml
PATH=$with_curl
ends "no curl" 1 'cannot fetch: cannot run curl: No such file'

# --- others at work -----------------------------------------------------------
cp old.yaml w/a.yaml
: >errors
for i in 1 2 3 4 5 6 7 8; do
	"$INJECTOR" -q -t sidecar.yaml -w w/a.yaml 2>>errors &
done
wait
ok "eight at once on one file" cmp -s new.yaml w/a.yaml
ok "no messages" [ ! -s errors ]
ok "no temporary files" [ -z "$(find w -name '.injector*')" ]

finish

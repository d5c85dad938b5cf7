#!/bin/sh
# $INJECTOR (default build/injector) with options of .injector.yaml and the
# environment: precedence for each kind of option, paths, errors, options that a
# file cannot set, `injector config`, and custom kinds.  Prints one `ok` or `not
# ok` line for each check, and fails if one is not ok.
. "$(dirname "$0")/command.inc"

sidecar()
{
	printf 'spec:\n  containers:\n  - {name: %s, image: i}\n' "$1"
}

cat >pod.yaml <<'END_OF_POD'
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: a
END_OF_POD
for name in file environment line; do
	sidecar $name >$name.yaml
done

# --- who is believed, for each kind of option --------------------------------------
# said NAME OPTION FILE ENVIRONMENT LINE...: what each level says, the line with
# the option's argument where it has one.  Shown must be the highest of those
# that say something, for each choice of them.
said()
{
	what=$1 key=$2 file=$3 variable=$4 line=$5
	by=INJECTOR_$(echo "$key" | tr a-z- A-Z_)
	for levels in 000 001 010 011 100 101 110 111; do
		: >.injector.yaml
		set -- config
		want='# default$'
		case $levels in
		??1)
			printf '%s: %s\n' "$key" "$file" >.injector.yaml
			want="$file  # .injector.yaml:1:"
			;;
		esac
		unset "$by"
		case $levels in
		?1?)
			export "$by=$variable"
			want="# $by"
			;;
		esac
		case $levels in
		1??)
			set -- "$@" "$line"
			want='# command line$'
			;;
		esac
		run "$@"
		awk -v key="$key:" '$1 == key { on = 1; print; next }
			/^[a-z#]/ { on = 0 } on' out >shown
		ok "$what, $levels" grep -q -e "$want" shown
		ok "$what, $levels: nobody else" \
			[ "$(grep -c '  # ' shown)" -eq 1 ]
	done
	unset "$by"
}
said "a flag" verify true no --verify=false
said "a word" revision '"1"' 2 --revision=3
said "words" no-warn f e --no-warn=l
said "files" values f.yaml e.yaml --values=l.yaml
said "templates" template file.yaml environment.yaml --template=line.yaml
said "pairs" set a=1 a=2 --set=a=3
said "a size" max-document 1M 2M --max-document=3M
said "kinds" kind f/F=a e/E=b --kind=l/L=c
said "an option in capitals" injectConfigFile f e --injectConfigFile=l

# The same with what comes of it.
printf 'template: file.yaml\nverbose: true\n' >.injector.yaml
run pod.yaml
ends "a file" 0 'Pod default/web injected'
ok "a file: its template" grep -q 'name: file' out
INJECTOR_TEMPLATE=environment.yaml run pod.yaml
ok "the environment overrides the file" grep -q 'name: environment' out
ok "and takes its place" [ "$(grep -c 'name: file' out)" = 0 ]
INJECTOR_TEMPLATE='environment.yaml
line.yaml' run pod.yaml
ok "lines are arguments" [ "$(grep -c 'name: \(environment\|line\)' out)" = 2 ]
INJECTOR_TEMPLATE=environment.yaml run -t line.yaml pod.yaml
ok "the command line overrides both" grep -q 'name: line' out
ok "and takes their place" \
	[ "$(grep -c 'name: \(file\|environment\)' out)" = 0 ]
run --verbose=false pod.yaml
ok "a flag is overridden" [ ! -s err ]
INJECTOR_VERBOSE=0 run pod.yaml
ok "also in the environment" [ ! -s err ]
run --verbose=maybe pod.yaml
ends "no flag" 2 'invalid --verbose "maybe": expected true or false'
INJECTOR_VERBOSE=maybe run pod.yaml
ends "no flag in the environment" 2 '^injector: invalid INJECTOR_VERBOSE "maybe": '
INJECTOR_MAX_DOCUMENT=x run pod.yaml
ends "no size in the environment" 2 '^injector: invalid INJECTOR_MAX_DOCUMENT "x": '
INJECTOR_FILENAME=pod.yaml INJECTOR_OUTPUT=new.yaml run
ends "files in the environment" 0
ok "files in the environment: written" grep -q 'name: file' new.yaml

printf 'injectConfigFile: nowhere\n' >.injector.yaml
run -t line.yaml pod.yaml
ok "a template instead of an injection configuration" \
	grep -q 'name: line' out
printf 'template: file.yaml\n' >.injector.yaml
run --injectConfigFile nowhere pod.yaml
ends "and the other way round" 1 '^nowhere: cannot open'
printf 'mesh: nowhere\n' >.injector.yaml
run pod.yaml
ends "a mesh in the file" 1 '^nowhere: cannot open'
run --injectConfigFile elsewhere --meshConfigFile elsewhere pod.yaml
ends "parts of it on the command line" 1 '^nowhere: cannot open'
printf 'template: file.yaml\nvaluesFile: nowhere\nmeshConfigFile: nowhere\n' \
	>.injector.yaml
printf 'templates: {sidecar: "spec: {hostname: mesh}"}\n' >mesh.yaml
run --mesh mesh.yaml config
ok "a mesh on the command line takes the place of a template and of parts" [ \
	"$(grep -v '# default$\|^#' out | grep -c .)" = 1 ]
printf 'mesh: nowhere\n' >.injector.yaml
INJECTOR_FROM_CLUSTER=1 run config
ok "a cluster takes the place of the file's mesh" not grep -q nowhere out
printf 'template: a.yaml\ninjectConfigFile: b\n' >.injector.yaml
run pod.yaml
ends "both in one place" 2 '-t and --injectConfigFile cannot be combined'
printf 'template: file.yaml\ninclude: "*.x"\nexclude: y\n' >.injector.yaml
run pod.yaml
ends "globs for folders without a folder" 0
run --include "*.x" pod.yaml
ends "the same on the command line" 2 "need -R"
printf 'template: file.yaml\nverbose: true\n' >.injector.yaml

# --- where it is, and where its paths lead -----------------------------------------
mkdir -p below/there .git
cp file.yaml sidecar
cd below/there || exit 1
run ../../pod.yaml
ok "a path is relative to the file" grep -q 'name: file' out
printf 'template: sidecar\n' >../../.injector.yaml
run ../../pod.yaml
ok "a template without an ending" grep -q 'name: file' out
printf 'template: fluent-bit\n' >../.injector.yaml
cp ../../pod.yaml pod.yaml
run pod.yaml
ok "the nearest file counts; a built-in template" grep -q 'name: fluent-bit' out
run ../../pod.yaml
ok "the nearest to the file" grep -q 'name: file' out
run --config ../../.injector.yaml ../../pod.yaml
ok "--config" grep -q 'name: file' out
INJECTOR_CONFIG=../../.injector.yaml run ../../pod.yaml
ok "INJECTOR_CONFIG" grep -q 'name: file' out
run --no-config -t ../../line.yaml config
ends "--no-config" 0
ok "--no-config: none" grep -q '^# no .injector.yaml$' out
INJECTOR_NO_CONFIG=1 run --config ../../.injector.yaml ../../pod.yaml
ok "--config over INJECTOR_NO_CONFIG" grep -q 'name: file' out
run --no-config --config ../../.injector.yaml ../../pod.yaml
ends "--config and --no-config" 2 '--config and --no-config cannot be combined'
run --config nowhere ../../pod.yaml
ends "--config without a file" 1 'nowhere: cannot open'
cd ../.. || exit 1
rm -rf below .git

# --- mistakes, with their places ---------------------------------------------------
# wrong NAME TEXT PATTERN
wrong()
{
	printf '%b' "$2" >.injector.yaml
	run pod.yaml
	ends "$1" 1 "$3"
}
wrong "no option" 'quiet: true\ntemplates: x\n' \
	'^.injector.yaml:2:1: .*"templates"; did you mean "template"[?]'
wrong "a value of a size" 'max-document: 1Q' \
	'^.injector.yaml:1:15: invalid max-document "1Q": expected'
wrong "a value of a kind" 'kind:\n- example.com/A=\n' \
	'^.injector.yaml:2:3: invalid kind "example.com/A=": expected'
wrong "a value of a flag" 'verify: 7' '^.injector.yaml:1:9: verify: expected true'
wrong "no YAML" 'a: [' '^.injector.yaml:1:'
mkdir folder
ln -sfn folder .injector.yaml
run pod.yaml
ends "a folder" 1 'is a folder'
ln -sfn /dev/zero .injector.yaml
run pod.yaml
ends "a device" 1 'not a regular file'
rm .injector.yaml
head -c 2000000 /dev/zero >.injector.yaml
run pod.yaml
ends "a file without end" 1 'larger than 1 MiB'
wrong "for --help" 'x: [' ':1:'
run --help
ends "--help reads no file" 0
run --version
ends "--version reads no file" 0

# --- what a stranger's file may not ------------------------------------------------
for key in filename output report-file allow-env from-cluster kubeconfig \
	context istioNamespace injectConfigMapName config no-config; do
	wrong "$key" "$key: true" "^.injector.yaml:1:1: $key cannot be set in this file"
done
wrong "refresh" 'refresh: true' 'refresh cannot be set .* it is for one run'
wrong "an address" 'values: https://example.com/v' 'cannot trigger network access'

# Files of the user: what is in them would be shown.
rm .injector.yaml
mkdir -p secret repo/.git repo/sub
echo '{password: hunter2}' >secret/values.yaml
echo 'metadata: {annotations: {x: "{{ .Values | toJson | b64enc }}"}}' \
	>repo/shows.yaml
cp pod.yaml repo/sub/pod.yaml
ln -s ../../secret/values.yaml repo/sub/link.yaml
ln -s ../../secret repo/sub/folder
mkfifo repo/sub/pipe
echo '{a: 1}' >repo/values.yaml
head -c 17000000 /dev/zero >repo/large.yaml
while read -r name what why; do
	printf 'template: ../shows.yaml\nvalues: %s\n' "$name" \
		>repo/sub/.injector.yaml
	run -R repo/sub
	ends "$what, by folder" 1 "^repo/sub/.injector.yaml:2:9: values: $why"
	cd repo/sub || exit 1
	run pod.yaml
	ends "$what" 1 "^.injector.yaml:2:9: values: $why"
	cd "$work" || exit 1
done <<END
../../secret/values.yaml a_file_outside the.file.is.outside
$work/secret/values.yaml an_absolute_path the.file.is.outside
link.yaml a_link_outside the.file.is.outside
folder/values.yaml a_folder_that_is_a_link the.file.is.outside
/dev/zero a_device the.file.is.outside
/proc/self/environ the_environment the.file.is.outside
pipe a_pipe not.a.regular.file
../large.yaml a_large_file the.file.is.larger.than.16
END
printf 'template: ../shows.yaml\nvalues: ../values.yaml\n' \
	>repo/sub/.injector.yaml
run repo/sub/pod.yaml
ends "a file of the repository" 0
printf 'template: ../shows.yaml\nvalues: ../../secret/values.yaml\n' \
	>repo/sub/.injector.yaml
run --config repo/sub/.injector.yaml repo/sub/pod.yaml
ends "a file outside, of a file that is named" 0
# a link at the end of a path that open(2) takes, and realpath(3) does not
long=$(printf '%0200d' 0)
(
	path='' i=0
	cd repo || exit 1
	while [ $i -lt 20 ]; do
		mkdir $long && cd $long || exit 1
		path=$path$long/ i=$((i + 1))
	done
	last=$(printf '%065d' 1)
	mkdir "$last" && ln -s "$work/secret/values.yaml" "$last/v.yaml"
	printf 'template: shows.yaml\nvalues: %s%s/v.yaml\n' "$path" "$last" \
		>"$work/repo/.injector.yaml"
) || exit 1
cd repo || exit 1
run sub/pod.yaml
ends "a path that is too long to be resolved" 1 'values: File name too long'
rm -r .injector.yaml "$long"
cd "$work" || exit 1
# without a repository: the folder
rmdir repo/.git
printf 'template: ../shows.yaml\n' >repo/sub/.injector.yaml
run repo/sub/pod.yaml
ends "a file above the folder" 1 'template: the file is outside'
rm -r repo secret

# --- a file that extends another ---------------------------------------------------
rm -f .injector.yaml
mkdir -p mono/team/app mono/shared
cd mono || exit 1
mkdir .git
cp ../pod.yaml ../file.yaml ../line.yaml .
cp pod.yaml team/app/
cat >.injector.yaml <<'END_OF_ROOT'
template: file.yaml
set: {a: root, b: root}
no-warn: [undo]
verbose: true
END_OF_ROOT
cat >team/.injector.yaml <<'END_OF_TEAM'
extends: ../.injector.yaml
set: {a: team}
no-warn: [union]
END_OF_TEAM
printf 'extends: ../.injector.yaml\nverbose: false\n' >team/app/.injector.yaml
run config team/app/pod.yaml
ends "extends: config of a file" 0
ok "extends: where each comes from" grep -qx \
	'  - a=team  # team/.injector.yaml:2:7' out
grep -v '# default$' out >shown
ok "extends: in that order" [ "$(sed 's/  #.*//' shown | tr '\n' '|')" = \
	"# team/app/pod.yaml|# team/app/.injector.yaml extends \
team/.injector.yaml, which extends .injector.yaml|\
template:|  - file.yaml|set:|  - a=root|  - b=root|  - a=team|\
verbose: false|no-warn:|  - union|" ]
run config team/app pod.yaml
ok "config of two" [ "$(grep -c '^---$' out)" = 1 ]
run config team/none/pod.yaml
ends "config of a file in no folder" 1 '^team/none/pod.yaml: '
run -q team/app/pod.yaml
ok "extends: from the root" grep -q 'name: file' out
cd team/app || exit 1
run -q pod.yaml
ok "extends: from the folder, the same" grep -q 'name: file' out
run -q -t ../../line.yaml pod.yaml
ok "extends: below the command line" not grep -q 'name: file' out
cd ../.. || exit 1

# extends NAME FILE PATTERN: team/.injector.yaml cannot extend FILE
extends()
{
	printf 'verbose: true\nextends: %s\n' "$2" >team/.injector.yaml
	run team/app/pod.yaml
	ends "extends $1" 1 "$3"
}
place='^team/.injector.yaml:2:10: extends: '
extends "what is not there" none.yaml "${place}cannot open the file: No such"
extends "a folder" .. "${place}this is a folder; name the file"
extends "itself" .injector.yaml "${place}the file extends itself"
extends "a file that extends it" app/.injector.yaml "${place}the file extends itself"
extends "a file out of the repository" ../../pod.yaml \
	"$place.*is outside of the repository"
ln -s ../../pod.yaml team/link.yaml
extends "a link out of the repository" link.yaml \
	"$place.*is outside of the repository"
extends "a device" /dev/null "$place.*is outside of the repository"
printf 'template: nowhere.yaml\n' >shared/base.yaml
extends "one that names a file that is not there" ../shared/base.yaml \
	'^shared/nowhere.yaml: '
printf 'output: x\n' >shared/base.yaml
extends "one with an option that no file may set" ../shared/base.yaml \
	'^shared/base.yaml:1:1: output cannot be set'
printf 'template: ../../file.yaml\n' >shared/base.yaml
extends "one that names a file out of the repository" ../shared/base.yaml \
	'^shared/base.yaml:1:11: template: the file is outside'
mkfifo shared/fifo
extends "a pipe" ../shared/fifo 'not a regular file'
printf 'extends: ../pod.yaml\n' >named.yaml
run --config team/../named.yaml pod.yaml
ends "extends of a named file: trusted" 1 '^team/../../pod.yaml:1:1: unknown opt'
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
	printf 'extends: %s.yaml\n' $((i + 1)) >$i.yaml
done
printf 'extends: ../1.yaml\n' >team/.injector.yaml
run team/app/pod.yaml
ends "a chain without end" 1 'extends: too many files'
printf 'template: ../file.yaml\n' >shared/base.yaml
printf 'extends: ../shared/base.yaml\n' >team/.injector.yaml
run -R --check team shared
ok "a file that is extended is not a manifest" not grep -q base.yaml err
cd .. || exit 1
rm -rf mono

# --- injector config ---------------------------------------------------------------
cat >.injector.yaml <<'END_OF_FILE'
# comments are welcome
template:
- file.yaml
set: {a.b: "1,2"}
values: {a: {c: x}}
verbose: true
END_OF_FILE
INJECTOR_SET_STRING=password=hush INJECTOR_POLICY=1 run config -o x --no-warn istio
ends "config" 0
ok "config: options that are set" cmp -s - shown <<END_OF_SHOWN
$(grep -v '# default$' out >shown)template:
  - file.yaml  # .injector.yaml:3:3
set:
  - a.b=1\\,2  # .injector.yaml:4:7
values:
  - '{"a":{"c":"x"}}'  # .injector.yaml:5:9
# output: x  # command line
verbose: true  # .injector.yaml:6:10
set-string:  # INJECTOR_SET_STRING, not shown
policy: true  # INJECTOR_POLICY
no-warn:
  - istio  # command line
END_OF_SHOWN
ok "config: defaults" grep -q '^max-document: 256Mi  # default$' out
run config
sed 's/ *#.*//; /^$/d' out >again
cp out again.yaml
run --config again.yaml config
sed 's/ *#.*//; /^$/d' out >twice
ok "config: can be read again" cmp -s again twice
printf 'spec:\n  hostname: "{{ .Values.a.b }}{{ .Values.a.c }}"\n' >t.yaml
run -t t.yaml render pod.yaml
ok "set and values of a file" grep -q 'hostname: "1,2x"' out
run -t t.yaml --values '{a: {b: 7, c: z}}' render pod.yaml
ok "values in an argument" grep -q 'hostname: "1,2z"' out

# --- the schema for editors ----------------------------------------------------------
# What it allows is read; what it does not is refused because of its type.
sed -n '/"definitions"/q
	s/^    "\([a-zA-Z-]*\)": {$/key \1/p
	s,.*"#/definitions/\([a-z-]*\)" }\]$,type \1,p' \
	"$root/docs/injector.schema.json" |
	awk '$1 == "key" { key = $2 } $1 == "type" { print key, $2 }' >types
ok "there are types of all options" [ "$(wc -l <types)" -gt 25 ]
# takes VALUE, refuses VALUE: $key in .injector.yaml
refused_type()
{
	printf '%s: %s\n' "$key" "$1" >.injector.yaml
	run config
	grep -q "^.injector.yaml:1:[0-9]*: $key: expected" err
}
takes()
{
	ok "$key takes $1" not refused_type "$1"
}
refuses()
{
	ok "$key refuses $1" refused_type "$1"
}
while read -r key type; do
	takes ''
	case $type in
	flag) takes true; refuses '[true]'; refuses 7 ;;
	auto) takes true; takes auto; refuses '[auto]' ;;
	word) takes x; takes 7; refuses '[x]'; refuses '{x: y}' ;;
	words | templates | warnings)
		takes x; takes '[x, y]'; refuses '{x: y}'; refuses '[[x]]' ;;
	pairs) takes x=y; takes '[x=y, {x: y}]'; takes '{x: y}'
		refuses '{x: [y]}'; refuses '[[x]]' ;;
	values) takes x=y; takes '[x=y, {x: y}]'; takes '{x: [y]}'
		refuses '[[x]]' ;;
	*) ok "$key: a type that is known: $type" false ;;
	esac
done <types
rm .injector.yaml
if python3 -c 'import jsonschema, yaml' 2>/dev/null; then
	awk -v n=0 '/^\.\\" file: \.injector.yaml/ { file = "example" ++n; next }
		/^\.Ed/ { file = "" }
		file != "" && !/^\.Bd/ { gsub(/\\&/, ""); print >file }' \
		"$root/man/injector.yaml.5"
	ok "the examples of injector.yaml(5) keep to it" python3 -c '
import json, sys, jsonschema, yaml
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
for name in sys.argv[2:]:
    jsonschema.validate(yaml.safe_load(open(name)), schema)
for bad in "tempalte: x", "verbose: x", "extends: [a]", "output: x":
    try:
        jsonschema.validate(yaml.safe_load(bad), schema)
    except jsonschema.ValidationError:
        continue
    sys.exit(bad)
assert len(sys.argv) > 2' "$root/docs/injector.schema.json" example*
else
	echo "# skipped: no jsonschema for Python"
fi

# --- kinds -------------------------------------------------------------------------
cat >widget.yaml <<'END_OF_WIDGET'
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec:
  groups:
  - pod:
      spec:
        containers: [{name: app, image: a}]
  - pod:
      spec:
        containers: [{name: app, image: a}]
---
apiVersion: example.com/v1
kind: WidgetList
items:
- metadata: {name: in-list}
  spec:
    groups:
    - pod:
        spec: {containers: [{name: app, image: a}]}
---
apiVersion: other.example.com/v1
kind: Widget
metadata: {name: other}
spec: {groups: [{pod: {spec: {containers: []}}}]}
END_OF_WIDGET
run -t file.yaml widget.yaml
ok "a kind not named is copied" cmp -s out widget.yaml
run -v -t file.yaml --kind 'example.com/Widget=spec.groups.*.pod' widget.yaml
ends "a kind" 0 'Widget default/w injected'
ok "a kind: each item, in a list too" [ "$(grep -c 'name: file' out)" = 3 ]
cp out once.yaml
run -t file.yaml --kind 'example.com/Widget=spec.groups.*.pod' once.yaml
ok "a kind: twice is once" cmp -s out once.yaml
printf 'kind: {example.com/Widget: spec.groups.*.pod}\n' >.injector.yaml
run -t file.yaml widget.yaml
ok "a kind in the file" cmp -s out once.yaml
run -v widget.yaml
ends "a kind with Istio" 0 'Widget default/in-list injected'
ok "a kind with Istio: all" [ "$(grep -c 'name: istio-proxy' out)" = 3 ]
rm .injector.yaml
cat >two.yaml <<'END_OF_TWO'
apiVersion: v1
kind: Two
metadata: {name: two}
a: {spec: {containers: [{name: app, image: a}]}}
b: {spec: {containers: [{name: app, image: a}]}}
END_OF_TWO
run -t file.yaml --kind Two=a --kind x/Y=z --kind /Two=b two.yaml
ok "two templates of a kind" [ "$(grep -c 'name: file' out)" = 2 ]
cat >deploy.yaml <<'END_OF_DEPLOY'
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {pod: {spec: {containers: [{name: app, image: a}]}}}
END_OF_DEPLOY
run -t file.yaml --kind apps/Deployment=spec.pod deploy.yaml
ok "instead of the built-in kind" grep -q 'name: file' out
for kind in x = =a /=a a/b/C=d A=a..b A=.a A=a. A=; do
	run -t file.yaml --kind "$kind" two.yaml
	ends "--kind $kind" 2 'invalid --kind '
done

# --- what is said of Istio's release: once, however many projects ------------------
mkdir releases releases/a releases/b
cp pod.yaml releases/a
cp pod.yaml releases/b
echo 'set: {global.tag: 1.99.0}' | tee releases/a/.injector.yaml \
	>releases/b/.injector.yaml
run -v -R releases
ok "two projects of one release: one warning" \
	[ "$(grep -c '\[istio-release\]$' err)" = 1 ]
ok "two projects of one release: said once" \
	[ "$(grep -c 'rules of Istio .*, from global.tag$' err)" = 1 ]
echo 'istio-version: 1.24' >releases/b/.injector.yaml
run -v -R releases
ok "two releases: each is said" [ "$(grep -c 'rules of Istio .*, from ' err)" = 2 ]

finish

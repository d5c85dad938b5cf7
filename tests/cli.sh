#!/bin/sh
# The command line of $INJECTOR (default build/injector): every option, every
# exit status, and errors of files.  Prints one `ok` or `not ok` line for each
# check, and fails if one is not ok.
. "$(dirname "$0")/command.inc"

count()
{
	grep -c -e "$2" "$1"
}

cat >sidecar.yaml <<'END'
spec:
  containers:
  - name: helper
    image: example.com/helper:1
END

# A pod with a comment and odd spacing, that any reprinting would lose.
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

pod web >web.yaml
pod shop >shop.yaml
{
	echo '# settings, and a mark'
	echo '---'
	echo 'apiVersion: v1'
	echo 'kind: ConfigMap'
	echo 'metadata: {name: settings}'
} >settings.yaml
printf 'kind: Pod\nspec:\n  containers: {' >broken.yaml
: >empty.yaml

# --- what is asked of the program itself ----------------------------------
run --help
ends "--help" 0
ok "--help fits one screen" awk 'length > 80 { exit 1 }
	END { exit NR > 24 }' out
ok "--help prints nothing on stderr" [ ! -s err ]
cp out help
run -h
ok "-h is --help" cmp -s out help
run --version
ends "--version" 0
number='[0-9]*\.[0-9]*\.[0-9]*'
commit=$("$root/scripts/commit")
istio=$(sed -n 's/.*RELEASE_NEWEST ((struct release){ \([0-9]*\),.*/1.\1/p' \
	"$root/src/mesh/release.h")
ok "--version begins with the version" eval \
	'sed -n 1p out | grep -q "^injector $number$"'
ok "--version names the commit" [ "$(sed -n 2p out)" = "commit: $commit" ]
ok "--version names Istio's release" [ "$(sed -n 3p out)" = "Istio: $istio" ]
cp out version
run -V
ok "-V is --version" cmp -s out version
run version
ok "version is --version" cmp -s out version
run --version --output json
ends "--version --output json" 0
ok "--version --output json" grep -qx "{\"name\": \"injector\", \
\"version\": \"$number\", \"commit\": \"$commit\", \"istio\": \"$istio\"}" out
run version -o yaml
ends "version -o yaml" 2 'expected -o json'

# as a plugin of kubectl
ln -s "$INJECTOR" kubectl-inject
./kubectl-inject --nonsense >out 2>err
status=$?
ends "kubectl inject, an unknown option" 2 \
	'^kubectl inject: unknown option "--nonsense"$'
ok "kubectl inject names its help" grep -qx \
	'kubectl inject: see "kubectl inject --help"' err
./kubectl-inject --help >out
ok "kubectl inject --help: usage" grep -q '^usage: kubectl inject ' out
ok "kubectl inject --help: no other name" [ "$(grep -c 'injector ' out)" -eq 0 ]
ok "kubectl inject --help fits one screen" awk 'length > 80 { exit 1 }
	END { exit NR > 24 }' out
./kubectl-inject help version >out
ok "kubectl inject help version" grep -q '^usage: kubectl inject version ' out
run --list-templates
ends "--list-templates" 0
ok "istio is the first" [ "$(sed -n '1s/ .*//p' out)" = istio ]
ok "each has a summary" not grep -qv '^[a-z0-9-]*  *[^ ]' out
ok "it says how to print one" grep -q '"injector template NAME"' err
for sidecar in $(sed 's/ .*//' out); do
	run template $sidecar
	ends "template $sidecar" 0
	ok "template $sidecar prints its text" grep -q "^# $sidecar\(/values\)*: " out
done
run template fluent-bit
ok "template prints the file" cmp -s out "$root/templates/fluent-bit.yaml"
run template
ends "template without a name" 0
ok "it lists them by purpose" awk '/^[a-z, ]*:$/ { purpose = $0 }
	/^  fluent-bit / { exit purpose != "logs:" }' out
ok "each purpose once" [ "$(grep -c '^logs:' out)" = 1 ]
ok "the list fits the screen" awk 'length > 80 { exit 1 }' out
run template fluent-bt
ends "an unknown built-in template" 2 'no built-in template "fluent-bt"; did you mean fluent-bit?'
run template istio envoy
ends "template with two names" 2 'takes one name'
"$INJECTOR" --help >/dev/full 2>err
status=$?
: >out
ends "--help on a full disk" 1 'No space left'

run --set cloudSqlProxy.instance= -t cloud-sql-proxy web.yaml
ends "the value is empty" 1 'set cloudSqlProxy.instance'

# --- misuse -----------------------------------------------------------------
run -t otel-colector web.yaml
ends "a misspelled template" 2 'did you mean otel-collector?'
run -t otel web.yaml
ends "the beginning of a template's name" 2 'did you mean otel-collector?'
run -t istio -t sidecar.yaml web.yaml
ends "Istio and another template" 2 '-t istio cannot be combined'
run -t istio --injectConfigFile config.yaml web.yaml
ends "Istio, built-in and not" 2 '-t and --injectConfigFile cannot be combined'
run -t zzzzzzzzz web.yaml
ends "no such template" 2 '"injector template" lists'
ok "nothing far-fetched is suggested" [ "$(count err 'did you mean')" = 0 ]
run --no-such-option
ends "an unknown option" 2 '^injector: unknown option "--no-such-option"$'
ok "where to find help" grep -q '^injector: see "injector --help"$' err
run uninject --no-such-option
ok "where to find help on a command" grep -qx \
	'injector: see "injector uninject --help"' err
run -qZ web.yaml
ends "an unknown letter" 2 '^injector: unknown option "-Z"$'
run --in x web.yaml
ends "the start of several options" 2 'did you mean --include, --injectConfigFile'
run --=x web.yaml
ends "an option without a name" 2 '^injector: unknown option "--"$'
run --templ sidecar.yaml web.yaml
ends "an abbreviated option" 2 '"--templ"; did you mean --template?$'
run -q -vt sidecar.yaml --templ=sidecar.yaml web.yaml
ends "one behind letters" 2 '"--templ"; did you mean --template?$'
run -t --templ web.yaml
ends "an argument like an option" 2 'built-in template or file "--templ"'
run --templte x web.yaml
ends "a misspelled option" 2 'did you mean --template?'
run --templte=x web.yaml
ends "a misspelled option, with its argument" 2 'did you mean --template?'
run --template
ends "an option without its argument" 2 \
	'^injector: --template requires an argument (TEMPLATE)$'
ok "nothing else is suggested" [ "$(count err 'did you mean')" = 0 ]
run rendr web.yaml
ends "a misspelled command" 2 'did you mean render?'
cp web.yaml rendr
run -t sidecar.yaml rendr
ends "a file that is called almost like a command" 0
run nothing-like-it.yaml
ends "a file that is not there" 1 '^nothing-like-it.yaml: '
run nothing-like-it
ends "a word that is not there" 2 '^injector: no command or file "nothing-like-it"$'

# --- words of other programs --------------------------------------------------
# meant SUGGESTION ARGUMENTS...: misuse, with that suggestion
meant()
{
	suggestion=$1
	shift
	run "$@"
	ends "$*" 2 "did you mean $suggestion"
}
meant --diff? diff web.yaml
meant --check? lint web.yaml
meant --check? check
meant --check? validate
meant --list-templates? list
meant uninject? remove web.yaml
meant -w? --in-place -t sidecar.yaml web.yaml
meant -w? --fix -t sidecar.yaml web.yaml
meant '--check or --diff?' --dry-run=client web.yaml
meant '-w, ' -i web.yaml
meant '-R, ' -r dir/
meant '-R, ' -r .
meant '--output-format' -o json web.yaml
ok "no file is made for a format" [ ! -e json ]
INJECTOR_ISTIONAMESPACE=x.yaml run web.yaml
ends "a file for a namespace in the environment" 2 \
	'^injector: invalid INJECTOR_ISTIONAMESPACE "x.yaml": expected the namesp'
cp web.yaml diff
run -t sidecar.yaml diff
ends "a file that is called like one" 0
run -t sidecar.yaml -o ./json web.yaml
ends "an output that is called like a format" 0
ok "it is a file" [ -s json ]
rm diff json

# --- help -----------------------------------------------------------------------
ok "--help names the daily options" awk '
	/ -w, --write/ || / --check/ || / --diff/ || / -R, --recursive/ { n++ }
	END { exit n != 4 }' help
for command in inject kube-inject render uninject explain admit capture \
	config completion help template version
do
	run help $command
	ends "help $command" 0
	ok "help $command has its usage" \
		grep -q "^usage: injector $command [^ ]" out
	ok "help $command fits the screen" awk 'length > 80 { exit 1 }' out
	ok "help $command has two examples" awk '
		on && /^  [^ ]/ { n++ }
		/^Examples:$/ { on = 1 }
		END { exit n != 2 }' out
	cp out page
	run $command --help
	[ $command = help ] || ok "$command --help is that" cmp -s out page
	case $command in
	kube-inject | version) ;;
	*) ok "--help has $command" grep -q "^  $command  *[^ ]" help ;;
	esac
done
run --help uninject web.yaml
ok "--help in front of a command" grep -q '^usage: injector uninject' out
run uninject -h
ok "the options of a command: its own" grep -q '^  -w, --write' out
ok "the options of a command: no others" [ "$(count out --from-cluster)" = 0 ]
run help files
ends "help on a topic" 0
ok "it has its options" grep -q '^      --backup SUFFIX' out
run help otel-collector
ends "help on a template" 0
ok "it has its values" grep -q 'gateway: ' out
run help job-sidecar
ends "help on a warning" 0
ok "what it means" grep -q '^A Job, CronJob or similar' out
ok "how to fix it" grep -q -- '--native-sidecars' out
ok "how to suppress it" grep -q -- '--no-warn job-sidecar' out
run help backup
ends "help on an option" 0
ok "its topic" grep -q 'injector help files$' out
run help istio
ok "a topic, a template and a warning" [ "$(count out \
	'^Inject as \|^Template istio: \|^Warning istio: ')" = 3 ]
run help templats
ends "help on a misspelled word" 2 'did you mean template?'
run help job-sidecr
ends "help on a misspelled warning" 2 'did you mean job-sidecar?'
run help nonsense
ends "help on an unknown word" 2 'commands: inject, .*topics: common, '
run -t
ends "a missing argument" 2 \
	'^injector: --template requires an argument (TEMPLATE)$'
run --version=yes
ends "an argument too many" 2 '^injector: --version takes no argument$'
for size in 0 -1 x 1X 12MiB 4Gi 99999999999999999999 ''; do
	run --max-document "$size" -t sidecar.yaml web.yaml
	ends "--max-document '$size'" 2 '^injector: invalid --max-document ".*": expected 1 to'
done
if script -qec true typescript </dev/null >/dev/null 2>&1; then
	script -qec "'$INJECTOR' -t sidecar.yaml" typescript </dev/null \
		>out 2>err
	status=$?
	mv out err
	: >out
	ends "stdin is a terminal" 2 'stdin is a terminal'
fi

# --- Istio, which is what it is without -t --------------------------------------
run -t istio web.yaml
cp out istio
run web.yaml
ends "no template" 0
ok "no template is Istio's default profile" cmp -s out istio
ok "its proxy is there" grep -q 'image: [^ ]*/proxyv2:[0-9]' out
run --set global.hub=example.com --set global.tag=7 web.yaml
ends "another hub and tag" 0
ok "both images are from there" [ "$(count out 'example.com/proxyv2:7')" = 2 ]
run --set global.logging=none web.yaml
ends "values that Istio cannot use" 1 '^istio/\|web.yaml:'

# --- templates ----------------------------------------------------------------
run -t sidecar.yaml -f web.yaml
ends "a template file" 0
ok "the sidecar is there" [ "$(count out 'example.com/helper:1')" = 1 ]
ok "the comment is kept" grep -q '^  - name: app     # the program$' out
ok "odd spacing is kept" grep -q '^metadata: {name:   web}$' out
ok "no line of the input is lost" [ "$(grep -cvxFf out web.yaml)" = 0 ]
ok "no message" [ ! -s err ]
cp out injected
run --template ./sidecar.yaml --filename web.yaml
ok "the long forms" cmp -s out injected
cp sidecar.yaml plainname
# The undo note has the name of the template.
as_sidecar() {
	sed -i "s/^# injector-undo: v2 $1 /# injector-undo: v2 sidecar /" out
}
run -t plainname web.yaml
as_sidecar plainname
ok "a file without ending" cmp -s out injected
cp sidecar.yaml otel-collector
run -t otel-collector web.yaml
ok "a built-in name comes first" [ "$(count out helper)" = 0 ]
run -t ./otel-collector web.yaml
as_sidecar otel-collector
ok "./ makes it a file" cmp -s out injected
rm otel-collector
sed 's/helper/second/' sidecar.yaml >second.yml
run -t sidecar.yaml -t second.yml web.yaml
ends "two templates" 0
ok "both are merged" [ "$(count out 'name: helper\|name: second')" = 2 ]
run -t https://u:p@example.com/t.yaml web.yaml
ends "a template at an address" 2 'not an address; download'
ok "no password of it is printed" not grep -q 'u:p' err
run -t - web.yaml
ends "a template on stdin" 2 'not standard input'
run -t absent.yaml web.yaml
ends "a template file that is not there" 1 '^absent.yaml: .*No such file'
run -t . web.yaml
ends "a folder for a name" 1 'is a folder'
printf 'spec: [\n' >bad.yaml
run -t bad.yaml web.yaml
ends "a template that is not YAML" 1 '^bad.yaml:[0-9]*:[0-9]*: '

# --- input --------------------------------------------------------------------
"$INJECTOR" -t sidecar.yaml <web.yaml >out 2>err
ok "stdin by default" cmp -s out injected
"$INJECTOR" -t sidecar.yaml -f - <web.yaml >out 2>err
ok "-f - is stdin" cmp -s out injected
"$INJECTOR" -t sidecar.yaml - <web.yaml >out 2>err
ok "- is stdin" cmp -s out injected
run -t sidecar.yaml -f injected
ok "a second time changes nothing" cmp -s out injected
run -t sidecar.yaml empty.yaml
ends "an empty file" 0
ok "stays empty" [ ! -s out ]
run -t sidecar.yaml absent-input.yaml
ends "a file that is not there" 1 '^absent-input.yaml: .*No such file'
run -t sidecar.yaml .
ends "a folder" 1 '^\.: is a folder'
run -t sidecar.yaml broken.yaml
ends "broken YAML" 1 '^broken.yaml:[0-9]*:[0-9]*: '
"$INJECTOR" -t sidecar.yaml <broken.yaml >out 2>err
status=$?
ends "broken YAML on stdin" 1 '^<stdin>:[0-9]*:[0-9]*: '
if [ "$(id -u)" -ne 0 ]; then
	pod locked >locked.yaml
	chmod 0 locked.yaml
	run -t sidecar.yaml locked.yaml
	ends "an unreadable file" 1 '^locked.yaml: .*Permission denied'
else
	echo "# skipped: root reads every file"
fi
mv sidecar.yaml ./-dash.yaml
run -t ./-dash.yaml -- web.yaml
as_sidecar -dash
ok "-- ends the options" cmp -s out injected
mv ./-dash.yaml sidecar.yaml
run -t sidecar.yaml --max-document 50 web.yaml
ends "a document larger than --max-document" 1 '^web.yaml:'
for size in 1000 1k 1K 1Ki 1M 1Mi 1G 1Gi 4294967295; do
	run -t sidecar.yaml --max-document $size web.yaml
	ok "--max-document $size" cmp -s out injected
done
run -t sidecar.yaml --verify web.yaml
ends "--verify" 0
ok "--verify writes the same" cmp -s out injected

# --- several files ------------------------------------------------------------
run -t sidecar.yaml web.yaml -f shop.yaml
ends "two files" 0
ok "a document mark between" [ "$(count out '^---$')" = 1 ]
ok "in the order given" [ "$(sed -n 's/^metadata: {name: *\(.*\)}/\1/p' \
	out | tr '\n' ' ')" = "web shop " ]
ok "both are injected" [ "$(count out 'name: helper')" = 2 ]
run -t sidecar.yaml -f shop.yaml web.yaml -f web.yaml
ok "operands are read in order" [ "$(sed -n \
	's/^metadata: {name: *\(.*\)}/\1/p' out | tr '\n' ' ')" = \
	"shop web web " ]
run -t sidecar.yaml web.yaml settings.yaml
ok "no second document mark" [ "$(count out '^---$')" = 1 ]
printf '%s' "$(cat web.yaml)" >cut.yaml
run -t sidecar.yaml cut.yaml settings.yaml
ok "a missing line break is added" grep -q '^# settings, and a mark$' out
run -t sidecar.yaml empty.yaml web.yaml empty.yaml
ok "an empty file leaves no mark" cmp -s out injected
{ echo '%YAML 1.1'; cat settings.yaml; } >directive.yaml
run -t sidecar.yaml web.yaml directive.yaml
ok "a directive comes after ..." [ "$(count out '^\.\.\.$')" = 1 ]
ok "and directly" [ "$(sed -n '/^\.\.\.$/{n;p;}' out)" = '%YAML 1.1' ]
printf '\357\273\277' | cat - shop.yaml >bom.yaml
run -t sidecar.yaml web.yaml bom.yaml
ok "a byte order mark does not get inside" [ "$(count out \
	'^apiVersion: v1$')" = 2 ]
run -t sidecar.yaml bom.yaml
ok "and stays at the start" [ "$(head -c 3 out | od -An -tx1 | \
	tr -d ' ')" = efbbbf ]
echo '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}}' >a.json
run -t sidecar.yaml a.json a.json
cat a.json a.json >two.json
ok "JSON after JSON has no mark" cmp -s out two.json
run -t sidecar.yaml a.json settings.yaml a.json
ok "JSON after YAML has" [ "$(count out '^---$')" = 2 ]
run -t sidecar.yaml web.yaml broken.yaml shop.yaml
ok "an invalid file among valid ones: exit 1" [ $status = 1 ]
ok "what came before it is whole" cmp -s out injected
run -t sidecar.yaml web.yaml absent-input.yaml shop.yaml
ok "an absent file among others: exit 1" [ $status = 1 ]
ok "nothing after it is written" [ "$(count out 'name: *shop')" = 0 ]

# --- output -------------------------------------------------------------------
run -t sidecar.yaml -o new.yaml web.yaml
ends "-o" 0
ok "-o writes there" cmp -s new.yaml injected
ok "and nothing to stdout" [ ! -s out ]
run -t sidecar.yaml --output - web.yaml
ok "-o - is stdout" cmp -s out injected
cp web.yaml same.yaml
chmod 640 same.yaml
run -t sidecar.yaml -f same.yaml -o same.yaml
ends "-f x -o x" 0
ok "-f x -o x edits in place" cmp -s same.yaml injected
ok "the mode is kept" [ "$(ls -l same.yaml | cut -c1-10)" = "-rw-r-----" ]
cp web.yaml real.yaml
mkdir links
ln -s ../real.yaml links/link.yaml
run -t sidecar.yaml -f links/link.yaml -o links/link.yaml
ok "a symbolic link stays" [ -h links/link.yaml ]
ok "the file behind it changes" cmp -s real.yaml injected
run -t sidecar.yaml -o same.yaml web.yaml broken.yaml
ends "a bad file with -o" 1 '^broken.yaml:'
ok "the old file stays" cmp -s same.yaml injected
run -t sidecar.yaml -o never.yaml broken.yaml
ok "no file is made for nothing" [ ! -e never.yaml ]
run -t sidecar.yaml -o links web.yaml
ends "-o with a folder" 1 '^links: is a folder'
run -t sidecar.yaml -o no/such/folder.yaml web.yaml
ends "-o in no folder" 1 '^no/such/folder.yaml: .*No such file'
run -t sidecar.yaml -o web.yaml/x web.yaml
ends "-o below a file" 1 '^web.yaml/x: .*Not a directory'
run -t sidecar.yaml -o /dev/null web.yaml
ends "-o /dev/null" 0
ok "is still a device" [ -c /dev/null ]
if [ "$(id -u)" -ne 0 ]; then
	pod locked >readonly.yaml
	chmod 444 readonly.yaml
	run -t sidecar.yaml -o readonly.yaml web.yaml
	ends "-o with a read-only file" 1 '^readonly.yaml: .*Permission'
fi
if [ -e /dev/full ]; then
	"$INJECTOR" -t sidecar.yaml web.yaml >/dev/full 2>err
	status=$?
	: >out
	ends "a full disk" 1 '^<stdout>: .*No space left'
	run -t sidecar.yaml -o /dev/full web.yaml
	ends "-o on a full disk" 1 '^/dev/full: .*No space left'
fi
cp web.yaml itself.yaml
"$INJECTOR" -t sidecar.yaml itself.yaml >>itself.yaml 2>err
status=$?
: >out
ends "stdout is the input" 1 'use -w'
ok "nothing is added to it" cmp -s itself.yaml web.yaml
"$INJECTOR" -t sidecar.yaml web.yaml >&- 2>err
ok "stdout is closed: exit 1" [ $? = 1 ]
"$INJECTOR" -t sidecar.yaml -o closed.yaml broken.yaml web.yaml 2>&-
ok "stderr is closed: no message in the output" [ ! -e closed.yaml ]
ok "no temporary file is left" [ -z "$(find . -name '.injector-*')" ]

# Larger than a pipe, so that writing meets the closed end.
{
	i=0
	while [ $i -lt 3000 ]; do
		echo '---'
		pod "web-$i"
		i=$((i + 1))
	done
} >many.yaml
{
	"$INJECTOR" -t sidecar.yaml many.yaml 2>err
	echo $? >pipe-status
} | head -n 1 >out
ok "a closed pipe: exit 141" [ "$(cat pipe-status)" = 141 ]
ok "a closed pipe: no message" [ ! -s err ]

# --- reports --------------------------------------------------------------------
cat >report.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: app
        image: example.com/app:1
---
apiVersion: v1
kind: Pod
metadata: {name: host, namespace: shop}
spec:
  hostNetwork: true
  containers:
  - {name: app, image: "example.com/app:1"}
END
run -v -t sidecar.yaml report.yaml
ends "-v" 0
ok "-v names what was injected" \
	grep -qx 'report.yaml: Deployment default/web injected' err
ok "-v names what was skipped, and why" \
	grep -qx 'report.yaml: Pod shop/host skipped: host networking' err
ok "-v prints a summary" grep -qx 'injector: 1 injected, 1 skipped' err
ok "-v prints nothing else" [ "$(count err '')" = 3 ]
ok "stdout carries manifests only" [ "$(count out 'injected\|skipped')" = 0 ]
cp out reported
run --verbose -t sidecar.yaml reported
ok "-v names unchanged objects" grep -qx 'reported: Deployment default/web unchanged' err
run -t sidecar.yaml report.yaml
# finds NAME PATTERN: the last run wrote its output, and yet exits with 3
finds()
{
	ok "$1: exit 3" [ "$status" = 3 ]
	ok "$1: says why" grep -q -e "$2" err
}
ok "without -v only the summary" [ "$(cat err)" = \
	'injector: 1 injected, 1 skipped; -v for reasons' ]
run -q -t sidecar.yaml report.yaml
ok "-q silences the summary" [ ! -s err ]
run --fail-on-skip -t sidecar.yaml report.yaml
finds "--fail-on-skip" '1 skipped; -v for reasons$'
run --fail-on-skip --skip '*/host' -t sidecar.yaml report.yaml
ends "--fail-on-skip, but skipped by option" 0
ok "then no message" [ ! -s err ]
run --no-skip host-network --fail-on-skip -t sidecar.yaml report.yaml
ends "--no-skip host-network" 0
ok "--no-skip injects all" [ ! -s err ]
run --no-skip system-namespace -t sidecar.yaml report.yaml
ends "--no-skip with another reason" 0 '1 skipped'
run --no-skip host -t sidecar.yaml report.yaml
ends "--no-skip with an unknown reason" 2 \
	'unknown reason to skip "host" (expected host-network or'
run --no-skip host-network report.yaml
ends "--no-skip with Istio" 0 '--no-skip has no effect .* \[configuration\]$'
run uninject -t sidecar.yaml web.yaml
ends "uninject without a sidecar" 0 '^injector: 0 uninjected, 1 skipped'
run -t sidecar.yaml --no-skip host-network -o hosted report.yaml
run uninject -t sidecar.yaml hosted
ends "uninject needs no --no-skip" 0
ok "and restores it" cmp -s out report.yaml
run -t sidecar.yaml settings.yaml
ends "no workload" 0 '^injector: no workload found in settings.yaml$'
run -q -t sidecar.yaml settings.yaml
ok "-q: no message" [ ! -s err ]
run --fail-on-empty -t sidecar.yaml settings.yaml empty.yaml
finds "--fail-on-empty" 'no workload found in settings.yaml, empty.yaml$'
run --fail-on-empty --skip '*' -t sidecar.yaml web.yaml
finds "--fail-on-empty, and all skipped by option" 'no workload found'
run --skip '*' -t sidecar.yaml web.yaml
ok "all skipped by option: silence" [ ! -s err ]
run -t sidecar.yaml -o done.yaml web.yaml
run --fail-on-empty --fail-on-skip --check -t sidecar.yaml done.yaml
ends "all have their sidecar" 0
ok "then no message either" [ ! -s err ]
{ cat web.yaml; echo ---; cat broken.yaml; } >half.yaml
run -v -t sidecar.yaml half.yaml
ends "an error after a document" 1 'half.yaml:[0-9]*:'
ok "what is not written is not injected" [ "$(count err injected)" = 0 ]
cp half.yaml half2.yaml
cp web.yaml whole.yaml
run -v -w -t sidecar.yaml half2.yaml whole.yaml
ends "-w: an error in one of two files" 1 'half2.yaml:[0-9]*:'
ok "-w names the file that is written" grep -qx \
	'whole.yaml: Pod default/web injected' err
ok "-w counts files and failures" grep -qx \
	'injector: 2 files: 1 injected, 1 failed' err
run -v --report json --report-file half.json -o half3 -t sidecar.yaml \
	web.yaml half.yaml
ends "-o: an error in the second file" 1 'half.yaml:[0-9]*:'
ok "-o: nothing is injected" [ "$(count half.json '"injected"')" = 0 ]
run -v --check -t sidecar.yaml web.yaml
finds "-v --check" 'would be injected$'
printf 'kind: Pod\napiVersion: v1\nmetadata: {name: "\\e[31m"}\nspec: {}\n' \
	>escape.yaml
run -v -t sidecar.yaml escape.yaml
ok "control characters are shown, not sent" grep -q '\\x1b\[31m' err

cat >newer.yaml <<'END'
spec:
  fieldOfTomorrow: [1]
  containers:
  - name: helper
    image: example.com/helper:1
END
pod newer | sed 's/^spec:/spec:\n  fieldOfTomorrow: [2]/' >newer-pod.yaml
run -t newer.yaml web.yaml
ends "a template's field that the schema does not know" 1 \
	'^newer.yaml:2:3: .*fieldOfTomorrow: unknown field'
run -t sidecar.yaml newer-pod.yaml
ends "an unknown field" 0 \
	':[0-9]*:[0-9]*: warning: '
cp out warned
run -q -t sidecar.yaml newer-pod.yaml
ends "-q" 0
ok "-q gives no warnings" [ ! -s err ]
ok "-q writes the same" cmp -s out warned
run --quiet -v -t sidecar.yaml newer-pod.yaml
ok "-q leaves -v alone" grep -qx 'newer-pod.yaml: Pod default/newer injected' err

# --- other forms than text --------------------------------------------------
run --output-format yaml -t sidecar.yaml web.yaml shop.yaml
cp out text
run -t sidecar.yaml web.yaml shop.yaml
ok "--output-format yaml is the default" cmp -s out text
run --output-format json -t sidecar.yaml web.yaml settings.yaml empty.yaml \
	shop.yaml
ends "--output-format json" 0
ok "json: one line per document" [ "$(count out '^{.*}$')" = 3 ]
ok "json: nothing else" [ "$(count out '')" = 3 ]
run --output-format json -t sidecar.yaml broken.yaml
ends "--output-format json of invalid YAML" 1 '^broken.yaml:'
printf 'kind: Odd\nvalue: .inf\n' >odd.yaml
run --output-format json -t sidecar.yaml odd.yaml
ends "--output-format json of what JSON cannot express" 1 '^odd.yaml:2:8: '
run --output-format patch -t sidecar.yaml web.yaml settings.yaml shop.yaml
ends "--output-format patch" 0
ok "patch: one line per changed object" \
	[ "$(count out '^{.*"patch":\[{"op":"add".*}\]}$')" = 2 ]
run --output-format patch -t sidecar.yaml text settings.yaml
ends "--output-format patch where nothing changes" 0
ok "then nothing is written" [ ! -s out ]
run --output-format xml web.yaml
ends "--output-format xml" 2 'invalid --output-format "xml": expected yaml, json or patch'
cp web.yaml same.yaml
for option in -w --check --diff; do
	run $option --output-format json -t sidecar.yaml same.yaml
	ends "$option --output-format json" 2 'output-format'
done
ok "-w --output-format json changes no file" cmp -s web.yaml same.yaml
run render --output-format json -t sidecar.yaml web.yaml
ends "render --output-format json" 2 'render'
if command -v kubectl >/dev/null 2>&1; then
	run --output-format patch -t sidecar.yaml web.yaml
	patch=$(sed 's/.*"patch":\(.*\)}$/\1/' out)
	kubectl patch --local -f web.yaml --type=json -p "$patch" \
		-o json >patched 2>err
	run --output-format json -t sidecar.yaml web.yaml
	kubectl patch --local -f - --type=json -p '[]' -o json <out >wanted \
		2>err
	ok "kubectl takes the json" grep -q '"helper"' wanted
	ok "kubectl patch makes the same of it" cmp -s patched wanted
else
	echo "# skipped: no kubectl"
fi
run --no-warn unknown-field -t newer.yaml newer-pod.yaml
ends "--no-warn lets a template have the field" 0
ok "--no-warn gives no such warning" [ ! -s err ]
run --no-warn duplicate-key,unknown-field -t newer.yaml newer-pod.yaml
ok "--no-warn takes several names" [ ! -s err ]
run --no-warn duplicate-key -t sidecar.yaml newer-pod.yaml
ok "--no-warn leaves the others" grep -q '\[unknown-field\]$' err
run --no-warn unknown-filed -t newer.yaml newer-pod.yaml
ends "--no-warn with an unknown name" 2 'unknown-filed.*unknown-field'
run -t sidecar.yaml newer-pod.yaml newer-pod.yaml
ok "a warning is given once" [ "$(count err '^newer-pod.yaml:')" = 1 ]

# --- warnings that take several files ---------------------------------------
cat >space.yaml <<'END'
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: restricted}
END
pod web | sed 's/name:   web/name: web, namespace: shop/' >in-space.yaml
for order in 'space.yaml in-space.yaml' 'in-space.yaml space.yaml'; do
	# shellcheck disable=SC2086
	run -t sidecar.yaml $order
	ends "a namespace in another file: $order" 0 \
		'^space.yaml:5:48: warning: .*Pod shop/web.*\[restricted\]$'
	ok "said once: $order" [ "$(count err .)" = 1 ]
done
cp err once
cp out injected.yaml
run -t sidecar.yaml injected.yaml
ok "injected again, no line changes" cmp -s injected.yaml out
sed 's/.*warning/warning/' err >again
sed 's/.*warning/warning/' once >first
ok "and there are the same warnings" cmp -s first again
run -t sidecar.yaml space.yaml broken.yaml
ok "an error is the only message" [ "$(count err .)" = 1 ]

# --- choosing -----------------------------------------------------------------
run -v -t sidecar.yaml --only shop web.yaml shop.yaml
ends "--only" 0 '^shop.yaml: Pod default/shop injected$'
ok "--only leaves out the rest" grep -qx \
	'web.yaml: Pod default/web skipped: not chosen by --only' err
ok "a pattern may match in any file" [ "$(count err no-match)" = 0 ]
run -t sidecar.yaml --only wbe web.yaml shop.yaml
ends "--only that matches nothing" 0 '^injector: warning: --only wbe: .*no-match'
{
	cat web.yaml
	echo ---
	cat shop.yaml
} >both.yaml
ok "and all is copied" cmp -s out both.yaml
run --selector 'a in' -t sidecar.yaml web.yaml
ends "an invalid selector" 2 'a in'

# --- undo --------------------------------------------------------------
pod web | sed '$a\
  volumes:   # none' >odd.yaml
cat >with-volume.yaml <<'END'
spec:
  containers: [{name: proxy, image: "proxy:1"}]
  volumes: [{name: data, emptyDir: {}}]
END
run -t with-volume.yaml odd.yaml
ends "a pod whose volumes are null" 0
ok "there is a note" grep -q '^# injector-undo: v2 with-volume ' out
cp out odd-with.yaml
run uninject -v -t with-volume.yaml odd-with.yaml
ends "uninject" 0 '^odd-with.yaml: Pod default/web uninjected$'
ok "uninject restores the input" cmp -s odd.yaml out
run uninject -v -t with-volume.yaml odd.yaml
ends "uninject of what has no sidecar" 0 'skipped: sidecar not found$'
ok "changes nothing" cmp -s odd.yaml out
run uninject -v odd-with.yaml
ends "uninject without the template" 0 'skipped: no Istio sidecar found; the undo note names the template with-volume$'
ok "it changes nothing" cmp -s odd-with.yaml out
printf 'templates: {sidecar: "{{"}\ndefaultTemplates: [sidecar]\n' >half.yaml
run uninject --policy --injectConfigFile half.yaml web.yaml
ends "uninject parses no template" 0 '^injector: 0 uninjected, 1 skipped'
run --policy --injectConfigFile half.yaml web.yaml
ends "--policy parses default templates at once" 1 '^half.yaml:1: .*: unclosed action$'
run uninject --set global.network=42 web.yaml
ends "uninject wants no values of the right type" 0 '^injector: 0 uninjected, 1 skipped'
run --set global.network=42 web.yaml
ends "injecting does" 1 'global.network: expected text, found a number$'
run --refresh -t with-volume.yaml odd-with.yaml
ends "--refresh" 0
ok "--refresh without a change changes nothing" cmp -s odd-with.yaml out
sed 's/proxy:1/proxy:2/' with-volume.yaml >dir.new
mkdir later && mv dir.new later/with-volume.yaml
run --refresh -t later/with-volume.yaml odd-with.yaml
sed 's/proxy:1/proxy:2/' odd-with.yaml >want
ok "--refresh changes what is new" cmp -s want out
run --no-undo -t with-volume.yaml odd.yaml
ends "--no-undo" 0
ok "--no-undo leaves no note" [ "$(count out injector-undo)" = 0 ]
sed 's/ v2 with-volume .*/ v2 with-volume 1/' odd-with.yaml >damaged.yaml
run uninject -t with-volume.yaml damaged.yaml
ends "uninject with an invalid note" 1 '^damaged.yaml:[0-9]*:1: .*--no-undo'
run uninject --no-undo -t with-volume.yaml damaged.yaml
ends "uninject --no-undo" 0
ok "--no-undo removes the sidecar" \
	[ "$(count out 'proxy\|injector-undo')" = 0 ]
cp odd-with.yaml in-place.yaml
run uninject --check -t with-volume.yaml in-place.yaml
ok "uninject --check: exit 3" [ "$status" -eq 3 ]
run uninject -w -t with-volume.yaml in-place.yaml
ok "uninject -w" cmp -s odd.yaml in-place.yaml

# --- probes that were changed after an injection --------------------------------
cat >probes.yaml <<'END'
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: web:1
    livenessProbe:
      httpGet: {path: /live, port: 8080}
    readinessProbe:
      httpGet: {path: /ready, port: undeclared}
END
run --no-undo probes.yaml
ends "a probe at a port that is not declared" 0
sed 's/- name: web$/- name: shop/' out >renamed.yaml
run uninject renamed.yaml
ends "uninject of a container with another name" 0 \
	'^renamed.yaml:[0-9]*:[0-9]*: warning: readinessProbe of container shop .*/app-health/web/readyz.*\[undo\]$'
ok "the probe that istio-proxy knows is restored" grep -q 'path: /live, port: 8080' out
ok "one warning" [ "$(wc -l <err)" -eq 1 ]
run uninject --no-warn undo renamed.yaml
ends "uninject --no-warn undo" 0
run probes.yaml
mv out noted.yaml
run uninject noted.yaml
ends "uninject with a note, without a warning" 0
ok "restores the input" cmp -s probes.yaml out

# --- admission requests ----------------------------------------------------------
cat >pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: web, image: web}]}
END
# What the answer in `out` adds to a Pod.
patch()
{
	sed -n 's/.*"patch":"\([^"]*\)".*/\1/p' out | base64 -d
}
run admit -v -t sidecar.yaml pod.yaml
ends "admit a Pod" 0 'Pod shop/web injected'
ok "admit: it is allowed" grep -q '"allowed":true' out
ok "admit: a line" [ "$(wc -l <out)" -eq 1 ]
patch >patched
ok "admit: the patch adds the sidecar" \
	grep -q '^\[{"op":"add","path":"/spec/containers/0","value":{"name":' \
	patched
cat >review.yaml <<'END'
apiVersion: admission.k8s.io/v1beta1
kind: AdmissionReview
request:
  uid: "7"
  kind: {group: "", version: v1, kind: Pod}
  operation: CREATE
  namespace: kube-system
  object:
    metadata: {generateName: web-}
    spec: {containers: [{name: web, image: web}]}
END
run admit -v -t sidecar.yaml review.yaml
ends "admit a review" 0 'Pod kube-system/web- skipped: namespace kube-system'
ok "admit: it has the review's version" grep -q '/v1beta1"' out
ok "admit: and its uid" grep -q '"uid":"7"' out
ok "admit: and no patch" [ -z "$(patch)" ]
sed 's/^kind: Pod/kind: Service/' pod.yaml | "$INJECTOR" admit -v \
	-t sidecar.yaml >out 2>err
status=$?
ends "admit something else" 0 'skipped: not a Pod'
sed 's/namespace: shop/annotations: {inject.istio.io\/templates: x}/' \
	pod.yaml >denied.yaml
run admit denied.yaml
ok "admit a bad Pod: exit 3" [ "$status" -eq 3 ]
ok "admit a bad Pod: the reason" \
	grep -q '^denied.yaml: requested template "x" not found' err
ok "admit: it is denied" grep -q '"allowed":false.*"code":422' out
echo '{{ .Nope }}' >fails.yaml
run admit -t fails.yaml pod.yaml
ends "admit with a bad template" 1 'Nope'
ok "admit: no answer" [ ! -s out ]
run admit -t sidecar.yaml web.yaml pod.yaml
ends "admit two files" 2 'admit takes one file'
cat pod.yaml >two.yaml
{ echo ---; cat pod.yaml; } >>two.yaml
run admit -t sidecar.yaml two.yaml
ends "admit two Pods" 1 'expected one AdmissionReview or Pod'
: >empty.yaml
run admit -t sidecar.yaml empty.yaml
ends "admit nothing" 1 'expected one AdmissionReview or Pod'

finish

#!/bin/sh
# -j: however many threads, a run prints and writes the same bytes and ends with
# the same status.  Prints one `ok` or `not ok` line for each check.
#
# Each command line runs in a tree of its own that has one file or more of
# every sort that is treated in a way of its own.
. "$(dirname "$0")/command.inc"
TERM=xterm
NO_COLOR=1
export TERM NO_COLOR
unset CI INJECTOR_JOBS
evidence=different

# ---- the tree ----

# pod NAME [LABEL]
pod()
{
	cat <<-EOF
	# $1
	apiVersion: v1
	kind: Pod
	metadata:
	  name: $1
	  namespace: shop
	  labels: {app: web, ${2:-tier: back}}
	spec:
	  containers:
	  - name: app   # ours
	    image: example.com/app:1
	EOF
}

mkdir -p tree/plain tree/other/deep tree/chart/templates tree/kustomize tree/no
cat >tree/sidecar.yaml <<'END_OF_FILE'
spec:
  containers:
  - name: helper
    image: "example.com/helper:{{ .Values.tag }}"
    securityContext: {runAsUser: 0}
END_OF_FILE
printf 'template: [sidecar.yaml]\nset: [tag=1]\n' >tree/.injector.yaml
printf 'extends: ../.injector.yaml\nset: [tag=2]\nskip: [Pod/p7*]\n' \
	>tree/other/.injector.yaml
printf 'template: [fluent-bit]\nonly: [Pod/none]\n' \
	>tree/other/deep/.injector.yaml
printf 'no/\n' >tree/.gitignore
i=0
while [ $i -lt 120 ]; do
	case $((i % 3)) in
	0) dir=plain ;;
	1) dir=other ;;
	2) dir=other/deep ;;
	esac
	pod "p$i" >tree/$dir/f$i.yaml
	i=$((i + 1))
done
cd tree || exit 1
pod typo 'sidecar.istio.io/no-such: x' >plain/f3.yaml
{ pod a; echo ---; pod b 'sidecar.istio.io/no-such: x'; } >plain/f6.yaml
sed 's/^spec:/&\n  hostNetwork: true/' plain/f9.yaml >plain/f12.yaml
printf 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n' \
	>plain/f15.yaml
echo '    pod-security.kubernetes.io/enforce: restricted' >>plain/f15.yaml
printf 'a: [\n' >plain/f18.yaml
printf 'apiVersion: v1\nkind: Pod\nspec: [\n' >broken.yaml
{ pod ok; printf -- '---\nkind: Pod\napiVersion: v1\nspec: 1\n'; } \
	>plain/f21.yaml
sed 's/$/\r/' plain/f24.yaml >plain/f27.yaml
: >plain/f30.yaml
printf '\377\376a\0' >plain/f33.yaml
printf '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "j"}, ' \
	>plain/f36.json
echo '"spec": {"containers": [{"name": "app", "image": "a"}]}}' \
	>>plain/f36.json
cat >plain/f39.yaml <<'END_OF_FILE'
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: f, labels: {sidecar.istio.io/no-such: x}}
  spec: {containers: [{name: app, image: app}]}
END_OF_FILE
ln -s f42.yaml plain/g42.yaml
ln plain/f45.yaml plain/g45.yaml
chmod a-w plain/f48.yaml
printf 'name: chart\nversion: 1.0.0\napiVersion: v2\n' >chart/Chart.yaml
for i in 1 2 3; do
	pod "{{ .Release.Name }}-$i" >chart/templates/$i.yaml
done
printf 'resources: [pod.yaml]\npatches: [{path: patch.yaml}]\n' \
	>kustomize/kustomization.yaml
pod base >kustomize/pod.yaml
pod base | sed /image/d >kustomize/patch.yaml
pod ignored >no/ignored.yaml
# more than is read ahead, so that its documents are shared among the threads
awk 'BEGIN {
	for (i = 0; i < 7000; i++) {
		print "---\napiVersion: v1\nkind: " (i % 8 ? "Service" : "Pod")
		print "metadata: {name: s" i ", namespace: n" i % 50 "}\nspec:"
		if (i % 8)
			print "  ports: [{port: 80, name: \"a name " i "\"}]"
		else
			print "  containers: [{name: app, image: a" i \
			      (i % 80 ? "" : ", ttx: true") "}]"
		print "# a comment that makes the file longer than need be"
	}
}' >plain/f50.yaml
{ cat plain/f50.yaml; cat plain/f21.yaml; cat plain/f50.yaml; } >late.yaml
# and Lists, whose items are: list NAME BAD, the number of a bad item
list()
{
	awk -v bad="$2" 'BEGIN {
		print "apiVersion: v1\nkind: List\nitems:"
		for (i = 0; i < 7000; i++) {
			kind = i % 9 == 4 ? "Namespace" : i % 7 ? "Pod" : "Service"
			print "- apiVersion: v1\n  kind: " kind
			print "  metadata:\n    name: i" i
			if (kind == "Namespace")
				print "    labels: {istio-injection: disabled}"
			else
				print "    namespace: n" i % 50
			if (i == bad)
				print "  spec: 5"
			else if (kind == "Pod")
				print "  spec:\n    containers:\n    - name: app"  \
				      "\n      image: a" i \
				      (i % 80 ? "" : "\n      ttx: true") \
				      "\n      # a comment that makes it longer" \
				      "\n      # and longer still, as it must be"
			if (i % 500 == 250)
				print "- apiVersion: v1\n  kind: List\n  items:" \
				      "\n  - apiVersion: v1\n    kind: Pod" \
				      "\n    metadata: {name: l" i "}\n    spec:" \
				      "\n      containers: [{name: a, image: a}]"
		}
	}' >"$1"
}
list list.yaml 7000
list late-list.yaml 3002
echo 'spec: {{ if eq .ObjectMeta.Name "i3004" }}5{{ else }}{}{{ end }}' \
	>wrong.tmpl
cd ..
ok "a file is larger than what is read ahead" \
	[ "$(wc -c <tree/plain/f50.yaml)" -gt 1048576 ]
ok "so is a List of block style" [ "$(wc -c <tree/list.yaml)" -gt 1048576 ]

# ---- the same with any number of threads ----

# in_tree N ARGUMENTS...: everything that a run leaves behind, in $N.out,
# $N.err, $N.tree
in_tree()
{
	n=$1
	shift
	rm -rf work
	cp -a tree work
	cd work || exit 1
	timeout 60 "$INJECTOR" -j "$n" "$@" >../$n.out 2>../$n.err </dev/null
	echo "exit $?" >>../$n.err
	find . -type f -exec cksum {} + | sort -k 3 >../$n.tree
	find . -type l >>../$n.tree
	cd ..
}

differ()
{
	for what in out err tree; do
		cmp 1.$what "$1.$what" || {
			diff 1.$what "$1.$what" | head -20
			return 0
		}
	done >different 2>&1
	return 1
}

# same STATUS PATTERN ARGUMENTS...: the run with one thread ends so, and with
# something in its output or messages
same()
{
	wanted=$1 pattern=$2
	shift 2
	in_tree 1 "$@"
	ok "$*: exit $wanted" [ "$(tail -n 1 1.err)" = "exit $wanted" ]
	ok "$*: $pattern" grep -q -e "$pattern" 1.out 1.err 1.tree
	for n in ${threads:-2 8}; do
		in_tree $n "$@"
		ok "$*: -j $n" not differ $n
	done
}

same 1 'helm-template' --check -R .
same 0 'no-match' -v -w -R other/deep kustomize --only 'Pod/none*'
same 1 'files: [0-9]* injected' -w -R .
same 0 'enforces pod security' -w -R other kustomize plain/f15.yaml plain/f3.yaml
same 0 'f3.yaml.old' -w --backup .old plain/f0.yaml plain/f3.yaml plain/f50.yaml
same 1 '^+  - name: helper' --diff -R .
same 1 '^+  - name: helper' --diff --report json --report-file r.json -R .
same 0 '^diff\|^+++' --diff -R other kustomize plain/f50.yaml
same 3 '"outcome":"would-change"' --check --report json -R other kustomize
same 1 '<testcase' --check --report junit -R .
same 1 'read-only' -w plain/f0.yaml plain/f48.yaml plain/f3.yaml
same 1 'hard link' -v -w plain/f42.yaml plain/g42.yaml plain/f45.yaml plain/f3.yaml
same 1 'broken.yaml:' -R .
same 1 'late.yaml:[0-9]*:[0-9]*: ' late.yaml plain/f0.yaml
same 1 'late.yaml:[0-9]*:[0-9]*: ' -v -w late.yaml plain/f50.yaml
same 1 'late.yaml:[0-9]*:[0-9]*: ' explain late.yaml plain/f50.yaml
same 0 'i6990 injected' -v list.yaml
same 0 'istio-injection' -v --no-config list.yaml
same 0 'l6750 injected' -v -w list.yaml plain/f50.yaml
same 3 '"name":"i6990"' --check --report json list.yaml
same 0 'i6990' explain -v list.yaml
same 0 'helper' --diff --verify list.yaml
same 0 'not chosen' -v --only 'Pod/i1*' list.yaml
same 1 'late-list.yaml:[0-9]*:[0-9]*: spec: ' -v late-list.yaml plain/f50.yaml
same 1 'wrong.tmpl:1:[0-9]*: spec' -t wrong.tmpl list.yaml
same 0 'image: "example.com/helper:2"\|helper:2' -R other kustomize
same 0 'unknown name' plain/f3.yaml plain/f6.yaml plain/f50.yaml plain/f39.yaml
same 0 'warning: annotation-typo' plain/f3.yaml plain/f39.yaml plain/f6.yaml
same 0 '"kind":"Pod"' --output-format json -R other kustomize
same 0 '"op":"add"' --output-format patch -R other kustomize
same 1 'cannot open\|No such file' plain/f0.yaml missing.yaml plain/f3.yaml
same 1 'cannot open\|No such file' --check plain/f0.yaml missing.yaml plain/f3.yaml
same 1 'p117' explain -R .
same 0 'p117' explain -v -R other plain/f117.yaml
same 0 '^# sidecar' render -R other
same 3 'skipped' --fail-on-skip -w -R other kustomize plain/f12.yaml
same 0 'out.yaml' -o out.yaml -R other kustomize
same 1 'broken.yaml:' -o out.yaml plain/f0.yaml broken.yaml plain/f3.yaml

# more threads than files are ahead for fewer
threads='32 64 200'
same 1 'broken.yaml:' -R .
same 1 'files: [0-9]* injected' -w -R .
threads=

# what was injected is uninjected
cp -a tree before
files='other kustomize plain/f50.yaml list.yaml'
(cd tree && "$INJECTOR" -w -R $files) >log 2>&1
same 0 'list.yaml: Pod n1/i6301 unchanged' -v -R $files
same 0 'other/f1.yaml' uninject -w -R $files
ok "uninject -j 8 leads back" diff -r before/other work/other
rm -rf tree
mv before tree

# ---- the number of threads ----

run -j 300 -t tree/sidecar.yaml --set tag=1 tree/plain/f0.yaml tree/plain/f3.yaml
ends "more threads than files" 0
run -j x tree/plain/f0.yaml
ends "no number" 2 'invalid --jobs "x": expected 0 to'
INJECTOR_JOBS=x
export INJECTOR_JOBS
run tree/plain/f0.yaml
ends "no number in the environment" 2 'invalid INJECTOR_JOBS "x"'
unset INJECTOR_JOBS

# ---- few descriptors ----

# Files ahead are open: never so many that others cannot be opened.
cp -a tree before
for most in 12 40 100; do
	for n in 1 8 200; do
		rm -rf tree
		cp -a before tree
		(ulimit -n $most && cd tree && exec "$INJECTOR" -j $n -w \
			plain/f[0-36-9].yaml other/*.yaml) >$n.out 2>$n.err
		echo "exit $?" >>$n.err
		(cd tree && find . -type f -exec cksum {} + | sort -k 3) \
			>$n.tree
		ok "$most descriptors: -j $n" not differ $n
	done
	ok "$most descriptors: files are injected" \
		grep -q 'files: [1-9][0-9]* injected' 1.err
done
rm -rf tree
mv before tree

# ---- a folder of many files ----

mkdir -p many/f5
pod base >many/f5/pod.yaml
for i in 1 2 3 4; do
	for k in 0 1 2 3 4 5 6 7 8 9; do
		for n in 0 1 2 3 4 5 6 7 8 9; do
			pod p$i$k$n >many/p$i$k$n.yaml
		done
	done
done
ln -s p100.yaml many/a.yaml
ln -s none.yaml many/b.yaml
printf 'p2?3.yaml\n' >many/.gitignore
for n in 1 8; do
	"$INJECTOR" -j $n -v --check -R many -t tree/sidecar.yaml \
		--set tag=1 >$n.out 2>$n.err
	echo "exit $?" >>$n.err
	: >$n.tree
done
ok "many files in a folder: -j 8" not differ 8
ok "many files in a folder: all of them" \
	[ "$(grep -c '^many/p\|^many/f5/' 1.out)" -eq 391 ]

# ---- a reader that goes away ----

cd tree || exit 1
for n in 1 8; do
	{
		"$INJECTOR" -j $n -q plain/f[0-36-9].yaml plain/f50.yaml \
			2>../pipe.$n
		echo "exit $?" >>../pipe.$n
	} | head -n 1 >../line.$n
done
cd ..
ok "a closed pipe ends the run" grep -q '^exit 141$' pipe.8
ok "a closed pipe: the same messages" cmp pipe.1 pipe.8
ok "a closed pipe: the same line" cmp line.1 line.8

# ---- interrupted ----

# Each file is old or new, the new ones come first, and nothing is left over.
pod old >old.yaml
"$INJECTOR" -t tree/sidecar.yaml --set tag=1 -w -f old.yaml >/dev/null 2>&1
mv old.yaml new.yaml
pod old >old.yaml
bad=0 half=0
for after in 002 004 006 008 010 012 015 020 025 030; do
	rm -rf k
	mkdir k
	i=100
	while [ $i -lt 300 ]; do
		cp old.yaml k/$i.yaml
		i=$((i + 1))
	done
	timeout -s INT 0.$after "$INJECTOR" -j 4 -t tree/sidecar.yaml \
		--set tag=1 -w -R k >out 2>err </dev/null
	n=0 last=new
	for f in k/*; do
		now=old
		cmp -s new.yaml "$f" && now=new n=$((n + 1))
		cmp -s $now.yaml "$f" || bad=$((bad + 1))
		[ $last = old ] && [ $now = new ] && bad=$((bad + 1))
		last=$now
	done
	[ $n -gt 0 ] && [ $n -lt 200 ] && half=$((half + 1))
	[ "$(find k -type f | wc -l)" -eq 200 ] || bad=$((bad + 1))
done
echo "# of 10 interruptions $half came in the midst of the files"
ok "interrupted, each file is old or new, in order" [ $bad -eq 0 ]

# ---- no memory ----

if [ -z "${SAN:-}" ]; then
	bad=0 none=0
	"$INJECTOR" -j 1 -t tree/sidecar.yaml --set tag=1 -q -R tree/other \
		tree/plain/f50.yaml tree/list.yaml >whole 2>err
	limit=4000
	while [ $limit -lt 600000 ]; do
		(ulimit -v $limit && exec "$INJECTOR" -j 4 --set tag=1 -q \
			-t tree/sidecar.yaml -R tree/other \
			tree/plain/f50.yaml tree/list.yaml) >out 2>err
		case $? in
		0) cmp -s out whole || bad=$((bad + 1)) ;;
		1)
			none=$((none + 1))
			grep -q 'out of memory$' err || bad=$((bad + 1))
			;;
		*) grep -q 'shared librar\|initial thread' err || bad=$((bad + 1)) ;;
		esac
		limit=$((limit + limit / 20))
	done
	echo "# $none runs were out of memory"
	ok "limited memory: all of the output, or a message" [ $bad -eq 0 ]
fi
finish

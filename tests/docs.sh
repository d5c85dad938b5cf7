#!/bin/sh
# Checks the documentation: examples are run, lists are compared with the source
# of each, names of files and targets must exist, and constructions that are not
# plain English are refused.  Prints one `ok` or `not ok` line for each
# check.
#
# README.md and docs/: a fenced block after `<!-- file: NAME -->` is that file; in
# ```console blocks, lines after "$ " are run and what follows must be their
# output.  Each page has the files of docs/quick-start.md as well.  After
# `<!-- needs: TOOL -->`, the next block is skipped without that tool.  In
# docs/cookbook.md a command `injector ... FILE | ...` must change nothing when it
# is called again.  docs/callers.md is for tests/callers.sh.  man/injector.1: the lines "$ ..." of EXAMPLES must succeed.
# man/injector-template.5: a display below `.\" file: NAME` is that file, one
# below `.\" run` is like a console block.
. "$(dirname "$0")/command.inc"
evidence=
cd "$root" || exit 1
man=$root/man/injector.1
# Whose wording is not checked yet.
unclean=

# same NAME A B: two lists, each with at least one line
same()
{
	ok "$1" diff -u "$2" "$3"
	ok "$1: there are some" [ -s "$2" ]
}

# The lines of a section of the manual page, or of another.
section()
{
	awk -v name="$1" '/^\.Sh / { on = substr($0, 5) == name; next } on' \
		"${2:-$man}"
}

# Words that `injector help` knows.
topics=$("$INJECTOR" --help | awk '/^Topics:/ { on = 1 }
	on { sub(/^Topics:/, ""); sub(/[.].*/, ""); print }')
commands=$("$INJECTOR" --help | sed -n 's/^  \([a-z]\{4,\}\)  .*/\1/p')
ok "there are topics and commands" [ "$(echo $topics $commands | wc -w)" -gt 15 ]

# --- options: the pages of help and OPTIONS --------------------------------------
# "-t --template", "--set": those of the help on stdin, and of a page
options_of_help()
{
	sed -n 's/^  \(-[a-zA-Z]\), \(--[a-zA-Z-]*\).*/\1 \2/p
		s/^      \(--[a-zA-Z-]*\).*/\1/p' | sort -u
}
options_of_page()
{
	section OPTIONS "$1" | sed -n '/^\.It Fl/{
		s/^\.It //
		s/Fl -/--/g
		s/Fl /-/g
		s/ Ar [^ ]*//g
		s/ | [^ ]*//g
		s/ ,//
		p
	}' | sort
}

for topic in $topics; do
	[ $topic = istioctl ] || "$INJECTOR" help $topic
done | options_of_help >"$work/help"
options_of_page "$man" >"$work/man"
same "the options of --help are those of the manual page" \
	"$work/help" "$work/man"

# In the same groups.
for topic in common choose files templates report istio cluster config warnings; do
	"$INJECTOR" help $topic | options_of_help | sed "s/^/$topic /"
done | grep -v '^config .*--help$' | sort >"$work/help"
section OPTIONS | awk '
	BEGIN { split("common choose files templates report istio cluster " \
		"config warnings", topics, " ") }
	/^\.Ss / { n++ }
	/^\.It Fl/ { print topics[n], $0 }' | sed '
		s/\.It //
		s/Fl -/--/g
		s/Fl /-/g
		s/ Ar [^ ]*//g
		s/ | [^ ]*//g
		s/ ,//' | sort >"$work/man"
same "the groups of the options are the topics of help" "$work/help" "$work/man"

man8=$root/man/injector-webhook.8
webhook=$(dirname "$INJECTOR")/injector-webhook
if [ -x "$webhook" ]; then
	"$webhook" --help | options_of_help >"$work/help"
	options_of_page "$man8" >"$work/man"
	same "those of injector-webhook" "$work/help" "$work/man"
else
	webhook=
	echo "# skipped: no injector-webhook"
fi

# --- metrics, keys of the log: src/webhook and injector-webhook(8) ------------------
grep -o '"[a-z]*_[a-z_%]*"' src/webhook/metrics.c | tr -d '"' | sed '
	/%s/!b
	s/\(.*\)%s\(.*\)/\1config\2\n\1certificate\2/' |
	grep '^\(sidecar_injection\|injector\|process\)_' | sort -u >"$work/table"
section METRICS "$man8" | sed -n 's/^\.It Li \([a-z_]*\).*/\1/p' | sort \
	>"$work/man"
same "the metrics" "$work/table" "$work/man"
sed -n 's/^	*log_\(text\|ms\)(\(&\)*line, "\([a-z_]*\)".*/\3/p' \
	src/webhook/answers.c src/webhook/log.c | sort -u >"$work/table"
section LOG "$man8" | sed -n 's/^\.It Li //p' | sed 's/ , /\n/g' | sort \
	>"$work/man"
same "the keys of a decision in the log" "$work/table" "$work/man"

# --- istioctl's options: `injector help istioctl`, a page, the manual page -------
# A line each: the names, a tab, what they are here.
"$INJECTOR" help istioctl | awk '
/^  *-/ {
	line = $0
	sub(/, --/, " --", line)
	match(line, /(-[a-z] )?--[A-Za-z_-]+/)
	name = substr(line, RSTART, RLENGTH)
	said[name] = ""
	if (substr($0, 28) !~ /^(the same|no effect|refused)/)
		next
}
name != "" {
	said[name] = said[name] (said[name] == "" ? "" : " ") substr($0, 28)
}
END { for (name in said) printf "%s\t%s\n", name, said[name] }
' | sort >"$work/help"
awk -F ' [|] ' '/^[|] `-/ {
	sub(/^[|] /, "", $1)
	sub(/ [|]$/, "", $2)
	gsub(/`/, "", $1)
	n = split($1, names, ", ")
	for (i = 1; i <= n; i++)
		printf "%s\t%s\n", names[i], $2
}' docs/coming-from-istioctl.md | sort >"$work/page"
same "the options of istioctl in docs/coming-from-istioctl.md" "$work/help" \
	"$work/page"
sed -n 's/	\(no effect\|refused\).*/	\1/p' "$work/help" | sort >"$work/other"
section "COMING FROM ISTIOCTL" | awk '
/^Without effect/ { what = "no effect" }
/^Refused/ { what = "refused" }
/^\.Fl / {
	gsub(/^\.Fl | [,.]|[,.]$/, "")
	sub(/ Fl/, "")
	n = split($0, words, " ")
	name = ""
	for (i = 1; i <= n; i++)
		name = name (i > 1 ? " -" : "-") words[i]
	printf "%s\t%s\n", name, what
}' | sort >"$work/man"
same "the other options of istioctl in the manual page" "$work/other" \
	"$work/man"

# --- options that a file may set: injector.yaml(5) ---------------------------------
"$INJECTOR" --no-config config | sed -n 's/^\([a-zA-Z-]*\):.*/\1/p' | sort \
	>"$work/keys"
section OPTIONS "$root/man/injector.yaml.5" | sed -n 's/^\.It Cm //p' | sort >"$work/man"
same "the keys of .injector.yaml" "$work/keys" "$work/man"

"$root/scripts/gen-config-schema" >"$work/schema"
ok "docs/injector.schema.json is up to date" \
	diff -u docs/injector.schema.json "$work/schema"
ok "it has the keys, and extends" [ "$(grep -c '^    "[a-zA-Z-]*": {$' \
	"$work/schema")" -gt "$(wc -l <"$work/keys")" ]
if command -v python3 >/dev/null 2>&1; then
	ok "it is JSON" python3 -m json.tool docs/injector.schema.json /dev/null
fi

# --- exit statuses: src/cli/options.h and EXIT STATUS ----------------------------
sed -n 's/^	STATUS_[A-Z_]* = \([0-9]*\),.*/\1/p' src/cli/options.h | sort \
	>"$work/enum"
section "EXIT STATUS" | sed -n 's/^\.It \([0-9]*\)$/\1/p' | sort >"$work/man"
same "exit statuses" "$work/enum" "$work/man"

# --- kinds and rules: src/k8s and the manual page --------------------------------
sed -n 's/^	{ "[^"]*", "\([A-Z][A-Za-z]*\)",.*/\1/p' src/k8s/workload.c |
	sort -u >"$work/table"
section "WHAT IS INJECTED" | sed -n '/^\.Bl/,/^\.El/p' |
	grep -v '^\.[BE]l\|Em group' | sed 's/^\.It.* Ta //' | tr -cs 'A-Za-z' '\n' |
	grep '^[A-Z]' | sort -u >"$work/man"
same "the kinds with Pod templates" "$work/table" "$work/man"
sed -n 's/^	NAMESPACE("\([^"]*\)").*/\1/p' src/k8s/selection.c |
	sort >"$work/table"
section "WHAT IS SKIPPED" | sed -n 's/^\.Li \([a-z]*-[a-z-]*\).*/\1/p' |
	sort >"$work/man"
same "the namespaces that are skipped" "$work/table" "$work/man"

# --- warnings: the page of help and the manual page -------------------------------
"$INJECTOR" help warnings | sed -n 's/^  \([a-z][a-z-]*\)  *[^ ].*/\1/p' \
	>"$work/list"
section WARNINGS | sed -n 's/^\.It Cm \(.*\)/\1/p' >"$work/man"
same "the warnings" "$work/list" "$work/man"
# What each means, as words: of the page without its macros.
section WARNINGS | sed -n '
	/^\.It Cm /{ s/^\.It Cm \(.*\)/WARNING-\1 /p; b
	}
	/^\.[BE]l/b
	/^\.Nm/s/$/ injector/
	s/^\.[A-Z][a-z] //
	s/\(Li\|No\|Cm\|Fl\) //g
	s/\\(dq/"/g
	p' | awk '/^WARNING-/ { on = 1 } on' | tr -cs 'A-Za-z0-9' '\n' >"$work/man"
while read -r warning; do
	echo "WARNING-$warning"
	"$INJECTOR" help "$warning" | awk '
		/^Warning / { on = 1; next }
		/^To suppress/ { on = 0 }
		on'
done <"$work/list" | tr -cs 'A-Za-z0-9' '\n' >"$work/help"
same "what the warnings mean" "$work/help" "$work/man"

# --- docs/troubleshooting.md: warnings, refusals -------------------------------------
sed -n '/^## Warnings/,/^## Refusals/s/^### //p' docs/troubleshooting.md \
	>"$work/page"
same "the warnings in docs/troubleshooting.md" "$work/list" "$work/page"
# Their text is that of `injector help NAME`.
sed -n '/^### /,/^## Refusals/p' docs/troubleshooting.md |
	sed 's/^### /WARNING-/; /^## /d' | tr -cs 'A-Za-z0-9' '\n' >"$work/page"
same "what they mean there" "$work/help" "$work/page"
# A row has a part of each message, and messages have each row's.
sed -n '/^## Refusals/,$s/^| `\([^`]*\)` |.*/\1/p' docs/troubleshooting.md \
	>"$work/page"
cat testdata/errors/*/expected.err | grep -v '^exit: \|: see "' >"$work/messages"
grep -vF -f "$work/page" "$work/messages" >"$work/bad"
ok "each refusal is in docs/troubleshooting.md" diff /dev/null "$work/bad"
cat src/*/*.c >>"$work/messages"
while read -r part; do
	grep -qF -e "$part" "$work/messages" || echo "$part"
done <"$work/page" >"$work/bad"
ok "docs/troubleshooting.md has no other" diff /dev/null "$work/bad"

# --- docs/library.md, docs/man: copies ----------------------------------------------
# tests/embed.sh compiles and runs the program in the header.
awk '/^ \*\t#include <stdio.h>/ { on = 1 }
	on && /^ \*(\t|$)/ { sub(/^ \*\t?/, ""); print }
	on && /^}/ { exit }' include/injector.h >"$work/program"
sed -n '/^```c$/,/^```$/p' docs/library.md | sed '1d; $d' >"$work/page"
same "the program in docs/library.md" "$work/program" "$work/page"
if command -v mandoc >/dev/null 2>&1; then
	scripts/gen-man-md "$work/pages"
	ok "docs/man is what scripts/gen-man-md writes" \
		diff -r "$work/pages" docs/man
else
	echo "# skipped: no mandoc"
fi

# --- docs/difference.svg: the picture in README.md ---------------------------------
# Its left side is the difference in the quick start; another kubectl has another
# version.
awk '/^[+]/ { print }' docs/quick-start.md | grep -v '^+++' | head -n 16 |
	cut -c 1-57 >"$work/page"
sed -n 's/^<text x="10".* class="a">\([^<]*\)<.*/\1/p' docs/difference.svg |
	sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g; s/…$//' >"$work/picture"
same "the left side of docs/difference.svg" "$work/page" "$work/picture"
if command -v kubectl >/dev/null 2>&1; then
	for side in "$root/scripts/gen-picture" "cat docs/difference.svg"; do
		$side 2>&1 | sed 's/(kubectl [0-9.]*)/(kubectl)/'
		echo =
	done | awk '/^=$/ { n++; next } { print >("'"$work/svg"'" n + 0) }'
	ok "docs/difference.svg is what scripts/gen-picture prints" \
		diff -u "$work/svg0" "$work/svg1"
else
	echo "# skipped: scripts/gen-picture, without kubectl"
fi
figures=$(sed -n 's/.*git diff: \([0-9]*\) .* added, \(.*\) removed.*/\1 \2/p' \
	docs/difference.svg | tr '\n' ' ')
ok "README.md has the figures of the picture: $figures" eval '
	set -- $figures
	tr "\n" " " <README.md | grep -q "injector, $1 lines.*patch, $3 .*and $4 rem"'

# --- the address: packaging/publisher ----------------------------------------------
repository=$(sed -n 's/^REPOSITORY=//p' packaging/publisher)
ok "packaging/publisher names a repository" [ "$repository" ]
grep -rhoE '(github\.com|githubusercontent\.com|uses:) ?/?[A-Za-z0-9-]+/injector\b' \
	README.md docs packaging scripts action.yml | sed -E 's/.*[ /]([^/]+\/[^/]+)$/\1/' |
	sort -u >"$work/addresses"
echo "$repository" >"$work/address"
same "the address is that of packaging/publisher" "$work/address" \
	"$work/addresses"

# --- releases of Istio: src/mesh/release.h and the documents -----------------------
known=$(sed -n 's/^#define RELEASE_[A-Z]* ((struct release){ \([0-9]*\),.*/1.\1/p' \
	src/mesh/release.h)
ok "the known releases of Istio" [ "$(echo "$known" | wc -w)" = 2 ]
known=$(echo $known | sed 's/ / to /')
ok "they are in the manual page" grep -q "releases $known;" "$man"
ok "they are in docs/istio-releases.md" grep -q "The rules of $known," \
	docs/istio-releases.md

# --- templates: --list-templates, the manual page and docs/templates.md ----------
"$INJECTOR" --list-templates 2>/dev/null | sed 's/ .*//' | sort >"$work/list"
section TEMPLATES | sed -n 's/^\.It Cm \(.*\)/\1/p' | sort >"$work/man"
same "built-in templates in the manual page" "$work/list" "$work/man"
sed -n 's/^| \[`\([a-z0-9-]*\)`\](\.\.\/templates\/.*/\1/p' docs/templates.md |
	sort >"$work/page"
same "built-in templates in docs/templates.md" "$work/list" "$work/page"
ok "README.md counts them" grep -q \
	" $(wc -l <"$work/list") \[built-in templates\]" README.md

# --- wording -----------------------------------------------------------------------
# Constructions that do not belong in text for users, as extended regular
# expressions, and after a tab what to write instead.  Checked are string
# literals, --help and the documents.
cat >"$work/wording" <<'END'
(is|was|are) no [A-Za-z]	is not a
is none( of|,|$|\.)	is not one of; unknown
there_is no [a-z]+ called	unknown
go(es)? with no	cannot be combined with; cannot be used with
stands? (twice|alone|there)	duplicate; on its own; is there
ha(s|ve)(n't| not) got	has no
passed over	skipped
as good as none	the same as none
`[A-Za-z0-9%.*_/=-]+'	double quotes
(is|are) told|tells? of	is reported; reports
obey	follow; apply
(commas between|between which are commas)	comma-separated
in force	effective
who says so	where it comes from
no matter of	does not depend on
therwise than	unlike
anded to	passed to
what no [a-z]+ (is|can)	unless a ... is given
takes its meaning	escapes
END
sed 's/	.*//' "$work/wording" >"$work/patterns"

# Everyday English has "there is no X", but not "there is no X called Y".
# plain NAME: the text in $work/text has none of these
plain()
{
	sed -E 's/here is no ([a-z]+ called)/here_is no \1/g
		s/here is no /here is /g' "$work/text" |
		grep -En -f "$work/patterns" >"$work/bad"
	ok "wording: $1" is_plain
}

is_plain()
{
	cat "$work/bad"
	[ -s "$work/text" ] && [ ! -s "$work/bad" ]
}

for folder in src/* include; do
	case " $unclean " in
	*" $folder "*) continue ;;
	esac
	find $folder -name '*.[ch]' -exec awk -f tests/literals.awk {} + |
		grep -v '[.]h$' >"$work/text"
	plain "string literals of $folder"
done
# The glossary has the words that are to be avoided.
for page in *.md man/*.[158] $(ls docs/*.md | grep -v glossary); do
	case " $unclean " in
	*" $page "*) continue ;;
	esac
	sed 's/`[^`]*`/CODE/g' "$page" >"$work/text"
	plain "$page"
done
{
	"$INJECTOR" --help
	for topic in $topics $commands version; do
		case " $unclean " in
		*" $topic "*) ;;
		*) "$INJECTOR" help "$topic" ;;
		esac
	done
} >"$work/text"
plain "--help"

# --- links to files ------------------------------------------------------------
pages="README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md $(echo docs/*.md)"
for page in $pages; do
	grep -o '](\.\{0,2\}/\{0,1\}[a-zA-Z][a-zA-Z./_-]*)' "$page" |
		sed 's/^](//; s/)$//' | sort -u |
	while read -r link; do
		[ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
	done
done >"$work/dead"
ok "no link leads nowhere: $(cat "$work/dead")" [ ! -s "$work/dead" ]

# --- what contributors are told: targets of make, files in backticks -------------
# Names with upper-case letters (SUITE/CASE, NAME) are not literal.
sed -n 's/^\([a-z_.-]*\):.*/\1/p' Makefile | sort -u >"$work/targets"
# In backticks or at the start of a line: make [VARIABLE=value] TARGET...
{
	cat $pages .github/*.md | grep -o '`make [^`]*`' | tr -d '`'
	cat $pages .github/*.md | grep '^make ' | sed 's/ *#.*//; s/ \&\&.*//'
} | sed 's/"[^"]*"//g' | tr ' ' '\n' | grep -x '[a-z_][a-z_.-]*' |
	grep -vx make | sort -u >"$work/named"
comm -13 "$work/targets" "$work/named" >"$work/unknown"
ok "each target named is in the Makefile: $(tr '\n' ' ' <"$work/unknown")" \
	[ ! -s "$work/unknown" ]
ok "targets are named" [ "$(wc -l <"$work/named")" -gt 5 ]
for page in $pages; do
	grep -o '`\(src\|tests\|scripts\|docs\|testdata\|templates\|include\|man\|bench\)/[a-z0-9_./-]*`' \
		"$page" | tr -d '`' | sort -u |
	while read -r file; do
		[ -e "$file" ] || echo "$page: $file"
	done
done >"$work/dead"
ok "each file named exists: $(tr '\n' ' ' <"$work/dead")" [ ! -s "$work/dead" ]
# Rows of make bench, both ways where there is one table of them.
perf=docs/performance.md
sed -n '/^## Budgets/,/^## Growth/s/^| \([^|]*\) | [0-9].*/\1/p' $perf |
	while read -r row; do
		grep -qF "$row" bench/*.c bench/webhook/*.c || echo "$row"
	done >"$work/no-row"
ok "each budget is one of make bench: $(tr '\n' ' ' <"$work/no-row")" \
	[ ! -s "$work/no-row" ]
sed -n '/^## Growth/,/^## Memory/s/^| [aos][^|]* | \(.*\) |$/\1/p' $perf |
	grep -v '^five forms' | sed 's/; */\n/g' | sort >"$work/documented"
{
	sed -n '/^static const struct row rows/,/^};/s/^	{ "\([^"]*\)".*/\1/p' \
		bench/growth.c
	echo "documents of a diff"
} | sort >"$work/measured"
ok "what grows is documented, and nothing else" \
	cmp -s "$work/documented" "$work/measured"
ok "many things grow" [ "$(wc -l <"$work/measured")" -gt 30 ]
ok "CONTRIBUTING.md is short" [ "$(wc -l <CONTRIBUTING.md)" -le 120 ]
ok "CHANGELOG.md has this version" grep -qx \
	"## $("$INJECTOR" --version | sed -n 's/^injector //p').*" CHANGELOG.md

# --- the manual page itself ------------------------------------------------------
if command -v mandoc >/dev/null 2>&1; then
	ok "mandoc finds nothing wrong" mandoc -Tlint -W warning man/*.[158]
else
	echo "# skipped: no mandoc"
fi

# --- examples --------------------------------------------------------------------
real_kubectl=$(command -v kubectl)
mkdir "$work/bin" "$work/man.d" "$work/template.d" \
	"$work/project.d"
ln -s "$INJECTOR" "$work/bin/injector"
[ -z "$webhook" ] || ln -s "$webhook" "$work/bin/injector-webhook"
# What goes to a cluster has to be something; what comes from one is Istio's.
cat >"$work/bin/kubectl" <<'END'
#!/bin/sh
config='"config": "templates: {sidecar: \"{}\"}", "values": "global: {}"'
case $* in
*" --local "*) exec KUBECTL "$@" ;;
"get configmap istio-sidecar-injector"*) data=$config ;;
"get pod "*) exec cat pod.yaml ;;
"get configmap istio"*) data='"mesh": "trustDomain: example.com"' ;;
"get namespaces "*) echo '{kind: Namespace, metadata: {name: a}}' && exit ;;
*" get secret "*) sed '/PRIVATE/,$d' ca.pem | base64 && exit ;;
*"rollout "* | "label "* | "delete "*) exit ;;
"apply -f "[!-]*) exec grep -q "^kind: " "$3" ;;
*) exec grep -q "^kind: " ;;
esac
printf '%s\n' '{"kind": "ConfigMap", "data": {'"$data"'}}'
END
sed -i "s|KUBECTL|$real_kubectl|" "$work/bin/kubectl"
chmod +x "$work/bin/kubectl"
PATH=$work/bin:$PATH
HOME=$work
export HOME

# extract PAGE FOLDER: files to where they belong; console blocks as numbered
# pairs N.sh, N.want.  `left-out` is there if a block needs a tool that is not.
extract()
{
	mkdir -p "$2"
	tools=
	for tool in $(sed -n 's/^<!-- needs: \(.*\) -->/\1/p' "$1"); do
		case $tool in
		kubectl) [ -n "$real_kubectl" ] ;;
		*) command -v "$tool" >/dev/null ;;
		esac && tools="$tools $tool "
	done
	awk -v dir="$2/" -v tools="$tools" '
/^<!-- file: .* -->$/ {
	file = folder = $3
	if (sub("/[^/]*$", "", folder))
		system("mkdir -p " dir folder)
	next
}
/^<!-- needs: .* -->$/ { skip = !index(tools, " " $3 " "); next }
/^```/ {
	if (on)
		on = 0
	else if (skip) {
		on = 3
		print "" >(dir "left-out")
	} else if (file != "" || $0 == "```console")
		on = $0 == "```console" ? 2 : 1
	else
		on = 3
	skip = 0
	if (!on)
		file = ""
	next
}
on == 1 { print >(dir file) }
on == 2 && /^\$ / {
	n++
	print substr($0, 3) >(dir n ".sh")
	printf "" >(dir n ".want")
	next
}
on == 2 { print >(dir n ".want") }
' "$1"
}
extract docs/quick-start.md "$work/start.d"
rm "$work"/start.d/*.sh "$work"/start.d/*.want

# displays PAGE FOLDER: what the page shows, likewise
displays()
{
	awk -v dir="$2/" '
/^\.\\" file: / { file = $3; next }
/^\.\\" run$/ { run = 1; next }
/^\.Bd / { on = file != "" ? 1 : run ? 2 : 0; next }
/^\.Ed/ { on = run = 0; file = ""; next }
!on { next }
{
	gsub(/\\e/, "\\")
	gsub(/\\&/, "")
}
on == 1 { print >(dir file); next }
/^\$ / {
	n++
	print substr($0, 3) >(dir n ".sh")
	printf "" >(dir n ".want")
	next
}
{ print >(dir n ".want") }
' "$1"
}
displays man/injector-template.5 "$work/template.d"
displays man/injector.yaml.5 "$work/project.d"

# run_examples DIR NAME: its pairs, in order
run_examples()
{
	cd "$1" || exit 1
	n=1
	while [ -e $n.sh ]; do
		sh ./$n.sh >$n.got 2>&1
		ok "$2: $(cat $n.sh)" diff -u $n.want $n.got
		n=$((n + 1))
	done
	if [ $n -eq 1 ] && [ -e left-out ]; then
		echo "# skipped: $2 needs a tool that is not here"
	else
		ok "$2 has examples" [ $n -gt 1 ]
	fi
}
with_examples=$(grep -l '^```console' README.md docs/*.md | grep -v callers)
for page in $with_examples; do
	cp -R "$work/start.d" "$work/$(basename "$page" .md).d"
	extract "$root/$page" "$work/$(basename "$page" .md).d"
done
for page in $with_examples; do
	run_examples "$work/$(basename "$page" .md).d" "$page"
done
run_examples "$work/template.d" "injector-template(5)"
run_examples "$work/project.d" "injector.yaml(5)"

# Commands without output: each block that calls the program, in a folder with the
# files of the quick start.
for page in README.md docs/quick-start.md docs/templates.md \
	docs/coming-from-istioctl.md; do
	rm -rf "$work/blocks.d"
	cp -R "$work/start.d" "$work/blocks.d"
	cd "$work/blocks.d" || exit 1
	awk '
	/^```sh$/ { n++; file = n ".sh"; next }
	/^```/ { file = ""; next }
	file != "" { print >file }' "$root/$page"
	grep -l '^injector ' [0-9]*.sh >blocks
	ok "$page has blocks" [ -s blocks ]
	while read -r block; do
		ok "$page: $(sed 1q "$block")" sh -e "./$block"
	done <blocks
done

# What -v says, in the table: in the examples, or in the source.
cd "$root" || exit 1
sed -n '/^## Why/,/^## It was/s/^| \(`[^|]*`\) |.*/\1/p' docs/troubleshooting.md |
	sed 's/`, `/\n/g' | tr -d '`' >"$work/page"
while read -r reason; do
	cat "$work"/troubleshooting.d/*.want src/*/*.c |
		grep -qF -e "$reason" || echo "$reason"
done <"$work/page" >"$work/bad"
ok "docs/troubleshooting.md has no other reason" diff /dev/null "$work/bad"
ok "there are reasons" [ "$(wc -l <"$work/page")" -gt 10 ]

# Recipes, a second time: what comes before the pipe.
cd "$work/cookbook.d" || exit 1
cat [0-9]*.sh | sed -n 's/^\(injector -t .*\) \([a-z]*\.yaml\) | .*/\1 \2/p' \
	>recipes
while read -r recipe; do
	file=${recipe##* }
	sh -c "$recipe" >once.yaml 2>err
	ok "changes: $recipe" not cmp -s "$file" once.yaml
	sh -c "${recipe% *} once.yaml" >twice.yaml 2>err
	ok "changes nothing the second time: $recipe" cmp once.yaml twice.yaml
done <recipes
ok "there are recipes" [ "$(wc -l <recipes)" -ge 8 ]

# runs PAGE FILE: each line of the file must succeed
runs()
{
	while read -r line; do
		printf '%s\n' "$line" >example.sh
		ok "$1: $line" sh ./example.sh
	done <"$2"
	ok "$1 has examples" [ -s "$2" ]
}

# Those of help; a shell of another kind reads what `completion` prints.
cd "$work/start.d" || exit 1
mkdir -p deploy
cp web.yaml deploy/
cp web.yaml deploy/job.yaml
echo 'no-warn: job-sidecar' >deploy/.injector.yaml
cat >pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "web:1"}]}
END
for command in "" $commands; do
	[ "$command" = completion ] && continue
	"$INJECTOR" $command --help | grep '^  injector \|^  kubectl' |
		sed 's/^  //' >examples
	while read -r line; do
		printf '%s\n' "$line" >example.sh
		ok "injector $command --help: $line" sh ./example.sh
	done <examples
	ok "injector $command --help: there are two" \
		[ "$(wc -l <examples)" -eq 2 ]
done

cd "$work/man.d" || exit 1
cp "$root/testdata/demo/shop.yaml" .
cp "$work/start.d/sidecar.yaml" .
section EXAMPLES | sed -n 's/^\.Dl \$ //p' >examples
runs "injector(1)" examples
ok "the example in place did its work" grep -q log-shipper shop.yaml
ok "the example with two sidecars did" [ "$(grep -c \
	'name: fluent-bit$' injected.yaml)" -gt 0 ]

# Those of the webhook; of its guide, the blocks that call it.
if [ -n "$webhook" ]; then
	printf '{kind: Pod, apiVersion: v1, metadata: {name: a}, spec: {%s}}\n' \
		'containers: [{name: a, image: a}]' >pod.yaml
	section EXAMPLES "$man8" | sed -n 's/^\.Dl \$ //p' >examples
	runs "injector-webhook(8)" examples
	rm -f ca.pem
	awk '
	/^ *```sh$/ { n++; file = n ".sh"; next }
	/^ *```/ { file = ""; next }
	file != "" { print >file }' "$root/docs/webhook.md"
	grep -l '^ *injector-webhook ' [0-9]*.sh | sort -n >blocks
	ok "docs/webhook.md has examples" [ "$(wc -l <blocks)" -gt 5 ]
	while read -r block; do
		ok "docs/webhook.md: $(grep -m1 injector-webhook "$block")" \
			sh -e "./$block"
	done <blocks
fi

finish

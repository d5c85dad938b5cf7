#!/bin/sh
# The scripts of `injector completion SHELL`, each in its shell: what it offers
# for the beginning of a command line.  Prints one `ok` or `not ok` line for each
# check; shells that are not installed are skipped.  The lists in the script for
# PowerShell, which few machines have, are compared with what bash offers.
. "$(dirname "$0")/command.inc"
evidence=$work/offered
mkdir "$work/files" "$work/files/charts"
cd "$work/files" || exit 1
: >web.yaml
: >'my shop.yaml'

# offers WORD... -- LINE...: all these, for the last word of the line
# Others, too, may be offered; `only` says that there are none.
offers()
{
	want=
	while [ "$1" != -- ]; do
		want="$want$1
"
		shift
	done
	shift
	"complete_$shell" "$@" >"$work/offered" 2>&1
	printf '%s' "$want" | while read -r word; do
		grep -qxF -e "$word" "$work/offered" || exit 1
	done
}

only()
{
	offers "$@" && [ "$(grep -c . "$work/offered")" -eq \
		"$(printf '%s' "$want" | grep -c .)" ]
}

nothing()
{
	"complete_$shell" "$@" >"$work/offered" 2>&1
	[ ! -s "$work/offered" ]
}

complete_bash()
{
	bash --norc --noprofile -c '. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_injector
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"
	' bash "$work/script" injector "$@"
}

complete_fish()
{
	# the words of the tests need no quotes
	# shellcheck disable=SC2016
	HOME=$work fish --no-config -c 'source $argv[1]
		complete -C "$argv[2]"
	' "$work/script" "injector $*" | cut -f 1 | sed 's,^charts/$,charts,'
}

complete_powershell()
{
	cp "$work/script" "$work/script.ps1"
	# shellcheck disable=SC2016
	HOME=$work SCRIPT=$work/script.ps1 LINE="injector $*" \
		pwsh -NoProfile -NonInteractive -Command '
		. $env:SCRIPT
		(TabExpansion2 $env:LINE $env:LINE.Length).CompletionMatches |
			ForEach-Object CompletionText
	' | sed "s,^'\(.*\)'\$,\1,; s,^\./,,"
}

# A zsh of its own on a terminal of its own; what it would list is written down
# where compadd gets it.
complete_zsh()
{
	rm -f "$work/seen" "$work/done"
	WORK=$work HOME=$work zsh -f -c '
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "source $WORK/driver"
		for ((i = 0; i < 100; i++)); do
			[[ -e $WORK/ready ]] && break
			sleep 0.05
		done
		zpty -w -n z "injector $1"$'"'\\t'"'
		for ((i = 0; i < 100; i++)); do
			[[ -e $WORK/done ]] && break
			sleep 0.05
		done
		zpty -d z
	' zsh "$*" >/dev/null
	[ ! -e "$work/seen" ] || sed 's/\\//g' "$work/seen" | sort -u
	rm -f "$work/ready"
}

cat >"$work/driver" <<'END'
autoload -Uz compinit
compinit -D -u
source $WORK/script
bindkey '^I' complete-word
compadd () {
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return $?
	fi
	local -a hits
	builtin compadd -A hits "$@"
	(( $#hits )) && print -rl -- $hits >>$WORK/seen
	builtin compadd "$@"
}
finished () { : >$WORK/done }
comppostfuncs=( finished )
: >$WORK/ready
END

check_shell()
{
	"$INJECTOR" completion "$shell" >"$work/script"
	ok "$shell: options" offers --template --output-format -- --
	ok "$shell: an option that begins so" only --template -- --temp
	ok "$shell: templates" only otel-collector -- -t ot
	ok "$shell: templates, by the long name" \
		only $("$INJECTOR" --list-templates 2>/dev/null |
			sed 's/ .*//') \
		my\ shop.yaml web.yaml charts -- --template ''
	ok "$shell: a template's file" offers web.yaml -- -t we
	ok "$shell: choices" only yaml json patch -- --output-format ''
	ok "$shell: choices, of a report" only github gitlab -- --report g
	ok "$shell: files of an option" only web.yaml -- --values w
	ok "$shell: nothing where nothing is known" nothing --set ''
	ok "$shell: commands" only render -- rend
	ok "$shell: files" only web.yaml -- we
	ok "$shell: files behind a command" only web.yaml -- render we
	ok "$shell: files behind options" only web.yaml -- -t istio -v we
	ok "$shell: topics" only istio istio-release istioctl -- help is
	ok "$shell: topics alone" [ ! "$(grep web "$work/offered")" ]
	ok "$shell: shells" only bash fish powershell zsh -- completion ''
	ok "$shell: templates to print" only otel-collector -- template ot
	ok "$shell: kinds" only statefulset/ -- --only st
	ok "$shell: options of a command" only --context --config -- capture --con
	ok "$shell: and no others" nothing capture --rep
	ok "$shell: options of another" only --report --report-file -- explain --rep
	ok "$shell: options behind a file" only --refresh -- web.yaml --refr
}

# Each shell has a program, which may have another name.
for shell in bash zsh fish powershell; do
	program=$(echo $shell | sed 's/powershell/pwsh/')
	if ! command -v $program >/dev/null 2>&1; then
		echo "# skipped: no $program"
		continue
	fi
	check_shell
done

# --- the lists in PowerShell's script -------------------------------------------
# alike NAME WORD...: the names in listed are those that bash offers behind the
# words
alike()
{
	name=$1
	shift
	complete_bash "$@" | grep -vxF -e web.yaml -e 'my shop.yaml' -e charts |
		sort -u >"$work/offered"
	sort -u -o "$work/listed" "$work/listed"
	ok "$name" cmp -s "$work/listed" "$work/offered"
	ok "$name: there are some" [ -s "$work/listed" ]
}

# Into listed, the names before a help text in the list of that name.
list_names()
{
	sed -n "s/^.*$1 = \[ordered\]@{ //p" "$2" |
		grep -o "'[^ ']*' = '" | sed "s/^'//; s/' = '\$//" \
		>"$work/listed"
}

# Into listed, the options for whose row of commands awk's condition holds.
list_options()
{
	awk "/Names = @/ { names = \$0; sub(/;.*/, \"\", names) }
		/For = @/ && $1 { print names }" "$work/ps" |
		grep -o "'-[^']*'" | tr -d "'" >"$work/listed"
}

if command -v bash >/dev/null 2>&1; then
	"$INJECTOR" completion powershell >"$work/ps"
	"$INJECTOR" completion bash >"$work/script"
	list_options 1
	alike "powershell: options" -
	list_names '.commands' "$work/ps"
	alike "powershell: commands" ''
	for command in help completion template; do
		list_names "	$command" "$work/ps"
		alike "powershell: $command" $command ''
	done
	for command in inject uninject explain render capture config admit; do
		list_options "/'$command'/"
		alike "powershell: options of $command" $command -
	done
	for option in template output-format report only no-warn; do
		sed -n "/Names = @.*'--$option'/,/Offer = /p" "$work/ps" \
			>"$work/row"
		list_names Words "$work/row"
		alike "powershell: --$option" --$option ''
	done
	ok "powershell: as many brackets close as open" \
		[ "$(tr -cd '{([' <"$work/ps" | wc -c)" -eq \
		"$(tr -cd '])}' <"$work/ps" | wc -c)" ]
fi

# Words in bash break at the equals sign; elsewhere they do not.
shell=bash
"$INJECTOR" completion bash >"$work/script"
if command -v bash >/dev/null 2>&1; then
	ok "bash: --option=" only json -- --output-format = js
	ok "bash: --option=, nothing yet" only yaml json patch -- \
		--output-format =
	ok "bash: behind --option=value" only web.yaml -- \
		--output-format = json we
fi
shell=fish
"$INJECTOR" completion fish >"$work/script"
if command -v fish >/dev/null 2>&1; then
	ok "fish: --option=" only --output-format=json -- --output-format=js
fi

# --- what is no shell --------------------------------------------------------
"$INJECTOR" completion tcsh >"$work/offered" 2>&1
ok "an unknown shell is misuse" [ $? -eq 2 ]
ok "the shells are named" grep -q 'bash, zsh, fish or powershell' "$work/offered"
"$INJECTOR" completion >"$work/offered" 2>&1
ok "so is a missing one" [ $? -eq 2 ]

finish

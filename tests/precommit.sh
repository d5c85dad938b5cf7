#!/bin/sh
# The hooks of .pre-commit-hooks.yaml in a repository of manifests, by
# pre-commit itself; and scripts/ci-check.  Prints one `ok` or `not ok` line for
# each check; without pre-commit or git the hooks are skipped.
. "$(dirname "$0")/command.inc"
evidence=$work/out
unset GITHUB_ACTIONS GITLAB_CI

# ends NAME STATUS COMMAND...
ends()
{
	what=$1 want=$2
	shift 2
	"$@" >"$work/out" 2>&1 </dev/null
	status=$?
	ok "$what: exit $want, not $status" [ $status -eq "$want" ]
}

says()
{
	ok "$1: says so" grep -q -e "$2" "$work/out"
}

# The installed program, as the hooks and ci-check find it.
mkdir "$work/bin"
ln -s "$INJECTOR" "$work/bin/injector"
PATH=$work/bin:$PATH

# pod NAME: one without the sidecar
pod()
{
	cat <<-END
	apiVersion: v1
	kind: Pod
	metadata: {name: $1}
	spec:
	  containers:
	  - name: app   # the program
	    image: example.com/app:1
	END
}

mkdir "$work/repo" "$work/repo/deploy"
cd "$work/repo" || exit 1
cat >sidecar.yaml <<'END'
spec:
  containers:
  - name: helper
    image: example.com/helper:1
END
pod web >deploy/web.yaml
printf '{"kind":"ConfigMap","apiVersion":"v1"}\n' >deploy/settings.json
echo 'not: [a manifest' >deploy/notes.txt

# --- CI ----------------------------------------------------------------------
ci=$root/scripts/ci-check
ends "ci-check, a file without its sidecar" 3 "$ci" -t sidecar.yaml deploy
says "ci-check" '^deploy/web.yaml$'
ends "ci-check on GitHub, a file without its sidecar" 3 \
	env GITHUB_ACTIONS=true "$ci" -t sidecar.yaml deploy
says "ci-check on GitHub" '^::error file=deploy/web.yaml,line=1'
pod odd | sed 's/kind: Pod/kind: [Pod/' >deploy/broken.yaml
ends "ci-check, a broken file" 1 env GITHUB_ACTIONS=true \
	"$ci" -t sidecar.yaml deploy
says "ci-check on GitHub" '^::error file=deploy/broken.yaml,line='
ends "ci-check on GitLab" 1 env GITLAB_CI=true "$ci" -t sidecar.yaml deploy
ok "ci-check on GitLab: leaves a report" \
	grep -q '"path":"deploy/broken.yaml"' gl-code-quality-report.json
rm deploy/broken.yaml gl-code-quality-report.json
injector -q -w -t sidecar.yaml deploy/web.yaml
ends "ci-check, nothing to do" 0 "$ci" -t sidecar.yaml deploy
pod web >deploy/web.yaml

# --- pre-commit --------------------------------------------------------------
for tool in pre-commit git; do
	if ! command -v $tool >/dev/null 2>&1; then
		echo "skipped: the hooks, because $tool is not installed"
		finish
	fi
done

HOME=$work PRE_COMMIT_HOME=$work/cache
GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1
export HOME PRE_COMMIT_HOME GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
# git tells hooks and tests started by it where it is
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
git config --global user.name test
git config --global user.email test@example.com
git config --global init.defaultBranch main

# What a user's configuration names: a repository with the hooks in it.
mkdir "$work/hooks" "$work/hooks/scripts" "$work/hooks/include"
cp "$root/.pre-commit-hooks.yaml" "$work/hooks"
cp "$root/scripts/injector" "$work/hooks/scripts"
cp "$root/include/injector.h" "$work/hooks/include"
git -C "$work/hooks" init -q
git -C "$work/hooks" add .
git -C "$work/hooks" commit -qm hooks
git -C "$work/hooks" tag v1

# configure ID [ARGS]: the arguments as a list
configure()
{
	cat >.pre-commit-config.yaml <<-END
	repos:
	- repo: $work/hooks
	  rev: v1
	  hooks:
	  - id: $1
	    args: ${2:-[-t, sidecar.yaml]}
	    files: ^deploy/
	END
	git add .pre-commit-config.yaml
}

git init -q
configure injector-check
git add .

ends "injector-check, dirty" 1 pre-commit run
says "injector-check, dirty" '^deploy/web.yaml$'
ok "injector-check changes nothing" [ -z "$(git diff --name-only)" ]

configure injector-check []
ends "injector-check, no template" 1 pre-commit run
says "injector-check, no template" '^deploy/.*: no template is named'
configure injector []
ends "injector, no template" 1 pre-commit run
ok "injector, no template: says so in one line" \
	[ "$(grep -c '^deploy/.*: no template is named' "$work/out")" -eq 1 ]
ok "injector, no template: no word of Istio's rules" \
	[ "$(grep -c '^injector: rules of' "$work/out")" -eq 0 ]
ok "injector, no template: changes nothing" [ -z "$(git diff --name-only)" ]
echo 'template: sidecar.yaml' >.injector.yaml
ends "injector, a template of .injector.yaml" 1 pre-commit run
ok "injector, a template of .injector.yaml: adds the sidecar" \
	grep -q 'name: helper' deploy/web.yaml
rm .injector.yaml
git checkout -q deploy

mkdir deploy/overlay
printf 'resources: [../web.yaml]\npatches: [{path: web.yaml}]\n' \
	>deploy/overlay/kustomization.yaml
pod web >deploy/overlay/web.yaml
git add .
configure injector
ends "injector, dirty" 1 pre-commit run
says "injector, dirty: names file and workload" 'deploy/web.yaml.*Pod.*web.* injected'
ok "injector leaves Kustomize patches" not grep -q helper deploy/overlay/web.yaml
git checkout -q deploy/web.yaml
git rm -rqf deploy/overlay
ends "injector, dirty" 1 pre-commit run
says "injector, dirty" 'files were modified by this hook'
ok "injector adds the sidecar" grep -q 'name: helper' deploy/web.yaml
ok "injector leaves the rest" grep -q '# the program' deploy/web.yaml
git add .
ends "injector, second run" 0 pre-commit run
ends "injector, clean" 0 pre-commit run --all-files
configure injector-check
ends "injector-check, clean" 0 pre-commit run --all-files

pod odd | sed 's/kind: Pod/kind: [Pod/' >deploy/broken.yaml
git add .
ends "injector-check, a broken file" 1 pre-commit run
says "injector-check, a broken file" '^deploy/broken.yaml:[0-9]'
configure injector
ends "injector, a broken file" 1 pre-commit run
says "injector, a broken file" '^deploy/broken.yaml:[0-9]'
git rm -qf deploy/broken.yaml

# Enough files for several processes at the same time.
i=0
while [ $i -lt 200 ]; do
	pod "web-$i" >deploy/web-$i.yaml
	i=$((i + 1))
done
git add .
ends "injector, 200 files" 1 pre-commit run
ok "injector adds it to all of them" \
	[ "$(grep -l 'name: helper' deploy/web-*.yaml | wc -l)" -eq 200 ]
ok "no other file in the folder" \
	[ "$(find deploy -type f | wc -l)" -eq 203 ]
git add .
ends "injector, 200 files, second run" 0 pre-commit run

# The hook of docs/callers.md that installs the wheel, here one with this program.
git checkout -q deploy/web.yaml
configure injector
wheel()
{
	mkdir -p "$work/tree/bin" "$work/tree/share/doc/injector" "$work/wheels"
	cp "$INJECTOR" "$work/tree/bin/injector"
	cp "$root/README.md" "$work/tree/share/doc/injector"
	SOURCE_DATE_EPOCH=1000000000 python3 "$root/packaging/wheel" \
		"$(sed -n 's/^.define INJECTOR_VERSION "\(.*\)"/\1/p' \
			"$root/include/injector.h")" \
		https://example.com "linux_$(uname -m)" "$work/tree" "$work/wheels"
}
if ! command -v python3 >/dev/null 2>&1 ||
	! python3 -m pip download -q --no-deps -d "$work/pip" setuptools \
		>/dev/null 2>&1; then
	echo "skipped: the hook with the wheel, because pip cannot install"
else
	pod web >deploy/web.yaml
	awk '/^repos:$/ { text = "" } { text = text $0 "\n" }
		/additional_dependencies/ { on = 1 }
		/^```$/ && on { sub(/```\n$/, "", text); printf "%s", text; exit }' \
		"$root/docs/callers.md" >.pre-commit-config.yaml
	git add .
	PIP_FIND_LINKS=$work/wheels
	export PIP_FIND_LINKS
	ok "a wheel of this program" wheel
	ends "injector of the wheel" 1 pre-commit run
	says "injector of the wheel" '^deploy/web.yaml: Pod default/web injected'
	ok "injector of the wheel adds the sidecar" \
		grep -q 'name: otel-collector' deploy/web.yaml
	git add .
	ends "injector of the wheel, second run" 0 pre-commit run
	git rm -qf --cached .pre-commit-config.yaml
	configure injector
fi

# Neither installed nor to be built: no sources are in that repository.
rm "$work/bin/injector"
if ! command -v injector >/dev/null 2>&1; then
	ends "injector, not there" 1 pre-commit run --all-files
	says "injector, not there" 'cannot be built here'
fi

finish

#!/bin/sh
# `make install` puts there what the documents say, and `make uninstall` removes
# all of it.  Prints one `ok` or `not ok` line for each check.
. "$(dirname "$0")/command.inc"
evidence=$work/log
if [ "${SAN:-}" ]; then
	echo 'skipped: a build with sanitizers is not installed'
	finish
fi

# into TARGET...
into()
{
	(cd "$root" && make -s BUILD="$BUILD" DESTDIR="$work/root" PREFIX=/usr \
		DEPS=no "$@") >"$work/log" 2>&1
}

cd "$root" || exit 1
ok "make install" into install
cd "$work/root/usr" || exit 1
{
	echo bin/injector
	echo include/injector.h
	echo lib/libinjector.a
	echo lib/libinjector.so.0
	echo lib/pkgconfig/injector.pc
	echo share/bash-completion/completions/injector
	echo share/fish/vendor_completions.d/injector.fish
	echo share/zsh/site-functions/_injector
	(cd "$root" && find README.md CHANGELOG.md LICENSE SECURITY.md \
		docs/*.md docs/*.svg docs/man packaging/argocd packaging/gitlab \
		packaging/helm -type f | sed 's|^|share/doc/injector/|')
	(cd "$root/docs" && ls -- *.json | sed 's|^|share/injector/|')
	(cd "$root" && find templates -name '*.yaml' ! -path '*/webhook/*' |
		sed 's|^|share/injector/|')
	(cd "$root/man" && ls -- *.[15] | sed 's|.*\(.\)$|share/man/man\1/&|')
} | sort >"$work/wanted"
find . -type f | sed 's|^\./||' | grep -v '/injector-webhook\(\.8\)*$' | sort >"$work/files"
ok "make install: these files" diff -u "$work/wanted" "$work/files"
ok "the installed command runs" bin/injector --version
ok "an installed template is one" bin/injector --list-templates
printf 'kind: Pod\napiVersion: v1\nspec: {containers: [{name: a, image: b}]}\n' \
	>"$work/pod.yaml"
ok "an installed template is used by its file" bin/injector \
	-t share/injector/templates/otel-collector.yaml "$work/pod.yaml"

# Links between the documents; those to the sources are few.
(cd share/doc/injector && for page in *.md docs/*.md docs/man/*.md; do
	grep -o ']([^):]*)' "$page" | sed 's/^](//; s/[#)].*//' | sort -u |
		while read -r to; do
			[ -e "$(dirname "$page")/$to" ] || echo "$page: $to"
		done
done) | grep -v -e ': [./]*CONTRIBUTING.md$' -e ': ../include/injector.h$' \
	-e ': ../tests/' -e ': ../packaging/Containerfile$' \
	-e ': ../action.yml$' -e ': ../.pre-commit-hooks.yaml$' >"$work/broken"
ok "make install: the links in the documents" diff /dev/null "$work/broken"

cd "$root" || exit 1
ok "make uninstall" into uninstall
ok "make uninstall: nothing is left" \
	[ -z "$(find "$work/root" ! -type d)" ]

rm -rf "$work/root"
into install-command
ok "make install-command: no library" [ ! -e "$work/root/usr/lib" ]

finish

#!/bin/sh
# What holds for all built-in templates but istio: the head documents the values,
# values without a default are asked for, containers are what a cluster with
# restricted Pods accepts, and each template injects, injects again and is
# removed.  Their output is in testdata/sidecars and testdata/templates.
. "$(dirname "$0")/command.inc"

cat >app.yaml <<'END'
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop}
spec:
  serviceName: shop
  selector: {matchLabels: {app: shop}}
  template:
    metadata:
      labels: {app: shop}
    spec:
      initContainers:
      - name: migrate
        image: example.com/shop:1
      containers:
      - name: shop   # the first one
        image: example.com/shop:1
        ports: [{containerPort: 8080}]
        env:
        - {name: LEVEL, value: debug}
        volumeMounts:
        - {name: settings, mountPath: /etc/shop}

      - name: cache
        image: example.com/cache:1
      volumes:
      - name: settings
        configMap: {name: shop}
END

# The values that the head of the template in `text` documents.
documented()
{
	awk '/^[*]\/}}/ { exit }
		/^  [a-z][A-Za-z0-9]*:$/ { on = 1; next }
		/^$/ { on = 0 }
		on && /^    [a-z]/ { sub(/:.*/, ""); print $1 }' text | sort -u
}

# Those that it uses.
used()
{
	grep -o '$v\.[a-zA-Z0-9]*\|dig "[a-zA-Z0-9]*"' text |
		sed 's/.*[."]\([a-zA-Z0-9][a-zA-Z0-9]*\)"*$/\1/' | sort -u
}

# count PATTERN: lines of the rendered container
count()
{
	grep -c -e "$1" out
}

# The sidecar is the template's only container with an image.
check_container()
{
	ok "$name: an image with a version" grep -q \
		'^ *image: .*:[a-z-]*v*[0-9][0-9.]*[0-9]$' out
	ok "$name: one container" [ "$(count '^ *image:')" = 1 ]
	ok "$name: a native sidecar" grep -q '^    restartPolicy: Always$' out
	ok "$name: gains no privileges" grep -q \
		'allowPrivilegeEscalation: false' out
	ok "$name: seccomp" grep -q 'type: RuntimeDefault' out
	ok "$name: requests" [ "$(count '^      requests:$')" = 1 ]
	ok "$name: a limit of memory" [ "$(count '^      limits:$')" = 1 ]
	ok "$name: a probe" grep -q '^    [a-z]*Probe:$' out
}

# both_ways ARGUMENTS...: in, again, and out
both_ways()
{
	run "$@" app.yaml
	ends "$*" 0
	ok "$*: no warning" [ ! -s err ]
	ok "$*: something is injected" not cmp -s out app.yaml
	cp out once.yaml
	run "$@" once.yaml
	ok "$*: a second time changes nothing" cmp out once.yaml
	run uninject "$@" once.yaml
	ok "$*: removed" cmp out app.yaml
}

# What the template needs, as in the file of required values; key is its map.
required()
{
	awk -v key="$key:" '/^[^ ]/ { on = $0 == key } on && /^  [a-z]/ {
		sub(/:.*/, ""); print $1 }' "$root/testdata/sidecars/values.yaml"
}

# asks_for VALUE: without it there is an error that names it
asks_for()
{
	sed "/^$key:/,/^[^ ]/ { /^  $1:/d; }" \
		"$root/testdata/sidecars/values.yaml" >without.yaml
	sed '/containerPort/d; /configMap/d' app.yaml >bare.yaml
	run -q -t "$name" --values without.yaml bare.yaml
	ends "$name without $1" 1 "set .*$key.$1"
}

"$INJECTOR" --list-templates 2>/dev/null >list
for name in $(sed '/^istio /d; s/ .*//' list); do
	run template "$name"
	ends "template $name" 0
	cp out text
	ok "$name: a short summary" [ "$(sed -n '1s/^# [a-z0-9-]*: //p' text |
		wc -c)" -le 51 ]
	ok "$name: the documentation it follows" grep -q '^  https://' text
	documented >documented
	used >used
	ok "$name: the head documents the values" diff documented used
	ok "$name: the image is documented" grep -q -F "default \"$(sed -n \
		's/^    image: \([^ ]*\).*/\1/p' text)\"" text
	ok "$name: has cases" [ -e "$root/testdata/sidecars/$name-values" -o \
		-e "$root/testdata/templates/$name" ]
	key=$(sed -n 's/^  \([a-z][A-Za-z0-9]*\):$/\1/p' text | head -n 1)
	run -q render -t "$name" --values "$root/testdata/sidecars/values.yaml" \
		app.yaml
	ends "render $name" 0
	check_container
	for value in $(required); do
		asks_for "$value"
	done
	# one file may have the values of all
	both_ways -t "$name" --values "$root/testdata/sidecars/values.yaml"
	both_ways --no-undo -t "$name" \
		--values "$root/testdata/sidecars/values.yaml"
	run -t istio --values "$root/testdata/sidecars/values.yaml" \
		--set "$key.x=y" app.yaml
	ok "$key is no mistake with another template" not grep "no effect" err
done
ok "there are templates" [ "$(wc -l <list)" -gt 3 ]

finish

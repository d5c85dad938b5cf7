"""Which Pods Istio's labels put into the mesh, as its documentation has it.

matrix.py write NAMESPACES PODS         a Namespace for each combination of its two
                                        labels, in each a Pod for each combination
                                        of the Pod's two
matrix.py check OUT default REVISION... what kube-apiserver made of them, where a
matrix.py check OUT revision REVISION...  webhook has these revisions, and is that of
                                        Istio's default one or not
"""
import itertools
import json
import os
import sys

INJECTION = [None, "enabled", "disabled"]
REVISION = [None, "canary", "prod", "other", "default"]
INJECT = [None, "true", "false"]
# Namespaces without which the webhook itself would not run, and Pods that are no
# use to inject: never called.
SPECIAL = ["system", "own", "host", "mirror"]


def combinations():
    return itertools.product(INJECTION, REVISION, INJECT, REVISION)


def labels(**values):
    names = {"injection": "istio-injection", "revision": "istio.io/rev",
             "inject": "sidecar.istio.io/inject"}
    return {names[k]: v for k, v in values.items() if v}


def name(*values):
    return "-".join(v or "none" for v in values)


def namespace(injection, revision, called=None):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {
        "name": called or name(injection, revision),
        "labels": labels(injection=injection, revision=revision)}}


def pod(called, namespace, inject, revision, annotations={}, **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {
        "name": called, "namespace": namespace, "annotations": annotations,
        "labels": labels(inject=inject, revision=revision)},
        "spec": {"serviceAccountName": "default", "containers": [
            {"name": "web", "image": "example.com/web:1"}], **spec}}


def write(namespaces, pods):
    os.makedirs(pods)
    spaces = [namespace(*c) for c in itertools.product(INJECTION, REVISION)]
    spaces += [namespace("enabled", None, called)
               for called in ("kube-system", "sys")]
    with open(namespaces, "w") as f:
        f.write("".join(f"---\n{json.dumps(s)}\n" for s in spaces))
    enabled = name("enabled", None)
    all = [pod(name(*c), name(*c[:2]), *c[2:]) for c in combinations()]
    all += [
        pod("system", "kube-system", "true", None),
        pod("own", "sys", "true", None),
        pod("host", enabled, "true", None, hostNetwork=True),
        pod("mirror", enabled, "true", None,
            {"kubernetes.io/config.mirror": "x"}, nodeName="node"),
    ]
    for p in all:
        with open(os.path.join(pods, p["metadata"]["name"] + ".json"),
                  "w") as f:
            json.dump(p, f)


def injected(default, revisions, injection, ns_revision, inject, revision):
    """https://istio.io/latest/docs/setup/additional-setup/sidecar-injection"""
    if inject == "false":
        return False
    if injection:
        return default and injection == "enabled"
    if ns_revision:
        return ns_revision in revisions
    if revision:
        return revision in revisions
    return default and inject == "true"


def read(path):
    with open(path) as f:
        return json.load(f)


def check(out, default, revisions):
    wrong = sidecars = calls = n = 0
    for c in list(combinations()) + [(s,) for s in SPECIAL]:
        result = read(os.path.join(out, name(*c) + ".result.json"))
        wanted = len(c) > 1 and injected(default, revisions, *c)
        found = "istio-proxy" in [
            i["name"] for kind in ("containers", "initContainers")
            for i in read(os.path.join(out, name(*c) + ".json"))["spec"]
            .get(kind, [])]
        called = len(result.get("calls") or [])
        n, sidecars, calls = n + 1, sidecars + found, calls + called
        if found != wanted or called != wanted or not result["allowed"]:
            wrong += 1
            print(f"not ok - {name(*c)}: sidecar {found}, {called} calls, "
                  f"not {wanted}")
    print(f"A3 labels, revision {' and tag '.join(revisions)}: {n} Pods, "
          f"{calls} calls, {sidecars} sidecars, {wrong} not as documented")
    return wrong == 0


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3])
elif not check(sys.argv[2], sys.argv[3] == "default", sys.argv[4:]):
    sys.exit(1)

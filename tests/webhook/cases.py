"""Istio's own answers to the creation of Pods, the table webhook/cases.jsonl of
CONFORMANCE, through kube-apiserver's admission.

cases.py split CONFORMANCE FOLDER
    FOLDER/N for each configuration of the table: `args` and `env` of a server,
    the Pods in `pods`, what Istio makes of them in `wanted`.
cases.py compare FOLDER
    FOLDER/N/out is what our webhook made of `pods`, FOLDER/N/out-wanted what the
    API server makes of `wanted` without a webhook.  Prints a line for each that
    differs, and the total."""
import glob
import json
import os
import re
import sys

# Of the table: Pods that no API server admits, whoever injects them.
INVALID = {
    "sidecar-spire.0": "spec.containers[1].image: Required value",
    "user-volume.0": "must be a relative path",
}
# What an injection by an older Istio left is settled by the second admission.
SETTLES_LATER = {"merge-probers.0"}

OVERRIDES = "proxy.istio.io/overrides"


# --- split -----------------------------------------------------------------------

def as_created(pod):
    """A Pod as it comes to a webhook: other plugins have completed it, and no
    owner is without uid, nor a name in capitals."""
    pod = {"apiVersion": "v1", "kind": "Pod", **pod}
    pod["spec"].setdefault("serviceAccountName", "default")
    meta = pod["metadata"]
    for owner in meta.get("ownerReferences", []):
        owner["uid"] = owner.get("uid") or "u-1"
    if "generateName" in meta:
        meta["generateName"] = meta["generateName"].lower()
    return pod


def put(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(value if isinstance(value, str) else json.dumps(value))


def arguments(case, folder):
    istio = os.path.join(folder, "istio")
    return "".join(f"{a}\n" for a in [
        "--injectConfigFile", os.path.join(istio, "config", case["config"]),
        "--meshConfigFile", os.path.join(istio, "mesh", case["mesh"]),
        "--valuesFile", os.path.join(istio, "values", case["values"]),
        "--revision", case["revision"],
    ])


def environment(case):
    native = "true" if case["nativeSidecars"] else "false"
    all = {"ENABLE_NATIVE_SIDECARS": native, **case.get("env", {})}
    return "".join(f"{k}={v}\n" for k, v in all.items())


def split(conformance, to):
    groups = {}
    with open(os.path.join(conformance, "webhook", "cases.jsonl")) as f:
        cases = [json.loads(line) for line in f]
    for case in cases:
        key = arguments(case, conformance), environment(case)
        folder = os.path.join(to, str(groups.setdefault(key, len(groups))))
        put(os.path.join(folder, "args"), key[0])
        put(os.path.join(folder, "env"), key[1])
        for kind, pod in (("pods", case["pod"]),
                          ("wanted", case["result"] or case["pod"])):
            pod["metadata"].setdefault("namespace",
                                       case["namespace"] or "default")
            put(os.path.join(folder, kind, case["name"] + ".json"),
                as_created(pod))


# --- compare ---------------------------------------------------------------------

# What an API server completes before a webhook sees a Pod.  Istio's answers in the
# table are to Pods that nobody completed; these occur in texts made of parts of it.
DEFAULTS = {
    "protocol": ["TCP"], "scheme": ["HTTP"], "path": ["/"],
    "timeoutSeconds": [1], "periodSeconds": [10], "successThreshold": [1],
    "failureThreshold": [3], "terminationMessagePolicy": ["File"],
    "terminationMessagePath": ["/dev/termination-log"],
    "imagePullPolicy": ["Always", "IfNotPresent"],
}


def without_defaults(value):
    if isinstance(value, list):
        return [without_defaults(v) for v in value]
    if isinstance(value, dict):
        return {k: without_defaults(v) for k, v in value.items()
                if v not in DEFAULTS.get(k, [])}
    return value


def read(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def meaning(pod):
    """The Pod without what is said in different ways."""
    pod["metadata"].pop("managedFields", None)
    annotations = pod["metadata"].get("annotations", {})
    if OVERRIDES in annotations:
        annotations[OVERRIDES] = without_defaults(
            read(annotations[OVERRIDES]))
    for kind in ("containers", "initContainers"):
        for container in pod["spec"].get(kind, []):
            for env in container.get("env", []):
                if env["name"] in ("ISTIO_META_POD_PORTS",
                                   "ISTIO_KUBE_APP_PROBERS"):
                    env["value"] = without_defaults(read(env["value"]))
    return pod


def differences(got, wanted, path=""):
    if isinstance(got, dict) and isinstance(wanted, dict):
        for key in sorted(got.keys() | wanted.keys()):
            yield from differences(got.get(key), wanted.get(key),
                                   f"{path}.{key}")
    elif isinstance(got, list) and isinstance(wanted, list) and \
            len(got) == len(wanted):
        for i, (g, w) in enumerate(zip(got, wanted)):
            yield from differences(g, w, f"{path}[{i}]")
    elif got != wanted:
        yield f"{path}: {json.dumps(got)[:300]}, not {json.dumps(wanted)[:300]}"


def load(path):
    with open(path) as f:
        return json.load(f)


def result_of(folder, name):
    return load(os.path.join(folder, name + ".result.json"))


def objection(text):
    """An error without the name of the Pod, which is not ours to decide."""
    return re.sub(r'^Pod "[^"]*" is invalid: ', "", text or "")


def compare_one(folder, name):
    ours = result_of(os.path.join(folder, "out"), name)
    theirs = result_of(os.path.join(folder, "out-wanted"), name)
    if name in INVALID:
        for text in (ours.get("error"), theirs.get("error")):
            if INVALID[name] not in (text or ""):
                yield f"{text}, not {INVALID[name]}"
        return
    for result in ours, theirs:
        if not result["allowed"]:
            yield objection(result["error"])
            return
    yield from differences(
        meaning(load(os.path.join(folder, "out", name + ".json"))),
        meaning(load(os.path.join(folder, "out-wanted", name + ".json"))))
    wanted = "differs" if name in SETTLES_LATER else "same"
    if ours["again"] != wanted:
        yield f"again: {ours['again']}"


def compare(to):
    names = passed = calls = 0
    for path in sorted(glob.glob(os.path.join(to, "*", "pods", "*.json"))):
        folder = os.path.dirname(os.path.dirname(path))
        name = os.path.basename(path)[:-len(".json")]
        why = list(compare_one(folder, name))
        calls += len(result_of(os.path.join(folder, "out"), name)["calls"])
        names += 1
        passed += not why
        for line in why[:5]:
            print(f"not ok - {name}: {line}")
    print(f"A1 Istio's Pods: {passed} of {names} as istiod has them "
          f"({len(INVALID)} refused by the API server), {calls} calls, "
          f"{names - len(SETTLES_LATER) - len(INVALID)} unchanged by a second "
          "admission")
    return passed == names > 0


if sys.argv[1] == "split":
    split(sys.argv[2], sys.argv[3])
elif not compare(sys.argv[2]):
    sys.exit(1)

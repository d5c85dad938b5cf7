/*
 * What each warning means, and how to get rid of its cause.  WARNINGS in
 * man/injector.1 has the same words (tests/docs.sh compares).
 */
#include "check/warnings.h"

const struct injector_warning warn_table[] = {
	[WARN_ANNOTATION_TYPO] = {
		.name = "annotation-typo",
		.summary =
		"a label or annotation that resembles one of Istio's",
		.about =
		"A label or annotation of a workload that has a prefix of "
		"Istio's but is unknown, or that nearly matches one of "
		"Istio's or one like prometheus.io/scrape.",
		.fix =
		"Use the name that the warning suggests; one without a "
		"suggestion has no effect.",
	},
	[WARN_CONFIGURATION] = {
		.name = "configuration",
		.summary =
		"an unknown setting, or one without effect",
		.about =
		"A setting in Istio's configuration, in the values or in a "
		"Pod's annotation proxy.istio.io/config that is unknown or "
		"has no effect. A value has no effect if neither a template "
		"nor Istio's profile reads a value of that name, and of "
		"meshConfig what only istiod reads.",
		.fix =
		"Correct the name, or remove the setting.",
	},
	[WARN_DOUBLE_INJECTION] = {
		.name = "double-injection",
		.summary =
		"the cluster injects the namespace, too",
		.about =
		"A Namespace in the files is labelled for automatic injection "
		"(istio-injection=enabled, or istio.io/rev), and a workload "
		"in it was injected. The webhook injects such a Pod again "
		"when it is created, and merges the cluster's templates over "
		"the existing sidecar. The warning names one workload of each "
		"namespace.",
		.fix =
		"Remove the label of the Namespace, or do not inject its "
		"manifests.",
	},
	[WARN_DUPLICATE_KEY] = {
		.name = "duplicate-key",
		.summary =
		"a duplicate key in a map",
		.about =
		"A key occurs more than once in a map; Kubernetes uses the "
		"last one.",
		.fix =
		"Remove the others.",
	},
	[WARN_DUPLICATE_NAME] = {
		.name = "duplicate-name",
		.summary =
		"one name for two containers, volumes or ports",
		.about =
		"Two containers or volumes of a Pod, or two ports of a "
		"container, have the same name, or a container mounts two "
		"volumes at one path. A container and an init container must "
		"not have the same name, either.",
		.fix =
		"Rename one of them.",
	},
	[WARN_DUPLICATE_PORT] = {
		.name = "duplicate-port",
		.summary =
		"one port twice in a container",
		.about =
		"A container has a port twice with the same protocol.",
		.fix =
		"Remove one of them.",
	},
	[WARN_HELM_TEMPLATE] = {
		.name = "helm-template",
		.summary =
		"a template of a Helm chart among the manifests",
		.about =
		"A document is skipped because it is a template of a Helm "
		"chart, not rendered.",
		.fix =
		"Inject the output of helm template, or --exclude the chart.",
	},
	[WARN_INVALID_VALUE] = {
		.name = "invalid-value",
		.summary =
		"a name, port, quantity or other value that Kubernetes rejects",
		.about =
		"A value that Kubernetes rejects: an invalid quantity or "
		"time, the name of a container, volume or port with "
		"characters that are not allowed, a port that is not between "
		"1 and 65535. With Istio's sidecar an invalid quantity or "
		"time is an error, since kube-inject cannot read such an "
		"object. A value with a variable that another tool replaces, "
		"such as ${CPU}, is valid.",
		.fix =
		"Correct the value.",
	},
	[WARN_ISTIO] = {
		.name = "istio",
		.summary =
		"a warning of Istio about a Pod it injects",
		.about =
		"A warning that Istio itself gives when it injects a Pod, in "
		"Istio's words.",
		.fix =
		"Do what it says; Istio's webhook gives the same warning.",
	},
	[WARN_ISTIO_RELEASE] = {
		.name = "istio-release",
		.summary =
		"a release of Istio whose rules are unknown or doubtful",
		.about =
		"The release of Istio is older or newer than those whose "
		"rules are known, so that the nearest is followed; or the "
		"templates are those of another one, by two or more minor "
		"releases, than the tag that was followed.",
		.fix =
		"Name the release with --istio-version, or capture the "
		"configuration of the cluster again.",
	},
	[WARN_JOB_SIDECAR] = {
		.name = "job-sidecar",
		.summary =
		"a Job that never completes, since its sidecar keeps running",
		.about =
		"A Job, CronJob or similar has a sidecar among its "
		"containers, and does not complete while that runs. A native "
		"sidecar, an init container with restartPolicy: Always, is "
		"stopped by Kubernetes.",
		.fix =
		"Write the sidecar of the template as a native sidecar; for "
		"Istio's, use --native-sidecars; or --skip the Job.",
	},
	[WARN_LABEL_VALUE] = {
		.name = "label-value",
		.summary =
		"labels or annotations that Kubernetes rejects",
		.about =
		"After the injection a Pod has a label whose key or value "
		"Kubernetes rejects (for example because it has more than 63 "
		"characters), or more than 256 KiB of annotations.",
		.fix =
		"Shorten it, in the manifest or where the template takes it "
		"from.",
	},
	[WARN_MISPLACED_ANNOTATION] = {
		.name = "misplaced-annotation",
		.summary =
		"a label or annotation that only has an effect on Pods",
		.about =
		"A label or annotation on a workload that only has an effect "
		"on its Pods: of Istio's sidecar, or with -t injector/inject.",
		.fix =
		"Move it to the metadata of the Pod template, for Istio's "
		"sidecar in a CronJob to those of the jobTemplate.",
	},
	[WARN_MISSING_FIELD] = {
		.name = "missing-field",
		.summary =
		"a container without name or image, or a field that is "
		"required",
		.about =
		"A container without a name or an image, or another part of a "
		"Pod that lacks a field which Kubernetes requires.",
		.fix =
		"Add the field; or, if the file is only a patch of a "
		"workload, list it in its kustomization.",
	},
	[WARN_MISSING_VOLUME] = {
		.name = "missing-volume",
		.summary =
		"a mount of a volume that the Pod does not have",
		.about =
		"A container mounts a volume that neither the Pod nor its "
		"StatefulSet has.",
		.fix =
		"Add the volume, or correct its name in the mount.",
	},
	[WARN_NAMESPACE_DISABLED] = {
		.name = "namespace-disabled",
		.summary =
		"a workload injected though its namespace disables injection",
		.about =
		"A Namespace in the files has the label "
		"istio-injection=disabled, or another value than enabled, and "
		"a workload in it was injected although its Pods do not ask "
		"for it. As with istioctl, only the cluster reads that label. "
		"The warning names one workload of each namespace.",
		.fix =
		"Inject all but the workloads of the Namespace, with --skip "
		"and NAMESPACE/*/*, or remove the label.",
	},
	[WARN_NO_MATCH] = {
		.name = "no-match",
		.summary =
		"a pattern that matches no workload",
		.about =
		"A pattern or selector that matches no workload.",
		.fix =
		"Correct it, or name the files that have the workload; "
		"injector explain lists all workloads.",
	},
	[WARN_NOT_A_WORKLOAD] = {
		.name = "not-a-workload",
		.summary =
		"an object like a workload that is not injected",
		.about =
		"An object that is passed through but seems to be a workload: "
		"the kind of a built-in workload in the wrong case, without "
		"an apiVersion or with that of something else, or a custom "
		"resource that has a Pod spec, for which --kind is suggested, "
		"once for each kind in a file.",
		.fix =
		"Correct kind and apiVersion, or add the --kind that the "
		"warning suggests.",
	},
	[WARN_NOT_TEXT] = {
		.name = "not-text",
		.summary =
		"a bool or number where Kubernetes expects text; written as "
		"text",
		.about =
		"A bool or number in an injected object where Kubernetes "
		"expects text, as in an environment variable with value: "
		"true, which a cluster rejects. It is written as the text for "
		"which kubectl and kube-inject take it, \"true\"; uninject "
		"restores it.",
		.fix =
		"Write the value in quotes.",
	},
	[WARN_PARTIAL] = {
		.name = "partial",
		.summary =
		"a patch or fragment of a workload, not a whole one",
		.about =
		"A workload is only a patch of a kustomization, or a "
		"fragment; see WHAT IS SKIPPED.",
		.fix =
		"Inject the base, or the output of kustomize build.",
	},
	[WARN_PORT_COLLISION] = {
		.name = "port-collision",
		.summary =
		"an application port that the sidecar also uses",
		.about =
		"A container of the application uses a port that the sidecar "
		"also uses, in the Pod or on the host, or one that Istio's "
		"proxy listens on.",
		.fix =
		"Use another port in the application, or set that of the "
		"sidecar in its values.",
	},
	[WARN_RESTRICTED] = {
		.name = "restricted",
		.summary =
		"a Pod that the namespace's Pod security rejects",
		.about =
		"A Namespace in the files enforces the Pod Security Standard "
		"baseline or restricted, and a Pod injected into it would be "
		"rejected. The warning names one workload of each namespace.",
		.fix =
		"Set the security context of the sidecar in its template; for "
		"Istio's, use the CNI plugin, so that no init container needs "
		"privileges; or relax the label of the Namespace.",
	},
	[WARN_UNDO] = {
		.name = "undo",
		.summary =
		"what uninject cannot restore",
		.about =
		"uninject cannot restore something: a probe that Istio "
		"rewrote, since the proxy does not know what it was and no "
		"undo note tells, or the layout of a text that was "
		"reformatted since. Or it, or --refresh, found no record of "
		"the injection and removed what the templates render today.",
		.fix =
		"Compare the result with the version before the injection; "
		"for a file without a record, name its former template with "
		"--was.",
	},
	[WARN_UNION] = {
		.name = "union",
		.summary =
		"two fields of which Kubernetes allows only one",
		.about =
		"Two fields of which Kubernetes allows only one, such as "
		"value and valueFrom of an environment variable, two handlers "
		"of a probe, or two sources of a volume.",
		.fix =
		"Remove one of them.",
	},
	[WARN_UNKNOWN_FIELD] = {
		.name = "unknown-field",
		.summary =
		"a field that is not in the Kubernetes API",
		.about =
		"A field that the Kubernetes API does not have: in an "
		"injected object of a built-in kind, in the Pod template of "
		"another kind, or in one of Istio's templates. In a template "
		"of -t it is an error; with --no-warn unknown-field the field "
		"is injected, for those that are newer than injector.",
		.fix =
		"Correct the name of the field, or move it to where it "
		"belongs.",
	},
	[N_WARNINGS] = { .name = NULL },
};

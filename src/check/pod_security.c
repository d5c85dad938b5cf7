#include "check/warnings.h"

#include "base/array.h"
#include "tree/scalar.h"

const char *const security_level_names[] = {
	[SECURITY_BASELINE] = "baseline",
	[SECURITY_RESTRICTED] = "restricted",
};

/* As many as fit into a message. */
#define FAULTS_SHOWN 4

struct audit {
	enum security_level level;
	const struct node *pod;
	const struct node *spec;	/* its own, and its security context */
	const struct node *pod_context;
	const struct node *container;	/* and its security context */
	const struct node *context;
	struct buf *out;
	uint32_t faults;
};

/* Will the others not be shown? */
static bool is_full(const struct audit *a)
{
	return a->faults > FAULTS_SHOWN;
}

/* Add a fault of the container, or of the Pod if audit->container is NULL. */
static void fault(struct audit *a, const char *what, str which)
{
	if (is_full(a))
		return;
	a->faults++;
	if (a->faults > 1)
		buf_addz(a->out, "; ");
	if (is_full(a)) {
		buf_addz(a->out, "...");
		return;
	}
	if (a->container) {
		buf_adds(a->out, warn_name(a->container));
		buf_addz(a->out, ": ");
	}
	buf_addz(a->out, what);
	buf_adds(a->out, which);
}

static bool is_bool(const struct node *n, bool value)
{
	return n && n->kind == NODE_BOOL && scalar_bool(n) == value;
}

static bool is_in(str word, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(word, str_of(*words)))
			return true;
	return false;
}

static bool is_restricted(const struct audit *a)
{
	return a->level == SECURITY_RESTRICTED;
}

/* ---- settings of the pod that a container may change ---- */

static const struct node *seccomp_type(const struct node *context)
{
	return node_get(node_get(context, STR("seccompProfile")), STR("type"));
}

/* A forbidden setting counts where it is, even if containers override it. */
static void audit_settings(struct audit *a, const struct node *context)
{
	str type = node_string(seccomp_type(context));
	const struct node *user = node_get(context, STR("runAsUser"));
	int64_t id;

	if (str_eq(type, STR("Unconfined")))
		fault(a, "seccompProfile ", type);
	if (!is_restricted(a))
		return;
	if (user && user->kind == NODE_INT && scalar_int64(user, &id) &&
	    id == 0)
		fault(a, "runAsUser 0", STR_NONE);
	if (is_bool(node_get(context, STR("runAsNonRoot")), false))
		fault(a, "runAsNonRoot: false", STR_NONE);
}

/* What neither the container nor the Pod sets. */
static void audit_missing(struct audit *a)
{
	if (!seccomp_type(a->context) && !seccomp_type(a->pod_context))
		fault(a, "no seccompProfile", STR_NONE);
	if (!node_get(a->context, STR("runAsNonRoot")) &&
	    !node_get(a->pod_context, STR("runAsNonRoot")))
		fault(a, "no runAsNonRoot", STR_NONE);
}

/* ---- the pod ---- */

static void audit_host(struct audit *a)
{
	static const char *const fields[] = {
		"hostNetwork", "hostPID", "hostIPC",
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (is_bool(node_get(a->spec, str_of(fields[i])), true))
			fault(a, fields[i], STR(": true"));
}

static void audit_volume(struct audit *a, const struct node *volume)
{
	static const char *const allowed[] = {
		"name", "configMap", "csi", "downwardAPI", "emptyDir",
		"ephemeral", "persistentVolumeClaim", "projected", "secret",
		NULL,
	};

	for (uint32_t i = 0; volume->kind == NODE_MAP && i < volume->n; i++) {
		str type = node_text(volume->entries[i].key);

		if (str_eq(type, STR("hostPath")) ||
		    (is_restricted(a) && !is_in(type, allowed)))
			fault(a, "a volume of type ", type);
	}
}

static void audit_volumes(struct audit *a)
{
	const struct node *list = warn_list(a->pod, "volumes");

	for (uint32_t i = 0; list && i < list->n; i++)
		audit_volume(a, list->items[i]);
}

/* ---- a container ---- */

static void audit_added(struct audit *a)
{
	static const char *const baseline[] = {
		"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID",
		"KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
		"SETPCAP", "SETUID", "SYS_CHROOT", NULL,
	};
	static const char *const restricted[] = { "NET_BIND_SERVICE", NULL };
	const struct node *add = node_find(a->context, "capabilities.add");

	for (uint32_t i = 0; add && add->kind == NODE_LIST && i < add->n; i++) {
		str capability = node_string(add->items[i]);

		if (!is_in(capability,
			   is_restricted(a) ? restricted : baseline))
			fault(a, "adds ", capability);
	}
}

static void audit_dropped(struct audit *a)
{
	const struct node *drop = node_find(a->context, "capabilities.drop");

	for (uint32_t i = 0; drop && drop->kind == NODE_LIST && i < drop->n;
	     i++)
		if (str_eq(node_string(drop->items[i]), STR("ALL")))
			return;
	fault(a, "does not drop ALL capabilities", STR_NONE);
}

static void audit_host_ports(struct audit *a)
{
	const struct node *ports = node_get(a->container, STR("ports"));

	for (uint32_t i = 0; ports && ports->kind == NODE_LIST && i < ports->n;
	     i++) {
		const struct node *port = node_get(ports->items[i],
						   STR("hostPort"));

		if (port && port->kind == NODE_INT &&
		    !str_eq(node_text(port), STR("0")))
			fault(a, "hostPort ", node_text(port));
	}
}

static void audit_container(struct audit *a)
{
	str mount = node_string(node_get(a->context, STR("procMount")));

	if (is_bool(node_get(a->context, STR("privileged")), true))
		fault(a, "privileged", STR_NONE);
	audit_added(a);
	audit_host_ports(a);
	audit_settings(a, a->context);
	if (mount.n && !str_eq(mount, STR("Default")))
		fault(a, "procMount ", mount);
	if (!is_restricted(a))
		return;
	audit_missing(a);
	audit_dropped(a);
	if (!is_bool(node_get(a->context, STR("allowPrivilegeEscalation")),
		     false))
		fault(a, "allows privilege escalation", STR_NONE);
}

static void audit_containers(struct audit *a, const char *name)
{
	const struct node *list = warn_list(a->pod, name);

	for (uint32_t i = 0; list && i < list->n && !is_full(a); i++) {
		a->container = list->items[i];
		a->context = node_get(a->container, STR("securityContext"));
		audit_container(a);
	}
}

bool security_forbids(enum security_level level, const struct node *pod,
		      struct buf *out)
{
	struct audit a = {
		.level = level,
		.pod = pod,
		.spec = node_get(pod, STR("spec")),
		.out = out,
	};

	a.pod_context = node_get(a.spec, STR("securityContext"));
	audit_host(&a);
	audit_settings(&a, a.pod_context);
	audit_volumes(&a);
	audit_containers(&a, WARN_INIT_CONTAINERS);
	audit_containers(&a, WARN_CONTAINERS);
	return a.faults > 0;
}

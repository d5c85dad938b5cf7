/*
 * release - Istio's releases, and since which of them it has each of the rules
 * that are compiled into it.
 *
 * Files of Istio's configuration belong to a release, and so does what istioctl
 * does with them: whoever reads the templates of 1.24 has to follow the rules
 * of 1.24.  Rules that changed are in one table, in release.c; where a rule
 * acts, it is asked for by name, and no other place compares versions.
 *
 * A few rules are those of the agent, which answers in the proxy's container:
 * they ask the release of the proxy's image (release_of_image()).
 *
 * docs/istio-releases.md describes the rules for users.
 */
#ifndef MESH_RELEASE_H
#define MESH_RELEASE_H

#include "base/str.h"

/* Istio 1.MINOR.PATCH. */
struct release {
	int minor, patch;
};

/* An unknown patch: the last one of the minor release. */
#define RELEASE_LAST_PATCH INT_MAX
/* The first and the last release whose rules are known. */
#define RELEASE_OLDEST ((struct release){ 20, 0 })
#define RELEASE_NEWEST ((struct release){ 31, RELEASE_LAST_PATCH })

/* Rules that a release has or has not, in the order in which they came. */
enum release_rule {
	RULE_ALWAYS,
	/* 1.20.1, until there is RULE_OWN_PROXY_USER: a template with another
	 * user than 1337 takes it away from the user's containers */
	RULE_PROXY_USER_RESET,
	/* 1.21: the controller of a bare Pod is its owner */
	RULE_OWNER_IS_CONTROLLER,
	/* 1.21: fields of ProxyConfig that came with it: see mesh.c */
	RULE_FIELDS_1_21,
	/* 1.22: ... or the Rollout behind it; a CronJob has batch/v1 */
	RULE_OWNER_ROLLOUT,
	/* 1.22: templates see only name and namespace of the owner */
	RULE_SHORT_DEPLOYMENT_META,
	/* 1.22: no address of a tracer by default */
	RULE_NO_DEFAULT_TRACER,
	/* 1.22: inboundTrafficPolicy is PASSTHROUGH by default */
	RULE_INBOUND_PASSTHROUGH,
	/* 1.22: global.variant is the image's variant if the mesh has none */
	RULE_VARIANT_OF_VALUES,
	/* 1.23, backported: user and group of the user's own proxy win */
	RULE_OWN_PROXY_USER,
	/* 1.23: a values file needs values */
	RULE_VALUES_REQUIRED,
	/* 1.24: annotation sidecar.istio.io/nativeSidecar */
	RULE_NATIVE_ANNOTATION,
	/* 1.24: fields of ProxyConfig */
	RULE_FIELDS_1_24,
	/* 1.24: IstioOperator files may have unknown fields */
	RULE_OPERATOR_LENIENT,
	/* 1.24, backported: on OpenShift the proxy drops the user that is
	 * also the application's */
	RULE_OPENSHIFT_USER,
	/* 1.25: annotation sidecar.istio.io/enableCoreDump means nothing */
	RULE_NO_CORE_DUMP,
	/* 1.25: fields of ProxyConfig */
	RULE_FIELDS_1_25,
	/* 1.25: the agent serves lifecycle hooks (asks the agent) */
	RULE_AGENT_HOOKS,
	/* 1.25: ISTIO_META_DNS_AUTO_ALLOCATE is deprecated */
	RULE_DNS_AUTO_DEPRECATED,
	/* 1.26, backported: a network is a namespace and a name */
	RULE_MULTUS_NAMESPACE,
	/* 1.27: the inject switch is "true" or "false", nothing else */
	RULE_INJECT_EXACT,
	/* 1.27: ENABLE_NATIVE_SIDECARS is true, false or auto */
	RULE_NATIVE_AUTO,
	/* 1.27: init containers count for RULE_OPENSHIFT_USER */
	RULE_OPENSHIFT_INIT_USER,
	/* 1.28: fields of ProxyConfig */
	RULE_FIELDS_1_28,
	/* 1.29: fields of ProxyConfig */
	RULE_FIELDS_1_29,
	/* 1.29, backported: quantities in annotations are checked */
	RULE_QUANTITIES_CHECKED,
	/* 1.30: names of interfaces in annotations are checked */
	RULE_INTERFACES_CHECKED,
	/* 1.31: fields of ProxyConfig */
	RULE_FIELDS_1_31,
	/* 1.31: an empty imageType falls back to global.variant */
	RULE_VARIANT_IF_EMPTY,
	/* 1.31: istio-init has an image of its own */
	RULE_PROXY_INIT_IMAGE,
	/* 1.31: several targets to scrape (asks the agent) */
	RULE_AGENT_SCRAPE_TARGETS,
	/* 1.31: ports that cannot be scraped are refused */
	RULE_SCRAPE_PORTS_CHECKED,
	/* 1.31: annotation of the secure port (asks the agent) */
	RULE_AGENT_SECURE_PORT,
	RELEASE_RULES,
};

/* Does the release have the rule? */
bool release_has(struct release release, enum release_rule rule);

/* Is `a` an older minor release than `b`? */
static inline bool release_is_older(struct release a, struct release b)
{
	return a.minor < b.minor;
}

/* Read a version or the tag of an image: 1.24, 1.24.6, 1.24.0-distroless,
 * 1.24-alpha.COMMIT.  False if the text does not name a release of Istio 1:
 * latest, a digest, a tag of somebody else. */
bool release_read(str text, struct release *out);
/* Read the tag of an image, HUB/NAME:TAG@DIGEST. */
bool release_of_image(str image, struct release *out);
/* Append 1.24, or 1.24.6 if the patch is known. */
void release_add(struct buf *b, struct release release);
/* The nearest release whose rules are known. */
struct release release_known(struct release release);

#endif

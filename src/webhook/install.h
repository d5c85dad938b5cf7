/*
 * install - what is needed to install the webhook.
 */
#ifndef WEBHOOK_INSTALL_H
#define WEBHOOK_INSTALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/options.h"
#include "injector.h"

/* ---- certs.c: a CA of one's own, and the certificate of a Service ---- */

struct certs_request {
	const char *service, *namespace_;
	unsigned days;		/* until the certificate expires, at the latest
				 * with its CA after 10 years; 0: with that */
	/*
	 * The file of the CA, PEM:
	 *
	 *	NULL		a new CA, whose key nobody keeps
	 *	does not exist	a new CA, whose certificate and key become the
	 *			file, readable by its owner only
	 *	with a key	signs; one of the certificates has this key
	 *	without a key	nothing is signed: the server's certificate is
	 *			somebody else's business
	 *
	 * Clients are to trust all certificates in it, so that a file with the
	 * new CA and the old one serves while one replaces the other.
	 */
	const char *ca_file;
};

/* All are PEM. */
struct certs {
	struct buf ca;			/* whom clients are to trust */
	struct buf certificate, key;	/* of the server; or empty */
};

#define CERTS_INIT { BUF_INIT, BUF_INIT, BUF_INIT }

/* 0, or -1 with nothing in *c. */
int certs_make(struct certs *c, const struct certs_request *request,
	       struct err *e);
void certs_release(struct certs *c);

/* ---- manifests.c: the objects of an installation ---- */

/* The objects are called `name`, in the namespace; those of the whole cluster
 * by the name of the Service, NAME.NAMESPACE.svc. */
struct manifests {
	const char *name, *namespace_;
	const char *image;
	unsigned replicas;
	unsigned grace;			/* seconds for a server to end */
	const char *const *args;	/* of the server */
	size_t n_args;
	/* What args name in MANIFESTS_CONFIG: keys of the ConfigMap. */
	const struct injector_text *files;
	size_t n_files;
	/* Istio's sidecar, selected by its own labels, for a revision (NULL:
	 * the default one) and tags; else by injector/inject. */
	bool istio;
	const char *revision;
	const char *const *tags;
	size_t n_tags;
	bool host_network;	/* Pods on the node's network, too */
	/* Pods start without the webhook, and are reported if they have not
	 * all of these containers (Istio's: its annotation). */
	bool fail_open;
	const char *const *sidecars;
	size_t n_sidecars;
	bool cert_manager;	/* makes the certificates; else: */
	const struct certs *certs;	/* or NULL: neither CA nor Secret */
	bool only_certs;	/* the webhook configuration and the Secret */
};

#define MANIFESTS_TLS "/etc/injector-webhook/tls"
#define MANIFESTS_CONFIG "/etc/injector-webhook/config"

/* Append the stream. */
int manifests_write(struct buf *out, const struct manifests *m, struct err *e);

/* ---- install.c: `injector-webhook manifests` and `certs` ---- */

/* Print what the command is for.  Prints what is wrong. */
enum status install_print(const struct options *o);
/* For the server: a usage error if the command line has their options. */
enum status install_check_unused(const struct options *o);

#endif

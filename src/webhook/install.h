/*
 * install - what is needed to install the webhook.
 */
#ifndef WEBHOOK_INSTALL_H
#define WEBHOOK_INSTALL_H

#include "base/err.h"
#include "base/str.h"

/* ---- certs.c: a CA of one's own, and the certificate of a Service ---- */

struct certs_request {
	const char *service, *namespace_;
	unsigned days;		/* until the certificate expires, but not after
				 * its CA, which is valid for 10 years; 0: then */
	/*
	 * The file of the CA, PEM:
	 *
	 *	NULL		a new CA, whose key nobody keeps
	 *	does not exist	a new CA, whose certificate and key become the
	 *			file, readable by its owner only
	 *	with a key	signs; the key belongs to one of the certificates
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

#endif

/*
 * Certificates, and what a connection does with them.
 *
 * An identity holds GnuTLS's credentials, which any number of sessions use at
 * the same time without changing them.  A session gets them when it begins,
 * so that a new certificate is for new connections, and the old credentials
 * live until the last connection that began with them is closed.
 *
 * TLS 1.2 and 1.3 with authenticated ciphers and forward secrecy, which is what
 * Go's clients, hence kube-apiserver, have.  ALPN is http/1.1: kube-apiserver
 * does not use HTTP/2 for webhooks behind a Service, because it would keep to
 * one replica.
 */
#include "webhook/serve_internal.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>

#include "base/mem.h"

const char *const tls_priorities =
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
	":-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305"
	":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA";

struct identity {
	atomic_uint references;
	gnutls_certificate_credentials_t credentials;
	bool asks;		/* clients need a certificate */
	struct identity_info info;
};

/* ---- what is in a certificate ---- */

/* Append a name to the list, or nothing if it does not fit. */
static void add_name(struct identity_info *info, const char *name)
{
	size_t n = strlen(info->names);

	if (n + strlen(name) + 3 > sizeof(info->names))
		return;
	snprintf(info->names + n, sizeof(info->names) - n, "%s%s",
		 n ? ", " : "", name);
}

/* The type of alternative name i, which is added; negative after the last. */
static int read_name(struct identity_info *info, gnutls_x509_crt_t certificate,
		     unsigned i)
{
	char name[256], address[INET6_ADDRSTRLEN];
	size_t n = sizeof(name) - 1;
	int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name,
							&n, NULL);

	if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
		return 0;
	if (type == GNUTLS_SAN_DNSNAME) {
		name[n] = '\0';
		add_name(info, name);
	} else if (type == GNUTLS_SAN_IPADDRESS &&
		   inet_ntop(n == 4 ? AF_INET : AF_INET6, name, address,
			     sizeof(address))) {
		add_name(info, address);
	}
	return type;
}

static void read_info(struct identity_info *info, gnutls_x509_crt_t certificate)
{
	unsigned char hash[32] = { 0 };
	size_t n = sizeof(hash);

	info->not_before = gnutls_x509_crt_get_activation_time(certificate);
	info->not_after = gnutls_x509_crt_get_expiration_time(certificate);
	gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, hash,
					&n);
	for (size_t i = 0; i < sizeof(hash); i++)
		snprintf(info->fingerprint + 2 * i, 3, "%02x", hash[i]);
	for (unsigned i = 0; read_name(info, certificate, i) >= 0; i++)
		;
}

/* ---- reading PEM ---- */

static gnutls_datum_t datum(str s)
{
	return (gnutls_datum_t){ (unsigned char *)(uintptr_t)s.p,
				 (unsigned)s.n };
}

static int use_key(struct identity *identity, gnutls_x509_crt_t *chain,
		   unsigned n, str text, struct err *e)
{
	const struct pos at = { .file = IDENTITY_KEY };
	const gnutls_datum_t pem = datum(text);
	gnutls_x509_privkey_t key;
	int rc = gnutls_x509_privkey_init(&key);

	if (rc < 0)
		return err_set(e, at, "private key: %s",
			       gnutls_strerror(rc));
	rc = gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM, NULL,
					 0);
	if (rc < 0) {
		err_set(e, at, "private key: expected PEM without a "
			"password (%s)", gnutls_strerror(rc));
	} else {
		rc = gnutls_certificate_set_x509_key(identity->credentials,
						     chain, (int)n, key);
		if (rc == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
			err_set(e, POS_NONE, "the private key does not belong "
				"to the certificate");
		else if (rc < 0)
			err_set(e, POS_NONE, "certificate and key cannot be "
				"used: %s", gnutls_strerror(rc));
	}
	gnutls_x509_privkey_deinit(key);
	return rc < 0 ? -1 : 0;
}

static int use_certificate(struct identity *identity, str certificate, str key,
			   struct err *e)
{
	const gnutls_datum_t pem = datum(certificate);
	gnutls_x509_crt_t *chain;
	unsigned n = 0;
	int rc = gnutls_x509_crt_list_import2(&chain, &n, &pem,
					      GNUTLS_X509_FMT_PEM, 0);

	if (rc < 0)
		return err_set(e, POS_NONE, "certificate: expected PEM (%s)",
			       gnutls_strerror(rc));
	rc = use_key(identity, chain, n, key, e);
	if (rc == 0)
		read_info(&identity->info, chain[0]);
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	return rc;
}

/* In the handshake: 0 if the client may come in. */
static int verify_client(gnutls_session_t session)
{
	gnutls_typed_vdata_st purpose = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT,
	};
	struct handshake *h = gnutls_session_get_ptr(session);
	gnutls_datum_t text = { NULL, 0 };
	unsigned status = 0;
	int rc = gnutls_certificate_verify_peers(session, &purpose, 1,
						 &status);

	if (rc < 0) {
		snprintf(h->why, sizeof(h->why), "client certificate: %s",
			 gnutls_strerror(rc));
		return rc;
	}
	if (!status)
		return 0;
	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509,
						     &text, 0);
	snprintf(h->why, sizeof(h->why), "client certificate: %s",
		 text.data ? (char *)text.data : "rejected");
	gnutls_free(text.data);
	return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

static int use_client_ca(struct identity *identity, str ca, struct err *e)
{
	const struct pos at = { .file = IDENTITY_CLIENT_CA };
	const gnutls_datum_t pem = datum(ca);
	int n;

	if (!ca.p)
		return 0;
	n = gnutls_certificate_set_x509_trust_mem(identity->credentials, &pem,
						  GNUTLS_X509_FMT_PEM);
	if (n <= 0)
		return err_set(e, at, "client CA: expected certificates in "
			       "PEM");
	gnutls_certificate_set_verify_function(identity->credentials,
					       verify_client);
	identity->asks = true;
	return 0;
}

/* ---- identities ---- */

struct identity *identity_new(str certificate, str key, str client_ca,
			      struct err *e)
{
	struct identity *identity = mem_try(sizeof(*identity));

	if (identity) {
		/* the last thread to use it frees it, whoever makes it */
		mem_detach(identity);
		memset(identity, 0, sizeof(*identity));
	}
	if (!identity || gnutls_certificate_allocate_credentials(
				 &identity->credentials) < 0) {
		mem_free(identity);
		err_set(e, POS_NONE, "out of memory");
		return NULL;
	}
	atomic_init(&identity->references, 1);
	/* it lives as long as its holders, not as the call that made it */
	mem_detach(identity);
	if (use_certificate(identity, certificate, key, e) < 0 ||
	    use_client_ca(identity, client_ca, e) < 0) {
		identity_free(identity);
		return NULL;
	}
	return identity;
}

struct identity *identity_keep(struct identity *identity)
{
	if (identity)
		atomic_fetch_add(&identity->references, 1);
	return identity;
}

void identity_free(struct identity *identity)
{
	if (!identity || atomic_fetch_sub(&identity->references, 1) > 1)
		return;
	gnutls_certificate_free_credentials(identity->credentials);
	mem_free(identity);
}

const struct identity_info *identity_info(const struct identity *identity)
{
	return &identity->info;
}

/* ---- sessions ---- */

/* Before and after each message of a handshake. */
static int step(gnutls_session_t session, unsigned type, unsigned when,
		unsigned incoming, const gnutls_datum_t *message)
{
	struct handshake *h = gnutls_session_get_ptr(session);
	bool after = when == GNUTLS_HOOK_POST;

	(void)message;
	if (!incoming)
		return 0;
	h->last = type;
	if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && after)
		h->agreed = true;
	h->step(h, type == GNUTLS_HANDSHAKE_FINISHED && after);
	return 0;
}

static int no_certificate(gnutls_session_t session,
			  const gnutls_datum_t *authorities, int n,
			  const gnutls_pk_algorithm_t *algorithms,
			  int n_algorithms, gnutls_pcert_st **certificate,
			  unsigned *length, gnutls_privkey_t *key)
{
	(void)session;
	(void)authorities;
	(void)n;
	(void)algorithms;
	(void)n_algorithms;
	(void)certificate;
	(void)length;
	(void)key;
	return -1;
}

void *tls_no_certificate(void)
{
	gnutls_certificate_retrieve_function2 *fn = no_certificate;

	return (void *)(uintptr_t)fn;
}

int tls_begin(gnutls_session_t session, struct identity *identity,
	      struct handshake *h)
{
	static unsigned char name[] = "http/1.1";
	const gnutls_datum_t http = { name, sizeof(name) - 1 };

	h->asks = identity->asks;
	gnutls_session_set_ptr(session, h);
	gnutls_certificate_server_set_request(session, identity->asks ?
			GNUTLS_CERT_REQUIRE : GNUTLS_CERT_IGNORE);
	gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY,
					   GNUTLS_HOOK_BOTH, step);
	if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
				   identity->credentials) < 0 ||
	    gnutls_alpn_set_protocols(session, &http, 1,
				      GNUTLS_ALPN_MANDATORY) < 0)
		return -1;
	return 0;
}

static gnutls_alert_description_t explain(struct handshake *h)
{
	gnutls_alert_description_t alert = GNUTLS_A_HANDSHAKE_FAILURE;
	const char *why = "closed by the client, or an invalid message";

	if (!h->agreed) {
		why = "no TLS version, cipher or protocol in common";
	} else if (h->asks && h->last == GNUTLS_HANDSHAKE_CERTIFICATE_PKT) {
		why = "the client has no certificate";
		alert = *h->why ? GNUTLS_A_BAD_CERTIFICATE :
				  GNUTLS_A_CERTIFICATE_REQUIRED;
	}
	if (!*h->why)
		snprintf(h->why, sizeof(h->why), "%s", why);
	return alert;
}

/* GnuTLS does not keep the error and sends no alerts, and libmicrohttpd neither
 * sends them nor passes the error on. */
void tls_fail(gnutls_session_t session, struct handshake *h)
{
	gnutls_alert_description_t theirs = gnutls_alert_get(session);

	if (theirs == GNUTLS_A_CLOSE_NOTIFY)	/* is 0: none */
		gnutls_alert_send(session, GNUTLS_AL_FATAL, explain(h));
	else
		snprintf(h->why, sizeof(h->why), "alert of the client: %s",
			 gnutls_alert_get_name(theirs));
}

void tls_bye(gnutls_session_t session)
{
	gnutls_bye(session, GNUTLS_SHUT_WR);
}

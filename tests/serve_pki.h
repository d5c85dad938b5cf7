/*
 * Certificates for the tests of webhook/serve, made anew in each run.
 */
#ifndef TESTS_SERVE_PKI_H
#define TESTS_SERVE_PKI_H

#include <check.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "serve_client.h"

/* A certificate, its key, and both as PEM. */
struct pair {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem, key_pem;
};

static str pem_of(const gnutls_datum_t *d)
{
	return (str){ (const char *)d->data, d->size };
}

static struct pair make_key(gnutls_pk_algorithm_t algorithm)
{
	unsigned bits = algorithm == GNUTLS_PK_RSA ? 2048 :
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	struct pair p;

	gnutls_x509_privkey_init(&p.key);
	ck_assert_int_eq(gnutls_x509_privkey_generate(p.key, algorithm, bits,
						      0), 0);
	gnutls_x509_privkey_export2(p.key, GNUTLS_X509_FMT_PEM, &p.key_pem);
	gnutls_x509_crt_init(&p.certificate);
	return p;
}

/* An authority if `purpose` is NULL; signed by itself if `by` is. */
static struct pair make_pair(gnutls_pk_algorithm_t algorithm,
			     const char *purpose, const struct pair *by)
{
	static unsigned char serial = 1;
	struct pair p = make_key(algorithm);
	time_t now = time(NULL);

	gnutls_x509_crt_set_version(p.certificate, 3);
	gnutls_x509_crt_set_serial(p.certificate, &serial, 1);
	serial++;
	gnutls_x509_crt_set_key(p.certificate, p.key);
	gnutls_x509_crt_set_activation_time(p.certificate, now - 60);
	gnutls_x509_crt_set_expiration_time(p.certificate, now + 3600);
	gnutls_x509_crt_set_dn(p.certificate, purpose ? "CN=test" : "CN=ca",
			       NULL);
	gnutls_x509_crt_set_basic_constraints(p.certificate, !purpose, -1);
	if (purpose) {
		gnutls_x509_crt_set_subject_alt_name(p.certificate,
			GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
		gnutls_x509_crt_set_subject_alt_name(p.certificate,
			GNUTLS_SAN_DNSNAME, "hook.test.svc", 13,
			GNUTLS_FSAN_APPEND);
		gnutls_x509_crt_set_subject_alt_name(p.certificate,
			GNUTLS_SAN_IPADDRESS, "\177\0\0\1", 4,
			GNUTLS_FSAN_APPEND);
		gnutls_x509_crt_set_key_purpose_oid(p.certificate, purpose, 0);
	} else {
		gnutls_x509_crt_set_key_usage(p.certificate,
					      GNUTLS_KEY_KEY_CERT_SIGN);
	}
	ck_assert_int_eq(gnutls_x509_crt_sign2(p.certificate,
		by ? by->certificate : p.certificate, by ? by->key : p.key,
		GNUTLS_DIG_SHA256, 0), 0);
	gnutls_x509_crt_export2(p.certificate, GNUTLS_X509_FMT_PEM, &p.pem);
	return p;
}

static void free_pair(struct pair *p)
{
	gnutls_x509_crt_deinit(p->certificate);
	gnutls_x509_privkey_deinit(p->key);
	gnutls_free(p->pem.data);
	gnutls_free(p->key_pem.data);
}

/* ---- a server with TLS or without ---- */

/* The server's, which the test's client trusts; NULL without TLS. */
static UNUSED struct identity *served;

static UNUSED void make_served(bool tls)
{
	struct pair ca, own;
	struct err e = ERR_INIT;

	if (!tls)
		return;
	ca = make_pair(GNUTLS_PK_ECDSA, NULL, NULL);
	own = make_pair(GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &ca);
	gnutls_certificate_allocate_credentials(&trust);
	gnutls_certificate_set_x509_trust_mem(trust, &ca.pem,
					      GNUTLS_X509_FMT_PEM);
	served = identity_new(pem_of(&own.pem), pem_of(&own.key_pem), STR_NONE,
			      &e);
	ck_assert_msg(served != NULL, "%s", e.text);
	free_pair(&own);
	free_pair(&ca);
}

static UNUSED void forget_served(void)
{
	if (served)
		gnutls_certificate_free_credentials(trust);
	identity_free(served);
	served = NULL;
}

#endif

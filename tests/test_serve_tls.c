/*
 * TLS of webhook/serve: certificates, versions, protocols, clients with and
 * without certificates, and certificates that change under load.
 */
#include "serve_client.h"
#include "serve_pki.h"

static struct pair ca, stranger;	/* two authorities */

/* ---- set up ---- */

static void make_authorities(void)
{
	ca = make_pair(GNUTLS_PK_ECDSA, NULL, NULL);
	stranger = make_pair(GNUTLS_PK_ECDSA, NULL, NULL);
	gnutls_certificate_allocate_credentials(&trust);
	gnutls_certificate_set_x509_trust_mem(trust, &ca.pem,
					      GNUTLS_X509_FMT_PEM);
}

static void forget_authorities(void)
{
	gnutls_certificate_free_credentials(trust);
	free_pair(&ca);
	free_pair(&stranger);
}

/* A certificate for the server, and authorities for its clients. */
static struct identity *make_identity(gnutls_pk_algorithm_t algorithm,
				      const struct pair *client_ca)
{
	struct pair own = make_pair(algorithm, GNUTLS_KP_TLS_WWW_SERVER, &ca);
	struct err e = ERR_INIT;
	struct identity *identity = identity_new(pem_of(&own.pem),
		pem_of(&own.key_pem),
		client_ca ? pem_of(&client_ca->pem) : STR_NONE, &e);

	ck_assert_msg(identity != NULL, "%s", e.text);
	free_pair(&own);
	return identity;
}

static void start_as(struct identity *identity)
{
	struct serve_options o = test_options();

	o.identity = identity;
	start_server(&o);
	/* the server and its connections have references of their own */
	identity_free(identity);
}

static struct client *come(void)
{
	struct client *c = connect_to(port);

	ck_assert_int_eq(shake_hands(c, NULL, NULL), 0);
	return c;
}

/* The SHA-256 of the certificate that a client sees. */
static void get_fingerprint(struct client *c, char hex[65])
{
	const gnutls_datum_t *chain;
	unsigned char hash[32];
	size_t size = sizeof(hash);
	unsigned n;

	chain = gnutls_certificate_get_peers(c->tls, &n);
	ck_assert_ptr_nonnull(chain);
	gnutls_fingerprint(GNUTLS_DIG_SHA256, chain, hash, &size);
	for (unsigned i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
}

/* ---- identities ---- */

START_TEST(identities_tell)
{
	struct pair own;
	const struct identity_info *info;
	struct identity *identity;
	struct client *c;
	char seen[65];

	make_authorities();
	own = make_pair(GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &ca);
	identity = identity_new(pem_of(&own.pem), pem_of(&own.key_pem),
				STR_NONE, NULL);
	ck_assert_ptr_nonnull(identity);
	info = identity_info(identity);
	ck_assert_str_eq(info->names, "localhost, hook.test.svc, 127.0.0.1");
	ck_assert_int_eq(info->not_after - info->not_before, 3660);
	ck_assert_int_le(info->not_before, time(NULL));
	start_as(identity);
	c = come();
	get_fingerprint(c, seen);
	ck_assert_str_eq(info->fingerprint, seen);
	hang_up(c);
	stop_server();
	free_pair(&own);
	forget_authorities();
}
END_TEST

static void expect_refused(str certificate, str key, str client_ca,
			   const char *why)
{
	struct err e = ERR_INIT;

	ck_assert_ptr_null(identity_new(certificate, key, client_ca, &e));
	ck_assert_msg(strstr(e.text, why) != NULL, "\"%s\" is not in \"%s\"",
		      why, e.text);
}

START_TEST(identities_are_checked)
{
	const str junk = STR("-----BEGIN CERTIFICATE-----\nAAAA\n");
	struct pair a, b;

	make_authorities();
	a = make_pair(GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &ca);
	b = make_pair(GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &ca);
	expect_refused(pem_of(&a.pem), pem_of(&b.key_pem), STR_NONE,
		       "the private key does not belong to the certificate");
	expect_refused(junk, pem_of(&a.key_pem), STR_NONE,
		       "certificate: expected PEM");
	expect_refused(STR_NONE, pem_of(&a.key_pem), STR_NONE,
		       "certificate: expected PEM");
	expect_refused(pem_of(&a.pem), junk, STR_NONE,
		       "private key: expected PEM");
	expect_refused(pem_of(&a.pem), STR_NONE, STR_NONE,
		       "private key: expected PEM");
	expect_refused(pem_of(&a.pem), pem_of(&a.key_pem), junk,
		       "client CA: expected certificates in PEM");
	/* not the same as none, with which all clients are welcome */
	expect_refused(pem_of(&a.pem), pem_of(&a.key_pem), STR(""),
		       "client CA: expected certificates in PEM");
	free_pair(&a);
	free_pair(&b);
	forget_authorities();
}
END_TEST

/* ---- handshakes ---- */

START_TEST(algorithms)
{
	static const gnutls_pk_algorithm_t all[] = {
		GNUTLS_PK_ECDSA, GNUTLS_PK_RSA,
	};

	make_authorities();
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct client *c;

		start_as(make_identity(all[i], NULL));
		c = come();
		ck_assert_int_eq(gnutls_protocol_get_version(c->tls),
				 GNUTLS_TLS1_3);
		expect_answer(c, GET("/ready"), 200, "ready\n");
		hang_up(c);
		c = connect_to(port);
		ck_assert_int_eq(shake_hands(c,
			"NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL), 0);
		expect_answer(c, GET("/ready"), 200, "ready\n");
		hang_up(c);
		stop_server();
	}
	forget_authorities();
}
END_TEST

static void expect_no_handshake(const char *priorities, const char *alpn)
{
	struct client *c = connect_to(port);

	ck_assert_int_eq(shake_hands(c, priorities, alpn),
			 GNUTLS_E_FATAL_ALERT_RECEIVED);
	hang_up(c);
}

START_TEST(versions_and_protocols)
{
	struct client *c;
	gnutls_datum_t name;

	make_authorities();
	start_as(make_identity(GNUTLS_PK_ECDSA, NULL));
	expect_no_handshake("NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", NULL);
	expect_no_handshake("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:"
			    "+AES-128-CBC", NULL);
	expect_no_handshake(NULL, "h2");
	ck_assert(was_said("no TLS version, cipher or protocol in common\n"));
	c = connect_to(port);
	ck_assert_int_eq(shake_hands(c, NULL, "http/1.1"), 0);
	ck_assert_int_eq(gnutls_alpn_get_selected_protocol(c->tls, &name), 0);
	ck_assert(str_eq(pem_of(&name), STR("http/1.1")));
	hang_up(c);
	await_stat(connections, 0);
	ck_assert_uint_eq(serve_stats(server).handshake_errors, 3);
	stop_server();
	forget_authorities();
}
END_TEST

START_TEST(failures_are_counted)
{
	gnutls_certificate_credentials_t of_stranger;
	struct client *c;

	make_authorities();
	start_as(make_identity(GNUTLS_PK_ECDSA, NULL));
	/* a probe of the port is no failure */
	hang_up(connect_to(port));
	await_stat(accepted, 1);
	await_stat(connections, 0);
	ck_assert_uint_eq(serve_stats(server).handshake_errors, 0);
	/* a client that does not speak TLS */
	c = connect_to(port);
	put_z(c, GET("/ready"));
	ck_assert(is_closed(c, PATIENCE_MS));
	hang_up(c);
	/* one that trusts somebody else, and says so */
	of_stranger = trust;
	gnutls_certificate_allocate_credentials(&trust);
	gnutls_certificate_set_x509_trust_mem(trust, &stranger.pem,
					      GNUTLS_X509_FMT_PEM);
	c = connect_to(port);
	ck_assert_int_eq(shake_hands(c, NULL, NULL),
			 GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	gnutls_alert_send(c->tls, GNUTLS_AL_FATAL, GNUTLS_A_UNKNOWN_CA);
	ck_assert(is_closed(c, PATIENCE_MS));
	hang_up(c);
	gnutls_certificate_free_credentials(trust);
	trust = of_stranger;
	await_stat(connections, 0);
	ck_assert(was_said(": alert of the client: CA is unknown\n"));
	/* this looks like a probe without os_received() */
#ifndef OS_PORTABLE
	ck_assert(was_said(": not TLS, or closed by the client\n"));
	ck_assert_uint_eq(serve_stats(server).handshake_errors, 2);
#endif
	stop_server();
	forget_authorities();
}
END_TEST

/* ---- clients with certificates ---- */

/* The status of the answer that a client with this certificate gets. */
static unsigned status_with(const struct pair *own)
{
	struct client *c = connect_to(port);
	unsigned status = 0;

	if (own)
		gnutls_certificate_set_x509_key_mem(trust, &own->pem,
			&own->key_pem, GNUTLS_X509_FMT_PEM);
	/* in TLS 1.3 the client hears of its rejection after the handshake */
	if (shake_hands(c, NULL, NULL) == 0)
		status = ask(c, GET("/ready")).status;
	hang_up(c);
	gnutls_certificate_free_keys(trust);
	return status;
}

START_TEST(clients_need_certificates)
{
	struct pair good, forged, no_client;

	make_authorities();
	start_as(make_identity(GNUTLS_PK_ECDSA, &ca));
	good = make_pair(GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &ca);
	forged = make_pair(GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT,
			   &stranger);
	no_client = make_pair(GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &ca);
	ck_assert_uint_eq(status_with(&good), 200);
	ck_assert_uint_eq(status_with(NULL), 0);
	ck_assert_uint_eq(status_with(&forged), 0);
	ck_assert_uint_eq(status_with(&no_client), 0);
	ck_assert_uint_eq(status_with(&good), 200);
	await_stat(connections, 0);
	ck_assert_uint_eq(serve_stats(server).handshake_errors, 3);
	ck_assert(was_said(": the client has no certificate\n"));
	ck_assert(was_said(": client certificate: "));
	ck_assert_uint_eq(serve_stats(server).answered, 2);
	stop_server();
	free_pair(&good);
	free_pair(&forged);
	free_pair(&no_client);
	forget_authorities();
}
END_TEST

/* ---- a new certificate ---- */

static atomic_bool enough;
static atomic_uint n_answers;

/* Requests on one connection, then on a new one. */
static void *keep_asking(void *ctx)
{
	(void)ctx;
	while (!atomic_load(&enough)) {
		struct client *c = come();

		for (int i = 0; i < 5; i++) {
			expect_answer(c, GET("/ready"), 200, "ready\n");
			atomic_fetch_add(&n_answers, 1);
		}
		hang_up(c);
	}
	return NULL;
}

/* A new identity, which is seen by the next client. */
static void change_identity(void)
{
	struct identity *new = make_identity(GNUTLS_PK_ECDSA, NULL);
	struct client *c;
	char seen[65];

	serve_set_identity(server, new);
	c = come();
	get_fingerprint(c, seen);
	ck_assert_str_eq(seen, identity_info(new)->fingerprint);
	hang_up(c);
	identity_free(new);
}

START_TEST(identities_change_under_load)
{
	pthread_t threads[3];
	struct client *old;
	unsigned before;

	make_authorities();
	atomic_store(&enough, false);
	start_as(make_identity(GNUTLS_PK_ECDSA, NULL));
	old = come();
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, keep_asking, NULL);
	before = atomic_load(&n_answers);
	for (int i = 0; i < 30; i++) {
		change_identity();
		/* an old connection goes on */
		expect_answer(old, GET("/ready"), 200, "ready\n");
	}
	while (atomic_load(&n_answers) - before < 30)
		sleep_ms(5);
	atomic_store(&enough, true);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	hang_up(old);
	await_stat(connections, 0);
	ck_assert_uint_eq(serve_stats(server).handshake_errors, 0);
	stop_server();
	forget_authorities();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("serve_tls");
	TCase *t = tcase_create("tls");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, identities_tell);
	tcase_add_test(t, identities_are_checked);
	tcase_add_test(t, algorithms);
	tcase_add_test(t, versions_and_protocols);
	tcase_add_test(t, failures_are_counted);
	tcase_add_test(t, clients_need_certificates);
	tcase_add_test(t, identities_change_under_load);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

/*
 * webhook/certs: GnuTLS itself accepts the server's certificate for the names
 * of the Service, as kube-apiserver would, and what a CA's file may hold.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/x509.h>

#include "base/array.h"
#include "base/io.h"
#include "webhook/install.h"

static char folder[64], path[80];

static void setup(void)
{
	snprintf(folder, sizeof(folder), "/tmp/certs-XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/ca.pem", folder);
}

static void teardown(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

/* ---- making ---- */

static struct certs_request request(const char *ca_file)
{
	return (struct certs_request){ "web", "shop", 0, ca_file };
}

static void make(struct certs *c, const struct certs_request *r)
{
	struct err e = ERR_INIT;

	ck_assert_msg(certs_make(c, r, &e) == 0, "%s", e.text);
}

static void refuse(const char *ca_file, const char *why)
{
	struct certs_request r = request(ca_file);
	struct err e = ERR_INIT;
	struct certs c;

	ck_assert_int_eq(certs_make(&c, &r, &e), -1);
	ck_assert_msg(strstr(e.text, why) != NULL, "%s", e.text);
	ck_assert_str_eq(e.pos.file, ca_file);
	ck_assert_uint_eq(c.ca.n + c.certificate.n + c.key.n, 0);
}

static void write_file(const char *name, const struct buf *texts, size_t n)
{
	FILE *f = fopen(name, "w");

	ck_assert(f != NULL);
	for (size_t i = 0; i < n; i++)
		fwrite(texts[i].p, 1, texts[i].n, f);
	ck_assert_int_eq(fclose(f), 0);
}

/* ---- reading ---- */

static gnutls_datum_t datum(const struct buf *text)
{
	return (gnutls_datum_t){ (unsigned char *)text->p,
				 (unsigned)text->n };
}

static gnutls_x509_crt_t crt_of(const struct buf *text)
{
	gnutls_datum_t d = datum(text);
	gnutls_x509_crt_t crt;

	ck_assert_int_eq(gnutls_x509_crt_init(&crt), 0);
	ck_assert_int_eq(gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_PEM),
			 0);
	return crt;
}

static gnutls_x509_privkey_t key_of(const struct buf *text)
{
	gnutls_datum_t d = datum(text);
	gnutls_x509_privkey_t key;

	ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_eq(gnutls_x509_privkey_import(key, &d,
						    GNUTLS_X509_FMT_PEM), 0);
	return key;
}

/* What is wrong with the certificate for a client that trusts `ca`; 0:
 * nothing. */
static unsigned verify(const struct certs *c, const struct buf *ca,
		       const char *name)
{
	gnutls_x509_trust_list_t trusted;
	gnutls_x509_crt_t crt = crt_of(&c->certificate);
	gnutls_datum_t d = datum(ca);
	gnutls_typed_vdata_st data[] = {
		{ GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)name, 0 },
		{ GNUTLS_DT_KEY_PURPOSE_OID,
		  (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0 },
	};
	unsigned status = 0;

	ck_assert_int_eq(gnutls_x509_trust_list_init(&trusted, 0), 0);
	ck_assert_int_ge(gnutls_x509_trust_list_add_trust_mem(trusted, &d,
			NULL, GNUTLS_X509_FMT_PEM, 0, 0), 1);
	ck_assert_int_eq(gnutls_x509_trust_list_verify_crt2(trusted, &crt, 1,
			data, ARRAY_SIZE(data), 0, &status, NULL), 0);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_trust_list_deinit(trusted, 1);
	return status;
}

static void id_of_crt(const struct buf *text, unsigned char *id)
{
	gnutls_x509_crt_t crt = crt_of(text);
	size_t n = 20;

	ck_assert_int_eq(gnutls_x509_crt_get_key_id(crt, 0, id, &n), 0);
	gnutls_x509_crt_deinit(crt);
}

static size_t serial_of(const struct buf *text, unsigned char *serial,
			size_t room)
{
	gnutls_x509_crt_t crt = crt_of(text);

	ck_assert_int_eq(gnutls_x509_crt_get_serial(crt, serial, &room), 0);
	gnutls_x509_crt_deinit(crt);
	return room;
}

/* ---- certificates ---- */

START_TEST(a_client_accepts_the_names)
{
	static const char *const good[] = {
		"web.shop.svc", "web.shop", "web.shop.svc.cluster.local",
	};
	static const char *const bad[] = { "web", "web.default.svc", "x" };
	const struct certs_request r = request(NULL);
	struct certs c;

	make(&c, &r);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ck_assert_uint_eq(verify(&c, &c.ca, good[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_uint_ne(verify(&c, &c.ca, bad[i]) &
				  GNUTLS_CERT_UNEXPECTED_OWNER, 0);
	certs_release(&c);
}
END_TEST

START_TEST(the_key_is_that_of_the_certificate)
{
	const struct certs_request r = request(NULL);
	gnutls_x509_privkey_t key;
	gnutls_ecc_curve_t curve;
	unsigned char a[20], b[20];
	size_t n = sizeof(b);
	struct certs c;

	make(&c, &r);
	key = key_of(&c.key);
	id_of_crt(&c.certificate, a);
	ck_assert_int_eq(gnutls_x509_privkey_get_key_id(key, 0, b, &n), 0);
	ck_assert_mem_eq(a, b, sizeof(a));
	ck_assert_int_eq(gnutls_x509_privkey_export_ecc_raw(key, &curve, NULL,
							    NULL, NULL), 0);
	ck_assert_int_eq(curve, GNUTLS_ECC_CURVE_SECP256R1);
	gnutls_x509_privkey_deinit(key);
	/* the CA's is another */
	id_of_crt(&c.ca, b);
	ck_assert_mem_ne(a, b, sizeof(a));
	certs_release(&c);
}
END_TEST

START_TEST(two_calls_make_different_ones)
{
	const struct certs_request r = request(NULL);
	unsigned char a[20], b[20];
	struct certs one, two;
	size_t n, m;

	make(&one, &r);
	make(&two, &r);
	n = serial_of(&one.certificate, a, sizeof(a));
	m = serial_of(&two.certificate, b, sizeof(b));
	ck_assert_uint_eq(n, 16);
	ck_assert_uint_eq(m, 16);
	ck_assert_mem_ne(a, b, n);
	ck_assert_uint_eq(serial_of(&one.ca, b, sizeof(b)), 16);
	ck_assert_mem_ne(a, b, n);
	id_of_crt(&one.certificate, a);
	id_of_crt(&two.certificate, b);
	ck_assert_mem_ne(a, b, sizeof(a));
	/* nor does one CA vouch for the other's */
	ck_assert_uint_ne(verify(&one, &two.ca, "web.shop.svc"), 0);
	certs_release(&one);
	certs_release(&two);
}
END_TEST

static void check_validity(unsigned days, time_t expected)
{
	struct certs_request r = request(NULL);
	const time_t now = time(NULL), tolerance = 60;
	gnutls_x509_crt_t crt;
	struct certs c;
	time_t end;

	r.days = days;
	make(&c, &r);
	crt = crt_of(&c.certificate);
	ck_assert_int_lt(gnutls_x509_crt_get_activation_time(crt), now);
	ck_assert_int_gt(gnutls_x509_crt_get_activation_time(crt),
			 now - 24 * 60 * 60);
	end = gnutls_x509_crt_get_expiration_time(crt) - now;
	ck_assert_int_ge(end, expected * 24 * 60 * 60 - tolerance);
	ck_assert_int_le(end, expected * 24 * 60 * 60 + tolerance);
	gnutls_x509_crt_deinit(crt);
	certs_release(&c);
}

START_TEST(valid_for_as_long_as_asked_and_its_ca)
{
	check_validity(0, 3650);
	check_validity(90, 90);
	check_validity(10000, 3650);
}
END_TEST

START_TEST(only_the_ca_signs)
{
	const struct certs_request r = request(NULL);
	gnutls_x509_crt_t crt;
	struct certs c;
	unsigned usage;
	int length;
	unsigned is_ca;

	make(&c, &r);
	crt = crt_of(&c.ca);
	ck_assert_int_ge(gnutls_x509_crt_get_basic_constraints(crt, NULL,
							&is_ca, &length), 0);
	ck_assert(is_ca && length == 0);
	gnutls_x509_crt_deinit(crt);
	crt = crt_of(&c.certificate);
	ck_assert_int_eq(gnutls_x509_crt_get_ca_status(crt, NULL), 0);
	ck_assert_int_eq(gnutls_x509_crt_get_key_usage(crt, &usage, NULL), 0);
	ck_assert_uint_eq(usage, GNUTLS_KEY_DIGITAL_SIGNATURE);
	gnutls_x509_crt_deinit(crt);
	certs_release(&c);
}
END_TEST

/* ---- the CA's file ---- */

START_TEST(a_new_file_is_for_its_owner)
{
	const struct certs_request r = request(path);
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct certs c;
	struct stat st;

	make(&c, &r);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(io_slurp(path, &text, &e), 0);
	ck_assert(str_starts(buf_str(&text), buf_str(&c.ca)));
	ck_assert(strstr(buf_z(&text), "BEGIN PRIVATE KEY") != NULL);
	/* the server's is not there */
	ck_assert(strstr(text.p, buf_z(&c.key)) == NULL);
	buf_release(&text);
	certs_release(&c);
}
END_TEST

START_TEST(a_file_signs_again)
{
	const struct certs_request r = request(path);
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct err e = ERR_INIT;
	struct certs one, two;

	make(&one, &r);
	ck_assert_int_eq(io_slurp(path, &before, &e), 0);
	make(&two, &r);
	ck_assert_int_eq(io_slurp(path, &after, &e), 0);
	ck_assert(str_eq(buf_str(&before), buf_str(&after)));
	ck_assert(str_eq(buf_str(&one.ca), buf_str(&two.ca)));
	ck_assert(!str_eq(buf_str(&one.certificate),
			  buf_str(&two.certificate)));
	ck_assert_uint_eq(verify(&two, &one.ca, "web.shop.svc"), 0);
	buf_release(&before);
	buf_release(&after);
	certs_release(&one);
	certs_release(&two);
}
END_TEST

/* While one CA replaces another, clients trust both. */
START_TEST(a_file_with_an_old_ca_too)
{
	struct certs_request r = request(NULL);
	struct certs old, new, both;
	struct buf texts[2] = { BUF_INIT, BUF_INIT };
	struct err e = ERR_INIT;

	make(&old, &r);
	r.ca_file = path;
	make(&new, &r);
	ck_assert_int_eq(io_slurp(path, &texts[1], &e), 0);
	texts[0] = old.ca;
	write_file(path, texts, 2);
	make(&both, &r);
	ck_assert_uint_eq(verify(&old, &both.ca, "web.shop.svc"), 0);
	ck_assert_uint_eq(verify(&both, &both.ca, "web.shop.svc"), 0);
	ck_assert_uint_eq(verify(&both, &new.ca, "web.shop.svc"), 0);
	ck_assert_uint_ne(verify(&both, &old.ca, "web.shop.svc"), 0);
	buf_release(&texts[1]);
	certs_release(&old);
	certs_release(&new);
	certs_release(&both);
}
END_TEST

START_TEST(a_file_without_a_key_signs_nothing)
{
	struct certs_request r = request(NULL);
	struct certs one, two;

	make(&one, &r);
	write_file(path, &one.ca, 1);
	r.ca_file = path;
	make(&two, &r);
	ck_assert(str_eq(buf_str(&one.ca), buf_str(&two.ca)));
	ck_assert_uint_eq(two.certificate.n + two.key.n, 0);
	certs_release(&one);
	certs_release(&two);
}
END_TEST

/* The CA of a file, as if it were made ten years ago. */
static void write_expired(const struct certs *like)
{
	gnutls_x509_privkey_t key = key_of(&like->key);
	gnutls_x509_crt_t crt = crt_of(&like->certificate);
	struct buf texts[2] = { BUF_INIT, BUF_INIT };
	gnutls_datum_t d;

	ck_assert_int_eq(gnutls_x509_crt_set_basic_constraints(crt, 1, 0), 0);
	ck_assert_int_eq(gnutls_x509_crt_set_expiration_time(crt,
						time(NULL) - 1), 0);
	ck_assert_int_eq(gnutls_x509_crt_sign2(crt, crt, key,
					       GNUTLS_DIG_SHA256, 0), 0);
	ck_assert_int_eq(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
						 &d), 0);
	buf_add(&texts[0], d.data, d.size);
	texts[1] = like->key;
	write_file(path, texts, 2);
	gnutls_free(d.data);
	buf_release(&texts[0]);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

START_TEST(files_that_are_refused)
{
	const struct certs_request r = request(NULL);
	struct buf junk = BUF_INIT, texts[2];
	struct certs one, two;

	make(&one, &r);
	make(&two, &r);
	buf_addz(&junk, "no certificate\n");
	write_file(path, &junk, 1);
	refuse(path, "cannot read certificates (PEM)");
	texts[0] = one.ca;
	texts[1] = two.key;
	write_file(path, texts, 2);
	refuse(path, "belongs to none of the certificates");
	texts[0] = one.certificate;
	texts[1] = one.key;
	write_file(path, texts, 2);
	refuse(path, "not that of a CA");
	write_expired(&one);
	refuse(path, "has expired");
	refuse("/nonexistent/ca.pem", "cannot create the file");
	buf_release(&junk);
	certs_release(&one);
	certs_release(&two);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("webhook_certs");
	TCase *t = tcase_create("certificates");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, a_client_accepts_the_names);
	tcase_add_test(t, the_key_is_that_of_the_certificate);
	tcase_add_test(t, two_calls_make_different_ones);
	tcase_add_test(t, valid_for_as_long_as_asked_and_its_ca);
	tcase_add_test(t, only_the_ca_signs);
	t = tcase_create("the CA's file");
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_new_file_is_for_its_owner);
	tcase_add_test(t, a_file_signs_again);
	tcase_add_test(t, a_file_with_an_old_ca_too);
	tcase_add_test(t, a_file_without_a_key_signs_nothing);
	tcase_add_test(t, files_that_are_refused);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * certs - a CA of one's own, and the certificate that it signs for a Service.
 *
 *	the CA		ECDSA P-256, 10 years; may sign nothing but servers
 *	the server	ECDSA P-256, for the names by which a cluster knows the
 *			Service, of which kube-apiserver uses NAME.NAMESPACE.svc
 *
 * What clients check: crypto/x509 of Go, which ignores common names.
 */
#include "webhook/install.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "base/array.h"
#include "base/io.h"
#include "base/mem.h"

#define DAY ((time_t)24 * 60 * 60)
#define CA_DAYS 3650
/* Clocks differ; a certificate must not be too new for a client. */
#define BACKDATE ((time_t)60 * 60)
#define ID_MAX 64		/* bytes of a key's fingerprint, at least 20 */

struct pair {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

/* What GnuTLS holds during one call. */
struct work {
	const struct certs_request *request;
	struct pair ca, server;
	gnutls_x509_crt_t *trusted;	/* of the CA's file */
	unsigned n_trusted;
	const struct pair *signer;	/* NULL: its key is elsewhere */
	struct pair found;		/* in the file; borrows its crt */
	gnutls_datum_t text;		/* being copied */
	struct buf file;
	time_t now;
	struct err *e;
};

static void pair_release(struct pair *p)
{
	if (p->crt)
		gnutls_x509_crt_deinit(p->crt);
	if (p->key)
		gnutls_x509_privkey_deinit(p->key);
}

static void release(void *ctx)
{
	struct work *w = ctx;

	pair_release(&w->ca);
	pair_release(&w->server);
	w->found.crt = NULL;
	pair_release(&w->found);
	for (unsigned i = 0; i < w->n_trusted; i++)
		gnutls_x509_crt_deinit(w->trusted[i]);
	gnutls_free(w->trusted);
	gnutls_free(w->text.data);
}

static int failed(struct work *w, const char *what, int code)
{
	return err_set(w->e, POS_NONE, "cannot %s: %s", what,
		       gnutls_strerror(code));
}

static struct pos file_pos(const struct work *w)
{
	return (struct pos){ w->request->ca_file, 0, 0 };
}

/* ---- making ---- */

static int generate(struct work *w, struct pair *p)
{
	const unsigned bits =
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	int code = gnutls_x509_privkey_init(&p->key);

	if (code >= 0)
		code = gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA,
						    bits, 0);
	return code < 0 ? failed(w, "generate a key", code) : 0;
}

/* Positive and not 0, as RFC 5280 has it. */
static int set_serial(gnutls_x509_crt_t crt)
{
	unsigned char serial[16];
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	if (code < 0)
		return code;
	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
	return gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
}

/* A certificate with what both have in common, not signed yet. */
static int begin(struct work *w, struct pair *p, const char *name,
		 time_t expires)
{
	int code = gnutls_x509_crt_init(&p->crt);
	unsigned char id[ID_MAX];
	size_t n = sizeof(id);

	if (code < 0 ||
	    (code = gnutls_x509_crt_set_version(p->crt, 3)) < 0 ||
	    (code = set_serial(p->crt)) < 0 ||
	    (code = gnutls_x509_crt_set_activation_time(p->crt,
						w->now - BACKDATE)) < 0 ||
	    (code = gnutls_x509_crt_set_expiration_time(p->crt,
							expires)) < 0 ||
	    (code = gnutls_x509_crt_set_dn_by_oid(p->crt,
			GNUTLS_OID_X520_COMMON_NAME, 0, name,
			(unsigned)strlen(name))) < 0 ||
	    (code = gnutls_x509_crt_set_key(p->crt, p->key)) < 0 ||
	    (code = gnutls_x509_crt_get_key_id(p->crt, 0, id, &n)) < 0 ||
	    (code = gnutls_x509_crt_set_subject_key_id(p->crt, id, n)) < 0)
		return failed(w, "make a certificate", code);
	return 0;
}

static int sign(struct work *w, struct pair *p, const struct pair *by)
{
	unsigned char id[ID_MAX];
	size_t n = sizeof(id);
	int code = gnutls_x509_crt_get_subject_key_id(by->crt, id, &n, NULL);

	/* a CA of somebody else may have none */
	if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		code = 0;
	else if (code >= 0)
		code = gnutls_x509_crt_set_authority_key_id(p->crt, id, n);
	if (code >= 0)
		/* with the hash that suits the key */
		code = gnutls_x509_crt_sign2(p->crt, by->crt, by->key,
					     GNUTLS_DIG_UNKNOWN, 0);
	return code < 0 ? failed(w, "sign the certificate", code) : 0;
}

static int make_ca(struct work *w)
{
	const unsigned usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN;
	struct pair *ca = &w->ca;
	int code;

	if (generate(w, ca) ||
	    begin(w, ca, "injector-webhook CA", w->now + CA_DAYS * DAY))
		return -1;
	code = gnutls_x509_crt_set_basic_constraints(ca->crt, 1, 0);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(ca->crt, usage);
	if (code < 0)
		return failed(w, "make a CA", code);
	w->signer = ca;
	return sign(w, ca, ca);
}

/* The names of a Service, the one that kube-apiserver uses first. */
static int set_names(struct work *w, gnutls_x509_crt_t crt)
{
	static const char *const endings[] = {
		".svc", "", ".svc.cluster.local",
	};
	const struct certs_request *r = w->request;
	struct buf name = BUF_INIT;
	int code = 0;

	for (size_t i = 0; i < ARRAY_SIZE(endings) && code >= 0; i++) {
		buf_clear(&name);
		buf_printf(&name, "%s.%s%s", r->service, r->namespace_,
			   endings[i]);
		code = gnutls_x509_crt_set_subject_alt_name(crt,
			GNUTLS_SAN_DNSNAME, name.p, (unsigned)name.n,
			i ? GNUTLS_FSAN_APPEND : GNUTLS_FSAN_SET);
	}
	buf_release(&name);
	return code;
}

static int make_server(struct work *w)
{
	struct pair *server = &w->server;
	time_t end = gnutls_x509_crt_get_expiration_time(w->signer->crt);
	time_t expires = w->now + (time_t)w->request->days * DAY;
	int code;

	if (!w->request->days || expires > end)
		expires = end;
	if (generate(w, server) ||
	    begin(w, server, w->request->service, expires))
		return -1;
	code = set_names(w, server->crt);
	if (code >= 0)
		code = gnutls_x509_crt_set_basic_constraints(server->crt, 0,
							     -1);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(server->crt,
						GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (code >= 0)
		code = gnutls_x509_crt_set_key_purpose_oid(server->crt,
						GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (code < 0)
		return failed(w, "make the server's certificate", code);
	return sign(w, server, w->signer);
}

/* ---- the file of the CA ---- */

static bool is_key_of(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	unsigned char of_crt[ID_MAX], of_key[ID_MAX];
	size_t n = sizeof(of_crt), m = sizeof(of_key);

	return gnutls_x509_crt_get_key_id(crt, 0, of_crt, &n) >= 0 &&
	       gnutls_x509_privkey_get_key_id(key, 0, of_key, &m) >= 0 &&
	       n == m && memcmp(of_crt, of_key, n) == 0;
}

static int check_signer(struct work *w)
{
	gnutls_x509_crt_t crt = w->found.crt;

	if (gnutls_x509_crt_get_ca_status(crt, NULL) <= 0)
		return err_set(w->e, file_pos(w), "the certificate of the "
			       "private key is not that of a CA");
	if (gnutls_x509_crt_get_expiration_time(crt) <= w->now)
		return err_set(w->e, file_pos(w), "the CA has expired; name a "
			       "file that does not exist to make a new one");
	w->signer = &w->found;
	return 0;
}

/* Find the certificate that the key in the file belongs to. */
static int read_key(struct work *w, const gnutls_datum_t *text)
{
	int code = gnutls_x509_privkey_init(&w->found.key);

	if (code >= 0)
		code = gnutls_x509_privkey_import2(w->found.key, text,
						   GNUTLS_X509_FMT_PEM, NULL,
						   0);
	if (code < 0)
		return err_set(w->e, file_pos(w), "cannot read the private "
			       "key: %s", gnutls_strerror(code));
	for (unsigned i = 0; i < w->n_trusted; i++) {
		if (!is_key_of(w->trusted[i], w->found.key))
			continue;
		w->found.crt = w->trusted[i];
		return check_signer(w);
	}
	return err_set(w->e, file_pos(w), "the private key belongs to none of "
		       "the certificates");
}

static int read_ca(struct work *w)
{
	gnutls_datum_t text;
	int code;

	if (io_slurp(w->request->ca_file, &w->file, w->e))
		return -1;
	(void)buf_z(&w->file);
	text.data = (unsigned char *)w->file.p;
	text.size = (unsigned)w->file.n;
	code = gnutls_x509_crt_list_import2(&w->trusted, &w->n_trusted, &text,
					    GNUTLS_X509_FMT_PEM, 0);
	if (code < 0)
		return err_set(w->e, file_pos(w), "cannot read certificates "
			       "(PEM): %s", gnutls_strerror(code));
	if (strstr((char *)text.data, "PRIVATE KEY-----"))
		return read_key(w, &text);
	return 0;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0 || errno != ENOENT;
}

/* For its owner only; never over a file that appeared meanwhile. */
static int write_ca(struct work *w, const struct buf *text)
{
	const char *path = w->request->ca_file;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int bad;

	if (fd < 0)
		return err_set(w->e, file_pos(w), "cannot create the file: %s",
			       strerror(errno));
	bad = io_write(fd, text->p, text->n) < 0 || fsync(fd) < 0 ? errno : 0;
	if (close(fd) < 0 && !bad)
		bad = errno;
	if (!bad)
		return 0;
	(void)unlink(path);
	return err_set(w->e, file_pos(w), "cannot write the file: %s",
		       strerror(bad));
}

/* ---- texts ---- */

/* Append what an export put into w->text. */
static int take(struct work *w, struct buf *out, int code)
{
	if (code < 0)
		return failed(w, "write PEM", code);
	buf_add(out, w->text.data, w->text.size);
	gnutls_free(w->text.data);
	w->text = (gnutls_datum_t){ NULL, 0 };
	return 0;
}

static int write_crt(struct work *w, struct buf *out, gnutls_x509_crt_t crt)
{
	return take(w, out, gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
						    &w->text));
}

static int write_key(struct work *w, struct buf *out,
		     gnutls_x509_privkey_t key)
{
	return take(w, out, gnutls_x509_privkey_export2_pkcs8(key,
			GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
			&w->text));
}

static int write_certs(struct work *w, struct certs *c)
{
	for (unsigned i = 0; i < w->n_trusted; i++)
		if (write_crt(w, &c->ca, w->trusted[i]))
			return -1;
	if (w->ca.crt && write_crt(w, &c->ca, w->ca.crt))
		return -1;
	if (!w->signer)
		return 0;
	return write_crt(w, &c->certificate, w->server.crt) ||
	       write_key(w, &c->key, w->server.key) ? -1 : 0;
}

/* The new CA, where it is to be kept. */
static int keep_ca(struct work *w)
{
	struct buf *text = &w->file;

	if (!w->ca.crt || !w->request->ca_file)
		return 0;
	buf_clear(text);
	if (write_crt(w, text, w->ca.crt) || write_key(w, text, w->ca.key))
		return -1;
	return write_ca(w, text);
}

static int make(struct work *w, struct certs *c)
{
	const char *file = w->request->ca_file;

	if (file && exists(file) ? read_ca(w) : make_ca(w))
		return -1;
	if (w->signer && make_server(w))
		return -1;
	return write_certs(w, c) || keep_ca(w) ? -1 : 0;
}

int certs_make(struct certs *c, const struct certs_request *request,
	       struct err *e)
{
	struct work w = {
		.request = request, .file = BUF_INIT, .now = time(NULL),
		.e = e,
	};
	struct mem_cleanup cleanup;
	int result;

	*c = (struct certs)CERTS_INIT;
	mem_defer(&cleanup, release, &w);
	result = make(&w, c);
	mem_settle(&cleanup);
	release(&w);
	buf_release(&w.file);
	if (result)
		certs_release(c);
	return result;
}

void certs_release(struct certs *c)
{
	buf_release(&c->ca);
	buf_release(&c->certificate);
	buf_release(&c->key);
}

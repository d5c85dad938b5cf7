/*
 * refused - sprig's functions that are not for making manifests: with
 * randomness a second run would change what the first one wrote, the network
 * is out of reach, and keys are no business of a template.  They are known, so
 * that a template which never calls one runs, and say why when called.
 */
#include "sprig/sprig.h"

static int refuse(struct call *c, const char *why)
{
	return call_fail(c, "%s is not available: it needs %s",
			 c->func->name, why);
}

static int random_number(struct call *c, struct value *out)
{
	(void)out;
	return refuse(c, "randomness");
}

static int network(struct call *c, struct value *out)
{
	(void)out;
	return refuse(c, "the network");
}

static int private_key(struct call *c, struct value *out)
{
	(void)out;
	return refuse(c, "a private key");
}

static int password(struct call *c, struct value *out)
{
	(void)out;
	return refuse(c, "a password");
}

/* What the gen functions would return; nobody ever holds one. */
static const struct type type_certificate = {
	.name = "sprig.certificate", .kind = KIND_STRUCT,
};

static const struct type *const types[] = { &type_certificate };

#define CERTIFICATE "(sprig.certificate, error)"
#define LISTS "[]interface {}, []interface {}, int"

static const struct func rows[] = {
	{ "bcrypt", "(string) string", random_number },
	{ "buildCustomCert", "(string, string) " CERTIFICATE, private_key },
	{ "decryptAES", "(string, string) (string, error)", password },
	{ "derivePassword", "(uint32, string, string, string, string) string",
	  password },
	{ "encryptAES", "(string, string) (string, error)", random_number },
	{ "genCA", "(string, int) " CERTIFICATE, random_number },
	{ "genCAWithKey", "(string, int, string) " CERTIFICATE, private_key },
	{ "genPrivateKey", "(string) string", random_number },
	{ "genSelfSignedCert", "(string, " LISTS ") " CERTIFICATE,
	  random_number },
	{ "genSelfSignedCertWithKey",
	  "(string, " LISTS ", string) " CERTIFICATE, private_key },
	{ "genSignedCert",
	  "(string, " LISTS ", sprig.certificate) " CERTIFICATE,
	  random_number },
	{ "genSignedCertWithKey",
	  "(string, " LISTS ", sprig.certificate, string) " CERTIFICATE,
	  private_key },
	{ "getHostByName", "(string) string", network },
	{ "htpasswd", "(string, string) string", random_number },
	{ "randAlpha", "(int) string", random_number },
	{ "randAlphaNum", "(int) string", random_number },
	{ "randAscii", "(int) string", random_number },
	{ "randBytes", "(int) (string, error)", random_number },
	{ "randInt", "(int, int) int", random_number },
	{ "randNumeric", "(int) string", random_number },
	{ "shuffle", "(string) string", random_number },
	{ "uuidv4", "() string", random_number },
};

const struct func_table sprig_refused = FUNC_TABLE_TYPES(rows, types);

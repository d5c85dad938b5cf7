/* hash - sprig's checksums, as hexadecimal digits; adler32 as a number. */
#include "sprig/sprig.h"

#include <nettle/base16.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

static const uint8_t *bytes(str s)
{
	return (const uint8_t *)(s.n ? s.p : "");
}

static int give_hex(struct call *c, struct value *out, const uint8_t *digest,
		    size_t n)
{
	char *text = arena_alloc(c->arena, BASE16_ENCODE_LENGTH(n));

	base16_encode_update(text, n, digest);
	*out = value_str((str){ text, BASE16_ENCODE_LENGTH(n) });
	return 0;
}

static int fn_sha1(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct sha1_ctx ctx;
	uint8_t digest[SHA1_DIGEST_SIZE];

	sha1_init(&ctx);
	sha1_update(&ctx, s.n, bytes(s));
	sha1_digest(&ctx, sizeof(digest), digest);
	return give_hex(c, out, digest, sizeof(digest));
}

static int fn_sha256(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct sha256_ctx ctx;
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_init(&ctx);
	sha256_update(&ctx, s.n, bytes(s));
	sha256_digest(&ctx, sizeof(digest), digest);
	return give_hex(c, out, digest, sizeof(digest));
}

static int fn_sha512(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct sha512_ctx ctx;
	uint8_t digest[SHA512_DIGEST_SIZE];

	sha512_init(&ctx);
	sha512_update(&ctx, s.n, bytes(s));
	sha512_digest(&ctx, sizeof(digest), digest);
	return give_hex(c, out, digest, sizeof(digest));
}

/* RFC 1950, section 8.2.  The sums are reduced every 5552 bytes, which is as
 * long as 32 bits hold them. */
static int fn_adler32(struct call *c, struct value *out)
{
	enum { MODULUS = 65521, STEP = 5552 };
	str s = call_str(c, 0);
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < s.n; i++) {
		a += (unsigned char)s.p[i];
		b += a;
		if (i % STEP == STEP - 1) {
			a %= MODULUS;
			b %= MODULUS;
		}
	}
	*out = value_str(arena_printf(c->arena, "%u",
				      b % MODULUS << 16 | a % MODULUS));
	return 0;
}

static const struct func rows[] = {
	{ "adler32sum", "(string) string", fn_adler32 },
	{ "sha1sum", "(string) string", fn_sha1 },
	{ "sha256sum", "(string) string", fn_sha256 },
	{ "sha512sum", "(string) string", fn_sha512 },
};

const struct func_table sprig_hash = FUNC_TABLE(rows);

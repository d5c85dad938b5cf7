/* hash - sprig's checksums, as hexadecimal digits; adler32 as a number. */
#include "sprig/sprig.h"

#include <nettle/base16.h>
#include <nettle/nettle-meta.h>

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

static int give_digest(struct call *c, struct value *out,
		       const struct nettle_hash *hash)
{
	str s = call_str(c, 0);
	void *ctx = arena_alloc(c->arena, hash->context_size);
	uint8_t *digest = arena_alloc(c->arena, hash->digest_size);

	hash->init(ctx);
	hash->update(ctx, s.n, bytes(s));
	hash->digest(ctx, hash->digest_size, digest);
	return give_hex(c, out, digest, hash->digest_size);
}

static int fn_sha1(struct call *c, struct value *out)
{
	return give_digest(c, out, &nettle_sha1);
}

static int fn_sha256(struct call *c, struct value *out)
{
	return give_digest(c, out, &nettle_sha256);
}

static int fn_sha512(struct call *c, struct value *out)
{
	return give_digest(c, out, &nettle_sha512);
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

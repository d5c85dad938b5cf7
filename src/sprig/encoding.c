/*
 * encoding - sprig's base64 and base32, and its checksums.
 *
 * The encodings are Go's StdEncoding of each, with padding.  The error text of
 * a decoder is its result: sprig returns it as output.  The place of the error
 * is part of it, so the decoders walk as Go's do, which skip line ends; base32
 * does not count them.
 *
 * Checksums are hexadecimal digits, except for adler32, which is a number.
 */
#include "sprig/sprig.h"

#include <nettle/base16.h>
#include <nettle/nettle-meta.h>

static const char alphabet64[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* An encoding writes `bytes` bytes as `digits` digits of `bits` bits. */
struct encoding {
	const char *name, *alphabet;
	uint8_t bits, bytes, digits;
};

static const struct encoding base64 = { "base64", alphabet64, 6, 3, 4 };
static const struct encoding base32 = { "base32", alphabet32, 5, 5, 8 };

/* ---- encoding ---- */

static void add_group(struct buf *b, const struct encoding *enc, str bytes)
{
	uint64_t bits = 0;
	size_t used = (bytes.n * 8 + enc->bits - 1) / enc->bits;
	unsigned total = enc->bits * enc->digits;

	for (size_t i = 0; i < enc->bytes; i++)
		bits = bits << 8 |
		       (i < bytes.n ? (unsigned char)bytes.p[i] : 0);
	for (size_t i = 0; i < used; i++) {
		total -= enc->bits;
		buf_addc(b, enc->alphabet[bits >> total &
					  ((1u << enc->bits) - 1)]);
	}
	buf_fill(b, '=', enc->digits - used);
}

static int encode(struct call *c, struct value *out,
		  const struct encoding *enc)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;

	buf_reserve(&b, s.n / enc->bytes * enc->digits + enc->digits);
	for (size_t i = 0; i < s.n; i += enc->bytes)
		add_group(&b, enc, str_sub(s, i, i + enc->bytes));
	return call_return_buf(c, out, &b);
}

/* ---- decoding ---- */

/* The value of a digit, or -1. */
static int digit(const struct encoding *enc, char c)
{
	const char *at = c ? strchr(enc->alphabet, c) : NULL;

	return at ? (int)(at - enc->alphabet) : -1;
}

/* Append the bytes of n digits; bits that fill no byte are dropped. */
static void add_bytes(struct buf *b, const struct encoding *enc,
		      const int *digits, size_t n)
{
	uint64_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << enc->bits | (unsigned)digits[i];
		have += enc->bits;
		if (have < 8)
			continue;
		have -= 8;
		buf_addc(b, (char)(bits >> have));
	}
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static size_t skip_line_ends(str s, size_t i)
{
	while (i < s.n && is_line_end(s.p[i]))
		i++;
	return i;
}

#define NO_ERROR SIZE_MAX

/* Check what follows a `=` at s[at], after n digits of a base64 group.
 * NO_ERROR or the place of the error. */
static size_t check_padding64(str s, size_t at, size_t n)
{
	size_t i = at + 1;

	if (n < 2)
		return at;
	if (n == 2) {
		i = skip_line_ends(s, i);
		if (i == s.n)
			return s.n;
		if (s.p[i] != '=')
			return i - 1;
		i++;
	}
	i = skip_line_ends(s, i);
	return i < s.n ? i : NO_ERROR;
}

static size_t decode64(struct buf *b, str s)
{
	int digits[4];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (is_line_end(s.p[i]))
			continue;
		if (s.p[i] == '=') {
			add_bytes(b, &base64, digits, n);
			return check_padding64(s, i, n);
		}
		digits[n] = digit(&base64, s.p[i]);
		if (digits[n] < 0)
			return i;
		if (++n == 4) {
			add_bytes(b, &base64, digits, n);
			n = 0;
		}
	}
	return n ? s.n - n : NO_ERROR;
}

/* The same for base32: only its last group may have a `=`, from the third place
 * on; s has no line ends. */
static size_t check_padding32(str s, size_t at, size_t n)
{
	size_t left = s.n - at - 1;

	if (left + n < 7)
		return s.n;
	for (size_t k = 0; k < 7 - n; k++)
		if (k < left && s.p[at + 1 + k] != '=')
			return at + k;
	return n == 1 || n == 3 || n == 6 ? at : NO_ERROR;
}

static size_t decode32(struct buf *b, str s)
{
	int digits[8];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '=' && n >= 2 && s.n - i - 1 < 8) {
			add_bytes(b, &base32, digits, n);
			return check_padding32(s, i, n);
		}
		digits[n] = digit(&base32, s.p[i]);
		if (digits[n] < 0)
			return i;
		if (++n == 8) {
			add_bytes(b, &base32, digits, n);
			n = 0;
		}
	}
	return n ? s.n - n : NO_ERROR;
}

static int give_decoded(struct call *c, struct value *out, struct buf *b,
			const struct encoding *enc, size_t error)
{
	if (error != NO_ERROR) {
		buf_clear(b);
		buf_printf(b, "illegal %s data at input byte %zu", enc->name,
			   error);
	}
	return call_return_buf(c, out, b);
}

static int fn_b64enc(struct call *c, struct value *out)
{
	return encode(c, out, &base64);
}

static int fn_b32enc(struct call *c, struct value *out)
{
	return encode(c, out, &base32);
}

static int fn_b64dec(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	size_t error = decode64(&b, call_str(c, 0));

	return give_decoded(c, out, &b, &base64, error);
}

static int fn_b32dec(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT, digits = BUF_INIT;
	size_t error;

	for (size_t i = 0; i < s.n; i++)
		if (!is_line_end(s.p[i]))
			buf_addc(&digits, s.p[i]);
	error = decode32(&b, buf_str(&digits));
	buf_release(&digits);
	return give_decoded(c, out, &b, &base32, error);
}

/* ---- checksums ---- */

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
	{ "b32dec", "(string) string", fn_b32dec },
	{ "b32enc", "(string) string", fn_b32enc },
	{ "b64dec", "(string) string", fn_b64dec },
	{ "b64enc", "(string) string", fn_b64enc },
	{ "adler32sum", "(string) string", fn_adler32 },
	{ "sha1sum", "(string) string", fn_sha1 },
	{ "sha256sum", "(string) string", fn_sha256 },
	{ "sha512sum", "(string) string", fn_sha512 },
};

const struct func_table sprig_encoding = FUNC_TABLE(rows);

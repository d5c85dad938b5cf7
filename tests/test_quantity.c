#include <check.h>
#include <stdlib.h>

#include "k8s/quantity.h"

/* The canonical form of a quantity, or NULL if the text is not one. */
static const struct {
	const char *text, *canonical;
	enum quantity_format format;
} cases[] = {
	{ "0", "0", QUANTITY_DECIMAL_SI },
	{ "-0", "0", QUANTITY_DECIMAL_SI },
	{ ".", "0", QUANTITY_DECIMAL_SI },
	{ "100m", "100m", QUANTITY_DECIMAL_SI },
	{ "+2", "+2", QUANTITY_DECIMAL_SI },
	{ "0.5", "500m", QUANTITY_DECIMAL_SI },
	{ "1000", "1k", QUANTITY_DECIMAL_SI },
	{ "1500", "1500", QUANTITY_DECIMAL_SI },
	{ "0010k", "0010k", QUANTITY_DECIMAL_SI },
	{ "+2000", "2k", QUANTITY_DECIMAL_SI },
	{ "-1.50M", "-1500k", QUANTITY_DECIMAL_SI },
	{ "20000000", "20M", QUANTITY_DECIMAL_SI },

	/* binary */
	{ "1.5Gi", "1536Mi", QUANTITY_BINARY_SI },
	{ "1024Ki", "1Mi", QUANTITY_BINARY_SI },
	{ "1023Ki", "1023Ki", QUANTITY_BINARY_SI },
	{ "512Mi", "512Mi", QUANTITY_BINARY_SI },
	{ "0.5Ki", "512", QUANTITY_BINARY_SI },
	{ "-0.5Ki", "-512", QUANTITY_BINARY_SI },
	{ "1.1Ki", "1126400m", QUANTITY_BINARY_SI },
	{ "0.0001Ki", "102400u", QUANTITY_DECIMAL_SI },
	{ "7Ei", "7Ei", QUANTITY_BINARY_SI },

	/* exponents keep theirs */
	{ "1e3", "1e3", QUANTITY_DECIMAL_EXPONENT },
	{ "1E3", "1E3", QUANTITY_DECIMAL_EXPONENT },
	{ "10e2", "1e3", QUANTITY_DECIMAL_EXPONENT },
	{ "1e1", "10", QUANTITY_DECIMAL_EXPONENT },
	{ "12e-1", "1200e-3", QUANTITY_DECIMAL_EXPONENT },
	{ "1E", "1E", QUANTITY_DECIMAL_SI },
	{ "1e1000000000", "10e999999999", QUANTITY_DECIMAL_EXPONENT },

	/* too fine, too large, too long */
	{ "1e-10", "1e-9", QUANTITY_DECIMAL_EXPONENT },
	{ "0.1n", "1n", QUANTITY_DECIMAL_SI },
	{ "-1.1n", "-2n", QUANTITY_DECIMAL_SI },
	{ "0.0000000099", "10n", QUANTITY_DECIMAL_SI },
	{ "8Ei", "9223372036854775807", QUANTITY_BINARY_SI },
	{ "-9Ei", "-9223372036854775807", QUANTITY_BINARY_SI },
	{ "9223372036854775807.5Ki", "9223372036854775807",
	  QUANTITY_BINARY_SI },
	{ "12345678901234567890", "12345678901234567890",
	  QUANTITY_DECIMAL_SI },
	{ "99999999999999999999.9999999999", "100E", QUANTITY_DECIMAL_SI },
	{ "1e-99999999", "1e-9", QUANTITY_DECIMAL_EXPONENT },

	{ "", NULL, QUANTITY_NONE },
	{ "abc", NULL, QUANTITY_NONE },
	{ "1.2.3", NULL, QUANTITY_NONE },
	{ "1x", NULL, QUANTITY_NONE },
	{ " 1", NULL, QUANTITY_NONE },
	{ "1 ", NULL, QUANTITY_NONE },
	{ "1K", NULL, QUANTITY_NONE },
	{ "1mi", NULL, QUANTITY_NONE },
	{ "1e", NULL, QUANTITY_NONE },
	{ "1e+", NULL, QUANTITY_NONE },
	{ "1m5", NULL, QUANTITY_NONE },
	{ "1e99999999999999999999", NULL, QUANTITY_NONE },
	{ "--1", NULL, QUANTITY_NONE },
};

START_TEST(test_text)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct quantity q;
	int rc = quantity_parse(&q, str_of(cases[_i].text), &e);

	ck_assert_msg((rc == 0) == (cases[_i].canonical != NULL), "%s: %s",
		      cases[_i].text, e.text);
	ck_assert_int_eq(q.format, cases[_i].format);
	ck_assert_int_eq(e.set, rc != 0);
	quantity_text(&b, &q);
	ck_assert_str_eq(buf_z(&b), rc ? "0" : cases[_i].canonical);
	quantity_release(&q);
	buf_release(&b);
}
END_TEST

/* Canonical text is canonical when it is read again.  What is taken over as it
 * is, sign, zeros and E included, is not looked at. */
START_TEST(test_again)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct quantity q;

	const char *text = cases[_i].canonical;

	if (text && strcmp(text, cases[_i].text) != 0) {
		ck_assert(!quantity_parse(&q, str_of(text), NULL));
		quantity_text(&once, &q);
		q.text = STR_NONE;
		quantity_text(&twice, &q);
		quantity_release(&q);
		ck_assert_str_eq(buf_z(&once), text);
		ck_assert_str_eq(buf_z(&twice), text);
		buf_release(&once);
		buf_release(&twice);
	}
}
END_TEST

static const struct {
	const char *text;
	int sign;
	int64_t value, milli;
} numbers[] = {
	{ "0", 0, 0, 0 },
	{ "1", 1, 1, 1000 },
	{ "-250m", -1, -1, -250 },
	{ "1500m", 1, 2, 1500 },
	{ "1u", 1, 1, 1 },
	{ "1Ki", 1, 1024, 1024000 },
	{ "1.5Gi", 1, 1610612736, 1610612736000 },
	{ "9223372036854775807", 1, INT64_MAX, 0 },
	{ "1e30", 1, 0, 0 },
};

START_TEST(test_numbers)
{
	struct quantity q;

	ck_assert(!quantity_parse(&q, str_of(numbers[_i].text), NULL));
	ck_assert_int_eq(quantity_sign(&q), numbers[_i].sign);
	ck_assert_int_eq(quantity_scaled(&q, 0), numbers[_i].value);
	ck_assert_int_eq(quantity_scaled(&q, -3), numbers[_i].milli);
	quantity_release(&q);
}
END_TEST

static const struct {
	const char *a, *b;
	bool equal;
} pairs[] = {
	{ "2", "2000m", true },		{ "1Gi", "1024Mi", true },
	{ "1Gi", "1073741824", true },	{ "1G", "1Gi", false },
	{ "1e3", "1k", true },		{ "0", "0Ki", true },
	{ "-0", "0", true },		{ "-1", "1", false },
	{ "1", "10", false },		{ "1e30", "1000e27", true },
	{ "1e30", "1e31", false },	{ "0.5", "500m", true },
	{ "1000000u", "1", true },
};

START_TEST(test_equal)
{
	struct quantity a, b;

	ck_assert(!quantity_parse(&a, str_of(pairs[_i].a), NULL));
	ck_assert(!quantity_parse(&b, str_of(pairs[_i].b), NULL));
	ck_assert(quantity_equal(&a, &b) == pairs[_i].equal);
	ck_assert(quantity_equal(&b, &a) == pairs[_i].equal);
	quantity_release(&a);
	quantity_release(&b);
}
END_TEST

START_TEST(test_words)
{
	struct err form = ERR_INIT, suffix = ERR_INIT, number = ERR_INIT;
	struct quantity q;

	quantity_parse(&q, STR("1?"), &form);
	ck_assert(str_starts(str_of(form.text), STR("quantities must match")));
	quantity_parse(&q, STR("1eE"), &suffix);
	ck_assert_str_eq(suffix.text, "unable to parse quantity's suffix");
	quantity_parse(&q, STR(".Ei"), &number);
	ck_assert_str_eq(number.text,
			 "unable to parse numeric part of quantity");
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("quantity");
	TCase *tc = tcase_create("quantity");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_text, 0, COUNT(cases));
	tcase_add_loop_test(tc, test_again, 0, COUNT(cases));
	tcase_add_loop_test(tc, test_numbers, 0, COUNT(numbers));
	tcase_add_loop_test(tc, test_equal, 0, COUNT(pairs));
	tcase_add_test(tc, test_words);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

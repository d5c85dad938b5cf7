/*
 * sprig - the list of the tables, and the small families: defaults, conditions
 * and failures (defaults.go), what values are (reflect.go), the environment,
 * and the functions that are refused.
 *
 * "Empty" means what `if` takes as false.  The environment is visible only if
 * the caller allows it.  Refused are functions that do not fit the making of
 * manifests: those with randomness would change the output of a second run, the
 * network is out of reach, and private keys do not belong in a template.  They
 * are in a table all the same, so that a template that never calls one runs,
 * and they say why when called.
 */
#include "sprig/sprig.h"

#include <stdlib.h>

#include "base/chars.h"

/* ---- defaults and conditions ---- */

static int hello(struct call *c, struct value *out)
{
	(void)c;
	*out = value_str(STR("Hello!"));
	return 0;
}

/* Arguments after the second are ignored. */
static int default_of(struct call *c, struct value *out)
{
	*out = c->n > 1 && value_true(&c->args[1]) ? c->args[1] : c->args[0];
	return 0;
}

static int empty(struct call *c, struct value *out)
{
	*out = value_bool(!value_true(&c->args[0]));
	return 0;
}

static int coalesce(struct call *c, struct value *out)
{
	uint32_t i;

	*out = VALUE_NIL;
	for (i = 0; i < c->n && !value_true(out); i++)
		*out = c->args[i];
	if (!value_true(out))
		*out = VALUE_NIL;
	return 0;
}

/* The number of arguments before the first that is `wanted`. */
static uint32_t count_until(const struct call *c, bool wanted)
{
	uint32_t i = 0;

	while (i < c->n && value_true(&c->args[i]) != wanted)
		i++;
	return i;
}

static int all(struct call *c, struct value *out)
{
	*out = value_bool(count_until(c, false) == c->n);
	return 0;
}

static int any(struct call *c, struct value *out)
{
	*out = value_bool(count_until(c, true) < c->n);
	return 0;
}

static int ternary(struct call *c, struct value *out)
{
	*out = c->args[c->args[2].b ? 0 : 1];
	return 0;
}

static int fail(struct call *c, struct value *out)
{
	(void)out;
	c->error = call_str(c, 0);	/* may hold any bytes */
	return -1;
}

/* ---- the environment ---- */

static int refuse_environment(struct call *c)
{
	return call_fail(c, "reading the environment is not allowed "
			    "(see --allow-env)");
}

/* Append a variable's value, if it is set. */
static void add_variable(struct buf *out, str name)
{
	struct buf z = BUF_INIT;
	const char *value;

	buf_adds(&z, name);
	value = memchr(buf_z(&z), '\0', z.n) ? NULL : getenv(buf_z(&z));
	if (value)
		buf_addz(out, value);
	buf_release(&z);
}

int sprig_env(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	if (!c->env->allow_env)
		return refuse_environment(c);
	add_variable(&b, call_str(c, 0));
	return call_return_buf(c, out, &b);
}

static bool is_word(char ch)
{
	return ch == '_' || is_alnum(ch);
}

/* The shell's variables of one character: $1, $$, $? ... */
static bool is_special(char ch)
{
	return ch && strchr("*#$@!?-0123456789", ch);
}

/*
 * The name of the variable at the start of s, after its dollar; *n is the
 * length of the reference.  A bad reference has no name: of "${" two characters
 * are consumed, of "${}" all, of a lone dollar none.
 */
static str variable(str s, size_t *n)
{
	size_t i = 0, end;

	if (s.p[0] != '{') {
		if (is_special(s.p[0])) {
			*n = 1;
			return str_sub(s, 0, 1);
		}
		while (i < s.n && is_word(s.p[i]))
			i++;
		*n = i;
		return str_sub(s, 0, i);
	}
	end = str_find(s, 1, '}');
	if (s.n > 2 && is_special(s.p[1]) && s.p[2] == '}')
		end = 2;
	*n = end == s.n ? 1 : end + 1;
	return end == s.n ? STR_NONE : str_sub(s, 1, end);
}

static int expandenv(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	str s = call_str(c, 0), name;
	size_t i = 0, n;

	if (!c->env->allow_env)
		return refuse_environment(c);
	while (i < s.n) {
		if (s.p[i] != '$' || i + 1 == s.n) {
			buf_addc(&b, s.p[i++]);
			continue;
		}
		name = variable(str_sub(s, i + 1, s.n), &n);
		if (n == 0)	/* a dollar that starts no reference */
			buf_addc(&b, '$');
		else if (name.n)
			add_variable(&b, name);
		i += n + 1;
	}
	return call_return_buf(c, out, &b);
}

/* ---- what values are ---- */

static int type_of(struct call *c, struct value *out)
{
	*out = value_z(value_type_name(&c->args[0]));
	return 0;
}

static int type_is(struct call *c, struct value *out)
{
	str type = str_of(value_type_name(&c->args[1]));

	*out = value_bool(str_eq(call_str(c, 0), type));
	return 0;
}

/* Pointers to the type count too. */
static int type_is_like(struct call *c, struct value *out)
{
	str type = str_of(value_type_name(&c->args[1]));
	str target = call_str(c, 0);

	*out = value_bool(str_eq(target, type) ||
			  (str_starts(type, STR("*")) &&
			   str_eq(target, str_sub(type, 1, type.n))));
	return 0;
}

static int kind_of(struct call *c, struct value *out)
{
	*out = value_z(kind_name(value_kind(&c->args[0])));
	return 0;
}

static int kind_is(struct call *c, struct value *out)
{
	str kind = str_of(kind_name(value_kind(&c->args[1])));

	*out = value_bool(str_eq(call_str(c, 0), kind));
	return 0;
}

static int deep_equal(struct call *c, struct value *out)
{
	*out = value_bool(value_deep_equal(&c->args[0], &c->args[1]));
	return 0;
}

static const struct func rows[] = {
	{ "hello", "() string", hello },
	{ "default", "(interface {}, ...interface {}) interface {}",
	  default_of },
	{ "empty", "(interface {}) bool", empty },
	{ "coalesce", "(...interface {}) interface {}", coalesce },
	{ "all", "(...interface {}) bool", all },
	{ "any", "(...interface {}) bool", any },
	{ "ternary", "(interface {}, interface {}, bool) interface {}",
	  ternary },
	{ "fail", "(string) (string, error)", fail },
	{ "env", "(string) string", sprig_env },
	{ "expandenv", "(string) string", expandenv },
	{ "typeOf", "(interface {}) string", type_of },
	{ "typeIs", "(string, interface {}) bool", type_is },
	{ "typeIsLike", "(string, interface {}) bool", type_is_like },
	{ "kindOf", "(interface {}) string", kind_of },
	{ "kindIs", "(string, interface {}) bool", kind_is },
	{ "deepEqual", "(interface {}, interface {}) bool", deep_equal },
};

const struct func_table sprig_misc = FUNC_TABLE(rows);

/* ---- refused functions ---- */

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

/* What the gen functions would return; no such value ever exists. */
static const struct type type_certificate = {
	.name = "sprig.certificate", .kind = KIND_STRUCT,
};

static const struct type *const refused_types[] = { &type_certificate };

#define CERTIFICATE "(sprig.certificate, error)"
#define LISTS "[]interface {}, []interface {}, int"

static const struct func refused_rows[] = {
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

const struct func_table sprig_refused =
	FUNC_TABLE_TYPES(refused_rows, refused_types);

/* Helm adds these to sprig's. */
static const struct func_absent of_helm[] = {
	{ "fromYaml", "it is Helm's; fromJson reads JSON" },
	{ "include", "it is Helm's; use {{ template }}" },
	{ "lookup", "it is Helm's, and asks a cluster" },
	{ "required", "it is Helm's; use fail, as in {{ if not .Values.x }}"
		      "{{ fail \"set x\" }}{{ end }}" },
	{ "tpl", "it is Helm's; write the text into the template" },
	{ NULL, NULL },
};

const struct func_table sprig_absent = { NULL, 0, NULL, 0, of_helm };

/* ---- all tables ---- */

const struct func_table *const sprig_tables[] = {
	&sprig_strings, &sprig_case, &sprig_regex, &sprig_encoding,
	&sprig_lists, &sprig_dicts, &sprig_math, &sprig_dates,
	&sprig_semver, &sprig_paths, &sprig_json, &sprig_misc,
	&sprig_refused, NULL,
};

/*
 * misc - sprig's defaults, conditions and failures (defaults.go), and the
 * environment, which only those see who were allowed to.
 *
 * "Empty" is what `if` takes for false.
 */
#include <stdlib.h>

#include "sprig/sprig.h"

static int hello(struct call *c, struct value *out)
{
	(void)c;
	*out = value_str(STR("Hello!"));
	return 0;
}

/* What comes after the second argument does not count. */
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

/* How many arguments come before the first that is `wanted`. */
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
	c->error = call_str(c, 0);	/* whatever bytes it has */
	return -1;
}

/* ---- the environment ---- */

static int refuse(struct call *c)
{
	return call_fail(c, "reading the environment is not allowed "
			    "(see --allow-env)");
}

/* A variable's value, appended to out; nothing if there is none. */
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
		return refuse(c);
	add_variable(&b, call_str(c, 0));
	return call_return_buf(c, out, &b);
}

static bool is_word(char ch)
{
	return ch == '_' || (ch >= '0' && ch <= '9') ||
	       (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

/* The shell's variables of one character: $1, $$, $? ... */
static bool is_special(char ch)
{
	return ch && strchr("*#$@!?-0123456789", ch);
}

/*
 * The variable that s begins with, behind its dollar: its name, and how many
 * bytes the reference takes.  A bad one has no name; of "${" the two
 * characters are eaten, of "${}" all, of a lone dollar none.
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
		return refuse(c);
	while (i < s.n) {
		if (s.p[i] != '$' || i + 1 == s.n) {
			buf_addc(&b, s.p[i++]);
			continue;
		}
		name = variable(str_sub(s, i + 1, s.n), &n);
		if (n == 0)	/* a dollar before something else */
			buf_addc(&b, '$');
		else if (name.n)
			add_variable(&b, name);
		i += n + 1;
	}
	return call_return_buf(c, out, &b);
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
};

const struct func_table sprig_misc = FUNC_TABLE(rows);

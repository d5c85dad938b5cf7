#include "base/chars.h"
#include "project/project.h"

#define PREFIX STR("INJECTOR_")

static char variable_letter(char c)
{
	if (is_lower(c))
		return (char)(c - 'a' + 'A');
	return c == '-' ? '_' : c;
}

void project_variable(struct buf *out, const char *option)
{
	buf_adds(out, PREFIX);
	for (; *option; option++)
		buf_addc(out, variable_letter(*option));
}

static bool is_variable_of(const char *option, str name)
{
	size_t i = 0;

	for (; i < name.n && option[i]; i++)
		if (variable_letter(option[i]) != name.p[i])
			return false;
	return i == name.n && !option[i];
}

static void add_lines(struct project_settings *s,
		      struct project_setting *setting, str value)
{
	bool more = true;
	str line;

	while (more) {
		more = str_cut(value, '\n', &line, &value);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!line.n)
			continue;
		setting->text = arena_str(&s->arena, line).p;
		project_add(s, setting);
	}
}

static void read_variable(struct project_settings *s,
			  const struct project_options *options,
			  str name, const char *value)
{
	str rest = str_sub(name, PREFIX.n, name.n);

	for (size_t i = 0; i < options->n; i++) {
		const struct project_option *o = &options->at[i];
		struct project_setting setting = {
			.option = i,
			.level = PROJECT_ENVIRONMENT,
			.text = value,
		};

		if (!o->shape || !is_variable_of(o->name, rest))
			continue;
		setting.pos.file = arena_str(&s->arena, name).p;
		if (o->shape == PROJECT_WORDS)
			add_lines(s, &setting, str_of(value));
		else if (*value)
			project_add(s, &setting);
	}
}

void project_read_environment(struct project_settings *s,
			      const struct project_options *options,
			      char *const *environment)
{
	for (; *environment; environment++) {
		str variable, name, value;

		/* skip the many others without scanning them */
		if (strncmp(*environment, PREFIX.p, PREFIX.n) != 0)
			continue;
		variable = str_of(*environment);
		if (str_cut(variable, '=', &name, &value))
			read_variable(s, options, name, value.p);
	}
}

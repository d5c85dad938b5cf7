#include "project/project.h"

#include "yaml/emit.h"

static void add_text(struct buf *b, const char *text, bool word)
{
	const struct emit_style style = EMIT_STYLE_DEFAULT;

	if (word)
		emit_text(b, str_of(text), false, &style);
	else
		buf_addz(b, text);
}

/* The name of a file may contain anything. */
static void add_name(struct buf *b, const char *name)
{
	for (; *name; name++)
		buf_addc(b, (unsigned char)*name < ' ' || *name == 0x7f ?
				    '?' : *name);
}

static void add_source(struct buf *b, const struct project_setting *s)
{
	buf_addz(b, "  # ");
	switch (s ? s->level : PROJECT_DEFAULT) {
	case PROJECT_DEFAULT:
		buf_addz(b, "default");
		break;
	case PROJECT_FILE:
		add_name(b, s->pos.file);
		buf_printf(b, ":%u:%u", s->pos.line, s->pos.column);
		break;
	case PROJECT_ENVIRONMENT:
		add_name(b, s->pos.file);
		break;
	case PROJECT_COMMAND_LINE:
		buf_addz(b, "command line");
		break;
	}
}

static bool is_hidden(const struct project_option *o,
		      const struct project_setting *s)
{
	return s && s->level == PROJECT_ENVIRONMENT &&
	       o->shape != PROJECT_FLAG;
}

static void show_one(struct buf *b, const struct project_option *o,
		     const struct project_setting *s, const char *initial)
{
	const char *text = s ? s->text : initial;
	bool on;

	if (s && o->shape == PROJECT_FLAG && project_bool(s->text, &on))
		text = on ? "true" : "false";
	if (text && !is_hidden(o, s)) {
		buf_addc(b, ' ');
		add_text(b, text, s && o->shape == PROJECT_WORD);
	}
	add_source(b, s);
	if (is_hidden(o, s))
		buf_addz(b, ", not shown");
	buf_addc(b, '\n');
}

static void show_words(struct buf *b, const struct project_settings *s,
		       size_t option, const char *before)
{
	buf_addc(b, '\n');
	for (size_t i = 0; i < s->n; i++) {
		if (s->at[i].option != option)
			continue;
		buf_printf(b, "%s  - ", before);
		add_text(b, s->at[i].text, true);
		add_source(b, &s->at[i]);
		buf_addc(b, '\n');
	}
}

void project_show(struct buf *b, const struct project_settings *s,
		  const struct project_options *options, size_t option,
		  const char *initial)
{
	const struct project_option *o = &options->at[option];
	const struct project_setting *last = project_last(s, option);
	/* an option that no file may set is a comment, so that the output can
	 * be a file */
	const char *before = o->refused ? "# " : "";

	buf_printf(b, "%s%s:", before, o->name);
	if (o->shape == PROJECT_WORDS && last && !is_hidden(o, last))
		show_words(b, s, option, before);
	else
		show_one(b, o, last, initial);
}

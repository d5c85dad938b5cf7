/*
 * xml - check that a text is well-formed XML, as far as JUnit reports need it.
 *
 *	document ::= declaration? element space
 *	element  ::= "<" name attribute* ("/>" | ">" content "</" name ">")
 *	content  ::= (element | characters | reference)*
 *
 * No comments, no DTD, no CDATA.  Characters are those of XML 1.0, in UTF-8.
 */
#ifndef TESTS_XML_H
#define TESTS_XML_H

#include <stdlib.h>

#include "base/array.h"
#include "tree/utf8.h"

/* What is left of the text; the checks cut it off from the front. */
static inline bool xml_take(str *text, const char *word)
{
	if (!str_starts(*text, str_of(word)))
		return false;
	*text = str_sub(*text, strlen(word), text->n);
	return true;
}

static inline bool xml_is_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' ||
	       (c >= ' ' && c != 0xfffe && c != 0xffff);
}

/* Characters and references up to `end`, which stays. */
static inline bool xml_characters(str *text, char end)
{
	static const char *const names[] = {
		"&amp;", "&lt;", "&gt;", "&quot;", "&#9;", "&#10;", "&#13;",
	};

	while (text->n && *text->p != end && *text->p != '<') {
		bool named = false;
		uint32_t c;
		size_t n = utf8_decode(*text, &c);

		for (size_t i = 0; i < ARRAY_SIZE(names) && !named;
		     i++)
			named = xml_take(text, names[i]);
		if (named)
			continue;
		if (c == '&' || !xml_is_char(c) || (n == 1 && c == 0xfffd))
			return false;
		*text = str_sub(*text, n, text->n);
	}
	return text->n && *text->p == end;
}

static inline str xml_name(str *text)
{
	size_t n = 0;
	str name;

	while (n < text->n && (text->p[n] == '-' ||
			       (text->p[n] >= 'a' && text->p[n] <= 'z')))
		n++;
	name = str_sub(*text, 0, n);
	*text = str_sub(*text, n, text->n);
	return name;
}

static inline bool xml_attributes(str *text)
{
	while (xml_take(text, " "))
		if (!xml_name(text).n || !xml_take(text, "=\"") ||
		    !xml_characters(text, '"') || !xml_take(text, "\""))
			return false;
	return true;
}

/* *cases counts what is called so. */
static inline bool xml_element(str *text, const char *counted, unsigned *count)
{
	str name;

	if (!xml_take(text, "<"))
		return false;
	name = xml_name(text);
	*count += str_eq(name, str_of(counted));
	if (!name.n || !xml_attributes(text))
		return false;
	if (xml_take(text, "/>"))
		return true;
	if (!xml_take(text, ">"))
		return false;
	while (xml_characters(text, '<') && !str_starts(*text, STR("</")))
		if (!xml_element(text, counted, count))
			return false;
	return xml_take(text, "</") && str_eq(xml_name(text), name) &&
	       xml_take(text, ">");
}

/* *count: the elements of that name. */
static inline bool xml_is_sound(str text, const char *counted, unsigned *count)
{
	*count = 0;
	xml_take(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	return xml_element(&text, counted, count) && xml_take(&text, "\n") &&
	       !text.n;
}

#endif

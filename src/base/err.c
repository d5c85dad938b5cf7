#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

int err_set(struct err *e, struct pos pos, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->set)
		return -1;
	e->set = true;
	e->pos = pos;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

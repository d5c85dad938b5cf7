#include "cli/fetch.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/child.h"

#define SECONDS 30
#define REDIRECTS "5"

static bool begins(const char *word, const char *scheme)
{
	return strncasecmp(word, scheme, strlen(scheme)) == 0;
}

bool fetch_is_url(const char *word)
{
	return begins(word, "https://") || begins(word, "http://");
}

void fetch_name(struct buf *out, const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', n);

	buf_add(out, url, (size_t)(host - url));
	buf_addz(out, at ? at + 1 : host);
}

/* What curl said first, without "curl: (22) " before it; advice follows. */
static str complaint(str said)
{
	str line, rest;
	size_t at;

	str_cut(said, '\n', &line, &rest);
	at = str_find(line, 0, ')');
	if (str_starts(line, STR("curl: (")) && at + 2 < line.n)
		line = str_sub(line, at + 2, line.n);
	return line;
}

static int refuse(enum child_end end, int code, size_t most, str said,
		  struct pos pos, struct err *e)
{
	switch (end) {
	case CHILD_DONE:
		break;
	case CHILD_NOT_STARTED:
		return err_set(e, pos, "cannot fetch it: curl, which is what "
			       "fetches: %s", strerror(code));
	case CHILD_FAILED:
		if (said.n)
			return err_set(e, pos, "cannot fetch it: %.*s",
				       STR_ARG(said));
		return err_set(e, pos, "cannot fetch it: curl ends with %d",
			       code);
	case CHILD_KILLED:
		return err_set(e, pos, "cannot fetch it: curl was killed by "
			       "signal %d", code);
	case CHILD_TOO_SLOW:
		return err_set(e, pos, "cannot fetch it: it takes more than %d "
			       "seconds", SECONDS);
	case CHILD_SAID_TOO_MUCH:
		return err_set(e, pos, "cannot fetch it: it has more than %zu "
			       "bytes (--max-document)", most);
	}
	return 0;
}

int fetch(const char *url, const char *name, size_t most, struct buf *out,
	  struct err *e)
{
	char seconds[16], size[32];
	const char *const argv[] = {
		"curl", "--disable", "--silent", "--show-error", "--fail",
		"--globoff", "--proto", "=https", "--proto-redir", "=https",
		"--location", "--max-redirs", REDIRECTS,
		"--max-time", seconds, "--max-filesize", size,
		"--url", url, NULL,
	};
	/* curl keeps time itself; it should not have to be killed */
	const struct child_limits limits = { (SECONDS + 2) * 1000, most };
	struct buf said = BUF_INIT;
	struct pos pos = { name, 0, 0 };
	enum child_end end;
	int code, result;

	if (!begins(url, "https://"))
		return err_set(e, pos, "is not fetched without encryption; "
			       "use https://");
	snprintf(seconds, sizeof(seconds), "%d", SECONDS);
	snprintf(size, sizeof(size), "%zu", most);
	end = child_run(argv, &limits, out, &said, &code);
	result = refuse(end, code, most, complaint(buf_str(&said)), pos, e);
	buf_release(&said);
	return result;
}

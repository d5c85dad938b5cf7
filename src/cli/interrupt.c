/*
 * A handler gets no argument, so the names it takes away are the one thing in
 * this program that is global and changes.  They change only while the signals
 * are blocked.
 */
#include "cli/interrupt.h"

#include <assert.h>
#include <signal.h>
#include <unistd.h>

#include "base/array.h"

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

#define N_SIGNALS (ARRAY_SIZE(signals))
#define N_NAMES 3

static const char *volatile names[N_NAMES];

void interrupt_tidy(void)
{
	for (int i = 0; i < N_NAMES; i++)
		if (names[i])
			unlink(names[i]);
}

static void on_signal(int number)
{
	interrupt_tidy();
	signal(number, SIG_DFL);
	raise(number);
}

static void block(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

static void allow(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* Who was started with a signal ignored (nohup) goes on to ignore it. */
static void watch(void)
{
	for (size_t i = 0; i < N_SIGNALS; i++) {
		struct sigaction action;

		if (sigaction(signals[i], NULL, &action) < 0 ||
		    action.sa_handler != SIG_DFL)
			continue;
		action = (struct sigaction){ .sa_handler = on_signal };
		sigemptyset(&action.sa_mask);
		sigaction(signals[i], &action, NULL);
	}
}

static void remember(const char *name)
{
	int i = 0;

	while (i < N_NAMES && names[i])
		i++;
	assert(i < N_NAMES);
	names[i] = name;
}

static void forget(const char *name)
{
	for (int i = 0; i < N_NAMES; i++)
		if (names[i] == name)
			names[i] = NULL;
}

int interrupt_replace(struct replacement *r, const char *path,
		      const char *like, struct err *e)
{
	sigset_t before;
	int result;

	watch();
	block(&before);
	result = io_replace_like(r, path, like, e);
	if (!result && r->temp)
		remember(r->temp);
	allow(&before);
	return result;
}

int interrupt_commit(struct replacement *r, struct err *e)
{
	sigset_t before;
	int result;

	block(&before);
	forget(r->temp);
	result = io_replace_commit(r, e);
	allow(&before);
	return result;
}

void interrupt_abandon(struct replacement *r)
{
	sigset_t before;

	block(&before);
	forget(r->temp);
	io_replace_abandon(r);
	allow(&before);
}

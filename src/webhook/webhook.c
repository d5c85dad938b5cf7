/*
 * injector-webhook - put sidecars into Pods as an API server creates them.
 *
 * main() reads the command line as the command does, loads what it names, and
 * serves until SIGTERM: see webhook.h.
 *
 * On SIGTERM the process goes on serving for a while, also new connections:
 * API servers learn only gradually that it is about to go.  They are told so by
 * /readyz, and by `Connection: close` in each answer.
 */
#include "webhook/webhook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/os.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/process.h"
#include "webhook/install.h"

#define NAME "injector-webhook"

/* Files are looked at so often, in case that notifications are lost. */
#define POLL_MS 60000
/* Several changes of files belong together. */
#define SETTLE_MS 100
/* Requests may take so long after the drain. */
#define GRACE_MS 10000

/* ---- signals ---- */

/* main() reads from one end what signals write to the other: 'T', 'H'. */
static int signal_pipe[2];
static volatile sig_atomic_t terminations;

/* A second one ends the program at once, whatever it waits for. */
static void on_terminate(int signal)
{
	int kept = errno;

	(void)signal;
	if (terminations++) {
		log_rescue();
		_exit(STATUS_FAILED);
	}
	(void)!write(signal_pipe[1], "T", 1);
	errno = kept;
}

static void on_hangup(int signal)
{
	int kept = errno;

	(void)signal;
	(void)!write(signal_pipe[1], "H", 1);
	errno = kept;
}

static void handle(int signal, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	action.sa_flags = SA_RESTART;
	sigaction(signal, &action, NULL);
}

/* Only main() receives signals: threads inherit that they are blocked. */
static void block_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(how, &set, NULL);
}

static int begin_signals(void)
{
	if (os_pipe(signal_pipe) < 0)
		return -1;
	for (int i = 0; i < 2; i++)
		fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
	handle(SIGTERM, on_terminate);
	handle(SIGINT, on_terminate);
	handle(SIGHUP, on_hangup);
	block_signals(SIG_BLOCK);
	return 0;
}

/* ---- waiting ---- */

struct wait {
	int watch;			/* descriptor, or -1 */
	uint64_t look;			/* when to look at files, ms */
	uint64_t end;			/* when the drain ends; 0: serving */
};

static void drain(struct webhook *w, struct wait *wait)
{
	if (wait->end)
		return;
	atomic_store(&w->draining, true);
	serve_drain(w->tls);
	wait->end = os_now_ms() + w->options->drain + 1;
	log_message(MESSAGE_INFO, "draining");
}

static void take_signals(struct webhook *w, struct wait *wait)
{
	char c;

	while (read(signal_pipe[0], &c, 1) == 1) {
		if (c == 'T')
			drain(w, wait);
		else
			reload(w, true);
	}
}

static int wait_ms(const struct wait *wait)
{
	uint64_t now = os_now_ms(), until = wait->look;

	if (wait->end && wait->end < until)
		until = wait->end;
	return until > now ? (int)(until - now) : 0;
}

static void look_at_files(struct webhook *w, struct wait *wait)
{
	reload(w, false);
	wait->look = os_now_ms() + POLL_MS;
}

/* Until the drain is over. */
static void wait_for_end(struct webhook *w)
{
	struct wait wait = {
		.watch = reload_watch(w), .look = os_now_ms() + POLL_MS,
	};
	struct pollfd fds[2] = {
		{ .fd = signal_pipe[0], .events = POLLIN },
		{ .fd = wait.watch, .events = POLLIN },
	};

	/* what changed between loading and watching */
	look_at_files(w, &wait);
	while (!wait.end || os_now_ms() < wait.end) {
		fds[0].revents = fds[1].revents = 0;
		poll(fds, 2, wait_ms(&wait));
		take_signals(w, &wait);
		if (fds[1].revents) {
			reload_watch_clear(wait.watch);
			if (wait.look > os_now_ms() + SETTLE_MS)
				wait.look = os_now_ms() + SETTLE_MS;
		}
		if (os_now_ms() >= wait.look)
			look_at_files(w, &wait);
	}
	if (wait.watch >= 0)
		close(wait.watch);
}

/* ---- serving ---- */

static void log_line_of_server(void *ctx, const char *text)
{
	(void)ctx;
	log_message(MESSAGE_WARNING, text);
}

static struct server *start(struct webhook *w, struct serve_options *options,
			    const char *what)
{
	struct err e = ERR_INIT;
	struct server *s;
	struct log_line line;

	options->ctx = w;
	options->log = log_line_of_server;
	s = serve_start(options, &e);
	if (!s) {
		print_err(&e);
		return NULL;
	}
	log_open(&line, MESSAGE_INFO, what);
	log_text(&line, "address", options->listen);
	log_number(&line, "port", (int64_t)serve_port(s));
	log_write(&line);
	return s;
}

static unsigned n_workers(const struct options *o)
{
	return o->workers ? o->workers : os_cores();
}

static bool start_both(struct webhook *w)
{
	const struct options *o = w->options;
	struct serve_options tls = SERVE_OPTIONS_INIT;
	struct serve_options admin = SERVE_OPTIONS_INIT;

	tls.listen = o->listen;
	tls.routes = answers_tls;
	tls.n_routes = answers_n_tls;
	tls.identity = w->identity;
	tls.max_body = o->max_body;
	tls.max_connections = o->max_connections;
	tls.workers = n_workers(o);
	admin.listen = o->admin_listen;
	admin.routes = answers_admin;
	admin.n_routes = answers_n_admin;
	admin.max_connections = 32;
	w->tls = start(w, &tls, "serving admission over HTTPS");
	if (w->tls)
		w->admin = start(w, &admin, "serving probes and metrics");
	return w->tls && w->admin;
}

static void stop_both(struct webhook *w)
{
	if (w->tls)
		serve_stop(w->tls, GRACE_MS);
	if (w->admin)
		serve_stop(w->admin, 0);
}

static enum status serve_webhook(struct webhook *w)
{
	bool serving;

	if (begin_signals() < 0)
		return print_error(NULL, 0, 0, strerror(errno));
	serving = reload(w, true) && start_both(w);
	if (serving) {
		log_collect();
		block_signals(SIG_UNBLOCK);
		log_message(MESSAGE_INFO, "ready");
		wait_for_end(w);
		log_message(MESSAGE_INFO, "stopping");
	}
	stop_both(w);
	reload_release(w);
	if (serving)
		log_message(MESSAGE_INFO, "stopped");
	log_finish();
	return serving ? STATUS_DONE : STATUS_FAILED;
}

static void log_of_messages(void *ctx, enum message_level level, str line)
{
	char text[2048];

	(void)ctx;
	snprintf(text, sizeof(text), "%.*s", STR_ARG(line));
	log_message(level, text);
}

static enum status cmd_serve(const struct options *o)
{
	struct webhook w = {
		.options = o,
		.metrics = METRICS_INIT,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.started = (int64_t)time(NULL),
	};
	enum status status = handles_check_options(o);

	if (status == STATUS_DONE)
		status = install_check_unused(o);
	if (status != STATUS_DONE)
		return status;
	if (!o->tls_cert || !o->tls_key)
		return usage_error("--tls-cert and --tls-key are required; "
				   "\"" NAME " certs\" makes both");
	if (!o->max_connections)
		return usage_error("--max-connections 0 would serve nobody");
	os_keep_memory(n_workers(o) + 1);
	os_interrupt_less();
	log_begin(o->log_format == 0);
	messages_begin(NAME, log_of_messages, NULL);
	return serve_webhook(&w);
}

/* ---- the program ---- */

static enum status run(const struct options *o)
{
	if (o->files.n && o->command != COMMAND_HELP)
		return usage_error("unknown command \"%s\"", o->files.at[0]);
	switch (o->command) {
	case COMMAND_HELP:
		return cmd_help(o);
	case COMMAND_VERSION:
		return cmd_version(o);
	case COMMAND_CONFIG:
		return cmd_config(o);
	case COMMAND_MANIFESTS:
	case COMMAND_CERTS:
		return install_print(o);
	default:
		return cmd_serve(o);
	}
}

int main(int argc, char **argv)
{
	const struct options initial = OPTIONS_INIT_WEBHOOK;

	messages_begin(NAME, NULL, NULL);
	return start_program(&initial, run, argc, argv);
}

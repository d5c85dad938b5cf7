/*
 * admission - what a review costs `injector-webhook`, and its memory.
 *
 *	admission WEBHOOK CERT KEY
 *
 * The client of this program keeps its connections and sends the same request
 * over and over, as an API server does.  Times are the server's CPU time for
 * one request, TLS and HTTP included; beside them stands an echo of the same
 * bytes by the same server layer, which is what a review costs at least.
 *
 * BENCH_REVIEWS (20000): reviews of the small Pod.  A million takes minutes.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../figure.h"
#include "base/io.h"
#include "base/str.h"
#include "webhook/serve.h"

#define CONNECTIONS 16
#define MANY_CONNECTIONS 256
#define MIB (1 << 20)

/* ---- requests ---- */

/* What a Pod has when an API server sends it, besides its containers. */
static void add_pod(struct buf *b, size_t n_env)
{
	buf_addz(b, "{\"kind\":\"AdmissionReview\",\"apiVersion\":"
		 "\"admission.k8s.io/v1\",\"request\":{\"uid\":\"0d5a1c0e-33f0-"
		 "4b54-9c39-5c9b6f7d1d6a\",\"kind\":{\"group\":\"\","
		 "\"version\":\"v1\",\"kind\":\"Pod\"},\"resource\":{"
		 "\"group\":\"\","
		 "\"version\":\"v1\",\"resource\":\"pods\"},\"namespace\":"
		 "\"shop\",\"operation\":\"CREATE\",\"userInfo\":{\"username\":"
		 "\"system:serviceaccount:kube-system:replicaset-controller\","
		 "\"groups\":[\"system:serviceaccounts\"]},\"object\":{"
		 "\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{"
		 "\"generateName\":\"httpbin-68b4675f97-\",\"creationTimestamp"
		 "\":null,\"labels\":{\"app\":\"httpbin\","
		 "\"pod-template-hash\":\"68b4675f97\",\"version\":\"v1\"},"
		 "\"ownerReferences\":[{"
		 "\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":"
		 "\"httpbin-68b4675f97\",\"uid\":\"5b2f\",\"controller\":true,"
		 "\"blockOwnerDeletion\":true}],\"managedFields\":[{"
		 "\"manager\":\"kube-controller-manager\","
		 "\"operation\":\"Update\","
		 "\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:spec\":{"
		 "\"f:containers\":{\"k:{\\\"name\\\":\\\"httpbin\\\"}\":{"
		 "\".\":{},\"f:env\":{\".\":{}");
	for (size_t i = 0; i < n_env; i++)
		buf_printf(b, ",\"k:{\\\"name\\\":\\\"VARIABLE_%zu\\\"}\":{\"."
			   "\":{},\"f:name\":{},\"f:value\":{}}", i);
	buf_addz(b, "},\"f:image\":{},\"f:name\":{},\"f:ports\":{}}}}}}]},"
		 "\"spec\":{\"volumes\":[{\"name\":\"kube-api-access-x2v5c\","
		 "\"projected\":{\"sources\":[{\"serviceAccountToken\":{"
		 "\"expirationSeconds\":3607,\"path\":\"token\"}}],"
		 "\"defaultMode\":420}}],\"containers\":[{\"name\":\"httpbin\","
		 "\"image\":\"docker.io/mccutchen/go-httpbin:v2.15.0\","
		 "\"ports\":[{\"containerPort\":8080,\"protocol\":\"TCP\"}],"
		 "\"env\":[");
	for (size_t i = 0; i < n_env; i++)
		buf_printf(b, "%s{\"name\":\"VARIABLE_%zu\",\"value\":\"the "
			   "value of variable %zu\"}", i ? "," : "", i, i);
	buf_addz(b, "],\"resources\":{},\"volumeMounts\":[{\"name\":"
		 "\"kube-api-access-x2v5c\",\"readOnly\":true,\"mountPath\":"
		 "\"/var/run/secrets/kubernetes.io/serviceaccount\"}],"
		 "\"terminationMessagePath\":\"/dev/termination-log\","
		 "\"terminationMessagePolicy\":\"File\",\"imagePullPolicy\":"
		 "\"IfNotPresent\"}],\"restartPolicy\":\"Always\","
		 "\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":"
		 "\"ClusterFirst\",\"serviceAccountName\":\"httpbin\","
		 "\"serviceAccount\":\"httpbin\",\"securityContext\":{},"
		 "\"schedulerName\":\"default-scheduler\",\"tolerations\":[{"
		 "\"key\":\"node.kubernetes.io/not-ready\",\"operator\":"
		 "\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":"
		 "300}],\"priority\":0,\"enableServiceLinks\":true,"
		 "\"preemptionPolicy\":\"PreemptLowerPriority\"},"
		 "\"status\":{}},\"oldObject\":null,\"dryRun\":false,"
		 "\"options\":{\"kind\":"
		 "\"CreateOptions\",\"apiVersion\":\"meta.k8s.io/v1\"}}}");
}

static struct buf request(size_t n_env)
{
	struct buf body = BUF_INIT, all = BUF_INIT;

	add_pod(&body, n_env);
	buf_printf(&all, "POST /inject?timeout=10s HTTP/1.1\r\n"
		   "Host: injector.injector.svc:443\r\n"
		   "User-Agent: kube-apiserver-admission\r\n"
		   "Content-Length: %zu\r\nAccept: application/json, */*\r\n"
		   "Content-Type: application/json\r\n"
		   "Accept-Encoding: gzip\r\n\r\n", body.n);
	buf_adds(&all, buf_str(&body));
	buf_release(&body);
	return all;
}

/* ---- the client ---- */

static gnutls_certificate_credentials_t credentials;

struct client {
	gnutls_session_t session;
	int fd;
	char *answer;
};

#define ANSWER_MAX (4 * MIB)

static void client_open(struct client *c, unsigned port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || connect(c->fd, (void *)&to, sizeof(to)) < 0)
		die("cannot connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	gnutls_init(&c->session, GNUTLS_CLIENT);
	gnutls_set_default_priority(c->session);
	gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_int(c->session, c->fd);
	if (gnutls_handshake(c->session) < 0)
		die("the TLS handshake failed");
}

static void client_close(struct client *c)
{
	gnutls_deinit(c->session);
	close(c->fd);
}

/* The length of the answer that begins here, or 0 if it is not complete. */
static size_t answer_length(const char *answer, size_t n)
{
	const char *end = memmem(answer, n, "\r\n\r\n", 4), *length;

	if (!end)
		return 0;
	length = strcasestr(answer, "\r\ncontent-length:");
	if (!length || length > end)
		die("an answer without Content-Length");
	return (size_t)(end + 4 - answer) +
	       strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
}

static void client_send(struct client *c, const struct buf *request)
{
	size_t sent = 0;

	while (sent < request->n) {
		ssize_t n = gnutls_record_send(c->session, request->p + sent,
					       request->n - sent);

		if (n < 0)
			die("cannot send");
		sent += (size_t)n;
	}
}

static void client_receive(struct client *c)
{
	size_t n = 0, length = 0;

	while (!length || n < length) {
		ssize_t got = gnutls_record_recv(c->session, c->answer + n,
						 ANSWER_MAX - 1 - n);

		if (got <= 0)
			die("the server closed the connection");
		n += (size_t)got;
		c->answer[n] = '\0';
		if (!length)
			length = answer_length(c->answer, n);
	}
	if (strncmp(c->answer, "HTTP/1.1 200", 12) != 0)
		die(c->answer);
}

struct load {
	unsigned port;
	size_t n;			/* requests of each connection */
	const struct buf *request;
};

static void *run_client(void *arg)
{
	const struct load *load = arg;
	struct client c = { .answer = malloc(ANSWER_MAX) };

	if (!c.answer)
		die("no memory");
	client_open(&c, load->port);
	for (size_t i = 0; i < load->n; i++) {
		client_send(&c, load->request);
		client_receive(&c);
	}
	client_close(&c);
	free(c.answer);
	return NULL;
}

/* n requests over some connections. */
static void load_server(unsigned port, const struct buf *request, size_t n)
{
	struct load load = { port, n / CONNECTIONS, request };
	pthread_t threads[CONNECTIONS];

	for (size_t i = 0; i < CONNECTIONS; i++)
		if (pthread_create(&threads[i], NULL, run_client, &load))
			die("no thread");
	for (size_t i = 0; i < CONNECTIONS; i++)
		pthread_join(threads[i], NULL);
}

/* ---- the servers ---- */

struct served {
	pid_t pid;
	unsigned port;
	double ready;			/* seconds until it was */
};

/* Those that run, also when something fails; 0: none. */
static pid_t running[2];

static void stop_all(void)
{
	for (size_t i = 0; i < 2; i++)
		if (running[i] > 0)
			kill(running[i], SIGKILL);
}

static double cpu_of_process(pid_t pid)
{
	unsigned long user, system;
	char path[64], text[1024];
	const char *p;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof(text), f))
		die(path);
	fclose(f);
	/* the name may have blanks */
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			 "%lu %lu", &user, &system) != 2)
		die("no times of the process");
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double memory_of_process(pid_t pid)
{
	unsigned long all, resident;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%lu %lu", &all, &resident) != 2)
		die("no memory of the process");
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / MIB;
}

/* From its log, which comes through a pipe; the rest of it goes nowhere. */
static void read_log(struct served *s, FILE *log, double began)
{
	char line[4096];

	while (fgets(line, sizeof(line), log)) {
		const char *port = strstr(line, "\"port\":");

		if (port && strstr(line, "HTTPS"))
			s->port = (unsigned)atoi(port + strlen("\"port\":"));
		if (strstr(line, "\"message\":\"ready\"")) {
			s->ready = seconds(CLOCK_MONOTONIC) - began;
			return;
		}
		if (strstr(line, "\"level\":\"error\""))
			die(line);
	}
	die("the server did not start");
}

static void *drop_log(void *log)
{
	char line[4096];

	while (fgets(line, sizeof(line), log))
		continue;
	fclose(log);
	return NULL;
}

static struct served start_webhook(const char *program, const char *cert,
				   const char *key)
{
	struct served s = { .port = 0 };
	double began = seconds(CLOCK_MONOTONIC);
	pthread_t thread;
	int ends[2];
	FILE *log;

	if (pipe2(ends, O_CLOEXEC) < 0)
		die("no pipe");
	s.pid = fork();
	if (s.pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		execl(program, program, "-t", "istio", "--tls-cert", cert,
		      "--tls-key", key, "--listen", "127.0.0.1:0",
		      "--admin-listen", "127.0.0.1:0", "--drain", "0",
		      (char *)NULL);
		_exit(127);
	}
	running[0] = s.pid;
	close(ends[1]);
	log = fdopen(ends[0], "r");
	if (s.pid < 0 || !log)
		die("the server cannot be started");
	read_log(&s, log, began);
	if (pthread_create(&thread, NULL, drop_log, log))
		die("no thread");
	pthread_detach(thread);
	return s;
}

static void echo(void *ctx, const struct serve_request *request,
		 struct serve_reply *reply)
{
	char *copy = malloc(request->body.n);

	(void)ctx;
	if (!copy)
		return;
	memcpy(copy, request->body.p, request->body.n);
	reply->status = 200;
	reply->body = copy;
	reply->length = request->body.n;
	reply->free = free;
}

static void run_echo(int to, const char *cert, const char *key)
{
	static const struct serve_route route = {
		.path = "/inject", .post = true, .json = true, .answer = echo,
	};
	struct serve_options options = SERVE_OPTIONS_INIT;
	struct buf cert_text = BUF_INIT, key_text = BUF_INIT;
	struct err e = ERR_INIT;
	struct server *s;
	unsigned port;

	if (io_slurp(cert, &cert_text, &e) || io_slurp(key, &key_text, &e))
		die(e.text);
	options.listen = "127.0.0.1:0";
	options.routes = &route;
	options.n_routes = 1;
	options.identity = identity_new(buf_str(&cert_text),
					buf_str(&key_text), STR_NONE, &e);
	s = options.identity ? serve_start(&options, &e) : NULL;
	if (!s)
		die(e.text);
	port = serve_port(s);
	if (write(to, &port, sizeof(port)) != sizeof(port))
		die("pipe");
	for (;;)
		pause();
}

static struct served start_echo(const char *cert, const char *key)
{
	struct served s = { .port = 0 };
	int ends[2];

	if (pipe(ends) < 0)
		die("no pipe");
	s.pid = fork();
	if (s.pid == 0) {
		running[0] = 0;		/* the parent's to stop */
		run_echo(ends[1], cert, key);
	}
	running[1] = s.pid;
	close(ends[1]);
	if (read(ends[0], &s.port, sizeof(s.port)) != sizeof(s.port))
		die("the echo does not start");
	close(ends[0]);
	return s;
}


/* ---- measuring ---- */

/* Microseconds of CPU time for a request, the least of some rounds. */
static double cost(const struct served *s, const struct buf *request, size_t n)
{
	double best = 1e9;

	for (int i = 0; i < 3; i++) {
		double before = cpu_of_process(s->pid), spent;

		load_server(s->port, request, n / 3);
		spent = cpu_of_process(s->pid) - before;
		if (spent < best)
			best = spent;
	}
	return best * 1e6 / (double)(n / 3 / CONNECTIONS * CONNECTIONS);
}

static void memory(const struct served *s, const struct buf *small)
{
	static struct client clients[MANY_CONNECTIONS];
	static char answer[ANSWER_MAX];

	for (size_t i = 0; i < MANY_CONNECTIONS; i++) {
		clients[i].answer = answer;
		client_open(&clients[i], s->port);
		client_send(&clients[i], small);
		client_receive(&clients[i]);
	}
	figure("webhook: memory with 256 connections",
	       memory_of_process(s->pid), 40, "MiB");
	for (size_t i = 0; i < MANY_CONNECTIONS; i++)
		client_close(&clients[i]);
}

static void measure(const char *program, const char *cert, const char *key)
{
	const size_t n = setting("BENCH_REVIEWS", 20000);
	const struct buf small = request(0), large = request(2000);
	struct served webhook = start_webhook(program, cert, key);
	struct served echoes = start_echo(cert, key);
	double idle = memory_of_process(webhook.pid), early, late;
	double bare = cost(&echoes, &small, n), review;

	figure("webhook: ready after the start", webhook.ready * 1e3, 50, "ms");
	figure("webhook: memory when idle", idle, 12, "MiB");
	printf("%-44s %8.2f us\n", "TLS and HTTP alone, an echo", bare);
	review = cost(&webhook, &small, n);
	early = memory_of_process(webhook.pid);
	figure("review of httpbin, Istio: CPU", review, 250, "us");
	printf("%-44s %8.2f x\n", "to the echo", review / bare);
	bare = cost(&echoes, &large, n / 10);
	printf("%-44s %8.2f us\n", "an echo of 2,000 variables", bare);
	review = cost(&webhook, &large, n / 10);
	figure("review of 2,000 variables, Istio: CPU", review, 2000, "us");
	printf("%-44s %8.2f x\n", "to the echo", review / bare);
	load_server(webhook.port, &small, n);
	early = early < memory_of_process(webhook.pid) ?
			memory_of_process(webhook.pid) : early;
	load_server(webhook.port, &small, n);
	late = memory_of_process(webhook.pid);
	figure("webhook: memory after as many reviews again", late / early,
	       1.05, "x");
	memory(&webhook, &small);
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: admission WEBHOOK CERT KEY\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	atexit(stop_all);
	gnutls_global_init();
	gnutls_certificate_allocate_credentials(&credentials);
	measure(argv[1], argv[2], argv[3]);
	return figure_over();
}

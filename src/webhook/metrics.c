/*
 * The names without `injector_` are those of istiod and of Prometheus' client
 * libraries, so that dashboards go on working.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "webhook/webhook.h"

/* ---- counting ---- */

static const double admission_bounds[METRICS_BUCKETS] = {
	.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .5, 1, 5,
	10,
};

/* Istiod's, whose injections take longer. */
static const double injection_bounds[METRICS_BUCKETS] = {
	.1, .5, 1, 3, 5, 10, 20, 30, 60,
};
#define N_INJECTION_BOUNDS 9

static void observe(struct histogram *h, const double *bounds, size_t n,
		    double seconds)
{
	size_t i = 0;

	while (i < n && seconds > bounds[i])
		i++;
	h->counts[i]++;
	h->sum += seconds;
}

/* Results are fewer than this. */
#define SPARE 8

static size_t find_result(const struct metrics *m, const char *result,
			  const char *reason)
{
	size_t i = 0;

	while (i < m->n_results && (strcmp(m->results[i].result, result) ||
				    strcmp(m->results[i].reason, reason)))
		i++;
	return i;
}

/* As many whole characters as there is room for: Prometheus refuses a page that
 * is not UTF-8. */
static void copy_cut(char *to, size_t room, const char *from)
{
	size_t n = strlen(from);

	if (n >= room)
		for (n = room - 1; n && (from[n] & 0xc0) == 0x80; n--)
			continue;
	memcpy(to, from, n);
	to[n] = '\0';
}

/* Reasons are few; should they ever not be, the rest is one. */
static void count_result(struct metrics *m, const char *result,
			 const char *reason)
{
	const size_t room = sizeof(m->results[0].reason);
	char cut[sizeof(m->results[0].reason)];
	size_t i;

	copy_cut(cut, room, reason);
	i = find_result(m, result, cut);
	if (i == m->n_results && i >= METRICS_RESULTS - SPARE) {
		snprintf(cut, room, "other");
		i = find_result(m, result, cut);
	}
	if (i == METRICS_RESULTS)
		return;
	if (i == m->n_results) {
		m->n_results++;
		snprintf(m->results[i].result, sizeof(m->results[i].result),
			 "%s", result);
		copy_cut(m->results[i].reason, room, cut);
	}
	m->results[i].n++;
}

void metrics_decision(struct metrics *m, const char *result,
		      const char *reason, uint64_t ns)
{
	const double seconds = (double)ns / 1e9;

	pthread_mutex_lock(&m->lock);
	count_result(m, result, reason);
	observe(&m->admissions, admission_bounds, METRICS_BUCKETS, seconds);
	observe(&m->injections, injection_bounds, N_INJECTION_BOUNDS, seconds);
	m->requests++;
	if (strcmp(result, "injected") == 0 || strcmp(result, "unchanged") == 0)
		m->injected++;
	else if (strcmp(result, "skipped") == 0)
		m->skipped++;
	else
		m->failed++;
	pthread_mutex_unlock(&m->lock);
}

void metrics_loaded(struct metrics *m, struct load_metrics *what, bool success)
{
	pthread_mutex_lock(&m->lock);
	what->successful = success;
	if (success) {
		what->successes++;
		what->success_time = (int64_t)time(NULL);
	} else {
		what->failures++;
	}
	pthread_mutex_unlock(&m->lock);
}

/* ---- the process ---- */

struct process {
	double cpu;			/* seconds */
	uint64_t resident;		/* bytes */
	uint64_t descriptors;
};

static uint64_t resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long all, resident = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%llu %llu", &all, &resident) != 2)
		resident = 0;
	fclose(f);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	uint64_t n = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 3;	/* ".", ".." and that of the folder */
}

static struct process process_now(void)
{
	struct rusage usage = { .ru_maxrss = 0 };

	getrusage(RUSAGE_SELF, &usage);
	return (struct process){
		.cpu = (double)(usage.ru_utime.tv_sec +
				usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec +
				usage.ru_stime.tv_usec) / 1e6,
		.resident = resident_bytes(),
		.descriptors = open_descriptors(),
	};
}

/* ---- the page ---- */

static void write_head(struct buf *b, const char *name, const char *type,
		       const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_histogram(struct buf *b, const char *name, const char *help,
			    const struct histogram *h, const double *bounds,
			    size_t n)
{
	uint64_t total = 0;

	write_head(b, name, "histogram", help);
	for (size_t i = 0; i < n; i++) {
		total += h->counts[i];
		buf_printf(b, "%s_bucket{le=\"%g\"} %llu\n", name, bounds[i],
			   (unsigned long long)total);
	}
	total += h->counts[n];
	buf_printf(b, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.9g\n"
		   "%s_count %llu\n", name, (unsigned long long)total, name,
		   h->sum, name, (unsigned long long)total);
}

/* A label's value, as the text format wants it. */
static void write_label(struct buf *b, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_addc(b, '\\');
		if (*value == '\n')
			buf_addz(b, "\\n");
		else
			buf_addc(b, *value);
	}
}

static void write_results(struct buf *b, const struct metrics *m)
{
	const char *name = "injector_admission_total";

	write_head(b, name, "counter", "Requests by what was decided and why.");
	for (size_t i = 0; i < m->n_results; i++) {
		buf_printf(b, "%s{result=\"%s\",reason=\"", name,
			   m->results[i].result);
		write_label(b, m->results[i].reason);
		buf_printf(b, "\"} %llu\n",
			   (unsigned long long)m->results[i].n);
	}
}

static void write_loads(struct buf *b, const char *what, const char *subject,
			const struct load_metrics *m)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "injector_%s_reloads_total", what);
	buf_printf(b, "# HELP %s Attempts to load %s, the first included.\n"
		   "# TYPE %s counter\n%s{result=\"success\"} %llu\n"
		   "%s{result=\"failure\"} %llu\n", buf_z(&name), subject,
		   name.p, name.p, (unsigned long long)m->successes, name.p,
		   (unsigned long long)m->failures);
	buf_clear(&name);
	buf_printf(&name, "injector_%s_last_reload_successful", what);
	write_head(b, buf_z(&name), "gauge", "1 unless the last one failed; "
		   "the one before it is then in use.");
	buf_printf(b, "%s %d\n", name.p, m->successful);
	buf_clear(&name);
	buf_printf(&name,
		   "injector_%s_last_reload_success_timestamp_seconds", what);
	write_head(b, buf_z(&name), "gauge", "When the one in use was loaded.");
	buf_printf(b, "%s %lld\n", name.p, (long long)m->success_time);
	buf_release(&name);
}

struct single {
	const char *name, *type, *help;
	double value;
};

static void write_singles(struct buf *b, const struct single *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		write_head(b, rows[i].name, rows[i].type, rows[i].help);
		buf_printf(b, "%s %.15g\n", rows[i].name, rows[i].value);
	}
}

static void write_istio(struct buf *b, const struct metrics *m)
{
	const struct single rows[] = {
		{ "sidecar_injection_requests_total", "counter",
		  "Requests.", (double)m->requests },
		{ "sidecar_injection_success_total", "counter",
		  "Pods with a sidecar, added now or before.",
		  (double)m->injected },
		{ "sidecar_injection_skip_total", "counter",
		  "Requests that need no sidecar.", (double)m->skipped },
		{ "sidecar_injection_failure_total", "counter",
		  "Pods denied, and requests that failed.",
		  (double)m->failed },
	};

	write_singles(b, rows, ARRAY_SIZE(rows));
	write_histogram(b, "sidecar_injection_time_seconds",
			"Time of a request.", &m->injections, injection_bounds,
			N_INJECTION_BOUNDS);
}

static double expiry_seconds(struct webhook *w)
{
	double left;

	pthread_mutex_lock(&w->lock);
	left = (double)identity_info(w->identity)->not_after -
	       (double)time(NULL);
	pthread_mutex_unlock(&w->lock);
	return left;
}

static void write_server(struct buf *b, struct webhook *w)
{
	const struct serve_stats s = serve_stats(w->tls);
	const struct single rows[] = {
		{ "injector_connections", "gauge",
		  "Connections that are open.", s.connections },
		{ "injector_requests_in_flight", "gauge",
		  "Requests between first and last byte.", s.requests },
		{ "injector_connections_accepted_total", "counter",
		  "Connections.", (double)s.accepted },
		{ "injector_connections_evicted_total", "counter",
		  "Idle connections that were closed for new ones.",
		  (double)s.evicted },
		{ "injector_tls_handshake_errors_total", "counter",
		  "Connections without a complete TLS handshake.",
		  (double)s.handshake_errors },
		{ "injector_timeouts_total", "counter",
		  "Connections closed because a client was too slow.",
		  (double)s.timeouts },
		{ "injector_requests_refused_total", "counter",
		  "Requests with a wrong path, method, type or size.",
		  (double)s.refused },
		{ "injector_certificate_expiry_seconds", "gauge",
		  "Time until the certificate expires.", expiry_seconds(w) },
		{ "injector_log_lines_lost_total", "counter",
		  "Lines of the log that were not read in time.",
		  (double)log_lost() },
		{ "injector_draining", "gauge",
		  "1 after SIGTERM.", atomic_load(&w->draining) },
	};

	write_singles(b, rows, ARRAY_SIZE(rows));
}

static void write_process(struct buf *b, const struct webhook *w)
{
	const struct process p = process_now();
	const struct single rows[] = {
		{ "process_cpu_seconds_total", "counter",
		  "CPU time, user and system.", p.cpu },
		{ "process_resident_memory_bytes", "gauge",
		  "Resident memory.", (double)p.resident },
		{ "process_open_fds", "gauge",
		  "Open file descriptors.", (double)p.descriptors },
		{ "process_start_time_seconds", "gauge",
		  "When the process started.", (double)w->started },
	};

	write_singles(b, rows, ARRAY_SIZE(rows));
	write_head(b, "injector_build_info", "gauge", "The version.");
	buf_printf(b, "injector_build_info{version=\"%s\"} 1\n",
		   injector_version());
}

/* A copy is written, so that requests never wait for a page. */
void metrics_write(struct webhook *w, struct buf *b)
{
	struct metrics *m = mem_alloc(sizeof(*m));

	pthread_mutex_lock(&w->metrics.lock);
	memcpy(m, &w->metrics, sizeof(*m));
	pthread_mutex_unlock(&w->metrics.lock);
	write_istio(b, m);
	write_results(b, m);
	write_histogram(b, "injector_admission_seconds", "Time of a request.",
			&m->admissions, admission_bounds, METRICS_BUCKETS);
	write_loads(b, "config", "the configuration", &m->rules);
	write_loads(b, "certificate", "the certificate", &m->certificate);
	write_server(b, w);
	write_process(b, w);
	mem_free(m);
}

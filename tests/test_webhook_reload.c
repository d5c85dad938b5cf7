/*
 * webhook/reload: a configuration and a certificate are loaded completely or
 * not at all, also while files change; Namespaces are found in any form of
 * their file.
 */
#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/x509.h>
#include <nettle/base64.h>

#include "base/array.h"
#include "cli/messages.h"
#include "webhook/install.h"
#include "webhook/webhook.h"

/* ---- files in a folder of the test's ---- */

static char folder[64];
static struct certs one, two;

static void put(const char *name, const char *text, size_t n)
{
	FILE *f = fopen(name, "w");

	ck_assert_msg(f != NULL, "%s", name);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

static void put_certs(const struct certs *certificate, const struct certs *key)
{
	put("tls.crt", certificate->certificate.p, certificate->certificate.n);
	put("tls.key", key->key.p, key->key.n);
}

/* Istio's three files, each with a mark of the revision. */
static void put_revision(const char *path, const char *revision)
{
	char name[100], text[1000];

	snprintf(name, sizeof(name), "%s/config", path);
	snprintf(text, sizeof(text), "policy: enabled\n"
		 "defaultTemplates: [sidecar]\ntemplates:\n  sidecar: |\n"
		 "    metadata:\n      annotations:\n"
		 "        mark-config: \"%s\"\n"
		 "        mark-values: \"{{ .Values.mark }}\"\n"
		 "        mark-mesh: \"{{ .MeshConfig.TrustDomain }}\"\n"
		 "    spec: {containers: [{name: istio-proxy}]}\n", revision);
	put_text(name, text);
	snprintf(name, sizeof(name), "%s/values", path);
	snprintf(text, sizeof(text), "mark: %s\n", revision);
	put_text(name, text);
	snprintf(name, sizeof(name), "%s/mesh", path);
	snprintf(text, sizeof(text), "trustDomain: %s\n", revision);
	put_text(name, text);
}

static void make_certs(struct certs *c)
{
	const struct certs_request request = { "web", "shop", 0, NULL };
	struct err e = ERR_INIT;

	ck_assert_msg(certs_make(c, &request, &e) == 0, "%s", e.text);
}

/* ---- the webhook ---- */

static struct webhook webhook;
static struct options options;
static char last_message[2048];

/* What would be logged; threads of tests log nothing. */
static void keep_message(void *ctx, enum message_level level, str line)
{
	(void)ctx;
	(void)level;
	snprintf(last_message, sizeof(last_message), "%.*s", STR_ARG(line));
}

static void setup(void)
{
	snprintf(folder, sizeof(folder), "/tmp/reload-XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	ck_assert_int_eq(chdir(folder), 0);
	make_certs(&one);
	make_certs(&two);
	put_certs(&one, &one);
	messages_begin("test", keep_message, NULL);
	ck_assert(freopen("log", "w", stderr) != NULL);
	options = (struct options)OPTIONS_INIT_WEBHOOK;
	webhook = (struct webhook){
		.options = &options, .metrics = METRICS_INIT,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	*last_message = '\0';
}

static void teardown(void)
{
	char command[100];

	reload_release(&webhook);
	options_release(&options);
	certs_release(&one);
	certs_release(&two);
	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* With the certificate, these words. */
static void parse(const char *words)
{
	static char line[512], *argv[32];
	int argc = 0;

	snprintf(line, sizeof(line), "injector-webhook --tls-cert tls.crt "
		 "--tls-key tls.key %s", words);
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	ck_assert_int_eq(options_parse(&options, argc, argv), STATUS_DONE);
}

static void parse_istio(void)
{
	parse("--injectConfigFile v/config --valuesFile v/values "
	      "--meshConfigFile v/mesh");
}

/* ---- what is injected ---- */

static const char review[] = "{\"kind\":\"AdmissionReview\",\"apiVersion\":"
	"\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"kind\":{"
	"\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"operation\":"
	"\"CREATE\",\"namespace\":\"shop\",\"object\":{\"metadata\":{\"name\":"
	"\"web\"},\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":"
	"\"app\"}]}}}}";

/* The patch for a Pod, freed by the caller. */
static char *patch_by(const struct rules *rules)
{
	struct base64_decode_ctx base64;
	struct injector_error error;
	char *answer, *at, *patch;
	size_t n;

	ck_assert_msg(injector_admit(rules->injector, review,
				     sizeof(review) - 1, NULL, &answer, NULL,
				     &error) == 0, "%s", error.text);
	at = strstr(answer, "\"patch\":\"");
	ck_assert_msg(at != NULL, "%s", answer);
	at += strlen("\"patch\":\"");
	n = strcspn(at, "\"");
	patch = malloc(n + 1);
	base64_decode_init(&base64);
	ck_assert(base64_decode_update(&base64, &n, (uint8_t *)patch, n, at));
	patch[n] = '\0';
	injector_free_text(answer);
	return patch;
}

static char mark_at(const char *patch, const char *key)
{
	const char *at = strstr(patch, key);

	ck_assert_msg(at != NULL, "%s", patch);
	return at[strlen(key)];
}

/* The revision that all of it is of. */
static char revision_of(const struct rules *rules)
{
	char *patch = patch_by(rules);
	char revision = mark_at(patch, "mark-config\":\"");

	ck_assert_int_eq(mark_at(patch, "mark-values\":\""), revision);
	ck_assert_int_eq(mark_at(patch, "mark-mesh\":\""), revision);
	free(patch);
	return revision;
}

static void ck_certificate(const struct certs *wanted)
{
	const struct identity_info *info = identity_info(webhook.identity);
	const gnutls_datum_t pem = { (unsigned char *)wanted->certificate.p,
				     (unsigned)wanted->certificate.n };
	unsigned char hash[32];
	size_t n = sizeof(hash);
	char hex[65];
	gnutls_x509_crt_t crt;

	gnutls_x509_crt_init(&crt);
	ck_assert_int_eq(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM),
			 0);
	gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, hash, &n);
	gnutls_x509_crt_deinit(crt);
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	ck_assert_str_eq(info->fingerprint, hex);
}

/* ---- the configuration ---- */

START_TEST(loads_what_changed)
{
	struct rules *first;

	ck_assert_int_eq(mkdir("v", 0700), 0);
	put_revision("v", "a");
	parse_istio();
	ck_assert(reload(&webhook, true));
	ck_assert_int_eq(revision_of(webhook.rules), 'a');
	first = webhook.rules;
	ck_assert(reload(&webhook, false));
	ck_assert_ptr_eq(webhook.rules, first);
	ck_assert_uint_eq(webhook.metrics.rules.successes, 1);
	put_revision("v", "b");
	ck_assert(reload(&webhook, false));
	ck_assert_int_eq(revision_of(webhook.rules), 'b');
	ck_assert_uint_eq(webhook.metrics.rules.successes, 2);
	ck_assert_uint_eq(webhook.metrics.certificate.successes, 1);
	ck_assert(reload(&webhook, true));
	ck_assert_uint_eq(webhook.metrics.rules.successes, 3);
	ck_assert_uint_eq(webhook.metrics.certificate.successes, 2);
}
END_TEST

/* A request goes on with the rules that it began with. */
START_TEST(a_user_keeps_the_old_one)
{
	struct rules *used;

	ck_assert_int_eq(mkdir("v", 0700), 0);
	put_revision("v", "a");
	parse_istio();
	ck_assert(reload(&webhook, true));
	used = rules_take(&webhook);
	put_revision("v", "b");
	ck_assert(reload(&webhook, false));
	ck_assert_int_eq(revision_of(used), 'a');
	ck_assert_int_eq(revision_of(webhook.rules), 'b');
	rules_give(&webhook, used);
	used = rules_take(&webhook);
	ck_assert_int_eq(revision_of(used), 'b');
	rules_give(&webhook, used);
}
END_TEST

static void break_file(int how)
{
	switch (how) {
	case 0:
		put_text("v/values", "a: [\n");
		break;
	case 1:
		put_text("v/mesh", "trustDomain: {}\n");
		break;
	case 2:
		put_text("v/config", "templates: 1\n");
		break;
	case 3:
		put_text("v/config", "policy: enabled\n"
			 "templates: {sidecar: '{{ nope }}'}\n");
		break;
	case 4:
		ck_assert_int_eq(unlink("v/values"), 0);
		break;
	default:
		ck_assert_int_eq(unlink("v/mesh"), 0);
		ck_assert_int_eq(mkdir("v/mesh", 0700), 0);
	}
}

#define N_BREAKS 6

static void mend_files(const char *revision)
{
	(void)rmdir("v/mesh");
	put_revision("v", revision);
}

/* One broken file of three new ones: none of them is used. */
START_TEST(a_broken_one_changes_nothing)
{
	ck_assert_int_eq(mkdir("v", 0700), 0);
	put_revision("v", "a");
	parse_istio();
	ck_assert(reload(&webhook, true));
	put_revision("v", "b");
	break_file(_i);
	ck_assert(reload(&webhook, false));
	ck_assert_int_eq(revision_of(webhook.rules), 'a');
	ck_assert(!webhook.metrics.rules.successful);
	ck_assert_uint_eq(webhook.metrics.rules.failures, 1);
	ck_assert_msg(strstr(last_message, "v/") != NULL, "%s", last_message);
	/* it is tried again, as what was wrong may not have been the files */
	ck_assert(reload(&webhook, false));
	ck_assert_uint_eq(webhook.metrics.rules.failures, 2);
	mend_files("c");
	ck_assert(reload(&webhook, false));
	ck_assert_int_eq(revision_of(webhook.rules), 'c');
	ck_assert(webhook.metrics.rules.successful);
}
END_TEST

START_TEST(none_at_the_start)
{
	ck_assert_int_eq(mkdir("v", 0700), 0);
	put_revision("v", "a");
	break_file(_i);
	parse_istio();
	ck_assert(!reload(&webhook, true));
	ck_assert_ptr_null(webhook.rules);
	mend_files("b");
	ck_assert(reload(&webhook, false));
	ck_assert_int_eq(revision_of(webhook.rules), 'b');
}
END_TEST

/* ---- while files change ---- */

struct writer {
	pthread_t thread;
	atomic_bool done;
	unsigned swaps;
};

/* What an odd and an even version are of. */
static char revision_at(unsigned version)
{
	return version % 2 ? 'b' : 'a';
}

static void make_version(unsigned version)
{
	const char revision[] = { revision_at(version), '\0' };
	char name[16];

	snprintf(name, sizeof(name), "v%u", version);
	ck_assert_int_eq(mkdir(name, 0700), 0);
	put_revision(name, revision);
	ck_assert_int_eq(symlink(name, "new"), 0);
	ck_assert_int_eq(rename("new", "v"), 0);
}

static void remove_version(unsigned version)
{
	static const char *const files[] = {
		"/config", "/values", "/mesh", "",
	};
	char name[32];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(name, sizeof(name), "v%u%s", version, files[i]);
		ck_assert_int_eq(remove(name), 0);
	}
}

/* As Kubernetes does it, but as fast as it can. */
static void *swap_versions(void *arg)
{
	struct writer *w = arg;

	while (!atomic_load(&w->done)) {
		make_version(++w->swaps);
		remove_version(w->swaps - 1);
		usleep(w->swaps % 5 ? 0 : 2000);
	}
	return NULL;
}

START_TEST(never_of_two_revisions)
{
	struct writer w = { .swaps = 0 };

	make_version(0);
	parse_istio();
	ck_assert(reload(&webhook, true));
	ck_assert_int_eq(pthread_create(&w.thread, NULL, swap_versions, &w),
			 0);
	for (int i = 0; i < 300; i++) {
		ck_assert(reload(&webhook, i % 2));
		(void)revision_of(webhook.rules);
	}
	atomic_store(&w.done, true);
	pthread_join(w.thread, NULL);
	ck_assert_uint_gt(w.swaps, 10);
	ck_assert_uint_gt(webhook.metrics.rules.successes, 10);
	/* whatever was missed is noticed in the end */
	ck_assert(reload(&webhook, false));
	ck_assert_int_eq(revision_of(webhook.rules), revision_at(w.swaps));
}
END_TEST

/* Requests take the rules, use them and give them back, as connections do. */
struct user {
	pthread_t thread;
	atomic_bool *done;
	unsigned n[2];		/* of each revision */
};

static void *use_rules_again(void *arg)
{
	struct user *u = arg;

	while (!atomic_load(u->done)) {
		struct rules *rules = rules_take(&webhook);

		u->n[revision_of(rules) == 'b']++;
		rules_give(&webhook, rules);
	}
	return NULL;
}

START_TEST(reloads_while_in_use)
{
	struct user users[4] = { { .n = { 0 } } };
	unsigned a = 0, b = 0;
	atomic_bool done;

	atomic_init(&done, false);
	make_version(0);
	parse_istio();
	ck_assert(reload(&webhook, true));
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		users[i].done = &done;
		ck_assert_int_eq(pthread_create(&users[i].thread, NULL,
						use_rules_again, &users[i]), 0);
	}
	for (unsigned i = 1; i <= 40; i++) {
		make_version(i);
		ck_assert(reload(&webhook, false));
		remove_version(i - 1);
		usleep(1000);
	}
	atomic_store(&done, true);
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		pthread_join(users[i].thread, NULL);
		a += users[i].n[0];
		b += users[i].n[1];
	}
	ck_assert_uint_gt(a, 0);
	ck_assert_uint_gt(b, 0);
	ck_assert_uint_eq(webhook.metrics.rules.successes, 41);
	ck_assert_uint_eq(webhook.rules->users, 1);
}
END_TEST

/* ---- the certificate ---- */

START_TEST(certificates)
{
	put_text("sidecar.yaml", "spec: {containers: [{name: c}]}\n");
	parse("-t sidecar.yaml");
	ck_assert(reload(&webhook, true));
	ck_certificate(&one);
	put_certs(&two, &one);		/* the key is another's */
	ck_assert(reload(&webhook, false));
	ck_certificate(&one);
	ck_assert(!webhook.metrics.certificate.successful);
	put_certs(&two, &two);
	ck_assert(reload(&webhook, false));
	ck_certificate(&two);
	ck_assert(webhook.metrics.certificate.successful);
	ck_assert_int_eq(unlink("tls.key"), 0);
	ck_assert(reload(&webhook, false));
	ck_certificate(&two);
	ck_assert_msg(strstr(last_message, "tls.key") != NULL, "%s",
		      last_message);
	put_certs(&one, &one);
	ck_assert(reload(&webhook, false));
	ck_certificate(&one);
	ck_assert_uint_eq(webhook.metrics.certificate.failures, 2);
}
END_TEST

/* The same key with other times, 0 is now; with or without a host's name. */
static void put_valid(int from, int to, bool named)
{
	const gnutls_datum_t pem = { (unsigned char *)one.key.p,
				     (unsigned)one.key.n };
	time_t now = time(NULL);
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	gnutls_datum_t out;

	gnutls_x509_privkey_init(&key);
	ck_assert_int_eq(gnutls_x509_privkey_import(key, &pem,
						    GNUTLS_X509_FMT_PEM), 0);
	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, "1", 1);
	gnutls_x509_crt_set_key(crt, key);
	gnutls_x509_crt_set_activation_time(crt, now + from);
	gnutls_x509_crt_set_expiration_time(crt, now + to);
	gnutls_x509_crt_set_dn(crt, "CN=test", NULL);
	if (named)
		gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME,
			"localhost", 9, GNUTLS_FSAN_SET);
	ck_assert_int_eq(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256,
					       0), 0);
	ck_assert_int_eq(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
						 &out), 0);
	put("tls.crt", (const char *)out.data, out.size);
	gnutls_free(out.data);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	put("tls.key", one.key.p, one.key.n);
}

/* Clients would refuse it, while they accept the one in use. */
START_TEST(not_valid_now)
{
	put_text("sidecar.yaml", "spec: {containers: [{name: c}]}\n");
	parse("-t sidecar.yaml");
	put_valid(-100, -10, true);
	ck_assert(reload(&webhook, true));	/* better than none */
	put_certs(&two, &two);
	ck_assert(reload(&webhook, false));
	ck_certificate(&two);
	put_valid(_i == 1 ? 1000 : -100, _i ? 2000 : -10, _i < 2);
	ck_assert(reload(&webhook, false));
	ck_certificate(&two);
	ck_assert(!webhook.metrics.certificate.successful);
	put_valid(-100, 1000, true);
	ck_assert(reload(&webhook, false));
	ck_assert(webhook.metrics.certificate.successful);
	ck_assert_int_gt(identity_info(webhook.identity)->not_after,
			 time(NULL));
}
END_TEST

/* ---- Namespaces ---- */

#define NS(name) "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":" \
	"{\"name\":\"" name "\",\"labels\":{\"is\":\"" name "\"}}}"

static const char *const forms[] = {
	"apiVersion: v1\nkind: Namespace\n"
	"metadata: {name: shop, labels: {is: shop}}\n---\n"
	"# not a Namespace\nkind: Pod\nmetadata: {name: pod}\n---\n"
	"apiVersion: v1\nkind: Namespace\n"
	"metadata:\n  name: bank\n  labels:\n    is: bank\n---\n---\n"
	"apiVersion: v1\nkind: Namespace\n"
	"metadata: {name: shop-2, labels: {is: shop-2}}\n",
	"kind: List\nitems:\n- kind: Namespace\n"
	"  metadata: {name: shop, labels: {is: shop}}\n"
	"- kind: Pod\n  metadata: {name: pod}\n"
	"- kind: Namespace\n"
	"  metadata: {name: bank, labels: {is: bank}}\n"
	"- kind: Namespace\n"
	"  metadata: {name: shop-2, labels: {is: shop-2}}\n",
	"{\"kind\":\"NamespaceList\",\"items\":[" NS("shop") "," NS("bank") ","
	NS("shop-2") "]}",
	NS("shop") "\n---\n" NS("bank") "\n---\n" NS("shop-2"),
	"{\"kind\":\"List\",\"items\":[" NS("shop") "]}\n---\n"
	"{\"kind\":\"List\",\"items\":[" NS("bank") "," NS("shop-2") "]}\n",
	"\xef\xbb\xbf" "---\r\nkind: Namespace\r\n"
	"metadata: {name: shop, labels: {is: shop}}\r\n---\r\n"
	NS("bank") "\r\n---\r\n" NS("shop-2") "\r\n...\r\n",
};

static void load_namespaces(const char *text)
{
	put_text("sidecar.yaml", "spec: {containers: [{name: c}]}\n");
	put_text("ns.yaml", text);
	parse("-t sidecar.yaml --namespace-file ns.yaml");
	ck_assert_msg(reload(&webhook, true), "%s", last_message);
}

static void ck_namespace(const char *name)
{
	const struct injector_text *found = rules_namespace(webhook.rules,
							    name);
	char label[64];

	ck_assert_msg(found != NULL, "%s", name);
	ck_assert_str_eq(found->name, name);
	snprintf(label, sizeof(label), "\"is\":\"%s\"", name);
	ck_assert_uint_eq(strlen(found->text), found->length);
	ck_assert_msg(strstr(found->text, label) != NULL, "%s", found->text);
}

START_TEST(namespaces)
{
	static const char *const unknown[] = {
		"", "sho", "shop-", "shop-20", "pod", "other", "zzz",
	};

	load_namespaces(forms[_i]);
	ck_assert_uint_eq(webhook.rules->n_namespaces, 3);
	ck_namespace("shop");
	ck_namespace("bank");
	ck_namespace("shop-2");
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		ck_assert_ptr_null(rules_namespace(webhook.rules, unknown[i]));
}
END_TEST

START_TEST(no_namespaces)
{
	static const char *const none[] = {
		"", "# none\n---\nkind: Pod\n", "error: unauthorized\n",
		"kind: [",
	};

	load_namespaces("kind: List\nitems: []\n");
	ck_assert_ptr_null(rules_namespace(webhook.rules, "shop"));
	put_text("ns.yaml", NS("shop"));
	ck_assert(reload(&webhook, false));
	ck_namespace("shop");
	put_text("ns.yaml", none[_i]);
	ck_assert(reload(&webhook, false));
	ck_namespace("shop");
	ck_assert(!webhook.metrics.rules.successful);
	ck_assert_msg(strstr(last_message, "ns.yaml:") != NULL, "%s",
		      last_message);
}
END_TEST

/* Of two with one name, the last, as kubectl apply would have it. */
START_TEST(a_namespace_twice)
{
	load_namespaces("kind: Namespace\nmetadata: {name: shop}\n---\n"
			NS("shop"));
	ck_namespace("shop");
}
END_TEST

/* ---- watching ---- */

static bool is_due(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 1000) == 1;
}

/* A file of each kind, and in the current folder. */
START_TEST(watching)
{
	int fd;

	ck_assert_int_eq(mkdir("a", 0700), 0);
	ck_assert_int_eq(mkdir("b", 0700), 0);
	put_text("sidecar", "spec: {containers: [{name: c}]}\n");
	put_text("a/values.yaml", "a: 1\n");
	put_text("b/ns.yaml", NS("shop"));
	parse("-t sidecar --values a/values.yaml --values {b:1} "
	      "--namespace-file b/ns.yaml");
	ck_assert(reload(&webhook, true));
	fd = reload_watch(&webhook);
	if (fd < 0)
		return;		/* not on this system */
	put_text("a/values.yaml", "a: 2\n");
	ck_assert(is_due(fd));
	reload_watch_clear(fd);
	ck_assert_int_eq(rename("b/ns.yaml", "b/other"), 0);
	ck_assert(is_due(fd));
	reload_watch_clear(fd);
	ck_assert_int_eq(rename("b/other", "b/ns.yaml"), 0);
	ck_assert(is_due(fd));
	reload_watch_clear(fd);
	ck_assert(reload(&webhook, false));
	ck_assert_uint_eq(webhook.metrics.rules.successes, 2);
	put_text("sidecar", "spec: {containers: [{name: d}]}\n");
	ck_assert(is_due(fd));
	reload_watch_clear(fd);
	ck_assert(reload(&webhook, false));
	ck_assert_uint_eq(webhook.metrics.rules.successes, 3);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("webhook_reload");
	TCase *t = tcase_create("reload");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, loads_what_changed);
	tcase_add_test(t, a_user_keeps_the_old_one);
	tcase_add_loop_test(t, a_broken_one_changes_nothing, 0, N_BREAKS);
	tcase_add_loop_test(t, none_at_the_start, 0, N_BREAKS);
	tcase_add_test(t, never_of_two_revisions);
	tcase_add_test(t, reloads_while_in_use);
	tcase_add_test(t, certificates);
	tcase_add_loop_test(t, not_valid_now, 0, 3);
	tcase_add_loop_test(t, namespaces, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(t, no_namespaces, 0, 4);
	tcase_add_test(t, a_namespace_twice);
	tcase_add_test(t, watching);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

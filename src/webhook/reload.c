/*
 * Kubernetes updates a volume by renaming a link, `..data`, to a new folder, so
 * the folder of a file is watched and not the file; and as notifications may be
 * lost, or come from a file system that sends none, main() asks from time to
 * time anyway.  What a file was is known by its inode, size and times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "base/os.h"
#include "cli/configuration.h"
#include "cli/messages.h"
#include "cli/process.h"
#include "json/text.h"
#include "tree/node.h"
#include "webhook/webhook.h"
#include "yaml/read.h"
#include "yaml/stream.h"

/* How often files are read again that change while they are read. */
#define TRIES 5

/* ---- which files ---- */

typedef void file_fn(void *ctx, const char *path);

static void each_file(const char *const *paths, size_t n, file_fn *fn,
		      void *ctx)
{
	for (size_t i = 0; i < n; i++)
		if (paths[i])
			fn(ctx, paths[i]);
}

static void each_rules_file(const struct options *o, file_fn *fn, void *ctx)
{
	const char *const paths[] = {
		o->inject_config, o->mesh_config, o->values_file,
		o->operator_file, o->namespace_file,
	};

	for (size_t i = 0; i < o->templates.n; i++)
		if (templates_is_path(o->templates.at[i]))
			fn(ctx, o->templates.at[i]);
	for (size_t i = 0; i < o->values.n; i++)
		if (*o->values.at[i] != '{')
			fn(ctx, o->values.at[i]);
	each_file(paths, ARRAY_SIZE(paths), fn, ctx);
}

static void each_identity_file(const struct options *o, file_fn *fn, void *ctx)
{
	const char *const paths[] = { o->tls_cert, o->tls_key, o->client_ca };

	each_file(paths, ARRAY_SIZE(paths), fn, ctx);
}

/* ---- have they changed? ---- */

static void add_file(void *ctx, const char *path)
{
	uint64_t *hash = ctx;
	struct stat st = { .st_ino = 0 };
	struct timespec changed;
	uint64_t parts[6];

	if (stat(path, &st) < 0)
		st = (struct stat){ .st_ino = 0 };
	changed = os_mtime(&st);
	parts[0] = (uint64_t)st.st_dev;
	parts[1] = (uint64_t)st.st_ino;
	parts[2] = (uint64_t)st.st_size;
	parts[3] = (uint64_t)changed.tv_sec;
	parts[4] = (uint64_t)changed.tv_nsec;
	parts[5] = (uint64_t)st.st_ctime;
	*hash = hash64(*hash, parts, sizeof(parts));
}

static uint64_t rules_files(const struct options *o)
{
	uint64_t hash = HASH64;

	each_rules_file(o, add_file, &hash);
	return hash;
}

static uint64_t identity_files(const struct options *o)
{
	uint64_t hash = HASH64;

	each_identity_file(o, add_file, &hash);
	return hash;
}

/* ---- Namespaces ---- */

struct namespaces {
	struct injector_text *at;
	size_t n, capacity;
	struct arena *arena;
	bool lists;		/* there is a List, which may be empty */
};

static void add_namespace(struct namespaces *all, const struct node *object)
{
	str name = node_string(node_find(object, "metadata.name"));
	struct buf text = BUF_INIT;
	str kept;

	if (!str_eq(node_string(node_get(object, STR("kind"))),
		    STR("Namespace")) || !name.n)
		return;
	json_write(&text, object);
	kept = arena_str(all->arena, buf_str(&text));
	buf_release(&text);
	all->at = mem_extend(all->at, all->n, &all->capacity,
			     sizeof(*all->at));
	all->at[all->n++] = (struct injector_text){
		arena_str(all->arena, name).p, kept.p, kept.n,
	};
}

/* A Namespace, or a List of them as kubectl prints it. */
static void add_document(struct namespaces *all, const struct node *root)
{
	const struct node *items = node_get(root, STR("items"));

	add_namespace(all, root);
	if (!items || items->kind != NODE_LIST)
		return;
	all->lists = true;
	for (uint32_t i = 0; i < items->n; i++)
		add_namespace(all, items->items[i]);
}

static int by_name(const void *a, const void *b)
{
	const struct injector_text *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* What is left of a text, as a stream. */
static int64_t read_text(void *ctx, void *p, size_t n)
{
	str *rest = ctx;

	if (n > rest->n)
		n = rest->n;
	if (n)
		memcpy(p, rest->p, n);
	*rest = str_sub(*rest, n, rest->n);
	return (int64_t)n;
}

static int add_pieces(struct namespaces *all, struct stream *stream,
		      const char *path, struct err *e)
{
	struct piece piece;
	int more;

	while ((more = stream_next(stream, &piece, e)) > 0) {
		struct source *source = arena_new(all->arena, struct source);
		struct document doc;

		*source = (struct source)SOURCE_YAML(path,
						     arena_str(all->arena,
							       piece.text));
		source->line = piece.line;
		source->column = piece.column;
		if (yaml_read(all->arena, source, &doc, e) ||
		    node_check(doc.root, e))
			return -1;
		add_document(all, doc.root);
	}
	return more;
}

static int read_namespaces(struct rules *r, struct arena *a, const char *path,
			   struct err *e)
{
	struct namespaces all = { .arena = a };
	struct buf text = BUF_INIT;
	struct stream *stream;
	str rest;
	int result;

	if (!path)
		return 0;
	if (io_slurp(path, &text, e))
		return -1;
	rest = buf_str(&text);
	stream = stream_new(read_text, &rest, path, INJECTOR_MAX_DOCUMENT);
	result = add_pieces(&all, stream, path, e);
	stream_free(stream);
	buf_release(&text);
	/* such as the empty file that a failed command leaves */
	if (result == 0 && !all.n && !all.lists)
		return err_set(e, (struct pos){ .file = path }, "expected "
			       "Namespaces, found none");
	if (all.n)
		qsort(all.at, all.n, sizeof(*all.at), by_name);
	r->namespaces = all.at;
	r->n_namespaces = all.n;
	return result;
}

const struct injector_text *rules_namespace(const struct rules *rules,
					    const char *name)
{
	const struct injector_text key = { .name = name };

	return rules->n_namespaces ?
		       bsearch(&key, rules->namespaces, rules->n_namespaces,
			       sizeof(key), by_name) : NULL;
}

/* ---- rules ---- */

static void rules_free(struct rules *r)
{
	injector_free(r->injector);
	mem_pool_release(&r->pool);
	mem_free(r);
}

struct load {
	const struct options *options;
	struct rules *rules;
	struct arena arena;		/* of the namespaces */
	bool done;
};

static bool make_injector(struct load *load, struct reporting *reporting)
{
	struct configuration c;
	struct injector_error error = { .line = 0 };
	enum status status = configuration_load(&c, load->options, reporting);

	if (status == STATUS_DONE) {
		load->rules->injector = injector_new(&c.options, &error);
		if (!load->rules->injector)
			reporting_error(reporting, &error);
	}
	configuration_release(&c);
	return load->rules->injector;
}

static void load_rules(void *ctx)
{
	struct load *load = ctx;
	struct progress progress = { .wanted = false };
	struct reporting reporting;
	struct err e = ERR_INIT;
	enum status status = reporting_open(&reporting, load->options,
					    &progress);

	if (status == STATUS_DONE && make_injector(load, &reporting)) {
		if (read_namespaces(load->rules, &load->arena,
				    load->options->namespace_file, &e))
			print_err(&e);
		else
			load->done = true;
	}
	reporting_close(&reporting, STATUS_DONE);
}

/* NULL: why is logged. */
static struct rules *new_rules(const struct options *o)
{
	struct rules *r = mem_try(sizeof(*r));
	struct load load = { .options = o, .rules = r, .arena = ARENA_INIT };

	if (r) {
		mem_detach(r);
		*r = (struct rules){ .pool = MEM_POOL_INIT, .users = 1 };
		if (mem_protect(&r->pool, 0, load_rules, &load) == MEM_OK &&
		    load.done)
			return r;
		if (load.done)
			log_message(MESSAGE_ERROR, "out of memory");
		rules_free(r);
	}
	return NULL;
}

struct rules *rules_take(struct webhook *w)
{
	struct rules *r;

	pthread_mutex_lock(&w->lock);
	r = w->rules;
	r->users++;
	pthread_mutex_unlock(&w->lock);
	return r;
}

void rules_give(struct webhook *w, struct rules *r)
{
	bool last;

	pthread_mutex_lock(&w->lock);
	last = --r->users == 0;
	pthread_mutex_unlock(&w->lock);
	if (last)
		rules_free(r);
}

static void use_rules(struct webhook *w, struct rules *new)
{
	struct rules *old;

	pthread_mutex_lock(&w->lock);
	old = w->rules;
	w->rules = new;
	pthread_mutex_unlock(&w->lock);
	if (old)
		rules_give(w, old);
}

/* ---- the certificate ---- */

struct identity_load {
	const struct options *options;
	struct identity *identity;
};

static int slurp_if(const char *path, struct buf *text, struct err *e)
{
	return path ? io_slurp(path, text, e) : 0;
}

/* The file that an error of identity_new() is about. */
static const char *file_at(const struct options *o, struct pos at)
{
	if (!at.file)
		return o->tls_cert;
	return strcmp(at.file, IDENTITY_KEY) == 0 ? o->tls_key : o->client_ca;
}

static void load_identity(void *ctx)
{
	struct identity_load *load = ctx;
	const struct options *o = load->options;
	struct buf cert = BUF_INIT, key = BUF_INIT, ca = BUF_INIT;
	struct err e = ERR_INIT;

	if (slurp_if(o->tls_cert, &cert, &e) ||
	    slurp_if(o->tls_key, &key, &e) ||
	    slurp_if(o->client_ca, &ca, &e)) {
		print_err(&e);
		return;
	}
	/* an empty file is not the same as none */
	load->identity = identity_new(buf_str(&cert), buf_str(&key),
				      o->client_ca ? (str){ buf_z(&ca), ca.n } :
						     STR_NONE, &e);
	if (!load->identity)
		print_error(file_at(o, e.pos), 0, 0, e.text);
}

/* NULL: why is logged. */
static struct identity *new_identity(const struct options *o)
{
	struct identity_load load = { .options = o };
	struct mem_pool pool = MEM_POOL_INIT;

	if (mem_protect(&pool, 0, load_identity, &load) != MEM_OK)
		log_message(MESSAGE_ERROR, "out of memory");
	mem_pool_release(&pool);
	return load.identity;
}

static void log_identity(const struct identity *identity)
{
	const struct identity_info *info = identity_info(identity);
	time_t expires = (time_t)info->not_after;
	struct tm parts;
	char text[64] = "";
	struct log_line line;

	if (gmtime_r(&expires, &parts))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	log_open(&line, MESSAGE_INFO, "certificate loaded");
	log_text(&line, "names", info->names);
	log_text(&line, "expires", text);
	log_text(&line, "fingerprint", info->fingerprint);
	log_write(&line);
}

/* Why clients refuse it, or NULL. */
static const char *why_invalid(const struct identity *identity)
{
	const struct identity_info *info = identity_info(identity);
	int64_t now = (int64_t)time(NULL);

	return now < info->not_before ? "the certificate is not yet valid" :
	       now >= info->not_after ? "the certificate has expired" :
	       !*info->names ? "the certificate names no host" : NULL;
}

/* One that clients refuse is better than none, but not than one that they
 * accept. */
static bool is_worse(const struct identity *new, const struct identity *old)
{
	return old && why_invalid(new) && !why_invalid(old);
}

static void use_identity(struct webhook *w, struct identity *new)
{
	struct identity *old;

	pthread_mutex_lock(&w->lock);
	old = w->identity;
	w->identity = new;
	pthread_mutex_unlock(&w->lock);
	if (w->tls)
		serve_set_identity(w->tls, new);
	identity_free(old);
}

/* ---- reloading ---- */

static const char changing[] = "the files change while they are read";

/* What is read while files change may be partly old; it is never used. */
static struct rules *read_rules(struct webhook *w)
{
	for (int i = 0; i < TRIES; i++) {
		struct rules *r;

		w->rules_seen = rules_files(w->options);
		r = new_rules(w->options);
		if (rules_files(w->options) == w->rules_seen)
			return r;
		if (r)
			rules_free(r);
	}
	log_message(MESSAGE_ERROR, changing);
	return NULL;
}

static void log_rules(const struct injector *in)
{
	const struct injector_rules *rules = injector_rules(in);
	struct log_line line;

	log_open(&line, MESSAGE_INFO, "configuration loaded");
	if (rules)
		log_text(&line, "rules", rules->text);
	log_write(&line);
}

static bool reload_rules(struct webhook *w)
{
	struct rules *r = read_rules(w);

	metrics_loaded(&w->metrics, &w->metrics.rules, r != NULL);
	if (!r) {
		log_message(MESSAGE_ERROR, w->rules ?
			"configuration not loaded; the previous one stays" :
			"configuration not loaded");
		return false;
	}
	use_rules(w, r);
	log_rules(r->injector);
	return true;
}

static struct identity *read_identity(struct webhook *w)
{
	for (int i = 0; i < TRIES; i++) {
		struct identity *new;

		w->identity_seen = identity_files(w->options);
		new = new_identity(w->options);
		if (identity_files(w->options) == w->identity_seen)
			return new;
		identity_free(new);
	}
	log_message(MESSAGE_ERROR, changing);
	return NULL;
}

static bool reload_identity(struct webhook *w)
{
	struct identity *new = read_identity(w);

	if (new && is_worse(new, w->identity)) {
		log_message(MESSAGE_ERROR, why_invalid(new));
		identity_free(new);
		new = NULL;
	}
	metrics_loaded(&w->metrics, &w->metrics.certificate, new != NULL);
	if (!new) {
		log_message(MESSAGE_ERROR, w->identity ?
			"certificate not loaded; the previous one stays" :
			"certificate not loaded");
		return false;
	}
	use_identity(w, new);
	log_identity(new);
	if (why_invalid(new))
		log_message(MESSAGE_WARNING, why_invalid(new));
	return true;
}

/* What failed is tried again, for a reason that may have gone. */
static bool is_due(const struct load_metrics *m, uint64_t seen, uint64_t now,
		   bool force)
{
	return force || seen != now || !m->successful;
}

bool reload(struct webhook *w, bool force)
{
	const struct options *o = w->options;

	if (is_due(&w->metrics.rules, w->rules_seen, rules_files(o), force))
		reload_rules(w);
	if (is_due(&w->metrics.certificate, w->identity_seen,
		   identity_files(o), force))
		reload_identity(w);
	return w->rules && w->identity;
}

void reload_release(struct webhook *w)
{
	if (w->rules)
		use_rules(w, NULL);
	identity_free(w->identity);
	w->identity = NULL;
}

/* ---- watching ---- */

static void watch_file(void *ctx, const char *path)
{
	const int *fd = ctx;
	size_t n = str_find_last(str_of(path), '/');
	char folder[4096];

	if (!path[n])
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s",
			 (int)(n ? n : 1), path);
	os_watch_folder(*fd, folder);
}

int reload_watch(const struct webhook *w)
{
	int fd = os_watch();

	if (fd >= 0) {
		each_rules_file(w->options, watch_file, &fd);
		each_identity_file(w->options, watch_file, &fd);
	}
	return fd;
}

void reload_watch_clear(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		continue;
}

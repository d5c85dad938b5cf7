/*
 * render - a sidecar template: its text, and the overlay that it gives for a
 * pod.
 *
 * A text without any `{{` is plain YAML (or JSON) and means the same for every
 * pod; it is read once.  Any other is a template of Go's, parsed when it is
 * first needed and then run for each pod; what it prints is read as YAML.
 *
 * A template belongs to a handle that several threads may use at once, so what
 * is made on first use is made under a lock.
 */
#ifndef ISTIO_RENDER_H
#define ISTIO_RENDER_H

#include "istio/config.h"
#include "istio/injection.h"
#include "tmpl/tmpl.h"

/* How a template's text is to be understood. */
enum template_sort {
	/* A file of the user's: one document, a piece of a Pod and nothing
	 * else; it is called by its file's name. */
	TEMPLATE_FILE,
	/* Of Istio's configuration: the first document counts, as for
	 * sigs.k8s.io/yaml, and Go calls it "inject". */
	TEMPLATE_ISTIO,
};

struct template;

/* The template lies in the arena, and what it makes on first use in one of its
 * own; end it with template_release() before the arena.  The struct
 * config_template and its text must live as long. */
struct template *template_new(struct arena *a, enum template_sort sort,
			      const struct config_template *config);
void template_release(struct template *t);
str template_name(const struct template *t);
/* Do at once what is done on first use, to find its errors. */
int template_prepare(struct template *t, struct err *e);

/* Of one that is prepared: does it mean the same for every pod? */
bool template_is_plain(const struct template *t);

struct rendering {
	str text;			/* what was printed */
	const struct node *overlay;
};

/* The overlay for a pod, in in->arena.  Errors stand at the pod; their text
 * says where in the template or in what it printed. */
int template_render(struct template *t, const struct injection *in,
		    struct value data, const struct func_env *env,
		    struct rendering *out, struct err *e);

#endif

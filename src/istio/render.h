/*
 * render - sidecar templates: their text, the data and functions they see, and
 * the overlay they render for a Pod.
 *
 * A text without any `{{` is plain YAML (or JSON) and means the same for every
 * Pod; it is read once.  Any other is a Go template, parsed on first use and
 * then executed for each Pod; its output is read as YAML.
 *
 * Several threads may use a template at once, so what is made on first use is
 * made under a lock.
 */
#ifndef ISTIO_RENDER_H
#define ISTIO_RENDER_H

#include "istio/injection.h"
#include "tmpl/func.h"
#include "tmpl/tmpl.h"
#include "tmpl/value.h"

/* How a template's text is interpreted. */
enum template_sort {
	/* A file of the user: one document, nothing but a part of a Pod; the
	 * template has the file's name. */
	TEMPLATE_FILE,
	/* Part of Istio's configuration: the first document counts, as for
	 * sigs.k8s.io/yaml, and Go calls it "inject". */
	TEMPLATE_ISTIO,
};

struct template;

/* The template is in the arena; what it makes on first use is in an arena of
 * its own, which template_release() frees.  The struct config_template and its
 * text must outlive it. */
struct template *template_new(struct arena *a, enum template_sort sort,
			      const struct config_template *config);
void template_release(struct template *t);
str template_name(const struct template *t);
/* Do now what is otherwise done on first use, to find its errors. */
int template_prepare(struct template *t, struct err *e);

/* After template_prepare(): does it mean the same for every Pod? */
bool template_is_plain(const struct template *t);

/* Add what the template uses of its data; what cannot be parsed uses all. */
void template_uses(struct template *t, struct tmpl_uses *u);

struct rendering {
	str text;			/* the output */
	const struct node *overlay;
};

/* Render the overlay for a Pod into in->arena.  Its nodes have their positions
 * in the template (tree/source.h), and so have errors in the output, such as
 * bad YAML or "<no value>" in a scalar.  An error of the execution itself has
 * the position of the Pod; its text, which is Go's, names the template's. */
int template_render(struct template *t, const struct injection *in,
		    struct value data, const struct func_env *env,
		    struct rendering *out, struct err *e);

/* ---- template_data.c: what a template sees, SidecarTemplateData ---- */

/* The data for a Pod; in->stripped is its ObjectMeta and Spec.  Resets
 * in->values, where the data and all that templates make of it live. */
struct value template_data(const struct injection *in);

/* ---- seen.c: what templates see of a Pod that has their sidecar ---- */

/* Templates, as a whole. */
struct trial {
	struct arena *arena;
	struct template *const *templates;
	uint32_t n;
	/* All that they render for a Pod, merged; NULL if they fail. */
	const struct node *(*render)(void *ctx, const struct node *seen);
	void *ctx;
};

/*
 * The Pod without the fields and labels that the templates set to what they
 * are, whether or not they see them: those are taken for theirs.  `overlay` is
 * what they render for the Pod.  It is the Pod itself where it has nothing in
 * common with the overlay that a template may read.
 */
const struct node *seen_without_own(const struct trial *t,
				    const struct node *pod,
				    const struct node *overlay);

/* ---- template_funcs.c: the functions that Istio adds to sprig's ---- */

/*
 * As istio.io/istio pkg/kube/inject/template.go: InjectionFuncmap, a table per
 * family.  They hide errors as Istio does: what cannot be written as JSON is
 * "{}", as YAML "".  Some replace sprig's of the same name and take other
 * arguments: contains and env, indent and omit.
 */
extern const struct func_table
	istio_text_funcs,	/* indent, directory, env, ... */
	istio_data_funcs,	/* toJSON, toYaml, omitNil, ... */
	istio_pod_funcs;	/* annotation, includeInboundPorts, ... */

/* All tables a sidecar template may call: sprig's, then Istio's, which take
 * precedence; ends with NULL. */
extern const struct func_table *const istio_tables[];

/* What the functions know of the run; NULL in an execution without Istio. */
static inline const struct istio *call_istio(const struct call *c)
{
	return c->env->host;
}
/* The release whose functions they are. */
static inline struct release call_release(const struct call *c)
{
	return call_istio(c) ? call_istio(c)->release : RELEASE_NEWEST;
}

/* strings.TrimSpace: without Unicode's white space around the text. */
str trim_space(str s);

#endif

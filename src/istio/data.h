/*
 * data - what a template sees: Istio's SidecarTemplateData.
 */
#ifndef ISTIO_DATA_H
#define ISTIO_DATA_H

#include "istio/injection.h"
#include "tmpl/value.h"

/* The data of a pod; in->stripped is its ObjectMeta and Spec.  It lives, with
 * all that templates make of it, in in->values, from which everything older
 * goes. */
struct value template_data(const struct injection *in);

#endif

/*
 * owner - which workload does a bare Pod belong to?
 */
#ifndef ISTIO_OWNER_H
#define ISTIO_OWNER_H

#include "istio/injection.h"

/* Where in->pod is a Pod that a controller made (it has a generateName): the
 * controller, or what is known to stand behind it, as in->api_version, kind
 * and name. */
void owner_of_pod(struct injection *in);

#endif

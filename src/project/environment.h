/*
 * environment - an option of the command as a variable of the environment.
 *
 * INJECTOR_ and the option's long name in upper case, `-` being `_`:
 * INJECTOR_NO_WARN.  Several arguments are lines of one variable.  Blank lines
 * and empty variables say nothing.
 *
 * Variables that are no option's are let be: Kubernetes gives every container
 * INJECTOR_SERVICE_HOST and more where a Service is called injector.
 */
#ifndef PROJECT_ENVIRONMENT_H
#define PROJECT_ENVIRONMENT_H

#include "project/setting.h"

/* The variable of an option. */
void project_variable(struct buf *out, const char *option);
/* What is set there; `environment` is environ(7), and must outlive *s. */
void project_read_environment(struct project_settings *s,
			      const struct project_options *options,
			      char *const *environment);

#endif

/*
 * commands - what the program can be asked to do; each returns its exit
 * status, having said what went wrong.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

enum status cmd_inject(const struct options *o);
enum status cmd_capture(const struct options *o);
enum status cmd_config(const struct options *o);
enum status cmd_list_templates(void);
enum status cmd_completion(const struct options *o);

#endif

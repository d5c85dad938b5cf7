/*
 * config_file - what the files of config.h have in common: the objects of a
 * file, and the one among them that is meant.
 */
#ifndef ISTIO_CONFIG_FILE_H
#define ISTIO_CONFIG_FILE_H

#include "istio/config.h"

enum config_kind {
	CONFIG_INJECT,
	CONFIG_VALUES,
	CONFIG_MESH,
};

/* The roots of a file's documents; instead of Lists, their items. */
struct config_objects {
	const struct node **items;
	uint32_t n, cap;
};

/* Where the lines of a scalar's text stand. */
struct config_lines {
	struct pos pos; /* as in struct config_template */
	bool block;
	uint32_t indent;
	size_t offset; /* of the first line, in the node's source */
};

/* Read all documents of a file: 0, or -1 with the error. */
int config_objects(const struct config_reader *r,
		   const struct config_file *file, struct config_objects *out,
		   struct err *e);
/* The data of that kind.  NULL is right where there is nothing in the file, or
 * nothing of the shape of an injection Config, and without an error. */
int config_choose(const struct config_reader *r,
		  const struct config_objects *objects, enum config_kind kind,
		  const struct node **out, struct err *e);
struct config_lines config_lines(const struct node *text);
/* Has it a field of the injection Config? */
bool config_is_inject(const struct node *root);

#endif

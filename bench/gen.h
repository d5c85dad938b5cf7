/*
 * gen - manifests to measure with: document i of a kind is always the same
 * text, and no two are alike.
 */
#ifndef BENCH_GEN_H
#define BENCH_GEN_H

#include "base/str.h"

enum gen_kind {
	GEN_PLAIN,		/* ConfigMaps and Services: no workloads */
	GEN_WORKLOADS,		/* five kinds, Deployment to CronJob */
	GEN_DEPLOYMENTS,
};

/* One document, without marks, appended. */
void gen_document(struct buf *b, enum gen_kind kind, uint64_t i);

/* A stream or a List of documents that nobody has to hold in memory. */
struct gen {
	enum gen_kind kind;
	bool list;		/* items of one List, not documents */
	uint64_t bytes;		/* to give, up to the end of a document */
	uint64_t given, i;
	struct buf ready, scratch;
	size_t taken;		/* of ready */
};

/* The signature of struct injector_stream's read; ctx is a struct gen. */
int64_t gen_read(void *ctx, void *p, size_t n);
void gen_release(struct gen *g);

#endif

#include "base/holdback.h"

int holdback_settle(struct holdback *h)
{
	if (h->pending.n <= h->limit || !h->safe)
		return 0;
	if (h->write(h->ctx, h->pending.p, h->safe))
		return -1;
	buf_drop(&h->pending, h->safe);
	h->safe = 0;
	return 0;
}

int holdback_finish(struct holdback *h)
{
	int r = h->pending.n ? h->write(h->ctx, h->pending.p, h->pending.n) :
			       0;

	buf_clear(&h->pending);
	h->safe = 0;
	return r;
}

void holdback_release(struct holdback *h)
{
	buf_release(&h->pending);
}

#include "base/holdback.h"

int hold_settle(struct hold *h)
{
	if (h->pending.n <= h->limit || !h->safe)
		return 0;
	if (h->write(h->ctx, h->pending.p, h->safe))
		return -1;
	buf_drop(&h->pending, h->safe);
	h->safe = 0;
	return 0;
}

int hold_finish(struct hold *h)
{
	int r = h->pending.n ? h->write(h->ctx, h->pending.p, h->pending.n) :
			       0;

	buf_clear(&h->pending);
	h->safe = 0;
	return r;
}

void hold_release(struct hold *h)
{
	buf_release(&h->pending);
}

/*
 * picture - a Pod template as a small table: a row for each container, a column
 * for each volume that several of them mount.
 *
 *	      container    ports  probes        logs  tmp
 *	      web          8080   ready live    rw    rw
 *	  +   log-shipper  2020   startup live  ro
 *	mounted by one container: state
 *
 * "+" marks what is added, "~" what is changed; "init" a container that ends
 * before the others start, "side" a native sidecar.
 */
#include "report/writer.h"

#include <string.h>

#include "base/array.h"
#include "tree/utf8.h"

#define COLUMNS_MAX 8
#define VOLUMES_MAX (COLUMNS_MAX - 4)
/* So that other columns have a place. */
#define CELL_MAX 24

struct picture {
	const struct injector_event *event;
	unsigned pod;
	const char *volumes[VOLUMES_MAX];
	size_t n_volumes;
	size_t widths[COLUMNS_MAX];
	size_t columns;		/* of a line */
};

/* ---- volumes ---- */

static const struct injector_mount *mount_of(const struct injector_container *c,
					     const char *volume)
{
	for (size_t i = 0; i < c->n_mounts; i++)
		if (strcmp(c->mounts[i].volume, volume) == 0)
			return &c->mounts[i];
	return NULL;
}

/* How many containers of the Pod mount it. */
static size_t users_of(const struct picture *p, const char *volume)
{
	size_t n = 0;

	for (size_t i = 0; i < p->event->n_containers; i++) {
		const struct injector_container *c = &p->event->containers[i];

		n += c->pod == p->pod && mount_of(c, volume);
	}
	return n;
}

static void add_shared(struct picture *p, const char *volume)
{
	for (size_t i = 0; i < p->n_volumes; i++)
		if (strcmp(p->volumes[i], volume) == 0)
			return;
	if (p->n_volumes < VOLUMES_MAX && users_of(p, volume) > 1)
		p->volumes[p->n_volumes++] = volume;
}

static void find_shared(struct picture *p)
{
	for (size_t i = 0; i < p->event->n_containers; i++) {
		const struct injector_container *c = &p->event->containers[i];

		for (size_t j = 0; c->pod == p->pod && j < c->n_mounts; j++)
			add_shared(p, c->mounts[j].volume);
	}
}

/* Volumes for data, not configuration, that are added for one container.  If
 * the application should see one, its mount was forgotten. */
static void add_lonely(struct buf *b, const struct picture *p)
{
	size_t n = 0, start = b->n;

	for (size_t i = 0; i < p->event->n_changes; i++) {
		const struct injector_change *c = &p->event->changes[i];

		if (c->pod != p->pod || c->part != INJECTOR_VOLUME ||
		    c->action != INJECTOR_ADDED || !c->to ||
		    strcmp(c->to, "emptyDir") != 0 || users_of(p, c->name) != 1)
			continue;
		buf_addz(b, n++ ? ", " : "mounted by one container: ");
		report_add_shown(b, str_of(c->name));
	}
	/* Istio's proxy has many, which says nothing */
	if (n > VOLUMES_MAX)
		b->n = start;
	if (b->n > start)
		buf_addc(b, '\n');
}

/* ---- cells ---- */

static char mark_of(const struct picture *p, const struct injector_container *c)
{
	static const char marks[] = {
		[INJECTOR_ADDED] = '+',
		[INJECTOR_CHANGED] = '~',
		[INJECTOR_REMOVED] = '-',
	};
	enum injector_part part = c->init ? INJECTOR_INIT_CONTAINER :
					    INJECTOR_CONTAINER;

	for (size_t i = 0; i < p->event->n_changes; i++) {
		const struct injector_change *change = &p->event->changes[i];

		if (change->pod == p->pod && change->part == part &&
		    strcmp(change->name, c->name) == 0)
			return marks[change->action];
	}
	return ' ';
}

/* The text of a column; c NULL: its heading. */
static void add_cell(struct buf *b, const struct picture *p,
		     const struct injector_container *c, size_t column)
{
	static const char *const headings[] = { "", "container", "ports",
						"probes" };
	const struct injector_mount *mount;

	if (!c) {
		report_add_shown(b, str_of(column < ARRAY_SIZE(headings) ?
						   headings[column] :
						   p->volumes[column - 4]));
	} else if (column == 0) {
		buf_printf(b, "%c%s", mark_of(p, c), c->native ? " side" :
			   c->init ? " init" : "");
		while (b->n && b->p[b->n - 1] == ' ')
			b->n--;
	} else if (column < ARRAY_SIZE(headings)) {
		report_add_shown(b, str_of(column == 1 ? c->name :
					   column == 2 ? c->ports :
							 c->probes));
	} else {
		mount = mount_of(c, p->volumes[column - 4]);
		buf_addz(b, !mount ? "" : mount->read_only ? "ro" : "rw");
	}
	/* a long one is cut */
	b->n = report_first_bytes(buf_str(b), CELL_MAX);
}

static size_t width_of(str text)
{
	size_t n = 0;
	uint32_t c;

	for (; text.n; n++)
		text = str_sub(text, utf8_decode(text, &c), text.n);
	return n;
}

/* A column is at least as wide as its heading, unless it is empty. */
static void measure(struct picture *p, const struct injector_container *c)
{
	struct buf cell = BUF_INIT;

	for (size_t i = 0; i < p->n_volumes + 4; i++) {
		size_t n;

		buf_clear(&cell);
		add_cell(&cell, p, c, i);
		n = width_of(buf_str(&cell));
		if (n > p->widths[i] && (c || p->widths[i] || i > 3))
			p->widths[i] = n;
	}
	buf_release(&cell);
}

/* Drop columns that do not fit, and name those of volumes. */
static void fit(struct buf *b, struct picture *p)
{
	size_t used = 0, n = 0;

	for (size_t i = 0; i < p->n_volumes + 4; i++) {
		if (used + p->widths[i] <= p->columns) {
			used += p->widths[i] + (p->widths[i] ? 2 : 0);
			continue;
		}
		p->widths[i] = 0;
		if (i < 4)
			continue;
		buf_addz(b, n++ ? ", " : "also shared: ");
		report_add_shown(b, str_of(p->volumes[i - 4]));
	}
	if (n)
		buf_addc(b, '\n');
}

static void add_row(struct buf *b, const struct picture *p,
		    const struct injector_container *c)
{
	size_t start = b->n, blanks = 0;
	struct buf cell = BUF_INIT;

	for (size_t i = 0; i < p->n_volumes + 4; i++) {
		if (!p->widths[i])
			continue;
		buf_clear(&cell);
		add_cell(&cell, p, c, i);
		if (cell.n) {
			buf_fill(b, ' ', blanks);
			buf_adds(b, buf_str(&cell));
			blanks = 0;
		}
		blanks += p->widths[i] - width_of(buf_str(&cell)) + 2;
	}
	while (b->n > start && b->p[b->n - 1] == ' ')
		b->n--;
	buf_addc(b, '\n');
	buf_release(&cell);
}

void report_picture(struct buf *b, const struct injector_event *event,
		    unsigned pod, size_t columns)
{
	struct picture p = { .event = event, .pod = pod, .columns = columns };
	struct buf also = BUF_INIT;
	size_t n = 0;

	find_shared(&p);
	for (size_t i = 0; i < event->n_containers; i++) {
		if (event->containers[i].pod != pod)
			continue;
		measure(&p, &event->containers[i]);
		n++;
	}
	if (!n)
		return;
	measure(&p, NULL);
	fit(&also, &p);
	add_row(b, &p, NULL);
	for (size_t i = 0; i < event->n_containers; i++)
		if (event->containers[i].pod == pod)
			add_row(b, &p, &event->containers[i]);
	buf_adds(b, buf_str(&also));
	add_lonely(b, &p);
	buf_release(&also);
}

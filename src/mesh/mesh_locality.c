/*
 * What Istio refuses in a LocalityLoadBalancerSetting
 * (pkg/config/validation/agent/validation.go: ValidateLocalityLbSetting).
 *
 * A locality is region/zone/subzone; what it does not name it covers.  Those of
 * one list may not overlap.
 */
#include "mesh/mesh_check.h"

#include <stdlib.h>

#include "mesh/mesh.h"

struct locality {
	str text, part[3];
	uint32_t n;		/* parts */
	const struct node *at;
};

static int fail(struct err *e, const struct node *at, const char *before,
		str text, const char *behind)
{
	return err_set(e, node_pos(at), "%s%.*s%s", before, STR_ARG(text),
		       behind);
}

static int split(struct locality *l, const struct node *at, str text,
		 struct err *e)
{
	size_t star = str_find(text, 0, '*');
	str rest = text;
	bool more;

	if (star + 1 < text.n)
		return fail(e, at, "locality ", text, " wildcard '*' number "
			    "can not exceed 1 and must be in the end");
	*l = (struct locality){ .text = text, .at = at };
	do {
		if (l->n == 2) {
			l->part[l->n++] = rest;
			break;
		}
		more = str_cut(rest, '/', &l->part[l->n++], &rest);
	} while (more);
	for (uint32_t i = 0; i < l->n; i++)
		if (!l->part[i].n)
			return fail(e, at, "locality ", text, " must not "
				    "contain empty region/zone/subzone info");
	return 0;
}

static bool is_star(str s)
{
	return str_eq(s, STR("*"));
}

static bool overlaps(const struct locality *before, const struct locality *l)
{
	if (is_star(before->part[0]))
		return true;
	if (!str_eq(before->part[0], l->part[0]))
		return false;
	if (l->n == 1 || before->n == 1 || is_star(before->part[1]))
		return true;
	if (!str_eq(before->part[1], l->part[1]))
		return false;
	if (l->n == 2 || before->n == 2 || is_star(before->part[2]))
		return true;
	return str_eq(before->part[2], l->part[2]);
}

/* Lists are short: every pair is compared. */
static int check_overlaps(const struct locality *list, uint32_t n,
			  struct err *e)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (overlaps(&list[k], &list[i]))
				return fail(e, list[i].at, "locality ",
					    list[i].text, " overlap with "
					    "previous specified ones");
	return 0;
}

static int check_destinations(const struct node *item, struct err *e)
{
	const struct node *to = node_find(item, "to");
	uint32_t n = to ? to->n : 0;
	struct locality *list = mem_alloc(n * sizeof(*list));
	uint64_t total = 0;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		int64_t weight = mesh_int(to->entries[i].value, "");

		total += (uint64_t)weight;
		if (weight < 1 || weight > 100)
			rc = err_set(e, node_pos(to->entries[i].value),
				     "locality weight must be in range "
				     "[1, 100]");
	}
	if (rc == 0 && total != 100)
		rc = err_set(e, node_pos(to ? to : item), "total locality "
			     "weight %llu != 100", (unsigned long long)total);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = split(&list[i], to->entries[i].key,
			   node_text(to->entries[i].key), e);
	if (rc == 0)
		rc = check_overlaps(list, n, e);
	free(list);
	return rc;
}

static int check_distribute(const struct node *items, struct err *e)
{
	uint32_t n = items ? items->n : 0;
	struct locality *list = mem_alloc(n * sizeof(*list));
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = check_destinations(node_item(items, i), e);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = split(&list[i], node_item(items, i),
			   mesh_str(node_item(items, i), "from"), e);
	if (rc == 0)
		rc = check_overlaps(list, n, e);
	free(list);
	return rc;
}

static int check_failover(const struct node *items, struct err *e)
{
	for (uint32_t i = 0; items && i < items->n; i++) {
		const struct node *item = node_item(items, i);
		str from = mesh_str(item, "from"), to = mesh_str(item, "to");
		struct pos pos = node_pos(item);

		if (str_eq(from, to))
			return err_set(e, pos, "locality lb failover settings "
				       "must specify different regions");
		if (str_find(from, 0, '/') < from.n ||
		    str_find(to, 0, '/') < to.n)
			return err_set(e, pos, "locality lb failover only "
				       "specify region");
		if (str_find(from, 0, '*') < from.n ||
		    str_find(to, 0, '*') < to.n)
			return err_set(e, pos, "locality lb failover region "
				       "should not contain '*' wildcard");
	}
	return 0;
}

/* Labels of topology that failover speaks of already. */
static int check_priority(const struct node *items, struct err *e)
{
	static const char *const topology[] = {
		"topology.kubernetes.io/region", "topology.kubernetes.io/zone",
		"topology.istio.io/subzone",
	};

	for (uint32_t i = 0; items && i < items->n; i++)
		for (size_t k = 0; k < 3; k++)
			if (str_eq(node_string(node_item(items, i)),
				   str_of(topology[k])))
				return fail(e, node_item(items, i), "can not "
					    "simultaneously set 'failover' "
					    "and topology label '",
					    str_of(topology[k]),
					    "' in 'failover_priority'");
	return 0;
}

int mesh_check_locality(const struct node *setting, struct err *e)
{
	const struct node *distribute = node_get(setting, STR("distribute"));
	const struct node *failover = node_get(setting, STR("failover"));

	if (distribute && failover)
		return err_set(e, node_pos(setting), "can not simultaneously "
			       "specify 'distribute' and 'failover'");
	if (failover && check_priority(node_get(setting,
						STR("failoverPriority")),
				       e) < 0)
		return -1;
	if (check_distribute(distribute, e) < 0)
		return -1;
	return check_failover(failover, e);
}

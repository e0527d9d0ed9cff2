/* formula: a metric's formula as written in a profile, parsed to two weighted sums of counts.
 *
 *     100 * (resolved - resolved_late) / resolved
 *     (0.1 * responded + 0.5 * solved + 0.4 * satisfied + 0.36 * basic) / effective
 *
 * Pure; private to feeds/tickets. */
#ifndef FEEDS_TICKETS_FORMULA_H
#define FEEDS_TICKETS_FORMULA_H

#include "feeds/tickets/snapshot.h"
#include "wall/base/err.h"

/* Sets formula, scale, over and under of the metric. false: *at is the place in the text (from 1)
 * where it is wrong, err says how; out is then untouched. */
bool formula_parse(struct str text, struct snapshot_metric *out, int *at, struct err *err);

#endif

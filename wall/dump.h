/* dump: every figure on the glass, as JSON, with what stands behind it.
 *
 * Written from the same snapshot as the frame last drawn. Main thread. Never names a confidential
 * ticket. */
#ifndef WALL_DUMP_H
#define WALL_DUMP_H

#include "feeds/tickets/figures.h"
#include "render/renderer.h"
#include "wall/feed.h"

#define DUMP_TICKETS 50 /* at most so many numbers behind a figure */

/* Appends the object: scene, at, log, seq, tickets, digest, stale, faults, figures, panels. The
 * frame of this snapshot must have been drawn. */
void dump_write(struct tickets *tickets, const struct snapshot *snapshot, const struct scene *scene,
                const struct renderer *renderer, const struct feed_state *feed, struct buf *out);

#endif

/* points: the dots of one map: which tickets stand where, kept from snapshot to snapshot.
 *
 * Owns a count for every place and state, and an index of places by tiles of the canvas. A snapshot
 * costs what changed since the one before, and a moment what became due in between, not how many
 * points there are; where all is to be counted anew, that is spread over as many updates as it
 * takes, and shared with a helper. Main thread. Never draws: render/paint_map.c does, into a kept
 * picture. The map must outlive it. Aborts where memory runs out. */
#ifndef RENDER_POINTS_H
#define RENDER_POINTS_H

#include "feeds/tickets/snapshot.h"
#include "layouts/panel.h"
#include "wall/base/helper.h"

struct map;
struct points;

enum points_state { POINTS_OPEN, POINTS_SOON, POINTS_OVERDUE, POINTS_STATE_COUNT };

/* Tickets of one state in one place: a cell of the 100 m grid, or a ticket's own place. */
struct points_dot {
    float x, y; /* canvas pixels */
    enum points_state state;
    uint32_t tickets;
};

struct points_arrival {
    float x, y;
    int64_t arrived_ms;
};

/* Arrivals older than this are forgotten. */
#define POINTS_ARRIVAL_MS 1200

/* exact: tickets stand where they are, not in the middle of their cell. */
struct points *points_create(const struct map *map, bool exact);
/* Who helps to count all anew; NULL, and at first: nobody. */
void points_set_helper(struct points *points, struct helper *helper);
void points_destroy(struct points *points); /* NULL-safe */

/* Shows the snapshot's points as at the moment; street: only those of that row of the snapshot's
 * streets, UINT32_MAX = all. NULL: none. Every snapshot is to be handed in; where one was left out,
 * all is taken anew, at most `most` slots an update: until the count is whole nothing counts as
 * changed, and then everything does. */
void points_update(struct points *points, const struct snapshot *snapshot, int64_t moment_ms,
                   uint32_t street, size_t most);
/* False while a count goes on: what is asked below tells of a part of the points only. */
bool points_are_whole(const struct points *points);

/* The places that the last update made look different (x and y alone count), valid until the next;
 * *all: they are too many, take all as changed. */
const struct points_dot *points_changed(const struct points *points, size_t *count, bool *all);

/* The dots whose places lie in the boxes (canvas pixels), each once and in the order to draw them:
 * by state, then by place. Valid until the next call. */
const struct points_dot *points_in(struct points *points, const struct panel_rect *boxes,
                                   int boxes_count, size_t *count);

/* All of them, in that order. */
const struct points_dot *points_all(struct points *points, size_t *count);

/* How many dots of each state lie in each cell of a grid from the map's top left, row by row; at
 * most POINTS_CELLS a side. look: another one whenever a number is another, and never that of other
 * points. */
#define POINTS_CELLS 257
struct points_grid {
    const uint32_t (*cells)[POINTS_STATE_COUNT];
    int cell_px, across, down;
    uint64_t look;
};
struct points_grid points_grid(const struct points *points);

/* How many dots of a state stand for so many tickets, 1 – POINTS_TALLY (that many or more: a dot
 * looks the same from there on, so that one more ticket among a hundred changes nothing). */
#define POINTS_TALLY 12
uint32_t points_tally(const struct points *points, enum points_state state, uint32_t tickets);

/* A number kept for who draws, at first 0: another one changes all. */
float points_scale(const struct points *points);
void points_set_scale(struct points *points, float scale);

/* The arrivals to show at the moment of the last update, newest first; returns how many: of each
 * POINTS_ARRIVAL_MS / max the first one, so that what began to show goes on to its end whatever
 * arrives behind it. */
int points_arrivals(const struct points *points, struct points_arrival *out, int max);

#endif

/* paint_map_room: where the map has room for a label or a callout, and the thin lines that lead
 * from one to the place it is about.
 *
 * Pure geometry in whole and half canvas pixels; owns nothing, draws nothing. Main thread. Same
 * calls, same answers: nothing here depends on a clock or on what was drawn before. */
#ifndef RENDER_PAINT_MAP_ROOM_H
#define RENDER_PAINT_MAP_ROOM_H

#include "render/paint.h"

#define PAINT_MAP_ROOM_LABELS 128

struct paint_map_box {
    float x0, y0, x1, y1;
};

/* From a box to a place: beside it two legs, the first of them level; above or below it one. Around
 * what is in the way: two, the first of them upright or level. */
struct paint_map_leader {
    float xy[6];
    int points; /* 0: the box touches the place */
};

/* What a leader leads to, and how it leaves its box. */
struct paint_map_goal {
    float x, y, ring; /* it ends at a circle of that radius around the place */
    float inset;      /* it leaves the box's top or bottom at least so far from the corners */
    float bend;       /* length of a level leg, where there is so much */
};

struct paint_map_room {
    const struct scene *scene;
    struct paint_map_box whole;
    struct paint_map_box taken[PAINT_MAP_ROOM_LABELS + 16]; /* labels, attribution, panels */
    int taken_count;
    struct paint_map_leader leaders[2 * PAINT_MAP_ROOM_LABELS]; /* where two may be drawn: both */
    int leaders_count;
    float clear; /* leaders that are nearer to each other count as crossing */
};

struct paint_map_box paint_map_room_box(struct panel_rect rect);
bool paint_map_room_meet(const struct paint_map_box *a, const struct paint_map_box *b);
/* Inside the room, on none of what is taken, and not parted by the edge between two tiles. */
bool paint_map_room_free(const struct paint_map_room *room, const struct paint_map_box *box);
void paint_map_room_take(struct paint_map_room *room, struct paint_map_box box);
/* How many of the leaders kept the box would lie on. */
int paint_map_room_covers(const struct paint_map_room *room, const struct paint_map_box *box);
/* How many boxes a leader passes behind and leaders it crosses. */
int paint_map_room_struck(const struct paint_map_room *room, const struct paint_map_leader *leader);
/* The leader from a box to its goal. */
struct paint_map_leader paint_map_room_route(const struct paint_map_box *box,
                                             const struct paint_map_goal *goal);
/* The same where it strikes nothing; else the way that is least hidden and short: that one, or two
 * legs, the first of them upright or level. Looks at some thousand ways. */
struct paint_map_leader paint_map_room_lead(const struct paint_map_room *room,
                                            const struct paint_map_box *box,
                                            const struct paint_map_goal *goal);
/* From the place to the box's nearest edge, pixels; 0 inside. */
float paint_map_room_distance(const struct paint_map_box *box, float x, float y);

#endif

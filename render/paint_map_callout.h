/* paint_map_callout: what the map says of the greatest burst: a circle around its place, a box with
 * its words, and a line between them.
 *
 * Main thread; as paint.h. Plain data that points into nothing but the frame's snapshot. It is
 * placed after the labels and gives way to them. */
#ifndef RENDER_PAINT_MAP_CALLOUT_H
#define RENDER_PAINT_MAP_CALLOUT_H

#include "render/paint_map_room.h"

struct paint_map_callout {
    const struct snapshot_burst *burst;
    char head[320], body[320];
    bool cut; /* one of them */
    struct text_style head_style, body_style;
    float w, h, pad;
    struct paint_map_goal goal; /* the burst's place and its circle */
    struct paint_map_box box;
    struct paint_map_leader leader; /* from the box to the circle */
};

/* Measures and places it; false where there is no burst to show or no place for it is free. */
bool paint_map_callout_prepare(const struct paint *p, const struct paint_map_room *room,
                               struct paint_map_callout *out);
/* The circle and the line: goes under the labels, so that it passes behind a name, never over. */
void paint_map_callout_line(const struct paint *p, const struct paint_map_callout *callout);
/* The box and its words. */
void paint_map_callout_box(const struct paint *p, const struct paint_map_callout *callout);

#endif

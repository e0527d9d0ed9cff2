/* paint_map_callout: what the map says of the greatest burst: a circle around its place, a box with
 * its words, and a line between them.
 *
 * Main thread; as paint.h. Plain data that points into nothing but the frame's snapshot. It is
 * placed after the labels and gives way to them. */
#ifndef RENDER_PAINT_MAP_CALLOUT_H
#define RENDER_PAINT_MAP_CALLOUT_H

#include "render/paint_map_callout_place.h"

/* One of its forms in words. */
struct paint_map_callout_words {
    char lines[3][320];
    int count;
    bool cut; /* a name in them */
};

struct paint_map_callout {
    const struct snapshot_burst *burst;
    struct paint_map_callout_words words[PAINT_MAP_CALLOUT_CIRCLE];
    struct text_style head_style, body_style;
    float scale; /* of the box */
    struct paint_map_callout_spot spot;
};

/* Measures and places it; false where there is no burst to show. points: NULL where there are none
 * to keep off. */
bool paint_map_callout_prepare(const struct paint *p, const struct points *points,
                               const struct paint_map_room *room, struct paint_map_callout *out);
/* The circle and the line: goes under the labels, so that it passes behind a name, never over. */
void paint_map_callout_line(const struct paint *p, const struct paint_map_callout *callout);
/* The box and its words, as far as there is room; the list notes where they are not whole. */
void paint_map_callout_box(const struct paint *p, const struct paint_map_callout *callout);

#endif

/* paint_map_callout_place: where the map's callout has its place, and in which of its forms.
 *
 * Pure geometry over the map, what is taken of its room, and the dots; draws nothing. Main thread.
 * Sought when one of them changed; while dots are counted anew what was found stays. */
#ifndef RENDER_PAINT_MAP_CALLOUT_PLACE_H
#define RENDER_PAINT_MAP_CALLOUT_PLACE_H

#include "render/paint_map_room.h"

struct map;
struct points;

/* Two lines; three, of less width; a few characters beside the circle; the circle alone. */
enum paint_map_callout_form {
    PAINT_MAP_CALLOUT_WIDE,
    PAINT_MAP_CALLOUT_NARROW,
    PAINT_MAP_CALLOUT_TAG,
    PAINT_MAP_CALLOUT_CIRCLE,
    PAINT_MAP_CALLOUT_FORM_COUNT
};

/* What is to be placed; canvas pixels. */
struct paint_map_callout_wish {
    const struct map *map;
    const struct points *points; /* NULL: none are weighed */
    float unit, dot_reach;       /* of a design pixel; of a dot beyond its place */
    float w[PAINT_MAP_CALLOUT_CIRCLE], h[PAINT_MAP_CALLOUT_CIRCLE]; /* by form */
    struct paint_map_goal goal; /* the burst's place and its circle */
    float small_ring;
};

struct paint_map_callout_spot {
    enum paint_map_callout_form form;
    struct paint_map_box box;
    struct paint_map_goal goal;     /* its circle may be another */
    struct paint_map_leader leader; /* from the box to the circle */
};

/* room: where it is best; wider: all of the map that nothing else lies on, for where that has no
 * place. The box lies on nothing that is taken and on no line, and its line strikes neither. */
void paint_map_callout_place(const struct paint_map_callout_wish *wish,
                             const struct paint_map_room *room, const struct paint_map_room *wider,
                             struct paint_map_callout_spot *out);

#endif

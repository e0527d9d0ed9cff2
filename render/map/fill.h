/* fill: polygons to triangles, by GLU's tessellator (on the CPU; no context is needed).
 *
 * Holes and self-intersections follow the odd rule. Memory comes from the caller's arena. One
 * thread at a time an arena. */
#ifndef RENDER_MAP_FILL_H
#define RENDER_MAP_FILL_H

#include "wall/base/arena.h"

struct fill_ring {
    const double *xy; /* count pairs */
    int count;
};

struct fill_result {
    const float *triangles; /* count × 3 pairs */
    int count;
};

/* false where the tessellator gave up, or the outline is longer than 500,000 px and would keep it
 * busy for minutes (out->count is then 0). */
bool fill_polygon(const struct fill_ring *rings, int rings_count, struct arena *arena,
                  struct fill_result *out);

#endif

/* trim: outlines made light: fewer corners than the eye can tell, nothing far from the panel.
 *
 * Pure functions over arrays of pairs; memory for results comes from the caller's arena. */
#ifndef RENDER_MAP_TRIM_H
#define RENDER_MAP_TRIM_H

#include "render/map/map.h"
#include "wall/base/arena.h"

struct trim_box {
    double x0, y0, x1, y1; /* pixels */
};

/* Drops corners that lie within tolerance pixels of the outline without them (each run of dropped
 * corners is checked against the new edge, at most 32 a run: linear time). In place; returns the
 * new count, at least 1. */
int trim_simplify(double *xy, int count, bool closed, double tolerance);

/* The part of a polygon's ring inside the box (Sutherland and Hodgman: edges may run along the
 * box's border). *out gets count pairs; 0 where nothing is left. */
int trim_ring(const double *xy, int count, struct trim_box box, struct arena *arena, double **out);

/* The runs of an outline whose edges touch the box, appended to lines, which holds *lines_count of
 * a capacity of cap; what exceeds it is dropped. */
void trim_line(const double *xy, int count, bool closed, struct trim_box box, struct arena *arena,
               struct map_line *lines, int *lines_count, int cap);

#endif

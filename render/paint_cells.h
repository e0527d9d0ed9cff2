/* paint_cells: where things that stand side by side across a panel have their places.
 *
 * Pure helper over struct paint; main thread. */
#ifndef RENDER_PAINT_CELLS_H
#define RENDER_PAINT_CELLS_H

#include "render/paint.h"

/* Canvas pixels. */
struct paint_cells {
    float x[PANEL_METRICS]; /* left edges */
    float width;            /* of all: what stands in them is of one size */
};

/* Places count cells, at most PANEL_METRICS: evenly, or, where what reaches half a width (canvas
 * pixels) to both sides of a cell's middle would lie across a seam between tiles, as many on each
 * tile as it has room for. */
void paint_cells(const struct paint *p, float half, int count, struct paint_cells *cells);

#endif

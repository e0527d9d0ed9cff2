/* cells: places to pixels, and the 100 m grid on the canvas, with no trigonometry a point.
 *
 * Tables made once for a fitted map; memory comes from the caller's arena. Main thread. */
#ifndef RENDER_MAP_CELLS_H
#define RENDER_MAP_CELLS_H

#include "render/map/map.h"
#include "wall/base/arena.h"

/* Pixels of Mercator's unit square: x = x0 + scale · mx, y = y0 + scale · my. */
struct cells_view {
    double scale, x0, y0;
};

struct cells_row {
    double wide, per_wide; /* degrees a column, columns a degree */
    int64_t column0;       /* of the row's first cell on the panel */
    float y;               /* its centre, pixels */
};

struct cells {
    struct panel_rect clip;
    double lon0, x_of_lon0, per_lon; /* pixels a degree of longitude */
    double lat0, per_lat;            /* first entry of the table, entries a degree */
    const float *y_of_lat;           /* CELLS_TABLE + 1 entries */
    const struct cells_row *rows;
    int64_t row0;
    double per_high; /* rows a degree */
    uint32_t rows_count, columns_count, count;
};

#define CELLS_METRES 100.0
#define CELLS_TABLE 1024

void cells_build(struct cells *cells, const struct cells_view *view, struct panel_rect clip,
                 struct arena *arena);
void cells_project(const struct cells *cells, double lon, double lat, float *x, float *y);
/* The index of a place's cell; MAP_NO_CELL where the panel shows none. */
uint32_t cells_find(const struct cells *cells, double lon, double lat);
/* The centre of a cell by its index. */
void cells_place(const struct cells *cells, uint32_t index, float *x, float *y);

#endif

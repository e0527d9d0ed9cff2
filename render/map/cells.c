#include "render/map/cells.h"

#include <math.h>

#include "wall/base/geo.h"

#define MAX_CELLS (1u << 21)

static double
pixel_y(const struct cells_view *view, double lat)
{
    double mx, my;
    geo_mercator((struct geo_point){0, lat}, &mx, &my);
    return view->y0 + my * view->scale;
}

static struct geo_point
place_of(const struct cells_view *view, double x, double y)
{
    double mx = (x - view->x0) / view->scale, my = (y - view->y0) / view->scale;
    return geo_unmercator(fmin(fmax(mx, 0), 1), fmin(fmax(my, 0), 1));
}

/* The rows of geo_snap's grid that the panel shows. Its steps are taken from geo_snap itself: the
 * first cell's centre is half a step from the origin. */
static void
build_rows(struct cells *cells, const struct cells_view *view, struct geo_point north_west,
           struct geo_point south_east, struct arena *arena)
{
    double high = 2 * geo_snap((struct geo_point){0, 0}, CELLS_METRES).lat;
    cells->per_high = 1 / high;
    cells->row0 = (int64_t)floor(south_east.lat / high);
    int64_t rows = (int64_t)floor(north_west.lat / high) - cells->row0 + 1;
    double cell_px = fabs(pixel_y(view, south_east.lat + high) - pixel_y(view, south_east.lat));
    if (cell_px < 1 || rows < 1 || rows > 16384) {
        return;
    }
    struct cells_row *list = arena_zalloc(arena, (size_t)rows, sizeof *list);
    int64_t columns = 1;
    for (int64_t r = 0; r < rows; r++) {
        double lat = ((double)(cells->row0 + r) + 0.5) * high;
        struct cells_row *row = &list[r];
        row->wide = 2 * geo_snap((struct geo_point){0, lat}, CELLS_METRES).lon;
        row->per_wide = 1 / row->wide;
        row->column0 = (int64_t)floor(north_west.lon / row->wide);
        row->y = (float)pixel_y(view, lat);
        int64_t last = (int64_t)floor(south_east.lon / row->wide);
        columns = last - row->column0 + 1 > columns ? last - row->column0 + 1 : columns;
    }
    if (columns > 16384 || rows * columns > MAX_CELLS) {
        return;
    }
    cells->rows = list;
    cells->rows_count = (uint32_t)rows;
    cells->columns_count = (uint32_t)columns;
    cells->count = (uint32_t)(rows * columns);
}

void
cells_build(struct cells *cells, const struct cells_view *view, struct panel_rect clip,
            struct arena *arena)
{
    *cells = (struct cells){.clip = clip};
    struct geo_point north_west = place_of(view, clip.x, clip.y);
    struct geo_point south_east = place_of(view, clip.x + clip.w, clip.y + clip.h);
    double mx0, mx1, my;
    geo_mercator((struct geo_point){north_west.lon, 0}, &mx0, &my);
    geo_mercator((struct geo_point){north_west.lon + 1, 0}, &mx1, &my);
    cells->lon0 = north_west.lon;
    cells->x_of_lon0 = view->x0 + mx0 * view->scale;
    cells->per_lon = (mx1 - mx0) * view->scale;
    double span = fmax(north_west.lat - south_east.lat, 1e-9);
    double step = span * 1.25 / CELLS_TABLE;
    cells->lat0 = south_east.lat - span * 0.125;
    cells->per_lat = 1 / step;
    float *table = arena_zalloc(arena, CELLS_TABLE + 1, sizeof *table);
    for (int i = 0; i <= CELLS_TABLE; i++) {
        table[i] = (float)pixel_y(view, cells->lat0 + i * step);
    }
    cells->y_of_lat = table;
    build_rows(cells, view, north_west, south_east, arena);
}

void
cells_project(const struct cells *cells, double lon, double lat, float *x, float *y)
{
    *x = (float)(cells->x_of_lon0 + (lon - cells->lon0) * cells->per_lon);
    double at = (lat - cells->lat0) * cells->per_lat;
    at = at < 0 ? 0 : at > CELLS_TABLE ? CELLS_TABLE : at; /* off the panel either way */
    int low = at >= CELLS_TABLE ? CELLS_TABLE - 1 : (int)at;
    float part = (float)(at - low);
    *y = cells->y_of_lat[low] + (cells->y_of_lat[low + 1] - cells->y_of_lat[low]) * part;
}

/* The library's floor is a call where the processor has no instruction for it; there is a point a
 * ticket. */
static int64_t
whole_below(double value)
{
    int64_t whole = (int64_t)value;
    return whole - ((double)whole > value);
}

uint32_t
cells_find(const struct cells *cells, double lon, double lat)
{
    int64_t r = whole_below(lat * cells->per_high) - cells->row0;
    if (r < 0 || r >= (int64_t)cells->rows_count) {
        return MAP_NO_CELL;
    }
    const struct cells_row *row = &cells->rows[r];
    int64_t c = whole_below(lon * row->per_wide) - row->column0;
    if (c < 0 || c >= (int64_t)cells->columns_count) {
        return MAP_NO_CELL;
    }
    return (uint32_t)(r * (int64_t)cells->columns_count + c);
}

void
cells_place(const struct cells *cells, uint32_t index, float *x, float *y)
{
    const struct cells_row *row = &cells->rows[index / cells->columns_count];
    double at = ((double)(row->column0 + index % cells->columns_count) + 0.5) * row->wide;
    *x = (float)(cells->x_of_lon0 + (at - cells->lon0) * cells->per_lon);
    *y = row->y;
}

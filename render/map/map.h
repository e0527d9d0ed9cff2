/* map: the layers a scene names, fitted to its map panel: outlines and triangles in canvas pixels.
 *
 * Owns everything it points at until map_destroy. Main thread; reads files once, at map_create, and
 * draws nothing itself (paint_map.c does). What the files hold is hostile: size, depth, counts,
 * ranges and rings are checked here, and behind map_create all coordinates are finite and near the
 * canvas. GeoJSON and
 * shapefiles; every layer names its coordinate system. */
#ifndef RENDER_MAP_MAP_H
#define RENDER_MAP_MAP_H

#include "layouts/scene.h"

struct map;

/* Part of an outline, simplified to less than half a pixel and cut near the panel. */
struct map_line {
    const float *xy; /* count pairs, canvas pixels */
    int count;
    bool closed;
};

struct map_shape {
    enum scene_layer_kind kind;
    struct str code, name; /* "" where the layer has none */
    const struct map_line *lines;
    int lines_count;
    const float *triangles; /* triangles_count × 3 pairs; none for line layers */
    int triangles_count;
    float x0, y0, x1, y1;   /* its box before it was cut */
    float label_x, label_y; /* the spot in what is shown of it with most room around */
    float label_room;       /* how much, pixels; 0: none is shown, or lines */
};

/* Loads the scene's layers and fits them to its panel of that index (the scene must be solved):
 * the scene's region, else the street in focus, else the district's layer, else the streets. NULL
 * where a file or a layer is wrong; every reason is reported with the file's name. */
struct map *map_create(const struct scene *scene, int panel, struct yaml_report *report);
void map_destroy(struct map *map); /* NULL-safe */

/* In the order to draw them: layers as the scene lists them, shapes as the file does. */
const struct map_shape *map_shapes(const struct map *map, int *count);
/* NULL where no streets layer has it. */
const struct map_shape *map_street(const struct map *map, struct str code);
/* Whether the shape's area holds the place (canvas pixels). */
bool map_shape_holds(const struct map_shape *shape, float x, float y);
/* The outline of the focus street that is the district's border too; NULL lines where the scene
 * has no focus. */
const struct map_line *map_focus_border(const struct map *map, int *count);

/* What the map may draw on: the panel without its title where the ground differs (focus). */
struct panel_rect map_clip(const struct map *map);
/* The part of it that no other panel lies on; the fit, labels and callouts stay inside. */
struct panel_rect map_free(const struct map *map);
/* The street whose land the place (canvas pixels) lies on, exact to a 256th of the map's longer
 * side: for what is asked in thousands. NULL: none. */
const struct map_shape *map_owner(const struct map *map, float x, float y);
/* Share of the box (canvas pixels) that streets cover, 0–1; to keep callouts off them. */
float map_cover(const struct map *map, float x0, float y0, float x1, float y1);

/* Canvas pixels of a place; Mercator's latitude from a table, good to 0.01 px. */
void map_project(const struct map *map, double lon, double lat, float *x, float *y);

/* The cell of the 100 m grid (geo_snap's) that holds a place, without trigonometry: its index,
 * which is < map_cells_count. MAP_NO_CELL where it is off the panel or the map shows so much land
 * that cells are under a pixel (map_cells_count is 0 then: use geo_snap). */
#define MAP_NO_CELL UINT32_MAX
uint32_t map_cell(const struct map *map, double lon, double lat);
uint32_t map_cells_count(const struct map *map);
/* The centre of a cell by its index (< map_cells_count). */
void map_cell_place(const struct map *map, uint32_t index, float *x, float *y);

#endif

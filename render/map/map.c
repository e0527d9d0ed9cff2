#include "render/map/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/map/cells.h"
#include "render/map/fill.h"
#include "render/map/load.h"
#include "render/map/place.h"
#include "render/map/trim.h"
#include "wall/base/arena.h"
#include "wall/base/geo.h"

#define TOLERANCE_PX 0.35 /* what simplifying may move an outline by */
#define BEYOND_PX 64.0    /* how far outside the panel outlines go on */
#define LINES_MAX 4096    /* runs of one shape's outline */
#define COVER_PX 16
#define LAND_CELLS 256

struct map {
    struct arena arena;
    struct map_shape *shapes;
    int shapes_count;
    const struct map_line *focus_border;
    int focus_border_count;
    struct panel_rect clip, free;
    struct cells_view view;
    struct cells cells;
    /* Sums of covered cells above and left of each corner; cover_w + 1 columns. */
    int32_t *cover;
    int cover_w, cover_h;
    uint16_t *land; /* whose each cell is: of the shape at the number − 1; 0: of no street */
    int land_px, land_w, land_h;
};

/* What map_create works with; freed when it is done. */
struct build {
    struct map *map;
    const struct scene *scene;
    struct yaml_report *report;
    struct arena scratch;
    struct load_layer layers[SCENE_LAYERS];
    int focus_layer, focus_shape; /* -1: none */
    struct map_line *lines;       /* room for LINES_MAX, used for one shape after the other */
};

/* ---- loading and fitting ---- */

static bool
load_all(struct build *b)
{
    bool ok = true;
    for (int i = 0; i < b->scene->layers_count; i++) {
        ok &= load_layer(b->scene, &b->scene->layers[i], &b->scratch, &b->layers[i], b->report);
    }
    b->focus_layer = b->focus_shape = -1;
    bool has_streets = false;
    for (int i = 0; ok && i < b->scene->layers_count; i++) {
        has_streets |= b->scene->layers[i].kind == SCENE_LAYER_STREETS;
        for (int s = 0; b->scene->layers[i].kind == SCENE_LAYER_STREETS && s < b->layers[i].count;
             s++) {
            if (str_is(b->layers[i].shapes[s].code, b->scene->focus_street)) {
                b->focus_layer = i;
                b->focus_shape = s;
            }
        }
    }
    if (ok && b->scene->focus_street[0] && has_streets && b->focus_layer < 0) {
        yaml_error_at(b->report, b->scene->file, 0, 0,
                      "focus_street: no street '%s' in the map's streets layer",
                      b->scene->focus_street);
        return false;
    }
    return ok;
}

static void
grow(const struct load_shape *shape, struct trim_box *box)
{
    for (int r = 0; r < shape->rings_count; r++) {
        for (int i = 0; i < shape->rings[r].count; i++) {
            const double *at = &shape->rings[r].xy[2 * i];
            box->x0 = fmin(box->x0, at[0]);
            box->y0 = fmin(box->y0, at[1]);
            box->x1 = fmax(box->x1, at[0]);
            box->y1 = fmax(box->y1, at[1]);
        }
    }
}

/* What the map has to show, in Mercator's unit square. */
static struct trim_box
target(const struct build *b)
{
    struct trim_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    const double *region = b->scene->region;
    if (region[0] < region[2]) {
        geo_mercator((struct geo_point){region[0], region[3]}, &box.x0, &box.y0);
        geo_mercator((struct geo_point){region[2], region[1]}, &box.x1, &box.y1);
        return box;
    }
    if (b->focus_layer >= 0) {
        grow(&b->layers[b->focus_layer].shapes[b->focus_shape], &box);
        return box;
    }
    static const enum scene_layer_kind ORDER[] = {SCENE_LAYER_DISTRICT, SCENE_LAYER_STREETS,
                                                  SCENE_LAYER_CONTEXT, SCENE_LAYER_WATER};
    for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER && box.x0 > box.x1; k++) {
        for (int i = 0; i < b->scene->layers_count; i++) {
            for (int s = 0; b->scene->layers[i].kind == ORDER[k] && s < b->layers[i].count; s++) {
                grow(&b->layers[i].shapes[s], &box);
            }
        }
    }
    return box;
}

static bool
fit(struct build *b)
{
    struct trim_box box = target(b);
    double w = box.x1 - box.x0, h = box.y1 - box.y0;
    if (!(w > 1e-9 && h > 1e-9)) { /* about 4 cm on the ground */
        yaml_error_at(b->report, b->scene->file, 0, 0,
                      "the map has nothing to fit: give it a district or streets layer, or region: "
                      "[west, south, east, north]");
        return false;
    }
    const struct panel_rect *room = &b->map->free;
    struct cells_view *view = &b->map->view;
    view->scale = fmin(room->w / w, room->h / h);
    view->x0 = room->x + (room->w - w * view->scale) / 2 - box.x0 * view->scale;
    view->y0 = room->y + (room->h - h * view->scale) / 2 - box.y0 * view->scale;
    return true;
}

/* ---- shapes on the canvas ---- */

static struct trim_box
box_of(struct panel_rect rect, double beyond)
{
    return (struct trim_box){rect.x - beyond, rect.y - beyond, rect.x + rect.w + beyond,
                             rect.y + rect.h + beyond};
}

/* A ring on the canvas, simplified; its box added to the shape's. */
static struct fill_ring
project_ring(struct build *b, const struct load_ring *ring, struct map_shape *shape)
{
    const struct cells_view *view = &b->map->view;
    double *xy = arena_zalloc(&b->scratch, (size_t)ring->count, 2 * sizeof *xy);
    for (int i = 0; i < ring->count; i++) {
        xy[2 * i] = view->x0 + ring->xy[2 * i] * view->scale;
        xy[2 * i + 1] = view->y0 + ring->xy[2 * i + 1] * view->scale;
        shape->x0 = fminf(shape->x0, (float)xy[2 * i]);
        shape->y0 = fminf(shape->y0, (float)xy[2 * i + 1]);
        shape->x1 = fmaxf(shape->x1, (float)xy[2 * i]);
        shape->y1 = fmaxf(shape->y1, (float)xy[2 * i + 1]);
    }
    int count = trim_simplify(xy, ring->count, ring->closed, TOLERANCE_PX);
    return (struct fill_ring){xy, count};
}

/* What of the rings is inside the box; *count of them. */
static struct fill_ring *
rings_inside(struct build *b, const struct fill_ring *rings, int rings_count, struct trim_box box,
             int *count)
{
    struct fill_ring *inside = arena_zalloc(&b->scratch, (size_t)rings_count, sizeof *inside);
    *count = 0;
    for (int r = 0; r < rings_count; r++) {
        double *xy;
        int corners = trim_ring(rings[r].xy, rings[r].count, box, &b->scratch, &xy);
        if (corners >= 3) {
            inside[(*count)++] = (struct fill_ring){xy, corners};
        }
    }
    return inside;
}

static bool
fill_shape(struct build *b, const struct fill_ring *rings, int rings_count, struct trim_box box,
           struct map_shape *out)
{
    int count;
    const struct fill_ring *inside = rings_inside(b, rings, rings_count, box, &count);
    struct fill_result result;
    if (!fill_polygon(inside, count, &b->scratch, &result)) {
        return false;
    }
    if (result.count) {
        size_t bytes = (size_t)result.count * 6 * sizeof(float);
        float *kept = arena_alloc(&b->map->arena, bytes);
        memcpy(kept, result.triangles, bytes);
        out->triangles = kept;
        out->triangles_count = result.count;
    }
    return true;
}

/* The label's spot in the part that the map's free room shows. */
static void
label_shape(struct build *b, const struct fill_ring *rings, int rings_count, struct map_shape *out)
{
    int count;
    const struct fill_ring *inside =
        rings_inside(b, rings, rings_count, box_of(b->map->free, 0), &count);
    if (count) {
        place_label(inside, count, &out->label_x, &out->label_y, &out->label_room);
    }
}

static const struct map_line *
keep_lines(struct map *map, const struct map_line *lines, int count)
{
    struct map_line *kept = arena_zalloc(&map->arena, (size_t)(count ? count : 1), sizeof *kept);
    if (count) {
        memcpy(kept, lines, (size_t)count * sizeof *kept);
    }
    return kept;
}

static bool
add_shape(struct build *b, const struct scene_layer *layer, const struct load_shape *in)
{
    struct map *map = b->map;
    struct map_shape shape = {.kind = layer->kind,
                              .code = arena_str(&map->arena, in->code),
                              .name = arena_str(&map->arena, in->name),
                              .x0 = INFINITY,
                              .y0 = INFINITY,
                              .x1 = -INFINITY,
                              .y1 = -INFINITY};
    struct fill_ring *rings = arena_zalloc(&b->scratch, (size_t)in->rings_count, sizeof *rings);
    for (int r = 0; r < in->rings_count; r++) {
        rings[r] = project_ring(b, &in->rings[r], &shape);
    }
    struct trim_box near = box_of(map->clip, BEYOND_PX);
    if (shape.x1 < near.x0 || shape.x0 > near.x1 || shape.y1 < near.y0 || shape.y0 > near.y1) {
        return true; /* nothing of it is on the panel */
    }
    for (int r = 0; r < in->rings_count; r++) {
        trim_line(rings[r].xy, rings[r].count, in->rings[r].closed, near, &map->arena, b->lines,
                  &shape.lines_count, LINES_MAX);
    }
    shape.lines = keep_lines(map, b->lines, shape.lines_count);
    if (in->area && !fill_shape(b, rings, in->rings_count, near, &shape)) {
        yaml_error_at(b->report, layer->path, 0, 0,
                      "'%.*s' crosses itself so often that it cannot be filled; repair the layer",
                      STR_ARG(in->name.len ? in->name : in->code));
        return false;
    }
    if (in->area && layer->kind == SCENE_LAYER_STREETS) {
        label_shape(b, rings, in->rings_count, &shape);
    }
    map->shapes[map->shapes_count++] = shape;
    return true;
}

static bool
add_shapes(struct build *b)
{
    size_t count = 0;
    for (int i = 0; i < b->scene->layers_count; i++) {
        count += (size_t)b->layers[i].count;
    }
    b->map->shapes = arena_zalloc(&b->map->arena, count ? count : 1, sizeof *b->map->shapes);
    bool ok = true;
    for (int i = 0; i < b->scene->layers_count; i++) {
        for (int s = 0; s < b->layers[i].count; s++) {
            ok &= add_shape(b, &b->scene->layers[i], &b->layers[i].shapes[s]);
        }
    }
    return ok;
}

/* ---- what the painter asks ---- */

/* Streets, or the one in focus: what a callout should not cover. */
static bool
covers(const struct build *b, const struct map_shape *shape)
{
    return shape->kind == SCENE_LAYER_STREETS &&
           (b->focus_layer < 0 || str_is(shape->code, b->scene->focus_street));
}

static void
build_cover(struct build *b)
{
    struct map *map = b->map;
    map->cover_w = map->clip.w / COVER_PX + 1;
    map->cover_h = map->clip.h / COVER_PX + 1;
    size_t across = (size_t)map->cover_w;
    uint16_t *covered = arena_zalloc(&b->scratch, across * (size_t)map->cover_h, sizeof *covered);
    for (int s = 0; s < map->shapes_count; s++) {
        const struct map_shape *shape = &map->shapes[s];
        if (covers(b, shape)) {
            place_cover(shape, (float)map->clip.x, (float)map->clip.y, COVER_PX, map->cover_w,
                        map->cover_h, 1, covered);
        }
    }
    map->cover =
        arena_zalloc(&map->arena, (across + 1) * ((size_t)map->cover_h + 1), sizeof *map->cover);
    for (size_t y = 0; y < (size_t)map->cover_h; y++) {
        for (size_t x = 0; x < across; x++) {
            map->cover[(y + 1) * (across + 1) + x + 1] =
                covered[y * across + x] + map->cover[y * (across + 1) + x + 1] +
                map->cover[(y + 1) * (across + 1) + x] - map->cover[y * (across + 1) + x];
        }
    }
}

static void
build_land(struct build *b)
{
    struct map *map = b->map;
    struct panel_rect clip = map->clip;
    map->land_px = (clip.w > clip.h ? clip.w : clip.h) / LAND_CELLS + 1;
    map->land_w = clip.w / map->land_px + 1;
    map->land_h = clip.h / map->land_px + 1;
    map->land =
        arena_zalloc(&map->arena, (size_t)map->land_w * (size_t)map->land_h, sizeof *map->land);
    for (int s = 0; s < map->shapes_count && s < UINT16_MAX; s++) {
        if (map->shapes[s].kind == SCENE_LAYER_STREETS) {
            place_cover(&map->shapes[s], (float)clip.x, (float)clip.y, map->land_px, map->land_w,
                        map->land_h, (uint16_t)(s + 1), map->land);
        }
    }
}

static void
build_focus_border(struct build *b)
{
    struct map *map = b->map;
    const struct map_shape *focus = map_street(map, str_from(b->scene->focus_street));
    if (!b->scene->focus_street[0] || !focus) {
        return;
    }
    struct map_line *lines = arena_zalloc(&map->arena, LINES_MAX, sizeof *lines);
    for (int s = 0; s < map->shapes_count; s++) {
        if (map->shapes[s].kind == SCENE_LAYER_DISTRICT) {
            place_shared(focus, &map->shapes[s], 1.5f, &map->arena, lines, &map->focus_border_count,
                         LINES_MAX);
        }
    }
    map->focus_border = lines;
}

struct map *
map_create(const struct scene *scene, int panel, struct yaml_report *report)
{
    struct map *map = calloc(1, sizeof *map);
    if (!map) {
        abort();
    }
    struct build b = {.map = map, .scene = scene, .report = report};
    b.lines = arena_zalloc(&b.scratch, LINES_MAX, sizeof *b.lines);
    place_rooms(scene, panel, &map->clip, &map->free);
    bool ok = load_all(&b) && fit(&b) && add_shapes(&b);
    if (ok) {
        build_cover(&b);
        build_land(&b);
        build_focus_border(&b);
        cells_build(&map->cells, &map->view, map->clip, &map->arena);
    }
    arena_free(&b.scratch);
    if (!ok) {
        map_destroy(map);
        return NULL;
    }
    return map;
}

void
map_destroy(struct map *map)
{
    if (map) {
        arena_free(&map->arena);
        free(map);
    }
}

const struct map_shape *
map_shapes(const struct map *map, int *count)
{
    *count = map->shapes_count;
    return map->shapes;
}

const struct map_shape *
map_street(const struct map *map, struct str code)
{
    for (int i = 0; i < map->shapes_count; i++) {
        if (map->shapes[i].kind == SCENE_LAYER_STREETS && str_eq(map->shapes[i].code, code)) {
            return &map->shapes[i];
        }
    }
    return NULL;
}

const struct map_line *
map_focus_border(const struct map *map, int *count)
{
    *count = map->focus_border_count;
    return map->focus_border;
}

struct panel_rect
map_clip(const struct map *map)
{
    return map->clip;
}

struct panel_rect
map_free(const struct map *map)
{
    return map->free;
}

const struct map_shape *
map_owner(const struct map *map, float x, float y)
{
    float left = x - (float)map->clip.x, top = y - (float)map->clip.y;
    bool inside = left >= 0 && top >= 0 && left < (float)(map->land_w * map->land_px) &&
                  top < (float)(map->land_h * map->land_px); /* and neither is a NaN */
    if (!inside) {
        return NULL;
    }
    int column = (int)left / map->land_px, row = (int)top / map->land_px;
    int owner = map->land[row * map->land_w + column];
    return owner ? &map->shapes[owner - 1] : NULL;
}

static int
limited(float at, int most)
{
    return at < 0 ? 0 : at > (float)most ? most : (int)at;
}

float
map_cover(const struct map *map, float x0, float y0, float x1, float y1)
{
    size_t across = (size_t)map->cover_w + 1;
    size_t left = (size_t)limited((x0 - (float)map->clip.x) / COVER_PX, map->cover_w);
    size_t top = (size_t)limited((y0 - (float)map->clip.y) / COVER_PX, map->cover_h);
    size_t right = (size_t)limited((x1 - (float)map->clip.x) / COVER_PX + 1, map->cover_w);
    size_t bottom = (size_t)limited((y1 - (float)map->clip.y) / COVER_PX + 1, map->cover_h);
    if (right <= left || bottom <= top) {
        return 0;
    }
    int32_t sum = map->cover[bottom * across + right] - map->cover[top * across + right] -
                  map->cover[bottom * across + left] + map->cover[top * across + left];
    return (float)sum / (float)((right - left) * (bottom - top));
}

void
map_project(const struct map *map, double lon, double lat, float *x, float *y)
{
    cells_project(&map->cells, lon, lat, x, y);
}

uint32_t
map_cell(const struct map *map, double lon, double lat)
{
    return cells_find(&map->cells, lon, lat);
}

uint32_t
map_cells_count(const struct map *map)
{
    return map->cells.count;
}

void
map_cell_place(const struct map *map, uint32_t index, float *x, float *y)
{
    cells_place(&map->cells, index, x, y);
}

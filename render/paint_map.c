/* The map: its ground (kept, changes with the scene alone), and over it points, ripples, labels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/map/map.h"
#include "render/paint_map.h"
#include "render/paint_part.h"
#include "wall/base/geo.h"

#define RIPPLE_MS 1200
#define RIPPLES_MAX 24

/* ---- ground ---- */

static bool
has_focus(const struct paint *p)
{
    return p->scene->focus_street[0] != '\0';
}

static void
fill_shapes(const struct paint *p, enum scene_layer_kind kind, uint32_t colour)
{
    int count;
    const struct map_shape *shapes = map_shapes(p->map, &count);
    for (int i = 0; i < count; i++) {
        if (shapes[i].kind == kind && shapes[i].triangles_count) {
            draw_triangles(p->list, shapes[i].triangles, shapes[i].triangles_count, colour);
        }
    }
}

static void
draw_outline(const struct paint *p, const struct map_line *lines, int count, float thickness,
             uint32_t colour)
{
    for (int i = 0; i < count; i++) {
        draw_polyline(p->list, lines[i].xy, lines[i].count, lines[i].closed, thickness, 0, colour);
    }
}

static void
outline_shapes(const struct paint *p, enum scene_layer_kind kind, float thickness, uint32_t colour)
{
    int count;
    const struct map_shape *shapes = map_shapes(p->map, &count);
    for (int i = 0; i < count; i++) {
        if (shapes[i].kind == kind) {
            draw_outline(p, shapes[i].lines, shapes[i].lines_count, thickness, colour);
        }
    }
}

/* Hairlines of 1 to 1.5 px whatever the canvas: they mark, they are not looked at. */
static float
hairline(const struct paint *p)
{
    return fmaxf(1, 1.5f * p->unit);
}

/* One street's room: the others are there, but dim. */
static void
ground_focus(const struct paint *p, const struct map_shape *focus)
{
    const uint32_t *colours = p->theme->colours;
    struct panel_rect clip = map_clip(p->map);
    draw_rect(p->list, (float)clip.x, (float)clip.y, (float)clip.w, (float)clip.h, 0,
              colours[THEME_MAP_OTHER]);
    fill_shapes(p, SCENE_LAYER_WATER, colours[THEME_MAP_WATER]);
    outline_shapes(p, SCENE_LAYER_CONTEXT, hairline(p), colours[THEME_LINE]);
    outline_shapes(p, SCENE_LAYER_STREETS, hairline(p), colours[THEME_LINE]);
    draw_triangles(p->list, focus->triangles, focus->triangles_count, colours[THEME_MAP_LAND]);
    draw_outline(p, focus->lines, focus->lines_count, hairline(p), colours[THEME_MAP_BORDER]);
    int count;
    const struct map_line *border = map_focus_border(p->map, &count);
    draw_outline(p, border, count, 2 * p->unit, colours[THEME_MAP_DISTRICT]);
}

static void
ground_district(const struct paint *p)
{
    const uint32_t *colours = p->theme->colours;
    outline_shapes(p, SCENE_LAYER_CONTEXT, hairline(p), colours[THEME_LINE]);
    fill_shapes(p, SCENE_LAYER_WATER, colours[THEME_MAP_WATER]);
    fill_shapes(p, SCENE_LAYER_DISTRICT, colours[THEME_MAP_LAND]);
    fill_shapes(p, SCENE_LAYER_STREETS, colours[THEME_MAP_LAND]);
    outline_shapes(p, SCENE_LAYER_STREETS, hairline(p), colours[THEME_MAP_BORDER]);
    outline_shapes(p, SCENE_LAYER_DISTRICT, 2 * p->unit, colours[THEME_MAP_DISTRICT]);
}

void
paint_map_ground(const struct paint *p)
{
    if (!p->map) {
        return;
    }
    const struct map_shape *focus =
        has_focus(p) ? map_street(p->map, str_from(p->scene->focus_street)) : NULL;
    draw_clip(p->list, map_clip(p->map));
    if (focus) {
        ground_focus(p, focus);
    } else {
        ground_district(p);
    }
    draw_unclip(p->list);
}

/* ---- points ---- */

enum dot { DOT_OPEN, DOT_SOON, DOT_OVERDUE, DOT_COUNT };

struct dots {
    const struct paint *p;
    int64_t moment_ms;
    uint32_t street; /* only this one's; UINT32_MAX = all */
    bool all;
    float crowd; /* 1, less where the marks would cover the map: see crowd_of */
};

/* The newest arrivals of the last RIPPLE_MS. */
struct ripples {
    struct {
        float x, y;
        int64_t arrived_ms;
    } at[RIPPLES_MAX];
    int count;
};

static enum dot
dot_of(const struct snapshot_point *point, int64_t moment_ms)
{
    return moment_ms > point->overdue_ms ? DOT_OVERDUE
           : moment_ms >= point->soon_ms ? DOT_SOON
                                         : DOT_OPEN;
}

static bool
is_shown(const struct dots *dots, const struct snapshot_point *point)
{
    return point->used && point->arrived_ms <= dots->moment_ms &&
           (dots->all || point->street == dots->street);
}

/* Where the point is drawn: its cell's centre, or its place where the scene says exactly. */
static bool
place_of(const struct paint *p, const struct snapshot_point *point, struct map_cell *out)
{
    double lon = point->lon_e7 * 1e-7, lat = point->lat_e7 * 1e-7;
    out->index = UINT32_MAX;
    if (!p->scene->exact_points) {
        if (map_cells_count(p->map)) {
            return map_cell(p->map, lon, lat, out);
        }
        struct geo_point snapped = geo_snap((struct geo_point){lon, lat}, 100);
        lon = snapped.lon;
        lat = snapped.lat;
    }
    map_project(p->map, lon, lat, &out->x, &out->y);
    struct panel_rect clip = map_clip(p->map);
    return out->x > (float)clip.x && out->x < (float)(clip.x + clip.w) && out->y > (float)clip.y &&
           out->y < (float)(clip.y + clip.h);
}

/* How much of a single point's colour is seen: blending is linear, so that a dark point on light
 * land needs more of it to look the same as a light one on dark land. */
static float
dot_alpha(const struct paint *p)
{
    uint32_t land = p->theme->colours[THEME_MAP_LAND];
    return (land >> 16 & 0xff) > 0x80 ? 0.78f : 0.52f;
}

/* A cell with several tickets is a little larger and brighter: 3–9 px of radius in all. */
static float
dot_radius(const struct paint *p, enum dot dot, unsigned tickets)
{
    static const float RADII[2][DOT_COUNT] = {{3.5f, 4.5f, 6.5f}, {5.3f, 6, 8.2f}};
    float more = tickets > 1 ? fminf(0.7f * log2f((float)tickets), 2.5f) : 0;
    return (RADII[p->scene->kiosk_scale][dot] + more) * p->unit;
}

/* How much smaller the marks are drawn so that tens of thousands show where they are dense, and not
 * a carpet: together they cover at most a fifth of the map. area: of all of them, square pixels. */
static float
crowd_of(const struct paint *p, float area)
{
    struct panel_rect clip = map_clip(p->map);
    float most = 0.2f * (float)clip.w * (float)clip.h;
    return area > most ? sqrtf(most / area) : 1;
}

/* In a crowd the late ones shrink less than those in hand: they are what is looked for. */
static void
draw_dot(const struct dots *dots, enum dot dot, float x, float y, unsigned tickets)
{
    static const enum theme_colour COLOURS[DOT_COUNT] = {THEME_DATA, THEME_AMBER, THEME_RED};
    static const float YIELDS[DOT_COUNT] = {1, 0.75f, 0.5f};
    const struct paint *p = dots->p;
    float radius = dot_radius(p, dot, tickets), rim = 2 * p->unit;
    if (dots->crowd < 1) {
        radius = fmaxf(radius * powf(dots->crowd, YIELDS[dot]), 1.2f * p->unit);
        rim = fminf(rim, radius - 2.5f * p->unit); /* a small mark has none */
    }
    uint32_t colour = paint_colour(p, COLOURS[dot]);
    if (dot == DOT_OPEN) {
        float alpha = fminf(dot_alpha(p) + 0.16f * (float)(tickets - 1), 1);
        draw_disc(p->list, x, y, radius, draw_fade(colour, alpha), 0, 0);
    } else if (rim <= 0) {
        draw_disc(p->list, x, y, radius, colour, 0, 0);
    } else {
        draw_disc(p->list, x, y, radius + rim, colour, rim, p->theme->colours[THEME_GROUND]);
    }
}

static void
add_ripple(struct ripples *ripples, float x, float y, int64_t arrived_ms)
{
    int at = ripples->count;
    while (at > 0 && ripples->at[at - 1].arrived_ms < arrived_ms) {
        at--;
    }
    if (at == RIPPLES_MAX) {
        return;
    }
    int last = ripples->count < RIPPLES_MAX ? ripples->count++ : RIPPLES_MAX - 1;
    memmove(&ripples->at[at + 1], &ripples->at[at], (size_t)(last - at) * sizeof *ripples->at);
    ripples->at[at].x = x;
    ripples->at[at].y = y;
    ripples->at[at].arrived_ms = arrived_ms;
}

/* One pass over the points: counts them into cells, or draws those of one class where there is no
 * grid; arrivals are gathered in the first pass. */
static void
pass(const struct dots *dots, int only, uint16_t *cells, struct ripples *ripples)
{
    const struct paint *p = dots->p;
    const struct snapshot *snapshot = p->frame->snapshot;
    uint32_t cells_count = map_cells_count(p->map);
    for (size_t i = 0; i < snapshot->points_count; i++) {
        const struct snapshot_point *point = &snapshot->points[i];
        if (!is_shown(dots, point)) {
            continue;
        }
        enum dot dot = dot_of(point, dots->moment_ms);
        struct map_cell cell;
        if ((!cells && (int)dot != only) || !place_of(p, point, &cell)) {
            continue;
        }
        if (cells) {
            uint16_t *count = &cells[(uint32_t)dot * cells_count + cell.index];
            *count = (uint16_t)(*count + (*count < UINT16_MAX));
        } else {
            draw_dot(dots, dot, cell.x, cell.y, 1);
        }
        if (ripples && dots->moment_ms - point->arrived_ms < RIPPLE_MS) {
            add_ripple(ripples, cell.x, cell.y, point->arrived_ms);
        }
    }
}

/* Draws what was counted, data < amber < red, and leaves the counts zero. */
static void
draw_cells(struct dots *dots, uint16_t *cells)
{
    const struct paint *p = dots->p;
    uint32_t count = map_cells_count(p->map);
    float area = 0;
    for (uint32_t i = 0; i < count * DOT_COUNT; i++) {
        float radius = cells[i] ? dot_radius(p, (enum dot)(i / count), cells[i]) : 0;
        area += 3.14f * radius * radius;
    }
    dots->crowd = crowd_of(p, area);
    for (uint32_t i = 0; i < count * DOT_COUNT; i++) {
        if (cells[i]) {
            float x, y;
            map_cell_place(p->map, i % count, &x, &y);
            draw_dot(dots, (enum dot)(i / count), x, y, cells[i]);
            cells[i] = 0;
        }
    }
}

/* Without cells every point is a mark of its own. */
static float
area_of_points(const struct dots *dots, bool placed)
{
    const struct snapshot *snapshot = dots->p->frame->snapshot;
    float area = 0;
    for (size_t i = 0; i < snapshot->points_count; i++) {
        const struct snapshot_point *point = &snapshot->points[i];
        struct map_cell cell;
        if (is_shown(dots, point) && (!placed || place_of(dots->p, point, &cell))) {
            float radius = dot_radius(dots->p, dot_of(point, dots->moment_ms), 1);
            area += 3.14f * radius * radius;
        }
    }
    return area;
}

/* Where even all points are no crowd, none is looked up to see whether it lies on the map. */
static float
crowd_of_points(const struct dots *dots)
{
    float crowd = crowd_of(dots->p, area_of_points(dots, false));
    return crowd < 1 ? crowd_of(dots->p, area_of_points(dots, true)) : 1;
}

/* A still picture of a moment: the same age of an arrival gives the same rings. */
static void
draw_ripples(const struct paint *p, const struct ripples *ripples, int64_t moment_ms)
{
    uint32_t ink = paint_colour(p, THEME_INK);
    if (p->motion && p->frame->feed.live && ripples->count > 0) {
        motion_stir(p->motion);
    }
    for (int i = 0; i < ripples->count; i++) {
        float x = ripples->at[i].x, y = ripples->at[i].y;
        float t = (float)(moment_ms - ripples->at[i].arrived_ms) / RIPPLE_MS;
        float scale = p->unit * (p->scene->kiosk_scale ? 1.3f : 1);
        float outer = 10 + 26 * t, inner = 10 + 13 * t;
        draw_ring(p->list, x, y, 9 * scale, 2 * scale, draw_fade(ink, 1 - t * t));
        draw_ring(p->list, x, y, inner * scale, 1.5f * scale, draw_fade(ink, 0.45f * (1 - t)));
        draw_ring(p->list, x, y, outer * scale, 1.5f * scale, draw_fade(ink, 0.25f * (1 - t)));
    }
}

static void
draw_points(const struct paint *p)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    struct dots dots = {.p = p, .moment_ms = p->frame->moment_ms, .all = !has_focus(p), .crowd = 1};
    if (!dots.all) {
        const struct snapshot_row *row =
            snapshot_row(snapshot, SNAPSHOT_STREET, str_from(p->scene->focus_street));
        if (!row) {
            return;
        }
        dots.street = (uint32_t)(row - snapshot->groups[SNAPSHOT_STREET].rows);
    }
    struct ripples ripples = {.count = 0};
    draw_clip(p->list, map_clip(p->map));
    if (!p->scene->exact_points && map_cells_count(p->map)) {
        uint16_t *cells = map_cells_scratch(p->map);
        pass(&dots, -1, cells, &ripples);
        draw_cells(&dots, cells);
    } else {
        dots.crowd = crowd_of_points(&dots);
        for (int dot = 0; dot < DOT_COUNT; dot++) {
            pass(&dots, dot, NULL, &ripples);
        }
    }
    if (!p->scene->still && !p->frame->still) {
        draw_ripples(p, &ripples, dots.moment_ms);
    }
    draw_unclip(p->list);
}

/* ---- around the map ---- */

static void
draw_legend(const struct paint *p)
{
    static const struct {
        enum theme_colour colour;
        const char *text;
    } ITEMS[] = {{THEME_DATA, "在办"}, {THEME_AMBER, "将超期"}, {THEME_RED, "已超期"}};
    struct text_style style = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    float x = paint_part_x(p, 24), centre = paint_part_y(p, 78);
    float baseline = centre + roundf(text_cap_height(p->text, style) / 2);
    for (size_t i = 0; i < sizeof ITEMS / sizeof *ITEMS; i++) {
        float radius = roundf(7 * p->unit);
        draw_disc(p->list, x + radius + 1, centre, radius, paint_colour(p, ITEMS[i].colour), 0, 0);
        x += paint_part_px(p, 24);
        x += ceilf(paint_part_text(p, style, x, baseline, DRAW_LEFT, THEME_DIM, ITEMS[i].text));
        x += paint_part_px(p, 47);
    }
}

/* One street's map says its counts where the district's has them beside each name. */
static void
draw_focus_counts(const struct paint *p)
{
    const struct snapshot_row *row = paint_part_row(p);
    if (!row) {
        return;
    }
    char open[24], overdue[24], text[96];
    paint_integer(open, sizeof open, row->open);
    paint_integer(overdue, sizeof overdue, row->overdue);
    snprintf(text, sizeof text, "在办 %s · 超期 %s", open, overdue);
    paint_part_base(p, text);
    paint_map_record(p, row, SNAPSHOT_OPEN, open);
    paint_map_record(p, row, SNAPSHOT_OVERDUE, overdue);
}

static void
draw_attribution(const struct paint *p)
{
    struct panel_rect clip = map_clip(p->map);
    if (p->scene->attribution[0]) {
        paint_part_fit(p, paint_part_sans(p, THEME_SMALL, TEXT_REGULAR),
                       (float)(clip.x + clip.w) - paint_part_px(p, 24),
                       (float)(clip.y + clip.h) - paint_part_px(p, 14), (float)clip.w / 2,
                       DRAW_RIGHT, THEME_DIM, str_from(p->scene->attribution));
    }
}

void
paint_map_record(const struct paint *p, const struct snapshot_row *row,
                 enum snapshot_measure measure, const char *value)
{
    struct snapshot_key key = {.group = SNAPSHOT_STREET,
                               .code = row->code,
                               .window = SNAPSHOT_TODAY,
                               .by = SNAPSHOT_BY_DISTRICT,
                               .measure = measure};
    bool overdue = measure == SNAPSHOT_OVERDUE;
    char name[64];
    snprintf(name, sizeof name, "%.*s:%s", STR_ARG(paint_part_cut(row->code, 48)),
             overdue ? "overdue" : "open");
    paint_figure(p, name, value, overdue ? row->overdue : row->open, row->open,
                 overdue ? "open tickets past a due time, by street" : "open tickets, by street",
                 &key);
}

void
paint_map(const struct paint *p)
{
    if (!p->map) {
        return;
    }
    if (p->frame->snapshot) {
        draw_points(p);
    }
    draw_attribution(p);
    if (has_focus(p)) {
        if (p->frame->snapshot) {
            draw_focus_counts(p);
        }
    } else {
        draw_legend(p);
    }
    paint_map_labels(p);
}

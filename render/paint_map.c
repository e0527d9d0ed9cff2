/* The map: its ground (kept, changes with the scene alone), and over it points, ripples, labels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/map/map.h"
#include "render/paint_map.h"
#include "render/paint_part.h"

#define RIPPLES_MAX 12 /* ten begin in a second at most: more than the eye counts */

/* Design pixels: the greatest radius of a dot with one ticket, and how much more with many. */
#define DOT_RADIUS 8.2f
#define DOT_MORE 2.5f
#define CROWD_STEP 1.09f
/* Marks drawn at less than so much of their size are a crowd: it hides what it stands on. */
#define CROWD_BELOW 0.7f

#define FADE 40 /* design pixels in which the map's edge fades out */

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

/* A triangle's edge is a hard step. Land has borders drawn over it; water has none, so it gets a
 * line of its own colour, which beyond the edge fades out within a pixel. */
static void
ground_water(const struct paint *p)
{
    uint32_t colour = p->theme->colours[THEME_MAP_WATER];
    fill_shapes(p, SCENE_LAYER_WATER, colour);
    outline_shapes(p, SCENE_LAYER_WATER, 1, colour);
}

/* A strip by the map's edge under the ground's own colour; part: how near to that edge, of 1. */
static void
fade_strip(const struct paint *p, float x, float y, float w, float h, float part)
{
    enum theme_colour under = p->panel->framed ? THEME_PANEL : THEME_GROUND;
    uint32_t colour = draw_fade(p->theme->colours[under], part * part * (3 - 2 * part));
    if (colour & 0xff) {
        draw_rect(p->list, x, y, w, h, 0, colour);
    }
}

/* Where the map ends inside its panel, beside a list or over a time bar, water and roads fade out:
 * a river cut off in the middle of a panel looks like a fault. */
static void
fade_edges(const struct paint *p)
{
    struct panel_rect panel = p->panel->rect, clip = map_clip(p->map);
    int shorter = clip.w < clip.h ? clip.w : clip.h, wide = (int)paint_part_px(p, FADE);
    wide = wide < shorter / 2 ? wide : shorter / 2;
    int left = clip.x > panel.x ? wide : 0, top = clip.y > panel.y ? wide : 0;
    int right = clip.x + clip.w < panel.x + panel.w ? wide : 0;
    int bottom = clip.y + clip.h < panel.y + panel.h ? wide : 0;
    float x = (float)clip.x, y = (float)clip.y, w = (float)clip.w, h = (float)clip.h;
    for (int i = 0; i < wide; i++) {
        float at = (float)i, part = 1 - (at + 0.5f) / (float)wide;
        if (i < left) {
            fade_strip(p, x + at, y, 1, h, part);
        }
        if (i < right) {
            fade_strip(p, x + w - 1 - at, y, 1, h, part);
        }
        if (i < top) {
            fade_strip(p, x, y + at, w, 1, part);
        }
        if (i < bottom) {
            fade_strip(p, x, y + h - 1 - at, w, 1, part);
        }
    }
}

/* One street's room: the others are there, but dim. */
static void
ground_focus(const struct paint *p, const struct map_shape *focus)
{
    const uint32_t *colours = p->theme->colours;
    struct panel_rect clip = map_clip(p->map);
    draw_rect(p->list, (float)clip.x, (float)clip.y, (float)clip.w, (float)clip.h, 0,
              colours[THEME_MAP_OTHER]);
    ground_water(p);
    outline_shapes(p, SCENE_LAYER_CONTEXT, hairline(p), colours[THEME_LINE]);
    outline_shapes(p, SCENE_LAYER_STREETS, hairline(p), colours[THEME_LINE]);
    fade_edges(p);
    draw_triangles(p->list, focus->triangles, focus->triangles_count, colours[THEME_MAP_LAND]);
}

static void
ground_district(const struct paint *p)
{
    const uint32_t *colours = p->theme->colours;
    outline_shapes(p, SCENE_LAYER_CONTEXT, hairline(p), colours[THEME_LINE]);
    ground_water(p);
    fade_edges(p);
    fill_shapes(p, SCENE_LAYER_DISTRICT, colours[THEME_MAP_LAND]);
    fill_shapes(p, SCENE_LAYER_STREETS, colours[THEME_MAP_LAND]);
}

static const struct map_shape *
focus_of(const struct paint *p)
{
    return has_focus(p) ? map_street(p->map, str_from(p->scene->focus_street)) : NULL;
}

/* Of the street in focus, or of all and the district; so much wider than usual. */
static void
draw_borders(const struct paint *p, float wider, uint32_t streets, uint32_t district)
{
    const struct map_shape *focus = focus_of(p);
    if (focus) {
        int count;
        const struct map_line *border = map_focus_border(p->map, &count);
        draw_outline(p, focus->lines, focus->lines_count, hairline(p) + wider, streets);
        draw_outline(p, border, count, 2 * p->unit + wider, district);
    } else {
        outline_shapes(p, SCENE_LAYER_STREETS, hairline(p) + wider, streets);
        outline_shapes(p, SCENE_LAYER_DISTRICT, 2 * p->unit + wider, district);
    }
}

void
paint_map_ground(const struct paint *p)
{
    if (!p->map) {
        return;
    }
    const struct map_shape *focus = focus_of(p);
    draw_clip(p->list, map_clip(p->map));
    if (focus) {
        ground_focus(p, focus);
    } else {
        ground_district(p);
    }
    draw_borders(p, 0, p->theme->colours[THEME_MAP_BORDER], p->theme->colours[THEME_MAP_DISTRICT]);
    draw_unclip(p->list);
}

/* ---- points ---- */

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
dot_radius(const struct paint *p, enum points_state state, uint32_t tickets)
{
    static const float RADII[2][POINTS_STATE_COUNT] = {{3.5f, 4.5f, 6.5f}, {5.3f, 6, DOT_RADIUS}};
    float more = tickets > 1 ? fminf(0.7f * log2f((float)tickets), DOT_MORE) : 0;
    return (RADII[p->scene->kiosk_scale][state] + more) * p->unit;
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

/* The crowd that is drawn goes in steps, and only where the one before is a whole step off: a
 * single arrival never draws all marks anew. */
static float
crowd_step(float crowd, float before)
{
    if (before > 0 && crowd < before * CROWD_STEP && crowd * CROWD_STEP > before) {
        return before;
    }
    return crowd < 1 ? powf(CROWD_STEP, roundf(log2f(crowd) / log2f(CROWD_STEP))) : 1;
}

static float
area_of(const struct paint *p, const struct points *points)
{
    float area = 0;
    for (int state = 0; state < POINTS_STATE_COUNT; state++) {
        for (uint32_t tickets = 1; tickets <= POINTS_TALLY; tickets++) {
            float radius = dot_radius(p, (enum points_state)state, tickets);
            area += 3.14f * radius * radius *
                    (float)points_tally(points, (enum points_state)state, tickets);
        }
    }
    return area;
}

/* In a crowd the late ones shrink less than those in hand: they are what is looked for. *rim: 0
 * where a mark is too small for one. */
static float
mark_radius(const struct paint *p, enum points_state state, uint32_t tickets, float crowd,
            float *rim)
{
    static const float YIELDS[POINTS_STATE_COUNT] = {1, 0.75f, 0.5f};
    float radius = dot_radius(p, state, tickets);
    *rim = state == POINTS_OPEN ? 0 : 2 * p->unit;
    if (crowd < 1) {
        radius = fmaxf(radius * powf(crowd, YIELDS[state]), 1.2f * p->unit);
        *rim = fmaxf(fminf(*rim, radius - 2.5f * p->unit), 0);
    }
    return radius;
}

void
paint_map_looks(const struct paint *p, const struct points *points, struct paint_map_looks *out)
{
    static const enum theme_colour COLOURS[POINTS_STATE_COUNT] = {THEME_DATA, THEME_AMBER,
                                                                  THEME_RED};
    for (int state = 0; state < POINTS_STATE_COUNT; state++) {
        uint32_t colour = paint_colour(p, COLOURS[state]);
        for (uint32_t tickets = 1; tickets <= POINTS_TALLY; tickets++) {
            struct paint_map_look *look = &out->of[state][tickets];
            float rim, radius = mark_radius(p, (enum points_state)state, tickets,
                                            points_scale(points), &rim);
            if (state == POINTS_OPEN) {
                float alpha = fminf(dot_alpha(p) + 0.16f * (float)(tickets - 1), 1);
                *look = (struct paint_map_look){radius, 0, draw_fade(colour, alpha), 0};
            } else {
                *look = (struct paint_map_look){radius + rim, rim, colour,
                                                p->theme->colours[THEME_GROUND]};
            }
        }
    }
}

const struct paint_map_look *
paint_map_look(const struct paint_map_looks *looks, const struct points_dot *dot)
{
    return &looks->of[dot->state][dot->tickets < POINTS_TALLY ? dot->tickets : POINTS_TALLY];
}

float
paint_map_dot_reach(const struct paint *p, const struct points *points)
{
    float reach = 0;
    for (int state = 0; state < POINTS_STATE_COUNT; state++) {
        float rim, radius = mark_radius(p, (enum points_state)state, POINTS_TALLY,
                                        points_scale(points), &rim);
        reach = fmaxf(reach, radius + rim);
    }
    return ceilf(reach + 1); /* with its soft edge */
}

void
paint_map_dots(const struct paint *p, const struct points *points, const struct points_dot *dots,
               size_t count)
{
    struct paint_map_looks looks;
    paint_map_looks(p, points, &looks);
    draw_clip(p->list, map_clip(p->map));
    for (size_t i = 0; i < count; i++) {
        const struct paint_map_look *look = paint_map_look(&looks, &dots[i]);
        draw_disc(p->list, dots[i].x, dots[i].y, look->radius, look->fill, look->rim,
                  look->rim > 0 ? look->edge : 0);
    }
    draw_unclip(p->list);
}

bool
paint_map_is_crowd(const struct points *points)
{
    return points_scale(points) < CROWD_BELOW;
}

/* Each line twice: one of the ground's colour, and one that stands out on it. */
void
paint_map_borders(const struct paint *p, const struct points *points)
{
    if (paint_map_is_crowd(points)) {
        const uint32_t *colours = p->theme->colours;
        uint32_t under = colours[THEME_GROUND], over = colours[THEME_MAP_DISTRICT];
        draw_clip(p->list, map_clip(p->map));
        draw_borders(p, 3 * p->unit, under, under);
        draw_borders(p, 0, over, over);
        draw_unclip(p->list);
    }
}

void
paint_map_count(const struct paint *p, struct points *points, size_t most)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    uint32_t street = UINT32_MAX;
    if (snapshot && has_focus(p)) {
        const struct snapshot_row *row =
            snapshot_row(snapshot, SNAPSHOT_STREET, str_from(p->scene->focus_street));
        if (row) {
            street = (uint32_t)(row - snapshot->groups[SNAPSHOT_STREET].rows);
        } else {
            snapshot = NULL;
        }
    }
    points_update(points, snapshot, p->frame->moment_ms, street, most);
    if (!points_are_whole(points)) {
        return;
    }
    float crowd = crowd_of(p, area_of(p, points));
    points_set_scale(points, crowd_step(crowd, points_scale(points)));
}

/* A still picture of a moment: the same age of an arrival gives the same rings. */
static void
draw_ripples(const struct paint *p, const struct points *points)
{
    struct points_arrival at[RIPPLES_MAX];
    int count = points_arrivals(points, at, RIPPLES_MAX);
    uint32_t ink = paint_colour(p, THEME_INK);
    if (p->motion && p->frame->feed.live && count > 0) {
        motion_stir(p->motion);
    }
    draw_clip(p->list, map_clip(p->map));
    for (int i = 0; i < count; i++) {
        float x = at[i].x, y = at[i].y;
        float t = (float)(p->frame->moment_ms - at[i].arrived_ms) / POINTS_ARRIVAL_MS;
        float scale = p->unit * (p->scene->kiosk_scale ? 1.3f : 1);
        float outer = 10 + 26 * t, inner = 10 + 13 * t;
        draw_ring(p->list, x, y, 9 * scale, 2 * scale, draw_fade(ink, 1 - t * t));
        draw_ring(p->list, x, y, inner * scale, 1.5f * scale, draw_fade(ink, 0.45f * (1 - t)));
        draw_ring(p->list, x, y, outer * scale, 1.5f * scale, draw_fade(ink, 0.25f * (1 - t)));
    }
    draw_unclip(p->list);
}

/* The dots themselves are in a kept picture under the list, but where there is none: own. */
static void
draw_points(const struct paint *p, struct points *own)
{
    if (own) {
        size_t count;
        paint_map_count(p, own, SIZE_MAX);
        const struct points_dot *dots = points_all(own, &count);
        paint_map_dots(p, own, dots, count);
        paint_map_borders(p, own);
    }
    if (!p->scene->still && !p->frame->still) {
        draw_ripples(p, own ? own : p->points);
    }
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
        /* As large beside each other as on the map: size tells them apart as colour does. */
        float radius = 1.25f * dot_radius(p, (enum points_state)i, 1);
        draw_disc(p->list, x + roundf(8 * p->unit), centre, radius,
                  paint_colour(p, ITEMS[i].colour), 0, 0);
        x += paint_part_px(p, 24);
        x += ceilf(paint_part_text(p, style, x, baseline, DRAW_LEFT, THEME_DIM, ITEMS[i].text));
        x += paint_part_px(p, 47);
    }
}

static bool
has_time_bar(const struct paint *p)
{
    struct panel_rect map = p->panel->rect;
    for (int i = 0; i < p->scene->panels_count; i++) {
        const struct panel *other = &p->scene->panels[i];
        struct panel_rect r = other->rect;
        if (other->kind == PANEL_TIMEBAR && r.w > 0 && r.x >= map.x && r.y >= map.y &&
            r.x + r.w <= map.x + map.w && r.y + r.h <= map.y + map.h) {
            return true;
        }
    }
    return false;
}

bool
paint_map_attribution(const struct paint *p, struct paint_map_attribution *out)
{
    struct panel_rect clip = map_clip(p->map);
    *out = (struct paint_map_attribution){.in_title = has_time_bar(p)};
    if (!p->scene->attribution[0] || out->in_title) {
        return p->scene->attribution[0] != '\0';
    }
    out->style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    float width = text_width(p->text, out->style, str_from(p->scene->attribution));
    out->width = fminf(width, (float)clip.w / 2);
    out->right = (float)(clip.x + clip.w) - paint_part_px(p, 24);
    out->baseline = (float)(clip.y + clip.h) - paint_part_px(p, 14);
    return true;
}

/* A count on its way to its value. */
static void
write_counting(const struct paint *p, char *out, size_t size, const char *what, struct str code,
               uint32_t value)
{
    paint_integer(out, size, llround(paint_part_count(p, what, code, value, 1)));
}

/* Right in the title's line: one street's counts, where the district's map has them beside each
 * name; the attribution where that is its place. */
static void
draw_base(const struct paint *p)
{
    const struct snapshot_row *row = has_focus(p) && p->frame->snapshot ? paint_part_row(p) : NULL;
    struct paint_map_attribution attribution;
    bool attributed = paint_map_attribution(p, &attribution) && attribution.in_title;
    char open[24], overdue[24], text[96 + sizeof p->scene->attribution] = "";
    if (row) {
        write_counting(p, open, sizeof open, "map:open", row->code, row->open);
        write_counting(p, overdue, sizeof overdue, "map:overdue", row->code, row->overdue);
        snprintf(text, sizeof text, "在办 %s · 超期 %s", open, overdue);
        paint_integer(open, sizeof open, row->open);
        paint_integer(overdue, sizeof overdue, row->overdue);
        paint_map_record(p, row, SNAPSHOT_OPEN, open);
        paint_map_record(p, row, SNAPSHOT_OVERDUE, overdue);
    }
    if (attributed) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", row ? " · " : "",
                 p->scene->attribution);
    }
    if (text[0]) {
        paint_part_base(p, text);
    }
}

static void
draw_attribution(const struct paint *p)
{
    struct paint_map_attribution at;
    if (paint_map_attribution(p, &at) && !at.in_title) {
        paint_part_fit(p, at.style, at.right, at.baseline, at.width, DRAW_RIGHT, THEME_DIM,
                       str_from(p->scene->attribution));
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
    bool has_points = p->frame->snapshot != NULL;
    struct points *own =
        has_points && !p->points ? points_create(p->map, p->scene->exact_points) : NULL;
    if (has_points) {
        draw_points(p, own);
    }
    draw_attribution(p);
    draw_base(p);
    if (!has_focus(p)) {
        draw_legend(p);
    }
    paint_map_labels(p, own ? own : p->points);
    points_destroy(own);
}

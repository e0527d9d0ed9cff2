#include "render/map/place.h"

#include <math.h>
#include <string.h>

#define HEIGHT_COUNTS 1.4
/* The map's title and legend, in design pixels. */
#define LEGEND_WIDTH 440
#define LEGEND_BOTTOM 104

static int
scaled(const struct scene *scene, double px)
{
    return (int)lround(px * scene->unit);
}

/* Takes the other panel's share of room away: a band where it is wide, a column where it is not.
 * air: what a band keeps off; a column's own margin is air enough, and inset of it may be used. */
static void
give_way(struct panel_rect *room, const struct panel_rect *map, const struct panel_rect *other,
         int air, int inset)
{
    int right = room->x + room->w, bottom = room->y + room->h;
    if (other->w * 10 >= map->w * 7) {
        if (2 * (other->y - map->y) + other->h >= map->h) {
            bottom = other->y - air < bottom ? other->y - air : bottom;
        } else if (other->y + other->h + air > room->y) {
            room->y = other->y + other->h + air;
        }
    } else if (2 * (other->x - map->x) + other->w < map->w) {
        int edge = other->x + other->w - inset;
        if (edge > room->x) {
            room->x = edge;
        }
    } else {
        right = other->x + inset < right ? other->x + inset : right;
    }
    room->w = right - room->x;
    room->h = bottom - room->y;
}

void
place_rooms(const struct scene *scene, int panel, struct panel_rect *clip,
            struct panel_rect *free_room)
{
    const struct panel_rect map = scene->panels[panel].rect;
    bool focus = scene->focus_street[0] != '\0';
    int title = scaled(scene, focus ? 62 : 52), margin = scaled(scene, focus ? 20 : 24);
    *clip = map;
    if (focus) {
        clip->y += title;
        clip->h -= title;
        *free_room = (struct panel_rect){clip->x + margin, clip->y + margin, clip->w - 2 * margin,
                                         clip->h - 2 * margin};
    } else {
        *free_room = (struct panel_rect){map.x + margin, map.y + title, map.w - 2 * margin,
                                         map.h - title - margin};
    }
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel_rect *other = &scene->panels[i].rect;
        if (i != panel && other->w > 0 && other->x >= map.x && other->y >= map.y &&
            other->x + other->w <= map.x + map.w && other->y + other->h <= map.y + map.h) {
            give_way(free_room, &map, other, margin, margin);
            give_way(clip, &map, other, 0, 0);
        }
    }
    /* The legend's line is left of the fit where a column is; else the fit begins below it. */
    if (!focus && free_room->x < map.x + scaled(scene, LEGEND_WIDTH)) {
        int top = map.y + scaled(scene, LEGEND_BOTTOM);
        int bottom = free_room->y + free_room->h;
        free_room->y = top > free_room->y ? top : free_room->y;
        free_room->h = bottom - free_room->y;
    }
    if (free_room->w < 16 || free_room->h < 16) { /* no room left: better crowded than nothing */
        *free_room = map;
    }
    if (clip->w < 16 || clip->h < 16) {
        *clip = map;
    }
}

/* ---- labels ---- */

/* Distance to the outline, negative outside. */
static double
inside_by(const struct fill_ring *rings, int rings_count, double x, double y)
{
    double best = INFINITY;
    bool in = false;
    for (int r = 0; r < rings_count; r++) {
        int count = rings[r].count;
        for (int i = 0, j = count - 1; i < count; j = i++) {
            const double *a = &rings[r].xy[2 * j], *b = &rings[r].xy[2 * i];
            if ((a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]) {
                in = !in;
            }
            double dx = b[0] - a[0], dy = (b[1] - a[1]) * HEIGHT_COUNTS;
            double px = x - a[0], py = (y - a[1]) * HEIGHT_COUNTS;
            double length2 = dx * dx + dy * dy;
            double t = length2 > 0 ? (px * dx + py * dy) / length2 : 0;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            double ex = px - t * dx, ey = py - t * dy;
            best = fmin(best, ex * ex + ey * ey);
        }
    }
    return in ? sqrt(best) : -sqrt(best);
}

void
place_label(const struct fill_ring *rings, int rings_count, float *x, float *y, float *room)
{
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int r = 0; r < rings_count; r++) {
        for (int i = 0; i < rings[r].count; i++) {
            x0 = fmin(x0, rings[r].xy[2 * i]);
            x1 = fmax(x1, rings[r].xy[2 * i]);
            y0 = fmin(y0, rings[r].xy[2 * i + 1]);
            y1 = fmax(y1, rings[r].xy[2 * i + 1]);
        }
    }
    double cx = (x0 + x1) / 2, cy = (y0 + y1) / 2, w = x1 - x0, h = y1 - y0;
    double best = -INFINITY, best_x = cx, best_y = cy;
    for (int round = 0; round < 5; round++) {
        int steps = round == 0 ? 16 : 8;
        for (int j = 0; j <= steps; j++) {
            for (int i = 0; i <= steps; i++) {
                double px = cx + w * ((double)i / steps - 0.5);
                double py = cy + h * ((double)j / steps - 0.5);
                double by = inside_by(rings, rings_count, px, py);
                if (by > best) {
                    best = by;
                    best_x = px;
                    best_y = py;
                }
            }
        }
        cx = best_x;
        cy = best_y;
        w *= round == 0 ? 0.2 : 0.35;
        h *= round == 0 ? 0.2 : 0.35;
    }
    *x = (float)best_x;
    *y = (float)best_y;
    *room = (float)fmax(best, 0);
}

bool
map_shape_holds(const struct map_shape *shape, float x, float y)
{
    for (int t = 0; t < shape->triangles_count; t++) {
        const float *p = &shape->triangles[6 * t];
        float a = (p[2] - p[0]) * (y - p[1]) - (p[3] - p[1]) * (x - p[0]);
        float b = (p[4] - p[2]) * (y - p[3]) - (p[5] - p[3]) * (x - p[2]);
        float c = (p[0] - p[4]) * (y - p[5]) - (p[1] - p[5]) * (x - p[4]);
        if ((a >= 0 && b >= 0 && c >= 0) || (a <= 0 && b <= 0 && c <= 0)) {
            return true;
        }
    }
    return false;
}

/* ---- cover ---- */

/* Where the edge crosses the row's centre line: the first cell right of it, 0 … across. false: it
 * does not. */
static bool
cross(const float *a, const float *b, float y, float x0, int cell_px, int across, int *cell)
{
    if ((a[1] > y) == (b[1] > y)) {
        return false;
    }
    float x = a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]);
    float at = ceilf((x - x0) / (float)cell_px - 0.5f);
    *cell = at < 0 ? 0 : at > (float)across ? across : (int)at;
    return true;
}

void
place_cover(const struct map_shape *shape, float x0, float y0, int cell_px, int across, int down,
            uint16_t mark, uint16_t *cells)
{
    for (int t = 0; t < shape->triangles_count; t++) {
        const float *at = &shape->triangles[6 * t];
        float top = fminf(at[1], fminf(at[3], at[5])), bottom = fmaxf(at[1], fmaxf(at[3], at[5]));
        int first = (int)floorf((top - y0) / (float)cell_px - 0.5f);
        int last = (int)ceilf((bottom - y0) / (float)cell_px - 0.5f);
        first = first < 0 ? 0 : first;
        last = last >= down ? down - 1 : last;
        for (int row = first; row <= last; row++) {
            float y = y0 + ((float)row + 0.5f) * (float)cell_px;
            int ends[3], count = 0; /* two of a triangle's edges, or none, cross a line */
            for (int i = 0; i < 3; i++) {
                count +=
                    cross(at + 2 * i, at + 2 * ((i + 1) % 3), y, x0, cell_px, across, &ends[count]);
            }
            if (count < 2) {
                continue;
            }
            int from = ends[0] < ends[1] ? ends[0] : ends[1];
            int until = ends[0] < ends[1] ? ends[1] : ends[0];
            for (int c = from; c < until; c++) {
                cells[(size_t)row * (size_t)across + (size_t)c] = mark;
            }
        }
    }
}

/* ---- borders ---- */

static bool
is_near(const struct map_shape *shape, float x, float y, float limit)
{
    for (int l = 0; l < shape->lines_count; l++) {
        const struct map_line *line = &shape->lines[l];
        for (int i = line->closed ? 0 : 1; i < line->count; i++) {
            const float *a = &line->xy[2 * (i ? i - 1 : line->count - 1)], *b = &line->xy[2 * i];
            float dx = b[0] - a[0], dy = b[1] - a[1], px = x - a[0], py = y - a[1];
            float length2 = dx * dx + dy * dy;
            float t = length2 > 0 ? (px * dx + py * dy) / length2 : 0;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            float ex = px - t * dx, ey = py - t * dy;
            if (ex * ex + ey * ey <= limit * limit) {
                return true;
            }
        }
    }
    return false;
}

static bool
edge_is_near(const struct map_shape *shape, const float *a, const float *b, float limit)
{
    for (int i = 1; i < 4; i++) {
        float t = (float)i / 4;
        if (!is_near(shape, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), limit)) {
            return false;
        }
    }
    return true;
}

void
place_shared(const struct map_shape *a, const struct map_shape *b, float limit, struct arena *arena,
             struct map_line *lines, int *lines_count, int cap)
{
    for (int l = 0; l < a->lines_count; l++) {
        const struct map_line *line = &a->lines[l];
        int edges = line->closed ? line->count : line->count - 1;
        if (edges < 1) {
            continue;
        }
        float *at = arena_zalloc(arena, (size_t)edges * 2, 2 * sizeof *at);
        int run = 0; /* corners of the run that is open */
        for (int i = 0; i <= edges && *lines_count < cap; i++) {
            const float *p = &line->xy[2 * (i % line->count)];
            const float *q = &line->xy[2 * ((i + 1) % line->count)];
            if (i < edges && edge_is_near(b, p, q, limit)) {
                if (run == 0) {
                    memcpy(&at[2 * run++], p, 2 * sizeof *at);
                }
                memcpy(&at[2 * run++], q, 2 * sizeof *at);
            } else if (run) {
                lines[(*lines_count)++] = (struct map_line){.xy = at, .count = run};
                at += 2 * run;
                run = 0;
            }
        }
    }
}

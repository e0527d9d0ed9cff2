/* From shares of a canvas to whole pixels; and what its viewers can read. */
#include <math.h>
#include <string.h>

#include "layouts/scene.h"

/* Where the tracks begin and end: count + 1 lines over length pixels, in proportion, rounded, those
 * within half a gap of a seam moved onto it. */
static void
lines(const double *shares, int count, int length, int tiles, int gap, int *out)
{
    double sum = 0, before = 0;
    for (int i = 0; i < count; i++) {
        sum += shares[i];
    }
    out[0] = 0;
    for (int i = 0; i < count; i++) {
        before += shares[i];
        double at = before / sum * length;
        double tile = (double)length / tiles;
        double seam = round(at / tile) * tile;
        if (tiles > 1 && fabs(seam - at) <= gap / 2.0) {
            at = seam;
        }
        out[i + 1] = (int)lround(at);
    }
}

/* One axis of a panel's box: from line to line, inside the margin at the canvas's edges and half a
 * gap at lines within (so that two neighbours are one gap apart). */
static void
span(int from, int to, int length, int margin, int gap, bool flush, int *at, int *size)
{
    int low = from, high = to;
    if (!flush) {
        low += from == 0 ? margin : gap / 2;
        high -= to == length ? margin : gap - gap / 2;
    }
    *at = low;
    *size = high - low;
}

/* Least room a kind can say anything in, in pixels of a canvas 1080 high. */
static void
least(enum panel_kind kind, int *w, int *h)
{
    static const int LEAST[PANEL_KIND_COUNT][2] = {
        [PANEL_HEADER] = {640, 56}, [PANEL_KPI] = {480, 56},        [PANEL_GAUGES] = {420, 160},
        [PANEL_TREND] = {320, 120}, [PANEL_CATEGORIES] = {320, 96}, [PANEL_MAP] = {240, 200},
        [PANEL_HOT] = {320, 96},    [PANEL_WHISTLES] = {320, 88},   [PANEL_TIMEBAR] = {320, 64},
        [PANEL_BOARD] = {420, 120}, [PANEL_ALARMS] = {420, 120},
    };
    *w = LEAST[kind][0];
    *h = LEAST[kind][1];
}

static bool
overlap(const struct panel_rect *a, const struct panel_rect *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static void
leave_out(struct scene *scene, int i, const char *why, struct buf *notes)
{
    if (notes && scene->panels[i].rect.w > 0) {
        buf_printf(notes, "%s: panel '%s' is left out: %s\n", scene->name, scene->panels[i].id,
                   why);
    }
    scene->panels[i].rect = (struct panel_rect){0};
}

static void
place_in_grid(struct scene *scene, int w, int h, double scale)
{
    int columns[SCENE_TRACKS + 1], rows[SCENE_TRACKS + 1];
    const struct scene_grid *grid = &scene->grid;
    int margin = (int)lround(grid->margin * scale), gap = (int)lround(grid->gap * scale);
    lines(grid->columns, grid->columns_count, w, scene->tiles_x, gap, columns);
    /* Rows follow the content: horizontal seams are the painters' (scene_seam_shift). */
    lines(grid->rows, grid->rows_count, h, 1, gap, rows);
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &scene->places[i];
        if (place->in_grid) {
            struct panel_rect *rect = &scene->panels[i].rect;
            span(columns[place->column[0]], columns[place->column[1] + 1], w, margin, gap,
                 place->flush, &rect->x, &rect->w);
            span(rows[place->row[0]], rows[place->row[1] + 1], h, margin, gap, place->flush,
                 &rect->y, &rect->h);
        }
    }
}

static void
place_boxes(struct scene *scene, int w, int h)
{
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &scene->places[i];
        if (place->in_grid) {
            continue;
        }
        double sx = (double)w / scene->canvas_w, sy = (double)h / scene->canvas_h;
        int x0 = 0, y0 = 0;
        if (place->inside >= 0) {
            const struct panel_rect *parent = &scene->panels[place->inside].rect;
            x0 = parent->x;
            y0 = parent->y;
        }
        struct panel_rect *rect = &scene->panels[i].rect;
        rect->x = x0 + (int)lround(place->box[0] * sx);
        rect->y = y0 + (int)lround(place->box[1] * sy);
        rect->w = x0 + (int)lround((place->box[0] + place->box[2]) * sx) - rect->x;
        rect->h = y0 + (int)lround((place->box[1] + place->box[3]) * sy) - rect->y;
        if (place->inside >= 0) { /* rounding must not push it over its parent's edge */
            const struct panel_rect *parent = &scene->panels[place->inside].rect;
            int right = parent->x + parent->w, bottom = parent->y + parent->h;
            rect->w = rect->x + rect->w > right ? right - rect->x : rect->w;
            rect->h = rect->y + rect->h > bottom ? bottom - rect->y : rect->h;
        }
    }
}

void
scene_solve(struct scene *scene, int w, int h, struct buf *notes)
{
    double scale = fmin((double)w / scene->canvas_w, (double)h / scene->canvas_h);
    double unit = h / 1080.0;
    scene->solved_w = w;
    scene->solved_h = h;
    place_in_grid(scene, w, h, scale);
    place_boxes(scene, w, h);
    for (int i = 0; i < scene->panels_count; i++) {
        int least_w, least_h;
        least(scene->panels[i].kind, &least_w, &least_h);
        const struct panel_rect *rect = &scene->panels[i].rect;
        if (rect->w < least_w * unit || rect->h < least_h * unit) {
            leave_out(scene, i, "too little room", notes);
        }
    }
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &scene->places[i];
        if (place->inside >= 0 && scene->panels[place->inside].rect.w == 0) {
            leave_out(scene, i, "the panel it is inside is left out", notes);
        }
    }
    for (int i = 0; i < scene->panels_count; i++) {
        for (int j = i + 1; j < scene->panels_count; j++) {
            const struct panel *a = &scene->panels[i], *b = &scene->panels[j];
            if (scene->places[i].inside == scene->places[j].inside && a->rect.w && b->rect.w &&
                overlap(&a->rect, &b->rect)) {
                leave_out(scene, a->priority > b->priority ? i : j, "no room beside another",
                          notes);
            }
        }
    }
}

int
scene_seam_shift(const struct scene *scene, int y, int h)
{
    for (int i = 1; i < scene->tiles_y; i++) {
        int seam = (int)lround((double)scene->solved_h * i / scene->tiles_y);
        if (y < seam && y + h > seam) {
            int up = seam - (y + h), down = seam - y;
            return -up < down ? up : down;
        }
    }
    return 0;
}

double
scene_arc_minutes(const struct scene *scene, double px)
{
    double height_mm = px / 1080 * scene->wall_height_mm;
    return 2 * atan(height_mm / 2 / (scene->farthest_m * 1000)) * (180 * 60 / M_PI);
}

int
scene_check_legibility(const struct scene *scene, const struct scene_text *texts, size_t count,
                       struct yaml_report *report)
{
    int found = 0;
    for (int i = 0; i < scene->panels_count; i++) {
        for (size_t t = 0; t < count; t++) {
            const struct scene_text *text = &texts[t];
            if (text->kind != scene->panels[i].kind) {
                continue;
            }
            double needs = !text->body ? 16 : text->chinese ? 25 : 22;
            double has = scene_arc_minutes(scene, text->px);
            if (has < needs) {
                found++;
                yaml_error_at(report, scene->name, 0, 0,
                              "panel '%s': %s text of %.0f px is %.1f′ high for the farthest "
                              "viewer (%.1f m), needs %.0f′; use at least %.0f px or move the "
                              "viewer closer",
                              scene->panels[i].id, text->role, text->px, has, scene->farthest_m,
                              needs, ceil(text->px * needs / has));
            }
        }
    }
    return found;
}

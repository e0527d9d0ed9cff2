#include "render/legible.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/draw_list.h"
#include "render/extent.h"
#include "render/paint_part.h"
#include "render/renderer_inside.h"
#include "render/sight.h"

/* Contrast of WCAG 2.2: text, and text that is large (24 px at arm's length: 40′ at any distance),
 * and marks. */
#define LEAST_CONTRAST 4.5
#define LEAST_CONTRAST_LARGE 3.0
#define LARGE_MINUTES 40.0
/* Two colours with different meaning differ enough in luminance, or else clearly in colour. */
#define LEAST_APART 1.3
#define LEAST_DIFFERENCE 40.0

/* Read in full by everyone: body. Captions and small text only have to be made out. A text whose
 * painter does not say what it is counts as body. */
static bool
is_body(int role)
{
    return role != 1 + THEME_CAPTION && role != 1 + THEME_SMALL;
}

static const char *
role_name(int role)
{
    return role == 0 ? "unnamed" : theme_type_name((enum theme_type)(role - 1));
}

static const enum theme_colour MEANING[LEGIBLE_COLOUR_COUNT] = {
    [LEGIBLE_DATA] = THEME_DATA, [LEGIBLE_DATA2] = THEME_DATA2, [LEGIBLE_AMBER] = THEME_AMBER,
    [LEGIBLE_RED] = THEME_RED,   [LEGIBLE_GREEN] = THEME_GREEN,
};

/* ---- what lies under a place ---- */

static bool
in_triangle(const float *c, float x, float y)
{
    float sides[3];
    for (int i = 0; i < 3; i++) {
        const float *a = c + i * 2, *b = c + (i + 1) % 3 * 2;
        sides[i] = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
    }
    return (sides[0] >= 0 && sides[1] >= 0 && sides[2] >= 0) ||
           (sides[0] <= 0 && sides[1] <= 0 && sides[2] <= 0);
}

/* Whether an opaque fill of the list covers the place. */
static bool
covers(const struct draw_list *list, const struct draw_command *c, float x, float y)
{
    const float *at = c->at;
    if ((c->colour & 0xff) != 0xff || x < (float)c->clip.x0 || x >= (float)c->clip.x1 ||
        y < (float)c->clip.y0 || y >= (float)c->clip.y1) {
        return false;
    }
    switch (c->kind) {
    case DRAW_KIND_RECT:
        return x >= at[0] && x < at[0] + at[2] && y >= at[1] && y < at[1] + at[3];
    case DRAW_KIND_DISC:
        return hypotf(x - at[0], y - at[1]) < at[2];
    case DRAW_KIND_TRIANGLE:
        return in_triangle(at, x, y);
    case DRAW_KIND_TRIANGLES:
        for (uint32_t i = 0; i < c->count; i++) {
            if (in_triangle(list->floats + c->data + (size_t)i * 6, x, y)) {
                return true;
            }
        }
        return false;
    default:
        return false;
    }
}

static bool
topmost(const struct draw_list *list, size_t before, float x, float y, uint32_t *colour)
{
    for (size_t i = before; list && i-- > 0;) {
        if (covers(list, &list->commands[i], x, y)) {
            *colour = list->commands[i].colour;
            return true;
        }
    }
    return false;
}

/* The ground under command `before` of a panel's list: of the list itself, of the map's ground, of
 * the panels below, of the canvas. */
static uint32_t
ground_at(struct renderer *renderer, int panel, size_t before, float x, float y)
{
    uint32_t colour = renderer->theme.colours[THEME_GROUND];
    for (int i = panel; i >= 0; i--) {
        const struct layer *layer = &renderer->layers[i];
        struct panel_rect r = renderer->scene.panels[i].rect;
        bool inside =
            x >= (float)r.x && y >= (float)r.y && x < (float)(r.x + r.w) && y < (float)(r.y + r.h);
        size_t end = i == panel ? before : layer->shown->count;
        if (!inside) {
            continue;
        }
        if (topmost(layer->shown, end, x, y, &colour) ||
            (layer->ground_list &&
             topmost(layer->ground_list, layer->ground_list->count, x, y, &colour))) {
            return colour;
        }
    }
    return colour;
}

/* ---- looking ---- */

static bool
has_chinese(struct str s)
{
    for (size_t at = 0; at < s.len;) {
        if (utf8_next(s, &at) >= 0x2e80) {
            return true;
        }
    }
    return false;
}

/* Whole characters of them. */
static void
keep_words(char out[64], struct str words)
{
    snprintf(out, 64, "%.*s", STR_ARG(paint_part_cut(words, 63)));
}

static struct text_style
style_of(const struct draw_command *c)
{
    return (struct text_style){(enum text_face)c->face, (enum text_weight)c->weight, c->size_px, 0};
}

static struct str
words_of(const struct draw_list *list, const struct draw_command *c)
{
    return (struct str){list->bytes + c->data, c->count};
}

static void
look_at_text(struct legible *legible, struct renderer *renderer, int panel, size_t index)
{
    const struct draw_list *list = renderer->layers[panel].shown;
    const struct draw_command *c = &list->commands[index];
    const struct scene *scene = &renderer->scene;
    struct str words = words_of(list, c);
    int role = c->role < LEGIBLE_ROLES ? c->role : 0;
    struct legible_text *seen = &legible->texts[panel][role];
    double minutes = scene_arc_minutes(scene, c->size_px / scene->unit);
    double least = scene_least_minutes(is_body(role), has_chinese(words));
    if (seen->count == 0 || minutes / least < seen->minutes / seen->least_minutes - 1e-9) {
        seen->px = c->size_px;
        seen->minutes = minutes;
        seen->least_minutes = least;
        keep_words(seen->words, words);
    }
    struct extent box = extent_of_text(renderer->text, style_of(c), c->at[0], c->at[1],
                                       (enum draw_align)c->align, words);
    float y = c->at[1] - (float)c->size_px * 0.35f;
    uint32_t ground =
        c->at[2] > 0 ? c->colour2 : ground_at(renderer, panel, index, (box.x0 + box.x1) / 2, y);
    double contrast = sight_contrast(c->colour, ground, SIGHT_FULL);
    double least_contrast = minutes >= LARGE_MINUTES ? LEAST_CONTRAST_LARGE : LEAST_CONTRAST;
    if (seen->count == 0 || contrast / least_contrast < seen->contrast / seen->least_contrast) {
        seen->contrast = contrast;
        seen->least_contrast = least_contrast;
        seen->ink = c->colour;
        seen->ground = ground;
    }
    seen->count++;
}

/* Where a mark is looked at against what lies around it: a place just outside of it. */
static bool
beside(const struct draw_command *c, float *x, float *y)
{
    const float *at = c->at;
    switch (c->kind) {
    case DRAW_KIND_RECT:
        *x = at[0] + at[2] + 2;
        *y = at[1] + at[3] / 2;
        return true;
    case DRAW_KIND_DISC:
        *x = at[0] + at[2] + at[3] + 2;
        *y = at[1];
        return true;
    case DRAW_KIND_ARC: /* the open end, below the middle */
        *x = at[0];
        *y = at[1] + at[2] + at[3];
        return true;
    case DRAW_KIND_TRIANGLE:
        *x = fmaxf(fmaxf(at[0], at[2]), at[4]) + 2;
        *y = (at[1] + at[3] + at[5]) / 3;
        return true;
    default:
        return false;
    }
}

static void
look_at_mark(struct legible *legible, struct renderer *renderer, int panel, size_t index)
{
    const struct draw_command *c = &renderer->layers[panel].shown->commands[index];
    float x, y;
    if ((c->colour & 0xff) != 0xff || !beside(c, &x, &y)) {
        return;
    }
    for (int i = 0; i < LEGIBLE_COLOUR_COUNT; i++) {
        if (renderer->theme.colours[MEANING[i]] != c->colour) {
            continue;
        }
        struct legible_mark *mark = &legible->marks[panel][i];
        uint32_t ground = ground_at(renderer, panel, index, x, y);
        double contrast = sight_contrast(c->colour, ground, SIGHT_FULL);
        if (contrast > 1.001 && (mark->count == 0 || contrast < mark->contrast)) {
            mark->contrast = contrast;
            mark->ground = ground;
        }
        mark->count += contrast > 1.001; /* two marks of one colour side by side are one */
    }
}

/* ---- room ---- */

/* Of a panel, without a map's names, which keep off each other themselves. */
#define MAX_TEXTS 1024

static void
note_crowded(struct legible_crowded *crowded, struct str words, struct str other)
{
    if (crowded->count++ == 0) {
        keep_words(crowded->words, words);
        keep_words(crowded->other, other);
    }
}

/* Texts outside the panel, on each other, on an arc. */
static void
look_at_room(struct legible *legible, struct renderer *renderer, int panel)
{
    const struct draw_list *list = renderer->layers[panel].shown;
    struct legible_crowded *crowded = legible->crowded[panel];
    struct extent boxes[MAX_TEXTS];
    struct str said[MAX_TEXTS];
    int count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        if (c->kind != DRAW_KIND_TEXT) {
            continue;
        }
        struct str words = words_of(list, c);
        struct extent box = extent_of_text(renderer->text, style_of(c), c->at[0], c->at[1],
                                           (enum draw_align)c->align, words);
        if (extent_leaves(&box, renderer->scene.panels[panel].rect)) {
            note_crowded(&crowded[LEGIBLE_OUTSIDE], words, STR(""));
        }
        if (c->at[2] > 0 || count == MAX_TEXTS) {
            continue;
        }
        for (int k = 0; k < count; k++) {
            if (extent_meet(&box, &boxes[k])) {
                note_crowded(&crowded[LEGIBLE_ON_TEXT], words, said[k]);
            }
        }
        boxes[count] = box;
        said[count++] = words;
    }
    for (size_t i = 0; i < list->count; i++) {
        for (int k = 0; list->commands[i].kind == DRAW_KIND_ARC && k < count; k++) {
            if (extent_on_arc(&boxes[k], list->commands[i].at)) {
                note_crowded(&crowded[LEGIBLE_ON_ARC], said[k], STR(""));
            }
        }
    }
}

/* ---- words ---- */

/* Counts of a window; what is open or overdue is so at the moment. */
static bool
is_of_window(const struct snapshot_key *key)
{
    return key->measure < SNAPSHOT_OPEN;
}

static bool
is_of_surveys(const struct snapshot_key *key)
{
    return key->measure >= SNAPSHOT_EFFECTIVE && key->measure <= SNAPSHOT_BASIC;
}

static bool
says(struct str words, const char *part)
{
    size_t len = strlen(part);
    for (size_t i = 0; len > 0 && i + len <= words.len; i++) {
        if (memcmp(words.ptr + i, part, len) == 0) {
            return true;
        }
    }
    return false;
}

/* What of the frame's figures no word within reach explains. */
static void
look_for_words(struct legible *legible, struct renderer *renderer)
{
    size_t count;
    const struct renderer_figure *figures = renderer_figures(renderer, &count);
    unsigned has[SCENE_PANELS] = {0}, by[SCENE_PANELS] = {0};
    bool clock = false;
    for (size_t i = 0; i < count; i++) {
        const struct snapshot_key *key = &figures[i].key;
        if (figures[i].has_key && is_of_window(key)) {
            has[figures[i].panel] |= 1u << key->window;
        }
        if (figures[i].has_key && is_of_surveys(key)) {
            by[figures[i].panel] |= 1u << key->by;
        }
    }
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        const struct draw_list *list = renderer->layers[i].shown;
        unsigned said = 0, said_by = 0;
        for (size_t k = 0; renderer->scene.panels[i].rect.w > 0 && k < list->count; k++) {
            const struct draw_command *c = &list->commands[k];
            struct str words = words_of(list, c);
            for (int w = 0; c->kind == DRAW_KIND_TEXT && w < SNAPSHOT_WINDOW_COUNT; w++) {
                said |= says(words, paint_part_window(w)) ? 1u << w : 0;
            }
            for (int b = 0; c->kind == DRAW_KIND_TEXT && b < SNAPSHOT_BY_COUNT; b++) {
                said_by |= says(words, paint_part_by(b)) ? 1u << b : 0;
            }
            clock |= c->kind == DRAW_KIND_TEXT && c->role == 1 + THEME_CLOCK;
        }
        legible->has_window[i] |= has[i];
        legible->lacks_window[i] |= has[i] & ~said;
        legible->has_by[i] |= by[i];
        legible->lacks_by[i] |= by[i] & ~said_by;
    }
    legible->has_figures |= count > 0;
    legible->lacks_time |= count > 0 && !clock;
}

void
legible_look(struct legible *legible, struct renderer *renderer)
{
    look_for_words(legible, renderer);
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        const struct draw_list *list = renderer->layers[i].shown;
        if (renderer->scene.panels[i].rect.w <= 0) {
            continue;
        }
        look_at_room(legible, renderer, i);
        left_out_add(&legible->left_out[i], list, NULL);
        for (size_t k = 0; k < list->count; k++) {
            if (list->commands[k].kind == DRAW_KIND_TEXT) {
                look_at_text(legible, renderer, i, k);
            } else {
                look_at_mark(legible, renderer, i, k);
            }
        }
    }
}

/* ---- telling ---- */

/* "dim", or "#8fa1b3" for what is no colour of the theme. */
static const char *
colour_name(const struct theme *theme, uint32_t colour, char out[16])
{
    for (int i = 0; i < THEME_COLOUR_COUNT; i++) {
        if (theme->colours[i] >> 8 == colour >> 8) {
            return theme_colour_name((enum theme_colour)i);
        }
    }
    snprintf(out, 16, "#%06x", colour >> 8);
    return out;
}

static int
check_text(const struct legible_text *seen, int role, const struct scene *scene,
           const struct theme *theme, const struct panel *panel, struct yaml_report *report)
{
    const struct scene_grid *grid = &scene->grids[scene->grid_now];
    char ink[16], ground[16];
    int found = 0;
    if (seen->minutes < seen->least_minutes) {
        found++;
        yaml_error_at(
            report, scene->file, grid->viewing_line, grid->viewing_column,
            "panel '%s' on %dx%d: %s text of %d px ('%s') is %.1f′ high for the farthest "
            "viewer (%.1f m), needs %.0f′; use at least %.0f px or move the viewer closer",
            panel->id, scene->solved_w, scene->solved_h, role_name(role), seen->px, seen->words,
            seen->minutes, scene->farthest_m, seen->least_minutes,
            ceil(seen->px * seen->least_minutes / seen->minutes));
    }
    if (seen->contrast < seen->least_contrast) {
        found++;
        yaml_error_at(report, scene->file, 0, 0,
                      "panel '%s' with theme '%s': %s text in %s on %s has a contrast of %.2f, "
                      "needs %.1f",
                      panel->id, theme->name, role_name(role), colour_name(theme, seen->ink, ink),
                      colour_name(theme, seen->ground, ground), seen->contrast,
                      seen->least_contrast);
    }
    return found;
}

static int
check_mark(const struct legible_mark *mark, enum legible_colour colour, const struct scene *scene,
           const struct theme *theme, const struct panel *panel, struct yaml_report *report)
{
    char ground[16];
    if (mark->count == 0 || mark->contrast >= LEAST_CONTRAST_LARGE) {
        return 0;
    }
    yaml_error_at(
        report, scene->file, 0, 0,
        "panel '%s' with theme '%s': marks in %s on %s have a contrast of %.2f, need %.1f",
        panel->id, theme->name, theme_colour_name(MEANING[colour]),
        colour_name(theme, mark->ground, ground), mark->contrast, LEAST_CONTRAST_LARGE);
    return 1;
}

/* The colours that carry meaning, and by what else than colour the wall tells them apart: colour is
 * never alone. */
static const struct {
    enum theme_colour a, b;
    const char *also;
} PAIRS[] = {
    {THEME_DATA, THEME_AMBER, "map: size, a ring; rates: weight, the tick"},
    {THEME_DATA, THEME_RED, "map: size, a ring; clocks: words, a minus sign"},
    {THEME_AMBER, THEME_RED, "map: size; clocks: words, a minus sign"},
};

static int
check_pairs(const struct scene *scene, const struct theme *theme, struct yaml_report *report)
{
    int found = 0;
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        uint32_t a = theme->colours[PAIRS[i].a], b = theme->colours[PAIRS[i].b];
        for (int s = 0; s < SIGHT_COUNT; s++) {
            double contrast = sight_contrast(a, b, (enum sight)s);
            double difference = sight_difference(a, b, (enum sight)s);
            if (contrast < LEAST_APART && difference < LEAST_DIFFERENCE) {
                found++;
                yaml_error_at(report, scene->file, 0, 0,
                              "theme '%s': %s and %s are too alike (%s sight: contrast %.2f, "
                              "difference %.0f); make one lighter or darker by a contrast of %.1f",
                              theme->name, theme_colour_name(PAIRS[i].a),
                              theme_colour_name(PAIRS[i].b), sight_name((enum sight)s), contrast,
                              difference, LEAST_APART);
            }
        }
    }
    return found;
}

static int
check_words(const struct legible *legible, const struct scene *scene, struct yaml_report *report)
{
    int found = legible->lacks_time;
    if (legible->lacks_time) {
        yaml_error_at(report, scene->file, 0, 0,
                      "on %dx%d figures are shown and no clock says of which moment they are; give "
                      "the scene a header panel",
                      scene->solved_w, scene->solved_h);
    }
    for (int i = 0; i < scene->panels_count; i++) {
        for (int w = 0; w < SNAPSHOT_WINDOW_COUNT; w++) {
            if (legible->lacks_window[i] >> w & 1) {
                found++;
                yaml_error_at(report, scene->file, 0, 0,
                              "panel '%s' on %dx%d: its figures are of a window that no word on it "
                              "names (%s); make it wider or higher",
                              scene->panels[i].id, scene->solved_w, scene->solved_h,
                              paint_part_window(w));
            }
        }
        for (int b = 0; b < SNAPSHOT_BY_COUNT; b++) {
            if (legible->lacks_by[i] >> b & 1) {
                found++;
                yaml_error_at(report, scene->file, 0, 0,
                              "panel '%s' on %dx%d: its figures are of surveys that no word on it "
                              "names (%s); make it wider or higher",
                              scene->panels[i].id, scene->solved_w, scene->solved_h,
                              paint_part_by(b));
            }
        }
    }
    return found;
}

static int
check_room(const struct legible_crowded *crowded, const struct scene *scene,
           const struct panel *panel, struct yaml_report *report)
{
    static const char *const WHAT[LEGIBLE_CROWD_COUNT] = {
        [LEGIBLE_OUTSIDE] = "lies outside of it",
        [LEGIBLE_ON_TEXT] = "lies on another text",
        [LEGIBLE_ON_ARC] = "lies on an arc",
    };
    int found = 0;
    for (int i = 0; i < LEGIBLE_CROWD_COUNT; i++) {
        if (crowded[i].count > 0) {
            const char *other = crowded[i].other;
            found++;
            yaml_error_at(report, scene->file, 0, 0,
                          "panel '%s' on %dx%d: '%s' %s%s%s%s%s; make the panel wider or higher, "
                          "or move the viewer closer",
                          panel->id, scene->solved_w, scene->solved_h, crowded[i].words, WHAT[i],
                          other[0] ? " ('" : "", other, other[0] ? "')" : "",
                          crowded[i].count > 1 ? ", and others do" : "");
        }
    }
    return found;
}

int
legible_check(const struct legible *legible, const struct scene *scene, const struct theme *theme,
              struct yaml_report *report)
{
    int found = check_words(legible, scene, report);
    for (int i = 0; i < scene->panels_count; i++) {
        found += check_room(legible->crowded[i], scene, &scene->panels[i], report);
        for (int role = 0; role < LEGIBLE_ROLES; role++) {
            if (legible->texts[i][role].count > 0) {
                found += check_text(&legible->texts[i][role], role, scene, theme, &scene->panels[i],
                                    report);
            }
        }
        for (int c = 0; c < LEGIBLE_COLOUR_COUNT; c++) {
            found += check_mark(&legible->marks[i][c], (enum legible_colour)c, scene, theme,
                                &scene->panels[i], report);
        }
    }
    return found + check_pairs(scene, theme, report);
}

static void
table_marks(const struct legible_mark *marks, const char *panel, const struct theme *theme,
            struct buf *out)
{
    char ground[16];
    for (int c = 0; c < LEGIBLE_COLOUR_COUNT; c++) {
        if (marks[c].count > 0) {
            buf_printf(out, "  %-14s %-10s %5d %34.2f %6.1f  %s on %s\n", panel, "marks",
                       marks[c].count, marks[c].contrast, LEAST_CONTRAST_LARGE,
                       theme_colour_name(MEANING[c]), colour_name(theme, marks[c].ground, ground));
        }
    }
}

static void
table_pairs(const struct theme *theme, struct buf *out)
{
    buf_printf(out,
               "  colours apart, by contrast and difference (least %.1f or %.0f), and by what "
               "else:\n",
               LEAST_APART, LEAST_DIFFERENCE);
    for (size_t p = 0; p < sizeof PAIRS / sizeof *PAIRS; p++) {
        uint32_t a = theme->colours[PAIRS[p].a], b = theme->colours[PAIRS[p].b];
        char pair[48];
        snprintf(pair, sizeof pair, "%s, %s", theme_colour_name(PAIRS[p].a),
                 theme_colour_name(PAIRS[p].b));
        buf_printf(out, "  %-14s", pair);
        for (int s = 0; s < SIGHT_COUNT; s++) {
            double contrast = sight_contrast(a, b, (enum sight)s);
            buf_printf(out, "  %s %.2f, %.0f (%s);", sight_name((enum sight)s), contrast,
                       sight_difference(a, b, (enum sight)s),
                       contrast >= LEAST_APART ? "luminance" : "hue");
        }
        buf_printf(out, " %s\n", PAIRS[p].also);
    }
}

void
legible_table(const struct legible *legible, const struct scene *scene, const struct theme *theme,
              struct buf *out)
{
    char ink[16], ground[16];
    buf_printf(out, "%s on %dx%d, %.0f mm high, read from %.1f m, theme %s:\n", scene->name,
               scene->solved_w, scene->solved_h, scene->wall_height_mm, scene->farthest_m,
               theme->name);
    buf_printf(out, "  %-14s %-10s %5s %4s %8s %6s %9s %6s  %s\n", "panel", "text", "drawn", "px",
               "seen", "least", "contrast", "least", "palest");
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel *panel = &scene->panels[i];
        for (int role = 0; role < LEGIBLE_ROLES; role++) {
            const struct legible_text *seen = &legible->texts[i][role];
            if (seen->count > 0) {
                buf_printf(out, "  %-14s %-10s %5d %4d %7.1f′ %5.0f′ %9.2f %6.1f  %s on %s\n",
                           panel->id, role_name(role), seen->count, seen->px, seen->minutes,
                           seen->least_minutes, seen->contrast, seen->least_contrast,
                           colour_name(theme, seen->ink, ink),
                           colour_name(theme, seen->ground, ground));
            }
        }
        table_marks(legible->marks[i], panel->id, theme, out);
    }
    table_pairs(theme, out);
}

void
legible_left_out(const struct legible *legible, const struct scene *scene, struct buf *out)
{
    for (int i = 0; i < scene->panels_count; i++) {
        left_out_tell(&legible->left_out[i], scene, i, out);
    }
}

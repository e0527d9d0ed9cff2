#include "render/legible.h"

#include "render/sight.h"

#include <math.h>
#include <stdio.h>

/* Contrast of WCAG 2.2: text, and text that is large (24 px at arm's length: 40′ at any distance).
 */
#define LEAST_CONTRAST 4.5
#define LEAST_CONTRAST_LARGE 3.0
#define LARGE_MINUTES 40.0
/* Two colours with different meaning differ enough in luminance, or else clearly in colour. */
#define LEAST_APART 1.3
#define LEAST_DIFFERENCE 40.0

/* Read in full by everyone: body. Captions and small text only have to be made out. */
struct role {
    enum panel_kind kind;
    enum theme_type type;
    bool body, chinese;
};

static const struct role ROLES[] = {
    {PANEL_HEADER, THEME_HEADLINE, true, true},
    {PANEL_HEADER, THEME_NAME, true, true},
    {PANEL_HEADER, THEME_LIST, true, true},
    {PANEL_HEADER, THEME_CLOCK, true, false},
    {PANEL_KPI, THEME_KPI, true, false},
    {PANEL_KPI, THEME_CAPTION, false, true},
    {PANEL_GAUGES, THEME_TITLE, true, true},
    {PANEL_GAUGES, THEME_NAME, true, true},
    {PANEL_GAUGES, THEME_BIG, true, false},
    {PANEL_GAUGES, THEME_CAPTION, false, true},
    {PANEL_GAUGES, THEME_SMALL, false, true},
    {PANEL_TREND, THEME_TITLE, true, true},
    {PANEL_TREND, THEME_CAPTION, false, true},
    {PANEL_TREND, THEME_SMALL, false, false},
    {PANEL_CATEGORIES, THEME_TITLE, true, true},
    {PANEL_CATEGORIES, THEME_LIST, true, true},
    {PANEL_CATEGORIES, THEME_CAPTION, false, true},
    {PANEL_MAP, THEME_TITLE, true, true},
    {PANEL_MAP, THEME_NAME, true, true},
    {PANEL_MAP, THEME_CAPTION, false, true},
    {PANEL_MAP, THEME_SMALL, false, true},
    {PANEL_HOT, THEME_LIST, true, true},
    {PANEL_HOT, THEME_CAPTION, false, true},
    {PANEL_WHISTLES, THEME_LIST, true, true},
    {PANEL_WHISTLES, THEME_CAPTION, false, true},
    {PANEL_TIMEBAR, THEME_SMALL, false, true},
    {PANEL_BOARD, THEME_TITLE, true, true},
    {PANEL_BOARD, THEME_NAME, true, true},
    {PANEL_BOARD, THEME_ROW_FIGURE, true, false},
    {PANEL_BOARD, THEME_CAPTION, false, true},
    {PANEL_BOARD, THEME_SMALL, false, true},
    {PANEL_ALARMS, THEME_TITLE, true, true},
    {PANEL_ALARMS, THEME_NAME, true, true},
    {PANEL_ALARMS, THEME_LIST, true, true},
    {PANEL_ALARMS, THEME_ROW_FIGURE, true, false},
    {PANEL_ALARMS, THEME_CAPTION, false, true},
};

#define ROLES_COUNT (sizeof ROLES / sizeof *ROLES)
#define NONE THEME_COLOUR_COUNT

/* What text lies on, by kind. */
static const enum theme_colour GROUNDS[PANEL_KIND_COUNT][3] = {
    [PANEL_HEADER] = {THEME_GROUND, NONE},
    [PANEL_KPI] = {THEME_GROUND, NONE},
    [PANEL_GAUGES] = {THEME_PANEL, NONE},
    [PANEL_TREND] = {THEME_PANEL, NONE},
    [PANEL_CATEGORIES] = {THEME_PANEL, NONE},
    [PANEL_MAP] = {THEME_PANEL, THEME_MAP_LAND, NONE},
    [PANEL_HOT] = {THEME_PANEL, NONE},
    [PANEL_WHISTLES] = {THEME_PANEL, NONE},
    [PANEL_TIMEBAR] = {THEME_PANEL, NONE},
    [PANEL_BOARD] = {THEME_PANEL, THEME_ROW, THEME_LAST_ROW},
    [PANEL_ALARMS] = {THEME_PANEL, THEME_ROW, NONE},
};

/* Body is ink or a signal; what is no body has the captions' colour. */
static const enum theme_colour INKS[2][4] = {{THEME_DIM, NONE, NONE, NONE},
                                             {THEME_INK, THEME_AMBER, THEME_RED, NONE}};

/* How a role is seen on a panel. */
struct seen {
    int px; /* of the canvas, as drawn */
    double minutes, least_minutes;
    double contrast, least_contrast; /* of the palest of its colours */
    enum theme_colour ink, ground;   /* that colour, and what it lies on */
};

static struct seen
look_at(const struct scene *scene, const struct theme *theme, const struct role *role)
{
    double size = theme->sizes[role->type][scene->kiosk_scale];
    struct seen seen = {.px = (int)lround(size * scene->unit), .contrast = HUGE_VAL};
    seen.minutes = scene_arc_minutes(scene, seen.px / scene->unit);
    seen.least_minutes = scene_least_minutes(role->body, role->chinese);
    seen.least_contrast = seen.minutes >= LARGE_MINUTES ? LEAST_CONTRAST_LARGE : LEAST_CONTRAST;
    for (int i = 0; i < 4 && INKS[role->body][i] != NONE; i++) {
        for (int g = 0; g < 3 && GROUNDS[role->kind][g] != NONE; g++) {
            enum theme_colour ink = INKS[role->body][i], ground = GROUNDS[role->kind][g];
            double contrast =
                sight_contrast(theme->colours[ink], theme->colours[ground], SIGHT_FULL);
            if (contrast < seen.contrast) {
                seen.contrast = contrast;
                seen.ink = ink;
                seen.ground = ground;
            }
        }
    }
    return seen;
}

/* The colours that carry meaning. */
static const enum theme_colour PAIRS[][2] = {
    {THEME_DATA, THEME_AMBER}, {THEME_DATA, THEME_RED}, {THEME_AMBER, THEME_RED}};

static int
check_pairs(const struct scene *scene, const struct theme *theme, struct yaml_report *report)
{
    int found = 0;
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        uint32_t a = theme->colours[PAIRS[i][0]], b = theme->colours[PAIRS[i][1]];
        for (int s = 0; s < SIGHT_COUNT; s++) {
            double contrast = sight_contrast(a, b, (enum sight)s);
            double difference = sight_difference(a, b, (enum sight)s);
            if (contrast < LEAST_APART && difference < LEAST_DIFFERENCE) {
                found++;
                yaml_error_at(report, scene->file, 0, 0,
                              "theme '%s': %s and %s are too alike (%s sight: contrast %.2f, "
                              "difference %.0f); make one lighter or darker by a contrast of %.1f",
                              theme->name, theme_colour_name(PAIRS[i][0]),
                              theme_colour_name(PAIRS[i][1]), sight_name((enum sight)s), contrast,
                              difference, LEAST_APART);
            }
        }
    }
    return found;
}

static int
check_role(const struct scene *scene, const struct theme *theme, const struct panel *panel,
           const struct role *role, struct yaml_report *report)
{
    const struct scene_grid *grid = &scene->grids[scene->grid_now];
    struct seen seen = look_at(scene, theme, role);
    const char *name = theme_type_name(role->type);
    int found = 0;
    if (seen.minutes < seen.least_minutes) {
        found++;
        yaml_error_at(report, scene->file, grid->viewing_line, grid->viewing_column,
                      "panel '%s' on %dx%d: %s text of %d px is %.1f′ high for the farthest viewer "
                      "(%.1f m), needs %.0f′; use at least %.0f px or move the viewer closer",
                      panel->id, scene->solved_w, scene->solved_h, name, seen.px, seen.minutes,
                      scene->farthest_m, seen.least_minutes,
                      ceil(seen.px * seen.least_minutes / seen.minutes));
    }
    if (seen.contrast < seen.least_contrast) {
        found++;
        yaml_error_at(report, scene->file, 0, 0,
                      "panel '%s' with theme '%s': %s text in %s on %s has a contrast of %.2f, "
                      "needs %.1f",
                      panel->id, theme->name, name, theme_colour_name(seen.ink),
                      theme_colour_name(seen.ground), seen.contrast, seen.least_contrast);
    }
    return found;
}

int
legible_check(const struct scene *scene, const struct theme *theme, struct yaml_report *report)
{
    int found = 0;
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel *panel = &scene->panels[i];
        for (size_t r = 0; r < ROLES_COUNT && panel->rect.w > 0; r++) {
            if (ROLES[r].kind == panel->kind) {
                found += check_role(scene, theme, panel, &ROLES[r], report);
            }
        }
    }
    return found + check_pairs(scene, theme, report);
}

void
legible_table(const struct scene *scene, const struct theme *theme, struct buf *out)
{
    buf_printf(out, "%s on %dx%d, %.0f mm high, read from %.1f m, theme %s:\n", scene->name,
               scene->solved_w, scene->solved_h, scene->wall_height_mm, scene->farthest_m,
               theme->name);
    buf_printf(out, "  %-14s %-10s %4s %8s %6s %9s %6s  %s\n", "panel", "text", "px", "seen",
               "least", "contrast", "least", "palest");
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel *panel = &scene->panels[i];
        for (size_t r = 0; r < ROLES_COUNT && panel->rect.w > 0; r++) {
            if (ROLES[r].kind != panel->kind) {
                continue;
            }
            struct seen seen = look_at(scene, theme, &ROLES[r]);
            buf_printf(out, "  %-14s %-10s %4d %7.1f′ %5.0f′ %9.2f %6.1f  %s on %s\n", panel->id,
                       theme_type_name(ROLES[r].type), seen.px, seen.minutes, seen.least_minutes,
                       seen.contrast, seen.least_contrast, theme_colour_name(seen.ink),
                       theme_colour_name(seen.ground));
        }
    }
    buf_printf(out, "  colours apart (contrast, difference; least %.1f or %.0f):\n", LEAST_APART,
               LEAST_DIFFERENCE);
    for (size_t p = 0; p < sizeof PAIRS / sizeof *PAIRS; p++) {
        uint32_t a = theme->colours[PAIRS[p][0]], b = theme->colours[PAIRS[p][1]];
        char pair[48];
        snprintf(pair, sizeof pair, "%s, %s", theme_colour_name(PAIRS[p][0]),
                 theme_colour_name(PAIRS[p][1]));
        buf_printf(out, "  %-14s", pair);
        for (int s = 0; s < SIGHT_COUNT; s++) {
            buf_printf(out, "  %s %.2f, %.0f%s", sight_name((enum sight)s),
                       sight_contrast(a, b, (enum sight)s), sight_difference(a, b, (enum sight)s),
                       s + 1 < SIGHT_COUNT ? ";" : "\n");
        }
    }
}

/* The craft of the glass: hairlines of whole pixels and one colour, baselines and edges on the
 * pixel grid, figures that never jump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/draw.h"
#include "render/theme.h"
#include "tests/gl/context.h"
#include "tests/golden/states.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct canvas {
    const char *scene;
    int w, h;
};

static const struct canvas canvases[] = {{"district-daily", 3840, 1080},
                                         {"district-daily", 3840, 2160},
                                         {"district-daily", 1920, 1080},
                                         {"street-duty", 1920, 1080},
                                         {"street-duty", 2560, 1440}};
enum { CANVASES = sizeof canvases / sizeof canvases[0] };

static struct renderer *
show(const struct canvas *canvas, enum renderer_backend backend, struct scene *scene)
{
    struct yaml_report report = {0};
    struct err err = {""};
    assert_true(scene_load(canvas->scene, scene, &report));
    scene_solve(scene, canvas->w, canvas->h, NULL);
    struct renderer *renderer = renderer_create(backend, &err);
    assert_non_null(renderer);
    assert_true(renderer_set_scene(renderer, scene, &report));
    yaml_report_free(&report);
    return renderer;
}

static void
draw_state(struct renderer *renderer, const char *name)
{
    struct states *states = states_create(name);
    struct renderer_frame frame = states_frame(states);
    renderer_draw(renderer, &frame);
    states_destroy(states);
}

/* ---- the pixel grid ---- */

static bool
is_whole(double v)
{
    return fabs(v - nearbyint(v)) < 1e-3;
}

/* Only bars, whose ends are data, may end inside a pixel; thin lines and words may not. */
static bool
line_is_on_grid(const char *line)
{
    double x, y, w, h;
    if (sscanf(line, "text %lf %lf ", &x, &y) == 2) {
        return is_whole(y);
    }
    if (sscanf(line, "rect %lf %lf %lf %lf ", &x, &y, &w, &h) == 4) {
        return is_whole(y) && is_whole(h) && (w > 8 || (is_whole(x) && is_whole(w)));
    }
    return true;
}

static void
test_pixel_grid(void **state)
{
    (void)state;
    static struct scene scene;
    int lines = 0, off = 0;
    for (int i = 0; i < CANVASES; i++) {
        struct renderer *renderer = show(&canvases[i], RENDERER_NULL, &scene);
        for (int k = 0; states_names[k]; k++) {
            struct buf lists = {0};
            draw_state(renderer, states_names[k]);
            renderer_dump_lists(renderer, &lists);
            buf_add(&lists, "", 1);
            for (char *line = lists.ptr; line && *line;) {
                char *end = strchr(line, '\n');
                if (end) {
                    *end = '\0';
                }
                if (!line_is_on_grid(line)) {
                    print_error("%s %dx%d %s: %s\n", canvases[i].scene, canvases[i].w,
                                canvases[i].h, states_names[k], line);
                    off++;
                }
                lines++;
                line = end ? end + 1 : NULL;
            }
            buf_free(&lists);
        }
        renderer_destroy(renderer);
    }
    assert_true(lines > 10000);
    assert_int_equal(off, 0);
}

/* ---- hairlines, as they are on the glass ---- */

static uint32_t
pixel(const uint8_t *pixels, int w, int x, int y)
{
    const uint8_t *p = pixels + ((size_t)y * (size_t)w + (size_t)x) * 4;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | 0xff;
}

/* How many rows of the column are of the colour, one under the other from y. */
static int
rows_of(const uint8_t *pixels, const struct scene *scene, int x, int y, uint32_t colour)
{
    int rows = 0;
    while (y + rows < scene->solved_h && pixel(pixels, scene->solved_w, x, y + rows) == colour) {
        rows++;
    }
    return rows;
}

static const struct panel *
panel_of(const struct scene *scene, enum panel_kind kind)
{
    for (int i = 0; i < scene->panels_count; i++) {
        if (scene->panels[i].kind == kind && scene->panels[i].rect.w > 0) {
            return &scene->panels[i];
        }
    }
    return NULL;
}

/* Under the header, from end to end: so many rows of one colour between grounds of one colour. */
static void
assert_header_line(const struct scene *scene, const uint8_t *pixels, const struct theme *theme,
                   int thickness)
{
    const struct panel_rect r = panel_of(scene, PANEL_HEADER)->rect;
    int y = r.y + r.h - thickness;
    for (int x = r.x; x < r.x + r.w; x++) {
        assert_int_equal(pixel(pixels, scene->solved_w, x, y - 1), theme->colours[THEME_GROUND]);
        assert_int_equal(rows_of(pixels, scene, x, y, theme->colours[THEME_LINE]), thickness);
    }
}

/* The trend's grid: in a column left of the first day's end lines of the colour are found, each of
 * exactly the thickness. */
static int
count_grid_lines(const struct scene *scene, const uint8_t *pixels, const struct theme *theme,
                 int thickness)
{
    const struct panel *trend = panel_of(scene, PANEL_TREND);
    int lines = 0;
    if (!trend) {
        return 0;
    }
    int x = trend->rect.x + (int)lroundf(90.0f * (float)scene->solved_h / 1080);
    for (int y = trend->rect.y + 60; y < trend->rect.y + trend->rect.h - 8; y++) {
        int rows = rows_of(pixels, scene, x, y, theme->colours[THEME_LINE]);
        if (rows > 0) {
            assert_int_equal(rows, thickness);
            assert_int_equal(pixel(pixels, scene->solved_w, x, y - 1), theme->colours[THEME_PANEL]);
            lines++;
            y += rows;
        }
    }
    return lines;
}

static void
test_hairlines(void **state)
{
    (void)state;
    static struct scene scene;
    struct yaml_report report = {0};
    for (int i = 0; i < CANVASES; i++) {
        struct theme theme;
        struct renderer *renderer = show(&canvases[i], RENDERER_GL, &scene);
        size_t bytes = (size_t)scene.solved_w * (size_t)scene.solved_h * 4;
        uint8_t *pixels = malloc(bytes);
        assert_non_null(pixels);
        assert_true(theme_load(scene.theme, &theme, &report));
        draw_state(renderer, "no-surveys");
        assert_true(renderer_read(renderer, pixels, bytes));
        int thickness = (int)lround((double)scene.solved_h / 1080);
        assert_header_line(&scene, pixels, &theme, thickness);
        if (i == 0) {
            assert_true(count_grid_lines(&scene, pixels, &theme, thickness) >= 3);
        }
        free(pixels);
        renderer_destroy(renderer);
    }
    yaml_report_free(&report);
}

/* ---- slanted edges ---- */

struct steps {
    int edges, hard; /* between two colours: all, and those with no colour between them */
};

/* From a to b, or back, at once or over one pixel that is neither. */
static void
look_at_edge(struct steps *steps, const uint32_t at[3], uint32_t a, uint32_t b)
{
    bool hard = (at[0] == a && at[1] == b) || (at[0] == b && at[1] == a);
    bool soft =
        at[1] != a && at[1] != b && ((at[0] == a && at[2] == b) || (at[0] == b && at[2] == a));
    steps->edges += hard || soft;
    steps->hard += hard;
}

static struct steps
find_steps(const uint8_t *pixels, const struct scene *scene, uint32_t a, uint32_t b)
{
    const struct panel_rect r = panel_of(scene, PANEL_MAP)->rect;
    struct steps steps = {0};
    int w = scene->solved_w;
    for (int y = r.y; y < r.y + r.h - 2; y++) {
        for (int x = r.x; x < r.x + r.w - 2; x++) {
            uint32_t here = pixel(pixels, w, x, y);
            const uint32_t across[3] = {here, pixel(pixels, w, x + 1, y),
                                        pixel(pixels, w, x + 2, y)};
            const uint32_t down[3] = {here, pixel(pixels, w, x, y + 1), pixel(pixels, w, x, y + 2)};
            look_at_edge(&steps, across, a, b);
            look_at_edge(&steps, down, a, b);
        }
    }
    return steps;
}

/* The river's banks have no stairs: between water and ground there is a pixel of neither, but where
 * the map ends and where the bank happens to pass between two pixels. */
static void
test_banks(void **state)
{
    (void)state;
    static struct scene scene;
    static const char *const themes[] = {"day", "night"};
    for (int i = 0; i < 2 * CANVASES; i++) {
        const struct canvas *canvas = &canvases[i / 2];
        struct yaml_report report = {0};
        struct theme theme;
        struct renderer *renderer = show(canvas, RENDERER_GL, &scene);
        snprintf(scene.theme, sizeof scene.theme, "%s", themes[i % 2]);
        assert_true(theme_load(scene.theme, &theme, &report));
        assert_true(renderer_set_scene(renderer, &scene, &report));
        draw_state(renderer, "nothing");
        size_t bytes = (size_t)scene.solved_w * (size_t)scene.solved_h * 4;
        uint8_t *pixels = malloc(bytes);
        assert_non_null(pixels);
        assert_true(renderer_read(renderer, pixels, bytes));
        uint32_t ground = theme.colours[scene.focus_street[0] ? THEME_MAP_OTHER : THEME_PANEL];
        struct steps steps = find_steps(pixels, &scene, theme.colours[THEME_MAP_WATER], ground);
        bool has_river = strcmp(canvas->scene, "district-daily") == 0;
        assert_true(steps.edges > (has_river ? 300 : -1));
        assert_true(steps.hard * 8 <= steps.edges);
        free(pixels);
        yaml_report_free(&report);
        renderer_destroy(renderer);
    }
}

/* ---- figures ---- */

/* Numbers of as many digits are equally wide, in both faces, every weight and every size that a
 * theme has: what is right-aligned or centred never moves when its digits change. */
static void
test_figures_never_jump(void **state)
{
    (void)state;
    struct err err = {""};
    struct yaml_report report = {0};
    struct theme theme;
    struct text *text = text_create(&err);
    assert_non_null(text);
    assert_true(theme_load("night", &theme, &report));
    int jumps = 0;
    for (int role = 0; role < THEME_TYPE_COUNT; role++) {
        for (int k = 0; k < TEXT_FACE_COUNT * TEXT_WEIGHT_COUNT; k++) {
            struct text_style style = {(enum text_face)(k / TEXT_WEIGHT_COUNT),
                                       (enum text_weight)(k % TEXT_WEIGHT_COUNT),
                                       theme.sizes[role][0], 0};
            char digits[] = "00:00:00 0,000.00%";
            float width = text_width(text, style, str_from(digits));
            for (char digit = '1'; digit <= '9'; digit++) {
                for (char *c = digits; *c; c++) {
                    *c = *c >= '0' && *c <= '9' ? digit : *c;
                }
                float now = text_width(text, style, str_from(digits));
                if (fabsf(now - width) > 0.01f) {
                    print_error("face %d weight %d, %d px: %s is %g px, not %g\n", style.face,
                                style.weight, style.size_px, digits, (double)now, (double)width);
                    jumps++;
                }
            }
        }
    }
    yaml_report_free(&report);
    text_destroy(text);
    assert_int_equal(jumps, 0);
}

/* Over a quarter of an hour, second by second: the header's dot, and so the texts beside it, stays
 * where it is. */
static void
test_clock_stands(void **state)
{
    (void)state;
    static struct scene scene;
    struct renderer *renderer = show(&canvases[0], RENDERER_NULL, &scene);
    struct states *states = states_create("sample");
    struct renderer_frame frame = states_frame(states);
    char first[64] = "";
    for (int s = 0; s < 900; s++) {
        struct buf lists = {0};
        frame.moment_ms += 1000;
        frame.feed.age_ms = s % 10 * 100;
        renderer_draw(renderer, &frame);
        renderer_dump_lists(renderer, &lists);
        buf_add(&lists, "", 1);
        char place[64];
        const char *disc = strstr(lists.ptr, "disc "); /* left of the freshness: its width */
        assert_non_null(disc);
        snprintf(place, sizeof place, "%.20s", disc);
        if (!first[0]) {
            snprintf(first, sizeof first, "%s", place);
        }
        assert_string_equal(place, first);
        buf_free(&lists);
    }
    states_destroy(states);
    renderer_destroy(renderer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixel_grid),   cmocka_unit_test(test_hairlines),
        cmocka_unit_test(test_banks),        cmocka_unit_test(test_figures_never_jump),
        cmocka_unit_test(test_clock_stands),
    };
    return cmocka_run_group_tests(tests, context_group_set_up, context_group_tear_down);
}

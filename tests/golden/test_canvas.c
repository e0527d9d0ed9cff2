/* The shipped scenes on every canvas they are meant for, in the states that ask most room: nothing
 * over anything else, nothing outside, no glyph across a seam, none too small to make out; and what
 * each says there, against what was looked at. No GPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/extent.h"
#include "render/text/text.h"
#include "tests/golden/golden.h"
#include "tests/golden/states.h"
#include "wall/base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXTS_MAX 2000

static struct text *measure;
static struct renderer *renderer; /* one for all: fonts are read once */
static struct scene scene;

static const char *const SCENES[] = {"district-daily", "street-duty"};
static const int CANVASES[][2] = {{1920, 1080}, {3840, 1080}, {3840, 2160},
                                  {7680, 2160}, {5760, 1080}, {1080, 1920}};

#define CANVASES_COUNT (sizeof CANVASES / sizeof *CANVASES)
/* Those that change what is written. */
static const char *const STATES[] = {"sample",      "empty",      "stale",   "zero",
                                     "full",        "no-surveys", "million", "long-names",
                                     "343-streets", "500-alarms", "past"};

/* Boston's map is the deployment's own: two quarters stand in for it. */
static char map_folder[] = "/tmp/wallboard-canvas-XXXXXX", map_file[96];

static bool
write_map(void)
{
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"neighborhood\":\"Roxbury\"},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[-71.1,42.3],[-71.05,42.3],[-71.05,42.34],"
        "[-71.1,42.34],[-71.1,42.3]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"neighborhood\":\"South End\"},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[-71.09,42.34],[-71.06,42.34],[-71.06,42.36],"
        "[-71.09,42.36],[-71.09,42.34]]]}}]}";
    struct err err = {""};
    if (!mkdtemp(map_folder)) {
        return false;
    }
    snprintf(map_file, sizeof map_file, "%s/boston_neighborhoods.geojson", map_folder);
    setenv("WALLBOARD_MAPS", map_folder, 1);
    return file_write(map_file, str_from(text), &err);
}

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    measure = text_create(&err);
    renderer = renderer_create(RENDERER_NULL, &err);
    return measure && renderer && write_map() ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    text_destroy(measure);
    renderer_destroy(renderer);
    remove(map_file);
    rmdir(map_folder);
    return 0;
}

/* One run of glyphs of a dumped draw list. */
struct run {
    struct extent box; /* what its glyphs may cover */
    bool halo;         /* lies on a map */
    int size_px;
    char words[200];
};

/* A panel's part of the dump. */
struct part {
    char id[64];
    struct panel_rect rect;
    struct run runs[TEXTS_MAX];
    int count;
};

static void
solve(const char *name, int w, int h, struct buf *notes)
{
    struct yaml_report report = {0};
    if (!scene_load(name, &scene, &report)) {
        fail_msg("%s", report.text.ptr);
    }
    scene_solve(&scene, w, h, notes);
    yaml_report_free(&report);
}

/* The lists of the scene as solved; the caller frees them. */
static struct buf
draw(const char *state)
{
    struct yaml_report report = {0};
    struct buf lists = {0};
    if (!renderer_set_scene(renderer, &scene, &report)) {
        fail_msg("%s", report.text.ptr);
    }
    struct states *states = states_create(state);
    assert_non_null(states);
    struct renderer_frame frame = states_frame(states);
    assert_true(renderer_draw(renderer, &frame));
    renderer_dump_lists(renderer, &lists);
    states_destroy(states);
    yaml_report_free(&report);
    return lists;
}

/* `text X Y align face weight size "words" …` to the box of its glyphs. */
static bool
read_run(const char *line, struct run *out)
{
    char align[8], face[8];
    int weight, size, at = 0;
    float x, y;
    if (sscanf(line, "text %f %f %7s %7s %d %d \"%n", &x, &y, align, face, &weight, &size, &at) <
            6 ||
        at == 0) {
        return false;
    }
    const char *end = strstr(line + at, "\" ");
    size_t len = end ? (size_t)(end - line - at) : 0;
    assert_true(len > 0 && len < sizeof out->words);
    memcpy(out->words, line + at, len);
    out->words[len] = '\0';
    out->halo = strncmp(end, "\" halo", 6) == 0;
    bool figures = strcmp(face, "figures") == 0;
    out->size_px = size;
    struct text_style style = {figures ? TEXT_FIGURES : TEXT_SANS,
                               weight == 600   ? TEXT_SEMIBOLD
                               : weight == 500 ? TEXT_MEDIUM
                                               : TEXT_REGULAR,
                               size, 0};
    enum draw_align aligned = align[0] == 'r'   ? DRAW_RIGHT
                              : align[0] == 'c' ? DRAW_CENTRE
                                                : DRAW_LEFT;
    out->box = extent_of_text(measure, style, x, y, aligned, str_from(out->words));
    return true;
}

/* Calls visit for every panel of the dump. */
static void
each_part(const struct buf *lists, void (*visit)(const struct part *, void *), void *user)
{
    static struct part part;
    part.id[0] = '\0';
    part.count = 0;
    for (const char *line = lists->ptr; line && *line;) {
        const char *end = strchr(line, '\n');
        struct panel_rect r;
        char id[64], text[512];
        snprintf(text, sizeof text, "%.*s", (int)(end - line), line);
        if (sscanf(text, "# %63s %d %d %d %d", id, &r.x, &r.y, &r.w, &r.h) == 5) {
            if (part.id[0]) {
                visit(&part, user);
            }
            snprintf(part.id, sizeof part.id, "%s", id);
            part.rect = r;
            part.count = 0;
        } else if (read_run(text, &part.runs[part.count])) {
            assert_true(++part.count < TEXTS_MAX);
        }
        line = end + 1;
    }
    visit(&part, user);
}

static void
complain(const char *what, const struct part *part, const struct run *run)
{
    print_error("%s on %dx%d: '%s' of %s %s (%.1f, %.1f to %.1f, %.1f)\n", scene.name,
                scene.solved_w, scene.solved_h, run->words, part->id, what, (double)run->box.x0,
                (double)run->box.y0, (double)run->box.x1, (double)run->box.y1);
}

static void
check_part(const struct part *part, void *user)
{
    int *wrong = user;
    for (int i = 0; i < part->count; i++) {
        const struct run *run = &part->runs[i];
        int x = (int)floorf(run->box.x0), y = (int)floorf(run->box.y0);
        if (extent_leaves(&run->box, part->rect)) {
            complain("lies outside its panel", part, run);
            ++*wrong;
        }
        if (scene_arc_minutes(&scene, run->size_px / scene.unit) <
            scene_least_minutes(false, false)) {
            complain("is too small for the farthest viewer", part, run);
            ++*wrong;
        }
        if (scene_seam_shift_x(&scene, x, (int)ceilf(run->box.x1) - x) != 0 ||
            scene_seam_shift(&scene, y, (int)ceilf(run->box.y1) - y) != 0) {
            complain("lies across a seam", part, run);
            ++*wrong;
        }
        for (int j = i + 1; j < part->count; j++) {
            if (!run->halo && !part->runs[j].halo && extent_meet(&run->box, &part->runs[j].box)) {
                complain("meets another text", part, run);
                complain("is that", part, &part->runs[j]);
                ++*wrong;
            }
        }
    }
}

static void
no_text_is_cut_crosses_or_is_too_small(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t k = 0; k < sizeof SCENES / sizeof *SCENES * CANVASES_COUNT; k++) {
        const int *canvas = CANVASES[k / (sizeof SCENES / sizeof *SCENES)];
        for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++) {
            solve(SCENES[k % (sizeof SCENES / sizeof *SCENES)], canvas[0], canvas[1], NULL);
            struct buf lists = draw(STATES[i]);
            int before = wrong;
            each_part(&lists, check_part, &wrong);
            if (wrong > before) {
                print_error("… in the state '%s'\n", STATES[i]);
            }
            buf_free(&lists);
        }
    }
    assert_int_equal(wrong, 0);
}

/* Walls of tiles that the scene files know nothing of: screens of 960 × 540 and of 1920 × 1080, and
 * what stands beside them in practice. */
static const struct {
    int w, h, tiles[2];
} WALLS[] = {
    {3840, 1080, {4, 2}}, {3840, 1080, {2, 1}}, {3840, 2160, {4, 4}}, {3840, 2160, {2, 2}},
    {3840, 2160, {3, 3}}, {7680, 2160, {8, 4}}, {7680, 2160, {4, 2}}, {5760, 1080, {6, 2}},
    {5760, 1080, {3, 1}}, {1920, 1080, {2, 2}}, {1920, 1080, {3, 3}}, {1080, 1920, {1, 2}},
    {1080, 1920, {2, 4}},
};
static const int BEZELS[] = {0, 8, 24};
static const char *const TILED[] = {"district-daily", "street-duty", "boston"};
static const char *const TILED_STATES[] = {"sample", "long-names", "stale", "empty"};

static void
check_wall(const char *name, size_t wall, int bezel, int *wrong)
{
    for (size_t i = 0; i < sizeof TILED_STATES / sizeof *TILED_STATES; i++) {
        int before = *wrong;
        solve(name, WALLS[wall].w, WALLS[wall].h, NULL);
        scene.wall = (struct scene_wall){.tiles = {WALLS[wall].tiles[0], WALLS[wall].tiles[1]},
                                         .has_bezel = true,
                                         .bezel = bezel};
        scene_solve(&scene, WALLS[wall].w, WALLS[wall].h, NULL);
        struct buf lists = draw(TILED_STATES[i]);
        each_part(&lists, check_part, wrong);
        buf_free(&lists);
        if (*wrong > before) {
            print_error("… on %dx%d tiles, bezel %d px, in the state '%s'\n", WALLS[wall].tiles[0],
                        WALLS[wall].tiles[1], bezel, TILED_STATES[i]);
        }
    }
}

static void
seams_and_bezels_are_kept_free(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t k = 0; k < sizeof TILED / sizeof *TILED; k++) {
        for (size_t wall = 0; wall < sizeof WALLS / sizeof *WALLS; wall++) {
            for (size_t b = 0; b < sizeof BEZELS / sizeof *BEZELS; b++) {
                check_wall(TILED[k], wall, BEZELS[b], &wrong);
            }
        }
    }
    assert_int_equal(wrong, 0);
}

/* Desktops, ultrawide screens and projectors that no arrangement was made for; and viewers half as
 * far away again as the file says. */
static void
other_shapes_and_viewers(void **state)
{
    (void)state;
    static const int OTHERS[][2] = {{1024, 768},  {1280, 1024}, {1366, 768}, {2560, 1080},
                                    {5120, 1440}, {1440, 2560}, {1920, 1200}};
    int wrong = 0;
    for (size_t k = 0; k < 6 * sizeof OTHERS / sizeof *OTHERS; k++) {
        const int *canvas = OTHERS[k / 6];
        solve(TILED[k % 3], canvas[0], canvas[1], NULL);
        if (k / 3 % 2) {
            scene.wall.farthest_m = scene.farthest_m * 1.5;
            scene_solve(&scene, canvas[0], canvas[1], NULL);
        }
        for (int i = 0; i < 2; i++) {
            struct buf lists = draw(i ? "long-names" : "sample");
            int before = wrong;
            each_part(&lists, check_part, &wrong);
            if (wrong > before) {
                print_error("… from %.1f m, in the state '%s'\n", scene.farthest_m,
                            i ? "long-names" : "sample");
            }
            buf_free(&lists);
        }
    }
    assert_int_equal(wrong, 0);
}

static bool
apart(const struct panel_rect *a, const struct panel_rect *b)
{
    return a->x + a->w <= b->x || b->x + b->w <= a->x || a->y + a->h <= b->y || b->y + b->h <= a->y;
}

static void
no_panel_lies_over_another(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty", "boston"};
    for (size_t k = 0; k < 3 * sizeof CANVASES / sizeof *CANVASES; k++) {
        const int *canvas = CANVASES[k / 3];
        solve(NAMES[k % 3], canvas[0], canvas[1], NULL);
        assert_true(scene.unit >= 1);
        for (int i = 0; i < scene.panels_count; i++) {
            const struct panel_rect *a = &scene.panels[i].rect;
            int inside = scene.grids[scene.grid_now].places[i].inside;
            assert_true(a->x >= 0 && a->y >= 0 && a->x + a->w <= canvas[0] &&
                        a->y + a->h <= canvas[1]);
            for (int j = i + 1; j < scene.panels_count; j++) {
                const struct panel_rect *b = &scene.panels[j].rect;
                if (scene.grids[scene.grid_now].places[j].inside == inside && a->w && b->w) {
                    assert_true(apart(a, b));
                }
            }
        }
    }
}

/* ---- what each says ---- */

static void
write_part(const struct part *part, void *user)
{
    struct buf *out = user;
    buf_printf(out, "# %s %d %d %d %d\n", part->id, part->rect.x, part->rect.y, part->rect.w,
               part->rect.h);
    for (int i = 0; i < part->count; i++) {
        const struct run *run = &part->runs[i];
        buf_printf(out, "%d %d %d %d %s\n", (int)lroundf(run->box.x0), (int)lroundf(run->box.y0),
                   (int)lroundf(run->box.x1 - run->box.x0), (int)lroundf(run->box.y1 - run->box.y0),
                   run->words);
    }
}

/* Where every text stands; shapes have their goldens on the scenes' own canvases. */
static void
every_canvas_as_looked_at(void **state)
{
    (void)state;
    int differ = 0;
    for (size_t s = 0; s < sizeof SCENES / sizeof *SCENES; s++) {
        for (size_t c = 0; c < sizeof CANVASES / sizeof *CANVASES; c++) {
            char name[128];
            struct buf out = {0};
            solve(SCENES[s], CANVASES[c][0], CANVASES[c][1], &out);
            struct buf lists = draw("sample");
            each_part(&lists, write_part, &out);
            snprintf(name, sizeof name, "canvas/%s-%dx%d.txt", SCENES[s], CANVASES[c][0],
                     CANVASES[c][1]);
            differ += !golden_text(name, buf_str(&out));
            buf_free(&lists);
            buf_free(&out);
        }
    }
    assert_int_equal(differ, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_panel_lies_over_another),
        cmocka_unit_test(no_text_is_cut_crosses_or_is_too_small),
        cmocka_unit_test(seams_and_bezels_are_kept_free),
        cmocka_unit_test(other_shapes_and_viewers),
        cmocka_unit_test(every_canvas_as_looked_at),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

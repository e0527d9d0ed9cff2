#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layouts/scene.h"

static void
load(const char *name, struct scene *scene)
{
    struct yaml_report report = {0};
    bool ok = scene_load(name, scene, &report);
    if (!ok) {
        fail_msg("%s", report.text.ptr);
    }
    yaml_report_free(&report);
}

/* A panel's box as measured on the design's picture, ±2 px. */
struct measured {
    const char *id;
    int x, y, w, h;
};

static void
assert_near(int a, int b, const char *id, const char *what)
{
    if (abs(a - b) > 2) {
        fail_msg("%s: %s is %d, measured %d", id, what, a, b);
    }
}

static void
assert_measured(const char *name, const struct measured *boxes, size_t count)
{
    struct scene scene;
    load(name, &scene);
    struct buf notes = {0};
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, &notes);
    assert_int_equal(notes.len, 0);
    for (size_t b = 0; b < count; b++) {
        const struct panel *panel = NULL;
        for (int i = 0; i < scene.panels_count; i++) {
            if (strcmp(scene.panels[i].id, boxes[b].id) == 0) {
                panel = &scene.panels[i];
            }
        }
        assert_non_null(panel);
        assert_near(panel->rect.x, boxes[b].x, panel->id, "left");
        assert_near(panel->rect.y, boxes[b].y, panel->id, "top");
        assert_near(panel->rect.x + panel->rect.w, boxes[b].x + boxes[b].w, panel->id, "right");
        assert_near(panel->rect.y + panel->rect.h, boxes[b].y + boxes[b].h, panel->id, "bottom");
    }
    buf_free(&notes);
}

static void
district_daily_is_arranged_as_designed(void **state)
{
    (void)state;
    static const struct measured BOXES[] = {
        {"header", 0, 0, 3840, 88},      {"gauges", 16, 176, 936, 380},
        {"trend", 16, 572, 936, 236},    {"categories", 16, 824, 936, 240},
        {"map", 968, 176, 1904, 888},    {"board", 2888, 176, 936, 500},
        {"alarms", 2888, 692, 936, 372},
    };
    assert_measured("district-daily", BOXES, sizeof BOXES / sizeof *BOXES);
}

static void
street_duty_is_arranged_as_designed(void **state)
{
    (void)state;
    static const struct measured BOXES[] = {
        {"header", 0, 0, 1920, 92},          {"alarms", 16, 108, 1000, 620},
        {"communities", 16, 744, 1000, 320}, {"gauges", 1032, 108, 872, 250},
        {"map", 1032, 374, 872, 690},
    };
    assert_measured("street-duty", BOXES, sizeof BOXES / sizeof *BOXES);
}

static bool
apart(const struct panel_rect *a, const struct panel_rect *b)
{
    return a->x + a->w <= b->x || b->x + b->w <= a->x || a->y + a->h <= b->y || b->y + b->h <= a->y;
}

/* On any canvas: inside it, nothing over a neighbour, boxes inside their parent. */
static void
assert_sound(struct scene *scene, int w, int h)
{
    scene_solve(scene, w, h, NULL);
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel_rect *a = &scene->panels[i].rect;
        assert_true(a->x >= 0 && a->y >= 0 && a->w >= 0 && a->h >= 0);
        assert_true(a->x + a->w <= w && a->y + a->h <= h);
        int inside = scene->grids[scene->grid_now].places[i].inside;
        if (inside >= 0 && a->w > 0) {
            const struct panel_rect *p = &scene->panels[inside].rect;
            assert_true(a->x >= p->x && a->y >= p->y && a->x + a->w <= p->x + p->w &&
                        a->y + a->h <= p->y + p->h);
        }
        for (int j = i + 1; j < scene->panels_count; j++) {
            const struct panel_rect *b = &scene->panels[j].rect;
            if (inside == scene->grids[scene->grid_now].places[j].inside && a->w && b->w) {
                assert_true(apart(a, b));
            }
        }
    }
}

static void
any_canvas_is_filled_soundly(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty", "boston"};
    static const int SIZES[][2] = {{3840, 1080}, {1920, 1080}, {1920, 540},  {7680, 2160},
                                   {1280, 720},  {3841, 1079}, {777, 333},   {320, 240},
                                   {1080, 1920}, {2160, 3840}, {5760, 1080}, {3840, 2160}};
    for (size_t n = 0; n < 3; n++) {
        struct scene scene;
        load(NAMES[n], &scene);
        for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++) {
            assert_sound(&scene, SIZES[s][0], SIZES[s][1]);
        }
    }
}

static const struct panel_rect *
rect_of(const struct scene *scene, const char *id)
{
    for (int i = 0; i < scene->panels_count; i++) {
        if (strcmp(scene->panels[i].id, id) == 0) {
            return &scene->panels[i].rect;
        }
    }
    fail_msg("no panel '%s'", id);
    return NULL;
}

static void
edges_land_on_seams(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    for (int w = 3000; w < 4200; w += 37) {
        scene_solve(&scene, w, 1080, NULL);
        double tile = w / 4.0;
        for (int i = 0; i < scene.panels_count; i++) {
            const struct scene_place *place = &scene.grids[scene.grid_now].places[i];
            if (place->in_grid && !place->flush) {
                const struct panel_rect *r = &scene.panels[i].rect;
                double left = r->x / tile, right = (r->x + r->w) / tile;
                assert_true((left - (int)left) * tile <= 17);
                assert_true((1 - (right - (int)right)) * tile <= 17);
            }
        }
    }
}

static void
bezels_stay_free(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    scene.grids[0].bezel = 7;
    scene_solve(&scene, 3840, 1080, NULL);
    const struct panel_rect *gauges = rect_of(&scene, "gauges"), *map = rect_of(&scene, "map");
    assert_int_equal(gauges->x + gauges->w, 960 - 8 - 4);
    assert_int_equal(map->x, 960 + 8 + 4);
    assert_int_equal(scene_seam_shift(&scene, 512, 24), 0); /* ends at 536, the bezel's edge */
    assert_int_equal(scene_seam_shift(&scene, 514, 24), -2);
    assert_int_equal(scene_seam_shift(&scene, 543, 24), 1);
    assert_int_equal(scene_seam_shift_x(&scene, 957, 40), 7);
    scene_solve(&scene, 7680, 2160, NULL); /* twice the pixels on the same wall */
    assert_float_equal(scene.bezel, 14, 1e-9);
}

/* The same file on another wall: its tiles and bezels, its height and its viewers. */
static void
a_deployment_knows_its_wall(void **state)
{
    (void)state;
    struct scene scene;
    load("street-duty", &scene);
    scene.wall = (struct scene_wall){.wall_height_mm = 1370,
                                     .farthest_m = 6,
                                     .tiles = {2, 2},
                                     .has_bezel = true,
                                     .mm = true,
                                     .bezel = 10};
    scene_solve(&scene, 1920, 1080, NULL);
    assert_float_equal(scene.wall_height_mm, 1370, 1e-9);
    assert_float_equal(scene.farthest_m, 6, 1e-9);
    assert_true(scene.unit > 1.2); /* twice as high, but two and a half times as far away */
    assert_true(scene_arc_minutes(&scene, 28) >= scene_least_minutes(true, true));
    assert_float_equal((float)scene.bezel, 10 * 1080 / 1370.0f, 1e-4);
    /* A line 64 px from the seam moves onto it, and off what the bezel covers. */
    const struct panel_rect *alarms = rect_of(&scene, "alarms"), *map = rect_of(&scene, "map");
    assert_int_equal(alarms->x + alarms->w, 960 - 8 - 4);
    assert_int_equal(map->x, 960 + 8 + 4);
    struct buf notes = {0};
    scene_solve(&scene, 1920, 1080, &notes);
    assert_int_equal(notes.len, 0);
    scene.wall.farthest_m = 12; /* farther than text can grow: the log says so */
    scene_solve(&scene, 1920, 1080, &notes);
    assert_non_null(strstr(notes.ptr, "street-duty: text on a wall 1370 mm high is too small for a "
                                      "viewer 12.0 m away"));
    buf_free(&notes);
    scene.wall = (struct scene_wall){.farthest_m = 1};
    scene_solve(&scene, 1920, 1080, NULL);
    assert_float_equal(scene.wall_height_mm, 685, 1e-9); /* the file's */
    assert_int_equal(scene.tiles_x, 1);
    assert_float_equal(scene.unit, 1, 1e-9);
    scene.wall = (struct scene_wall){.has_bezel = true, .bezel = 8};
    scene_solve(&scene, 3840, 1080, NULL);
    assert_float_equal(scene.bezel, 8, 1e-9); /* pixels of this canvas */
}

/* The arrangement nearest in shape, and text of the size its viewers need. */
static void
each_shape_has_its_arrangement(void **state)
{
    (void)state;
    static const struct {
        int w, h, grid;
        double unit;
    } CASES[] = {
        {3840, 1080, 0, 1}, {7680, 2160, 0, 2}, {1920, 1080, 1, 1},
        {3840, 2160, 1, 2}, {5760, 1080, 2, 1}, {1080, 1920, 3, 1},
        {2160, 3840, 3, 2}, {2560, 1080, 1, 1}, {1280, 720, 1, 2 / 3.0},
    };
    struct scene scene;
    load("district-daily", &scene);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        scene_solve(&scene, CASES[i].w, CASES[i].h, NULL);
        assert_int_equal(scene.grid_now, CASES[i].grid);
        assert_float_equal(scene.unit, CASES[i].unit, 1e-9);
    }
    scene_solve(&scene, 1440, 1080, NULL); /* three quarters as wide, but as high: text keeps */
    assert_int_equal(scene.grid_now, 1);
    assert_float_equal(scene.unit, 1, 1e-9);
    assert_true(scene_arc_minutes(&scene, 24) >= 25 - 1e-9);
    scene.grids[0].farthest_m = 9; /* half as far again: half as large again */
    scene_solve(&scene, 3840, 1080, NULL);
    assert_float_equal(scene.unit, 1.5, 1e-9);
    assert_int_equal(rect_of(&scene, "header")->h, 132); /* a line of text keeps its room */
    assert_true(scene_arc_minutes(&scene, 24) >= 25 - 1e-9);
    scene.grids[0].farthest_m = 30; /* beyond what text can grow to */
    scene_solve(&scene, 3840, 1080, NULL);
    assert_float_equal(scene.unit, 2, 1e-9);
}

static void
what_has_no_place_is_named(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    struct buf notes = {0};
    scene_solve(&scene, 1080, 1920, &notes);
    assert_non_null(strstr(notes.ptr,
                           "district-daily: on a canvas of 1080x1920 there is no place for "
                           "'trend', 'categories', 'whistles'\n"));
    assert_int_equal(rect_of(&scene, "trend")->w, 0);
    buf_clear(&notes);
    scene_solve(&scene, 3840, 1080, &notes); /* and comes back */
    assert_int_equal(notes.len, 0);
    for (int i = 0; i < scene.panels_count; i++) {
        assert_true(scene.panels[i].rect.w > 0);
    }
    buf_free(&notes);
}

/* A square canvas with three rows of these shares, for a panel each. */
static void
begin_column(struct scene *scene, double first, double second, double third)
{
    scene->grids_count = 1;
    scene->panels_count = 3;
    scene->grids[0] = (struct scene_grid){.canvas_w = 1080,
                                          .canvas_h = 1080,
                                          .tiles_x = 1,
                                          .tiles_y = 1,
                                          .columns = {1},
                                          .rows = {first, second, third},
                                          .columns_count = 1,
                                          .rows_count = 3};
}

/* Three in a column; where there is room for two, the least important goes and the one that had
 * too little takes its place. */
static void
room_is_made_by_priority(void **state)
{
    (void)state;
    static struct scene scene;
    begin_column(&scene, 9, 2, 25);
    for (int i = 0; i < 3; i++) {
        scene.panels[i] = (struct panel){.kind = PANEL_ALARMS, .priority = i == 2 ? 4 : i};
        scene.grids[0].places[i] =
            (struct scene_place){.shown = true, .in_grid = true, .row = {i, i}, .inside = -1};
        scene.panels[i].id[0] = (char)('a' + i);
    }
    struct buf notes = {0};
    scene_solve(&scene, 1080, 1080, &notes); /* b has 60 px and needs 120 */
    assert_string_equal(notes.ptr,
                        ": panel 'c' is left out: no room beside a more important one\n");
    assert_int_equal(scene.panels[1].rect.y, 270);
    assert_int_equal(scene.panels[1].rect.h, 810);
    buf_clear(&notes);
    scene.panels[2].priority = 0; /* now b itself is the least important */
    scene_solve(&scene, 1080, 1080, &notes);
    assert_string_equal(notes.ptr, ": panel 'b' is left out: too little room\n");
    assert_int_equal(scene.panels[0].rect.h, 330);
    assert_int_equal(scene.panels[2].rect.h, 750);
    buf_free(&notes);
}

/* The strip over a panel that goes cannot use its height, and stays as high as its text. */
static void
a_line_of_text_inherits_nothing(void **state)
{
    (void)state;
    static struct scene scene;
    begin_column(&scene, 80, 100, 900);
    static const enum panel_kind KINDS[] = {PANEL_KPI, PANEL_ALARMS, PANEL_BOARD};
    for (int i = 0; i < 3; i++) {
        scene.panels[i] = (struct panel){.kind = KINDS[i], .priority = i == 0 ? 0 : 3 - i};
        scene.grids[0].places[i] =
            (struct scene_place){.shown = true, .in_grid = true, .row = {i, i}, .inside = -1};
        scene.panels[i].id[0] = (char)('a' + i);
    }
    struct buf notes = {0};
    scene_solve(&scene, 1080, 1080, &notes); /* b has 100 px and needs 120 */
    assert_string_equal(notes.ptr, ": panel 'b' is left out: too little room\n");
    assert_int_equal(scene.panels[0].rect.h, 80);
    assert_int_equal(scene.panels[2].rect.y, 80);
    assert_int_equal(scene.panels[2].rect.h, 1000);
    buf_free(&notes);
}

static void
the_greater_priority_number_goes_first(void **state)
{
    (void)state;
    static struct scene scene;
    scene.grids_count = 1;
    scene.grids[0] = (struct scene_grid){.canvas_w = 1000,
                                         .canvas_h = 1000,
                                         .tiles_x = 1,
                                         .tiles_y = 1,
                                         .wall_height_mm = 1000,
                                         .farthest_m = 1,
                                         .columns = {1},
                                         .rows = {1},
                                         .columns_count = 1,
                                         .rows_count = 1};
    scene.panels_count = 2;
    for (int i = 0; i < 2; i++) {
        scene.panels[i].kind = PANEL_HOT;
        scene.panels[i].priority = i == 0 ? 5 : 2;
        scene.grids[0].places[i] =
            (struct scene_place){.shown = true, .inside = -1, .box = {0, 100 * i, 400, 300}};
    }
    snprintf(scene.panels[0].id, sizeof scene.panels[0].id, "a");
    struct buf notes = {0};
    scene_solve(&scene, 1000, 1000, &notes);
    assert_string_equal(notes.ptr, ": panel 'a' is left out: no room beside another\n");
    assert_int_equal(scene.panels[0].rect.w, 0);
    assert_int_equal(scene.panels[1].rect.w, 400);
    buf_free(&notes);
}

static void
text_moves_off_a_seam(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    scene_solve(&scene, 3840, 1080, NULL);
    assert_int_equal(scene_seam_shift(&scene, 500, 26), 0);
    assert_int_equal(scene_seam_shift(&scene, 530, 26), 10); /* 10 down or 16 up */
    assert_int_equal(scene_seam_shift(&scene, 520, 26), -6);
    assert_int_equal(scene_seam_shift(&scene, 514, 26), 0); /* ends on it */
    assert_int_equal(scene_seam_shift(&scene, 540, 26), 0);
    struct scene kiosk;
    load("street-duty", &kiosk);
    scene_solve(&kiosk, 1920, 1080, NULL);
    assert_int_equal(scene_seam_shift(&kiosk, 530, 26), 0);
}

static void
arcs_are_those_of_the_design(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    /* 26 px of 1080 on 2000 mm at 6 m: 48.15 mm, 2·atan(24.07 / 6000) = 27.59′. */
    assert_true(scene_arc_minutes(&scene, 26) > 27.58 && scene_arc_minutes(&scene, 26) < 27.60);
    load("street-duty", &scene);
    /* 28 px of 1080 on 685 mm at 2.4 m: 17.76 mm, 25.44′. */
    assert_true(scene_arc_minutes(&scene, 28) > 25.43 && scene_arc_minutes(&scene, 28) < 25.45);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(district_daily_is_arranged_as_designed),
        cmocka_unit_test(street_duty_is_arranged_as_designed),
        cmocka_unit_test(any_canvas_is_filled_soundly),
        cmocka_unit_test(edges_land_on_seams),
        cmocka_unit_test(bezels_stay_free),
        cmocka_unit_test(a_deployment_knows_its_wall),
        cmocka_unit_test(each_shape_has_its_arrangement),
        cmocka_unit_test(what_has_no_place_is_named),
        cmocka_unit_test(room_is_made_by_priority),
        cmocka_unit_test(a_line_of_text_inherits_nothing),
        cmocka_unit_test(the_greater_priority_number_goes_first),
        cmocka_unit_test(text_moves_off_a_seam),
        cmocka_unit_test(arcs_are_those_of_the_design),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

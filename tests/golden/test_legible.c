/* What is drawn can be read by the farthest viewer: told from the draw lists of the shipped scenes,
 * and where it cannot, it is said by panel and size. No GPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/legible.h"
#include "tests/golden/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct renderer *renderer;
static struct scene scene;
static struct theme theme;
static struct legible legible;

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    renderer = renderer_create(RENDERER_NULL, &err);
    return renderer ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    renderer_destroy(renderer);
    return 0;
}

static void
load(const char *name, const char *look)
{
    struct yaml_report report = {0};
    if (!scene_load(name, &scene, &report) || !theme_load(look, &theme, &report)) {
        fail_msg("%s", report.text.ptr);
    }
    snprintf(scene.theme, sizeof scene.theme, "%s", look);
    yaml_report_free(&report);
}

/* Draws the states, one after the other, as the scene is hung, and checks what was seen. */
static int
check_solved(const char *const *states, struct yaml_report *report)
{
    memset(&legible, 0, sizeof legible);
    if (!renderer_set_scene(renderer, &scene, report)) {
        fail_msg("%s", report->text.ptr);
    }
    for (int i = 0; states[i]; i++) {
        struct states *shown = states_create(states[i]);
        assert_non_null(shown);
        struct renderer_frame frame = states_frame(shown);
        renderer_draw(renderer, &frame);
        legible_look(&legible, renderer);
        states_destroy(shown);
    }
    return legible_check(&legible, &scene, &theme, report);
}

static int
check(int w, int h, const char *const *states, struct yaml_report *report)
{
    scene_solve(&scene, w, h, NULL);
    return check_solved(states, report);
}

static int
index_of(enum panel_kind kind)
{
    int i = 0;
    while (i < scene.panels_count && scene.panels[i].kind != kind) {
        i++;
    }
    assert_true(i < scene.panels_count);
    return i;
}

static const char *const SAMPLE[] = {"sample", NULL};
static const int CANVASES[][2] = {{1920, 1080}, {3840, 1080}, {3840, 2160},
                                  {7680, 2160}, {5760, 1080}, {1080, 1920}};
#define CANVASES_COUNT (sizeof CANVASES / sizeof *CANVASES)

static void
every_state_of_the_scenes_shipped_is_legible(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty"};
    static const char *const LOOKS[] = {"night", "day"};
    static const char *const STATES[] = {"sample",  "stale",      "zero",       "full", "past",
                                         "million", "long-names", "500-alarms", NULL};
    int found = 0;
    for (size_t k = 0; k < 4 * CANVASES_COUNT; k++) {
        struct yaml_report report = {0};
        load(NAMES[k % 2], LOOKS[k / 2 % 2]);
        found += check(CANVASES[k / 4][0], CANVASES[k / 4][1], STATES, &report);
        if (report.count > 0) {
            print_error("%s", report.text.ptr);
        }
        yaml_report_free(&report);
    }
    assert_int_equal(found, 0);
}

/* The design's pictures, on their own canvases: nothing grows, and what the design says of two
 * sizes is what is drawn. */
static void
the_designs_sizes_are_those_drawn(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("district-daily", "night");
    assert_int_equal(check(3840, 1080, SAMPLE, &report), 0);
    assert_float_equal(scene.unit, 1, 1e-9);
    struct buf table = {0};
    legible_table(&legible, &scene, &theme, &table);
    buf_add(&table, "", 1);
    for (int i = 0; i < scene.panels_count; i++) {
        assert_non_null(strstr(table.ptr, scene.panels[i].id));
    }
    /* 26 px of 1080 on 2000 mm at 6 m; 18 px are the smallest. */
    assert_non_null(strstr(table.ptr, "  26    27.6′    25′"));
    assert_non_null(strstr(table.ptr, "  18    19.1′    16′"));
    assert_non_null(strstr(table.ptr, "  amber, red    "));
    for (int i = 0; i < scene.panels_count; i++) {
        assert_int_equal(legible.texts[i][0].count, 0); /* every painter says what a text is */
    }
    buf_free(&table);
    yaml_report_free(&report);
}

static void
text_grows_for_a_viewer_farther_away_up_to_twice(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("district-daily", "night");
    scene.wall.farthest_m = 9;
    assert_int_equal(check(3840, 1080, SAMPLE, &report), 0);
    assert_true(scene.unit > 1.4);
    scene.wall.farthest_m = 13; /* 24 px are 11.8′ there, twice as many 23.5′ */
    int found = check(3840, 1080, SAMPLE, &report);
    assert_int_equal(found, report.count);
    assert_true(found >= 1);
    assert_non_null(strstr(report.text.ptr, "district-daily.yaml:"));
    assert_non_null(strstr(report.text.ptr, "panel 'header' on 3840x1080: list text of 48 px ('"));
    assert_non_null(strstr(report.text.ptr, "is 23.5′ high for the farthest viewer (13.0 m), needs "
                                            "25′; use at least 52 px or move the viewer closer"));
    yaml_report_free(&report);
}

/* From wherever it is read, what does not fit goes; nothing is cut at an edge, lies on another text
 * or on an arc. */
static void
nothing_is_cut_from_farther_away(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty"};
    static const char *const STATES[] = {"sample",     "full",    "zero",       "stale", "past",
                                         "no-surveys", "million", "long-names", "latin", NULL};
    int found = 0;
    for (size_t k = 0; k < 2 * CANVASES_COUNT; k++) {
        for (int tenths = 0; tenths <= 6; tenths++) {
            struct yaml_report report = {0};
            load(NAMES[k % 2], "night");
            scene_solve(&scene, CANVASES[k / 2][0], CANVASES[k / 2][1], NULL);
            scene.wall.farthest_m = scene.farthest_m * (1 + tenths / 10.0);
            int here = check(CANVASES[k / 2][0], CANVASES[k / 2][1], STATES, &report);
            if (here > 0) {
                print_error("%s from %.2f m:\n%s", NAMES[k % 2], scene.farthest_m, report.text.ptr);
            }
            found += here;
            yaml_report_free(&report);
        }
    }
    assert_int_equal(found, 0);
}

/* Panels that are much lower and narrower than any that the solver gives. */
static void
what_has_no_room_is_named(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("district-daily", "night");
    scene_solve(&scene, 3840, 1080, NULL);
    scene.panels[index_of(PANEL_GAUGES)].rect.h = 60;
    scene.panels[index_of(PANEL_BOARD)].rect.w = 200;
    int found = check_solved(SAMPLE, &report);
    assert_true(found >= 3 && found == report.count);
    assert_non_null(strstr(report.text.ptr, "panel 'gauges' on 3840x1080: '"));
    assert_non_null(strstr(report.text.ptr, "' lies outside of it, and others do; make the panel"));
    assert_non_null(strstr(report.text.ptr, "' lies on another text ('"));
    scene.panels[index_of(PANEL_GAUGES)].rect.h = 110;
    assert_true(check_solved(SAMPLE, &report) > 0);
    assert_non_null(strstr(report.text.ptr, "' lies on an arc"));
    yaml_report_free(&report);
}

/* Of two sets of surveys side by side nobody can tell which a figure is of, unless it says so. */
static void
surveys_that_are_not_named_are_reported(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("street-duty", "night");
    assert_int_equal(check(1920, 1080, SAMPLE, &report), 0);
    int gauges = index_of(PANEL_GAUGES);
    assert_int_equal(legible.has_by[gauges], 1 << SNAPSHOT_BY_DISTRICT);
    scene.panels[gauges].rect.w = 100; /* no place for whole words */
    scene.panels[index_of(PANEL_BOARD)].rect.w = 330;
    assert_true(check_solved(SAMPLE, &report) > 0);
    assert_non_null(strstr(report.text.ptr,
                           "panel 'communities' on 1920x1080: its figures are of surveys that no "
                           "word on it names (区级回访)"));
    yaml_report_free(&report);
}

/* A text that its painter made smaller is judged as it is drawn, not by its role's size: dials in a
 * panel a third as wide keep what is read in full at what its readers need. */
static void
small_dials_keep_what_is_read(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("district-daily", "night");
    struct scene_grid *grid = &scene.grids[0];
    grid->columns[0] = 0.55;
    grid->tiles_x = grid->tiles_y = 1;
    assert_int_equal(check(3840, 1080, SAMPLE, &report), 0);
    int gauges = index_of(PANEL_GAUGES);
    const struct legible_text *name = &legible.texts[gauges][1 + THEME_NAME];
    assert_true(scene.panels[gauges].rect.w > 0 && name->count > 0);
    assert_true(name->px < theme.sizes[THEME_NAME][0]);
    assert_true(name->minutes >= 25);
    theme.sizes[THEME_SMALL][0] = 14; /* the theme that is drawn has 18: nothing is said of it */
    assert_int_equal(legible_check(&legible, &scene, &theme, &report), 0);
    yaml_report_free(&report);
}

/* The same picture judged by other eyes: what was 25′ from 6 m is not from 7. */
static void
what_is_drawn_too_small_is_named(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("street-duty", "night");
    check(1920, 1080, SAMPLE, &report);
    assert_int_equal(report.count, 0);
    struct legible_text *small = NULL;
    for (int i = 0; i < scene.panels_count && !small; i++) {
        small = legible.texts[i][1 + THEME_SMALL].count ? &legible.texts[i][1 + THEME_SMALL] : NULL;
    }
    assert_non_null(small);
    small->px = 16;
    small->minutes = scene_arc_minutes(&scene, 16 / scene.unit);
    assert_int_equal(legible_check(&legible, &scene, &theme, &report), 1);
    assert_non_null(strstr(report.text.ptr, "small text of 16 px"));
    assert_non_null(strstr(report.text.ptr, "needs 16′; use at least 18 px"));
    yaml_report_free(&report);
}

static void
pale_and_alike_colours_are_reported(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("street-duty", "night");
    check(1920, 1080, SAMPLE, &report);
    assert_int_equal(report.count, 0);
    for (int i = 0; i < scene.panels_count; i++) {
        struct legible_text *caption = &legible.texts[i][1 + THEME_CAPTION];
        caption->contrast = caption->count ? 4.2 : 0;
        struct legible_mark *mark = &legible.marks[i][LEGIBLE_DATA2];
        mark->contrast = mark->count ? 2.9 : 0;
    }
    assert_true(legible_check(&legible, &scene, &theme, &report) >= 4);
    assert_non_null(strstr(report.text.ptr, "caption text in dim on "));
    assert_non_null(strstr(report.text.ptr, "marks in data2 on "));
    yaml_report_free(&report);
    load("street-duty", "night");
    check(1920, 1080, SAMPLE, &report);
    theme.colours[THEME_AMBER] = 0xff8a60ff; /* apart from red for most, not for all */
    assert_int_equal(legible_check(&legible, &scene, &theme, &report), 1);
    assert_non_null(strstr(report.text.ptr, "theme 'night': amber and red are too alike"));
    yaml_report_free(&report);
}

/* No figure without its window and its moment within reach. */
static void
figures_that_do_not_say_when_are_reported(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    load("district-daily", "night");
    assert_int_equal(check(3840, 1080, SAMPLE, &report), 0);
    assert_true(legible.has_figures);
    for (int i = 0; i < scene.panels_count; i++) {
        if (scene.panels[i].kind == PANEL_BOARD || scene.panels[i].kind == PANEL_GAUGES) {
            assert_int_equal(legible.has_window[i], 1 << SNAPSHOT_PERIOD);
            legible.lacks_window[i] |= 1 << SNAPSHOT_PERIOD;
        }
    }
    assert_int_equal(legible_check(&legible, &scene, &theme, &report), 2);
    assert_non_null(strstr(report.text.ptr, "panel 'board' on 3840x1080: its figures are of a "
                                            "window that no word on it names (当前周期)"));
    yaml_report_free(&report);
    /* Without a header nothing says of which moment the figures are. */
    load("district-daily", "night");
    for (int i = 0; i < scene.panels_count; i++) {
        struct panel *panel = &scene.panels[i];
        panel->kind = panel->kind == PANEL_HEADER ? PANEL_HOT : panel->kind;
    }
    assert_int_equal(check(3840, 1080, SAMPLE, &report), 1);
    assert_non_null(strstr(report.text.ptr, "no clock says of which moment they are"));
    yaml_report_free(&report);
}

/* On walls of tiles that the file knows nothing of, everything still has its place, but for a few
 * of the map's counts: names go before them. */
static void
nothing_is_dropped_beside_the_seams(void **state)
{
    (void)state;
    static const int WALLS[][4] = {{3840, 2160, 4, 4}, {3840, 2160, 2, 2}, {7680, 2160, 8, 4},
                                   {5760, 1080, 6, 2}, {1920, 1080, 2, 2}, {3840, 1080, 4, 2}};
    int dropped = 0;
    for (size_t k = 0; k < 2 * sizeof WALLS / sizeof *WALLS; k++) {
        const int *wall = WALLS[k / 2];
        struct yaml_report report = {0};
        load(k % 2 ? "street-duty" : "district-daily", "night");
        scene.wall = (struct scene_wall){
            .tiles = {wall[2], wall[3]}, .has_bezel = true, .bezel = 8.0 * wall[1] / 1080};
        assert_int_equal(check(wall[0], wall[1], SAMPLE, &report), 0);
        for (int i = 0; i < scene.panels_count; i++) {
            if (legible.left_out[i].dropped > 0) {
                print_error("%s on %dx%d: '%s' drops %d\n", scene.name, wall[0], wall[1],
                            scene.panels[i].id, legible.left_out[i].dropped);
            }
            dropped += legible.left_out[i].dropped;
        }
        yaml_report_free(&report);
    }
    assert_int_equal(dropped, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_of_the_scenes_shipped_is_legible),
        cmocka_unit_test(the_designs_sizes_are_those_drawn),
        cmocka_unit_test(text_grows_for_a_viewer_farther_away_up_to_twice),
        cmocka_unit_test(nothing_is_cut_from_farther_away),
        cmocka_unit_test(what_has_no_room_is_named),
        cmocka_unit_test(surveys_that_are_not_named_are_reported),
        cmocka_unit_test(small_dials_keep_what_is_read),
        cmocka_unit_test(what_is_drawn_too_small_is_named),
        cmocka_unit_test(pale_and_alike_colours_are_reported),
        cmocka_unit_test(figures_that_do_not_say_when_are_reported),
        cmocka_unit_test(nothing_is_dropped_beside_the_seams),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

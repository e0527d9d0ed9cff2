/* The renderer without a GPU: scenes in and out, what counts as a change, the lists' text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/renderer.h"

#include <string.h>

#define MOMENT_MS INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */

static struct scene scene;
static struct renderer *renderer;

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    struct yaml_report report = {0};
    if (!scene_load("street-duty", &scene, &report)) {
        print_error("%s", report.text.ptr);
        return -1;
    }
    scene_solve(&scene, 1280, 720, NULL);
    renderer = renderer_create(RENDERER_NULL, &err);
    if (!renderer) {
        print_error("%s\n", err.text);
    }
    yaml_report_free(&report);
    return renderer ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    renderer_destroy(renderer);
    renderer_destroy(NULL);
    return 0;
}

static void
test_nothing_before_a_scene(void **state)
{
    (void)state;
    struct renderer_frame frame = {.moment_ms = MOMENT_MS};
    struct buf lists = {0};
    uint8_t pixel[4];
    int w = 1, h = 1;
    assert_false(renderer_draw(renderer, &frame));
    assert_false(renderer_read(renderer, pixel, sizeof pixel));
    renderer_present(renderer, 100, 100);
    renderer_size(renderer, &w, &h);
    assert_int_equal(w, 0);
    assert_int_equal(h, 0);
    renderer_dump_lists(renderer, &lists);
    assert_int_equal(lists.len, 0);
    buf_free(&lists);
}

static void
test_frames_count_only_where_they_differ(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct renderer_frame frame = {.moment_ms = MOMENT_MS, .feed = {.reason = "连接中"}};
    assert_true(renderer_set_scene(renderer, &scene, &report));
    assert_int_equal(report.count, 0);
    assert_true(renderer_draw(renderer, &frame));
    assert_false(renderer_draw(renderer, &frame));
    frame.moment_ms += 300; /* the clock shows seconds */
    assert_false(renderer_draw(renderer, &frame));
    frame.moment_ms += 700;
    assert_true(renderer_draw(renderer, &frame));
    assert_true(renderer_set_scene(renderer, &scene, &report)); /* all is drawn again */
    assert_true(renderer_draw(renderer, &frame));
    assert_false(renderer_draw(renderer, &frame));
    assert_int_equal(renderer_faults(renderer), 0);
}

static void
test_lists_name_their_panels(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct buf lists = {0};
    struct renderer_frame frame = {.moment_ms = MOMENT_MS};
    int w = 0, h = 0;
    assert_true(renderer_set_scene(renderer, &scene, &report));
    assert_true(renderer_draw(renderer, &frame));
    renderer_size(renderer, &w, &h);
    assert_int_equal(w, 1280);
    assert_int_equal(h, 720);
    renderer_dump_lists(renderer, &lists);
    assert_non_null(strstr(lists.ptr, "# header 0 0 1280 "));
    assert_non_null(strstr(lists.ptr, "\"09:41:27\""));
    assert_non_null(strstr(lists.ptr, "# map, ground\n"));
    assert_non_null(strstr(lists.ptr, "\"八角街道接诉即办\""));
    buf_free(&lists);
}

static void
test_a_wrong_map_is_reported(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    static struct scene wrong;
    wrong = scene;
    strcpy(wrong.layers[0].path, "maps/no-such-file.geojson");
    assert_true(renderer_set_scene(renderer, &scene, &report));
    assert_false(renderer_set_scene(renderer, &wrong, &report));
    assert_true(report.count > 0);
    assert_non_null(strstr(report.text.ptr, "no-such-file.geojson"));
    struct renderer_frame frame = {.moment_ms = MOMENT_MS};
    assert_true(renderer_draw(renderer, &frame)); /* the scene before still stands */
    yaml_report_free(&report);
}

static void
test_a_canvas_too_large_is_reported(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    static struct scene large;
    large = scene;
    scene_solve(&large, 30000, 720, NULL);
    assert_false(renderer_set_scene(renderer, &large, &report));
    assert_non_null(strstr(report.text.ptr, "a canvas of 30000x720 is more than"));
    yaml_report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_before_a_scene),
        cmocka_unit_test(test_frames_count_only_where_they_differ),
        cmocka_unit_test(test_lists_name_their_panels),
        cmocka_unit_test(test_a_wrong_map_is_reported),
        cmocka_unit_test(test_a_canvas_too_large_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

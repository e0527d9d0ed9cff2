/* Every panel's draw list at a fixed moment, against the ones that were looked at. No GPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/golden/golden.h"
#include "tests/golden/sample.h"

#include <stdlib.h>
#include <string.h>

static struct sample *sample;

static int
set_up(void **state)
{
    (void)state;
    sample = sample_create();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    sample_destroy(sample);
    return 0;
}

static void
assert_lists(const char *scene_name, const struct renderer_frame *frame, const char *golden)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    struct buf lists = {0};
    assert_true(scene_load(scene_name, &scene, &report));
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, NULL);
    struct renderer *renderer = renderer_create(RENDERER_NULL, &err);
    assert_non_null(renderer);
    assert_true(renderer_set_scene(renderer, &scene, &report));
    assert_true(renderer_draw(renderer, frame));
    assert_false(renderer_draw(renderer, frame));
    renderer_dump_lists(renderer, &lists);
    bool alike = golden_text(golden, buf_str(&lists));
    unsigned long faults = renderer_faults(renderer);
    buf_free(&lists);
    renderer_destroy(renderer);
    yaml_report_free(&report);
    assert_true(alike);
    assert_int_equal(faults, 0);
}

static void
test_district(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    assert_lists("district-daily", &frame, "lists/district-daily.txt");
}

static void
test_street(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    assert_lists("street-duty", &frame, "lists/street-duty.txt");
}

static void
test_street_stale(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    frame.feed.connected = frame.feed.in_sync = frame.feed.live = false;
    frame.feed.stale = true;
    frame.feed.age_ms = 245000;
    strcpy(frame.feed.reason, "连接中断");
    assert_lists("street-duty", &frame, "lists/street-duty-stale.txt");
}

static void
test_district_before_data(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    frame.snapshot = NULL;
    frame.feed = (struct renderer_feed){.reason = "连接中"};
    assert_lists("district-daily", &frame, "lists/district-daily-empty.txt");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_district),
        cmocka_unit_test(test_street),
        cmocka_unit_test(test_street_stale),
        cmocka_unit_test(test_district_before_data),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

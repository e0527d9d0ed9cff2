/* --check as the operator runs it: every scene shipped on every canvas it is meant for, and walls
 * on which it cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wall/check.h"
#include "wall/check_sample.h"

#include <string.h>

struct outcome {
    bool good;
    struct buf table;
    struct yaml_report report;
};

static struct outcome
check(const char *scene, int w, int h, struct scene_wall wall)
{
    struct config config = {.scene = str_from(scene), .profile = STR("default"), .wall = wall};
    struct outcome outcome = {.good = false};
    config.size[0] = w;
    config.size[1] = h;
    outcome.good = check_all(&config, &outcome.report, &outcome.table);
    buf_add(&outcome.table, "", 1);
    return outcome;
}

static void
drop(struct outcome *outcome)
{
    buf_free(&outcome->table);
    yaml_report_free(&outcome->report);
}

static void
test_shipped(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty"};
    static const int CANVASES[][2] = {{1920, 1080}, {3840, 1080}, {3840, 2160},
                                      {7680, 2160}, {5760, 1080}, {1080, 1920}};
    for (size_t k = 0; k < 2 * sizeof CANVASES / sizeof *CANVASES; k++) {
        const int *canvas = CANVASES[k / 2];
        struct outcome outcome =
            check(NAMES[k % 2], canvas[0], canvas[1], (struct scene_wall){.farthest_m = 0});
        if (!outcome.good) {
            fail_msg("%s", outcome.report.text.ptr);
        }
        /* It is told from figures that were drawn, not from an empty panel. */
        assert_non_null(strstr(outcome.table.ptr, "  alarms         row_figure"));
        assert_non_null(strstr(outcome.table.ptr, "  gauges         big "));
        assert_non_null(strstr(outcome.table.ptr, "protanope"));
        drop(&outcome);
    }
}

/* The same file on a wall of another height and with other viewers. */
static void
test_wall(void **state)
{
    (void)state;
    struct outcome near =
        check("district-daily", 3840, 1080,
              (struct scene_wall){.wall_height_mm = 3000, .farthest_m = 12, .tiles = {4, 2}});
    assert_true(near.good);
    assert_non_null(strstr(near.table.ptr, "3000 mm high, read from 12.0 m"));
    drop(&near);
    struct outcome far =
        check("district-daily", 3840, 1080,
              (struct scene_wall){.wall_height_mm = 1000, .farthest_m = 12, .tiles = {4, 2}});
    assert_false(far.good);
    assert_non_null(strstr(far.report.text.ptr, "farthest viewer (12.0 m), needs 25′"));
    drop(&far);
}

/* What a scene is for is not to go missing unnoticed; what a panel leaves out is named. */
static void
test_left_out(void **state)
{
    (void)state;
    struct outcome far =
        check("district-daily", 1920, 1080, (struct scene_wall){.farthest_m = 9.6});
    assert_false(far.good);
    assert_non_null(strstr(far.report.text.ptr,
                           "panel 'gauges' on 1920x1080, read from 9.6 m: it is of the first "
                           "priority and there is no room for it"));
    assert_null(strstr(far.report.text.ptr, "panel 'hot'")); /* the scene can do without it */
    assert_non_null(strstr(far.table.ptr, "panel 'hot' is left out"));
    assert_non_null(
        strstr(far.table.ptr, "district-daily on 1920x1080: panel 'header' has no room for: tabs"));
    drop(&far);
    struct outcome near =
        check("district-daily", 1920, 1080, (struct scene_wall){.farthest_m = 7.5});
    assert_true(near.good);
    drop(&near);
    near = check("district-daily", 1920, 1080, (struct scene_wall){.farthest_m = 9});
    assert_true(near.good);
    assert_non_null(strstr(near.table.ptr, "panel 'gauges' has no room for: target, base\n"));
    drop(&near);
}

/* A street that the invented district does not have gets the figures of one that it has. */
static void
test_sample(void **state)
{
    (void)state;
    struct profile profile;
    struct yaml_report report = {0};
    profile_default(&profile);
    struct check_sample *sample = check_sample_create(&profile, "110105999", &report);
    assert_non_null(sample);
    const struct snapshot *snapshot = check_sample_snapshot(sample);
    const struct snapshot_row *row = snapshot_row(snapshot, SNAPSHOT_STREET, STR("110105999"));
    assert_non_null(row);
    assert_true(row->open > 0 && row->counts[SNAPSHOT_PERIOD].received > 0);
    assert_true(snapshot->alarms_count > 0 && snapshot->whistles_count > 0);
    size_t own = 0;
    for (size_t i = 0; i < snapshot->alarms_count; i++) {
        own += str_is(snapshot->alarms[i].street_code, "110105999");
    }
    assert_true(own > 0);
    uint32_t n = 0;
    const struct snapshot_row *all = snapshot_row(snapshot, SNAPSHOT_DISTRICT, STR("all"));
    double composite = snapshot_metric_value(snapshot_metric(snapshot, "composite"), all,
                                             SNAPSHOT_PERIOD, SNAPSHOT_BY_DISTRICT, &n);
    assert_true(composite > 50 && composite < 100 && n > 0);
    check_sample_destroy(sample);
    yaml_report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_wall),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

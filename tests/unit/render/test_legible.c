#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/legible.h"

static void
load(const char *name, struct scene *scene, struct theme *theme)
{
    struct yaml_report report = {0};
    if (!scene_load(name, scene, &report) || !theme_load(scene->theme, theme, &report)) {
        fail_msg("%s", report.text.ptr);
    }
    yaml_report_free(&report);
}

static void
every_scene_shipped_is_legible(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty", "boston"};
    static struct scene scene;
    struct theme theme;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct yaml_report report = {0};
        load(NAMES[i], &scene, &theme);
        for (int g = 0; g < scene.grids_count; g++) {
            scene_solve(&scene, scene.grids[g].canvas_w, scene.grids[g].canvas_h, NULL);
            assert_float_equal(scene.unit, 1, 1e-9); /* the design's sizes hold as they are */
            if (legible_check(&scene, &theme, &report) != 0) {
                fail_msg("%s", report.text.ptr);
            }
        }
        yaml_report_free(&report);
    }
}

static void
text_grows_for_a_viewer_farther_away_up_to_twice(void **state)
{
    (void)state;
    static struct scene scene;
    struct theme theme;
    struct yaml_report report = {0};
    load("district-daily", &scene, &theme);
    scene.grids[0].farthest_m = 9;
    scene_solve(&scene, 3840, 1080, NULL);
    if (legible_check(&scene, &theme, &report) != 0) {
        fail_msg("%s", report.text.ptr);
    }
    scene.grids[0].farthest_m = 13; /* 24 px are 11.8′ there, twice as many 23.5′ */
    scene_solve(&scene, 3840, 1080, NULL);
    int found = legible_check(&scene, &theme, &report);
    assert_int_equal(found, report.count);
    assert_true(found >= 2);
    assert_non_null(strstr(report.text.ptr, "district-daily.yaml:"));
    assert_non_null(strstr(report.text.ptr,
                           "panel 'header' on 3840x1080: list text of 48 px is 23.5′ high for the "
                           "farthest viewer (13.0 m), needs 25′; use at least 52 px or move the "
                           "viewer closer"));
    yaml_report_free(&report);
}

static void
pale_and_alike_colours_are_reported(void **state)
{
    (void)state;
    static struct scene scene;
    struct theme theme;
    struct yaml_report report = {0};
    load("street-duty", &scene, &theme);
    theme.colours[THEME_DIM] = 0x5a6470ff;
    int captions = legible_check(&scene, &theme, &report);
    assert_true(captions >= 5);
    assert_non_null(strstr(report.text.ptr, "caption text in dim on "));
    yaml_report_free(&report);
    load("street-duty", &scene, &theme);
    theme.colours[THEME_AMBER] = 0xff8a60ff; /* apart from red for most, not for all */
    assert_true(legible_check(&scene, &theme, &report) > 0);
    assert_non_null(strstr(report.text.ptr, "theme 'night': amber and red are too alike"));
    yaml_report_free(&report);
}

static void
the_table_names_every_panel(void **state)
{
    (void)state;
    static struct scene scene;
    struct theme theme;
    struct buf table = {0};
    load("district-daily", &scene, &theme);
    legible_table(&scene, &theme, &table);
    for (int i = 0; i < scene.panels_count; i++) {
        assert_non_null(strstr(table.ptr, scene.panels[i].id));
    }
    /* 26 px of 1080 on 2000 mm at 6 m */
    assert_non_null(strstr(table.ptr, "  board          name         26    27.6′    25′"));
    assert_non_null(strstr(table.ptr, "  amber, red    "));
    buf_free(&table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scene_shipped_is_legible),
        cmocka_unit_test(text_grows_for_a_viewer_farther_away_up_to_twice),
        cmocka_unit_test(pale_and_alike_colours_are_reported),
        cmocka_unit_test(the_table_names_every_panel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

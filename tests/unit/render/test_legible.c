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
        if (legible_check(&scene, &theme, &report) != 0) {
            fail_msg("%s", report.text.ptr);
        }
        yaml_report_free(&report);
    }
}

static void
a_viewer_farther_away_is_too_far(void **state)
{
    (void)state;
    static struct scene scene;
    struct theme theme;
    struct yaml_report report = {0};
    load("district-daily", &scene, &theme);
    scene.farthest_m = 6.2; /* names of 24 px are 24.6′ there, of 26 px still 26.7′ */
    int found = legible_check(&scene, &theme, &report);
    assert_int_equal(found, report.count);
    assert_int_equal(found, 3);
    assert_non_null(strstr(report.text.ptr, "district-daily: panel 'hot': list text of 24 px is "
                                            "24.6′ high for the farthest viewer (6.2 m), needs "
                                            "25′; use at least 25 px"));
    assert_non_null(strstr(report.text.ptr, "panel 'whistles': list text"));
    assert_non_null(strstr(report.text.ptr, "panel 'categories': list text"));
    yaml_report_free(&report);
    scene.farthest_m = 12; /* from the far end of a hall nothing small is left */
    assert_true(legible_check(&scene, &theme, &report) > 20);
    yaml_report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scene_shipped_is_legible),
        cmocka_unit_test(a_viewer_farther_away_is_too_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

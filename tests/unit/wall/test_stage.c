/* A canvas larger than the GPU draws: it is drawn as large as it can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/renderer_inside.h"
#include "wall/base/log.h"
#include "wall/stage.h"

#include <string.h>

static void
assert_fits(int most, int w, int h, int fitted_w, int fitted_h)
{
    int got_w = w, got_h = h;
    bool changed = stage_fit(most, &got_w, &got_h);
    assert_int_equal(got_w, fitted_w);
    assert_int_equal(got_h, fitted_h);
    assert_int_equal(changed, w != fitted_w || h != fitted_h);
}

static void
test_fit(void **state)
{
    (void)state;
    assert_fits(16384, 7680, 2160, 7680, 2160);
    assert_fits(4096, 7680, 2160, 4096, 1152);
    assert_fits(2048, 7680, 2160, 2048, 576);
    assert_fits(2048, 1080, 1920, 1080, 1920);
    assert_fits(1024, 1080, 1920, 576, 1024);
    assert_fits(4096, 4096, 4096, 4096, 4096);
    assert_fits(4096, 4097, 4097, 4096, 4096);
    assert_fits(64, 16384, 1, 64, 1);
    assert_fits(16384, INT32_MAX, INT32_MAX / 2, 16384, 8192);
}

static void
test_a_stage_fits_its_canvas(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct err err = {""};
    int w = 0, h = 0;
    log_set_level(LOG_LEVEL_ERROR);
    struct stage *stage =
        stage_create(RENDERER_NULL, "district-daily", 20000, 5000, NULL, &report, &err);
    if (!stage) {
        fail_msg("%s%s", err.text, report.text.len ? report.text.ptr : "");
    }
    renderer_size(stage_renderer(stage), &w, &h);
    assert_int_equal(w, 16384);
    assert_int_equal(h, 4096);

    stage_renderer(stage)->gpu->max_size = 2048; /* a small one, from here on */
    assert_true(stage_resize(stage, 7680, 2160));
    renderer_size(stage_renderer(stage), &w, &h);
    assert_int_equal(w, 2048);
    assert_int_equal(h, 576);
    assert_int_equal(stage_scene(stage)->solved_w, 2048);
    assert_true(stage_resize(stage, 1920, 1080));
    renderer_size(stage_renderer(stage), &w, &h);
    assert_int_equal(w, 1920);
    assert_int_equal(h, 1080);
    assert_int_equal(report.count, 0);
    stage_destroy(stage);
    yaml_report_free(&report);
}

/* The room's theme stays whatever scene is on; without one it is the scene's. */
static void
test_the_theme_is_the_rooms(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct err err = {""};
    struct scene_wall walls[2] = {{.theme = ""}, {.theme = "day"}};
    uint32_t ground[2];
    for (int i = 0; i < 2; i++) {
        struct stage *stage =
            stage_create(RENDERER_NULL, "street-duty", 0, 0, &walls[i], &report, &err);
        assert_non_null(stage);
        assert_true(stage_show(stage, "district-daily", ""));
        assert_string_equal(stage_scene(stage)->theme, i ? "day" : "night");
        ground[i] = stage_renderer(stage)->theme.colours[THEME_GROUND];
        stage_destroy(stage);
    }
    assert_true(ground[0] >> 24 < 0x20); /* red, of 0xrrggbbaa */
    assert_true(ground[1] >> 24 > 0xc0);
    yaml_report_free(&report);
}

/* Asked directly the renderer does not guess: it says what is wrong. */
static void
test_the_renderer_names_the_limit(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct err err = {""};
    static struct scene scene;
    struct renderer *renderer = renderer_create(RENDERER_NULL, &err);
    assert_non_null(renderer);
    renderer->gpu->max_size = 4096;
    assert_true(scene_load("district-daily", &scene, &report));
    scene_solve(&scene, 7680, 2160, NULL);
    assert_false(renderer_set_scene(renderer, &scene, &report));
    assert_non_null(strstr(report.text.ptr, "7680x2160 is more than this GPU draws (4096)"));
    yaml_report_free(&report);
    renderer_destroy(renderer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_a_stage_fits_its_canvas),
        cmocka_unit_test(test_the_theme_is_the_rooms),
        cmocka_unit_test(test_the_renderer_names_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

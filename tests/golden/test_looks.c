/* Every state that is designed, as a picture, in both themes: the part of a scene that the state is
 * about, against the one that was looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/gl/context.h"
#include "tests/golden/golden.h"
#include "tests/golden/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What of a state is looked at. */
struct look {
    const char *state, *panel; /* the panel's id; the crop begins at its top left */
    int x, y, w, h;            /* from there */
};

static const struct look district[] = {
    {"sample", "board", 0, 60, 640, 110},
    {"sample", "alarms", 0, 0, 640, 116},
    {"sample", "gauges", 320, 60, 320, 310},
    {"sample", "timebar", 560, 0, 400, 128},
    {"sample", "trend", 640, 0, 296, 236},
    {"empty", "board", 0, 0, 640, 300},
    {"gap", "board", 0, 0, 640, 120},
    {"gap", "kpi", 3200, 0, 400, 80},
    {"stale", "categories", 0, 0, 460, 120},
    {"past", "header", 2960, 0, 860, 88},
    {"zero", "gauges", 320, 60, 320, 310},
    {"zero", "trend", 640, 0, 296, 236},
    {"full", "gauges", 0, 60, 320, 310},
    {"full", "board", 296, 60, 640, 110},
    {"no-surveys", "gauges", 0, 60, 320, 310},
    {"no-surveys", "board", 296, 60, 640, 110},
    {"million", "kpi", 0, 0, 640, 80},
    {"million", "hot", 0, 0, 560, 140},
    {"million", "map", 932, 364, 640, 260}, /* labels that would strike one another */
    {"long-names", "board", 0, 390, 640, 110},
    {"long-names", "hot", 0, 0, 560, 140},
    {"343-streets", "board", 296, 0, 640, 140},
    {"ideographs", "alarms", 0, 60, 640, 116},
    {"latin", "alarms", 0, 60, 640, 116},
    {"latin", "whistles", 0, 0, 560, 140},
    {"no-alarms", "alarms", 296, 0, 640, 240},
    {"500-alarms", "alarms", 296, 0, 640, 116},
    {"100k-points", "map", 1000, 300, 160, 120},
};

static const struct look street[] = {
    {"sample", "communities", 0, 200, 640, 120},
    {"sample", "alarms", 0, 74, 560, 100},
    {"empty", "gauges", 200, 60, 480, 140},
    {"nothing", "gauges", 392, 0, 480, 160},
    {"checking", "header", 1000, 0, 500, 92},
    {"not-in-sync", "header", 1000, 0, 500, 92},
    {"not-in-sync", "gauges", 0, 0, 480, 250},
    {"gap", "communities", 0, 0, 640, 130},
    {"stale", "alarms", 0, 0, 560, 170},
    {"stale", "map", 200, 240, 300, 200},
    {"zero", "gauges", 0, 0, 300, 250},
    {"million", "gauges", 0, 0, 300, 250},
    {"long-names", "communities", 0, 60, 640, 130},
    {"500-alarms", "alarms", 0, 340, 560, 190},
    {"one-point", "map", 200, 240, 300, 200},
    {"100k-points", "map", 300, 300, 160, 120},
};

/* A screen of half the width: little room for names and counts. */
static const struct look narrow[] = {
    {"sample", "map", 436, 60, 490, 430},
    {"million", "map", 436, 60, 490, 430},
    {"sample", "gauges", 0, 0, 936, 268},
};

/* On its end: words in two lines, a strip without its changes. */
static const struct look upright[] = {
    {"sample", "header", 0, 0, 1080, 88}, {"full", "kpi", 0, 0, 1080, 80},
    {"sample", "board", 0, 0, 560, 160},  {"sample", "timebar", 500, 0, 548, 104},
    {"sample", "alarms", 0, 0, 560, 170},
};

/* A street's command room with more to show. */
static const struct look broad[] = {
    {"sample", "trend", 480, 0, 456, 300},
    {"sample", "hot", 0, 0, 560, 200},
    {"sample", "timebar", 400, 0, 536, 128},
    {"sample", "gauges", 0, 0, 560, 250},
};

static const struct panel *
panel_of(const struct scene *scene, const char *id)
{
    for (int i = 0; i < scene->panels_count; i++) {
        if (strcmp(scene->panels[i].id, id) == 0) {
            return &scene->panels[i];
        }
    }
    return NULL;
}

/* Pictures of a row of states are drawn by one renderer: none leaves anything for the next. */
static struct renderer *
show(const char *name, const char *theme, int w, int h, struct scene *scene)
{
    struct yaml_report report = {0};
    struct err err = {""};
    assert_true(scene_load(name, scene, &report));
    snprintf(scene->theme, sizeof scene->theme, "%s", theme);
    scene_solve(scene, w ? w : scene->canvas_w, h ? h : scene->canvas_h, NULL);
    struct renderer *renderer = renderer_create(RENDERER_GL, &err);
    assert_non_null(renderer);
    assert_true(renderer_set_scene(renderer, scene, &report));
    yaml_report_free(&report);
    return renderer;
}

static bool
look_is_alike(struct renderer *renderer, const struct scene *scene, const char *prefix,
              const struct look *look, uint8_t *pixels)
{
    char name[256];
    struct states *states = states_create(look->state);
    assert_non_null(states);
    struct renderer_frame frame = states_frame(states);
    unsigned long faults = renderer_faults(renderer);
    renderer_draw(renderer, &frame);
    assert_true(
        renderer_read(renderer, pixels, (size_t)scene->solved_w * (size_t)scene->solved_h * 4));
    if (strcmp(look->state, "ideographs") != 0) { /* one there is in no font, and counted */
        assert_int_equal(renderer_faults(renderer), faults);
    }
    const struct panel *panel = panel_of(scene, look->panel);
    assert_non_null(panel);
    assert_true(look->x + look->w <= panel->rect.w && look->y + look->h <= panel->rect.h);
    snprintf(name, sizeof name, "pixels/look-%s-%s-%s-%s.png", prefix, look->state, look->panel,
             scene->theme);
    uint8_t *part = golden_crop(pixels, scene->solved_w, panel->rect.x + look->x,
                                panel->rect.y + look->y, look->w, look->h);
    bool alike = golden_pixels(name, part, look->w, look->h);
    free(part);
    states_destroy(states);
    return alike;
}

static void
assert_looks(const char *name, const char *prefix, int w, int h, const struct look *looks,
             size_t count)
{
    static const char *const themes[] = {"night", "day"};
    static struct scene scene;
    int differ = 0;
    for (int t = 0; t < 2; t++) {
        struct renderer *renderer = show(name, themes[t], w, h, &scene);
        uint8_t *pixels = malloc((size_t)scene.solved_w * (size_t)scene.solved_h * 4);
        assert_non_null(pixels);
        for (size_t i = 0; i < count; i++) {
            differ += !look_is_alike(renderer, &scene, prefix, &looks[i], pixels);
        }
        free(pixels);
        renderer_destroy(renderer);
    }
    assert_int_equal(differ, 0);
}

static void
test_district(void **state)
{
    (void)state;
    assert_looks("district-daily", "district", 0, 0, district, sizeof district / sizeof *district);
}

static void
test_street(void **state)
{
    (void)state;
    assert_looks("street-duty", "street", 0, 0, street, sizeof street / sizeof *street);
}

static void
test_narrow(void **state)
{
    (void)state;
    assert_looks("district-daily", "narrow", 1920, 1080, narrow, sizeof narrow / sizeof *narrow);
}

static void
test_upright(void **state)
{
    (void)state;
    assert_looks("district-daily", "upright", 1080, 1920, upright,
                 sizeof upright / sizeof *upright);
}

static void
test_broad(void **state)
{
    (void)state;
    assert_looks("street-duty", "broad", 3840, 1080, broad, sizeof broad / sizeof *broad);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_district), cmocka_unit_test(test_street),
        cmocka_unit_test(test_narrow),   cmocka_unit_test(test_upright),
        cmocka_unit_test(test_broad),
    };
    return cmocka_run_group_tests(tests, context_group_set_up, context_group_tear_down);
}

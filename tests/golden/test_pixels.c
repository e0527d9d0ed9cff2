/* Crops of both scenes at a fixed moment, against the ones that were looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/gl/context.h"
#include "tests/golden/golden.h"
#include "tests/golden/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sample *sample;

struct crop {
    const char *panel; /* its id; the crop begins at its top left */
    int x, y, w, h;    /* from there */
};

static int
set_up(void **state)
{
    (void)state;
    sample = sample_create();
    return context_create(64, 64) ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    sample_destroy(sample);
    context_destroy();
    return 0;
}

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

static bool
crops_are_alike(const struct scene *scene, const uint8_t *pixels, const char *prefix,
                const struct crop *crops, size_t count)
{
    bool alike = true;
    for (size_t i = 0; i < count; i++) {
        char name[256];
        const struct crop *crop = &crops[i];
        const struct panel *panel = panel_of(scene, crop->panel);
        assert_non_null(panel);
        snprintf(name, sizeof name, "pixels/%s-%s.png", prefix, crop->panel);
        uint8_t *part = golden_crop(pixels, scene->solved_w, panel->rect.x + crop->x,
                                    panel->rect.y + crop->y, crop->w, crop->h);
        alike = golden_pixels(name, part, crop->w, crop->h) && alike;
        free(part);
    }
    return alike;
}

static void
assert_crops(const char *scene_name, const char *prefix, const struct renderer_frame *frame,
             const struct crop *crops, size_t count)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    assert_true(scene_load(scene_name, &scene, &report));
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, NULL);
    struct renderer *renderer = renderer_create(RENDERER_GL, &err);
    assert_non_null(renderer);
    assert_true(renderer_set_scene(renderer, &scene, &report));
    assert_true(renderer_draw(renderer, frame));
    size_t bytes = (size_t)scene.solved_w * (size_t)scene.solved_h * 4;
    uint8_t *pixels = malloc(bytes);
    assert_non_null(pixels);
    assert_true(renderer_read(renderer, pixels, bytes));
    bool alike = crops_are_alike(&scene, pixels, prefix, crops, count);
    unsigned long faults = renderer_faults(renderer);
    free(pixels);
    renderer_destroy(renderer);
    yaml_report_free(&report);
    assert_true(alike);
    assert_int_equal(faults, 0);
}

static void
test_district(void **state)
{
    (void)state;
    static const struct crop crops[] = {
        {"header", 0, 0, 700, 88},     {"kpi", 0, 0, 800, 80},         {"gauges", 0, 0, 640, 380},
        {"trend", 300, 0, 636, 236},   {"categories", 0, 0, 936, 120}, {"map", 1150, 490, 300, 230},
        {"timebar", 500, 0, 500, 128}, {"board", 0, 330, 936, 170},    {"alarms", 0, 0, 936, 200},
    };
    struct renderer_frame frame = sample_frame(sample);
    assert_crops("district-daily", "district", &frame, crops, sizeof crops / sizeof crops[0]);
}

static void
test_street(void **state)
{
    (void)state;
    static const struct crop crops[] = {
        {"alarms", 0, 0, 700, 260}, {"communities", 0, 0, 700, 200}, {"map", 350, 200, 300, 280}};
    struct renderer_frame frame = sample_frame(sample);
    assert_crops("street-duty", "street", &frame, crops, sizeof crops / sizeof crops[0]);
}

static void
test_street_stale(void **state)
{
    (void)state;
    static const struct crop crops[] = {{"header", 1200, 0, 720, 92}, {"gauges", 0, 0, 500, 250}};
    struct renderer_frame frame = sample_frame(sample);
    frame.feed.connected = frame.feed.in_sync = frame.feed.live = false;
    frame.feed.stale = true;
    frame.feed.age_ms = 245000;
    strcpy(frame.feed.reason, "连接中断");
    assert_crops("street-duty", "stale", &frame, crops, sizeof crops / sizeof crops[0]);
}

/* The judge itself: a glyph moved by one pixel fails, one level in every channel passes. */
static void
test_the_tolerance(void **state)
{
    (void)state;
    enum { W = 200, H = 60 };
    static uint8_t a[W * H * 4], b[W * H * 4];
    for (int i = 0; i < W * H; i++) {
        bool ink = i % W > 40 && i % W < 60 && i / W > 20 && i / W < 44;
        memset(a + i * 4, ink ? 0xe8 : 0x10, 4);
        memset(b + i * 4, ink ? 0xe7 : 0x11, 4);
    }
    struct golden_distance d = golden_compare(a, b, W * H);
    assert_true(d.share <= GOLDEN_SHARE && d.mean <= GOLDEN_MEAN);
    memcpy(b + 4, a, sizeof a - 4);
    d = golden_compare(a, b, W * H);
    assert_true(d.share > GOLDEN_SHARE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_district),
        cmocka_unit_test(test_street),
        cmocka_unit_test(test_street_stale),
        cmocka_unit_test(test_the_tolerance),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

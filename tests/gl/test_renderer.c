/* The renderer over a real GPU: partial repaints equal whole ones, the probe's cells, the window.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/gl/context.h"
#include "tests/golden/sample.h"

#include <stdlib.h>
#include <string.h>

enum { W = 1920, H = 540, WINDOW_W = 960, WINDOW_H = 400 };

static struct sample *sample;
static struct scene scene;
static struct renderer *renderer;
static uint8_t *kept, *fresh;

static struct renderer *
make_renderer(void)
{
    struct err err = {""};
    struct yaml_report report = {0};
    struct renderer *made = renderer_create(RENDERER_GL, &err);
    if (!made) {
        print_error("%s\n", err.text);
        return NULL;
    }
    if (!renderer_set_scene(made, &scene, &report)) {
        print_error("%s", report.text.ptr);
        renderer_destroy(made);
        made = NULL;
    }
    yaml_report_free(&report);
    return made;
}

static int
set_up(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    if (!context_create(WINDOW_W, WINDOW_H) || !scene_load("district-daily", &scene, &report)) {
        print_error("%s", report.text.len ? report.text.ptr : "");
        return -1;
    }
    scene_solve(&scene, W, H, NULL);
    sample = sample_create();
    kept = malloc((size_t)W * H * 4);
    fresh = malloc((size_t)W * H * 4);
    renderer = make_renderer();
    return renderer && kept && fresh ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    renderer_destroy(renderer);
    sample_destroy(sample);
    free(kept);
    free(fresh);
    context_destroy();
    return 0;
}

static void
read_into(struct renderer *from, uint8_t *pixels)
{
    assert_true(renderer_read(from, pixels, (size_t)W * H * 4));
}

static void
assert_like_a_whole_repaint(const struct renderer_frame *frame)
{
    struct renderer *other = make_renderer();
    assert_non_null(other);
    assert_true(renderer_draw(other, frame));
    read_into(other, fresh);
    read_into(renderer, kept);
    assert_memory_equal(kept, fresh, (size_t)W * H * 4);
    assert_int_equal(renderer_faults(other), 0);
    renderer_destroy(other);
}

static void
test_partial_repaints_equal_whole_ones(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    struct renderer_frame empty = frame;
    empty.snapshot = NULL;
    renderer_draw(renderer, &empty);
    assert_like_a_whole_repaint(&empty);

    assert_true(renderer_draw(renderer, &frame));
    assert_like_a_whole_repaint(&frame);

    frame.moment_ms += 1000;
    assert_true(renderer_draw(renderer, &frame));
    assert_like_a_whole_repaint(&frame);

    frame.moment_ms += 61000;
    assert_true(renderer_draw(renderer, &frame));
    assert_like_a_whole_repaint(&frame);

    frame.feed.stale = true;
    frame.feed.live = frame.feed.in_sync = false;
    frame.feed.age_ms = 245000;
    assert_true(renderer_draw(renderer, &frame));
    assert_like_a_whole_repaint(&frame);

    frame = sample_frame(sample);
    assert_true(renderer_draw(renderer, &frame));
    assert_like_a_whole_repaint(&frame);
    assert_int_equal(renderer_faults(renderer), 0);
}

static void
test_the_same_frame_draws_nothing(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    renderer_draw(renderer, &frame);
    assert_false(renderer_draw(renderer, &frame));
    frame.feed.seq++; /* a newer cursor alone is nothing to see */
    assert_false(renderer_draw(renderer, &frame));
}

static uint64_t
probe_of(const uint8_t *pixels, int stride, int top)
{
    uint64_t bits = 0;
    for (int cell = 0; cell < 34; cell++) {
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                const uint8_t *p = pixels + ((top + y) * stride + cell * 4 + x) * 4;
                assert_true(p[0] == p[1] && p[1] == p[2]);
                assert_true(p[0] == 0 || p[0] == 255);
                assert_int_equal(p[0], pixels[(top * stride + cell * 4) * 4]);
            }
        }
        bits |= (uint64_t)(pixels[(top * stride + cell * 4) * 4] == 255) << cell;
    }
    return bits;
}

static void
test_probe_cells(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    frame.probe = true;
    frame.feed.seq = 0x1a5c3f1;
    assert_true(renderer_draw(renderer, &frame));
    read_into(renderer, kept);
    uint64_t bits = probe_of(kept, W, 0);
    assert_int_equal(bits & 0xffffff, 0xa5c3f1);
    assert_int_equal(bits >> 30, 0xb); /* scene drawn, in sync, black, white */
    uint64_t first = bits >> 24 & 0x3f;

    assert_false(renderer_draw(renderer, &frame)); /* nothing new: no frame, no count */
    frame.feed.seq++;
    assert_true(renderer_draw(renderer, &frame)); /* the cursor alone is a new frame here */
    read_into(renderer, kept);
    bits = probe_of(kept, W, 0);
    assert_int_equal(bits & 0xffffff, 0xa5c3f2);
    assert_int_equal(bits >> 24 & 0x3f, (first + 1) & 0x3f);

    frame.feed.in_sync = false;
    frame.snapshot = NULL;
    assert_true(renderer_draw(renderer, &frame));
    read_into(renderer, kept);
    assert_int_equal(probe_of(kept, W, 0) >> 30, 0x8);

    frame = sample_frame(sample); /* switched off: the header is whole again */
    assert_true(renderer_draw(renderer, &frame));
    assert_like_a_whole_repaint(&frame);
}

/* The window has other proportions than the canvas: bars above and below, cells where they were. */
static void
test_present_keeps_proportions(void **state)
{
    (void)state;
    struct renderer_frame frame = sample_frame(sample);
    frame.probe = true;
    renderer_draw(renderer, &frame);
    renderer_present(renderer, WINDOW_W, WINDOW_H);
    uint8_t *window = malloc((size_t)WINDOW_W * WINDOW_H * 4);
    assert_non_null(window);
    context_read(window, WINDOW_W, WINDOW_H);
    int bar = (WINDOW_H - WINDOW_W * H / W) / 2;
    assert_int_equal(bar, 65);
    assert_int_equal(probe_of(window, WINDOW_W, 0) >> 30, 0xb);
    for (int x = 200; x < WINDOW_W; x++) {
        const uint8_t *p = window + (bar - 1) * WINDOW_W * 4 + x * 4;
        assert_int_equal(p[0] + p[1] + p[2], 0);
    }
    /* the ground's colour arrives unchanged: no sRGB step is done twice or left out */
    read_into(renderer, kept);
    const uint8_t *ground = kept + ((H - 2) * W + 2) * 4;
    const uint8_t *shown = window + ((WINDOW_H - bar - 1) * WINDOW_W + 1) * 4;
    for (int channel = 0; channel < 3; channel++) {
        assert_int_equal(ground[channel], shown[channel]);
    }
    assert_int_equal(ground[0], 0x0b);
    assert_int_equal(renderer_faults(renderer), 0);
    free(window);
}

/* The context goes, with all that was in it: the next frame is the same picture, and the frames
 * after it go on in parts. */
static void
test_a_lost_context_is_rebuilt(void **state)
{
    (void)state;
    struct err err = {""};
    struct renderer_frame frame = sample_frame(sample);
    frame.moment_ms += 5000;
    renderer_draw(renderer, &frame);
    read_into(renderer, kept);
    uint8_t *before = malloc((size_t)W * H * 4);
    assert_non_null(before);
    memcpy(before, kept, (size_t)W * H * 4);
    assert_false(renderer_is_lost(renderer));
    assert_true(context_renew());
    assert_true(renderer_rebuild(renderer, &err));
    assert_true(renderer_draw(renderer, &frame)); /* though nothing in it changed */
    read_into(renderer, kept);
    assert_memory_equal(before, kept, (size_t)W * H * 4);
    free(before);
    assert_false(renderer_draw(renderer, &frame));
    frame.moment_ms += 61000;
    assert_true(renderer_draw(renderer, &frame));
    assert_like_a_whole_repaint(&frame);
    assert_int_equal(renderer_faults(renderer), 0);
}

static int64_t
slow_clock(void)
{
    static int64_t now_ns;
    return now_ns += 1000000000; /* by this one every GPU is slow */
}

/* What differs between the window and the canvas after it was presented. */
static size_t
window_differs(const uint8_t *window)
{
    size_t differs = 0;
    read_into(renderer, kept);
    for (size_t i = 0; i < (size_t)W * H; i++) {
        differs += memcmp(window + i * 4, kept + i * 4, 3) != 0;
    }
    return differs;
}

/* Presented in parts, frame after frame, the window shows the canvas; and what it held beside the
 * parts was really left alone. */
static void
test_presented_in_parts(void **state)
{
    (void)state;
    static uint8_t window[W * H * 4];
    struct renderer_frame frame = sample_frame(sample);
    renderer_destroy(renderer);
    context_destroy();
    assert_true(context_create(W, H));
    renderer = make_renderer();
    assert_non_null(renderer);
    renderer_try_out(renderer, slow_clock);
    int presents = 0;
    for (uint32_t i = 0, random = 7; i < 60; i++) {
        random = random * 1664525 + 1013904223;
        frame.moment_ms += random >> 20 & 2047;
        frame.feed.seq += random >> 8 & 1;
        frame.probe = (random >> 16 & 15) == 0 ? !frame.probe : frame.probe;
        frame.feed.stale = (random >> 24 & 15) == 0 ? !frame.feed.stale : frame.feed.stale;
        if (!renderer_draw(renderer, &frame)) {
            continue;
        }
        renderer_present(renderer, W, H);
        context_read(window, W, H);
        /* but for the mark by which the window is tried out */
        assert_int_equal(window_differs(window), presents++ < 2);
        context_swap();
    }
    assert_non_null(renderer_tried(renderer));
    print_message("%s\n", renderer_tried(renderer));
    if (strstr(renderer_tried(renderer),
               "bring what changed")) { /* spoil the window behind the renderer's back: only the
                                           parts are mended */
        context_clear();
        context_swap();
        frame.moment_ms += 1000;
        assert_true(renderer_draw(renderer, &frame));
        renderer_present(renderer, W, H);
        context_read(window, W, H);
        assert_in_range(window_differs(window), W * H / 2, W * H);
        renderer_expose(renderer);
        renderer_present(renderer, W, H);
        context_read(window, W, H);
        assert_int_equal(window_differs(window), 0);
    }
    assert_int_equal(renderer_faults(renderer), 0);
}

static void
test_a_wrong_scene_leaves_the_old_one(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct scene wrong = scene;
    strcpy(wrong.theme, "no-such-theme");
    assert_false(renderer_set_scene(renderer, &wrong, &report));
    assert_true(report.count > 0);
    yaml_report_free(&report);
    struct renderer_frame frame = sample_frame(sample);
    renderer_draw(renderer, &frame);
    assert_like_a_whole_repaint(&frame);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partial_repaints_equal_whole_ones),
        cmocka_unit_test(test_the_same_frame_draws_nothing),
        cmocka_unit_test(test_probe_cells),
        cmocka_unit_test(test_present_keeps_proportions),
        cmocka_unit_test(test_a_wrong_scene_leaves_the_old_one),
        cmocka_unit_test(test_a_lost_context_is_rebuilt),
        cmocka_unit_test(test_presented_in_parts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* What reaches the glass: a window of a virtual X server, whose framebuffer is read and compared
 * with the canvas after every frame, whether it was swapped or its parts were shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/renderer_inside.h"
#include "tests/bench/glass_screen.h"
#include "tests/gl/context.h"
#include "tests/golden/sample.h"
#include "wall/base/clock.h"
#include "wall/base/loaded.h"
#include "wall/base/log.h"
#include "wall/display.h"
#include "wall/refusals.h"

#include <SDL.h>
#include <stdlib.h>
#include <unistd.h>

/* SETTLED: frames after which parts are shown. */
enum { W = 960, H = 540, FRAMES = 30, SETTLED = 30, PATIENCE_MS = 2000 };

static struct {
    struct glass_screen *screen;
    struct display *display;
    struct renderer *renderer;
    struct sample *sample;
    uint8_t *canvas;
    uint32_t random;
    int first_swaps; /* because of another size */
} own;

static bool
set_scene(int w, int h)
{
    struct yaml_report report = {0};
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    bool ok = scene_load("district-daily", scene, &report);
    scene_solve(scene, w, h, NULL);
    ok = ok && renderer_set_scene(own.renderer, scene, &report);
    free(scene);
    yaml_report_free(&report);
    return ok;
}

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    own.screen = glass_screen_start(W, H, &err);
    if (!own.screen) {
        print_message("skipped: %s\n", err.text);
        return 0;
    }
    struct display_config config = {.size = {W, H}};
    setenv("DISPLAY", glass_screen_display(own.screen), 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    own.display = display_create(&config, &err);
    own.renderer = own.display ? renderer_create(RENDERER_GL, &err) : NULL;
    own.sample = sample_create();
    own.canvas = malloc((size_t)W * H * 4);
    if (!own.renderer || !own.canvas || !set_scene(W, H)) {
        print_error("%s\n", err.text);
        return -1;
    }
    renderer_try_out(own.renderer, clock_mono_ns);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    renderer_destroy(own.renderer);
    display_destroy(own.display);
    glass_screen_stop(own.screen);
    if (own.sample) {
        sample_destroy(own.sample);
    }
    free(own.canvas);
    return 0;
}

/* Pixels of the glass that are not the canvas's. */
static int
differs(int w, int h)
{
    int count = 0;
    for (int y = 0; y < h; y++) {
        const volatile uint32_t *row = glass_screen_row(own.screen, y);
        for (int x = 0; x < w; x++) {
            const uint8_t *p = own.canvas + ((size_t)y * (size_t)w + (size_t)x) * 4;
            uint32_t expected = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
            count += (row[x] & 0xffffff) != expected;
        }
    }
    return count;
}

/* The server may still be busy with it. marks: pixels by which the window is tried out. */
static void
assert_on_the_glass(int w, int h, int marks)
{
    assert_true(renderer_read(own.renderer, own.canvas, (size_t)W * H * 4));
    int waited_ms = 0;
    while (differs(w, h) > marks && waited_ms < PATIENCE_MS) {
        usleep(10000);
        waited_ms += 10;
    }
    if (waited_ms >= PATIENCE_MS) {
        fail_msg("%d of %d x %d pixels are wrong on the glass", differs(w, h), w, h);
    }
}

/* Random changes for so many frames, each looked for on the glass; returns how many were swapped.
 */
static int
play(struct renderer_frame *frame, int frames, int w, int h)
{
    int swapped = 0;
    for (int i = 0; i < frames; i++) {
        own.random = own.random * 1664525 + 1013904223;
        frame->moment_ms += 1000 + (own.random >> 20 & 1023);
        frame->feed.seq++;
        frame->feed.stale = i / 8 % 4 == 3;
        assert_true(renderer_draw(own.renderer, frame));
        struct renderer_window at = {.whole_w = w, .whole_h = h, .w = w, .h = h};
        if (renderer_swap_first(own.renderer, &at)) {
            display_swap(own.display);
            own.first_swaps++;
        }
        if (renderer_present_window(own.renderer, &at)) {
            display_swap(own.display);
            swapped++;
        }
        assert_on_the_glass(w, h, renderer_tried(own.renderer) ? 0 : 1);
    }
    return swapped;
}

/* As where a processor draws slowly, however fast this one is. */
static bool
shows_parts(void)
{
    own.renderer->gpu->slow = own.renderer->gpu->software;
    return own.renderer->gpu->slow;
}

static void
test_every_frame_is_on_the_glass(void **state)
{
    (void)state;
    if (!own.screen) {
        skip();
    }
    struct renderer_frame frame = sample_frame(own.sample);
    frame.probe = true;
    assert_int_equal(play(&frame, SETTLED, W, H), SETTLED);
    assert_non_null(renderer_tried(own.renderer));
    if (!shows_parts()) {
        print_message("skipped: no renderer of Mesa's that can show parts\n");
        skip();
    }
    assert_int_equal(play(&frame, FRAMES, W, H), 0);
    renderer_expose(own.renderer);
    assert_int_equal(play(&frame, FRAMES, W, H), 1); /* lost: whole */
    assert_int_equal(renderer_faults(own.renderer), 0);
}

static void
resize(int w, int h)
{
    struct display_event event;
    int now_w = 0, now_h = 0;
    Uint32 id = 1; /* the first that is there: one was made for each kind of context tried */
    while (id < 8 && !SDL_GetWindowFromID(id)) {
        id++;
    }
    SDL_SetWindowSize(SDL_GetWindowFromID(id), w, h);
    for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += 10) {
        while (display_poll(own.display, &event)) {
        }
        display_size(own.display, &now_w, &now_h);
        if (now_w == w && now_h == h) {
            break;
        }
        usleep(10000);
    }
    assert_true(now_w == w && now_h == h);
    assert_true(set_scene(w, h));
}

/* The window system takes note of another size late: nothing of it is seen. */
static void
test_another_size_is_on_the_glass(void **state)
{
    (void)state;
    static const int SIZES[][2] = {{W, H}, {800, 450}, {W, 400}, {640, 500}, {W, H}};
    if (!own.screen) {
        skip();
    }
    struct renderer_frame frame = sample_frame(own.sample);
    int parts = 0;
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        resize(SIZES[i][0], SIZES[i][1]);
        int frames = SETTLED + (int)(i % 3) * 4; /* until it is shown in parts, or not yet */
        parts += frames - play(&frame, frames, SIZES[i][0], SIZES[i][1]);
        shows_parts();
    }
    if (shows_parts()) {
        assert_true(parts > 0);
        assert_true(own.first_swaps > 0);
    }
    assert_int_equal(renderer_faults(own.renderer), 0);
}

/* As where the window has just become smaller: it goes on, and is told to show all of it. */
static void
test_what_the_server_refuses_is_shown_anew(void **state)
{
    (void)state;
    struct display_event event;
    if (!own.screen) {
        skip();
    }
    struct gpu *gpu = own.renderer->gpu;
    while (display_poll(own.display, &event)) {
    }
    log_set_level(LOG_LEVEL_ERROR);
    struct gpu_box beside = {0, H + 500, 10, H + 600};
    bool asked = gpu->window_show(gpu, &beside, 1);
    assert_true(asked || !gpu->software);
    bool told = display_poll(own.display, &event);
    log_set_level(LOG_LEVEL_INFO);
    if (!asked) {
        skip();
    }
    assert_true(told);
    assert_int_equal(event.kind, DISPLAY_EXPOSED);
    assert_false(display_poll(own.display, &event));
}

static int given_up;

/* In place of Xlib's, which would end the test. */
static int
give_up(void *display, const void *error)
{
    (void)display, (void)error;
    given_up++;
    return 0;
}

static void
test_refusals_that_do_not_cease_end_it(void **state)
{
    (void)state;
    void *(*set)(int (*)(void *, const void *)) = NULL;
    if (!own.screen || !loaded_find("libX11.so.6", "XSetErrorHandler", &set)) {
        skip();
    }
    set(give_up);
    refusals_catch();
    log_set_level(LOG_LEVEL_ERROR);
    struct gpu_box beside = {0, H + 500, 10, H + 600};
    struct gpu *gpu = own.renderer->gpu;
    for (int i = 0; i < 45 && gpu->window_show(gpu, &beside, 1); i++) {
    }
    assert_int_equal(given_up, 0);
    bool asked = false;
    for (int i = 0; i < 10; i++) {
        asked = gpu->window_show(gpu, &beside, 1);
    }
    log_set_level(LOG_LEVEL_INFO);
    assert_true(!asked || given_up > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_frame_is_on_the_glass),
        cmocka_unit_test(test_another_size_is_on_the_glass),
        cmocka_unit_test(test_what_the_server_refuses_is_shown_anew),
        cmocka_unit_test(test_refusals_that_do_not_cease_end_it),
    };
    display_prepare();
    if (context_is_es()) { /* a driver too old for OpenGL 3.3: the display takes ES 3.0 */
        setenv("MESA_GL_VERSION_OVERRIDE", "2.1", 1);
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

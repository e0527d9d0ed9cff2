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
#include "wall/base/log.h"
#include "wall/display.h"
#include "wall/refusals.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { W = 960, H = 540, FRAMES = 60, FIRST = 4, EXPOSED = 30, PATIENCE_MS = 2000 };

static struct {
    struct glass_screen *screen;
    struct display *display;
    struct renderer *renderer;
    struct sample *sample;
    uint8_t *canvas;
} own;

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
    struct yaml_report report = {0};
    struct scene *scene = calloc(1, sizeof *scene);
    setenv("DISPLAY", glass_screen_display(own.screen), 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    own.display = display_create(&config, &err);
    own.renderer = own.display ? renderer_create(RENDERER_GL, &err) : NULL;
    own.sample = sample_create();
    own.canvas = malloc((size_t)W * H * 4);
    if (!own.renderer || !own.canvas || !scene || !scene_load("district-daily", scene, &report)) {
        print_error("%s\n", err.text);
        return -1;
    }
    scene_solve(scene, W, H, NULL);
    bool ok = renderer_set_scene(own.renderer, scene, &report);
    free(scene);
    yaml_report_free(&report);
    renderer_try_out(own.renderer, clock_mono_ns);
    return ok ? 0 : -1;
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
differs(void)
{
    int count = 0;
    for (int y = 0; y < H; y++) {
        const volatile uint32_t *row = glass_screen_row(own.screen, y);
        for (int x = 0; x < W; x++) {
            const uint8_t *p = own.canvas + ((size_t)y * W + (size_t)x) * 4;
            uint32_t expected = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
            count += (row[x] & 0xffffff) != expected;
        }
    }
    return count;
}

/* The server may still be busy with it. */
static void
assert_on_the_glass(int frame)
{
    assert_true(renderer_read(own.renderer, own.canvas, (size_t)W * H * 4));
    int most = frame < FIRST ? 1 : 0; /* the mark by which the window is tried out */
    for (int waited_ms = 0; differs() > most && waited_ms < PATIENCE_MS; waited_ms += 10) {
        usleep(10000);
    }
    if (differs() > most) {
        fail_msg("frame %d: %d pixels are wrong on the glass", frame, differs());
    }
}

static void
test_every_frame_is_on_the_glass(void **state)
{
    (void)state;
    if (!own.screen) {
        skip();
    }
    struct renderer_frame frame = sample_frame(own.sample);
    int drawn = 0, swapped = 0;
    frame.probe = true;
    for (uint32_t i = 0, random = 5; i < FRAMES; i++) {
        random = random * 1664525 + 1013904223;
        frame.moment_ms += 200 + (random >> 20 & 1023);
        frame.feed.seq++;
        frame.feed.stale = i / 8 % 4 == 3;
        assert_true(renderer_draw(own.renderer, &frame));
        if (i == EXPOSED) {
            renderer_expose(own.renderer);
        }
        bool swaps = renderer_present(own.renderer, W, H);
        if (swaps) {
            display_swap(own.display);
        }
        drawn++;
        swapped += swaps;
        assert_true(swaps || (i >= 2 && i != EXPOSED)); /* tried out, or lost: whole */
        assert_on_the_glass((int)i);
    }
    print_message("%d frames, %d of them swapped\n", drawn, swapped);
    if (own.renderer->gpu->software) { /* Mesa's, which can show parts */
        assert_in_range(swapped, 3, 6);
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
    void *library = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    void *at = library ? dlsym(library, "XSetErrorHandler") : NULL;
    memcpy(&set, &at, sizeof at);
    if (!own.screen || !set) {
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
        cmocka_unit_test(test_what_the_server_refuses_is_shown_anew),
        cmocka_unit_test(test_refusals_that_do_not_cease_end_it),
    };
    display_prepare();
    if (context_is_es()) { /* a driver too old for OpenGL 3.3: the display takes ES 3.0 */
        setenv("MESA_GL_VERSION_OVERRIDE", "2.1", 1);
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

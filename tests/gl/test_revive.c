/* A lost context, from the display's side: a new one is made in the same window, everything is made
 * anew in it, and the picture is the one from before; where that fails it is tried again, not at
 * once and for ever. Offscreen, and in a window of a virtual X server where there is one. The
 * driver here never loses a context, so the renderer is told that it did; and SDL's swap stands in
 * for itself, to say what it says where EGL has lost one. */
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
#include "wall/base/file.h"
#include "wall/base/log.h"
#include "wall/revive.h"

#include <SDL.h>
#include <dlfcn.h>
#include <epoxy/gl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { W = 960, H = 540 };

static struct {
    struct display *display;
    struct renderer *renderer;
    struct sample *sample;
    struct renderer_frame frame;
    uint8_t *canvas, *window, *now;
} own;

static bool egl_has_lost_it;

/* In place of SDL's: this program's symbols go first. */
void
SDL_GL_SwapWindow(SDL_Window *window)
{
    void (*swap)(SDL_Window *);
    *(void **)&swap = dlsym(RTLD_NEXT, "SDL_GL_SwapWindow");
    assert_non_null(swap);
    swap(window);
    if (egl_has_lost_it) {
        SDL_SetError("unable to show color buffer in an OS-native window (call to eglSwapBuffers "
                     "failed, reporting an error of EGL_CONTEXT_LOST)");
    }
}

static bool
is_lost(struct gpu *gpu)
{
    (void)gpu;
    return true;
}

/* The bytes of window or canvas. */
static const uint8_t *
read_picture(bool window)
{
    struct gpu *gpu = own.renderer->gpu;
    struct gpu_target from = window ? (struct gpu_target){GPU_WINDOW} : own.renderer->canvas;
    assert_true(gpu->read(gpu, from, (struct gpu_box){0, 0, W, H}, own.now));
    return own.now;
}

static void
start(bool offscreen)
{
    struct display_config config = {.offscreen = offscreen, .size = {W, H}};
    struct yaml_report report = {0};
    struct err err = {""};
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    own.display = display_create(&config, &err);
    if (!own.display) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(epoxy_is_desktop_gl(), !context_is_es());
    own.renderer = renderer_create(RENDERER_GL, &err);
    assert_non_null(own.renderer);
    assert_true(scene_load("district-daily", scene, &report));
    scene_solve(scene, W, H, NULL);
    assert_true(renderer_set_scene(own.renderer, scene, &report));
    free(scene);
    yaml_report_free(&report);
    own.sample = sample_create();
    own.frame = sample_frame(own.sample);
    own.canvas = malloc((size_t)W * H * 4);
    own.window = malloc((size_t)W * H * 4);
    own.now = malloc((size_t)W * H * 4);
    assert_true(own.canvas && own.window && own.now);
    renderer_try_out(own.renderer, clock_mono_ns);
}

static void
end(void)
{
    renderer_destroy(own.renderer);
    display_destroy(own.display);
    sample_destroy(own.sample);
    free(own.canvas);
    free(own.window);
    free(own.now);
    own.renderer = NULL;
    own.display = NULL;
}

/* Some frames, so that the window is tried out and presented in parts; ends before a swap. */
static void
play(int frames)
{
    for (int i = 0; i < frames; i++) {
        own.frame.moment_ms += 1000;
        assert_true(renderer_draw(own.renderer, &own.frame));
        if (renderer_present(own.renderer, W, H) && i < frames - 1) {
            display_swap(own.display);
        }
    }
}

static void
keep_pictures(void)
{
    memcpy(own.canvas, read_picture(false), (size_t)W * H * 4);
    memcpy(own.window, read_picture(true), (size_t)W * H * 4);
    assert_memory_equal(own.canvas, own.window, (size_t)W * H * 4);
}

static void
lose_and_revive(struct revive *revive, int64_t now_ms)
{
    GLuint old = 0;
    glGenTextures(1, &old);
    glBindTexture(GL_TEXTURE_2D, old);
    assert_true(glIsTexture(old));
    own.renderer->gpu->lost = is_lost;
    assert_int_equal(revive_look(revive, own.display, own.renderer, now_ms), REVIVE_DONE);
    assert_false(renderer_is_lost(own.renderer));
    assert_int_equal(revive_look(revive, own.display, own.renderer, now_ms + 1), REVIVE_NEEDLESS);
    renderer_try_out(own.renderer, clock_mono_ns);
}

static void
lose_twice(void)
{
    struct revive revive = {.tried = false};
    play(5);
    keep_pictures();
    for (int i = 0; i < 2; i++) {
        lose_and_revive(&revive, 10000 + i * REVIVE_EVERY_MS);
        renderer_expose(own.renderer);
        assert_true(renderer_draw(own.renderer, &own.frame)); /* though nothing in it changed */
        renderer_present(own.renderer, W, H);
        assert_memory_equal(read_picture(false), own.canvas, (size_t)W * H * 4);
        /* all but the last pixel, by which the window is tried out */
        assert_memory_equal(read_picture(true), own.canvas, ((size_t)W * H - 1) * 4);
        display_swap(own.display);
        play(5); /* and it goes on, in parts again */
        keep_pictures();
        assert_non_null(renderer_tried(own.renderer));
    }
    assert_int_equal(renderer_faults(own.renderer), 0);
}

static void
test_offscreen(void **state)
{
    (void)state;
    start(true);
    lose_twice();
    end();
}

/* Where the driver has no way to be asked, the swap tells. Other errors are none of that. */
static void
test_the_swap_tells(void **state)
{
    (void)state;
    struct revive revive = {.tried = false};
    start(true);
    play(4);
    keep_pictures();
    SDL_SetError("an error from before");
    assert_true(display_swap(own.display));
    SDL_SetError("EGL_CONTEXT_LOST, from before");
    assert_true(display_swap(own.display));
    egl_has_lost_it = true;
    assert_false(display_swap(own.display));
    egl_has_lost_it = false;
    assert_false(renderer_is_lost(own.renderer));
    renderer_lose(own.renderer);
    assert_true(renderer_is_lost(own.renderer));
    assert_int_equal(revive_look(&revive, own.display, own.renderer, 1), REVIVE_DONE);
    assert_false(renderer_is_lost(own.renderer));
    assert_true(renderer_draw(own.renderer, &own.frame));
    assert_memory_equal(read_picture(false), own.canvas, (size_t)W * H * 4);
    assert_true(display_swap(own.display));
    end();
}

/* A shader that is too long to be one: everything but the brush can be made anew. */
static void
spoil_assets(char folder[64])
{
    char path[128];
    struct err err = {""};
    size_t size = 1 << 20;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ' ', size);
    strcpy(folder, "/tmp/wallboard-revive-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/shaders", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/shaders/triangle.frag.glsl", folder);
    assert_true(file_write(path, (struct str){text, size}, &err));
    free(text);
}

static void
remove_assets(const char *folder)
{
    char path[128];
    snprintf(path, sizeof path, "%s/shaders/triangle.frag.glsl", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/shaders", folder);
    rmdir(path);
    rmdir(folder);
}

static void
test_what_fails_is_tried_again(void **state)
{
    (void)state;
    struct revive revive = {.tried = false};
    char folder[64], given[1024] = "";
    snprintf(given, sizeof given, "%s",
             getenv("WALLBOARD_ASSETS") ? getenv("WALLBOARD_ASSETS") : "");
    start(true);
    play(4);
    keep_pictures();
    own.renderer->gpu->lost = is_lost;
    spoil_assets(folder);
    setenv("WALLBOARD_ASSETS", folder, 1);
    log_set_level(LOG_LEVEL_ERROR);
    assert_int_equal(revive_look(&revive, own.display, own.renderer, 0), REVIVE_LATER);
    assert_true(renderer_is_lost(own.renderer)); /* nothing was half done */
    remove_assets(folder);
    setenv("WALLBOARD_ASSETS", given, 1);
    /* it would work now, but a second has not passed */
    assert_int_equal(revive_look(&revive, own.display, own.renderer, 1), REVIVE_LATER);
    assert_int_equal(revive_look(&revive, own.display, own.renderer, REVIVE_EVERY_MS - 1),
                     REVIVE_LATER);
    assert_int_equal(revive_look(&revive, own.display, own.renderer, REVIVE_EVERY_MS), REVIVE_DONE);
    assert_true(renderer_draw(own.renderer, &own.frame));
    assert_memory_equal(read_picture(false), own.canvas, (size_t)W * H * 4);
    end();
}

static void
test_in_a_window(void **state)
{
    (void)state;
    struct err err = {""};
    struct glass_screen *screen = glass_screen_start(1280, 720, &err);
    if (!screen) {
        print_message("skipped: %s\n", err.text);
        skip();
    }
    setenv("DISPLAY", glass_screen_display(screen), 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    start(false);
    lose_twice();
    end();
    unsetenv("SDL_VIDEODRIVER");
    glass_screen_stop(screen);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offscreen),
        cmocka_unit_test(test_the_swap_tells),
        cmocka_unit_test(test_what_fails_is_tried_again),
        cmocka_unit_test(test_in_a_window),
    };
    display_prepare();
    if (context_is_es()) { /* a driver too old for OpenGL 3.3: the display takes ES 3.0 */
        setenv("MESA_GL_VERSION_OVERRIDE", "2.1", 1);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

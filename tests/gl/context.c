#include "tests/gl/context.h"

#include <SDL2/SDL.h>
#include <epoxy/gl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif
#if SANITIZED
/* SDL unloads the driver at its end, and the leak check can then no longer name what the driver
 * keeps for the life of the process: it stays loaded. */
int dlclose(void *handle);

int
dlclose(void *handle)
{
    (void)handle;
    return 0;
}
#endif

static SDL_Window *window;
static SDL_GLContext context;

bool
context_is_es(void)
{
    const char *wanted = getenv("WALLBOARD_TEST_GL");
    return wanted && strcmp(wanted, "es") == 0;
}

static bool
failed(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, SDL_GetError());
    context_destroy();
    return false;
}

bool
context_create(int width_px, int height_px)
{
    setenv("SDL_VIDEODRIVER", "offscreen", 1);
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return failed("SDL");
    }
    bool es = context_is_es();
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK,
                        es ? SDL_GL_CONTEXT_PROFILE_ES : SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, es ? 0 : 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_FLAGS, SDL_GL_CONTEXT_DEBUG_FLAG);
    window = SDL_CreateWindow("test", 0, 0, width_px, height_px, SDL_WINDOW_OPENGL);
    if (!window) {
        return failed("window");
    }
    context = SDL_GL_CreateContext(window);
    return context ? true : failed("OpenGL context");
}

void
context_destroy(void)
{
    if (context) {
        SDL_GL_DeleteContext(context);
    }
    if (window) {
        SDL_DestroyWindow(window);
    }
    context = NULL;
    window = NULL;
    SDL_Quit();
}

int
context_group_set_up(void **state)
{
    (void)state;
    return context_create(64, 64) ? 0 : -1;
}

int
context_group_tear_down(void **state)
{
    (void)state;
    context_destroy();
    return 0;
}

bool
context_renew(void)
{
    SDL_GL_DeleteContext(context);
    context = SDL_GL_CreateContext(window);
    return context ? true : failed("OpenGL context");
}

void
context_swap(void)
{
    SDL_GL_SwapWindow(window);
}

void
context_clear(void)
{
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDisable(GL_SCISSOR_TEST);
    glClearColor(0, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

void
context_finish(void)
{
    glFinish();
}

void
context_read(uint8_t *rgba, int width_px, int height_px)
{
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    for (int y = 0; y < height_px; y++) {
        glReadPixels(0, height_px - 1 - y, width_px, 1, GL_RGBA, GL_UNSIGNED_BYTE,
                     rgba + (size_t)y * (size_t)width_px * 4);
    }
}

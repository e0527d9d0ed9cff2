#include "wall/display.h"

#include "wall/desktop.h"
#include "wall/refusals.h"

#include <SDL.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct display {
    SDL_Window *windows[DISPLAY_WINDOWS];
    struct desktop_box
        boxes[DISPLAY_WINDOWS]; /* where each lies on the desktop; of one alone not asked */
    int windows_count, entered;
    SDL_GLContext context;
    bool offscreen, asked_to_quit;
    int rate;
    int wake_fd;       /* offscreen: there SDL cannot sleep until an event */
    Uint32 wake_event; /* on a display: pushed into SDL's queue */
    _Atomic bool waking;
    bool pointer_shown;
    char describe[160];
};

/* Signals reach the one display there is. */
static volatile sig_atomic_t signalled;
static int signal_fd = -1;

static void
on_signal(int number)
{
    (void)number;
    int before = errno;
    signalled = 1;
    if (signal_fd >= 0) {
        uint64_t one = 1;
        ssize_t written = write(signal_fd, &one, sizeof one);
        (void)written; /* full: it is readable anyway */
    }
    errno = before;
}

static void
catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* What SDL would look for and nobody here needs: the tables for typing accented letters, which cost
 * more to read than all the rest of its start, and a session bus where none runs, which would start
 * one. */
void
display_prepare(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char bus[256];
    snprintf(bus, sizeof bus, "%s/bus", runtime ? runtime : "");
    setenv("XCOMPOSEFILE", "/dev/null", 0);
    if (access(bus, F_OK) != 0) {
        setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 0);
    }
}

/* SDL takes its offscreen driver without a word where there is no display: a kiosk whose window
 * system did not start would run blind. */
static bool
init_video(bool offscreen, struct err *err)
{
    const char *asked = getenv("SDL_VIDEODRIVER");
    bool named = asked && *asked;
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "1");
    if (offscreen) {
        SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER, "offscreen", SDL_HINT_OVERRIDE);
    }
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
        return err_set(err, "display: %s; start a window system, or give --offscreen",
                       SDL_GetError());
    }
    const char *driver = SDL_GetCurrentVideoDriver();
    bool blind = !driver || strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0 ||
                 strcmp(driver, "evdev") == 0;
    if (!offscreen && blind && !named) {
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return err_set(err, "display: none found (DISPLAY and WAYLAND_DISPLAY name none that "
                            "answers); start a window system, or give --offscreen");
    }
    return true;
}

static int
list_bounds(struct desktop_box boxes[DESKTOP_DISPLAYS])
{
    int count = 0;
    for (int i = 0; i < SDL_GetNumVideoDisplays() && count < DESKTOP_DISPLAYS; i++) {
        SDL_Rect r;
        if (SDL_GetDisplayBounds(i, &r) == 0) {
            boxes[count++] = (struct desktop_box){r.x, r.y, r.w, r.h};
        }
    }
    return count;
}

/* Only some window systems let a window lie on several displays. */
static bool
windows_span(void)
{
    return strcmp(SDL_GetCurrentVideoDriver(), "x11") == 0;
}

/* Whether each display gets a window of its own. */
static bool
wants_each(const struct display *display, const struct display_config *config)
{
    bool each = config->index == DISPLAY_EACH || (config->index == DISPLAY_ALL && !windows_span());
    return each && !display->offscreen && config->size[0] <= 0;
}

static bool
make_window(struct display *display, struct desktop_box at, Uint32 flags, struct err *err)
{
    flags |= SDL_WINDOW_OPENGL | SDL_WINDOW_ALLOW_HIGHDPI;
    SDL_Window *window = SDL_CreateWindow("wallboard", at.x, at.y, at.w, at.h, flags);
    if (!window) {
        return err_set(err, "display: no window: %s", SDL_GetError());
    }
    display->boxes[display->windows_count] = at;
    display->windows[display->windows_count++] = window;
    return true;
}

static bool
make_one(struct display *display, const struct display_config *config, struct err *err)
{
    struct desktop_box boxes[DESKTOP_DISPLAYS], at = {0, 0, config->size[0], config->size[1]};
    if (display->offscreen) {
        return make_window(display, at, SDL_WINDOW_HIDDEN, err);
    }
    int count = list_bounds(boxes), index = config->index < 0 ? 0 : config->index;
    bool spans = config->index == DISPLAY_ALL && count > 1;
    SDL_Rect bounds;
    if (!spans && SDL_GetDisplayBounds(index, &bounds) != 0) {
        return err_set(err, "display %d: %s; --list-displays shows what there is", index,
                       SDL_GetError());
    }
    struct desktop_box all = desktop_union(boxes, count);
    at.x = spans ? all.x : bounds.x;
    at.y = spans ? all.y : bounds.y;
    if (at.w > 0) {
        return make_window(display, at, SDL_WINDOW_BORDERLESS, err);
    }
    at.w = spans ? all.w : bounds.w;
    at.h = spans ? all.h : bounds.h;
    /* full screen is full on one display only */
    return make_window(display, at,
                       SDL_WINDOW_BORDERLESS |
                           (spans ? SDL_WINDOW_ALWAYS_ON_TOP : SDL_WINDOW_FULLSCREEN_DESKTOP),
                       err);
}

static void
drop_windows(struct display *display)
{
    while (display->windows_count > 0) {
        SDL_DestroyWindow(display->windows[--display->windows_count]);
    }
}

static bool
make_windows(struct display *display, const struct display_config *config, struct err *err)
{
    struct desktop_box boxes[DESKTOP_DISPLAYS];
    if (!wants_each(display, config)) {
        return make_one(display, config, err);
    }
    int count = list_bounds(boxes);
    if (count < 1 || count > DISPLAY_WINDOWS) {
        return err_set(err, "display each: there are %d displays, and up to %d are filled", count,
                       DISPLAY_WINDOWS);
    }
    for (int i = 0; i < count; i++) {
        if (!make_window(display, boxes[i], SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_BORDERLESS,
                         err)) {
            return false;
        }
    }
    return true;
}

/* One that says so when the driver loses it, where there is such a one. */
static bool
make_context(struct display *display, int profile, int major, int minor)
{
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_RESET_NOTIFICATION, SDL_GL_CONTEXT_RESET_LOSE_CONTEXT);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_FLAGS, SDL_GL_CONTEXT_ROBUST_ACCESS_FLAG);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, profile);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, major);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, minor);
    display->context = SDL_GL_CreateContext(display->windows[0]);
    if (!display->context) {
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_RESET_NOTIFICATION,
                            SDL_GL_CONTEXT_RESET_NO_NOTIFICATION);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_FLAGS, 0);
        display->context = SDL_GL_CreateContext(display->windows[0]);
    }
    return display->context != NULL;
}

/* The scene is drawn into a framebuffer of its own, so the window needs colour and nothing else.
 * The attributes shape the window too (through GLX), so each try makes its own. */
static bool
make_gl(struct display *display, const struct display_config *config, struct err *err)
{
    static const struct {
        int profile, major, minor;
    } tries[] = {{SDL_GL_CONTEXT_PROFILE_CORE, 3, 3}, {SDL_GL_CONTEXT_PROFILE_ES, 3, 0}};
    char why[256] = "";
    for (size_t i = 0; i < 2; i++) {
        SDL_GL_ResetAttributes();
        SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
        SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, tries[i].profile);
        if (!make_windows(display, config, err)) {
            return false;
        }
        if (make_context(display, tries[i].profile, tries[i].major, tries[i].minor)) {
            return true;
        }
        snprintf(why, sizeof why, "%s", SDL_GetError());
        drop_windows(display);
    }
    return err_set(err,
                   "display: neither OpenGL 3.3 nor OpenGL ES 3.0 (%s); install the GPU's driver, "
                   "or Debian's libgl1-mesa-dri for drawing without one",
                   why);
}

/* The slowest of those the window lies on: a frame is to be on all of them. 0: none tells. */
static int
lowest_rate(const struct display_config *config)
{
    int lowest = 0;
    for (int i = 0; i < SDL_GetNumVideoDisplays(); i++) {
        SDL_DisplayMode mode = {.refresh_rate = 0};
        bool shows = config->index < 0 || config->index == i;
        if (shows && SDL_GetCurrentDisplayMode(i, &mode) == 0 && mode.refresh_rate >= 20 &&
            (lowest == 0 || mode.refresh_rate < lowest)) {
            lowest = mode.refresh_rate;
        }
    }
    return lowest;
}

static void
look(struct display *display, const struct display_config *config)
{
    struct desktop_box boxes[DESKTOP_DISPLAYS];
    int w = 0, h = 0, rate = display->offscreen ? 0 : lowest_rate(config);
    int count = list_bounds(boxes);
    bool all = !display->offscreen && config->index < 0 && count > 1 && config->size[0] <= 0;
    char spans[96] = "";
    display->rate = rate ? rate : 60;
    display_size(display, &w, &h);
    if (all) {
        snprintf(spans, sizeof spans, "%d displays as one%s%s, ", count,
                 display->windows_count > 1 ? ", a window each" : "",
                 desktop_has_gaps(boxes, count) ? " (with gaps that none shows)" : "");
    }
    snprintf(display->describe, sizeof display->describe, "%s, %s%dx%d at %d Hz",
             SDL_GetCurrentVideoDriver(), spans, w, h, display->rate);
}

struct display *
display_create(const struct display_config *config, struct err *err)
{
    if (!init_video(config->offscreen, err)) {
        return NULL;
    }
    struct display *display = calloc(1, sizeof *display);
    if (!display) {
        abort();
    }
    display->offscreen = strcmp(SDL_GetCurrentVideoDriver(), "offscreen") == 0;
    display->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    display->wake_event = SDL_RegisterEvents(1);
    signal_fd = display->wake_fd;
    struct display_config fitted = *config;
    if (display->offscreen && fitted.size[0] <= 0) {
        fitted.size[0] = 1920;
        fitted.size[1] = 1080;
    }
    if (display->wake_fd < 0) {
        err_set(err, "display: no eventfd: %s", strerror(errno));
        display_destroy(display);
        return NULL;
    }
    if (!make_gl(display, &fitted, err)) {
        display_destroy(display);
        return NULL;
    }
    catch_signals();
    refusals_catch();
    SDL_GL_SetSwapInterval(1); /* refused by some drivers: the loop paces itself anyway */
    SDL_ShowCursor(SDL_DISABLE);
    SDL_DisableScreenSaver();
    look(display, config);
    return display;
}

void
display_destroy(struct display *display)
{
    if (!display) {
        return;
    }
    if (display->context) {
        SDL_GL_DeleteContext(display->context);
    }
    drop_windows(display);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    signal_fd = -1;
    if (display->wake_fd >= 0) {
        close(display->wake_fd);
    }
    free(display);
}

bool
display_renew(struct display *display, struct err *err)
{
    SDL_GL_DeleteContext(display->context);
    display->context = SDL_GL_CreateContext(display->windows[0]); /* with the attributes it had */
    if (!display->context) {
        return err_set(err, "display: no new OpenGL context: %s", SDL_GetError());
    }
    SDL_GL_SetSwapInterval(1);
    display->entered = 0;
    return true;
}

/* Drawable pixels of a window for one of the desktop: the same on all displays. */
static double
density(struct display *display)
{
    int w = 0, h = 0;
    SDL_GL_GetDrawableSize(display->windows[0], &w, &h);
    return display->boxes[0].w > 0 && w > 0 ? (double)w / display->boxes[0].w : 1;
}

void
display_size(struct display *display, int *width_px, int *height_px)
{
    if (display->windows_count == 1) {
        SDL_GL_GetDrawableSize(display->windows[0], width_px, height_px);
        return;
    }
    struct desktop_box all = desktop_union(display->boxes, display->windows_count);
    *width_px = (int)(all.w * density(display) + 0.5);
    *height_px = (int)(all.h * density(display) + 0.5);
}

static struct display_part
part_of(struct display *display, int window)
{
    struct display_part part = {0, 0, 0, 0};
    SDL_GL_GetDrawableSize(display->windows[window], &part.w, &part.h);
    if (display->windows_count > 1) {
        struct desktop_box all = desktop_union(display->boxes, display->windows_count);
        part.x = (int)((display->boxes[window].x - all.x) * density(display) + 0.5);
        part.y = (int)((display->boxes[window].y - all.y) * density(display) + 0.5);
    }
    return part;
}

int
display_windows(const struct display *display)
{
    return display->windows_count;
}

void
display_enter(struct display *display, int window, struct display_part *part)
{
    if (window != display->entered) {
        SDL_GL_MakeCurrent(display->windows[window], display->context);
        display->entered = window;
    }
    *part = part_of(display, window);
}

static enum display_key
key_of(SDL_Keycode code)
{
    if (code >= SDLK_1 && code <= SDLK_8) {
        return (enum display_key)(DISPLAY_KEY_1 + (code - SDLK_1));
    }
    switch (code) {
    case SDLK_TAB:
        return DISPLAY_KEY_TAB;
    case SDLK_ESCAPE:
    case SDLK_q:
        return DISPLAY_KEY_QUIT;
    default:
        return DISPLAY_KEY_OTHER;
    }
}

/* In pixels of the whole picture, which on dense screens are smaller than the window's. SDL makes a
 * finger a pointer as well. */
static void
point(struct display *display, Uint32 window, int x, int y, Uint32 which, struct display_event *out)
{
    int w = 0, h = 0, index = display->windows_count - 1;
    while (index > 0 && SDL_GetWindowID(display->windows[index]) != window) {
        index--;
    }
    struct display_part part = part_of(display, index);
    SDL_GetWindowSize(display->windows[index], &w, &h);
    out->kind = DISPLAY_POINTER;
    out->x = part.x + (w > 0 ? (int)((int64_t)x * part.w / w) : x);
    out->y = part.y + (h > 0 ? (int)((int64_t)y * part.h / h) : y);
    out->touch = which == SDL_TOUCH_MOUSEID;
}

static bool
translate(struct display *display, const SDL_Event *event, struct display_event *out)
{
    switch (event->type) {
    case SDL_QUIT:
        out->kind = DISPLAY_QUIT;
        return true;
    case SDL_KEYDOWN:
        out->kind = DISPLAY_KEY;
        out->key = key_of(event->key.keysym.sym);
        return event->key.repeat == 0;
    case SDL_MOUSEMOTION:
        point(display, event->motion.windowID, event->motion.x, event->motion.y,
              event->motion.which, out);
        return true;
    case SDL_MOUSEBUTTONDOWN:
        point(display, event->button.windowID, event->button.x, event->button.y,
              event->button.which, out);
        return true;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE) {
            *out = (struct display_event){.kind = DISPLAY_POINTER, .x = -1, .y = -1};
            return true;
        }
        if (event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED) {
            out->kind = DISPLAY_RESIZED;
            return true;
        }
        out->kind = DISPLAY_EXPOSED;
        return event->window.event == SDL_WINDOWEVENT_EXPOSED ||
               event->window.event == SDL_WINDOWEVENT_SHOWN ||
               event->window.event == SDL_WINDOWEVENT_RESTORED;
    default:
        return false;
    }
}

bool
display_poll(struct display *display, struct display_event *out)
{
    *out = (struct display_event){.kind = DISPLAY_QUIT};
    if (signalled && !display->asked_to_quit) {
        display->asked_to_quit = true;
        return true;
    }
    if (refusals_any()) {
        refusals_dealt_with();
        out->kind = DISPLAY_EXPOSED;
        return true;
    }
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        if (translate(display, &event, out)) {
            return true;
        }
    }
    return false;
}

void
display_wait(struct display *display, int timeout_ms)
{
    if (timeout_ms > 0 && !signalled && !refusals_any()) {
        if (display->offscreen) {
            struct pollfd wait = {.fd = display->wake_fd, .events = POLLIN};
            poll(&wait, 1, timeout_ms);
        } else {
            SDL_WaitEventTimeout(NULL, timeout_ms); /* leaves the event for display_poll */
        }
    }
    atomic_store(&display->waking, false);
    if (display->offscreen) {
        uint64_t count;
        ssize_t got = read(display->wake_fd, &count, sizeof count);
        (void)got; /* empty after a timeout */
    }
}

void
display_wake(struct display *display)
{
    if (atomic_exchange(&display->waking, true)) {
        return; /* one is due already: one wake-up a frame, not one an event */
    }
    if (display->offscreen) {
        uint64_t one = 1;
        ssize_t written = write(display->wake_fd, &one, sizeof one);
        (void)written;
        return;
    }
    SDL_Event event = {.type = display->wake_event};
    SDL_PushEvent(&event);
}

void
display_show_pointer(struct display *display, bool shown)
{
    if (shown != display->pointer_shown) {
        SDL_ShowCursor(shown ? SDL_ENABLE : SDL_DISABLE);
        display->pointer_shown = shown;
    }
}

bool
display_swap(struct display *display)
{
    if (display->windows_count > 1) { /* some window systems keep one interval for all */
        SDL_GL_SetSwapInterval(display->entered == 0 ? 1 : 0);
    }
    SDL_ClearError(); /* SDL's swap returns nothing, but keeps the words of what went wrong */
    SDL_GL_SwapWindow(display->windows[display->entered]);
    return strstr(SDL_GetError(), "EGL_CONTEXT_LOST") == NULL;
}

int
display_rate(const struct display *display)
{
    return display->rate;
}

const char *
display_describe(const struct display *display)
{
    return display->describe;
}

bool
display_list(struct buf *out, struct err *err)
{
    if (!init_video(false, err)) {
        return false;
    }
    struct desktop_box boxes[DESKTOP_DISPLAYS];
    int count = SDL_GetNumVideoDisplays();
    for (int i = 0; i < count; i++) {
        SDL_Rect r = {0};
        SDL_DisplayMode mode = {0};
        const char *name = SDL_GetDisplayName(i);
        SDL_GetDisplayBounds(i, &r);
        SDL_GetCurrentDisplayMode(i, &mode);
        buf_printf(out, "%d  %dx%d at %d,%d  %d Hz  %s\n", i, r.w, r.h, r.x, r.y, mode.refresh_rate,
                   name ? name : "");
    }
    count = list_bounds(boxes);
    struct desktop_box all = desktop_union(boxes, count);
    if (count > 1) {
        buf_printf(out, "all  %dx%d at %d,%d%s\n", all.w, all.h, all.x, all.y,
                   desktop_has_gaps(boxes, count) ? "  with gaps that no display shows" : "");
    }
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    return true;
}

#include "wall/refusals.h"

#include "wall/base/clock.h"
#include "wall/base/loaded.h"
#include "wall/base/log.h"

#include <stdint.h>

#define MOST 50 /* in that time: more is no window that changed its size */
#define WITHIN_NS (INT64_C(10) * 1000000000)

/* XErrorEvent, as it has been since X11: its header would bring all of Xlib's. */
struct x_error {
    int type;
    void *display;
    unsigned long resource, serial;
    unsigned char error, request, minor;
};

typedef int handler(void *display, const struct x_error *error);

static struct log_limit limit;
static handler *before; /* Xlib's own, which ends the program */
static bool any;
static int64_t since_ns;
static int count;

static int
on_error(void *display, const struct x_error *error)
{
    int64_t now_ns = clock_mono_ns();
    any = true;
    if (now_ns - since_ns > WITHIN_NS) {
        since_ns = now_ns;
        count = 0;
    }
    if (++count > MOST && before) {
        log_line(LOG_LEVEL_ERROR, "display", "the X server refuses again and again: ending");
        return before(display, error);
    }
    log_limited(&limit, 10000, LOG_LEVEL_WARNING, "display",
                "the X server refused request %d.%d (error %d): the picture is shown anew",
                error->request, error->minor, error->error);
    return 0;
}

void
refusals_catch(void)
{
    handler *(*set)(handler *);
    if (loaded_find("libX11.so.6", "XSetErrorHandler", &set)) {
        handler *other = set(on_error);
        before = other == on_error ? before : other;
    }
}

bool
refusals_any(void)
{
    return any;
}

void
refusals_dealt_with(void)
{
    any = false;
}

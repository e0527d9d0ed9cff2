#include "wall/refusals.h"

#include "wall/base/log.h"

#include <dlfcn.h>
#include <string.h>

/* XErrorEvent, as it has been since X11: its header would bring all of Xlib's. */
struct x_error {
    int type;
    void *display;
    unsigned long resource, serial;
    unsigned char error, request, minor;
};

static struct log_limit limit;
static bool any;

static int
on_error(void *display, const struct x_error *error)
{
    (void)display;
    any = true;
    log_limited(&limit, 10000, LOG_LEVEL_WARNING, "display",
                "the X server refused request %d.%d (error %d): the picture is shown anew",
                error->request, error->minor, error->error);
    return 0;
}

void
refusals_catch(void)
{
    typedef int handler(void *display, const struct x_error *error);
    handler *(*set)(handler *) = NULL;
    void *library = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
    void *at = library ? dlsym(library, "XSetErrorHandler") : NULL;
    memcpy(&set, &at, sizeof at); /* ISO C has no cast between them */
    if (set) {
        set(on_error);
    }
}

bool
refusals_new(void)
{
    bool were = any;
    any = false;
    return were;
}

#include "render/gpu_window.h"

#include "wall/base/loaded.h"

#include <stddef.h>
#include <string.h>

/* As in the registries of EGL and GLX; their headers would bring X11's. */
#define EGL_DRAW_SURFACE 0x3059
#define EGL_EXTENSION_NAMES 0x3055
#define EGL_AGE 0x313D
#define GLX_AGE 0x20F4

struct egl {
    void *(*display)(void);
    void *(*surface)(int which);
    const char *(*names)(void *display, int name);
    unsigned (*query)(void *display, void *surface, int attribute, int *value);
};

struct glx {
    void *(*display)(void);
    unsigned long (*drawable)(void);
    const char *(*names)(void *display, int screen);
    void (*query)(void *display, unsigned long drawable, int attribute, unsigned *value);
    void *(*function)(const char *name);
    void (*show)(void *display, unsigned long drawable, int x, int y, int w, int h);
};

static bool
offers(const char *names, const char *name)
{
    const char *at = names ? strstr(names, name) : NULL;
    size_t len = strlen(name);
    return at && (at[len] == ' ' || at[len] == '\0');
}

/* Looked for once: this is asked every frame. */
static const struct egl *
find_egl(void)
{
    static const char library[] = "libEGL.so.1";
    static struct egl egl;
    static bool looked, found;
    if (!looked) {
        found = loaded_find(library, "eglGetCurrentDisplay", &egl.display) &&
                loaded_find(library, "eglGetCurrentSurface", &egl.surface) &&
                loaded_find(library, "eglQueryString", &egl.names) &&
                loaded_find(library, "eglQuerySurface", &egl.query);
        looked = true;
    }
    return found ? &egl : NULL;
}

static bool
find_glx_in(const char *library, struct glx *glx)
{
    return loaded_find(library, "glXGetCurrentDisplay", &glx->display) &&
           loaded_find(library, "glXGetCurrentDrawable", &glx->drawable) &&
           loaded_find(library, "glXQueryExtensionsString", &glx->names) &&
           loaded_find(library, "glXQueryDrawable", &glx->query) &&
           loaded_find(library, "glXGetProcAddress", &glx->function);
}

static const struct glx *
find_glx(void)
{
    static struct glx glx;
    static bool looked, found;
    if (!looked) {
        found = find_glx_in("libGLX.so.0", &glx) || find_glx_in("libGL.so.1", &glx);
        void *at = found ? glx.function("glXCopySubBufferMESA") : NULL;
        memcpy(&glx.show, &at, sizeof at); /* there or not: the extension's name decides */
        looked = true;
    }
    return found ? &glx : NULL;
}

static bool
egl_age(int *age)
{
    const struct egl *egl = find_egl();
    void *display = egl ? egl->display() : NULL;
    if (!display) {
        return false;
    }
    void *surface = egl->surface(EGL_DRAW_SURFACE);
    if (!offers(egl->names(display, EGL_EXTENSION_NAMES), "EGL_EXT_buffer_age") || !surface ||
        !egl->query(display, surface, EGL_AGE, age)) {
        *age = -1;
    }
    return true;
}

static bool
glx_age(int *age)
{
    const struct glx *glx = find_glx();
    void *display = glx ? glx->display() : NULL;
    if (!display) {
        return false;
    }
    if (offers(glx->names(display, 0), "GLX_EXT_buffer_age") && glx->drawable()) {
        unsigned value = 0;
        glx->query(display, glx->drawable(), GLX_AGE, &value);
        *age = (int)value;
    }
    return true;
}

int
gpu_window_age(void)
{
    int age = -1;
    if (!egl_age(&age)) {
        glx_age(&age);
    }
    return age >= -1 && age < 1000 ? age : 0;
}

bool
gpu_window_show(const struct gpu_box *boxes, int count, int height_px)
{
    const struct egl *egl = find_egl();
    const struct glx *glx = egl && egl->display() ? NULL : find_glx();
    void *display = glx ? glx->display() : NULL;
    unsigned long drawable = display ? glx->drawable() : 0;
    if (!drawable || !glx->show || !offers(glx->names(display, 0), "GLX_MESA_copy_sub_buffer")) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        glx->show(display, drawable, boxes[i].x0, height_px - boxes[i].y1,
                  boxes[i].x1 - boxes[i].x0, boxes[i].y1 - boxes[i].y0);
    }
    return true;
}

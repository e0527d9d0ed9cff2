/* display: one window (or none seen, offscreen) or one for each display, with a GL context, their
 * events, and the wait for them.
 *
 * Owns SDL. Main thread, except display_wake, which any thread may call. Never draws. Windows are
 * created at their display's bounds, because a full screen without a window manager is not resized
 * later. */
#ifndef WALL_DISPLAY_H
#define WALL_DISPLAY_H

#include "wall/base/err.h"
#include "wall/base/str.h"

struct display;

/* DISPLAY_ALL: one window over all of them, where the window system lets one lie on several (X11),
 * else as DISPLAY_EACH: a window of its own on each, and the picture over all of them. */
enum { DISPLAY_ALL = -1, DISPLAY_EACH = -2 };

struct display_config {
    bool offscreen;
    int size[2]; /* a window so big; 0 = fill the display (offscreen: give one) */
    int index;   /* which display; DISPLAY_ALL, DISPLAY_EACH */
};

enum display_event_kind {
    DISPLAY_KEY,     /* .key */
    DISPLAY_EXPOSED, /* what is on the glass may be lost: present again */
    DISPLAY_RESIZED, /* the drawable has another size */
    DISPLAY_POINTER, /* .x, .y, .touch: a pointer moved or a finger pressed; x -1: it left */
    DISPLAY_QUIT,    /* the window system or a signal asks to end */
    DISPLAY_EVENT_COUNT
};

enum display_key {
    DISPLAY_KEY_OTHER,
    DISPLAY_KEY_TAB,
    DISPLAY_KEY_QUIT, /* Esc or q */
    DISPLAY_KEY_1,    /* … DISPLAY_KEY_1 + 7 = 8 */
    DISPLAY_KEY_COUNT = DISPLAY_KEY_1 + 8
};

struct display_event {
    enum display_event_kind kind;
    enum display_key key;
    int x, y; /* drawable pixels */
    bool touch;
};

/* Sets what the window system's libraries read from the environment, where the operator has not:
 * once, before any other thread. */
void display_prepare(void);

/* NULL and err where there is no display (and offscreen was not asked for) or no usable GL: 3.3
 * core, else ES 3.0. The context is current on return. */
struct display *display_create(const struct display_config *config, struct err *err);
void display_destroy(struct display *display); /* NULL-safe */

/* A new context in place of one that the driver has lost; it is current on return. */
bool display_renew(struct display *display, struct err *err);

/* Drawable pixels of the whole picture; may change at any time on some window systems, so ask every
 * frame. */
void display_size(struct display *display, int *width_px, int *height_px);
/* false: no event is waiting. */
bool display_poll(struct display *display, struct display_event *out);
/* Sleeps until an event, a display_wake or the time is up; 0 returns at once. */
void display_wait(struct display *display, int timeout_ms);
/* Ends a display_wait, the present one or the next; cheap when one is due already. Any thread. */
void display_wake(struct display *display);
/* Whether the pointer is seen over the window; it is not, until asked for. */
void display_show_pointer(struct display *display, bool shown);

#define DISPLAY_WINDOWS 16 /* more displays are not filled at once */

/* How many windows show the picture: each frame is drawn into all of them, from the last to the
 * first. */
int display_windows(const struct display *display);
/* What of the whole picture a window shows. */
struct display_part {
    int x, y, w, h;
};
/* Makes its framebuffer the one that is drawn into. The context stays current with it. */
void display_enter(struct display *display, int window, struct display_part *part);
/* Shows what was drawn into the one that was entered last. Of several only the first waits for its
 * display: one interval for all, instead of one after the other. false: EGL says that the context
 * is lost; where the driver has no robustness extension it alone tells. */
bool display_swap(struct display *display);
/* Refresh rate of the display in Hz, of several the lowest; 60 where it tells none. */
int display_rate(const struct display *display);
/* "x11, 1920x1080": one line for the operator. */
const char *display_describe(const struct display *display);

/* One line a display, appended to out; false and err where there is none. */
bool display_list(struct buf *out, struct err *err);

#endif

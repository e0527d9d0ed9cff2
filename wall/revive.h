/* revive: a context that the driver has lost is replaced, as often as it takes.
 *
 * Plain state of the one display; main thread. Reads no clock, never ends the program. */
#ifndef WALL_REVIVE_H
#define WALL_REVIVE_H

#include "render/renderer.h"
#include "wall/display.h"

#define REVIVE_EVERY_MS 1000

struct revive {
    bool tried;
    int64_t tried_ms; /* when last, monotonic */
};

enum revive_result {
    REVIVE_NEEDLESS, /* there is a context */
    REVIVE_LATER,    /* there is none: nothing can be drawn yet */
    REVIVE_DONE,     /* a new one: draw and present all; the window is to be tried out again */
    REVIVE_COUNT
};

/* Before each frame. Tries at most once in REVIVE_EVERY_MS, with a line in the log. */
enum revive_result revive_look(struct revive *revive, struct display *display,
                               struct renderer *renderer, int64_t now_ms);

#endif

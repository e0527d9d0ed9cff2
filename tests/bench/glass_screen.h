/* glass_screen: a virtual X server and the wall's probe cells in its framebuffer.
 *
 * Owns the Xvfb process and the mapping of its framebuffer, a file in XWD format: what is read
 * there is what a display would show, without an X client and without a copy. One thread. */
#ifndef TESTS_BENCH_GLASS_SCREEN_H
#define TESTS_BENCH_GLASS_SCREEN_H

#include <sys/types.h>

#include "wall/base/err.h"
#include "wall/base/str.h"

struct glass_screen;

/* A server with one screen of width × height px, 24 bits; false where Xvfb is missing. */
struct glass_screen *glass_screen_start(int width_px, int height_px, struct err *err);
void glass_screen_stop(struct glass_screen *screen);                 /* NULL-safe */
const char *glass_screen_display(const struct glass_screen *screen); /* ":N" */
pid_t glass_screen_pid(const struct glass_screen *screen);

/* A row of what is on the screen, from the left, 0x00RRGGBB each; valid while the screen is. */
const uint32_t *glass_screen_row(const struct glass_screen *screen, int y);

struct glass_cells {
    uint32_t cursor; /* the low 24 bits */
    uint32_t frame;  /* the low 6 bits */
    bool scene, in_sync;
};
/* false: no cells are there, or they are just being written: look again. */
bool glass_screen_read(const struct glass_screen *screen, struct glass_cells *out);

#endif

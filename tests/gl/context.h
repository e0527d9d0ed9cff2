/* context: an OpenGL context without a display, for tests that look at pixels.
 *
 * One at a time, current on the calling thread. SDL's offscreen driver; the profile is that of
 * WALLBOARD_TEST_GL ("gl", the default, or "es"). */
#ifndef TESTS_GL_CONTEXT_H
#define TESTS_GL_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Prints why and returns false where there is none: the test then fails. */
bool context_create(int width_px, int height_px);
void context_destroy(void);
/* A group's set-up and tear-down, for tests that draw into targets of their own. */
int context_group_set_up(void **state);
int context_group_tear_down(void **state);
/* Another context in place of the one there is: all that was made in that is gone. */
bool context_renew(void);
void context_swap(void);
void context_clear(void); /* the window to black */
/* What the window's back buffer holds: RGBA, top row first. */
void context_read(uint8_t *rgba, int width_px, int height_px);
/* Returns when the GPU has done all it was asked for. */
void context_finish(void);
/* True where the context is OpenGL ES. */
bool context_is_es(void);

#endif

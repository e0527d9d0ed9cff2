/* gpu_window: the window's framebuffer, as the window system has it: how old it is, and showing
 * parts of it without a swap.
 *
 * Asks EGL or GLX, whichever the current context belongs to; loads neither. Main thread. */
#ifndef RENDER_GPU_WINDOW_H
#define RENDER_GPU_WINDOW_H

#include "render/gpu.h"

/* n > 0: it holds what was shown n swaps ago; 0: nothing to count on; -1: nobody says. */
int gpu_window_age(void);
/* Copies boxes of it, from its top left, to the glass; it keeps what it holds. height_px: its own.
 * false: the window system has no such thing, and nothing was shown. */
bool gpu_window_show(const struct gpu_box *boxes, int count, int height_px);

#endif

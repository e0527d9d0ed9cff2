/* gpu_age: what the window system says about the window's framebuffer.
 *
 * Asks EGL or GLX, whichever the current context belongs to; loads neither. Main thread. */
#ifndef RENDER_GPU_AGE_H
#define RENDER_GPU_AGE_H

/* n > 0: it holds what was shown n swaps ago; 0: nothing to count on; -1: nobody says. */
int gpu_age_now(void);

#endif

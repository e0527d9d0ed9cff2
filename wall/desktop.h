/* desktop: how displays lie beside each other, and the one canvas over several of them.
 *
 * Plain data and arithmetic, no window system; any thread. */
#ifndef WALL_DESKTOP_H
#define WALL_DESKTOP_H

#include <stdbool.h>

#define DESKTOP_DISPLAYS 64 /* more are not looked at */

/* Where a display lies, pixels of the desktop; x and y may be negative. */
struct desktop_box {
    int x, y, w, h;
};

/* The smallest box that holds all of them; without any 0 × 0. */
struct desktop_box desktop_union(const struct desktop_box *boxes, int count);
/* Whether that box has places that none of them shows: what is drawn there is not seen. Displays
 * may overlap, or show the same. */
bool desktop_has_gaps(const struct desktop_box *boxes, int count);

#endif

/* paint_tip: the whole of a text that was cut, in a small panel near it.
 *
 * Pure helper over struct paint; main thread. Shows nothing but what the panel itself would show if
 * it had the room. */
#ifndef RENDER_PAINT_TIP_H
#define RENDER_PAINT_TIP_H

#include "render/paint.h"

/* Below the cut text, or above it where there is no room; inside the canvas, and inside one tile of
 * a wall of tiles. p is of the panel that the text is on, with a list of its own. */
void paint_tip(const struct paint *p, const struct draw_cut *cut);

#endif

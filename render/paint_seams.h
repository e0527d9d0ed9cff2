/* paint_seams: what a painter has put on its panel, moved off the seams between tiles.
 *
 * Painters lay out a panel as if it were of one piece. Where a seam runs through it, its columns
 * are pressed together on one side of the seam, single words move aside, and a word that no place
 * is left for is cut or dropped. Main thread; changes only the draw list. Nothing to do, and
 * nothing done, where no seam cuts the panel. */
#ifndef RENDER_PAINT_SEAMS_H
#define RENDER_PAINT_SEAMS_H

#include "render/paint.h"

/* At the end of paint_panel; the list keeps how many texts had to be dropped. */
void paint_seams(const struct paint *p);

#endif

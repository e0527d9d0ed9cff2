/* paint_row: the rows of a list at an even pitch, which step over the seams between tiles.
 *
 * Pure helpers over struct paint; main thread. Used by painters of lists only. */
#ifndef RENDER_PAINT_ROW_H
#define RENDER_PAINT_ROW_H

#include "render/paint.h"

/* Design pixels from the panel's top; a row's text covers from above its baseline (or whatever line
 * the rows are placed by) to below it. */
struct paint_row {
    float first, pitch;
    float above, below;
};

/* Canvas y of row i: from the first row whose text would lie across a horizontal seam on, rows
 * stand lower by what clears it. */
float paint_row_y(const struct paint *p, const struct paint_row *rows, int i);
/* How many of count rows stand no lower than end, design pixels from the panel's top. */
int paint_row_fit(const struct paint *p, const struct paint_row *rows, int count, float end);

#endif

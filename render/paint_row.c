#include "render/paint_row.h"

#include <math.h>

#include "render/paint_part.h"

float
paint_row_y(const struct paint *p, const struct paint_row *rows, int i)
{
    int down = 0;
    for (int k = 0; k <= i && p->scene->tiles_y > 1; k++) {
        float y = paint_part_y(p, rows->first + rows->pitch * (float)k) + (float)down;
        int top = (int)floorf(y - rows->above * p->unit);
        int height = (int)ceilf(y + rows->below * p->unit) - top;
        int shift = scene_seam_shift(p->scene, top, height);
        while (shift != 0) { /* upwards would be onto the row before */
            int step = shift > 0 ? shift : 1;
            down += step;
            top += step;
            shift = scene_seam_shift(p->scene, top, height);
        }
    }
    return paint_part_y(p, rows->first + rows->pitch * (float)i) + (float)down;
}

int
paint_row_fit(const struct paint *p, const struct paint_row *rows, int count, float end)
{
    while (count > 0 && paint_row_y(p, rows, count - 1) > paint_part_y(p, end)) {
        count--;
    }
    return count;
}

#include "render/paint_cells.h"

#include <math.h>

static bool
crosses(const struct paint *p, float half, float cell_x, float cell)
{
    float reach = fminf(cell / 2, half);
    int left = (int)floorf(cell_x + cell / 2 - reach);
    return scene_seam_shift_x(p->scene, left, (int)ceilf(2 * reach)) != 0;
}

/* The clear stretches of the panel between seams; how many. */
static int
stretches(const struct paint *p, float *from, float *to)
{
    int count = 0, x = p->panel->rect.x, end = x + p->panel->rect.w;
    while (x < end && count < PANEL_METRICS) {
        while (x < end && scene_seam_shift_x(p->scene, x, 1) != 0) {
            x++;
        }
        int start = x;
        while (x < end && scene_seam_shift_x(p->scene, start, x + 1 - start) == 0) {
            x++;
        }
        if (x > start) {
            from[count] = (float)start;
            to[count++] = (float)x;
        }
    }
    return count;
}

void
paint_cells(const struct paint *p, float half, int count, struct paint_cells *cells)
{
    bool across = false;
    cells->width = (float)p->panel->rect.w / (float)count;
    for (int i = 0; i < count; i++) {
        cells->x[i] = (float)p->panel->rect.x + cells->width * (float)i;
        across = across || crosses(p, half, cells->x[i], cells->width);
    }
    if (!across) {
        return;
    }
    float from[PANEL_METRICS], to[PANEL_METRICS];
    int shares[PANEL_METRICS] = {0}, parts = stretches(p, from, to), at = 0;
    for (int i = 0; i < count; i++) { /* the next dial where it has most room */
        int best = 0;
        for (int k = 1; k < parts; k++) {
            bool wider = (to[k] - from[k]) / (float)(shares[k] + 1) >
                         (to[best] - from[best]) / (float)(shares[best] + 1) + 8;
            best = wider ? k : best;
        }
        shares[best]++;
    }
    for (int k = 0; k < parts; k++) {
        float cell = (to[k] - from[k]) / (float)(shares[k] > 0 ? shares[k] : 1);
        cells->width = shares[k] > 0 ? fminf(cells->width, cell) : cells->width;
    }
    for (int k = 0; k < parts; k++) {
        float cell = (to[k] - from[k]) / (float)(shares[k] > 0 ? shares[k] : 1);
        for (int i = 0; i < shares[k]; i++) {
            cells->x[at++] = from[k] + cell * ((float)i + 0.5f) - cells->width / 2;
        }
    }
}

/* place: where things go on the map: the panel's free room, a label's best spot, what is covered.
 *
 * Pure geometry in canvas pixels. Any thread. */
#ifndef RENDER_MAP_PLACE_H
#define RENDER_MAP_PLACE_H

#include "render/map/fill.h"
#include "render/map/map.h"

/* clip: what the map may draw on; free: where nothing else lies on it, inside margins. */
void place_rooms(const struct scene *scene, int panel, struct panel_rect *clip,
                 struct panel_rect *free);

/* The spot inside the polygon with most room around it (heights count 1.4 times: labels are wider
 * than high). Grid search, then finer around the best: within a pixel. Rings by the odd rule. */
void place_label(const struct fill_ring *rings, int rings_count, float *x, float *y, float *room);

/* Sets cells (cell_px wide, from x0, y0) whose centre the shape's area holds to the mark. */
void place_cover(const struct map_shape *shape, float x0, float y0, int cell_px, int across,
                 int down, uint16_t mark, uint16_t *cells);

/* Runs of a's outline that lie within limit pixels of b's, appended to lines. */
void place_shared(const struct map_shape *a, const struct map_shape *b, float limit,
                  struct arena *arena, struct map_line *lines, int *lines_count, int cap);

#endif

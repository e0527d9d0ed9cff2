/* scene_grid: reads a scene's arrangements: its own grid and those for other shapes of canvas.
 *
 * Private to layouts/scene*.c; main thread; owns nothing. Every panel must have been read before.
 */
#ifndef LAYOUTS_SCENE_GRID_H
#define LAYOUTS_SCENE_GRID_H

#include "layouts/scene_read.h"

/* What an arrangement is made for, as the file says it. */
struct scene_grid_plan {
    int canvas[2], tiles[2];
    struct str bezels;
    const struct yaml_node *node; /* the map with these keys */
};

/* Fills the scene's grids: the first from `grid` with the scene's own plan and viewing, the others
 * from the list `grids` (NULL: none). Reports what is wrong in the load's report. */
void scene_grid_read(struct scene_read *load, const struct scene_grid_plan *plan,
                     const struct yaml_node *grid, const struct yaml_node *viewing,
                     const struct yaml_node *grids);

#endif

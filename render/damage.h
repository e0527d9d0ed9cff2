/* damage: which parts of the canvas look different from before.
 *
 * Plain boxes that never overlap; owned by the renderer. Main thread. What two draw lists have in
 * common, in the same order, is left alone: only the boxes of commands that came, went or changed
 * are repainted, exactly. */
#ifndef RENDER_DAMAGE_H
#define RENDER_DAMAGE_H

#include "render/gpu.h"
#include "render/shapes.h"

#define DAMAGE_BOXES 24 /* more than so many grow together */

struct damage {
    struct gpu_box boxes[DAMAGE_BOXES];
    int count;
};

bool damage_meet(struct gpu_box a, struct gpu_box b);
/* What both have; empty (x1 <= x0) where they do not meet. */
struct gpu_box damage_common(struct gpu_box a, struct gpu_box b);

/* Adds a box, which may be empty. Boxes that meet or nearly do grow into one. */
void damage_add(struct damage *damage, struct gpu_box box);
/* Adds what differs between the list that is shown and the one that will be. scratch is emptied
 * first and holds nothing of use after. */
void damage_add_difference(struct damage *damage, const struct draw_list *shown,
                           const struct draw_list *next, struct text *text, struct shapes *scratch);

#endif

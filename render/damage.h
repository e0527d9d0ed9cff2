/* damage: which parts of the canvas look different from before.
 *
 * A bit for each small square of the canvas, and from these plain boxes that never overlap; owned
 * by the renderer. Main thread. What two draw lists have in common, in the same order, is left
 * alone: only the squares under commands that came or went are repainted, and of one that changed
 * those under the glyphs or strokes that did. Scattered changes stay scattered, however many they
 * are. */
#ifndef RENDER_DAMAGE_H
#define RENDER_DAMAGE_H

#include "render/gpu.h"
#include "render/shapes.h"

#define DAMAGE_BOXES 384
#define DAMAGE_SIDE 1024 /* squares a side, at most: on large canvases they are larger */

struct damage {
    int w, h;                           /* of the canvas, pixels */
    int square;                         /* pixels */
    bool any;                           /* something was added */
    struct gpu_box boxes[DAMAGE_BOXES]; /* after damage_boxes */
    int count;
    uint64_t rows[DAMAGE_SIDE][DAMAGE_SIDE / 64];
};

bool damage_meet(struct gpu_box a, struct gpu_box b);
/* What both have; empty (x1 <= x0) where they do not meet. */
struct gpu_box damage_common(struct gpu_box a, struct gpu_box b);

/* Nothing of a canvas of w × h pixels. */
void damage_begin(struct damage *damage, int w, int h);
/* Adds a box, which may be empty or reach over the canvas. */
void damage_add(struct damage *damage, struct gpu_box box);
/* Adds what was added to another of the same canvas. */
void damage_add_all(struct damage *damage, const struct damage *other);
/* Pixels that it covers, by whole squares. */
int64_t damage_area(const struct damage *damage);
/* Where it covers more than most_px pixels, moves the rest, whole rows of squares from *row on, to
 * the other, which is empty and of the same canvas. *row: where to begin, a row of squares; it
 * becomes the first that was moved, so that no place waits for ever. */
void damage_leave(struct damage *damage, int64_t most_px, struct damage *rest, int *row);
/* Fills in boxes and count: all that was added, in as few boxes as rows of squares allow; where
 * they are too many, larger squares. */
void damage_boxes(struct damage *damage);
/* Fewer boxes that cover all of them, and may meet: two become one where that adds no more than
 * spare_px pixels, and where there would be more than `most`, which is at least 1. Returns how many
 * are in `few`. */
int damage_few(const struct gpu_box *boxes, int count, int64_t spare_px, struct gpu_box *few,
               int most);
/* Adds what differs between the list that is shown and the one that will be. scratch is emptied
 * first and holds nothing of use after. */
void damage_add_difference(struct damage *damage, const struct draw_list *shown,
                           const struct draw_list *next, struct text *text, struct shapes *scratch);

#endif

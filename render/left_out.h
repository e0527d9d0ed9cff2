/* left_out: what a panel's painter left out for want of room, told to the operator.
 *
 * Plain data; owns nothing. Main thread. */
#ifndef RENDER_LEFT_OUT_H
#define RENDER_LEFT_OUT_H

#include "layouts/scene.h"
#include "render/draw.h"

/* Of one panel, over as many frames as are added; begins as zeros. */
struct left_out {
    char what[DRAW_LEFT_OUT][DRAW_LEFT_OUT_WORDS]; /* "" behind the last */
    int dropped; /* texts that had no place beside a seam, at most */
};

/* Adds what the list notes and is not there yet; true where there was any such, which *news then
 * holds (NULL: nobody asks). */
bool left_out_add(struct left_out *all, const struct draw_list *list, struct left_out *news);
/* A line on each kind for the panel; none where nothing was left out. */
void left_out_tell(const struct left_out *all, const struct scene *scene, int panel,
                   struct buf *out);

#endif

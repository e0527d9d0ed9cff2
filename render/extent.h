/* extent: the box that a line of text may cover with ink, and what it must keep off.
 *
 * Pure geometry in canvas pixels; owns nothing, draws nothing. Any thread that may measure text.
 * Painters that move texts, the check of what is drawn and the tests judge by the same boxes. */
#ifndef RENDER_EXTENT_H
#define RENDER_EXTENT_H

#include "layouts/panel.h"
#include "render/draw.h"

/* Of an em: how far a Chinese character, and a figure, reach above the baseline and below it. */
#define EXTENT_ABOVE 0.86f
#define EXTENT_FIGURE_ABOVE 0.74f
#define EXTENT_BELOW 0.12f

struct extent {
    float x0, y0, x1, y1;
};

struct extent extent_of_text(struct text *text, struct text_style style, float x, float baseline,
                             enum draw_align align, struct str words);
/* Whether the text lies, with any part, outside the box. */
bool extent_leaves(const struct extent *text, struct panel_rect box);
/* Whether two texts lie on each other. Lines right under each other may share the edge. */
bool extent_meet(const struct extent *a, const struct extent *b);
/* Whether the text lies on the stroke of an arc (cx cy radius thickness from to, as draw_arc). */
bool extent_on_arc(const struct extent *text, const float arc[6]);

#endif

#include "render/extent.h"

#include <math.h>

struct extent
extent_of_text(struct text *text, struct text_style style, float x, float baseline,
               enum draw_align align, struct str words)
{
    float width = text_width(text, style, words), em = (float)style.size_px;
    float left = align == DRAW_RIGHT ? x - width : align == DRAW_CENTRE ? x - width / 2 : x;
    float above = style.face == TEXT_FIGURES ? EXTENT_FIGURE_ABOVE : EXTENT_ABOVE;
    return (struct extent){left, baseline - em * above, left + width, baseline + em * EXTENT_BELOW};
}

bool
extent_leaves(const struct extent *text, struct panel_rect box)
{
    /* Half a pixel: an em box is a little larger than what is drawn of it. */
    return text->x0 < (float)box.x || text->y0 + 0.5f < (float)box.y ||
           text->x1 > (float)(box.x + box.w) || text->y1 > (float)(box.y + box.h);
}

/* Where its ink begins: the top of an em box is hardly ever reached. */
static float
ink_top(const struct extent *text)
{
    return text->y0 + (text->y1 - text->y0) * 0.15f;
}

bool
extent_meet(const struct extent *a, const struct extent *b)
{
    const float air = 0.5f;
    return a->x0 + air < b->x1 && b->x0 + air < a->x1 && ink_top(a) < b->y1 && ink_top(b) < a->y1;
}

bool
extent_on_arc(const struct extent *text, const float arc[6])
{
    const int steps = 12; /* a character is wider than a twelfth of what any dial says */
    float top = ink_top(text);
    for (int i = 0; i <= steps; i++) {
        for (int k = 0; k <= steps; k++) {
            float x = text->x0 + (text->x1 - text->x0) * (float)i / (float)steps - arc[0];
            float y = top + (text->y1 - top) * (float)k / (float)steps - arc[1];
            float angle = atan2f(x, -y); /* clockwise from 12 o'clock */
            if (fabsf(hypotf(x, y) - arc[2]) < arc[3] / 2 && angle >= arc[4] && angle <= arc[5]) {
                return true;
            }
        }
    }
    return false;
}

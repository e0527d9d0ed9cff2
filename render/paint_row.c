#include "render/paint_row.h"

#include <math.h>
#include <stdio.h>

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

int
paint_row_dense(const struct paint *p, struct paint_row *rows, int most)
{
    float more = paint_part_kiosk(p) ? 6 : 0; /* of its larger text */
    *rows = (struct paint_row){PAINT_ROW_FIRST + 2 * more, 42 + more, 21 + more * 0.6f, 4};
    float end = paint_part_height(p) - 8;
    int fit = paint_row_fit(p, rows, (int)((end - rows->first) / rows->pitch) + 1, end);
    if (p->panel->rows > 0 && p->panel->rows < fit) {
        fit = p->panel->rows;
    }
    return fit < most ? fit : most;
}

bool
paint_row_even(const struct paint *p, struct paint_row *rows, int count, float most_pitch,
               float slack, float end)
{
    struct paint_row tried = *rows;
    for (tried.pitch = floorf(most_pitch); tried.pitch >= rows->pitch; tried.pitch--) {
        for (tried.first = rows->first; tried.first <= rows->first + slack; tried.first++) {
            float last = tried.first + tried.pitch * (float)(count - 1);
            if (last <= end &&
                fabsf(paint_row_y(p, &tried, count - 1) - paint_part_y(p, last)) < 0.5f) {
                *rows = tried;
                return true;
            }
        }
    }
    return false;
}

float
paint_row_top(const struct paint *p, const struct paint_row_list *list, float y)
{
    return y - paint_part_px(p, list->middle + list->places.pitch / 2);
}

enum layer { RESTING, SINKING, RISING, LAYER_COUNT };

static enum layer
layer_of(float travel)
{
    return travel < 0 ? RISING : travel > 0 ? SINKING : RESTING;
}

/* A row moves within its column. One that changes the column is in the new one at once: across the
 * page it would cover what it does not concern. */
static void
draw_one(const struct paint *p, const struct paint_row_list *list, int i, enum layer layer)
{
    int per_column = list->per_column > 0 ? list->per_column : list->count;
    int column = i / per_column;
    char what[32];
    snprintf(what, sizeof what, "row %d", column);
    float travel;
    float x = paint_part_x(p, list->left + list->step * (float)column);
    float y = paint_row_y(p, &list->places, i % per_column);
    y = paint_part_place(p, what, list->code(list->user, i), y, &travel);
    if (layer_of(travel) != layer) {
        return;
    }
    if (layer != RESTING) {
        draw_rect(p->list, x, paint_row_top(p, list, y), paint_part_px(p, list->width),
                  paint_part_px(p, list->places.pitch), 0, paint_colour(p, THEME_PANEL));
    }
    list->draw(p, list->user, i, x, y);
}

void
paint_row_draw(const struct paint *p, const struct paint_row_list *list)
{
    for (int layer = RESTING; layer < (p->motion ? LAYER_COUNT : SINKING); layer++) {
        for (int i = 0; i < list->count; i++) {
            draw_one(p, list, i, (enum layer)layer);
        }
    }
}

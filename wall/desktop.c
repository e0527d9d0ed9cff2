#include "wall/desktop.h"

struct desktop_box
desktop_union(const struct desktop_box *boxes, int count)
{
    if (count <= 0) {
        return (struct desktop_box){0, 0, 0, 0};
    }
    int x0 = boxes[0].x, y0 = boxes[0].y, x1 = x0 + boxes[0].w, y1 = y0 + boxes[0].h;
    for (int i = 1; i < count; i++) {
        const struct desktop_box *box = &boxes[i];
        x0 = box->x < x0 ? box->x : x0;
        y0 = box->y < y0 ? box->y : y0;
        x1 = box->x + box->w > x1 ? box->x + box->w : x1;
        y1 = box->y + box->h > y1 ? box->y + box->h : y1;
    }
    return (struct desktop_box){x0, y0, x1 - x0, y1 - y0};
}

static bool
is_covered(const struct desktop_box *boxes, int count, int x, int y)
{
    for (int i = 0; i < count; i++) {
        const struct desktop_box *box = &boxes[i];
        if (x >= box->x && x < box->x + box->w && y >= box->y && y < box->y + box->h) {
            return true;
        }
    }
    return false;
}

/* The edges of all boxes cut the plane into cells that are covered as a whole or not at all, and
 * each cell's top left corner is where an x of one box meets a y of another. */
bool
desktop_has_gaps(const struct desktop_box *boxes, int count)
{
    struct desktop_box all = desktop_union(boxes, count);
    for (int i = 0; i < 2 * count; i++) {
        int x = boxes[i / 2].x + (i % 2 ? boxes[i / 2].w : 0);
        for (int k = 0; k < 2 * count && x < all.x + all.w; k++) {
            int y = boxes[k / 2].y + (k % 2 ? boxes[k / 2].h : 0);
            if (y < all.y + all.h && !is_covered(boxes, count, x, y)) {
                return true;
            }
        }
    }
    return false;
}

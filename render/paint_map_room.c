#include "render/paint_map_room.h"

#include <math.h>

bool
paint_map_room_meet(const struct paint_map_box *a, const struct paint_map_box *b)
{
    return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

/* Whether the edge between two tiles parts the box: no glyph lies across it. */
static bool
is_parted(const struct scene *scene, const struct paint_map_box *box)
{
    int x = (int)floorf(box->x0), y = (int)floorf(box->y0);
    return scene_seam_shift_x(scene, x, (int)ceilf(box->x1 - 0.5f) - x) != 0 ||
           scene_seam_shift(scene, y, (int)ceilf(box->y1 - 0.5f) - y) != 0;
}

bool
paint_map_room_free(const struct paint_map_room *room, const struct paint_map_box *box)
{
    if (box->x0 < room->whole.x0 || box->y0 < room->whole.y0 || box->x1 > room->whole.x1 ||
        box->y1 > room->whole.y1 || is_parted(room->scene, box)) {
        return false;
    }
    for (int i = 0; i < room->taken_count; i++) {
        if (paint_map_room_meet(&room->taken[i], box)) {
            return false;
        }
    }
    return true;
}

void
paint_map_room_take(struct paint_map_room *room, struct paint_map_box box)
{
    if (room->taken_count < (int)(sizeof room->taken / sizeof *room->taken)) {
        room->taken[room->taken_count++] = box;
    }
}

/* Whether a straight line from a to b meets a box: what is left of it inside each pair of edges. */
static bool
strikes(const float *a, const float *b, const struct paint_map_box *box)
{
    const float low[2] = {box->x0, box->y0}, high[2] = {box->x1, box->y1};
    float enter = 0, leave = 1;
    for (int axis = 0; axis < 2; axis++) {
        float along = b[axis] - a[axis];
        if (along == 0) {
            if (a[axis] <= low[axis] || a[axis] >= high[axis]) {
                return false;
            }
            continue;
        }
        float t0 = (low[axis] - a[axis]) / along, t1 = (high[axis] - a[axis]) / along;
        enter = fmaxf(enter, fminf(t0, t1));
        leave = fminf(leave, fmaxf(t0, t1));
    }
    return enter < leave;
}

static bool
leader_strikes(const struct paint_map_leader *leader, const struct paint_map_box *box)
{
    for (int leg = 0; leg + 1 < leader->points; leg++) {
        if (strikes(&leader->xy[2 * leg], &leader->xy[2 * leg + 2], box)) {
            return true;
        }
    }
    return false;
}

/* Twice the area of the triangle a b c: its sign says on which side of ab c is. */
static float
side_of(const float *a, const float *b, const float *c)
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

static bool
legs_cross(const float *a, const float *b)
{
    return side_of(a, a + 2, b) * side_of(a, a + 2, b + 2) < 0 &&
           side_of(b, b + 2, a) * side_of(b, b + 2, a + 2) < 0;
}

static bool
leaders_cross(const struct paint_map_leader *a, const struct paint_map_leader *b)
{
    for (int i = 0; i + 1 < a->points; i++) {
        for (int j = 0; j + 1 < b->points; j++) {
            if (legs_cross(&a->xy[2 * i], &b->xy[2 * j])) {
                return true;
            }
        }
    }
    return false;
}

int
paint_map_room_covers(const struct paint_map_room *room, const struct paint_map_box *box)
{
    int covered = 0;
    for (int i = 0; i < room->leaders_count; i++) {
        covered += leader_strikes(&room->leaders[i], box);
    }
    return covered;
}

int
paint_map_room_struck(const struct paint_map_room *room, const struct paint_map_leader *leader)
{
    int struck = 0;
    for (int i = 0; i < room->taken_count; i++) {
        struck += leader_strikes(leader, &room->taken[i]);
    }
    for (int i = 0; i < room->leaders_count; i++) {
        struck += leaders_cross(leader, &room->leaders[i]);
    }
    return struck;
}

/* From the box's middle straight out, then to the circle. */
struct paint_map_leader
paint_map_room_route(const struct paint_map_box *box, const struct paint_map_goal *goal)
{
    float side = goal->x > (box->x0 + box->x1) / 2 ? 1 : -1;
    bool beside = side > 0 ? goal->x - goal->ring > box->x1 : goal->x + goal->ring < box->x0;
    float from_x = side > 0 ? box->x1 : box->x0, from_y = roundf((box->y0 + box->y1) / 2);
    float turn_x = from_x;
    if (beside) {
        turn_x += side * fminf(goal->bend, (fabsf(goal->x - from_x) - goal->ring) / 2);
    } else { /* above or below: straight from the edge */
        turn_x = fminf(fmaxf(goal->x, box->x0 + goal->inset), box->x1 - goal->inset);
        from_y = goal->y < box->y0 ? box->y0 : box->y1;
    }
    float dx = goal->x - turn_x, dy = goal->y - from_y, length = hypotf(dx, dy);
    if (length <= goal->ring) {
        return (struct paint_map_leader){.points = 0};
    }
    float part = (length - goal->ring) / length;
    float end_x = turn_x + dx * part, end_y = from_y + dy * part;
    if (beside) {
        return (struct paint_map_leader){{from_x, from_y, turn_x, from_y, end_x, end_y}, 3};
    }
    return (struct paint_map_leader){{turn_x, from_y, end_x, end_y}, 2};
}

float
paint_map_room_distance(const struct paint_map_box *box, float x, float y)
{
    float dx = fmaxf(fmaxf(box->x0 - x, x - box->x1), 0);
    float dy = fmaxf(fmaxf(box->y0 - y, y - box->y1), 0);
    return hypotf(dx, dy);
}

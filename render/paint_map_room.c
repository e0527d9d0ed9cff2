#include "render/paint_map_room.h"

#include <math.h>

struct paint_map_box
paint_map_room_box(struct panel_rect rect)
{
    return (struct paint_map_box){(float)rect.x, (float)rect.y, (float)(rect.x + rect.w),
                                  (float)(rect.y + rect.h)};
}

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

/* How much of a straight line from a to b lies in a box, of 1: what is left of it inside each pair
 * of edges. */
static float
part_in(const float *a, const float *b, const struct paint_map_box *box)
{
    const float low[2] = {box->x0, box->y0}, high[2] = {box->x1, box->y1};
    float enter = 0, leave = 1;
    for (int axis = 0; axis < 2; axis++) {
        float along = b[axis] - a[axis];
        if (along == 0) {
            if (a[axis] <= low[axis] || a[axis] >= high[axis]) {
                return 0;
            }
            continue;
        }
        float t0 = (low[axis] - a[axis]) / along, t1 = (high[axis] - a[axis]) / along;
        enter = fmaxf(enter, fminf(t0, t1));
        leave = fminf(leave, fmaxf(t0, t1));
    }
    return fmaxf(leave - enter, 0);
}

static bool
leader_strikes(const struct paint_map_leader *leader, const struct paint_map_box *box)
{
    for (int leg = 0; leg + 1 < leader->points; leg++) {
        if (part_in(&leader->xy[2 * leg], &leader->xy[2 * leg + 2], box) > 0) {
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

static float
distance_to_leg(const float *at, const float *a)
{
    float dx = a[2] - a[0], dy = a[3] - a[1], length2 = dx * dx + dy * dy;
    float t = length2 > 0 ? ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length2 : 0;
    t = fminf(fmaxf(t, 0), 1);
    return hypotf(at[0] - a[0] - t * dx, at[1] - a[1] - t * dy);
}

/* Whether two legs cross, or run so near each other that they look like one. */
static bool
legs_touch(const float *a, const float *b, float clear)
{
    return legs_cross(a, b) ||
           (clear > 0 && (distance_to_leg(a, b) < clear || distance_to_leg(a + 2, b) < clear ||
                          distance_to_leg(b, a) < clear || distance_to_leg(b + 2, a) < clear));
}

static bool
leaders_cross(const struct paint_map_leader *a, const struct paint_map_leader *b, float clear)
{
    for (int i = 0; i + 1 < a->points; i++) {
        for (int j = 0; j + 1 < b->points; j++) {
            if (legs_touch(&a->xy[2 * i], &b->xy[2 * j], clear)) {
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
        struck += leaders_cross(leader, &room->leaders[i], room->clear);
    }
    return struck;
}

/* From a box's edge through a turn to the goal's circle; no points where the turn lies in it. */
static struct paint_map_leader
leader_by(float from_x, float from_y, float turn_x, float turn_y, const struct paint_map_goal *goal)
{
    float dx = goal->x - turn_x, dy = goal->y - turn_y, length = hypotf(dx, dy);
    if (length <= goal->ring) {
        return (struct paint_map_leader){.points = 0};
    }
    float part = (length - goal->ring) / length;
    float end_x = turn_x + dx * part, end_y = turn_y + dy * part;
    if (from_x == turn_x && from_y == turn_y) {
        return (struct paint_map_leader){{from_x, from_y, end_x, end_y}, 2};
    }
    return (struct paint_map_leader){{from_x, from_y, turn_x, turn_y, end_x, end_y}, 3};
}

/* From the box's middle straight out, then to the place: to its circle where it has one. */
struct paint_map_leader
paint_map_room_route(const struct paint_map_box *box, const struct paint_map_goal *goal)
{
    float side = goal->x > (box->x0 + box->x1) / 2 ? 1 : -1;
    bool beside = side > 0 ? goal->x - goal->ring > box->x1 : goal->x + goal->ring < box->x0;
    if (beside) {
        float from_x = side > 0 ? box->x1 : box->x0, from_y = roundf((box->y0 + box->y1) / 2);
        float far = fabsf(goal->x - from_x) - goal->ring;
        float level = fminf(goal->bend, far / 2);
        if (goal->ring == 0 && far <= 2 * goal->bend) {
            level = far; /* a right angle rather than a line that leans a little */
        }
        return leader_by(from_x, from_y, from_x + side * level, from_y, goal);
    }
    /* above or below: straight from the edge */
    float from_x = fminf(fmaxf(goal->x, box->x0 + goal->inset), box->x1 - goal->inset);
    float from_y = goal->y < box->y0 ? box->y0 : box->y1;
    return leader_by(from_x, from_y, from_x, from_y, goal);
}

/* The best of the leaders tried. */
struct detour {
    const struct paint_map_room *room;
    const struct paint_map_box *box;
    const struct paint_map_goal *goal;
    struct paint_map_leader best;
    float cost;
};

/* How much of a leader is hidden behind what is taken, pixels; a leader that it crosses counts as a
 * label would. */
static float
hidden_of(const struct paint_map_room *room, const struct paint_map_leader *leader, float crossing)
{
    float hidden = 0;
    for (int leg = 0; leg + 1 < leader->points; leg++) {
        const float *a = &leader->xy[2 * leg], *b = a + 2;
        for (int i = 0; i < room->taken_count; i++) {
            hidden += part_in(a, b, &room->taken[i]) * hypotf(b[0] - a[0], b[1] - a[1]);
        }
    }
    for (int i = 0; i < room->leaders_count; i++) {
        hidden += leaders_cross(leader, &room->leaders[i], room->clear) ? crossing : 0;
    }
    return hidden;
}

/* As a length: ten times as dear where it is hidden. */
static float
cost_of(const struct detour *detour, const struct paint_map_leader *leader)
{
    float length = 0;
    for (int leg = 0; leg + 1 < leader->points; leg++) {
        const float *a = &leader->xy[2 * leg];
        length += hypotf(a[2] - a[0], a[3] - a[1]);
    }
    return length + 10 * hidden_of(detour->room, leader, detour->goal->bend);
}

static void
try_leader(struct detour *detour, float from_x, float from_y, float turn_x, float turn_y)
{
    struct paint_map_leader leader = leader_by(from_x, from_y, turn_x, turn_y, detour->goal);
    if (leader.points < 3 || part_in(&leader.xy[2], &leader.xy[4], detour->box) > 0) {
        return;
    }
    float cost = cost_of(detour, &leader);
    if (cost < detour->cost) {
        detour->best = leader;
        detour->cost = cost;
    }
}

/* Upright from the box's top or bottom, or level from its sides, as far as there is room, then to
 * the circle. */
struct paint_map_leader
paint_map_room_lead(const struct paint_map_room *room, const struct paint_map_box *box,
                    const struct paint_map_goal *goal)
{
    struct detour detour = {room, box, goal, paint_map_room_route(box, goal), 0};
    if (paint_map_room_struck(room, &detour.best) == 0) {
        return detour.best;
    }
    detour.cost = cost_of(&detour, &detour.best);
    const struct paint_map_box *whole = &room->whole;
    float step = fmaxf(2, roundf(goal->bend / 5)), middle = roundf((box->y0 + box->y1) / 2);
    for (float x = roundf(box->x0 + goal->inset); x <= box->x1 - goal->inset; x += step) {
        for (float y = box->y1 + step; y <= whole->y1; y += step) {
            try_leader(&detour, x, box->y1, x, y);
        }
        for (float y = box->y0 - step; y >= whole->y0; y -= step) {
            try_leader(&detour, x, box->y0, x, y);
        }
    }
    for (float x = box->x1 + step; x <= whole->x1; x += step) {
        try_leader(&detour, box->x1, middle, x, middle);
    }
    for (float x = box->x0 - step; x >= whole->x0; x -= step) {
        try_leader(&detour, box->x0, middle, x, middle);
    }
    return detour.best;
}

float
paint_map_room_distance(const struct paint_map_box *box, float x, float y)
{
    float dx = fmaxf(fmaxf(box->x0 - x, x - box->x1), 0);
    float dy = fmaxf(fmaxf(box->y0 - y, y - box->y1), 0);
    return hypotf(dx, dy);
}

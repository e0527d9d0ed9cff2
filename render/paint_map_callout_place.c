#include "render/paint_map_callout_place.h"

#include <math.h>
#include <string.h>

#include "render/map/map.h"
#include "render/points.h"
#include "wall/base/sort.h"

#define STEP 16   /* design pixels between the places that are tried */
#define CELLS 256 /* a side of the dots' weights, at most */
/* Places whose straight line strikes something, and the ways around that are sought for them over
 * all sizes of the circle: each takes its time. */
#define SECOND_MOST 24
#define SOUGHT_MOST 48
#define WAYS_MOST 256
#define TAG_TURNS 24 /* places around the circle */
#define TAG_DISTANCES 20

/* What is under the box costs so many design pixels that it may be farther off for: the whole of it
 * on streets; a dot, by its state; a third line; what its straight line strikes. */
#define ON_STREETS 900
#define DATA 6
#define HANDFUL 8
#define SOON 150
#define OVERDUE 400
#define THIRD_LINE 24
#define STRUCK 300

/* ---- the dots under a box ---- */

/* Sums of what is above and left of each corner of the dots' grid. */
struct weights {
    float x0, y0, cell_px;
    int across, down; /* cells; one corner more; 0: there are no dots */
    uint32_t data[(POINTS_CELLS + 1) * (POINTS_CELLS + 1)]; /* dots */
    uint32_t late[(POINTS_CELLS + 1) * (POINTS_CELLS + 1)]; /* design pixels */
};

static void
weigh(const struct paint_map_callout_wish *wish, struct weights *out)
{
    out->across = out->down = 0;
    if (!wish->points) {
        return;
    }
    struct points_grid grid = points_grid(wish->points);
    struct panel_rect clip = map_clip(wish->map);
    out->x0 = (float)clip.x;
    out->y0 = (float)clip.y;
    out->cell_px = (float)grid.cell_px;
    out->across = grid.across;
    out->down = grid.down;
    int stride = out->across + 1;
    memset(out->data, 0, (size_t)stride * sizeof *out->data);
    memset(out->late, 0, (size_t)stride * sizeof *out->late);
    for (int y = 0; y < out->down; y++) {
        int at = (y + 1) * stride;
        out->data[at] = out->late[at] = 0;
        for (int x = 0; x < out->across; x++) {
            const uint32_t *dots = grid.cells[y * grid.across + x];
            at++;
            out->data[at] = dots[POINTS_OPEN] + out->data[at - 1] + out->data[at - stride] -
                            out->data[at - stride - 1];
            out->late[at] = dots[POINTS_SOON] * SOON + dots[POINTS_OVERDUE] * OVERDUE +
                            out->late[at - 1] + out->late[at - stride] - out->late[at - stride - 1];
        }
    }
}

static int
corner(float at, int most)
{
    return at < 0 ? 0 : at > (float)most ? most : (int)at;
}

static uint32_t
sum_in(const uint32_t *sums, int stride, const int at[4])
{
    return sums[at[3] * stride + at[2]] - sums[at[1] * stride + at[2]] -
           sums[at[3] * stride + at[0]] + sums[at[1] * stride + at[0]];
}

/* Of the dots that a box covers or touches, design pixels. Those in hand count by the handful: the
 * box does not go aside for each that comes. */
static float
weight_under(const struct weights *weights, const struct paint_map_box *box, float reach)
{
    if (weights->across == 0) {
        return 0;
    }
    float cell = weights->cell_px;
    const int at[4] = {
        corner(floorf((box->x0 - reach - weights->x0) / cell), weights->across),
        corner(floorf((box->y0 - reach - weights->y0) / cell), weights->down),
        corner(ceilf((box->x1 + reach - weights->x0) / cell), weights->across),
        corner(ceilf((box->y1 + reach - weights->y0) / cell), weights->down),
    };
    int stride = weights->across + 1;
    return (float)(sum_in(weights->data, stride, at) / HANDFUL * HANDFUL * DATA +
                   sum_in(weights->late, stride, at));
}

/* ---- a box with words ---- */

struct candidate {
    struct paint_map_box box;
    enum paint_map_callout_form form;
    float cost;
};

struct search {
    const struct paint_map_callout_wish *wish;
    const struct paint_map_room *room;
    const struct weights *weights;
    struct paint_map_goal goal;
    struct candidate best;                /* its line strikes nothing */
    struct candidate second[SECOND_MOST]; /* the cheapest of those whose line does */
    int second_count;
    int sought; /* ways around, so far */
};

static float
cost_of(const struct search *search, const struct candidate *candidate, float least)
{
    const struct paint_map_callout_wish *wish = search->wish;
    const struct paint_map_box *box = &candidate->box;
    float cost = paint_map_room_distance(box, search->goal.x, search->goal.y);
    cost += candidate->form == PAINT_MAP_CALLOUT_NARROW ? THIRD_LINE * wish->unit : 0;
    if (cost >= least) {
        return cost;
    }
    return cost +
           wish->unit * (map_cover(wish->map, box->x0, box->y0, box->x1, box->y1) * ON_STREETS +
                         weight_under(search->weights, box, wish->dot_reach));
}

/* Those that are near each other are one. */
static void
keep_second(struct search *search, const struct candidate *candidate)
{
    float near = 4 * STEP * search->wish->unit;
    int at = search->second_count;
    for (int i = 0; i < search->second_count; i++) {
        const struct paint_map_box *other = &search->second[i].box;
        if (fabsf(other->x0 - candidate->box.x0) + fabsf(other->y0 - candidate->box.y0) < near) {
            at = search->second[i].cost > candidate->cost ? i : SECOND_MOST;
            break;
        }
    }
    if (at == search->second_count && at == SECOND_MOST) {
        for (int i = at = 0; i < SECOND_MOST; i++) {
            at = search->second[i].cost > search->second[at].cost ? i : at;
        }
        at = search->second[at].cost > candidate->cost ? at : SECOND_MOST;
    }
    if (at < SECOND_MOST) {
        search->second[at] = *candidate;
        search->second_count += at == search->second_count;
    }
}

static void
try_box(struct search *search, enum paint_map_callout_form form, float x, float y)
{
    const struct paint_map_callout_wish *wish = search->wish;
    const struct paint_map_goal *goal = &search->goal;
    const struct paint_map_box circle = {goal->x - goal->ring, goal->y - goal->ring,
                                         goal->x + goal->ring, goal->y + goal->ring};
    struct candidate candidate = {{x, y, x + wish->w[form], y + wish->h[form]}, form, 0};
    const struct paint_map_box *box = &candidate.box;
    if (paint_map_room_distance(box, goal->x, goal->y) >= search->best.cost ||
        paint_map_room_meet(box, &circle) || !paint_map_room_free(search->room, box) ||
        paint_map_room_covers(search->room, box) > 0) {
        return;
    }
    candidate.cost = cost_of(search, &candidate, search->best.cost);
    if (candidate.cost >= search->best.cost) {
        return;
    }
    struct paint_map_leader leader = paint_map_room_route(box, goal);
    int struck = paint_map_room_struck(search->room, &leader);
    if (struck > 0) {
        candidate.cost += (float)struck * STRUCK * wish->unit;
        keep_second(search, &candidate);
    } else {
        search->best = candidate;
    }
}

/* Ways around that were sought since the room changed: dots change often, and no way for them. */
static struct {
    struct paint_map_box box;
    float ring;
    const struct paint_map_room *room;
    struct paint_map_leader leader;
} ways[WAYS_MOST];
static int ways_count;

static struct paint_map_leader
way_from(const struct search *search, const struct paint_map_box *box)
{
    int known = ways_count < WAYS_MOST ? ways_count : WAYS_MOST;
    for (int i = 0; i < known; i++) {
        if (ways[i].room == search->room && ways[i].ring == search->goal.ring &&
            memcmp(&ways[i].box, box, sizeof *box) == 0) {
            return ways[i].leader;
        }
    }
    int at = ways_count++ % WAYS_MOST;
    ways[at].box = *box;
    ways[at].ring = search->goal.ring;
    ways[at].room = search->room;
    ways[at].leader = paint_map_room_lead(search->room, box, &search->goal);
    return ways[at].leader;
}

static void
settle(const struct search *search, const struct candidate *candidate,
       struct paint_map_callout_spot *out)
{
    out->form = candidate->form;
    out->box = candidate->box;
    out->goal = search->goal;
    out->leader = way_from(search, &out->box);
}

static int
by_cost(const void *a, const void *b, void *user)
{
    const struct candidate *x = a, *y = b;
    (void)user;
    return (x->cost > y->cost) - (x->cost < y->cost);
}

static bool
place_words(struct search *search, const struct paint_map_room *room, float ring,
            struct paint_map_callout_spot *out)
{
    const struct paint_map_callout_wish *wish = search->wish;
    float step = STEP * wish->unit;
    search->room = room;
    search->goal.ring = ring;
    search->best.cost = INFINITY;
    search->second_count = 0;
    for (int form = PAINT_MAP_CALLOUT_WIDE; form <= PAINT_MAP_CALLOUT_NARROW; form++) {
        for (float y = room->whole.y0; y + wish->h[form] <= room->whole.y1; y += step) {
            for (float x = room->whole.x0; x + wish->w[form] <= room->whole.x1; x += step) {
                try_box(search, (enum paint_map_callout_form)form, roundf(x), roundf(y));
            }
        }
    }
    if (isfinite(search->best.cost)) {
        settle(search, &search->best, out);
        return true;
    }
    sort_in_place(search->second, (size_t)search->second_count, sizeof *search->second, by_cost,
                  NULL);
    for (int i = 0; i < search->second_count && search->sought < SOUGHT_MOST; i++) {
        search->sought++;
        settle(search, &search->second[i], out);
        if (paint_map_room_struck(room, &out->leader) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- a tag, or nothing ---- */

/* The tag at a turn of the circle and so far from it; false where it would lie on something, or its
 * line strike something. *tries: how often a way around may still be sought; less than none: it may
 * go without a line, whose colour both have. */
static bool
try_tag(const struct paint_map_callout_wish *wish, const struct paint_map_room *room, float turn,
        float far, int *tries, struct paint_map_callout_spot *out)
{
    const struct paint_map_goal *goal = &out->goal;
    float w = wish->w[PAINT_MAP_CALLOUT_TAG], h = wish->h[PAINT_MAP_CALLOUT_TAG];
    float gap = 4 * wish->unit, reach = goal->ring + gap + far;
    float x = roundf(goal->x + cosf(turn) * (reach + w / 2) - w / 2);
    float y = roundf(goal->y + sinf(turn) * (reach + h / 2) - h / 2);
    out->box = (struct paint_map_box){x, y, x + w, y + h};
    out->leader = (struct paint_map_leader){.points = 0};
    if (!paint_map_room_free(room, &out->box) || paint_map_room_covers(room, &out->box) > 0) {
        return false;
    }
    if (paint_map_room_distance(&out->box, goal->x, goal->y) <= goal->ring + 2 * gap) {
        return true; /* beside it: no line is needed */
    }
    out->leader = paint_map_room_route(&out->box, goal);
    if (paint_map_room_struck(room, &out->leader) > 0 && *tries > 0) {
        --*tries;
        out->leader = paint_map_room_lead(room, &out->box, goal);
    }
    if (paint_map_room_struck(room, &out->leader) == 0) {
        return true;
    }
    out->leader.points = 0;
    return *tries < 0;
}

/* Around the circle, touching it, else farther off: the first distance at which there is a free
 * place, and there where it hides least; from the right, both ways alike. */
static bool
place_tag(const struct paint_map_callout_wish *wish, const struct paint_map_room *room,
          const struct weights *weights, struct paint_map_callout_spot *out)
{
    struct paint_map_callout_spot spot = {.form = PAINT_MAP_CALLOUT_TAG, .goal = wish->goal};
    int tries = SECOND_MOST;
    float least = INFINITY;
    spot.goal.inset = fminf(wish->goal.inset, wish->w[PAINT_MAP_CALLOUT_TAG] / 4);
    spot.goal.ring = wish->small_ring;
    for (int far = 0; far < 2 * TAG_DISTANCES && isinf(least); far++) {
        tries = far < TAG_DISTANCES ? tries : -1;
        for (int i = 0; i < TAG_TURNS; i++) {
            float turn = (float)(i % 2 ? (i + 1) / 2 : -(i / 2)) * (float)(2 * M_PI / TAG_TURNS);
            float away = (float)(far % TAG_DISTANCES) * wish->small_ring / 2;
            if (!try_tag(wish, room, turn, away, &tries, &spot)) {
                continue;
            }
            float weight = weight_under(weights, &spot.box, wish->dot_reach);
            if (weight < least) {
                least = weight;
                *out = spot;
            }
        }
    }
    return isfinite(least);
}

static void
place(const struct paint_map_callout_wish *wish, const struct paint_map_room *room,
      const struct paint_map_room *wider, struct paint_map_callout_spot *out)
{
    static struct weights weights;
    static struct search search;
    weigh(wish, &weights);
    search.wish = wish;
    search.weights = &weights;
    search.goal = wish->goal;
    search.sought = 0;
    /* Where a name lies over the circle's edge, a larger one may reach around it. */
    const float ring = wish->goal.ring,
                rings[] = {ring, ring * 1.3f, ring * 1.7f, wish->small_ring};
    bool found = place_words(&search, room, ring, out);
    for (size_t i = 0; i < sizeof rings / sizeof *rings && !found; i++) {
        found = place_words(&search, wider, rings[i], out);
    }
    if (found || place_tag(wish, wider, &weights, out)) {
        return;
    }
    *out = (struct paint_map_callout_spot){.form = PAINT_MAP_CALLOUT_CIRCLE, .goal = wish->goal};
    out->goal.ring = wish->small_ring;
}

/* ---- what was found ---- */

/* All that a place follows from, but for the dots. */
struct basis {
    struct paint_map_callout_wish wish;
    struct paint_map_room room;
    struct paint_map_box wider;
};

void
paint_map_callout_place(const struct paint_map_callout_wish *wish,
                        const struct paint_map_room *room, const struct paint_map_room *wider,
                        struct paint_map_callout_spot *out)
{
    static struct basis last, now;
    static struct paint_map_callout_spot found;
    static uint64_t look;
    memset(&now, 0, sizeof now); /* what is between the members is compared, too */
    memcpy(&now.wish, wish, sizeof now.wish);
    memcpy(&now.room, room, sizeof now.room);
    now.wider = wider->whole;
    bool same = memcmp(&last, &now, sizeof last) == 0;
    uint64_t look_now = wish->points ? points_grid(wish->points).look : 0;
    /* While dots are counted anew those on the glass are the ones before. */
    if (!same || (look_now != look && (!wish->points || points_are_whole(wish->points)))) {
        ways_count = same ? ways_count : 0;
        place(wish, room, wider, &found);
        last = now;
        look = look_now;
    }
    *out = found;
}

#include "render/paint_map_place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/map/map.h"

#define REACH 8     /* steps a label may move from its best spot */
#define SAMPLES_X 7 /* points of a label that are asked whose land they are on */
#define SAMPLES_Y 3
#define STEPS ((2 * REACH + 1) * (2 * REACH + 1))
/* Design pixels: between the places that are tried outside the street; so far from it at least,
 * else the line is not seen; and at most where the counts could go instead. */
#define FAR_STEP 16
#define FAR_LEAST 12
#define FAR_NEAR 150
#define TRIES_MOST 24      /* orders: a change of the map or of its canvas waits for them */
#define TRIED_LABELS 12    /* of more than that, fewer orders */
#define STUB 12            /* design pixels: a level leg shorter than that looks like a slip */
#define COVERED_MOST 0.03f /* of a label beside the district: what its corner may lie on */
#define ABROAD_MOST 0.1f   /* of a line: what it may pass of another street */

struct size {
    float w, h;
    int lines;
};

/* ---- in the street ---- */

static bool
is_on_spot(const struct map_shape *shape, const struct paint_map_box *box)
{
    return shape->label_x >= box->x0 && shape->label_x <= box->x1 && shape->label_y >= box->y0 &&
           shape->label_y <= box->y1;
}

static bool
holds(const struct map_shape *shape, float x, float y)
{
    return x >= shape->x0 && x <= shape->x1 && y >= shape->y0 && y <= shape->y1 &&
           map_shape_holds(shape, x, y);
}

static bool
is_in_another(const struct paint_map_names *names, const struct map_shape *shape, float x, float y)
{
    int count;
    const struct map_shape *shapes = map_shapes(names->map, &count);
    for (int i = 0; i < count; i++) {
        if (&shapes[i] != shape && shapes[i].kind == SCENE_LAYER_STREETS &&
            holds(&shapes[i], x, y)) {
            return true;
        }
    }
    return false;
}

/* Whether the box lies on at most half as much of other streets as of its own: over their dots it
 * would read as theirs. */
static bool
is_mostly_at_home(const struct paint_map_names *names, const struct map_shape *shape,
                  const struct paint_map_box *box)
{
    int own = 0, others = 0;
    for (int at = 0; at < SAMPLES_X * SAMPLES_Y; at++) {
        float part_x = ((float)(at % SAMPLES_X) + 0.5f) / SAMPLES_X;
        float part_y = ((float)(at / SAMPLES_X) + 0.5f) / SAMPLES_Y;
        float x = box->x0 + (box->x1 - box->x0) * part_x;
        float y = box->y0 + (box->y1 - box->y0) * part_y;
        if (holds(shape, x, y)) {
            own++;
        } else {
            others += is_in_another(names, shape, x, y);
        }
    }
    return 2 * others <= own;
}

/* How a label in a street reads as its own, the best first. */
enum reading {
    READS_INSIDE,  /* its middle is inside the street */
    READS_ON_SPOT, /* it lies on the street's best spot, its middle in no other street */
    READS_SOMEHOW, /* on the best spot, whatever else it lies on */
    READS_COUNT
};

static bool
reads(const struct paint_map_names *names, const struct map_shape *shape,
      const struct paint_map_box *box, enum reading how)
{
    float x = (box->x0 + box->x1) / 2, y = (box->y0 + box->y1) / 2;
    switch (how) {
    case READS_INSIDE:
        return holds(shape, x, y) && is_mostly_at_home(names, shape, box);
    case READS_ON_SPOT:
        return is_on_spot(shape, box) && !is_in_another(names, shape, x, y) &&
               is_mostly_at_home(names, shape, box);
    case READS_SOMEHOW:
        return is_on_spot(shape, box) || holds(shape, x, y);
    case READS_COUNT:
        break;
    }
    return false;
}

struct step {
    int8_t i, j;
};

/* The steps around a spot, the nearest first. */
static const struct step *
steps_around(void)
{
    static struct step steps[STEPS];
    static bool made;
    int count = 0;
    for (int cost = 0; !made && cost <= 2 * REACH * REACH; cost++) {
        for (int j = -REACH; j <= REACH; j++) {
            for (int i = -REACH; i <= REACH; i++) {
                if (i * i + j * j == cost) {
                    steps[count++] = (struct step){(int8_t)i, (int8_t)j};
                }
            }
        }
    }
    made = true;
    return steps;
}

/* Which ways each place of each label reads, once asked: the same places are tried in many orders.
 * Bits: asked, and below them the answers. */
static uint8_t readings[PAINT_MAP_ROOM_LABELS][1 + PAINT_MAP_FORM_COUNT][STEPS];

static bool
reads_as(const struct paint_map_names *names, const struct paint_map_label *label, int lines,
         int step, const struct paint_map_box *box, enum reading how)
{
    uint8_t *known = &readings[label->id][lines > 1 ? 1 + (int)names->form : 0][step];
    const uint8_t asked = (uint8_t)(1 << (READS_COUNT + how)), yes = (uint8_t)(1 << how);
    if (!(*known & asked)) {
        *known |= asked | (reads(names, label->shape, box, how) ? yes : 0);
    }
    return *known & yes;
}

/* The free box of w × h, of so many lines, nearest to the street's best spot that reads so. At most
 * REACH / 8 of the name's width and REACH / 4 lines away: what the counts take does not change
 * which places are tried. */
static bool
find_near(const struct paint_map_names *names, struct paint_map_label *label, struct size size,
          enum reading how)
{
    const struct map_shape *shape = label->shape;
    const struct step *steps = steps_around();
    float across = (label->name_w + 2 * names->gap) / 8;
    for (int s = 0; s < STEPS; s++) {
        float x = roundf(shape->label_x - size.w / 2 + (float)steps[s].i * across);
        float y = roundf(shape->label_y - size.h / 2 + (float)steps[s].j * size.h / 4);
        struct paint_map_box box = {x, y, x + size.w, y + size.h};
        if (abs(steps[s].j) * size.lines <= REACH &&
            reads_as(names, label, size.lines, s, &box, how) &&
            paint_map_room_free(&names->room, &box) &&
            paint_map_room_covers(&names->room, &box) == 0) {
            label->box = box;
            return true;
        }
    }
    return false;
}

static bool
find_home(const struct paint_map_names *names, struct paint_map_label *label, struct size size)
{
    return find_near(names, label, size, READS_INSIDE) ||
           find_near(names, label, size, READS_ON_SPOT);
}

/* ---- beside the district ---- */

/* Whether the place and what is near it are in the street and under no label. */
static bool
is_seen(const struct paint_map_names *names, const struct map_shape *shape, float x, float y)
{
    float by = names->gap;
    struct paint_map_box around = {x - by, y - by, x + by, y + by};
    return paint_map_room_free(&names->room, &around) && map_shape_holds(shape, x - by, y - by) &&
           map_shape_holds(shape, x + by, y - by) && map_shape_holds(shape, x - by, y + by) &&
           map_shape_holds(shape, x + by, y + by);
}

/* Where a leader to the street ends: its best spot, or near it where a label lies on that. */
static struct paint_map_goal
goal_of(const struct paint_map_names *names, const struct map_shape *shape)
{
    float step = names->gap, least = INFINITY;
    struct paint_map_goal goal = {.x = roundf(shape->label_x),
                                  .y = roundf(shape->label_y),
                                  .inset = names->gap,
                                  .bend = 24 * names->unit};
    const float at_x = goal.x, at_y = goal.y;
    float reach = fmaxf(shape->x1 - shape->x0, shape->y1 - shape->y0);
    int rings = (int)fminf(ceilf(reach / step), 256);
    for (int ring = 0; ring <= rings && (float)ring * step < least; ring++) {
        for (int j = -ring; j <= ring; j++) {
            bool edge = j == -ring || j == ring; /* else only the two at its sides */
            for (int i = -ring; i <= ring; i += edge || ring == 0 ? 1 : 2 * ring) {
                float x = at_x + roundf((float)i * step), y = at_y + roundf((float)j * step);
                float away = hypotf(x - at_x, y - at_y);
                if (away < least && is_seen(names, shape, x, y)) {
                    least = away;
                    goal.x = x;
                    goal.y = y;
                }
            }
        }
    }
    return goal;
}

static bool
is_abroad(const struct paint_map_names *names, const struct map_shape *shape, float x, float y)
{
    const struct map_shape *owner = map_owner(names->map, x, y);
    return owner && owner != shape;
}

/* Whether more of a line than such a part lies in streets that it does not lead to. */
static bool
goes_abroad(const struct paint_map_names *names, const struct map_shape *shape,
            const struct paint_map_leader *leader, float most)
{
    float length = 0, abroad = 0;
    for (int leg = 0; leg + 1 < leader->points; leg++) {
        const float *a = &leader->xy[2 * leg];
        length += hypotf(a[2] - a[0], a[3] - a[1]);
    }
    for (int leg = 0; leg + 1 < leader->points && most < 1; leg++) {
        const float *a = &leader->xy[2 * leg], *b = a + 2;
        float along = hypotf(b[0] - a[0], b[1] - a[1]);
        int steps = 1 + (int)(along / names->gap);
        for (int step = 0; step < steps && abroad <= most * length; step++) {
            float t = ((float)step + 0.5f) / (float)steps;
            float x = a[0] + (b[0] - a[0]) * t, y = a[1] + (b[1] - a[1]) * t;
            abroad += is_abroad(names, shape, x, y) ? along / (float)steps : 0;
        }
    }
    return abroad > most * length;
}

static bool
misleads(const struct paint_map_names *names, const struct map_shape *shape,
         const struct paint_map_leader *leader, float abroad_most)
{
    return leader->points == 0 || paint_map_room_struck(&names->room, leader) > 0 ||
           goes_abroad(names, shape, leader, abroad_most);
}

/* As from a label of no counts: it leaves the top or bottom within the name's width. */
static struct paint_map_leader
route_from_name(const struct paint_map_label *label, const struct paint_map_box *box,
                struct paint_map_goal goal)
{
    goal.inset = fmaxf(goal.inset, (box->x1 - box->x0 - label->name_w) / 2);
    return paint_map_room_route(box, &goal);
}

/* What a place costs, in pixels that it may be farther off for a straight line; infinite where it
 * lies on a street or its line would mislead, be it drawn from the edge of the widest counts or,
 * under or over few digits, of the name. */
static float
cost_of(const struct paint_map_names *names, const struct paint_map_label *label,
        const struct paint_map_box *box, const struct paint_map_goal *goal, float least,
        float abroad_most)
{
    const struct map_shape *shape = label->shape;
    float cost = paint_map_room_distance(box, goal->x, goal->y);
    if (cost >= least || cost < FAR_LEAST * names->unit ||
        !paint_map_room_free(&names->room, box) ||
        map_cover(names->map, box->x0, box->y0, box->x1, box->y1) > COVERED_MOST ||
        paint_map_room_covers(&names->room, box) > 0) {
        return INFINITY;
    }
    struct paint_map_leader leader = paint_map_room_route(box, goal);
    struct paint_map_leader least_wide = route_from_name(label, box, *goal);
    if (misleads(names, shape, &leader, abroad_most) ||
        misleads(names, shape, &least_wide, abroad_most)) {
        return INFINITY;
    }
    const float *xy = leader.xy, *end = &xy[2 * leader.points - 2];
    bool straight = end[0] == xy[0] || end[1] == xy[1];
    bool is_stub = leader.points == 3 && fabsf(xy[2] - xy[0]) < STUB * names->unit;
    return cost + (straight ? 0 : 12 * names->unit) + (is_stub ? 2 * STUB * names->unit : 0);
}

/* The nearest free box beside the district, tried on a grid whose middle is the place it is about:
 * its line is then straight where that can be. The line is kept. */
static bool
find_far(struct paint_map_names *names, struct paint_map_label *label, struct size size, float most,
         float abroad_most)
{
    const float w = size.w, h = size.h;
    const struct paint_map_box *whole = &names->room.whole;
    float step = fmaxf(1, roundf(FAR_STEP * names->unit)), least = most;
    bool found = false;
    struct paint_map_goal goal = goal_of(names, label->shape);
    float left = roundf(goal.x - w / 2), top = roundf(goal.y - h / 2);
    left -= floorf((left - whole->x0) / step) * step;
    top -= floorf((top - whole->y0) / step) * step;
    for (float y = top; y + h <= whole->y1; y += step) {
        for (float x = left; x + w <= whole->x1; x += step) {
            struct paint_map_box box = {x, y, x + w, y + h};
            float cost = cost_of(names, label, &box, &goal, least, abroad_most);
            if (cost < least) {
                least = cost;
                label->box = box;
                found = true;
            }
        }
    }
    if (found) {
        struct paint_map_leader *kept = &names->room.leaders[names->room.leaders_count];
        label->leader = names->room.leaders_count;
        kept[0] = paint_map_room_route(&label->box, &goal);
        kept[1] = route_from_name(label, &label->box, goal);
        names->room.leaders_count += 2;
    }
    return found;
}

/* ---- placing them all ---- */

/* The ways a label may be placed, the best first; all labels try one before any tries the next, so
 * that none gives up its street for another's. A name in its street says more than counts at the
 * end of a long line; the last is a line through other streets, better than no name. */
enum way {
    HOME_WITH_COUNTS,
    NEAR_WITH_COUNTS,
    HOME_NAME,
    FAR_WITH_COUNTS,
    FAR_NAME,
    NAME_SOMEHOW,
    NAME_ABROAD,
    WAY_COUNT
};

/* Least room first: the others have more spots to give way to. Equal ones keep the file's order.
 * (Insertion: few labels, and the library's sort may allocate.) */
static void
sort_labels(struct paint_map_label *list, int count)
{
    for (int i = 1; i < count; i++) {
        struct paint_map_label label = list[i];
        int at = i;
        while (at > 0 && list[at - 1].shape->label_room > label.shape->label_room) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = label;
    }
}

/* The name, and under it the counts where there is room for both, whether there are any yet or
 * not; the counts go before the name. */
static struct size
size_of(const struct paint_map_names *names, const struct paint_map_label *label, bool with_counts)
{
    float pad = names->gap, name = label->name_w + 2 * pad;
    float one = ceilf(names->name_cap) + 2 * pad;
    if (!with_counts) {
        return (struct size){name, one, 1};
    }
    /* Few take all that their counts may. */
    return (struct size){fmaxf(name, names->counts_w[names->form]),
                         one + ceilf(names->count_cap[names->form]) + 2 * pad, 2};
}

static void
settle(struct paint_map_names *names, struct paint_map_label *label, bool with_counts)
{
    label->placed = true;
    label->with_counts = with_counts;
    label->slot = names->room.taken_count;
    paint_map_room_take(&names->room, label->box);
}

static bool
has_counts(enum way way)
{
    return way == HOME_WITH_COUNTS || way == NEAR_WITH_COUNTS || way == FAR_WITH_COUNTS;
}

static void
place(struct paint_map_names *names, struct paint_map_label *label, enum way way)
{
    struct size size = size_of(names, label, has_counts(way));
    bool found = false;
    if (label->plain && has_counts(way)) {
        return;
    }
    switch (way) {
    case HOME_WITH_COUNTS:
    case HOME_NAME:
        found = find_home(names, label, size);
        break;
    case NEAR_WITH_COUNTS:
        found = find_far(names, label, size, FAR_NEAR * names->unit, ABROAD_MOST);
        break;
    case FAR_WITH_COUNTS:
    case FAR_NAME:
        found = find_far(names, label, size, INFINITY, ABROAD_MOST);
        break;
    case NAME_SOMEHOW:
        found = find_near(names, label, size, READS_SOMEHOW);
        break;
    case NAME_ABROAD:
        found = find_far(names, label, size, INFINITY, 1);
        label->abroad = found;
        break;
    case WAY_COUNT:
        break;
    }
    if (found) {
        settle(names, label, has_counts(way));
    }
}

static struct paint_map_box
best_box(const struct paint_map_label *label, struct size size)
{
    float x = label->shape->label_x - size.w / 2, y = label->shape->label_y - size.h / 2;
    return (struct paint_map_box){x, y, x + size.w, y + size.h};
}

/* Gives a label its home where one that lies there has another place in its own: that one moves. */
static void
make_way(struct paint_map_names *names, struct paint_map_label *list, int count,
         struct paint_map_label *label, bool with_counts)
{
    struct size size = size_of(names, label, with_counts);
    struct paint_map_box best = best_box(label, size);
    for (int i = 0; i < count && !label->placed; i++) {
        struct paint_map_label *other = &list[i];
        const struct paint_map_box before = other->box;
        if (!other->placed || other->leader >= 0 || !paint_map_room_meet(&best, &before)) {
            continue;
        }
        names->room.taken[other->slot] = (struct paint_map_box){0};
        if (find_home(names, label, size)) {
            settle(names, label, with_counts);
            if (!find_home(names, other, size_of(names, other, other->with_counts))) {
                label->placed = false;
                names->room.taken_count--;
                other->box = before;
            }
        }
        names->room.taken[other->slot] = other->box;
    }
}

/* How bad it is: what is left out first, then lines, then small counts. */
static float
judge(const struct paint_map_names *names, const struct paint_map_label *list, int count)
{
    float bad = names->form == PAINT_MAP_SMALL ? (float)count : 0;
    for (int i = 0; i < count; i++) {
        bad += !list[i].placed ? 100 : !list[i].with_counts ? 10 : 0;
        bad += list[i].abroad ? 40.0f : list[i].leader >= 0 ? 3.0f : 0;
    }
    return bad;
}

/* settled: the first one has its name in its street before any other is placed. */
static float
place_all(struct paint_map_names *names, struct paint_map_label *list, int count, bool settled)
{
    for (int i = 0; i < count; i++) {
        list[i].placed = list[i].with_counts = list[i].abroad = false;
        list[i].leader = -1;
    }
    if (settled) {
        place(names, &list[0], HOME_NAME);
        if (!list[0].placed) {
            place(names, &list[0], NAME_SOMEHOW);
        }
    }
    for (int way = 0; way < WAY_COUNT; way++) {
        for (int i = 0; i < count; i++) {
            if (!list[i].placed) {
                place(names, &list[i], (enum way)way);
            }
        }
        for (int i = 0; (way == HOME_WITH_COUNTS || way == HOME_NAME) && i < count; i++) {
            if (!list[i].placed && !(list[i].plain && has_counts((enum way)way))) {
                make_way(names, list, count, &list[i], has_counts((enum way)way));
            }
        }
    }
    return judge(names, list, count);
}

/* ---- the best of several orders ---- */

/* A way of placing them all: the order, and who goes without counts. */
struct attempt {
    struct paint_map_names names;
    struct paint_map_label list[PAINT_MAP_ROOM_LABELS];
    float bad;
};

/* How one goes before all others: in every way that there is; while those that lie at its home go
 * without counts; or with nothing but its name. */
enum manner { GOES_FIRST, CLEARS_HOME, NAME_FIRST, MANNER_COUNT };

/* Places them anew with one before all others. */
static void
put_first(struct attempt *attempt, const struct paint_map_room *room, int count, int at,
          enum manner manner)
{
    struct paint_map_label first = attempt->list[at];
    struct paint_map_box home = best_box(&first, size_of(&attempt->names, &first, true));
    first.plain = false;
    for (int i = 0; manner == CLEARS_HOME && i < count; i++) {
        struct paint_map_label *other = &attempt->list[i];
        other->plain |= i != at && other->placed && paint_map_room_meet(&other->box, &home);
    }
    memmove(&attempt->list[1], &attempt->list[0], (size_t)at * sizeof first);
    attempt->list[0] = first;
    attempt->names.room = *room;
    attempt->bad = place_all(&attempt->names, attempt->list, count, manner == NAME_FIRST);
}

/* In the first manner that is for the better. */
static bool
improve_by(struct attempt *best, const struct paint_map_room *room, int count, int at)
{
    static struct attempt now;
    for (int manner = 0; manner < MANNER_COUNT; manner++) {
        now = *best;
        put_first(&now, room, count, at, (enum manner)manner);
        if (now.bad < best->bad) {
            *best = now;
            return true;
        }
    }
    return false;
}

/* How many orders may be tried: one takes as long as the square of how many labels there are. */
static int
tries_for(int count)
{
    return count <= TRIED_LABELS ? TRIES_MOST
                                 : TRIES_MOST * TRIED_LABELS * TRIED_LABELS / (count * count);
}

/* Puts whoever lacks something first as long as that is for the better: those without a name before
 * those without counts. */
static void
improve(struct attempt *best, const struct paint_map_room *room, int count)
{
    int tries = tries_for(count);
    for (int lacks_counts = 0; lacks_counts < 2; lacks_counts++) {
        for (int i = 0; i < count && tries > 0; i++) {
            const struct paint_map_label *label = &best->list[i];
            if (lacks_counts ? label->placed && !label->with_counts : !label->placed) {
                tries--;
                i = improve_by(best, room, count, i) ? -1 : i; /* from the first one again */
            }
        }
    }
}

/* From names alone: counts where that costs no name. */
static void
grant_counts(struct attempt *best, const struct paint_map_room *room, int count)
{
    static struct attempt now;
    for (int i = 0; i < count; i++) {
        best->list[i].plain = true;
    }
    best->names.room = *room;
    best->bad = place_all(&best->names, best->list, count, false);
    improve(best, room, count);
    for (int i = 0; i < count && i < tries_for(count); i++) {
        now = *best;
        now.list[i].plain = false;
        now.names.room = *room;
        now.bad = place_all(&now.names, now.list, count, false);
        *best = now.bad < best->bad ? now : *best;
    }
}

static bool
lacks_names(const struct attempt *attempt, int count)
{
    int placed = 0;
    for (int i = 0; i < count; i++) {
        placed += attempt->list[i].placed && !attempt->list[i].abroad;
    }
    return placed < count;
}

/* The best that is found in one form. */
static void
attempt_in(struct attempt *out, const struct paint_map_names *names, enum paint_map_form form,
           const struct paint_map_label *list, int count)
{
    static struct attempt bare;
    out->names = *names;
    out->names.form = form;
    memcpy(out->list, list, (size_t)count * sizeof *list);
    bare = *out;
    out->bad = place_all(&out->names, out->list, count, false);
    improve(out, &names->room, count);
    if (lacks_names(out, count)) {
        grant_counts(&bare, &names->room, count);
        *out = bare.bad < out->bad ? bare : *out;
    }
}

void
paint_map_place(struct paint_map_names *names, struct paint_map_label *list, int count)
{
    static struct attempt best, small;
    memset(readings, 0, sizeof readings);
    for (int i = 0; i < count; i++) {
        list[i].id = i;
    }
    sort_labels(list, count);
    attempt_in(&best, names, PAINT_MAP_FULL, list, count);
    if (best.bad > 0) {
        attempt_in(&small, names, PAINT_MAP_SMALL, list, count);
        best = small.bad < best.bad ? small : best;
    }
    *names = best.names;
    memcpy(list, best.list, (size_t)count * sizeof *list);
}

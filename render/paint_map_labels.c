/* Street names with their counts, never one over another. Where a label goes depends on the map and
 * on whether counts are great or usual, not on the counts themselves: a name does not move because
 * a request came in. It lies in its own street; where there is no room for it, it lies beside the
 * district and a thin line leads from it into the street. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/map/map.h"
#include "render/paint_map.h"
#include "render/paint_map_callout.h"
#include "render/paint_part.h"

#define HALO 3.5f
#define REACH 8     /* steps a label may move from its best spot */
#define SAMPLES_X 7 /* points of a label that are asked whose land they are on */
#define SAMPLES_Y 3
#define STEPS ((2 * REACH + 1) * (2 * REACH + 1))
#define FAR_STEP 16        /* design pixels between the places that are tried outside the street */
#define FAR_LEAST 12       /* so far at least, else its line is not seen */
#define MUCH_RECEIVED 2500 /* by a street in a period: a thousand open are then not far */
#define TEN_THOUSAND 10000 /* from here on the map counts in 万 */

struct label {
    const struct map_shape *shape;
    const struct snapshot_row *row; /* NULL: no figures yet */
    float name_w, open_w, overdue_w;
    char open[32], overdue[32];
    struct paint_map_box box; /* where it goes, if it is placed */
    bool placed, with_counts;
    int slot; /* of its box among what is taken */
};

struct size {
    float w, h;
    int lines;
};

struct labels {
    const struct paint *p;
    struct text_style name, open, overdue;
    float name_cap, count_cap, gap;
    float counts_w;       /* what a label's counts may take */
    float none_w, none_h; /* a label as large as this had no place anywhere */
    struct paint_map_room room;
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
is_in_another(const struct labels *labels, const struct map_shape *shape, float x, float y)
{
    int count;
    const struct map_shape *shapes = map_shapes(labels->p->map, &count);
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
is_mostly_at_home(const struct labels *labels, const struct map_shape *shape,
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
            others += is_in_another(labels, shape, x, y);
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
reads(const struct labels *labels, const struct map_shape *shape, const struct paint_map_box *box,
      enum reading how)
{
    float x = (box->x0 + box->x1) / 2, y = (box->y0 + box->y1) / 2;
    switch (how) {
    case READS_INSIDE:
        return holds(shape, x, y) && is_mostly_at_home(labels, shape, box);
    case READS_ON_SPOT:
        return is_on_spot(shape, box) && !is_in_another(labels, shape, x, y) &&
               is_mostly_at_home(labels, shape, box);
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

/* The free box of w × h, of so many lines, nearest to the street's best spot that reads so. At most
 * REACH / 8 of the name's width and REACH / 4 lines away: what the counts take does not change
 * which places are tried. */
static bool
find_near(const struct labels *labels, struct label *label, struct size size, enum reading how)
{
    const struct map_shape *shape = label->shape;
    const struct step *steps = steps_around();
    float across = (label->name_w + 2 * labels->gap) / 8;
    for (int s = 0; s < STEPS; s++) {
        float x = roundf(shape->label_x - size.w / 2 + (float)steps[s].i * across);
        float y = roundf(shape->label_y - size.h / 2 + (float)steps[s].j * size.h / 4);
        struct paint_map_box box = {x, y, x + size.w, y + size.h};
        if (abs(steps[s].j) * size.lines <= REACH && paint_map_room_free(&labels->room, &box) &&
            paint_map_room_covers(&labels->room, &box) == 0 && reads(labels, shape, &box, how)) {
            label->box = box;
            return true;
        }
    }
    return false;
}

static bool
find_home(const struct labels *labels, struct label *label, struct size size)
{
    return find_near(labels, label, size, READS_INSIDE) ||
           find_near(labels, label, size, READS_ON_SPOT);
}

/* ---- beside the district ---- */

/* Whether the place and what is near it are in the street and under no label. */
static bool
is_seen(const struct labels *labels, const struct map_shape *shape, float x, float y)
{
    float by = labels->gap;
    struct paint_map_box around = {x - by, y - by, x + by, y + by};
    return paint_map_room_free(&labels->room, &around) && map_shape_holds(shape, x - by, y - by) &&
           map_shape_holds(shape, x + by, y - by) && map_shape_holds(shape, x - by, y + by) &&
           map_shape_holds(shape, x + by, y + by);
}

/* Where a leader to the street ends: its best spot, or near it where a label lies on that. */
static struct paint_map_goal
goal_of(const struct labels *labels, const struct map_shape *shape)
{
    float step = labels->gap, least = INFINITY;
    struct paint_map_goal goal = {
        .x = roundf(shape->label_x), .y = roundf(shape->label_y), .bend = 24 * labels->p->unit};
    const float at_x = goal.x, at_y = goal.y;
    int across = (int)ceilf((shape->x1 - shape->x0) / step);
    int down = (int)ceilf((shape->y1 - shape->y0) / step);
    across = across < 256 ? across : 256;
    down = down < 256 ? down : 256;
    for (int j = -down; j <= down; j++) {
        for (int i = -across; i <= across; i++) {
            float x = at_x + roundf((float)i * step), y = at_y + roundf((float)j * step);
            float away = hypotf(x - at_x, y - at_y);
            if (away < least && is_seen(labels, shape, x, y)) {
                least = away;
                goal.x = x;
                goal.y = y;
            }
        }
    }
    return goal;
}

/* What a place costs, in pixels that it may be farther off for: off the streets, and its line
 * behind no label and straight. */
static float
cost_of(const struct labels *labels, const struct paint_map_box *box,
        const struct paint_map_goal *goal, float least)
{
    float unit = labels->p->unit;
    float cost = paint_map_room_distance(box, goal->x, goal->y) +
                 map_cover(labels->p->map, box->x0, box->y0, box->x1, box->y1) * 700 * unit;
    if (cost >= least) {
        return cost;
    }
    struct paint_map_leader leader = paint_map_room_route(box, goal);
    const float *end = &leader.xy[2 * leader.points - 2];
    bool straight = end[0] == leader.xy[0] || end[1] == leader.xy[1];
    int struck =
        paint_map_room_struck(&labels->room, &leader) + paint_map_room_covers(&labels->room, box);
    return cost + (float)struck * 1500 * unit + (straight ? 0 : 12 * unit);
}

/* The best free box anywhere in the room, tried on a grid whose middle is the place it is about:
 * its line is then straight where that can be. The line is kept. */
static bool
find_far(struct labels *labels, struct label *label, struct size size)
{
    const float w = size.w, h = size.h;
    if (w >= labels->none_w && h >= labels->none_h) {
        return false;
    }
    const struct paint_map_box *whole = &labels->room.whole;
    float unit = labels->p->unit, step = fmaxf(1, roundf(FAR_STEP * unit)), least = INFINITY;
    struct paint_map_goal goal = goal_of(labels, label->shape);
    goal.inset = labels->gap;
    float left = roundf(goal.x - w / 2), top = roundf(goal.y - h / 2);
    left -= floorf((left - whole->x0) / step) * step;
    top -= floorf((top - whole->y0) / step) * step;
    for (float y = top; y + h <= whole->y1; y += step) {
        for (float x = left; x + w <= whole->x1; x += step) {
            struct paint_map_box box = {x, y, x + w, y + h};
            float far = paint_map_room_distance(&box, goal.x, goal.y);
            if (far >= FAR_LEAST * unit && far < least &&
                paint_map_room_free(&labels->room, &box)) {
                float cost = cost_of(labels, &box, &goal, least);
                if (cost < least) {
                    least = cost;
                    label->box = box;
                }
            }
        }
    }
    if (isinf(least)) {
        labels->none_w = w;
        labels->none_h = h;
        return false;
    }
    labels->room.leaders[labels->room.leaders_count++] = paint_map_room_route(&label->box, &goal);
    return true;
}

/* ---- street labels ---- */

static void
draw_counts(const struct labels *labels, const struct label *label, float centre, float baseline)
{
    const struct paint *p = labels->p;
    uint32_t halo = p->theme->colours[THEME_GROUND];
    float between = label->overdue_w > 0 ? labels->gap * 2 : 0;
    float x = roundf(centre - (label->open_w + between + label->overdue_w) / 2);
    draw_text_halo(p->list, p->text, labels->open, x, baseline, DRAW_LEFT,
                   paint_colour(p, THEME_DIM), HALO * p->unit, halo, str_from(label->open));
    paint_map_record(p, label->row, SNAPSHOT_OPEN, label->open);
    if (label->overdue_w > 0) {
        draw_text_halo(p->list, p->text, labels->overdue, x + ceilf(label->open_w + between),
                       baseline, DRAW_LEFT, paint_colour(p, THEME_RED), HALO * p->unit, halo,
                       str_from(label->overdue));
        paint_map_record(p, label->row, SNAPSHOT_OVERDUE, label->overdue);
    }
}

static struct str
name_of(const struct map_shape *shape)
{
    return paint_part_street_name(shape->name.len ? shape->name : shape->code);
}

static void
draw_label(const struct labels *labels, const struct label *label)
{
    const struct paint *p = labels->p;
    float centre = roundf((label->box.x0 + label->box.x1) / 2);
    float baseline = roundf(label->box.y0 + labels->gap + labels->name_cap);
    draw_text_halo(p->list, p->text, labels->name, centre, baseline, DRAW_CENTRE,
                   paint_colour(p, THEME_INK), HALO * p->unit, p->theme->colours[THEME_GROUND],
                   name_of(label->shape));
    if (label->with_counts && label->row) {
        draw_counts(labels, label, centre, baseline + roundf(2 * labels->gap + labels->count_cap));
    }
}

static const struct snapshot_row *
row_of(const struct snapshot *snapshot, const struct map_shape *shape)
{
    if (!snapshot) {
        return NULL;
    }
    const struct snapshot_row *row = snapshot_row(snapshot, SNAPSHOT_STREET, shape->code);
    const struct snapshot_rows *rows = &snapshot->groups[SNAPSHOT_STREET];
    for (size_t i = 0; !row && i < rows->count; i++) {
        if (shape->name.len && str_eq(rows->rows[i].name, shape->name)) {
            row = &rows->rows[i];
        }
    }
    return row;
}

/* Least room first: the others have more spots to give way to. Equal ones keep the file's order.
 * (Insertion: few labels, and the library's sort may allocate.) */
static void
sort_labels(struct label *list, int count)
{
    for (int i = 1; i < count; i++) {
        struct label label = list[i];
        int at = i;
        while (at > 0 && list[at - 1].shape->label_room > label.shape->label_room) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = label;
    }
}

static bool
is_first_of_its_name(const struct map_shape *shapes, int at)
{
    for (int i = 0; i < at; i++) {
        if (shapes[i].kind == SCENE_LAYER_STREETS && str_eq(shapes[i].code, shapes[at].code)) {
            return false;
        }
    }
    return true;
}

/* 9,999, then 1.0万: on the map there is room for a figure, not for all its digits. */
static void
write_count(char *out, size_t size, uint32_t count)
{
    uint32_t tenths = (uint32_t)(((uint64_t)count + 500) / 1000);
    paint_integer(out, size, count < TEN_THOUSAND ? count : tenths / 10);
    if (count >= TEN_THOUSAND) {
        size_t length = strlen(out);
        snprintf(out + length, size - length, ".%u万", (unsigned)(tenths % 10));
    }
}

static void
measure(const struct labels *labels, struct label *label)
{
    const struct paint *p = labels->p;
    label->name_w = ceilf(text_width(p->text, labels->name, name_of(label->shape)));
    if (label->row) {
        write_count(label->open, sizeof label->open, label->row->open);
        label->open_w = ceilf(text_width(p->text, labels->open, str_from(label->open)));
    }
    if (label->row && label->row->overdue) {
        write_count(label->overdue, sizeof label->overdue, label->row->overdue);
        label->overdue_w = ceilf(text_width(p->text, labels->overdue, str_from(label->overdue)));
    }
}

static float
width_of_digits(const struct labels *labels, struct text_style style, const char *digits)
{
    return ceilf(text_width(labels->p->text, style, str_from(digits)));
}

/* No count up to the greatest goes beyond it, nor any that a wall is likely to see. */
static float
width_of_great(const struct labels *labels, struct text_style style, uint32_t most,
               const char *likely)
{
    char text[32];
    write_count(text, sizeof text, most);
    for (char *at = text; *at; at++) {
        *at = *at >= '0' && *at <= '9' ? '8' : *at;
    }
    float width =
        fmaxf(width_of_digits(labels, style, "8,888"), width_of_digits(labels, style, likely));
    return fmaxf(width, width_of_digits(labels, style, text));
}

/* What came in, in this period or the one before: it changes slowly, and never back within one. */
static uint32_t
received(const struct snapshot_row *row)
{
    int before = paint_part_before(SNAPSHOT_PERIOD);
    uint32_t now = row->counts[SNAPSHOT_PERIOD].received;
    uint32_t then = before >= 0 ? row->counts[before].received : 0;
    return now > then ? now : then;
}

/* What the widest of any label's counts may take: in two classes, so that no name moves when a
 * count gains a digit. Streets that so much comes in at have the wide one before any count needs
 * it, else a count that swings about 1,000 would have all names swing with it. */
static float
width_of_counts(const struct labels *labels, const struct label *list, int count)
{
    uint32_t open = 0, overdue = 0, most = 0;
    for (int i = 0; i < count; i++) {
        const struct snapshot_row *row = list[i].row;
        open = row && row->open > open ? row->open : open;
        overdue = row && row->overdue > overdue ? row->overdue : overdue;
        most = row && received(row) > most ? received(row) : most;
    }
    if (open < 1000 && overdue < 100 && most < MUCH_RECEIVED) {
        return width_of_digits(labels, labels->open, "888") + 2 * labels->gap +
               width_of_digits(labels, labels->overdue, "88");
    }
    return width_of_great(labels, labels->open, open, "88.8万") + 2 * labels->gap +
           width_of_great(labels, labels->overdue, overdue, "8.8万");
}

/* ---- placing them all ---- */

/* The ways a label may be placed, the best first; all labels try one before any tries the next, so
 * that none gives up its street for another's. */
enum way { HOME_WITH_COUNTS, FAR_WITH_COUNTS, HOME_NAME, FAR_NAME, NAME_SOMEHOW, WAY_COUNT };

/* The name, and under it the counts where there is room for both, whether there are any yet or
 * not; the counts go before the name. */
static struct size
size_of(const struct labels *labels, const struct label *label, bool with_counts)
{
    float pad = labels->gap, name = label->name_w + 2 * pad;
    float one = ceilf(labels->name_cap) + 2 * pad;
    if (!with_counts) {
        return (struct size){name, one, 1};
    }
    /* Few take all that their counts may. */
    return (struct size){fmaxf(name, labels->counts_w), one + ceilf(labels->count_cap) + 2 * pad,
                         2};
}

static void
settle(struct labels *labels, struct label *label, bool with_counts)
{
    label->placed = true;
    label->with_counts = with_counts;
    label->slot = labels->room.taken_count;
    paint_map_room_take(&labels->room, label->box);
}

static void
place(struct labels *labels, struct label *label, enum way way)
{
    bool with_counts = way <= FAR_WITH_COUNTS;
    struct size size = size_of(labels, label, with_counts);
    bool found = way == NAME_SOMEHOW ? find_near(labels, label, size, READS_SOMEHOW)
                 : way == FAR_WITH_COUNTS || way == FAR_NAME ? find_far(labels, label, size)
                                                             : find_home(labels, label, size);
    if (found) {
        settle(labels, label, with_counts);
    }
}

/* Gives a label its home where one that lies there has another place in its own: that one moves. */
static void
make_way(struct labels *labels, struct label *list, int count, struct label *label)
{
    struct size size = size_of(labels, label, true);
    float x = label->shape->label_x - size.w / 2, y = label->shape->label_y - size.h / 2;
    const struct paint_map_box best = {x, y, x + size.w, y + size.h};
    for (int i = 0; i < count && !label->placed; i++) {
        struct label *other = &list[i];
        const struct paint_map_box before = other->box;
        if (!other->placed || !paint_map_room_meet(&best, &before)) {
            continue;
        }
        labels->room.taken[other->slot] = (struct paint_map_box){0};
        if (find_home(labels, label, size)) {
            settle(labels, label, true);
            if (!find_home(labels, other, size_of(labels, other, true))) {
                label->placed = false;
                labels->room.taken_count--;
                other->box = before;
            }
        }
        labels->room.taken[other->slot] = other->box;
    }
}

static void
place_all(struct labels *labels, struct label *list, int count)
{
    for (int way = 0; way < WAY_COUNT; way++) {
        for (int i = 0; i < count; i++) {
            if (!list[i].placed) {
                place(labels, &list[i], (enum way)way);
            }
        }
        for (int i = 0; way == HOME_WITH_COUNTS && i < count; i++) {
            if (!list[i].placed) {
                make_way(labels, list, count, &list[i]);
            }
        }
    }
}

/* All that the places follow from. */
struct basis {
    const struct map *map;
    struct paint_map_room room; /* as it is before the first label */
    int solved_w, solved_h, tiles_x, tiles_y, count;
    double bezel;
    float unit, gap, counts_w, name_cap, count_cap;
    struct {
        const float *triangles;
        float name_w, at[7];
    } of[PAINT_MAP_ROOM_LABELS];
};

static void
note_basis(const struct labels *labels, const struct label *list, int count, struct basis *out)
{
    const struct scene *scene = labels->p->scene;
    memset(out, 0, sizeof *out); /* what is between the members is compared, too */
    out->map = labels->p->map;
    memcpy(&out->room, &labels->room, sizeof out->room);
    out->solved_w = scene->solved_w;
    out->solved_h = scene->solved_h;
    out->tiles_x = scene->tiles_x;
    out->tiles_y = scene->tiles_y;
    out->bezel = scene->bezel;
    out->count = count;
    out->unit = labels->p->unit;
    out->gap = labels->gap;
    out->counts_w = labels->counts_w;
    out->name_cap = labels->name_cap;
    out->count_cap = labels->count_cap;
    for (int i = 0; i < count; i++) {
        const struct map_shape *s = list[i].shape;
        const float at[7] = {s->label_x, s->label_y, s->label_room, s->x0, s->y0, s->x1, s->y1};
        out->of[i].triangles = s->triangles;
        out->of[i].name_w = list[i].name_w;
        memcpy(out->of[i].at, at, sizeof at);
    }
}

/* The map is painted with every ripple: what was placed before is taken over where it would be
 * placed the same. */
static void
place_or_recall(struct labels *labels, struct label *list, int count)
{
    static struct basis last, now;
    static struct paint_map_room room;
    static struct {
        struct paint_map_box box;
        bool placed, with_counts;
    } places[PAINT_MAP_ROOM_LABELS];
    note_basis(labels, list, count, &now);
    bool same = memcmp(&last, &now, sizeof last) == 0;
    if (!same) {
        place_all(labels, list, count);
        last = now;
        room = labels->room;
    }
    for (int i = 0; i < count; i++) {
        if (same) {
            list[i].box = places[i].box;
            list[i].placed = places[i].placed;
            list[i].with_counts = places[i].with_counts;
        } else {
            places[i].box = list[i].box;
            places[i].placed = list[i].placed;
            places[i].with_counts = list[i].with_counts;
        }
    }
    labels->room = room;
}

/* Every street's label, measured and placed, in the order of drawing; how many there are. */
static int
place_streets(struct labels *labels, struct label list[PAINT_MAP_ROOM_LABELS])
{
    const struct paint *p = labels->p;
    int shapes_count, count = 0;
    const struct map_shape *shapes = map_shapes(p->map, &shapes_count);
    for (int i = 0; i < shapes_count && count < PAINT_MAP_ROOM_LABELS; i++) {
        if (shapes[i].kind == SCENE_LAYER_STREETS && shapes[i].label_room > 0 &&
            is_first_of_its_name(shapes, i)) {
            list[count] =
                (struct label){.shape = &shapes[i], .row = row_of(p->frame->snapshot, &shapes[i])};
            measure(labels, &list[count++]);
        }
    }
    labels->counts_w = width_of_counts(labels, list, count);
    sort_labels(list, count);
    place_or_recall(labels, list, count);
    return count;
}

static void
draw_leader(const struct paint *p, const struct paint_map_leader *leader, float thickness,
            uint32_t colour)
{
    float xy[6];
    memcpy(xy, leader->xy, sizeof xy);
    const float *end = &xy[2 * leader->points - 2];
    if (leader->points == 3 && end[1] != xy[1]) {
        float half = fmodf(thickness, 2) / 2; /* the level leg fills whole rows */
        xy[1] += half;
        xy[3] += half;
        draw_polyline(p->list, xy, 3, false, thickness, 0, colour);
    } else if (leader->points > 0) { /* on whole pixels where it is upright or level */
        draw_line(p->list, xy[0], xy[1], end[0], end[1], thickness, colour);
    }
}

/* From labels to the streets they name; under the labels, over the dots, with a halo as they. */
static void
draw_leaders(const struct labels *labels)
{
    const struct paint *p = labels->p;
    float thickness = fmaxf(1, roundf(p->unit)), halo = fmaxf(1, roundf(1.5f * p->unit));
    for (int i = 0; i < labels->room.leaders_count; i++) {
        const struct paint_map_leader *leader = &labels->room.leaders[i];
        draw_leader(p, leader, thickness + 2 * halo, p->theme->colours[THEME_GROUND]);
        draw_leader(p, leader, thickness, paint_colour(p, THEME_MAP_DISTRICT));
    }
}

/* Nothing may cover the number of an approved map. */
static void
keep_attribution(struct labels *labels)
{
    struct panel_rect r = labels->p->panel->rect;
    struct paint_map_attribution at;
    if (!paint_map_attribution(labels->p, &at)) {
        return;
    }
    if (at.in_title) {
        float bottom = paint_part_y(labels->p, PAINT_MAP_TITLE);
        paint_map_room_take(&labels->room, (struct paint_map_box){(float)r.x, (float)r.y,
                                                                  (float)(r.x + r.w), bottom});
        return;
    }
    paint_map_room_take(&labels->room,
                        (struct paint_map_box){at.right - at.width - labels->gap,
                                               at.baseline - (float)at.style.size_px,
                                               at.right + labels->gap, at.baseline + labels->gap});
}

static struct paint_map_box
box_of(struct panel_rect rect)
{
    return (struct paint_map_box){(float)rect.x, (float)rect.y, (float)(rect.x + rect.w),
                                  (float)(rect.y + rect.h)};
}

void
paint_map_labels(const struct paint *p)
{
    struct labels labels = {.p = p,
                            .name = paint_part_sans(p, THEME_NAME, TEXT_MEDIUM),
                            .open = paint_part_figures(p, THEME_CAPTION, TEXT_MEDIUM),
                            .overdue = paint_part_figures(p, THEME_CAPTION, TEXT_SEMIBOLD),
                            .gap = paint_part_px(p, 5),
                            .none_w = INFINITY,
                            .none_h = INFINITY,
                            .room = {.scene = p->scene, .whole = box_of(map_free(p->map))}};
    labels.name_cap = text_cap_height(p->text, labels.name);
    labels.count_cap = text_cap_height(p->text, labels.open);
    keep_attribution(&labels);
    struct label list[PAINT_MAP_ROOM_LABELS];
    int count = p->scene->focus_street[0] ? 0 : place_streets(&labels, list);
    struct paint_map_callout callout;
    bool has_callout = paint_map_callout_prepare(p, &labels.room, &callout);
    draw_clip(p->list, map_clip(p->map));
    draw_leaders(&labels);
    if (has_callout) {
        paint_map_callout_line(p, &callout);
    }
    draw_unclip(p->list);
    for (int i = 0; i < count; i++) {
        if (list[i].placed) {
            draw_label(&labels, &list[i]);
        }
    }
    if (has_callout) {
        paint_map_callout_box(p, &callout);
    }
}

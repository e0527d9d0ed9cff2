/* Labels that never lie over each other, and the callout of a burst. Where a label goes depends on
 * the map and on how many digits the greatest count has, not on the counts themselves: a name does
 * not move because a request came in. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/map/map.h"
#include "render/paint_map.h"
#include "render/paint_part.h"

#define LABELS_MAX 128
#define CALLOUT_STEP 16
#define HALO 3.5f
#define REACH 8 /* steps a label may move from its best spot */
#define STEPS ((2 * REACH + 1) * (2 * REACH + 1))

struct box {
    float x0, y0, x1, y1; /* canvas pixels */
};

struct label {
    const struct map_shape *shape;
    const struct snapshot_row *row; /* NULL: no figures yet */
    float name_w, open_w, overdue_w;
    char open[24], overdue[24];
    struct box box; /* where it goes, if it is placed */
    bool placed, with_counts;
};

struct labels {
    const struct paint *p;
    struct text_style name, open, overdue;
    float name_cap, count_cap, gap;
    float counts_w; /* what a label's counts may take */
    struct box room;
    struct box taken[LABELS_MAX + 2]; /* and the attribution, and the callout */
    int taken_count;
};

static bool
meet(const struct box *a, const struct box *b)
{
    return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

/* Whether the edge between two tiles parts the box: no glyph lies across it. */
static bool
is_parted(const struct scene *scene, const struct box *box)
{
    int x = (int)floorf(box->x0), y = (int)floorf(box->y0);
    return scene_seam_shift_x(scene, x, (int)ceilf(box->x1 - 0.5f) - x) != 0 ||
           scene_seam_shift(scene, y, (int)ceilf(box->y1 - 0.5f) - y) != 0;
}

static bool
is_free(const struct labels *labels, const struct box *box)
{
    if (is_parted(labels->p->scene, box)) {
        return false;
    }
    if (box->x0 < labels->room.x0 || box->y0 < labels->room.y0 || box->x1 > labels->room.x1 ||
        box->y1 > labels->room.y1) {
        return false;
    }
    for (int i = 0; i < labels->taken_count; i++) {
        if (meet(&labels->taken[i], box)) {
            return false;
        }
    }
    return true;
}

static struct box
box_of(struct panel_rect rect)
{
    return (struct box){(float)rect.x, (float)rect.y, (float)(rect.x + rect.w),
                        (float)(rect.y + rect.h)};
}

/* ---- street labels ---- */

/* Read as the street's own: over its best spot, or with its middle inside it. */
static bool
belongs(const struct map_shape *shape, const struct box *box)
{
    return (shape->label_x >= box->x0 && shape->label_x <= box->x1 && shape->label_y >= box->y0 &&
            shape->label_y <= box->y1) ||
           map_shape_holds(shape, (box->x0 + box->x1) / 2, (box->y0 + box->y1) / 2);
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

/* The free box of w × h, of so many lines, nearest to the street's best spot that belongs to it;
 * distances count in label sizes. At most REACH / 8 of the width and REACH / 4 lines away. */
static bool
find_spot(const struct labels *labels, const struct map_shape *shape, float w, float h, int lines,
          struct box *out)
{
    const struct step *steps = steps_around();
    for (int s = 0; s < STEPS; s++) {
        float x = roundf(shape->label_x - w / 2 + (float)steps[s].i * w / 8);
        float y = roundf(shape->label_y - h / 2 + (float)steps[s].j * h / 4);
        struct box box = {x, y, x + w, y + h};
        if (abs(steps[s].j) * lines <= REACH && is_free(labels, &box) && belongs(shape, &box)) {
            *out = box;
            return true;
        }
    }
    return false;
}

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

/* The name, and under it the counts where there is room for both, whether there are any yet or not;
 * the counts go before the name. */
static void
place(struct labels *labels, struct label *label)
{
    float pad = labels->gap;
    float one = labels->name_cap + 2 * pad;
    float both = one + labels->count_cap + 2 * pad;
    float wide = fmaxf(label->name_w + 2 * pad, labels->counts_w); /* few take all of theirs */
    label->with_counts = find_spot(labels, label->shape, wide, both, 2, &label->box);
    label->placed = label->with_counts ||
                    find_spot(labels, label->shape, label->name_w + 2 * pad, one, 1, &label->box);
    if (label->placed) {
        labels->taken[labels->taken_count++] = label->box;
    }
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

static void
measure(const struct labels *labels, struct label *label)
{
    const struct paint *p = labels->p;
    label->name_w = ceilf(text_width(p->text, labels->name, name_of(label->shape)));
    if (label->row) {
        paint_integer(label->open, sizeof label->open, label->row->open);
        label->open_w = ceilf(text_width(p->text, labels->open, str_from(label->open)));
    }
    if (label->row && label->row->overdue) {
        paint_integer(label->overdue, sizeof label->overdue, label->row->overdue);
        label->overdue_w = ceilf(text_width(p->text, labels->overdue, str_from(label->overdue)));
    }
}

/* The width of a count of as many digits as the greatest, and at least so many. */
static float
width_of_digits(const struct labels *labels, struct text_style style, uint32_t most, int least)
{
    static const char widest[] = "8,888,888,888";
    size_t length = 0;
    int digits = 0;
    for (uint64_t rest = most; rest > 0 || digits < least; rest /= 10, digits++) {
        length += digits > 0 && digits % 3 == 0 ? 2 : 1;
    }
    struct str text = {widest + sizeof widest - 1 - length, length};
    return ceilf(text_width(labels->p->text, style, text));
}

/* What the widest of any label's counts may take; of small ones as much as 100 and 10. */
static float
width_of_counts(const struct labels *labels, const struct label *list, int count)
{
    uint32_t open = 0, overdue = 0;
    for (int i = 0; i < count; i++) {
        const struct snapshot_row *row = list[i].row;
        open = row && row->open > open ? row->open : open;
        overdue = row && row->overdue > overdue ? row->overdue : overdue;
    }
    return width_of_digits(labels, labels->open, open, 3) + 2 * labels->gap +
           width_of_digits(labels, labels->overdue, overdue, 2);
}

/* Every street's label, measured and placed, in the order of drawing; how many there are. */
static int
place_streets(struct labels *labels, struct label list[LABELS_MAX])
{
    const struct paint *p = labels->p;
    int shapes_count, count = 0;
    const struct map_shape *shapes = map_shapes(p->map, &shapes_count);
    for (int i = 0; i < shapes_count && count < LABELS_MAX; i++) {
        if (shapes[i].kind == SCENE_LAYER_STREETS && shapes[i].label_room > 0 &&
            is_first_of_its_name(shapes, i)) {
            list[count] =
                (struct label){.shape = &shapes[i], .row = row_of(p->frame->snapshot, &shapes[i])};
            measure(labels, &list[count++]);
        }
    }
    labels->counts_w = width_of_counts(labels, list, count);
    sort_labels(list, count);
    for (int i = 0; i < count; i++) {
        place(labels, &list[i]);
    }
    return count;
}

/* ---- the callout of a burst ---- */

struct callout {
    char head[320], body[320];
    bool cut; /* one of them */
    struct text_style head_style, body_style;
    float w, h, pad, x, y, ring; /* the burst's place and its circle's radius */
    struct box box;
};

static void
write_span(char *out, size_t size, int64_t window_ms)
{
    int64_t minutes = window_ms / 60000;
    if (minutes % 60 == 0) {
        snprintf(out, size, "%d 小时", (int)(minutes / 60));
    } else {
        snprintf(out, size, "%d 分", (int)minutes);
    }
}

static const struct snapshot_burst *
burst_shown(const struct paint *p)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    for (size_t i = 0; snapshot && i < snapshot->bursts_count; i++) {
        const struct snapshot_burst *burst = &snapshot->bursts[i];
        if (isfinite(burst->lon) && isfinite(burst->lat) &&
            (!p->scene->focus_street[0] || str_is(burst->street_code, p->scene->focus_street))) {
            return burst;
        }
    }
    return NULL;
}

/* At most so many characters of a name: a callout covers no more of the map than it must. */
static struct str
brief(struct str name, int most)
{
    size_t at = 0;
    for (int i = 0; i < most && at < name.len; i++) {
        utf8_next(name, &at);
    }
    name.len = at;
    return name;
}

/* A callout's two lines, their names of at most so many characters. true: one of them was cut. */
static bool
write_callout(const struct snapshot_burst *burst, int most_what, int most_where, char *head,
              char *body, size_t size)
{
    char span[32];
    write_span(span, sizeof span, burst->window_ms);
    struct str what = brief(burst->category, most_what);
    struct str place = burst->community.len ? burst->community : burst->street;
    struct str where = brief(place, most_where);
    bool what_cut = what.len < burst->category.len, where_cut = where.len < place.len;
    snprintf(head, size, "聚集：%.*s%s %u 件 / %s", STR_ARG(what), what_cut ? "…" : "",
             burst->count, span);
    snprintf(body, size, "%.*s%s一带，平日 %.1f 件", STR_ARG(where), where_cut ? "…" : "",
             burst->usual);
    return what_cut || where_cut;
}

static void
measure_callout(const struct paint *p, const struct snapshot_burst *burst, struct callout *out)
{
    out->cut = write_callout(burst, 10, 12, out->head, out->body, sizeof out->head);
    out->head_style = paint_part_sans(p, THEME_CAPTION, TEXT_MEDIUM);
    out->body_style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    out->pad = paint_part_px(p, 18);
    float head = text_width(p->text, out->head_style, str_from(out->head));
    float body = text_width(p->text, out->body_style, str_from(out->body));
    out->w = ceilf(fmaxf(head, body)) + 2 * out->pad;
    out->h = roundf(paint_part_px(p, 92) * (p->scene->kiosk_scale ? 1.1f : 1));
    out->ring = 46 * p->unit;
    map_project(p->map, burst->lon, burst->lat, &out->x, &out->y);
}

/* The line from a callout to its burst: two legs beside it, one above or below. */
struct leader {
    float xy[6];
    int points; /* 0 = the box touches the burst */
};

/* From the box's middle straight out, then to the circle. */
static struct leader
route_leader(const struct callout *callout, const struct box *box, float unit)
{
    float side = callout->x > (box->x0 + box->x1) / 2 ? 1 : -1;
    bool beside =
        side > 0 ? callout->x - callout->ring > box->x1 : callout->x + callout->ring < box->x0;
    float from_x = side > 0 ? box->x1 : box->x0, from_y = roundf((box->y0 + box->y1) / 2);
    float turn_x = from_x;
    if (beside) {
        turn_x += side * fminf(40 * unit, (fabsf(callout->x - from_x) - callout->ring) / 2);
    } else { /* above or below: straight from the edge */
        turn_x = fminf(fmaxf(callout->x, box->x0 + callout->pad), box->x1 - callout->pad);
        from_y = callout->y < box->y0 ? box->y0 : box->y1;
    }
    float dx = callout->x - turn_x, dy = callout->y - from_y, length = hypotf(dx, dy);
    if (length <= callout->ring) {
        return (struct leader){.points = 0};
    }
    float part = (length - callout->ring) / length;
    float end_x = turn_x + dx * part, end_y = from_y + dy * part;
    if (beside) {
        return (struct leader){{from_x, from_y, turn_x, from_y, end_x, end_y}, 3};
    }
    return (struct leader){{turn_x, from_y, end_x, end_y}, 2};
}

/* Whether a straight line from a to b meets a box: what is left of it inside each pair of edges. */
static bool
strikes(const float *a, const float *b, const struct box *box)
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

/* How many labels a leader passes behind. */
static int
labels_struck(const struct labels *labels, const struct leader *leader)
{
    int struck = 0;
    for (int i = 0; i < labels->taken_count; i++) {
        bool meets = false;
        for (int leg = 0; leg + 1 < leader->points; leg++) {
            meets |= strikes(&leader->xy[2 * leg], &leader->xy[2 * leg + 2], &labels->taken[i]);
        }
        struck += meets;
    }
    return struck;
}

/* The callout's best box: off labels and the burst itself, on as little of the streets and with its
 * line behind as few labels as can be, then near. */
static bool
place_callout(const struct labels *labels, const struct callout *callout, struct box *best)
{
    const struct paint *p = labels->p;
    const struct box circle = {callout->x - callout->ring, callout->y - callout->ring,
                               callout->x + callout->ring, callout->y + callout->ring};
    float least = INFINITY, unit = CALLOUT_STEP * p->unit;
    for (float y = labels->room.y0; y + callout->h <= labels->room.y1; y += unit) {
        for (float x = labels->room.x0; x + callout->w <= labels->room.x1; x += unit) {
            struct box box = {roundf(x), roundf(y), roundf(x) + callout->w, roundf(y) + callout->h};
            float dx = fmaxf(fmaxf(box.x0 - callout->x, callout->x - box.x1), 0);
            float dy = fmaxf(fmaxf(box.y0 - callout->y, callout->y - box.y1), 0);
            float far = hypotf(dx, dy);
            if (far >= least || meet(&box, &circle) || !is_free(labels, &box)) {
                continue;
            }
            float cost = map_cover(p->map, box.x0, box.y0, box.x1, box.y1) * 900 * p->unit + far;
            if (cost >= least) {
                continue;
            }
            struct leader leader = route_leader(callout, &box, p->unit);
            cost += (float)labels_struck(labels, &leader) * 300 * p->unit;
            if (cost < least) {
                least = cost;
                *best = box;
            }
        }
    }
    return isfinite(least);
}

static void
draw_leader(const struct paint *p, const struct leader *leader, uint32_t colour)
{
    const float *xy = leader->xy;
    if (leader->points == 3) {
        draw_polyline(p->list, xy, 3, false, 2 * p->unit, 0, colour);
    } else if (leader->points == 2) { /* on whole pixels where it is upright */
        draw_line(p->list, xy[0], xy[1], xy[2], xy[3], 2 * p->unit, colour);
    }
}

/* A dashed circle, as an outline of short straight edges. */
static void
draw_circle(const struct paint *p, float x, float y, float radius, uint32_t colour)
{
    float xy[2 * 72];
    for (int i = 0; i < 72; i++) {
        float angle = (float)i * (float)(2 * M_PI / 72);
        xy[2 * i] = x + radius * cosf(angle);
        xy[2 * i + 1] = y + radius * sinf(angle);
    }
    draw_polyline(p->list, xy, 72, true, 2 * p->unit, 7 * p->unit, colour);
}

/* Measures and places it; false where its burst is off the panel or nothing is free. */
static bool
prepare_callout(struct labels *labels, const struct snapshot_burst *burst, struct callout *callout)
{
    measure_callout(labels->p, burst, callout);
    struct panel_rect clip = map_clip(labels->p->map);
    return callout->x >= (float)clip.x && callout->y >= (float)clip.y &&
           callout->x <= (float)(clip.x + clip.w) && callout->y <= (float)(clip.y + clip.h) &&
           place_callout(labels, callout, &callout->box);
}

/* An opaque ground with a part of a colour in it, mixed as sRGB: what is under must not show. */
static uint32_t
tinted(uint32_t ground, uint32_t colour, float part)
{
    uint32_t out = 0xff;
    for (int shift = 8; shift < 32; shift += 8) {
        float a = (float)(ground >> shift & 0xff), b = (float)(colour >> shift & 0xff);
        out |= (uint32_t)lroundf(a + (b - a) * part) << shift;
    }
    return out;
}

/* All of it, for a pointer that rests on the callout. */
static void
note_whole(const struct paint *p, const struct snapshot_burst *burst, const struct callout *callout)
{
    char head[320], body[320], both[700];
    write_callout(burst, 60, 60, head, body, sizeof head);
    snprintf(both, sizeof both, "%s，%s", head, body);
    struct draw_cut cut = {callout->box.x0 + callout->pad, callout->box.y0 + callout->h,
                           callout->w - 2 * callout->pad, (int)callout->h, str_from(both)};
    draw_note_cut(p->list, &cut);
}

static void
draw_callout(const struct paint *p, const struct snapshot_burst *burst,
             const struct callout *callout)
{
    const struct box *box = &callout->box;
    uint32_t amber = paint_colour(p, THEME_AMBER);
    float radius = paint_part_px(p, 4), line = fmaxf(1, roundf(1.5f * p->unit));
    draw_rect(p->list, box->x0, box->y0, callout->w, callout->h, radius,
              tinted(p->theme->colours[THEME_PANEL], amber, 0.045f));
    draw_frame(p->list, box->x0, box->y0, callout->w, callout->h, radius, line, amber);
    float text = box->x0 + callout->pad;
    draw_text(p->list, p->text, callout->head_style, text, box->y0 + roundf(callout->h * 0.41f),
              DRAW_LEFT, amber, str_from(callout->head));
    paint_part_text(p, callout->body_style, text, box->y0 + roundf(callout->h * 0.77f), DRAW_LEFT,
                    THEME_DIM, callout->body);
    if (callout->cut) {
        note_whole(p, burst, callout);
    }
    char name[64], value[16];
    snprintf(name, sizeof name, "burst:%.*s", STR_ARG(paint_part_cut(burst->street_code, 48)));
    snprintf(value, sizeof value, "%u", burst->count);
    paint_figure(p, name, value, burst->count, burst->count,
                 "requests of one category in one street within the burst's window", NULL);
}

/* Where paint_map writes it: nothing may cover the number of an approved map. */
static void
keep_attribution(struct labels *labels)
{
    const struct paint *p = labels->p;
    struct panel_rect clip = map_clip(p->map);
    if (!p->scene->attribution[0]) {
        return;
    }
    struct text_style style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    float width = text_width(p->text, style, str_from(p->scene->attribution));
    float right = (float)(clip.x + clip.w) - paint_part_px(p, 24);
    float baseline = (float)(clip.y + clip.h) - paint_part_px(p, 14);
    labels->taken[labels->taken_count++] =
        (struct box){right - fminf(width, (float)clip.w / 2) - labels->gap,
                     baseline - (float)style.size_px, right + labels->gap, baseline + labels->gap};
}

void
paint_map_labels(const struct paint *p)
{
    struct labels labels = {.p = p,
                            .name = paint_part_sans(p, THEME_NAME, TEXT_MEDIUM),
                            .open = paint_part_figures(p, THEME_CAPTION, TEXT_MEDIUM),
                            .overdue = paint_part_figures(p, THEME_CAPTION, TEXT_SEMIBOLD),
                            .gap = paint_part_px(p, 5),
                            .room = box_of(map_free(p->map))};
    labels.name_cap = text_cap_height(p->text, labels.name);
    labels.count_cap = text_cap_height(p->text, labels.open);
    keep_attribution(&labels);
    struct label list[LABELS_MAX];
    int count = p->scene->focus_street[0] ? 0 : place_streets(&labels, list);
    const struct snapshot_burst *burst = burst_shown(p);
    struct callout callout;
    bool has_callout = burst && prepare_callout(&labels, burst, &callout);
    if (has_callout) { /* under the labels: the line may pass behind a name, never over it */
        draw_clip(p->list, map_clip(p->map));
        draw_circle(p, callout.x, callout.y, callout.ring, paint_colour(p, THEME_AMBER));
        struct leader leader = route_leader(&callout, &callout.box, p->unit);
        draw_leader(p, &leader, paint_colour(p, THEME_AMBER));
        draw_unclip(p->list);
    }
    for (int i = 0; i < count; i++) {
        if (list[i].placed) {
            draw_label(&labels, &list[i]);
        }
    }
    if (has_callout) {
        draw_callout(p, burst, &callout);
    }
}

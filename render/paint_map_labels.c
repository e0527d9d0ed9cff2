/* Street names with their counts, never one over another (paint_map_place.h says where), and under
 * them the lines from those that lie beside the district. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/draw_list.h"
#include "render/map/map.h"
#include "render/paint_map.h"
#include "render/paint_map_callout.h"
#include "render/paint_map_place.h"
#include "render/paint_part.h"

#define HALO 3.5f
#define MUCH_RECEIVED 2500 /* by a street in a period: a thousand open are then not far */
#define TEN_THOUSAND 10000 /* from here on the map counts in 万 */

/* How counts are written in one of their forms. */
struct counts_style {
    struct text_style open, overdue;
    float cap;
};

struct labels {
    const struct paint *p;
    struct text_style name;
    struct counts_style counts[PAINT_MAP_FORM_COUNT];
    struct paint_map_names at;
    struct paint_map_label list[PAINT_MAP_ROOM_LABELS];
    int count;
};

/* ---- words ---- */

static struct str
name_of(const struct map_shape *shape)
{
    return paint_part_street_name(shape->name.len ? shape->name : shape->code);
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

/* 9,999, then 1.0万: on the map there is room for a figure, not for all its digits; of small ones
 * not even for a tenth of many. */
static void
write_count(enum paint_map_form form, char *out, size_t size, uint32_t count)
{
    uint32_t tenths = (uint32_t)(((uint64_t)count + 500) / 1000);
    if (count < TEN_THOUSAND) {
        paint_integer(out, size, count);
        return;
    }
    bool whole = form == PAINT_MAP_SMALL && tenths >= 100;
    paint_integer(out, size, (whole ? tenths + 5 : tenths) / 10);
    size_t length = strlen(out);
    if (whole) {
        snprintf(out + length, size - length, "万");
    } else {
        snprintf(out + length, size - length, ".%u万", (unsigned)(tenths % 10));
    }
}

/* ---- how wide counts may be ---- */

static float
width_of(const struct labels *labels, struct text_style style, const char *text)
{
    return ceilf(text_width(labels->p->text, style, str_from(text)));
}

/* No count up to the greatest goes beyond it, nor any that a wall is likely to see. */
static float
width_of_great(const struct labels *labels, enum paint_map_form form, bool is_overdue,
               uint32_t most)
{
    static const char *const LIKELY[PAINT_MAP_FORM_COUNT][2] = {{"88.8万", "8.8万"},
                                                                {"888万", "8.8万"}};
    struct text_style style = is_overdue ? labels->counts[form].overdue : labels->counts[form].open;
    char text[32];
    write_count(form, text, sizeof text, most);
    for (char *at = text; *at; at++) {
        *at = *at >= '0' && *at <= '9' ? '8' : *at;
    }
    float width =
        fmaxf(width_of(labels, style, "8,888"), width_of(labels, style, LIKELY[form][is_overdue]));
    return fmaxf(width, width_of(labels, style, text));
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

/* What the widest of any label's counts may take, in each form: in two classes, so that no name
 * moves when a count gains a digit. Streets that so much comes in at have the wide one before any
 * count needs it, else a count that swings about 1,000 would have all names swing with it. */
static void
measure_counts(struct labels *labels)
{
    uint32_t open = 0, overdue = 0, most = 0;
    for (int i = 0; i < labels->count; i++) {
        const struct snapshot_row *row = labels->list[i].row;
        open = row && row->open > open ? row->open : open;
        overdue = row && row->overdue > overdue ? row->overdue : overdue;
        most = row && received(row) > most ? received(row) : most;
    }
    bool usual = open < 1000 && overdue < 100 && most < MUCH_RECEIVED;
    for (int i = 0; i < PAINT_MAP_FORM_COUNT; i++) {
        enum paint_map_form form = (enum paint_map_form)i;
        const struct counts_style *style = &labels->counts[form];
        float open_w = usual ? width_of(labels, style->open, "888")
                             : width_of_great(labels, form, false, open);
        float overdue_w = usual ? width_of(labels, style->overdue, "88")
                                : width_of_great(labels, form, true, overdue);
        labels->at.counts_w[form] = open_w + 2 * labels->at.gap + overdue_w;
        labels->at.count_cap[form] = style->cap;
    }
}

/* ---- where they go ---- */

/* All that the places follow from. */
struct basis {
    const struct map *map;
    struct paint_map_room room; /* as it is before the first label */
    int solved_w, solved_h, tiles_x, tiles_y, count;
    double bezel;
    float unit, gap, name_cap, counts_w[PAINT_MAP_FORM_COUNT], count_cap[PAINT_MAP_FORM_COUNT];
    struct {
        const float *triangles;
        float name_w, at[7];
    } of[PAINT_MAP_ROOM_LABELS];
};

static void
note_basis(const struct labels *labels, struct basis *out)
{
    const struct scene *scene = labels->p->scene;
    const struct paint_map_names *at = &labels->at;
    memset(out, 0, sizeof *out); /* what is between the members is compared, too */
    out->map = at->map;
    memcpy(&out->room, &at->room, sizeof out->room);
    out->solved_w = scene->solved_w;
    out->solved_h = scene->solved_h;
    out->tiles_x = scene->tiles_x;
    out->tiles_y = scene->tiles_y;
    out->bezel = scene->bezel;
    out->count = labels->count;
    out->unit = at->unit;
    out->gap = at->gap;
    out->name_cap = at->name_cap;
    memcpy(out->counts_w, at->counts_w, sizeof out->counts_w);
    memcpy(out->count_cap, at->count_cap, sizeof out->count_cap);
    for (int i = 0; i < labels->count; i++) {
        const struct map_shape *s = labels->list[i].shape;
        const float box[7] = {s->label_x, s->label_y, s->label_room, s->x0, s->y0, s->x1, s->y1};
        out->of[i].triangles = s->triangles;
        out->of[i].name_w = labels->list[i].name_w;
        memcpy(out->of[i].at, box, sizeof box);
    }
}

/* The map is painted with every ripple: what was placed before is taken over where it would be
 * placed the same. */
static void
place_or_recall(struct labels *labels)
{
    static struct basis last, now;
    static struct paint_map_names placed;
    static struct paint_map_label list[PAINT_MAP_ROOM_LABELS];
    note_basis(labels, &now);
    if (memcmp(&last, &now, sizeof last) != 0) {
        placed = labels->at;
        memcpy(list, labels->list, sizeof list);
        paint_map_place(&placed, list, labels->count);
        last = now;
    }
    labels->at = placed;
    memcpy(labels->list, list, (size_t)labels->count * sizeof *list);
    for (int i = 0; i < labels->count; i++) { /* of this frame's snapshot */
        labels->list[i].row = row_of(labels->p->frame->snapshot, labels->list[i].shape);
    }
}

/* Every street's label, measured and placed, in the order of drawing. */
static void
place_streets(struct labels *labels)
{
    const struct paint *p = labels->p;
    int shapes_count;
    const struct map_shape *shapes = map_shapes(p->map, &shapes_count);
    labels->count = 0;
    for (int i = 0; i < shapes_count && labels->count < PAINT_MAP_ROOM_LABELS; i++) {
        if (shapes[i].kind == SCENE_LAYER_STREETS && shapes[i].label_room > 0 &&
            is_first_of_its_name(shapes, i)) {
            labels->list[labels->count++] = (struct paint_map_label){
                .shape = &shapes[i],
                .row = row_of(p->frame->snapshot, &shapes[i]),
                .name_w = ceilf(text_width(p->text, labels->name, name_of(&shapes[i])))};
        }
    }
    measure_counts(labels);
    place_or_recall(labels);
}

/* ---- drawing ---- */

/* A count on its way to its value, and the width of that: it counts without moving. */
struct count {
    char value[32], shown[32];
    float width;
};

struct counts {
    struct count open, overdue;
    float between, width; /* of all */
};

static struct count
count_of(const struct labels *labels, struct text_style style, const char *what,
         const struct snapshot_row *row, uint32_t value)
{
    enum paint_map_form form = labels->at.form;
    struct count count;
    double now = paint_part_count(labels->p, what, row->code, value, 1);
    write_count(form, count.value, sizeof count.value, value);
    write_count(form, count.shown, sizeof count.shown, (uint32_t)llround(fmax(now, 0)));
    count.width = width_of(labels, style, count.value);
    return count;
}

static struct counts
counts_of(const struct labels *labels, const struct snapshot_row *row)
{
    const struct counts_style *style = &labels->counts[labels->at.form];
    struct counts counts = {count_of(labels, style->open, "map:open", row, row->open),
                            count_of(labels, style->overdue, "map:overdue", row, row->overdue), 0,
                            0};
    counts.between = row->overdue > 0 ? labels->at.gap * 2 : 0;
    counts.width = counts.open.width + counts.between;
    counts.width += row->overdue > 0 ? counts.overdue.width : 0;
    return counts;
}

/* Open and overdue beside each other, their middle under the name's; ones stay under ones. */
static void
draw_counts(const struct labels *labels, const struct paint_map_label *label, float centre,
            float baseline)
{
    const struct paint *p = labels->p;
    const struct counts_style *style = &labels->counts[labels->at.form];
    uint32_t halo = p->theme->colours[THEME_GROUND];
    struct counts counts = counts_of(labels, label->row);
    float x = roundf(centre - counts.width / 2) + counts.open.width;
    draw_text_halo(p->list, p->text, style->open,
                   x - width_of(labels, style->open, counts.open.shown), baseline, DRAW_LEFT,
                   paint_colour(p, THEME_DIM), HALO * p->unit, halo, str_from(counts.open.shown));
    paint_map_record(p, label->row, SNAPSHOT_OPEN, counts.open.value);
    if (label->row->overdue > 0) {
        x += ceilf(counts.between + counts.overdue.width);
        x -= width_of(labels, style->overdue, counts.overdue.shown);
        draw_text_halo(p->list, p->text, style->overdue, x, baseline, DRAW_LEFT,
                       paint_colour(p, THEME_RED), HALO * p->unit, halo,
                       str_from(counts.overdue.shown));
        paint_map_record(p, label->row, SNAPSHOT_OVERDUE, counts.overdue.value);
    }
}

static void
draw_label(const struct labels *labels, const struct paint_map_label *label)
{
    const struct paint *p = labels->p;
    float gap = labels->at.gap, centre = roundf((label->box.x0 + label->box.x1) / 2);
    float baseline = roundf(label->box.y0 + gap + labels->at.name_cap);
    draw_text_halo(p->list, p->text, labels->name, centre, baseline, DRAW_CENTRE,
                   paint_colour(p, THEME_INK), HALO * p->unit, p->theme->colours[THEME_GROUND],
                   name_of(label->shape));
    if (label->with_counts && label->row) {
        draw_counts(labels, label, centre,
                    baseline + roundf(2 * gap + labels->at.count_cap[labels->at.form]));
    }
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

/* The line from a label, which has room for wide counts: it begins at what is written. */
static struct paint_map_leader
leader_of(const struct labels *labels, const struct paint_map_label *label)
{
    struct paint_map_leader leader = labels->at.room.leaders[label->leader];
    float *from = leader.xy, half = label->name_w;
    if (label->with_counts && label->row) {
        half = fmaxf(half, counts_of(labels, label->row).width);
    }
    float centre = (label->box.x0 + label->box.x1) / 2;
    if (from[1] == from[3]) {
        half = roundf(half / 2 + labels->at.gap);
        from[0] = fminf(fmaxf(from[0], roundf(centre) - half), roundf(centre) + half);
    } else if (fabsf(from[0] - centre) > half / 2) {
        return labels->at.room.leaders[label->leader + 1];
    }
    return leader;
}

/* From labels to the streets they name; under the labels, over the dots, with a halo as they. */
static void
draw_leaders(const struct labels *labels)
{
    const struct paint *p = labels->p;
    float thickness = fmaxf(1, roundf(p->unit)), halo = fmaxf(1, roundf(1.5f * p->unit));
    for (int i = 0; i < labels->count; i++) {
        if (labels->list[i].placed && labels->list[i].leader >= 0) {
            struct paint_map_leader leader = leader_of(labels, &labels->list[i]);
            draw_leader(p, &leader, thickness + 2 * halo, p->theme->colours[THEME_GROUND]);
            draw_leader(p, &leader, thickness, paint_colour(p, THEME_MAP_DISTRICT));
        }
    }
}

/* Nothing may cover the number of an approved map. */
static void
keep_attribution(const struct paint *p, float gap, struct paint_map_room *room)
{
    struct panel_rect r = p->panel->rect;
    struct paint_map_attribution at;
    if (!paint_map_attribution(p, &at)) {
        return;
    }
    if (at.in_title) {
        float bottom = paint_part_y(p, PAINT_MAP_TITLE);
        paint_map_room_take(
            room, (struct paint_map_box){(float)r.x, (float)r.y, (float)(r.x + r.w), bottom});
        return;
    }
    paint_map_room_take(room, (struct paint_map_box){at.right - at.width - gap,
                                                     at.baseline - (float)at.style.size_px,
                                                     at.right + gap, at.baseline + gap});
}

static void
begin(struct labels *labels, const struct paint *p)
{
    static const enum theme_type SIZES[PAINT_MAP_FORM_COUNT] = {THEME_CAPTION, THEME_SMALL};
    labels->p = p;
    labels->count = 0;
    labels->name = paint_part_sans(p, THEME_NAME, TEXT_MEDIUM);
    for (int form = 0; form < PAINT_MAP_FORM_COUNT; form++) {
        struct counts_style *style = &labels->counts[form];
        style->open = paint_part_figures(p, SIZES[form], TEXT_MEDIUM);
        style->overdue = paint_part_figures(p, SIZES[form], TEXT_SEMIBOLD);
        style->cap = text_cap_height(p->text, style->open);
    }
    labels->at = (struct paint_map_names){.map = p->map,
                                          .unit = p->unit,
                                          .gap = paint_part_px(p, 5),
                                          .name_cap = text_cap_height(p->text, labels->name)};
    labels->at.room.scene = p->scene;
    labels->at.room.clear = labels->at.gap;
    labels->at.room.whole = paint_map_room_box(map_free(p->map));
    keep_attribution(p, labels->at.gap, &labels->at.room);
}

/* The street by its name; by its code where that is too long for a note. */
static void
note_left_out(const struct labels *labels, const struct paint_map_label *label, const char *what)
{
    char words[DRAW_LEFT_OUT_WORDS];
    struct str street = label->shape->name;
    street = street.len + 12 < sizeof words ? street : label->shape->code;
    snprintf(words, sizeof words, "%s of %.*s", what, STR_ARG(street));
    draw_note_left_out(labels->p->list, words);
}

static void
draw_labels(const struct labels *labels)
{
    for (int i = 0; i < labels->count; i++) {
        const struct paint_map_label *label = &labels->list[i];
        if (label->placed) {
            draw_label(labels, label);
        }
        if (!label->placed) {
            note_left_out(labels, label, "name");
        }
        if (label->row && !label->with_counts) {
            note_left_out(labels, label, "counts");
        }
    }
}

void
paint_map_labels(const struct paint *p, const struct points *points)
{
    static struct labels labels;
    begin(&labels, p);
    if (!p->scene->focus_street[0]) {
        place_streets(&labels);
    }
    static struct paint_map_callout callout;
    bool has_callout = paint_map_callout_prepare(p, points, &labels.at.room, &callout);
    draw_clip(p->list, map_clip(p->map));
    draw_leaders(&labels);
    if (has_callout) {
        paint_map_callout_line(p, &callout);
    }
    draw_unclip(p->list);
    draw_labels(&labels);
    if (has_callout) {
        paint_map_callout_box(p, &callout);
    }
}

/* map_look: reading what the map's painter drew: labels, the lines from them, and what they keep
 * off. Header only; one user a program. Main thread. */
#ifndef TESTS_UNIT_RENDER_MAP_LOOK_H
#define TESTS_UNIT_RENDER_MAP_LOOK_H

#include "tests/unit/render/map_fixture.h"

struct box {
    float x0, y0, x1, y1;
};

/* The box of a text drawn: its capitals above the baseline, its width. */
static inline struct box
text_box(const struct fixture *f, const struct draw_command *c)
{
    struct text_style style = {(enum text_face)c->face, (enum text_weight)c->weight, c->size_px, 0};
    struct str s = {f->paint.list->bytes + c->data, c->count};
    float w = text_width(f->paint.text, style, s), cap = text_cap_height(f->paint.text, style);
    float x = c->at[0] - (c->align == DRAW_CENTRE ? w / 2 : c->align == DRAW_RIGHT ? w : 0);
    return (struct box){x, c->at[1] - cap, x + w, c->at[1]};
}

/* How many things the painter said to have left out. */
static inline int
noted(const struct fixture *f)
{
    int count = 0;
    while (draw_left_out(f->paint.list, count)) {
        count++;
    }
    return count;
}

/* Every haloed text, which labels alone have: apart from each other, in the free room. */
static inline int
check_labels(const struct fixture *f)
{
    struct box boxes[64];
    int count = 0;
    struct panel_rect room = map_free(map);
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind != DRAW_KIND_TEXT || c->at[2] <= 0) {
            continue;
        }
        struct box b = text_box(f, c);
        assert_true(b.x0 >= (float)room.x && b.x1 <= (float)(room.x + room.w));
        assert_true(b.y0 >= (float)room.y && b.y1 <= (float)(room.y + room.h));
        int x = (int)b.x0, y = (int)b.y0;
        assert_int_equal(scene_seam_shift_x(&f->scene, x, (int)b.x1 - x), 0);
        assert_int_equal(scene_seam_shift(&f->scene, y, (int)b.y1 - y), 0);
        for (int j = 0; j < count; j++) {
            assert_true(b.x1 <= boxes[j].x0 || b.x0 >= boxes[j].x1 || b.y1 <= boxes[j].y0 ||
                        b.y0 >= boxes[j].y1);
        }
        boxes[count++] = b;
    }
    return count;
}

/* Names and counts that a line from a to b lies behind, by walking it in half pixels. */
static inline int
behind(const struct fixture *f, const float *a, const float *b)
{
    int struck = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind != DRAW_KIND_TEXT || c->at[2] <= 0) {
            continue;
        }
        struct box box = text_box(f, c);
        int steps = (int)(2 * hypotf(b[0] - a[0], b[1] - a[1])) + 1;
        bool meets = false;
        for (int step = 0; step <= steps; step++) {
            float t = (float)step / (float)steps;
            float x = a[0] + (b[0] - a[0]) * t, y = a[1] + (b[1] - a[1]) * t;
            meets |= x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1;
        }
        struck += meets;
    }
    return struck;
}

/* The line from a label to its street: false where the command is none. Both its ends. */
static inline bool
leader_of(const struct fixture *f, const struct draw_command *c, float from[2], float to[2])
{
    if (c->colour != f->theme.colours[THEME_MAP_DISTRICT]) {
        return false;
    }
    if (c->kind == DRAW_KIND_LINE) {
        memcpy(from, &c->at[0], 2 * sizeof *from);
        memcpy(to, &c->at[2], 2 * sizeof *to);
        return true;
    }
    assert_int_equal(c->kind, DRAW_KIND_POLYLINE);
    assert_int_equal(c->count, 3);
    const float *xy = f->paint.list->floats + c->data;
    memcpy(from, xy, 2 * sizeof *from);
    memcpy(to, xy + 4, 2 * sizeof *to);
    return true;
}

static inline const struct map_shape *
street_at(float x, float y)
{
    int count;
    const struct map_shape *shapes = map_shapes(map, &count);
    for (int i = 0; i < count; i++) {
        if (shapes[i].kind == SCENE_LAYER_STREETS && map_shape_holds(&shapes[i], x, y)) {
            return &shapes[i];
        }
    }
    return NULL;
}

static inline const struct map_shape *
street_named(struct str name)
{
    int count;
    const struct map_shape *shapes = map_shapes(map, &count);
    for (int i = 0; i < count; i++) {
        if (shapes[i].kind == SCENE_LAYER_STREETS &&
            str_eq(paint_part_street_name(shapes[i].name), name)) {
            return &shapes[i];
        }
    }
    return NULL;
}

/* The box of a label's name and of its counts, which are drawn after it. */
static inline struct box
label_box(const struct fixture *f, const struct draw_command *name)
{
    struct box all = text_box(f, name);
    const struct draw_command *end = f->paint.list->commands + f->paint.list->count;
    for (const struct draw_command *c = name + 1; c < end; c++) {
        if (c->kind != DRAW_KIND_TEXT || c->at[2] <= 0 || c->align == DRAW_CENTRE) {
            break;
        }
        struct box b = text_box(f, c);
        all.x0 = fminf(all.x0, b.x0);
        all.x1 = fmaxf(all.x1, b.x1);
        all.y1 = fmaxf(all.y1, b.y1);
    }
    return all;
}

/* How far from a label a leader begins: beside it level with its middle, or above or below it; and
 * always away from it. */
static inline float
from_label(const struct fixture *f, const struct draw_command *name, const float *at,
           const float *next)
{
    struct box b = label_box(f, name);
    float centre = (b.x0 + b.x1) / 2, middle = (b.y0 + b.y1) / 2;
    bool beside = at[1] == next[1];
    if (beside ? (next[0] > at[0]) != (at[0] > centre) : (next[1] > at[1]) != (at[1] > middle)) {
        return INFINITY;
    }
    float dx = fmaxf(fmaxf(b.x0 - at[0], at[0] - b.x1), 0);
    float dy = fmaxf(fmaxf(b.y0 - at[1], at[1] - b.y1), 0);
    return hypotf(dx, beside ? 10 * (middle - at[1]) : dy);
}

/* The name a leader begins at. */
static inline const struct draw_command *
name_at(const struct fixture *f, const float *at, const float *next)
{
    const struct draw_command *best = NULL;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_TEXT && c->at[2] > 0 && c->align == DRAW_CENTRE &&
            (!best || from_label(f, c, at, next) < from_label(f, best, at, next))) {
            best = c;
        }
    }
    return best;
}

/* Whether two lines cross, a to b and c to d. */
static inline bool
lines_cross(const float *a, const float *b, const float *c, const float *d)
{
    float c_side = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    float d_side = (b[0] - a[0]) * (d[1] - a[1]) - (b[1] - a[1]) * (d[0] - a[0]);
    float a_side = (d[0] - c[0]) * (a[1] - c[1]) - (d[1] - c[1]) * (a[0] - c[0]);
    float b_side = (d[0] - c[0]) * (b[1] - c[1]) - (d[1] - c[1]) * (b[0] - c[0]);
    return c_side * d_side < 0 && a_side * b_side < 0;
}

/* The corners of a leader, two or three pairs; how many. */
static inline int
corners_of(const struct fixture *f, const struct draw_command *c, float out[6])
{
    bool bent = c->kind == DRAW_KIND_POLYLINE;
    memcpy(out, bent ? f->paint.list->floats + c->data : c->at, (bent ? 6 : 4) * sizeof *out);
    return bent ? 3 : 2;
}

/* No leader before this one crosses it. */
static inline void
check_crossings(const struct fixture *f, size_t at)
{
    float own[6], other[6], from[2], to[2];
    int corners = corners_of(f, &f->paint.list->commands[at], own);
    for (size_t i = 0; i < at; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        int count = leader_of(f, c, from, to) ? corners_of(f, c, other) : 0;
        for (int j = 0; j + 1 < corners; j++) {
            for (int k = 0; k + 1 < count; k++) {
                assert_false(
                    lines_cross(&own[2 * j], &own[2 * j + 2], &other[2 * k], &other[2 * k + 2]));
            }
        }
    }
}

/* Every leader leads from a name into that street, behind no name and no count, and crosses none.
 * How many. */
static inline int
check_leaders(const struct fixture *f, const struct draw_command **led)
{
    int leaders = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        float from[2], to[2];
        if (!leader_of(f, c, from, to)) {
            continue;
        }
        const float *xy = f->paint.list->floats + c->data;
        bool bent = c->kind == DRAW_KIND_POLYLINE;
        const struct draw_command *name = name_at(f, from, bent ? xy + 2 : to);
        const struct map_shape *street = street_at(to[0], to[1]);
        assert_non_null(name);
        assert_non_null(street);
        struct str said = {f->paint.list->bytes + name->data, name->count};
        assert_true(str_eq(paint_part_street_name(street->name), said));
        assert_true(hypotf(to[0] - from[0], to[1] - from[1]) > 8 * f->paint.unit);
        if (!bent) {
            assert_int_equal(behind(f, from, to), 0);
        } else {
            assert_int_equal(behind(f, xy, xy + 2) + behind(f, xy + 2, xy + 4), 0);
            assert_true(fmodf(xy[1] + c->at[0] / 2, 1) == 0); /* the level leg: whole rows */
        }
        check_crossings(f, i);
        led[leaders++] = name;
    }
    return leaders;
}

/* No name without a leader has its label's middle in another street. */
static inline void
check_homes(const struct fixture *f, const struct draw_command **led, int leaders)
{
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        bool is_led = false;
        for (int k = 0; k < leaders; k++) {
            is_led |= led[k] == c;
        }
        if (c->kind != DRAW_KIND_TEXT || c->at[2] <= 0 || c->align != DRAW_CENTRE || is_led) {
            continue;
        }
        struct str name = {f->paint.list->bytes + c->data, c->count};
        const struct map_shape *at = street_at(c->at[0], c->at[1]), *own = street_named(name);
        assert_true(!at || at == own);
    }
}

#endif

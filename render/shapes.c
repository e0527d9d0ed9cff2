#include "render/shapes.h"

#include "render/text/line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SQUARE_END (-10.0f)
#define HOLE_WORTH 8     /* pixels to each side: a record costs as much as 80 of them */
#define RINGS 3          /* in one record */
#define SMALL_FILL 4096  /* square pixels: many small ones share one draw instead */
#define MAX_DASHES 20000 /* a line; more would be a mistake in its length */

/* Exponents on a glyph's coverage: in linear light, strokes lighter than their ground look heavier
 * and darker ones thinner than the eye is used to. Chosen by eye against the design's pictures. */
#define LIGHT_TEXT_EXPONENT 1.3f
#define DARK_TEXT_EXPONENT 0.75f

void
shapes_clear(struct shapes *shapes)
{
    shapes->records_count = shapes->vertices_count = shapes->batches_count = shapes->fence = 0;
    shapes->regions = NULL;
    shapes->regions_count = 0;
    shapes->pending.kind = SHAPES_KIND_COUNT;
}

void
shapes_free(struct shapes *shapes)
{
    free(shapes->records);
    free(shapes->vertices);
    free(shapes->batches);
    memset(shapes, 0, sizeof *shapes);
}

static bool
same_box(struct draw_box a, struct draw_box b)
{
    return a.x0 == b.x0 && a.y0 == b.y0 && a.x1 == b.x1 && a.y1 == b.y1;
}

static struct shapes_batch *
new_batch(struct shapes *shapes)
{
    shapes->batches = draw_grown(shapes->batches, &shapes->batches_cap, shapes->batches_count + 1,
                                 sizeof *shapes->batches);
    struct shapes_batch *batch = &shapes->batches[shapes->batches_count++];
    memset(batch, 0, sizeof *batch);
    return batch;
}

/* The last batch where what comes at first can join it, else a new one. */
static struct shapes_batch *
batch_for(struct shapes *shapes, enum shapes_pipeline pipeline, struct draw_box clip, size_t first)
{
    if (shapes->batches_count > shapes->fence) {
        struct shapes_batch *last = &shapes->batches[shapes->batches_count - 1];
        if (last->pipeline == pipeline && last->first + last->count == first &&
            (pipeline != SHAPES_TRIANGLES || same_box(last->clip, clip))) {
            return last;
        }
    }
    struct shapes_batch *batch = new_batch(shapes);
    batch->pipeline = pipeline;
    batch->first = (uint32_t)first;
    batch->clip = clip;
    return batch;
}

static void
put_colour(uint8_t out[4], uint32_t colour)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(colour >> (24 - 8 * i));
    }
}

static int16_t
edge(float value)
{
    return (int16_t)(value < -32000 ? -32000 : value > 32000 ? 32000 : value);
}

/* Whole pixels around x0…y1, inside the command's clip; false where nothing is left. */
static bool
clipped(const struct draw_command *c, float x0, float y0, float x1, float y1, struct draw_box *out)
{
    struct draw_box box = {edge(floorf(x0)), edge(floorf(y0)), edge(ceilf(x1)), edge(ceilf(y1))};
    box.x0 = box.x0 > c->clip.x0 ? box.x0 : c->clip.x0;
    box.y0 = box.y0 > c->clip.y0 ? box.y0 : c->clip.y0;
    box.x1 = box.x1 < c->clip.x1 ? box.x1 : c->clip.x1;
    box.y1 = box.y1 < c->clip.y1 ? box.y1 : c->clip.y1;
    *out = box;
    return box.x0 < box.x1 && box.y0 < box.y1;
}

static bool
cut(struct draw_box *box, struct draw_box by)
{
    box->x0 = box->x0 > by.x0 ? box->x0 : by.x0;
    box->y0 = box->y0 > by.y0 ? box->y0 : by.y0;
    box->x1 = box->x1 < by.x1 ? box->x1 : by.x1;
    box->y1 = box->y1 < by.y1 ? box->y1 : by.y1;
    return box->x0 < box->x1 && box->y0 < box->y1;
}

static const struct draw_box everywhere = {INT16_MIN, INT16_MIN, INT16_MAX, INT16_MAX};

/* The regions, or the one that is everywhere. */
static const struct draw_box *
regions_of(const struct shapes *shapes, size_t *count)
{
    *count = shapes->regions_count ? shapes->regions_count : 1;
    return shapes->regions_count ? shapes->regions : &everywhere;
}

static void
push(struct shapes *shapes, const struct shapes_record *record, struct draw_box box)
{
    static const enum shapes_pipeline pipelines[SHAPES_KIND_COUNT] = {
        [SHAPES_FLAT] = SHAPES_FLATS,      [SHAPES_RECT] = SHAPES_BOXES,
        [SHAPES_ROUND] = SHAPES_BOXES,     [SHAPES_HATCH] = SHAPES_BOXES,
        [SHAPES_ARC] = SHAPES_CURVES,      [SHAPES_DISC] = SHAPES_DISCS,
        [SHAPES_RING] = SHAPES_DISCS,      [SHAPES_SEGMENT] = SHAPES_CURVES,
        [SHAPES_TRIANGLE] = SHAPES_CURVES, [SHAPES_GLYPH] = SHAPES_GLYPHS,
    };
    struct shapes_batch *batch =
        batch_for(shapes, pipelines[record->kind], everywhere, shapes->records_count);
    shapes->records = draw_grown(shapes->records, &shapes->records_cap, shapes->records_count + 1,
                                 sizeof *shapes->records);
    shapes->records[shapes->records_count] = *record;
    shapes->records[shapes->records_count++].box = box;
    batch->count++;
}

/* Appends the pending record, once in every region it reaches into. */
static void
flush(struct shapes *shapes)
{
    size_t count;
    const struct draw_box *regions = regions_of(shapes, &count);
    for (size_t i = 0; shapes->pending.kind < SHAPES_KIND_COUNT && i < count; i++) {
        struct draw_box box = shapes->pending.box;
        if (cut(&box, regions[i])) {
            push(shapes, &shapes->pending, box);
        }
    }
    shapes->pending.kind = SHAPES_KIND_COUNT;
}

/* A record for what lies in x0…y1 (pixels, any fraction), to be filled in before anything else is
 * put; NULL where the clip leaves nothing. */
static struct shapes_record *
put(struct shapes *shapes, const struct draw_command *c, enum shapes_kind kind, float x0, float y0,
    float x1, float y1)
{
    struct draw_box box;
    flush(shapes);
    if (!clipped(c, x0, y0, x1, y1, &box)) {
        return NULL;
    }
    struct shapes_record *record = &shapes->pending;
    memset(record, 0, sizeof *record);
    record->box = box;
    record->kind = (uint16_t)kind;
    put_colour(record->colour, c->colour);
    put_colour(record->colour2, c->colour2);
    return record;
}

/* An opaque rect on whole pixels, as clears where it is large. */
static void
put_fill(struct shapes *shapes, const struct draw_command *c, float x0, float y0, float x1,
         float y1)
{
    struct draw_box whole;
    size_t count;
    const struct draw_box *regions = regions_of(shapes, &count);
    flush(shapes);
    for (size_t i = 0; clipped(c, x0, y0, x1, y1, &whole) && i < count; i++) {
        struct draw_box box = whole;
        if (!cut(&box, regions[i])) {
            continue;
        }
        if ((box.x1 - box.x0) * (box.y1 - box.y0) < SMALL_FILL) {
            struct shapes_record record = {.box = box, .kind = SHAPES_FLAT};
            put_colour(record.colour, c->colour);
            push(shapes, &record, box);
            continue;
        }
        struct shapes_batch *batch = new_batch(shapes);
        batch->pipeline = SHAPES_FILLS;
        batch->clip = box;
        batch->colour = c->colour;
    }
}

static void
set4(float out[4], float a, float b, float c, float d)
{
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

static void
put_rect(struct shapes *shapes, const struct draw_command *c, float x0, float y0, float x1,
         float y1)
{
    bool whole = x0 == floorf(x0) && y0 == floorf(y0) && x1 == floorf(x1) && y1 == floorf(y1);
    if (whole && (c->colour & 0xff) == 0xff) {
        put_fill(shapes, c, x0, y0, x1, y1);
        return;
    }
    struct shapes_record *record =
        put(shapes, c, whole ? SHAPES_FLAT : SHAPES_RECT, x0, y0, x1, y1);
    if (record) {
        set4(record->p, x0, y0, x1, y1);
    }
}

/* A rounded box. Of a large opaque one only the four corners need the shader. */
static void
put_round(struct shapes *shapes, const struct draw_command *c, float x0, float y0, float x1,
          float y1, float radius, float thickness)
{
    float r = ceilf(radius);
    bool large = x1 - x0 > 4 * r && y1 - y0 > 4 * r && (x1 - x0) * (y1 - y0) >= SMALL_FILL;
    bool whole = x0 == floorf(x0) && y0 == floorf(y0) && x1 == floorf(x1) && y1 == floorf(y1);
    if (thickness > 0 || !large || !whole || (c->colour & 0xff) != 0xff) {
        struct shapes_record *record = put(shapes, c, SHAPES_ROUND, x0, y0, x1, y1);
        if (record) {
            set4(record->p, x0, y0, x1, y1);
            set4(record->q, radius, thickness, 0, 0);
        }
        return;
    }
    put_fill(shapes, c, x0 + r, y0, x1 - r, y0 + r);
    put_fill(shapes, c, x0, y0 + r, x1, y1 - r);
    put_fill(shapes, c, x0 + r, y1 - r, x1 - r, y1);
    for (int corner = 0; corner < 4; corner++) {
        float x = corner & 1 ? x1 - r : x0, y = corner & 2 ? y1 - r : y0;
        struct shapes_record *record = put(shapes, c, SHAPES_ROUND, x, y, x + r, y + r);
        if (record) {
            set4(record->p, x0, y0, x1, y1);
            set4(record->q, radius, 0, 0, 0);
        }
    }
}

static void
add_box(struct shapes *shapes, const struct draw_command *c)
{
    float x0 = c->at[0], y0 = c->at[1], x1 = x0 + c->at[2], y1 = y0 + c->at[3];
    bool frame = c->kind == DRAW_KIND_FRAME;
    if (!(x1 > x0) || !(y1 > y0)) {
        return;
    }
    if (c->kind == DRAW_KIND_HATCH) {
        struct shapes_record *record = put(shapes, c, SHAPES_HATCH, x0, y0, x1, y1);
        if (record) {
            set4(record->p, x0, y0, x1, y1);
            set4(record->q, c->at[4], c->at[5], 0, 0);
        }
    } else if (frame || c->at[4] > 0) {
        float most = fminf(x1 - x0, y1 - y0) / 2;
        put_round(shapes, c, x0, y0, x1, y1, fminf(c->at[4], most), frame ? c->at[5] : 0);
    } else {
        put_rect(shapes, c, x0, y0, x1, y1);
    }
}

/* The box out to reach around a centre, or the four bands of it around a hole of that radius that
 * is worth leaving out; returns how many. */
static int
around(const float centre[2], float reach, float hole, struct draw_box out[4])
{
    struct draw_box box = {edge(floorf(centre[0] - reach)), edge(floorf(centre[1] - reach)),
                           edge(ceilf(centre[0] + reach)), edge(ceilf(centre[1] + reach))};
    float side = hole * 0.7071f;
    struct draw_box inner = {edge(ceilf(centre[0] - side)), edge(ceilf(centre[1] - side)),
                             edge(floorf(centre[0] + side)), edge(floorf(centre[1] + side))};
    out[0] = box;
    if (side < HOLE_WORTH) {
        return 1;
    }
    out[0].y1 = inner.y0;
    out[1] = (struct draw_box){box.x0, inner.y1, box.x1, box.y1};
    out[2] = (struct draw_box){box.x0, inner.y0, inner.x0, inner.y1};
    out[3] = (struct draw_box){inner.x1, inner.y0, box.x1, inner.y1};
    return 4;
}

/* How many of the commands from first on are rings around one centre that differ in nothing but
 * size and how opaque they are: they are drawn as one shape, three at most. An arrival's ripple is
 * three, which apart would be four boxes each and cover most of their pixels twice. */
static size_t
rings_together(const struct draw_list *list, size_t first)
{
    const struct draw_command *c = &list->commands[first];
    size_t most = list->count - first < RINGS ? list->count - first : RINGS, count = 0;
    while (count < most && c[count].kind == DRAW_KIND_RING && c[count].at[2] > 0 &&
           c[count].at[0] == c->at[0] && c[count].at[1] == c->at[1] &&
           c[count].colour >> 8 == c->colour >> 8 && same_box(c[count].clip, c->clip) &&
           (count < 2 || c[count].at[3] == c[1].at[3])) {
        count++;
    }
    return count;
}

/* One to three rings that go together. */
static void
add_rings(struct shapes *shapes, const struct draw_command *c, size_t count)
{
    float q[4] = {0}, reach = 0, hole = c->at[2];
    uint32_t alphas = 0;
    for (size_t i = 0; i < count; i++) {
        float radius = c[i].at[2], half = c[i].at[3] / 2;
        reach = fmaxf(reach, radius + half + 1);
        hole = fminf(hole, radius - half - 1);
        alphas |= (c[i].colour & 0xff) << 8 * i;
        if (i > 0) {
            q[i - 1] = radius;
            q[2] = half;
        }
    }
    q[3] = (float)alphas; /* a float has 24 bits */
    struct draw_box bands[4];
    int bands_count = around(c->at, reach, hole, bands);
    for (int i = 0; i < bands_count; i++) {
        struct shapes_record *record =
            put(shapes, c, SHAPES_RING, bands[i].x0, bands[i].y0, bands[i].x1, bands[i].y1);
        if (record) {
            set4(record->p, c->at[0], c->at[1], c->at[2], c->at[3] / 2);
            memcpy(record->q, q, sizeof q);
            record->colour[3] = 0xff;
        }
    }
}

static void
add_round(struct shapes *shapes, const struct draw_command *c)
{
    const float *at = c->at;
    bool disc = c->kind == DRAW_KIND_DISC;
    float reach = at[2] + (disc ? 0 : at[3] / 2) + 1;
    float angle = at[5] - at[4];
    bool arc = c->kind == DRAW_KIND_ARC && angle < 6.2831f;
    if (!(at[2] > 0) || (arc && !(angle > 0))) {
        return;
    }
    if (!disc && !arc) {
        add_rings(shapes, c, 1);
        return;
    }
    enum shapes_kind kind = disc ? SHAPES_DISC : SHAPES_ARC;
    float middle = (at[4] + at[5]) / 2;
    float p[4] = {at[0], at[1], at[2], disc ? at[3] : at[3] / 2};
    float q[4] = {arc ? sinf(middle) : 0, arc ? -cosf(middle) : 0, arc ? sinf(angle / 2) : 0,
                  arc ? cosf(angle / 2) : 0};
    struct draw_box bands[4];
    int count = around(at, reach, disc ? 0 : at[2] - at[3] / 2 - 1, bands);
    for (int i = 0; i < count; i++) {
        struct shapes_record *record =
            put(shapes, c, kind, bands[i].x0, bands[i].y0, bands[i].x1, bands[i].y1);
        if (record) {
            memcpy(record->p, p, sizeof p);
            memcpy(record->q, q, sizeof q);
        }
    }
}

static void
add_segment(struct shapes *shapes, const struct draw_command *c, const float a[2], const float b[2],
            float thickness, float start, float end)
{
    float reach = thickness / 2 + 1;
    struct shapes_record *record =
        put(shapes, c, SHAPES_SEGMENT, fminf(a[0], b[0]) - reach, fminf(a[1], b[1]) - reach,
            fmaxf(a[0], b[0]) + reach, fmaxf(a[1], b[1]) + reach);
    if (record) {
        set4(record->p, a[0], a[1], b[0], b[1]);
        set4(record->q, thickness / 2, start, end, 0);
    }
}

/* Level and upright lines become boxes on whole pixels: a hairline is never two grey rows. */
static void
add_line(struct shapes *shapes, const struct draw_command *c)
{
    const float *at = c->at;
    bool level = at[1] == at[3], upright = at[0] == at[2];
    if (level == upright) {
        if (!level) {
            add_segment(shapes, c, at, at + 2, at[4], SQUARE_END, SQUARE_END);
        }
        return;
    }
    float thickness = fmaxf(1, roundf(at[4]));
    int axis = level ? 1 : 0;
    float near = floorf(at[axis] - thickness / 2 + 0.5f);
    float from[2] = {fminf(at[0], at[2]), fminf(at[1], at[3])};
    float to[2] = {fmaxf(at[0], at[2]), fmaxf(at[1], at[3])};
    from[axis] = near;
    to[axis] = near + thickness;
    put_rect(shapes, c, from[0], from[1], to[0], to[1]);
}

/* The direction in which the bisector between two segments that meet in b looks along the path. */
static float
bisector(const float a[2], const float b[2], const float c[2])
{
    float dx = b[0] - a[0], dy = b[1] - a[1], ex = c[0] - b[0], ey = c[1] - b[1];
    float d = hypotf(dx, dy), e = hypotf(ex, ey);
    if (!(d > 0) || !(e > 0)) {
        return SQUARE_END;
    }
    float x = dx / d + ex / e, y = dy / d + ey / e;
    if (fabsf(x) + fabsf(y) < 1e-3f) {
        return SQUARE_END; /* it turns back on itself */
    }
    return atan2f(y, x);
}

/* Whether the line comes near any region: most borders of a map do not. */
static bool
meets_region(const struct shapes *shapes, const struct draw_command *c, const float *xy)
{
    float reach = c->at[0] / 2 + 1;
    float x0 = xy[0], y0 = xy[1], x1 = xy[0], y1 = xy[1];
    for (size_t i = 1; i < c->count; i++) {
        x0 = fminf(x0, xy[2 * i]);
        y0 = fminf(y0, xy[2 * i + 1]);
        x1 = fmaxf(x1, xy[2 * i]);
        y1 = fmaxf(y1, xy[2 * i + 1]);
    }
    for (size_t i = 0; i < shapes->regions_count; i++) {
        const struct draw_box *r = &shapes->regions[i];
        if (r->x0 < x1 + reach && r->x1 > x0 - reach && r->y0 < y1 + reach && r->y1 > y0 - reach) {
            return true;
        }
    }
    return shapes->regions_count == 0;
}

static void
add_joined(struct shapes *shapes, const struct draw_command *c, const float *xy)
{
    size_t count = c->count, segments = c->closed ? count : count - 1;
    for (size_t i = 0; i < segments; i++) {
        const float *a = xy + i * 2, *b = xy + (i + 1) % count * 2;
        if (a[0] == b[0] && a[1] == b[1]) {
            continue;
        }
        bool first = i == 0 && !c->closed, last = i + 1 == segments && !c->closed;
        const float *before = xy + (i + count - 1) % count * 2;
        const float *after = xy + (i + 2) % count * 2;
        add_segment(shapes, c, a, b, c->at[0], first ? SQUARE_END : bisector(before, a, b),
                    last ? SQUARE_END : bisector(a, b, after));
    }
}

static void
add_dashed(struct shapes *shapes, const struct draw_command *c, const float *xy)
{
    float dash = c->at[1], phase = 0; /* phase: along on + off */
    size_t segments = c->closed ? c->count : c->count - 1;
    int dashes = 0;
    for (size_t i = 0; i < segments; i++) {
        const float *a = xy + i * 2, *b = xy + (i + 1) % c->count * 2;
        float len = hypotf(b[0] - a[0], b[1] - a[1]), at = 0;
        while (at < len && dashes < MAX_DASHES) {
            bool on = phase < dash;
            float step = fminf(len - at, (on ? dash : dash * 2) - phase);
            float t0 = at / len, t1 = (at + step) / len;
            float from[2] = {a[0] + (b[0] - a[0]) * t0, a[1] + (b[1] - a[1]) * t0};
            float to[2] = {a[0] + (b[0] - a[0]) * t1, a[1] + (b[1] - a[1]) * t1};
            if (on && step > 0) {
                add_segment(shapes, c, from, to, c->at[0], SQUARE_END, SQUARE_END);
                dashes++;
            }
            at += fmaxf(step, 1e-3f);
            phase = fmodf(phase + fmaxf(step, 1e-3f), dash * 2);
        }
    }
}

static void
add_triangle(struct shapes *shapes, const struct draw_command *c)
{
    const float *at = c->at;
    float x0 = fminf(at[0], fminf(at[2], at[4])), x1 = fmaxf(at[0], fmaxf(at[2], at[4]));
    float y0 = fminf(at[1], fminf(at[3], at[5])), y1 = fmaxf(at[1], fmaxf(at[3], at[5]));
    struct shapes_record *record = put(shapes, c, SHAPES_TRIANGLE, x0 - 1, y0 - 1, x1 + 1, y1 + 1);
    if (record) {
        set4(record->p, at[0], at[1], at[2], at[3]);
        set4(record->q, at[4], at[5], 0, 0);
    }
}

static void
add_triangles(struct shapes *shapes, const struct draw_command *c, const float *xy)
{
    size_t count = (size_t)c->count * 3, regions_count;
    const struct draw_box *regions = regions_of(shapes, &regions_count);
    flush(shapes);
    for (size_t i = 0; i < regions_count; i++) {
        struct draw_box clip = c->clip;
        if (cut(&clip, regions[i])) {
            batch_for(shapes, SHAPES_TRIANGLES, clip, shapes->vertices_count)->count +=
                (uint32_t)count;
        }
    }
    shapes->vertices = draw_grown(shapes->vertices, &shapes->vertices_cap,
                                  shapes->vertices_count + count, sizeof *shapes->vertices);
    struct shapes_vertex *vertex = shapes->vertices + shapes->vertices_count;
    for (size_t i = 0; i < count; i++) {
        vertex[i].x = xy[i * 2];
        vertex[i].y = xy[i * 2 + 1];
        put_colour(vertex[i].colour, c->colour);
    }
    shapes->vertices_count += count;
}

static float
exponent_of(uint32_t colour)
{
    float red = (float)(colour >> 24), green = (float)(colour >> 16 & 0xff);
    float lightness = (0.3f * red + 0.6f * green + 0.1f * (float)(colour >> 8 & 0xff)) / 255;
    return DARK_TEXT_EXPONENT + (LIGHT_TEXT_EXPONENT - DARK_TEXT_EXPONENT) * lightness;
}

/* What the shader needs for coverage to the power of an exponent between 0.75 and 1.3: of the three
 * powers 3/4, 1 and 5/4, each one's share by Lagrange's formula. They are products of roots, which
 * a processor takes for eight pixels at once; a logarithm was a sixth of all it did. The error is
 * 0.4 of a byte's 255 steps at most. */
static void
set_power(float *q, float exponent)
{
    float t = 4 * (exponent - 1);
    set4(q, t * (t - 1) / 2, 1 - t * t, t * (t + 1) / 2, 0);
}

/* One pass over a line's glyphs: their halo (stroke > 0) or themselves. */
static void
add_glyphs(struct shapes *shapes, const struct draw_command *c, struct text *text,
           const struct shape_run *run, float left, uint16_t stroke)
{
    struct draw_command under = *c;
    under.colour = stroke ? c->colour2 : c->colour;
    for (uint32_t i = 0; i < run->count; i++) {
        const struct shape_glyph *glyph = &run->glyphs[i];
        float pen = floorf((left + glyph->x) * GLYPHS_STEPS + 0.5f);
        float whole = floorf(pen / GLYPHS_STEPS);
        struct glyphs_key key = {.glyph = glyph->glyph,
                                 .size = c->size_px,
                                 .font = glyph->font,
                                 .step = (uint8_t)(pen - whole * GLYPHS_STEPS),
                                 .stroke = stroke};
        struct glyphs_picture picture;
        if (!glyphs_get(line_glyphs(text), key, &picture) || picture.w == 0) {
            continue;
        }
        float x = whole + (float)picture.left;
        float y = c->at[1] + roundf(glyph->y) - (float)picture.top;
        struct shapes_record *record =
            put(shapes, &under, SHAPES_GLYPH, x, y, x + (float)picture.w, y + (float)picture.h);
        if (record) {
            set4(record->p, x, y, (float)picture.at.u, (float)picture.at.v);
            set_power(record->q, stroke ? 1 : exponent_of(c->colour));
            record->page = picture.at.page;
        }
    }
}

/* Whether any region is near the line of text: most lines of a panel are not. */
static bool
is_wanted(const struct shapes *shapes, const struct draw_command *c)
{
    float above = c->at[1] - 2.0f * c->size_px, below = c->at[1] + 2.0f * c->size_px;
    for (size_t i = 0; i < shapes->regions_count; i++) {
        if (shapes->regions[i].y0 < below && shapes->regions[i].y1 > above) {
            return true;
        }
    }
    return shapes->regions_count == 0;
}

static void
add_text(struct shapes *shapes, const struct draw_command *c, const char *bytes, struct text *text)
{
    if (!is_wanted(shapes, c)) {
        return;
    }
    struct text_style style = {(enum text_face)c->face, (enum text_weight)c->weight, c->size_px,
                               c->role};
    const struct shape_run *run = line_shape(text, style, (struct str){bytes, c->count});
    float left = c->at[0];
    if (c->align == DRAW_CENTRE) {
        left -= run->width / 2;
    } else if (c->align == DRAW_RIGHT) {
        left -= run->width;
    }
    if (c->at[2] > 0) {
        add_glyphs(shapes, c, text, run, left, (uint16_t)lrintf(c->at[2] * 4));
    }
    add_glyphs(shapes, c, text, run, left, 0);
}

void
shapes_add_command(struct shapes *shapes, const struct draw_list *list, size_t index,
                   struct text *text)
{
    const struct draw_command *c = &list->commands[index];
    const float *floats = list->floats ? list->floats + c->data : NULL;
    switch ((enum draw_kind)c->kind) {
    case DRAW_KIND_RECT:
    case DRAW_KIND_FRAME:
    case DRAW_KIND_HATCH:
        add_box(shapes, c);
        break;
    case DRAW_KIND_ARC:
    case DRAW_KIND_DISC:
    case DRAW_KIND_RING:
        add_round(shapes, c);
        break;
    case DRAW_KIND_LINE:
        add_line(shapes, c);
        break;
    case DRAW_KIND_POLYLINE:
        if (c->at[1] > 0) {
            add_dashed(shapes, c, floats);
        } else if (meets_region(shapes, c, floats)) {
            add_joined(shapes, c, floats);
        }
        break;
    case DRAW_KIND_TRIANGLES:
        add_triangles(shapes, c, floats);
        break;
    case DRAW_KIND_TRIANGLE:
        add_triangle(shapes, c);
        break;
    case DRAW_KIND_TEXT:
        add_text(shapes, c, list->bytes + c->data, text);
        break;
    case DRAW_KIND_COUNT:
        break;
    }
    flush(shapes);
}

void
shapes_add(struct shapes *shapes, const struct draw_list *list, struct text *text)
{
    shapes->fence = shapes->batches_count;
    for (size_t i = 0; i < list->count;) {
        size_t rings = rings_together(list, i);
        if (rings > 1) {
            add_rings(shapes, &list->commands[i], rings);
            flush(shapes);
            i += rings;
        } else {
            shapes_add_command(shapes, list, i++, text);
        }
    }
}

static struct draw_box
vertices_box(const struct shapes *shapes, const struct shapes_batch *batch)
{
    const struct shapes_vertex *at = shapes->vertices + batch->first;
    float x0 = at->x, y0 = at->y, x1 = at->x, y1 = at->y;
    for (uint32_t i = 1; i < batch->count; i++) {
        x0 = fminf(x0, at[i].x);
        y0 = fminf(y0, at[i].y);
        x1 = fmaxf(x1, at[i].x);
        y1 = fmaxf(y1, at[i].y);
    }
    struct draw_command as = {.clip = batch->clip};
    struct draw_box box;
    clipped(&as, x0, y0, x1, y1, &box);
    return box;
}

static void
widen(struct draw_box *box, struct draw_box by)
{
    if (by.x0 < by.x1 && by.y0 < by.y1) {
        box->x0 = by.x0 < box->x0 ? by.x0 : box->x0;
        box->y0 = by.y0 < box->y0 ? by.y0 : box->y0;
        box->x1 = by.x1 > box->x1 ? by.x1 : box->x1;
        box->y1 = by.y1 > box->y1 ? by.y1 : box->y1;
    }
}

bool
shapes_bounds(const struct shapes *shapes, struct draw_box *out)
{
    struct draw_box box = {INT16_MAX, INT16_MAX, INT16_MIN, INT16_MIN};
    for (size_t i = 0; i < shapes->records_count; i++) {
        widen(&box, shapes->records[i].box);
    }
    for (size_t i = 0; i < shapes->batches_count; i++) {
        const struct shapes_batch *batch = &shapes->batches[i];
        if (batch->pipeline == SHAPES_TRIANGLES) {
            widen(&box, vertices_box(shapes, batch));
        } else if (batch->pipeline == SHAPES_FILLS) {
            widen(&box, batch->clip);
        }
    }
    *out = box;
    return box.x0 < box.x1;
}

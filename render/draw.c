#include "render/draw_list.h"

#include "render/text/line.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct draw_box everywhere = {0, 0, INT16_MAX, INT16_MAX};

#define HASH_SEED UINT64_C(0x243f6a8885a308d3)
#define DUMP_POINTS 16 /* longer paths are dumped by their measure */

enum { CLIPS = sizeof((struct draw_list *)0)->clips / sizeof(struct draw_box) };

struct draw_list *
draw_create(void)
{
    struct draw_list *list = calloc(1, sizeof *list);
    if (!list) {
        abort();
    }
    draw_clear(list);
    return list;
}

void
draw_destroy(struct draw_list *list)
{
    if (!list) {
        return;
    }
    free(list->commands);
    free(list->floats);
    free(list->bytes);
    free(list->cuts);
    free(list);
}

void
draw_clear(struct draw_list *list)
{
    list->count = list->floats_count = list->bytes_count = list->cuts_count = 0;
    list->hash = HASH_SEED;
    list->depth = list->dropped = list->left_out_count = 0;
}

void *
draw_grown(void *array, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) {
        return array;
    }
    size_t new_cap = *cap < 64 ? 64 : *cap * 2;
    new_cap = new_cap < need ? need : new_cap;
    void *ptr = realloc(array, new_cap * size);
    if (!ptr) {
        abort();
    }
    *cap = new_cap;
    return ptr;
}

/* Eight bytes at a time through a 64-bit multiply; only for noticing change, never for trust. */
static uint64_t
mix(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint64_t word = 0;
    for (; len >= sizeof word; at += sizeof word, len -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    word = len;
    for (; len > 0; at++, len--) {
        word = word << 8 | *at;
    }
    hash = (hash ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ hash >> 32;
}

static struct draw_box
clip_now(const struct draw_list *list)
{
    int depth = list->depth < CLIPS ? list->depth : CLIPS;
    return depth > 0 ? list->clips[depth - 1] : everywhere;
}

static struct draw_command *
push(struct draw_list *list, enum draw_kind kind, uint32_t colour)
{
    list->commands =
        draw_grown(list->commands, &list->cap, list->count + 1, sizeof *list->commands);
    struct draw_command *command = &list->commands[list->count++];
    memset(command, 0, sizeof *command);
    command->kind = (uint8_t)kind;
    command->colour = colour;
    command->clip = clip_now(list);
    return command;
}

/* Called when the last pushed command is complete. Where its data lies is not part of its look. */
static void
seal(struct draw_list *list, struct draw_command *command, const void *data, size_t len)
{
    struct draw_command look = *command;
    look.data = 0;
    command->seal = mix(HASH_SEED, &look, offsetof(struct draw_command, seal));
    if (len > 0) {
        command->seal = mix(command->seal, data, len);
    }
    list->hash = mix(list->hash, &command->seal, sizeof command->seal);
}

void
draw_seal(struct draw_list *list)
{
    size_t kept = 0;
    list->hash = HASH_SEED;
    for (size_t i = 0; i < list->count; i++) {
        struct draw_command *command = &list->commands[i];
        if (command->kind == DRAW_KIND_TEXT && command->count == 0) {
            continue;
        }
        if (kept < i) {
            list->commands[kept] = *command;
        }
        command = &list->commands[kept++];
        const void *data = NULL;
        size_t len = 0;
        if (command->kind == DRAW_KIND_TEXT) {
            data = list->bytes + command->data;
            len = command->count;
        } else if (command->kind == DRAW_KIND_POLYLINE || command->kind == DRAW_KIND_TRIANGLES) {
            data = list->floats + command->data;
            len = (size_t)command->count * (command->kind == DRAW_KIND_POLYLINE ? 2 : 6) *
                  sizeof *list->floats;
        }
        seal(list, command, data, len);
    }
    list->count = kept;
}

static void
simple(struct draw_list *list, enum draw_kind kind, uint32_t colour, uint32_t colour2,
       const float at[6])
{
    struct draw_command *command = push(list, kind, colour);
    command->colour2 = colour2;
    memcpy(command->at, at, sizeof command->at);
    seal(list, command, NULL, 0);
}

static uint32_t
add_floats(struct draw_list *list, const float *floats, size_t count)
{
    size_t first = list->floats_count;
    list->floats = draw_grown(list->floats, &list->floats_cap, first + count, sizeof *floats);
    memcpy(list->floats + first, floats, count * sizeof *floats);
    list->floats_count += count;
    return (uint32_t)first;
}

uint32_t
draw_fade(uint32_t colour, float alpha)
{
    float clamped = alpha < 0 ? 0 : alpha > 1 ? 1 : alpha;
    uint32_t a = (uint32_t)lrintf((float)(colour & 0xff) * clamped);
    return (colour & 0xffffff00u) | a;
}

static int16_t
narrow(int value)
{
    return (int16_t)(value < 0 ? 0 : value > INT16_MAX ? INT16_MAX : value);
}

void
draw_clip(struct draw_list *list, struct panel_rect rect)
{
    assert(list->depth < CLIPS);
    struct draw_box now = clip_now(list);
    struct draw_box box = {narrow(rect.x), narrow(rect.y), narrow(rect.x + rect.w),
                           narrow(rect.y + rect.h)};
    box.x0 = box.x0 > now.x0 ? box.x0 : now.x0;
    box.y0 = box.y0 > now.y0 ? box.y0 : now.y0;
    box.x1 = box.x1 < now.x1 ? box.x1 : now.x1;
    box.y1 = box.y1 < now.y1 ? box.y1 : now.y1;
    if (list->depth < CLIPS) {
        list->clips[list->depth] = box;
    }
    list->depth++;
}

void
draw_unclip(struct draw_list *list)
{
    assert(list->depth > 0);
    list->depth -= list->depth > 0;
}

void
draw_rect(struct draw_list *list, float x, float y, float w, float h, float radius, uint32_t colour)
{
    simple(list, DRAW_KIND_RECT, colour, 0, (const float[6]){x, y, w, h, radius});
}

void
draw_frame(struct draw_list *list, float x, float y, float w, float h, float radius,
           float thickness, uint32_t colour)
{
    simple(list, DRAW_KIND_FRAME, colour, 0, (const float[6]){x, y, w, h, radius, thickness});
}

void
draw_hatch(struct draw_list *list, float x, float y, float w, float h, float pitch, float width,
           uint32_t colour)
{
    simple(list, DRAW_KIND_HATCH, colour, 0, (const float[6]){x, y, w, h, pitch, width});
}

void
draw_arc(struct draw_list *list, float cx, float cy, float radius, float thickness, float from,
         float to, uint32_t colour)
{
    simple(list, DRAW_KIND_ARC, colour, 0, (const float[6]){cx, cy, radius, thickness, from, to});
}

void
draw_disc(struct draw_list *list, float cx, float cy, float radius, uint32_t fill, float rim,
          uint32_t rim_colour)
{
    simple(list, DRAW_KIND_DISC, fill, rim > 0 ? rim_colour : fill,
           (const float[6]){cx, cy, radius, rim});
}

void
draw_ring(struct draw_list *list, float cx, float cy, float radius, float thickness,
          uint32_t colour)
{
    simple(list, DRAW_KIND_RING, colour, 0, (const float[6]){cx, cy, radius, thickness});
}

void
draw_line(struct draw_list *list, float x0, float y0, float x1, float y1, float thickness,
          uint32_t colour)
{
    simple(list, DRAW_KIND_LINE, colour, 0, (const float[6]){x0, y0, x1, y1, thickness});
}

void
draw_polyline(struct draw_list *list, const float *xy, int count, bool closed, float thickness,
              float dash, uint32_t colour)
{
    if (count < 2) {
        return;
    }
    uint32_t first = add_floats(list, xy, (size_t)count * 2);
    struct draw_command *command = push(list, DRAW_KIND_POLYLINE, colour);
    command->at[0] = thickness;
    command->at[1] = dash;
    command->closed = closed;
    command->data = first;
    command->count = (uint32_t)count;
    seal(list, command, xy, (size_t)count * 2 * sizeof *xy);
}

void
draw_triangles(struct draw_list *list, const float *xy, int count, uint32_t colour)
{
    if (count < 1) {
        return;
    }
    uint32_t first = add_floats(list, xy, (size_t)count * 6);
    struct draw_command *command = push(list, DRAW_KIND_TRIANGLES, colour);
    command->data = first;
    command->count = (uint32_t)count;
    seal(list, command, xy, (size_t)count * 6 * sizeof *xy);
}

void
draw_triangle(struct draw_list *list, float x0, float y0, float x1, float y1, float x2, float y2,
              uint32_t colour)
{
    simple(list, DRAW_KIND_TRIANGLE, colour, 0, (const float[6]){x0, y0, x1, y1, x2, y2});
}

float
draw_text(struct draw_list *list, struct text *text, struct text_style style, float x,
          float baseline, enum draw_align align, uint32_t colour, struct str s)
{
    return draw_text_halo(list, text, style, x, baseline, align, colour, 0, 0, s);
}

static size_t
add_bytes(struct draw_list *list, struct str s)
{
    size_t first = list->bytes_count;
    list->bytes = draw_grown(list->bytes, &list->bytes_cap, first + s.len, 1);
    memcpy(list->bytes + first, s.ptr, s.len);
    list->bytes_count += s.len;
    return first;
}

float
draw_text_halo(struct draw_list *list, struct text *text, struct text_style style, float x,
               float baseline, enum draw_align align, uint32_t colour, float width, uint32_t halo,
               struct str s)
{
    if (s.len == 0) {
        return 0;
    }
    assert(style.size_px >= 8 && style.size_px <= 400);
    size_t first = add_bytes(list, s);
    struct draw_command *command = push(list, DRAW_KIND_TEXT, colour);
    command->at[0] = x;
    command->at[1] = roundf(baseline);
    command->at[2] = width;
    command->colour2 = width > 0 ? halo : 0;
    command->align = (uint8_t)align;
    command->size_px = (uint16_t)style.size_px;
    command->face = (uint8_t)style.face;
    command->weight = (uint8_t)style.weight;
    command->role = (uint8_t)style.role;
    command->data = (uint32_t)first;
    command->count = (uint32_t)s.len;
    seal(list, command, s.ptr, s.len);
    return text_width(text, style, s);
}

/* The longest beginning of s, at a cluster's edge, that is at most max_width wide. */
static size_t
cut_at(const struct shape_run *run, float max_width)
{
    size_t cut = 0;
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->glyphs[i].x > max_width) {
            break;
        }
        cut = run->glyphs[i].cluster;
    }
    return cut;
}

size_t
draw_fit(struct text *text, struct text_style style, float max_width, struct str s)
{
    const struct shape_run *run = line_shape(text, style, s);
    return run->width <= max_width ? s.len : cut_at(run, max_width);
}

void
draw_note_cut(struct draw_list *list, const struct draw_cut *cut)
{
    list->cuts = draw_grown(list->cuts, &list->cuts_cap, list->cuts_count + 1, sizeof *list->cuts);
    list->cuts[list->cuts_count++] =
        (struct draw_cut_record){.clip = clip_now(list),
                                 .x = cut->x,
                                 .baseline = cut->baseline,
                                 .width = cut->width,
                                 .size_px = cut->size_px,
                                 .data = (uint32_t)add_bytes(list, cut->whole),
                                 .count = (uint32_t)cut->whole.len};
}

bool
draw_cut_at(const struct draw_list *list, float x, float y, struct draw_cut *out)
{
    for (size_t i = list->cuts_count; i-- > 0;) { /* the last one lies on top */
        const struct draw_cut_record *cut = &list->cuts[i];
        struct draw_box clip = cut->clip;
        float size = (float)cut->size_px, air = size * 0.25f; /* a finger is no needle */
        if (x >= cut->x - air && x < cut->x + cut->width + air && y >= cut->baseline - size - air &&
            y < cut->baseline + air * 2 && x >= (float)clip.x0 && x < (float)clip.x1 &&
            y >= (float)clip.y0 && y < (float)clip.y1) {
            *out = (struct draw_cut){cut->x,
                                     cut->baseline,
                                     cut->width,
                                     cut->size_px,
                                     {list->bytes + cut->data, cut->count}};
            return true;
        }
    }
    return false;
}

float
draw_text_fit(struct draw_list *list, struct text *text, struct text_style style, float x,
              float baseline, float max_width, enum draw_align align, uint32_t colour, struct str s)
{
    static const struct str dots = {"\xe2\x80\xa6", 3};
    char cut_text[1024];
    const struct shape_run *run = line_shape(text, style, s);
    if (run->width <= max_width) {
        return draw_text(list, text, style, x, baseline, align, colour, s);
    }
    size_t cut = cut_at(run, max_width - text_width(text, style, dots));
    if (cut > sizeof cut_text - dots.len) {
        return 0; /* no line of the wall is that long */
    }
    while (cut > 0 && (s.ptr[cut - 1] == ' ')) {
        cut--;
    }
    memcpy(cut_text, s.ptr, cut);
    memcpy(cut_text + cut, dots.ptr, dots.len);
    struct str fitted = {cut_text, cut + dots.len};
    if (text_width(text, style, fitted) > max_width) {
        return 0; /* not even the dots fit */
    }
    float width = draw_text(list, text, style, x, baseline, align, colour, fitted);
    float back = align == DRAW_LEFT ? 0 : align == DRAW_RIGHT ? width : width / 2;
    struct draw_cut cut_now = {x - back, roundf(baseline), width, style.size_px, s};
    draw_note_cut(list, &cut_now);
    return width;
}

void
draw_note_left_out(struct draw_list *list, const char *what)
{
    for (int i = 0; i < list->left_out_count; i++) {
        if (strncmp(list->left_out[i], what, DRAW_LEFT_OUT_WORDS - 1) == 0) {
            return;
        }
    }
    if (list->left_out_count < DRAW_LEFT_OUT) {
        snprintf(list->left_out[list->left_out_count++], DRAW_LEFT_OUT_WORDS, "%s", what);
    }
}

const char *
draw_left_out(const struct draw_list *list, int i)
{
    return i < list->left_out_count ? list->left_out[i] : NULL;
}

bool
draw_is_empty(const struct draw_list *list)
{
    return list->count == 0;
}

uint64_t
draw_hash(const struct draw_list *list)
{
    return list->hash;
}

/* To a tenth, without a trailing ".0" or a minus zero. */
static void
dump_number(struct buf *out, float value)
{
    long tenths = lrintf(value * 10);
    if (tenths % 10 == 0) {
        buf_printf(out, " %ld", tenths / 10);
    } else {
        long whole = labs(tenths) / 10;
        buf_printf(out, " %s%ld.%ld", tenths < 0 ? "-" : "", whole, labs(tenths) % 10);
    }
}

static void
dump_numbers(struct buf *out, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        dump_number(out, values[i]);
    }
}

static void
dump_text(const struct draw_list *list, const struct draw_command *c, struct buf *out)
{
    static const char *const aligns[] = {"left", "centre", "right"};
    static const char *const faces[] = {"sans", "figures"};
    static const char *const weights[] = {"400", "500", "600"};
    dump_numbers(out, c->at, 2);
    buf_printf(out, " %s %s %s %d \"", aligns[c->align], faces[c->face], weights[c->weight],
               c->size_px);
    buf_add(out, list->bytes + c->data, c->count);
    buf_printf(out, "\"");
    if (c->at[2] > 0) {
        buf_printf(out, " halo");
        dump_number(out, c->at[2]);
        buf_printf(out, " #%08x", c->colour2);
    }
}

/* Long paths and areas by their measure: count, box, and length or area. A picture is compared by
 * pixels; here it matters that a shape moved, and not how a tessellator cut it. */
static void
dump_measure(struct buf *out, const float *xy, size_t points, bool triangles)
{
    float box[4] = {xy[0], xy[1], xy[0], xy[1]};
    double sum = 0;
    for (size_t i = 0; i < points; i++) {
        const float *at = xy + i * 2;
        box[0] = fminf(box[0], at[0]);
        box[1] = fminf(box[1], at[1]);
        box[2] = fmaxf(box[2], at[0]);
        box[3] = fmaxf(box[3], at[1]);
        if (!triangles && i > 0) {
            sum += hypot(at[0] - at[-2], at[1] - at[-1]);
        } else if (triangles && i % 3 == 0) {
            double ax = at[2] - at[0], ay = at[3] - at[1], bx = at[4] - at[0], by = at[5] - at[1];
            sum += fabs(ax * by - ay * bx) / 2;
        }
    }
    dump_numbers(out, box, 4);
    buf_printf(out, " %s %.0f", triangles ? "area" : "length", sum);
}

static void
dump_shape(const struct draw_list *list, const struct draw_command *c, struct buf *out)
{
    static const uint8_t numbers[DRAW_KIND_COUNT] = {
        [DRAW_KIND_RECT] = 4, [DRAW_KIND_FRAME] = 4,    [DRAW_KIND_HATCH] = 6,
        [DRAW_KIND_ARC] = 4,  [DRAW_KIND_DISC] = 3,     [DRAW_KIND_RING] = 4,
        [DRAW_KIND_LINE] = 5, [DRAW_KIND_POLYLINE] = 1, [DRAW_KIND_TRIANGLE] = 6,
    };
    dump_numbers(out, c->at, numbers[c->kind]);
    switch ((enum draw_kind)c->kind) {
    case DRAW_KIND_FRAME:
        buf_printf(out, " t");
        buf_printf(out, "%ld", lrintf(c->at[5]));
        /* fall through */
    case DRAW_KIND_RECT:
        if (c->at[4] > 0) {
            buf_printf(out, " r%ld", lrintf(c->at[4]));
        }
        break;
    case DRAW_KIND_ARC: /* whole tenths of a degree: radians to a tenth would hide a change */
        for (int i = 4; i < 6; i++) {
            dump_number(out, c->at[i] * 57.29578f);
        }
        break;
    case DRAW_KIND_DISC:
        if (c->at[3] > 0) {
            buf_printf(out, " rim");
            dump_number(out, c->at[3]);
            buf_printf(out, " #%08x", c->colour2);
        }
        break;
    case DRAW_KIND_POLYLINE:
        buf_printf(out, c->closed ? " closed" : " open");
        if (c->at[1] > 0) {
            buf_printf(out, " dash");
            dump_number(out, c->at[1]);
        }
        if (c->count <= DUMP_POINTS) {
            dump_numbers(out, list->floats + c->data, (size_t)c->count * 2);
        } else {
            buf_printf(out, " %u points", c->count);
            dump_measure(out, list->floats + c->data, c->count, false);
        }
        break;
    case DRAW_KIND_TRIANGLES:
        dump_measure(out, list->floats + c->data, (size_t)c->count * 3, true);
        break;
    default:
        break;
    }
}

void
draw_dump(const struct draw_list *list, struct buf *out)
{
    static const char *const names[DRAW_KIND_COUNT] = {"rect",      "frame",    "hatch", "arc",
                                                       "disc",      "ring",     "line",  "polyline",
                                                       "triangles", "triangle", "text"};
    struct draw_box clip = everywhere;
    for (size_t i = 0; i < list->count; i++) {
        const struct draw_command *c = &list->commands[i];
        if (memcmp(&clip, &c->clip, sizeof clip) != 0) {
            clip = c->clip;
            if (memcmp(&clip, &everywhere, sizeof clip) == 0) {
                buf_printf(out, "unclip\n");
            } else {
                buf_printf(out, "clip %d %d %d %d\n", clip.x0, clip.y0, clip.x1 - clip.x0,
                           clip.y1 - clip.y0);
            }
        }
        buf_printf(out, "%s", names[c->kind]);
        if (c->kind == DRAW_KIND_TEXT) {
            dump_text(list, c, out);
        } else {
            dump_shape(list, c, out);
        }
        buf_printf(out, " #%08x\n", c->colour);
    }
}

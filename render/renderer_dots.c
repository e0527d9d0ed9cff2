/* The maps' dots, in kept pictures over their grounds: what changed in each frame, and a whole
 * picture in as many frames as it takes, so that none is long. */
#include "render/renderer_inside.h"

#include "render/borders.h"
#include "render/map/map.h"
#include "render/paint_map.h"

#include <stdlib.h>
#include <string.h>

/* What a frame does at most of what is begun anew, where a processor draws as fast as usual
 * (renderer_share): slots counted (of those at their own places a third), pixels painted at once,
 * and of what takes longer in each frame. */
#define COUNT_MOST 300000
#define PAINT_MOST 2000000
#define PORTION_MOST 700000
/* A dot takes as long as so many pixels of ground; one at its own place three times as long, for
 * those that are near each other lie far apart in memory. */
#define DOT_PIXELS 40

static struct gpu_box
moved(struct gpu_box box, int x, int y)
{
    return (struct gpu_box){box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y};
}

static size_t
area_of(struct gpu_box box)
{
    return box.x1 > box.x0 && box.y1 > box.y0
               ? (size_t)(box.x1 - box.x0) * (size_t)(box.y1 - box.y0)
               : 0;
}

static struct panel_rect
around(struct gpu_box box, int reach)
{
    return (struct panel_rect){box.x0 - reach, box.y0 - reach, box.x1 - box.x0 + 2 * reach,
                               box.y1 - box.y0 + 2 * reach};
}

static size_t
paint_most(const struct renderer *renderer)
{
    return renderer_share(renderer, PAINT_MOST);
}

/* ---- painting ---- */

/* What a picture is painted with. */
struct dots_round {
    struct renderer *renderer;
    struct layer *layer;
    const struct paint *paint;
    struct paint_map_looks looks;
    const struct draw_list *border_list; /* what stands over them; NULL: nothing */
    const struct borders *borders;       /* the same where the processor paints; else NULL */
    struct gpu_box own, clip;            /* canvas pixels */
    int reach;
    struct gpu_target target;
};

/* By the GPU; returns how many dots. boxes: canvas pixels, which do not meet. */
static size_t
paint_by_gpu(const struct dots_round *round, const struct gpu_box *boxes, int count)
{
    static struct panel_rect near[DAMAGE_BOXES];
    static struct gpu_box inside[DAMAGE_BOXES];
    struct renderer *renderer = round->renderer;
    struct gpu *gpu = renderer->gpu;
    size_t dots_count;
    for (int i = 0; i < count; i++) {
        near[i] = around(boxes[i], round->reach);
        inside[i] = moved(boxes[i], -round->own.x0, -round->own.y0);
    }
    const struct points_dot *dots = points_in(round->layer->points, near, count, &dots_count);
    draw_clear(renderer->dots_list);
    paint_map_dots(round->paint, round->layer->points, dots, dots_count);
    brush_begin(renderer->brush);
    struct brush_span span = brush_add(renderer->brush, renderer->dots_list, boxes, count), over;
    if (round->border_list) {
        over = brush_add(renderer->brush, round->border_list, boxes, count);
    }
    brush_upload(renderer->brush);
    gpu->copy(gpu, round->layer->ground, inside, count, round->target, 0, 0);
    brush_paint(renderer->brush, span, round->target, round->own.x0, round->own.y0);
    if (round->border_list) {
        brush_paint(renderer->brush, over, round->target, round->own.x0, round->own.y0);
    }
    return dots_count;
}

static uint8_t *
ground_at(const struct dots_round *round, int x, int y)
{
    size_t across = (size_t)(round->own.x1 - round->own.x0);
    return round->layer->ground_pixels +
           ((size_t)(y - round->own.y0) * across + (size_t)(x - round->own.x0)) * 4;
}

/* The dots of a tile into the strip's pixels. */
static size_t
splat_tile(const struct dots_round *round, struct gpu_box tile, uint8_t *out, ptrdiff_t stride)
{
    struct splat *splat = round->renderer->splat;
    struct panel_rect near = around(tile, round->reach);
    size_t count;
    const struct points_dot *dots = points_in(round->layer->points, &near, 1, &count);
    bool crossed = round->borders && borders_meet(round->borders, tile);
    if (count > 0 || crossed) {
        splat_load(splat, ground_at(round, tile.x0, tile.y0),
                   (ptrdiff_t)(round->own.x1 - round->own.x0) * 4, tile.x1 - tile.x0,
                   tile.y1 - tile.y0);
        for (size_t i = 0; i < count; i++) {
            const struct paint_map_look *look = paint_map_look(&round->looks, &dots[i]);
            splat_disc(splat, dots[i].x - (float)tile.x0, dots[i].y - (float)tile.y0, look->radius,
                       look->fill, look->rim, look->edge);
        }
        if (crossed) {
            borders_paint(round->borders, splat, tile);
        }
        splat_store(splat, out, stride);
    }
    return count;
}

/* By the processor, a box of at most SPLAT_SIDE rows. */
static size_t
splat_strip(const struct dots_round *round, struct gpu_box strip)
{
    struct renderer *renderer = round->renderer;
    size_t row = (size_t)(strip.x1 - strip.x0) * 4, dots = 0;
    size_t need = row * (size_t)(strip.y1 - strip.y0);
    renderer->strip = draw_grown(renderer->strip, &renderer->strip_cap, need, 1);
    uint8_t *top = renderer->strip + need - row; /* rows from the bottom up */
    for (int y = strip.y0; y < strip.y1; y++) {
        memcpy(top - (size_t)(y - strip.y0) * row, ground_at(round, strip.x0, y), row);
    }
    struct gpu_box drawn = damage_common(strip, round->clip);
    for (int x = drawn.x0; drawn.y1 > drawn.y0 && x < drawn.x1; x += SPLAT_SIDE) {
        int end = x + SPLAT_SIDE < drawn.x1 ? x + SPLAT_SIDE : drawn.x1;
        uint8_t *out = top - (size_t)(drawn.y0 - strip.y0) * row + (size_t)(x - strip.x0) * 4;
        dots +=
            splat_tile(round, (struct gpu_box){x, drawn.y0, end, drawn.y1}, out, -(ptrdiff_t)row);
    }
    renderer->gpu->target_upload(renderer->gpu, round->target,
                                 moved(strip, -round->own.x0, -round->own.y0), renderer->strip);
    return dots;
}

static size_t
cost_of_dots(const struct dots_round *round, size_t dots)
{
    return dots * (round->renderer->scene.exact_points ? 3 * DOT_PIXELS : DOT_PIXELS);
}

/* Paints boxes (canvas pixels) of the ground with its dots; returns what it cost, in pixels. */
static size_t
paint_boxes(const struct dots_round *round, const struct gpu_box *boxes, int count)
{
    static struct gpu_box cut[DAMAGE_BOXES];
    size_t pixels = 0, dots = 0;
    int cut_count = 0;
    for (int i = 0; i < count; i++) {
        cut[cut_count] = damage_common(boxes[i], round->own);
        pixels += area_of(cut[cut_count]);
        cut_count += area_of(cut[cut_count]) > 0;
    }
    if (!round->layer->ground_pixels) {
        dots = cut_count > 0 ? paint_by_gpu(round, cut, cut_count) : 0;
        return pixels + cost_of_dots(round, dots);
    }
    for (int i = 0; i < cut_count; i++) {
        for (int y = cut[i].y0; y < cut[i].y1; y += SPLAT_SIDE) {
            int end = y + SPLAT_SIDE < cut[i].y1 ? y + SPLAT_SIDE : cut[i].y1;
            dots += splat_strip(round, (struct gpu_box){cut[i].x0, y, cut[i].x1, end});
        }
    }
    return pixels + cost_of_dots(round, dots);
}

/* On a slow GPU the processor paints the dots, over the ground that it reads once; the GPU's own
 * picture of that is not needed then. */
static void
choose_painter(struct renderer *renderer, struct layer *layer, struct gpu_box own)
{
    if (layer->ground_pixels) {
        renderer->gpu->target_destroy(renderer->gpu, layer->ground);
        layer->ground = (struct gpu_target){0};
    }
    if (!renderer->gpu->slow || layer->ground_pixels) {
        return;
    }
    uint8_t *pixels = malloc(area_of(own) * 4);
    struct gpu_box whole = moved(own, -own.x0, -own.y0);
    if (!pixels || !renderer->gpu->read(renderer->gpu, layer->ground, whole, pixels)) {
        free(pixels); /* then the GPU does it */
        return;
    }
    layer->ground_pixels = pixels;
    if (!renderer->splat) {
        renderer->splat = splat_create();
    }
}

/* Once for a scene, when they are first wanted. */
static void
list_borders(struct layer *layer, const struct paint *paint, struct gpu_box clip)
{
    if (!layer->border_list) {
        layer->border_list = draw_create();
        struct paint over = *paint;
        over.list = layer->border_list;
        paint_map_borders(&over, layer->points);
    }
    if (layer->ground_pixels && !layer->borders) {
        layer->borders = borders_create(layer->border_list, clip);
    }
}

static struct dots_round
round_of(struct renderer *renderer, int index, const struct paint *paint)
{
    struct layer *layer = &renderer->layers[index];
    struct dots_round round = {
        .renderer = renderer,
        .layer = layer,
        .paint = paint,
        .own = renderer_box_of(renderer->scene.panels[index].rect),
        .clip = renderer_box_of(map_clip(layer->map)),
        .reach = (int)paint_map_dot_reach(paint, layer->points),
        .target = layer->dotted,
    };
    paint_map_looks(paint, layer->points, &round.looks);
    if (paint_map_is_crowd(layer->points)) {
        list_borders(layer, paint, round.clip);
        round.border_list = layer->border_list;
        round.borders = layer->borders;
    }
    return round;
}

/* ---- whole pictures ---- */

static size_t
count_dots(const struct dots_round *round)
{
    size_t dots = 0;
    for (int state = 0; state < POINTS_STATE_COUNT; state++) {
        for (uint32_t tickets = 1; tickets <= POINTS_TALLY; tickets++) {
            dots += points_tally(round->layer->points, (enum points_state)state, tickets);
        }
    }
    return dots;
}

static size_t
cost_of_all(const struct dots_round *round)
{
    return area_of(round->own) + cost_of_dots(round, count_dots(round));
}

/* What the boxes would cost if the dots were spread evenly. */
static size_t
guess_cost(const struct dots_round *round, const struct gpu_box *boxes, int count)
{
    size_t pixels = 0, near = 0, reach = (size_t)round->reach;
    for (int i = 0; i < count; i++) {
        size_t w = (size_t)(boxes[i].x1 - boxes[i].x0), h = (size_t)(boxes[i].y1 - boxes[i].y0);
        pixels += w * h;
        near += (w + 2 * reach) * (h + 2 * reach);
    }
    double dots = (double)count_dots(round) * (double)near / (double)area_of(round->own);
    return pixels + cost_of_dots(round, (size_t)dots);
}

static void
begin_picture(struct renderer *renderer, struct layer *layer, const struct dots_round *round)
{
    struct gpu *gpu = renderer->gpu;
    if (!layer->next.id) {
        layer->next =
            gpu->target_create(gpu, round->own.x1 - round->own.x0, round->own.y1 - round->own.y0);
    }
    layer->next_rows = 0;
    layer->next_again = false;
}

/* Paints on at the picture that is to be shown next; shows it where it is done. */
static void
go_on_painting(struct renderer *renderer, struct layer *layer, struct dots_round *round)
{
    struct gpu_box own = round->own;
    round->target = layer->next;
    size_t most = renderer_portion(renderer, PORTION_MOST);
    for (size_t spent = 0; spent < most && own.y0 + layer->next_rows < own.y1;) {
        int first = own.y0 + layer->next_rows;
        int end = first + SPLAT_SIDE < own.y1 ? first + SPLAT_SIDE : own.y1;
        spent += paint_boxes(round, &(struct gpu_box){own.x0, first, own.x1, end}, 1);
        layer->next_rows = end - own.y0;
    }
    if (own.y0 + layer->next_rows < own.y1) {
        return;
    }
    renderer->gpu->target_destroy(renderer->gpu, layer->dotted);
    layer->dotted = layer->next;
    layer->next = (struct gpu_target){0};
    damage_add(&renderer->damage, own);
    if (layer->next_again) {
        begin_picture(renderer, layer, round);
    }
}

/* All dots at once, or begins to paint them into a picture of their own. */
static void
paint_all(struct renderer *renderer, struct layer *layer, struct dots_round *round, bool at_once)
{
    if (at_once || cost_of_all(round) <= paint_most(renderer)) {
        renderer->gpu->target_destroy(renderer->gpu, layer->next);
        layer->next = (struct gpu_target){0};
    } else {
        begin_picture(renderer, layer, round);
    }
    if (!layer->next.id) {
        paint_boxes(round, &round->own, 1);
        damage_add(&renderer->damage, round->own);
    }
}

/* ---- what changed ---- */

/* The places that look different, as boxes in renderer->dots. */
static void
find_changed(struct renderer *renderer, const struct dots_round *round)
{
    size_t count;
    bool all;
    int reach = round->reach;
    const struct points_dot *changed = points_changed(round->layer->points, &count, &all);
    struct damage *dots = &renderer->dots;
    damage_begin(dots, renderer->scene.solved_w, renderer->scene.solved_h);
    for (size_t i = 0; !all && i < count; i++) {
        int x = (int)changed[i].x, y = (int)changed[i].y;
        struct gpu_box box = {x - reach, y - reach, x + 1 + reach, y + 1 + reach};
        damage_add(dots, damage_common(box, round->own));
    }
    damage_boxes(dots);
}

static void
paint_changed(struct renderer *renderer, struct layer *layer, struct dots_round *round,
              bool at_once)
{
    struct damage *dots = &renderer->dots;
    find_changed(renderer, round);
    if (!dots->any) {
        return;
    }
    if (!at_once && guess_cost(round, dots->boxes, dots->count) > paint_most(renderer)) {
        layer->next_again = layer->next.id != 0;
        if (!layer->next.id) {
            paint_all(renderer, layer, round, false);
        }
    } else if (!layer->next.id) {
        paint_boxes(round, dots->boxes, dots->count);
        damage_add_all(&renderer->damage, dots);
    } else { /* what is not painted yet will be painted as it is then */
        struct gpu_box done = round->own;
        done.y1 = done.y0 + layer->next_rows;
        for (int i = 0; i < dots->count; i++) {
            dots->boxes[i] = damage_common(dots->boxes[i], done);
        }
        round->target = layer->next;
        paint_boxes(round, dots->boxes, dots->count);
    }
}

/* A new kept picture shows the ground until the dots are there. */
static void
lay_ground(struct renderer *renderer, struct layer *layer, struct gpu_box own)
{
    struct gpu_box whole = moved(own, -own.x0, -own.y0);
    renderer->gpu->copy(renderer->gpu, layer->ground, &whole, 1, layer->dotted, 0, 0);
    damage_add(&renderer->damage, own);
}

/* Whether all dots are to be painted anew for another reason than the points themselves. */
static bool
looks_differ(struct layer *layer, const struct paint *paint)
{
    uint32_t look = paint_colour(paint, THEME_DATA) ^ paint_colour(paint, THEME_RED) << 1;
    float scale = points_scale(layer->points);
    bool differ = look != layer->dot_look || scale != layer->dot_scale || layer->dots_due;
    layer->dot_look = look;
    layer->dot_scale = scale;
    layer->dots_due = false;
    return differ;
}

void
renderer_paint_dots(struct renderer *renderer, int index, const struct renderer_frame *frame)
{
    struct layer *layer = &renderer->layers[index];
    if (!layer->dotted.id) {
        return;
    }
    bool at_once = frame->time_ms == 0 || frame->first, all;
    struct paint paint = renderer_paint_for(renderer, index, renderer->dots_list, frame);
    struct gpu_box own = renderer_box_of(renderer->scene.panels[index].rect);
    size_t most = renderer->scene.exact_points ? COUNT_MOST / 3 : COUNT_MOST;
    paint_map_count(&paint, layer->points, at_once ? SIZE_MAX : renderer_portion(renderer, most));
    if (layer->dots_lost) {
        lay_ground(renderer, layer, own);
        layer->dots_lost = false;
        layer->dots_due = true;
    }
    size_t count;
    points_changed(layer->points, &count, &all);
    if (!points_are_whole(layer->points)) {
        return;
    }
    bool anew = looks_differ(layer, &paint) || (at_once && layer->next.id);
    if (!anew && !all && count == 0 && !layer->next.id) {
        return;
    }
    choose_painter(renderer, layer, own);
    struct dots_round round = round_of(renderer, index, &paint);
    if (anew || (all && !layer->next.id)) {
        paint_all(renderer, layer, &round, at_once);
    } else if (all) {
        layer->next_again = true; /* what is painted of the next picture is not right any more */
    } else {
        paint_changed(renderer, layer, &round, at_once);
    }
    if (layer->next.id) {
        go_on_painting(renderer, layer, &round);
    }
}

bool
renderer_is_complete(const struct renderer *renderer)
{
    for (int i = 0; renderer->has_scene && i < renderer->scene.panels_count; i++) {
        const struct layer *layer = &renderer->layers[i];
        if (layer->points && (!points_are_whole(layer->points) || layer->next.id)) {
            return false;
        }
    }
    return !renderer->rest.any;
}

void
renderer_list_dots(struct renderer *renderer, int index, struct draw_list *list)
{
    struct renderer_frame frame = {.feed = renderer->feed};
    struct paint paint = renderer_paint_for(renderer, index, list, &frame);
    size_t count;
    const struct points_dot *dots = points_all(renderer->layers[index].points, &count);
    draw_clear(list);
    paint_map_dots(&paint, renderer->layers[index].points, dots, count);
    paint_map_borders(&paint, renderer->layers[index].points);
}

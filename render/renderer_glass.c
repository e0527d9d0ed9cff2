/* What is on the glass besides the panels: the probe's cells, the picture that wanders, a scene
 * that crosses into another. */
#include "render/renderer_inside.h"

#include <math.h>

#define PROBE_CELLS 34
#define PROBE_CELL_PX 4
#define WANDER_PX 2.0

void
renderer_end_crossing(struct renderer *renderer)
{
    renderer->gpu->target_destroy(renderer->gpu, renderer->crossing.from);
    renderer->gpu->target_destroy(renderer->gpu, renderer->crossing.glass);
    renderer->crossing = (struct crossing){.from = {0}};
}

/* The cells for measurement from outside: 0–23 cursor, 24–29 frame number, 30 a scene was drawn
 * with all its dots, 31 in sync, 32 black, 33 white; least significant bits first. */
uint64_t
renderer_probe_bits(const struct renderer *renderer, const struct renderer_frame *frame)
{
    return (frame->feed.seq & 0xffffff) | (renderer->frames & 0x3f) << 24 |
           (uint64_t)(frame->snapshot != NULL && renderer_is_complete(renderer)) << 30 |
           (uint64_t)frame->feed.in_sync << 31 | UINT64_C(1) << 33;
}

const struct gpu_box renderer_probe_box = {0, 0, PROBE_CELLS *PROBE_CELL_PX, PROBE_CELL_PX};

/* The next run of cells of one colour, beginning with that one; false after the last. */
static bool
next_run(uint64_t bits, int *first, struct gpu_box *box, bool *white)
{
    if (*first >= PROBE_CELLS) {
        return false;
    }
    int end = *first + 1;
    *white = bits >> *first & 1;
    while (end < PROBE_CELLS && (bits >> end & 1) == *white) {
        end++;
    }
    *box = (struct gpu_box){*first * PROBE_CELL_PX, 0, end * PROBE_CELL_PX, PROBE_CELL_PX};
    *first = end;
    return true;
}

void
renderer_list_probe(const struct renderer *renderer, struct draw_list *list)
{
    struct gpu_box box;
    bool white;
    for (int first = 0; next_run(renderer->probe_bits, &first, &box, &white);) {
        draw_rect(list, (float)box.x0, 0, (float)(box.x1 - box.x0), PROBE_CELL_PX, 0,
                  white ? 0xffffffff : 0x000000ff);
    }
}

void
renderer_draw_probe(struct renderer *renderer, struct gpu_target target)
{
    struct gpu_box box;
    bool white;
    for (int first = 0; next_run(renderer->probe_bits, &first, &box, &white);) {
        renderer->gpu->clear(renderer->gpu, target, box, white ? 0xffffffff : 0x000000ff);
    }
}

/* True where the cells say something new even though no panel changed. */
bool
renderer_probe_differs(const struct renderer *renderer, const struct renderer_frame *frame)
{
    uint64_t counter = UINT64_C(0x3f) << 24;
    return frame->probe != renderer->probe_shown ||
           (frame->probe &&
            ((renderer_probe_bits(renderer, frame) ^ renderer->probe_bits) & ~counter) != 0);
}

/* A slow figure of eight: each axis goes to and fro in its own time, a pixel every few minutes. */
bool
renderer_wander(struct renderer *renderer, const struct renderer_frame *frame)
{
    int x = 0, y = 0;
    if (frame->wander && frame->time_ms != 0) {
        const double turn = 6.283185307179586, minute = 60000;
        x = (int)lround(WANDER_PX *
                        sin(turn * fmod((double)frame->time_ms, 47 * minute) / (47 * minute)));
        y = (int)lround(WANDER_PX *
                        sin(turn * fmod((double)frame->time_ms, 31 * minute) / (31 * minute)));
    }
    bool moved = x != renderer->wander_x || y != renderer->wander_y;
    renderer->wander_x = x;
    renderer->wander_y = y;
    return moved;
}

/* Lays what is left of the scene before over this one; true where the glass changed. */
bool
renderer_cross(struct renderer *renderer, const struct renderer_frame *frame)
{
    struct gpu *gpu = renderer->gpu;
    struct crossing *crossing = &renderer->crossing;
    if (!crossing->from.id) {
        return false;
    }
    if (crossing->begun_ms == 0) {
        crossing->begun_ms = frame->time_ms;
    }
    int64_t passed = frame->time_ms - crossing->begun_ms;
    if (frame->time_ms == 0 || passed < 0 || passed >= MOTION_SCENE_MS) {
        renderer_end_crossing(renderer);
        return true;
    }
    if (!crossing->glass.id) {
        crossing->glass =
            gpu->target_create(gpu, renderer->scene.solved_w, renderer->scene.solved_h);
    }
    if (!crossing->glass.id) { /* no memory for it: a cut */
        renderer_end_crossing(renderer);
        return true;
    }
    double part = motion_ease_both((double)passed / MOTION_SCENE_MS);
    struct gpu_box whole = renderer_canvas_box(renderer);
    gpu->copy(gpu, renderer->canvas, &whole, 1, crossing->glass, 0, 0);
    gpu->blend(gpu, crossing->from, crossing->glass, (float)(1 - part));
    if (frame->probe) {
        renderer_draw_probe(renderer, crossing->glass);
    }
    crossing->shown = true;
    return true;
}

struct gpu_target
renderer_shown(const struct renderer *renderer)
{
    return renderer->crossing.shown ? renderer->crossing.glass : renderer->canvas;
}

bool
renderer_read(struct renderer *renderer, uint8_t *rgba, size_t bytes)
{
    int w = renderer->scene.solved_w, h = renderer->scene.solved_h;
    if (!renderer->has_scene || bytes < (size_t)w * (size_t)h * 4) {
        return false;
    }
    struct gpu *gpu = renderer->gpu;
    return gpu->read(gpu, renderer_shown(renderer), (struct gpu_box){0, 0, w, h}, rgba);
}

/* What reaches the glass: the probe's cells, the picture that wanders, a scene that crosses into
 * another, and as little to present as the window lacks. */
#include "render/renderer_inside.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PROBE_CELLS 34
#define PROBE_CELL_PX 4
#define WANDER_PX 2.0
#define TRIAL_PRESENTS 2
#define MARK_STEP 8            /* survives a window of 16 bits a pixel */
#define SLOW_PX_PER_MS 1000000 /* a processor of two cores copies some 400,000 */

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

void
renderer_draw_probe(struct renderer *renderer, struct gpu_target target)
{
    int first = 0;
    for (int i = 1; i <= PROBE_CELLS; i++) {
        bool white = renderer->probe_bits >> first & 1;
        if (i < PROBE_CELLS && (renderer->probe_bits >> i & 1) == white) {
            continue; /* cells of one colour in one go */
        }
        struct gpu_box run = {first * PROBE_CELL_PX, 0, i * PROBE_CELL_PX, PROBE_CELL_PX};
        renderer->gpu->clear(renderer->gpu, target, run, white ? 0xffffffff : 0x000000ff);
        first = i;
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

static struct gpu_target
shown_target(const struct renderer *renderer)
{
    return renderer->crossing.shown ? renderer->crossing.glass : renderer->canvas;
}

/* The canvas in the middle of the window, as large as it fits without losing its proportions. */
static struct gpu_box
letterbox(const struct scene *scene, int w, int h)
{
    int64_t by_height = (int64_t)scene->solved_w * h, by_width = (int64_t)scene->solved_h * w;
    int box_w = by_height > by_width ? w : (int)(by_height / scene->solved_h);
    int box_h = by_height > by_width ? (int)(by_width / scene->solved_w) : h;
    int x = (w - box_w) / 2, y = (h - box_h) / 2;
    return (struct gpu_box){x, y, x + box_w, y + box_h};
}

/* ---- how the window behaves ---- */

static int
window_age(const struct renderer *renderer)
{
    int said = renderer->gpu->window_age(renderer->gpu);
    return renderer->trial.misled ? 0 : said >= 0 ? said : renderer->trial.keeps ? 1 : 0;
}

/* The window's last pixel: it is all but black, and another one in each of the first pictures. */
static struct gpu_box
mark_box(const struct renderer *renderer)
{
    int w = renderer->window_w, h = renderer->window_h;
    return (struct gpu_box){w - 1, h - 1, w, h};
}

static bool
holds_mark(const struct renderer *renderer, int mark)
{
    uint8_t p[4];
    return renderer->gpu->read(renderer->gpu, (struct gpu_target){GPU_WINDOW}, mark_box(renderer),
                               p) &&
           p[0] == 0 && p[1] == 0 && p[2] == mark * MARK_STEP;
}

static void
tell_trial(struct renderer *renderer)
{
    int age = window_age(renderer);
    const char *then = "each one has to, the window keeps none";
    if (renderer->trial.misled) {
        then = "each one has to, the driver is wrong about what the window keeps";
    } else if (age > 0 && age <= PRESENTS + 1) {
        then = "later ones bring what changed";
    }
    snprintf(renderer->tried, sizeof renderer->tried,
             "a whole picture reaches the window in %.1f ms; %s", renderer->trial.whole_ms, then);
}

/* Before a present: looks for the mark of the one before, and where the window system says that an
 * older one is there, for that one's. */
static void
trial_begin(struct renderer *renderer, bool resized)
{
    struct trial *trial = &renderer->trial;
    if (!trial->now_ns) {
        return;
    }
    renderer->present_all = true;
    if (resized) {
        *trial = (struct trial){.now_ns = trial->now_ns};
    }
    double pixels = (double)renderer->window_w * renderer->window_h;
    int said = renderer->gpu->window_age(renderer->gpu);
    trial->held += trial->presents > 0 && holds_mark(renderer, trial->presents);
    trial->misled |=
        said > 0 && said <= trial->presents && !holds_mark(renderer, trial->presents + 1 - said);
    if (trial->presents == TRIAL_PRESENTS) {
        trial->now_ns = NULL;
        trial->keeps = said < 0 && trial->held == TRIAL_PRESENTS;
        renderer->gpu->slow = trial->whole_ms * SLOW_PX_PER_MS > pixels;
        tell_trial(renderer);
    }
}

/* When the GPU has done all that it was given before. The first present compiles: only the last one
 * counts. */
static int64_t
trial_time(const struct renderer *renderer)
{
    uint8_t p[4];
    if (!renderer->trial.now_ns || renderer->trial.presents != TRIAL_PRESENTS - 1) {
        return 0;
    }
    renderer->gpu->read(renderer->gpu, (struct gpu_target){GPU_WINDOW}, mark_box(renderer), p);
    return renderer->trial.now_ns();
}

/* After a present that began then: leaves the next mark. */
static void
trial_end(struct renderer *renderer, int64_t began_ns)
{
    struct trial *trial = &renderer->trial;
    if (trial->now_ns) {
        trial->whole_ms = (double)(trial_time(renderer) - began_ns) * 1e-6;
        trial->presents++;
        renderer->gpu->clear(renderer->gpu, (struct gpu_target){GPU_WINDOW}, mark_box(renderer),
                             (uint32_t)trial->presents * MARK_STEP << 8 | 0xff);
    }
}

/* ---- presenting ---- */

/* What of the canvas the window lacks: what changed since the picture that its framebuffer holds.
 */
static bool
find_lacking(struct renderer *renderer, bool whole)
{
    int age = whole ? 0 : window_age(renderer);
    struct damage *lacking = &renderer->present;
    if (age < 1 || age > PRESENTS + 1) {
        return false;
    }
    damage_begin(lacking, renderer->scene.solved_w, renderer->scene.solved_h);
    damage_add_all(lacking, &renderer->unshown);
    for (int i = 0; i < age - 1; i++) {
        damage_add_all(lacking, &renderer->shown[i]);
    }
    damage_boxes(lacking);
    return true;
}

/* Where the window shows the canvas, moved as the picture wanders. */
static struct gpu_box
shown_at(const struct renderer *renderer, int width_px, int height_px)
{
    struct gpu_box box = letterbox(&renderer->scene, width_px, height_px);
    box.x0 += renderer->wander_x;
    box.x1 += renderer->wander_x;
    box.y0 += renderer->wander_y;
    box.y1 += renderer->wander_y;
    return box;
}

struct renderer_pointer
renderer_point(const struct renderer *renderer, int x, int y)
{
    if (!renderer->has_scene || renderer->window_w < 1) {
        return (struct renderer_pointer){.there = false};
    }
    struct gpu_box box = shown_at(renderer, renderer->window_w, renderer->window_h);
    int w = box.x1 - box.x0, h = box.y1 - box.y0;
    if (x < box.x0 || x >= box.x1 || y < box.y0 || y >= box.y1) {
        return (struct renderer_pointer){.there = false};
    }
    return (struct renderer_pointer){
        .there = true,
        .x = (int)((int64_t)(x - box.x0) * renderer->scene.solved_w / w),
        .y = (int)((int64_t)(y - box.y0) * renderer->scene.solved_h / h),
    };
}

/* This present is done: what it brought is what the framebuffers before it lack. */
static void
note_present(struct renderer *renderer, bool whole)
{
    int w = renderer->scene.solved_w, h = renderer->scene.solved_h;
    for (int i = PRESENTS - 1; i >= 0; i--) {
        damage_begin(&renderer->shown[i], w, h);
        damage_add_all(&renderer->shown[i], i > 0 ? &renderer->shown[i - 1] : &renderer->unshown);
    }
    if (whole) {
        damage_add(&renderer->shown[0], renderer_canvas_box(renderer));
    }
    damage_begin(&renderer->unshown, w, h);
    renderer->present_all = false;
}

void
renderer_present(struct renderer *renderer, int width_px, int height_px)
{
    if (!renderer->has_scene || width_px < 1 || height_px < 1) {
        return;
    }
    struct gpu *gpu = renderer->gpu;
    struct gpu_target window = {GPU_WINDOW};
    struct gpu_box box = letterbox(&renderer->scene, width_px, height_px);
    bool fills = box.x1 - box.x0 == width_px && box.y1 - box.y0 == height_px;
    bool away = renderer->wander_x != 0 || renderer->wander_y != 0;
    bool scaled = !fills || width_px != renderer->scene.solved_w;
    bool resized = width_px != renderer->window_w || height_px != renderer->window_h;
    gpu->window_size(gpu, width_px, height_px);
    renderer->window_w = width_px;
    renderer->window_h = height_px;
    trial_begin(renderer, resized);
    bool whole = renderer->present_all || scaled || renderer->crossing.shown || resized;
    int64_t began_ns = trial_time(renderer);
    box = shown_at(renderer, width_px, height_px);
    if (find_lacking(renderer, whole)) {
        gpu->copy(gpu, renderer->canvas, renderer->present.boxes, renderer->present.count, window,
                  box.x0, box.y0);
    } else {
        if (!fills || away) { /* what the picture leaves free: its own ground where it wanders */
            gpu->clear(gpu, window, (struct gpu_box){0, 0, width_px, height_px},
                       fills ? renderer->theme.colours[THEME_GROUND] : 0x000000ff);
        }
        gpu->present(gpu, shown_target(renderer), box);
    }
    if (renderer->probe_shown && (scaled || away)) {
        renderer_draw_probe(renderer,
                            window); /* the cells keep their place and size in the window */
    }
    trial_end(renderer, began_ns);
    note_present(renderer, whole);
}

void
renderer_expose(struct renderer *renderer)
{
    renderer->present_all = true;
}

void
renderer_try_out(struct renderer *renderer, int64_t (*now_ns)(void))
{
    renderer->trial = (struct trial){.now_ns = now_ns};
    renderer->tried[0] = '\0';
    renderer->gpu->slow = renderer->gpu->software; /* until it is measured */
    renderer->present_all = true;
}

const char *
renderer_tried(const struct renderer *renderer)
{
    return *renderer->tried ? renderer->tried : NULL;
}

bool
renderer_read(struct renderer *renderer, uint8_t *rgba, size_t bytes)
{
    int w = renderer->scene.solved_w, h = renderer->scene.solved_h;
    if (!renderer->has_scene || bytes < (size_t)w * (size_t)h * 4) {
        return false;
    }
    struct gpu *gpu = renderer->gpu;
    return gpu->read(gpu, shown_target(renderer), (struct gpu_box){0, 0, w, h}, rgba);
}

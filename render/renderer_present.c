/* What reaches the windows: as little of the canvas as each of them lacks. Several show a part of
 * it each, and each behaves in its own way. */
#include "render/renderer_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIAL_PRESENTS 2
#define MARK_STEP 8 /* survives a window of 16 bits a pixel */
#define SLOW_PX_PER_MS 1000000
#define LEAST_SHARE 0.25 /* so that all gets done, however slow it is */
#define LONG_MS 20       /* a frame over it did too much */
/* A part that is shown without a swap waits for the window system's answer, for as long as it takes
 * to copy that many pixels. */
#define SHOWN_PARTS 4
#define SETTLING 30 /* presents after another size: more may follow */
#define SHOWN_SPARE_PX 100000

void
renderer_panes_begin(struct renderer *renderer, int w, int h)
{
    for (int i = 0; i < RENDERER_WINDOWS && renderer->panes[i]; i++) {
        damage_begin(&renderer->panes[i]->unshown, w, h);
        renderer->panes[i]->lost = true;
    }
}

void
renderer_panes_add(struct renderer *renderer, const struct damage *damage)
{
    for (int i = 0; i < RENDERER_WINDOWS && renderer->panes[i]; i++) {
        damage_add_all(&renderer->panes[i]->unshown, damage);
    }
}

void
renderer_panes_free(struct renderer *renderer)
{
    for (int i = 0; i < RENDERER_WINDOWS; i++) {
        free(renderer->panes[i]);
    }
}

/* Made with a window's first present; those before it have been. */
static struct pane *
pane_of(struct renderer *renderer, int index)
{
    for (int i = 0; i <= index; i++) {
        if (!renderer->panes[i]) {
            renderer->panes[i] = calloc(1, sizeof *renderer->panes[i]);
            if (!renderer->panes[i]) {
                abort();
            }
            damage_begin(&renderer->panes[i]->unshown, renderer->scene.solved_w,
                         renderer->scene.solved_h);
            renderer->panes[i]->lost = true;
            renderer->panes[i]->trial.now_ns = renderer->trial_ns;
        }
    }
    return renderer->panes[index];
}

/* The canvas in the middle of all windows together, as large as it fits without losing its
 * proportions. */
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
window_age(const struct renderer *renderer, const struct pane *pane)
{
    int said = renderer->gpu->window_age(renderer->gpu);
    return pane->trial.misled ? 0 : said >= 0 ? said : pane->trial.keeps ? 1 : 0;
}

/* The window's last pixel: it is all but black, and another one in each of the first pictures. */
static struct gpu_box
mark_box(const struct pane *pane)
{
    int w = pane->at.w, h = pane->at.h;
    return (struct gpu_box){w - 1, h - 1, w, h};
}

static bool
holds_mark(const struct renderer *renderer, const struct pane *pane, int mark)
{
    uint8_t p[4];
    return renderer->gpu->read(renderer->gpu, (struct gpu_target){GPU_WINDOW}, mark_box(pane), p) &&
           p[0] == 0 && p[1] == 0 && p[2] == mark * MARK_STEP;
}

static void
tell_trial(struct renderer *renderer, const struct pane *pane)
{
    int age = window_age(renderer, pane);
    const char *then = "each one has to, the window keeps none";
    if (pane->trial.misled) {
        then = "each one has to, the driver is wrong about what the window keeps";
    } else if (age > 0 && age <= PRESENTS + 1) {
        then = "later ones bring what changed";
    }
    snprintf(renderer->tried, sizeof renderer->tried,
             "a whole picture reaches the window in %.1f ms; %s", pane->trial.whole_ms, then);
}

/* Before a present: looks for the mark of the one before, and where the window system says that an
 * older one is there, for that one's. */
static void
trial_begin(struct renderer *renderer, struct pane *pane, bool resized)
{
    struct trial *trial = &pane->trial;
    if (!trial->now_ns) {
        return;
    }
    pane->lost = true;
    if (resized) {
        *trial = (struct trial){.now_ns = trial->now_ns};
    }
    double pixels = (double)pane->at.w * pane->at.h;
    int said = renderer->gpu->window_age(renderer->gpu);
    trial->held += trial->presents > 0 && holds_mark(renderer, pane, trial->presents);
    trial->misled |= said > 0 && said <= trial->presents &&
                     !holds_mark(renderer, pane, trial->presents + 1 - said);
    if (trial->presents == TRIAL_PRESENTS) {
        trial->now_ns = NULL;
        trial->keeps = said < 0 && trial->held == TRIAL_PRESENTS;
        if (pane->at.index == 0) { /* one GPU draws for all of them */
            renderer->gpu->slow = trial->whole_ms * SLOW_PX_PER_MS > pixels;
            renderer->px_per_ms = trial->whole_ms > 0 ? pixels / trial->whole_ms : 0;
            tell_trial(renderer, pane);
        }
    }
}

/* When the GPU has done all that it was given before. The first present compiles: only the last one
 * counts. */
static int64_t
trial_time(const struct renderer *renderer, const struct pane *pane)
{
    uint8_t p[4];
    if (!pane->trial.now_ns || pane->trial.presents != TRIAL_PRESENTS - 1) {
        return 0;
    }
    renderer->gpu->read(renderer->gpu, (struct gpu_target){GPU_WINDOW}, mark_box(pane), p);
    return pane->trial.now_ns();
}

/* After a present that began then: leaves the next mark. */
static void
trial_end(struct renderer *renderer, struct pane *pane, int64_t began_ns)
{
    struct trial *trial = &pane->trial;
    if (trial->now_ns) {
        trial->whole_ms = (double)(trial_time(renderer, pane) - began_ns) * 1e-6;
        trial->presents++;
        renderer->gpu->clear(renderer->gpu, (struct gpu_target){GPU_WINDOW}, mark_box(pane),
                             (uint32_t)trial->presents * MARK_STEP << 8 | 0xff);
    }
}

size_t
renderer_share(const struct renderer *renderer, size_t most)
{
    double share = renderer->px_per_ms / RENDERER_USUAL_PX_PER_MS;
    if (share <= 0 || share >= 1) {
        return most;
    }
    return (size_t)((double)most * (share > LEAST_SHARE ? share : LEAST_SHARE));
}

size_t
renderer_portion(const struct renderer *renderer, size_t most)
{
    double least = (double)most * LEAST_SHARE, share = (double)renderer_share(renderer, most);
    if (renderer->last_ms > LONG_MS) {
        share *= (double)LONG_MS / (double)renderer->last_ms;
    }
    return (size_t)(share > least ? share : least);
}

/* ---- presenting ---- */

/* What of the canvas the window lacks: what changed since the picture that its framebuffer holds.
 */
static bool
find_lacking(struct renderer *renderer, const struct pane *pane, bool whole)
{
    int age = whole ? 0 : window_age(renderer, pane);
    struct damage *lacking = &renderer->present;
    if (age < 1 || age > PRESENTS + 1) {
        return false;
    }
    damage_begin(lacking, renderer->scene.solved_w, renderer->scene.solved_h);
    damage_add_all(lacking, &pane->unshown);
    for (int i = 0; i < age - 1; i++) {
        damage_add_all(lacking, &pane->shown[i]);
    }
    damage_boxes(lacking);
    return true;
}

/* Where all windows together show the canvas, moved as the picture wanders. */
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
    const struct pane *pane = renderer->panes[0];
    if (!renderer->has_scene || !pane) {
        return (struct renderer_pointer){.there = false};
    }
    struct gpu_box box = shown_at(renderer, pane->at.whole_w, pane->at.whole_h);
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
note_present(struct renderer *renderer, struct pane *pane, bool whole)
{
    int w = renderer->scene.solved_w, h = renderer->scene.solved_h;
    for (int i = PRESENTS - 1; i >= 0; i--) {
        damage_begin(&pane->shown[i], w, h);
        damage_add_all(&pane->shown[i], i > 0 ? &pane->shown[i - 1] : &pane->unshown);
    }
    if (whole) {
        damage_add(&pane->shown[0], renderer_canvas_box(renderer));
    }
    damage_begin(&pane->unshown, w, h);
    pane->lost = false;
}

/* All of the window anew. box: where the canvas lies on all windows together. */
static void
present_whole(struct renderer *renderer, const struct renderer_window *at, struct gpu_box box)
{
    struct gpu *gpu = renderer->gpu;
    struct gpu_box there = {box.x0 - at->x, box.y0 - at->y, box.x1 - at->x, box.y1 - at->y};
    bool fills = box.x1 - box.x0 == at->whole_w && box.y1 - box.y0 == at->whole_h;
    if (there.x0 > 0 || there.y0 > 0 || there.x1 < at->w || there.y1 < at->h) {
        /* what the picture leaves free: its own ground where it only wanders */
        gpu->clear(gpu, (struct gpu_target){GPU_WINDOW}, (struct gpu_box){0, 0, at->w, at->h},
                   fills ? renderer->theme.colours[THEME_GROUND] : 0x000000ff);
    }
    gpu->present(gpu, renderer_shown(renderer), there);
}

static bool
same_window(const struct renderer_window *a, const struct renderer_window *b)
{
    return a->whole_w == b->whole_w && a->whole_h == b->whole_h && a->x == b->x && a->y == b->y &&
           a->w == b->w && a->h == b->h;
}

/* What the window lacked and its framebuffer now has, put on the glass without a swap: where each
 * pixel costs, and the framebuffer held what was on the glass. x, y: of the canvas in the window.
 */
static bool
show_parts(struct renderer *renderer, const struct pane *pane, int x, int y)
{
    struct gpu *gpu = renderer->gpu;
    struct gpu_box few[SHOWN_PARTS], window = {0, 0, pane->at.w, pane->at.h};
    if (!gpu->slow || pane->trial.now_ns || pane->settling > 0 || window_age(renderer, pane) != 1) {
        return false;
    }
    int made = damage_few(renderer->present.boxes, renderer->present.count, SHOWN_SPARE_PX, few,
                          SHOWN_PARTS);
    int count = 0;
    for (int i = 0; i < made; i++) {
        struct gpu_box box = {few[i].x0 + x, few[i].y0 + y, few[i].x1 + x, few[i].y1 + y};
        few[count] = damage_common(box, window);
        count += few[count].x1 > few[count].x0 && few[count].y1 > few[count].y0;
    }
    return gpu->window_show(gpu, few, count);
}

bool
renderer_present_window(struct renderer *renderer, const struct renderer_window *at)
{
    if (!renderer->has_scene || at->w < 1 || at->h < 1 || at->index < 0 ||
        at->index >= RENDERER_WINDOWS) {
        return true;
    }
    struct gpu *gpu = renderer->gpu;
    struct pane *pane = pane_of(renderer, at->index);
    bool resized = !same_window(&pane->at, at);
    pane->settling = resized ? SETTLING : pane->settling - (pane->settling > 0);
    pane->at = *at;
    gpu->window_size(gpu, at->w, at->h);
    trial_begin(renderer, pane, resized);
    struct gpu_box box = shown_at(renderer, at->whole_w, at->whole_h);
    bool scaled = box.x1 - box.x0 != renderer->scene.solved_w ||
                  box.y1 - box.y0 != renderer->scene.solved_h || box.x1 - box.x0 != at->whole_w ||
                  box.y1 - box.y0 != at->whole_h;
    bool away = renderer->wander_x != 0 || renderer->wander_y != 0;
    bool whole = pane->lost || scaled || renderer->crossing.shown || resized;
    int64_t began_ns = trial_time(renderer, pane);
    bool shown = false, cells = renderer->probe_shown && at->index == 0 && (scaled || away);
    if (find_lacking(renderer, pane, whole)) {
        gpu->copy(gpu, renderer->canvas, renderer->present.boxes, renderer->present.count,
                  (struct gpu_target){GPU_WINDOW}, box.x0 - at->x, box.y0 - at->y);
        shown = !cells && show_parts(renderer, pane, box.x0 - at->x, box.y0 - at->y);
    } else {
        present_whole(renderer, at, box);
    }
    if (cells) { /* they keep their place and size in the window */
        renderer_draw_probe(renderer, (struct gpu_target){GPU_WINDOW});
    }
    trial_end(renderer, pane, began_ns);
    note_present(renderer, pane, whole);
    pane->in_parts = shown;
    return !shown;
}

bool
renderer_swap_first(const struct renderer *renderer, const struct renderer_window *at)
{
    const struct pane *pane =
        at->index >= 0 && at->index < RENDERER_WINDOWS ? renderer->panes[at->index] : NULL;
    return pane && pane->in_parts && !same_window(&pane->at, at);
}

bool
renderer_present(struct renderer *renderer, int width_px, int height_px)
{
    return renderer_present_window(
        renderer, &(struct renderer_window){
                      .whole_w = width_px, .whole_h = height_px, .w = width_px, .h = height_px});
}

void
renderer_expose(struct renderer *renderer)
{
    for (int i = 0; i < RENDERER_WINDOWS && renderer->panes[i]; i++) {
        renderer->panes[i]->lost = true;
    }
}

void
renderer_try_out(struct renderer *renderer, int64_t (*now_ns)(void))
{
    renderer->trial_ns = now_ns;
    for (int i = 0; i < RENDERER_WINDOWS && renderer->panes[i]; i++) {
        renderer->panes[i]->trial = (struct trial){.now_ns = now_ns};
    }
    renderer->tried[0] = '\0';
    renderer->gpu->slow = renderer->gpu->software; /* until it is measured */
    renderer_expose(renderer);
}

const char *
renderer_tried(const struct renderer *renderer)
{
    return *renderer->tried ? renderer->tried : NULL;
}

#include "render/renderer_inside.h"

#include "render/borders.h"
#include "render/left_out.h"
#include "render/map/map.h"
#include "render/paint_tip.h"

#include <stdlib.h>
#include <string.h>

struct renderer *
renderer_create(enum renderer_backend backend, struct err *err)
{
    struct renderer *renderer = calloc(1, sizeof *renderer);
    if (!renderer) {
        abort();
    }
    renderer->gpu = backend == RENDERER_GL ? gpu_create_gl(err) : gpu_create_null();
    renderer->text = renderer->gpu ? text_create(err) : NULL;
    renderer->brush = renderer->text ? brush_create(renderer->gpu, renderer->text, err) : NULL;
    if (!renderer->brush) {
        renderer_destroy(renderer);
        return NULL;
    }
    renderer->motion = motion_create();
    renderer->under = draw_create();
    renderer->tip = draw_create();
    renderer->tip_before = draw_create();
    renderer->cells = draw_create();
    renderer->dots_list = draw_create();
    for (int i = 0; i < SCENE_PANELS; i++) {
        renderer->layers[i].before = draw_create();
        renderer->layers[i].shown = draw_create();
    }
    return renderer;
}

/* Keeps what is on the glass, to cross from there. Another size is another wall: a cut. */
static void
begin_crossing(struct renderer *renderer, const struct scene *next)
{
    struct crossing *crossing = &renderer->crossing;
    bool same_size = renderer->has_scene && renderer->scene.solved_w == next->solved_w &&
                     renderer->scene.solved_h == next->solved_h;
    if (!same_size || next->still || renderer->still || renderer->time_ms == 0) {
        renderer_end_crossing(renderer);
        return;
    }
    struct gpu_target from = renderer->canvas;
    if (crossing->shown) {
        from = crossing->glass;
        crossing->glass = (struct gpu_target){0};
    } else {
        renderer->canvas = (struct gpu_target){0};
    }
    renderer_end_crossing(renderer);
    crossing->from = from;
}

static void
forget_scene(struct renderer *renderer)
{
    for (int i = 0; i < SCENE_PANELS; i++) {
        struct layer *layer = &renderer->layers[i];
        map_destroy(layer->map);
        draw_destroy(layer->ground_list);
        points_destroy(layer->points);
        renderer->gpu->target_destroy(renderer->gpu, layer->ground);
        renderer->gpu->target_destroy(renderer->gpu, layer->dotted);
        renderer->gpu->target_destroy(renderer->gpu, layer->next);
        free(layer->ground_pixels);
        draw_destroy(layer->border_list);
        borders_destroy(layer->borders);
        *layer = (struct layer){.before = layer->before, .shown = layer->shown};
        draw_clear(layer->shown);
    }
    renderer->gpu->target_destroy(renderer->gpu, renderer->canvas);
    renderer->canvas = (struct gpu_target){0};
    renderer->has_scene = false;
}

void
renderer_destroy(struct renderer *renderer)
{
    if (!renderer) {
        return;
    }
    if (renderer->gpu) {
        renderer_end_crossing(renderer);
        forget_scene(renderer);
    }
    for (int i = 0; i < SCENE_PANELS; i++) {
        draw_destroy(renderer->layers[i].before);
        draw_destroy(renderer->layers[i].shown);
    }
    brush_destroy(renderer->brush);
    text_destroy(renderer->text);
    motion_destroy(renderer->motion);
    renderer_panes_free(renderer);
    draw_destroy(renderer->under);
    draw_destroy(renderer->tip);
    draw_destroy(renderer->tip_before);
    draw_destroy(renderer->cells);
    draw_destroy(renderer->dots_list);
    if (renderer->gpu) {
        renderer->gpu->destroy(renderer->gpu);
    }
    shapes_free(&renderer->scratch);
    splat_destroy(renderer->splat);
    free(renderer->strip);
    free(renderer->record.figures);
    free(renderer);
}

/* What the map's ground is: it changes with the scene alone. */
static void
list_ground(struct renderer *renderer, int index)
{
    static const struct renderer_frame no_frame = {0};
    struct layer *layer = &renderer->layers[index];
    const struct panel *panel = &renderer->scene.panels[index];
    struct panel_rect r = panel->rect;
    layer->ground_list = draw_create();
    struct paint paint = renderer_paint_for(renderer, index, layer->ground_list, &no_frame);
    paint.record = NULL;
    draw_clip(layer->ground_list, r);
    if (panel->framed) {
        draw_rect(layer->ground_list, (float)r.x, (float)r.y, (float)r.w, (float)r.h,
                  (float)paint_px(&paint, 6), renderer->theme.colours[THEME_PANEL]);
    }
    paint_map_ground(&paint);
    draw_unclip(layer->ground_list);
}

static bool
is_bottom(const struct scene *scene, int panel)
{
    for (int i = 0; i < panel; i++) {
        if (damage_meet(renderer_box_of(scene->panels[i].rect),
                        renderer_box_of(scene->panels[panel].rect))) {
            return false;
        }
    }
    return true;
}

/* The layer's kept pictures: the ground, and for the dots over it. */
static void
make_pictures(struct renderer *renderer, int index)
{
    struct gpu *gpu = renderer->gpu;
    struct layer *layer = &renderer->layers[index];
    struct panel_rect r = renderer->scene.panels[index].rect;
    layer->ground = gpu->target_create(gpu, r.w, r.h);
    layer->dotted = gpu->target_create(gpu, r.w, r.h);
    layer->next = (struct gpu_target){0};
    layer->dots_lost = true;
    layer->bottom = layer->ground.id && is_bottom(&renderer->scene, index);
    struct gpu_box whole = renderer_box_of(r);
    brush_begin(renderer->brush);
    layer->span = brush_add(renderer->brush, layer->ground_list, &whole, 1);
    brush_upload(renderer->brush);
    gpu->clear(gpu, layer->ground, (struct gpu_box){0, 0, r.w, r.h},
               renderer->theme.colours[THEME_GROUND]);
    brush_paint(renderer->brush, layer->span, layer->ground, r.x, r.y);
}

bool
renderer_set_scene(struct renderer *renderer, const struct scene *scene, struct yaml_report *report)
{
    struct theme theme;
    struct map *maps[SCENE_PANELS] = {NULL};
    int most = renderer->gpu->max_size;
    bool ok = theme_load(scene->theme, &theme, report);
    if (scene->solved_w > most || scene->solved_h > most) {
        yaml_error_at(report, scene->name, 1, 1,
                      "a canvas of %dx%d is more than this GPU draws (%d): use a smaller one",
                      scene->solved_w, scene->solved_h, most);
        ok = false;
    }
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel *panel = &scene->panels[i];
        if (panel->kind == PANEL_MAP && panel->rect.w > 0 && panel->rect.h > 0) {
            maps[i] = map_create(scene, i, report);
            ok = ok && maps[i];
        }
    }
    if (!ok) {
        for (int i = 0; i < SCENE_PANELS; i++) {
            map_destroy(maps[i]);
        }
        return false;
    }
    begin_crossing(renderer, scene);
    forget_scene(renderer);
    motion_forget(renderer->motion);
    renderer->scene = *scene;
    renderer->theme = theme;
    renderer->has_scene = renderer->all_damaged = true;
    renderer->probe_shown = false;
    draw_clear(renderer->tip);
    renderer_panes_begin(renderer, scene->solved_w, scene->solved_h);
    renderer->canvas =
        renderer->gpu->target_create(renderer->gpu, scene->solved_w, scene->solved_h);
    for (int i = 0; i < scene->panels_count; i++) {
        renderer->layers[i].map = maps[i];
        if (maps[i]) {
            renderer->layers[i].points = points_create(maps[i], scene->exact_points);
            points_set_helper(renderer->layers[i].points, renderer->helper);
            list_ground(renderer, i);
            make_pictures(renderer, i);
        }
    }
    return true;
}

void
renderer_set_helper(struct renderer *renderer, struct helper *helper)
{
    renderer->helper = helper;
    for (int i = 0; renderer->has_scene && i < renderer->scene.panels_count; i++) {
        if (renderer->layers[i].points) {
            points_set_helper(renderer->layers[i].points, helper);
        }
    }
}

bool
renderer_is_lost(const struct renderer *renderer)
{
    return renderer->context_gone || renderer->gpu->lost(renderer->gpu);
}

void
renderer_lose(struct renderer *renderer)
{
    renderer->context_gone = true;
}

bool
renderer_rebuild(struct renderer *renderer, struct err *err)
{
    struct gpu *gpu = gpu_create_gl(err);
    if (!gpu) {
        return false;
    }
    if (!brush_rebuild(renderer->brush, gpu, err)) {
        gpu->destroy(gpu); /* the lost one stays, and with it that it is lost */
        return false;
    }
    gpu->faults += renderer->gpu->faults;
    renderer->gpu->abandon(renderer->gpu);
    renderer->gpu = gpu;
    renderer->context_gone = false;
    renderer->crossing = (struct crossing){.from = {0}};
    renderer->all_damaged = true;
    renderer_expose(renderer);
    if (renderer->has_scene) {
        renderer->canvas =
            gpu->target_create(gpu, renderer->scene.solved_w, renderer->scene.solved_h);
    }
    for (int i = 0; i < SCENE_PANELS; i++) {
        if (renderer->layers[i].map) {
            make_pictures(renderer, i);
        }
    }
    return true;
}

bool
renderer_feed_stale(const struct renderer_feed *feed)
{
    return feed->stale || (!feed->in_sync && feed->unsynced_ms >= RENDERER_GRACE_MS);
}

static struct inputs
inputs_of(const struct renderer_frame *frame)
{
    const struct renderer_feed *feed = &frame->feed;
    struct inputs inputs;
    memset(&inputs, 0, sizeof inputs); /* compared as bytes */
    inputs.snapshot = frame->snapshot != NULL;
    inputs.version = frame->snapshot ? frame->snapshot->version : 0;
    inputs.connected = feed->connected;
    inputs.in_sync = feed->in_sync;
    inputs.stale = renderer_feed_stale(feed);
    inputs.live = feed->live;
    /* A moment of the past does not run on by itself: each is a picture of its own. */
    inputs.second = feed->live ? frame->moment_ms / 1000 : frame->moment_ms;
    inputs.age_s = feed->age_ms / 1000;
    inputs.unsynced_s = feed->unsynced_ms / 1000;
    inputs.offset_ms = feed->offset_ms;
    memcpy(inputs.reason, feed->reason, strnlen(feed->reason, sizeof feed->reason - 1));
    return inputs;
}

/* Whether the panel may look different: within one second and one state of the tickets, only what
 * moves does, and the header, which counts tenths. */
static bool
may_differ(const struct renderer *renderer, int panel, const struct renderer_frame *frame)
{
    return renderer->scene.panels[panel].kind == PANEL_HEADER ||
           motion_due_ms(renderer->motion, panel) <= frame->time_ms;
}

/* Lets every painter whose panel may look different say what it shows now, and notes where that
 * differs. */
static void
fill_lists(struct renderer *renderer, const struct renderer_frame *frame)
{
    struct inputs inputs = inputs_of(frame);
    bool all = renderer->all_damaged || frame->time_ms == 0 || renderer->time_ms == 0 ||
               frame->time_ms < renderer->time_ms ||
               memcmp(&inputs, &renderer->inputs, sizeof inputs) != 0;
    renderer->inputs = inputs;
    renderer->record.count = 0;
    renderer->feed = frame->feed;
    damage_begin(&renderer->damage, renderer->scene.solved_w, renderer->scene.solved_h);
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        struct layer *layer = &renderer->layers[i];
        struct draw_list *before = layer->shown;
        if (layer->map) {
            renderer_paint_dots(renderer, i, frame);
        }
        if (!all && !may_differ(renderer, i, frame)) {
            continue;
        }
        if (frame->time_ms != 0) {
            motion_begin(renderer->motion, i, frame->time_ms);
        }
        layer->shown = layer->before;
        layer->before = before; /* kept for the comparison, written over in the next frame */
        struct paint paint = renderer_paint_for(renderer, i, layer->shown, frame);
        draw_clear(layer->shown);
        paint_panel(&paint);
        if (!renderer->all_damaged && draw_hash(layer->shown) != draw_hash(before)) {
            damage_add_difference(&renderer->damage, before, layer->shown, renderer->text,
                                  &renderer->scratch);
        }
    }
    if (renderer->all_damaged) {
        damage_add(&renderer->damage, renderer_canvas_box(renderer));
        renderer->all_damaged = false;
    }
}

/* The topmost panel's cut text under the pointer, as the glass has it now, in a list of its own. */
static void
fill_tip(struct renderer *renderer, const struct renderer_frame *frame)
{
    struct draw_list *before = renderer->tip;
    struct draw_cut cut;
    if (!frame->pointer.there && draw_is_empty(before)) {
        return;
    }
    renderer->tip = renderer->tip_before;
    renderer->tip_before = before;
    draw_clear(renderer->tip);
    float x = (float)frame->pointer.x + 0.5f, y = (float)frame->pointer.y + 0.5f;
    for (int i = renderer->scene.panels_count - 1; frame->pointer.there && i >= 0; i--) {
        if (draw_cut_at(renderer->layers[i].shown, x, y, &cut)) {
            struct paint paint = renderer_paint_for(renderer, i, renderer->tip, frame);
            paint_tip(&paint, &cut);
            break;
        }
    }
    if (draw_hash(renderer->tip) != draw_hash(before)) {
        damage_add_difference(&renderer->damage, before, renderer->tip, renderer->text,
                              &renderer->scratch);
    }
}

int64_t
renderer_due_ms(const struct renderer *renderer)
{
    bool moves = renderer->has_scene && renderer->time_ms != 0 && !renderer->still;
    int64_t due = moves ? motion_next_ms(renderer->motion) : MOTION_NEVER;
    bool goes_on =
        renderer->crossing.from.id || (renderer->time_ms != 0 && !renderer_is_complete(renderer));
    return goes_on ? renderer->time_ms + 1 : due;
}

/* A change of more than one part in so many of the canvas, or of more pixels than a frame's, is
 * spread; its frames repaint no more than the smaller numbers say: some 5 ms, painted once and
 * copied to the window, for while a snapshot comes other threads have half of the processor, and
 * these may take twice that and more. The first one does half of it: there all lists are made anew,
 * too. */
#define AT_ONCE_SHARE 3
#define AT_ONCE_MOST 2400000
#define SPREAD_SHARE 6
#define SPREAD_MOST 800000

static int64_t
lesser_share(const struct renderer *renderer, int parts, size_t most)
{
    int64_t part = (int64_t)renderer->scene.solved_w * renderer->scene.solved_h / parts;
    int64_t share = (int64_t)renderer_portion(renderer, most);
    return part < share ? part : share;
}

/* Adds what the frames before left, and leaves what is too much for this one. */
static void
spread(struct renderer *renderer, const struct renderer_frame *frame, bool whole)
{
    bool goes_on = renderer->rest.any;
    if (!whole) {
        damage_add_all(&renderer->damage, &renderer->rest);
    }
    damage_begin(&renderer->rest, renderer->scene.solved_w, renderer->scene.solved_h);
    if (whole || !frame->spread || frame->time_ms == 0 || !renderer->gpu->slow) {
        return;
    }
    int64_t most = lesser_share(renderer, SPREAD_SHARE, SPREAD_MOST);
    if (goes_on ||
        damage_area(&renderer->damage) > lesser_share(renderer, AT_ONCE_SHARE, AT_ONCE_MOST)) {
        damage_leave(&renderer->damage, goes_on ? most : most / 2, &renderer->rest,
                     &renderer->rest_row);
    }
}

/* Draws what changed into the canvas; true where any pixel of it did. */
static bool
draw_canvas(struct renderer *renderer, const struct renderer_frame *frame)
{
    bool whole = renderer->all_damaged;
    renderer->last_ms = frame->last_ms;
    fill_lists(renderer, frame);
    fill_tip(renderer, frame);
    spread(renderer, frame, whole);
    renderer->time_ms = frame->time_ms;
    renderer->still = frame->still || renderer->scene.still;
    if (renderer_probe_differs(renderer, frame)) {
        damage_add(&renderer->damage, renderer_probe_box);
    }
    if (!renderer->damage.any) {
        return false;
    }
    if (frame->probe) { /* they count frames */
        damage_add(&renderer->damage, renderer_probe_box);
    }
    damage_boxes(&renderer->damage);
    renderer_panes_add(renderer, &renderer->damage);
    renderer->frames++;
    renderer->probe_shown = frame->probe;
    renderer->probe_bits = frame->probe ? renderer_probe_bits(renderer, frame) : 0;
    renderer_repaint(renderer);
    return true;
}

bool
renderer_draw(struct renderer *renderer, const struct renderer_frame *frame)
{
    if (!renderer->has_scene) {
        return false;
    }
    bool changed = draw_canvas(renderer, frame);
    bool all = renderer_cross(renderer, frame);
    all = renderer_wander(renderer, frame) || all;
    if (all) {
        renderer_expose(renderer);
    }
    return changed || all;
}

void
renderer_size(const struct renderer *renderer, int *width_px, int *height_px)
{
    *width_px = renderer->has_scene ? renderer->scene.solved_w : 0;
    *height_px = renderer->has_scene ? renderer->scene.solved_h : 0;
}

int
renderer_max_size(const struct renderer *renderer)
{
    return renderer->gpu->max_size;
}

void
renderer_left_out(struct renderer *renderer, struct buf *out)
{
    struct left_out news;
    for (int i = 0; renderer->has_scene && i < renderer->scene.panels_count; i++) {
        struct layer *layer = &renderer->layers[i];
        if (left_out_add(&layer->left_out, layer->shown, &news)) {
            left_out_tell(&news, &renderer->scene, i, out);
        }
    }
}

void
renderer_dump_lists(struct renderer *renderer, struct buf *out)
{
    for (int i = 0; renderer->has_scene && i < renderer->scene.panels_count; i++) {
        const struct panel *panel = &renderer->scene.panels[i];
        const struct layer *layer = &renderer->layers[i];
        if (panel->rect.w <= 0 || panel->rect.h <= 0) {
            continue; /* left out on this canvas */
        }
        buf_printf(out, "# %s %d %d %d %d\n", panel->id, panel->rect.x, panel->rect.y,
                   panel->rect.w, panel->rect.h);
        if (layer->ground_list) {
            buf_printf(out, "# %s, ground\n", panel->id);
            draw_dump(layer->ground_list, out);
            if (layer->dotted.id) {
                buf_printf(out, "# %s, dots\n", panel->id);
                renderer_list_dots(renderer, i, renderer->dots_list);
                draw_dump(renderer->dots_list, out);
            }
            buf_printf(out, "# %s, over it\n", panel->id);
        }
        draw_dump(layer->shown, out);
    }
    if (!draw_is_empty(renderer->tip)) {
        buf_printf(out, "# tip 0 0 %d %d\n", renderer->scene.solved_w, renderer->scene.solved_h);
        draw_dump(renderer->tip, out);
    }
}

const char *
renderer_describe(const struct renderer *renderer)
{
    return renderer->gpu->describe;
}

unsigned long
renderer_faults(const struct renderer *renderer)
{
    return renderer->gpu->faults + brush_faults(renderer->brush) + text_missing(renderer->text);
}

const struct renderer_figure *
renderer_figures(const struct renderer *renderer, size_t *count)
{
    *count = renderer->record.count;
    return renderer->record.figures;
}

#include "render/renderer.h"

#include "render/brush.h"
#include "render/damage.h"
#include "render/map/map.h"
#include "render/motion.h"
#include "render/paint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_CELLS 34
#define PROBE_CELL_PX 4

#define WANDER_PX 2.0
#define PRESENTS 2 /* how many are looked back on: framebuffers of up to one more are made good */

/* One scene going over into another. */
struct crossing {
    struct gpu_target from, glass; /* what was left; both as they are shown now. 0 = none */
    int64_t begun_ms;              /* 0 = with the next frame */
    bool shown;                    /* the glass holds what is to be presented */
};

/* What panels look different for, but for motion. */
struct inputs {
    bool snapshot, connected, in_sync, stale, live;
    uint64_t version;
    int64_t second, age_s, offset_ms;
    char reason[sizeof((struct renderer_feed *)0)->reason];
};

/* One kept layer: what a panel shows, and for a map the ground under it. */
struct layer {
    struct draw_list *shown;  /* what the canvas shows, after this frame's drawing */
    struct draw_list *before; /* what it showed before that */
    struct map *map;
    struct draw_list *ground_list;
    struct gpu_target ground; /* the panel's rectangle; painted once a scene */
    struct brush_span span;   /* in this frame's round */
    bool bottom;              /* a map that lies on no other panel */
};

#define PARTS (DAMAGE_BOXES * 3)

struct part {
    struct gpu_box box;
    int map; /* panel of the map that is at the bottom of it; -1 = the ground's colour */
};

struct parts {
    struct part at[PARTS];
    int count;
};

struct renderer {
    struct gpu *gpu;
    struct text *text;
    struct brush *brush;
    struct theme theme;
    struct scene scene;
    bool has_scene;
    struct gpu_target canvas;
    struct layer layers[SCENE_PANELS];
    struct paint_record record;
    struct damage damage;          /* what the last draw repainted */
    struct damage unshown;         /* what was repainted since the last present */
    struct damage shown[PRESENTS]; /* and before each of the last presents, the last one first */
    struct damage present;         /* scratch */
    bool present_all;              /* the window may hold anything */
    int window_w, window_h;        /* at the last present */
    struct parts parts; /* what the last draw repainted, in parts that lie on one map or on none */
    struct draw_list *under; /* the ground's colour under those on none */
    struct shapes scratch;   /* for finding it */
    bool all_damaged;
    struct motion *motion;
    struct crossing crossing;
    struct inputs inputs;
    int64_t time_ms;        /* of the last frame */
    bool still;             /* that one, or the scene */
    int wander_x, wander_y; /* of the last frame; canvas pixels */
    uint64_t frames;        /* drawn with a change, so: to be presented */
    bool probe_shown;
    uint64_t probe_bits;
    char describe[400]; /* after renderer_try_out */
};

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
    for (int i = 0; i < SCENE_PANELS; i++) {
        renderer->layers[i].before = draw_create();
        renderer->layers[i].shown = draw_create();
    }
    return renderer;
}

static void
end_crossing(struct renderer *renderer)
{
    renderer->gpu->target_destroy(renderer->gpu, renderer->crossing.from);
    renderer->gpu->target_destroy(renderer->gpu, renderer->crossing.glass);
    renderer->crossing = (struct crossing){.from = {0}};
}

/* Keeps what is on the glass, to cross from there. Another size is another wall: a cut. */
static void
begin_crossing(struct renderer *renderer, const struct scene *next)
{
    struct crossing *crossing = &renderer->crossing;
    bool same_size = renderer->has_scene && renderer->scene.solved_w == next->solved_w &&
                     renderer->scene.solved_h == next->solved_h;
    if (!same_size || next->still || renderer->still || renderer->time_ms == 0) {
        end_crossing(renderer);
        return;
    }
    struct gpu_target from = renderer->canvas;
    if (crossing->shown) {
        from = crossing->glass;
        crossing->glass = (struct gpu_target){0};
    } else {
        renderer->canvas = (struct gpu_target){0};
    }
    end_crossing(renderer);
    crossing->from = from;
}

static void
forget_scene(struct renderer *renderer)
{
    for (int i = 0; i < SCENE_PANELS; i++) {
        struct layer *layer = &renderer->layers[i];
        map_destroy(layer->map);
        draw_destroy(layer->ground_list);
        renderer->gpu->target_destroy(renderer->gpu, layer->ground);
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
        end_crossing(renderer);
        forget_scene(renderer);
    }
    for (int i = 0; i < SCENE_PANELS; i++) {
        draw_destroy(renderer->layers[i].before);
        draw_destroy(renderer->layers[i].shown);
    }
    brush_destroy(renderer->brush);
    text_destroy(renderer->text);
    motion_destroy(renderer->motion);
    draw_destroy(renderer->under);
    if (renderer->gpu) {
        renderer->gpu->destroy(renderer->gpu);
    }
    shapes_free(&renderer->scratch);
    free(renderer->record.figures);
    free(renderer);
}

static struct gpu_box
box_of(struct panel_rect rect)
{
    return (struct gpu_box){rect.x, rect.y, rect.x + rect.w, rect.y + rect.h};
}

static struct paint
paint_for(struct renderer *renderer, int index, struct draw_list *list,
          const struct renderer_frame *frame)
{
    return (struct paint){
        .list = list,
        .text = renderer->text,
        .theme = &renderer->theme,
        .scene = &renderer->scene,
        .panel = &renderer->scene.panels[index],
        .panel_index = index,
        .frame = frame,
        .map = renderer->layers[index].map,
        .record = frame->time_ms == 0 ? &renderer->record : NULL,
        .motion =
            frame->time_ms == 0 || frame->still || renderer->scene.still ? NULL : renderer->motion,
        .unit = (float)renderer->scene.unit,
    };
}

/* The map's ground into a picture of its own: it changes with the scene alone. */
static void
paint_ground(struct renderer *renderer, int index)
{
    static const struct renderer_frame no_frame = {0};
    struct gpu *gpu = renderer->gpu;
    struct layer *layer = &renderer->layers[index];
    const struct panel *panel = &renderer->scene.panels[index];
    struct panel_rect r = panel->rect;
    layer->ground_list = draw_create();
    struct paint paint = paint_for(renderer, index, layer->ground_list, &no_frame);
    paint.record = NULL;
    draw_clip(layer->ground_list, r);
    if (panel->framed) {
        draw_rect(layer->ground_list, (float)r.x, (float)r.y, (float)r.w, (float)r.h,
                  (float)paint_px(&paint, 6), renderer->theme.colours[THEME_PANEL]);
    }
    paint_map_ground(&paint);
    draw_unclip(layer->ground_list);

    layer->ground = gpu->target_create(gpu, r.w, r.h);
    struct gpu_box whole = box_of(r);
    brush_begin(renderer->brush);
    layer->span = brush_add(renderer->brush, layer->ground_list, &whole, 1);
    brush_upload(renderer->brush);
    gpu->clear(gpu, layer->ground, (struct gpu_box){0, 0, r.w, r.h},
               renderer->theme.colours[THEME_GROUND]);
    brush_paint(renderer->brush, layer->span, layer->ground, r.x, r.y);
}

static bool
is_bottom(const struct scene *scene, int panel)
{
    for (int i = 0; i < panel; i++) {
        if (damage_meet(box_of(scene->panels[i].rect), box_of(scene->panels[panel].rect))) {
            return false;
        }
    }
    return true;
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
    renderer->has_scene = renderer->all_damaged = renderer->present_all = true;
    renderer->probe_shown = false;
    damage_begin(&renderer->unshown, scene->solved_w, scene->solved_h);
    renderer->canvas =
        renderer->gpu->target_create(renderer->gpu, scene->solved_w, scene->solved_h);
    for (int i = 0; i < scene->panels_count; i++) {
        renderer->layers[i].map = maps[i];
        if (maps[i]) {
            paint_ground(renderer, i);
            renderer->layers[i].bottom = renderer->layers[i].ground.id && is_bottom(scene, i);
        }
    }
    return true;
}

static struct gpu_box
canvas_box(const struct renderer *renderer)
{
    return (struct gpu_box){0, 0, renderer->scene.solved_w, renderer->scene.solved_h};
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
    inputs.stale = feed->stale;
    inputs.live = feed->live;
    /* A moment of the past does not run on by itself: each is a picture of its own. */
    inputs.second = feed->live ? frame->moment_ms / 1000 : frame->moment_ms;
    inputs.age_s = feed->age_ms / 1000;
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
    damage_begin(&renderer->damage, renderer->scene.solved_w, renderer->scene.solved_h);
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        struct layer *layer = &renderer->layers[i];
        struct draw_list *before = layer->shown;
        if (!all && !may_differ(renderer, i, frame)) {
            continue;
        }
        if (frame->time_ms != 0) {
            motion_begin(renderer->motion, i, frame->time_ms);
        }
        layer->shown = layer->before;
        layer->before = before; /* kept for the comparison, written over in the next frame */
        struct paint paint = paint_for(renderer, i, layer->shown, frame);
        draw_clear(layer->shown);
        paint_panel(&paint);
        if (!renderer->all_damaged && draw_hash(layer->shown) != draw_hash(before)) {
            damage_add_difference(&renderer->damage, before, layer->shown, renderer->text,
                                  &renderer->scratch);
        }
    }
    if (renderer->all_damaged) {
        damage_add(&renderer->damage, canvas_box(renderer));
        renderer->all_damaged = false;
    }
}

static void
add_part(struct parts *parts, struct gpu_box box, int map)
{
    if (box.x1 > box.x0 && box.y1 > box.y0) {
        parts->at[parts->count++] = (struct part){box, map};
    }
}

/* Splits the damage along the edges of the maps that lie at the bottom: under them nothing needs to
 * be painted. Where that makes too many parts, maps are painted over like anything else. */
static void
find_parts(struct renderer *renderer)
{
    struct parts *parts = &renderer->parts;
    parts->count = 0;
    for (int i = 0; i < renderer->damage.count; i++) {
        add_part(parts, renderer->damage.boxes[i], -1);
    }
    for (int m = 0; m < renderer->scene.panels_count; m++) {
        struct gpu_box map = box_of(renderer->scene.panels[m].rect);
        for (int i = 0, end = parts->count; renderer->layers[m].bottom && i < end; i++) {
            struct gpu_box box = parts->at[i].box, on = damage_common(box, map);
            if (parts->at[i].map >= 0 || on.x1 <= on.x0 || on.y1 <= on.y0 ||
                parts->count + 4 > PARTS) {
                continue;
            }
            parts->at[i] = (struct part){on, m};
            add_part(parts, (struct gpu_box){box.x0, box.y0, box.x1, on.y0}, -1);
            add_part(parts, (struct gpu_box){box.x0, on.y1, box.x1, box.y1}, -1);
            add_part(parts, (struct gpu_box){box.x0, on.y0, on.x0, on.y1}, -1);
            add_part(parts, (struct gpu_box){on.x1, on.y0, box.x1, on.y1}, -1);
        }
    }
}

/* Copies a map's ground to the parts that lie on it, or to all others that it reaches into. */
static void
copy_ground(struct renderer *renderer, int panel, bool lies_on)
{
    static struct gpu_box boxes[PARTS];
    const struct parts *parts = &renderer->parts;
    struct gpu_box own = box_of(renderer->scene.panels[panel].rect);
    int count = 0;
    for (int k = 0; k < parts->count; k++) {
        struct gpu_box part = damage_common(own, parts->at[k].box);
        if ((parts->at[k].map == panel) == lies_on && part.x1 > part.x0 && part.y1 > part.y0) {
            boxes[count++] = (struct gpu_box){part.x0 - own.x0, part.y0 - own.y0, part.x1 - own.x0,
                                              part.y1 - own.y0};
        }
    }
    renderer->gpu->copy(renderer->gpu, renderer->layers[panel].ground, boxes, count,
                        renderer->canvas, own.x0, own.y0);
}

/* The records of all that reaches into the parts, each panel's cut to what is its own of them. */
static void
add_lists(struct renderer *renderer, struct brush_span *under)
{
    static struct gpu_box boxes[PARTS];
    const struct parts *parts = &renderer->parts;
    uint32_t colour = renderer->theme.colours[THEME_GROUND];
    int count = 0;
    draw_clear(renderer->under);
    for (int i = 0; i < parts->count; i++) {
        struct gpu_box box = parts->at[i].box;
        if (parts->at[i].map < 0) {
            draw_rect(renderer->under, (float)box.x0, (float)box.y0, (float)(box.x1 - box.x0),
                      (float)(box.y1 - box.y0), 0, colour);
        }
    }
    struct gpu_box whole = canvas_box(renderer);
    *under = brush_add(renderer->brush, renderer->under, &whole, 1);
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        struct gpu_box own = box_of(renderer->scene.panels[i].rect);
        count = 0;
        for (int k = 0; k < parts->count; k++) {
            boxes[count] = damage_common(own, parts->at[k].box);
            count += boxes[count].x1 > boxes[count].x0 && boxes[count].y1 > boxes[count].y0;
        }
        renderer->layers[i].span =
            brush_add(renderer->brush, renderer->layers[i].shown, boxes, count);
    }
}

/* Repaints the parts: what is under them, then every panel in the scene's order. Copies come first
 * where they can: a software renderer finishes all it was told to draw before each. */
static void
repaint(struct renderer *renderer)
{
    struct brush_span under;
    brush_begin(renderer->brush);
    add_lists(renderer, &under);
    brush_upload(renderer->brush);
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        if (renderer->layers[i].bottom) {
            copy_ground(renderer, i, true);
        }
    }
    brush_paint(renderer->brush, under, renderer->canvas, 0, 0);
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        const struct layer *layer = &renderer->layers[i];
        if (layer->ground.id) {
            copy_ground(renderer, i, false);
        }
        brush_paint(renderer->brush, layer->span, renderer->canvas, 0, 0);
    }
}

/* The cells for measurement from outside: 0–23 cursor, 24–29 frame number, 30 a scene was drawn,
 * 31 in sync, 32 black, 33 white; least significant bits first. */
static uint64_t
probe_bits(const struct renderer *renderer, const struct renderer_frame *frame)
{
    return (frame->feed.seq & 0xffffff) | (renderer->frames & 0x3f) << 24 |
           (uint64_t)(frame->snapshot != NULL) << 30 | (uint64_t)frame->feed.in_sync << 31 |
           UINT64_C(1) << 33;
}

static const struct gpu_box probe_box = {0, 0, PROBE_CELLS *PROBE_CELL_PX, PROBE_CELL_PX};

static void
draw_probe(struct renderer *renderer, struct gpu_target target)
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
static bool
probe_differs(const struct renderer *renderer, const struct renderer_frame *frame)
{
    uint64_t counter = UINT64_C(0x3f) << 24;
    return frame->probe != renderer->probe_shown ||
           (frame->probe && ((probe_bits(renderer, frame) ^ renderer->probe_bits) & ~counter) != 0);
}

/* A slow figure of eight: each axis goes to and fro in its own time, a pixel every few minutes. */
static bool
wander(struct renderer *renderer, const struct renderer_frame *frame)
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
static bool
cross(struct renderer *renderer, const struct renderer_frame *frame)
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
        end_crossing(renderer);
        return true;
    }
    if (!crossing->glass.id) {
        crossing->glass =
            gpu->target_create(gpu, renderer->scene.solved_w, renderer->scene.solved_h);
    }
    if (!crossing->glass.id) { /* no memory for it: a cut */
        end_crossing(renderer);
        return true;
    }
    double part = motion_ease_both((double)passed / MOTION_SCENE_MS);
    struct gpu_box whole = canvas_box(renderer);
    gpu->copy(gpu, renderer->canvas, &whole, 1, crossing->glass, 0, 0);
    gpu->blend(gpu, crossing->from, crossing->glass, (float)(1 - part));
    if (frame->probe) {
        draw_probe(renderer, crossing->glass);
    }
    crossing->shown = true;
    return true;
}

static struct gpu_target
shown_target(const struct renderer *renderer)
{
    return renderer->crossing.shown ? renderer->crossing.glass : renderer->canvas;
}

int64_t
renderer_due_ms(const struct renderer *renderer)
{
    bool moves = renderer->has_scene && renderer->time_ms != 0 && !renderer->still;
    int64_t due = moves ? motion_next_ms(renderer->motion) : MOTION_NEVER;
    return renderer->crossing.from.id ? renderer->time_ms + 1 : due;
}

/* Draws what changed into the canvas; true where any pixel of it did. */
static bool
draw_canvas(struct renderer *renderer, const struct renderer_frame *frame)
{
    fill_lists(renderer, frame);
    renderer->time_ms = frame->time_ms;
    renderer->still = frame->still || renderer->scene.still;
    if (probe_differs(renderer, frame)) {
        damage_add(&renderer->damage, probe_box);
    }
    if (!renderer->damage.any) {
        return false;
    }
    if (frame->probe) { /* they count frames */
        damage_add(&renderer->damage, probe_box);
    }
    damage_boxes(&renderer->damage);
    damage_add_all(&renderer->unshown, &renderer->damage);
    find_parts(renderer);
    repaint(renderer);
    renderer->frames++;
    renderer->probe_shown = frame->probe;
    if (frame->probe) {
        renderer->probe_bits = probe_bits(renderer, frame);
        draw_probe(renderer, renderer->canvas);
    }
    return true;
}

bool
renderer_draw(struct renderer *renderer, const struct renderer_frame *frame)
{
    if (!renderer->has_scene) {
        return false;
    }
    bool changed = draw_canvas(renderer, frame);
    bool all = cross(renderer, frame);
    all = wander(renderer, frame) || all;
    renderer->present_all = renderer->present_all || all;
    return changed || all;
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

/* What of the canvas the window lacks: what changed since the picture that its framebuffer holds.
 */
static bool
find_lacking(struct renderer *renderer, bool whole)
{
    int age = whole ? 0 : renderer->gpu->window_age(renderer->gpu);
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

/* This present is done: what it brought is what the framebuffers before it lack. */
static void
note_present(struct renderer *renderer, bool whole)
{
    int w = renderer->scene.solved_w, h = renderer->scene.solved_h;
    for (int i = PRESENTS - 1; i > 0; i--) {
        renderer->shown[i] = renderer->shown[i - 1];
    }
    renderer->shown[0] = renderer->unshown;
    if (whole) {
        damage_begin(&renderer->shown[0], w, h);
        damage_add(&renderer->shown[0], canvas_box(renderer));
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
    bool whole = renderer->present_all || scaled || renderer->crossing.shown ||
                 width_px != renderer->window_w || height_px != renderer->window_h;
    gpu->window_size(gpu, width_px, height_px);
    renderer->window_w = width_px;
    renderer->window_h = height_px;
    box.x0 += renderer->wander_x;
    box.x1 += renderer->wander_x;
    box.y0 += renderer->wander_y;
    box.y1 += renderer->wander_y;
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
        draw_probe(renderer, window); /* the cells keep their place and size in the window */
    }
    note_present(renderer, whole);
}

void
renderer_expose(struct renderer *renderer)
{
    renderer->present_all = true;
}

void
renderer_try_out(struct renderer *renderer, int width_px, int height_px,
                 const struct renderer_trial *trial)
{
    struct gpu_trial to_gpu = {trial->swap, trial->user, trial->now_ns};
    renderer->gpu->window_size(renderer->gpu, width_px, height_px);
    renderer->gpu->try_out(renderer->gpu, &to_gpu);
    renderer->present_all = true;
    snprintf(renderer->describe, sizeof renderer->describe, "%s; canvas to %d px, %s, window %s",
             renderer->gpu->describe, renderer->gpu->max_size,
             renderer->gpu->slow ? "slow pixels" : "quick pixels",
             renderer->gpu->window_age(renderer->gpu) > 0 ? "updated in parts" : "presented whole");
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

void
renderer_size(const struct renderer *renderer, int *width_px, int *height_px)
{
    *width_px = renderer->has_scene ? renderer->scene.solved_w : 0;
    *height_px = renderer->has_scene ? renderer->scene.solved_h : 0;
}

void
renderer_dump_lists(const struct renderer *renderer, struct buf *out)
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
            buf_printf(out, "# %s, over it\n", panel->id);
        }
        draw_dump(layer->shown, out);
    }
}

const char *
renderer_describe(const struct renderer *renderer)
{
    return *renderer->describe ? renderer->describe : renderer->gpu->describe;
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

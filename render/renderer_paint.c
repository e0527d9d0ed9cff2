/* Which lists and kept pictures are painted where: the parts of the canvas that changed. */
#include "render/renderer_inside.h"

#include <string.h>

struct gpu_box
renderer_box_of(struct panel_rect rect)
{
    return (struct gpu_box){rect.x, rect.y, rect.x + rect.w, rect.y + rect.h};
}

struct gpu_box
renderer_canvas_box(const struct renderer *renderer)
{
    return (struct gpu_box){0, 0, renderer->scene.solved_w, renderer->scene.solved_h};
}

struct paint
renderer_paint_for(struct renderer *renderer, int index, struct draw_list *list,
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
        .points = renderer->layers[index].dotted.id ? renderer->layers[index].points : NULL,
        .record = frame->time_ms == 0 ? &renderer->record : NULL,
        .motion =
            frame->time_ms == 0 || frame->still || renderer->scene.still ? NULL : renderer->motion,
        .unit = (float)renderer->scene.unit,
    };
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
        struct gpu_box map = renderer_box_of(renderer->scene.panels[m].rect);
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

/* Copies a map's kept picture to the parts that lie on it, or to all others that it reaches into.
 */
static void
copy_ground(struct renderer *renderer, int panel, bool lies_on)
{
    static struct gpu_box boxes[PARTS];
    const struct parts *parts = &renderer->parts;
    struct gpu_box own = renderer_box_of(renderer->scene.panels[panel].rect);
    int count = 0;
    for (int k = 0; k < parts->count; k++) {
        struct gpu_box part = damage_common(own, parts->at[k].box);
        if ((parts->at[k].map == panel) == lies_on && part.x1 > part.x0 && part.y1 > part.y0) {
            boxes[count++] = (struct gpu_box){part.x0 - own.x0, part.y0 - own.y0, part.x1 - own.x0,
                                              part.y1 - own.y0};
        }
    }
    const struct layer *layer = &renderer->layers[panel];
    renderer->gpu->copy(renderer->gpu, layer->dotted.id ? layer->dotted : layer->ground, boxes,
                        count, renderer->canvas, own.x0, own.y0);
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
    struct gpu_box whole = renderer_canvas_box(renderer);
    *under = brush_add(renderer->brush, renderer->under, &whole, 1);
    for (int i = 0; i < renderer->scene.panels_count; i++) {
        struct gpu_box own = renderer_box_of(renderer->scene.panels[i].rect);
        count = 0;
        for (int k = 0; k < parts->count; k++) {
            boxes[count] = damage_common(own, parts->at[k].box);
            count += boxes[count].x1 > boxes[count].x0 && boxes[count].y1 > boxes[count].y0;
        }
        renderer->layers[i].span =
            brush_add(renderer->brush, renderer->layers[i].shown, boxes, count);
    }
    for (count = 0; count < parts->count; count++) {
        boxes[count] = parts->at[count].box;
    }
    renderer->tip_span = brush_add(renderer->brush, renderer->tip, boxes, count);
    draw_clear(renderer->cells);
    if (renderer->probe_shown) {
        renderer_list_probe(renderer, renderer->cells);
    }
    renderer->cells_span = brush_add(renderer->brush, renderer->cells, &renderer_probe_box, 1);
}

/* Repaints the parts: what is under them, then every panel in the scene's order. Copies come first
 * where they can: a software renderer finishes all it was told to draw before each. */
void
renderer_repaint(struct renderer *renderer)
{
    struct brush_span under;
    find_parts(renderer);
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
        if (layer->map) {
            copy_ground(renderer, i, false);
        }
        brush_paint(renderer->brush, layer->span, renderer->canvas, 0, 0);
    }
    brush_paint(renderer->brush, renderer->tip_span, renderer->canvas, 0, 0);
    brush_paint(renderer->brush, renderer->cells_span, renderer->canvas, 0, 0);
}

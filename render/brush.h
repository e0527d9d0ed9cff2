/* brush: paints draw lists into targets: the shaders, the glyph texture and the record buffers.
 *
 * Owns those GPU resources and the records of the lists added in this round. Main thread. A round:
 * brush_begin, brush_add for each list, brush_upload, then brush_paint for each. */
#ifndef RENDER_BRUSH_H
#define RENDER_BRUSH_H

#include "render/draw.h"
#include "render/gpu.h"

struct brush;

/* A list's share of the round. */
struct brush_span {
    size_t first, count;
};

/* Reads the shaders from the assets; NULL and err where one is missing. The GPU and the text must
 * outlive the brush. */
struct brush *brush_create(struct gpu *gpu, struct text *text, struct err *err);
void brush_destroy(struct brush *brush); /* NULL-safe */
/* Goes on with another GPU; what it had on the one before is gone already. false and err: nothing
 * is drawn until it is tried again. */
bool brush_rebuild(struct brush *brush, struct gpu *gpu, struct err *err);

void brush_begin(struct brush *brush);
/* What of the list lies in the boxes (canvas pixels), which do not meet: however many they are, it
 * is painted with as many draws as the list alone. */
struct brush_span brush_add(struct brush *brush, const struct draw_list *list,
                            const struct gpu_box *boxes, int boxes_count);
void brush_upload(struct brush *brush);
/* Paints into a target whose top left lies at origin_x, origin_y on the canvas. */
void brush_paint(struct brush *brush, struct brush_span span, struct gpu_target target,
                 int origin_x, int origin_y);
/* Glyphs that could not be drawn. */
unsigned long brush_faults(const struct brush *brush);

#endif

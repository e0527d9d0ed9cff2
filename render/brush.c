#include "render/brush.h"

#include "render/shapes.h"
#include "render/text/line.h"
#include "wall/base/file.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHADER_MAX_BYTES 65536

enum { RECORDS, TRIANGLES, PIPELINES };

struct brush {
    struct gpu *gpu;
    struct text *text;
    struct shapes shapes;
    struct gpu_program programs[PIPELINES];
    struct gpu_buffer buffers[PIPELINES];
    struct gpu_texture atlas;
};

static const struct gpu_attribute record_attributes[] = {
    {GPU_SHORT, 4, offsetof(struct shapes_record, box)},
    {GPU_FLOAT, 4, offsetof(struct shapes_record, p)},
    {GPU_FLOAT, 4, offsetof(struct shapes_record, q)},
    {GPU_UNORM8, 4, offsetof(struct shapes_record, colour)},
    {GPU_UNORM8, 4, offsetof(struct shapes_record, colour2)},
    {GPU_USHORT, 2, offsetof(struct shapes_record, kind)},
};
static const struct gpu_attribute vertex_attributes[] = {
    {GPU_FLOAT, 2, offsetof(struct shapes_vertex, x)},
    {GPU_UNORM8, 4, offsetof(struct shapes_vertex, colour)},
};

static bool
read_shader(const char *name, struct buf *out, struct err *err)
{
    char path[1024];
    if (!file_find_asset(name, path, sizeof path)) {
        return err_set(err, "%s is missing: install the assets or set WALLBOARD_ASSETS", name);
    }
    return file_read(path, SHADER_MAX_BYTES, out, err);
}

static bool
make_program(struct brush *brush, int pipeline, const char *name, struct err *err)
{
    char vertex_name[64], fragment_name[64];
    struct buf vertex = {0}, fragment = {0};
    snprintf(vertex_name, sizeof vertex_name, "shaders/%s.vert.glsl", name);
    snprintf(fragment_name, sizeof fragment_name, "shaders/%s.frag.glsl", name);
    bool records = pipeline == RECORDS;
    bool ok = read_shader(vertex_name, &vertex, err) && read_shader(fragment_name, &fragment, err);
    if (ok) {
        struct gpu_program_desc desc = {
            .name = name,
            .vertex = buf_str(&vertex),
            .fragment = buf_str(&fragment),
            .attributes = records ? record_attributes : vertex_attributes,
            .attributes_count = records ? 6 : 2,
            .stride = records ? sizeof(struct shapes_record) : sizeof(struct shapes_vertex),
            .instanced = records,
        };
        brush->programs[pipeline] = brush->gpu->program_create(brush->gpu, &desc);
        brush->buffers[pipeline] = brush->gpu->buffer_create(brush->gpu);
    }
    buf_free(&vertex);
    buf_free(&fragment);
    return ok;
}

struct brush *
brush_create(struct gpu *gpu, struct text *text, struct err *err)
{
    struct brush *brush = calloc(1, sizeof *brush);
    if (!brush) {
        abort();
    }
    brush->gpu = gpu;
    brush->text = text;
    if (!make_program(brush, RECORDS, "shape", err) ||
        !make_program(brush, TRIANGLES, "triangle", err)) {
        brush_destroy(brush);
        return NULL;
    }
    brush->atlas = gpu->texture_create(gpu, ATLAS_SIZE, ATLAS_SIZE, ATLAS_PAGES);
    atlas_touch(glyphs_atlas(line_glyphs(text)));
    return brush;
}

void
brush_destroy(struct brush *brush)
{
    if (!brush) {
        return;
    }
    struct gpu *gpu = brush->gpu;
    for (int i = 0; i < PIPELINES; i++) {
        gpu->program_destroy(gpu, brush->programs[i]);
        gpu->buffer_destroy(gpu, brush->buffers[i]);
    }
    gpu->texture_destroy(gpu, brush->atlas);
    shapes_free(&brush->shapes);
    free(brush);
}

void
brush_begin(struct brush *brush)
{
    shapes_clear(&brush->shapes);
    glyphs_frame(line_glyphs(brush->text));
}

struct brush_span
brush_add(struct brush *brush, const struct draw_list *list)
{
    struct brush_span span = {brush->shapes.batches_count, 0};
    shapes_add(&brush->shapes, list, brush->text);
    span.count = brush->shapes.batches_count - span.first;
    return span;
}

static void
upload_rows(void *user, int page, int y, int h, const uint8_t *rows)
{
    struct brush *brush = user;
    brush->gpu->texture_upload(brush->gpu, brush->atlas, page, 0, y, ATLAS_SIZE, h, rows);
}

void
brush_upload(struct brush *brush)
{
    const struct shapes *shapes = &brush->shapes;
    struct gpu *gpu = brush->gpu;
    atlas_flush(glyphs_atlas(line_glyphs(brush->text)), upload_rows, brush);
    gpu->buffer_upload(gpu, brush->buffers[RECORDS], shapes->records,
                       shapes->records_count * sizeof *shapes->records);
    gpu->buffer_upload(gpu, brush->buffers[TRIANGLES], shapes->vertices,
                       shapes->vertices_count * sizeof *shapes->vertices);
}

static int
greater(int a, int b)
{
    return a > b ? a : b;
}

static int
less(int a, int b)
{
    return a < b ? a : b;
}

void
brush_paint(struct brush *brush, struct brush_span span, struct gpu_target target,
            struct gpu_box box, int origin_x, int origin_y)
{
    for (size_t i = span.first; i < span.first + span.count; i++) {
        const struct shapes_batch *batch = &brush->shapes.batches[i];
        int pipeline = batch->triangles ? TRIANGLES : RECORDS;
        struct gpu_box scissor = box;
        if (batch->triangles) {
            scissor.x0 = greater(box.x0, batch->clip.x0);
            scissor.y0 = greater(box.y0, batch->clip.y0);
            scissor.x1 = less(box.x1, batch->clip.x1);
            scissor.y1 = less(box.y1, batch->clip.y1);
        }
        struct gpu_draw draw = {
            .target = target,
            .program = brush->programs[pipeline],
            .buffer = brush->buffers[pipeline],
            .texture = brush->atlas,
            .first = batch->first,
            .count = batch->count,
            .scissor = {scissor.x0 - origin_x, scissor.y0 - origin_y, scissor.x1 - origin_x,
                        scissor.y1 - origin_y},
            .origin_x = origin_x,
            .origin_y = origin_y,
        };
        brush->gpu->draw(brush->gpu, &draw);
    }
}

unsigned long
brush_faults(const struct brush *brush)
{
    return glyphs_faults(line_glyphs(brush->text));
}

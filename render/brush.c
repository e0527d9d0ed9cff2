#include "render/brush.h"

#include "render/shapes.h"
#include "render/text/line.h"
#include "wall/base/file.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHADER_MAX_BYTES 65536

enum { RECORDS, VERTICES, BUFFERS };

struct brush {
    struct gpu *gpu;
    struct text *text;
    struct shapes shapes;
    struct draw_box *regions; /* of the list that is being added */
    size_t regions_cap;
    struct gpu_program programs[SHAPES_PIPELINE_COUNT]; /* none for fills */
    struct gpu_buffer buffers[BUFFERS];
    struct gpu_texture atlas;
    int atlas_pages; /* the texture's layers: it grows with the atlas, a page costs 1 MiB twice */
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
make_program(struct brush *brush, enum shapes_pipeline pipeline, struct err *err)
{
    static const struct {
        const char *file, *define; /* the define chooses the part of a shared shader */
    } sources[SHAPES_PIPELINE_COUNT] = {
        [SHAPES_FLATS] = {"shape", "#define FLATS\n"},
        [SHAPES_BOXES] = {"shape", "#define BOXES\n"},
        [SHAPES_CURVES] = {"shape", "#define CURVES\n"},
        [SHAPES_DISCS] = {"shape", "#define DISCS\n"},
        [SHAPES_GLYPHS] = {"shape", "#define GLYPHS\n"},
        [SHAPES_TRIANGLES] = {"triangle", ""},
    };
    char vertex_name[64], fragment_name[64];
    struct buf vertex = {0}, fragment = {0}, whole = {0};
    snprintf(vertex_name, sizeof vertex_name, "shaders/%s.vert.glsl", sources[pipeline].file);
    snprintf(fragment_name, sizeof fragment_name, "shaders/%s.frag.glsl", sources[pipeline].file);
    bool records = pipeline != SHAPES_TRIANGLES;
    bool ok = read_shader(vertex_name, &vertex, err) && read_shader(fragment_name, &fragment, err);
    if (ok) {
        buf_printf(&whole, "%s#line 1\n", sources[pipeline].define);
        buf_add_str(&whole, buf_str(&fragment));
        struct gpu_program_desc desc = {
            .name = fragment_name,
            .vertex = buf_str(&vertex),
            .fragment = buf_str(&whole),
            .attributes = records ? record_attributes : vertex_attributes,
            .attributes_count = records ? 6 : 2,
            .stride = records ? sizeof(struct shapes_record) : sizeof(struct shapes_vertex),
            .instanced = records,
        };
        brush->programs[pipeline] = brush->gpu->program_create(brush->gpu, &desc);
    }
    buf_free(&vertex);
    buf_free(&fragment);
    buf_free(&whole);
    return ok;
}

bool
brush_rebuild(struct brush *brush, struct gpu *gpu, struct err *err)
{
    struct gpu *before = brush->gpu;
    brush->gpu = gpu;
    brush->atlas = (struct gpu_texture){0};
    brush->atlas_pages = 0; /* the next round uploads all of it */
    memset(brush->programs, 0, sizeof brush->programs);
    for (int i = 0; i < BUFFERS; i++) {
        brush->buffers[i] = gpu->buffer_create(gpu);
    }
    for (int pipeline = SHAPES_FLATS; pipeline < SHAPES_PIPELINE_COUNT; pipeline++) {
        if (!make_program(brush, (enum shapes_pipeline)pipeline, err)) {
            memset(brush->programs, 0, sizeof brush->programs);
            memset(brush->buffers, 0, sizeof brush->buffers);
            brush->gpu = before;
            return false;
        }
    }
    return true;
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
    if (!brush_rebuild(brush, gpu, err)) {
        brush_destroy(brush);
        return NULL;
    }
    return brush;
}

void
brush_destroy(struct brush *brush)
{
    if (!brush) {
        return;
    }
    struct gpu *gpu = brush->gpu;
    for (int i = 0; i < SHAPES_PIPELINE_COUNT; i++) {
        gpu->program_destroy(gpu, brush->programs[i]);
    }
    for (int i = 0; i < BUFFERS; i++) {
        gpu->buffer_destroy(gpu, brush->buffers[i]);
    }
    gpu->texture_destroy(gpu, brush->atlas);
    shapes_free(&brush->shapes);
    free(brush->regions);
    free(brush);
}

void
brush_begin(struct brush *brush)
{
    shapes_clear(&brush->shapes);
    glyphs_frame(line_glyphs(brush->text));
}

static int16_t
narrow(int value)
{
    return (int16_t)(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

struct brush_span
brush_add(struct brush *brush, const struct draw_list *list, const struct gpu_box *boxes,
          int boxes_count)
{
    struct brush_span span = {brush->shapes.batches_count, 0};
    if (boxes_count <= 0) {
        return span;
    }
    size_t count = (size_t)boxes_count;
    brush->regions = draw_grown(brush->regions, &brush->regions_cap, count, sizeof *brush->regions);
    for (size_t i = 0; i < count; i++) {
        brush->regions[i] = (struct draw_box){narrow(boxes[i].x0), narrow(boxes[i].y0),
                                              narrow(boxes[i].x1), narrow(boxes[i].y1)};
    }
    brush->shapes.regions = brush->regions;
    brush->shapes.regions_count = count;
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

static void
upload_atlas(struct brush *brush)
{
    struct atlas *atlas = glyphs_atlas(line_glyphs(brush->text));
    int pages = atlas_pages(atlas);
    if (pages > brush->atlas_pages) {
        brush->gpu->texture_destroy(brush->gpu, brush->atlas);
        brush->atlas = brush->gpu->texture_create(brush->gpu, ATLAS_SIZE, ATLAS_SIZE, pages);
        brush->atlas_pages = pages;
        atlas_touch(atlas);
    }
    atlas_flush(atlas, upload_rows, brush);
}

void
brush_upload(struct brush *brush)
{
    const struct shapes *shapes = &brush->shapes;
    struct gpu *gpu = brush->gpu;
    upload_atlas(brush);
    gpu->buffer_upload(gpu, brush->buffers[RECORDS], shapes->records,
                       shapes->records_count * sizeof *shapes->records);
    gpu->buffer_upload(gpu, brush->buffers[VERTICES], shapes->vertices,
                       shapes->vertices_count * sizeof *shapes->vertices);
}

void
brush_paint(struct brush *brush, struct brush_span span, struct gpu_target target, int origin_x,
            int origin_y)
{
    static const struct gpu_box everywhere = {0, 0, INT16_MAX, INT16_MAX};
    for (size_t i = span.first; i < span.first + span.count; i++) {
        const struct shapes_batch *batch = &brush->shapes.batches[i];
        struct gpu_box clip = {batch->clip.x0 - origin_x, batch->clip.y0 - origin_y,
                               batch->clip.x1 - origin_x, batch->clip.y1 - origin_y};
        if (batch->pipeline == SHAPES_FILLS) {
            brush->gpu->clear(brush->gpu, target, clip, batch->colour);
            continue;
        }
        bool triangles = batch->pipeline == SHAPES_TRIANGLES;
        struct gpu_draw draw = {
            .target = target,
            .program = brush->programs[batch->pipeline],
            .buffer = brush->buffers[triangles ? VERTICES : RECORDS],
            .texture = brush->atlas,
            .first = batch->first,
            .count = batch->count,
            .scissor = triangles ? clip : everywhere, /* records are cut already */
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

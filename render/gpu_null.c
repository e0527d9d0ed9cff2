#include "render/gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
null_destroy(struct gpu *gpu)
{
    free(gpu);
}

static struct gpu_texture
null_texture_create(struct gpu *gpu, int w, int h, int layers)
{
    (void)gpu, (void)w, (void)h, (void)layers;
    return (struct gpu_texture){1};
}

static void
null_texture_destroy(struct gpu *gpu, struct gpu_texture texture)
{
    (void)gpu, (void)texture;
}

static void
null_texture_upload(struct gpu *gpu, struct gpu_texture texture, int layer, int x, int y, int w,
                    int h, const uint8_t *bytes)
{
    (void)gpu, (void)texture, (void)layer, (void)x, (void)y, (void)w, (void)h, (void)bytes;
}

static struct gpu_buffer
null_buffer_create(struct gpu *gpu)
{
    (void)gpu;
    return (struct gpu_buffer){1};
}

static void
null_buffer_destroy(struct gpu *gpu, struct gpu_buffer buffer)
{
    (void)gpu, (void)buffer;
}

static void
null_buffer_upload(struct gpu *gpu, struct gpu_buffer buffer, const void *bytes, size_t size)
{
    (void)gpu, (void)buffer, (void)bytes, (void)size;
}

static struct gpu_program
null_program_create(struct gpu *gpu, const struct gpu_program_desc *desc)
{
    (void)gpu, (void)desc;
    return (struct gpu_program){1};
}

static void
null_program_destroy(struct gpu *gpu, struct gpu_program program)
{
    (void)gpu, (void)program;
}

static struct gpu_target
null_target_create(struct gpu *gpu, int w, int h)
{
    (void)gpu, (void)w, (void)h;
    return (struct gpu_target){1};
}

static void
null_target_destroy(struct gpu *gpu, struct gpu_target target)
{
    (void)gpu, (void)target;
}

static void
null_target_upload(struct gpu *gpu, struct gpu_target target, struct gpu_box box,
                   const uint8_t *rgba)
{
    (void)gpu, (void)target, (void)box, (void)rgba;
}

static void
null_clear(struct gpu *gpu, struct gpu_target target, struct gpu_box box, uint32_t colour)
{
    (void)gpu, (void)target, (void)box, (void)colour;
}

static void
null_draw(struct gpu *gpu, const struct gpu_draw *draw)
{
    (void)gpu, (void)draw;
}

static void
null_copy(struct gpu *gpu, struct gpu_target from, const struct gpu_box *boxes, int count,
          struct gpu_target to, int x, int y)
{
    (void)gpu, (void)from, (void)boxes, (void)count, (void)to, (void)x, (void)y;
}

static void
null_blend(struct gpu *gpu, struct gpu_target from, struct gpu_target to, float alpha)
{
    (void)gpu, (void)from, (void)to, (void)alpha;
}

static void
null_present(struct gpu *gpu, struct gpu_target from, struct gpu_box box)
{
    (void)gpu, (void)from, (void)box;
}

static void
null_window_size(struct gpu *gpu, int w, int h)
{
    (void)gpu, (void)w, (void)h;
}

static bool
null_lost(struct gpu *gpu)
{
    (void)gpu;
    return false;
}

static int
null_window_age(struct gpu *gpu)
{
    (void)gpu;
    return -1;
}

static bool
null_window_show(struct gpu *gpu, const struct gpu_box *boxes, int count)
{
    (void)gpu, (void)boxes, (void)count;
    return false;
}

static bool
null_read(struct gpu *gpu, struct gpu_target from, struct gpu_box box, uint8_t *rgba)
{
    (void)gpu, (void)from, (void)box, (void)rgba;
    return false; /* there are no pixels */
}

struct gpu *
gpu_create_null(void)
{
    struct gpu *gpu = calloc(1, sizeof *gpu);
    if (!gpu) {
        abort();
    }
    *gpu = (struct gpu){
        .destroy = null_destroy,
        .abandon = null_destroy,
        .lost = null_lost,
        .texture_create = null_texture_create,
        .texture_destroy = null_texture_destroy,
        .texture_upload = null_texture_upload,
        .buffer_create = null_buffer_create,
        .buffer_destroy = null_buffer_destroy,
        .buffer_upload = null_buffer_upload,
        .program_create = null_program_create,
        .program_destroy = null_program_destroy,
        .target_create = null_target_create,
        .target_destroy = null_target_destroy,
        .target_upload = null_target_upload,
        .clear = null_clear,
        .draw = null_draw,
        .copy = null_copy,
        .blend = null_blend,
        .present = null_present,
        .window_size = null_window_size,
        .window_age = null_window_age,
        .window_show = null_window_show,
        .read = null_read,
        .max_size = 16384,
    };
    snprintf(gpu->describe, sizeof gpu->describe, "no GPU: draw lists only");
    return gpu;
}

/* gpu: the few things the renderer asks of a graphics processor, behind one table of functions.
 *
 * Two back ends: gpu_gl.c (OpenGL 3.3 core or OpenGL ES 3.0; with gpu_gl_*.c all that knows GL) and
 * gpu_null.c (accepts everything, draws nothing). Main thread, with the context current. Handles
 * are small numbers; 0 is none: what could not be made draws nothing and is counted in faults, and
 * never stops the program. Pixel positions count from the top left, y down, here and in the
 * shaders. Colours given as 0xRRGGBBAA are sRGB; blending happens in linear light. */
#ifndef RENDER_GPU_H
#define RENDER_GPU_H

#include "wall/base/err.h"
#include "wall/base/str.h"

struct gpu_texture {
    uint32_t id;
};
struct gpu_buffer {
    uint32_t id;
};
struct gpu_program {
    uint32_t id;
};
/* A picture that can be drawn into. The target with id GPU_WINDOW is the window's framebuffer. */
struct gpu_target {
    uint32_t id;
};
#define GPU_WINDOW UINT32_MAX

struct gpu_box {
    int x0, y0, x1, y1; /* pixels, half-open */
};

enum gpu_type { GPU_FLOAT, GPU_SHORT, GPU_USHORT, GPU_UNORM8, GPU_TYPE_COUNT };

struct gpu_attribute {
    enum gpu_type type; /* GPU_SHORT and GPU_USHORT reach the shader as whole-numbered floats */
    int count;          /* components, 1–4 */
    uint32_t offset;    /* bytes into a record */
};
#define GPU_ATTRIBUTES 8

struct gpu_program_desc {
    const char *name;                       /* for messages */
    struct str vertex, fragment;            /* GLSL without a #version line */
    const struct gpu_attribute *attributes; /* location = index */
    int attributes_count;
    uint32_t stride; /* bytes of a record */
    /* true: four vertices a record as a strip, gl_VertexID 0–3 are the corners; false: a record a
     * vertex, triangles. */
    bool instanced;
};

struct gpu_draw {
    struct gpu_target target;
    struct gpu_program program;
    struct gpu_buffer buffer;
    struct gpu_texture texture; /* sampler "atlas"; id 0 = none */
    size_t first, count;        /* records (instances or vertices) */
    struct gpu_box scissor;     /* pixels of the target */
    int origin_x, origin_y;     /* where the target's top left lies on the canvas */
};

struct gpu {
    void (*destroy)(struct gpu *gpu);
    /* The same where the context is gone, and with it all that was made in it. */
    void (*abandon)(struct gpu *gpu);
    /* True from when the driver has lost the context: nothing is drawn any more. */
    bool (*lost)(struct gpu *gpu);

    /* An array of single-channel 8-bit pictures. */
    struct gpu_texture (*texture_create)(struct gpu *gpu, int w, int h, int layers);
    void (*texture_destroy)(struct gpu *gpu, struct gpu_texture texture);
    /* bytes: h rows of w bytes without gaps. */
    void (*texture_upload)(struct gpu *gpu, struct gpu_texture texture, int layer, int x, int y,
                           int w, int h, const uint8_t *bytes);

    struct gpu_buffer (*buffer_create)(struct gpu *gpu);
    void (*buffer_destroy)(struct gpu *gpu, struct gpu_buffer buffer);
    /* Replaces the contents; never waits for draws that still read the old ones. */
    void (*buffer_upload)(struct gpu *gpu, struct gpu_buffer buffer, const void *bytes,
                          size_t size);

    struct gpu_program (*program_create)(struct gpu *gpu, const struct gpu_program_desc *desc);
    void (*program_destroy)(struct gpu *gpu, struct gpu_program program);

    struct gpu_target (*target_create)(struct gpu *gpu, int w, int h);
    void (*target_destroy)(struct gpu *gpu, struct gpu_target target);

    /* Replaces the pixels of a box inside the target, not the window: RGBA, bottom row first, as
     * pictures lie in memory there, without gaps. */
    void (*target_upload)(struct gpu *gpu, struct gpu_target target, struct gpu_box box,
                          const uint8_t *rgba);

    void (*clear)(struct gpu *gpu, struct gpu_target target, struct gpu_box box, uint32_t colour);
    void (*draw)(struct gpu *gpu, const struct gpu_draw *draw);
    /* Copies boxes of from, which do not meet, to the same size of pixels by x, y further in to. */
    void (*copy)(struct gpu *gpu, struct gpu_target from, const struct gpu_box *boxes, int count,
                 struct gpu_target to, int x, int y);
    /* Lays the whole of from over the whole of to, scaled where the sizes differ: alpha 0–1 of it
     * is seen. Not onto the window. */
    void (*blend)(struct gpu *gpu, struct gpu_target from, struct gpu_target to, float alpha);
    /* Copies the whole target to box of the window, smoothly scaled where the sizes differ. */
    void (*present)(struct gpu *gpu, struct gpu_target from, struct gpu_box box);
    /* Size of the window's framebuffer; once a frame, before clear, copy, present, read or
     * showing of the window. */
    void (*window_size)(struct gpu *gpu, int w, int h);
    /* What the window's framebuffer holds before it is drawn, as the window system says: n > 0 =
     * what was presented n swaps ago, 0 = nothing to count on, -1 = nobody says. */
    int (*window_age)(struct gpu *gpu);
    /* Shows boxes of the window's framebuffer, inside it, in place of a swap; it keeps what it
     * holds. false: that cannot be done here, and nothing was shown. */
    bool (*window_show)(struct gpu *gpu, const struct gpu_box *boxes, int count);
    /* RGBA, top row first, 4 bytes a pixel. Waits for the GPU. */
    bool (*read)(struct gpu *gpu, struct gpu_target from, struct gpu_box box, uint8_t *rgba);

    unsigned long grown;  /* times that a buffer's storage was made larger: stands still soon */
    unsigned long faults; /* resources that failed and errors the driver reported */
    char describe[256];   /* GPU, driver, version: one line for the operator */
    int max_size;         /* greatest width or height of a target, and of the window */
    bool software;        /* a processor draws, as the driver's name says */
    /* Every pixel costs: a processor draws, or a very small GPU. false until the renderer tries it
     * out. */
    bool slow;
};

/* Needs a current context; NULL and err where it is too old. */
struct gpu *gpu_create_gl(struct err *err);
struct gpu *gpu_create_null(void);

#endif

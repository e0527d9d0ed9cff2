/* gpu_gl: the inside of the OpenGL back end, for its own files: gpu_gl.c (resources, drawing),
 * gpu_gl_stream.c (what is drawn from) and gpu_gl_copy.c (between pictures and to the window). Main
 * thread, with the context current. */
#ifndef RENDER_GPU_GL_H
#define RENDER_GPU_GL_H

#include "render/gpu.h"

#include <epoxy/gl.h>

enum { GPU_GL_TEXTURES = 8, GPU_GL_BUFFERS = 8, GPU_GL_PROGRAMS = 8, GPU_GL_TARGETS = 16 };

struct gpu_gl_program {
    GLuint name, vertex_array;
    GLint canvas; /* uniform: the target's size in pixels, its top left on the canvas */
    struct gpu_attribute attributes[GPU_ATTRIBUTES];
    int attributes_count;
    uint32_t stride;
    bool instanced;
};

struct gpu_gl_target {
    GLuint framebuffer, texture;
    int w, h;
};

/* A buffer whose contents are replaced all the time: each goes behind the one before, in storage
 * that is made anew, of the same size, where its end is reached. */
struct gpu_gl_stream {
    GLuint name;           /* 0: none */
    size_t room, next, at; /* bytes: of the storage; unused from here; the contents' first */
};

struct gpu_gl {
    struct gpu base;
    bool es;          /* OpenGL ES: sRGB targets always convert, no FRAMEBUFFER_SRGB switch */
    bool srgb_switch; /* GL_FRAMEBUFFER_SRGB can be switched */
    bool debug;       /* the driver's messages come to this one */
    bool read_bgra;   /* the order that drivers keep: several times faster to read */
    GLuint textures[GPU_GL_TEXTURES + 1]; /* index = id; [0] stays 0 */
    struct gpu_gl_stream buffers[GPU_GL_BUFFERS + 1];
    struct gpu_gl_program programs[GPU_GL_PROGRAMS + 1];
    struct gpu_gl_target targets[GPU_GL_TARGETS + 1];
    int window_w, window_h;
    bool window_srgb;                       /* the window's framebuffer is one that encodes */
    bool skip_decode;                       /* textures can be read as the bytes they are */
    GLenum(GLAPIENTRY *reset_status)(void); /* NULL: the driver does not say */
    bool is_lost;
    bool compiled, lets_go; /* shaders, since the compiler was let go; whether it can be */
    /* Made on first use, by gpu_gl_copy.c. */
    GLuint blend_program, blend_array;
    GLuint copy_programs[2], copy_array, sampler; /* as it is; encoding */
    struct gpu_gl_stream copy_buffer;
    float *copy_boxes;
    size_t copy_boxes_cap;
};

void gpu_gl_fault(struct gpu_gl *gl, const char *what);
/* Errors since the last call count as one fault of what. */
bool gpu_gl_check(struct gpu_gl *gl, const char *what);
/* 0 where it cannot be made: counted and logged. */
GLuint gpu_gl_link_program(struct gpu_gl *gl, const char *name, struct str vertex,
                           struct str fragment);
/* False where there is no such target. */
bool gpu_gl_size_of(const struct gpu_gl *gl, struct gpu_target target, GLuint *framebuffer, int *w,
                    int *h);
void gpu_gl_convert_srgb(const struct gpu_gl *gl, bool on);

/* gpu_gl_stream.c: replaces the contents (size > 0) and binds the buffer; never waits. */
void gpu_gl_stream(struct gpu_gl *gl, struct gpu_gl_stream *stream, const void *bytes, size_t size);

/* gpu_gl_copy.c */
void gpu_gl_copy(struct gpu *gpu, struct gpu_target from, const struct gpu_box *boxes, int count,
                 struct gpu_target to, int x, int y);
void gpu_gl_blend(struct gpu *gpu, struct gpu_target from, struct gpu_target to, float alpha);
void gpu_gl_present(struct gpu *gpu, struct gpu_target from, struct gpu_box box);
int gpu_gl_window_age(struct gpu *gpu);
bool gpu_gl_window_show(struct gpu *gpu, const struct gpu_box *boxes, int count);
/* What the window and the driver can do. */
void gpu_gl_look(struct gpu_gl *gl);
void gpu_gl_copy_free(struct gpu_gl *gl);

#endif

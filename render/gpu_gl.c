#include "render/gpu_gl.h"

#include "wall/base/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct log_limit fault_limit;

void
gpu_gl_fault(struct gpu_gl *gl, const char *what)
{
    gl->base.faults++;
    log_limited(&fault_limit, 10000, LOG_LEVEL_WARNING, "gpu", "%s: it is not drawn", what);
}

/* Errors since the last call count as one fault of what. */
bool
gpu_gl_check(struct gpu_gl *gl, const char *what)
{
    bool ok = true;
    for (int i = 0; i < 8 && glGetError() != GL_NO_ERROR; i++) {
        ok = false;
    }
    if (!ok) {
        gpu_gl_fault(gl, what);
    }
    return ok;
}

static void
on_message(GLenum source, GLenum type, GLuint id, GLenum severity, GLsizei length,
           const GLchar *message, const void *user)
{
    (void)source, (void)id, (void)severity, (void)length;
    struct gpu_gl *gl = (struct gpu_gl *)(uintptr_t)user;
    /* what is left is advice: how fast something is, and marks of others */
    if (type == GL_DEBUG_TYPE_ERROR || type == GL_DEBUG_TYPE_UNDEFINED_BEHAVIOR ||
        type == GL_DEBUG_TYPE_DEPRECATED_BEHAVIOR || type == GL_DEBUG_TYPE_PORTABILITY) {
        gl->base.faults++;
        log_limited(&fault_limit, 10000, LOG_LEVEL_WARNING, "gpu", "driver: %s", message);
    }
}

static uint32_t
free_id(const GLuint *names, uint32_t count)
{
    for (uint32_t id = 1; id <= count; id++) {
        if (names[id] == 0) {
            return id;
        }
    }
    return 0;
}

static struct gpu_texture
gl_texture_create(struct gpu *gpu, int w, int h, int layers)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    uint32_t id = free_id(gl->textures, GPU_GL_TEXTURES);
    if (!id) {
        gpu_gl_fault(gl, "too many textures");
        return (struct gpu_texture){0};
    }
    glGenTextures(1, &gl->textures[id]);
    glBindTexture(GL_TEXTURE_2D_ARRAY, gl->textures[id]);
    glTexImage3D(GL_TEXTURE_2D_ARRAY, 0, GL_R8, w, h, layers, 0, GL_RED, GL_UNSIGNED_BYTE, NULL);
    glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D_ARRAY, GL_TEXTURE_MAX_LEVEL, 0);
    if (!gpu_gl_check(gl, "a glyph texture cannot be made")) {
        glDeleteTextures(1, &gl->textures[id]);
        gl->textures[id] = 0;
        id = 0;
    }
    return (struct gpu_texture){id};
}

static void
gl_texture_destroy(struct gpu *gpu, struct gpu_texture texture)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (texture.id) {
        glDeleteTextures(1, &gl->textures[texture.id]);
        gl->textures[texture.id] = 0;
    }
}

static void
gl_texture_upload(struct gpu *gpu, struct gpu_texture texture, int layer, int x, int y, int w,
                  int h, const uint8_t *bytes)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (texture.id) {
        glBindTexture(GL_TEXTURE_2D_ARRAY, gl->textures[texture.id]);
        glTexSubImage3D(GL_TEXTURE_2D_ARRAY, 0, x, y, layer, w, h, 1, GL_RED, GL_UNSIGNED_BYTE,
                        bytes);
    }
}

static struct gpu_buffer
gl_buffer_create(struct gpu *gpu)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    uint32_t id = 1;
    while (id <= GPU_GL_BUFFERS && gl->buffers[id].name) {
        id++;
    }
    if (id > GPU_GL_BUFFERS) {
        gpu_gl_fault(gl, "too many buffers");
        return (struct gpu_buffer){0};
    }
    gl->buffers[id] = (struct gpu_gl_stream){0};
    glGenBuffers(1, &gl->buffers[id].name);
    return (struct gpu_buffer){id};
}

static void
gl_buffer_destroy(struct gpu *gpu, struct gpu_buffer buffer)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (buffer.id) {
        glDeleteBuffers(1, &gl->buffers[buffer.id].name);
        gl->buffers[buffer.id].name = 0;
    }
}

static void
gl_buffer_upload(struct gpu *gpu, struct gpu_buffer buffer, const void *bytes, size_t size)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (buffer.id && size > 0) {
        gpu_gl_stream(gl, &gl->buffers[buffer.id], bytes, size);
    }
}

static GLuint
compile(struct gpu_gl *gl, GLenum stage, const char *name, struct str source)
{
    static const char gl_prelude[] = "#version 330 core\n#line 1\n";
    static const char es_prelude[] = "#version 300 es\n"
                                     "precision highp float;\n"
                                     "precision highp int;\n"
                                     "precision highp sampler2D;\n"
                                     "precision highp sampler2DArray;\n"
                                     "#line 1\n";
    const char *texts[2] = {gl->es ? es_prelude : gl_prelude, source.ptr};
    GLint lengths[2] = {(GLint)strlen(texts[0]), (GLint)source.len};
    GLuint shader = glCreateShader(stage);
    gl->compiled = true;
    glShaderSource(shader, 2, texts, lengths);
    glCompileShader(shader);
    GLint ok = 0;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (!ok) {
        char text[512] = "";
        glGetShaderInfoLog(shader, sizeof text, NULL, text);
        log_line(LOG_LEVEL_ERROR, "gpu", "shader %s (%s) does not compile: %s", name,
                 stage == GL_VERTEX_SHADER ? "vertex" : "fragment", text);
        glDeleteShader(shader);
        return 0;
    }
    return shader;
}

GLuint
gpu_gl_link_program(struct gpu_gl *gl, const char *name, struct str vertex, struct str fragment)
{
    GLuint vs = compile(gl, GL_VERTEX_SHADER, name, vertex);
    GLuint fs = vs ? compile(gl, GL_FRAGMENT_SHADER, name, fragment) : 0;
    GLuint program = 0;
    if (fs) {
        program = glCreateProgram();
        glAttachShader(program, vs);
        glAttachShader(program, fs);
        glLinkProgram(program);
        GLint ok = 0;
        glGetProgramiv(program, GL_LINK_STATUS, &ok);
        if (!ok) {
            char text[512] = "";
            glGetProgramInfoLog(program, sizeof text, NULL, text);
            log_line(LOG_LEVEL_ERROR, "gpu", "shader %s does not link: %s", name, text);
            glDeleteProgram(program);
            program = 0;
        }
    }
    glDeleteShader(vs);
    glDeleteShader(fs);
    if (!program) {
        gpu_gl_fault(gl, "a shader program cannot be made");
    }
    return program;
}

static struct gpu_program
gl_program_create(struct gpu *gpu, const struct gpu_program_desc *desc)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    uint32_t id = 1;
    while (id <= GPU_GL_PROGRAMS && gl->programs[id].name) {
        id++;
    }
    if (id > GPU_GL_PROGRAMS || desc->attributes_count > GPU_ATTRIBUTES) {
        gpu_gl_fault(gl, "too many programs");
        return (struct gpu_program){0};
    }
    struct gpu_gl_program *program = &gl->programs[id];
    program->name = gpu_gl_link_program(gl, desc->name, desc->vertex, desc->fragment);
    if (!program->name) {
        return (struct gpu_program){0};
    }
    glGenVertexArrays(1, &program->vertex_array);
    glBindVertexArray(program->vertex_array);
    for (int i = 0; i < desc->attributes_count; i++) {
        program->attributes[i] = desc->attributes[i];
        glEnableVertexAttribArray((GLuint)i);
        glVertexAttribDivisor((GLuint)i, desc->instanced ? 1 : 0);
    }
    program->attributes_count = desc->attributes_count;
    program->stride = desc->stride;
    program->instanced = desc->instanced;
    program->canvas = glGetUniformLocation(program->name, "canvas");
    glUseProgram(program->name);
    glUniform1i(glGetUniformLocation(program->name, "atlas"), 0);
    return (struct gpu_program){id};
}

static void
gl_program_destroy(struct gpu *gpu, struct gpu_program program)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (program.id) {
        glDeleteProgram(gl->programs[program.id].name);
        glDeleteVertexArrays(1, &gl->programs[program.id].vertex_array);
        gl->programs[program.id] = (struct gpu_gl_program){0};
    }
}

static void
gl_target_destroy(struct gpu *gpu, struct gpu_target target)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (target.id && target.id != GPU_WINDOW) {
        glDeleteFramebuffers(1, &gl->targets[target.id].framebuffer);
        glDeleteTextures(1, &gl->targets[target.id].texture);
        gl->targets[target.id] = (struct gpu_gl_target){0};
    }
}

static struct gpu_target
gl_target_create(struct gpu *gpu, int w, int h)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    uint32_t id = 1;
    while (id <= GPU_GL_TARGETS && gl->targets[id].framebuffer) {
        id++;
    }
    if (id > GPU_GL_TARGETS || w < 1 || h < 1 || w > gpu->max_size || h > gpu->max_size) {
        gpu_gl_fault(gl, "a canvas of that size cannot be made");
        return (struct gpu_target){0};
    }
    struct gpu_gl_target *target = &gl->targets[id];
    target->w = w;
    target->h = h;
    glGenTextures(1, &target->texture);
    glBindTexture(GL_TEXTURE_2D, target->texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_SRGB8_ALPHA8, w, h, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
    glGenFramebuffers(1, &target->framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, target->texture, 0);
    bool complete = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
    if (!gpu_gl_check(gl, "a canvas cannot be made") || !complete) {
        gl_target_destroy(gpu, (struct gpu_target){id});
        gpu->faults += !complete;
        return (struct gpu_target){0};
    }
    return (struct gpu_target){id};
}

static void
gl_target_upload(struct gpu *gpu, struct gpu_target target, struct gpu_box box, const uint8_t *rgba)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (target.id && target.id != GPU_WINDOW && gl->targets[target.id].texture) {
        glBindTexture(GL_TEXTURE_2D, gl->targets[target.id].texture);
        glTexSubImage2D(GL_TEXTURE_2D, 0, box.x0, gl->targets[target.id].h - box.y1,
                        box.x1 - box.x0, box.y1 - box.y0, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    }
}

static void
gl_window_size(struct gpu *gpu, int w, int h)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (gl->compiled && gl->lets_go) { /* Mesa's has 5 MB; a shader made later brings it back */
        glReleaseShaderCompiler();
        gl->compiled = false;
    }
    gl->window_w = w;
    gl->window_h = h;
}

bool
gpu_gl_size_of(const struct gpu_gl *gl, struct gpu_target target, GLuint *framebuffer, int *w,
               int *h)
{
    bool window = target.id == GPU_WINDOW;
    if (!window && (target.id == 0 || !gl->targets[target.id].framebuffer)) {
        return false;
    }
    *framebuffer = window ? 0 : gl->targets[target.id].framebuffer;
    *w = window ? gl->window_w : gl->targets[target.id].w;
    *h = window ? gl->window_h : gl->targets[target.id].h;
    return true;
}

void
gpu_gl_convert_srgb(const struct gpu_gl *gl, bool on)
{
    if (gl->srgb_switch) {
        (on ? glEnable : glDisable)(GL_FRAMEBUFFER_SRGB);
    }
}

/* Scissors to the box inside the target; false where nothing of it is left. */
static bool
scissor(struct gpu_box box, int w, int h)
{
    int x0 = box.x0 > 0 ? box.x0 : 0, y0 = box.y0 > 0 ? box.y0 : 0;
    int x1 = box.x1 < w ? box.x1 : w, y1 = box.y1 < h ? box.y1 : h;
    if (x1 <= x0 || y1 <= y0) {
        return false;
    }
    glEnable(GL_SCISSOR_TEST);
    glScissor(x0, h - y1, x1 - x0, y1 - y0);
    return true;
}

static float
linear(uint32_t byte)
{
    float s = (float)byte / 255.0f;
    return s <= 0.04045f ? s / 12.92f : powf((s + 0.055f) / 1.055f, 2.4f);
}

static void
gl_clear(struct gpu *gpu, struct gpu_target target, struct gpu_box box, uint32_t colour)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    GLuint framebuffer = 0;
    int w = 0, h = 0;
    if (!gpu_gl_size_of(gl, target, &framebuffer, &w, &h) || !scissor(box, w, h)) {
        return;
    }
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    float rgb[3];
    for (int i = 0; i < 3; i++) {
        uint32_t byte = colour >> (24 - 8 * i) & 0xff;
        rgb[i] = framebuffer ? linear(byte) : (float)byte / 255.0f; /* the window is not sRGB */
    }
    if (box.x0 <= 0 && box.y0 <= 0 && box.x1 >= w && box.y1 >= h) {
        glDisable(GL_SCISSOR_TEST); /* a whole picture is cleared much faster than a part */
    }
    gpu_gl_convert_srgb(gl, framebuffer != 0);
    glClearColor(rgb[0], rgb[1], rgb[2], (float)(colour & 0xff) / 255.0f);
    glClear(GL_COLOR_BUFFER_BIT);
}

static void
bind_records(const struct gpu_gl_program *program, size_t start, size_t first)
{
    static const GLenum types[GPU_TYPE_COUNT] = {
        [GPU_FLOAT] = GL_FLOAT,
        [GPU_SHORT] = GL_SHORT,
        [GPU_USHORT] = GL_UNSIGNED_SHORT,
        [GPU_UNORM8] = GL_UNSIGNED_BYTE,
    };
    for (int i = 0; i < program->attributes_count; i++) {
        const struct gpu_attribute *attribute = &program->attributes[i];
        uintptr_t at = start + first * program->stride + attribute->offset;
        glVertexAttribPointer((GLuint)i, attribute->count, types[attribute->type],
                              attribute->type == GPU_UNORM8, (GLsizei)program->stride,
                              (const void *)at);
    }
}

static void
gl_draw(struct gpu *gpu, const struct gpu_draw *draw)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    GLuint framebuffer = 0;
    int w = 0, h = 0;
    if (!draw->program.id || !draw->buffer.id || draw->count == 0 ||
        !gpu_gl_size_of(gl, draw->target, &framebuffer, &w, &h) || !scissor(draw->scissor, w, h)) {
        return;
    }
    const struct gpu_gl_program *program = &gl->programs[draw->program.id];
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glViewport(0, 0, w, h);
    gpu_gl_convert_srgb(gl, true);
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA); /* premultiplied */
    glUseProgram(program->name);
    glUniform4f(program->canvas, (float)w, (float)h, (float)draw->origin_x, (float)draw->origin_y);
    if (draw->texture.id) {
        glActiveTexture(GL_TEXTURE0);
        glBindTexture(GL_TEXTURE_2D_ARRAY, gl->textures[draw->texture.id]);
    }
    glBindVertexArray(program->vertex_array);
    glBindBuffer(GL_ARRAY_BUFFER, gl->buffers[draw->buffer.id].name);
    bind_records(program, gl->buffers[draw->buffer.id].at, draw->first);
    if (program->instanced) {
        glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, (GLsizei)draw->count);
    } else {
        glDrawArrays(GL_TRIANGLES, 0, (GLsizei)draw->count);
    }
}

/* In place: rows bottom-up to top-down and, where they came as BGRA, to RGBA. */
static void
tidy(uint8_t *pixels, size_t w, size_t h, bool bgra)
{
    for (size_t y = 0; y < h / 2; y++) {
        uint8_t *a = pixels + y * w * 4, *b = pixels + (h - 1 - y) * w * 4;
        for (size_t i = 0; i < w * 4; i++) {
            uint8_t byte = a[i];
            a[i] = b[i];
            b[i] = byte;
        }
    }
    for (size_t i = 0; bgra && i < w * h * 4; i += 4) {
        uint8_t byte = pixels[i];
        pixels[i] = pixels[i + 2];
        pixels[i + 2] = byte;
    }
}

static bool
gl_read(struct gpu *gpu, struct gpu_target from, struct gpu_box box, uint8_t *rgba)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    GLuint framebuffer = 0;
    int w = 0, h = 0;
    if (!gpu_gl_size_of(gl, from, &framebuffer, &w, &h) || box.x0 < 0 || box.y0 < 0 || box.x1 > w ||
        box.y1 > h || box.x1 <= box.x0 || box.y1 <= box.y0) {
        return false;
    }
    gpu_gl_convert_srgb(gl, false); /* the bytes as they are */
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glReadPixels(box.x0, h - box.y1, box.x1 - box.x0, box.y1 - box.y0,
                 gl->read_bgra ? GL_BGRA : GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    tidy(rgba, (size_t)(box.x1 - box.x0), (size_t)(box.y1 - box.y0), gl->read_bgra);
    return gpu_gl_check(gl, "the canvas cannot be read");
}

static void
gl_destroy(struct gpu *gpu)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (gl->debug) {
        glDisable(GL_DEBUG_OUTPUT); /* the context may live on, and would tell it to nobody */
    }
    for (uint32_t id = 1; id <= GPU_GL_TEXTURES; id++) {
        gl_texture_destroy(gpu, (struct gpu_texture){id});
    }
    for (uint32_t id = 1; id <= GPU_GL_BUFFERS; id++) {
        gl_buffer_destroy(gpu, (struct gpu_buffer){id});
    }
    for (uint32_t id = 1; id <= GPU_GL_PROGRAMS; id++) {
        gl_program_destroy(gpu, (struct gpu_program){id});
    }
    for (uint32_t id = 1; id <= GPU_GL_TARGETS; id++) {
        gl_target_destroy(gpu, (struct gpu_target){id});
    }
    gpu_gl_copy_free(gl);
    free(gl);
}

static void
gl_abandon(struct gpu *gpu)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    free(gl->copy_boxes);
    free(gl);
}

/* A reset is told once: it is remembered. */
static bool
gl_lost(struct gpu *gpu)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    gl->is_lost = gl->is_lost || (gl->reset_status && gl->reset_status() != GL_NO_ERROR);
    return gl->is_lost;
}

/* Under the name by which this context has it. */
static void
find_reset_status(struct gpu_gl *gl, int version)
{
    if (version >= (gl->es ? 32 : 45) || (!gl->es && epoxy_has_gl_extension("GL_KHR_robustness"))) {
        gl->reset_status = glGetGraphicsResetStatus;
    } else if (epoxy_has_gl_extension("GL_KHR_robustness")) {
        gl->reset_status = glGetGraphicsResetStatusKHR;
    } else if (epoxy_has_gl_extension("GL_ARB_robustness")) {
        gl->reset_status = glGetGraphicsResetStatusARB;
    } else if (epoxy_has_gl_extension("GL_EXT_robustness")) {
        gl->reset_status = glGetGraphicsResetStatusEXT;
    }
}

static const struct gpu functions = {
    .destroy = gl_destroy,
    .abandon = gl_abandon,
    .lost = gl_lost,
    .texture_create = gl_texture_create,
    .texture_destroy = gl_texture_destroy,
    .texture_upload = gl_texture_upload,
    .buffer_create = gl_buffer_create,
    .buffer_destroy = gl_buffer_destroy,
    .buffer_upload = gl_buffer_upload,
    .program_create = gl_program_create,
    .program_destroy = gl_program_destroy,
    .target_create = gl_target_create,
    .target_destroy = gl_target_destroy,
    .target_upload = gl_target_upload,
    .clear = gl_clear,
    .draw = gl_draw,
    .copy = gpu_gl_copy,
    .blend = gpu_gl_blend,
    .present = gpu_gl_present,
    .window_size = gl_window_size,
    .window_age = gpu_gl_window_age,
    .window_show = gpu_gl_window_show,
    .read = gl_read,
};

/* By the names of those there are; one that is not known is taken for a GPU. */
static bool
is_software(const char *name)
{
    static const char *const known[] = {
        "llvmpipe",    "softpipe", "swrast",      "Software Rasterizer",
        "SwiftShader", "OpenSWR",  "GDI Generic", "Apple Software"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strstr(name, known[i])) {
            return true;
        }
    }
    return false;
}

static void
describe(struct gpu_gl *gl)
{
    const char *name = (const char *)glGetString(GL_RENDERER);
    const char *version = (const char *)glGetString(GL_VERSION);
    GLint texture = 0, viewport[2] = {0};
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &texture);
    glGetIntegerv(GL_MAX_VIEWPORT_DIMS, viewport);
    int most = viewport[0] < viewport[1] ? viewport[0] : viewport[1];
    gl->base.max_size = texture < most ? texture : most;
    gl->base.software = name && is_software(name);
    snprintf(gl->base.describe, sizeof gl->base.describe, "%s, %s%s, pictures up to %d px%s",
             name ? name : "unnamed", gl->es ? "" : "OpenGL ", version ? version : "unknown",
             gl->base.max_size, gl->base.software ? "; no GPU: the processor draws" : "");
}

struct gpu *
gpu_create_gl(struct err *err)
{
    int version = epoxy_gl_version();
    bool es = !epoxy_is_desktop_gl();
    if (version < (es ? 30 : 33)) {
        err_set(err, "the GPU offers OpenGL%s %d.%d: OpenGL 3.3 or OpenGL ES 3.0 is needed",
                es ? " ES" : "", version / 10, version % 10);
        return NULL;
    }
    struct gpu_gl *gl = calloc(1, sizeof *gl);
    if (!gl) {
        abort();
    }
    gl->base = functions;
    gl->es = es;
    gl->srgb_switch = !es || epoxy_has_gl_extension("GL_EXT_sRGB_write_control");
    gl->read_bgra = !es || epoxy_has_gl_extension("GL_EXT_read_format_bgra");
    describe(gl);
    glDisable(GL_DEPTH_TEST);
    glDisable(GL_DITHER);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    gl->lets_go = es || version >= 41 || epoxy_has_gl_extension("GL_ARB_ES2_compatibility");
    gl->debug = epoxy_has_gl_extension("GL_KHR_debug");
    if (gl->debug) {
        glEnable(GL_DEBUG_OUTPUT);
        glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
        if (es && version < 32) {
            glDebugMessageCallbackKHR(on_message, gl);
        } else {
            glDebugMessageCallback(on_message, gl);
        }
    }
    find_reset_status(gl, version);
    gpu_gl_look(gl);
    gpu_gl_check(gl, "the GPU reported an error at start");
    return &gl->base;
}

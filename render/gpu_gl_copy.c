/* Pictures onto pictures and onto the window, byte for byte where the sizes agree; how old the
 * window's framebuffer is, and showing parts of it. */
#include "render/gpu_gl.h"

#include "render/gpu_window.h"

#include <stdlib.h>
#include <string.h>

enum { AS_IT_IS, ENCODING };

/* A box a record, four corners each. Not by gl_FragCoord: between pictures and the window Mesa does
 * not always turn it over. */
static const char copy_vertex[] =
    "layout(location = 0) in vec4 in_box;\n"
    "uniform vec2 size;\n"  /* of what is drawn into */
    "uniform vec4 place;\n" /* there, of the picture: left, top, width, height */
    "out vec2 at;\n"
    "void main() {\n"
    "    vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));\n"
    "    vec2 pixel = mix(in_box.xy, in_box.zw, corner), share = pixel / size;\n"
    "    gl_Position = vec4(share.x * 2.0 - 1.0, 1.0 - share.y * 2.0, 0.0, 1.0);\n"
    "    at = (pixel - place.xy) / place.zw;\n"
    "    at.y = 1.0 - at.y;\n"
    "}\n";
static const char copy_fragment[] = "uniform sampler2D atlas;\n"
                                    "in vec2 at;\n"
                                    "out vec4 colour;\n"
                                    "void main() {\n"
                                    "    colour = texture(atlas, at);\n"
                                    "}\n";
static const char encode_fragment[] =
    "uniform sampler2D atlas;\n"
    "in vec2 at;\n"
    "out vec4 colour;\n"
    "void main() {\n"
    "    vec3 light = texture(atlas, at).rgb;\n"
    "    vec3 low = light * 12.92, high = 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055;\n"
    "    colour = vec4(mix(high, low, vec3(lessThanEqual(light, vec3(0.0031308)))), 1.0);\n"
    "}\n";

static bool
make_copy(struct gpu_gl *gl)
{
    if (!gl->copy_array) {
        glGenVertexArrays(1, &gl->copy_array);
        glGenBuffers(1, &gl->copy_buffer.name);
        glBindVertexArray(gl->copy_array);
        glEnableVertexAttribArray(0);
        glVertexAttribDivisor(0, 1);
        glGenSamplers(1, &gl->sampler);
        glSamplerParameteri(gl->sampler, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
        glSamplerParameteri(gl->sampler, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
        glSamplerParameteri(gl->sampler, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
        glSamplerParameteri(gl->sampler, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
        gl->copy_programs[AS_IT_IS] =
            gpu_gl_link_program(gl, "copy", STR(copy_vertex), STR(copy_fragment));
        if (!gl->skip_decode || !gl->srgb_switch) {
            gl->copy_programs[ENCODING] =
                gpu_gl_link_program(gl, "encode", STR(copy_vertex), STR(encode_fragment));
        }
    }
    return gl->copy_programs[AS_IT_IS] != 0;
}

/* How the bytes get through unchanged. sRGB textures are decoded where that cannot be skipped, and
 * then encoded again by the target, or by the shader where the target does not. */
static GLuint
copy_program(struct gpu_gl *gl, bool window)
{
    bool encodes = !window || gl->window_srgb; /* the target could, and without a switch does */
    bool raw = gl->skip_decode && (gl->srgb_switch || !encodes);
    if (gl->skip_decode) {
        glSamplerParameteri(gl->sampler, GL_TEXTURE_SRGB_DECODE_EXT,
                            raw ? GL_SKIP_DECODE_EXT : GL_DECODE_EXT);
    }
    gpu_gl_convert_srgb(gl, encodes && !raw);
    return gl->copy_programs[raw || encodes ? AS_IT_IS : ENCODING];
}

/* Of four edges each; the copy's vertex array is bound. */
static void
put_boxes(struct gpu_gl *gl, const float *edges, size_t count)
{
    gpu_gl_stream(gl, &gl->copy_buffer, edges, count * 4 * sizeof *edges);
    glVertexAttribPointer(0, 4, GL_FLOAT, GL_FALSE, 0, (const void *)(uintptr_t)gl->copy_buffer.at);
}

/* As many boxes as there are, with one draw. */
static void
draw_boxes(struct gpu_gl *gl, const struct gpu_gl_target *from, const struct gpu_box *boxes,
           size_t count, GLuint sink, int to_w, int to_h, int x, int y)
{
    if (!make_copy(gl)) {
        return;
    }
    if (count > gl->copy_boxes_cap) {
        gl->copy_boxes_cap = count * 2;
        gl->copy_boxes = reallocarray(gl->copy_boxes, gl->copy_boxes_cap, 4 * sizeof(float));
        if (!gl->copy_boxes) {
            abort();
        }
    }
    for (size_t i = 0; i < count; i++) {
        gl->copy_boxes[i * 4] = (float)(boxes[i].x0 + x);
        gl->copy_boxes[i * 4 + 1] = (float)(boxes[i].y0 + y);
        gl->copy_boxes[i * 4 + 2] = (float)(boxes[i].x1 + x);
        gl->copy_boxes[i * 4 + 3] = (float)(boxes[i].y1 + y);
    }
    GLuint program = copy_program(gl, sink == 0);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_BLEND);
    glBindFramebuffer(GL_FRAMEBUFFER, sink);
    glViewport(0, 0, to_w, to_h);
    glUseProgram(program);
    glUniform2f(glGetUniformLocation(program, "size"), (float)to_w, (float)to_h);
    glUniform4f(glGetUniformLocation(program, "place"), (float)x, (float)y, (float)from->w,
                (float)from->h);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, from->texture);
    glBindSampler(0, gl->sampler);
    glBindVertexArray(gl->copy_array);
    put_boxes(gl, gl->copy_boxes, count);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, (GLsizei)count);
    glBindSampler(0, 0);
}

/* Box by box, as memory is copied: Mesa's quick way where both are pictures. A software renderer
 * first finishes all that it was told to draw. */
static void
blit_boxes(struct gpu_gl *gl, GLuint source, int from_h, const struct gpu_box *boxes, int count,
           GLuint sink, int to_h, int x, int y)
{
    glDisable(GL_SCISSOR_TEST);
    gpu_gl_convert_srgb(gl, true); /* both sides sRGB: the bytes as they are */
    glBindFramebuffer(GL_READ_FRAMEBUFFER, source);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, sink);
    for (int i = 0; i < count; i++) {
        struct gpu_box box = boxes[i];
        glBlitFramebuffer(box.x0, from_h - box.y1, box.x1, from_h - box.y0, box.x0 + x,
                          to_h - y - box.y1, box.x1 + x, to_h - y - box.y0, GL_COLOR_BUFFER_BIT,
                          GL_NEAREST);
    }
}

void
gpu_gl_copy(struct gpu *gpu, struct gpu_target from, const struct gpu_box *boxes, int count,
            struct gpu_target to, int x, int y)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    GLuint source = 0, sink = 0;
    int from_w = 0, from_h = 0, to_w = 0, to_h = 0;
    if (count <= 0 || !gpu_gl_size_of(gl, from, &source, &from_w, &from_h) || source == 0 ||
        !gpu_gl_size_of(gl, to, &sink, &to_w, &to_h)) {
        return;
    }
    int64_t area = (int64_t)(boxes[0].x1 - boxes[0].x0) * (boxes[0].y1 - boxes[0].y0);
    bool large = count == 1 && area * 4 >= (int64_t)from_w * from_h;
    if (sink != 0 && (large || (gpu->software && gpu->slow))) {
        blit_boxes(gl, source, from_h, boxes, count, sink, to_h, x, y);
    } else {
        draw_boxes(gl, &gl->targets[from.id], boxes, (size_t)count, sink, to_w, to_h, x, y);
    }
}

/* In linear light: sampling decodes sRGB, writing encodes it. */
void
gpu_gl_blend(struct gpu *gpu, struct gpu_target from, struct gpu_target to, float alpha)
{
    /* One triangle over the whole viewport, with the texture's coordinates. */
    static const char vertex[] =
        "out vec2 at;\n"
        "void main() {\n"
        "    at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0;\n"
        "    gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);\n"
        "}\n";
    static const char fragment[] = "uniform sampler2D atlas;\n"
                                   "uniform float alpha;\n"
                                   "in vec2 at;\n"
                                   "out vec4 colour;\n"
                                   "void main() {\n"
                                   "    colour = vec4(texture(atlas, at).rgb, 1.0) * alpha;\n"
                                   "}\n";
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    GLuint source = 0, sink = 0;
    int w = 0, h = 0;
    if (to.id == GPU_WINDOW || !gpu_gl_size_of(gl, from, &source, &w, &h) || !source ||
        !gpu_gl_size_of(gl, to, &sink, &w, &h)) {
        return;
    }
    if (!gl->blend_array) {
        glGenVertexArrays(1, &gl->blend_array);
        gl->blend_program = gpu_gl_link_program(gl, "blend", STR(vertex), STR(fragment));
    }
    if (!gl->blend_program) {
        return;
    }
    glUseProgram(gl->blend_program);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, gl->targets[from.id].texture);
    glBindVertexArray(gl->blend_array);
    glUniform1f(glGetUniformLocation(gl->blend_program, "alpha"), alpha);
    glDisable(GL_SCISSOR_TEST);
    gpu_gl_convert_srgb(gl, true);
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glBindFramebuffer(GL_FRAMEBUFFER, sink);
    glViewport(0, 0, w, h);
    glDrawArrays(GL_TRIANGLES, 0, 3);
}

/* Scaled into the box of the window: smoothly, and in linear light where the driver does not. */
static void
present_scaled(struct gpu_gl *gl, const struct gpu_gl_target *from, struct gpu_box box)
{
    glDisable(GL_SCISSOR_TEST);
    if (gl->srgb_switch) {
        gpu_gl_convert_srgb(gl, false);
        glBindFramebuffer(GL_READ_FRAMEBUFFER, from->framebuffer);
        glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
        glBlitFramebuffer(0, 0, from->w, from->h, box.x0, gl->window_h - box.y1, box.x1,
                          gl->window_h - box.y0, GL_COLOR_BUFFER_BIT, GL_LINEAR);
        return;
    }
    if (!make_copy(gl)) {
        return;
    }
    int w = box.x1 - box.x0, h = box.y1 - box.y0;
    float whole[4] = {(float)box.x0, (float)box.y0, (float)box.x1, (float)box.y1};
    GLuint program = gl->copy_programs[gl->window_srgb ? AS_IT_IS : ENCODING];
    glDisable(GL_BLEND);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glViewport(0, 0, gl->window_w, gl->window_h);
    glUseProgram(program);
    glUniform2f(glGetUniformLocation(program, "size"), (float)gl->window_w, (float)gl->window_h);
    glUniform4f(glGetUniformLocation(program, "place"), (float)box.x0, (float)box.y0, (float)w,
                (float)h);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, from->texture); /* with its own, linear filter */
    glBindVertexArray(gl->copy_array);
    put_boxes(gl, whole, 1);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, 1);
}

void
gpu_gl_present(struct gpu *gpu, struct gpu_target from, struct gpu_box box)
{
    struct gpu_gl *gl = (struct gpu_gl *)gpu;
    if (from.id == 0 || from.id == GPU_WINDOW || !gl->targets[from.id].framebuffer) {
        return;
    }
    const struct gpu_gl_target *target = &gl->targets[from.id];
    if (box.x1 - box.x0 == target->w && box.y1 - box.y0 == target->h) {
        struct gpu_box whole = {0, 0, target->w, target->h};
        gpu_gl_copy(gpu, from, &whole, 1, (struct gpu_target){GPU_WINDOW}, box.x0, box.y0);
    } else {
        present_scaled(gl, target, box);
    }
}

int
gpu_gl_window_age(struct gpu *gpu)
{
    (void)gpu;
    return gpu_window_age();
}

bool
gpu_gl_window_show(struct gpu *gpu, const struct gpu_box *boxes, int count)
{
    return gpu_window_show(boxes, count, ((struct gpu_gl *)gpu)->window_h);
}

/* Whether writing to the window encodes, as seen: what drivers say of it is not always so. */
static bool
window_encodes(struct gpu_gl *gl)
{
    uint8_t pixel[4] = {0};
    gpu_gl_convert_srgb(gl, true);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, 1, 1);
    glClearColor(0.5f, 0.5f, 0.5f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    gpu_gl_convert_srgb(gl, false);
    glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
    glClearColor(0, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    return pixel[0] > 160; /* 188, else 127 or 128 */
}

void
gpu_gl_look(struct gpu_gl *gl)
{
    gl->skip_decode = epoxy_has_gl_extension("GL_EXT_texture_sRGB_decode");
    gl->window_srgb = window_encodes(gl);
}

void
gpu_gl_copy_free(struct gpu_gl *gl)
{
    glDeleteProgram(gl->copy_programs[AS_IT_IS]);
    glDeleteProgram(gl->copy_programs[ENCODING]);
    glDeleteProgram(gl->blend_program);
    glDeleteVertexArrays(1, &gl->copy_array);
    glDeleteVertexArrays(1, &gl->blend_array);
    glDeleteBuffers(1, &gl->copy_buffer.name);
    glDeleteSamplers(1, &gl->sampler);
    free(gl->copy_boxes);
}

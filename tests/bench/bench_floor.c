/* What this machine takes for pieces of work that any wall is made of, whatever draws it: to clear
 * a window and show it, to draw a picture over all of it, to draw 100,000 points; in a window of a
 * virtual X server, as the wall under bench_glass. Beside each stands what it took where the goals
 * in tests/bench/README.md were set: the quotient says how much of a difference between a goal and
 * a figure is the machine's ("times" in the line of JSON: the geometric mean of all).
 *
 *     bench_floor [--size WxH] [--json FILE: a line is added] */
#include <SDL.h>
#include <epoxy/gl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/glass_screen.h"
#include "tests/bench/samples.h"
#include "wall/base/clock.h"

#define POINTS 100000
#define POINT_PX "4.0"
#define WARM 3
#define FRAMES 40

struct piece {
    const char *name, *key;
    double goals_ms[2]; /* where the goals were set, at 1920 x 1080 and at 3840 x 2160 */
    void (*draw)(int frame);
};

static SDL_Window *window;
static GLuint picture_program, points_program;

/* ---- the pieces ---- */

static void
draw_clear(int frame)
{
    glClearColor(0, 0, frame % 2 ? 0.5F : 0.25F, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

static void
draw_picture(int frame)
{
    (void)frame;
    glDisable(GL_BLEND);
    glUseProgram(picture_program);
    glDrawArrays(GL_TRIANGLES, 0, 3);
}

static void
draw_points(int frame)
{
    draw_clear(frame);
    glEnable(GL_BLEND);
    glUseProgram(points_program);
    glDrawArrays(GL_POINTS, 0, POINTS);
}

static const struct piece pieces[] = {
    {"clear and swap", "clear_ms", {0.6, 3.3}, draw_clear},
    {"a picture over all of it", "picture_ms", {4.7, 22.7}, draw_picture},
    {"100,000 points", "points_ms", {43, 37}, draw_points},
};
#define PIECES (sizeof pieces / sizeof *pieces)

/* ---- what they need ---- */

static GLuint
compile(GLenum kind, const char *text)
{
    GLuint shader = glCreateShader(kind);
    glShaderSource(shader, 1, &text, NULL);
    glCompileShader(shader);
    return shader;
}

static GLuint
link_program(const char *vertex, const char *fragment)
{
    GLuint program = glCreateProgram();
    GLint linked = 0;
    glAttachShader(program, compile(GL_VERTEX_SHADER, vertex));
    glAttachShader(program, compile(GL_FRAGMENT_SHADER, fragment));
    glLinkProgram(program);
    glGetProgramiv(program, GL_LINK_STATUS, &linked);
    return linked ? program : 0;
}

/* Colours and places in no order, the same each time. */
static uint32_t
scatter(uint32_t i)
{
    return (i * UINT32_C(2654435761)) ^ (i * UINT32_C(40503) << 7);
}

static bool
make_picture(int w, int h)
{
    size_t count = (size_t)w * (size_t)h;
    uint32_t *pixels = malloc(count * sizeof *pixels);
    if (!pixels) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        pixels[i] = scatter((uint32_t)i);
    }
    GLuint texture;
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, w, h, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    free(pixels);
    picture_program = link_program("#version 330\n"
                                   "out vec2 at;\n"
                                   "void main() {\n"
                                   "    at = vec2(gl_VertexID << 1 & 2, gl_VertexID & 2);\n"
                                   "    gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);\n"
                                   "}\n",
                                   "#version 330\n"
                                   "in vec2 at;\n"
                                   "out vec4 colour;\n"
                                   "uniform sampler2D picture;\n"
                                   "void main() { colour = texture(picture, at); }\n");
    return picture_program != 0;
}

static bool
make_points(void)
{
    static float at[POINTS][2];
    for (uint32_t i = 0; i < POINTS; i++) {
        at[i][0] = (float)(scatter(i) >> 16) / 32768.0F - 1.0F;
        at[i][1] = (float)(scatter(i) & 0xffff) / 32768.0F - 1.0F;
    }
    GLuint array, buffer;
    glGenVertexArrays(1, &array);
    glBindVertexArray(array);
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_ARRAY_BUFFER, buffer);
    glBufferData(GL_ARRAY_BUFFER, sizeof at, at, GL_STATIC_DRAW);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
    glEnableVertexAttribArray(0);
    glEnable(GL_PROGRAM_POINT_SIZE);
    glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
    points_program = link_program("#version 330\n"
                                  "layout(location = 0) in vec2 at;\n"
                                  "void main() {\n"
                                  "    gl_Position = vec4(at, 0.0, 1.0);\n"
                                  "    gl_PointSize = " POINT_PX ";\n"
                                  "}\n",
                                  "#version 330\n"
                                  "out vec4 colour;\n"
                                  "void main() {\n"
                                  "    float away = length(gl_PointCoord * 2.0 - 1.0);\n"
                                  "    colour = vec4(0.9, 0.5, 0.1, clamp(2.0 - 2.0 * away, 0.0, "
                                  "1.0));\n"
                                  "}\n");
    return points_program != 0;
}

static bool
open_window(int w, int h)
{
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return false;
    }
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    window = SDL_CreateWindow("floor", 0, 0, w, h, SDL_WINDOW_OPENGL | SDL_WINDOW_BORDERLESS);
    if (!window || !SDL_GL_CreateContext(window)) {
        return false;
    }
    SDL_GL_SetSwapInterval(0);
    glViewport(0, 0, w, h);
    return true;
}

/* ---- measuring ---- */

/* The median, each frame shown and waited for. */
static double
measure(const struct piece *piece)
{
    struct samples ms = {0};
    for (int i = -WARM; i < FRAMES; i++) {
        int64_t began_ns = clock_mono_ns();
        piece->draw(i & 1);
        SDL_GL_SwapWindow(window);
        glFinish();
        if (i >= 0) {
            samples_add(&ms, (double)(clock_mono_ns() - began_ns) / 1e6);
        }
    }
    double median = samples_quantile(&ms, 0.5);
    free(ms.items);
    return median;
}

static void
print(int w, int h, const double ms[PIECES], const char *json)
{
    int size = w == 1920 && h == 1080 ? 0 : w == 3840 && h == 2160 ? 1 : -1;
    double log_times = 0;
    printf("floor, %d x %d px, %s\n", w, h, (const char *)glGetString(GL_RENDERER));
    for (size_t i = 0; i < PIECES; i++) {
        printf("  %-26s %6.2f ms", pieces[i].name, ms[i]);
        if (size >= 0) {
            double goals_ms = pieces[i].goals_ms[size];
            log_times += log(ms[i] / goals_ms);
            printf("; where the goals were set %.1f: %.2f times", goals_ms, ms[i] / goals_ms);
        }
        putchar('\n');
    }
    FILE *file = json ? fopen(json, "a") : NULL;
    if (file) {
        fprintf(file, "{\"measured\":\"floor\",\"size\":\"%dx%d\"", w, h);
        for (size_t i = 0; i < PIECES; i++) {
            fprintf(file, ",\"%s\":%.3f", pieces[i].key, ms[i]);
        }
        if (size >= 0) {
            fprintf(file, ",\"times\":%.3f", exp(log_times / PIECES));
        }
        fputs("}\n", file);
        fclose(file);
    }
}

/* false: said on stderr why. */
static bool
run(int w, int h, const char *json)
{
    struct err err = {""};
    struct glass_screen *screen = glass_screen_start(w, h, &err);
    if (!screen) {
        fprintf(stderr, "bench_floor: %s\n", err.text);
        return false;
    }
    setenv("SDL_VIDEODRIVER", "x11", 1);
    setenv("DISPLAY", glass_screen_display(screen), 1);
    bool good = open_window(w, h) && make_points() && make_picture(w, h);
    if (good) {
        double ms[PIECES];
        for (size_t i = 0; i < PIECES; i++) {
            ms[i] = measure(&pieces[i]);
        }
        print(w, h, ms, json);
    } else {
        fprintf(stderr, "bench_floor: no window with OpenGL 3.3: %s\n", SDL_GetError());
    }
    SDL_Quit();
    glass_screen_stop(screen);
    return good;
}

int
main(int argc, char **argv)
{
    int w = 1920, h = 1080;
    const char *json = NULL;
    bool good = true;
    for (int i = 1; i < argc && good; i += 2) {
        bool has = i + 1 < argc;
        if (has && strcmp(argv[i], "--size") == 0) {
            good = sscanf(argv[i + 1], "%dx%d", &w, &h) == 2 && w > 0 && h > 0;
        } else if (has && strcmp(argv[i], "--json") == 0) {
            json = argv[i + 1];
        } else {
            good = false;
        }
    }
    if (!good) {
        fputs("usage: bench_floor [--size WxH] [--json FILE]\n", stderr);
        return 2;
    }
    return run(w, h, json) ? 0 : 1;
}

/* golden_view: draws a scene with the sample district and writes a picture; for looking at while
 * working on a panel. See README.md. */
#include "tests/gl/context.h"
#include "tests/golden/golden.h"
#include "tests/golden/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *scene, *out, *theme;
    int w, h;
    bool stale, empty, lists, probe;
};

static bool
parse(int argc, char **argv, struct options *options)
{
    int at = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--stale") == 0) {
            options->stale = true;
        } else if (strcmp(argv[i], "--empty") == 0) {
            options->empty = true;
        } else if (strcmp(argv[i], "--lists") == 0) {
            options->lists = true;
        } else if (strcmp(argv[i], "--probe") == 0) {
            options->probe = true;
        } else if (strcmp(argv[i], "--theme") == 0 && i + 1 < argc) {
            options->theme = argv[++i];
        } else if (strcmp(argv[i], "--size") == 0 && i + 1 < argc) {
            if (sscanf(argv[++i], "%dx%d", &options->w, &options->h) != 2) {
                return false;
            }
        } else if (argv[i][0] != '-' && at < 2) {
            *(at++ ? &options->out : &options->scene) = argv[i];
        } else {
            return false;
        }
    }
    return at == 2;
}

static bool
load(const struct options *options, struct scene *scene, struct yaml_report *report)
{
    struct buf notes = {0};
    if (!scene_load(options->scene, scene, report)) {
        return false;
    }
    if (options->theme) {
        snprintf(scene->theme, sizeof scene->theme, "%s", options->theme);
    }
    scene_solve(scene, options->w ? options->w : scene->canvas_w,
                options->h ? options->h : scene->canvas_h, &notes);
    fprintf(stderr, "%s", notes.len ? notes.ptr : "");
    buf_free(&notes);
    return true;
}

static bool
draw(const struct options *options, struct renderer *renderer, const struct scene *scene)
{
    struct sample *sample = sample_create();
    struct renderer_frame frame = sample_frame(sample);
    frame.probe = options->probe;
    if (options->empty) {
        frame.snapshot = NULL;
        frame.feed = (struct renderer_feed){.reason = "连接中"};
    } else if (options->stale) {
        frame.feed.in_sync = frame.feed.connected = frame.feed.live = false;
        frame.feed.stale = true;
        frame.feed.age_ms = 245000;
        strcpy(frame.feed.reason, "连接中断");
    }
    renderer_draw(renderer, &frame);
    size_t bytes = (size_t)scene->solved_w * (size_t)scene->solved_h * 4;
    uint8_t *pixels = malloc(bytes);
    bool ok = pixels && renderer_read(renderer, pixels, bytes) &&
              golden_write_png(options->out, pixels, scene->solved_w, scene->solved_h);
    if (options->lists) {
        struct buf lists = {0};
        renderer_dump_lists(renderer, &lists);
        fputs(lists.len ? lists.ptr : "", stdout);
        buf_free(&lists);
    }
    fprintf(stderr, "%s; faults %lu\n", renderer_describe(renderer), renderer_faults(renderer));
    free(pixels);
    sample_destroy(sample);
    return ok;
}

int
main(int argc, char **argv)
{
    struct options options = {0};
    if (!parse(argc, argv, &options)) {
        fprintf(
            stderr,
            "golden_view SCENE OUT.png [--size WxH] [--theme NAME] [--stale] [--empty] [--probe] "
            "[--lists]\n");
        return 2;
    }
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    struct renderer *renderer = NULL;
    bool ok = load(&options, &scene, &report) && context_create(64, 64);
    if (ok) {
        renderer = renderer_create(RENDERER_GL, &err);
        ok = renderer && renderer_set_scene(renderer, &scene, &report) &&
             draw(&options, renderer, &scene);
    }
    fprintf(stderr, "%s%s%s", err.text, err.text[0] ? "\n" : "",
            report.text.len ? report.text.ptr : "");
    renderer_destroy(renderer);
    context_destroy();
    yaml_report_free(&report);
    return ok ? 0 : 1;
}

/* golden_view: draws a scene with the sample district and writes a picture; for looking at while
 * working on a panel. See README.md. */
#include "tests/gl/context.h"
#include "tests/golden/golden.h"
#include "tests/golden/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct renderer_pointer pointer;
    const char *scene, *out, *theme, *state;
    int w, h;
    struct scene_wall wall;
    bool lists, probe;
};

/* --tiles 4x2, --bezel PX, --farthest M, --height MM: the wall it would hang on. */
static bool
parse_wall(const char *option, const char *value, struct scene_wall *wall)
{
    if (strcmp(option, "--tiles") == 0) {
        return sscanf(value, "%dx%d", &wall->tiles[0], &wall->tiles[1]) == 2;
    }
    if (strcmp(option, "--bezel") == 0) {
        wall->has_bezel = true;
        wall->bezel = strtod(value, NULL);
        return true;
    }
    if (strcmp(option, "--farthest") == 0) {
        wall->farthest_m = strtod(value, NULL);
        return true;
    }
    wall->wall_height_mm = strtod(value, NULL);
    return strcmp(option, "--height") == 0;
}

static bool
parse(int argc, char **argv, struct options *options)
{
    int at = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--state") == 0 && i + 1 < argc) {
            options->state = argv[++i];
        } else if (strcmp(argv[i], "--lists") == 0) {
            options->lists = true;
        } else if (strcmp(argv[i], "--probe") == 0) {
            options->probe = true;
        } else if (strcmp(argv[i], "--pointer") == 0 && i + 1 < argc) {
            struct renderer_pointer *pointer = &options->pointer;
            pointer->there = sscanf(argv[++i], "%d,%d", &pointer->x, &pointer->y) == 2;
            if (!pointer->there) {
                return false;
            }
        } else if (strcmp(argv[i], "--theme") == 0 && i + 1 < argc) {
            options->theme = argv[++i];
        } else if (strcmp(argv[i], "--size") == 0 && i + 1 < argc) {
            if (sscanf(argv[++i], "%dx%d", &options->w, &options->h) != 2) {
                return false;
            }
        } else if (argv[i][0] == '-' && i + 1 < argc &&
                   parse_wall(argv[i], argv[i + 1], &options->wall)) {
            i++;
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
    scene->wall = options->wall;
    scene_solve(scene, options->w ? options->w : scene->canvas_w,
                options->h ? options->h : scene->canvas_h, &notes);
    fprintf(stderr, "%s", notes.len ? notes.ptr : "");
    buf_free(&notes);
    return true;
}

static bool
draw(const struct options *options, struct renderer *renderer, const struct scene *scene)
{
    struct states *states = states_create(options->state ? options->state : states_names[0]);
    if (!states) {
        fprintf(stderr, "no such state; there are:");
        for (int i = 0; states_names[i]; i++) {
            fprintf(stderr, " %s", states_names[i]);
        }
        fprintf(stderr, "\n");
        return false;
    }
    struct renderer_frame frame = states_frame(states);
    frame.probe = options->probe;
    frame.pointer = options->pointer;
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
    states_destroy(states);
    return ok;
}

int
main(int argc, char **argv)
{
    struct options options = {0};
    if (!parse(argc, argv, &options)) {
        fprintf(
            stderr,
            "golden_view SCENE OUT.png [--size WxH] [--theme NAME] [--state NAME] [--probe] "
            "[--pointer X,Y] [--lists] [--tiles WxH] [--bezel PX] [--farthest M] [--height MM]\n");
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

/* bench_stages: what each stage of a frame costs, offscreen (EGL), on whatever draws here.
 *
 *     bench_stages [--scene NAME] [--size WxH,WxH] [--points N]
 *
 * Default: district-daily at 3840x2160 and 7680x2160 with 1,000,000 open requests on the map. Every
 * call that reaches the GPU is waited for (glFinish before and after; timer queries are not
 * trusted), so the stages add up to more than a frame takes: the last column is a frame without
 * waiting in between. Medians of 20 frames in ms. Names what draws. Not a test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/renderer_inside.h"
#include "tests/bench/crowd.h"
#include "tests/gl/context.h"
#include "tests/golden/sample.h"
#include "wall/base/clock.h"
#include "wall/display.h"

enum { ROUNDS = 20, SIZES = 8, CHANGES = 1000 };

enum stage { LISTS, UPLOAD, MAP, CANVAS, PRESENT, SWAP, WHOLE, STAGES };
static const char *const stage_names[STAGES] = {"lists",  "upload", "map",  "canvas",
                                                "window", "swap",   "frame"};

struct options {
    const char *scene;
    int sizes[SIZES][2], sizes_count;
    size_t points;
};

struct bench {
    struct display *display;
    struct renderer *renderer;
    struct scene scene;
    struct renderer_frame frame;
    struct snapshot snapshot;
    struct snapshot_point *points;
    uint32_t changed[CHANGES];
    struct crowd crowd;
};

/* The GPU's own functions, and what was measured around them in this frame. */
static struct gpu inner;
static uint32_t canvas_id;
static bool waits;
static int64_t spent_ns[STAGES];

/* ---- measuring ---- */

static int64_t
begin(void)
{
    if (waits) {
        context_finish();
    }
    return clock_mono_ns();
}

static void
end(enum stage stage, int64_t began_ns)
{
    if (waits) {
        context_finish();
        spent_ns[stage] += clock_mono_ns() - began_ns;
    }
}

/* What is drawn into: the window, the canvas, or a picture that the map keeps. */
static enum stage
stage_of(struct gpu_target target)
{
    return target.id == GPU_WINDOW ? PRESENT : target.id == canvas_id ? CANVAS : MAP;
}

static void
buffer_upload(struct gpu *gpu, struct gpu_buffer buffer, const void *bytes, size_t size)
{
    int64_t began_ns = begin();
    inner.buffer_upload(gpu, buffer, bytes, size);
    end(UPLOAD, began_ns);
}

static void
texture_upload(struct gpu *gpu, struct gpu_texture texture, int layer, int x, int y, int w, int h,
               const uint8_t *bytes)
{
    int64_t began_ns = begin();
    inner.texture_upload(gpu, texture, layer, x, y, w, h, bytes);
    end(UPLOAD, began_ns);
}

static void
target_upload(struct gpu *gpu, struct gpu_target target, struct gpu_box box, const uint8_t *rgba)
{
    int64_t began_ns = begin();
    inner.target_upload(gpu, target, box, rgba);
    end(MAP, began_ns);
}

static void
clear(struct gpu *gpu, struct gpu_target target, struct gpu_box box, uint32_t colour)
{
    int64_t began_ns = begin();
    inner.clear(gpu, target, box, colour);
    end(stage_of(target), began_ns);
}

static void
draw(struct gpu *gpu, const struct gpu_draw *what)
{
    int64_t began_ns = begin();
    inner.draw(gpu, what);
    end(stage_of(what->target), began_ns);
}

static void
copy(struct gpu *gpu, struct gpu_target from, const struct gpu_box *boxes, int count,
     struct gpu_target to, int x, int y)
{
    int64_t began_ns = begin();
    inner.copy(gpu, from, boxes, count, to, x, y);
    end(stage_of(to), began_ns);
}

static void
present(struct gpu *gpu, struct gpu_target from, struct gpu_box box)
{
    int64_t began_ns = begin();
    inner.present(gpu, from, box);
    end(PRESENT, began_ns);
}

static void
step_between(struct renderer *renderer)
{
    struct gpu *gpu = renderer->gpu;
    inner = *gpu;
    canvas_id = renderer->canvas.id;
    gpu->buffer_upload = buffer_upload;
    gpu->texture_upload = texture_upload;
    gpu->target_upload = target_upload;
    gpu->clear = clear;
    gpu->draw = draw;
    gpu->copy = copy;
    gpu->present = present;
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One frame as the program draws it; adds to spent_ns. */
static void
show(struct bench *bench)
{
    memset(spent_ns, 0, sizeof spent_ns);
    context_finish();
    int64_t began_ns = clock_mono_ns();
    bench->frame.time_ms += 17;
    bool changed = renderer_draw(bench->renderer, &bench->frame);
    int64_t drawn_ns = clock_mono_ns() - began_ns;
    spent_ns[LISTS] = drawn_ns - spent_ns[UPLOAD] - spent_ns[MAP] - spent_ns[CANVAS];
    if (changed &&
        renderer_present(bench->renderer, bench->scene.solved_w, bench->scene.solved_h)) {
        int64_t swap_ns = begin();
        display_swap(bench->display);
        end(SWAP, swap_ns);
    }
    context_finish();
    spent_ns[WHOLE] = clock_mono_ns() - began_ns;
}

/* ---- what changes from frame to frame ---- */

static void
clock_ticks(struct bench *bench)
{
    bench->frame.moment_ms += 1000;
}

static void
tickets_change(struct bench *bench)
{
    size_t count = bench->snapshot.points_count < CHANGES ? bench->snapshot.points_count : CHANGES;
    for (size_t i = 0; i < count; i++) {
        bench->changed[i] = crowd_pick(&bench->crowd, (uint32_t)bench->snapshot.points_count);
        bench->points[bench->changed[i]] = crowd_point(&bench->crowd);
    }
    bench->snapshot.points_changed = bench->changed;
    bench->snapshot.points_changed_count = count;
    bench->snapshot.points_version += count;
}

static void
window_lost(struct bench *bench)
{
    bench->frame.moment_ms += 1000;
    renderer_expose(bench->renderer);
}

/* As where a scene comes on. */
static void
all_anew(struct bench *bench)
{
    bench->renderer->all_damaged = true;
    renderer_expose(bench->renderer);
}

static void
measure(struct bench *bench, const char *name, void (*change)(struct bench *))
{
    static double ms[STAGES][ROUNDS];
    for (int waiting = 1; waiting >= 0; waiting--) {
        waits = waiting == 1;
        for (int i = -3; i < ROUNDS; i++) {
            change(bench);
            show(bench);
            bench->snapshot.points_changed_count = 0;
            for (int stage = 0; stage < STAGES && i >= 0; stage++) {
                if (waits == (stage != WHOLE)) {
                    ms[stage][i] = (double)spent_ns[stage] * 1e-6;
                }
            }
        }
    }
    printf("  %-24s", name);
    for (int stage = 0; stage < STAGES; stage++) {
        qsort(ms[stage], ROUNDS, sizeof ms[stage][0], by_value);
        printf(" %8.2f", ms[stage][ROUNDS / 2]);
    }
    printf("\n");
}

/* All of them come with one snapshot: frames until the map has them. */
static void
measure_arrival(struct bench *bench)
{
    double worst = 0, all = 0;
    int frames = 0;
    waits = false;
    bench->snapshot.points_all_changed = true;
    bench->snapshot.points_version++;
    do {
        show(bench);
        double ms = (double)spent_ns[WHOLE] * 1e-6;
        worst = ms > worst ? ms : worst;
        all += ms;
        frames++;
    } while (!renderer_is_complete(bench->renderer));
    bench->snapshot.points_all_changed = false;
    printf("  all requests come at once: on the map after %d frames, %.1f ms in all, the longest "
           "%.1f ms\n",
           frames, all, worst);
}

/* ---- a size ---- */

static void
fill(struct bench *bench, const struct sample *sample, size_t points)
{
    bench->frame = sample_frame(sample);
    bench->snapshot = *bench->frame.snapshot;
    bench->crowd = crowd_of(&bench->scene, &bench->snapshot);
    bench->points = calloc(points ? points : 1, sizeof *bench->points);
    if (!bench->points) {
        abort();
    }
    for (size_t i = 0; i < points; i++) {
        bench->points[i] = crowd_point(&bench->crowd);
    }
    bench->snapshot.points = bench->points;
    bench->snapshot.points_count = points;
    bench->frame.snapshot = &bench->snapshot;
    bench->frame.time_ms = SAMPLE_MOMENT_MS;
}

static void
measure_all(struct bench *bench)
{
    struct renderer *renderer = bench->renderer;
    renderer_try_out(renderer, clock_mono_ns);
    for (int i = 0; i < 6; i++) { /* compiles, and tries the window out */
        clock_ticks(bench);
        show(bench);
    }
    const char *tried = renderer_tried(renderer);
    printf("  %s\n", tried ? tried : "the window was not tried out");
    printf("  dots are painted by the %s\n", renderer->gpu->slow ? "processor" : "GPU");
    measure_arrival(bench);
    printf("  %-24s", "ms, median of 20");
    for (int stage = 0; stage < STAGES; stage++) {
        printf(" %8s", stage_names[stage]);
    }
    printf("\n");
    step_between(renderer);
    measure(bench, "the clock ticks", clock_ticks);
    measure(bench, "1,000 requests change", tickets_change);
    measure(bench, "the window was lost", window_lost);
    measure(bench, "all is drawn anew", all_anew);
    printf("  faults: %lu\n", renderer_faults(renderer));
}

static bool
run(const struct options *options, int w, int h)
{
    static struct bench bench;
    struct yaml_report report = {0};
    struct err err = {""};
    struct display_config config = {.offscreen = true, .size = {w, h}};
    struct sample *sample = sample_create();
    memset(&bench, 0, sizeof bench);
    bool ok = scene_load(options->scene, &bench.scene, &report);
    if (ok) {
        scene_solve(&bench.scene, w, h, NULL);
        bench.display = display_create(&config, &err);
        bench.renderer = bench.display ? renderer_create(RENDERER_GL, &err) : NULL;
        ok = bench.renderer && renderer_set_scene(bench.renderer, &bench.scene, &report);
    }
    if (ok) {
        fill(&bench, sample, options->points);
        printf("%s, %d x %d, %zu requests on the map\n  %s\n", options->scene, w, h,
               options->points, renderer_describe(bench.renderer));
        measure_all(&bench);
    } else {
        fprintf(stderr, "%s\n%s", err.text, report.text.len ? report.text.ptr : "");
    }
    renderer_destroy(bench.renderer);
    display_destroy(bench.display);
    free(bench.points);
    yaml_report_free(&report);
    sample_destroy(sample);
    return ok;
}

static bool
read_sizes(const char *text, struct options *options)
{
    options->sizes_count = 0;
    while (*text && options->sizes_count < SIZES) {
        int *size = options->sizes[options->sizes_count++], used = 0;
        if (sscanf(text, "%5dx%5d%n", &size[0], &size[1], &used) != 2 || size[0] < 1 ||
            size[1] < 1) {
            return false;
        }
        text += used;
        text += *text == ',';
    }
    return options->sizes_count > 0 && !*text;
}

int
main(int argc, char **argv)
{
    struct options options = {"district-daily", {{3840, 2160}, {7680, 2160}}, 2, 1000000};
    bool ok = argc % 2 == 1;
    for (int i = 1; ok && i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--scene") == 0) {
            options.scene = argv[i + 1];
        } else if (strcmp(argv[i], "--size") == 0) {
            ok = read_sizes(argv[i + 1], &options);
        } else if (strcmp(argv[i], "--points") == 0) {
            options.points = strtoul(argv[i + 1], NULL, 10);
            ok = options.points <= 10000000;
        } else {
            ok = false;
        }
    }
    if (!ok) {
        fprintf(stderr, "usage: bench_stages [--scene NAME] [--size WxH,WxH] [--points N]\n");
        return 2;
    }
    for (int i = 0; i < options.sizes_count; i++) {
        ok = run(&options, options.sizes[i][0], options.sizes[i][1]) && ok;
    }
    return ok ? 0 : 1;
}

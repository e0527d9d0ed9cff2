/* What a frame costs with the sample district: nothing changed, the clock ticked, a request
 * arrived, everything repainted. Prints medians in ms, each until the GPU is done. */
#include "tests/gl/context.h"
#include "tests/golden/sample.h"
#include "wall/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 60 };

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct bench {
    struct renderer *renderer;
    struct scene scene;
    struct renderer_frame frame;
    uint8_t *pixels;
};

static void
nothing(struct bench *bench, int round)
{
    (void)round;
    renderer_draw(bench->renderer, &bench->frame);
}

static void
tick(struct bench *bench, int round)
{
    bench->frame.moment_ms = SAMPLE_MOMENT_MS + 10000 + round % 2 * 1000;
    renderer_draw(bench->renderer, &bench->frame);
}

/* The sample has one request that came 0.4 s before its moment: its ring moves on the map. */
static void
ripple(struct bench *bench, int round)
{
    bench->frame.moment_ms = SAMPLE_MOMENT_MS + round % 8 * 16;
    renderer_draw(bench->renderer, &bench->frame);
}

static void
empty(struct bench *bench, int round)
{
    (void)round;
    struct renderer_frame frame = bench->frame;
    frame.snapshot = NULL;
    renderer_draw(bench->renderer, &frame);
}

static void
everything(struct bench *bench, int round)
{
    (void)round;
    renderer_draw(bench->renderer, &bench->frame);
}

static void
present(struct bench *bench, int round)
{
    (void)round;
    renderer_present(bench->renderer, bench->scene.solved_w, bench->scene.solved_h);
    context_swap();
}

static void
measure(struct bench *bench, const char *name, void (*before)(struct bench *, int),
        void (*step)(struct bench *, int))
{
    double ms[ROUNDS];
    for (int i = -5; i < ROUNDS; i++) {
        if (before) {
            before(bench, i + 5);
            context_finish();
        }
        int64_t start = clock_mono_ns();
        step(bench, i + 5);
        context_finish();
        if (i >= 0) {
            ms[i] = (double)(clock_mono_ns() - start) / 1e6;
        }
    }
    qsort(ms, ROUNDS, sizeof ms[0], by_value);
    printf("  %-12s %7.2f ms, worst %7.2f\n", name, ms[ROUNDS / 2], ms[ROUNDS - 1]);
}

static bool
run(const char *name)
{
    static struct bench bench;
    struct yaml_report report = {0};
    struct err err = {""};
    struct sample *sample = sample_create();
    int64_t start = clock_mono_ns();
    bool ok = scene_load(name, &bench.scene, &report);
    if (ok) {
        scene_solve(&bench.scene, bench.scene.canvas_w, bench.scene.canvas_h, NULL);
        ok = context_create(bench.scene.solved_w, bench.scene.solved_h);
    }
    int64_t context = clock_mono_ns();
    bench.renderer = ok ? renderer_create(RENDERER_GL, &err) : NULL;
    ok = bench.renderer && renderer_set_scene(bench.renderer, &bench.scene, &report);
    if (ok) {
        bench.frame = sample_frame(sample);
        renderer_draw(bench.renderer, &bench.frame);
        context_finish();
        printf("%s, %d x %d, %s\n", name, bench.scene.solved_w, bench.scene.solved_h,
               renderer_describe(bench.renderer));
        printf("  first frame  %7.2f ms after the context\n",
               (double)(clock_mono_ns() - context) / 1e6);
        printf("  context      %7.2f ms\n", (double)(context - start) / 1e6);
        measure(&bench, "nothing", NULL, nothing);
        measure(&bench, "clock ticks", NULL, tick);
        measure(&bench, "ripple", NULL, ripple);
        measure(&bench, "everything", empty, everything);
        measure(&bench, "present", NULL, present);
    } else {
        fprintf(stderr, "%s\n%s", err.text, report.text.len ? report.text.ptr : "");
    }
    renderer_destroy(bench.renderer);
    context_destroy();
    yaml_report_free(&report);
    sample_destroy(sample);
    return ok;
}

int
main(void)
{
    return run("district-daily") && run("street-duty") ? 0 : 1;
}

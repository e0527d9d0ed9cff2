/* What a frame costs with the sample district: nothing changed, the clock ticked, a request
 * arrived, everything repainted; then with a crowd on the map: a million tickets arrive at once,
 * and more and more of them change in a frame. Prints medians in ms, each until the GPU is done. */
#include "tests/bench/crowd.h"
#include "tests/gl/context.h"
#include "tests/golden/sample.h"
#include "wall/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 60, CROWD = 1000000 };

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
    struct crowd crowd;
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

/* ---- a crowd ---- */

static double
crowd_frame_ms(struct bench *bench)
{
    int64_t start = clock_mono_ns();
    bench->frame.time_ms += 17;
    if (renderer_draw(bench->renderer, &bench->frame)) {
        renderer_present(bench->renderer, bench->scene.solved_w, bench->scene.solved_h);
        context_swap();
    }
    context_finish();
    return (double)(clock_mono_ns() - start) / 1e6;
}

static void
measure_arrival(struct bench *bench, struct snapshot *snapshot)
{
    double worst = 0, all = 0;
    int frames = 0;
    snapshot->points_all_changed = true;
    snapshot->points_version++;
    do {
        double ms = crowd_frame_ms(bench);
        worst = ms > worst ? ms : worst;
        all += ms;
        frames++;
    } while (!renderer_is_complete(bench->renderer));
    printf("  %zu tickets arrive: %d frames, %.2f ms in all, worst %.2f\n", snapshot->points_count,
           frames, all, worst);
}

static void
measure_changes(struct bench *bench, struct snapshot *snapshot, struct snapshot_point *points)
{
    static uint32_t changed[100000];
    snapshot->points_all_changed = false;
    snapshot->points_changed = changed;
    for (size_t count = 10; count <= 100000; count *= 10) {
        double ms[ROUNDS / 3];
        for (int i = 0; i < ROUNDS / 3; i++) {
            for (size_t k = 0; k < count; k++) {
                changed[k] = crowd_pick(&bench->crowd, (uint32_t)snapshot->points_count);
                points[changed[k]] = crowd_point(&bench->crowd);
            }
            snapshot->points_changed_count = count;
            snapshot->points_version += count;
            ms[i] = crowd_frame_ms(bench);
            snapshot->points_changed_count = 0;
        }
        qsort(ms, ROUNDS / 3, sizeof ms[0], by_value);
        printf("  %6zu of %zu tickets change: %7.2f ms, worst %7.2f\n", count,
               snapshot->points_count, ms[ROUNDS / 6], ms[ROUNDS / 3 - 1]);
    }
}

static void
crowd(struct bench *bench)
{
    struct snapshot snapshot = *bench->frame.snapshot;
    struct snapshot_point *points = calloc(CROWD, sizeof *points);
    bench->crowd = crowd_of(&bench->scene, &snapshot);
    for (size_t i = 0; points && i < CROWD; i++) {
        points[i] = crowd_point(&bench->crowd);
    }
    snapshot.points = points;
    bench->frame.snapshot = &snapshot;
    bench->frame.moment_ms = SAMPLE_MOMENT_MS;
    bench->frame.time_ms = SAMPLE_MOMENT_MS;
    renderer_try_out(bench->renderer, clock_mono_ns);
    for (int i = 0; i < 10; i++) {
        renderer_expose(bench->renderer);
        bench->frame.moment_ms += 1000;
        crowd_frame_ms(bench);
    }
    for (size_t count = CROWD / 10; points && count <= CROWD; count *= 10) {
        snapshot.points_count = count;
        measure_arrival(bench, &snapshot);
        measure_changes(bench, &snapshot, points);
    }
    free(points);
}

static bool
run(const char *name, int scale)
{
    static struct bench bench;
    struct yaml_report report = {0};
    struct err err = {""};
    struct sample *sample = sample_create();
    int64_t start = clock_mono_ns();
    bool ok = scene_load(name, &bench.scene, &report);
    if (ok) {
        scene_solve(&bench.scene, bench.scene.canvas_w * scale, bench.scene.canvas_h * scale, NULL);
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
        crowd(&bench);
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
    bool wide = run("district-daily", 1), street = run("street-duty", 1);
    return wide && street && run("street-duty", 2) ? 0 : 1;
}

/* What the map's painter costs on the CPU as the open tickets grow, for a snapped (district) and an
 * exact (street) scene, and of that the counting of what stands where; and what loading a map
 * costs. Prints medians in ms. No GPU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/map/map.h"
#include "render/paint.h"
#include "render/points.h"
#include "wall/base/clock.h"

enum { ROUNDS = 15 };

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(double *ms)
{
    qsort(ms, ROUNDS, sizeof *ms, by_value);
    return ms[ROUNDS / 2];
}

static double
now_ms(void)
{
    return (double)clock_mono_ns() / 1e6;
}

/* Open tickets spread over the district, one in 50 late, one in 20 nearly. */
static struct snapshot_point *
spread(size_t count, int64_t moment_ms)
{
    struct snapshot_point *points = calloc(count, sizeof *points);
    uint64_t random = 1;
    for (size_t i = 0; points && i < count; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        points[i] = (struct snapshot_point){
            .lon_e7 = 1161300000 + (int32_t)(random >> 40) % 1000000,
            .lat_e7 = 398900000 + (int32_t)(random >> 20 & 0xfffff) % 800000,
            .arrived_ms = moment_ms - 3600000 - (int64_t)i,
            .soon_ms = i % 20 ? INT64_MAX : moment_ms - 1,
            .overdue_ms = i % 50 ? INT64_MAX : moment_ms - 1,
            .street = 0,
            .used = true};
    }
    return points;
}

/* The points of a snapshot counted anew, without a dot drawn. */
static double
counting_ms(const struct map *map, const struct scene *scene, const struct snapshot *snapshot)
{
    double ms[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct points *points = points_create(map, scene->exact_points);
        double start = now_ms();
        points_update(points, snapshot, snapshot->at_ms, UINT32_MAX, SIZE_MAX);
        ms[i] = now_ms() - start;
        points_destroy(points);
    }
    return median(ms);
}

static void
paint_scene(const char *name, struct text *text)
{
    static struct scene scene;
    static struct theme theme;
    struct yaml_report report = {0};
    double ms[ROUNDS];
    struct map *map = NULL;
    if (!scene_load(name, &scene, &report) || !theme_load(scene.theme, &theme, &report)) {
        fprintf(stderr, "%s", report.text.ptr);
        exit(2);
    }
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, NULL);
    struct paint paint = {
        .list = draw_create(), .text = text, .theme = &theme, .scene = &scene, .unit = 1};
    for (int i = 0; i < scene.panels_count; i++) {
        if (scene.panels[i].kind == PANEL_MAP) {
            paint.panel = &scene.panels[i];
            paint.panel_index = i;
        }
    }
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_ms();
        map_destroy(map);
        map = map_create(&scene, paint.panel_index, &report);
        ms[i] = now_ms() - start;
    }
    paint.map = map;
    printf("%-16s load and fit       %8.3f ms\n", name, median(ms));
    struct snapshot_row row = {.code = str_from(scene.focus_street), .name = STR("八角")};
    struct snapshot snapshot = {.at_ms = 1795398087000};
    snapshot.groups[SNAPSHOT_STREET] = (struct snapshot_rows){&row, 1};
    struct renderer_frame frame = {.snapshot = &snapshot, .moment_ms = snapshot.at_ms};
    paint.frame = &frame;
    for (size_t count = 1000; count <= 1000000; count *= 10) {
        struct snapshot_point *points = spread(count, snapshot.at_ms);
        snapshot.points = points;
        snapshot.points_count = count;
        for (int i = 0; i < ROUNDS; i++) {
            double start = now_ms();
            draw_clear(paint.list);
            paint_map(&paint);
            ms[i] = now_ms() - start;
        }
        printf("%-16s %8zu points  %9.3f ms, of them counting %9.3f ms\n", name, count, median(ms),
               counting_ms(map, &scene, &snapshot));
        free(points);
    }
    map_destroy(map);
    draw_destroy(paint.list);
    yaml_report_free(&report);
}

int
main(void)
{
    struct err err = {0};
    struct text *text = text_create(&err);
    if (!text) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    paint_scene("district-daily", text);
    paint_scene("street-duty", text);
    text_destroy(text);
    return 0;
}

/* Any bytes as a GeoJSON layer of streets: loaded, fitted, simplified, cut and filled. */
#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "render/map/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct map *map)
{
    int count;
    const struct map_shape *shapes = map_shapes(map, &count);
    for (int s = 0; s < count; s++) {
        for (int i = 0; i < shapes[s].triangles_count * 6; i++) {
            if (!isfinite(shapes[s].triangles[i]) || fabsf(shapes[s].triangles[i]) > 4000) {
                __builtin_trap();
            }
        }
        for (int l = 0; l < shapes[s].lines_count; l++) {
            for (int i = 0; i < shapes[s].lines[l].count * 2; i++) {
                if (!isfinite(shapes[s].lines[l].xy[i])) {
                    __builtin_trap();
                }
            }
        }
    }
    uint32_t cell = map_cell(map, 116.2, 39.9);
    if (cell != MAP_NO_CELL && cell >= map_cells_count(map)) {
        __builtin_trap();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scene scene;
    int fd = memfd_create("layer", 0);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        return -1;
    }
    scene = (struct scene){.canvas_w = 1920,
                           .canvas_h = 1080,
                           .tiles_x = 1,
                           .tiles_y = 1,
                           .solved_w = 1920,
                           .solved_h = 1080,
                           .layers_count = 1,
                           .panels_count = 1};
    scene.panels[0] = (struct panel){.kind = PANEL_MAP, .rect = {10, 10, 900, 700}};
    struct scene_layer *layer = &scene.layers[0];
    *layer = (struct scene_layer){.kind = SCENE_LAYER_STREETS, .code_key = "code"};
    snprintf(layer->path, sizeof layer->path, "/proc/self/fd/%d", fd);
    snprintf(layer->crs, sizeof layer->crs, size % 2 ? "wgs84" : "gcj02");
    struct yaml_report report = {0};
    struct map *map = map_create(&scene, 0, &report);
    if (map) {
        check(map);
    } else if (report.count == 0) {
        __builtin_trap();
    }
    map_destroy(map);
    yaml_report_free(&report);
    close(fd);
    return 0;
}

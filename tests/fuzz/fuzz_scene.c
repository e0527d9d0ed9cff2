/* Any bytes as a scene file; what is taken is solved on several canvases and must stay on them. */
#include "layouts/scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_on(struct scene *scene, int w, int h)
{
    struct buf notes = {0};
    scene_solve(scene, w, h, &notes);
    buf_free(&notes);
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel_rect *r = &scene->panels[i].rect;
        if (r->w != 0 && (r->x < 0 || r->y < 0 || r->x + r->w > w || r->y + r->h > h)) {
            __builtin_trap();
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct str text = {(const char *)data, size};
    if (scene_parse("fuzz.yaml", text, &scene, &report)) {
        check_on(&scene, scene.canvas_w, scene.canvas_h);
        check_on(&scene, 1920, 1080);
        check_on(&scene, 333, 7777);
    } else if (report.count == 0) {
        __builtin_trap();
    }
    yaml_report_free(&report);
    return 0;
}

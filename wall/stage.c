#include "wall/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/file.h"
#include "wall/base/log.h"

struct stage {
    struct renderer *renderer;
    struct scene scene;
    char focus[65]; /* asked for over the scene's own; "" = none */
    int w, h;       /* of the canvas asked for; 0 = the scene's own */
    struct scene_wall wall;
    /* The first scene's tabs: a scene without any can still be left. */
    char tabs[SCENE_TABS][sizeof((struct scene *)0)->folder + 80];
    char names[SCENE_TABS][64];
    int tabs_count;
};

bool
stage_load_scene(const char *name, struct scene *out, struct yaml_report *report)
{
    return scene_load(name, out, report);
}

/* One line in the log for each line of the text. */
static void
log_lines(const char *text)
{
    while (text && *text) {
        size_t len = strcspn(text, "\n");
        log_line(LOG_LEVEL_WARNING, "scene", "%.*s", (int)(len > 900 ? 900 : len), text);
        text += len + (text[len] == '\n');
    }
}

static void
keep_tabs(struct stage *stage)
{
    const struct scene *scene = &stage->scene;
    for (int i = 0; i < scene->tabs_count; i++) {
        char *path = stage->tabs[i];
        size_t size = sizeof stage->tabs[i];
        snprintf(stage->names[i], sizeof stage->names[i], "%s", scene->tab_scenes[i]);
        snprintf(path, size, "%s%s.yaml", scene->folder, scene->tab_scenes[i]);
        if (!scene->folder[0] || !file_exists(path)) {
            snprintf(path, size, "%s", scene->tab_scenes[i]);
        }
    }
    stage->tabs_count = scene->tabs_count;
}

bool
stage_fit(int most, int *w, int *h)
{
    int64_t asked_w = *w, asked_h = *h, longer = asked_w > asked_h ? asked_w : asked_h;
    if (longer <= most || most < 1) {
        return false;
    }
    *w = (int)((asked_w * most + longer / 2) / longer);
    *h = (int)((asked_h * most + longer / 2) / longer);
    *w = *w < 1 ? 1 : *w;
    *h = *h < 1 ? 1 : *h;
    return true;
}

static bool
put_on(struct stage *stage, struct scene *scene, struct yaml_report *report)
{
    struct buf notes = {0};
    scene_hang(scene, &stage->wall);
    int asked_w = stage->w ? stage->w : scene->canvas_w;
    int asked_h = stage->h ? stage->h : scene->canvas_h;
    int w = asked_w, h = asked_h;
    if (stage_fit(renderer_max_size(stage->renderer), &w, &h)) {
        log_line(LOG_LEVEL_WARNING, "scene",
                 "a canvas of %dx%d is more than this GPU draws: it is drawn at %dx%d and enlarged",
                 asked_w, asked_h, w, h);
    }
    scene_solve(scene, w, h, &notes);
    log_lines(notes.ptr);
    buf_free(&notes);
    if (!renderer_set_scene(stage->renderer, scene, report)) {
        return false;
    }
    stage->scene = *scene;
    return true;
}

struct stage *
stage_create(enum renderer_backend backend, const char *name, int w, int h,
             const struct scene_wall *wall, struct yaml_report *report, struct err *err)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct scene *scene = calloc(1, sizeof *scene);
    if (!stage || !scene) {
        abort();
    }
    stage->w = w;
    stage->h = h;
    stage->wall = wall ? *wall : (struct scene_wall){0};
    bool good = scene_load(name, scene, report);
    if (good) {
        stage->renderer = renderer_create(backend, err);
        log_line(LOG_LEVEL_DEBUG, "start", "fonts and shaders are there; scene and map follow");
        good = stage->renderer && put_on(stage, scene, report);
    }
    free(scene);
    if (!good) {
        stage_destroy(stage);
        return NULL;
    }
    keep_tabs(stage);
    return stage;
}

void
stage_destroy(struct stage *stage)
{
    if (stage) {
        renderer_destroy(stage->renderer);
        free(stage);
    }
}

static bool
load_and_show(struct stage *stage, const char *name, const char *focus)
{
    struct yaml_report report = {0};
    struct scene *scene = calloc(1, sizeof *scene);
    if (!scene) {
        abort();
    }
    bool good = scene_load(name, scene, &report);
    if (good && *focus) {
        snprintf(scene->focus_street, sizeof scene->focus_street, "%s", focus);
    }
    good = good && put_on(stage, scene, &report);
    if (!good) {
        log_lines(report.text.ptr);
        /* The renderer may have let go of the old scene's map. */
        *scene = stage->scene;
        struct yaml_report again = {0};
        put_on(stage, scene, &again);
        yaml_report_free(&again);
    } else {
        snprintf(stage->focus, sizeof stage->focus, "%s", focus);
    }
    free(scene);
    yaml_report_free(&report);
    return good;
}

bool
stage_show(struct stage *stage, const char *name, const char *focus)
{
    if (strcmp(name, stage->scene.name) == 0 && strcmp(focus, stage->focus) == 0) {
        return true;
    }
    for (int i = 0; i < stage->tabs_count; i++) {
        if (strcmp(name, stage->names[i]) == 0) {
            return load_and_show(stage, stage->tabs[i], focus);
        }
    }
    return load_and_show(stage, name, focus);
}

bool
stage_show_tab(struct stage *stage, int tab)
{
    if (tab < 0 || tab >= stage->tabs_count || tab == stage_tab_now(stage)) {
        return false;
    }
    return load_and_show(stage, stage->tabs[tab], "");
}

bool
stage_resize(struct stage *stage, int w, int h)
{
    if (w <= 0 || h <= 0 || (w == stage->w && h == stage->h)) {
        return false;
    }
    struct yaml_report report = {0};
    struct scene *scene = malloc(sizeof *scene);
    if (!scene) {
        abort();
    }
    *scene = stage->scene;
    stage->w = w;
    stage->h = h;
    bool good = put_on(stage, scene, &report);
    if (!good) {
        log_lines(report.text.ptr);
    }
    free(scene);
    yaml_report_free(&report);
    return good;
}

void
stage_tell_left_out(struct stage *stage)
{
    struct buf lines = {0};
    renderer_left_out(stage->renderer, &lines);
    log_lines(lines.ptr);
    buf_free(&lines);
}

int
stage_tabs(const struct stage *stage)
{
    return stage->tabs_count;
}

int
stage_tab_now(const struct stage *stage)
{
    for (int i = 0; i < stage->tabs_count; i++) {
        if (strcmp(stage->names[i], stage->scene.name) == 0) {
            return i;
        }
    }
    return -1;
}

const struct scene *
stage_scene(const struct stage *stage)
{
    return &stage->scene;
}

struct renderer *
stage_renderer(struct stage *stage)
{
    return stage->renderer;
}

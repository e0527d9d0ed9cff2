#include "wall/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/client/client.h"
#include "render/legible.h"
#include "render/renderer.h"
#include "wall/base/file.h"
#include "wall/base/when.h"
#include "wall/check_sample.h"

bool
check_profile(const struct config *config, struct profile *out, struct yaml_report *report)
{
    char asset[300], path[1024];
    profile_default(out);
    if (str_ends(config->profile, ".yaml")) {
        return profile_load(config->profile.ptr, out, report);
    }
    snprintf(asset, sizeof asset, "profiles/%.*s.yaml", STR_ARG(config->profile));
    if (!file_find_asset(asset, path, sizeof path)) {
        yaml_error_at(report, asset, 0, 0,
                      "no such profile in the assets; name one of them, or a path that ends in "
                      ".yaml");
        return false;
    }
    return profile_load(path, out, report);
}

static void
check_file(struct str path, const char *what, struct yaml_report *report)
{
    struct buf bytes = {0};
    struct err err = {""};
    if (path.len && !file_read(path.ptr, 1 << 20, &bytes, &err)) {
        yaml_error_at(report, path.ptr, 0, 0, "%s: %s", what, err.text);
    }
    buf_free(&bytes);
}

struct drawn {
    struct renderer *renderer;
    const struct snapshot *snapshot;
};

/* Draws the sample as it would be seen live, and once the feed has stopped. */
static void
look(struct legible *legible, struct renderer *renderer, const struct snapshot *snapshot)
{
    struct renderer_frame frame = {.snapshot = snapshot, .moment_ms = snapshot->at_ms};
    frame.feed =
        (struct renderer_feed){.connected = true, .in_sync = true, .live = true, .age_ms = 400};
    renderer_draw(renderer, &frame);
    legible_look(legible, renderer);
    frame.feed.connected = frame.feed.in_sync = false;
    frame.feed.stale = true;
    frame.feed.age_ms = 4 * WHEN_MINUTE;
    renderer_draw(renderer, &frame);
    legible_look(legible, renderer);
}

/* What the scene is for is not to go missing unnoticed: panels of the first priority that the
 * arrangement has and the canvas has no room for. Returns how many. */
static int
check_first(const struct scene *scene, struct yaml_report *report)
{
    int found = 0;
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel *panel = &scene->panels[i];
        bool shown = scene->grids[scene->grid_now].places[i].shown;
        if (shown && panel->rect.w == 0 && panel->priority == 0) {
            found++;
            yaml_error_at(report, scene->file, 0, 0,
                          "panel '%s' on %dx%d, read from %.1f m: it is of the first priority and "
                          "there is no room for it; make the canvas larger or move the viewer "
                          "closer, or give it a priority over 0 where the scene can do without it",
                          panel->id, scene->solved_w, scene->solved_h, scene->farthest_m);
        }
    }
    return found;
}

/* What is left out on this canvas, and what cannot be read there. false: it cannot be drawn. */
static bool
check_canvas(struct scene *scene, const struct drawn *drawn, int w, int h, bool table,
             struct yaml_report *report, struct buf *out)
{
    struct buf notes = {0};
    struct theme theme;
    scene_solve(scene, w, h, &notes);
    bool good = renderer_set_scene(drawn->renderer, scene, report) &&
                theme_load(scene->theme, &theme, report);
    struct legible *legible = calloc(1, sizeof *legible);
    if (!legible) {
        abort();
    }
    if (good) {
        look(legible, drawn->renderer, drawn->snapshot);
        int found = check_first(scene, report);
        found += legible_check(legible, scene, &theme, report);
        if (table) {
            legible_table(legible, scene, &theme, out);
        } else {
            buf_printf(out, "%s on %dx%d: %s\n", scene->name, w, h,
                       found ? "not legible everywhere" : "legible");
        }
        legible_left_out(legible, scene, out);
    }
    buf_add(out, notes.len ? notes.ptr : "", notes.len);
    buf_free(&notes);
    free(legible);
    return good;
}

bool
check_metrics(const struct scene *scene, const struct profile *profile, struct yaml_report *report)
{
    int before = report->count;
    const char *known[PROFILE_METRICS + 1] = {NULL};
    for (int m = 0; m < profile->metrics_count; m++) {
        known[m] = profile->metrics[m].id;
    }
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel *panel = &scene->panels[i];
        for (int m = 0; m < panel->metrics_count; m++) {
            const char *const *name = known;
            while (*name && strcmp(*name, panel->metrics[m]) != 0) {
                name++;
            }
            if (!*name) {
                const char *near = yaml_near(str_from(panel->metrics[m]), known);
                yaml_error_at(report, scene->file, panel->metrics_line, panel->metrics_column,
                              "panel %s: the profile %s has no metric '%s'%s%s%s", panel->id,
                              profile->name, panel->metrics[m], near ? "; did you mean " : "",
                              near ? near : "", near ? "?" : "");
            }
        }
    }
    return report->count == before;
}

/* On the canvas that is asked for; without one on each that the scene has an arrangement for. */
static void
check_drawn(const struct config *config, struct scene *scene, const struct profile *profile,
            struct yaml_report *report, struct buf *out)
{
    struct err err = {""};
    struct drawn drawn = {.renderer = renderer_create(RENDERER_NULL, &err)};
    struct check_sample *sample = check_sample_create(profile, scene->focus_street, report);
    if (!drawn.renderer) {
        yaml_error_at(report, config->scene.ptr, 0, 0, "%s", err.text);
    } else if (sample) {
        int w = config->size[0] ? config->size[0] : scene->canvas_w;
        int h = config->size[1] ? config->size[1] : scene->canvas_h;
        drawn.snapshot = check_sample_snapshot(sample);
        bool good = check_canvas(scene, &drawn, w, h, true, report, out);
        for (int i = 1; good && i < scene->grids_count && !config->size[0]; i++) {
            good = check_canvas(scene, &drawn, scene->grids[i].canvas_w, scene->grids[i].canvas_h,
                                false, report, out);
        }
    }
    renderer_destroy(drawn.renderer);
    check_sample_destroy(sample);
}

static void
check_scene(const struct config *config, const struct profile *profile, struct yaml_report *report,
            struct buf *out)
{
    struct theme theme;
    struct scene *scene = calloc(1, sizeof *scene);
    if (!scene) {
        abort();
    }
    if (scene_load(config->scene.ptr, scene, report)) {
        check_metrics(scene, profile, report);
        scene_hang(scene, &config->wall);
        check_drawn(config, scene, profile, report, out);
    } else if (scene->theme[0]) {
        theme_load(scene->theme, &theme, report);
    }
    free(scene);
}

bool
check_all(const struct config *config, struct yaml_report *report, struct buf *out)
{
    int before = report->count;
    struct profile profile;
    struct err err = {""};
    struct client_url url;
    if (config->feed.len && !client_parse_url(config->feed.ptr, &url, &err)) {
        yaml_error_at(report, config->file.len ? config->file.ptr : "--feed", 0, 0, "%s", err.text);
    }
    check_file(config->token_file, "token_file", report);
    check_file(config->ca, "ca", report);
    if (check_profile(config, &profile, report) && !when_set_zone(profile.zone, &err)) {
        yaml_error_at(report, config->profile.ptr, 0, 0, "%s", err.text);
    }
    check_scene(config, &profile, report, out);
    return report->count == before;
}

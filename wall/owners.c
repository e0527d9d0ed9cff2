#include "wall/owners.h"

#include <stdio.h>
#include <stdlib.h>

#include "wall/base/clock.h"
#include "wall/base/log.h"
#include "wall/base/when.h"
#include "wall/check.h"

#define DEMO_SHOT "wallboard.png"

static void
wake_display(void *user)
{
    struct owners *own = user;
    struct display *display = atomic_load(&own->to_wake);
    ahead_wake(&own->ahead);
    if (display) {
        display_wake(display);
    }
}

static bool
start_profile(struct owners *own, struct yaml_report *report, struct err *err)
{
    return check_profile(&own->config, &own->profile, report) &&
           when_set_zone(own->profile.zone, err);
}

/* Without a display the demonstration draws one picture and says how to see it live. */
static void
demo_without_display(struct config *config)
{
    struct buf list = {0};
    struct err err = {""};
    if (!config->offscreen && display_list(&list, &err)) {
        buf_free(&list);
        return;
    }
    bool asked = config->offscreen;
    config->offscreen = true;
    if (!config->shot.len && !config->dump.len && !asked) {
        config->shot = STR(DEMO_SHOT);
        config->timeout_s = config->timeout_s < 120 ? 120 : config->timeout_s;
        printf("No display was found: one picture is drawn offscreen and saved as %s.\n"
               "To see the wall live, run the same command on a desktop, or on this "
               "machine with:\n"
               "  xvfb-run -s '-screen 0 1920x1080x24' wallboard --demo\n",
               DEMO_SHOT);
        fflush(stdout);
    }
    buf_free(&list);
}

static bool
start_demo(struct owners *own, int64_t now_ms, struct err *err)
{
    struct demo_config demo = {&own->profile, now_ms, clock_wall_ms};
    demo_without_display(&own->config);
    own->demo = demo_start(&demo, err);
    return own->demo != NULL;
}

static bool
start_feed(struct owners *own, struct err *err)
{
    const struct config *config = &own->config;
    struct client_config client = {
        .url = own->demo ? demo_url(own->demo) : config->feed.ptr,
        .token_file = config->token_file.len ? config->token_file.ptr : NULL,
        .ca = config->ca.len ? config->ca.ptr : NULL,
        .wall = config->name.ptr,
        .node = config->node.ptr,
        .wake = wake_display,
        .user = own,
    };
    own->helper = helper_create();
    own->tickets = tickets_create(&own->profile);
    tickets_set_helper(own->tickets, own->helper);
    own->feed = feed_start(&client, own->tickets, err);
    return own->feed != NULL;
}

/* Offscreen the scene's own size is drawn, on a display what the display gives. */
static bool
start_glass(struct owners *own, struct yaml_report *report, struct err *err)
{
    const struct config *config = &own->config;
    struct display_config display = {.offscreen = config->offscreen,
                                     .size = {config->size[0], config->size[1]},
                                     .index = (int)config->display};
    if (config->offscreen && !config->size[0]) {
        struct scene *scene = calloc(1, sizeof *scene);
        bool good = scene && stage_load_scene(config->scene.ptr, scene, report);
        if (good) {
            display.size[0] = scene->canvas_w;
            display.size[1] = scene->canvas_h;
        }
        free(scene);
        if (!good) {
            return false;
        }
    }
    own->display = display_create(&display, err);
    if (!own->display) {
        return false;
    }
    atomic_store(&own->to_wake, own->display);
    log_line(LOG_LEVEL_DEBUG, "start", "the window and its context are there");
    int w = display.size[0], h = display.size[1];
    if (!config->offscreen) {
        display_size(own->display, &w, &h);
    }
    own->stage = stage_create(RENDERER_GL, config->scene.ptr, w, h, &config->wall, report, err);
    if (!own->stage || !check_metrics(stage_scene(own->stage), &own->profile, report)) {
        return false;
    }
    renderer_set_helper(stage_renderer(own->stage), own->helper);
    renderer_try_out(stage_renderer(own->stage), clock_mono_ns);
    log_line(LOG_LEVEL_INFO, "display", "%s; %s", display_describe(own->display),
             renderer_describe(stage_renderer(own->stage)));
    return true;
}

bool
owners_start(struct owners *own, int64_t now_ms, int64_t (*moment)(void *user),
             struct yaml_report *report, struct err *err)
{
    ahead_init(&own->ahead);
    if (!start_profile(own, report, err)) {
        return false;
    }
    if (!own->config.demo && !own->config.feed.len) {
        return err_set(err, "no feed: give --feed URL of a hub, or --demo to see a simulated one");
    }
    if ((own->config.demo && !start_demo(own, now_ms, err)) || !start_feed(own, err)) {
        return false;
    }
    ahead_start(&own->ahead, own->feed, moment, own);
    return start_glass(own, report, err);
}

void
owners_finish(struct owners *own)
{
    ahead_stop(&own->ahead);
    atomic_store(&own->to_wake, NULL);
    feed_stop(own->feed); /* ends the thread that wakes the others */
    ahead_finish(&own->ahead);
    stage_destroy(own->stage);
    display_destroy(own->display);
    tickets_destroy(own->tickets);
    helper_destroy(own->helper);
    demo_stop(own->demo);
    kiosk_finish(&own->kiosk);
}

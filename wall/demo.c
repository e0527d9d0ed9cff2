#include "wall/demo.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/hub/hub.h"
#include "feeds/hub/simulate.h"
#include "wall/base/arena.h"
#include "wall/base/file.h"
#include "wall/base/log.h"

#define BATCH 5000
#define LIVE_EVERY_MS 250

struct demo {
    struct demo_config config;
    struct hub *hub;
    struct simulate *simulate;
    char folder[512], url[64];
    pthread_t thread;
    pthread_mutex_t lock; /* guards end: the thread sleeps on it, nothing else is shared */
    pthread_cond_t wake;
    bool running, end;
    struct event *batch;
    struct arena arena;
};

static bool
make_folder(struct demo *demo, struct err *err)
{
    const char *base = getenv("TMPDIR");
    int len = snprintf(demo->folder, sizeof demo->folder, "%s/wallboard-demo-XXXXXX",
                       base && *base ? base : "/tmp");
    if (len < 0 || len >= (int)sizeof demo->folder || !mkdtemp(demo->folder)) {
        int why = errno;
        demo->folder[0] = '\0';
        return err_set(err,
                       "demo: no temporary folder in %s: %s; set TMPDIR to one that can be "
                       "written",
                       base && *base ? base : "/tmp", strerror(why));
    }
    return true;
}

/* The folder is ours alone and holds plain files only. */
static void
remove_folder(const char *folder)
{
    DIR *dir = *folder ? opendir(folder) : NULL;
    if (!dir) {
        return;
    }
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    closedir(dir);
    rmdir(folder);
}

static struct str
keep(struct demo *demo, struct str s)
{
    return s.len ? arena_str(&demo->arena, s) : s;
}

/* The simulation's strings live until its next call only. */
static void
keep_event(struct demo *demo, struct event *event)
{
    struct str *strings[] = {
        &event->id,
        &event->source,
        &event->subject,
        &event->type_name,
        &event->json,
        &event->data.channel,
        &event->data.category,
        &event->data.street,
        &event->data.community,
        &event->data.summary,
        &event->data.unit,
        &event->data.property,
        &event->data.reason,
        &event->data.by,
        &event->data.text,
        &event->data.outcome,
        &event->data.extra,
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        *strings[i] = keep(demo, *strings[i]);
    }
    int count = event->data.units_count;
    struct str *units = arena_zalloc(&demo->arena, (size_t)count + 1, sizeof *units);
    for (int i = 0; i < count; i++) {
        units[i] = keep(demo, event->data.units[i]);
    }
    event->data.units = units;
}

/* Everything that has arrived by then; false: the hub refused it. */
static bool
hand_over(struct demo *demo, int64_t until_ms, struct err *err)
{
    size_t count;
    do {
        count = 0;
        arena_reset(&demo->arena);
        while (count < BATCH &&
               simulate_next(demo->simulate, until_ms, &demo->batch[count], NULL)) {
            keep_event(demo, &demo->batch[count++]);
        }
        if (count && !hub_append(demo->hub, demo->batch, count, err)) {
            return false;
        }
    } while (count == BATCH);
    return true;
}

static bool
sleeps_on(struct demo *demo)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LIVE_EVERY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&demo->lock);
    while (!demo->end && pthread_cond_timedwait(&demo->wake, &demo->lock, &until) == 0) {
    }
    bool on = !demo->end;
    pthread_mutex_unlock(&demo->lock);
    return on;
}

static void *
live(void *user)
{
    struct demo *demo = user;
    while (sleeps_on(demo)) {
        struct err err = {""};
        if (!hand_over(demo, demo->config.clock_ms(), &err)) {
            log_line(LOG_LEVEL_WARNING, "demo", "no more events: %s", err.text);
            break;
        }
    }
    return NULL;
}

static bool
start_hub(struct demo *demo, struct err *err)
{
    char log[600], directory[1024];
    snprintf(log, sizeof log, "%s/log.db", demo->folder);
    if (!file_find_asset("directories/shijingshan.yaml", directory, sizeof directory)) {
        return err_set(err, "demo: directories/shijingshan.yaml is missing from the assets; set "
                            "WALLBOARD_ASSETS to their folder");
    }
    struct hub_config hub = {
        .listen = "127.0.0.1:0",
        .log = log,
        .profile = demo->config.profile,
        .directory = directory,
    };
    demo->hub = hub_start(&hub, err);
    if (demo->hub) {
        snprintf(demo->url, sizeof demo->url, "ws://127.0.0.1:%d/feed/v1", hub_port(demo->hub));
        log_line(LOG_LEVEL_INFO, "demo", "its hub serves other walls too: --feed %s", demo->url);
    }
    return demo->hub != NULL;
}

struct demo *
demo_start(const struct demo_config *config, struct err *err)
{
    struct demo *demo = calloc(1, sizeof *demo);
    if (!demo) {
        abort();
    }
    demo->config = *config;
    pthread_mutex_init(&demo->lock, NULL);
    pthread_cond_init(&demo->wake, NULL);
    demo->batch = calloc(BATCH, sizeof *demo->batch);
    struct simulate_config simulate = {
        .days = DEMO_DAYS, .per_day = DEMO_PER_DAY, .seed = DEMO_SEED, .until_ms = config->now_ms};
    bool good = demo->batch && make_folder(demo, err) && start_hub(demo, err);
    if (good) {
        log_line(LOG_LEVEL_INFO, "demo", "simulating %d days of a district with %d tickets a day",
                 DEMO_DAYS, DEMO_PER_DAY);
        demo->simulate = simulate_create(&simulate, err);
        good = demo->simulate && hand_over(demo, config->now_ms, err);
    }
    if (good && pthread_create(&demo->thread, NULL, live, demo) != 0) {
        good = err_set(err, "demo: no thread could be started");
    } else if (good) {
        demo->running = true;
    }
    if (!good) {
        demo_stop(demo);
        return NULL;
    }
    return demo;
}

void
demo_stop(struct demo *demo)
{
    if (!demo) {
        return;
    }
    if (demo->running) {
        pthread_mutex_lock(&demo->lock);
        demo->end = true;
        pthread_cond_signal(&demo->wake);
        pthread_mutex_unlock(&demo->lock);
        pthread_join(demo->thread, NULL);
    }
    hub_stop(demo->hub);
    simulate_destroy(demo->simulate);
    remove_folder(demo->folder);
    arena_free(&demo->arena);
    pthread_cond_destroy(&demo->wake);
    pthread_mutex_destroy(&demo->lock);
    free(demo->batch);
    free(demo);
}

const char *
demo_url(const struct demo *demo)
{
    return demo->url;
}

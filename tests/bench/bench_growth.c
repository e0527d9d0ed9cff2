/* bench_growth: what a wall's memory grows by beyond the data that came in. Not a test.
 *
 *     bench_growth WALLBOARD [--tickets N] [--rate R] [--warm M] [--minutes M]
 *
 * Two minimal hubs on loopback send the same snapshot and the same events, one to the wall under a
 * virtual X server, one to a process that has the wall's own data side (tickets, figures, and the
 * map's entry for each ticket) and nothing else. What the wall grows by and the other does not is
 * none of these. Prints both every minute. The first ones (--warm, 6) are for warming up: what the
 * heap gave back after the snapshot comes into use again, caches fill; the next ones (--minutes,
 * 10) count. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "render/map/map.h"
#include "render/points.h"
#include "tests/bench/glass_peer.h"
#include "tests/bench/glass_screen.h"
#include "wall/base/clock.h"
#include "wall/base/log.h"
#include "wall/feed.h"

#define TURN_NS 16000000
#define MINUTE_NS INT64_C(60000000000)
#define SYNC_NS INT64_C(15000000000)
#define SCENE "district-daily"
#define WIDTH 1920
#define HEIGHT 1080
#define SIZE "1920x1080"

enum { TICKETS, RATE, WARM, MINUTES, OPTIONS };

/* One of the two that follow. */
struct follower {
    struct glass_load *load;
    struct glass_peer *peer;
    pid_t pid;
};

/* Memory of its own: what it shares with others (libraries) grows and shrinks with them. */
static double
own_mb(pid_t pid)
{
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "Anonymous: %lf kB", &kb) == 1) {
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return kb / 1024;
}

/* The tickets' entries in the map of the wall's scene, which are data, too; NULL: no such map. */
static struct points *
create_points(void)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct map *map = NULL;
    if (scene_load(SCENE, &scene, &report)) {
        scene_solve(&scene, WIDTH, HEIGHT, NULL);
        for (int i = 0; i < scene.panels_count && !map; i++) {
            map = scene.panels[i].kind == PANEL_MAP ? map_create(&scene, i, &report) : NULL;
        }
    }
    return map ? points_create(map, scene.exact_points) : NULL;
}

/* The data side alone: the feed, the tickets, the figures of each moment and the map's points, as
 * the wall's loop has them. Until it is killed. */
static int
follow(const char *url)
{
    static struct profile profile;
    mallopt(M_MMAP_THRESHOLD, 512 * 1024); /* as a wall's: arrays lie as there */
    struct points *points = create_points();
    struct err err = {""};
    struct client_config config = {.url = url, .wall = "bench", .node = "bench"};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    log_set_level(LOG_LEVEL_WARNING);
    profile_default(&profile);
    struct tickets *tickets = tickets_create(&profile);
    tickets_set_helper(tickets, helper_create()); /* as a wall's */
    struct feed *feed = feed_start(&config, tickets, &err);
    if (!feed || !points) {
        fprintf(stderr, "bench_growth: %s\n", feed ? "no map of " SCENE : err.text);
        return 1;
    }
    for (;;) {
        int64_t now_ms = clock_wall_ms();
        while (feed_fold(feed, now_ms, 512)) {
        }
        points_update(points, tickets_glance(tickets, now_ms), now_ms, UINT32_MAX, SIZE_MAX);
        clock_sleep_ns(TURN_NS);
    }
}

static bool
start(struct follower *follower, const struct glass_load_config *config, const char *program,
      const char *const *options, struct err *err)
{
    char url[64];
    const char *arguments[16] = {program};
    size_t count = 1;
    follower->load = glass_load_create(config, err);
    follower->peer = follower->load ? glass_peer_start(follower->load, err) : NULL;
    if (!follower->peer) {
        return false;
    }
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/feed/v1", glass_peer_port(follower->peer));
    for (; *options; options++) {
        arguments[count++] = *options;
    }
    arguments[count] = url;
    int failed = posix_spawn(&follower->pid, program, NULL, NULL,
                             (char *const *)(uintptr_t)arguments, environ);
    if (failed) {
        follower->pid = 0;
        return err_set(err, "%s: %s", program, strerror(failed));
    }
    return true;
}

static void
end(struct follower *follower)
{
    if (follower->pid > 0) {
        kill(follower->pid, SIGKILL);
        waitpid(follower->pid, NULL, 0);
    }
    glass_peer_stop(follower->peer);
    glass_load_destroy(follower->load);
}

static const char *
trouble(const struct follower *followers)
{
    for (int i = 0; i < 2; i++) {
        if (waitpid(followers[i].pid, NULL, WNOHANG) != 0) {
            return "one of the two ended";
        }
        if (glass_peer_trouble(followers[i].peer)) {
            return glass_peer_trouble(followers[i].peer);
        }
    }
    return NULL;
}

static bool
watch(const struct follower *followers, double rate, int warm, int minutes)
{
    double first_mb = 0, warm_mb = 0, beyond_mb = 0;
    clock_sleep_ns(SYNC_NS);
    for (int i = 0; i < 2; i++) {
        glass_peer_rate(followers[i].peer, rate, false);
    }
    printf("%8s %10s %9s %9s %9s\n", "minute", "events", "wall MB", "data MB", "rest MB");
    for (int minute = 0; minute <= warm + minutes; minute++) {
        if (minute > 0) {
            clock_sleep_ns(MINUTE_NS);
        }
        if (trouble(followers)) {
            fprintf(stderr, "bench_growth: %s\n", trouble(followers));
            return false;
        }
        double wall_mb = own_mb(followers[0].pid), data_mb = own_mb(followers[1].pid);
        beyond_mb = wall_mb - data_mb;
        first_mb = minute == 1 ? beyond_mb : first_mb;
        warm_mb = minute == warm ? beyond_mb : warm_mb;
        printf("%8d %10llu %9.1f %9.1f %9.1f\n", minute,
               (unsigned long long)glass_peer_sent(followers[0].peer), wall_mb, data_mb, beyond_mb);
        fflush(stdout);
    }
    printf("beyond the data: %+.2f MB from minute 1 to %d, then %+.2f MB in %d minutes\n",
           warm_mb - first_mb, warm, beyond_mb - warm_mb, minutes);
    return true;
}

static bool
run(const char *wall, const char *self, const double options[OPTIONS], struct err *err)
{
    static const char *const wall_options[] = {"--scene",     SCENE,     "--size", SIZE,
                                               "--log-level", "warning", "--feed", NULL};
    static const char *const data_options[] = {"--follow", NULL};
    struct follower followers[2] = {0};
    struct glass_load_config config = {
        .tickets = (size_t)options[TICKETS], .open = 1, .now_ms = clock_wall_ms()};
    struct glass_screen *screen = glass_screen_start(WIDTH, HEIGHT, err);
    if (!screen) {
        return false;
    }
    setenv("DISPLAY", glass_screen_display(screen), 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    bool good = start(&followers[0], &config, wall, wall_options, err) &&
                start(&followers[1], &config, self, data_options, err) &&
                watch(followers, options[RATE], (int)options[WARM], (int)options[MINUTES]);
    end(&followers[0]);
    end(&followers[1]);
    glass_screen_stop(screen);
    return good;
}

int
main(int argc, char **argv)
{
    static const char *const names[OPTIONS] = {"--tickets", "--rate", "--warm", "--minutes"};
    double options[OPTIONS] = {100000, 1000, 6, 10};
    struct err err = {""};
    if (argc == 3 && strcmp(argv[1], "--follow") == 0) {
        return follow(argv[2]);
    }
    bool good = argc >= 2 && argc % 2 == 0;
    for (int i = 2; good && i + 1 < argc; i += 2) {
        int at = 0;
        while (at < OPTIONS && strcmp(argv[i], names[at]) != 0) {
            at++;
        }
        good =
            at < OPTIONS && str_to_double(str_from(argv[i + 1]), &options[at]) && options[at] >= 1;
    }
    if (!good) {
        fprintf(
            stderr,
            "usage: bench_growth WALLBOARD [--tickets N] [--rate R] [--warm M] [--minutes M]\n");
        return 2;
    }
    good = run(argv[1], argv[0], options, &err);
    if (*err.text) {
        fprintf(stderr, "bench_growth: %s\n", err.text);
    }
    return good ? 0 : 1;
}

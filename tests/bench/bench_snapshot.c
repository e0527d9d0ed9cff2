/* A snapshot's way from a loopback socket into a wall's tickets, without drawing: wall-clock time
 * and what each thread computed. The peer is the one of the glass's bench, whose bytes were made
 * before, so that nearly all that is measured is the wall's. Prints every round and the best one.
 *
 *     bench_snapshot [TICKETS [ROUNDS]] */
#include <dirent.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/glass_peer.h"
#include "wall/base/clock.h"
#include "wall/base/log.h"
#include "wall/feed.h"

#define LIMIT_NS INT64_C(120000000000)
#define THREADS 16

/* What one thread of this process has computed. */
struct spent {
    long thread;
    double seconds;
};

struct round {
    double wall_s, network_s, main_s, peer_s, figures_s;
};

static sem_t woken;

static void
on_wake(void *user)
{
    (void)user;
    sem_post(&woken);
}

static double
spent_by(long thread)
{
    char path[64];
    unsigned long long ns = 0;
    snprintf(path, sizeof path, "/proc/self/task/%ld/schedstat", thread);
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%llu", &ns) != 1) {
            ns = 0;
        }
        fclose(file);
    }
    return (double)ns / 1e9;
}

/* All threads of the process, oldest first. */
static size_t
look(struct spent out[THREADS])
{
    DIR *folder = opendir("/proc/self/task");
    size_t count = 0;
    for (struct dirent *entry; folder && count < THREADS && (entry = readdir(folder));) {
        long thread = strtol(entry->d_name, NULL, 10);
        if (thread > 0) {
            out[count++] = (struct spent){thread, spent_by(thread)};
        }
    }
    if (folder) {
        closedir(folder);
    }
    return count;
}

/* false: not in sync in time. */
static bool
follow(struct feed *feed)
{
    int64_t began_ns = clock_mono_ns();
    struct feed_state state = {0};
    while (clock_mono_ns() - began_ns < LIMIT_NS) {
        while (feed_fold(feed, clock_wall_ms(), 512)) {
        }
        feed_look(feed, clock_mono_ns() / 1000000, &state);
        if (state.in_sync) {
            return true;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        sem_timedwait(&woken, &until);
    }
    fprintf(stderr, "bench_snapshot: not in sync: %s\n", state.why);
    return false;
}

/* The main thread is the first; the peer's is the last before the feed's is started. */
static bool
measure(struct glass_load *load, const struct profile *profile, int64_t now_ms, struct round *out)
{
    struct err err = {""};
    struct spent before[THREADS], after[THREADS];
    char url[64];
    struct glass_peer *peer = glass_peer_start(load, &err);
    if (!peer) {
        fprintf(stderr, "bench_snapshot: %s\n", err.text);
        return false;
    }
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/feed/v1", glass_peer_port(peer));
    struct client_config config = {.url = url, .wall = "bench", .node = "bench", .wake = on_wake};
    struct tickets *tickets = tickets_create(profile);
    size_t threads = look(before);
    int64_t began_ns = clock_mono_ns();
    struct feed *feed = feed_start(&config, tickets, &err);
    bool good = feed && follow(feed);
    out->wall_s = (double)(clock_mono_ns() - began_ns) / 1e9;
    good = good && threads >= 2 && look(after) == threads + 1;
    if (good) {
        out->main_s = after[0].seconds - before[0].seconds;
        out->peer_s = after[threads - 1].seconds - before[threads - 1].seconds;
        out->network_s = after[threads].seconds;
        began_ns = clock_mono_ns();
        tickets_snapshot(tickets, now_ms);
        out->figures_s = (double)(clock_mono_ns() - began_ns) / 1e9;
    }
    feed_stop(feed);
    glass_peer_stop(peer);
    tickets_destroy(tickets);
    return good;
}

static void
print(const char *what, const struct round *r)
{
    printf("%-8s in sync after %.3f s: network %.3f, main %.3f, peer %.3f CPU s; first figures "
           "%.3f s\n",
           what, r->wall_s, r->network_s, r->main_s, r->peer_s, r->figures_s);
}

int
main(int argc, char **argv)
{
    size_t tickets = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 1000000;
    int rounds = argc > 2 ? atoi(argv[2]) : 3;
    static struct profile profile;
    struct err err = {""};
    struct glass_load_config config = {tickets, 1.0, clock_wall_ms()};
    log_set_level(LOG_LEVEL_WARNING);
    profile_default(&profile);
    sem_init(&woken, 0, 0);
    struct glass_load *load = glass_load_create(&config, &err);
    if (!load) {
        fprintf(stderr, "bench_snapshot: %s\n", err.text);
        return 1;
    }
    printf("%zu tickets, %.1f MB\n", tickets, (double)glass_load_snapshot(load).len / 1e6);
    struct round best = {.wall_s = 1e9};
    bool good = true;
    for (int i = 0; good && i < rounds; i++) {
        struct round now;
        good = measure(load, &profile, config.now_ms, &now);
        if (good) {
            print("", &now);
            best.wall_s = now.wall_s < best.wall_s ? now.wall_s : best.wall_s;
            best.network_s = i && best.network_s < now.network_s ? best.network_s : now.network_s;
            best.main_s = i && best.main_s < now.main_s ? best.main_s : now.main_s;
            best.peer_s = i && best.peer_s < now.peer_s ? best.peer_s : now.peer_s;
            best.figures_s = i && best.figures_s < now.figures_s ? best.figures_s : now.figures_s;
        }
    }
    if (good) {
        print("best", &best);
    }
    glass_load_destroy(load);
    return good ? 0 : 1;
}

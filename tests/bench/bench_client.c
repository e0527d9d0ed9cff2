/* From a hub's log to a wall's tickets over a loopback websocket: how long until a new wall is in
 * sync, and how many events a second it follows when the hub takes batches as fast as it can. No
 * drawing. Prints seconds, tickets a second and events a second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/hub/hub.h"
#include "wall/base/clock.h"
#include "wall/base/log.h"
#include "wall/base/when.h"
#include "wall/feed.h"

enum { BATCH = 5000 };

static int64_t began_ms;

static double
seconds_since(int64_t from_ns)
{
    return (double)(clock_mono_ns() - from_ns) / 1e9;
}

/* Tickets of five events, as plain as a feed's. */
static void
make_event(struct event *event, char *id, char *subject, size_t n)
{
    static const enum event_type types[] = {EVENT_REGISTERED, EVENT_DISPATCHED, EVENT_ACCEPTED,
                                            EVENT_RESOLVED, EVENT_SURVEYED};
    static const char *const names[] = {"ticket.registered", "ticket.dispatched", "ticket.accepted",
                                        "ticket.resolved", "ticket.surveyed"};
    size_t step = n % 5;
    snprintf(id, 32, "bench-%zu", n);
    snprintf(subject, 32, "BENCH-%09zu", n / 5);
    *event = (struct event){
        .id = str_from(id),
        .source = STR("/bench"),
        .subject = str_from(subject),
        .type = types[step],
        .type_name = str_from(names[step]),
        .time_ms = began_ms - 3 * WHEN_DAY + (int64_t)n % 100000 + (int64_t)step * WHEN_HOUR,
    };
    struct event_data *data = &event->data;
    data->channel = STR("12345");
    data->category = STR("heating");
    data->street = STR("110107003");
    data->unit = STR("U1");
    data->mode = EVENT_INTERNAL;
    data->reached = data->responded = data->solved = true;
    data->satisfied = EVENT_SATISFIED_YES;
    static const uint32_t has[] = {
        EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET, EVENT_F_UNIT | EVENT_F_MODE, 0, 0,
        EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED | EVENT_F_SOLVED | EVENT_F_SATISFIED};
    data->has = has[step];
}

static void
append(struct hub *hub, size_t from, size_t count)
{
    static struct event events[BATCH];
    static char ids[BATCH][32], subjects[BATCH][32];
    for (size_t done = 0; done < count;) {
        size_t n = count - done < BATCH ? count - done : BATCH;
        struct err err = {""};
        for (size_t i = 0; i < n; i++) {
            make_event(&events[i], ids[i], subjects[i], from + done + i);
        }
        if (!hub_append(hub, events, n, &err)) {
            fprintf(stderr, "bench_client: %s\n", err.text);
            exit(1);
        }
        done += n;
    }
}

static bool
follow(struct feed *feed, uint64_t seq, bool in_sync, double limit_s)
{
    int64_t from_ns = clock_mono_ns();
    struct feed_state state;
    do {
        feed_fold(feed, clock_wall_ms(), 1000000);
        feed_look(feed, clock_mono_ns() / 1000000, &state);
        if (state.seq >= seq && state.has_state && (!in_sync || state.in_sync)) {
            return true;
        }
        clock_sleep_ns(500000);
    } while (seconds_since(from_ns) < limit_s);
    fprintf(stderr, "bench_client: only %llu of %llu events after %.0f s: %s\n",
            (unsigned long long)state.seq, (unsigned long long)seq, limit_s, state.why);
    return false;
}

static bool
run(struct hub *hub, const struct profile *profile, size_t count)
{
    struct err err = {""};
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/feed/v1", hub_port(hub));
    struct client_config config = {.url = url, .wall = "bench", .node = "bench"};
    struct tickets *tickets = tickets_create(profile);
    append(hub, 0, count);
    int64_t from_ns = clock_mono_ns();
    struct feed *feed = feed_start(&config, tickets, &err);
    bool good = feed && follow(feed, count, true, 120);
    if (good) {
        double s = seconds_since(from_ns);
        printf("a new wall: %zu tickets of 5 milestones, in sync after %.2f s (%.0f tickets/s)\n",
               count / 5, s, (double)count / 5 / s);
        from_ns = clock_mono_ns();
        append(hub, count, count);
        double appended_s = seconds_since(from_ns);
        good = follow(feed, 2 * count, false, 120);
        s = seconds_since(from_ns);
        printf("following:  %zu events, taken in by the hub in %.2f s, all in the wall's tickets "
               "after %.2f s (%.0f events/s)\n",
               count, appended_s, s, (double)count / s);
    }
    feed_stop(feed);
    tickets_destroy(tickets);
    return good;
}

int
main(int argc, char **argv)
{
    size_t count = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) / 5 * 5 : 500000;
    char folder[] = "/tmp/wallboard-bench-XXXXXX", path[64];
    static struct profile profile;
    struct err err = {""};
    began_ms = clock_wall_ms();
    log_set_level(LOG_LEVEL_WARNING);
    profile_default(&profile);
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    snprintf(path, sizeof path, "%s/log.db", folder);
    struct hub_config config = {.listen = "127.0.0.1:0", .log = path, .profile = &profile};
    struct hub *hub = hub_start(&config, &err);
    bool good = hub && run(hub, &profile, count);
    if (!hub) {
        fprintf(stderr, "bench_client: %s\n", err.text);
    }
    hub_stop(hub);
    static const char *const endings[] = {"", "-wal", "-shm", "-lock"};
    for (size_t i = 0; i < 4; i++) {
        char file[80];
        snprintf(file, sizeof file, "%s%s", path, endings[i]);
        unlink(file);
    }
    rmdir(folder);
    return good ? 0 : 1;
}

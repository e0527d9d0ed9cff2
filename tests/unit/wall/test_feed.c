/* A hub in this process and the wall's feed on it, through a real websocket on loopback: the state
 * is whole, and nothing is lost while the main thread takes nothing from the queue. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feeds/hub/hub.h"
#include "wall/ahead.h"
#include "wall/base/clock.h"
#include "wall/base/log.h"
#include "wall/base/when.h"
#include "wall/feed.h"

enum { BATCH = 500 };

#define MOMENT INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */

static char folder[64], path[80];
static struct profile profile;
static struct hub *hub;
static size_t made;

static int
start_hub(void **state)
{
    (void)state;
    struct err err = {""};
    log_set_level(LOG_LEVEL_ERROR);
    profile_default(&profile);
    snprintf(folder, sizeof folder, "/tmp/wallboard-feed-XXXXXX");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/log.db", folder);
    struct hub_config config = {.listen = "127.0.0.1:0", .log = path, .profile = &profile};
    hub = hub_start(&config, &err);
    made = 0;
    return hub ? 0 : -1;
}

static int
stop_hub(void **state)
{
    (void)state;
    hub_stop(hub);
    DIR *dir = opendir(folder);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    return rmdir(folder);
}

/* One registration each, with a summary so that it weighs something. */
static void
append(size_t count)
{
    static struct event events[BATCH];
    static char ids[BATCH][32];
    while (count > 0) {
        size_t n = count < BATCH ? count : BATCH;
        struct err err = {""};
        for (size_t i = 0; i < n; i++, made++) {
            snprintf(ids[i], sizeof ids[i], "T-%09zu", made);
            events[i] = (struct event){
                .id = str_from(ids[i]),
                .source = STR("/test"),
                .subject = str_from(ids[i]),
                .type = EVENT_REGISTERED,
                .type_name = STR("ticket.registered"),
                .time_ms = MOMENT + (int64_t)made,
                .data = {.has =
                             EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_SUMMARY,
                         .channel = STR("12345"),
                         .category = STR("heating"),
                         .street = STR("110107003"),
                         .summary = STR("暖气不热，楼道温度低，一到晚上就更冷，请尽快派人来看看")},
            };
        }
        assert_true(hub_append(hub, events, n, &err));
        count -= n;
    }
}

static struct feed *
start_feed_waking(struct tickets *tickets, void (*wake)(void *user), void *user)
{
    struct err err = {""};
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/feed/v1", hub_port(hub));
    struct client_config config = {
        .url = url, .wall = "w", .node = "n", .wake = wake, .user = user};
    struct feed *feed = feed_start(&config, tickets, &err);
    assert_non_null(feed);
    return feed;
}

static struct feed *
start_feed(struct tickets *tickets)
{
    return start_feed_waking(tickets, NULL, NULL);
}

static struct feed_state
wait_for(struct feed *feed, uint64_t seq)
{
    struct feed_state state = {0};
    for (int i = 0; i < 20000; i++) {
        feed_fold(feed, MOMENT, UINT32_MAX);
        feed_look(feed, clock_mono_ns() / 1000000, &state);
        if (state.in_sync && state.seq >= seq) {
            return state;
        }
        clock_sleep_ns(1000000);
    }
    fail_msg("cursor %llu of %llu: %s", (unsigned long long)state.seq, (unsigned long long)seq,
             state.why);
    return state;
}

static void
assert_clean(const struct feed_state *state)
{
    assert_false(state->stale);
    assert_string_equal(state->reason, "");
    assert_string_equal(state->why, "");
    assert_int_equal(state->faults.gaps, 0);
    assert_int_equal(state->faults.divergences, 0);
    assert_int_equal(state->faults.resyncs, 0);
    assert_int_equal(state->faults.bad_messages, 0);
    assert_int_equal(state->faults.invalid_events, 0);
}

static void
test_snapshot_then_events(void **state)
{
    (void)state;
    struct tickets *tickets = tickets_create(&profile);
    append(3000);
    struct feed *feed = start_feed(tickets);
    struct feed_state now = wait_for(feed, 3000);
    assert_clean(&now);
    append(700);
    now = wait_for(feed, 3700);
    assert_clean(&now);
    uint64_t count = 0, digest = 0;
    tickets_digest(tickets, STR(""), &count, &digest);
    assert_int_equal(count, 3700);
    assert_true(feed_newest_ms(feed) == MOMENT + 3699);
    int64_t offset = feed_hub_ms(feed, 1000000) - 1000000;
    assert_in_range(offset + 1000, 0, 2000); /* the same machine's clock */
    feed_stop(feed);
    tickets_destroy(tickets);
}

/* More than the queue may weigh comes in while nothing is taken out: the socket is not read, and
 * afterwards everything is there. */
static void
test_full_queue_loses_nothing(void **state)
{
    (void)state;
    struct tickets *tickets = tickets_create(&profile);
    struct feed *feed = start_feed(tickets);
    wait_for(feed, 0);
    append(40000);
    clock_sleep_ns(500000000);
    struct feed_state now = wait_for(feed, 40000);
    assert_clean(&now);
    assert_int_equal(now.faults.reconnects, 0);
    feed_stop(feed);
    tickets_destroy(tickets);
}

static void
wake_ahead(void *ahead)
{
    ahead_wake(ahead);
}

static int64_t
moment_of(void *moment)
{
    return *(int64_t *)moment;
}

/* The snapshot is folded though this thread folds nothing; whenever the feed is lent back it is
 * this thread's, and goes on from where the other one left it. */
static void
test_folds_ahead(void **state)
{
    (void)state;
    struct tickets *tickets = tickets_create(&profile);
    struct ahead ahead;
    struct feed_state now = {0};
    int64_t moment = MOMENT;
    append(3000);
    ahead_init(&ahead);
    struct feed *feed = start_feed_waking(tickets, wake_ahead, &ahead);
    for (int i = 0; i < 2000 && !now.in_sync; i++) {
        ahead_start(&ahead, feed, moment_of, &moment);
        clock_sleep_ns(10000000);
        ahead_stop(&ahead);
        feed_look(feed, clock_mono_ns() / 1000000, &now);
    }
    assert_true(now.in_sync && now.has_state && now.seq == 3000);
    append(10);
    now = wait_for(feed, 3010);
    assert_clean(&now);
    ahead_stop(&ahead); /* as without a start: nothing happens */
    feed_stop(feed);
    ahead_finish(&ahead);
    tickets_destroy(tickets);
}

static void
test_a_fold_is_bounded(void **state)
{
    (void)state;
    struct tickets *tickets = tickets_create(&profile);
    struct feed *feed = start_feed(tickets);
    wait_for(feed, 0);
    append(20000);
    clock_sleep_ns(300000000);
    struct feed_state before, after;
    feed_look(feed, clock_mono_ns() / 1000000, &before);
    bool more = feed_fold(feed, MOMENT, 1);
    feed_look(feed, clock_mono_ns() / 1000000, &after);
    assert_true(more);
    assert_true(after.seq < 20000);
    wait_for(feed, 20000);
    feed_stop(feed);
    tickets_destroy(tickets);
}

/* In portions nothing is shown before all of it is, and what came behind the snapshot is not lost.
 */
static void
test_small_portions(void **state)
{
    (void)state;
    struct tickets *tickets = tickets_create(&profile);
    append(3000);
    struct feed *feed = start_feed(tickets);
    struct feed_state now = {0};
    int portions = 0;
    for (int64_t until_ns = clock_mono_ns() + 20000000000;
         !now.has_state && clock_mono_ns() < until_ns;) {
        bool more = feed_fold(feed, MOMENT, 16);
        feed_look(feed, clock_mono_ns() / 1000000, &now);
        const struct snapshot *shown = tickets_glance(tickets, MOMENT);
        assert_true(!now.has_state || shown);
        assert_true(!shown || shown->tickets == (now.has_state ? 3000 : 0));
        if (feed_is_loading(feed) && portions++ == 100) {
            append(500);
        } else if (!more) {
            clock_sleep_ns(100000);
        }
    }
    assert_in_range(portions, 3000 / 16, 100000);
    assert_false(feed_is_loading(feed));
    now = wait_for(feed, 3500);
    assert_clean(&now);
    assert_int_equal(tickets_glance(tickets, MOMENT)->tickets, 3500);
    feed_stop(feed);
    tickets_destroy(tickets);
}

/* Stopping with items in the queue, on the way and half assembled leaks nothing (under ASan). */
static void
test_stop_at_any_time(void **state)
{
    (void)state;
    append(5000);
    for (int i = 0; i < 12; i++) {
        struct tickets *tickets = tickets_create(&profile);
        struct feed *feed = start_feed(tickets);
        clock_sleep_ns(i * 3000000LL);
        feed_fold(feed, MOMENT, (uint32_t)i * 100);
        feed_stop(feed);
        tickets_destroy(tickets);
    }
}

static void
test_wrong_start(void **state)
{
    (void)state;
    struct tickets *tickets = tickets_create(&profile);
    static const struct client_config configs[] = {
        {.url = "ftp://hub", .wall = "w", .node = "n"},
        {.url = "ws://127.0.0.1:9", .wall = "w", .node = "n", .token_file = "/nonexistent/token"},
        {.url = "wss://127.0.0.1:9", .wall = "w", .node = "n", .ca = "/nonexistent/ca.pem"},
    };
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        struct err err = {""};
        assert_null(feed_start(&configs[i], tickets, &err));
        assert_true(err.text[0] != '\0');
    }
    tickets_destroy(tickets);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_snapshot_then_events, start_hub, stop_hub),
        cmocka_unit_test_setup_teardown(test_full_queue_loses_nothing, start_hub, stop_hub),
        cmocka_unit_test_setup_teardown(test_folds_ahead, start_hub, stop_hub),
        cmocka_unit_test_setup_teardown(test_a_fold_is_bounded, start_hub, stop_hub),
        cmocka_unit_test_setup_teardown(test_small_portions, start_hub, stop_hub),
        cmocka_unit_test_setup_teardown(test_stop_at_any_time, start_hub, stop_hub),
        cmocka_unit_test_setup_teardown(test_wrong_start, start_hub, stop_hub),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The snapshot that was moved forwards in small steps, between events, equals the snapshot of a
 * fresh store that took the same events and was asked once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "feeds/tickets/figures.h"
#include "feeds/tickets/tickets.h"
#include "tests/unit/tickets/history.h"
#include "tests/unit/tickets/same.h"

static void
same(struct tickets *moved, struct tickets *fresh, int64_t at_ms)
{
    const struct snapshot *a = tickets_snapshot(moved, at_ms);
    const struct snapshot *b = tickets_snapshot(fresh, at_ms);
    same_snapshots(a, b);
    struct buf x = {0}, y = {0};
    figures_to_json(moved, a, &x);
    figures_to_json(fresh, b, &y);
    same_str(buf_str(&x), buf_str(&y));
    buf_free(&x);
    buf_free(&y);
}

/* Alarm events among the others: acknowledged now, later, and for a ticket that is unknown. */
static void
acknowledge(struct history *h, struct tickets *t, struct event *log, int *count, int64_t at_ms)
{
    struct event *e = &log[*count];
    static char ids[4096][16];
    snprintf(ids[*count], sizeof ids[0], "a%d", *count);
    *e = (struct event){.id = str_from(ids[*count]),
                        .source = STR("/wall"),
                        .subject = str_from(h->numbers[history_random(h, 40)]),
                        .type =
                            history_chance(h, 80) ? EVENT_ALARM_ACKNOWLEDGED : EVENT_ALARM_SHELVED,
                        .time_ms = at_ms + (history_chance(h, 30) ? WHEN_MINUTE : 0)};
    e->data.has = EVENT_F_STAGE | EVENT_F_BY;
    e->data.stage = (enum event_stage)history_random(h, EVENT_BURST);
    e->data.by = STR("duty");
    tickets_apply(t, e, true);
    (*count)++;
}

static void
check_seed(uint64_t seed)
{
    struct profile profile;
    profile_default(&profile);
    profile.min_n = 2;
    profile.burst_min_count = 2;
    profile.burst_ratio = 1;
    struct history *h = history_make(seed, 70);
    struct event *log = calloc(4096, sizeof *log);
    assert_non_null(log);
    struct tickets *moved = tickets_create(&profile);
    int64_t at_ms = HISTORY_END - 3 * WHEN_DAY;
    int applied = 0;
    for (int i = 0; i < h->count; i++) {
        log[applied] = h->events[i];
        tickets_apply(moved, &log[applied++], true);
        if (i % 3 == 0) {
            static const int64_t steps[] = {0,
                                            1,
                                            16,
                                            WHEN_SECOND,
                                            WHEN_MINUTE,
                                            WHEN_HOUR,
                                            -1,
                                            -50 * WHEN_SECOND,
                                            -20 * WHEN_MINUTE};
            at_ms += steps[history_random(h, 9)];
            tickets_snapshot(moved, at_ms);
        }
        if (i % 10 == 5) {
            acknowledge(h, moved, log, &applied, at_ms);
        }
        if (i % 60 == 59) {
            struct tickets *fresh = tickets_create(&profile);
            for (int k = 0; k < applied; k++) {
                tickets_apply(fresh, &log[k], true);
            }
            same(moved, fresh, at_ms);
            same(moved, fresh, at_ms + 90 * WHEN_SECOND);
            same(moved, fresh, at_ms + 20 * WHEN_MINUTE); /* later, backwards again */
            tickets_destroy(fresh);
        }
    }
    tickets_destroy(moved);
    free(log);
    free(h);
}

static void
test_moved_equals_fresh(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        check_seed(seed);
    }
}

/* A slot that is not on the list of changes is as it was. */
static void
test_changed_slots(void **state)
{
    (void)state;
    struct profile profile;
    profile_default(&profile);
    struct history *h = history_make(77, 200);
    struct tickets *t = tickets_create(&profile);
    struct snapshot_point kept[512];
    size_t kept_count = 0, lists = 0;
    int64_t at_ms = HISTORY_END - WHEN_HOUR;
    for (int i = 0; i < h->count; i++) {
        tickets_apply(t, &h->events[i], false);
        if (i % 5) {
            continue;
        }
        at_ms += WHEN_SECOND;
        const struct snapshot *s = tickets_snapshot(t, at_ms);
        if (!s->points_all_changed) {
            lists++;
            for (size_t k = 0; k < s->points_changed_count; k++) {
                uint32_t slot = s->points_changed[k];
                assert_true(slot < s->points_count);
                kept[slot] = s->points[slot];
                kept_count = slot >= kept_count ? slot + 1 : kept_count;
            }
            assert_int_equal(kept_count, s->points_count);
            for (size_t k = 0; k < kept_count; k++) {
                assert_memory_equal(&kept[k], &s->points[k], sizeof kept[k]);
            }
        }
        kept_count = s->points_count;
        for (size_t k = 0; k < kept_count; k++) {
            kept[k] = s->points[k];
        }
    }
    assert_true(lists > 20);
    tickets_destroy(t);
    free(h);
}

/* With nothing new the version stands, suspended clocks or not. */
static void
test_version_stands(void **state)
{
    (void)state;
    struct profile profile;
    profile_default(&profile);
    struct tickets *t = tickets_create(&profile);
    struct event e = {.subject = STR("T-1"),
                      .type = EVENT_REGISTERED,
                      .time_ms = HISTORY_END - 7 * WHEN_DAY,
                      .data = {.has = EVENT_F_STREET | EVENT_F_CATEGORY | EVENT_F_CHANNEL,
                               .street = STR("S01"),
                               .category = STR("noise"),
                               .channel = STR("app")}};
    tickets_apply(t, &e, false);
    e.type = EVENT_SUSPENDED;
    e.time_ms = HISTORY_END - WHEN_DAY;
    e.data = (struct event_data){0};
    tickets_apply(t, &e, false);
    uint64_t version = tickets_snapshot(t, HISTORY_END)->version;
    const struct snapshot *s = tickets_snapshot(t, HISTORY_END + WHEN_MINUTE);
    assert_int_equal(s->version, version);
    assert_int_equal(s->alarms_count, 3);
    /* Registered seven days ago and suspended for the last one: a day and a minute later. */
    assert_int_equal(s->alarms[2].stage, SNAPSHOT_EXPEDITE);
    assert_int_equal(s->alarms[1].stage, SNAPSHOT_RESOLVE);
    assert_int_equal(s->alarms[1].due_ms, HISTORY_END - 3 * WHEN_DAY + WHEN_MINUTE);
    e.type = EVENT_RESUMED;
    e.time_ms = HISTORY_END + 2 * WHEN_MINUTE;
    tickets_apply(t, &e, false);
    s = tickets_snapshot(t, HISTORY_END + 3 * WHEN_MINUTE);
    assert_true(s->version > version);
    assert_int_equal(s->alarms[1].due_ms, HISTORY_END - 3 * WHEN_DAY + 2 * WHEN_MINUTE);
    tickets_destroy(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moved_equals_fresh),
        cmocka_unit_test(test_changed_slots),
        cmocka_unit_test(test_version_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

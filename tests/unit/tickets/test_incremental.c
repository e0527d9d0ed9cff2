/* The snapshot that was moved forwards in small steps, between events, equals the snapshot of a
 * fresh store that took the same events and was asked once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "feeds/tickets/figures.h"
#include "feeds/tickets/tickets.h"
#include "tests/unit/tickets/history.h"

static void
same_str(struct str a, struct str b)
{
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.ptr ? a.ptr : "", b.ptr ? b.ptr : "", a.len);
}

static void
same_rows(const struct snapshot *a, const struct snapshot *b, int g)
{
    assert_int_equal(a->groups[g].count, b->groups[g].count);
    for (size_t i = 0; i < a->groups[g].count; i++) {
        const struct snapshot_row *x = &a->groups[g].rows[i], *y = &b->groups[g].rows[i];
        same_str(x->code, y->code);
        same_str(x->name, y->name);
        same_str(x->parent, y->parent);
        same_str(x->parent_name, y->parent_name);
        assert_memory_equal(x->counts, y->counts, sizeof x->counts);
        assert_memory_equal(x->rank, y->rank, sizeof x->rank);
        assert_int_equal(x->open, y->open);
        assert_int_equal(x->due_soon, y->due_soon);
        assert_int_equal(x->overdue, y->overdue);
        assert_memory_equal(x->overdue_stage, y->overdue_stage, sizeof x->overdue_stage);
        assert_int_equal(x->history == NULL, y->history == NULL);
        if (x->history) {
            assert_memory_equal(x->history, y->history, sizeof *x->history);
        }
    }
}

/* The counts that are kept, of every street and of all, are those of the list. */
static void
counted_alarms(const struct snapshot *snapshot)
{
    struct snapshot by_hand = *snapshot;
    by_hand.alarms_by_street = NULL;
    by_hand.alarms_by_street_count = 0;
    for (size_t i = 0; i <= snapshot->groups[SNAPSHOT_STREET].count; i++) {
        struct str street = i ? snapshot->groups[SNAPSHOT_STREET].rows[i - 1].code : STR("");
        struct snapshot_alarms kept = snapshot_alarms_of(snapshot, street);
        struct snapshot_alarms counted = snapshot_alarms_of(&by_hand, street);
        assert_int_equal(kept.total, counted.total);
        assert_int_equal(kept.unacknowledged, counted.unacknowledged);
        assert_true(i > 0 || kept.total == snapshot->alarms_count);
    }
}

static void
same_alarms(const struct snapshot *a, const struct snapshot *b)
{
    counted_alarms(a);
    counted_alarms(b);
    assert_int_equal(a->alarms_count, b->alarms_count);
    for (size_t i = 0; i < a->alarms_count; i++) {
        const struct snapshot_alarm *x = &a->alarms[i], *y = &b->alarms[i];
        same_str(x->ticket, y->ticket);
        same_str(x->street, y->street);
        same_str(x->street_code, y->street_code);
        same_str(x->community, y->community);
        same_str(x->category, y->category);
        same_str(x->category_parent, y->category_parent);
        same_str(x->unit, y->unit);
        same_str(x->acknowledged_by, y->acknowledged_by);
        assert_int_equal(x->stage, y->stage);
        assert_int_equal(x->overdue, y->overdue);
        assert_int_equal(x->whistled, y->whistled);
        assert_int_equal(x->external, y->external);
        assert_int_equal(x->acknowledged, y->acknowledged);
        assert_int_equal(x->due_ms, y->due_ms);
        assert_int_equal(x->since_ms, y->since_ms);
        assert_int_equal(x->limit_ms, y->limit_ms);
    }
    assert_int_equal(a->whistles_count, b->whistles_count);
    for (size_t i = 0; i < a->whistles_count; i++) {
        same_str(a->whistles[i].ticket, b->whistles[i].ticket);
        same_str(a->whistles[i].unit, b->whistles[i].unit);
        assert_int_equal(a->whistles[i].due_ms, b->whistles[i].due_ms);
        assert_int_equal(a->whistles[i].whistled_ms, b->whistles[i].whistled_ms);
    }
}

static void
same_bursts(const struct snapshot *a, const struct snapshot *b)
{
    assert_int_equal(a->bursts_count, b->bursts_count);
    for (size_t i = 0; i < a->bursts_count; i++) {
        const struct snapshot_burst *x = &a->bursts[i], *y = &b->bursts[i];
        same_str(x->street_code, y->street_code);
        same_str(x->category, y->category);
        same_str(x->community, y->community);
        assert_int_equal(x->count, y->count);
        assert_int_equal(x->newest_ms, y->newest_ms);
        assert_true(fabs(x->usual - y->usual) < 1e-12);
        assert_true(isnan(x->lon) == isnan(y->lon));
        assert_true(isnan(x->lon) || fabs(x->lon - y->lon) < 1e-9);
    }
}

struct spot {
    int64_t lon, lat, arrived, soon, overdue;
    uint32_t street;
};

static int
by_place(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct spot));
}

/* Slots differ, what is drawn does not. */
static size_t
spots(const struct snapshot *s, struct spot *out)
{
    size_t count = 0;
    for (size_t i = 0; i < s->points_count; i++) {
        const struct snapshot_point *p = &s->points[i];
        if (p->used) {
            memset(&out[count], 0, sizeof out[count]);
            out[count].lon = p->lon_e7;
            out[count].lat = p->lat_e7;
            out[count].arrived = p->arrived_ms;
            out[count].soon = p->soon_ms;
            out[count].overdue = p->overdue_ms;
            out[count++].street = p->street;
        }
    }
    qsort(out, count, sizeof *out, by_place);
    return count;
}

static void
same_points(const struct snapshot *a, const struct snapshot *b)
{
    struct spot x[512], y[512];
    size_t count = spots(a, x);
    assert_int_equal(count, spots(b, y));
    assert_memory_equal(x, y, count * sizeof *x);
}

static void
same(struct tickets *moved, struct tickets *fresh, int64_t at_ms)
{
    const struct snapshot *a = tickets_snapshot(moved, at_ms);
    const struct snapshot *b = tickets_snapshot(fresh, at_ms);
    assert_memory_equal(a->windows, b->windows, sizeof a->windows);
    assert_int_equal(a->period_day, b->period_day);
    assert_int_equal(a->tickets, b->tickets);
    assert_int_equal(a->digest, b->digest);
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        same_rows(a, b, g);
    }
    same_alarms(a, b);
    same_bursts(a, b);
    same_points(a, b);
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

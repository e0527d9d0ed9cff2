/* same: two snapshots that show the same, or the test fails. Tests only. */
#ifndef TESTS_UNIT_TICKETS_SAME_H
#define TESTS_UNIT_TICKETS_SAME_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/tickets/snapshot.h"

static inline void
same_str(struct str a, struct str b)
{
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.ptr ? a.ptr : "", b.ptr ? b.ptr : "", a.len);
}

static inline void
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
static inline void
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

static inline void
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

static inline void
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

static inline int
by_place(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct spot));
}

/* Slots differ, what is drawn does not. */
static inline size_t
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

static inline void
same_points(const struct snapshot *a, const struct snapshot *b)
{
    struct spot x[512], y[512];
    size_t count = spots(a, x);
    assert_int_equal(count, spots(b, y));
    assert_memory_equal(x, y, count * sizeof *x);
}

static inline void
same_snapshots(const struct snapshot *a, const struct snapshot *b)
{
    assert_int_equal(a->at_ms, b->at_ms);
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
}

#endif

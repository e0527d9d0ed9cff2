/* Figures made in parts: what is shown meanwhile is the old state whole, what is shown then equals
 * what a fresh store computes in one go, and no part looks at more than it may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/tickets/inside.h"
#include "tests/unit/tickets/history.h"
#include "tests/unit/tickets/make.h"
#include "tests/unit/tickets/same.h"

#define EVENTS_MOST 8192

static struct helper *helper; /* of every other wall */

/* What tickets were told: a snapshot of another store's, then events. */
struct told {
    struct tickets *source; /* NULL: none; read only */
    const struct event *events[EVENTS_MOST];
    int count;
};

static bool
load_row(void *user, const struct event_ticket *row)
{
    struct err err = {""};
    assert_true(tickets_load_row(user, row, &err));
    return true;
}

static bool
load_other(void *user, const struct event *event)
{
    tickets_load_other(user, event);
    return true;
}

/* A store that is told the same and asked once. */
static void
same_as_fresh(const struct profile *profile, const struct told *told, const struct snapshot *shown)
{
    struct tickets *fresh = tickets_create(profile);
    if (told->source) {
        tickets_load_begin(fresh);
        tickets_visit(told->source, STR(""), INT64_MIN, load_row, fresh);
        tickets_visit_other(told->source, load_other, fresh);
        tickets_load_end(fresh);
    }
    for (int i = 0; i < told->count; i++) {
        tickets_apply(fresh, told->events[i], true);
    }
    same_snapshots(shown, tickets_snapshot(fresh, shown->at_ms));
    tickets_destroy(fresh);
}

/* One wall's tickets under test and what they were told. */
struct wall {
    struct profile profile;
    struct history *h;
    struct tickets *tickets;
    struct told now, shown; /* shown: what the glance is of; its events stop where now's state is
                               another */
    bool replaced;          /* now's state is another than the shown one */
    int64_t at_ms;
    int events, steps;
};

static void
apply(struct wall *wall)
{
    if (wall->events == wall->h->count || wall->now.count == EVENTS_MOST) {
        return;
    }
    const struct event *event = &wall->h->events[wall->events++];
    tickets_apply(wall->tickets, event, true);
    wall->now.events[wall->now.count++] = event;
    if (!wall->replaced) {
        wall->shown = wall->now;
    }
}

/* One part of the work, with a budget, and a frame behind it. true: nothing is left. */
static bool
step(struct wall *wall, uint32_t looks)
{
    const struct book *next = wall->tickets->next;
    size_t before = next && next->phase == BOOK_COUNTING ? next->at : 0;
    bool ready = tickets_prepare(wall->tickets, wall->at_ms, looks);
    wall->steps++;
    if (next && wall->tickets->next == next && next->phase == BOOK_COUNTING) {
        assert_true(next->at <= before + looks);
    }
    const struct snapshot *s = tickets_glance(wall->tickets, wall->at_ms);
    if (!s) {
        assert_false(ready && !wall->tickets->loading);
        return ready;
    }
    if (ready && !wall->tickets->loading) {
        wall->replaced = false;
        wall->shown = wall->now;
        assert_int_equal(s->at_ms, wall->at_ms);
    } else if (wall->replaced && !wall->tickets->shown) {
        wall->replaced = false; /* the new state, at a moment that has passed meanwhile */
        wall->shown = wall->now;
    }
    if (ready || history_chance(wall->h, 20)) {
        same_as_fresh(&wall->profile, &wall->shown, s);
    }
    return ready;
}

struct loading {
    struct wall *wall;
    int stop; /* rows until it breaks off; negative: never */
};

/* A part is taken and prepared a little further, as a wall does. */
static bool
load_and_step(void *user, const struct event_ticket *row)
{
    struct loading *loading = user;
    struct wall *wall = loading->wall;
    load_row(wall->tickets, row);
    if (history_chance(wall->h, 30)) {
        step(wall, 1 + (uint32_t)history_random(wall->h, 9));
    }
    return loading->stop < 0 || loading->stop-- > 0;
}

/* Another state comes in, whole or broken off. */
static void
load(struct wall *wall, struct tickets *source, bool whole)
{
    struct loading loading = {wall, whole ? -1 : (int)history_random(wall->h, 30)};
    tickets_load_begin(wall->tickets);
    tickets_visit(source, STR(""), INT64_MIN, load_and_step, &loading);
    if (!whole) {
        tickets_load_abort(wall->tickets);
        return;
    }
    tickets_visit_other(source, load_other, wall->tickets);
    tickets_load_end(wall->tickets);
    wall->replaced = true;
    wall->now = (struct told){.source = source};
}

static struct tickets *
make_source(struct wall *wall, uint64_t seed)
{
    struct history *h = history_make(seed, 60);
    struct tickets *source = tickets_create(&wall->profile);
    static const int64_t after[] = {-WHEN_HOUR, -20 * WHEN_SECOND, 30 * WHEN_SECOND, WHEN_HOUR};
    for (int i = 0; i < h->count; i++) {
        tickets_apply(source, &h->events[i], false);
    }
    for (int i = 0; i < 30; i++) {
        struct event e = {.subject = str_from(h->numbers[history_random(h, 60)]),
                          .type = EVENT_ALARM_ACKNOWLEDGED,
                          .time_ms = wall->at_ms + after[history_random(h, 4)]};
        e.data.has = EVENT_F_STAGE | EVENT_F_BY;
        e.data.stage = (enum event_stage)history_random(h, EVENT_BURST);
        e.data.by = STR("duty");
        tickets_apply(source, &e, false);
    }
    free(h);
    return source;
}

static void
set_names(struct wall *wall)
{
    char name[32];
    snprintf(name, sizeof name, "street %d", wall->steps);
    const struct tickets_name streets[] = {{STR("S01"), str_from(name), STR("")},
                                           {STR("S99"), STR("empty"), STR("")}};
    struct tickets_directory directory = {.streets = streets, .streets_count = 2};
    tickets_set_directory(wall->tickets, &directory);
}

static void
start(struct wall *wall, uint64_t seed)
{
    *wall = (struct wall){.at_ms = HISTORY_END - 2 * WHEN_DAY};
    profile_default(&wall->profile);
    wall->profile.min_n = 2;
    wall->profile.burst_min_count = 2;
    wall->profile.burst_ratio = 1;
    wall->h = history_make(seed, 80);
    wall->tickets = tickets_create(&wall->profile);
    tickets_set_helper(wall->tickets, seed % 2 ? helper : NULL);
}

static void
end(struct wall *wall)
{
    tickets_destroy(wall->tickets);
    free(wall->h);
}

/* Snapshots whole, broken off and one upon the other, events, days that end and moments far away,
 * all of them in between the parts. */
static void
check_seed(uint64_t seed)
{
    struct wall wall;
    struct tickets *sources[64];
    int count = 0;
    start(&wall, seed);
    for (int i = 0; i < 400; i++) {
        uint64_t what = history_random(wall.h, 100);
        if (what < 45) {
            apply(&wall);
        } else if (what < 48) {
            sources[count] = make_source(&wall, seed * 1000 + (uint64_t)i);
            load(&wall, sources[count++], history_chance(wall.h, 60));
        } else if (what < 55) {
            static const int64_t steps[] = {16,
                                            WHEN_SECOND,
                                            WHEN_MINUTE,
                                            3 * WHEN_HOUR,
                                            WHEN_DAY,
                                            30 * WHEN_DAY,
                                            -30 * WHEN_SECOND,
                                            -5 * WHEN_HOUR,
                                            -30 * WHEN_DAY};
            wall.at_ms += steps[history_random(wall.h, 9)];
        } else {
            step(&wall, 1 + (uint32_t)history_random(wall.h, 40));
        }
        tickets_tidy(wall.tickets);
    }
    for (int i = 0; !step(&wall, 5); i++) {
        assert_in_range(i, 0, 10000);
    }
    end(&wall);
    for (int i = 0; i < count; i++) {
        tickets_destroy(sources[i]);
    }
}

static void
test_parts_equal_one_go(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        check_seed(seed);
    }
}

/* As many calls as the budget makes of the tickets at least, the old state shown in each of them.
 */
static void
test_a_part_is_bounded(void **state)
{
    (void)state;
    struct profile profile;
    profile_default(&profile);
    struct tickets *t = tickets_create(&profile), *source = tickets_create(&profile);
    make_register(t, "old", MAKE_NOW - WHEN_HOUR);
    tickets_snapshot(t, MAKE_NOW);
    char number[16];
    for (int i = 0; i < 3000; i++) {
        snprintf(number, sizeof number, "T-%d", i);
        make_register(source, number, MAKE_NOW - (i % 40) * WHEN_DAY - i);
    }
    tickets_load_begin(t);
    tickets_visit(source, STR(""), INT64_MIN, load_row, t);
    tickets_load_end(t);
    uint64_t count = 0, digest = 0;
    tickets_digest(t, STR(""), &count, &digest);
    assert_int_equal(count, 3000); /* the truth is the new one at once */
    int calls = 0;
    for (; !tickets_prepare(t, MAKE_NOW + calls, 50); calls++) {
        const struct snapshot *s = tickets_glance(t, MAKE_NOW + calls);
        assert_int_equal(s->tickets, 1);
        assert_int_equal(s->at_ms, MAKE_NOW + calls); /* it goes on */
        assert_int_equal(snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"))->open, 1);
    }
    const struct snapshot *s = tickets_glance(t, MAKE_NOW + calls);
    /* Counted, and listed; each alarm goes to its place. */
    size_t most = 2 * 3000 + s->alarms_count;
    assert_in_range(calls, 3000 / 50, most / 50 + 20);
    assert_int_equal(s->tickets, 3000);
    assert_true(s->points_all_changed);
    same_snapshots(s, tickets_snapshot(source, MAKE_NOW + calls));
    s = tickets_glance(t, MAKE_NOW + calls);
    assert_false(s->points_all_changed);
    tickets_destroy(source);
    tickets_destroy(t);
}

/* What was counted while rows came in is not looked at again: little is left at the end. */
static void
test_counted_as_rows_come(void **state)
{
    (void)state;
    struct wall wall;
    start(&wall, 5);
    struct tickets *source = make_source(&wall, 7);
    tickets_load_begin(wall.tickets);
    tickets_visit(source, STR(""), INT64_MIN, load_row, wall.tickets);
    assert_null(tickets_glance(wall.tickets, wall.at_ms));
    assert_true(tickets_prepare(wall.tickets, wall.at_ms, 100000));
    assert_null(tickets_glance(wall.tickets, wall.at_ms));
    size_t counted = wall.tickets->next->at;
    assert_true(counted > 0);
    assert_int_equal(counted, wall.tickets->loading->store.count);
    tickets_visit_other(source, load_other, wall.tickets);
    tickets_load_end(wall.tickets);
    assert_int_equal(wall.tickets->next->at, counted);
    while (!tickets_prepare(wall.tickets, wall.at_ms, 3)) {
    }
    same_snapshots(tickets_glance(wall.tickets, wall.at_ms), tickets_snapshot(source, wall.at_ms));
    tickets_destroy(source);
    end(&wall);
}

/* Shortly before a day ends the next one's figures are made: at its end they are there. */
static void
test_midnight(void **state)
{
    (void)state;
    struct wall wall;
    start(&wall, 9);
    int64_t midnight_ms = HISTORY_END - (HISTORY_END + 8 * WHEN_HOUR) % WHEN_DAY;
    for (int i = 0; i < 200; i++) {
        apply(&wall);
    }
    wall.at_ms = midnight_ms - WHEN_MINUTE;
    while (!step(&wall, 10)) {
    }
    int before = wall.steps;
    for (int i = 0; i < 100; i++) {
        wall.at_ms = midnight_ms - 9000 + i * 16;
        apply(&wall);
        while (!step(&wall, 3)) {
        }
    }
    assert_true(wall.steps > before + 105); /* more than one a frame: it was made */
    assert_non_null(wall.tickets->next);
    wall.at_ms = midnight_ms + 5;
    assert_true(step(&wall, 1));
    assert_null(wall.tickets->next);
    end(&wall);
}

/* A jump within the day past a few due times is made at once; one past very many is made in parts,
 * and until it is whole the figures stay those of the moment before. */
static void
test_jump_past_due_times(void **state)
{
    (void)state;
    static const int counts[] = {8192, 9000};
    struct profile profile;
    profile_default(&profile);
    for (int k = 0; k < 2; k++) {
        struct tickets *t = tickets_create(&profile), *fresh = tickets_create(&profile);
        char number[16];
        for (int i = 0; i < counts[k]; i++) {
            snprintf(number, sizeof number, "T-%d", i);
            struct tickets *both[] = {t, fresh};
            for (int b = 0; b < 2; b++) {
                make_register(both[b], number, MAKE_NOW - WHEN_MINUTE);
                make_apply(both[b], number, EVENT_RESOLVED, MAKE_NOW + WHEN_HOUR + i);
            }
        }
        while (!tickets_prepare(t, MAKE_NOW, 512)) {
        }
        assert_int_equal(tickets_glance(t, MAKE_NOW)->at_ms, MAKE_NOW);
        int64_t then_ms = MAKE_NOW + 2 * WHEN_HOUR;
        bool many = counts[k] > 8192;
        assert_int_equal(tickets_glance(t, then_ms)->at_ms, many ? MAKE_NOW : then_ms);
        int parts = 1;
        while (!tickets_prepare(t, then_ms, 512)) {
            assert_int_equal(tickets_glance(t, then_ms)->at_ms, MAKE_NOW);
            parts++;
        }
        assert_true(many ? parts > counts[k] / 512 : parts == 1);
        const struct snapshot *s = tickets_glance(t, then_ms);
        assert_int_equal(s->at_ms, then_ms);
        same_snapshots(s, tickets_snapshot(fresh, then_ms));
        tickets_destroy(t);
        tickets_destroy(fresh);
    }
}

/* New names are shown when all is named anew. */
static void
test_names(void **state)
{
    (void)state;
    struct wall wall;
    start(&wall, 3);
    for (int i = 0; i < 150; i++) {
        apply(&wall);
    }
    set_names(&wall);
    while (!tickets_prepare(wall.tickets, wall.at_ms, 4)) {
    }
    const struct snapshot *s = tickets_glance(wall.tickets, wall.at_ms);
    assert_string_equal(snapshot_row(s, SNAPSHOT_STREET, STR("S01"))->name.ptr, "street 0");
    wall.steps = 1;
    set_names(&wall);
    s = tickets_glance(wall.tickets, wall.at_ms);
    assert_string_equal(snapshot_row(s, SNAPSHOT_STREET, STR("S01"))->name.ptr, "street 0");
    assert_false(tickets_prepare(wall.tickets, wall.at_ms, 4));
    wall.steps = 2; /* and again, before those are whole */
    set_names(&wall);
    while (!tickets_prepare(wall.tickets, wall.at_ms, 4)) {
    }
    s = tickets_glance(wall.tickets, wall.at_ms);
    assert_string_equal(snapshot_row(s, SNAPSHOT_STREET, STR("S01"))->name.ptr, "street 2");
    end(&wall);
}

/* Registrations of one street and category, many and in no order, counted by hand. */
static void
test_registrations_in_no_order(void **state)
{
    (void)state;
    struct profile profile;
    profile_default(&profile);
    profile.burst_min_count = 1;
    profile.burst_ratio = 0;
    struct tickets *t = tickets_create(&profile);
    int64_t as_of_ms = MAKE_NOW - MAKE_NOW % 10000, window_ms = profile.burst_window_ms;
    uint32_t now = 0, before = 0;
    char number[16];
    for (int64_t i = 1; i < 2003; i++) {
        int64_t ms = MAKE_NOW - i * 761 % 2003 * 19 * WHEN_MINUTE - i % 2;
        snprintf(number, sizeof number, "T-%d", (int)i);
        make_register(t, number, ms);
        now += ms > as_of_ms - window_ms && ms <= as_of_ms;
        for (int day = 1; day <= 28; day++) {
            int64_t then_ms = as_of_ms - day * WHEN_DAY;
            before += ms > then_ms - window_ms && ms <= then_ms;
        }
    }
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    assert_int_equal(s->bursts_count, 1);
    assert_true(now > 1 && before > 28);
    assert_int_equal(s->bursts[0].count, now);
    assert_true(s->bursts[0].usual > before / 28.0 - 1e-9);
    assert_true(s->bursts[0].usual < before / 28.0 + 1e-9);
    tickets_destroy(t);
}

/* Memory of what was replaced is given back piece by piece. */
static void
test_tidy(void **state)
{
    (void)state;
    struct profile profile;
    profile_default(&profile);
    struct tickets *t = tickets_create(&profile), *source = tickets_create(&profile);
    char number[16];
    for (int i = 0; i < 40000; i++) {
        snprintf(number, sizeof number, "T-%d", i);
        make_register(source, number, MAKE_NOW - i);
    }
    for (int round = 0; round < 2; round++) {
        tickets_load_begin(t);
        tickets_visit(source, STR(""), INT64_MIN, load_row, t);
        tickets_load_end(t);
        while (!tickets_prepare(t, MAKE_NOW, 5000)) {
        }
        assert_true(round == 1 || tickets_tidy(t));
    }
    int parts = 0;
    while (!tickets_tidy(t)) {
        parts++;
    }
    assert_in_range(parts, 1, 20); /* some 8 MB by 2 */
    assert_int_equal(tickets_glance(t, MAKE_NOW)->tickets, 40000);
    tickets_destroy(source);
    tickets_destroy(t);
}

static int
set_up(void **state)
{
    (void)state;
    helper = helper_create();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    helper_destroy(helper);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_equal_one_go),        cmocka_unit_test(test_a_part_is_bounded),
        cmocka_unit_test(test_counted_as_rows_come),      cmocka_unit_test(test_midnight),
        cmocka_unit_test(test_jump_past_due_times),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_registrations_in_no_order), cmocka_unit_test(test_tidy),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

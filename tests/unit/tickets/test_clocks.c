/* Due times, suspension, reopening and whistles, by hand-computed values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tickets/make.h"

#define T0 (MAKE_NOW - 10 * WHEN_DAY)

static struct profile profile;

static int
setup(void **state)
{
    profile_default(&profile);
    *state = tickets_create(&profile);
    return 0;
}

static int
teardown(void **state)
{
    tickets_destroy(*state);
    return 0;
}

static void
expect_alarm(struct tickets *t, int64_t at_ms, enum snapshot_stage stage, bool overdue,
             int64_t due_ms, int64_t since_ms)
{
    const struct snapshot_alarm *a = make_find_alarm(tickets_snapshot(t, at_ms), "A", stage);
    assert_non_null(a);
    assert_int_equal(a->overdue, overdue);
    assert_int_equal(a->due_ms, due_ms);
    assert_int_equal(a->since_ms, since_ms);
}

static void
expect_no_alarm(struct tickets *t, int64_t at_ms, enum snapshot_stage stage)
{
    assert_null(make_find_alarm(tickets_snapshot(t, at_ms), "A", stage));
}

static void
test_accept(void **state)
{
    struct tickets *t = *state;
    int64_t due = T0 + 30 * WHEN_MINUTE;
    make_register(t, "A", T0);
    expect_no_alarm(t, due - 10 * WHEN_MINUTE - 1, SNAPSHOT_ACCEPT);
    expect_alarm(t, due - 10 * WHEN_MINUTE, SNAPSHOT_ACCEPT, false, due, due - 10 * WHEN_MINUTE);
    expect_alarm(t, due, SNAPSHOT_ACCEPT, false, due, due - 10 * WHEN_MINUTE);
    expect_alarm(t, due + 1, SNAPSHOT_ACCEPT, true, due, due);
    /* A dispatch starts it again, a return does not stop it, an acceptance does. */
    make_dispatch(t, "A", T0 + WHEN_HOUR, "U1", 0);
    expect_no_alarm(t, T0 + WHEN_HOUR, SNAPSHOT_ACCEPT);
    make_apply(t, "A", EVENT_RETURNED, T0 + WHEN_HOUR + WHEN_MINUTE);
    expect_alarm(t, T0 + 90 * WHEN_MINUTE + 1, SNAPSHOT_ACCEPT, true, T0 + 90 * WHEN_MINUTE,
                 T0 + 90 * WHEN_MINUTE);
    make_apply(t, "A", EVENT_ACCEPTED, T0 + 100 * WHEN_MINUTE);
    expect_no_alarm(t, T0 + 100 * WHEN_MINUTE, SNAPSHOT_ACCEPT);
    /* A dispatch that arrives late, but happened before the acceptance, leaves it stopped. */
    make_dispatch(t, "A", T0 + 99 * WHEN_MINUTE, "U2", 0);
    expect_no_alarm(t, T0 + 5 * WHEN_HOUR, SNAPSHOT_ACCEPT);
}

static void
test_resolve_urgency_and_own_due(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", T0);
    expect_alarm(t, T0 + 3 * WHEN_DAY, SNAPSHOT_RESOLVE, false, T0 + 3 * WHEN_DAY,
                 T0 + 2 * WHEN_DAY);
    struct event e = make_event("A", EVENT_AMENDED, T0 + WHEN_HOUR);
    e.data.has = EVENT_F_URGENCY;
    e.data.urgency = EVENT_EMERGENCY;
    tickets_apply(t, &e, false);
    expect_alarm(t, T0 + 2 * WHEN_HOUR + 1, SNAPSHOT_RESOLVE, true, T0 + 2 * WHEN_HOUR,
                 T0 + 2 * WHEN_HOUR);
    /* Its own due time beats the limit; a later one beats an earlier one. */
    make_dispatch(t, "A", T0 + 3 * WHEN_HOUR, "U1", T0 + WHEN_DAY);
    expect_alarm(t, T0 + WHEN_DAY, SNAPSHOT_RESOLVE, false, T0 + WHEN_DAY,
                 T0 + WHEN_DAY - 30 * WHEN_MINUTE);
    e = make_event("A", EVENT_EXTENDED, T0 + 4 * WHEN_HOUR);
    e.data.has = EVENT_F_DUE;
    e.data.due_ms = T0 + 2 * WHEN_DAY;
    tickets_apply(t, &e, false);
    expect_alarm(t, T0 + 2 * WHEN_DAY + 1, SNAPSHOT_RESOLVE, true, T0 + 2 * WHEN_DAY,
                 T0 + 2 * WHEN_DAY);
    /* Reopened: the limit again, from the reopening; its own due time is forgotten. */
    make_apply(t, "A", EVENT_RESOLVED, T0 + 3 * WHEN_DAY);
    expect_no_alarm(t, T0 + 3 * WHEN_DAY, SNAPSHOT_RESOLVE);
    make_apply(t, "A", EVENT_REOPENED, T0 + 4 * WHEN_DAY);
    expect_alarm(t, T0 + 4 * WHEN_DAY + 2 * WHEN_HOUR + 1, SNAPSHOT_RESOLVE, true,
                 T0 + 4 * WHEN_DAY + 2 * WHEN_HOUR, T0 + 4 * WHEN_DAY + 2 * WHEN_HOUR);
    expect_alarm(t, T0 + 9 * WHEN_DAY + 1, SNAPSHOT_EXPEDITE, true, T0 + 9 * WHEN_DAY,
                 T0 + 9 * WHEN_DAY);
}

/* An alarm is never older than its clock. */
static void
test_since_not_before_start(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", T0);
    make_dispatch(t, "A", T0, "U1", T0 - WHEN_DAY);
    expect_alarm(t, T0 + 1, SNAPSHOT_RESOLVE, true, T0 - WHEN_DAY, T0);
    make_dispatch(t, "A", T0, "U1", T0 + WHEN_HOUR);
    expect_alarm(t, T0 + 1, SNAPSHOT_RESOLVE, false, T0 + WHEN_HOUR, T0);
}

static void
test_suspension(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", T0);
    make_apply(t, "A", EVENT_SUSPENDED, T0 + WHEN_DAY);
    make_apply(t, "A", EVENT_SUSPENDED, T0 + WHEN_DAY + WHEN_HOUR); /* changes nothing */
    /* Suspended: the due time moves with the moment. */
    expect_alarm(t, T0 + 5 * WHEN_DAY, SNAPSHOT_ACCEPT, true, T0 + 30 * WHEN_MINUTE + 4 * WHEN_DAY,
                 T0 + 30 * WHEN_MINUTE + 4 * WHEN_DAY);
    expect_no_alarm(t, T0 + 5 * WHEN_DAY, SNAPSHOT_RESOLVE);
    make_apply(t, "A", EVENT_RESUMED, T0 + 3 * WHEN_DAY);
    expect_alarm(t, T0 + 5 * WHEN_DAY, SNAPSHOT_RESOLVE, false, T0 + 5 * WHEN_DAY,
                 T0 + 4 * WHEN_DAY);
    /* A due time set while suspended moves by what remains of the suspension only. */
    make_dispatch(t, "A", T0 + 2 * WHEN_DAY, "U1", T0 + 4 * WHEN_DAY);
    expect_alarm(t, T0 + 5 * WHEN_DAY + 1, SNAPSHOT_RESOLVE, true, T0 + 5 * WHEN_DAY,
                 T0 + 5 * WHEN_DAY);
    /* Set after it, it does not move. */
    make_dispatch(t, "A", T0 + 4 * WHEN_DAY, "U1", T0 + 6 * WHEN_DAY);
    expect_alarm(t, T0 + 6 * WHEN_DAY, SNAPSHOT_RESOLVE, false, T0 + 6 * WHEN_DAY,
                 T0 + 5 * WHEN_DAY);
}

static void
test_resolved_late(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", MAKE_NOW - 4 * WHEN_HOUR);
    make_dispatch(t, "A", MAKE_NOW - 4 * WHEN_HOUR, "U1", MAKE_NOW - WHEN_HOUR);
    make_apply(t, "A", EVENT_RESOLVED, MAKE_NOW - WHEN_HOUR); /* at its due: in time */
    const struct snapshot_row *all =
        snapshot_row(tickets_snapshot(t, MAKE_NOW), SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved, 1);
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved_late, 0);
    make_register(t, "B", MAKE_NOW - 4 * WHEN_HOUR);
    make_dispatch(t, "B", MAKE_NOW - 4 * WHEN_HOUR, "U1", MAKE_NOW - WHEN_HOUR);
    make_apply(t, "B", EVENT_RESOLVED, MAKE_NOW - WHEN_HOUR + 1);
    /* An extension after the resolution does not make it timely. */
    make_dispatch(t, "B", MAKE_NOW - WHEN_HOUR + 2, "U1", MAKE_NOW + WHEN_DAY);
    all = snapshot_row(tickets_snapshot(t, MAKE_NOW), SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved, 2);
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved_late, 1);
    /* Reopened, it leaves the window that it was counted in. */
    make_apply(t, "B", EVENT_REOPENED, MAKE_NOW);
    all = snapshot_row(tickets_snapshot(t, MAKE_NOW), SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved, 1);
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved_late, 0);
    assert_int_equal(all->open, 1);
}

static void
whistle(struct tickets *t, int64_t ms, struct str *units, int count)
{
    struct event e = make_event("A", EVENT_WHISTLED, ms);
    e.data.has = EVENT_F_UNITS;
    e.data.units = units;
    e.data.units_count = count;
    tickets_apply(t, &e, false);
}

static void
report(struct tickets *t, int64_t ms, const char *unit)
{
    struct event e = make_event("A", EVENT_REPORTED, ms);
    e.data.has = EVENT_F_UNIT;
    e.data.unit = str_from(unit);
    tickets_apply(t, &e, false);
}

static void
test_whistles(void **state)
{
    struct tickets *t = *state;
    struct str first[] = {STR("U1"), STR("U2")}, second[] = {STR("U2"), STR("U3")};
    make_register(t, "A", T0);
    whistle(t, T0 + WHEN_HOUR, first, 2);
    whistle(t, T0 + 2 * WHEN_HOUR, second, 2);
    expect_alarm(t, T0 + 3 * WHEN_HOUR + 1, SNAPSHOT_REPORT, true, T0 + 3 * WHEN_HOUR,
                 T0 + 3 * WHEN_HOUR);
    const struct snapshot *s = tickets_snapshot(t, T0 + 3 * WHEN_HOUR + 1);
    assert_int_equal(s->whistles_count, 3); /* U2 once, under its earlier whistle */
    assert_true(s->alarms[0].whistled);
    report(t, T0 + 30 * WHEN_MINUTE, "U1"); /* before the whistle: not for it */
    report(t, T0 + 90 * WHEN_MINUTE, "U2"); /* for the first only */
    assert_int_equal(tickets_snapshot(t, T0 + 4 * WHEN_HOUR)->whistles_count, 3);
    report(t, T0 + 100 * WHEN_MINUTE, "U1");
    s = tickets_snapshot(t, T0 + 4 * WHEN_HOUR);
    assert_int_equal(s->whistles_count, 2);
    assert_true(str_is(s->whistles[0].unit, "U2"));
    assert_int_equal(s->whistles[0].due_ms, T0 + 4 * WHEN_HOUR);
    expect_alarm(t, T0 + 4 * WHEN_HOUR, SNAPSHOT_REPORT, false, T0 + 4 * WHEN_HOUR,
                 T0 + 3 * WHEN_HOUR + 30 * WHEN_MINUTE);
    report(t, T0 + 200 * WHEN_MINUTE, "U2");
    report(t, T0 + 200 * WHEN_MINUTE, "U3");
    expect_no_alarm(t, T0 + 4 * WHEN_HOUR + 1, SNAPSHOT_REPORT);
    assert_int_equal(tickets_snapshot(t, T0 + 4 * WHEN_HOUR + 1)->whistles_count, 0);
}

/* Counted, and never listed or drawn. */
static void
test_confidential(void **state)
{
    struct tickets *t = *state;
    struct event e = make_registered("A", T0, "S01", "noise");
    e.data.has |= EVENT_F_CONFIDENTIAL | EVENT_F_PLACE;
    e.data.confidential = true;
    e.data.lon = 116.2;
    e.data.lat = 39.9;
    tickets_apply(t, &e, false);
    struct str unit[] = {STR("U1")};
    whistle(t, T0, unit, 1);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    const struct snapshot_row *street = snapshot_row(s, SNAPSHOT_STREET, STR("S01"));
    assert_int_equal(street->open, 1);
    assert_int_equal(street->overdue, 1);
    assert_int_equal(street->overdue_stage[SNAPSHOT_REPORT], 1);
    assert_int_equal(s->alarms_count, 0);
    assert_int_equal(s->whistles_count, 0);
    assert_int_equal(s->points_count, 0);
    struct snapshot_key key = {SNAPSHOT_STREET, STR("S01"), SNAPSHOT_TODAY, SNAPSHOT_CITY,
                               SNAPSHOT_OVERDUE};
    struct str out[4];
    assert_int_equal(tickets_behind(t, &key, out, 4), 0);
}

/* A stage that the city does not have, and due times that only tickets bring along. */
static void
test_stages_off(void **state)
{
    (void)state;
    struct profile p;
    profile_default(&p);
    p.stage_runs[SNAPSHOT_ACCEPT] = p.stage_runs[SNAPSHOT_EXPEDITE] = false;
    p.stage_runs[SNAPSHOT_REPORT] = false;
    p.own_due_only = true;
    struct tickets *t = tickets_create(&p);
    make_register(t, "A", T0);
    make_register(t, "B", T0);
    make_dispatch(t, "B", T0, "U1", T0 + WHEN_DAY);
    struct str unit[] = {STR("U1")};
    whistle(t, T0, unit, 1);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    assert_int_equal(s->alarms_count, 1);
    assert_true(str_is(s->alarms[0].ticket, "B"));
    assert_int_equal(s->alarms[0].limit_ms, 0);
    assert_int_equal(s->whistles_count, 0);
    make_apply(t, "A", EVENT_RESOLVED, MAKE_NOW - 1);
    s = tickets_snapshot(t, MAKE_NOW);
    const struct snapshot_row *all = snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved, 1);
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved_late, 0);
    tickets_destroy(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_accept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resolve_urgency_and_own_due, setup, teardown),
        cmocka_unit_test_setup_teardown(test_since_not_before_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_suspension, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resolved_late, setup, teardown),
        cmocka_unit_test_setup_teardown(test_whistles, setup, teardown),
        cmocka_unit_test_setup_teardown(test_confidential, setup, teardown),
        cmocka_unit_test(test_stages_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

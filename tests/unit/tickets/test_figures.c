/* Windows, ranks, history, bursts, metrics, names and acknowledgements, by hand-computed values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "feeds/tickets/figures.h"
#include "tests/unit/tickets/make.h"

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

static int64_t
at(const char *text)
{
    int64_t ms = 0;
    assert_true(when_parse(str_from(text), &ms));
    return ms;
}

static void
expect_window(const struct snapshot *s, enum snapshot_window w, const char *from, const char *to)
{
    assert_int_equal(s->windows[w].from_ms, at(from));
    assert_int_equal(s->windows[w].to_ms, at(to));
}

static void
test_windows(void **state)
{
    struct tickets *t = *state;
    const struct snapshot *s = tickets_snapshot(t, at("2026-11-23T09:41:27+08:00"));
    expect_window(s, SNAPSHOT_TODAY, "2026-11-23T00:00:00+08:00", "2026-11-24T00:00:00+08:00");
    expect_window(s, SNAPSHOT_YESTERDAY, "2026-11-22T00:00:00+08:00", "2026-11-23T00:00:00+08:00");
    expect_window(s, SNAPSHOT_YESTERDAY_SO_FAR, "2026-11-22T00:00:00+08:00",
                  "2026-11-22T09:41:27+08:00");
    expect_window(s, SNAPSHOT_WEEK, "2026-11-23T00:00:00+08:00", "2026-11-30T00:00:00+08:00");
    expect_window(s, SNAPSHOT_PERIOD, "2026-11-19T00:00:00+08:00", "2026-12-19T00:00:00+08:00");
    expect_window(s, SNAPSHOT_PREVIOUS_PERIOD, "2026-10-19T00:00:00+08:00",
                  "2026-10-23T09:41:27+08:00");
    assert_int_equal(s->period_day, 5);
    /* The last moment of a period, and the first of the next; over a new year. */
    s = tickets_snapshot(t, at("2027-01-18T23:59:59.999+08:00"));
    expect_window(s, SNAPSHOT_PERIOD, "2026-12-19T00:00:00+08:00", "2027-01-19T00:00:00+08:00");
    /* 30 days before it: the moment is past its length, which bounds it. */
    expect_window(s, SNAPSHOT_PREVIOUS_PERIOD, "2026-11-19T00:00:00+08:00",
                  "2026-12-19T00:00:00+08:00");
    assert_int_equal(s->period_day, 31);
    s = tickets_snapshot(t, at("2027-01-19T00:00:00+08:00"));
    expect_window(s, SNAPSHOT_PERIOD, "2027-01-19T00:00:00+08:00", "2027-02-19T00:00:00+08:00");
    expect_window(s, SNAPSHOT_PREVIOUS_PERIOD, "2026-12-19T00:00:00+08:00",
                  "2026-12-19T00:00:00+08:00");
    assert_int_equal(s->period_day, 1);
    /* A Sunday belongs to the week before. */
    s = tickets_snapshot(t, at("2026-11-22T12:00:00+08:00"));
    expect_window(s, SNAPSHOT_WEEK, "2026-11-16T00:00:00+08:00", "2026-11-23T00:00:00+08:00");
}

static void
test_noon_to_noon(void **state)
{
    (void)state;
    struct profile p;
    profile_default(&p);
    p.day_starts_ms = 12 * WHEN_HOUR;
    p.week_starts = 6;
    struct tickets *t = tickets_create(&p);
    const struct snapshot *s = tickets_snapshot(t, at("2026-11-19T11:59:59.999+08:00"));
    expect_window(s, SNAPSHOT_TODAY, "2026-11-18T12:00:00+08:00", "2026-11-19T12:00:00+08:00");
    expect_window(s, SNAPSHOT_WEEK, "2026-11-15T12:00:00+08:00", "2026-11-22T12:00:00+08:00");
    expect_window(s, SNAPSHOT_PERIOD, "2026-10-19T12:00:00+08:00", "2026-11-19T12:00:00+08:00");
    s = tickets_snapshot(t, at("2026-11-19T12:00:00+08:00"));
    expect_window(s, SNAPSHOT_TODAY, "2026-11-19T12:00:00+08:00", "2026-11-20T12:00:00+08:00");
    expect_window(s, SNAPSHOT_PERIOD, "2026-11-19T12:00:00+08:00", "2026-12-19T12:00:00+08:00");
    tickets_destroy(t);
}

/* A zone with summer time: on 2022-11-06 New York's day has 25 hours. */
static void
test_zone_with_summer_time(void **state)
{
    struct tickets *t = *state;
    struct err err = {0};
    if (!when_set_zone("America/New_York", &err)) {
        skip(); /* no tzdata on this machine */
    }
    const struct snapshot *s = tickets_snapshot(t, at("2022-11-06T23:30:00-05:00"));
    expect_window(s, SNAPSHOT_TODAY, "2022-11-06T00:00:00-04:00", "2022-11-07T00:00:00-05:00");
    expect_window(s, SNAPSHOT_YESTERDAY, "2022-11-05T00:00:00-04:00", "2022-11-06T00:00:00-04:00");
    expect_window(s, SNAPSHOT_WEEK, "2022-10-31T00:00:00-04:00", "2022-11-07T00:00:00-05:00");
    make_register(t, "A", at("2022-11-06T23:25:00-05:00"));
    make_register(t, "B", at("2022-11-06T00:05:00-04:00"));
    make_register(t, "C", at("2022-11-05T23:25:00-04:00"));
    s = tickets_snapshot(t, at("2022-11-06T23:30:00-05:00"));
    const struct snapshot_row *all = snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].received, 2);
    assert_int_equal(all->counts[SNAPSHOT_YESTERDAY].received, 1);
    assert_int_equal(all->history->arrivals[0], 1);
    assert_int_equal(all->history->arrivals[23 * 6 + 2], 1); /* by the civil clock */
    assert_int_equal(all->history->days[SNAPSHOT_DAYS - 2].received, 1);
    assert_true(when_set_zone("Asia/Shanghai", &err));
}

/* Events on the edges: from counts, to does not. */
static void
test_edges(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", at("2026-11-23T00:00:00+08:00"));
    make_register(t, "B", at("2026-11-22T23:59:59.999+08:00"));
    make_register(t, "C", at("2026-10-23T09:41:27+08:00"));
    make_register(t, "D", at("2026-10-23T09:41:26.999+08:00"));
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    const struct snapshot_row *all = snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].received, 1);
    assert_int_equal(all->counts[SNAPSHOT_YESTERDAY].received, 1);
    assert_int_equal(all->counts[SNAPSHOT_YESTERDAY_SO_FAR].received, 0);
    assert_int_equal(all->counts[SNAPSHOT_PREVIOUS_PERIOD].received, 1);
    /* The previous period's end moves with the moment. */
    s = tickets_snapshot(t, MAKE_NOW + 1);
    all = snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_PREVIOUS_PERIOD].received, 2);
    s = tickets_snapshot(t, at("2026-11-23T23:59:59.999+08:00"));
    all = snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_YESTERDAY_SO_FAR].received, 0);
}

/* n tickets of a street, each surveyed by the city, the first `solved` of them solved. */
static void
survey_street(struct tickets *t, const char *street, int n, int solved)
{
    char number[48];
    for (int i = 0; i < n; i++) {
        snprintf(number, sizeof number, "%s-%d", street, i);
        struct event e = make_registered(number, MAKE_NOW - WHEN_DAY, street, "noise");
        tickets_apply(t, &e, false);
        make_survey(t, number, MAKE_NOW - WHEN_HOUR, EVENT_BY_CITY, i < solved,
                    EVENT_SATISFIED_YES);
    }
}

static void
test_ranks(void **state)
{
    struct tickets *t = *state;
    survey_street(t, "S1", 20, 15); /* 3/4 */
    survey_street(t, "S2", 12, 9);  /* 3/4, equal as a fraction */
    survey_street(t, "S3", 10, 7);
    survey_street(t, "S4", 9, 9); /* too few to be ranked */
    survey_street(t, "S5", 30, 24);
    struct event e = make_registered("x", MAKE_NOW - 1, "S0", "noise");
    tickets_apply(t, &e, false);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    static const int ranks[] = {0, 2, 2, 4, 0, 1};
    for (int i = 0; i < 6; i++) {
        char code[4] = {'S', (char)('0' + i), 0};
        const struct snapshot_row *row = snapshot_row(s, SNAPSHOT_STREET, str_from(code));
        assert_int_equal(row->rank[SNAPSHOT_TODAY][SNAPSHOT_CITY], ranks[i]);
        assert_int_equal(row->rank[SNAPSHOT_TODAY][SNAPSHOT_BY_DISTRICT], 0);
    }
    assert_int_equal(
        snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"))->rank[SNAPSHOT_TODAY][SNAPSHOT_CITY], 0);
    /* As a board shows them: of the equal ones more surveys first, then those without a rank. */
    const struct snapshot_row *board[8];
    size_t ranked, count = snapshot_ranking(s, SNAPSHOT_STREET, SNAPSHOT_TODAY, SNAPSHOT_CITY,
                                            board, 8, &ranked);
    assert_int_equal(count, 6);
    assert_int_equal(ranked, 4);
    static const char *const order[] = {"S5", "S1", "S2", "S3", "S0", "S4"};
    for (size_t i = 0; i < count; i++) {
        assert_true(str_is(board[i]->code, order[i]));
    }
    assert_int_equal(
        snapshot_ranking(s, SNAPSHOT_STREET, SNAPSHOT_TODAY, SNAPSHOT_CITY, board, 2, NULL), 2);
}

/* Fractions that differ behind the fifteenth digit are told apart. */
static void
test_ranks_are_exact(void **state)
{
    (void)state;
    struct profile p;
    profile_default(&p);
    p.weight_response = 0.333333;
    p.weight_resolution = 0.333334;
    p.weight_satisfaction = 0.333333;
    p.min_n = 1;
    struct tickets *t = tickets_create(&p);
    survey_street(t, "S1", 3, 1);
    survey_street(t, "S2", 300, 100);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(s->groups[SNAPSHOT_STREET].rows[i].rank[SNAPSHOT_TODAY][SNAPSHOT_CITY], 1);
    }
    survey_street(t, "S3", 301, 101);
    s = tickets_snapshot(t, MAKE_NOW);
    assert_int_equal(
        snapshot_row(s, SNAPSHOT_STREET, STR("S3"))->rank[SNAPSHOT_TODAY][SNAPSHOT_CITY], 1);
    assert_int_equal(
        snapshot_row(s, SNAPSHOT_STREET, STR("S1"))->rank[SNAPSHOT_TODAY][SNAPSHOT_CITY], 2);
    tickets_destroy(t);
}

static void
test_surveys(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", MAKE_NOW - 3 * WHEN_DAY);
    make_survey(t, "A", MAKE_NOW - WHEN_DAY, EVENT_BY_CITY, false, EVENT_SATISFIED_NO);
    make_survey(t, "A", MAKE_NOW - WHEN_HOUR, EVENT_BY_CITY, true, EVENT_SATISFIED_BASIC);
    make_survey(t, "A", MAKE_NOW - WHEN_HOUR, EVENT_BY_DISTRICT, true, EVENT_SATISFIED_YES);
    struct event e = make_event("A", EVENT_SURVEYED, MAKE_NOW - 1); /* reached nobody */
    e.data.has = EVENT_F_BY | EVENT_F_REACHED;
    tickets_apply(t, &e, false);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    const struct snapshot_row *all = snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_YESTERDAY].by[SNAPSHOT_CITY].effective, 0);
    const struct snapshot_survey *city = &all->counts[SNAPSHOT_TODAY].by[SNAPSHOT_CITY];
    assert_int_equal(city->effective, 1);
    assert_int_equal(city->solved, 1);
    assert_int_equal(city->satisfied, 0);
    assert_int_equal(city->basic, 1);
    assert_int_equal(all->counts[SNAPSHOT_TODAY].by[SNAPSHOT_BY_DISTRICT].satisfied, 1);
    uint32_t n = 0;
    double value = snapshot_metric_value(snapshot_metric(s, "satisfaction"), all, SNAPSHOT_TODAY,
                                         SNAPSHOT_CITY, &n);
    assert_true(fabs(value - 90) < 1e-12);
    assert_int_equal(n, 1);
    value = snapshot_metric_value(snapshot_metric(s, "composite"), all, SNAPSHOT_TODAY,
                                  SNAPSHOT_CITY, &n);
    assert_true(fabs(value - (10 + 50 + 36)) < 1e-12);
    assert_true(isnan(snapshot_metric_value(snapshot_metric(s, "response"), all, SNAPSHOT_YESTERDAY,
                                            SNAPSHOT_CITY, &n)));
    assert_int_equal(n, 0);
    assert_null(snapshot_metric(s, "nothing"));
    /* Excluded: no survey counts; all else does. Included again: as before. */
    make_apply(t, "A", EVENT_EXCLUDED, MAKE_NOW - 1);
    all = snapshot_row(tickets_snapshot(t, MAKE_NOW), SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].by[SNAPSHOT_CITY].effective, 0);
    assert_int_equal(all->open, 1);
    make_apply(t, "A", EVENT_INCLUDED, MAKE_NOW);
    all = snapshot_row(tickets_snapshot(t, MAKE_NOW), SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->counts[SNAPSHOT_TODAY].by[SNAPSHOT_CITY].effective, 1);
}

static void
test_history(void **state)
{
    struct tickets *t = *state;
    char number[16];
    int64_t bin = MAKE_NOW - MAKE_NOW % (10 * WHEN_MINUTE); /* 09:40 */
    for (int week = 0; week <= 5; week++) {
        for (int i = 0; i <= week; i++) {
            snprintf(number, sizeof number, "W%d-%d", week, i);
            make_register(t, number, bin - week * 7 * WHEN_DAY + i);
        }
    }
    make_apply(t, "W1-0", EVENT_RESOLVED, bin - 7 * WHEN_DAY + WHEN_HOUR);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    const struct snapshot_row *street = snapshot_row(s, SNAPSHOT_STREET, STR("S01"));
    const struct snapshot_history *h = street->history;
    assert_int_equal(h->day_ms[SNAPSHOT_DAYS - 1], s->windows[SNAPSHOT_TODAY].from_ms);
    assert_int_equal(h->arrivals[58], 1);
    assert_true(h->usual[58] == (2 + 3 + 4 + 5) / 4.0f); /* the fifth week back is too old */
    assert_true(h->usual[57] == 0);
    assert_int_equal(h->days[SNAPSHOT_DAYS - 1].received, 1);
    assert_int_equal(h->days[SNAPSHOT_DAYS - 8].received, 2);
    assert_int_equal(h->days[SNAPSHOT_DAYS - 8].resolved, 1);
    uint32_t n;
    assert_true(snapshot_metric_of_counts(snapshot_metric(s, "on_time"),
                                          &h->days[SNAPSHOT_DAYS - 8], SNAPSHOT_CITY, &n) == 100);
    assert_null(snapshot_row(s, SNAPSHOT_CATEGORY, STR("noise"))->history);
}

static void
test_bursts(void **state)
{
    struct tickets *t = *state;
    char number[16];
    for (int i = 0; i < 56; i++) { /* two a day in the same hours: the usual */
        snprintf(number, sizeof number, "U-%d", i);
        struct event e = make_registered(number, MAKE_NOW - (i / 2 + 1) * WHEN_DAY - WHEN_HOUR,
                                         "S01", "heating");
        tickets_apply(t, &e, false);
    }
    for (int i = 0; i < 8; i++) {
        snprintf(number, sizeof number, "B-%d", i);
        struct event e =
            make_registered(number, MAKE_NOW - WHEN_HOUR - i * WHEN_MINUTE, "S01", "heating");
        e.data.has |= EVENT_F_PLACE | EVENT_F_COMMUNITY;
        e.data.community = str_from(i < 5 ? "C1" : "C2");
        e.data.lon = i < 5 ? 116.1 : 116.3; /* those at the other end do not pull it away */
        e.data.lat = 39.9;
        tickets_apply(t, &e, false);
    }
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    assert_int_equal(s->bursts_count, 1);
    const struct snapshot_burst *b = &s->bursts[0];
    assert_int_equal(b->count, 8);
    assert_int_equal(b->newest_ms, MAKE_NOW - WHEN_HOUR);
    assert_true(fabs(b->usual - 2) < 1e-12);
    assert_true(str_is(b->community, "C1"));
    assert_true(fabs(b->lon - 116.1) < 1e-9);
    /* An hour later the first of them are out of the window. */
    assert_int_equal(tickets_snapshot(t, MAKE_NOW + WHEN_HOUR)->bursts_count, 0);
    assert_int_equal(tickets_snapshot(t, MAKE_NOW)->bursts_count, 1);
    make_apply(t, "B-0", EVENT_REMOVED, MAKE_NOW);
    assert_int_equal(tickets_snapshot(t, MAKE_NOW)->bursts_count, 0);
}

/* Eight, and as many as usual three times over, are none. */
static void
test_no_burst_where_usual(void **state)
{
    struct tickets *t = *state;
    char number[16];
    for (int i = 0; i < 28 * 3 + 8; i++) {
        snprintf(number, sizeof number, "U-%d", i);
        int day = i < 8 ? 0 : 1 + (i - 8) / 3;
        struct event e =
            make_registered(number, MAKE_NOW - day * WHEN_DAY - WHEN_HOUR, "S01", "heating");
        tickets_apply(t, &e, false);
    }
    assert_int_equal(tickets_snapshot(t, MAKE_NOW)->bursts_count, 0);
    make_register(t, "other", MAKE_NOW); /* one more, of another category */
    assert_int_equal(tickets_snapshot(t, MAKE_NOW + WHEN_MINUTE)->bursts_count, 0);
    struct event e = make_registered("more", MAKE_NOW - WHEN_HOUR, "S01", "heating");
    tickets_apply(t, &e, false);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW + WHEN_MINUTE);
    assert_int_equal(s->bursts_count, 1);
    assert_true(isnan(s->bursts[0].lon));
}

static void
test_directory(void **state)
{
    struct tickets *t = *state;
    const struct tickets_name streets[] = {{STR("S01"), STR("八角街道"), STR("")},
                                           {STR("S02"), STR("古城街道"), STR("")}};
    const struct tickets_name communities[] = {{STR("C1"), STR("公园北社区"), STR("S01")}};
    const struct tickets_name categories[] = {
        {STR("heating"), STR("供暖"), STR("")},
        {STR("heating.cold"), STR("暖气不热"), STR("heating")}};
    const struct tickets_directory directory = {.streets = streets,
                                                .streets_count = 2,
                                                .communities = communities,
                                                .communities_count = 1,
                                                .categories = categories,
                                                .categories_count = 2};
    struct event e = make_registered("A", MAKE_NOW - WHEN_DAY, "S01", "heating.cold");
    e.data.has |= EVENT_F_COMMUNITY;
    e.data.community = STR("C1");
    tickets_apply(t, &e, false);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    assert_true(str_is(snapshot_row(s, SNAPSHOT_STREET, STR("S01"))->name, "S01"));
    tickets_set_directory(t, &directory);
    s = tickets_snapshot(t, MAKE_NOW);
    assert_int_equal(s->groups[SNAPSHOT_STREET].count, 2); /* S02 too, without a ticket */
    assert_true(str_is(snapshot_row(s, SNAPSHOT_STREET, STR("S02"))->name, "古城街道"));
    const struct snapshot_row *community = snapshot_row(s, SNAPSHOT_COMMUNITY, STR("C1"));
    assert_true(str_is(community->name, "公园北社区"));
    assert_true(str_is(community->parent, "S01"));
    assert_true(str_is(community->parent_name, "八角街道"));
    const struct snapshot_row *category = snapshot_row(s, SNAPSHOT_CATEGORY, STR("heating.cold"));
    assert_true(str_is(category->parent_name, "供暖"));
    const struct snapshot_alarm *a = make_find_alarm(s, "A", SNAPSHOT_ACCEPT);
    assert_true(str_is(a->street, "八角街道"));
    assert_true(str_is(a->category_parent, "供暖"));
    assert_int_equal(a->limit_ms, 30 * WHEN_MINUTE);
    /* Pinned streets are in no exported row. */
    struct buf out = {0};
    figures_to_json(t, s, &out);
    assert_null(strstr(out.ptr, "S02"));
    buf_free(&out);
}

static void
test_acknowledged(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", MAKE_NOW - WHEN_HOUR);
    struct event e = make_event("A", EVENT_ALARM_ACKNOWLEDGED, MAKE_NOW - WHEN_MINUTE);
    e.data.has = EVENT_F_STAGE | EVENT_F_BY;
    e.data.stage = EVENT_ACCEPT;
    e.data.by = STR("duty");
    assert_false(
        make_find_alarm(tickets_snapshot(t, MAKE_NOW), "A", SNAPSHOT_ACCEPT)->acknowledged);
    tickets_apply(t, &e, false);
    const struct snapshot_alarm *a =
        make_find_alarm(tickets_snapshot(t, MAKE_NOW), "A", SNAPSHOT_ACCEPT);
    assert_true(a->acknowledged);
    assert_true(str_is(a->acknowledged_by, "duty"));
    /* As it stood before it was acknowledged. */
    a = make_find_alarm(tickets_snapshot(t, MAKE_NOW - 2 * WHEN_MINUTE), "A", SNAPSHOT_ACCEPT);
    assert_false(a->acknowledged);
    /* Dispatched again, it runs anew: another alarm, not acknowledged. */
    make_dispatch(t, "A", MAKE_NOW, "U1", 0);
    a = make_find_alarm(tickets_snapshot(t, MAKE_NOW + 25 * WHEN_MINUTE), "A", SNAPSHOT_ACCEPT);
    assert_non_null(a);
    assert_false(a->acknowledged);
    assert_true(a->external);
    assert_true(str_is(a->unit, "U1"));
}

/* Codes with quotes and control characters stay one JSON string. */
static void
test_json_strings(void **state)
{
    struct tickets *t = *state;
    struct event e = make_registered("A\"\\", MAKE_NOW - WHEN_HOUR, "S\"1", "noise");
    tickets_apply(t, &e, false);
    struct buf out = {0};
    figures_to_json(t, tickets_snapshot(t, MAKE_NOW), &out);
    assert_non_null(strstr(out.ptr, "\"code\":\"S\\\"1\""));
    assert_non_null(strstr(out.ptr, "{\"ticket\":\"A\\\"\\\\\",\"stage\":\"accept\","));
    buf_clear(&out);
    figures_board_json(tickets_snapshot(t, MAKE_NOW), &out);
    assert_non_null(strstr(out.ptr, "\"group\":\"street\""));
    assert_null(strstr(out.ptr, "\"group\":\"category\""));
    buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_windows, setup, teardown),
        cmocka_unit_test(test_noon_to_noon),
        cmocka_unit_test_setup_teardown(test_zone_with_summer_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edges, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ranks, setup, teardown),
        cmocka_unit_test(test_ranks_are_exact),
        cmocka_unit_test_setup_teardown(test_surveys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_history, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bursts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_burst_where_usual, setup, teardown),
        cmocka_unit_test_setup_teardown(test_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_strings, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

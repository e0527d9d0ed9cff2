/* The simulated district: repeatable, valid, and as its plan says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feeds/hub/simulate.h"
#include "feeds/hub/simulate_life.h"
#include "wall/base/file.h"
#include "wall/base/hash.h"
#include "wall/base/when.h"

#define UNTIL INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00, a Monday */

static struct simulate *
start(int days, double per_day, uint64_t seed, int64_t until_ms)
{
    struct err err = {{0}};
    struct simulate_config config = {
        .days = days, .per_day = per_day, .seed = seed, .until_ms = until_ms};
    struct simulate *simulate = simulate_create(&config, &err);
    if (!simulate) {
        fail_msg("%s", err.text);
    }
    return simulate;
}

/* Folds every event's JSON text and its arrival into one number. */
static uint64_t
fold(struct simulate *simulate, int64_t limit_ms, uint64_t sum, size_t *count)
{
    struct buf line = {0};
    struct event event;
    int64_t arrival;
    while (simulate_next(simulate, limit_ms, &event, &arrival)) {
        buf_clear(&line);
        buf_printf(&line, "%lld %016llx ", (long long)arrival, (unsigned long long)sum);
        event_to_json(&event, &line);
        sum = hash_fnv1a64(buf_str(&line));
        ++*count;
    }
    buf_free(&line);
    return sum;
}

static uint64_t
fold_all(int days, double per_day, uint64_t seed, size_t *count)
{
    struct simulate *simulate = start(days, per_day, seed, UNTIL);
    *count = 0;
    uint64_t sum = fold(simulate, UNTIL, 0, count);
    simulate_destroy(simulate);
    return sum;
}

static void
test_same_arguments_same_bytes(void **state)
{
    (void)state;
    size_t first, again, other;
    uint64_t sum = fold_all(12, 150, 7, &first);
    assert_true(first > 5000);
    assert_int_equal(sum, fold_all(12, 150, 7, &again));
    assert_int_equal(first, again);
    assert_int_not_equal(sum, fold_all(12, 150, 8, &other));
    assert_int_not_equal(sum, fold_all(12, 151, 7, &other));
    assert_int_not_equal(sum, fold_all(11, 150, 7, &other));
}

/* Live running asks again and again with a growing limit: the stream must not depend on that. */
static void
test_growing_limits_change_nothing(void **state)
{
    (void)state;
    size_t whole = 0, pieces = 0;
    struct simulate *simulate = start(8, 120, 3, UNTIL);
    uint64_t at_once = fold(simulate, UNTIL + 2 * WHEN_DAY, 0, &whole);
    simulate_destroy(simulate);
    simulate = start(8, 120, 3, UNTIL);
    uint64_t sum = 0;
    for (int64_t t = UNTIL - 8 * WHEN_DAY; t < UNTIL + 2 * WHEN_DAY; t += 37 * WHEN_MINUTE) {
        sum = fold(simulate, t, sum, &pieces);
    }
    sum = fold(simulate, UNTIL + 2 * WHEN_DAY, sum, &pieces);
    simulate_destroy(simulate);
    assert_int_equal(whole, pieces);
    assert_int_equal(at_once, sum);
}

/* A later moment goes on with the same history; bursts of the shown day (serials over 900000) are
 * the moment's own. */
static void
test_later_moment_keeps_history(void **state)
{
    (void)state;
    struct simulate *early = start(5, 100, 3, UNTIL);
    struct simulate *late = start(8, 100, 3, UNTIL + 3 * WHEN_DAY);
    struct event a, b;
    size_t same = 0;
    for (;;) {
        bool more_a = simulate_next(early, UNTIL, &a, NULL);
        while (more_a && strstr(a.subject.ptr, "-9000")) {
            more_a = simulate_next(early, UNTIL, &a, NULL);
        }
        bool more_b = simulate_next(late, UNTIL, &b, NULL);
        while (more_b && strstr(b.subject.ptr, "-9000")) {
            more_b = simulate_next(late, UNTIL, &b, NULL);
        }
        assert_int_equal(more_a, more_b);
        if (!more_a) {
            break;
        }
        assert_true(str_eq(a.id, b.id));
        assert_int_equal(a.time_ms, b.time_ms);
        same++;
    }
    assert_true(same > 1500);
    simulate_destroy(early);
    simulate_destroy(late);
}

struct ids {
    uint64_t *of;
    size_t count, cap;
};

static int
compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void
test_every_event_is_valid(void **state)
{
    (void)state;
    struct simulate *simulate = start(25, 200, 11, UNTIL);
    struct buf line = {0}, again = {0};
    struct arena arena = {0};
    struct event event, read;
    struct ids ids = {0};
    int64_t arrival, last = 0;
    size_t types[EVENT_TYPE_COUNT] = {0};
    while (simulate_next(simulate, UNTIL, &event, &arrival)) {
        struct err err = {{0}};
        assert_true(event.time_ms <= arrival && arrival <= UNTIL && arrival >= last);
        last = arrival;
        types[event.type]++;
        buf_clear(&line);
        event_to_json(&event, &line);
        if (!event_from_json(buf_str(&line), false, &arena, &read, &err)) {
            fail_msg("%s\n%s", err.text, line.ptr);
        }
        assert_int_equal(read.type, event.type);
        assert_int_equal(read.unknown_fields, 0);
        buf_clear(&again);
        event_to_json(&read, &again);
        assert_string_equal(line.ptr, again.ptr);
        arena_reset(&arena);
        if (ids.count == ids.cap) {
            ids.cap = ids.cap ? ids.cap * 2 : 1024;
            ids.of = realloc(ids.of, ids.cap * sizeof *ids.of);
            assert_non_null(ids.of);
        }
        ids.of[ids.count++] = hash_fnv1a64(event.id);
    }
    qsort(ids.of, ids.count, sizeof *ids.of, compare_u64);
    for (size_t i = 1; i < ids.count; i++) {
        assert_true(ids.of[i] != ids.of[i - 1]);
    }
    for (int type = EVENT_REGISTERED; type <= EVENT_ARCHIVED; type++) {
        if (types[type] == 0) {
            fail_msg("no %s at all", event_type_name((enum event_type)type));
        }
    }
    free(ids.of);
    buf_free(&line);
    buf_free(&again);
    arena_free(&arena);
    simulate_destroy(simulate);
}

/* |found - share × n| within 5 standard deviations of a binomial count. */
static void
assert_share(const char *what, double found, double n, double share)
{
    double off = fabs(found - n * share), bound = 5 * sqrt(n * share * (1 - share)) + 1;
    if (off > bound) {
        fail_msg("%s: %.0f of %.0f, where %.4f was meant", what, found, n, share);
    }
}

static void
test_hours_and_weekdays(void **state)
{
    (void)state;
    static const int per_mille[24] = {21, 13, 2,  3,  1,  4,  7,  14, 42, 61, 111, 87,
                                      52, 50, 67, 92, 71, 71, 51, 39, 33, 39, 40,  28};
    int64_t until = when_day(UNTIL, 0); /* midnight: whole days only, and no forced burst */
    struct simulate *simulate = start(29, 700, 5, until);
    struct event event;
    double hours[24] = {0}, weekdays[7] = {0}, n = 0, sum = 0;
    while (simulate_next(simulate, until, &event, NULL)) {
        if (event.type == EVENT_REGISTERED && !strstr(event.subject.ptr, "-9000")) {
            struct when_civil civil = when_civil(event.time_ms);
            hours[civil.hour]++;
            weekdays[civil.weekday]++;
            n++;
        }
    }
    for (int i = 0; i < 24; i++) {
        sum += per_mille[i];
    }
    for (int i = 0; i < 24; i++) {
        assert_share("an hour", hours[i], n, per_mille[i] / sum);
    }
    /* 4 Mondays at 1.10 against 4 Sundays at 0.90; the days' own noise is 3 % and Poisson. */
    double ratio = weekdays[0] / weekdays[6];
    assert_true(ratio > 1.10 / 0.90 * 0.92 && ratio < 1.10 / 0.90 * 1.08);
    assert_true(n > 28 * 700 * 0.96 && n < 28 * 700 * 1.04);
    simulate_destroy(simulate);
}

static void
test_late_arrivals_and_shares(void **state)
{
    (void)state;
    struct simulate *simulate = start(20, 400, 9, UNTIL);
    struct event event;
    int64_t arrival;
    double events = 0, late = 0, registered = 0, eighth = 0, dispatched = 0, by_district = 0;
    double surveys = 0, reached = 0, earlier = 0;
    int64_t newest = 0;
    while (simulate_next(simulate, UNTIL, &event, &arrival)) {
        events++;
        late += arrival - event.time_ms > 5000;
        earlier += event.time_ms < newest;
        newest = event.time_ms > newest ? event.time_ms : newest;
        if (event.type == EVENT_REGISTERED && !strstr(event.subject.ptr, "-9000")) {
            registered++;
            eighth += str_is(event.data.street, "110107003");
        } else if (event.type == EVENT_DISPATCHED) {
            dispatched++;
            by_district += event.data.route == EVENT_DISTRICT;
        } else if (event.type == EVENT_SURVEYED) {
            surveys++;
            reached += event.data.reached;
        }
    }
    assert_share("late arrivals", late, events, 0.03);
    assert_true(earlier / events > 0.025); /* they do come out of order */
    assert_share("八角", eighth, registered, 312.0 / 1770);
    assert_share("by the district's centre", by_district, dispatched, 0.3);
    assert_share("reached", reached, surveys, 0.84);
    simulate_destroy(simulate);
}

static void
test_burst_before_the_moment(void **state)
{
    (void)state;
    struct simulate *simulate = start(3, 100, 2, UNTIL);
    struct event event;
    int count = 0;
    while (simulate_next(simulate, UNTIL, &event, NULL)) {
        if (event.type == EVENT_REGISTERED && event.time_ms >= UNTIL - 2 * WHEN_HOUR &&
            str_is(event.data.street, "110107003") && str_is(event.data.category, "GN01")) {
            count++;
        }
    }
    assert_in_range(count, 15, 22); /* 17, of which one may still be on its way */
    simulate_destroy(simulate);
}

/* Heating begins on 15 November: complaints about it come then and not in summer. */
static void
test_seasons(void **state)
{
    (void)state;
    int64_t ends[3] = {when_instant(2026, 7, 20, 0, 0, 0), when_instant(2026, 11, 14, 0, 0, 0),
                       when_instant(2026, 11, 24, 0, 0, 0)};
    double share[3];
    for (int i = 0; i < 3; i++) {
        struct simulate *simulate = start(9, 500, 2, ends[i]);
        struct event event;
        double all = 0, heating = 0;
        while (simulate_next(simulate, ends[i], &event, NULL)) {
            if (event.type == EVENT_REGISTERED && !strstr(event.subject.ptr, "-9000")) {
                all++;
                heating += str_starts(event.data.category, "GN");
            }
        }
        share[i] = heating / all;
        simulate_destroy(simulate);
    }
    assert_true(share[0] < 0.005 && share[1] < 0.02);
    assert_true(share[2] > 0.08 && share[2] < 0.25);
}

static void
check_known(const struct yaml_node *directory, const char *list, struct str code)
{
    char key[80];
    snprintf(key, sizeof key, "%.*s", STR_ARG(code));
    if (!yaml_get(yaml_get(directory, list), key)) {
        fail_msg("directories/shijingshan.yaml lacks %s of %s", key, list);
    }
}

static void
test_every_code_is_in_the_directory(void **state)
{
    (void)state;
    char path[1024];
    struct yaml_report report = {0};
    assert_true(file_find_asset("directories/shijingshan.yaml", path, sizeof path));
    struct yaml_doc *doc = yaml_load(path, &report);
    assert_non_null(doc);
    const struct yaml_node *root = yaml_root(doc);
    struct simulate_plan plan;
    assert_true(file_find_asset("simulation/shijingshan.yaml", path, sizeof path));
    assert_true(simulate_plan_load(path, &plan, &report));
    assert_int_equal(report.count, 0);
    for (size_t i = 0; i < plan.streets_count; i++) {
        check_known(root, "streets", plan.streets[i].code);
        check_known(root, "units", plan.streets[i].office);
        check_known(root, "units", plan.streets[i].station);
    }
    assert_int_equal(plan.places_count, 151);
    for (size_t i = 0; i < plan.places_count; i++) {
        check_known(root, "communities", plan.places[i].code);
    }
    for (size_t i = 0; i < plan.categories_count; i++) {
        check_known(root, "categories", plan.categories[i].code);
        for (size_t k = 0; k < plan.categories[i].units_count; k++) {
            check_known(root, "units", plan.categories[i].units[k]);
        }
    }
    for (size_t i = 0; i < plan.properties_count; i++) {
        check_known(root, "units", plan.properties[i]);
    }
    for (size_t i = 0; i < plan.channels_count; i++) {
        check_known(root, "channels", plan.channels[i].code);
    }
    simulate_plan_free(&plan);
    yaml_free(doc);
    yaml_report_free(&report);
}

static void
assert_refused(const struct simulate_config *config, const char *why)
{
    struct err err = {{0}};
    assert_null(simulate_create(config, &err));
    if (!strstr(err.text, why)) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
}

/* The shipped plan with one thing replaced. */
static void
assert_plan_refused(const char *from, const char *to, const char *why)
{
    char path[1024], *folder = strdup("/tmp/wallboard-plan-XXXXXX");
    struct buf text = {0}, changed = {0};
    assert_non_null(folder);
    assert_non_null(mkdtemp(folder));
    assert_true(file_find_asset("simulation/shijingshan-places.yaml", path, sizeof path));
    assert_true(file_read(path, 1 << 20, &text, NULL));
    char file[1100];
    snprintf(file, sizeof file, "%s/shijingshan-places.yaml", folder);
    assert_true(file_write(file, buf_str(&text), NULL));
    buf_clear(&text);
    assert_true(file_find_asset("simulation/shijingshan.yaml", path, sizeof path));
    assert_true(file_read(path, 1 << 20, &text, NULL));
    char *at = strstr(text.ptr, from);
    assert_non_null(at);
    buf_add(&changed, text.ptr, (size_t)(at - text.ptr));
    buf_printf(&changed, "%s%s", to, at + strlen(from));
    char plan[1100];
    snprintf(plan, sizeof plan, "%s/plan.yaml", folder);
    assert_true(file_write(plan, buf_str(&changed), NULL));
    assert_refused(&(struct simulate_config){plan, 3, 10, 1, UNTIL}, why);
    unlink(plan);
    unlink(file);
    rmdir(folder);
    free(folder);
    buf_free(&text);
    buf_free(&changed);
}

static void
test_wrong_input_is_refused(void **state)
{
    (void)state;
    assert_refused(&(struct simulate_config){NULL, 0, 10, 1, UNTIL}, "days");
    assert_refused(&(struct simulate_config){NULL, 5000, 10, 1, UNTIL}, "days");
    assert_refused(&(struct simulate_config){NULL, 5, 0, 1, UNTIL}, "per-day");
    assert_refused(&(struct simulate_config){NULL, 5, (double)NAN, 1, UNTIL}, "per-day");
    assert_refused(&(struct simulate_config){"no-such.yaml", 5, 10, 1, UNTIL}, "no-such.yaml");
    assert_plan_refused("hours: [21, 13,", "hours: [21,", "plan.yaml:");
    assert_plan_refused("hours: [21,", "hours: [-1,", "not a number");
    assert_plan_refused("accept_late_share: 0.012", "accept_late_share: 1.2", "accept_late_share");
    assert_plan_refused("  dispatch: 3min\n", "", "dispatch");
    assert_plan_refused("gcj02_share", "gjc02_share", "gcj02_share");
    assert_plan_refused("- {code: '110107003', ", "- {code: '110107093', ", "110107003");
    assert_plan_refused("{season: heating, category: GN01", "{season: heating, category: QQ",
                        "category");
    assert_plan_refused("from: '11-15'", "from: '11/15'", "heating");
    assert_plan_refused("properties: [P01,", "properties: ['',", "code");
    assert_plan_refused("units: [B01],", "units: [],", "codes");
}

static void
test_command_line(void **state)
{
    (void)state;
    char *unknown[] = {"simulate", "--dyas", "3"};
    char *bad_days[] = {"simulate", "--days", "x"};
    char *bad_until[] = {"simulate", "--until", "2026-11-23"};
    char *alone[] = {"simulate", "--live"};
    char *missing[] = {"simulate", "--days"};
    assert_int_equal(simulate_main(3, unknown), 2);
    assert_int_equal(simulate_main(3, bad_days), 2);
    assert_int_equal(simulate_main(3, bad_until), 2);
    assert_int_equal(simulate_main(2, alone), 2);
    assert_int_equal(simulate_main(2, missing), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_arguments_same_bytes),
        cmocka_unit_test(test_growing_limits_change_nothing),
        cmocka_unit_test(test_later_moment_keeps_history),
        cmocka_unit_test(test_every_event_is_valid),
        cmocka_unit_test(test_hours_and_weekdays),
        cmocka_unit_test(test_late_arrivals_and_shares),
        cmocka_unit_test(test_burst_before_the_moment),
        cmocka_unit_test(test_seasons),
        cmocka_unit_test(test_every_code_is_in_the_directory),
        cmocka_unit_test(test_wrong_input_is_refused),
        cmocka_unit_test(test_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

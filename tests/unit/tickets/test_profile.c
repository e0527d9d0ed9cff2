/* Profiles: the defaults and their file say the same; files are read strictly, with every error at
 * its place; formulas become weighted sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "feeds/tickets/formula.h"
#include "feeds/tickets/profile.h"
#include "wall/base/when.h"

static bool
load(const char *text, struct profile *out, struct yaml_report *report)
{
    return profile_parse("test.yaml", str_from(text), out, report);
}

/* Refused, with a message at that line that holds that text. */
static void
refused(const char *text, int line, const char *message)
{
    struct profile p;
    struct yaml_report report = {0};
    memset(&p, 0x5a, sizeof p);
    assert_false(load(text, &p, &report));
    char place[32];
    snprintf(place, sizeof place, "test.yaml:%d:", line);
    if (!report.text.ptr || !strstr(report.text.ptr, message) || !strstr(report.text.ptr, place)) {
        fail_msg("expected line %d, '%s'; got: %s", line, message,
                 report.text.ptr ? report.text.ptr : "nothing");
    }
    assert_int_equal(p.name[0], 0x5a); /* untouched */
    yaml_report_free(&report);
}

static void
same_metric(const struct snapshot_metric *a, const struct snapshot_metric *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->title, b->title);
    assert_string_equal(a->formula, b->formula);
    assert_int_equal(a->over_count, b->over_count);
    assert_int_equal(a->under_count, b->under_count);
    for (int i = 0; i < a->over_count; i++) {
        assert_true(a->over[i].weight == b->over[i].weight);
        assert_int_equal(a->over[i].measure, b->over[i].measure);
    }
    for (int i = 0; i < a->under_count; i++) {
        assert_true(a->under[i].weight == b->under[i].weight);
        assert_int_equal(a->under[i].measure, b->under[i].measure);
    }
    assert_true(a->scale == b->scale && a->low == b->low && a->high == b->high);
    assert_true(a->target == b->target || (isnan(a->target) && isnan(b->target)));
    assert_int_equal(a->decimals, b->decimals);
}

static void
test_default_file(void **state)
{
    (void)state;
    struct profile a, b;
    struct yaml_report report = {0};
    profile_default(&a);
    memset(&b, 0, sizeof b);
    bool good = profile_load(WALLBOARD_SOURCE_DIR "/assets/profiles/default.yaml", &b, &report);
    if (!good) {
        fail_msg("%s", report.text.ptr);
    }
    assert_string_equal(a.name, b.name);
    assert_string_equal(a.zone, b.zone);
    assert_int_equal(a.metrics_count, b.metrics_count);
    for (int i = 0; i < a.metrics_count; i++) {
        same_metric(&a.metrics[i], &b.metrics[i]);
    }
    /* All the rest, byte by byte; both began as zeros. */
    memset(a.metrics, 0, sizeof a.metrics);
    memset(b.metrics, 0, sizeof b.metrics);
    assert_memory_equal(&a, &b, sizeof a);
    yaml_report_free(&report);
}

static void
test_documented_defaults(void **state)
{
    (void)state;
    struct profile p;
    profile_default(&p);
    assert_int_equal(p.accept_ms, 30 * WHEN_MINUTE);
    assert_int_equal(p.resolve_ms[EVENT_NORMAL], 3 * WHEN_DAY);
    assert_int_equal(p.resolve_warn_ms[EVENT_URGENT], 4 * WHEN_HOUR);
    assert_int_equal(p.expedite_ms, 5 * WHEN_DAY);
    assert_int_equal(p.report_ms, 2 * WHEN_HOUR);
    assert_int_equal(p.period_starts_on, 19);
    assert_int_equal(p.min_n, 10);
    assert_string_equal(p.metrics[3].id, "composite");
    assert_string_equal(p.metrics[3].formula,
                        "100 * (0.1 * responded + 0.5 * solved + 0.4 * satisfied + 0.36 * basic) "
                        "/ effective");
}

static void
test_another_city(void **state)
{
    (void)state;
    struct profile p;
    struct yaml_report report = {0};
    bool good = load("name: boston\n"
                     "zone: America/New_York\n"
                     "week_starts: sunday\n"
                     "day_starts: \"12:30\"\n"
                     "clocks:\n"
                     "  accept: {runs: false}\n"
                     "  expedite: {runs: false}\n"
                     "  report: {runs: false}\n"
                     "  resolve: {own_due_only: true, warn: {normal: 6h}}\n"
                     "composite: {response: 0.3, resolution: 0.35, satisfaction: 0.35}\n"
                     "ranking: {min_n: 5}\n"
                     "metrics:\n"
                     "  - {id: on_time, title: On time, target: 90, decimals: 1}\n"
                     "  - {id: overdue_share, formula: 'overdue / open', high: 1}\n",
                     &p, &report);
    if (!good) {
        fail_msg("%s", report.text.ptr);
    }
    assert_string_equal(p.zone, "America/New_York");
    assert_int_equal(p.week_starts, 6);
    assert_int_equal(p.day_starts_ms, 12 * WHEN_HOUR + 30 * WHEN_MINUTE);
    assert_false(p.stage_runs[SNAPSHOT_ACCEPT]);
    assert_true(p.stage_runs[SNAPSHOT_RESOLVE]);
    assert_true(p.own_due_only);
    assert_int_equal(p.resolve_warn_ms[EVENT_NORMAL], 6 * WHEN_HOUR);
    assert_int_equal(p.resolve_warn_ms[EVENT_URGENT], 4 * WHEN_HOUR);
    assert_int_equal(p.min_n, 5);
    assert_int_equal(p.tail, 1);
    assert_string_equal(p.metrics[4].title, "On time");
    assert_true(p.metrics[4].target == 90 && p.metrics[4].decimals == 1);
    assert_string_equal(p.metrics[4].formula, "100 * (resolved - resolved_late) / resolved");
    assert_string_equal(p.metrics[5].id, "overdue_share");
    assert_string_equal(p.metrics[5].title, "overdue_share");
    assert_true(p.metrics[5].scale == 1 && isnan(p.metrics[5].target));
    /* The composite's formula follows the weights. */
    assert_true(p.metrics[3].over[0].weight == 0.3);
    yaml_report_free(&report);
}

static void
test_refused(void **state)
{
    (void)state;
    refused("zone: Asia/Shanghai\n", 1, "name");
    refused("name: x\nzon: y\n", 2, "did you mean 'zone'");
    refused("name: x\nday_starts: noon\n", 2, "time of day");
    refused("name: x\nday_starts: \"24:00\"\n", 2, "time of day");
    refused("name: x\nperiod_starts_on: 29\n", 2, "outside 1 to 28");
    refused("name: x\nweek_starts: Mon\n", 2, "monday");
    refused("name: x\nclocks:\n  accept:\n    limit: 30\n", 4, "time span");
    refused("name: x\nclocks:\n  acept: {}\n", 3, "did you mean 'accept'");
    refused("name: x\ncomposite: {response: 0.5, resolution: 0.6}\n", 2, "more than 1");
    refused("name: x\ncomposite: {response: 0.1234567}\n", 2, "six decimals");
    refused("name: x\ncomposite: {basic: 0.12345}\n", 2, "three");
    refused("name: x\nranking: {min_n: 0}\n", 2, "outside 1");
    refused("name: x\nburst: {ratio: 0.5}\n", 2, "outside 1");
    refused("name: x\nmetrics: 5\n", 2, "list");
    refused("name: x\nmetrics:\n  - title: y\n", 3, "'id' is missing");
    refused("name: x\nmetrics:\n  - id: y\n", 3, "needs a formula");
    refused("name: x\nmetrics:\n  - id: y\n    formula: resolved / recieved\n", 4, "recieved");
    refused("name: x\nmetrics:\n  - {id: y, formula: open / open, low: 5, high: 5}\n", 3,
            "below high");
    refused("name: x\nmetrics:\n  - {id: on_time}\n  - {id: on_time}\n", 4, "twice");
    refused("name: x\nmetrics:\n  - {id: y, formula: open / open, decimals: 7}\n", 3, "outside");
    refused("name: x\nname: y\n", 2, "name");
    refused("name: ''\n", 1, "1 to 63 bytes");
    refused("- x\n", 1, "key");
}

/* All errors of one file are reported in one pass. */
static void
test_all_errors(void **state)
{
    (void)state;
    struct profile p;
    struct yaml_report report = {0};
    assert_false(load("name: x\nperiod_starts_on: 0\nclocks:\n  accept: {limit: soon}\n  x: 1\n",
                      &p, &report));
    assert_int_equal(report.count, 3);
    yaml_report_free(&report);
}

static void
test_too_many_metrics(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_printf(&text, "name: x\nmetrics:\n");
    for (int i = 0; i < PROFILE_METRICS; i++) {
        buf_printf(&text, "  - {id: m%d, formula: open / open}\n", i);
    }
    refused(text.ptr, 2 + PROFILE_METRICS - 4, "at most");
    buf_free(&text);
}

static void
test_formula(void **state)
{
    (void)state;
    struct snapshot_metric m = {0};
    int at;
    struct err err;
    assert_true(formula_parse(STR("100*(resolved-resolved_late)/resolved"), &m, &at, &err));
    assert_true(m.scale == 100);
    assert_int_equal(m.over_count, 2);
    assert_true(m.over[0].weight == 1 && m.over[1].weight == -1);
    assert_int_equal(m.over[1].measure, SNAPSHOT_RESOLVED_LATE);
    assert_int_equal(m.under_count, 1);
    assert_true(
        formula_parse(STR("(0.5 * solved + 2*basic - open) / (effective + open)"), &m, &at, &err));
    assert_true(m.scale == 1 && m.over_count == 3 && m.under_count == 2);
    assert_true(m.over[0].weight == 0.5 && m.over[1].weight == 2 && m.over[2].weight == -1);
    assert_true(formula_parse(STR("100 * solved / effective"), &m, &at, &err));
    assert_true(m.scale == 100 && m.over[0].weight == 1);
}

static void
test_formula_errors(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int at;
    } wrong[] = {{"", 1},
                 {"resolved", 9},
                 {"resolved / ", 12},
                 {"resolved / resolved x", 21},
                 {"100 resolved / resolved", 5},
                 {"100 * / resolved", 7},
                 {"(resolved / resolved", 11},
                 {"(resolved resolved) / open", 11},
                 {"1.2.3 * open / open", 1},
                 {"open / 0", 9},
                 {"open * 2 / open", 6},
                 {"exec(1) / open", 1},
                 {"(open+open+open+open+open+open+open+open+open) / open", 46}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct snapshot_metric m = {.over_count = 7};
        struct err err = {0};
        int at = 0;
        assert_false(formula_parse(str_from(wrong[i].text), &m, &at, &err));
        if (at != wrong[i].at) {
            fail_msg("'%s': place %d, expected %d (%s)", wrong[i].text, at, wrong[i].at, err.text);
        }
        assert_true(err.text[0] != '\0');
        assert_int_equal(m.over_count, 7);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_file), cmocka_unit_test(test_documented_defaults),
        cmocka_unit_test(test_another_city), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_all_errors),   cmocka_unit_test(test_too_many_metrics),
        cmocka_unit_test(test_formula),      cmocka_unit_test(test_formula_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Times of the protocol: what is taken, what is refused, and civil days in a zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wall/base/file.h"
#include "wall/base/when.h"

static void
use_zone(const char *name)
{
    struct err err = {0};
    if (!when_set_zone(name, &err)) {
        fail_msg("%s", err.text);
    }
}

static void
test_parse_takes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T08:00:00+08:00", 0},
        {"1970-01-01T00:00:00+08:00", -28800000}, /* the year is 1970 as written */
        {"2026-11-23T09:41:27.120+08:00", 1795398087120},
        {"2026-11-23t01:41:27.12z", 1795398087120},
        {"2026-11-23T01:41:27.120999999Z", 1795398087120}, /* cut, not rounded */
        {"2026-11-23T01:41:27.1Z", 1795398087100},
        {"2000-02-29T00:00:00Z", 951782400000},
        {"2024-02-29T23:59:59.999-23:59", 1709337539999},
        {"2024-02-29T23:59:59+23:59", 1709164859000},
        {"2199-12-31T23:59:59.999Z", 7258118399999},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 1;
        if (!when_parse(str_from(cases[i].text), &ms)) {
            fail_msg("refused: %s", cases[i].text);
        }
        if (ms != cases[i].ms) {
            fail_msg("%s: %lld, not %lld", cases[i].text, (long long)ms, (long long)cases[i].ms);
        }
    }
}

static void
test_parse_refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "yesterday",
        "2026-11-23",
        "2026-11-23T09:41:27",
        "2026-11-23 09:41:27Z",
        "2026-11-23T09:41Z",
        "2026-11-23T09:41:27.Z",
        "2026-11-23T09:41:27,5Z",
        "2026-11-23T09:41:27.1234567890Z",
        "2026-11-23T09:41:27+0800",
        "2026-11-23T09:41:27+8:00",
        "2026-11-23T09:41:27+24:00",
        "2026-11-23T09:41:27+08:60",
        "2026-11-23T09:41:27ZZ",
        "2026-11-23T09:41:27 Z",
        "2026-11-23T09:41:60Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T09:60:00Z",
        "2026-00-23T09:41:27Z",
        "2026-13-23T09:41:27Z",
        "2026-11-00T09:41:27Z",
        "2026-11-31T09:41:27Z",
        "2025-02-29T09:41:27Z",
        "2100-02-29T09:41:27Z",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "-026-11-23T09:41:27Z",
        "2026-1a-23T09:41:27Z",
        "2026-11-23T09:41:2\xc3\xa9Z",
        "2026-11-23T09:41:27.120+08:00 ",
        "1795398087120",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 77;
        if (when_parse(str_from(cases[i]), &ms)) {
            fail_msg("taken: %s", cases[i]);
        }
        assert_int_equal(ms, 77);
    }
}

static void
test_moment(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(when_parse_moment(STR("1795398087120"), &ms));
    assert_int_equal(ms, 1795398087120);
    assert_true(when_parse_moment(STR("0"), &ms));
    assert_true(when_parse_moment(STR("2026-11-23T09:41:27.120+08:00"), &ms));
    assert_int_equal(ms, 1795398087120);
    assert_false(when_parse_moment(STR("-1"), &ms));
    assert_false(when_parse_moment(STR("9007199254740992"), &ms)); /* 2^53 */
    assert_true(when_parse_moment(STR("9007199254740991"), &ms));
    assert_false(when_parse_moment(STR("12:00"), &ms));
}

static void
test_span(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(when_parse_span(STR("30min"), &ms));
    assert_int_equal(ms, 30 * WHEN_MINUTE);
    assert_true(when_parse_span(STR("3d"), &ms));
    assert_int_equal(ms, 3 * WHEN_DAY);
    assert_true(when_parse_span(STR("24h"), &ms));
    assert_int_equal(ms, WHEN_DAY);
    assert_true(when_parse_span(STR("90s"), &ms));
    assert_int_equal(ms, 90000);
    assert_true(when_parse_span(STR("500ms"), &ms));
    assert_int_equal(ms, 500);
    static const char *const wrong[] = {"",
                                        "3",
                                        "d",
                                        "0d",
                                        "-3d",
                                        "3 d",
                                        "3days",
                                        "3.5h",
                                        "3D",
                                        "+3d",
                                        "1d12h",
                                        "99999999999999999999d",
                                        "9007199254740991d"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(when_parse_span(str_from(wrong[i]), &ms));
    }
}

static void
check_format(int64_t ms, const char *expected)
{
    char text[32];
    when_format(ms, text);
    assert_string_equal(text, expected);
}

static void
test_fixed_zone(void **state)
{
    (void)state;
    use_zone("Asia/Shanghai");
    check_format(1795398087120, "2026-11-23T09:41:27.120+08:00");
    check_format(-1, "1970-01-01T07:59:59.999+08:00");
    struct when_civil c = when_civil(1795398087120);
    assert_int_equal(c.weekday, 0); /* a Monday */
    assert_int_equal(c.year * 10000 + c.month * 100 + c.day, 20261123);
    assert_int_equal(when_instant(2026, 11, 23, 9, 41, 27), 1795398087000);
    /* fields that overflow are carried */
    assert_int_equal(when_instant(2026, 11, 23, 9, 41, 27), when_instant(2025, 23, 22, 33, 41, 27));
    assert_int_equal(when_instant(2026, 1, 0, 0, 0, 0), when_instant(2025, 12, 31, 0, 0, 0));
    assert_int_equal(when_instant(2026, -1, 1, 0, 0, 0), when_instant(2025, 11, 1, 0, 0, 0));
    assert_int_equal(when_day(1795398087120, 0), when_instant(2026, 11, 23, 0, 0, 0));
    assert_int_equal(when_day(1795398087120, -23), when_instant(2026, 10, 31, 0, 0, 0));
    use_zone("-03:30");
    check_format(0, "1969-12-31T20:30:00.000-03:30");
    use_zone("UTC");
    check_format(951782400000, "2000-02-29T00:00:00.000+00:00");
    assert_int_equal(when_civil(951782400000).weekday, 1); /* a Tuesday */
    use_zone("Asia/Shanghai");
}

/* Every day of four centuries, against a count of days that knows nothing of eras. */
static void
test_calendar(void **state)
{
    (void)state;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    use_zone("UTC");
    int64_t ms = 0;
    int weekday = 3; /* 1970-01-01 was a Thursday */
    for (int year = 1970; year < 2200; year++) {
        for (int month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            for (int day = 1; day <= days[month - 1] + (month == 2 && leap); day++) {
                struct when_civil c = when_civil(ms + 12345);
                if (c.year != year || c.month != month || c.day != day || c.weekday != weekday ||
                    when_instant(year, month, day, 0, 0, 0) != ms) {
                    fail_msg("%d-%d-%d", year, month, day);
                }
                ms += WHEN_DAY;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    use_zone("Asia/Shanghai");
}

static void
test_summer_time(void **state)
{
    (void)state;
    if (!file_exists("/usr/share/zoneinfo/America/New_York")) {
        skip();
    }
    use_zone("America/New_York");
    check_format(when_instant(2022, 1, 17, 11, 20, 0), "2022-01-17T11:20:00.000-05:00");
    check_format(when_instant(2022, 7, 17, 11, 20, 0), "2022-07-17T11:20:00.000-04:00");
    /* 2022-03-13: 02:00 became 03:00; 02:30 never was and counts as 03:30 */
    check_format(when_instant(2022, 3, 13, 2, 30, 0), "2022-03-13T03:30:00.000-04:00");
    check_format(when_instant(2022, 3, 13, 1, 59, 59), "2022-03-13T01:59:59.000-05:00");
    /* 2022-11-06: 01:30 was twice; the first one counts */
    check_format(when_instant(2022, 11, 6, 1, 30, 0), "2022-11-06T01:30:00.000-04:00");
    check_format(when_instant(2022, 11, 6, 2, 0, 0), "2022-11-06T02:00:00.000-05:00");
    /* days of 23 and 25 hours */
    int64_t spring = when_instant(2022, 3, 13, 12, 0, 0),
            fall = when_instant(2022, 11, 6, 12, 0, 0);
    assert_int_equal(when_day(spring, 1) - when_day(spring, 0), 23 * WHEN_HOUR);
    assert_int_equal(when_day(fall, 1) - when_day(fall, 0), 25 * WHEN_HOUR);
    use_zone("Asia/Shanghai");
}

static void
test_unknown_zone(void **state)
{
    (void)state;
    static const char *const names[] = {
        "", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", ":UTC0", "+8", "+08:00x", "Asia"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err err = {0};
        assert_false(when_set_zone(names[i], &err));
        assert_true(err.text[0] != '\0');
    }
    check_format(0, "1970-01-01T08:00:00.000+08:00"); /* the zone before stays */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_takes), cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_moment),      cmocka_unit_test(test_span),
        cmocka_unit_test(test_fixed_zone),  cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_summer_time), cmocka_unit_test(test_unknown_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

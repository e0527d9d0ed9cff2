#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wall/pace.h"

#define MS INT64_C(1000000)
#define PERIOD (INT64_C(1000000000) / 60)

/* Frames that begin every `every` ns and swap for `swap` ns. */
static int64_t
frames(struct pace *pace, int64_t from, int count, int64_t every, int64_t swap)
{
    for (int i = 0; i < count; i++) {
        pace_frame(pace, from + i * every, swap, PERIOD);
    }
    return from + count * every;
}

static void
test_quick_swap(void **state)
{
    (void)state;
    struct pace pace = {0};
    frames(&pace, 0, 100, PERIOD, MS);
    assert_int_equal(pace_least_ns(&pace, PERIOD), PERIOD);
}

static void
test_display_that_waits(void **state)
{
    (void)state;
    struct pace pace = {0};
    frames(&pace, 0, 1000, PERIOD, 12 * MS);
    assert_int_equal(pace_least_ns(&pace, PERIOD), PERIOD / 4);
    assert_false(pace.swap_lies);
}

/* A late frame is followed by one in time: now and then less than a period, never on the whole. */
static void
test_display_that_waits_with_late_frames(void **state)
{
    (void)state;
    struct pace pace = {0};
    for (int i = 0; i < 1000; i++) {
        pace_frame(&pace, i * PERIOD + (i % 7 == 0 ? 6 * MS : 0), 7 * MS, PERIOD);
    }
    assert_false(pace.swap_lies);
}

/* A copy of 8 ms and frames every 12.5: no display of 60 Hz does that. */
static void
test_slow_copy(void **state)
{
    (void)state;
    struct pace pace = {0};
    int64_t at = frames(&pace, 0, 30, 12500000, 8 * MS);
    assert_int_equal(pace_least_ns(&pace, PERIOD), PERIOD / 4);
    at = frames(&pace, at, 1, 12500000, 8 * MS);
    assert_true(pace.swap_lies);
    assert_int_equal(pace_least_ns(&pace, PERIOD), PERIOD);
    frames(&pace, at, 100, PERIOD, 8 * MS);
    assert_int_equal(pace_least_ns(&pace, PERIOD), PERIOD); /* found out once, for good */
}

/* Whoever waits for a frame's time wakes up a little late: that does not add up. */
static void
test_beat(void **state)
{
    (void)state;
    struct pace pace = {0};
    int64_t beat = pace_beat(&pace, 5 * MS, PERIOD);
    assert_int_equal(beat, 5 * MS);
    for (int i = 1; i <= 600; i++) {
        beat = pace_beat(&pace, beat + PERIOD + MS / 10 + i % 5 * MS, PERIOD);
        assert_int_equal(beat, 5 * MS + i * PERIOD);
    }
    assert_int_equal(pace_beat(&pace, beat + PERIOD * 2, PERIOD), beat + PERIOD * 2); /* too late */
    beat += PERIOD * 2;
    assert_int_equal(pace_beat(&pace, beat + PERIOD / 4, PERIOD),
                     beat + PERIOD / 4); /* waited for */
    beat += PERIOD / 4;
    assert_int_equal(pace_beat(&pace, beat + PERIOD, PERIOD), beat + PERIOD);
}

/* The same where only every other swap is a slow one. */
static void
test_slow_copy_now_and_then(void **state)
{
    (void)state;
    struct pace pace = {0};
    int64_t at = 0;
    for (int i = 0; i < 62; i++) {
        pace_frame(&pace, at, i % 2 ? 8 * MS : MS, PERIOD);
        at += i % 2 ? 8 * MS + PERIOD / 4 : PERIOD;
    }
    assert_true(pace.swap_lies);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beat),
        cmocka_unit_test(test_quick_swap),
        cmocka_unit_test(test_display_that_waits),
        cmocka_unit_test(test_display_that_waits_with_late_frames),
        cmocka_unit_test(test_slow_copy),
        cmocka_unit_test(test_slow_copy_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

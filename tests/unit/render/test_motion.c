/* Motion: where a moving value is at a given time, whatever frames were drawn before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/motion.h"

#include <math.h>
#include <stdio.h>

#define START INT64_C(1795400000000)

static uint64_t
key_of(const char *what)
{
    return motion_key(what, STR(""));
}

static double
count_at(struct motion *motion, int64_t ms, double target)
{
    motion_begin(motion, 0, START + ms);
    return motion_count(motion, key_of("a"), target, 0);
}

static void
assert_near(double a, double b)
{
    if (fabs(a - b) > 1e-9) {
        print_error("%.12g is not %.12g\n", a, b);
        fail();
    }
}

static void
test_counts(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    assert_near(count_at(motion, 0, 100), 100); /* nothing to count from */
    assert_int_equal(motion_next_ms(motion), MOTION_NEVER);
    assert_near(count_at(motion, 1000, 200), 100); /* begins at what is on the glass */
    assert_int_equal(motion_next_ms(motion), START + 1001);
    assert_near(count_at(motion, 1150, 200), 187.5); /* 1 − (1 − ½)³ of the way */
    assert_near(count_at(motion, 1299, 200), 200 - 100.0 / 27e6);
    assert_near(count_at(motion, 1300, 200), 200);
    assert_int_equal(motion_next_ms(motion), MOTION_NEVER);
    motion_destroy(motion);
}

/* Between 100 and 101 there is nothing to count. */
static void
test_steps(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    static const struct {
        int64_t ms;
        double target, shown;
    } frames[] = {{0, 100, 100},       {1000, 101, 101},      {1001, 100, 100}, {1002, 102, 100},
                  {1152, 102, 101.75}, {1153, 103, 101.7550}, {1453, 103, 103}};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        motion_begin(motion, 0, START + frames[i].ms);
        double shown = motion_count(motion, key_of("a"), frames[i].target, 1);
        assert_true(fabs(shown - frames[i].shown) < 0.001);
        bool moves = frames[i].ms > 1001 && frames[i].ms < 1453;
        assert_int_equal(motion_next_ms(motion) != MOTION_NEVER, moves);
    }
    motion_destroy(motion);
}

static void
test_frame_rate(void **state)
{
    (void)state;
    struct motion *often = motion_create(), *seldom = motion_create();
    count_at(often, 0, 3);
    count_at(seldom, 0, 3);
    count_at(often, 10, 57);
    count_at(seldom, 10, 57);
    for (int ms = 11; ms < 130; ms++) {
        count_at(often, ms, 57);
    }
    assert_near(count_at(often, 130, 57), count_at(seldom, 130, 57));
    motion_destroy(often);
    motion_destroy(seldom);
}

/* A new target begins where the figure is, without a jump, and has its own 300 ms. */
static void
test_interrupted(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    count_at(motion, 0, 0);
    count_at(motion, 100, 1000);
    double before = count_at(motion, 250, 1000);
    assert_near(before, 875);
    assert_near(count_at(motion, 250, 400), before);
    assert_near(count_at(motion, 400, 400), before + (400 - before) * 0.875);
    assert_near(count_at(motion, 550, 400), 400);
    motion_destroy(motion);
}

static void
test_none(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    assert_true(isnan(count_at(motion, 0, (double)NAN)));
    assert_near(count_at(motion, 10, 97.5), 97.5); /* "—" is no number to count from */
    assert_true(isnan(count_at(motion, 20, (double)NAN)));
    assert_int_equal(motion_next_ms(motion), MOTION_NEVER);
    motion_destroy(motion);
}

static void
test_clock_goes_back(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    count_at(motion, 0, 1);
    count_at(motion, 1000, 2);
    assert_near(count_at(motion, 900, 2), 2);
    assert_near(count_at(motion, 1100, 2), 2); /* and what has arrived stays there */
    motion_destroy(motion);
}

static double
place_at(struct motion *motion, int64_t ms, double target, double *travel)
{
    motion_begin(motion, 3, START + ms);
    return motion_place(motion, motion_key("row", STR("110107003")), target, travel);
}

static void
test_places(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    double travel;
    place_at(motion, 0, 500, &travel);
    assert_near(place_at(motion, 20, 100, &travel), 500);
    assert_near(travel, -400);
    assert_near(place_at(motion, 120, 100, &travel), 500 - 400 * 4.0 / 64); /* a quarter: 4t³ */
    assert_near(place_at(motion, 220, 100, &travel), 300);
    assert_near(travel, -200);
    assert_near(place_at(motion, 420, 100, &travel), 100);
    assert_near(travel, 0);
    motion_destroy(motion);
}

/* A row that was on another page, or in another scene, appears in its place. */
static void
test_forgets(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    double travel;
    place_at(motion, 0, 500, &travel);
    motion_begin(motion, 3, START + 10);
    assert_near(place_at(motion, 20, 100, &travel), 100);
    place_at(motion, 30, 300, &travel);
    motion_forget(motion);
    assert_int_equal(motion_next_ms(motion), MOTION_NEVER);
    assert_near(place_at(motion, 40, 700, &travel), 700);
    motion_destroy(motion);
}

static void
test_panels_apart(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    motion_begin(motion, 0, START);
    assert_near(motion_count(motion, key_of("a"), 5, 0), 5);
    motion_begin(motion, 1, START);
    assert_near(motion_count(motion, key_of("a"), 900, 0), 900);
    motion_begin(motion, 1, START + 50);
    assert_near(motion_count(motion, key_of("a"), 100, 0), 900);
    assert_int_equal(motion_due_ms(motion, 0), MOTION_NEVER);
    assert_int_equal(motion_due_ms(motion, 1), START + 51);
    motion_destroy(motion);
}

/* More values than the table holds: those are shown as they are, none wrongly. */
static void
test_bound(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    for (int round = 0; round < 3; round++) {
        motion_begin(motion, 0, START + round * 1000);
        for (int i = 0; i < 3 * MOTION_VALUES; i++) {
            char what[16];
            snprintf(what, sizeof what, "%d", i);
            assert_near(motion_count(motion, key_of(what), i, 0), i);
        }
    }
    motion_destroy(motion);
}

/* At most one flash a second, in step on every machine. */
static void
test_flash(void **state)
{
    (void)state;
    struct motion *motion = motion_create();
    int turns = 0;
    bool before = true;
    for (int ms = 0; ms < 10000; ms += 16) {
        motion_begin(motion, 0, START + ms);
        bool bright = motion_flash(motion);
        turns += bright != before;
        before = bright;
    }
    assert_int_equal(turns, 19);
    motion_begin(motion, 0, START + 200);
    assert_true(motion_flash(motion));
    assert_int_equal(motion_due_ms(motion, 0), START + 500);
    motion_begin(motion, 0, START + 700);
    assert_false(motion_flash(motion));
    assert_int_equal(motion_due_ms(motion, 0), START + 1000);
    motion_destroy(motion);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),       cmocka_unit_test(test_steps),
        cmocka_unit_test(test_frame_rate),   cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_none),         cmocka_unit_test(test_clock_goes_back),
        cmocka_unit_test(test_places),       cmocka_unit_test(test_forgets),
        cmocka_unit_test(test_panels_apart), cmocka_unit_test(test_bound),
        cmocka_unit_test(test_flash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

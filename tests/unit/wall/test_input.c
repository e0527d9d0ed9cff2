#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wall/input.h"

static void
test_quit(void **state)
{
    (void)state;
    int tab = -7;
    assert_int_equal(input_key(DISPLAY_KEY_QUIT, false, 2, 0, &tab), INPUT_QUIT);
    assert_int_equal(input_key(DISPLAY_KEY_QUIT, true, 2, 0, &tab), INPUT_NOTHING);
    assert_int_equal(tab, -7);
}

static void
test_tabs(void **state)
{
    (void)state;
    int tab = -7;
    assert_int_equal(input_key(DISPLAY_KEY_TAB, true, 3, 2, &tab), INPUT_TAB);
    assert_int_equal(tab, 0);
    assert_int_equal(input_key(DISPLAY_KEY_TAB, false, 3, -1, &tab), INPUT_TAB);
    assert_int_equal(tab, 0);
    assert_int_equal(input_key(DISPLAY_KEY_TAB, false, 1, 0, &tab), INPUT_NOTHING);
    assert_int_equal(input_key(DISPLAY_KEY_TAB, false, 0, -1, &tab), INPUT_NOTHING);
    assert_int_equal(input_key(DISPLAY_KEY_1 + 1, false, 2, 0, &tab), INPUT_TAB);
    assert_int_equal(tab, 1);
    assert_int_equal(input_key(DISPLAY_KEY_1 + 2, false, 2, 0, &tab), INPUT_NOTHING);
    assert_int_equal(input_key(DISPLAY_KEY_1, false, 2, 0, &tab), INPUT_NOTHING);
    assert_int_equal(input_key(DISPLAY_KEY_OTHER, false, 2, 0, &tab), INPUT_NOTHING);
}

static void
move(struct input_pointer *pointer, int x, int y, bool touch, int64_t now_ms)
{
    struct display_event event = {.kind = DISPLAY_POINTER, .x = x, .y = y, .touch = touch};
    input_pointer(pointer, &event, now_ms);
}

/* It means what it points at once it rests, and for as long as one may be reading. */
static void
test_pointer(void **state)
{
    (void)state;
    struct input_pointer pointer = {.there = false};
    assert_false(input_pointer_rests(&pointer, 1000) || input_pointer_seen(&pointer, 1000));
    assert_true(input_pointer_wait_ms(&pointer, 1000) == INT64_MAX);
    move(&pointer, 100, 50, false, 1000);
    assert_true(input_pointer_seen(&pointer, 1000));
    assert_false(input_pointer_rests(&pointer, 1399));
    assert_int_equal(input_pointer_wait_ms(&pointer, 1100), 300);
    assert_true(input_pointer_rests(&pointer, 1400));
    move(&pointer, 104, 47, false, 1500); /* a hand that trembles */
    assert_true(input_pointer_rests(&pointer, 1500));
    assert_int_equal(pointer.x, 100);
    assert_int_equal(input_pointer_wait_ms(&pointer, 1500), 3000);
    assert_false(input_pointer_seen(&pointer, 4500));
    assert_true(input_pointer_rests(&pointer, 9499));
    assert_false(input_pointer_rests(&pointer, 9500));
    assert_true(input_pointer_wait_ms(&pointer, 9500) == INT64_MAX);
    move(&pointer, 120, 50, false, 20000);
    assert_false(input_pointer_rests(&pointer, 20000));
    assert_true(input_pointer_rests(&pointer, 20400));
    move(&pointer, -1, -1, false, 20500);
    assert_false(input_pointer_rests(&pointer, 20500) || input_pointer_seen(&pointer, 20500));
}

/* A finger means it at once, and needs no pointer on the glass. */
static void
test_touch(void **state)
{
    (void)state;
    struct input_pointer pointer = {.there = false};
    move(&pointer, 100, 50, true, 1000);
    assert_true(input_pointer_rests(&pointer, 1000));
    assert_false(input_pointer_seen(&pointer, 1000));
    assert_false(input_pointer_rests(&pointer, 9000));
    move(&pointer, 101, 50, true, 10000);
    assert_true(input_pointer_rests(&pointer, 10000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quit),
        cmocka_unit_test(test_tabs),
        cmocka_unit_test(test_pointer),
        cmocka_unit_test(test_touch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

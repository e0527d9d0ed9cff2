/* The one canvas over several displays, however they lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wall/desktop.h"

static void
assert_union(const struct desktop_box *boxes, int count, struct desktop_box expected, bool gaps)
{
    struct desktop_box all = desktop_union(boxes, count);
    assert_int_equal(all.x, expected.x);
    assert_int_equal(all.y, expected.y);
    assert_int_equal(all.w, expected.w);
    assert_int_equal(all.h, expected.h);
    assert_int_equal(desktop_has_gaps(boxes, count), gaps);
}
#define ASSERT_UNION(gaps, expected, ...)                                                          \
    do {                                                                                           \
        const struct desktop_box boxes[] = {__VA_ARGS__};                                          \
        assert_union(boxes, (int)(sizeof boxes / sizeof *boxes), (struct desktop_box)expected,     \
                     gaps);                                                                        \
    } while (0)
#define BOX(x, y, w, h)                                                                            \
    {                                                                                              \
        x, y, w, h                                                                                 \
    }

static void
test_rows_and_columns(void **state)
{
    (void)state;
    ASSERT_UNION(false, BOX(0, 0, 1920, 1080), BOX(0, 0, 1920, 1080));
    ASSERT_UNION(false, BOX(0, 0, 5760, 1080), BOX(0, 0, 1920, 1080), BOX(1920, 0, 1920, 1080),
                 BOX(3840, 0, 1920, 1080));
    ASSERT_UNION(false, BOX(0, 0, 7680, 4320), BOX(3840, 2160, 3840, 2160), BOX(0, 0, 3840, 2160),
                 BOX(0, 2160, 3840, 2160), BOX(3840, 0, 3840, 2160));
}

static void
test_left_of_the_first_and_above_it(void **state)
{
    (void)state;
    ASSERT_UNION(false, BOX(-1920, 0, 3840, 1080), BOX(0, 0, 1920, 1080),
                 BOX(-1920, 0, 1920, 1080));
    ASSERT_UNION(true, BOX(-1920, -400, 3840, 1480), BOX(0, 0, 1920, 1080),
                 BOX(-1920, -400, 1920, 1080));
}

static void
test_gaps(void **state)
{
    (void)state;
    /* one lower than the other; a step; apart; a missing quarter; a hole in the middle */
    ASSERT_UNION(true, BOX(0, 0, 3840, 1080), BOX(0, 0, 1920, 1080), BOX(1920, 0, 1920, 1079));
    ASSERT_UNION(true, BOX(0, 0, 3840, 1081), BOX(0, 0, 1920, 1080), BOX(1920, 1, 1920, 1080));
    ASSERT_UNION(true, BOX(0, 0, 3841, 1080), BOX(0, 0, 1920, 1080), BOX(1921, 0, 1920, 1080));
    ASSERT_UNION(true, BOX(0, 0, 200, 200), BOX(0, 0, 100, 100), BOX(100, 0, 100, 100),
                 BOX(100, 100, 100, 100));
    ASSERT_UNION(true, BOX(0, 0, 300, 300), BOX(0, 0, 300, 100), BOX(0, 100, 100, 200),
                 BOX(100, 200, 200, 100), BOX(200, 100, 100, 100));
}

static void
test_overlapping_displays_have_none(void **state)
{
    (void)state;
    ASSERT_UNION(false, BOX(0, 0, 1920, 1080), BOX(0, 0, 1920, 1080), BOX(0, 0, 1920, 1080));
    ASSERT_UNION(false, BOX(0, 0, 1920, 1080), BOX(0, 0, 1920, 1080), BOX(100, 100, 640, 480));
    ASSERT_UNION(false, BOX(0, 0, 3000, 1080), BOX(0, 0, 1920, 1080), BOX(1080, 0, 1920, 1080));
}

static void
test_no_display(void **state)
{
    (void)state;
    struct desktop_box all = desktop_union(NULL, 0);
    assert_int_equal(all.w, 0);
    assert_int_equal(all.h, 0);
    assert_false(desktop_has_gaps(NULL, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_columns),
        cmocka_unit_test(test_left_of_the_first_and_above_it),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_overlapping_displays_have_none),
        cmocka_unit_test(test_no_display),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quit),
        cmocka_unit_test(test_tabs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wall/control.h"

static const struct message_control live = {
    .wall = {"hall", 4}, .scene = {"street-duty", 11}, .present_ms = 5000, .moment = MESSAGE_LIVE};

static void
test_nothing_wanted(void **state)
{
    (void)state;
    struct control control = {0};
    assert_false(control_turn(&control, 1));
    assert_int_equal(control_moment(&control, 77), 77);
    assert_true(control_is_live(&control, 77));
}

static void
test_due_once(void **state)
{
    (void)state;
    struct control control = {0};
    assert_true(control_take(&control, &live, "hall"));
    assert_false(control_turn(&control, 4999));
    assert_true(control_turn(&control, 5000));
    assert_false(control_turn(&control, 5001));
    assert_string_equal(control.now.scene, "street-duty");
    assert_true(control_is_live(&control, 9000));
}

static void
test_newest_wins(void **state)
{
    (void)state;
    struct control control = {0};
    struct message_control later = live;
    later.scene = STR("district-daily");
    later.present_ms = 8000;
    control_take(&control, &live, "hall");
    control_take(&control, &later, "hall");
    assert_false(control_turn(&control, 6000)); /* the first one is no longer wanted */
    assert_true(control_turn(&control, 8000));
    assert_string_equal(control.now.scene, "district-daily");
}

static void
test_moments(void **state)
{
    (void)state;
    struct control control = {0};
    struct message_control at = live;
    at.moment = MESSAGE_AT;
    at.at_ms = 1234;
    control_take(&control, &at, "hall");
    assert_int_equal(control_moment(&control, 4000), 4000); /* not yet */
    control_turn(&control, 5000);
    assert_int_equal(control_moment(&control, 9000), 1234);
    assert_false(control_is_live(&control, 9000));

    struct message_control replay = live;
    replay.moment = MESSAGE_REPLAY;
    replay.at_ms = 1000;
    replay.speed = 3;
    control_take(&control, &replay, "hall");
    control_turn(&control, 5000);
    assert_int_equal(control_moment(&control, 5000), 1000);
    assert_int_equal(control_moment(&control, 5500), 2500);
    assert_false(control_is_live(&control, 5500));
    assert_int_equal(control_moment(&control, 7000), 7000); /* it has reached the present */
    assert_int_equal(control_moment(&control, 9000), 9000);
}

static void
test_not_for_us_or_not_a_name(void **state)
{
    (void)state;
    static const char *const scenes[] = {"../etc/x.yaml", "a/b", "x.yaml", "Name", "a b", "\xe5"};
    struct control control = {0};
    assert_false(control_take(&control, &live, "another"));
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        struct message_control bad = live;
        bad.scene = str_from(scenes[i]);
        assert_false(control_take(&control, &bad, "hall"));
    }
    struct message_control longer = live;
    longer.scene = STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_false(control_take(&control, &longer, "hall"));
    assert_false(control_turn(&control, 99999));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_wanted),
        cmocka_unit_test(test_due_once),
        cmocka_unit_test(test_newest_wins),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_not_for_us_or_not_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* layouts/ cannot see the figures' enums; here its words are held equal to theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feeds/tickets/snapshot.h"
#include "layouts/scene.h"

static void
the_words_are_those_of_the_figures(void **state)
{
    (void)state;
    for (int i = 0; i <= SNAPSHOT_WINDOW_COUNT; i++) {
        assert_true(!scene_windows[i] == (i == SNAPSHOT_WINDOW_COUNT));
        if (i < SNAPSHOT_WINDOW_EXPORTED) {
            assert_string_equal(scene_windows[i], snapshot_window_name((enum snapshot_window)i));
        }
    }
    for (int i = 0; i < SNAPSHOT_BY_COUNT; i++) {
        assert_string_equal(scene_bys[i], snapshot_by_name((enum snapshot_by)i));
    }
    assert_null(scene_bys[SNAPSHOT_BY_COUNT]);
    for (int i = 0; i < SNAPSHOT_GROUP_COUNT; i++) {
        assert_string_equal(scene_groups[i], snapshot_group_name((enum snapshot_group)i));
    }
    assert_null(scene_groups[SNAPSHOT_GROUP_COUNT]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_words_are_those_of_the_figures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* helper: what is shared out is done once, ended work stays where it was, and one works for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wall/base/helper.h"

#define PIECES 20000

struct shared {
    _Atomic size_t next;
    unsigned char done[PIECES];
    _Atomic size_t steps;
};

static bool
do_next(void *user)
{
    struct shared *shared = user;
    size_t at = atomic_fetch_add(&shared->next, 1);
    if (at >= PIECES) {
        return false;
    }
    shared->done[at]++;
    atomic_fetch_add(&shared->steps, 1);
    return true;
}

static void
assert_all_done_once(const struct shared *shared)
{
    for (size_t i = 0; i < PIECES; i++) {
        assert_int_equal(shared->done[i], 1);
    }
}

static void
test_work_is_shared(void **state)
{
    (void)state;
    struct helper *helper = helper_create();
    struct shared *shared = calloc(1, sizeof *shared);
    assert_non_null(shared);
    for (int round = 0; round < 50; round++) {
        *shared = (struct shared){.steps = 0};
        helper_begin(helper, do_next, shared);
        while (do_next(shared)) {
        }
        helper_end(helper, shared);
        assert_int_equal(shared->steps, PIECES);
        assert_all_done_once(shared);
    }
    free(shared);
    helper_destroy(helper);
}

/* Without anybody's help the helper does all of it, too. */
static void
test_helper_works(void **state)
{
    (void)state;
    struct helper *helper = helper_create();
    if (!helper) {
        skip(); /* one processor */
    }
    struct shared *shared = calloc(1, sizeof *shared);
    assert_non_null(shared);
    helper_begin(helper, do_next, shared);
    while (atomic_load(&shared->steps) < PIECES) {
    }
    helper_end(helper, shared);
    assert_all_done_once(shared);
    free(shared);
    helper_destroy(helper);
}

static bool
count_on(void *user)
{
    atomic_fetch_add((_Atomic size_t *)user, 1);
    return true; /* would go on for ever */
}

static void
test_ended_work_rests(void **state)
{
    (void)state;
    struct helper *helper = helper_create();
    if (!helper) {
        skip();
    }
    _Atomic size_t one = 0, other = 0;
    for (int round = 0; round < 200; round++) {
        helper_begin(helper, count_on, &one);
        helper_begin(helper, count_on, &other); /* it has work */
        size_t before = atomic_load(&one);
        while (atomic_load(&one) == before) {
        }
        helper_end(helper, &other); /* not its work: it goes on */
        before = atomic_load(&one);
        while (atomic_load(&one) == before) {
        }
        helper_end(helper, &one);
        before = atomic_load(&one);
        for (volatile int i = 0; i < 1000; i++) {
        }
        assert_int_equal(atomic_load(&one), before);
        assert_int_equal(atomic_load(&other), 0);
    }
    helper_end(helper, &one); /* it rests: at once */
    helper_destroy(helper);
}

static void
test_nobody_helps(void **state)
{
    (void)state;
    _Atomic size_t counted = 0;
    helper_begin(NULL, count_on, &counted);
    helper_end(NULL, &counted);
    assert_int_equal(counted, 0);
    helper_destroy(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work_is_shared), cmocka_unit_test(test_helper_works),
        cmocka_unit_test(test_ended_work_rests), cmocka_unit_test(test_nobody_helps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* hash: every byte counts, wherever the text lies, and none beyond it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wall/base/hash.h"

#define LONGEST 40

static void
test_keyed(void **state)
{
    (void)state;
    for (size_t len = 0; len <= LONGEST; len++) {
        char *text = malloc(len + 1), *other = malloc(len + 1); /* their ends are watched */
        assert_non_null(text);
        assert_non_null(other);
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)(7 * i + len);
        }
        memcpy(other + 1, text, len);
        uint64_t hash = hash_keyed((struct str){text, len});
        assert_true(hash == hash_keyed((struct str){other + 1, len}));
        for (size_t i = 0; i < len; i++) {
            text[i] ^= 1;
            assert_true(hash != hash_keyed((struct str){text, len}));
            text[i] ^= 1;
            assert_true(hash != hash_keyed((struct str){text, i})); /* a beginning of it */
        }
        free(text);
        free(other);
    }
    assert_true(hash_keyed((struct str){"\0", 1}) != hash_keyed((struct str){"", 0}));
}

/* Test vectors published with the function (Fowler, Noll, Vo). */
static void
test_fnv1a64(void **state)
{
    (void)state;
    assert_true(hash_fnv1a64(STR("")) == UINT64_C(0xcbf29ce484222325));
    assert_true(hash_fnv1a64(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(hash_fnv1a64(STR("foobar")) == UINT64_C(0x85944171f73967e8));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keyed),
                                       cmocka_unit_test(test_fnv1a64)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

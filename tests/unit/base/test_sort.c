/* Sorting in place against the C library's, over lengths around every gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wall/base/sort.h"

struct item {
    uint32_t key, payload[3];
};

static int calls;

static int
by_key(const void *a, const void *b, void *user)
{
    const struct item *x = a, *y = b;
    ++*(int *)user;
    return (x->key > y->key) - (x->key < y->key);
}

static int
by_key_alone(const void *a, const void *b)
{
    int ignored = 0;
    return by_key(a, b, &ignored);
}

static void
test_any_length(void **state)
{
    (void)state;
    static struct item items[700], expected[700];
    uint32_t random = 1;
    for (size_t count = 0; count < sizeof items / sizeof *items; count += count < 70 ? 1 : 53) {
        for (uint32_t distinct = 1; distinct <= 1000; distinct *= 10) {
            for (size_t i = 0; i < count; i++) {
                random = random * 1664525 + 1013904223;
                uint32_t key = (random >> 8) % distinct;
                items[i] = expected[i] = (struct item){key, {key, ~key, key}};
            }
            sort_in_place(items, count, sizeof *items, by_key, &calls);
            qsort(expected, count, sizeof *expected, by_key_alone);
            assert_memory_equal(items, expected, count * sizeof *items);
        }
    }
    assert_true(calls > 0);
}

static int
descending(const void *a, const void *b, void *user)
{
    (void)user;
    return *(const unsigned char *)b - *(const unsigned char *)a;
}

static void
test_any_order(void **state)
{
    (void)state;
    unsigned char bytes[] = {3, 1, 2, 255, 0, 7, 7};
    sort_in_place(bytes, sizeof bytes, 1, descending, NULL);
    static const unsigned char sorted[] = {255, 7, 7, 3, 2, 1, 0};
    assert_memory_equal(bytes, sorted, sizeof bytes);
    sort_in_place(NULL, 0, 8, descending, NULL);
}

static int
by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void
test_numbers(void **state)
{
    (void)state;
    static uint64_t numbers[3000], expected[3000];
    uint64_t random = 7;
    for (size_t count = 0; count <= 3000; count = count < 20 ? count + 1 : count * 2 + 1) {
        for (size_t i = 0; i < count; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            numbers[i] = expected[i] = count % 2 ? random : random >> 60; /* many are equal */
        }
        sort_numbers(numbers, count);
        qsort(expected, count, sizeof *expected, by_number);
        assert_memory_equal(numbers, expected, count * sizeof *numbers);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_length),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

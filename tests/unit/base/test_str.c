/* Strings, strict numbers, growing buffers and UTF-8. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wall/base/str.h"

static void
test_compare(void **state)
{
    (void)state;
    assert_true(str_eq(STR("abc"), str_from("abc")));
    assert_false(str_eq(STR("abc"), STR("ab")));
    assert_true(str_eq((struct str){NULL, 0}, STR("")));
    assert_true(str_eq(str_from(NULL), STR("")));
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
    assert_true(str_cmp(STR("\x7f"), STR("\xc3\xa9")) < 0); /* bytes, not signed characters */
    assert_true(str_starts(STR("ticket.registered"), "ticket."));
    assert_false(str_starts(STR("tick"), "ticket."));
    assert_true(str_ends(STR("a.yaml"), ".yaml"));
    assert_false(str_ends(STR("yaml"), ".yaml"));
}

static void
test_integers(void **state)
{
    (void)state;
    int64_t value = 5;
    assert_true(str_to_i64(STR("9223372036854775807"), &value));
    assert_true(value == INT64_MAX);
    assert_true(str_to_i64(STR("-9223372036854775808"), &value));
    assert_true(value == INT64_MIN);
    assert_true(str_to_i64(STR("-0"), &value));
    assert_int_equal(value, 0);
    static const char *const wrong[] = {"",
                                        "-",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "0x1",
                                        "1e3",
                                        "9223372036854775808",
                                        "-9223372036854775809"};
    value = 5;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(str_to_i64(str_from(wrong[i]), &value));
        assert_int_equal(value, 5);
    }
}

static void
check_real(const char *text, double expected)
{
    double value = -1;
    assert_true(str_to_double(str_from(text), &value));
    assert_true(value >= expected && value <= expected);
}

static void
test_reals(void **state)
{
    (void)state;
    check_real("116.15312", 116.15312);
    check_real("-0.5", -0.5);
    check_real("1e3", 1000);
    check_real("42", 42);
    double value;
    static const char *const wrong[] = {"",   "nan", "inf",   "0x10", " 1",
                                        "1 ", "1,5", "1e999", "--1",  "1.2.3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (str_to_double(str_from(wrong[i]), &value)) {
            fail_msg("taken: %s", wrong[i]);
        }
    }
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8")) {
        check_real("1.5", 1.5);
        setlocale(LC_NUMERIC, "C");
    }
}

static void
test_buffer(void **state)
{
    (void)state;
    struct buf buf = {0};
    for (int i = 0; i < 1000; i++) {
        buf_printf(&buf, "%d,", i);
    }
    assert_int_equal(buf.len, 10 * 2 + 90 * 3 + 900 * 4);
    assert_int_equal(strlen(buf.ptr), buf.len);
    assert_true(str_ends(buf_str(&buf), ",998,999,"));
    size_t cap = buf.cap;
    buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.cap, cap);
    buf_add(&buf, "a\0b", 3);
    buf_add_str(&buf, STR("c"));
    assert_true(str_eq(buf_str(&buf), (struct str){"a\0bc", 4}));
    buf_free(&buf);
    assert_null(buf.ptr);
    char *copy = str_dup((struct str){"xyz", 2});
    assert_string_equal(copy, "xy");
    free(copy);
}

static void
test_utf8(void **state)
{
    (void)state;
    static const char *const right[] = {"",
                                        "plain",
                                        "热线",
                                        "\xf0\x9f\x8f\xa0",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xf4\x8f\xbf\xbf",
                                        "\xc2\x80"};
    static const char *const wrong[] = {"\x80",
                                        "\xc3",
                                        "\xc3\x28",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "\xe7\x83",
                                        "\xf0\x9f\x8f",
                                        "ok\xfe"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        assert_true(utf8_valid(str_from(right[i])));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(utf8_valid(str_from(wrong[i])));
    }
    assert_int_equal(utf8_count(STR("热线12345")), 7);
    struct str s = STR("a热\xf0\x9f\x8f\xa0");
    size_t at = 0;
    assert_int_equal(utf8_next(s, &at), 'a');
    assert_int_equal(utf8_next(s, &at), 0x70ed);
    assert_int_equal(utf8_next(s, &at), 0x1f3e0);
    assert_int_equal(at, s.len);
}

static void
test_put(void **state)
{
    (void)state;
    char from[80], to[84], expected[84];
    for (size_t i = 0; i < sizeof from; i++) {
        from[i] = (char)('!' + i);
    }
    for (size_t len = 0; len <= sizeof from; len++) {
        memset(to, 0, sizeof to);
        memset(expected, 0, sizeof expected);
        memcpy(expected + 2, from, len);
        str_put(to + 2, (struct str){from, len});
        assert_memory_equal(to, expected, sizeof to);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare), cmocka_unit_test(test_integers),
        cmocka_unit_test(test_reals),   cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_utf8),    cmocka_unit_test(test_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

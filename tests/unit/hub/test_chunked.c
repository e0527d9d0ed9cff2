#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "feeds/hub/chunked.h"

/* The same result however the bytes are cut. */
static void
decodes(const char *text, enum chunked_state expected, const char *body)
{
    size_t len = strlen(text);
    for (size_t step = 1; step <= len; step++) {
        struct chunked chunked = {0};
        struct buf out = {0};
        enum chunked_state state = CHUNKED_MORE;
        for (size_t at = 0; at < len && state == CHUNKED_MORE; at += step)
            state = chunked_take(&chunked,
                                 (struct str){text + at, len - at < step ? len - at : step}, &out);
        assert_int_equal(state, expected);
        if (body)
            assert_true(str_is(buf_str(&out), body));
        buf_free(&out);
    }
}

static void
test_decodes(void **state)
{
    (void)state;
    decodes("5\r\nhello\r\n0\r\n\r\n", CHUNKED_DONE, "hello");
    decodes("5\r\nhello\r\n1;name=\"v\"\r\n!\r\n0\r\n\r\n", CHUNKED_DONE, "hello!");
    decodes("a\r\n0123456789\r\nA\r\n0123456789\r\n00\r\nTrailer: x\r\nB: y\r\n\r\n", CHUNKED_DONE,
            "01234567890123456789");
    decodes("0\r\n\r\n", CHUNKED_DONE, "");
    decodes("5\r\nhel", CHUNKED_MORE, "hel");
    decodes("2\r\n\r\n\r\n0\r\n\r\n", CHUNKED_DONE, "\r\n");
}

static void
test_refuses(void **state)
{
    (void)state;
    decodes("\r\nhello", CHUNKED_BROKEN, NULL);
    decodes("g\r\nhello", CHUNKED_BROKEN, NULL);
    decodes("-5\r\nhello", CHUNKED_BROKEN, NULL);
    decodes("5\nhello", CHUNKED_BROKEN, NULL);
    decodes("5\r\nhello!\r\n", CHUNKED_BROKEN, NULL);
    decodes("fffffffff\r\n", CHUNKED_BROKEN, NULL);
    decodes("0\r\nX: y\r\rz", CHUNKED_BROKEN, NULL);
}

/* Sizes, extensions and trailers without end do not keep a connection alive for ever. */
static void
test_is_bounded(void **state)
{
    (void)state;
    struct chunked chunked = {0};
    struct buf out = {0};
    static char spaces[65536];
    memset(spaces, ' ', sizeof spaces);
    assert_int_equal(chunked_take(&chunked, STR("5;"), &out), CHUNKED_MORE);
    enum chunked_state last = CHUNKED_MORE;
    for (int i = 0; i < 1000 && last == CHUNKED_MORE; i++)
        last = chunked_take(&chunked, (struct str){spaces, sizeof spaces}, &out);
    assert_int_equal(last, CHUNKED_BROKEN);
    assert_int_equal(chunked_take(&chunked, STR("5\r\nhello"), &out), CHUNKED_BROKEN);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/client/frames.h"

/* What came of some bytes: messages as "t:TEXT|" or "b:TEXT|", pings as "p:TEXT|", and the end as
 * "close CODE REASON" or "refused CODE". */
struct told {
    struct buf text, message;
    bool ended;
};

static void
tell(struct told *told, enum frames_kind kind, const struct frames_got *got)
{
    switch (kind) {
    case FRAMES_PART:
        assert_int_equal(got->first, told->message.len == 0);
        if (got->first) {
            buf_clear(&told->message);
            buf_printf(&told->message, "%s:", got->binary ? "b" : "t");
        }
        buf_add_str(&told->message, got->bytes);
        if (got->last) {
            assert_int_equal(got->left, 0);
            buf_add_str(&told->text, buf_str(&told->message));
            buf_add(&told->text, "|", 1);
            buf_clear(&told->message);
        }
        break;
    case FRAMES_PINGED:
        buf_printf(&told->text, "p:%.*s|", STR_ARG(got->bytes));
        break;
    case FRAMES_CLOSED:
        buf_printf(&told->text, "close %d %.*s", got->code, STR_ARG(got->bytes));
        told->ended = true;
        break;
    case FRAMES_REFUSED:
        assert_non_null(got->why);
        buf_printf(&told->text, "refused %d", got->code);
        told->ended = true;
        break;
    default:
        break;
    }
}

static void
feed(struct frames *frames, struct str piece, struct told *told)
{
    struct frames_got got;
    size_t used;
    enum frames_kind kind;
    do {
        kind = frames_next(frames, piece, &used, &got);
        assert_true(used <= piece.len);
        tell(told, kind, &got);
        piece = (struct str){piece.ptr + used, piece.len - used};
    } while (kind != FRAMES_MORE);
    assert_int_equal(piece.len, 0);
}

/* The bytes in pieces of one size, each in memory of its own so that nothing behind it is read. */
static void
read_in_pieces(struct str bytes, size_t size, struct buf *out)
{
    struct frames frames = {0};
    struct told told = {{0}, {0}, false};
    for (size_t at = 0; at < bytes.len; at += size) {
        size_t len = bytes.len - at < size ? bytes.len - at : size;
        char *piece = str_dup((struct str){bytes.ptr + at, len});
        feed(&frames, (struct str){piece, len}, &told);
        free(piece);
    }
    buf_clear(out);
    buf_add_str(out, buf_str(&told.text));
    buf_add(out, "", 0);
    buf_free(&told.text);
    buf_free(&told.message);
}

static void
expect(struct str bytes, const char *wanted)
{
    struct buf out = {0};
    for (size_t size = 1; size <= bytes.len; size += size < 24 ? 1 : size) {
        read_in_pieces(bytes, size, &out);
        assert_string_equal(out.ptr ? out.ptr : "", wanted);
    }
    buf_free(&out);
}

static void
test_messages(void **state)
{
    (void)state;
    expect(STR("\x81\x02hi"), "t:hi|");
    expect(STR("\x82\x00\x81\x00"), "b:|t:|");
    expect(STR("\x81\x02hi\x82\x03you"), "t:hi|b:you|");
    expect(STR("\x01\x02he\x00\x00\x00\x02ll\x80\x01o"), "t:hello|");
    expect(STR("\x01\x02he\x89\x01x\x8a\x00\x80\x03llo"), "p:x|t:hello|");
    expect(STR("\x89\x00\x81\x01x\x81"), "p:|t:x|");
    expect(STR("\x01\x00\x80\x00\x02\x01x\x80\x01y"), "t:|b:xy|");
}

/* A pong that nobody asked for is passed over; a ping may be as long. */
static void
test_long_control(void **state)
{
    (void)state;
    struct buf bytes = {0}, wanted = {0};
    buf_add(&bytes, "\x8a\x7d", 2);
    for (int i = 0; i < 125; i++) {
        buf_add(&bytes, "o", 1);
    }
    buf_add(&bytes, "\x89\x7d", 2);
    buf_add(&wanted, "p:", 2);
    for (int i = 0; i < 125; i++) {
        buf_add(&bytes, "i", 1);
        buf_add(&wanted, "i", 1);
    }
    buf_add(&bytes, "\x81\x01x", 3);
    buf_add(&wanted, "|t:x|", 5);
    expect(buf_str(&bytes), wanted.ptr);
    buf_free(&bytes);
    buf_free(&wanted);
}

static void
test_lengths(void **state)
{
    (void)state;
    static const size_t lengths[] = {125, 126, 127, 65535, 65536, 200000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t len = lengths[i];
        struct buf bytes = {0}, wanted = {0};
        unsigned char head[10] = {0x82, (unsigned char)len};
        size_t head_len = len < 126 ? 2 : len < 65536 ? 4 : 10;
        head[1] = (unsigned char)(len < 126 ? len : len < 65536 ? 126 : 127);
        for (size_t k = head_len - 1, rest = len; len >= 126 && k >= 2; k--, rest >>= 8) {
            head[k] = (unsigned char)(rest & 255);
        }
        buf_add(&bytes, head, head_len);
        buf_add(&wanted, "b:", 2);
        for (size_t k = 0; k < len; k++) {
            char c = (char)('a' + k % 26);
            buf_add(&bytes, &c, 1);
            buf_add(&wanted, &c, 1);
        }
        buf_add(&wanted, "|", 1);
        struct buf out = {0};
        for (size_t size = 1; size < 2 * len; size *= 7) {
            read_in_pieces(buf_str(&bytes), size, &out);
            assert_string_equal(out.ptr, wanted.ptr);
        }
        buf_free(&out);
        buf_free(&bytes);
        buf_free(&wanted);
    }
}

static void
test_refused(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        const char *wanted;
    } cases[] = {
        {{"\x81\x82\x01\x02\x03\x04hi", 8}, "refused 1002"},    /* masked */
        {{"\xc1\x02hi", 4}, "refused 1002"},                    /* reserved bits */
        {{"\xa1\x02hi", 4}, "refused 1002"},                    /* … */
        {{"\x91\x02hi", 4}, "refused 1002"},                    /* … */
        {{"\x83\x02hi", 4}, "refused 1002"},                    /* reserved opcodes */
        {{"\x8b\x02hi", 4}, "refused 1002"},                    /* … */
        {{"\x8f\x00", 2}, "refused 1002"},                      /* … */
        {{"\x80\x02hi", 4}, "refused 1002"},                    /* continues nothing */
        {{"\x81\x01x\x00\x01y", 6}, "t:x|refused 1002"},        /* … any more */
        {{"\x01\x01x\x81\x01y", 6}, "refused 1002"},            /* a message in a message */
        {{"\x01\x01x\x02\x01y", 6}, "refused 1002"},            /* … */
        {{"\x09\x01x", 3}, "refused 1002"},                     /* a ping in fragments */
        {{"\x08\x02\x03\xe8", 4}, "refused 1002"},              /* a close in fragments */
        {{"\x89\x7e\x00\x7eping", 8}, "refused 1002"},          /* a ping of 126 bytes */
        {{"\x88\x7f\0\0\0\0\0\1\0\0", 10}, "refused 1002"},     /* a close of 64 KiB */
        {{"\x82\x7e\x00\x7dx", 5}, "refused 1002"},             /* not the shortest length */
        {{"\x82\x7f\0\0\0\0\0\0\xff\xff", 10}, "refused 1002"}, /* … */
        {{"\x82\x7f\x80\0\0\0\0\0\0\1x", 11}, "refused 1002"},  /* 2^63 bytes */
        {{"\x88\x01\x03", 3}, "refused 1002"},                  /* half a code */
        {{"\x88\x02\x03\xe7", 4}, "refused 1002"},              /* 999 */
        {{"\x88\x02\x03\xec", 4}, "refused 1002"},              /* 1004 */
        {{"\x88\x02\x03\xed", 4}, "refused 1002"},              /* 1005 */
        {{"\x88\x02\x03\xee", 4}, "refused 1002"},              /* 1006 */
        {{"\x88\x02\x03\xf7", 4}, "refused 1002"},              /* 1015 */
        {{"\x88\x02\x0b\xb7", 4}, "refused 1002"},              /* 2999 */
        {{"\x88\x02\x13\x88", 4}, "refused 1002"},              /* 5000 */
        {{"\x88\x04\x03\xe8\xc3\x28", 6}, "refused 1007"},      /* a reason that is no text */
        {{"\x88\x04\x03\xe8\xed\xa0", 6}, "refused 1007"},      /* … that ends in the midst */
        {{"\x88\x00", 2}, "close 1005 "},
        {{"\x88\x02\x03\xe8", 4}, "close 1000 "},
        {{"\x88\x02\x03\xf6", 4}, "close 1014 "},
        {{"\x88\x02\x0b\xb8", 4}, "close 3000 "},
        {{"\x88\x02\x13\x87", 4}, "close 4999 "},
        {{"\x88\x0f\x0f\xa0slow-consumer", 17}, "close 4000 slow-consumer"},
        {{"\x01\x01x\x88\x02\x03\xe8\x80\x01y", 10}, "close 1000 "}, /* nothing behind a close */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect(cases[i].bytes, cases[i].wanted);
    }
}

/* An announced length is told with the first byte, and no more than that is believed. */
static void
test_announced(void **state)
{
    (void)state;
    struct frames frames = {0};
    struct frames_got got;
    size_t used;
    struct str bytes = STR("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xffx");
    assert_int_equal(frames_next(&frames, bytes, &used, &got), FRAMES_PART);
    assert_int_equal(used, bytes.len);
    assert_int_equal(got.bytes.len, 1);
    assert_true(got.left == UINT64_C(0x7ffffffffffffffe));
    assert_true(got.first && !got.last && got.binary);
    assert_int_equal(frames_next(&frames, STR("yz"), &used, &got), FRAMES_PART);
    assert_true(got.left == UINT64_C(0x7ffffffffffffffc) && !got.first && !got.last);
}

static void
test_put(void **state)
{
    (void)state;
    static const unsigned char mask[4] = {0x11, 0x22, 0x33, 0x44};
    static const size_t lengths[] = {0, 1, 125, 126, 65535, 65536};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t len = lengths[i], extra = len < 126 ? 0 : len < 65536 ? 2 : 8;
        char *payload = malloc(len + 1);
        memset(payload, 'q', len + 1);
        struct buf out = {0};
        frames_put(&out, FRAMES_BINARY, (struct str){payload, len}, mask);
        const unsigned char *at = (const unsigned char *)out.ptr;
        assert_int_equal(out.len, 2 + extra + 4 + len);
        assert_int_equal(at[0], 0x82);
        assert_int_equal(at[1], 0x80 | (extra == 0 ? len : extra == 2 ? 126 : 127));
        uint64_t told = 0;
        for (size_t k = 0; k < extra; k++) {
            told = told << 8 | at[2 + k];
        }
        assert_true(extra == 0 || told == len);
        assert_memory_equal(at + 2 + extra, mask, 4);
        for (size_t k = 0; k < len; k++) {
            assert_int_equal(at[6 + extra + k] ^ mask[k & 3], 'q');
        }
        buf_free(&out);
        free(payload);
    }
    struct buf out = {0};
    char reason[200];
    memset(reason, 'r', sizeof reason);
    reason[199] = '\0';
    frames_put_close(&out, 4000, reason, mask);
    assert_int_equal(out.len, 2 + 4 + 125);
    assert_int_equal((unsigned char)out.ptr[1], 0x80 | 125);
    assert_int_equal(
        (unsigned char)(out.ptr[6] ^ mask[0]) << 8 | (unsigned char)(out.ptr[7] ^ mask[1]), 4000);
    buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),  cmocka_unit_test(test_long_control),
        cmocka_unit_test(test_lengths),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_announced), cmocka_unit_test(test_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

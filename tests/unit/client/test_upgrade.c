#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/client/upgrade.h"

/* RFC 6455 §1.3: "the sample nonce" and what belongs to it. */
static struct upgrade_key
sample_key(void)
{
    return upgrade_key((const unsigned char *)"the sample nonce");
}

static void
test_key(void **state)
{
    (void)state;
    struct upgrade_key key = sample_key();
    assert_string_equal(key.sent, "dGhlIHNhbXBsZSBub25jZQ==");
    assert_string_equal(key.answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void
test_request(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host;
    } cases[] = {
        {"ws://hub.example/feed/v1", "hub.example"},
        {"wss://hub.example/feed/v1", "hub.example"},
        {"ws://hub.example:443/feed/v1", "hub.example:443"},
        {"ws://[::1]:8080/feed/v1", "[::1]:8080"},
        {"wss://[2001:db8::1]/feed/v1", "[2001:db8::1]"},
    };
    struct upgrade_key key = sample_key();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct client_url url;
        struct err err;
        struct buf out = {0};
        char wanted[600];
        assert_true(client_parse_url(cases[i].url, &url, &err));
        upgrade_ask(&out, &url, &key, i ? "a-token" : NULL);
        snprintf(wanted, sizeof wanted,
                 "GET /feed/v1 HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Protocol: ticketfeed.v1.msgpack, ticketfeed.v1\r\n%s\r\n",
                 cases[i].host, i ? "Authorization: Bearer a-token\r\n" : "");
        assert_string_equal(out.ptr, wanted);
        buf_free(&out);
    }
}

#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define PACKED "Sec-WebSocket-Protocol: ticketfeed.v1.msgpack\r\n"
#define LINES "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define STATUS "HTTP/1.1 101 Switching Protocols\r\n"

/* The verdict on exactly these bytes, in memory of their own. */
static enum upgrade_verdict
read_answer(struct str bytes, struct upgrade_answer *out)
{
    struct upgrade_key key = sample_key();
    char *copy = malloc(bytes.len ? bytes.len : 1);
    if (bytes.len) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    enum upgrade_verdict verdict = upgrade_read((struct str){copy, bytes.len}, &key, out);
    free(copy);
    assert_int_equal(verdict == UPGRADE_BAD, out->why != NULL);
    return verdict;
}

static void
test_good(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        enum message_format format;
    } cases[] = {
        {STATUS LINES ACCEPT PACKED "\r\n", MESSAGE_PACK},
        {STATUS LINES ACCEPT "Sec-WebSocket-Protocol: ticketfeed.v1\r\n\r\n", MESSAGE_JSON},
        {"HTTP/1.1 101\r\n" LINES ACCEPT PACKED "\r\n", MESSAGE_PACK},
        {"HTTP/1.1 101 \xe5\xa5\xbd\r\n" LINES ACCEPT PACKED "\r\n", MESSAGE_PACK},
        {STATUS "UPGRADE:WebSocket\r\nconnection: keep-alive ,\tupgrade\r\n" ACCEPT PACKED "\r\n",
         MESSAGE_PACK},
        {STATUS
         "Connection: keep-alive\r\nServer: x\r\nX-Empty:\r\nX-Text: a: \xc3\xa9,\tb \r\n" LINES
             ACCEPT PACKED "\r\n",
         MESSAGE_PACK},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n"
         "Sec-WebSocket-Accept: x\r\n\r\n" STATUS LINES ACCEPT PACKED "\r\n",
         MESSAGE_PACK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct upgrade_answer answer;
        struct buf bytes = {0};
        size_t head = strlen(cases[i].head);
        buf_printf(&bytes, "%s%s", cases[i].head, "\x82\x01\n\n\r\n\r\n");
        for (size_t len = 0; len <= bytes.len; len++) { /* cut off after every byte */
            enum upgrade_verdict verdict = read_answer((struct str){bytes.ptr, len}, &answer);
            assert_int_equal(verdict, len < head ? UPGRADE_MORE : UPGRADE_DONE);
            if (verdict == UPGRADE_DONE) {
                assert_int_equal(answer.len, head);
                assert_int_equal(answer.format, cases[i].format);
                assert_int_equal(answer.status, 101);
            }
        }
        buf_free(&bytes);
    }
}

/* Refused as soon as the status is known: what else stands in such an answer is not read. */
static void
test_refused(void **state)
{
    (void)state;
    static const int statuses[] = {200, 204, 301, 302, 307, 400, 401, 403, 404, 426, 500, 503, 599};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        for (int version = 0; version < 2; version++) {
            struct upgrade_answer answer;
            char text[80];
            int len = snprintf(text, sizeof text, "HTTP/1.%d %d Reason\r\n", version, statuses[i]);
            for (int cut = 0; cut < len; cut++) {
                assert_int_equal(read_answer((struct str){text, (size_t)cut}, &answer),
                                 UPGRADE_MORE);
            }
            assert_int_equal(read_answer((struct str){text, (size_t)len}, &answer),
                             UPGRADE_REFUSED);
            assert_int_equal(answer.status, statuses[i]);
        }
    }
}

static void
test_bad(void **state)
{
    (void)state;
    static const char *const cases[] = {
        /* no status line */
        "\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2 101 Switching Protocols\r\n",
        "HTTP/1.1 10 x\r\n",
        "HTTP/1.1 1011 x\r\n",
        "HTTP/1.1 099 x\r\n",
        "HTTP/1.1 600 x\r\n",
        "HTTP/1.1  101 x\r\n",
        "http/1.1 101 x\r\n",
        "HTTP/1.1 1e1 x\r\n",
        "HTTP/1.1\r\n",
        "HTTP/1.0 101 Switching Protocols\r\n",
        "HTTP/1.0 100 Continue\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 101 x\r\n",
        /* line ends and control characters */
        "HTTP/1.1 101 x\n",
        "HTTP/1.1 101 x\r\r\n",
        "HTTP/1.1 101 \x01\r\n",
        "HTTP/1.1 101 \x7f\r\n",
        STATUS "Upgrade: websocket\nConnection: Upgrade\r\n",
        STATUS "Upgrade: web\rsocket\r\n",
        "\n",
        /* no fields */
        STATUS "no colon\r\n",
        STATUS ": no name\r\n",
        STATUS "Upgrade : websocket\r\n",
        STATUS " Upgrade: websocket\r\n",
        STATUS "Upgrade:\r\n websocket\r\n",
        STATUS "Upgrade:\r\n\twebsocket\r\n",
        STATUS "Up(grade: websocket\r\n",
        STATUS "Upgr\xc3\xa4"
               "de: websocket\r\n",
        /* missing */
        STATUS "\r\n",
        STATUS "Connection: Upgrade\r\n" ACCEPT PACKED "\r\n",
        STATUS "Upgrade: websocket\r\n" ACCEPT PACKED "\r\n",
        STATUS LINES PACKED "\r\n",
        STATUS LINES ACCEPT "\r\n",
        /* wrong */
        STATUS "Upgrade: h2c\r\nConnection: Upgrade\r\n" ACCEPT PACKED "\r\n",
        STATUS "Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n" ACCEPT PACKED "\r\n",
        STATUS "Upgrade:\r\nConnection: Upgrade\r\n" ACCEPT PACKED "\r\n",
        STATUS "Upgrade: websocket\r\nConnection: Upgraded\r\n" ACCEPT PACKED "\r\n",
        STATUS "Upgrade: websocket\r\nConnection: close\r\n" ACCEPT PACKED "\r\n",
        STATUS LINES "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" PACKED "\r\n",
        STATUS LINES "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n" PACKED "\r\n",
        STATUS LINES "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, x\r\n" PACKED "\r\n",
        STATUS LINES "Sec-WebSocket-Accept:\r\n" PACKED "\r\n",
        STATUS LINES ACCEPT "Sec-WebSocket-Protocol: ticketfeed.v2\r\n\r\n",
        STATUS LINES ACCEPT "Sec-WebSocket-Protocol: TicketFeed.v1\r\n\r\n",
        STATUS LINES ACCEPT "Sec-WebSocket-Protocol: ticketfeed.v1, ticketfeed.v1.msgpack\r\n\r\n",
        STATUS LINES ACCEPT "Sec-WebSocket-Protocol:\r\n\r\n",
        STATUS LINES ACCEPT PACKED "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        STATUS LINES ACCEPT PACKED "Sec-WebSocket-Extensions:\r\n",
        /* twice */
        STATUS LINES "Upgrade: websocket\r\n",
        STATUS LINES ACCEPT ACCEPT,
        STATUS LINES ACCEPT PACKED PACKED,
        STATUS LINES ACCEPT PACKED "sec-websocket-protocol: ticketfeed.v1\r\n",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct upgrade_answer answer;
        struct str bytes = str_from(cases[i]);
        enum upgrade_verdict verdict = UPGRADE_MORE;
        size_t len = 0;
        while (verdict == UPGRADE_MORE && len < bytes.len) { /* a byte more each time */
            verdict = read_answer((struct str){bytes.ptr, ++len}, &answer);
        }
        if (verdict != UPGRADE_BAD) {
            fail_msg("case %zu: %s", i, cases[i]);
        }
        assert_int_equal(read_answer(bytes, &answer), UPGRADE_BAD); /* and all at once */
    }
    struct upgrade_answer answer;
    struct str nul = {"HTTP/1.1 101 a\0b\r\n", 18};
    assert_int_equal(read_answer(nul, &answer), UPGRADE_BAD);
}

static void
test_bounded(void **state)
{
    (void)state;
    struct upgrade_answer answer;
    struct buf bytes = {0};
    buf_printf(&bytes, STATUS);
    while (bytes.len < UPGRADE_HEAD_MAX + 100) { /* one endless line */
        buf_add(&bytes, "x", 1);
        assert_int_equal(read_answer(buf_str(&bytes), &answer),
                         bytes.len < UPGRADE_HEAD_MAX ? UPGRADE_MORE : UPGRADE_BAD);
    }
    buf_clear(&bytes);
    while (bytes.len < UPGRADE_HEAD_MAX) { /* answers without end before the answer */
        buf_printf(&bytes, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    assert_int_equal(read_answer(buf_str(&bytes), &answer), UPGRADE_BAD);
    buf_clear(&bytes);
    buf_printf(&bytes,
               STATUS LINES ACCEPT PACKED); /* the largest there may be, and one byte more */
    size_t rest = UPGRADE_HEAD_MAX - bytes.len - strlen("X: \r\n\r\n");
    for (size_t more = 0; more < 2; more++) {
        struct buf whole = {0};
        buf_add_str(&whole, buf_str(&bytes));
        buf_printf(&whole, "X: %*s\r\n\r\n", (int)(rest + more), "x");
        assert_int_equal(whole.len, UPGRADE_HEAD_MAX + more);
        assert_int_equal(read_answer(buf_str(&whole), &answer), more ? UPGRADE_BAD : UPGRADE_DONE);
        buf_free(&whole);
    }
    buf_free(&bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key),  cmocka_unit_test(test_request),
        cmocka_unit_test(test_good), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad),  cmocka_unit_test(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/client/client.h"

static void
test_good(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host, *path;
        int port;
        bool tls;
    } cases[] = {
        {"ws://127.0.0.1:8080/feed/v1", "127.0.0.1", "/feed/v1", 8080, false},
        {"ws://hub", "hub", "/feed/v1", 80, false},
        {"ws://hub/", "hub", "/feed/v1", 80, false},
        {"wss://hub.example/other?x=1", "hub.example", "/other?x=1", 443, true},
        {"wss://hub:65535?x=1", "hub", "/feed/v1?x=1", 65535, true},
        {"ws://[::1]:9/feed/v1", "::1", "/feed/v1", 9, false},
        {"ws://[fe80::2]", "fe80::2", "/feed/v1", 80, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct client_url url;
        struct err err = {""};
        assert_true(client_parse_url(cases[i].url, &url, &err));
        assert_string_equal(url.host, cases[i].host);
        assert_string_equal(url.path, cases[i].path);
        assert_int_equal(url.port, cases[i].port);
        assert_int_equal(url.tls, cases[i].tls);
    }
}

static void
test_bad(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "",
        "hub:8080",
        "http://hub",
        "ws://",
        "ws://:80/",
        "ws://hub:0/",
        "ws://hub:65536/",
        "ws://hub:x/",
        "ws://hub:/",
        "ws://user:secret@hub/",
        "ws://hub/a b",
        "ws://hub/a\r\nX: y",
        "ws://[::1/feed",
        "ws://[::1]9/",
        "ws://hub/#part",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct client_url url;
        struct err err = {""};
        assert_false(client_parse_url(urls[i], &url, &err));
        assert_int_equal(strncmp(err.text, "feed: ", 6), 0);
        assert_null(strstr(err.text, "secret"));
    }
}

static void
test_too_long(void **state)
{
    (void)state;
    char url[1200];
    struct client_url out;
    memset(url, 'a', sizeof url);
    memcpy(url, "ws://", 5);
    url[5 + 256] = '\0';
    assert_false(client_parse_url(url, &out, NULL));
    url[5 + 256] = 'a';
    memcpy(url, "ws://h/", 7);
    url[6 + 511] = '\0';
    assert_true(client_parse_url(url, &out, NULL));
    url[6 + 511] = 'a';
    url[6 + 512] = '\0';
    assert_false(client_parse_url(url, &out, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

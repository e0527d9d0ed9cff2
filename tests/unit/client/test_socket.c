/* The socket against a peer in a thread: what the wall's end of a websocket does on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feeds/client/socket.h"
#include "tests/unit/client/socket_peer.h"
#include "wall/base/clock.h"

/* What the hooks were told, and what a test has them do. */
struct wall {
    struct socket *socket;
    struct buf told; /* "opened pack|", "b:TEXT|", "lost WHY|", "woken|" */
    struct buf message;
    const char *hang_up_at; /* … when this message came */
    const char *pause_at;
    const char *refuse_at; /* says that a message that begins so is too long */
    int sends;             /* messages to send when it opens */
    bool counts;           /* tells lengths of messages instead of their bytes */
    int connects;          /* attempts to make */
    int linger_ms;         /* it goes on for so long after the last one was lost */
    bool over;
};

static void
on_opened(void *user, enum message_format format)
{
    struct wall *wall = user;
    buf_printf(&wall->told, "opened %s|", format == MESSAGE_PACK ? "pack" : "json");
    for (int i = 0; i < wall->sends; i++) {
        if (!socket_send(wall->socket, STR("out"), MESSAGE_PACK)) {
            buf_printf(&wall->told, "full at %d|", i);
            return;
        }
    }
}

static bool
is_now(const struct wall *wall, const char *text)
{
    return text && str_is(buf_str(&wall->message), text);
}

static bool
on_chunk(void *user, struct str bytes, bool first, bool last, bool binary, uint64_t left)
{
    struct wall *wall = user;
    assert_int_equal(first, wall->message.len == 0);
    assert_true(!last || left == 0);
    if (first) {
        buf_printf(&wall->message, "%s:", binary ? "b" : "t");
    }
    buf_add_str(&wall->message, bytes);
    if (wall->refuse_at && str_starts(buf_str(&wall->message), wall->refuse_at)) {
        return false;
    }
    if (!last) {
        return true;
    }
    if (wall->counts) {
        buf_printf(&wall->told, "%zu bytes|", wall->message.len - 2);
    } else {
        buf_add_str(&wall->told, buf_str(&wall->message));
        buf_printf(&wall->told, "|");
    }
    if (is_now(wall, wall->pause_at)) {
        socket_pause(wall->socket, true);
        socket_timer(wall->socket, 50);
    }
    if (is_now(wall, wall->hang_up_at)) {
        socket_hang_up(wall->socket);
        socket_end(wall->socket);
    }
    buf_clear(&wall->message);
    return true;
}

static void
on_lost(void *user, const char *why)
{
    struct wall *wall = user;
    buf_printf(&wall->told, "lost %s|", why);
    wall->over = !wall->connects;
    socket_timer(wall->socket, wall->over ? wall->linger_ms : 0);
}

/* First: connects. Last: ends. After a pause: reads on. */
static void
on_woken(void *user)
{
    struct wall *wall = user;
    if (wall->connects) {
        wall->connects--;
        socket_connect(wall->socket);
    } else if (wall->over) {
        socket_end(wall->socket);
    } else {
        buf_printf(&wall->told, "woken|");
        socket_pause(wall->socket, false);
    }
}

static void
open_wall(struct wall *wall, const char *url_text, int port, const char *token, const char *ca)
{
    struct socket_hooks hooks = {wall, on_opened, on_chunk, on_lost, on_woken};
    struct client_url url;
    struct err err = {""};
    char text[128];
    snprintf(text, sizeof text, url_text, port);
    wall->connects = wall->connects ? wall->connects : 1;
    assert_true(client_parse_url(text, &url, &err));
    wall->socket = socket_create(&url, token, ca, &hooks, &err);
    if (!wall->socket) {
        fail_msg("%s", err.text);
    }
}

/* Runs to the end, and the peer's script with it. */
static void
run_wall(struct wall *wall, struct peer *peer)
{
    socket_run(wall->socket);
    socket_destroy(wall->socket);
    wall->socket = NULL;
    if (peer) {
        peer_wait(peer);
    }
    buf_add(&wall->told, "", 0);
}

static void
close_wall(struct wall *wall, struct peer *peer)
{
    buf_free(&wall->told);
    buf_free(&wall->message);
    if (peer) {
        peer_free(peer);
    }
}

static void
hear_all(struct peer *peer)
{
    while (peer_hear(peer)) {
    }
}

/* ---- messages ---- */

static void
talk(struct peer *peer)
{
    peer_upgrade(peer, STR("\x82\x03one\x01\x01t")); /* behind the answer, in the same write */
    peer_write(peer, "\x89\x04ping\x80\x02wo", 10);
    while (peer_hear(peer) && !strstr(peer->heard.ptr, "pong:ping|")) {
    }
    peer_write(peer, "\x82\x04last\x82\x05never", 13);
    hear_all(peer);
}

static void
test_talk(void **state)
{
    (void)state;
    struct peer peer;
    struct wall wall = {.hang_up_at = "b:last", .sends = 17};
    peer_start(&peer, NULL, talk);
    open_wall(&wall, "ws://127.0.0.1:%d/feed/v1", peer.port, NULL, NULL);
    run_wall(&wall, &peer);
    assert_string_equal(wall.told.ptr, "opened pack|full at 16|b:one|t:two|b:last|");
    const char *heard = peer.heard.ptr;
    for (int i = 0; i < 16; i++) { /* all of them, in whatever order with the pong */
        heard = strstr(heard, "b:out|");
        assert_non_null(heard);
        heard += strlen("b:out|");
    }
    assert_null(strstr(heard, "b:out|"));
    assert_non_null(strstr(peer.heard.ptr, "pong:ping|"));
    assert_non_null(strstr(peer.heard.ptr, "|close 1000|end|"));
    close_wall(&wall, &peer);
}

static void
send_three(struct peer *peer)
{
    peer_upgrade(peer, STR("\x82\x01"
                           "a\x82\x01"
                           "b\x89\x01x\x82\x01"
                           "c"));
    hear_all(peer);
}

/* What was read with the message that paused it waits too; no hook is called for it. */
static void
test_pause(void **state)
{
    (void)state;
    struct peer peer;
    struct wall wall = {.pause_at = "b:a", .hang_up_at = "b:c"};
    peer_start(&peer, NULL, send_three);
    open_wall(&wall, "ws://127.0.0.1:%d", peer.port, NULL, NULL);
    run_wall(&wall, &peer);
    assert_string_equal(wall.told.ptr, "opened pack|b:a|woken|b:b|b:c|");
    assert_non_null(strstr(peer.heard.ptr, "close 1000|end|"));
    close_wall(&wall, &peer);
}

/* A peer in the midst of 16 MiB still gets to read why it was cut off. */
static void
send_much(struct peer *peer)
{
    static const char zeros[65536];
    peer_upgrade(peer, STR("\x82\x7f\0\0\0\0\1\0\0\0x"));
    for (int i = 0; i < 256; i++) {
        peer_write(peer, zeros, sizeof zeros);
    }
    hear_all(peer);
}

static void
test_too_long(void **state)
{
    (void)state;
    struct peer peer;
    struct wall wall = {.refuse_at = "b:x", .linger_ms = 300};
    peer_start(&peer, NULL, send_much);
    open_wall(&wall, "ws://127.0.0.1:%d", peer.port, NULL, NULL);
    run_wall(&wall, &peer);
    assert_string_equal(wall.told.ptr, "opened pack|lost a message longer than 1 MiB|");
    assert_string_equal(peer.heard.ptr, "close 1009|end|");
    close_wall(&wall, &peer);
}

/* ---- ends ---- */

static struct str to_send; /* behind the upgrade; for the scripts that end in it */

static void
send_it(struct peer *peer)
{
    if (peer_upgrade(peer, to_send)) {
        hear_all(peer);
    }
}

static void
test_ends(void **state)
{
    (void)state;
    static const struct {
        struct str sent;
        const char *told, *heard;
    } cases[] = {
        {{"\x88\x06\x0f\xa0slow", 8},
         "lost the hub closed the connection (4000)|",
         "close 4000|end|"},
        {{"\x88\x00", 2}, "lost the hub closed the connection|", "close 1005|end|"},
        {{"\x82\x01x\x82\x81\0\0\0\0x", 10},
         "b:x|lost the hub sent a masked frame|",
         "close 1002|end|"},
        {{"\x80\x00", 2}, "lost the hub sent a continuation of no message|", "close 1002|end|"},
        {{"\x88\x03\x03\xe8\xff", 5},
         "lost the hub sent a close whose reason is not UTF-8|",
         "close 1007|end|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer peer;
        struct wall wall = {0};
        char told[160];
        to_send = cases[i].sent;
        peer_start(&peer, NULL, send_it);
        open_wall(&wall, "ws://127.0.0.1:%d", peer.port, NULL, NULL);
        run_wall(&wall, &peer);
        snprintf(told, sizeof told, "opened pack|%s", cases[i].told);
        assert_string_equal(wall.told.ptr, told);
        assert_string_equal(peer.heard.ptr, cases[i].heard);
        close_wall(&wall, &peer);
    }
}

static void
vanish(struct peer *peer)
{
    peer_upgrade(peer, STR("\x82\x02h"));
}

static void
say_nothing(struct peer *peer)
{
    peer_request(peer);
}

static void
refuse(struct peer *peer)
{
    peer_request(peer);
    peer_write(peer, to_send.ptr, to_send.len);
    hear_all(peer);
}

static void
test_attempts(void **state)
{
    (void)state;
    static const struct {
        void (*script)(struct peer *);
        struct str sent;
        const char *told;
    } cases[] = {
        {vanish, {0}, "opened pack|lost the connection ended|"},
        {say_nothing, {0}, "lost no answer to the upgrade|"},
        {refuse,
         {"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 38},
         "lost the hub answered HTTP 401 (no or an unknown token: see --token-file)|"},
        {refuse,
         {"HTTP/1.1 403 No\r\n\r\n", 19},
         "lost the hub answered HTTP 403 (the token has no right to read)|"},
        {refuse, {"HTTP/1.0 503 No\r\n\r\n", 19}, "lost the hub answered HTTP 503|"},
        {refuse, {"HTTP/1.1 302 Found\r\n", 20}, "lost the hub answered HTTP 302|"},
        {refuse, {"SSH-2.0-x\r\n", 11}, "lost the hub gave an answer that is not HTTP/1.1|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer peer;
        struct wall wall = {0};
        to_send = cases[i].sent;
        peer_start(&peer, NULL, cases[i].script);
        open_wall(&wall, "ws://127.0.0.1:%d", peer.port, NULL, NULL);
        run_wall(&wall, &peer);
        assert_string_equal(wall.told.ptr, cases[i].told);
        close_wall(&wall, &peer);
    }
}

/* Nobody there, and then again; a name that there is not. */
static void
test_nobody(void **state)
{
    (void)state;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof to;
    struct wall wall = {.connects = 2};
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound, and nobody listens */
    assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &len), 0);
    open_wall(&wall, "ws://127.0.0.1:%d", ntohs(to.sin_port), NULL, NULL);
    run_wall(&wall, NULL);
    assert_string_equal(wall.told.ptr,
                        "lost 127.0.0.1: Connection refused|lost 127.0.0.1: Connection refused|");
    close_wall(&wall, NULL);
    close(fd);

    wall = (struct wall){0};
    open_wall(&wall, "ws://no..host:%d", 1, NULL, NULL);
    run_wall(&wall, NULL);
    assert_non_null(strstr(wall.told.ptr, "lost no..host: no such host, or no network ("));
    close_wall(&wall, NULL);
}

/* ---- the token ---- */

static void
test_token(void **state)
{
    (void)state;
    char path[] = "/tmp/wallboard-token-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "first-token\n", 12), 12);
    to_send = STR("\x88\x00");
    struct peer peer;
    struct wall wall = {0};
    peer_start(&peer, NULL, send_it);
    open_wall(&wall, "ws://127.0.0.1:%d", peer.port, path, NULL);
    assert_int_equal(pwrite(fd, "other-token\n", 12, 0), 12); /* read anew for every attempt */
    run_wall(&wall, &peer);
    assert_non_null(strstr(peer.request.ptr, "\r\nAuthorization: Bearer other-token\r\n"));
    close_wall(&wall, &peer);

    wall = (struct wall){0};
    peer_start(&peer, NULL, send_it);
    open_wall(&wall, "ws://127.0.0.1:%d", peer.port, path, NULL);
    close(fd);
    unlink(path);
    run_wall(&wall, &peer);
    assert_non_null(strstr(wall.told.ptr, path));
    assert_int_equal(peer.request.len, 0);
    close_wall(&wall, &peer);
}

/* ---- TLS ---- */

static char authority[] = "/tmp/wallboard-ca-XXXXXX";

static void
send_long(struct peer *peer)
{
    static char head[] = "\x82\x7f\0\0\0\0\0\x0f\xff\xff", bytes[0xfffff];
    peer_upgrade(peer, STR(""));
    for (int i = 0; i < 3; i++) {
        peer_write(peer, head, sizeof head - 1);
        peer_write(peer, bytes, sizeof bytes);
    }
    peer_write(peer, "\x88\x00", 2);
    hear_all(peer);
}

static void
test_tls(void **state)
{
    (void)state;
    static const char *const urls[] = {"wss://localhost:%d", "wss://127.0.0.1:%d"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct peer peer;
        struct wall wall = {.sends = 1, .counts = true};
        peer_start(&peer, peer_certificate("DNS:localhost, IP:127.0.0.1", -60, authority),
                   send_long);
        open_wall(&wall, urls[i], peer.port, NULL, authority);
        run_wall(&wall, &peer);
        assert_string_equal(wall.told.ptr, "opened pack|1048575 bytes|1048575 bytes|1048575 bytes|"
                                           "lost the hub closed the connection|");
        assert_string_equal(peer.heard.ptr, "b:out|close 1005|end|");
        close_wall(&wall, &peer);
    }
}

/* No byte of the request reaches a hub that is not who it must be. */
static void
test_distrust(void **state)
{
    (void)state;
    static const struct {
        const char *url, *names, *why;
        long from_s;
        bool with_ca;
    } cases[] = {
        {"wss://localhost:%d", "DNS:localhost", "self-signed certificate", -60, false},
        {"wss://localhost:%d", "DNS:other.example", "hostname mismatch", -60, true},
        {"wss://localhost:%d", "IP:127.0.0.1", "hostname mismatch", -60, true},
        {"wss://localhost:%d", "DNS:local*", "hostname mismatch", -60, true},
        {"wss://127.0.0.1:%d", "IP:127.0.0.2", "IP address mismatch", -60, true},
        {"wss://127.0.0.1:%d", "DNS:127.0.0.1", "IP address mismatch", -60, true},
        {"wss://localhost:%d", "DNS:localhost", "certificate has expired", -7200, true},
        {"wss://localhost:%d", "DNS:localhost", "certificate is not yet valid", 3600, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct peer peer;
        struct wall wall = {0};
        char why[160];
        to_send = STR("");
        peer_start(&peer, peer_certificate(cases[i].names, cases[i].from_s, authority), send_it);
        open_wall(&wall, cases[i].url, peer.port, NULL, cases[i].with_ca ? authority : NULL);
        run_wall(&wall, &peer);
        snprintf(why, sizeof why, "lost the hub's certificate is not to be trusted: %s (see --ca)|",
                 cases[i].why);
        assert_string_equal(wall.told.ptr, why);
        assert_int_equal(peer.request.len, 0);
        close_wall(&wall, &peer);
    }
}

static void
answer_at_once(struct peer *peer)
{
    char c;
    peer_write(peer, to_send.ptr, to_send.len);
    while (peer_read(peer, &c, 1)) {
    }
}

/* A hub without TLS; a certificate file that is none. */
static void
test_no_tls(void **state)
{
    (void)state;
    struct peer peer;
    struct wall wall = {0};
    to_send = STR("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer_start(&peer, NULL, answer_at_once);
    open_wall(&wall, "wss://localhost:%d", peer.port, NULL, NULL);
    run_wall(&wall, &peer);
    assert_non_null(strstr(wall.told.ptr, "lost no TLS with the hub: "));
    close_wall(&wall, &peer);

    struct socket_hooks hooks = {0};
    struct client_url url;
    struct err err = {""};
    FILE *file = fopen(authority, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_true(client_parse_url("wss://localhost/", &url, &err));
    assert_null(socket_create(&url, NULL, authority, &hooks, &err));
    assert_non_null(strstr(err.text, authority));
    assert_null(socket_create(&url, NULL, "/nowhere/ca.pem", &hooks, &err));
    assert_non_null(strstr(err.text, "--ca"));
    assert_null(socket_create(&url, "/nowhere/token", NULL, &hooks, &err));
    unlink(authority);
}

int
main(void)
{
    int fd = mkstemp(authority);
    if (fd < 0) {
        return 1;
    }
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_talk),     cmocka_unit_test(test_pause),
        cmocka_unit_test(test_too_long), cmocka_unit_test(test_ends),
        cmocka_unit_test(test_attempts), cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_token),    cmocka_unit_test(test_tls),
        cmocka_unit_test(test_distrust), cmocka_unit_test(test_no_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

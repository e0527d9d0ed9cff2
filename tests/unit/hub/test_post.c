/* Sending batches to a hub, against a server of few lines that answers as it is told. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "feeds/hub/post.h"

#define SCRIPT 8

struct server {
    int listener, port, answers, served;
    const char *answer[SCRIPT]; /* whole responses, one a connection; "" closes at once */
    struct buf seen[SCRIPT];    /* whole requests */
    pthread_t thread;
    bool joined;
};

/* Reads head and body by the content-length that the head names. */
static void
read_request(int fd, struct buf *out)
{
    char chunk[65536];
    ssize_t got;
    while ((got = recv(fd, chunk, sizeof chunk, 0)) > 0) {
        buf_add(out, chunk, (size_t)got);
        char *end = strstr(out->ptr, "\r\n\r\n");
        char *length = strcasestr(out->ptr, "\r\ncontent-length:");
        if (end && length) {
            size_t body = strtoul(length + 17, NULL, 10);
            if (out->len >= (size_t)(end - out->ptr) + 4 + body) {
                return;
            }
        }
    }
}

static void *
serve(void *user)
{
    struct server *server = user;
    for (int i = 0; i < server->answers; i++) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0) {
            break;
        }
        const char *answer = server->answer[i];
        if (answer[0]) {
            read_request(fd, &server->seen[i]);
            size_t sent = 0, len = strlen(answer);
            while (sent < len) {
                ssize_t wrote = send(fd, answer + sent, len - sent, MSG_NOSIGNAL);
                if (wrote <= 0) {
                    break;
                }
                sent += (size_t)wrote;
            }
        }
        close(fd);
        server->served++;
    }
    return NULL;
}

static void
server_start(struct server *server)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&at, &len), 0);
    server->port = ntohs(at.sin_port);
    while (server->answers < SCRIPT && server->answer[server->answers]) {
        server->answers++;
    }
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* What the server saw may be looked at behind this. */
static void
server_join(struct server *server)
{
    if (server->joined) {
        return;
    }
    shutdown(server->listener, SHUT_RDWR);
    close(server->listener);
    pthread_join(server->thread, NULL);
    server->joined = true;
}

static void
server_stop(struct server *server)
{
    server_join(server);
    for (int i = 0; i < SCRIPT; i++) {
        buf_free(&server->seen[i]);
    }
}

static struct post *
open_at(const struct server *server, const char *token)
{
    char url[64];
    struct err err = {{0}};
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server->port);
    struct post *post = post_open(url, token, NULL, &err);
    if (!post) {
        fail_msg("%s", err.text);
    }
    return post;
}

#define TAKEN                                                                                      \
    "HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 39\r\n\r\n"        \
    "{\"accepted\":12,\"repeated\":3,\"seq\":4711}"

static void
test_taken(void **state)
{
    (void)state;
    struct server server = {.answer = {TAKEN}};
    server_start(&server);
    struct post *post = open_at(&server, "a-token-of-sixteen");
    struct post_reply reply;
    struct err err = {{0}};
    assert_int_equal(post_events(post, STR("[{},{}]"), &reply, &err), POST_TAKEN);
    assert_int_equal(reply.accepted, 12);
    assert_int_equal(reply.repeated, 3);
    assert_int_equal(reply.seq, 4711);
    server_join(&server);
    const char *seen = server.seen[0].ptr;
    assert_non_null(strstr(seen, "POST /events HTTP/1.1\r\n"));
    assert_non_null(strcasestr(seen, "content-type: application/cloudevents-batch+json\r\n"));
    assert_non_null(strcasestr(seen, "content-length: 7\r\n"));
    assert_non_null(strcasestr(seen, "authorization: Bearer a-token-of-sixteen\r\n"));
    assert_string_equal(strstr(seen, "\r\n\r\n") + 4, "[{},{}]");
    post_close(post);
    server_stop(&server);
}

/* Several chunks, and two batches over one struct post. */
static void
test_large_batches(void **state)
{
    (void)state;
    struct server server = {.answer = {TAKEN, TAKEN}};
    server_start(&server);
    struct post *post = open_at(&server, NULL);
    struct buf batch = {0};
    buf_add_str(&batch, STR("["));
    for (int i = 0; i < 60000; i++) {
        buf_printf(&batch, "%s{\"n\":%d}", i ? "," : "", i);
    }
    buf_add_str(&batch, STR("]"));
    for (int i = 0; i < 2; i++) {
        struct post_reply reply;
        struct err err = {{0}};
        assert_int_equal(post_events(post, buf_str(&batch), &reply, &err), POST_TAKEN);
    }
    server_join(&server);
    for (int i = 0; i < 2; i++) {
        const char *body = strstr(server.seen[i].ptr, "\r\n\r\n") + 4;
        assert_int_equal(strlen(body), batch.len);
        assert_memory_equal(body, batch.ptr, batch.len);
        assert_null(strcasestr(server.seen[i].ptr, "authorization:"));
    }
    buf_free(&batch);
    post_close(post);
    server_stop(&server);
}

static void
test_refused_with_its_index(void **state)
{
    (void)state;
    struct server server = {
        .answer = {"HTTP/1.1 400 Bad Request\r\ncontent-length: 50\r\n\r\n"
                   "{\"errors\":[{\"index\":5,\"error\":\"time: no offset\"}]}"}};
    struct server silent = {
        .answer = {"HTTP/1.1 400 Bad Request\r\ncontent-length: 4\r\n\r\noops"}};
    server_start(&server);
    struct post *post = open_at(&server, NULL);
    struct post_reply reply;
    struct err err = {{0}};
    assert_int_equal(post_events(post, STR("[1]"), &reply, &err), POST_REFUSED);
    assert_int_equal(reply.refused_index, 5);
    assert_string_equal(reply.refused, "time: no offset");
    post_close(post);
    server_stop(&server);

    server_start(&silent);
    post = open_at(&silent, NULL);
    assert_int_equal(post_events(post, STR("[1]"), &reply, &err), POST_REFUSED);
    assert_int_equal(reply.refused_index, -1);
    assert_true(reply.refused[0] != '\0');
    post_close(post);
    server_stop(&silent);
}

/* Busy twice and gone once: sent again, the whole of it. */
static void
test_busy_is_tried_again(void **state)
{
    (void)state;
    struct server server = {
        .answer = {"HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n", "",
                   "HTTP/1.1 429 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n", TAKEN}};
    server_start(&server);
    struct post *post = open_at(&server, NULL);
    struct post_reply reply;
    struct err err = {{0}};
    assert_int_equal(post_events(post, STR("[7]"), &reply, &err), POST_TAKEN);
    server_join(&server);
    assert_int_equal(server.served, 4);
    assert_string_equal(strstr(server.seen[3].ptr, "\r\n\r\n") + 4, "[7]");
    post_close(post);
    server_stop(&server);
}

static void
test_rights_are_named(void **state)
{
    (void)state;
    struct server server = {.answer = {"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
                                       "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
                                       "HTTP/1.1 413 Too large\r\ncontent-length: 0\r\n\r\n"}};
    static const char *const words[] = {"token", "write", "too large"};
    server_start(&server);
    struct post *post = open_at(&server, "secret-of-sixteen");
    for (int i = 0; i < 3; i++) {
        struct post_reply reply;
        struct err err = {{0}};
        assert_int_equal(post_events(post, STR("[7]"), &reply, &err), POST_FAILED);
        assert_non_null(strstr(err.text, words[i]));
        assert_null(strstr(err.text, "secret"));
    }
    post_close(post);
    server_stop(&server);
}

static void
test_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "127.0.0.1:8080", "ws://127.0.0.1:8080", "http://", "http://:8080",
        "http://a:0", "http://a:65536", "http://a:x/events"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {{0}};
        assert_null(post_open(bad[i], NULL, NULL, &err));
        assert_true(err.text[0] != '\0');
    }
    static const char *const good[] = {"http://a", "http://a:80/", "http://[::1]:8080/other",
                                       "http://hub.example:9000/events?x=1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err err = {{0}};
        struct post *post = post_open(good[i], NULL, NULL, &err);
        if (!post) {
            fail_msg("%s: %s", good[i], err.text);
        }
        post_close(post);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_large_batches),
        cmocka_unit_test(test_refused_with_its_index),
        cmocka_unit_test(test_busy_is_tried_again),
        cmocka_unit_test(test_rights_are_named),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

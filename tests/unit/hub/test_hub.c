#include "hub_fixture.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "feeds/hub/hub.h"

static struct fixture f;

static int
set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    log_close(f.log);
    f.log = NULL;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static struct hub_config
config(void)
{
    return (struct hub_config){.listen = "127.0.0.1:0", .log = f.path, .profile = &f.profile};
}

/* What GET /healthz answers. */
static int
health(int port)
{
    static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n";
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    char answer[512] = "";
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
    assert_true(read(fd, answer, sizeof answer - 1) > 12);
    close(fd);
    return atoi(answer + 9);
}

struct appender {
    pthread_t thread;
    struct hub *hub;
    int number;
    bool ok;
};

static void *
append(void *arg)
{
    struct appender *a = arg;
    struct arena arena = {0};
    struct err err = {0};
    struct event events[50];
    a->ok = true;
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 50; k++)
            events[k] =
                (struct event){.id = str_from(arena_printf(&arena, "%d-%d-%d", a->number, i, k)),
                               .source = STR("/demo"),
                               .subject = str_from(arena_printf(&arena, "T-%d-%d", a->number, k)),
                               .type = EVENT_EXPEDITED,
                               .type_name = STR("ticket.expedited"),
                               .time_ms = INT64_C(1795395600000) + i};
        a->ok = a->ok && hub_append(a->hub, events, 50, &err);
    }
    arena_free(&arena);
    return NULL;
}

static bool
count(void *user, const struct log_entry *entry)
{
    struct event event;
    struct err err = {0};
    arena_reset(&f.arena);
    assert_true(event_from_json(entry->json, false, &f.arena, &event, &err));
    assert_int_equal(entry->seq, ++*(int64_t *)user);
    return true;
}

static void
test_takes_events_from_threads(void **state)
{
    (void)state;
    struct err err = {0};
    struct hub_config c = config();
    struct hub *hub = hub_start(&c, &err);
    assert_non_null(hub);
    assert_true(hub_port(hub) > 0);
    assert_int_equal(health(hub_port(hub)), 200);
    assert_null(hub_start(&c, &err)); /* the log has its writer */
    struct appender appenders[4];
    for (int i = 0; i < 4; i++) {
        appenders[i] = (struct appender){.hub = hub, .number = i};
        assert_int_equal(pthread_create(&appenders[i].thread, NULL, append, &appenders[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(appenders[i].thread, NULL);
        assert_true(appenders[i].ok);
    }
    hub_stop(hub);
    int64_t seen = 0;
    f.log = log_open(f.path, LOG_READ, &err);
    assert_non_null(f.log);
    assert_true(log_each(f.log, 0, INT64_MAX, count, &seen, &err));
    assert_int_equal(seen, 4 * 20 * 50);
    hub = hub_start(&c, &err); /* and once more on the same log */
    assert_non_null(hub);
    hub_stop(hub);
    hub_stop(NULL);
}

static void
refused(struct hub_config c, const char *why)
{
    struct err err = {0};
    assert_null(hub_start(&c, &err));
    if (!strstr(err.text, why))
        fail_msg("expected \"%s\", got \"%s\"", why, err.text);
}

static void
test_refuses_wrong_configurations(void **state)
{
    (void)state;
    struct hub_config c = config();
    c.listen = "0.0.0.0:0";
    refused(c, "token file");
    c.listen = "8080";
    refused(c, "ADDRESS:PORT");
    c.listen = "127.0.0.1:99999";
    refused(c, "ADDRESS:PORT");
    c.listen = "example.invalid:80";
    refused(c, "IP address");
    c = config();
    c.tls_cert = "/nonexistent.pem";
    refused(c, "both");
    c.tls_key = "/nonexistent.pem";
    refused(c, "certificate");
    c = config();
    c.tokens = "/nonexistent.yaml";
    refused(c, "/nonexistent.yaml");
    c = config();
    c.directory = "/nonexistent.yaml";
    refused(c, "/nonexistent.yaml");
    c = config();
    c.log = "/nonexistent/t.db";
    refused(c, "/nonexistent");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_takes_events_from_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_wrong_configurations, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

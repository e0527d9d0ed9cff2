#include "hub_fixture.h"

#include "feeds/hub/session.h"
#include "wall/base/hash.h"

static struct fixture f;
static struct session_feed feed;
static struct session *session;
static struct session_now now;
static struct arena arena;
static struct message m; /* the last message got */
static struct buf bytes;
static struct intake_job *submitted;
static bool is_busy;

static uint32_t s1[1];
static struct str codes[] = {{"S01", 3}};
static struct tokens_entry everything = {
    .everywhere = true, .rights = TOKENS_READ | TOKENS_PUBLISH, .expires_ms = INT64_MAX};
static struct tokens_entry one_street = {.streets = codes,
                                         .streets_count = 1,
                                         .rights = TOKENS_READ | TOKENS_PUBLISH,
                                         .expires_ms = INT64_MAX};

static bool
submit(void *user, struct intake_job *job)
{
    (void)user;
    if (is_busy)
        return false;
    assert_null(submitted);
    submitted = job;
    return true;
}

static int
set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    memset(&feed, 0, sizeof feed);
    feed.state = f.state;
    feed.folder = f.folder;
    feed.submit = submit;
    now = (struct session_now){.mono_ms = 1000, .wall_ms = INT64_C(1795395600000)};
    session = NULL;
    submitted = NULL;
    is_busy = false;
    s1[0] = state_street(f.state, codes[0]);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    session_close(session);
    intake_job_free(submitted);
    f.recent = feed.recent; /* the feed's copy has grown */
    feed.recent = (struct recent){0};
    session_feed_free(&feed);
    fixture_close(&f);
    arena_free(&arena);
    buf_free(&bytes);
    return 0;
}

/* The feed and the fixture share one list of recent changes. */
static struct state_change
event(const char *type, const char *subject, int minutes, const char *data)
{
    f.recent = feed.recent;
    session_feed_before(&feed, str_from(subject));
    struct state_change change = fixture_event(&f, type, subject, minutes, data);
    feed.recent = f.recent;
    return change;
}

static struct state_change
reg(const char *subject, int minutes, const char *street)
{
    f.recent = feed.recent;
    session_feed_before(&feed, str_from(subject));
    struct state_change change = fixture_register(&f, subject, minutes, street);
    feed.recent = f.recent;
    return change;
}

static void
say(const char *text)
{
    session_take(session, MESSAGE_JSON, str_from(text), now);
}

static void
connect_as(const struct tokens_entry *token, const char *hello)
{
    session_close(session);
    session = session_open(&feed, MESSAGE_JSON, token, 7, now);
    if (hello)
        say(hello);
}

/* The next message, decoded into m; what it is. */
static enum message_kind
next(void)
{
    struct err err = {0};
    buf_clear(&bytes);
    while (session_feed_builds(&feed))
        session_feed_build(&feed);
    enum session_next what = session_next(session, now, &bytes);
    if (what != SESSION_MESSAGE) {
        assert_int_equal(bytes.len, 0);
        return MESSAGE_UNKNOWN;
    }
    assert_true(bytes.len <= MESSAGE_MAX_BYTES);
    arena_reset(&arena);
    if (message_decode(MESSAGE_JSON, buf_str(&bytes), &arena, &m, &err) != MESSAGE_OK)
        fail_msg("%s", err.text);
    return m.kind;
}

static void
expect_bye(enum message_bye reason)
{
    assert_int_equal(next(), MESSAGE_GOODBYE);
    assert_int_equal(m.goodbye.reason, reason);
    buf_clear(&bytes);
    assert_int_equal(session_next(session, now, &bytes), SESSION_CLOSE);
    assert_string_equal(session_reason(session), message_bye_name(reason));
}

#define HELLO "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"w\",\"node\":\"n\"}"

/* Connects and reads up to the first heartbeat. */
static void
synced(const struct tokens_entry *token)
{
    connect_as(token, HELLO);
    assert_int_equal(next(), MESSAGE_WELCOME);
    assert_int_equal(m.welcome.mode, MESSAGE_MODE_SNAPSHOT);
    while (next() == MESSAGE_SNAPSHOT)
        ;
    assert_int_equal(m.kind, MESSAGE_HEARTBEAT);
}

static const char *
ids(void)
{
    static char text[512];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < m.happened.events.count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%.*s ",
                                STR_ARG(m.happened.events.events[i].id));
    return text;
}

static void
test_snapshot_then_events(void **state)
{
    (void)state;
    reg("T-1", 0, "S01");
    event("ticket.accepted", "T-1", 2, "{}");
    connect_as(&everything, HELLO);
    assert_int_equal(next(), MESSAGE_WELCOME);
    assert_int_equal(m.welcome.seq, 2);
    assert_true(str_is(m.welcome.log, log_name(f.log)));
    assert_int_equal(m.welcome.time_ms, now.wall_ms);
    assert_int_equal(next(), MESSAGE_SNAPSHOT);
    assert_int_equal(m.snapshot.seq, 2);
    assert_int_equal(m.snapshot.part, 1);
    assert_int_equal(m.snapshot.parts, 1);
    assert_int_equal(m.snapshot.rows_count, 1);
    assert_int_equal(m.snapshot.rows[0].milestones_count, 2);
    reg("T-2", 3, "S02"); /* behind the snapshot, before its heartbeat */
    assert_int_equal(next(), MESSAGE_HEARTBEAT);
    assert_int_equal(m.heartbeat.seq, 2);
    assert_int_equal(m.heartbeat.tickets, 1);
    assert_true(m.heartbeat.digest == hash_fnv1a64(STR("T-1|2|1795395720000")));
    assert_int_equal(next(), MESSAGE_EVENTS);
    assert_int_equal(m.happened.prev, 2);
    assert_int_equal(m.happened.seq, 3);
    assert_string_equal(ids(), "e3 ");
    assert_int_equal(next(), MESSAGE_UNKNOWN);

    /* At most 60 messages a second: what comes within 17 ms goes together. */
    event("ticket.accepted", "T-2", 4, "{}");
    event("ticket.resolved", "T-2", 5, "{}");
    assert_int_equal(next(), MESSAGE_UNKNOWN);
    assert_true(session_wake_ms(session, now) <= now.mono_ms + SESSION_EVENTS_MS);
    now.mono_ms += SESSION_EVENTS_MS;
    assert_true(session_has_something(session, now));
    assert_int_equal(next(), MESSAGE_EVENTS);
    assert_int_equal(m.happened.prev, 3);
    assert_int_equal(m.happened.seq, 5);
    assert_string_equal(ids(), "e4 e5 ");
    assert_false(session_has_something(session, now));

    now.mono_ms += SESSION_BEAT_MS;
    assert_int_equal(next(), MESSAGE_HEARTBEAT);
    assert_int_equal(m.heartbeat.seq, 5);
    assert_int_equal(m.heartbeat.tickets, 2);
    assert_int_equal(next(), MESSAGE_UNKNOWN);
}

static void
test_hello_rules(void **state)
{
    (void)state;
    connect_as(&everything, NULL);
    session_tick(session, now, 0);
    assert_int_equal(next(), MESSAGE_UNKNOWN);
    now.mono_ms += SESSION_HELLO_MS;
    session_tick(session, now, 0);
    expect_bye(MESSAGE_PROTOCOL_ERROR);

    const char *const bad[] = {"{\"kind\":\"hello\",\"protocol\":2,\"wall\":\"w\"}",
                               "{\"kind\":\"resync\"}",
                               "{\"kind\":\"fireworks\"}",
                               "{\"kind\":\"hello\"}",
                               "hello",
                               "[]",
                               "\"\xff\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        connect_as(&everything, bad[i]);
        expect_bye(MESSAGE_PROTOCOL_ERROR);
    }
    synced(&everything);
    say("{\"kind\":\"fireworks\"}");
    assert_int_equal(next(), MESSAGE_UNKNOWN);
    assert_int_equal(feed.counts.unknown_kinds, 1);
    say(HELLO);
    expect_bye(MESSAGE_PROTOCOL_ERROR);
}

static void
resume_at(const struct tokens_entry *token, const char *log, long seq)
{
    char hello[256];
    snprintf(hello, sizeof hello,
             "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"w\",\"node\":\"n\",\"resume\":{\"log\":"
             "\"%s\",\"seq\":%ld}}",
             log, seq);
    connect_as(token, hello);
    assert_int_equal(next(), MESSAGE_WELCOME);
}

static void
test_resume(void **state)
{
    (void)state;
    event("ticket.accepted", "T-2", 1, "{}");
    reg("T-1", 0, "S01");
    reg("T-2", 0, "S01");
    event("ticket.accepted", "T-1", 1, "{}");
    for (int pass = 0; pass < 2; pass++) {
        resume_at(&everything, log_name(f.log), 2);
        assert_int_equal(m.welcome.mode, MESSAGE_MODE_RESUME);
        assert_int_equal(next(), MESSAGE_EVENTS);
        assert_int_equal(m.happened.prev, 2);
        assert_int_equal(m.happened.seq, 4);
        assert_string_equal(ids(), "e3 e1 e4 "); /* the held one goes with its registration */
        assert_int_equal(next(), MESSAGE_HEARTBEAT);
        assert_int_equal(m.heartbeat.seq, 4);
        recent_free(&feed.recent); /* the second time from the log */
    }
    resume_at(&everything, log_name(f.log), 4);
    assert_int_equal(m.welcome.mode, MESSAGE_MODE_RESUME);
    assert_int_equal(next(), MESSAGE_HEARTBEAT);
    resume_at(&everything, "0000000000000000", 2);
    assert_int_equal(m.welcome.mode, MESSAGE_MODE_SNAPSHOT);
    resume_at(&everything, log_name(f.log), 5);
    assert_int_equal(m.welcome.mode, MESSAGE_MODE_SNAPSHOT);
    assert_int_equal(next(), MESSAGE_SNAPSHOT);
}

static void
test_scope(void **state)
{
    (void)state;
    reg("T-1", 0, "S01");
    reg("T-2", 0, "S02");
    synced(&one_street);
    assert_int_equal(m.heartbeat.tickets, 1);
    event("ticket.accepted", "T-2", 1, "{}");
    assert_int_equal(next(), MESSAGE_EVENTS); /* nothing for it, but the cursor moves */
    assert_int_equal(m.happened.seq, 3);
    assert_int_equal(m.happened.events.count, 0);
    now.mono_ms += SESSION_EVENTS_MS;

    event("ticket.amended", "T-2", 2, "{'street':'S01'}");
    assert_int_equal(next(), MESSAGE_EVENTS);
    assert_string_equal(ids(), "e2 e3 e4 "); /* it comes whole */
    now.mono_ms += SESSION_EVENTS_MS;
    event("ticket.amended", "T-1", 2, "{'street':'S02'}");
    event("ticket.accepted", "T-1", 3, "{}");
    assert_int_equal(next(), MESSAGE_EVENTS);
    assert_int_equal(m.happened.events.count, 0);
    assert_int_equal(m.happened.left_count, 1);
    assert_true(str_is(m.happened.left[0], "T-1"));
    now.mono_ms += SESSION_EVENTS_MS;

    event("ticket.removed", "T-1", 4, "{}"); /* not its ticket any more */
    event("ticket.removed", "T-2", 4, "{}");
    assert_int_equal(next(), MESSAGE_EVENTS);
    assert_string_equal(ids(), "e8 ");
    assert_int_equal(m.happened.left_count, 0);
}

static void
test_since(void **state)
{
    (void)state;
    reg("OLD", 0, "S01");
    reg("NEW", 60, "S01");
    connect_as(&everything, "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"w\",\"node\":\"n\","
                            "\"since_ms\":1795397400000}"); /* minute 30 */
    assert_int_equal(next(), MESSAGE_WELCOME);
    assert_int_equal(next(), MESSAGE_SNAPSHOT);
    assert_int_equal(m.snapshot.rows_count, 1);
    assert_int_equal(next(), MESSAGE_HEARTBEAT);
    assert_int_equal(m.heartbeat.tickets, 1);
    event("ticket.accepted", "OLD", 10, "{}"); /* still too old */
    event("ticket.accepted", "NEW", 61, "{}");
    assert_int_equal(next(), MESSAGE_EVENTS);
    assert_string_equal(ids(), "e4 ");
    now.mono_ms += SESSION_EVENTS_MS;
    event("ticket.resolved", "OLD", 40, "{}"); /* now it comes, whole */
    assert_int_equal(next(), MESSAGE_EVENTS);
    assert_string_equal(ids(), "e1 e3 e5 ");
    now.mono_ms += SESSION_BEAT_MS;
    assert_int_equal(next(), MESSAGE_HEARTBEAT);
    assert_int_equal(m.heartbeat.tickets, 2);
}

#define ALARM(id, subject)                                                                         \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"/w\",\"type\":\"alarm."               \
    "acknowledged\",\"subject\":\"" subject                                                        \
    "\",\"time\":\"2026-11-23T09:00:00+08:00\",\"data\":{\"stage\":\"accept\",\"by\":\"x\"}}"
#define PUBLISH(events) "{\"kind\":\"publish\",\"ref\":\"r1\",\"events\":[" events "]}"

static void
refused(const char *text, enum message_refusal reason)
{
    say(text);
    assert_null(submitted);
    assert_int_equal(next(), MESSAGE_REFUSED);
    assert_true(str_is(m.refused.ref, "r1"));
    assert_int_equal(m.refused.reason, reason);
}

static void
test_publish(void **state)
{
    (void)state;
    reg("T-1", 0, "S01");
    reg("T-2", 0, "S02");
    synced(&everything);
    say(PUBLISH(ALARM("a1", "T-1")));
    assert_non_null(submitted);
    assert_int_equal(submitted->asker, 7);
    assert_int_equal(submitted->count, 1);
    assert_true(submitted->events[0].json.len > 0);
    assert_int_equal(next(), MESSAGE_UNKNOWN); /* nothing is confirmed before it is logged */
    submitted->result = INTAKE_LOGGED;
    submitted->head = 3;
    session_published(session, submitted);
    assert_int_equal(next(), MESSAGE_PUBLISHED);
    assert_true(str_is(m.published.ref, "r1"));
    assert_int_equal(m.published.seq, 3);
    submitted->result = INTAKE_FAILED;
    session_published(session, submitted);
    assert_int_equal(next(), MESSAGE_REFUSED);
    assert_int_equal(m.refused.reason, MESSAGE_OVERLOADED);
    intake_job_free(submitted);
    submitted = NULL;

    refused("{\"kind\":\"publish\",\"ref\":\"r1\",\"events\":[{}]}", MESSAGE_INVALID);
    refused(PUBLISH("{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/w\",\"type\":\"ticket."
                    "expedited\",\"subject\":\"T-1\",\"time\":\"2026-11-23T09:00:00Z\"}"),
            MESSAGE_NOT_ALLOWED);
    struct buf many = {0};
    buf_printf(&many, "{\"kind\":\"publish\",\"ref\":\"r1\",\"events\":[");
    for (int i = 0; i < 1001; i++)
        buf_printf(&many, i ? "," ALARM("a", "T-1") : ALARM("a", "T-1"));
    buf_printf(&many, "]}");
    refused(many.ptr, MESSAGE_TOO_LARGE);
    buf_free(&many);
    is_busy = true;
    refused(PUBLISH(ALARM("a2", "T-1")), MESSAGE_OVERLOADED);
    is_busy = false;

    synced(&one_street);
    refused(PUBLISH(ALARM("a3", "T-2")), MESSAGE_NOT_ALLOWED);
    refused(PUBLISH(ALARM("a3", "T-1") "," ALARM("a4", "T-2")), MESSAGE_NOT_ALLOWED);
    refused(PUBLISH(ALARM("a3", "T-77")), MESSAGE_NOT_ALLOWED);
    struct tokens_entry reader = everything;
    reader.rights = TOKENS_READ;
    synced(&reader);
    refused(PUBLISH(ALARM("a5", "T-1")), MESSAGE_NOT_ALLOWED);
    session_close(session);
    session = NULL;
}

static void
test_resync(void **state)
{
    (void)state;
    reg("T-1", 0, "S01");
    synced(&everything);
    say("{\"kind\":\"resync\"}");
    say("{\"kind\":\"resync\"}");
    assert_int_equal(next(), MESSAGE_SNAPSHOT);
    assert_int_equal(next(), MESSAGE_HEARTBEAT);
    assert_int_equal(next(), MESSAGE_UNKNOWN);
    assert_int_equal(feed.counts.snapshots, 2);
}

static void
test_slow_consumer(void **state)
{
    (void)state;
    reg("T-1", 0, "S01");
    synced(&everything);
    static char text[100000];
    memset(text, 'x', sizeof text);
    int64_t seq = 1;
    for (int i = 0; i < 83; i++) {
        struct state_change change = {
            .seq = ++seq, .subject = STR("T-1"), .json = {text, sizeof text}};
        recent_add(&feed.recent, &change);
    }
    session_tick(session, now, 60000); /* 8.3 MB: not more than 8 MiB yet */
    assert_false(session_is_leaving(session));
    struct state_change change = {.seq = ++seq, .subject = STR("T-1"), .json = {text, sizeof text}};
    recent_add(&feed.recent, &change);
    session_tick(session, now, 0); /* much, but its socket takes it */
    assert_false(session_is_leaving(session));
    session_tick(session, now, 60000);
    expect_bye(MESSAGE_SLOW_CONSUMER);
}

static void
test_token_expires(void **state)
{
    (void)state;
    struct tokens_entry short_lived = everything;
    short_lived.expires_ms = now.wall_ms + 1000;
    synced(&short_lived);
    session_tick(session, now, 0);
    assert_false(session_is_leaving(session));
    now.wall_ms += 1000;
    session_tick(session, now, 0);
    expect_bye(MESSAGE_TOKEN_EXPIRED);
    session_close(session);
    session = NULL;
}

/* A ticket whose events do not fit into one message comes in several; the cursor moves with the
 * last. So does one whose row does not fit into a snapshot's part, behind the parts. */
static void
test_long_tickets(void **state)
{
    (void)state;
    char data[700];
    int len = snprintf(data, sizeof data, "{'reason':'");
    for (int i = 0; i < 199; i++)
        len += snprintf(data + len, sizeof data - (size_t)len, "\xe4\xb8\xad");
    snprintf(data + len, sizeof data - (size_t)len, "'}");
    reg("T-1", 0, "S02");
    for (int i = 0; i < 900; i++)
        event("ticket.returned", "T-1", i + 1, data);
    synced(&one_street);
    event("ticket.amended", "T-1", 2000, "{'street':'S01'}");
    size_t events = 0;
    int messages = 0;
    do {
        assert_int_equal(next(), MESSAGE_EVENTS);
        assert_int_equal(m.happened.prev, 901);
        events += m.happened.events.count;
        messages++;
        now.mono_ms += SESSION_EVENTS_MS;
    } while (m.happened.seq == 901);
    assert_int_equal(m.happened.seq, 902);
    assert_int_equal(events, 902);
    assert_true(messages > 2);

    connect_as(&one_street, HELLO);
    assert_int_equal(next(), MESSAGE_WELCOME);
    assert_int_equal(next(), MESSAGE_SNAPSHOT);
    assert_int_equal(m.snapshot.rows_count, 0);
    events = 0;
    while (next() == MESSAGE_EVENTS) {
        assert_int_equal(m.happened.seq, 902);
        assert_int_equal(m.happened.prev, 902);
        events += m.happened.events.count;
        now.mono_ms += SESSION_EVENTS_MS;
    }
    assert_int_equal(events, 902);
    assert_int_equal(m.kind, MESSAGE_HEARTBEAT);
    assert_int_equal(m.heartbeat.tickets, 1);
}

/* A snapshot that is made while tickets change shows them as they were when it began, whether the
 * walk had been at them or not; what happened since comes as events. */
static void
test_snapshot_while_tickets_change(void **state)
{
    (void)state;
    enum { TICKETS = 1500 };
    char number[16];
    for (int pass = 0; pass < 2; pass++) {
        const struct tokens_entry *token = pass ? &one_street : &everything;
        int64_t head = state_head(f.state);
        for (int i = 0; i < TICKETS; i++) {
            snprintf(number, sizeof number, "W%d-%d", pass, i);
            reg(number, i, i % 2 ? "S01" : "S02");
        }
        head += TICKETS;
        connect_as(token, HELLO);
        session_feed_build(&feed); /* the first tickets are written */
        assert_true(session_feed_builds(&feed));
        uint64_t before = 0, digest = 0;
        const struct state_scope all = {.everywhere = true};
        const struct state_scope one = {.streets = s1, .streets_count = 1};
        state_digest(f.state, pass ? &one : &all, INT64_MIN, &before, &digest);
        for (int i = 3; i < TICKETS; i += 61) {
            snprintf(number, sizeof number, "W%d-%d", pass, i);
            event("ticket.accepted", number, i, "{}");
            event("ticket.resolved", number, i + 1, "{}");
            if (i % 7 == 0)
                event("ticket.amended", number, i + 2,
                      i % 2 ? "{'street':'S02'}" : "{'street':'S01'}");
            if (i % 11 == 0)
                event("ticket.removed", number, i + 2, "{}");
            if (i % 200 < 61)
                session_feed_build(&feed);
        }
        reg(pass ? "NEW-1" : "NEW-0", 5, "S01");
        assert_int_equal(next(), MESSAGE_WELCOME);
        size_t rows = 0;
        while (next() == MESSAGE_SNAPSHOT) {
            assert_int_equal(m.snapshot.seq, head);
            rows += m.snapshot.rows_count;
            for (size_t i = 0; i < m.snapshot.rows_count; i++) {
                if (str_starts(m.snapshot.rows[i].ticket, pass ? "W1-" : "W0-"))
                    assert_int_equal(m.snapshot.rows[i].milestones_count, 1);
            }
        }
        assert_int_equal(m.kind, MESSAGE_HEARTBEAT);
        assert_int_equal(m.heartbeat.seq, head);
        assert_int_equal(rows, before);
        assert_int_equal(m.heartbeat.tickets, before);
        assert_true(m.heartbeat.digest == digest);
        assert_int_equal(next(), MESSAGE_EVENTS);
        assert_int_equal(m.happened.prev, head);
        assert_int_equal(m.happened.seq, state_head(f.state));
    }
}

static void
test_shutdown(void **state)
{
    (void)state;
    reg("T-1", 0, "S01");
    synced(&everything);
    event("ticket.accepted", "T-1", 1, "{}");
    session_goodbye(session, MESSAGE_SHUTDOWN, 2000, "bye");
    session_goodbye(session, MESSAGE_SLOW_CONSUMER, 2000, "the first reason stands");
    say("{\"kind\":\"resync\"}");
    assert_true(session_has_something(session, now));
    assert_int_equal(next(), MESSAGE_GOODBYE);
    assert_int_equal(m.goodbye.reason, MESSAGE_SHUTDOWN);
    assert_int_equal(m.goodbye.retry_after_ms, 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_snapshot_then_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hello_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_resume, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scope, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_since, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_publish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_resync, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slow_consumer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_token_expires, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_tickets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_snapshot_while_tickets_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shutdown, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

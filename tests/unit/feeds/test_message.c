/* The messages: every kind there and back in both encodings, and what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <msgpack.h>

#include "feeds/message.h"
#include "feeds/value.h"
#include "feeds/writer.h"
#include "wall/base/hash.h"

static struct arena arena;

/* The same object in MessagePack. */
static struct str
to_pack(struct str json)
{
    struct value_doc doc;
    struct value root;
    struct err err;
    struct buf out = {0};
    struct writer writer = writer_to(&out, true);
    if (!value_parse_json(json, VALUE_MAX_DEPTH, true, &doc, &root, &err)) {
        fail_msg("%s: %.*s", err.text, STR_ARG(json));
    }
    value_write(&root, &writer);
    value_finish(&doc);
    struct str kept = arena_str(&arena, buf_str(&out));
    buf_free(&out);
    return kept;
}

/* Another implementation reads it to its last byte. */
static void
check_by_library(struct str bytes)
{
    msgpack_zone zone;
    msgpack_object object;
    size_t at = 0;
    assert_true(msgpack_zone_init(&zone, 4096));
    msgpack_unpack_return result = msgpack_unpack(bytes.ptr, bytes.len, &at, &zone, &object);
    assert_int_equal(result, MSGPACK_UNPACK_SUCCESS);
    assert_int_equal(object.type, MSGPACK_OBJECT_MAP);
    msgpack_zone_destroy(&zone);
}

static struct message
decode(enum message_format format, struct str bytes)
{
    struct message out;
    struct err err = {0};
    if (message_decode(format, bytes, &arena, &out, &err) != MESSAGE_OK) {
        fail_msg("%s (format %d)", err.text, (int)format);
    }
    return out;
}

static struct str
encode(enum message_format format, const struct message *message)
{
    struct buf out = {0};
    message_encode(format, message, &out);
    struct str kept = arena_str(&arena, buf_str(&out));
    buf_free(&out);
    return kept;
}

/* The text decodes, and reads back as itself through either encoding. */
static struct message
check_round_trip(const char *json)
{
    struct message first = decode(MESSAGE_JSON, str_from(json));
    if (!str_is(encode(MESSAGE_JSON, &first), json)) {
        fail_msg("wrote %s\nfor %s", encode(MESSAGE_JSON, &first).ptr, json);
    }
    struct str packed = encode(MESSAGE_PACK, &first);
    check_by_library(packed);
    struct message second = decode(MESSAGE_PACK, packed);
    assert_true(str_is(encode(MESSAGE_JSON, &second), json));
    assert_int_equal(second.unknown_fields, first.unknown_fields);
    assert_int_equal(second.unknown_types + first.unknown_types, 0);
    assert_int_equal(second.invalid_events + first.invalid_events, 0);
    assert_true(str_eq(encode(MESSAGE_PACK, &second), packed));
    return second;
}

#define EVENT(id, type, data)                                                                      \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"/bj/1\",\"type\":\"" type             \
    "\",\"subject\":\"SJS-1\",\"time\":\"2026-11-23T09:41:27.120+08:00\","                         \
    "\"datacontenttype\":\"application/json\",\"data\":" data "}"
#define REGISTERED                                                                                 \
    EVENT(                                                                                         \
        "e1", "ticket.registered",                                                                 \
        "{\"channel\":\"12345\",\"category\":\"heating\",\"street\":\"S01\",\"lon\":116.1234567,"  \
        "\"lat\":39.9,\"summary\":\"暖气\\\"不热\\\"\"}")
#define ACKNOWLEDGED EVENT("a1", "alarm.acknowledged", "{\"by\":\"duty\",\"stage\":\"accept\"}")
#define COMMITTED                                                                                  \
    EVENT("m1", "meeting.committed", "{\"unit\":\"U1\",\"due_ms\":5,\"text\":\"三天内修好\"}")

static void
test_wall_to_hub(void **state)
{
    (void)state;
    struct message m = check_round_trip(
        "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"hall\",\"node\":\"pc-1\","
        "\"resume\":{\"log\":\"L1\",\"seq\":9007199254740991},\"since_ms\":1795398087120}");
    assert_true(m.hello.has_resume && m.hello.has_since);
    assert_true(str_is(m.hello.resume_log, "L1"));
    assert_int_equal(m.hello.resume_seq, 9007199254740991);
    m = check_round_trip("{\"kind\":\"hello\",\"protocol\":2,\"wall\":\"hall\",\"node\":\"\"}");
    assert_int_equal(m.hello.protocol, 2); /* the hub's to refuse, with a goodbye */
    assert_false(m.hello.has_resume || m.hello.has_since);
    m = check_round_trip("{\"kind\":\"publish\",\"ref\":\"r1\",\"events\":[" ACKNOWLEDGED
                         "," COMMITTED "]}");
    assert_int_equal(m.publish.entries, 2);
    assert_int_equal(m.publish.events.count, 2);
    assert_int_equal(m.publish.error.len, 0);
    assert_true(str_is(m.publish.events.events[0].json, ACKNOWLEDGED));
    check_round_trip("{\"kind\":\"resync\"}");
    m = check_round_trip(
        "{\"kind\":\"status\",\"wall\":\"hall\",\"node\":\"pc-1\",\"scene\":\"district-daily\","
        "\"seq\":7,\"frame\":99,\"frame_ms\":16,\"offset_ms\":-12,\"stale\":true,\"faults\":{"
        "\"unknown_kinds\":1,\"unknown_types\":2,\"unknown_fields\":3,\"invalid_events\":4,"
        "\"bad_messages\":5,\"gaps\":6,\"divergences\":7,\"resyncs\":8,\"reconnects\":9},"
        "\"thumbnail\":\"iVBORw0KGgo=\"}");
    assert_int_equal(m.status.offset_ms, -12);
    assert_int_equal(m.status.faults.reconnects, 9);
    arena_free(&arena);
}

static void
test_hub_to_wall(void **state)
{
    (void)state;
    struct message m = check_round_trip(
        "{\"kind\":\"welcome\",\"protocol\":1,\"log\":\"L1\",\"seq\":5,\"time_ms\":1795398087120,"
        "\"mode\":\"snapshot\",\"directory\":{\"streets\":{\"S01\":{\"name\":\"八宝山街道\"}},"
        "\"communities\":{\"C1\":{\"name\":\"第一社区\",\"street\":\"S01\"}},"
        "\"units\":{\"U1\":{\"name\":\"城管委\",\"kind\":\"department\"}},"
        "\"categories\":{\"heating\":{\"name\":\"供暖\",\"parent\":null},"
        "\"pipe\":{\"name\":\"管道\",\"parent\":\"heating\"}},"
        "\"channels\":{\"12345\":{\"name\":\"热线\"}}}}");
    const struct message_directory *d = &m.welcome.directory;
    assert_int_equal(m.welcome.mode, MESSAGE_MODE_SNAPSHOT);
    assert_int_equal(d->categories_count, 2);
    assert_true(str_is(d->communities[0].parent, "S01"));
    assert_true(str_is(d->units[0].kind, "department"));
    assert_true(str_is(d->categories[1].parent, "heating") && d->categories[0].parent.len == 0);
    check_round_trip("{\"kind\":\"welcome\",\"protocol\":1,\"log\":\"L\",\"seq\":0,\"time_ms\":0,"
                     "\"mode\":\"resume\",\"directory\":{}}");
    m = check_round_trip("{\"kind\":\"events\",\"prev\":4,\"seq\":6,\"events\":[" REGISTERED
                         "," ACKNOWLEDGED "],\"left\":[\"SJS-2\"]}");
    assert_int_equal(m.happened.prev, 4);
    assert_int_equal(m.happened.events.count, 2);
    assert_int_equal(m.happened.left_count, 1);
    check_round_trip("{\"kind\":\"events\",\"prev\":4,\"seq\":4,\"events\":[]}");
    m = check_round_trip("{\"kind\":\"heartbeat\",\"seq\":5,\"time_ms\":6,\"tickets\":7,"
                         "\"digest\":\"0123456789abcdef\"}");
    assert_true(m.heartbeat.digest == UINT64_C(0x0123456789abcdef));
    check_round_trip("{\"kind\":\"directory\",\"directory\":{\"channels\":{\"a\":{\"name\":\"b\"}}"
                     "}}");
    m = check_round_trip(
        "{\"kind\":\"board\",\"at_ms\":5,\"rates\":[{\"window\":\"today\",\"by\":\"city\","
        "\"group\":\"street\",\"code\":\"S01\",\"received\":1,\"resolved\":2,\"resolved_late\":3,"
        "\"effective\":4,\"responded\":5,\"solved\":6,\"satisfied\":7,\"basic\":8,\"response\":0.5,"
        "\"resolution\":0.97435897435897434,\"satisfaction\":null,\"composite\":97.0,\"rank\":1},"
        "{\"window\":\"today\",\"by\":\"city\",\"group\":\"street\",\"code\":\"S02\",\"received\":"
        "0,"
        "\"resolved\":0,\"resolved_late\":0,\"effective\":0,\"responded\":0,\"solved\":0,"
        "\"satisfied\":0,\"basic\":0,\"response\":null,\"resolution\":null,\"satisfaction\":null,"
        "\"composite\":null,\"rank\":null}]}");
    assert_int_equal(m.board.rates_count, 2);
    assert_true(isnan(m.board.rates[0].satisfaction));
    assert_true(m.board.rates[0].resolution >= 38.0 / 39 &&
                m.board.rates[0].resolution <= 38.0 / 39);
    assert_int_equal(m.board.rates[1].rank, 0);
    check_round_trip("{\"kind\":\"control\",\"wall\":\"hall\",\"present_ms\":5,\"scene\":\"duty\","
                     "\"moment\":{\"mode\":\"live\"},\"focus\":null}");
    m = check_round_trip("{\"kind\":\"control\",\"wall\":\"hall\",\"present_ms\":5,"
                         "\"scene\":\"duty\",\"moment\":{\"mode\":\"replay\",\"at_ms\":9,"
                         "\"speed\":2.5},\"focus\":{\"street\":\"S01\"}}");
    assert_int_equal(m.control.moment, MESSAGE_REPLAY);
    assert_true(str_is(m.control.focus_street, "S01"));
    check_round_trip("{\"kind\":\"published\",\"ref\":\"r1\",\"seq\":8}");
    m = check_round_trip("{\"kind\":\"refused\",\"ref\":\"r1\",\"reason\":\"too-large\","
                         "\"message\":\"at most 1000\"}");
    assert_int_equal(m.refused.reason, MESSAGE_TOO_LARGE);
    m = check_round_trip("{\"kind\":\"goodbye\",\"reason\":\"slow-consumer\","
                         "\"retry_after_ms\":5000,\"message\":\"\"}");
    assert_int_equal(m.goodbye.reason, MESSAGE_SLOW_CONSUMER);
    arena_free(&arena);
}

static void
test_snapshot(void **state)
{
    (void)state;
    struct message m = check_round_trip(
        "{\"kind\":\"snapshot\",\"seq\":9,\"part\":2,\"parts\":2,\"columns\":[\"ticket\","
        "\"channel\",\"category\",\"kind\",\"street\",\"community\",\"lon\",\"lat\",\"urgency\","
        "\"confidential\",\"summary\",\"milestones\"],\"tickets\":["
        "[\"SJS-1\",\"12345\",\"heating\",\"help\",\"S01\",\"C1\",116.1234567,39.9,\"urgent\","
        "true,\"暖气\",[[\"registered\",1000],[\"dispatched\",2000,{\"unit\":\"U1\","
        "\"mode\":\"internal\",\"due_ms\":5000}],[\"whistled\",3000,{\"units\":[\"U1\",\"U2\"]}]"
        ",[\"accepted\",3000]]],"
        "[\"SJS-2\",\"web\",\"parking\",null,\"S02\",null,null,null,\"normal\",false,null,"
        "[[\"registered\",1000,{\"channel\":\"web\",\"category\":\"x\",\"street\":\"S02\"}],"
        "[\"amended\",2000,{\"category\":\"parking\",\"community\":null,\"more\":[1]}]]]],"
        "\"alarms\":[" ACKNOWLEDGED "],\"commitments\":[" COMMITTED "]}");
    const struct message_snapshot *s = &m.snapshot;
    assert_int_equal(s->rows_count, 2);
    assert_int_equal(s->alarms.count + s->commitments.count, 2);
    const struct event_ticket *row = &s->rows[0];
    assert_true(str_is(row->ticket, "SJS-1") && str_is(row->fields.summary, "暖气"));
    assert_int_equal(row->fields.kind, EVENT_HELP);
    assert_int_equal(row->fields.urgency, EVENT_URGENT);
    assert_true(row->fields.confidential && (row->fields.has & EVENT_F_PLACE));
    assert_int_equal(row->milestones_count, 4);
    assert_int_equal(row->milestones[1].data->due_ms, 5000);
    assert_int_equal(row->milestones[2].data->units_count, 2);
    assert_int_equal(row->milestones[1].type, EVENT_DISPATCHED);
    row = &s->rows[1];
    assert_int_equal(row->fields.has & (EVENT_F_PLACE | EVENT_F_KIND | EVENT_F_COMMUNITY), 0);
    assert_int_equal(row->milestones[1].data->cleared, EVENT_F_COMMUNITY);
    assert_true(str_is(row->milestones[1].data->extra, "{\"more\":[1]}"));
    arena_free(&arena);
}

/* Columns in another order, an unknown one, unknown and invalid milestones. */
static void
test_snapshot_columns(void **state)
{
    (void)state;
    struct str json =
        STR("{\"kind\":\"snapshot\",\"seq\":9,\"part\":1,\"parts\":2,\"columns\":[\"milestones\","
            "\"mood\",\"street\",\"category\",\"channel\",\"summary\",\"ticket\"],\"tickets\":[["
            "[[\"registered\",1],[\"painted\",2,{}],[\"extended\",3],[\"accepted\",-5,null]],"
            "{\"x\":1},\"S\",\"c\",\"h\",\"电话13812345678\",\"T-1\"]]}");
    for (int format = 0; format < MESSAGE_FORMAT_COUNT; format++) {
        struct message m =
            decode((enum message_format)format, format == MESSAGE_JSON ? json : to_pack(json));
        assert_int_equal(m.unknown_fields, 1);
        assert_int_equal(m.unknown_types, 1);
        assert_int_equal(m.invalid_events, 2); /* extended without due_ms; the personal summary */
        const struct event_ticket *row = m.snapshot.rows;
        assert_true(str_is(row->ticket, "T-1") && str_is(row->fields.channel, "h"));
        assert_int_equal(row->fields.has & EVENT_F_SUMMARY, 0);
        assert_int_equal(row->milestones_count, 2);
        assert_int_equal(row->milestones[1].time_ms, -5);
    }
    arena_free(&arena);
}

/* Rows of a hub: places rounded to 7 decimals; what is no milestone stays out. */
static void
test_row_bodies(void **state)
{
    (void)state;
    static const struct event_data registered = {.has = EVENT_F_CHANNEL};
    struct event_data surveyed = {.has = EVENT_F_BY | EVENT_F_REACHED | EVENT_F_SATISFIED,
                                  .surveyor = EVENT_BY_DISTRICT,
                                  .satisfied = EVENT_SATISFIED_NO,
                                  .extra = STR("{\"more\":{\"a\":1}}")};
    struct event_milestone milestones[] = {
        {1, EVENT_REGISTERED, &registered, 0},
        {2, EVENT_ALARM_ACKNOWLEDGED, &event_no_data, 0},
        {3, EVENT_UNKNOWN, &event_no_data, 0},
        {4, EVENT_SURVEYED, &surveyed, 0},
    };
    struct event_ticket row = {
        .ticket = STR("T-1"),
        .fields = {.has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_PLACE,
                   .channel = STR("h"),
                   .category = STR("c"),
                   .street = STR("s"),
                   .lon = 116.14687235628,
                   .lat = 39.92430345052},
        .milestones = milestones,
        .milestones_count = 4};
    for (int i = 0; i < MESSAGE_FORMAT_COUNT; i++) {
        enum message_format format = (enum message_format)i;
        struct message_bodies rows = {0};
        message_bodies_add_row(&rows, format, &row);
        message_bodies_add_row(&rows, format, &row);
        struct message_bodies none = {0};
        struct message m = {
            .kind = MESSAGE_SNAPSHOT,
            .snapshot = {
                .seq = 1, .part = 1, .parts = 1, .row_bodies = &rows, .alarms = {.bodies = &none}}};
        struct str text = encode(format, &m);
        assert_true(text.len <= rows.bytes.len + MESSAGE_OVERHEAD);
        struct message out = decode(format, text);
        assert_int_equal(out.snapshot.rows_count, 2);
        struct event_ticket got = out.snapshot.rows[1];
        assert_true(fabs(got.fields.lon - 116.1468724) < 1e-12);
        assert_true(fabs(got.fields.lat - 39.9243035) < 1e-12);
        assert_int_equal(got.milestones_count, 2);
        assert_int_equal(got.milestones[1].type, EVENT_SURVEYED);
        assert_int_equal(got.milestones[1].data->satisfied, EVENT_SATISFIED_NO);
        assert_true(str_is(got.milestones[1].data->extra, "{\"more\":{\"a\":1}}"));
        message_bodies_clear(&rows);
        assert_int_equal(rows.count, 0);
        message_bodies_free(&rows);
    }
    arena_free(&arena);
}

/* Stored texts go out verbatim in JSON, and as the same object in MessagePack. */
static void
test_event_bodies(void **state)
{
    (void)state;
    static const char stored[] =
        "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"s\",\"type\":\"ticket.archived\","
        "\"subject\":\"T\",\"time\":\"2026-11-23T01:41:27Z\",\"odd\":[1.10e1,null,-7,true,\"\"],"
        "\"data\":{\"more\":{\"k\":70000000000}}}";
    for (int i = 0; i < MESSAGE_FORMAT_COUNT; i++) {
        enum message_format format = (enum message_format)i;
        struct message_bodies bodies = {0};
        message_bodies_add_json(&bodies, format, str_from(stored));
        message_bodies_add_json(&bodies, format, str_from(stored));
        struct message m = {.kind = MESSAGE_EVENTS,
                            .happened = {.prev = 1, .seq = 3, .events = {.bodies = &bodies}}};
        struct str text = encode(format, &m);
        if (format == MESSAGE_JSON) {
            assert_non_null(strstr(text.ptr, stored));
        } else {
            check_by_library(text);
        }
        struct message out = decode(format, text);
        assert_int_equal(out.happened.events.count, 2);
        assert_int_equal(out.unknown_fields, 4);
        const struct event *event = &out.happened.events.events[1];
        assert_true(str_is(event->data.extra, "{\"more\":{\"k\":70000000000}}"));
        message_bodies_free(&bodies);
    }
    arena_free(&arena);
}

/* Bad entries are counted one by one; the good ones between them stand. */
static void
test_bad_entries(void **state)
{
    (void)state;
    struct str json =
        STR("{\"kind\":\"events\",\"prev\":0,\"seq\":9,\"more\":1,\"events\":[null,5," REGISTERED
            ",\"x\",[],{}," EVENT("u1", "weather.changed", "7") "," EVENT(
                "b1", "ticket.extended", "{\"due_ms\":\"tomorrow\"}") "," ACKNOWLEDGED "]}");
    for (int i = 0; i < MESSAGE_FORMAT_COUNT; i++) {
        enum message_format format = (enum message_format)i;
        struct message m = decode(format, format == MESSAGE_JSON ? json : to_pack(json));
        assert_int_equal(m.invalid_events, 6);
        assert_int_equal(m.unknown_types, 1);
        assert_int_equal(m.unknown_fields, 1);
        assert_int_equal(m.happened.events.count, 3);
        assert_true(str_is(m.happened.events.events[2].id, "a1"));
    }
    /* half a surrogate pair and a NUL spoil their own event only */
    struct message m = decode(
        MESSAGE_JSON,
        STR("{\"kind\":\"events\",\"prev\":0,\"seq\":9,\"events\":[" EVENT(
            "b1", "ticket.reopened",
            "{\"reason\":\"\\ud800x\"}") "," EVENT("b2", "ticket.archived",
                                                   "{\"k\":\"\\u0000\"}") "," REGISTERED "]}"));
    assert_int_equal(m.invalid_events, 2);
    assert_int_equal(m.happened.events.count, 1);
    m = decode(MESSAGE_JSON, STR("{\"kind\":\"publish\",\"ref\":\"r\",\"events\":[" ACKNOWLEDGED
                                 ",{\"id\":1}]}"));
    assert_int_equal(m.publish.entries, 2);
    assert_int_equal(m.publish.events.count, 1);
    assert_true(m.publish.error.len > 0);
    arena_free(&arena);
}

static void
test_long_publish(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_add_str(&text, STR("{\"kind\":\"publish\",\"ref\":\"r\",\"events\":["));
    for (int i = 0; i < MESSAGE_PUBLISH_MAX + 1; i++) {
        buf_printf(&text, "%s%s", i ? "," : "", ACKNOWLEDGED);
    }
    buf_add_str(&text, STR("]}"));
    struct message m = decode(MESSAGE_JSON, buf_str(&text));
    assert_int_equal(m.publish.entries, MESSAGE_PUBLISH_MAX + 1);
    assert_int_equal(m.publish.events.count, MESSAGE_PUBLISH_MAX);
    buf_free(&text);
    arena_free(&arena);
}

static enum message_result
result_of(enum message_format format, struct str bytes)
{
    struct message out;
    struct err err = {0};
    enum message_result result = message_decode(format, bytes, &arena, &out, &err);
    assert_true((result == MESSAGE_BROKEN) == (err.text[0] != '\0'));
    return result;
}

/* Known kinds with a broken envelope. */
static void
test_broken(void **state)
{
    (void)state;
#define SNAPSHOT(columns, tickets)                                                                 \
    "{\"kind\":\"snapshot\",\"seq\":1,\"part\":1,\"parts\":1,\"columns\":" columns                 \
    ",\"tickets\":" tickets "}"
#define COLUMNS "[\"ticket\",\"channel\",\"category\",\"street\",\"milestones\"]"
    static const char *const cases[] = {
        "[]",
        "{}",
        "{\"kind\":5}",
        "{\"kind\":null}",
        "{\"Kind\":\"resync\"}",
        "{\"kind\":\"hello\"}",
        "{\"kind\":\"hello\",\"protocol\":\"1\",\"wall\":\"w\"}",
        "{\"kind\":\"hello\",\"protocol\":1}",
        "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"\"}",
        "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"w\",\"resume\":5}",
        "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"w\",\"resume\":{\"log\":\"L\"}}",
        "{\"kind\":\"hello\",\"protocol\":1,\"wall\":\"w\",\"since_ms\":-1}",
        "{\"kind\":\"publish\",\"ref\":\"r\"}",
        "{\"kind\":\"publish\",\"ref\":\"r\",\"events\":{}}",
        "{\"kind\":\"publish\",\"events\":[]}",
        "{\"kind\":\"status\",\"wall\":\"w\",\"faults\":{\"gaps\":-1}}",
        "{\"kind\":\"status\",\"wall\":\"w\",\"stale\":1}",
        "{\"kind\":\"welcome\",\"protocol\":1,\"log\":7,\"seq\":-1,\"mode\":\"dance\"}",
        "{\"kind\":\"welcome\",\"protocol\":1,\"log\":\"L\",\"seq\":1,\"time_ms\":1,\"mode\":"
        "\"x\"}",
        "{\"kind\":\"welcome\",\"protocol\":2,\"log\":\"L\",\"seq\":1,\"time_ms\":1,"
        "\"mode\":\"resume\"}",
        "{\"kind\":\"events\",\"seq\":9,\"events\":[]}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":\"9\",\"events\":[]}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":9,\"events\":{}}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":9}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":-1,\"events\":[]}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":9007199254740992,\"events\":[]}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":9.5,\"events\":[]}",
        "{\"kind\":\"events\",\"prev\":9,\"seq\":8,\"events\":[]}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":9,\"events\":[],\"left\":\"T\"}",
        "{\"kind\":\"events\",\"prev\":1,\"seq\":9,\"events\":[],\"left\":[5]}",
        "{\"kind\":\"heartbeat\",\"seq\":1,\"time_ms\":1,\"tickets\":1,\"digest\":\"xyz\"}",
        "{\"kind\":\"heartbeat\",\"seq\":1,\"time_ms\":1,\"tickets\":1,"
        "\"digest\":\"0123456789ABCDEF\"}",
        "{\"kind\":\"heartbeat\",\"seq\":1,\"time_ms\":1,\"digest\":\"0123456789abcdef\"}",
        "{\"kind\":\"directory\",\"directory\":[1,2]}",
        "{\"kind\":\"directory\"}",
        "{\"kind\":\"directory\",\"directory\":{\"streets\":[]}}",
        "{\"kind\":\"directory\",\"directory\":{\"streets\":{\"S\":\"x\"}}}",
        "{\"kind\":\"directory\",\"directory\":{\"streets\":{\"\":{}}}}",
        "{\"kind\":\"board\",\"at_ms\":1,\"rates\":5}",
        "{\"kind\":\"board\",\"at_ms\":1,\"rates\":[5]}",
        "{\"kind\":\"board\",\"at_ms\":1,\"rates\":[{\"window\":\"today\"}]}",
        "{\"kind\":\"control\",\"wall\":\"w\",\"present_ms\":1,\"scene\":\"s\"}",
        "{\"kind\":\"control\",\"wall\":\"w\",\"present_ms\":1,\"scene\":\"s\","
        "\"moment\":{\"mode\":\"at\"}}",
        "{\"kind\":\"control\",\"wall\":\"w\",\"present_ms\":1,\"scene\":\"s\","
        "\"moment\":{\"mode\":\"replay\",\"at_ms\":1,\"speed\":0}}",
        "{\"kind\":\"control\",\"wall\":\"w\",\"present_ms\":1,\"scene\":\"s\","
        "\"moment\":{\"mode\":\"live\"},\"focus\":[]}",
        "{\"kind\":\"published\",\"ref\":\"r\"}",
        "{\"kind\":\"refused\",\"ref\":\"r\"}",
        "{\"kind\":\"goodbye\"}",
        "{\"kind\":\"goodbye\",\"reason\":\"shutdown\",\"retry_after_ms\":-5}",
        "{\"kind\":\"snapshot\",\"seq\":1,\"part\":0,\"parts\":0,\"columns\":" COLUMNS
        ",\"tickets\":[]}",
        "{\"kind\":\"snapshot\",\"seq\":1,\"part\":2,\"parts\":1,\"columns\":" COLUMNS
        ",\"tickets\":[]}",
        SNAPSHOT("[\"ticket\"]", "[]"),
        SNAPSHOT("[\"ticket\",\"channel\",\"category\",\"street\",\"milestones\",\"ticket\"]",
                 "[]"),
        SNAPSHOT("[5]", "[]"),
        SNAPSHOT(COLUMNS, "5"),
        SNAPSHOT(COLUMNS, "[5]"),
        SNAPSHOT(COLUMNS, "[[\"T\",\"a\",\"b\",\"c\"]]"),
        SNAPSHOT(COLUMNS, "[[\"T\",\"a\",\"b\",\"c\",[],1]]"),
        SNAPSHOT(COLUMNS, "[[5,\"a\",\"b\",\"c\",[]]]"),
        SNAPSHOT(COLUMNS, "[[\"T\",null,\"b\",\"c\",[]]]"),
        SNAPSHOT(COLUMNS, "[[\"T\",\"a\",\"b\",\"c\",null]]"),
        SNAPSHOT(COLUMNS, "[[\"T\",\"a\",\"b\",\"c\",[5]]]"),
        SNAPSHOT(COLUMNS, "[[\"T\",\"a\",\"b\",\"c\",[[\"registered\"]]]]"),
        SNAPSHOT(COLUMNS, "[[\"T\",\"a\",\"b\",\"c\",[[\"registered\",\"1\"]]]]"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (result_of(MESSAGE_JSON, str_from(cases[i])) != MESSAGE_BROKEN ||
            result_of(MESSAGE_PACK, to_pack(str_from(cases[i]))) != MESSAGE_BROKEN) {
            fail_msg("taken: %s", cases[i]);
        }
    }
    arena_free(&arena);
}

static void
test_unknown_kind(void **state)
{
    (void)state;
    struct str json =
        STR("{\"size\":3,\"kind\":\"fireworks\",\"nested\":{\"a\":[1,{\"b\":null}]}}");
    assert_int_equal(result_of(MESSAGE_JSON, json), MESSAGE_IGNORED);
    assert_int_equal(result_of(MESSAGE_PACK, to_pack(json)), MESSAGE_IGNORED);
    /* fields and lists that version 1 does not have are counted, never an error */
    struct message m =
        decode(MESSAGE_JSON, STR("{\"kind\":\"directory\",\"extra\":1,\"directory\":{\"moods\":{},"
                                 "\"streets\":{\"S\":{\"name\":\"x\",\"colour\":1}}}}"));
    assert_int_equal(m.unknown_fields, 3);
    m = decode(MESSAGE_JSON, STR("{\"kind\":\"goodbye\",\"reason\":\"tired\"}"));
    assert_int_equal(m.goodbye.reason, MESSAGE_BYE_OTHER);
    arena_free(&arena);
}

static char *
repeat(const char *piece, size_t count)
{
    size_t len = strlen(piece);
    char *out = arena_alloc(&arena, len * count + 1);
    for (size_t i = 0; i < count; i++) {
        memcpy(out + i * len, piece, len);
    }
    out[len * count] = '\0';
    return out;
}

static void
test_hostile_json(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "hello wall",
        "{\"kind\":\"events\",\"prev\":",
        "\"x\"",
        "null",
        "{\"kind\":\"x\",\"a\":\"\xc3\x28\xff\"}",
        "{\"kind\":\"events\",\"prev\":0,\"seq\":1e400,\"events\":[]}",
        "{\"kind\":\"resync\",\"kind\":\"resync\"}",
        "{\"kind\":\"resync\"}x"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(result_of(MESSAGE_JSON, str_from(cases[i])), MESSAGE_BROKEN);
    }
    assert_int_equal(result_of(MESSAGE_JSON, str_from(repeat("[", 100000))), MESSAGE_BROKEN);
    assert_int_equal(result_of(MESSAGE_JSON, str_from(repeat("{\"a\":", 100000))), MESSAGE_BROKEN);
    char *deep =
        arena_printf(&arena, "{\"kind\":\"x\",\"a\":%s%s}", repeat("[", 31), repeat("]", 31));
    assert_int_equal(result_of(MESSAGE_JSON, str_from(deep)), MESSAGE_IGNORED);
    assert_int_equal(result_of(MESSAGE_PACK, to_pack(str_from(deep))), MESSAGE_IGNORED);
    deep = arena_printf(&arena, "{\"kind\":\"x\",\"a\":%s%s}", repeat("[", 32), repeat("]", 32));
    assert_int_equal(result_of(MESSAGE_JSON, str_from(deep)), MESSAGE_BROKEN);
    size_t frame = strlen("{\"kind\":\"x\",\"p\":\"\"}");
    char *full = arena_printf(&arena, "{\"kind\":\"x\",\"p\":\"%s\"}",
                              repeat("x", MESSAGE_MAX_BYTES - frame));
    assert_int_equal(result_of(MESSAGE_JSON, str_from(full)), MESSAGE_IGNORED);
    full = arena_printf(&arena, "{\"kind\":\"x\",\"p\":\"%s\"}",
                        repeat("x", MESSAGE_MAX_BYTES - frame + 1));
    assert_int_equal(result_of(MESSAGE_JSON, str_from(full)), MESSAGE_BROKEN);
    arena_free(&arena);
}

#define PACK(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static void
test_hostile_pack(void **state)
{
    (void)state;
    static const struct str cases[] = {
        {"", 0},
        PACK("\x81\xa4kind"),               /* cut */
        PACK("\x81\xa4kind\xa6resync\xc0"), /* something left over */
        PACK("\x81\xa4kind\x01"),           /* kind is a number */
        PACK("\x81\x01\xa6resync"),         /* a key that is no string */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xc1"), /* never used */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xc4\x01x"), /* bin */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xd4\x01x"), /* ext */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xca\x7f\xc0\x00\x00"), /* NaN */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xcb\x7f\xf0\0\0\0\0\0\0"), /* infinity */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), /* 2^64-1 */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xa2\xc3\x28"), /* no UTF-8 */
        PACK("\x82\xa4kind\xa6resync\xa2"
             "a\0\x01"), /* a NUL in a key */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xdb\xff\xff\xff\xff"), /* a string of 4 GiB */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xdd\xff\xff\xff\xff"), /* a list of 4 G */
        PACK("\x82\xa4kind\xa6resync\xa1"
             "a\xdf\xff\xff\xff\xff"), /* a map of 4 G */
        PACK("\xdf\xff\xff\xff\xff"),
        PACK("\xa6resync"),
        PACK("{\"kind\":\"resync\"}"),
        PACK("\x84\xa4kind\xa6"
             "events\xa4prev\x01\xa4prev\x02\xa3seq\x05"), /* prev twice */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (result_of(MESSAGE_PACK, cases[i]) != MESSAGE_BROKEN) {
            fail_msg("case %zu taken", i);
        }
    }
    assert_int_equal(result_of(MESSAGE_PACK, STR("\x81\xa4kind\xa6resync")), MESSAGE_OK);
    char *nested = repeat("\x91", 100000);
    assert_int_equal(result_of(MESSAGE_PACK, (struct str){nested, 100000}), MESSAGE_BROKEN);
    /* every cut of a good message is broken, none reads behind its end */
    struct str good =
        to_pack(STR("{\"kind\":\"events\",\"prev\":0,\"seq\":9,\"events\":[" REGISTERED
                    "," ACKNOWLEDGED "],\"left\":[\"T-1\"]}"));
    for (size_t len = 0; len < good.len; len++) {
        struct str cut = str_from(str_dup((struct str){good.ptr, len}));
        cut.len = len;
        assert_int_equal(result_of(MESSAGE_PACK, cut), MESSAGE_BROKEN);
        free((void *)(uintptr_t)cut.ptr);
    }
    arena_free(&arena);
}

/* Numbers read back as themselves. */
static void
test_numbers(void **state)
{
    (void)state;
    static const double reals[] = {0.0,    -0.5,         116.1234567, 1e-9,   1e300, 5e-324,
                                   1 / 3., 123456789.25, -1e15,       9.1e15, 2.0};
    static const int64_t integers[] = {
        0, -1, 127, 128, -33, 255, 65535, 65536, -32769, 1 << 30, 9007199254740991, INT64_MIN};
    for (int pack = 0; pack < 2; pack++) {
        for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
            struct buf out = {0};
            struct writer writer = writer_to(&out, pack);
            struct value_doc doc;
            struct value value;
            writer_real(&writer, reals[i]);
            assert_true(pack ? value_parse_pack(buf_str(&out), 32, NULL, &doc, &value, NULL)
                             : value_parse_json(buf_str(&out), 32, true, &doc, &value, NULL));
            if (value.kind != VALUE_REAL || memcmp(&value.real, &reals[i], sizeof(double)) != 0) {
                fail_msg("%s reads back as %.17g", pack ? "packed" : out.ptr, value.real);
            }
            value_finish(&doc);
            buf_free(&out);
        }
        for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
            struct buf out = {0};
            struct writer writer = writer_to(&out, pack);
            struct value_doc doc;
            struct value value;
            writer_int(&writer, integers[i]);
            assert_true(pack ? value_parse_pack(buf_str(&out), 32, NULL, &doc, &value, NULL)
                             : value_parse_json(buf_str(&out), 32, true, &doc, &value, NULL));
            assert_int_equal(value.kind, VALUE_INT);
            assert_true(value.integer == integers[i]);
            value_finish(&doc);
            buf_free(&out);
        }
    }
}

/* Maps of every size class of MessagePack. */
static void
test_wide_maps(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 15, 16, 17, 65535, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf out = {0};
        struct writer writer = writer_to(&out, true);
        char key[16];
        writer_map(&writer);
        for (size_t k = 0; k < sizes[i]; k++) {
            int len = snprintf(key, sizeof key, "%zu", k);
            writer_key(&writer, (struct str){key, (size_t)len});
            writer_int(&writer, (int64_t)k);
        }
        writer_end(&writer);
        struct value_doc doc;
        struct value root, child;
        struct str name;
        assert_true(value_parse_pack(buf_str(&out), 32, NULL, &doc, &root, NULL));
        assert_int_equal(root.count, sizes[i]);
        int64_t expected = 0;
        for (struct value_walk walk = value_walk(&root); value_next(&walk, &name, &child);) {
            assert_int_equal(child.integer, expected++);
        }
        assert_false(value_has_twins(&root));
        value_finish(&doc);
        buf_free(&out);
    }
}

/* The heartbeat's digest over two tickets, worked out by hand: FNV-1a of "K-1|2|2000" is
 * 0x982bf9cc5b5166fc, of "K-2|1|-5" 0xe11d3575b4b0bb1c; the digest is their sum modulo 2^64. */
static void
test_digest_text(void **state)
{
    (void)state;
    uint64_t a = hash_fnv1a64(STR("K-1|2|2000")), b = hash_fnv1a64(STR("K-2|1|-5"));
    assert_true(a == UINT64_C(0x982bf9cc5b5166fc));
    assert_true(b == UINT64_C(0xe11d3575b4b0bb1c));
    struct message m = {.kind = MESSAGE_HEARTBEAT,
                        .heartbeat = {.seq = 3, .time_ms = 1, .tickets = 2, .digest = a + b}};
    assert_string_equal(encode(MESSAGE_JSON, &m).ptr,
                        "{\"kind\":\"heartbeat\",\"seq\":3,\"time_ms\":1,\"tickets\":2,"
                        "\"digest\":\"79492f4210022218\"}");
    m.heartbeat.digest = 0;
    assert_non_null(strstr(encode(MESSAGE_JSON, &m).ptr, "\"0000000000000000\""));
    arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wall_to_hub),  cmocka_unit_test(test_hub_to_wall),
        cmocka_unit_test(test_snapshot),     cmocka_unit_test(test_snapshot_columns),
        cmocka_unit_test(test_row_bodies),   cmocka_unit_test(test_event_bodies),
        cmocka_unit_test(test_bad_entries),  cmocka_unit_test(test_long_publish),
        cmocka_unit_test(test_broken),       cmocka_unit_test(test_unknown_kind),
        cmocka_unit_test(test_hostile_json), cmocka_unit_test(test_hostile_pack),
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_wide_maps),
        cmocka_unit_test(test_digest_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

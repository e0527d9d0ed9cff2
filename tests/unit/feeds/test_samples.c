/* One message of every kind and one event of every type, filled to the last field, as the encoder
 * writes them. As a test: each decodes. With an argument: prints them, one a line, each with
 * "message" or "event" before it, for tests/check/schema.sh. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/message.h"

/* A string in a static initializer, where a compound literal is no constant. */
#define S(literal)                                                                                 \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

static struct str units[] = {S("U1"), S("U2")};
static bool printing;

/* All fields at once; each type writes those that it has. */
static const struct event_data full = {
    .has = UINT32_MAX,
    .channel = S("12345"),
    .category = S("heating"),
    .street = S("S01"),
    .community = S("C011"),
    .summary = S("暖气不热"),
    .unit = S("U1"),
    .property = S("P1"),
    .reason = S("不属本单位"),
    .by = S("duty-1"),
    .text = S("三天内修好"),
    .outcome = S("已修好"),
    .units = units,
    .units_count = 2,
    .kind = EVENT_HELP,
    .urgency = EVENT_URGENT,
    .mode = EVENT_EXTERNAL,
    .route = EVENT_DISTRICT,
    .surveyor = EVENT_BY_DISTRICT,
    .satisfied = EVENT_SATISFIED_BASIC,
    .stage = EVENT_STAGE_REPORT,
    .crs = GEO_GCJ02,
    .lon = 116.15312,
    .lat = 39.925657,
    .reached = true,
    .responded = true,
    .due_ms = 1795398087120,
    .until_ms = 1795398087120,
    .extra = S("{\"more\":[1,{\"a\":null}]}"),
};

static struct event
sample_event(enum event_type type, bool bare)
{
    struct event event = {.id = STR("e-1"),
                          .source = STR("/bj/shijingshan/12345"),
                          .subject = STR("SJS-20261123-000412"),
                          .type = type,
                          .time_ms = 1795398087120,
                          .data = full};
    if (bare) {
        event.data.has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_UNIT |
                         EVENT_F_MODE | EVENT_F_UNITS | EVENT_F_DUE | EVENT_F_BY | EVENT_F_REACHED |
                         EVENT_F_STAGE | EVENT_F_UNTIL | EVENT_F_TEXT;
        event.data.extra.len = 0;
    }
    return event;
}

static void
check_event(const struct event *event)
{
    struct buf out = {0};
    struct arena arena = {0};
    struct event again;
    struct err err = {0};
    event_to_json(event, &out);
    if (printing) {
        printf("event %s\n", out.ptr);
    } else {
        if (!event_from_json(buf_str(&out), false, &arena, &again, &err)) {
            fail_msg("%s: %s", err.text, out.ptr);
        }
        assert_int_equal(again.type, event->type);
    }
    arena_free(&arena);
    buf_free(&out);
}

static void
check_message(const struct message *message)
{
    struct buf out = {0};
    struct arena arena = {0};
    struct message again;
    struct err err = {0};
    message_encode(MESSAGE_JSON, message, &out);
    if (printing) {
        printf("message %s\n", out.ptr);
    } else {
        if (message_decode(MESSAGE_JSON, buf_str(&out), &arena, &again, &err) != MESSAGE_OK) {
            fail_msg("%s: %s", err.text, out.ptr);
        }
        assert_int_equal(again.kind, message->kind);
        assert_int_equal(again.invalid_events, 0);
    }
    arena_free(&arena);
    buf_free(&out);
}

static void
test_events(void **state)
{
    (void)state;
    for (int type = EVENT_REGISTERED; type < EVENT_TYPE_COUNT; type++) {
        for (int bare = 0; bare < 2; bare++) {
            struct event event = sample_event((enum event_type)type, bare);
            check_event(&event);
        }
    }
    struct event cleared = sample_event(EVENT_AMENDED, false);
    cleared.data.has = EVENT_F_STREET;
    cleared.data.cleared = EVENT_F_PLACE | EVENT_F_COMMUNITY | EVENT_F_SUMMARY | EVENT_F_KIND |
                           EVENT_F_URGENCY | EVENT_F_CONFIDENTIAL;
    check_event(&cleared);
    struct event unknown = sample_event(EVENT_UNKNOWN, false);
    unknown.type_name = STR("weather.changed");
    check_event(&unknown);
}

static void
test_wall_to_hub(void **state)
{
    (void)state;
    struct event events[] = {sample_event(EVENT_ALARM_SHELVED, false),
                             sample_event(EVENT_MEETING_COMMITTED, false)};
    struct message messages[] = {
        {.kind = MESSAGE_HELLO,
         .hello = {.protocol = 1,
                   .wall = STR("hall"),
                   .node = STR("pc-1"),
                   .has_resume = true,
                   .has_since = true,
                   .resume_log = STR("L1"),
                   .resume_seq = 5,
                   .since_ms = 6}},
        {.kind = MESSAGE_HELLO, .hello = {.protocol = 1, .wall = STR("hall")}},
        {.kind = MESSAGE_PUBLISH, .publish = {.ref = STR("r1"), .events = {events, 2, NULL}}},
        {.kind = MESSAGE_RESYNC},
        {.kind = MESSAGE_STATUS,
         .status = {.wall = STR("hall"),
                    .node = STR("pc-1"),
                    .scene = STR("district-daily"),
                    .seq = 5,
                    .frame = 99,
                    .frame_ms = 16,
                    .offset_ms = -3,
                    .stale = true,
                    .faults = {1, 2, 3, 4, 5, 6, 7, 8, 9},
                    .thumbnail = STR("iVBORw0KGgo=")}},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        check_message(&messages[i]);
    }
}

static struct message_directory
sample_directory(void)
{
    static const struct message_name streets[] = {{.code = S("S01"), .name = S("八宝山街道")}};
    static const struct message_name communities[] = {
        {.code = S("C011"), .name = S("第一社区"), .parent = S("S01")}};
    static const struct message_name with_kind[] = {
        {.code = S("U1"), .name = S("城管委"), .kind = S("department")}};
    static const struct message_name categories[] = {
        {.code = S("heating"), .name = S("供暖")},
        {.code = S("pipe"), .name = S("管道"), .parent = S("heating")}};
    static const struct message_name channels[] = {{.code = S("12345"), .name = S("热线")}};
    return (struct message_directory){streets, communities, with_kind, categories, channels,
                                      1,       1,           1,         2,          1};
}

static void
test_state(void **state)
{
    (void)state;
    struct event events[] = {sample_event(EVENT_REGISTERED, false),
                             sample_event(EVENT_DISPATCHED, false),
                             sample_event(EVENT_ARCHIVED, true)};
    struct event_milestone milestones[3];
    for (int i = 0; i < 3; i++) {
        milestones[i] =
            (struct event_milestone){events[i].time_ms, events[i].type, &events[i].data, 0};
    }
    struct event alarm = sample_event(EVENT_ALARM_ACKNOWLEDGED, false);
    struct event settled = sample_event(EVENT_MEETING_SETTLED, false);
    struct event_data least = {.has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET,
                               .channel = STR("web"),
                               .category = STR("x"),
                               .street = STR("S02")};
    struct event_ticket rows[] = {
        {.ticket = STR("SJS-1"), .fields = full, .milestones = milestones, .milestones_count = 3},
        {.ticket = STR("SJS-2"), .fields = least, .milestones = milestones, .milestones_count = 1}};
    struct str left[] = {STR("SJS-9")};
    struct message messages[] = {
        {.kind = MESSAGE_WELCOME,
         .welcome = {.log = STR("L1"),
                     .seq = 5,
                     .time_ms = 6,
                     .mode = MESSAGE_MODE_SNAPSHOT,
                     .directory = sample_directory()}},
        {.kind = MESSAGE_SNAPSHOT,
         .snapshot = {.seq = 5, .part = 1, .parts = 2, .rows = rows, .rows_count = 2}},
        {.kind = MESSAGE_SNAPSHOT,
         .snapshot = {.seq = 5,
                      .part = 2,
                      .parts = 2,
                      .alarms = {&alarm, 1, NULL},
                      .commitments = {&settled, 1, NULL}}},
        {.kind = MESSAGE_EVENTS,
         .happened =
             {.prev = 4, .seq = 7, .events = {events, 3, NULL}, .left = left, .left_count = 1}},
        {.kind = MESSAGE_HEARTBEAT,
         .heartbeat = {.seq = 7, .time_ms = 8, .tickets = 9, .digest = UINT64_MAX}},
        {.kind = MESSAGE_DIRECTORY, .directory = sample_directory()},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        check_message(&messages[i]);
    }
}

static void
test_others(void **state)
{
    (void)state;
    struct message_rate rates[] = {{STR("today"), STR("city"), STR("street"), STR("S01"), 1, 2, 3,
                                    4, 5, 6, 7, 8, 0.5, 1.0 / 3, 1, 97.4358974, 1},
                                   {.window = STR("week"),
                                    .by = STR("district"),
                                    .group = STR("district"),
                                    .code = STR("all"),
                                    .response = (double)NAN,
                                    .resolution = (double)NAN,
                                    .satisfaction = (double)NAN,
                                    .composite = (double)NAN}};
    struct message messages[] = {
        {.kind = MESSAGE_BOARD, .board = {.at_ms = 5, .rates = rates, .rates_count = 2}},
        {.kind = MESSAGE_CONTROL, .control = {.wall = STR("hall"), .scene = STR("duty")}},
        {.kind = MESSAGE_CONTROL,
         .control = {.wall = STR("hall"),
                     .scene = STR("duty"),
                     .present_ms = 5,
                     .moment = MESSAGE_REPLAY,
                     .at_ms = 6,
                     .speed = 60,
                     .focus_street = STR("S01")}},
        {.kind = MESSAGE_PUBLISHED, .published = {STR("r1"), 9}},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        check_message(&messages[i]);
    }
    for (int reason = 0; reason < MESSAGE_REFUSAL_OTHER; reason++) {
        struct message refused = {.kind = MESSAGE_REFUSED,
                                  .refused = {STR("r1"), STR("why"), (enum message_refusal)reason}};
        check_message(&refused);
    }
    for (int reason = 0; reason < MESSAGE_BYE_OTHER; reason++) {
        struct message goodbye = {.kind = MESSAGE_GOODBYE,
                                  .goodbye = {(enum message_bye)reason, 500, STR("why")}};
        check_message(&goodbye);
    }
}

int
main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        printing = true;
        test_events(NULL);
        test_wall_to_hub(NULL);
        test_state(NULL);
        test_others(NULL);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_wall_to_hub),
        cmocka_unit_test(test_state),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The event: each rule of the protocol with an example that holds it and one that breaks it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/event_codec.h"
#include "wall/base/hash.h"

static struct arena arena;

/* An event of `type` with `data` (JSON text, or NULL for none) and more envelope fields. */
static struct str
make(const char *type, const char *data, const char *more)
{
    return str_from(arena_printf(&arena,
                                 "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/bj/1\","
                                 "\"type\":\"%s\",\"subject\":\"SJS-1\","
                                 "\"time\":\"2026-11-23T09:41:27.120+08:00\"%s%s%s}",
                                 type, data ? ",\"data\":" : "", data ? data : "",
                                 more ? more : ""));
}

static struct event
take_text(struct str text)
{
    struct event event;
    struct err err = {0};
    if (!event_from_json(text, true, &arena, &event, &err)) {
        fail_msg("refused (%s): %.*s", err.text, STR_ARG(text));
    }
    return event;
}

static struct event
take(const char *type, const char *data)
{
    return take_text(make(type, data, NULL));
}

/* The event is refused, and the reason names the field. */
static void
refuse_text(struct str text, const char *field)
{
    struct event event;
    struct err err = {0};
    if (event_from_json(text, false, &arena, &event, &err)) {
        fail_msg("taken: %.*s", STR_ARG(text));
    }
    if (!strstr(err.text, field)) {
        fail_msg("\"%s\" does not name %s: %.*s", err.text, field, STR_ARG(text));
    }
}

static void
refuse(const char *type, const char *data, const char *field)
{
    refuse_text(make(type, data, NULL), field);
}

#define REG "\"channel\":\"12345\",\"category\":\"heating\",\"street\":\"S01\""

static void
test_registered(void **state)
{
    (void)state;
    struct event e =
        take("ticket.registered",
             "{" REG ",\"community\":\"C011\",\"kind\":\"complaint\",\"lon\":116.15312,"
             "\"lat\":39.925657,\"crs\":\"gcj02\",\"urgency\":\"urgent\",\"confidential\":true,"
             "\"summary\":\"暖气不热\"}");
    assert_int_equal(e.type, EVENT_REGISTERED);
    assert_string_equal(event_type_name(e.type), "registered");
    assert_true(str_is(e.type_name, "ticket.registered"));
    assert_true(str_is(e.id, "e-1") && str_is(e.source, "/bj/1") && str_is(e.subject, "SJS-1"));
    assert_int_equal(e.time_ms, 1795398087120);
    const struct event_data *d = &e.data;
    assert_int_equal(d->has, EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET |
                                 EVENT_F_COMMUNITY | EVENT_F_KIND | EVENT_F_PLACE |
                                 EVENT_F_URGENCY | EVENT_F_CONFIDENTIAL | EVENT_F_SUMMARY);
    assert_int_equal(d->cleared, 0);
    assert_true(str_is(d->channel, "12345") && str_is(d->category, "heating"));
    assert_true(str_is(d->street, "S01") && str_is(d->community, "C011"));
    assert_true(str_is(d->summary, "暖气不热"));
    assert_int_equal(d->kind, EVENT_COMPLAINT);
    assert_int_equal(d->urgency, EVENT_URGENT);
    assert_int_equal(d->crs, GEO_GCJ02);
    assert_true(d->confidential);
    assert_true(fabs(d->lon - 116.15312) < 1e-12 && fabs(d->lat - 39.925657) < 1e-12);
    assert_int_equal(e.unknown_fields, 0);
    struct event plain = take("ticket.registered", "{" REG "}");
    assert_int_equal(plain.data.has, EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET);
    assert_int_equal(plain.data.urgency, EVENT_NORMAL);
    assert_false(plain.data.confidential);
    arena_free(&arena);
}

/* Every type of the table with all its fields. */
static void
test_types(void **state)
{
    (void)state;
    static const struct {
        const char *type, *data;
        enum event_type expected;
        uint32_t has;
    } cases[] = {
        {"ticket.dispatched",
         "{\"unit\":\"U1\",\"mode\":\"internal\",\"route\":\"direct\",\"due_ms\":1795398087120,"
         "\"property\":\"P1\"}",
         EVENT_DISPATCHED,
         EVENT_F_UNIT | EVENT_F_MODE | EVENT_F_ROUTE | EVENT_F_DUE | EVENT_F_PROPERTY},
        {"ticket.accepted", NULL, EVENT_ACCEPTED, 0},
        {"ticket.returned", "{\"unit\":\"U1\",\"reason\":\"不属本单位\"}", EVENT_RETURNED,
         EVENT_F_UNIT | EVENT_F_REASON},
        {"ticket.whistled", "{\"units\":[\"U1\",\"U2\"]}", EVENT_WHISTLED, EVENT_F_UNITS},
        {"ticket.reported", "{\"unit\":\"U1\"}", EVENT_REPORTED, EVENT_F_UNIT},
        {"ticket.extended", "{\"due_ms\":0}", EVENT_EXTENDED, EVENT_F_DUE},
        {"ticket.expedited", "{\"by\":\"caller\"}", EVENT_EXPEDITED, EVENT_F_BY},
        {"ticket.supervised", "{\"by\":\"\"}", EVENT_SUPERVISED, EVENT_F_BY},
        {"ticket.suspended", "{\"reason\":\"x\"}", EVENT_SUSPENDED, EVENT_F_REASON},
        {"ticket.resumed", "{}", EVENT_RESUMED, 0},
        {"ticket.resolved", "{\"unit\":\"U1\"}", EVENT_RESOLVED, EVENT_F_UNIT},
        {"ticket.surveyed",
         "{\"by\":\"district\",\"reached\":true,\"responded\":true,\"solved\":false,"
         "\"satisfied\":\"basic\"}",
         EVENT_SURVEYED,
         EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED | EVENT_F_SOLVED | EVENT_F_SATISFIED},
        {"ticket.reopened", NULL, EVENT_REOPENED, 0},
        {"ticket.excluded", NULL, EVENT_EXCLUDED, 0},
        {"ticket.included", NULL, EVENT_INCLUDED, 0},
        {"ticket.archived", NULL, EVENT_ARCHIVED, 0},
        {"ticket.amended", "{\"street\":\"S02\"}", EVENT_AMENDED, EVENT_F_STREET},
        {"ticket.removed", "{\"reason\":\"重复\"}", EVENT_REMOVED, EVENT_F_REASON},
        {"alarm.acknowledged", "{\"stage\":\"accept\",\"by\":\"duty-1\"}", EVENT_ALARM_ACKNOWLEDGED,
         EVENT_F_STAGE | EVENT_F_BY},
        {"alarm.shelved",
         "{\"stage\":\"burst\",\"by\":\"duty-1\",\"until_ms\":9007199254740991,\"reason\":\"r\"}",
         EVENT_ALARM_SHELVED, EVENT_F_STAGE | EVENT_F_BY | EVENT_F_UNTIL | EVENT_F_REASON},
        {"alarm.unshelved", "{\"stage\":\"report\",\"by\":\"duty-1\"}", EVENT_ALARM_UNSHELVED,
         EVENT_F_STAGE | EVENT_F_BY},
        {"meeting.committed", "{\"unit\":\"U1\",\"text\":\"三天内修好\",\"due_ms\":5}",
         EVENT_MEETING_COMMITTED, EVENT_F_UNIT | EVENT_F_TEXT | EVENT_F_DUE},
        {"meeting.settled", "{\"unit\":\"U1\",\"text\":\"三天内修好\",\"outcome\":\"kept\"}",
         EVENT_MEETING_SETTLED, EVENT_F_UNIT | EVENT_F_TEXT | EVENT_F_OUTCOME},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct event e = take(cases[i].type, cases[i].data);
        assert_int_equal(e.type, cases[i].expected);
        assert_int_equal(e.data.has, cases[i].has);
        assert_int_equal(e.unknown_fields, 0);
        assert_int_equal(event_type_parse(str_from(cases[i].type)), cases[i].expected);
        /* null data is absent data */
        if (!cases[i].data) {
            take(cases[i].type, "null");
        }
    }
    struct event e = take("ticket.surveyed", "{\"by\":\"district\",\"reached\":false}");
    assert_int_equal(e.data.surveyor, EVENT_BY_DISTRICT);
    assert_false(e.data.reached);
    e = take("ticket.whistled", "{\"units\":[\"U1\",\"U2\"]}");
    assert_int_equal(e.data.units_count, 2);
    assert_true(str_is(e.data.units[1], "U2"));
    arena_free(&arena);
}

/* What a milestone's type may be called: each name, nothing near it. */
static void
test_milestone_names(void **state)
{
    (void)state;
    for (int type = EVENT_REGISTERED; type < EVENT_TYPE_COUNT; type++) {
        const char *full = event_rules[type].full_name;
        struct str name = str_from(event_type_name((enum event_type)type));
        bool of_ticket = type <= EVENT_TICKET_LAST;
        assert_int_equal(event_milestone_parse(name), of_ticket ? type : EVENT_UNKNOWN);
        assert_int_equal(event_milestone_parse(str_from(full)), EVENT_UNKNOWN);
        for (size_t i = 0; i < name.len; i++) {
            char other[32];
            memcpy(other, name.ptr, name.len);
            other[i] ^= 0x20;
            assert_int_equal(event_milestone_parse((struct str){other, name.len}), EVENT_UNKNOWN);
            assert_int_equal(event_milestone_parse((struct str){name.ptr, i}), EVENT_UNKNOWN);
        }
    }
}

static void
test_required(void **state)
{
    (void)state;
    static const struct {
        const char *type, *data, *field;
    } cases[] = {
        {"ticket.registered", "{\"category\":\"b\",\"street\":\"c\"}", "channel"},
        {"ticket.registered", "{\"channel\":\"a\",\"street\":\"c\"}", "category"},
        {"ticket.registered", "{\"channel\":\"a\",\"category\":\"b\"}", "street"},
        {"ticket.registered", "{\"channel\":\"a\",\"category\":\"b\",\"street\":null}", "street"},
        {"ticket.registered", NULL, "channel"},
        {"ticket.dispatched", "{\"mode\":\"internal\"}", "unit"},
        {"ticket.dispatched", "{\"unit\":\"U1\"}", "mode"},
        {"ticket.dispatched", "{\"unit\":null,\"mode\":\"internal\"}", "unit"},
        {"ticket.whistled", "{}", "units"},
        {"ticket.reported", "{}", "unit"},
        {"ticket.extended", "{\"due_ms\":null}", "due_ms"},
        {"ticket.surveyed", "{\"reached\":true}", "by"},
        {"ticket.surveyed", "{\"by\":\"city\"}", "reached"},
        {"alarm.acknowledged", "{\"by\":\"x\"}", "stage"},
        {"alarm.acknowledged", "{\"stage\":\"accept\"}", "by"},
        {"alarm.shelved", "{\"stage\":\"accept\",\"by\":\"x\"}", "until_ms"},
        {"meeting.committed", "{\"unit\":\"U1\"}", "text"},
        {"meeting.settled", "{\"text\":\"x\"}", "unit"},
        {"ticket.amended", "{\"street\":null}", "street"},
        {"ticket.amended", "{\"channel\":null}", "channel"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        refuse(cases[i].type, cases[i].data, cases[i].field);
    }
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

static char *
pair(const char *key, const char *value)
{
    return arena_printf(&arena, "{\"%s\":\"%s\"}", key, value);
}

static void
test_limits(void **state)
{
    (void)state;
    take("ticket.accepted", pair("unit", repeat("u", 64)));
    refuse("ticket.accepted", pair("unit", repeat("u", 65)), "unit");
    refuse("ticket.accepted", pair("unit", ""), "unit");
    refuse("ticket.accepted", "{\"unit\":5}", "unit");
    take("ticket.accepted", pair("unit", repeat("热", 21))); /* 63 bytes: codes count bytes */
    refuse("ticket.accepted", pair("unit", repeat("热", 22)), "unit");
    take("ticket.amended", pair("summary", repeat("热", 120)));
    refuse("ticket.amended", pair("summary", repeat("热", 121)), "summary");
    take("ticket.reopened", pair("reason", repeat("热", 200)));
    refuse("ticket.reopened", pair("reason", repeat("a", 201)), "reason");
    refuse("ticket.expedited", pair("by", repeat("a", 201)), "by");
    refuse("meeting.settled",
           arena_printf(&arena, "{\"unit\":\"U\",\"text\":\"t\",\"outcome\":\"%s\"}",
                        repeat("a", 201)),
           "outcome");
    static const char *const controls[] = {"\\n",     "\\t",     "\\u0001",
                                           "\\u007f", "\\u0085", "\\u009f"};
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        refuse("ticket.reopened", pair("reason", controls[i]), "reason");
        refuse("ticket.accepted", pair("unit", controls[i]), "unit");
    }
    take("ticket.reopened", pair("reason", "\\u00a0\\u00e9")); /* the first ones behind C1 */
    refuse("ticket.whistled", "{\"units\":[]}", "units");
    refuse("ticket.whistled", "{\"units\":\"U1\"}", "units");
    refuse("ticket.whistled", "{\"units\":[\"U1\",2]}", "units");
    refuse("ticket.whistled", "{\"units\":[\"\"]}", "units");
    take("ticket.whistled", arena_printf(&arena, "{\"units\":[\"U\"%s]}", repeat(",\"U\"", 31)));
    refuse("ticket.whistled", arena_printf(&arena, "{\"units\":[\"U\"%s]}", repeat(",\"U\"", 32)),
           "units");
    take("ticket.extended", "{\"due_ms\":9007199254740991}");
    take("ticket.extended", "{\"due_ms\":1795398087120.0}"); /* the same number in JSON */
    static const char *const no_ms[] = {"-1",   "9007199254740992", "1.5", "\"5\"", "true", "[1]",
                                        "1e300"};
    for (size_t i = 0; i < sizeof no_ms / sizeof *no_ms; i++) {
        refuse("ticket.extended", arena_printf(&arena, "{\"due_ms\":%s}", no_ms[i]), "due_ms");
    }
    refuse("alarm.shelved", "{\"stage\":\"accept\",\"by\":\"x\",\"until_ms\":-1}", "until_ms");
    arena_free(&arena);
}

static void
test_choices(void **state)
{
    (void)state;
    static const struct {
        const char *type, *data, *field;
    } cases[] = {
        {"ticket.amended", "{\"kind\":\"praise\"}", "kind"},
        {"ticket.amended", "{\"urgency\":\"soon\"}", "urgency"},
        {"ticket.amended", "{\"urgency\":1}", "urgency"},
        {"ticket.amended", "{\"lon\":1,\"lat\":1,\"crs\":\"utm\"}", "crs"},
        {"ticket.amended", "{\"crs\":\"utm\"}", "crs"},
        {"ticket.amended", "{\"confidential\":\"yes\"}", "confidential"},
        {"ticket.dispatched", "{\"unit\":\"U\",\"mode\":\"sideways\"}", "mode"},
        {"ticket.dispatched", "{\"unit\":\"U\",\"mode\":\"internal\",\"route\":\"x\"}", "route"},
        {"ticket.surveyed", "{\"by\":\"nation\",\"reached\":true}", "by"},
        {"ticket.surveyed", "{\"by\":\"city\",\"reached\":\"yes\"}", "reached"},
        {"ticket.surveyed", "{\"by\":\"city\",\"reached\":true,\"solved\":1}", "solved"},
        {"ticket.surveyed", "{\"by\":\"city\",\"reached\":true,\"responded\":\"\"}", "responded"},
        {"ticket.surveyed", "{\"by\":\"city\",\"reached\":true,\"satisfied\":\"very\"}",
         "satisfied"},
        {"alarm.acknowledged", "{\"stage\":\"later\",\"by\":\"x\"}", "stage"},
        {"ticket.amended", "[1]", "data"},
        {"ticket.amended", "\"x\"", "data"},
        {"ticket.amended", "7", "data"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        refuse(cases[i].type, cases[i].data, cases[i].field);
    }
    arena_free(&arena);
}

static void
test_place(void **state)
{
    (void)state;
    struct event e = take("ticket.amended", "{\"lat\":-90,\"crs\":\"bd09\",\"lon\":180}");
    assert_int_equal(e.data.has, EVENT_F_PLACE);
    assert_int_equal(e.data.crs, GEO_BD09);
    assert_true(e.data.lon >= 180 && e.data.lat <= -90);
    refuse("ticket.amended", "{\"lon\":116.1}", "lon, lat");
    refuse("ticket.amended", "{\"lat\":39.9}", "lon, lat");
    refuse("ticket.amended", "{\"lon\":116.1,\"lat\":null}", "lon, lat");
    refuse("ticket.amended", "{\"lon\":180.001,\"lat\":39.9}", "lon");
    refuse("ticket.amended", "{\"lon\":116.1,\"lat\":-90.5}", "lat");
    refuse("ticket.amended", "{\"lon\":\"116.1\",\"lat\":39.9}", "lon");
    e = take("ticket.amended", "{\"lon\":null,\"lat\":null}");
    assert_int_equal(e.data.has, 0);
    assert_int_equal(e.data.cleared, EVENT_F_PLACE);
    e = take("ticket.amended", "{\"crs\":\"gcj02\"}"); /* of no place */
    assert_int_equal(e.data.has | e.data.cleared, 0);
    e = take("ticket.registered", "{" REG ",\"lon\":1,\"lat\":2,\"crs\":null}");
    assert_int_equal(e.data.crs, GEO_WGS84);
    arena_free(&arena);
}

static void
test_null_is_absent(void **state)
{
    (void)state;
    struct event e = take("ticket.amended", "{\"community\":null,\"kind\":null,\"urgency\":null,"
                                            "\"confidential\":null,\"summary\":null}");
    assert_int_equal(e.data.has, 0);
    assert_int_equal(e.data.cleared, EVENT_F_COMMUNITY | EVENT_F_KIND | EVENT_F_URGENCY |
                                         EVENT_F_CONFIDENTIAL | EVENT_F_SUMMARY);
    e = take("ticket.surveyed", "{\"by\":\"city\",\"reached\":true,\"responded\":null,"
                                "\"solved\":null,\"satisfied\":null}");
    assert_int_equal(e.data.has, EVENT_F_BY | EVENT_F_REACHED);
    take_text(make("ticket.archived", NULL, ",\"datacontenttype\":null,\"data_base64\":null"));
    arena_free(&arena);
}

/* The text with the first `from` replaced. */
static struct str
swap(struct str text, const char *from, const char *to)
{
    const char *at = strstr(text.ptr, from);
    assert_non_null(at);
    return str_from(
        arena_printf(&arena, "%.*s%s%s", (int)(at - text.ptr), text.ptr, to, at + strlen(from)));
}

static void
test_envelope(void **state)
{
    (void)state;
    struct str good = make("ticket.archived", NULL, NULL);
    take_text(good);
    refuse_text(swap(good, "\"1.0\"", "\"0.3\""), "specversion");
    refuse_text(swap(good, "\"1.0\"", "1.0"), "specversion");
    refuse_text(swap(good, "\"specversion\":\"1.0\",", ""), "specversion");
    refuse_text(swap(good, "\"id\":\"e-1\",", ""), "id");
    refuse_text(swap(good, "e-1", ""), "id");
    take_text(swap(good, "e-1", repeat("i", 128)));
    refuse_text(swap(good, "e-1", repeat("i", 129)), "id");
    refuse_text(swap(good, "e-1", "a\\u0007"), "id");
    refuse_text(swap(good, "\"source\":\"/bj/1\",", ""), "source");
    refuse_text(swap(good, "/bj/1", repeat("s", 129)), "source");
    refuse_text(swap(good, "\"type\":\"ticket.archived\",", ""), "type");
    refuse_text(swap(good, "ticket.archived", ""), "type");
    refuse_text(swap(good, "\"subject\":\"SJS-1\",", ""), "subject");
    refuse_text(swap(good, "SJS-1", ""), "subject");
    take_text(swap(good, "SJS-1", repeat("~", 64)));
    refuse_text(swap(good, "SJS-1", repeat("x", 65)), "subject");
    refuse_text(swap(good, "SJS-1", "工单1"), "subject");
    refuse_text(swap(good, "SJS-1", "a\\u007fb"), "subject");
    refuse_text(swap(good, "+08:00", ""), "time");
    refuse_text(swap(good, "\"2026-11-23T09:41:27.120+08:00\"", "1795398087120"), "time");
    refuse_text(swap(good, "2026-11-23T09:41:27", "2200-01-01T00:00:00"), "time");
    take_text(make("ticket.archived", NULL, ",\"datacontenttype\":\"application/json\""));
    take_text(
        make("ticket.archived", NULL, ",\"datacontenttype\":\"Application/JSON; charset=utf-8\""));
    refuse_text(make("ticket.archived", NULL, ",\"datacontenttype\":\"text/plain\""),
                "datacontenttype");
    refuse_text(make("ticket.archived", NULL, ",\"datacontenttype\":\"application/jsonx\""),
                "datacontenttype");
    refuse_text(make("ticket.archived", NULL, ",\"data_base64\":\"e30=\""), "data_base64");
    arena_free(&arena);
}

static void
test_not_an_event(void **state)
{
    (void)state;
    static const char *const texts[] = {"",  "[]",  "\"x\"", "null", "5",  "hello",
                                        "{", "{}x", "{]}",   "[{}]", "{}", "{'a':1}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        refuse_text(str_from(texts[i]), "");
    }
    refuse_text(make("ticket.archived", NULL, ",\"id\":\"e-2\""), "twice");
    refuse("ticket.reopened", "{\"reason\":\"a\",\"reason\":\"b\"}", "twice");
    refuse("ticket.reopened", "{\"reason\":\"\xc3\x28\"}", "JSON"); /* no UTF-8 */
    refuse("ticket.reopened", "{\"reason\":\"\\ud800\"}", "surrogate");
    refuse("ticket.reopened", "{\"reason\":\"\\udc00\\ud800\"}", "surrogate");
    refuse("ticket.reopened", "{\"reason\":\"a\\u0000b\"}", "NUL");
    refuse("ticket.archived", "{\"colour\":{\"deep\":[\"\\ud83c\"]}}", "surrogate");
    refuse("weather.changed", "\"\\u0000\"", "NUL");
    take("ticket.reopened", "{\"reason\":\"\\ud83c\\udfe0 \\\\ud800\"}"); /* a pair; no escape */
    /* levels: the event and its data are two */
    char *deep = arena_printf(&arena, "{\"x\":%s%s}", repeat("[", 26), repeat("]", 26));
    take("ticket.archived", deep);
    deep = arena_printf(&arena, "{\"x\":%s%s}", repeat("[", 27), repeat("]", 27));
    refuse("ticket.archived", deep, "deeper");
    refuse_text(str_from(repeat("[", 100000)), "deeper");
    take("ticket.archived", arena_printf(&arena, "{\"x\":\"%s\"}", repeat("[", 5000)));
    refuse("ticket.archived", arena_printf(&arena, "{\"x\":\"%s\"}", repeat("y", EVENT_MAX_BYTES)),
           "longer");
    arena_free(&arena);
}

static void
test_unknown(void **state)
{
    (void)state;
    struct event e = take_text(make("ticket.archived",
                                    "{\"colour\":{\"deep\":[1,2.5]},\"unit\":\"U1\",\"mood\":null}",
                                    ",\"traceparent\":\"00-ab\",\"weather\":[1]"));
    assert_int_equal(e.unknown_fields, 5); /* unit is no field of archived */
    assert_int_equal(e.data.has, 0);
    assert_true(
        str_is(e.data.extra, "{\"colour\":{\"deep\":[1,2.5]},\"unit\":\"U1\",\"mood\":null}"));
    e = take("ticket.painted", "{\"colour\":\"red\"}");
    assert_int_equal(e.type, EVENT_UNKNOWN);
    assert_true(str_is(e.type_name, "ticket.painted"));
    assert_true(str_is(e.data.extra, "{\"colour\":\"red\"}"));
    assert_null(event_type_name(EVENT_UNKNOWN));
    e = take("weather.changed", "7"); /* the content of unknown types is nobody's to judge */
    assert_true(str_is(e.data.extra, "7"));
    static const char *const near[] = {
        "ticket.Registered", "registered",         "ticket.",          "alarm.",
        "ticket.registere",  "ticket.registeredx", "alarm.registered", "ticket.acknowledged",
        "xxxxxx.registered"};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        assert_int_equal(event_type_parse(str_from(near[i])), EVENT_UNKNOWN);
    }
    arena_free(&arena);
}

static void
test_personal_data(void **state)
{
    (void)state;
    static const char *const personal[] = {
        "请回电13812345678谢谢",
        "138-1234-5678",
        "138 1234.5678",
        "电话+8613912345678",
        "008613912345678",
        "电话１３９１２３４５６７８",
        "１３９　１２３４　５６７８",
        "身份证11010719900307123X",
        "11010719900307123x",
        "110107199003071234",
        "110107 19900307 1234",
        "a19999999999b",
    };
    static const char *const fine[] = {
        "",
        "网格110107001002003",
        "见SJS-20261123-000412",
        "2026年已反映12次",
        "010-68863800",        /* an office's landline */
        "12812345678",         /* no mobile number: second digit 2 */
        "1381234567",          /* ten digits */
        "138123456789",        /* a run of twelve is another number */
        "1101071990030712345", /* nineteen */
        "11010719900307123",   /* seventeen, no X */
        "11010719900307123 X", /* the X stands apart */
        "88 13812345678 1",    /* one run of 14 */
        "1.2-3 4",
        "热线12345",
    };
    for (size_t i = 0; i < sizeof personal / sizeof *personal; i++) {
        if (!event_text_is_personal(str_from(personal[i]))) {
            fail_msg("not found: %s", personal[i]);
        }
        char *data = arena_printf(&arena, "{\"summary\":\"%s\"}", personal[i]);
        struct event event;
        struct err err = {0};
        assert_false(
            event_from_json(make("ticket.amended", data, NULL), false, &arena, &event, &err));
        assert_null(strstr(err.text, "1381")); /* the reason does not repeat it */
        assert_null(strstr(err.text, "1101"));
    }
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        if (event_text_is_personal(str_from(fine[i]))) {
            fail_msg("found in: %s", fine[i]);
        }
    }
    refuse("ticket.reopened", "{\"reason\":\"13812345678\"}", "reason");
    refuse("meeting.committed", "{\"unit\":\"U\",\"text\":\"13812345678\"}", "text");
    refuse("meeting.settled", "{\"unit\":\"U\",\"text\":\"t\",\"outcome\":\"13812345678\"}",
           "outcome");
    take("ticket.expedited", "{\"by\":\"13812345678\"}"); /* no field of free text */
    arena_free(&arena);
}

static void
test_kept_text(void **state)
{
    (void)state;
    struct str text =
        STR(" {\n \"specversion\" : \"1.0\",\t\"id\":\"e 1\", \"source\":\"a\\\" b\",\r"
            "\"type\":\"ticket.archived\",\"subject\":\"S\",\"time\":"
            "\"2026-11-23T09:41:27Z\", \"n\": 1.10e1 , \"data\":{ } } ");
    struct event e = take_text(text);
    assert_true(str_is(e.json, "{\"specversion\":\"1.0\",\"id\":\"e 1\",\"source\":\"a\\\" b\","
                               "\"type\":\"ticket.archived\",\"subject\":\"S\",\"time\":"
                               "\"2026-11-23T09:41:27Z\",\"n\":1.10e1,\"data\":{}}"));
    struct event again = take_text(e.json);
    assert_true(str_eq(again.json, e.json));
    struct err err;
    assert_true(event_from_json(text, false, &arena, &e, &err));
    assert_int_equal(e.json.len, 0);
    arena_free(&arena);
}

/* What event_to_json writes is taken, and is the same event; at the edges of the years too. */
static void
test_written(void **state)
{
    (void)state;
    static const char *const times[] = {
        "2026-11-23T09:41:27.120+08:00", "1970-01-01T00:00:00.001+23:59",
        "1970-01-01T00:00:00Z",          "2199-12-31T23:59:59.999Z",
        "2199-12-31T23:59:59.999-23:59", "2199-12-31T00:00:00-08:00"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct str text =
            swap(make("ticket.whistled", "{\"units\":[\"U1\",\"U2\"],\"x\":[1.5]}", NULL),
                 "2026-11-23T09:41:27.120+08:00", times[i]);
        struct event e = take_text(text);
        struct buf out = {0};
        event_to_json(&e, &out);
        struct event again = take_text(buf_str(&out));
        assert_int_equal(again.time_ms, e.time_ms);
        assert_int_equal(again.data.units_count, 2);
        assert_true(str_is(again.data.extra, "{\"x\":[1.5]}"));
        buf_free(&out);
    }
    arena_free(&arena);
}

static struct event_batch
batch(const char *text, bool expected)
{
    struct event_batch out;
    if (event_batch_from_json(str_from(text), false, 5, &arena, &out) != expected) {
        fail_msg("%s: %s", expected ? "refused" : "taken", text);
    }
    return out;
}

static void
test_batch(void **state)
{
    (void)state;
    const char *a = make("ticket.archived", NULL, NULL).ptr;
    const char *b = make("ticket.archived", "{\"x\":\"]},{[\\\"\"}", NULL).ptr;
    struct event_batch out = batch("[]", true);
    assert_int_equal(out.count, 0);
    out = batch(" [ ] ", true);
    out = batch(arena_printf(&arena, " [ %s ,\n%s ] ", a, b), true);
    assert_int_equal(out.count, 2);
    assert_true(str_is(out.events[0].json, a) && str_is(out.events[1].json, b));
    out = batch(arena_printf(&arena, "[%s,{},5,\"x\",%s]", a, b), false);
    assert_int_equal(out.problems_count, 3);
    assert_int_equal(out.problems[0].index, 1);
    assert_int_equal(out.problems[1].index, 2);
    assert_int_equal(out.problems[2].index, 3);
    assert_true(out.problems[0].error.len > 0);
    /* half a surrogate pair spoils its event, not the text */
    out = batch(arena_printf(&arena, "[%s,%s]", a,
                             make("ticket.reopened", "{\"reason\":\"\\ud800\"}", NULL).ptr),
                false);
    assert_int_equal(out.problems_count, 1);
    assert_int_equal(out.problems[0].index, 1);
    static const char *const wrong[] = {
        "",      "hello",  "{}",     "[",      "[{\"specversion\":", "[{}",   "[{},]",
        "[,{}]", "[{}{}]", "[{}] x", "[[[[[[", "[\"\xff\xfe\"]",     "[{]}]", "[tru]",
        "]",     "[}",     "[{},",   "[\"x]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        out = batch(wrong[i], false);
        if (out.problems_count != 1 || out.problems[0].index != -1) {
            fail_msg("%s: not refused as a whole", wrong[i]);
        }
    }
    out = batch(arena_printf(&arena, "[%s,%s,%s,%s,%s,%s]", a, a, a, a, a, a), false);
    assert_true(out.too_many);
    struct event_batch one;
    assert_true(event_batch_from_json(str_from(a), true, 5, &arena, &one));
    assert_int_equal(one.count, 1);
    assert_false(event_batch_from_json(STR("[]"), true, 5, &arena, &one));
    assert_int_equal(one.problems[0].index, -1);
    assert_false(event_batch_from_json(STR("{}"), true, 5, &arena, &one));
    assert_int_equal(one.problems[0].index, 0);
    arena_free(&arena);
}

/* Text is looked at eight bytes at a time: every byte in every place must count as it does alone.
 */
static void
test_clean_text(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 20; len++) {
        for (size_t at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                char text[20];
                memset(text, 'a', sizeof text);
                text[at] = (char)byte;
                struct str s = {text, len};
                bool printable = byte >= 0x20 && byte <= 0x7e;
                assert_int_equal(event_subject_valid(s), printable);
                bool c1 = byte == 0xc2 && at + 1 < len && (unsigned char)text[at + 1] < 0xa0;
                assert_int_equal(event_text_clean(s), byte >= 0x20 && byte != 0x7f && !c1);
            }
        }
    }
    assert_true(event_text_clean(STR("")) && !event_subject_valid(STR("")));
}

/* PROTOCOL's term of a ticket, against the text that it is the hash of. */
static void
test_digest_term(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0,         1,         9,         10,
                                      99,        100,       101,       99999999,
                                      100000000, 100000007, 123456789, INT64_C(1795398087120),
                                      INT64_MAX, -1,        -100,      INT64_C(-1795398087120),
                                      INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        for (uint32_t milestones = 0; milestones < 120; milestones += 7) {
            char text[96];
            snprintf(text, sizeof text, "SJS-2026-1|%u|%lld", milestones, (long long)numbers[i]);
            assert_true(event_digest_term(STR("SJS-2026-1"), milestones, numbers[i]) ==
                        hash_fnv1a64(str_from(text)));
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registered),      cmocka_unit_test(test_types),
        cmocka_unit_test(test_milestone_names), cmocka_unit_test(test_digest_term),
        cmocka_unit_test(test_required),        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_choices),         cmocka_unit_test(test_place),
        cmocka_unit_test(test_null_is_absent),  cmocka_unit_test(test_envelope),
        cmocka_unit_test(test_not_an_event),    cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_personal_data),   cmocka_unit_test(test_kept_text),
        cmocka_unit_test(test_written),         cmocka_unit_test(test_batch),
        cmocka_unit_test(test_clean_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The quick reading of a snapshot's rows against the general one: the same texts, whole and broken
 * in every way a byte can be, must be taken, refused and counted alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/message_codec.h"
#include "feeds/writer.h"
#include "wall/base/hash.h"

#define HEAD                                                                                       \
    "{\"kind\":\"snapshot\",\"seq\":9,\"part\":1,\"parts\":1,\"columns\":[\"ticket\",\"channel\"," \
    "\"category\",\"kind\",\"street\",\"community\",\"lon\",\"lat\",\"urgency\",\"confidential\"," \
    "\"summary\",\"milestones\"],\"tickets\":["

#define DUE_HEAD                                                                                   \
    "{\"kind\":\"snapshot\",\"seq\":9,\"part\":1,\"parts\":2,\"columns\":[\"ticket\",\"channel\"," \
    "\"category\",\"street\",\"milestones\"],\"tickets\":["

/* What a hub writes, and what one could: data said again, units, extra fields, unknown types,
 * invalid data, personal summaries, entries behind the third, columns in another order; data that
 * differs by its due time alone. */
static const char *const texts[] = {
    HEAD "[\"SJS-1\",\"12345\",\"heating\",\"help\",\"S01\",\"C1\",116.1234567,39.9,\"urgent\","
         "true,\"暖气不热\",[[\"registered\",1000],[\"dispatched\",2000,{\"unit\":\"110107003\","
         "\"mode\":\"internal\",\"route\":\"direct\",\"due_ms\":1795398087120}],[\"whistled\",3000,"
         "{\"units\":[\"U1\",\"U2\"]}],[\"accepted\",3000,{\"unit\":\"110107003\"}],[\"resolved\","
         "4000,{\"unit\":\"110107003\"}],[\"accepted\",5000,{\"unit\":\"110107003\"}],"
         "[\"surveyed\",6000,{\"by\":\"city\",\"reached\":true,\"solved\":false}],[\"surveyed\","
         "7000,{\"by\":\"city\",\"reached\":true,\"solved\":false}],[\"archived\",8000]]],"
         "[\"SJS-2\",\"web\",\"parking\",null,\"S02\",null,null,null,\"normal\",false,null,"
         "[[\"registered\",1000,{\"channel\":\"web\",\"category\":\"x\",\"street\":\"S02\"}],"
         "[\"amended\",2000,{\"category\":\"parking\",\"community\":null,\"more\":[1]}],"
         "[\"amended\",2000,{\"category\":\"parking\",\"community\":null,\"more\":[1]}],"
         "[\"amended\",-3,{\"street\":null}],[\"accepted\",-1,{\"unit\":\"一个处理单位\"}]]]],"
         "\"alarms\":[],\"commitments\":[]}",
    HEAD
    "[\"T-1\",\"h\",\"c\",\"complaint\",\"s\",\"\xc2\xb7\",-116,-39,\"emergency\",false,"
    "\"电话13812345678\",[[\"registered\",0],[\"painted\",1,{\"a\":{\"b\":[]}}],[\"extended\","
    "2],[\"extended\",3,{\"due_ms\":-1}],[\"extended\",4,{\"due_ms\":null}],[\"reported\",5,{"
    "\"unit\":\"\"}],[\"accepted\",6,null],[\"accepted\",7,{},8,[9],{\"x\":10}],[\"dispatched\""
    ",8,{\"unit\":\"U\",\"mode\":\"none\"}],[\"suspended\",9,{\"reason\":\"13912345678\"}],"
    "[\"suspended\",9,{\"reason\":\"等待材料\"}],[\"registered\",10,{}],[\"removed\",11]]]],"
    "\"other\":{\"deep\":[[[]]]}}",
    "{\"kind\":\"snapshot\",\"seq\":9,\"part\":1,\"parts\":2,\"columns\":[\"milestones\",\"mood\","
    "\"street\",\"category\",\"channel\",\"confidential\",\"summary\",\"ticket\"],\"tickets\":[["
    "[[\"registered\",1,{\"channel\":\"a\",\"category\":\"b\",\"street\":\"c\",\"lon\":116.1,"
    "\"lat\":39.9,\"crs\":\"gcj02\"}],[\"amended\",2,{\"lon\":null,\"lat\":null}],[\"amended\",2,"
    "{\"lon\":1}],[\"expedited\",3,{\"by\":\"\xe5\x8c\xba\"}]],{\"x\":1},\"S\",\"c\",\"h\",null,"
    "\"a summary of more than thirty-one bytes\",\"T-1\"],[[],[],\"S\",\"c\",\"h\",true,\"\","
    "\"T-2\"]]}",
    DUE_HEAD
    "[\"T-1\",\"h\",\"c\",\"S\",[[\"registered\",1],[\"dispatched\",2,{\"unit\":\"U1\","
    "\"mode\":\"internal\",\"due_ms\":1795398087120,\"property\":\"P\"}],[\"dispatched\",3,"
    "{\"unit\":\"U1\",\"mode\":\"internal\",\"due_ms\":1795398087121,\"property\":\"P\"}],"
    "[\"dispatched\",4,{\"unit\":\"U1\",\"mode\":\"internal\",\"due_ms\":"
    "9007199254740992,\"property\":\"P\"}],[\"dispatched\",5,{\"unit\":\"U1\",\"mode\":"
    "\"internal\",\"due_ms\":9007199254740991,\"property\":\"P\"}],[\"dispatched\",6,{"
    "\"unit\":\"U1\",\"mode\":\"internal\",\"due_ms\":7,\"property\":\"P\"}],"
    "[\"dispatched\",7,{\"unit\":\"U1\",\"mode\":\"internal\",\"due_ms\":1795398087123,"
    "\"property\":\"Q\"}]]],[\"T-2\",\"h\",\"c\",\"S\",[[\"registered\",1],[\"extended\",2,"
    "{\"due_ms\":1795398087124}],[\"extended\",3,{\"due_ms\":1795398087125}],"
    "[\"dispatched\",4,{\"due_ms\":1795398087126,\"unit\":\"U1\",\"mode\":\"internal\"}],"
    "[\"dispatched\",5,{\"due_ms\":1795398087127,\"unit\":\"U1\",\"mode\":\"internal\"}],"
    "[\"dispatched\",5,{\"due_ms\":1795398087128,\"unit\":\"U1\",\"mode\":\"internal\","
    "\"more\":1}]]]]}",
};
#define TEXTS (sizeof texts / sizeof *texts)

static struct arena arena;
static uint64_t random_state = 20261123;

static uint32_t
random_below(uint32_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) * limit >> 31);
}

static void
to_pack(const char *json, struct buf *out)
{
    struct value_doc doc;
    struct value root;
    struct err err;
    struct writer writer = writer_to(out, true);
    if (!value_parse_json(str_from(json), VALUE_MAX_DEPTH, false, &doc, &root, &err)) {
        fail_msg("%s", err.text);
    }
    value_write(&root, &writer);
    value_finish(&doc);
}

static void
same_data(const struct event_data *a, const struct event_data *b)
{
    assert_int_equal(a->has, b->has);
    assert_int_equal(a->cleared, b->cleared);
    const struct str *x[] = {&a->channel, &a->category, &a->street,   &a->community,
                             &a->summary, &a->unit,     &a->property, &a->reason,
                             &a->by,      &a->text,     &a->outcome,  &a->extra};
    const struct str *y[] = {&b->channel, &b->category, &b->street,   &b->community,
                             &b->summary, &b->unit,     &b->property, &b->reason,
                             &b->by,      &b->text,     &b->outcome,  &b->extra};
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        assert_true(str_eq(*x[i], *y[i]));
    }
    assert_int_equal(a->units_count, b->units_count);
    for (int i = 0; i < a->units_count; i++) {
        assert_true(str_eq(a->units[i], b->units[i]));
    }
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->urgency, b->urgency);
    assert_int_equal(a->mode, b->mode);
    assert_int_equal(a->route, b->route);
    assert_int_equal(a->surveyor, b->surveyor);
    assert_int_equal(a->satisfied, b->satisfied);
    assert_int_equal(a->crs, b->crs);
    assert_memory_equal(&a->lon, &b->lon, sizeof a->lon);
    assert_memory_equal(&a->lat, &b->lat, sizeof a->lat);
    assert_int_equal(a->confidential, b->confidential);
    assert_int_equal(a->reached, b->reached);
    assert_int_equal(a->responded, b->responded);
    assert_int_equal(a->solved, b->solved);
    assert_int_equal(a->due_ms, b->due_ms);
}

static struct event_data
data_of(const struct event_milestone *m)
{
    struct event_data data = *m->data;
    data.due_ms = event_milestone_due(m);
    return data;
}

static void
same_rows(const struct message *a, const struct message *b)
{
    assert_int_equal(a->unknown_fields, b->unknown_fields);
    assert_int_equal(a->unknown_types, b->unknown_types);
    assert_int_equal(a->invalid_events, b->invalid_events);
    assert_int_equal(a->snapshot.rows_count, b->snapshot.rows_count);
    for (size_t i = 0; i < a->snapshot.rows_count; i++) {
        const struct event_ticket *x = &a->snapshot.rows[i], *y = &b->snapshot.rows[i];
        assert_true(str_eq(x->ticket, y->ticket));
        assert_true(x->hash == y->hash && x->hash == hash_keyed(x->ticket));
        assert_true(x->term == y->term && x->term != 0);
        same_data(&x->fields, &y->fields);
        assert_int_equal(x->milestones_count, y->milestones_count);
        for (size_t m = 0; m < x->milestones_count; m++) {
            assert_int_equal(x->milestones[m].type, y->milestones[m].type);
            assert_int_equal(x->milestones[m].time_ms, y->milestones[m].time_ms);
            struct event_data one = data_of(&x->milestones[m]);
            struct event_data other = data_of(&y->milestones[m]);
            same_data(&one, &other);
        }
    }
}

/* The bytes lie in memory of just their size, so that a byte read too far is found. */
static enum message_result
check(struct str bytes)
{
    struct message quick, general;
    struct err quick_err = {""}, general_err = {""};
    char *copy = malloc(bytes.len + 1);
    memcpy(copy + 1, bytes.ptr, bytes.len);
    struct str text = {copy + 1, bytes.len};
    enum message_result result = message_decode(MESSAGE_PACK, text, &arena, &quick, &quick_err);
    assert_int_equal(result,
                     message_decode_by_values(MESSAGE_PACK, text, &arena, &general, &general_err));
    assert_int_equal(quick.kind, general.kind);
    assert_int_equal(*quick_err.text != '\0', result == MESSAGE_BROKEN);
    if (result == MESSAGE_OK && quick.kind == MESSAGE_SNAPSHOT) {
        same_rows(&quick, &general);
    }
    free(copy);
    arena_reset(&arena);
    return result;
}

static void
test_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        struct buf bytes = {0};
        to_pack(texts[i], &bytes);
        assert_int_equal(check(buf_str(&bytes)), MESSAGE_OK);
        for (size_t len = 0; len < bytes.len; len++) {
            assert_int_equal(check((struct str){bytes.ptr, len}), MESSAGE_BROKEN);
        }
        buf_free(&bytes);
    }
}

/* Data that stands in the part before is not read again: what it says and counts is the same. */
static void
test_data_said_again(void **state)
{
    (void)state;
    struct buf bytes = {0};
    struct message message;
    struct err err;
    to_pack(texts[0], &bytes);
    assert_int_equal(message_decode(MESSAGE_PACK, buf_str(&bytes), &arena, &message, &err),
                     MESSAGE_OK);
    const struct event_milestone *m = message.snapshot.rows[0].milestones;
    assert_ptr_equal(m[3].data, m[5].data);
    assert_ptr_not_equal(m[3].data, m[4].data); /* another type may have other fields */
    assert_int_equal(message.unknown_fields, 2);
    buf_free(&bytes);
    arena_reset(&arena);
}

/* Data that differs by its due time alone is read by halves: the time is what each says, and where
 * it is none the milestone is invalid. */
static void
test_due_times(void **state)
{
    (void)state;
    static const int64_t first[] = {
        0, INT64_C(1795398087120), INT64_C(1795398087121), INT64_C(9007199254740991),
        7, INT64_C(1795398087123)};
    static const int64_t second[] = {0,
                                     INT64_C(1795398087124),
                                     INT64_C(1795398087125),
                                     INT64_C(1795398087126),
                                     INT64_C(1795398087127),
                                     INT64_C(1795398087128)};
    struct buf bytes = {0};
    struct message message;
    struct err err;
    to_pack(texts[TEXTS - 1], &bytes);
    assert_int_equal(message_decode(MESSAGE_PACK, buf_str(&bytes), &arena, &message, &err),
                     MESSAGE_OK);
    assert_int_equal(message.invalid_events, 1); /* 2^53 is no time */
    assert_int_equal(message.unknown_fields, 1);
    const struct event_ticket *rows = message.snapshot.rows;
    assert_int_equal(rows[0].milestones_count, 6);
    assert_int_equal(rows[1].milestones_count, 6);
    for (size_t i = 0; i < 6; i++) {
        struct event_data a = data_of(&rows[0].milestones[i]);
        struct event_data b = data_of(&rows[1].milestones[i]);
        assert_int_equal(a.due_ms, first[i]);
        assert_int_equal(b.due_ms, second[i]);
        assert_true(i == 0 || str_is(a.unit, "U1"));
        assert_true(i == 0 || str_is(a.property, i == 5 ? "Q" : "P"));
        assert_true(i < 3 || str_is(b.unit, "U1"));
    }
    buf_free(&bytes);
    arena_reset(&arena);
}

/* A due time of 0 in eight bytes, which no writer of ours needs for it, is none left out. */
static void
test_due_time_of_zero(void **state)
{
    (void)state;
    static const unsigned char second[] = {0xcf, 0x00, 0x00, 0x01, 0xa2, 0x06, 0x10, 0xb1, 0xd1};
    struct buf bytes = {0};
    struct message message;
    struct err err;
    to_pack(texts[TEXTS - 1], &bytes);
    char *at = memmem(bytes.ptr, bytes.len, second, sizeof second);
    assert_non_null(at);
    memset(at + 1, 0, sizeof second - 1);
    assert_int_equal(message_decode(MESSAGE_PACK, buf_str(&bytes), &arena, &message, &err),
                     MESSAGE_OK);
    struct event_data data = data_of(&message.snapshot.rows[0].milestones[2]);
    assert_true(data.has & EVENT_F_DUE);
    assert_int_equal(data.due_ms, 0);
    buf_free(&bytes);
    arena_reset(&arena);
}

/* One or two changes anywhere: a byte, a letter, a bit, a token of another kind, bytes gone or
 * twice. */
static void
break_somewhere(struct buf *bytes)
{
    static const unsigned char tokens[] = {0x00, 0x7f, 0x80, 0x81, 0x90, 0x91, 0x93, 0xa0, 0xa1,
                                           0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xca, 0xcb, 0xcc,
                                           0xcf, 0xd3, 0xd9, 0xdb, 0xdc, 0xdf, 0xe0, 0xff};
    for (uint32_t changes = 1 + random_below(2); changes > 0; changes--) {
        uint32_t at = random_below((uint32_t)bytes->len);
        uint32_t len = 1 + random_below(12);
        len = at + len > bytes->len ? (uint32_t)bytes->len - at : len;
        switch (random_below(6)) {
        case 0:
            bytes->ptr[at] = (char)random_below(256);
            break;
        case 1:
            bytes->ptr[at] = (char)(bytes->ptr[at] ^ 1 << random_below(8));
            break;
        case 2:
            bytes->ptr[at] = (char)tokens[random_below(sizeof tokens)];
            break;
        case 3:
            memmove(bytes->ptr + at, bytes->ptr + at + len, bytes->len - at - len);
            bytes->len -= len;
            break;
        case 4:
            bytes->ptr[at] = (char)('a' + random_below(26));
            break;
        default:
            buf_reserve(bytes, len);
            memmove(bytes->ptr + at + len, bytes->ptr + at, bytes->len - at);
            bytes->len += len;
            break;
        }
        if (bytes->len == 0) {
            buf_add(bytes, "\x80", 1);
        }
    }
}

static void
test_broken(void **state)
{
    (void)state;
    size_t taken = 0, refused = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        struct buf whole = {0}, bytes = {0};
        to_pack(texts[i], &whole);
        for (int round = 0; round < 20000; round++) {
            buf_clear(&bytes);
            buf_add_str(&bytes, buf_str(&whole));
            break_somewhere(&bytes);
            enum message_result result = check(buf_str(&bytes));
            taken += result == MESSAGE_OK;
            refused += result == MESSAGE_BROKEN;
        }
        buf_free(&whole);
        buf_free(&bytes);
    }
    /* both sides are met often */
    assert_true(taken > 6000);
    assert_true(refused > 20000);
    arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),     cmocka_unit_test(test_data_said_again),
        cmocka_unit_test(test_due_times), cmocka_unit_test(test_due_time_of_zero),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The store: digest, repeats, held events, removal, forgetting, snapshots in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "feeds/tickets/figures.h"
#include "feeds/tickets/record.h"
#include "tests/unit/tickets/make.h"

static struct profile profile;

static int
setup(void **state)
{
    profile_default(&profile);
    *state = tickets_create(&profile);
    return 0;
}

static int
teardown(void **state)
{
    tickets_destroy(*state);
    return 0;
}

static void
expect_digest(const struct tickets *t, struct str street, uint64_t count, uint64_t digest)
{
    uint64_t have_count, have;
    tickets_digest(t, street, &have_count, &have);
    assert_int_equal(have_count, count);
    assert_int_equal(have, digest);
}

/* FNV-1a 64 values computed apart, of the texts in the comments. */
static void
test_digest(void **state)
{
    struct tickets *t = *state;
    const char *number = "SJS-20261123-000412";
    expect_digest(t, STR(""), 0, 0);
    make_apply(t, number, EVENT_ACCEPTED, MAKE_NOW + 3000); /* not registered: not in it */
    expect_digest(t, STR(""), 0, 0);
    make_register(t, number, MAKE_NOW);
    make_apply(t, number, EVENT_RESOLVED, MAKE_NOW + 1000);
    /* SJS-20261123-000412|3|1795398090000 */
    expect_digest(t, STR(""), 1, UINT64_C(0xa4462b55ec6f6c9d));
    struct event e = make_registered("T-2", 1000, "S02", "noise");
    tickets_apply(t, &e, false);
    /* … + T-2|1|1000, modulo 2^64 */
    expect_digest(t, STR(""), 2, UINT64_C(0x2e908a8fd87f68cd));
    expect_digest(t, STR("S02"), 1, UINT64_C(0x8a4a5f39ec0ffc30));
    expect_digest(t, STR("S01"), 1, UINT64_C(0xa4462b55ec6f6c9d));
    expect_digest(t, STR("S03"), 0, 0);
    make_apply(t, "T-2", EVENT_REMOVED, 5);
    expect_digest(t, STR(""), 1, UINT64_C(0xa4462b55ec6f6c9d));
    expect_digest(t, STR("S02"), 0, 0);
    /* Moved to another street: the street's digest goes with it. SJS-20261123-000412|1|… */
    tickets_forget(t, str_from(number));
    make_register(t, number, MAKE_NOW);
    expect_digest(t, STR("S01"), 1, UINT64_C(0xe0b8b51f421211b7));
    e = make_event(number, EVENT_AMENDED, MAKE_NOW);
    e.data.has = EVENT_F_STREET;
    e.data.street = STR("S02");
    tickets_apply(t, &e, false);
    struct str street;
    assert_true(tickets_street_of(t, str_from(number), &street));
    assert_true(str_is(street, "S02"));
    expect_digest(t, STR("S01"), 0, 0);
    uint64_t count, digest;
    tickets_digest(t, STR("S02"), &count, &digest);
    assert_int_equal(count, 1);
}

static enum tickets_outcome
apply_id(struct tickets *t, struct event e, const char *source, const char *id)
{
    e.source = str_from(source);
    e.id = str_from(id);
    return tickets_apply(t, &e, true);
}

static void
test_outcomes(void **state)
{
    struct tickets *t = *state;
    struct event accepted = make_event("A", EVENT_ACCEPTED, MAKE_NOW);
    assert_int_equal(apply_id(t, accepted, "/a", "1"), TICKETS_HELD);
    assert_int_equal(apply_id(t, accepted, "/a", "1"), TICKETS_REPEATED);
    assert_int_equal(apply_id(t, accepted, "/b", "1"), TICKETS_HELD); /* another source */
    struct event registered = make_registered("A", MAKE_NOW, "S01", "noise");
    assert_int_equal(apply_id(t, registered, "/a", "2"), TICKETS_APPLIED);
    assert_int_equal(apply_id(t, accepted, "/a", "3"), TICKETS_APPLIED);
    struct event unknown = make_event("A", EVENT_UNKNOWN, MAKE_NOW);
    assert_int_equal(apply_id(t, unknown, "/a", "4"), TICKETS_IGNORED);
    struct event removed = make_event("A", EVENT_REMOVED, MAKE_NOW);
    assert_int_equal(apply_id(t, removed, "/a", "5"), TICKETS_APPLIED);
    assert_int_equal(apply_id(t, registered, "/a", "6"), TICKETS_IGNORED);
    assert_int_equal(tickets_snapshot(t, MAKE_NOW)->tickets, 0);
    /* Removed at every moment, past ones too, and also before it was ever registered. */
    make_apply(t, "B", EVENT_REMOVED, MAKE_NOW + WHEN_DAY);
    make_register(t, "B", MAKE_NOW);
    assert_int_equal(tickets_snapshot(t, MAKE_NOW + 1)->tickets, 0);
    struct str street;
    assert_false(tickets_street_of(t, STR("B"), &street));
}

/* A ticket that comes into scope again is sent with all its events: they are no repeats. */
static void
test_forgotten_comes_again(void **state)
{
    struct tickets *t = *state;
    struct event registered = make_registered("A", MAKE_NOW - 5, "S01", "noise");
    struct event accepted = make_event("A", EVENT_ACCEPTED, MAKE_NOW - 4);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(apply_id(t, registered, "/a", "1"), TICKETS_APPLIED);
        assert_int_equal(apply_id(t, accepted, "/a", "2"), TICKETS_APPLIED);
        assert_int_equal(apply_id(t, accepted, "/a", "2"), TICKETS_REPEATED);
        const struct snapshot *s = tickets_snapshot(t, MAKE_NOW + round);
        assert_int_equal(snapshot_row(s, SNAPSHOT_STREET, STR("S01"))->open, 1);
        tickets_forget(t, STR("A"));
        s = tickets_snapshot(t, MAKE_NOW + round);
        assert_null(snapshot_row(s, SNAPSHOT_STREET, STR("S01")));
        assert_int_equal(s->tickets, 0);
    }
    tickets_forget(t, STR("unknown"));
}

static void
test_held_is_bounded(void **state)
{
    struct tickets *t = *state;
    char number[16];
    for (int i = 0; i < 100000 / 2 + 10; i++) {
        snprintf(number, sizeof number, "H-%d", i);
        assert_int_equal(make_apply(t, number, EVENT_ACCEPTED, MAKE_NOW), TICKETS_HELD);
        assert_int_equal(make_apply(t, number, EVENT_RESOLVED, MAKE_NOW), TICKETS_HELD);
    }
    assert_int_equal(tickets_held_dropped(t), 20);
    make_register(t, "H-9", MAKE_NOW); /* the last that was dropped */
    make_register(t, "H-10", MAKE_NOW);
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    const struct snapshot_row *all = snapshot_row(s, SNAPSHOT_DISTRICT, STR("all"));
    assert_int_equal(all->open, 1); /* H-9's resolution is gone, H-10's is there */
    assert_int_equal(all->counts[SNAPSHOT_TODAY].resolved, 1);
    /* Room again: registering took two events out of those held. */
    make_apply(t, "new", EVENT_ACCEPTED, MAKE_NOW);
    assert_int_equal(tickets_held_dropped(t), 20);
}

static void
test_held_of_one_ticket_is_bounded(void **state)
{
    struct tickets *t = *state;
    tickets_set_held_max(t, 100);
    for (int i = 0; i < 101; i++) {
        make_apply(t, "A", EVENT_EXPEDITED, MAKE_NOW + i);
    }
    assert_int_equal(tickets_held_dropped(t), 101);
    make_register(t, "A", MAKE_NOW);
    uint64_t count, digest;
    tickets_digest(t, STR(""), &count, &digest);
    assert_int_equal(count, 1);
}

/* Equal times keep the order of arrival, whatever comes between. */
static void
test_order_of_arrival(void **state)
{
    struct tickets *t = *state;
    make_register(t, "A", MAKE_NOW - 10);
    make_apply(t, "A", EVENT_RESOLVED, MAKE_NOW);
    make_apply(t, "A", EVENT_REOPENED, MAKE_NOW);
    make_register(t, "B", MAKE_NOW - 10);
    make_apply(t, "B", EVENT_REOPENED, MAKE_NOW);
    make_apply(t, "B", EVENT_RESOLVED, MAKE_NOW);
    make_apply(t, "B", EVENT_ACCEPTED, MAKE_NOW - 5); /* late */
    struct snapshot_key key = {SNAPSHOT_DISTRICT, STR("all"), SNAPSHOT_TODAY, SNAPSHOT_CITY,
                               SNAPSHOT_OPEN};
    struct str out[4];
    tickets_snapshot(t, MAKE_NOW);
    assert_int_equal(tickets_behind(t, &key, out, 4), 1);
    assert_true(str_is(out[0], "A"));
    key.measure = SNAPSHOT_RESOLVED;
    assert_int_equal(tickets_behind(t, &key, out, 4), 1);
    assert_true(str_is(out[0], "B"));
    assert_int_equal(tickets_behind(t, &key, out, 0), 0);
}

static bool
refuse(struct tickets *t, const struct event_ticket *row, const char *why)
{
    struct err err = {0};
    return !tickets_load_row(t, row, &err) && strstr(err.text, why);
}

static void
test_load_refuses(void **state)
{
    struct tickets *t = *state;
    struct event registered = make_registered("A", 10, "S01", "noise");
    struct event_milestone milestones[] = {{10, EVENT_REGISTERED, &registered.data, 0},
                                           {20, EVENT_ACCEPTED, &event_no_data, 0}};
    struct event_ticket row = {.ticket = STR("A"), .milestones = milestones, .milestones_count = 2};
    assert_true(refuse(t, &row, "outside of a snapshot"));
    tickets_load_begin(t);
    row.ticket = STR("");
    assert_true(refuse(t, &row, "1 to 64 bytes"));
    row.ticket = STR("A");
    milestones[1].time_ms = 9;
    assert_true(refuse(t, &row, "out of order"));
    milestones[1].time_ms = 20;
    milestones[1].type = EVENT_REMOVED;
    assert_true(refuse(t, &row, "no ticket's type"));
    milestones[1].type = EVENT_ACCEPTED;
    row.milestones = &milestones[1];
    row.milestones_count = 1;
    assert_true(refuse(t, &row, "no registration"));
    row.milestones_count = 0;
    assert_true(refuse(t, &row, "no registration"));
    row.milestones = milestones;
    row.milestones_count = 2;
    struct err err;
    assert_true(tickets_load_row(t, &row, &err));
    assert_true(refuse(t, &row, "twice"));
    tickets_load_abort(t);
    tickets_load_end(t); /* nothing is open */
    assert_int_equal(tickets_snapshot(t, MAKE_NOW)->tickets, 0);
}

/* Rows are looked at in blocks: one that is refused is found wherever it stands, and those before
 * it are the same as loaded one by one. */
static void
test_load_many(void **state)
{
    struct tickets *t = *state;
    enum { ROWS = 100 };
    static struct event_ticket rows[ROWS];
    static char numbers[ROWS][16];
    struct event registered = make_registered("A", 10, "S01", "noise");
    struct event_milestone milestone = {10, EVENT_REGISTERED, &registered.data, 0};
    struct err err = {""};
    uint64_t many[2], one[2];
    for (int i = 0; i < ROWS; i++) {
        snprintf(numbers[i], sizeof numbers[i], "T-%d", i);
        rows[i] = (struct event_ticket){
            .ticket = str_from(numbers[i]), .milestones = &milestone, .milestones_count = 1};
    }
    assert_false(tickets_load_rows(t, rows, ROWS, &err)); /* outside of a snapshot */
    for (int twin = 1; twin < ROWS; twin += 7) {
        snprintf(numbers[twin], sizeof numbers[twin], "T-%d", twin / 2);
        rows[twin].ticket = str_from(numbers[twin]);
        tickets_load_begin(t);
        assert_false(tickets_load_rows(t, rows, ROWS, &err));
        assert_non_null(strstr(err.text, "twice"));
        tickets_load_abort(t);
        snprintf(numbers[twin], sizeof numbers[twin], "T-%d", twin);
        rows[twin].ticket = str_from(numbers[twin]);
    }
    tickets_load_begin(t);
    assert_true(tickets_load_rows(t, rows, ROWS, &err));
    tickets_load_end(t);
    tickets_digest(t, STR(""), &many[0], &many[1]);
    assert_int_equal(many[0], ROWS);
    tickets_load_begin(t);
    for (int i = 0; i < ROWS; i++) {
        assert_true(tickets_load_row(t, &rows[i], &err));
    }
    tickets_load_end(t);
    tickets_digest(t, STR(""), &one[0], &one[1]);
    assert_memory_equal(many, one, sizeof one);
}

/* The last milestone that names a street says where the ticket is. */
static void
test_load_street(void **state)
{
    struct tickets *t = *state;
    struct event registered = make_registered("A", 10, "S01", "noise");
    struct event_data moved = {.has = EVENT_F_STREET, .street = STR("S02")};
    struct event_data renamed = {.has = EVENT_F_CATEGORY, .category = STR("water")};
    struct event_milestone milestones[] = {{10, EVENT_REGISTERED, &event_no_data, 0},
                                           {20, EVENT_AMENDED, &moved, 0},
                                           {30, EVENT_AMENDED, &renamed, 0}};
    struct event_ticket row = {.ticket = STR("A"),
                               .fields = registered.data,
                               .milestones = milestones,
                               .milestones_count = 1};
    for (size_t count = 1; count <= 3; count++) {
        struct str street;
        struct err err;
        row.milestones_count = count;
        tickets_load_begin(t);
        assert_true(tickets_load_row(t, &row, &err));
        tickets_load_end(t);
        assert_true(tickets_street_of(t, STR("A"), &street));
        assert_true(str_is(street, count == 1 ? "S01" : "S02"));
    }
}

/* Until the end of a load the old state answers. */
static void
test_load_swaps_at_end(void **state)
{
    struct tickets *t = *state;
    make_register(t, "old", MAKE_NOW - 5);
    struct event placed = make_registered("new", MAKE_NOW - 9, "S07", "water");
    struct event_data fields = placed.data;
    fields.has |= EVENT_F_PLACE;
    fields.lon = 116.2;
    fields.lat = 39.9;
    /* its data is left out: the row's fields say it */
    struct event_milestone milestone = {placed.time_ms, EVENT_REGISTERED, &event_no_data, 0};
    struct event_ticket row = {
        .ticket = STR("new"), .fields = fields, .milestones = &milestone, .milestones_count = 1};
    struct err err;
    tickets_load_begin(t);
    assert_true(tickets_load_row(t, &row, &err));
    const struct snapshot *s = tickets_snapshot(t, MAKE_NOW);
    assert_non_null(snapshot_row(s, SNAPSHOT_STREET, STR("S01")));
    assert_null(snapshot_row(s, SNAPSHOT_STREET, STR("S07")));
    tickets_load_end(t);
    s = tickets_snapshot(t, MAKE_NOW);
    assert_null(snapshot_row(s, SNAPSHOT_STREET, STR("S01")));
    assert_int_equal(snapshot_row(s, SNAPSHOT_STREET, STR("S07"))->open, 1);
    assert_int_equal(s->points_count, 1);
    assert_int_equal(s->points[0].lon_e7, 1162000000);
    assert_true(s->points_all_changed);
    assert_int_equal(s->tickets, 1);
}

struct seen {
    int rows, milestones;
    char texts[8][160];
};

static bool
see_row(void *user, const struct event_ticket *row)
{
    struct seen *seen = user;
    seen->milestones += (int)row->milestones_count;
    snprintf(seen->texts[seen->rows % 8], sizeof seen->texts[0], "%.*s %.*s %.*s %.*s %d %.7f",
             STR_ARG(row->ticket), STR_ARG(row->fields.street), STR_ARG(row->fields.community),
             STR_ARG(row->fields.summary), (int)row->milestones[0].data->has, row->fields.lon);
    seen->rows++;
    return seen->rows < 8;
}

/* How many rows were expected, before or between them, changes nothing of what is held. */
static void
test_expected_rows_are_a_guess(void **state)
{
    struct tickets *t = *state;
    static const uint64_t expected[] = {0, 1, 1500, 50000, UINT64_MAX};
    uint64_t first = 0;
    struct event registered = make_registered("T", MAKE_NOW, "S01", "noise");
    struct event_milestone milestone = {MAKE_NOW, EVENT_REGISTERED, &registered.data, 0};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        uint64_t count, digest;
        struct err err = {""};
        tickets_load_begin(t);
        for (int k = 0; k < 3000; k++) {
            char number[16];
            snprintf(number, sizeof number, "T-%d", k);
            struct event_ticket row = {.ticket = str_from(number),
                                       .fields = registered.data,
                                       .milestones = &milestone,
                                       .milestones_count = 1};
            if (k == 0 || k == 2000) {
                tickets_load_expect(t, expected[i]);
            }
            assert_true(tickets_load_row(t, &row, &err));
        }
        tickets_load_end(t);
        tickets_digest(t, STR(""), &count, &digest);
        assert_int_equal(count, 3000);
        first = i == 0 ? digest : first;
        assert_int_equal(digest, first);
        make_apply(t, "T-2999", EVENT_REMOVED, MAKE_NOW + 1);
        tickets_digest(t, STR(""), &count, &digest);
        assert_int_equal(count, 2999);
    }
}

static void
test_visit(void **state)
{
    struct tickets *t = *state;
    struct event e = make_registered("A", MAKE_NOW, "S01", "noise");
    e.data.has |= EVENT_F_COMMUNITY | EVENT_F_SUMMARY | EVENT_F_PLACE;
    e.data.community = STR("C1");
    e.data.summary = STR("暖气不热");
    e.data.crs = GEO_GCJ02;
    e.data.lon = 116.15312;
    e.data.lat = 39.925657;
    tickets_apply(t, &e, false);
    make_register(t, "B", MAKE_NOW - WHEN_DAY);
    e = make_event("B", EVENT_AMENDED, MAKE_NOW + WHEN_DAY); /* ahead: the value now all the same */
    e.data.has = EVENT_F_STREET;
    e.data.street = STR("S02");
    tickets_apply(t, &e, false);
    make_apply(t, "held", EVENT_ACCEPTED, MAKE_NOW);
    make_register(t, "C", MAKE_NOW - 9 * WHEN_DAY);
    struct seen all = {0}, street = {0}, since = {0}, one = {0};
    tickets_visit(t, STR(""), INT64_MIN, see_row, &all);
    assert_int_equal(all.rows, 3);
    assert_int_equal(all.milestones, 4);
    assert_string_equal(all.texts[0], "A S01 C1 暖气不热 0 116.1468724");
    char expected[64];
    snprintf(expected, sizeof expected, "B S02   %d 0.0000000",
             EVENT_F_CHANNEL | EVENT_F_STREET | EVENT_F_CATEGORY);
    assert_string_equal(all.texts[1], expected); /* amended: its registration has data */
    tickets_visit(t, STR("S02"), INT64_MIN, see_row, &street);
    assert_int_equal(street.rows, 1);
    tickets_visit(t, STR("S99"), INT64_MIN, see_row, &street);
    assert_int_equal(street.rows, 1);
    tickets_visit(t, STR(""), MAKE_NOW, see_row, &since);
    assert_int_equal(since.rows, 2);
    assert_true(tickets_visit_one(t, STR("C"), see_row, &one));
    assert_false(tickets_visit_one(t, STR("held"), see_row, &one));
    assert_int_equal(one.rows, 1);
}

static bool
see_other(void *user, const struct event *event)
{
    struct buf *out = user;
    buf_printf(out, "%.*s/%.*s/%lld;", STR_ARG(event->subject), STR_ARG(event->id),
               (long long)event->time_ms);
    return true;
}

static void
other(struct tickets *t, const char *id, const char *subject, enum event_type type,
      enum event_stage stage, int64_t ms)
{
    struct event e = make_event(subject, type, ms);
    e.data.has = EVENT_F_STAGE | EVENT_F_BY;
    e.data.stage = stage;
    e.data.by = STR("duty");
    apply_id(t, e, "/wall", id);
}

static void
test_others(void **state)
{
    struct tickets *t = *state;
    other(t, "1", "A", EVENT_ALARM_ACKNOWLEDGED, EVENT_RESOLVE, 50);
    other(t, "2", "A", EVENT_ALARM_SHELVED, EVENT_RESOLVE, 60);
    other(t, "3", "A", EVENT_ALARM_UNSHELVED, EVENT_RESOLVE, 55); /* older: not the newest */
    other(t, "4", "A", EVENT_ALARM_ACKNOWLEDGED, EVENT_ACCEPT, 50);
    other(t, "5", "S01", EVENT_ALARM_ACKNOWLEDGED, EVENT_BURST, 1);
    other(t, "6", "M1", EVENT_MEETING_COMMITTED, EVENT_ACCEPT, 10);
    other(t, "7", "M1", EVENT_MEETING_SETTLED, EVENT_ACCEPT, 20);
    other(t, "8", "gone", EVENT_ALARM_ACKNOWLEDGED, EVENT_ACCEPT, 20);
    make_apply(t, "gone", EVENT_REMOVED, 30);
    struct buf out = {0};
    tickets_visit_other(t, see_other, &out);
    assert_string_equal(out.ptr, "A/2/60;A/4/50;S01/5/1;M1/6/10;M1/7/20;");
    /* Of equal time the later arrival is the newest. */
    other(t, "9", "A", EVENT_ALARM_ACKNOWLEDGED, EVENT_ACCEPT, 50);
    buf_clear(&out);
    tickets_visit_other(t, see_other, &out);
    assert_string_equal(out.ptr, "A/2/60;A/9/50;S01/5/1;M1/6/10;M1/7/20;");
    buf_free(&out);
}

/* The digest of figures is over the events up to the moment. */
static void
test_figures_digest(void **state)
{
    struct tickets *t = *state;
    make_register(t, "SJS-20261123-000412", MAKE_NOW);
    make_apply(t, "SJS-20261123-000412", EVENT_ACCEPTED, MAKE_NOW + 1000);
    make_apply(t, "SJS-20261123-000412", EVENT_RESOLVED, MAKE_NOW + 3000);
    static const struct {
        int64_t at_ms;
        const char *digest;
    } cases[] = {{MAKE_NOW - 1, "\"digest\":\"0000000000000000\""},
                 {MAKE_NOW, "\"digest\":\"e0b8b51f421211b7\""},
                 {MAKE_NOW + 3000, "\"digest\":\"a4462b55ec6f6c9d\""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        figures_to_json(t, tickets_snapshot(t, cases[i].at_ms), &out);
        assert_non_null(strstr(out.ptr, cases[i].digest));
        buf_free(&out);
    }
}

/* Six milestones in at most 160 bytes, also in tickets by the thousand. */
static void
test_memory_bound(void **state)
{
    struct tickets *t = *state;
    char number[32];
    for (int i = 0; i < 60000; i++) {
        int64_t ms = MAKE_NOW - (800 * WHEN_DAY) + i * WHEN_MINUTE;
        snprintf(number, sizeof number, "SJS-20261123-%06d", i);
        struct event e = make_registered(number, ms, i % 2 ? "S01" : "S02", "noise");
        e.data.has |= EVENT_F_PLACE | EVENT_F_COMMUNITY;
        e.data.community = STR("C1");
        e.data.lon = 116.1 + i * 1e-6;
        e.data.lat = 39.9;
        tickets_apply(t, &e, false);
        make_dispatch(t, number, ms + 1, "U1", i % 3 ? 0 : ms + WHEN_DAY);
        make_apply(t, number, EVENT_ACCEPTED, ms + 2);
        make_apply(t, number, EVENT_RESOLVED, ms + 3);
        make_survey(t, number, ms + 4, EVENT_BY_CITY, true, EVENT_SATISFIED_YES);
        make_apply(t, number, EVENT_ARCHIVED, ms + 5);
    }
    tickets_snapshot(t, MAKE_NOW);
    struct tickets_memory m = tickets_memory(t);
    assert_int_equal(m.tickets, 60000);
    size_t strings_fixed = 2 << 20; /* numbers come in blocks of 1 MiB */
    assert_true(m.columns + m.milestones + m.index + m.strings <= 60000 * 160 + strings_fixed);
    assert_int_equal(m.marks, 0);
}

/* What a removed ticket's registration said is overwritten in memory. */
static void
test_wiped(void **state)
{
    (void)state;
    struct intern codes = {0};
    struct record_pool pool = {0};
    struct event e = make_registered("A", MAKE_NOW, "S01", "noise");
    e.data.has |= EVENT_F_SUMMARY;
    e.data.summary = STR("someone's words");
    struct event plain = make_registered("A", MAKE_NOW, "S01", "noise");
    uint32_t said = record_add(&pool, &codes, EVENT_REGISTERED, &e.data, 0, 0);
    uint32_t shared = record_add(&pool, &codes, EVENT_REGISTERED, &plain.data, 0, 0);
    assert_int_equal(record_add(&pool, &codes, EVENT_REGISTERED, &plain.data, 0, 0), shared);
    assert_non_null(memmem(pool.bytes, pool.used, "someone", 7));
    record_wipe(&pool, said);
    record_wipe(&pool, shared); /* others may refer to it */
    assert_null(memmem(pool.bytes, pool.used, "someone", 7));
    struct record r;
    record_read(&pool, shared, &r);
    assert_true(str_is(intern_get(&codes, r.street), "S01"));
    record_free(&pool);
    intern_free(&codes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_digest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_outcomes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forgotten_comes_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_held_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_held_of_one_ticket_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order_of_arrival, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_swaps_at_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_street, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expected_rows_are_a_guess, setup, teardown),
        cmocka_unit_test_setup_teardown(test_visit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_figures_digest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_memory_bound, setup, teardown),
        cmocka_unit_test(test_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "hub_fixture.h"

#include "wall/base/hash.h"

static struct fixture f;

static int
set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static uint32_t
street(const char *code)
{
    return state_street(f.state, str_from(code));
}

static void
digest_is(uint64_t count, const char *const *texts)
{
    const struct state_scope all = {.everywhere = true};
    uint64_t n = 0, digest = 0, expected = 0;
    state_digest(f.state, &all, INT64_MIN, &n, &digest);
    assert_int_equal(n, count);
    for (size_t i = 0; i < count; i++)
        expected += hash_fnv1a64(str_from(texts[i]));
    assert_true(digest == expected);
}

static void
test_registered_and_moved(void **state)
{
    (void)state;
    struct state_change c = fixture_register(&f, "T-1", 0, "S01");
    assert_int_equal(c.what, STATE_TICKET);
    assert_int_equal(c.seq, 1);
    assert_int_equal(c.before, STATE_NOWHERE);
    assert_int_equal(c.after, street("S01"));
    assert_false(c.whole);
    c = fixture_event(&f, "ticket.accepted", "T-1", 5, "{}");
    assert_int_equal(c.before, street("S01"));
    assert_int_equal(c.after, street("S01"));
    c = fixture_event(&f, "ticket.amended", "T-1", 10, "{'street':'S02'}");
    assert_int_equal(c.before, street("S01"));
    assert_int_equal(c.after, street("S02"));
    /* An amendment that is older than the one before changes nothing now. */
    c = fixture_event(&f, "ticket.amended", "T-1", 7, "{'street':'S03'}");
    assert_int_equal(c.after, street("S02"));
    assert_int_equal(state_head(f.state), 4);
    digest_is(1, (const char *[]){"T-1|4|1795396200000"});
}

static void
test_held_back(void **state)
{
    (void)state;
    struct state_change c = fixture_event(&f, "ticket.accepted", "T-1", 5, "{}");
    assert_int_equal(c.what, STATE_SILENT);
    c = fixture_event(&f, "ticket.dispatched", "T-1", 3, "{'unit':'U1','mode':'internal'}");
    assert_int_equal(c.what, STATE_SILENT);
    digest_is(0, NULL);
    c = fixture_register(&f, "T-1", 0, "S01");
    assert_int_equal(c.what, STATE_TICKET);
    assert_true(c.whole);
    digest_is(1, (const char *[]){"T-1|3|1795395900000"});
    c = fixture_event(&f, "ticket.resolved", "T-1", 9, "{}");
    assert_int_equal(c.what, STATE_TICKET);
    assert_false(c.whole);
}

static void
test_removed_for_ever(void **state)
{
    (void)state;
    fixture_register(&f, "T-1", 0, "S01");
    fixture_register(&f, "T-2", 0, "S01");
    struct state_change c = fixture_event(&f, "ticket.removed", "T-1", 5, "{}");
    assert_int_equal(c.what, STATE_TICKET);
    assert_true(c.removal);
    assert_int_equal(c.before, street("S01"));
    digest_is(1, (const char *[]){"T-2|1|1795395600000"});
    assert_int_equal(fixture_register(&f, "T-1", 9, "S01").what, STATE_SILENT);
    assert_int_equal(fixture_event(&f, "ticket.removed", "T-1", 9, "{}").what, STATE_SILENT);
    assert_int_equal(
        fixture_event(&f, "alarm.acknowledged", "T-1", 9, "{'stage':'accept','by':'x'}").what,
        STATE_SILENT);
    /* Never registered: nobody was told of it, nobody is told that it is gone. */
    assert_int_equal(fixture_event(&f, "ticket.removed", "T-3", 5, "{}").what, STATE_SILENT);
    assert_int_equal(fixture_register(&f, "T-3", 9, "S01").what, STATE_SILENT);
    digest_is(1, (const char *[]){"T-2|1|1795395600000"});
}

struct seen {
    struct state_change changes[32];
    size_t count;
};

static bool
see_change(void *user, const struct state_change *change)
{
    struct seen *seen = user;
    seen->changes[seen->count++] = *change;
    return true;
}

/* What the log tells later must be what was told live. */
static void
test_history_is_what_was_live(void **state)
{
    (void)state;
    struct state_change live[32];
    int n = 0;
    live[n++] = fixture_event(&f, "ticket.accepted", "T-9", 5, "{}");
    live[n++] = fixture_register(&f, "T-1", 0, "S01");
    live[n++] = fixture_register(&f, "T-2", 0, "S02");
    live[n++] = fixture_event(&f, "ticket.amended", "T-1", 10, "{'street':'S02'}");
    live[n++] = fixture_event(&f, "ticket.accepted", "T-1", 11, "{}");
    live[n++] = fixture_register(&f, "T-9", 1, "S03");
    live[n++] = fixture_event(&f, "alarm.acknowledged", "T-2", 12, "{'stage':'accept','by':'x'}");
    live[n++] = fixture_event(&f, "alarm.acknowledged", "S02", 12, "{'stage':'burst','by':'x'}");
    live[n++] = fixture_event(&f, "meeting.committed", "M-1", 12, "{'unit':'S01','text':'x'}");
    live[n++] = fixture_event(&f, "ticket.painted", "T-2", 12, "{'colour':'red'}");
    live[n++] = fixture_event(&f, "ticket.amended", "T-9", 13, "{'street':'S01'}");
    live[n++] = fixture_event(&f, "ticket.expedited", "T-8", 13, "{}");

    for (int pass = 0; pass < 2; pass++) {
        for (int from = 0; from < n; from++) {
            struct seen seen = {0};
            struct err err = {0};
            assert_true(state_history(f.state, from, INT64_MAX, true, see_change, &seen, &err));
            assert_int_equal(seen.count, n - from);
            for (int i = from; i < n; i++) {
                const struct state_change *c = &seen.changes[i - from];
                assert_int_equal(c->seq, i + 1);
                assert_int_equal(c->what, live[i].what);
                assert_int_equal(c->whole, live[i].whole);
                if (c->what == STATE_SILENT)
                    continue;
                assert_int_equal(c->before, live[i].before);
                assert_int_equal(c->after, live[i].after);
                assert_int_equal(c->place, live[i].place);
            }
        }
        /* The same from a state that was made from the log alone. */
        struct err err = {0};
        state_destroy(f.state);
        f.state = state_create(f.path, &f.profile, &err);
        assert_non_null(f.state);
        assert_int_equal(state_head(f.state), n);
    }
}

/* Of a ticket that is removed by now, the past tells its removal, and that it moved. */
static void
test_history_of_the_removed(void **state)
{
    (void)state;
    fixture_register(&f, "T-1", 0, "S01");
    fixture_event(&f, "ticket.accepted", "T-1", 1, "{}");
    fixture_event(&f, "ticket.amended", "T-1", 2, "{'street':'S02'}");
    fixture_event(&f, "ticket.removed", "T-1", 3, "{}");
    struct seen seen = {0};
    struct err err = {0};
    assert_true(state_history(f.state, 0, INT64_MAX, true, see_change, &seen, &err));
    assert_int_equal(seen.count, 4);
    assert_int_equal(seen.changes[1].what, STATE_SILENT);
    assert_int_equal(seen.changes[2].what, STATE_LEFT);
    assert_int_equal(seen.changes[2].before, street("S01"));
    assert_int_equal(seen.changes[2].after, street("S02"));
    assert_int_equal(seen.changes[3].what, STATE_TICKET);
    assert_true(seen.changes[3].removal);
    assert_int_equal(seen.changes[3].before, street("S02"));
}

static bool
count_entry(void *user, const struct log_entry *entry)
{
    struct buf *out = user;
    buf_printf(out, "%lld ", (long long)entry->seq);
    return true;
}

static void
test_whole_ticket(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf out = {0};
    fixture_event(&f, "ticket.accepted", "T-1", 5, "{}");
    fixture_register(&f, "T-1", 0, "S01");
    fixture_event(&f, "ticket.painted", "T-1", 1, "{}");
    fixture_event(&f, "ticket.returned", "T-1", 5, "{}");
    fixture_event(&f, "ticket.dispatched", "T-1", 2, "{'unit':'U','mode':'external'}");
    assert_true(state_whole(f.state, STR("T-1"), 4, count_entry, &out, &err));
    assert_string_equal(out.ptr, "2 1 4 ");
    buf_free(&out);
}

static void
test_alarms_and_commitments(void **state)
{
    (void)state;
    struct err err = {0};
    const uint32_t s2[] = {street("S02")};
    const struct state_scope all = {.everywhere = true}, two = {.streets = s2, .streets_count = 1};
    fixture_register(&f, "T-1", 0, "S01");
    fixture_register(&f, "T-2", 0, "S02");
    fixture_event(&f, "alarm.acknowledged", "T-1", 10, "{'stage':'accept','by':'a'}"); /* 3 */
    fixture_event(&f, "alarm.shelved", "T-1", 9,
                  "{'stage':'accept','by':'a','until_ms':5}");                          /* old */
    fixture_event(&f, "alarm.acknowledged", "T-2", 11, "{'stage':'accept','by':'a'}");  /* 5 */
    fixture_event(&f, "alarm.acknowledged", "T-2", 12, "{'stage':'resolve','by':'a'}"); /* 6 */
    fixture_event(&f, "meeting.committed", "M-1", 13, "{'unit':'S02','text':'x'}");     /* 7 */
    fixture_event(&f, "meeting.settled", "M-1", 14,
                  "{'unit':'S02','text':'x','outcome':'y'}");                      /* 8 */
    fixture_event(&f, "meeting.committed", "M-2", 15, "{'unit':'U7','text':'x'}"); /* 9 */
    struct buf out = {0};
    assert_true(state_others(f.state, &all, false, count_entry, &out, &err));
    assert_string_equal(out.ptr, "6 5 3 ");
    buf_clear(&out);
    assert_true(state_others(f.state, &all, true, count_entry, &out, &err));
    assert_string_equal(out.ptr, "9 8 7 ");
    buf_clear(&out);
    assert_true(state_others(f.state, &two, false, count_entry, &out, &err));
    assert_string_equal(out.ptr, "6 5 ");
    buf_clear(&out);
    assert_true(state_others(f.state, &two, true, count_entry, &out, &err));
    assert_string_equal(out.ptr, "8 7 ");
    fixture_event(&f, "ticket.removed", "T-2", 20, "{}");
    buf_clear(&out);
    assert_true(state_others(f.state, &all, false, count_entry, &out, &err));
    assert_string_equal(out.ptr, "3 ");
    buf_free(&out);
}

static void
test_digest_by_scope_and_time(void **state)
{
    (void)state;
    fixture_register(&f, "T-1", 0, "S01");
    fixture_register(&f, "T-2", 0, "S02");
    fixture_register(&f, "T-3", 30, "S03");
    const uint32_t streets[] = {street("S02"), street("S03"), street("S77")};
    const struct state_scope scope = {.streets = streets, .streets_count = 3};
    uint64_t n = 0, digest = 0;
    uint64_t two = hash_fnv1a64(STR("T-2|1|1795395600000"));
    uint64_t three = hash_fnv1a64(STR("T-3|1|1795397400000"));
    state_digest(f.state, &scope, INT64_MIN, &n, &digest);
    assert_int_equal(n, 2);
    assert_true(digest == two + three);
    state_digest(f.state, &scope, INT64_C(1795397400000), &n, &digest);
    assert_int_equal(n, 1);
    assert_true(digest == three);
    state_digest(f.state, &scope, INT64_C(1795397400001), &n, &digest);
    assert_int_equal(n, 0);
    assert_true(digest == 0);
}

static void
test_recent_is_bounded_and_whole(void **state)
{
    (void)state;
    struct recent recent = {0};
    static char text[100000];
    memset(text, 'x', sizeof text);
    for (int64_t seq = 1; seq <= 400; seq++) {
        struct state_change change = {
            .seq = seq, .subject = STR("T-1"), .json = {text, sizeof text}};
        recent_add(&recent, &change);
    }
    assert_true(recent.bytes_held <= RECENT_MAX_BYTES);
    assert_true(recent.count > 100 && recent.count < 200);
    assert_null(recent_get(&recent, 1));
    assert_null(recent_get(&recent, 401));
    for (int64_t seq = recent.first_seq; seq <= 400; seq++) {
        assert_non_null(recent_get(&recent, seq));
        assert_int_equal(recent_get(&recent, seq)->change.seq, seq);
        assert_int_equal(recent_bytes_after(&recent, seq), (400 - seq) * 100000);
    }
    assert_int_equal(recent_bytes_after(&recent, 5), RECENT_MAX_BYTES);
    assert_true(str_is(recent_get(&recent, 400)->change.subject, "T-1"));
    recent_free(&recent);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_registered_and_moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_held_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_removed_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_history_is_what_was_live, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_history_of_the_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_whole_ticket, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_alarms_and_commitments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_digest_by_scope_and_time, set_up, tear_down),
        cmocka_unit_test(test_recent_is_bounded_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

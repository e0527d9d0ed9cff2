/* The follower's state machine, fed with messages and times; no sockets, no clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feeds/client/follow.h"

static enum follow_action
step(struct follow *f, int64_t now_ms)
{
    int64_t next;
    return follow_step(f, now_ms, &next);
}

static void
open_at(struct follow *f, int64_t now_ms)
{
    assert_int_equal(step(f, now_ms), FOLLOW_CONNECT);
    follow_opened(f, now_ms);
    assert_int_equal(step(f, now_ms), FOLLOW_HELLO);
    assert_int_equal(step(f, now_ms), FOLLOW_NOTHING);
}

/* Connected, with a one-part snapshot at seq, the heartbeat agreed. */
static void
bring_in_sync(struct follow *f, int64_t now_ms, uint64_t seq)
{
    follow_init(f, 42, now_ms);
    open_at(f, now_ms);
    assert_false(f->resuming);
    assert_int_equal(follow_welcome(f, STR("LOG-A"), false, now_ms), FOLLOW_TAKE);
    assert_int_equal(follow_snapshot(f, seq, 1, 1, now_ms), FOLLOW_TAKE);
    assert_int_equal(follow_heartbeat(f, seq, now_ms), FOLLOW_CHECK);
    follow_agreed(f, f->generation);
    assert_true(f->in_sync);
}

static void
reconnect(struct follow *f, int64_t *now_ms)
{
    follow_lost(f, *now_ms);
    *now_ms = f->connect_at_ms;
    open_at(f, *now_ms);
}

static void
test_snapshot_in_parts(void **state)
{
    (void)state;
    struct follow f;
    follow_init(&f, 1, 0);
    open_at(&f, 0);
    assert_int_equal(follow_welcome(&f, STR("L"), false, 0), FOLLOW_TAKE);
    assert_int_equal(follow_events(&f, 0, 3, 0), FOLLOW_DROP); /* before part 1 */
    assert_int_equal(follow_snapshot(&f, 7, 1, 3, 0), FOLLOW_TAKE);
    assert_int_equal(follow_heartbeat(&f, 0, 0), FOLLOW_TAKE); /* between parts: not compared */
    assert_int_equal(follow_snapshot(&f, 7, 2, 3, 0), FOLLOW_TAKE);
    assert_false(f.has_state);
    assert_int_equal(follow_snapshot(&f, 7, 3, 3, 0), FOLLOW_TAKE);
    assert_true(f.has_state);
    assert_int_equal(f.cursor, 7);
    assert_int_equal(follow_events(&f, 7, 9, 0), FOLLOW_TAKE);
    assert_int_equal(f.cursor, 9);
    assert_int_equal(follow_events(&f, 9, 9, 0), FOLLOW_TAKE); /* an empty one moves nothing */
    assert_int_equal(f.faults[FOLLOW_GAPS], 0);
    assert_int_equal(f.faults[FOLLOW_BAD_MESSAGES], 0);
}

static void
test_gap_asks_once(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    assert_int_equal(follow_events(&f, 12, 14, 1000), FOLLOW_DROP);
    assert_int_equal(step(&f, 1000), FOLLOW_RESYNC);
    assert_int_equal(step(&f, 1000), FOLLOW_NOTHING);
    /* What comes until part 1 is dropped, and asks for nothing more. */
    assert_int_equal(follow_events(&f, 14, 15, 1100), FOLLOW_DROP);
    assert_int_equal(follow_heartbeat(&f, 15, 1100), FOLLOW_TAKE);
    assert_int_equal(step(&f, 1500), FOLLOW_NOTHING);
    assert_int_equal(f.faults[FOLLOW_GAPS], 1);
    assert_int_equal(f.faults[FOLLOW_RESYNCS], 1);
    assert_int_equal(follow_snapshot(&f, 15, 1, 1, 1600), FOLLOW_TAKE);
    assert_int_equal(f.cursor, 15);
    assert_int_equal(follow_heartbeat(&f, 15, 1700), FOLLOW_CHECK);
}

static void
test_heartbeat_before_and_behind(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    assert_int_equal(follow_heartbeat(&f, 9, 100), FOLLOW_TAKE); /* counted, nothing asked */
    assert_int_equal(f.faults[FOLLOW_GAPS], 1);
    assert_int_equal(step(&f, 100), FOLLOW_NOTHING);
    assert_int_equal(follow_heartbeat(&f, 11, 200), FOLLOW_TAKE); /* ahead: a gap */
    assert_int_equal(f.faults[FOLLOW_GAPS], 2);
    assert_int_equal(step(&f, 200), FOLLOW_RESYNC);
}

/* One divergence: asked at once. A second one within 30 s waits 30 s, then 60, up to 10 minutes. */
static void
test_divergence_backs_off(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 100000, expected[] = {0, 30000, 60000, 120000, 240000, 480000, 600000, 600000};
    bring_in_sync(&f, now, 10);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        now += 1000;
        follow_heard(&f, now);
        assert_int_equal(follow_heartbeat(&f, 10, now), FOLLOW_CHECK);
        follow_diverged(&f, f.generation, now);
        follow_diverged(&f, f.generation, now); /* the same one is not counted twice */
        assert_int_equal(f.faults[FOLLOW_DIVERGENCES], i + 1);
        if (expected[i] > 0) {
            follow_heard(&f, now + expected[i] - 1);
            assert_int_equal(step(&f, now + expected[i] - 1), FOLLOW_NOTHING);
        }
        now += expected[i];
        follow_heard(&f, now);
        assert_int_equal(step(&f, now), FOLLOW_RESYNC);
        assert_int_equal(follow_snapshot(&f, 10, 1, 1, now), FOLLOW_TAKE);
    }
    /* Half a minute of agreement later a divergence is a first one again. */
    now += 30000;
    follow_heard(&f, now);
    follow_diverged(&f, f.generation, now);
    assert_int_equal(step(&f, now), FOLLOW_RESYNC);
}

static void
test_divergence_that_heals(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    follow_diverged(&f, f.generation, 1000);
    assert_int_equal(step(&f, 1000), FOLLOW_RESYNC);
    follow_snapshot(&f, 10, 1, 1, 1100);
    follow_diverged(&f, f.generation, 2000);
    follow_heard(&f, 3000);
    follow_agreed(&f, f.generation);
    follow_heard(&f, 31000);
    follow_heard(&f, 45000);
    assert_int_equal(step(&f, 45000), FOLLOW_NOTHING);
    assert_true(f.in_sync);
    assert_true(f.may_resume);
}

static void
test_old_verdict_is_void(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    uint32_t before = f.generation;
    follow_events(&f, 12, 13, 100); /* a gap: the state is asked for anew */
    assert_int_equal(step(&f, 100), FOLLOW_RESYNC);
    follow_diverged(&f, before, 200);
    follow_agreed(&f, before);
    assert_int_equal(f.faults[FOLLOW_DIVERGENCES], 0);
    assert_false(f.in_sync);
}

static void
test_resume(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 0;
    bring_in_sync(&f, now, 10);
    follow_events(&f, 10, 20, now);
    reconnect(&f, &now);
    assert_true(f.resuming);
    assert_string_equal(f.log, "LOG-A");
    assert_int_equal(f.cursor, 20);
    assert_int_equal(follow_welcome(&f, STR("LOG-A"), true, now), FOLLOW_TAKE);
    assert_int_equal(follow_events(&f, 20, 25, now), FOLLOW_TAKE);
    assert_int_equal(follow_heartbeat(&f, 25, now), FOLLOW_CHECK);
    assert_int_equal(f.faults[FOLLOW_RECONNECTS], 1);
}

/* A snapshot of another log that breaks off half-way leaves the old state, log and cursor. */
static void
test_resume_after_half_a_snapshot(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 0;
    bring_in_sync(&f, now, 10);
    reconnect(&f, &now);
    follow_welcome(&f, STR("LOG-B"), false, now);
    follow_snapshot(&f, 3, 1, 2, now);
    assert_string_equal(f.log, "LOG-A");
    reconnect(&f, &now);
    assert_true(f.resuming);
    assert_string_equal(f.log, "LOG-A");
    assert_int_equal(f.cursor, 10);
    follow_welcome(&f, STR("LOG-B"), false, now);
    follow_snapshot(&f, 3, 1, 2, now);
    follow_snapshot(&f, 3, 2, 2, now);
    assert_string_equal(f.log, "LOG-B");
    assert_int_equal(f.cursor, 3);
}

static void
test_no_resume_of_a_diverged_state(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 0;
    bring_in_sync(&f, now, 10);
    follow_diverged(&f, f.generation, now);
    reconnect(&f, &now);
    assert_false(f.resuming);
}

static void
test_welcome_that_resumes_what_was_not_asked(void **state)
{
    (void)state;
    struct follow f;
    follow_init(&f, 1, 0);
    open_at(&f, 0);
    assert_int_equal(follow_welcome(&f, STR("L"), true, 0), FOLLOW_DROP);
    assert_int_equal(step(&f, 0), FOLLOW_HANG_UP);
}

static void
test_goodbye(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 5000;
    bring_in_sync(&f, now, 10);
    follow_goodbye(&f, STR("shutdown"), 3000);
    assert_int_equal(step(&f, now), FOLLOW_HANG_UP);
    follow_lost(&f, now);
    assert_in_range(f.connect_at_ms, now + 3000, now + 3500);
    now = f.connect_at_ms;
    open_at(&f, now);
    assert_true(f.resuming);
    follow_goodbye(&f, STR("cursor-unknown"), 0);
    assert_int_equal(step(&f, now), FOLLOW_HANG_UP);
    reconnect(&f, &now);
    assert_false(f.resuming);
}

/* The random part grows as 0.5 s · 2^attempt to 30 s, and anew once in sync. */
static void
test_reconnect_spreads(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 0, longest = 0;
    follow_init(&f, 7, now);
    for (int attempt = 0; attempt < 200; attempt++) {
        int64_t most = attempt < 6 ? 500LL << attempt : 30000;
        assert_int_equal(step(&f, now), FOLLOW_CONNECT);
        follow_lost(&f, now);
        follow_lost(&f, now); /* told twice, counted once */
        int64_t delay = f.connect_at_ms - now;
        assert_in_range(delay, 0, most);
        longest = delay > longest ? delay : longest;
        now = f.connect_at_ms;
    }
    assert_in_range(longest, 25000, 30000);
    open_at(&f, now);
    follow_welcome(&f, STR("L"), false, now);
    follow_snapshot(&f, 1, 1, 1, now);
    follow_agreed(&f, f.generation);
    follow_lost(&f, now);
    assert_in_range(f.connect_at_ms - now, 0, 500);
}

/* A message too long ends the connection; where every connection ends so, the tries become rare. */
static void
test_too_long_backs_off(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 0, longest = 0;
    bring_in_sync(&f, now, 10);
    for (int i = 0; i < 40; i++) {
        follow_too_long(&f, now);
        assert_int_equal(f.faults[FOLLOW_BAD_MESSAGES], i + 1);
        assert_int_equal(step(&f, now), FOLLOW_HANG_UP);
        follow_lost(&f, now);
        longest = f.connect_at_ms - now > longest ? f.connect_at_ms - now : longest;
        assert_true(i > 0 || f.connect_at_ms - now <= 500);
        now = f.connect_at_ms;
        open_at(&f, now);
        follow_welcome(&f, STR("LOG-A"), true, now);
        follow_agreed(&f, f.generation);
    }
    assert_in_range(longest, 15000, 30000);
}

static void
test_silence_gives_up(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 1000, 10);
    assert_int_equal(step(&f, 1000 + FOLLOW_GIVE_UP_MS - 1), FOLLOW_NOTHING);
    assert_int_equal(step(&f, 1000 + FOLLOW_GIVE_UP_MS), FOLLOW_HANG_UP);
}

static void
test_attempt_and_welcome_time_out(void **state)
{
    (void)state;
    struct follow f;
    int64_t next;
    follow_init(&f, 1, 0);
    assert_int_equal(step(&f, 0), FOLLOW_CONNECT);
    assert_int_equal(follow_step(&f, 1, &next), FOLLOW_NOTHING);
    assert_int_equal(next, FOLLOW_ATTEMPT_MS);
    assert_int_equal(step(&f, FOLLOW_ATTEMPT_MS), FOLLOW_HANG_UP);
    follow_lost(&f, FOLLOW_ATTEMPT_MS);
    int64_t now = f.connect_at_ms;
    open_at(&f, now);
    for (int64_t t = 0; t < FOLLOW_WELCOME_MS; t += 5000) {
        follow_heard(&f, now + t); /* noise is no welcome */
        follow_bad(&f, now + t);
    }
    assert_int_equal(step(&f, now + FOLLOW_WELCOME_MS), FOLLOW_HANG_UP);
}

static void
test_bad_message_resyncs(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    follow_bad(&f, 1000);
    assert_int_equal(f.faults[FOLLOW_BAD_MESSAGES], 1);
    assert_int_equal(step(&f, 1000), FOLLOW_RESYNC);
    follow_snapshot(&f, 10, 1, 1, 1010);
    /* Another one at once: asked again, but not in a tight loop. */
    follow_bad(&f, 1020);
    assert_int_equal(step(&f, 1020), FOLLOW_NOTHING);
    assert_int_equal(step(&f, 1000 + FOLLOW_RESYNC_GAP_MS), FOLLOW_RESYNC);
}

/* A hub whose snapshots are broken is asked ever more seldom. */
static void
test_broken_snapshots_back_off(void **state)
{
    (void)state;
    struct follow f;
    int64_t now = 0, next = 0, before = 0;
    bring_in_sync(&f, now, 10);
    follow_bad(&f, now);
    assert_int_equal(step(&f, now), FOLLOW_RESYNC);
    for (int i = 0; i < 8; i++) {
        now += 10;
        follow_heard(&f, now);
        assert_int_equal(follow_snapshot(&f, 10, 1, 3, now), FOLLOW_TAKE);
        assert_int_equal(follow_snapshot(&f, 10, 3, 3, now), FOLLOW_DROP); /* part 2 is missing */
        assert_int_equal(follow_snapshot(&f, 10, 2, 3, now), FOLLOW_DROP); /* the rest of it */
        assert_int_equal(follow_step(&f, now, &next), FOLLOW_NOTHING);
        assert_true(f.resync_at_ms - now >= before);
        before = f.resync_at_ms - now;
        now = f.resync_at_ms;
        follow_heard(&f, now);
        assert_int_equal(step(&f, now), FOLLOW_RESYNC);
    }
    assert_int_equal(before, FOLLOW_BACKOFF_MAX_MS);
}

/* Where what was unreadable may have been part 1, the connection is given up soon. */
static void
test_unreadable_while_waiting_for_part_one(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    follow_bad(&f, 100000);
    follow_heard(&f, 100000);
    assert_int_equal(step(&f, 100000), FOLLOW_RESYNC);
    follow_bad(&f, 100100);
    follow_heard(&f, 104000);
    assert_int_equal(step(&f, 104000), FOLLOW_NOTHING);
    follow_heard(&f, 105200);
    assert_int_equal(step(&f, 105200), FOLLOW_HANG_UP);
}

static void
test_unloadable_snapshot(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    follow_unloadable(&f, f.generation, 50);
    assert_int_equal(f.faults[FOLLOW_BAD_MESSAGES], 1);
    assert_false(f.may_resume);
    assert_int_equal(step(&f, 50 + FOLLOW_BACKOFF_MS), FOLLOW_RESYNC);
}

static void
test_events_between_parts(void **state)
{
    (void)state;
    struct follow f;
    follow_init(&f, 1, 0);
    open_at(&f, 0);
    follow_welcome(&f, STR("L"), false, 0);
    follow_snapshot(&f, 5, 1, 2, 0);
    assert_int_equal(follow_events(&f, 5, 6, 0), FOLLOW_DROP);
    assert_int_equal(f.faults[FOLLOW_BAD_MESSAGES], 1);
    assert_int_equal(step(&f, FOLLOW_BACKOFF_MS), FOLLOW_RESYNC);
}

static void
test_seq_before_prev(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    assert_int_equal(follow_events(&f, 10, 9, 0), FOLLOW_DROP);
    assert_int_equal(f.cursor, 10);
    assert_int_equal(f.faults[FOLLOW_BAD_MESSAGES], 1);
}

/* A gap, its resync, and at once a snapshot that differs: the next resync keeps its distance. */
static void
test_divergence_right_behind_a_resync(void **state)
{
    (void)state;
    struct follow f;
    bring_in_sync(&f, 0, 10);
    assert_int_equal(follow_events(&f, 12, 13, 1000), FOLLOW_DROP);
    assert_int_equal(step(&f, 1000), FOLLOW_RESYNC);
    follow_snapshot(&f, 13, 1, 1, 1010);
    assert_int_equal(follow_heartbeat(&f, 13, 1020), FOLLOW_CHECK);
    follow_diverged(&f, f.generation, 1020);
    assert_int_equal(step(&f, 1020), FOLLOW_NOTHING);
    assert_int_equal(step(&f, 1000 + FOLLOW_RESYNC_GAP_MS - 1), FOLLOW_NOTHING);
    assert_int_equal(step(&f, 1000 + FOLLOW_RESYNC_GAP_MS), FOLLOW_RESYNC);
}

struct chance {
    uint64_t x;
};

static uint64_t
draw(struct chance *chance, uint64_t below)
{
    chance->x = chance->x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance->x >> 33) % below;
}

/* One thing that may happen, whatever the state. */
static void
happen(struct follow *f, struct chance *chance, int64_t now)
{
    uint64_t near = f->cursor + draw(chance, 3);
    switch (draw(chance, 12)) {
    case 0:
        follow_welcome(f, draw(chance, 2) ? STR("A") : STR("B"), draw(chance, 2), now);
        break;
    case 1:
    case 2:
        follow_snapshot(f, draw(chance, 3), (int64_t)draw(chance, 4), (int64_t)draw(chance, 4),
                        now);
        break;
    case 3:
    case 4:
        follow_events(f, near, near + draw(chance, 3), now);
        break;
    case 5:
    case 6:
        follow_heartbeat(f, near, now);
        break;
    case 7:
        follow_agreed(f, f->generation);
        break;
    case 8:
        follow_diverged(f, f->generation, now);
        break;
    case 9:
        follow_bad(f, now);
        break;
    case 10:
        follow_goodbye(f, draw(chance, 2) ? STR("shutdown") : STR("cursor-unknown"),
                       (int64_t)draw(chance, 5000));
        break;
    default:
        follow_unloadable(f, f->generation, now);
        break;
    }
}

/* Whatever a hub does: every step ends, a resync is never asked for twice without a part 1 between
 * nor in quick succession, there is no hello without a connection, and the next time to look is
 * never in the past. */
static void
test_whatever_a_hub_does(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct chance chance = {seed};
        struct follow f;
        int64_t now = 0, resynced = INT64_MIN / 2;
        bool connected = false, asked = false;
        follow_init(&f, seed, now);
        for (int i = 0; i < 2000; i++) {
            int64_t next = 0;
            now += (int64_t)draw(&chance, draw(&chance, 20) ? 300 : 20000);
            enum follow_action action;
            int steps = 0;
            while ((action = follow_step(&f, now, &next)) != FOLLOW_NOTHING) {
                assert_true(++steps < 10);
                if (action == FOLLOW_CONNECT) {
                    assert_false(connected);
                    connected = draw(&chance, 3) > 0;
                    asked = false;
                    resynced = INT64_MIN / 2;
                    if (connected) {
                        follow_opened(&f, now);
                    } else {
                        follow_lost(&f, now);
                    }
                } else if (action == FOLLOW_HANG_UP) {
                    connected = false;
                    follow_lost(&f, now);
                } else if (action == FOLLOW_RESYNC) {
                    assert_true(connected && !asked);
                    assert_true(now - resynced >= FOLLOW_RESYNC_GAP_MS);
                    resynced = now;
                    asked = true;
                } else {
                    assert_true(connected);
                }
            }
            assert_true(next > now);
            if (connected) {
                follow_heard(&f, now);
                happen(&f, &chance, now);
                asked = asked && f.phase == FOLLOW_SNAPSHOT && !f.wants_resync;
            }
        }
    }
}

static void
test_fault_names(void **state)
{
    (void)state;
    assert_string_equal(follow_fault_name(FOLLOW_UNKNOWN_KINDS), "unknown_kinds");
    assert_string_equal(follow_fault_name(FOLLOW_RECONNECTS), "reconnects");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapshot_in_parts),
        cmocka_unit_test(test_gap_asks_once),
        cmocka_unit_test(test_heartbeat_before_and_behind),
        cmocka_unit_test(test_divergence_backs_off),
        cmocka_unit_test(test_divergence_that_heals),
        cmocka_unit_test(test_old_verdict_is_void),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_resume_after_half_a_snapshot),
        cmocka_unit_test(test_no_resume_of_a_diverged_state),
        cmocka_unit_test(test_welcome_that_resumes_what_was_not_asked),
        cmocka_unit_test(test_goodbye),
        cmocka_unit_test(test_reconnect_spreads),
        cmocka_unit_test(test_too_long_backs_off),
        cmocka_unit_test(test_silence_gives_up),
        cmocka_unit_test(test_attempt_and_welcome_time_out),
        cmocka_unit_test(test_bad_message_resyncs),
        cmocka_unit_test(test_broken_snapshots_back_off),
        cmocka_unit_test(test_unreadable_while_waiting_for_part_one),
        cmocka_unit_test(test_unloadable_snapshot),
        cmocka_unit_test(test_events_between_parts),
        cmocka_unit_test(test_seq_before_prev),
        cmocka_unit_test(test_divergence_right_behind_a_resync),
        cmocka_unit_test(test_whatever_a_hub_does),
        cmocka_unit_test(test_fault_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

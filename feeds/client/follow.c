#include "feeds/client/follow.h"

#include <stdio.h>
#include <string.h>

/* Without a part for so long a snapshot is not coming: a new connection asks again. */
#define PART_MS 60000
/* The same where a message was unreadable while part 1 was awaited: it may have been that part. */
#define LOST_PART_MS 5000
#define LONG_AGO INT64_MIN
#define LONG_STREAK_MS 120000

static const char *const fault_names[FOLLOW_FAULT_COUNT] = {
    "unknown_kinds", "unknown_types", "unknown_fields", "invalid_events", "bad_messages",
    "gaps",          "divergences",   "resyncs",        "reconnects",
};

const char *
follow_fault_name(enum follow_fault fault)
{
    return fault_names[fault];
}

void
follow_init(struct follow *follow, uint64_t seed, int64_t now_ms)
{
    *follow = (struct follow){
        .phase = FOLLOW_WAITING,
        .connect_at_ms = now_ms,
        .since_ms = now_ms,
        .heard_ms = now_ms,
        .resynced_ms = LONG_AGO,
        .diverged_ms = LONG_AGO,
        .too_long_ms = LONG_AGO,
        .random = seed | 1,
    };
}

/* xorshift64 (Marsaglia 2003): spreads reconnects, nothing secret hangs on it. */
static int64_t
random_below(struct follow *follow, int64_t bound)
{
    uint64_t x = follow->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    follow->random = x;
    return (int64_t)((x >> 11) % (uint64_t)bound);
}

static bool
is_open(const struct follow *follow)
{
    return follow->phase >= FOLLOW_GREETING;
}

static void
enter(struct follow *follow, enum follow_phase phase, int64_t now_ms)
{
    follow->phase = phase;
    follow->since_ms = now_ms;
}

void
follow_opened(struct follow *follow, int64_t now_ms)
{
    enter(follow, FOLLOW_GREETING, now_ms);
    follow->heard_ms = now_ms;
    follow->said_hello = follow->wants_resync = follow->wants_hang_up = false;
    follow->resuming = follow->has_state && follow->may_resume;
    follow->resynced_ms = LONG_AGO;
}

static int64_t
doubled(int64_t first, int64_t times, int64_t most)
{
    for (int64_t i = 0; i < times && first < most; i++) {
        first *= 2;
    }
    return first < most ? first : most;
}

void
follow_lost(struct follow *follow, int64_t now_ms)
{
    if (follow->phase == FOLLOW_WAITING) {
        return;
    }
    int64_t spread = doubled(FOLLOW_BACKOFF_MS, follow->attempt, FOLLOW_BACKOFF_MAX_MS);
    follow->connect_at_ms = now_ms + follow->retry_after_ms + random_below(follow, spread + 1);
    follow->retry_after_ms = 0;
    if (follow->attempt < 30) {
        follow->attempt++;
    }
    follow->generation++;
    follow->in_sync = follow->diverged = follow->wants_resync = follow->wants_hang_up = false;
    enter(follow, FOLLOW_WAITING, now_ms);
}

void
follow_heard(struct follow *follow, int64_t now_ms)
{
    follow->heard_ms = now_ms;
}

/* A resync may go out at at_ms, but not right behind the last one of this connection. */
static int64_t
not_before(const struct follow *follow, int64_t at_ms)
{
    int64_t soonest =
        follow->resynced_ms == LONG_AGO ? at_ms : follow->resynced_ms + FOLLOW_RESYNC_GAP_MS;
    return at_ms > soonest ? at_ms : soonest;
}

/* From here on the state held is not to be trusted to be whole, until a snapshot is complete. */
static void
ask_again(struct follow *follow, int64_t at_ms, int64_t now_ms)
{
    follow->generation++;
    follow->in_sync = false;
    follow->wants_resync = true;
    follow->resync_at_ms = not_before(follow, at_ms);
    enter(follow, FOLLOW_SNAPSHOT, now_ms);
}

/* What could not be used was part of a snapshot: the next try waits longer each time, so that a hub
 * which cannot do better is not asked without end. */
static void
break_load(struct follow *follow, int64_t now_ms)
{
    int64_t wait = doubled(FOLLOW_BACKOFF_MS, follow->failed_loads, FOLLOW_BACKOFF_MAX_MS);
    follow->failed_loads++;
    ask_again(follow, now_ms + wait, now_ms);
}

void
follow_bad(struct follow *follow, int64_t now_ms)
{
    follow->faults[FOLLOW_BAD_MESSAGES]++;
    switch (follow->phase) {
    case FOLLOW_LIVE:
        ask_again(follow, now_ms, now_ms);
        break;
    case FOLLOW_LOADING:
        break_load(follow, now_ms);
        break;
    case FOLLOW_SNAPSHOT:
        if (!follow->wants_resync && follow->since_ms > now_ms - (PART_MS - LOST_PART_MS)) {
            follow->since_ms = now_ms - (PART_MS - LOST_PART_MS);
        }
        break;
    default: /* not greeted yet: if that was the welcome, the connection is given up later */
        break;
    }
}

void
follow_too_long(struct follow *follow, int64_t now_ms)
{
    bool again = follow->too_long_ms != LONG_AGO && now_ms - follow->too_long_ms < LONG_STREAK_MS;
    follow->long_streak = again ? follow->long_streak + (follow->long_streak < 30) : 0;
    follow->too_long_ms = now_ms;
    if (follow->attempt < follow->long_streak) {
        follow->attempt = follow->long_streak;
    }
    follow->faults[FOLLOW_BAD_MESSAGES]++;
    follow->wants_hang_up = true;
}

enum follow_verdict
follow_welcome(struct follow *follow, struct str log, bool resume, int64_t now_ms)
{
    if (follow->phase != FOLLOW_GREETING || !follow->said_hello) {
        follow_bad(follow, now_ms);
        return FOLLOW_DROP;
    }
    if (log.len >= sizeof follow->log ||
        (resume && (!follow->resuming || !str_is(log, follow->log)))) {
        follow->faults[FOLLOW_BAD_MESSAGES]++;
        follow->may_resume = false;
        follow->wants_hang_up = true;
        return FOLLOW_DROP;
    }
    snprintf(follow->next_log, sizeof follow->next_log, "%.*s", STR_ARG(log));
    follow->generation++;
    enter(follow, resume ? FOLLOW_LIVE : FOLLOW_SNAPSHOT, now_ms);
    return FOLLOW_TAKE;
}

enum follow_verdict
follow_snapshot(struct follow *follow, uint64_t seq, int64_t part, int64_t parts, int64_t now_ms)
{
    if (part < 1 || parts < part || parts > INT32_MAX || !is_open(follow) ||
        follow->phase == FOLLOW_GREETING || follow->phase == FOLLOW_LIVE) {
        follow_bad(follow, now_ms);
        return FOLLOW_DROP;
    }
    if (follow->phase == FOLLOW_SNAPSHOT) {
        if (part != 1 || follow->wants_resync) {
            return FOLLOW_DROP; /* the rest of a snapshot that was broken off */
        }
        follow->snapshot_seq = seq;
        follow->parts = (uint32_t)parts;
    } else if (part != (int64_t)follow->part + 1 || parts != follow->parts ||
               seq != follow->snapshot_seq) {
        follow_bad(follow, now_ms);
        return FOLLOW_DROP;
    }
    follow->part = (uint32_t)part;
    enter(follow, FOLLOW_LOADING, now_ms);
    if (part == parts) {
        memcpy(follow->log, follow->next_log, sizeof follow->log);
        follow->cursor = seq;
        follow->has_state = follow->may_resume = true;
        follow->diverged = false;
        follow->generation++;
        enter(follow, FOLLOW_LIVE, now_ms);
    }
    return FOLLOW_TAKE;
}

enum follow_verdict
follow_events(struct follow *follow, uint64_t prev, uint64_t seq, int64_t now_ms)
{
    if (follow->phase == FOLLOW_SNAPSHOT) {
        return FOLLOW_DROP;
    }
    if (follow->phase != FOLLOW_LIVE || seq < prev) {
        follow_bad(follow, now_ms);
        return FOLLOW_DROP;
    }
    if (prev != follow->cursor) {
        follow->faults[FOLLOW_GAPS]++;
        ask_again(follow, now_ms, now_ms);
        return FOLLOW_DROP;
    }
    follow->cursor = seq;
    return FOLLOW_TAKE;
}

enum follow_verdict
follow_heartbeat(struct follow *follow, uint64_t seq, int64_t now_ms)
{
    switch (follow->phase) {
    case FOLLOW_SNAPSHOT:
    case FOLLOW_LOADING:
        return FOLLOW_TAKE;
    case FOLLOW_LIVE:
        break;
    default:
        follow_bad(follow, now_ms);
        return FOLLOW_DROP;
    }
    if (seq == follow->cursor) {
        return FOLLOW_CHECK;
    }
    follow->faults[FOLLOW_GAPS]++; /* behind the cursor it is counted too, but nothing is missing */
    if (seq > follow->cursor) {
        ask_again(follow, now_ms, now_ms);
    }
    return FOLLOW_TAKE;
}

void
follow_goodbye(struct follow *follow, struct str reason, int64_t retry_after_ms)
{
    if (str_is(reason, "cursor-unknown") || str_is(reason, "scope-changed")) {
        follow->may_resume = false;
    }
    if (retry_after_ms > FOLLOW_RETRY_MAX_MS) {
        retry_after_ms = FOLLOW_RETRY_MAX_MS;
    }
    follow->retry_after_ms = retry_after_ms > 0 ? retry_after_ms : 0;
    follow->wants_hang_up = true;
}

void
follow_agreed(struct follow *follow, uint32_t generation)
{
    if (generation != follow->generation || follow->phase != FOLLOW_LIVE) {
        return;
    }
    follow->in_sync = true;
    follow->attempt = 0;
    follow->failed_loads = 0;
    if (follow->diverged) { /* it came right while the next snapshot was waited for */
        follow->diverged = follow->wants_resync = false;
        follow->may_resume = true;
    }
}

void
follow_diverged(struct follow *follow, uint32_t generation, int64_t now_ms)
{
    if (generation != follow->generation || follow->phase != FOLLOW_LIVE || follow->diverged) {
        return;
    }
    follow->faults[FOLLOW_DIVERGENCES]++;
    follow->diverged = true;
    follow->in_sync = follow->may_resume = false;
    if (follow->diverged_ms == LONG_AGO || now_ms - follow->diverged_ms >= FOLLOW_DIVERGE_MS) {
        follow->diverge_wait_ms = 0;
    } else if (follow->diverge_wait_ms == 0) {
        follow->diverge_wait_ms = FOLLOW_DIVERGE_MS;
    } else {
        follow->diverge_wait_ms = doubled(follow->diverge_wait_ms, 1, FOLLOW_DIVERGE_MAX_MS);
    }
    follow->wants_resync = true;
    follow->resync_at_ms = not_before(follow, now_ms + follow->diverge_wait_ms);
}

void
follow_unloadable(struct follow *follow, uint32_t generation, int64_t now_ms)
{
    if (generation != follow->generation ||
        (follow->phase != FOLLOW_LOADING && follow->phase != FOLLOW_LIVE)) {
        return;
    }
    follow->faults[FOLLOW_BAD_MESSAGES]++;
    follow->may_resume = false;
    break_load(follow, now_ms);
}

static int64_t
deadline(const struct follow *follow)
{
    int64_t at = follow->heard_ms + FOLLOW_GIVE_UP_MS;
    int64_t phase_at = INT64_MAX;
    if (follow->phase == FOLLOW_GREETING) {
        phase_at = follow->since_ms + FOLLOW_WELCOME_MS;
    } else if (follow->phase != FOLLOW_LIVE && !follow->wants_resync) {
        phase_at = follow->since_ms + PART_MS;
    }
    return at < phase_at ? at : phase_at;
}

static enum follow_action
step_open(struct follow *follow, int64_t now_ms, int64_t *next_ms)
{
    if (follow->wants_hang_up || now_ms >= deadline(follow)) {
        return FOLLOW_HANG_UP;
    }
    if (!follow->said_hello) {
        follow->said_hello = true;
        return FOLLOW_HELLO;
    }
    *next_ms = deadline(follow);
    if (!follow->wants_resync) {
        return FOLLOW_NOTHING;
    }
    if (now_ms < follow->resync_at_ms) {
        *next_ms = follow->resync_at_ms < *next_ms ? follow->resync_at_ms : *next_ms;
        return FOLLOW_NOTHING;
    }
    follow->wants_resync = false;
    follow->faults[FOLLOW_RESYNCS]++;
    follow->resynced_ms = now_ms;
    if (follow->diverged) {
        follow->diverged_ms = now_ms;
    }
    follow->generation++;
    enter(follow, FOLLOW_SNAPSHOT, now_ms);
    return FOLLOW_RESYNC;
}

enum follow_action
follow_step(struct follow *follow, int64_t now_ms, int64_t *next_ms)
{
    *next_ms = INT64_MAX;
    if (is_open(follow)) {
        return step_open(follow, now_ms, next_ms);
    }
    if (follow->phase == FOLLOW_WAITING) {
        if (now_ms < follow->connect_at_ms) {
            *next_ms = follow->connect_at_ms;
            return FOLLOW_NOTHING;
        }
        if (follow->attempt > 0 || follow->has_state) {
            follow->faults[FOLLOW_RECONNECTS]++;
        }
        enter(follow, FOLLOW_CONNECTING, now_ms);
        return FOLLOW_CONNECT;
    }
    *next_ms = follow->since_ms + FOLLOW_ATTEMPT_MS;
    return now_ms >= *next_ms ? FOLLOW_HANG_UP : FOLLOW_NOTHING;
}

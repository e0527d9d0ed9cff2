#include "feeds/hub/session_parts.h"

#include <stdlib.h>

#include "wall/base/hash.h"
#include "wall/base/log.h"

#include "feeds/tickets/figures.h"

#define MESSAGE_SOFT_BYTES 400000 /* an events message is closed behind this */
#define WHOLE_SOFT_BYTES 200000   /* a ticket's events beyond this take messages of their own */

/* ---- events ---- */

static void
add_left(struct session *session, struct str ticket)
{
    if (session->left_count == session->left_cap) {
        session->left_cap = session->left_cap ? session->left_cap * 2 : 16;
        session->left = realloc(session->left, session->left_cap * sizeof *session->left);
        if (!session->left)
            abort();
    }
    session->left[session->left_count++] = arena_str(&session->arena, ticket);
    if (session->since_ms != INT64_MIN)
        marks_put(&session->known, hash_keyed(ticket))->seq = 0;
}

static void
add_own(struct session *session, const struct state_change *change, struct recent_entry *entry)
{
    struct message_bodies *bodies = &session->bodies;
    if (session->format == MESSAGE_JSON || !entry) {
        message_bodies_add_json(bodies, session->format, change->json);
        return;
    }
    if (!entry->packed.count)
        message_bodies_add_json(&entry->packed, MESSAGE_PACK, change->json);
    buf_add(&bodies->bytes, entry->packed.bytes.ptr, entry->packed.bytes.len);
    bodies->count++;
}

struct whole_walk {
    struct session *session;
    size_t skip, taken, soft_bytes;
    bool is_cut;
};

static bool
add_whole_entry(void *user, const struct log_entry *entry)
{
    struct whole_walk *walk = user;
    struct message_bodies *bodies = &walk->session->bodies;
    if (walk->skip) {
        walk->skip--;
        return true;
    }
    if (bodies->bytes.len > walk->soft_bytes) {
        walk->is_cut = true;
        return false;
    }
    message_bodies_add_json(bodies, walk->session->format, entry->json);
    walk->taken++;
    return true;
}

/* All events of a ticket so far. Those of a ticket with too many for one message are cut off again
 * and take messages of their own, which stay at the same seq until the last one (add_long). */
static void
add_whole(struct session *session, const struct state_change *change)
{
    struct message_bodies *bodies = &session->bodies;
    size_t len = bodies->bytes.len, count = bodies->count;
    struct whole_walk walk = {.session = session, .soft_bytes = len + WHOLE_SOFT_BYTES};
    struct err err = {0};
    if (!state_whole(session->feed->state, change->subject, change->seq, add_whole_entry, &walk,
                     &err))
        log_line(LOG_LEVEL_ERROR, "hub", "%s", err.text);
    if (walk.is_cut) {
        bodies->bytes.len = len;
        bodies->count = count;
        buf_add_str(&session->long_ticket, change->subject);
        session->long_upto = session->long_seq = change->seq;
        session->long_done = 0;
    }
}

/* The next part of the long ticket's events; true when it was the last. */
static bool
add_long(struct session *session)
{
    struct whole_walk walk = {
        .session = session, .skip = session->long_done, .soft_bytes = MESSAGE_SOFT_BYTES};
    struct err err = {0};
    if (!state_whole(session->feed->state, buf_str(&session->long_ticket), session->long_upto,
                     add_whole_entry, &walk, &err))
        log_line(LOG_LEVEL_ERROR, "hub", "%s", err.text);
    session->long_done += walk.taken;
    if (walk.is_cut)
        return false;
    buf_clear(&session->long_ticket);
    return true;
}

struct newest {
    int64_t time_ms;
};

static bool
find_newest(void *user, const struct log_entry *entry)
{
    struct newest *newest = user;
    if (entry->time_ms > newest->time_ms)
        newest->time_ms = entry->time_ms;
    return true;
}

/* With since_ms a ticket whose last milestone is older is as good as out of scope until a newer one
 * comes; then all of it is sent. */
static bool
enters_by_time(struct session *session, const struct state_change *change)
{
    struct newest newest = {INT64_MIN};
    struct err err = {0};
    if (!state_whole(session->feed->state, change->subject, change->seq, find_newest, &newest,
                     &err))
        log_line(LOG_LEVEL_ERROR, "hub", "%s", err.text);
    return newest.time_ms >= session->since_ms;
}

static void
add_ticket_change(struct session *session, const struct state_change *change,
                  struct recent_entry *entry)
{
    bool was_in = state_in_scope(&session->scope, change->before);
    bool is_in = state_in_scope(&session->scope, change->after);
    bool whole = change->whole || (!was_in && change->before != STATE_NOWHERE);
    if (!is_in && was_in && !change->removal) {
        add_left(session, change->subject);
    } else if (change->removal) {
        if (was_in)
            add_own(session, change, entry);
    } else if (is_in) {
        if (session->since_ms != INT64_MIN) {
            struct marks_value *known = marks_put(&session->known, hash_keyed(change->subject));
            if (!known->seq && !enters_by_time(session, change))
                return;
            whole = whole || !known->seq;
            known->seq = 1;
        }
        if (whole)
            add_whole(session, change);
        else
            add_own(session, change, entry);
    }
}

static void
add_change(struct session *session, const struct state_change *change, struct recent_entry *entry)
{
    const struct state_scope *scope = &session->scope;
    uint32_t at = change->place != STATE_NOWHERE ? change->place : change->before;
    switch (change->what) {
    case STATE_TICKET:
        add_ticket_change(session, change, entry);
        break;
    case STATE_LEFT:
        if (state_in_scope(scope, change->before) && !state_in_scope(scope, change->after))
            add_left(session, change->subject);
        break;
    case STATE_ALARM:
    case STATE_MEETING:
    case STATE_OTHER:
        if (scope->everywhere || state_in_scope(scope, at))
            add_own(session, change, entry);
        break;
    default:
        break;
    }
}

static bool
message_is_full(const struct session *session)
{
    /* A ticket's number costs at most 67 bytes among `left`. */
    return session->bodies.bytes.len + session->left_count * 67 >= MESSAGE_SOFT_BYTES ||
           session->long_ticket.len;
}

static bool
add_past(void *user, const struct state_change *change)
{
    struct session *session = user;
    add_change(session, change, NULL);
    session->cursor = change->seq;
    session->feed->counts.catchup_events++;
    return !message_is_full(session);
}

/* Moves the cursor on over what fits into one message, from memory or else from the log. */
static void
gather(struct session *session)
{
    struct session_feed *feed = session->feed;
    int64_t head = state_head(feed->state);
    struct err err = {0};
    static struct log_limit limit;
    if (!recent_get(&feed->recent, session->cursor + 1)) {
        int64_t upto = session->cursor + 20000 < head ? session->cursor + 20000 : head;
        if (!state_history(feed->state, session->cursor, upto, !session->scope.everywhere, add_past,
                           session, &err)) {
            log_limited(&limit, 5000, LOG_LEVEL_ERROR, "hub", "%s", err.text);
            session_goodbye(session, MESSAGE_BYE_OVERLOADED, 5000, "the log cannot be read now");
        }
        return;
    }
    struct recent_entry *entry;
    while (!message_is_full(session) &&
           (entry = recent_get(&feed->recent, session->cursor + 1)) != NULL) {
        add_change(session, &entry->change, entry);
        session->cursor++;
    }
}

static void
events_message(struct session *session, struct session_now now, struct buf *out)
{
    int64_t prev = session->cursor;
    message_bodies_clear(&session->bodies);
    arena_reset(&session->arena);
    session->left_count = 0;
    if (session->long_ticket.len) {
        if (add_long(session))
            session->cursor = session->long_seq;
    } else {
        gather(session);
        /* The change that turned out long is not told before its last part. */
        if (session->long_ticket.len)
            session->cursor = session->long_seq - 1;
    }
    struct message message = {.kind = MESSAGE_EVENTS,
                              .happened = {.prev = prev,
                                           .seq = session->cursor,
                                           .events = {.bodies = &session->bodies},
                                           .left = session->left,
                                           .left_count = session->left_count}};
    message_encode(session->format, &message, out);
    session->feed->counts.events_out += session->bodies.count;
    session->next_events_ms = now.mono_ms + SESSION_EVENTS_MS;
    if (session->bodies.bytes.cap > (1u << 18))
        message_bodies_free(&session->bodies);
}

/* ---- the rest ---- */

static void
goodbye_message(struct session *session, struct buf *out)
{
    struct message message = {.kind = MESSAGE_GOODBYE,
                              .goodbye = {.reason = session->bye,
                                          .retry_after_ms = session->bye_retry_ms,
                                          .message = str_from(session->bye_text)}};
    message_encode(session->format, &message, out);
    session->phase = SESSION_LEFT;
}

static void
heartbeat_message(struct session *session, struct session_now now, struct buf *out)
{
    uint64_t count = session->beat_count, digest = session->beat_digest;
    if (!session->beat_is_spools)
        state_digest(session->feed->state, &session->scope, session->since_ms, &count, &digest);
    struct message message = {.kind = MESSAGE_HEARTBEAT,
                              .heartbeat = {.seq = session->cursor,
                                            .time_ms = now.wall_ms,
                                            .tickets = (int64_t)count,
                                            .digest = digest}};
    message_encode(session->format, &message, out);
    session->beat_now = session->beat_is_spools = false;
    session->next_beat_ms = now.mono_ms + SESSION_BEAT_MS;
}

/* The state behind the snapshot's last part is the wall's. */
static void
end_snapshot(struct session *session)
{
    size_t count = 0;
    const uint64_t *tickets = spool_tickets(session->spool, &count);
    marks_free(&session->known);
    for (size_t i = 0; i < count; i++)
        marks_put(&session->known, tickets[i])->seq = 1;
    session->cursor = spool_seq(session->spool);
    spool_digest(session->spool, &session->beat_count, &session->beat_digest);
    session_drop_snapshot(session);
    session->phase = SESSION_CATCH_UP;
    session->beat_now = session->beat_is_spools = true;
}

static void
snapshot_message(struct session *session, struct session_now now, struct buf *out)
{
    struct err err = {0};
    if (session->part < spool_parts(session->spool)) {
        if (!spool_message(session->spool, session->part++, out, &err)) {
            log_line(LOG_LEVEL_ERROR, "hub", "%s", err.text);
            session_goodbye(session, MESSAGE_BYE_OVERLOADED, 5000, "the snapshot was lost");
            return;
        }
        session->next_beat_ms = now.mono_ms + SESSION_BEAT_MS;
    }
    if (session->part == spool_parts(session->spool) && !spool_oversize(session->spool, 0))
        end_snapshot(session);
}

/* A ticket too long for a row: its events, at the snapshot's own seq. */
static void
oversize_message(struct session *session, struct session_now now, struct buf *out)
{
    int64_t seq = spool_seq(session->spool);
    if (!session->long_ticket.len) {
        buf_add_str(&session->long_ticket, *spool_oversize(session->spool, session->oversize++));
        session->long_upto = session->long_seq = seq;
        session->long_done = 0;
    }
    session->cursor = seq;
    events_message(session, now, out);
    if (!session->long_ticket.len && !spool_oversize(session->spool, session->oversize))
        end_snapshot(session);
}

static void
snapshot_next(struct session *session, struct session_now now, struct buf *out)
{
    if (session_awaits_spool(session)) {
        /* It takes its time: the wall hears that the hub is there. */
        if (now.mono_ms >= session->next_beat_ms)
            heartbeat_message(session, now, out);
    } else if (spool_progress(session->spool) == SPOOL_FAILED) {
        session_goodbye(session, MESSAGE_BYE_OVERLOADED, 5000, "no room for a snapshot now");
    } else if (session->part < spool_parts(session->spool)) {
        snapshot_message(session, now, out);
    } else if (now.mono_ms >= session->next_events_ms) {
        oversize_message(session, now, out);
    }
}

static void
refresh_board(struct session_feed *feed, struct session_now now)
{
    if (feed->board.len && now.mono_ms - feed->board_ms < SESSION_BOARD_MS - 1000)
        return;
    struct buf fresh = {0};
    figures_board_json(tickets_snapshot(state_tickets(feed->state), now.wall_ms), &fresh);
    feed->board_ms = now.mono_ms;
    if (str_eq(buf_str(&fresh), buf_str(&feed->board))) {
        buf_free(&fresh);
        return;
    }
    buf_free(&feed->board);
    feed->board = fresh;
    feed->board_at_ms = now.wall_ms;
    feed->board_version++;
}

static bool
board_message(struct session *session, struct session_now now, struct buf *out)
{
    struct session_feed *feed = session->feed;
    refresh_board(feed, now);
    session->next_board_ms = now.mono_ms + SESSION_BOARD_MS;
    if (session->board_version == feed->board_version)
        return false;
    session->board_version = feed->board_version;
    struct message message = {
        .kind = MESSAGE_BOARD,
        .board = {.at_ms = feed->board_at_ms, .rates_json = buf_str(&feed->board)}};
    message_encode(session->format, &message, out);
    return true;
}

/* The next message of a wall that has its state, or is on its way to the head. */
static void
running_message(struct session *session, struct session_now now, struct buf *out)
{
    if (session->beat_now && (session->beat_is_spools || !session_has_events(session))) {
        heartbeat_message(session, now, out);
    } else if (session_has_events(session) && now.mono_ms >= session->next_events_ms) {
        events_message(session, now, out);
        /* The digest is that of the head: a beat that is nearly due goes while the wall is there.
         */
        if (!session_has_events(session) &&
            now.mono_ms >= session->next_beat_ms - SESSION_BEAT_MS / 2)
            session->beat_now = true;
    } else if (!session_has_events(session) && now.mono_ms >= session->next_beat_ms) {
        heartbeat_message(session, now, out);
    } else if (session_board_is_due(session, now)) {
        board_message(session, now, out);
    }
    if (session->phase == SESSION_CATCH_UP && !session_has_events(session))
        session->phase = SESSION_LIVE;
}

enum session_next
session_next(struct session *session, struct session_now now, struct buf *out)
{
    if (session->phase == SESSION_LEFT)
        return SESSION_CLOSE;
    if (session->snapshot_wanted && session->phase > SESSION_SNAPSHOT &&
        session->phase < SESSION_LEAVING) {
        session->snapshot_wanted = false;
        session_start_snapshot(session);
    }
    size_t base = out->len;
    bool in_parts = session->phase == SESSION_SNAPSHOT && session->part > 0;
    if (session->phase == SESSION_LEAVING) {
        goodbye_message(session, out);
    } else if (session->replies_count && !in_parts) {
        struct buf *first = &session->replies[session->replies_from];
        buf_add_str(out, buf_str(first));
        if (first->cap > 65536)
            buf_free(first);
        session->replies_from = (session->replies_from + 1) % SESSION_REPLIES_MAX;
        session->replies_count--;
    } else if (session->phase == SESSION_SNAPSHOT) {
        snapshot_next(session, now, out);
    } else if (session->phase == SESSION_CATCH_UP || session->phase == SESSION_LIVE) {
        running_message(session, now, out);
    }
    if (out->len == base)
        return session->phase == SESSION_LEAVING ? session_next(session, now, out) : SESSION_IDLE;
    session->feed->counts.messages_out++;
    return SESSION_MESSAGE;
}

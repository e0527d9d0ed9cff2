#include "feeds/hub/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/hash.h"
#include "wall/base/log.h"

#include "feeds/hub/marks.h"
#include "feeds/tickets/figures.h"

#define MESSAGE_SOFT_BYTES 400000 /* an events message is closed behind this */
#define WHOLE_SOFT_BYTES 200000   /* a ticket's events beyond this take messages of their own */
#define NAME_MAX_BYTES 64
#define STALL_MS 250

enum phase {
    AWAITS_HELLO,
    SNAPSHOT, /* sending the spool's parts */
    CATCH_UP, /* a cursor's way to the head; not slow for being long */
    LIVE,
    LEAVING, /* goodbye is the next message */
    LEFT     /* goodbye is sent */
};

struct session {
    struct session_feed *feed;
    enum message_format format;
    const struct tokens_entry *token;
    uint64_t id;
    enum phase phase;
    struct state_scope scope;
    uint32_t *streets;
    int64_t opened_ms;  /* monotonic */
    int64_t since_ms;   /* INT64_MIN = all */
    struct marks known; /* with since_ms: tickets that the wall has (value.seq 1) */

    int64_t cursor;         /* the last seq sent */
    int64_t next_events_ms; /* not before */
    int64_t next_beat_ms, next_board_ms;
    uint64_t board_version; /* of the board sent last */
    bool beat_now;          /* at once after a snapshot or a catch-up */
    bool snapshot_wanted;

    struct spool *spool;
    size_t part, oversize;
    uint64_t beat_count, beat_digest; /* as at the spool's seq */
    bool beat_is_spools;

    struct buf long_ticket; /* a ticket whose events take several messages; empty = none */
    int64_t long_upto, long_seq;
    size_t long_done;

    struct buf replies[SESSION_REPLIES_MAX]; /* circular */
    size_t replies_from, replies_count;
    int waiting_publishes;

    enum message_bye bye;
    int64_t bye_retry_ms;
    char bye_text[160];

    struct message_bodies bodies; /* of the message that is being made */
    struct arena arena;           /* of the message that is taken or made */
    struct str *left;
    size_t left_count, left_cap;

    char wall[NAME_MAX_BYTES + 1], node[NAME_MAX_BYTES + 1];
    int64_t drawn;
    bool stale;
};

/* ---- opening and closing ---- */

static bool
share_spool(const struct session_feed *feed, const struct spool_key *key)
{
    return feed->spool && spool_serves(feed->spool, key, state_head(feed->state));
}

void
session_feed_free(struct session_feed *feed)
{
    spool_unref(feed->spool);
    recent_free(&feed->recent);
    buf_free(&feed->board);
    feed->spool = NULL;
}

struct session *
session_open(struct session_feed *feed, enum message_format format,
             const struct tokens_entry *token, uint64_t id, struct session_now now)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        abort();
    session->feed = feed;
    session->format = format;
    session->token = token;
    session->id = id;
    session->opened_ms = now.mono_ms;
    session->since_ms = INT64_MIN;
    session->drawn = -1;
    session->streets = calloc(token->streets_count + 1, sizeof *session->streets);
    if (!session->streets)
        abort();
    for (size_t i = 0; i < token->streets_count; i++)
        session->streets[i] = state_street(feed->state, token->streets[i]);
    session->scope =
        (struct state_scope){token->everywhere, session->streets, token->streets_count};
    return session;
}

static void
drop_snapshot(struct session *session)
{
    spool_unref(session->spool);
    session->spool = NULL;
    session->part = session->oversize = 0;
}

void
session_close(struct session *session)
{
    if (!session)
        return;
    drop_snapshot(session);
    marks_free(&session->known);
    for (size_t i = 0; i < SESSION_REPLIES_MAX; i++)
        buf_free(&session->replies[i]);
    buf_free(&session->long_ticket);
    message_bodies_free(&session->bodies);
    arena_free(&session->arena);
    free(session->left);
    free(session->streets);
    free(session);
}

void
session_goodbye(struct session *session, enum message_bye reason, int64_t retry_after_ms,
                const char *message)
{
    if (session_is_leaving(session))
        return;
    session->phase = LEAVING;
    session->bye = reason;
    session->bye_retry_ms = retry_after_ms;
    snprintf(session->bye_text, sizeof session->bye_text, "%s", message);
    session->feed->counts.goodbyes[reason]++;
    if (reason == MESSAGE_PROTOCOL_ERROR)
        session->feed->counts.protocol_errors++;
    drop_snapshot(session);
}

bool
session_is_leaving(const struct session *session)
{
    return session->phase == LEAVING || session->phase == LEFT;
}

bool
session_awaits_hello(const struct session *session)
{
    return session->phase == AWAITS_HELLO;
}

const char *
session_reason(const struct session *session)
{
    return message_bye_name(session->bye);
}

/* ---- replies ---- */

static void
reply(struct session *session, const struct message *message)
{
    if (session->replies_count == SESSION_REPLIES_MAX) {
        session_goodbye(session, MESSAGE_BYE_OVERLOADED, 5000,
                        "too many answers wait to be read; read before you ask more");
        return;
    }
    size_t at = (session->replies_from + session->replies_count++) % SESSION_REPLIES_MAX;
    buf_clear(&session->replies[at]);
    message_encode(session->format, message, &session->replies[at]);
}

static void
refuse(struct session *session, struct str ref, enum message_refusal reason, const char *text)
{
    struct message message = {.kind = MESSAGE_REFUSED,
                              .refused = {.ref = ref, .reason = reason, .message = str_from(text)}};
    session->feed->counts.refusals++;
    reply(session, &message);
}

void
session_published(struct session *session, const struct intake_job *job)
{
    session->waiting_publishes--;
    if (session_is_leaving(session))
        return;
    if (job->result != INTAKE_LOGGED) {
        refuse(session, buf_str(&job->ref), MESSAGE_OVERLOADED,
               "the log cannot be written at the moment; try again later");
        return;
    }
    struct message message = {.kind = MESSAGE_PUBLISHED,
                              .published = {.ref = buf_str(&job->ref), .seq = job->head}};
    reply(session, &message);
}

void
session_directory(struct session *session)
{
    struct message message = {.kind = MESSAGE_DIRECTORY, .directory = session->feed->directory};
    if (session->phase != AWAITS_HELLO && !session_is_leaving(session))
        reply(session, &message);
}

/* ---- what the wall says ---- */

static void
start_snapshot(struct session *session)
{
    struct session_feed *feed = session->feed;
    struct spool_key key = {session->scope, session->since_ms, session->format};
    struct err err = {0};
    static struct log_limit limit;
    if (!share_spool(feed, &key)) {
        struct spool *spool = spool_create(feed->state, &key, feed->folder, &err);
        if (!spool) {
            log_limited(&limit, 5000, LOG_LEVEL_ERROR, "hub", "%s", err.text);
            session_goodbye(session, MESSAGE_BYE_OVERLOADED, 5000, "no room for a snapshot now");
            return;
        }
        spool_unref(feed->spool);
        feed->spool = spool;
    }
    drop_snapshot(session);
    spool_ref(feed->spool);
    session->spool = feed->spool;
    session->phase = SNAPSHOT;
    buf_clear(&session->long_ticket);
    state_digest(feed->state, &session->scope, session->since_ms, &session->beat_count,
                 &session->beat_digest);
    feed->counts.snapshots++;
}

static void
keep_name(char *out, struct str name)
{
    /* Cut at a character's beginning, so that what is kept stays UTF-8. */
    size_t len = name.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : name.len;
    while (len && len < name.len && ((unsigned char)name.ptr[len] & 0xc0) == 0x80)
        len--;
    memcpy(out, name.ptr ? name.ptr : "", len);
    out[len] = '\0';
}

static void
take_hello(struct session *session, const struct message_hello *hello, struct session_now now)
{
    struct session_feed *feed = session->feed;
    if (hello->protocol != MESSAGE_PROTOCOL) {
        session_goodbye(session, MESSAGE_PROTOCOL_ERROR, 60000, "this hub speaks protocol 1");
        return;
    }
    keep_name(session->wall, hello->wall);
    keep_name(session->node, hello->node);
    if (hello->has_since)
        session->since_ms = hello->since_ms;
    int64_t head = state_head(feed->state);
    bool resumes = hello->has_resume && str_is(hello->resume_log, state_log_name(feed->state)) &&
                   hello->resume_seq <= head;
    struct message message = {
        .kind = MESSAGE_WELCOME,
        .welcome = {.log = str_from(state_log_name(feed->state)),
                    .seq = head,
                    .time_ms = now.wall_ms,
                    .mode = resumes ? MESSAGE_MODE_RESUME : MESSAGE_MODE_SNAPSHOT,
                    .directory = feed->directory}};
    reply(session, &message);
    session->next_beat_ms = now.mono_ms + SESSION_BEAT_MS;
    if (resumes) {
        session->cursor = hello->resume_seq;
        session->phase = CATCH_UP;
        session->beat_now = true;
        feed->counts.resumes++;
    } else {
        start_snapshot(session);
    }
}

/* NULL: may be published; else the refusal's text. */
static const char *
objection(struct session *session, const struct message_publish *publish,
          enum message_refusal *reason)
{
    *reason = MESSAGE_NOT_ALLOWED;
    if (!(session->token->rights & TOKENS_PUBLISH))
        return "this token may not publish";
    if (publish->entries > MESSAGE_PUBLISH_MAX) {
        *reason = MESSAGE_TOO_LARGE;
        return "at most 1,000 events in one publish";
    }
    for (size_t i = 0; i < publish->events.count; i++) {
        if (!state_may_publish(session->feed->state, &session->scope, &publish->events.events[i]))
            return "only alarm.* and meeting.* events within the token's scope";
    }
    *reason = MESSAGE_INVALID;
    return publish->error.len ? publish->error.ptr : NULL;
}

static void
take_publish(struct session *session, const struct message_publish *publish)
{
    enum message_refusal reason;
    session->feed->counts.publishes++;
    const char *text = objection(session, publish, &reason);
    if (!text && session->waiting_publishes >= SESSION_REPLIES_MAX / 2) {
        reason = MESSAGE_OVERLOADED;
        text = "too many publishes wait; wait for their answers";
    }
    if (text) {
        char copy[256]; /* publish->error need not end in NUL */
        snprintf(copy, sizeof copy, "%.*s",
                 reason == MESSAGE_INVALID ? (int)publish->error.len : (int)strlen(text), text);
        refuse(session, publish->ref, reason, copy);
        return;
    }
    struct intake_job *job = intake_job_create(INTAKE_EVENTS, session->id);
    buf_add_str(&job->ref, publish->ref);
    job->arena = session->arena; /* the decoded events move with their memory */
    session->arena = (struct arena){0};
    job->events = arena_zalloc(&job->arena, publish->events.count + 1, sizeof *job->events);
    for (size_t i = 0; i < publish->events.count; i++)
        job->events[i] = publish->events.events[i];
    job->count = publish->events.count;
    session->waiting_publishes++;
    if (!session->feed->submit(session->feed->user, job)) {
        session->waiting_publishes--;
        refuse(session, buf_str(&job->ref), MESSAGE_OVERLOADED, "the hub is busy; try again later");
        intake_job_free(job);
    }
}

static void
take_status(struct session *session, const struct message_status *status)
{
    session->drawn = status->seq;
    session->stale = status->stale;
}

static void
take_message(struct session *session, const struct message *message, struct session_now now)
{
    session->feed->counts.unknown_fields += (uint64_t)message->unknown_fields;
    if ((message->kind == MESSAGE_HELLO) != (session->phase == AWAITS_HELLO)) {
        session_goodbye(session, MESSAGE_PROTOCOL_ERROR, 5000,
                        message->kind == MESSAGE_HELLO ? "a second hello"
                                                       : "hello must come first");
        return;
    }
    switch (message->kind) {
    case MESSAGE_HELLO:
        take_hello(session, &message->hello, now);
        break;
    case MESSAGE_PUBLISH:
        take_publish(session, &message->publish);
        break;
    case MESSAGE_RESYNC:
        session->snapshot_wanted = session->phase != SNAPSHOT;
        break;
    case MESSAGE_STATUS:
        take_status(session, &message->status);
        break;
    default: /* a kind of the other direction */
        session->feed->counts.unknown_kinds++;
        break;
    }
}

void
session_take(struct session *session, enum message_format format, struct str bytes,
             struct session_now now)
{
    struct message message;
    struct err err = {0};
    if (session_is_leaving(session))
        return;
    session->feed->counts.messages_in++;
    arena_reset(&session->arena);
    enum message_result result = message_decode(format, bytes, &session->arena, &message, &err);
    if (result == MESSAGE_OK)
        take_message(session, &message, now);
    else if (result == MESSAGE_BROKEN)
        session_goodbye(session, MESSAGE_PROTOCOL_ERROR, 5000, err.text);
    else if (session->phase == AWAITS_HELLO)
        session_goodbye(session, MESSAGE_PROTOCOL_ERROR, 5000, "hello must come first");
    else
        session->feed->counts.unknown_kinds++;
}

/* ---- what the wall is told: events ---- */

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

/* ---- what the wall is told: the rest ---- */

static void
goodbye_message(struct session *session, struct buf *out)
{
    struct message message = {.kind = MESSAGE_GOODBYE,
                              .goodbye = {.reason = session->bye,
                                          .retry_after_ms = session->bye_retry_ms,
                                          .message = str_from(session->bye_text)}};
    message_encode(session->format, &message, out);
    session->phase = LEFT;
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
    drop_snapshot(session);
    session->phase = LIVE;
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

static bool
has_events(const struct session *session)
{
    return session->long_ticket.len || session->cursor < state_head(session->feed->state);
}

static bool
board_is_due(const struct session *session, struct session_now now)
{
    return session->phase == LIVE && !session->scope.everywhere &&
           now.mono_ms >= session->next_board_ms;
}

/* The next message of a wall that has its state, or is on its way to the head. */
static void
running_message(struct session *session, struct session_now now, struct buf *out)
{
    if (session->beat_now && (session->beat_is_spools || !has_events(session))) {
        heartbeat_message(session, now, out);
        session->phase = LIVE;
    } else if (has_events(session) && now.mono_ms >= session->next_events_ms) {
        events_message(session, now, out);
        /* The digest is that of the head: a beat that is nearly due goes while the wall is there.
         */
        if (!has_events(session) && now.mono_ms >= session->next_beat_ms - SESSION_BEAT_MS / 2)
            session->beat_now = true;
    } else if (!has_events(session) && now.mono_ms >= session->next_beat_ms) {
        heartbeat_message(session, now, out);
    } else if (board_is_due(session, now)) {
        board_message(session, now, out);
    }
}

enum session_next
session_next(struct session *session, struct session_now now, struct buf *out)
{
    if (session->phase == LEFT)
        return SESSION_CLOSE;
    if (session->snapshot_wanted && session->phase > SNAPSHOT && session->phase < LEAVING) {
        session->snapshot_wanted = false;
        start_snapshot(session);
    }
    size_t base = out->len;
    bool in_parts = session->phase == SNAPSHOT && session->part > 0;
    if (session->phase == LEAVING) {
        goodbye_message(session, out);
    } else if (session->replies_count && !in_parts) {
        struct buf *first = &session->replies[session->replies_from];
        buf_add_str(out, buf_str(first));
        if (first->cap > 65536)
            buf_free(first);
        session->replies_from = (session->replies_from + 1) % SESSION_REPLIES_MAX;
        session->replies_count--;
    } else if (session->phase == SNAPSHOT) {
        if (session->part < spool_parts(session->spool))
            snapshot_message(session, now, out);
        else if (now.mono_ms >= session->next_events_ms)
            oversize_message(session, now, out);
    } else if (session->phase == CATCH_UP || session->phase == LIVE) {
        running_message(session, now, out);
    }
    if (out->len == base)
        return session->phase == LEAVING ? session_next(session, now, out) : SESSION_IDLE;
    session->feed->counts.messages_out++;
    return SESSION_MESSAGE;
}

bool
session_has_something(const struct session *session, struct session_now now)
{
    switch (session->phase) {
    case AWAITS_HELLO:
        return false;
    case SNAPSHOT:
        return session->part < spool_parts(session->spool) ||
               now.mono_ms >= session->next_events_ms;
    case LEAVING:
    case LEFT:
        return true;
    default:
        break;
    }
    return session->replies_count || session->snapshot_wanted ||
           (session->beat_now && (session->beat_is_spools || !has_events(session))) ||
           (has_events(session) && now.mono_ms >= session->next_events_ms) ||
           (!has_events(session) && now.mono_ms >= session->next_beat_ms) ||
           board_is_due(session, now);
}

static int64_t
earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t
session_wake_ms(const struct session *session, struct session_now now)
{
    if (session->phase == AWAITS_HELLO)
        return session->opened_ms + SESSION_HELLO_MS;
    if (session_is_leaving(session))
        return now.mono_ms;
    if (session->phase == SNAPSHOT)
        return session->next_events_ms;
    int64_t wake = session->next_beat_ms;
    if (has_events(session))
        wake = earlier(wake, session->next_events_ms);
    if (!session->scope.everywhere)
        wake = earlier(wake, session->next_board_ms);
    return wake;
}

void
session_tick(struct session *session, struct session_now now, int64_t stalled_ms)
{
    if (session->phase == AWAITS_HELLO && now.mono_ms - session->opened_ms >= SESSION_HELLO_MS)
        session_goodbye(session, MESSAGE_PROTOCOL_ERROR, 5000, "no hello within 5 s");
    if (now.wall_ms >= session->token->expires_ms)
        session_goodbye(session, MESSAGE_TOKEN_EXPIRED, 60000, "the token has expired");
    if (session->phase == LIVE && stalled_ms >= STALL_MS &&
        recent_bytes_after(&session->feed->recent, session->cursor) > SESSION_QUEUE_BYTES)
        session_goodbye(session, MESSAGE_SLOW_CONSUMER, 1000,
                        "more than 8 MiB waited unread; resume at your cursor");
}

struct session_status
session_status(const struct session *session)
{
    return (struct session_status){
        .wall = session->wall,
        .node = session->node,
        .cursor = session->cursor,
        .drawn = session->drawn,
        .stale = session->stale,
        .live = session->phase == LIVE,
        .queued_bytes = session->phase == LIVE
                            ? recent_bytes_after(&session->feed->recent, session->cursor)
                            : 0};
}

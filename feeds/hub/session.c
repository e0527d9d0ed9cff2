#include "feeds/hub/session_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/log.h"

#define STALL_MS 250

/* ---- opening and closing ---- */

void
session_feed_free(struct session_feed *feed)
{
    while (feed->spools_count)
        spool_unref(feed->spools[--feed->spools_count]);
    recent_free(&feed->recent);
    buf_free(&feed->board);
}

void
session_feed_before(struct session_feed *feed, struct str ticket)
{
    for (size_t i = 0; i < feed->spools_count; i++)
        spool_before(feed->spools[i], ticket);
}

/* Drops snapshots that nobody reads and nobody can share any more. */
static void
tidy_spools(struct session_feed *feed)
{
    size_t kept = 0;
    for (size_t i = 0; i < feed->spools_count; i++) {
        struct spool *spool = feed->spools[i];
        if (spool_progress(spool) != SPOOL_FAILED &&
            (spool_is_shared(spool) || spool_seq(spool) == state_head(feed->state)))
            feed->spools[kept++] = spool;
        else
            spool_unref(spool);
    }
    feed->spools_count = kept;
}

void
session_feed_build(struct session_feed *feed)
{
    tidy_spools(feed);
    for (size_t i = 0; i < feed->spools_count; i++) {
        if (spool_progress(feed->spools[i]) == SPOOL_BUILDING) {
            spool_step(feed->spools[i]);
            return;
        }
    }
}

bool
session_feed_builds(const struct session_feed *feed)
{
    for (size_t i = 0; i < feed->spools_count; i++) {
        if (spool_progress(feed->spools[i]) == SPOOL_BUILDING)
            return true;
    }
    return false;
}

/* The snapshot of a key as at the head: one that is there, or a new one; NULL: no room yet (err
 * empty), or it failed. */
static struct spool *
find_spool(struct session_feed *feed, const struct spool_key *key, struct err *err)
{
    for (size_t i = 0; i < feed->spools_count; i++) {
        if (spool_serves(feed->spools[i], key, state_head(feed->state)))
            return feed->spools[i];
    }
    tidy_spools(feed);
    /* One that is only kept makes room for one that is wanted. */
    for (size_t i = 0; feed->spools_count == SESSION_SPOOLS && i < SESSION_SPOOLS; i++) {
        if (!spool_is_shared(feed->spools[i])) {
            spool_unref(feed->spools[i]);
            feed->spools[i] = feed->spools[--feed->spools_count];
        }
    }
    if (feed->spools_count == SESSION_SPOOLS)
        return NULL;
    struct spool *spool = spool_create(feed->state, key, feed->folder, err);
    if (spool)
        feed->spools[feed->spools_count++] = spool;
    return spool;
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

void
session_drop_snapshot(struct session *session)
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
    session_drop_snapshot(session);
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
    session->phase = SESSION_LEAVING;
    session->bye = reason;
    session->bye_retry_ms = retry_after_ms;
    snprintf(session->bye_text, sizeof session->bye_text, "%.*s", (int)sizeof session->bye_text - 1,
             message);
    session->feed->counts.goodbyes[reason]++;
    if (reason == MESSAGE_PROTOCOL_ERROR)
        session->feed->counts.protocol_errors++;
    session_drop_snapshot(session);
}

bool
session_is_leaving(const struct session *session)
{
    return session->phase == SESSION_LEAVING || session->phase == SESSION_LEFT;
}

bool
session_awaits_hello(const struct session *session)
{
    return session->phase == SESSION_AWAITS_HELLO;
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
    if (session->phase != SESSION_AWAITS_HELLO && !session_is_leaving(session))
        reply(session, &message);
}

static bool
same_scope(const struct tokens_entry *a, const struct tokens_entry *b)
{
    if (a->everywhere != b->everywhere || a->streets_count != b->streets_count)
        return false;
    for (size_t i = 0; i < a->streets_count; i++) {
        if (!str_eq(a->streets[i], b->streets[i]))
            return false;
    }
    return true;
}

void
session_retoken(struct session *session, const struct tokens *tokens)
{
    const struct tokens_entry *now = tokens_find(tokens, session->token->secret);
    if (!now || !(now->rights & TOKENS_READ))
        session_goodbye(session, MESSAGE_TOKEN_EXPIRED, 60000, "the token is not valid any more");
    else if (!same_scope(now, session->token))
        session_goodbye(session, MESSAGE_SCOPE_CHANGED, 1000, "the token's scope was changed");
    /* One that leaves is not asked for its rights any more. */
    session->token = now ? now : tokens_open_house();
}

/* ---- what the wall says ---- */

/* Sets out for a snapshot, or for waiting until there is room to make one. */
void
session_start_snapshot(struct session *session)
{
    struct session_feed *feed = session->feed;
    struct spool_key key = {session->scope, session->since_ms, session->format};
    struct err err = {0};
    static struct log_limit limit;
    session_drop_snapshot(session);
    session->phase = SESSION_SNAPSHOT;
    buf_clear(&session->long_ticket);
    session->spool = find_spool(feed, &key, &err);
    if (session->spool) {
        spool_ref(session->spool);
        feed->counts.snapshots++;
    } else if (err.text[0]) {
        log_limited(&limit, 5000, LOG_LEVEL_ERROR, "hub", "%s", err.text);
        session_goodbye(session, MESSAGE_BYE_OVERLOADED, 5000, "no room for a snapshot now");
    }
}

static void
keep_name(char *out, struct str name)
{
    /* Cut at a character's beginning, so that what is kept stays UTF-8. */
    size_t len = name.len > SESSION_NAME_MAX ? SESSION_NAME_MAX : name.len;
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
        session->phase = SESSION_CATCH_UP;
        session->beat_now = true;
        feed->counts.resumes++;
    } else {
        session_start_snapshot(session);
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
    if ((message->kind == MESSAGE_HELLO) != (session->phase == SESSION_AWAITS_HELLO)) {
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
        session->snapshot_wanted = session->phase != SESSION_SNAPSHOT;
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
    else if (session->phase == SESSION_AWAITS_HELLO)
        session_goodbye(session, MESSAGE_PROTOCOL_ERROR, 5000, "hello must come first");
    else
        session->feed->counts.unknown_kinds++;
}

/* ---- deadlines and questions ---- */

static int64_t
earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool
session_has_events(const struct session *session)
{
    return session->long_ticket.len || session->cursor < state_head(session->feed->state);
}

bool
session_board_is_due(const struct session *session, struct session_now now)
{
    return session->phase == SESSION_LIVE && !session->scope.everywhere &&
           now.mono_ms >= session->next_board_ms;
}

bool
session_awaits_spool(const struct session *session)
{
    return !session->spool || spool_progress(session->spool) == SPOOL_BUILDING;
}

bool
session_has_something(const struct session *session, struct session_now now)
{
    switch (session->phase) {
    case SESSION_AWAITS_HELLO:
        return false;
    case SESSION_SNAPSHOT:
        return !session_awaits_spool(session) || session->replies_count ||
               now.mono_ms >= session->next_beat_ms;
    case SESSION_LEAVING:
    case SESSION_LEFT:
        return true;
    default:
        break;
    }
    return session->replies_count || session->snapshot_wanted ||
           (session->beat_now && (session->beat_is_spools || !session_has_events(session))) ||
           (session_has_events(session) && now.mono_ms >= session->next_events_ms) ||
           (!session_has_events(session) && now.mono_ms >= session->next_beat_ms) ||
           session_board_is_due(session, now);
}

int64_t
session_wake_ms(const struct session *session, struct session_now now)
{
    if (session->phase == SESSION_AWAITS_HELLO)
        return session->opened_ms + SESSION_HELLO_MS;
    if (session_is_leaving(session))
        return now.mono_ms;
    if (session->phase == SESSION_SNAPSHOT)
        return session_awaits_spool(session) ? earlier(session->next_beat_ms, now.mono_ms + 5)
                                             : session->next_events_ms;
    int64_t wake = session->next_beat_ms;
    if (session_has_events(session))
        wake = earlier(wake, session->next_events_ms);
    if (!session->scope.everywhere)
        wake = earlier(wake, session->next_board_ms);
    return wake;
}

void
session_tick(struct session *session, struct session_now now, int64_t stalled_ms)
{
    if (session->phase == SESSION_AWAITS_HELLO &&
        now.mono_ms - session->opened_ms >= SESSION_HELLO_MS)
        session_goodbye(session, MESSAGE_PROTOCOL_ERROR, 5000, "no hello within 5 s");
    if (now.wall_ms >= session->token->expires_ms)
        session_goodbye(session, MESSAGE_TOKEN_EXPIRED, 60000, "the token has expired");
    if (session->phase == SESSION_LIVE && stalled_ms >= STALL_MS &&
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
        .live = session->phase == SESSION_LIVE,
        .queued_bytes = session->phase == SESSION_LIVE
                            ? recent_bytes_after(&session->feed->recent, session->cursor)
                            : 0};
}

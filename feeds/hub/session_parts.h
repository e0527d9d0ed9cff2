/* session_parts: what session.c (what a wall says) and session_send.c (what it is told) share. */
#ifndef FEEDS_HUB_SESSION_PARTS_H
#define FEEDS_HUB_SESSION_PARTS_H

#include "feeds/hub/marks.h"
#include "feeds/hub/session.h"

#define SESSION_NAME_MAX 64

enum session_phase {
    SESSION_AWAITS_HELLO,
    SESSION_SNAPSHOT, /* waiting for the spool, or sending its parts */
    SESSION_CATCH_UP, /* a cursor's way to the head; not slow for being long */
    SESSION_LIVE,
    SESSION_LEAVING, /* goodbye is the next message */
    SESSION_LEFT     /* goodbye is sent */
};

struct session {
    struct session_feed *feed;
    enum message_format format;
    const struct tokens_entry *token;
    uint64_t id;
    enum session_phase phase;
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
    bool beat_is_spools;              /* the next heartbeat is of that seq */

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

    char wall[SESSION_NAME_MAX + 1], node[SESSION_NAME_MAX + 1];
    int64_t drawn;
    bool stale;
};

/* session.c */
void session_start_snapshot(struct session *session);
void session_drop_snapshot(struct session *session);
bool session_awaits_spool(const struct session *session);
bool session_has_events(const struct session *session);
bool session_board_is_due(const struct session *session, struct session_now now);

#endif

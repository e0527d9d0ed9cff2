/* session: one wall's connection to the feed, without the socket.
 *
 * Takes the wall's messages and, whenever its socket has room, makes the next message for it:
 * welcome, snapshot parts, events, heartbeats, replies, goodbye. All rules of the protocol's
 * sections 3 to 5 that are not about bytes on a wire live here. Owns its place in the feed and what
 * waits for this wall alone; the live queue is its distance to the newest change (recent.h). One
 * thread (the hub's service thread); the moment is handed in. */
#ifndef FEEDS_HUB_SESSION_H
#define FEEDS_HUB_SESSION_H

#include "feeds/hub/intake.h"
#include "feeds/hub/recent.h"
#include "feeds/hub/spool.h"
#include "feeds/hub/tokens.h"

#define SESSION_QUEUE_BYTES (8 << 20) /* live messages that may wait for a wall */
#define SESSION_EVENTS_MS 17          /* between two events messages: at most 60 a second */
#define SESSION_BEAT_MS 4500
#define SESSION_BOARD_MS 10000
#define SESSION_HELLO_MS 5000
#define SESSION_REPLIES_MAX 64
#define SESSION_SPOOLS 4 /* snapshots made or kept at a time; further walls wait their turn */

struct session_now {
    int64_t mono_ms; /* for spans; never goes back */
    int64_t wall_ms; /* Unix milliseconds */
};

/* Counted since the start, for /metrics. */
struct session_counts {
    uint64_t messages_out, events_out, snapshots, resumes, catchup_events;
    uint64_t messages_in, unknown_kinds, unknown_fields, protocol_errors, publishes, refusals;
    uint64_t goodbyes[MESSAGE_BYE_COUNT];
};

/* What all sessions share; owned by the hub. */
struct session_feed {
    struct state *state;
    struct recent recent;
    struct message_directory directory;
    const char *folder;                   /* for snapshots' temporary files */
    struct spool *spools[SESSION_SPOOLS]; /* being made, or kept while walls may still share them */
    size_t spools_count;
    /* Hands a publish on; false = overloaded. The job is the callee's on true. */
    bool (*submit)(void *user, struct intake_job *job);
    void *user;
    struct buf board; /* the newest board's rates as JSON, and when it was made */
    int64_t board_ms, board_at_ms;
    uint64_t board_version;
    struct session_counts counts;
};
/* Drops what the feed keeps for sessions (not the state). */
void session_feed_free(struct session_feed *feed);
/* Before state_apply changes a ticket: snapshots that are being made keep its row as it is. */
void session_feed_before(struct session_feed *feed, struct str ticket);
/* Goes on with one that is being made, a few milliseconds at most. */
void session_feed_build(struct session_feed *feed);
bool session_feed_builds(const struct session_feed *feed); /* whether one is being made */

struct session;

/* token must outlive the session. id: the asker of its publish jobs. */
struct session *session_open(struct session_feed *feed, enum message_format format,
                             const struct tokens_entry *token, uint64_t id, struct session_now now);
void session_close(struct session *session); /* NULL-safe */

/* One whole message of the wall. */
void session_take(struct session *session, enum message_format format, struct str bytes,
                  struct session_now now);
bool session_awaits_hello(const struct session *session);
/* Its publish is logged, or refused by the log; the state has it already. */
void session_published(struct session *session, const struct intake_job *job);
void session_directory(struct session *session); /* the feed's directory was replaced */
/* The token file was read anew: goes on with what the token means now, or says goodbye
 * (token-expired, scope-changed). The tokens of before may be freed afterwards. */
void session_retoken(struct session *session, const struct tokens *tokens);
/* Says goodbye as the next message and then closes; the first reason stands. */
void session_goodbye(struct session *session, enum message_bye reason, int64_t retry_after_ms,
                     const char *message);

enum session_next {
    SESSION_IDLE,    /* nothing now; ask again at session_wake_ms or when the state moved */
    SESSION_MESSAGE, /* send out */
    SESSION_CLOSE,   /* all said: close 4000 with session_reason as text */
    SESSION_NEXT_COUNT
};
/* Appends one message to out, or nothing. */
enum session_next session_next(struct session *session, struct session_now now, struct buf *out);
/* Deadlines: hello, token. stalled_ms: for how long its socket has had no room although something
 * was waiting; with more than SESSION_QUEUE_BYTES behind, that is a slow consumer. */
void session_tick(struct session *session, struct session_now now, int64_t stalled_ms);
/* On the monotonic clock: when session_next may have something although nothing happened. */
int64_t session_wake_ms(const struct session *session, struct session_now now);
bool session_has_something(const struct session *session, struct session_now now);
const char *session_reason(const struct session *session);
bool session_is_leaving(const struct session *session);

/* What is known of the wall at the other end, for /metrics. */
struct session_status {
    const char *wall, *node; /* "" before hello */
    int64_t cursor;          /* last sent */
    int64_t drawn;           /* as its status says; -1 = none came */
    bool stale, live;
    uint64_t queued_bytes;
};
struct session_status session_status(const struct session *session);

#endif

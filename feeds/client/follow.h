/* follow: what a wall knows of its connection to a hub, and what it must do next; no sockets.
 *
 * A state machine fed with what arrived and when; the caller (the network thread) asks
 * follow_step() what to do. Owns the cursor, gaps, resyncs, the divergence back-off and the
 * reconnect times (the feed protocol, sections 3 to 5). One thread; never reads a clock: every
 * now_ms is a monotonic moment in milliseconds that the caller hands in. It allocates nothing. */
#ifndef FEEDS_CLIENT_FOLLOW_H
#define FEEDS_CLIENT_FOLLOW_H

#include "wall/base/str.h"

#define FOLLOW_SILENCE_MS 15000      /* no message for so long: everything is stale */
#define FOLLOW_GIVE_UP_MS 20000      /* … and for so long: the connection is given up */
#define FOLLOW_WELCOME_MS 15000      /* a hub that answers a hello later than this is given up */
#define FOLLOW_ATTEMPT_MS 10000      /* an attempt to connect takes no longer */
#define FOLLOW_DIVERGE_MS 30000      /* first wait after a second divergence within this time */
#define FOLLOW_DIVERGE_MAX_MS 600000 /* … doubling up to this */
#define FOLLOW_BACKOFF_MS 500        /* reconnect: random part of min(max, this · 2^attempt) */
#define FOLLOW_BACKOFF_MAX_MS 30000
#define FOLLOW_RETRY_MAX_MS 3600000 /* a retry_after_ms beyond an hour is cut to one */
#define FOLLOW_RESYNC_GAP_MS 200    /* least time between two resyncs of one connection */

/* What status counts, by the names of the protocol (follow_fault_name). */
enum follow_fault {
    FOLLOW_UNKNOWN_KINDS,
    FOLLOW_UNKNOWN_TYPES,
    FOLLOW_UNKNOWN_FIELDS,
    FOLLOW_INVALID_EVENTS,
    FOLLOW_BAD_MESSAGES,
    FOLLOW_GAPS,
    FOLLOW_DIVERGENCES,
    FOLLOW_RESYNCS,
    FOLLOW_RECONNECTS,
    FOLLOW_FAULT_COUNT
};
const char *follow_fault_name(enum follow_fault fault); /* "unknown_kinds" … */

enum follow_phase {
    FOLLOW_WAITING,    /* until connect_at_ms */
    FOLLOW_CONNECTING, /* an attempt is under way */
    FOLLOW_GREETING,   /* open; the hello goes out, its welcome is awaited */
    FOLLOW_SNAPSHOT,   /* part 1 of a snapshot is awaited: events are dropped */
    FOLLOW_LOADING,    /* between part 1 and the last part */
    FOLLOW_LIVE,       /* state and cursor are whole */
    FOLLOW_PHASE_COUNT
};

/* What the caller does with what arrived. */
enum follow_verdict {
    FOLLOW_DROP, /* nothing */
    FOLLOW_TAKE, /* hand it on */
    FOLLOW_CHECK /* a heartbeat: hand it on, to be compared with the tickets' digest */
};

enum follow_action {
    FOLLOW_NOTHING,
    FOLLOW_CONNECT, /* start an attempt; answered by follow_opened or follow_lost */
    FOLLOW_HELLO,   /* send a hello; with resume where follow->resuming */
    FOLLOW_RESYNC,  /* send a resync, and tell the tickets' owner that the old state is stale */
    FOLLOW_HANG_UP, /* close the connection (or break the attempt off); then follow_lost */
    FOLLOW_ACTION_COUNT
};

struct follow {
    enum follow_phase phase;
    char log[256];      /* the log that the state held belongs to */
    char next_log[256]; /* the log of the welcome; becomes log with the last snapshot part */
    bool has_state;     /* a snapshot was completed at some time */
    bool may_resume;    /* false: the next hello asks for a snapshot */
    bool resuming;      /* the hello sent (or to be sent) carries resume */
    uint64_t cursor;
    uint64_t snapshot_seq;
    uint32_t part, parts; /* the last part taken, of how many */
    uint32_t generation;  /* grows whenever a verdict on an older heartbeat became void */
    bool said_hello, in_sync, diverged;
    bool wants_resync, wants_hang_up;
    int64_t resync_at_ms; /* not before; where wants_resync */
    int64_t resynced_ms;  /* when the last one went out; INT64_MIN = never */
    int64_t diverged_ms;  /* when a resync for a divergence last went out */
    int64_t diverge_wait_ms;
    int64_t failed_loads; /* snapshots broken off since the last complete one */
    int64_t connect_at_ms, since_ms, heard_ms; /* since: when the phase began */
    int64_t retry_after_ms;
    int attempt;
    int long_streak;     /* connections in a row ended by a message too long */
    int64_t too_long_ms; /* the last such end */
    uint64_t random;
    uint64_t faults[FOLLOW_FAULT_COUNT];
};

/* seed: any number, differing between walls (they must not come back in step). */
void follow_init(struct follow *follow, uint64_t seed, int64_t now_ms);

/* The connection. */
void follow_opened(struct follow *follow, int64_t now_ms);
/* The attempt failed or the connection ended, whichever way; safe to call twice. */
void follow_lost(struct follow *follow, int64_t now_ms);

/* What arrived. Call follow_heard first for every message, whatever is in it. */
void follow_heard(struct follow *follow, int64_t now_ms);
enum follow_verdict follow_welcome(struct follow *follow, struct str log, bool resume,
                                   int64_t now_ms);
enum follow_verdict follow_snapshot(struct follow *follow, uint64_t seq, int64_t part,
                                    int64_t parts, int64_t now_ms);
enum follow_verdict follow_events(struct follow *follow, uint64_t prev, uint64_t seq,
                                  int64_t now_ms);
enum follow_verdict follow_heartbeat(struct follow *follow, uint64_t seq, int64_t now_ms);
/* retry_after_ms < 0: none given. The connection is hung up. */
void follow_goodbye(struct follow *follow, struct str reason, int64_t retry_after_ms);
/* A message that could not be read, or was of the wrong framing: counted, then resync. */
void follow_bad(struct follow *follow, int64_t now_ms);
/* A message longer than the protocol allows: counted, and the connection is given up. A hub that
 * does it again within two minutes is tried ever more seldom, in sync in between or not. */
void follow_too_long(struct follow *follow, int64_t now_ms);

/* What the tickets' owner found; generation as it was when the message was handed on. */
void follow_agreed(struct follow *follow, uint32_t generation);
void follow_diverged(struct follow *follow, uint32_t generation, int64_t now_ms);
void follow_unloadable(struct follow *follow, uint32_t generation, int64_t now_ms);

/* The next thing to do, one at a time until FOLLOW_NOTHING; then *next_ms says when to ask again
 * at the latest (INT64_MAX: only when something arrives). */
enum follow_action follow_step(struct follow *follow, int64_t now_ms, int64_t *next_ms);

#endif

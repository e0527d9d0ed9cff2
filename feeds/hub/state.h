/* state: what a hub knows of the tickets, and what of each logged event concerns which walls.
 *
 * Owns the struct tickets, a reading connection to the log, and the small facts that the protocol
 * asks of a hub: which tickets were held back until their registration, which are removed for ever,
 * the newest alarm event per subject and stage, the commitments. One thread (the hub's service
 * thread). Reads no clock, writes nothing. */
#ifndef FEEDS_HUB_STATE_H
#define FEEDS_HUB_STATE_H

#include "feeds/hub/log.h"
#include "feeds/tickets/tickets.h"

struct state;

/* Opens the log for reading and applies all of it. NULL and err where it cannot be read. */
struct state *state_create(const char *log_path, const struct profile *profile, struct err *err);
void state_destroy(struct state *state); /* NULL-safe */

int64_t state_head(const struct state *state); /* the last seq applied */
const char *state_log_name(const struct state *state);
struct tickets *state_tickets(struct state *state);

/* Streets by number, so that scopes compare quickly. */
#define STATE_NOWHERE UINT32_MAX /* not registered, or removed */
uint32_t state_street(struct state *state, struct str code);
struct str state_street_code(const struct state *state, uint32_t street);

/* Which tickets a wall may see. */
struct state_scope {
    bool everywhere;
    const uint32_t *streets; /* else: the tickets of these */
    size_t streets_count;
};
bool state_in_scope(const struct state_scope *scope, uint32_t street);

enum state_what {
    STATE_SILENT,  /* for no wall: held back, of a removed ticket */
    STATE_TICKET,  /* a milestone of a registered ticket; its removal too */
    STATE_LEFT,    /* of a removed ticket, but it moved: only `left` may come of it */
    STATE_ALARM,   /* alarm.* */
    STATE_MEETING, /* meeting.* */
    STATE_OTHER,   /* of an unknown type */
    STATE_WHAT_COUNT
};

/* What one logged event means to walls; strings live as long as the event they came from. */
struct state_change {
    int64_t seq, time_ms;
    enum state_what what;
    bool whole; /* the registration of a ticket that was held back: all its milestones go along */
    bool removal;
    uint32_t before, after; /* the ticket's street before and after; STATE_NOWHERE */
    uint32_t place;         /* alarm of a burst: its street; meeting: its unit's number */
    struct str subject, json;
};

/* Applies the next event of the log (seq = state_head + 1). */
void state_apply(struct state *state, const struct event *event, int64_t seq, struct str json,
                 struct state_change *out);

/* The changes of logged events with after < seq <= upto as a wall would have seen them live, in
 * order; false from visit stops. streets: also find out where each ticket was (dearer). */
typedef bool state_visit_change(void *user, const struct state_change *change);
bool state_history(struct state *state, int64_t after, int64_t upto, bool streets,
                   state_visit_change *visit, void *user, struct err *err);

/* All milestones of a ticket with seq <= upto, as logged, in order of (time, seq). */
bool state_whole(struct state *state, struct str subject, int64_t upto, log_visit *visit,
                 void *user, struct err *err);

/* The newest alarm events (commitments: false) or the committed and settled events (true) in scope,
 * newest first, until visit returns false. */
bool state_others(struct state *state, const struct state_scope *scope, bool commitments,
                  log_visit *visit, void *user, struct err *err);

/* As in a heartbeat. since_ms: INT64_MIN, or the oldest last milestone counted. */
void state_digest(struct state *state, const struct state_scope *scope, int64_t since_ms,
                  uint64_t *count, uint64_t *digest);

/* May a token of this scope publish such an event (alarm.*, meeting.*)? */
bool state_may_publish(struct state *state, const struct state_scope *scope,
                       const struct event *event);

#endif

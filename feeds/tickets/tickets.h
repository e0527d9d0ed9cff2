/* tickets: the only owner of ticket state. Events in any order go in, figures as at a moment come
 * out.
 *
 * One thread (a hub's or the wall's main thread). A ticket is its milestones ordered by (time, then
 * order of arrival here); everything else is derived. About 150 bytes a ticket with six milestones
 * (store.h says how). Reads no clock: the moment is handed in. Allocates while it grows; its
 * bounds: not-yet-registered tickets hold at most 100,000 events (the oldest are dropped and
 * counted). */
#ifndef FEEDS_TICKETS_TICKETS_H
#define FEEDS_TICKETS_TICKETS_H

#include "feeds/event.h"
#include "feeds/tickets/profile.h"
#include "feeds/tickets/snapshot.h"
#include "wall/base/helper.h"

struct tickets;

/* The profile must outlive the tickets. */
struct tickets *tickets_create(const struct profile *profile);
void tickets_destroy(struct tickets *tickets); /* NULL-safe */

/* Who helps with what takes long when figures are made anew; outlives the tickets. NULL, and at
 * first: nobody. */
void tickets_set_helper(struct tickets *tickets, struct helper *helper);

enum tickets_outcome {
    TICKETS_APPLIED,
    TICKETS_REPEATED, /* source and id known: nothing changed */
    TICKETS_HELD,     /* its ticket is not registered yet */
    TICKETS_IGNORED,  /* of a removed ticket, or an unknown type */
};
/* One event of the stream. dedup: false where the caller (a hub with its log) has already made sure
 * that source and id are new; true keeps a keyed 8-byte mark an event. */
enum tickets_outcome tickets_apply(struct tickets *tickets, const struct event *event, bool dedup);

/* Replaces all state: begin, then rows, then alarms and commitments, then end. Between begin and
 * end the old state still answers; end swaps. abort drops the new one. What snapshots show of it is
 * said below. */
void tickets_load_begin(struct tickets *tickets);
/* About how many rows will come; only saves time. */
void tickets_load_expect(struct tickets *tickets, uint64_t count);
/* Takes them in order up to the first that is refused; false: there was one, and the load is to be
 * aborted. Many at a time cost a third of one by one. */
bool tickets_load_rows(struct tickets *tickets, const struct event_ticket *rows, size_t count,
                       struct err *err);
bool tickets_load_row(struct tickets *tickets, const struct event_ticket *row, struct err *err);
void tickets_load_other(struct tickets *tickets,
                        const struct event *event); /* alarm.*, meeting.* */
void tickets_load_end(struct tickets *tickets);
void tickets_load_abort(struct tickets *tickets);

/* How many events of tickets not registered yet are held: 100,000 unless set. Past it the tickets
 * held longest are dropped with all their events. A hub, whose log has them all, sets SIZE_MAX. */
void tickets_set_held_max(struct tickets *tickets, size_t events);
uint64_t tickets_held_dropped(const struct tickets *tickets); /* events, since tickets_create */

/* A ticket left the wall's scope. */
void tickets_forget(struct tickets *tickets, struct str ticket);

/* The directory gives names, parents and kinds to codes; replaces the one before. The struct's
 * strings are copied. */
struct tickets_name {
    struct str code, name, parent; /* parent: a community's street, a category's parent; else "" */
};
struct tickets_directory {
    const struct tickets_name *streets, *communities, *units, *categories, *channels;
    size_t streets_count, communities_count, units_count, categories_count, channels_count;
};
void tickets_set_directory(struct tickets *tickets, const struct tickets_directory *directory);

/* As in a heartbeat: registered, not removed tickets of all moments. street empty = all. */
void tickets_digest(const struct tickets *tickets, struct str street, uint64_t *count,
                    uint64_t *digest);

/* The same over those whose newest milestone is not older than since_ms; looks at every ticket. */
void tickets_digest_since(const struct tickets *tickets, struct str street, int64_t since_ms,
                          uint64_t *count, uint64_t *digest);

/* The state as at a moment. Moving forwards within a day, or back by less than a minute, is
 * incremental; any other moment is computed anew. Valid until the next call with this tickets. */
const struct snapshot *tickets_snapshot(struct tickets *tickets, int64_t at_ms);

/* For a wall, whose frames must not wait for a million tickets: the figures of a new state, a new
 * day or a moment far away are made in parts, beside the old ones, and shown once they are whole.
 *
 *     more = !tickets_prepare(tickets, now, 2048);   again and again, as time allows
 *     snapshot = tickets_glance(tickets, now);       in each frame
 *
 * tickets_prepare looks at up to about `looks` tickets (0.3 to 1 µs each) of what is to be done
 * before tickets_glance shows the state as at at_ms: true when nothing is left, or nothing can be
 * done until more rows of a snapshot come in. Rows may be prepared while the others come. A few
 * pieces are done at once: the ranking of all rows, the sort of one street's and category's
 * registrations. tickets_glance never takes long: until the new figures are whole it gives the last
 * ones, brought to at_ms where they reach it, else as at the moment they stand at (at_ms of the
 * snapshot); NULL: there were none yet. Valid until the next call with this tickets. Calling
 * tickets_snapshot in between is allowed and does all at once. */
bool tickets_prepare(struct tickets *tickets, int64_t at_ms, uint32_t looks);
const struct snapshot *tickets_glance(struct tickets *tickets, int64_t at_ms);
/* Where tickets_prepare is used: gives a part (2 MB) of the memory of states and figures that were
 * replaced back to the system; true: there is no more of it. */
bool tickets_tidy(struct tickets *tickets);

/* Up to max numbers of the tickets that the last snapshot counted under key; returns how many. */
size_t tickets_behind(struct tickets *tickets, const struct snapshot_key *key, struct str *out,
                      size_t max);

/* Walks the registered, not removed tickets for a hub's protocol snapshot. The row is valid inside
 * the call only; return false to stop. Places are WGS 84 (in milestones too); the data of a
 * registration that was never amended is left out (has = 0) where fields says the same. street
 * empty = all; since_ms: skip those whose newest milestone is older. */
void tickets_visit(struct tickets *tickets, struct str street, int64_t since_ms,
                   bool (*visit)(void *user, const struct event_ticket *row), void *user);

/* A part of the same walk, for a hub that must go on serving in between: looks at up to `looks`
 * tickets from place *at (0 at the beginning) and moves *at on; false = the walk is over, or visit
 * stopped it. Tickets that come up while it lasts are met at its end. */
bool tickets_visit_part(struct tickets *tickets, uint32_t *at, uint32_t looks, struct str street,
                        int64_t since_ms, bool (*visit)(void *user, const struct event_ticket *row),
                        void *user);

/* Where that walk meets the ticket; UINT32_MAX: it is unknown. */
uint32_t tickets_place_of(const struct tickets *tickets, struct str ticket);

/* The same for one ticket; false where it is not registered, or removed. */
bool tickets_visit_one(struct tickets *tickets, struct str ticket,
                       bool (*visit)(void *user, const struct event_ticket *row), void *user);

/* Per subject and stage the newest alarm event, per commitment the committed and the settled event:
 * what the last part of a protocol snapshot holds. Alarm events of removed tickets are left out.
 * The event (id, source and time included) is valid inside the call only; return false to stop. */
void tickets_visit_other(struct tickets *tickets,
                         bool (*visit)(void *user, const struct event *event), void *user);

/* What a hub must know of one ticket after an event: its street now ("" unregistered). */
bool tickets_street_of(const struct tickets *tickets, struct str ticket, struct str *street);

/* Bytes held, by use; for the benchmark and /metrics. */
struct tickets_memory {
    size_t columns, milestones, strings, index, figures, total; /* total is without marks */
    size_t marks; /* of known events (tickets_apply with dedup) */
    size_t tickets;
};
struct tickets_memory tickets_memory(const struct tickets *tickets);

#endif

/* spool: the parts of one snapshot, as at one seq, read by walls at the pace of their sockets.
 *
 * Why a file: part 1 must already say how many parts there are, all parts must show the tickets at
 * the same seq, and a wall may take minutes to read while ingest goes on. The rows are encoded once
 * into an unlinked temporary file beside the log (memory: one part, and the alarm and meeting
 * events, at most 1.4 MB together); every wall that asks for the same scope and encoding before the
 * next event shares it.
 *
 * Why in steps: encoding a million rows takes seconds. spool_step looks at a few hundred tickets
 * and returns; whoever changes a ticket calls spool_before first, which writes the row as it still
 * is when the walk has not met that ticket yet (copy on write). So the rows are those of spool_seq,
 * however long the walk takes.
 *
 * Owns the file until the last spool_unref. One thread (the hub's service thread). */
#ifndef FEEDS_HUB_SPOOL_H
#define FEEDS_HUB_SPOOL_H

#include "feeds/hub/state.h"
#include "feeds/message.h"

struct spool;

struct spool_key {
    struct state_scope scope; /* copied */
    int64_t since_ms;         /* INT64_MIN = all */
    enum message_format format;
};

/* Begins a snapshot of the state as it is now; the caller holds the first reference. NULL and err
 * where no temporary file can be made or written. */
struct spool *spool_create(struct state *state, const struct spool_key *key, const char *folder,
                           struct err *err);
/* Goes on with it; a few milliseconds at most. */
void spool_step(struct spool *spool);
/* Before the ticket changes: has its row written as it is. Does nothing on a spool that is ready.
 */
void spool_before(struct spool *spool, struct str ticket);

enum spool_progress { SPOOL_BUILDING, SPOOL_READY, SPOOL_FAILED, SPOOL_PROGRESS_COUNT };
enum spool_progress spool_progress(const struct spool *spool);
bool spool_is_shared(const struct spool *spool); /* more than one reference */

void spool_ref(struct spool *spool);
void spool_unref(struct spool *spool); /* NULL-safe */

bool spool_serves(const struct spool *spool, const struct spool_key *key, int64_t seq);
int64_t spool_seq(const struct spool *spool);
/* Of a spool that is ready: */
size_t spool_parts(const struct spool *spool);
/* The heartbeat's count and digest over its rows. */
void spool_digest(const struct spool *spool, uint64_t *count, uint64_t *digest);

/* Appends the whole message of part i (from 0). */
bool spool_message(const struct spool *spool, size_t i, struct buf *out, struct err *err);

/* Tickets whose row is too long for a message: they are sent as their events after the last part.
 * NULL behind the last one. */
const struct str *spool_oversize(const struct spool *spool, size_t i);
/* With since_ms: the keyed hashes of the tickets in it. */
const uint64_t *spool_tickets(const struct spool *spool, size_t *count);

#endif

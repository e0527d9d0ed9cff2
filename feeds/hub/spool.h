/* spool: the parts of one snapshot, made at one seq, read by walls at the pace of their sockets.
 *
 * Why a file: part 1 must already say how many parts there are and all parts must show the tickets
 * at the same seq, while ingest goes on and a wall may take minutes to read. The rows are therefore
 * encoded once into an unlinked temporary file beside the log (memory: one part), and every wall
 * that asks for the same scope and encoding before the next event shares it.
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

/* A snapshot of the state as it is now; the caller holds the first reference. NULL and err where no
 * temporary file can be made or written. */
struct spool *spool_create(struct state *state, const struct spool_key *key, const char *folder,
                           struct err *err);
void spool_ref(struct spool *spool);
void spool_unref(struct spool *spool); /* NULL-safe */

bool spool_serves(const struct spool *spool, const struct spool_key *key, int64_t seq);
int64_t spool_seq(const struct spool *spool);
size_t spool_parts(const struct spool *spool);

/* Appends the whole message of part i (from 0). */
bool spool_message(const struct spool *spool, size_t i, struct buf *out, struct err *err);

/* Tickets whose row is too long for a message: they are sent as their events after the last part.
 * NULL behind the last one. */
const struct str *spool_oversize(const struct spool *spool, size_t i);
/* With since_ms: the keyed hashes of the tickets in it. */
const uint64_t *spool_tickets(const struct spool *spool, size_t *count);

#endif

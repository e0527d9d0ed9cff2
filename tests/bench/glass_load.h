/* glass_load: a district of N tickets and its live events as ready bytes of the feed, for the bench
 * of the glass.
 *
 * Owned by the thread that feeds. Everything but numbers, times and places is encoded once, by the
 * program's own encoders, and patched in place: an event costs well under a microsecond, so that
 * the bench measures the wall. Codes, units and places are a simulated district's. Keeps what a
 * heartbeat says (count and digest) by hand. Reads no clock. */
#ifndef TESTS_BENCH_GLASS_LOAD_H
#define TESTS_BENCH_GLASS_LOAD_H

#include "feeds/message.h"

struct glass_load;

struct glass_load_config {
    size_t tickets;
    double open; /* share of them that is open, and so a point on the map; the rest is archived */
    int64_t now_ms;
};

/* NULL and err where the simulation's plan or the directory cannot be read. */
struct glass_load *glass_load_create(const struct glass_load_config *config, struct err *err);
void glass_load_destroy(struct glass_load *load); /* NULL-safe */

/* The answer to a hello, as websocket frames: a welcome with the directory, the snapshot as it was
 * at create, a heartbeat. Once an event was given out the snapshot is history. */
void glass_load_welcome(struct glass_load *load, int64_t now_ms, struct buf *out);
struct str glass_load_snapshot(const struct glass_load *load);
void glass_load_heartbeat(struct glass_load *load, int64_t now_ms, struct buf *out);

/* One live event in a message of its own: a sixth of them new requests, the others the next steps
 * of older ones, so that as many stay open. */
void glass_load_event(struct glass_load *load, int64_t now_ms, struct buf *out);
/* count live events in one message; count 1–1,000. */
void glass_load_events(struct glass_load *load, size_t count, int64_t now_ms, struct buf *out);

uint64_t glass_load_seq(const struct glass_load *load); /* of the last event given out */

#endif

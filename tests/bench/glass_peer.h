/* glass_peer: the smallest hub there is, for the bench of the glass: one wall, one thread, no log.
 *
 * Listens on loopback, greets a wall with the load's snapshot, then sends events at a rate, one
 * message an event at its own time or sixty messages a second as a hub does. Its thread writes
 * down when each event was due and when it was handed to the socket; the watcher's thread reads
 * that. Never resumes, and answers a resync only where it brought it about (glass_peer_again): a
 * run in which the wall lost its place is no measurement, and says so. */
#ifndef TESTS_BENCH_GLASS_PEER_H
#define TESTS_BENCH_GLASS_PEER_H

#include "tests/bench/glass_load.h"

struct glass_peer;

/* The load must outlive the peer; it is the peer's thread's from here on. */
struct glass_peer *glass_peer_start(struct glass_load *load, struct err *err);
void glass_peer_stop(struct glass_peer *peer); /* NULL-safe */
int glass_peer_port(const struct glass_peer *peer);

/* From now on this many events a second; 0 = heartbeats only. together: at most 60 messages a
 * second, as a hub sends them. */
void glass_peer_rate(struct glass_peer *peer, double events_per_s, bool together);

/* Another load takes the place of the one before, with a higher cursor: the wall is told that it
 * missed something, asks, and gets the load's snapshot; then events go on. The load must outlive
 * the peer and is its thread's from here on. */
void glass_peer_again(struct glass_peer *peer, struct glass_load *load);

/* clock_mono_ns when the event of the cursor was due, and when it was handed to the socket; false:
 * it is not one of the last four million. */
bool glass_peer_times(const struct glass_peer *peer, uint64_t seq, int64_t *due_ns,
                      int64_t *sent_ns);
uint64_t glass_peer_sent(const struct glass_peer *peer); /* cursor of the last event sent */
/* What went wrong: the wall hung up, asked anew, or reported faults; NULL = nothing. */
const char *glass_peer_trouble(const struct glass_peer *peer);

#endif

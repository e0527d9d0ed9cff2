/* recent: the newest changes, kept once for all walls to read from at their own pace.
 *
 * Owns copies of at most RECENT_MAX_BYTES of changes, without holes in seq; the oldest fall off.
 * A wall's queue of live messages is its distance to the newest one here, so what waits for a slow
 * wall costs nothing of its own. One thread (the hub's service thread). */
#ifndef FEEDS_HUB_RECENT_H
#define FEEDS_HUB_RECENT_H

#include "feeds/hub/state.h"
#include "feeds/message.h"

#define RECENT_MAX_BYTES (16 << 20)

struct recent_entry {
    struct state_change change;   /* its strings live in the entry */
    struct message_bodies packed; /* the event as MessagePack, made when first asked for */
    uint64_t bytes_before;        /* total of all entries ever added before this one */
    char text[];
};

struct recent {
    struct recent_entry **entries; /* circular */
    size_t cap, from, count;
    int64_t first_seq; /* of the oldest entry */
    uint64_t bytes_added, bytes_held;
};

void recent_add(struct recent *recent, const struct state_change *change);
/* The entry of a seq, NULL where it fell off or is still to come. */
struct recent_entry *recent_get(const struct recent *recent, int64_t seq);
/* Bytes of events after a seq; those that fell off count as if they were all too many. */
uint64_t recent_bytes_after(const struct recent *recent, int64_t seq);
void recent_free(struct recent *recent);

#endif

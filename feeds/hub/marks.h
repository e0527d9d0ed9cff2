/* marks: a small map from 64-bit keyed hashes to two integers, for facts about tickets that the hub
 * needs quickly and must not pay a string for.
 *
 * Owns its table until marks_free; zero-initialised is empty. One thread. Keys come from hash_keyed
 * (SipHash under a random key): two different texts meeting in 64 bits is taken as impossible. */
#ifndef FEEDS_HUB_MARKS_H
#define FEEDS_HUB_MARKS_H

#include "wall/base/str.h"

struct marks_value {
    int64_t time_ms, seq;
};

struct marks {
    uint64_t *keys; /* 0 = free; the key 0 is kept as 1 */
    struct marks_value *values;
    size_t cap, count;
};

/* NULL where the key is not in it; valid until the next marks_put. */
struct marks_value *marks_get(const struct marks *marks, uint64_t key);
/* The value of the key, added as {0, 0} where new. */
struct marks_value *marks_put(struct marks *marks, uint64_t key);
void marks_free(struct marks *marks);
/* The entries one by one: *at from 0; false = no more. */
bool marks_next(const struct marks *marks, size_t *at, struct marks_value *out);

#endif

/* hash: FNV-1a 64 for the protocol's digest, and a keyed hash for tables that hold hostile keys.
 * Pure functions; any thread. */
#ifndef WALL_BASE_HASH_H
#define WALL_BASE_HASH_H

#include <string.h>

#include "wall/base/str.h"

/* FNV-1a, 64 bit (offset 0xcbf29ce484222325, prime 0x100000001b3; Fowler, Noll, Vo). */
uint64_t hash_fnv1a64(struct str s);

/* SipHash-1-3 (Aumasson, Bernstein) under the process's random key: collisions cannot be made from
 * outside. Values differ from run to run; never store or send them. */
uint64_t hash_keyed(struct str s);

/* A string's ends: with its length they are all of one that has no more than 16 bytes. */
struct hash_ends {
    uint64_t first, last;
};

static inline struct hash_ends
hash_ends_of(struct str s)
{
    struct hash_ends ends = {0, 0};
    if (s.len >= 8) {
        memcpy(&ends.first, s.ptr, 8);
        memcpy(&ends.last, s.ptr + s.len - 8, 8);
    } else if (s.len >= 4) {
        memcpy(&ends.first, s.ptr, 4);
        memcpy(&ends.last, s.ptr + s.len - 4, 4);
    } else {
        for (size_t i = 0; i < s.len; i++) {
            ends.first = ends.first << 8 | (unsigned char)s.ptr[i];
        }
    }
    return ends;
}

/* A few instructions over the ends and the length; anyone can make collisions: only for small
 * caches in front of a table that uses hash_keyed. Differs between machines. */
static inline uint64_t
hash_quick(struct hash_ends ends, size_t len)
{
    uint64_t h = (ends.first ^ len) * UINT64_C(0x9e3779b97f4a7c15) ^ ends.last;
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

#endif

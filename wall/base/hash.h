/* hash: FNV-1a 64 for the protocol's digest, and a keyed hash for tables that hold hostile keys.
 * Pure functions; any thread. */
#ifndef WALL_BASE_HASH_H
#define WALL_BASE_HASH_H

#include "wall/base/str.h"

/* FNV-1a, 64 bit (offset 0xcbf29ce484222325, prime 0x100000001b3; Fowler, Noll, Vo). */
uint64_t hash_fnv1a64(struct str s);

/* SipHash-1-3 (Aumasson, Bernstein) under the process's random key: collisions cannot be made from
 * outside. Values differ from run to run; never store or send them. */
uint64_t hash_keyed(struct str s);

/* A few instructions over the ends and the length; anyone can make collisions: only for small
 * caches in front of a table that uses hash_keyed. Differs between machines. */
uint64_t hash_quick(struct str s);

#endif

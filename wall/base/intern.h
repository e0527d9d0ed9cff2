/* intern: every distinct string once, with a small stable number.
 *
 * Owns copies of the strings until intern_free; numbers count from 0 in order of first sight and
 * pointers stay valid while the table lives. One thread at a time. */
#ifndef WALL_BASE_INTERN_H
#define WALL_BASE_INTERN_H

#include "wall/base/arena.h"
#include "wall/base/hash.h"

#define INTERN_NONE UINT32_MAX
#define INTERN_SHORT 16    /* bytes that the ends tell whole */
#define INTERN_RECENT 1024 /* a power of two */

struct intern {
    struct arena bytes;
    struct str *strings;
    uint32_t *slots; /* number + 1; 0 = empty */
    uint32_t count, cap, slot_count;
    /* By hash_quick: a feed says few codes again and again, most of which their ends tell whole.
     * The slots decide where this one does not know. */
    struct intern_recent {
        struct hash_ends ends;
        uint32_t len;  /* at most INTERN_SHORT */
        uint32_t next; /* number + 1; 0 = empty */
    } recent[INTERN_RECENT];
};

/* The number of s, added where new. */
uint32_t intern_add(struct intern *table, struct str s);
/* The number of s, or INTERN_NONE. */
uint32_t intern_find(const struct intern *table, struct str s);
/* The string of a number that the table gave; INTERN_NONE gives the empty string. */
struct str intern_get(const struct intern *table, uint32_t number);
void intern_free(struct intern *table);

#endif

/* intern: every distinct string once, with a small stable number.
 *
 * Owns copies of the strings until intern_free; numbers count from 0 in order of first sight and
 * pointers stay valid while the table lives. One thread at a time. */
#ifndef WALL_BASE_INTERN_H
#define WALL_BASE_INTERN_H

#include "wall/base/arena.h"

#define INTERN_NONE UINT32_MAX
#define INTERN_RECENT 256 /* a power of two */

struct intern {
    struct arena bytes;
    struct str *strings;
    uint32_t *slots; /* number + 1; 0 = empty */
    uint32_t count, cap, slot_count;
    uint32_t recent[INTERN_RECENT]; /* number + 1, by hash_quick: a feed says few codes again and
                                       again; the slots decide where this one does not know */
};

/* The number of s, added where new. */
uint32_t intern_add(struct intern *table, struct str s);
/* The number of s, or INTERN_NONE. */
uint32_t intern_find(const struct intern *table, struct str s);
/* The string of a number that the table gave; INTERN_NONE gives the empty string. */
struct str intern_get(const struct intern *table, uint32_t number);
void intern_free(struct intern *table);

#endif

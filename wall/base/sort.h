/* sort: in place. The C library's qsort takes memory for what is longer than a kilobyte, which a
 * running wall must not do with every frame.
 *
 * Pure, any thread. Not stable: a comparison that never says 0 gives one order alone. */
#ifndef WALL_BASE_SORT_H
#define WALL_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

#define SORT_ITEM_MAX 64 /* bytes of the longest item */

/* Least first. compare: < 0, 0 or > 0, as for qsort_r. Shell's sort with gaps of a 2.2nd each:
 * meant for up to some thousands of items. */
void sort_in_place(void *items, size_t count, size_t size,
                   int (*compare)(const void *a, const void *b, void *user), void *user);
/* The same for numbers, of any count: a heap sort. */
void sort_numbers(uint64_t *numbers, size_t count);

#endif

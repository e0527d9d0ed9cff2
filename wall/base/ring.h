/* ring: a bounded queue of pointers from one producer thread to one consumer thread.
 *
 * Lock-free (one atomic index a side). A full ring refuses; the producer then stops reading its
 * source, nothing is dropped. The ring does not own what the pointers point at. */
#ifndef WALL_BASE_RING_H
#define WALL_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring {
    void **items;
    size_t mask;                      /* capacity - 1 */
    _Alignas(64) _Atomic size_t head; /* written by the consumer */
    _Alignas(64) _Atomic size_t tail; /* written by the producer */
};

/* capacity is rounded up to a power of two. */
void ring_init(struct ring *ring, size_t capacity);
void ring_finish(struct ring *ring);
bool ring_push(struct ring *ring, void *item); /* producer; false = full */
void *ring_pop(struct ring *ring);             /* consumer; NULL = empty */
size_t ring_count(const struct ring *ring);    /* a moment's value; either side */

#endif

/* arena: memory for one owner or one frame, freed all at once.
 *
 * Owns its blocks until arena_free. One thread at a time. Running out of memory aborts. */
#ifndef WALL_BASE_ARENA_H
#define WALL_BASE_ARENA_H

#include "wall/base/str.h"

struct arena_block;

struct arena {
    struct arena_block *first, *now; /* zero-initialised struct arena is an empty arena */
    size_t block_bytes;              /* size of new blocks; 0 = 64 KiB */
};

/* Uninitialised memory, aligned to 16 bytes; valid until arena_reset or arena_free. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* Zeroed array; a product that overflows aborts. */
void *arena_zalloc(struct arena *arena, size_t count, size_t size);
/* A NUL-terminated copy of s. */
struct str arena_str(struct arena *arena, struct str s);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Forgets all allocations and keeps the blocks: no malloc after warm-up. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);
/* Bytes held from the system. */
size_t arena_held(const struct arena *arena);

/* Not of an arena: an array from malloc, of another length (reallocarray); aborts where that fails.
 */
void *arena_regrow(void *array, size_t count, size_t size);

/* Not of an arena: a zeroed array for places in no order, as a hash table's; free() gives it back,
 * and it is not to be regrown. It is there at once, unlike calloc's, whose every page costs two
 * faults where it is read before it is written; a large one lies in huge pages where the system has
 * them, for else nearly every look into it would miss the processor's address cache, too. */
void *arena_table(size_t count, size_t size);

#endif

#include "wall/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20) /* of x86-64, and of ARM with pages of 4 KiB */

struct arena_block {
    struct arena_block *next;
    size_t size, used; /* bytes behind the header */
    _Alignas(16) char bytes[];
};

static struct arena_block *
block_new(size_t size)
{
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block) {
        abort();
    }
    *block = (struct arena_block){.size = size};
    return block;
}

void *
arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2) {
        abort();
    }
    bytes = (bytes + 15) & ~(size_t)15;
    struct arena_block *block = arena->now;
    while (block && block->size - block->used < bytes && block->next) {
        block = block->next;
        block->used = 0;
    }
    if (!block || block->size - block->used < bytes) {
        size_t size = arena->block_bytes ? arena->block_bytes : 64 * 1024;
        struct arena_block *fresh = block_new(bytes > size ? bytes : size);
        if (block) {
            block->next = fresh;
        } else {
            arena->first = fresh;
        }
        block = fresh;
    }
    arena->now = block;
    void *out = block->bytes + block->used;
    block->used += bytes;
    return out;
}

void *
arena_zalloc(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        abort();
    }
    void *out = arena_alloc(arena, bytes);
    memset(out, 0, bytes);
    return out;
}

struct str
arena_str(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (s.len) {
        memcpy(copy, s.ptr, s.len);
    }
    copy[s.len] = '\0';
    return (struct str){copy, s.len};
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *out = arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1);
    if (len < 0) {
        out[0] = '\0';
    } else {
        vsnprintf(out, (size_t)len + 1, format, again);
    }
    va_end(again);
    return out;
}

void
arena_reset(struct arena *arena)
{
    arena->now = arena->first;
    if (arena->first) {
        arena->first->used = 0;
    }
}

void
arena_free(struct arena *arena)
{
    struct arena_block *block = arena->first;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct arena){.block_bytes = arena->block_bytes};
}

size_t
arena_held(const struct arena *arena)
{
    size_t bytes = 0;
    for (const struct arena_block *block = arena->first; block; block = block->next) {
        bytes += sizeof *block + block->size;
    }
    return bytes;
}

void *
arena_regrow(void *array, size_t count, size_t size)
{
    void *out = reallocarray(array, count, size);
    if (!out) {
        abort();
    }
    return out;
}

void *
arena_table(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        abort();
    }
    bool huge = bytes >= HUGE_PAGE && bytes % HUGE_PAGE == 0;
    void *table = huge ? aligned_alloc(HUGE_PAGE, bytes) : malloc(bytes ? bytes : 1);
    if (!table) {
        abort();
    }
    if (huge) {
        madvise(table, bytes, MADV_HUGEPAGE); /* where that is refused small ones do */
    }
    return memset(table, 0, bytes);
}

#include "wall/base/intern.h"

#include <stdlib.h>

#include "wall/base/hash.h"

static void *
grow(void *ptr, size_t count, size_t size)
{
    void *out = reallocarray(ptr, count, size);
    if (!out) {
        abort();
    }
    return out;
}

/* The slot of s, or the empty one where it belongs. */
static uint32_t
slot_of(const struct intern *table, struct str s)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t at = (uint32_t)hash_keyed(s) & mask;
    while (table->slots[at] && !str_eq(table->strings[table->slots[at] - 1], s)) {
        at = (at + 1) & mask;
    }
    return at;
}

static void
rehash(struct intern *table)
{
    table->slot_count = table->slot_count ? table->slot_count * 2 : 64;
    free(table->slots);
    table->slots = calloc(table->slot_count, sizeof *table->slots);
    if (!table->slots) {
        abort();
    }
    for (uint32_t i = 0; i < table->count; i++) {
        table->slots[slot_of(table, table->strings[i])] = i + 1;
    }
}

/* By the slots. */
static __attribute__((noinline)) uint32_t
find_or_add(struct intern *table, struct str s)
{
    if ((uint64_t)(table->count + 1) * 4 > (uint64_t)table->slot_count * 3) {
        rehash(table);
    }
    uint32_t slot = slot_of(table, s);
    if (table->slots[slot]) {
        return table->slots[slot] - 1;
    }
    if (table->count == table->cap) {
        table->cap = table->cap ? table->cap * 2 : 32;
        table->strings = grow(table->strings, table->cap, sizeof *table->strings);
    }
    table->strings[table->count] = arena_str(&table->bytes, s);
    table->slots[slot] = ++table->count;
    return table->count - 1;
}

/* What the short way does not know. Apart from it, which needs few registers. */
static __attribute__((noinline)) uint32_t
learn(struct intern *table, struct str s, struct intern_recent *recent)
{
    uint32_t number = find_or_add(table, s);
    *recent = (struct intern_recent){hash_ends_of(s), (uint32_t)s.len, number + 1};
    return number;
}

uint32_t
intern_add(struct intern *table, struct str s)
{
    if (s.len > INTERN_SHORT) {
        return find_or_add(table, s);
    }
    struct hash_ends ends = hash_ends_of(s);
    struct intern_recent *recent = &table->recent[hash_quick(ends, s.len) & (INTERN_RECENT - 1)];
    if (recent->next && recent->len == s.len && recent->ends.first == ends.first &&
        recent->ends.last == ends.last) {
        return recent->next - 1;
    }
    return learn(table, s, recent);
}

uint32_t
intern_find(const struct intern *table, struct str s)
{
    if (table->count == 0) {
        return INTERN_NONE;
    }
    uint32_t number = table->slots[slot_of(table, s)];
    return number ? number - 1 : INTERN_NONE;
}

struct str
intern_get(const struct intern *table, uint32_t number)
{
    return number == INTERN_NONE ? (struct str){"", 0} : table->strings[number];
}

void
intern_free(struct intern *table)
{
    arena_free(&table->bytes);
    free(table->strings);
    free(table->slots);
    *table = (struct intern){0};
}

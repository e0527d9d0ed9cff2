#include "feeds/tickets/directory.h"

#include <stdlib.h>

static int
by_code(const void *a, const void *b)
{
    const struct directory_entry *x = a, *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

static void
set_kind(struct directory *directory, enum directory_kind kind, struct intern *table,
         const struct tickets_name *names, size_t count)
{
    struct directory_entry *entries = calloc(count + 1, sizeof *entries);
    if (!entries) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        entries[i].code = intern_add(table, names[i].code);
        entries[i].name = intern_add(table, names[i].name.len ? names[i].name : names[i].code);
        entries[i].parent = names[i].parent.len ? intern_add(table, names[i].parent) : INTERN_NONE;
    }
    qsort(entries, count, sizeof *entries, by_code);
    free(directory->entries[kind]);
    directory->entries[kind] = entries;
    directory->counts[kind] = count;
}

void
directory_set(struct directory *directory, struct intern *table,
              const struct tickets_directory *from)
{
    set_kind(directory, DIRECTORY_STREETS, table, from->streets, from->streets_count);
    set_kind(directory, DIRECTORY_COMMUNITIES, table, from->communities, from->communities_count);
    set_kind(directory, DIRECTORY_UNITS, table, from->units, from->units_count);
    set_kind(directory, DIRECTORY_CATEGORIES, table, from->categories, from->categories_count);
    set_kind(directory, DIRECTORY_CHANNELS, table, from->channels, from->channels_count);
}

void
directory_free(struct directory *directory)
{
    for (int kind = 0; kind < DIRECTORY_KIND_COUNT; kind++) {
        free(directory->entries[kind]);
    }
    *directory = (struct directory){0};
}

static const struct directory_entry *
find(const struct directory *directory, enum directory_kind kind, uint32_t code)
{
    struct directory_entry key = {.code = code};
    return directory->counts[kind] ? bsearch(&key, directory->entries[kind],
                                             directory->counts[kind], sizeof key, by_code)
                                   : NULL;
}

struct str
directory_name(const struct directory *directory, const struct intern *table,
               enum directory_kind kind, uint32_t code)
{
    const struct directory_entry *entry = find(directory, kind, code);
    return intern_get(table, entry ? entry->name : code);
}

uint32_t
directory_parent(const struct directory *directory, enum directory_kind kind, uint32_t code)
{
    const struct directory_entry *entry = find(directory, kind, code);
    return entry ? entry->parent : INTERN_NONE;
}

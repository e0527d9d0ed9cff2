/* directory: names, parents and kinds of codes. Private to feeds/tickets; one thread. Names are
 * kept in the intern table handed in, so that they outlive a directory that is replaced. */
#ifndef FEEDS_TICKETS_DIRECTORY_H
#define FEEDS_TICKETS_DIRECTORY_H

#include "feeds/tickets/tickets.h"
#include "wall/base/intern.h"

enum directory_kind {
    DIRECTORY_STREETS,
    DIRECTORY_COMMUNITIES,
    DIRECTORY_UNITS,
    DIRECTORY_CATEGORIES,
    DIRECTORY_CHANNELS,
    DIRECTORY_KIND_COUNT
};

struct directory_entry {
    uint32_t code, name, parent; /* numbers of the table; parent: INTERN_NONE where none */
};

struct directory {
    struct directory_entry *entries[DIRECTORY_KIND_COUNT]; /* by code number */
    size_t counts[DIRECTORY_KIND_COUNT];
};

void directory_set(struct directory *directory, struct intern *table,
                   const struct tickets_directory *from);
void directory_free(struct directory *directory);
/* The name, or the code itself where the directory has none; "" for INTERN_NONE. */
struct str directory_name(const struct directory *directory, const struct intern *table,
                          enum directory_kind kind, uint32_t code);
/* The parent's code number, or INTERN_NONE. */
uint32_t directory_parent(const struct directory *directory, enum directory_kind kind,
                          uint32_t code);

#endif

/* naming: the names behind the codes, from the feed's message into the tickets.
 *
 * Owns nothing: the tickets copy what they are given. Main thread; never fails. */
#ifndef WALL_NAMING_H
#define WALL_NAMING_H

#include "feeds/message.h"
#include "feeds/tickets/tickets.h"

/* One code that is to go by another. */
struct naming_alias {
    struct str code, as;
};

/* Replaces the directory before. alias: NULL = every code as it stands. */
void naming_set(struct tickets *tickets, const struct message_directory *from,
                const struct naming_alias *alias);

#endif

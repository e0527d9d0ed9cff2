/* figures: the snapshot as the one JSON object that `wallboard-hub figures` prints and `--dump`
 * holds. Pure; main thread. */
#ifndef FEEDS_TICKETS_FIGURES_H
#define FEEDS_TICKETS_FIGURES_H

#include "feeds/tickets/tickets.h"

/* Appends the object. The digest written is that of the events up to the moment (snapshot.at_ms).
 */
void figures_to_json(struct tickets *tickets, const struct snapshot *snapshot, struct buf *out);
/* Only the rows of `rates` for groups street and district, as a JSON array: a board message's. */
void figures_board_json(const struct snapshot *snapshot, struct buf *out);

#endif

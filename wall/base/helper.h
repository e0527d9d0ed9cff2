/* helper: a thread that lends a hand with work that falls into steps.
 *
 * Owns the thread, which sleeps while it has nothing to do. Who shares work out lets it begin, does
 * steps of the same work himself and ends it; what the steps of both write must not meet, or be
 * atomic. Works for one at a time: for all others nothing begins, and they do their work alone, as
 * everybody does who has no helper. Any thread. Reads no clock. */
#ifndef WALL_BASE_HELPER_H
#define WALL_BASE_HELPER_H

#include <stdbool.h>

struct helper;

/* NULL where the process may run on one processor only, which would have to do both, or where no
 * thread is to be had. */
struct helper *helper_create(void);
void helper_destroy(struct helper *helper); /* NULL-safe; it works for nobody any more */

/* From now on calls step(user) on its own thread until that returns false or the work is ended; a
 * step should take no more than a few milliseconds. Who it works for is known by `user`. Nothing
 * happens where it has work, or there is no helper. */
void helper_begin(struct helper *helper, bool (*step)(void *user), void *user);
/* When it returns no step of that work runs any more, and what they wrote is seen. To be called
 * before what `user` points at goes, or is used for anything else. NULL-safe. */
void helper_end(struct helper *helper, const void *user);

#endif

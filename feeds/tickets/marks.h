/* marks: what a book knows of each ticket beside its figures, by the ticket's index: its point, its
 * place among the deadlines and a few flags. They belong to the book and not to the ticket, since a
 * new book is made of a state while the old one is still shown. Zeroed memory means nothing of all
 * that. Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_MARKS_H
#define FEEDS_TICKETS_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#define MARKS_NONE UINT32_MAX

enum marks_flag {
    MARKS_DIRTY = 1 << 28,  /* out of the figures until the next snapshot */
    MARKS_LISTED = 1 << 29, /* has entries among the alarms or whistles */
    MARKS_CREEPS = 1 << 30  /* in the book's list of creeping ones */
};
#define MARKS_PLACE ((UINT32_C(1) << 28) - 1)

struct mark {
    uint32_t slot; /* its point + 1 */
    uint32_t bits; /* flags, and the place among the deadlines + 1 */
};

static inline bool
mark_has(const struct mark *mark, uint32_t flag)
{
    return (mark->bits & flag) != 0;
}

static inline void
mark_set(struct mark *mark, uint32_t flag, bool on)
{
    mark->bits = on ? mark->bits | flag : mark->bits & ~flag;
}

/* MARKS_NONE where it has none. */
static inline uint32_t
mark_place(const struct mark *mark)
{
    return (mark->bits & MARKS_PLACE) - 1;
}

static inline void
mark_set_place(struct mark *mark, uint32_t place)
{
    mark->bits = (mark->bits & ~MARKS_PLACE) | ((place + 1) & MARKS_PLACE);
}

/* MARKS_NONE where it has none. */
static inline uint32_t
mark_slot(const struct mark *mark)
{
    return mark->slot - 1;
}

static inline void
mark_set_slot(struct mark *mark, uint32_t slot)
{
    mark->slot = slot + 1;
}

#endif

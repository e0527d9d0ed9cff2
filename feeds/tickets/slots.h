/* slots: the map's points. A ticket keeps its slot while it is drawn, so that a renderer uploads
 * only the slots that changed. Owns the points. Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_SLOTS_H
#define FEEDS_TICKETS_SLOTS_H

#include "feeds/tickets/marks.h"
#include "feeds/tickets/rows.h"

struct slots {
    struct snapshot_point *points;
    uint32_t *streets; /* code number of each point's street */
    size_t count, cap;
    uint32_t *free_slots;
    size_t free_count, free_cap;
    uint32_t *changed; /* since slots_begin */
    size_t changed_count, changed_cap;
    bool all_changed, cleared; /* cleared: since the last slots_begin */
    bool unplaced;             /* all points' street indices are to be set, not the changed ones' */
    uint64_t version;
    uint64_t rows_moved; /* rows->moved as of the points' street indices */
};

/* Starts a new list of changes. */
void slots_begin(struct slots *slots);
/* Gives the ticket the point of its fold, or takes it away where it is not to be drawn. */
void slots_set(struct slots *slots, struct mark *mark, const struct fold *fold, int64_t at_ms);
/* Sets street indices of changed points, of all where rows of streets moved. */
void slots_finish(struct slots *slots, const struct rows *rows);
/* Sets the street indices of up to `most` points from `from` on, rows being in order; returns where
 * it stopped. At their end slots_finish has only to look at what changed since. */
size_t slots_place(struct slots *slots, const struct rows *rows, size_t from, size_t most);
/* Forgets all points; the marks do, too. */
void slots_clear(struct slots *slots);
size_t slots_bytes(const struct slots *slots);
void slots_free(struct slots *slots);

#endif

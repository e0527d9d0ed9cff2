/* others: the events that belong to no ticket's milestones: per subject and stage the newest
 * alarm event, per commitment the committed and the settled event. "Newest" is by (time, arrival).
 *
 * Owns copies of those events. Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_OTHERS_H
#define FEEDS_TICKETS_OTHERS_H

#include "feeds/event.h"

struct others_item {
    struct event event; /* strings in bytes */
    char *bytes;
    uint64_t key;
};

struct others {
    struct others_item *items;
    size_t count, cap;
    uint32_t *slots; /* item + 1; 0 = empty */
    size_t slots_count;
    int64_t newest_ms; /* the latest time of any item ever added */
};

void others_init(struct others *others);
/* An alarm.* or meeting.* event. false: an older one than what is there. */
bool others_add(struct others *others, const struct event *event);
/* The newest alarm event of a subject and stage, or NULL. */
const struct event *others_alarm(const struct others *others, struct str subject,
                                 enum event_stage stage);
void others_free(struct others *others);

#endif

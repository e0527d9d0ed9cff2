/* record: the data of one milestone as a few bytes.
 *
 * Owns a pool of self-delimiting byte records, each distinct one kept once where it is likely to
 * come again (units, surveys, reasons); a record's reference is its place in the pool and stays
 * valid while the pool lives. Codes are numbers of the intern table handed in; a place is kept as
 * WGS 84 degrees × 10^7. One thread; never reads a clock, never checks (events are checked where
 * they enter). */
#ifndef FEEDS_TICKETS_RECORD_H
#define FEEDS_TICKETS_RECORD_H

#include "feeds/event.h"
#include "wall/base/intern.h"

#define RECORD_UNITS 32
#define RECORD_RECENT 256 /* a power of two */

struct record_pool {
    uint8_t *bytes;
    size_t used, cap;
    uint32_t *slots; /* references of the shared records, open addressing; 0 = empty */
    uint32_t slots_count, shared;
    uint32_t recent[RECORD_RECENT]; /* of the shared ones, by hash_quick; 0 = none */
};

/* A record read back. Views point into the pool and are valid until its next record_add. */
struct record {
    uint32_t has, cleared;                                         /* enum event_field bits */
    uint32_t channel, category, street, community, unit, property; /* INTERN_NONE: absent */
    enum event_kind kind;
    enum event_urgency urgency;
    enum event_mode mode;
    enum event_route route;
    enum event_surveyor surveyor;
    enum event_satisfied satisfied;
    bool confidential, reached, responded, solved;
    int32_t lon_e7, lat_e7;
    int64_t due_ms;
    struct str summary, reason, by;
    uint32_t units[RECORD_UNITS];
    int units_count;
};

/* The reference of the data's record; 0 is the one of empty data. due_ms: in place of the data's.
 * Fields of the bits `but`, those of alarm.* and meeting.* (stage, until, text,
 * outcome) and unknown ones are not kept. */
uint32_t record_add(struct record_pool *pool, struct intern *codes, enum event_type type,
                    const struct event_data *data, int64_t due_ms, uint32_t but);
void record_read(const struct record_pool *pool, uint32_t reference, struct record *out);
/* As event data; strings point into the pool and the table, the units' array is units[32] of the
 * caller. lon and lat are WGS 84. */
void record_to_data(const struct record_pool *pool, const struct intern *codes, uint32_t reference,
                    struct str units[RECORD_UNITS], struct event_data *out);
/* The place of an event in degrees × 10^7, WGS 84. */
void record_place(const struct event_data *data, int32_t *lon_e7, int32_t *lat_e7);
/* Overwrites a record that no milestone refers to any more, unless it is shared: summaries of
 * removed tickets do not stay in memory. Its place is not used again. */
void record_wipe(struct record_pool *pool, uint32_t reference);
void record_free(struct record_pool *pool);

#endif

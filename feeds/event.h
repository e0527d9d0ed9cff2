/* event: one ticket event, from CloudEvents JSON or MessagePack to a plain struct and back.
 *
 * Pure functions, no state, any thread. All that an outside byte can be wrong in is checked here
 * (PROTOCOL version 1, section 2): behind event_from_* the code may rely on lengths, ranges, UTF-8,
 * choices and the absence of personal data. Strings of a decoded event live in the arena given. */
#ifndef FEEDS_EVENT_H
#define FEEDS_EVENT_H

#include "wall/base/arena.h"
#include "wall/base/err.h"
#include "wall/base/geo.h"

/* Limits of one event beside those of its fields: it must still fit, with what travels around it,
 * into a message of 1 MiB and 32 levels (four of a snapshot's stand around `data`). */
#define EVENT_MAX_BYTES (256 * 1024)
#define EVENT_MAX_DEPTH 28

enum event_type {
    EVENT_UNKNOWN, /* accepted, logged, sent on; no milestone */
    EVENT_REGISTERED,
    EVENT_DISPATCHED,
    EVENT_ACCEPTED,
    EVENT_RETURNED,
    EVENT_WHISTLED,
    EVENT_REPORTED,
    EVENT_EXTENDED,
    EVENT_EXPEDITED,
    EVENT_SUPERVISED,
    EVENT_SUSPENDED,
    EVENT_RESUMED,
    EVENT_RESOLVED,
    EVENT_SURVEYED,
    EVENT_REOPENED,
    EVENT_EXCLUDED,
    EVENT_INCLUDED,
    EVENT_ARCHIVED,
    EVENT_AMENDED,
    EVENT_REMOVED,
    EVENT_ALARM_ACKNOWLEDGED,
    EVENT_ALARM_SHELVED,
    EVENT_ALARM_UNSHELVED,
    EVENT_MEETING_COMMITTED,
    EVENT_MEETING_SETTLED,
    EVENT_TYPE_COUNT
};
#define EVENT_TICKET_LAST EVENT_REMOVED /* EVENT_REGISTERED…EVENT_TICKET_LAST are ticket.* */

enum event_kind {
    EVENT_KIND_NONE,
    EVENT_CONSULT,
    EVENT_HELP,
    EVENT_COMPLAINT,
    EVENT_REPORT,
    EVENT_SUGGESTION,
    EVENT_KIND_COUNT
};
enum event_urgency { EVENT_NORMAL, EVENT_URGENT, EVENT_EMERGENCY, EVENT_URGENCY_COUNT };
enum event_mode { EVENT_MODE_NONE, EVENT_INTERNAL, EVENT_EXTERNAL, EVENT_MODE_COUNT };
enum event_route { EVENT_ROUTE_NONE, EVENT_DIRECT, EVENT_DISTRICT, EVENT_ROUTE_COUNT };
enum event_surveyor { EVENT_BY_CITY, EVENT_BY_DISTRICT, EVENT_BY_COUNT };
enum event_satisfied {
    EVENT_SATISFIED_NONE,
    EVENT_SATISFIED_YES,
    EVENT_SATISFIED_BASIC,
    EVENT_SATISFIED_NO,
    EVENT_SATISFIED_COUNT
};
enum event_stage {
    EVENT_ACCEPT,
    EVENT_RESOLVE,
    EVENT_EXPEDITE,
    EVENT_STAGE_REPORT,
    EVENT_BURST,
    EVENT_STAGE_COUNT
};

/* Bits of event_data.has (present with a value) and event_data.cleared (present as null). */
enum event_field {
    EVENT_F_CHANNEL = 1 << 0,
    EVENT_F_CATEGORY = 1 << 1,
    EVENT_F_STREET = 1 << 2,
    EVENT_F_COMMUNITY = 1 << 3,
    EVENT_F_KIND = 1 << 4,
    EVENT_F_PLACE = 1 << 5, /* lon, lat, crs together */
    EVENT_F_URGENCY = 1 << 6,
    EVENT_F_CONFIDENTIAL = 1 << 7,
    EVENT_F_SUMMARY = 1 << 8,
    EVENT_F_UNIT = 1 << 9,
    EVENT_F_MODE = 1 << 10,
    EVENT_F_ROUTE = 1 << 11,
    EVENT_F_DUE = 1 << 12,
    EVENT_F_PROPERTY = 1 << 13,
    EVENT_F_REASON = 1 << 14,
    EVENT_F_UNITS = 1 << 15,
    EVENT_F_BY = 1 << 16,
    EVENT_F_REACHED = 1 << 17,
    EVENT_F_RESPONDED = 1 << 18,
    EVENT_F_SOLVED = 1 << 19,
    EVENT_F_SATISFIED = 1 << 20,
    EVENT_F_STAGE = 1 << 21,
    EVENT_F_UNTIL = 1 << 22,
    EVENT_F_TEXT = 1 << 23,
    EVENT_F_OUTCOME = 1 << 24
};

/* The union of all types' fields; which ones a type may have is the table of the protocol. */
struct event_data {
    uint32_t has, cleared; /* enum event_field bits */
    /* What most milestones say comes first, then what a registration says: a snapshot's millions go
     * from core to core, each 64 bytes at a time. */
    enum event_kind kind;
    enum event_urgency urgency;
    enum event_mode mode;
    enum event_route route;
    struct str unit;
    int64_t due_ms;
    struct str property;
    struct str channel, category, street, community, summary;
    double lon, lat; /* as sent, in crs */
    enum geo_crs crs;
    bool confidential, reached, responded, solved;
    enum event_surveyor surveyor; /* by of a survey */
    enum event_satisfied satisfied;
    enum event_stage stage;
    int units_count;
    struct str *units;     /* whistled: 1–32 codes */
    struct str reason, by; /* by: of alarm.*, expedited, supervised */
    struct str text, outcome;
    int64_t until_ms;
    struct str extra; /* unknown fields of data as one compact JSON object text; empty = none. Of an
                         unknown type: all of data, any JSON value */
};

struct event {
    struct str id, source, subject;
    struct str type_name; /* "ticket.registered"; of any type, unknown ones too */
    enum event_type type;
    int64_t time_ms;
    struct event_data data;
    int unknown_fields; /* how many fields of the envelope and of data are not of version 1 */
    struct str json;    /* the event as received, compact JSON; only where asked for */
};

/* What an event did to its ticket, without the envelope; data is never NULL. Data of many
 * milestones may be the same but for its due_ms: then due_ms here is not 0 and stands in its place.
 */
struct event_milestone {
    int64_t time_ms;
    enum event_type type;
    const struct event_data *data;
    int64_t due_ms;
};
extern const struct event_data event_no_data; /* nothing said */

static inline int64_t
event_milestone_due(const struct event_milestone *milestone)
{
    return milestone->due_ms ? milestone->due_ms : milestone->data->due_ms;
}

/* A ticket of a snapshot, as a hub sends and a wall takes it. */
struct event_ticket {
    struct str ticket;                        /* its number */
    const struct event_milestone *milestones; /* in order */
    size_t milestones_count;
    uint64_t hash, term;      /* event_ticket_sum; else 0 */
    struct event_data fields; /* values now; lon, lat WGS 84 */
};

/* The digest term of a ticket with milestones up to newest_ms: FNV-1a 64 of
 * "ticket|milestones|time_ms" (PROTOCOL version 1, section 4). */
uint64_t event_digest_term(struct str ticket, uint32_t milestones, int64_t newest_ms);
/* Sets hash (hash_keyed of the number) and term, so that who takes the row need not: the thread
 * that decodes it has its bytes at hand. Neither is 0 then (once in 2^64 tickets one is, and is
 * computed again). */
void event_ticket_sum(struct event_ticket *row);

/* "registered" … without prefix for ticket.*, "alarm.acknowledged" … for the others; NULL: unknown.
 */
const char *event_type_name(enum event_type type);
enum event_type event_type_parse(struct str full_name); /* "ticket.registered" → EVENT_REGISTERED */
const char *event_stage_name(enum event_stage stage); /* accept, resolve, expedite, report, burst */

/* One CloudEvents JSON object. keep_json: also fill .json, the text as it came without the white
 * space between its tokens. A key that stands twice is an error: two readers could each take
 * another one. Fields that a type does not have are unknown fields: counted, kept in .data.extra.
 * false: err says why in one line ("time: not an RFC 3339 time with an offset"), nothing personal
 * in it. */
bool event_from_json(struct str text, bool keep_json, struct arena *arena, struct event *out,
                     struct err *err);
/* The same object in MessagePack. Strings of out point into bytes. */
bool event_from_pack(struct str bytes, struct arena *arena, struct event *out, struct err *err);
/* The event as one compact JSON object of known fields (plus .data.extra), appended to out. */
void event_to_json(const struct event *event, struct buf *out);

/* A JSON list of events, as POST /events takes it. */
struct event_problem {
    long index;       /* from 0; -1: the text as a whole */
    struct str error; /* in the arena */
};
struct event_batch {
    struct event *events; /* in order, each with .json; all of them where nothing is wrong */
    size_t count;
    struct event_problem *problems; /* by index; at most EVENT_MAX_PROBLEMS are kept */
    size_t problems_count;
    bool too_many; /* more than max_events: nothing else was looked at */
};
#define EVENT_MAX_PROBLEMS 1000
/* true: every entry is a valid event. single: the text is one event, not a list (its index is 0).
 */
bool event_batch_from_json(struct str text, bool single, size_t max_events, struct arena *arena,
                           struct event_batch *out);

/* Personal data in free text: after full-width digits became ASCII and spaces, hyphens and dots
 * between digits were dropped, a maximal run of digits that is a mobile number (1[3-9] + 9 digits,
 * 86 or 0086 before it allowed) or an identity number (17 digits + digit/X/x). */
bool event_text_is_personal(struct str text);

#endif

/* message: every message of the ticket feed, version 1, both directions, in both encodings.
 *
 * Pure functions, no state, any thread. A message of at most MESSAGE_MAX_BYTES becomes one plain
 * struct; all that an outside byte can be wrong in is checked here (length, depth, UTF-8, duplicate
 * keys, ranges, choices), so that behind it the code may rely on what it reads. Decoded arrays live
 * in the caller's arena; strings live there too, or point into the bytes handed in (MessagePack):
 * the bytes must stay as long as the message. What a decoded message weighs is arena_held: a
 * snapshot part of 1 MiB takes about 4 MiB, a hostile one up to 40, so queues of messages are
 * bounded by weight. */
#ifndef FEEDS_MESSAGE_H
#define FEEDS_MESSAGE_H

#include "feeds/event.h"

#define MESSAGE_MAX_BYTES 1048576 /* after inflating */
#define MESSAGE_MAX_DEPTH 32
#define MESSAGE_PROTOCOL 1
#define MESSAGE_PUBLISH_MAX 1000 /* events of one publish */
#define MESSAGE_SUBPROTOCOL_JSON "ticketfeed.v1"
#define MESSAGE_SUBPROTOCOL_PACK "ticketfeed.v1.msgpack"

enum message_format { MESSAGE_JSON, MESSAGE_PACK, MESSAGE_FORMAT_COUNT };

enum message_kind {
    MESSAGE_UNKNOWN, /* a kind that version 1 does not have */
    /* wall to hub */
    MESSAGE_HELLO,
    MESSAGE_PUBLISH,
    MESSAGE_RESYNC,
    MESSAGE_STATUS,
    /* hub to wall */
    MESSAGE_WELCOME,
    MESSAGE_SNAPSHOT,
    MESSAGE_EVENTS,
    MESSAGE_HEARTBEAT,
    MESSAGE_DIRECTORY,
    MESSAGE_BOARD,
    MESSAGE_CONTROL,
    MESSAGE_PUBLISHED,
    MESSAGE_REFUSED,
    MESSAGE_GOODBYE,
    MESSAGE_KIND_COUNT
};
const char *message_kind_name(enum message_kind kind); /* "hello" …; NULL for MESSAGE_UNKNOWN */

/* Entries of a list (events, rows) encoded one after another in one format, ready to be put into a
 * message: a hub encodes an event once and sends it to many walls. Zero-initialised is empty. */
struct message_bodies {
    struct buf bytes;
    size_t count;
};
void message_bodies_clear(struct message_bodies *bodies); /* keeps the memory */
void message_bodies_free(struct message_bodies *bodies);

/* Adds one entry. An event's text must be one that event_from_json took; JSON keeps it verbatim,
 * MessagePack holds the same object, unknown fields included. */
void message_bodies_add_json(struct message_bodies *bodies, enum message_format format,
                             struct str event_json);
void message_bodies_add_event(struct message_bodies *bodies, enum message_format format,
                              const struct event *event);
/* lon, lat rounded to 7 decimals; milestones of types without milestone (alarm.*, unknown) are left
 * out. */
void message_bodies_add_row(struct message_bodies *bodies, enum message_format format,
                            const struct event_ticket *row);

struct message_name {
    struct str code, name;
    struct str parent; /* a community's street, a category's parent; else "" */
    struct str kind;   /* of a unit: street, department, property, station; else "" */
};
struct message_directory {
    const struct message_name *streets, *communities, *units, *categories, *channels;
    size_t streets_count, communities_count, units_count, categories_count, channels_count;
};

/* A list of events: decoded ones, or (encoding only) bodies, which win where they are given. */
struct message_events {
    const struct event *events;
    size_t count;
    const struct message_bodies *bodies;
};

struct message_hello {
    int64_t protocol; /* the receiver compares it with MESSAGE_PROTOCOL */
    struct str wall, node;
    bool has_resume, has_since;
    struct str resume_log;
    int64_t resume_seq, since_ms;
};

struct message_publish {
    struct str ref;
    struct message_events events; /* the valid ones, each with .json; none behind the 1,000th */
    size_t entries;               /* how many the list has, valid or not */
    struct str error;             /* why the first invalid one is; "" = all valid */
};

struct message_faults {
    int64_t unknown_kinds, unknown_types, unknown_fields, invalid_events, bad_messages, gaps,
        divergences, resyncs, reconnects;
};

struct message_status {
    struct str wall, node, scene;
    int64_t seq, frame, frame_ms, offset_ms;
    bool stale;
    struct message_faults faults;
    struct str thumbnail; /* base64; "" = none */
};

enum message_mode { MESSAGE_MODE_RESUME, MESSAGE_MODE_SNAPSHOT, MESSAGE_MODE_COUNT };

struct message_welcome {
    struct str log;
    int64_t seq, time_ms;
    enum message_mode mode;
    struct message_directory directory;
};

struct message_snapshot {
    int64_t seq, part, parts;
    const struct event_ticket *rows;
    size_t rows_count;
    const struct message_bodies *row_bodies;   /* encoding only; wins where given */
    struct message_events alarms, commitments; /* written in the last part */
};

struct message_happened { /* kind "events" */
    int64_t prev, seq;
    struct message_events events;
    const struct str *left;
    size_t left_count;
};

struct message_heartbeat {
    int64_t seq, time_ms, tickets;
    uint64_t digest;
};

struct message_rate { /* a row of `wallboard-hub figures` */
    struct str window, by, group, code;
    int64_t received, resolved, resolved_late, effective, responded, solved, satisfied, basic;
    double response, resolution, satisfaction, composite; /* NaN = null */
    int64_t rank;                                         /* 0 = null */
};
struct message_board {
    int64_t at_ms;
    const struct message_rate *rates;
    size_t rates_count;
    struct str rates_json; /* encoding only: the list as valid JSON text; wins where not empty */
};

enum message_moment { MESSAGE_LIVE, MESSAGE_AT, MESSAGE_REPLAY, MESSAGE_MOMENT_COUNT };

struct message_control {
    struct str wall, scene;
    int64_t present_ms;
    enum message_moment moment;
    int64_t at_ms;           /* at and replay */
    double speed;            /* replay; > 0 */
    struct str focus_street; /* "" = none */
};

struct message_published {
    struct str ref;
    int64_t seq;
};

enum message_refusal {
    MESSAGE_NOT_ALLOWED,
    MESSAGE_INVALID,
    MESSAGE_TOO_LARGE,
    MESSAGE_OVERLOADED,
    MESSAGE_REFUSAL_OTHER, /* a reason that version 1 does not have; decoding only */
    MESSAGE_REFUSAL_COUNT
};
const char *message_refusal_name(enum message_refusal reason);

struct message_refused {
    struct str ref, message;
    enum message_refusal reason;
};

enum message_bye {
    MESSAGE_SLOW_CONSUMER,
    MESSAGE_TOKEN_EXPIRED,
    MESSAGE_SCOPE_CHANGED,
    MESSAGE_CURSOR_UNKNOWN,
    MESSAGE_PROTOCOL_ERROR,
    MESSAGE_BYE_OVERLOADED,
    MESSAGE_SHUTDOWN,
    MESSAGE_BYE_OTHER, /* a reason that version 1 does not have; decoding only */
    MESSAGE_BYE_COUNT
};
const char *message_bye_name(enum message_bye reason); /* also the close frame's text */

struct message_goodbye {
    enum message_bye reason;
    int64_t retry_after_ms; /* 0 where absent */
    struct str message;
};

struct message {
    enum message_kind kind;
    /* For the fault counters: fields not of version 1 (columns and lists of a directory too),
     * events and milestones of unknown type, and events or milestones left out because they are
     * invalid. */
    int64_t unknown_fields, unknown_types, invalid_events;
    union {
        struct message_hello hello;
        struct message_publish publish;
        struct message_status status;
        struct message_welcome welcome;
        struct message_snapshot snapshot;
        struct message_happened happened; /* MESSAGE_EVENTS */
        struct message_heartbeat heartbeat;
        struct message_directory directory;
        struct message_board board;
        struct message_control control;
        struct message_published published;
        struct message_refused refused;
        struct message_goodbye goodbye;
    };
};

enum message_result {
    MESSAGE_OK,
    MESSAGE_IGNORED, /* well-formed, of an unknown kind: count it, nothing else */
    MESSAGE_BROKEN,  /* no object, too long, too deep, no UTF-8, or a known kind with a broken
                        envelope; err says what */
    MESSAGE_RESULT_COUNT
};

/* Decodes one whole message. Decodes both directions: a kind that the other side never sends is the
 * caller's to refuse. Invalid or unknown entries of a list of events are counted and left out
 * (unknown types of `events` and `publish` are kept, as EVENT_UNKNOWN, and counted). On
 * MESSAGE_BROKEN out->kind tells the kind where it could still be read; nothing else of out counts.
 */
enum message_result message_decode(enum message_format format, struct str bytes,
                                   struct arena *arena, struct message *out, struct err *err);

/* Appends the message. The caller sees to it that it stays within MESSAGE_MAX_BYTES
 * (MESSAGE_OVERHEAD). */
void message_encode(enum message_format format, const struct message *message, struct buf *out);

/* Most bytes that a message of kind snapshot or events adds around its bodies and `left` list. */
#define MESSAGE_OVERHEAD 512

#endif

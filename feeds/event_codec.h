/* event_codec: what the decoders and encoders of events and messages share. Internal to
 * feeds/event*.c, feeds/message*.c and the hub's mapping, which makes events of its own; pure
 * functions, any thread. */
#ifndef FEEDS_EVENT_CODEC_H
#define FEEDS_EVENT_CODEC_H

#include <string.h>

#include "feeds/event.h"
#include "feeds/value.h"

struct writer;

/* The fields of data by their keys. */
enum event_key {
    EVENT_K_CHANNEL,
    EVENT_K_CATEGORY,
    EVENT_K_STREET,
    EVENT_K_COMMUNITY,
    EVENT_K_KIND,
    EVENT_K_LON,
    EVENT_K_LAT,
    EVENT_K_CRS,
    EVENT_K_URGENCY,
    EVENT_K_CONFIDENTIAL,
    EVENT_K_SUMMARY,
    EVENT_K_UNIT,
    EVENT_K_MODE,
    EVENT_K_ROUTE,
    EVENT_K_DUE,
    EVENT_K_PROPERTY,
    EVENT_K_REASON,
    EVENT_K_UNITS,
    EVENT_K_BY,
    EVENT_K_REACHED,
    EVENT_K_RESPONDED,
    EVENT_K_SOLVED,
    EVENT_K_SATISFIED,
    EVENT_K_STAGE,
    EVENT_K_UNTIL,
    EVENT_K_TEXT,
    EVENT_K_OUTCOME,
    EVENT_K_NONE /* no field of version 1 */
};

struct event_rule {
    const char *full_name;      /* "ticket.registered" */
    uint32_t allowed, required; /* enum event_field bits */
};
extern const struct event_rule event_rules[EVENT_TYPE_COUNT];
extern const char *const event_kind_names[EVENT_KIND_COUNT];       /* [0] NULL */
extern const char *const event_urgency_names[EVENT_URGENCY_COUNT]; /* "normal" … */
extern const char *const event_mode_names[EVENT_MODE_COUNT];       /* [0] NULL */
extern const char *const event_route_names[EVENT_ROUTE_COUNT];     /* [0] NULL */
extern const char *const event_surveyor_names[EVENT_BY_COUNT];
extern const char *const event_satisfied_names[EVENT_SATISFIED_COUNT]; /* [0] NULL */

/* A milestone's type, without "ticket."; EVENT_UNKNOWN where it is none. */
enum event_type event_milestone_parse(struct str name);
enum event_key event_key_of(struct str key);

/* By key. Looked up for every field of every row of a snapshot: no calls for it. */
struct event_key_rule {
    const char *name;
    uint32_t bit; /* of enum event_field */
};
extern const struct event_key_rule event_keys[EVENT_K_NONE];

static inline const char *
event_key_name(enum event_key key)
{
    return event_keys[key].name;
}

static inline uint32_t
event_key_bit(enum event_key key)
{
    return event_keys[key].bit;
}

/* Not zero where some byte of the word is none of 0x20-0x7e. */
static inline uint64_t
event_not_printable(uint64_t word)
{
    const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
    uint64_t below = (word - each * 0x20) & ~word;
    uint64_t del = (word ^ each * 0x7f) - each; /* exact where no byte is 0x80 and above */
    return (word | below | del) & high;
}

/* All printable ASCII; codes and numbers are looked at by the million. */
static inline bool
event_text_printable(struct str text)
{
    uint64_t word, bad = 0;
    if (text.len >= 8) {
        for (size_t i = 0; i + 8 <= text.len; i += 8) {
            memcpy(&word, text.ptr + i, sizeof word);
            bad |= event_not_printable(word);
        }
        memcpy(&word, text.ptr + text.len - 8, sizeof word);
        return (bad | event_not_printable(word)) == 0;
    }
    if (text.len >= 4) {
        uint32_t first, last;
        memcpy(&first, text.ptr, sizeof first);
        memcpy(&last, text.ptr + text.len - sizeof last, sizeof last);
        return event_not_printable((uint64_t)first << 32 | last) == 0;
    }
    for (size_t i = 0; i < text.len; i++) {
        bad |= text.ptr[i] < 0x20 || text.ptr[i] > 0x7e;
    }
    return bad == 0;
}

/* No control character (C0, DEL, C1); text is valid UTF-8. */
bool event_text_clean(struct str text);
/* 1–64 printable ASCII bytes. */
bool event_subject_valid(struct str text);

/* Where decoded strings go: into the arena, or left where they are. */
struct event_store {
    struct arena *arena;
    bool copy;
};
struct str event_keep(const struct event_store *store, struct str text);

/* Checks one known field and puts it into out. Place fields are only finished by event_place_done.
 */
struct event_place {
    bool lon, lat, crs, null; /* which came, and whether one came as null */
};
bool event_put_field(const struct event_store *store, enum event_type type, enum event_key key,
                     const struct value *value, struct event_data *out, struct event_place *place,
                     struct err *err);
bool event_place_done(const struct event_place *place, struct event_data *out, struct err *err);

/* A whole data object of a known type into the zeroed out; relaxed: required fields may be missing
 * (a registration's in a snapshot). Adds to *unknown. */
bool event_data_from_value(const struct event_store *store, enum event_type type,
                           const struct value *value, bool relaxed, struct event_data *out,
                           int *unknown, struct err *err);
/* An event object. holds_nul: of the doc. */
bool event_from_value(const struct event_store *store, const struct value *value, bool holds_nul,
                      struct event *out, struct err *err);

/* event_from_json that tells a text that is no JSON (fault) from an event that is invalid. */
bool event_from_text(struct str text, bool keep_json, struct arena *arena, struct event *out,
                     enum value_fault *fault, struct err *err);

/* The event as a map; its data as a map. */
void event_write(const struct event *event, struct writer *writer);
void event_data_write(enum event_type type, const struct event_data *data, struct writer *writer);

#endif

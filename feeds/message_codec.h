/* message_codec: what the decoders of the message kinds share. Internal to feeds/message*.c. */
#ifndef FEEDS_MESSAGE_CODEC_H
#define FEEDS_MESSAGE_CODEC_H

#include "feeds/event_codec.h"
#include "feeds/message.h"

/* The rows of a snapshot part that were read before its other fields, and what was counted in them.
 */
struct message_rows {
    const unsigned char *tickets; /* the first entry of the list; NULL: nothing was read */
    struct event_ticket *rows;
    size_t count;
    int64_t unknown_fields, unknown_types, invalid_events;
};

/* One decoding in progress. */
struct message_reader {
    struct event_store store;
    struct message *out;
    struct err *err;
    size_t bytes; /* of the whole message: bounds how many entries can be in it */
    bool holds_nul;
    struct message_rows read;
};

enum message_want {
    MESSAGE_WANT_TEXT,    /* struct str: min–max bytes, no control characters */
    MESSAGE_WANT_COUNT,   /* int64_t: 0…2^53-1 */
    MESSAGE_WANT_INTEGER, /* int64_t: ±(2^53-1) */
    MESSAGE_WANT_REAL,    /* double; null stays as it was */
    MESSAGE_WANT_BOOL,
    MESSAGE_WANT_VALUE /* struct value: the caller reads it; VALUE_NULL = absent or null */
};

struct message_field {
    const char *key; /* NULL ends the table */
    enum message_want want;
    bool required;
    size_t offset;
    size_t min, max;
};

/* Fills out (set to defaults before) from the map. Fields that the table does not have are counted.
 * A field that is absent, or null and not required, leaves its member as it was. */
bool message_read(struct message_reader *reader, const struct value *map, const char *where,
                  const struct message_field *fields, void *out);

/* A list of events; invalid entries are counted and left out. keep_json: each gets .json. error:
 * the first invalid one's reason, where not NULL. */
bool message_read_events(struct message_reader *reader, const struct value *list, const char *name,
                         size_t max, bool keep_json, struct message_events *out, struct str *error);

bool message_read_directory(struct message_reader *reader, const struct value *value,
                            struct message_directory *out);
bool message_read_snapshot(struct message_reader *reader, const struct value *map);
bool message_read_board(struct message_reader *reader, const struct value *map);

/* What stands in which place of a snapshot's row. */
#define MESSAGE_COLUMN_TICKET (EVENT_K_NONE + 1)
#define MESSAGE_COLUMN_MILESTONES (EVENT_K_NONE + 2)
#define MESSAGE_COLUMNS_MAX 256
struct message_columns {
    int keys[MESSAGE_COLUMNS_MAX]; /* enum event_key, MESSAGE_COLUMN_*, EVENT_K_NONE = unknown */
    uint32_t count, unknown;
};

/* The names of a snapshot's columns. */
bool message_read_columns(const struct value *list, struct message_columns *out, struct err *err);

#define MESSAGE_ROW_LEAST_BYTES 12 /* no valid row is shorter */

/* The rows of a snapshot part, out of a MessagePack text that is not checked yet; gap: where in it
 * they were found to be sound. false: the text is none, or its rows are for the general way. */
struct pack_gap;
bool message_read_pack_rows(const struct event_store *store, struct str bytes,
                            struct message_rows *out, struct pack_gap *gap);

/* message_decode with the one way of reading that serves both encodings, rows too: what the quick
 * one is held against. */
enum message_result message_decode_by_values(enum message_format format, struct str bytes,
                                             struct arena *arena, struct message *out,
                                             struct err *err);

#endif

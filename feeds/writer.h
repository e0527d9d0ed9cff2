/* writer: one stream of values, written as JSON text or as MessagePack. Internal to feeds/.
 *
 * Appends to the caller's buffer. One thread at a time. Programmer errors (unbalanced ends, deeper
 * than WRITER_MAX_DEPTH) are asserted. Numbers are written so that they read back as the same
 * value, whatever the locale. */
#ifndef FEEDS_WRITER_H
#define FEEDS_WRITER_H

#include "wall/base/str.h"

#define WRITER_MAX_DEPTH 40 /* the feed's 32 and what a message adds around an event */

struct writer {
    struct buf *out;
    bool pack; /* MessagePack, else JSON */
    bool after_key;
    int depth;
    struct {
        size_t at;      /* where its head stands (MessagePack) */
        uint32_t count; /* entries so far; of a map: pairs */
        bool map;
    } open[WRITER_MAX_DEPTH + 1];
};

struct writer writer_to(struct buf *out, bool pack);

void writer_map(struct writer *writer); /* … writer_end */
/* count entries must follow, then writer_end. */
void writer_list(struct writer *writer, size_t count);
void writer_end(struct writer *writer);
void writer_key(struct writer *writer, struct str key);
void writer_str(struct writer *writer, struct str text);
void writer_int(struct writer *writer, int64_t value);
void writer_real(struct writer *writer, double value); /* NaN and infinities as null */
void writer_bool(struct writer *writer, bool value);
void writer_null(struct writer *writer);
/* One value that is encoded already, in the writer's encoding. */
void writer_raw(struct writer *writer, struct str encoded);
/* `count` list entries that are encoded already; JSON: with commas between them. */
void writer_raw_list(struct writer *writer, struct str encoded, size_t count);
/* A JSON text that value_parse_json takes, as a value. */
void writer_json(struct writer *writer, struct str json);
/* The pairs of a JSON object's text, into the map that is open. */
void writer_json_pairs(struct writer *writer, struct str json);

#endif

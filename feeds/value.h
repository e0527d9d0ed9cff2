/* value: one view over a parsed JSON text or a checked MessagePack text, so that every decoder of
 * feeds/ is written once. Internal to feeds/event*.c and feeds/message*.c.
 *
 * A doc owns what it parsed until value_finish; values and their strings live as long as the doc
 * (JSON) or the bytes handed in (MessagePack). Any thread, a doc stays on the thread that parsed
 * it; each thread keeps a few MiB of scratch memory, no other state. Never recurses deeper than
 * VALUE_MAX_DEPTH, never allocates more than the text's size justifies. */
#ifndef FEEDS_VALUE_H
#define FEEDS_VALUE_H

#include "wall/base/arena.h"
#include "wall/base/err.h"

#define VALUE_MAX_DEPTH 32
#define VALUE_MAX_INT ((INT64_C(1) << 53) - 1)

enum value_kind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_REAL, /* finite */
    VALUE_STR,  /* valid UTF-8 */
    VALUE_LIST,
    VALUE_MAP,
    VALUE_KIND_COUNT
};

struct value {
    enum value_kind kind;
    uint32_t count; /* entries of a list or map */
    union {
        bool truth;
        int64_t integer;
        double real;
        struct str text;
    };
    const void *json;          /* a json_t; NULL in MessagePack */
    const unsigned char *pack; /* list, map: the first entry */
};

enum value_fault {
    VALUE_FAULT_NONE,
    VALUE_FAULT_TEXT, /* not a text of this format */
    VALUE_FAULT_DEEP, /* deeper than max_depth */
    VALUE_FAULT_HELD, /* well-formed, but it holds what no reader could take: a key twice, half a
                         surrogate pair in a key, a number beyond 64 bits */
};

struct value_doc {
    void *json;             /* the parsed text; NULL in MessagePack */
    enum value_fault fault; /* why a parse failed */
    bool holds_nul;         /* some string holds a NUL or (JSON) held half a surrogate pair */
    struct buf cleaned;     /* the text with those halves replaced; only where there were any */
};

/* Parses a JSON object or list (any value where `any`). Duplicate keys are an error: two readers
 * could each take another one. max_depth <= VALUE_MAX_DEPTH. The message quotes nothing of the
 * text. */
bool value_parse_json(struct str text, int max_depth, bool any, struct value_doc *doc,
                      struct value *root, struct err *err);
/* Checks one MessagePack text from end to end: lengths, depth, UTF-8, string keys without NUL,
 * finite numbers, integers of 64 bits, no bin, no ext, nothing left over. gap: what of it has been
 * checked already; NULL for nothing. */
struct pack_gap;
bool value_parse_pack(struct str bytes, int max_depth, const struct pack_gap *gap,
                      struct value_doc *doc, struct value *root, struct err *err);
void value_finish(struct value_doc *doc);

/* for (struct value_walk w = value_walk(&v); value_next(&w, &key, &child);) */
struct value_walk {
    const void *json;
    void *iter;
    const unsigned char *at;
    uint32_t left, index;
    bool map, inside; /* inside: `at` stands at the first entry of the child handed out last */
    uint32_t inside_count;
};
struct value_walk value_walk(const struct value *container);
/* key is set for maps only and may be NULL for lists. */
bool value_next(struct value_walk *walk, struct str *key, struct value *out);

/* An integer, or a number without fraction, within 0…2^53-1. */
bool value_count(const struct value *value, int64_t *out);
/* The same within ±(2^53-1). */
bool value_integer(const struct value *value, int64_t *out);
bool value_number(const struct value *value, double *out);

/* Whether a string or key anywhere below holds a NUL; only worth asking where doc.holds_nul. */
bool value_has_nul(const struct value *value);
/* Whether some map at or below value has a key twice (JSON: never, the parser refuses). */
bool value_has_twins(const struct value *value);
/* Levels of lists and maps: 0 for a scalar. */
int value_depth(const struct value *value);

struct writer;
/* Writes the value and all below. */
void value_write(const struct value *value, struct writer *writer);

#endif

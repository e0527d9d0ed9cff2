/* pack: MessagePack as the feed uses it, token by token. Internal to feeds/value.c and
 * feeds/message*.c.
 *
 * Pure functions, any thread, no memory of their own. pack_check looks at every byte once; what
 * reads afterwards (pack_read, pack_skip) relies on it and checks nothing. */
#ifndef FEEDS_PACK_H
#define FEEDS_PACK_H

#include <endian.h>
#include <string.h>

#include "feeds/value.h"

/* A list inside a text of which another has seen that it is sound: from its head to behind its last
 * entry. pack_check goes around it. */
struct pack_gap {
    const unsigned char *from, *to;
};

/* Checks one text from end to end: lengths, depth (<= VALUE_MAX_DEPTH), UTF-8, string keys without
 * NUL, finite numbers, integers of 64 bits, no bin, no ext, nothing left over. holds_nul: some
 * string holds a NUL. gap may be NULL. */
bool pack_check(struct str bytes, int max_depth, const struct pack_gap *gap, bool *holds_nul,
                struct err *err);

/* The same for one value that begins at `at` and ends before `end` or there. Returns what is behind
 * it; NULL: it is not sound. */
const unsigned char *pack_check_value(const unsigned char *at, const unsigned char *end,
                                      int max_depth, bool *holds_nul, struct err *err);

/* The eight bytes of a long number. */
static inline uint64_t
pack_eight(const unsigned char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return be64toh(value);
}

/* ---- token by token, unchecked so far ---- */

/* Valid UTF-8; most strings are ASCII. end: how far may be read. *holds_nul is set, never cleared.
 */
bool pack_text_valid(const unsigned char *text, size_t len, const unsigned char *end,
                     bool *holds_nul);

/* pack_take of what has a longer head than most. */
const unsigned char *pack_take_any(const unsigned char *at, const unsigned char *end,
                                   struct value *out);

/* Reads the token at `at` if it is one of the feed that ends before `end` or there; else NULL.
 * Whether a string is UTF-8 is not looked at. For a list or map: its first entry. */
static inline const unsigned char *
pack_take(const unsigned char *at, const unsigned char *end, struct value *out)
{
    if (at >= end || (*at & 0xe0) != 0xa0) {
        return pack_take_any(at, end, out);
    }
    uint32_t count = *at & 31u;
    out->kind = VALUE_STR;
    out->count = count;
    out->text = (struct str){(const char *)at + 1, count};
    out->json = NULL;
    out->pack = at + 1;
    return count < (size_t)(end - at) ? at + 1 + count : NULL;
}

/* ---- of a checked text ---- */

/* Behind the next `tokens` tokens and all below them. */
const unsigned char *pack_skip(const unsigned char *at, uint64_t tokens);

/* pack_read of what has a longer head than most. */
const unsigned char *pack_read_any(const unsigned char *at, struct value *out);

/* Reads the token at `at`; returns what is behind it: for a list or map its first entry. */
static inline const unsigned char *
pack_read(const unsigned char *at, struct value *out)
{
    unsigned char c = *at;
    if ((c & 0xe0) != 0xa0) {
        return pack_read_any(at, out);
    }
    out->kind = VALUE_STR; /* a short string: most tokens are one */
    out->count = c & 31u;
    out->text = (struct str){(const char *)at + 1, c & 31u};
    out->json = NULL;
    out->pack = at + 1;
    return at + 1 + (c & 31u);
}

/* The high bit of each byte of word that is zero. */
static inline uint64_t
pack_zero_bytes(uint64_t word)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    return ~(((word & low) + low) | word | low);
}

#endif

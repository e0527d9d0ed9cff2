/* pack: MessagePack as the feed uses it, token by token. Internal to feeds/value.c and
 * feeds/message*.c.
 *
 * Pure functions, any thread, no memory of their own. pack_check looks at every byte once; what
 * reads afterwards (pack_read, pack_skip) relies on it and checks nothing. */
#ifndef FEEDS_PACK_H
#define FEEDS_PACK_H

#include <string.h>

#include "feeds/value.h"

/* Checks one text from end to end: lengths, depth (<= VALUE_MAX_DEPTH), UTF-8, string keys without
 * NUL, finite numbers, integers of 64 bits, no bin, no ext, nothing left over. holds_nul: some
 * string holds a NUL. */
bool pack_check(struct str bytes, int max_depth, bool *holds_nul, struct err *err);

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

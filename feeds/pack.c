#include "feeds/pack.h"

#include <math.h>

static uint64_t
big_endian(const unsigned char *p, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | p[i];
    }
    return value;
}

/* A token's head: how many bytes it has, and its meaning in out (for a string: its length in count;
 * text not set). 0: no token of the feed. Reads at most 9 bytes. */
static int
pack_head(const unsigned char *p, struct value *out)
{
    /* longer than 60: the format's table of first bytes */
    unsigned char c = p[0];
    if (c < 0x80 || c >= 0xe0) {
        out->kind = VALUE_INT;
        out->integer = c < 0x80 ? c : (int64_t)c - 256;
        return 1;
    }
    if (c < 0xc0) {
        out->kind = c < 0x90 ? VALUE_MAP : c < 0xa0 ? VALUE_LIST : VALUE_STR;
        out->count = c < 0xa0 ? c & 15u : c & 31u;
        return 1;
    }
    switch (c) {
    case 0xc0:
        out->kind = VALUE_NULL;
        return 1;
    case 0xc2:
    case 0xc3:
        out->kind = VALUE_BOOL;
        out->truth = c == 0xc3;
        return 1;
    case 0xca: {
        uint32_t bits = (uint32_t)big_endian(p + 1, 4);
        float real;
        memcpy(&real, &bits, sizeof real);
        out->kind = VALUE_REAL;
        out->real = (double)real;
        return isfinite(real) ? 5 : 0;
    }
    case 0xcb: {
        uint64_t bits = pack_eight(p + 1);
        memcpy(&out->real, &bits, sizeof out->real);
        out->kind = VALUE_REAL;
        return isfinite(out->real) ? 9 : 0;
    }
    case 0xcf: {
        uint64_t value = pack_eight(p + 1);
        out->kind = VALUE_INT;
        out->integer = (int64_t)value;
        return value <= INT64_MAX ? 9 : 0;
    }
    case 0xcc:
    case 0xcd:
    case 0xce: {
        int bytes = 1 << (c - 0xcc);
        uint64_t value = big_endian(p + 1, bytes);
        out->kind = VALUE_INT;
        out->integer = (int64_t)value;
        return 1 + bytes;
    }
    case 0xd0:
        out->kind = VALUE_INT;
        out->integer = (int8_t)p[1];
        return 2;
    case 0xd1:
        out->kind = VALUE_INT;
        out->integer = (int16_t)big_endian(p + 1, 2);
        return 3;
    case 0xd2:
        out->kind = VALUE_INT;
        out->integer = (int32_t)big_endian(p + 1, 4);
        return 5;
    case 0xd3:
        out->kind = VALUE_INT;
        out->integer = (int64_t)pack_eight(p + 1);
        return 9;
    case 0xd9:
    case 0xda:
    case 0xdb: {
        int bytes = 1 << (c - 0xd9);
        out->kind = VALUE_STR;
        out->count = (uint32_t)big_endian(p + 1, bytes);
        return 1 + bytes;
    }
    case 0xdc:
    case 0xdd:
    case 0xde:
    case 0xdf: {
        int bytes = c & 1 ? 4 : 2;
        out->kind = c < 0xde ? VALUE_LIST : VALUE_MAP;
        out->count = (uint32_t)big_endian(p + 1, bytes);
        return 1 + bytes;
    }
    default: /* never used, bin, ext */
        return 0;
    }
}

/* Bytes of the head that starts with c. */
static size_t
pack_head_bytes(unsigned char c)
{
    static const unsigned char sizes[32] = {1, 1, 1, 1, 2, 3, 5, 2, 3, 5, 5, 9, 2, 3, 5, 9,
                                            2, 3, 5, 9, 2, 2, 2, 2, 2, 2, 3, 5, 3, 5, 3, 5};
    return c >= 0xc0 && c < 0xe0 ? sizes[c - 0xc0] : 1;
}

const unsigned char *
pack_read_any(const unsigned char *at, struct value *out)
{
    at += pack_head(at, out);
    out->json = NULL;
    out->pack = at;
    if (out->kind == VALUE_STR) {
        out->text = (struct str){(const char *)at, out->count};
        at += out->text.len;
    }
    return at;
}

const unsigned char *
pack_take_any(const unsigned char *at, const unsigned char *end, struct value *out)
{
    if (at >= end || pack_head_bytes(*at) > (size_t)(end - at)) {
        return NULL;
    }
    int size = pack_head(at, out);
    at += size;
    out->json = NULL;
    out->pack = at;
    if (size == 0) {
        return NULL;
    }
    if (out->kind == VALUE_STR) {
        out->text = (struct str){(const char *)at, out->count};
        return out->count <= (size_t)(end - at) ? at + out->count : NULL;
    }
    return at;
}

const unsigned char *
pack_skip(const unsigned char *at, uint64_t tokens)
{
    for (; tokens > 0; tokens--) {
        struct value head;
        if (*at < 0x80 || (*at & 0xe0) == 0xa0) { /* most tokens: a small integer, a short string */
            at += *at < 0x80 ? 1 : 1 + (*at & 31);
            continue;
        }
        head.kind = VALUE_NULL;
        head.count = 0;
        at += pack_head(at, &head);
        if (head.kind == VALUE_STR) {
            at += head.count;
        } else if (head.kind == VALUE_LIST) {
            tokens += head.count;
        } else if (head.kind == VALUE_MAP) {
            tokens += (uint64_t)head.count * 2;
        }
    }
    return at;
}

/* ---- the check ---- */

/* Valid UTF-8; most strings are ASCII: eight bytes at a time, the last ones too where as many stand
 * before `end`. */
bool
pack_text_valid(const unsigned char *text, size_t len, const unsigned char *end, bool *holds_nul)
{
    size_t i = 0;
    uint64_t high = 0, zero = 0, word;
    for (; i + 8 <= len; i += 8) {
        memcpy(&word, text + i, sizeof word);
        high |= word;
        zero |= pack_zero_bytes(word);
    }
    if (i < len && (size_t)(end - text) - i >= 8) {
        memcpy(&word, text + i, sizeof word);
        uint64_t behind = UINT64_MAX << 8 * (len - i); /* little-endian: what is not of the text */
        word = (word & ~behind) | (behind & UINT64_C(0x2020202020202020));
        high |= word;
        zero |= pack_zero_bytes(word);
        i = len;
    }
    for (; i < len; i++) {
        high |= text[i];
        zero |= text[i] == 0;
    }
    *holds_nul |= zero != 0;
    return (high & UINT64_C(0x8080808080808080)) == 0 ||
           utf8_valid((struct str){(const char *)text, len});
}

/* The lists and maps around the innermost one: what of them is still to come, outermost first. */
struct frames {
    uint64_t left[VALUE_MAX_DEPTH + 1]; /* entries; of a map: keys and values */
    bool map[VALUE_MAX_DEPTH + 1];
    int depth;
};

/* Whether a list or map of so many entries may begin; false with a reason. left_bytes: how much
 * text is still there. */
static bool
may_open(const struct frames *frames, uint64_t entries, size_t left_bytes, int max_depth,
         struct err *err)
{
    if (frames->depth == max_depth) {
        return err_set(err, "nested deeper than %d levels", max_depth);
    }
    return entries <= left_bytes ||
           err_set(err, "not valid MessagePack: a list is longer than the text");
}

/* One value at p, with all below; what is behind it, or NULL with a reason. */
static const unsigned char *
check_value(const unsigned char *p, const unsigned char *end, int max_depth,
            const struct pack_gap *gap, bool *holds_nul, struct err *err)
{
    /* longer than 60: one loop over all tokens, of which most are met in its first lines */
    struct frames frames = {0};
    uint64_t left = 1; /* of the innermost list or map */
    bool map = false, nul = false;
    for (;;) {
        while (left == 0 && frames.depth > 0) {
            left = frames.left[frames.depth];
            map = frames.map[frames.depth--];
        }
        if (left == 0) {
            break;
        }
        bool is_key = map && left % 2 == 0;
        struct value head;
        head.kind = VALUE_NULL;
        head.count = 0;
        left--;
        if (p < end && (*p & 0xe0) == 0xa0) { /* a short string, as in pack_read */
            head.kind = VALUE_STR;
            head.count = *p++ & 31u;
        } else if (p < end && *p < 0x80 && !is_key) {
            p++;
            continue;
        } else if (gap && p == gap->from && !is_key) {
            p = gap->to;
            continue;
        } else {
            int size =
                p < end && pack_head_bytes(*p) <= (size_t)(end - p) ? pack_head(p, &head) : 0;
            if (size == 0) {
                err_set(err, "not valid MessagePack for the feed: %zu bytes before its end",
                        (size_t)(end - p));
                return NULL;
            }
            p += size;
        }
        if (head.kind == VALUE_STR) {
            bool has_nul = false;
            if (head.count > (size_t)(end - p) || !pack_text_valid(p, head.count, end, &has_nul) ||
                (is_key && has_nul)) {
                err_set(err, "not valid MessagePack for the feed: a string that is cut, not "
                             "UTF-8, or a key with a NUL");
                return NULL;
            }
            nul |= has_nul;
            p += head.count;
        } else if (is_key) {
            err_set(err, "not valid MessagePack for the feed: a key that is no string");
            return NULL;
        } else if (head.kind == VALUE_LIST || head.kind == VALUE_MAP) {
            uint64_t entries = (uint64_t)head.count * (head.kind == VALUE_MAP ? 2 : 1);
            if (!may_open(&frames, entries, (size_t)(end - p), max_depth, err)) {
                return NULL;
            }
            frames.left[++frames.depth] = left;
            frames.map[frames.depth] = map;
            left = entries;
            map = head.kind == VALUE_MAP;
        }
    }
    *holds_nul |= nul;
    return p;
}

const unsigned char *
pack_check_value(const unsigned char *at, const unsigned char *end, int max_depth, bool *holds_nul,
                 struct err *err)
{
    return check_value(at, end, max_depth, NULL, holds_nul, err);
}

bool
pack_check(struct str bytes, int max_depth, const struct pack_gap *gap, bool *holds_nul,
           struct err *err)
{
    const unsigned char *end = (const unsigned char *)bytes.ptr + bytes.len;
    const unsigned char *behind =
        check_value((const unsigned char *)bytes.ptr, end, max_depth, gap, holds_nul, err);
    return behind && (behind == end || err_set(err, "not valid MessagePack: bytes left over"));
}

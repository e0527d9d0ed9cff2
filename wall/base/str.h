/* str: byte strings with a length, a growing buffer, and UTF-8 checks.
 *
 * A struct str never owns its bytes and need not end in NUL. A struct buf owns its bytes until
 * buf_free. Any thread; no hidden state. Running out of memory aborts (a wall without memory has no
 * better answer than its watchdog). */
#ifndef WALL_BASE_STR_H
#define WALL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;      /* bytes */
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_ARG(s) (int)(s).len, (s).ptr /* for "%.*s" */

/* A view of a NUL-terminated string (NULL gives the empty one). */
struct str str_from(const char *text);
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *text);
/* Byte order, shorter first where one is the other's beginning: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
/* memcpy of a short text, in a few moves: compilers make one instruction of it that is meant for
 * long ones and takes longer to begin than a ticket's number to be copied. */
static inline void
str_put(char *to, struct str s)
{
    size_t at = 0;
    for (; at + 8 <= s.len; at += 8) {
        memcpy(to + at, s.ptr + at, 8);
    }
    if (s.len >= 8) {
        memcpy(to + s.len - 8, s.ptr + s.len - 8, 8);
        return;
    }
    if (s.len >= 4) {
        memcpy(to, s.ptr, 4);
        memcpy(to + s.len - 4, s.ptr + s.len - 4, 4);
        return;
    }
    for (; at < s.len; at++) {
        to[at] = s.ptr[at];
    }
}
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
/* Strict decimal integer with an optional '-', the whole string, no overflow. */
bool str_to_i64(struct str s, int64_t *out);
/* Strict decimal number (no inf, nan, hex, spaces), independent of the locale. */
bool str_to_double(struct str s, double *out);
/* A malloc'ed NUL-terminated copy; the caller frees it. */
char *str_dup(struct str s);

struct buf {
    char *ptr;
    size_t len, cap; /* bytes; ptr[len] is always NUL once anything was appended */
};

void buf_free(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */
void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_str(struct buf *buf, struct str s);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str buf_str(const struct buf *buf);

/* Well-formed UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing over U+10FFFF. */
bool utf8_valid(struct str s);
/* How many code points; s must be valid. */
size_t utf8_count(struct str s);
/* Decodes the code point at *at (< s.len) and moves *at behind it; s must be valid. */
uint32_t utf8_next(struct str s, size_t *at);

#endif

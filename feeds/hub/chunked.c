#include "feeds/hub/chunked.h"

#define OVERHEAD_MAX (8 << 20)
#define DIGITS_MAX 8

enum where {
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER,
    TRAILER_LF,
    END_LF,
    END
};

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The state behind one byte that is not data; -1 = broken. A state machine in one place. */
static int
next(struct chunked *chunked, char c)
{
    switch ((enum where)chunked->where) {
    case SIZE:
        if (hex(c) >= 0) {
            chunked->left = chunked->left * 16 + (size_t)hex(c);
            return ++chunked->digits > DIGITS_MAX ? -1 : SIZE;
        }
        if (chunked->digits == 0)
            return -1;
        return c == '\r' ? SIZE_LF : c == ';' || c == ' ' || c == '\t' ? EXTENSION : -1;
    case EXTENSION:
        return c == '\r' ? SIZE_LF : EXTENSION;
    case SIZE_LF:
        chunked->digits = 0;
        return c != '\n' ? -1 : chunked->left ? DATA : TRAILER_START;
    case DATA_CR:
        return c == '\r' ? DATA_LF : -1;
    case DATA_LF:
        return c == '\n' ? SIZE : -1;
    case TRAILER_START:
        return c == '\r' ? END_LF : TRAILER;
    case TRAILER:
        return c == '\r' ? TRAILER_LF : TRAILER;
    case TRAILER_LF:
        return c == '\n' ? TRAILER_START : -1;
    case END_LF:
        return c == '\n' ? END : -1;
    default:
        return -1;
    }
}

enum chunked_state
chunked_take(struct chunked *chunked, struct str bytes, struct buf *out)
{
    size_t at = 0;
    while (at < bytes.len && chunked->where != END) {
        if (chunked->where == DATA) {
            size_t n = bytes.len - at < chunked->left ? bytes.len - at : chunked->left;
            buf_add(out, bytes.ptr + at, n);
            at += n;
            chunked->left -= n;
            if (chunked->left == 0)
                chunked->where = DATA_CR;
            continue;
        }
        chunked->where = next(chunked, bytes.ptr[at++]);
        if (chunked->where < 0 || ++chunked->overhead > OVERHEAD_MAX) {
            chunked->where = -1;
            return CHUNKED_BROKEN;
        }
    }
    return chunked->where == END ? CHUNKED_DONE : CHUNKED_MORE;
}

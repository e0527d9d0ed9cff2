/* chunked: the body of an HTTP/1.1 request sent with `Transfer-Encoding: chunked`, byte by byte as
 * it comes (libwebsockets hands such a body on undecoded). Pure; trailers are read and dropped.
 * Source of the grammar: RFC 9112, section 7.1. */
#ifndef FEEDS_HUB_CHUNKED_H
#define FEEDS_HUB_CHUNKED_H

#include "wall/base/str.h"

enum chunked_state { CHUNKED_MORE, CHUNKED_DONE, CHUNKED_BROKEN, CHUNKED_STATE_COUNT };

/* Zero-initialised is the beginning of a body. */
struct chunked {
    int where;       /* enum in chunked.c */
    size_t left;     /* of this chunk's data; while its size is read: the size so far */
    size_t overhead; /* bytes of sizes, extensions and trailers so far: bounded */
    int digits;
};

/* Appends the body's bytes to out. Bytes behind the end are ignored (the connection is closed
 * behind such a request). */
enum chunked_state chunked_take(struct chunked *chunked, struct str bytes, struct buf *out);

#endif

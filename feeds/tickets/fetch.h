/* fetch: asks for memory before it is needed, where nothing else tells the processor what comes
 * next. Pure, any thread; never faults, whatever the address. */
#ifndef FEEDS_TICKETS_FETCH_H
#define FEEDS_TICKETS_FETCH_H

#include <stddef.h>

#define FETCH_LINE 64 /* bytes that a processor fetches at once */

static inline void
fetch_bytes(const void *from, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += FETCH_LINE) {
        __builtin_prefetch((const char *)from + at);
    }
}

#endif

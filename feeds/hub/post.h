/* post: sends batches of events to a hub's POST /events and waits for the answer.
 *
 * The only HTTP client of the hub's tools (import --to, simulate --to). Blocking; one thread at a
 * time; nothing of libwebsockets shows. Owned by the caller until post_close. Never logs the token
 * or the events. */
#ifndef FEEDS_HUB_POST_H
#define FEEDS_HUB_POST_H

#include "wall/base/err.h"
#include "wall/base/str.h"

#include <stdint.h>

#define POST_MAX_EVENTS 10000            /* of a batch: the protocol's bounds */
#define POST_MAX_BYTES (8 * 1024 * 1024) /* of a batch */

struct post;

/* url: "http://HOST:PORT" or "https://…", with or without a path ("/events" is put where none is).
 * token: or NULL. ca: a PEM file to check the hub's certificate against, or NULL for the system's.
 * Connects at the first batch only. NULL and err on a bad address. */
struct post *post_open(const char *url, const char *token, const char *ca, struct err *err);
void post_close(struct post *post); /* NULL-safe */

struct post_reply {
    int64_t accepted, repeated, seq;
    int64_t refused_index; /* of the event that was refused, from 0; -1 where none is named */
    char refused[256];     /* why, in the hub's words */
};

enum post_outcome {
    POST_TAKEN,   /* 202: durable in the hub's log */
    POST_REFUSED, /* 400: not one event of the batch was taken */
    POST_FAILED   /* err says why; the same batch may be sent again */
};

/* batch: a JSON array of events, within the bounds above. A hub that is busy (429, 503) or away is
 * tried again with back-off, its Retry-After kept, for about two minutes. */
enum post_outcome post_events(struct post *post, struct str batch, struct post_reply *reply,
                              struct err *err);

#endif

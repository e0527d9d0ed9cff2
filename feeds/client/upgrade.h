/* upgrade: the HTTP/1.1 exchange that opens a websocket, a client's side (RFC 6455 §4); no I/O.
 *
 * Writes the request and reads the answer, strictly and bounded: what a hub must not answer ends
 * the attempt. It offers the feed's two subprotocols and no extension. One thread; no state but
 * what is handed in. It never logs; the token is in the request alone. */
#ifndef FEEDS_CLIENT_UPGRADE_H
#define FEEDS_CLIENT_UPGRADE_H

#include "feeds/client/client.h"

#define UPGRADE_HEAD_MAX 8192 /* bytes of an answer before its empty line, 1xx answers included */
#define UPGRADE_KEY_CAP 32

struct upgrade_key {
    char sent[UPGRADE_KEY_CAP];   /* Sec-WebSocket-Key */
    char answer[UPGRADE_KEY_CAP]; /* the Sec-WebSocket-Accept that belongs to it */
};

/* random: 16 bytes that nobody can guess, other ones for each attempt. */
struct upgrade_key upgrade_key(const unsigned char random[16]);

/* Adds the request; token: NULL, or printable without spaces. */
void upgrade_ask(struct buf *out, const struct client_url *url, const struct upgrade_key *key,
                 const char *token);

enum upgrade_verdict {
    UPGRADE_MORE,    /* not whole yet */
    UPGRADE_DONE,    /* a websocket from here on */
    UPGRADE_REFUSED, /* answered with another status than 101 */
    UPGRADE_BAD,     /* no answer that RFC 6455 allows */
    UPGRADE_VERDICT_COUNT
};

struct upgrade_answer {
    int status;                 /* done, refused: as answered */
    enum message_format format; /* done: of the subprotocol selected */
    size_t len;                 /* done: bytes of the answer; the rest belongs to the first frame */
    const char *why;            /* bad: what was wrong */
};

/* bytes: all that came since the request. */
enum upgrade_verdict upgrade_read(struct str bytes, const struct upgrade_key *key,
                                  struct upgrade_answer *out);

#endif

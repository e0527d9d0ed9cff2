/* client: follows a hub over a websocket and hands what arrives to the main thread.
 *
 * Owns one network thread that only receives, decodes and queues, and for ever reconnects. The
 * calls here are for one other thread (the main thread), which takes items in order, gives every
 * one back, and answers heartbeats with what the tickets' digest says. The queue is bounded by
 * count and by weight; when it is full the socket is not read, and nothing is dropped. It never
 * applies an event, and logs no content of one. */
#ifndef FEEDS_CLIENT_CLIENT_H
#define FEEDS_CLIENT_CLIENT_H

#include "feeds/message.h"
#include "wall/base/err.h"

struct client;

struct client_config {
    const char *url;        /* "ws://host:port/feed/v1"; without a path: /feed/v1 */
    const char *token_file; /* its first line is the bearer token, read anew for every attempt */
    const char *ca;         /* PEM file that a wss hub's certificate must chain to; or NULL */
    const char *wall, *node;
    /* Called from the network thread when something was queued; then not again before client_take
     * has found nothing more. */
    void (*wake)(void *user);
    void *user;
};

enum client_item_kind {
    CLIENT_MESSAGE,   /* .message: welcome, snapshot, events, heartbeat, directory, board, control,
                         published, refused; cursors were checked, a message lost leaves no trace */
    CLIENT_RESYNCING, /* a new snapshot was asked for: drop a half-loaded one, the state is stale */
    CLIENT_LOST,      /* the connection ended: drop a half-loaded snapshot; .text says why */
    CLIENT_ITEM_COUNT
};

struct client_item {
    enum client_item_kind kind;
    uint32_t generation; /* for client_answer */
    bool compare;        /* a heartbeat at the cursor: compare and answer */
    bool last_part;      /* a snapshot's last part: the state is whole with it */
    int64_t arrived_ms;  /* this machine's clock (Unix) when it arrived */
    struct message message;
    char text[160];
};

/* What is behind the URL is tried for ever; false only for a URL, token or CA file that cannot be
 * used. */
struct client *client_start(const struct client_config *config, struct err *err);
/* Ends the thread; NULL-safe. Items still held must not be used afterwards. */
void client_stop(struct client *client);

/* The next item, or NULL; valid until it is given back. */
const struct client_item *client_take(struct client *client);
void client_give(struct client *client, const struct client_item *item);

enum client_answer {
    CLIENT_AGREES,
    CLIENT_DIFFERS,
    CLIENT_UNLOADABLE /* a snapshot part that the tickets refused */
};
void client_answer(struct client *client, const struct client_item *item,
                   enum client_answer answer);

/* What is on the glass, for a status message; sent at once where connected, else dropped. */
struct client_status {
    char scene[64];
    uint64_t seq; /* the cursor drawn */
    uint64_t frame;
    int64_t frame_ms;  /* how long the last frame took */
    int64_t offset_ms; /* this machine's clock less the hub's */
    bool stale;
};
void client_status(struct client *client, const struct client_status *status);

struct client_link {
    bool connected;       /* welcomed */
    int64_t heard_ms;     /* clock_mono in milliseconds of the last message; -1 = none yet */
    bool shown_diverging; /* a digest keeps differing, and the next snapshot is waited for */
    struct message_faults faults;
};
struct client_link client_link(const struct client *client);

/* "ws://host:port/path" in parts; host without brackets. Pure. */
struct client_url {
    bool tls;
    char host[256], path[512];
    int port;
};
bool client_parse_url(const char *url, struct client_url *out, struct err *err);

#endif

/* server_parts: what the files of the server share. Internal to server*.c. */
#ifndef FEEDS_HUB_SERVER_PARTS_H
#define FEEDS_HUB_SERVER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "feeds/hub/chunked.h"
#include "feeds/hub/names.h"
#include "feeds/hub/server.h"
#include "feeds/hub/session.h"

#define SERVER_PATH "/feed/v1"
#define SERVER_BODY_MAX (8 << 20)

struct lws;
struct lws_context;
struct server_loop; /* what libwebsockets wants to be given by value; server.c */

/* One HTTP request; lives in the connection's user space. */
struct server_request {
    uint64_t id; /* asker of its job; 0 = none is under way */
    struct server_request *next;
    struct lws *wsi;
    bool is_listed, is_post, is_chunked, closes, answered, discards, has_body;
    int64_t began_ms;
    enum intake_kind kind;
    struct buf body;
    struct chunked chunked;
    int status; /* 0 = not known yet */
    const char *type;
    const char *extra; /* header lines, each ending in \r\n */
    struct buf answer;
};

/* One wall's websocket; lives in the connection's user space. */
struct server_wall {
    struct server_wall *next;
    struct lws *wsi;
    struct session *session;
    uint64_t id;
    struct buf in; /* the message that is coming */
    enum message_format in_format;
    bool is_too_long;  /* that message was, and is not kept */
    int64_t asked_ms;  /* since when room to write was asked for; 0 = not asked */
    int64_t ping_ms;   /* when the last ping went out */
    int64_t silent_ms; /* since when an unanswered ping counts; 0 = none is open */
    int64_t bye_ms;    /* since when its goodbye makes no progress; 0 = none */
    int queued;        /* bytes that the kernel had not sent at the last look */
    bool ping_due;
};

struct server_counts {
    uint64_t requests, posts, refused, unauthorised, too_large;
    uint64_t events_accepted, events_repeated, batches_invalid, batches_failed;
    uint64_t walls_opened, oversized_messages, dead_walls;
};

struct server_append_wait {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool done, ok;
};

struct server {
    struct lws_context *context;
    struct server_loop *loop;
    char json_name[32]; /* the JSON subprotocol's name as libwebsockets compares it */
    struct tokens *tokens;
    struct session_feed feed;
    struct names *directory;
    struct intake *intake;
    _Atomic(struct names *) new_directory;
    _Atomic(struct tokens *) new_tokens;
    atomic_bool stops;
    bool says_goodbye;
    int port;
    uint64_t last_id;
    struct server_request *requests;
    struct server_wall *walls;
    size_t walls_count, body_bytes;
    struct buf out;
    int64_t started_ms;
    struct server_counts counts;
};

struct session_now server_now(void);
/* The token of the request's Authorization header; NULL: none, unknown, or expired. */
const struct tokens_entry *server_token(struct server *server, struct lws *wsi);
bool server_submit(void *user, struct intake_job *job);

/* Has server_feed_poke called at latest after so long. */
void server_wake_in(struct server *server, int64_t ms);

/* The callbacks of libwebsockets; reason: enum lws_callback_reasons. */
int server_http_callback(struct lws *wsi, int reason, void *user, void *in, size_t len);
int server_feed_callback(struct lws *wsi, int reason, void *user, void *in, size_t len);

/* server_http.c */
void server_http_done(struct server_request *request, struct intake_job *job);

/* server_feed.c */
/* Asks for room to write for every wall that has something, and sets the next wake-up. */
void server_feed_poke(struct server *server);
void server_feed_tick(struct server *server);

/* server_metrics.c */
void server_metrics(struct server *server, struct buf *out);

#endif

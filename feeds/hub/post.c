#include "feeds/hub/post.h"

#include <jansson.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/clock.h"
#include "wall/base/log.h"

#define TRIES 9 /* with back-off: about two minutes */
#define ANSWER_US (60 * LWS_US_PER_SEC)
#define REPLY_BYTES (256 * 1024) /* an answer longer than this is cut */
#define CHUNK 16384

struct post {
    struct lws_context *context;
    char host[256], path[512];
    int port;
    bool tls;
    char *authorization; /* "Bearer …" or NULL */

    /* Of the request under way. */
    struct lws *wsi; /* NULL once it is gone */
    struct str batch;
    size_t sent;
    bool done;
    int status;        /* 0 = no answer */
    int retry_after_s; /* -1 = not said */
    char fault[128];
    struct buf body;
    lws_sorted_usec_list_t timer;
};

static bool
add_header(struct lws *wsi, const char *name, const char *value, unsigned char **at,
           unsigned char *end)
{
    return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
                                       (const unsigned char *)value, (int)strlen(value), at,
                                       end) == 0;
}

static int
add_headers(struct post *post, struct lws *wsi, unsigned char **at, size_t room)
{
    unsigned char *end = *at + room;
    char length[24];
    snprintf(length, sizeof length, "%zu", post->batch.len);
    if (!add_header(wsi, "content-type:", "application/cloudevents-batch+json", at, end) ||
        !add_header(wsi, "content-length:", length, at, end) ||
        (post->authorization && !add_header(wsi, "authorization:", post->authorization, at, end))) {
        return -1;
    }
    lws_client_http_body_pending(wsi, 1);
    lws_callback_on_writable(wsi);
    return 0;
}

static int
write_body(struct post *post, struct lws *wsi)
{
    unsigned char chunk[LWS_PRE + CHUNK];
    size_t left = post->batch.len - post->sent, now = left < CHUNK ? left : CHUNK;
    if (now == 0) {
        return 0;
    }
    memcpy(chunk + LWS_PRE, post->batch.ptr + post->sent, now);
    bool last = now == left;
    if (last) {
        lws_client_http_body_pending(wsi, 0);
    }
    int wrote = lws_write(wsi, chunk + LWS_PRE, now, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
    if (wrote < 0) {
        return -1;
    }
    post->sent += now;
    if (!last) {
        lws_callback_on_writable(wsi);
    }
    return 0;
}

static void
read_head(struct post *post, struct lws *wsi)
{
    char value[32];
    post->status = (int)lws_http_client_http_response(wsi);
    int len = lws_hdr_copy(wsi, value, sizeof value, WSI_TOKEN_HTTP_RETRY_AFTER);
    int64_t seconds;
    if (len > 0 && str_to_i64((struct str){value, (size_t)len}, &seconds) && seconds >= 0) {
        post->retry_after_s = seconds < 60 ? (int)seconds : 60;
    }
}

static void
finish(struct post *post, const char *fault)
{
    if (fault && !post->fault[0]) {
        snprintf(post->fault, sizeof post->fault, "%s", fault);
    }
    post->done = true;
    lws_cancel_service(post->context);
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    (void)user;
    struct post *post = lws_context_user(lws_get_context(wsi));
    char buffer[LWS_PRE + 4096], *at = buffer + LWS_PRE;
    int room = 4096;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return add_headers(post, wsi, in, len);
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
        return write_body(post, wsi);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        read_head(post, wsi);
        break;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        return lws_http_client_read(wsi, &at, &room) < 0 ? -1 : 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        if (post->body.len + len <= REPLY_BYTES) {
            buf_add(&post->body, in, len);
        }
        return 0;
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        finish(post, NULL);
        break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        finish(post, in ? in : "no connection");
        break;
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
        finish(post, post->status ? NULL : "the connection was closed before an answer came");
        break;
    case LWS_CALLBACK_WSI_DESTROY:
        if (post && wsi == post->wsi) {
            post->wsi = NULL;
        }
        break;
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
    return 0;
}

static void
timed_out(lws_sorted_usec_list_t *timer)
{
    struct post *post = lws_container_of(timer, struct post, timer);
    finish(post, "no answer within 60 s");
}

/* "http://host:port/path" into its parts. */
static bool
split(struct post *post, const char *url, struct err *err)
{
    post->tls = strncmp(url, "https://", 8) == 0;
    if (!post->tls && strncmp(url, "http://", 7) != 0) {
        return err_set(err, "\"%s\" is no hub's address: write http://HOST:PORT", url);
    }
    const char *host = url + (post->tls ? 8 : 7);
    size_t rest = strcspn(host, "/?#");
    struct str name = {host, rest};
    int64_t port = post->tls ? 443 : 80;
    size_t colon = rest;
    while (colon > 0 && host[colon - 1] != ':' && host[colon - 1] != ']') {
        colon--;
    }
    if (colon > 0 && host[colon - 1] == ':') {
        name.len = colon - 1;
        if (!str_to_i64((struct str){host + colon, rest - colon}, &port) || port < 1 ||
            port > 65535) {
            return err_set(err, "\"%s\": the port is a number from 1 to 65535", url);
        }
    }
    if (name.len >= 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']') {
        name = (struct str){name.ptr + 1, name.len - 2};
    }
    bool bare = host[rest] == '\0' || strcmp(host + rest, "/") == 0;
    const char *path = bare ? "/events" : host + rest;
    if (name.len == 0 || name.len >= sizeof post->host || strlen(path) >= sizeof post->path) {
        return err_set(err, "\"%s\" is no hub's address: write http://HOST:PORT", url);
    }
    memcpy(post->host, name.ptr, name.len);
    snprintf(post->path, sizeof post->path, "%s", path);
    post->port = (int)port;
    return true;
}

struct post *
post_open(const char *url, const char *token, const char *ca, struct err *err)
{
    static const struct lws_protocols protocols[] = {
        {.name = "http", .callback = callback, .rx_buffer_size = 4096},
        {0},
    };
    struct post *post = calloc(1, sizeof *post);
    if (!post) {
        abort();
    }
    if (!split(post, url, err)) {
        post_close(post);
        return NULL;
    }
    if (token) {
        size_t size = strlen(token) + sizeof "Bearer ";
        post->authorization = malloc(size);
        if (!post->authorization) {
            abort();
        }
        snprintf(post->authorization, size, "Bearer %s", token);
    }
    lws_set_log_level(0, NULL); /* what fails is in our own words */
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.user = post;
    info.options = post->tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0;
    info.client_ssl_ca_filepath = ca;
    info.timeout_secs = 30;
    post->context = lws_create_context(&info);
    if (!post->context) {
        err_set(err, "%s: the connection cannot be set up%s%s", url,
                ca ? "; is this a PEM file: " : "", ca ? ca : "");
        post_close(post);
        return NULL;
    }
    return post;
}

void
post_close(struct post *post)
{
    if (!post) {
        return;
    }
    if (post->context) {
        lws_context_destroy(post->context);
    }
    free(post->authorization);
    buf_free(&post->body);
    free(post);
}

/* One request; post->status 0 and post->fault where none was answered. */
static void
request(struct post *post)
{
    struct lws_client_connect_info info;
    memset(&info, 0, sizeof info);
    info.context = post->context;
    info.address = info.host = info.origin = post->host;
    info.port = post->port;
    info.path = post->path;
    info.method = "POST";
    info.protocol = "http";
    info.ssl_connection = post->tls ? LCCSCF_USE_SSL : 0;
    post->sent = 0;
    post->done = false;
    post->status = 0;
    post->retry_after_s = -1;
    post->fault[0] = '\0';
    buf_clear(&post->body);
    post->wsi = NULL;
    info.pwsi = &post->wsi;
    lws_sul_schedule(post->context, 0, &post->timer, timed_out, ANSWER_US);
    if (!lws_client_connect_via_info(&info)) {
        finish(post, "no connection");
    }
    while (!post->done) {
        if (lws_service(post->context, 0) < 0) {
            finish(post, "the network loop stopped");
        }
    }
    lws_sul_cancel(&post->timer);
    /* What is still open would write into the next request's state. */
    if (post->wsi) {
        lws_set_timeout(post->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    }
}

static void
read_taken(struct post *post, struct post_reply *reply)
{
    json_t *root = json_loadb(post->body.ptr ? post->body.ptr : "", post->body.len, 0, NULL);
    reply->accepted = json_integer_value(json_object_get(root, "accepted"));
    reply->repeated = json_integer_value(json_object_get(root, "repeated"));
    reply->seq = json_integer_value(json_object_get(root, "seq"));
    json_decref(root);
}

static void
read_refused(struct post *post, struct post_reply *reply)
{
    json_t *root = json_loadb(post->body.ptr ? post->body.ptr : "", post->body.len, 0, NULL);
    json_t *first = json_array_get(json_object_get(root, "errors"), 0);
    json_t *index = json_object_get(first, "index");
    const char *why = json_string_value(json_object_get(first, "error"));
    reply->refused_index = json_is_integer(index) ? json_integer_value(index) : -1;
    snprintf(reply->refused, sizeof reply->refused, "%s", why ? why : "the hub did not say why");
    json_decref(root);
}

static bool
fail_status(const struct post *post, struct err *err)
{
    const char *hint = post->status == 401   ? ": give the token (--token-file)"
                       : post->status == 403 ? ": the token lacks the right \"write\""
                       : post->status == 404 ? ": is this a hub's address?"
                       : post->status == 413 ? ": the batch is too large"
                                             : "";
    return err_set(err, "%s:%d%s answered %d%s", post->host, post->port, post->path, post->status,
                   hint);
}

/* The library says no more than that TLS failed: trying again would not help. */
static bool
untrusted(const struct post *post)
{
    return post->tls && (strcasestr(post->fault, "ssl") || strcasestr(post->fault, "tls"));
}

static void
say_waiting(const struct post *post)
{
    static struct log_limit limit;
    if (post->status) {
        log_limited(&limit, 10000, LOG_LEVEL_WARNING, "post", "%s:%d answers %d: tried again",
                    post->host, post->port, post->status);
    } else {
        log_limited(&limit, 10000, LOG_LEVEL_WARNING, "post",
                    "%s:%d cannot be reached: tried again", post->host, post->port);
    }
}

enum post_outcome
post_events(struct post *post, struct str batch, struct post_reply *reply, struct err *err)
{
    memset(reply, 0, sizeof *reply);
    reply->refused_index = -1;
    post->batch = batch;
    int64_t wait_ms = 250;
    for (int attempt = 1;; attempt++) {
        request(post);
        if (post->status == 202) {
            read_taken(post, reply);
            return POST_TAKEN;
        }
        if (post->status == 400) {
            read_refused(post, reply);
            return POST_REFUSED;
        }
        if (!post->status && untrusted(post)) {
            err_set(err,
                    "%s:%d: its certificate is not trusted, or is another host's; give the "
                    "authority's with --ca FILE",
                    post->host, post->port);
            return POST_FAILED;
        }
        bool busy = post->status == 429 || post->status == 503 || post->status == 0;
        if (!busy || attempt == TRIES) {
            break;
        }
        if (attempt > 1) {
            say_waiting(post);
        }
        int64_t asked_ms = (int64_t)post->retry_after_s * 1000;
        clock_sleep_ns((asked_ms > wait_ms ? asked_ms : wait_ms) * 1000000);
        wait_ms = wait_ms < 30000 ? wait_ms * 2 : 30000;
    }
    if (post->status) {
        fail_status(post, err);
    } else {
        err_set(err, "%s:%d cannot be reached: %s", post->host, post->port, post->fault);
    }
    return POST_FAILED;
}

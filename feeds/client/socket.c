#include "feeds/client/socket.h"

#include <libwebsockets.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "wall/base/file.h"
#include "wall/base/log.h"

#define OUT_MAX 16          /* messages waiting to be sent: hello, resync and a few statuses */
#define UPGRADE_TIMEOUT_S 8 /* a peer that accepts and never answers the upgrade */
#define READ_BYTES 65536    /* a read, and the largest chunk */
#define TOKEN_MAX 1024
/* What the kernel may hold of a snapshot while its parts are folded. On loopback a packet fills
 * half of the usual buffer, whose window then closes for fifths of a second again and again. */
#define KERNEL_BYTES (4 * 1024 * 1024)
/* The library's own number for a close frame, which its header leaves out between 3 and 5. */
#define WRITE_CLOSE ((enum lws_write_protocol)4)

struct outgoing {
    unsigned char *bytes; /* LWS_PRE bytes of room before the message */
    size_t len;
    enum message_format format;
};

struct socket {
    struct lws_context *context;
    struct lws *wsi; /* of the attempt or connection that counts; NULL = none */
    struct client_url url;
    struct socket_hooks hooks;
    const char *token_file;
    lws_sorted_usec_list_t timer;
    struct outgoing out[OUT_MAX];
    size_t out_first, out_count;
    char host[sizeof((struct client_url *)0)->host + 16]; /* for the Host header */
    enum message_format format;                           /* of the subprotocol selected */
    bool trying, open, in_receive, ended_in_receive;
    _Atomic bool end, woken;
};

/* The library tells why a handshake failed only in its log. */
static _Thread_local char last_line[200];

static void
on_log(int level, const char *line)
{
    (void)level;
    size_t len = strcspn(line, "\r\n");
    snprintf(last_line, sizeof last_line, "%.*s", (int)(len > 180 ? 180 : len), line);
}

static void
clear_out(struct socket *socket)
{
    for (size_t i = 0; i < socket->out_count; i++) {
        free(socket->out[(socket->out_first + i) % OUT_MAX].bytes);
    }
    socket->out_first = socket->out_count = 0;
}

/* An attempt is over with whichever sign comes first (the library gives one of five). */
static void
lost(struct socket *socket, const char *why)
{
    bool counted = socket->trying || socket->open;
    socket->wsi = NULL;
    socket->trying = socket->open = false;
    clear_out(socket);
    if (counted) {
        socket->hooks.lost(socket->hooks.user, why);
    }
}

static bool
read_token(const char *path, char out[TOKEN_MAX], struct err *err)
{
    struct buf text = {0};
    if (!file_read(path, 65536, &text, err)) {
        return false;
    }
    size_t len = text.len ? strcspn(text.ptr, "\r\n") : 0;
    bool good = len >= 1 && len < TOKEN_MAX;
    for (size_t i = 0; good && i < len; i++) {
        good = text.ptr[i] > 0x20 && text.ptr[i] < 0x7f;
    }
    if (good) {
        memcpy(out, text.ptr, len);
        out[len] = '\0';
    }
    buf_free(&text);
    return good || err_set(err, "%s: the first line is no token (printable, no spaces)", path);
}

static int
add_token(struct socket *socket, struct lws *wsi, void *in, size_t len)
{
    static const char bearer[] = "Bearer ";
    char value[sizeof bearer + TOKEN_MAX];
    struct err err = {""};
    unsigned char **at = in;
    if (!socket->token_file) {
        return 0;
    }
    memcpy(value, bearer, sizeof bearer);
    if (!read_token(socket->token_file, value + sizeof bearer - 1, &err)) {
        log_line(LOG_LEVEL_WARNING, "feed", "%s", err.text);
        return -1;
    }
    return lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, (unsigned char *)value,
                                        (int)strlen(value), at, *at + len)
               ? -1
               : 0;
}

/* The library goes on with its first protocol where the hub selected none, and does not tell
 * afterwards which one it was. */
static int
check_protocol(struct socket *socket, struct lws *wsi)
{
    char name[64] = "";
    int len = lws_hdr_copy(wsi, name, sizeof name, WSI_TOKEN_PROTOCOL);
    bool pack = strcmp(name, MESSAGE_SUBPROTOCOL_PACK) == 0;
    if (len > 0 && (pack || strcmp(name, MESSAGE_SUBPROTOCOL_JSON) == 0)) {
        socket->format = pack ? MESSAGE_PACK : MESSAGE_JSON;
        return 0;
    }
    snprintf(last_line, sizeof last_line, "the hub selected no subprotocol that was offered");
    return -1;
}

/* Never less than there was: the system may allow less than is asked for. */
static void
widen(struct lws *wsi)
{
    int fd = lws_get_socket_fd(wsi), before = 0, wanted = KERNEL_BYTES;
    socklen_t len = sizeof before;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &before, &len) == 0 && before < wanted) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    }
}

static int
on_established(struct socket *socket)
{
    widen(socket->wsi);
    socket->trying = false;
    socket->open = true;
    socket->hooks.opened(socket->hooks.user, socket->format);
    return 0;
}

/* Sends the close frame at once; the caller then returns -1, which ends the connection without
 * waiting for the peer's answer. Waiting (lws_close_reason) is not safe: what the peer goes on
 * sending is then written past the library's buffer (4.1.6). */
static void
say_close(struct lws *wsi, unsigned code, const char *reason)
{
    unsigned char frame[LWS_PRE + 2 + 64];
    size_t len = strlen(reason) < 64 ? strlen(reason) : 64;
    frame[LWS_PRE] = (unsigned char)(code >> 8);
    frame[LWS_PRE + 1] = (unsigned char)(code & 255);
    memcpy(frame + LWS_PRE + 2, reason, len);
    if (!lws_send_pipe_choked(wsi)) {
        lws_write(wsi, frame + LWS_PRE, len + 2, WRITE_CLOSE);
    }
}

static int
on_receive(struct socket *socket, struct lws *wsi, const char *in, size_t len)
{
    size_t left = lws_remaining_packet_payload(wsi);
    bool last = lws_is_final_fragment(wsi) && left == 0;
    struct str bytes = {in, len};
    socket->in_receive = true;
    socket->ended_in_receive = false;
    bool good = socket->hooks.chunk(socket->hooks.user, bytes, lws_is_first_fragment(wsi), last,
                                    lws_frame_is_binary(wsi), left);
    socket->in_receive = false;
    if (!good) {
        say_close(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "a message longer than 1 MiB");
        lost(socket, "a message longer than 1 MiB");
        return -1;
    }
    if (socket->ended_in_receive) {
        say_close(wsi, LWS_CLOSE_STATUS_NORMAL, "");
        return -1;
    }
    return 0;
}

static int
on_writeable(struct socket *socket, struct lws *wsi)
{
    if (!socket->out_count) {
        return 0;
    }
    struct outgoing *next = &socket->out[socket->out_first];
    enum lws_write_protocol how = next->format == MESSAGE_PACK ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
    int written = lws_write(wsi, next->bytes + LWS_PRE, next->len, how);
    bool whole = written >= (int)next->len;
    free(next->bytes);
    socket->out_first = (socket->out_first + 1) % OUT_MAX;
    socket->out_count--;
    if (!whole) {
        return -1;
    }
    if (socket->out_count) {
        lws_callback_on_writable(wsi);
    }
    return 0;
}

static void
on_failed(struct socket *socket, struct lws *wsi, const char *in, size_t len)
{
    char why[200];
    unsigned status = lws_http_client_http_response(wsi);
    if (status >= 300 && status < 600) {
        snprintf(why, sizeof why, "the hub answered HTTP %u%s", status,
                 status == 401   ? " (no or an unknown token: see --token-file)"
                 : status == 403 ? " (the token has no right to read)"
                                 : "");
    } else if (*last_line) {
        snprintf(why, sizeof why, "%s", last_line);
    } else {
        snprintf(why, sizeof why, "%.*s", (int)(len < 160 ? len : 160), in ? in : "");
    }
    lost(socket, *why ? why : "no connection");
}

static int
on_event(struct lws *wsi, enum lws_callback_reasons reason, void *unused, void *in, size_t len)
{
    (void)unused;
    struct lws_context *context = lws_get_context(wsi);
    struct socket *socket = context ? lws_context_user(context) : NULL;
    if (!socket) {
        return 0;
    }
    if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED) {
        if (atomic_exchange(&socket->woken, false)) { /* called once for each protocol */
            socket->hooks.woken(socket->hooks.user);
        }
        return 0;
    }
    bool ours = wsi == socket->wsi;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return add_token(socket, wsi, in, len);
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
        return check_protocol(socket, wsi);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        return ours ? on_established(socket) : -1;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return ours ? on_receive(socket, wsi, in, len) : -1;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return ours ? on_writeable(socket, wsi) : -1;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        say_close(wsi, LWS_CLOSE_STATUS_NORMAL, "");
        return -1;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        if (ours) {
            on_failed(socket, wsi, in, len);
        }
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
        if (ours) {
            lost(socket, socket->open ? "the connection ended" : "no answer to the upgrade");
        }
        return 0;
    default:
        return 0;
    }
}

static void
on_timer(lws_sorted_usec_list_t *timer)
{
    struct socket *socket = lws_container_of(timer, struct socket, timer);
    socket->hooks.woken(socket->hooks.user);
}

/* The first one is what is preferred; a hub selects. permessage-deflate is not offered: with it
 * libwebsockets 4.1.6 hands the first byte of a message that is fragmented and not compressed over
 * without end. */
static const struct lws_protocols protocols[] = {
    {.name = MESSAGE_SUBPROTOCOL_PACK, .callback = on_event, .rx_buffer_size = READ_BYTES},
    {.name = MESSAGE_SUBPROTOCOL_JSON, .callback = on_event, .rx_buffer_size = READ_BYTES},
    {.name = NULL},
};

/* With the port unless it is the scheme's own. The library checks a certificate against what stands
 * before the first colon, so an IPv6 address goes alone. */
static void
name_host(struct socket *socket)
{
    const struct client_url *url = &socket->url;
    if (url->port == (url->tls ? 443 : 80) || strchr(url->host, ':')) {
        snprintf(socket->host, sizeof socket->host, "%s", url->host);
    } else {
        snprintf(socket->host, sizeof socket->host, "%s:%d", url->host, url->port);
    }
}

struct socket *
socket_create(const struct client_url *url, const char *token_file, const char *ca,
              const struct socket_hooks *hooks, struct err *err)
{
    char token[TOKEN_MAX];
    if (token_file && !read_token(token_file, token, err)) {
        return NULL;
    }
    if (ca && !file_exists(ca)) {
        err_set(err, "%s: no such file; --ca names a PEM file of certificates", ca);
        return NULL;
    }
    struct socket *socket = calloc(1, sizeof *socket);
    if (!socket) {
        abort();
    }
    socket->url = *url;
    socket->hooks = *hooks;
    name_host(socket);
    socket->token_file = token_file;
    lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .user = socket,
        .gid = -1,
        .uid = -1,
        .timeout_secs = UPGRADE_TIMEOUT_S,
        .pt_serv_buf_size = READ_BYTES,
        .fd_limit_per_thread = 64,
    };
    if (url->tls) { /* costs some milliseconds at start, so only where it is used */
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.client_ssl_ca_filepath = ca;
    }
    socket->context = lws_create_context(&info);
    if (!socket->context) {
        err_set(err, "feed: the network could not be set up: %s", last_line);
        free(socket);
        return NULL;
    }
    return socket;
}

void
socket_destroy(struct socket *socket)
{
    if (!socket) {
        return;
    }
    socket->trying = socket->open = false;
    socket->wsi = NULL;
    lws_context_destroy(socket->context);
    clear_out(socket);
    free(socket);
}

void
socket_run(struct socket *socket)
{
    socket->hooks.woken(socket->hooks.user);
    while (!atomic_load(&socket->end) && lws_service(socket->context, 0) >= 0) {
    }
}

void
socket_end(struct socket *socket)
{
    atomic_store(&socket->end, true);
    lws_cancel_service(socket->context);
}

void
socket_wake(struct socket *socket)
{
    if (!atomic_exchange(&socket->woken, true)) {
        lws_cancel_service(socket->context);
    }
}

void
socket_connect(struct socket *socket)
{
    struct lws_client_connect_info info = {
        .context = socket->context,
        .address = socket->url.host,
        .port = socket->url.port,
        .path = socket->url.path,
        .host = socket->host,
        .protocol = MESSAGE_SUBPROTOCOL_PACK ", " MESSAGE_SUBPROTOCOL_JSON,
        .local_protocol_name = MESSAGE_SUBPROTOCOL_PACK,
        .ssl_connection = socket->url.tls ? LCCSCF_USE_SSL : 0,
        .pwsi = &socket->wsi,
    };
    last_line[0] = '\0';
    socket->trying = true;
    /* NULL without any callback where the name does not resolve. */
    if (!lws_client_connect_via_info(&info) && socket->trying) {
        char why[400];
        snprintf(why, sizeof why, "%s: %s", socket->url.host,
                 *last_line ? last_line : "no such host, or no network");
        lost(socket, why);
    }
}

void
socket_hang_up(struct socket *socket)
{
    struct lws *wsi = socket->wsi;
    socket->wsi = NULL;
    socket->trying = socket->open = false;
    clear_out(socket);
    if (socket->in_receive) {
        socket->ended_in_receive = true;
    } else if (wsi) {
        lws_set_timeout(wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    }
}

bool
socket_send(struct socket *socket, struct str bytes, enum message_format format)
{
    if (!socket->open || !socket->wsi || socket->out_count == OUT_MAX) {
        return false;
    }
    unsigned char *copy = malloc(LWS_PRE + bytes.len);
    if (!copy) {
        abort();
    }
    memcpy(copy + LWS_PRE, bytes.ptr, bytes.len);
    socket->out[(socket->out_first + socket->out_count) % OUT_MAX] =
        (struct outgoing){copy, bytes.len, format};
    socket->out_count++;
    lws_callback_on_writable(socket->wsi);
    return true;
}

void
socket_pause(struct socket *socket, bool pause)
{
    if (socket->wsi && socket->open) {
        lws_rx_flow_control(socket->wsi, pause ? 0 : 1);
    }
}

void
socket_timer(struct socket *socket, int64_t in_ms)
{
    lws_usec_t us = in_ms < 0 ? 1 : (in_ms > 3600000 ? 3600000 : in_ms) * 1000 + 1;
    lws_sul_schedule(socket->context, 0, &socket->timer, on_timer, us);
}

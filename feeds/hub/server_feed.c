#include <libwebsockets.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "wall/base/log.h"

#include "feeds/hub/server_parts.h"

#define PING_MS 5000    /* between pings */
#define SILENT_MS 15000 /* without an answer to a ping, or without progress: cut */
#define BYE_STALL_MS 5000

/* ---- opening and closing ---- */

static int
open_wall(struct server *server, struct lws *wsi, struct server_wall *wall)
{
    const struct lws_protocols *protocol = lws_get_protocol(wsi);
    const struct tokens_entry *token = server_token(server, wsi);
    if (!token) /* it expired between the upgrade and now */
        return -1;
    memset(wall, 0, sizeof *wall);
    wall->wsi = wsi;
    wall->id = ++server->last_id;
    wall->ping_ms = server_now().mono_ms;
    wall->session = session_open(&server->feed, (enum message_format)protocol->id, token, wall->id,
                                 server_now());
    wall->next = server->walls;
    server->walls = wall;
    server->walls_count++;
    server->counts.walls_opened++;
    /* A whole message leaves in one compressed frame: in lws 4.1 a message that the deflater has
     * not finished breaks when a pong or close comes between its pieces. */
    lws_set_extension_option(wsi, "permessage-deflate", "tx_buf_size", "20");
    lws_set_extension_option(wsi, "permessage-deflate", "rx_buf_size", "16");
    server_feed_poke(server);
    return 0;
}

static void
close_wall(struct server *server, struct server_wall *wall)
{
    for (struct server_wall **p = &server->walls; *p; p = &(*p)->next) {
        if (*p == wall) {
            *p = wall->next;
            server->walls_count--;
            session_close(wall->session);
            buf_free(&wall->in);
            wall->session = NULL;
            return;
        }
    }
}

/* ---- waking ---- */

static void
ask(struct server_wall *wall, struct session_now now)
{
    if (!wall->asked_ms)
        wall->asked_ms = now.mono_ms;
    lws_callback_on_writable(wall->wsi);
}

void
server_feed_poke(struct server *server)
{
    struct session_now now = server_now();
    int64_t next = INT64_MAX;
    if (session_feed_builds(&server->feed))
        next = now.mono_ms; /* a step at a time, between what the sockets want */
    for (struct server_wall *w = server->walls; w; w = w->next) {
        if (session_has_something(w->session, now) || w->ping_due)
            ask(w, now);
        int64_t at = session_wake_ms(w->session, now);
        next = at < next ? at : next;
    }
    /* A wall that is being asked for room wakes by itself; never spin for one that is late. */
    int64_t in_ms = next == INT64_MAX ? 1000 : next - now.mono_ms;
    in_ms = in_ms < 1 ? 1 : in_ms > 1000 ? 1000 : in_ms;
    server_wake_in(server, in_ms);
}

/* ---- reading ---- */

/* Closes with 1009. Out of the middle of an inflated message libwebsockets ignores the -1, so the
 * close is also asked for where a message would be written. */
static int
too_long(struct server *server, struct server_wall *wall)
{
    static const char text[] = "message over 1 MiB";
    if (!wall->is_too_long)
        server->counts.oversized_messages++;
    wall->is_too_long = true;
    buf_free(&wall->in);
    lws_close_reason(wall->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, (unsigned char *)text,
                     sizeof text - 1);
    lws_callback_on_writable(wall->wsi);
    return -1;
}

/* Which encoding the message that begins is in; false: not one that this connection speaks. A hello
 * may be text on a MessagePack connection too: peers that only read MessagePack exist, and nothing
 * can be misread before the hello. */
static bool
begins_well(struct server_wall *wall)
{
    enum message_format own = (enum message_format)lws_get_protocol(wall->wsi)->id;
    bool is_text = lws_frame_is_binary(wall->wsi) == 0;
    wall->in_format = is_text ? MESSAGE_JSON : MESSAGE_PACK;
    return wall->in_format == own || (is_text && session_awaits_hello(wall->session));
}

static int
read_piece(struct server *server, struct server_wall *wall, const char *bytes, size_t len)
{
    struct lws *wsi = wall->wsi;
    if (wall->is_too_long)
        return -1;
    if (session_is_leaving(wall->session))
        return 0;
    if (lws_is_first_fragment(wsi) && !begins_well(wall)) {
        session_goodbye(wall->session, MESSAGE_PROTOCOL_ERROR, 5000,
                        wall->in_format == MESSAGE_JSON ? "a text message on msgpack"
                                                        : "a binary message on JSON");
        server_feed_poke(server);
        return 0;
    }
    size_t left = lws_remaining_packet_payload(wsi);
    if (left > MESSAGE_MAX_BYTES || wall->in.len + len + left > MESSAGE_MAX_BYTES)
        return too_long(server, wall);
    buf_add(&wall->in, bytes, len);
    if (!lws_is_final_fragment(wsi) || left)
        return 0;
    session_take(wall->session, wall->in_format, buf_str(&wall->in), server_now());
    if (wall->in.cap > 65536)
        buf_free(&wall->in);
    else
        buf_clear(&wall->in);
    server_feed_poke(server);
    return 0;
}

/* ---- writing ---- */

static int
write_ping(struct server_wall *wall, struct session_now now)
{
    /* With a payload: lws 4.1 does not tell of a pong without one. */
    unsigned char room[LWS_PRE + 4] = {0};
    memcpy(room + LWS_PRE, "hub?", 4);
    wall->ping_due = false;
    wall->ping_ms = now.mono_ms;
    if (!wall->silent_ms)
        wall->silent_ms = now.mono_ms;
    return lws_write(wall->wsi, room + LWS_PRE, 4, LWS_WRITE_PING) < 0 ? -1 : 0;
}

static int
write_next(struct server *server, struct server_wall *wall)
{
    struct session_now now = server_now();
    static const char room[LWS_PRE];
    if (wall->is_too_long)
        return too_long(server, wall);
    wall->asked_ms = 0;
    if (wall->ping_due) {
        if (write_ping(wall, now) < 0)
            return -1;
        if (session_has_something(wall->session, now))
            ask(wall, now);
        return 0;
    }
    buf_clear(&server->out);
    buf_add(&server->out, room, LWS_PRE);
    switch (session_next(wall->session, now, &server->out)) {
    case SESSION_MESSAGE: {
        size_t len = server->out.len - LWS_PRE;
        bool is_text = lws_get_protocol(wall->wsi)->id == MESSAGE_JSON;
        if (lws_write(wall->wsi, (unsigned char *)server->out.ptr + LWS_PRE, len,
                      is_text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY) < 0)
            return -1;
        break;
    }
    case SESSION_CLOSE: {
        const char *reason = session_reason(wall->session);
        lws_close_reason(wall->wsi, (enum lws_close_status)4000, (unsigned char *)reason,
                         strlen(reason));
        return -1;
    }
    default:
        break;
    }
    server_feed_poke(server);
    return 0;
}

/* ---- watching ---- */

/* Whether the kernel got rid of bytes since the last look. */
static bool
makes_progress(struct server_wall *wall)
{
    int queued = 0;
    int before = wall->queued;
    if (ioctl(lws_get_socket_fd(wall->wsi), SIOCOUTQ, &queued) != 0)
        return false;
    wall->queued = queued;
    return queued < before;
}

/* true: it has gone. Neither the answer to a ping nor any progress for 15 s: the peer is dead. What
 * waits in front of a ping on a slow line is no silence as long as it gets shorter. */
static bool
is_dead(struct server *server, struct server_wall *wall, struct session_now now)
{
    bool progress = makes_progress(wall);
    if (session_is_leaving(wall->session)) {
        if (!wall->bye_ms || progress)
            wall->bye_ms = now.mono_ms;
        return now.mono_ms - wall->bye_ms > BYE_STALL_MS;
    }
    if (wall->silent_ms && progress)
        wall->silent_ms = now.mono_ms;
    /* A full socket takes no ping either: that it wants to write and cannot counts like one. */
    int64_t since = wall->silent_ms ? wall->silent_ms : wall->asked_ms;
    if (since && now.mono_ms - since > SILENT_MS) {
        server->counts.dead_walls++;
        return true;
    }
    return false;
}

void
server_feed_tick(struct server *server)
{
    struct session_now now = server_now();
    for (struct server_wall *w = server->walls; w; w = w->next) {
        session_tick(w->session, now, w->asked_ms ? now.mono_ms - w->asked_ms : 0);
        if (is_dead(server, w, now))
            lws_set_timeout(w->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
        else if (now.mono_ms - w->ping_ms >= PING_MS && !w->silent_ms)
            w->ping_due = true;
    }
    server_feed_poke(server);
}

int
server_feed_callback(struct lws *wsi, int reason, void *user, void *in, size_t len)
{
    struct server *server = lws_context_user(lws_get_context(wsi));
    struct server_wall *wall = user;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        return open_wall(server, wsi, wall);
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        if (wall)
            close_wall(server, wall);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return wall->session ? read_piece(server, wall, in, len) : -1;
    case LWS_CALLBACK_RECEIVE_PONG:
        if (wall->session)
            wall->silent_ms = 0;
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return wall->session ? write_next(server, wall) : -1;
    default:
        return 0;
    }
}

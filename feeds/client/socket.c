#include "feeds/client/socket.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "feeds/client/frames.h"
#include "feeds/client/upgrade.h"
#include "feeds/client/wire.h"
#include "wall/base/clock.h"
#include "wall/base/file.h"
#include "wall/base/log.h"

#define OUT_MAX 16        /* messages waiting to be sent: hello, resync and a few statuses */
#define READ_BYTES 262144 /* a read, and the largest chunk */
#define CONNECT_MS 5000   /* each of a host's addresses */
#define UPGRADE_MS 8000   /* TLS and the upgrade, however slowly the peer answers */
#define LINGER_MS 1000    /* for the peer to read the close, before a reset could overtake it */
#define TOKEN_MAX 1024
#define NEVER INT64_MAX

enum phase { PHASE_NONE, PHASE_CONNECTING, PHASE_UPGRADING, PHASE_OPEN };

struct outgoing {
    struct buf bytes;
    enum frames_opcode opcode;
};

struct socket {
    struct client_url url;
    struct socket_hooks hooks;
    const char *token_file;
    struct wire_trust *trust; /* NULL: no TLS */
    int wake;                 /* an eventfd */
    _Atomic bool end, woken;
    int64_t timer_ns;
    /* the attempt or connection that counts */
    struct wire *wire;
    uint32_t serial; /* grows with each: what a hook did not end is the same */
    enum phase phase;
    int64_t deadline_ns; /* of the phase */
    bool paused;
    enum message_format format; /* of the subprotocol selected */
    struct upgrade_key key;
    struct frames frames;
    char *in; /* READ_BYTES, of which in_len came and in_at were taken */
    size_t in_at, in_len;
    struct outgoing out[OUT_MAX];
    size_t out_first, out_count;
    struct buf now; /* being sent, as it is on the wire */
    size_t now_at;
    struct buf pong; /* the newest ping's, as it will be on the wire */
    /* the one before, whose peer may still be reading our close */
    struct wire *leaving;
    int64_t leave_ns;
};

static int64_t
in_ms(int64_t ms)
{
    return clock_mono_ns() + ms * 1000000;
}

/* ---- the end of a connection ---- */

static void
forget(struct socket *socket)
{
    socket->wire = NULL;
    socket->phase = PHASE_NONE;
    socket->deadline_ns = NEVER;
    socket->serial++;
    socket->paused = false;
    socket->frames = (struct frames){0};
    socket->in_at = socket->in_len = 0;
    socket->out_first = socket->out_count = 0;
    socket->now_at = 0;
    buf_clear(&socket->now);
    buf_clear(&socket->pong);
}

static void
leave(struct socket *socket)
{
    wire_close(socket->leaving);
    socket->leaving = NULL;
    socket->leave_ns = NEVER;
}

/* Lets go of a connection that is up: what it was sent last is to reach the peer. What the peer
 * goes on sending is read and dropped for a while, since unread bytes would make the system reset
 * the connection, which overtakes the close. */
static void
part(struct socket *socket)
{
    leave(socket);
    wire_end(socket->wire);
    socket->leaving = socket->wire;
    socket->leave_ns = in_ms(LINGER_MS);
    forget(socket);
}

static void
cut(struct socket *socket)
{
    wire_close(socket->wire);
    forget(socket);
}

static void
lost(struct socket *socket, const char *why)
{
    socket->hooks.lost(socket->hooks.user, why);
}

/* Cut off, or never made. */
static void
fail(struct socket *socket, const char *why)
{
    cut(socket);
    lost(socket, why);
}

/* Sends a close frame where the one before is out, and parts. */
static void
close_with(struct socket *socket, uint16_t code, const char *reason)
{
    unsigned char mask[4];
    struct err err;
    wire_random(mask, sizeof mask);
    if (socket->now_at == socket->now.len) {
        buf_clear(&socket->now);
        if (code == FRAMES_NO_CODE) {
            frames_put(&socket->now, FRAMES_CLOSE, STR(""), mask);
        } else {
            frames_put_close(&socket->now, code, reason, mask);
        }
        wire_write(socket->wire, buf_str(&socket->now), &err); /* as much as goes at once */
    }
    part(socket);
}

/* ---- sending ---- */

/* The next thing to be sent, as it is on the wire; false: there is none. Answers to pings first. */
static bool
load_out(struct socket *socket)
{
    unsigned char mask[4];
    if (socket->now_at < socket->now.len) {
        return true;
    }
    socket->now_at = 0;
    buf_clear(&socket->now);
    if (socket->pong.len) {
        buf_add_str(&socket->now, buf_str(&socket->pong));
        buf_clear(&socket->pong);
        return true;
    }
    if (!socket->out_count) {
        return false;
    }
    struct outgoing *next = &socket->out[socket->out_first];
    wire_random(mask, sizeof mask);
    frames_put(&socket->now, next->opcode, buf_str(&next->bytes), mask);
    socket->out_first = (socket->out_first + 1) % OUT_MAX;
    socket->out_count--;
    return true;
}

/* true: something waits for the connection to take it. */
static bool
flush(struct socket *socket)
{
    struct err err;
    while (socket->phase >= PHASE_UPGRADING && load_out(socket)) {
        struct str rest = {socket->now.ptr + socket->now_at, socket->now.len - socket->now_at};
        ptrdiff_t sent = wire_write(socket->wire, rest, &err);
        if (sent < 0) {
            fail(socket, err.text);
            return false;
        }
        if (sent == 0) {
            return true;
        }
        socket->now_at += (size_t)sent;
    }
    return false;
}

bool
socket_send(struct socket *socket, struct str bytes, enum message_format format)
{
    if (socket->phase != PHASE_OPEN || socket->out_count == OUT_MAX) {
        return false;
    }
    struct outgoing *slot = &socket->out[(socket->out_first + socket->out_count) % OUT_MAX];
    buf_clear(&slot->bytes);
    buf_add_str(&slot->bytes, bytes);
    slot->opcode = format == MESSAGE_PACK ? FRAMES_BINARY : FRAMES_TEXT;
    socket->out_count++;
    return true;
}

/* ---- connecting ---- */

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

/* The connection is up: the request goes out with the token as the file has it now. */
static void
begin_upgrade(struct socket *socket)
{
    unsigned char random[16];
    char token[TOKEN_MAX];
    struct err err;
    if (socket->token_file && !read_token(socket->token_file, token, &err)) {
        fail(socket, err.text);
        return;
    }
    wire_random(random, sizeof random);
    socket->key = upgrade_key(random);
    upgrade_ask(&socket->now, &socket->url, &socket->key, socket->token_file ? token : NULL);
    socket->phase = PHASE_UPGRADING;
}

static void
go_on(struct socket *socket, enum wire_state state, const struct err *err)
{
    switch (state) {
    case WIRE_FAILED:
        fail(socket, err->text);
        break;
    case WIRE_UP:
        begin_upgrade(socket);
        break;
    default:
        break;
    }
}

/* TLS and the upgrade together have their time from the moment that TCP is up. */
static void
advance(struct socket *socket)
{
    struct err err;
    bool connected = wire_connected(socket->wire);
    enum wire_state state = wire_advance(socket->wire, &err);
    if (state != WIRE_FAILED && !connected && wire_connected(socket->wire)) {
        socket->deadline_ns = in_ms(UPGRADE_MS);
    }
    go_on(socket, state, &err);
}

static void
on_deadline(struct socket *socket)
{
    struct err err;
    if (socket->phase == PHASE_UPGRADING) {
        fail(socket, "no answer to the upgrade");
        return;
    }
    socket->deadline_ns = in_ms(CONNECT_MS);
    go_on(socket, wire_give_up(socket->wire, &err), &err);
}

void
socket_connect(struct socket *socket)
{
    struct err err;
    forget(socket);
    socket->wire = wire_open(socket->trust, socket->url.host, socket->url.port, &err);
    if (!socket->wire) {
        lost(socket, err.text);
        return;
    }
    socket->phase = PHASE_CONNECTING;
    socket->deadline_ns = in_ms(CONNECT_MS);
}

/* ---- reading ---- */

static void
refused(struct socket *socket, int status)
{
    char why[200];
    snprintf(why, sizeof why, "the hub answered HTTP %d%s", status,
             status == 401   ? " (no or an unknown token: see --token-file)"
             : status == 403 ? " (the token has no right to read)"
                             : "");
    fail(socket, why);
}

static void
read_answer(struct socket *socket)
{
    struct upgrade_answer answer;
    char why[160];
    struct str bytes = {socket->in, socket->in_len};
    switch (upgrade_read(bytes, &socket->key, &answer)) {
    case UPGRADE_DONE:
        socket->in_at = answer.len;
        socket->phase = PHASE_OPEN;
        socket->deadline_ns = NEVER;
        socket->format = answer.format;
        socket->hooks.opened(socket->hooks.user, socket->format);
        break;
    case UPGRADE_REFUSED:
        refused(socket, answer.status);
        break;
    case UPGRADE_BAD:
        snprintf(why, sizeof why, "the hub gave %s", answer.why);
        fail(socket, why);
        break;
    default:
        break;
    }
}

static void
answer_close(struct socket *socket, uint16_t code)
{
    char why[64];
    snprintf(why, sizeof why,
             code == FRAMES_NO_CODE ? "the hub closed the connection"
                                    : "the hub closed the connection (%d)",
             (int)code);
    close_with(socket, code, "");
    lost(socket, why);
}

static void
take_part(struct socket *socket, const struct frames_got *got)
{
    uint32_t serial = socket->serial;
    bool good = socket->hooks.chunk(socket->hooks.user, got->bytes, got->first, got->last,
                                    got->binary, got->left);
    if (!good && socket->serial == serial) {
        close_with(socket, FRAMES_TOO_LONG, "a message longer than 1 MiB");
        lost(socket, "a message longer than 1 MiB");
    }
}

/* One thing of what was read; false: more has to be read for the next one. */
static bool
take_next(struct socket *socket)
{
    struct frames_got got;
    struct str rest = {socket->in + socket->in_at, socket->in_len - socket->in_at};
    unsigned char mask[4];
    char why[160];
    size_t used;
    enum frames_kind kind = frames_next(&socket->frames, rest, &used, &got);
    socket->in_at += used;
    switch (kind) {
    case FRAMES_PART:
        take_part(socket, &got);
        return true;
    case FRAMES_PINGED: /* the newest one's answer will do (RFC 6455 §5.5.3) */
        wire_random(mask, sizeof mask);
        buf_clear(&socket->pong);
        frames_put(&socket->pong, FRAMES_PONG, got.bytes, mask);
        return true;
    case FRAMES_CLOSED:
        answer_close(socket, got.code);
        return false;
    case FRAMES_REFUSED:
        snprintf(why, sizeof why, "the hub sent %s", got.why);
        close_with(socket, got.code, got.why);
        lost(socket, why);
        return false;
    default:
        return false;
    }
}

/* All that was read, unless a hook pauses it or ends the connection. */
static void
take(struct socket *socket)
{
    uint32_t serial = socket->serial;
    if (socket->phase == PHASE_UPGRADING) {
        read_answer(socket);
    }
    while (socket->serial == serial && socket->phase == PHASE_OPEN && !socket->paused &&
           take_next(socket)) {
    }
}

/* false: the connection ended. */
static bool
receive(struct socket *socket)
{
    struct err err;
    if (socket->phase == PHASE_OPEN) {
        socket->in_at = socket->in_len = 0;
    }
    ptrdiff_t n =
        wire_read(socket->wire, socket->in + socket->in_len, READ_BYTES - socket->in_len, &err);
    if (n < 0) {
        fail(socket, socket->phase == PHASE_OPEN ? err.text : "no answer to the upgrade");
        return false;
    }
    socket->in_len += (size_t)n;
    return n > 0;
}

/* Bytes of what was read are still to be taken. */
static bool
held(const struct socket *socket)
{
    return socket->phase == PHASE_OPEN && !socket->paused && socket->in_at < socket->in_len;
}

static void
serve(struct socket *socket, short happened)
{
    if (socket->phase == PHASE_CONNECTING) {
        if (happened) {
            advance(socket);
        }
        return;
    }
    if (held(socket)) {
        take(socket);
    } else if (!socket->paused && (happened || wire_holds(socket->wire)) && receive(socket)) {
        take(socket);
    }
}

void
socket_pause(struct socket *socket, bool pause)
{
    socket->paused = pause;
}

void
socket_hang_up(struct socket *socket)
{
    if (socket->phase == PHASE_OPEN) {
        close_with(socket, FRAMES_NORMAL, "");
    } else if (socket->phase != PHASE_NONE) {
        cut(socket);
    }
}

/* ---- the loop ---- */

/* The one that was parted from: its bytes are dropped until it ends too. */
static void
drain(struct socket *socket)
{
    char bytes[16384];
    struct err err;
    if (wire_read(socket->leaving, bytes, sizeof bytes, &err) < 0) {
        leave(socket);
    }
}

static int
wait_ms(const struct socket *socket, bool at_once)
{
    int64_t due_ns =
        socket->timer_ns < socket->deadline_ns ? socket->timer_ns : socket->deadline_ns;
    due_ns = due_ns < socket->leave_ns ? due_ns : socket->leave_ns;
    if (at_once) {
        return 0;
    }
    if (due_ns == NEVER) {
        return -1;
    }
    int64_t ms = (due_ns - clock_mono_ns() + 999999) / 1000000;
    return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static void
run_due(struct socket *socket, bool roused)
{
    uint64_t count;
    int64_t now_ns = clock_mono_ns();
    while (roused && read(socket->wake, &count, sizeof count) < 0 && errno == EINTR) {
    }
    bool called = atomic_exchange(&socket->woken, false);
    if (now_ns >= socket->timer_ns) {
        socket->timer_ns = NEVER;
        called = true;
    }
    if (called) {
        socket->hooks.woken(socket->hooks.user);
    }
    if (now_ns >= socket->deadline_ns) {
        on_deadline(socket);
    }
    if (now_ns >= socket->leave_ns) {
        leave(socket);
    }
}

static void
turn(struct socket *socket)
{
    bool waiting = flush(socket);
    struct pollfd fds[3] = {{.fd = socket->wake, .events = POLLIN}, {.fd = -1}, {.fd = -1}};
    if (socket->wire) {
        fds[1].events = wire_events(socket->wire, !socket->paused, waiting);
        fds[1].fd = fds[1].events ? wire_fd(socket->wire) : -1;
    }
    if (socket->leaving) {
        fds[2] = (struct pollfd){.fd = wire_fd(socket->leaving), .events = POLLIN};
    }
    bool at_once = held(socket) || (socket->wire && !socket->paused && wire_holds(socket->wire));
    uint32_t serial = socket->serial;
    if (poll(fds, 3, wait_ms(socket, at_once)) < 0 && errno != EINTR) {
        abort(); /* out of memory, or our own error */
    }
    if (socket->leaving && fds[2].revents) {
        drain(socket);
    }
    run_due(socket, fds[0].revents);
    if (socket->wire && socket->serial == serial) {
        serve(socket, fds[1].revents);
    }
}

void
socket_run(struct socket *socket)
{
    socket->hooks.woken(socket->hooks.user);
    while (!atomic_load(&socket->end)) {
        turn(socket);
    }
    socket_hang_up(socket);
}

static void
rouse(struct socket *socket)
{
    uint64_t one = 1;
    while (write(socket->wake, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void
socket_end(struct socket *socket)
{
    atomic_store(&socket->end, true);
    rouse(socket);
}

void
socket_wake(struct socket *socket)
{
    if (!atomic_exchange(&socket->woken, true)) {
        rouse(socket);
    }
}

void
socket_timer(struct socket *socket, int64_t in)
{
    socket->timer_ns = in_ms(in < 0 ? 0 : in > 3600000 ? 3600000 : in);
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
    struct wire_trust *trust = url->tls ? wire_trust_create(ca, err) : NULL;
    if (url->tls && !trust) {
        return NULL;
    }
    struct socket *socket = calloc(1, sizeof *socket);
    if (!socket) {
        abort();
    }
    socket->in = malloc(READ_BYTES);
    if (!socket->in) {
        abort();
    }
    socket->url = *url;
    socket->hooks = *hooks;
    socket->token_file = token_file;
    socket->trust = trust;
    socket->timer_ns = socket->deadline_ns = socket->leave_ns = NEVER;
    socket->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN);
    if (socket->wake < 0) {
        err_set(err, "feed: the network could not be set up: %s", strerror(errno));
        socket_destroy(socket);
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
    wire_close(socket->wire);
    wire_close(socket->leaving);
    wire_trust_destroy(socket->trust);
    if (socket->wake >= 0) {
        close(socket->wake);
    }
    for (int i = 0; i < OUT_MAX; i++) {
        buf_free(&socket->out[i].bytes);
    }
    buf_free(&socket->now);
    buf_free(&socket->pong);
    free(socket->in);
    free(socket);
}

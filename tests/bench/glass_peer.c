#include "tests/bench/glass_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libwebsockets.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wall/base/clock.h"

#define RING (1u << 22)
#define TICK_NS 1000000      /* at high rates: what is due is sent together in one write */
#define TOGETHER_NS 16666667 /* sixty messages a second */
#define BEAT_NS INT64_C(5000000000)
#define HANDSHAKE_BYTES 8192
#define WRITE_BYTES 262144

struct rate {
    double per_s;
    bool together;
    int64_t began_ns;
    uint64_t given; /* events since began_ns */
};

struct glass_peer {
    struct glass_load *load;
    pthread_t thread;
    int listener, socket, port;
    bool running;
    _Atomic bool end;
    _Atomic uint64_t wanted; /* rate in events/s, bit 63: together; read where changed grew */
    _Atomic uint32_t changed;
    _Atomic uint64_t sent;
    _Atomic(const char *) trouble;
    _Atomic(struct glass_load *) other;
    int64_t *due_ns, *sent_ns; /* rings by cursor */
    /* the peer's thread only */
    bool replaced, asked; /* another load took the first one's place; the wall asked for it */
    struct rate rate;
    struct buf in, out;
    int64_t next_beat_ns;
    struct arena arena;
};

static void
fail(struct glass_peer *peer, const char *why)
{
    const char *none = NULL;
    atomic_compare_exchange_strong(&peer->trouble, &none, why);
}

/* ---- bytes ---- */

/* Waits up to timeout_ms for bytes and adds them; false: the connection ended. */
static bool
receive(struct glass_peer *peer, int timeout_ms)
{
    struct pollfd poller = {.fd = peer->socket, .events = POLLIN};
    if (poll(&poller, 1, timeout_ms) <= 0) {
        return true;
    }
    buf_reserve(&peer->in, 65536);
    ssize_t n = recv(peer->socket, peer->in.ptr + peer->in.len, 65536, MSG_DONTWAIT);
    if (n <= 0) {
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    peer->in.len += (size_t)n;
    return true;
}

/* false: the connection or the peer ended. */
static bool
send_all(struct glass_peer *peer, struct str bytes)
{
    const char *at = bytes.ptr;
    size_t left = bytes.len;
    while (left && !atomic_load(&peer->end)) {
        ssize_t n = send(peer->socket, at, left < WRITE_BYTES ? left : WRITE_BYTES, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        at += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
    return left == 0;
}

static bool
flush(struct glass_peer *peer)
{
    bool good = send_all(peer, buf_str(&peer->out));
    buf_clear(&peer->out);
    return good;
}

/* Straight from where it was made: a million tickets are some 200 MB. */
static bool
greet(struct glass_peer *peer)
{
    glass_load_welcome(peer->load, clock_wall_ms(), &peer->out);
    bool good = flush(peer) && send_all(peer, glass_load_snapshot(peer->load));
    glass_load_heartbeat(peer->load, clock_wall_ms(), &peer->out);
    return good && flush(peer);
}

static bool
answer_resync(struct glass_peer *peer)
{
    peer->asked = true;
    bool good = send_all(peer, glass_load_snapshot(peer->load));
    glass_load_heartbeat(peer->load, clock_wall_ms(), &peer->out);
    peer->rate.began_ns = clock_mono_ns();
    peer->rate.given = 0;
    return good && flush(peer);
}

static void
consume(struct buf *in, size_t len)
{
    memmove(in->ptr, in->ptr + len, in->len - len);
    in->len -= len;
}

/* ---- websocket ---- */

static bool
answer_upgrade(struct glass_peer *peer)
{
    static const char key_name[] = "sec-websocket-key:";
    char key[128], accept[64];
    unsigned char hash[20];
    buf_add(&peer->in, "", 1);
    const char *at = strcasestr(peer->in.ptr, key_name);
    if (!at || !strstr(peer->in.ptr, MESSAGE_SUBPROTOCOL_PACK)) {
        fail(peer, "the wall sent no websocket upgrade that offers MessagePack");
        return false;
    }
    at += sizeof key_name - 1;
    at += strspn(at, " ");
    int len = snprintf(key, sizeof key, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                       (int)strcspn(at, "\r"), at);
    lws_SHA1((const unsigned char *)key, (size_t)len, hash);
    lws_b64_encode_string((const char *)hash, sizeof hash, accept, sizeof accept);
    buf_printf(&peer->out,
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: %s\r\n\r\n",
               accept, MESSAGE_SUBPROTOCOL_PACK);
    buf_clear(&peer->in);
    return flush(peer);
}

/* A frame from the wall, unmasked in place; false: none is whole yet. */
static bool
next_frame(struct buf *in, struct str *payload, size_t *whole)
{
    const unsigned char *p = (const unsigned char *)in->ptr;
    size_t head = 2, len;
    if (in->len < 2) {
        return false;
    }
    len = p[1] & 127;
    if (len == 126 && in->len >= 4) {
        len = (size_t)p[2] << 8 | p[3];
        head = 4;
    } else if (len >= 126) {
        return false; /* a wall's messages are short */
    }
    if (in->len < head + 4 + len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        in->ptr[head + 4 + i] = (char)(in->ptr[head + 4 + i] ^ in->ptr[head + (i & 3)]);
    }
    *payload = (struct str){in->ptr + head + 4, len};
    *whole = head + 4 + len;
    return true;
}

static void
take_message(struct glass_peer *peer, struct str bytes)
{
    struct message message;
    struct err err = {""};
    arena_reset(&peer->arena);
    if (message_decode(MESSAGE_PACK, bytes, &peer->arena, &message, &err) != MESSAGE_OK) {
        return; /* a control frame */
    }
    const struct message_faults *faults = &message.status.faults;
    switch (message.kind) {
    case MESSAGE_HELLO:
        if (!greet(peer) && !atomic_load(&peer->end)) {
            fail(peer, "the wall hung up during the snapshot");
        }
        break;
    case MESSAGE_RESYNC:
        if (peer->asked == peer->replaced) {
            fail(peer, "the wall asked for another snapshot");
        } else if (!answer_resync(peer) && !atomic_load(&peer->end)) {
            fail(peer, "the wall hung up during the snapshot");
        }
        break;
    case MESSAGE_STATUS:
        if (peer->replaced) {
            break; /* it counts what was brought about */
        }
        if (faults->gaps || faults->divergences || faults->bad_messages || faults->invalid_events ||
            faults->resyncs || faults->reconnects) {
            fail(peer, "the wall counted faults");
        }
        break;
    default:
        break;
    }
}

static bool
take_messages(struct glass_peer *peer)
{
    struct str payload;
    size_t whole;
    while (next_frame(&peer->in, &payload, &whole)) {
        take_message(peer, payload);
        consume(&peer->in, whole);
    }
    return flush(peer);
}

/* ---- events at a rate ---- */

static void
note(struct glass_peer *peer, uint64_t seq, int64_t due_ns, int64_t sent_ns)
{
    peer->due_ns[seq % RING] = due_ns;
    peer->sent_ns[seq % RING] = sent_ns;
}

static void
take_rate(struct glass_peer *peer, uint32_t *seen)
{
    uint32_t changed = atomic_load(&peer->changed);
    if (changed != *seen) {
        uint64_t wanted = atomic_load(&peer->wanted);
        *seen = changed;
        peer->rate = (struct rate){.per_s = (double)(wanted & (UINT64_MAX >> 1)) / 1000,
                                   .together = wanted >> 63,
                                   .began_ns = clock_mono_ns()};
    }
}

static int64_t
due_of(const struct rate *rate, uint64_t event)
{
    return rate->began_ns + (int64_t)((double)(event + 1) / rate->per_s * 1e9);
}

/* Everything that is due; false: the connection ended. */
static bool
send_due(struct glass_peer *peer, int64_t now_ns)
{
    struct rate *rate = &peer->rate;
    int64_t now_ms = clock_wall_ms();
    uint64_t first = glass_load_seq(peer->load) + 1, count = 0;
    while (rate->per_s > 0 && due_of(rate, rate->given + count) <= now_ns && count < 1000) {
        count++;
    }
    for (uint64_t i = 0; i < count; i++) {
        note(peer, first + i, due_of(rate, rate->given + i), now_ns);
    }
    if (count && rate->together) {
        glass_load_events(peer->load, count, now_ms, &peer->out);
    } else {
        for (uint64_t i = 0; i < count; i++) {
            glass_load_event(peer->load, now_ms, &peer->out);
        }
    }
    rate->given += count;
    atomic_store(&peer->sent, glass_load_seq(peer->load));
    if (now_ns >= peer->next_beat_ns) {
        glass_load_heartbeat(peer->load, now_ms, &peer->out);
        peer->next_beat_ns = now_ns + BEAT_NS;
    }
    return flush(peer);
}

/* A heartbeat from further on than the wall stands makes it ask. */
static bool
take_other(struct glass_peer *peer)
{
    struct glass_load *other = atomic_exchange(&peer->other, NULL);
    if (!other) {
        return true;
    }
    peer->load = other;
    peer->replaced = true;
    glass_load_heartbeat(peer->load, clock_wall_ms(), &peer->out);
    return flush(peer);
}

/* Until the next event is due, or the tick ends. */
static void
wait_due(struct glass_peer *peer)
{
    const struct rate *rate = &peer->rate;
    int64_t now_ns = clock_mono_ns(), least_ns = rate->together ? TOGETHER_NS : 0;
    if (rate->per_s <= 0) {
        clock_sleep_ns(20 * TICK_NS);
        return;
    }
    if (rate->per_s > 5000) {
        least_ns = TICK_NS;
    }
    int64_t wait_ns = due_of(rate, rate->given) - now_ns;
    wait_ns = wait_ns < least_ns ? least_ns : wait_ns;
    if (wait_ns > 0 && due_of(rate, rate->given) > now_ns - 5 * TICK_NS) {
        clock_sleep_ns(wait_ns < 20 * TICK_NS ? wait_ns : 20 * TICK_NS);
    }
}

static bool
accept_wall(struct glass_peer *peer)
{
    struct pollfd poller = {.fd = peer->listener, .events = POLLIN};
    while (poll(&poller, 1, 50) <= 0) {
        if (atomic_load(&peer->end)) {
            return false;
        }
    }
    int one = 1, room = 4 * 1024 * 1024;
    struct timeval wait = {.tv_usec = 100000};
    peer->socket = accept(peer->listener, NULL, NULL);
    setsockopt(peer->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(peer->socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(peer->socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    buf_add(&peer->in, "", 1);
    buf_clear(&peer->in);
    while (!strstr(peer->in.ptr, "\r\n\r\n") && !atomic_load(&peer->end)) {
        if (!receive(peer, 50) || peer->in.len > HANDSHAKE_BYTES) {
            return false;
        }
        peer->in.ptr[peer->in.len] = '\0';
    }
    return answer_upgrade(peer);
}

static void *
run(void *user)
{
    struct glass_peer *peer = user;
    uint32_t seen = 0;
    prctl(PR_SET_TIMERSLACK, 1000);
    if (!accept_wall(peer)) {
        fail(peer, "the wall did not connect");
        return NULL;
    }
    peer->next_beat_ns = clock_mono_ns() + BEAT_NS;
    while (!atomic_load(&peer->end)) {
        bool idle = peer->rate.per_s <= 0;
        take_rate(peer, &seen);
        if (!receive(peer, idle ? 5 : 0) || !take_other(peer) || !take_messages(peer)) {
            break;
        }
        if (peer->replaced == peer->asked && !send_due(peer, clock_mono_ns())) {
            break;
        }
        if (!idle) {
            wait_due(peer);
        }
    }
    if (!atomic_load(&peer->end)) {
        fail(peer, "the wall hung up");
    }
    return NULL;
}

/* ---- the other thread's side ---- */

static bool
listen_loopback(struct glass_peer *peer, struct err *err)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof to;
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->listener < 0 || bind(peer->listener, (struct sockaddr *)&to, sizeof to) != 0 ||
        listen(peer->listener, 1) != 0 ||
        getsockname(peer->listener, (struct sockaddr *)&to, &len) != 0) {
        return err_set(err, "no port on loopback: %s", strerror(errno));
    }
    peer->port = ntohs(to.sin_port);
    return true;
}

struct glass_peer *
glass_peer_start(struct glass_load *load, struct err *err)
{
    struct glass_peer *peer = calloc(1, sizeof *peer);
    if (!peer) {
        abort();
    }
    peer->load = load;
    peer->listener = peer->socket = -1;
    atomic_store(&peer->sent, glass_load_seq(load));
    peer->due_ns = calloc(RING, sizeof *peer->due_ns);
    peer->sent_ns = calloc(RING, sizeof *peer->sent_ns);
    if (!peer->due_ns || !peer->sent_ns) {
        abort();
    }
    bool good = listen_loopback(peer, err);
    if (good && pthread_create(&peer->thread, NULL, run, peer) != 0) {
        good = err_set(err, "no thread could be started");
    }
    peer->running = good;
    if (!good) {
        glass_peer_stop(peer);
        return NULL;
    }
    return peer;
}

void
glass_peer_stop(struct glass_peer *peer)
{
    if (!peer) {
        return;
    }
    atomic_store(&peer->end, true);
    if (peer->running) {
        pthread_join(peer->thread, NULL);
    }
    if (peer->socket >= 0) {
        close(peer->socket);
    }
    if (peer->listener >= 0) {
        close(peer->listener);
    }
    buf_free(&peer->in);
    buf_free(&peer->out);
    arena_free(&peer->arena);
    free(peer->due_ns);
    free(peer->sent_ns);
    free(peer);
}

int
glass_peer_port(const struct glass_peer *peer)
{
    return peer->port;
}

void
glass_peer_rate(struct glass_peer *peer, double events_per_s, bool together)
{
    uint64_t wanted = (uint64_t)(events_per_s * 1000) | (uint64_t)together << 63;
    atomic_store(&peer->wanted, wanted);
    atomic_fetch_add(&peer->changed, 1);
}

void
glass_peer_again(struct glass_peer *peer, struct glass_load *load)
{
    atomic_store(&peer->other, load);
}

bool
glass_peer_times(const struct glass_peer *peer, uint64_t seq, int64_t *due_ns, int64_t *sent_ns)
{
    uint64_t sent = atomic_load(&peer->sent);
    if (seq > sent || sent - seq >= RING - 2000) {
        return false;
    }
    *due_ns = peer->due_ns[seq % RING];
    *sent_ns = peer->sent_ns[seq % RING];
    return *sent_ns != 0;
}

uint64_t
glass_peer_sent(const struct glass_peer *peer)
{
    return atomic_load(&peer->sent);
}

const char *
glass_peer_trouble(const struct glass_peer *peer)
{
    return atomic_load(&peer->trouble);
}

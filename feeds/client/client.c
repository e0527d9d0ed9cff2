#include "feeds/client/client.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/client/follow.h"
#include "feeds/client/socket.h"
#include "wall/base/clock.h"
#include "wall/base/log.h"
#include "wall/base/ring.h"

#define QUEUE_ITEMS 32768               /* to the main thread: a slow frame's messages */
#define QUEUE_BYTES (64 * 1024 * 1024)  /* what the queued items may weigh; one may go over it */
#define RESUME_BYTES (60 * 1024 * 1024) /* less again: read on; a part being folded leaves room */
/* The same two while a snapshot comes: enough to keep both threads at work; more would only be more
 * fresh memory, which costs time. */
#define PARTS_BYTES (20 * 1024 * 1024)
#define PARTS_RESUME_BYTES (16 * 1024 * 1024)
#define SPARE_ITEMS 4096        /* kept for reuse … */
#define SPARE_BYTES 8192        /* … where they weigh no more than this */
#define CELL_BYTES 1024         /* an arena's blocks: a message of one event */
#define PART_BYTES (256 * 1024) /* … and for a long message */
#define LARGE_ITEMS 6           /* long messages' cells kept while a snapshot comes */
#define TRIM_AFTER_MS 1000      /* a snapshot's memory goes back when the first frame is out */
#define COMMANDS 256            /* from the main thread */
#define STOP_SECONDS 3          /* a name may be resolving, which cannot be broken off */

/* What the network thread and the main thread pass to and fro; out comes first, so that the public
 * pointer is the cell's. */
struct cell {
    struct client_item item;
    struct buf bytes; /* the message as received: MessagePack strings point into it */
    struct arena arena;
    size_t weight;
    struct cell *next; /* in the overflow list */
};

struct command {
    enum { COMMAND_ANSWER, COMMAND_STATUS } kind;
    uint32_t generation;
    enum client_answer answer;
    struct client_status status;
};

struct client {
    struct client_config config;
    char *wall, *node, *token_file;
    pthread_t thread;
    struct socket *socket;
    struct ring queue, spare, large, commands;
    _Atomic size_t weight;
    _Atomic bool paused, connected, diverging, ended;
    _Atomic bool loading; /* between a snapshot's first and last part */
    _Atomic bool nudged;  /* the main thread was woken and has not looked since */
    _Atomic int64_t heard_ms;
    _Atomic uint64_t faults[FOLLOW_FAULT_COUNT];
    /* network thread only */
    struct follow follow;
    enum message_format format;
    bool swollen;                                /* a snapshot came since the last trim */
    int64_t trim_ms;                             /* INT64_MAX: no trim is due */
    struct cell *now;                            /* being received */
    struct cell *overflow_first, *overflow_last; /* what the full queue did not take, in order */
    struct buf out;
    struct log_limit bad_limit, lost_limit;
};

static int64_t
mono_ms(void)
{
    return clock_mono_ns() / 1000000;
}

static void
cell_free(struct cell *cell)
{
    if (cell) {
        buf_free(&cell->bytes);
        arena_free(&cell->arena);
        free(cell);
    }
}

/* bytes: of the message, as far as known. A long one's memory is used again for the next part of a
 * snapshot: fresh pages cost as much as decoding into them. */
static struct cell *
cell_new(struct client *client, size_t bytes)
{
    bool large = bytes > SPARE_BYTES;
    struct cell *cell = ring_pop(large ? &client->large : &client->spare);
    if (!cell) {
        cell = calloc(1, sizeof *cell);
        if (!cell) {
            abort();
        }
    }
    memset(&cell->item, 0, sizeof cell->item);
    cell->arena.block_bytes = large ? PART_BYTES : CELL_BYTES;
    cell->next = NULL;
    return cell;
}

/* ---- to the main thread ---- */

static bool
queue_full(const struct client *client)
{
    size_t most = atomic_load(&client->loading) ? PARTS_BYTES : QUEUE_BYTES;
    return client->overflow_first || atomic_load(&client->weight) >= most ||
           ring_count(&client->queue) >= QUEUE_ITEMS - 1;
}

static void
pass_overflow(struct client *client)
{
    while (client->overflow_first) {
        struct cell *cell = client->overflow_first, *next = cell->next;
        if (!ring_push(&client->queue, cell)) {
            return; /* once pushed, a cell is the main thread's */
        }
        client->overflow_first = next;
    }
    client->overflow_last = NULL;
}

static void
push(struct client *client, struct cell *cell)
{
    cell->weight = sizeof *cell + cell->bytes.cap + arena_held(&cell->arena);
    atomic_fetch_add(&client->weight, cell->weight);
    pass_overflow(client);
    if (client->overflow_first || !ring_push(&client->queue, cell)) {
        if (client->overflow_last) {
            client->overflow_last->next = cell;
        } else {
            client->overflow_first = cell;
        }
        client->overflow_last = cell;
    }
    if (client->config.wake && !atomic_exchange(&client->nudged, true)) {
        client->config.wake(client->config.user);
    }
}

/* Notices of connections made and lost while the main thread sleeps say no more than the last one
 * does, and must not pile up. */
static void
push_notice(struct client *client, enum client_item_kind kind, const char *text)
{
    struct cell *last = client->overflow_last;
    if (last && last->item.kind == kind) {
        return;
    }
    struct cell *cell = cell_new(client, 0);
    cell->item.kind = kind;
    cell->item.arrived_ms = clock_wall_ms();
    snprintf(cell->item.text, sizeof cell->item.text, "%s", text);
    push(client, cell);
}

static void
publish_faults(struct client *client)
{
    for (int i = 0; i < FOLLOW_FAULT_COUNT; i++) {
        atomic_store_explicit(&client->faults[i], client->follow.faults[i], memory_order_relaxed);
    }
}

static void
publish_state(struct client *client)
{
    const struct follow *follow = &client->follow;
    publish_faults(client);
    atomic_store(&client->connected, follow->phase >= FOLLOW_SNAPSHOT);
    atomic_store(&client->diverging, follow->diverged && follow->diverge_wait_ms > 0);
}

static void
pause_if_full(struct client *client)
{
    bool full = queue_full(client);
    if (full != atomic_load(&client->paused)) {
        atomic_store(&client->paused, full);
        socket_pause(client->socket, full);
        /* Taken in the meantime? Then nobody would wake this thread to read on. */
        if (full && !queue_full(client)) {
            atomic_store(&client->paused, false);
            socket_pause(client->socket, false);
        }
    }
}

/* ---- to the hub ---- */

static struct message_faults
faults_of(const uint64_t faults[FOLLOW_FAULT_COUNT])
{
    return (struct message_faults){
        .unknown_kinds = (int64_t)faults[FOLLOW_UNKNOWN_KINDS],
        .unknown_types = (int64_t)faults[FOLLOW_UNKNOWN_TYPES],
        .unknown_fields = (int64_t)faults[FOLLOW_UNKNOWN_FIELDS],
        .invalid_events = (int64_t)faults[FOLLOW_INVALID_EVENTS],
        .bad_messages = (int64_t)faults[FOLLOW_BAD_MESSAGES],
        .gaps = (int64_t)faults[FOLLOW_GAPS],
        .divergences = (int64_t)faults[FOLLOW_DIVERGENCES],
        .resyncs = (int64_t)faults[FOLLOW_RESYNCS],
        .reconnects = (int64_t)faults[FOLLOW_RECONNECTS],
    };
}

static void
send_message(struct client *client, const struct message *message)
{
    buf_clear(&client->out);
    message_encode(client->format, message, &client->out);
    socket_send(client->socket, buf_str(&client->out), client->format);
}

static void
send_hello(struct client *client)
{
    struct message message = {.kind = MESSAGE_HELLO};
    message.hello.protocol = MESSAGE_PROTOCOL;
    message.hello.wall = str_from(client->wall);
    message.hello.node = str_from(client->node);
    message.hello.has_resume = client->follow.resuming;
    message.hello.resume_log = str_from(client->follow.log);
    message.hello.resume_seq = (int64_t)client->follow.cursor;
    send_message(client, &message);
}

static void
send_status(struct client *client, const struct client_status *status)
{
    struct message message = {.kind = MESSAGE_STATUS};
    message.status = (struct message_status){
        .wall = str_from(client->wall),
        .node = str_from(client->node),
        .scene = str_from(status->scene),
        .seq = (int64_t)status->seq,
        .frame = (int64_t)status->frame,
        .frame_ms = status->frame_ms,
        .offset_ms = status->offset_ms,
        .stale = status->stale,
        .faults = faults_of(client->follow.faults),
    };
    send_message(client, &message);
}

static void
run_command(struct client *client, const struct command *command, int64_t now_ms)
{
    struct follow *follow = &client->follow;
    if (command->kind == COMMAND_STATUS) {
        if (follow->phase >= FOLLOW_SNAPSHOT) {
            send_status(client, &command->status);
        }
        return;
    }
    switch (command->answer) {
    case CLIENT_AGREES:
        follow_agreed(follow, command->generation);
        if (client->swollen) { /* the snapshot is folded, and its parts were given back */
            client->swollen = false;
            client->trim_ms = now_ms + TRIM_AFTER_MS;
        }
        break;
    case CLIENT_DIFFERS:
        follow_diverged(follow, command->generation, now_ms);
        break;
    case CLIENT_UNLOADABLE:
        follow_unloadable(follow, command->generation, now_ms);
        break;
    }
}

static void
free_large(struct client *client)
{
    struct cell *cell;
    while ((cell = ring_pop(&client->large))) {
        cell_free(cell);
    }
}

/* Does what the state machine wants done, and sets the timer for when to ask it again. */
static void
pump(struct client *client)
{
    struct command *command;
    int64_t now_ms = mono_ms(), next_ms;
    while ((command = ring_pop(&client->commands))) {
        run_command(client, command, now_ms);
        free(command);
    }
    pass_overflow(client);
    pause_if_full(client);
    if (!atomic_load(&client->loading)) {
        free_large(client);
    }
    if (now_ms >= client->trim_ms) {
        client->trim_ms = INT64_MAX;
        malloc_trim(0); /* tens of megabytes of parts that come no more */
    }
    if (atomic_load(&client->paused)) {
        follow_heard(&client->follow, now_ms); /* not silent: not listened to */
    }
    for (;;) {
        switch (follow_step(&client->follow, now_ms, &next_ms)) {
        case FOLLOW_CONNECT:
            socket_connect(client->socket);
            continue;
        case FOLLOW_HELLO:
            send_hello(client);
            continue;
        case FOLLOW_RESYNC:
            push_notice(client, CLIENT_RESYNCING, "");
            send_message(client, &(struct message){.kind = MESSAGE_RESYNC});
            continue;
        case FOLLOW_HANG_UP:
            socket_hang_up(client->socket);
            follow_lost(&client->follow, now_ms);
            push_notice(client, CLIENT_LOST, "given up by this wall");
            continue;
        default:
            break;
        }
        break;
    }
    publish_state(client);
    next_ms = next_ms < client->trim_ms ? next_ms : client->trim_ms;
    socket_timer(client->socket, next_ms == INT64_MAX ? 60000 : next_ms - now_ms);
}

/* ---- from the hub ---- */

static enum follow_verdict
judge(struct client *client, struct cell *cell, int64_t now_ms)
{
    struct follow *follow = &client->follow;
    const struct message *m = &cell->item.message;
    enum follow_verdict verdict = FOLLOW_TAKE;
    switch (m->kind) {
    case MESSAGE_WELCOME:
        return follow_welcome(follow, m->welcome.log, m->welcome.mode == MESSAGE_MODE_RESUME,
                              now_ms);
    case MESSAGE_SNAPSHOT:
        verdict = follow_snapshot(follow, (uint64_t)m->snapshot.seq, m->snapshot.part,
                                  m->snapshot.parts, now_ms);
        cell->item.last_part = m->snapshot.part == m->snapshot.parts;
        client->swollen = true;
        atomic_store(&client->loading, !cell->item.last_part);
        return verdict;
    case MESSAGE_EVENTS:
        return follow_events(follow, (uint64_t)m->happened.prev, (uint64_t)m->happened.seq, now_ms);
    case MESSAGE_HEARTBEAT:
        verdict = follow_heartbeat(follow, (uint64_t)m->heartbeat.seq, now_ms);
        cell->item.compare = verdict == FOLLOW_CHECK;
        return verdict;
    case MESSAGE_GOODBYE:
        log_line(LOG_LEVEL_INFO, "feed", "the hub says goodbye: %s",
                 message_bye_name(m->goodbye.reason) ? message_bye_name(m->goodbye.reason)
                                                     : "another reason");
        follow_goodbye(follow, str_from(message_bye_name(m->goodbye.reason)),
                       m->goodbye.retry_after_ms);
        return FOLLOW_DROP;
    case MESSAGE_DIRECTORY:
    case MESSAGE_BOARD:
    case MESSAGE_CONTROL:
    case MESSAGE_PUBLISHED:
    case MESSAGE_REFUSED:
        return follow->phase >= FOLLOW_SNAPSHOT ? FOLLOW_TAKE : FOLLOW_DROP;
    default: /* what only a wall sends */
        follow->faults[FOLLOW_UNKNOWN_KINDS]++;
        return FOLLOW_DROP;
    }
}

static enum follow_verdict
read_message(struct client *client, struct cell *cell, bool binary, int64_t now_ms)
{
    struct follow *follow = &client->follow;
    struct message *message = &cell->item.message;
    struct err err = {""};
    if (binary != (client->format == MESSAGE_PACK)) {
        follow_bad(follow, now_ms);
        return FOLLOW_DROP;
    }
    switch (message_decode(client->format, buf_str(&cell->bytes), &cell->arena, message, &err)) {
    case MESSAGE_OK:
        break;
    case MESSAGE_IGNORED:
        follow->faults[FOLLOW_UNKNOWN_KINDS]++;
        follow->faults[FOLLOW_UNKNOWN_FIELDS] += (uint64_t)message->unknown_fields;
        return FOLLOW_DROP;
    default:
        log_limited(&client->bad_limit, 10000, LOG_LEVEL_WARNING, "feed",
                    "an unreadable message was dropped: %s", err.text);
        follow_bad(follow, now_ms);
        return FOLLOW_DROP;
    }
    follow->faults[FOLLOW_UNKNOWN_FIELDS] += (uint64_t)message->unknown_fields;
    follow->faults[FOLLOW_UNKNOWN_TYPES] += (uint64_t)message->unknown_types;
    follow->faults[FOLLOW_INVALID_EVENTS] += (uint64_t)message->invalid_events;
    return judge(client, cell, now_ms);
}

static void
on_message(struct client *client, bool binary)
{
    int64_t now_ms = mono_ms();
    struct cell *cell = client->now;
    client->now = NULL;
    follow_heard(&client->follow, now_ms);
    atomic_store(&client->heard_ms, now_ms);
    cell->item.arrived_ms = clock_wall_ms();
    if (read_message(client, cell, binary, now_ms) == FOLLOW_DROP) {
        cell_free(cell);
        pump(client);
        return;
    }
    /* Events that follow on leave nothing to be done: the hub is asked nothing, and the timer, set
     * for a silence, finds when it is due that there was none. */
    bool plain = cell->item.message.kind == MESSAGE_EVENTS;
    cell->item.kind = CLIENT_MESSAGE;
    cell->item.generation = client->follow.generation;
    push(client, cell); /* from here on the cell is the main thread's */
    if (plain) {
        publish_faults(client);
        pause_if_full(client);
    } else {
        pump(client);
    }
}

static bool
on_chunk(void *user, struct str bytes, bool first, bool last, bool binary, uint64_t left)
{
    struct client *client = user;
    if (!client->now) {
        client->now = cell_new(client, bytes.len + (size_t)left);
        first = true;
    }
    struct cell *cell = client->now;
    if (first) {
        buf_clear(&cell->bytes);
        arena_reset(&cell->arena);
    }
    /* What is left of a frame counts at once: 2^62 bytes need not come to be refused. */
    if (cell->bytes.len + bytes.len > MESSAGE_MAX_BYTES ||
        left > MESSAGE_MAX_BYTES - cell->bytes.len - bytes.len) {
        log_limited(&client->bad_limit, 10000, LOG_LEVEL_WARNING, "feed",
                    "a message longer than 1 MiB: the connection is closed");
        cell_free(cell);
        client->now = NULL;
        follow_too_long(&client->follow, mono_ms());
        return false;
    }
    buf_add(&cell->bytes, bytes.ptr, bytes.len);
    if (last) {
        on_message(client, binary);
    }
    return true;
}

static void
on_opened(void *user, enum message_format format)
{
    struct client *client = user;
    client->format = format;
    cell_free(client->now);
    client->now = NULL;
    atomic_store(&client->paused, false);
    follow_opened(&client->follow, mono_ms());
    pump(client);
}

static void
on_lost(void *user, const char *why)
{
    struct client *client = user;
    follow_lost(&client->follow, mono_ms());
    atomic_store(&client->loading, false);
    cell_free(client->now);
    client->now = NULL;
    log_limited(&client->lost_limit, 5000, LOG_LEVEL_WARNING, "feed", "%s; trying again", why);
    push_notice(client, CLIENT_LOST, why);
    publish_state(client);
    socket_timer(client->socket, 0); /* not from inside a callback of the socket that ended */
}

static void
on_woken(void *user)
{
    pump(user);
}

static void *
run(void *user)
{
    struct client *client = user;
    socket_run(client->socket);
    atomic_store(&client->ended, true);
    return NULL;
}

/* ---- the main thread's side ---- */

struct client *
client_start(const struct client_config *config, struct err *err)
{
    struct client_url url;
    if (!client_parse_url(config->url, &url, err)) {
        return NULL;
    }
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        abort();
    }
    client->config = *config;
    client->wall = str_dup(str_from(config->wall));
    client->node = str_dup(str_from(config->node));
    client->token_file = config->token_file ? str_dup(str_from(config->token_file)) : NULL;
    ring_init(&client->queue, QUEUE_ITEMS);
    ring_init(&client->spare, SPARE_ITEMS);
    ring_init(&client->large, LARGE_ITEMS);
    ring_init(&client->commands, COMMANDS);
    atomic_store(&client->heard_ms, -1);
    client->trim_ms = INT64_MAX;
    int64_t seed = clock_mono_ns() ^ (clock_wall_ms() << 20) ^ (int64_t)(intptr_t)client;
    follow_init(&client->follow, (uint64_t)seed, mono_ms());
    struct socket_hooks hooks = {client, on_opened, on_chunk, on_lost, on_woken};
    client->socket = socket_create(&url, client->token_file, config->ca, &hooks, err);
    if (client->socket && pthread_create(&client->thread, NULL, run, client) != 0) {
        err_set(err, "feed: no thread could be started");
        socket_destroy(client->socket);
        client->socket = NULL;
    }
    if (!client->socket) {
        atomic_store(&client->ended, true);
        client_stop(client);
        return NULL;
    }
    return client;
}

static void
free_ring(struct ring *ring, bool cells)
{
    void *item;
    while ((item = ring_pop(ring))) {
        if (cells) {
            cell_free(item);
        } else {
            free(item);
        }
    }
    ring_finish(ring);
}

void
client_stop(struct client *client)
{
    if (!client) {
        return;
    }
    if (client->socket) {
        struct timespec until;
        socket_end(client->socket);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += STOP_SECONDS;
        if (pthread_timedjoin_np(client->thread, NULL, &until) != 0) {
            pthread_detach(client->thread); /* it still uses the client: leave both to the end */
            return;
        }
        socket_destroy(client->socket);
    }
    free_ring(&client->queue, true);
    free_ring(&client->spare, true);
    free_ring(&client->large, true);
    free_ring(&client->commands, false);
    for (struct cell *cell = client->overflow_first; cell;) {
        struct cell *next = cell->next;
        cell_free(cell);
        cell = next;
    }
    cell_free(client->now);
    buf_free(&client->out);
    free(client->wall);
    free(client->node);
    free(client->token_file);
    free(client);
}

const struct client_item *
client_take(struct client *client)
{
    struct cell *cell = ring_pop(&client->queue);
    if (!cell) { /* what is queued after this wakes again; what was just before is taken now */
        atomic_store(&client->nudged, false);
        cell = ring_pop(&client->queue);
    }
    return cell ? &cell->item : NULL;
}

void
client_give(struct client *client, const struct client_item *item)
{
    struct cell *cell = (struct cell *)(void *)(uintptr_t)item;
    size_t weight = cell->weight;
    bool large = weight > SPARE_BYTES;
    arena_reset(&cell->arena);
    if ((large && !atomic_load(&client->loading)) ||
        !ring_push(large ? &client->large : &client->spare, cell)) {
        cell_free(cell);
    }
    size_t left = atomic_fetch_sub(&client->weight, weight) - weight;
    size_t resume = atomic_load(&client->loading) ? PARTS_RESUME_BYTES : RESUME_BYTES;
    if (atomic_load(&client->paused) && left < resume &&
        ring_count(&client->queue) < QUEUE_ITEMS / 2) {
        socket_wake(client->socket);
    }
}

static void
command(struct client *client, struct command what)
{
    struct command *copy = malloc(sizeof *copy);
    if (!copy) {
        abort();
    }
    *copy = what;
    /* A full ring means a network thread busy for minutes; the next heartbeat or status follows. */
    if (!ring_push(&client->commands, copy)) {
        free(copy);
        return;
    }
    socket_wake(client->socket);
}

void
client_answer(struct client *client, const struct client_item *item, enum client_answer answer)
{
    command(client, (struct command){
                        .kind = COMMAND_ANSWER, .generation = item->generation, .answer = answer});
}

void
client_status(struct client *client, const struct client_status *status)
{
    command(client, (struct command){.kind = COMMAND_STATUS, .status = *status});
}

struct client_link
client_link(const struct client *client)
{
    uint64_t faults[FOLLOW_FAULT_COUNT];
    for (int i = 0; i < FOLLOW_FAULT_COUNT; i++) {
        faults[i] = atomic_load_explicit(&client->faults[i], memory_order_relaxed);
    }
    return (struct client_link){
        .connected = atomic_load(&client->connected),
        .heard_ms = atomic_load(&client->heard_ms),
        .shown_diverging = atomic_load(&client->diverging),
        .faults = faults_of(faults),
    };
}

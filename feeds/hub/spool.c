#include "feeds/hub/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wall/base/hash.h"
#include "wall/base/log.h"

#include "feeds/hub/marks.h"

#define SPOOL_LOOKS 400                /* tickets a step looks at: about 2 ms */
#define SPOOL_PART_BYTES 600000        /* a part is closed behind this */
#define SPOOL_ROW_BYTES 400000         /* a longer row goes as events */
#define SPOOL_LAST_BYTES 980000        /* all of the last part */
#define SPOOL_COMMITMENTS_BYTES 400000 /* of it; alarms have what is left */

struct part {
    off_t at;
    size_t bytes, count;
};

struct spool {
    int refs;
    int fd;
    struct state *state;
    struct spool_key key;
    uint32_t *streets; /* of the key's scope */
    int64_t seq;
    enum spool_progress progress;
    size_t street;  /* of the scope: where the walk is */
    uint32_t place; /* of the walk in the tickets */
    struct marks
        written_of;         /* tickets that changed since: their rows are not the walk's any more */
    uint64_t count, digest; /* over the rows */
    off_t written;
    struct part *parts;
    size_t parts_count, parts_cap;
    struct message_bodies rows; /* of the part that is being made */
    struct message_bodies alarms, commitments;
    struct arena arena;
    struct str *oversize;
    size_t oversize_count, oversize_cap;
    uint64_t *tickets;
    size_t tickets_count, tickets_cap;
    struct err err; /* text set where making it failed */
};

static int
open_temporary(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    char *name = NULL;
    if (asprintf(&name, "%s/wallboard-snapshot-XXXXXX", folder) < 0)
        abort();
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    free(name);
    return fd;
}

static bool
write_all(struct spool *spool, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = pwrite(spool->fd, bytes, len, spool->written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(&spool->err, "a snapshot's temporary file: %s",
                           n < 0 ? strerror(errno) : "nothing written");
        spool->written += n;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool
close_part(struct spool *spool)
{
    if (spool->parts_count == spool->parts_cap) {
        spool->parts_cap = spool->parts_cap ? spool->parts_cap * 2 : 16;
        spool->parts = realloc(spool->parts, spool->parts_cap * sizeof *spool->parts);
        if (!spool->parts)
            abort();
    }
    spool->parts[spool->parts_count++] =
        (struct part){spool->written, spool->rows.bytes.len, spool->rows.count};
    bool ok = write_all(spool, spool->rows.bytes.ptr, spool->rows.bytes.len);
    message_bodies_clear(&spool->rows);
    return ok;
}

static void
add_oversize(struct spool *spool, struct str ticket)
{
    if (spool->oversize_count == spool->oversize_cap) {
        spool->oversize_cap = spool->oversize_cap ? spool->oversize_cap * 2 : 4;
        spool->oversize =
            realloc(spool->oversize, (spool->oversize_cap + 1) * sizeof *spool->oversize);
        if (!spool->oversize)
            abort();
    }
    spool->oversize[spool->oversize_count++] = arena_str(&spool->arena, ticket);
}

static void
add_ticket(struct spool *spool, struct str ticket)
{
    if (spool->tickets_count == spool->tickets_cap) {
        spool->tickets_cap = spool->tickets_cap ? spool->tickets_cap * 2 : 256;
        spool->tickets = realloc(spool->tickets, spool->tickets_cap * sizeof *spool->tickets);
        if (!spool->tickets)
            abort();
    }
    spool->tickets[spool->tickets_count++] = hash_keyed(ticket);
}

static void
add_to_digest(struct spool *spool, const struct event_ticket *row)
{
    char text[128];
    int64_t newest = row->milestones[row->milestones_count - 1].time_ms;
    int len = snprintf(text, sizeof text, "%.*s|%zu|%" PRId64, STR_ARG(row->ticket),
                       row->milestones_count, newest);
    spool->digest += hash_fnv1a64((struct str){text, (size_t)len});
    spool->count++;
}

static bool
add_row(void *user, const struct event_ticket *row)
{
    struct spool *spool = user;
    size_t before = spool->rows.bytes.len;
    message_bodies_add_row(&spool->rows, spool->key.format, row);
    add_to_digest(spool, row);
    if (spool->key.since_ms != INT64_MIN)
        add_ticket(spool, row->ticket);
    if (spool->rows.bytes.len - before > SPOOL_ROW_BYTES) {
        spool->rows.bytes.len = before;
        spool->rows.count--;
        add_oversize(spool, row->ticket);
    }
    return spool->rows.bytes.len < SPOOL_PART_BYTES || close_part(spool);
}

/* A row of the walk: of a ticket that has changed since, the row is written already. */
static bool
add_walked(void *user, const struct event_ticket *row)
{
    struct spool *spool = user;
    return marks_get(&spool->written_of, hash_keyed(row->ticket)) || add_row(spool, row);
}

/* Whether the walk, street by street, has been at the ticket's place already. */
static bool
is_behind_walk(const struct spool *spool, struct str ticket, uint32_t street)
{
    const struct state_scope *scope = &spool->key.scope;
    size_t at = 0;
    while (!scope->everywhere && at < scope->streets_count && scope->streets[at] != street)
        at++;
    return at < spool->street ||
           (at == spool->street &&
            tickets_place_of(state_tickets(spool->state), ticket) < spool->place);
}

/* A row of a ticket that is about to change, where the walk has not written it yet. */
static bool
add_changing(void *user, const struct event_ticket *row)
{
    struct spool *spool = user;
    uint32_t street = state_street(spool->state, row->fields.street);
    if (state_in_scope(&spool->key.scope, street) &&
        row->milestones[row->milestones_count - 1].time_ms >= spool->key.since_ms &&
        !is_behind_walk(spool, row->ticket, street))
        add_row(spool, row);
    return true;
}

struct others {
    struct spool *spool;
    struct message_bodies *bodies;
    size_t room; /* bytes */
    size_t left_out;
};

static bool
add_other(void *user, const struct log_entry *entry)
{
    struct others *others = user;
    size_t before = others->bodies->bytes.len;
    if (!others->left_out)
        message_bodies_add_json(others->bodies, others->spool->key.format, entry->json);
    if (others->left_out || others->bodies->bytes.len > others->room) {
        /* One message must hold them all: the oldest are left out. */
        if (!others->left_out) {
            others->bodies->bytes.len = before;
            others->bodies->count--;
        }
        others->left_out++;
    }
    return true;
}

static bool
add_others(struct spool *spool, struct state *state, bool commitments)
{
    static struct log_limit limit;
    size_t room =
        commitments ? SPOOL_COMMITMENTS_BYTES : SPOOL_LAST_BYTES - spool->commitments.bytes.len;
    struct others others = {spool, commitments ? &spool->commitments : &spool->alarms, room, 0};
    if (!state_others(state, &spool->key.scope, commitments, add_other, &others, &spool->err))
        return false;
    if (others.left_out)
        log_limited(&limit, 60000, LOG_LEVEL_WARNING, "hub",
                    "%zu old %s events do not fit into a snapshot's last message", others.left_out,
                    commitments ? "meeting" : "alarm");
    return true;
}

static void
end_with(struct spool *spool, enum spool_progress progress)
{
    spool->progress = progress;
    message_bodies_free(&spool->rows);
    marks_free(&spool->written_of);
}

/* The last part holds the alarm and meeting events, and rows where they fit beside them. */
static void
complete(struct spool *spool)
{
    size_t last = spool->rows.bytes.len + spool->alarms.bytes.len + spool->commitments.bytes.len;
    bool ok = last <= SPOOL_LAST_BYTES || close_part(spool);
    end_with(spool, ok && close_part(spool) ? SPOOL_READY : SPOOL_FAILED);
}

void
spool_step(struct spool *spool)
{
    const struct state_scope *scope = &spool->key.scope;
    struct tickets *tickets = state_tickets(spool->state);
    if (spool->progress != SPOOL_BUILDING)
        return;
    struct str street = {0};
    bool more = scope->everywhere || spool->street < scope->streets_count;
    if (more && !scope->everywhere)
        street = state_street_code(spool->state, scope->streets[spool->street]);
    if (more && !tickets_visit_part(tickets, &spool->place, SPOOL_LOOKS, street,
                                    spool->key.since_ms, add_walked, spool)) {
        spool->street++;
        spool->place = 0;
        more = !scope->everywhere && spool->street < scope->streets_count;
    }
    if (spool->err.text[0])
        end_with(spool, SPOOL_FAILED);
    else if (!more)
        complete(spool);
}

void
spool_before(struct spool *spool, struct str ticket)
{
    if (spool->progress != SPOOL_BUILDING)
        return;
    struct marks_value *mark = marks_put(&spool->written_of, hash_keyed(ticket));
    if (mark->seq)
        return;
    mark->seq = 1;
    tickets_visit_one(state_tickets(spool->state), ticket, add_changing, spool);
    if (spool->err.text[0])
        end_with(spool, SPOOL_FAILED);
}

struct spool *
spool_create(struct state *state, const struct spool_key *key, const char *folder, struct err *err)
{
    struct spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        abort();
    spool->refs = 1;
    spool->state = state;
    spool->key = *key;
    spool->streets = calloc(key->scope.streets_count + 1, sizeof *spool->streets);
    if (!spool->streets)
        abort();
    for (size_t i = 0; i < key->scope.streets_count; i++)
        spool->streets[i] = key->scope.streets[i];
    spool->key.scope.streets = spool->streets;
    spool->seq = state_head(state);
    spool->fd = open_temporary(folder);
    if (spool->fd < 0)
        spool->fd = open_temporary("/tmp");
    bool ok = spool->fd >= 0 || err_set(&spool->err, "a snapshot's temporary file in %s: %s",
                                        folder, strerror(errno));
    if (!ok || !add_others(spool, state, true) || !add_others(spool, state, false)) {
        err_set(err, "%s", spool->err.text);
        spool_unref(spool);
        return NULL;
    }
    return spool;
}

enum spool_progress
spool_progress(const struct spool *spool)
{
    return spool->progress;
}

bool
spool_is_shared(const struct spool *spool)
{
    return spool->refs > 1;
}

void
spool_digest(const struct spool *spool, uint64_t *count, uint64_t *digest)
{
    *count = spool->count;
    *digest = spool->digest;
}

void
spool_ref(struct spool *spool)
{
    spool->refs++;
}

void
spool_unref(struct spool *spool)
{
    if (!spool || --spool->refs > 0)
        return;
    if (spool->fd >= 0)
        close(spool->fd);
    free(spool->streets);
    free(spool->parts);
    message_bodies_free(&spool->rows);
    marks_free(&spool->written_of);
    message_bodies_free(&spool->alarms);
    message_bodies_free(&spool->commitments);
    arena_free(&spool->arena);
    free(spool->oversize);
    free(spool->tickets);
    free(spool);
}

bool
spool_serves(const struct spool *spool, const struct spool_key *key, int64_t seq)
{
    const struct state_scope *a = &spool->key.scope, *b = &key->scope;
    if (spool->progress == SPOOL_FAILED || spool->seq != seq || spool->key.format != key->format ||
        spool->key.since_ms != key->since_ms || a->everywhere != b->everywhere ||
        a->streets_count != b->streets_count)
        return false;
    for (size_t i = 0; i < a->streets_count; i++) {
        if (a->streets[i] != b->streets[i])
            return false;
    }
    return true;
}

int64_t
spool_seq(const struct spool *spool)
{
    return spool->seq;
}

size_t
spool_parts(const struct spool *spool)
{
    return spool->parts_count;
}

bool
spool_message(const struct spool *spool, size_t i, struct buf *out, struct err *err)
{
    const struct part *part = &spool->parts[i];
    struct message_bodies rows = {.count = part->count};
    buf_reserve(&rows.bytes, part->bytes + 1);
    size_t got = 0;
    bool ok = true;
    while (ok && got < part->bytes) {
        ssize_t n =
            pread(spool->fd, rows.bytes.ptr + got, part->bytes - got, part->at + (off_t)got);
        if (n > 0)
            got += (size_t)n;
        else if (n == 0 || errno != EINTR)
            ok = err_set(err, "a snapshot's temporary file: %s", n ? strerror(errno) : "cut short");
    }
    rows.bytes.len = got;
    bool is_last = i + 1 == spool->parts_count;
    struct message message = {.kind = MESSAGE_SNAPSHOT,
                              .snapshot = {.seq = spool->seq,
                                           .part = (int64_t)i + 1,
                                           .parts = (int64_t)spool->parts_count,
                                           .row_bodies = &rows}};
    if (is_last) {
        message.snapshot.alarms.bodies = &spool->alarms;
        message.snapshot.commitments.bodies = &spool->commitments;
    }
    if (ok)
        message_encode(spool->key.format, &message, out);
    message_bodies_free(&rows);
    return ok;
}

const struct str *
spool_oversize(const struct spool *spool, size_t i)
{
    return i < spool->oversize_count ? &spool->oversize[i] : NULL;
}

const uint64_t *
spool_tickets(const struct spool *spool, size_t *count)
{
    *count = spool->tickets_count;
    return spool->tickets;
}
